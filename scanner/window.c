/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See window.h. */
#include "scanner/window.h"

#define SHRINK    0.5
#define MEAN_OF   128.0 /* ends that the share is of */
#define TOOK_OF   32.0  /* ends that the mean time is of */
#define GROW_TILL 0.25  /* of the patience */
#define BEAR_TILL 0.5

void
window_init(struct window *w, size_t most)
{
	double first = most < WINDOW_FIRST ? (double)most : WINDOW_FIRST;

	*w = (struct window){ .size = first, .most = (double)most };
}

static void
shrink(struct window *w, int64_t wait_us, int64_t now_us)
{
	if (w->shrunk_us && now_us - w->shrunk_us < wait_us)
		return;
	w->shrunk_us = now_us;
	w->size *= SHRINK;
	if (w->size < WINDOW_LEAST)
		w->size = w->most < WINDOW_LEAST ? w->most : WINDOW_LEAST;
}

void
window_ended(struct window *w, bool late, int64_t took_us, int64_t patience_us,
	int64_t now_us)
{
	double patience = (double)patience_us;

	w->bad += ((late ? 1 : 0) - w->bad) / MEAN_OF;
	if (!late)
		w->took_us += ((double)took_us - w->took_us) / TOOK_OF;
	/* Those that are on their way now still show what was before. */
	if (w->bad * 100 >= WINDOW_BAD_SHARE || w->took_us > BEAR_TILL * patience)
		shrink(w, patience_us, now_us);
	else if (!late && w->took_us < GROW_TILL * patience)
		w->size += 1; /* it doubles in the time of a conversation */
	if (w->size > w->most)
		w->size = w->most;
}

size_t
window_size(const struct window *w)
{
	return (size_t)w->size;
}
