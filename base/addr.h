/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * addr.h - IP and MAC addresses as values
 *
 * One type for both families.  Ordering puts all IPv4 before all IPv6, then by number.
 */
#ifndef BASE_ADDR_H
#define BASE_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

__extension__ typedef unsigned __int128 u128;

enum addr_family { ADDR_NONE = 0, ADDR_IP4 = 4, ADDR_IP6 = 6 };

struct addr {
	uint8_t family;    /* enum addr_family; ADDR_NONE: unset */
	uint8_t bytes[16]; /* network order; IPv4 in bytes[0..3], the rest 0 */
};

enum { ADDR_TEXT_MAX = 48, MAC_TEXT_MAX = 18 }; /* with the NUL */

struct addr addr_ip4(uint32_t); /* host order */
struct addr addr_ip6(const uint8_t bytes[static 16]);
uint32_t addr_to_ip4(const struct addr *); /* host order; 0 for another family */
u128 addr_number(const struct addr *);     /* 32 or 128 bits */
struct addr addr_from_number(enum addr_family, u128);
size_t addr_size(const struct addr *); /* bytes on the wire: 4, 16, 0 */
unsigned addr_bits(enum addr_family);  /* 32, 128, 0 */

bool addr_is_set(const struct addr *);
int addr_cmp(const struct addr *, const struct addr *); /* <0, 0, >0 */
bool addr_equal(const struct addr *, const struct addr *);
bool addr_is_loopback(const struct addr *);
bool addr_is_multicast(const struct addr *); /* and IPv4 limited broadcast */
bool addr_is_link_local(const struct addr *);
bool addr_in_prefix(const struct addr *, const struct addr *net, unsigned bits);

/* Strict: "192.0.2.1", "2001:db8::1"; no port, scope or leading zeros.  true when read. */
bool addr_parse(const char *text, struct addr *out);
/* Canonical text (RFC 5952 §4 for IPv6); "-" when unset.  Returns buf. */
const char *addr_print(const struct addr *, char buf[static ADDR_TEXT_MAX]);

struct mac {
	uint8_t bytes[6];
};

bool mac_parse(const char *text, struct mac *out); /* ':' or '-' between, any case */
const char *mac_print(
	const struct mac *, char buf[static MAC_TEXT_MAX]); /* lower, ':' */
bool mac_equal(const struct mac *, const struct mac *);
bool mac_is_zero(const struct mac *);
bool mac_is_local(const struct mac *);   /* locally administered (IEEE 802 §8.2) */
bool mac_is_group(const struct mac *);   /* multicast or broadcast */
uint64_t mac_number(const struct mac *); /* 48 bits */

#endif
