/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ldap/forest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/sort.h"
#include "ldap/clean.h"
#include "ldap/names.h"
#include "ldap/topology.h"

enum { BASE_MAX = 2048, SUBNETS_MEMORY = 64 << 20 };

/* A part below a container; false: too long a name. */
static bool
below(const char *part, const char *base, char out[static BASE_MAX])
{
	return base[0] && snprintf(out, BASE_MAX, "%s,%s", part, base) < BASE_MAX;
}

/* That there is no such container is nothing to fail for. */
static int
search_there(struct session *s, struct search *q, struct err *e)
{
	int rc = session_search(s, q, e);

	return rc == -1 && e->code == ERR_NOTFOUND ? 0 : rc;
}

/* --- domains ------------------------------------------------------------------------------ */

struct reading {
	struct arena *mem;
	struct forest *forest;
	struct trust *trusts;
	const char **names;
	size_t n;
	struct subnets *subnets;
	struct network *networks;
	size_t room;
	uint64_t bad, cut;
};

static const char *
kept(const struct entry *entry, const char *name, struct arena *mem)
{
	const char *text = entry_text(entry, name);

	return text ? arena_strdup(mem, text) : "";
}

static int
take_domain(void *arg, const struct entry *entry, struct err *e)
{
	struct reading *r = arg;
	struct forest *f = r->forest;
	const char *name = entry_text(entry, "dnsRoot");
	struct sb parent;
	int64_t flags;

	if (!name || !entry_number(entry, "systemFlags", &flags) ||
		!topology_is_domain((uint32_t)flags))
		return 0;
	if (f->n == FOREST_DOMAINS_MAX) {
		f->cut++;
		return 0;
	}
	struct forest_domain *d = &f->domains[f->n++];
	sb_init(&parent, NAMES_DN_MAX);
	const char *of = entry_text(entry, "trustParent");
	/* trustParent names the crossRef of the parent: its CN is the NetBIOS name. */
	if (of && !names_leaf(of, &parent))
		sb_clear(&parent);
	*d = (struct forest_domain){ arena_strlower(r->mem, name),
		kept(entry, "nETBIOSName", r->mem), arena_strdup(r->mem, parent.text) };
	sb_done(&parent);
	return d->name && d->netbios && d->parent ? 0 : err_nomem(e);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct forest_domain *)a)->name,
		((const struct forest_domain *)b)->name);
}

int
forest_read(struct session *s, const struct directory *d, struct arena *mem,
	struct forest *f, struct err *e)
{
	static const char *const names[] = { "dnsRoot", "nETBIOSName", "systemFlags",
		"trustParent", NULL };
	struct reading r = { .mem = mem, .forest = f };
	char base[BASE_MAX];
	struct search q = { .base = base,
		.filter = "(objectClass=crossRef)",
		.scope = SEARCH_ONE,
		.attributes = names,
		.page = d->can_page ? 500 : 0,
		.row = take_domain,
		.arg = &r };

	*f = (struct forest){ .domains = arena_new_array(
				      mem, struct forest_domain, FOREST_DOMAINS_MAX) };
	if (!f->domains)
		return err_nomem(e);
	if (below("CN=Partitions", d->config, base) && search_there(s, &q, e) == -1)
		return -1;
	qsort(f->domains, f->n, sizeof(*f->domains), by_name);
	return 0;
}

static const struct forest_domain *
find_domain(const struct forest *f, const char *name)
{
	for (size_t i = 0; i < f->n; i++)
		if (strcasecmp(f->domains[i].name, name) == 0)
			return &f->domains[i];
	return NULL;
}

const char *
forest_netbios(const struct forest *f, const char *domain)
{
	const struct forest_domain *d = find_domain(f, domain);

	return d ? d->netbios : "";
}

/* A crossRef of a domain bears its NetBIOS name ([MS-ADTS] 6.1.1.2.1.1). */
const char *
forest_parent(const struct forest *f, const char *domain)
{
	const struct forest_domain *d = find_domain(f, domain);

	for (size_t i = 0; d && d->parent[0] && i < f->n; i++)
		if (strcasecmp(f->domains[i].netbios, d->parent) == 0)
			return f->domains[i].name;
	return "";
}

/* --- trusts ------------------------------------------------------------------------------- */

static int
take_trust(void *arg, const struct entry *entry, struct err *e)
{
	struct reading *r = arg;
	const char *name = entry_text(entry, "trustPartner");
	int64_t type = 0, direction = 0, attributes = 0;
	char text[TRUST_TEXT_MAX];

	if (!name)
		return 0;
	if (r->n == DOMAIN_TRUSTS_MAX) {
		r->cut++;
		return 0;
	}
	(void)entry_number(entry, "trustType", &type);
	(void)entry_number(entry, "trustDirection", &direction);
	(void)entry_number(entry, "trustAttributes", &attributes);
	struct trust *t = &r->trusts[r->n++];
	*t = (struct trust){ arena_strlower(r->mem, name),
		arena_strdup(r->mem,
			topology_print_trust((uint32_t)type, (uint32_t)direction,
				(uint32_t)attributes, text)),
		topology_trust_is_asked(
			(uint32_t)type, (uint32_t)direction, (uint32_t)attributes) };
	return t->name && t->text ? 0 : err_nomem(e);
}

