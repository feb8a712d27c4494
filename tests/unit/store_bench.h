/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store_bench.h - a store in memory for each test: set_up and tear_down for cmocka */
#ifndef UNIT_STORE_BENCH_H
#define UNIT_STORE_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "db/store.h"

#define T0 1700000000000000LL

struct bench {
	struct store *s;
	struct arena *mem;
	struct err e;
};

static inline int
set_up(void **state)
{
	static struct bench b;

	b = (struct bench){ .mem = arena_new(1 << 22) };
	assert_int_equal(0, store_open(&b.s, ":memory:", STORE_WRITE, &b.e));
	*state = &b;
	return b.mem ? 0 : -1;
}

static inline int
tear_down(void **state)
{
	struct bench *b = *state;

	store_close(b->s);
	arena_free(b->mem);
	return 0;
}

#endif
