/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Workers, one after the other: who is there; unless the poll is a quick one, each of them who
 * it is; and with an account, what it tells that.
 */
#include "cli/windows_asked.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/credentials.h"
#include "cli/link_local.h"
#include "cli/living.h"
#include "cli/members.h"
#include "cli/pass_on.h"
#include "cli/windows_known.h"
#include "host/net.h"
#include "host/sandbox.h"
#include "inventory/ndjson.h"

enum {
	LINE_ARENA = 4 << 20,
	WORKER_MEMORY = 512 << 20, /* bytes of address space */
};

struct poll {
	struct run_handler handler; /* first: hears the records of both */
	struct pass_on halves;      /* hears what is no record */
	struct source_run *run;
	const struct windows_input *in;
	struct arena *mem;           /* of one line */
	struct arena *near_mem;      /* of `near` */
	const struct host_net *near; /* as the kernel knew it; NULL: not asked yet */
	int64_t look_again_us;       /* not before that, monotonic */
	struct living_set living;    /* those that take SMB connections */
	struct living_set replied;   /* everybody */
	struct member_list members;  /* in which domain they are */
	bool asked;                  /* the first half is over */
	int64_t deadline_us;         /* of the half that is at work */
	bool gave_up;                /* its rights */
};

/* What a poll that broke off, or ran out of time, asked is not known. */
static int
add_asked(struct poll *p, struct observation *o, struct err *e)
{
	const struct observation told = *o;

	if (*p->run->stop || clock_mono(p->run->clock) >= p->deadline_us)
		return 0;
	return windows_asked_add(&p->in->asked, &told, p->mem, o, e);
}

enum {
	LOOK_APART = 100 * MSEC, /* a look reads all that the kernel has */
	NEAR_ARENA = 64 << 20
};

/* The kernel is asked again for who is not among those that it told of before: it learns of them
 * while they are spoken to. */
static int
settle_link_local(struct poll *p, struct observation *o, struct err *e)
{
	const struct observation told = *o;
	struct host_net *net;
	bool found = false;

	if (p->near && link_local_settle(p->near, &told, p->mem, o, &found, e) == -1)
		return -1;
	if (found || clock_mono(p->run->clock) < p->look_again_us)
		return 0;
	p->near = NULL;
	p->look_again_us = clock_mono(p->run->clock) + LOOK_APART;
	arena_reset(p->near_mem);
	if (host_net_read(p->near_mem, &net, e) == -1)
		return -1;
	p->near = net;
	return link_local_settle(net, &told, p->mem, o, &found, e);
}

static int
on_record(struct run_handler *handler, const char *line, size_t n, struct err *e)
{
	struct poll *p = (struct poll *)handler;
	struct observation o;

	arena_reset(p->mem);
	if (ndjson_read(line, n, p->mem, &o, e) == -1 || add_asked(p, &o, e) == -1)
		return -1;
	if ((link_local_is(&o) || link_local_is_named(&o)) &&
		settle_link_local(p, &o, e) == -1)
		return -1;
	if (!addr_is_set(&o.ip) && o.subject == SUBJECT_DEVICE &&
		!link_local_is_known(&o))
		return 0;
	/* Nobody looks for the open port of SMB in a quick poll. */
	const struct fact *open = fact_get(o.facts, o.n_facts, "tcp.open");
	struct living l = { .ip = o.ip };
	if (open) {
		l.ports = open->ports.items;
		l.n_ports = open->ports.n;
	}
	if (!p->asked &&
		((open && living_add(&p->living, &l, e) == -1) ||
			living_take(&p->replied, &o, e) == -1))
		return -1;
	if (p->in->conf->members.logins.n && members_note(&p->members, &o, e) == -1)
		return -1;
	return p->run->sink->take(p->run->sink, &o, e);
}

static int
on_idle(struct run_handler *handler, struct err *e)
{
	(void)handler;
	(void)e;
	return 0;
}

/* --- the halves ---------------------------------------------------------------------------- */

/* One of the three; the second has no use for secrets. */
struct half {
	const struct source *source;
	const void *conf;
	const struct members_conf *forgets; /* NULL: nothing */
};

static int
run_inside(struct source_run *run, struct err *e)
{
	const struct half *h = run->conf;
	struct source_run inner = *run;

	if (h->forgets)
		credentials_forget(h->forgets->accounts, h->forgets->n_accounts);
	inner.conf = h->conf;
	return h->source->run(&inner, e);
}

