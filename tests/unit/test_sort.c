/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sets of texts, and what lies in order already. */
#include "base/sort.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define N(a) (sizeof(a) / sizeof((a)[0]))

static void
texts_are_sorted_by_their_bytes_and_each_is_there_once(void **state)
{
	static const struct {
		const char *label;
		const char *in[6], *out[6]; /* up to NULL */
	} rows[] = {
		{ "none", { NULL }, { NULL } },
		{ "one", { "a" }, { "a" } },
		{ "in order", { "a", "b", "c" }, { "a", "b", "c" } },
		{ "backwards", { "c", "b", "a" }, { "a", "b", "c" } },
		{ "all the same", { "a", "a", "a" }, { "a" } },
		{ "twice, apart", { "b", "a", "b", "a" }, { "a", "b" } },
		{ "capitals before small ones", { "a", "B" }, { "B", "a" } },
		{ "a part before the whole", { "dc1-a", "dc1", "" },
			{ "", "dc1", "dc1-a" } },
		{ "bytes above 0x7f last", { "\xc3\xbc", "z" }, { "z", "\xc3\xbc" } },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		const char *texts[N(rows[i].in)];
		size_t n = 0, want = 0;

		for (; rows[i].in[n]; n++)
			texts[n] = rows[i].in[n];
		n = sort_texts(texts, n);
		for (; rows[i].out[want]; want++)
			if (want >= n || strcmp(texts[want], rows[i].out[want]) != 0)
				fail_msg("%s: item %zu", rows[i].label, want);
		if (n != want)
			fail_msg("%s: %zu items, not %zu", rows[i].label, n, want);
	}
}

static unsigned compared;

static int
by_number(const void *a, const void *b)
{
	compared++;
	return *(const int *)a - *(const int *)b;
}

static void
what_is_sorted_is_only_looked_at(void **state)
{
	int sorted[] = { 1, 2, 2, 3, 4, 5, 6, 7 }, last[] = { 1, 2, 2, 3, 4, 5, 7, 6 };

	(void)state;
	compared = 0;
	sort_mostly_sorted(sorted, N(sorted), sizeof(sorted[0]), by_number);
	assert_int_equal(compared, N(sorted) - 1);
	sort_mostly_sorted(last, N(last), sizeof(last[0]), by_number);
	assert_int_equal(last[6], 6);
	assert_int_equal(last[7], 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_sorted_by_their_bytes_and_each_is_there_once),
		cmocka_unit_test(what_is_sorted_is_only_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
