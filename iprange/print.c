/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Canonical text of a set, and its exact count. */
#include "iprange/span.h"

/* True when the span is one prefix; bits of the host part in *host_bits. */
static bool
is_prefix(struct span s, unsigned *host_bits)
{
	u128 host = s.first ^ s.last;

	if ((host & (host + 1)) != 0 || (s.first & host) != 0)
		return false;
	for (*host_bits = 0; host; host >>= 1)
		++*host_bits;
	return true;
}

static void
print_run(const struct iprange *set, size_t i, struct sb *out)
{
	struct iprange_run run = iprange_get_run(set, i);
	char text[ADDR_TEXT_MAX];
	unsigned host_bits;

	sb_add(out, addr_print(&run.first, text));
	if (!is_prefix(set->spans[i], &host_bits)) {
		sb_add(out, "-");
		sb_add(out, addr_print(&run.last, text));
	} else if (host_bits) {
		sb_printf(out, "/%u", addr_bits(run.first.family) - host_bits);
	}
}

void
iprange_print(const struct iprange *set, struct sb *out)
{
	for (size_t i = 0; i < set->n; i++) {
		if (i)
			sb_add(out, ",");
		print_run(set, i, out);
	}
}

const char *
iprange_text(const struct iprange *set, size_t limit, struct arena *mem)
{
	struct sb text;

	sb_init(&text, limit);
	iprange_print(set, &text);
	const char *copy = text.bad ? NULL : arena_strdup(mem, text.text);
	sb_done(&text);
	return copy;
}

/* All of both families, 2^128 + 2^32, is more than 128 bits hold: five limbs of 32. */
struct wide {
	uint32_t limbs[5]; /* least first */
};

static void
wide_add(struct wide *w, u128 x)
{
	uint64_t carry = 0;

	for (size_t i = 0; i < 5; i++, x >>= 32) {
		carry += (uint64_t)w->limbs[i] + (uint32_t)x;
		w->limbs[i] = (uint32_t)carry;
		carry >>= 32;
	}
}

static unsigned
wide_take_digit(struct wide *w)
{
	uint64_t rest = 0;

	for (size_t i = 5; i-- > 0;) {
		rest = rest << 32 | w->limbs[i];
		w->limbs[i] = (uint32_t)(rest / 10);
		rest %= 10;
	}
	return (unsigned)rest;
}

void
iprange_print_count(const struct iprange *set, struct sb *out)
{
	struct wide sum = { { 0 } };
	char digits[48]; /* 160 bits are at most 49 digits; 2^128 + 2^32 has 39 */
	size_t at = sizeof(digits);

	for (size_t i = 0; i < set->n; i++) {
		wide_add(&sum, set->spans[i].last - set->spans[i].first);
		wide_add(&sum, 1);
	}
	do {
		digits[--at] = (char)('0' + wide_take_digit(&sum));
	} while (at &&
		(sum.limbs[0] | sum.limbs[1] | sum.limbs[2] | sum.limbs[3] |
			sum.limbs[4]) != 0);
	sb_add_n(out, digits + at, sizeof(digits) - at);
}
