/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rdp.h - the first message of Remote Desktop each way: which security it wants
 *
 * X.224 Connection Request and Confirm ([MS-RDPBCGR] 2.2.1.1, 2.2.1.2) in their frame of
 * RFC 1006 §6 (TPKT).
 */
#ifndef WIRE_RDP_H
#define WIRE_RDP_H

#include "base/err.h"
#include "wire/frame.h"

enum {
	RDP_PORT = 3389,
	RDP_REQUEST_SIZE = 19,
	RDP_MESSAGE_MAX = 1024, /* a confirm has 19 bytes, or 11 */
};

/* Offers TLS and CredSSP; names nobody in a cookie. */
void rdp_write_request(struct wr *);

enum frame rdp_frame(struct rd stream, struct rd *message, size_t *size);

enum rdp_answer {
	RDP_SELECTED, /* RDP_NEG_RSP */
	RDP_REFUSED,  /* RDP_NEG_FAILURE */
	RDP_SILENT,   /* neither: older than the negotiation, it has its own security */
};

/* 2.2.1.2.1: selectedProtocol */
#define RDP_PROTOCOL_RDP       UINT32_C(0)
#define RDP_PROTOCOL_TLS       UINT32_C(1)
#define RDP_PROTOCOL_HYBRID    UINT32_C(2) /* TLS, then CredSSP */
#define RDP_PROTOCOL_HYBRID_EX UINT32_C(8)

struct rdp_confirm {
	enum rdp_answer answer;
	uint32_t code; /* selectedProtocol, or failureCode */
};

/* What is in the frame.  ERR_PROTO names the clause that is broken. */
int rdp_read_confirm(struct rd message, struct rdp_confirm *, struct err *);

/* "rdp", "tls" or "nla": what it chose, or insists on; NULL: it does not tell. */
const char *rdp_security(const struct rdp_confirm *);

#endif
