/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * nbname.h - NetBIOS names: sixteen bytes, the last of which says what the name is of
 *
 * On the wire each half byte is a letter from 'A' (RFC 1001 §14.1, RFC 1002 §4.1), and a scope
 * may follow, which is walked past.  Bytes are in a code page that nobody tells.
 */
#ifndef WIRE_NBNAME_H
#define WIRE_NBNAME_H

#include "base/buf.h"

/* The 16th byte ([MS-NBTE] 1.8, [MS-BRWS] 2.1.1). */
enum {
	NETBIOS_WORKSTATION = 0x00, /* unique: the machine; group: its workgroup */
	NETBIOS_BROWSE = 0x01,      /* group: of __MSBROWSE__, all local masters */
	NETBIOS_MESSENGER = 0x03,   /* unique: machine and user */
	NETBIOS_SERVER = 0x20,
	NETBIOS_DOMAIN_MASTER = 0x1b, /* domain master browser: the PDC, where there is one */
	NETBIOS_CONTROLLERS = 0x1c, /* group: domain controllers */
	NETBIOS_MASTER = 0x1d,      /* master browser of the workgroup on this subnet */
	NETBIOS_ELECTION = 0x1e,    /* group: who takes part in its elections */
};

enum {
	NBNAME_SIZE = 34, /* bytes on the wire, without a scope */
	/* With the NUL: fifteen bytes that may each become three. */
	NBNAME_PLAIN = 15 * 3 + 1,
	NBNAME_TEXT = NBNAME_PLAIN + 5, /* and "<1d>G" */
};

struct netbios_name {
	char name[16]; /* 15 bytes, trailing spaces cut, NUL; bytes as sent (OEM charset) */
	uint8_t suffix;
};

/* ASCII letters become capitals, as names are compared; more than 15 bytes are cut. */
struct netbios_name nbname_of(const char *name, uint8_t suffix);
/* What all local master browsers answer to: "\x01\x02__MSBROWSE__\x02" <01>. */
struct netbios_name nbname_masters(void);
/* Whatever there is: "*" <00> (RFC 1002 §4.2.17). */
struct netbios_name nbname_any(void);

bool nbname_equal(const struct netbios_name *, const struct netbios_name *);

void nbname_write(struct wr *, const struct netbios_name *);
/* false: broken, or a pointer where none is. */
bool nbname_read(struct rd *, struct netbios_name *out);

/* ASCII: a byte above it becomes "%9a", for nobody tells its code page, and '%' itself "%25", so
 * that two names are never shown as one; only control bytes all become '.', as other tools show
 * the name of masters.  Returns out. */
const char *nbname_plain(const char *name, char out[static NBNAME_PLAIN]);
/* "FILES<20>", "CORP<00>G".  Returns out. */
const char *nbname_print(
	const char *name, uint8_t suffix, bool group, char out[static NBNAME_TEXT]);

#endif
