/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The order of asking: everything once, nothing in a row, a pass between two to one host. */
#include "scanner/walk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t key[16] = "a key for tests";

static struct question_list
numbers(uint32_t *items, size_t n)
{
	for (size_t i = 0; i < n; i++)
		items[i] = (uint32_t)(10 + i);
	return (struct question_list){ items, n };
}

static void
a_round_asks_each_subject_each_question_once(void **state)
{
	static const struct {
		uint32_t n;
		size_t questions;
	} rows[] = { { 0, 1 }, { 5, 0 }, { 1, 1 }, { 1, 8 }, { 2, 3 }, { 254, 8 },
		{ 1000, 1 }, { 4099, 5 } };

	(void)state;
	for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
		uint32_t items[8], n = rows[r].n;
		size_t n_questions = rows[r].questions, steps = 0;
		struct question_list list = numbers(items, n_questions);
		uint8_t *seen = calloc(n * n_questions + 1, 1);
		struct walk w;
		struct walk_step s;

		print_message("  %u subjects, %zu questions\n", n, n_questions);
		walk_init(&w, n, &list, key);
		assert_int_equal(walk_total(&w), n * n_questions);
		while (walk_next(&w, &s)) {
			assert_in_range(s.who, 0, n - 1);
			assert_in_range(s.question, 10, 10 + n_questions - 1);
			assert_int_equal(
				seen[s.who * n_questions + s.question - 10]++, 0);
			assert_int_equal(walk_done(&w), ++steps);
		}
		assert_int_equal(steps, n * n_questions);
		assert_int_equal(w.round, 1);
		free(seen);
	}
}

static void
questions_to_one_subject_are_a_pass_apart(void **state)
{
	enum { N = 300, Q = 8 };
	uint32_t items[Q];
	struct question_list list = numbers(items, Q);
	uint32_t last[N] = { 0 }, at = 0;
	struct walk w;
	struct walk_step s;

	(void)state;
	walk_init(&w, N, &list, key);
	while (walk_next(&w, &s)) {
		at++;
		if (last[s.who])
			assert_int_equal(at - last[s.who], N);
		last[s.who] = at;
	}
}

static void
kinds_of_question_mix_at_every_moment(void **state)
{
	enum { N = 4096, Q = 4, PART = 256 };
	uint32_t items[Q], count[Q] = { 0 }, at = 0;
	struct question_list list = numbers(items, Q);
	struct walk w;
	struct walk_step s;

	(void)state;
	walk_init(&w, N, &list, key);
	while (walk_next(&w, &s)) {
		count[s.question - 10]++;
		if (++at % PART)
			continue;
		for (size_t i = 0; i < Q; i++) {
			/* 64 expected; 5 standard deviations */
			assert_in_range(count[i], 30, 98);
			count[i] = 0;
		}
	}
}

static void
neighbours_are_not_asked_in_a_row(void **state)
{
	enum { N = 65536 };
	uint32_t item = 0, last = 0, close = 0;
	struct question_list list = { &item, 1 };
	struct walk w;
	struct walk_step s;

	(void)state;
	walk_init(&w, N, &list, key);
	while (walk_next(&w, &s)) {
		close += s.who / 256 == last / 256;
		last = s.who;
	}
	/* By chance one step in 256 stays in its /24: 256 expected. */
	assert_in_range(close, 150, 400);
}

static void
the_next_round_goes_the_same_way(void **state)
{
	uint32_t items[3];
	struct question_list list = numbers(items, 3);
	struct walk_step first[300], s;
	struct walk w;
	size_t n = 0;

	(void)state;
	walk_init(&w, 100, &list, key);
	while (walk_next(&w, &first[n < 300 ? n : 0]))
		n++;
	assert_int_equal(n, 300);
	for (n = 0; walk_next(&w, &s); n++)
		assert_memory_equal(&s, &first[n], sizeof(s));
	assert_int_equal(w.round, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_round_asks_each_subject_each_question_once),
		cmocka_unit_test(questions_to_one_subject_are_a_pass_apart),
		cmocka_unit_test(kinds_of_question_mix_at_every_moment),
		cmocka_unit_test(neighbours_are_not_asked_in_a_row),
		cmocka_unit_test(the_next_round_goes_the_same_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
