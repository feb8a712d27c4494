/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * store_world.h - random worlds for the tests of the store, and what a store makes of them
 *
 * Worlds come from a seed; a failure prints it.
 */
#ifndef UNIT_STORE_WORLD_H
#define UNIT_STORE_WORLD_H

#include "tests/unit/sanitized.h"
#include "tests/unit/test_identity.h"

#include "db/store.h"
#include "db/store_private.h"
#include "inventory/ndjson.h"

#define SLOW SANITIZED

enum { MACHINES_MAX = 8, RUNS_MAX = 7, FACTS_MAX = 20, WORLD_ARENA = 64 << 20 };

/* --- worlds ---------------------------------------------------------------------------------- */

struct machine { /* 0: has none */
	uint32_t agent, uuid, serial, ssh, name, dns, mac[2], ip[2];
};

struct world {
	uint64_t seed, state;
	struct machine machines[MACHINES_MAX];
	uint32_t n_machines, n_ips;
	struct observation *obs; /* obs[i].seq: i + 1, unique in the world */
	size_t n, room;
	struct arena *mem;
};

static inline bool
chance(struct world *w, uint32_t percent)
{
	return below(&w->state, 100) < percent;
}

static inline uint32_t
fresh(struct world *w)
{
	return 1 + below(&w->state, 1 << 20);
}

static inline uint32_t
maybe(struct world *w, uint32_t percent)
{
	return chance(w, percent) ? fresh(w) : 0;
}

static inline void
make_machine(struct world *w, struct machine *m)
{
	*m = (struct machine){
		.agent = maybe(w, 20),
		.uuid = maybe(w, 25),
		.serial = maybe(w, 25),
		.ssh = maybe(w, 40),
		.name = maybe(w, 60),
		.dns = maybe(w, 50),
		.mac = { maybe(w, 70), maybe(w, 25) },
		.ip = { below(&w->state, w->n_ips), below(&w->state, w->n_ips) },
	};
	if (chance(w, 15)) { /* an image of another one */
		const struct machine
			*from = &w->machines[below(&w->state, w->n_machines)];
		m->ssh = from->ssh;
		m->uuid = chance(w, 50) ? from->uuid : m->uuid;
		m->agent = chance(w, 30) ? from->agent : m->agent;
	}
}

static inline const char *
text_of(struct world *w, const char *form, uint32_t number)
{
	const char *text = arena_printf(w->mem, "%s%07u", form, number);

	assert_non_null(text);
	return text;
}

struct facts {
	struct fact items[FACTS_MAX];
	size_t n;
};

/* Some of what a machine bears; calls come in the order of keys. */
static inline void
tell_text(struct world *w, struct facts *f, const char *key, const char *form,
	uint32_t value)
{
	if (value && chance(w, 60))
		f->items[f->n++] = (struct fact){
			.key = key, .type = FACT_TEXT, .text = text_of(w, form, value)
		};
}

static inline void
tell_texts(struct world *w, struct facts *f, const char *key, const char *form,
	uint32_t value)
{
	const char **items = arena_new_array(w->mem, const char *, 2);
	size_t n = 1 + below(&w->state, 2);

	if (!value || chance(w, 40))
		return;
	assert_non_null(items);
	items[0] = text_of(w, form, value);
	items[1] = text_of(w, form, value + 1);
	f->items[f->n++] = (struct fact){
		.key = key, .type = FACT_TEXTS, .texts = { items, n }
	};
}

static inline void
tell_ports(struct world *w, struct facts *f, const char *key)
{
	static const uint16_t ports[] = { 22, 80, 135, 443, 445 };
	uint16_t *items = arena_new_array(w->mem, uint16_t, 5);
	size_t n = 0;

	assert_non_null(items);
	for (size_t i = 0; i < 5; i++)
		if (chance(w, 25))
			items[n++] = ports[i];
	if (n)
		f->items[f->n++] = (struct fact){
			.key = key, .type = FACT_PORTS, .ports = { items, n }
		};
}

static inline void
tell_mac(struct world *w, struct facts *f, uint32_t card)
{
	if (!card || chance(w, 30))
		return;
	f->items[f->n++] = (struct fact){ .key = "mac",
		.type = FACT_MAC,
		.mac.bytes = { 0, 0x16, 0x3e, (uint8_t)(card >> 16),
			(uint8_t)(card >> 8), (uint8_t)card } };
	if (chance(w, 90))
		f->items[f->n++] = (struct fact){
			.key = "mac.onlink", .type = FACT_BOOL, .num = 1
		};
}

