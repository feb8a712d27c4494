/* SPDX-License-Identifier: GPL-3.0-or-later */
/* llmnr.h - the name that a machine has by Link-Local Multicast Name Resolution (RFC 4795) */
#ifndef WIRE_LLMNR_H
#define WIRE_LLMNR_H

#include "base/err.h"
#include "wire/dns.h"

enum { LLMNR_PORT = 5355 };

/*
 * The one-label name that the sender, whose address is `about`, says is its own: it answers
 * with that address (§2.1.1), or asks whether anybody else has the name (§4.1: a question
 * of type ANY).  "" when it says none.  ERR_PROTO names the clause that is broken.
 */
int llmnr_read_name(struct rd datagram, const struct addr *about,
	char out[static DNS_NAME_TEXT], struct err *);

#endif
