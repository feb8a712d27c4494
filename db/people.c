/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Decisions of people.  Each lays down rulings about identifiers and resolves again what
 * bears them; when that does not bring about what was asked for, all is taken back.
 */
#include "db/people.h"

#include <stdio.h>
#include <string.h>

#include "db/deciding.h"

/* --- merge --------------------------------------------------------------------------------- */

static int
refuse_forbidden(struct deciding *d, int64_t a, int64_t b, struct err *e)
{
	bool never;
	int64_t ignored;

	if (store_get(d->in.s, STMT_RULING_BETWEEN,
		    BINDS(INT(RULING_NEVER), INT(a), INT(b)), &ignored, &never, e) == -1)
		return -1;
	return never ? err_set(e, ERR_ARG,
			       "somebody split them: 'muster undo --list' shows which "
			       "decision to undo first")
		     : 0;
}

/* It was ruled so, and they are two all the same. */
static int
refuse_merge(const char *label_a, const char *label_b, const struct id_key *a,
	const struct id_key *b, struct err *e)
{
	if (a->kind == ID_ADDRESS || b->kind == ID_ADDRESS)
		return err_set(e, ERR_ARG,
			"%.100s and %.100s would still not be one: an address is all "
			"that one of them is known by, and identifiers tell of several "
			"machines there",
			label_a, label_b);
	return err_set(e, ERR_ARG,
		"%.100s and %.100s would still not be one: an observation of one of them "
		"shows two machines",
		label_a, label_b);
}

/* "ssh SHA256:...", "address 10.0.0.2 at main". */
static void
print_handle(const struct id_key *k, char out[static 128])
{
	char ip[ADDR_TEXT_MAX];
	struct addr at;
	const char *site;

	if (identity_address_read(k, &at, &site))
		(void)snprintf(
			out, 128, "address %s at %.60s", addr_print(&at, ip), site);
	else
		(void)snprintf(out, 128, "%s %.80s", id_kind_name(k->kind), k->value);
}

/* Lays the ruling down. */
static int
tie(struct deciding *d, const struct id_key *a, const struct id_key *b, struct err *e)
{
	if (deciding_record(d, "", e) == -1 ||
		deciding_rule(d, RULING_SAME, a, b, e) == -1 ||
		deciding_concern(d, a, e) == -1 || deciding_concern(d, b, e) == -1)
		return -1;
	return deciding_resolve(d, e);
}

static int
merge(struct deciding *d, int64_t a, int64_t b, struct err *e)
{
	char label_a[128], label_b[128], uuid_a[37], uuid_b[37], by_a[128], by_b[128];
	struct id_key ka, kb;
	bool there_a, there_b;

	if (a == b)
		return err_set(e, ERR_ARG, "these are one device already");
	if (deciding_label(d, a, label_a, uuid_a, e) == -1 ||
		deciding_label(d, b, label_b, uuid_b, e) == -1 ||
		deciding_handle(d, a, label_a, &ka, e) == -1 ||
		deciding_handle(d, b, label_b, &kb, e) == -1 ||
		refuse_forbidden(d, a, b, e) == -1)
		return -1;
	print_handle(&ka, by_a);
	print_handle(&kb, by_b);
	(void)snprintf(d->out->text, sizeof(d->out->text),
		"%.115s and %.115s are one device, by %.115s and %.115s", label_a,
		label_b, by_a, by_b);
	if (tie(d, &ka, &kb, e) == -1 ||
		deciding_is_there(d->in.s, a, &there_a, e) == -1 ||
		deciding_is_there(d->in.s, b, &there_b, e) == -1)
		return -1;
	if (there_a && there_b)
		return refuse_merge(label_a, label_b, &ka, &kb, e);
	if (store_do(d->in.s, STMT_DECISION_GONE,
		    BINDS(INT(d->out->id), TEXT(there_a ? uuid_b : uuid_a)), e) == -1)
		return -1;
	return deciding_note_made(d, there_a ? a : b, there_a ? a : b, LINK_JOINED, e);
}

int
store_merge(struct store *s, int64_t a, int64_t b, const char *actor,
	struct decision *out, struct err *e)
{
	struct deciding d;

	if (deciding_begin(&d, s, "merge", actor, out, e) == -1)
		return -1;
	return deciding_finish(&d, merge(&d, a, b, e), e);
}

/* --- pin ----------------------------------------------------------------------------------- */

static int
pin(struct deciding *d, int64_t device, struct err *e)
{
	char label[128], uuid[37];
	struct key_list l;

	if (deciding_label(d, device, label, uuid, e) == -1 ||
		deciding_keys(d, device, &l, e) == -1 ||
		deciding_needs_keys(&l, label, e) == -1)
		return -1;
	if (l.n == 1)
		return err_set(e, ERR_ARG,
			"%.100s has one identifier: there is nothing to hold together",
			label);
	(void)snprintf(d->out->text, sizeof(d->out->text),
		"the %zu identifiers of %s are one device's for good", l.n, label);
	if (deciding_record(d, "", e) == -1)
		return -1;
	for (size_t i = 0; i < l.n; i++) {
		if (deciding_concern(d, &l.items[i], e) == -1 ||
			(i > 0 &&
				deciding_rule(d, RULING_SAME, &l.items[0], &l.items[i],
					e) == -1))
			return -1;
	}
	return deciding_resolve(d, e) == -1
		? -1
		: deciding_note_made(d, device, device, LINK_JOINED, e);
}

int
store_pin(struct store *s, int64_t device, const char *actor, struct decision *out,
	struct err *e)
{
	struct deciding d;