static inline void
tell(struct world *w, struct facts *f, const struct machine *m, uint32_t card)
{
	tell_text(w, f, "ad.dn", "CN=", m->name);
	tell_text(w, f, "ad.location", "room", maybe(w, 50));
	tell_text(w, f, "ad.site", "site", maybe(w, 50));
	tell_text(w, f, "agent.key", "agent-", m->agent);
	tell_texts(w, f, "dns.ptr", "ptr-", m->dns);
	size_t before = f->n;
	tell_text(w, f, "host.serial", "SN", m->serial);
	tell_text(w, f, "host.smbios_uuid", "4c4c4544-0042-4810-8052-b4c04f", m->uuid);
	if (f->n > before)
		f->items[f->n++] = (struct fact){
			.key = "host.vendor", .type = FACT_TEXT, .text = "Maker"
		};
	tell_mac(w, f, card);
	before = f->n;
	tell_text(w, f, "netbios.name", "WS-", m->name);
	if (f->n > before) {
		f->items[f->n] = f->items[before];
		f->items[before] = (struct fact){
			.key = "netbios.domain", .type = FACT_TEXT, .text = "CORP"
		};
		f->n++;
	}
	tell_text(w, f, "os.name", "os", 1 + below(&w->state, 3));
	/* No two are the same record, of which only one would be kept. */
	f->items[f->n++] = (struct fact){
		.key = "rtt.us", .type = FACT_INT, .num = (int64_t)w->n
	};
	tell_text(w, f, "smb.dns_name", "ws.corp.", m->dns);
	tell_texts(w, f, "ssh.hostkey", "SHA256:", m->ssh);
	tell_ports(w, f, "tcp.closed");
	tell_ports(w, f, "tcp.open");
}

static inline void
see(struct world *w, const struct machine *m, unsigned card, int64_t at, uint32_t run)
{
	static const char *const sources[] = { "sweep", "ad", "import" };
	const struct machine silent = { .agent = 0 };
	struct facts f = { .n = 0 };

	tell(w, &f, chance(w, 85) ? m : &silent, chance(w, 85) ? m->mac[card] : 0);
	w->obs = more(w->obs, &w->room, w->n, sizeof(w->obs[0]));
	w->obs[w->n] = (struct observation){
		.site = run % 5 == 4 ? "east" : "west",
		.point = run & 1 ? "p1" : "p2",
		.run = text_of(w, "run-", run),
		.source = sources[below(&w->state, 3)],
		.at = at + below(&w->state, 3),
		.seq = (int64_t)w->n + 1,
		.ip = addr_ip4(0xc6120000 + m->ip[card]),
		.evidence = chance(w, 70) ? EVIDENCE_REPLY
					  : (enum evidence)below(&w->state, 4),
		.facts = arena_dup(w->mem, f.items, f.n * sizeof(f.items[0])),
		.n_facts = f.n,
	};
	assert_non_null(w->obs[w->n].facts);
	if (chance(w, 3))
		w->obs[w->n].ip = (struct addr){ .family = ADDR_NONE };
	if (chance(w, 3))
		w->obs[w->n].subject = SUBJECT_NETWORK;
	w->n++;
}

static inline void
change(struct world *w, struct machine *m)
{
	if (chance(w, 30))
		m->ip[below(&w->state, 2)] = below(&w->state, w->n_ips);
	if (chance(w, 10))
		m->name = fresh(w);
	if (chance(w, 5))
		m->ssh = m->agent = fresh(w);
}

static inline void
make_world(struct world *w, uint64_t seed)
{
	int64_t at = 1000 * HOUR;
	uint32_t n_runs = 2 + (uint32_t)(seed / 7 % (RUNS_MAX - 1));

	*w = (struct world){ .seed = seed,
		.state = seed,
		.n_machines = 1 + (uint32_t)(seed % MACHINES_MAX),
		.mem = arena_new(WORLD_ARENA) };
	w->n_ips = 1 + w->n_machines * (1 + below(&w->state, 6)) / 2;
	assert_non_null(w->mem);
	for (uint32_t i = 0; i < w->n_machines; i++)
		make_machine(w, &w->machines[i]);
	for (uint32_t run = 0; run < n_runs; run++) {
		at += HOUR * (chance(w, 20) ? 40 : 1);
		if (chance(w, 15))
			at -= HOUR * 3; /* runs overlap */
		for (uint32_t i = 0; i < w->n_machines; i++) {
			struct machine *m = &w->machines[i];
			unsigned cards = m->mac[1] ? 2 : 1;
			for (unsigned c = 0; c < cards && chance(w, 80); c++)
				for (uint32_t n = below(&w->state, 3); n > 0; n--)
					see(w, m, c, at + i, run);
			change(w, m);
		}
	}
}

