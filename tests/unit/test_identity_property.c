/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What must hold in any world: the partition depends on the set of sightings only, resolving
 * by batches gives what resolving at once gives, demotion only grows, and where nothing is
 * copied or shared the partition is the truth.
 *
 * Worlds come from a seed; a failure prints it.
 */
#include "tests/unit/sanitized.h"
#include "tests/unit/test_identity.h"

#include <time.h>

#define SLOW SANITIZED

/* --- worlds ---------------------------------------------------------------------------------- */

/* What may go wrong in a world, bit by bit. */
enum trouble {
	CLONES = 1,      /* keys and ids copied from another device */
	PROXY = 2,       /* a router answers ARP for everybody in some runs */
	SHARED_CARD = 4, /* a dock that several use */
	RENAMES = 8,     /* names change, and come back */
	REINSTALLS = 16, /* agent key, SSH keys and GUID change */
	CONFLICTS = 32,  /* two devices answer at one address */
	HEARSAY = 64,    /* weak and listed sightings, stale ones too */
	SILENCE = 128,   /* sightings without identifiers, and long absence */
	RULINGS = 256,
	VIRTUAL = 512, /* virtual addresses, which come and go */
	LISTED_CARDS = 1024,
	ALL_TROUBLE = 2047,
};

enum { MACHINE_KINDS = 9 };

struct machine {
	uint32_t value[ID_KINDS]; /* 0: has none */
	uint32_t card[2]; /* MACs; 0: none; odd ones are not its own (ID_LINK) */
	uint32_t ip[2];
};

struct world {
	uint64_t seed, state;
	unsigned trouble;
	bool large; /* trouble is rarer: else all machines are entangled */
	struct machine *machines;
	uint32_t n_machines, n_ips;
	struct sighting *sightings;
	uint32_t *truth; /* machine of each */
	size_t n, room;
	struct ruling *rulings;
	size_t n_rulings;
	struct arena *mem;
};

static bool
chance(struct world *w, uint32_t percent)
{
	return below(&w->state, 100) < percent;
}

static bool
may(struct world *w, enum trouble t, uint32_t percent)
{
	return (w->trouble & t) && chance(w, percent) && (!w->large || chance(w, 10));
}

/* Ids are drawn from a small set in troubled worlds only by copying, never by chance. */
static uint32_t
fresh(struct world *w)
{
	return (uint32_t)(next_random(&w->state) >> 33) * 2 + 2;
}

static void
make_machine(struct world *w, uint32_t i)
{
	struct machine *m = &w->machines[i];

	static const struct {
		enum id_kind kind;
		uint32_t percent;
	} has[] = {
		{ ID_AGENT_KEY, 20 },
		{ ID_AD_GUID, 20 },
		{ ID_SMBIOS_UUID, 25 },
		{ ID_SERIAL, 25 },
		{ ID_SSH_KEY, 40 },
		{ ID_TLS_KEY, 20 },
		{ ID_SNMP_ENGINE, 15 },
		{ ID_SMB_GUID, 40 },
		{ ID_NETBIOS, 60 },
		{ ID_NTLM_DNS, 50 },
		{ ID_FQDN, 40 },
		{ ID_SYSNAME, 20 },
		{ ID_MDNS, 20 },
	};

	*m = (struct machine){ .value = { 0 } };
	for (size_t k = 0; k < sizeof(has) / sizeof(has[0]); k++)
		if (chance(w, has[k].percent))
			m->value[has[k].kind] = fresh(w);
	m->card[0] = chance(w, 80) ? fresh(w) | chance(w, 25) : 0;
	m->card[1] = chance(w, 25) ? fresh(w) | chance(w, 25) : 0;
	m->ip[0] = w->large ? i : below(&w->state, w->n_ips);
	m->ip[1] = w->large ? w->n_machines + i : below(&w->state, w->n_ips);
}

static void
copy_from_another(struct world *w, struct machine *m)
{
	static const enum id_kind copied[] = { ID_SSH_KEY, ID_SMB_GUID, ID_SMBIOS_UUID,
		ID_AGENT_KEY, ID_TLS_KEY, ID_FQDN, ID_NETBIOS, ID_SERIAL };
	const struct machine *from = &w->machines[below(&w->state, w->n_machines)];

	for (size_t i = 0; i < sizeof(copied) / sizeof(copied[0]); i++)
		if (chance(w, 40))
			m->value[copied[i]] = from->value[copied[i]];
}

