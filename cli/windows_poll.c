/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two workers, one after the other.  A quick poll asks those alone that answered
 * WS-Discovery, for that is the only way to learn their names; a full one asks everybody
 * that was found by SMB too.
 */
#include "cli/windows.h"

#include <string.h>

#include "cli/living.h"
#include "cli/pass_on.h"
#include "inventory/ndjson.h"
#include "wire/smb2.h"

enum {
	LINE_ARENA = 4 << 20,
	WORKER_MEMORY = 512 << 20, /* bytes of address space */
};

struct poll {
	struct run_handler handler; /* first: hears the records of both */
	struct pass_on halves;      /* hears what is no record */
	struct monitor reasons;     /* between the second half and the one that listens */
	struct source_run *run;
	const struct windows_input *in;
	struct arena *mem; /* of one line */
	struct living_set living;
	bool asked; /* the first half is over */
};

/* --- whom the second half asks ------------------------------------------------------------- */

static bool
is_asked(const struct poll *p, const struct observation *o)
{
	if (o->subject != SUBJECT_DEVICE || !addr_is_set(&o->ip))
		return false;
	if (p->in->conf->quick)
		return fact_get(o->facts, o->n_facts, "wsd.uuid") != NULL;
	return o->evidence == EVIDENCE_REPLY || o->evidence == EVIDENCE_LISTED;
}

static int
on_record(struct run_handler *handler, const char *line, size_t n, struct err *e)
{
	static const uint16_t ports[] = { SMB_PORT };
	struct poll *p = (struct poll *)handler;
	struct observation o;

	arena_reset(p->mem);
	if (ndjson_read(line, n, p->mem, &o, e) == -1)
		return -1;
	struct living l = { .ip = o.ip,
		.ports = ports,
		.n_ports = p->in->conf->quick ? 0 : 1 };
	if (!p->asked && is_asked(p, &o) && living_add(&p->living, &l, e) == -1)
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

/* --- reasons of the second half ------------------------------------------------------------ */

static struct monitor *
next_of(struct monitor *m)
{
	struct poll *p = (struct poll *)((char *)m - offsetof(struct poll, reasons));

	return p->run->monitor;
}

static void
pass_progress(struct monitor *m, const struct progress *progress)
{
	next_of(m)->progress(next_of(m), progress);
}

/* Nobody had said that their port 445 was open. */
static void
pass_reason(struct monitor *m, const struct reason *r)
{
	static const struct {
		const char *code, *about, *new_code, *text;
	} rows[] = {
		{ "talk-refused", "smb", "smb-refused",
			"Machines take no SMB connections: they were asked nothing but "
			"their NetBIOS names and WS-Discovery" },
		{ "talk-unreached", "smb", "smb-silent",
			"Machines do not answer at the port of SMB: a firewall, or they "
			"are gone" },
		{ "talk-refused", "smb1", NULL, NULL },
		{ "talk-unreached", "smb1", NULL, NULL },
	};
	struct reason told = *r;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(r->code, rows[i].code) != 0 ||
			strcmp(r->about, rows[i].about) != 0)
			continue;
		if (!rows[i].new_code)
			return; /* the same of the newer SMB says it */
		told.code = rows[i].new_code;
		told.about = "";
		told.text = rows[i].text;
	}
	next_of(m)->reason(next_of(m), &told);
}

static void
pass_coverage(struct monitor *m, const struct coverage *c)
{
	(void)m, (void)c; /* conversations claim none */
}

static void
pass_state(struct monitor *m, const char *text)
{
	(void)m, (void)text;
}

/* --- the halves ---------------------------------------------------------------------------- */

static int
run_half(struct poll *p, const struct source *source, const void *conf,
	struct monitor *next, struct err *e)
{
	struct worker w = windows_worker(p->in);
	struct run_process process;

	w.source = source;
	w.conf = conf;
	pass_on_init(&p->halves, next);
	p->handler.monitor = &p->halves.monitor;
	p->handler.ended = &p->halves.ended;
	if (run_start(&w, &process, e) == -1 || run_wait(&process, &p->handler, e) == -1)
		return -1;
	return p->halves.ended
		? 0
		: err_set(e, ERR_SYS, "the worker ended without saying how it went");
}

static const struct iprange *
range_of(const struct living *living, size_t n, struct arena *mem)
{
	struct iprange_run *runs = arena_new_array(mem, struct iprange_run, n + 1);

	for (size_t i = 0; runs && i < n; i++)
		runs[i] = (struct iprange_run){ living[i].ip, living[i].ip };
	return runs ? iprange_from_runs(runs, n, mem) : NULL;
}

static int
ask_each(struct poll *p, struct run_end *end, struct err *e)
{
	static const char *quick[] = { "wsd" }, *full[] = { "smb", "smb1", "wsd" };
	struct services_conf conf = p->in->conf->services;

	conf.asks = p->in->conf->quick ? (struct opt_list){ quick, 1, 0 }
				       : (struct opt_list){ full, 3, 0 };
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
	p->reasons = (struct monitor){
		pass_progress, pass_reason, pass_coverage, pass_state, NULL
	};
	if (run_half(p, &source_services, &conf, &p->reasons, e) == -1)
		return -1;
	end->ok = p->halves.end.ok;
	end->interrupted = p->halves.end.interrupted;
	end->error = p->halves.end.error;
	end->duration_us += p->halves.end.duration_us;
	return 0;
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
	};
	struct run_end end;
	char error[sizeof(p.halves.error)];
	int rc = p.mem ? 0 : err_nomem(e);

	if (rc == 0)
		rc = run_half(&p, &source_windows, &in->conf->windows, run->monitor, e);
	if (rc == 0) {
		end = p.halves.end;
		if (end.error)
			end.error = memcpy(error, p.halves.error, sizeof(error));
		rc = ask_each(&p, &end, e);
	}
	if (rc == 0)
		run->monitor->end(run->monitor, &end);
	living_done(&p.living);
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