int
forest_read_trusts(struct session *s, const struct directory *d, struct arena *mem,
	struct trusts *out, struct err *e)
{
	static const char *const names[] = { "trustPartner", "trustType",
		"trustDirection", "trustAttributes", NULL };
	struct reading r = { .mem = mem,
		.trusts = arena_new_array(mem, struct trust, DOMAIN_TRUSTS_MAX) };
	char base[BASE_MAX];
	struct search q = { .base = base,
		.filter = "(objectClass=trustedDomain)",
		.scope = SEARCH_ONE,
		.attributes = names,
		.page = d->can_page ? 500 : 0,
		.row = take_trust,
		.arg = &r };

	*out = (struct trusts){ .n = 0 };
	if (!r.trusts)
		return err_nomem(e);
	if (below("CN=System", d->base, base) && search_there(s, &q, e) == -1)
		return -1;
	*out = (struct trusts){ r.trusts, r.n, r.cut };
	return 0;
}

/* --- controllers ------------------------------------------------------------------------------ */

static void
add_controller(struct reading *r, const char *name)
{
	const char *text = arena_strlower(r->mem, name);

	if (text && (text = clean_text(text, r->mem)))
		r->names[r->n++] = text;
}

static int
take_controller(void *arg, const struct entry *entry, struct err *e)
{
	struct reading *r = arg;
	const char *name = entry_text(entry, "dNSHostName");

	if (name && r->n < FACT_ITEMS_LIMIT)
		add_controller(r, name);
	else if (name)
		r->cut++;
	(void)e;
	return 0;
}

/* Their accounts stand in a container of their own ([MS-ADTS] 6.1.1.4.3), read-only ones too,
 * and may not be moved. */
int
forest_read_controllers(struct session *s, const struct directory *d, int64_t page,
	struct arena *mem, struct forest_names *out, struct err *e)
{
	static const char *const names[] = { "dNSHostName", NULL };
	struct reading r = { .mem = mem,
		.names = arena_new_array(mem, const char *, FACT_ITEMS_LIMIT) };
	char base[BASE_MAX];
	struct search q = { .base = base,
		.filter = "(objectClass=computer)",
		.scope = SEARCH_ALL,
		.attributes = names,
		.page = page,
		.row = take_controller,
		.arg = &r };

	if (!r.names)
		return err_nomem(e);
	if (d->host[0])
		add_controller(&r, d->host);
	if (below("OU=Domain Controllers", d->base, base) &&
		search_there(s, &q, e) == -1)
		return -1;
	*out = (struct forest_names){ r.names, sort_texts(r.names, r.n), r.cut };
	return 0;
}

/* --- organizational units ----------------------------------------------------------------------- */

static int
take_unit(void *arg, const struct entry *entry, struct err *e)
{
	struct reading *r = arg;
	struct sb leaf, all;

	if (r->n == FACT_ITEMS_LIMIT) {
		r->cut++;
		return 0;
	}
	sb_init(&leaf, NAMES_DN_MAX);
	sb_init(&all, NAMES_DN_MAX);
	/* As the container of something in it. */
	sb_printf(&leaf, "CN=x,%s", entry->dn);
	const char *text = !leaf.bad && names_container(leaf.text, &all)
		? clean_text(all.text, entry->mem)
		: NULL;
	if (text && (r->names[r->n] = arena_strdup(r->mem, text)))
		r->n++;
	sb_done(&leaf);
	sb_done(&all);
	(void)e;
	return 0;
}

int
forest_read_units(struct session *s, const struct directory *d, int64_t page,
	struct arena *mem, struct forest_names *out, struct err *e)
{
	static const char *const none[] = { "1.1", NULL }; /* RFC 4511 §4.5.1.8 */
	struct reading r = { .mem = mem,
		.names = arena_new_array(mem, const char *, FACT_ITEMS_LIMIT) };
	struct search q = { .base = d->base,
		.filter = "(objectClass=organizationalUnit)",
		.scope = SEARCH_ALL,
		.attributes = none,
		.page = page,
		.row = take_unit,
		.arg = &r };

	*out = (struct forest_names){ .n = 0 };
	if (!r.names)
		return err_nomem(e);
	if (search_there(s, &q, e) == -1)
		return -1;
	*out = (struct forest_names){ r.names, sort_texts(r.names, r.n), r.cut };
	return 0;
}

/* --- subnets -------------------------------------------------------------------------------- */

/* A subnet as it is told, in arena; NULL: it has none of that. */
struct network {
	const char *prefix, *site, *description, *location;
};

