/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The history of changes: what an import brought is dated by what was observed, not by what
 * else came along.  What came in one import gives the rows, and the dates, of the same in one
 * import a run.
 *
 * It can where what comes later leaves whose the earlier is; else the one import never made
 * the devices that the others merge.  Most worlds are so, and how many is counted.
 */
#include "tests/unit/store_world.h"

enum { WORLDS = SLOW ? 60 : 500, NAMES_MAX = 256 };

/* --- dates ------------------------------------------------------------------------------------ */

#define AT(minutes) (1000 * HOUR + (minutes) * (HOUR / 60))

/* A visit; 0: says nothing of the sort. */
struct said {
	int minute, run, place, card, key, system;
};

struct telling {
	struct fact facts[4];
	const char *item;
	char run[16], key[32], system[32];
};

static struct observation
observe(struct telling *t, const struct said *v)
{
	size_t n = 0;

	(void)snprintf(t->run, sizeof(t->run), "run-%d", v->run);
	(void)snprintf(t->key, sizeof(t->key), "SHA256:key%d", v->key);
	(void)snprintf(t->system, sizeof(t->system), "system %d", v->system);
	t->item = t->key;
	if (v->card) {
		t->facts[n++] = (struct fact){ .key = "mac",
			.type = FACT_MAC,
			.mac.bytes = { 0, 0x16, 0x3e, 0, 0, (uint8_t)v->card } };
		t->facts[n++] = (struct fact){
			.key = "mac.onlink", .type = FACT_BOOL, .num = 1
		};
	}
	if (v->system)
		t->facts[n++] = (struct fact){
			.key = "os.name", .type = FACT_TEXT, .text = t->system
		};
	if (v->key)
		t->facts[n++] = (struct fact){ .key = "ssh.hostkey",
			.type = FACT_TEXTS,
			.texts = { &t->item, 1 } };
	return (struct observation){ .at = AT(v->minute),
		.site = "west",
		.point = "p1",
		.run = t->run,
		.source = "sweep",
		.ip = addr_ip4(0xc6120000 + (uint32_t)v->place),
		.evidence = EVIDENCE_REPLY,
		.facts = t->facts,
		.n_facts = n };
}

enum { SAID_MAX = 6 };

static const struct dated {
	const char *label;
	size_t before; /* so many come first, for themselves */
	struct said said[SAID_MAX];
	const char *changes; /* "minute what key", one a line */
} dated[] = {
	{ "a new device is new since it was seen first", 0,
		{ { 0, 1, 1, 1, 0, 1 }, { 60, 2, 1, 1, 0, 1 } }, "0 new \n" },
	{ "what a later run says is a change of then", 0,
		{ { 0, 1, 1, 1, 0, 1 }, { 60, 2, 1, 1, 0, 2 }, { 120, 3, 1, 1, 0, 2 } },
		"0 new \n60 field os.name\n" },
	{ "what changes back in one import was changed", 0,
		{ { 0, 1, 1, 1, 0, 1 }, { 60, 2, 1, 1, 0, 2 }, { 120, 3, 1, 1, 0, 1 } },
		"0 new \n60 field os.name\n120 field os.name\n" },
	{ "what else a run finds out of a device that it meets is no change", 0,
		{ { 0, 1, 1, 1, 0, 1 }, { 60, 1, 1, 1, 0, 2 } }, "0 new \n" },
	{ "another address is of when it was first seen", 1,
		{ { 0, 1, 1, 1, 0, 1 }, { 60, 2, 2, 1, 0, 1 }, { 70, 2, 3, 1, 0, 1 } },
		"0 new \n60 address \n70 address \n" },
	{ "a field is of the observation that says it", 1,
		{ { 0, 1, 1, 1, 0, 1 }, { 60, 2, 1, 1, 0, 2 }, { 70, 2, 1, 1, 1, 0 } },
		"0 new \n60 field os.name\n70 field ssh.hostkey\n" },
	{ "two are merged when it shows that they are one", 2,
		{ { 0, 1, 1, 1, 0, 0 }, { 10, 2, 2, 0, 1, 0 }, { 60, 3, 2, 1, 1, 0 },
			{ 120, 4, 9, 9, 0, 0 } },
		"0 new \n10 new \n60 merged \n60 address \n60 field ssh.hostkey\n"
		"120 new \n" },
};

