/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The third step of an ingest: the fields of each touched device, and their history. */
#include <stdlib.h>
#include <string.h>

#include "base/sort.h"
#include "db/bearers.h"
#include "db/cards.h"
#include "db/history.h"
#include "db/ingest.h"
#include "db/known.h"
#include "db/turn.h"

static int
put_identifiers(struct store *s, int64_t device, const char *keys_text,
	struct arena *mem, struct err *e)
{
	struct id_key *keys;
	size_t n;

	if (keys_read(keys_text, mem, &keys, &n, e) == -1)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (bearer_put(s, &keys[i], device, e) == -1)
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
	card_add_observation(f->card, &o, f->vendors);
	return fold_take(s, f, &o, e);
}

/* From its observations alone, as if nothing had been there. */
static int
fold_again(struct store *s, struct fold *f, struct arena *mem, struct err *e)
{
	static const enum store_stmt forgets[] = { STMT_SHEET_FORGET,
		STMT_ADDRESSES_FORGET };
	struct fold fresh = { .device = f->device,
		.site = f->site,
		.vendors = f->vendors,
		.rules = f->rules,
		.card = f->card,
		.kinds = MEMO_KINDS_UNKNOWN,
		.edits = f->edits,
		.n_edits = f->n_edits,
		.mem = mem };

	memcpy(fresh.uuid, f->uuid, sizeof(fresh.uuid));
	fold_forget_homes(s, f);
	if (bearer_forget(s, f->device, e) == -1)
		return -1;
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
	fold_forget_homes(s, f);
	return 0;
}

/* Of a device all of whose observations these are. */
static int
find_kinds(struct ingest *in, const struct touch *t, size_t n, struct fold *f,
	struct err *e)
{
	struct visit all = { .site = f->site };
	size_t room = 0;

	for (size_t i = 0; i < n; i++)
		room += in->n_ids[t[i].observation];
	if (visit_reserve(&all, room, f->mem, e) == -1)
		return -1;
	for (size_t i = 0; i < n; i++)
		visit_add(&all, EVIDENCE_WEAK, in->ids[t[i].observation],
			in->n_ids[t[i].observation]);
	f->kinds = known_kinds(&all);
	return 0;
}

static int
fold_new(struct ingest *in, struct fold *f, const struct touch *t, size_t n,
	struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		size_t o = t[i].observation;
		card_add_observation(f->card, &in->accepted[o], f->vendors);
		if (fold_take(in->s, f, &in->accepted[o], e) == -1)
			return -1;
		if (in->known[o])
			continue; /* it bears them (known.h) */
		fold_forget_kinds(in->s, f);
		if (put_identifiers(in->s, f->device, in->keys[o], f->mem, e) == -1)
			return -1;
	}
	return 0;
}

/* The last of the touches that is a new observation; NULL: none is. */
static const struct observation *
newest_of(const struct ingest *in, const struct touch *t, size_t n)
{
	while (n > 0 && IS_ANEW(t[n - 1].observation))
		n--;
	return n ? &in->accepted[t[n - 1].observation] : NULL;
}

/* Does a run continue no other?  Asked for every device, and most are of one run. */
static int
continues_none(struct ingest *in, const char *run, bool *out, struct err *e)
{
	if (!in->asked_run || strcmp(in->asked_run, run) != 0) {
		if (store_get(in->s, STMT_RUN_CONTINUES, BINDS(TEXT(run)), NULL,
			    &in->continues, e) == -1)
			return -1;
		in->asked_run = run;
	}
	*out = !in->continues;
	return 0;
}

/* A part of the touches of a device, folded at once. */
struct stretch {
	const struct touch *t;
	size_t n;
	bool more; /* another follows, whose observations are stored already */
};

/* Were there others before the last of the stretch than of its run, and those it continues? */
static int
others_before(struct ingest *in, const struct stretch *st,
	const struct observation *last, bool alone, bool *out, struct err *e)
{
	int64_t device = st->t->device;

	if (st->more)
		return store_get(in->s, STMT_OBSERVATION_OF_OTHER_RUN_BEFORE,
			BINDS(INT(device), TEXT(last->run), INT(last->at),
				TEXT(last->point)),
			NULL, out, e);
	/* Looking a chain up costs more than all else here, and most runs have none. */
	return store_get(in->s,
		alone ? STMT_OBSERVATION_NOT_OF_RUN : STMT_OBSERVATION_OF_OTHER_RUN,
		BINDS(INT(device), TEXT(last->run)), NULL, out, e);
}

