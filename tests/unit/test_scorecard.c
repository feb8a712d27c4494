/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The scorecard of identity (make scorecard) with a few seeds: every case is good. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/scorecard/score.h"

/* Through the store: those up to STORED. */
#if defined(__SANITIZE_ADDRESS__)
enum { SEEDS = 1, STORED = 0 };
#else
enum { SEEDS = 6, STORED = 1 };
#endif

static void
every_case_is_good(void **state)
{
	uint64_t knowable = 0, found = 0;
	size_t bad = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		for (size_t i = 0; i < n_scorecard_cases; i++) {
			struct score s;
			struct err e = { 0 };
			if (score_case(&scorecard_cases[i], seed,
				    seed <= STORED ? 0 : SCORE_NO_STORE, &s, &e) == -1)
				fail_msg("%s: %s", scorecard_cases[i].name, e.text);
			knowable += s.knowable;
			found += s.found;
			if (score_is_good(&s))
				continue;
			print_message("  %s, seed %d: %d wrong, %d of %d found%s\n",
				scorecard_cases[i].name, (int)seed, (int)s.wrong,
				(int)s.found, (int)s.knowable,
				s.stable ? "" : ", other devices in another order");
			bad++;
		}
	}
	assert_int_equal(0, bad);
	assert_true(found * 100 >= knowable * 99);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_case_is_good),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
