/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A table of what people decide: words to verbs of the store. */
#include "db/decision.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/people.h"

/* One that is carried out. */
struct deed {
	struct store *store;
	const struct decision_order *order;
	const char *actor;
	struct arena *mem;
	char *said; /* DECISION_SAID_MAX */
};

static int
device_of(const struct deed *d, size_t n, struct device *out, struct err *e)
{
	return store_find_device(d->store, d->order->args[n], d->mem, out, e);
}

/* What is in the ledger, by its number. */
static int
say(const struct deed *d, const struct decision *made)
{
	(void)snprintf(d->said, DECISION_SAID_MAX, "%s%lld: %s",
		made->undone ? "undone: " : "", (long long)made->id, made->text);
	return 0;
}

/* --- who is who ---------------------------------------------------------------------------- */

static int
merge(const struct deed *d, struct err *e)
{
	struct decision made;
	struct device a, b;

	if (device_of(d, 0, &a, e) == -1 || device_of(d, 1, &b, e) == -1 ||
		store_merge(d->store, a.row, b.row, d->actor, &made, e) == -1)
		return -1;
	return say(d, &made);
}

static int
split(const struct deed *d, struct err *e)
{
	struct decision made;
	struct device one;

	if (device_of(d, 0, &one, e) == -1 ||
		store_split(d->store, one.row, d->order->args[1], d->actor, &made, e) ==
			-1)
		return -1;
	return say(d, &made);
}

static int
pin(const struct deed *d, struct err *e)
{
	struct decision made;
	struct device one;

	if (device_of(d, 0, &one, e) == -1 ||
		store_pin(d->store, one.row, d->actor, &made, e) == -1)
		return -1;
	return say(d, &made);
}

/* id 0: none is given. */
static int
read_number(const struct decision_order *o, long long *id, struct err *e)
{
	char *end = NULL;

	*id = 0;
	errno = 0;
	if (o->n_args)
		*id = strtoll(o->args[0], &end, 10);
	if (o->n_args && (errno || *end || *id <= 0))
		return err_set(e, ERR_ARG,
			"'%.60s' is no number of a decision; 'muster undo --list' shows them",
			o->args[0]);
	return 0;
}

static int
check_number(const struct decision_order *o, struct err *e)
{
	long long id;

	return read_number(o, &id, e);
}

static int
undo(const struct deed *d, struct err *e)
{
	struct decision was;
	long long id;

	if (read_number(d->order, &id, e) == -1 ||
		store_undo(d->store, id, d->actor, &was, e) == -1)
		return -1;
	return say(d, &was);
}

/* --- what is said of it -------------------------------------------------------------------- */

static int
check_edits(const struct decision_order *o, struct err *e)
{
	for (size_t i = 1; i < o->n_args; i++)
		if (!strchr(o->args[i], '='))
			return err_set(
				e, ERR_ARG, "'%.60s' is not FIELD=VALUE", o->args[i]);
	return 0;
}

/* "name=Hall", or "name=" for what the sources say. */
static int
set(const struct deed *d, struct err *e)
{
	size_t n = d->order->n_args - 1;
	struct edit *edits = arena_new_array(d->mem, struct edit, n);
	struct device one;

	for (size_t i = 0; edits && i < n; i++) {
		const char *text = d->order->args[i + 1];
		size_t length = strcspn(text, "=");
		edits[i] = (struct edit){ arena_strndup(d->mem, text, length),
			text[length + 1] ? text + length + 1 : NULL };
		if (!edits[i].key)
			return err_nomem(e);
	}
	if (!edits)
		return err_nomem(e);
	if (device_of(d, 0, &one, e) == -1 ||
		store_set_fields(d->store, one.row, edits, n, d->actor, e) == -1)
		return -1;
	(void)snprintf(d->said, DECISION_SAID_MAX, "set %zu of %s", n, one.id);
	return 0;
}

static int
forget(const struct deed *d, struct err *e)
{
	char buf[ADDR_TEXT_MAX];
	struct device one;

	if (device_of(d, 0, &one, e) == -1 || store_forget(d->store, one.row, e) == -1)
		return -1;
	(void)snprintf(d->said, DECISION_SAID_MAX, "forgot %s", device_label(&one, buf));
	return 0;
}

/* --- the table ----------------------------------------------------------------------------- */

static const struct kind {
	const char *what;
	size_t min, max;                                           /* arguments */
	int (*check)(const struct decision_order *, struct err *); /* NULL: nothing */
	int (*work)(const struct deed *, struct err *);
} kinds[] = {
	{ "merge", 2, 2, NULL, merge },
	{ "split", 2, 2, NULL, split },
	{ "pin", 1, 1, NULL, pin },
	{ "undo", 0, 1, check_number, undo },
	{ "set", 2, SIZE_MAX, check_edits, set },
	{ "forget", 1, 1, NULL, forget },
};

static int
find_kind(const struct decision_order *o, const struct kind **out, struct err *e)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		*out = &kinds[i];
		if (strcmp(kinds[i].what, o->what) != 0)
			continue;
		if (o->n_args < kinds[i].min || o->n_args > kinds[i].max)
			return err_set(e, ERR_ARG, "'%s' cannot be done to %zu",
				o->what, o->n_args);
		return kinds[i].check ? kinds[i].check(o, e) : 0;
	}
	return err_set(e, ERR_ARG, "'%.40s' is nothing that people decide", o->what);
}

int
decision_check(const struct decision_order *o, struct err *e)
{
	const struct kind *kind;

	return find_kind(o, &kind, e);
}

int
decision_do(struct store *s, const struct decision_order *o, const char *actor,
	struct arena *mem, char said[static DECISION_SAID_MAX], struct err *e)
{
	const struct deed d = { s, o, actor, mem, said };
	const struct kind *kind;

	return find_kind(o, &kind, e) == -1 ? -1 : kind->work(&d, e);
}
