/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Echo requests to all nodes of a link (RFC 4291 §2.7.1, RFC 4443 §4.1).  An answer proves
 * itself by the token of the group and the link, and by the address that it comes to.
 */
#include "scanner/multicast.h"

#include <stdlib.h>

#include "scanner/source_address.h"

enum {
	TRIES = 3,
	QUIET_US = 300 * MSEC, /* after the last answer */
	SOURCES_MAX = 256,     /* questions of one round: links times prefixes */
	HOP_LIMIT = 1,         /* it must not leave the link, and cannot */
	/* Found twice is noticed only when room ends: there is room for as many again. */
	ROOM = 2 * MULTICAST_FOUND_MAX,
};

static const struct addr all_nodes = { ADDR_IP6, { 0xff, 2, [15] = 1 } };

/* One question: from this address on this link. */
struct asker {
	const struct host_link *link;
	uint16_t port_link;
	struct addr src;
	uint64_t token;
};

struct seeker {
	struct sending *sending;
	struct clock *clock;
	struct asker askers[SOURCES_MAX];
	size_t n_askers;
	struct addr *found;
	size_t n_found;
	bool cut; /* there were more */
	int64_t last_us;
};

/* --- whom and from where ------------------------------------------------------------------- */

static void
add_asker(struct seeker *s, size_t segment, const struct addr *src)
{
	const struct job *j = s->sending->job;
	uint16_t link = s->sending->links[segment];

	if (!addr_is_set(src) || s->n_askers == SOURCES_MAX)
		return;
	for (size_t i = 0; i < s->n_askers; i++)
		if (s->askers[i].port_link == link && addr_equal(&s->askers[i].src, src))
			return;
	s->askers[s->n_askers++] = (struct asker){ j->plan.segments[segment].link, link,
		*src, cookie_token(&j->cookie, &all_nodes, IP_ICMP6, link) };
}

/* Is any address of the range in the prefix of ours? */
static bool
prefix_touches(const struct host_addr *a, const struct iprange *range)
{
	for (size_t i = 0; i < iprange_n_runs(range); i++) {
		struct iprange_run r = iprange_get_run(range, i);
		bool around = addr_cmp(&r.first, &a->addr) <= 0 &&
			addr_cmp(&a->addr, &r.last) <= 0;
		if (around || addr_in_prefix(&r.first, &a->addr, a->bits) ||
			addr_in_prefix(&r.last, &a->addr, a->bits))
			return true;
	}
	return false;
}

static void
list_askers(struct seeker *s)
{
	const struct job *j = s->sending->job;
	const struct host_net *net = j->conf->net;

	for (size_t i = 0; i < j->plan.n_segments; i++) {
		const struct segment *seg = &j->plan.segments[i];
		if (!seg->sought)
			continue;
		struct addr local = source_link_local(net, seg->link->index);
		add_asker(s, i, &local);
		add_asker(s, i, &seg->src);
		for (size_t k = 0; k < net->n_addrs; k++) {
			const struct host_addr *a = &net->addrs[k];
			if (a->link == seg->link->index && !a->tentative &&
				a->addr.family == ADDR_IP6 &&
				prefix_touches(a, seg->range))
				add_asker(s, i, &a->addr);
		}
	}
}

/* --- what is found ------------------------------------------------------------------------- */

static int
by_address(const void *a, const void *b)
{
	return addr_cmp(a, b);
}

/* Each once; no more than may be found. */
static void
compact(struct seeker *s)
{
	size_t n = 0;

	qsort(s->found, s->n_found, sizeof(*s->found), by_address);
	for (size_t i = 0; i < s->n_found; i++)
		if (n == 0 || !addr_equal(&s->found[n - 1], &s->found[i]))
			s->found[n++] = s->found[i];
	s->cut |= n > MULTICAST_FOUND_MAX;
	s->n_found = n > MULTICAST_FOUND_MAX ? MULTICAST_FOUND_MAX : n;
}

static void
note(struct seeker *s, const struct addr *a, uint16_t link)
{
	const struct plan *plan = &s->sending->job->plan;

	for (size_t i = 0; i < plan->n_segments; i++) {
		const struct segment *seg = &plan->segments[i];
		if (!seg->sought || s->sending->links[i] != link ||
			!iprange_contains(seg->range, a))
			continue;
		if (s->n_found == ROOM)
			compact(s);
		s->found[s->n_found++] = *a;
		return;
	}
}

/* Most hosts have the same interface identifier in all prefixes (RFC 4862 §5.5.3 with RFC 2464
 * §4); so whoever answers from its link-local address may have that one in ours too. */
static void
note_siblings(struct seeker *s, const struct addr *a, uint16_t link)
{
	static const struct addr local = { ADDR_IP6, { 0xfe, 0x80 } };

	if (!addr_in_prefix(a, &local, 64))
		return;
	for (size_t i = 0; i < s->n_askers; i++) {
		struct addr sibling = s->askers[i].src;
		if (s->askers[i].port_link != link || addr_is_link_local(&sibling))
			continue;
		for (size_t k = 8; k < 16; k++)
			sibling.bytes[k] = a->bytes[k];
		note(s, &sibling, link);
	}
}

static bool
answers(const struct asker *a, const struct packet *p)
{
	struct rd data = rd_from(p->icmp.echo.data, p->icmp.echo.size);

	return addr_equal(&p->ip.dst, &a->src) &&
		p->icmp.echo.id == cookie_id(a->token) && rd_be64(&data) == a->token &&
		!data.bad;
}

