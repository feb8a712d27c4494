/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Four growing arrays and one hash table over all of them. */
#include "netbios/roster.h"

#include <string.h>

const char *const learnt_words[LEARNT_WAYS] = { "broadcast", "wins", "node-status",
	"browse-list", "ws-discovery", "smb" };

enum {
	FIRST_SLOTS = 256, /* a power of two; always more than twice as many as things */
	FIRST_ROOM = 64,
};

/* What a slot holds is told by its number: first machines, then domains, then entries,
 * then places. */
enum {
	DOMAINS_FROM = ROSTER_MACHINES_MAX,
	LISTED_FROM = DOMAINS_FROM + ROSTER_DOMAINS_MAX,
	PLACES_FROM = LISTED_FROM + ROSTER_LISTED_MAX,
};

int
roster_init(struct roster *r, struct arena *mem)
{
	*r = (struct roster){ .mem = mem,
		.slots = arena_new_array(mem, uint32_t, FIRST_SLOTS),
		.n_slots = FIRST_SLOTS };
	return r->slots ? 0 : -1;
}

/* Of what tells a thing apart: FNV-1a.  Who makes things collide slows his own poll, for
 * there are no more of them than ROSTER_..._MAX. */
struct key {
	unsigned kind;
	struct addr ip;
	uint32_t domain;
	struct netbios_name name;
};

static uint32_t
hash(const struct key *k)
{
	uint32_t h = 2166136261u ^ k->kind ^ k->domain << 8;

	for (size_t i = 0; i < addr_size(&k->ip); i++)
		h = (h ^ k->ip.bytes[i]) * 16777619u;
	for (const char *c = k->name.name; *c; c++)
		h = (h ^ (uint8_t)*c) * 16777619u;
	return h ^ h >> 15;
}

static bool
is_it(const struct roster *r, uint32_t at, const struct key *k)
{
	if (at < DOMAINS_FROM)
		return k->kind == 0 && addr_equal(&r->machines[at].ip, &k->ip);
	if (at < LISTED_FROM)
		return k->kind == 1 &&
			nbname_equal(&r->domains[at - DOMAINS_FROM].name, &k->name);
	if (at >= PLACES_FROM)
		return k->kind == 3 &&
			nbname_equal(&r->places[at - PLACES_FROM].name, &k->name);
	const struct listed *l = &r->listed[at - LISTED_FROM];
	return k->kind == 2 && l->domain == k->domain &&
		nbname_equal(&l->name, &k->name);
}

/* Its slot: of the thing, or the free one where it belongs. */
static uint32_t *
find_slot(const struct roster *r, const struct key *k)
{
	size_t mask = r->n_slots - 1, i = hash(k) & mask;

	while (r->slots[i] && !is_it(r, r->slots[i] - 1, k))
		i = (i + 1) & mask;
	return &r->slots[i];
}

static struct key
key_at(const struct roster *r, uint32_t at)
{
	if (at < DOMAINS_FROM)
		return (struct key){ .kind = 0, .ip = r->machines[at].ip };
	if (at < LISTED_FROM)
		return (struct key){ .kind = 1,
			.name = r->domains[at - DOMAINS_FROM].name };
	if (at >= PLACES_FROM)
		return (struct key){ .kind = 3,
			.name = r->places[at - PLACES_FROM].name };
	const struct listed *l = &r->listed[at - LISTED_FROM];
	return (struct key){ .kind = 2, .domain = l->domain, .name = l->name };
}

/* Room for one more thing. */
static bool
make_slots(struct roster *r)
{
	uint32_t *old = r->slots;
	size_t n_old = r->n_slots;

	if (2 * (r->n_machines + r->n_domains + r->n_listed + r->n_places + 1) < n_old)
		return true;
	uint32_t *more = arena_new_array(r->mem, uint32_t, 2 * n_old);
	if (!more)
		return false;
	r->slots = more;
	r->n_slots = 2 * n_old;
	for (size_t i = 0; i < n_old; i++) {
		if (!old[i])
			continue;
		struct key k = key_at(r, old[i] - 1);
		*find_slot(r, &k) = old[i];
	}
	return true;
}

