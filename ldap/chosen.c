/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ldap/chosen.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "ldap/at_once.h"
#include "ldap/domain.h"
#include "ldap/forest.h"

LOG_TAG("ad");

enum { RELATED_MEMORY = 4 << 20 };

/* In lower case, as the directory's own lists have it: the store and the state of the last poll
 * know the domain by this name. */
static int
add_name(struct chosen *list, const char *name, struct arena *mem, struct err *e)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcasecmp(list->items[i].name, name) == 0)
			return 0;
	if (list->n == STATE_DOMAINS_MAX || strlen(name) >= STATE_NAME_MAX) {
		list->cut++;
		return 0;
	}
	struct chosen_domain *d = &list->items[list->n++];
	*d = (struct chosen_domain){ .name = arena_strlower(mem, name) };
	return d->name ? 0 : err_nomem(e);
}

/* --- a domain is asked ---------------------------------------------------------------------- */

/* What one of its controllers knows of others. */
struct related {
	struct arena *mem;
	struct forest forest;
	struct trusts trusts;
	char name[STATE_NAME_MAX]; /* as the server says, where nobody else did */
	char of[STATE_NAME_MAX];   /* its forest */
	bool is_reached, is_read;  /* reached: only who trusts it could not be read */
	struct err why;
};

struct asking {
	const struct ad_conf *conf;
	struct door *door;
	const struct chosen *list;
	struct related *all; /* by item */
};

static int
read_lists(struct domain *d, bool forest, struct related *r)
{
	struct directory dir = { .forest = "" };
	struct session *s = NULL;
	int rc = domain_connect(d, true, &s, &dir, &r->why);

	if (rc == -1)
		return -1;
	(void)snprintf(r->of, sizeof(r->of), "%s", dir.forest);
	if (forest)
		rc = forest_read(s, &dir, r->mem, &r->forest, &r->why);
	r->is_reached = rc == 0;
	if (rc == 0 && d->conf->trusts)
		rc = forest_read_trusts(s, &dir, r->mem, &r->trusts, &r->why);
	session_close(s);
	return rc;
}

/* The forest is the same for all: the first tells of it. */
static void
ask_one(void *arg, size_t i)
{
	const struct asking *a = arg;
	struct related *r = &a->all[i];
	struct domain d;

	if (door_stopped(a->door)) {
		(void)err_set(&r->why, ERR_TIMEOUT, "stopped");
		return;
	}
	if (!(r->mem = arena_new(RELATED_MEMORY))) {
		(void)err_nomem(&r->why);
		return;
	}
	int rc = domain_open(&d, a->conf, a->door, a->list->items[i].name, &r->why);
	if (rc == 0)
		rc = read_lists(&d, a->conf->forest && i == 0, r);
	r->is_read = rc == 0;
	memcpy(r->name, d.name, sizeof(r->name));
	domain_close(&d);
}

/* --- who is added ----------------------------------------------------------------------------- */

static int
add_forest(
	struct chosen *list, const struct related *r, struct arena *mem, struct err *e)
{
	for (size_t i = 0; i < r->forest.n; i++) {
		log_debug("the forest %s has the domain %s (%s)", r->of,
			r->forest.domains[i].name, r->forest.domains[i].netbios);
		if (add_name(list, r->forest.domains[i].name, mem, e) == -1)
			return -1;
	}
	list->cut += r->forest.cut;
	return 0;
}

static int
add_trusts(
	struct chosen *list, const struct related *r, struct arena *mem, struct err *e)
{
	for (size_t i = 0; i < r->trusts.n; i++) {
		const struct trust *t = &r->trusts.items[i];
		log_debug("trust of %s: %s: %s", r->name, t->name, t->text);
		if (t->is_asked && add_name(list, t->name, mem, e) == -1)
			return -1;
	}
	return 0;
}

/* Whoever is known is polled all the same; but one that could not be reached has just failed. */
static int
go_without(struct chosen *list, size_t i, const struct related *r, struct door *door,
	struct arena *mem, struct err *e)
{
	list->is_part = true;
	if (!r->is_reached &&
		!(list->items[i].failed = arena_dup(mem, &r->why, sizeof(r->why))))
		return err_nomem(e);
	door_reason(door, "ad-trusts-failed", list->items[i].name, 0,
		"domains that trust it are not asked%s%s", r->is_reached ? ": " : "",
		r->is_reached ? r->why.text : "");
	return 0;
}

