/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DNS replies to PTR questions, written by hand after RFC 1035 §4.1. */
#include "host/ptr_reply.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* Id, flags, one question, N answers, no more; 7.2.0.192.in-addr.arpa at offset 12, its
 * "2.0.192..." at 14; type PTR, class IN. */
#define HEADER(n) "\x12\x34\x81\x80\x00\x01\x00" n "\x00\x00\x00\x00"
#define QUESTION \
	"\x01" \
	"7" \
	"\x01" \
	"2" \
	"\x01" \
	"0" \
	"\x03" \
	"192" \
	"\x07" \
	"in-addr" \
	"\x04" \
	"arpa" \
	"\x00" \
	"\x00\x0c\x00\x01"
#define ASKED "\xc0\x0c"
#define PTR   "\x00\x0c\x00\x01\x00\x00\x00\x3c"
#define CNAME "\x00\x05\x00\x01\x00\x00\x00\x3c"
#define WEB \
	"\x03" \
	"web" \
	"\x07" \
	"example" \
	"\x00"
#define LABEL_63 \
	"\x3f" \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

#define BYTES(s) s, sizeof(s) - 1

enum { NAMES_MAX = 600 };

static const struct row {
	const char *label;
	enum ptr_outcome want;
	const char *name;
	const char *bytes;
	size_t n;
} rows[] = {
	{ "one name", PTR_NAME, "web.example",
		BYTES(HEADER("\x01") QUESTION ASKED PTR "\x00\x0d" WEB) },
	{ "owner written out in other case", PTR_NAME, "web.example",
		BYTES(HEADER("\x01") QUESTION "\x01"
					      "7\x01"
					      "2\xc0\x10" PTR "\x00\x0d" WEB) },
	{ "underscore, digits, dashes", PTR_NAME, "a_1.x--y.9",
		BYTES(HEADER("\x01") QUESTION ASKED PTR "\x00\x0c"
							"\x03"
							"a_1"
							"\x04"
							"x--y"
							"\x01"
							"9"
							"\x00") },
	{ "compressed target", PTR_NAME, "192.in-addr.arpa",
		BYTES(HEADER("\x01") QUESTION ASKED PTR "\x00\x02\xc0\x12") },
	{ "two names", PTR_NAME, "xeb.example web.example",
		BYTES(HEADER("\x02") QUESTION ASKED PTR "\x00\x0d\x03"
							"xeb\x07"
							"example\x00" ASKED PTR
							"\x00\x0d" WEB) },
	{ "a bad name beside a good one", PTR_NAME, "web.example",
		BYTES(HEADER("\x02") QUESTION ASKED PTR "\x00\x0d\x03"
							"a b\x07"
							"example\x00" ASKED PTR
							"\x00\x0d" WEB) },
	{ "CNAME to the PTR (RFC 2317)", PTR_NAME, "web.example",
		BYTES(HEADER("\x02") QUESTION ASKED CNAME "\x00\x06\x03"
							  "0-7\xc0\x0e"
							  "\x03"
							  "0-7\xc0\x0e" PTR
							  "\x00\x0d" WEB) },
	{ "record of another type first", PTR_NAME, "web.example",
		BYTES(HEADER("\x02") QUESTION ASKED
			"\x00\x10\x00\x01\x00\x00\x00\x3c\x00\x02\x01x" ASKED PTR
			"\x00\x0d" WEB) },
	{ "a good name before the reply breaks off", PTR_NAME, "web.example",
		BYTES(HEADER("\x02") QUESTION ASKED PTR "\x00\x0d" WEB ASKED "\x00") },

	{ "no answer", PTR_NONE, "", BYTES(HEADER("\x00") QUESTION) },
	{ "CNAME to nothing", PTR_NONE, "",
		BYTES(HEADER("\x01") QUESTION ASKED CNAME "\x00\x06\x03"
							  "0-7\xc0\x0e") },
	{ "CNAME to itself", PTR_NONE, "",
		BYTES(HEADER("\x01") QUESTION ASKED CNAME "\x00\x02" ASKED) },
	{ "PTR of another address", PTR_NONE, "",
		BYTES(HEADER("\x01") QUESTION "\x01"
					      "8\xc0\x0e" PTR "\x00\x0d" WEB) },
	{ "PTR of another class", PTR_NONE, "",
		BYTES(HEADER("\x01") QUESTION ASKED
			"\x00\x0c\x00\x03\x00\x00\x00\x3c\x00\x0d" WEB) },

	{ "control character", PTR_UNKNOWN, "",
		BYTES(HEADER("\x01") QUESTION ASKED PTR "\x00\x0d\x03"
							"w\x1b"
							"b\x07"
							"example\x00") },
	{ "NUL in a label", PTR_UNKNOWN, "",
		BYTES(HEADER("\x01") QUESTION ASKED PTR "\x00\x0d\x03"
							"w\x00"
							"b\x07"
							"example\x00") },
	{ "dot in a label", PTR_UNKNOWN, "",
		BYTES(HEADER("\x01") QUESTION ASKED PTR "\x00\x0d\x03"
							"w.b\x07"
							"example\x00") },
	{ "UTF-8", PTR_UNKNOWN, "",
		BYTES(HEADER("\x01") QUESTION ASKED PTR "\x00\x0d\x03"
							"w\xc3\xa9\x07"
							"example\x00") },
	{ "space", PTR_UNKNOWN, "",
		BYTES(HEADER("\x01") QUESTION ASKED PTR "\x00\x0d\x03"
							"w b\x07"
							"example\x00") },
	{ "label that begins with a dash", PTR_UNKNOWN, "",
		BYTES(HEADER("\x01") QUESTION ASKED PTR "\x00\x0d\x03"
							"-eb\x07"
							"example\x00") },
	{ "label that ends with a dash", PTR_UNKNOWN, "",
		BYTES(HEADER("\x01") QUESTION ASKED PTR "\x00\x0d\x03"
							"we-\x07"
							"example\x00") },
	{ "the root", PTR_UNKNOWN, "",
		BYTES(HEADER("\x01") QUESTION ASKED PTR "\x00\x01\x00") },
	{ "more than 253 characters", PTR_UNKNOWN, "",
		BYTES(HEADER("\x01") QUESTION ASKED PTR
			"\x01\x01" LABEL_63 LABEL_63 LABEL_63 LABEL_63 "\x00") },
	{ "name that points at itself", PTR_UNKNOWN, "",
		BYTES(HEADER("\x01") QUESTION ASKED PTR "\x00\x02\xc0\x32") },
	{ "name that points behind the end", PTR_UNKNOWN, "",
		BYTES(HEADER("\x01") QUESTION ASKED PTR "\x00\x02\xff\xff") },
	{ "record longer than the reply", PTR_UNKNOWN, "",
		BYTES(HEADER("\x01") QUESTION ASKED PTR "\x00\xff" WEB) },
	{ "fewer records than announced", PTR_UNKNOWN, "",
		BYTES(HEADER("\x09") QUESTION) },
	{ "question cut off", PTR_UNKNOWN, "",
		BYTES(HEADER("\x01") "\x01"
				     "7\x01") },
	{ "header cut off", PTR_UNKNOWN, "", BYTES("\x12\x34\x81\x80\x00\x01") },
	{ "no question", PTR_UNKNOWN, "",
		BYTES("\x12\x34\x81\x80\x00\x00\x00\x00\x00\x00\x00\x00") },
	{ "nothing", PTR_UNKNOWN, "", BYTES("") },
};

