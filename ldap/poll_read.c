/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is asked of a controller. */
#include <inttypes.h>
#include <stdio.h>

#include "base/log.h"
#include "ldap/names.h"
#include "ldap/poll_private.h"

LOG_TAG("ad");

enum {
	NAMES_A_SEARCH = 40,
	FILTER_MAX = 32 << 10,
};

/* --- computers ---------------------------------------------------------------------------- */

static struct search
computer_search(struct poll *p, const char *filter)
{
	return (struct search){ .base = p->dir.base,
		.filter = filter,
		.scope = SEARCH_ALL,
		.attributes = computer_attributes,
		.row = poll_tell_computer };
}

int
poll_search(struct poll *p, struct search *q, struct err *e)
{
	q->page = p->page;
	q->arg = p;
	int rc = session_search(p->session, q, e);

	door_count(p->domain->door, &(struct door_counts){ .pages = q->n_pages });
	return rc;
}

/* Those that changed; *q: how, and how many they were. */
static int
read_changed(struct poll *p, bool deleted, struct search *q, struct err *e)
{
	uint64_t n_entries = 0;
	struct sb filter;
	size_t at = 0;
	int rc = 0;

	sb_init(&filter, CHANGED_FILTER_MAX);
	while (rc == 0 && changed_filter(p->changed, deleted, &at, &filter)) {
		q->filter = filter.text;
		rc = filter.bad ? err_nomem(e) : poll_search(p, q, e);
		n_entries += q->n_entries;
	}
	sb_done(&filter);
	q->n_entries = n_entries;
	return rc;
}

int
poll_read_computers(struct poll *p, struct err *e)
{
	char filter[128] = "(objectCategory=computer)";
	struct search q = computer_search(p, filter);

	if (p->changed)
		return read_changed(p, false, &q, e);
	if (!p->why_full)
		(void)snprintf(filter, sizeof(filter),
			"(&(objectCategory=computer)(uSNChanged>=%" PRIu64 "))",
			p->since);
	return poll_search(p, &q, e);
}

/* One is enough: the search ends. */
static int
see_deleted(void *arg, const struct entry *entry, struct err *e)
{
	(void)entry;
	*(bool *)arg = true;
	return err_set(e, ERR_NONE, "seen");
}

/* Who may not see what is in the bin gets nothing, and no error ([MS-ADTS] 3.1.1.3.1.3.2). */
static void
tell_if_bin_is_hidden(struct poll *p)
{
	static const char *const none[] = { "1.1", NULL };
	bool is_seen = false;
	char base[2048];
	struct err e;
	struct search q = { .base = base,
		.filter = "(isDeleted=TRUE)",
		.scope = SEARCH_ONE,
		.attributes = none,
		.page = p->page ? 1 : 0,
		.deleted = true,
		.row = see_deleted,
		.arg = &is_seen };

	if (snprintf(base, sizeof(base), "CN=Deleted Objects,%s", p->dir.base) <
		(int)sizeof(base))
		(void)session_search(p->session, &q, &e);
	if (!is_seen)
		door_reason(p->domain->door, "ad-bin-hidden", p->of.name, 0,
			"no deleted object is visible to this account: unless there is none, "
			"which computers are gone is known after the next full poll");
}

/* What is left of them ([MS-ADTS] 3.1.1.5.5.1.1), and what tells whether we told of it. */
static const char *const deleted_attributes[] = { "objectGUID", "objectSid",
	"objectClass", "sAMAccountName", "dNSHostName", "userAccountControl",
	"whenCreated", "whenChanged", "uSNChanged", "uSNCreated", "isDeleted", NULL };

/* In the bin of deleted objects, whatever the base ([MS-ADTS] 3.1.1.5.5). */
int
poll_read_deleted(struct poll *p, struct err *e)
{
	char filter[160];
	struct search q = computer_search(p, filter);

	if (p->why_full || !p->dir.can_show_deleted)
		return 0;
	(void)snprintf(filter, sizeof(filter),
		"(&(isDeleted=TRUE)(objectClass=computer)(uSNChanged>=%" PRIu64 "))",
		p->since);
	q.attributes = deleted_attributes;
	q.deleted = true;
	q.row = poll_tell_deleted;
	int rc = p->changed ? read_changed(p, true, &q, e) : poll_search(p, &q, e);
	if (rc == 0 && q.n_entries == 0)
		tell_if_bin_is_hidden(p);
	return rc;
}

/* --- addresses ------------------------------------------------------------------------------ */

