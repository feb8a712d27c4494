/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mdns_told.h - everything that a machine tells of itself by multicast DNS: announcements to
 * the group (RFC 6762 §8.3) and answers to any question (mdns.h asks two of them)
 */
#ifndef WIRE_MDNS_TOLD_H
#define WIRE_MDNS_TOLD_H

#include "wire/mdns.h"

enum {
	MDNS_INSTANCE_SIZE = 128, /* longer ones are left out, and that is `cut` */
	MDNS_INSTANCES_MAX = 32,
	MDNS_MODEL_SIZE = 128,
};

struct mdns_told {
	char name[MDNS_NAME_SIZE]; /* that has the address; "": not told */
	char services[MDNS_SERVICES_MAX][MDNS_SERVICE_SIZE]; /* by name, once */
	size_t n_services;
	/* "Hall._ipp._tcp": by name, once; escaped as in dns.h */
	char instances[MDNS_INSTANCES_MAX][MDNS_INSTANCE_SIZE];
	size_t n_instances;
	char model[MDNS_MODEL_SIZE]; /* of _device-info._tcp; bytes as sent; "": not told */
	bool cut; /* more was told than there is room for here, or than is looked at */
};

/*
 * What a message says of the machine with the address `about`.  One that gives addresses,
 * but not that one, speaks for somebody else (a sleep proxy): it tells nothing.  Records that
 * take leave (TTL 0, RFC 6762 §10.1) tell nothing either.  ERR_PROTO names the clause that is
 * broken; what came before that place is kept.
 */
int mdns_read_told(
	struct rd datagram, const struct addr *about, struct mdns_told *, struct err *);

/*
 * The question after that of mdns_write_query(): what instances have these services, and what
 * model is the machine (RFC 6763 §6, a TXT record by its host name).  As many as fit.
 */
void mdns_write_instances(struct wr *, uint16_t id, const struct mdns_told *);

#endif
