/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ldap/left.h"

#include <stdlib.h>
#include <string.h>

#include "base/hostname.h"

enum { WAIT_MS = 250 }; /* how long a stop waits at most */

struct left {
	struct one {
		char guid[GUID_TEXT_MAX];
		char *name;
	} * items;
	size_t n, room, most, not_asked;
	struct left_told *told; /* while it asks */
	struct err *e;
	int rc;
};

struct left *
left_new(size_t most)
{
	struct left *l = calloc(1, sizeof(*l));

	if (l)
		l->most = most;
	return l;
}

void
left_free(struct left *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < l->n; i++)
		free(l->items[i].name);
	free(l->items);
	free(l);
}

static int
make_room(struct left *l, struct err *e)
{
	size_t room = l->room ? l->room * 2 : 64;

	if (l->n < l->room)
		return 0;
	struct one *more = realloc(l->items, room * sizeof(*more));
	if (!more)
		return err_nomem(e);
	l->items = more;
	l->room = room;
	return 0;
}

int
left_add(struct left *l, const char *guid, const char *name, struct err *e)
{
	if (!hostname_is_valid(name) || strlen(guid) >= GUID_TEXT_MAX)
		return 0;
	if (l->n == l->most) {
		l->not_asked++;
		return 0;
	}
	char *copy = make_room(l, e) == 0 ? strdup(name) : NULL;
	if (!copy)
		return err_nomem(e);
	memcpy(l->items[l->n].guid, guid, strlen(guid) + 1);
	l->items[l->n++].name = copy;
	return 0;
}

static void
on_name(void *arg, void *who, bool known, const struct addr *addresses, size_t n,
	size_t all)
{
	struct left *l = arg;
	const struct one *one = who;

	l->told->asked++;
	l->told->found += n > 0;
	l->told->unknown += !known;
	l->told->cut += all > n;
	for (size_t i = 0; i < n && l->rc == 0; i++)
		if (!addr_is_multicast(&addresses[i]) &&
			!addr_is_loopback(&addresses[i]) &&
			!addr_is_link_local(&addresses[i]))
			l->rc = l->told->address(
				l->told->arg, one->guid, &addresses[i], l->e);
}

int
left_ask(struct left *l, struct resolver *r, struct left_told *told, struct err *e)
{
	size_t open = l->n;

	l->told = told;
	l->e = e;
	l->rc = 0;
	told->not_asked = l->not_asked;
	resolver_on_name(r, on_name, l);
	for (size_t i = 0; i < l->n && l->rc == 0; i++)
		l->rc = resolver_ask_name(r, l->items[i].name, &l->items[i], e);
	while (l->rc == 0 && open > 0 && !told->stopped(told->arg))
		open = resolver_work(r, WAIT_MS);
	resolver_on_name(r, NULL, NULL);
	return l->rc;
}
