/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Visits without an identifier, by their address (identity.h, rule 4).
 *
 * One place at a time, its visits in order.  The place remembers its latest tenants: for
 * each, when it was last seen and the last names and link address it showed here.  Anchored
 * visits never join each other here, so what happens at one place touches no other.
 */
#include "inventory/identity_private.h"

#include <stdlib.h>
#include <string.h>

/* What tells tenants apart.  An own MAC and any other on the link are one sort. */
enum trait {
	TRAIT_LINK,
	TRAIT_NETBIOS,
	TRAIT_UNIT,
	TRAIT_NTLM,
	TRAIT_FQDN,
	TRAIT_SYSNAME,
	TRAIT_MDNS,
	TRAITS,
	TRAIT_NONE = TRAITS
};

static enum trait
trait_of(enum id_kind kind)
{
	static const enum trait of[ID_KINDS] = {
		[ID_AGENT_KEY] = TRAIT_NONE,
		[ID_AD_GUID] = TRAIT_NONE,
		[ID_INSTANCE] = TRAIT_NONE,
		[ID_SMBIOS_UUID] = TRAIT_NONE,
		[ID_SERIAL] = TRAIT_NONE,
		[ID_VIP] = TRAIT_NONE,
		[ID_SSH_KEY] = TRAIT_NONE,
		[ID_TLS_KEY] = TRAIT_NONE,
		[ID_SNMP_ENGINE] = TRAIT_NONE,
		[ID_SMB_GUID] = TRAIT_NONE,
		[ID_WSD] = TRAIT_NONE,
		[ID_SSDP] = TRAIT_NONE,
		[ID_MAC] = TRAIT_LINK,
		[ID_CARD] = TRAIT_NONE,
		[ID_LINK] = TRAIT_LINK,
		[ID_NETBIOS] = TRAIT_NETBIOS,
		[ID_NETBIOS_UNIT] = TRAIT_UNIT,
		[ID_NTLM_DNS] = TRAIT_NTLM,
		[ID_FQDN] = TRAIT_FQDN,
		[ID_SYSNAME] = TRAIT_SYSNAME,
		[ID_MDNS] = TRAIT_MDNS,
		[ID_ADDRESS] = TRAIT_NONE,
	};

	return of[kind];
}

/* The visit that last showed a trait; ID_NONE. */
struct profile {
	uint32_t of[TRAITS];
};

/* More than eight takers of one address, or of its keys that a NEVER ruling names, are
 * forgotten, the oldest first. */
enum { TENANTS = 8, RULED = 8 };

struct tenant {
	uint32_t visit;  /* any of it */
	uint32_t latest; /* its last visit here */
	int64_t last_at;
	int64_t until; /* one of those that saw it believes it until then */
	bool alive;    /* was seen here by a reply, or heard */
	bool anchored;
	struct profile shows;
	uint32_t ruled[RULED]; /* keys shown here that a NEVER ruling names; a ring */
	size_t n_ruled;
};

struct place {
	struct graph *g;
	int64_t lifetime_us;
	struct tenant tenants[TENANTS];
	size_t n;
	uint32_t doubt; /* the latest visit of who the one that was matched may be; ID_NONE */
};

/* --- traits ----------------------------------------------------------------------------------------- */

static void
show(const struct graph *g, struct profile *p, uint32_t visit)
{
	const struct visit *v = &g->visits[visit];

	for (uint32_t i = 0; i < v->n_keys; i++) {
		const struct graph_key *k = &g->keys[g->key_of[v->keys_at + i]];
		enum trait t = trait_of(k->kind);
		if (t != TRAIT_NONE && (!k->demoted || p->of[t] == ID_NONE))
			p->of[t] = visit;
	}
}

static bool
bears(const struct graph *g, uint32_t visit, uint32_t key)
{
	const struct visit *v = &g->visits[visit];

	for (uint32_t i = 0; i < v->n_keys; i++)
		if (g->key_of[v->keys_at + i] == key)
			return true;
	return false;
}

enum likeness { SILENT, AGREES, DIFFERS, AGREES_BY_ADDRESS };

/* In one trait.  That two show the same which many do says nothing; that they show two says
 * as much as ever. */
static enum likeness
compare_in(const struct graph *g, uint32_t a, uint32_t b, enum trait t)
{
	const struct visit *v = &g->visits[a];
	enum likeness is = DIFFERS;

	for (uint32_t i = 0; i < v->n_keys; i++) {
		uint32_t key = g->key_of[v->keys_at + i];
		if (trait_of(g->keys[key].kind) != t || !bears(g, b, key))
			continue;
		if (!g->keys[key].demoted)
			return AGREES;
		is = SILENT;
	}
	return is;
}

