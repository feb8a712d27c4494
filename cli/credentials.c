/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/credentials.h"

#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "cli/say.h"

static char asked[SECRET_MAX]; /* what the terminal said, until it is kept elsewhere */

/* Nothing of it may stay in a buffer of stdio. */
static ssize_t
read_line(int fd)
{
	ssize_t n = read(fd, asked, sizeof(asked) - 1);

	asked[n > 0 ? n : 0] = '\0';
	asked[strcspn(asked, "\r\n")] = '\0';
	return n;
}

const char *
credentials_ask(const char *user)
{
	FILE *tty = fopen("/dev/tty", "r+e");
	struct termios before, quiet;
	ssize_t n = -1;

	if (!tty)
		return NULL;
	if (tcgetattr(fileno(tty), &before) == 0) {
		quiet = before;
		quiet.c_lflag &= ~(tcflag_t)ECHO;
		(void)tcsetattr(fileno(tty), TCSAFLUSH, &quiet);
		say(tty, "Secret of %s: ", user);
		(void)fflush(tty);
		n = read_line(fileno(tty));
		(void)tcsetattr(fileno(tty), TCSAFLUSH, &before);
		(void)fputc('\n', tty);
	}
	(void)fclose(tty);
	return n > 0 ? asked : NULL;
}

void
credentials_asked_forget(void)
{
	explicit_bzero(asked, sizeof(asked));
}

int
credentials_load(const struct opt_list *wanted, struct credential *all, size_t n,
	struct arena *mem, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; i < wanted->n && rc == 0; i++) {
		const char *item = wanted->items[i], *is = strchr(item, '=');
		struct credential *c = credential_find(all, n, is ? is + 1 : item);
		if (c)
			rc = credential_load(c, mem, credentials_ask, e);
	}
	credentials_asked_forget();
	return rc;
}

void
credentials_forget(struct credential *all, size_t n)
{
	for (size_t i = 0; i < n; i++)
		credential_forget(&all[i]);
}
