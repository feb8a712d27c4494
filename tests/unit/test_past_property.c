/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a store tells of the past is what a store that was fed only the observations until
 * then tells; a device that has no turn between two moments was the same at both; and cards
 * hide no device that a filter matches.
 *
 * The present decides whose an observation is, so a store of then is a model only where it
 * puts the observations together as today's does: most do, and how many is counted.
 */
#include "tests/unit/store_world.h"

#include "db/turn.h"

enum { WORLDS = SLOW ? 25 : 200, MOMENTS = 4 };

/* Between two observations, at one, or outside of all. */
static int64_t
some_moment(struct world *w)
{
	const struct observation *o = &w->obs[below(&w->state, (uint32_t)w->n)];

	return o->at - 1 + below(&w->state, 3);
}

static struct store *
store_until(struct world *w, int64_t until)
{
	struct observation *obs = calloc(w->n, sizeof(obs[0]));
	struct store *s = new_store();
	size_t n = 0;

	assert_non_null(obs);
	for (size_t i = 0; i < w->n; i++)
		if (w->obs[i].at <= until)
			obs[n++] = w->obs[i];
	ingest(w, s, obs, n);
	free(obs);
	return s;
}

static bool
same_partition(const struct picture *a, const struct picture *b)
{
	for (size_t i = 1; i <= a->n; i++)
		if (a->device[i] != 0 &&
			name_of(a, a->device[i]) != name_of(b, b->device[i]))
			return false;
	return true;
}

static void
the_past_is_what_was_observed_until_then(void **state)
{
	size_t compared = 0, asked = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= WORLDS; seed++) {
		struct world w;
		make_world(&w, seed);
		struct store *all = new_store();
		if (w.n)
			ingest_by_batches(&w, all, 20);
		for (int i = 0; w.n && i < MOMENTS; i++) {
			int64_t at = some_moment(&w);
			struct store *then = store_until(&w, at);
			struct picture want, got;
			paint(&want, then, w.n);
			paint_as_of(&got, all, w.n, at);
			asked++;
			if (same_partition(&want, &got)) {
				compare(&w, &want, &got);
				compared++;
			}
			free_picture(&want);
			free_picture(&got);
			store_close(then);
		}
		store_close(all);
		free_world(&w);
	}
	print_message("  %zu of %zu pasts compared\n", compared, asked);
	assert_true(compared * 2 > asked);
}

static void
the_past_until_the_last_observation_is_the_present(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= WORLDS; seed++) {
		struct picture want, got;
		struct world w;
		make_world(&w, seed);
		struct store *s = new_store();
		if (w.n)
			ingest_by_batches(&w, s, 20);
		paint(&want, s, w.n);
		paint_as_of(&got, s, w.n, 10000 * HOUR);
		compare(&w, &want, &got);
		free_picture(&want);
		free_picture(&got);
		store_close(s);
		free_world(&w);
	}
}

/* --- turns ----------------------------------------------------------------------------------- */

struct turned {
	int64_t devices[64];
	size_t n;
};

static int
take_turned(void *arg, int64_t device, struct err *e)
{
	struct turned *t = arg;

	(void)e;
	assert_true(t->n < 64);
	t->devices[t->n++] = device;
	return 0;
}

static bool
has_turned(const struct turned *t, int64_t device)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->devices[i] == device)
			return true;
	return false;
}

/* What a comparison tells of a device: its addresses, its state and its fields. */
static char *
essence(struct store *s, int64_t device, int64_t at, struct arena *mem)
{
	struct err e = { 0 };
	struct device d;
	struct sb text;
	bool known;

	assert_int_equal(0, read_device(s, device, at, mem, &d, &known, &e));
	sb_init(&text, 1 << 20);
	for (size_t i = 0; known && i < d.n_addrs; i++) {
		char ip[ADDR_TEXT_MAX];
		sb_printf(&text, "%s%s ", addr_print(&d.addrs[i].ip, ip),
			d.addrs[i].current ? "" : " left");
	}
	if (known)
		sb_add(&text, device_state_names[d.state]);
	for (size_t i = 0; known && i < d.n_fields; i++) {
		if (strcmp(d.fields[i].fact.key, "rtt.us") == 0)
			continue;
		sb_printf(&text, " %s=", d.fields[i].fact.key);
		assert_int_equal(0, ndjson_write_fact(&d.fields[i].fact, &text, &e));
	}
	char *copy = arena_strdup(mem, text.text);
	sb_done(&text);
	assert_non_null(copy);
	return copy;
}

