/* SPDX-License-Identifier: GPL-3.0-or-later */
/* In which partitions of a controller addresses are looked for. */
#define session_search searched_over_a_network
#include "ldap/session.c"
#undef session_search

#include "ldap/directory.h"
#include "ldap/zones.h"
#include "packet.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

int session_search(struct session *, struct search *, struct err *);

/* [MS-DNSP] 2.3.2.2: an A record that nobody has to refresh. */
static const char record[] = "\x04\x00\x01\x00\x05\xf0\x00\x00\x01\x00\x00\x00"
			     "\x00\x00\x03\x84\x00\x00\x00\x00\x00\x00\x00\x00"
			     "\xc6\x33\x64";

static const struct place {
	const char *base, *zone, *name;
	char last; /* of its address */
} places[] = {
	{ "DC=ForestDnsZones,DC=corp,DC=example", "all.example", "ws1.all.example", 1 },
	{ "DC=DomainDnsZones,DC=emea,DC=corp,DC=example", "emea.corp.example",
		"ws1.emea.corp.example", 2 },
	{ "CN=MicrosoftDNS,CN=System,DC=emea,DC=corp,DC=example", "old.example",
		"ws1.old.example", 3 },
};

/* A controller: which partitions it has, and whether it lets one be read. */
static struct controller {
	const struct place *missing, *refused;
} controller;

static int
give_node(const struct place *p, struct search *q, struct err *e)
{
	char dn[256], value[sizeof(record)];
	struct berval values = { sizeof(value), value };
	struct entry one = { .mem = arena_new(1 << 16), .n = 1 };

	(void)snprintf(dn, sizeof(dn), "DC=ws1,DC=%s,%s%s", p->zone,
		strncmp(p->base, "CN=", 3) == 0 ? "" : "CN=MicrosoftDNS,", p->base);
	memcpy(value, record, sizeof(record) - 1);
	value[sizeof(value) - 1] = p->last;
	one.dn = dn;
	one.attributes[0].name = (struct berval){ 9, (char *)(uintptr_t) "dnsRecord" };
	one.attributes[0].values = &values;
	one.attributes[0].n = 1;
	q->n_entries++;
	int rc = q->row(q->arg, &one, e);
	arena_free(one.mem);
	return rc;
}

int
session_search(struct session *s, struct search *q, struct err *e)
{
	(void)s;
	for (size_t i = 0; i < COUNT(places); i++) {
		const struct place *p = &places[i];
		if (strcmp(p->base, q->base) != 0 || p == controller.missing)
			continue;
		return p == controller.refused ? err_set(e, ERR_AUTH, "refused")
					       : give_node(p, q, e);
	}
	return err_set(e, ERR_NOTFOUND, "no such base");
}

static int
read_all(struct zones *z, struct err *e)
{
	const struct directory child = { .base = "DC=emea,DC=corp,DC=example",
		.root = "DC=corp,DC=example" };
	struct zones_read r = { .page = 100 };

	return zones_read(NULL, &child, z, &r, e);
}

static struct zones *
new_zones(void)
{
	struct zones *z;
	struct err e;

	assert_int_equal(0, zones_new(&z, 1 << 20, &e));
	return z;
}

static void
addresses_come_from_the_forest_and_both_places_of_the_domain(void **state)
{
	struct zones *z = new_zones();
	char text[ADDR_TEXT_MAX], want[ADDR_TEXT_MAX];
	struct err e;

	(void)state;
	controller = (struct controller){ NULL, NULL };
	assert_int_equal(0, read_all(z, &e));
	assert_int_equal(COUNT(places), zones_count(z));
	for (size_t i = 0; i < COUNT(places); i++) {
		const struct zone_name *n = zones_find(z, places[i].name);
		print_message("  %s\n", places[i].name);
		assert_non_null(n);
		assert_int_equal(1, n->n);
		(void)snprintf(want, sizeof(want), "198.51.100.%d", places[i].last);
		assert_string_equal(want, addr_print(&n->items[0].ip, text));
	}
	zones_free(z);
}

static void
a_partition_that_is_not_there_costs_nothing_else(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(places); i++) {
		struct zones *z = new_zones();
		struct err e;
		controller = (struct controller){ .missing = &places[i] };
		assert_int_equal(0, read_all(z, &e));
		assert_int_equal(COUNT(places) - 1, zones_count(z));
		zones_free(z);
	}
}

static void
a_partition_that_is_refused_is_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(places); i++) {
		struct zones *z = new_zones();
		struct err e;
		controller = (struct controller){ .refused = &places[i] };
		assert_int_equal(-1, read_all(z, &e));
		assert_int_equal(ERR_AUTH, e.code);
		zones_free(z);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			addresses_come_from_the_forest_and_both_places_of_the_domain),
		cmocka_unit_test(a_partition_that_is_not_there_costs_nothing_else),
		cmocka_unit_test(a_partition_that_is_refused_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
