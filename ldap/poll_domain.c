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

static int
read_trust_lines(struct poll *p, const char **lines, size_t *n, struct err *e)
{
	struct arena *mem = p->domain->mem;
	struct trust *trusts;
	size_t n_trusts;

	*n = 0;
	if (forest_read_trusts(p->session, &p->dir, mem, &trusts, &n_trusts, e) == -1)
		return -1;
	for (size_t i = 0; i < n_trusts; i++) {
		const char *line = arena_printf(
			mem, "%s: %s", trusts[i].name, trusts[i].text);
		size_t at = *n;
		if (!line || !(line = clean_text(line, mem)))
			continue;
		for (; at > 0 && strcmp(lines[at - 1], line) > 0; at--)
			lines[at] = lines[at - 1];
		lines[at] = line;
		++*n;
	}
	return 0;
}

/* The first label of each, as NetBIOS has it. */
static const char **
labels_of(struct arena *mem, const char *const *names, size_t n_names, size_t *n)
{
	const char **labels = arena_new_array(mem, const char *, n_names);

	*n = 0;
	for (size_t i = 0; labels && i < n_names; i++) {
		const char *label = arena_strndup(mem, names[i], strcspn(names[i], "."));
		if (label && label[0])
			labels[(*n)++] = label;
	}
	*n = sort_texts(labels, *n);
	return labels;
}

/* As whoever lists Windows domains knows it: by its NetBIOS name. */
static void
add_windows_domain(struct poll *p, struct fact *facts, size_t *n,
	const char *const *controllers, size_t n_controllers)
{
	static const char *const learnt[] = { "directory" };
	size_t n_labels;

	if (!p->of.netbios[0])
		return;
	const char **labels = labels_of(
		p->domain->mem, controllers, n_controllers, &n_labels);
	add_texts(facts, n, "domain.controllers", labels, n_labels);
	add_texts(facts, n, "domain.learnt", learnt, 1);
	add_text(facts, n, "domain.name", p->of.netbios);
}

int
poll_domain_tell(struct poll *p, struct err *e)
{
	const char *trusts[DOMAIN_TRUSTS_MAX], **controllers = NULL, **units = NULL;
	struct fact facts[10];
	size_t n = 0, n_trusts, n_controllers, n_units;

	if (read_trust_lines(p, trusts, &n_trusts, e) == -1 ||
		forest_read_controllers(p->session, &p->dir, p->page, p->domain->mem,
			&controllers, &n_controllers, e) == -1 ||
		forest_read_units(p->session, &p->dir, p->page, p->domain->mem, &units,
			&n_units, e) == -1)
		return -1;
	add_texts(facts, &n, "ad.controllers", controllers, n_controllers);
	add_text(facts, &n, "ad.domain", p->of.name);
	add_text(facts, &n, "ad.forest", p->dir.forest);
	add_text(facts, &n, "ad.level", topology_level(p->dir.domain_level));
	add_texts(facts, &n, "ad.trusts", trusts, n_trusts);
	add_texts(facts, &n, "ad.units", units, n_units);
	add_windows_domain(p, facts, &n, controllers, n_controllers);
	add_text(facts, &n, "netbios.domain", p->of.netbios);
	const struct observation o = { .subject = SUBJECT_DOMAIN,
		.source = "ad",
		.evidence = EVIDENCE_LISTED,
		.facts = facts,
		.n_facts = n };
	return door_take(p->domain->door, &o, e);
}
