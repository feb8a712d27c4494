/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ndjson.h - observations and run lines as one JSON object a line
 *
 * Record: {"v":1,"at":"…Z","seq":N,"source":"…","run":"…","point":"…","site":"…",
 * "subject":"network","ip":"…","evidence":"reply","facts":{…sorted…},"truncated":true}
 * in that order; "seq", "run", "point", "site" and "ip" only when set, "subject" only when
 * not a device, "truncated" only when true.  No nulls; integers within 2^53; at most
 * NDJSON_LINE_MAX bytes with the newline: arrays that would pass it are cut, texts are cut
 * at FACT_TEXT_LIMIT, and the record says so.  Bytes that are not UTF-8 become U+FFFD.
 *
 * Lines of descriptor 3 (DESIGN.md §4) have "kind": progress, reason, coverage, state, end.
 */
#ifndef INVENTORY_NDJSON_H
#define INVENTORY_NDJSON_H

#include "inventory/source.h"

enum { NDJSON_LINE_MAX = 64 * 1024 };

/*
 * Appends the line with its newline, or nothing.  ERR_ARG: does not fit even with arrays
 * cut, or breaks the contract: facts not in order, a type that the table does not give.
 */
int ndjson_write(const struct observation *, struct sb *out, struct err *);
/*
 * line: without its newline.  out and all it points to: in arena.  Malformed input, a known
 * key with a wrong type, a duplicate key, a member that the record has not, a null, a number
 * beyond 2^53, nesting deeper than 8: ERR_PROTO with what and where.  Facts come out sorted;
 * sets sorted and without duplicates.
 */
int ndjson_read(const char *line, size_t n, struct arena *, struct observation *out,
	struct err *);

/* The value of one fact as compact JSON, and back: what the store keeps. */
int ndjson_write_fact(const struct fact *, struct sb *out, struct err *);
int ndjson_read_fact(const char *key, const char *json, size_t n, struct arena *,
	struct fact *out, struct err *);
/* All facts as one JSON object, and back. */
int ndjson_write_facts(const struct fact *, size_t n, struct sb *out, struct err *);
int ndjson_read_facts(const char *json, size_t n, struct arena *, struct fact **out,
	size_t *n_out, struct err *);

/*
 * Control lines.  Times are texts as in a record, counts are at most 2^53, texts for people
 * are cut at FACT_TEXT_LIMIT.  Coverage of more targets than fit in a line becomes several
 * lines, cut at commas.  A state that does not fit is not written: the next run starts
 * afresh.  The reader calls the monitor's matching function.
 */
void ndjson_write_progress(const struct progress *, struct sb *out);
void ndjson_write_reason(const struct reason *, struct sb *out);
void ndjson_write_coverage(const struct coverage *, struct sb *out);
void ndjson_write_state(const char *text, struct sb *out);
void ndjson_write_end(const struct run_end *, struct sb *out);
int ndjson_read_control(
	const char *line, size_t n, struct arena *, struct monitor *, struct err *);

/* Splits a byte stream into lines, empty ones too; an over-long line is skipped whole and
 * reported once. */
struct ndjson_lines {
	char *buf; /* NDJSON_LINE_MAX bytes */
	size_t used;
	bool skipping;
};

int ndjson_lines_init(struct ndjson_lines *, struct err *);
void ndjson_lines_done(struct ndjson_lines *);
/* Calls line for each whole line in data; too_long (may be NULL) for a skipped one.  A -1
 * from line stops it. */
int ndjson_lines_feed(struct ndjson_lines *, const char *data, size_t n,
	int (*line)(void *arg, const char *, size_t, struct err *),
	void (*too_long)(void *arg), void *arg, struct err *);
/* What is left without a newline at the end of the stream is a line too. */
int ndjson_lines_end(struct ndjson_lines *,
	int (*line)(void *arg, const char *, size_t, struct err *), void *arg,
	struct err *);

#endif
