/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The lines of docs/design.md, byte for byte; what must be refused; what is cut and says so.
 * Expected lines are canonical by `jq -cS .facts` and by the member order of ndjson.h.
 */
#include "inventory/ndjson.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "inventory/jsontext.h"

struct fixture {
	struct arena *mem;
	struct sb out;
	struct err e;
};

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f || !(f->mem = arena_new(16 << 20)))
		return -1;
	sb_init(&f->out, 16 << 20);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	arena_free(f->mem);
	sb_done(&f->out);
	free(f);
	return 0;
}

/* From a heap block of exactly the line's size. */
static int
read_exact(struct fixture *f, const char *line, struct observation *out)
{
	size_t n = strlen(line);
	char *copy = malloc(n ? n : 1);

	assert_non_null(copy);
	memcpy(copy, line, n);
	f->e = (struct err){ 0 };
	int rc = ndjson_read(copy, n, f->mem, out, &f->e);
	free(copy);
	return rc;
}

/* Writes, and reads back what was written. */
static const char *
written(struct fixture *f, const struct observation *o, struct observation *back)
{
	sb_clear(&f->out);
	f->e = (struct err){ 0 };
	if (ndjson_write(o, &f->out, &f->e) == -1)
		fail_msg("%s", f->e.text);
	assert_true(f->out.len <= NDJSON_LINE_MAX);
	assert_int_equal('\n', f->out.text[f->out.len - 1]);
	assert_null(memchr(f->out.text, '\n', f->out.len - 1));
	if (ndjson_read(f->out.text, f->out.len - 1, f->mem, back, &f->e) == -1)
		fail_msg("%s", f->e.text);
	return f->out.text;
}

#define HEAD     "{\"v\":1,\"at\":\"2026-11-21T20:15:03.123456Z\",\"source\":\"sweep\","
#define AT_HEAD  ((int64_t)1795292103123456) /* date -ud 2026-11-21T20:15:03 +%s */
#define FACTS(f) HEAD "\"evidence\":\"reply\",\"facts\":{" f "}}"

/* --- records ------------------------------------------------------------------------ */

static void
the_record_of_the_design_comes_back_as_it_was(void **state)
{
	static const char line[] =
		"{\"v\":1,\"at\":\"2026-11-21T20:15:03.123456Z\",\"seq\":4711,"
		"\"source\":\"sweep\",\"run\":\"r1\",\"point\":\"berlin-1\","
		"\"site\":\"berlin\",\"subject\":\"network\",\"ip\":\"198.18.3.7\","
		"\"evidence\":\"weak\",\"facts\":{\"mac\":\"00:16:3e:5e:6c:00\","
		"\"mac.onlink\":true,\"netbios.domain\":\"CORP\","
		"\"netbios.name\":\"WS-0412\",\"netbios.names\":[\"CORP<00>\","
		"\"WS-0412<20>\"],\"rtt.us\":412,\"smb.os_build\":\"10.0.22631\","
		"\"tcp.open\":[135,139,445]},\"truncated\":true}\n";
	struct fixture *f = *state;
	struct observation o, back;
	char *copy = strndup(line, sizeof(line) - 2);

	assert_int_equal(0, read_exact(f, copy, &o));
	free(copy);
	assert_int_equal(AT_HEAD, o.at);
	assert_int_equal(4711, o.seq);
	assert_string_equal("sweep", o.source);
	assert_string_equal("r1", o.run);
	assert_string_equal("berlin-1", o.point);
	assert_string_equal("berlin", o.site);
	assert_int_equal(SUBJECT_NETWORK, o.subject);
	assert_int_equal(EVIDENCE_WEAK, o.evidence);
	assert_int_equal(0xc6120307, addr_to_ip4(&o.ip));
	assert_true(o.truncated);
	assert_int_equal(8, o.n_facts);
	assert_int_equal(0x00163e5e6c00, mac_number(&o.facts[0].mac));
	assert_int_equal(1, o.facts[1].num);
	assert_string_equal("CORP", o.facts[2].text);
	assert_int_equal(2, o.facts[4].texts.n);
	assert_string_equal("WS-0412<20>", o.facts[4].texts.items[1]);
	assert_int_equal(412, o.facts[5].num);
	assert_int_equal(3, o.facts[7].ports.n);
	assert_int_equal(445, o.facts[7].ports.items[2]);
	assert_string_equal(line, written(f, &o, &back));
}

