/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rows in aligned columns.  The first rows wait until their widths are known; after
 * BLOCK_ROWS of them (or when they fill their memory) the widths stay and rows pass
 * straight through, so any number can be shown.  On a terminal, wide columns are cut to fit.
 */
#include "cli/out_grid.h"

#include <stdlib.h>
#include <string.h>

#include "cli/out_width.h"

enum {
	BLOCK_ROWS = 5000,
	BLOCK_BYTES = 16 << 20,
	HIDDEN = 0,
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

struct grid {
	struct out_info info;
	const struct column *columns;
	size_t n;
	size_t *widths;     /* HIDDEN: the column is left out */
	bool *filled;       /* a row has something there */
	struct sb line;     /* what is written next */
	struct sb cell;     /* one value before it is escaped */
	struct sb plain;    /* and after */
	struct arena *rows; /* those that wait */
	struct row *first, **last;
	size_t n_rows;
	bool streaming; /* the widths are fixed, the header is out */
};

int
grid_open(struct grid **out, const struct column *columns, size_t n,
	const struct out_info *info, struct err *e)
{
	struct grid *g = calloc(1, sizeof(*g));

	if (!g)
		return err_nomem(e);
	*g = (struct grid){ .info = *info, .columns = columns, .n = n };
	g->last = &g->first;
	sb_init(&g->line, BLOCK_BYTES);
	sb_init(&g->cell, BLOCK_BYTES);
	sb_init(&g->plain, BLOCK_BYTES);
	g->rows = arena_new(BLOCK_BYTES);
	g->widths = calloc(n, sizeof(*g->widths));
	g->filled = calloc(n, sizeof(*g->filled));
	if (!g->rows || !g->widths || !g->filled) {
		grid_free(g);
		return err_nomem(e);
	}
	for (size_t i = 0; i < n; i++)
		g->widths[i] = width_of(columns[i].title);
	*out = g;
	return 0;
}

void
grid_free(struct grid *g)
{
	if (!g)
		return;
	arena_free(g->rows);
	free(g->widths);
	free(g->filled);
	sb_done(&g->line);
	sb_done(&g->cell);
	sb_done(&g->plain);
	free(g);
}

/* --- widths ----------------------------------------------------------------------------- */

static void
widen(struct grid *g, const struct row *r)
{
	for (size_t i = 0; i < g->n; i++) {
		size_t width = width_of(r->cells[i].text);
		if (width > g->widths[i])
			g->widths[i] = width;
		g->filled[i] |= width > 0;
	}
}

/* The widest column that may still be cut; n: none. */
static size_t
widest(const struct grid *g)
{
	size_t found = g->n, width = NARROW;

	for (size_t i = 0; i < g->n; i++)
		if ((g->columns[i].flags & COLUMN_SHRINKS) && g->widths[i] > width) {
			found = i;
			width = g->widths[i];
		}
	return found;
}

/* Without a gap for the first column, which is never left out. */
static size_t
total_width(const struct grid *g)
{
	size_t total = g->widths[0];

	for (size_t i = 1; i < g->n; i++)
		total += g->widths[i] == HIDDEN ? 0 : GAP + g->widths[i];
	return total;
}

/* How narrow the column can be made. */
static size_t
least_width(const struct grid *g, size_t i)
{
	bool shrinks = g->columns[i].flags & COLUMN_SHRINKS && g->widths[i] > NARROW;

	return shrinks ? NARROW : g->widths[i];
}

/* What is empty makes room before anything is cut. */
static void
hide_empty(struct grid *g, size_t width)
{
	enum { MAY_GO = COLUMN_SHRINKS | COLUMN_OPTIONAL };

	for (size_t i = g->n; total_width(g) > width && i-- > 1;)
		if (!g->filled[i] && g->columns[i].flags & MAY_GO)
			g->widths[i] = HIDDEN;
}

static void
fit_to(struct grid *g, size_t width)
{
	hide_empty(g, width);

	size_t least = total_width(g), i;

	for (i = 0; i < g->n; i++)
		least -= g->widths[i] - least_width(g, i);
	for (i = g->n; least > width && i-- > 0;) {
		if (!(g->columns[i].flags & COLUMN_OPTIONAL) || g->widths[i] == HIDDEN)
			continue;
		least -= GAP + least_width(g, i);
		g->widths[i] = HIDDEN;
	}
	for (size_t total = total_width(g); total > width && (i = widest(g)) < g->n;
		total--)
		g->widths[i]--;
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
add_cell(struct grid *g, const struct cell *c, size_t width, bool last)
{
	size_t used, bytes = width_fit(c->text, width, &used);
	bool cut = g->info.width && c->text[bytes] != '\0';

	if (cut)
		bytes = width_fit(c->text, width - 1, &used);
	else
		bytes = strlen(c->text);
	if (c->color && g->info.color)
		sb_add(&g->line, c->color);
	sb_add_n(&g->line, c->text, bytes);
	if (cut) {
		sb_add(&g->line, "…");
		used++;
	}
	if (c->color && g->info.color)
		sb_add(&g->line, "\033[0m");
	if (!last)
		add_spaces(&g->line, (used < width ? width - used : 0) + GAP);
}

static int
put_line(struct grid *g, struct err *e)
{
	if (g->line.bad)
		return err_nomem(e);
	if (fwrite(g->line.text, 1, g->line.len, g->info.to) != g->line.len)
		return err_sys(e, "write the output");
	sb_clear(&g->line);
	return 0;
}

static int
write_cells(struct grid *g, const struct cell *cells, struct err *e)
{
	size_t last = g->n - 1;

	/* No spaces at the end of a line. */
	while (last > 0 && (g->widths[last] == HIDDEN || !cells[last].text[0]))
		last--;
	for (size_t i = 0; i <= last; i++)
		if (g->widths[i] != HIDDEN)
			add_cell(g, &cells[i], g->widths[i], i == last);
	sb_add(&g->line, "\n");
	return put_line(g, e);
}

static int
write_header(struct grid *g, struct err *e)
{
	struct cell *cells = calloc(g->n, sizeof(*cells));

	if (!cells)
		return err_nomem(e);
	for (size_t i = 0; i < g->n; i++)
		cells[i].text = g->columns[i].title;
	int rc = write_cells(g, cells, e);
	free(cells);
	return rc;
}

/* Fixes the widths and writes what waits. */
static int
write_block(struct grid *g, struct err *e)
{
	if (!g->n_rows)
		return 0;
	if (g->info.width)
		fit_to(g, g->info.width);
	if (write_header(g, e) == -1)
		return -1;
	for (const struct row *r = g->first; r; r = r->next)
		if (write_cells(g, r->cells, e) == -1)
			return -1;
	g->first = NULL;
	g->last = &g->first;
	g->streaming = true;
	arena_reset(g->rows);
	return 0;
}

/* NULL: the rows that wait have filled their memory. */
static struct row *
make_row(struct grid *g, const void *thing)
{
	struct row *r = arena_alloc(g->rows, sizeof(*r) + g->n * sizeof(r->cells[0]));

	for (size_t i = 0; r && i < g->n; i++) {
		const struct column *c = &g->columns[i];
		sb_clear(&g->cell);
		sb_clear(&g->plain);
		c->print(c, thing, g->info.now, &g->cell);
		sb_add_plain(&g->plain, g->cell.text, g->cell.len);
		r->cells[i].text = arena_dup(g->rows, g->plain.text, g->plain.len + 1);
		r->cells[i].color = c->color ? c->color(thing) : NULL;
		if (!r->cells[i].text || g->cell.bad || g->plain.bad)
			return NULL;
	}
	return r;
}

int
grid_add(struct grid *g, const void *thing, struct err *e)
{
	struct row *r = make_row(g, thing);

	if (!r && !g->streaming) {
		if (write_block(g, e) == -1)
			return -1;
		r = make_row(g, thing);
	}
	if (!r)
		return err_nomem(e);
	if (g->streaming) {
		int rc = write_cells(g, r->cells, e);
		arena_reset(g->rows);
		return rc;
	}
	widen(g, r);
	*g->last = r;
	g->last = &r->next;
	return ++g->n_rows < BLOCK_ROWS ? 0 : write_block(g, e);
}

int
grid_close(struct grid *g, struct err *e)
{
	int rc = g->streaming ? 0 : write_block(g, e);

	grid_free(g);
	return rc;
}
