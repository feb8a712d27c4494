/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Open addressing with a short reach: a place is sought in the few slots behind its own. */
#include "scanner/repeat.h"

#include "base/clock.h"

enum { REACH = 16, AGAIN_AFTER = 60 * SECOND };

struct slot {
	uint64_t what;
	int64_t at_us;
	bool used;
};

struct repeat {
	struct slot slots[REPEAT_MAX];
};

struct repeat *
repeat_new(struct arena *mem)
{
	return arena_alloc(mem, sizeof(struct repeat));
}

/* Its slot, or the one it takes: a free one, else the oldest. */
static struct slot *
find(struct repeat *r, uint64_t what)
{
	/* The low bits are as good as any: the numbers are hashes. */
	size_t home = (size_t)what & (REPEAT_MAX - 1);
	struct slot *best = &r->slots[home];

	for (size_t i = 0; i < REACH; i++) {
		struct slot *s = &r->slots[(home + i) & (REPEAT_MAX - 1)];
		if (!s->used || s->what == what)
			return s;
		if (s->at_us < best->at_us)
			best = s;
	}
	return best;
}

bool
repeat_is_news(struct repeat *r, uint64_t what, int64_t at_us, bool *first)
{
	struct slot *s = find(r, what);

	*first = !s->used || s->what != what;
	/* A clock that was put back must not silence anything for long. */
	if (!*first && at_us >= s->at_us && at_us - s->at_us < AGAIN_AFTER)
		return false;
	*s = (struct slot){ what, at_us, true };
	return true;
}
