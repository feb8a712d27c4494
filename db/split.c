/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A person says that a device is two, or that two are never one. */
#include <stdio.h>
#include <string.h>

#include "db/deciding.h"
#include "db/people.h"
#include "inventory/ndjson.h"

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
				key_list_keep(out, &p->items[i].keys[k], e) == -1)
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
		if (deciding_concern(d, &a->items[i], e) == -1 ||
			(both &&
				deciding_rule(d, RULING_DEMOTED, &a->items[i], NULL,
					e) == -1))
			return -1;
		for (size_t k = 0; k < b->n && !both; k++)
			if (!list_has(a, &b->items[k]) &&
				deciding_rule(d, RULING_NEVER, &a->items[i],
					&b->items[k], e) == -1)
				return -1;
	}
	for (size_t k = 0; k < b->n; k++)
		if (deciding_concern(d, &b->items[k], e) == -1)
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

/* --- two that are two already ----------------------------------------------------------------- */

/* Those that the other has not: what joins by itself, where there is some; else names, too,
 * which others may get.  (A device that shows some shows one of its own.) */
static int
own_keys(const struct key_list *l, const struct key_list *other, const char *label,
	struct key_list *out, struct err *e)
{
	size_t strong = 0;

	out->n = 0;
	for (size_t i = 0; i < l->n; i++) {
		if (list_has(other, &l->items[i]))
			continue;
		strong += id_rules[l->items[i].kind].tier <= 1;
		out->items[out->n++] = l->items[i];
	}
	out->n = strong ? strong : out->n;
	return deciding_needs_keys(l, label, e);
}

static int
refuse_again(struct deciding *d, int64_t a, int64_t b, struct err *e)
{
	int64_t ignored;
	bool never;

	if (store_get(d->in.s, STMT_RULING_BETWEEN,
		    BINDS(INT(RULING_NEVER), INT(a), INT(b)), &ignored, &never, e) == -1)
		return -1;
	return never
		? err_set(e, ERR_ARG,
			  "that they are never one is decided already; 'muster undo "
			  "--list' shows it")
		: 0;
}

/* All that one shows the other shows, too: that is trusted no more. */
static int
distrust(struct deciding *d, int64_t a, int64_t b, const char *label_a,
	const char *label_b, const struct key_list *shown, struct err *e)
{
	const struct id_key *first = &shown->items[0];

	(void)snprintf(d->out->text, sizeof(d->out->text),
		"%.120s and %.120s are two: %s %.80s, which both show, counts no more",
		label_a, label_b, id_kind_name(first->kind), first->value);
	if (deciding_record(d, "", e) == -1 || rule_apart(d, shown, shown, e) == -1 ||
		deciding_resolve(d, e) == -1)
		return -1;
	return deciding_note_made(d, a, b, LINK_REFUSED, e);
}

static bool
is_part_of(const struct key_list *some, const struct key_list *all)
{
	for (size_t i = 0; i < some->n; i++)
		if (!list_has(all, &some->items[i]))
			return false;
	return some->n > 0;
}

/* Two devices are never to be one, whatever they will show. */
static int
keep_apart(struct deciding *d, int64_t a, int64_t b, struct err *e)
{
	char label_a[128], label_b[128], uuid[37];
	struct key_list ka, kb, own_a, own_b;
	bool there_a, there_b;

	if (deciding_label(d, a, label_a, uuid, e) == -1 ||
		deciding_label(d, b, label_b, uuid, e) == -1 ||
		deciding_keys(d, a, &ka, e) == -1 || deciding_keys(d, b, &kb, e) == -1)
		return -1;
	if (is_part_of(&ka, &kb) || is_part_of(&kb, &ka))
		return distrust(
			d, a, b, label_a, label_b, is_part_of(&ka, &kb) ? &ka : &kb, e);
	if (own_keys(&ka, &kb, label_a, &own_a, e) == -1 ||
		own_keys(&kb, &ka, label_b, &own_b, e) == -1 ||
		refuse_again(d, a, b, e) == -1)
		return -1;
	(void)snprintf(d->out->text, sizeof(d->out->text),
		"%s and %s are two, and never one device, by %s %.80s and %s %.80s",
		label_a, label_b, id_kind_name(own_a.items[0].kind),
		own_a.items[0].value, id_kind_name(own_b.items[0].kind),
		own_b.items[0].value);
	if (deciding_record(d, "", e) == -1 || rule_apart(d, &own_a, &own_b, e) == -1 ||
		deciding_resolve(d, e) == -1 ||
		deciding_is_there(d->in.s, a, &there_a, e) == -1 ||
		deciding_is_there(d->in.s, b, &there_b, e) == -1)
		return -1;
	if (!there_a || !there_b)
		return err_set(e, ERR_ARG,
			"%.100s and %.100s would be one: somebody pinned them", label_a,
			label_b);
	return deciding_note_made(d, a, b, LINK_REFUSED, e);
}

