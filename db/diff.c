/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two moments side by side: devices that have a turn between them are folded as of both. */
#include <stdlib.h>
#include <string.h>

#include "db/cards.h"
#include "db/history.h"
#include "db/turn.h"

enum {
	DIFF_ARENA = 128 << 20,    /* bytes for a device as of two moments */
	MOMENTS_ARENA = 512 << 20, /* for when what changed: 7 million changes */
};

/* When something of a device changed last between the two moments. */
struct moment {
	int64_t device, at;
	uint64_t what;
};

struct diff {
	struct store *s;
	const struct comparison *c;
	int (*row)(void *arg, const struct change *, struct err *);
	void *arg;
	struct arena *mem, *all; /* for a device; for the whole comparison */
	struct moment *moments;  /* by device, what, at */
	size_t n_moments, moments_room;
	/* The device at hand: */
	struct change *rows; /* in mem */
	size_t n_rows, rows_room;
	const struct device *was, *is;
	char label_buf[ADDR_TEXT_MAX];
	const char *label;
};

/* --- when ------------------------------------------------------------------------------------ */

/* FNV-1a, with the ends of the texts. */
static uint64_t
hash_of(const char *what, const char *key)
{
	const char *const texts[] = { what, key };
	uint64_t h = 0xcbf29ce484222325;

	for (size_t i = 0; i < 2; i++)
		for (const char *p = texts[i]; p == texts[i] || p[-1]; p++)
			h = (h ^ (unsigned char)*p) * 0x100000001b3;
	return h;
}

static int
by_thing(const void *pa, const void *pb)
{
	const struct moment *a = pa, *b = pb;

	if (a->device != b->device)
		return a->device < b->device ? -1 : 1;
	if (a->what != b->what)
		return a->what < b->what ? -1 : 1;
	return (a->at > b->at) - (a->at < b->at);
}

/* An address that came is told by itself, for a device may have several. */
static int
take_moment(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	struct diff *d = arg;
	const char *what = col_text(s, st, 3), *key = col_text(s, st, 4);
	int64_t at = col_int(s, st, 1);

	(void)mem;
	if (at > d->c->to)
		return 0;
	if (d->n_moments == d->moments_room) {
		size_t room = d->moments_room ? 2 * d->moments_room : 256;
		struct moment *more = arena_new_array(d->all, struct moment, room);
		if (!more)
			return err_nomem(e);
		if (d->n_moments)
			memcpy(more, d->moments, d->n_moments * sizeof(*more));
		d->moments = more;
		d->moments_room = room;
	}
	bool came = strcmp(what, "address") == 0;
	d->moments[d->n_moments++] = (struct moment){ .device = col_int(s, st, 8),
		.at = at,
		.what = hash_of(what, came ? col_text(s, st, 6) : key) };
	return 0;
}

static int
load_moments(struct diff *d, struct err *e)
{
	if (store_each(d->s, STMT_CHANGES_SINCE, BINDS(INT(d->c->from + 1)), 0,
		    take_moment, d, e) == -1)
		return -1;
	if (d->n_moments)
		qsort(d->moments, d->n_moments, sizeof(*d->moments), by_thing);
	return 0;
}

