/* SPDX-License-Identifier: GPL-3.0-or-later */
/* smb1.h - is SMB1 still spoken: NEGOTIATE of [MS-CIFS] 2.2.4.52, and no more of it */
#ifndef WIRE_SMB1_H
#define WIRE_SMB1_H

#include "base/buf.h"
#include "base/err.h"

enum { SMB1_NEGOTIATE_SIZE = 51 };

/* With the header of port 445.  Offers "NT LM 0.12" and nothing else. */
void smb1_write_negotiate(struct wr *);
/* Whether the offer was taken.  An answer in SMB2 is a no. */
int smb1_read_negotiate(struct rd message, bool *spoken, struct err *);

#endif
