/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * refused.h - the closed ports of those that live, until they are told together
 *
 * A living host is asked for dozens of ports, and most refuse.  Each alone would be an
 * observation to be sent, kept and folded; a host's refusals of one round are one instead.
 * 8 bytes each, at most REFUSED_MAX.
 */
#ifndef SCANNER_REFUSED_H
#define SCANNER_REFUSED_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { REFUSED_MAX = 1 << 19 };

struct refused {
	struct refused_port {
		uint32_t target;
		uint16_t port;
		bool weak;
	} * items;
	size_t n, room;
	int64_t at_us; /* wall clock: the last */
};

void refused_free(struct refused *);
/* *full: tell them now. */
int refused_add(struct refused *, const struct refused_port *, int64_t at_us,
	bool *full, struct err *);
/* Tells them by target, ports ascending, and forgets them.  -1: tell's failure. */
int refused_tell(struct refused *,
	int (*tell)(void *arg, uint32_t target, bool weak, const uint16_t *ports,
		size_t n, struct err *),
	void *arg, struct err *);

#endif
