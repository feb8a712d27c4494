/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * muster scan: a sweep into the inventory.
 *
 *	targets ─▶ preview ─▶ worker (a process) ─▶ gather ─▶ store ─▶ devices of this run
 *	                          └▶ addresses ─▶ names (reverse DNS) ─┘
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/uuid.h"
#include "cli/common.h"
#include "cli/gather.h"
#include "cli/names.h"
#include "cli/progress.h"
#include "cli/run.h"
#include "cli/summary.h"
#include "cli/targets.h"
#include "host/net.h"
#include "host/sandbox.h"
#include "scanner/sweep.h"

LOG_TAG("scan");

enum {
	LARGE = 1 << 16,	      /* addresses: more needs --yes */
	CONTROL_FD = 3,		      /* DESIGN.md §4 */
	NAMES_WAIT = 10 * SECOND,     /* for names that are open when the sweep is over */
	WORKER_MEMORY = 1 << 30,      /* bytes of address space */
};

struct scan_conf {
	struct targets_conf targets;
	struct sweep_conf sweep;
	struct store_conf store;
	int format;
	bool no_db, yes, preview, emit, names;
	const char *summary_json, *site, *point;
};

#define AT(f) offsetof(struct scan_conf, f)
static const struct opt scan_opts[] = {
	{ .name = "preview", .type = OPT_BOOL, .at = AT(preview), .flags = OPT_CLI_ONLY,
	  .help = "Show addresses, packets and duration; send nothing" },
	{ .name = "yes", .letter = 'y', .type = OPT_BOOL, .at = AT(yes),
	  .flags = OPT_CLI_ONLY, .help = "Sweep ranges above a /16 (65,536 addresses)" },
	{ .name = "scan.names", .type = OPT_BOOL, .at = AT(names), .value = "yes",
	  .help = "Ask DNS for the names of what answers" },
	{ .name = "site", .type = OPT_STR, .at = AT(site), .value = "default", .arg = "NAME",
	  .help = "The address space that the targets belong to" },
	{ .name = "point", .type = OPT_STR, .at = AT(point), .arg = "NAME",
	  .help = "Name of this machine in the records (default: its host name)" },
	{ .name = NULL },
};

static const struct opt result_opts[] = {
	{ .name = "no-db", .type = OPT_BOOL, .at = AT(no_db), .flags = OPT_CLI_ONLY,
	  .help = "Keep nothing; only print" },
	{ .name = "summary-json", .type = OPT_STR, .at = AT(summary_json), .arg = "FILE",
	  .flags = OPT_CLI_ONLY, .help = "Write how the run went to FILE, as JSON" },
	{ .name = "emit", .type = OPT_BOOL, .at = AT(emit), .flags = OPT_CLI_ONLY,
	  .help = "Print observations as NDJSON and keep nothing; progress, reasons and "
		  "coverage go to descriptor 3 when it is open" },
	{ .name = NULL },
};

static const struct opt_table scan_tables[] = {
	{ "Targets", targets_opts, AT(targets) },
	{ "Targets", scan_opts, 0 },
	{ "Sweep", sweep_opts, AT(sweep) },
	{ "Results", store_opts, AT(store) },
	{ "Results", format_opts, AT(format) },
	{ "Results", result_opts, 0 },
	{ NULL, NULL, 0 },
};

/* Everything about one scan that more than one step needs. */
struct scan {
	const struct call *call;
	struct scan_conf *conf;
	struct err *e;
	char run[UUID_TEXT_MAX];
	const char *targets_text;
	struct store *store;	/* NULL: nothing to keep, nothing to show from */
	struct out *out;
	struct names *names;	/* NULL: not asked for */
	struct gather gather;
	struct show show;
	struct summary summary;
	int64_t started;
};

/* --- before anything is sent --------------------------------------------------------------- */

/* A count that always fits a line; exact up to 2^128. */
static const char *
count_text(u128 n, char buf[static 48])
{
	size_t at = 47;

	buf[at] = '\0';
	do
		buf[--at] = (char)('0' + (unsigned)(n % 10));
	while ((n /= 10));
	return buf + at;
}

