/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sets against a model that is too simple to be wrong: one bool for each address of a small
 * universe, half IPv4, half IPv6, both at the edges of their families.  Counts at the sizes
 * where integers end.
 */
#include "iprange/iprange.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { SIDE = 40, UNIVERSE = 4 * SIDE, CASES = 4000 };

/* The first and last addresses of both families: where off-by-one errors live. */
static struct addr
nth(size_t i)
{
	static const uint32_t ip4[] = { 0, UINT32_MAX - SIDE + 1 };
	u128 n = i % SIDE;

	if (i < 2 * SIDE)
		return addr_ip4(ip4[i / SIDE] + (uint32_t)n);
	if (i >= 3 * SIDE)
		n += ~(u128)0 - SIDE + 1;
	return addr_from_number(ADDR_IP6, n);
}

struct model {
	bool in[UNIVERSE];
};

/* xorshift64*: the same cases in every run. */
static uint64_t
next_random(uint64_t *seed)
{
	*seed ^= *seed >> 12;
	*seed ^= *seed << 25;
	*seed ^= *seed >> 27;
	return *seed * 0x2545f4914f6cdd1d;
}

static size_t
below(uint64_t *seed, size_t n)
{
	return (size_t)(next_random(seed) >> 33) % n;
}

/* Up to eight runs, anywhere, in any order; each inside one of the four sides. */
static struct iprange *
random_set(uint64_t *seed, struct model *m, struct arena *mem)
{
	struct iprange_run runs[8];
	size_t n = below(seed, 9);

	*m = (struct model){ 0 };
	for (size_t i = 0; i < n; i++) {
		size_t side = below(seed, 4) * SIDE, a = below(seed, SIDE);
		size_t b = a + below(seed, SIDE - a);
		runs[i] = (struct iprange_run){ nth(side + a), nth(side + b) };
		memset(m->in + side + a, true, b - a + 1);
	}
	struct iprange *s = iprange_from_runs(runs, n, mem);
	assert_non_null(s);
	return s;
}

static bool
follows(size_t i) /* is nth(i) the next number after nth(i - 1)? */
{
	return i % SIDE != 0;
}

/* Members, count, runs (maximal), and positions, all as the model says. */
static void
assert_is(const struct iprange *s, const struct model *m)
{
	u128 n = 0, position;
	size_t runs = 0;
	struct addr a;

	for (size_t i = 0; i < UNIVERSE; i++) {
		struct addr want = nth(i);
		assert_int_equal(m->in[i], iprange_contains(s, &want));
		assert_int_equal(m->in[i], iprange_position(s, &want, &position));
		if (!m->in[i])
			continue;
		runs += i == 0 || !m->in[i - 1] || !follows(i);
		assert_true(position == n);
		assert_true(iprange_at(s, n, &a));
		assert_true(addr_equal(&a, &want));
		n++;
	}
	assert_true(iprange_count(s) == n);
	assert_false(iprange_at(s, n, &a));
	assert_false(iprange_at(s, ~(u128)0, &a));
	assert_int_equal(runs, iprange_n_runs(s));
	assert_int_equal(n == 0, iprange_is_empty(s));
}

static void
a_set_is_what_the_model_says(void **state)
{
	struct arena *mem = arena_new(1 << 20);
	uint64_t seed = 1;
	struct model m;

	(void)state;
	for (int i = 0; i < CASES; i++, arena_reset(mem))
		assert_is(random_set(&seed, &m, mem), &m);
	arena_free(mem);
}

static void
algebra_does_what_it_does_to_each_address(void **state)
{
	struct arena *mem = arena_new(1 << 20);
	uint64_t seed = 2;

	(void)state;
	for (int i = 0; i < CASES; i++, arena_reset(mem)) {
		struct model a, b, both = { 0 }, rest = { 0 }, either = { 0 };
		struct iprange *x = random_set(&seed, &a, mem);
		struct iprange *y = random_set(&seed, &b, mem);
		for (size_t k = 0; k < UNIVERSE; k++) {
			either.in[k] = a.in[k] || b.in[k];
			both.in[k] = a.in[k] && b.in[k];
			rest.in[k] = a.in[k] && !b.in[k];
		}
		assert_is(iprange_add(x, y, mem), &either);
		assert_is(iprange_intersect(x, y, mem), &both);
		assert_is(iprange_subtract(x, y, mem), &rest);
		assert_is(x, &a); /* inputs stay as they are */
		assert_is(y, &b);
	}
	arena_free(mem);
}

