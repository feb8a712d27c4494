/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who should answer a sweep: what the store counts as known (db/expected.c), and what of it
 * and of the neighbour table is compared with the sweep.
 */
#include "cli/expect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "store_bench.h"

#define HOURS(n) ((n)*3600 * (int64_t)SECOND)
/* When the runs of the tests begin. */
#define NOW (T0 + HOURS(100))

/* lifetime 0: the default */
static void
begin_for(struct bench *b, const char *id, const char *resumes, int64_t at,
	int64_t lifetime)
{
	struct run run = { .id = id,
		.source = "sweep",
		.command = "muster scan",
		.site = "default",
		.point = "here",
		.targets = "198.18.3.0/24",
		.settings = "{}",
		.resumes = resumes,
		.started = at,
		.lifetime = lifetime };

	if (store_begin_run(b->s, &run, &b->e) == -1)
		fail_msg("begin %s: %s", id, b->e.text);
}

static void
begin(struct bench *b, const char *id, const char *resumes, int64_t at)
{
	begin_for(b, id, resumes, at, 0);
}

static void
end(struct bench *b, const char *id, bool ok, int64_t at)
{
	struct run_end how = { .ok = ok, .interrupted = !ok };
	struct coverage c = { .probe = "icmp-echo",
		.targets = "198.18.3.0/24",
		.started = at - SECOND,
		.finished = at,
		.complete = true };

	assert_int_equal(0, store_put_coverage(b->s, id, &c, &b->e));
	assert_int_equal(0, store_end_run(b->s, id, at, &how, &b->e));
}

struct seen {
	const char *ip, *mac, *run;
	int64_t at;
	enum evidence evidence;
	const char *site; /* NULL: the run's */
};

static void
see(struct bench *b, struct seen x)
{
	struct fact facts[3] = { { .key = "icmp.echo", .type = FACT_BOOL, .num = 1 },
		{ .key = "mac", .type = FACT_MAC },
		{ .key = "mac.onlink", .type = FACT_BOOL, .num = 1 } };
	struct observation o = { .site = x.site ? x.site : "default",
		.point = "here",
		.run = x.run,
		.source = "sweep",
		.at = x.at,
		.evidence = x.evidence,
		.facts = facts,
		.n_facts = x.mac ? 3 : 1 };
	struct ingest_result r = { 0 };

	assert_true(addr_parse(x.ip, &o.ip));
	assert_true(!x.mac || mac_parse(x.mac, &facts[1].mac));
	if (store_ingest(b->s, &o, 1, &r, &b->e) == -1)
		fail_msg("ingest: %s", b->e.text);
}

static int
note_expected(void *arg, const struct expected *row, struct err *e)
{
	char ip[ADDR_TEXT_MAX];

	(void)e;
	assert_true(row->device > 0);
	sb_printf(arg, "%s ", addr_print(&row->ip, ip));
	return 0;
}

/* Those of 198.18.3.0-255, or all with IPv6 up to 2001:db8::ff. */
static void
assert_expected(struct bench *b, const char *run, bool six, const char *want)
{
	struct expected_query q = { .site = "default", .run = run };
	struct sb text;

	sb_init(&text, 1 << 16);
	assert_true(addr_parse("198.18.3.0", &q.first));
	assert_true(addr_parse(six ? "2001:db8::ff" : "198.18.3.255", &q.last));
	if (store_each_expected(b->s, &q, note_expected, &text, &b->e) == -1)
		fail_msg("expected: %s", b->e.text);
	assert_string_equal(want, text.text);
	sb_done(&text);
}

/* --- what the store expects --------------------------------------------------------------- */

