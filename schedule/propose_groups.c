/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Units as groups.  A unit comes before those in it, for they are sorted. */
#include "schedule/propose.h"

#include <string.h>
#include <strings.h>

#include "schedule/section_names.h"
#include "scope/groups.h"

/* Of a whole configuration (CONF_MAX): the rest of it is more useful than its last groups. */
enum { TEXT_UP_TO = CONF_MAX / 4 * 3 };

struct named {
	const char *unit, *name;
};

struct tree {
	struct arena *mem;
	struct sb *out;
	struct section_names names;
	struct named *all; /* that were written */
	size_t n, domain;  /* domain: of `all`, where the one that is written begins */
	size_t cut;
};

/* The unit above this one that is nearest; NULL: it is a domain. */
static const struct named *
parent_of(const struct tree *t, const char *unit)
{
	const struct named *best = NULL;

	for (size_t i = t->domain; i < t->n; i++)
		if (groups_unit_is_above(t->all[i].unit, unit) &&
			(!best || strlen(t->all[i].unit) > strlen(best->unit)))
			best = &t->all[i];
	return best;
}

/* "Berlin/Desktops" of "corp.example/Berlin/Desktops"; of a long path its end, which tells more. */
static const char *
name_text(const char *unit)
{
	const char *text = unit, *next;

	while ((next = strchr(text, '/')) &&
		(text == unit || strlen(text) > SECTION_STEM))
		text = next + 1;
	return text;
}

static int
add_group(struct tree *t, const char *unit, struct err *e)
{
	const struct named *parent = parent_of(t, unit);

	/* The same in another case: directories know none, others who tell of units might. */
	if (!groups_unit_is_valid(unit) ||
		(parent && strlen(parent->unit) == strlen(unit)))
		return 0;
	if (t->n == GROUPS_MAX || t->out->len > TEXT_UP_TO) {
		t->cut++;
		return 0;
	}
	const char *name = section_name(&t->names, name_text(unit), t->mem);
	if (!name)
		return err_nomem(e);
	sb_printf(t->out, "  %s:\n", name);
	if (parent)
		sb_printf(t->out, "    parent: %s\n", parent->name);
	sb_add(t->out, "    unit: [");
	sb_add_yaml(t->out, unit);
	sb_add(t->out, "]\n");
	t->all[t->n++] = (struct named){ unit, name };
	return 0;
}

static int
add_domain(struct tree *t, const struct unit_domain *d, struct err *e)
{
	t->domain = t->n;
	if (add_group(t, d->name, e) == -1)
		return -1;
	for (size_t i = 0; i < d->n; i++)
		if (groups_unit_is_above(d->name, d->units[i]) &&
			add_group(t, d->units[i], e) == -1)
			return -1;
	if (d->is_cut)
		sb_add(t->out,
			"  # There are more units: a poll tells 4,096, or 64 KiB of them.\n");
	return 0;
}

int
propose_groups(
	const struct unit_tree *units, struct arena *mem, struct sb *out, struct err *e)
{
	struct tree t = { .mem = mem, .out = out };

	if (units->n == 0)
		return 0;
	t.names = (struct section_names){
		arena_new_array(mem, const char *, GROUPS_MAX + 1), 0, "unit"
	};
	t.all = arena_new_array(mem, struct named, GROUPS_MAX);
	if (!t.names.items || !t.all)
		return err_nomem(e);
	t.names.items[t.names.n++] = GROUP_UNASSIGNED;
	sb_add(out,
		"groups:                         # by domains and organizational units\n");
	for (size_t i = 0; i < units->n; i++)
		if (add_domain(&t, &units->items[i], e) == -1)
			return -1;
	if (t.cut)
		sb_printf(out, "  # %zu units more are left out.\n", t.cut);
	return 0;
}
