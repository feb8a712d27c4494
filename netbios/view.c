/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Domains in a sorted array; names are appended, and sorted at the end. */
#include "netbios/view.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "netbios/spelling.h"

void
view_init(struct domain_view *v, struct arena *mem)
{
	*v = (struct domain_view){ .mem = mem };
}

/* --- growing ------------------------------------------------------------------------------- */

static int
add_name(struct domain_view *v, struct view_names *names, const char *name,
	struct err *e)
{
	if (names->n == names->room) {
		size_t room = names->room ? 2 * names->room : 8;
		const char **more = arena_new_array(v->mem, const char *, room);
		if (!more)
			return err_nomem(e);
		if (names->n)
			memcpy(more, names->items, names->n * sizeof(*more));
		names->items = more;
		names->room = room;
	}
	const char *copy = arena_strdup(v->mem, name);
	if (!copy)
		return err_nomem(e);
	names->items[names->n++] = copy;
	return 0;
}

static int
cmp_domain(const struct view_domain *d, const char *site, const char *name)
{
	int order = strcmp(d->site, site);

	return order ? order : strcasecmp(d->name, name);
}

static int
make_room(struct domain_view *v, struct err *e)
{
	if (v->n < v->room)
		return 0;
	size_t room = v->room ? 2 * v->room : 16;
	struct view_domain *more = arena_new_array(v->mem, struct view_domain, room);
	if (!more)
		return err_nomem(e);
	if (v->n)
		memcpy(more, v->items, v->n * sizeof(*more));
	v->items = more;
	v->room = room;
	return 0;
}

/* Of several spellings always the same one stays. */
static struct view_domain *
spell(struct domain_view *v, struct view_domain *d, const char *name, struct err *e)
{
	if (strcmp(name, d->name) >= 0)
		return d;
	d->name = arena_strdup(v->mem, name);
	if (!d->name)
		err_nomem(e);
	return d->name ? d : NULL;
}

/* Found, or new at its place; NULL with err. */
static struct view_domain *
find(struct domain_view *v, const char *site, const char *name, struct err *e)
{
	size_t from = 0, to = v->n;

	while (from < to) {
		size_t mid = from + (to - from) / 2;
		int order = cmp_domain(&v->items[mid], site, name);
		if (order == 0)
			return spell(v, &v->items[mid], name, e);
		if (order < 0)
			from = mid + 1;
		else
			to = mid;
	}
	struct view_domain new = { .site = arena_strdup(v->mem, site),
		.name = arena_strdup(v->mem, name) };
	if (make_room(v, e) == -1)
		return NULL;
	if (!new.site || !new.name) {
		err_nomem(e);
		return NULL;
	}
	memmove(&v->items[from + 1], &v->items[from], (v->n - from) * sizeof(*v->items));
	v->n++;
	v->items[from] = new;
	return &v->items[from];
}

/* --- observations -------------------------------------------------------------------------- */

static const char *
text_of(const struct observation *o, const char *key)
{
	const struct fact *f = fact_get(o->facts, o->n_facts, key);

	return f && f->type == FACT_TEXT && *f->text ? f->text : NULL;
}

static int
add_set(struct domain_view *v, struct view_names *out, const struct observation *o,
	const char *key, struct err *e)
{
	const struct fact *f = fact_get(o->facts, o->n_facts, key);

	for (size_t i = 0; f && f->type == FACT_TEXTS && i < f->texts.n; i++)
		if (add_name(v, out, f->texts.items[i], e) == -1)
			return -1;
	return 0;
}

static void
note_time(struct view_domain *d, const struct observation *o)
{
	if (o->at > d->at)
		d->at = o->at;
}

static int
add_domain(struct domain_view *v, const struct observation *o, struct err *e)
{
	const char *name = text_of(o, "domain.name");
	struct view_domain *d = name ? find(v, o->site ? o->site : "", name, e) : NULL;

	if (!d)
		return name ? -1 : 0;
	note_time(d, o);
	const struct fact *count = fact_get(o->facts, o->n_facts, "domain.count");
	if (count && count->type == FACT_INT && count->num > 0 &&
		(uint64_t)count->num > d->count)
		d->count = (size_t)count->num;
	return add_set(v, &d->masters, o, "domain.masters", e) == -1 ||
			add_set(v, &d->local_masters, o, "domain.local_masters", e) ==
				-1 ||
			add_set(v, &d->controllers, o, "domain.controllers", e) == -1 ||
			add_set(v, &d->machines, o, "domain.machines", e) == -1 ||
			add_set(v, &d->learnt, o, "domain.learnt", e) == -1
		? -1
		: 0;
}

/* Each protocol's words for domain and machine, and for what the machine is there. */
static const struct way {
	const char *domain, *computer, *types, *learnt;
} ways[] = {
	{ "netbios.domain", "netbios.name", "netbios.roles", "node-status" },
	{ "smb.domain", "smb.computer", NULL, "smb" },
	{ "wsd.domain", "wsd.name", NULL, "ws-discovery" },
	{ "rdp.domain", "rdp.computer", NULL, "rdp" },
	{ "wksta.domain", "wksta.computer", "srv.types", "account" },
};
enum { WAYS = sizeof(ways) / sizeof(ways[0]) };

/* Who has its NetBIOS domain from whom: other sources than those that asked it say so by their
 * name, and what was not asked by its evidence. */