/* The next free element of an array; NULL: none.  array: where the pointer to it is. */
static void *
grow(struct roster *r, void *array, size_t size, size_t n, size_t *room, size_t max)
{
	void *items;

	memcpy(&items, array, sizeof(items)); /* whichever type it points to */
	if (n == max)
		r->dropped++;
	if (n == max)
		return NULL;
	if (n == *room) {
		size_t more = *room ? 2 * *room : FIRST_ROOM;
		void *copy = arena_alloc(r->mem, more * size);
		if (!copy)
			return NULL;
		if (n)
			memcpy(copy, items, n * size);
		items = copy;
		memcpy(array, &items, sizeof(items));
		*room = more;
	}
	return (char *)items + n * size;
}

struct machine *
roster_machine(struct roster *r, const struct addr *ip)
{
	struct key k = { .kind = 0, .ip = *ip };
	uint32_t *slot = make_slots(r) ? find_slot(r, &k) : NULL;

	if (!slot)
		return NULL;
	if (*slot)
		return &r->machines[*slot - 1];
	struct machine *m = grow(r, &r->machines, sizeof(*m), r->n_machines,
		&r->room_machines, ROSTER_MACHINES_MAX);
	if (!m)
		return NULL;
	m->ip = *ip;
	*slot = (uint32_t)++r->n_machines;
	return m;
}

struct domain *
roster_domain(struct roster *r, const char *name)
{
	struct key k = { .kind = 1, .name = nbname_of(name, 0) };
	uint32_t *slot = make_slots(r) ? find_slot(r, &k) : NULL;

	if (!slot)
		return NULL;
	if (*slot)
		return &r->domains[*slot - 1 - DOMAINS_FROM];
	struct domain *d = grow(r, &r->domains, sizeof(*d), r->n_domains,
		&r->room_domains, ROSTER_DOMAINS_MAX);
	if (!d)
		return NULL;
	d->name = k.name;
	*slot = (uint32_t)(DOMAINS_FROM + ++r->n_domains);
	return d;
}

uint32_t
roster_domain_index(const struct roster *r, const struct domain *d)
{
	return (uint32_t)(d - r->domains) + 1;
}

struct listed *
roster_listed(struct roster *r, const char *domain, const char *name)
{
	struct domain *d = roster_domain(r, domain);

	if (!d)
		return NULL;
	struct key k = { .kind = 2,
		.domain = roster_domain_index(r, d),
		.name = nbname_of(name, 0) };
	uint32_t *slot = make_slots(r) ? find_slot(r, &k) : NULL;
	if (!slot)
		return NULL;
	if (*slot)
		return &r->listed[*slot - 1 - LISTED_FROM];
	struct listed *l = grow(r, &r->listed, sizeof(*l), r->n_listed, &r->room_listed,
		ROSTER_LISTED_MAX);
	if (!l)
		return NULL;
	l->domain = k.domain;
	l->name = k.name;
	*slot = (uint32_t)(LISTED_FROM + ++r->n_listed);
	return l;
}

/* A name in capitals, as NetBIOS tells it; a longer one, or one in letters that are no ASCII,
 * stays what it is. */
static const char *
member_name(struct roster *r, const char *name)
{
	struct netbios_name n = nbname_of(name, NETBIOS_WORKSTATION);
	bool fits = strlen(name) < sizeof(n.name);

	for (const char *c = name; *c; c++)
		fits &= *c > ' ' && *c < 0x7f;
	return arena_strdup(r->mem, fits ? n.name : name);
}

void
roster_member(struct roster *r, const char *domain, const char *name, enum learnt how)
{
	struct domain *d = roster_domain(r, domain);

	if (!d)
		return;
	d->learnt |= how;
	struct told_member *m = grow(r, &r->members, sizeof(*m), r->n_members,
		&r->room_members, ROSTER_MEMBERS_MAX);
	if (!m)
		return;
	m->name = member_name(r, name);
	m->domain = roster_domain_index(r, d);
	r->n_members += m->name != NULL;
}