static const struct profile no_traits = { { ID_NONE, ID_NONE, ID_NONE, ID_NONE, ID_NONE,
	ID_NONE, ID_NONE } };

/* One name of its own that agrees is enough.  A link address is not where names differ:
 * hypervisors give the same to their first guests.  The name that DNS has for the address
 * (RFC 1035 §3.5) is told by no machine: who comes next may find it there. */
static enum likeness
compare(const struct graph *g, const struct profile *a, const struct profile *b)
{
	enum likeness in[TRAITS], is = SILENT;

	for (unsigned t = 0; t < TRAITS; t++) {
		in[t] = a->of[t] == ID_NONE || b->of[t] == ID_NONE
			? SILENT
			: compare_in(g, a->of[t], b->of[t], (enum trait)t);
		if (in[t] == AGREES && t != TRAIT_LINK && t != TRAIT_FQDN)
			return AGREES;
		is = in[t] == DIFFERS ? DIFFERS : is;
	}
	if (is == DIFFERS || in[TRAIT_LINK] == AGREES)
		return is == DIFFERS ? DIFFERS : AGREES;
	return in[TRAIT_FQDN] == AGREES ? AGREES_BY_ADDRESS : SILENT;
}

/* --- rulings ------------------------------------------------------------------------------------------ */

/* A NEVER ruling between what this visit bears and what the tenant bore here before. */
static bool
is_forbidden(const struct graph *g, uint32_t visit, const struct tenant *t)
{
	const struct visit *v = &g->visits[visit];
	size_t n_ruled = t->n_ruled < RULED ? t->n_ruled : RULED;

	for (uint32_t k = 0; k < v->n_keys && n_ruled > 0; k++) {
		size_t n;
		const struct pair *with = graph_never(g, g->key_of[v->keys_at + k], &n);
		for (size_t i = 0; i < n; i++)
			for (size_t r = 0; r < n_ruled; r++)
				if (t->ruled[r] == with[i].b)
					return true;
	}
	return false;
}

static void
remember_ruled(const struct graph *g, struct tenant *t, uint32_t visit)
{
	const struct visit *v = &g->visits[visit];

	for (uint32_t k = 0; k < v->n_keys; k++)
		if (graph_is_ruled(g, g->key_of[v->keys_at + k]))
			t->ruled[t->n_ruled++ % RULED] = g->key_of[v->keys_at + k];
}

/* --- tenants ------------------------------------------------------------------------------------------ */

/* Is a the likelier tenant of now?  One that was seen alive, then the latest. */
static bool
comes_before(const struct tenant *a, const struct tenant *b)
{
	if (a->alive != b->alive)
		return a->alive;
	if (a->last_at != b->last_at)
		return a->last_at > b->last_at;
	return a->latest > b->latest;
}

static struct tenant *
likelier(struct tenant *a, struct tenant *b)
{
	return !a || comes_before(b, a) ? b : a;
}

static int64_t
believed_until(const struct place *p, uint32_t visit)
{
	const struct sighting *last = graph_last(p->g, visit);
	int64_t lifetime = last->lifetime ? last->lifetime : p->lifetime_us, until;

	return __builtin_add_overflow(last->at, lifetime, &until) ? INT64_MAX : until;
}

/* Was the address's name shown only when the address alone told who it was? */
static bool
has_borrowed(const struct graph *g, const struct tenant *t)
{
	return t->anchored && !g->visits[t->shows.of[TRAIT_FQDN]].anchored;
}

/* Has a known machine a better claim to the address's name than this tenant?  One that was
 * here later and may have had it as well, or that was known by more when it showed it. */
static bool
is_outdone(const struct place *p, const struct tenant *t, const struct profile *shows,
	const struct tenant *own)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct tenant *o = &p->tenants[i];
		if (o == t || o == own || !o->anchored)
			continue;
		enum likeness is = compare(p->g, shows, &o->shows);
		if ((is != DIFFERS && comes_before(o, t)) ||
			(is == AGREES_BY_ADDRESS && has_borrowed(p->g, t) &&
				!has_borrowed(p->g, o)))
			return true;
	}
	return false;
}

/* Does this visit show a name that was made from its address?  ("dhcp-151" at 10.0.16.151,
 * as BIND's $GENERATE makes them for a whole range.  IPv4 only.) */
static bool
is_named_after_address(const struct graph *g, uint32_t visit)
{
	const struct visit *v = &g->visits[visit];
	const struct addr *ip = &graph_first(g, visit)->ip;
	uint32_t n_keys = ip->family == ADDR_IP4 ? v->n_keys : 0;

	for (uint32_t i = 0; i < n_keys; i++) {
		const struct graph_key *k = &g->keys[g->key_of[v->keys_at + i]];
		const char *at = k->value, *end = at + strcspn(at, ".");
		while (k->kind == ID_FQDN && at < end) {
			char *after = (char *)at + 1;
			if (*at >= '0' && *at <= '9' &&
				strtoul(at, &after, 10) == ip->bytes[3])
				return true;
			at = after;
		}
	}
	return false;
}

