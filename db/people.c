/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Decisions of people.  Each lays down rulings about identifiers and resolves again what
 * bears them; when that does not bring about what was asked for, all is taken back.
 */
#include "db/people.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/history.h"
#include "db/ingest.h"
#include "inventory/ndjson.h"

enum { KEYS_MAX = 32 }; /* identifiers that one decision speaks of */

struct deciding {
	struct ingest in;
	const char *actor;
	struct decision *out;
	struct id_key keys[2 * KEYS_MAX]; /* whose bearers are resolved again */
	size_t n_keys;
};

/* --- the frame ----------------------------------------------------------------------------- */

static int
begin(struct deciding *d, struct store *s, const char *verb, const char *actor,
	struct decision *out, struct err *e)
{
	*d = (struct deciding){
		.in = { .s = s, .run = "" }, .actor = actor, .out = out
	};
	*out = (struct decision){ .at = clock_wall(&clock_system) };
	(void)snprintf(out->verb, sizeof(out->verb), "%s", verb);
	(void)snprintf(out->actor, sizeof(out->actor), "%s", actor);
	d->in.at = out->at;
	if (store_need_writer(s, e) == -1)
		return -1;
	if (!(d->in.mem = arena_new(INGEST_ARENA)))
		return err_nomem(e);
	if (store_begin(s, e) == -1) {
		arena_free(d->in.mem);
		return -1;
	}
	return 0;
}

/* rc: what the steps gave. */
static int
finish(struct deciding *d, int rc, struct err *e)
{
	if (rc == 0)
		rc = store_commit(d->in.s, e);
	if (rc == -1)
		store_rollback(d->in.s);
	arena_free(d->in.mem);
	return rc;
}

static int
record(struct deciding *d, const char *gone, struct err *e)
{
	struct decision *o = d->out;
	bool found;

	return store_get(d->in.s, STMT_DECISION_PUT,
		BINDS(INT(o->at), TEXT(d->actor), TEXT(o->verb), TEXT(o->text),
			TEXT(gone)),
		&o->id, &found, e);
}

static int
rule(struct deciding *d, enum ruling_kind kind, const struct id_key *a,
	const struct id_key *b, struct err *e)
{
	ruled_forget(d->in.s);
	return store_do(d->in.s, STMT_RULING_DECIDE,
		BINDS(INT(kind), TEXT(id_kind_name(a->kind)), TEXT(a->value),
			TEXT(b ? id_kind_name(b->kind) : ""), TEXT(b ? b->value : ""),
			TEXT(d->actor), INT(d->out->at), INT(d->out->id)),
		e);
}

static int
concern(struct deciding *d, const struct id_key *k, struct err *e)
{
	if (d->n_keys == sizeof(d->keys) / sizeof(d->keys[0]))
		return 0; /* the bearers of as many others lead to the rest */
	const char *value = arena_strdup(d->in.mem, k->value);
	d->keys[d->n_keys++] = (struct id_key){ k->kind, value };
	return value ? 0 : err_nomem(e);
}

/* Everybody who bears one of the keys, anew. */
static int
resolve_again(struct deciding *d, struct err *e)
{
	struct identity_result r;

	if (ingest_reassign(&d->in, d->keys, d->n_keys, &r, e) == -1 ||
		ingest_refold(&d->in, e) == -1)
		return -1;
	return history_links(d->in.s, &r, d->out->at, d->in.mem, e);
}

/* A decision in the ledger, by its number; text: what was decided. */
static int
note(struct deciding *d, int64_t decision, const char *text, int64_t a, int64_t b,
	enum link_outcome outcome, struct err *e)
{
	char key[32];

	(void)snprintf(key, sizeof(key), "decision %lld", (long long)decision);
	struct ledger_line line = { .at = d->out->at,
		.run = "",
		.rule = d->out->verb,
		.key = key,
		.detail = text,
		.outcome = outcome,
		.actor = d->actor,
		.a = a,
		.b = b };
	return ledger_put(d->in.s, &line, e);
}

static int
note_made(struct deciding *d, int64_t a, int64_t b, enum link_outcome outcome,
	struct err *e)
{
	return note(d, d->out->id, d->out->text, a, b, outcome, e);
}

/* --- identifiers of a device ---------------------------------------------------------------- */

struct key_list {
	struct id_key items[KEYS_MAX];
	size_t n;
	struct arena *mem;
};