/* The gaps that are closed are the smallest: each is at most twice as long as any that stays. */
static void
assert_small_gaps(const struct iprange *set, const struct iprange *cover)
{
	u128 closed = 0, open = ~(u128)0;

	for (size_t i = 1; i < iprange_n_runs(set); i++) {
		struct iprange_run before = iprange_get_run(set, i - 1),
				   after = iprange_get_run(set, i);
		if (before.last.family != after.first.family)
			continue;
		u128 first = addr_number(&before.last) + 1;
		u128 gap = addr_number(&after.first) - first;
		struct addr between = addr_from_number(before.last.family, first);
		if (iprange_contains(cover, &between))
			closed = gap > closed ? gap : closed;
		else
			open = gap < open ? gap : open;
	}
	assert_true(closed <= open || closed <= open * 2 + 1);
}

static void
a_cover_holds_the_set_in_as_many_runs_as_it_may_have(void **state)
{
	struct arena *mem = arena_new(1 << 20);
	uint64_t seed = 4;
	struct model m;

	(void)state;
	for (int i = 0; i < CASES; i++, arena_reset(mem)) {
		struct iprange *s = random_set(&seed, &m, mem);
		size_t max = 2 + below(&seed, 8);
		struct iprange *cover = iprange_cover(s, max, mem);
		assert_true(iprange_n_runs(cover) <= max);
		assert_true(iprange_is_empty(iprange_subtract(s, cover, mem)));
		assert_small_gaps(s, cover);
		if (iprange_n_runs(s) <= max)
			assert_true(iprange_is_empty(iprange_subtract(cover, s, mem)));
	}
	arena_free(mem);
}

static const char *
print(const struct iprange *s, struct arena *mem)
{
	struct sb sb;

	sb_init(&sb, 1 << 20);
	iprange_print(s, &sb);
	assert_false(sb.bad);
	char *text = arena_strdup(mem, sb.text);
	assert_non_null(text);
	sb_done(&sb);
	return text;
}

static struct iprange *
parse(const char *text, struct arena *mem)
{
	struct iprange *s = NULL;
	struct err e = { 0 };

	if (iprange_parse(&text, 1, NULL, mem, &s, &e) == -1)
		fail_msg("%s", e.text);
	return s;
}

static void
text_comes_back_as_the_same_set(void **state)
{
	struct arena *mem = arena_new(1 << 20);
	uint64_t seed = 3;

	(void)state;
	for (int i = 0; i < CASES; i++, arena_reset(mem)) {
		struct model m;
		const char *text = print(random_set(&seed, &m, mem), mem);
		struct iprange *again = parse(text, mem);
		assert_is(again, &m);
		assert_string_equal(text, print(again, mem));
	}
	arena_free(mem);
}

/* Laws over the whole space, where the model cannot go. */
static void
laws_hold_over_everything(void **state)
{
	struct arena *mem = arena_new(1 << 20);
	uint64_t seed = 4;

	(void)state;
	for (int i = 0; i < CASES; i++, arena_reset(mem)) {
		struct model m;
		struct iprange *all = parse("0.0.0.0/0,::/0", mem);
		struct iprange *a = random_set(&seed, &m, mem);
		struct iprange *b = random_set(&seed, &m, mem);
		struct iprange *not_a = iprange_subtract(all, a, mem);
		struct iprange *not_b = iprange_subtract(all, b, mem);

		assert_string_equal(
			"0.0.0.0/0,::/0", print(iprange_add(a, not_a, mem), mem));
		assert_true(iprange_is_empty(iprange_intersect(a, not_a, mem)));
		assert_string_equal(
			print(a, mem), print(iprange_subtract(all, not_a, mem), mem));
		/* De Morgan */
		assert_string_equal(
			print(iprange_subtract(all, iprange_add(a, b, mem), mem), mem),
			print(iprange_intersect(not_a, not_b, mem), mem));
	}
	arena_free(mem);
}

static const struct {
	const char *text, *exact;
	u128 count;
} counts[] = {
	{ "", "0", 0 },
	{ "192.0.2.1", "1", 1 },
	{ "0.0.0.0/0", "4294967296", (u128)1 << 32 },
	{ "0.0.0.0/0,!255.255.255.255", "4294967295", ((u128)1 << 32) - 1 },
	{ "2001:db8::/64", "18446744073709551616", (u128)1 << 64 },
	{ "2001:db8::/64,192.0.2.1", "18446744073709551617", ((u128)1 << 64) + 1 },
	{ "::/0,!::", "340282366920938463463374607431768211455", ~(u128)0 },
	{ "::/0", "340282366920938463463374607431768211456", ~(u128)0 },
	{ "0.0.0.0/0,::/0", "340282366920938463463374607436063178752", ~(u128)0 },
	{ "0.0.0.0/0,::/0,!::1", "340282366920938463463374607436063178751", ~(u128)0 },
};

/* Expected: python3 -c 'print(2**32, 2**64, 2**128, 2**128 + 2**32)'. */
static void
counts_are_exact_where_integers_end(void **state)
{
	struct arena *mem = arena_new(1 << 20);

	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		struct iprange *s = parse(counts[i].text, mem);
		struct sb sb;
		print_message("  %s\n", counts[i].text);
		assert_true(iprange_count(s) == counts[i].count);
		sb_init(&sb, 100);
		iprange_print_count(s, &sb);
		assert_string_equal(counts[i].exact, sb.text);
		sb_done(&sb);
	}
	arena_free(mem);
}

