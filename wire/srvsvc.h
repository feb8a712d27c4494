/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * srvsvc.h - what a Windows machine tells an account about itself: NetrServerGetInfo
 * ([MS-SRVS] 3.1.4.17) and NetrWkstaGetInfo ([MS-WKST] 3.2.4.1)
 *
 * The stubs of these two calls; how they travel (SMB, login, DCE/RPC) is not here.
 */
#ifndef WIRE_SRVSVC_H
#define WIRE_SRVSVC_H

#include "base/buf.h"
#include "base/err.h"

enum {
	SRVSVC_OPNUM_GET_INFO = 21,
	WKSSVC_OPNUM_GET_INFO = 0,
	SRVSVC_REQUEST_MAX = 8,
	SRVSVC_TEXT = 256 * 3 + 1, /* of a name or comment as UTF-8 */
	SRVSVC_ACCESS_DENIED = 5,  /* status: [MS-ERREF] 2.2 ERROR_ACCESS_DENIED */
};

/* SERVER_INFO_101 ([MS-SRVS] 2.2.4.41). */
struct srvsvc_info {
	uint32_t status; /* 0, or why the rest is empty */
	uint32_t major, minor;
	uint32_t types; /* [MS-SRVS] 2.2.2.7, the bits of a browse list */
	char name[SRVSVC_TEXT], comment[SRVSVC_TEXT];
};

/* WKSTA_INFO_100 ([MS-WKST] 2.2.5.1). */
struct wkssvc_info {
	uint32_t status;
	uint32_t major, minor;
	char computer[SRVSVC_TEXT];
	char domain[SRVSVC_TEXT]; /* or workgroup: langroup */
};

void srvsvc_write_get_info(struct wr *);
void wkssvc_write_get_info(struct wr *);
/* ERR_PROTO: the answer is not one of these. */
int srvsvc_read_info(const void *stub, size_t n, struct srvsvc_info *, struct err *);
int wkssvc_read_info(const void *stub, size_t n, struct wkssvc_info *, struct err *);

#endif