static const struct known_row {
	const char *label;
	struct seen seen[2];
	bool expected; /* 198.18.3.7 */
} known[] = {
	{ "nobody said anything of it", { { 0 } }, false },
	{ "it replied an hour ago",
		{ { "198.18.3.7", NULL, "old", NOW - HOURS(1), EVIDENCE_REPLY, NULL } },
		true },
	{ "it replied 25 hours ago",
		{ { "198.18.3.7", NULL, "old", NOW - HOURS(25), EVIDENCE_REPLY, NULL } },
		false },
	{ "a list has it since an hour",
		{ { "198.18.3.7", "00:16:3e:00:00:07", "old", NOW - HOURS(1),
			EVIDENCE_LISTED, NULL } },
		true },
	{ "a list had it 25 hours ago",
		{ { "198.18.3.7", NULL, "old", NOW - HOURS(25), EVIDENCE_LISTED,
			NULL } },
		false },
	{ "it replied two hours ago to who believes it for one",
		{ { "198.18.3.7", NULL, "hour", NOW - HOURS(2), EVIDENCE_REPLY, NULL } },
		false },
	{ "it replied half an hour ago to who believes it for one",
		{ { "198.18.3.7", NULL, "hour", NOW - HOURS(1) / 2, EVIDENCE_REPLY,
			NULL } },
		true },
	{ "it replied 25 hours ago to who believes it for a week",
		{ { "198.18.3.7", NULL, "week", NOW - HOURS(25), EVIDENCE_REPLY,
			NULL } },
		true },
	{ "it was listed 25 hours ago by who believes it for a week",
		{ { "198.18.3.7", NULL, "week", NOW - HOURS(25), EVIDENCE_LISTED,
			NULL } },
		true },
	{ "it replied 8 days ago to who believes it for a week",
		{ { "198.18.3.7", NULL, "week", NOW - HOURS(192), EVIDENCE_REPLY,
			NULL } },
		false },
	{ "who believes it for a week saw it before who believes it for an hour",
		{ { "198.18.3.7", NULL, "week", NOW - HOURS(25), EVIDENCE_REPLY, NULL },
			{ "198.18.3.7", NULL, "hour", NOW - HOURS(2), EVIDENCE_REPLY,
				NULL } },
		true },
	{ "it was heard",
		{ { "198.18.3.7", NULL, "old", NOW - HOURS(1), EVIDENCE_HEARD, NULL } },
		true },
	{ "something answered for it",
		{ { "198.18.3.7", NULL, "old", NOW - HOURS(1), EVIDENCE_WEAK, NULL } },
		false },
	{ "it replied long ago, something answered for it since",
		{ { "198.18.3.7", NULL, "old", NOW - HOURS(30), EVIDENCE_REPLY, NULL },
			{ "198.18.3.7", NULL, "new", NOW - HOURS(1), EVIDENCE_WEAK,
				NULL } },
		false },
	{ "it was listed long ago, something answered for it since",
		{ { "198.18.3.7", "00:16:3e:00:00:07", "old", NOW - HOURS(30),
			  EVIDENCE_LISTED, NULL },
			{ "198.18.3.7", "00:16:3e:00:00:07", "new", NOW - HOURS(1),
				EVIDENCE_WEAK, NULL } },
		false },
	{ "it was listed, and something answered for it since",
		{ { "198.18.3.7", NULL, "old", NOW - HOURS(3), EVIDENCE_LISTED, NULL },
			{ "198.18.3.7", NULL, "new", NOW - HOURS(1), EVIDENCE_WEAK,
				NULL } },
		true },
	{ "a list gives it to another device than the one that replied long ago",
		{ { "198.18.3.7", "00:16:3e:00:00:01", "old", NOW - HOURS(30),
			  EVIDENCE_REPLY, NULL },
			{ "198.18.3.7", "00:16:3e:00:00:02", "new", NOW - HOURS(1),
				EVIDENCE_LISTED, NULL } },
		true },
	{ "of another site",
		{ { "198.18.3.7", NULL, "old", NOW - HOURS(1), EVIDENCE_REPLY,
			"elsewhere" } },
		false },
	{ "outside of what was asked for",
		{ { "198.18.4.7", NULL, "old", NOW - HOURS(1), EVIDENCE_REPLY, NULL },
			{ "198.18.2.7", NULL, "old", NOW - HOURS(1), EVIDENCE_REPLY,
				NULL } },
		false },
	{ "the run itself found it",
		{ { "198.18.3.7", NULL, "run", NOW + SECOND, EVIDENCE_REPLY, NULL } },
		false },
	{ "another said so before the run found it",
		{ { "198.18.3.7", NULL, "old", NOW - HOURS(1), EVIDENCE_LISTED, NULL },
			{ "198.18.3.7", NULL, "run", NOW + SECOND, EVIDENCE_REPLY,
				NULL } },
		true },
};

