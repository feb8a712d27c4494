/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sorted arrays: by address while answers come in, by owner to be counted. */
#include "cli/population.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/sb.h"

void
population_done(struct population *p)
{
	free(p->members);
	p->members = NULL;
	p->n = p->room = 0;
}

int
population_add(struct population *p, const struct addr *ip, int64_t owner, struct err *e)
{
	if (p->n == POPULATION_MAX)
		return err_set(e, ERR_ARG, "more than %d %s", POPULATION_MAX, p->of);
	if (p->n == p->room) {
		size_t room = p->room ? p->room * 2 : 64;
		struct population_member *more = reallocarray(
			p->members, room, sizeof(*more));
		if (!more)
			return err_nomem(e);
		p->members = more;
		p->room = room;
	}
	p->members[p->n++] = (struct population_member){ .owner = owner, .ip = *ip };
	p->order = POPULATION_UNSORTED;
	return 0;
}

/* --- order ------------------------------------------------------------------------------- */

static int
by_ip(const void *va, const void *vb)
{
	const struct population_member *a = va, *b = vb;

	return addr_cmp(&a->ip, &b->ip);
}

static int
by_owner(const void *va, const void *vb)
{
	const struct population_member *a = va, *b = vb;

	return a->owner != b->owner ? (a->owner < b->owner ? -1 : 1) : by_ip(va, vb);
}

static void
sort(struct population *p, enum population_order order)
{
	if (p->order == order)
		return;
	if (p->n)
		qsort(p->members, p->n, sizeof(*p->members),
			order == POPULATION_BY_IP ? by_ip : by_owner);
	p->order = order;
}

/* The first that is not below the key. */
static size_t
lower_bound(const struct population *p, const struct population_member *key,
	int (*cmp)(const void *, const void *))
{
	size_t low = 0, high = p->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (cmp(&p->members[middle], key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void
population_found_ip(struct population *p, const struct addr *ip)
{
	const struct population_member key = { .ip = *ip };

	sort(p, POPULATION_BY_IP);
	for (size_t i = lower_bound(p, &key, by_ip);
		i < p->n && addr_equal(&p->members[i].ip, ip); i++)
		p->members[i].found = true;
}

void
population_found_owner(struct population *p, int64_t owner)
{
	const struct population_member key = {
		.owner = owner
	}; /* no address: the least */

	sort(p, POPULATION_BY_OWNER);
	for (size_t i = lower_bound(p, &key, by_owner);
		i < p->n && p->members[i].owner == owner; i++)
		p->members[i].found = true;
}

/* --- judgement --------------------------------------------------------------------------- */

/* Keeps the least addresses, sorted. */
static void
add_missing(struct population_report *r, const struct addr *ip)
{
	size_t at = r->n_missing;

	while (at > 0 && addr_cmp(ip, &r->missing[at - 1]) < 0)
		at--;
	if (at == POPULATION_NAMED)
		return;
	size_t last = r->n_missing < POPULATION_NAMED ? r->n_missing++
						      : POPULATION_NAMED - 1;
	for (size_t i = last; i > at; i--)
		r->missing[i] = r->missing[i - 1];
	r->missing[at] = *ip;
}

static bool
is_same(const struct population_member *a, const struct population_member *b)
{
	return a->owner == b->owner && (a->owner != 0 || addr_equal(&a->ip, &b->ip));
}

void
population_judge(struct population *p, struct population_report *r)
{
	size_t i = 0;

	*r = (struct population_report){ .name = p->name, .of = p->of };
	sort(p, POPULATION_BY_OWNER);
	while (i < p->n) {
		const struct population_member *first = &p->members[i];
		bool found = false;
		for (; i < p->n && is_same(first, &p->members[i]); i++)
			found |= p->members[i].found;
		r->known++;
		r->found += found;
		if (!found)
			add_missing(r, &first->ip);
	}
}

const char *
population_describe(const struct population_report *r, struct arena *mem)
{
	uint64_t missing = r->known - r->found;
	char ip[ADDR_TEXT_MAX];
	struct sb text;

	sb_init(&text, 1024);
	sb_printf(&text, "%" PRIu64 " of %" PRIu64 " %s did not answer", missing,
		r->known, r->of);
	for (size_t i = 0; i < r->n_missing; i++)
		sb_printf(
			&text, "%s%s", i ? ", " : ": ", addr_print(&r->missing[i], ip));
	if (missing > r->n_missing)
		sb_printf(&text, " and %" PRIu64 " more", missing - r->n_missing);
	const char *copy = text.bad ? NULL : arena_strdup(mem, text.text);
	sb_done(&text);
	return copy;
}
