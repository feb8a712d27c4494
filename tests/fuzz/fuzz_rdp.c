/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers of Remote Desktop: its confirm, CredSSP, and whole conversations. */
#include "frame.h"
#include "talk.h"
#include "wire/credssp.h"
#include "wire/rdp.h"

extern const struct ask ask_rdp;

static void
try_confirm(const uint8_t *data, size_t size)
{
	struct rdp_confirm c;
	struct rd message;
	struct err e = { 0 };
	size_t frame;

	if (rdp_frame(rd_from(data, size), &message, &frame) != FRAME_WHOLE)
		message = rd_from(data, size);
	must_be_within(&message, data, size);
	if (rdp_read_confirm(message, &c, &e) == -1)
		MUST(e.code == ERR_PROTO && e.text[0]);
	else
		MUST(c.answer != RDP_SILENT || rdp_security(&c) != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rd message, token;
	struct err e = { 0 };
	size_t frame;

	try_confirm(data, size);
	if (credssp_frame(rd_from(data, size), &message, &frame) == FRAME_WHOLE &&
		credssp_read_reply(message, &token, &e) == 0)
		must_be_within(&token, data, size);
	if (size < TALK_IN_MAX)
		try_talk(&ask_rdp, data, size, RDP_REQUEST_SIZE); /* a confirm's size */
	return 0;
}
