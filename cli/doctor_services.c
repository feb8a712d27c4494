/* SPDX-License-Identifier: GPL-3.0-or-later */
/* muster doctor: the store, the agent that runs, DNS, and the controllers of directories. */
#include "cli/doctor.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/hostname.h"
#include "db/redate.h"
#include "ldap/locate.h"
#include "location/facts.h"
#include "schedule/allowed.h"
#include "schedule/control_ask.h"

enum { PROBLEMS_LIMIT = 16 << 20, SLACK = 300 /* s; of clocks that are kept right */ };

/* --- the store ------------------------------------------------------------------------------ */

/* All that is to come: it reads as much as there are observations. */
static int
count_ahead(struct store *s, int64_t now, char *text, size_t max)
{
	struct ahead_look look;
	struct err ignored;

	if (store_look_ahead(s, now, &look, &ignored) == -1)
		return -1;
	(void)snprintf(text, max,
		"%" PRId64 " observations, %" PRId64 " runs and %" PRId64
		" other times are still to come",
		look.observations, look.runs, look.others);
	return 0;
}

/* A clock that was put back, or was ahead before: also when newer runs went by the right one. */
static void
check_ahead(struct doctor *d, struct store *s)
{
	int64_t newest, now = clock_wall(&clock_system);
	char text[TIME_TEXT_MAX],
		count[160] = "some of what is stored is still to come";
	struct err ignored;

	if (store_newest_moment(s, &newest, &ignored) == -1 ||
		newest <= now + SLACK * (int64_t)SECOND)
		return;
	if (!d->conf->quick)
		(void)count_ahead(s, now, count, sizeof(count));
	doctor_tell(d, DOCTOR_WARNING,
		"if the clock is behind, set it right; if it is right and was ahead, end the "
		"agent and look at 'muster store redate --preview'",
		"%s, the newest is of %.19sZ", count, time_print(newest, text));
}

static void
check_store_mode(struct doctor *d)
{
	struct stat st;

	if (stat(d->store_path, &st) == 0 && st.st_mode & (S_IRWXG | S_IRWXO))
		doctor_tell(d, DOCTOR_WARNING,
			arena_printf(d->call->mem, "chmod 600 %s", d->store_path),
			"others may read or write %s", d->store_path);
}

static int
check_content(struct doctor *d, struct store *s)
{
	struct store_info info;
	struct sb problems;
	struct err why;
	size_t n = 0;

	sb_init(&problems, PROBLEMS_LIMIT);
	int rc = d->conf->quick ? 0 : store_check(s, &problems, &n, &why);
	if (rc == 0)
		rc = store_get_info(s, d->call->mem, &info, &why);
	if (rc == -1)
		doctor_tell(d, DOCTOR_PROBLEM,
			"restore a backup ('muster store backup')", "%s: %s",
			d->store_path, why.text);
	else if (n)
		doctor_tell(d, DOCTOR_PROBLEM,
			"'muster store check' lists them; restore a backup",
			"%s: %zu problems, the first: %.*s", d->store_path, n,
			(int)strcspn(problems.text, "\n"), problems.text);
	else
		doctor_tell(d, DOCTOR_OK, NULL,
			"%s %s: schema %d, %" PRId64 " devices, %" PRId64
			" observations",
			d->store_path, d->conf->quick ? "can be opened" : "is whole",
			info.schema, info.devices, info.observations);
	sb_done(&problems);
	return 0;
}

int
doctor_store(struct doctor *d, struct err *e)
{
	struct store *s = NULL;
	struct stat st;

	(void)e;
	if (stat(d->store_path, &st) == -1) {
		doctor_tell(d, DOCTOR_SKIPPED, NULL,
			"%s does not exist: the first run makes it", d->store_path);
		return 0;
	}
	struct err why;
	if (common_open_store(d->call, &d->conf->store, STORE_READ, &s, &why) == -1) {
		doctor_tell(d, DOCTOR_PROBLEM,
			"use the program that wrote it, sudo, or a backup, as it says",
			"%s", why.text);
		return 0;
	}
	check_store_mode(d);
	(void)check_content(d, s);
	check_ahead(d, s);
	store_close(s);
	return 0;
}

/* --- the agent ------------------------------------------------------------------------------ */

