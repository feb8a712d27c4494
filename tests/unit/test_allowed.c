/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The scope of a point.  A million random configurations are compared with the rule said in
 * another way: address by address, with sets as bits of a word.
 */
#include "schedule/allowed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "sanitized.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static int
setup(void **state)
{
	*state = arena_new(1 << 22);
	return *state ? 0 : -1;
}

static int
teardown(void **state)
{
	arena_free(*state);
	return 0;
}

static void
may_be_asked(void **state)
{
	static const struct {
		const char *label, *allow, *public, *exclude, *ip;
		bool yes;
	} rows[] = {
		{ "private, by default", NULL, NULL, NULL, "10.1.2.3", true },
		{ "private, RFC 6598", NULL, NULL, NULL, "100.64.0.1", true },
		{ "unique local", NULL, NULL, NULL, "fd00::1", true },
		{ "link-local", NULL, NULL, NULL, "fe80::1", true },
		{ "public", NULL, NULL, NULL, "8.8.8.8", false },
		{ "public, IPv6", NULL, NULL, NULL, "2606:4700::1", false },
		{ "beside private", NULL, NULL, NULL, "172.32.0.1", false },
		{ "public in the list that is not for it", "8.8.8.0/24", NULL, NULL,
			"8.8.8.8", false },
		{ "public, said so", NULL, "8.8.8.0/24", NULL, "8.8.8.8", true },
		{ "public, said so, beside a list", "10.0.0.0/8", "8.8.8.0/24", NULL,
			"8.8.8.8", true },
		{ "outside", "10.0.0.0/8", NULL, NULL, "192.168.1.1", false },
		{ "inside", "10.0.0.0/8", NULL, NULL, "10.255.255.255", true },
		{ "excluded", "10.0.0.0/8", NULL, "10.1.0.0/16", "10.1.0.1", false },
		{ "excluded and public", NULL, "8.8.8.0/24", "8.8.8.8", "8.8.8.8",
			false },
		{ "excluded by default", NULL, NULL, "10.1.0.0/16", "10.1.0.1", false },
	};

	for (size_t i = 0; i < N(rows); i++) {
		struct allowed_conf c = { 0 };
		const char *items[3] = { rows[i].allow, rows[i].public,
			rows[i].exclude };
		struct opt_list *lists[3] = { &c.allow, &c.allow_public, &c.exclude };
		struct iprange *set;
		const char *key;
		struct err e = { 0 };
		struct addr ip;
		print_message("  %s\n", rows[i].label);
		for (size_t k = 0; k < 3; k++)
			if (items[k])
				*lists[k] = (struct opt_list){ &items[k], 1, 1 };
		assert_int_equal(0, allowed_read(&c, *state, NULL, &set, &key, &e));
		assert_true(addr_parse(rows[i].ip, &ip));
		assert_int_equal(rows[i].yes, iprange_contains(set, &ip));
		struct iprange *never = allowed_never(set, *state);
		assert_int_equal(!rows[i].yes, iprange_contains(never, &ip));
	}
}

/* --- a million configurations -------------------------------------------------------------- */

/* 16 private addresses below 16 public ones: 10.255.255.240 to 11.0.0.15. */
#define FIRST   0x0afffff0u
#define PRIVATE 0x0000ffffu

enum { CONFIGURATIONS = SANITIZED ? 100000 : 1000000 };

static uint64_t seed = 20261122;

static uint32_t
draw(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 16);
}

/* Up to three runs, as bits and as a set; NULL: nothing was said. */
static struct iprange *
draw_set(struct arena *mem, uint32_t *bits)
{
	struct iprange_run runs[3];
	size_t n = draw() % 4;

	*bits = 0;
	for (size_t i = 0; i < n; i++) {
		uint32_t a = draw() % 32, b = a + draw() % (32 - a);
		runs[i] = (struct iprange_run){ addr_ip4(FIRST + a),
			addr_ip4(FIRST + b) };
		for (uint32_t k = a; k <= b; k++)
			*bits |= 1u << k;
	}
	return n ? iprange_from_runs(runs, n, mem) : NULL;
}

static uint32_t
bits_of(const struct iprange *set)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < iprange_n_runs(set); i++) {
		struct iprange_run r = iprange_get_run(set, i);
		uint32_t a = addr_to_ip4(&r.first), b = addr_to_ip4(&r.last);
		if (r.first.family != ADDR_IP4)
			continue;
		for (uint32_t k = 0; k < 32; k++)
			if (FIRST + k >= a && FIRST + k <= b)
				bits |= 1u << k;
	}
	return bits;
}

static void
of_a_million_configurations_none_asks_outside(void **state)
{
	struct arena *mem = *state, *once = arena_new(1 << 20);
	const struct iprange *all_public = allowed_public(once);
	uint32_t allow, public, exclude, wanted;

	for (int i = 0; i < CONFIGURATIONS; i++) {
		arena_reset(mem);
		struct allowed_sets sets = { .public = all_public };
		sets.allow = draw_set(mem, &allow);
		sets.allow_public = draw_set(mem, &public);
		sets.exclude = draw_set(mem, &exclude);
		struct iprange *targets = draw_set(mem, &wanted);
		struct iprange *set = allowed_of(&sets, mem);
		assert_non_null(set);
		if (!sets.allow)
			allow = UINT32_MAX;
		uint32_t may = ((allow & PRIVATE) | public) & ~exclude;
		if (!targets)
			continue;
		/* What a worker gets: its targets, and what it must never touch. */
		struct iprange *never = allowed_never(set, mem);
		struct iprange *asked = iprange_subtract(targets, never, mem);
		assert_non_null(asked);
		if (bits_of(asked) != (wanted & may))
			fail_msg("configuration %d: %08x, not %08x", i, bits_of(asked),
				wanted & may);
	}
	arena_free(once);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(may_be_asked),
		cmocka_unit_test(of_a_million_configurations_none_asks_outside),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
