/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What becomes of a computer: facts, addresses, a site, who was there before. */
#include <string.h>
#include <strings.h>

#include "ldap/adtime.h"
#include "ldap/poll_private.h"

enum { COUNT_EVERY = 256 }; /* entries between two words of progress */

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
	p->uncounted.entries++;
	p->uncounted.computers += !gone;
	p->uncounted.gone += gone;
	if (p->uncounted.entries == COUNT_EVERY)
		poll_count(p);
}

void
poll_count(struct poll *p)
{
	door_count(p->domain->door, &p->uncounted);
	p->uncounted = (struct door_counts){ .entries = 0 };
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

int
poll_tell_computer(void *arg, const struct entry *entry, struct err *e)
{
	struct poll *p = arg;
	struct fact facts[COMPUTER_FACTS_MAX];
	struct computer_id id;
	size_t n;

	if (!computer_facts(entry, &p->of, facts, &n)) {
		p->n_nameless++;
		return 0;
	}
	computer_id(entry, facts, n, &id);
	int is_new = seen_add(p->seen, &id, e);
	if (is_new <= 0)
		return is_new;
	add_predecessor(p, entry, facts, &n);
	count(p, false);
	return emit_computer(p, entry, facts, n, e);
}

int
poll_tell_named(void *arg, const struct entry *entry, struct err *e)
{
	struct poll *p = arg;

	return zones_has_unused(p->zones, computer_dns_name(entry, &p->of))
		? poll_tell_computer(p, entry, e)
		: 0;
}

/* Accounts of services have the class of computers, too, and the bin takes from them what tells
 * them apart among the living (objectCategory). */
static bool
is_service_account(const struct entry *entry)
{
	static const char *const classes[] = { "msDS-ManagedServiceAccount",
		"msDS-GroupManagedServiceAccount",
		"msDS-DelegatedManagedServiceAccount" };
	const struct entry_attribute *a = entry_find(entry, "objectClass");

	for (size_t i = 0; a && i < a->n; i++) {
		const char *text = value_text(&a->values[i], entry->mem);
		for (size_t k = 0; text && k < sizeof(classes) / sizeof(classes[0]); k++)
			if (strcasecmp(text, classes[k]) == 0)
				return true;
	}
	return false;
}

/* Who was made and deleted since the last poll was never told, and is nobody.  By DirSync those
 * are left out before (changed.h). */
static bool
is_newer_than_last_poll(const struct poll *p, const struct entry *entry)
{
	int64_t usn;

	return !p->changed && entry_number(entry, "uSNCreated", &usn) && usn > 0 &&
		(uint64_t)usn >= p->since;
}

int
poll_tell_deleted(void *arg, const struct entry *entry, struct err *e)
{
	struct poll *p = arg;
	struct fact facts[COMPUTER_FACTS_MAX];
	size_t n;

	if (is_service_account(entry) || is_newer_than_last_poll(p, entry) ||
		!computer_facts(entry, &p->of, facts, &n))
		return 0;
	bin_add(p->bin, entry);
	count(p, true);
	return emit(p, NULL, facts, n, e);
}

int
poll_tell_address(void *arg, const char *guid, const struct addr *ip, struct err *e)
{
	struct poll *p = arg;
	struct fact facts[2] = { { .key = "ad.guid", .type = FACT_TEXT, .text = guid } };
	size_t n = 1;

	add_site(p, facts, &n, ip);
	return emit(p, ip, facts, n, e);
}
