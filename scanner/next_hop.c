/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each next hop once, however many segments it leads to. */
#include "scanner/next_hop.h"

#include "scanner/source_address.h"

enum { TRIES = 6, WAIT_US = 200 * MSEC };

struct hop {
	size_t segment; /* the first that it leads to */
	struct addr addr;
	struct addr ours; /* who asks: tells the same address on two links apart, which
			   * every link-local one may be */
	struct mac mac;
	bool known;    /* the kernel tells, or it said so itself */
	bool answered; /* it said so itself */
};

struct finder {
	struct sending *s;
	bool *usable;
	struct clock *clock;
	struct hop *hops;
	size_t n;
};

static int
hear(void *arg, const uint8_t *frame, size_t n, int64_t at_us, struct err *e)
{
	struct finder *f = arg;
	struct shot who;
	struct packet p;

	(void)at_us;
	(void)e;
	if (!packet_read(&p, frame, n) || (p.kind != PACKET_ARP && p.kind != PACKET_NDP))
		return 0;
	bool is_arp = p.kind == PACKET_ARP;
	const struct probe *probe = probe_of_link(is_arp ? ADDR_IP4 : ADDR_IP6);
	const struct addr *asker = is_arp ? &p.arp.target : &p.ip.dst;
	if (probe->match(&f->s->job->cookie, &p, &who) != REPLY)
		return 0;
	for (size_t i = 0; i < f->n; i++) {
		struct hop *hop = &f->hops[i];
		if (hop->answered || !addr_equal(&hop->addr, &who.dst) ||
			!addr_equal(&hop->ours, asker))
			continue;
		hop->mac = *packet_mac(&p);
		hop->known = hop->answered = true;
	}
	return 0;
}

static int
ask(struct finder *f, const struct hop *hop, struct err *e)
{
	const struct probe *probe = probe_of_link(hop->addr.family);
	uint32_t segment = (uint32_t)hop->segment;
	struct shot shot = { .dst = hop->addr };
	struct frame frame = { .link = f->s->links[segment] };
	struct wr w = wr_to(frame.bytes, sizeof(frame.bytes));
	struct path path = f->s->paths[segment];
	int64_t wait;

	while ((wait = sending_due(f->s, segment, probe, clock_mono(f->clock))) > 0)
		if (port_receive(f->s->port, wait, hear, f, e) == -1)
			return -1;
	pace_take(&f->s->total);
	pace_take(&f->s->arp);
	path.src = hop->ours;
	probe->build(&w, &path, &shot);
	frame.size = (uint16_t)wr_used(&w);
	int rc = port_send(f->s->port, &frame, 1, e);
	f->s->job->end.sent = f->s->port->sent;
	return rc;
}

static size_t
count_silent(const struct finder *f)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n; i++)
		n += !f->hops[i].answered;
	return n;
}

static int
ask_silent(struct finder *f, struct err *e)
{
	struct job *j = f->s->job;

	for (size_t i = 0; i < f->n; i++)
		if (!f->hops[i].answered && ask(f, &f->hops[i], e) == -1)
			return -1;
	int64_t until = clock_mono(f->clock) + WAIT_US, now;
	while (count_silent(f) && !job_stopped(j) &&
		(now = clock_mono(f->clock)) < until)
		if (port_receive(f->s->port, until - now, hear, f, e) == -1)
			return -1;
	return 0;
}

static struct hop *
find(const struct finder *f, size_t segment)
{
	const struct segment *s = &f->s->job->plan.segments[segment];

	for (size_t i = 0; i < f->n; i++)
		if (f->s->links[f->hops[i].segment] == f->s->links[segment] &&
			addr_equal(&f->hops[i].addr, &s->next_hop))
			return &f->hops[i];
	return NULL;
}

/* A link-local router may know no way back to anything but a link-local address. */
static struct addr
asker_of(const struct finder *f, const struct segment *s)
{
	struct addr local = { 0 };

	if (s->next_hop.family == ADDR_IP6 && addr_is_link_local(&s->next_hop))
		local = source_link_local(f->s->job->conf->net, s->link->index);
	return addr_is_set(&local) ? local : s->src;
}

static int
list(struct finder *f, struct err *e)
{
	const struct job *j = f->s->job;

	f->hops = arena_new_array(j->run->scratch, struct hop, j->plan.n_segments + 1);
	if (!f->hops)
		return err_nomem(e);
	for (size_t i = 0; i < j->plan.n_segments; i++) {
		const struct segment *s = &j->plan.segments[i];
		if (s->way != WAY_ROUTED || iprange_is_empty(s->targets) || find(f, i))
			continue;
		const struct host_neigh *n = host_neigh_find(
			j->conf->net, s->link->index, &s->next_hop);
		f->hops[f->n++] = (struct hop){ .segment = i,
			.addr = s->next_hop,
			.ours = asker_of(f, s),
			.mac = n ? n->mac : (struct mac){ { 0 } },
			.known = n != NULL };
	}
	return 0;
}

static void
settle(const struct finder *f)
{
	struct job *j = f->s->job;

	for (size_t i = 0; i < j->plan.n_segments; i++) {
		const struct segment *s = &j->plan.segments[i];
		const struct hop *hop = s->way == WAY_ROUTED ? find(f, i) : NULL;
		u128 n = iprange_count(s->targets);
		char text[ADDR_TEXT_MAX];
		f->usable[i] = !hop || hop->known;
		f->s->lanes[i].doubtful = hop && !hop->answered;
		if (hop)
			f->s->paths[i].dst_mac = hop->mac;
		if (!f->s->lanes[i].doubtful || job_stopped(j))
			continue;
		job_reason(j, "next-hop-silent", addr_print(&s->next_hop, text),
			f->usable[i]
				? "The next hop does not answer; it was tried by the MAC that the "
				  "kernel remembers, and nobody behind it counts as down"
				: "The next hop does not tell its MAC, so what lies behind it was "
				  "not asked",
			n > UINT64_MAX ? UINT64_MAX : (uint64_t)n);
	}
}

int
next_hop_find_all(struct sending *s, bool *usable, struct err *e)
{
	struct job *j = s->job;
	struct finder f = { .s = s, .usable = usable, .clock = j->run->clock };

	/* Without a question for routed addresses no next hop is needed. */
	if (j->questions.routed.n && list(&f, e) == -1)
		return -1;
	for (int i = 0; i < TRIES && count_silent(&f) && !job_stopped(j); i++)
		if (ask_silent(&f, e) == -1)
			return -1;
	settle(&f);
	return 0;
}