static void
compare_moments(struct world *w, struct store *s, const struct picture *p)
{
	int64_t a = some_moment(w), b = some_moment(w);
	struct arena *mem = arena_new(WORLD_ARENA);
	struct turned turned = { .n = 0 };
	struct err e = { 0 };

	assert_non_null(mem);
	assert_int_equal(0, turn_each(s, a, b, take_turned, &turned, &e));
	for (size_t i = 1; a < b && i <= w->n; i++) {
		if (!p->device[i] || name_of(p, p->device[i]) != i ||
			has_turned(&turned, p->device[i]))
			continue;
		char *was = essence(s, p->device[i], a, mem),
		     *is = essence(s, p->device[i], b, mem);
		if (strcmp(was, is) != 0)
			fail_msg(
				"seed %llu: device %zu turned unseen in %lld-%lld\n%s\n%s",
				(unsigned long long)w->seed, i, (long long)a,
				(long long)b, was, is);
	}
	arena_free(mem);
}

/* In any order, one by one: in a batch of several, what changes and changes back is no turn. */
static void
a_device_without_a_turn_was_the_same(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= WORLDS; seed++) {
		struct picture p;
		struct world w;
		make_world(&w, seed);
		struct store *s = new_store();
		if (w.n && seed % 2)
			ingest_by_batches(&w, s, 1);
		for (size_t i = 0; seed % 2 == 0 && i < w.n; i++)
			ingest(&w, s, &w.obs[i], 1);
		paint(&p, s, w.n);
		for (int i = 0; w.n && i < 2 * MOMENTS; i++)
			compare_moments(&w, s, &p);
		free_picture(&p);
		store_close(s);
		free_world(&w);
	}
}

/* --- cards ----------------------------------------------------------------------------------- */

struct matched {
	const struct filter *filter; /* NULL: take all that come */
	int64_t devices[64];
	size_t n;
};

static int
take_matching(void *arg, const struct device *d, struct err *e)
{
	struct matched *m = arg;

	(void)e;
	if (!m->filter || filter_matches(m->filter, d)) {
		assert_true(m->n < 64);
		m->devices[m->n++] = d->row;
	}
	return 0;
}

/* A term that some observation may make true, by a part of a value or all of it. */
static const char *
some_term(struct world *w)
{
	static const char *const fixed[] = { "state=up", "state=down", "tcp.open=443",
		"tcp.closed=22", "os.name~OS", "name~0", "domain=corp", "!tcp.open=22",
		"site=EAST", "mac~00:16:3e", "vendor~xen", "xensource", "kind=printer",
		"rtt.us=3", "198.18.0.0/30", "ip=198.18.0.2" };
	const struct observation *o = &w->obs[below(&w->state, (uint32_t)w->n)];
	const struct fact *f = &o->facts[below(&w->state, (uint32_t)o->n_facts)];
	const char *text = f->type == FACT_TEXT ? f->text
		: f->type == FACT_TEXTS         ? f->texts.items[0]
						: NULL;

	if (!text || chance(w, 30))
		return fixed[below(&w->state, sizeof(fixed) / sizeof(fixed[0]))];
	switch (below(&w->state, 4)) {
	case 0: return arena_printf(w->mem, "%s=%s", f->key, text);
	case 1: return arena_printf(w->mem, "%s~%s", f->key, text + 3);
	case 2: return arena_printf(w->mem, "name=%s", text);
	default: return arena_printf(w->mem, "%s", text + strlen(text) / 2);
	}
}

static void
filter_both_ways(struct world *w, struct store *s, int64_t at)
{
	const char *terms[2] = { some_term(w), some_term(w) };
	struct matched want = { .n = 0 }, got = { .n = 0 };
	struct device_query q = { .as_of = at };
	struct filter *filter;
	struct err e = { 0 };

	if (filter_parse(terms, 1 + below(&w->state, 2), w->mem, &filter, &e) == -1)
		fail_msg("%s: %s", terms[0], e.text);
	want.filter = filter;
	assert_int_equal(0, store_each_device_of(s, &q, take_matching, &want, &e));
	q.filter = filter;
	assert_int_equal(0, store_each_device_of(s, &q, take_matching, &got, &e));
	if (want.n != got.n ||
		memcmp(want.devices, got.devices, want.n * sizeof(want.devices[0])) != 0)
		fail_msg("seed %llu: '%s' '%s' at %lld: %zu devices, not %zu",
			(unsigned long long)w->seed, terms[0], terms[1], (long long)at,
			got.n, want.n);
}

static void
a_filter_finds_what_it_matches(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= WORLDS; seed++) {
		struct world w;
		make_world(&w, seed);
		struct store *s = new_store();
		if (w.n)
			ingest_by_batches(&w, s, 10);
		for (int i = 0; w.n && i < 12; i++)
			filter_both_ways(&w, s, i % 2 ? some_moment(&w) : STORE_NOW);
		store_close(s);
		free_world(&w);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_past_is_what_was_observed_until_then),
		cmocka_unit_test(the_past_until_the_last_observation_is_the_present),
		cmocka_unit_test(a_device_without_a_turn_was_the_same),
		cmocka_unit_test(a_filter_finds_what_it_matches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
