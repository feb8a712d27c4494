/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The source as a command sees it: its settings and its preview. */
#include "sweep_rig.h"

static bool
nobody(const struct addr *a)
{
	(void)a;
	return false;
}

static struct rig *
with_targets(const char *targets)
{
	struct rig *r = rig_new(nobody);
	struct iprange *set;
	struct err e;

	assert_int_equal(opt_defaults(source_sweep.opts, &r->conf, r->mem, &e), 0);
	assert_int_equal(iprange_parse(&targets, 1, NULL, r->mem, &set, &e), 0);
	r->conf.targets = set;
	r->conf.net = &rig_net;
	return r;
}

static void
the_defaults_are_those_of_the_design(void **state)
{
	struct rig *r = with_targets("198.18.3.0/24");

	(void)state;
	assert_int_equal(r->conf.rate, 10000);
	assert_int_equal(r->conf.host_rate, 40);
	assert_int_equal(r->conf.arp_rate, 1000);
	assert_int_equal(r->conf.recall, 999000);
	assert_int_equal(r->conf.rounds, 10);
	assert_int_equal(r->conf.wait_ms, 1000);
	assert_true(r->conf.identify);
	assert_false(r->conf.unprivileged);
	assert_int_equal(r->conf.probes.n + r->conf.ports.n + r->conf.interfaces.n, 0);
	assert_null(r->conf.packets_to);
	assert_null(r->conf.packets_from);
	rig_free(r);
}

static void
a_preview_adds_up(void **state)
{
	static const struct {
		const char *targets;
		bool identify;
		uint64_t onlink, routed, local, skipped, packets;
		int64_t at_least_us, at_most_us;
	} rows[] = {
		/* 253 ARP requests twice at 1,000/s, and four waits of a second. */
		{ "198.18.3.0/24", false, 253, 0, 1, 2, 506, 506 * MSEC, 4600 * MSEC },
		/* All alive: ten questions more, twice. */
		{ "198.18.3.0/24", true, 253, 0, 1, 2, 506 + 253 * 20, 900 * MSEC,
			6 * SECOND },
		{ "198.19.0.0/16", false, 0, 65536, 0, 0, 65536 * 16, 104 * SECOND,
			110 * SECOND },
		{ "203.0.113.0/24 127.0.0.1", false, 0, 0, 1, 0, 16, 0, 5 * SECOND },
		{ "0.0.0.0/0", false, 16381 + 253, 65536, 2 + 16777216, 268435462,
			16634 * 2 + (65536 + 16777216ull) * 16,
			7 * 3600 * (int64_t)SECOND, 8 * 3600 * (int64_t)SECOND },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rig *r = with_targets(rows[i].targets);
		struct sweep_preview p;
		struct err e;
		print_message("  %s\n", rows[i].targets);
		r->conf.identify = rows[i].identify;
		assert_int_equal(sweep_preview(&r->conf, r->mem, &p, &e), 0);
		assert_true(p.onlink == rows[i].onlink);
		assert_true(p.routed == rows[i].routed);
		assert_true(p.local == rows[i].local);
		assert_true(p.skipped == rows[i].skipped);
		assert_true(p.targets ==
			p.onlink + p.routed + p.local + p.unroutable + p.skipped);
		assert_true(p.packets == rows[i].packets);
		assert_in_range(p.duration_us, rows[i].at_least_us, rows[i].at_most_us);
		rig_free(r);
	}
}