static int
print_preview(const struct sweep_preview *p)
{
	static const char *const names[] = { "on-link", "routed", "on this host",
		"no route", "skipped (network and broadcast addresses)" };
	const u128 counts[] = { p->onlink, p->routed, p->local, p->unroutable, p->skipped };
	char buf[48], took[TIME_TEXT_MAX];

	(void)printf("addresses: %s\n", count_text(p->targets, buf));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (counts[i])
			(void)printf("  %s: %s\n", names[i], count_text(counts[i], buf));
	(void)printf("packets: at most %llu\nduration: at most about %s\n",
	    (unsigned long long)p->packets, duration_print(p->duration_us, took));
	return EXIT_DONE;
}

static int
check_size(const struct scan_conf *c, const struct sweep_preview *p, struct err *e)
{
	char buf[48], took[TIME_TEXT_MAX];

	if (p->targets <= LARGE || c->yes)
		return 0;
	return err_set(e, ERR_ARG,
	    "%s addresses are more than a /16: at most %llu packets, about %s; add --yes to "
	    "sweep them, or --preview to see more", count_text(p->targets, buf),
	    (unsigned long long)p->packets, duration_print(p->duration_us, took));
}

static int
check_rights(const struct scan_conf *c, const struct sweep_preview *p, struct err *e)
{
	if (c->sweep.unprivileged || c->sweep.packets_from || p->onlink + p->routed == 0 ||
	    sandbox_may_capture())
		return 0;
	return err_set(e, ERR_AUTH,
	    "a sweep needs the right to send and capture packets (CAP_NET_RAW): run it with "
	    "sudo, or give the program the right once (sudo setcap cap_net_raw=ep muster), or "
	    "use --unprivileged, which connects by TCP and finds less");
}

/* Targets, what the kernel knows of the network, and what a sweep would do. */
static int
prepare(struct scan *s, struct sweep_preview *p)
{
	struct scan_conf *c = s->conf;
	struct arena *mem = s->call->mem;
	struct iprange *targets;
	struct host_net *net;
	struct sb text;

	if (targets_read(&c->targets, s->call->args, s->call->n_args, mem, &targets, s->e) == -1)
		return -1;
	if (host_net_read(mem, &net, s->e) == -1)
		return -1;
	c->sweep.targets = targets;
	c->sweep.net = net;
	sb_init(&text, IPRANGE_TEXT_MAX);
	iprange_print(targets, &text);
	s->targets_text = text.bad ? NULL : arena_strdup(mem, text.text);
	sb_done(&text);
	if (!s->targets_text)
		return err_nomem(s->e);
	if (!c->point && common_point(mem, &c->point, s->e) == -1)
		return -1;
	s->started = clock_wall(&clock_system);
	uuid_new(s->started, s->run);
	return sweep_preview(&c->sweep, mem, p, s->e);
}

/* --- what comes in ------------------------------------------------------------------------- */

static int
on_seen(void *arg, const struct observation *o, struct err *e)
{
	struct scan *s = arg;

	if (s->names && names_ask(s->names, o, e) == -1)
		return -1;
	if (s->conf->format != OUT_NDJSON)
		return 0;
	show_clear(&s->show); /* when both go to one terminal */
	return out_observation(s->out, o, e);
}

/* What the resolver says is borrowed: the batch needs a copy. */
static int
on_name(void *arg, const struct observation *o, struct err *e)
{
	struct scan *s = arg;
	struct arena *mem = gather_arena(&s->gather);
	struct observation copy = *o;
	struct fact *fact = arena_dup(mem, o->facts, sizeof(*fact));
	const char **name = arena_new_array(mem, const char *, 1);

	if (!fact || !name || !(*name = arena_strdup(mem, o->facts->texts.items[0])))
		return err_nomem(e);
	fact->texts.items = name;
	copy.facts = fact;
	return gather_add(&s->gather, &copy, e);
}

struct hearing {
	struct run_handler handler;
	struct scan *s;
};

static int
on_record(struct run_handler *h, const char *line, size_t n, struct err *e)
{
	struct scan *s = ((struct hearing *)h)->s;

	return gather_line(&s->gather, line, n, e);
}

static int
on_idle(struct run_handler *h, struct err *e)
{
	struct scan *s = ((struct hearing *)h)->s;

	if (s->names && names_work(s->names, 0, e) == -1)
		return -1;
	return gather_idle(&s->gather, e);
}

/* Coverage and reasons of the run go into the store as well. */
struct keep {
	struct monitor monitor; /* first */
	struct scan *s;
};

static void
warn_if(int rc, const struct err *e)
{
	if (rc == -1)
		log_warn("%s", e->text);
}

static void
keep_progress(struct monitor *m, const struct progress *p)
{
	struct scan *s = ((struct keep *)m)->s;

	s->show.monitor.progress(&s->show.monitor, p);
}

