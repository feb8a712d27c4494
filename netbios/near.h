/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * near.h - machines that show themselves by an address of IPv6 that is good on their link alone
 *
 * Such an address is no key of a device, and whoever asks later would not know on which link it
 * is.  So they are asked by SMB here, when they answer WS-Discovery, or in IPv6 alone for a name
 * that a list gave, without credentials and as a sweep asks others: dialect, GUID, names, domain,
 * build.  What they say is told with the UUID of their WS-Discovery, if there is one: that is
 * who they are.
 */
#ifndef NETBIOS_NEAR_H
#define NETBIOS_NEAR_H

#include "netbios/finding.h"
#include "wire/ntlm.h"
#include "wire/smb2.h"

struct near_at {
	struct addr ip;
	uint32_t scope;       /* the interface */
	const char *endpoint; /* of WS-Discovery; "": it did not answer that, */
	const struct name_found *found; /* but for a name; or NULL */
};

/* A conversation; pure: bytes in, bytes out (caller.h). */
struct near {
	const struct near_at *at;
	enum smb2_command asked;
	bool told; /* what stands in said, */
	struct smb2_negotiated said;
	bool named; /* and in who */
	struct ntlm_challenge who;
};

void near_begin(struct tcp_call *, struct near *, const struct near_at *);

/* All of them; what they say is told. */
int near_ask(struct finding *, struct err *);
/* In a quick poll they are asked nothing, only connected to: who knew our MAC has answered
 * without asking for it, and then the kernel does not know his.  They are told again. */
int near_touch(struct finding *, struct err *);

#endif
