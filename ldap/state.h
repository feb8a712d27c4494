/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * state.h - what a poll remembers of the directories it asked, for the next one
 *
 * Text of one line a domain, given to the source's monitor and given back at its next run:
 *
 *	ad 1
 *	corp.example dc1.corp.example 8a2f…(invocationId) 12345(USN) 87(schema) 1790000000000000(full poll)
 *
 * and behind it, where it read the zones of DNS, the word "zones", and where there are some, the
 * cookies of DirSync (dirsync.h) of its partitions, in base64, each "-" when there is none.  Lines are in the order of names, each once.
 */
#ifndef LDAP_STATE_H
#define LDAP_STATE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/sb.h"
#include "ldap/objectid.h"

enum {
	STATE_NAME_MAX = 256,
	STATE_DOMAINS_MAX = 1024,
	STATE_TEXT_MAX = 1 << 20,
	/* Cookies are kept while the text stays below that: it has to go into one line of
	 * NDJSON, which would be dropped whole. */
	STATE_COOKIES_BELOW = 60 << 10,
};

/* Partitions that have a cookie of their own. */
enum state_partition { PART_DOMAIN, PART_DOMAIN_ZONES, PART_FOREST_ZONES, PARTS };

struct ad_mark {
	char domain[STATE_NAME_MAX];    /* DNS name, lower case */
	char server[STATE_NAME_MAX];    /* whose numbers these are */
	char invocation[GUID_TEXT_MAX]; /* of its database ([MS-ADTS] 3.1.1.1.9) */
	uint64_t usn;                   /* highestCommittedUSN before it was read */
	int64_t schema;                 /* objectVersion of the schema */
	int64_t full_us;                /* when the last full poll began */
	const char *cookies[PARTS];     /* NULL: none; none without PART_DOMAIN */
	bool has_zones;                 /* it read the zones of DNS, too */
};

struct ad_state {
	struct ad_mark *marks; /* in arena */
	size_t n, room;
};

/* text NULL or "": nothing is remembered.  ERR_PROTO: it is no such text. */
int ad_state_read(const char *text, struct arena *, struct ad_state *, struct err *);
int ad_state_write(const struct ad_state *, struct sb *, struct err *);
/* NULL: the domain was never polled. */
const struct ad_mark *ad_state_find(const struct ad_state *, const char *domain);
/* A copy takes the place of what was known of the domain.  ERR_ARG: too many domains. */
int ad_state_put(
	struct ad_state *, const struct ad_mark *, struct arena *, struct err *);

/* Why a poll must be full; NULL: asking what changed is enough.  Static text. */
struct ad_now {
	const char *server, *invocation;
	uint64_t usn;
	int64_t schema, wall_us, full_every_us; /* full_every_us 0: never for its age */
	bool asked_full;
};
const char *ad_state_why_full(const struct ad_mark *, const struct ad_now *);
/* Whether that is only because the count of changes is another controller's, and there are
 * cookies, which are good there too.  A database that was restored has lost what no cookie
 * tells of. */
bool ad_state_can_sync(const struct ad_mark *, const struct ad_now *);

#endif
