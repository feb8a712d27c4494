/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * landlock(7).  The C library has no functions for it.  A rule is about all that is beneath a
 * folder, or about a file, and can only allow: all but some files are all that lies beside their
 * paths, folder by folder from the root.
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

/* --- all but some --------------------------------------------------------------------------- */

/* Paths without links; "" where nothing is hidden. */
struct hidden {
	char paths[FENCE_HIDDEN_MAX][PATH_MAX];
	size_t n;
};

/* false: it has no folder, so it is not there. */
static bool
find_path(const char *path, char out[static PATH_MAX], struct err *e)
{
	const char *slash = strrchr(path, '/'), *file = slash ? slash + 1 : path;
	char *text = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
	char folder[PATH_MAX];

	bool found = text && realpath(text, folder);
	free(text);
	int n = found ? snprintf(out, PATH_MAX, "%s/%s",
				strcmp(folder, "/") == 0 ? "" : folder, file)
		      : 0;
	if (n >= PATH_MAX)
		(void)err_set(e, ERR_ARG, "%s: the path is too long", path);
	return n > 0 && n < PATH_MAX;
}

enum lies { ELSEWHERE, ABOVE, HIDDEN };

/* Where a path lies to those that are hidden. */
static enum lies
look_up(const struct hidden *h, const char *path)
{
	size_t n = strlen(path);
	enum lies lies = ELSEWHERE;

	for (size_t i = 0; i < h->n; i++) {
		const char *one = h->paths[i];
		size_t len = strlen(one);
		if (strncmp(path, one, len) == 0 && !strchr(path + len, '/'))
			return HIDDEN;
		if (strncmp(one, path, n) == 0 && one[n] == '/')
			lies = ABOVE;
	}
	return lies;
}

static int allow_below(const struct rules *, int folder, const char *,
	const struct hidden *, struct err *);

static int
allow_entry(const struct rules *r, DIR *d, const char *name, const char *at,
	const struct hidden *h, struct err *e)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s/%s", at, name);

	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || n >= PATH_MAX)
		return 0;
	switch (look_up(h, path)) {
	case HIDDEN: return 0;
	case ELSEWHERE: return allow(r, dirfd(d), name, READS, e);
	default: break;
	}
	int below = openat(dirfd(d), name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return below == -1 ? err_sys(e, "open the folder %s", path)
			   : allow_below(r, below, path, h, e);
}

/* Takes the descriptor.  at: its path, without a '/' at its end. */
static int
allow_below(const struct rules *r, int folder, const char *at, const struct hidden *h,
	struct err *e)
{
	DIR *d = fdopendir(folder);
	const struct dirent *entry;
	int rc = 0;

	if (!d) {
		err_sys(e, "list the folder %s", at);
		close(folder);
		return -1;
	}
	/* cppcheck-suppress readdirCalled ; nobody else reads this stream */
	for (int i = 0; rc == 0 && (entry = readdir(d)); i++)
		rc = i == ENTRIES_MAX
			? err_set(e, ERR_ARG, "more than %d files in one folder",
				  ENTRIES_MAX)
			: allow_entry(r, d, entry->d_name, at, h, e);
	closedir(d);
	return rc;
}

static int
allow_all_but(const struct rules *r, const struct fence *f, struct err *e)
{
	struct hidden *h = calloc(1, sizeof(*h));
	int rc = -1;

	e->code = ERR_NONE;
	for (size_t i = 0; h && i < f->n_hidden && h->n < FENCE_HIDDEN_MAX; i++)
		h->n += find_path(f->hidden[i], h->paths[h->n], e);
	int root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (!h || root == -1)
		err_sys(e, "list the folders above what is hidden");
	else if (e->code == ERR_NONE)
		rc = allow_below(r, root, "", h, e);
	free(h);
	return rc;
}

/* --- in -------------------------------------------------------------------------------------- */

static int
make_rules(const struct rules *r, const struct fence *f, struct err *e)
{
	if (allow_writing(r, f, e) == -1 ||
		(f->n_hidden && allow_all_but(r, f, e) == -1))
		return -1;
	if (syscall(SYS_landlock_restrict_self, r->fd, 0) == -1)
		return err_sys(e, "enter the fence");
	return 0;
}

int
fence_enter(const struct fence *f, struct err *e)
{
	int version = fence_version();
	struct rules r = { .handled = WRITES | (f->n_hidden ? READS : 0) |
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
