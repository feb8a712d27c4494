/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sweep_rig.h - a sweep in a test: a host with two links in a simulated network, a sink and
 * a monitor that keep everything as text
 *
 *	eth0 198.18.3.2/24, eth1 198.18.64.1/18; 198.19.0.0/16 by 198.18.3.1
 */
#ifndef UNIT_SWEEP_RIG_H
#define UNIT_SWEEP_RIG_H

#include "sim.h"

#include "inventory/ndjson.h"
#include "scanner/engine.h"

struct rig {
	struct sim sim;
	struct arena *mem;
	struct sweep_conf conf;
	struct job job;
	struct sink sink;
	struct monitor monitor;
	struct source_run run;
	volatile sig_atomic_t stop;
	int stop_after; /* observations; 0: never */
	struct sb found, reasons, coverage;
	char *place; /* the last state that was told */
	size_t n_found, n_progress;
	uint64_t done; /* as progress told last */
	int fail_sink;
};

static struct host_link rig_links[] = {
	{ 2, "eth0", LINK_ETHER, { { 0, 0x16, 0x3e, 0, 0, 2 } }, 1500, true, true },
	{ 3, "eth1", LINK_ETHER, { { 0, 0x16, 0x3e, 0, 0, 3 } }, 1500, true, true },
};
static struct host_addr rig_addrs[] = {
	{ .link = 2, .addr = { ADDR_IP4, { 198, 18, 3, 2 } }, .bits = 24 },
	{ .link = 3, .addr = { ADDR_IP4, { 198, 18, 64, 1 } }, .bits = 18 },
};
static struct host_route rig_routes[] = {
	{ ROUTE_UNICAST, { ADDR_IP4, { 198, 18, 3, 0 } }, 24, { 0 }, { 0 }, 2, 0 },
	{ ROUTE_UNICAST, { ADDR_IP4, { 198, 18, 64, 0 } }, 18, { 0 }, { 0 }, 3, 0 },
	{ ROUTE_UNICAST, { ADDR_IP4, { 198, 19, 0, 0 } }, 16,
		{ ADDR_IP4, { 198, 18, 3, 1 } }, { 0 }, 2, 0 },
};
static struct host_net rig_net = { rig_links, 2, rig_addrs, 2, rig_routes, 3, NULL, 0 };

static inline int
rig_take(struct sink *sink, const struct observation *o, struct err *e)
{
	struct rig *r = (struct rig *)(void *)((char *)sink -
		offsetof(struct rig, sink));
	struct observation whole = *o;

	if (r->fail_sink > 0 && --r->fail_sink == 0)
		r->fail_sink = -1; /* and stays full */
	if (r->fail_sink < 0)
		return err_set(e, ERR_DB, "the disk is full");
	whole.site = "s";
	whole.point = "p";
	whole.run = "r";
	assert_int_equal(ndjson_write(&whole, &r->found, e), 0);
	r->n_found++;
	if (r->stop_after && r->n_found >= (size_t)r->stop_after)
		r->stop = 1;
	return 0;
}

static inline struct rig *
rig_of(struct monitor *m)
{
	return (struct rig *)(void *)((char *)m - offsetof(struct rig, monitor));
}

static inline void
rig_progress(struct monitor *m, const struct progress *p)
{
	assert_in_range(p->done, rig_of(m)->done, p->total);
	rig_of(m)->done = p->done;
	rig_of(m)->n_progress++;
}

static inline void
rig_reason(struct monitor *m, const struct reason *r)
{
	sb_printf(&rig_of(m)->reasons, "%s %s %ju; ", r->code, r->about,
		(uintmax_t)r->count);
}

static inline void
rig_coverage(struct monitor *m, const struct coverage *c)
{
	assert_true(c->started <= c->finished);
	sb_printf(&rig_of(m)->coverage, "%s %s %s; ", c->probe, c->targets,
		c->complete ? "whole" : "part");
}

static inline void
rig_state(struct monitor *m, const char *text)
{
	free(rig_of(m)->place);
	rig_of(m)->place = strdup(text);
}

