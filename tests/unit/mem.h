/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mem.h - an arena of its own for each test: setup and teardown for cmocka */
#ifndef UNIT_MEM_H
#define UNIT_MEM_H

#include "base/arena.h"

static struct arena *mem;

static inline int
setup(void **state)
{
	(void)state;
	mem = arena_new(64 << 20);
	return mem ? 0 : -1;
}

static inline int
teardown(void **state)
{
	(void)state;
	arena_free(mem);
	return 0;
}

#endif