static void
what_is_not_set_is_left_out(void **state)
{
	struct fixture *f = *state;
	struct observation o = {
		.source = "import", .point = "", .at = 0, .evidence = EVIDENCE_LISTED
	};
	struct observation back;

	assert_string_equal(
		"{\"v\":1,\"at\":\"1970-01-01T00:00:00.000000Z\","
		"\"source\":\"import\",\"evidence\":\"listed\",\"facts\":{}}\n",
		written(f, &o, &back));
	assert_null(back.run);
	assert_null(back.point);
	assert_null(back.site);
	assert_false(addr_is_set(&back.ip));
	assert_int_equal(0, back.seq);
	assert_int_equal(SUBJECT_DEVICE, back.subject);
	assert_false(back.truncated);
}

static void
members_may_come_in_any_order(void **state)
{
	struct fixture *f = *state;
	struct observation o, back;

	assert_int_equal(0,
		read_exact(f,
			" {\"facts\":{\"tcp.open\":[443,22,443],\"ip.ttl\":64,"
			"\"dns.ptr\":[\"b\",\"a\",\"b\"]}, \"truncated\":false,"
			"\"evidence\":\"heard\",\"ip\":\"2001:DB8::1\","
			"\"subject\":\"device\",\"source\":\"passive\","
			"\"at\":\"2026-11-21T21:15:03+01:00\",\"v\":1}\r",
			&o));
	assert_string_equal(
		"{\"v\":1,\"at\":\"2026-11-21T20:15:03.000000Z\","
		"\"source\":\"passive\",\"ip\":\"2001:db8::1\","
		"\"evidence\":\"heard\",\"facts\":{\"dns.ptr\":[\"a\",\"b\"],"
		"\"ip.ttl\":64,\"tcp.open\":[22,443]}}\n",
		written(f, &o, &back));
}