static const struct {
	const char *source, *learnt;
} tellers[] = { { "ad", "directory" }, { "import", "import" } };

/* A poll lists whom browse lists name, and owners of names of which a name server knows but the
 * role and the address (report.c). */
static const char *
learnt_of_listed(const struct observation *o)
{
	static const char *const entry[] = { "netbios.name", "browse.types",
		"browse.comment", "browse.version" };

	for (size_t i = 0; i < sizeof(entry) / sizeof(entry[0]); i++)
		if (fact_get(o->facts, o->n_facts, entry[i]))
			return "browse-list";
	return "wins";
}

static const char *
learnt_by(const struct way *way, const struct observation *o)
{
	if (way != ways) /* nobody but the machine tells by those */
		return way->learnt;
	for (size_t i = 0; i < sizeof(tellers) / sizeof(tellers[0]); i++)
		if (o->source && strcmp(o->source, tellers[i].source) == 0)
			return tellers[i].learnt;
	if (o->evidence == EVIDENCE_HEARD)
		return "heard";
	return o->evidence == EVIDENCE_LISTED ? learnt_of_listed(o) : way->learnt;
}

/* The name of a machine that told its domain in one way may be known in another only. */
static const char *
name_of(const struct observation *o, const struct way *first)
{
	const char *name = text_of(o, first->computer);

	for (size_t i = 0; i < WAYS && !name; i++)
		name = text_of(o, ways[i].computer);
	return name;
}

/* Words of roles.h that are a duty in the domain, and whose list has those who have it. */
static const struct duty {
	const char *word;
	size_t at; /* in struct view_domain */
} duties[] = {
	{ "domain-controller", offsetof(struct view_domain, controllers) },
	{ "backup-controller", offsetof(struct view_domain, controllers) },
	{ "domain-master-browser", offsetof(struct view_domain, masters) },
	{ "master-browser", offsetof(struct view_domain, local_masters) },
};

static int
add_duties(struct domain_view *v, struct view_domain *d, const struct fact *types,
	const char *name, struct err *e)
{
	for (size_t i = 0; i < types->texts.n; i++)
		for (size_t k = 0; k < sizeof(duties) / sizeof(duties[0]); k++) {
			void *names = (char *)d + duties[k].at;
			if (strcmp(types->texts.items[i], duties[k].word) == 0 &&
				add_name(v, names, name, e) == -1)
				return -1;
		}
	return 0;
}

static int
add_machine(struct domain_view *v, struct view_domain *d, const struct observation *o,
	const struct way *way, const char *name, struct err *e)
{
	const struct fact *types = way->types
		? fact_get(o->facts, o->n_facts, way->types)
		: NULL;

	if (types && types->type == FACT_TEXTS && add_duties(v, d, types, name, e) == -1)
		return -1;
	return add_name(v, &d->machines, name, e);
}

static int
add_member(struct domain_view *v, const struct observation *o, const struct way *way,
	struct err *e)
{
	const char *domain = text_of(o, way->domain), *name = name_of(o, way);
	char ip[ADDR_TEXT_MAX];

	/* Who is in no domain is his own ([MS-NLMP] 2.2.2.1: of a workgroup's machine
	 * MsvAvNbDomainName is the computer's name). */
	if (!domain || (name && strcasecmp(domain, name) == 0))
		return 0;
	struct view_domain *d = find(v, o->site ? o->site : "", domain, e);
	if (!d)
		return -1;
	note_time(d, o);
	if (!name && addr_is_set(&o->ip))
		name = addr_print(&o->ip, ip);
	if (add_name(v, &d->learnt, learnt_by(way, o), e) == -1)
		return -1;
	return name ? add_machine(v, d, o, way, name, e) : 0;
}

int
view_add(struct domain_view *v, const struct observation *o, struct err *e)
{
	if (o->subject == SUBJECT_DOMAIN)
		return add_domain(v, o, e);
	for (size_t i = 0; i < WAYS && o->subject == SUBJECT_DEVICE; i++)
		if (add_member(v, o, &ways[i], e) == -1)
			return -1;
	return 0;
}

/* --- the end ------------------------------------------------------------------------------- */

/* Case ignored, then with it, so that of two spellings always the same one stays. */
static int
by_name(const void *a, const void *b)
{
	const char *x = *(const char *const *)a, *y = *(const char *const *)b;
	int order = strcasecmp(x, y);

	return order ? order : strcmp(x, y);
}

static void
finish_names(struct view_names *names)
{
	size_t n = 0;

	if (names->n == 0)
		return;
	qsort(names->items, names->n, sizeof(names->items[0]), by_name);
	for (size_t i = 0; i < names->n; i++)
		if (n == 0 || strcasecmp(names->items[n - 1], names->items[i]) != 0)
			names->items[n++] = names->items[i];
	names->n = spelling_join(names->items, n);
}

void
view_finish(struct domain_view *v)
{
	for (size_t i = 0; i < v->n; i++) {
		finish_names(&v->items[i].masters);
		finish_names(&v->items[i].local_masters);
		finish_names(&v->items[i].controllers);
		finish_names(&v->items[i].machines);
		finish_names(&v->items[i].learnt);
		if (v->items[i].count < v->items[i].machines.n)
			v->items[i].count = v->items[i].machines.n;
	}
}
