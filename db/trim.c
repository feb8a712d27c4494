/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Thinning the observations of a device.
 *
 * A visit is what one run said about a device in a day.  All of a visit stays or goes: what
 * has no identifier of its own belongs to the device by what was said at the same time.  Visits
 * that said the same, but for measurements, are alike; the first and the last of them stay, so
 * that every value and every identifier keeps the time between which it was seen: that is all
 * that a device is made of.
 *
 * Devices that share an identifier, or bear one that was ruled about, are left alone: who they
 * are may be thought over again, and each visit counts in that.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/bearers.h"
#include "db/history.h"
#include "db/retention.h"
#include "inventory/ndjson.h"

enum {
	TRIM_ARENA = 512 << 20,
	ROWS_MAX = 5000, /* of a device in one call; the rest comes with the next */
};

#define DAY (24 * 3600 * (int64_t)SECOND)

struct trim_row {
	int64_t id, at;
	uint64_t visit; /* which */
	uint64_t said;  /* what */
	const char *run;
};

struct visit {
	uint64_t said;
	int64_t at;
	size_t first, n; /* its rows */
	bool stays;
};

struct trimming {
	struct store *s;
	struct arena *mem;
	int64_t device, from;
	struct trim_row *rows;
	size_t n;
	int64_t newest;
	bool cut; /* there are more */
};

/* FNV-1a; texts are told apart by their ends. */
static uint64_t
mix(uint64_t h, const char *text)
{
	do
		h = (h ^ (unsigned char)*text) * 0x100000001b3;
	while (*text++);
	return h;
}

#define MIX_FIRST 0xcbf29ce484222325

/* The facts that are news when they differ. */
static int
mix_facts(uint64_t *h, const struct observation *o, struct err *e)
{
	struct sb text;
	int rc = 0;

	sb_init(&text, NDJSON_LINE_MAX);
	for (size_t i = 0; i < o->n_facts && rc == 0; i++) {
		if (!history_is_news(o->facts[i].key))
			continue;
		sb_clear(&text);
		rc = ndjson_write_fact(&o->facts[i], &text, e);
		*h = mix(mix(*h, o->facts[i].key), text.text);
	}
	sb_done(&text);
	return rc;
}

static int
add_row(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	struct trimming *t = arg;
	struct observation o;
	char ip[IP_KEY_MAX], numbers[64];
	int64_t lifetime;

	if (read_observation(s, st, mem, &o, e) == -1)
		return -1;
	struct trim_row *r = &t->rows[t->n++];
	*r = (struct trim_row){
		.id = col_int(s, st, 12), .at = o.at, .run = arena_strdup(t->mem, o.run)
	};
	if (!r->run)
		return err_nomem(e);
	t->newest = o.at;
	(void)snprintf(numbers, sizeof(numbers), "%lld", (long long)(o.at / DAY));
	r->visit = mix(mix(MIX_FIRST, o.run), numbers);
	if (store_run_lifetime(s, o.run, &lifetime, e) == -1)
		return -1;
	(void)snprintf(numbers, sizeof(numbers), "%d %d %d %lld", (int)o.subject,
		(int)o.evidence, (int)o.truncated, (long long)lifetime);
	r->said = mix(mix(MIX_FIRST, o.source), o.point);
	r->said = mix(mix(r->said, o.site), ip_key(&o.ip, ip));
	r->said = mix(mix(r->said, numbers), col_text(s, st, 11)); /* its identifiers */
	return mix_facts(&r->said, &o, e);
}

/* --- what stays ----------------------------------------------------------------------------- */

static int
by_visit(const void *pa, const void *pb)
{
	const struct trim_row *a = pa, *b = pb;

	return (a->visit > b->visit) - (a->visit < b->visit);
}

static int
by_what_and_when(const void *pa, const void *pb)
{
	const struct visit *a = pa, *b = pb;

	if (a->said != b->said)
		return a->said > b->said ? 1 : -1;
	return (a->at > b->at) - (a->at < b->at);
}