static void
the_store_expects_who_is_known_by_others(void **state)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		print_message("  %s\n", known[i].label);
		assert_int_equal(0, tear_down(state));
		assert_int_equal(0, set_up(state));
		struct bench *b = *state;
		begin(b, "run", NULL, NOW);
		begin_for(b, "hour", NULL, NOW - HOURS(200), HOURS(1));
		begin_for(b, "week", NULL, NOW - HOURS(200), HOURS(168));
		for (size_t j = 0; j < 2 && known[i].seen[j].ip; j++)
			see(b, known[i].seen[j]);
		assert_expected(b, "run", false, known[i].expected ? "198.18.3.7 " : "");
	}
}

static void
the_rows_come_in_the_order_of_addresses_of_both_families(void **state)
{
	static const char *const ips[] = { "2001:db8::9", "198.18.3.255", "198.18.3.0",
		"198.18.3.70", "2001:db8::ff", "2001:db8::100" };
	struct bench *b = *state;

	begin(b, "run", NULL, NOW);
	for (size_t i = 0; i < sizeof(ips) / sizeof(ips[0]); i++)
		see(b,
			(struct seen){ ips[i], NULL, "old", NOW - HOURS(1),
				EVIDENCE_REPLY, NULL });
	assert_expected(b, "run", false, "198.18.3.0 198.18.3.70 198.18.3.255 ");
	assert_expected(b, "run", true,
		"198.18.3.0 198.18.3.70 198.18.3.255 2001:db8::9 2001:db8::ff ");
}

/* Two devices had it: one is told, the one that has it now. */
static void
who_lost_its_address_is_not_expected_there(void **state)
{
	struct bench *b = *state;

	begin(b, "run", NULL, NOW);
	see(b,
		(struct seen){ "198.18.3.7", "00:16:3e:00:00:01", "a", NOW - HOURS(3),
			EVIDENCE_REPLY, NULL });
	see(b,
		(struct seen){ "198.18.3.7", "00:16:3e:00:00:02", "b", NOW - HOURS(1),
			EVIDENCE_REPLY, NULL });
	assert_expected(b, "run", false, "198.18.3.7 ");
}

/* That it is gone was told by the sweep that found out. */
static void
what_is_down_already_is_not_expected_until_it_is_seen_again(void **state)
{
	struct bench *b = *state;

	begin(b, "first", NULL, NOW - HOURS(5));
	see(b,
		(struct seen){ "198.18.3.7", NULL, "first", NOW - HOURS(5),
			EVIDENCE_REPLY, NULL });
	end(b, "first", true, NOW - HOURS(5));
	begin(b, "second", NULL, NOW - HOURS(4));
	assert_expected(b, "second", false, "198.18.3.7 ");
	end(b, "second", true, NOW - HOURS(3));
	begin(b, "third", NULL, NOW - HOURS(2));
	assert_expected(b, "third", false, "");
	end(b, "third", true, NOW - HOURS(1));
	begin(b, "fourth", NULL, NOW);
	see(b,
		(struct seen){ "198.18.3.7", NULL, "lease", NOW - HOURS(1) / 2,
			EVIDENCE_LISTED, NULL });
	assert_expected(b, "fourth", false, "198.18.3.7 ");
}

