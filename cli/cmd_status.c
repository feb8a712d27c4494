/* SPDX-License-Identifier: GPL-3.0-or-later */
/* muster status: what the agent says of itself and of its polls. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "cli/agent.h"
#include "cli/common.h"
#include "cli/say.h"
#include "cli/stops.h"
#include "schedule/control_ask.h"

LOG_TAG("status");

struct status_conf {
	struct agent_where where;
	bool watch, history;
	int64_t every;
	int format;
};

static const struct opt status_opts[] = {
	{ .name = "watch",
		.letter = 'w',
		.type = OPT_BOOL,
		.at = offsetof(struct status_conf, watch),
		.flags = OPT_CLI_ONLY,
		.help = "Show it again and again, until Ctrl-C" },
	{ .name = "every",
		.type = OPT_MSEC,
		.at = offsetof(struct status_conf, every),
		.min = 100,
		.max = 3600 * 1000,
		.value = "2s",
		.flags = OPT_CLI_ONLY,
		.help = "With --watch: so often" },
	{ .name = "history",
		.type = OPT_BOOL,
		.at = offsetof(struct status_conf, history),
		.flags = OPT_CLI_ONLY,
		.help = "Show the runs that there were, the newest first" },
	{ .name = NULL },
};

static const struct opt_table status_tables[] = {
	{ "Status", status_opts, 0 },
	{ "Output", detail_opts, offsetof(struct status_conf, format) },
	{ "Agent", agent_socket_opts, offsetof(struct status_conf, where) },
	{ NULL, NULL, 0 },
};

struct printing {
	struct control_reader reader; /* first */
	int64_t now;
	bool ok;
	char why[256];
};

static void
print_agent(struct control_reader *r, const struct control_agent *a)
{
	char up[TIME_TEXT_MAX];

	((struct printing *)r)->now = a->now;
	say(stdout, "agent %s, point %s, site %s, up %s\n", a->version, a->point,
		a->site, duration_print(a->now - a->started, up));
	say(stdout,
		"%" PRId64 " polls, %" PRId64 " running, %" PRId64
		" waiting; store %s\n",
		a->polls, a->running, a->waiting, a->store);
	if (*a->location)
		say(stdout, "location %s\n", a->location);
	if (*a->alarm)
		say(stdout, "ALARM: %s\n", a->alarm);
	say(stdout, "\n%-20s %-8s %-9s %-14s %s\n", "POLL", "SOURCE", "STATE", "NEXT",
		"LAST");
}

static void
print_recall(const struct recall *r)
{
	if (r->known)
		say(stdout, ", recall %.2f %%, loss %.2f %%", r->estimate * 100,
			r->loss * 100);
}

static void
print_reason(const char *text)
{
	say(stdout, "%s%s", *text ? ": " : "", text);
}

/* "in 3 min", or how long ago. */
static const char *
from_now(int64_t t, int64_t now, char buf[static 48])
{
	char text[TIME_TEXT_MAX];

	if (t == 0)
		return "-";
	duration_print(t > now ? t - now : now - t, text);
	(void)snprintf(buf, 48, t > now ? "in %s" : "%s ago", text);
	return buf;
}

static void
print_progress(const struct control_poll *p, int64_t now)
{
	enum { BAR = 24 };
	const struct progress *g = &p->progress;
	uint64_t done = g->total ? g->done * BAR / g->total : 0;
	char took[TIME_TEXT_MAX], left[TIME_TEXT_MAX];

	say(stdout, "  since %s, %" PRId64 " observations",
		duration_print(now - p->run_started, took), p->run_observations);
	if (*g->phase) {
		say(stdout, "; %s [%.*s%.*s]", g->phase, (int)(done > BAR ? BAR : done),
			"########################", (int)(done > BAR ? 0 : BAR - done),
			"........................");
		if (g->rate >= 0)
			say(stdout, " %" PRId64 "/s", g->rate);
		if (g->eta_us >= 0)
			say(stdout, ", %s left", duration_print(g->eta_us, left));
	}
	say(stdout, "\n");
}

static void
print_poll(struct control_reader *r, const struct control_poll *p)
{
	int64_t now = ((struct printing *)r)->now;
	char next[48], last[48];

	say(stdout, "%-20s ", p->name);
	if (strlen(p->name) > 20) /* it has its line for itself */
		say(stdout, "\n%-20s ", "");
	say(stdout, "%-8s %-9s %-14s ", p->source, p->state,
		p->until > now && strcmp(p->state, "blackout") == 0
			? from_now(p->until, now, next)
			: from_now(p->next, now, next));
	if (p->started) {
		say(stdout, "%s %s, %" PRId64 " observations", p->outcome,
			from_now(p->finished ? p->finished : p->started, now, last),
			p->observations);
		print_recall(&p->recall);
		print_reason(p->reason);
	} else {
		say(stdout, "never ran");
	}
	say(stdout, "\n");
	if (p->run_started)
		print_progress(p, now);
}