static const struct source source_half = {
	.name = "windows",
	.help = "One part of a Windows poll",
	.conf_size = sizeof(struct half),
	.run = run_inside,
};

int64_t
windows_quick_us(const struct windows_settings *s)
{
	enum { SAID = 3 }; /* times that one who is silent is asked */
	const struct iprange *targets = s->windows.targets;
	int64_t n = targets ? (int64_t)iprange_count(targets) : 0; /* < 2^17 */

	return s->quick_ms * MSEC + SAID * n * SECOND / s->windows.rate;
}

static int64_t
deadline(const struct poll *p)
{
	return p->in->conf->quick
		? clock_mono(p->run->clock) + windows_quick_us(p->in->conf)
		: INT64_MAX;
}

/* Low ports are for the first half, which is there already: those behind it need no rights, and
 * this process none at all. */
static int
give_up_rights(struct poll *p, struct err *e)
{
	if (p->gave_up)
		return 0;
	p->gave_up = true;
	return sandbox_enter(SANDBOX_PROCESSES, e);
}

static int
run_half(struct poll *p, const struct half *half, struct err *e)
{
	struct worker w = windows_worker(p->in);
	struct run_process process;

	w.source = &source_half;
	w.conf = half;
	w.deadline_us = p->deadline_us = deadline(p);
	pass_on_init(&p->halves, p->run->monitor);
	p->handler.monitor = &p->halves.monitor;
	p->handler.ended = &p->halves.ended;
	if (run_start(&w, &process, e) == -1 || give_up_rights(p, e) == -1 ||
		run_wait(&process, &p->handler, e) == -1)
		return -1;
	return p->halves.ended
		? 0
		: err_set(e, ERR_SYS, "the worker ended without saying how it went");
}

/* --- who is on the link -------------------------------------------------------------------- */

static int
by_address(const void *ip, const void *living)
{
	return addr_cmp(ip, &((const struct living *)living)->ip);
}

static int
tell_neighbour(struct poll *p, const struct host_neigh *n, struct err *e)
{
	const struct fact facts[] = {
		{ .key = "mac", .type = FACT_MAC, .mac = n->mac },
		{ .key = "mac.onlink", .type = FACT_BOOL, .num = true },
	};
	const struct observation o = { .source = source_windows.name,
		.at = clock_wall(p->run->clock),
		.ip = n->addr,
		.evidence = EVIDENCE_REPLY,
		.facts = facts,
		.n_facts = 2 };

	return p->run->sink->take(p->run->sink, &o, e);
}

/* The kernel had to learn the MAC of whoever on a link of ours was spoken to: that is what
 * makes one record of a poll and a sweep. */
static int
tell_neighbours(struct poll *p, struct err *e)
{
	const struct living *living;
	struct host_net *net;
	size_t n;

	if (living_list(&p->replied, p->run->scratch, &living, &n, e) == -1 ||
		host_net_read(p->run->scratch, &net, e) == -1)
		return -1;
	for (size_t i = 0; i < net->n_neighs && n; i++) {
		const struct host_neigh *near = &net->neighs[i];
		const struct host_link *link = host_link_by_index(net, near->link);
		if (!link || link->kind != LINK_ETHER || mac_is_zero(&near->mac) ||
			!bsearch(&near->addr, living, n, sizeof(*living), by_address))
			continue;
		if (tell_neighbour(p, near, e) == -1)
			return -1;
	}
	return 0;
}

/* --- the second half ----------------------------------------------------------------------- */

static const struct iprange *
range_of(const struct living *living, size_t n, struct arena *mem)
{
	struct iprange_run *runs = arena_new_array(mem, struct iprange_run, n + 1);

	for (size_t i = 0; runs && i < n; i++)
		runs[i] = (struct iprange_run){ living[i].ip, living[i].ip };
	return runs ? iprange_from_runs(runs, n, mem) : NULL;
}

/* How the part that is over went, behind those before it. */
static void
add_end(struct poll *p, struct run_end *end)
{
	end->ok = p->halves.end.ok;
	end->interrupted = p->halves.end.interrupted;
	end->error = p->halves.end.error;
	end->duration_us += p->halves.end.duration_us;
}

