/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The domain itself: its forest, trusts, units. */
#include <string.h>

#include "base/sort.h"
#include "ldap/clean.h"
#include "ldap/poll_private.h"
#include "ldap/topology.h"

static void
add_text(struct fact *facts, size_t *n, const char *key, const char *text)
{
	if (text && text[0])
		facts[(*n)++] = (struct fact){
			.key = key, .type = FACT_TEXT, .text = text
		};
}

static void
add_texts(struct fact *facts, size_t *n, const char *key, const char *const *items,
	size_t n_items)
{
	if (n_items)
		facts[(*n)++] = (struct fact){
			.key = key, .type = FACT_TEXTS, .texts = { items, n_items }
		};
}

/* Never silently: what a fact has no room for. */
static void
tell_cut(struct poll *p, const char *code, uint64_t cut, const char *what)
{
	if (cut)
		door_reason(p->domain->door, code, p->of.name, cut, "%s were left out",
			what);
}

static int
read_trust_lines(struct poll *p, const char **lines, size_t *n, struct err *e)
{
	struct arena *mem = p->domain->mem;
	struct trusts trusts;

	*n = 0;
	if (forest_read_trusts(p->session, &p->dir, mem, &trusts, e) == -1)
		return -1;
	tell_cut(p, "ad-many-trusts", trusts.cut, "trusts of the domain");
	for (size_t i = 0; i < trusts.n; i++) {
		const char *line = arena_printf(
			mem, "%s: %s", trusts.items[i].name, trusts.items[i].text);
		if (line && (line = clean_text(line, mem)))
			lines[(*n)++] = line;
	}
	*n = sort_texts(lines, *n);
	return 0;
}

static int
read_names(struct poll *p, struct forest_names *controllers, struct forest_names *units,
	struct err *e)
{
	struct arena *mem = p->domain->mem;

	if (forest_read_controllers(
		    p->session, &p->dir, p->page, mem, controllers, e) == -1 ||
		forest_read_units(p->session, &p->dir, p->page, mem, units, e) == -1)
		return -1;
	tell_cut(p, "ad-many-controllers", controllers->cut,
		"controllers of the domain");
	tell_cut(p, "ad-many-units", units->cut, "organizational units of the domain");
	return 0;
}

/* The first label of each, as NetBIOS has it. */
static const char **
labels_of(struct arena *mem, const struct forest_names *names, size_t *n)
{
	const char **labels = arena_new_array(mem, const char *, names->n);

	*n = 0;
	for (size_t i = 0; labels && i < names->n; i++) {
		const char *label = arena_strndup(
			mem, names->items[i], strcspn(names->items[i], "."));
		if (label && label[0])
			labels[(*n)++] = label;
	}
	*n = sort_texts(labels, *n);
	return labels;
}

/* As whoever lists Windows domains knows it: by its NetBIOS name. */
static void
add_windows_domain(struct poll *p, struct fact *facts, size_t *n,
	const struct forest_names *controllers)
{
	static const char *const learnt[] = { "directory" };
	size_t n_labels;

	if (!p->of.netbios[0])
		return;
	const char **labels = labels_of(p->domain->mem, controllers, &n_labels);
	add_texts(facts, n, "domain.controllers", labels, n_labels);
	add_texts(facts, n, "domain.learnt", learnt, 1);
	add_text(facts, n, "domain.name", p->of.netbios);
}

int
poll_domain_tell(struct poll *p, struct err *e)
{
	const char *trusts[DOMAIN_TRUSTS_MAX];
	struct forest_names controllers, units;
	struct fact facts[12];
	size_t n = 0, n_trusts;

	if (read_trust_lines(p, trusts, &n_trusts, e) == -1 ||
		read_names(p, &controllers, &units, e) == -1)
		return -1;
	add_texts(facts, &n, "ad.controllers", controllers.items, controllers.n);
	add_text(facts, &n, "ad.domain", p->of.name);
	add_text(facts, &n, "ad.forest", p->dir.forest);
	add_text(facts, &n, "ad.forest_level", topology_level(p->dir.forest_level));
	add_text(facts, &n, "ad.level", topology_level(p->dir.domain_level));
	add_text(facts, &n, "ad.parent", forest_parent(&p->forest, p->of.name));
	add_texts(facts, &n, "ad.trusts", trusts, n_trusts);
	add_texts(facts, &n, "ad.units", units.items, units.n);
	add_windows_domain(p, facts, &n, &controllers);
	add_text(facts, &n, "netbios.domain", p->of.netbios);
	const struct observation o = { .subject = SUBJECT_DOMAIN,
		.source = "ad",
		.evidence = EVIDENCE_LISTED,
		.facts = facts,
		.n_facts = n };
	return door_take(p->domain->door, &o, e);
}
