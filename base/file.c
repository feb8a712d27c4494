/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads files whole, and secrets. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sb.h"

enum { CHUNK = 64 * 1024 };

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
		if ((size_t)n > text->limit - text->len)
			return err_set(e, ERR_ARG, "is larger than %zu MiB",
				text->limit >> 20);
		sb_add_n(text, chunk, (size_t)n);
		if (text->bad)
			return err_nomem(e);
	}
}

static int
open_file(const char *path, int *fd, struct err *e)
{
	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (*fd != -1)
		return 0;
	(void)err_sys(e, "open %s", path);
	if (e->sys == ENOENT)
		e->code = ERR_NOTFOUND;
	return -1;
}

int
file_read(const char *path, size_t max, struct arena *mem, const char **out, size_t *n,
	struct err *e)
{
	struct sb text;
	char *chunk = arena_alloc(mem, CHUNK);
	int fd, rc = -1;

	if (!chunk)
		return err_nomem(e);
	if (open_file(path, &fd, e) == -1)
		return -1;
	sb_init(&text, max);
	if (read_all(fd, &text, chunk, e) == -1) {
		(void)err_add(e, "%s", path);
		goto out;
	}
	char *copy = arena_strndup(mem, text.text, text.len);
	if (!copy) {
		(void)err_nomem(e);
		goto out;
	}
	*out = copy;
	*n = text.len;
	rc = 0;
out:
	close(fd);
	sb_done(&text);
	return rc;
}

/* --- secrets ------------------------------------------------------------------------------ */

/* By the open descriptor: what was checked is what is read. */
static int
check_mode(int fd, const char *path, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return err_sys(e, "%s", path);
	if (!S_ISREG(st.st_mode) || st.st_mode & (S_IRWXG | S_IRWXO))
		return err_set(e, ERR_AUTH,
			"%s: others may read this secret; chmod 600 it", path);
	return 0;
}

int
file_read_secret(const char *path, char *buf, size_t max, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t n = -1;

	if (fd == -1)
		return err_sys(e, "%s", path);
	int rc = check_mode(fd, path, e);
	if (rc == 0 && (n = read(fd, buf, max - 1)) == -1)
		rc = err_sys(e, "%s", path);
	close(fd);
	if (rc == -1)
		return -1;
	buf[n] = '\0';
	buf[strcspn(buf, "\r\n")] = '\0';
	if (!buf[0])
		return err_set(e, ERR_ARG, "%s: there is no secret in it", path);
	return 0;
}