static int
print_change(void *arg, const struct change *c, struct err *e)
{
	(void)e;
	sb_printf(arg, "%lld %s %s\n", (long long)((c->at - AT(0)) / (HOUR / 60)),
		c->what, c->key);
	return 0;
}

static void
ingest_all(struct store *s, const struct observation *o, size_t n)
{
	struct ingest_result r = { 0 };
	struct err e = { 0 };

	if (n && store_ingest(s, o, n, &r, &e) == -1)
		fail_msg("%s", e.text);
}

static void
changes_are_dated_by_what_was_observed(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(dated) / sizeof(dated[0]); i++) {
		struct observation o[SAID_MAX];
		struct telling t[SAID_MAX];
		struct store *s = new_store();
		struct err e = { 0 };
		struct sb text;
		size_t n = 0;
		for (; n < SAID_MAX && dated[i].said[n].run; n++)
			o[n] = observe(&t[n], &dated[i].said[n]);
		print_message("  %s\n", dated[i].label);
		for (size_t k = 0; k < dated[i].before; k++)
			ingest_all(s, &o[k], 1);
		ingest_all(s, o + dated[i].before, n - dated[i].before);
		sb_init(&text, 1 << 16);
		assert_int_equal(0, store_each_change(s, 0, print_change, &text, &e));
		assert_string_equal(dated[i].changes, text.text);
		sb_done(&text);
		store_close(s);
	}
}

static void
the_ledger_is_dated_by_what_was_observed(void **state)
{
	static const struct said said[] = { { 0, 1, 1, 1, 1, 0 }, { 60, 2, 2, 1, 0, 0 },
		{ 120, 3, 1, 1, 1, 0 } };
	struct arena *mem = arena_new(1 << 20);
	struct store *s = new_store();
	struct observation o[3];
	struct telling t[3];
	struct ledger l;
	struct err e = { 0 };
	struct device d;

	(void)state;
	for (size_t i = 0; i < 3; i++)
		o[i] = observe(&t[i], &said[i]);
	ingest_all(s, o, 3);
	assert_int_equal(0, store_find_device(s, "198.18.0.1", mem, &d, &e));
	assert_int_equal(0, store_device_ledger(s, d.row, STORE_NOW, mem, &l, &e));
	for (size_t i = 0; i < l.n; i++) {
		bool by_card = strcmp(l.rows[i].rule, "tier1:mac") == 0;
		print_message("  %s %s\n", l.rows[i].rule, l.rows[i].key);
		assert_int_equal(AT(by_card ? 60 : 120), l.rows[i].at);
		assert_string_equal(by_card ? "run-2" : "run-3", l.rows[i].run);
	}
	assert_int_equal(2, l.n);
	store_close(s);
	arena_free(mem);
}

/* --- one import, and many --------------------------------------------------------------------- */

static int
by_order(const void *a, const void *b)
{
	return observation_cmp(a, b);
}

/* Is none of a run before or after one of another that lies between? */
static bool
runs_follow_each_other(const struct world *w)
{
	for (size_t i = 1; i < w->n; i++)
		for (size_t k = 0; k + 1 < i; k++)
			if (strcmp(w->obs[i].run, w->obs[k].run) == 0 &&
				strcmp(w->obs[i].run, w->obs[i - 1].run) != 0)
				return false;
	return true;
}

/* False: an import moved what was there. */
static bool
ingest_by_runs(const struct world *w, struct store *s)
{
	bool stays = true;

	for (size_t i = 0, n; i < w->n && stays; i += n) {
		struct picture before, after;
		for (n = 1;
			i + n < w->n && strcmp(w->obs[i].run, w->obs[i + n].run) == 0;
			n++)
			;
		paint(&before, s, w->n);
		ingest(w, s, w->obs + i, n);
		paint(&after, s, w->n);
		for (size_t k = 1; k <= w->n; k++)
			stays = stays &&
				(before.device[k] == 0 ||
					before.device[k] == after.device[k]);
		free_picture(&before);
		free_picture(&after);
	}
	return stays;
}

