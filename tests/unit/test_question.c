/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which probes and ports are asked, of whom. */
#include "scanner/question.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/sb.h"

static char *
list_text(const struct questions *q, const struct question_list *l, struct arena *mem)
{
	struct sb sb;

	sb_init(&sb, 1 << 20);
	for (size_t i = 0; i < l->n; i++) {
		const struct question *one = &q->items[l->items[i]];
		if (one->unlikely) /* beside every choice of ports that find: see below */
			continue;
		sb_printf(&sb, "%s%s", i ? " " : "", one->probe->name);
		if (one->port)
			sb_printf(&sb, ":%u", one->port);
		if (one->variant)
			sb_printf(&sb, "/%u", one->variant);
	}
	char *text = arena_strdup(mem, sb.text);
	sb_done(&sb);
	return text;
}

static struct opt_list
list_of(const char *const *items)
{
	struct opt_list l = { .items = (const char **)(uintptr_t)items };

	while (items[l.n])
		l.n++;
	return l;
}

#define SYN_DEFAULT \
	"tcp-syn:22 tcp-syn:80 tcp-syn:135 tcp-syn:443 tcp-syn:445 tcp-syn:3389"

#define LIVING_DEFAULT "icmp-echo icmp-timestamp nbns:137 mdns:5353"
#define LONGEST        "this text is as long as a community may be, and that is 64 bytes"

static const struct question_row {
	const char *label, *probes[4], *ports[4];
	bool identify;
	const char *onlink, *routed, *living, *secrets[10];
} rows[] = {
	{ "nothing chosen", { NULL }, { NULL }, true, "arp ndp",
		"icmp-echo nbns:137 " SYN_DEFAULT, LIVING_DEFAULT " " SYN_DEFAULT,
		{ NULL } },
	{ "find only", { NULL }, { NULL }, false, "arp ndp",
		"icmp-echo nbns:137 " SYN_DEFAULT, "", { NULL } },
	{ "ports are asked of the living too", { NULL }, { "8080", "80-81" }, true,
		"arp ndp", "icmp-echo nbns:137 " SYN_DEFAULT,
		LIVING_DEFAULT " " SYN_DEFAULT " tcp-syn:81 tcp-syn:8080", { NULL } },
	{ "one probe", { "icmp-echo" }, { NULL }, true, "arp ndp", "icmp-echo",
		"icmp-echo", { NULL } },
	{ "one probe, and ports", { "icmp-echo" }, { "80" }, true, "arp ndp",
		"icmp-echo", "icmp-echo tcp-syn:80", { NULL } },
	{ "ports that find", { "tcp-syn" }, { "80,", NULL }, true, NULL, NULL, NULL,
		{ NULL } },
	{ "ports that find", { "tcp-syn" }, { "8000-8002" }, true, "arp ndp",
		"tcp-syn:8000 tcp-syn:8001 tcp-syn:8002",
		"tcp-syn:8000 tcp-syn:8001 tcp-syn:8002", { NULL } },
	{ "the probe without ports", { "tcp-syn" }, { NULL }, false, "arp ndp",
		SYN_DEFAULT, "", { NULL } },
	{ "ports that find, found only", { "tcp-syn", "nbns" }, { "443" }, false,
		"arp ndp", "nbns:137 tcp-syn:443", "", { NULL } },
	{ "ports of nobody", { NULL }, { "9" }, false, "arp ndp",
		"icmp-echo nbns:137 " SYN_DEFAULT, "", { NULL } },
	{ "only ARP", { "arp" }, { NULL }, true, "arp ndp", "", "", { NULL } },
	{ "no such probe", { "icmp" }, { NULL }, true, NULL, NULL, NULL, { NULL } },
	{ "for the living, but named: it finds too", { "icmp-timestamp" }, { NULL },
		true, "arp ndp", "icmp-timestamp", "icmp-timestamp", { NULL } },
	{ "named, found only", { "mdns" }, { NULL }, false, "arp ndp", "mdns:5353", "",
		{ NULL } },
	{ "named beside others", { "mdns", "icmp-echo" }, { NULL }, true, "arp ndp",
		"icmp-echo mdns:5353", "icmp-echo mdns:5353", { NULL } },
	{ "a community: asked by default", { NULL }, { NULL }, true, "arp ndp",
		"icmp-echo nbns:137 snmp:161 " SYN_DEFAULT,
		LIVING_DEFAULT " snmp:161 " SYN_DEFAULT, { "lab" } },
	{ "a community, other probes named", { "nbns" }, { NULL }, true, "arp ndp",
		"nbns:137", "nbns:137", { "lab" } },
	{ "two communities are two questions", { "snmp" }, { NULL }, true, "arp ndp",
		"snmp:161 snmp:161/1", "snmp:161 snmp:161/1", { "lab", "public" } },
	{ "eight communities", { "snmp" }, { NULL }, false, "arp ndp",
		"snmp:161 snmp:161/1 snmp:161/2 snmp:161/3 snmp:161/4 snmp:161/5 "
		"snmp:161/6 snmp:161/7",
		"", { "a", "b", "c", "d", "e", "f", "g", "h" } },
	{ "the longest community", { "snmp" }, { NULL }, false, "arp ndp", "snmp:161",
		"", { LONGEST } },
	{ "snmp without a community", { "snmp" }, { NULL }, true, NULL, NULL, NULL,
		{ NULL } },
	{ "nine communities", { NULL }, { NULL }, true, NULL, NULL, NULL,
		{ "a", "b", "c", "d", "e", "f", "g", "h", "i" } },
	{ "an empty community", { NULL }, { NULL }, true, NULL, NULL, NULL, { "" } },
	{ "a community too long", { NULL }, { NULL }, true, NULL, NULL, NULL,
		{ LONGEST "x" } },
};

