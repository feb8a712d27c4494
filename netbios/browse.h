/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef NETBIOS_BROWSE_H
#define NETBIOS_BROWSE_H

#include "netbios/finding.h"

int browse_masters(struct finding *, struct err *);

#endif
