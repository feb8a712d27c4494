/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any frames as the answers to a sweep of a /28 and an IPv6 /124 on the link or behind a
 * next hop, all of whose questions are out.  Input: a byte that picks the wave, then frames, each behind
 * its length in two bytes.
 */
#include "scanner/job.h"
#include "sweep_sink.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* 198.18.3.0/28 and 2001:db8:3::/124 on the link, 198.19.0.0/28 and 2001:db8:4::/124 routed;
 * the key is all zero. */
static void
prepare(struct job *j, const struct source_run *run, const struct sweep_conf *conf,
	struct segment segments[4])
{
	struct addr nets[4] = { addr_ip4(0xc6120300), addr_ip4(0xc6130000),
		{ ADDR_IP6, { 0x20, 1, 0xd, 0xb8, 0, 3 } },
		{ ADDR_IP6, { 0x20, 1, 0xd, 0xb8, 0, 4 } } };
	struct err e;

	for (size_t i = 0; i < 4; i++)
		segments[i] = (struct segment){ .way = i % 2 ? WAY_ROUTED : WAY_ONLINK,
			.src = addr_ip4(0xc6120302),
			.next_hop = addr_ip4(0xc6120301),
			.targets = iprange_prefix(
				&nets[i], i < 2 ? 28 : 124, run->scratch) };
	j->plan = (struct plan){ .segments = segments, .n_segments = 4 };
	if (job_prepare(j, run, conf, &e) == -1 || j->n_waves != 4)
		abort();
	j->cookie = (struct cookie){ .udp_port = 40123 };
}

/* Bit 0: routed; bit 1: IPv6.  On-link waves come first. */
static size_t
wave_of(uint8_t choice)
{
	return (choice & 1u) * 2 + (choice >> 1 & 1u);
}

static void
ask_everything(struct job *j)
{
	struct targets *t = j->hearing.waves[0].targets;

	for (uint32_t i = 0; i < targets_wave(t)->n; i++)
		for (uint32_t q = 0; q < j->questions.n; q++)
			targets_ask(t, i, q, 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct sink sink = { sink_take };
	struct monitor monitor = { .reason = monitor_reason };
	const char *communities[] = { "a", "b" };
	struct sweep_conf conf = { .identify = true,
		.communities = { communities, 2, 0 } };
	struct segment segments[4];
	struct source_run run = { .scratch = arena_new(4 << 20),
		.sink = &sink,
		.monitor = &monitor,
		.clock = &clock_system };
	struct rd r = rd_from(data, n);
	struct job j = { .run = NULL };
	struct err e;

	if (!run.scratch)
		return 0;
	prepare(&j, &run, &conf, segments);
	struct hearing_wave *w = job_begin_wave(&j, wave_of(rd_u8(&r)), &e);
	struct answer answer;
	if (!w)
		abort();
	ask_everything(&j);
	while (rd_left(&r)) {
		size_t size = rd_be16(&r);
		size = size < rd_left(&r) ? size : rd_left(&r);
		/* A block of its own, so that a read past it is seen. */
		uint8_t *frame = malloc(size ? size : 1);
		rd_copy(&r, frame, size);
		if (hearing_frame(&j.hearing, frame, size, 1, 2, &answer, &e) == -1)
			abort();
		free(frame);
	}
	if (hearing_clear(&j.hearing, w, &e) == -1 ||
		hearing_judge(&j.hearing, w, true, &e) == -1)
		abort();
	hearing_report(&j.hearing, &monitor);
	job_end_wave(&j, w);
	arena_free(run.scratch);
	return 0;
}
