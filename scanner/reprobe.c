/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A list of targets. */
#include "scanner/reprobe.h"

#include <stdlib.h>

uint32_t
reprobe_size(uint32_t n)
{
	uint32_t share = n / REPROBE_SHARE;

	if (n < REPROBE_LEAST)
		return 0;
	return share < REPROBE_MAX ? share : REPROBE_MAX;
}

int
reprobe_begin(struct reprobe *r, struct err *e)
{
	*r = (struct reprobe){ .targets = calloc(REPROBE_MAX, sizeof(*r->targets)),
		.begun = true };
	return r->targets ? 0 : err_nomem(e);
}

void
reprobe_note(struct reprobe *r, uint32_t target)
{
	if (r->n < REPROBE_MAX)
		r->targets[r->n++] = target;
}

uint32_t
reprobe_answered(const struct reprobe *r, const struct targets *t)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < r->n; i++)
		n += targets_is_living(t, r->targets[i]);
	return n;
}

void
reprobe_free(struct reprobe *r)
{
	free(r->targets);
	*r = (struct reprobe){ 0 };
}
