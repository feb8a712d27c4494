/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * smb1_ipc.h - SMB1 as far as calling a pipe without credentials: session, tree, transaction
 *
 *	NEGOTIATE (smb1.h) ─▶ SESSION_SETUP_ANDX of nobody ─▶ TREE_CONNECT_ANDX to IPC$
 *	─▶ TRANSACTION to \PIPE\LANMAN ─▶ its answer, in one or more parts
 *
 * Each question has the header of port 445.  Texts are OEM, not UTF-16: they are ASCII here.
 */
#ifndef WIRE_SMB1_IPC_H
#define WIRE_SMB1_IPC_H

#include "base/buf.h"
#include "base/err.h"

enum {
	SMB1_QUESTION_MAX = 512,
	SMB1_TRANS_PARAMS_MAX = 64,
	SMB1_TRANS_DATA_MAX = 0xffe0, /* bytes of an answer that we take */
};

enum smb1_command {
	SMB1_NEGOTIATE = 0x72,
	SMB1_SESSION_SETUP = 0x73,
	SMB1_TREE_CONNECT = 0x75,
	SMB1_TRANSACTION = 0x25,
};

/* What a session has, once it was told; mid: of this question, and of its answer. */
struct smb1_ids {
	uint16_t tid, uid, mid;
};

void smb1_write_session_setup(struct wr *, const struct smb1_ids *);
/* host: an address or a name, in ASCII. */
void smb1_write_tree_connect(struct wr *, const struct smb1_ids *, const char *host);
/* params: of the Remote Administration Protocol (rap.h). */
void smb1_write_rap(
	struct wr *, const struct smb1_ids *, const uint8_t *params, size_t n);

struct smb1_head {
	uint8_t command;
	uint32_t status; /* NTSTATUS; 0 is good */
	struct smb1_ids ids;
};

/* [MS-ERREF] 2.3.1 */
#define SMB1_STATUS_ACCESS_DENIED UINT32_C(0xc0000022)
#define SMB1_STATUS_LOGON_FAILURE UINT32_C(0xc000006d)

/* The header of an answer; the cursor is then behind it.  ERR_PROTO names the clause. */
int smb1_read_head(struct rd *message, struct smb1_head *, struct err *);

/* The answer to a transaction, put together.  All zero: nothing has come. */
struct smb1_trans {
	uint8_t params[SMB1_TRANS_PARAMS_MAX], data[SMB1_TRANS_DATA_MAX];
	size_t n_params, n_data; /* as said in all */
	size_t got_params, got_data;
	bool begun;
};

/* One more part; *whole: it was the last one. */
int smb1_read_trans(struct rd message, struct smb1_trans *, bool *whole, struct err *);

#endif