/* With more addresses than positions the last ones have none; none is wrong. */
static void
positions_end_where_their_type_does(void **state)
{
	struct arena *mem = arena_new(1 << 20);
	struct iprange *s = parse(
		"0.0.0.0/0,::/0,!ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe", mem);
	u128 ip4 = (u128)1 << 32, last = ~(u128)0 - 1, position;
	struct addr a, top = addr_from_number(ADDR_IP6, ~(u128)0);
	struct addr none = { 0 };

	(void)state;
	assert_true(iprange_at(s, ip4, &a));
	assert_true(a.family == ADDR_IP6 && addr_number(&a) == 0);
	assert_true(iprange_at(s, last, &a));
	assert_true(a.family == ADDR_IP6 && addr_number(&a) == last - ip4);
	assert_true(iprange_position(s, &a, &position) && position == last);
	assert_false(iprange_at(s, last + 1, &a));
	assert_true(iprange_contains(s, &top));
	assert_false(iprange_position(s, &top, &position));
	assert_false(iprange_contains(s, &none));
	arena_free(mem);
}

static void
a_prefix_clears_the_host_bits(void **state)
{
	struct arena *mem = arena_new(1 << 20);
	struct addr ip4 = addr_ip4(0xc000024d), ip6; /* 192.0.2.77 */

	(void)state;
	assert_true(addr_parse("2001:db8::ffff", &ip6));
	assert_string_equal("192.0.2.64/26", print(iprange_prefix(&ip4, 26, mem), mem));
	assert_string_equal("192.0.2.77", print(iprange_prefix(&ip4, 32, mem), mem));
	assert_string_equal("0.0.0.0/0", print(iprange_prefix(&ip4, 0, mem), mem));
	assert_string_equal("2001:db8::/64", print(iprange_prefix(&ip6, 64, mem), mem));
	assert_string_equal(
		"2001:db8::ffff", print(iprange_prefix(&ip6, 128, mem), mem));
	assert_string_equal("::/0", print(iprange_prefix(&ip6, 0, mem), mem));
	arena_free(mem);
}

static void
runs_come_out_in_order(void **state)
{
	struct arena *mem = arena_new(1 << 20);
	struct iprange *s = parse("2001:db8::1-2001:db8::5 10.0.0.0/31", mem);
	char text[ADDR_TEXT_MAX];
	struct iprange_run run;

	(void)state;
	assert_int_equal(2, iprange_n_runs(s));
	run = iprange_get_run(s, 0);
	assert_string_equal("10.0.0.0", addr_print(&run.first, text));
	assert_string_equal("10.0.0.1", addr_print(&run.last, text));
	run = iprange_get_run(s, 1);
	assert_string_equal("2001:db8::1", addr_print(&run.first, text));
	assert_string_equal("2001:db8::5", addr_print(&run.last, text));
	arena_free(mem);
}

/* Each is NULL, never half a set. */
static void
a_text_is_whole_or_null(void **state)
{
	static const char text[] = "10.0.0.0/24,10.0.2.7";
	struct arena *mem = arena_new(1 << 20);
	const struct iprange *set = parse(text, mem);

	(void)state;
	assert_string_equal(text, iprange_text(set, strlen(text), mem));
	assert_null(iprange_text(set, strlen(text) - 1, mem));
	assert_string_equal("", iprange_text(parse("", mem), 0, mem));
	arena_free(mem);
}

static void
a_full_arena_gives_null(void **state)
{
	struct arena *mem = arena_new(4096), *full = arena_new(64);
	struct iprange *a = parse("10.0.0.0/31,2001:db8::1", mem);
	struct iprange_run run = iprange_get_run(a, 0);

	(void)state;
	assert_null(iprange_from_runs(&run, 1, full));
	assert_null(iprange_add(a, a, full));
	assert_null(iprange_prefix(&run.first, 8, full));
	arena_free(full);
	arena_free(mem);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_set_is_what_the_model_says),
		cmocka_unit_test(algebra_does_what_it_does_to_each_address),
		cmocka_unit_test(a_cover_holds_the_set_in_as_many_runs_as_it_may_have),
		cmocka_unit_test(text_comes_back_as_the_same_set),
		cmocka_unit_test(laws_hold_over_everything),
		cmocka_unit_test(counts_are_exact_where_integers_end),
		cmocka_unit_test(positions_end_where_their_type_does),
		cmocka_unit_test(a_prefix_clears_the_host_bits),
		cmocka_unit_test(runs_come_out_in_order),
		cmocka_unit_test(a_text_is_whole_or_null),
		cmocka_unit_test(a_full_arena_gives_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
