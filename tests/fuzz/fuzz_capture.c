/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as the capture file of a sweep: from the file's head to observations. */
#include <stdio.h>

#include "scanner/capture.h"
#include "scanner/replay.h"
#include "sweep_sink.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct sink sink = { sink_take };
	struct monitor monitor = { .reason = monitor_reason };
	struct arena *mem = arena_new(8 << 20);
	FILE *f = n ? fmemopen((void *)(uintptr_t)data, n, "rb") : NULL;
	struct source_run run = { .scratch = mem,
		.sink = &sink,
		.monitor = &monitor,
		.clock = &clock_system,
		.deadline_us = INT64_MAX };
	struct run_end end;
	struct err e = { 0 };

	(void)capture_load(&e); /* pcapng, too */
	if (f && mem && replay_run(f, &run, &end, &e) == -1 && e.text[0] == '\0')
		abort();
	arena_free(mem);
	return 0;
}
