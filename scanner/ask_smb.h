/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ask_smb.h - what the conversations by SMB 2 and 3 share */
#ifndef SCANNER_ASK_SMB_H
#define SCANNER_ASK_SMB_H

#include "scanner/ask.h"

extern const struct ask ask_smb_dialects;

/* The server chose this dialect: the next conversation is about older ones, or all is told. */
enum talk_next smb_dialects_after(struct talk *, const char *chosen);

#endif
