/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads a capture file from start to end; nothing in it is trusted. */
#include "scanner/replay.h"

#include "scanner/capture.h"
#include "scanner/job.h"
#include "scanner/recording.h"

struct replay {
	struct job job;
	struct sweep_conf conf;
	struct sb settings, found;
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
		.living_ports = rec.living_ports,
		.n_living_ports = rec.n_living_ports,
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

/* A segment has one wave at a time; the next one ends it. */
static struct hearing_wave *
wave_of_segment(struct replay *r, uint32_t segment)
{
	for (size_t i = 0; i < HEARING_WAVES_MAX; i++) {
		struct hearing_wave *w = &r->job.hearing.waves[i];
		if (w->targets && targets_wave(w->targets)->segment == segment)
			return w;
	}
	return NULL;
}

static int
take_found(struct replay *r, const struct capture_frame *f, struct err *e)
{
	sb_add_n(&r->found, (const char *)f->bytes, f->n);
	if (r->found.bad)
		return err_set(e, ERR_PROTO, "found addresses above %d bytes",
			CAPTURE_NOTES_MAX);
	return 0;
}

/* All of what multicast found is there when the first wave begins. */
static int
add_found(struct replay *r, struct err *e)
{
	const char *text = r->found.text;
	struct iprange *found;

	if (r->found.len == 0)
		return 0;
	if (iprange_parse(&text, 1, NULL, r->job.run->scratch, &found, e) == -1)
		return -1;
	sb_clear(&r->found);
	return job_add_found(&r->job, found, e);
}

static int
end_wave(struct replay *r, struct hearing_wave *w, struct err *e)
{
	/* A recording that was cut off says nothing of what it held back. */
	if (hearing_decide(&r->job.hearing, w, e) == -1)
		return -1;
	job_end_wave(&r->job, w);
	return 0;
}

static int
end_all_waves(struct replay *r, struct err *e)
{
	for (size_t i = 0; i < HEARING_WAVES_MAX; i++)
		if (r->job.hearing.waves[i].targets &&
			end_wave(r, &r->job.hearing.waves[i], e) == -1)
			return -1;
	return 0;
}

static int
judge_wave(struct replay *r, enum capture_note note, struct hearing_wave *w, bool last,
	struct err *e)
{
	switch (note) {
	case NOTE_RIPEN: hearing_ripen(w); return 0;
	case NOTE_CLEAR: return hearing_clear(&r->job.hearing, w, e);
	case NOTE_JUDGE: return hearing_judge(&r->job.hearing, w, last, e);
	case NOTE_DECIDE: return hearing_decide(&r->job.hearing, w, e);
	case NOTE_SETTINGS:
	case NOTE_FOUND:
	case NOTE_WAVE: break;
	}
	return 0;
}

/* A wave begins, or what was heard of it is judged. */
static int
take_wave_note(struct replay *r, const struct capture_frame *f, struct err *e)
{
	struct rd rd = rd_from(f->bytes, f->n);
	size_t number = rd_be32(&rd);
	bool last = rd_u8(&rd);

	if (add_found(r, e) == -1)
		return -1;
	if (rd.bad || number >= r->job.n_waves)
		return err_set(e, ERR_PROTO, "there is no wave %zu", number);
	struct hearing_wave *w = wave_of_segment(r, r->job.waves[number].segment);
	if (f->note != NOTE_WAVE)
		return w ? judge_wave(r, f->note, w, last, e) : 0;
	if (w && end_wave(r, w, e) == -1)
		return -1;
	return job_begin_wave(&r->job, number, e) ? 0 : -1;
}

static bool
is_source(const struct replay *r, const struct addr *a)
{
	for (size_t i = 0; i < r->job.plan.n_segments; i++)
		if (addr_equal(&r->job.plan.segments[i].src, a))
			return true;
	/* Next hops and groups are asked from there, whatever the targets are. */
	return a->family == ADDR_IP6 && addr_is_link_local(a);
}

static bool
is_echo(const struct packet *p)
{
	return p->icmp.type == (p->ip.src.family == ADDR_IP6 ? ICMP6_ECHO : ICMP_ECHO);
}

static bool
is_timestamp(const struct packet *p)
{
	return p->ip.src.family == ADDR_IP4 && p->icmp.type == ICMP_TIMESTAMP;
}

/* Did we send it?  It has our address, which anybody may claim, and it asks, which nothing
 * does that the filter lets in. */
static bool
is_ours(const struct replay *r, const struct packet *p)
{
	switch (p->kind) {
	case PACKET_ARP:
		return p->arp.op == ARP_REQUEST && is_source(r, &p->arp.sender);
	case PACKET_NDP:
		return p->ndp.type == NDP_SOLICITATION && is_source(r, &p->ip.src);
	case PACKET_ICMP:
		return (is_echo(p) || is_timestamp(p)) && is_source(r, &p->ip.src);
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
	case PACKET_NDP:
	case PACKET_ICMP:
	case PACKET_ERROR: break;
	}
	return 0;
}

/* The address that a question is about. */
static const struct addr *
address_asked(const struct packet *p)
{
	switch (p->kind) {
	case PACKET_ARP: return &p->arp.target;
	case PACKET_NDP: return &p->ndp.target;
	case PACKET_TCP:
	case PACKET_UDP:
	case PACKET_ICMP:
	case PACKET_ERROR: break;
	}
	return &p->ip.dst;
}

/* What a probe of this packet has as its proto. */
static uint8_t
proto_asked(const struct packet *p)
{
	if (p->kind == PACKET_ARP || p->kind == PACKET_NDP)
		return 0;
	return p->kind == PACKET_ICMP ? IP_ICMP : p->ip.proto;
}

static void
note_question(struct replay *r, const struct packet *p, int64_t at_us)
{
	const struct addr *to = address_asked(p);
	uint32_t target, question;
	struct targets *t = NULL;

	r->job.end.sent++;
	for (size_t i = 0; i < HEARING_WAVES_MAX && !t; i++) {
		t = r->job.hearing.waves[i].targets;
		t = t && targets_find(t, to, &target) ? t : NULL;
	}
	for (size_t i = 0; t && probes[i]; i++) {
		struct shot who = { .port = port_asked(p) };
		if (probes[i]->proto == proto_asked(p) &&
			probe_speaks(probes[i], to->family) &&
			(!probes[i]->asks || probes[i]->asks(p, &who)) &&
			questions_find_variant(
				&r->job.questions, probes[i], &who, &question))
			targets_ask(t, target, question, at_us);
	}
}

static int
take_packet(struct replay *r, const struct capture_frame *f, struct err *e)
{
	struct answer ignored;
	struct packet p;

	if (packet_read(&p, f->bytes, f->n) && is_ours(r, &p)) {
		note_question(r, &p, f->at_us);
		return 0;
	}
	return hearing_frame(
		&r->job.hearing, f->bytes, f->n, f->at_us, f->at_us, &ignored, e);
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
		return f->note == NOTE_FOUND ? take_found(r, f, e)
					     : take_wave_note(r, f, e);
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
	if (!r->ready)
		return get_ready(r, run, e);
	return more ? 0 : end_all_waves(r, e);
}

int
replay_run(FILE *file, const struct source_run *run, struct run_end *end, struct err *e)
{
	struct capture_reader *c = NULL;
	struct replay r = { .ready = false };
	int rc = -1;

	sb_init(&r.settings, CAPTURE_NOTES_MAX);
	sb_init(&r.found, CAPTURE_NOTES_MAX);
	if (capture_reader_new(&c, file, e) == -1)
		goto out;
	rc = take_all(&r, c, run, e);
	job_end_all_waves(&r.job);
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
	sb_done(&r.found);
	return rc;
}
