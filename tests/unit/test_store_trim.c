/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is thinned is missed by nobody: the devices of a thinned store are those of one that
 * keeps everything, also after more was found, and it passes its own check.
 *
 * Worlds come from a seed; a failure prints it.
 */
#include "db/retention.h"
#include "tests/unit/store_world.h"

enum { REPEATS = 6 };

/* An observation once more, by run number k of its kind; measurements differ each time. */
static struct observation
again(struct world *w, const struct observation *o, int k, int64_t at, size_t n)
{
	struct observation copy = *o;
	struct fact *facts = arena_dup(w->mem, o->facts, o->n_facts * sizeof(*facts));

	assert_non_null(facts);
	for (size_t f = 0; f < o->n_facts; f++)
		if (strcmp(facts[f].key, "rtt.us") == 0)
			facts[f].num = (int64_t)n;
	copy.at += at;
	copy.run = arena_printf(w->mem, "%s-%d", o->run, k);
	copy.facts = facts;
	copy.seq = (int64_t)n + 1;
	return copy;
}

static size_t
end_of_run(const struct world *w, size_t at)
{
	size_t end = at;

	while (end < w->n && strcmp(w->obs[end].run, w->obs[at].run) == 0)
		end++;
	return end;
}

/* Each run of the world again and again, as sweeps by a schedule are; two and two by turns, so
 * that what they say goes back and forth. */
static void
repeat(struct world *w)
{
	struct observation *obs = NULL;
	size_t n = 0, room = 0;

	for (size_t first = 0, middle, end; first < w->n; first = end) {
		middle = end_of_run(w, first);
		end = w->seed % 2 ? middle : end_of_run(w, middle);
		for (int k = 0; k < REPEATS; k++)
			for (size_t i = first; i < end; i++) {
				int64_t to = w->obs[first].at - w->obs[i].at;
				obs = more(obs, &room, n, sizeof(*obs));
				obs[n] = again(w, &w->obs[i], k,
					k * HOUR / 6 + (i < middle ? 0 : to + HOUR / 12),
					n);
				n++;
			}
	}
	free(w->obs);
	w->obs = obs;
	w->n = n;
	w->room = room;
}

static int64_t
trim_all(struct store *s, int64_t before)
{
	struct trim t = { .before = before, .max_devices = 3 };
	struct err e;

	for (int i = 0; i < 100 && !t.done; i++)
		if (store_trim_observations(s, &t, &e) == -1)
			fail_msg("%s", e.text);
	assert_true(t.done);
	return t.deleted;
}

static void
compare_stores(const struct world *w, struct store *thin, struct store *full)
{
	struct picture want, got;

	check_sound(w, thin);
	paint(&want, thin, w->n);
	paint(&got, full, w->n);
	compare(w, &want, &got);
	free_picture(&want);
	free_picture(&got);
}

/* Of what is kept, the same is one device: a visit that only later turned out to be of another
 * may be missing. */
static void
compare_partitions(const struct world *w, struct store *thin, struct store *full)
{
	struct picture want, got;

	check_sound(w, thin);
	paint(&want, full, w->n);
	paint(&got, thin, w->n);
	for (size_t i = 1; i <= w->n; i++)
		if (!got.device[i])
			want.device[i] = 0;
	for (size_t i = 1; i <= w->n; i++)
		if (want.device[i] &&
			name_of(&want, want.device[i]) != name_of(&got, got.device[i]))
			fail_msg("seed %llu: observation %zu is with %zu, not with %zu",
				(unsigned long long)w->seed, i,
				name_of(&got, got.device[i]),
				name_of(&want, want.device[i]));
	free_picture(&want);
	free_picture(&got);
}

static void
a_thinned_store_has_the_same_devices(void **state)
{
	int64_t deleted = 0, kept = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= (SLOW ? 10 : 100); seed++) {
		struct world w;
		make_world(&w, seed);
		if (w.n < 3) {
			free_world(&w);
			continue;
		}
		repeat(&w);
		struct store *thin = new_store(), *full = new_store();
		begin_runs(&w, thin, REPEATS);
		begin_runs(&w, full, REPEATS);
		size_t half = w.n / 2;
		ingest(&w, full, w.obs, half);
		ingest(&w, thin, w.obs, half);
		deleted += trim_all(thin, w.obs[half].at - (int64_t)(seed % 5) * HOUR);
		compare_stores(&w, thin, full);
		/* More comes in, of the same machines. */
		ingest(&w, full, w.obs + half, w.n - half);
		ingest(&w, thin, w.obs + half, w.n - half);
		compare_partitions(&w, thin, full);
		deleted += trim_all(thin, INT64_MAX);
		compare_partitions(&w, thin, full);
		kept += (int64_t)w.n;
		store_close(thin);
		store_close(full);
		free_world(&w);
	}
	kept -= deleted;
	print_message("%lld thinned, %lld kept\n", (long long)deleted, (long long)kept);
	assert_true(deleted > kept / 4);
}

/* --- the list ------------------------------------------------------------------------------- */

