/* SPDX-License-Identifier: GPL-3.0-or-later */
/* icmp.h - ICMP (RFC 792) and ICMPv6 (RFC 4443): echo, and errors with what they quote */
#ifndef WIRE_ICMP_H
#define WIRE_ICMP_H

#include "wire/ip.h"

enum {
	ICMP_ECHO_REPLY = 0,
	ICMP_UNREACHABLE = 3,
	ICMP_ECHO = 8,
	ICMP_TIME_EXCEEDED = 11,
	ICMP6_UNREACHABLE = 1,
	ICMP6_TOO_BIG = 2,
	ICMP6_TIME_EXCEEDED = 3,
	ICMP6_PARAMETER = 4,
	ICMP6_ECHO = 128,
	ICMP6_ECHO_REPLY = 129,
};

enum { ICMP_HEAD = 8 };

struct icmp_echo {
	uint16_t id, seq;
	const uint8_t *data; /* borrowed */
	size_t size;
};

/* The message behind an IP header of src and dst, checksum included; their family picks
 * the protocol. */
void icmp_write_echo(struct wr *, const struct ip *, const struct icmp_echo *);

struct icmp {
	uint8_t type, code;
	struct icmp_echo echo; /* type echo or echo reply */
	struct rd quoted;      /* an error: starts at the quoted IP header */
	bool is_error;
};

/* false: short, wrong checksum, or ip->proto is not the ICMP of its family.  data and quoted
 * point into the packet. */
bool icmp_read(struct rd payload, const struct ip *, struct icmp *);

#endif
