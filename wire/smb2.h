/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * smb2.h - the first two questions of SMB 2 and 3: which dialect, and who is there
 *
 * NEGOTIATE ([MS-SMB2] 2.2.3, 2.2.4) tells dialect, signing and GUID; the first half of
 * SESSION_SETUP (2.2.5, 2.2.6) brings a security token of the server.  Nobody logs in.
 */
#ifndef WIRE_SMB2_H
#define WIRE_SMB2_H

#include "base/buf.h"
#include "base/err.h"

enum {
	SMB_PORT = 445,
	SMB2_QUESTION_MAX = 512, /* bytes of the longest of ours, with a token of NTLM */
};

enum smb2_command { SMB2_NEGOTIATE = 0, SMB2_SESSION_SETUP = 1 };

/* 2.2.1; [MS-ERREF] 2.3.1 */
#define SMB2_STATUS_OK             UINT32_C(0)
#define SMB2_STATUS_PENDING        UINT32_C(0x00000103)
#define SMB2_STATUS_MORE           UINT32_C(0xc0000016) /* MORE_PROCESSING_REQUIRED */
#define SMB2_STATUS_NONE_IN_COMMON UINT32_C(0xc00000bb) /* NOT_SUPPORTED: 3.3.5.4 */

/* Both with the header of port 445.  It offers all dialects older than `below`, the name of
 * one; NULL: all.  The token is one of SPNEGO. */
void smb2_write_negotiate(struct wr *, const char *below);
void smb2_write_session_setup(struct wr *, const void *token, size_t n);

struct smb2_head {
	uint16_t command;
	uint32_t status;
};

/* The header of an answer; the cursor is then behind it.  ERR_PROTO names the clause. */
int smb2_read_head(struct rd *message, struct smb2_head *, struct err *);

enum smb2_signing { SMB2_SIGNS_NEVER, SMB2_SIGNS_IF_ASKED, SMB2_SIGNS_ALWAYS };

/* "disabled", "enabled" or "required". */
const char *smb2_signing_word(enum smb2_signing);

struct smb2_negotiated {
	enum smb2_signing signing;
	const char *dialect; /* "3.1.1": static */
	uint8_t guid[16];    /* ServerGuid, as it lies there */
};

/* How many dialects are older than the one of this name; NULL: how many there are. */
size_t smb2_older_dialects(const char *name);

/* Whole answers whose head was read, was of that command and said STATUS_OK or _MORE. */
int smb2_read_negotiate(struct rd message, struct smb2_negotiated *, struct err *);
int smb2_read_session_setup(struct rd message, struct rd *token, struct err *);

enum { SMB2_GUID_TEXT = 37 };
/* As Windows writes it ([MS-DTYP] 2.3.4.3): 5d39b0a4-… */
const char *smb2_guid_print(
	const uint8_t guid[static 16], char text[static SMB2_GUID_TEXT]);

#endif
