/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who is behind a fence writes where it may and nowhere else, reads all but what is hidden, and
 * so does whatever it starts.  Each case is a process of its own: there is no way back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/fence.h"

/* in: writable; out: not; store: beside out, hidden; far: hidden in another folder. */
struct place {
	char dir[64];
	char in[96], out[96], store[96], log[96], beside[96], far[128], near[128];
};

static void
put(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	assert_int_not_equal(-1, fd);
	assert_int_equal(1, write(fd, "x", 1));
	close(fd);
}

static int
make_place(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	assert_non_null(p);
	(void)snprintf(p->dir, sizeof(p->dir), "/tmp/test_fence.XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	(void)snprintf(p->in, sizeof(p->in), "%s/in", p->dir);
	(void)snprintf(p->out, sizeof(p->out), "%s/out", p->dir);
	(void)snprintf(p->store, sizeof(p->store), "%s/muster.db", p->dir);
	(void)snprintf(p->log, sizeof(p->log), "%s/muster.db-wal", p->dir);
	(void)snprintf(p->beside, sizeof(p->beside), "%s/muster.key", p->dir);
	assert_int_equal(0, mkdir(p->in, 0700));
	assert_int_equal(0, mkdir(p->out, 0700));
	(void)snprintf(p->far, sizeof(p->far), "%s/secret", p->out);
	(void)snprintf(p->near, sizeof(p->near), "%s/other", p->out);
	put(p->far);
	put(p->near);
	put(p->store);
	put(p->log);
	put(p->beside);
	*state = p;
	return 0;
}

static int
remove_place(void **state)
{
	struct place *p = *state;
	char command[96];

	(void)snprintf(command, sizeof(command), "rm -rf '%s'", p->dir);
	assert_int_equal(
		0, system(command)); /* NOLINT(cert-env33-c): of our own making */
	free(p);
	return 0;
}

/* --- what is tried; 0, or errno ------------------------------------------------------------- */

static int
open_as(const char *folder, const char *name, int how)
{
	char path[160];

	(void)snprintf(path, sizeof(path), "%s%s", folder, name);
	int fd = open(path, how | O_CLOEXEC, 0600);
	if (fd == -1)
		return errno;
	close(fd);
	return 0;
}

static int
make_in(const struct place *p)
{
	return open_as(p->in, "/new", O_WRONLY | O_CREAT);
}

static int
make_out(const struct place *p)
{
	return open_as(p->out, "/new", O_WRONLY | O_CREAT);
}

static int
change_out(const struct place *p)
{
	return open_as(p->beside, "", O_WRONLY);
}

static int
remove_out(const struct place *p)
{
	return unlink(p->beside) == -1 ? errno : 0;
}

static int
rename_in(const struct place *p)
{
	char from[128], to[128];

	(void)snprintf(from, sizeof(from), "%s/a", p->in);
	(void)snprintf(to, sizeof(to), "%s/b", p->in);
	int rc = open_as(p->in, "/a", O_WRONLY | O_CREAT);
	return rc ? rc : rename(from, to) == -1 ? errno : 0;
}

static int
start_who_makes_out(const struct place *p)
{
	char path[128];
	int status;

	(void)snprintf(path, sizeof(path), "%s/made", p->out);
	pid_t pid = fork();
	if (pid == 0) {
		close(STDERR_FILENO);
		(void)execl("/usr/bin/touch", "touch", path, (char *)NULL);
		_exit(99);
	}
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return EIO;
	return WEXITSTATUS(status) == 99 ? ENOEXEC : WEXITSTATUS(status) ? EACCES : 0;
}

static int
read_store(const struct place *p)
{
	return open_as(p->store, "", O_RDONLY);
}

static int
read_log(const struct place *p)
{
	return open_as(p->log, "", O_RDONLY);
}

static int
read_beside(const struct place *p)
{
	return open_as(p->beside, "", O_RDONLY);
}

static int
read_system(const struct place *p)
{
	(void)p;
	return open_as("/etc/passwd", "", O_RDONLY);
}

static int
read_far(const struct place *p)
{
	return open_as(p->far, "", O_RDONLY);
}

static int
read_near(const struct place *p)
{
	return open_as(p->near, "", O_RDONLY);
}

static int
change_device(const struct place *p)
{
	(void)p;
	return open_as("/dev/null", "", O_WRONLY);
}

/* --- tests ---------------------------------------------------------------------------------- */

static const struct row {
	const char *label;
	int (*try)(const struct place *);
	int open, closed; /* what it gives without `hidden`, and with it */
} rows[] = {
	{ "a file in a writable folder", make_in, 0, 0 },
	{ "another name for it there", rename_in, 0, 0 },
	{ "a file elsewhere", make_out, EACCES, EACCES },
	{ "writing one that is there", change_out, EACCES, EACCES },
	{ "removing it", remove_out, EACCES, EACCES },
	{ "a program that writes elsewhere", start_who_makes_out, EACCES, EACCES },
	{ "a device that is named", change_device, 0, 0 },
	{ "reading of the system", read_system, 0, 0 },
	{ "reading what is hidden", read_store, 0, EACCES },
	{ "reading what begins like it", read_log, 0, EACCES },
	{ "reading what lies beside it", read_beside, 0, 0 },
	{ "reading another one that is hidden", read_far, 0, EACCES },
	{ "reading beside that", read_near, 0, 0 },
};

static int
behind(const struct place *p, const struct row *row, bool hide)
{
	/* A folder that is not there changes nothing. */
	const char *const writable[] = { p->in, "/dev", "/nowhere/at/all" };
	const char *const hidden[] = { p->store, p->far, p->in, "/nowhere/at/all/it" };
	const struct fence f = { .writable = writable,
		.n_writable = 3,
		.hidden = hidden,
		.n_hidden = hide ? 4 : 0 };
	struct err e;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 || fence_enter(&f, &e) == -1)
		return 255;
	return row->try(p);
}

static void
only_what_is_allowed_is_done(void **state)
{
	const struct place *p = *state;
	int status;

	if (!fence_version())
		skip();
	for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i / 2];
		bool hide = i % 2;
		print_message("  %s%s\n", row->label, hide ? ", the store hidden" : "");
		pid_t pid = fork();
		if (pid == 0)
			_exit(behind(p, row, hide));
		assert_int_equal(pid, waitpid(pid, &status, 0));
		assert_true(WIFEXITED(status));
		assert_int_equal(hide ? row->closed : row->open, WEXITSTATUS(status));
	}
}

static void
without_no_new_privs_there_is_none(void **state)
{
	const struct fence f = { .n_writable = 0 };
	struct err e;

	(void)state;
	if (!fence_version() || prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		skip();
	assert_int_equal(-1, fence_enter(&f, &e));
	assert_int_equal(ERR_AUTH, e.code);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			only_what_is_allowed_is_done, make_place, remove_place),
		cmocka_unit_test(without_no_new_privs_there_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
