/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The frame of a decision, and what each needs of the devices that it is about. */
#include "db/deciding.h"

#include <stdio.h>
#include <string.h>

#include "db/history.h"

/* --- the frame ----------------------------------------------------------------------------- */

int
deciding_begin(struct deciding *d, struct store *s, const char *verb, const char *actor,
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

int
deciding_finish(struct deciding *d, int rc, struct err *e)
{
	if (rc == 0)
		rc = store_commit(d->in.s, e);
	if (rc == -1)
		store_rollback(d->in.s);
	arena_free(d->in.mem);
	return rc;
}

int
deciding_record(struct deciding *d, const char *gone, struct err *e)
{
	struct decision *o = d->out;
	bool found;

	return store_get(d->in.s, STMT_DECISION_PUT,
		BINDS(INT(o->at), TEXT(d->actor), TEXT(o->verb), TEXT(o->text),
			TEXT(gone)),
		&o->id, &found, e);
}

int
deciding_rule(struct deciding *d, enum ruling_kind kind, const struct id_key *a,
	const struct id_key *b, struct err *e)
{
	ruled_forget(d->in.s);
	return store_do(d->in.s, STMT_RULING_DECIDE,
		BINDS(INT(kind), TEXT(id_kind_name(a->kind)), TEXT(a->value),
			TEXT(b ? id_kind_name(b->kind) : ""), TEXT(b ? b->value : ""),
			TEXT(d->actor), INT(d->out->at), INT(d->out->id)),
		e);
}

int
deciding_concern(struct deciding *d, const struct id_key *k, struct err *e)
{
	if (d->n_keys == sizeof(d->keys) / sizeof(d->keys[0]))
		return 0; /* the bearers of as many others lead to the rest */
	const char *value = arena_strdup(d->in.mem, k->value);
	d->keys[d->n_keys++] = (struct id_key){ k->kind, value };
	return value ? 0 : err_nomem(e);
}

int
deciding_resolve(struct deciding *d, struct err *e)
{
	struct identity_result r;

	if (ingest_reassign(&d->in, d->keys, d->n_keys, &r, e) == -1 ||
		ingest_refold(&d->in, e) == -1)
		return -1;
	return history_links(d->in.s, &r, d->out->at, d->in.mem, e);
}

int
deciding_note(struct deciding *d, int64_t decision, const char *text, int64_t a,
	int64_t b, enum link_outcome outcome, struct err *e)
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

int
deciding_note_made(struct deciding *d, int64_t a, int64_t b, enum link_outcome outcome,
	struct err *e)
{
	return deciding_note(d, d->out->id, d->out->text, a, b, outcome, e);
}

/* --- identifiers of a device ---------------------------------------------------------------- */

int
key_list_keep(struct key_list *l, const struct id_key *k, struct err *e)
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
	return id_kind_find(col_text(s, st, 0), &k.kind) ? key_list_keep(arg, &k, e)
							 : 0;
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

int
deciding_keys(struct deciding *d, int64_t device, struct key_list *out, struct err *e)
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

/* What a device was seen with. */
struct handles {
	struct store *s;
	struct arena *mem;
	struct id_key strongest; /* as the device bears it */
	bool shown;              /* it said so itself */
	const char *site;        /* where it was seen last, alive if ever; NULL */
	struct addr ip;
	bool alive;
};

static int
take_handles(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	struct handles *h = arg;
	bool listed = col_int(s, st, 7) == EVIDENCE_LISTED;
	struct addr ip = ip_from_key(col_text(s, st, 6));
	struct id_key *keys;
	size_t n;

	(void)mem;
	if (keys_read(col_text(s, st, 8), h->mem, &keys, &n, e) == -1)
		return -1;
	for (size_t i = 0; i < n && !listed && h->strongest.value; i++)
		h->shown |= id_key_cmp(&keys[i], &h->strongest) == 0;
	if (!addr_is_set(&ip) || (listed && h->alive))
		return 0;
	h->alive = !listed;
	h->ip = ip;
	h->site = arena_strdup(h->mem, col_text(s, st, 3));
	return h->site ? 0 : err_nomem(e);
}

int
deciding_handle(struct deciding *d, int64_t device, const char *label,
	struct id_key *out, struct err *e)
{
	struct handles h = { .s = d->in.s, .mem = d->in.mem };
	char value[ID_ADDRESS_MAX];
	struct key_list l;

	if (deciding_keys(d, device, &l, e) == -1)
		return -1;
	*out = l.n ? l.items[0] : (struct id_key){ .value = NULL };
	if (l.n && id_rules[out->kind].tier <= 1)
		return 0;
	h.strongest = *out;
	if (store_each(d->in.s, STMT_SIGHTINGS_OF_DEVICE, BINDS(INT(device)), 0,
		    take_handles, &h, e) == -1)
		return -1;
	if (l.n && id_rules[out->kind].tier == 2 && (h.shown || !h.site))
		return 0;
	if (!h.site)
		return deciding_needs_keys(&l, label, e);
	out->kind = ID_ADDRESS;
	out->value = arena_strdup(
		d->in.mem, identity_address_value(h.site, &h.ip, value));
	return out->value ? 0 : err_nomem(e);
}

int
deciding_label(struct deciding *d, int64_t device, char out[static 128],
	char uuid[static 37], struct err *e)
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

int
deciding_needs_keys(const struct key_list *l, const char *label, struct err *e)
{
	if (l->n > 0)
		return 0;
	return err_set(e, ERR_ARG,
		"%.100s shows nothing but an address, and who has that may change: there "
		"is nothing to know it by",
		label);
}

int
deciding_is_there(struct store *s, int64_t device, bool *out, struct err *e)
{
	return store_get(s, STMT_DEVICE_GET, BINDS(INT(device)), NULL, out, e);
}