static void
a_run_that_goes_on_expects_what_the_first_one_did(void **state)
{
	struct bench *b = *state;

	see(b,
		(struct seen){ "198.18.3.7", NULL, "old", NOW - HOURS(23),
			EVIDENCE_REPLY, NULL });
	see(b,
		(struct seen){ "198.18.3.8", NULL, "old", NOW - HOURS(1),
			EVIDENCE_LISTED, NULL });
	see(b,
		(struct seen){ "198.18.3.10", NULL, "old", NOW - HOURS(1),
			EVIDENCE_REPLY, NULL });
	begin(b, "one", NULL, NOW);
	see(b,
		(struct seen){ "198.18.3.8", NULL, "one", NOW + SECOND, EVIDENCE_REPLY,
			NULL });
	see(b,
		(struct seen){ "198.18.3.9", NULL, "one", NOW + SECOND, EVIDENCE_REPLY,
			NULL });
	see(b,
		(struct seen){ "198.18.3.10", NULL, "one", NOW + SECOND, EVIDENCE_REPLY,
			NULL });
	end(b, "one", false, NOW + 2 * SECOND); /* .7 is down by its coverage */
	begin(b, "two", "one", NOW + HOURS(3));
	assert_expected(b, "two", false, "198.18.3.7 198.18.3.8 198.18.3.10 ");
}

static int
count_replied(void *arg, int64_t device, struct err *e)
{
	(void)e;
	assert_true(device > 0);
	(*(int *)arg)++;
	return 0;
}

static void
the_devices_that_replied_are_those_of_the_chain(void **state)
{
	struct bench *b = *state;
	int n = 0;

	begin(b, "other", NULL, NOW);
	see(b, (struct seen){ "198.18.3.6", NULL, "other", NOW, EVIDENCE_REPLY, NULL });
	begin(b, "one", NULL, NOW);
	see(b, (struct seen){ "198.18.3.7", NULL, "one", NOW, EVIDENCE_REPLY, NULL });
	begin(b, "two", "one", NOW);
	see(b, (struct seen){ "198.18.3.8", NULL, "two", NOW, EVIDENCE_REPLY, NULL });
	see(b, (struct seen){ "198.18.3.8", NULL, "two", NOW + 1, EVIDENCE_REPLY, NULL });
	see(b, (struct seen){ "198.18.3.9", NULL, "two", NOW, EVIDENCE_WEAK, NULL });
	see(b, (struct seen){ "198.18.3.10", NULL, "two", NOW, EVIDENCE_LISTED, NULL });
	assert_int_equal(0, store_each_replied(b->s, "two", count_replied, &n, &b->e));
	assert_int_equal(2, n);
}

/* --- what is compared --------------------------------------------------------------------- */

struct told {
	struct monitor monitor; /* first */
	struct sb text;
};

static void
note_reason(struct monitor *m, const struct reason *r)
{
	sb_printf(&((struct told *)m)->text, "[%s] %s %llu: %s\n", r->code, r->about,
		(unsigned long long)r->count, r->text);
}

static struct expect_input
input(struct bench *b, const struct host_net *net)
{
	static const char *const targets = "198.18.3.0/25 198.18.3.200";
	struct iprange *set;

	assert_int_equal(0, iprange_parse(&targets, 1, NULL, b->mem, &set, &b->e));
	return (struct expect_input){
		.targets = set, .net = net, .store = b->s, .site = "default", .run = "run"
	};
}

static void
assert_judged(struct bench *b, struct expect *x, const char *want)
{
	struct told t = { .monitor = { .reason = note_reason } };

	sb_init(&t.text, 1 << 16);
	assert_int_equal(0, expect_judge(x, &t.monitor, b->mem, &b->e));
	assert_string_equal(want, t.text.text);
	sb_done(&t.text);
}

