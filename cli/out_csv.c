/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * RFC 4180: a header line, CRLF after each line, quotes where needed (sb_add_csv).  Times
 * are RFC 3339.  A cell that a spreadsheet would run as a formula starts with an apostrophe.
 */
#include "cli/out_columns.h"
#include "cli/out_format.h"

enum { CELL_LIMIT = 8 << 20 };

struct csv {
	const struct column *columns;
	size_t n;
	struct sb cell;
};

static int
csv_open(struct out *o, struct err *e)
{
	struct csv *csv = arena_alloc(o->arena, sizeof(*csv));

	if (!csv)
		return err_nomem(e);
	sb_init(&csv->cell, CELL_LIMIT);
	o->state = csv;
	if (columns_choose(o->info.content, COLUMN_CSV, o->arena, &csv->columns,
		    &csv->n, e) == -1)
		return -1;
	for (size_t i = 0; i < csv->n; i++)
		sb_printf(&o->text, "%s%s", i ? "," : "", csv->columns[i].name);
	sb_add(&o->text, "\r\n"); /* RFC 4180 §2 (1) */
	return out_put(o, e);
}

static int
write_row(struct out *o, const void *thing, struct err *e)
{
	struct csv *csv = o->state;

	for (size_t i = 0; i < csv->n; i++) {
		sb_clear(&csv->cell);
		csv->columns[i].print(&csv->columns[i], thing, o->info.now, &csv->cell);
		if (csv->cell.bad)
			return err_nomem(e);
		sb_add(&o->text, i ? "," : "");
		sb_add_csv(&o->text, csv->cell.text, csv->cell.len);
	}
	sb_add(&o->text, "\r\n");
	return out_put(o, e);
}

static int
csv_device(struct out *o, const struct device *d, struct err *e)
{
	return write_row(o, d, e);
}

static int
csv_change(struct out *o, const struct change *c, struct err *e)
{
	return write_row(o, c, e);
}

static void
csv_free(struct out *o)
{
	struct csv *csv = o->state;

	if (csv)
		sb_done(&csv->cell);
}

const struct out_format out_csv = {
	.open = csv_open,
	.device = csv_device,
	.change = csv_change,
	.free = csv_free,
};
