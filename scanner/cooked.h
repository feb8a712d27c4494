/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cooked.h - frames of captures on all interfaces at once (`tcpdump -i any`) as Ethernet
 *
 * Linux gives these a head of its own in place of the link's: LINKTYPE_LINUX_SLL and
 * LINKTYPE_LINUX_SLL2 (tcpdump.org/linktypes).  It has the sender's address and what kind of
 * receiver it was, but not which.
 */
#ifndef SCANNER_COOKED_H
#define SCANNER_COOKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LINK_COOKED = 113, LINK_COOKED_2 = 276 };

bool cooked_is(uint32_t link);
/*
 * Makes an Ethernet frame of it, in its place: *at and *n are then those of that.  The receiver
 * is everybody, a group or, all 0, somebody.  false: cut, or of a link that is not Ethernet.
 */
bool cooked_to_ether(uint32_t link, uint8_t *frame, size_t *at, size_t *n);

#endif
