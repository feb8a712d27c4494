/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ping.h - the LDAP ping ([MS-ADTS] 6.3.3): which controllers live, many asked at once */
#ifndef LDAP_PING_H
#define LDAP_PING_H

#include "ldap/reach.h"
#include "wire/netlogon.h"

#include <stdbool.h>
#include <stddef.h>

struct ping {
	const char *host;
	struct netlogon *said; /* what it answers goes here; NULL: only that it does */
	bool answered;
	struct err why; /* when it did not: ERR_TIMEOUT: no answer; ERR_NOTFOUND: it is none
			 * of this domain, or has no address that may be asked */
};

/* Asks them all, each at all its addresses, again and again until all have answered or
 * refused, `enough` have answered, or wait_ms is over.  At most PING_LINES addresses in all. */
enum { PING_LINES = 64 };
void ping_all(const struct reach *, const char *domain, int wait_ms, struct ping *,
	size_t n, size_t enough);

#endif
