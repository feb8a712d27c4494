/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rate in simulated paths: chance loss, narrow links, links that change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "scanner/rate.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

enum { MS = 1000, CANARY_EVERY = 32, WAITING = 4096 };

/* A path that carries so much, loses some by chance, and answers after a time. */
struct path {
	double carries; /* packets/s */
	double loss;
	int64_t rtt_us;
	uint64_t random;
};

struct waiting {
	int64_t due;
	uint8_t step;
	bool lost;
};

struct run {
	struct rate rate;
	struct path path;
	struct waiting queue[WAITING];
	size_t first, n;
	double canary; /* part of the next one that is due */
	int64_t now, sent_us;
};

static double
chance(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return (double)((z ^ z >> 31) >> 11) / (double)(1ULL << 53);
}

/* One millisecond. */
static void
tick(struct run *r)
{
	double rate = (double)r->rate.now, carries = r->path.carries;
	double through = rate > carries ? carries / rate : 1;

	r->canary += rate / 1000 / CANARY_EVERY;
	for (; r->canary >= 1 && r->n < WAITING; r->canary--) {
		bool lost = chance(&r->path.random) > through * (1 - r->path.loss);
		r->queue[(r->first + r->n++) % WAITING] = (struct waiting){
			r->now + r->path.rtt_us, r->rate.step, lost
		};
	}
	for (; r->n && r->queue[r->first].due <= r->now; r->n--) {
		rate_canary(&r->rate, r->queue[r->first].step, r->queue[r->first].lost);
		r->first = (r->first + 1) % WAITING;
	}
	(void)rate_judge(&r->rate, r->now);
	r->now += MS;
}

static void
go(struct run *r, int64_t ms)
{
	for (int64_t i = 0; i < ms; i++)
		tick(r);
}

static struct run
begin(int64_t cap, struct path path)
{
	struct run r = { .path = path };

	rate_init(&r.rate, cap, 0);
	return r;
}

static void
a_wide_path_is_soon_used_to_the_cap(void **state)
{
	static const struct {
		const char *label;
		int64_t cap;
		double loss;
		int64_t rtt_us, within_ms;
		unsigned often; /* of 200: bad luck may look like congestion */
	} rows[] = {
		{ "clean, near", 1000000, 0, 1 * MS, 40, 195 },
		{ "clean, default cap", 10000, 0, 1 * MS, 900, 195 },
		{ "5 % each way", 1000000, 0.0975, 1 * MS, 60, 195 },
		{ "5 % each way, far", 1000000, 0.0975, 50 * MS, 400, 195 },
		{ "20 % each way", 1000000, 0.36, 10 * MS, 600, 140 },
		{ "a low cap", 500, 0, 1 * MS, 1, 195 },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		unsigned reached = 0;
		for (uint64_t seed = 0; seed < 200; seed++) {
			struct run r = begin(rows[i].cap,
				(struct path){
					1e12, rows[i].loss, rows[i].rtt_us, seed });
			go(&r, rows[i].within_ms);
			reached += r.rate.now == rows[i].cap;
		}
		print_message("  %s: %u of 200\n", rows[i].label, reached);
		assert_true(reached >= rows[i].often);
	}
}

static void
a_narrow_path_is_not_flooded(void **state)
{
	static const struct {
		const char *label;
		double carries, loss;
		int64_t rtt_us;
	} rows[] = {
		{ "3,000/s", 3000, 0, 5 * MS },
		{ "20,000/s", 20000, 0, 5 * MS },
		{ "20,000/s with 5 % each way", 20000, 0.0975, 5 * MS },
		{ "150,000/s, far", 150000, 0, 50 * MS },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		unsigned good = 0;
		double most = 0;
		for (uint64_t seed = 0; seed < 200; seed++) {
			struct run r = begin(1000000,
				(struct path){ rows[i].carries, rows[i].loss,
					rows[i].rtt_us, seed });
			double sum = 0;
			r.rate.now = 1000; /* below what any of them carries */
			go(&r, 20000);
			for (int k = 0; k < 5000; k++) {
				tick(&r);
				sum += (double)r.rate.now;
			}
			sum /= 5000 * rows[i].carries;
			good += sum > 0.4 && sum < 1.3;
			most = sum > most ? sum : most;
		}
		print_message("  %s: %u of 200, at most %.2f of what it carries\n",
			rows[i].label, good, most);
		assert_true(good >= 190);
	}
}

