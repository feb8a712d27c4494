/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dnsrecord.h - a DNS record as an AD-integrated zone keeps it ([MS-DNSP] 2.3.2.2) */
#ifndef LDAP_DNSRECORD_H
#define LDAP_DNSRECORD_H

#include "base/addr.h"
#include "base/buf.h"

enum dnsrecord_kind {
	DNSRECORD_BROKEN,
	DNSRECORD_TOMBSTONE, /* DNS_TYPE_ZERO: the node is gone */
	DNSRECORD_ADDRESS,   /* A, AAAA */
	DNSRECORD_OTHER,
};

struct dnsrecord {
	enum dnsrecord_kind kind;
	uint32_t ttl;     /* seconds */
	bool is_dynamic;  /* it was registered, and ages */
	int64_t stamp_us; /* of is_dynamic: its last refresh, to the hour */
	struct addr ip;
};

/* The value of one dnsRecord. */
struct dnsrecord dnsrecord_read(struct rd);

#endif
