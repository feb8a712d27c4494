/* SPDX-License-Identifier: GPL-3.0-or-later */
/* credssp.h - the envelope of Remote Desktop around NTLM: TSRequest of [MS-CSSP] 2.2.1 */
#ifndef WIRE_CREDSSP_H
#define WIRE_CREDSSP_H

#include "base/err.h"
#include "wire/frame.h"

enum {
	CREDSSP_QUESTION_MAX = 128,
	CREDSSP_MESSAGE_MAX = 16
		<< 10, /* an answer with a challenge has some 300 bytes */
};

/* The first TSRequest: one token, no credentials. */
void credssp_write_request(struct wr *, const void *ntlm, size_t n);

enum frame credssp_frame(struct rd stream, struct rd *message, size_t *size);
/* The token of the answer: NTLM, or SPNEGO with NTLM in it.  ERR_PROTO when it has none,
 * as when it only tells an errorCode. */
int credssp_read_reply(struct rd message, struct rd *token, struct err *);

#endif