/* The last one that is not after the wanted; NULL: it is of another thing. */
static const struct moment *
find_moment(const struct diff *d, const struct moment *wanted)
{
	size_t lo = 0, hi = d->n_moments;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (by_thing(&d->moments[mid], wanted) <= 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	const struct moment *m = lo ? &d->moments[lo - 1] : NULL;
	return m && m->device == wanted->device && m->what == wanted->what ? m : NULL;
}

/* When it came to be so: as the history of changes says, else about when it was observed, and
 * between the two moments in any case. */
static int64_t
when(const struct diff *d, const char *what, const char *key, int64_t observed)
{
	const struct moment wanted = { d->is->row, INT64_MAX, hash_of(what, key) };
	const struct moment *m = find_moment(d, &wanted);

	if (m)
		return m->at;
	if (observed <= d->c->from)
		return d->c->from + 1;
	return observed < d->c->to ? observed : d->c->to;
}

/* --- one device ------------------------------------------------------------------------------ */

/* Texts stay, in mem or the caller's, until the device is told. */
static int
tell(struct diff *d, const char *what, const char *key, const char *before,
	const char *after, int64_t at, struct err *e)
{
	if (d->n_rows == d->rows_room) {
		size_t room = d->rows_room ? 2 * d->rows_room : 16;
		struct change *more = arena_new_array(d->mem, struct change, room);
		if (!more)
			return err_nomem(e);
		if (d->n_rows)
			memcpy(more, d->rows, d->n_rows * sizeof(*more));
		d->rows = more;
		d->rows_room = room;
	}
	struct change *c = &d->rows[d->n_rows];
	*c = (struct change){ .id = (int64_t)d->n_rows++,
		.at = at,
		.label = d->label,
		.what = what,
		.key = key,
		.before = before,
		.after = after,
		.run = "" };
	memcpy(c->device, d->is->id, sizeof(c->device));
	return 0;
}

static int
oldest_first(const void *pa, const void *pb)
{
	const struct change *a = pa, *b = pb;

	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	return (a->id > b->id) - (a->id < b->id);
}

static int
flush(struct diff *d, struct err *e)
{
	if (d->n_rows)
		qsort(d->rows, d->n_rows, sizeof(*d->rows), oldest_first);
	for (size_t i = 0; i < d->n_rows; i++) {
		d->rows[i].id = 0;
		if (d->row(d->arg, &d->rows[i], e) == -1)
			return -1;
	}
	return 0;
}

/* --- addresses and state --------------------------------------------------------------------- */

/* The i-th current address of one that the other does not hold, or NULL. */
static const struct device_address *
nth_lone(const struct device *one, const struct device *other, size_t i)
{
	for (size_t a = 0; a < one->n_addrs; a++) {
		bool both = !one->addrs[a].current;
		for (size_t b = 0; b < other->n_addrs && !both; b++)
			both = other->addrs[b].current &&
				addr_equal(&one->addrs[a].ip, &other->addrs[b].ip);
		if (!both && i-- == 0)
			return &one->addrs[a];
	}
	return NULL;
}

/* In mem; "" for none. */
static const char *
addr_text(struct diff *d, const struct device_address *a)
{
	char text[ADDR_TEXT_MAX];

	return a ? arena_strdup(d->mem, addr_print(&a->ip, text)) : "";
}

/* One that it had before has come back by the time it was seen there again. */
static int64_t
come_at(const struct diff *d, const struct device_address *come)
{
	if (!come)
		return d->is->last_seen;
	return come->first_seen > d->c->from ? come->first_seen : come->last_seen;
}

/* One that went beside one that came is a move. */
static int
tell_addresses(struct diff *d, struct err *e)
{
	for (size_t i = 0;; i++) {
		const struct device_address *gone = nth_lone(d->was, d->is, i),
					    *come = nth_lone(d->is, d->was, i);
		if (!gone && !come)
			return 0;
		const char *before = addr_text(d, gone), *after = addr_text(d, come);
		if (!before || !after)
			return err_nomem(e);
		if (tell(d, "address", "", before, after,
			    when(d, "address", after, come_at(d, come)), e) == -1)
			return -1;
	}
}

static int64_t
went_down(const struct device *d)
{
	int64_t at = d->last_seen;

	for (size_t i = 0; i < d->n_addrs; i++)
		if (d->addrs[i].down_at > at)
			at = d->addrs[i].down_at;
	return at;
}

static int
tell_state(struct diff *d, struct err *e)
{
	const char *state = device_state_names[d->is->state];

	if (d->was->state == d->is->state)
		return 0;
	return tell(d, state, "", device_state_names[d->was->state], state,
		when(d, state, "", went_down(d->is)), e);
}

/* --- fields ---------------------------------------------------------------------------------- */

static bool
has_port(const struct device_field *f, uint16_t port)
{
	for (size_t i = 0; f && i < f->fact.ports.n; i++)
		if (f->fact.ports.items[i] == port)
			return true;
	return false;
}

/* The ports of one that the other has not, as "80, 443", in arena. */
static char *
lone_ports(const struct device_field *one, const struct device_field *other,
	struct arena *mem)
{
	struct sb text;

	sb_init(&text, 1 << 20);
	for (size_t i = 0; one && i < one->fact.ports.n; i++)
		if (!has_port(other, one->fact.ports.items[i]))
			sb_printf(&text, "%s%u", text.len ? ", " : "",
				(unsigned)one->fact.ports.items[i]);
	char *copy = arena_strdup(mem, text.text);
	sb_done(&text);
	return copy;
}

static int
tell_ports(struct diff *d, const char *key, const struct device_field *was,
	const struct device_field *is, struct err *e)
{
	char *closed = lone_ports(was, is, d->mem),
	     *opened = lone_ports(is, was, d->mem);
	int64_t at = when(d, "field", key, is ? is->at : d->is->last_seen);

	if (!closed || !opened)
		return err_nomem(e);
	if (*closed && tell(d, "closed", key, closed, "", at, e) == -1)
		return -1;
	return *opened ? tell(d, "opened", key, "", opened, at, e) : 0;
}

/* That a port is known to be closed is told where it was open. */
static bool
is_told(const char *key)
{
	return history_is_news(key) && strcmp(key, "tcp.closed") != 0 &&
		strcmp(key, "udp.closed") != 0;
}

static int
tell_field(struct diff *d, const char *key, const struct device_field *was,
	const struct device_field *is, struct err *e)
{
	if (!is_told(key))
		return 0;
	if ((is ? is : was)->fact.type == FACT_PORTS)
		return tell_ports(d, key, was, is, e);
	char *before = history_text(was, d->mem), *after = history_text(is, d->mem);
	if (!before || !after)
		return err_nomem(e);
	if (strcmp(before, after) == 0)
		return 0;
	return tell(d, "field", key, before, after,
		when(d, "field", key, is ? is->at : d->is->last_seen), e);
}

/* Both lists are sorted by key: one walk. */
static int
tell_fields(struct diff *d, struct err *e)
{
	const struct device *was = d->was, *is = d->is;
	size_t a = 0, b = 0;

	while (a < was->n_fields || b < is->n_fields) {
		const struct device_field *fa = a < was->n_fields ? &was->fields[a]
								  : NULL;
		const struct device_field *fb = b < is->n_fields ? &is->fields[b]
								 : NULL;
		int order = !fa ? 1 : !fb ? -1 : strcmp(fa->fact.key, fb->fact.key);
		const char *key = order <= 0 ? fa->fact.key : fb->fact.key;
		if (tell_field(d, key, order <= 0 ? fa : NULL, order >= 0 ? fb : NULL,
			    e) == -1)
			return -1;
		a += order <= 0;
		b += order >= 0;
	}
	return 0;
}

/* --- devices --------------------------------------------------------------------------------- */

static bool
is_wanted(const struct diff *d, bool was_known)
{
	const struct filter *f = d->c->filter;

	return !f || filter_matches(f, d->is) ||
		(was_known && filter_matches(f, d->was));
}

static int
compare(void *arg, int64_t device, struct err *e)
{
	struct diff *d = arg;
	struct device was = { .n_addrs = 0 }, is = { .n_addrs = 0 };
	bool was_known, is_known, may = true;

	arena_reset(d->mem);
	d->rows = NULL;
	d->n_rows = d->rows_room = 0;
	if (d->c->filter && card_may_match(d->s, device, d->c->filter, &may, e) == -1)
		return -1;
	if (!may)
		return 0;
	if (read_device(d->s, device, d->c->from, d->mem, &was, &was_known, e) == -1 ||
		read_device(d->s, device, d->c->to, d->mem, &is, &is_known, e) == -1)
		return -1;
	d->was = &was;
	d->is = &is;
	if (!is_known || !is_wanted(d, was_known))
		return 0;
	d->label = device_label(&is, d->label_buf);
	if (!was_known ? tell(d, "new", "", "", d->label, is.first_seen, e) == -1
		       : tell_state(d, e) == -1 || tell_addresses(d, e) == -1 ||
				tell_fields(d, e) == -1)
		return -1;
	return flush(d, e);
}

/* --- what became of devices ------------------------------------------------------------------- */

/* A merge by a person that was undone is none; nor is one that only renews another. */
static int
tell_fate(void *arg, const struct change *c, struct err *e)
{
	struct diff *d = arg;
	bool merged = strcmp(c->what, "merged") == 0, undone = false;

	if ((!merged && strcmp(c->what, "forgotten") != 0) || c->at > d->c->to)
		return 0;
	if (merged &&
		store_get(d->s, STMT_DECISION_IS_NO_NEWS,
			BINDS(TEXT(c->before), INT(c->at), INT(d->c->to),
				INT(d->c->from)),
			NULL, &undone, e) == -1)
		return -1;
	return undone ? 0 : d->row(d->arg, c, e);
}

int
store_each_difference(struct store *s, const struct comparison *c,
	int (*row)(void *arg, const struct change *, struct err *), void *arg,
	struct err *e)
{
	struct diff d = { .s = s,
		.c = c,
		.row = row,
		.arg = arg,
		.mem = arena_new(DIFF_ARENA),
		.all = arena_new(MOMENTS_ARENA) };
	int rc = d.mem && d.all ? load_moments(&d, e) : err_nomem(e);

	if (rc == 0)
		rc = turn_each(s, c->from, c->to, compare, &d, e);
	if (rc == 0 && !c->filter)
		rc = store_each_change(s, c->from + 1, tell_fate, &d, e);
	arena_free(d.mem);
	arena_free(d.all);
	return rc;
}
