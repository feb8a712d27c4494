/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ldap/dnsrecord.h"

#include "ldap/adtime.h"
#include "wire/dns.h"

enum { VERSION = 5, TYPE_ZERO = 0, IP4_SIZE = 4, IP6_SIZE = 16 };

#define TICKS_PER_HOUR UINT64_C(36000000000)

static struct addr
read_address(unsigned type, struct rd data)
{
	size_t n = rd_left(&data);

	if (type == DNS_A && n == IP4_SIZE)
		return addr_ip4(rd_be32(&data));
	if (type == DNS_AAAA && n == IP6_SIZE)
		return addr_ip6(rd_take(&data, IP6_SIZE));
	return (struct addr){ 0 };
}

static enum dnsrecord_kind
kind_of(unsigned type, const struct addr *ip)
{
	if (type == TYPE_ZERO)
		return DNSRECORD_TOMBSTONE;
	if (type != DNS_A && type != DNS_AAAA)
		return DNSRECORD_OTHER;
	return addr_is_set(ip) ? DNSRECORD_ADDRESS : DNSRECORD_BROKEN;
}

struct dnsrecord
dnsrecord_read(struct rd r)
{
	struct dnsrecord out = { .kind = DNSRECORD_BROKEN };
	size_t n = rd_le16(&r);
	unsigned type = rd_le16(&r), version = rd_u8(&r);

	rd_skip(&r, 1 + 2 + 4); /* Rank, Flags, Serial */
	out.ttl = rd_be32(&r);  /* the only field in network order */
	rd_skip(&r, 4);         /* Reserved */
	uint32_t hours = rd_le32(&r);
	struct rd data = rd_sub(&r, n);
	/* A value with more or less data than its length says is none of the server's. */
	if (r.bad || rd_left(&r) > 0 || version != VERSION)
		return out;
	out.is_dynamic = hours && adtime_ticks(hours * TICKS_PER_HOUR, &out.stamp_us);
	out.ip = read_address(type, data);
	out.kind = kind_of(type, &out.ip);
	return out;
}
