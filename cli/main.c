/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds the command, prepares its call, runs it, and turns the outcome into a status. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "cli/command.h"
#include "cli/emit.h"

LOG_TAG("muster");

enum { CALL_MEMORY = 1 << 30 }; /* bytes: a ceiling, not a reservation */

/* systemd.exec(5): $JOURNAL_STREAM is "device:inode" of the journal's socket. */
static bool
logs_to_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char own[64];
	struct stat st;

	if (!stream || fstat(STDERR_FILENO, &st) == -1)
		return false;
	(void)snprintf(own, sizeof(own), "%ju:%ju", (uintmax_t)st.st_dev,
		(uintmax_t)st.st_ino);
	return strcmp(stream, own) == 0;
}

static void
setup_log(const struct common *c)
{
	enum log_style style = logs_to_journal() ? LOG_SERVICE : LOG_PEOPLE;
	enum log_level level = style == LOG_SERVICE ? LOG_INFO : LOG_WARN;

	if (c)
		level = c->quiet ? LOG_ERROR : c->verbose ? LOG_DEBUG : level;
	log_setup(level, style);
}

/* A reader that has gone (muster devices | head) has all it wanted. */
static bool
reader_is_gone(void)
{
	struct pollfd p = { .fd = STDOUT_FILENO, .events = POLLOUT };

	return poll(&p, 1, 0) == 1 && p.revents & POLLERR;
}

/* Results that could not be written are a failure, whatever the command said. */
static int
finish_output(int status)
{
	errno = 0;
	bool failed = fflush(stdout) == EOF || ferror(stdout);
	bool gone = (failed && errno == EBADF) || reader_is_gone();
	/* NFS and the like tell at the end. */
	failed |= fclose(stdout) == EOF;
	if (!failed || gone)
		return status;
	log_at(LOG_ERROR, log_tag_,
		errno ? "write the results: %s" : "write the results", strerror(errno));
	return status == EXIT_DONE ? EXIT_FAILED : status;
}

static int
report(const struct err *e, const char *command)
{
	log_err(e, NULL);
	if (e->code != ERR_ARG)
		return EXIT_FAILED;
	(void)fprintf(stderr,
		command ? "See 'muster %s --help'.\n" : "See 'muster help'.\n", command);
	return EXIT_MISUSE;
}

static int
show_help(const struct command *c)
{
	struct sb text;

	sb_init(&text, 1 << 20);
	help_command(c, &text);
	(void)fputs(text.text, stdout); /* finish_output checks */
	sb_done(&text);
	return EXIT_DONE;
}

/* argv[0] is the name of the command. */
static int
run_command(const struct command *c, int argc, char **argv)
{
	bool is_heard = emit_is_heard(argc, argv); /* before anything is opened */
	struct arena *mem = arena_new(CALL_MEMORY);
	struct err e = { 0 };
	struct call call;
	int rc;

	if (!mem) {
		rc = err_nomem(&e);
	} else if ((rc = call_prepare(c, argc, argv, mem, &call, &e)) == -1) {
		;
	} else if (call.common->help) {
		rc = show_help(c);
	} else {
		setup_log(call.common);
		rc = c->run(&call, &e);
	}
	if (rc == -1) /* who supervises a run hears it where he hears the rest */
		rc = is_heard ? emit_failed(&e) : report(&e, c->name);
	arena_free(mem);
	return rc;
}

/* What people type by habit. */
static const char *
command_name(int argc, char **argv)
{
	static const char *const habits[][2] = { { "--help", "help" }, { "-h", "help" },
		{ "--version", "version" } };

	for (size_t i = 0; argc > 1 && i < sizeof(habits) / sizeof(habits[0]); i++)
		if (strcmp(argv[1], habits[i][0]) == 0)
			return habits[i][1];
	return argc > 1 ? argv[1] : "help";
}

/* Who starts us may have closed a standard descriptor.  A store or a socket in its place
 * would be written into by every message.  Read-only: a write still fails, as it should. */
static void
hold_standard_descriptors(void)
{
	int fd;

	while ((fd = open("/dev/null", O_RDONLY | O_CLOEXEC)) != -1 &&
		fd <= STDERR_FILENO)
		;
	if (fd != -1)
		close(fd);
}

int
main(int argc, char **argv)
{
	const char *name = command_name(argc, argv);
	const struct command *c = command_find(name);
	struct err e;

	hold_standard_descriptors();
	/* A closed pipe is an error of write, seen by finish_output, not our death. */
	(void)signal(SIGPIPE, SIG_IGN);
	setup_log(NULL);
	if (c)
		return finish_output(run_command(
			c, argc > 1 ? argc - 1 : 1, argc > 1 ? argv + 1 : argv));
	if (name[0] == '-')
		(void)err_set(&e, ERR_ARG, "%.60s: the command comes first", name);
	else
		(void)command_unknown(name, &e);
	return report(&e, NULL);
}
