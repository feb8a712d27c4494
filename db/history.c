/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The change history, the merge ledger, and reading and forgetting them. */
#include "db/history.h"

#include <stdio.h>
#include <string.h>

#include "inventory/fact_print.h"

enum { CHANGE_TEXT_MAX = 512 }; /* bytes of a value in the history */

static int
put_at(const struct history *h, int64_t at, const struct device *d, const char *what,
	const char *key, const char *before, const char *after, struct err *e)
{
	return store_do(h->s, STMT_CHANGE_PUT,
		BINDS(INT(at), TEXT(h->run), INT(d->row), TEXT(d->id), TEXT(what),
			TEXT(key), TEXT(before), TEXT(after)),
		e);
}

static int
put(const struct history *h, const struct device *d, const char *what,
	const char *before, const char *after, struct err *e)
{
	return put_at(h, h->at, d, what, "", before, after, e);
}

/* When it was observed, if that is one of these observations. */
static int64_t
moment(const struct history *h, int64_t observed)
{
	return h->since && observed >= h->since && observed < h->at ? observed : h->at;
}

/* --- fields -------------------------------------------------------------------------------- */

bool
history_is_news(const char *key)
{
	static const char *const measured[] = { "rtt.us", "ip.ttl", "kind.confidence",
		"os.confidence" };

	for (size_t i = 0; i < sizeof(measured) / sizeof(measured[0]); i++)
		if (strcmp(key, measured[i]) == 0)
			return false;
	return true;
}

char *
history_text(const struct device_field *f, struct arena *mem)
{
	struct sb text;

	if (!f || f->fact.type == FACT_TEXT)
		return arena_strdup(mem, f ? f->fact.text : "");
	sb_init(&text, 1 << 20);
	fact_print(&f->fact, &text);
	char *copy = arena_strdup(mem, text.text);
	sb_done(&text);
	return copy;
}

/* Between characters, so that what is kept stays UTF-8. */
static void
cut(char *text)
{
	size_t n = strlen(text), at = 0;

	if (n <= CHANGE_TEXT_MAX)
		return;
	for (size_t len; at < CHANGE_TEXT_MAX; at += len) {
		len = utf8_char(text + at, n - at);
		len = len ? len : 1;
		if (at + len > CHANGE_TEXT_MAX)
			break;
	}
	text[at] = '\0';
}

/* Of most fields there is nothing to write, and so nothing to copy. */
static bool
are_one_text(const struct device_field *a, const struct device_field *b)
{
	return a && b && a->fact.type == FACT_TEXT && b->fact.type == FACT_TEXT &&
		strcmp(a->fact.text, b->fact.text) == 0;
}

static int
note_field(const struct history *h, const struct device *d, const char *key,
	const struct device_field *was, const struct device_field *is, bool *changed,
	struct err *e)
{
	if (are_one_text(was, is) || !history_is_news(key))
		return 0;
	char *before = history_text(was, h->mem), *after = history_text(is, h->mem);
	if (!before || !after)
		return err_nomem(e);
	if (strcmp(before, after) == 0)
		return 0;
	*changed = true;
	cut(before);
	cut(after);
	return put_at(h, moment(h, is ? is->at : 0), d, "field", key, before, after, e);
}

/* Both lists are sorted by key: one walk. */
static int
note_fields(const struct history *h, const struct device *was, const struct device *is,
	bool *changed, struct err *e)
{
	size_t a = 0, b = 0;

	while (a < was->n_fields || b < is->n_fields) {
		const struct device_field *fa = a < was->n_fields ? &was->fields[a]
								  : NULL;
		const struct device_field *fb = b < is->n_fields ? &is->fields[b]
								 : NULL;
		int c = !fa ? 1 : !fb ? -1 : strcmp(fa->fact.key, fb->fact.key);
		const char *key = c <= 0 && fa ? fa->fact.key : fb->fact.key;
		if (note_field(h, is, key, c <= 0 ? fa : NULL, c >= 0 ? fb : NULL,
			    changed, e) == -1)
			return -1;
		a += c <= 0;
		b += c >= 0;
	}
	return 0;
}

/* --- addresses and state ------------------------------------------------------------------- */

static bool
has_addr(const struct device *d, const struct addr *ip)
{
	for (size_t i = 0; i < d->n_addrs; i++)
		if (addr_equal(&d->addrs[i].ip, ip))
			return true;
	return false;
}

static int
note_addrs(const struct history *h, const struct device *was, const struct device *is,
	bool *changed, struct err *e)
{
	char text[ADDR_TEXT_MAX];

	for (size_t i = 0; i < is->n_addrs; i++) {
		if (has_addr(was, &is->addrs[i].ip))
			continue;
		*changed = true;
		if (put_at(h, moment(h, is->addrs[i].first_seen), is, "address", "", "",
			    addr_print(&is->addrs[i].ip, text), e) == -1)
			return -1;
	}
	for (size_t i = 0; i < was->n_addrs; i++) {
		if (has_addr(is, &was->addrs[i].ip))
			continue;
		*changed = true;
		if (put(h, is, "address", addr_print(&was->addrs[i].ip, text), "", e) ==
			-1)
			return -1;
	}
	return 0;
}

