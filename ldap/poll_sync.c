/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What changed, by DirSync: one cookie for each partition that is read. */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "ldap/poll_private.h"

LOG_TAG("ad");

static const struct part {
	const char *before; /* of the DN of the domain, or of the forest's root */
	bool is_of_forest;
	const char *changed; /* filter */
} parts[PARTS] = {
	[PART_DOMAIN] = { "", false, "(|(objectClass=computer)(objectClass=dnsNode))" },
	[PART_DOMAIN_ZONES] = { "DC=DomainDnsZones,", false, "(objectClass=dnsNode)" },
	[PART_FOREST_ZONES] = { "DC=ForestDnsZones,", true, "(objectClass=dnsNode)" },
};

static bool
is_read(const struct poll *p, size_t part)
{
	return part == PART_DOMAIN || p->domain->conf->dns;
}

/* --- one partition ------------------------------------------------------------------------ */

/* An address is told by the records of its node, which come whole when they changed. */
static int
take_changed(void *arg, const struct entry *entry, struct err *e)
{
	struct poll *p = arg;

	if (p->zones && zones_add(p->zones, entry, e) == -1)
		return -1;
	return changed_add(p->changed, entry, e);
}

static int
take_node(void *arg, const struct entry *entry, struct err *e)
{
	struct poll *p = arg;

	return zones_add(p->zones, entry, e);
}

/* Its name comes when that changed, or its place. */
static int
take_container(void *arg, const struct entry *entry, struct err *e)
{
	const char *is_deleted = entry_text(entry, "isDeleted");

	return !entry_find(entry, "name") || is_deleted
		? 0
		: poll_add_moved(arg, entry->dn, e);
}

static int
take_nothing(void *arg, const struct entry *entry, struct err *e)
{
	(void)arg, (void)entry, (void)e;
	return 0;
}

static int
search_part(struct poll *p, size_t i, struct search *q, struct err *e)
{
	/* An object comes only when something changed that was asked for: "name" when it was
	 * renamed or moved. */
	static const char *const names[] = { "objectGUID", "isDeleted", "whenCreated",
		"name", "sAMAccountName", "dNSHostName", "operatingSystem",
		"operatingSystemVersion", "operatingSystemServicePack",
		"lastLogonTimestamp", "pwdLastSet", "userAccountControl",
		"servicePrincipalName", "description", "location", "managedBy",
		"primaryGroupID", "msDS-SupportedEncryptionTypes",
		"msDS-AllowedToDelegateTo", "dnsRecord", "dNSTombstoned", NULL };
	const char *of = parts[i].is_of_forest ? p->dir.root : p->dir.base;
	char base[2048];

	if (!of[0] ||
		snprintf(base, sizeof(base), "%s%s", parts[i].before, of) >=
			(int)sizeof(base))
		return err_set(e, ERR_NOTFOUND, "there is no such partition");
	q->base = base;
	q->attributes = names;
	q->scope = SEARCH_ALL;
	q->arg = p;
	int rc = session_search(p->session, q, e);
	door_count(p->domain->door, &(struct door_counts){ .pages = q->n_pages });
	return rc;
}

static void
remembered(const struct poll *p, size_t part, struct dirsync_cookie *out)
{
	const char *text = p->mark.cookies[part];

	out->n = 0;
	if (text && !dirsync_cookie_read(text, strlen(text), out))
		out->n = 0;
}

/* For the next poll. */
static int
keep(struct poll *p, size_t part, const struct dirsync_cookie *c, struct err *e)
{
	struct sb text;

	if (c->n == 0)
		return 0;
	sb_init(&text, DIRSYNC_TEXT_MAX);
	dirsync_cookie_print(c, &text);
	p->cookies[part] = text.bad ? NULL : arena_strdup(p->domain->mem, text.text);
	sb_done(&text);
	return p->cookies[part] ? 0 : err_nomem(e);
}

/* --- what changed ------------------------------------------------------------------------- */

/* A partition of zones may be missing, or not be ours to read, as it was last time. */
static int
read_part(struct poll *p, size_t part, struct err *e)
{
	struct dirsync_cookie c;
	struct search q = { .filter = parts[part].changed,
		.since = &c,
		.row = part == PART_DOMAIN ? take_changed : take_node };

	remembered(p, part, &c);
	bool had_one = c.n > 0;
	if (search_part(p, part, &q, e) == 0)
		return keep(p, part, &c, e);
	return part != PART_DOMAIN && (!had_one || e->code == ERR_NOTFOUND) ? 0 : -1;
}

/* In a question of its own, whose cookie is not kept: what comes does not say what it is of. */
static int
read_containers(struct poll *p, struct err *e)
{
	struct dirsync_cookie c;
	struct search q = { .filter = "(|(objectCategory=organizationalUnit)"
				      "(objectCategory=container))",
		.since = &c,
		.row = take_container };

	remembered(p, PART_DOMAIN, &c);
	return search_part(p, PART_DOMAIN, &q, e);
}

void
poll_sync_drop(struct poll *p)
{
	changed_free(p->changed);
	p->changed = NULL;
	p->n_moved = 0;
	for (size_t i = 0; i < PARTS; i++)
		p->cookies[i] = NULL;
}

int
poll_sync_read(struct poll *p, struct err *e)
{
	int rc = 0;

	if (!(p->changed = changed_new()))
		return err_nomem(e);
	if (p->domain->conf->dns)
		rc = zones_new(&p->zones, POLL_ZONES_MEMORY, e);
	for (size_t i = 0; i < PARTS && rc == 0; i++)
		if (is_read(p, i))
			rc = read_part(p, i, e);
	if (rc == 0)
		rc = read_containers(p, e);
	if (rc == -1) {
		zones_free(p->zones);
		p->zones = NULL;
		poll_sync_drop(p);
	}
	return rc;
}

/* --- only where we are ---------------------------------------------------------------------- */

/* A filter that nothing passes: the cookie of now costs no entry. */
static int
mark_part(struct poll *p, size_t part, bool anew, struct err *e)
{
	struct dirsync_cookie c = { .n = 0 };
	struct search q = {
		.filter = "(!(objectClass=*))", .since = &c, .row = take_nothing
	};

	if (!anew)
		remembered(p, part, &c);
	bool had_one = c.n > 0;
	if (search_part(p, part, &q, e) == 0)
		return keep(p, part, &c, e);
	return had_one ? mark_part(p, part, true, e) : -1;
}

void
poll_sync_mark(struct poll *p)
{
	struct err e;

	if (!p->dir.can_dirsync)
		return;
	for (size_t i = 0; i < PARTS; i++)
		if (is_read(p, i) && mark_part(p, i, false, &e) == -1)
			log_debug("%s: no cookie of DirSync (%s...): %s", p->dir.host,
				parts[i].before, e.text);
}