static void
add_ip6(struct place *p, const struct addr *ip)
{
	size_t at = 0;

	while (at < p->n_ip6 && addr_cmp(&p->ip6[at], ip) < 0)
		at++;
	if ((at < p->n_ip6 && addr_equal(&p->ip6[at], ip)) || p->n_ip6 == PLACE_IP6_MAX)
		return;
	memmove(&p->ip6[at + 1], &p->ip6[at], (p->n_ip6 - at) * sizeof(*ip));
	p->ip6[at] = *ip;
	p->n_ip6++;
}

void
roster_name_is_at(struct roster *r, const char *name, const struct addr *ip, bool sure)
{
	struct key k = { .kind = 3, .name = nbname_of(name, 0) };
	uint32_t *slot = make_slots(r) ? find_slot(r, &k) : NULL;

	if (!slot)
		return;
	struct place *p = *slot ? &r->places[*slot - 1 - PLACES_FROM]
				: grow(r, &r->places, sizeof(*p), r->n_places,
					  &r->room_places, ROSTER_PLACES_MAX);
	if (!p)
		return;
	if (!*slot) {
		*p = (struct place){ .name = k.name };
		*slot = (uint32_t)(PLACES_FROM + ++r->n_places);
	}
	if (ip->family == ADDR_IP6)
		add_ip6(p, ip);
	else if (!addr_is_set(&p->ip) || (sure && !p->sure)) {
		p->ip = *ip;
		p->sure = sure;
	}
}

const struct place *
roster_place_of(const struct roster *r, const char *name)
{
	struct key k = { .kind = 3, .name = nbname_of(name, 0) };
	uint32_t at = *find_slot(r, &k);

	return at ? &r->places[at - 1 - PLACES_FROM] : NULL;
}

const struct addr *
roster_address(const struct roster *r, const char *name)
{
	const struct place *p = roster_place_of(r, name);

	return p && addr_is_set(&p->ip) ? &p->ip : NULL;
}

/* Who tells of himself another name or domain has got the address of the one who had it. */
static bool
is_otherwise(const struct machine *m, const struct listed *l)
{
	return m->told &&
		(!nbname_equal(&m->name, &l->name) ||
			(m->domain && m->domain != l->domain));
}

/* Of a machine, and 1; 0: none. */
static uint32_t
machine_at(const struct roster *r, const struct addr *ip)
{
	struct key k = { .kind = 0, .ip = *ip };

	return addr_is_set(ip) ? *find_slot(r, &k) : 0;
}

static void
place_by_answer(struct roster *r, struct listed *l)
{
	const struct place *p = l->machine ? NULL : roster_place_of(r, l->name.name);

	if (!p)
		return;
	uint32_t at = machine_at(r, &p->ip);
	l->otherwise = at && is_otherwise(&r->machines[at - 1], l);
	if (at && !l->otherwise)
		l->machine = at;
	/* Who calls himself otherwise may well be at these, too. */
	for (size_t i = 0; i < p->n_ip6 && !l->machine && !l->otherwise; i++)
		l->machine = machine_at(r, &p->ip6[i]);
}

void
roster_place(struct roster *r)
{
	for (size_t i = 0; i < r->n_listed; i++) {
		r->listed[i].machine = 0;
		r->listed[i].otherwise = false;
	}
	for (size_t i = 0; i < r->n_machines; i++) {
		const struct machine *m = &r->machines[i];
		struct key k = { .kind = 2, .domain = m->domain, .name = m->name };
		if (!m->domain || !m->name.name[0])
			continue;
		uint32_t at = *find_slot(r, &k);
		if (at && !r->listed[at - 1 - LISTED_FROM].machine)
			r->listed[at - 1 - LISTED_FROM].machine = (uint32_t)i + 1;
	}
	for (size_t i = 0; i < r->n_listed; i++)
		place_by_answer(r, &r->listed[i]);
}
