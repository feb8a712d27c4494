/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a computer of a directory is, and whose place it took. */
#include "packet.h"

#include "ldap/bin.h"
#include "ldap/subnets.h"
#include "ldap/zones.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* --- sites -------------------------------------------------------------------------------- */

static void
add_subnet(struct subnets *s, const char *net, unsigned bits, const char *site)
{
	struct addr a;
	struct err e;

	assert_true(addr_parse(net, &a));
	assert_int_equal(0, subnets_add(s, &a, bits, site, &e));
}

static const char *
site_of(struct subnets *s, const char *ip)
{
	struct addr a;

	assert_true(addr_parse(ip, &a));
	const char *site = subnets_site(s, &a);
	return site ? site : "-";
}

/* [MS-ADTS] 6.1.1.2.2.2: the most specific subnet that holds the address. */
static void
the_smallest_subnet_tells_the_site(void **state)
{
	static const struct {
		const char *net;
		unsigned bits;
		const char *site;
	} nets[] = {
		{ "10.0.0.0", 8, "World" },
		{ "10.1.0.0", 16, "Berlin" },
		{ "10.1.2.0", 24, "Lab" },
		{ "10.1.2.3", 32, "Desk" },
		{ "10.9.0.0", 16, "" }, /* of no site */
		{ "192.0.2.0", 25, "Low" },
		{ "192.0.2.128", 25, "High" },
		{ "2001:db8::", 32, "Six" },
		{ "2001:db8:2::", 48, "Paris" },
	};
	static const struct {
		const char *ip, *site;
	} rows[] = {
		{ "10.200.0.1", "World" },
		{ "10.1.3.1", "Berlin" },
		{ "10.1.2.4", "Lab" },
		{ "10.1.2.3", "Desk" },
		{ "10.9.0.1", "World" },
		{ "192.0.2.127", "Low" },
		{ "192.0.2.128", "High" },
		{ "11.0.0.0", "-" },
		{ "9.255.255.255", "-" },
		{ "2001:db8:2::1", "Paris" },
		{ "2001:db8:3::1", "Six" },
		{ "2001:db9::", "-" },
	};
	struct subnets s = { 0 };

	(void)state;
	assert_string_equal("-", site_of(&s, "10.0.0.1"));
	for (size_t i = COUNT(nets); i > 0; i--)
		add_subnet(&s, nets[i - 1].net, nets[i - 1].bits, nets[i - 1].site);
	for (size_t i = 0; i < COUNT(rows); i++) {
		print_message("  %s\n", rows[i].ip);
		assert_string_equal(rows[i].site, site_of(&s, rows[i].ip));
	}
	add_subnet(&s, "11.0.0.0", 8, "Late"); /* may come when it was asked already */
	assert_string_equal("Late", site_of(&s, "11.0.0.0"));
	add_subnet(&s, "0.0.0.0", 0, "Any");
	assert_string_equal("Any", site_of(&s, "203.0.113.1"));
	subnets_free(&s);
	assert_string_equal("-", site_of(&s, "11.0.0.0"));
}

static void
every_one_of_many_subnets_is_found(void **state)
{
	struct subnets s = { 0 };
	char net[32], site[32];

	(void)state;
	for (int i = 0; i < 4096; i++) {
		(void)snprintf(net, sizeof(net), "10.%d.%d.0", i * 7 % 4096 / 256,
			i * 7 % 256);
		add_subnet(&s, net, 24, net);
	}
	for (int i = 0; i < 4096; i++) {
		(void)snprintf(net, sizeof(net), "10.%d.%d.77", i / 256, i % 256);
		(void)snprintf(site, sizeof(site), "10.%d.%d.0", i / 256, i % 256);
		assert_string_equal(site, site_of(&s, net));
	}
	subnets_free(&s);
}

/* --- accounts that were deleted ------------------------------------------------------------- */

static void
add_deleted(struct bin *b, const char *account, char id, const char *usn)
{
	struct arena *mem = arena_new(1 << 16);
	char guid[16] = { id };
	struct berval values[3] = { { strlen(account), (char *)(uintptr_t)account },
		{ sizeof(guid), guid }, { strlen(usn), (char *)(uintptr_t)usn } };
	struct entry e = { .dn = "CN=x",
		.mem = mem,
		.n = 3,
		.attributes = { { { 14, (char[]){ "sAMAccountName" } }, &values[0], 1 },
			{ { 10, (char[]){ "objectGUID" } }, &values[1], 1 },
			{ { 10, (char[]){ "uSNChanged" } }, &values[2], 1 } } };

	bin_add(b, &e);
	arena_free(mem);
}

static void
who_was_deleted_is_found_by_name(void **state)
{
	static const struct {
		const char *account, *guid;
	} rows[] = {
		{ "WS1$", "00000002-0000-0000-0000-000000000000" }, /* the last one */
		{ "ws1$", "00000002-0000-0000-0000-000000000000" },
		{ "WS_2$", "00000004-0000-0000-0000-000000000000" },
		{ "WS2$", "00000005-0000-0000-0000-000000000000" },
		{ "WS", "-" },
		{ "WS3$", "-" },
		{ "", "-" },
	};
	struct bin *b = bin_new();

	(void)state;
	assert_null(bin_find(b, "WS1$"));
	add_deleted(b, "WS1$", 1, "100");
	add_deleted(b, "Ws1$", 2, "300");
	add_deleted(b, "WS1$", 3, "200");
	add_deleted(b, "WS_2$", 4, "7");
	add_deleted(b, "WS2$", 5, "no number");
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *guid = bin_find(b, rows[i].account);
		print_message("  %s\n", rows[i].account);
		assert_string_equal(rows[i].guid, guid ? guid : "-");
	}
	bin_free(b);
	bin_free(NULL);
}

/* --- zones ---------------------------------------------------------------------------------- */

static void
a_name_in_a_zone_of_the_directory_needs_no_question(void **state)
{
	static const struct {
		const char *name;
		bool kept;
	} rows[] = {
		{ "ws1.corp.example", true },
		{ "WS1.Corp.Example", true },
		{ "ws1.lab.corp.example", false }, /* may be delegated */
		{ "ws1.other.example", false },
		{ "corp.example", false },
		{ "ws1", false },
		{ "", false },
	};
	struct arena *mem = arena_new(1 << 16);
	struct entry zone = { .dn = "DC=Corp.example,CN=MicrosoftDNS,DC=DomainDnsZones,"
				    "DC=corp,DC=example",
		.mem = mem };
	struct entry node = { .dn = "DC=ws1,DC=other.example,CN=MicrosoftDNS,"
				    "DC=DomainDnsZones,DC=corp,DC=example",
		.mem = mem };
	struct zones *z;
	struct err e;

	(void)state;
	assert_int_equal(0, zones_new(&z, 1 << 20, &e));
	assert_false(zones_keep(z, "ws1.corp.example"));
	assert_int_equal(0, zones_add(z, &zone, &e));
	assert_int_equal(0, zones_add(z, &node, &e));
	for (size_t i = 0; i < COUNT(rows); i++) {
		print_message("  %s\n", rows[i].name);
		assert_int_equal(rows[i].kept, zones_keep(z, rows[i].name));
	}
	assert_int_equal(0, zones_count(z));
	zones_free(z);
	arena_free(mem);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_smallest_subnet_tells_the_site),
		cmocka_unit_test(every_one_of_many_subnets_is_found),
		cmocka_unit_test(who_was_deleted_is_found_by_name),
		cmocka_unit_test(a_name_in_a_zone_of_the_directory_needs_no_question),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