static void
collect(void *arg, const char *name)
{
	char *names = arg;
	size_t used = strlen(names);

	(void)snprintf(names + used, NAMES_MAX - used, "%s%s", used ? " " : "", name);
}

static void
assert_reply(const void *bytes, size_t n, enum ptr_outcome want, const char *names)
{
	uint8_t *exact = malloc(n ? n : 1); /* so that ASan sees one byte too many */
	char got[NAMES_MAX] = "";

	memcpy(exact, bytes, n);
	assert_int_equal(want, ptr_reply_read(exact, n, collect, got));
	assert_string_equal(names, got);
	free(exact);
}

static void
a_reply_says_name_none_or_nonsense(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("  %s\n", rows[i].label);
		assert_reply(rows[i].bytes, rows[i].n, rows[i].want, rows[i].name);
	}
}

/* Replies to "web.example A" or AAAA; the name is at 12, its "example" at 16. */
#define NAME_QUESTION WEB "\x00\x01\x00\x01"
#define A             "\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04"
#define AAAA          "\x00\x1c\x00\x01\x00\x00\x00\x3c\x00\x10"
#define SIX           "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x07"

static const struct name_row {
	const char *label, *ip;
	enum ptr_outcome want;
	const char *bytes;
	size_t n;
} name_rows[] = {
	{ "A that leads back", "192.0.2.7", PTR_CONFIRMED,
		BYTES(HEADER("\x01") NAME_QUESTION ASKED A "\xc0\x00\x02\x07") },
	{ "the second A leads back", "192.0.2.7", PTR_CONFIRMED,
		BYTES(HEADER("\x02") NAME_QUESTION ASKED A "\xc0\x00\x02\x08" ASKED A
							   "\xc0\x00\x02\x07") },
	{ "AAAA that leads back", "2001:db8::7", PTR_CONFIRMED,
		BYTES(HEADER("\x01") NAME_QUESTION ASKED AAAA SIX) },
	{ "by a CNAME", "192.0.2.7", PTR_CONFIRMED,
		BYTES(HEADER("\x02") NAME_QUESTION ASKED CNAME "\x00\x04\x01"
							       "b\xc0\x10"
							       "\x01"
							       "b\xc0\x10" A
							       "\xc0\x00\x02\x07") },
	{ "before the reply breaks off", "192.0.2.7", PTR_CONFIRMED,
		BYTES(HEADER("\x02") NAME_QUESTION ASKED A "\xc0\x00\x02\x07" ASKED) },
	{ "another address", "192.0.2.8", PTR_REFUTED,
		BYTES(HEADER("\x01") NAME_QUESTION ASKED A "\xc0\x00\x02\x07") },
	{ "no address", "192.0.2.7", PTR_REFUTED, BYTES(HEADER("\x00") NAME_QUESTION) },
	{ "the address of another name", "192.0.2.7", PTR_REFUTED,
		BYTES(HEADER("\x01") NAME_QUESTION "\x01"
						   "b\xc0\x10" A "\xc0\x00\x02\x07") },
	{ "an A of 16 bytes", "2001:db8::7", PTR_REFUTED,
		BYTES(HEADER("\x01") NAME_QUESTION ASKED
			"\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x10" SIX) },
	{ "CNAME to itself", "192.0.2.7", PTR_REFUTED,
		BYTES(HEADER("\x01") NAME_QUESTION ASKED CNAME "\x00\x02" ASKED) },
	{ "CNAME that is cut", "192.0.2.7", PTR_UNCONFIRMED,
		BYTES(HEADER("\x01") NAME_QUESTION ASKED CNAME "\x00\x02\xff\xff") },
	{ "fewer records than announced", "192.0.2.7", PTR_UNCONFIRMED,
		BYTES(HEADER("\x09") NAME_QUESTION) },
	{ "nothing", "192.0.2.7", PTR_UNCONFIRMED, BYTES("") },
};