static inline void
rig_end(struct monitor *m, const struct run_end *e)
{
	(void)m;
	(void)e;
}

static inline struct rig *
rig_new(bool (*alive)(const struct addr *))
{
	struct rig *r = calloc(1, sizeof(*r));

	assert_non_null(r);
	sim_init(&r->sim, alive);
	r->mem = arena_new(64 << 20);
	r->conf = (struct sweep_conf){ .rate = 1000000,
		.host_rate = 1000,
		.arp_rate = 1000000,
		.rounds = 2,
		.wait_ms = 1000,
		.identify = true,
		.seeded = true,
		.seed = "rig",
		.net = &rig_net };
	r->sink.take = rig_take;
	r->monitor = (struct monitor){ rig_progress, rig_reason, rig_coverage,
		rig_state, rig_end };
	r->run = (struct source_run){ .conf = &r->conf,
		.scratch = r->mem,
		.sink = &r->sink,
		.monitor = &r->monitor,
		.clock = &r->sim.clock,
		.deadline_us = INT64_MAX,
		.stop = &r->stop };
	sb_init(&r->found, 64 << 20);
	sb_init(&r->reasons, 1 << 20);
	sb_init(&r->coverage, 1 << 20);
	return r;
}

static inline void
rig_free(struct rig *r)
{
	job_end_all_waves(&r->job);
	port_close(&r->sim.port);
	sb_done(&r->found);
	sb_done(&r->reasons);
	sb_done(&r->coverage);
	arena_free(r->mem);
	free(r->place);
	free(r);
}

/* Everything up to the first packet. */
static inline void
rig_prepare(struct rig *r, const char *targets)
{
	struct plan_input in = { .net = &rig_net, .interfaces = &r->conf.interfaces };
	struct iprange *set;
	struct err e;

	assert_int_equal(iprange_parse(&targets, 1, NULL, r->mem, &set, &e), 0);
	r->conf.targets = in.targets = set;
	assert_int_equal(plan_make(&in, r->mem, &r->job.plan, &e), 0);
	if (job_prepare(&r->job, &r->run, &r->conf, &e) == -1)
		fail_msg("%s", e.text);
	r->job.cookie.udp_port = 40123;
	struct addr *hop = arena_alloc(r->mem, sizeof(*hop));
	*hop = addr_ip4(0xc6120301);
	r->sim.port.guard = (struct guard){
		.targets = set, .next_hops = hop, .n_next_hops = 1
	};
}

static inline int
rig_sweep(struct rig *r, struct err *e)
{
	static const uint16_t links[8] = { 0 };
	struct engine_input in = { &r->job, &r->sim.port, links };

	return engine_run(&in, e);
}

/* Prepares, sweeps, and wants it to go well. */
static inline void
rig_run(struct rig *r, const char *targets)
{
	struct err e;

	rig_prepare(r, targets);
	if (rig_sweep(r, &e) == -1)
		fail_msg("%s", e.text);
}

/* How many lines hold both texts. */
static inline size_t
rig_count(const struct rig *r, const char *one, const char *other)
{
	size_t n = 0;

	for (const char *line = r->found.text, *end; (end = strchr(line, '\n'));
		line = end + 1) {
		char *copy = strndup(line, (size_t)(end - line));
		n += strstr(copy, one) && strstr(copy, other);
		free(copy);
	}
	return n;
}

/* How many TCP ports, open or closed, the records about an address tell. */
static inline size_t
rig_count_ports(const struct rig *r, const char *ip)
{
	size_t n = 0;

	for (const char *line = r->found.text, *end; (end = strchr(line, '\n'));
		line = end + 1) {
		char *copy = strndup(line, (size_t)(end - line));
		char *ports = strstr(copy, "\"tcp.");
		bool mine = ports && strstr(copy, ip);
		if (mine && (ports = strchr(ports, '['))) {
			for (n++; *ports && *ports != ']'; ports++)
				n += *ports == ',';
		}
		free(copy);
	}
	return n;
}

#endif
