/* SPDX-License-Identifier: GPL-3.0-or-later */
/* srv.h - where a service is: the SRV records of a name (RFC 2782) */
#ifndef HOST_SRV_H
#define HOST_SRV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SRV_TARGET_MAX = 256, SRV_MAX = 256 };

struct srv {
	uint16_t priority, weight, port;
	char target[SRV_TARGET_MAX]; /* a host name, without a dot at the end */
};

/*
 * The records of a DNS reply that are about the name it was asked for, through its aliases;
 * as they come, at most room.  false: the reply is no sound one.  A target of "." (RFC 2782:
 * decidedly not available) and names that no host can have are left out.
 */
bool srv_reply_read(
	const uint8_t *reply, size_t, struct srv *out, size_t room, size_t *n);

/* In the order in which to try them: by priority, among equals drawn by weight.  random gives
 * a number below its argument. */
void srv_order(struct srv *, size_t n, uint32_t (*random)(uint32_t below));

#endif
