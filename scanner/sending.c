/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Caps by token buckets, frames by the probes, batches for the port. */
#include "scanner/sending.h"

enum {
	LATE_US = MSEC
}; /* from a turn to the wire; longer, and others had our processor */

void
rtt_add(struct rtt *r, int64_t us)
{
	if (us < 0)
		us = 0;
	if (us > r->max_us)
		r->max_us = us;
	if (r->mean_us == 0) {
		r->mean_us = us;
		r->spread_us = us / 2;
		return;
	}
	int64_t off = us > r->mean_us ? us - r->mean_us : r->mean_us - us;
	r->spread_us += (off - r->spread_us) / 4;
	r->mean_us += (us - r->mean_us) / 8;
}

int64_t
rtt_timeout(const struct rtt *r)
{
	enum { LEAST = 50 * MSEC };

	return LEAST + r->mean_us + 4 * r->spread_us;
}

int
sending_init(struct sending *s, struct job *j, struct port *port, const uint16_t *links,
	struct err *e)
{
	struct arena *mem = j->run->scratch;
	int64_t now = clock_mono(j->run->clock);
	size_t n = j->plan.n_segments;

	*s = (struct sending){ .job = j, .port = port, .links = links };
	s->paths = arena_new_array(mem, struct path, n + 1);
	s->lanes = arena_new_array(mem, struct lane, n + 1);
	s->batch = arena_new_array(mem, struct frame, PORT_BATCH);
	if (!s->paths || !s->lanes || !s->batch)
		return err_nomem(e);
	pace_init(&s->total, j->conf->rate, now);
	pace_init(&s->arp, j->conf->arp_rate, now);
	for (size_t i = 0; i < n; i++) {
		const struct segment *segment = &j->plan.segments[i];
		rate_init(&s->lanes[i].rate, j->conf->rate, now);
		/* Without canaries the rate cannot find itself. */
		pace_init(&s->lanes[i].pace,
			j->conf->recall ? s->lanes[i].rate.now : j->conf->rate, now);
		if (segment->way != WAY_SOCKETS)
			s->paths[i] = (struct path){ .src_mac = segment->link->mac,
				.src = segment->src,
				.udp_port = j->cookie.udp_port };
	}
	return 0;
}

static bool
counts_as_arp(const struct probe *p)
{
	return p->use & USE_ONLINK;
}

static int64_t
pace_wait(struct pace *p, int64_t now)
{
	return pace_ready(p, now) ? 0 : pace_due(p, now);
}

int64_t
sending_due(struct sending *s, uint32_t segment, const struct probe *probe, int64_t now)
{
	int64_t wait = pace_wait(&s->total, now);
	int64_t lane = pace_wait(&s->lanes[segment].pace, now);
	int64_t arp = counts_as_arp(probe) ? pace_wait(&s->arp, now) : 0;

	wait = lane > wait ? lane : wait;
	return arp > wait ? arp : wait;
}

static void
take_turn(struct sending *s, uint32_t segment, const struct probe *probe)
{
	pace_take(&s->total);
	pace_take(&s->lanes[segment].pace);
	if (counts_as_arp(probe))
		pace_take(&s->arp);
	s->lanes[segment].sent++;
}

static void
build(struct frame *f, const struct probe *probe, const struct path *path,
	const struct shot *shot)
{
	struct wr w = wr_to(f->bytes, sizeof(f->bytes));

	probe->build(&w, path, shot);
	/* The guard refuses an empty frame. */
	f->size = w.bad ? 0 : (uint16_t)wr_used(&w);
}

void
sending_put(struct sending *s, const struct hearing_wave *w, uint32_t target,
	uint32_t question, int64_t now)
{
	const struct question *q = &s->job->questions.items[question];
	const struct wave *wave = targets_wave(w->targets);
	struct frame *f = &s->batch[s->n_batch];
	struct path path = s->paths[wave->segment];
	struct shot shot = { .dst = targets_addr(w->targets, target),
		.port = q->port,
		.variant = q->variant,
		.secret = q->secret };

	if (s->n_batch++ == 0)
		s->batch_us = now;
	take_turn(s, wave->segment, q->probe);
	shot.token = cookie_token(&s->job->cookie, &shot.dst, q->probe->proto, q->port);
	if (wave->way == WAY_ONLINK && targets_is_living(w->targets, target))
		path.dst_mac = *targets_mac(w->targets, target);
	f->link = s->links[wave->segment];
	build(f, q->probe, &path, &shot);
	targets_ask(w->targets, target, question, now);
}

bool
sending_is_full(const struct sending *s)
{
	return s->n_batch == PORT_BATCH;
}

int
sending_flush(struct sending *s, struct err *e)
{
	size_t n = s->n_batch;
	int rc;

	if (n == 0)
		return 0;
	s->n_batch = 0;
	rc = port_send(s->port, s->batch, n, e);
	s->job->end.sent = s->port->sent;
	int64_t now = clock_mono(s->job->run->clock);
	if (now - s->batch_us > LATE_US) {
		pace_forfeit(&s->total, now);
		pace_forfeit(&s->arp, now);
	}
	return rc;
}