static void
found(struct expect *x, const char *text)
{
	struct addr ip;

	assert_true(addr_parse(text, &ip));
	expect_found(x, &ip);
}

static struct host_neigh
neigh(int link, const char *ip, const char *mac)
{
	struct host_neigh n = { .link = link };

	assert_true(addr_parse(ip, &n.addr));
	assert_true(mac_parse(mac, &n.mac));
	return n;
}

static void
neighbours_that_are_targets_and_others_count(void **state)
{
	struct bench *b = *state;
	struct host_neigh neighs[] = {
		neigh(1, "198.18.3.1", "00:16:3e:00:00:01"),
		neigh(1, "198.18.3.2", "00:16:3e:00:00:02"),
		neigh(2, "198.18.3.1", "00:16:3e:00:00:01"),   /* on two links */
		neigh(1, "198.18.3.5", "00:16:3e:00:00:05"),   /* ourselves */
		neigh(1, "198.18.3.6", "01:00:5e:00:00:06"),   /* a group */
		neigh(1, "198.18.3.129", "00:16:3e:00:00:29"), /* no target */
		neigh(1, "198.18.3.200", "00:16:3e:00:02:00"),
	};
	struct host_addr own = { .link = 1, .bits = 24 };
	struct host_net net = { .addrs = &own,
		.n_addrs = 1,
		.neighs = neighs,
		.n_neighs = sizeof(neighs) / sizeof(neighs[0]) };
	struct expect x;

	assert_true(addr_parse("198.18.3.5", &own.addr));
	struct expect_input in = input(b, &net);
	in.store = NULL;
	assert_int_equal(0, expect_begin(&x, &in, &b->e));
	found(&x, "198.18.3.2");
	assert_judged(b, &x,
		"[known-but-silent] neighbours 2: 2 of 3 neighbours that the kernel knows "
		"here did not answer: 198.18.3.1, 198.18.3.200\n");
	assert_int_equal(1, x.n_reports);
	assert_int_equal(3, x.reports[0].known);
	assert_int_equal(1, x.reports[0].found);
	expect_done(&x);
}

static void
devices_of_the_store_that_are_targets_and_others_count(void **state)
{
	static const struct host_net net = { .n_addrs = 0 };
	struct bench *b = *state;
	struct host_addr own = { .link = 1 };
	struct host_net with_own = net;
	struct expect x;

	assert_true(addr_parse("198.18.3.5", &own.addr));
	with_own.addrs = &own;
	with_own.n_addrs = 1;
	static const char *const ips[] = { "198.18.3.5", "198.18.3.7", "198.18.3.8",
		"198.18.3.150", "198.18.3.200" };
	for (size_t i = 0; i < sizeof(ips) / sizeof(ips[0]); i++)
		see(b,
			(struct seen){ ips[i], NULL, "old", NOW - HOURS(1),
				EVIDENCE_LISTED, NULL });
	begin(b, "run", NULL, NOW);
	struct expect_input in = input(b, &with_own);
	assert_int_equal(0, expect_begin(&x, &in, &b->e));
	found(&x, "198.18.3.7");
	found(&x, "198.18.3.9");
	assert_judged(b, &x,
		"[known-but-silent] store 2: 2 of 3 devices that the store knows here did "
		"not answer: 198.18.3.8, 198.18.3.200\n");
	assert_int_equal(2, x.n_reports);
	assert_int_equal(0, x.reports[EXPECT_NEIGHBOURS].known);
	expect_done(&x);
}

