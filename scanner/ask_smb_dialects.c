/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All dialects of SMB 2 and 3 that a file server speaks.  A server chooses the newest that
 * both sides know ([MS-SMB2] 3.3.5.4) and negotiates once a connection, so each of these
 * conversations offers what is older than the last choice, until that is refused or nothing
 * older is left:
 *
 *	ask_smb: 3.1.1 ──▶ "3.1.1": 3.0.2 ──▶ "3.1.1,3.0.2": refused ──▶ told
 *
 * What was chosen so far is the argument.  Nothing is told before all is known.
 */
#include <stdio.h>
#include <string.h>

#include "scanner/ask.h"
#include "scanner/ask_smb.h"
#include "wire/nbss.h"
#include "wire/smb2.h"

enum { LIST_SIZE = 64 }; /* more than all their names and commas */

static const char *
last_of(const char *list)
{
	const char *comma = strrchr(list, ',');

	return comma ? comma + 1 : list;
}

static enum talk_next
tell_all(struct talk *t, const char *list)
{
	while (*list) {
		size_t n = strcspn(list, ",");
		talk_add(t, "smb.dialects", list, n);
		list += n + (list[n] == ',');
	}
	return TALK_DONE;
}

enum talk_next
smb_dialects_after(struct talk *t, const char *chosen)
{
	char list[LIST_SIZE];
	const char *before = talk_arg(t);

	(void)snprintf(list, sizeof(list), "%s%s%s", before, *before ? "," : "", chosen);
	if (smb2_older_dialects(chosen) == 0)
		return tell_all(t, list);
	talk_follow(t, &ask_smb_dialects, talk_port(t), list);
	return TALK_DONE;
}

static enum talk_next
begin(struct talk *t)
{
	uint8_t bytes[SMB2_QUESTION_MAX];
	struct wr w = wr_to(bytes, sizeof(bytes));

	smb2_write_negotiate(&w, last_of(talk_arg(t)));
	talk_say(t, bytes, wr_used(&w));
	return TALK_MORE;
}

static enum talk_next
hear_message(struct talk *t, struct rd message)
{
	const char *offered = last_of(talk_arg(t));
	struct rd body = message;
	struct smb2_negotiated n;
	struct smb2_head h;
	struct err e = { 0 };

	if (smb2_read_head(&body, &h, &e) == -1 || h.command != SMB2_NEGOTIATE)
		return talk_why(t, "it does not answer in SMB2");
	if (h.status == SMB2_STATUS_NONE_IN_COMMON)
		return tell_all(t, talk_arg(t));
	if (h.status != SMB2_STATUS_OK)
		return talk_why(t, "it refuses SMB2 NEGOTIATE");
	if (smb2_read_negotiate(message, &n, &e) == -1)
		return talk_why(t, "its answer to SMB2 NEGOTIATE is broken");
	if (smb2_older_dialects(n.dialect) >= smb2_older_dialects(offered))
		return talk_why(t, "it chooses a dialect that was not offered");
	return smb_dialects_after(t, n.dialect);
}

static enum talk_next
hear(struct talk *t)
{
	struct rd message;
	size_t size;

	switch (nbss_frame(talk_unread(t), &message, &size)) {
	case FRAME_MORE: return TALK_MORE;
	case FRAME_BROKEN: return talk_why(t, "it does not speak SMB");
	case FRAME_WHOLE: break;
	}
	return hear_message(t, message);
}

const struct ask ask_smb_dialects = {
	.name = "smb-dialects",
	.transport = ASK_TCP,
	.begin = begin,
	.hear = hear,
};
