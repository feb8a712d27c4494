/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is asked of a controller, in which order, and what becomes of it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "ldap/adtime.h"
#include "ldap/bin.h"
#include "ldap/clean.h"
#include "ldap/computers.h"
#include "ldap/domain.h"
#include "ldap/forest.h"
#include "ldap/left.h"
#include "ldap/names.h"
#include "ldap/seen.h"
#include "ldap/subnets.h"
#include "ldap/topology.h"
#include "ldap/zones.h"

LOG_TAG("ad");

enum {
	ZONES_MEMORY = 256 << 20,
	NAMES_A_SEARCH = 40,
	FILTER_MAX = 32 << 10,
	COUNT_EVERY = 256, /* entries between two words of progress */
};

struct poll {
	struct domain *domain;
	struct session *session;
	struct directory dir;
	struct ad_mark mark;
	struct computer_domain of;
	struct forest forest;
	struct zones *zones;
	struct seen *seen; /* of all controllers of this poll */
	struct containers *known;
	struct subnets subnets;
	struct left *left;
	struct bin *bin;      /* who was deleted since the last poll */
	const char *why_full; /* NULL: only changes since mark.usn are asked for */
	uint64_t since;
	int64_t page, now_us;
	uint64_t n_computers, n_gone, n_nameless, n_uncounted;
};

/* --- computers ---------------------------------------------------------------------------- */

static void
insert_fact(struct fact *facts, size_t *n, struct fact f)
{
	size_t at = *n;

	for (; at > 0 && strcmp(facts[at - 1].key, f.key) > 0; at--)
		facts[at] = facts[at - 1];
	facts[at] = f;
	++*n;
}

static int
emit(struct poll *p, const struct addr *ip, const struct fact *facts, size_t n,
	struct err *e)
{
	const struct observation o = { .subject = SUBJECT_DEVICE,
		.source = "ad",
		.ip = ip ? *ip : (struct addr){ 0 },
		.evidence = EVIDENCE_LISTED,
		.facts = facts,
		.n_facts = n };

	return door_take(p->domain->door, &o, e);
}

/* A record that nobody refreshed for long says where the computer was. */
static bool
is_current(const struct poll *p, const struct zone_address *a)
{
	int64_t most = p->domain->conf->dns_age_ms * MSEC;

	return a->stamp_us == 0 || most == 0 || p->now_us - a->stamp_us <= most;
}

static void
add_refreshed(
	struct fact *facts, size_t *n, const struct zone_name *name, struct arena *mem)
{
	int64_t last = 0;

	for (size_t i = 0; i < name->n; i++)
		if (name->items[i].stamp_us > last)
			last = name->items[i].stamp_us;
	if (last == 0)
		return;
	const char *text = adtime_text(last, mem);
	if (text)
		insert_fact(facts, n,
			(struct fact){ .key = "ad.dns_refreshed",
				.type = FACT_TEXT,
				.text = text });
}

static void
add_site(struct poll *p, struct fact *facts, size_t *n, const struct addr *ip)
{
	const char *site = subnets_site(&p->subnets, ip);

	if (site)
		insert_fact(facts, n,
			(struct fact){
				.key = "ad.site", .type = FACT_TEXT, .text = site });
}

static bool
is_disabled(const struct fact *facts, size_t n)
{
	const struct fact *f = fact_get(facts, n, "ad.disabled");

	return f && f->num;
}

/* Its name stands in no zone that was read: others may know it. */
static int
leave_to_dns(struct poll *p, const char *dns, const struct fact *facts, size_t n,
	struct err *e)
{
	if (!p->zones || !dns[0] || is_disabled(facts, n) || zones_keep(p->zones, dns))
		return 0;
	return left_add(p->left, fact_get(facts, n, "ad.guid")->text, dns, e);
}

/* All facts with its first address, and the site that it is in; further addresses with who it
 * is alone. */
static int
emit_computer(struct poll *p, const struct entry *entry, struct fact *facts, size_t n,
	struct err *e)
{
	const char *dns = computer_dns_name(entry, &p->of);
	const struct zone_name *name = dns[0] && p->zones ? zones_find(p->zones, dns)
							  : NULL;
	struct fact guid[1];
	bool first = true;

