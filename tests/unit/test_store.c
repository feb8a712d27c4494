/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The store's contract, as a driver must keep it: what is ingested comes back, once, in one
 * device each; a foreign, newer or damaged file is refused and stays as it was.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "db/store.h"
#include "db/store_private.h"

#define T0 1700000000000000LL

struct place {
	char dir[64], path[96];
};

static int
make_place(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	(void)snprintf(p->dir, sizeof(p->dir), "/tmp/test_store.XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	(void)snprintf(p->path, sizeof(p->path), "%s/muster.db", p->dir);
	*state = p;
	return 0;
}

static int
remove_place(void **state)
{
	struct place *p = *state;
	char cmd[160];
	static const char *const names[] = { "muster.db", "muster.db-wal",
		"muster.db-shm", "copy.db", "copy.db-wal", "copy.db-shm" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(cmd, sizeof(cmd), "%s/%s", p->dir, names[i]);
		(void)unlink(cmd);
	}
	assert_int_equal(0, rmdir(p->dir));
	free(p);
	return 0;
}

static struct store *
opened(const char *path, enum store_mode mode)
{
	struct err e = { 0 };
	struct store *s = NULL;

	if (store_open(&s, path, mode, &e) == -1)
		fail_msg("open %s: %s", path, e.text);
	return s;
}

/* A host that answered ARP, and perhaps said its name. */
struct seen {
	const char *ip, *mac, *name, *run;
	int64_t at;
};

static void
ingest(struct store *s, const struct seen *rows, size_t n, struct ingest_result *r)
{
	struct observation obs[16];
	struct fact facts[16][4];
	struct err e = { 0 };

	assert_true(n <= 16);
	for (size_t i = 0; i < n; i++) {
		size_t k = 0;
		memset(&obs[i], 0, sizeof(obs[i]));
		memset(facts[i], 0, sizeof(facts[i]));
		if (rows[i].mac) {
			facts[i][k] = (struct fact){ .key = "mac", .type = FACT_MAC };
			assert_true(mac_parse(rows[i].mac, &facts[i][k++].mac));
			facts[i][k++] = (struct fact){
				.key = "mac.onlink", .type = FACT_BOOL, .num = 1
			};
		}
		if (rows[i].name) {
			facts[i][k++] = (struct fact){ .key = "netbios.domain",
				.type = FACT_TEXT,
				.text = "CORP" };
			facts[i][k++] = (struct fact){ .key = "netbios.name",
				.type = FACT_TEXT,
				.text = rows[i].name };
		}
		obs[i] = (struct observation){ .site = "default",
			.point = "here",
			.run = rows[i].run ? rows[i].run : "run-1",
			.source = "sweep",
			.at = T0 + rows[i].at * SECOND,
			.evidence = EVIDENCE_REPLY,
			.facts = facts[i],
			.n_facts = k };
		assert_true(addr_parse(rows[i].ip, &obs[i].ip));
	}
	*r = (struct ingest_result){ 0 };
	if (store_ingest(s, obs, n, r, &e) == -1)
		fail_msg("ingest: %s", e.text);
}

static int
count_row(void *arg, const struct device *d, struct err *e)
{
	(void)d;
	(void)e;
	(*(int *)arg)++;
	return 0;
}

static int
count_devices(struct store *s)
{
	struct err e = { 0 };
	int n = 0;

	assert_int_equal(0, store_each_device(s, count_row, &n, &e));
	return n;
}

static void
find(struct store *s, const char *text, struct arena *mem, struct device *d)
{
	struct err e = { 0 };

	if (store_find_device(s, text, mem, d, &e) == -1)
		fail_msg("find %s: %s", text, e.text);
}

static void
assert_sound(struct store *s)
{
	struct sb problems;
	struct err e = { 0 };
	size_t n;

	sb_init(&problems, 1 << 16);
	assert_int_equal(0, store_check(s, &problems, &n, &e));
	if (n)
		fail_msg("the store is not sound: %s", problems.text);
	sb_done(&problems);
}

static void
every_statement_prepares(void **state)
{
	static const struct sql_bind none[] = { { .kind = BIND_END } };
	struct place *p = *state;
	struct store *s = opened(p->path, STORE_WRITE);
	struct err e = { 0 };

	for (int i = 0; i < STMT_COUNT; i++) {
		struct sql_stmt *st = store_query(s, (enum store_stmt)i, none, &e);
		if (!st)
			fail_msg("statement %d: %s", i, e.text);
	}
	store_close(s);
}

static void
what_was_ingested_is_there_after_reopening(void **state)
{
	static const struct seen rows[] = {
		{ "198.18.3.7", "00:16:3e:00:00:07", NULL, NULL, 1 },
		{ "198.18.3.7", NULL, "WS-7", NULL, 2 },
		{ "198.18.3.8", "00:16:3e:00:00:08", NULL, NULL, 1 },
	};
	struct place *p = *state;
	struct store *s = opened(p->path, STORE_WRITE);
	struct arena *mem = arena_new(1 << 22);
	struct ingest_result r;
	struct device d;

	ingest(s, rows, 3, &r);
	assert_int_equal(3, r.observations);
	assert_int_equal(2, r.devices_new);
	store_close(s);
	s = opened(p->path, STORE_READ);
	assert_int_equal(2, count_devices(s));
	find(s, "ws-7", mem, &d);
	assert_int_equal(1, d.n_addrs);
	assert_int_equal(DEVICE_UP, d.state);
	find(s, "00-16-3E-00-00-08", mem, &d);
	find(s, "198.18.3.8", mem, &d);
	find(s, d.id, mem, &d);
	store_close(s);
	arena_free(mem);
}

static void
ingesting_the_same_twice_changes_nothing(void **state)
{
	static const struct seen rows[] = {
		{ "198.18.3.7", "00:16:3e:00:00:07", NULL, NULL, 1 },
		{ "198.18.3.7", "00:16:3e:00:00:07", NULL, NULL, 1 },
		{ "198.18.3.9", NULL, NULL, NULL, 3 },
	};
	struct place *p = *state;
	struct store *s = opened(p->path, STORE_WRITE);
	struct ingest_result r;

	ingest(s, rows, 3, &r);
	assert_int_equal(2, r.observations);
	assert_int_equal(1, r.duplicates);
	ingest(s, rows, 3, &r);
	assert_int_equal(0, r.observations);
	assert_int_equal(3, r.duplicates);
	assert_int_equal(2, count_devices(s));
	assert_sound(s);
	store_close(s);
}

static void
a_device_is_followed_to_its_new_address(void **state)
{
	static const struct seen before[] = { { "198.18.3.7", "00:16:3e:00:00:07", NULL,
		NULL, 1 } };
	static const struct seen after[] = { { "198.18.3.99", "00:16:3e:00:00:07", NULL,
		"run-2", 500 } };
	struct place *p = *state;
	struct store *s = opened(p->path, STORE_WRITE);
	struct arena *mem = arena_new(1 << 22);
	struct ingest_result r;
	struct device d;

	ingest(s, before, 1, &r);
	ingest(s, after, 1, &r);
	assert_int_equal(0, r.devices_new);
	assert_int_equal(1, r.devices_changed);
	assert_int_equal(1, count_devices(s));
	find(s, "198.18.3.99", mem, &d);
	assert_int_equal(2, d.n_addrs);
	assert_sound(s);
	store_close(s);
	arena_free(mem);
}

/* An address-only device is adopted by the identifier that comes later; its id then is an
 * alias that finds the same device. */
static void
a_merged_id_still_finds_its_device(void **state)
{
	static const struct seen first[] = { { "198.18.3.7", "00:16:3e:00:00:07", NULL,
		NULL, 1 } };
	static const struct seen lone[] = { { "198.18.3.20", NULL, NULL, "run-2", 10 } };
	static const struct seen link[] = { { "198.18.3.20", "00:16:3e:00:00:07", NULL,
		"run-3", 20 } };
	struct place *p = *state;
	struct store *s = opened(p->path, STORE_WRITE);
	struct arena *mem = arena_new(1 << 22);
	struct ingest_result r;
	struct device d, a, b;

	ingest(s, first, 1, &r);
	ingest(s, lone, 1, &r);
	assert_int_equal(2, count_devices(s));
	find(s, "198.18.3.20", mem, &d);
	find(s, "198.18.3.7", mem, &a);
	ingest(s, link, 1, &r);
	assert_int_equal(1, r.devices_merged);
	assert_int_equal(1, count_devices(s));
	find(s, d.id, mem, &b);
	assert_string_equal(a.id, b.id);
	assert_sound(s);
	store_close(s);
	arena_free(mem);
}

static int
note_change(void *arg, const struct change *c, struct err *e)
{
	struct sb *out = arg;

	(void)e;
	sb_printf(out, "%s %s %s>%s\n", c->what, c->key, c->before, c->after);
	return 0;
}

static void
the_history_says_what_changed(void **state)
{
	static const struct seen one[] = { { "198.18.3.7", "00:16:3e:00:00:07", "OLD",
		NULL, 1 } };
	static const struct seen two[] = { { "198.18.3.7", "00:16:3e:00:00:07", "NEW",
		"run-2", 100 } };
	struct place *p = *state;
	struct store *s = opened(p->path, STORE_WRITE);
	struct ingest_result r;
	struct err e = { 0 };
	struct sb text;

	sb_init(&text, 1 << 16);
	ingest(s, one, 1, &r);
	ingest(s, two, 1, &r);
	assert_int_equal(0, store_each_change(s, 0, note_change, &text, &e));
	assert_non_null(strstr(text.text, "new"));
	assert_non_null(strstr(text.text, "field netbios.name OLD>NEW\n"));
	assert_int_equal(1, count_devices(s));
	sb_done(&text);
	store_close(s);
}

/* A computer account of a directory, by the last digit of its objectGUID. */
static void
ingest_listed(
	struct store *s, const char *run, int64_t at, const char *domain, char digit)
{
	char guid[] = "8a2f0000-0000-4000-8000-000000000000";
	struct fact facts[3] = {
		{ .key = "ad.domain", .type = FACT_TEXT, .text = domain },
		{ .key = "ad.guid", .type = FACT_TEXT, .text = guid },
		{ .key = "ad.listed", .type = FACT_BOOL, .num = 1 }
	};
	struct observation o = { .site = "default",
		.point = "here",
		.run = run,
		.source = "ad",
		.at = T0 + at * SECOND,
		.evidence = EVIDENCE_LISTED,
		.facts = facts,
		.n_facts = 3 };
	struct ingest_result r = { 0 };
	struct err e = { 0 };

	guid[sizeof(guid) - 2] = digit;
	if (store_ingest(s, &o, 1, &r, &e) == -1)
		fail_msg("ingest: %s", e.text);
}

/* Those of two domains are listed in run-1; run-2 finds one of the first again. */
static void
who_is_missing_from_a_directory_read_completely_is_gone(void **state)
{
	static const struct {
		const char *label, *probe, *domain; /* as it was told in run-1 */
		bool complete;
		int64_t other; /* when another run told of the second one; 0: none did */
		const char *want; /* changes of run-2 */
	} rows[] = {
		{ "all of it was read", "ad", "corp.example", true, 0,
			"field ad.listed yes>no\n" },
		{ "all of it was read, by another spelling", "ad", "CORP.Example", true,
			0,
			"field ad.domain CORP.Example>corp.example\n"
			"field ad.listed yes>no\n" },
		{ "only what changed was read", NULL, "corp.example", false, 0, "" },
		{ "it broke off", "ad", "corp.example", false, 0, "" },
		{ "another told of it meanwhile", "ad", "corp.example", true, 25, "" },
		{ "another told of it before", "ad", "corp.example", true, 15,
			"field ad.listed yes>no\n" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct store *s = opened(":memory:", STORE_WRITE);
		struct run run = { .id = "run-2",
			.source = "ad",
			.command = "test",
			.site = "default",
			.point = "here",
			.targets = "",
			.started = T0 + 20 * SECOND };
		struct coverage c = { .probe = rows[i].probe,
			.targets = "corp.example",
			.started = run.started,
			.finished = run.started + SECOND,
			.complete = rows[i].complete };
		struct run_end end = { .ok = true };
		struct err e = { 0 };
		struct sb text;

		ingest_listed(s, "run-1", 10, "corp.example", '1');
		ingest_listed(s, "run-1", 10, rows[i].domain, '2');
		ingest_listed(s, "run-1", 10, "emea.example", '3');
		assert_int_equal(0, store_begin_run(s, &run, &e));
		ingest_listed(s, "run-2", 20, "corp.example", '1');
		if (rows[i].other)
			ingest_listed(s, "run-3", rows[i].other, "corp.example", '2');
		if (c.probe)
			assert_int_equal(0, store_put_coverage(s, "run-2", &c, &e));
		if (store_end_run(s, "run-2", T0 + 30 * SECOND, &end, &e) == -1)
			fail_msg("%s: %s", rows[i].label, e.text);
		sb_init(&text, 1 << 16);
		assert_int_equal(0,
			store_each_change(s, T0 + 15 * SECOND, note_change, &text, &e));
		if (strcmp(rows[i].want, text.text) != 0)
			fail_msg("%s: %s", rows[i].label, text.text);
		sb_done(&text);
		assert_sound(s);
		store_close(s);
	}
}

/* forest NULL: as before networks were told with one. */
static void
ingest_network(struct store *s, const char *run, int64_t at, const char *forest,
	const char *net)
{
	struct fact facts[3] = {
		{ .key = "ad.forest", .type = FACT_TEXT, .text = forest },
		{ .key = "ad.site", .type = FACT_TEXT, .text = "Berlin" },
		{ .key = "net.prefix", .type = FACT_TEXT, .text = net }
	};
	struct observation o = { .subject = SUBJECT_NETWORK,
		.site = "default",
		.point = "here",
		.run = run,
		.source = "ad",
		.at = T0 + at * SECOND,
		.evidence = EVIDENCE_LISTED,
		.facts = facts + !forest,
		.n_facts = 3 - (size_t)!forest };
	struct ingest_result r = { 0 };
	struct err e = { 0 };

	if (store_ingest(s, &o, 1, &r, &e) == -1)
		fail_msg("ingest: %s", e.text);
}

static int
note_network(void *arg, const struct observation *o, struct err *e)
{
	const struct fact *listed = fact_get(o->facts, o->n_facts, "ad.listed");

	(void)e;
	if (listed)
		sb_printf(arg, "%s %s %s %s\n", o->run,
			fact_get(o->facts, o->n_facts, "ad.forest")->text,
			fact_get(o->facts, o->n_facts, "net.prefix")->text,
			listed->num ? "stands" : "ended");
	return 0;
}

static void
end_run_that_covered(struct store *s, const char *id, int64_t at, const char *probe)
{
	struct run run = { .id = id,
		.source = "ad",
		.command = "test",
		.site = "default",
		.point = "here",
		.targets = "",
		.started = T0 + at * SECOND };
	struct coverage c = { .probe = probe,
		.targets = "corp.example",
		.started = run.started,
		.finished = run.started + SECOND,
		.complete = true };
	struct run_end end = { .ok = true };
	struct err e = { 0 };

	assert_int_equal(0, store_begin_run(s, &run, &e));
	ingest_network(s, id, at, "corp.example", "10.1.0.0/16");
	if (probe)
		assert_int_equal(0, store_put_coverage(s, id, &c, &e));
	if (store_end_run(s, id, T0 + (at + 5) * SECOND, &end, &e) == -1)
		fail_msg("%s", e.text);
}

/* Networks of two forests, and one of before; run-2 tells one of the first again. */
static void
a_network_that_a_forest_has_no_more_has_ended(void **state)
{
	static const struct {
		const char *label, *probe, *want;
	} rows[] = {
		{ "all were read", "ad-subnets",
			"run-2 corp.example 10.2.0.0/16 ended\n"
			"run-2 corp.example 10.4.0.0/16 ended\n" },
		{ "they could not be read", NULL, "" },
		{ "the computers were read", "ad", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct store *s = opened(":memory:", STORE_WRITE);
		struct err e = { 0 };
		struct sb text;
		print_message("  %s\n", rows[i].label);
		ingest_network(s, "run-1", 10, "corp.example", "10.1.0.0/16");
		ingest_network(s, "run-1", 11, "corp.example", "10.2.0.0/16");
		ingest_network(s, "run-1", 12, "other.example", "10.3.0.0/16");
		ingest_network(s, "run-1", 13, NULL, "10.4.0.0/16");
		end_run_that_covered(s, "run-2", 20, rows[i].probe);
		end_run_that_covered(s, "run-3", 30, rows[i].probe); /* once */
		sb_init(&text, 1 << 16);
		assert_int_equal(0,
			store_each_of_subject(
				s, SUBJECT_NETWORK, 0, note_network, &text, &e));
		assert_string_equal(rows[i].want, text.text);
		sb_done(&text);
		assert_sound(s);
		store_close(s);
	}
}

/* run: its titles, each one letter of the text. */
static void
ingest_titles(struct store *s, const char *run, int64_t at, const char *letters)
{
	const char *titles[4];
	char texts[4][2];
	size_t n = strlen(letters);
	struct fact facts[3] = { { .key = "http.title", .type = FACT_TEXTS },
		{ .key = "mac", .type = FACT_MAC },
		{ .key = "mac.onlink", .type = FACT_BOOL, .num = 1 } };
	struct observation o = { .site = "default",
		.point = "here",
		.run = run,
		.source = "sweep",
		.at = T0 + at * SECOND,
		.evidence = EVIDENCE_REPLY,
		.facts = facts,
		.n_facts = 3 };
	struct ingest_result r = { 0 };
	struct err e = { 0 };

	assert_true(n <= 4 && mac_parse("00:16:3e:00:00:07", &facts[1].mac));
	for (size_t i = 0; i < n; i++) {
		texts[i][0] = letters[i];
		texts[i][1] = '\0';
		titles[i] = texts[i];
	}
	facts[0].texts.items = titles;
	facts[0].texts.n = n;
	assert_true(addr_parse("198.18.3.7", &o.ip));
	if (store_ingest(s, &o, 1, &r, &e) == -1)
		fail_msg("ingest: %s", e.text);
}

/* All of it was said before, though not by the run before. */
static void
a_text_that_is_told_again_is_news(void **state)
{
	struct place *p = *state;
	struct store *s = opened(p->path, STORE_WRITE);
	struct err e = { 0 };
	struct sb text;

	sb_init(&text, 1 << 16);
	ingest_titles(s, "run-1", 10, "ab");
	ingest_titles(s, "run-2", 20, "a");
	ingest_titles(s, "run-3", 30, "ab");
	ingest_titles(s, "run-4", 40, "ab");
	assert_int_equal(0, store_each_change(s, 0, note_change, &text, &e));
	assert_string_equal("new  >198.18.3.7\nfield http.title a, b>a\n"
			    "field http.title a>a, b\n",
		text.text);
	sb_done(&text);
	assert_sound(s);
	store_close(s);
}

static void
a_device_that_is_being_met_has_no_news_but_its_arrival(void **state)
{
	static const struct seen first[] = { { "198.18.3.7", "00:16:3e:00:00:07", NULL,
		"run-1", 1 } };
	static const struct seen more[] = { { "198.18.3.7", NULL, "WS-7", "run-1", 2 } };
	static const struct seen later[] = { { "198.18.3.7", "00:16:3e:00:00:07",
		"WS-8", "run-2", 90 } };
	struct place *p = *state;
	struct store *s = opened(p->path, STORE_WRITE);
	struct ingest_result r;
	struct err e = { 0 };
	struct sb text;

	sb_init(&text, 1 << 16);
	ingest(s, first, 1, &r);
	ingest(s, more, 1, &r);
	assert_int_equal(0, store_each_change(s, 0, note_change, &text, &e));
	assert_string_equal("new  >198.18.3.7\n", text.text);
	ingest(s, later, 1, &r);
	sb_clear(&text);
	assert_int_equal(0, store_each_change(s, 0, note_change, &text, &e));
	assert_non_null(strstr(text.text, "field netbios.name WS-7>WS-8\n"));
	sb_done(&text);
	store_close(s);
}

static void
silence_in_a_complete_coverage_is_down_and_an_answer_is_up_again(void **state)
{
	static const struct seen one[] = { { "198.18.3.7", "00:16:3e:00:00:07", NULL,
		"run-1", 1 } };
	static const struct seen two[] = { { "198.18.3.7", "00:16:3e:00:00:07", NULL,
		"run-3", 300 } };
	struct place *p = *state;
	struct store *s = opened(p->path, STORE_WRITE);
	struct arena *mem = arena_new(1 << 22);
	struct run run = { .id = "run-2",
		.source = "sweep",
		.command = "",
		.site = "default",
		.point = "here",
		.targets = "198.18.3.0/24",
		.started = T0 + 100 * SECOND };
	struct coverage c = { .probe = "icmp-echo",
		.targets = "198.18.3.0/24",
		.started = T0 + 100 * SECOND,
		.finished = T0 + 110 * SECOND,
		.complete = true };
	struct run_end end = { .ok = true };
	struct ingest_result r;
	struct err e = { 0 };
	struct device d;
	struct sb text;

	ingest(s, one, 1, &r);
	assert_int_equal(0, store_begin_run(s, &run, &e));
	/* It never answered ICMP, so silence to that is no news. */
	assert_int_equal(0, store_put_coverage(s, "run-2", &c, &e));
	assert_int_equal(0, store_end_run(s, "run-2", T0 + 110 * SECOND, &end, &e));
	find(s, "198.18.3.7", mem, &d);
	assert_int_equal(DEVICE_UP, d.state);
	run.id = "run-2b";
	c.probe = "arp";
	assert_int_equal(0, store_begin_run(s, &run, &e));
	assert_int_equal(0, store_put_coverage(s, "run-2b", &c, &e));
	assert_int_equal(0, store_end_run(s, "run-2b", T0 + 110 * SECOND, &end, &e));
	find(s, "198.18.3.7", mem, &d);
	assert_int_equal(DEVICE_DOWN, d.state);
	ingest(s, two, 1, &r);
	find(s, "198.18.3.7", mem, &d);
	assert_int_equal(DEVICE_UP, d.state);
	sb_init(&text, 1 << 16);
	assert_int_equal(0, store_each_change(s, 0, note_change, &text, &e));
	assert_non_null(strstr(text.text, "\nup  >\n"));
	sb_done(&text);
	assert_sound(s);
	store_close(s);
	arena_free(mem);
}

/* DESIGN.md §12: up is a reply, down a complete coverage that missed it. */
static void
who_neither_answers_nor_was_missed_is_unconfirmed(void **state)
{
	static const enum device_state states[] = {
		[EVIDENCE_REPLY] = DEVICE_UP,
		[EVIDENCE_WEAK] = DEVICE_UNCONFIRMED,
		[EVIDENCE_LISTED] = DEVICE_UNCONFIRMED,
		[EVIDENCE_HEARD] = DEVICE_UNCONFIRMED,
	};
	static const struct seen left[] = {
		{ "198.18.3.9", "00:16:3e:00:00:01", "ONE", "run-1", 0 },
		{ "198.18.3.9", "00:16:3e:00:00:02", "TWO", "run-2", 60 },
	};
	struct place *p = *state;
	struct store *s = opened(p->path, STORE_WRITE);
	struct arena *mem = arena_new(1 << 22);
	struct ingest_result r;
	struct err e = { 0 };
	struct device d;

	for (unsigned i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		const struct observation o = { .site = "default",
			.point = "here",
			.run = "run-0",
			.source = "sweep",
			.at = T0,
			.ip = addr_ip4(0xc6120301 + i),
			.evidence = (enum evidence)i };
		assert_int_equal(0, store_ingest(s, &o, 1, &r, &e));
		find(s,
			(const char *[]){ "198.18.3.1", "198.18.3.2", "198.18.3.3",
				"198.18.3.4" }[i],
			mem, &d);
		print_message("  evidence %u\n", i);
		assert_int_equal(states[i], d.state);
	}
	ingest(s, left, 2, &r);
	find(s, "ONE", mem, &d); /* another answers where it did */
	assert_int_equal(DEVICE_UNCONFIRMED, d.state);
	find(s, "TWO", mem, &d);
	assert_int_equal(DEVICE_UP, d.state);
	store_close(s);
	arena_free(mem);
}

struct interruption {
	struct store *writer;
	int64_t other; /* 0: it is gone already */
	int told;
};

/* While the first is told, another process forgets the second. */
static int
forget_meanwhile(void *arg, const struct device *d, struct err *e)
{
	struct interruption *i = arg;

	(void)d;
	i->told++;
	int64_t other = i->other;
	i->other = 0;
	return other ? store_forget(i->writer, other, e) : 0;
}

static void
a_list_is_of_one_moment_whoever_writes_meanwhile(void **state)
{
	static const struct seen rows[] = { { "198.18.3.7", "00:16:3e:00:00:07", NULL,
						    NULL, 1 },
		{ "198.18.3.8", "00:16:3e:00:00:08", NULL, NULL, 1 } };
	static const char *const both = "198.18.3.0/24";
	struct place *p = *state;
	struct interruption i = { .writer = opened(p->path, STORE_WRITE) };
	struct arena *mem = arena_new(1 << 22);
	struct device_query q = { .as_of = STORE_NOW, .listed = true };
	struct ingest_result r;
	struct filter *filter;
	struct device d;
	struct err e = { 0 };

	ingest(i.writer, rows, 2, &r);
	find(i.writer, "198.18.3.8", mem, &d);
	i.other = d.row;
	assert_int_equal(0, filter_parse(&both, 1, mem, &filter, &e));
	q.filter = filter;
	struct store *reader = opened(p->path, STORE_READ);
	if (store_each_device_of(reader, &q, forget_meanwhile, &i, &e) == -1)
		fail_msg("%s", e.text);
	assert_int_equal(2, i.told);
	/* The next list is of the next moment. */
	assert_int_equal(0, store_each_device_of(reader, &q, forget_meanwhile, &i, &e));
	assert_int_equal(3, i.told);
	store_close(reader);
	store_close(i.writer);
	arena_free(mem);
}

static void
a_forgotten_device_is_gone_and_the_history_says_so(void **state)
{
	static const struct seen rows[] = { { "198.18.3.7", "00:16:3e:00:00:07", NULL,
						    NULL, 1 },
		{ "198.18.3.8", "00:16:3e:00:00:08", NULL, NULL, 1 } };
	struct place *p = *state;
	struct store *s = opened(p->path, STORE_WRITE);
	struct arena *mem = arena_new(1 << 22);
	struct ingest_result r;
	struct err e = { 0 };
	struct device d;
	struct sb text;

	ingest(s, rows, 2, &r);
	find(s, "198.18.3.7", mem, &d);
	assert_int_equal(0, store_forget(s, d.row, &e));
	assert_int_equal(1, count_devices(s));
	assert_int_equal(-1, store_find_device(s, "198.18.3.7", mem, &d, &e));
	assert_int_equal(ERR_NOTFOUND, e.code);
	sb_init(&text, 1 << 16);
	assert_int_equal(0, store_each_change(s, 0, note_change, &text, &e));
	assert_non_null(strstr(text.text, "forgotten"));
	assert_sound(s);
	sb_done(&text);
	store_close(s);
	arena_free(mem);
}

static void
an_address_lives_as_long_as_the_run_says_that_saw_it(void **state)
{
	static const struct {
		const char *label;
		int64_t lifetime; /* seconds; 0: the default */
		int64_t later;    /* seconds */
		bool leaves;      /* the device has left its first address */
	} rows[] = {
		{ "a day by default: within", 0, 86400, false },
		{ "a day by default: after", 0, 86401, true },
		{ "an hour: within", 3600, 3600, false },
		{ "an hour: after", 3600, 3601, true },
		{ "a week: after a day", 7 * 86400, 86401, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct seen first[] = { { "198.18.3.7", "00:16:3e:00:00:07", NULL,
						      "run-1", 0 },
			{ "198.18.3.9", NULL, NULL, "run-1", 0 } };
		const struct seen then[] = { { "198.18.3.8", "00:16:3e:00:00:07", NULL,
						     "run-2", rows[i].later },
			{ "198.18.3.9", NULL, NULL, "run-2", rows[i].later } };
		struct run run = { .id = "run-1",
			.source = "sweep",
			.command = "",
			.site = "default",
			.point = "here",
			.targets = "",
			.started = T0,
			.lifetime = rows[i].lifetime * SECOND };
		struct store *s = opened(":memory:", STORE_WRITE);
		struct arena *mem = arena_new(1 << 22);
		struct ingest_result r;
		struct err e = { 0 };
		struct device d;

		(void)state;
		print_message("  %s\n", rows[i].label);
		assert_int_equal(0, store_begin_run(s, &run, &e));
		ingest(s, first, 2, &r);
		ingest(s, then, 2, &r);
		find(s, "198.18.3.8", mem, &d);
		assert_int_equal(2, d.n_addrs);
		assert_int_equal(!rows[i].leaves, d.addrs[1].current);
		/* Who has nothing to be known by is somebody else then. */
		assert_int_equal(rows[i].leaves ? 3 : 2, count_devices(s));
		assert_sound(s);
		arena_free(mem);
		store_close(s);
	}
}

/* A complete sweep at this second in which nothing new answers. */
static void
sweep(struct store *s, const char *id, int64_t at)
{
	struct run run = { .id = id,
		.source = "sweep",
		.command = "",
		.site = "default",
		.point = "here",
		.targets = "198.18.3.0/24",
		.started = T0 + at * SECOND };
	struct coverage c = { .probe = "arp",
		.targets = run.targets,
		.started = run.started,
		.finished = run.started + SECOND,
		.complete = true };
	struct run_end end = { .ok = true };
	struct err e = { 0 };

	assert_int_equal(0, store_begin_run(s, &run, &e));
	assert_int_equal(0, store_put_coverage(s, id, &c, &e));
	c.probe = "nbns";
	assert_int_equal(0, store_put_coverage(s, id, &c, &e));
	assert_int_equal(0, store_end_run(s, id, c.finished, &end, &e));
}

static void
a_device_that_moved_is_not_noted_as_down(void **state)
{
	static const struct seen one[] = { { "198.18.3.7", "00:16:3e:00:00:07", NULL,
		"run-1", 1 } };
	static const struct seen two[] = { { "198.18.3.8", "00:16:3e:00:00:07", NULL,
		"run-2", 3601 } };
	struct place *p = *state;
	struct store *s = opened(p->path, STORE_WRITE);
	struct ingest_result r;
	struct err e = { 0 };
	struct sb text;

	sb_init(&text, 1 << 16);
	ingest(s, one, 1, &r);
	ingest(s, two, 1, &r);
	sweep(s, "run-2", 3600);
	assert_int_equal(0, store_each_change(s, 0, note_change, &text, &e));
	assert_null(strstr(text.text, "down"));
	sweep(s, "run-3", 7200);
	assert_int_equal(0, store_each_change(s, 0, note_change, &text, &e));
	assert_non_null(strstr(text.text, "down"));
	sb_done(&text);
	store_close(s);
}

static void
two_that_are_down_are_down_when_found_to_be_one(void **state)
{
	static const struct seen two[] = { { "198.18.3.7", "00:16:3e:00:00:07", NULL,
						   "run-1", 2 },
		{ "198.18.3.20", NULL, "WS-20", "run-1", 2 } };
	static const struct seen old[] = { { "198.18.3.20", "00:16:3e:00:00:07",
		"WS-20", "run-0", 1 } };
	struct place *p = *state;
	struct store *s = opened(p->path, STORE_WRITE);
	struct arena *mem = arena_new(1 << 22);
	struct ingest_result r;
	struct device d;

	ingest(s, two, 2, &r);
	sweep(s, "run-2", 3600);
	assert_int_equal(2, count_devices(s));
	find(s, "198.18.3.20", mem, &d);
	assert_int_equal(DEVICE_DOWN, d.state);
	ingest(s, old, 1, &r);
	assert_int_equal(1, count_devices(s));
	find(s, "198.18.3.7", mem, &d);
	assert_int_equal(DEVICE_DOWN, d.state);
	assert_sound(s);
	store_close(s);
	arena_free(mem);
}

static void
a_list_does_not_take_an_address_from_who_answers_there(void **state)
{
	static const struct seen one[] = { { "198.18.3.7", "00:16:3e:00:00:07", NULL,
		"run-1", 1 } };
	const struct fact guid = { .key = "ad.guid",
		.type = FACT_TEXT,
		.text = "6f9619ff-8b86-4011-b42d-00cf4fc964ff" };
	struct observation listed = { .site = "default",
		.point = "here",
		.run = "run-2",
		.source = "ad",
		.at = T0 + 100 * SECOND,
		.evidence = EVIDENCE_LISTED,
		.facts = &guid,
		.n_facts = 1 };
	struct place *p = *state;
	struct store *s = opened(p->path, STORE_WRITE);
	struct arena *mem = arena_new(1 << 22);
	struct ingest_result r = { 0 };
	struct err e = { 0 };
	struct device d;

	ingest(s, one, 1, &r);
	assert_true(addr_parse("198.18.3.7", &listed.ip));
	assert_int_equal(0, store_ingest(s, &listed, 1, &r, &e));
	find(s, "198.18.3.7", mem, &d);
	assert_int_equal(DEVICE_UP, d.state);
	assert_non_null(device_field(&d, "mac"));
	store_close(s);
	arena_free(mem);
}

static int
note_seq(void *arg, const struct observation *o, struct err *e)
{
	(void)e;
	sb_printf(arg, "%lld ", (long long)o->seq);
	return 0;
}

/* Two exports of one point in one file; and one who counts from the end of all numbers. */
static void
numbers_that_come_twice_or_from_the_end_are_given_anew(void **state)
{
	static const int64_t numbers[] = { 0, 1, 5, 5, 7, (int64_t)1 << 53 };
	enum { N = sizeof(numbers) / sizeof(numbers[0]) };
	struct observation obs[N];
	struct place *p = *state;
	struct store *s = opened(p->path, STORE_WRITE);
	struct ingest_result r = { 0 };
	struct err e = { 0 };
	struct sb text;

	for (size_t i = 0; i < N; i++)
		obs[i] = (struct observation){ .site = "default",
			.point = "here",
			.run = "run-1",
			.source = "import",
			.at = T0 + (int64_t)i,
			.seq = numbers[i],
			.ip = addr_ip4(0xc6120307) };
	assert_int_equal(0, store_ingest(s, obs, N, &r, &e));
	sb_init(&text, 256);
	assert_int_equal(0, store_each_observation(s, NULL, 0, note_seq, &text, &e));
	assert_string_equal("1 2 5 6 7 8 ", text.text);
	sb_done(&text);
	store_close(s);
}

static int
note_label(void *arg, const struct change *c, struct err *e)
{
	(void)e;
	sb_printf(arg, "%s %s,", c->what, c->label);
	return 0;
}

static void
a_new_device_has_no_past_of_a_forgotten_one(void **state)
{
	static const struct seen one[] = { { "198.18.3.7", "00:16:3e:00:00:07", NULL,
		NULL, 1 } };
	static const struct seen two[] = { { "198.18.3.8", "00:16:3e:00:00:08", NULL,
		NULL, 2 } };
	struct place *p = *state;
	struct store *s = opened(p->path, STORE_WRITE);
	struct arena *mem = arena_new(1 << 22);
	struct ingest_result r;
	struct err e = { 0 };
	struct device d;
	struct sb text;

	ingest(s, one, 1, &r);
	find(s, "198.18.3.7", mem, &d);
	assert_int_equal(0, store_forget(s, d.row, &e));
	ingest(s, two, 1, &r);
	sb_init(&text, 1 << 16);
	assert_int_equal(0, store_each_change(s, 0, note_label, &text, &e));
	assert_non_null(strstr(text.text, "forgotten 198.18.3.7,"));
	assert_non_null(strstr(text.text, "new 198.18.3.8,"));
	assert_null(strstr(text.text, "forgotten 198.18.3.8,"));
	sb_done(&text);
	store_close(s);
	arena_free(mem);
}

static void
a_second_writer_is_refused(void **state)
{
	struct place *p = *state;
	struct store *s = opened(p->path, STORE_WRITE), *other = NULL;
	struct err e = { 0 };

	assert_int_equal(-1, store_open(&other, p->path, STORE_WRITE, &e));
	assert_int_equal(ERR_DB, e.code);
	assert_non_null(strstr(e.text, "another muster"));
	store_close(s);
	store_close(opened(p->path, STORE_WRITE));
}

static void
write_file(const char *path, const void *data, size_t n)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(n, fwrite(data, 1, n, f));
	assert_int_equal(0, fclose(f));
}

static size_t
read_file(const char *path, char *buf, size_t max)
{
	FILE *f = fopen(path, "rb");

	assert_non_null(f);
	size_t n = fread(buf, 1, max, f);
	assert_int_equal(0, fclose(f));
	return n;
}

static void
refused_untouched(const char *path, const char *why)
{
	static char before[1 << 16], after[1 << 16];
	struct store *s = NULL;
	size_t n = read_file(path, before, sizeof(before));

	for (int mode = STORE_READ; mode <= STORE_WRITE; mode++) {
		struct err e = { 0 };
		assert_int_equal(-1, store_open(&s, path, (enum store_mode)mode, &e));
		if (!strstr(e.text, why))
			fail_msg("'%s' does not say '%s'", e.text, why);
		assert_int_equal(n, read_file(path, after, sizeof(after)));
		assert_memory_equal(before, after, n);
	}
}

static void
a_file_of_another_program_is_refused_untouched(void **state)
{
	struct place *p = *state;
	static const char text[] =
		"this is my diary, not a database, and long enough to be "
		"taken for the 100 bytes of a header if nobody looks at it..";
	sqlite3 *db;

	write_file(p->path, text, sizeof(text));
	refused_untouched(p->path, "not a database");
	assert_int_equal(0, unlink(p->path));
	assert_int_equal(SQLITE_OK, sqlite3_open(p->path, &db));
	assert_int_equal(SQLITE_OK,
		sqlite3_exec(db, "CREATE TABLE recipe (name TEXT)", NULL, NULL, NULL));
	sqlite3_close(db);
	refused_untouched(p->path, "another program");
}

static void
a_newer_schema_is_refused_untouched(void **state)
{
	struct place *p = *state;
	sqlite3 *db;

	store_close(opened(p->path, STORE_WRITE));
	assert_int_equal(SQLITE_OK, sqlite3_open(p->path, &db));
	assert_int_equal(SQLITE_OK,
		sqlite3_exec(db, "PRAGMA journal_mode=DELETE; PRAGMA user_version=9999",
			NULL, NULL, NULL));
	sqlite3_close(db);
	refused_untouched(p->path, "schema 9999");
}

static void
a_missing_store_is_not_found_and_not_made_by_reading(void **state)
{
	struct place *p = *state;
	struct store *s = NULL;
	struct err e = { 0 };

	assert_int_equal(-1, store_open(&s, p->path, STORE_READ, &e));
	assert_int_equal(ERR_NOTFOUND, e.code);
	assert_int_equal(-1, access(p->path, F_OK));
}

static void
a_backup_is_the_same_store_and_never_overwrites(void **state)
{
	static const struct seen rows[] = { { "198.18.3.7", "00:16:3e:00:00:07", NULL,
		NULL, 1 } };
	struct place *p = *state;
	struct store *s = opened(p->path, STORE_WRITE);
	struct ingest_result r;
	struct err e = { 0 };
	char copy[96];

	(void)snprintf(copy, sizeof(copy), "%s/copy.db", p->dir);
	ingest(s, rows, 1, &r);
	assert_int_equal(0, store_backup(s, copy, &e));
	assert_int_equal(-1, store_backup(s, copy, &e));
	assert_int_equal(ERR_ARG, e.code);
	store_close(s);
	s = opened(copy, STORE_READ);
	assert_int_equal(1, count_devices(s));
	assert_sound(s);
	store_close(s);
}

/* Killed between commits: what was committed is there, and the store opens again. */
static void
a_killed_writer_loses_nothing_that_was_committed(void **state)
{
	static const struct seen rows[] = { { "198.18.3.7", "00:16:3e:00:00:07", NULL,
		NULL, 1 } };
	struct place *p = *state;
	int ready[2], status;
	char byte;

	assert_int_equal(0, pipe(ready));
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct store *s = opened(p->path, STORE_WRITE);
		struct ingest_result r;
		struct err e = { 0 };
		ingest(s, rows, 1, &r);
		(void)store_begin(s, &e); /* and a transaction that never ends */
		(void)s->sql->exec(s->conn, "DELETE FROM device", &e);
		(void)!write(ready[1], "x", 1);
		for (;;)
			pause();
	}
	assert_int_equal(1, read(ready[0], &byte, 1));
	assert_int_equal(0, kill(pid, SIGKILL));
	assert_int_equal(pid, waitpid(pid, &status, 0));
	close(ready[0]);
	close(ready[1]);
	struct store *s = opened(p->path, STORE_WRITE);
	assert_int_equal(1, count_devices(s));
	assert_sound(s);
	store_close(s);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, make_place, remove_place)
	const struct CMUnitTest tests[] = {
		CASE(every_statement_prepares),
		CASE(what_was_ingested_is_there_after_reopening),
		CASE(ingesting_the_same_twice_changes_nothing),
		CASE(a_device_is_followed_to_its_new_address),
		CASE(a_merged_id_still_finds_its_device),
		CASE(the_history_says_what_changed),
		CASE(a_text_that_is_told_again_is_news),
		cmocka_unit_test(
			who_is_missing_from_a_directory_read_completely_is_gone),
		CASE(a_device_that_is_being_met_has_no_news_but_its_arrival),
		CASE(a_network_that_a_forest_has_no_more_has_ended),
		CASE(silence_in_a_complete_coverage_is_down_and_an_answer_is_up_again),
		CASE(who_neither_answers_nor_was_missed_is_unconfirmed),
		CASE(a_list_is_of_one_moment_whoever_writes_meanwhile),
		CASE(a_forgotten_device_is_gone_and_the_history_says_so),
		CASE(a_device_that_moved_is_not_noted_as_down),
		CASE(two_that_are_down_are_down_when_found_to_be_one),
		CASE(a_list_does_not_take_an_address_from_who_answers_there),
		CASE(numbers_that_come_twice_or_from_the_end_are_given_anew),
		CASE(a_new_device_has_no_past_of_a_forgotten_one),
		CASE(a_second_writer_is_refused),
		CASE(a_file_of_another_program_is_refused_untouched),
		CASE(a_newer_schema_is_refused_untouched),
		CASE(an_address_lives_as_long_as_the_run_says_that_saw_it),
		CASE(a_missing_store_is_not_found_and_not_made_by_reading),
		CASE(a_backup_is_the_same_store_and_never_overwrites),
		CASE(a_killed_writer_loses_nothing_that_was_committed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