static struct visit *
make_visits(const struct trimming *t, size_t *n)
{
	struct visit *visits = arena_new_array(t->mem, struct visit, t->n + 1);

	*n = 0;
	qsort(t->rows, t->n, sizeof(t->rows[0]), by_visit);
	for (size_t i = 0; visits && i < t->n; i++) {
		const struct trim_row *r = &t->rows[i];
		if (i == 0 || r->visit != r[-1].visit)
			visits[(*n)++] = (struct visit){ .at = r->at, .first = i };
		struct visit *v = &visits[*n - 1];
		v->n++;
		v->said += r->said; /* in whatever order it was said */
		v->at = r->at < v->at ? r->at : v->at;
	}
	return visits;
}

static int
has_rest(const struct trimming *t, const struct visit *v, int64_t from, int64_t until,
	bool *out, struct err *e)
{
	return store_get(t->s, STMT_TRIM_REST_OF_VISIT,
		BINDS(TEXT(t->rows[v->first].run), INT(from), INT(until),
			INT(t->device)),
		NULL, out, e);
}

/* Of a visit that was read in part nothing may be said. */
static int
keep_parts(const struct trimming *t, struct visit *visits, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		struct visit *v = &visits[i];
		int64_t day = v->at / DAY;
		if (t->from / DAY == day &&
			has_rest(t, v, day * DAY, t->from, &v->stays, e) == -1)
			return -1;
		if (!v->stays && t->cut && t->newest / DAY == day &&
			has_rest(t, v, t->newest, (day + 1) * DAY, &v->stays, e) == -1)
			return -1;
	}
	return 0;
}

static int
delete_rest(struct store *s, const struct trimming *t, struct visit *visits, size_t n,
	int64_t *deleted, struct err *e)
{
	qsort(visits, n, sizeof(*visits), by_what_and_when);
	for (size_t i = 0; i < n; i++) {
		const struct visit *v = &visits[i];
		bool first = i == 0 || v->said != v[-1].said;
		bool last = i + 1 == n || v->said != v[1].said;
		for (size_t r = v->first;
			!first && !last && !v->stays && r < v->first + v->n; r++) {
			if (store_do(s, STMT_OBSERVATION_DELETE,
				    BINDS(INT(t->rows[r].id)), e) == -1)
				return -1;
			++*deleted;
		}
	}
	return 0;
}

/* Where the next part begins; 0: the device is done.  Where much went, what stayed is looked at
 * again together with what follows. */
static int64_t
next_part(const struct trimming *t, int64_t deleted)
{
	if (!t->cut)
		return 0;
	if (deleted > ROWS_MAX / 2)
		return t->from ? t->from : 1;
	return t->newest > t->from ? t->newest : t->newest + 1;
}

static int
trim_part(struct trimming *t, struct trim *trim, struct err *e)
{
	int64_t before = trim->deleted;
	size_t n;

	if (store_each(t->s, STMT_TRIM_OBSERVATIONS,
		    BINDS(INT(t->device), INT(trim->before), INT(ROWS_MAX),
			    INT(t->from)),
		    TRIM_ARENA, add_row, t, e) == -1)
		return -1;
	t->cut = t->n == ROWS_MAX;
	if (t->n >= 3) { /* a first, a last and one between */
		struct visit *visits = make_visits(t, &n);
		if (!visits)
			return err_nomem(e);
		if (keep_parts(t, visits, n, e) == -1 ||
			delete_rest(t->s, t, visits, n, &trim->deleted, e) == -1)
			return -1;
	}
	trim->from = next_part(t, trim->deleted - before);
	return 0;
}