static const char *
text_of(struct world *w, const char *form, uint32_t number)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "%s-%u", form, number);
	const char *copy = arena_strdup(w->mem, text);
	assert_non_null(copy);
	return copy;
}

static struct sighting *
add_sighting(struct world *w, uint32_t machine, int64_t at, uint32_t run, uint32_t ip)
{
	size_t room = w->room;

	w->sightings = more(w->sightings, &w->room, w->n, sizeof(w->sightings[0]));
	w->truth = more(w->truth, &room, w->n, sizeof(w->truth[0]));
	w->truth[w->n] = machine;
	struct sighting *s = &w->sightings[w->n];
	*s = (struct sighting){
		.at = at,
		.seq = (int64_t)w->n,
		.site = ip & 1 && (w->trouble & HEARSAY) ? "east" : "west",
		.point = run & 1 ? "p1" : "p2",
		.run = text_of(w, "run", run),
		.ip = addr_ip4(0x0a000000 + ip),
		.evidence = EVIDENCE_REPLY,
		.ref = (int64_t)w->n + 1,
	};
	w->n++;
	return s;
}

static void
add_key(struct world *w, struct id_key *keys, size_t *n, enum id_kind kind,
	uint32_t value)
{
	if (value)
		keys[(*n)++] = (struct id_key){ kind,
			text_of(w, id_rules[kind].name, value) };
}

/* Some of what the machine bears. */
static void
show_keys(struct world *w, struct sighting *s, const struct machine *m, uint32_t card,
	uint32_t percent)
{
	struct id_key keys[ID_KINDS + 2];
	bool virtual = addr_to_ip4(&s->ip) % 3 == 0 && may(w, VIRTUAL, 40);
	size_t n = 0;

	if (virtual)
		keys[n++] = (struct id_key){ ID_VIP,
			text_of(w, s->site, addr_to_ip4(&s->ip)) };
	for (unsigned c = 0; c < 2 && may(w, LISTED_CARDS, 30); c++)
		if (m->card[c] % 2 == 0 && m->card[c])
			keys[n++] = (struct id_key){ ID_CARD,
				text_of(w, id_rules[ID_MAC].name, m->card[c]) };
	for (unsigned k = 0; k < ID_KINDS; k++) {
		if (k == ID_MAC && card % 2 == 0 && card && !virtual &&
			chance(w, percent))
			add_key(w, keys, &n, ID_MAC, card);
		else if (k == ID_LINK && card % 2 == 1 && chance(w, percent))
			add_key(w, keys, &n, ID_LINK, card);
		else if (m->value[k] && chance(w, percent))
			add_key(w, keys, &n, (enum id_kind)k, m->value[k]);
	}
	s->keys = arena_dup(w->mem, keys, n * sizeof(keys[0]));
	s->n_keys = n;
	assert_non_null(s->keys);
}

static void
change(struct world *w, struct machine *m)
{
	if (chance(w, w->large ? 3 : 30))
		m->ip[below(&w->state, 2)] = below(&w->state, w->n_ips);
	if (may(w, RENAMES, 15))
		m->value[ID_NETBIOS] = chance(w, 50)
			? fresh(w)
			: w->machines[below(&w->state, w->n_machines)].value[ID_NETBIOS];
	if (may(w, RENAMES, 15))
		m->value[ID_SYSNAME] = 2 + 2 * below(&w->state, 3);
	if (may(w, REINSTALLS, 10)) {
		m->value[ID_AGENT_KEY] = fresh(w);
		m->value[ID_SSH_KEY] = fresh(w);
		m->value[ID_SMB_GUID] = fresh(w);
	}
	if (may(w, SHARED_CARD, 20))
		m->card[1] = 2;
}

/* What one run sees of one machine: one to three sightings at an address. */
static void
see(struct world *w, uint32_t i, int64_t at, uint32_t run, uint32_t proxy)
{
	static const enum evidence hearsay[] = { EVIDENCE_WEAK, EVIDENCE_LISTED,
		EVIDENCE_HEARD };
	const struct machine *m = &w->machines[i];
	uint32_t n_cards = m->card[1] ? 2 : 1;

	for (uint32_t c = 0; c < n_cards; c++) {
		uint32_t ip = may(w, CONFLICTS, 10) ? below(&w->state, w->n_ips)
						    : m->ip[c];
		uint32_t n = w->large ? 1 : 1 + below(&w->state, 3);
		for (uint32_t s = 0; s < n; s++) {
			struct sighting *g = add_sighting(
				w, i, at + below(&w->state, 3), run, ip);
			show_keys(w, g, m, proxy ? proxy : m->card[c],
				may(w, SILENCE, 40) ? 0 : 60);
			if (may(w, HEARSAY, 30))
				g->evidence = hearsay[below(&w->state, 3)];
			if (may(w, HEARSAY, 5))
				g->ip = (struct addr){ .family = ADDR_NONE };
		}
	}
}

