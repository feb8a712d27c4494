/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vendor.h - who made a network card, by its registered prefix (IEEE RA: MA-L, MA-M, MA-S) */
#ifndef INVENTORY_VENDOR_H
#define INVENTORY_VENDOR_H

#include "base/addr.h"
#include "base/arena.h"
#include "base/err.h"

struct vendor_table; /* in arena */

/* The name, longest prefix first; NULL: unknown or locally administered.  table NULL: the
 * one compiled in. */
const char *vendor_find(const struct vendor_table *, const struct mac *);
/* A MAC that no registry knows, and that its machine took at random: phones and laptops do so in
 * each network.  Not those that programs give to virtual cards by a prefix of their own (QEMU,
 * Docker, VirtualBox), which are local as well. */
bool vendor_is_private(const struct mac *);
#define VENDOR_PRIVATE "private"
/* The name, or VENDOR_PRIVATE; NULL: unknown. */
const char *vendor_name(const struct vendor_table *, const struct mac *);

/* A user's file in the IEEE's oui.txt form ("AC-DE-48   (hex)  Name"), replacing the built-in
 * table.  ERR_ARG names the line. */
int vendor_read(const char *text, size_t n, struct arena *, struct vendor_table **out,
	struct err *);

#endif
