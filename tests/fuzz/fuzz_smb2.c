/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers of file servers, SMB 1 to 3: each message, and whole conversations. */
#include "frame.h"
#include "talk.h"
#include "wire/nbss.h"
#include "wire/smb1.h"
#include "wire/smb2.h"

extern const struct ask ask_smb, ask_smb1, ask_smb_dialects;

static void
must_be_an_error(const struct err *e)
{
	MUST(e->code == ERR_PROTO && e->text[0]);
}

static void
try_message(struct rd message, const uint8_t *data, size_t size)
{
	struct smb2_negotiated n;
	struct smb2_head h;
	struct rd body = message, token;
	struct err e = { 0 };
	bool spoken;

	if (smb2_read_head(&body, &h, &e) == -1)
		must_be_an_error(&e);
	if (smb2_read_negotiate(message, &n, &e) == -1)
		must_be_an_error(&e);
	else
		MUST(n.dialect && n.signing <= SMB2_SIGNS_ALWAYS);
	if (smb2_read_session_setup(message, &token, &e) == -1)
		must_be_an_error(&e);
	else
		must_be_within(&token, data, size);
	if (smb1_read_negotiate(message, &spoken, &e) == -1)
		must_be_an_error(&e);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rd stream = rd_from(data, size), message;
	size_t frame;

	try_message(stream, data, size);
	while (nbss_frame(stream, &message, &frame) == FRAME_WHOLE) {
		MUST(frame == NBSS_HEAD_SIZE + rd_left(&message));
		must_be_within(&message, data, size);
		try_message(message, data, size);
		rd_skip(&stream, frame);
	}
	if (size < TALK_IN_MAX) {
		try_talk(&ask_smb, data, size, size / 2);
		try_talk(&ask_smb1, data, size, size / 2);
		try_talk(&ask_smb_dialects, data, size, size / 2);
	}
	return 0;
}
