/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rules in memory: arrays in an arena that grow file by file, sorted for classify.c. */
#include "inventory/rules_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

/* --- kinds ------------------------------------------------------------------------ */

/* A parent stands before its children.  A machine that is sure to be a server, but not
 * which, is a server. */
static const struct {
	const char *name, *parent;
	bool yields;
} kinds[] = {
	{ "server", NULL, false },
	{ "domain-controller", "server", false },
	{ "hypervisor", "server", false },
	{ "nas", "server", false },
	{ "workstation", NULL, false },
	{ "printer", NULL, false },
	{ "router", NULL, false },
	{ "switch", NULL, false },
	{ "access-point", NULL, false },
	{ "phone", NULL, false },
	{ "camera", NULL, false },
	{ "iot", NULL, false },
	{ "virtual-machine", NULL, true },
};

enum { N_KINDS = sizeof(kinds) / sizeof(kinds[0]) };

const char *const rules_kinds[] = { "server", "domain-controller", "hypervisor", "nas",
	"workstation", "printer", "router", "switch", "access-point", "phone", "camera",
	"iot", "virtual-machine", "unknown", NULL };

/* --- arrays ----------------------------------------------------------------------- */

/* Room for one more of n things; NULL when there is no memory. */
static void *
grow(struct arena *mem, void *items, size_t n, size_t *room, size_t size)
{
	if (n < *room)
		return items;
	size_t more = *room ? 2 * *room : 64;
	void *bigger = arena_alloc(mem, more * size);
	if (bigger && n)
		memcpy(bigger, items, n * size);
	if (bigger)
		*room = more;
	return bigger;
}

struct rule *
rules_append(struct rules *r)
{
	void *items = grow(r->mem, r->rules, r->n, &r->room, sizeof(*r->rules));

	if (!items)
		return NULL;
	r->rules = items;
	struct rule *row = &r->rules[r->n++];
	*row = (struct rule){ 0 };
	return row;
}

struct build *
rules_append_build(struct rules *r)
{
	void *items = grow(
		r->mem, r->builds, r->n_builds, &r->builds_room, sizeof(*r->builds));

	if (!items)
		return NULL;
	r->builds = items;
	struct build *row = &r->builds[r->n_builds++];
	*row = (struct build){ 0 };
	return row;
}

int
answer_find(const struct answers *a, const char *name)
{
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->items[i].name, name) == 0)
			return (int)i;
	return NONE;
}

int
answer_add(struct rules *r, enum question q, const char *name, int parent)
{
	struct answers *a = &r->answers[q];
	void *items = grow(r->mem, a->items, a->n, &a->room, sizeof(*a->items));
	const char *copy = arena_strdup(r->mem, name);

	if (!items || !copy)
		return NONE;
	a->items = items;
	a->items[a->n] = (struct answer){
		.name = copy, .parent = parent, .client = NONE, .server = NONE
	};
	return (int)a->n++;
}

int
rules_group(struct rules *r, const char *name)
{
	for (size_t i = 0; i < r->n_groups; i++)
		if (strcmp(r->groups[i], name) == 0)
			return (int)i;
	void *items = grow(
		r->mem, r->groups, r->n_groups, &r->groups_room, sizeof(*r->groups));
	const char *copy = arena_strdup(r->mem, name);
	if (!items || !copy)
		return NONE;
	r->groups = items;
	r->groups[r->n_groups] = copy;
	return (int)r->n_groups++;
}

/* --- sorting ---------------------------------------------------------------------- */

static int
cmp_build(const void *a, const void *b)
{
	const struct build *x = a, *y = b;

	return x->number < y->number ? -1 : x->number > y->number;
}

const struct build *
build_find(const struct rules *r, uint32_t number)
{
	struct build key = { .number = number };

	return r->n_builds
		? bsearch(&key, r->builds, r->n_builds, sizeof(key), cmp_build)
		: NULL;
}

