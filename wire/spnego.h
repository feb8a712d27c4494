/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * spnego.h - the envelope around security tokens (RFC 4178), with NTLM in it
 *
 * What is offered is NTLM alone: it is the mechanism whose server tells who it is before
 * anybody has logged in.
 */
#ifndef WIRE_SPNEGO_H
#define WIRE_SPNEGO_H

#include "base/buf.h"

/* NegTokenInit with an NTLM message as its mechToken (§4.2.1, in the frame of RFC 2743
 * §3.1). */
void spnego_write_init(struct wr *, const void *ntlm, size_t n);
/* The NTLM message that a server's token holds: responseToken of NegTokenResp (§4.2.2), or
 * the token itself, as some servers send it without the envelope. */
bool spnego_find_ntlm(struct rd token, struct rd *ntlm);

#endif
