/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Passes over one permutation. */
#include "scanner/walk.h"

void
walk_init(struct walk *w, uint32_t n, const struct question_list *questions,
	const uint8_t key[static 16])
{
	*w = (struct walk){ .questions = questions, .n = n, .limit = n };
	iprange_order_init(&w->order, n, key);
}

void
walk_set_share(struct walk *w, double from, double to)
{
	w->from = (uint32_t)(w->n * from + 0.5);
	w->limit = (uint32_t)(w->n * to + 0.5);
	w->position = w->from;
	w->pass = 0;
}

bool
walk_next(struct walk *w, struct walk_step *step)
{
	size_t n_questions = w->questions->n;

	if (w->position == w->limit) {
		w->position = w->from;
		w->pass++;
	}
	if (w->from >= w->limit || w->pass >= n_questions) {
		w->pass = 0;
		w->round++;
		return false;
	}
	step->who = (uint32_t)iprange_order_at(&w->order, w->position++);
	step->question = w->questions->items[(step->who + w->pass) % n_questions];
	return true;
}

uint64_t
walk_done(const struct walk *w)
{
	return (uint64_t)w->pass * (w->limit - w->from) + w->position - w->from;
}

uint64_t
walk_total(const struct walk *w)
{
	return (uint64_t)w->questions->n * (w->limit - w->from);
}
