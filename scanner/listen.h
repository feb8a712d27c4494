/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * listen.h - the source "passive": hears who is there without asking anybody
 *
 * Whatever the listeners of heard_table.c understand becomes observations with evidence
 * `heard`.  What repeats within a minute is told once.  Nothing is ever sent: there is no
 * socket that could.  Before the first byte from the network is parsed the process is
 * sandboxed.
 */
#ifndef SCANNER_LISTEN_H
#define SCANNER_LISTEN_H

#include "inventory/source.h"

struct host_net;

struct listen_conf {
	/* From listen_opts. */
	struct opt_list interfaces; /* names; empty: every Ethernet link with an address */
	int64_t duration_ms;        /* 0: until it is stopped */
	bool promiscuous;
	const char *packets_to, *packets_from; /* capture files */

	/* Prepared by the command. */
	const struct host_net *net; /* a fresh snapshot; not needed to read a file */
};

extern const struct opt listen_opts[];
extern const struct source source_passive;

/* ERR_ARG: an interface that is none, or nothing to listen on.  What can be checked without
 * rights. */
int listen_check(const struct listen_conf *, struct arena *, struct err *);

#endif
