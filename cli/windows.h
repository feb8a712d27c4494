/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * windows.h - one run of `muster windows`
 *
 *	source_windows (netbios/) ─▶ who is there ─▶ source_services (scanner/) asks each
 *	of them ─▶ who he is ─▶ source_members (netbios/) asks each with an account, when one
 *	was given ─▶ what he tells it
 *
 * Each is a process of its own; source_windows_poll is the three as one source.
 */
#ifndef CLI_WINDOWS_H
#define CLI_WINDOWS_H

#include "cli/kept_out.h"
#include "cli/targets.h"
#include "netbios/members.h"
#include "netbios/windows.h"
#include "scanner/services.h"

struct windows_settings {
	struct windows_conf windows;
	struct targets_conf targets;
	struct services_conf services;
	struct members_conf members;
	struct kept_conf kept;
	int format; /* enum out_format_id */
	bool quick;
	int64_t quick_ms; /* a quick poll is over then, and the time of its targets later */
	bool known;       /* ask those that the store knows, too */
	const char *known_from; /* or a file, beside --emit; NULL: none */
};

/* Addresses of machines that were known before (windows_known.h). */
struct windows_known {
	uint64_t known, excluded, left; /* left: there was no room for */
};

struct windows_input {
	const struct call *call;
	const struct windows_settings *conf; /* all of it prepared */
	const char *targets_text;            /* "" for none */
	struct fact asked;                   /* windows_asked.h */
	struct opt_list leased;     /* name servers of a lease, which nobody typed */
	struct windows_known known; /* those that are asked are targets by now */
	int64_t started;
	char run[UUID_TEXT_MAX];
};

/* How long a quick poll may take: quick_ms, and what its targets cost at its rate. */
int64_t windows_quick_us(const struct windows_settings *);

/* Its conf is a struct windows_input. */
extern const struct source source_windows_poll;
struct worker windows_worker(const struct windows_input *);

/* Polls, keeps and prints.  EXIT_DONE, EXIT_FAILED (interrupted, broke off), or -1. */
int windows_run(const struct windows_input *, struct err *);
/* The closing line; --emit has nothing else to tell people. */
void windows_closing(const struct run_end *);

#endif
