/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads files whole, and replaces them. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sb.h"

enum { CHUNK = 16 * 1024 };

static int
read_all(int fd, struct sb *text, struct err *e)
{
	char chunk[CHUNK];

	for (;;) {
		ssize_t n = read(fd, chunk, sizeof(chunk));
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
	int fd, rc = -1;

	if (open_file(path, &fd, e) == -1)
		return -1;
	sb_init(&text, max);
	if (read_all(fd, &text, e) == -1) {
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

/* --- and back ------------------------------------------------------------------------------- */

struct replacing {
	char path[PATH_MAX]; /* behind links, which stay */
	char new[PATH_MAX + 8];
	int old, out, folder;
	struct stat st;
};

/* One at a time, and only who has seen what is there now. */
static int
lock_old(struct replacing *r, const char *was, size_t was_n, struct err *e)
{
	struct arena *mem = arena_new(was_n + 4 * CHUNK);
	struct stat now;
	const char *text;
	size_t n;
	int rc = -1;

	if (!mem)
		return err_nomem(e);
	if (open_file(r->path, &r->old, e) == -1) {
		/* told */
	} else if (flock(r->old, LOCK_EX | LOCK_NB) == -1 ||
		fstat(r->old, &r->st) == -1 || stat(r->path, &now) == -1 ||
		now.st_ino != r->st.st_ino ||
		file_read(r->path, was_n + 1, mem, &text, &n, e) == -1 || n != was_n ||
		memcmp(text, was, n) != 0) {
		(void)err_set(e, ERR_ARG,
			"%s: somebody else has changed it just now; try again", r->path);
	} else {
		rc = 0;
	}
	arena_free(mem);
	return rc;
}

static int
open_new(struct replacing *r, struct err *e)
{
	char copy[PATH_MAX];

	(void)snprintf(copy, sizeof(copy), "%s", r->path);
	r->folder = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	(void)snprintf(r->new, sizeof(r->new), "%s.XXXXXX", r->path);
	r->out = r->folder == -1 ? -1 : mkostemp(r->new, O_CLOEXEC);
	if (r->out == -1) {
		(void)err_sys(e, "write beside %s", r->path);
		r->new[0] = '\0';
		return -1;
	}
	/* Who is not root may own no file of others: then its readers would change. */
	if ((r->st.st_uid != geteuid() || r->st.st_gid != getegid()) &&
		fchown(r->out, r->st.st_uid, r->st.st_gid) == -1)
		return err_sys(e, "keep the owner of %s", r->path);
	if (fchmod(r->out, r->st.st_mode & 07777) == -1)
		return err_sys(e, "keep the rights of %s", r->path);
	return 0;
}

int
file_write(int fd, const char *path, const void *bytes, size_t n, struct err *e)
{
	for (const char *at = bytes; n > 0;) {
		ssize_t put = write(fd, at, n);
		if (put == -1 && errno == EINTR)
			continue;
		if (put == -1)
			return err_sys(e, "write %s", path);
		at += put;
		n -= (size_t)put;
	}
	return fsync(fd) == -1 ? err_sys(e, "write %s", path) : 0;
}

static int
write_new(struct replacing *r, const char *text, size_t n, struct err *e)
{
	if (file_write(r->out, r->path, text, n, e) == -1)
		return -1;
	if (rename(r->new, r->path) == -1)
		return err_sys(e, "replace %s", r->path);
	r->new[0] = '\0';
	/* From here on it is there; only the power could take it back. */
	return fsync(r->folder) == -1 ? err_sys(e, "replace %s", r->path) : 0;
}

int
file_replace(const char *path, const char *was, size_t was_n, const char *text,
	size_t n, struct err *e)
{
	struct replacing r = { .old = -1, .out = -1, .folder = -1 };
	int rc = -1;

	if (!realpath(path, r.path))
		(void)err_sys(e, "open %s", path);
	else if (lock_old(&r, was, was_n, e) == 0 && open_new(&r, e) == 0)
		rc = write_new(&r, text, n, e);
	if (r.new[0])
		(void)unlink(r.new);
	const int fds[] = { r.old, r.out, r.folder };
	for (size_t i = 0; i < 3; i++)
		if (fds[i] != -1)
			close(fds[i]);
	return rc;
}