static int
ask_each(struct poll *p, struct run_end *end, struct err *e)
{
	static const char *names[] = { "smb", "smb1" };
	struct services_conf conf = p->in->conf->services;

	conf.asks = (struct opt_list){ names, 2, 0 };
	conf.source = source_windows.name;
	if (living_list(&p->living, p->run->scratch, &conf.living, &conf.n_living, e) ==
		-1)
		return -1;
	if (conf.n_living == 0 || !end->ok || *p->run->stop)
		return 0;
	conf.targets = range_of(conf.living, conf.n_living, p->run->scratch);
	if (!conf.targets)
		return err_nomem(e);
	p->asked = true;
	const struct half half = { &source_services, &conf, &p->in->conf->members };
	if (run_half(p, &half, e) == -1)
		return -1;
	add_end(p, end);
	return 0;
}

/* --- with an account ----------------------------------------------------------------------- */

static int
log_in_to_each(struct poll *p, struct run_end *end, struct err *e)
{
	struct members_conf conf = p->in->conf->members;
	const struct half half = { &source_members, &conf, NULL };
	const struct living *living;
	size_t n;

	if (p->in->conf->quick || conf.logins.n == 0 || !end->ok || *p->run->stop)
		return 0;
	if (living_list(&p->living, p->run->scratch, &living, &n, e) == -1 ||
		members_list(&p->members, living, n, p->run->scratch, &conf.items, e) ==
			-1)
		return -1;
	conf.n = n;
	if (n == 0)
		return 0;
	p->asked = true;
	if (run_half(p, &half, e) == -1)
		return -1;
	add_end(p, end);
	return 0;
}

static void
tell(struct poll *p, const char *code, const char *about, const char *text)
{
	const struct reason r = { .code = code, .about = about, .text = text };

	p->run->monitor->reason(p->run->monitor, &r);
}

static void
tell_leased(struct poll *p)
{
	for (size_t i = 0; i < p->in->leased.n; i++)
		tell(p, "name-server-of-lease", p->in->leased.items[i],
			"WINS server of the DHCP lease: it is asked, for --wins names none");
}

/* Nobody stopped it, so its own deadline did. */
static void
judge_quick(struct poll *p, struct run_end *end)
{
	char text[128], bound[TIME_TEXT_MAX];

	if (!p->in->conf->quick || !end->interrupted || *p->run->stop)
		return;
	end->interrupted = false;
	(void)snprintf(text, sizeof(text),
		"The quick poll was ended after %s (--quick-wait) before all was asked "
		"and answered",
		duration_print(windows_quick_us(p->in->conf), bound));
	tell(p, "quick-ended", "", text);
}

static int
run_poll(struct source_run *run, struct err *e)
{
	const struct windows_input *in = run->conf;
	struct poll p = {
		.handler = { .record = on_record, .idle = on_idle, .stops = run->stop },
		.run = run,
		.in = in,
		.mem = arena_new(LINE_ARENA),
		.near_mem = arena_new(NEAR_ARENA),
	};
	struct run_end end;
	char error[sizeof(p.halves.error)];
	int rc = p.mem && p.near_mem ? 0 : err_nomem(e);

	const struct half first = { &source_windows, &in->conf->windows, NULL };
	tell_leased(&p);
	windows_known_tell(&in->known, run->monitor);
	if (rc == 0)
		rc = run_half(&p, &first, e);
	if (rc == 0) {
		end = p.halves.end;
		if (end.error)
			end.error = memcpy(error, p.halves.error, sizeof(error));
		judge_quick(&p, &end);
		rc = tell_neighbours(&p, e);
	}
	if (rc == 0)
		rc = ask_each(&p, &end, e);
	if (rc == 0)
		rc = log_in_to_each(&p, &end, e);
	if (rc == 0)
		run->monitor->end(run->monitor, &end);
	living_done(&p.living);
	living_done(&p.replied);
	members_done(&p.members);
	arena_free(p.near_mem);
	arena_free(p.mem);
	return rc;
}

const struct source source_windows_poll = {
	.name = "windows",
	.help = "Find Windows domains and workgroups, and ask who is in them",
	.conf_size = sizeof(struct windows_input),
	.run = run_poll,
};

struct worker
windows_worker(const struct windows_input *in)
{
	return kept_worker(
		&in->conf->kept, in->run, &source_windows_poll, in, WORKER_MEMORY);
}
