/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The caps: what any window of 100 ms holds, and what a second brings. */
#include "scanner/pace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"

enum { WINDOW_US = 100 * MSEC };

static const struct rate_row {
	const char *label;
	int64_t rate, run_us, tick_us;
} rates[] = {
	{ "1/s", 1, 20 * SECOND, 997 },
	{ "2/s", 2, 20 * SECOND, 997 },
	{ "40/s", 40, 10 * SECOND, 211 },
	{ "199/s", 199, 10 * SECOND, 211 },
	{ "1,000/s", 1000, 5 * SECOND, 53 },
	{ "10,000/s", 10000, 3 * SECOND, 13 },
	{ "10,000/s looked at every 4 ms", 10000, 3 * SECOND, 4000 },
	{ "1,000,000/s", 1000000, SECOND, 100 },
	{ "3,333,333/s", 3333333, SECOND, 100 },
};

/* Takes whatever may go at each tick; checks every window that ends at a tick. */
static int64_t
send_greedily(const struct rate_row *r, int64_t *worst)
{
	size_t ticks = (size_t)(r->run_us / r->tick_us),
	       kept = (size_t)(WINDOW_US / r->tick_us);
	int64_t *sent = calloc(ticks, sizeof(*sent)), total = 0, in_window = 0;
	struct pace p;

	assert_non_null(sent);
	*worst = 0;
	pace_init(&p, r->rate, 0);
	for (size_t i = 0; i < ticks; i++) {
		int64_t now = (int64_t)i * r->tick_us;
		for (int64_t n = pace_ready(&p, now); n > 0; n--) {
			pace_take(&p);
			sent[i]++;
		}
		total += sent[i];
		in_window += sent[i];
		if (i >= kept)
			in_window -= sent[i - kept];
		if (in_window > *worst)
			*worst = in_window;
	}
	free(sent);
	return total;
}

static void
no_window_holds_more_than_its_share(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		int64_t worst, share = rates[i].rate * WINDOW_US / SECOND;
		print_message("  %s\n", rates[i].label);
		(void)send_greedily(&rates[i], &worst);
		int64_t extra = share / 20 > 2 ? share / 20 : 2;
		assert_in_range(worst, 0, share + extra);
	}
}

static void
over_time_the_rate_is_reached(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		int64_t worst, total = send_greedily(&rates[i], &worst);
		int64_t want = rates[i].rate * rates[i].run_us / SECOND;
		print_message("  %s\n", rates[i].label);
		assert_in_range(total, want - want / 50, want + want / 100 + 1);
	}
}

static void
a_pause_earns_one_burst_only(void **state)
{
	struct pace p;
	int64_t n = 0;

	(void)state;
	pace_init(&p, 10000, 0);
	for (; pace_ready(&p, 3600 * (int64_t)SECOND) > 0; n++)
		pace_take(&p);
	assert_int_equal(n, 50); /* 5 ms of 10,000/s */
}

static void
due_is_when_half_a_burst_may_go(void **state)
{
	struct pace p;

	(void)state;
	pace_init(&p, 10000, 0);
	assert_int_equal(pace_due(&p, 0), 0);
	while (pace_ready(&p, 0) > 0)
		pace_take(&p);
	int64_t due = pace_due(&p, 0);
	assert_int_equal(due, 2500);
	assert_int_equal(pace_ready(&p, due), 25);
}

static void
slow_rates_wait_for_a_whole_packet(void **state)
{
	struct pace p;

	(void)state;
	pace_init(&p, 1, 0);
	pace_take(&p);
	assert_int_equal(pace_ready(&p, SECOND - 1), 0);
	assert_int_equal(pace_due(&p, SECOND - 1), 1);
	assert_int_equal(pace_ready(&p, SECOND), 1);
}

static void
a_debt_is_paid_before_the_next(void **state)
{
	struct pace p;

	(void)state;
	pace_init(&p, 1000, 0); /* 5 ms: 5 packets */
	for (int i = 0; i < 105; i++)
		pace_take(&p);
	assert_int_equal(pace_ready(&p, 99 * MSEC), 0);
	assert_int_equal(pace_ready(&p, 101 * MSEC), 1);
	assert_int_equal(pace_ready(&p, 200 * MSEC), 5);
}

static void
absurd_rates_are_made_possible(void **state)
{
	struct pace p;

	(void)state;
	pace_init(&p, 0, 0);
	assert_int_equal(p.rate, 1);
	pace_init(&p, INT64_MAX, 0);
	assert_int_equal(p.rate, PACE_RATE_MAX);
	assert_int_equal(pace_ready(&p, INT64_MAX), PACE_RATE_MAX / 200);
}

static void
a_clock_that_steps_back_gives_nothing(void **state)
{
	struct pace p;

	(void)state;
	pace_init(&p, 1000, 10 * SECOND);
	while (pace_ready(&p, 10 * SECOND) > 0)
		pace_take(&p);
	assert_int_equal(pace_ready(&p, 5 * SECOND), 0);
}

static void
a_batch_that_left_late_is_followed_by_no_other(void **state)
{
	struct pace p;

	(void)state;
	pace_init(&p, 10000, 0);
	while (pace_ready(&p, 0) > 0)
		pace_take(&p);
	pace_forfeit(&p, 4 * MSEC);
	assert_int_equal(pace_ready(&p, 4 * MSEC), 0);
	assert_int_equal(pace_ready(&p, 5 * MSEC), 10);
	pace_forfeit(&p, 3 * MSEC); /* the past changes nothing */
	assert_int_equal(pace_ready(&p, 6 * MSEC), 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_window_holds_more_than_its_share),
		cmocka_unit_test(over_time_the_rate_is_reached),
		cmocka_unit_test(a_pause_earns_one_burst_only),
		cmocka_unit_test(due_is_when_half_a_burst_may_go),
		cmocka_unit_test(slow_rates_wait_for_a_whole_packet),
		cmocka_unit_test(a_batch_that_left_late_is_followed_by_no_other),
		cmocka_unit_test(a_debt_is_paid_before_the_next),
		cmocka_unit_test(absurd_rates_are_made_possible),
		cmocka_unit_test(a_clock_that_steps_back_gives_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