static int
hear(void *arg, const uint8_t *frame, size_t n, int64_t at_us, struct err *e)
{
	struct seeker *s = arg;
	struct packet p;

	(void)at_us;
	(void)e;
	if (!packet_read(&p, frame, n) || p.kind != PACKET_ICMP ||
		p.ip.src.family != ADDR_IP6 || p.icmp.type != ICMP6_ECHO_REPLY)
		return 0;
	for (size_t i = 0; i < s->n_askers; i++) {
		const struct asker *a = &s->askers[i];
		if (!answers(a, &p))
			continue;
		s->last_us = clock_mono(s->clock);
		note(s, &p.ip.src, a->port_link);
		note_siblings(s, &p.ip.src, a->port_link);
		break;
	}
	return 0;
}

/* --- asking --------------------------------------------------------------------------------- */

static void
write_question(struct frame *f, const struct asker *a)
{
	struct wr w = wr_to(f->bytes, sizeof(f->bytes));
	struct path path = { .src_mac = a->link->mac,
		.dst_mac = ndp_group_mac(&all_nodes) };
	struct ip ip = {
		.src = a->src, .dst = all_nodes, .proto = IP_ICMP6, .ttl = HOP_LIMIT
	};
	uint8_t payload[8];
	struct wr data = wr_to(payload, sizeof(payload));
	struct icmp_echo echo = { cookie_id(a->token), 1, payload, sizeof(payload) };

	wr_be64(&data, a->token);
	probe_write_ip(&w, &path, &ip, ICMP_HEAD + sizeof(payload));
	icmp_write_echo(&w, &ip, &echo);
	/* The guard refuses an empty frame. */
	f->size = w.bad ? 0 : (uint16_t)wr_used(&w);
}

static int
ask(struct seeker *s, const struct asker *a, struct err *e)
{
	struct sending *out = s->sending;
	struct frame frame = { .link = a->port_link };

	for (;;) {
		int64_t now = clock_mono(s->clock);
		if (pace_ready(&out->total, now) > 0)
			break;
		if (port_receive(out->port, pace_due(&out->total, now), hear, s, e) ==
			-1)
			return -1;
	}
	pace_take(&out->total);
	write_question(&frame, a);
	int rc = port_send(out->port, &frame, 1, e);
	out->job->end.sent = out->port->sent;
	return rc;
}

static int
wait_for_answers(struct seeker *s, struct err *e)
{
	int64_t longest = s->sending->job->conf->wait_ms * MSEC;
	int64_t asked = clock_mono(s->clock), now = asked;

	s->last_us = asked;
	while (!job_stopped(s->sending->job)) {
		int64_t until = s->last_us + QUIET_US;
		if (until > asked + longest)
			until = asked + longest;
		if (now >= until)
			break;
		if (port_receive(s->sending->port, until - now, hear, s, e) == -1)
			return -1;
		now = clock_mono(s->clock);
	}
	return 0;
}

static int
ask_all(struct seeker *s, struct err *e)
{
	struct job *j = s->sending->job;

	for (int try = 0; s->n_askers && try < TRIES && !job_stopped(j); try++) {
		for (size_t i = 0; i < s->n_askers && !job_stopped(j); i++)
			if (ask(s, &s->askers[i], e) == -1)
				return -1;
		if (wait_for_answers(s, e) == -1)
			return -1;
	}
	return 0;
}

/* --- the result ----------------------------------------------------------------------------- */

/* A replay must know what of large ranges was asked. */
static int
record(const struct seeker *s, struct err *e)
{
	const struct job *j = s->sending->job;
	struct sb text;
	int rc = 0;

	if (!s->sending->port->capture || j->n_waves == j->n_planned)
		return 0;
	sb_init(&text, CAPTURE_NOTES_MAX);
	for (size_t i = 0; i < j->plan.n_segments; i++) {
		const struct segment *seg = &j->plan.segments[i];
		if (!seg->range || iprange_is_empty(seg->targets))
			continue;
		sb_add(&text, text.len ? "," : "");
		iprange_print(seg->targets, &text);
	}
	if (text.bad)
		rc = err_nomem(e);
	else
		capture_write_note(s->sending->port->capture, NOTE_FOUND, text.text,
			text.len, clock_wall(s->clock));
	sb_done(&text);
	return rc;
}

static int
add_found(struct seeker *s, struct err *e)
{
	struct job *j = s->sending->job;
	const struct iprange *found = NULL;

	if (s->n_found)
		compact(s);
	struct iprange_run *runs = calloc(s->n_found + 1, sizeof(*runs));
	if (!runs)
		return err_nomem(e);
	for (size_t i = 0; i < s->n_found; i++)
		runs[i] = (struct iprange_run){ s->found[i], s->found[i] };
	found = iprange_from_runs(runs, s->n_found, j->run->scratch);
	free(runs);
	if (!found)
		return err_nomem(e);
	if (s->cut)
		job_reason(j, "multicast-too-many", "",
			"More than 65536 addresses answered to multicast; the others were "
			"not asked",
			0);
	return job_add_found(j, found, e) == -1 ? -1 : record(s, e);
}

static bool
has_large_range(const struct plan *plan)
{
	for (size_t i = 0; i < plan->n_segments; i++)
		if (plan->segments[i].range)
			return true;
	return false;
}

int
multicast_seek(struct sending *sending, struct err *e)
{
	struct seeker *s;
	int rc = -1;

	if (!has_large_range(&sending->job->plan))
		return 0;
	if (!(s = calloc(1, sizeof(*s))))
		return err_nomem(e);
	s->sending = sending;
	s->clock = sending->job->run->clock;
	list_askers(s);
	if (s->n_askers && !(s->found = reallocarray(NULL, ROOM, sizeof(*s->found))))
		err_nomem(e);
	else if (ask_all(s, e) == 0)
		rc = add_found(s, e);
	free(s->found);
	free(s);
	return rc;
}
