/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The length before messages of SMB. */
#include "wire/nbss.h"

enum { LENGTH_AT = 2, SESSION_MESSAGE = 0x00 };

enum frame
nbss_frame(struct rd stream, struct rd *message, size_t *size)
{
	uint32_t head = rd_be32(&stream);
	size_t n = head & 0xffffff;

	if (stream.bad)
		return FRAME_MORE;
	if (head >> 24 != SESSION_MESSAGE || n > NBSS_MESSAGE_MAX)
		return FRAME_BROKEN;
	if (n > rd_left(&stream))
		return FRAME_MORE;
	*message = rd_sub(&stream, n);
	*size = NBSS_HEAD_SIZE + n;
	return FRAME_WHOLE;
}

void
nbss_begin(struct wr *w)
{
	wr_zero(w, NBSS_HEAD_SIZE);
}

void
nbss_end(struct wr *w)
{
	if (wr_used(w) - NBSS_HEAD_SIZE > UINT16_MAX)
		w->bad = true;
	wr_patch_be16(w, LENGTH_AT, (uint16_t)(wr_used(w) - NBSS_HEAD_SIZE));
}
