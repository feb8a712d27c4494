/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * landlock(7).  The C library has no functions for it.  A rule is about all that is beneath a
 * folder, or about a file, and can only allow: all but one file are all that lies beside its
 * path, folder by folder from the root.
 */
#include "host/fence.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/landlock.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef LANDLOCK_ACCESS_FS_TRUNCATE /* headers of before Linux 6.2 */
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif

#define READS (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITES \
	(LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | \
		LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR | \
		LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | \
		LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO | \
		LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM)
/* What can be said of a file that is no folder. */
#define OF_FILES \
	(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | \
		LANDLOCK_ACCESS_FS_TRUNCATE)

enum { ENTRIES_MAX = 8192 }; /* of one folder */

struct rules {
	int fd;
	uint64_t handled;
};

int
fence_version(void)
{
	long n = syscall(
		SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

	return n > 0 ? (int)n : 0;
}

/* What cannot be opened is not allowed, which it was not before. */
static int
allow(const struct rules *r, int folder, const char *name, uint64_t rights,
	struct err *e)
{
	struct landlock_path_beneath_attr rule = { .allowed_access = rights & r->handled,
		.parent_fd = openat(folder, name, O_PATH | O_NOFOLLOW | O_CLOEXEC) };
	struct stat st;
	int rc = 0;

	if (rule.parent_fd == -1)
		return 0;
	if (fstat(rule.parent_fd, &st) == -1 || S_ISLNK(st.st_mode))
		goto out; /* what a link leads to is judged where it is */
	if (!S_ISDIR(st.st_mode))
		rule.allowed_access &= OF_FILES;
	if (rule.allowed_access &&
		syscall(SYS_landlock_add_rule, r->fd, LANDLOCK_RULE_PATH_BENEATH, &rule,
			0) == -1)
		rc = err_sys(e, "allow %s", name);
out:
	close(rule.parent_fd);
	return rc;
}

static int
allow_writing(const struct rules *r, const struct fence *f, struct err *e)
{
	char path[PATH_MAX];

	for (size_t i = 0; i < f->n_writable; i++)
		if (realpath(f->writable[i], path) &&
			allow(r, AT_FDCWD, path, r->handled, e) == -1)
			return -1;
	return 0;
}

/* --- all but one ---------------------------------------------------------------------------- */

/* Takes the descriptor.  name[0..n): what is left out; `beginning`: and what begins so. */
static int
allow_others(const struct rules *r, int folder, const char *name, size_t n,
	bool beginning, struct err *e)
{
	DIR *d = fdopendir(folder);
	const struct dirent *entry;
	int rc = 0;

	if (!d) {
		err_sys(e, "list the folders above the store");
		close(folder);
		return -1;
	}
	/* cppcheck-suppress readdirCalled ; nobody else reads this stream */
	for (int i = 0; rc == 0 && (entry = readdir(d)); i++) {
		const char *has = entry->d_name;
		if (i == ENTRIES_MAX)
			rc = err_set(e, ERR_ARG, "more than %d files in one folder",
				ENTRIES_MAX);
		else if (strcmp(has, ".") != 0 && strcmp(has, "..") != 0 &&
			!(strncmp(has, name, n) == 0 && (beginning || !has[n])))
			rc = allow(r, dirfd(d), has, READS, e);
	}
	closedir(d);
	return rc;
}

static int
open_folder(int above, const char *name, struct err *e)
{
	int fd = openat(above, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd == -1)
		err_sys(e, "open the folder %s", name);
	return fd;
}

/* The folder of a path. */
static int
find_folder(const char *path, char out[static PATH_MAX], struct err *e)
{
	const char *slash = strrchr(path, '/');
	char *text = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");

	if (!text)
		return err_nomem(e);
	int rc = realpath(text, out) ? 0 : err_sys(e, "find %s", text);
	free(text);
	return rc;
}

static int
allow_all_but(const struct rules *r, const char *hidden, struct err *e)
{
	const char *slash = strrchr(hidden, '/'), *file = slash ? slash + 1 : hidden;
	char path[PATH_MAX], name[NAME_MAX + 1];

	if (find_folder(hidden, path, e) == -1)
		return -1;
	int at = open_folder(AT_FDCWD, "/", e), below;
	for (const char *p = path + 1; at != -1 && *p; at = below) {
		size_t n = strcspn(p, "/");
		(void)snprintf(name, sizeof(name), "%.*s", (int)n, p);
		below = open_folder(at, name, e);
		if (below == -1) {
			close(at);
			return -1;
		}
		if (allow_others(r, at, p, n, false, e) == -1) {
			close(below);
			return -1;
		}
		p += n + (p[n] == '/');
	}
	return at == -1 ? -1 : allow_others(r, at, file, strlen(file), true, e);
}

/* --- in -------------------------------------------------------------------------------------- */

static int
make_rules(const struct rules *r, const struct fence *f, struct err *e)
{
	if (allow_writing(r, f, e) == -1 ||
		(f->hidden && allow_all_but(r, f->hidden, e) == -1))
		return -1;
	if (syscall(SYS_landlock_restrict_self, r->fd, 0) == -1)
		return err_sys(e, "enter the fence");
	return 0;
}

int
fence_enter(const struct fence *f, struct err *e)
{
	int version = fence_version();
	struct rules r = { .handled = WRITES | (f->hidden ? READS : 0) |
			(version >= 2 ? LANDLOCK_ACCESS_FS_REFER : 0) |
			(version >= 3 ? LANDLOCK_ACCESS_FS_TRUNCATE : 0) };
	struct landlock_ruleset_attr attr = { .handled_access_fs = r.handled };

	if (!version)
		return 0;
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		return err_set(e, ERR_AUTH, "a fence needs no-new-privs");
	r.fd = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	if (r.fd == -1)
		return err_sys(e, "make a fence");
	int rc = make_rules(&r, f, e);
	close(r.fd);
	return rc;
}
