/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The source "sweep": settings, preview, and the order in which its parts work.  Everything
 * that needs rights is opened first, then the sandbox is entered, then packets are read.
 */
#include "scanner/sweep.h"
#include "scanner/sample.h"

#include <stdio.h>

#include "base/log.h"
#include "host/sandbox.h"
#include "scanner/engine.h"
#include "scanner/port_links.h"
#include "scanner/recording.h"
#include "scanner/replay.h"
#include "scanner/socket_path.h"

LOG_TAG("sweep");

#define AT(field) offsetof(struct sweep_conf, field)

const struct opt sweep_opts[] = {
	{ .name = "scan.probe",
		.type = OPT_LIST,
		.at = AT(probes),
		.arg = "NAME",
		.help = "Ask by these probes only: arp, ndp, icmp-echo, icmp-timestamp, "
			"tcp-syn, nbns, mdns, snmp (on-link addresses are found by ARP or "
			"NDP in any case)" },
	{ .name = "scan.ports",
		.letter = 'p',
		.type = OPT_LIST,
		.at = AT(ports),
		.arg = "PORTS",
		.help = "Ask the living for these TCP ports too (22,80-90); with --probe "
			"tcp-syn, find them by these" },
	{ .name = "scan.identify",
		.type = OPT_BOOL,
		.at = AT(identify),
		.value = "yes",
		.help = "Ask those that were found who they are" },
	{ .name = "scan.multicast",
		.type = OPT_BOOL,
		.at = AT(multicast),
		.value = "yes",
		.help = "Seek in IPv6 ranges above 65,536 addresses by asking ff02::1 on "
			"their links" },
	{ .name = "scan.recall",
		.type = OPT_PERCENT,
		.at = AT(recall),
		.min = 0,
		.max = 999999,
		.value = "99.9",
		.help = "Find this share of what lives: ask the silent again as often as the "
			"measured loss requires; 0 measures nothing and asks --rounds times" },
	{ .name = "scan.sample",
		.type = OPT_PERCENT,
		.at = AT(sample),
		.min = 0,
		.max = 500000,
		.value = "0",
		.help = "Ask this share of each /24 first, and the rest only where one "
			"answers; what was skipped is told; 0 asks all" },
	{ .name = "scan.snmp_community",
		.type = OPT_LIST,
		.at = AT(communities),
		.arg = "COMMUNITY",
		.flags = OPT_PRIVATE | OPT_NO_SPLIT,
		.help = "Ask by SNMP v2c with each of these communities, at most 8; the "
			"network and --packets-to see them in the clear" },
	{ .name = "scan.rounds",
		.type = OPT_INT,
		.at = AT(rounds),
		.min = 1,
		.max = 99,
		.value = "10",
		.help = "Ask a silent address at most this many times" },
	{ .name = "scan.wait",
		.type = OPT_MSEC,
		.at = AT(wait_ms),
		.min = 10,
		.max = 60000,
		.value = "1000",
		.unit = "ms",
		.help = "Wait at most this long for the last answers of a round" },
	{ .name = "scan.rate",
		.letter = 'r',
		.type = OPT_INT,
		.at = AT(rate),
		.min = 1,
		.max = 10000000,
		.value = "10000",
		.unit = "packets/s",
		.help = "Send at most this many packets each second; the network may set less" },
	{ .name = "scan.host_rate",
		.type = OPT_INT,
		.at = AT(host_rate),
		.min = 1,
		.max = 1000000,
		.value = "40",
		.unit = "packets/s",
		.help = "Send each host at most this many packets each second" },
	{ .name = "scan.arp_rate",
		.type = OPT_INT,
		.at = AT(arp_rate),
		.min = 1,
		.max = 10000000,
		.value = "1000",
		.unit = "packets/s",
		.help = "Send at most this many ARP requests and neighbour solicitations each "
			"second" },
	{ .name = "scan.interface",
		.letter = 'i',
		.type = OPT_LIST,
		.at = AT(interfaces),
		.arg = "NAME",
		.help = "Use only routes through these interfaces" },
	{ .name = "scan.unprivileged",
		.type = OPT_BOOL,
		.at = AT(unprivileged),
		.value = "no",
		.help = "Ask by ordinary sockets only, which needs no rights and finds less" },
	{ .name = "scan.packets_to",
		.type = OPT_STR,
		.at = AT(packets_to),
		.arg = "FILE",
		.flags = OPT_CLI_ONLY,
		.help = "Record every packet sent and heard in this pcap file" },
	{ .name = "scan.packets_from",
		.type = OPT_STR,
		.at = AT(packets_from),
		.arg = "FILE",
		.flags = OPT_CLI_ONLY,
		.help = "Send nothing: hear again what a recorded sweep heard of the targets" },
	{ .name = NULL },
};

