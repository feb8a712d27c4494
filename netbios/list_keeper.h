/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * list_keeper.h - the process behind lists.h, and how the two talk: questions, then the end of
 * the stream; for each question a head and its entries, or one head that says why there are
 * none
 */
#ifndef NETBIOS_LIST_KEEPER_H
#define NETBIOS_LIST_KEEPER_H

#include "netbios/lists.h"

enum { LIST_WHY_MAX = 256 };
#define LIST_UNABLE UINT32_MAX /* for a question: of none */

struct list_head {
	uint32_t question;
	uint32_t outcome, account; /* account: its place and 1; 0: none */
	uint32_t n;                /* entries that follow */
	char why[LIST_WHY_MAX];    /* of LIST_UNABLE */
};

/* Does not return. */
_Noreturn void list_keeper_run(const struct list_keeper *);

#endif
