/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A stream of records and control lines.  What can be read can be written, reads back, and
 * is written the same again; its evidence folds into fields.
 */
#include <stdlib.h>
#include <string.h>

#include "inventory/device.h"
#include "inventory/ndjson_private.h"

/* Control lines that were heard, written again. */
struct echo {
	struct monitor m; /* first: the callbacks get it back */
	struct sb out;
};

static void
echo_progress(struct monitor *m, const struct progress *p)
{
	ndjson_write_progress(p, &((struct echo *)m)->out);
}

static void
echo_reason(struct monitor *m, const struct reason *r)
{
	ndjson_write_reason(r, &((struct echo *)m)->out);
}

static void
echo_coverage(struct monitor *m, const struct coverage *c)
{
	ndjson_write_coverage(c, &((struct echo *)m)->out);
}

static void
echo_state(struct monitor *m, const char *text)
{
	ndjson_write_state(text, &((struct echo *)m)->out);
}

static void
echo_end(struct monitor *m, const struct run_end *end)
{
	ndjson_write_end(end, &((struct echo *)m)->out);
}

static void
echo_init(struct echo *e)
{
	e->m = (struct monitor){ echo_progress, echo_reason, echo_coverage, echo_state,
		echo_end };
	sb_init(&e->out, 4 * NDJSON_LINE_MAX);
}

/* Near the line cap a canonical line may be too long, or be cut. */
static bool
may_be_cut(size_t n)
{
	return n > NDJSON_LINE_MAX / 4;
}

static void
check_control(const char *line, size_t n, struct arena *mem)
{
	struct echo once, twice;
	struct err e;

	echo_init(&once);
	echo_init(&twice);
	if (ndjson_read_control(line, n, mem, &once.m, &e) == 0 && !may_be_cut(n)) {
		if (once.out.bad || once.out.len == 0)
			abort();
		if (ndjson_read_control(
			    once.out.text, once.out.len - 1, mem, &twice.m, &e) == -1)
			abort();
		if (strcmp(once.out.text, twice.out.text) != 0)
			abort();
	}
	sb_done(&once.out);
	sb_done(&twice.out);
}

static void
check_evidence(const struct observation *o, struct arena *mem)
{
	struct evidence_row *rows;
	struct device_field *fields;
	size_t n, n_fields;
	struct err e;

	if (device_evidence(o, mem, &rows, &n, &e) == -1)
		abort();
	if (device_fields(rows, n, NULL, mem, &fields, &n_fields, &e) == -1)
		abort();
	for (size_t i = 1; i < n_fields; i++)
		if (strcmp(fields[i - 1].fact.key, fields[i].fact.key) >= 0)
			abort();
}

static void
check_record(const char *line, size_t n, struct arena *mem)
{
	struct observation o, back;
	struct sb once, twice;
	struct err e;

	sb_init(&once, NDJSON_LINE_MAX);
	sb_init(&twice, NDJSON_LINE_MAX);
	if (ndjson_read(line, n, mem, &o, &e) == 0) {
		if (ndjson_write(&o, &once, &e) == 0) {
			if (ndjson_read(once.text, once.len - 1, mem, &back, &e) == -1)
				abort();
			if (observation_cmp(&o, &back) != 0 || o.n_facts != back.n_facts)
				abort();
			if (ndjson_write(&back, &twice, &e) == -1 ||
				strcmp(once.text, twice.text) != 0)
				abort();
		} else if (!may_be_cut(n)) {
			abort();
		}
		check_evidence(&o, mem);
	}
	sb_done(&once);
	sb_done(&twice);
}

/* What is read without a JSON parser is what one reads. */
static void
check_plain(const char *line, size_t n, struct arena *mem)
{
	struct observation plain, parsed;
	struct sb a, b;
	struct err e;

	if (!ndjson_read_plain(line, n, mem, &plain))
		return;
	if (ndjson_read_json(line, n, mem, &parsed, &e) == -1)
		abort();
	sb_init(&a, NDJSON_LINE_MAX);
	sb_init(&b, NDJSON_LINE_MAX);
	if (ndjson_write(&plain, &a, &e) != ndjson_write(&parsed, &b, &e) ||
		a.len != b.len || (a.len && memcmp(a.text, b.text, a.len) != 0))
		abort();
	sb_done(&a);
	sb_done(&b);
}

static int
take_line(void *arg, const char *line, size_t n, struct err *e)
{
	struct arena *mem = arg;
	char *copy = malloc(n ? n : 1);

	(void)e;
	if (!copy)
		return 0;
	if (n)
		memcpy(copy, line, n);
	arena_reset(mem);
	check_record(copy, n, mem);
	check_plain(copy, n, mem);
	check_control(copy, n, mem);
	free(copy);
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct ndjson_lines lines;
	struct arena *mem = arena_new(64 << 20);
	struct err e;

	if (!mem || ndjson_lines_init(&lines, &e) == -1)
		abort();
	/* In pieces whose size the data says. */
	size_t piece = n ? 1 + 37 * (size_t)data[n - 1] : 1;
	for (size_t i = 0; i < n; i += piece)
		(void)ndjson_lines_feed(&lines, (const char *)data + i,
			n - i < piece ? n - i : piece, take_line, NULL, mem, &e);
	(void)ndjson_lines_end(&lines, take_line, mem, &e);
	ndjson_lines_done(&lines);
	arena_free(mem);
	return 0;
}