/* To one stretch: more is looked at then when the past is asked for, nothing is missed. */
static int
trim_turns(struct store *s, int64_t device, int64_t before, struct err *e)
{
	if (store_do(s, STMT_TURNS_BLUR, BINDS(INT(device), INT(before)), e) == -1)
		return -1;
	return store_do(s, STMT_TURNS_TRIM, BINDS(INT(device), INT(before)), e);
}

static int
trim_device(struct store *s, int64_t device, struct trim *trim, struct arena *mem,
	struct err *e)
{
	struct trimming t = { .s = s,
		.mem = mem,
		.device = device,
		.from = trim->from,
		.rows = arena_new_array(mem, struct trim_row, ROWS_MAX) };
	bool contested;

	if (!t.rows)
		return err_nomem(e);
	if (trim_turns(s, device, trim->before, e) == -1)
		return -1;
	if (bearer_is_contested(s, device, &contested, e) == -1)
		return -1;
	trim->from = 0;
	return contested ? 0 : trim_part(&t, trim, e);
}

/* --- all of them ---------------------------------------------------------------------------- */

struct device_ids {
	int64_t *ids;
	size_t n;
};

static int
add_id(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg, struct err *e)
{
	struct device_ids *list = arg;

	(void)mem, (void)e;
	list->ids[list->n++] = col_int(s, st, 0);
	return 0;
}

static int
trim_some(struct store *s, struct trim *trim, struct arena *mem, struct err *e)
{
	struct device_ids list = { calloc((size_t)trim->max_devices, sizeof(int64_t)),
		0 };
	int rc = list.ids ? 0 : err_nomem(e);
	bool through = true;

	if (rc == 0)
		rc = store_each(s, STMT_TRIM_DEVICES,
			BINDS(INT(trim->after), INT(trim->max_devices)), 0, add_id,
			&list, e);
	for (size_t i = 0; rc == 0 && through && i < list.n; i++) {
		arena_reset(mem);
		rc = trim_device(s, list.ids[i], trim, mem, e);
		through = trim->from == 0;
		if (through)
			trim->after = list.ids[i];
	}
	trim->done = through && list.n < (size_t)trim->max_devices;
	free(list.ids);
	return rc;
}

int
store_trim_observations(struct store *s, struct trim *trim, struct err *e)
{
	struct arena *mem = arena_new(TRIM_ARENA);
	struct trim was = *trim;
	int rc = -1;

	if (!mem)
		return err_nomem(e);
	if (store_need_writer(s, e) == -1 || store_begin(s, e) == -1)
		goto out;
	if (trim_some(s, trim, mem, e) == -1 || store_commit(s, e) == -1) {
		store_rollback(s);
		*trim = was;
		err_add(e, "thin the history");
		goto out;
	}
	rc = 0;
out:
	arena_free(mem);
	return rc;
}

int
store_trim_history(
	struct store *s, int64_t before, int64_t max, bool *more, struct err *e)
{
	/* Runs last: what belongs to them goes by their end. */
	static const enum store_stmt trims[] = { STMT_TRIM_CHANGES, STMT_TRIM_SILENCE,
		STMT_TRIM_REASONS, STMT_TRIM_COVERAGE, STMT_TRIM_POLL_RUNS,
		STMT_TRIM_RUNS };

	*more = false;
	if (store_need_writer(s, e) == -1 || store_begin(s, e) == -1)
		return -1;
	for (size_t i = 0; i < sizeof(trims) / sizeof(trims[0]); i++) {
		bool some;
		if (store_get(s, trims[i], BINDS(INT(before), INT(max)), NULL, &some,
			    e) == -1) {
			store_rollback(s);
			return err_add(e, "shorten the history");
		}
		*more = *more || some;
	}
	if (store_commit(s, e) == -1) {
		store_rollback(s);
		return -1;
	}
	return 0;
}

int
store_used_bytes(struct store *s, int64_t *out, struct err *e)
{
	return s->sql->get_used(s->conn, out, e);
}

void
store_release_memory(struct store *s)
{
	s->sql->release(s->conn);
}
