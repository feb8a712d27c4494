/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a source says and, in the same run, says otherwise is shown beside the later. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "db/store.h"
#include "inventory/ndjson.h"

struct said {
	int second;
	const char *run, *facts;
};

enum { SAID_MAX = 6 };

/* Each in the order of time; what is shown: "key member value" and the seconds in which it
 * was said first and last, of what is contradicted with a "!" before it. */
static const struct row {
	const char *label;
	struct said said[SAID_MAX];
	const char *shown;
} rows[] = {
	{ "two values of one run",
		{ { 1, "a", "\"os.name\":\"x\"" }, { 2, "a", "\"os.name\":\"y\"" } },
		"os.name  \"y\" 1-2\n!os.name  \"x\" 1-1\n" },
	{ "the same again",
		{ { 1, "a", "\"os.name\":\"x\"" }, { 2, "a", "\"os.name\":\"x\"" } },
		"os.name  \"x\" 1-2\n" },
	{ "another run is a change",
		{ { 1, "a", "\"os.name\":\"x\"" }, { 2, "b", "\"os.name\":\"y\"" } },
		"os.name  \"y\" 1-2\n" },
	{ "there and back",
		{ { 1, "a", "\"os.name\":\"x\"" }, { 2, "a", "\"os.name\":\"y\"" },
			{ 3, "a", "\"os.name\":\"x\"" } },
		"os.name  \"x\" 1-3\n!os.name  \"y\" 2-2\n" },
	{ "three values, the latest first",
		{ { 1, "a", "\"os.name\":\"x\"" }, { 2, "a", "\"os.name\":\"y\"" },
			{ 3, "a", "\"os.name\":\"x\"" },
			{ 4, "a", "\"os.name\":\"z\"" } },
		"os.name  \"z\" 1-4\n!os.name  \"x\" 1-3\n!os.name  \"y\" 2-2\n" },
	{ "a port that closed",
		{ { 1, "a", "\"tcp.open\":[80]" }, { 2, "a", "\"tcp.closed\":[80]" } },
		"tcp.open 80  gone 1-2\n!tcp.open 80  1-1\n" },
	{ "a machine has several names",
		{ { 1, "a", "\"dns.ptr\":[\"x\"]" }, { 2, "a", "\"dns.ptr\":[\"y\"]" } },
		"dns.ptr x  1-1\ndns.ptr y  2-2\n" },
	{ "measurements differ each time",
		{ { 1, "a", "\"rtt.us\":1" }, { 2, "a", "\"rtt.us\":2" } },
		"rtt.us  2 1-2\n" },
};

static void
ingest(struct store *s, const struct said *said, struct arena *mem)
{
	struct ingest_result sum = { 0 };
	struct observation o;
	char line[512];
	struct err e = { 0 };

	(void)snprintf(line, sizeof(line),
		"{\"v\":1,\"at\":\"2026-11-21T01:00:%02d.000000Z\",\"source\":\"sweep\","
		"\"run\":\"%s\",\"point\":\"p\",\"site\":\"main\",\"ip\":\"10.0.0.1\","
		"\"evidence\":\"reply\",\"facts\":{%s}}",
		said->second, said->run, said->facts);
	if (ndjson_read(line, strlen(line), mem, &o, &e) == -1 ||
		store_ingest(s, &o, 1, &sum, &e) == -1)
		fail_msg("%s", e.text);
}

static int
second_of(int64_t at)
{
	return (int)(at / SECOND % 60);
}

static void
check_shown(struct store *s, const char *want, struct arena *mem)
{
	struct evidence_row *found;
	struct device d;
	struct sb text;
	struct err e = { 0 };
	size_t n;

	assert_int_equal(0, store_find_device(s, "10.0.0.1", mem, &d, &e));
	assert_int_equal(0, store_device_evidence(s, d.row, mem, &found, &n, &e));
	sb_init(&text, 1 << 12);
	for (size_t i = 0; i < n; i++)
		sb_printf(&text, "%s%s %s %s%s %d-%d\n",
			found[i].contradicted ? "!" : "", found[i].key, found[i].member,
			found[i].value, found[i].gone ? " gone" : "",
			second_of(found[i].first_at), second_of(found[i].at));
	assert_string_equal(want, text.text);
	sb_done(&text);
}

static void
what_a_source_takes_back_is_shown(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (int backwards = 0; backwards < 2; backwards++) {
			struct arena *mem = arena_new(1 << 24);
			struct store *s;
			struct err e = { 0 };
			int n = 0;
			assert_int_equal(0, store_open(&s, ":memory:", STORE_WRITE, &e));
			print_message("  %s%s\n", rows[i].label,
				backwards ? ", the latest first" : "");
			while (n < SAID_MAX && rows[i].said[n].run)
				n++;
			for (int k = 0; k < n; k++)
				ingest(s, &rows[i].said[backwards ? n - 1 - k : k], mem);
			check_shown(s, rows[i].shown, mem);
			store_close(s);
			arena_free(mem);
		}
	}
}

/* The list is bounded; how often what is left out was said is counted. */
static void
what_is_left_out_is_counted(void **state)
{
	enum { VALUES = 300, TOLD = 256 };
	struct arena *mem = arena_new(1 << 24);
	struct evidence_row *found;
	struct store *s;
	struct device d;
	struct err e = { 0 };
	size_t n, untold, told = 0;

	(void)state;
	assert_int_equal(0, store_open(&s, ":memory:", STORE_WRITE, &e));
	for (int i = 0; i < VALUES; i++) {
		char facts[64];
		(void)snprintf(facts, sizeof(facts), "\"os.name\":\"%d\"", i);
		ingest(s, &(struct said){ 1, "a", facts }, mem);
	}
	ingest(s, &(struct said){ 2, "a", "\"os.name\":\"last\"" }, mem);
	assert_int_equal(0, store_find_device(s, "10.0.0.1", mem, &d, &e));
	assert_int_equal(0,
		store_device_evidence_as_of(
			s, d.row, STORE_NOW, mem, &found, &n, &untold, &e));
	for (size_t i = 0; i < n; i++)
		told += found[i].contradicted;
	assert_int_equal(TOLD, told);
	assert_int_equal(VALUES - TOLD, untold);
	store_close(s);
	arena_free(mem);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_source_takes_back_is_shown),
		cmocka_unit_test(what_is_left_out_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