static void
unknown_facts_are_kept_as_canonical_json(void **state)
{
	static const struct {
		const char *label, *in, *out;
	} rows[] = {
		{ "text", "\"a\"", "\"a\"" },
		{ "number", "-12", "-12" },
		{ "fraction", "36.6", "36.6" },
		{ "small fraction", "1e-7", "1e-07" },
		{ "a third, as long as needed", "0.3333333333333333",
			"0.3333333333333333" },
		{ "whole number as a fraction", "5.0", "5" },
		{ "minus zero", "-0.0", "0" },
		{ "true", "true", "true" },
		{ "empty", "[ {} , [ ] ]", "[{},[]]" },
		{ "keys by bytes", "{\"b\" : 1, \"a\":{\"d\":2,\"c\":false}, \"B\":0}",
			"{\"B\":0,\"a\":{\"c\":false,\"d\":2},\"b\":1}" },
		{ "escapes", "\"\\u00e4\\/\\u0001\\n\\\"\\\\\\ud83d\\ude00\"",
			"\"\xc3\xa4/\\u0001\\n\\\"\\\\\xf0\x9f\x98\x80\"" },
		{ "brackets in a text", "\"\\\"[[[[[[[[[[{{\"", "\"\\\"[[[[[[[[[[{{\"" },
		{ "deepest", "[[[[[[]]]]]]", "[[[[[[]]]]]]" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct observation o, back;
		char line[256], want[256];
		print_message("  %s\n", rows[i].label);
		assert_true(snprintf(line, sizeof(line), FACTS("\"x.y\":%s"),
				    rows[i].in) < (int)sizeof(line));
		(void)snprintf(
			want, sizeof(want), FACTS("\"x.y\":%s") "\n", rows[i].out);
		if (read_exact(f, line, &o) == -1)
			fail_msg("%s", f->e.text);
		assert_int_equal(FACT_OTHER, o.facts[0].type);
		assert_string_equal(rows[i].out, o.facts[0].text);
		assert_string_equal(want, written(f, &o, &back));
	}
}

static void
malformed_records_are_refused_with_what_and_where(void **state)
{
	static const struct {
		const char *label, *line, *text;
	} rows[] = {
		{ "empty line", "", "column" },
		{ "no object", "[]", "not a JSON object" },
		{ "a number", "1", "not a JSON object" },
		{ "cut off", "{\"v\":1,", "column 7" },
		{ "trailing text", FACTS("") "x", "column" },
		{ "two objects", FACTS("") FACTS(""), "column" },
		{ "duplicate member", "{\"v\":1,\"v\":1}", "duplicate" },
		{ "duplicate fact", FACTS("\"a\":1,\"a\":1"), "duplicate" },
		{ "not UTF-8", FACTS("\"a\":\"\xff\""), "decode byte 0xff" },
		{ "surrogate", FACTS("\"a\":\"\\ud800\""), "column" },
		{ "U+0000", FACTS("\"a\":\"x\\u0000y\""), "column" },
		{ "null", FACTS("\"a\":null"), "\"facts\": \"a\": null" },
		{ "null inside", FACTS("\"a\":[{\"b\":null}]"), "null" },
		{ "nested too deep", FACTS("\"a\":[[[[[[[]]]]]]]"), "nested deeper" },
		{ "brackets without end", "[[[[[[[[[[[[[[[[", "column 9: nested" },
		{ "integer beyond 2^53", FACTS("\"a\":9007199254740993"), "2^53" },
		{ "integer below -2^53", FACTS("\"a\":-9007199254740993"), "2^53" },
		{ "least integer of all", FACTS("\"a\":-9223372036854775808"), "2^53" },
		{ "fraction beyond 2^53", FACTS("\"a\":1e16"), "2^53" },
		{ "integer of 23 digits", FACTS("\"a\":12345678901234567890123"),
			"big" },
		{ "NaN", FACTS("\"a\":NaN"), "column" },
		{ "missing v", "{\"at\":\"2026-11-21T20:15:03Z\"}", "\"v\" is missing" },
		{ "another version", "{\"v\":2}", "\"v\": only version 1" },
		{ "version as a fraction", "{\"v\":1.0}", "\"v\": only version 1" },
		{ "missing facts", HEAD "\"evidence\":\"reply\"}",
			"\"facts\" is missing" },
		{ "unknown member", HEAD "\"color\":1}", "no member \"color\"" },
		{ "no time", "{\"at\":\"yesterday\"}", "\"at\": must be a time" },
		{ "time as a number", "{\"at\":1}", "\"at\": must be a time" },
		{ "before 1970", "{\"at\":\"1969-12-31T23:59:59Z\"}", "1970" },
		{ "seq 0", "{\"seq\":0}", "\"seq\"" },
		{ "seq as text", "{\"seq\":\"1\"}", "\"seq\"" },
		{ "empty source", "{\"source\":\"\"}", "\"source\": must not be empty" },
		{ "run as a number", "{\"run\":1}", "\"run\": must be a text" },
		{ "subject of no kind", "{\"subject\":\"printer\"}", "\"subject\"" },
		{ "evidence of no kind", "{\"evidence\":\"\"}", "\"evidence\"" },
		{ "evidence as a list", "{\"evidence\":[]}", "\"evidence\"" },
		{ "ip with a port", "{\"ip\":\"192.0.2.1:80\"}", "\"ip\": must be" },
		{ "ip as a number", "{\"ip\":3232235777}", "\"ip\": must be" },
		{ "facts as a list", "{\"facts\":[]}", "facts must be an object" },
		{ "truncated as text", "{\"truncated\":\"true\"}", "\"truncated\"" },
		{ "fact without a key", FACTS("\"\":1"), "1 to 64 bytes" },
		{ "text as a number", FACTS("\"os.name\":11"), "fact \"os.name\"" },
		{ "integer as a fraction", FACTS("\"ip.ttl\":64.0"),
			"must be an integer" },
		{ "integer as text", FACTS("\"ip.ttl\":\"64\""), "must be an integer" },
		{ "truth as a number", FACTS("\"icmp.echo\":1"), "true or false" },
		{ "MAC without colons", FACTS("\"mac\":\"00163e5e6c00\""),
			"must be a MAC" },
		{ "MAC as a list", FACTS("\"mac\":[]"), "must be a MAC" },
		{ "ports as a number", FACTS("\"tcp.open\":80"), "must be an array" },
		{ "port 0", FACTS("\"tcp.open\":[0]"), "1 to 65535" },
		{ "port 65536", FACTS("\"tcp.open\":[65536]"), "1 to 65535" },
		{ "port as text", FACTS("\"tcp.open\":[\"80\"]"), "1 to 65535" },
		{ "texts as a text", FACTS("\"dns.ptr\":\"a\""), "must be an array" },
		{ "number among texts", FACTS("\"dns.ptr\":[\"a\",1]"), "item 2" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct observation o;
		print_message("  %s\n", rows[i].label);
		assert_int_equal(-1, read_exact(f, rows[i].line, &o));
		assert_int_equal(ERR_PROTO, f->e.code);
		if (!strstr(f->e.text, rows[i].text))
			fail_msg("%s", f->e.text);
	}
}

/* A line with one fact whose value is made of n times a piece, between two others. */
static char *
long_line(const char *key, const char *open, const char *piece, size_t n,
	const char *close)
{
	struct sb s;

	sb_init(&s, 1 << 20);
	sb_printf(&s, HEAD "\"evidence\":\"reply\",\"facts\":{\"%s\":%s", key, open);
	for (size_t i = 0; i < n; i++)
		sb_printf(&s, "%s%s", *open == '[' && i ? "," : "", piece);
	sb_printf(&s, "%s}}", close);
	assert_false(s.bad);
	return s.text; /* the caller frees it */
}

static void
sizes_have_limits(void **state)
{
	static const struct {
		const char *label, *key, *open, *piece;
		size_t n;
		const char *close;
		int rc;
	} rows[] = {
		{ "text of 1024 bytes", "os.name", "\"", "x", 1024, "\"", 0 },
		{ "text of 1025 bytes", "os.name", "\"", "x", 1025, "\"", -1 },
		{ "unknown text", "x", "\"", "x", 60000, "\"", 0 },
		{ "4096 items", "tcp.open", "[", "80", 4096, "]", 0 },
		{ "4097 items", "tcp.open", "[", "80", 4097, "]", -1 },
		{ "4097 texts", "dns.ptr", "[", "\"\"", 4097, "]", -1 },
		{ "the line", "x", "\"", "x", NDJSON_LINE_MAX, "\"", -1 },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct observation o;
		char *line = long_line(rows[i].key, rows[i].open, rows[i].piece,
			rows[i].n, rows[i].close);
		print_message("  %s\n", rows[i].label);
		assert_int_equal(rows[i].rc, read_exact(f, line, &o));
		free(line);
	}
}

static void
a_line_of_exactly_the_limit_is_read(void **state)
{
	struct fixture *f = *state;
	struct observation o;
	size_t around = strlen(FACTS("\"x\":\"\""));

	for (size_t over = 0; over < 2; over++) {
		char *line = long_line(
			"x", "\"", "x", NDJSON_LINE_MAX - 1 - around + over, "\"");
		assert_int_equal(NDJSON_LINE_MAX - 1 + over, strlen(line));
		assert_int_equal(over ? -1 : 0, read_exact(f, line, &o));
		free(line);
	}
}

static void
a_key_has_a_limit(void **state)
{
	struct fixture *f = *state;

	for (int n = FACT_KEY_LIMIT; n <= FACT_KEY_LIMIT + 1; n++) {
		char line[256];
		struct observation o;
		(void)snprintf(line, sizeof(line), FACTS("\"%0*d\":1"), n, 0);
		assert_int_equal(n > FACT_KEY_LIMIT ? -1 : 0, read_exact(f, line, &o));
	}
}

static void
a_full_arena_is_an_error(void **state)
{
	static const char line[] = FACTS(
		"\"dns.ptr\":[\"abcdefgh\"],\"mac\":"
		"\"00:16:3e:5e:6c:00\",\"tcp.open\":[1],\"x\":[]");
	struct fixture *f = *state;
	bool done = false;

	for (size_t limit = 16; !done; limit += 16) {
		struct arena *small = arena_new(limit);
		struct observation o;
		assert_non_null(small);
		assert_true(limit < 4096);
		done = ndjson_read(line, strlen(line), small, &o, &f->e) == 0;
		assert_true(done || f->e.code == ERR_NOMEM);
		arena_free(small);
	}
}

/* --- writing ------------------------------------------------------------------------ */

static struct observation
with_facts(const struct fact *facts, size_t n)
{
	return (struct observation){ .source = "sweep",
		.at = AT_HEAD,
		.evidence = EVIDENCE_REPLY,
		.facts = facts,
		.n_facts = n };
}

static void
texts_are_escaped_and_made_utf8(void **state)
{
	static const struct {
		const char *label, *text, *json;
	} rows[] = {
		{ "plain", "Windows 11 <x> & 'y' /", "Windows 11 <x> & 'y' /" },
		{ "quote and backslash", "a\"b\\c", "a\\\"b\\\\c" },
		{ "short escapes", "\b\f\n\r\t", "\\b\\f\\n\\r\\t" },
		{ "other controls", "\x01\x1f\x7f", "\\u0001\\u001f\x7f" },
		{ "controls of C1 (a terminal obeys them)", "\xc2\x9b", "\\u009b" },
		{ "a right-to-left override", "\xe2\x80\xae", "\\u202e" },
		{ "UTF-8", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80",
			"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80" },
		{ "Latin-1", "B\xfcro", "B\xef\xbf\xbdro" },
		{ "overlong", "\xc0\x80", "\xef\xbf\xbd\xef\xbf\xbd" },
		{ "cut sequence", "\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd" },
		{ "empty", "", "" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fact fact = {
			.key = "os.name", .type = FACT_TEXT, .text = rows[i].text
		};
		struct observation o = with_facts(&fact, 1), back;
		char want[256];
		print_message("  %s\n", rows[i].label);
		(void)snprintf(want, sizeof(want), FACTS("\"os.name\":\"%s\"") "\n",
			rows[i].json);
		assert_string_equal(want, written(f, &o, &back));
		assert_false(back.truncated);
	}
}

/* n copies of piece. */
static char *
repeat(const char *piece, size_t n)
{
	size_t len = strlen(piece);
	char *text = calloc(n * len + 1, 1);

	assert_non_null(text);
	for (size_t i = 0; i < n; i++)
		memcpy(text + i * len, piece, len);
	return text;
}

static void
long_texts_are_cut_between_characters(void **state)
{
	static const struct {
		const char *label, *piece;
		size_t n, kept; /* bytes */
	} rows[] = {
		{ "at the limit", "x", 1024, 1024 },
		{ "one more", "x", 1025, 1024 },
		{ "three bytes each", "\xe2\x82\xac", 342, 1023 },
		{ "one becomes three", "\xff", 1024, 1023 },
		{ "escapes count once", "\n", 1025, 1024 },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *text = repeat(rows[i].piece, rows[i].n);
		struct fact fact = { .key = "os.name", .type = FACT_TEXT, .text = text };
		struct observation o = with_facts(&fact, 1), back;
		print_message("  %s\n", rows[i].label);
		(void)written(f, &o, &back);
		assert_int_equal(rows[i].kept, strlen(back.facts[0].text));
		assert_int_equal(i > 0, back.truncated);
		free(text);
	}
}

static void
arrays_are_cut_at_the_line_cap(void **state)
{
	struct fixture *f = *state;
	const char *texts[200];
	uint16_t ports[3] = { 22, 80, 443 };
	char *long_text = repeat("y", 1000), other[40000];
	struct fact facts[] = {
		{ .key = "a.b", .type = FACT_OTHER, .text = other },
		{ .key = "dns.ptr", .type = FACT_TEXTS, .texts = { texts, 200 } },
		{ .key = "tcp.open", .type = FACT_PORTS, .ports = { ports, 3 } },
	};
	struct observation o = with_facts(facts, 3), back;

	for (size_t i = 0; i < 200; i++) {
		texts[i] = arena_printf(f->mem, "%03zu%s", i, long_text);
		assert_non_null(texts[i]);
	}
	memset(other, 'x', sizeof(other));
	other[0] = other[sizeof(other) - 2] = '"';
	other[sizeof(other) - 1] = '\0';
	size_t n = strlen(written(f, &o, &back));
	assert_true(back.truncated);
	/* All of the short array, and as much of the long one as fits: one item is 1006. */
	assert_int_equal(3, back.facts[2].ports.n);
	assert_in_range(n, NDJSON_LINE_MAX - 1006, NDJSON_LINE_MAX);
	assert_string_equal(texts[0], back.facts[1].texts.items[0]);
	free(long_text);
}

static void
arrays_have_at_most_4096_items(void **state)
{
	static uint16_t ports[5000];
	struct fixture *f = *state;
	struct fact fact = { .key = "udp.open", .type = FACT_PORTS };

	for (uint16_t i = 0; i < 5000; i++)
		ports[i] = i + 1;
	for (size_t n = 4096; n <= 5000; n += 904) {
		fact.ports.items = ports;
		fact.ports.n = n;
		struct observation o = with_facts(&fact, 1), back;
		(void)written(f, &o, &back);
		assert_int_equal(4096, back.facts[0].ports.n);
		assert_int_equal(4096, back.facts[0].ports.items[4095]);
		assert_int_equal(n > 4096, back.truncated);
	}
}

static void
every_type_of_fact_comes_back(void **state)
{
	static const struct {
		const char *key, *json;
	} rows[] = {
		{ "os.name", "\"Windows 11\"" },
		{ "ip.ttl", "-9007199254740992" },
		{ "rtt.us", "9007199254740992" },
		{ "icmp.echo", "false" },
		{ "mac", "\"00:16:3e:5e:6c:00\"" },
		{ "tcp.open", "[1,65535]" },
		{ "tcp.open", "[]" },
		{ "dns.ptr", "[\"a\",\"b\"]" },
		{ "unknown.key", "{\"a\":[1,2]}" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fact fact;
		print_message("  %s\n", rows[i].key);
		sb_clear(&f->out);
		assert_int_equal(0,
			ndjson_read_fact(rows[i].key, rows[i].json,
				strlen(rows[i].json), f->mem, &fact, &f->e));
		assert_int_equal(0, ndjson_write_fact(&fact, &f->out, &f->e));
		assert_string_equal(rows[i].json, f->out.text);
	}
}

static void
all_facts_come_back_as_one_object(void **state)
{
	static const char json[] = "{\"mac\":\"00:16:3e:5e:6c:00\",\"tcp.open\":[22]}";
	struct fixture *f = *state;
	struct fact *facts;
	size_t n;

	assert_int_equal(
		0, ndjson_read_facts(json, strlen(json), f->mem, &facts, &n, &f->e));
	assert_int_equal(2, n);
	assert_int_equal(0, ndjson_write_facts(facts, n, &f->out, &f->e));
	assert_string_equal(json, f->out.text);
	assert_int_equal(-1, ndjson_read_facts("{", 1, f->mem, &facts, &n, &f->e));
	assert_int_equal(-1, ndjson_read_facts("[]", 2, f->mem, &facts, &n, &f->e));
	assert_int_equal(-1, ndjson_read_fact("mac", "", 0, f->mem, facts, &f->e));
	assert_int_equal(ERR_PROTO, f->e.code);
}

static void
a_broken_contract_is_an_error_and_writes_nothing(void **state)
{
	static const char *const empty[] = { "" };
	static const uint16_t zero[] = { 0 };
	static char long_name[257], long_key[FACT_KEY_LIMIT + 2];
	static const struct fact unsorted[] = {
		{ .key = "b", .type = FACT_OTHER, .text = "1" },
		{ .key = "a", .type = FACT_OTHER, .text = "1" },
	}, twice[] = {
		{ .key = "a", .type = FACT_OTHER, .text = "1" },
		{ .key = "a", .type = FACT_OTHER, .text = "1" },
	}, type = { .key = "os.name", .type = FACT_TEXTS, .texts = { empty, 1 } },
	   unknown = { .key = "x", .type = FACT_TEXT, .text = "" },
	   number = { .key = "ip.ttl", .type = FACT_INT, .num = INT64_MAX },
	   negative = { .key = "ip.ttl", .type = FACT_INT, .num = INT64_MIN },
	   port = { .key = "tcp.open", .type = FACT_PORTS, .ports = { zero, 1 } },
	   other = { .key = "x", .type = FACT_OTHER, .text = "not json" },
	   no_key = { .key = "", .type = FACT_OTHER, .text = "1" },
	   key = { .key = long_key, .type = FACT_OTHER, .text = "1" };
	const struct {
		const char *label;
		struct observation o;
	} rows[] = {
		{ "facts not in order", with_facts(unsorted, 2) },
		{ "a fact twice", with_facts(twice, 2) },
		{ "not the type of the table", with_facts(&type, 1) },
		{ "a typed fact that is not in the table", with_facts(&unknown, 1) },
		{ "a number beyond 2^53", with_facts(&number, 1) },
		{ "a number below -2^53", with_facts(&negative, 1) },
		{ "port 0", with_facts(&port, 1) },
		{ "a fact that is not JSON", with_facts(&other, 1) },
		{ "no key", with_facts(&no_key, 1) },
		{ "a long key", with_facts(&key, 1) },
		{ "no source", { .source = NULL } },
		{ "long source", { .source = long_name } },
		{ "run that is not UTF-8", { .source = "x", .run = "\xff" } },
		{ "long point", { .source = "x", .point = long_name } },
		{ "long site", { .source = "x", .site = long_name } },
		{ "time before 1970", { .source = "x", .at = -1 } },
		{ "time after 9999", { .source = "x", .at = INT64_MAX } },
		{ "negative seq", { .source = "x", .seq = -1 } },
		{ "seq beyond 2^53", { .source = "x", .seq = INT64_MAX } },
	};
	struct fixture *f = *state;

	memset(long_name, 'x', sizeof(long_name) - 1);
	memset(long_key, 'x', sizeof(long_key) - 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("  %s\n", rows[i].label);
		assert_int_equal(-1, ndjson_write(&rows[i].o, &f->out, &f->e));
		assert_int_equal(0, f->out.len);
		assert_int_equal(-1 + !rows[i].o.n_facts,
			ndjson_write_facts(
				rows[i].o.facts, rows[i].o.n_facts, &f->out, &f->e));
		sb_clear(&f->out);
	}
}

static void
what_cannot_be_cut_is_refused(void **state)
{
	struct fixture *f = *state;
	char *text = repeat("x", NDJSON_LINE_MAX);
	text[0] = text[NDJSON_LINE_MAX - 1] = '"';
	struct fact fact = { .key = "x", .type = FACT_OTHER, .text = text };
	struct observation o = with_facts(&fact, 1);

	assert_int_equal(-1, ndjson_write(&o, &f->out, &f->e));
	assert_int_equal(ERR_ARG, f->e.code);
	assert_int_equal(0, f->out.len);
	free(text);
}

static void
a_full_string_is_an_error_and_stays_as_it_was(void **state)
{
	struct fixture *f = *state;
	struct fact fact = { .key = "os.name", .type = FACT_TEXT, .text = "Windows" };
	struct observation o = with_facts(&fact, 1);
	struct sb small;

	sb_init(&small, 10);
	sb_add(&small, "before");
	assert_int_equal(-1, ndjson_write_fact(&fact, &small, &f->e));
	assert_int_equal(ERR_NOMEM, f->e.code);
	assert_string_equal("before", small.text);
	assert_int_equal(-1, ndjson_write(&o, &small, &f->e));
	assert_int_equal(ERR_NOMEM, f->e.code);
	assert_string_equal("before", small.text);
	sb_done(&small);
}

int
main(void)
{
#define TEST(t) cmocka_unit_test_setup_teardown(t, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(the_record_of_the_design_comes_back_as_it_was),
		TEST(what_is_not_set_is_left_out),
		TEST(members_may_come_in_any_order),
		TEST(unknown_facts_are_kept_as_canonical_json),
		TEST(malformed_records_are_refused_with_what_and_where),
		TEST(sizes_have_limits),
		TEST(a_line_of_exactly_the_limit_is_read),
		TEST(a_key_has_a_limit),
		TEST(a_full_arena_is_an_error),
		TEST(texts_are_escaped_and_made_utf8),
		TEST(long_texts_are_cut_between_characters),
		TEST(arrays_are_cut_at_the_line_cap),
		TEST(arrays_have_at_most_4096_items),
		TEST(every_type_of_fact_comes_back),
		TEST(all_facts_come_back_as_one_object),
		TEST(a_broken_contract_is_an_error_and_writes_nothing),
		TEST(what_cannot_be_cut_is_refused),
		TEST(a_full_string_is_an_error_and_stays_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