/* A run that shows one MAC at more addresses than a card has, each with its own machine. */
static void
see_through_proxy(struct world *w, int64_t at, uint32_t run)
{
	for (uint32_t i = 0; i < 20; i++)
		see(w, i % w->n_machines, at, run, 4);
	for (uint32_t i = 0; i < 17; i++) {
		struct sighting *s = add_sighting(w, 0, at + i, run, 1000 + i);
		show_keys(w, s, &(struct machine){ .value = { 0 } }, 4, 100);
	}
}

static const struct id_key *
any_key(struct world *w)
{
	for (;;) {
		const struct sighting
			*s = &w->sightings[below(&w->state, (uint32_t)w->n)];
		if (s->n_keys)
			return &s->keys[below(&w->state, (uint32_t)s->n_keys)];
	}
}

static void
make_rulings(struct world *w)
{
	size_t room = 0;

	for (size_t n = 1 + below(&w->state, 4); n > 0; n--) {
		static const enum ruling_kind kinds[] = { RULING_NEVER, RULING_SAME,
			RULING_NEVER, RULING_DEMOTED };
		w->rulings = more(
			w->rulings, &room, w->n_rulings, sizeof(w->rulings[0]));
		w->rulings[w->n_rulings++] = (struct ruling){
			kinds[below(&w->state, 4)], *any_key(w), *any_key(w)
		};
	}
}

static void
make_world(struct world *w, uint64_t seed, unsigned trouble, uint32_t n_machines,
	uint32_t n_runs)
{
	int64_t at = 1000 * HOUR;

	*w = (struct world){
		.seed = seed,
		.state = seed,
		.trouble = trouble,
		.large = n_machines > 1000,
	};
	w->mem = arena_new((size_t)1 << 30);
	w->n_machines = n_machines;
	w->n_ips = 1 + n_machines * (1 + below(&w->state, 6)) / 2;
	w->machines = calloc(n_machines, sizeof(w->machines[0]));
	assert_non_null(w->mem);
	assert_non_null(w->machines);
	for (uint32_t i = 0; i < n_machines; i++) {
		make_machine(w, i);
		if (may(w, CLONES, 40))
			copy_from_another(w, &w->machines[i]);
	}
	for (uint32_t run = 0; run < n_runs; run++) {
		at += HOUR * (may(w, SILENCE, 25) ? 40 : 1);
		if (chance(w, 15))
			at -= HOUR * 3; /* runs overlap */
		bool proxied = may(w, PROXY, 30);
		if (proxied && chance(w, 50))
			see_through_proxy(w, at, run);
		for (uint32_t i = 0; i < n_machines; i++) {
			if (chance(w, 70))
				see(w, i, at + i, run, proxied && chance(w, 50) ? 4 : 0);
			change(w, &w->machines[i]);
		}
	}
	if ((w->trouble & RULINGS) && w->n)
		make_rulings(w);
}

static void
free_world(struct world *w)
{
	free(w->machines);
	free(w->sightings);
	free(w->truth);
	free(w->rulings);
	arena_free(w->mem);
}

/* --- clean worlds: nothing is copied, shared or confused ------------------------------------- */

/* A machine without an identifier of its own stays where it is and is seen each run. */
enum clean_kind { HARD, NAMED, LINKED, NAMELESS, CLEAN_KINDS };

struct clean {
	enum clean_kind kind;
	struct machine is;
	bool showed; /* what it is, at its present address */
};

static void
make_clean(struct world *w, struct clean *c, uint32_t i)
{
	c->kind = (enum clean_kind)below(&w->state, CLEAN_KINDS);
	c->is.ip[0] = i;
	if (c->kind == LINKED)
		c->is.card[0] = fresh(w) | 1;
	if (c->kind == NAMED || (c->kind == HARD && chance(w, 50))) {
		c->is.value[ID_NETBIOS] = fresh(w);
		c->is.value[ID_NTLM_DNS] = fresh(w);
	}
	if (c->kind != HARD)
		return;
	c->is.card[0] = fresh(w);
	for (unsigned k = 0; k <= ID_SMB_GUID; k++)
		if (k != ID_VIP && chance(w, 50))
			c->is.value[k] = fresh(w);
	if (chance(w, 30) && !c->is.value[ID_NETBIOS]) { /* a name is of one card */
		c->is.card[1] = fresh(w);
		c->is.ip[1] = 2 * w->n_machines + i;
		c->is.value[ID_SSH_KEY] = fresh(w);
	}
}

