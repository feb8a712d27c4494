/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fact_print.h - the value of a fact as text for people
 *
 * "web.corp.example", "22031", "yes", "00:16:3e:5e:6c:00", "198.18.3.7", "22, 80".  The
 * text is not escaped: who writes it out passes it through the one escape function of the
 * format (base/sb.h).  An unknown key gives its JSON as it came.
 */
#ifndef INVENTORY_FACT_PRINT_H
#define INVENTORY_FACT_PRINT_H

#include "base/sb.h"
#include "inventory/fact.h"

void fact_print(const struct fact *, struct sb *out);
/* The same, but texts within that JSON are as they are, too: escaped once more by who writes
 * them to a terminal, their "\\u001b" would be read as a backslash. */
void fact_print_bare(const struct fact *, struct sb *out);

#endif
