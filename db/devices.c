/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading devices back: all, and why they are so. */
#include <stdio.h>
#include <string.h>

#include "db/store_private.h"

enum { DEVICE_ARENA = 64 << 20 }; /* bytes for one device with all its evidence */

struct device_reader {
	int (*row)(void *arg, const struct device *, struct err *);
	void *arg;
};

static int
pass_device(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	const struct device_reader *r = arg;
	struct device d;
	bool known;

	if (read_device(s, col_int(s, st, 0), STORE_NOW, mem, &d, &known, e) == -1)
		return -1;
	return r->row(r->arg, &d, e);
}

int
store_each_device(struct store *s,
	int (*row)(void *arg, const struct device *, struct err *), void *arg,
	struct err *e)
{
	struct device_reader r = { row, arg };

	return store_each(
		s, STMT_DEVICES_ALL, NO_BINDS, DEVICE_ARENA, pass_device, &r, e);
}

int
store_each_listed(struct store *s,
	int (*row)(void *arg, const struct device *, struct err *), void *arg,
	struct err *e)
{
	struct device_reader r = { row, arg };

	return store_each(
		s, STMT_DEVICES_LISTED, NO_BINDS, DEVICE_ARENA, pass_device, &r, e);
}

int
store_each_device_of_run(struct store *s, const char *run,
	int (*row)(void *arg, const struct device *, struct err *), void *arg,
	struct err *e)
{
	struct device_reader r = { row, arg };

	return store_each(s, STMT_DEVICES_OF_RUN, BINDS(TEXT(run)), DEVICE_ARENA,
		pass_device, &r, e);
}

/* --- why ---------------------------------------------------------------------------------- */

/* The rows of a device, each followed by those that contradict it. */
static size_t
put_rows(struct evidence_row *out, const struct fold *f,
	const struct evidence_row *contradicted, size_t n_contradicted)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n_rows; i++) {
		out[n++] = f->rows[i];
		for (size_t k = 0; k < n_contradicted; k++)
			if (evidence_place_cmp(&contradicted[k], &f->rows[i]) == 0)
				out[n++] = contradicted[k];
	}
	for (size_t i = 0; i < f->n_edits; i++)
		out[n++] = f->edits[i];
	return n;
}

int
store_device_evidence_as_of(struct store *s, int64_t device, int64_t as_of,
	struct arena *mem, struct evidence_row **out, size_t *n, size_t *untold,
	struct err *e)
{
	struct evidence_row *contradicted;
	size_t n_contradicted;
	struct fold f;
	bool known = true;

	if (as_of == STORE_NOW
			? fold_load(s, device, mem, &f, e) == -1
			: fold_load_as_of(s, device, as_of, mem, &f, &known, e) == -1)
		return -1;
	if (contradicted_rows(
		    s, &f, as_of, mem, &contradicted, &n_contradicted, untold, e) == -1)
		return -1;
	*out = arena_new_array(
		mem, struct evidence_row, f.n_rows + f.n_edits + n_contradicted);
	if (!*out)
		return err_nomem(e);
	*n = put_rows(*out, &f, contradicted, n_contradicted);
	return 0;
}

int
store_device_evidence(struct store *s, int64_t device, struct arena *mem,
	struct evidence_row **out, size_t *n, struct err *e)
{
	size_t untold;

	return store_device_evidence_as_of(
		s, device, STORE_NOW, mem, out, n, &untold, e);
}

enum { LEDGER_MAX = 10000 };

struct ledger_reader {
	struct ledger *ledger;
	size_t room;
	struct arena *mem;
	int64_t as_of;
};

static int
grow_ledger(struct ledger_reader *r, struct err *e)
{
	size_t room = r->room ? r->room * 2 : 16;
	struct ledger_row *more = arena_new_array(r->mem, struct ledger_row, room);
	struct ledger *l = r->ledger;

	if (!more)
		return err_nomem(e);
	if (l->n)
		memcpy(more, l->rows, l->n * sizeof(*more));
	l->rows = more;
	r->room = room;
	return 0;
}

