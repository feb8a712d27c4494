/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * names.h - the reverse DNS names of what answered, asked while the sweep goes on
 *
 * A name is an observation of its own (evidence "listed": the directory says so, the host
 * did not): dns.ptr, and dns.fqdn, too, when its own lookup leads back to the address.  A
 * resolver that does not answer is a reason, never "no name", and never a name that is false.
 */
#ifndef CLI_NAMES_H
#define CLI_NAMES_H

#include "inventory/source.h"
#include "iprange/iprange.h"

struct names;

struct names_conf {
	const struct iprange *targets; /* only these are asked about */
	const char *site, *point, *run;
	struct clock *clock;
	/* Takes the observations; what they point to is borrowed. */
	int (*take)(void *arg, const struct observation *, struct err *);
	void *arg;
};

int names_new(struct names **out, const struct names_conf *, struct err *);
void names_free(struct names *);
/* Asks once per address, when it has answered itself. */
int names_ask(struct names *, const struct observation *, struct err *);
/* Takes what is ready; wait_ms: how long to wait for more.  Returns how many are open, or
 * -1 when take failed. */
int names_work(struct names *, int wait_ms, struct err *);
/* Waits some seconds for what is open, or until *stop; then tells why names are missing.
 * NULL: nobody was asked.  -1: take failed. */
int names_finish(struct names *, const volatile sig_atomic_t *stop, struct monitor *,
	struct err *);

#endif