static const struct opt_table sweep_tables[] = {
	{ "Sweep", sweep_opts, 0 },
	{ .rows = NULL },
};

static int
make_plan(const struct sweep_conf *conf, struct arena *mem, struct plan *out,
	struct err *e)
{
	struct plan_input in = { .targets = conf->targets,
		.net = conf->net,
		.interfaces = &conf->interfaces,
		.sockets_only = conf->unprivileged,
		.multicast = conf->multicast,
		.named = conf->named };

	return plan_make(&in, mem, out, e);
}

/* --- preview -------------------------------------------------------------------------- */

static u128
product(u128 a, u128 b)
{
	return a && b > UINT64_MAX / a ? UINT64_MAX : a * b;
}

static u128
sum(u128 a, u128 b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* n packets at a rate, in microseconds. */
static u128
lasts(u128 n, int64_t rate)
{
	return product(n, (u128)SECOND) / (uint64_t)rate;
}

/* How many packets ask these questions once, of all on the link or of all others; of a
 * sample, when nobody answers. */
static u128
packets_of(const struct plan *plan, const struct questions *q,
	const struct question_list *list, const struct sample *sample, bool onlink)
{
	static const enum addr_family families[] = { ADDR_IP4, ADDR_IP6 };
	u128 total = 0, spoken;

	for (size_t f = 0; f < 2; f++) {
		spoken = 0;
		for (size_t i = 0; i < list->n; i++)
			spoken += !q->items[list->items[i]].unlikely &&
				probe_speaks(
					q->items[list->items[i]].probe, families[f]);
		for (size_t i = 0; i < plan->n_segments; i++)
			if ((plan->segments[i].way == WAY_ONLINK) == onlink)
				total = sum(total,
					product(sample_least(sample,
							plan->segments[i].targets,
							families[f]),
						spoken));
	}
	return total;
}

/* At the rates set, with a wait for answers so many times. */
static int64_t
takes(const struct sweep_conf *conf, u128 arps, u128 others, u128 waits)
{
	int64_t arp_rate = conf->arp_rate < conf->rate ? conf->arp_rate : conf->rate;
	u128 time = sum(lasts(arps, arp_rate), lasts(others, conf->rate));

	time = sum(time, product((u128)conf->wait_ms * MSEC, waits));
	return time > INT64_MAX ? INT64_MAX : (int64_t)time;
}

/* Where nobody answers, only the sample is asked. */
static void
preview_sample(const struct sweep_conf *conf, const struct plan *plan,
	const struct questions *q, struct sweep_preview *out)
{
	static const uint8_t any_key[16];
	struct sample sample = sample_make(conf->sample, any_key);
	u128 arps = packets_of(plan, q, &q->onlink, &sample, true);
	u128 found = packets_of(plan, q, &q->routed, &sample, false);

	out->least_packets = (uint64_t)sum(arps, found);
	out->least_us = takes(conf, arps, found, 1);
}

enum { USUAL_ROUNDS = 2 }; /* a network of few hosts shows only so that it is clean */

int
sweep_preview(const struct sweep_conf *conf, struct arena *mem,
	struct sweep_preview *out, struct err *e)
{
	struct question_input in = { .probes = &conf->probes,
		.ports = &conf->ports,
		.identify = conf->identify,
		.secrets = &conf->communities,
		.living_ports = conf->living_ports,
		.n_living_ports = conf->identify ? conf->n_living_ports : 0 };
	struct questions q;
	struct plan plan;

	if (make_plan(conf, mem, &plan, e) == -1 ||
		questions_make(&in, mem, &q, e) == -1)
		return -1;
	u128 rounds = conf->recall && conf->rounds > USUAL_ROUNDS ? USUAL_ROUNDS
								  : (u128)conf->rounds;
	const struct sample all = { .of_256 = 0 };
	u128 arps = product(packets_of(&plan, &q, &q.onlink, &all, true), rounds);
	u128 found = product(packets_of(&plan, &q, &q.routed, &all, false), rounds);
	u128 living = product(sum(packets_of(&plan, &q, &q.living, &all, true),
				      packets_of(&plan, &q, &q.living, &all, false)),
		rounds);

	*out = (struct sweep_preview){ .targets = plan.targets,
		.onlink = plan.onlink,
		.routed = plan.routed,
		.local = plan.by_sockets + plan.n_own,
		.unroutable = plan.unroutable,
		.skipped = plan.skipped,
		.sought = plan.sought,
		.packets = (uint64_t)sum(arps, sum(found, living)),
		.duration_us = takes(conf, arps, sum(found, living), 2 * rounds) };
	if (conf->sample)
		preview_sample(conf, &plan, &q, out);
	return 0;
}

/* --- the run -------------------------------------------------------------------------- */

struct sweep {
	struct job job;
	const struct sweep_conf *conf;
	struct port *port; /* NULL: no packets */
	struct socket_path *sockets;
	struct guard guard;
	uint16_t *links; /* by segment */
	bool packets, by_sockets;
};

static FILE *
open_file(const char *path, const char *mode, struct err *e)
{
	FILE *f = fopen(path, mode);

	if (!f)
		err_sys(e, "open %s", path);
	return f;
}

/* Each link of the plan once, and its number for each segment. */
static int
list_links(struct sweep *s, const struct host_link ***out, size_t *n_out, struct err *e)
{
	const struct plan *plan = &s->job.plan;
	struct arena *mem = s->job.run->scratch;
	const struct host_link **links = arena_new_array(
		mem, const struct host_link *, plan->n_segments + 1);
	size_t n = 0;

	s->links = arena_new_array(mem, uint16_t, plan->n_segments + 1);
	if (!links || !s->links)
		return err_nomem(e);
	for (size_t i = 0; i < plan->n_segments; i++) {
		size_t at = 0;
		if (plan->segments[i].way == WAY_SOCKETS)
			continue;
		while (at < n && links[at] != plan->segments[i].link)
			at++;
		if (at == n)
			links[n++] = plan->segments[i].link;
		s->links[i] = (uint16_t)at;
	}
	*out = links;
	*n_out = n;
	return 0;
}

/* What the kernel lets through: the replies of the probes in use, and ICMP errors. */
static int
make_filter(const struct questions *q, bool seeks, struct sb *out, struct err *e)
{
	const struct probe *last = NULL;

	/* Types 3, 11, 12: RFC 792; 1 to 4: RFC 4443.  Answers to ff02::1 are echo replies. */
	sb_add(out,
		"icmp[icmptype] = 3 or icmp[icmptype] = 11 or icmp[icmptype] = 12 or "
		"(ip6[6] = 58 and ip6[40] >= 1 and ip6[40] <= 4)");
	if (seeks)
		sb_add(out, " or (ip6[6] = 58 and ip6[40] = 129)");
	for (size_t i = 0; i < q->n; i++) {
		const struct probe *p = q->items[i].probe;
		if (p == last || !p->filter)
			continue;
		last = p;
		sb_printf(out, " or (%s)", p->filter);
	}
	return out->bad ? err_nomem(e) : 0;
}

/* As many as may be on their way at most: of a first round or of one for the living, and each
 * question as a canary again. */
static uint64_t
most_replies(const struct sweep *s)
{
	const struct plan *plan = &s->job.plan;
	const struct questions *q = &s->job.questions;
	size_t onlink = q->onlink.n > q->living.n ? q->onlink.n : q->living.n;
	size_t routed = q->routed.n > q->living.n ? q->routed.n : q->living.n;
	u128 n = plan->onlink * onlink + plan->routed * routed;

	n += n / 4 + 64; /* canaries, next hops, errors that routers tell */
	return n < UINT32_MAX ? (uint64_t)n : UINT32_MAX;
}

static int
open_links(struct sweep *s, struct err *e)
{
	struct port_links_input in = { .clock = s->job.run->clock };
	const struct host_link **links = NULL;
	struct sb filter;
	int rc = -1;

	if (!sandbox_may_capture())
		return err_set(e, ERR_AUTH,
			"a sweep needs the right to send and capture packets "
			"(CAP_NET_RAW): use sudo, or --unprivileged, which asks by "
			"ordinary sockets and finds less");
	sb_init(&filter, 4096);
	if (make_filter(&s->job.questions, s->job.plan.sought > 0, &filter, e) == 0 &&
		list_links(s, &links, &in.n_links, e) == 0) {
		in.links = links;
		in.filter = filter.text;
		in.replies = most_replies(s);
		rc = port_links_open(&in, &s->port, &s->job.cookie.udp_port, e);
	}
	sb_done(&filter);
	return rc;
}

static int
make_guard(struct sweep *s, struct err *e)
{
	const struct plan *plan = &s->job.plan;
	struct arena *mem = s->job.run->scratch;
	struct addr *hops = arena_new_array(mem, struct addr, plan->n_segments + 1);
	uint16_t *links = arena_new_array(mem, uint16_t, plan->n_segments + 1);

	if (!hops || !links)
		return err_nomem(e);
	s->guard = (struct guard){
		.targets = s->conf->targets, .next_hops = hops, .multicast = links
	};
	for (size_t i = 0; i < plan->n_segments; i++)
		if (plan->segments[i].way == WAY_ROUTED)
			hops[s->guard.n_next_hops++] = plan->segments[i].next_hop;
	/* The links of ranges where targets are sought. */
	for (size_t i = 0; s->packets && i < plan->n_segments; i++)
		if (plan->segments[i].sought)
			links[s->guard.n_multicast++] = s->links[i];
	return 0;
}

static int
start_recording(struct sweep *s, struct err *e)
{
	const struct job *j = &s->job;
	struct recording r = { .started = j->started,
		.cookie = j->cookie,
		.identify = s->conf->identify,
		.probes = s->conf->probes,
		.living_ports = j->conf->living_ports,
		.n_living_ports = j->conf->identify ? j->conf->n_living_ports : 0,
		.ports = s->conf->ports,
		.communities = s->conf->communities,
		.plan = j->plan };
	struct capture_writer *w;
	struct sb text;
	FILE *file = open_file(s->conf->packets_to, "wb", e);

	if (!file || capture_writer_new(&w, file, e) == -1)
		return -1;
	s->port->capture = w;
	sb_init(&text, CAPTURE_NOTES_MAX);
	recording_print(&r, &text);
	int rc = text.bad ? err_set(e, ERR_ARG, "too many targets for a capture file")
			  : 0;
	if (rc == 0)
		capture_write_note(w, NOTE_SETTINGS, text.text, text.len, r.started);
	sb_done(&text);
	return rc;
}

static int
open_all(struct sweep *s, struct err *e)
{
	struct job *j = &s->job;

	for (size_t i = 0; i < j->plan.n_segments; i++) {
		bool sockets = j->plan.segments[i].way == WAY_SOCKETS;
		s->by_sockets |= sockets;
		s->packets |= !sockets;
	}
	if (s->packets && open_links(s, e) == -1)
		return -1;
	if (make_guard(s, e) == -1)
		return -1;
	if (s->packets) {
		s->port->guard = s->guard;
		s->port->stop = j->run->stop;
	}
	if (s->by_sockets && socket_path_open(&s->sockets, j, &s->guard, e) == -1)
		return -1;
	if (!s->conf->packets_to)
		return 0;
	if (!s->packets) {
		job_reason(j, "nothing-recorded", s->conf->packets_to,
			"This sweep sends no packets of its own, so none are recorded",
			0);
		return 0;
	}
	return start_recording(s, e);
}

static void
tell_plan(struct sweep *s)
{
	struct job *j = &s->job;

	for (size_t i = 0; i < j->plan.n_reasons; i++)
		j->run->monitor->reason(j->run->monitor, &j->plan.reasons[i]);
	if (j->questions.routed.n == 0 && (j->plan.routed || j->plan.by_sockets))
		job_reason(j, "no-probe", "",
			"None of the chosen probes reaches addresses behind a next hop",
			(uint64_t)(j->plan.routed + j->plan.by_sockets));
	if (j->questions.ports_unused)
		job_reason(j, "ports-not-asked", "",
			"Ports are asked of the living, who are not asked here; with --probe "
			"tcp-syn the ports find them",
			0);
	if (j->questions.ports_cut)
		job_reason(j, "ports-of-the-living", "",
			"At most the first 24 ports find hosts; all are asked of those "
			"found",
			0);
}

static int
tell_own(struct sweep *s, struct err *e)
{
	struct job *j = &s->job;

	for (size_t i = 0; i < j->plan.n_own; i++)
		if (hearing_own(&j->hearing, &j->plan.own[i], j->started, e) == -1)
			return -1;
	return 0;
}

static int
sweep_all(struct sweep *s, struct err *e)
{
	struct engine_input in = { &s->job, s->port, s->links };

	if (tell_own(s, e) == -1)
		return -1;
	if (s->packets && engine_run(&in, e) == -1)
		return -1;
	return s->by_sockets ? socket_path_run(s->sockets, e) : 0;
}

/* What was on its way then is asked again like all else that gets lost. */
static void
tell_away(struct job *j, const struct port_away *away)
{
	char took[TIME_TEXT_MAX], text[128];

	if (!away->link)
		return;
	(void)snprintf(text, sizeof(text),
		"The link took no packets for %s in the middle of the sweep, which then went on",
		duration_print(away->us, took));
	job_reason(j, "link-away", away->link, text, 0);
}

/* A sweep that broke off keeps and tells what it found; that is a partial run, no failed
 * one. */
static void
tell_end(struct sweep *s, int64_t started, int rc, struct err *e)
{
	struct job *j = &s->job;
	struct err later;

	if (rc == -1 && !j->end.error)
		j->end.error = e->text;
	if (s->port) {
		j->end.dropped = port_dropped(s->port);
		tell_away(j, &s->port->away);
	}
	/* The first failure is the one to tell. */
	if (s->port && port_end_capture(s->port, j->end.error ? &later : e) == -1 &&
		!j->end.error)
		j->end.error = e->text;
	j->capture = NULL;
	hearing_report(&j->hearing, j->run->monitor);
	log_debug("%ju packets explained by no question of ours",
		(uintmax_t)j->hearing.unproved);
	j->end.answered = j->hearing.answered;
	j->end.found = j->hearing.found;
	j->end.ok = !j->end.error && !j->end.interrupted;
	j->end.duration_us = clock_mono(j->run->clock) - started;
	j->run->monitor->end(j->run->monitor, &j->end);
}

static int
sweep_live(const struct source_run *run, const struct sweep_conf *conf, struct err *e)
{
	struct sweep s = { .conf = conf };
	int64_t started = clock_mono(run->clock);
	int rc = -1;

	if (make_plan(conf, run->scratch, &s.job.plan, e) == -1 ||
		job_prepare(&s.job, run, conf, e) == -1)
		return -1;
	tell_plan(&s);
	if (open_all(&s, e) == -1 ||
		sandbox_enter(s.by_sockets ? SANDBOX_SOCKETS : SANDBOX_PACKETS, e) == -1)
		goto out;
	tell_end(&s, started, sweep_all(&s, e), e);
	rc = 0;
out:
	/* The end has been told: nobody waits for this. */
	port_close(s.port);
	socket_path_close(s.sockets);
	job_end_all_waves(&s.job);
	return rc;
}

/* What a recording says of others than the targets is not passed on: exclusions win here,
 * too. */
struct target_sink {
	struct sink sink; /* first */
	struct sink *next;
	const struct iprange *targets;
};

static int
take_target(struct sink *sink, const struct observation *o, struct err *e)
{
	struct target_sink *me = (struct target_sink *)sink;

	return iprange_contains(me->targets, &o->ip) ? me->next->take(me->next, o, e)
						     : 0;
}

static int
sweep_again(const struct source_run *run, const struct sweep_conf *conf, struct err *e)
{
	FILE *file = open_file(conf->packets_from, "rb", e);
	struct target_sink only = {
		.sink.take = take_target, .next = run->sink, .targets = conf->targets
	};
	struct source_run heard = *run;
	struct run_end end = { 0 };
	int64_t started = clock_mono(run->clock);
	int rc = -1;

	if (!file)
		return -1;
	heard.sink = &only.sink;
	if (sandbox_enter(SANDBOX_PACKETS, e) == 0)
		rc = replay_run(file, &heard, &end, e);
	else
		(void)fclose(file); /* only read */
	if (rc == -1)
		return err_add(e, "%s", conf->packets_from);
	end.ok = !end.interrupted && !end.error;
	end.duration_us = clock_mono(run->clock) - started;
	run->monitor->end(run->monitor, &end);
	return 0;
}

static int
run_sweep(struct source_run *run, struct err *e)
{
	const struct sweep_conf *conf = run->conf;

	return conf->packets_from ? sweep_again(run, conf, e)
				  : sweep_live(run, conf, e);
}

const struct source source_sweep = {
	.name = "sweep",
	.help = "Ask every address of a range and hear who answers",
	.opts = sweep_tables,
	.conf_size = sizeof(struct sweep_conf),
	.run = run_sweep,
};