/* --- history -------------------------------------------------------------------------------- */

static void
print_run(struct control_reader *r, const struct control_run *x)
{
	int64_t now = clock_wall(&clock_system);
	char when[TIME_TEXT_MAX], took[TIME_TEXT_MAX];

	(void)r;
	say(stdout, "%s  %s  %s, %s, %" PRId64 " observations",
		time_print(x->started, when), x->poll,
		*x->outcome ? x->outcome : "goes on",
		duration_print((x->finished ? x->finished : now) - x->started, took),
		x->observations);
	if (x->asked)
		say(stdout, ", %" PRId64 " found of %" PRId64 " asked", x->found,
			x->asked);
	print_recall(&x->recall);
	if (x->spoilt)
		say(stdout, ", %" PRId64 " spoilt lines", x->spoilt);
	print_reason(x->reason);
	say(stdout, "\n");
}

/* --- as it was told --------------------------------------------------------------------------- */

static void
print_line(struct sb *line)
{
	(void)fputs(line->text, stdout);
	sb_done(line);
}

static void
agent_line(struct control_reader *r, const struct control_agent *a)
{
	struct sb line;

	(void)r;
	sb_init(&line, CONTROL_LINE_MAX);
	control_write_agent(a, &line);
	print_line(&line);
}

static void
poll_line(struct control_reader *r, const struct control_poll *p)
{
	struct sb line;

	(void)r;
	sb_init(&line, CONTROL_LINE_MAX);
	control_write_poll(p, &line);
	print_line(&line);
}

static void
run_line(struct control_reader *r, const struct control_run *x)
{
	struct sb line;

	(void)r;
	sb_init(&line, CONTROL_LINE_MAX);
	control_write_run(x, &line);
	print_line(&line);
}

static void
print_end(struct control_reader *r, const struct control_end *end)
{
	struct printing *p = (struct printing *)r;

	p->ok = end->ok;
	(void)snprintf(p->why, sizeof(p->why), "%s", end->text);
}

static int
show(const struct status_conf *conf, const char *name, struct err *e)
{
	struct printing p = { conf->format == OUT_NDJSON
			? (struct control_reader){ agent_line, poll_line, print_end,
				  run_line }
			: (struct control_reader){ print_agent, print_poll, print_end,
				  print_run },
		0, false, "" };
	struct control_request request = {
		.verb = conf->history ? CONTROL_HISTORY : CONTROL_STATUS, .name = name
	};

	if (control_ask(conf->where.socket, &request, &p.reader, e) == -1)
		return -1;
	if (!p.ok)
		log_at(LOG_ERROR, log_tag_, "%s", p.why);
	return p.ok ? EXIT_DONE : EXIT_FAILED;
}

static int
run_status(const struct call *c, struct err *e)
{
	const struct status_conf *conf = c->settings;
	const char *name = c->n_args ? c->args[0] : NULL;
	const volatile sig_atomic_t *stops = conf->watch ? stops_catch() : NULL;
	int rc;

	do {
		if (conf->watch && conf->format == OUT_TABLE && isatty(STDOUT_FILENO))
			(void)fputs("\x1b[H\x1b[2J",
				stdout); /* home, clear (ECMA-48 §8.3) */
		rc = show(conf, name, e);
		(void)fflush(stdout); /* main checks */
		if (rc == EXIT_DONE && conf->watch && *stops == 0)
			clock_system.sleep_us(&clock_system, conf->every * MSEC);
	} while (conf->watch && rc == EXIT_DONE && *stops == 0 && !ferror(stdout));
	return rc;
}

const struct command cmd_status = {
	.name = "status",
	.group = "Distribution point",
	.args = "[NAME]",
	.help = "Show what the agent does: its polls, when they run, how they went",
	.details = "Examples:\n"
		   "  muster status\n"
		   "  muster status office --watch\n"
		   "  muster status office --history\n"
		   "  muster status --format ndjson\n",
	.tables = status_tables,
	.settings_size = sizeof(struct status_conf),
	.args_max = 1,
	.without_file = true,
	.run = run_status,
};
