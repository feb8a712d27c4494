/* SPDX-License-Identifier: GPL-3.0-or-later */
/* After which jumps of the clock what it dated is dated anew, and by how much. */
#include "schedule/ahead.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define N(a)   (sizeof(a) / sizeof((a)[0]))
#define SECOND INT64_C(1000000)
#define HOUR   (3600 * SECOND)
#define DAY    (24 * HOUR)
#define YEAR   (365 * DAY)
#define UPTIME (77 * HOUR)

static void
it_is_certain_when_it_comes_back_by_as_much(void **state)
{
	static const struct {
		const char *label;
		struct {
			int64_t after, by;
		} jumps[4];   /* up to one by 0 */
		int64_t want; /* of the last one; those before give nothing */
	} rows[] = {
		{ "ten years, and back", { { 0, 10 * YEAR }, { DAY, -10 * YEAR } },
			10 * YEAR },
		{ "and back within minutes",
			{ { 0, 10 * YEAR }, { DAY, -10 * YEAR - 200 * SECOND } },
			10 * YEAR + 200 * SECOND },
		{ "set by seconds in between",
			{ { 0, 10 * YEAR }, { HOUR, 5 * SECOND }, { DAY, -10 * YEAR } },
			10 * YEAR },
		{ "two hours for one", { { 0, 2 * HOUR }, { HOUR, -2 * HOUR } },
			2 * HOUR },
		{ "ahead for longer than by what it was",
			{ { 0, 2 * HOUR }, { 2 * HOUR, -2 * HOUR } }, 0 },
		{ "summer time", { { 0, HOUR }, { 60 * SECOND, -HOUR } }, 0 },
		{ "back only", { { 0, -10 * YEAR } }, 0 },
		{ "behind, then right", { { 0, -10 * YEAR }, { DAY, 10 * YEAR } }, 0 },
		{ "back by less", { { 0, 10 * YEAR }, { DAY, -9 * YEAR } }, 0 },
		{ "back by more", { { 0, 10 * YEAR }, { DAY, -10 * YEAR - HOUR } }, 0 },
		{ "back in two steps",
			{ { 0, 10 * YEAR }, { DAY, -5 * YEAR }, { SECOND, -5 * YEAR } },
			0 },
		{ "ahead in two, back in one",
			{ { 0, YEAR }, { DAY, YEAR }, { DAY, -2 * YEAR } }, 0 },
		{ "slept before", { { 0, 8 * HOUR }, { DAY, YEAR }, { DAY, -YEAR } },
			YEAR },
		{ "and back once more",
			{ { 0, YEAR }, { DAY, -9 * DAY }, { DAY, -YEAR } }, 0 },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct ahead a = { 0 };
		int64_t mono = UPTIME, got = 0;
		for (size_t k = 0; k < 4 && rows[i].jumps[k].by; k++) {
			if (got)
				fail_msg("%s: too early", rows[i].label);
			mono += rows[i].jumps[k].after;
			got = ahead_jump(&a, rows[i].jumps[k].by, mono);
		}
		if (got != rows[i].want)
			fail_msg("%s: %lld s", rows[i].label, (long long)(got / SECOND));
	}
}

static void
it_is_mended_once(void **state)
{
	struct ahead a = { 0 };

	(void)state;
	assert_int_equal(0, ahead_jump(&a, YEAR, UPTIME));
	assert_int_equal(YEAR, ahead_jump(&a, -YEAR, UPTIME + DAY));
	assert_int_equal(0, ahead_jump(&a, -YEAR, UPTIME + 2 * DAY));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_certain_when_it_comes_back_by_as_much),
		cmocka_unit_test(it_is_mended_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
