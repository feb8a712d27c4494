/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Networks that a forest has no more: all that was ever told of networks is put in order, and
 * what is told of each last decides.
 */
#include <stdlib.h>
#include <string.h>

#include "db/gone.h"

enum { NETWORKS_MAX = 1 << 20, BATCH = 1000 };

struct telling {
	char prefix[64];
	uint32_t order;
	bool ends; /* it stands, and this run should have told it */
};

struct networks {
	const struct gone_run *run;
	const char *forest;
	struct telling *items;
	size_t n, room;
};

static const char *
text_of(const struct observation *o, const char *key)
{
	const struct fact *f = fact_get(o->facts, o->n_facts, key);

	return f && f->type == FACT_TEXT ? f->text : "";
}

static int
make_room(struct networks *w, struct err *e)
{
	size_t room = w->room ? 2 * w->room : 256;

	if (w->n < w->room)
		return 0;
	if (room > NETWORKS_MAX)
		return err_set(e, ERR_NOMEM, "too much was told of networks");
	struct telling *more = realloc(w->items, room * sizeof(*more));
	if (!more)
		return err_nomem(e);
	w->items = more;
	w->room = room;
	return 0;
}

/* Those of before forests were told with them are of any. */
static int
take(void *arg, const struct observation *o, struct err *e)
{
	struct networks *w = arg;
	const char *prefix = text_of(o, "net.prefix"),
		   *forest = text_of(o, "ad.forest");
	const struct fact *listed = fact_get(o->facts, o->n_facts, "ad.listed");

	if (strcmp(o->source, "ad") != 0 || strcmp(o->site, w->run->site) != 0 ||
		!*prefix || strlen(prefix) >= sizeof(w->items->prefix) ||
		(*forest && strcmp(forest, w->forest) != 0))
		return 0;
	if (make_room(w, e) == -1)
		return -1;
	struct telling *t = &w->items[w->n];
	*t = (struct telling){ .order = (uint32_t)w->n };
	memcpy(t->prefix, prefix, strlen(prefix));
	t->ends = strcmp(o->run, w->run->id) != 0 && (!listed || listed->num);
	w->n++;
	return 0;
}

static int
by_prefix(const void *pa, const void *pb)
{
	const struct telling *a = pa, *b = pb;
	int order = strcmp(a->prefix, b->prefix);

	return order ? order : (a->order > b->order) - (a->order < b->order);
}

/* The facts are sorted by key. */
static int
say_ended(const struct networks *w, const char *prefix, struct observation *out,
	struct err *e)
{
	const struct fact facts[] = {
		{ "ad.forest", FACT_TEXT, { .text = w->forest } },
		{ "ad.listed", FACT_BOOL, { .num = 0 } },
		{ "net.prefix", FACT_TEXT, { .text = prefix } },
	};
	struct fact *own = arena_dup(w->run->mem, facts, sizeof(facts));

	if (!own)
		return err_nomem(e);
	*out = gone_observation(w->run, SUBJECT_NETWORK, own, 3);
	return 0;
}

static int
tell_ended(struct networks *w, struct err *e)
{
	struct ingest_result ignored = { 0 };
	struct observation *batch = arena_new_array(
		w->run->mem, struct observation, BATCH);
	size_t n = 0;

	if (!batch)
		return err_nomem(e);
	for (size_t i = 0; i < w->n; i++) {
		const struct telling *t = &w->items[i];
		bool is_last = i + 1 == w->n || strcmp(t->prefix, t[1].prefix) != 0;
		if (is_last && t->ends && say_ended(w, t->prefix, &batch[n++], e) == -1)
			return -1;
		if (n == BATCH || (n && i + 1 == w->n)) {
			if (store_ingest(w->run->s, batch, n, &ignored, e) == -1)
				return -1;
			n = 0;
		}
	}
	return 0;
}

int
gone_note_networks(const struct gone_run *run, const char *forest, struct err *e)
{
	struct networks w = { .run = run, .forest = forest };
	int rc = store_each_of_subject(run->s, SUBJECT_NETWORK, 0, take, &w, e);

	if (w.n)
		qsort(w.items, w.n, sizeof(*w.items), by_prefix);
	if (rc == 0)
		rc = tell_ended(&w, e);
	free(w.items);
	return rc;
}
