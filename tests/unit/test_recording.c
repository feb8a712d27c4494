/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The settings of a recorded sweep: there and back, and hostile ones. */
#include "scanner/recording.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char whole[] =
	"muster-sweep 1\n"
	"started 1795292103123456\n"
	"key 000102030405060708090a0b0c0d0eff\n"
	"udp-port 40123\n"
	"identify yes\n"
	"probe icmp-echo\n"
	"probe tcp-syn\n"
	"ports 80-90\n"
	"living-port 389\n"
	"living-port 65535\n"
	"communities 2\n"
	"own 198.18.3.2 00:16:3e:00:00:02\n"
	"gateways 198.18.3.1\n"
	"segment onlink 198.18.3.2 - 198.18.3.1,198.18.3.3-198.18.3.254\n"
	"segment routed 198.18.3.2 198.18.3.1 198.19.0.0/16\n";

static void
text_goes_there_and_back(void **state)
{
	struct arena *mem = arena_new(1 << 20);
	struct recording r;
	struct err e = { 0 };
	struct sb sb;

	(void)state;
	if (recording_parse(whole, strlen(whole), mem, &r, &e) == -1)
		fail_msg("%s", e.text);
	assert_true(r.started == 1795292103123456);
	assert_int_equal(r.cookie.key[15], 0xff);
	assert_int_equal(r.cookie.udp_port, 40123);
	assert_true(r.identify);
	assert_int_equal(r.probes.n, 2);
	assert_string_equal(r.ports.items[0], "80-90");
	assert_int_equal(r.n_living_ports, 2);
	assert_int_equal(r.living_ports[1], 65535);
	assert_int_equal(r.communities.n, 2);
	assert_int_equal(r.plan.n_own, 1);
	assert_int_equal(r.plan.n_segments, 2);
	assert_int_equal(r.plan.segments[0].way, WAY_ONLINK);
	assert_int_equal(r.plan.segments[1].way, WAY_ROUTED);
	assert_true(r.plan.targets == 253 + 65536);
	sb_init(&sb, 1 << 16);
	recording_print(&r, &sb);
	assert_string_equal(sb.text, whole);
	sb_done(&sb);
	arena_free(mem);
}

static void
many_of_a_kind_are_kept(void **state)
{
	struct arena *mem = arena_new(8 << 20);
	struct recording r;
	struct err e = { 0 };
	struct sb sb;

	(void)state;
	sb_init(&sb, 1 << 20);
	sb_add(&sb, whole);
	for (unsigned i = 0; i < 1000; i++)
		sb_printf(&sb, "ports %u\nsegment onlink 10.0.0.1 - 10.%u.%u.7\n",
			i + 1, i / 256, i % 256);
	if (recording_parse(sb.text, sb.len, mem, &r, &e) == -1)
		fail_msg("%s", e.text);
	assert_int_equal(r.ports.n, 1001);
	assert_string_equal(r.ports.items[1000], "1000");
	assert_int_equal(r.plan.n_segments, 1002);
	sb_done(&sb);
	arena_free(mem);
}

static void
wrong_lines_are_named(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "", "no capture of a sweep" },
		{ "muster-sweep 1\n", "no capture of a sweep" },
		{ "key 000102030405060708090a0b0c0d0eff\n", "no capture of a sweep" },
		{ "muster-sweep 2\n", "line 1" },
		{ "\n", "line 1" },
		{ "muster-sweep 1\nwhatever 7\n", "line 2" },
		{ "muster-sweep 1\nkey 0001\n", "line 2" },
		{ "muster-sweep 1\nkey 000102030405060708090a0b0c0d0eFF\n", "line 2" },
		{ "muster-sweep 1\nstarted -1\n", "line 2" },
		{ "muster-sweep 1\nstarted 99999999999999999999\n", "line 2" },
		{ "muster-sweep 1\nstarted\n", "line 2" },
		{ "muster-sweep 1\nudp-port 65536\n", "line 2" },
		{ "muster-sweep 1\nidentify maybe\n", "line 2" },
		{ "muster-sweep 1\ncommunities 9\n", "line 2" },
		{ "muster-sweep 1\ncommunities public\n", "line 2" },
		{ "muster-sweep 1\nown 198.18.3.2\n", "line 2" },
		{ "muster-sweep 1\ngateways router\n", "line 2" },
		{ "muster-sweep 1\nown 198.18.3 00:16:3e:00:00:02\n", "line 2" },
		{ "muster-sweep 1\nsegment over 198.18.3.2 - 198.18.3.0/24\n",
			"line 2" },
		{ "muster-sweep 1\nsegment onlink - - 198.18.3.0/24\n", "line 2" },
		{ "muster-sweep 1\nsegment routed 198.18.3.2 - 198.18.3.0/24\n",
			"line 2" },
		{ "muster-sweep 1\nsegment onlink 198.18.3.2 - @/etc/passwd\n",
			"line 2" },
		{ "muster-sweep 1\nsegment onlink 198.18.3.2 - host.example\n",
			"line 2" },
		{ "muster-sweep 1\nsegment\n", "line 2" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *mem = arena_new(1 << 20);
		struct recording r;
		struct err e = { 0 };
		size_t n = strlen(rows[i].text);
		char *exact = malloc(n ? n : 1);
		print_message("  %s\n", rows[i].text);
		memcpy(exact, rows[i].text, n);
		assert_int_equal(recording_parse(exact, n, mem, &r, &e), -1);
		assert_int_equal(e.code, ERR_PROTO);
		if (!strstr(e.text, rows[i].want))
			fail_msg("%s", e.text);
		free(exact);
		arena_free(mem);
	}
}

static void
communities_are_counted_not_told(void **state)
{
	const char *communities[] = { "s3same" };
	struct recording r = { .communities = { communities, 1, 0 } };
	struct sb sb;

	(void)state;
	sb_init(&sb, 1 << 16);
	recording_print(&r, &sb);
	assert_non_null(strstr(sb.text, "communities 1\n"));
	assert_null(strstr(sb.text, "s3same"));
	sb_done(&sb);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_goes_there_and_back),
		cmocka_unit_test(many_of_a_kind_are_kept),
		cmocka_unit_test(wrong_lines_are_named),
		cmocka_unit_test(communities_are_counted_not_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
