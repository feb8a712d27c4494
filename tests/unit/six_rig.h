/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * six_rig.h - the rig of sweep_rig.h on a host with IPv6
 *
 *	eth0 2001:db8:3::2/64 and fe80::2/64; 2001:db8:4::/64 by fe80::1,
 *	2001:db8:5::/64 by 2001:db8:3::1
 *	eth1 fd00:7::2/64
 * and 198.18.3.2/24 on eth0
 */
#ifndef UNIT_SIX_RIG_H
#define UNIT_SIX_RIG_H

#include "sweep_rig.h"

/* The first six bytes, and the last one. */
#define SIX(a, b, c, d, e, f, last) \
	{ \
		ADDR_IP6, \
		{ \
			a, b, c, d, e, f, [15] = last \
		} \
	}

static struct host_addr six_addrs[] = {
	{ .link = 2, .addr = SIX(0xfe, 0x80, 0, 0, 0, 0, 2), .bits = 64 },
	{ .link = 2, .addr = SIX(0x20, 1, 0xd, 0xb8, 0, 3, 2), .bits = 64 },
	{ .link = 3, .addr = SIX(0xfd, 0, 0, 7, 0, 0, 2), .bits = 64 },
	{ .link = 2, .addr = { ADDR_IP4, { 198, 18, 3, 2 } }, .bits = 24 },
};
static struct host_route six_routes[] = {
	{ ROUTE_UNICAST, SIX(0x20, 1, 0xd, 0xb8, 0, 3, 0), 64, { 0 }, { 0 }, 2, 256 },
	{ ROUTE_UNICAST, SIX(0x20, 1, 0xd, 0xb8, 0, 4, 0), 64,
		SIX(0xfe, 0x80, 0, 0, 0, 0, 1), { 0 }, 2, 256 },
	{ ROUTE_UNICAST, SIX(0x20, 1, 0xd, 0xb8, 0, 5, 0), 64,
		SIX(0x20, 1, 0xd, 0xb8, 0, 3, 1), { 0 }, 2, 256 },
	{ ROUTE_UNICAST, SIX(0xfd, 0, 0, 7, 0, 0, 0), 64, { 0 }, { 0 }, 3, 256 },
	{ ROUTE_UNICAST, SIX(0xfe, 0x80, 0, 0, 0, 0, 0), 64, { 0 }, { 0 }, 2, 256 },
	{ ROUTE_UNICAST, { ADDR_IP4, { 198, 18, 3, 0 } }, 24, { 0 },
		{ ADDR_IP4, { 198, 18, 3, 2 } }, 2, 0 },
};
static struct host_net six_net = { rig_links, 2, six_addrs, 4, six_routes, 6, NULL, 0 };
static const uint16_t six_links[8] = { 0 }; /* one link in the port is enough */
static const uint16_t six_multicast[1] = { 0 };

static inline struct addr
six(const char *text)
{
	struct addr a;

	assert_true(addr_parse(text, &a));
	return a;
}

static inline struct rig *
six_new(bool (*alive)(const struct addr *))
{
	struct rig *r = rig_new(alive);

	r->conf.net = &six_net;
	r->conf.multicast = true;
	return r;
}

static inline void
six_prepare(struct rig *r, const char *targets)
{
	struct plan_input in = { .net = r->conf.net,
		.interfaces = &r->conf.interfaces,
		.multicast = r->conf.multicast };
	struct addr *hops = arena_new_array(r->mem, struct addr, 2);
	struct iprange *set;
	struct err e;

	assert_int_equal(iprange_parse(&targets, 1, NULL, r->mem, &set, &e), 0);
	r->conf.targets = in.targets = set;
	assert_int_equal(plan_make(&in, r->mem, &r->job.plan, &e), 0);
	if (job_prepare(&r->job, &r->run, &r->conf, &e) == -1)
		fail_msg("%s", e.text);
	r->job.cookie.udp_port = 40123;
	hops[0] = six("fe80::1");
	hops[1] = six("2001:db8:3::1");
	r->sim.port.guard = (struct guard){ .targets = set,
		.next_hops = hops,
		.n_next_hops = 2,
		.multicast = six_multicast,
		.n_multicast = r->conf.multicast };
}

static inline int
six_sweep(struct rig *r, struct err *e)
{
	struct engine_input in = { &r->job, &r->sim.port, six_links };

	return engine_run(&in, e);
}

static inline void
six_run(struct rig *r, const char *targets)
{
	struct err e;

	six_prepare(r, targets);
	if (six_sweep(r, &e) == -1)
		fail_msg("%s", e.text);
}

#endif
