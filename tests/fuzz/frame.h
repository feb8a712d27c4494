/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * frame.h - what the harnesses of packet decoders share
 *
 * Random bytes have wrong checksums, and then no decoder gets far.  So each input is tried
 * twice: as it is, and with the checksums put right.
 */
#ifndef FUZZ_FRAME_H
#define FUZZ_FRAME_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "wire/checksum.h"
#include "wire/ether.h"
#include "wire/ip.h"
#include "wire/tcp.h"

/* A property of the decoder that holds for every input. */
#define MUST(condition) \
	do { \
		if (!(condition)) \
			abort(); \
	} while (0)

/* A cursor that a decoder made stays within the frame. */
static inline void
must_be_within(const struct rd *inner, const uint8_t *frame, size_t n)
{
	MUST(inner->p >= frame && inner->end >= inner->p && inner->end <= frame + n);
}

/* The same of one that may lead to nothing. */
static inline void
must_be_inside(const struct rd *inner, const uint8_t *frame, size_t n)
{
	if (rd_left(inner))
		must_be_within(inner, frame, n);
}

/* What is refused is said to be against the protocol, and why. */
static inline void
must_say_why(int rc, const struct err *e)
{
	MUST(rc == 0 || (e->code == ERR_PROTO && e->text[0]));
}

/* Ethernet and IP, as the receiving side does it. */
static inline bool
open_frame(const uint8_t *frame, size_t n, struct ip *ip, struct rd *payload)
{
	struct rd r = rd_from(frame, n);
	struct ether e;

	if (!ether_read(&r, &e) || !ip_read(&r, ip, payload))
		return false;
	must_be_within(payload, frame, n);
	MUST(ip->src.family == ip->dst.family && addr_is_set(&ip->src));
	return true;
}

/* UDP inside them. */
static inline bool
open_datagram(const uint8_t *frame, size_t n, struct ip *ip, struct rd *datagram)
{
	struct rd payload;
	struct udp u;

	return open_frame(frame, n, ip, &payload) && ip->proto == IP_UDP &&
		udp_read(payload, ip, &u, datagram);
}

static inline void
put_sum(uint8_t *at, uint32_t sum)
{
	uint16_t end = checksum_end(sum);

	at[0] = (uint8_t)(end >> 8);
	at[1] = (uint8_t)end;
}

/* Where in its message a protocol has its checksum; 0: none. */
static inline size_t
sum_offset(const struct ip *ip)
{
	switch (ip->proto) {
	case IP_ICMP:
	case IP_ICMP6: return 2;
	case IP_TCP: return 16;
	case IP_UDP: return 6;
	default: return 0;
	}
}

static inline void
repair_checksums(uint8_t *frame, size_t n)
{
	struct rd r = rd_from(frame, n), payload;
	struct ether e;
	struct ip ip;

	if (!ether_read(&r, &e))
		return;
	uint8_t *head = frame + (n - rd_left(&r));
	struct rd again = r;
	if (!ip_read_quoted(&r, &ip, &payload))
		return;
	if (ip.src.family == ADDR_IP4) {
		memset(head + 10, 0, 2);
		put_sum(head + 10, checksum_add(0, head, (size_t)(head[0] & 0xf) * 4));
	}
	if (!ip_read(&again, &ip, &payload))
		return;
	size_t left = rd_left(&payload), at = sum_offset(&ip);
	uint8_t *message = frame + (payload.p - frame);
	if (at == 0 || left < at + 2)
		return;
	if (ip.proto == IP_UDP && (size_t)(message[4] << 8 | message[5]) < left)
		left = (size_t)(message[4] << 8 | message[5]);
	bool pseudo = ip.proto != IP_ICMP;
	memset(message + at, 0, 2);
	put_sum(message + at,
		checksum_add(
			pseudo ? checksum_pseudo(&ip.src, &ip.dst, ip.proto, left) : 0,
			message, left));
}

/* try_frame as it is, then in a block of its own with right checksums. */
static inline void
try_twice(const uint8_t *frame, size_t n, void (*try_frame)(const uint8_t *, size_t))
{
	try_frame(frame, n);

	uint8_t *copy = malloc(n ? n : 1);
	MUST(copy != NULL);
	if (n)
		memcpy(copy, frame, n);
	repair_checksums(copy, n);
	try_frame(copy, n);
	free(copy);
}

#endif
