/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * frame.h - messages in a stream: whether the next one is all there
 *
 * Each protocol that puts lengths before its messages has a function of this shape:
 *
 *	enum frame x_frame(struct rd stream, struct rd *message, size_t *size);
 *
 * On FRAME_WHOLE *message is what is within the frame, and *size how many bytes of the
 * stream the frame takes, head and all.
 */
#ifndef WIRE_FRAME_H
#define WIRE_FRAME_H

#include "base/buf.h"

enum frame {
	FRAME_MORE, /* wait for more bytes */
	FRAME_WHOLE,
	FRAME_BROKEN, /* no frame of this protocol, or longer than is sane */
};

#endif
