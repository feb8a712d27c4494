/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists of spans of one family: collecting, compacting, and the algebra on them. */
#include "iprange/span.h"

#include <stdlib.h>

struct span
span_of_prefix(const struct addr *net, unsigned bits)
{
	u128 n = addr_number(net), host = 0;

	if (bits < addr_bits(net->family))
		host = U128_MAX >> (128 - addr_bits(net->family)) >> bits;
	return (struct span){ n & ~host, n | host };
}

static int
compare(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	return x->first < y->first ? -1 : x->first > y->first;
}

/* Spans arrive by rising first: x joins the last one, or follows it. */
static size_t
append(struct span *out, size_t n, struct span x)
{
	if (n && (out[n - 1].last == U128_MAX || x.first <= out[n - 1].last + 1)) {
		if (x.last > out[n - 1].last)
			out[n - 1].last = x.last;
		return n;
	}
	out[n] = x;
	return n + 1;
}

/* The first kept ones are compact already; what follows is in order.  How many are left. */
static size_t
join(struct span *s, size_t kept, size_t n)
{
	for (size_t i = kept; i < n; i++)
		kept = append(s, kept, s[i]);
	return kept;
}

/* Whatever follows the compact part: sorted, and merged with it.  Octet lists interleave,
 * and this is ten times faster than sorting all of it again. */
static int
merge(struct span_list *l, struct err *e)
{
	struct span *tail = l->items + l->n_compact;
	size_t n_tail = l->n - l->n_compact;
	struct span *merged = reallocarray(NULL, l->room, sizeof(*merged));

	if (!merged)
		return err_nomem(e);
	qsort(tail, n_tail, sizeof(*tail), compare);
	n_tail = join(tail, 0, n_tail);
	l->n = span_combine(SPAN_ADD, l->items, l->n_compact, tail, n_tail, merged);
	free(l->items);
	l->items = merged;
	return 0;
}

int
span_list_compact(struct span_list *l, struct err *e)
{
	size_t sorted = l->n_compact ? l->n_compact : 1;

	/* Most lists come in order, and sorting costs more than looking. */
	while (sorted < l->n && l->items[sorted - 1].first <= l->items[sorted].first)
		sorted++;
	if (sorted >= l->n)
		l->n = join(l->items, l->n_compact, l->n);
	else if (merge(l, e) == -1)
		return -1;
	l->n_compact = l->n;
	if (l->n > IPRANGE_RUNS_MAX)
		return err_set(e, ERR_ARG,
			"more than %d separate runs of addresses: use larger ranges, or fewer "
			"at a time",
			IPRANGE_RUNS_MAX);
	return 0;
}

int
span_list_add(struct span_list *l, struct span x, struct err *e)
{
	if (l->n == l->room) {
		/* Compacting first keeps the list within four times what the set needs. */
		if (span_list_compact(l, e) == -1)
			return -1;
		if (l->n >= l->room / 2) {
			size_t room = l->room ? l->room * 2 : 16;
			struct span *items = reallocarray(
				l->items, room, sizeof(*items));
			if (!items)
				return err_nomem(e);
			l->items = items;
			l->room = room;
		}
	}
	l->items[l->n++] = x;
	return 0;
}

void
span_list_done(struct span_list *l)
{
	free(l->items);
	*l = (struct span_list){ 0 };
}

/* The last number that is in (or out of) the list's current span as x is. */
static u128
stretch(const struct span *s, size_t n, size_t i, bool inside)
{
	if (i == n)
		return U128_MAX;
	return inside ? s[i].last : s[i].first - 1;
}

/* One walk over the numbers, from one edge of a or b to the next. */
size_t
span_combine(enum span_op op, const struct span *a, size_t n_a, const struct span *b,
	size_t n_b, struct span *out)
{
	static const bool stays[][2][2] = {
		[SPAN_ADD] = { { false, true }, { true, true } },
		[SPAN_SUBTRACT] = { { false, false }, { true, false } },
		[SPAN_INTERSECT] = { { false, false }, { false, true } },
	};
	size_t i = 0, k = 0, n = 0;
	u128 x = 0;

	for (;;) {
		bool in_a = i < n_a && a[i].first <= x,
		     in_b = k < n_b && b[k].first <= x;
		u128 end_a = stretch(a, n_a, i, in_a), end_b = stretch(b, n_b, k, in_b);
		u128 end = end_a < end_b ? end_a : end_b;

		if (stays[op][in_a][in_b])
			n = append(out, n, (struct span){ x, end });
		if (end == U128_MAX)
			return n;
		x = end + 1;
		i += in_a && end == end_a;
		k += in_b && end == end_b;
	}
}
