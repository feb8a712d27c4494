/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lines that are read without a JSON parser: those that are written are, whatever is odd is not,
 * and what is read is what the parser reads (fuzz_ndjson asks the same of any input).
 */
#include "inventory/ndjson_private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define HEAD     "{\"v\":1,\"at\":\"2026-11-21T20:15:03.123456Z\",\"source\":\"sweep\","
#define FACTS(f) HEAD "\"evidence\":\"reply\",\"facts\":{" f "}}"
#define SIXTEEN  "0123456789abcdef"
#define LONG     SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN
#define NAME_255 \
	LONG SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN SIXTEEN "0123456789abcde"
#define TEXT_1K LONG LONG LONG LONG LONG LONG LONG LONG

static const char whole[] =
	"{\"v\":1,\"at\":\"2026-11-21T20:15:03.123456Z\",\"seq\":4711,\"source\":\"sweep\","
	"\"run\":\"r1\",\"point\":\"berlin-1\",\"site\":\"berlin\",\"subject\":\"network\","
	"\"ip\":\"198.18.3.7\",\"evidence\":\"weak\",\"facts\":{"
	"\"mac\":\"00:16:3e:5e:6c:00\",\"mac.onlink\":true,"
	"\"netbios.name\":\"WS-0412\",\"netbios.names\":[\"CORP<00>\",\"WS-0412<20>\"],"
	"\"rtt.us\":412,\"smb.v1\":false,\"tcp.open\":[135,139,445]}}";

static const struct row {
	const char *label, *line;
	bool plain;
	bool is_record; /* for the parser */
} rows[] = {
	{ "every member and type of fact", whole, true, true },
	{ "no member that may be missing", FACTS("\"mac.onlink\":true"), true, true },
	{ "zero", FACTS("\"rtt.us\":0"), true, true },
	{ "15 digits", FACTS("\"rtt.us\":999999999999999"), true, true },
	{ "a text of 1,024 bytes", FACTS("\"netbios.name\":\"" TEXT_1K "\""), true,
		true },
	{ "a name of 255 bytes",
		HEAD "\"run\":\"" NAME_255
		     "\",\"evidence\":\"reply\",\"facts\":{\"mac.onlink\":true}}",
		true, true },
	{ "an empty text", FACTS("\"netbios.name\":\"\""), true, true },
	{ "no facts", FACTS(""), false, true },
	{ "an escape", FACTS("\"netbios.name\":\"a\\\"b\""), false, true },
	{ "a letter beyond ASCII", FACTS("\"netbios.name\":\"caf\xc3\xa9\""), false,
		true },
	{ "a control character", FACTS("\"netbios.name\":\"a\tb\""), false, false },
	{ "DEL", FACTS("\"netbios.name\":\"a\x7f\""), true, true },
	{ "a blank between", FACTS("\"mac.onlink\": true"), false, true },
	{ "members in another order",
		"{\"at\":\"2026-11-21T20:15:03Z\",\"v\":1,\"source\":\"s\","
		"\"evidence\":\"reply\",\"facts\":{\"mac.onlink\":true}}",
		false, true },
	{ "a member that no record has",
		HEAD "\"evidence\":\"reply\",\"x\":1,\"facts\":{}}", false, false },
	{ "a member twice",
		HEAD
		"\"source\":\"b\",\"evidence\":\"reply\",\"facts\":{\"mac.onlink\":true}}",
		false, false },
	{ "no evidence", HEAD "\"facts\":{\"mac.onlink\":true}}", false, false },
	{ "an evidence that there is not",
		HEAD "\"evidence\":\"rumour\",\"facts\":{\"mac.onlink\":true}}", false,
		false },
	{ "another version", "{\"v\":12,\"at\":\"2026-11-21T20:15:03Z\"}", false,
		false },
	{ "seq 0",
		HEAD "\"seq\":0,\"evidence\":\"reply\",\"facts\":{\"mac.onlink\":true}}",
		false, false },
	{ "an empty name",
		HEAD
		"\"run\":\"\",\"evidence\":\"reply\",\"facts\":{\"mac.onlink\":true}}",
		false, false },
	{ "a name of 256 bytes",
		HEAD "\"run\":\"x" NAME_255
		     "\",\"evidence\":\"reply\",\"facts\":{\"mac.onlink\":true}}",
		false, false },
	{ "no address",
		HEAD
		"\"ip\":\"1.2.3\",\"evidence\":\"reply\",\"facts\":{\"mac.onlink\":true}}",
		false, false },
	{ "no time",
		"{\"v\":1,\"at\":\"soon\",\"source\":\"s\",\"evidence\":\"reply\",\"facts\":"
		"{\"mac.onlink\":true}}",
		false, false },
	{ "the year 10000",
		"{\"v\":1,\"at\":\"10000-01-01T00:00:00Z\",\"source\":\"s\",\"evidence\":"
		"\"reply\",\"facts\":{\"mac.onlink\":true}}",
		false, false },
	{ "truncated", FACTS("\"mac.onlink\":true},\"truncated\":true"), false, false },
	{ "text behind it", FACTS("\"mac.onlink\":true") "x", false, false },
	{ "a blank behind it", FACTS("\"mac.onlink\":true") " ", false, true },
	{ "facts in another order", FACTS("\"rtt.us\":1,\"mac.onlink\":true"), false,
		true },
	{ "a fact twice", FACTS("\"rtt.us\":1,\"rtt.us\":2"), false, false },
	{ "a fact that nobody knows", FACTS("\"zz.top\":\"x\""), false, true },
	{ "a fact without a value", FACTS("\"rtt.us\""), false, false },
	{ "a comma behind the last fact", FACTS("\"rtt.us\":1,"), false, false },
	{ "null", FACTS("\"rtt.us\":null"), false, false },
	{ "a number as text", FACTS("\"rtt.us\":\"1\""), false, false },
	{ "a negative number", FACTS("\"rtt.us\":-1"), false, true },
	{ "a leading zero", FACTS("\"rtt.us\":01"), false, false },
	{ "a fraction", FACTS("\"rtt.us\":1.5"), false, false },
	{ "16 digits", FACTS("\"rtt.us\":1234567890123456"), false, true },
	{ "a text too long", FACTS("\"netbios.name\":\"x" TEXT_1K "\""), false, false },
	{ "no MAC", FACTS("\"mac\":\"00:16\""), false, false },
	{ "no boolean", FACTS("\"mac.onlink\":truest"), false, false },
	{ "ports in another order", FACTS("\"tcp.open\":[445,139]"), false, true },
	{ "a port twice", FACTS("\"tcp.open\":[139,139]"), false, true },
	{ "port 0", FACTS("\"tcp.open\":[0]"), false, false },
	{ "port 65536", FACTS("\"tcp.open\":[65536]"), false, false },
	{ "no ports", FACTS("\"tcp.open\":[]"), false, true },
	{ "a comma behind the last port", FACTS("\"tcp.open\":[1,]"), false, false },
	{ "ports without an end", FACTS("\"tcp.open\":[1"), false, false },
	{ "texts in another order", FACTS("\"netbios.names\":[\"B\",\"A\"]"), false,
		true },
	{ "nothing", "", false, false },
};

