/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people decide, in the words of the command line, against a store in memory. */
#include "db/decision.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "db/people.h"
#include "inventory/ndjson.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

struct world {
	struct store *s;
	struct arena *mem;
	struct err e;
};

static void
see(struct world *w, const char *ip, const char *facts)
{
	char line[1024];
	struct observation o;
	struct ingest_result sum = { 0 };

	(void)snprintf(line, sizeof(line),
		"{\"v\":1,\"source\":\"sweep\",\"point\":\"p\",\"site\":\"main\","
		"\"evidence\":\"reply\",\"at\":\"2026-11-21T01:00:00.000000Z\","
		"\"run\":\"r1\",\"ip\":\"%s\",\"facts\":{%s}}",
		ip, facts);
	if (ndjson_read(line, strlen(line), w->mem, &o, &w->e) == -1 ||
		store_ingest(w->s, &o, 1, &sum, &w->e) == -1)
		fail_msg("%s", w->e.text);
}

static int
start(void **state)
{
	static struct world w;

	w = (struct world){ .mem = arena_new(256 << 20) };
	assert_non_null(w.mem);
	assert_int_equal(0, store_open(&w.s, ":memory:", STORE_WRITE, &w.e));
	see(&w, "10.0.0.1", "\"mac\":\"3c:00:00:00:00:01\",\"mac.onlink\":true");
	see(&w, "10.0.0.2", "\"mac\":\"3c:00:00:00:00:02\",\"mac.onlink\":true");
	*state = &w;
	return 0;
}

static int
stop(void **state)
{
	struct world *w = *state;

	store_close(w->s);
	arena_free(w->mem);
	return 0;
}

/* Words between blanks, the first is what to do. */
static struct decision_order
order_of(struct world *w, const char *line)
{
	const char **words = arena_new_array(w->mem, const char *, 16);
	char *text = arena_strdup(w->mem, line), *save = NULL;
	struct decision_order o = { strtok_r(text, " ", &save), words, 0 };

	assert_non_null(words);
	for (char *p = strtok_r(NULL, " ", &save); p && o.n_args < 16;
		p = strtok_r(NULL, " ", &save))
		words[o.n_args++] = p;
	return o;
}

static void
what_is_decided_is_done_and_told(void **state)
{
	static const struct {
		const char *line, *said;
	} rows[] = {
		{ "merge 10.0.0.1 10.0.0.2",
			"1: 10.0.0.1 and 10.0.0.2 are one device, by mac "
			"3c:00:00:00:00:01 and mac 3c:00:00:00:00:02" },
		{ "pin 10.0.0.1", "2: the 2 identifiers of 10.0.0.1 are one device's" },
		{ "undo 2", "undone: 2: the 2 identifiers" },
		{ "undo", "undone: 1: 10.0.0.1 and 10.0.0.2" },
		{ "split 10.0.0.1 10.0.0.2",
			"3: 10.0.0.1 and 10.0.0.2 are two, and never" },
		{ "undo", "undone: 3: " },
		{ "merge 3c:00:00:00:00:01 10.0.0.2", "4: " },
		{ "split 10.0.0.1 10.0.0.2", "5: what 10.0.0.2 shows" },
		{ "set 10.0.0.1 name=hall owner=a=b", "set 2 of " },
		{ "set hall owner=", "set 1 of " },
		{ "forget hall", "forgot hall" },
	};
	struct world *w = *state;

	for (size_t i = 0; i < N(rows); i++) {
		struct decision_order o = order_of(w, rows[i].line);
		char said[DECISION_SAID_MAX];
		print_message("  %s\n", rows[i].line);
		assert_int_equal(0, decision_check(&o, &w->e));
		if (decision_do(w->s, &o, "anna", w->mem, said, &w->e) == -1)
			fail_msg("%s", w->e.text);
		if (strncmp(rows[i].said, said, strlen(rows[i].said)) != 0)
			fail_msg("%s", said);
	}
}