/* Too fast from the first step on. */
static void
a_very_narrow_path_is_noticed_at_once(void **state)
{
	static const struct {
		const char *label;
		double carries, loss;
		unsigned often; /* of 200: where nearly all is lost, chance has its say */
	} rows[] = {
		{ "a tenth", 1000, 0, 90 },
		{ "half", 5000, 0, 150 },
		{ "half, with 5 % each way", 5000, 0.0975, 150 },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		unsigned good = 0;
		for (uint64_t seed = 0; seed < 200; seed++) {
			struct run r = begin(20000,
				(struct path){
					rows[i].carries, rows[i].loss, 5 * MS, seed });
			assert_int_equal(r.rate.now, 10000);
			go(&r, 5000);
			good += (double)r.rate.now < 1.5 * rows[i].carries;
		}
		print_message("  %s: %u of 200\n", rows[i].label, good);
		assert_true(good >= rows[i].often);
	}
}

static void
a_path_that_gets_narrow_is_left_in_peace(void **state)
{
	unsigned good = 0;

	(void)state;
	for (uint64_t seed = 0; seed < 200; seed++) {
		struct run r = begin(100000, (struct path){ 1e9, 0, 5 * MS, seed });
		go(&r, 2000);
		assert_int_equal(r.rate.now, 100000);
		r.path.carries = 10000;
		go(&r, 5000);
		good += r.rate.now < 16000;
	}
	print_message("  %u of 200\n", good);
	assert_true(good >= 190);
}

static void
room_that_comes_back_is_used(void **state)
{
	unsigned good = 0;

	(void)state;
	for (uint64_t seed = 0; seed < 200; seed++) {
		struct run r = begin(100000, (struct path){ 10000, 0, 5 * MS, seed });
		go(&r, 5000);
		r.path.carries = 1e9;
		go(&r, 15000);
		good += r.rate.now == 100000;
	}
	print_message("  %u of 200\n", good);
	assert_true(good >= 190);
}

static void
without_canaries_it_grows_slowly_and_keeps_the_cap(void **state)
{
	struct rate r;

	(void)state;
	rate_init(&r, 100000, 0);
	assert_int_equal(r.now, 50000);
	assert_false(rate_judge(&r, RATE_BLIND_US - 1));
	for (int64_t t = 0; t < 10 * RATE_BLIND_US; t += MS) {
		(void)rate_judge(&r, t);
		assert_true(r.now <= 100000);
	}
	assert_int_equal(r.now, 100000);
}

static void
replies_lost_in_this_machine_slow_it_at_once(void **state)
{
	struct rate r;

	(void)state;
	rate_init(&r, 1000000, 0);
	rate_overrun(&r, 1);
	assert_int_equal(r.now, 350000);
	for (int i = 0; i < 1000; i++)
		rate_overrun(&r, 1);
	assert_int_equal(r.now, RATE_LEAST);
	rate_init(&r, 3, 0);
	rate_overrun(&r, 1);
	assert_int_equal(r.now, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wide_path_is_soon_used_to_the_cap),
		cmocka_unit_test(a_narrow_path_is_not_flooded),
		cmocka_unit_test(a_very_narrow_path_is_noticed_at_once),
		cmocka_unit_test(a_path_that_gets_narrow_is_left_in_peace),
		cmocka_unit_test(room_that_comes_back_is_used),
		cmocka_unit_test(without_canaries_it_grows_slowly_and_keeps_the_cap),
		cmocka_unit_test(replies_lost_in_this_machine_slow_it_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
