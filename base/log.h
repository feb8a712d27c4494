/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * log.h - what the program tells its operator, on standard error
 *
 * debug: for us.  info: a state change an operator may want.  warn: works, but look.
 * error: something asked for did not happen.  Libraries return errors; only commands and
 * process loops log them, once.  Every argument that came from outside is escaped here
 * (sb_add_plain), so a message is always one line.  Secrets are never logged.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/err.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

/* On a terminal: "muster: text".  Otherwise (a service): "<N>tag: text", N the syslog
 * priority that journald understands. */
enum log_style { LOG_PEOPLE, LOG_SERVICE };

void log_setup(enum log_level, enum log_style);
enum log_level log_level(void);
void log_set_level(enum log_level); /* the style stays */
void log_at(enum log_level, const char *tag, const char *fmt, ...) ERR_PRINTF(3, 4);
void log_error(const char *tag, const struct err *, const char *doing);

/* One per .c file that logs: LOG_TAG("sweep"); */
#define LOG_TAG(t)        static const char log_tag_[] = t
#define log_debug(...)    log_at(LOG_DEBUG, log_tag_, __VA_ARGS__)
#define log_info(...)     log_at(LOG_INFO, log_tag_, __VA_ARGS__)
#define log_warn(...)     log_at(LOG_WARN, log_tag_, __VA_ARGS__)
#define log_err(e, doing) log_error(log_tag_, (e), (doing))

#endif
