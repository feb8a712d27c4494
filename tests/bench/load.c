/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * load record ROWS LOG STORE	ROWS (NDJSON) become devices in STORE; each row it writes goes into LOG
 * load repeat LOG STORE	writes these rows into STORE, in the same transactions, and does
 *				nothing else: the bare load (bare.h)
 * load copy FROM STORE		writes what is in the store FROM in the end
 *
 * Who starts it measures it.
 */
#include <stdio.h>
#include <string.h>

#include "db/gather.h"
#include "inventory/ndjson.h"
#include "tests/bench/bare.h"

static void
check(int rc, const struct err *e)
{
	if (rc == -1)
		bench_fail("load", e->text);
}

static int
take_line(void *arg, const char *line, size_t n, struct err *e)
{
	return gather_line(arg, line, n, e);
}

static void
gather_file(struct gather *g, const char *path)
{
	static char bytes[64 << 10];
	struct ndjson_lines lines;
	FILE *f = fopen(path, "rb");
	struct err e;
	size_t n;

	if (!f)
		bench_fail(path, "cannot be read");
	check(ndjson_lines_init(&lines, &e), &e);
	while ((n = fread(bytes, 1, sizeof(bytes), f)) > 0)
		check(ndjson_lines_feed(&lines, bytes, n, take_line, NULL, g, &e), &e);
	check(ndjson_lines_end(&lines, take_line, g, &e), &e);
	check(gather_flush(g, &e), &e);
	ndjson_lines_done(&lines);
	(void)fclose(f);
}

static size_t
record(const char *rows, const char *log, const char *store)
{
	struct gather g = { .clock = &clock_system };
	struct err e;

	bare_record(log);
	check(store_open(&g.store, store, STORE_WRITE, &e), &e);
	check(gather_init(&g, &e), &e);
	gather_file(&g, rows);
	gather_done(&g);
	store_close(g.store);
	bare_record_end();
	return g.total.observations;
}

int
main(int argc, char **argv)
{
	size_t rows = 0;

	if (argc == 5 && strcmp(argv[1], "record") == 0)
		rows = record(argv[2], argv[3], argv[4]);
	else if (argc == 4 && strcmp(argv[1], "repeat") == 0)
		(void)bare_repeat(argv[2], argv[3], &rows);
	else if (argc == 4 && strcmp(argv[1], "copy") == 0)
		(void)bare_copy(argv[2], argv[3], &rows);
	if (rows == 0)
		bench_fail("load", "nothing was loaded");
	printf("%zu\n", rows);
	return 0;
}