static int
read_zones(struct poll *p, bool anew, struct err *e)
{
	struct zones_read r = { .since = anew ? 0 : p->since,
		.page = p->page,
		.no_nodes = p->changed && !anew }; /* DirSync has told of nodes */
	int rc = p->zones ? 0 : zones_new(&p->zones, POLL_ZONES_MEMORY, e);

	if (rc == 0)
		rc = zones_read(p->session, &p->dir, p->zones, &r, e);
	door_count(p->domain->door,
		&(struct door_counts){ .entries = r.entries, .pages = r.pages });
	return rc;
}

/* What a poll did not read of the zones, no later one would find by what changed. */
int
poll_read_zones(struct poll *p, struct err *e)
{
	bool anew = p->why_full || !p->mark.has_zones;

	if (!p->domain->conf->dns)
		return 0;
	p->has_zones = read_zones(p, anew, e) == 0;
	if (p->has_zones) {
		log_debug("%s: %zu names have addresses in the zones of the directory",
			p->of.name, zones_count(p->zones));
		return 0;
	}
	if (e->code != ERR_AUTH)
		return -1;
	/* Who may read computers may not read zones everywhere. */
	door_reason(p->domain->door, "ad-zones-refused", p->of.name, 0, "%s", e->text);
	if (!anew || p->why_full || p->changed)
		return 0;
	/* Nor may he now: what he may read was read before, and of it what changed will do. */
	zones_free(p->zones);
	p->zones = NULL;
	return read_zones(p, false, e) == 0 || e->code == ERR_AUTH ? 0 : -1;
}

/* All names are new to us: asking for each costs more than reading all computers. */
static int
read_all_named(struct poll *p, struct err *e)
{
	struct search q = computer_search(p, "(objectCategory=computer)");

	q.row = poll_tell_named;
	return poll_search(p, &q, e);
}

int
poll_read_changed_names(struct poll *p, struct err *e)
{
	const struct zone_name *name;
	struct sb filter;
	size_t at = 0, n = 0;
	int rc = 0;

	if (p->why_full || !p->zones)
		return 0;
	if (p->has_zones && !p->mark.has_zones)
		return read_all_named(p, e);
	sb_init(&filter, FILTER_MAX);
	do {
		name = zones_next_unused(p->zones, &at);
		if (name) {
			sb_add(&filter,
				n++ ? "(dNSHostName="
				    : "(&(objectCategory=computer)(|(dNSHostName=");
			names_add_filter(&filter, name->name);
			sb_add(&filter, ")");
		}
		if (n && (n == NAMES_A_SEARCH || !name)) {
			sb_add(&filter, "))");
			struct search q = computer_search(p, filter.text);
			rc = filter.bad ? err_nomem(e) : poll_search(p, &q, e);
			sb_clear(&filter);
			n = 0;
		}
	} while (rc == 0 && name);
	sb_done(&filter);
	return rc;
}

static bool
is_stopped(void *arg)
{
	return door_stopped(((struct poll *)arg)->domain->door);
}

int
poll_read_left(struct poll *p, struct err *e)
{
	struct left_told told = {
		.address = poll_tell_address, .stopped = is_stopped, .arg = p
	};
	struct door *door = p->domain->door;
	const char *of = p->of.name;

	if (left_ask(p->left, p->domain->resolver, &told, e) == -1)
		return -1;
	if (told.asked)
		log_debug(
			"%s: DNS has addresses of %zu of %zu names that stand in no zone "
			"of the directory",
			of, told.found, told.asked);
	if (told.unknown)
		door_reason(door, "ad-dns-unknown", of, told.unknown,
			"no name server told whether these computers have an address");
	if (told.cut)
		door_reason(door, "ad-dns-cut", of, told.cut,
			"of computers with more than %d addresses in DNS the rest was left "
			"out",
			RESOLVER_ADDRESSES_MAX);
	if (told.not_asked && p->domain->conf->ask_dns)
		door_reason(door, "ad-dns-left", of, told.not_asked,
			"more computers stand in no zone of the directory than DNS is asked "
			"for (--ask-dns)");
	return 0;
}

/* --- subnets ------------------------------------------------------------------------------ */

/* Every controller has them.  That it fails costs nothing else. */
void
poll_read_subnets(struct poll *p)
{
	struct door *door = p->domain->door;
	const struct forest_subnets to = { &p->subnets, door, p->page, p->now_us };
	struct err e;

	subnets_free(&p->subnets);
	if (forest_read_subnets(p->session, &p->dir, &to, &e) == -1 &&
		e.code != ERR_NOTFOUND) /* what has no subnets tells of none */
		door_forest_failed(door, "ad-subnets-failed", p->dir.forest, e.text);
}
