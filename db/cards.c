/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cards (inventory/card.h) in the store: written as devices are folded, read to narrow down
 * which devices are worth folding. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "db/cards.h"

void
cards_mind_rules(struct store *s)
{
	*s->card_rules = '\0';
	if (!s->vendors)
		(void)snprintf(s->card_rules, sizeof(s->card_rules),
			"%s/%s/%016" PRIx64, MUSTER_VERSION, CARD_RULES,
			s->rules ? rules_fingerprint(s->rules) : 0);
}

static int
read_card(struct store *s, int64_t device, struct sb *card, bool *same_rules,
	struct err *e)
{
	struct sql_stmt *st = store_query(s, STMT_CARD_GET, BINDS(INT(device)), e);
	enum sql_step step;

	*same_rules = false;
	if (!st)
		return -1;
	while ((step = store_next(s, st, e)) == SQL_ROW) {
		const char *text = col_text(s, st, 1);
		*same_rules = strcmp(col_text(s, st, 0), s->card_rules) == 0;
		sb_add(card, text);
		card->bad |= *text == '\0';
	}
	return step == SQL_FAILED ? -1 : 0;
}

int
card_load(struct store *s, const struct fold *f, struct card_draft *draft, struct err *e)
{
	*draft = (struct card_draft){ .device = f->device };
	sb_init(&draft->text, CARD_MAX);
	if (!f->is_new &&
		read_card(s, f->device, &draft->text, &draft->same_rules, e) == -1)
		return -1;
	draft->had = draft->text.len;
	draft->was_full = draft->text.bad;
	return 0;
}

int
card_save(struct store *s, struct card_draft *draft, const struct device *d,
	struct err *e)
{
	struct sb *text = &draft->text;

	if (draft->was_full)
		return 0;
	card_add_device(text, d);
	if (!text->bad && text->len == draft->had && draft->same_rules)
		return 0;
	return store_do(s, STMT_CARD_PUT,
		BINDS(INT(draft->device), TEXT(s->card_rules),
			TEXT(text->bad ? "" : text->text)),
		e);
}

void
card_done(struct card_draft *draft)
{
	sb_done(&draft->text);
}

int
card_may_match(struct store *s, int64_t device, const struct filter *f, bool *out,
	struct err *e)
{
	struct sb text;
	bool same_rules;

	sb_init(&text, CARD_MAX);
	int rc = read_card(s, device, &text, &same_rules, e);
	*out = text.bad || text.len == 0 ||
		filter_may_match(f, text.text,
			same_rules && !s->vendors ? CARD_EVER : CARD_OTHER_RULES);
	sb_done(&text);
	return rc;
}

struct card_reader {
	card_row_fn *row;
	void *arg;
	const char *rules; /* those that are in force */
};

static int
pass_card(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	const struct card_reader *r = arg;
	struct card_row c = {
		.device = col_int(s, st, 0),
		.text = col_text(s, st, 2),
		.same_rules = *r->rules && strcmp(col_text(s, st, 1), r->rules) == 0,
	};

	(void)mem;
	return r->row(r->arg, &c, e);
}

int
store_each_card(struct store *s, card_row_fn *row, void *arg, struct err *e)
{
	static const struct sql_bind none[] = { { .kind = BIND_END } };
	struct card_reader r = { row, arg, s->card_rules };

	return store_each(s, STMT_CARDS_ALL, none, 0, pass_card, &r, e);
}
