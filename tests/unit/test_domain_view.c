/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Domains put together from what machines, lists and domains say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "inventory/ndjson.h"
#include "netbios/view.h"

#define DEVICE(ip, at, facts) \
	"{\"v\":1,\"at\":\"2026-11-22T10:00:0" at \
	"Z\",\"source\":\"windows\",\"site\":" \
	"\"berlin\",\"ip\":\"" ip "\",\"evidence\":\"reply\",\"facts\":{" facts "}}"
#define DOMAIN(at, facts) \
	"{\"v\":1,\"at\":\"2026-11-22T10:00:0" at \
	"Z\",\"source\":\"windows\",\"site\":" \
	"\"berlin\",\"subject\":\"domain\",\"evidence\":\"reply\",\"facts\":{" facts \
	"}}"

#define ACCOUNT(at, facts) \
	"{\"v\":1,\"at\":\"2026-11-22T10:00:0" at "Z\",\"source\":\"ad\",\"site\":" \
	"\"berlin\",\"evidence\":\"listed\",\"facts\":{" facts "}}"

#define LISTED(ip, at, facts) \
	"{\"v\":1,\"at\":\"2026-11-22T10:00:0" at \
	"Z\",\"source\":\"windows\",\"site\":" \
	"\"berlin\",\"ip\":\"" ip "\",\"evidence\":\"listed\",\"facts\":{" facts "}}"
#define BY(source, evidence, facts) \
	"{\"v\":1,\"at\":\"2026-11-22T10:00:01Z\",\"source\":\"" source "\",\"site\":" \
	"\"berlin\",\"ip\":\"10.0.0.1\",\"evidence\":\"" evidence \
	"\",\"facts\":{" facts "}}"

