/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a service manager is told while a store is brought up. */
#include "cli/upgrade.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/log.h"

static int64_t now;

static int64_t
mono(struct clock *c)
{
	(void)c;
	return now;
}

static int
open_manager(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	char name[64];
	int n = snprintf(name, sizeof(name), "@muster-test-upgrade-%d", (int)getpid());
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	memcpy(at.sun_path + 1, name + 1, (size_t)n - 1);
	assert_int_equal(0,
		bind(fd, (const struct sockaddr *)(const void *)&at,
			(socklen_t)(offsetof(struct sockaddr_un, sun_path) +
				(size_t)n)));
	assert_int_equal(0, setenv("NOTIFY_SOCKET", name, 1));
	return fd;
}

/* "" when nothing was told. */
static const char *
told(int fd)
{
	static char text[256];
	ssize_t n = recv(fd, text, sizeof(text) - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void
time_is_asked_for_when_a_step_begins_and_while_it_goes_on(void **state)
{
	static const struct {
		const char *label;
		int64_t at; /* seconds */
		int step;
		const char *told; /* what it contains */
	} rows[] = {
		{ "the first step", 100, 6, "schema 6 of 8" },
		{ "a moment later", 101, 6, "" },
		{ "still within its time", 104, 6, "" },
		{ "it goes on", 105, 6, "EXTEND_TIMEOUT_USEC=300000000\n" },
		{ "a moment behind that", 106, 6, "" },
		{ "another step", 107, 7, "schema 7 of 8" },
	};
	struct clock clock = { .mono_us = mono };
	struct upgrade u;
	int fd = open_manager();

	(void)state;
	log_set_level(LOG_ERROR);
	upgrade_init(&u, &clock);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("  %s\n", rows[i].label);
		now = rows[i].at * SECOND;
		u.watch.tick(u.watch.arg, rows[i].step, 8);
		const char *text = told(fd);
		assert_int_equal(*rows[i].told == '\0', *text == '\0');
		if (!strstr(text, rows[i].told))
			fail_msg("%s", text);
	}
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			time_is_asked_for_when_a_step_begins_and_while_it_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
