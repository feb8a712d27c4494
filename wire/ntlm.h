/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ntlm.h - the first two messages of NTLM ([MS-NLMP]): whoever is asked to let somebody in
 * says first who it is, and so tells its names without any credentials
 *
 * The third message, which would carry credentials, is not here and never sent.
 */
#ifndef WIRE_NTLM_H
#define WIRE_NTLM_H

#include "base/buf.h"
#include "base/err.h"

enum {
	NTLM_NEGOTIATE_SIZE = 40,
	NTLM_TEXT_MAX = 260, /* bytes of UTF-8 with the NUL: a DNS name has 255 */
};

/* NEGOTIATE_MESSAGE (2.2.1.1): no names of ours, no version of Windows that we are not. */
void ntlm_write_negotiate(struct wr *);

/* Begins as every message of NTLM does. */
bool ntlm_is_message(struct rd);

/* What was not told is empty. */
struct ntlm_challenge {
	uint32_t flags; /* NegotiateFlags: 2.2.2.5 */
	/* AV_PAIR: 2.2.2.1; UTF-8 */
	char computer[NTLM_TEXT_MAX];   /* MsvAvNbComputerName */
	char domain[NTLM_TEXT_MAX];     /* MsvAvNbDomainName */
	char dns_name[NTLM_TEXT_MAX];   /* MsvAvDnsComputerName */
	char dns_domain[NTLM_TEXT_MAX]; /* MsvAvDnsDomainName */
	char forest[NTLM_TEXT_MAX];     /* MsvAvDnsTreeName */
	/* VERSION: 2.2.2.10; all 0 when it was not told */
	uint8_t major, minor;
	uint16_t build;
};

/* CHALLENGE_MESSAGE (2.2.1.2).  ERR_PROTO names the clause that is broken. */
int ntlm_read_challenge(struct rd message, struct ntlm_challenge *, struct err *);

/* "10.0.22631", or "" when no build of Windows was told: Samba says 6.1 build 0, and no
 * Windows has build 0. */
enum { NTLM_BUILD_TEXT = 16 };
const char *ntlm_build(const struct ntlm_challenge *, char text[static NTLM_BUILD_TEXT]);

#endif