static void
keep_reason(struct monitor *m, const struct reason *r)
{
	struct scan *s = ((struct keep *)m)->s;
	struct err e;

	if (s->store)
		warn_if(store_put_reason(s->store, s->run, r, &e), &e);
	s->show.monitor.reason(&s->show.monitor, r);
}

static void
keep_coverage(struct monitor *m, const struct coverage *c)
{
	struct scan *s = ((struct keep *)m)->s;
	struct err e;

	if (s->store)
		warn_if(store_put_coverage(s->store, s->run, c, &e), &e);
}

static void
keep_state(struct monitor *m, const char *text)
{
	(void)m;
	(void)text;
}

/* The closing line is printed behind the results, by finish. */
static void
keep_end(struct monitor *m, const struct run_end *end)
{
	struct scan *s = ((struct keep *)m)->s;

	show_clear(&s->show);
	if (end->error)
		log_at(LOG_ERROR, log_tag_, "%s", end->error);
}

/* --- stops --------------------------------------------------------------------------------- */

static volatile sig_atomic_t stops; /* the signal flag */

static void
on_stop(int sig)
{
	(void)sig;
	stops = stops + 1;
}

static void
catch_stops(void)
{
	struct sigaction sa = { .sa_handler = on_stop };

	(void)sigaction(SIGINT, &sa, NULL);
	(void)sigaction(SIGTERM, &sa, NULL);
}

/* --- the run ------------------------------------------------------------------------------- */

static struct worker
worker_of(struct scan *s)
{
	return (struct worker){ .source = &source_sweep, .conf = &s->conf->sweep,
		.site = s->conf->site, .point = s->conf->point, .run = s->run,
		.out_fd = -1, .control_fd = -1, .deadline_us = INT64_MAX,
		.memory_max = WORKER_MEMORY };
}

static int
emit(struct scan *s)
{
	struct worker w = worker_of(s);
	bool ok = false;

	w.out_fd = STDOUT_FILENO;
	w.control_fd = fcntl(CONTROL_FD, F_GETFD) == -1 ? -1 : CONTROL_FD;
	w.monitor = &s->show.monitor;
	if (worker_run(&w, &ok, s->e) == -1)
		return -1;
	return ok ? EXIT_DONE : EXIT_FAILED;
}

static int
open_store(struct scan *s)
{
	struct run run = { .id = s->run, .source = "sweep",
		.command = s->call->command_line, .site = s->conf->site,
		.point = s->conf->point, .targets = s->targets_text, .started = s->started };
	bool only_print = s->conf->no_db && s->conf->format == OUT_NDJSON;
	int rc = 0;

	if (only_print)
		return 0;
	if (s->conf->no_db)
		rc = store_open(&s->store, ":memory:", STORE_WRITE, s->e);
	else
		rc = common_open_store(s->call, &s->conf->store, STORE_WRITE, &s->store, s->e);
	return rc == -1 ? -1 : store_begin_run(s->store, &run, s->e);
}

static int
open_names(struct scan *s)
{
	struct names_conf conf = { .targets = s->conf->sweep.targets,
		.site = s->conf->site, .point = s->conf->point, .run = s->run,
		.clock = &clock_system, .take = on_name, .arg = s };
	bool wanted = s->conf->names && s->conf->sweep.identify &&
	    !s->conf->sweep.packets_from;

	return wanted ? names_new(&s->names, &conf, s->e) : 0;
}

static int
wait_for_names(struct scan *s)
{
	int64_t until = clock_mono(&clock_system) + NAMES_WAIT;
	int left = s->names ? 1 : 0;

	while (left > 0 && stops == 0 && clock_mono(&clock_system) < until)
		if ((left = names_work(s->names, 50, s->e)) == -1)
			return -1;
	if (s->names)
		names_tell(s->names, &s->summary.monitor);
	return 0;
}

