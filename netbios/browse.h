/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * browse.h - the browse lists of all masters that a poll found
 *
 * What they say goes to the roster; why a list is missing or short is told as reasons.
 */
#ifndef NETBIOS_BROWSE_H
#define NETBIOS_BROWSE_H

#include "netbios/finding.h"

enum { BROWSE_MASTERS_MAX = LISTS_QUESTIONS_MAX };

int browse_masters(struct finding *, struct err *);

#endif
