/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The evidence of a device as one text (db/sheet.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "db/sheet.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static struct evidence_row
row(const char *run, int64_t at, const char *key, const char *member, const char *value)
{
	return (struct evidence_row){ .source = "sweep",
		.key = key,
		.member = member,
		.value = value,
		.evidence = EVIDENCE_REPLY,
		.first_at = 5,
		.at = at,
		.seq = at + 1,
		.point = "here",
		.run = run };
}

static void
assert_same_row(const struct evidence_row *a, const struct evidence_row *b)
{
	assert_string_equal(a->source, b->source);
	assert_string_equal(a->key, b->key);
	assert_string_equal(a->member, b->member);
	assert_string_equal(a->value, b->value);
	assert_string_equal(a->point, b->point);
	assert_string_equal(a->run, b->run);
	assert_int_equal(a->gone, b->gone);
	assert_int_equal(a->evidence, b->evidence);
	assert_true(a->first_at == b->first_at && a->at == b->at && a->seq == b->seq);
}

static void
assert_comes_back(const struct evidence_row *rows, size_t n)
{
	struct arena *mem = arena_new(8 << 20);
	struct evidence_row *back;
	struct sb text;
	struct err e;
	size_t n_back;

	sb_init(&text, SHEET_MAX);
	assert_int_equal(0, sheet_write(rows, n, &text));
	if (sheet_read(text.text, mem, &back, &n_back, &e) == -1)
		fail_msg("%s in %s", e.text, text.text);
	assert_int_equal(n, n_back);
	for (size_t i = 0; i < n; i++)
		assert_same_row(&rows[i], &back[i]);
	sb_done(&text);
	arena_free(mem);
}

static void
what_one_visit_told_is_said_once(void **state)
{
	struct evidence_row rows[] = {
		row("r1", 10, "mac", "00:16:3e:00:00:07", ""),
		row("r2", 20, "netbios.name", "", "\"SEVEN\""),
		row("r1", 10, "tcp.open", "22", ""),
	};
	struct sb text;

	(void)state;
	rows[2].gone = true;
	sb_init(&text, SHEET_MAX);
	assert_int_equal(0, sheet_write(rows, N(rows), &text));
	assert_string_equal("@sweep\there\tr1\t0\t10\t11\n"
			    "0\t5\t0\tmac\t00:16:3e:00:00:07\t\n"
			    "@sweep\there\tr2\t0\t20\t21\n"
			    "0\t5\t0\tnetbios.name\t\t\"SEVEN\"\n"
			    "1\t5\t1\ttcp.open\t22\t\n",
		text.text);
	sb_done(&text);
	assert_comes_back(rows, N(rows));
}

static void
every_text_and_number_comes_back(void **state)
{
	static const char *const odd[] = { "", "\t", "\n", "\\", "\\t", "\\\\n",
		"a\tb\nc\\", "@", "0\t5\t0\tx", "\xff\x80", "\xc3\xa4" };
	static const int64_t numbers[] = { 0, 1, -1, INT64_MAX, INT64_MIN, 10, -10 };
	struct evidence_row rows[N(odd) * N(numbers)];

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		const char *text = odd[i % N(odd)], *next = odd[(i + 1) % N(odd)];
		rows[i] = row(next, 7, text, next, text);
		rows[i].source = rows[i].point = text;
		rows[i].first_at = numbers[i / N(odd)];
		rows[i].at = numbers[(i + 1) % N(numbers)];
		rows[i].seq = numbers[(i + 2) % N(numbers)];
	}
	assert_comes_back(rows, N(rows));
}

/* More visits than are looked back to. */
static void
rows_of_many_visits_come_back(void **state)
{
	static char runs[100][8];
	struct evidence_row rows[300];

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		char *run = runs[i * 37 % N(runs)];
		(void)snprintf(run, sizeof(runs[0]), "r%zu", i * 37 % N(runs));
		rows[i] = row(run, 7, "key", "", "1");
	}
	assert_comes_back(rows, N(rows));
}

static void
what_is_no_sheet_is_refused(void **state)
{
	static const struct {
		const char *label, *text;
	} rows[] = {
		{ "no line break at the end", "@s\tp\tr\t0\t1\t2" },
		{ "too few fields in a telling", "@s\tp\tr\t0\t1\n" },
		{ "too many", "@s\tp\tr\t0\t1\t2\t3\n" },
		{ "a row before any telling", "0\t5\t0\tk\tm\tv\n" },
		{ "of a telling that is not there",
			"@s\tp\tr\t0\t1\t2\n1\t5\t0\tk\tm\tv\n" },
		{ "of one that comes", "@s\tp\tr\t0\t1\t2\n-1\t5\t0\tk\tm\tv\n" },
		{ "no number", "@s\tp\tr\t0\tx\t2\n" },
		{ "an empty number", "@s\tp\tr\t0\t\t2\n" },
		{ "only a sign", "@s\tp\tr\t0\t-\t2\n" },
		{ "a number that is too large",
			"@s\tp\tr\t0\t9223372036854775808\t2\n" },
		{ "or too small", "@s\tp\tr\t0\t-9223372036854775809\t2\n" },
		{ "an empty line", "\n" },
		{ "a backslash at the end", "@s\tp\tr\t0\t1\t2\n0\t5\t0\tk\tm\tv\\" },
	};
	struct arena *mem = arena_new(1 << 20);
	struct evidence_row *back;
	struct err e;
	size_t n;

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		if (sheet_read(rows[i].text, mem, &back, &n, &e) == 0)
			fail_msg("%s was taken", rows[i].label);
		assert_int_equal(ERR_DB, e.code);
	}
	assert_int_equal(0, sheet_read("", mem, &back, &n, &e));
	assert_int_equal(0, n);
	arena_free(mem);
}

static void
more_than_fits_is_said(void **state)
{
	struct evidence_row one = row("r", 1, "key", "", "\"value\"");
	struct sb text;

	(void)state;
	sb_init(&text, 38);
	assert_int_equal(-1, sheet_write(&one, 1, &text));
	sb_done(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_one_visit_told_is_said_once),
		cmocka_unit_test(every_text_and_number_comes_back),
		cmocka_unit_test(rows_of_many_visits_come_back),
		cmocka_unit_test(what_is_no_sheet_is_refused),
		cmocka_unit_test(more_than_fits_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
