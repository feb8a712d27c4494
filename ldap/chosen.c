/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ldap/chosen.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "ldap/domain.h"
#include "ldap/forest.h"

LOG_TAG("ad");

/* In lower case, as the directory's own lists have it: the store and the state of the last poll
 * know the domain by this name. */
static void
put_name(char out[static STATE_NAME_MAX], const char *name)
{
	size_t n = 0;

	for (; name[n]; n++)
		out[n] = (char)(name[n] >= 'A' && name[n] <= 'Z' ? name[n] - 'A' + 'a'
								 : name[n]);
	out[n] = '\0';
}

static void
add_name(struct chosen *list, const char *name)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcasecmp(list->items[i], name) == 0)
			return;
	if (list->n < STATE_DOMAINS_MAX && strlen(name) < STATE_NAME_MAX)
		put_name(list->items[list->n++], name);
	else
		list->cut++;
}

/* What one of its controllers knows of others.  The forest may be there when trusts fail. */
static int
read_related(struct domain *d, struct directory *dir, struct forest *f,
	struct trusts *trusts, struct err *e)
{
	struct session *s = NULL;
	int rc = domain_connect(d, true, &s, dir, e);

	if (rc == -1) {
		*dir = (struct directory){ .forest = "" };
		return -1;
	}
	if (d->conf->forest)
		rc = forest_read(s, dir, d->mem, f, e);
	if (rc == -1) /* a list that broke off is none */
		*f = (struct forest){ .n = 0 };
	if (rc == 0 && d->conf->trusts)
		rc = forest_read_trusts(s, dir, d->mem, trusts, e);
	session_close(s);
	return rc;
}

/* The domain itself, then those of its forest, then those that trust it. */
static int
add_related(const struct ad_conf *conf, struct door *door, struct chosen *list,
	struct err *e)
{
	struct domain d;
	struct directory dir = { .forest = "" };
	struct forest f = { .n = 0 };
	struct trusts trusts = { .n = 0 };
	int rc = domain_open(&d, conf, door, list->items[0], e);

	if (rc == 0)
		rc = read_related(&d, &dir, &f, &trusts, e);
	if (!list->items[0][0]) /* the server said which */
		put_name(list->items[0], d.name);
	for (size_t i = 0; i < f.n; i++) {
		log_debug("the forest %s has the domain %s (%s)", dir.forest,
			f.domains[i].name, f.domains[i].netbios);
		add_name(list, f.domains[i].name);
	}
	for (size_t i = 0; i < trusts.n; i++) {
		log_debug("trust: %s: %s", trusts.items[i].name, trusts.items[i].text);
		if (trusts.items[i].is_asked)
			add_name(list, trusts.items[i].name);
	}
	list->cut += f.cut;
	if (list->cut)
		door_reason(door, "ad-many-domains", dir.forest, list->cut,
			"domains are not asked: there are more than %d",
			STATE_DOMAINS_MAX);
	domain_close(&d);
	return rc;
}

/* Those that are known are polled all the same; when it is one alone, it has just failed. */
static int
go_without(struct chosen *list, struct door *door, const struct err *e)
{
	if (list->n < 2)
		return -1;
	list->is_part = true;
	list->why = *e;
	door_reason(door, "ad-trusts-failed", list->items[0], 0,
		"domains that trust it are not asked: %s", e->text);
	return 0;
}

static bool
is_chosen(const struct chosen *list, const char *domain, size_t n)
{
	for (size_t i = 0; i < list->n; i++)
		if (strlen(list->items[i]) == n &&
			strncasecmp(list->items[i], domain, n) == 0)
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

static int
choose(struct chosen *list, const struct ad_conf *conf, struct door *door, struct err *e)
{
	char own[CONTROLLER_NAME_MAX];

	for (size_t i = 0; i < conf->domains.n; i++)
		add_name(list, conf->domains.items[i]);
	if (list->n == 0 && ad_server_of(conf, ""))
		add_name(list, ""); /* that server says which */
	if (list->n == 0 && locate_own_domain(own))
		add_name(list, own);
	if (list->n == 0)
		return err_set(e, ERR_NOTFOUND,
			"this machine belongs to no domain that krb5.conf or resolv.conf "
			"tells of: use --domain");
	if (!conf->forest && !conf->trusts)
		return 0;
	if (add_related(conf, door, list, e) == -1)
		return go_without(list, door, e);
	tell_unused(list, conf, door);
	return 0;
}

int
chosen_read(struct chosen *list, const struct ad_conf *conf, struct door *door,
	struct err *e)
{
	*list = (struct chosen){ .items = calloc(STATE_DOMAINS_MAX, STATE_NAME_MAX) };
	return list->items ? choose(list, conf, door, e) : err_nomem(e);
}

void
chosen_free(struct chosen *list)
{
	free(list->items);
	list->items = NULL;
}
