/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ip.h - IPv4 (RFC 791) and IPv6 (RFC 8200) headers as one struct
 *
 * Reading walks past IPv4 options and the IPv6 extension headers of RFC 8200 §4.1 (at most
 * eight).  A fragment other than the first is refused: what we ask is answered first, and who
 * needs the rest has a socket, where the kernel puts it together.
 */
#ifndef WIRE_IP_H
#define WIRE_IP_H

#include "base/addr.h"
#include "base/buf.h"

enum { IP_ICMP = 1, IP_TCP = 6, IP_UDP = 17, IP_ICMP6 = 58 };
enum { IP4_HEAD = 20, IP6_HEAD = 40 };

struct ip {
	struct addr src, dst; /* same family, which picks the version */
	uint8_t proto;        /* of the payload, behind the extension headers */
	uint8_t ttl;          /* or hop limit */
	uint16_t id;          /* IPv4 identification; written as given, DF set */
	bool cut; /* read: a first fragment, whose payload goes on in others */
};

void ip_write(struct wr *, const struct ip *, size_t payload_len);
/* payload: a cursor over what the length fields say, or over less when the packet was cut
 * by a capture or a quoting router.  false: malformed, wrong IPv4 checksum, fragment. */
bool ip_read(struct rd *, struct ip *, struct rd *payload);
/* The same for the packet quoted in an ICMP error, whose checksum and length need not hold
 * (RFC 792, RFC 4443 §2.4 (c)). */
bool ip_read_quoted(struct rd *, struct ip *, struct rd *payload);

#endif
