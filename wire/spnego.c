/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPNEGO: one token out, one token in.  mechListMIC and reqFlags are nobody's concern who
 * never logs in. */
#include "wire/spnego.h"

#include "wire/der.h"
#include "wire/ntlm.h"

/* 1.3.6.1.5.5.2: RFC 4178 §4.1 */
static const uint8_t spnego_oid[] = { 0x2b, 0x06, 0x01, 0x05, 0x05, 0x02 };
/* 1.3.6.1.4.1.311.2.2.10: [MS-SPNG] 1.9 */
static const uint8_t ntlm_oid[] = { 0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02,
	0x02, 0x0a };

/* §4.2 */
enum { NEG_TOKEN_INIT = 0, NEG_TOKEN_RESP = 1, MECH_TYPES = 0, TOKEN = 2 };

static void
write_oid(struct wr *w, const uint8_t *oid, size_t n)
{
	size_t from = wr_used(w);

	wr_bytes(w, oid, n);
	der_wrap(w, from, DER_OID);
}

void
spnego_write_init(struct wr *w, const void *ntlm, size_t n)
{
	size_t all = wr_used(w);

	write_oid(w, spnego_oid, sizeof(spnego_oid));
	size_t init = wr_used(w);
	write_oid(w, ntlm_oid, sizeof(ntlm_oid));
	der_wrap(w, init, DER_SEQUENCE);
	der_wrap(w, init, DER_CONTEXT(MECH_TYPES));
	size_t token = wr_used(w);
	wr_bytes(w, ntlm, n);
	der_wrap(w, token, DER_OCTETS);
	der_wrap(w, token, DER_CONTEXT(TOKEN));
	der_wrap(w, init, DER_SEQUENCE);
	der_wrap(w, init, DER_CONTEXT(NEG_TOKEN_INIT));
	der_wrap(w, all, DER_APPLICATION(0));
}

bool
spnego_find_ntlm(struct rd token, struct rd *ntlm)
{
	*ntlm = token;
	if (ntlm_is_message(token))
		return true;
	struct rd choice = der_enter(&token, DER_CONTEXT(NEG_TOKEN_RESP));
	struct rd list = der_enter(&choice, DER_SEQUENCE), field;
	if (!der_find(&list, DER_CONTEXT(TOKEN), &field))
		return false;
	*ntlm = der_enter(&field, DER_OCTETS);
	return ntlm_is_message(*ntlm);
}
