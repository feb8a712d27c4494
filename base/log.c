/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Messages to the operator: one line, one write(2), so that lines of several processes do
 * not mix.  Its level and style are the program's only global state beside the stop flag.
 */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/sb.h"

enum { MESSAGE_MAX = 4000, LINE_MAX_BYTES = 5 * MESSAGE_MAX };

static enum log_level threshold = LOG_WARN;
static enum log_style style = LOG_PEOPLE;

void
log_setup(enum log_level level, enum log_style s)
{
	threshold = level;
	style = s;
}

void
log_set_level(enum log_level level)
{
	threshold = level;
}

enum log_level
log_level(void)
{
	return threshold;
}

static void
write_line(enum log_level level, const char *tag, const char *text, size_t n)
{
	static const int syslog_priority[] = { /* RFC 5424 table 2 */
		[LOG_ERROR] = 3,
		[LOG_WARN] = 4,
		[LOG_INFO] = 6,
		[LOG_DEBUG] = 7
	};
	struct sb line;

	sb_init(&line, LINE_MAX_BYTES);
	if (style == LOG_SERVICE)
		sb_printf(&line, "<%d>%s: ", syslog_priority[level], tag);
	else
		sb_add(&line, "muster: ");
	sb_add_plain(&line, text, n);
	sb_add(&line, "\n");
	/* Nobody is left to tell when standard error is gone. */
	ssize_t written = write(STDERR_FILENO, line.text, line.len);
	(void)written;
	sb_done(&line);
}

void
log_at(enum log_level level, const char *tag, const char *fmt, ...)
{
	char text[MESSAGE_MAX];
	va_list ap;

	if (level > threshold)
		return;
	va_start(ap, fmt);
	int n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	write_line(level, tag, text,
		(size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1);
}

void
log_error(const char *tag, const struct err *e, const char *doing)
{
	if (doing && *doing)
		log_at(LOG_ERROR, tag, "%s: %s", doing, e->text);
	else
		log_at(LOG_ERROR, tag, "%s", e->text);
}
