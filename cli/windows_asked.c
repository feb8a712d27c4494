/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/windows_asked.h"

#include <inttypes.h>
#include <string.h>

#include "base/sort.h"
#include "netbios/links.h"

struct asked {
	const char **items;
	size_t n;
	struct arena *mem;
	bool bad; /* no memory */
};

/* NULL is no memory. */
static void
add(struct asked *a, const char *word)
{
	a->bad |= word == NULL;
	if (word)
		a->items[a->n++] = word;
}

static void
add_targets(struct asked *a, const struct iprange *targets)
{
	size_t n = targets ? iprange_n_runs(targets) : 0;
	char from[ADDR_TEXT_MAX], to[ADDR_TEXT_MAX];

	if (n > ASKED_RANGES_MAX) {
		struct iprange_run first = iprange_get_run(targets, 0),
				   last = iprange_get_run(targets, n - 1);
		add(a,
			arena_printf(a->mem, "%" PRIu64 " addresses from %s to %s",
				(uint64_t)iprange_count(targets),
				addr_print(&first.first, from),
				addr_print(&last.last, to)));
		return;
	}
	for (size_t i = 0; i < n; i++) {
		struct iprange_run run = iprange_get_run(targets, i);
		const struct iprange *one = iprange_from_runs(&run, 1, a->mem);
		add(a, one ? iprange_text(one, FACT_TEXT_LIMIT, a->mem) : NULL);
	}
}

static int
add_links(struct asked *a, const struct windows_conf *c, struct err *e)
{
	char subnet[NB_SUBNET_TEXT];
	struct nb_links links;

	if (nb_links_choose(c->net, &c->interfaces, &links, e) == -1)
		return -1;
	const struct nb_scope scope = { .links = &links, .excluded = c->excluded };
	for (size_t i = 0; i < links.n; i++)
		if (nb_may_call(&scope, &links.items[i]))
			add(a,
				arena_strdup(a->mem,
					nb_subnet_print(&links.items[i], subnet)));
	return 0;
}

int
windows_asked(const struct windows_input *in, struct arena *mem, struct fact *out,
	struct err *e)
{
	const struct windows_settings *s = in->conf;
	const struct windows_conf *c = &s->windows;
	enum { WORDS = 3 };
	struct asked a = { .mem = mem,
		.items = arena_new_array(mem, const char *,
			NB_LINKS_MAX + c->servers.n + ASKED_RANGES_MAX + WORDS) };

	if (!a.items)
		return err_nomem(e);
	if (add_links(&a, c, e) == -1)
		return -1;
	for (size_t i = 0; i < c->servers.n; i++)
		add(&a, arena_printf(mem, "wins %s", c->servers.items[i]));
	add_targets(&a, c->targets);
	if (c->lists)
		add(&a, "lists");
	if (s->members.logins.n)
		add(&a, "account");
	if (s->known && !s->quick && !s->kept.no_db && (!s->kept.emit || s->known_from))
		add(&a, "known");
	*out = (struct fact){ .key = "domain.asked", .type = FACT_TEXTS };
	out->texts.n = sort_texts(a.items, a.n);
	out->texts.items = a.items;
	return a.bad ? err_nomem(e) : 0;
}

int
windows_asked_add(const struct fact *asked, const struct observation *o,
	struct arena *mem, struct observation *out, struct err *e)
{
	*out = *o;
	if (o->subject != SUBJECT_DOMAIN || asked->texts.n == 0)
		return 0;
	struct fact *facts = arena_new_array(mem, struct fact, o->n_facts + 1);
	size_t n = 0;

	if (!facts)
		return err_nomem(e);
	while (n < o->n_facts && strcmp(o->facts[n].key, asked->key) < 0) {
		facts[n] = o->facts[n];
		n++;
	}
	facts[n] = *asked;
	memcpy(&facts[n + 1], &o->facts[n], (o->n_facts - n) * sizeof(*facts));
	out->facts = facts;
	out->n_facts = o->n_facts + 1;
	return 0;
}
