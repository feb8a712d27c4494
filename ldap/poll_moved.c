/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Containers that were renamed or moved: what stands below them did not change itself, neither
 * its uSNChanged nor its name, but stands elsewhere now ([MS-ADTS] 3.1.1.5.4).
 */
#include <inttypes.h>
#include <stdio.h>

#include "ldap/poll_private.h"

/* One too many: everything is read below the domain. */
int
poll_add_moved(struct poll *p, const char *dn, struct err *e)
{
	if (p->n_moved > POLL_MOVED_MAX)
		return 0;
	p->moved[p->n_moved] = p->n_moved < POLL_MOVED_MAX
		? arena_strdup(p->domain->mem, dn)
		: p->dir.base;
	return p->moved[p->n_moved++] ? 0 : err_nomem(e);
}

static int
take_container(void *arg, const struct entry *entry, struct err *e)
{
	return poll_add_moved(arg, entry->dn, e);
}

/* Whatever changed of them, for the count does not say what: a policy that was linked costs the
 * same.  Those that programs keep their own things in have another objectCategory. */
static int
find_moved(struct poll *p, struct err *e)
{
	static const char *const none[] = { "1.1", NULL }; /* RFC 4511 §4.5.1.8 */
	char filter[160];
	struct search q = { .base = p->dir.base,
		.filter = filter,
		.scope = SEARCH_ALL,
		.attributes = none,
		.row = take_container };

	(void)snprintf(filter, sizeof(filter),
		"(&(|(objectCategory=organizationalUnit)(objectCategory=container))"
		"(uSNChanged>=%" PRIu64 "))",
		p->since);
	return poll_search(p, &q, e);
}

int
poll_read_moved(struct poll *p, struct err *e)
{
	int rc = 0;

	if (p->why_full)
		return 0;
	if (!p->changed && find_moved(p, e) == -1) /* DirSync has told of them */
		return -1;
	for (size_t i = p->n_moved > POLL_MOVED_MAX ? POLL_MOVED_MAX : 0;
		i < p->n_moved && rc == 0; i++) {
		struct search q = { .base = p->moved[i],
			.filter = "(objectCategory=computer)",
			.scope = SEARCH_ALL,
			.attributes = computer_attributes,
			.row = poll_tell_computer };
		rc = poll_search(p, &q, e);
		if (rc == -1 && e->code == ERR_NOTFOUND) /* moved again meanwhile */
			rc = 0;
	}
	return rc;
}
