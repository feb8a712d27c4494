/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/as_user.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

/* A user without a name has no groups but the one of its number. */
static int
become(uid_t uid, struct err *e)
{
	char room[4096]; /* getpwuid_r(3): for the texts of pw */
	struct passwd row, *pw = NULL;

	(void)getpwuid_r(uid, &row, room, sizeof(room), &pw);
	gid_t gid = pw ? pw->pw_gid : (gid_t)uid;

	if ((pw ? initgroups(pw->pw_name, gid) : setgroups(0, NULL)) == -1 ||
		setresgid(gid, gid, gid) == -1 || setresuid(uid, uid, uid) == -1)
		return err_sys(e, "become user %u", (unsigned)uid);
	return 0;
}

/* What is shorter than a pipe's atom goes at once. */
static void
child(int to, uid_t uid, int (*work)(void *, struct err *), void *arg)
{
	struct err e = { .code = ERR_NONE };
	bool ok = become(uid, &e) == 0 && work(arg, &e) == 0;

	if (ok)
		e = (struct err){ .code = ERR_NONE };
	_exit(write(to, &e, sizeof(e)) == sizeof(e) ? 0 : 1);
}

int
as_user(uid_t uid, int (*work)(void *, struct err *), void *arg, struct err *e)
{
	struct err said;
	ssize_t n;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) == -1)
		return err_sys(e, "make a pipe");
	pid_t pid = fork();
	if (pid == 0)
		child(ends[1], uid, work, arg);
	close(ends[1]);
	while ((n = pid == -1 ? 0 : read(ends[0], &said, sizeof(said))) == -1 &&
		errno == EINTR)
		;
	close(ends[0]);
	while (pid != -1 && waitpid(pid, NULL, 0) == -1 && errno == EINTR)
		;
	if (n != sizeof(said))
		return err_set(e, ERR_SYS, "user %u could not be tried", (unsigned)uid);
	if (said.code == ERR_NONE)
		return 0;
	*e = said;
	return -1;
}
