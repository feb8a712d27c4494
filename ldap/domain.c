/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connections to a domain: whom to ask, and as whom. */
#include "ldap/domain.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"

LOG_TAG("ad");

enum { MEMORY = 32 << 20 };

/* --- controllers -------------------------------------------------------------------------- */

/* Its count of changes is the one we know: another controller means DirSync, or a full poll.
 * That is still less than a time-out, so who is silent does not go before who is not. */
static void
prefer(struct controllers *c, const char *host)
{
	for (size_t i = 1; i < c->n; i++)
		if (strcasecmp(c->items[i].host, host) == 0) {
			struct controller found = c->items[i];
			if (!found.answered && c->items[0].answered) {
				log_debug("%s was asked last time, and does not answer",
					host);
				return;
			}
			memmove(c->items + 1, c->items, i * sizeof(c->items[0]));
			c->items[0] = found;
			log_debug("%s was asked last time, and goes first", host);
		}
}

/* Who failed a moment ago, when it was asked for the forest, goes last. */
static void
put_off_left(struct domain *d)
{
	const struct controllers found = d->controllers;
	size_t n = 0;

	for (int left = 0; left < 2; left++)
		for (size_t i = 0; i < found.n; i++)
			if (door_has_left(d->door, found.items[i].host) == (left == 1))
				d->controllers.items[n++] = found.items[i];
}

static int
note_found(void *arg, const struct addr *a, struct err *e)
{
	bool *found = arg;

	(void)a, (void)e;
	*found = true;
	return 0;
}

/* "dc1" is one of the domain's, whatever resolv.conf searches: Kerberos and certificates go by
 * the whole name. */
static void
name_server(struct domain *d, const char *server, char out[static CONTROLLER_NAME_MAX])
{
	bool found = false;
	struct err e;

	(void)snprintf(out, CONTROLLER_NAME_MAX, "%s", server);
	if (!d->name[0] || strpbrk(server, ".:"))
		return;
	int n = snprintf(out, CONTROLLER_NAME_MAX, "%s.%s", server, d->name);
	if (n < CONTROLLER_NAME_MAX &&
		resolver_lookup(d->resolver, out, note_found, &found, &e) == 0 && found)
		return;
	log_debug("there is no %s: %s is asked as it is written", out, server);
	(void)snprintf(out, CONTROLLER_NAME_MAX, "%s", server);
}

static int
find_controllers(struct domain *d, struct err *e)
{
	const char *server = ad_server_of(d->conf, d->name);
	struct controllers *c = &d->controllers;
	struct ad_mark mark;

	*c = (struct controllers){ .n = 0 };
	if (server) {
		c->n = 1;
		name_server(d, server, c->items[0].host);
		log_debug("%s is asked, as configured", c->items[0].host);
		return 0;
	}
	if (locate_controllers(&d->reach, d->name, c, e) == -1)
		return -1;
	if (door_mark(d->door, d->name, &mark))
		prefer(c, mark.server);
	put_off_left(d);
	return 0;
}

int
domain_open(struct domain *d, const struct ad_conf *conf, struct door *door,
	const char *name, struct err *e)
{
	struct credential *account;

	*d = (struct domain){ .conf = conf, .door = door };
	(void)snprintf(d->name, sizeof(d->name), "%s", name);
	if (ad_account_of(conf, name, &account, e) == -1)
		return -1;
	d->account = account;
	if (!(d->mem = arena_new(MEMORY)))
		return err_nomem(e);
	if (resolver_new(&d->resolver, e) == -1)
		return -1;
	const struct source_run *run = door_run(door);
	d->reach = (struct reach){ d->resolver, conf->excluded, conf->timeout_ms,
		run->deadline_us, run->stop };
	return find_controllers(d, e);
}

void
domain_close(struct domain *d)
{
	resolver_free(d->resolver);
	arena_free(d->mem);
}

/* --- connecting ---------------------------------------------------------------------------- */

/* Why a controller is left. */
enum why_left { LEFT_FAILED, LEFT_EXCLUDED, LEFT_REFUSED /* the account was */ };

static int
open_session(struct domain *d, const char *host, struct session **out,
	enum why_left *why, struct err *e)
{
	struct reach_addresses found = { .n = 0 };

