/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which polls of a domain still count, and what a poll says that it asked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cli/domain_words.h"
#include "cli/windows_asked.h"
#include "inventory/ndjson.h"

enum { ROW_LINES = 6 };

#define QUICK "[\"198.18.192.0/24\",\"lists\"]"
#define FULL  "[\"198.18.192.0/24\",\"account\",\"known\",\"lists\"]"
#define OTHER "[\"10.0.0.0/24\",\"lists\"]"

/* name: what this poll is told apart by in the rows. */
struct line {
	const char *name, *at, *domain, *point, *source, *asked;
};
#define POLL(name, at, asked) \
	{ \
		name, at, "CORP", "p1", "windows", asked \
	}

/* Lines oldest first; want: the names of those that count. */
static const struct row {
	const char *label;
	struct line lines[ROW_LINES];
	const char *want;
} rows[] = {
	{ "the same poll again takes the place of the first",
		{ POLL("a", "22T10:00", QUICK), POLL("b", "22T10:15", QUICK) }, "b" },
	{ "a full poll takes the place of a quick one",
		{ POLL("quick", "22T10:00", QUICK), POLL("full", "22T10:15", FULL) },
		"full" },
	{ "behind a full poll a quick one stands beside it",
		{ POLL("full", "22T10:00", FULL), POLL("quick", "22T10:15", QUICK) },
		"full quick" },
	{ "a second quick one takes the first one's place alone",
		{ POLL("full", "22T10:00", FULL), POLL("quick", "22T10:15", QUICK),
			POLL("again", "22T10:30", QUICK) },
		"full again" },
	{ "the next full poll takes the place of all",
		{ POLL("full", "22T10:00", FULL), POLL("quick", "22T10:15", QUICK),
			POLL("other", "22T10:20", OTHER),
			POLL("next", "22T11:00", FULL) },
		"other next" },
	{ "another subnet is another question",
		{ POLL("a", "22T10:00", QUICK), POLL("b", "22T10:15", OTHER) }, "a b" },
	{ "what is older than a week ages out",
		{ POLL("full", "15T10:14", FULL), POLL("quick", "22T10:15", QUICK) },
		"quick" },
	{ "and not before",
		{ POLL("full", "15T10:15", FULL), POLL("quick", "22T10:15", QUICK) },
		"full quick" },
	{ "a poll that broke off stands beside, and the next takes its place",
		{ POLL("full", "22T10:00", FULL), POLL("broken", "22T10:15", NULL),
			POLL("quick", "22T10:30", QUICK) },
		"full quick" },
	{ "a directory tells all there is",
		{ { "a", "22T10:00", "CORP", "p1", "ad", NULL },
			{ "b", "22T10:15", "CORP", "p1", "ad", NULL } },
		"b" },
	{ "domains, points and sources are apart",
		{ { "a", "22T10:00", "CORP", "p1", "windows", QUICK },
			{ "b", "22T10:01", "HOME", "p1", "windows", QUICK },
			{ "c", "22T10:02", "CORP", "p2", "windows", QUICK },
			{ "d", "22T10:03", "CORP", "p1", "ad", NULL } },
		"a b c d" },
};

static void
read_line(const struct line *l, struct arena *mem, struct observation *o)
{
	struct err e = { 0 };
	char text[512];

	(void)snprintf(text, sizeof(text),
		"{\"v\":1,\"at\":\"2026-11-%s:00Z\",\"source\":\"%s\",\"point\":\"%s\","
		"\"site\":\"berlin\",\"subject\":\"domain\",\"evidence\":\"reply\","
		"\"facts\":{%s%s%s\"domain.name\":\"%s\"}}",
		l->at, l->source, l->point, l->asked ? "\"domain.asked\":" : "",
		l->asked ? l->asked : "", l->asked ? "," : "", l->domain);
	if (ndjson_read(text, strlen(text), mem, o, &e) == -1)
		fail_msg("%s: %s", text, e.text);
}

static void
assert_row(const struct row *row)
{
	struct arena *mem = arena_new(1 << 20), *lines = arena_new(1 << 20);
	struct domain_words words;
	struct observation o;
	char got[256] = "";
	struct err e;

	domain_words_init(&words, mem);
	for (size_t i = 0; i < ROW_LINES && row->lines[i].name; i++) {
		read_line(&row->lines[i], lines, &o);
		assert_int_equal(0, domain_words_note(&words, &o, &e));
		arena_reset(lines); /* nothing of it is kept */
	}
	for (size_t i = 0; i < ROW_LINES && row->lines[i].name; i++) {
		read_line(&row->lines[i], lines, &o);
		if (!domain_words_count(&words, &o))
			continue;
		size_t n = strlen(got);
		(void)snprintf(got + n, sizeof(got) - n, "%s%s", n ? " " : "",
			row->lines[i].name);
	}
	assert_string_equal(row->want, got);
	arena_free(lines);
	arena_free(mem);
}

static void
a_poll_replaces_what_asked_no_more_than_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("  %s\n", rows[i].label);
		assert_row(&rows[i]);
	}
}

