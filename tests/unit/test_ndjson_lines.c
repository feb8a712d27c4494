/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The splitter gives the same lines however the stream is cut into pieces. */
#include "inventory/ndjson.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* What came out: each line with '|' after it, '!' for an over-long one, '#' for a line
 * too long to show. */
struct seen {
	char text[256];
	size_t n, longest;
	int stop_after; /* lines; 0: never */
};

static void
note(struct seen *s, const char *text, size_t n)
{
	assert_true(s->n + n + 1 < sizeof(s->text));
	memcpy(s->text + s->n, text, n);
	s->n += n;
}

static int
take(void *arg, const char *line, size_t n, struct err *e)
{
	struct seen *s = arg;

	s->longest = n > s->longest ? n : s->longest;
	note(s, n < 64 ? line : "#", n < 64 ? n : 1);
	note(s, "|", 1);
	return --s->stop_after == 0 ? err_set(e, ERR_ARG, "enough") : 0;
}

static void
take_too_long(void *arg)
{
	note(arg, "!", 1);
}

/* Each piece lies in a heap block of its exact size. */
static int
feed(struct ndjson_lines *l, const char *data, size_t n, size_t piece, struct seen *s,
	struct err *e)
{
	for (size_t i = 0; i < n; i += piece) {
		size_t len = n - i < piece ? n - i : piece;
		char *copy = malloc(len);
		assert_non_null(copy);
		memcpy(copy, data + i, len);
		int rc = ndjson_lines_feed(l, copy, len, take, take_too_long, s, e);
		free(copy);
		if (rc == -1)
			return -1;
	}
	return ndjson_lines_end(l, take, s, e);
}

static void
lines_do_not_depend_on_the_pieces(void **state)
{
	static const struct {
		const char *label, *stream, *lines;
	} rows[] = {
		{ "nothing", "", "" },
		{ "one line", "abc\n", "abc|" },
		{ "empty lines are lines", "\n\na\n", "||a|" },
		{ "the end closes a line", "a\nbc", "a|bc|" },
		{ "carriage returns stay", "a\r\nb\r\n", "a\r|b\r|" },
		{ "several", "a\nbb\nccc\n", "a|bb|ccc|" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("  %s\n", rows[i].label);
		for (size_t piece = 1; piece <= 12; piece++) {
			struct ndjson_lines l;
			struct seen s = { 0 };
			struct err e;
			assert_int_equal(0, ndjson_lines_init(&l, &e));
			assert_int_equal(0,
				feed(&l, rows[i].stream, strlen(rows[i].stream), piece,
					&s, &e));
			assert_string_equal(rows[i].lines, s.text);
			ndjson_lines_done(&l);
		}
	}
}

static void
an_over_long_line_is_skipped_whole_and_reported_once(void **state)
{
	static const struct {
		const char *label;
		size_t len; /* of the middle line, without its newline */
		const char *lines;
	} rows[] = {
		{ "longest allowed", NDJSON_LINE_MAX - 1, "a|#|z|" },
		{ "one more", NDJSON_LINE_MAX, "a|!z|" },
		{ "much longer", 5 * NDJSON_LINE_MAX, "a|!z|" },
	};
	static const size_t pieces[] = { 1000, NDJSON_LINE_MAX, 10 * NDJSON_LINE_MAX };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n = rows[i].len + 5;
		char *stream = malloc(n);
		assert_non_null(stream);
		print_message("  %s\n", rows[i].label);
		memset(stream, 'x', n);
		memcpy(stream, "a\n", 2);
		memcpy(stream + n - 3, "\nz\n", 3);
		for (size_t k = 0; k < sizeof(pieces) / sizeof(pieces[0]); k++) {
			struct ndjson_lines l;
			struct seen s = { 0 };
			struct err e;
			assert_int_equal(0, ndjson_lines_init(&l, &e));
			assert_int_equal(0, feed(&l, stream, n, pieces[k], &s, &e));
			assert_string_equal(rows[i].lines, s.text);
			ndjson_lines_done(&l);
		}
		free(stream);
	}
}

static void
an_over_long_end_is_no_line(void **state)
{
	struct ndjson_lines l;
	struct seen s = { 0 };
	struct err e;
	char *stream = malloc(NDJSON_LINE_MAX);

	(void)state;
	assert_non_null(stream);
	memset(stream, 'x', NDJSON_LINE_MAX);
	assert_int_equal(0, ndjson_lines_init(&l, &e));
	assert_int_equal(0, feed(&l, stream, NDJSON_LINE_MAX, 4096, &s, &e));
	assert_string_equal("!", s.text);
	/* Nobody has to listen, and the next stream starts afresh. */
	assert_int_equal(
		0, ndjson_lines_feed(&l, stream, NDJSON_LINE_MAX, take, NULL, &s, &e));
	assert_int_equal(0, ndjson_lines_end(&l, take, &s, &e));
	assert_int_equal(0, feed(&l, "b\n", 2, 2, &s, &e));
	assert_string_equal("!b|", s.text);
	ndjson_lines_done(&l);
	free(stream);
}

static void
an_error_of_the_taker_stops(void **state)
{
	static const char stream[] = "a\nb\nc";

	(void)state;
	for (int stop = 1; stop <= 3; stop++) {
		struct ndjson_lines l;
		struct seen s = { .stop_after = stop };
		struct err e = { 0 };
		assert_int_equal(0, ndjson_lines_init(&l, &e));
		assert_int_equal(-1, feed(&l, stream, strlen(stream), 2, &s, &e));
		assert_string_equal("enough", e.text);
		assert_int_equal(2 * stop, strlen(s.text));
		ndjson_lines_done(&l);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_do_not_depend_on_the_pieces),
		cmocka_unit_test(an_over_long_line_is_skipped_whole_and_reported_once),
		cmocka_unit_test(an_over_long_end_is_no_line),
		cmocka_unit_test(an_error_of_the_taker_stops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