/* --- what they tell --------------------------------------------------------------------------- */

struct told {
	const struct picture *p;
	struct arena *mem;
	char **lines;
	size_t n, room;
	char id[NAMES_MAX][37]; /* of the device by its name */
};

static void
tell_line(struct told *t, const char *line)
{
	assert_non_null(line);
	t->lines = more(t->lines, &t->room, t->n, sizeof(t->lines[0]));
	t->lines[t->n++] = arena_strdup(t->mem, line);
}

static int
take_id(void *arg, const struct device *d, struct err *e)
{
	struct told *t = arg;
	size_t name = name_of(t->p, d->row);

	(void)e;
	assert_true(name < NAMES_MAX);
	memcpy(t->id[name], d->id, sizeof(d->id));
	return 0;
}

static int
take_change(void *arg, const struct change *c, struct err *e)
{
	struct told *t = arg;
	size_t name = 0;

	(void)e;
	while (name < NAMES_MAX && strcmp(t->id[name], c->device) != 0)
		name++;
	tell_line(t,
		arena_printf(t->mem, "%zu: %lld %s %s %s '%s' '%s'", name,
			(long long)c->at, c->run, c->what, c->key, c->before,
			strcmp(c->after, c->device) == 0 ? "its id" : c->after));
	return 0;
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static struct told
all_told(const struct picture *p)
{
	struct told t = { .p = p, .mem = arena_new(WORLD_ARENA) };
	struct err e = { 0 };

	assert_non_null(t.mem);
	assert_int_equal(0, store_each_device(p->s, take_id, &t, &e));
	assert_int_equal(0, store_each_change(p->s, 0, take_change, &t, &e));
	qsort(t.lines, t.n, sizeof(t.lines[0]), by_text);
	return t;
}

static void
free_told(struct told *t)
{
	free(t->lines);
	arena_free(t->mem);
}

static void
compare_told(const struct world *w, const struct told *want, const struct told *got)
{
	for (size_t i = 0; i < want->n || i < got->n; i++) {
		const char *a = i < want->n ? want->lines[i] : "no more",
			   *b = i < got->n ? got->lines[i] : "no more";
		if (strcmp(a, b) != 0)
			fail_msg("seed %llu: one import tells\n%s\nmany tell\n%s",
				(unsigned long long)w->seed, b, a);
	}
}

static void
one_import_tells_what_an_import_of_each_run_tells(void **state)
{
	size_t compared = 0, rows = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= WORLDS; seed++) {
		struct picture pa, pb;
		struct world w;
		make_world(&w, seed);
		struct store *once = new_store(), *many = new_store();
		begin_runs(&w, once, 0);
		begin_runs(&w, many, 0);
		if (w.n)
			qsort(w.obs, w.n, sizeof(w.obs[0]), by_order);
		if (w.n && runs_follow_each_other(&w) && ingest_by_runs(&w, many)) {
			ingest(&w, once, w.obs, w.n);
			paint(&pa, many, w.n);
			paint(&pb, once, w.n);
			struct told want = all_told(&pa), got = all_told(&pb);
			compare_told(&w, &want, &got);
			compared++;
			rows += want.n;
			free_told(&want);
			free_told(&got);
			free_picture(&pa);
			free_picture(&pb);
		}
		store_close(once);
		store_close(many);
		free_world(&w);
	}
	print_message("  %zu of %d worlds compared, %zu rows\n", compared, WORLDS, rows);
	assert_true(compared * 4 > WORLDS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changes_are_dated_by_what_was_observed),
		cmocka_unit_test(the_ledger_is_dated_by_what_was_observed),
		cmocka_unit_test(one_import_tells_what_an_import_of_each_run_tells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