static void
move_clean(struct world *w, struct clean *c)
{
	if ((c->kind == HARD || c->kind == NAMED) && chance(w, 20)) {
		uint32_t left = c->is.ip[0];
		c->is.ip[0] = w->n_ips; /* the one that the last mover left */
		w->n_ips = left;
		c->showed = false;
	}
}

static void
see_clean(struct world *w, struct clean *c, uint32_t i, int64_t at, uint32_t run)
{
	bool silent = c->showed && chance(w, 30);

	for (uint32_t card = 0; card < (c->is.card[1] ? 2 : 1); card++) {
		uint32_t n = 1 + below(&w->state, 3), speaks = below(&w->state, n);
		for (uint32_t s = 0; s < n; s++) {
			struct sighting *g = add_sighting(
				w, i, at + s, run, c->is.ip[card]);
			uint32_t percent = s == speaks ? 100 : 50;
			show_keys(w, g, &c->is, c->is.card[card], silent ? 0 : percent);
		}
	}
	c->showed = true;
}

/* An address that is left is taken by the next that moves. */
static void
make_clean_world(struct world *w, uint64_t seed, uint32_t n_machines, uint32_t n_runs)
{
	struct clean *machines = calloc(n_machines, sizeof(machines[0]));

	assert_non_null(machines);
	*w = (struct world){ .seed = seed, .state = seed, .n_machines = n_machines };
	w->mem = arena_new((size_t)1 << 30);
	w->n_ips = n_machines; /* the free one */
	assert_non_null(w->mem);
	for (uint32_t i = 0; i < n_machines; i++)
		make_clean(w, &machines[i], i);
	for (uint32_t run = 0; run < n_runs; run++) {
		for (uint32_t i = 0; i < n_machines; i++) {
			see_clean(w, &machines[i], i, run * HOUR + i, run);
			move_clean(w, &machines[i]);
		}
	}
	free(machines);
}

/* --- comparing ------------------------------------------------------------------------------- */

static void
compare(const struct world *w, const char *what, const uint32_t *want,
	const uint32_t *got)
{
	for (size_t i = 0; i < w->n; i++) {
		if (want[i] == got[i])
			continue;
		fail_msg(
			"%s: seed %llu trouble %u: sighting %zu is with %u, not with %u",
			what, (unsigned long long)w->seed, w->trouble, i, got[i],
			want[i]);
	}
}

static uint32_t *
new_partition(size_t n)
{
	uint32_t *of = calloc(n + 1, sizeof(of[0]));

	assert_non_null(of);
	return of;
}

static uint32_t *
any_order(struct world *w)
{
	uint32_t *order = new_partition(w->n);

	for (uint32_t i = 0; i < w->n; i++)
		order[i] = i;
	shuffle(&w->state, order, w->n);
	return order;
}

static uint32_t *
at_once(struct world *w, const uint32_t *order, size_t *n_demoted)
{
	struct arena *mem = arena_new((size_t)4 << 30);
	uint32_t *of = new_partition(w->n);
	struct identity_result r;

	resolve_all(w->sightings, w->n, order, w->rulings, w->n_rulings, mem, &r);
	partition_of_result(&r, of);
	*n_demoted = r.n_demoted;
	arena_free(mem);
	return of;
}

static size_t
count_demoted(const struct memory *m)
{
	size_t n = 0;

	for (size_t i = 0; i < m->keys.n; i++)
		n += m->keys.entries[i].demoted;
	return n;
}

/* In batches of 1 to most, in this order. */
static uint32_t *
by_batches(struct world *w, const uint32_t *order, uint32_t most, size_t *n_demoted)
{
	struct memory m;
	uint32_t *of = new_partition(w->n);
	size_t n;

	memory_init(&m, w->sightings, w->n, w->rulings, w->n_rulings);
	for (size_t i = 0; i < w->n; i += n) {
		n = 1 + below(&w->state, most);
		if (n > w->n - i)
			n = w->n - i;
		memory_ingest(&m, order + i, n);
	}
	partition_of_memory(&m, of);
	*n_demoted = count_demoted(&m);
	memory_done(&m);
	return of;
}

