/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/members.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What tells it best goes first. */
static const char *const keys[] = { "netbios.domain", "smb.domain", "wsd.domain" };

static const char *
text_of(const struct observation *o, const char *key)
{
	const struct fact *f = fact_get(o->facts, o->n_facts, key);

	return f && f->type == FACT_TEXT && *f->text ? f->text : NULL;
}

/* Who is in no domain says by NTLM that he is his own ([MS-NLMP] 2.2.2.1), which helps nobody. */
static const char *
domain_of(const struct observation *o)
{
	const char *self = text_of(o, "smb.computer"), *domain;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		domain = text_of(o, keys[i]);
		if (domain && !(self && strcasecmp(domain, self) == 0))
			return domain;
	}
	return NULL;
}

int
members_note(struct member_list *l, const struct observation *o, struct err *e)
{
	const char *domain = domain_of(o);

	if (o->subject != SUBJECT_DEVICE || !domain || !addr_is_set(&o->ip))
		return 0;
	if (l->n == l->room) {
		size_t room = l->room ? 2 * l->room : 64;
		struct member *more = realloc(l->items, room * sizeof(*more));
		if (!more)
			return err_nomem(e);
		l->items = more;
		l->room = room;
	}
	struct member *m = &l->items[l->n++];
	m->ip = o->ip;
	(void)snprintf(m->domain, sizeof(m->domain), "%s", domain);
	return 0;
}

static int
by_address(const void *a, const void *b)
{
	return addr_cmp(
		&((const struct member *)a)->ip, &((const struct member *)b)->ip);
}

int
members_list(struct member_list *l, const struct living *living, size_t n,
	struct arena *mem, const struct member **out, struct err *e)
{
	struct member *all = arena_new_array(mem, struct member, n + 1);

	*out = all;
	if (!all)
		return err_nomem(e);
	if (l->n)
		qsort(l->items, l->n, sizeof(l->items[0]), by_address);
	for (size_t i = 0; i < n; i++) {
		all[i].ip = living[i].ip;
		const struct member *known = l->n
			? bsearch(&all[i], l->items, l->n, sizeof(all[i]), by_address)
			: NULL;
		if (known)
			memcpy(all[i].domain, known->domain, sizeof(all[i].domain));
	}
	return 0;
}

void
members_done(struct member_list *l)
{
	free(l->items);
	*l = (struct member_list){ .n = 0 };
}
