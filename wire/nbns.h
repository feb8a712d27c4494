/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nbns.h - NetBIOS name service: node status (RFC 1002 §4.2.17, §4.2.18) */
#ifndef WIRE_NBNS_H
#define WIRE_NBNS_H

#include "base/addr.h"
#include "base/buf.h"
#include "base/err.h"

enum {
	NBNS_PORT = 137,
	NBNS_STATUS_QUERY_SIZE = 50, /* bytes */
	NBNS_NAMES_MAX = 255,        /* NUM_NAMES is a byte */
};

struct nbns_name {
	char name[16]; /* 15 bytes, trailing spaces cut, NUL; bytes as sent (OEM charset) */
	uint8_t suffix; /* 16th byte: 0x00 workstation or group, 0x20 server, 0x1b … */
	bool group;
	bool active;   /* NAME_FLAGS ACT */
	bool conflict; /* CNF or DRG: about to be gone */
};

struct nbns_status {
	uint16_t id; /* NAME_TRN_ID */
	struct nbns_name names[NBNS_NAMES_MAX];
	size_t n_names;
	struct mac unit_id; /* STATISTICS; zero when absent, as Samba sends it */
};

void nbns_write_status_query(struct wr *, uint16_t id);
/* Only the transaction id, if this looks like a response at all: cheap, for matching. */
bool nbns_peek_id(struct rd datagram, uint16_t *id);
/* ERR_PROTO names the clause that is broken. */
int nbns_read_status(struct rd datagram, struct nbns_status *, struct err *);

/* The machine's own name: first active unique <00>, else unique <20>; NULL when none. */
const char *nbns_computer(const struct nbns_status *);
/* Its workgroup or domain: first active group <00>, else group <1c>/<1e>; NULL. */
const char *nbns_domain(const struct nbns_status *);

#endif