static int
make(const struct question_row *r, struct arena *mem, struct questions *q, struct err *e)
{
	struct opt_list probes_ = list_of(r->probes), ports = list_of(r->ports);
	struct opt_list secrets = list_of(r->secrets);
	struct question_input in = { .probes = &probes_,
		.ports = &ports,
		.identify = r->identify,
		.secrets = &secrets };

	return questions_make(&in, mem, q, e);
}

static void
where_conversations_are_had_the_living_are_asked_too(void **state)
{
	static const uint16_t talking[] = { 8080, 22, 389 };
	struct opt_list none = { .n = 0 },
			icmp = { .items = (const char *[]){ "icmp-echo" }, .n = 1 };
	struct question_input in = { .probes = &none,
		.ports = &none,
		.identify = true,
		.living_ports = talking,
		.n_living_ports = 3 };
	struct arena *mem = arena_new(4 << 20);
	struct questions q;
	struct err e;

	(void)state;
	assert_int_equal(questions_make(&in, mem, &q, &e), 0);
	assert_string_equal(list_text(&q, &q.living, mem),
		LIVING_DEFAULT " " SYN_DEFAULT " tcp-syn:389 tcp-syn:8080");
	assert_string_equal(
		list_text(&q, &q.routed, mem), "icmp-echo nbns:137 " SYN_DEFAULT);
	in.probes = &icmp;
	assert_int_equal(questions_make(&in, mem, &q, &e), 0);
	assert_string_equal(list_text(&q, &q.living, mem), "icmp-echo");
	arena_free(mem);
}

static void
each_choice_has_its_questions(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *mem = arena_new(4 << 20);
		struct questions q;
		struct err e;
		int rc = make(&rows[i], mem, &q, &e);
		print_message("  %s\n", rows[i].label);
		if (!rows[i].onlink) {
			assert_int_equal(rc, -1);
			assert_int_equal(e.code, ERR_ARG);
		} else {
			assert_int_equal(rc, 0);
			assert_string_equal(
				list_text(&q, &q.onlink, mem), rows[i].onlink);
			assert_string_equal(
				list_text(&q, &q.routed, mem), rows[i].routed);
			assert_string_equal(
				list_text(&q, &q.living, mem), rows[i].living);
		}
		arena_free(mem);
	}
}

/* Where ports find somebody one is asked that nobody has, unless somebody chose it. */
static void
ports_that_find_have_a_dark_canary(void **state)
{
	static const struct {
		struct question_row row;
		bool want;
	} cases[] = {
		{ { .identify = true }, true },
		{ { .probes = { "tcp-syn" }, .ports = { "1-65000" }, .identify = false },
			false },
		{ { .probes = { "tcp-syn" }, .ports = { "22" }, .identify = false },
			true },
		{ { .ports = { "58309" }, .identify = true }, false },
		{ { .probes = { "icmp-echo" }, .ports = { "22" }, .identify = true },
			false },
	};
	const struct probe *syn = probe_find("tcp-syn");

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena *mem = arena_new(16 << 20);
		struct questions q;
		uint32_t number = 0;
		struct err e;
		print_message("  %zu\n", i);
		assert_int_equal(make(&cases[i].row, mem, &q, &e), 0);
		assert_int_equal(q.unlikely > 0, cases[i].want);
		if (cases[i].want) {
			assert_true(questions_find(&q, syn, UNLIKELY_PORT, &number));
			assert_int_equal(number, q.unlikely);
			assert_int_equal(q.items[number].port, UNLIKELY_PORT);
			/* Of nobody who was found. */
			for (size_t k = 0; k < q.living.n; k++)
				assert_int_not_equal(q.living.items[k], number);
		}
		arena_free(mem);
	}
}