/* Counting sort: stable, so that equal lines of evidence keep the order of the files. */
static int
sort_rules(struct rules *r, struct err *e)
{
	size_t *first = arena_new_array(r->mem, size_t, n_fact_defs + 2);
	struct rule *sorted = arena_new_array(r->mem, struct rule, r->n + 1);

	if (!first || !sorted)
		return err_nomem(e);
	for (size_t i = 0; i < r->n; i++)
		first[r->rules[i].fact - fact_defs + 2]++;
	for (size_t i = 2; i < n_fact_defs + 2; i++)
		first[i] += first[i - 1];
	for (size_t i = 0; i < r->n; i++)
		sorted[first[r->rules[i].fact - fact_defs + 1]++] = r->rules[i];
	r->rules = sorted;
	r->room = r->n + 1;
	r->first = first;
	return 0;
}

/* --- public ----------------------------------------------------------------------- */

static int
add_kinds(struct rules *r, struct err *e)
{
	struct answers *a = &r->answers[ASK_KIND];

	for (size_t i = 0; i < N_KINDS; i++) {
		int parent = kinds[i].parent ? answer_find(a, kinds[i].parent) : NONE;
		int at = answer_add(r, ASK_KIND, kinds[i].name, parent);
		if (at == NONE)
			return err_nomem(e);
		a->items[at].yields = kinds[i].yields;
	}
	r->fingerprint = 0xcbf29ce484222325; /* FNV-1a, its offset basis */
	r->server = answer_find(a, "server");
	r->workstation = answer_find(a, "workstation");
	return 0;
}

int
rules_none(struct arena *mem, struct rules **out, struct err *e)
{
	struct rules *r = arena_alloc(mem, sizeof(*r));

	if (!r)
		return err_nomem(e);
	r->mem = mem;
	for (int w = 1; w <= WEIGHT_MAX; w++)
		r->nats[w] = (uint32_t)lround(-log1p(-w / 100.0) * 1e6);
	if (add_kinds(r, e) == -1 || sort_rules(r, e) == -1)
		return -1;
	*out = r;
	return 0;
}

int
rules_add(struct rules *r, const char *name, const char *text, size_t n,
	struct sb *mistakes, struct err *e)
{
	if (n > RULES_FILE_MAX)
		return err_set(
			e, ERR_ARG, "%s is larger than %d bytes", name, RULES_FILE_MAX);
	if (rules_read_yaml(r, name, text, n, mistakes, e) == -1)
		return -1;
	for (size_t i = 0; i < n; i++)
		r->fingerprint = (r->fingerprint ^ (unsigned char)text[i]) *
			0x100000001b3; /* its prime */
	if (r->n_builds)
		qsort(r->builds, r->n_builds, sizeof(*r->builds), cmp_build);
	return sort_rules(r, e);
}

int
rules_add_file(struct rules *r, const char *path, struct sb *mistakes, struct err *e)
{
	const char *text;
	size_t n;

	if (file_read(path, RULES_FILE_MAX, r->mem, &text, &n, e) == -1)
		return -1;
	return rules_add(r, path, text, n, mistakes, e);
}

const char *
rules_system(const struct rules *r, size_t i)
{
	const struct answers *a = &r->answers[ASK_OS];

	return i < a->n ? a->items[i].name : NULL;
}

uint64_t
rules_fingerprint(const struct rules *r)
{
	return r->fingerprint;
}

size_t
rules_count(const struct rules *r)
{
	return r->n;
}

/* One text. */
static const char *const built_in[] = {
#include "fingerprints.inc"
};

int
rules_built_in(struct arena *mem, struct rules **out, struct err *e)
{
	struct sb mistakes;
	struct rules *r;

	if (rules_none(mem, &r, e) == -1)
		return -1;
	sb_init(&mistakes, RULES_FILE_MAX);
	int rc = rules_add(
		r, "fingerprints.yaml", built_in[0], strlen(built_in[0]), &mistakes, e);
	if (rc == -1 && mistakes.len)
		(void)err_set(e, ERR_ARG, "%.*s", (int)strcspn(mistakes.text, "\n"),
			mistakes.text);
	sb_done(&mistakes);
	if (rc == 0)
		*out = r;
	return rc;
}
