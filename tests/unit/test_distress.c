/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The breaker against hosts that suffer, hosts that are well, and bad paths. */
#include "scanner/distress.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define N(a) (sizeof(a) / sizeof((a)[0]))

static bool
take(struct distress *d, int64_t rtt_us, double loss, int64_t *now)
{
	struct pulse p = { .outcome = rtt_us < 0 ? PULSE_LOST : PULSE_ANSWERED,
		.rtt_us = rtt_us,
		.path_rtt_us = 2 * MSEC,
		.path_loss = loss };

	*now += 400 * MSEC;
	return distress_pulse(d, &p, *now);
}

static void
who_gets_slow_or_silent_is_cooled(void **state)
{
	static const struct {
		const char *label;
		int64_t pulses[12]; /* microseconds; -1: lost; 0: no more */
		double loss;
		bool cooled; /* at the last one, and not before */
	} rows[] = {
		{ "steady", { 2000, 2100, 1900, 2500, 9000, 2000 }, 0, false },
		{ "slow from the first on", { 300000, 310000, 290000 }, 0, false },
		{ "ever slower", { 2000, 3000, 150000, 400000 }, 0, true },
		{ "slow once", { 2000, 300000, 2000, 300000, 2000 }, 0, false },
		{ "silent", { 2000, -1, -1 }, 0, true },
		{ "silent once", { 2000, -1, 2000, -1, 2000 }, 0, false },
		{ "silent, where a tenth is lost", { 2000, -1, -1, -1 }, 0.1, false },
		{ "silent for long, where a tenth is lost", { 2000, -1, -1, -1, -1 },
			0.1, true },
		{ "never heard", { -1, -1 }, 0, true },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct distress d = { 0 };
		int64_t now = 0;
		print_message("  %s\n", rows[i].label);
		for (size_t k = 0; rows[i].pulses[k]; k++) {
			bool last = k + 1 == 12 || rows[i].pulses[k + 1] == 0;
			assert_int_equal(take(&d, rows[i].pulses[k], rows[i].loss, &now),
				rows[i].cooled && last);
		}
		assert_int_equal(distress_rest(&d, now) > 0, rows[i].cooled);
	}
}

static void
when_all_get_slow_nobody_is_to_blame(void **state)
{
	struct distress d = { .best_us = 2000 };
	struct pulse p = { .outcome = PULSE_ANSWERED,
		.rtt_us = 400 * MSEC,
		.path_rtt_us = 300 * MSEC };

	(void)state;
	for (int i = 0; i < 10; i++)
		assert_false(distress_pulse(&d, &p, i * (int64_t)SECOND));
}

static void
an_open_port_that_resets_is_a_bad_sign(void **state)
{
	struct distress d = { .best_us = 2000 };
	struct pulse p = { .outcome = PULSE_RESET, .path_loss = 0.2 };

	(void)state;
	assert_false(distress_pulse(&d, &p, 1));
	assert_true(distress_pulse(&d, &p, 2));
}

static void
each_rest_is_longer_and_the_third_has_no_end(void **state)
{
	/* Near the end of what 32 bits of milliseconds count, too. */
	static const int64_t starts[] = { 0, 1000 * (int64_t)SECOND,
		(int64_t)UINT32_MAX * MSEC - SECOND };

	(void)state;
	for (size_t i = 0; i < N(starts); i++) {
		struct distress d = { 0 };
		int64_t now = starts[i];
		(void)take(&d, -1, 0, &now);
		assert_true(take(&d, -1, 0, &now));
		assert_in_range(distress_rest(&d, now), 4999 * MSEC, 5000 * MSEC);
		assert_int_equal(distress_rest(&d, now + 5 * SECOND), 0);
		now += 6 * SECOND;
		(void)take(&d, -1, 0, &now);
		assert_true(take(&d, -1, 0, &now));
		assert_in_range(distress_rest(&d, now), 9999 * MSEC, 10000 * MSEC);
		now += 11 * (int64_t)SECOND;
		(void)take(&d, -1, 0, &now);
		assert_true(take(&d, -1, 0, &now));
		assert_true(distress_rest(&d, now) == INT64_MAX);
		assert_false(take(&d, -1, 0, &now));
	}
}

static void
a_pulse_is_due_now_and_then(void **state)
{
	struct distress d = { 0 };
	unsigned due = 0;

	(void)state;
	for (int i = 0; i < 17 * 5; i++)
		due += distress_is_due(&d);
	assert_int_equal(due, 5);
}

/* Who is cooled in which order, and when all of the /24 rests by that. */
static void
three_hosts_and_not_three_rests_of_one_cool_their_network(void **state)
{
	static const struct {
		const char *label, *hosts;
		const char *rests; /* 'x': at this one */
	} rows[] = {
		{ "one host", "aaaaaa", "......" },
		{ "two hosts", "abababab", "........" },
		{ "two, one of them the first number", "\001\001\002\001", "...." },
		{ "three hosts", "abc", "..x" },
		{ "three, after many rests of one", "aaabaac", "......x" },
		{ "the same three again", "abcabc", "..x..x" },
		{ "who made it rest is counted anew", "abcccab", "..x...x" },
		{ "six hosts", "abcdef", "..x..x" },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct distress_net net = { 0 };
		print_message("  %s\n", rows[i].label);
		for (size_t k = 0; rows[i].hosts[k]; k++) {
			int64_t now = (int64_t)k * 20 * SECOND;
			bool rests = rows[i].rests[k] == 'x';
			uint32_t host = (uint32_t)rows[i].hosts[k] - 1;
			assert_int_equal(distress_net_cool(&net, host, now), rests);
			assert_int_equal(distress_net_rest(&net, now),
				rests ? 2 * DISTRESS_REST_MS * (int64_t)MSEC : 0);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_gets_slow_or_silent_is_cooled),
		cmocka_unit_test(when_all_get_slow_nobody_is_to_blame),
		cmocka_unit_test(an_open_port_that_resets_is_a_bad_sign),
		cmocka_unit_test(each_rest_is_longer_and_the_third_has_no_end),
		cmocka_unit_test(a_pulse_is_due_now_and_then),
		cmocka_unit_test(
			three_hosts_and_not_three_rests_of_one_cool_their_network),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