/* What is nothing of the device's own may be another device. */
static int
keep_from(struct deciding *d, int64_t device, const char *label, const char *what,
	struct err *e)
{
	struct device other = { .row = device };

	if (store_find_device(d->in.s, what, d->in.mem, &other, e) == -1 &&
		e->code != ERR_NOTFOUND)
		return -1;
	if (other.row != device)
		return keep_apart(d, device, other.row, e);
	return err_set(e, ERR_ARG,
		"%.100s has no address or identifier '%.100s', which is no other device "
		"either; 'muster show --why' prints what it has",
		label, what);
}

/* The parts are one still: by a merge of addresses, or by what was seen. */
static int
refuse_one(struct deciding *d, const struct parts *p, const char *label, struct err *e)
{
	char value[ID_ADDRESS_MAX];
	bool merged = false;

	for (size_t i = 0; i < p->n && !merged; i++) {
		const struct part *part = &p->items[i];
		if (!part->apart || !addr_is_set(&part->ip))
			continue;
		(void)identity_address_value(part->site, &part->ip, value);
		if (store_get(d->in.s, STMT_RULINGS_BY_KEY,
			    BINDS(TEXT(id_kind_name(ID_ADDRESS)), TEXT(value)), NULL,
			    &merged, e) == -1)
			return -1;
	}
	return err_set(e, ERR_ARG,
		merged ? "%.100s stays one device: a merge made them one by their "
			 "addresses; 'muster undo --list' shows which to undo"
		       : "%.100s stays one device: an observation shows both sides at "
			 "once",
		label);
}

/* --- one that is two --------------------------------------------------------------------------- */

static int
split(struct deciding *d, int64_t device, const char *what, struct err *e)
{
	struct parts p = { .mem = d->in.mem };
	char label[128], uuid[37];
	struct key_list a, b;
	int64_t one, other;

	if (deciding_label(d, device, label, uuid, e) == -1 ||
		store_each(d->in.s, STMT_SIGHTINGS_OF_DEVICE, BINDS(INT(device)), 0,
			take_part, &p, e) == -1)
		return -1;
	size_t n = part_them(&p, what);
	if (n == 0)
		return keep_from(d, device, label, what, e);
	if (n == p.n)
		return err_set(e, ERR_ARG,
			"all that is known of %.100s goes with %.100s: nothing would be left",
			label, what);
	if (keys_of_side(&p, true, &a, e) == -1 || keys_of_side(&p, false, &b, e) == -1)
		return -1;
	(void)snprintf(d->out->text, sizeof(d->out->text),
		"what %.200s shows is another device than %s", what, label);
	if (deciding_record(d, "", e) == -1 || rule_apart(d, &a, &b, e) == -1 ||
		deciding_resolve(d, e) == -1 ||
		holder(d->in.s, &p, true, &one, e) == -1 ||
		holder(d->in.s, &p, false, &other, e) == -1)
		return -1;
	if (one == other)
		return refuse_one(d, &p, label, e);
	return deciding_note_made(d, one, other, LINK_REFUSED, e);
}

int
store_split(struct store *s, int64_t device, const char *what, const char *actor,
	struct decision *out, struct err *e)
{
	struct deciding d;

	if (deciding_begin(&d, s, "split", actor, out, e) == -1)
		return -1;
	return deciding_finish(&d, split(&d, device, what, e), e);
}