static inline void
free_world(struct world *w)
{
	free(w->obs);
	arena_free(w->mem);
}

/* --- what a store keeps ----------------------------------------------------------------------- */

/* A device is called by the least seq among its observations: ids differ, this does not. */
struct picture {
	struct store *s;
	int64_t *device; /* of each seq; 0: none */
	char **texts;    /* by the name of the device: all that is known of it */
	size_t n;
	struct arena *mem;
	struct addr first; /* of the device before: its first current address */
	int64_t as_of;
};

static inline size_t
name_of(const struct picture *p, int64_t device)
{
	size_t seq = 1;

	while (seq < p->n && p->device[seq] != device)
		seq++;
	return seq;
}

static inline void
read_partition(struct picture *p)
{
	static const struct sql_bind none[] = { { .kind = BIND_END } };
	struct err e = { 0 };
	struct sql_stmt *st = store_query(p->s, STMT_SIGHTINGS_ALL, none, &e);

	assert_non_null(st);
	while (store_next(p->s, st, &e) == SQL_ROW)
		if (col_int(p->s, st, 1) <= p->as_of)
			p->device[col_int(p->s, st, 2)] = col_int(p->s, st, 9);
}

static inline void
print_addr(struct sb *out, const struct device_address *a)
{
	char ip[ADDR_TEXT_MAX];

	sb_printf(out, "  %s %lld-%lld reply %lld%s\n", addr_print(&a->ip, ip),
		(long long)a->first_seen, (long long)a->last_seen,
		(long long)a->last_reply, a->current ? " current" : "");
}

static inline void
print_field(struct sb *out, const struct device_field *f, struct err *e)
{
	sb_printf(out, "  %s: ", f->fact.key);
	assert_int_equal(0, ndjson_write_fact(&f->fact, out, e));
	sb_printf(out, " %s %lld %d\n", f->source, (long long)f->at, (int)f->evidence);
}

static inline void
print_row(struct sb *out, const struct evidence_row *r)
{
	sb_printf(out, "  %s %s[%s] = %s%s %d %lld-%lld %s %s %lld\n", r->source,
		r->key, r->member, r->value, r->gone ? " gone" : "", (int)r->evidence,
		(long long)r->first_at, (long long)r->at, r->point, r->run,
		(long long)r->seq);
}

/* Devices come by their first current address. */
static inline void
check_place(struct picture *p, const struct device *d)
{
	struct addr first = d->n_addrs ? d->addrs[0].ip
				       : (struct addr){ .family = ADDR_NONE };

	assert_true(addr_cmp(&p->first, &first) <= 0);
	p->first = first;
}

static inline int
paint_device(void *arg, const struct device *d, struct err *e)
{
	struct picture *p = arg;
	struct evidence_row *rows;
	char label[ADDR_TEXT_MAX];
	struct sb text;
	size_t n, untold;

	check_place(p, d);
	sb_init(&text, 1 << 20);
	sb_printf(&text, "%s %s %lld-%lld %s\n", d->site,
		d->n_addrs ? device_label(d, label) : "", (long long)d->first_seen,
		(long long)d->last_seen, device_state_names[d->state]);
	for (size_t i = 0; i < d->n_addrs; i++)
		print_addr(&text, &d->addrs[i]);
	for (size_t i = 0; i < d->n_fields; i++)
		print_field(&text, &d->fields[i], e);
	assert_int_equal(0,
		store_device_evidence_as_of(
			p->s, d->row, p->as_of, p->mem, &rows, &n, &untold, e));
	for (size_t i = 0; i < n; i++)
		print_row(&text, &rows[i]);
	assert_false(text.bad);
	p->texts[name_of(p, d->row)] = strdup(text.text);
	sb_done(&text);
	return 0;
}

static inline void
paint_as_of(struct picture *p, struct store *s, size_t n, int64_t as_of)
{
	const struct device_query q = { .as_of = as_of };
	struct err e = { 0 };

	*p = (struct picture){ .s = s,
		.as_of = as_of,
		.device = calloc(n + 1, sizeof(p->device[0])),
		.texts = calloc(n + 1, sizeof(p->texts[0])),
		.n = n,
		.mem = arena_new(WORLD_ARENA) };
	assert_true(p->device && p->texts && p->mem);
	read_partition(p);
	assert_int_equal(0, store_each_device_of(s, &q, paint_device, p, &e));
}

