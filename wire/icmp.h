/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * icmp.h - ICMP (RFC 792) and ICMPv6 (RFC 4443): echo, timestamp, and errors with what they
 * quote
 */
#ifndef WIRE_ICMP_H
#define WIRE_ICMP_H

#include "wire/ip.h"

enum {
	ICMP_ECHO_REPLY = 0,
	ICMP_UNREACHABLE = 3,
	ICMP_ECHO = 8,
	ICMP_TIME_EXCEEDED = 11,
	ICMP_TIMESTAMP = 13,
	ICMP_TIMESTAMP_REPLY = 14,
	ICMP6_UNREACHABLE = 1,
	ICMP6_TOO_BIG = 2,
	ICMP6_TIME_EXCEEDED = 3,
	ICMP6_PARAMETER = 4,
	ICMP6_ECHO = 128,
	ICMP6_ECHO_REPLY = 129,
};

enum { ICMP_HEAD = 8, ICMP_TIMESTAMP_SIZE = 20 };

struct icmp_echo {
	uint16_t id, seq;
	const uint8_t *data; /* borrowed */
	size_t size;
};

/* The message behind an IP header of src and dst, checksum included; their family picks
 * the protocol. */
void icmp_write_echo(struct wr *, const struct ip *, const struct icmp_echo *);

/* RFC 792 p. 16.  Milliseconds since midnight UT; with ICMP_TIME_ODD, any other time. */
#define ICMP_TIME_ODD UINT32_C(0x80000000)

struct icmp_timestamp {
	uint16_t id, seq;
	uint32_t originate;         /* comes back as it went */
	uint32_t receive, transmit; /* of the one who answers */
};

/* The question, which only IPv4 has. */
void icmp_write_timestamp(struct wr *, const struct icmp_timestamp *);

struct icmp {
	uint8_t type, code;
	struct icmp_echo echo;           /* type echo or echo reply */
	struct icmp_timestamp timestamp; /* type timestamp or its reply */
	struct rd quoted;                /* an error: starts at the quoted IP header */
	bool is_error;
};

/* false: short, wrong checksum, or ip->proto is not the ICMP of its family.  data and quoted
 * point into the packet. */
bool icmp_read(struct rd payload, const struct ip *, struct icmp *);

/* The first eight bytes of a question with id and seq, all that an error must quote. */
struct icmp_quoted {
	uint8_t type;
	uint16_t id, seq;
};
bool icmp_read_quoted(struct rd payload, struct icmp_quoted *);

#endif
