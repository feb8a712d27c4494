/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whom a poll of Windows asks again, by what the store knows of them (db/smb.c). */
#include "db/store.h"

#include <stdio.h>
#include <string.h>

#include "iprange/iprange.h"
#include "store_bench.h"

#define HOURS(n) ((n)*3600 * (int64_t)SECOND)
#define NOW      (T0 + HOURS(100))

/* One observation of a device; its facts as a word each. */
struct seen {
	const char *ip, *source;
	int64_t at;
	enum evidence evidence;
	const char *says; /* "name", "open", "closed", "ssh", "echo" */
	const char *site; /* NULL: the run's */
};

static const uint16_t smb[] = { 445 }, ssh[] = { 22 };
static const struct saying {
	const char *word;
	struct fact fact;
} sayings[] = {
	{ "name", { .key = "netbios.name", .type = FACT_TEXT, .text = "PC1" } },
	{ "open", { .key = "tcp.open", .type = FACT_PORTS, .ports = { smb, 1 } } },
	{ "closed", { .key = "tcp.closed", .type = FACT_PORTS, .ports = { smb, 1 } } },
	{ "ssh", { .key = "tcp.open", .type = FACT_PORTS, .ports = { ssh, 1 } } },
	{ "echo", { .key = "icmp.echo", .type = FACT_BOOL, .num = 1 } },
};

/* Those at several addresses are one by their MAC. */
static void
see(struct bench *b, const struct seen *x, const char *mac)
{
	struct fact said = { .key = "" }, facts[3];
	char run[32];
	struct observation o = { .site = x->site ? x->site : "default",
		.point = "here",
		.run = run,
		.source = x->source,
		.at = x->at,
		.evidence = x->evidence,
		.facts = facts,
		.n_facts = 3 };
	const struct fact card[] = { { .key = "mac", .type = FACT_MAC },
		{ .key = "mac.onlink", .type = FACT_BOOL, .num = 1 } };
	struct ingest_result r = { 0 };

	(void)snprintf(run, sizeof(run), "at %lld", (long long)x->at);
	for (size_t i = 0; i < sizeof(sayings) / sizeof(sayings[0]); i++)
		if (strcmp(sayings[i].word, x->says) == 0)
			said = sayings[i].fact;
	bool first = strcmp(said.key, "mac") < 0;
	facts[first ? 0 : 2] = said;
	memcpy(facts + first, card, sizeof(card));
	assert_true(mac_parse(mac, &facts[first].mac));
	assert_true(addr_parse(x->ip, &o.ip));
	if (store_ingest(b->s, &o, 1, &r, &b->e) == -1)
		fail_msg("ingest: %s", b->e.text);
}

static const char *
find(struct bench *b, const char *within, size_t max, uint64_t *left)
{
	struct smb_query q = { .site = "default", .now = NOW, .max = max };
	struct iprange *range = NULL;
	struct smb_known known;

	if (within)
		assert_int_equal(
			0, iprange_parse(&within, 1, NULL, b->mem, &range, &b->e));
	q.within = range;
	if (store_find_smb(b->s, &q, b->mem, &known, &b->e) == -1)
		fail_msg("find: %s", b->e.text);
	if (left)
		*left = known.left;
	return iprange_text(known.all, IPRANGE_TEXT_MAX, b->mem);
}

static const struct row {
	const char *label;
	struct seen seen[3];
	bool is_asked; /* 10.0.0.7 */
} rows[] = {
	{ "nobody is known", { { 0 } }, false },
	{ "it takes SMB connections",
		{ { "10.0.0.7", "sweep", NOW, EVIDENCE_REPLY, "open", NULL } }, true },
	{ "it took them a week ago, and nobody came since",
		{ { "10.0.0.7", "sweep", NOW - HOURS(168), EVIDENCE_REPLY, "open",
			NULL } },
		true },
	{ "it told its NetBIOS name",
		{ { "10.0.0.7", "windows", NOW, EVIDENCE_REPLY, "name", NULL } }, true },
	{ "it told its name, and takes no connections",
		{ { "10.0.0.7", "windows", NOW, EVIDENCE_REPLY, "name", NULL },
			{ "10.0.0.7", "sweep", NOW, EVIDENCE_REPLY, "closed", NULL } },
		true },
	{ "it lives, and nobody looked at the port",
		{ { "10.0.0.7", "sweep", NOW - HOURS(1), EVIDENCE_REPLY, "ssh", NULL } },
		true },
	{ "it lived two days ago",
		{ { "10.0.0.7", "sweep", NOW - HOURS(48), EVIDENCE_REPLY, "echo",
			NULL } },
		false },
	{ "it lives, and its port was found closed",
		{ { "10.0.0.7", "sweep", NOW, EVIDENCE_REPLY, "closed", NULL } },
		false },
	{ "also by another tool",
		{ { "10.0.0.7", "sweep", NOW, EVIDENCE_REPLY, "echo", NULL },
			{ "10.0.0.7", "import", NOW, EVIDENCE_REPLY, "closed", NULL } },
		false },
	{ "what another tool found is no leave to ask",
		{ { "10.0.0.7", "import", NOW, EVIDENCE_REPLY, "open", NULL } }, false },
	{ "nor that it lives, by another tool",
		{ { "10.0.0.7", "import", NOW, EVIDENCE_REPLY, "echo", NULL } }, false },
	{ "nor what was overheard",
		{ { "10.0.0.7", "passive", NOW, EVIDENCE_HEARD, "name", NULL } },
		false },
	{ "it never answered",
		{ { "10.0.0.7", "windows", NOW, EVIDENCE_LISTED, "name", NULL } },
		false },
	{ "something answered for it",
		{ { "10.0.0.7", "sweep", NOW, EVIDENCE_WEAK, "open", NULL } }, false },
	{ "of another site",
		{ { "10.0.0.7", "sweep", NOW, EVIDENCE_REPLY, "open", "elsewhere" } },
		false },
};

