/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The window against simulated servers: so many conversations they bear, no more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "scanner/window.h"

enum { MOST = 1000, PATIENCE = 5 * SECOND, OPEN_MAX = 2 * MOST };

/* Work is shared evenly: with n on their way each takes n times what one takes alone; each
 * ends when done or after PATIENCE. */
struct world {
	struct window w;
	double per_second;     /* conversations that can be borne in a second */
	unsigned slow_percent; /* hosts that never come to an end */
	unsigned done, late;
	size_t most_open;
};

static void
run(struct world *x, int64_t for_us)
{
	static struct one {
		double left;
		int64_t began;
	} open[OPEN_MAX];
	size_t n = 0;
	unsigned begun = 0;

	window_init(&x->w, MOST);
	for (int64_t now = SECOND; now < for_us; now += 10 * MSEC) {
		while (n < window_size(&x->w))
			open[n++] = (struct one){
				begun++ % 100 < x->slow_percent ? 1e9 : 1, now
			};
		double share = x->per_second / 100 / (double)n;
		if (n > x->most_open)
			x->most_open = n;
		for (size_t i = n; i-- > 0;) {
			open[i].left -= share;
			bool done = open[i].left <= 0,
			     late = now - open[i].began >= PATIENCE;
			if (!done && !late)
				continue;
			window_ended(&x->w, !done, now - open[i].began, PATIENCE, now);
			open[i] = open[--n];
			x->done += done;
			x->late += !done;
		}
	}
}

static void
it_opens_where_all_is_borne(void **state)
{
	struct world x = { .per_second = 5000 };

	(void)state;
	run(&x, 10 * SECOND);
	assert_int_equal(x.late, 0);
	assert_int_equal(x.most_open, MOST);
}

/* 1,000 at a time would take 10 s each, twice what they have. */
static void
it_closes_where_too_many_run_out_of_time(void **state)
{
	struct world x = { .per_second = 100 };

	(void)state;
	run(&x, 120 * SECOND);
	assert_true(x.done > 100 * 119 * 95 / 100); /* all that can be borne */
	assert_true(x.late < x.done / 100);
	assert_true(window_size(&x.w) < 300);
}

static void
a_few_slow_hosts_do_not_close_it(void **state)
{
	struct world x = { .per_second = 5000, .slow_percent = 2 };

	(void)state;
	run(&x, 30 * SECOND);
	assert_true(window_size(&x.w) == MOST);
	assert_true(x.done > 5000 * 10);
}

static void
it_is_never_less_than_a_few(void **state)
{
	struct world x = { .per_second = 5000, .slow_percent = 100 };
	struct window one;

	(void)state;
	run(&x, 300 * SECOND);
	assert_int_equal(window_size(&x.w), WINDOW_LEAST);
	window_init(&one, 1);
	assert_int_equal(window_size(&one), 1);
	for (int i = 0; i < 200; i++)
		window_ended(&one, true, 1, 1, 2 * i);
	assert_int_equal(window_size(&one), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_opens_where_all_is_borne),
		cmocka_unit_test(it_closes_where_too_many_run_out_of_time),
		cmocka_unit_test(a_few_slow_hosts_do_not_close_it),
		cmocka_unit_test(it_is_never_less_than_a_few),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
