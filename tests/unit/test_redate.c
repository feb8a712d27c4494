/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A store that was fed by a clock that was ahead, and mended, against one that was fed the same by
 * a clock that was always right: it answers the same, now, as of any moment, and to what comes.
 *
 * Worlds come from a seed; a failure prints it.
 */
#include "db/redate.h"
#include "db/polls.h"
#include "db/retention.h"
#include "tests/unit/store_world.h"

#include <sqlite3.h>

#define DAY  (24 * HOUR)
#define YEAR (365 * DAY)

enum { WORLDS = SLOW ? 25 : 200, MOMENTS = 3 };

/* --- the same answers ------------------------------------------------------------------------- */

static int64_t
end_of_world(const struct world *w)
{
	int64_t end = 0;

	for (size_t i = 0; i < w->n; i++)
		end = w->obs[i].at > end ? w->obs[i].at : end;
	return end;
}

/* Of the same observations those after `jump` as a clock that is ahead would date them. */
static struct observation *
by_wrong_clock(const struct world *w, int64_t jump, int64_t by)
{
	struct observation *obs = calloc(w->n + 1, sizeof(obs[0]));

	assert_non_null(obs);
	for (size_t i = 0; i < w->n; i++) {
		obs[i] = w->obs[i];
		obs[i].at += obs[i].at > jump ? by : 0;
	}
	return obs;
}

static void
ingest_some(const struct world *w, struct store *s, const struct observation *obs,
	size_t from, size_t to, size_t batch)
{
	for (size_t at = from; at < to; at += batch)
		ingest(w, s, obs + at, to - at < batch ? to - at : batch);
}

static int64_t
redate(const struct world *w, struct store *s, int64_t after, int64_t by)
{
	const struct redate how = { after, by };
	struct ahead_look look;
	struct err e;
	int64_t devices;

	if (store_redate(s, &how, &devices, &e) == -1)
		fail_msg("seed %llu: %s", (unsigned long long)w->seed, e.text);
	assert_int_equal(0, store_look_ahead(s, after, &look, &e));
	if (look.newest)
		fail_msg("seed %llu: %lld is still to come",
			(unsigned long long)w->seed, (long long)look.newest);
	return devices;
}

static void
compare_as_of(const struct world *w, struct store *right, struct store *mended, int64_t at)
{
	struct picture want, got;

	paint_as_of(&want, right, w->n, at);
	paint_as_of(&got, mended, w->n, at);
	compare(w, &want, &got);
	free_picture(&want);
	free_picture(&got);
}

static void
a_mended_store_answers_as_if_the_clock_had_been_right(void **state)
{
	size_t redated = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= WORLDS; seed++) {
		struct world w;
		make_world(&w, seed);
		if (w.n < 3) {
			free_world(&w);
			continue;
		}
		int64_t end = end_of_world(&w), by = seed % 2 ? 10 * YEAR : 400 * HOUR;
		int64_t jump = w.obs[below(&w.state, (uint32_t)w.n)].at - 1;
		struct observation *wrong = by_wrong_clock(&w, jump, by);
		struct store *right = new_store(), *mended = new_store();
		size_t most = w.n - w.n / 4, batch = 1 + below(&w.state, 10);
		begin_runs(&w, right, 0);
		begin_runs(&w, mended, 0);
		ingest_some(&w, right, w.obs, 0, most, batch);
		ingest_some(&w, mended, wrong, 0, most, batch);
		redated += (size_t)redate(&w, mended, end, by);
		check_sound(&w, mended);
		compare_as_of(&w, right, mended, STORE_NOW);
		for (int i = 0; i < MOMENTS; i++)
			compare_as_of(&w, right, mended,
				w.obs[below(&w.state, (uint32_t)w.n)].at);
		/* More comes in, by the right clock. */
		ingest_some(&w, right, w.obs, most, w.n, batch);
		ingest_some(&w, mended, w.obs, most, w.n, batch);
		check_sound(&w, mended);
		compare_as_of(&w, right, mended, STORE_NOW);
		store_close(right);
		store_close(mended);
		free(wrong);
		free_world(&w);
	}
	print_message("%zu devices made anew\n", redated);
	assert_true(redated > WORLDS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mended_store_answers_as_if_the_clock_had_been_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