/* Each row is what is observed, and "DOMAIN machines | masters | controllers | ways;". */
static const struct row {
	const char *label, *lines[4], *want;
} rows[] = {
	{ "nothing", { NULL }, "" },
	{ "one machine by node status",
		{ DEVICE("10.0.0.1", "1",
			"\"netbios.domain\":\"CORP\",\"netbios.name\":\"PC1\"") },
		"CORP PC1 | | | node-status;" },
	{ "a machine told in three ways is one, case ignored",
		{ DEVICE("10.0.0.1", "1",
			  "\"netbios.domain\":\"CORP\",\"netbios.name\":\"PC1\""),
			DEVICE("10.0.0.1", "2",
				"\"smb.computer\":\"pc1\",\"smb.domain\":\"Corp\""),
			DEVICE("10.0.0.1", "3",
				"\"wsd.domain\":\"corp\",\"wsd.name\":\"Pc1\"") },
		"CORP PC1 | | | node-status,smb,ws-discovery;" },
	{ "a name in bytes of a code page, and in Unicode",
		{ DEVICE("10.0.0.1", "1",
			  "\"netbios.domain\":\"CORP\",\"netbios.name\":\"B%9aRO\""),
			DEVICE("10.0.0.1", "2",
				"\"smb.computer\":\"BÜRO\",\"smb.domain\":\"CORP\"") },
		"CORP BÜRO | | | node-status,smb;" },
	{ "the same in two domains is two machines",
		{ DEVICE("10.0.0.1", "1",
			  "\"netbios.domain\":\"CORP\",\"netbios.name\":\"B%9aRO\""),
			DEVICE("10.0.0.2", "2",
				"\"smb.computer\":\"BÜRO\",\"smb.domain\":\"LAB\"") },
		"CORP B%9aRO | | | node-status;LAB BÜRO | | | smb;" },
	{ "who is in no domain is his own: NTLM of a workgroup",
		{ DEVICE("10.0.0.1", "1",
			"\"smb.computer\":\"PC1\",\"smb.domain\":\"PC1\"") },
		"" },
	{ "a machine without a name counts by its address",
		{ DEVICE("10.0.0.1", "1", "\"netbios.domain\":\"CORP\"") },
		"CORP 10.0.0.1 | | | node-status;" },
	{ "a domain by one protocol, the name by another",
		{ DEVICE("10.0.0.1", "1",
			"\"netbios.name\":\"PC1\",\"wsd.domain\":\"HOME\"") },
		"HOME PC1 | | | ws-discovery;" },
	{ "a list, and one of those that are in it",
		{ DOMAIN("1",
			  "\"domain.controllers\":[\"DC1\"],"
			  "\"domain.learnt\":[\"browse-list\"],"
			  "\"domain.machines\":[\"DC1\",\"PC1\"],"
			  "\"domain.masters\":[\"DC1\"],\"domain.name\":\"CORP\""),
			DEVICE("10.0.0.1", "2",
				"\"smb.computer\":\"PC1\",\"smb.domain\":\"CORP\"") },
		"CORP DC1,PC1 | DC1 | DC1 | browse-list,smb;" },
	{ "an account of a directory was not asked",
		{ ACCOUNT("1", "\"netbios.domain\":\"CORP\",\"netbios.name\":\"PC1\"") },
		"CORP PC1 | | | directory;" },
	{ "a browse list names a machine that tells nothing of itself",
		{ LISTED("10.0.0.1", "1",
			"\"netbios.domain\":\"CORP\",\"netbios.name\":\"PC1\"") },
		"CORP PC1 | | | browse-list;" },
	{ "one that it tells the kind of, and whose name is told in another way",
		{ LISTED("10.0.0.1", "1",
			"\"browse.types\":[\"server\"],\"netbios.domain\":\"CORP\","
			"\"smb.computer\":\"PC1\"") },
		"CORP PC1 | | | browse-list;" },
	{ "a name server knows the owner of a name, not who that is",
		{ LISTED("10.0.0.1", "1",
			"\"netbios.domain\":\"CORP\","
			"\"netbios.roles\":[\"domain-controller\"]") },
		"CORP 10.0.0.1 | | 10.0.0.1 | wins;" },
	{ "an owner whose name others tell",
		{ LISTED("10.0.0.1", "1",
			"\"netbios.domain\":\"CORP\","
			"\"netbios.roles\":[\"domain-master-browser\"],"
			"\"smb.computer\":\"PDC\"") },
		"CORP PDC | PDC | | wins;" },
	{ "a listed one that a sweep asked then",
		{ LISTED("10.0.0.1", "1",
			  "\"netbios.domain\":\"CORP\",\"netbios.name\":\"PC1\""),
			BY("sweep", "reply",
				"\"netbios.domain\":\"CORP\",\"netbios.name\":\"PC1\"") },
		"CORP PC1 | | | browse-list,node-status;" },
	{ "what was overheard was not asked",
		{ BY("passive", "heard",
			"\"netbios.domain\":\"CORP\",\"netbios.name\":\"PC1\"") },
		"CORP PC1 | | | heard;" },
	{ "what another tool found",
		{ BY("import", "reply",
			"\"netbios.domain\":\"CORP\",\"netbios.name\":\"PC1\"") },
		"CORP PC1 | | | import;" },
	{ "what a machine tells an account that it is",
		{ DEVICE("10.0.0.1", "1",
			"\"srv.types\":[\"domain-controller\",\"server\"],"
			"\"wksta.computer\":\"DC1\",\"wksta.domain\":\"CORP\"") },
		"CORP DC1 | | DC1 | account;" },
	{ "a backup controller is one",
		{ DEVICE("10.0.0.1", "1",
			"\"srv.types\":[\"backup-controller\"],"
			"\"wksta.computer\":\"DC2\",\"wksta.domain\":\"CORP\"") },
		"CORP DC2 | | DC2 | account;" },
	{ "what its NetBIOS names say that it is",
		{ DEVICE("10.0.0.1", "1",
			"\"netbios.domain\":\"CORP\",\"netbios.name\":\"PDC\","
			"\"netbios.roles\":[\"domain-controller\","
			"\"domain-master-browser\",\"file-server\"]") },
		"CORP PDC | PDC | PDC | node-status;" },
	{ "a duty is in the domain that was told with it",
		{ DEVICE("10.0.0.1", "1",
			"\"netbios.domain\":\"OLD\",\"netbios.name\":\"PC1\","
			"\"srv.types\":[\"domain-controller\"]") },
		"OLD PC1 | | | node-status;" },
	{ "domains by name",
		{ DEVICE("10.0.0.1", "1",
			  "\"netbios.domain\":\"ZOO\",\"netbios.name\":\"Z\""),
			DEVICE("10.0.0.2", "1",
				"\"netbios.domain\":\"ABC\",\"netbios.name\":\"A\"") },
		"ABC A | | | node-status;ZOO Z | | | node-status;" },
	{ "a domain without a name says nothing",
		{ DOMAIN("1", "\"domain.machines\":[\"PC1\"]") }, "" },
	{ "a device that says nothing of a domain",
		{ DEVICE("10.0.0.1", "1", "\"netbios.name\":\"PC1\"") }, "" },
};

static void
print_names(const struct view_names *names, char *out, size_t size)
{
	for (size_t i = 0; i < names->n; i++) {
		size_t n = strlen(out);
		(void)snprintf(out + n, size - n, "%s%s", i ? "," : "", names->items[i]);
	}
}

