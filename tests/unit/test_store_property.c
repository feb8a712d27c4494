/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the store keeps depends on the set of observations only: ingested in any order and in
 * any batches, some of them twice, or as one, two or seven workers bring them, they give the same
 * devices with the same fields and addresses as all of them at once, in a store that is sound.
 *
 * So does what people decide while they come.
 *
 * Worlds come from a seed; a failure prints it.
 */
#include "db/people.h"
#include "tests/unit/store_world.h"

static void
any_order_and_any_batches_give_the_same_devices(void **state)
{
	static const uint32_t batch_sizes[] = { 1, 4, 15, 60 };

	(void)state;
	for (uint64_t seed = 1; seed <= (SLOW ? 30 : 250); seed++) {
		struct picture want, got;
		struct world w;
		make_world(&w, seed);
		if (w.n == 0) {
			free_world(&w);
			continue;
		}
		struct store *once = new_store(), *many = new_store();
		begin_runs(&w, once, 0);
		begin_runs(&w, many, 0);
		ingest(&w, once, w.obs, w.n);
		ingest_by_batches(&w, many, batch_sizes[seed % 4]);
		check_sound(&w, once);
		check_sound(&w, many);
		paint(&want, once, w.n);
		paint(&got, many, w.n);
		compare(&w, &want, &got);
		free_picture(&want);
		free_picture(&got);
		store_close(once);
		store_close(many);
		free_world(&w);
	}
}

/* --- workers ------------------------------------------------------------------------------- */

enum { WORKERS_MAX = 7, AT_A_TIME = 12 };

/* What one worker has seen, in its own order: the pipe that its supervisor reads. */
struct pipe {
	struct observation *items; /* room for all of the world's */
	size_t n, read;
};

/* Each address is one worker's, as ranges are; who has none is anybody's. */
static void
share_out(struct world *w, struct pipe *pipes, uint32_t workers)
{
	for (size_t i = 0; i < w->n; i++) {
		const struct addr *ip = &w->obs[i].ip;
		uint32_t who = addr_is_set(ip) ? addr_to_ip4(ip) % workers
					       : below(&w->state, workers);
		pipes[who].items[pipes[who].n++] = w->obs[i];
	}
}

/* Whoever is quick is read first: a piece of one pipe, then of another, until all are empty. */
static void
ingest_from_workers(struct world *w, struct store *s, uint32_t workers)
{
	struct pipe pipes[WORKERS_MAX] = { { .items = NULL } };
	size_t left = w->n;

	for (uint32_t i = 0; i < workers; i++)
		assert_non_null(pipes[i].items = calloc(w->n, sizeof(w->obs[0])));
	share_out(w, pipes, workers);
	while (left > 0) {
		struct pipe *p = &pipes[below(&w->state, workers)];
		size_t n = 1 + below(&w->state, AT_A_TIME);
		n = n < p->n - p->read ? n : p->n - p->read;
		if (n)
			ingest(w, s, p->items + p->read, n);
		p->read += n;
		left -= n;
	}
	for (uint32_t i = 0; i < workers; i++)
		free(pipes[i].items);
}

static void
any_number_of_workers_gives_the_same_devices(void **state)
{
	static const uint32_t workers[] = { 1, 2, WORKERS_MAX };

	(void)state;
	for (uint64_t seed = 1001; seed <= (SLOW ? 1010 : 1080); seed++) {
		struct picture want, got;
		struct world w;
		make_world(&w, seed);
		for (size_t i = 0; w.n && i < sizeof(workers) / sizeof(workers[0]);
			i++) {
			struct store *s = new_store();
			begin_runs(&w, s, 0);
			ingest_from_workers(&w, s, workers[i]);
			check_sound(&w, s);
			paint(i ? &got : &want, s, w.n);
			store_close(s);
			if (i == 0)
				continue;
			compare(&w, &want, &got);
			free_picture(&got);
		}
		if (w.n)
			free_picture(&want);
		free_world(&w);
	}
}

/* --- people -------------------------------------------------------------------------------- */

enum { ROWS_MAX = 256 };

struct rows {
	int64_t items[ROWS_MAX];
	uint32_t n;
};

static int
take_row(void *arg, const struct device *d, struct err *e)
{
	struct rows *r = arg;

	(void)e;
	if (r->n < ROWS_MAX)
		r->items[r->n++] = d->row;
	return 0;
}

/* Says of any two devices that they are one; now and then takes the last decision back. */
static void
decide(struct world *w, struct store *s, unsigned *merged)
{
	const struct device_query all = { .as_of = STORE_NOW };
	struct rows rows = { .n = 0 };
	struct decision made;
	struct err e = { 0 };

	assert_int_equal(0, store_each_device_of(s, &all, take_row, &rows, &e));
	if (rows.n < 2)
		return;
	uint32_t a = below(&w->state, rows.n), b = below(&w->state, rows.n);
	if (chance(w, 25))
		(void)store_undo(s, 0, "anna", &made, &e);
	else if (store_merge(s, rows.items[a], rows.items[b], "anna", &made, &e) == 0)
		*merged += 1;
	else
		assert_int_equal(ERR_ARG, e.code);
}

/* What people rule holds for what comes later as if it had been ruled before. */
static void
rulings_in_between_give_the_same_devices(void **state)
{
	unsigned merged = 0;

	(void)state;
	for (uint64_t seed = 2001; seed <= (SLOW ? 2020 : 2150); seed++) {
		struct world w;
		make_world(&w, seed);
		struct store *s = new_store();
		begin_runs(&w, s, 0);
		for (size_t at = 0, n; at < w.n; at += n) {
			n = 1 + below(&w.state, 12);
			n = n < w.n - at ? n : w.n - at;
			ingest(&w, s, w.obs + at, n);
			check_sound(&w, s);
			decide(&w, s, &merged);
			check_sound(&w, s);
		}
		store_close(s);
		free_world(&w);
	}
	print_message("  %u merges\n", merged);
	assert_true(merged > 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_order_and_any_batches_give_the_same_devices),
		cmocka_unit_test(any_number_of_workers_gives_the_same_devices),
		cmocka_unit_test(rulings_in_between_give_the_same_devices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
