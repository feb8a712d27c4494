/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Schedules and windows from a configuration file: the first byte says which.  What is
 * accepted leads forward in time.
 */
#include "schedule/blackout.h"
#include "schedule/calendar.h"

#include <stdlib.h>
#include <string.h>

#define NOW 1795292103

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool ok)
{
	if (!ok)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *mem = arena_new(1 << 20);
	struct calendar c;
	struct blackout b;
	struct zone *z;
	struct err e;

	if (size == 0 || !mem || zone_open(&z, "Europe/Berlin", mem, &e) == -1)
		goto out;
	const char *text = arena_strndup(mem, (const char *)data + 1, size - 1);
	if (!text)
		goto out;
	if (data[0] % 2 == 0 && calendar_parse(text, mem, &c, &e) == 0)
		must(calendar_next(&c, z, NOW) > NOW);
	else if (data[0] % 2 == 1 && blackout_parse(text, mem, &b, &e) == 0)
		must(blackout_end(&b, 1, z, NOW) >= NOW);
out:
	arena_free(mem);
	return 0;
}
