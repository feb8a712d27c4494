/* SPDX-License-Identifier: GPL-3.0-or-later */
/* In which order a controller is asked, and which one. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "ldap/poll_private.h"

LOG_TAG("ad");

/* --- one controller --------------------------------------------------------------------------- */

/* All, or what changed since the last poll, and by what that is known. */
static void
choose(struct poll *p)
{
	struct domain *d = p->domain;
	struct err e = { .text = "" };
	bool can_sync;

	p->why_full = domain_why_full(d, &p->dir, &p->mark, &can_sync);
	p->since = p->why_full ? 0 : p->mark.usn + 1;
	if (can_sync && poll_sync_read(p, &e) == 0) {
		door_reason(d->door, "ad-changes", d->name, 0,
			"only what changed since the last poll is read from %s, by DirSync, "
			"for %s",
			p->dir.host, p->why_full);
		p->why_full = NULL;
		return;
	}
	poll_sync_mark(p);
	if (p->why_full)
		door_reason(d->door, "ad-full", d->name, 0,
			"all of the directory is read from %s, for %s%s%s", p->dir.host,
			p->why_full, can_sync ? ", and DirSync does not help: " : "",
			e.text);
	else
		door_reason(d->door, "ad-changes", d->name, 0,
			"only what changed at %s since the last poll is read",
			p->dir.host);
}

static int
begin(struct poll *p, struct err *e)
{
	struct domain *d = p->domain;
	int64_t page = d->conf->page;

	p->now_us = clock_wall(door_run(d->door)->clock);
	p->page = p->dir.can_page ? page : 0;
	p->n_computers = p->n_gone = p->n_moved = 0;
	p->has_zones = false;
	p->bin = bin_new();
	p->left = left_new((size_t)d->conf->ask_dns);
	if (!p->bin || !p->left)
		return err_nomem(e);
	if (forest_read(p->session, &p->dir, d->mem, &p->forest, e) == -1)
		return -1;
	p->of = (struct computer_domain){ d->name, forest_netbios(&p->forest, d->name),
		p->known };
	choose(p);
	return 0;
}

static int
end(struct poll *p, struct err *e)
{
	struct domain *d = p->domain;
	struct ad_mark m = { .usn = p->dir.usn,
		.schema = p->dir.schema_version,
		.full_us = p->why_full ? p->now_us : p->mark.full_us,
		.has_zones = p->has_zones };

	memcpy(m.cookies, p->cookies, sizeof(m.cookies));

	p->uncounted.domains = 1;
	poll_count(p);
	if (p->n_nameless)
		door_reason(d->door, "ad-no-guid", d->name, p->n_nameless,
			"entries without an objectGUID were left out");
	if (p->why_full)
		door_covered(d->door, "ad", d->name, p->now_us);
	/* Nothing to go on from: the next poll is full again. */
	if (p->dir.usn == 0 || !p->dir.host[0])
		return 0;
	(void)snprintf(m.domain, sizeof(m.domain), "%s", d->name);
	(void)snprintf(m.server, sizeof(m.server), "%s", p->dir.host);
	(void)snprintf(m.invocation, sizeof(m.invocation), "%s",
		p->dir.invocation[0] ? p->dir.invocation : "-");
	return door_put_mark(d->door, &m, e);
}

static int
poll_controller(struct poll *p, struct err *e)
{
	if (begin(p, e) == -1)
		return -1;
	poll_read_subnets(p);
	if (poll_read_zones(p, e) == -1 || poll_read_deleted(p, e) == -1 ||
		poll_read_computers(p, e) == -1 || poll_read_moved(p, e) == -1 ||
		poll_read_changed_names(p, e) == -1 || poll_read_left(p, e) == -1 ||
		poll_domain_tell(p, e) == -1)
		return -1;
	log_debug("%s: %" PRIu64 " computers, %" PRIu64 " deleted ones", p->of.name,
		p->n_computers, p->n_gone);
	return end(p, e);
}

/* --- one domain ------------------------------------------------------------------------------- */

/* A controller that goes away in the middle leaves its place to the next, which begins at the
 * first object again: a cookie is that of its server (RFC 2696 §3). */
static int
poll_any(struct poll *p, struct err *e)
{
	struct domain *d = p->domain;

	for (;;) {
		if (domain_connect(d, true, &p->session, &p->dir, e) == -1)
			return -1;
		int rc = poll_controller(p, e);
		session_close(p->session);
		zones_free(p->zones);
		p->zones = NULL;
		bin_free(p->bin);
		left_free(p->left);
		poll_sync_drop(p);
		p->bin = NULL;
		p->left = NULL;
		if (rc == 0 || door_stopped(d->door) || e->code == ERR_NOMEM)
			return rc;
		domain_leave(d, p->dir.host, e);
	}
}

void
domain_tell_failed(struct door *door, const char *name, const struct err *e)
{
	door_count(door, &(struct door_counts){ .failed = 1 });
	door_failed(door, e);
	door_reason(door, e->code == ERR_AUTH ? "ad-login-refused" : "ad-domain-failed",
		name, 0, "%s", e->text);
}

int
domain_poll(
	const struct ad_conf *conf, struct door *door, const char *name, struct err *e)
{
	struct domain d;
	struct poll p = { .domain = &d };
	int rc = domain_open(&d, conf, door, name, e);

	if (rc == 0 && (!(p.seen = seen_new()) || !(p.known = containers_new())))
		rc = err_nomem(e);
	if (rc == 0)
		rc = poll_any(&p, e);
	if (rc == -1)
		domain_tell_failed(door, d.name, e);
	subnets_free(&p.subnets);
	seen_free(p.seen);
	containers_free(p.known);
	domain_close(&d);
	return rc;
}
