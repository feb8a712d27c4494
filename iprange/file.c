/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How @FILE is read where nothing else is asked for. */
#include "base/file.h"
#include "iprange/iprange.h"

static int
read_file(
	void *ctx, const char *path, struct arena *mem, const char **out, struct err *e)
{
	size_t n;

	(void)ctx; /* files need nothing to be remembered */
	return file_read(path, IPRANGE_TEXT_MAX, mem, out, &n, e);
}

const struct iprange_reader iprange_files = { .read_file = read_file };