static int
hear(struct scan *s)
{
	struct keep keep = { .monitor = { keep_progress, keep_reason, keep_coverage,
				 keep_state, keep_end }, .s = s };
	struct hearing h = { .handler = { .record = on_record, .idle = on_idle,
				 .monitor = &s->summary.monitor, .stops = &stops }, .s = s };
	struct worker w = worker_of(s);
	struct run_process p;

	summary_init(&s->summary, &keep.monitor);
	catch_stops();
	/* The child is made before the resolver: it needs none of its sockets. */
	if (run_start(&w, &p, s->e) == -1)
		return -1;
	struct err names_err = { 0 };
	int names_rc = open_names(s);
	if (names_rc == -1) {
		names_err = *s->e;
		log_warn("no names will be asked: %s", names_err.text);
	}
	int rc = run_wait(&p, &h.handler, s->e);
	if (rc == 0)
		rc = wait_for_names(s);
	struct err first = *s->e; /* what was heard is kept, whatever broke off */
	if (gather_flush(&s->gather, s->e) == -1)
		rc = -1;
	else if (rc == -1)
		*s->e = first;
	s->summary.next = &s->show.monitor;
	return rc;
}

/* --- afterwards ---------------------------------------------------------------------------- */

static int
show_device(void *arg, const struct device *d, struct err *e)
{
	struct scan *s = arg;

	return out_device(s->out, d, e);
}

static int
finish(struct scan *s)
{
	struct run_end *end = &s->summary.last;

	if (s->store &&
	    store_end_run(s->store, s->run, clock_wall(&clock_system), end, s->e) == -1)
		return -1;
	if (s->store && s->conf->format != OUT_NDJSON &&
	    store_each_device_of_run(s->store, s->run, show_device, s, s->e) == -1)
		return -1;
	int rc = out_close(s->out, end, s->e);
	s->out = NULL;
	if (rc == -1)
		return -1;
	(void)fflush(stdout); /* main checks; the closing line belongs behind it */
	show_end(&s->show, end);
	if (s->conf->summary_json &&
	    summary_write(&s->summary, s->conf->summary_json, s->run,
		s->call->command_line, s->targets_text, s->e) == -1)
		return -1;
	return end->ok && !end->interrupted ? EXIT_DONE : EXIT_FAILED;
}

static int
scan(struct scan *s)
{
	struct out_info info;
	int rc = -1;

	if (open_store(s) == -1)
		return -1;
	common_out_info(s->call, OUT_RUN, &info);
	info.started = s->started;
	s->gather = (struct gather){ .store = s->store, .seen = on_seen, .arg = s,
		.clock = &clock_system };
	if (out_open(&s->out, (enum out_format_id)s->conf->format, &info, s->e) == 0 &&
	    gather_init(&s->gather, s->e) == 0) {
		rc = hear(s);
		if (s->summary.has_end || rc == 0) {
			int done = rc == 0 ? finish(s) : -1;
			rc = done;
		}
	}
	names_free(s->names);
	gather_done(&s->gather);
	summary_done(&s->summary);
	out_free(s->out);
	store_close(s->store);
	return rc;
}

static int
run_scan(const struct call *call, struct err *e)
{
	struct scan s = { .call = call, .conf = call->settings, .e = e };
	struct sweep_preview p;

	show_init(&s.show, &clock_system, call->common->quiet);
	if (prepare(&s, &p) == -1)
		return -1;
	if (s.conf->preview)
		return print_preview(&p);
	if (check_size(s.conf, &p, e) == -1 || check_rights(s.conf, &p, e) == -1)
		return -1;
	return s.conf->emit ? emit(&s) : scan(&s);
}

const struct command cmd_scan = {
	.name = "scan",
	.group = "Discovery",
	.args = "TARGET...",
	.help = "Find what lives in ranges of addresses, and keep it in the inventory",
	.details =
	    "Targets are addresses (192.0.2.7), prefixes (192.0.2.0/24), ranges\n"
	    "(192.0.2.10-20), octet ranges (10.0.0-3.1-254), host names, files (@hosts.txt)\n"
	    "and exclusions (!192.0.2.1), which always win. Only targets are ever asked.\n"
	    "\n"
	    "On-link targets are asked by ARP, routed ones by ICMP echo, TCP SYN and NetBIOS\n"
	    "node status; what lives is then asked for its open ports and names. Ctrl-C ends\n"
	    "the sweep and keeps what was found.\n"
	    "\n"
	    "Examples:\n"
	    "  sudo muster scan 192.168.1.0/24\n"
	    "  sudo muster scan 10.0.0.0/16 --exclude 10.0.9.0/24 --preview\n"
	    "  sudo muster scan @offices.txt --format ndjson > seen.ndjson\n"
	    "  muster scan --unprivileged 127.0.0.1 --no-db\n",
	.tables = scan_tables,
	.settings_size = sizeof(struct scan_conf),
	.args_min = 1,
	.args_max = ARGS_ANY,
	.run = run_scan,
};
