/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * nmap_xml.h - nmap's XML output (nmap.dtd, version 1.05) read as observations
 *
 * Takes host/status, address (ipv4, ipv6, mac with vendor), hostnames (PTR), ports/port
 * with state, and the nbstat and smb-os-discovery names when present.  A host that is
 * "down" gives nothing; one that nobody heard of (-sL, -Pn) only its names, as "listed".
 * Reasons "arp-response" and "nd-response" mark the MAC as seen on-link.  The time is the
 * host's end or start, else the latest that the document told before it.
 * No entity, no external subset, no file is ever resolved; input is streamed (expat).
 */
#ifndef INVENTORY_NMAP_XML_H
#define INVENTORY_NMAP_XML_H

#include "inventory/source.h"

struct nmap_xml;

/* Observations go to sink with source "import"; run, site and point are left NULL. */
int nmap_xml_new(struct nmap_xml **out, struct sink *, struct err *);
void nmap_xml_free(struct nmap_xml *);
int nmap_xml_feed(struct nmap_xml *, const char *, size_t, struct err *);
/* ERR_PROTO with line:column when the document is broken or is no nmap run. */
int nmap_xml_end(struct nmap_xml *, struct err *);

#endif