static void
who_may_take_connections_is_asked_again(void **state)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("  %s\n", rows[i].label);
		assert_int_equal(0, tear_down(state));
		assert_int_equal(0, set_up(state));
		struct bench *b = *state;
		for (size_t j = 0; j < 3 && rows[i].seen[j].ip; j++)
			see(b, &rows[i].seen[j], "00:16:3e:00:00:07");
		assert_string_equal(
			rows[i].is_asked ? "10.0.0.7" : "", find(b, NULL, 9, NULL));
	}
}

/* Whoever has gone elsewhere, or lost its address to another, is not there. */
static void
where_they_are_now(void **state)
{
	static const struct seen first = { "10.0.0.7", "sweep", NOW - HOURS(30),
		EVIDENCE_REPLY, "open", NULL },
				 moved = { "10.0.0.8", "sweep", NOW, EVIDENCE_REPLY,
					 "open", NULL },
				 other = { "10.0.0.8", "sweep", NOW + HOURS(1),
					 EVIDENCE_REPLY, "closed", NULL };
	struct bench *b = *state;

	see(b, &first, "00:16:3e:00:00:07");
	assert_string_equal("10.0.0.7", find(b, NULL, 9, NULL));
	see(b, &moved, "00:16:3e:00:00:07");
	assert_string_equal("10.0.0.8", find(b, NULL, 9, NULL));
	see(b, &other, "00:16:3e:00:00:08");
	assert_string_equal("", find(b, NULL, 9, NULL));
}

/* One address of a machine is enough, and IPv4 tells more. */
static void
by_ipv6_when_there_is_nothing_else(void **state)
{
	static const struct seen six = { "2001:db8::7", "sweep", NOW, EVIDENCE_REPLY,
		"open", NULL },
				 four = { "10.0.0.7", "sweep", NOW, EVIDENCE_REPLY,
					 "echo", NULL };
	struct bench *b = *state;

	see(b, &six, "00:16:3e:00:00:07");
	assert_string_equal("2001:db8::7", find(b, NULL, 9, NULL));
	see(b, &four, "00:16:3e:00:00:07");
	assert_string_equal("10.0.0.7", find(b, NULL, 9, NULL));
}

static void
within_what_is_allowed_and_no_more_than_asked_for(void **state)
{
	static const char *const ips[] = { "10.0.0.1", "10.0.0.2", "10.0.0.3",
		"10.0.1.1", "10.0.1.2" };
	struct bench *b = *state;
	uint64_t left;

	for (size_t i = 0; i < sizeof(ips) / sizeof(ips[0]); i++) {
		const struct seen s = { ips[i], "sweep", NOW, EVIDENCE_REPLY,
			i == 2 ? "open" : "echo", NULL };
		char mac[] = "00:16:3e:00:00:0X";
		mac[sizeof(mac) - 2] = (char)('0' + i);
		see(b, &s, mac);
	}
	assert_string_equal(
		"10.0.0.1-10.0.0.3,10.0.1.1-10.0.1.2", find(b, NULL, 9, &left));
	assert_int_equal(0, left);
	assert_string_equal("10.0.0.2/31", find(b, "10.0.0.2-10.0.0.9", 9, &left));
	assert_int_equal(0, left);
	/* Who takes connections for sure comes first. */
	assert_string_equal("10.0.0.1,10.0.0.3", find(b, NULL, 2, &left));
	assert_int_equal(3, left);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			who_may_take_connections_is_asked_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(where_they_are_now, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			by_ipv6_when_there_is_nothing_else, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			within_what_is_allowed_and_no_more_than_asked_for, set_up,
			tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
