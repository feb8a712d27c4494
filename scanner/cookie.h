/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cookie.h - how a reply proves itself without a table of what was sent
 *
 * Every question carries as many bits of its token as its protocol sends back: TCP 32 (in
 * seq, answered by ack) and 12 in the source port, ICMP echo 96 (id, seq, payload), NetBIOS
 * 16 (transaction id) and the one source port that all UDP questions share.  ARP echoes
 * nothing: there the state of the target says whether it was asked (target.h).
 */
#ifndef SCANNER_COOKIE_H
#define SCANNER_COOKIE_H

#include "base/addr.h"

enum { COOKIE_KEY_SIZE = 16 };

struct cookie {
	uint8_t key[COOKIE_KEY_SIZE];
	uint16_t udp_port; /* where UDP questions come from; answers must go there */
};

/* A key of its own for each use ("cookie", "order"), all from the seed of the run. */
void cookie_derive(const uint8_t seed[static COOKIE_KEY_SIZE], const char *use,
	uint8_t key[static COOKIE_KEY_SIZE]);

/* What a question to (dst, proto, port) carries: SipHash-2-4 of the three. */
uint64_t cookie_token(
	const struct cookie *, const struct addr *dst, uint8_t proto, uint16_t port);

/* How a token is spread over the fields that come back. */
static inline uint32_t
cookie_seq(uint64_t token)
{
	return (uint32_t)token;
}

/* 61440-65535: above the ports that Linux gives to its own connections (32768-60999). */
enum { COOKIE_PORT_FIRST = 0xf000 };

static inline uint16_t
cookie_port(uint64_t token)
{
	return (uint16_t)(COOKIE_PORT_FIRST | (token >> 32 & 0x0fff));
}

static inline uint16_t
cookie_id(uint64_t token)
{
	return (uint16_t)(token >> 48);
}

#endif
