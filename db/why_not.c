/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why two devices are not one, in sentences; and which belong together without being one. */
#include <string.h>

#include "db/people.h"
#include "db/store_private.h"

struct telling {
	struct sb *out;
	size_t trusted, names, shared; /* identifiers that both bear */
	size_t n;                      /* ledger rows */
	bool ruled;
};

static void
add_plain(struct sb *out, const char *text)
{
	sb_add_plain(out, text, strlen(text));
}

static int
tell_shared(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	struct telling *t = arg;
	bool demoted = col_int(s, st, 2) != 0;
	enum id_kind kind;

	(void)mem;
	(void)e;
	if (!id_kind_find(col_text(s, st, 0), &kind))
		return 0;
	t->shared++;
	t->trusted += !demoted && id_rules[kind].tier <= 1;
	t->names += !demoted && id_rules[kind].tier == 2;
	sb_printf(t->out, "Both bear %s ", id_rules[kind].name);
	add_plain(t->out, col_text(s, st, 1));
	sb_add(t->out,
		demoted ? ", which was found on several machines and counts no more.\n"
			: id_rules[kind].tier <= 1 ? ", which one is enough of.\n"
			: id_rules[kind].tier == 2
			? ", a name; it takes two that agree, at one site.\n"
			: ", which tells who has an address, and joins nobody.\n");
	return 0;
}

static int
tell_ledger(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	struct telling *t = arg;
	const char *key = col_text(s, st, 3), *actor = col_text(s, st, 5);
	char time[TIME_TEXT_MAX];

	(void)mem;
	(void)e;
	if (col_int(s, st, 1) == LINK_JOINED)
		return 0;
	bool undone = col_int(s, st, 1) == LINK_UNDONE;
	t->n += !undone;
	sb_printf(t->out, "%s %s", time_print(col_int(s, st, 0), time),
		undone ? "undone: " : "");
	add_plain(t->out, key);
	sb_add(t->out, *key ? ": " : "");
	add_plain(t->out, col_text(s, st, 4));
	if (strcmp(actor, "muster") != 0) {
		sb_add(t->out, " (so decided ");
		add_plain(t->out, actor);
		sb_add(t->out, ")");
	}
	sb_add(t->out, "\n");
	return 0;
}

static int
tell_ruling(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	struct telling *t = arg;
	char time[TIME_TEXT_MAX];

	(void)mem;
	(void)e;
	t->ruled = true;
	add_plain(t->out, col_text(s, st, 0));
	sb_printf(t->out,
		" decided at %s that they are never one; 'muster undo --list'.\n",
		time_print(col_int(s, st, 1), time));
	return 0;
}

/* Single values in which they differ. */
static void
tell_difference(struct sb *out, const struct device *a, const struct device *b)
{
	for (unsigned k = 0; k < ID_KINDS; k++) {
		const struct id_rule *rule = &id_rules[k];
		if (!rule->single || !rule->facts[0])
			continue;
		const char *key = rule->facts[rule->facts[1] && rule->tier < 2 ? 1 : 0];
		const struct device_field *fa = device_field(a, key),
					  *fb = device_field(b, key);
		if (!fa || !fb || fa->fact.type != FACT_TEXT ||
			fb->fact.type != FACT_TEXT ||
			strcmp(fa->fact.text, fb->fact.text) == 0)
			continue;
		sb_printf(out, "They differ in %s: ", key);
		add_plain(out, fa->fact.text);
		sb_add(out, " and ");
		add_plain(out, fb->fact.text);
		sb_add(out, ".\n");
	}
}

int
store_why_not(struct store *s, const struct device *a, const struct device *b,
	struct sb *out, struct err *e)
{
	struct telling t = { .out = out };
	const struct sql_bind *both = BINDS(INT(a->row), INT(b->row));

	if (a->row == b->row) {
		sb_add(out, "They are one device; 'muster show --why' tells by what.\n");
		return 0;
	}
	if (store_each(s, STMT_RULING_BETWEEN,
		    BINDS(INT(RULING_NEVER), INT(a->row), INT(b->row)), 0, tell_ruling,
		    &t, e) == -1 ||
		store_each(s, STMT_SHARED_KEYS, both, 0, tell_shared, &t, e) == -1)
		return -1;
	tell_difference(out, a, b);
	if (store_each(s, STMT_LEDGER_BETWEEN, both, 0, tell_ledger, &t, e) == -1)
		return -1;
	if (t.shared == 0)
		sb_add(out,
			"Nothing was seen that both bear: no identifier, and no name.\n");
	else if (!t.ruled && t.n == 0 && t.trusted == 0)
		sb_add(out, "That is not enough to take them for one.\n");
	if (!t.ruled)
		sb_add(out, "If you know better: 'muster merge' makes them one.\n");
	return 0;
}

/* --- ties ---------------------------------------------------------------------------------- */

enum { TIES_MAX = 64 };

struct tie_list {
	struct tie *items;
	size_t n;
	struct arena *mem;
};

static int
add_tie(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	struct tie_list *l = arg;

	(void)mem;
	if (l->n == TIES_MAX)
		return 0;
	struct tie *t = &l->items[l->n++];
	*t = (struct tie){ arena_strdup(l->mem, col_text(s, st, 0)),
		arena_strdup(l->mem, col_text(s, st, 1)), col_int(s, st, 2) != 0 };
	return t->rule && t->label ? 0 : err_nomem(e);
}

int
store_device_ties(struct store *s, int64_t device, struct arena *mem, struct tie **out,
	size_t *n, struct err *e)
{
	struct tie_list l = { arena_new_array(mem, struct tie, TIES_MAX), 0, mem };

	if (!l.items)
		return err_nomem(e);
	if (store_each(s, STMT_TIES_OF_DEVICE, BINDS(INT(device)), 0, add_tie, &l, e) ==
		-1)
		return -1;
	*out = l.items;
	*n = l.n;
	return 0;
}
