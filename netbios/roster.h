/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * roster.h - who was found by one poll: machines by their address, domains by their name, and
 * what browse lists say of machines of which only a name is known
 *
 * Pure.  Every list has its bound; what is above it is counted and left out.  In arena.
 */
#ifndef NETBIOS_ROSTER_H
#define NETBIOS_ROSTER_H

#include "base/addr.h"
#include "base/arena.h"
#include "netbios/roles.h"
#include "wire/nbname.h"

enum {
	ROSTER_MACHINES_MAX = 1 << 16,
	ROSTER_DOMAINS_MAX = 1 << 12,
	ROSTER_LISTED_MAX = 1 << 16,
	ROSTER_PLACES_MAX = 1 << 16,
	ROSTER_MEMBERS_MAX = 1 << 14, /* more than all who tell a poll */
	PLACE_IP6_MAX = 4, /* of one name: a stable and a few temporary ones (RFC 8981) */
	ROSTER_COMMENT = 48 * 3 + 1, /* [MS-RAP] 2.5.5.2.2: 48 bytes, in a code page */
};

/* How a domain, or that somebody is in it, was learnt. */
enum learnt {
	LEARNT_BROADCAST = 1, /* a name query to a subnet */
	LEARNT_WINS = 2,
	LEARNT_STATUS = 4, /* node status of a member */
	LEARNT_LIST = 8,   /* browse list */
	LEARNT_WSD = 16,   /* a member, by WS-Discovery */
	LEARNT_SMB = 32,   /* a member, by SMB */
	LEARNT_WAYS = 6
};
extern const char *const learnt_words[LEARNT_WAYS]; /* by bit */

/* A machine that has an address. */
struct machine {
	struct addr ip;
	struct netbios_name name; /* "" until it has told */
	uint32_t domain;          /* by index, and 1; 0: none is known */
	unsigned roles;           /* enum nb_role */
	uint32_t owns_in; /* a domain as above: where it is what a name server says */
	unsigned owns;    /* enum nb_role: what that is */
	bool asked, told; /* its node status */
	bool heard;       /* it answered something else */
	bool shares;      /* it says by mDNS that it has files */
	bool called;      /* for its browse lists */
	bool by_server;   /* a name server told of it */
};

/* An entry of a browse list. */
struct listed {
	struct netbios_name name;
	uint32_t domain; /* index, and 1 */
	uint32_t types;  /* ServerType */
	uint8_t major, minor;
	char comment[ROSTER_COMMENT]; /* UTF-8 */
	uint32_t machine; /* that has this name: index, and 1; 0: no address is known */
	bool otherwise; /* who is at the address that was told calls himself otherwise */
};

/* Where a name is, as an answer to a question for it says. */
struct place {
	struct netbios_name name;
	struct addr ip; /* IPv4; may be unset */
	bool sure;      /* the name of a server; or it is one that users have as well */
	struct addr ip6[PLACE_IP6_MAX]; /* beside it, sorted */
	size_t n_ip6;
};

/* Who says by another protocol than NetBIOS that he is in a domain. */
struct told_member {
	const char *name; /* UTF-8; as NetBIOS has it, when it fits there */
	uint32_t domain;  /* index, and 1 */
};

struct domain {
	struct netbios_name name;
	unsigned learnt;
	struct netbios_name master; /* who has its list, as a list of domains says; or "" */
	bool asked;                 /* for its members and masters */
	bool followed;              /* what the list of domains says of it */
	bool called;                /* a master of it was, for its list */
};

struct roster {
	struct machine *machines;
	size_t n_machines;
	struct domain *domains;
	size_t n_domains;
	struct listed *listed;
	size_t n_listed;
	struct place *places;
	size_t n_places;
	struct told_member *members; /* one may be there more than once */
	size_t n_members;
	uint64_t dropped; /* above a bound */
	/* Its own: */
	struct arena *mem;
	uint32_t *slots; /* of all four, by a hash: where it is, and 1 */
	size_t n_slots;
	size_t room_machines, room_domains, room_listed, room_places, room_members;
};

int roster_init(struct roster *, struct arena *);

/* Found, or new; NULL: there is no room.  A later call may move what was returned. */
struct machine *roster_machine(struct roster *, const struct addr *);
struct domain *roster_domain(struct roster *, const char *name);
struct listed *roster_listed(struct roster *, const char *domain, const char *name);
uint32_t roster_domain_index(const struct roster *, const struct domain *); /* and 1 */

/* A machine of this name is in this domain, which is found, or new, and is learnt so. */
void roster_member(
	struct roster *, const char *domain, const char *name, enum learnt how);

/* This name is at this address.  In IPv4 what was said first stands, but for what is sure; in
 * IPv6 a name has several. */
void roster_name_is_at(
	struct roster *, const char *name, const struct addr *, bool sure);
/* NULL: nobody said. */
const struct place *roster_place_of(const struct roster *, const char *name);
/* In IPv4. */
const struct addr *roster_address(const struct roster *, const char *name);

/* Each entry of a list gets the machine that told this name and domain; or else the one at
 * the address where an answer says that the name is, which tells nothing of itself: in IPv4, or
 * else in IPv6. */
void roster_place(struct roster *);

#endif
