/* SPDX-License-Identifier: GPL-3.0-or-later */
/* credentials.h - the secrets of the accounts that a command was told to use */
#ifndef CLI_CREDENTIALS_H
#define CLI_CREDENTIALS_H

#include "host/credential.h"

/* Asks a person at the terminal, who sees nothing of it; good until the next call.  NULL:
 * there is nobody.  credentials_asked_forget overwrites it. */
const char *credentials_ask(const char *user);
void credentials_asked_forget(void);

/* Reads the secrets of those that are wanted (NAME, DOMAIN=NAME): where a person can be asked,
 * before any worker is started, and of no other. */
int credentials_load(const struct opt_list *wanted, struct credential *, size_t n,
	struct arena *, struct err *);
void credentials_forget(struct credential *, size_t n);

#endif