	if (!name && leave_to_dns(p, dns, facts, n, e) == -1)
		return -1;
	if (name)
		add_refreshed(facts, &n, name, entry->mem);
	guid[0] = *fact_get(facts, n, "ad.guid"); /* it has one */
	for (size_t i = 0; name && i < name->n; i++) {
		if (!is_current(p, &name->items[i]))
			continue;
		if (first)
			add_site(p, facts, &n, &name->items[i].ip);
		if (emit(p, &name->items[i].ip, first ? facts : guid, first ? n : 1,
			    e) == -1)
			return -1;
		first = false;
	}
	return first ? emit(p, NULL, facts, n, e) : 0;
}

static void
count(struct poll *p, bool gone)
{
	p->n_gone += gone;
	p->n_computers += !gone;
	if (++p->n_uncounted < COUNT_EVERY)
		return;
	door_count(p->domain->door,
		&(struct door_counts){
			.entries = p->n_uncounted, .computers = p->n_uncounted });
	p->n_uncounted = 0;
}

/* An account that was deleted and made again is another one; both devices stay, for what the
 * old one did is not what the new one did, and this is how one leads to the other. */
static void
add_predecessor(struct poll *p, const struct entry *entry, struct fact *facts, size_t *n)
{
	const char *account = entry_text(entry, "sAMAccountName");
	const char *guid = account ? bin_find(p->bin, account) : NULL;

	if (guid)
		insert_fact(facts, n,
			(struct fact){
				.key = "ad.replaces", .type = FACT_TEXT, .text = guid });
}

static int
take_computer(void *arg, const struct entry *entry, struct err *e)
{
	struct poll *p = arg;
	struct fact facts[COMPUTER_FACTS_MAX];
	struct computer_id id;
	size_t n;

	if (!computer_id(entry, &id)) {
		p->n_nameless++;
		return 0;
	}
	int is_new = p->why_full ? seen_add(p->seen, &id, e) : 1;
	if (is_new <= 0)
		return is_new;
	if (!computer_facts(entry, &p->of, facts, &n))
		return 0;
	add_predecessor(p, entry, facts, &n);
	count(p, false);
	return emit_computer(p, entry, facts, n, e);
}

static int
take_deleted(void *arg, const struct entry *entry, struct err *e)
{
	struct poll *p = arg;
	struct fact facts[COMPUTER_FACTS_MAX];
	size_t n;

	if (!computer_facts(entry, &p->of, facts, &n))
		return 0;
	bin_add(p->bin, entry);
	count(p, true);
	return emit(p, NULL, facts, n, e);
}

static struct search
computer_search(struct poll *p, const char *filter)
{
	return (struct search){ .base = p->dir.base,
		.filter = filter,
		.scope = SEARCH_ALL,
		.attributes = computer_attributes,
		.page = p->page,
		.row = take_computer,
		.arg = p };
}

static int
run_search(struct poll *p, struct search *q, struct err *e)
{
	int rc = session_search(p->session, q, e);

	door_count(p->domain->door, &(struct door_counts){ .pages = q->n_pages });
	return rc;
}

