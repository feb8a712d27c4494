/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sets of addresses: making them, algebra, membership, and positions in sorted order. */
#include "iprange/span.h"

#include <stdlib.h>
#include <string.h>

static u128
add_saturated(u128 a, u128 b)
{
	return a > U128_MAX - b ? U128_MAX : a + b;
}

static u128
span_count(struct span s)
{
	return add_saturated(s.last - s.first, 1);
}

/* Both arrays are compact. */
static struct iprange *
make(const struct span *ip4, size_t n4, const struct span *ip6, size_t n6,
	struct arena *mem)
{
	size_t n = n4 + n6;
	struct iprange *s = arena_alloc(mem, sizeof(*s));
	struct span *spans = arena_new_array(mem, struct span, n);
	u128 *before = arena_new_array(mem, u128, n);

	if (!s || !spans || !before)
		return NULL;
	if (n4)
		memcpy(spans, ip4, n4 * sizeof(*spans));
	if (n6)
		memcpy(spans + n4, ip6, n6 * sizeof(*spans));
	*s = (struct iprange){ .n4 = n4, .n = n, .spans = spans, .before = before };
	for (size_t i = 0; i < n; i++) {
		before[i] = s->count;
		s->count = add_saturated(s->count, span_count(spans[i]));
	}
	return s;
}

int
iprange_from_lists(struct span_list l[static 2], struct arena *mem,
	struct iprange **out, struct err *e)
{
	if (span_list_compact(&l[0], e) == -1 || span_list_compact(&l[1], e) == -1)
		return -1;
	struct iprange *s = make(l[0].items, l[0].n, l[1].items, l[1].n, mem);
	if (!s)
		return err_nomem(e);
	*out = s;
	return 0;
}

struct iprange *
iprange_from_runs(const struct iprange_run *runs, size_t n, struct arena *mem)
{
	struct span_list lists[2] = { { 0 }, { 0 } };
	struct iprange *s = NULL;
	struct err ignored; /* NULL is all that this function says */
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++) {
		struct span x = { addr_number(&runs[i].first),
			addr_number(&runs[i].last) };
		rc = span_list_add(
			&lists[runs[i].first.family == ADDR_IP6], x, &ignored);
	}
	if (rc == 0)
		(void)iprange_from_lists(lists, mem, &s, &ignored); /* s stays NULL */
	span_list_done(&lists[0]);
	span_list_done(&lists[1]);
	return s;
}

static struct iprange *
combine(enum span_op op, const struct iprange *a, const struct iprange *b,
	struct arena *mem)
{
	struct span *out = reallocarray(NULL, a->n + b->n + 1, sizeof(*out));

	if (!out)
		return NULL;
	size_t n4 = span_combine(op, a->spans, a->n4, b->spans, b->n4, out);
	size_t n6 = span_combine(op, a->spans + a->n4, a->n - a->n4, b->spans + b->n4,
		b->n - b->n4, out + n4);
	struct iprange *s = make(out, n4, out + n4, n6, mem);
	free(out);
	return s;
}

struct iprange *
iprange_add(const struct iprange *a, const struct iprange *b, struct arena *mem)
{
	return combine(SPAN_ADD, a, b, mem);
}

struct iprange *
iprange_subtract(const struct iprange *a, const struct iprange *b, struct arena *mem)
{
	return combine(SPAN_SUBTRACT, a, b, mem);
}

struct iprange *
iprange_intersect(const struct iprange *a, const struct iprange *b, struct arena *mem)
{
	return combine(SPAN_INTERSECT, a, b, mem);
}

/* Neighbours with at most `gap` addresses between them become one; returns how many are left. */
static size_t
close_gaps(struct span *spans, size_t n, u128 gap)
{
	size_t last = 0;

	for (size_t i = 1; i < n; i++) {
		if (spans[i].first - spans[last].last - 1 <= gap)
			spans[last].last = spans[i].last;
		else
			spans[++last] = spans[i];
	}
	return n ? last + 1 : 0;
}

struct iprange *
iprange_cover(const struct iprange *set, size_t max, struct arena *mem)
{
	struct span *out = reallocarray(NULL, set->n + 1, sizeof(*out));
	size_t n4 = set->n4, n6 = set->n - set->n4;

	if (!out)
		return NULL;
	if (set->n)
		memcpy(out, set->spans, set->n * sizeof(*out));
	for (u128 gap = 1; n4 + n6 > max && (n4 > 1 || n6 > 1); gap = gap * 2 + 1) {
		n4 = close_gaps(out, n4, gap);
		n6 = close_gaps(out + set->n4, n6, gap);
	}
	struct iprange *s = make(out, n4, out + set->n4, n6, mem);
	free(out);
	return s;
}

struct iprange *
iprange_prefix(const struct addr *net, unsigned bits, struct arena *mem)
{
	struct span s = span_of_prefix(net, bits);

	return net->family == ADDR_IP4 ? make(&s, 1, NULL, 0, mem)
				       : make(NULL, 0, &s, 1, mem);
}

bool
iprange_is_empty(const struct iprange *s)
{
	return s->n == 0;
}

size_t
iprange_n_runs(const struct iprange *s)
{
	return s->n;
}

u128
iprange_count(const struct iprange *s)
{
	return s->count;
}

static struct addr
address(const struct iprange *s, size_t i, u128 number)
{
	return i < s->n4 ? addr_ip4((uint32_t)number)
			 : addr_from_number(ADDR_IP6, number);
}

struct iprange_run
iprange_get_run(const struct iprange *s, size_t i)
{
	return (struct iprange_run){ address(s, i, s->spans[i].first),
		address(s, i, s->spans[i].last) };
}

/* The span that holds a; false when none does. */
static bool
find_span(const struct iprange *s, const struct addr *a, u128 number, size_t *at)
{
	size_t i = a->family == ADDR_IP4 ? 0 : s->n4;
	size_t n = (a->family == ADDR_IP4 ? s->n4 : s->n) - i;

	if (n == 0 || !addr_is_set(a))
		return false;
	while (n > 1) { /* the last span that does not begin after number */
		size_t half = n / 2;
		i += s->spans[i + half].first <= number ? half : 0;
		n -= half;
	}
	*at = i;
	return s->spans[i].first <= number && number <= s->spans[i].last;
}

bool
iprange_contains(const struct iprange *s, const struct addr *a)
{
	size_t i;

	return find_span(s, a, addr_number(a), &i);
}

bool
iprange_position(const struct iprange *s, const struct addr *a, u128 *out)
{
	u128 number = addr_number(a);
	size_t i;

	if (!find_span(s, a, number, &i))
		return false;
	u128 position = add_saturated(s->before[i], number - s->spans[i].first);
	if (position >= s->count)
		return false;
	*out = position;
	return true;
}

bool
iprange_at(const struct iprange *s, u128 position, struct addr *out)
{
	size_t i = 0, n = s->n;

	if (position >= s->count)
		return false;
	while (n > 1) { /* the last span that does not begin after position */
		size_t half = n / 2;
		i += s->before[i + half] <= position ? half : 0;
		n -= half;
	}
	*out = address(s, i, s->spans[i].first + (position - s->before[i]));
	return true;
}
