/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * finding.h - one poll on its way: what its questions are, and what answers lead to
 *
 *	finding_begin	asks what can be asked without knowing anybody
 *	finding_heard	an answer: a machine, a domain, more questions
 *	finding_name	asks for the address of a name that a list gave
 *
 * Machines are told as soon as they have answered.
 */
#ifndef NETBIOS_FINDING_H
#define NETBIOS_FINDING_H

#include "inventory/source.h"
#include "inventory/tell.h"
#include "netbios/asker.h"
#include "netbios/roster.h"
#include "netbios/windows.h"

enum { SERVERS_MAX = 16 }; /* WINS */

struct finding {
	const struct source_run *run;
	const struct windows_conf *conf;
	struct nb_links links;
	struct addr servers[SERVERS_MAX];
	size_t n_servers;
	struct nb_scope scope;
	struct asker *asker;
	struct roster roster;
	struct tell tell;

	/* What is worth a reason, by link or server. */
	uint64_t masters_on[NB_LINKS_MAX], machines_on[NB_LINKS_MAX],
		devices_on[NB_LINKS_MAX]; /* that answered __MSBROWSE__, "*", the probe */
	bool server_answered[SERVERS_MAX];
	uint64_t statuses, broken; /* answers; what was no answer that can be read */
	uint64_t devices;          /* by WS-Discovery */
};

int finding_begin(struct finding *, struct err *);
asker_heard finding_heard; /* arg: the struct finding */
int finding_name(struct finding *, const struct netbios_name *, struct err *);

/* An observation of source "windows". */
int finding_tell(struct finding *, enum subject, const struct addr *ip, enum evidence,
	const struct fact *, size_t n, struct err *);

#endif