static void
a_value_may_hold_what_parts_it_from_its_field(void **state)
{
	struct world *w = *state;
	struct decision_order o = order_of(w, "set 10.0.0.1 owner=a=b");
	char said[DECISION_SAID_MAX];
	struct evidence_row *rows;
	struct device d;
	size_t n, found = 0;

	assert_int_equal(0, decision_do(w->s, &o, "anna", w->mem, said, &w->e));
	assert_int_equal(0, store_find_device(w->s, "10.0.0.1", w->mem, &d, &w->e));
	assert_int_equal(
		0, store_device_evidence(w->s, d.row, w->mem, &rows, &n, &w->e));
	for (size_t i = 0; i < n; i++) {
		if (strcmp(rows[i].key, "owner") != 0)
			continue;
		found++;
		assert_string_equal("\"a=b\"", rows[i].value);
		assert_string_equal("anna", rows[i].point); /* who wrote it */
	}
	assert_int_equal(1, found);
}

static void
what_makes_no_sense_is_refused_before_a_store_is_looked_at(void **state)
{
	static const char *const lines[] = { "burn 10.0.0.1", "merge 10.0.0.1",
		"merge 10.0.0.1 10.0.0.2 10.0.0.3", "split 10.0.0.1", "pin",
		"pin 10.0.0.1 10.0.0.2", "undo x", "undo 0", "undo -1", "undo 1 2",
		"undo 99999999999999999999", "set 10.0.0.1", "set 10.0.0.1 name",
		"set 10.0.0.1 name=x kind", "forget", "forget 10.0.0.1 10.0.0.2" };
	struct world *w = *state;

	for (size_t i = 0; i < N(lines); i++) {
		struct decision_order o = order_of(w, lines[i]);
		char said[DECISION_SAID_MAX];
		print_message("  %s\n", lines[i]);
		assert_int_equal(-1, decision_check(&o, &w->e));
		assert_int_equal(ERR_ARG, w->e.code);
		/* An agent that is asked by somebody else checks it as well. */
		assert_int_equal(-1, decision_do(w->s, &o, "anna", w->mem, said, &w->e));
		assert_int_equal(ERR_ARG, w->e.code);
	}
}

static void
what_the_store_cannot_do_leaves_it_as_it_was(void **state)
{
	static const struct {
		const char *line;
		enum err_code code;
	} rows[] = {
		{ "merge 10.0.0.1 10.0.0.9", ERR_NOTFOUND },
		{ "merge 10.0.0.1 3c:00:00:00:00:01", ERR_ARG },
		{ "pin 10.0.0.1", ERR_ARG }, /* it has one identifier */
		{ "split 10.0.0.1 10.0.0.9", ERR_ARG },
		{ "undo", ERR_NOTFOUND },
		{ "undo 7", ERR_NOTFOUND },
		{ "set 10.0.0.1 owner=x tcp.open=1", ERR_ARG },
		{ "set 10.0.0.1 owner=", ERR_NOTFOUND },
		{ "forget nobody", ERR_NOTFOUND },
	};
	struct world *w = *state;
	struct decision_order set = order_of(w, "set 10.0.0.1 owner=");

	for (size_t i = 0; i < N(rows); i++) {
		struct decision_order o = order_of(w, rows[i].line);
		char said[DECISION_SAID_MAX];
		print_message("  %s\n", rows[i].line);
		assert_int_equal(0, decision_check(&o, &w->e));
		assert_int_equal(-1, decision_do(w->s, &o, "anna", w->mem, said, &w->e));
		assert_int_equal(rows[i].code, w->e.code);
		/* Nobody has set it. */
		assert_int_equal(
			-1, decision_do(w->s, &set, "anna", w->mem, said, &w->e));
		assert_int_equal(ERR_NOTFOUND, w->e.code);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_is_decided_is_done_and_told, start, stop),
		cmocka_unit_test_setup_teardown(
			a_value_may_hold_what_parts_it_from_its_field, start, stop),
		cmocka_unit_test_setup_teardown(
			what_makes_no_sense_is_refused_before_a_store_is_looked_at,
			start, stop),
		cmocka_unit_test_setup_teardown(
			what_the_store_cannot_do_leaves_it_as_it_was, start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
