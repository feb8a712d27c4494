/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/login.h"

#include <pwd.h>

int
login_name(uid_t uid, struct arena *mem, const char **out, struct err *e)
{
	char room[4096]; /* getpwuid_r(3): for the texts of pw */
	struct passwd row, *pw = NULL;

	(void)getpwuid_r(uid, &row, room, sizeof(room), &pw);
	*out = pw ? arena_strdup(mem, pw->pw_name)
		  : arena_printf(mem, "uid %u", (unsigned)uid);
	return *out ? 0 : err_nomem(e);
}
