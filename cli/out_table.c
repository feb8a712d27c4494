/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A table for people.  The first rows wait until their widths are known; after BLOCK_ROWS
 * of them (or when they fill their memory) the widths stay and rows pass straight through,
 * so any number of devices can be shown.  On a terminal, wide columns are cut to fit.
 */
#include <string.h>

#include "cli/out_columns.h"
#include "cli/out_format.h"
#include "cli/out_width.h"

enum {
	BLOCK_ROWS = 5000,
	BLOCK_BYTES = 16 << 20,
	GAP = 2,    /* cells between columns */
	NARROW = 8, /* no column is cut below this */
};

struct cell {
	const char *text; /* escaped */
	const char *color;
};

struct row {
	struct row *next;
	struct cell cells[];
};

struct table {
	const struct column *columns;
	size_t n;
	size_t *widths;
	struct sb cell;     /* one value before it is escaped */
	struct sb plain;    /* and after */
	struct arena *rows; /* those that wait */
	struct row *first, **last;
	size_t n_rows;
	bool streaming; /* the widths are fixed, the header is out */
};

static int
table_open(struct out *o, struct err *e)
{
	struct table *t = arena_alloc(o->arena, sizeof(*t));

	if (!t)
		return err_nomem(e);
	o->state = t;
	t->last = &t->first;
	sb_init(&t->cell, BLOCK_BYTES);
	sb_init(&t->plain, BLOCK_BYTES);
	if (!(t->rows = arena_new(BLOCK_BYTES)))
		return err_nomem(e);
	if (columns_choose(o->info.content, COLUMN_TABLE, o->arena, &t->columns, &t->n,
		    e) == -1)
		return -1;
	t->widths = arena_new_array(o->arena, size_t, t->n);
	if (!t->widths)
		return err_nomem(e);
	for (size_t i = 0; i < t->n; i++)
		t->widths[i] = width_of(t->columns[i].title);
	return 0;
}

/* --- widths ----------------------------------------------------------------------------- */

static void
widen(struct table *t, const struct row *r)
{
	for (size_t i = 0; i < t->n; i++) {
		size_t width = width_of(r->cells[i].text);
		if (width > t->widths[i])
			t->widths[i] = width;
	}
}

/* The widest column that may still be cut; n: none. */
static size_t
widest(const struct table *t)
{
	size_t found = t->n, width = NARROW;

	for (size_t i = 0; i < t->n; i++)
		if ((t->columns[i].flags & COLUMN_SHRINKS) && t->widths[i] > width) {
			found = i;
			width = t->widths[i];
		}
	return found;
}

static void
fit_to(struct table *t, size_t width)
{
	size_t total = GAP * (t->n - 1), i;

	for (i = 0; i < t->n; i++)
		total += t->widths[i];
	for (; total > width && (i = widest(t)) < t->n; total--)
		t->widths[i]--;
}

/* --- rows ------------------------------------------------------------------------------- */

static void
add_spaces(struct sb *out, size_t n)
{
	for (size_t i = 0; i < n; i++)
		sb_add(out, " ");
}

/* Only a terminal has a width to keep to: a pipe gets every byte. */
static void
add_cell(struct out *o, const struct cell *c, size_t width, bool last)
{
	size_t used, bytes = width_fit(c->text, width, &used);
	bool cut = o->info.width && c->text[bytes] != '\0';

	if (cut)
		bytes = width_fit(c->text, width - 1, &used);
	else
		bytes = strlen(c->text);
	if (c->color && o->info.color)
		sb_add(&o->text, c->color);
	sb_add_n(&o->text, c->text, bytes);
	if (cut) {
		sb_add(&o->text, "…");
		used++;
	}
	if (c->color && o->info.color)
		sb_add(&o->text, "\033[0m");
	if (!last)
		add_spaces(&o->text, (used < width ? width - used : 0) + GAP);
}

static int
write_cells(struct out *o, const struct cell *cells, struct err *e)
{
	struct table *t = o->state;
	size_t last = t->n - 1;

	while (last > 0 && !cells[last].text[0]) /* no spaces at the end of a line */
		last--;
	for (size_t i = 0; i <= last; i++)
		add_cell(o, &cells[i], t->widths[i], i == last);
	sb_add(&o->text, "\n");
	return out_put(o, e);
}

static int
write_header(struct out *o, struct err *e)
{
	struct table *t = o->state;
	struct cell *cells = arena_new_array(o->arena, struct cell, t->n);

	if (!cells)
		return err_nomem(e);
	for (size_t i = 0; i < t->n; i++)
		cells[i].text = t->columns[i].title;
	return write_cells(o, cells, e);
}

/* Fixes the widths and writes what waits. */
static int
write_block(struct out *o, struct err *e)
{
	struct table *t = o->state;

	if (!t->n_rows)
		return 0;
	if (o->info.width)
		fit_to(t, o->info.width);
	if (write_header(o, e) == -1)
		return -1;
	for (const struct row *r = t->first; r; r = r->next)
		if (write_cells(o, r->cells, e) == -1)
			return -1;
	t->first = NULL;
	t->last = &t->first;
	t->streaming = true;
	arena_reset(t->rows);
	return 0;
}

/* NULL: the rows that wait have filled their memory. */
static struct row *
make_row(struct out *o, const void *thing)
{
	struct table *t = o->state;
	struct row *r = arena_alloc(t->rows, sizeof(*r) + t->n * sizeof(r->cells[0]));

	for (size_t i = 0; r && i < t->n; i++) {
		const struct column *c = &t->columns[i];
		sb_clear(&t->cell);
		sb_clear(&t->plain);
		c->print(c, thing, o->info.now, &t->cell);
		sb_add_plain(&t->plain, t->cell.text, t->cell.len);
		r->cells[i].text = arena_dup(t->rows, t->plain.text, t->plain.len + 1);
		r->cells[i].color = c->color ? c->color(thing) : NULL;
		if (!r->cells[i].text || t->cell.bad || t->plain.bad)
			return NULL;
	}
	return r;
}

static int
add_row(struct out *o, const void *thing, struct err *e)
{
	struct table *t = o->state;
	struct row *r = make_row(o, thing);

	if (!r && !t->streaming) {
		if (write_block(o, e) == -1)
			return -1;
		r = make_row(o, thing);
	}
	if (!r)
		return err_nomem(e);
	if (t->streaming) {
		int rc = write_cells(o, r->cells, e);
		arena_reset(t->rows);
		return rc;
	}
	widen(t, r);
	*t->last = r;
	t->last = &r->next;
	return ++t->n_rows < BLOCK_ROWS ? 0 : write_block(o, e);
}

static int
table_device(struct out *o, const struct device *d, struct err *e)
{
	return add_row(o, d, e);
}

static int
table_change(struct out *o, const struct change *c, struct err *e)
{
	return add_row(o, c, e);
}

static int
table_close(struct out *o, const struct run_end *end, struct err *e)
{
	struct table *t = o->state;

	(void)end; /* how the run went is told on standard error */
	return t->streaming ? 0 : write_block(o, e);
}

static void
table_free(struct out *o)
{
	struct table *t = o->state;

	if (!t)
		return;
	arena_free(t->rows);
	sb_done(&t->cell);
	sb_done(&t->plain);
}

const struct out_format out_table = {
	.open = table_open,
	.device = table_device,
	.change = table_change,
	.close = table_close,
	.free = table_free,
};
