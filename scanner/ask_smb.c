/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who a Windows machine, or another file server, is: two questions of SMB 2 and 3.
 *
 *	NEGOTIATE ──▶ dialect, signing, GUID
 *	SESSION_SETUP with an NTLM NEGOTIATE ──▶ the challenge: names, domain, build
 *
 * The login that this begins is never continued: the connection is closed instead.
 */
#include "scanner/ask_smb.h"
#include "scanner/tell_ntlm.h"
#include "wire/nbss.h"
#include "wire/ntlm.h"
#include "wire/smb2.h"
#include "wire/spnego.h"

struct smb_state {
	enum smb2_command asked;
};

static const struct ntlm_keys keys = {
	.computer = "smb.computer",
	.domain = "smb.domain",
	.dns_name = "smb.dns_name",
	.dns_domain = "smb.dns_domain",
	.forest = "smb.forest",
	.os_build = "smb.os_build",
};

static enum talk_next
begin(struct talk *t)
{
	uint8_t bytes[SMB2_QUESTION_MAX];
	struct wr w = wr_to(bytes, sizeof(bytes));
	struct smb_state *s = talk_state(t);

	s->asked = SMB2_NEGOTIATE;
	smb2_write_negotiate(&w, NULL);
	talk_say(t, bytes, wr_used(&w));
	return TALK_MORE;
}

static void
ask_session_setup(struct talk *t)
{
	uint8_t ntlm[NTLM_NEGOTIATE_SIZE], token[SMB2_QUESTION_MAX / 2];
	uint8_t bytes[SMB2_QUESTION_MAX];
	struct wr inner = wr_to(ntlm, sizeof(ntlm)),
		  outer = wr_to(token, sizeof(token));
	struct wr w = wr_to(bytes, sizeof(bytes));
	struct smb_state *s = talk_state(t);

	s->asked = SMB2_SESSION_SETUP;
	ntlm_write_negotiate(&inner);
	spnego_write_init(&outer, ntlm, wr_used(&inner));
	smb2_write_session_setup(&w, token, wr_used(&outer));
	talk_say(t, bytes, wr_used(&w));
}

static enum talk_next
hear_negotiate(struct talk *t, struct rd message)
{
	struct smb2_negotiated n;
	struct err e = { 0 };
	char guid[SMB2_GUID_TEXT];

	if (smb2_read_negotiate(message, &n, &e) == -1)
		return talk_why(t, "its answer to SMB2 NEGOTIATE is broken");
	talk_str(t, "smb.dialect", n.dialect);
	talk_str(t, "smb.signing", smb2_signing_word(n.signing));
	talk_str(t, "smb.guid", smb2_guid_print(n.guid, guid));
	if (talk_settings(t)->smb_dialects)
		(void)smb_dialects_after(t, n.dialect);
	ask_session_setup(t);
	return TALK_MORE;
}

static enum talk_next
hear_session_setup(struct talk *t, struct rd message)
{
	struct rd token, ntlm;
	struct err e = { 0 };

	if (smb2_read_session_setup(message, &token, &e) == -1)
		return talk_why(t, "its answer to SMB2 SESSION_SETUP is broken");
	if (!spnego_find_ntlm(token, &ntlm))
		return TALK_DONE; /* it does not do NTLM */
	return tell_ntlm(t, &keys, ntlm);
}

static enum talk_next
hear_message(struct talk *t, struct rd message)
{
	const struct smb_state *s = talk_state(t);
	struct rd body = message;
	struct smb2_head h;
	struct err e = { 0 };

	if (smb2_read_head(&body, &h, &e) == -1 || h.command != s->asked)
		return talk_why(t, "it does not answer in SMB2");
	if (h.status == SMB2_STATUS_PENDING)
		return TALK_MORE; /* the answer itself comes later: 3.2.5.1.5 */
	if (h.status != SMB2_STATUS_OK && h.status != SMB2_STATUS_MORE)
		return h.command == SMB2_NEGOTIATE
			? talk_why(t, "it refuses SMB2 NEGOTIATE")
			: TALK_DONE; /* who wants no NTLM says no */
	return h.command == SMB2_NEGOTIATE ? hear_negotiate(t, message)
					   : hear_session_setup(t, message);
}

static enum talk_next
hear(struct talk *t)
{
	enum talk_next next = TALK_MORE;
	struct rd message;
	size_t size;

	while (next == TALK_MORE) {
		switch (nbss_frame(talk_unread(t), &message, &size)) {
		case FRAME_MORE: return TALK_MORE;
		case FRAME_BROKEN: return talk_why(t, "it does not speak SMB");
		case FRAME_WHOLE: break;
		}
		next = hear_message(t, message);
		talk_take(t, size);
	}
	return next;
}

const struct ask ask_smb = {
	.name = "smb",
	.help = "Names, domain, build of Windows, dialect and signing, by SMB 2 and 3",
	.sends = "SMB2 NEGOTIATE, and SESSION_SETUP with an NTLM NEGOTIATE; no credentials. "
		 "With --smb-dialects up to four more connections with a NEGOTIATE each",
	.transport = ASK_TCP,
	.ports = { SMB_PORT },
	.state_size = sizeof(struct smb_state),
	.begin = begin,
	.hear = hear,
};
