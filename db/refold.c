/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The third step of an ingest: the fields of each touched device, and their history. */
#include <stdlib.h>
#include <string.h>

#include "db/history.h"
#include "db/ingest.h"

static int
put_identifiers(struct store *s, int64_t device, const char *keys_text,
	struct arena *mem, struct err *e)
{
	struct id_key *keys;
	size_t n;

	if (keys_read(keys_text, mem, &keys, &n, e) == -1)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (store_do(s, STMT_IDENTIFIER_PUT,
			    BINDS(TEXT(id_kind_name(keys[i].kind)), TEXT(keys[i].value),
				    INT(device)),
			    e) == -1)
			return -1;
	return 0;
}

static int
take_again(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	struct fold *f = arg;
	struct observation o;

	(void)mem; /* what is folded outlives the row */
	if (read_observation(s, st, f->mem, &o, e) == -1 ||
		put_identifiers(s, f->device, col_text(s, st, 11), f->mem, e) == -1)
		return -1;
	return fold_take(f, &o, e);
}

/* From its observations alone, as if nothing had been there. */
static int
fold_again(struct store *s, struct fold *f, struct arena *mem, struct err *e)
{
	static const enum store_stmt forgets[] = { STMT_EVIDENCE_FORGET,
		STMT_ADDRESSES_FORGET, STMT_IDENTIFIERS_FORGET };
	struct fold fresh = {
		.device = f->device, .site = f->site, .vendors = f->vendors, .mem = mem
	};

	memcpy(fresh.uuid, f->uuid, sizeof(fresh.uuid));
	for (size_t i = 0; i < sizeof(forgets) / sizeof(forgets[0]); i++)
		if (store_do(s, forgets[i], BINDS(INT(f->device)), e) == -1)
			return -1;
	if (store_each(s, STMT_OBSERVATIONS_OF_DEVICE, BINDS(INT(f->device)), 0,
		    take_again, &fresh, e) == -1)
		return -1;
	/* A complete coverage that found an address silent stays true. */
	for (size_t i = 0; i < fresh.n_addrs; i++)
		for (size_t k = 0; k < f->n_addrs; k++)
			if (strcmp(fresh.addrs[i].site, f->addrs[k].site) == 0 &&
				addr_equal(&fresh.addrs[i].a.ip, &f->addrs[k].a.ip) &&
				f->addrs[k].a.down_at > fresh.addrs[i].a.last_reply)
				fresh.addrs[i].a.down_at = f->addrs[k].a.down_at;
	fresh.is_new = f->is_new;
	*f = fresh;
	return 0;
}

static int
fold_new(struct ingest *in, struct fold *f, const struct touch *t, size_t n,
	struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		size_t o = t[i].observation;
		if (fold_take(f, &in->accepted[o], e) == -1 ||
			put_identifiers(in->s, f->device, in->keys[o], f->mem, e) == -1)
			return -1;
	}
	return 0;
}

/* The last of the touches that is a new observation; NULL: none is. */
static const struct observation *
newest_of(const struct ingest *in, const struct touch *t, size_t n)
{
	while (n > 0 && t[n - 1].observation == REBUILD)
		n--;
	return n ? &in->accepted[t[n - 1].observation] : NULL;
}

/* Is all that is known of a device from the run that goes on, and those it continues?  Then it is still being met,
 * and what else that run finds out about it is no change. */
static int
is_being_met(struct store *s, int64_t device, const struct observation *news, bool *out,
	struct err *e)
{
	bool earlier;

	*out = false;
	if (!news)
		return 0;
	if (store_get(s, STMT_OBSERVATION_OF_OTHER_RUN,
		    BINDS(INT(device), TEXT(news->run)), NULL, &earlier, e) == -1)
		return -1;
	*out = !earlier;
	return 0;
}

/* All touches of one device, in the order of observations; a REBUILD comes last. */
static int
fold_touched(struct ingest *in, const struct touch *t, size_t n, struct arena *mem,
	struct err *e)
{
	bool rebuild = t[n - 1].observation == REBUILD;
	struct device before, after;
	struct fold f;

	if (fold_load(in->s, t->device, mem, &f, e) == -1)
		return e->code == ERR_NOTFOUND ? 0 : -1; /* absorbed meanwhile */
	if (fold_device(&f, mem, &before, e) == -1)
		return -1;
	/* A device that only moved sightings to or from others has no news of its own. */
	const struct observation *news = newest_of(in, t, n);
	bool met, changed = false;
	if (is_being_met(in->s, t->device, news, &met, e) == -1)
		return -1;
	if ((rebuild ? fold_again(in->s, &f, mem, e) : fold_new(in, &f, t, n, e)) == -1)
		return -1;
	if (fold_save_rows(in->s, &f, e) == -1 || fold_device(&f, mem, &after, e) == -1)
		return -1;
	struct history h = { .s = in->s,
		.run = news ? news->run : in->run,
		.at = news ? news->at : in->at,
		.mem = mem };
	if (f.is_new || !met) {
		if (history_note(&h, f.is_new ? NULL : &before, &after, &changed, e) ==
			-1)
			return -1;
	}
	in->result.devices_changed += changed && !f.is_new;
	return history_save_device(&h, &after, e);
}

static int
by_device(const void *pa, const void *pb)
{
	const struct touch *a = pa, *b = pb;

	if (a->device != b->device)
		return a->device < b->device ? -1 : 1;
	return (a->observation > b->observation) - (a->observation < b->observation);
}

int
ingest_refold(struct ingest *in, struct err *e)
{
	struct arena *mem = arena_new(INGEST_ARENA);
	int rc = mem ? 0 : err_nomem(e);

	if (in->n_touches)
		qsort(in->touches, in->n_touches, sizeof(*in->touches), by_device);
	for (size_t i = 0, n; rc == 0 && i < in->n_touches; i += n) {
		n = 1;
		while (i + n < in->n_touches &&
			in->touches[i + n].device == in->touches[i].device)
			n++;
		arena_reset(mem);
		rc = fold_touched(in, in->touches + i, n, mem, e);
	}
	arena_free(mem);
	return rc;
}
