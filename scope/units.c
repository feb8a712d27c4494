/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scope/units.h"

#include <string.h>
#include <strings.h>

/* The domain; a new one that has no units yet; NULL: no memory. */
static struct unit_domain *
find(struct unit_tree *t, const char *name, struct arena *mem)
{
	for (size_t i = 0; i < t->n; i++)
		if (strcasecmp(t->items[i].name, name) == 0)
			return &t->items[i];
	if (t->n == t->room) {
		size_t room = t->room ? 2 * t->room : 16;
		struct unit_domain *more = arena_resize(
			mem, t->items, room * sizeof(*more));
		if (!more)
			return NULL;
		t->items = more;
		t->room = room;
	}
	const char *copy = arena_strdup(mem, name);
	if (!copy)
		return NULL;
	t->items[t->n] = (struct unit_domain){ .name = copy };
	return &t->items[t->n++];
}

/* Every poll tells them, and nearly always the same: those are not copied again. */
static bool
is_same(const struct unit_domain *a, const struct unit_domain *b)
{
	bool same = a->n == b->n;

	for (size_t i = 0; same && i < a->n; i++)
		same = strcmp(a->units[i], b->units[i]) == 0;
	return same;
}

int
units_put(struct unit_tree *t, const struct unit_domain *told, struct arena *mem,
	struct err *e)
{
	struct unit_domain *d = find(t, told->name, mem);

	if (!d)
		return err_nomem(e);
	d->is_cut = told->is_cut;
	if (is_same(d, told))
		return 0;
	const char **units = arena_new_array(mem, const char *, told->n + 1);
	if (!units)
		return err_nomem(e);
	for (size_t i = 0; i < told->n; i++)
		if (!(units[i] = arena_strdup(mem, told->units[i])))
			return err_nomem(e);
	d->units = units;
	d->n = told->n;
	return 0;
}
