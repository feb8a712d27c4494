/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * nbss.h - SMB on port 445: a length before each message
 *
 * The header of [MS-SMB2] 2.1, which is that of RFC 1002 §4.3.1 with the only type that
 * port 445 has, SESSION MESSAGE.
 */
#ifndef WIRE_NBSS_H
#define WIRE_NBSS_H

#include "wire/frame.h"

enum {
	NBSS_HEAD_SIZE = 4,
	NBSS_MESSAGE_MAX = 32 << 10, /* those that are asked for here have a few hundred */
};

enum frame nbss_frame(struct rd stream, struct rd *message, size_t *size);

/* Room for the header; afterwards, with what was written behind it, its length. */
void nbss_begin(struct wr *);
void nbss_end(struct wr *);

#endif
