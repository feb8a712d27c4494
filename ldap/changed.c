/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ldap/changed.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { GUID_SIZE = 16, GUIDS_A_FILTER = 40 };

struct guids {
	uint8_t (*items)[GUID_SIZE];
	size_t n, room;
};

struct changed {
	struct guids kinds[2]; /* those that live, the deleted */
};

struct changed *
changed_new(void)
{
	return calloc(1, sizeof(struct changed));
}

void
changed_free(struct changed *c)
{
	if (!c)
		return;
	free(c->kinds[false].items);
	free(c->kinds[true].items);
	free(c);
}

static int
make_room(struct guids *g, struct err *e)
{
	size_t room = g->room ? g->room * 2 : 64;

	if (g->n < g->room)
		return 0;
	void *more = realloc(g->items, room * sizeof(*g->items));
	if (!more)
		return err_nomem(e);
	g->items = more;
	g->room = room;
	return 0;
}

int
changed_add(struct changed *c, const struct entry *entry, struct err *e)
{
	const struct entry_attribute *a = entry_find(entry, "objectGUID");
	const char *is_deleted = entry_text(entry, "isDeleted");
	struct guids *g = &c->kinds[is_deleted && strcasecmp(is_deleted, "TRUE") == 0];

	if (!a || a->values[0].bv_len != GUID_SIZE ||
		(g == &c->kinds[true] && entry_find(entry, "whenCreated")))
		return 0;
	if (c->kinds[false].n + c->kinds[true].n >= CHANGED_MAX)
		return err_set(e, ERR_ARG, "more than %d objects changed", CHANGED_MAX);
	if (make_room(g, e) == -1)
		return -1;
	memcpy(g->items[g->n++], a->values[0].bv_val, GUID_SIZE);
	return 0;
}

/* As RFC 4515 §3 writes bytes. */
static void
add_guid(struct sb *out, const uint8_t *guid)
{
	sb_add(out, "(objectGUID=");
	for (size_t i = 0; i < GUID_SIZE; i++)
		sb_printf(out, "\\%02x", guid[i]);
	sb_add(out, ")");
}

bool
changed_filter(const struct changed *c, bool deleted, size_t *at, struct sb *filter)
{
	const struct guids *g = &c->kinds[deleted];
	size_t end = g->n - *at < GUIDS_A_FILTER ? g->n : *at + GUIDS_A_FILTER;

	if (*at == g->n)
		return false;
	sb_clear(filter);
	sb_add(filter,
		deleted ? "(&(isDeleted=TRUE)(objectClass=computer)(|"
			: "(&(objectCategory=computer)(|");
	for (; *at < end; ++*at)
		add_guid(filter, g->items[*at]);
	sb_add(filter, "))");
	return true;
}