static int
read_computers(struct poll *p, struct err *e)
{
	char filter[128] = "(objectCategory=computer)";
	struct search q = computer_search(p, filter);

	if (!p->why_full)
		(void)snprintf(filter, sizeof(filter),
			"(&(objectCategory=computer)(uSNChanged>=%" PRIu64 "))",
			p->since);
	return run_search(p, &q, e);
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

/* In the bin of deleted objects, whatever the base ([MS-ADTS] 3.1.1.5.5). */
static int
read_deleted(struct poll *p, struct err *e)
{
	char filter[160];
	struct search q = computer_search(p, filter);

	if (p->why_full || !p->dir.can_show_deleted)
		return 0;
	(void)snprintf(filter, sizeof(filter),
		"(&(isDeleted=TRUE)(objectClass=computer)(uSNChanged>=%" PRIu64 "))",
		p->since);
	q.deleted = true;
	q.row = take_deleted;
	int rc = run_search(p, &q, e);
	if (rc == 0 && q.n_entries == 0)
		tell_if_bin_is_hidden(p);
	return rc;
}

/* --- addresses ------------------------------------------------------------------------------ */

static int
read_zones(struct poll *p, struct err *e)
{
	struct zones_read r = { .since = p->why_full ? 0 : p->since, .page = p->page };

	if (!p->domain->conf->dns)
		return 0;
	int rc = zones_new(&p->zones, ZONES_MEMORY, e);
	if (rc == 0)
		rc = zones_read(p->session, &p->dir, p->zones, &r, e);
	if (rc == 0) {
		log_debug("%s: %zu names have addresses in the zones of the directory",
			p->of.name, zones_count(p->zones));
		door_count(p->domain->door,
			&(struct door_counts){ .entries = r.entries, .pages = r.pages });
		return 0;
	}
	if (e->code != ERR_AUTH)
		return -1;
	/* Who may read computers may not read zones everywhere. */
	door_reason(p->domain->door, "ad-zones-refused", p->of.name, 0, "%s", e->text);
	return 0;
}

/* Computers that did not change, of names that did. */
static int
read_of_changed_names(struct poll *p, struct err *e)
{
	const struct zone_name *name;
	struct sb filter;
	size_t at = 0, n = 0;
	int rc = 0;

	if (p->why_full || !p->zones)
		return 0;
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
			rc = filter.bad ? err_nomem(e) : run_search(p, &q, e);
			sb_clear(&filter);
			n = 0;
		}
	} while (rc == 0 && name);
	sb_done(&filter);
	return rc;
}

static int
take_left(void *arg, const char *guid, const struct addr *ip, struct err *e)
{
	struct poll *p = arg;
	struct fact facts[2] = { { .key = "ad.guid", .type = FACT_TEXT, .text = guid } };
	size_t n = 1;

	add_site(p, facts, &n, ip);
	return emit(p, ip, facts, n, e);
}

static bool
is_stopped(void *arg)
{
	return door_stopped(((struct poll *)arg)->domain->door);
}