static void
a_name_leads_back_or_not_or_nobody_knows(void **state)
{
	struct addr a;

	(void)state;
	for (size_t i = 0; i < sizeof(name_rows) / sizeof(name_rows[0]); i++) {
		const struct name_row *row = &name_rows[i];
		uint8_t *exact = malloc(row->n ? row->n : 1);
		print_message("  %s\n", row->label);
		memcpy(exact, row->bytes, row->n);
		assert_true(addr_parse(row->ip, &a));
		assert_int_equal(row->want, name_reply_read(exact, row->n, &a));
		free(exact);
	}
}

/* Cut anywhere, a reply is never "no name". */
static void
a_cut_reply_is_never_no_name(void **state)
{
	static const char whole[] = HEADER("\x01") QUESTION ASKED PTR "\x00\x0d" WEB;

	(void)state;
	for (size_t n = 0; n < sizeof(whole) - 1; n++)
		assert_reply(whole, n, PTR_UNKNOWN, "");
}

static void
the_longest_name_has_253_characters(void **state)
{
	static const char reply[] = HEADER("\x01") QUESTION ASKED PTR
		"\x00\xff" LABEL_63 LABEL_63 LABEL_63 "\x3d"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"\x00";
	char want[254];

	(void)state;
	memset(want, 'a', 253);
	want[63] = want[127] = want[191] = '.';
	want[253] = '\0';
	assert_reply(BYTES(reply), PTR_NAME, want);
}