int
history_note(const struct history *h, const struct device *was, const struct device *is,
	bool *changed, struct err *e)
{
	char label[ADDR_TEXT_MAX];

	*changed = false;
	if (!was) {
		*changed = true;
		return put_at(h, h->since ? h->since : h->at, is, "new", "", "",
			device_label(is, label), e);
	}
	if (note_addrs(h, was, is, changed, e) == -1 ||
		note_fields(h, was, is, changed, e) == -1)
		return -1;
	if (was->state == DEVICE_DOWN && is->state == DEVICE_UP) {
		*changed = true;
		return put(h, is, "up", "", "", e);
	}
	return 0;
}

int
history_save_device(struct store *s, const struct device *d, struct err *e)
{
	char label[ADDR_TEXT_MAX];

	return store_do(s, STMT_DEVICE_SET,
		BINDS(INT(d->row), TEXT(device_label(d, label)), INT(d->first_seen),
			INT(d->last_seen), TEXT(d->site)),
		e);
}

int
history_put_device(struct store *s, const struct device *d, struct err *e)
{
	char label[ADDR_TEXT_MAX];

	return store_do(s, STMT_DEVICE_NEW,
		BINDS(INT(d->row), TEXT(d->id), TEXT(d->site),
			TEXT(device_label(d, label)), INT(d->first_seen),
			INT(d->last_seen)),
		e);
}

/* --- the ledger ---------------------------------------------------------------------------- */

int
ledger_put(struct store *s, const struct ledger_line *l, struct err *e)
{
	bool there;

	if (store_get(s, STMT_LEDGER_HAS,
		    BINDS(INT(l->a), INT(l->b), TEXT(l->rule), TEXT(l->key),
			    INT(l->outcome)),
		    NULL, &there, e) == -1)
		return -1;
	if (there)
		return 0;
	return store_do(s, STMT_LEDGER_PUT,
		BINDS(INT(l->at), TEXT(l->run), TEXT(l->rule), TEXT(l->key),
			TEXT(l->detail), INT(l->outcome), TEXT(l->actor), INT(l->a),
			INT(l->b)),
		e);
}

const struct sighting *
history_shown_by(const struct identity_result *r, const struct identity_link *l)
{
	const struct sighting *a = &r->sightings[l->a], *b = &r->sightings[l->b];

	return b->at > a->at ? b : a;
}

struct ruler {
	const char *name; /* NULL: nobody is known */
	struct arena *mem;
};

static int
take_ruler(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	struct ruler *r = arg;

	(void)mem;
	r->name = arena_strdup(r->mem, col_text(s, st, 0));
	return r->name ? 0 : err_nomem(e);
}

/* What is told of a ruling, with the name of who laid it down: the rulings know who "someone"
 * is (identity_join.c, identity_address.c). */
static int
name_ruler(struct store *s, const struct identity_link *l, struct ledger_line *line,
	struct arena *mem, struct err *e)
{
	static const char someone[] = "someone";
	const char *at = strstr(l->detail, someone), *rest;
	struct ruler who = { .mem = mem };
	int rc = 0;

	if (!at || strstr(rest = at + strlen(someone), someone))
		return 0;
	if (strcmp(l->rule, "same") == 0)
		rc = store_each(s, STMT_RULING_RULER,
			BINDS(INT(RULING_SAME), TEXT(id_kind_name(l->kind)),
				TEXT(l->value)),
			0, take_ruler, &who, e);
	else
		rc = store_each(s, STMT_RULING_BETWEEN,
			BINDS(INT(RULING_NEVER), INT(line->a), INT(line->b)), 0,
			take_ruler, &who, e);
	if (rc == -1 || !who.name)
		return rc;
	line->detail = arena_printf(
		mem, "%.*s%s%s", (int)(at - l->detail), l->detail, who.name, rest);
	return line->detail ? 0 : err_nomem(e);
}

int
history_links(struct store *s, const struct identity_result *r, int64_t decided,
	struct arena *mem, struct err *e)
{
	for (size_t i = 0; i < r->n_links; i++) {
		const struct identity_link *l = &r->links[i];
		const struct sighting *a = &r->sightings[l->a],
				      *b = &r->sightings[l->b];
		const char *key = *l->value
			? arena_join(mem, id_kind_name(l->kind), " ", l->value)
			: "";
		if (!key)
			return err_nomem(e);
		const struct sighting *shown = history_shown_by(r, l);
		struct ledger_line line = { .at = decided ? decided : shown->at,
			.run = decided ? "" : shown->run,
			.rule = l->rule,
			.key = key,
			.detail = l->detail,
			.outcome = l->outcome,
			.actor = "muster",
			.a = r->clusters[a->cluster].device,
			.b = r->clusters[b->cluster].device };
		if (name_ruler(s, l, &line, mem, e) == -1 ||
			ledger_put(s, &line, e) == -1)
			return -1;
	}
	if (r->n_demoted)
		ruled_forget(s);
	int64_t at = decided || r->n == 0 ? decided : r->sightings[r->n - 1].at;
	for (size_t i = 0; i < r->n_demoted; i++)
		if (store_do(s, STMT_RULING_PUT,
			    BINDS(INT(RULING_DEMOTED),
				    TEXT(id_kind_name(r->demoted[i].kind)),
				    TEXT(r->demoted[i].value), TEXT(""), TEXT(""),
				    TEXT("muster"), INT(at)),
			    e) == -1)
			return -1;
	return 0;
}

