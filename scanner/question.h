/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * question.h - what a sweep asks: probes and ports as one numbered list
 *
 * On-link addresses are found by ARP whatever the probes chosen, because that is how an
 * on-link address is reached at all; the chosen probes are then asked of the living.
 * Behind a next hop every address is asked all questions that find somebody; ports beyond
 * the first DISCOVERY_PORTS_MAX only the living are asked.  A probe that needs secrets is
 * asked once for each of them; those questions follow each other.
 */
#ifndef SCANNER_QUESTION_H
#define SCANNER_QUESTION_H

#include "base/arena.h"
#include "base/err.h"
#include "base/opt.h"
#include "scanner/group.h"
#include "scanner/probe.h"

enum {
	DISCOVERY_PORTS_MAX = 24,
	UNLIKELY_PORT =
		58309, /* of no service; above the ports that Linux gives to connections
				* of its own, so hardly open by chance */
	DISCOVERY_MAX = 31, /* questions of discovery: what a target's state can note */
};

#define SWEEP_DEFAULT_PORTS "22,80,135,443,445,3389"

struct question {
	const struct probe *probe;
	uint16_t port;      /* 0: none */
	uint8_t variant;    /* number among those that differ in their secret alone */
	const char *secret; /* never shown; NULL: it needs none */
	bool unlikely;      /* a dark canary: hardly anybody listens there (group.h) */
};

/* Numbers of questions, in the order they are asked. */
struct question_list {
	uint32_t *items;
	size_t n;
};

struct questions {
	struct question *items; /* those of discovery first */
	size_t n;
	size_t ports_at, n_first; /* items from ports_at on have a chosen port: n_first
				   * that find somebody, the dark canary, the others */
	struct question_list onlink, routed, living;
	struct question_list of_family[2][3]; /* the same for IPv4 and for IPv6 alone */
	uint32_t unlikely; /* the number of the dark canary; 0: there is none */
	bool ports_cut;    /* more ports than discovery asks */
	bool ports_unused; /* ports of the living, but the living are not asked */
};

struct question_input {
	const struct opt_list *probes;  /* names; empty: all */
	const struct opt_list *ports;   /* "22", "80-90"; empty: SWEEP_DEFAULT_PORTS */
	bool identify;                  /* the living are asked on */
	const struct opt_list *secrets; /* SNMP communities; NULL, empty: none */
	/* Beside the ports above, when no probes are named: those of conversations. */
	const uint16_t *living_ports;
	size_t n_living_ports;
};

/* In arena.  ERR_ARG: no such probe, no ports, a probe without the secret it needs. */
int questions_make(const struct question_input *, struct arena *, struct questions *out,
	struct err *);

/* The questions of one use to targets of these families (enum probe_family, together). */
const struct question_list *questions_of(
	const struct questions *, enum probe_use, unsigned families);
enum ask_kind question_kind(const struct question *);

/* The number of the question that this probe asks at this port; false: it is not asked. */
bool questions_find(const struct questions *, const struct probe *, uint16_t port,
	uint32_t *question);
/* The same of one variant, as questions_find() finds variant 0. */
bool questions_find_variant(const struct questions *, const struct probe *,
	const struct shot *who, uint32_t *question);

#endif