static void
see_at(struct store *s, uint32_t ip, int64_t at)
{
	struct ingest_result r = { 0 };
	struct observation o = { .at = at,
		.source = "sweep",
		.run = "run",
		.point = "p",
		.site = "s",
		.ip = addr_ip4(ip),
		.evidence = EVIDENCE_REPLY };
	struct err e;

	assert_int_equal(0, store_ingest(s, &o, 1, &r, &e));
}

static int
count_device(void *arg, const struct device *d, struct err *e)
{
	(void)d, (void)e;
	++*(int *)arg;
	return 0;
}

static int
count_listed(struct store *s, bool with_filter)
{
	const char *const terms[] = { "198.18.0.0/15" };
	struct arena *mem = arena_new(1 << 20);
	struct device_query q = { .as_of = STORE_NOW, .listed = true };
	struct filter *f = NULL;
	struct err e;
	int n = 0;

	if (with_filter)
		assert_int_equal(0, filter_parse(terms, 1, mem, &f, &e));
	q.filter = f;
	assert_int_equal(0, store_each_device_of(s, &q, count_device, &n, &e));
	arena_free(mem);
	return n;
}

static void
who_is_not_seen_leaves_the_list_and_comes_back(void **state)
{
	struct store *s = new_store();
	int64_t now = 1000 * HOUR, left, back;
	struct err e;
	int all = 0;

	(void)state;
	see_at(s, 0xc6120001, now - 200 * HOUR);
	see_at(s, 0xc6120002, now - HOUR);
	assert_int_equal(2, count_listed(s, false));
	assert_int_equal(
		0, store_leave_unseen(s, now - 168 * HOUR, now, 100, &left, &back, &e));
	assert_int_equal(1, left);
	assert_int_equal(1, count_listed(s, false));
	assert_int_equal(1, count_listed(s, true));
	assert_int_equal(0, store_each_device(s, count_device, &all, &e));
	assert_int_equal(2, all); /* its history stays */
	assert_int_equal(
		0, store_leave_unseen(s, now - 168 * HOUR, now, 100, &left, &back, &e));
	assert_int_equal(0, left + back); /* once */
	see_at(s, 0xc6120001, now + HOUR);
	assert_int_equal(2, count_listed(s, false)); /* at once */
	assert_int_equal(
		0, store_leave_unseen(s, now, now + 2 * HOUR, 100, &left, &back, &e));
	assert_int_equal(1, back);
	store_close(s);
}

static void
who_left_by_a_clock_that_was_years_ahead_comes_back(void **state)
{
	struct store *s = new_store();
	int64_t now = 1000 * HOUR, ahead = now + 87600 * HOUR, left, back;
	struct err e;

	(void)state;
	see_at(s, 0xc6120001, now);
	see_at(s, 0xc6120002, now);
	assert_int_equal(0,
		store_leave_unseen(s, ahead - 168 * HOUR, ahead, 100, &left, &back, &e));
	assert_int_equal(2, left);
	assert_int_equal(0, count_listed(s, false));
	see_at(s, 0xc6120001, now + HOUR);
	assert_int_equal(1, count_listed(s, false));
	assert_int_equal(0,
		store_leave_unseen(
			s, now - 168 * HOUR, now + HOUR, 100, &left, &back, &e));
	assert_int_equal(1, back);
	store_close(s);
}

static void
the_last_run_before_a_moment_is_found(void **state)
{
	struct store *s = new_store();
	struct err e;
	int64_t at;

	(void)state;
	assert_int_equal(0, store_last_run_before(s, HOUR, &at, &e));
	assert_int_equal(0, at);
	for (int i = 1; i <= 3; i++) {
		char id[37];
		(void)snprintf(
			id, sizeof(id), "01990000-0000-7000-8000-00000000000%d", i);
		const struct run r = { .id = id,
			.source = "sweep",
			.command = "",
			.site = "s",
			.point = "p",
			.targets = "",
			.started = i * HOUR };
		assert_int_equal(0, store_begin_run(s, &r, &e));
	}
	assert_int_equal(0, store_last_run_before(s, 3 * HOUR, &at, &e));
	assert_int_equal(2 * HOUR, at);
	store_close(s);
}

struct told {
	char text[256];
};

static int
add_change(void *arg, const struct change *c, struct err *e)
{
	struct told *t = arg;
	size_t n = strlen(t->text);

	(void)e;
	(void)snprintf(t->text + n, sizeof(t->text) - n, "%s ", c->what);
	return 0;
}

static void
the_newest_change_stays_so_that_numbers_are_never_given_twice(void **state)
{
	struct store *s = new_store();
	int64_t now = 1000 * HOUR, left, back, last, after;
	struct told told = { "" };
	struct err e;
	bool more;

	(void)state;
	see_at(s, 0xc6120001, now - 200 * HOUR);
	assert_int_equal(
		0, store_leave_unseen(s, now - 168 * HOUR, now, 100, &left, &back, &e));
	assert_int_equal(0, store_each_change(s, 0, add_change, &told, &e));
	assert_string_equal("new left ", told.text);
	assert_int_equal(0, store_last_change(s, &last, &e));
	assert_int_equal(0, store_trim_history(s, now + HOUR, 100, &more, &e));
	assert_true(more);
	assert_int_equal(0, store_trim_history(s, now + HOUR, 100, &more, &e));
	assert_false(more);
	told.text[0] = '\0';
	assert_int_equal(0, store_each_change(s, 0, add_change, &told, &e));
	assert_string_equal("left ", told.text);
	assert_int_equal(0, store_last_change(s, &after, &e));
	assert_int_equal(last, after);
	store_close(s);
}