/* --- reading and forgetting ---------------------------------------------------------------- */

struct change_reader {
	int (*row)(void *arg, const struct change *, struct err *);
	void *arg;
};

static int
pass_change(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	const struct change_reader *r = arg;
	struct change c = {
		.id = col_int(s, st, 0),
		.at = col_int(s, st, 1),
		.what = col_text(s, st, 3),
		.key = col_text(s, st, 4),
		.before = col_text(s, st, 5),
		.after = col_text(s, st, 6),
		.run = col_text(s, st, 7),
		.label = col_text(s, st, 9),
	};

	(void)mem;
	(void)snprintf(c.device, sizeof(c.device), "%s", col_text(s, st, 2));
	if (*c.label == '\0') /* it is no more: what it was called then */
		c.label = strcmp(c.what, "forgotten") == 0 ? c.before : c.device;
	return r->row(r->arg, &c, e);
}

int
store_each_change(struct store *s, int64_t since_us,
	int (*row)(void *arg, const struct change *, struct err *), void *arg,
	struct err *e)
{
	struct change_reader r = { row, arg };

	return store_each(
		s, STMT_CHANGES_SINCE, BINDS(INT(since_us)), 0, pass_change, &r, e);
}

int
store_each_change_after(struct store *s, int64_t id, int64_t max,
	int (*row)(void *arg, const struct change *, struct err *), void *arg,
	struct err *e)
{
	struct change_reader r = { row, arg };

	return store_each(
		s, STMT_CHANGES_AFTER, BINDS(INT(id), INT(max)), 0, pass_change, &r, e);
}

int
store_last_change(struct store *s, int64_t *id, struct err *e)
{
	static const struct sql_bind none[] = { { .kind = BIND_END } };
	bool found;

	return store_get(s, STMT_CHANGE_LAST, none, id, &found, e);
}

static int
take_count(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	(void)mem, (void)e;
	*(uint64_t *)arg = (uint64_t)col_int(s, st, 0);
	return 0;
}

int
store_count_changes(struct store *s, const char *run, int64_t started_us,
	const char *key, const char *after, uint64_t *n, struct err *e)
{
	*n = 0;
	return store_each(s, STMT_CHANGES_OF_RUN,
		BINDS(INT(started_us), TEXT(run), TEXT(key), TEXT(after)), 0,
		take_count, n, e);
}

static int
forget_rows(struct store *s, const struct fold *f, const struct device *d, struct err *e)
{
	static const enum store_stmt forgets[] = { STMT_SHEET_FORGET,
		STMT_ADDRESSES_FORGET, STMT_IDENTIFIERS_FORGET, STMT_EDITS_FORGET,
		STMT_OBSERVATIONS_FORGET, STMT_ALIASES_FORGET, STMT_SILENCE_FORGET,
		STMT_TURNS_FORGET, STMT_CARD_FORGET, STMT_DEVICE_DROP };
	struct history h = {
		.s = s, .run = "", .at = clock_wall(&clock_system), .mem = f->mem
	};
	/* The engine may give its number to the next device, which has no such past. */
	static const enum store_stmt moves[] = { STMT_LEDGER_MOVE_A, STMT_LEDGER_MOVE_B,
		STMT_CHANGES_MOVE };
	struct device nobody = *d;
	char label[ADDR_TEXT_MAX];

	for (size_t i = 0; i < sizeof(forgets) / sizeof(forgets[0]); i++)
		if (store_do(s, forgets[i], BINDS(INT(f->device)), e) == -1)
			return -1;
	for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++)
		if (store_do(s, moves[i], BINDS(INT(f->device), INT(0)), e) == -1)
			return -1;
	nobody.row = 0;
	return put(&h, &nobody, "forgotten", device_label(d, label), "", e);
}

int
store_forget(struct store *s, int64_t device, struct err *e)
{
	struct arena *mem = arena_new(64 << 20);
	struct device d;
	struct fold f;
	int rc = -1;

	if (!mem)
		return err_nomem(e);
	if (store_need_writer(s, e) == -1 || store_begin(s, e) == -1)
		goto out;
	if (fold_load(s, device, mem, &f, e) == -1 ||
		fold_device(&f, mem, &d, e) == -1 || forget_rows(s, &f, &d, e) == -1 ||
		store_commit(s, e) == -1) {
		store_rollback(s);
		err_add(e, "forget a device");
		goto out;
	}
	rc = 0;
out:
	arena_free(mem);
	return rc;
}