/* The strongest are kept, in their order. */
static int
keep_key(struct key_list *l, const struct id_key *k, struct err *e)
{
	size_t at = l->n;

	while (at > 0 && id_key_cmp(&l->items[at - 1], k) > 0)
		at--;
	if (at == KEYS_MAX || (at > 0 && id_key_cmp(&l->items[at - 1], k) == 0))
		return 0;
	const char *value = arena_strdup(l->mem, k->value);
	if (!value)
		return err_nomem(e);
	if (l->n < KEYS_MAX)
		l->n++;
	memmove(l->items + at + 1, l->items + at, (l->n - at - 1) * sizeof(l->items[0]));
	l->items[at] = (struct id_key){ k->kind, value };
	return 0;
}

static int
take_key(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	struct id_key k = { .value = col_text(s, st, 1) };

	(void)mem;
	return id_kind_find(col_text(s, st, 0), &k.kind) ? keep_key(arg, &k, e) : 0;
}

static int
is_trusted(struct store *s, const struct id_key *k, bool *out, struct err *e)
{
	bool demoted;

	if (store_get(s, STMT_RULING_IS_DEMOTED,
		    BINDS(TEXT(id_kind_name(k->kind)), TEXT(k->value)), NULL, &demoted,
		    e) == -1)
		return -1;
	*out = !demoted;
	return 0;
}

/* Those that count, the strongest first. */
static int
list_keys(struct deciding *d, int64_t device, struct key_list *out, struct err *e)
{
	struct key_list all = { .mem = d->in.mem };
	bool trusted;

	*out = (struct key_list){ .mem = d->in.mem };
	if (store_each(d->in.s, STMT_IDENTIFIERS_OF_DEVICE, BINDS(INT(device)), 0,
		    take_key, &all, e) == -1)
		return -1;
	for (size_t i = 0; i < all.n; i++) {
		if (is_trusted(d->in.s, &all.items[i], &trusted, e) == -1)
			return -1;
		if (trusted)
			out->items[out->n++] = all.items[i];
	}
	return 0;
}

static int
label_of(struct deciding *d, int64_t device, char out[static 128], char uuid[static 37],
	struct err *e)
{
	char buf[ADDR_TEXT_MAX];
	struct device dev;
	struct fold f;

	if (fold_load(d->in.s, device, d->in.mem, &f, e) == -1 ||
		fold_device(&f, d->in.mem, &dev, e) == -1)
		return -1;
	(void)snprintf(out, 128, "%.120s", device_label(&dev, buf));
	memcpy(uuid, dev.id, sizeof(dev.id));
	return 0;
}

/* --- merge --------------------------------------------------------------------------------- */

static int
needs_keys(const struct key_list *l, const char *label, struct err *e)
{
	if (l->n > 0)
		return 0;
	return err_set(e, ERR_ARG,
		"%.100s shows nothing but an address, and who has that may change: there "
		"is nothing to know it by",
		label);
}

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

static int
is_there(struct store *s, int64_t device, bool *out, struct err *e)
{
	return store_get(s, STMT_DEVICE_GET, BINDS(INT(device)), NULL, out, e);
}

static int
merge(struct deciding *d, int64_t a, int64_t b, struct err *e)
{
	char label_a[128], label_b[128], uuid_a[37], uuid_b[37];
	struct key_list ka, kb;
	bool there_a, there_b;

	if (a == b)
		return err_set(e, ERR_ARG, "these are one device already");
	if (label_of(d, a, label_a, uuid_a, e) == -1 ||
		label_of(d, b, label_b, uuid_b, e) == -1 ||
		list_keys(d, a, &ka, e) == -1 || list_keys(d, b, &kb, e) == -1 ||
		needs_keys(&ka, label_a, e) == -1 ||
		needs_keys(&kb, label_b, e) == -1 || refuse_forbidden(d, a, b, e) == -1)
		return -1;
	(void)snprintf(d->out->text, sizeof(d->out->text),
		"%s and %s are one device, by %s %.80s and %s %.80s", label_a, label_b,
		id_kind_name(ka.items[0].kind), ka.items[0].value,
		id_kind_name(kb.items[0].kind), kb.items[0].value);
	if (record(d, "", e) == -1 ||
		rule(d, RULING_SAME, &ka.items[0], &kb.items[0], e) == -1 ||
		concern(d, &ka.items[0], e) == -1 || concern(d, &kb.items[0], e) == -1 ||
		resolve_again(d, e) == -1 || is_there(d->in.s, a, &there_a, e) == -1 ||
		is_there(d->in.s, b, &there_b, e) == -1)
		return -1;
	if (there_a && there_b)
		return err_set(e, ERR_ARG,
			"%.100s and %.100s would still not be one: an observation of one "
			"of them shows two machines",
			label_a, label_b);
	if (store_do(d->in.s, STMT_DECISION_GONE,
		    BINDS(INT(d->out->id), TEXT(there_a ? uuid_b : uuid_a)), e) == -1)
		return -1;
	return note_made(d, there_a ? a : b, there_a ? a : b, LINK_JOINED, e);
}

