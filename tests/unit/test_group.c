/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When the answers of a /24 are believed. */
#include "scanner/group.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define N(a) (sizeof(a) / sizeof((a)[0]))

/* Asked and answered once each; dark of the answers are those of dark addresses. */
static struct group
filled(enum answer_kind kind, unsigned asked, unsigned answered, unsigned dark)
{
	struct group g = { .n = 256 };

	for (unsigned i = 0; i < asked; i++)
		group_ask(&g, answer_asked_by(kind));
	for (unsigned i = 0; i < answered; i++) {
		struct mac mac = { { 0, 0x1b, 0, 0, 0, (uint8_t)i } };
		group_answer(&g, kind, i < dark, kind == ANSWER_LINK ? &mac : NULL);
	}
	return g;
}

static void
a_round_is_judged_by_darkness_and_density(void **state)
{
	static const struct {
		const char *label;
		enum answer_kind kind;
		unsigned asked, answered, dark;
		enum grade want;
	} rows[] = {
		{ "all, dark ones too", ANSWER_ECHO, 256, 256, 2, GRADE_WEAK },
		{ "one dark answer was lost", ANSWER_ECHO, 256, 230, 1, GRADE_WEAK },
		{ "all but the dark ones", ANSWER_ECHO, 256, 254, 0, GRADE_REPLY },
		{ "one of five, .0 among them", ANSWER_ECHO, 256, 51, 1, GRADE_REPLY },
		{ "three of five, .0 among them", ANSWER_ECHO, 256, 154, 1,
			GRADE_REPLY },
		{ "resets for a few that were asked", ANSWER_CLOSED, 12, 12, 1,
			GRADE_WEAK },
		{ "too few to compare", ANSWER_CLOSED, 3, 3, 1, GRADE_REPLY },
		{ "many MACs", ANSWER_LINK, 254, 254, 0, GRADE_REPLY },
		{ "nobody", ANSWER_ECHO, 256, 0, 0, GRADE_REPLY },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct group g = filled(
			rows[i].kind, rows[i].asked, rows[i].answered, rows[i].dark);
		print_message("  %s\n", rows[i].label);
		assert_int_equal(group_grade(&g, rows[i].kind), GRADE_PENDING);
		group_judge(&g, false);
		assert_int_equal(group_grade(&g, rows[i].kind), rows[i].want);
	}
}

static void
one_mac_for_nearly_all_is_a_proxy(void **state)
{
	static const struct {
		const char *label;
		unsigned proxied, others;
		enum grade want;
	} rows[] = {
		{ "all", 254, 0, GRADE_WEAK },
		{ "sixteen", 16, 0, GRADE_WEAK },
		{ "fifteen, as a server with many addresses", 15, 0, GRADE_REPLY },
		{ "nineteen of twenty", 95, 5, GRADE_WEAK },
		{ "half", 50, 50, GRADE_REPLY },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct group g = { .n = 254, .asked = { [ASK_LINK] = 254 } };
		struct mac proxy = { { 0, 0x1b, 1, 1, 1, 1 } };
		print_message("  %s\n", rows[i].label);
		for (unsigned k = 0; k < rows[i].proxied || k < rows[i].others; k++) {
			struct mac other = { { 0, 0x1b, 2, 2, 2, (uint8_t)k } };
			if (k < rows[i].others)
				group_answer(&g, ANSWER_LINK, false, &other);
			if (k < rows[i].proxied)
				group_answer(&g, ANSWER_LINK, false, &proxy);
		}
		group_judge(&g, false);
		assert_int_equal(group_grade(&g, ANSWER_LINK), rows[i].want);
	}
}

/* Silence that had time to be broken clears; early and without it nothing is known. */
static void
silence_clears_once_it_is_ripe(void **state)
{
	struct group g = filled(ANSWER_ECHO, 40, 10, 0);

	(void)state;
	group_clear(&g);
	assert_int_equal(group_grade(&g, ANSWER_ECHO), GRADE_PENDING);
	group_ripen(&g);
	group_clear(&g);
	assert_int_equal(group_grade(&g, ANSWER_ECHO), GRADE_REPLY);
	assert_int_equal(group_grade(&g, ANSWER_LINK), GRADE_PENDING);

	struct group dense = filled(ANSWER_ECHO, 40, 30, 0);
	group_ripen(&dense);
	group_clear(&dense);
	assert_int_equal(group_grade(&dense, ANSWER_ECHO), GRADE_PENDING);
}

/* Where something answers for all in one way, what is asked later is doubted, too. */
static void
among_ghosts_other_answers_wait_for_the_end(void **state)
{
	struct group g = filled(ANSWER_CLOSED, 200, 200, 2);

	(void)state;
	group_judge(&g, false);
	assert_int_equal(group_grade(&g, ANSWER_CLOSED), GRADE_WEAK);
	assert_int_equal(group_grade(&g, ANSWER_ECHO), GRADE_PENDING);
	for (unsigned i = 0; i < 200; i++) {
		group_ask(&g, ASK_ECHO);
		group_answer(&g, ANSWER_ECHO, false, NULL);
		if (i < 3) { /* three machines that have something of their own */
			group_ask(&g, ASK_DATAGRAM);
			group_answer(&g, ANSWER_UDP, false, NULL);
		}
	}
	group_judge(&g, true);
	assert_int_equal(group_grade(&g, ANSWER_ECHO), GRADE_WEAK);
	assert_int_equal(group_grade(&g, ANSWER_UDP), GRADE_REPLY);
}

static void
few_targets_are_not_judged(void **state)
{
	struct group g = { .n = GROUP_LEAST - 1 };

	(void)state;
	for (int k = 0; k < ANSWER_KINDS; k++)
		assert_int_equal(group_grade(&g, k), GRADE_REPLY);
}

static void
dark_are_the_ends_of_a_24(void **state)
{
	static const struct {
		const char *text;
		bool want;
	} rows[] = { { "198.18.3.0", true }, { "198.18.3.255", true },
		{ "198.18.3.1", false }, { "198.18.0.254", false },
		{ "2001:db8::", false } };

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct addr a;
		assert_true(addr_parse(rows[i].text, &a));
		assert_int_equal(group_is_dark(&a), rows[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_round_is_judged_by_darkness_and_density),
		cmocka_unit_test(one_mac_for_nearly_all_is_a_proxy),
		cmocka_unit_test(silence_clears_once_it_is_ripe),
		cmocka_unit_test(among_ghosts_other_answers_wait_for_the_end),
		cmocka_unit_test(few_targets_are_not_judged),
		cmocka_unit_test(dark_are_the_ends_of_a_24),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
