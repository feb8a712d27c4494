/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rap.h - browse lists by the Remote Administration Protocol ([MS-RAP]): NetServerEnum2 and
 * NetServerEnum3, which travel in a transaction of SMB1 (smb1_ipc.h)
 *
 * A list is of the machines of a domain or of domains.  Of one that is longer than an answer
 * the rest is asked for by the name of its last entry.
 */
#ifndef WIRE_RAP_H
#define WIRE_RAP_H

#include "base/buf.h"
#include "base/err.h"

enum { RAP_PARAMS_MAX = 96 }; /* bytes of the parameters of a question */

/* 2.5.5.2.1 ServerType: which entries. */
#define RAP_ALL_MACHINES UINT32_C(0xffffffff) /* SV_TYPE_ALL: asks no domains */
#define RAP_ALL_DOMAINS  UINT32_C(0x80000000) /* SV_TYPE_DOMAIN_ENUM */

/* domain: NetBIOS name of at most 15 bytes.  after: NULL, or the name of the last entry that
 * is known; the answer begins with it or behind it. */
void rap_write_server_enum(
	struct wr *params, uint32_t types, const char *domain, const char *after);

/* Win32ErrorCode of the answer: [MS-ERREF] 2.2. */
enum {
	RAP_OK = 0,
	RAP_ACCESS_DENIED = 5,
	RAP_MORE_DATA = 234,
	RAP_NO_BROWSER = 6118, /* ERROR_NO_BROWSER_SERVERS_FOUND: its list is empty */
};

struct rap_list {
	uint16_t status;
	uint16_t returned, available; /* entries, as it says */
	uint16_t converter;
	struct rd entries; /* that have not been read yet */
	struct rd all;     /* comments lie in here */
};

/* params, data: of the answer.  ERR_PROTO names the clause that is broken. */
int rap_read_list(struct rd params, struct rd data, struct rap_list *, struct err *);

struct rap_entry {
	char name[17];
	uint8_t major, minor;
	uint32_t types;
	struct rd comment; /* of domains: the name of their master */
};

/* false: there is no more, or what there is said to be is cut. */
bool rap_next(struct rap_list *, struct rap_entry *);

#endif