/* --- as many records as a message holds (RFC 1035 §4.2.2: 65,535 bytes) -------------------- */

/* The question, then n records of `unit` bytes, `last` behind them. */
static uint8_t *
long_reply(const char *begin, size_t n_begin, unsigned n, const void *unit, size_t size,
	const void *last, size_t *out_n)
{
	uint8_t *reply = malloc(n_begin + (n + 1) * size), *at = reply + n_begin;
	unsigned count = n + (last != NULL);

	memcpy(reply, begin, n_begin);
	reply[6] = (uint8_t)(count >> 8);
	reply[7] = (uint8_t)count;
	for (unsigned i = 0; i < n; i++, at += size)
		memcpy(at, unit, size);
	if (last) {
		memcpy(at, last, size);
		at += size;
	}
	*out_n = (size_t)(at - reply);
	return reply;
}

static void
count_name(void *arg, const char *name)
{
	size_t *n = arg;

	assert_string_equal("web.example", name);
	++*n;
}

static void
all_addresses_of_a_name_are_looked_at(void **state)
{
	static const char begin[] = HEADER("\x00") NAME_QUESTION;
	static const char other[] = ASKED A "\xc6\x33\x64\x01",
			  own[] = ASKED A "\xc0\x00\x02\x07";
	const struct addr a = addr_ip4(0xc0000207);

	(void)state;
	for (int there = 0; there <= 1; there++) {
		size_t n;
		uint8_t *reply = long_reply(begin, sizeof(begin) - 1, 4000, other,
			sizeof(other) - 1, there ? own : NULL, &n);
		assert_true(n <= UINT16_MAX);
		assert_int_equal(there ? PTR_CONFIRMED : PTR_REFUTED,
			name_reply_read(reply, n, &a));
		free(reply);
	}
}

static void
of_many_names_the_first_are_told(void **state)
{
	static const char begin[] = HEADER("\x00") QUESTION;
	static const char one[] = ASKED PTR "\x00\x0d" WEB;
	static const struct {
		unsigned has;
		enum ptr_outcome want;
		size_t told;
	} rows_of_many[] = { { 256, PTR_NAME, 256 }, { 257, PTR_MORE, 256 },
		{ 2400, PTR_MORE, 256 } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows_of_many) / sizeof(rows_of_many[0]); i++) {
		size_t n, told = 0;
		uint8_t *reply = long_reply(begin, sizeof(begin) - 1,
			rows_of_many[i].has, one, sizeof(one) - 1, NULL, &n);
		print_message("  %u names\n", rows_of_many[i].has);
		assert_int_equal(rows_of_many[i].want,
			ptr_reply_read(reply, n, count_name, &told));
		assert_int_equal(rows_of_many[i].told, told);
		free(reply);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reply_says_name_none_or_nonsense),
		cmocka_unit_test(a_name_leads_back_or_not_or_nobody_knows),
		cmocka_unit_test(a_cut_reply_is_never_no_name),
		cmocka_unit_test(the_longest_name_has_253_characters),
		cmocka_unit_test(all_addresses_of_a_name_are_looked_at),
		cmocka_unit_test(of_many_names_the_first_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
