/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who a machine with Remote Desktop is.
 *
 *	X.224 request ──▶ which security it chooses
 *	TLS, unless it has only its own ──▶ its certificate
 *	CredSSP with an NTLM NEGOTIATE, if it chose that ──▶ the challenge: names, build
 *
 * No session is opened and no screen is drawn: the connection is closed before the login.
 */
#include "scanner/ask.h"
#include "scanner/tell_ntlm.h"
#include "wire/credssp.h"
#include "wire/ntlm.h"
#include "wire/rdp.h"
#include "wire/spnego.h"

struct rdp_state {
	bool credssp; /* what it chose goes on with CredSSP inside TLS */
	bool asked;   /* the TSRequest was sent */
};

static const struct ntlm_keys keys = {
	.computer = "rdp.computer",
	.domain = "rdp.domain",
	.dns_name = "rdp.dns_name",
	.dns_domain = "rdp.dns_domain",
	.forest = "rdp.forest",
	.os_build = "rdp.os_build",
};

static enum talk_next
begin(struct talk *t)
{
	uint8_t bytes[RDP_REQUEST_SIZE];
	struct wr w = wr_to(bytes, sizeof(bytes));

	rdp_write_request(&w);
	talk_say(t, bytes, wr_used(&w));
	return TALK_MORE;
}

static enum talk_next
hear_confirm(struct talk *t)
{
	struct rdp_state *s = talk_state(t);
	struct rdp_confirm c;
	struct err e = { 0 };
	struct rd message;
	size_t size;

	switch (rdp_frame(talk_unread(t), &message, &size)) {
	case FRAME_MORE: return TALK_MORE;
	case FRAME_BROKEN: return talk_why(t, "it does not speak RDP");
	case FRAME_WHOLE: break;
	}
	if (rdp_read_confirm(message, &c, &e) == -1)
		return talk_why(t, "its X.224 confirm is broken");
	talk_take(t, size);
	const char *security = rdp_security(&c);
	if (!security)
		return TALK_DONE;
	talk_str(t, "rdp.security", security);
	if (c.answer != RDP_SELECTED || c.code == RDP_PROTOCOL_RDP)
		return TALK_DONE;
	struct rd rest = talk_unread(t);
	if (rd_left(&rest) > 0)
		return talk_why(t, "it speaks before TLS stands");
	s->credssp = c.code != RDP_PROTOCOL_TLS;
	talk_start_tls(t);
	return TALK_MORE;
}

static enum talk_next
ask_credssp(struct talk *t)
{
	uint8_t ntlm[NTLM_NEGOTIATE_SIZE], bytes[CREDSSP_QUESTION_MAX];
	struct wr inner = wr_to(ntlm, sizeof(ntlm)), w = wr_to(bytes, sizeof(bytes));
	struct rdp_state *s = talk_state(t);

	s->asked = true;
	ntlm_write_negotiate(&inner);
	credssp_write_request(&w, ntlm, wr_used(&inner));
	talk_say(t, bytes, wr_used(&w));
	return TALK_MORE;
}

static enum talk_next
hear_credssp(struct talk *t)
{
	struct rd message, token, ntlm;
	struct err e = { 0 };
	size_t size;

	switch (credssp_frame(talk_unread(t), &message, &size)) {
	case FRAME_MORE: return TALK_MORE;
	case FRAME_BROKEN: return talk_why(t, "it does not speak CredSSP");
	case FRAME_WHOLE: break;
	}
	if (credssp_read_reply(message, &token, &e) == -1 ||
		!spnego_find_ntlm(token, &ntlm))
		return TALK_DONE; /* it does not do NTLM */
	return tell_ntlm(t, &keys, ntlm);
}

static enum talk_next
hear(struct talk *t)
{
	const struct rdp_state *s = talk_state(t);

	if (!talk_is_tls(t))
		return hear_confirm(t);
	if (!s->credssp)
		return TALK_DONE; /* the certificate was what there is to learn */
	return s->asked ? hear_credssp(t) : ask_credssp(t);
}

const struct ask ask_rdp = {
	.name = "rdp",
	.help = "Certificate, names and build of Windows, by Remote Desktop",
	.sends = "an X.224 request, a TLS handshake, CredSSP with an NTLM NEGOTIATE; "
		 "no credentials",
	.transport = ASK_TCP,
	.ports = { RDP_PORT },
	.state_size = sizeof(struct rdp_state),
	.begin = begin,
	.hear = hear,
};
