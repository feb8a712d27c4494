/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * doctor.h - is everything there that a point, or one sweep, needs?
 *
 * A check looks at one thing and tells what it found, each time with what to do about it.
 * The table of checks is in cmd_doctor.c; a check is a row and a function.
 */
#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

#include "cli/agent.h"
#include "host/net.h"
#include "ldap/ad.h"

struct doctor_conf {
	struct agent_where where;
	struct store_conf store;
	bool ask;   /* servers that the configuration names */
	bool quick; /* leave out what takes long: all of the store */
	int format;
};

enum doctor_verdict { DOCTOR_OK, DOCTOR_SKIPPED, DOCTOR_WARNING, DOCTOR_PROBLEM };

struct doctor {
	const struct call *call;
	struct doctor_conf *conf;
	const char *check;        /* the name of the one at work */
	int worst;                /* enum doctor_verdict */
	struct ad_conf ad;        /* of muster.yaml; its defaults where that is wrong */
	struct host_net *net;     /* NULL: the kernel could not be asked */
	bool has_agent_file;      /* agent.yaml is there, right or wrong */
	struct agent_conf *agent; /* NULL: there is none, or it has mistakes */
	const char *store_path;
};

/* One line of the report.  fix: what to do, as a whole sentence or a command; NULL with
 * DOCTOR_OK and DOCTOR_SKIPPED alone. */
void doctor_tell(struct doctor *, enum doctor_verdict, const char *fix, const char *fmt,
	...) ERR_PRINTF(4, 5);

/* A check.  -1 only when nothing more can be checked (no memory). */
typedef int doctor_check(struct doctor *, struct err *);

/* doctor_files.c: what people wrote; these come first, the others rest on them */
doctor_check doctor_settings, doctor_agent_file, doctor_credentials;
/* doctor_machine.c */
doctor_check doctor_privileges, doctor_fence, doctor_interfaces, doctor_routes,
	doctor_time, doctor_disk;
/* doctor_services.c: what answers, or does not */
doctor_check doctor_store, doctor_agent, doctor_dns, doctor_directory;

/* Does this poll run at all? */
bool doctor_polls(const struct doctor *, const struct poll_def *);

#endif