static void
bad_ports_are_named(void **state)
{
	static const char *const bad[] = { "", "0", "65536", "80-79", "80-", "-80",
		"http", "80 ", "+80", "80-90-100", "99999999999999999999", "1-70000" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct question_row row = { .ports = { bad[i] }, .identify = true };
		struct arena *mem = arena_new(4 << 20);
		struct questions q;
		struct err e;
		print_message("  \"%s\"\n", bad[i]);
		assert_int_equal(make(&row, mem, &q, &e), -1);
		assert_int_equal(e.code, ERR_ARG);
		assert_non_null(strstr(e.text, bad[i]));
		arena_free(mem);
	}
}

static void
the_error_lists_the_probes_there_are(void **state)
{
	struct question_row row = { .probes = { "icmp" } };
	struct arena *mem = arena_new(4 << 20);
	struct questions q;
	struct err e;

	(void)state;
	assert_int_equal(make(&row, mem, &q, &e), -1);
	assert_string_equal(e.text,
		"there is no probe \"icmp\" (there are arp, ndp, icmp-echo, "
		"icmp-timestamp, tcp-syn, nbns, mdns, snmp)");
	arena_free(mem);
}

static void
all_ports_fit_and_discovery_stays_small(void **state)
{
	struct question_row row = {
		.probes = { "tcp-syn" }, .ports = { "1-65535" }, .identify = true
	};
	struct arena *mem = arena_new(16 << 20);
	const struct probe *syn = probe_find("tcp-syn");
	struct questions q;
	uint32_t number;
	struct err e;

	(void)state;
	assert_int_equal(make(&row, mem, &q, &e), 0);
	assert_int_equal(q.living.n, 65535);
	assert_int_equal(q.routed.n, DISCOVERY_PORTS_MAX);
	assert_true(q.ports_cut);
	for (size_t i = 0; i < q.routed.n; i++)
		assert_in_range(q.routed.items[i], 0, DISCOVERY_MAX - 1);
	assert_false(questions_find(&q, syn, 0, &number));
	for (uint32_t port = 1; port < 65536; port++) {
		assert_true(questions_find(&q, syn, (uint16_t)port, &number));
		assert_int_equal(q.items[number].port, port);
	}
	arena_free(mem);
}

static void
exactly_as_many_ports_as_find_are_not_cut(void **state)
{
	struct question_row row = {
		.probes = { "tcp-syn" }, .ports = { "101-124" }, .identify = false
	};
	struct arena *mem = arena_new(4 << 20);
	struct questions q;
	struct err e;

	(void)state;
	assert_int_equal(make(&row, mem, &q, &e), 0);
	assert_int_equal(q.routed.n, 24 + 1); /* and the dark canary */
	assert_false(q.ports_cut);
	row.ports[0] = "101-125";
	assert_int_equal(make(&row, mem, &q, &e), 0);
	assert_int_equal(q.routed.n, 24 + 1);
	assert_true(q.ports_cut);
	arena_free(mem);
}

static void
only_what_is_asked_is_found(void **state)
{
	struct question_row row = { .probes = { "icmp-echo" }, .identify = true };
	struct arena *mem = arena_new(4 << 20);
	struct questions q;
	uint32_t number;
	struct err e;

	(void)state;
	assert_int_equal(make(&row, mem, &q, &e), 0);
	assert_true(questions_find(&q, probe_find("icmp-echo"), 0, &number));
	assert_true(questions_find(&q, probe_find("arp"), 0, &number));
	assert_false(questions_find(&q, probe_find("nbns"), 137, &number));
	assert_false(questions_find(&q, probe_find("tcp-syn"), 80, &number));
	arena_free(mem);
}

