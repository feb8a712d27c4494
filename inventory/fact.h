/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fact.h - the one table of everything that can be known about a subject
 *
 * A row gives validation, NDJSON type, column title, identity role, source of definition
 * and help.  A key that is not in the table is kept and shown, never identity.
 */
#ifndef INVENTORY_FACT_H
#define INVENTORY_FACT_H

#include "base/addr.h"

#include <stddef.h>
#include <string.h>

enum fact_type {
	FACT_TEXT, /* UTF-8, at most FACT_TEXT_LIMIT bytes */
	FACT_INT,  /* |n| <= 2^53 */
	FACT_BOOL,
	FACT_MAC,   /* text form in NDJSON */
	FACT_IP,    /* text form in NDJSON */
	FACT_PORTS, /* sorted set of 1..65535; array in NDJSON */
	FACT_TEXTS, /* sorted set of texts; array in NDJSON */
	FACT_OTHER, /* unknown key: JSON as it came (sorted keys, compact) */
};

enum { FACT_TEXT_LIMIT = 1024, FACT_ITEMS_LIMIT = 4096, FACT_KEY_LIMIT = 64 };

struct fact_def {
	char key[24]; /* "netbios.name"; lies in its row, so that who has it finds the row */
	enum fact_type type;
	const char *title;  /* column heading, or NULL */
	const char *source; /* "RFC 1002 §4.2.18" */
	const char *help;   /* one sentence */
};

/* Sorted by key. */
extern const struct fact_def fact_defs[];
extern const size_t n_fact_defs;

/* NULL: unknown.  One of the table's own strings is not searched for. */
const struct fact_def *fact_find(const char *key);
/* The same, by one who asks in the order of the table: sooner when key stands shortly behind
 * `after`, its last answer or NULL. */
const struct fact_def *fact_find_next(const struct fact_def *after, const char *key);

struct fact {
	const char *key; /* the table's own string when known */
	enum fact_type type;
	union {
		const char *text; /* FACT_TEXT, FACT_OTHER */
		int64_t num;      /* FACT_INT, FACT_BOOL */
		struct mac mac;
		struct addr ip;
		struct {
			const uint16_t *items;
			size_t n;
		} ports;
		struct {
			const char *const *items;
			size_t n;
		} texts;
	};
};

/* strcmp(), which most steps of a search do without. */
static inline int
fact_key_cmp(const char *a, const char *b)
{
	int order = (unsigned char)*a - (unsigned char)*b;

	return order ? order : strcmp(a, b);
}

/* Among n items of `size` bytes, sorted by the key whose text each points to at `key_at`: where
 * a key is, or would go. */
size_t fact_key_place(const void *items, size_t n, size_t size, size_t key_at,
	const char *key, bool *is_there);

/* The fact with this key among facts sorted by key, or NULL. */
const struct fact *fact_get(const struct fact *, size_t n, const char *key);

/* One bit, by how a key begins.  A key whose bit none of some keys has is none of them: of
 * the many that are looked for, most need no search. */
static inline uint64_t
fact_key_bit(const char *key)
{
	return UINT64_C(1) << (((unsigned char)key[0] * 5U + (unsigned char)key[1]) %
		       64);
}

#endif
