/* SPDX-License-Identifier: GPL-3.0-or-later */
/* doors.h - who of all that were found, and of the targets, takes SMB connections */
#ifndef NETBIOS_DOORS_H
#define NETBIOS_DOORS_H

#include "netbios/finding.h"

/* Tells tcp.open and tcp.closed of port 445. */
int doors_look(struct finding *, struct err *);

#endif
