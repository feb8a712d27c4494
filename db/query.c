/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Devices by a filter, now or at a moment of the past: those that may match are kept as a line
 * each and put in order; then each is put together, and those that do match go to the caller.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/cards.h"

enum {
	DEVICE_ARENA = 64 << 20, /* bytes for one device with all its evidence */
	PICKED_MAX = 1 << 26,    /* devices; a line takes 48 bytes */
};

/* A device that the caller may get, and its place among the others. */
struct picked {
	int64_t device;
	char place[IP_KEY_MAX];
};

struct picking {
	const struct device_query *query;
	struct store *s;
	struct arena *mem; /* for one device */
	struct picked *items;
	size_t n, room;
};

int
read_device(struct store *s, int64_t id, int64_t as_of, struct arena *mem,
	struct device *out, bool *known, struct err *e)
{
	struct fold f;

	*known = true;
	if (as_of == STORE_NOW ? fold_load(s, id, mem, &f, e) == -1
			       : fold_load_as_of(s, id, as_of, mem, &f, known, e) == -1)
		return -1;
	return *known ? fold_device(&f, mem, out, e) : 0;
}

/* As DEVICE_ORDER: by the first current address, else by the first. */
static void
place_of(const struct device *d, char place[static IP_KEY_MAX])
{
	const struct device_address *first = d->n_addrs ? d->addrs : NULL;

	place[0] = '\0';
	for (size_t i = 1; i < d->n_addrs; i++)
		if (d->addrs[i].current == first->current &&
			addr_cmp(&d->addrs[i].ip, &first->ip) < 0)
			first = &d->addrs[i];
	if (first)
		ip_key(&first->ip, place);
}

static int
pick(struct picking *p, int64_t device, const char *place, struct err *e)
{
	if (p->n == p->room) {
		size_t room = p->room ? p->room * 2 : 1024;
		struct picked *more = room <= PICKED_MAX
			? realloc(p->items, room * sizeof(*more))
			: NULL;
		if (!more)
			return err_nomem(e);
		p->items = more;
		p->room = room;
	}
	struct picked *at = &p->items[p->n++];
	at->device = device;
	(void)snprintf(at->place, sizeof(at->place), "%s", place);
	return 0;
}

/* Of today the place is asked for alone, so that a device is put together once. */
static int
pick_unread(struct picking *p, int64_t device, struct err *e)
{
	struct sql_stmt *st = store_query(p->s, STMT_DEVICE_PLACE_GET,
		BINDS(INT(device), INT(p->query->listed)), e);
	enum sql_step step;

	if (!st)
		return -1;
	while ((step = store_next(p->s, st, e)) == SQL_ROW)
		if (pick(p, device, col_text(p->s, st, 0), e) == -1) {
			store_stop(p->s, st);
			return -1;
		}
	return step == SQL_FAILED ? -1 : 0;
}

static int
pick_read(struct picking *p, int64_t device, struct err *e)
{
	struct device d;
	char place[IP_KEY_MAX];
	bool known;

	arena_reset(p->mem);
	if (read_device(p->s, device, p->query->as_of, p->mem, &d, &known, e) == -1)
		return -1;
	if (!known || (p->query->filter && !filter_matches(p->query->filter, &d)))
		return 0;
	place_of(&d, place);
	return pick(p, device, place, e);
}

static int
look_at(void *arg, const struct card_row *c, struct err *e)
{
	struct picking *p = arg;
	const struct device_query *q = p->query;
	enum card_use use = !c->same_rules ? CARD_OTHER_RULES
		: q->as_of == STORE_NOW    ? CARD_NOW
					   : CARD_EVER;

	if (q->filter && *c->text && !filter_may_match(q->filter, c->text, use))
		return 0;
	return q->as_of == STORE_NOW ? pick_unread(p, c->device, e)
				     : pick_read(p, c->device, e);
}

static int
by_place(const void *pa, const void *pb)
{
	const struct picked *a = pa, *b = pb;
	int order = strcmp(a->place, b->place);

	return order ? order : (a->device > b->device) - (a->device < b->device);
}

static int
pass_picked(struct picking *p,
	int (*row)(void *arg, const struct device *, struct err *), void *arg,
	struct err *e)
{
	if (p->n)
		qsort(p->items, p->n, sizeof(p->items[0]), by_place);
	for (size_t i = 0; i < p->n; i++) {
		struct device d;
		bool known;
		arena_reset(p->mem);
		if (read_device(p->s, p->items[i].device, p->query->as_of, p->mem, &d,
			    &known, e) == -1)
			return -1;
		if (p->query->filter && !filter_matches(p->query->filter, &d))
			continue;
		if (row(arg, &d, e) == -1)
			return -1;
	}
	return 0;
}

int
store_each_device_of(struct store *s, const struct device_query *q,
	int (*row)(void *arg, const struct device *, struct err *), void *arg,
	struct err *e)
{
	struct picking p = { .query = q, .s = s };
	int rc;

	if (q->as_of == STORE_NOW && !q->filter)
		return q->listed ? store_each_listed(s, row, arg, e)
				 : store_each_device(s, row, arg, e);
	if (!(p.mem = arena_new(DEVICE_ARENA)))
		return err_nomem(e);
	/* Who may match is asked first and read later: by then it might be part of another. */
	rc = store_hold(s, e);
	if (rc == 0) {
		rc = store_each_card(s, look_at, &p, e);
		if (rc == 0)
			rc = pass_picked(&p, row, arg, e);
		store_let_go(s);
	}
	free(p.items);
	arena_free(p.mem);
	return rc;
}
