/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ssdp.h - how UPnP devices say that they are there (UPnP Device Architecture 2.0 §1)
 *
 * Datagrams that look like HTTP: NOTIFY to the group 239.255.255.250:1900, and the answer
 * of one device to an M-SEARCH.  Cursors point into the datagram.
 */
#ifndef WIRE_SSDP_H
#define WIRE_SSDP_H

#include "base/addr.h"
#include "base/buf.h"
#include "base/err.h"

enum { SSDP_PORT = 1900, SSDP_SEARCH_MAX = 256 };

enum ssdp_kind {
	SSDP_ALIVE,  /* NOTIFY ssdp:alive or ssdp:update */
	SSDP_BYEBYE, /* it leaves */
	SSDP_ANSWER, /* to an M-SEARCH */
	SSDP_SEARCH, /* M-SEARCH: it looks for others */
};

struct ssdp {
	enum ssdp_kind kind;
	struct rd location, server, usn;
	struct rd type; /* NT, or ST of an answer: what is announced */
};

/* ERR_PROTO says what is wrong. */
int ssdp_read(struct rd datagram, struct ssdp *, struct err *);

/* The UUID in a unique service name, "uuid:2fac1234-...::upnp:rootdevice"; empty when it has
 * none (§1.1.4). */
struct rd ssdp_uuid(struct rd usn);

/* One question to one device: who are you as a whole (§1.3.2: unicast has no MX). */
void ssdp_write_search(struct wr *, const struct addr *to);

#endif
