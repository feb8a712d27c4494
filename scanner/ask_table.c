/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All conversations.  A new one is a file of its own and a word here. */
#include "scanner/ask.h"

#include <string.h>

#define ASKS(X) \
	X(ssh) \
	X(tls) \
	X(http) \
	X(https) \
	X(smb) \
	X(smb1) \
	X(rdp) \
	X(ldap) \
	X(snmp) \
	X(ssdp) \
	X(wsd) \
	X(mdns)

#define DECLARE(a) extern const struct ask ask_##a;
#define ADDRESS(a) &ask_##a,

ASKS(DECLARE)

const struct ask *const asks[] = { ASKS(ADDRESS) NULL };

const struct ask *
ask_find(const char *name)
{
	for (size_t i = 0; asks[i]; i++)
		if (strcmp(asks[i]->name, name) == 0)
			return asks[i];
	return NULL;
}
