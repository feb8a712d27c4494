/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Devices and changes for people: their columns in a grid. */
#include "cli/out_format.h"
#include "cli/out_grid.h"

static int
table_open(struct out *o, struct err *e)
{
	const struct column *columns;
	struct grid *g;
	size_t n;

	if (columns_choose(o->info.content, COLUMN_TABLE, o->arena, &columns, &n, e) ==
			-1 ||
		grid_open(&g, columns, n, &o->info, e) == -1)
		return -1;
	o->state = g;
	return 0;
}

static int
table_device(struct out *o, const struct device *d, struct err *e)
{
	return grid_add(o->state, d, e);
}

static int
table_change(struct out *o, const struct change *c, struct err *e)
{
	return grid_add(o->state, c, e);
}

static int
table_close(struct out *o, const struct run_end *end, struct err *e)
{
	struct grid *g = o->state;

	(void)end; /* how the run went is told on standard error */
	o->state = NULL;
	return grid_close(g, e);
}

static void
table_free(struct out *o)
{
	grid_free(o->state);
}

const struct out_format out_table = {
	.open = table_open,
	.device = table_device,
	.change = table_change,
	.close = table_close,
	.free = table_free,
};
