/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * agent_conf.h - the configuration of a distribution point, /etc/muster/agent.yaml
 *
 *	agent:  {site: berlin, timezone: Europe/Berlin}
 *	scope:  {allow: [10.1.0.0/16]}
 *	ranges:
 *	  office: {targets: [10.1.0.0/20], schedule: every 420min}
 *	windows:
 *	  corp: {domains: [CORP], quick: every 15min, full: every 60min}
 *	ad:
 *	  forest: {forest: yes, schedule: every 60min}
 *	passive: {interfaces: [eth0]}
 *	groups: {berlin: {unit: [corp.example/Berlin]}}
 *	events: {webhook: "https://hooks.example/muster", secret: /etc/muster/hook}
 *
 * Reading lists every mistake with its line and column, those too that only show when
 * several settings are seen together; nothing is used of a file that has one.
 */
#ifndef SCHEDULE_AGENT_CONF_H
#define SCHEDULE_AGENT_CONF_H

#include "base/conf.h"
#include "location/definition.h"
#include "schedule/allowed.h"
#include "schedule/blackout.h"
#include "schedule/timetable.h"
#include "scope/groups.h"

#define AGENT_CONF_DEFAULT "/etc/muster/agent.yaml"

enum {
	POLLS_MAX = 20000,
	BLACKOUTS_MAX = 64, /* of one poll */
};

enum poll_kind { POLL_RANGE, POLL_WINDOWS, POLL_AD, POLL_PASSIVE, POLL_KINDS };

/* What every kind of poll has. */
struct poll_timing {
	bool enabled, make_up;
	struct opt_list schedule, blackout;
	const char *timezone;
	int64_t spread;             /* ms */
	int64_t deadline, priority; /* ms; 0 for those that listen: no end, no turn */
};

/* A named definition: a source with its settings and when it runs. */
struct poll_def {
	enum poll_kind kind;
	const char *name;    /* "office", "corp.full", "passive": unique */
	const char *section; /* "ranges.office" */
	unsigned line, column;
	struct poll_timing timing;

	/* ranges, windows */
	struct opt_list range_targets, exclude;
	/* ranges */
	struct opt_list ports;
	int64_t rate; /* packets/s; 0: muster.yaml's */
	bool talk, names;
	int64_t lifetime; /* ms */
	/* windows */
	struct opt_list domains, wins, logins, quick, full;
	bool is_full;
	/* ad */
	const char *domain, *server, *credential;
	bool forest;
	/* windows, passive */
	struct opt_list interfaces;

	/* What was made of it. */
	struct calendar *calendars;
	size_t n_calendars;
	struct blackout *blackouts; /* the agent's, too */
	size_t n_blackouts;
	const struct zone *zone;
	const struct iprange *targets; /* by address, without exclusions; or NULL */
	/* All that it may ask: its targets, but the whole scope where names or what shows itself
	 * lead it; NULL: nothing that the scope bounds. */
	const struct iprange *reach;
	uint64_t by_name; /* 0: no names among targets and exclusions; another number: others */
};

/* Who is told of what happens to devices, and of what (event.h). */
struct events_conf {
	struct opt_list only, command;
	const char *webhook, *secret, *ca;
	int64_t limit, deadline; /* a minute; ms */
	uint32_t kinds;          /* of `only`; all bits without it */
};

struct agent_conf {
	const char *site, *point,
		*timezone; /* NULL: default, host name, this machine's */
	const char *store, *socket, *metrics; /* NULL: the usual place; none */
	struct opt_list blackout, writable;
	bool accepted; /* by a person: the agent runs by no other */
	bool dhcp_inform;
	int64_t at_once, min_free, memory;
	int64_t unassigned;                 /* ms; 0: nobody leaves the list */
	int64_t history_days, history_size; /* MiB; 0: all */
	struct allowed_conf scope;
	struct events_conf events;

	const struct iprange *allowed;
	const struct location *locations;
	size_t n_locations;
	const struct group *groups;
	size_t n_groups;
	struct poll_def *polls;
	size_t n_polls;
	const struct poll_def **by_name; /* sorted; agent_conf_find */
};

/* Every row of the file, for its man page. */
extern const struct opt_table agent_conf_tables[];
extern const char agent_conf_sample[];

/* Everything in arena.  now: seconds UTC, from which intervals between runs are measured.
 * ERR_ARG: mistakes, one line each. */
int agent_conf_read(const char *name, const char *text, size_t n, int64_t now,
	struct arena *, struct agent_conf **out, struct sb *mistakes, struct err *);
/* The same where it is known which credentials there are: a poll that names another one is a
 * mistake, too.  An agent does not ask: one may come, and its poll says what it lacks.  NULL: nobody
 * knows. */
int agent_conf_check(const char *name, const char *text, size_t n, int64_t now,
	const struct opt_list *credentials, struct arena *, struct agent_conf **out,
	struct sb *mistakes, struct err *);
int agent_conf_read_file(const char *path, int64_t now, struct arena *,
	struct agent_conf **out, struct sb *mistakes, struct err *);

/* NULL: there is none of this name. */
const struct poll_def *agent_conf_find(const struct agent_conf *, const char *name);

extern const char *const poll_kind_names[]; /* "range", "windows", "ad", "passive" */

#endif
