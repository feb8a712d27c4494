/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bare.h - loaders that only write: what a store is compared with */
#ifndef BENCH_BARE_H
#define BENCH_BARE_H

#include <stddef.h>

/* From now on each row that any connection of the process writes goes into a log at path,
 * and each commit. */
void bare_record(const char *path);
void bare_record_end(void);

/* Seconds: what a clock on the wall shows, and what the processor worked for this process.
 * They differ by what the disk was waited for, and by what else the machine did. */
struct bench_time {
	double wall, cpu;
};

struct bench_time bench_now(void);
void bench_add_since(struct bench_time *sum, const struct bench_time *from);

/* The time to write into a new store at `to`: the rows of the log, one by one in the same
 * transactions; or those that are in the store `from` in the end, by table. */
struct bench_time bare_repeat(const char *log, const char *to, size_t *rows);
struct bench_time bare_copy(const char *from, const char *to, size_t *rows);

/* Ends the process with a message. */
void bench_fail(const char *what, const char *why);

#endif