	if (deciding_begin(&d, s, "pin", actor, out, e) == -1)
		return -1;
	return deciding_finish(&d, pin(&d, device, e), e);
}

/* --- undo ---------------------------------------------------------------------------------- */

static void
read_decision(struct store *s, struct sql_stmt *st, struct decision *out)
{
	*out = (struct decision){ .id = col_int(s, st, 0),
		.at = col_int(s, st, 1),
		.undone = col_int(s, st, 5) != 0 };
	(void)snprintf(out->verb, sizeof(out->verb), "%s", col_text(s, st, 2));
	(void)snprintf(out->actor, sizeof(out->actor), "%s", col_text(s, st, 3));
	(void)snprintf(out->text, sizeof(out->text), "%s", col_text(s, st, 4));
}

struct undoing {
	struct deciding *d;
	struct decision was;
	char gone[37]; /* the id that a merge took away */
	bool found;
	int64_t a, b; /* devices that it was about */
};

static int
take_decision(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	struct undoing *u = arg;

	(void)mem;
	(void)e;
	read_decision(s, st, &u->was);
	(void)snprintf(u->gone, sizeof(u->gone), "%s", col_text(s, st, 6));
	u->found = true;
	return 0;
}

static int
take_ruled_keys(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	struct undoing *u = arg;

	(void)mem;
	for (int i = 0; i < 2; i++) {
		struct id_key k = { .value = col_text(s, st, 2 + 2 * i) };
		if (id_kind_find(col_text(s, st, 1 + 2 * i), &k.kind) &&
			deciding_concern(u->d, &k, e) == -1)
			return -1;
	}
	return 0;
}

static int
find_decision(struct deciding *d, int64_t id, struct undoing *u, struct err *e)
{
	static const struct sql_bind none[] = { { .kind = BIND_END } };
	bool found = true;

	if (id == 0 &&
		store_get(d->in.s, STMT_DECISION_LAST, none, &id, &found, e) == -1)
		return -1;
	if (!found)
		return err_set(e, ERR_NOTFOUND, "there is no decision to undo");
	if (store_each(d->in.s, STMT_DECISION_GET, BINDS(INT(id)), 0, take_decision, u,
		    e) == -1)
		return -1;
	if (!u->found)
		return err_set(e, ERR_NOTFOUND,
			"there is no decision %lld; 'muster undo --list' shows them",
			(long long)id);
	return u->was.undone
		? err_set(e, ERR_ARG, "decision %lld was undone already", (long long)id)
		: 0;
}

/* The device that a merge took away gets its id back, if it is one again. */
static int
restore_id(struct deciding *d, const char *gone, struct err *e)
{
	if (!*gone || d->in.newest == 0)
		return 0;
	if (store_do(d->in.s, STMT_ALIAS_DROP, BINDS(TEXT(gone)), e) == -1)
		return -1;
	return store_do(
		d->in.s, STMT_DEVICE_SET_UUID, BINDS(INT(d->in.newest), TEXT(gone)), e);
}

/* Those whom the decision was about, as they are called now. */
static int
take_noted(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	struct undoing *u = arg;

	(void)mem;
	(void)e;
	u->a = col_int(s, st, 0);
	u->b = col_int(s, st, 1);
	return 0;
}

static int
note_undone(struct deciding *d, struct undoing *u, struct err *e)
{
	char key[32];

	(void)snprintf(key, sizeof(key), "decision %lld", (long long)u->was.id);
	if (store_each(d->in.s, STMT_LEDGER_OF_KEY, BINDS(TEXT(u->was.verb), TEXT(key)),
		    0, take_noted, u, e) == -1)
		return -1;
	if (u->a == 0) /* its devices are forgotten */
		return 0;
	return deciding_note(d, u->was.id, u->was.text, u->a,
		d->in.newest ? d->in.newest : u->b, LINK_UNDONE, e);
}

static int
undo(struct deciding *d, int64_t id, struct err *e)
{
	struct undoing u = { .d = d };

	ruled_forget(d->in.s);
	if (find_decision(d, id, &u, e) == -1 ||
		store_each(d->in.s, STMT_RULINGS_OF_DECISION, BINDS(INT(u.was.id)), 0,
			take_ruled_keys, &u, e) == -1 ||
		store_do(d->in.s, STMT_RULINGS_DROP, BINDS(INT(u.was.id)), e) == -1 ||
		store_do(d->in.s, STMT_DECISION_UNDO,
			BINDS(INT(u.was.id), INT(d->out->at), TEXT(d->actor)),
			e) == -1 ||
		deciding_resolve(d, e) == -1 || restore_id(d, u.gone, e) == -1 ||
		note_undone(d, &u, e) == -1)
		return -1;
	*d->out = u.was;
	d->out->undone = true;
	return 0;
}

int
store_undo(struct store *s, int64_t id, const char *actor, struct decision *out,
	struct err *e)
{
	struct deciding d;

	if (deciding_begin(&d, s, "undo", actor, out, e) == -1)
		return -1;
	return deciding_finish(&d, undo(&d, id, e), e);
}

struct decision_reader {
	int (*row)(void *arg, const struct decision *, struct err *);
	void *arg;
};

static int
pass_decision(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	const struct decision_reader *r = arg;
	struct decision d;

	(void)mem;
	read_decision(s, st, &d);
	return r->row(r->arg, &d, e);
}

int
store_each_decision(struct store *s,
	int (*row)(void *arg, const struct decision *, struct err *), void *arg,
	struct err *e)
{
	static const struct sql_bind none[] = { { .kind = BIND_END } };
	struct decision_reader r = { row, arg };

	return store_each(s, STMT_DECISIONS_ALL, none, 0, pass_decision, &r, e);
}
