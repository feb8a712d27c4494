/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * snmp_tables.h - what an SNMP agent knows of others: a conversation that follows ask_snmp
 *
 * Of a router whose MAC has which address (ARP and neighbour tables), of a switch which MAC
 * is behind which port (forwarding table), of any device its neighbours by LLDP.  Each row
 * becomes a word about another address, by talk_tell_other().
 *
 * A port behind which more than SNMP_PORT_MACS_MAX MACs live, or a bridge by its own LLDP,
 * leads on to other switches: of those behind it nobody says that they are plugged in there.
 * Of a forwarding table that was not read to its end those count that are alone so far.
 */
#ifndef SCANNER_SNMP_TABLES_H
#define SCANNER_SNMP_TABLES_H

#include "scanner/snmp_talk.h"

enum {
	SNMP_TABLE_ROWS_MAX = 10000,
	SNMP_PORT_MACS_MAX = 4, /* a telephone and what is behind it, a host of guests */
};

extern const struct ask ask_snmp_tables;

/* An address as an index: its type, its size and its bytes (RFC 4001 §4.1). */
bool snmp_inet_address(const unsigned long *index, size_t n, struct addr *out);

#endif
