/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * samba.h - logging in to a machine by SMB and calling its procedures, by Samba's libdcerpc
 *
 * The library is loaded when somebody wants it: most runs want none of its hundred parts, and
 * a machine without the package (samba-libs) does all else.  It is for one thread of one
 * process that may hang or die: callers give it a process of its own (members.h), which loses
 * its rights between samba_load and the first connection.
 *
 * NTLMv2 over SMB 2 and 3, signed, always: a machine that cannot sign, or makes a guest of an
 * account that it does not know, is refused (STATUS_ACCESS_DENIED).
 */
#ifndef NETBIOS_SAMBA_H
#define NETBIOS_SAMBA_H

#include "base/addr.h"
#include "base/err.h"

#include <stddef.h>

struct samba;

struct samba_login {
	const char *user; /* DOMAIN\user, user@REALM or user */
	const char *secret;
};

/* [MS-RPCE] 2.1.1.2: the interfaces by their pipes. */
enum samba_pipe { SAMBA_SRVSVC, SAMBA_WKSSVC, SAMBA_WINREG };

/* No descriptor is open afterwards: a process may be forked, and close all it has.
 * ERR_NOTFOUND: the library is not there, and which package has it. */
int samba_load(struct samba **out, struct err *);

/* Both return an NTSTATUS ([MS-ERREF] 2.3): 0 is good. */
uint32_t samba_connect(struct samba *, const struct addr *, const struct samba_login *,
	enum samba_pipe);
/* Over the last connection; *out lives as long as the process. */
uint32_t samba_call(struct samba *, uint32_t opnum, const uint8_t *in, size_t n,
	uint8_t **out, size_t *n_out);

#endif
