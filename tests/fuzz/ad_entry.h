/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ad_entry.h - entries of a directory, made of what a fuzzer gives
 *
 *	2 bytes		how long the name of the entry is, and the name; then values:
 *	1 byte		whose value (the names of the harness; the last: of the one before)
 *	1 byte		how long it is; 255: this entry is at its end
 */
#ifndef FUZZ_AD_ENTRY_H
#define FUZZ_AD_ENTRY_H

#include <string.h>

#include "base/sb.h"
#include "frame.h"
#include "ldap/session.h"

enum { ENTRY_VALUES = 256, ENTRY_END = 255 };

/* As libldap gives them: with a NUL behind, and perhaps some within. */
static inline struct berval
entry_value(struct arena *mem, struct rd *r, size_t n)
{
	size_t have = n < rd_left(r) ? n : rd_left(r);
	char *copy = arena_alloc(mem, have + 1);

	MUST(copy);
	if (have)
		memcpy(copy, rd_take(r, have), have);
	return (struct berval){ have, copy };
}

/* As session.c does it: values of one attribute stand together, and none has none. */
static inline void
entry_read(struct rd *r, const char *const *names, size_t n_names, struct entry *e,
	struct berval values[static ENTRY_VALUES])
{
	size_t n = 0;

	e->dn = entry_value(e->mem, r, rd_be16(r) & 0x1ff).bv_val;
	while (rd_left(r) && n < ENTRY_VALUES) {
		size_t which = rd_u8(r) % (n_names + 1), size = rd_u8(r);
		if (size == ENTRY_END)
			break;
		if (which < n_names && !entry_find(e, names[which])) {
			const char *name = names[which];
			e->attributes[e->n++] = (struct entry_attribute){
				.name = { strlen(name), (char *)(uintptr_t)name },
				.values = values + n,
			};
		}
		if (e->n == 0)
			continue;
		values[n++] = entry_value(e->mem, r, size);
		e->attributes[e->n - 1].n++;
	}
}

/* A text that may be told. */
static inline void
must_be_clean(const char *text)
{
	size_t n = strlen(text);

	MUST(n > 0);
	for (size_t i = 0, size; i < n; i += size) {
		size = utf8_char(text + i, n - i);
		MUST(size > 0 && (unsigned char)text[i] >= 0x20 && text[i] != 0x7f);
	}
}

#endif