static void
a_preview_of_a_sample_tells_the_least(void **state)
{
	static const struct {
		const char *label, *targets;
		int64_t share; /* millionths */
		uint64_t least;
	} rows[] = {
		/* Eight questions for each of the routed; 3 % of 256 are 8 addresses. */
		{ "256 blocks", "198.19.0.0/16", 30000, 256 * 8 * 8 },
		{ "a share of one address: the gateways", "198.19.0.0/24", 1, 2 * 8 },
		{ "all of them", "198.19.0.0/24", 1000000, 256 * 8 },
		{ "half a block, with one gateway, and one too small",
			"198.19.0.0/25 198.19.1.0/26", 30000, (1 + 64) * 8 },
		{ "smaller", "198.19.0.0-126", 30000, 127 * 8 },
		{ "a block in two parts", "198.19.0.0/24 !198.19.0.1-3", 30000, 5 * 8 },
		{ "two parts and whole ones", "198.19.0.200-198.19.3.20", 30000,
			(56 + 2 * 8 + 21) * 8 },
		{ "on the link, by ARP", "198.18.3.0/24", 30000, 5 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rig *r = with_targets("198.19.0.0/24");
		struct iprange *set;
		const char *words[2] = { rows[i].targets, "" };
		struct sweep_preview p;
		struct err e;
		char *blank;
		print_message("  %s\n", rows[i].label);
		words[0] = arena_strdup(r->mem, rows[i].targets);
		if ((blank = strchr(words[0], ' '))) {
			*blank = '\0';
			words[1] = blank + 1;
		}
		assert_int_equal(
			iprange_parse(words, blank ? 2 : 1, NULL, r->mem, &set, &e), 0);
		r->conf.targets = set;
		r->conf.sample = rows[i].share;
		assert_int_equal(sweep_preview(&r->conf, r->mem, &p, &e), 0);
		assert_int_equal(p.least_packets, rows[i].least);
		assert_true(p.least_packets < p.packets && p.least_us < p.duration_us);
		rig_free(r);
	}
}

static void
a_preview_of_everything_does_not_overflow(void **state)
{
	const char *ports = "1-65535";
	struct rig *r = with_targets("0.0.0.0/0 ::/0");
	struct host_route any = { ROUTE_UNICAST, { ADDR_IP4, { 0 } }, 0,
		{ ADDR_IP4, { 198, 18, 3, 1 } }, { 0 }, 2, 0 };
	struct host_net net = { rig_links, 2, rig_addrs, 2, &any, 1, NULL, 0 };
	struct sweep_preview p;
	struct err e;

	(void)state;
	r->conf.net = &net;
	r->conf.ports = (struct opt_list){ .items = &ports, .n = 1 };
	r->conf.recall = 0;
	r->conf.rounds = 100;
	r->conf.rate = 1;
	assert_int_equal(sweep_preview(&r->conf, r->mem, &p, &e), 0);
	/* 3.7e9 addresses, 65,537 questions, a hundred times, in discovery a few more. */
	assert_true(p.packets > UINT64_C(24000000000000000));
	assert_true(p.duration_us == INT64_MAX || p.duration_us > (int64_t)p.packets);
	rig_free(r);
}

static void
mistakes_are_found_before_anything_is_opened(void **state)
{
	static const struct {
		const char *label, *probe, *port, *interface, *want;
	} rows[] = {
		{ "probe", "pong", NULL, NULL, "there is no probe \"pong\"" },
		{ "port", NULL, "70000", NULL, "\"70000\" is no TCP port" },
		{ "interface", NULL, NULL, "eth9", "there is no interface eth9" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rig *r = with_targets("198.18.3.0/24");
		const char *probe = rows[i].probe, *port = rows[i].port;
		const char *interface = rows[i].interface;
		struct sweep_preview p;
		struct err e;
		print_message("  %s\n", rows[i].label);
		r->conf.probes = (struct opt_list){ .items = &probe,
			.n = probe != NULL };
		r->conf.ports = (struct opt_list){ .items = &port, .n = port != NULL };
		r->conf.interfaces = (struct opt_list){ .items = &interface,
			.n = interface != NULL };
		assert_int_equal(sweep_preview(&r->conf, r->mem, &p, &e), -1);
		assert_int_equal(e.code, ERR_ARG);
		assert_non_null(strstr(e.text, rows[i].want));
		assert_int_equal(source_sweep.run(&r->run, &e), -1);
		assert_non_null(strstr(e.text, rows[i].want));
		rig_free(r);
	}
}

static void
a_missing_capture_is_named(void **state)
{
	struct rig *r = with_targets("198.18.3.0/24");
	struct err e;

	(void)state;
	r->conf.packets_from = "/nonexistent/x.pcap";
	assert_int_equal(source_sweep.run(&r->run, &e), -1);
	assert_string_equal(
		e.text, "open /nonexistent/x.pcap: No such file or directory");
	rig_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_defaults_are_those_of_the_design),
		cmocka_unit_test(a_preview_adds_up),
		cmocka_unit_test(a_preview_of_a_sample_tells_the_least),
		cmocka_unit_test(a_preview_of_everything_does_not_overflow),
		cmocka_unit_test(mistakes_are_found_before_anything_is_opened),
		cmocka_unit_test(a_missing_capture_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
