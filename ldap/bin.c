/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A list that is put in order when it is first asked. */
#include "ldap/bin.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ldap/objectid.h"

enum { BIN_MEMORY = 16 << 20, BIN_MAX = 100000 };

struct bin {
	struct arena *mem;
	struct deleted {
		const char *account; /* lower case */
		int64_t usn;
		char guid[GUID_TEXT_MAX];
	} * items;
	size_t n, room;
	bool in_order;
};

struct bin *
bin_new(void)
{
	struct bin *b = calloc(1, sizeof(*b));

	if (b && !(b->mem = arena_new(BIN_MEMORY))) {
		free(b);
		return NULL;
	}
	return b;
}

void
bin_free(struct bin *b)
{
	if (!b)
		return;
	arena_free(b->mem);
	free(b->items);
	free(b);
}

static bool
make_room(struct bin *b)
{
	if (b->n < b->room)
		return true;
	size_t room = b->room ? b->room * 2 : 64;
	struct deleted *more = room <= 2 * BIN_MAX
		? realloc(b->items, room * sizeof(*more))
		: NULL;
	if (!more)
		return false;
	b->items = more;
	b->room = room;
	return true;
}

void
bin_add(struct bin *b, const struct entry *entry)
{
	const char *account = entry_text(entry, "sAMAccountName");
	const struct entry_attribute *a = entry_find(entry, "objectGUID");
	struct deleted d = { .usn = 0 };

	if (!account || !a || !make_room(b) ||
		!guid_print(rd_from(a->values[0].bv_val, a->values[0].bv_len), d.guid) ||
		!(d.account = arena_strlower(b->mem, account)))
		return;
	(void)entry_number(entry, "uSNChanged", &d.usn);
	b->items[b->n++] = d;
	b->in_order = false;
}

/* Of one name the last first. */
static int
by_account(const void *left, const void *right)
{
	const struct deleted *a = left, *b = right;
	int order = strcmp(a->account, b->account);

	return order ? order : (a->usn < b->usn) - (a->usn > b->usn);
}

const char *
bin_find(struct bin *b, const char *account)
{
	size_t from = 0, to = b->n;

	if (b->n == 0)
		return NULL;
	if (!b->in_order)
		qsort(b->items, b->n, sizeof(*b->items), by_account);
	b->in_order = true;
	while (from < to) {
		size_t mid = from + (to - from) / 2;
		if (strcasecmp(b->items[mid].account, account) < 0)
			from = mid + 1;
		else
			to = mid;
	}
	return from < b->n && strcasecmp(b->items[from].account, account) == 0
		? b->items[from].guid
		: NULL;
}
