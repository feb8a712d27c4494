/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * lldp.h - how a neighbour on the wire introduces itself (IEEE 802.1AB-2016 §8)
 *
 * Frames of ethertype 0x88cc to a group that no bridge forwards: who sends one is at the
 * other end of the cable.
 */
#ifndef WIRE_LLDP_H
#define WIRE_LLDP_H

#include "base/addr.h"
#include "base/buf.h"
#include "base/err.h"

enum { LLDP_TYPE = 0x88cc }; /* of Ethernet */

enum { LLDP_ID_TEXT = 256, LLDP_CAPABILITIES = 11 };

/* §8.5.8.1, by bit: "other", "repeater", "bridge", "wlan", "router", "phone", ... */
extern const char *const lldp_capability_names[LLDP_CAPABILITIES];

struct lldp {
	char chassis[LLDP_ID_TEXT]; /* as text: a MAC, an address or a name, by its subtype */
	char port[LLDP_ID_TEXT];
	struct mac chassis_mac;            /* zero: its chassis id is no MAC */
	uint16_t ttl;                      /* seconds; 0: it leaves */
	struct rd port_descr, name, descr; /* into the frame */
	uint16_t enabled;                  /* capabilities, a bit each */
	struct addr address; /* the first management address; may be unset */
};

/* payload: behind the Ethernet header.  ERR_PROTO names the clause that is broken. */
int lldp_read(struct rd payload, struct lldp *, struct err *);

#endif
