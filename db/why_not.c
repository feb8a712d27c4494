/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why two devices are not one, in sentences; and which belong together without being one. */
#include <string.h>
#include <strings.h>

#include "db/people.h"
#include "db/store_private.h"

struct telling {
	struct sb *out;
	size_t trusted, names, shared; /* identifiers that both bear */
	size_t n;                      /* ledger rows */
	uint32_t kinds;                /* of what both bear, a bit each */
	bool ruled, parted; /* a person said that they are never one; a split stands */
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
	t->kinds |= UINT32_C(1) << kind;
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
	if (strcmp(col_text(s, st, 2), "split") == 0)
		t->parted = !undone;
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
		" decided at %s that they are never one; 'muster undo --list' shows it.\n",
		time_print(col_int(s, st, 1), time));
	return 0;
}

/* Does one list or text hold what the other does?  The first of it. */
static const char *
common_text(const struct fact *a, const struct fact *b)
{
	const char *const *ta = a->type == FACT_TEXTS ? a->texts.items : &a->text;
	const char *const *tb = b->type == FACT_TEXTS ? b->texts.items : &b->text;
	size_t na = a->type == FACT_TEXTS ? a->texts.n : a->type == FACT_TEXT;
	size_t nb = b->type == FACT_TEXTS ? b->texts.n : b->type == FACT_TEXT;

	for (size_t i = 0; i < na; i++)
		for (size_t k = 0; k < nb; k++)
			if (strcasecmp(ta[i], tb[k]) == 0)
				return ta[i];
	return NULL;
}

/* What names a machine: of a pair, the fact that is its own. */
static const char *
naming_fact(enum id_kind kind, size_t i)
{
	bool pair = kind == ID_NETBIOS;

	return i + pair < sizeof(id_rules[kind].facts) / sizeof(id_rules[kind].facts[0])
		? id_rules[kind].facts[i + pair]
		: NULL;
}

/* Names that both show, and that are no identifiers (inventory/identity_keys.c). */
static void
tell_bare_names(struct telling *t, const struct device *a, const struct device *b)
{
	for (unsigned k = 0; k < ID_KINDS; k++) {
		if (id_rules[k].tier != 2 || (t->kinds & UINT32_C(1) << k))
			continue;
		const char *key;
		for (size_t i = 0; (key = naming_fact((enum id_kind)k, i)); i++) {
			const struct device_field *fa = device_field(a, key),
						  *fb = device_field(b, key);
			const char *both = fa && fb ? common_text(&fa->fact, &fb->fact)
						    : NULL;
			if (!both)
				continue;
			t->shared++;
			sb_printf(t->out, "Both have %s ", key);
			add_plain(t->out, both);
			sb_add(t->out,
				", which is no identifier: systems come with such "
				"names, or many have them.\n");
		}
	}
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
	tell_bare_names(&t, a, b);
	tell_difference(out, a, b);
	if (store_each(s, STMT_LEDGER_BETWEEN, both, 0, tell_ledger, &t, e) == -1)
		return -1;
	if (t.shared == 0)
		sb_add(out,
			"Nothing was seen that both bear: no identifier, and no name.\n");
	else if (!t.ruled && t.n == 0 && t.trusted == 0)
		sb_add(out, "That is not enough to take them for one.\n");
	if (t.ruled || t.parted)
		sb_add(out,
			"'muster undo' with the number of that decision takes it back.\n");
	else
		sb_add(out, "If you know better: 'muster merge' makes them one.\n");
	return 0;
}

/* --- ties ---------------------------------------------------------------------------------- */

enum { TIES_MAX = 64 };

struct tie_reader {
	struct tie_list *list;
	struct arena *mem;
};

static int
add_tie(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	struct tie_reader *r = arg;
	struct tie_list *l = r->list;

	(void)mem;
	if (l->n == TIES_MAX) {
		l->more++;
		return 0;
	}
	struct tie *t = &l->items[l->n++];
	*t = (struct tie){
		.rule = arena_strdup(r->mem, col_text(s, st, 0)),
		.id = arena_strdup(r->mem, col_text(s, st, 1)),
		.label = arena_strdup(r->mem, col_text(s, st, 2)),
		.first = col_int(s, st, 3) != 0,
		.at = col_int(s, st, 4),
	};
	return t->rule && t->id && t->label ? 0 : err_nomem(e);
}

int
store_device_ties(struct store *s, int64_t device, int64_t as_of, struct arena *mem,
	struct tie_list *out, struct err *e)
{
	struct tie_reader r = { out, mem };

	*out = (struct tie_list){ .items = arena_new_array(mem, struct tie, TIES_MAX) };
	if (!out->items)
		return err_nomem(e);
	return store_each(s, STMT_TIES_OF_DEVICE, BINDS(INT(device), INT(as_of)), 0,
		add_tie, &r, e);
}