static void
print_view(const struct domain_view *v, char *out, size_t size)
{
	out[0] = '\0';
	for (size_t i = 0; i < v->n; i++) {
		const struct view_domain *d = &v->items[i];
		const struct view_names *sets[] = { &d->machines, &d->masters,
			&d->controllers, &d->learnt };
		size_t n = strlen(out);
		(void)snprintf(out + n, size - n, "%s ", d->name);
		for (size_t k = 0; k < 4; k++) {
			print_names(sets[k], out, size);
			n = strlen(out);
			const char *gap = k == 3 ? ";" : sets[k]->n ? " | " : "| ";
			(void)snprintf(out + n, size - n, "%s", gap);
		}
	}
}

static void
add_line(struct domain_view *v, const char *line, struct arena *mem)
{
	struct observation o;
	struct err e = { 0 };

	if (ndjson_read(line, strlen(line), mem, &o, &e) == -1)
		fail_msg("%s", e.text);
	assert_int_equal(0, view_add(v, &o, &e));
}

static void
assert_view(const struct row *row, bool backwards)
{
	struct arena *mem = arena_new(1 << 22);
	struct domain_view v;
	char got[1024];
	size_t n = 0;

	view_init(&v, mem);
	while (n < 4 && row->lines[n])
		n++;
	for (size_t i = 0; i < n; i++)
		add_line(&v, row->lines[backwards ? n - 1 - i : i], mem);
	view_finish(&v);
	print_view(&v, got, sizeof(got));
	assert_string_equal(row->want, got);
	arena_free(mem);
}

static void
domains_are_put_together(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("  %s\n", rows[i].label);
		assert_view(&rows[i], false);
		assert_view(&rows[i], true);
	}
}

static void
the_time_of_a_domain_is_the_newest(void **state)
{
	struct arena *mem = arena_new(1 << 22);
	struct domain_view v;
	char at[TIME_TEXT_MAX];

	(void)state;
	view_init(&v, mem);
	add_line(&v, DOMAIN("5", "\"domain.name\":\"CORP\""), mem);
	add_line(&v,
		DEVICE("10.0.0.1", "7",
			"\"netbios.domain\":\"CORP\",\"netbios.name\":\"PC1\""),
		mem);
	add_line(&v, DOMAIN("2", "\"domain.name\":\"CORP\""), mem);
	assert_int_equal(1, v.n);
	assert_string_equal(
		"2026-11-22T10:00:07.000000Z", time_print(v.items[0].at, at));
	arena_free(mem);
}

static void
sites_are_apart(void **state)
{
	struct arena *mem = arena_new(1 << 22);
	const struct fact name = {
		.key = "domain.name", .type = FACT_TEXT, .text = "A"
	};
	struct observation o = {
		.subject = SUBJECT_DOMAIN, .facts = &name, .n_facts = 1
	};
	struct domain_view v;
	struct err e;

	(void)state;
	view_init(&v, mem);
	o.site = "berlin";
	assert_int_equal(0, view_add(&v, &o, &e));
	o.site = "athens";
	assert_int_equal(0, view_add(&v, &o, &e));
	assert_int_equal(2, v.n);
	assert_string_equal("athens", v.items[0].site);
	arena_free(mem);
}

static void
the_master_of_a_subnet_is_a_local_one(void **state)
{
	struct arena *mem = arena_new(1 << 22);
	struct domain_view v;

	(void)state;
	view_init(&v, mem);
	add_line(&v,
		DEVICE("10.0.0.1", "1",
			"\"netbios.domain\":\"HOME\",\"netbios.name\":\"PC1\","
			"\"netbios.roles\":[\"master-browser\"]"),
		mem);
	view_finish(&v);
	assert_int_equal(1, v.items[0].local_masters.n);
	assert_string_equal("PC1", v.items[0].local_masters.items[0]);
	assert_int_equal(0, v.items[0].masters.n);
	arena_free(mem);
}

static void
a_limit_of_memory_is_an_error(void **state)
{
	struct arena *mem = arena_new(1 << 14), *lines = arena_new(1 << 22);
	struct domain_view v;
	struct err e = { 0 };
	int rc = 0;

	(void)state;
	view_init(&v, mem);
	for (unsigned i = 0; i < 10000 && rc == 0; i++) {
		char name[32];
		(void)snprintf(name, sizeof(name), "PC%u", i);
		const struct fact facts[] = {
			{ .key = "netbios.domain", .type = FACT_TEXT, .text = "CORP" },
			{ .key = "netbios.name", .type = FACT_TEXT, .text = name },
		};
		struct observation o = { .facts = facts, .n_facts = 2 };
		rc = view_add(&v, &o, &e);
	}
	assert_int_equal(-1, rc);
	assert_int_equal(ERR_NOMEM, e.code);
	arena_free(lines);
	arena_free(mem);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(domains_are_put_together),
		cmocka_unit_test(the_time_of_a_domain_is_the_newest),
		cmocka_unit_test(sites_are_apart),
		cmocka_unit_test(the_master_of_a_subnet_is_a_local_one),
		cmocka_unit_test(a_limit_of_memory_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