static int
ask_left(struct poll *p, struct err *e)
{
	struct left_told told = {
		.address = take_left, .stopped = is_stopped, .arg = p
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
	if (told.not_asked && p->domain->conf->ask_dns)
		door_reason(door, "ad-dns-left", of, told.not_asked,
			"more computers stand in no zone of the directory than DNS is asked "
			"for (--ask-dns)");
	return 0;
}

/* --- the domain itself ---------------------------------------------------------------------- */

static void
add_text(struct fact *facts, size_t *n, const char *key, const char *text)
{
	if (text && text[0])
		facts[(*n)++] = (struct fact){
			.key = key, .type = FACT_TEXT, .text = text
		};
}

static void
add_texts(struct fact *facts, size_t *n, const char *key, const char *const *items,
	size_t n_items)
{
	if (n_items)
		facts[(*n)++] = (struct fact){
			.key = key, .type = FACT_TEXTS, .texts = { items, n_items }
		};
}

static int
read_trust_lines(struct poll *p, const char **lines, size_t *n, struct err *e)
{
	struct arena *mem = p->domain->mem;
	struct trust *trusts;
	size_t n_trusts;

	*n = 0;
	if (forest_read_trusts(p->session, &p->dir, mem, &trusts, &n_trusts, e) == -1)
		return -1;
	for (size_t i = 0; i < n_trusts; i++) {
		const char *line = arena_printf(
			mem, "%s: %s", trusts[i].name, trusts[i].text);
		size_t at = *n;
		if (!line || !(line = clean_text(line, mem)))
			continue;
		for (; at > 0 && strcmp(lines[at - 1], line) > 0; at--)
			lines[at] = lines[at - 1];
		lines[at] = line;
		++*n;
	}
	return 0;
}

static int
emit_domain(struct poll *p, struct err *e)
{
	const char *trusts[DOMAIN_TRUSTS_MAX], **units = NULL;
	const char *const controller = p->dir.host;
	struct fact facts[8];
	size_t n = 0, n_trusts, n_units;

	if (read_trust_lines(p, trusts, &n_trusts, e) == -1 ||
		forest_read_units(p->session, &p->dir, p->page, p->domain->mem, &units,
			&n_units, e) == -1)
		return -1;
	add_texts(facts, &n, "ad.controllers", &controller, controller[0] != '\0');
	add_text(facts, &n, "ad.domain", p->of.name);
	add_text(facts, &n, "ad.forest", p->dir.forest);
	add_text(facts, &n, "ad.level", topology_level(p->dir.domain_level));
	add_texts(facts, &n, "ad.trusts", trusts, n_trusts);
	add_texts(facts, &n, "ad.units", units, n_units);
	add_text(facts, &n, "netbios.domain", p->of.netbios);
	const struct observation o = { .subject = SUBJECT_DOMAIN,
		.source = "ad",
		.evidence = EVIDENCE_LISTED,
		.facts = facts,
		.n_facts = n };
	return door_take(p->domain->door, &o, e);
}

/* --- one controller --------------------------------------------------------------------------- */

static int
begin(struct poll *p, struct err *e)
{
	struct domain *d = p->domain;
	int64_t page = d->conf->page;

	p->now_us = clock_wall(door_run(d->door)->clock);
	p->page = p->dir.can_page ? page : 0;
	p->why_full = domain_why_full(d, &p->dir, &p->mark);
	p->since = p->why_full ? 0 : p->mark.usn + 1;
	p->n_computers = p->n_gone = 0;
	p->bin = bin_new();
	p->left = left_new((size_t)d->conf->ask_dns);
	if (!p->bin || !p->left)
		return err_nomem(e);
	if (forest_read(p->session, &p->dir, d->mem, &p->forest, e) == -1)
		return -1;
	p->of = (struct computer_domain){ d->name, forest_netbios(&p->forest, d->name),
		p->known };
	if (p->why_full)
		door_reason(d->door, "ad-full", d->name, 0,
			"all of the directory is read from %s, for %s", p->dir.host,
			p->why_full);
	else
		door_reason(d->door, "ad-changes", d->name, 0,
			"only what changed at %s since the last poll is read",
			p->dir.host);
	return 0;
}

/* Every controller has them; what is the same everywhere is told once.  That it fails costs
 * nothing else. */
static void
read_subnets(struct poll *p)
{
	struct door *door = p->domain->door;
	bool is_first = p->dir.forest[0] && door_first_of_forest(door, p->dir.forest);
	struct err e;

	subnets_free(&p->subnets);
	if (forest_read_subnets(p->session, &p->dir, p->page, &p->subnets,
		    is_first ? door : NULL, &e) == -1 &&
		is_first)
		door_reason(door, "ad-subnets-failed", p->dir.forest, 0, "%s", e.text);
}

static int
end(struct poll *p, struct err *e)
{
	struct domain *d = p->domain;
	struct ad_mark m = { .usn = p->dir.usn,
		.schema = p->dir.schema_version,
		.full_us = p->why_full ? p->now_us : p->mark.full_us };

	door_count(d->door,
		&(struct door_counts){ .entries = p->n_uncounted,
			.computers = p->n_uncounted,
			.gone = p->n_gone,
			.domains = 1 });
	p->n_uncounted = 0;
	if (p->n_nameless)
		door_reason(d->door, "ad-no-guid", d->name, p->n_nameless,
			"entries without an objectGUID were left out");
	if (p->why_full)
		door_covered(d->door, d->name, p->now_us);
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
	read_subnets(p);
	if (read_zones(p, e) == -1 || read_deleted(p, e) == -1 ||
		read_computers(p, e) == -1 || read_of_changed_names(p, e) == -1 ||
		ask_left(p, e) == -1 || emit_domain(p, e) == -1)
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
		p->bin = NULL;
		p->left = NULL;
		if (rc == 0 || door_stopped(d->door) || e->code == ERR_NOMEM)
			return rc;
		domain_leave(d, p->dir.host, e);
	}
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
	if (rc == -1) {
		door_count(door, &(struct door_counts){ .failed = 1 });
		door_failed(door, e);
		door_reason(door,
			e->code == ERR_AUTH ? "ad-login-refused" : "ad-domain-failed",
			d.name, 0, "%s", e->text);
	}
	subnets_free(&p.subnets);
	seen_free(p.seen);
	containers_free(p.known);
	domain_close(&d);
	return rc;
}
