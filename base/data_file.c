/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/data_file.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
is_at_home(const char *home)
{
	return geteuid() == 0 || (home && strcmp(home, DATA_FOLDER) == 0);
}

int
data_file_path(const char *name, struct arena *mem, const char **out, struct err *e)
{
	const char *xdg = getenv("XDG_DATA_HOME"), *home = getenv("HOME");

	if (is_at_home(home))
		*out = arena_printf(mem, DATA_FOLDER "/%s", name);
	else if (xdg && *xdg)
		*out = arena_printf(mem, "%s/muster/%s", xdg, name);
	else if (home && *home)
		*out = arena_printf(mem, "%s/.local/share/muster/%s", home, name);
	else
		return err_set(e, ERR_ARG, "there is no home folder for %s", name);
	return *out ? 0 : err_nomem(e);
}

int
data_file_folders(const char *path, struct err *e)
{
	char part[PATH_MAX];
	size_t n = strlen(path);

	if (n >= sizeof(part))
		return err_set(e, ERR_ARG, "%s: the path is too long", path);
	memcpy(part, path, n + 1);
	for (size_t i = 1; i < n; i++) {
		if (part[i] != '/')
			continue;
		part[i] = '\0';
		if (mkdir(part, 0700) == -1 && errno != EEXIST)
			return err_sys(e, "make the folder %s", part);
		part[i] = '/';
	}
	return 0;
}

int
data_file_give(int fd, const char *path, struct err *e)
{
	struct stat folder;

	if (geteuid() != 0 ||
		strncmp(path, DATA_FOLDER "/", sizeof(DATA_FOLDER "/") - 1) != 0)
		return 0;
	if (stat(DATA_FOLDER, &folder) == -1 ||
		fchown(fd, folder.st_uid, folder.st_gid) == -1)
		return err_sys(e, "give %s to the owner of " DATA_FOLDER, path);
	return 0;
}