/* In the order of the list, whoever answered first. */
static int
add_all(struct asking *a, struct chosen *list, size_t n, struct arena *mem,
	struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		int rc = a->all[i].is_read
			? add_trusts(list, &a->all[i], mem, e)
			: go_without(list, i, &a->all[i], a->door, mem, e);
		if (rc == -1)
			return -1;
	}
	return 0;
}

/* The first, its forest, and then of all these who trusts them. */
static int
ask_all(struct asking *a, struct chosen *list, size_t at_a_time, struct arena *mem,
	struct err *e)
{
	struct related *first = &a->all[0];

	ask_one(a, 0);
	if (!first->is_reached && list->n == 1) { /* a forest is of one, too */
		*e = first->why;
		return -1;
	}
	if (!list->items[0].name[0] && /* the server said which */
		!(list->items[0].name = arena_strdup(mem, first->name)))
		return err_nomem(e);
	if (add_forest(list, first, mem, e) == -1)
		return -1;
	size_t n = list->n;
	if (!a->conf->trusts)
		return 0;
	at_once(1, n, at_a_time, ask_one, a);
	return add_all(a, list, n, mem, e);
}

static int
add_related(struct chosen *list, const struct ad_conf *conf, struct door *door,
	size_t at_a_time, struct arena *mem, struct err *e)
{
	struct asking a = { conf, door, list,
		arena_new_array(mem, struct related, STATE_DOMAINS_MAX) };

	if (!a.all)
		return err_nomem(e);
	int rc = ask_all(&a, list, at_a_time, mem, e);
	for (size_t i = 0; i < STATE_DOMAINS_MAX; i++)
		arena_free(a.all[i].mem);
	if (list->cut)
		door_reason(door, "ad-many-domains", a.all[0].of, list->cut,
			"domains are not asked: there are more than %d",
			STATE_DOMAINS_MAX);
	return rc;
}

/* --- what was typed ----------------------------------------------------------------------------- */

static bool
is_chosen(const struct chosen *list, const char *domain, size_t n)
{
	for (size_t i = 0; i < list->n; i++)
		if (strlen(list->items[i].name) == n &&
			strncasecmp(list->items[i].name, domain, n) == 0)
			return true;
	return false;
}

/* Only now is it known which domains the forest has. */
static void
tell_unused(const struct chosen *list, const struct ad_conf *conf, struct door *door)
{
	const struct opt_list *lists[] = { &conf->servers, &conf->logins };

	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < lists[k]->n; i++) {
			const char *item = lists[k]->items[i], *is = strchr(item, '=');
			if (is && !is_chosen(list, item, (size_t)(is - item)))
				door_reason(door, "ad-not-polled", item, 0,
					"the %s is meant for a domain that is not polled",
					k ? "credential" : "server");
		}
}

/* Those named, or the own one. */
static int
add_named(struct chosen *list, const struct ad_conf *conf, struct arena *mem,
	struct err *e)
{
	char own[CONTROLLER_NAME_MAX];

	for (size_t i = 0; i < conf->domains.n; i++)
		if (add_name(list, conf->domains.items[i], mem, e) == -1)
			return -1;
	if (list->n)
		return 0;
	if (ad_server_of(conf, ""))
		return add_name(list, "", mem, e); /* that server says which */
	if (locate_own_domain(own))
		return add_name(list, own, mem, e);
	return err_set(e, ERR_NOTFOUND,
		"this machine belongs to no domain that krb5.conf or resolv.conf tells of: "
		"use --domain");
}

int
chosen_read(struct chosen *list, const struct ad_conf *conf, struct door *door,
	size_t at_a_time, struct arena *mem, struct err *e)
{
	*list = (struct chosen){ .items = arena_new_array(mem, struct chosen_domain,
					 STATE_DOMAINS_MAX) };
	if (!list->items)
		return err_nomem(e);
	if (add_named(list, conf, mem, e) == -1)
		return -1;
	if (!conf->forest && !conf->trusts)
		return 0;
	if (add_related(list, conf, door, at_a_time, mem, e) == -1)
		return -1;
	tell_unused(list, conf, door);
	return 0;
}