/* Is it this tenant, for what it shows?  The address's name alone is not enough while
 * another machine has a better claim, nor after the lifetime for one that is known by more,
 * when it is but the address in other words. */
static bool
agrees(const struct place *p, const struct tenant *t, uint32_t visit,
	const struct profile *shows, const struct tenant *own)
{
	enum likeness is = compare(p->g, shows, &t->shows);

	if (is != AGREES_BY_ADDRESS)
		return is == AGREES;
	return !is_outdone(p, t, shows, own) &&
		(!t->anchored || graph_first(p->g, visit)->at <= t->until ||
			!is_named_after_address(p->g, shows->of[TRAIT_FQDN]));
}

/* Of this visit and the present tenant one has the address's name, and a machine that was here
 * as well: it may be either's. */
static bool
is_doubtful(const struct place *p, const struct profile *shows,
	const struct tenant *present, const struct tenant *own)
{
	uint32_t mine = shows->of[TRAIT_FQDN], its = present->shows.of[TRAIT_FQDN];

	for (size_t i = 0; i < p->n && (mine == ID_NONE) != (its == ID_NONE); i++) {
		const struct tenant *o = &p->tenants[i];
		if (o != present && o != own && o->anchored &&
			o->shows.of[TRAIT_FQDN] != ID_NONE &&
			compare_in(p->g, mine == ID_NONE ? its : mine,
				o->shows.of[TRAIT_FQDN], TRAIT_FQDN) == AGREES)
			return true;
	}
	return false;
}

/* The tenant that a visit with these traits is: one that agrees; else the present one, when
 * nothing speaks against it.  Two anchored ones are never the same by their address. */
static struct tenant *
match(struct place *p, uint32_t visit, const struct profile *shows,
	const struct tenant *own)
{
	const struct visit *v = &p->g->visits[visit];
	int64_t first_at = graph_first(p->g, visit)->at;
	struct tenant *agreeing = NULL, *present = NULL;

	p->doubt = ID_NONE;
	for (size_t i = 0; i < p->n; i++) {
		struct tenant *t = &p->tenants[i];
		if (first_at <= t->until)
			present = likelier(present, t);
		if (!(v->anchored && t->anchored) && agrees(p, t, visit, shows, own) &&
			!is_forbidden(p->g, visit, t))
			agreeing = likelier(agreeing, t);
	}
	if (agreeing)
		return agreeing;
	if (!present || (v->anchored && present->anchored) ||
		compare(p->g, shows, &present->shows) == DIFFERS ||
		is_forbidden(p->g, visit, present))
		return NULL;
	if (is_doubtful(p, shows, present, own)) {
		p->doubt = present->latest;
		return NULL;
	}
	return present;
}

static struct tenant *
tenant_of_cluster(struct place *p, uint32_t visit)
{
	uint32_t root = graph_find(p->g, visit);

	for (size_t i = 0; i < p->n; i++)
		if (graph_find(p->g, p->tenants[i].visit) == root)
			return &p->tenants[i];
	return NULL;
}

/* Room for one more tenant: the least likely one goes. */
static struct tenant *
vacate(struct place *p)
{
	struct tenant *least = &p->tenants[0];

	if (p->n < TENANTS)
		return &p->tenants[p->n++];
	for (size_t i = 1; i < p->n; i++)
		if (comes_before(least, &p->tenants[i]))
			least = &p->tenants[i];
	return least;
}

static void
move_in(struct place *p, uint32_t visit)
{
	const struct visit *v = &p->g->visits[visit];
	struct tenant *t = vacate(p);

	*t = (struct tenant){
		.visit = visit,
		.latest = visit,
		.last_at = graph_last(p->g, visit)->at,
		.until = believed_until(p, visit),
		.alive = v->alive,
		.anchored = v->anchored,
		.shows = no_traits,
	};
	show(p->g, &t->shows, visit);
	remember_ruled(p->g, t, visit);
}

/* Hearsay does not keep a tenant that was seen alive, nor rename it. */
static void
stay(struct place *p, struct tenant *t, uint32_t visit)
{
	const struct visit *v = &p->g->visits[visit];
	int64_t last_at = graph_last(p->g, visit)->at, until = believed_until(p, visit);

	remember_ruled(p->g, t, visit);
	if (t->alive && !v->alive)
		return;
	t->alive = v->alive;
	t->latest = visit;
	if (last_at > t->last_at)
		t->last_at = last_at;
	if (until > t->until)
		t->until = until;
	show(p->g, &t->shows, visit);
}

/* --- one place ---------------------------------------------------------------------------------------- */