/* Is all that is known of a device from the run that goes on, and those it continues?  Then
 * it is still being met, and what else that run finds out about it is no change. */
static int
is_being_met(struct ingest *in, const struct fold *f, const struct stretch *st,
	const struct observation *news, bool *out, struct err *e)
{
	bool earlier, alone;

	*out = false;
	if (!news || f->is_new) /* a new device is told of as such */
		return 0;
	if (continues_none(in, news->run, &alone, e) == -1)
		return -1;
	for (size_t i = 0; i < f->n_rows && alone; i++)
		if (strcmp(f->rows[i].run, news->run) != 0)
			return 0; /* it was met by another */
	if (others_before(in, st, news, alone, &earlier, e) == -1)
		return -1;
	*out = !earlier;
	return 0;
}

/* When what the touches bring began and ended; a device that sightings moved to or from may
 * have been another all along. */
static struct turn
turn_of(const struct ingest *in, const struct touch *t, size_t n,
	const struct device *before, const struct device *after)
{
	struct turn turn = { .run = in->run, .certain = before->last_seen == 0 };

	for (size_t i = 0; i < n; i++) {
		if (t[i].observation == REDATED) {
			turn.certain = true;
			turn.first_at = in->redated_from;
			turn.last_at = in->at;
			continue;
		}
		if (t[i].observation == REBUILD) {
			turn.certain = true;
			turn.first_at = before->first_seen &&
					before->first_seen < after->first_seen
				? before->first_seen
				: after->first_seen;
			turn.last_at = before->last_seen;
			break;
		}
		const struct observation *o = &in->accepted[t[i].observation];
		turn.run = o->run;
		if (turn.first_at == 0 || o->at < turn.first_at)
			turn.first_at = o->at;
		if (o->at > turn.last_at)
			turn.last_at = o->at;
	}
	return turn;
}

/* Where an import brings several runs, each is told for itself, as if it had come alone.  A
 * device that is folded anew has its past changed, and that at once. */
static struct stretch
first_stretch(const struct ingest *in, const struct touch *t, size_t n)
{
	size_t end = 1;

	if (IS_ANEW(t[n - 1].observation))
		return (struct stretch){ t, n, false };
	const char *run = in->accepted[t->observation].run;
	while (end < n && strcmp(in->accepted[t[end].observation].run, run) == 0)
		end++;
	return (struct stretch){ t, end, end < n };
}

/* When what a stretch brought was observed. */
static struct history
history_of(const struct ingest *in, const struct stretch *st, struct arena *mem)
{
	const struct observation *news = newest_of(in, st->t, st->n);

	/* A device that only moved sightings to or from others has no news of its own. */
	return (struct history){ .s = in->s,
		.run = news ? news->run : in->run,
		.since = news ? in->accepted[st->t->observation].at : in->at,
		.at = news ? news->at : in->at,
		.mem = mem };
}

/* The rows of a device with the touches taken in; what they add to its card too. */
static int
fold_in(struct ingest *in, struct fold *f, const struct stretch *st, struct err *e)
{
	bool rebuild = IS_ANEW(st->t[st->n - 1].observation);

	return rebuild ? fold_again(in->s, f, f->mem, e)
		       : fold_new(in, f, st->t, st->n, e);
}

/* before: the device as it is; becomes what it is after the stretch. */
static int
fold_stretch(struct ingest *in, struct fold *f, const struct stretch *st,
	struct device *before, bool *changes, struct err *e)
{
	const struct history h = history_of(in, st, f->mem);
	bool met, changed = false, is_new = f->is_new;
	struct device after;

	if (is_being_met(in, f, st, newest_of(in, st->t, st->n), &met, e) == -1 ||
		fold_in(in, f, st, e) == -1 || fold_device(f, f->mem, &after, e) == -1)
		return -1;
	f->is_new = false;
	if ((is_new || !met) &&
		history_note(&h, is_new ? NULL : before, &after, &changed, e) == -1)
		return -1;
	*changes |= changed && !is_new;
	struct turn turn = turn_of(in, st->t, st->n, before, &after);
	turn.certain |= met;
	if (turn_note(in->s, &turn, before, f, &after, changed, e) == -1)
		return -1;
	*before = after;
	return 0;
}

