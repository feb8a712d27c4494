/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bare.h - loaders that only write: what a store is compared with */
#ifndef BENCH_BARE_H
#define BENCH_BARE_H

#include <stddef.h>

/* From now on each row that any connection of the process writes goes into a log at path,
 * and each commit. */
void bare_record(const char *path);
void bare_record_end(void);

/* Seconds of CPU time to write into a new store at `to`: the rows of the log, one by one in
 * the same transactions; or those that are in the store `from` in the end, by table. */
double bare_repeat(const char *log, const char *to, size_t *rows);
double bare_copy(const char *from, const char *to, size_t *rows);

/* Seconds of CPU time of this process; ends it with a message. */
double bench_now(void);
void bench_fail(const char *what, const char *why);

#endif
