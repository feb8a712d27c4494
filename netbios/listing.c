/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "netbios/listing.h"

#include <string.h>

#include "base/foreign.h"

int
listing_domain(struct roster *r, const struct rap_entry *entry)
{
	struct domain *d = roster_domain(r, entry->name);
	struct rd comment = entry->comment;
	char master[sizeof(d->master.name)] = "";
	size_t n = rd_left(&comment);

	if (!d)
		return -1;
	d->learnt |= LEARNT_LIST;
	if (n == 0 || n >= sizeof(master))
		return 0;
	rd_copy(&comment, master, n);
	d->master = nbname_of(master, NETBIOS_WORKSTATION);
	return 0;
}

/* The flags of several lists about one machine are added up: a master knows its own.  Of
 * libsmbclient there are none. */
int
listing_machine(struct roster *r, const char *domain, const struct rap_entry *entry)
{
	struct listed *l = roster_listed(r, domain, entry->name);
	char comment[FOREIGN_TEXT_MAX];

	if (!l)
		return -1;
	l->types |= entry->types;
	if (entry->major || entry->minor) {
		l->major = entry->major;
		l->minor = entry->minor;
	}
	size_t n = foreign_text(comment, entry->comment);
	if (n && n < sizeof(l->comment))
		memcpy(l->comment, comment, n + 1);
	return 0;
}

int
listing_take(struct roster *r, const char *domain, const struct list_entry *listed)
{
	struct rap_entry entry = { .comment = rd_from(
					   listed->comment, strlen(listed->comment)) };

	memcpy(entry.name, listed->name, sizeof(entry.name));
	if (!entry.name[0])
		return 0;
	return listed->is_domain ? listing_domain(r, &entry)
				 : listing_machine(r, domain, &entry);
}
