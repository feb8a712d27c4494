/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads @FILE: whole, bounded, and refused when it is no text. */
#include "iprange/iprange.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK = 64 * 1024 }; /* pipes are files too: the size is not known before */

static int
read_all(int fd, struct sb *text, char *chunk, struct err *e)
{
	for (;;) {
		ssize_t n = read(fd, chunk, CHUNK);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return err_sys(e, "read");
		if (n == 0)
			return 0;
		if (memchr(chunk, '\0', (size_t)n))
			return err_set(
				e, ERR_ARG, "holds a NUL byte: it is no text file");
		sb_add_n(text, chunk, (size_t)n);
		if (text->bad && text->len + (size_t)n > text->limit)
			return err_set(e, ERR_ARG, "is larger than %d MiB",
				IPRANGE_TEXT_MAX >> 20);
		if (text->bad)
			return err_nomem(e);
	}
}

static int
read_file(
	void *ctx, const char *path, struct arena *mem, const char **out, struct err *e)
{
	struct sb text;
	char *chunk = arena_alloc(mem, CHUNK);
	int fd = -1, rc = -1;

	(void)ctx; /* files need nothing to be remembered */
	sb_init(&text, IPRANGE_TEXT_MAX);
	if (!chunk) {
		err_nomem(e);
		goto out;
	}
	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)) == -1) {
		err_sys(e, "%s", path);
		goto out;
	}
	if (read_all(fd, &text, chunk, e) == -1) {
		err_add(e, "%s", path);
		goto out;
	}
	char *copy = arena_strndup(mem, text.text, text.len);
	if (!copy) {
		err_nomem(e);
		goto out;
	}
	*out = copy;
	rc = 0;
out:
	if (fd != -1)
		close(fd);
	sb_done(&text);
	return rc;
}

const struct iprange_reader iprange_files = { .read_file = read_file };