/* From a heap block of exactly the line's size. */
static bool
read_plain(const char *line, size_t n, struct arena *mem, struct observation *out)
{
	char *copy = malloc(n ? n : 1);

	assert_non_null(copy);
	memcpy(copy, line, n);
	bool plain = ndjson_read_plain(copy, n, mem, out);
	free(copy);
	return plain;
}

static void
assert_same(
	const struct row *row, const struct observation *a, const struct observation *b)
{
	struct sb one, other;
	struct err e;

	sb_init(&one, NDJSON_LINE_MAX);
	sb_init(&other, NDJSON_LINE_MAX);
	assert_int_equal(0, ndjson_write(a, &one, &e));
	assert_int_equal(0, ndjson_write(b, &other, &e));
	if (strcmp(one.text, other.text) != 0)
		fail_msg("%s: %s, not %s", row->label, one.text, other.text);
	sb_done(&one);
	sb_done(&other);
}

static void
what_is_plain_is_read_as_the_parser_reads_it(void **state)
{
	struct arena *mem = arena_new(1 << 22);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];
		struct observation plain, parsed;
		struct err e;
		size_t n = strlen(r->line);
		arena_reset(mem);
		if (read_plain(r->line, n, mem, &plain) != r->plain)
			fail_msg("%s: %s", r->label, r->plain ? "odd" : "plain");
		if ((ndjson_read_json(r->line, n, mem, &parsed, &e) == 0) !=
			r->is_record)
			fail_msg("%s: the parser says: %s", r->label, e.text);
		if (r->plain)
			assert_same(r, &plain, &parsed);
	}
	arena_free(mem);
}

static void
what_is_cut_off_or_has_a_nul_is_odd(void **state)
{
	struct arena *mem = arena_new(1 << 22);
	size_t n = sizeof(whole) - 1;
	struct observation o;

	(void)state;
	for (size_t i = 0; i < n; i++) {
		char broken[sizeof(whole)];
		arena_reset(mem);
		memcpy(broken, whole, sizeof(whole));
		assert_false(read_plain(broken, i, mem, &o));
		broken[i] = '\0';
		assert_false(read_plain(broken, n, mem, &o));
	}
	arena_free(mem);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_plain_is_read_as_the_parser_reads_it),
		cmocka_unit_test(what_is_cut_off_or_has_a_nul_is_odd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
