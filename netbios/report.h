/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report.h - what a poll tells at its end: domains, those that lists name, and why not more */
#ifndef NETBIOS_REPORT_H
#define NETBIOS_REPORT_H

#include "netbios/finding.h"

/* Entries of browse lists whose address is known, whether it answered or not, and the
 * domains. */
int report_lists(struct finding *, struct err *);
/* What was asked and answered, and why something is missing. */
void report_reasons(struct finding *);

void report_reason(struct finding *, const char *code, const char *about,
	uint64_t count, const char *fmt, ...) ERR_PRINTF(5, 6);

#endif