static int
add_ledger_row(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	struct ledger_reader *r = arg;
	struct ledger *l = r->ledger;

	(void)mem;
	if (l->n == LEDGER_MAX) {
		l->more++;
		return 0;
	}
	if (l->n == r->room && grow_ledger(r, e) == -1)
		return -1;
	struct ledger_row *row = &l->rows[l->n++];
	*row = (struct ledger_row){
		.id = col_int(s, st, 0),
		.at = col_int(s, st, 1),
		.rule = arena_strdup(r->mem, col_text(s, st, 2)),
		.key = arena_strdup(r->mem, col_text(s, st, 3)),
		.detail = arena_strdup(r->mem, col_text(s, st, 4)),
		.actor = arena_strdup(r->mem, col_text(s, st, 5)),
		.outcome = (enum link_outcome)col_int(s, st, 6),
		.run = arena_strdup(r->mem, col_text(s, st, 7)),
	};
	return row->rule && row->key && row->detail && row->actor && row->run
		? 0
		: err_nomem(e);
}

/* They come the latest first, so that those are kept, and what overruled another with it. */
static void
put_oldest_first(struct ledger *l)
{
	for (size_t i = 0; i < l->n / 2; i++) {
		struct ledger_row row = l->rows[i];
		l->rows[i] = l->rows[l->n - 1 - i];
		l->rows[l->n - 1 - i] = row;
	}
}

struct overruling {
	struct ledger_row *row;
	struct arena *mem;
};

static int
take_overruling(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	struct overruling *o = arg;

	(void)mem;
	o->row->overruled_by = arena_strdup(o->mem, col_text(s, st, 0));
	o->row->overruled_at = col_int(s, st, 1);
	return o->row->overruled_by ? 0 : err_nomem(e);
}

/* Did a person take this join back (a later row of the same key), or the trust in what it
 * rests on? */
static int
find_overruling(struct store *s, const struct ledger_reader *r, size_t i, struct err *e)
{
	const struct ledger *l = r->ledger;
	struct overruling o = { &l->rows[i], r->mem };
	size_t n = strcspn(o.row->key, " ");
	char kind[16];
	bool perhaps;

	if (o.row->outcome != LINK_JOINED || !o.row->key[n] || n >= sizeof(kind))
		return 0;
	for (size_t k = i + 1; k < l->n; k++) {
		if (l->rows[k].outcome != LINK_UNDONE ||
			strcmp(l->rows[k].key, o.row->key) != 0)
			continue;
		o.row->overruled_by = l->rows[k].actor;
		o.row->overruled_at = l->rows[k].at;
		return 0;
	}
	memcpy(kind, o.row->key, n);
	kind[n] = '\0';
	if (ruled_perhaps(s, kind, o.row->key + n + 1, &perhaps, e) == -1)
		return -1;
	return perhaps
		? store_each(s, STMT_RULING_DISTRUSTED,
			  BINDS(TEXT(kind), TEXT(o.row->key + n + 1), INT(r->as_of)), 0,
			  take_overruling, &o, e)
		: 0;
}

int
store_device_ledger(struct store *s, int64_t device, int64_t as_of, struct arena *mem,
	struct ledger *out, struct err *e)
{
	struct ledger_reader r = { .ledger = out, .mem = mem, .as_of = as_of };

	*out = (struct ledger){ 0 };
	if (store_each(s, STMT_LEDGER_OF_DEVICE, BINDS(INT(device), INT(as_of)), 0,
		    add_ledger_row, &r, e) == -1)
		return -1;
	put_oldest_first(out);
	for (size_t i = 0; i < out->n; i++)
		if (find_overruling(s, &r, i, e) == -1)
			return -1;
	return 0;
}

enum { ALIASES_MAX = 256 };

struct alias_list {
	char (*uuids)[37];
	size_t n;
};

static int
add_alias(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	struct alias_list *l = arg;

	(void)mem;
	(void)e;
	if (l->n < ALIASES_MAX)
		(void)snprintf(
			l->uuids[l->n++], sizeof(*l->uuids), "%s", col_text(s, st, 0));
	return 0;
}

int
store_device_aliases(struct store *s, int64_t device, struct arena *mem,
	char (**out)[37], size_t *n, struct err *e)
{
	struct alias_list list = { arena_alloc(mem, ALIASES_MAX * sizeof(**out)), 0 };

	if (!list.uuids)
		return err_nomem(e);
	if (store_each(s, STMT_ALIASES_OF_DEVICE, BINDS(INT(device)), 0, add_alias,
		    &list, e) == -1)
		return -1;
	*out = list.uuids;
	*n = list.n;
	return 0;
}
