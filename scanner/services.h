/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * services.h - the second half of a sweep: those that live are asked who they are
 *
 * A source whose run is a process of its own: it holds no packet socket, and what the sweep
 * heard comes to it as a list.  Every conversation (ask.h) that suits a host and its open
 * ports is had once; what it tells is an observation, as soon as it is over.  What could not be
 * learnt is told as reasons, one for each kind of conversation and of failure.
 *
 * Caps: a conversation is held to be TALK_PACKETS packets, so --rate and --host-rate bound
 * how many begin; what one took beyond these, both ways, delays the next. Memory: some 5 KiB a conversation on its way, 60 KiB inside TLS, and what
 * interview.h says.
 */
#ifndef SCANNER_SERVICES_H
#define SCANNER_SERVICES_H

#include "inventory/source.h"
#include "scanner/interview.h"

enum { TALK_PACKETS = 12 };

struct services_conf {
	/* From services_opts. */
	struct opt_list asks; /* names; empty: all */
	int64_t most;         /* at a time */
	int64_t patience_ms;  /* of one */

	/* Prepared by the command. */
	const char *source; /* of the observations; NULL: "sweep" */
	struct ask_settings settings;
	int64_t rate, host_rate;       /* packets/s */
	const struct iprange *targets; /* nobody else is spoken to */
	const struct living *living;   /* sorted by address, each once */
	size_t n_living;
};

extern const struct opt services_opts[];
extern const struct source source_services;

enum { SERVICES_PORTS_MAX = 256 };

/* The TCP ports that are worth asking the living for: where conversations are had, and those
 * that tell what kind of device it is by being open. Returns how many. */
size_t services_ports(
	const struct services_conf *, uint16_t out[static SERVICES_PORTS_MAX]);

/* How many conversations are had with a host that has all their ports open, those not counted
 * that are had once more or that another leads to, but for the dialects of SMB. */
uint64_t services_most(const struct services_conf *);

/* Is this one chosen? */
bool services_include(const struct services_conf *, const char *name);

/* ERR_ARG: a name of no conversation.  To be called before anything is sent. */
int services_check(const struct services_conf *, struct err *);

#endif