static void
many_domains_and_polls_are_kept_apart(void **state)
{
	struct arena *mem = arena_new(8 << 20), *lines = arena_new(1 << 20);
	struct domain_words words;
	struct observation o;
	char name[16];
	struct err e;

	(void)state;
	domain_words_init(&words, mem);
	for (unsigned i = 0; i < 1000; i++) {
		struct line l = POLL("", "22T10:00", i % 2 ? QUICK : OTHER);
		(void)snprintf(name, sizeof(name), "D%u", i * 7919 % 250);
		l.domain = name;
		read_line(&l, lines, &o);
		o.at += i;
		assert_int_equal(0, domain_words_note(&words, &o, &e));
		arena_reset(lines);
	}
	/* 250 is even: a domain is polled in one of the ways only. */
	assert_int_equal(250, words.n);
	arena_free(lines);
	arena_free(mem);
}

/* --- what was asked ------------------------------------------------------------------------ */

static struct host_link links[] = {
	{ .index = 1, .name = "eth0", .kind = LINK_ETHER, .up = true },
	{ .index = 2, .name = "eth1", .kind = LINK_ETHER, .up = true },
};

static void
assert_asked(const struct windows_settings *settings, const char *want)
{
	struct arena *mem = arena_new(1 << 20);
	struct host_addr addrs[] = {
		{ .link = 1, .addr = addr_ip4(0xc612c002), .bits = 24 },
		{ .link = 2, .addr = addr_ip4(0x0a000002), .bits = 25 },
	};
	const struct host_net net = {
		.links = links, .n_links = 2, .addrs = addrs, .n_addrs = 2
	};
	struct windows_settings s = *settings;
	const struct windows_input in = { .conf = &s };
	char got[512] = "";
	struct fact asked;
	struct err e;

	s.windows.net = &net;
	assert_int_equal(0, windows_asked(&in, mem, &asked, &e));
	assert_string_equal("domain.asked", asked.key);
	for (size_t i = 0; i < asked.texts.n; i++) {
		size_t n = strlen(got);
		(void)snprintf(got + n, sizeof(got) - n, "%s%s", n ? "; " : "",
			asked.texts.items[i]);
	}
	assert_string_equal(want, got);
	arena_free(mem);
}

static void
a_poll_tells_what_it_asks(void **state)
{
	static const char *eth0[] = { "eth0" }, *wins[] = { "198.18.192.10" },
			  *login[] = { "corp" };
	struct windows_settings s = { .quick = true };

	(void)state;
	assert_asked(&s, "10.0.0.0/25; 198.18.192.0/24");
	s.windows.lists = true;
	s.known = true;
	s.windows.interfaces = (struct opt_list){ eth0, 1, 0 };
	assert_asked(&s, "198.18.192.0/24; lists");
	s.quick = false;
	assert_asked(&s, "198.18.192.0/24; known; lists");
	s.kept.emit = true;
	assert_asked(&s, "198.18.192.0/24; lists");
	s.windows.servers = (struct opt_list){ wins, 1, 0 };
	s.members.logins = (struct opt_list){ login, 1, 0 };
	assert_asked(&s, "198.18.192.0/24; account; lists; wins 198.18.192.10");
}

static void
targets_are_words_and_very_many_of_them_one(void **state)
{
	struct iprange_run runs[ASKED_RANGES_MAX + 1];
	struct arena *mem = arena_new(1 << 20);
	static const char *eth0[] = { "eth0" };
	struct windows_settings s = { .quick = true };

	(void)state;
	s.windows.interfaces = (struct opt_list){ eth0, 1, 0 };
	for (uint32_t i = 0; i <= ASKED_RANGES_MAX; i++)
		runs[i].first = runs[i].last = addr_ip4(0x0a010000 + 2 * i);
	runs[1].last = addr_ip4(0x0a010003);
	s.windows.targets = iprange_from_runs(runs, 2, mem);
	assert_asked(&s, "10.1.0.0; 10.1.0.2/31; 198.18.192.0/24");
	runs[1].last = runs[1].first;
	s.windows.targets = iprange_from_runs(runs, ASKED_RANGES_MAX + 1, mem);
	assert_asked(&s, "198.18.192.0/24; 257 addresses from 10.1.0.0 to 10.1.2.0");
	arena_free(mem);
}

static void
what_was_asked_is_a_fact_of_domains_alone(void **state)
{
	static const char *words[] = { "lists" };
	const struct fact asked = {
		.key = "domain.asked", .type = FACT_TEXTS, .texts = { words, 1 }
	};
	const struct fact facts[] = { { .key = "a", .type = FACT_INT },
		{ .key = "domain.name", .type = FACT_TEXT, .text = "CORP" } };
	struct observation o = {
		.subject = SUBJECT_DOMAIN, .facts = facts, .n_facts = 2
	};
	struct arena *mem = arena_new(1 << 20);
	struct observation out;
	struct err e;

	(void)state;
	assert_int_equal(0, windows_asked_add(&asked, &o, mem, &out, &e));
	assert_int_equal(3, out.n_facts);
	assert_string_equal("a", out.facts[0].key);
	assert_string_equal("domain.asked", out.facts[1].key);
	assert_string_equal("domain.name", out.facts[2].key);
	o.subject = SUBJECT_DEVICE;
	assert_int_equal(0, windows_asked_add(&asked, &o, mem, &out, &e));
	assert_int_equal(2, out.n_facts);
	arena_free(mem);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_poll_replaces_what_asked_no_more_than_it),
		cmocka_unit_test(many_domains_and_polls_are_kept_apart),
		cmocka_unit_test(a_poll_tells_what_it_asks),
		cmocka_unit_test(targets_are_words_and_very_many_of_them_one),
		cmocka_unit_test(what_was_asked_is_a_fact_of_domains_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
