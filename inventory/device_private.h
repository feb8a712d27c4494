/* SPDX-License-Identifier: GPL-3.0-or-later */
/* device_private.h - what evidence rows and the fields made of them share */
#ifndef INVENTORY_DEVICE_PRIVATE_H
#define INVENTORY_DEVICE_PRIVATE_H

#include "inventory/device.h"

/* Rows of closed ports are `gone` rows of the open ones: one register a port. */
struct port_pair {
	const char *open, *closed;
};

extern const struct port_pair port_pairs[]; /* ends with a NULL */

/* The order of the observations two rows came from. */
int evidence_order(const struct evidence_row *, const struct evidence_row *);

enum { GRADE_WORST = 3 };

/* From 0, reply, by heard and listed to GRADE_WORST, weak; above it: damaged. */
unsigned evidence_grade(const struct evidence_row *);
/*
 * That order, but better evidence holds for a while against worse: a router that lists an
 * address does not undo what the machine there answered itself.  A lead in time and no rank,
 * so that what is never answered any more is replaced in the end.
 */
int evidence_standing(const struct evidence_row *, const struct evidence_row *);

#endif
