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
