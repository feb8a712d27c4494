/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether a file server still speaks SMB1.  It is a conversation of its own, because who
 * is offered both never says whether the old one would have done.
 */
#include "scanner/ask.h"
#include "wire/nbss.h"
#include "wire/smb1.h"
#include "wire/smb2.h"

static enum talk_next
begin(struct talk *t)
{
	uint8_t bytes[SMB1_NEGOTIATE_SIZE];
	struct wr w = wr_to(bytes, sizeof(bytes));

	smb1_write_negotiate(&w);
	talk_say(t, bytes, wr_used(&w));
	return TALK_MORE;
}

/* Who does not know SMB1 any more closes without a word; a silence says nothing. */
static enum talk_next
hear_nothing(struct talk *t)
{
	struct rd unread = talk_unread(t);

	if (!talk_has_ended(t))
		return TALK_MORE;
	if (rd_left(&unread) > 0)
		return talk_why(t, "its answer to SMB1 NEGOTIATE is cut");
	talk_bool(t, "smb.v1", false);
	return TALK_DONE;
}

static enum talk_next
hear(struct talk *t)
{
	struct rd message;
	size_t size;
	struct err e = { 0 };
	bool spoken;

	switch (nbss_frame(talk_unread(t), &message, &size)) {
	case FRAME_MORE: return hear_nothing(t);
	case FRAME_BROKEN: return talk_why(t, "it does not speak SMB");
	case FRAME_WHOLE: break;
	}
	if (smb1_read_negotiate(message, &spoken, &e) == -1)
		return talk_why(t, "its answer to SMB1 NEGOTIATE is broken");
	talk_bool(t, "smb.v1", spoken);
	return TALK_DONE;
}

const struct ask ask_smb1 = {
	.name = "smb1",
	.help = "Whether SMB1, the old and unsafe dialect, is still spoken",
	.sends = "SMB1 NEGOTIATE that offers NT LM 0.12 alone",
	.transport = ASK_TCP,
	.ports = { SMB_PORT },
	.begin = begin,
	.hear = hear,
};
