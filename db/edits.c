/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fields that people wrote: rows of the source "person", which wins over all others. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "db/history.h"
#include "db/ingest.h"
#include "db/people.h"
#include "db/turn.h"
#include "inventory/ndjson.h"
#include "inventory/words.h"

enum { EDITS_MAX = 256 };

/* --- reading ------------------------------------------------------------------------------- */

struct edit_list {
	struct evidence_row *rows;
	size_t n;
	struct arena *mem;
};

static int
add_edit(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	struct edit_list *l = arg;

	(void)mem;
	if (l->n == EDITS_MAX)
		return 0;
	if (!l->rows)
		l->rows = arena_new_array(l->mem, struct evidence_row, EDITS_MAX);
	if (!l->rows)
		return err_nomem(e);
	struct evidence_row *r = &l->rows[l->n++];
	*r = (struct evidence_row){
		.source = "person",
		.key = arena_strdup(l->mem, col_text(s, st, 0)),
		.member = arena_strdup(l->mem, col_text(s, st, 1)),
		.value = arena_strdup(l->mem, col_text(s, st, 2)),
		.point = arena_strdup(l->mem, col_text(s, st, 3)), /* who */
		.run = "",
		.evidence = EVIDENCE_REPLY,
		.first_at = col_int(s, st, 4),
		.at = col_int(s, st, 4),
	};
	return r->key && r->member && r->value && r->point ? 0 : err_nomem(e);
}

int
edits_load(struct store *s, int64_t device, int64_t until, struct arena *mem,
	struct evidence_row **out, size_t *n, struct err *e)
{
	struct edit_list list = { .mem = mem };

	if (store_each(s, STMT_EDITS_OF_DEVICE, BINDS(INT(device), INT(until)), 0,
		    add_edit, &list, e) == -1)
		return -1;
	*out = list.rows;
	*n = list.n;
	return 0;
}

/* --- a value ------------------------------------------------------------------------------- */

static int
read_int(const char *key, const char *text, struct fact *out, struct err *e)
{
	char *end;

	errno = 0;
	out->num = strtoll(text, &end, 10);
	if (errno || end == text || *end || out->num > (1LL << 53) ||
		out->num < -(1LL << 53))
		return err_set(
			e, ERR_ARG, "%s is a number, and '%.60s' is none", key, text);
	return 0;
}

static int
read_bool(const char *key, const char *text, struct fact *out, struct err *e)
{
	static const char *const words[][2] = { { "no", "yes" }, { "false", "true" } };

	for (size_t i = 0; i < 2; i++) {
		for (int yes = 0; yes < 2; yes++) {
			out->num = yes;
			if (strcmp(text, words[i][yes]) == 0)
				return 0;
		}
	}
	return err_set(e, ERR_ARG, "%s is yes or no, not '%.60s'", key, text);
}

/* Is it one of the words that there are? */
static int
check_word(const char *key, const char *text, struct err *e)
{
	const char *near = words_near(key, text);
	struct sb list;

	if (words_allow(key, text))
		return 0;
	if (near)
		return err_set(e, ERR_ARG, "no %s is '%.60s'; did you mean %s?", key,
			text, near);
	sb_init(&list, 1 << 12);
	words_list(key, &list);
	(void)err_set(e, ERR_ARG, "no %s is '%.60s': it is %s", key, text, list.text);
	sb_done(&list);
	return -1;
}

/* The fact that the text says; a MAC and one of several texts are their own member. */
static int
read_value(const char *key, const char *text, struct fact *out, const char **member,
	struct err *e)
{
	const struct fact_def *def = fact_find(key);

	/* A text of our own is written as any text is. */
	*out = (struct fact){ .key = def ? key : "name",
		.type = def ? def->type : FACT_TEXT };
	*member = "";
	switch (out->type) {
	case FACT_TEXT: out->text = text; return check_word(key, text, e);
	case FACT_INT: return read_int(key, text, out, e);
	case FACT_BOOL: return read_bool(key, text, out, e);
	case FACT_TEXTS: *member = text; return 0;
	case FACT_MAC:
	case FACT_IP:
	case FACT_PORTS:
	case FACT_OTHER: break;
	}
	return err_set(e, ERR_ARG, "%s is measured, and cannot be set", key);
}