int
store_merge(struct store *s, int64_t a, int64_t b, const char *actor,
	struct decision *out, struct err *e)
{
	struct deciding d;

	if (begin(&d, s, "merge", actor, out, e) == -1)
		return -1;
	return finish(&d, merge(&d, a, b, e), e);
}

/* --- split --------------------------------------------------------------------------------- */

/* An observation of the device that is split. */
struct part {
	int64_t id;
	const char *site, *run;
	struct addr ip;
	bool listed, apart; /* apart: it goes */
	struct id_key *keys;
	size_t n_keys;
};

struct parts {
	struct part *items;
	size_t n, room;
	struct arena *mem;
};

static int
take_part(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	struct parts *p = arg;

	(void)mem;
	if (p->n == p->room) {
		size_t room = p->room ? p->room * 2 : 64;
		struct part *more = arena_new_array(p->mem, struct part, room);
		if (!more)
			return err_nomem(e);
		if (p->n)
			memcpy(more, p->items, p->n * sizeof(*more));
		p->items = more;
		p->room = room;
	}
	struct part *part = &p->items[p->n++];
	*part = (struct part){ .id = col_int(s, st, 0),
		.site = arena_strdup(p->mem, col_text(s, st, 3)),
		.run = arena_strdup(p->mem, col_text(s, st, 5)),
		.ip = ip_from_key(col_text(s, st, 6)),
		.listed = col_int(s, st, 7) == EVIDENCE_LISTED };
	if (!part->site || !part->run)
		return err_nomem(e);
	return keys_read(col_text(s, st, 8), p->mem, &part->keys, &part->n_keys, e);
}

/* Is that the value, as it is or as people are shown it ("corp\\pc30" of corp\pc30)? */
static bool
reads_as(const char *value, const char *what)
{
	struct sb shown;

	if (strcmp(value, what) == 0)
		return true;
	sb_init(&shown, NDJSON_LINE_MAX);
	sb_add_plain(&shown, value, strlen(value));
	bool same = !shown.bad && strcmp(shown.text, what) == 0;
	sb_done(&shown);
	return same;
}

static bool
bears(const struct part *p, const char *what)
{
	for (size_t i = 0; i < p->n_keys; i++) {
		const char *name = id_kind_name(p->keys[i].kind);
		size_t n = strlen(name);
		bool named = strncmp(what, name, n) == 0 && what[n] == ' ';
		if (reads_as(p->keys[i].value, what) ||
			(named && reads_as(p->keys[i].value, what + n + 1)))
			return true;
	}
	return false;
}

static bool
is_one_visit(const struct part *a, const struct part *b)
{
	return !a->listed && !b->listed && addr_is_set(&a->ip) &&
		addr_equal(&a->ip, &b->ip) && strcmp(a->run, b->run) == 0 &&
		strcmp(a->site, b->site) == 0;
}

/* A visit is of one device: what one run saw at one address goes along. */
static size_t
part_them(struct parts *p, const char *what)
{
	struct addr ip;
	bool by_place = addr_parse(what, &ip);
	size_t n = 0, last = 0;

	for (size_t i = 0; i < p->n; i++)
		p->items[i].apart = by_place ? addr_equal(&p->items[i].ip, &ip)
					     : bears(&p->items[i], what);
	for (size_t i = 0; i < p->n; i++) { /* observations of a visit are neighbours */
		if (!p->items[i].apart)
			continue;
		for (size_t k = i;
			k-- > last && is_one_visit(&p->items[k], &p->items[i]);)
			p->items[k].apart = true;
		for (size_t k = i + 1;
			k < p->n && is_one_visit(&p->items[k], &p->items[i]); k++)
			p->items[k].apart = true;
		last = i;
	}
	for (size_t i = 0; i < p->n; i++)
		n += p->items[i].apart;
	return n;
}

static bool
list_has(const struct key_list *l, const struct id_key *k)
{
	for (size_t i = 0; i < l->n; i++)
		if (id_key_cmp(&l->items[i], k) == 0)
			return true;
	return false;
}

static int
keys_of_side(const struct parts *p, bool apart, struct key_list *out, struct err *e)
{
	*out = (struct key_list){ .mem = p->mem };
	for (size_t i = 0; i < p->n; i++)
		for (size_t k = 0; k < p->items[i].n_keys; k++)
			if (p->items[i].apart == apart &&
				keep_key(out, &p->items[i].keys[k], e) == -1)
				return -1;
	return 0;
}