/* --- properties --------------------------------------------------------------------------------- */

static void
check_world(uint64_t seed, unsigned trouble)
{
	static const uint32_t batch_sizes[] = { 1, 5, 15, 40 };
	struct world w;
	size_t n_want, n_got;

	make_world(&w, seed, trouble, 2 + (uint32_t)(seed % 6),
		3 + (uint32_t)(seed / 7 % 5));
	uint32_t *want = at_once(&w, NULL, &n_want);
	uint32_t *order = any_order(&w);
	uint32_t *got = at_once(&w, order, &n_got);
	compare(&w, "another order", want, got);
	assert_int_equal(n_want, n_got);
	free(got);
	got = by_batches(&w, order, batch_sizes[seed % 4], &n_got);
	compare(&w, "batches", want, got);
	assert_int_equal(n_want, n_got);
	free(got);
	free(order);
	free(want);
	free_world(&w);
}

static void
any_order_and_any_batches_give_the_same_devices(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= (SLOW ? 200 : 1000); seed++)
		check_world(seed,
			(unsigned)(seed * 0x9e3779b97f4a7c15 >> 21) & ALL_TROUBLE);
}

static void
where_nothing_is_shared_devices_are_the_machines(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= (SLOW ? 50 : 300); seed++) {
		struct world w;
		size_t n_demoted;
		make_clean_world(
			&w, seed, 2 + (uint32_t)(seed % 20), 2 + (uint32_t)(seed % 7));
		uint32_t *first = calloc(w.n_machines, sizeof(first[0])); /* + 1 */
		uint32_t *truth = new_partition(w.n);
		assert_non_null(first);
		for (uint32_t i = 0; i < w.n; i++) {
			if (!first[w.truth[i]])
				first[w.truth[i]] = i + 1;
			truth[i] = first[w.truth[i]] - 1;
		}
		uint32_t *got = at_once(&w, NULL, &n_demoted);
		compare(&w, "the truth", truth, got);
		assert_int_equal(0, n_demoted);
		free(got);
		free(truth);
		free(first);
		free_world(&w);
	}
}

/* What the first half of a world demotes stays demoted by the whole. */
static void
demotion_only_grows(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= (SLOW ? 100 : 500); seed++) {
		struct world w;
		struct identity_result half, whole;
		struct arena *mem = arena_new((size_t)1 << 30);
		make_world(&w, seed, ALL_TROUBLE & ~(unsigned)RULINGS, 5, 5);
		uint32_t *order = any_order(&w);
		resolve_all(w.sightings, w.n / 2, order, NULL, 0, mem, &half);
		resolve_all(w.sightings, w.n, order, NULL, 0, mem, &whole);
		for (size_t i = 0, k = 0; i < half.n_demoted; i++) {
			for (k = 0; k < whole.n_demoted; k++)
				if (id_key_cmp(&half.demoted[i], &whole.demoted[k]) == 0)
					break;
			if (k == whole.n_demoted)
				fail_msg("seed %llu: %s is an identifier again",
					(unsigned long long)seed, half.demoted[i].value);
		}
		free(order);
		free_world(&w);
		arena_free(mem);
	}
}

static double
cpu_seconds(void)
{
	return (double)clock() / CLOCKS_PER_SEC;
}

static void
a_hundred_thousand_devices_resolve_by_batches_as_at_once(void **state)
{
	const uint32_t n_machines = SLOW ? 2000 : 100000;
	struct world w;
	size_t n_want, n_got;

	(void)state;
	make_world(&w, 20261121, ALL_TROUBLE, n_machines, 2);
	double from = cpu_seconds();
	uint32_t *want = at_once(&w, NULL, &n_want);
	double once = cpu_seconds() - from;
	uint32_t *order = any_order(&w);
	from = cpu_seconds();
	uint32_t *got = by_batches(&w, order, 10000, &n_got);
	print_message("%zu sightings: %.2f s at once, %.2f s in batches of about 5000\n",
		w.n, once, cpu_seconds() - from);
	compare(&w, "many batches", want, got);
	assert_int_equal(n_want, n_got);
	free(order);
	free(want);
	free(got);
	free_world(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_order_and_any_batches_give_the_same_devices),
		cmocka_unit_test(where_nothing_is_shared_devices_are_the_machines),
		cmocka_unit_test(demotion_only_grows),
		cmocka_unit_test(
			a_hundred_thousand_devices_resolve_by_batches_as_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
