/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Error values: a code for programs, a sentence for people.  No allocation. */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int
err_set(struct err *e, enum err_code code, const char *fmt, ...)
{
	va_list ap;

	e->code = code;
	e->sys = 0;
	va_start(ap, fmt);
	(void)vsnprintf(e->text, sizeof(e->text), fmt, ap); /* a cut text is fine */
	va_end(ap);
	return -1;
}

/* "context: cause".  The cause matters more: a long context makes room for it. */
static void join(struct err *, const char *cause, const char *fmt, va_list)
	ERR_PRINTF(3, 0);

static void
join(struct err *e, const char *cause, const char *fmt, va_list ap)
{
	size_t room = sizeof(e->text) - 1, want = strlen(cause) + 2;
	int n = vsnprintf(e->text, sizeof(e->text), fmt, ap);
	size_t at = n > 0 ? (size_t)n : 0;

	if (at + want > room)
		at = want > room ? 0 : room - want;
	(void)snprintf(e->text + at, sizeof(e->text) - at, at ? ": %s" : "%s", cause);
}

int
err_sys(struct err *e, const char *fmt, ...)
{
	int sys = errno;
	va_list ap;

	e->code = ERR_SYS;
	e->sys = sys;
	va_start(ap, fmt);
	join(e, strerror(sys), fmt, ap);
	va_end(ap);
	return -1;
}

int
err_add(struct err *e, const char *fmt, ...)
{
	char cause[sizeof(e->text)];
	va_list ap;

	memcpy(cause, e->text, sizeof(cause));
	va_start(ap, fmt);
	join(e, cause, fmt, ap);
	va_end(ap);
	return -1;
}

int
err_nomem(struct err *e)
{
	return err_set(e, ERR_NOMEM, "out of memory");
}