/* What a lease said of it is old; by its card it is the same device. */
static void
a_device_that_moved_is_found(void **state)
{
	static const struct host_net net = { .n_addrs = 0 };
	struct bench *b = *state;
	struct expect x;

	see(b,
		(struct seen){ "198.18.3.7", "00:16:3e:00:00:07", "old", NOW - HOURS(1),
			EVIDENCE_LISTED, NULL });
	begin(b, "run", NULL, NOW);
	struct expect_input in = input(b, &net);
	assert_int_equal(0, expect_begin(&x, &in, &b->e));
	see(b,
		(struct seen){ "198.18.3.70", "00:16:3e:00:00:07", "run", NOW + SECOND,
			EVIDENCE_REPLY, NULL });
	found(&x, "198.18.3.70");
	assert_judged(b, &x, "");
	assert_int_equal(1, x.reports[EXPECT_STORE].known);
	assert_int_equal(1, x.reports[EXPECT_STORE].found);
	expect_done(&x);
}

static void
told(struct expect *x, const char *ip, const char *mac, enum evidence evidence)
{
	struct fact facts[2] = { { .key = "mac", .type = FACT_MAC },
		{ .key = "mac.onlink", .type = FACT_BOOL } };
	struct observation o = {
		.evidence = evidence, .facts = facts, .n_facts = mac ? 2 : 0
	};

	assert_true(!ip || addr_parse(ip, &o.ip));
	assert_true(!mac || mac_parse(mac, &facts[0].mac));
	expect_told(x, &o);
}

/* They answered before the router was asked. */
static void
whom_a_router_lists_is_expected(void **state)
{
	static const struct host_net net = { .n_addrs = 0 };
	struct bench *b = *state;
	struct expect_input in = input(b, &net);
	struct expect x;

	in.store = NULL;
	assert_int_equal(0, expect_begin(&x, &in, &b->e));
	found(&x, "198.18.3.2");
	found(&x, "198.18.3.7");
	found(&x, "198.18.3.7");
	told(&x, "198.18.3.7", "00:16:3e:00:00:07", EVIDENCE_LISTED);
	told(&x, "198.18.3.8", "00:16:3e:00:00:08", EVIDENCE_LISTED);
	told(&x, "198.18.3.8", "00:16:3e:00:00:08",
		EVIDENCE_LISTED);                      /* by two routers */
	told(&x, "198.18.3.9", NULL, EVIDENCE_LISTED); /* LLDP */
	told(&x, "198.18.3.10", "00:16:3e:00:00:10", EVIDENCE_REPLY);
	told(&x, "198.18.3.129", "00:16:3e:00:00:29", EVIDENCE_LISTED); /* no target */
	told(&x, NULL, "00:16:3e:00:00:11", EVIDENCE_LISTED);           /* a switch */
	assert_judged(b, &x,
		"[known-but-silent] snmp-arp 1: 1 of 2 addresses that ARP tables of routers "
		"list here did not answer: 198.18.3.8\n");
	assert_int_equal(2, x.n_reports);
	expect_done(&x);
}

static void
nobody_is_expected_of_nothing(void **state)
{
	struct bench *b = *state;
	struct expect x = { .n_populations = 0 };

	found(&x, "198.18.3.7");
	told(&x, "198.18.3.8", "00:16:3e:00:00:08", EVIDENCE_LISTED);
	assert_judged(b, &x, "");
	assert_int_equal(0, x.n_reports);
	expect_done(&x);
}

int
main(void)
{
#define TEST(t) cmocka_unit_test_setup_teardown(t, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(the_store_expects_who_is_known_by_others),
		TEST(the_rows_come_in_the_order_of_addresses_of_both_families),
		TEST(who_lost_its_address_is_not_expected_there),
		TEST(what_is_down_already_is_not_expected_until_it_is_seen_again),
		TEST(a_run_that_goes_on_expects_what_the_first_one_did),
		TEST(the_devices_that_replied_are_those_of_the_chain),
		TEST(neighbours_that_are_targets_and_others_count),
		TEST(devices_of_the_store_that_are_targets_and_others_count),
		TEST(a_device_that_moved_is_found),
		TEST(whom_a_router_lists_is_expected),
		TEST(nobody_is_expected_of_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
