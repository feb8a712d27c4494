/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * out_grid.h - a table for people: rows in aligned columns under their titles
 *
 * Cells are escaped here (sb_add_plain).  No rows, no titles.
 */
#ifndef CLI_OUT_GRID_H
#define CLI_OUT_GRID_H

#include "cli/out_columns.h"

struct grid;

/* columns: borrowed until grid_close.  Of info: to, now, width and color. */
int grid_open(struct grid **, const struct column *columns, size_t n,
	const struct out_info *info, struct err *);
/* thing: what the columns print; borrowed for the call. */
int grid_add(struct grid *, const void *thing, struct err *);
int grid_close(struct grid *, struct err *); /* frees it, also on -1 */
void grid_free(struct grid *);

#endif