struct looking {
	struct control_reader reader; /* first */
	struct doctor *d;
};

static void
on_agent(struct control_reader *r, const struct control_agent *a)
{
	struct doctor *d = ((struct looking *)r)->d;
	char up[TIME_TEXT_MAX];

	doctor_tell(d, DOCTOR_OK, NULL,
		"it runs since %s: point %s, %" PRId64 " polls, %" PRId64 " running",
		duration_print(a->now - a->started, up), a->point, a->polls, a->running);
	if (a->alarm && *a->alarm)
		doctor_tell(
			d, DOCTOR_WARNING, "see what the alarm says", "%s", a->alarm);
	if (strcmp(a->version, MUSTER_VERSION) != 0)
		doctor_tell(d, DOCTOR_WARNING, "systemctl restart muster-agent",
			"it is version %s, and this program " MUSTER_VERSION,
			a->version);
}

static void
on_poll(struct control_reader *r, const struct control_poll *p)
{
	struct doctor *d = ((struct looking *)r)->d;

	if (p->started && p->outcome &&
		(strcmp(p->outcome, "failed") == 0 || strcmp(p->outcome, "killed") == 0))
		doctor_tell(d, DOCTOR_WARNING,
			arena_printf(
				d->call->mem, "muster poll %s; muster status", p->name),
			"the last run of %s %s: %s", p->name,
			strcmp(p->outcome, "failed") == 0 ? "failed" : "was killed",
			p->reason && *p->reason ? p->reason : "it did not say why");
}

static void
on_end(struct control_reader *r, const struct control_end *end)
{
	struct doctor *d = ((struct looking *)r)->d;

	if (!end->ok)
		doctor_tell(d, DOCTOR_WARNING, "use sudo", "%s", end->text);
}

/* What was typed counts before what the agent's own file says. */
static int
socket_of(const struct doctor *d, const char **out, struct err *e)
{
	struct doctor_conf typed = { .format = 0 };

	if (call_read_again(d->call, &typed, e) == -1)
		return -1;
	*out = typed.where.socket ? typed.where.socket
		: d->agent        ? d->agent->socket
				  : d->conf->where.socket;
	return 0;
}

int
doctor_agent(struct doctor *d, struct err *e)
{
	struct looking l = { { on_agent, on_poll, on_end, NULL }, d };
	struct control_request request = { .verb = CONTROL_STATUS };
	const char *path;
	struct err why;

	if (socket_of(d, &path, e) == -1)
		return -1;
	if (control_ask(path, &request, &l.reader, &why) == 0)
		return 0;
	if (why.code == ERR_NOTFOUND && !(d->agent && d->agent->accepted))
		doctor_tell(d, DOCTOR_SKIPPED, NULL,
			"none runs: there is nothing that it could run by");
	else if (why.code == ERR_NOTFOUND)
		doctor_tell(d, DOCTOR_WARNING,
			"systemctl start muster-agent; 'journalctl -u muster-agent' says why it "
			"ended",
			"no agent listens on %s", path);
	else
		doctor_tell(d, DOCTOR_WARNING, "use sudo, or see what it says", "%s",
			why.text);
	return 0;
}

/* --- DNS ------------------------------------------------------------------------------------ */

static int
ignore_address(void *arg, const struct addr *a, struct err *e)
{
	(void)arg, (void)a, (void)e;
	return 0;
}

static bool
is_name(const char *target, struct arena *mem)
{
	struct iprange *set;
	struct err ignored;

	return hostname_is_valid(target) &&
		iprange_parse(&target, 1, NULL, mem, &set, &ignored) == -1;
}

/* A name that this poll cannot do without; NULL: none. */
static const char *
name_needed(const struct poll_def *p, struct arena *mem)
{
	for (size_t i = 0; i < p->range_targets.n; i++)
		if (is_name(p->range_targets.items[i], mem))
			return p->range_targets.items[i];
	if (p->server && is_name(p->server, mem))
		return p->server;
	return p->domain;
}