/* Is it still to be stored? */
static const struct born *
born_of(const struct ingest *in, int64_t device)
{
	if (in->n_born == 0 || device < in->born->device)
		return NULL;
	return &in->born[device - in->born->device];
}

/* All touches of one device, in the order of observations; what makes it anew comes last. */
static int
fold_loaded(struct ingest *in, struct fold *f, const struct touch *t, size_t n,
	struct card_draft *card, struct err *e)
{
	bool changes = false;
	struct device now;

	f->card = &card->text;
	if ((born_of(in, t->device) && find_kinds(in, t, n, f, e) == -1) ||
		fold_device(f, f->mem, &now, e) == -1)
		return -1;
	for (struct stretch st = { t, 0, true }; st.more; n -= st.n) {
		st = first_stretch(in, st.t + st.n, n);
		if (fold_stretch(in, f, &st, &now, &changes, e) == -1)
			return -1;
	}
	in->result.devices_changed += changes;
	if (fold_save_rows(in->s, f, e) == -1 || card_save(in->s, card, &now, e) == -1)
		return -1;
	return born_of(in, now.row) ? history_put_device(in->s, &now, e)
				    : history_save_device(in->s, &now, e);
}

/* How many of the touches only say again what is known: those are taken in.  A visit of a
 * known device comes from an address that nobody else ever had (known.h). */
static int
take_known(struct ingest *in, struct fold *f, const struct touch *t, size_t n,
	size_t *taken, struct err *e)
{
	bool again = !IS_ANEW(t[n - 1].observation);

	for (*taken = 0; *taken < n; ++*taken) {
		size_t o = t[*taken].observation;
		if (!again || !in->known[o])
			return 0;
		if (fold_take_again(in->s, f, &in->accepted[o], &again, e) == -1)
			return -1;
		if (!again)
			return 0;
	}
	return 0;
}

/* Nothing about the device differs but when it was seen. */
static int
save_seen(struct store *s, struct fold *f, struct err *e)
{
	if (fold_save_rows(s, f, e) == -1)
		return -1;
	return store_do(
		s, STMT_DEVICE_SEEN, BINDS(INT(f->device), INT(f->last_seen)), e);
}

/* A device that is no more when its touches are folded lost all it had to another. */
static int
absorbed_meanwhile(const struct err *e)
{
	return e->code == ERR_NOTFOUND ? 0 : -1;
}

/* The home of a device whose touches are visits there, of it alone; NULL: it has none, or not
 * any more, for another was folded that came there. */
static const struct fold_addr *
home_of(const struct ingest *in, const struct touch *t, size_t n,
	const struct memo_home **m)
{
	for (size_t i = 0; i < n; i++)
		if (IS_ANEW(t[i].observation) || !in->home[t[i].observation])
			return NULL;
	const struct fold_addr *home = in->home[t->observation];
	*m = memo_home(in->s->memo, home->site, &home->a.ip);
	return *m && (*m)->device == t->device ? home : NULL;
}

static int
load(struct ingest *in, const struct touch *t, size_t n, struct arena *mem,
	struct fold *f, struct err *e)
{
	const struct memo_home *m;
	const struct fold_addr *home = home_of(in, t, n, &m);
	const struct born *b = born_of(in, t->device);

	if (!b)
		return home ? fold_load_home(in->s, m, home, mem, f, e)
			    : fold_load(in->s, t->device, mem, f, e);
	fold_born(in->s, b->device, b->uuid, b->site, mem, f);
	return 0;
}

static int
fold_touched(struct ingest *in, const struct touch *t, size_t n, struct arena *mem,
	struct err *e)
{
	struct card_draft card;
	struct fold f;
	size_t known;

	if (load(in, t, n, mem, &f, e) == -1)
		return absorbed_meanwhile(e);
	if (take_known(in, &f, t, n, &known, e) == -1)
		return -1;
	if (known == n)
		return save_seen(in->s, &f, e);
	if (card_load(in->s, &f, &card, e) == -1)
		return -1;
	int rc = fold_loaded(in, &f, t + known, n - known, &card, e);
	card_done(&card);
	return rc;
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

	sort_mostly_sorted(in->touches, in->n_touches, sizeof(*in->touches), by_device);
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
