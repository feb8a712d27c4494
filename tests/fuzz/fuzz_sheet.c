/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sheet from a store that somebody wrote to: refused, or it comes back the same. */
#include <stdlib.h>
#include <string.h>

#include "db/sheet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *mem = arena_new(32 << 20);
	struct evidence_row *rows, *back;
	struct sb text;
	struct err e;
	size_t n, n_back;

	sb_init(&text, SHEET_MAX);
	char *copy = mem ? arena_strndup(mem, (const char *)data, size) : NULL;
	if (copy && sheet_read(copy, mem, &rows, &n, &e) == 0) {
		if (sheet_write(rows, n, &text) == -1 ||
			sheet_read(text.text, mem, &back, &n_back, &e) == -1 ||
			n != n_back)
			abort();
		for (size_t i = 0; i < n; i++)
			if (strcmp(rows[i].value, back[i].value) != 0 ||
				strcmp(rows[i].run, back[i].run) != 0 ||
				rows[i].at != back[i].at ||
				rows[i].first_at != back[i].first_at)
				abort();
	}
	sb_done(&text);
	arena_free(mem);
	return 0;
}