static int
check_key(const char *key, struct err *e)
{
	size_t n = strlen(key);

	if (n == 0 || n > FACT_KEY_LIMIT ||
		strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789._-") != n)
		return err_set(e, ERR_ARG,
			"'%.60s' is no field: small letters, digits, '.', '_' and '-' "
			"make one",
			key);
	return 0;
}

static int
check_text(const char *key, const char *text, struct err *e)
{
	size_t n = strlen(text);

	if (n > FACT_TEXT_LIMIT)
		return err_set(e, ERR_ARG, "the value of %s is longer than %d bytes",
			key, FACT_TEXT_LIMIT);
	for (size_t i = 0, len; i < n; i += len) {
		len = utf8_char(text + i, n - i);
		if (len == 0 || (unsigned char)text[i] < ' ')
			return err_set(
				e, ERR_ARG, "the value of %s is no line of text", key);
	}
	return 0;
}

/* --- writing ------------------------------------------------------------------------------- */

static int
put_edit(struct store *s, int64_t device, const char *key, const char *value,
	const char *actor, struct err *e)
{
	const char *member;
	struct fact fact;
	struct sb json;
	int rc = 0;

	if (check_text(key, value, e) == -1 ||
		read_value(key, value, &fact, &member, e) == -1)
		return -1;
	sb_init(&json, 1 << 16);
	if (!*member)
		rc = ndjson_write_fact(&fact, &json, e);
	if (rc == 0)
		rc = store_do(s, STMT_EDIT_PUT,
			BINDS(INT(device), TEXT(key), TEXT(member),
				TEXT(json.text ? json.text : ""), TEXT(actor),
				INT(clock_wall(&clock_system))),
			e);
	sb_done(&json);
	return rc;
}

static int
drop_edit(struct store *s, int64_t device, const char *key, struct err *e)
{
	bool there;

	if (store_get(s, STMT_EDIT_GET, BINDS(INT(device), TEXT(key)), NULL, &there,
		    e) == -1)
		return -1;
	if (!there)
		return err_set(e, ERR_NOTFOUND, "nobody has set %s of this device", key);
	return store_do(s, STMT_EDIT_DROP, BINDS(INT(device), TEXT(key)), e);
}

static int
write_edits(struct store *s, int64_t device, const struct edit *edits, size_t n,
	const char *actor, struct err *e)
{
	for (size_t i = 0; i < n; i++)
		if (check_key(edits[i].key, e) == -1 ||
			(edits[i].value ? put_edit(s, device, edits[i].key,
						  edits[i].value, actor, e)
					: drop_edit(s, device, edits[i].key, e)) == -1)
			return -1;
	return 0;
}

static int
set_fields(struct ingest *in, int64_t device, const struct edit *edits, size_t n,
	const char *actor, struct err *e)
{
	struct store *s = in->s;
	struct history h = {
		.s = s, .run = "", .at = clock_wall(&clock_system), .mem = in->mem
	};
	struct device before, after;
	struct fold f;
	bool changed;

	if (fold_load(s, device, in->mem, &f, e) == -1 ||
		fold_device(&f, in->mem, &before, e) == -1 ||
		write_edits(s, device, edits, n, actor, e) == -1 ||
		fold_load(s, device, in->mem, &f, e) == -1 ||
		fold_device(&f, in->mem, &after, e) == -1 ||
		history_note(&h, &before, &after, &changed, e) == -1 ||
		history_save_device(s, &after, e) == -1 ||
		turn_put(s, device, "", h.at, h.at, e) == -1)
		return -1;
	return store_do(
		s, STMT_CARD_OPEN, BINDS(INT(device)), e); /* may match anything */
}

int
store_set_fields(struct store *s, int64_t device, const struct edit *edits, size_t n,
	const char *actor, struct err *e)
{
	struct ingest in = { .s = s };
	int rc = -1;

	if (store_need_writer(s, e) == -1)
		return -1;
	if (!(in.mem = arena_new(INGEST_ARENA)))
		return err_nomem(e);
	if (store_begin(s, e) == -1)
		goto out;
	if (set_fields(&in, device, edits, n, actor, e) == -1 ||
		store_commit(s, e) == -1) {
		store_rollback(s);
		goto out;
	}
	rc = 0;
out:
	arena_free(in.mem);
	return rc;
}