/* Who is of one family is not asked what the other family's probes ask. */
static void
each_family_has_its_questions(void **state)
{
	struct question_row row = { .secrets = { "lab", "public" }, .identify = true };
	static const enum probe_use uses[] = { USE_ONLINK, USE_ROUTED, USE_LIVING };
	struct arena *mem = arena_new(4 << 20);
	struct questions q;
	struct err e;

	(void)state;
	assert_int_equal(make(&row, mem, &q, &e), 0);
	for (size_t i = 0; i < 3; i++) {
		const struct question_list *all = questions_of(
			&q, uses[i], PROBE_IP4 | PROBE_IP6);
		const struct question_list *four = questions_of(&q, uses[i], PROBE_IP4);
		const struct question_list *six = questions_of(&q, uses[i], PROBE_IP6);
		size_t n4 = 0, n6 = 0;
		for (size_t k = 0; k < all->n; k++) {
			const struct probe *p = q.items[all->items[k]].probe;
			if (probe_speaks(p, ADDR_IP4))
				assert_int_equal(four->items[n4++], all->items[k]);
			if (probe_speaks(p, ADDR_IP6))
				assert_int_equal(six->items[n6++], all->items[k]);
		}
		assert_int_equal(four->n, n4);
		assert_int_equal(six->n, n6);
		assert_true(n4 > 0 && n6 > 0);
	}
	assert_ptr_equal(questions_of(&q, USE_ONLINK, 0), &q.onlink);
	arena_free(mem);
}

static void
each_secret_has_its_question(void **state)
{
	struct question_row row = { .secrets = { "lab", "public" }, .identify = true };
	struct arena *mem = arena_new(4 << 20);
	const struct probe *snmp = probe_find("snmp");
	struct questions q;
	uint32_t number;
	struct err e;

	(void)state;
	assert_int_equal(make(&row, mem, &q, &e), 0);
	for (uint8_t i = 0; i < 255; i++) {
		struct shot who = { .port = 161, .variant = i };
		assert_int_equal(questions_find_variant(&q, snmp, &who, &number), i < 2);
		if (i < 2) {
			assert_ptr_equal(q.items[number].probe, snmp);
			assert_string_equal(q.items[number].secret, row.secrets[i]);
		}
	}
	struct shot echo = { .variant = 1 };
	assert_false(
		questions_find_variant(&q, probe_find("icmp-echo"), &echo, &number));
	arena_free(mem);
}

static void
what_is_wrong_with_secrets_is_said_without_them(void **state)
{
	static const struct question_row bad[] = {
		{ .secrets = { "s3same", "s3same", "s3same", "s3same", "s3same",
			  "s3same", "s3same", "s3same", "s3same" } },
		{ .secrets = { LONGEST "s3same" } },
		{ .probes = { "snmp" } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct arena *mem = arena_new(4 << 20);
		struct questions q;
		struct err e;
		assert_int_equal(make(&bad[i], mem, &q, &e), -1);
		assert_int_equal(e.code, ERR_ARG);
		assert_non_null(strstr(e.text, "scan.snmp_community"));
		assert_null(strstr(e.text, "s3same"));
		arena_free(mem);
	}
}

/* What a target's state can note is never passed, however much finds. */
static void
ports_make_room_for_what_else_finds(void **state)
{
	struct question_row row = { .probes = { "tcp-syn", "snmp" },
		.ports = { "1-100" },
		.secrets = { "a", "b", "c", "d", "e", "f", "g", "h" } };
	struct arena *mem = arena_new(4 << 20);
	struct questions q;
	struct err e;

	(void)state;
	assert_int_equal(make(&row, mem, &q, &e), 0);
	assert_true(q.ports_cut);
	/* ARP and NDP, too; for a dark canary there is no room. */
	assert_int_equal(q.routed.n, DISCOVERY_MAX - 2);
	for (size_t i = 0; i < q.routed.n; i++)
		assert_in_range(q.routed.items[i], 0, DISCOVERY_MAX - 1);
	arena_free(mem);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_choice_has_its_questions),
		cmocka_unit_test(where_conversations_are_had_the_living_are_asked_too),
		cmocka_unit_test(ports_that_find_have_a_dark_canary),
		cmocka_unit_test(bad_ports_are_named),
		cmocka_unit_test(the_error_lists_the_probes_there_are),
		cmocka_unit_test(all_ports_fit_and_discovery_stays_small),
		cmocka_unit_test(exactly_as_many_ports_as_find_are_not_cut),
		cmocka_unit_test(only_what_is_asked_is_found),
		cmocka_unit_test(each_family_has_its_questions),
		cmocka_unit_test(each_secret_has_its_question),
		cmocka_unit_test(what_is_wrong_with_secrets_is_said_without_them),
		cmocka_unit_test(ports_make_room_for_what_else_finds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