/* --- much of one device ---------------------------------------------------------------------- */

static int64_t
count_rows(struct store *s, const char *sql)
{
	struct sql_stmt *st;
	struct err e;

	if (s->sql->prepare(s->conn, sql, &st, &e) == -1)
		fail_msg("%s", e.text);
	assert_int_equal(SQL_ROW, s->sql->step(st, &e));
	int64_t n = s->sql->get_int(st, 0);
	s->sql->finish(st);
	return n;
}

/* A card that answers to a run of its own, or is heard by the one that listens all day. */
static void
see_card(struct store *s, int run, int64_t at)
{
	const struct fact facts[] = { { .key = "mac",
					      .type = FACT_MAC,
					      .mac.bytes = { 0, 0x16, 0x3e, 0, 0, 1 } },
		{ .key = "mac.onlink", .type = FACT_BOOL, .num = 1 } };
	struct ingest_result r = { 0 };
	char id[16] = "listener";
	struct err e;

	if (run)
		(void)snprintf(id, sizeof(id), "run-%07d", run);
	const struct observation o = { .at = at,
		.source = run ? "sweep" : "passive",
		.run = id,
		.point = "p",
		.site = "s",
		.ip = addr_ip4(0xc6120001),
		.evidence = run ? EVIDENCE_REPLY : EVIDENCE_HEARD,
		.facts = facts,
		.n_facts = 2 };
	assert_int_equal(0, store_ingest(s, &o, 1, &r, &e));
}

static void
who_is_seen_every_few_seconds_is_thinned_as_well(void **state)
{
	enum { TIMES = 13000, EVERY = 10, HEARD = 6 }; /* a day and a half */
	const int64_t begin = 24000 * HOUR;
	struct store *s = new_store();
	struct world none = { .seed = 0 };

	(void)state;
	for (int i = 0; i < TIMES; i++) {
		see_card(s, i + 1, begin + i * EVERY * (int64_t)SECOND);
		if (i % HEARD == 0)
			see_card(s, 0, begin + i * EVERY * (int64_t)SECOND + 1);
	}
	(void)trim_all(s, INT64_MAX);
	(void)trim_all(s, INT64_MAX); /* what was heard, a day of which was too much */
	assert_in_range(count_rows(s, "SELECT count(*) FROM observation"), 4, 2500);
	assert_int_equal(count_rows(s, "SELECT min(at) FROM observation"), begin);
	assert_int_equal(
		count_rows(s, "SELECT max(at) FROM observation WHERE source = 'sweep'"),
		begin + (TIMES - 1) * EVERY * (int64_t)SECOND);
	check_sound(&none, s);
	store_close(s);
}

/* Down and up again with each run, for long. */
static void
the_turns_of_long_ago_are_one(void **state)
{
	enum { TIMES = 40 };
	struct store *s = new_store();
	struct err e;

	(void)state;
	for (int i = 0; i < TIMES; i++) {
		char id[16];
		see_card(s, i + 1, (100 + i) * HOUR);
		(void)snprintf(id, sizeof(id), "turn-%d", i);
		assert_int_equal(0,
			store_do(s, STMT_TURN_PUT,
				BINDS(INT(1), TEXT(id), INT((100 + i) * HOUR),
					INT((100 + i) * HOUR + 1)),
				&e));
	}
	(void)trim_all(s, 120 * HOUR);
	assert_int_equal(TIMES / 2 + 1, count_rows(s, "SELECT count(*) FROM turn"));
	assert_int_equal(
		100 * HOUR, count_rows(s, "SELECT first_at FROM turn WHERE run = ''"));
	assert_int_equal(119 * HOUR + 1,
		count_rows(s, "SELECT last_at FROM turn WHERE run = ''"));
	(void)trim_all(s, 130 * HOUR);
	assert_int_equal(TIMES / 4 + 1, count_rows(s, "SELECT count(*) FROM turn"));
	assert_int_equal(129 * HOUR + 1,
		count_rows(s, "SELECT last_at FROM turn WHERE run = ''"));
	store_close(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_thinned_store_has_the_same_devices),
		cmocka_unit_test(who_is_not_seen_leaves_the_list_and_comes_back),
		cmocka_unit_test(who_left_by_a_clock_that_was_years_ahead_comes_back),
		cmocka_unit_test(the_last_run_before_a_moment_is_found),
		cmocka_unit_test(
			the_newest_change_stays_so_that_numbers_are_never_given_twice),
		cmocka_unit_test(who_is_seen_every_few_seconds_is_thinned_as_well),
		cmocka_unit_test(the_turns_of_long_ago_are_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
