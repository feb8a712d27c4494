/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads a capture file from start to end; nothing in it is trusted. */
#include "scanner/replay.h"

#include "scanner/capture.h"
#include "scanner/job.h"
#include "scanner/recording.h"

struct replay {
	struct job job;
	struct sweep_conf conf;
	struct sb settings;
	bool ready; /* the settings are complete */
};

static int
take_settings(struct replay *r, const struct capture_frame *f, struct err *e)
{
	if (r->ready)
		return err_set(e, ERR_PROTO, "settings after the first packet");
	sb_add_n(&r->settings, (const char *)f->bytes, f->n);
	if (r->settings.bad)
		return err_set(
			e, ERR_PROTO, "settings above %d bytes", CAPTURE_NOTES_MAX);
	return 0;
}

/* The first frame that is no setting: everything is known now. */
static int
get_ready(struct replay *r, const struct source_run *run, struct err *e)
{
	struct job *j = &r->job;
	struct recording rec;

	if (recording_parse(r->settings.text, r->settings.len, run->scratch, &rec, e) ==
		-1)
		return -1;
	r->conf = (struct sweep_conf){ .probes = rec.probes,
		.ports = rec.ports,
		.communities = rec.communities,
		.identify = rec.identify };
	j->plan = rec.plan;
	if (job_prepare(j, run, &r->conf, e) == -1)
		return -1;
	j->cookie = rec.cookie;
	for (size_t i = 0; i < j->plan.n_own; i++)
		if (hearing_own(&j->hearing, &j->plan.own[i], rec.started, e) == -1)
			return -1;
	r->ready = true;
	return 0;
}

static int
begin_wave(struct replay *r, const struct capture_frame *f, struct err *e)
{
	struct rd rd = rd_from(f->bytes, f->n);
	size_t wave = rd_be32(&rd);

	if (rd.bad || wave >= r->job.n_waves)
		return err_set(e, ERR_PROTO, "there is no wave %zu", wave);
	job_end_wave(&r->job);
	return job_begin_wave(&r->job, wave, e);
}

static bool
is_source(const struct replay *r, const struct addr *a)
{
	for (size_t i = 0; i < r->job.plan.n_segments; i++)
		if (addr_equal(&r->job.plan.segments[i].src, a))
			return true;
	return false;
}

/* Did we send it?  It has our address, which anybody may claim, and it asks, which nothing
 * does that the filter lets in. */
static bool
is_ours(const struct replay *r, const struct packet *p)
{
	switch (p->kind) {
	case PACKET_ARP:
		return p->arp.op == ARP_REQUEST && is_source(r, &p->arp.sender);
	case PACKET_ICMP:
		return (p->icmp.type == ICMP_ECHO || p->icmp.type == ICMP_TIMESTAMP) &&
			is_source(r, &p->ip.src);
	case PACKET_TCP: return !(p->tcp.flags & TCP_ACK) && is_source(r, &p->ip.src);
	case PACKET_UDP:
		return p->udp.src_port == r->job.cookie.udp_port &&
			is_source(r, &p->ip.src);
	case PACKET_ERROR: break;
	}
	return false;
}

/* Where a packet goes, as far as a question is known by it. */
static uint16_t
port_asked(const struct packet *p)
{
	switch (p->kind) {
	case PACKET_TCP: return p->tcp.dst_port;
	case PACKET_UDP: return p->udp.dst_port;
	case PACKET_ARP:
	case PACKET_ICMP:
	case PACKET_ERROR: break;
	}
	return 0;
}

static void
note_question(struct replay *r, const struct packet *p, int64_t at_us)
{
	struct targets *t = r->job.hearing.targets;
	bool is_arp = p->kind == PACKET_ARP;
	const struct addr *to = is_arp ? &p->arp.target : &p->ip.dst;
	uint32_t target, question;

	r->job.end.sent++;
	if (!t || !targets_find(t, to, &target))
		return;
	for (size_t i = 0; probes[i]; i++) {
		struct shot who = { .port = port_asked(p) };
		if (probes[i]->proto != (is_arp ? 0 : p->ip.proto))
			continue;
		/* Which of the variants it was is for the answer to say. */
		for (; questions_find_variant(
			     &r->job.questions, probes[i], &who, &question);
			who.variant++)
			targets_ask(t, target, question, at_us);
	}
}

static int
take_packet(struct replay *r, const struct capture_frame *f, struct err *e)
{
	struct packet p;

	if (packet_read(&p, f->bytes, f->n) && is_ours(r, &p)) {
		note_question(r, &p, f->at_us);
		return 0;
	}
	return hearing_frame(&r->job.hearing, f->bytes, f->n, f->at_us, f->at_us, e);
}

static int
take_frame(struct replay *r, const struct source_run *run,
	const struct capture_frame *f, struct err *e)
{
	if (f->is_note && f->note == NOTE_SETTINGS)
		return take_settings(r, f, e);
	if (!r->ready && get_ready(r, run, e) == -1)
		return -1;
	if (f->is_note)
		return begin_wave(r, f, e);
	return take_packet(r, f, e);
}

static int
take_all(struct replay *r, struct capture_reader *c, const struct source_run *run,
	struct err *e)
{
	struct capture_frame f;
	bool more = true;

	while (!(run->stop && *run->stop)) {
		if (capture_read(c, &f, &more, e) == -1)
			return -1;
		if (!more)
			break;
		if (take_frame(r, run, &f, e) == -1)
			return -1;
	}
	r->job.end.interrupted = more;
	/* A sweep that sent nothing has settings and no more. */
	return r->ready ? 0 : get_ready(r, run, e);
}

int
replay_run(FILE *file, const struct source_run *run, struct run_end *end, struct err *e)
{
	struct capture_reader *c = NULL;
	struct replay r = { .ready = false };
	int rc = -1;

	sb_init(&r.settings, CAPTURE_NOTES_MAX);
	if (capture_reader_new(&c, file, e) == -1)
		goto out;
	rc = take_all(&r, c, run, e);
	job_end_wave(&r.job);
	if (!r.ready)
		goto out;
	hearing_report(&r.job.hearing, run->monitor);
	r.job.end.answered = r.job.hearing.answered;
	r.job.end.found = r.job.hearing.found;
	r.job.end.error = rc == -1 ? e->text : NULL;
	*end = r.job.end;
	rc = 0;
out:
	capture_reader_free(c);
	sb_done(&r.settings);
	return rc;
}
