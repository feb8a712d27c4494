/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/private_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/data_file.h"
#include "base/file.h"

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

/* Until max bytes or the end. */
static int
read_up_to(int fd, char *buf, size_t max, size_t *n, const char *path, struct err *e)
{
	*n = 0;
	while (*n < max) {
		ssize_t got = read(fd, buf + *n, max - *n);
		if (got == -1 && errno == EINTR)
			continue;
		if (got == -1)
			return err_sys(e, "%s", path);
		if (got == 0)
			break;
		*n += (size_t)got;
	}
	return 0;
}

static int
read_whole(int fd, void *buf, size_t max, size_t *n, const char *path, struct err *e)
{
	char more;
	size_t left;

	if (check_mode(fd, path, e) == -1 ||
		read_up_to(fd, buf, max, n, path, e) == -1 ||
		read_up_to(fd, &more, 1, &left, path, e) == -1)
		return -1;
	return left ? err_set(e, ERR_ARG, "%s: it has more than %zu bytes", path, max)
		    : 0;
}

int
private_file_read(const char *path, void *buf, size_t max, size_t *n, struct err *e)
{
	/* O_NONBLOCK: a pipe of that name must not hold us up; it is refused then. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd == -1) {
		(void)err_sys(e, "%s", path);
		if (e->sys == ENOENT)
			e->code = ERR_NOTFOUND;
		return -1;
	}
	int rc = read_whole(fd, buf, max, n, path, e);
	close(fd);
	return rc;
}

int
private_file_line(const char *path, char *buf, size_t max, struct err *e)
{
	size_t n;

	if (private_file_read(path, buf, max - 1, &n, e) == -1)
		return -1;
	buf[n] = '\0';
	buf[strcspn(buf, "\r\n")] = '\0';
	return buf[0] ? 0 : err_set(e, ERR_ARG, "%s: there is no secret in it", path);
}

int
private_file_write(const char *path, const void *bytes, size_t n, struct err *e)
{
	char other[PATH_MAX];
	int len = snprintf(other, sizeof(other), "%s.XXXXXX", path);

	if (len < 0 || (size_t)len >= sizeof(other))
		return err_set(e, ERR_ARG, "%s: the path is too long", path);
	if (data_file_folders(path, e) == -1)
		return -1;
	int fd = mkostemp(other, O_CLOEXEC); /* mode 0600 */
	if (fd == -1)
		return err_sys(e, "make a file beside %s", path);
	int rc = data_file_give(fd, path, e);
	if (rc == 0)
		rc = file_write(fd, path, bytes, n, e);
	close(fd);
	if (rc == 0 && rename(other, path) == -1)
		rc = err_sys(e, "write %s", path);
	if (rc == -1)
		(void)unlink(other);
	return rc;
}