static inline void
paint(struct picture *p, struct store *s, size_t n)
{
	paint_as_of(p, s, n, STORE_NOW);
}

static inline void
free_picture(struct picture *p)
{
	for (size_t i = 0; i <= p->n; i++)
		free(p->texts[i]);
	free(p->texts);
	free(p->device);
	arena_free(p->mem);
}

static inline void
compare(const struct world *w, const struct picture *want, const struct picture *got)
{
	for (size_t i = 1; i <= w->n; i++) {
		const char *a = want->texts[i] ? want->texts[i] : "none",
			   *b = got->texts[i] ? got->texts[i] : "none";
		if (want->device[i] &&
			name_of(want, want->device[i]) != name_of(got, got->device[i]))
			fail_msg("seed %llu: observation %zu is with %zu, not with %zu",
				(unsigned long long)w->seed, i,
				name_of(got, got->device[i]),
				name_of(want, want->device[i]));
		if (strcmp(a, b) != 0)
			fail_msg("seed %llu: device %zu is\n%s\nnot\n%s",
				(unsigned long long)w->seed, i, b, a);
	}
}

static inline void
check_sound(const struct world *w, struct store *s)
{
	struct err e = { 0 };
	struct sb problems;
	size_t n;

	sb_init(&problems, 1 << 16);
	assert_int_equal(0, store_check(s, &problems, &n, &e));
	if (n)
		fail_msg("seed %llu: %s", (unsigned long long)w->seed, problems.text);
	sb_done(&problems);
}

/* --- stores ---------------------------------------------------------------------------------- */

static inline struct store *
new_store(void)
{
	struct store *s = NULL;
	struct err e = { 0 };

	if (store_open(&s, ":memory:", STORE_WRITE, &e) == -1)
		fail_msg("%s", e.text);
	return s;
}

static inline void
begin_run(const struct world *w, struct store *s, const char *id, int64_t lifetime)
{
	struct run r = { .id = id,
		.source = "sweep",
		.command = "",
		.site = "west",
		.point = "p1",
		.targets = "",
		.started = 1000 * HOUR,
		.lifetime = lifetime };
	struct err e = { 0 };

	if (store_begin_run(s, &r, &e) == -1)
		fail_msg("seed %llu: %s", (unsigned long long)w->seed, e.text);
}

/* The runs of a world, and as many that repeat each, believe addresses for different times. */
static inline void
begin_runs(const struct world *w, struct store *s, unsigned repeats)
{
	static const int64_t lives[] = { HOUR, 0 /* the default */, 100 * HOUR };

	for (unsigned run = 0; run < RUNS_MAX; run++) {
		const char *id = arena_printf(w->mem, "run-%07u", run);
		begin_run(w, s, id, lives[(w->seed + run) % 3]);
		for (unsigned k = 0; k < repeats; k++)
			begin_run(w, s, arena_printf(w->mem, "%s-%u", id, k),
				lives[(w->seed + run + (k == 2)) % 3]);
	}
}

static inline void
ingest(const struct world *w, struct store *s, const struct observation *obs, size_t n)
{
	struct ingest_result r = { 0 };
	struct err e = { 0 };

	if (store_ingest(s, obs, n, &r, &e) == -1)
		fail_msg("seed %llu: %s", (unsigned long long)w->seed, e.text);
	assert_int_equal(n, r.observations + r.duplicates);
}

/* Batches of 1 to most in any order; now and then one comes again with older ones. */
static inline void
ingest_by_batches(struct world *w, struct store *s, uint32_t most)
{
	uint32_t *order = calloc(w->n, sizeof(order[0]));
	struct observation *batch = calloc(2 * w->n, sizeof(batch[0]));
	size_t n;

	assert_true(order && batch);
	for (uint32_t i = 0; i < w->n; i++)
		order[i] = i;
	shuffle(&w->state, order, w->n);
	for (size_t at = 0; at < w->n; at += n) {
		size_t again = at && chance(w, 20) ? below(&w->state, (uint32_t)at) : 0;
		n = 1 + below(&w->state, most);
		n = n < w->n - at ? n : w->n - at;
		for (size_t i = 0; i < n + again; i++)
			batch[i] = w->obs[order[i < n ? at + i : i - n]];
		ingest(w, s, batch, n + again);
	}
	free(batch);
	free(order);
}

#endif