/* One question tells whether it answers: that a name is not known is an answer. */
static void
ask_dns(struct doctor *d, const struct poll_def *p, const char *name, const char *server)
{
	struct resolver *r = NULL;
	struct err why;
	int rc = resolver_new(&r, &why);

	if (rc == 0)
		rc = resolver_lookup(r, name, ignore_address, NULL, &why);
	resolver_free(r);
	if (rc == 0)
		doctor_tell(
			d, DOCTOR_OK, NULL, "%s answers, and knows %s", server, name);
	else if (why.code == ERR_NOTFOUND && name != p->domain)
		doctor_tell(d, DOCTOR_PROBLEM, "correct the name, or add it to DNS",
			"%s answers, but does not know %s, which %s names", server,
			name, p->section);
	else if (why.code == ERR_NOTFOUND) /* a domain needs no address of its own */
		doctor_tell(d, DOCTOR_OK, NULL, "%s answers", server);
	else
		doctor_tell(d, DOCTOR_PROBLEM,
			"name a server that answers in /etc/resolv.conf, and let UDP and TCP 53 "
			"through",
			"%s, asked for %s: %s", server, name, why.text);
}

int
doctor_dns(struct doctor *d, struct err *e)
{
	struct place_facts f;
	char server[ADDR_TEXT_MAX];
	struct err why;

	(void)e;
	if (place_facts_here("", d->call->mem, &f, &why) == -1 || f.dns_servers.n == 0) {
		doctor_tell(d, DOCTOR_WARNING, "name one in /etc/resolv.conf",
			"no DNS server is configured: nothing gets a name by it");
		return 0;
	}
	addr_print(&f.dns_servers.items[0], server);
	for (size_t i = 0; d->agent && d->conf->ask && i < d->agent->n_polls; i++) {
		const struct poll_def *p = &d->agent->polls[i];
		const char *name = doctor_polls(d, p) ? name_needed(p, d->call->mem)
						      : NULL;
		if (!name)
			continue;
		ask_dns(d, p, name, server);
		return 0;
	}
	doctor_tell(d, DOCTOR_SKIPPED, NULL, "%s is configured, and was not asked: %s",
		server, d->conf->ask ? "no poll names a name" : "--no-ask");
	return 0;
}

/* --- directories ---------------------------------------------------------------------------- */

static int
tell_controller(void *arg, const struct ad_preview *row, struct err *e)
{
	struct doctor *d = arg;

	(void)e;
	if (row->failed)
		doctor_tell(d, DOCTOR_PROBLEM,
			"'muster ad --preview -v' shows each step; DNS must name the "
			"controllers, and TCP and UDP 389 reach them",
			"%s: %s", row->domain, row->failed);
	else
		doctor_tell(d, DOCTOR_OK, NULL, "%s answers for %s, site %s",
			row->server, row->domain,
			row->site && *row->site ? row->site : "(none)");
	return 0;
}

/* Only the rootDSE of each is read: nobody logs in. */
static int
ask_controllers(struct doctor *d, const struct poll_def *p, struct err *e)
{
	struct ad_conf conf = d->ad;

	conf.domains = conf.servers = conf.logins = (struct opt_list){ .n = 0 };
	conf.forest = conf.trusts = false;
	if (p->domain)
		conf.domains = (struct opt_list){
			.items = (const char **)(uintptr_t)&p->domain, .n = 1
		};
	if (p->server)
		conf.servers = (struct opt_list){
			.items = (const char **)(uintptr_t)&p->server, .n = 1
		};
	if (!(conf.excluded = allowed_never(d->agent->allowed, d->call->mem)))
		return err_nomem(e);
	if (ad_preview(&conf, d->call->mem, tell_controller, d, e) == 0)
		return 0;
	doctor_tell(d, DOCTOR_PROBLEM, "name its domain, or its server, in agent.yaml",
		"%s: %s", p->section, e->text);
	return 0;
}

int
doctor_directory(struct doctor *d, struct err *e)
{
	size_t asked = 0;

	for (size_t i = 0; d->agent && d->conf->ask && i < d->agent->n_polls; i++) {
		const struct poll_def *p = &d->agent->polls[i];
		if (p->kind != POLL_AD || !doctor_polls(d, p))
			continue;
		asked++;
		if (ask_controllers(d, p, e) == -1)
			return -1;
	}
	if (!asked)
		doctor_tell(d, DOCTOR_SKIPPED, NULL, "none was asked: %s",
			d->conf->ask ? "no poll names one" : "--no-ask");
	return 0;
}
