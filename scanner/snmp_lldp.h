/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * snmp_lldp.h - LLDP-MIB (IEEE 802.1AB-2005 §12): the neighbours that an agent heard, made of
 * rows column by column
 */
#ifndef SCANNER_SNMP_LLDP_H
#define SCANNER_SNMP_LLDP_H

#include "base/arena.h"
#include "base/foreign.h"
#include "scanner/snmp_peer.h"

enum {
	SNMP_NEIGHBOURS_MAX = 128,
	SNMP_LLDP_ID = 64,
	SNMP_LLDP_CAPABILITIES = 8, /* the first of lldp_capability_names (wire/lldp.h) */
};

struct snmp_neighbour {
	unsigned long port, number; /* of the agent; which of its neighbours there */
	long chassis_kind, port_kind;
	char chassis[SNMP_LLDP_ID],
		remote_port[SNMP_LLDP_ID]; /* as text, by their kind */
	char name[FOREIGN_TEXT_MAX], descr[FOREIGN_TEXT_MAX];
	unsigned can;
	struct mac mac; /* of the chassis id; zero: it is none */
	struct addr ip; /* the first management address; may be unset */
};

struct snmp_neighbours {
	struct snmp_neighbour *all; /* in arena, with room for SNMP_NEIGHBOURS_MAX */
	size_t n;
};

/* Columns of lldpRemTable, in the order in which they have to come. */
enum {
	LLDP_CHASSIS_KIND = 4,
	LLDP_CHASSIS = 5,
	LLDP_PORT_KIND = 6,
	LLDP_PORT = 7,
	LLDP_NAME = 9,
	LLDP_DESCR = 10,
	LLDP_CAPABILITIES_ENABLED = 12,
};

/* A row of lldpRemTable; index: lldpRemTimeMark, lldpRemLocalPortNum, lldpRemIndex. */
void snmp_lldp_take(struct snmp_neighbours *, struct arena *, int column,
	const struct snmp_row *, const unsigned long *index, size_t n);
/* A row of lldpRemManAddrTable: the same index, then kind, size and bytes of an address. */
void snmp_lldp_take_address(
	struct snmp_neighbours *, const unsigned long *index, size_t n);
/* Does it forward frames to others? */
bool snmp_neighbour_is_bridge(const struct snmp_neighbour *);

#endif