/* Name of the site object that a subnet points to; "": none. */
static const char *
site_of(const struct entry *entry)
{
	const char *dn = entry_text(entry, "siteObject"), *out = NULL;
	struct sb text;

	sb_init(&text, FACT_TEXT_LIMIT);
	if (dn && names_leaf(dn, &text))
		out = arena_strdup(entry->mem, text.text);
	sb_done(&text);
	return out ? out : "";
}

/* NULL is no value; *ok: there was memory for it. */
static const char *
kept_clean(const char *text, const struct entry *entry, struct arena *mem, bool *ok)
{
	text = text ? clean_text(text, entry->mem) : NULL;
	const char *own = text ? arena_strdup(mem, text) : NULL;
	*ok &= own || !text;
	return own;
}

static int
keep_network(
	struct reading *r, const struct entry *entry, const char *site, struct err *e)
{
	bool ok = true;

	if (r->n == r->room) {
		size_t room = r->room ? r->room * 2 : 64;
		void *more = arena_resize(
			r->mem, r->networks, room * sizeof(*r->networks));
		if (!more)
			return err_nomem(e);
		r->networks = more;
		r->room = room;
	}
	r->networks[r->n++] = (struct network){
		.prefix = kept_clean(entry_text(entry, "cn"), entry, r->mem, &ok),
		.site = kept_clean(site, entry, r->mem, &ok),
		.description = kept_clean(
			entry_text(entry, "description"), entry, r->mem, &ok),
		.location = kept_clean(
			entry_text(entry, "location"), entry, r->mem, &ok),
	};
	return ok ? 0 : err_nomem(e);
}

static int
take_subnet(void *arg, const struct entry *entry, struct err *e)
{
	struct reading *r = arg;
	const char *name = entry_text(entry, "cn");
	const char *site = site_of(entry);
	struct addr net;
	unsigned bits;

	if (!name || !topology_subnet(name, &net, &bits)) {
		r->bad++;
		return 0;
	}
	if ((site = clean_text(site, entry->mem)) &&
		subnets_add(r->subnets, &net, bits, site, e) == -1)
		return -1;
	return keep_network(r, entry, site, e);
}

static void
add_text(struct fact *facts, size_t *n, const char *key, const char *text)
{
	if (text)
		facts[(*n)++] = (struct fact){
			.key = key, .type = FACT_TEXT, .text = text
		};
}

static int
tell_network(
	struct door *door, const char *forest, const struct network *net, struct err *e)
{
	struct fact facts[5];
	size_t n = 0;

	add_text(facts, &n, "ad.description", net->description);
	add_text(facts, &n, "ad.forest", forest);
	add_text(facts, &n, "ad.location", net->location);
	add_text(facts, &n, "ad.site", net->site);
	add_text(facts, &n, "net.prefix", net->prefix);
	const struct observation o = { .subject = SUBJECT_NETWORK,
		.source = "ad",
		.evidence = EVIDENCE_LISTED,
		.facts = facts,
		.n_facts = n };
	door_count(door, &(struct door_counts){ .networks = 1 });
	return door_take(door, &o, e);
}

/* What is the same at every controller of the forest is told once, by the first who has read
 * all of it: another one may go away in the middle. */
static int
tell_networks(struct reading *r, const struct directory *d, struct door *door,
	int64_t now_us, struct err *e)
{
	const char *forest = d->forest[0] ? clean_text(d->forest, r->mem) : NULL;

	if (!forest || !door_first_of_forest(door, d->forest))
		return 0;
	for (size_t i = 0; i < r->n; i++)
		if (tell_network(door, forest, &r->networks[i], e) == -1)
			return -1;
	if (r->bad)
		door_reason(door, "ad-bad-subnet", d->forest, r->bad,
			"subnets of the directory whose name is no prefix were left out");
	door_covered(door, "ad-subnets", d->forest, now_us);
	return 0;
}

int
forest_read_subnets(struct session *s, const struct directory *d,
	const struct forest_subnets *to, struct err *e)
{
	static const char *const names[] = { "cn", "siteObject", "description",
		"location", NULL };
	struct reading r = { .mem = arena_new(SUBNETS_MEMORY), .subnets = to->subnets };
	char base[BASE_MAX];
	struct search q = { .base = base,
		.filter = "(objectClass=subnet)",
		.scope = SEARCH_ONE,
		.attributes = names,
		.page = to->page,
		.row = take_subnet,
		.arg = &r };
	int rc;

	if (!r.mem)
		return err_nomem(e);
	if (!below("CN=Subnets,CN=Sites", d->config, base))
		rc = err_set(e, ERR_NOTFOUND, "it names no configuration");
	else if ((rc = session_search(s, &q, e)) == 0)
		rc = tell_networks(&r, d, to->door, to->now_us, e);
	arena_free(r.mem);
	return rc;
}
