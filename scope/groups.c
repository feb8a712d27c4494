/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Groups from a configuration: rows, checks of their texts, and of the tree that they make. */
#include "scope/groups.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/hostname.h"

enum { UNIT_MAX = 1024, DOMAIN_MAX = 254, DEPTH_SHOWN = 64 };

/* --- units ---------------------------------------------------------------------------------- */

/* A separator and the end of the name have no backslash before them, so what follows the unit
 * is a part of its own.  Directories know no case. */
bool
groups_unit_is_above(const char *unit, const char *container)
{
	size_t n = strlen(unit);

	return strncasecmp(unit, container, n) == 0 &&
		(container[n] == '\0' || container[n] == '/');
}

/* Each '/' stands between two parts that are not empty; one of a name has a backslash before
 * it, which stands before another character always. */
static bool
parts_are_whole(const char *path)
{
	while (*path == '/') {
		size_t n = 0;
		for (path++; *path && *path != '/'; path++, n++)
			if (*path == '\\' && !*++path)
				return false;
		if (n == 0)
			return false;
	}
	return *path == '\0';
}

bool
groups_unit_is_valid(const char *text)
{
	char domain[DOMAIN_MAX + 1];
	size_t n = strcspn(text, "/");

	if (n > DOMAIN_MAX || strlen(text) > UNIT_MAX)
		return false;
	memcpy(domain, text, n);
	domain[n] = '\0';
	return hostname_is_valid(domain) && parts_are_whole(text + n);
}

static int
check_unit(const char *text, struct arena *mem, struct err *e)
{
	(void)mem;
	return groups_unit_is_valid(text)
		? 0
		: err_set(e, ERR_ARG,
			  "'%.60s' is no unit as ad.ou has them: corp.example/Berlin",
			  text);
}

/* --- rows ----------------------------------------------------------------------------------- */

const struct opt group_opts[] = {
	{ .name = "groups.*.parent",
		.type = OPT_STR,
		.at = offsetof(struct group, above),
		.arg = "NAME",
		.flags = OPT_FILE_ONLY,
		.help = "It is part of this group; without it, it is at the top" },
	{ .name = "groups.*.unit",
		.type = OPT_LIST,
		.at = offsetof(struct group, units),
		.arg = "UNIT",
		.flags = OPT_FILE_ONLY | OPT_NO_SPLIT,
		.check = check_unit,
		.help = "Computers are in it whose accounts stand in this domain or "
			"organizational unit, or below, as ad.ou has it "
			"(corp.example/Berlin), unless another group has a nearer one" },
	{ .name = NULL },
};

/* --- the tree ------------------------------------------------------------------------------- */

struct reading {
	const struct conf *conf;
	const char *file;
	struct arena *mem;
	struct group *all;
	size_t n;
	struct sb *mistakes;
	size_t *n_mistakes;
};

static void
tell(const struct reading *r, const struct group *g, const char *why, const char *what)
{
	conf_mistake(r->mistakes, r->file, g->line, g->column, "groups.%s%s%.60s",
		g->name, why, what);
	(*r->n_mistakes)++;
}

static void
find_parent(const struct reading *r, struct group *g)
{
	for (size_t i = 0; g->above && i < r->n && !g->parent; i++)
		if (strcmp(r->all[i].name, g->above) == 0)
			g->parent = &r->all[i];
	if (g->above && !g->parent)
		tell(r, g, ".parent: there is no group ", g->above);
}

/* What is its own parent is cut off there, or nobody would come to an end. */
static void
check_circle(const struct reading *r, struct group *g)
{
	const struct group *up = g->parent;

	for (size_t i = 0; up && up != g && i < r->n; i++)
		up = up->parent;
	if (up != g)
		return;
	g->parent = NULL;
	tell(r, g, ".parent: the group would be part of itself", "");
}

struct unit {
	const char *name;
	const struct group *of;
};

static int
by_unit(const void *a, const void *b)
{
	const struct unit *left = a, *right = b;
	int d = strcasecmp(left->name, right->name);

	if (d == 0)
		d = (left->of > right->of) - (left->of < right->of);
	return d;
}

/* One computer, one group. */
static int
check_units(const struct reading *r, struct err *e)
{
	size_t n = 0, k = 0;

	for (size_t i = 0; i < r->n; i++)
		n += r->all[i].units.n;
	struct unit *units = arena_new_array(r->mem, struct unit, n + 1);
	if (!units)
		return err_nomem(e);
	for (size_t i = 0; i < r->n; i++)
		for (size_t j = 0; j < r->all[i].units.n; j++)
			units[k++] = (struct unit){ r->all[i].units.items[j],
				&r->all[i] };
	qsort(units, n, sizeof(*units), by_unit);
	for (size_t i = 1; i < n; i++)
		if (strcasecmp(units[i].name, units[i - 1].name) == 0)
			tell(r, units[i].of, ".unit is named twice: ", units[i].name);
	return 0;
}

static int
read_one(const struct reading *r, const struct conf_section *s, struct group *g,
	struct err *e)
{
	if (conf_apply_section(r->conf, group_opts, "groups", s->name, g, r->mem, e) ==
		-1)
		return -1;
	if (!(g->name = arena_strdup(r->mem, s->name)))
		return err_nomem(e);
	g->line = s->line;
	g->column = s->column;
	if (strcmp(g->name, GROUP_UNASSIGNED) == 0)
		tell(r, g, " is the name of what is in no group", "");
	return 0;
}

int
groups_read_all(const struct conf *conf, const char *file, struct arena *mem,
	struct group **out, size_t *n, struct sb *mistakes, size_t *n_mistakes,
	struct err *e)
{
	struct conf_section *s = conf_sections(conf, "groups", mem, n);
	struct group *all = arena_new_array(mem, struct group, *n + 1);
	bool cut = *n > GROUPS_MAX;

	if (!s || !all)
		return err_nomem(e);
	if (cut)
		*n = GROUPS_MAX;
	struct reading r = { conf, file, mem, all, *n, mistakes, n_mistakes };
	for (size_t i = 0; i < r.n; i++)
		if (read_one(&r, &s[i], &all[i], e) == -1)
			return -1;
	if (cut)
		tell(&r, &all[r.n - 1], " is the last of 4096 that there may be", "");
	for (size_t i = 0; i < r.n; i++)
		find_parent(&r, &all[i]);
	for (size_t i = 0; i < r.n; i++)
		check_circle(&r, &all[i]);
	*out = all;
	return check_units(&r, e);
}

/* --- a computer ----------------------------------------------------------------------------- */

const struct group *
groups_find(const struct group *all, size_t n, const char *container)
{
	const struct group *best = NULL;
	size_t longest = 0;

	for (size_t i = 0; container && i < n; i++)
		for (size_t j = 0; j < all[i].units.n; j++) {
			const char *unit = all[i].units.items[j];
			size_t length = strlen(unit);
			if (length > longest && groups_unit_is_above(unit, container)) {
				best = &all[i];
				longest = length;
			}
		}
	return best;
}

void
group_print(const struct group *g, struct sb *out)
{
	const struct group *path[DEPTH_SHOWN];
	size_t n = 0;

	for (; g && n < DEPTH_SHOWN; g = g->parent)
		path[n++] = g;
	if (g)
		sb_add(out, "... / ");
	while (n--)
		sb_printf(out, "%s%s", path[n]->name, n ? " / " : "");
}
