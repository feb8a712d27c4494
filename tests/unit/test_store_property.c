/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the store keeps depends on the set of observations only: ingested in any order and in
 * any batches, some of them twice, they give the same devices with the same fields and
 * addresses as all of them at once, in a store that is sound.
 *
 * Worlds come from a seed; a failure prints it.
 */
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_order_and_any_batches_give_the_same_devices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
