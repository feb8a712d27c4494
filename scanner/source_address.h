/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * source_address.h - which address of ours a question comes from
 *
 * Pure.  IPv4: the one in the subnet of the next hop or of the route.  IPv6: RFC 6724 §5,
 * but a stable address before a temporary one: a sweep is no browser, and who is asked may
 * want to know by whom.
 */
#ifndef SCANNER_SOURCE_ADDRESS_H
#define SCANNER_SOURCE_ADDRESS_H

#include "host/net.h"

/* For a question to dst over this route; unset: there is none that dst could answer to. */
struct addr source_address(
	const struct host_net *, const struct host_route *, const struct addr *dst);
/* The link-local IPv6 address of a link; unset: there is none yet. */
struct addr source_link_local(const struct host_net *, int link);

#endif