static int
unite(struct place *p, uint32_t tenant, uint32_t visit, const char *detail,
	struct err *e)
{
	struct graph *g = p->g;
	struct identity_link l = {
		.outcome = LINK_JOINED,
		.rule = "address",
		.kind = ID_LINK,
		.value = "",
		.a = graph_witness(g, tenant, ID_NONE),
		.b = graph_witness(g, visit, ID_NONE),
		.detail = detail,
	};
	int64_t device = graph_device(g, tenant);
	bool news = device == 0 || device != graph_device(g, visit);

	graph_unite(g, tenant, visit);
	return news ? graph_link(g, &l, e) : 0;
}

static int
link_doubt(struct place *p, uint32_t visit, struct err *e)
{
	struct graph *g = p->g;
	struct identity_link l = {
		.outcome = LINK_REFUSED,
		.rule = "veto:doubt",
		.kind = ID_LINK,
		.value = "",
		.detail = "an answer without an identifier, from an address that the other has: "
			  "possibly it is the other, possibly one that was here before and "
			  "had the address's name in DNS",
	};

	if (p->doubt == ID_NONE)
		return 0;
	int64_t was = graph_device(g, p->doubt), is = graph_device(g, visit);
	if (was && is && was != is)
		return 0; /* no news */
	l.a = graph_witness(g, p->doubt, ID_NONE);
	l.b = graph_witness(g, visit, ID_NONE);
	return graph_link(g, &l, e);
}

static int
place_unanchored(struct place *p, uint32_t visit, struct err *e)
{
	struct profile shows = no_traits;

	show(p->g, &shows, visit);
	struct tenant *t = match(p, visit, &shows, NULL);
	if (!t) {
		move_in(p, visit);
		return link_doubt(p, visit, e);
	}
	uint32_t latest = t->latest;
	stay(p, t, visit);
	return unite(p, latest, visit,
		"an answer without an identifier, from an address that the device has",
		e);
}

/* An address-only tenant turns out to be this device. */
static int
adopt(struct place *p, struct tenant *t, uint32_t visit, struct err *e)
{
	uint32_t latest = t->latest;

	t->anchored = true;
	stay(p, t, visit);
	return unite(p, latest, visit,
		"the address-only device turned out to be this one", e);
}

static int
place_anchored(struct place *p, uint32_t visit, struct err *e)
{
	struct tenant *own = tenant_of_cluster(p, visit);
	struct profile shows = own ? own->shows : no_traits;

	show(p->g, &shows, visit);
	struct tenant *t = match(p, visit, &shows, own);
	if (!own && t)
		return adopt(p, t, visit, e);
	if (!own) {
		move_in(p, visit);
		return 0;
	}
	stay(p, own, visit);
	if (!t)
		return 0;
	uint32_t latest = t->latest;
	for (unsigned i = 0; i < TRAITS; i++)
		if (own->shows.of[i] == ID_NONE)
			own->shows.of[i] = t->shows.of[i];
	for (size_t i = 0; i < RULED && i < t->n_ruled; i++)
		own->ruled[own->n_ruled++ % RULED] = t->ruled[i];
	*t = p->tenants[--p->n];
	return unite(p, latest, visit,
		"the address-only device turned out to be this one", e);
}

static int
settle(struct place *p, const uint32_t *visits, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		const struct visit *v = &p->g->visits[visits[i]];
		if (v->anchored && !v->alive)
			continue;
		if ((v->anchored ? place_anchored(p, visits[i], e)
				 : place_unanchored(p, visits[i], e)) == -1)
			return -1;
	}
	return 0;
}

int
identity_settle_places(struct graph *g, int64_t lifetime_us, struct err *e)
{
	size_t n_places = g->b->places.n;
	struct arena *scratch = arena_part(g->mem);

	if (!scratch)
		return err_nomem(e);
	uint32_t *at = arena_new_array(scratch, uint32_t, n_places + 2);
	uint32_t *visits = arena_new_array(scratch, uint32_t, g->n_visits);

	if (!at || !visits)
		return err_nomem(e);
	for (size_t v = 0; v < g->n_visits; v++)
		if (g->visits[v].place != ID_NONE)
			at[g->visits[v].place + 2]++;
	for (size_t i = 0; i < n_places; i++)
		at[i + 2] += at[i + 1];
	for (uint32_t v = 0; v < g->n_visits; v++)
		if (g->visits[v].place != ID_NONE)
			visits[at[g->visits[v].place + 1]++] = v;
	for (size_t i = 0; i < n_places; i++) {
		struct place p = { .g = g, .lifetime_us = lifetime_us };
		if (settle(&p, visits + at[i], at[i + 1] - at[i], e) == -1)
			return -1;
	}
	arena_free(scratch);
	return 0;
}
