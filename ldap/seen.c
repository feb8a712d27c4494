/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ldap/seen.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 4096 };

struct slot {
	struct computer_id id;
	bool is_set;
};

struct seen {
	struct slot *slots;
	size_t room, n; /* room: a power of two */
};

struct seen *
seen_new(void)
{
	struct seen *s = calloc(1, sizeof(*s));

	if (s && !(s->slots = calloc(FIRST_ROOM, sizeof(*s->slots)))) {
		free(s);
		return NULL;
	}
	if (s)
		s->room = FIRST_ROOM;
	return s;
}

void
seen_free(struct seen *s)
{
	if (s)
		free(s->slots);
	free(s);
}

/* GUIDs are random but for a few bits ([MS-DTYP] 2.3.4, RFC 4122 §4.4). */
static struct slot *
slot_of(struct slot *slots, size_t room, const struct computer_id *id)
{
	uint64_t h;

	memcpy(&h, id->guid + 8, sizeof(h));
	size_t at = (size_t)((h * 11400714819323198485u) >> 20) & (room - 1);
	while (slots[at].is_set &&
		memcmp(slots[at].id.guid, id->guid, sizeof(id->guid)) != 0)
		at = (at + 1) & (room - 1);
	return &slots[at];
}

static int
grow(struct seen *s, struct err *e)
{
	struct slot *more = calloc(s->room * 2, sizeof(*more));

	if (!more)
		return err_nomem(e);
	for (size_t i = 0; i < s->room; i++)
		if (s->slots[i].is_set)
			*slot_of(more, s->room * 2, &s->slots[i].id) = s->slots[i];
	free(s->slots);
	s->slots = more;
	s->room *= 2;
	return 0;
}

int
seen_add(struct seen *s, const struct computer_id *id, struct err *e)
{
	if ((s->n + 1) * 4 > s->room * 3 && grow(s, e) == -1)
		return -1;
	struct slot *at = slot_of(s->slots, s->room, id);
	bool known = at->is_set;
	bool same = known && at->id.said == id->said;
	*at = (struct slot){ *id, true };
	s->n += !known;
	return !same;
}
