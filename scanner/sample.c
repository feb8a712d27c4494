/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A block of 256 turned and stretched by a key: the first of_256 of it are the sample. */
#include "scanner/sample.h"

#include <string.h>

enum { BLOCK = 1 << GROUP_BITS, MILLION = 1000000 };

struct sample
sample_make(int64_t share, const uint8_t key[static 16])
{
	struct sample s = { .of_256 = (uint32_t)((share * BLOCK + MILLION - 1) /
				    MILLION) };

	memcpy(&s.key, key, sizeof(s.key));
	return s;
}

/* Another odd factor and offset for each /24: a bijection of 0..255. */
static uint32_t
place_in_block(const struct sample *s, const struct addr *a)
{
	u128 number = addr_number(a);
	uint64_t mix = ((uint64_t)(number >> GROUP_BITS) ^ s->key) * 0x9e3779b97f4a7c15;
	uint32_t factor = (uint32_t)(mix >> 32) | 1, offset = (uint32_t)(mix >> 48);

	return ((uint32_t)number * factor + offset) % BLOCK;
}

static bool
is_likely(const struct addr *a)
{
	uint8_t last = (uint8_t)addr_number(a);

	return last == 1 || last == BLOCK - 2;
}

static bool
is_sampled(const struct sample *s, const struct group *g)
{
	return s->of_256 > 0 && g && g->n >= SAMPLE_LEAST;
}

bool
sample_has(const struct sample *s, const struct targets *t, uint32_t target)
{
	if (!is_sampled(s, targets_group(t, target)))
		return false;
	struct addr a = targets_addr(t, target);
	return is_likely(&a) || place_in_block(s, &a) < s->of_256;
}

/* --- before the sweep ------------------------------------------------------------------ */

/* A /24 while the runs of a set that are in it are counted. */
struct block {
	u128 number;
	uint32_t n, likely; /* targets; gateways among them */
};

/* The key may put the sample on those that are no targets. */
static uint32_t
least_of(const struct sample *s, const struct block *b)
{
	uint32_t others = BLOCK - b->n;
	uint32_t least = s->of_256 > others ? s->of_256 - others : 0;

	if (s->of_256 == 0 || b->n < SAMPLE_LEAST)
		return b->n;
	return least > b->likely ? least : b->likely;
}

/* first to last, all in one /24. */
static void
block_add(struct block *b, u128 first, u128 last)
{
	const u128 gateway = b->number << GROUP_BITS | 1, other = gateway + BLOCK - 3;

	b->n += (uint32_t)(last - first) + 1;
	b->likely += first <= gateway && gateway <= last ? 1 : 0;
	b->likely += first <= other && other <= last ? 1 : 0;
}

u128
sample_least(const struct sample *s, const struct iprange *set, enum addr_family family)
{
	const struct block whole = { .n = BLOCK, .likely = 2 };
	struct block b = { .n = 0 };
	u128 total = 0;

	for (size_t i = 0; i < iprange_n_runs(set); i++) {
		struct iprange_run r = iprange_get_run(set, i);
		u128 at = addr_number(&r.first), last = addr_number(&r.last), next;
		for (; r.first.family == family && at <= last; at = next) {
			u128 number = at >> GROUP_BITS,
			     many = (last - at + 1) >> GROUP_BITS;
			if (at % BLOCK == 0 && many) {
				total += many * least_of(s, &whole);
				next = at + (many << GROUP_BITS);
				continue;
			}
			if (number != b.number) {
				total += least_of(s, &b);
				b = (struct block){ .number = number };
			}
			next = (number + 1) << GROUP_BITS;
			next = next > last ? last + 1 : next;
			block_add(&b, at, next - 1);
		}
	}
	return total + least_of(s, &b);
}

/* --- after the sample ------------------------------------------------------------------ */

void
sample_judge(const struct sample *s, struct targets *t)
{
	for (uint32_t i = 0; i < targets_n_groups(t); i++) {
		struct group *g = targets_get_group(t, i);
		uint32_t answers = 0;
		for (int k = 0; k < ANSWER_KINDS; k++)
			answers += g->answered[k];
		g->skipped = is_sampled(s, g) && answers == 0 && !g->inhabited;
	}
}
