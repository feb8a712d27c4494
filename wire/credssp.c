/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TSRequest: one out, one in. */
#include "wire/credssp.h"

#include "wire/der.h"

/* 2.2.1, 2.2.1.1 */
enum { VERSION = 0, NEGO_TOKENS = 1, NEGO_TOKEN = 0, VERSION_IS = 6 };

void
credssp_write_request(struct wr *w, const void *ntlm, size_t n)
{
	size_t all = wr_used(w);

	wr_u8(w, VERSION_IS);
	der_wrap(w, all, DER_INTEGER);
	der_wrap(w, all, DER_CONTEXT(VERSION));
	size_t tokens = wr_used(w);
	wr_bytes(w, ntlm, n);
	der_wrap(w, tokens, DER_OCTETS);
	der_wrap(w, tokens, DER_CONTEXT(NEGO_TOKEN));
	der_wrap(w, tokens, DER_SEQUENCE);
	der_wrap(w, tokens, DER_SEQUENCE); /* NegoData: a list of one */
	der_wrap(w, tokens, DER_CONTEXT(NEGO_TOKENS));
	der_wrap(w, all, DER_SEQUENCE);
}

enum frame
credssp_frame(struct rd stream, struct rd *message, size_t *size)
{
	return der_frame(stream, CREDSSP_MESSAGE_MAX, message, size);
}

int
credssp_read_reply(struct rd message, struct rd *token, struct err *e)
{
	struct rd request = der_enter(&message, DER_SEQUENCE), tokens, inside;

	if (!der_find(&request, DER_CONTEXT(NEGO_TOKENS), &tokens))
		return err_set(e, ERR_PROTO, "[MS-CSSP] 2.2.1: no negoTokens");
	struct rd list = der_enter(&tokens, DER_SEQUENCE);
	struct rd first = der_enter(&list, DER_SEQUENCE);
	if (der_find(&first, DER_CONTEXT(NEGO_TOKEN), &inside)) {
		*token = der_enter(&inside, DER_OCTETS);
		if (!token->bad)
			return 0;
	}
	return err_set(e, ERR_PROTO, "[MS-CSSP] 2.2.1.1: no negoToken");
}