	if (reach_find(&d->reach, host, &found, e) == -1) {
		if (found.n_excluded)
			*why = LEFT_EXCLUDED;
		return -1;
	}
	const struct session_conf conf = { .host = host,
		.addresses = found.items,
		.n_addresses = found.n,
		.tls = (enum session_tls)d->conf->tls,
		.ca_file = d->conf->ca_file,
		.reach = d->reach };
	return session_open(out, &conf, e);
}

static int
login(struct domain *d, struct session *s, struct err *e)
{
	if (!door_login_begin(d->door, d->account, e))
		return -1;
	int rc = session_login(s, d->name, d->account, e);
	door_login_end(d->door, d->account, rc == -1 ? e : NULL);
	return rc;
}

static int
check_domain(struct domain *d, const struct directory *dir, struct err *e)
{
	if (!d->name[0])
		(void)snprintf(d->name, sizeof(d->name), "%s", dir->domain);
	if (strcasecmp(d->name, dir->domain) != 0)
		return err_set(e, ERR_NOTFOUND, "it serves %.60s, not %.60s",
			dir->domain, d->name);
	return 0;
}

static int
connect_to(struct domain *d, const char *host, bool with_login, struct session **out,
	struct directory *dir, enum why_left *why, struct err *e)
{
	struct session *s;

	arena_reset(d->mem);
	if (open_session(d, host, &s, why, e) == -1)
		return -1;
	int rc = directory_read(s, d->mem, dir, e);
	if (rc == 0)
		rc = check_domain(d, dir, e);
	if (rc == 0 && with_login) {
		rc = login(d, s, e);
		if (rc == -1 && e->code == ERR_AUTH)
			*why = LEFT_REFUSED;
		if (rc == 0)
			rc = directory_read_database(s, dir, e);
	}
	if (rc == -1) {
		session_close(s);
		return -1;
	}
	log_debug("%s serves %s in site %s; it counts %llu changes", host, dir->domain,
		dir->site[0] ? dir->site : "(none)", (unsigned long long)dir->usn);
	*out = s;
	return 0;
}

static void
leave(struct domain *d, const char *host, const char *code, const struct err *e)
{
	size_t n = strlen(host);
	bool is_named = strncmp(e->text, host, n) == 0 &&
		strncmp(e->text + n, ": ", 2) == 0;

	d->last = *e;
	door_leave(d->door, code, host,
		e->text + (is_named ? n + 2 : 0)); /* it is about that host already */
}

void
domain_leave(struct domain *d, const char *host, const struct err *e)
{
	leave(d, host, "ad-controller-failed", e);
}

int
domain_connect(struct domain *d, bool with_login, struct session **out,
	struct directory *dir, struct err *e)
{
	while (d->at < d->controllers.n && !door_stopped(d->door)) {
		const char *host = d->controllers.items[d->at++].host;
		enum why_left why = LEFT_FAILED;
		if (connect_to(d, host, with_login, out, dir, &why, e) == 0)
			return 0;
		log_debug("%s: %s", host, e->text);
		if (why == LEFT_REFUSED)
			return -1;
		if (why == LEFT_EXCLUDED)
			leave(d, host, "ad-controller-excluded", e);
		else
			domain_leave(d, host, e);
	}
	if (door_stopped(d->door))
		return err_set(e, ERR_TIMEOUT, "stopped");
	return err_set(e, ERR_TIMEOUT, "no controller of %.60s could be asked: %s",
		d->name[0] ? d->name : "the server's domain", d->last.text);
}

const char *
domain_why_full(const struct domain *d, const struct directory *dir,
	struct ad_mark *mark, bool *can_sync)
{
	const struct source_run *run = door_run(d->door);
	bool known = door_mark(d->door, d->name, mark);
	const struct ad_now now = { dir->host, dir->invocation, dir->usn,
		dir->schema_version, clock_wall(run->clock),
		d->conf->full_every_ms * MSEC, d->conf->full };

	*can_sync = dir->can_dirsync && ad_state_can_sync(known ? mark : NULL, &now);
	return ad_state_why_full(known ? mark : NULL, &now);
}