/* What both sides show is trusted no more; what only one shows is never the other's. */
static int
rule_apart(struct deciding *d, const struct key_list *a, const struct key_list *b,
	struct err *e)
{
	for (size_t i = 0; i < a->n; i++) {
		bool both = list_has(b, &a->items[i]);
		if (concern(d, &a->items[i], e) == -1 ||
			(both && rule(d, RULING_DEMOTED, &a->items[i], NULL, e) == -1))
			return -1;
		for (size_t k = 0; k < b->n && !both; k++)
			if (!list_has(a, &b->items[k]) &&
				rule(d, RULING_NEVER, &a->items[i], &b->items[k], e) ==
					-1)
				return -1;
	}
	for (size_t k = 0; k < b->n; k++)
		if (concern(d, &b->items[k], e) == -1)
			return -1;
	return 0;
}

static int
holder(struct store *s, const struct parts *p, bool apart, int64_t *out, struct err *e)
{
	bool found;

	for (size_t i = 0; i < p->n; i++)
		if (p->items[i].apart == apart)
			return store_get(s, STMT_OBSERVATION_HOLDER,
				BINDS(INT(p->items[i].id)), out, &found, e);
	*out = 0;
	return 0;
}

static int
split(struct deciding *d, int64_t device, const char *what, struct err *e)
{
	struct parts p = { .mem = d->in.mem };
	char label[128], uuid[37];
	struct key_list a, b;
	int64_t one, other;

	if (label_of(d, device, label, uuid, e) == -1 ||
		store_each(d->in.s, STMT_SIGHTINGS_OF_DEVICE, BINDS(INT(device)), 0,
			take_part, &p, e) == -1)
		return -1;
	size_t n = part_them(&p, what);
	if (n == 0)
		return err_set(e, ERR_ARG,
			"%.100s has no address or identifier '%.100s'; 'muster show --why' "
			"prints them",
			label, what);
	if (n == p.n)
		return err_set(e, ERR_ARG,
			"all that is known of %.100s goes with %.100s: nothing would be left",
			label, what);
	if (keys_of_side(&p, true, &a, e) == -1 || keys_of_side(&p, false, &b, e) == -1)
		return -1;
	(void)snprintf(d->out->text, sizeof(d->out->text),
		"what %.200s shows is another device than %s", what, label);
	if (record(d, "", e) == -1 || rule_apart(d, &a, &b, e) == -1 ||
		resolve_again(d, e) == -1 || holder(d->in.s, &p, true, &one, e) == -1 ||
		holder(d->in.s, &p, false, &other, e) == -1)
		return -1;
	if (one == other)
		return err_set(e, ERR_ARG,
			"%.100s stays one device: an observation shows both sides at once",
			label);
	return note_made(d, one, other, LINK_REFUSED, e);
}

int
store_split(struct store *s, int64_t device, const char *what, const char *actor,
	struct decision *out, struct err *e)
{
	struct deciding d;

	if (begin(&d, s, "split", actor, out, e) == -1)
		return -1;
	return finish(&d, split(&d, device, what, e), e);
}

/* --- pin ----------------------------------------------------------------------------------- */

static int
pin(struct deciding *d, int64_t device, struct err *e)
{
	char label[128], uuid[37];
	struct key_list l;

	if (label_of(d, device, label, uuid, e) == -1 ||
		list_keys(d, device, &l, e) == -1 || needs_keys(&l, label, e) == -1)
		return -1;
	if (l.n == 1)
		return err_set(e, ERR_ARG,
			"%.100s has one identifier: there is nothing to hold together",
			label);
	(void)snprintf(d->out->text, sizeof(d->out->text),
		"the %zu identifiers of %s are one device's for good", l.n, label);
	if (record(d, "", e) == -1)
		return -1;
	for (size_t i = 0; i < l.n; i++) {
		if (concern(d, &l.items[i], e) == -1 ||
			(i > 0 &&
				rule(d, RULING_SAME, &l.items[0], &l.items[i], e) == -1))
			return -1;
	}
	return resolve_again(d, e) == -1 ? -1
					 : note_made(d, device, device, LINK_JOINED, e);
}

int
store_pin(struct store *s, int64_t device, const char *actor, struct decision *out,
	struct err *e)
{
	struct deciding d;

	if (begin(&d, s, "pin", actor, out, e) == -1)
		return -1;
	return finish(&d, pin(&d, device, e), e);
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
			concern(u->d, &k, e) == -1)
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
	return note(d, u->was.id, u->was.text, u->a, d->in.newest ? d->in.newest : u->b,
		LINK_UNDONE, e);
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
		resolve_again(d, e) == -1 || restore_id(d, u.gone, e) == -1 ||
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

	if (begin(&d, s, "undo", actor, out, e) == -1)
		return -1;
	return finish(&d, undo(&d, id, e), e);
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
