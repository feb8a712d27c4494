/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The statistics of recall against simulated networks of known loss: whether enough rounds
 * are asked, not too many, and whether the interval that is told holds the truth.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "scanner/recall.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

enum { GOAL = 999000 }; /* 99.9 % */

/* splitmix64 (Steele, Lea and Flood 2014) */
static uint64_t
next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static bool
happens(uint64_t *state, double chance)
{
	return (double)(next_random(state) >> 11) / (1ULL << 53) < chance;
}

struct world {
	uint32_t living;
	double loss; /* of question and answer together */
	uint64_t random;
	struct recall_counts counts;
	uint32_t found;
};

/* Canaries are every fiftieth question to 20 addresses for each that lives. */
static void
ask_canaries(struct world *w, uint64_t n)
{
	w->counts.asked += n;
	for (uint64_t i = 0; i < n; i++)
		w->counts.lost += happens(&w->random, w->loss);
}

static void
ask_round(struct world *w, double share)
{
	uint32_t silent = w->living - w->found, before = w->found;

	for (uint32_t i = 0; i < silent; i++)
		if (happens(&w->random, share))
			w->found += !happens(&w->random, w->loss);
	w->counts.found[w->counts.rounds] += w->found - before;
	ask_canaries(w, w->found ? (uint64_t)(share * w->living * 20 / 50) : 0);
	if (share == 1)
		w->counts.rounds++;
	else
		w->counts.share = share;
}

static void
sweep(struct world *w)
{
	ask_round(w, 1);
	uint64_t more = recall_missing_canaries(&w->counts, GOAL);
	ask_canaries(w, more < w->found ? more : 0);
	for (double share = 1; share == 1 && w->counts.rounds < RECALL_ROUNDS_MAX - 1;) {
		share = recall_missing_round(&w->counts, GOAL);
		if (share > 0)
			ask_round(w, share);
	}
}

static const struct {
	const char *label;
	uint32_t living;
	double loss;
	double rounds_min, rounds_max; /* mean over the runs */
} networks[] = {
	{ "a clean /16", 3392, 0, 1, 1 },
	{ "a clean /20, a quarter alive", 1024, 0, 1, 1 },
	{ "a clean /24", 30, 0, 1.5, 2 },
	{ "1 % each way", 3392, 0.0199, 1.7, 2 },
	{ "2 % each way", 3392, 0.0396, 2.3, 2.8 },
	{ "5 % each way", 3392, 0.0975, 3.1, 3.6 },
	{ "20 % each way", 3392, 0.36, 6.5, 8 },
	{ "5 % each way, few hosts", 50, 0.0975, 2, 4 },
};

enum { RUNS = 400 };

static void
rounds_follow_from_the_loss_and_find_what_was_set(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(networks); i++) {
		double rounds = 0, found = 0;
		for (uint64_t run = 0; run < RUNS; run++) {
			struct world w = { .living = networks[i].living,
				.loss = networks[i].loss,
				.random = run * 7919 + i };
			sweep(&w);
			rounds += w.counts.rounds + w.counts.share;
			found += (double)w.found / w.living;
		}
		print_message("  %s: %.2f rounds, %.4f %%\n", networks[i].label,
			rounds / RUNS, found / RUNS * 100);
		assert_true(rounds / RUNS >= networks[i].rounds_min);
		assert_true(rounds / RUNS <= networks[i].rounds_max);
		/* Few hosts cannot be measured to a thousandth: there 99 % must do. */
		assert_true(found / RUNS >= (networks[i].living > 100 ? 0.999 : 0.99));
	}
}

static void
the_interval_holds_the_truth(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(networks); i++) {
		unsigned held = 0;
		double width = 0;
		for (uint64_t run = 0; run < RUNS; run++) {
			struct world w = { .living = networks[i].living,
				.loss = networks[i].loss,
				.random = run * 104729 + i };
			struct recall r;
			sweep(&w);
			recall_estimate(&w.counts, 1, &r);
			double truth = (double)w.found / w.living;
			assert_true(r.known);
			assert_true(r.low <= r.estimate && r.estimate <= r.high);
			held += r.low <= truth + 1e-9 && truth <= r.high + 1e-9;
			width += r.high - r.low;
		}
		print_message("  %s: %u of %u, %.4f wide\n", networks[i].label, held,
			RUNS, width / RUNS);
		assert_true(held >= RUNS * 93 / 100);
		if (networks[i].living > 1000)
			assert_true(width / RUNS < 0.005);
	}
}

/* One round of a lossy network: the interval must say that much is missing. */
static void
too_few_rounds_are_told(void **state)
{
	unsigned held = 0;

	(void)state;
	for (uint64_t run = 0; run < RUNS; run++) {
		struct world w = { .living = 3392, .loss = 0.0975, .random = run };
		struct recall r;
		ask_round(&w, 1);
		recall_estimate(&w.counts, 1, &r);
		double truth = (double)w.found / w.living;
		assert_true(r.high < 0.95);
		held += r.low <= truth && truth <= r.high;
	}
	assert_true(held >= RUNS * 93 / 100);
}

static void
several_networks_are_told_as_one(void **state)
{
	unsigned held = 0;

	(void)state;
	for (uint64_t run = 0; run < RUNS; run++) {
		struct recall_counts counts[3];
		uint32_t living = 0, found = 0;
		struct recall r;
		for (size_t i = 0; i < 3; i++) {
			struct world w = { .living = 1000 + 500 * (uint32_t)i,
				.loss = 0.04 * (double)i,
				.random = run * 31 + i };
			sweep(&w);
			counts[i] = w.counts;
			living += w.living;
			found += w.found;
		}
		recall_estimate(counts, 3, &r);
		double truth = (double)found / living;
		held += r.low <= truth + 1e-9 && truth <= r.high + 1e-9;
	}
	print_message("  %u of %u\n", held, RUNS);
	assert_true(held >= RUNS * 93 / 100);
}

static void
without_a_measure_nothing_is_claimed(void **state)
{
	const struct recall_counts nobody = { .rounds = 2 },
				   no_canary = { .rounds = 1, .found = { 10 } },
				   measured = {
					   .rounds = 1, .found = { 10 }, .asked = 10
				   };
	struct recall r;

	(void)state;
	recall_estimate(NULL, 0, &r);
	assert_false(r.known);
	recall_estimate(&nobody, 1, &r);
	assert_false(r.known);
	recall_estimate(&no_canary, 1, &r);
	assert_false(r.known);
	recall_estimate(&measured, 1, &r);
	assert_true(r.known);
}

/* Hosts that answer several of the questions of a round are found sooner than canaries
 * say: then the interval may only be too careful at its lower end. */
static void
many_questions_make_the_lower_end_careful(void **state)
{
	struct recall one, many;
	struct recall_counts c = {
		.rounds = 2, .found = { 1000, 5 }, .asked = 1000, .lost = 100
	};

	(void)state;
	recall_estimate(&c, 1, &one);
	c.many_questions = true;
	recall_estimate(&c, 1, &many);
	assert_true(many.low < one.low);
	assert_true(many.high >= one.high);
	assert_true(many.high > 0.9999);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rounds_follow_from_the_loss_and_find_what_was_set),
		cmocka_unit_test(the_interval_holds_the_truth),
		cmocka_unit_test(too_few_rounds_are_told),
		cmocka_unit_test(several_networks_are_told_as_one),
		cmocka_unit_test(without_a_measure_nothing_is_claimed),
		cmocka_unit_test(many_questions_make_the_lower_end_careful),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
