/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whom a poll would ask: rootDSEs, which need no login, once it is known which domains. */
#include <stdio.h>

#include "ldap/chosen.h"
#include "ldap/domain.h"

struct previewing {
	const struct ad_conf *conf;
	struct door *door;
	struct arena *mem;
	int (*row)(void *arg, const struct ad_preview *, struct err *);
	void *arg;
};

static void
drop_progress(struct monitor *m, const struct progress *p)
{
	(void)m, (void)p;
}

static void
drop_reason(struct monitor *m, const struct reason *r)
{
	(void)m, (void)r; /* the row says why */
}

/* By the count of this controller: its objects, or those that changed since the last poll. */
static int64_t
at_most(const struct directory *dir, const struct ad_mark *mark, const char *why_full,
	bool can_sync)
{
	if (dir->usn == 0 || dir->usn > INT64_MAX || can_sync)
		return -1;
	return (int64_t)(why_full ? dir->usn : dir->usn - mark->usn);
}

static int
row_of(struct previewing *p, const struct domain *d, const struct directory *dir,
	struct err *e)
{
	struct ad_mark mark;
	struct directory known = *dir;

	/* Who its database is needs a login: as it was. */
	if (!known.invocation[0] && door_mark(p->door, d->name, &mark)) {
		(void)snprintf(known.invocation, sizeof(known.invocation), "%s",
			mark.invocation);
		known.schema_version = mark.schema;
	}
	bool can_sync;
	const char *why = domain_why_full(d, &known, &mark, &can_sync);
	const struct ad_preview row = { .domain = dir->domain,
		.server = dir->host,
		.site = dir->site,
		.forest = dir->forest,
		.at_most = at_most(dir, &mark, why, can_sync),
		.is_all = why != NULL,
		.kind = why ? arena_printf(p->mem, "%s would be read, for %s",
				      can_sync ? "what DirSync tells of" : "all", why)
			    : "only what changed would be read" };

	return row.kind ? p->row(p->arg, &row, e) : err_nomem(e);
}

static int
row_failed(struct previewing *p, const char *name, const struct err *why, struct err *e)
{
	const struct ad_preview row = { .domain = name, .failed = why->text };

	return p->row(p->arg, &row, e);
}

static int
preview_domain(struct previewing *p, const char *name, struct err *e)
{
	struct domain d;
	struct session *s = NULL;
	struct directory dir = { .usn = 0 };
	struct err why;
	int rc = domain_open(&d, p->conf, p->door, name, &why);

	if (rc == 0)
		rc = domain_connect(&d, false, &s, &dir, &why);
	rc = rc == 0 ? row_of(p, &d, &dir, e) : row_failed(p, d.name, &why, e);
	session_close(s);
	domain_close(&d);
	return rc;
}

static int
preview_all(struct previewing *p, struct err *e)
{
	struct chosen list;
	/* One at a time: there is no hurry that would be worth threads here. */
	int rc = chosen_read(&list, p->conf, p->door, 1, p->mem, e);

	for (size_t i = 0; rc == 0 && i < list.n; i++) {
		const struct chosen_domain *d = &list.items[i];
		rc = d->failed ? row_failed(p, d->name, d->failed, e)
			       : preview_domain(p, d->name, e);
	}
	return rc;
}

int
ad_preview(const struct ad_conf *conf, struct arena *mem,
	int (*row)(void *arg, const struct ad_preview *, struct err *), void *arg,
	struct err *e)
{
	struct monitor monitor = { .progress = drop_progress, .reason = drop_reason };
	struct source_run run = { .conf = conf,
		.monitor = &monitor,
		.clock = &clock_system,
		.deadline_us = INT64_MAX };
	struct previewing p = { conf, NULL, mem, row, arg };

	if (door_new(&p.door, &run, conf->accounts, conf->n_accounts, conf->state, e) ==
		-1)
		return -1;
	int rc = preview_all(&p, e);
	door_free(p.door);
	return rc;
}
