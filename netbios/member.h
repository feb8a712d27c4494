/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * member.h - what one machine tells an account: its names, domain, version, roles, comment
 *
 * NetrServerGetInfo, NetrWkstaGetInfo, and a few values of its registry, by samba.h, inside a process that may hang or die.
 * How it went is a small number, which is also the exit status of that process.
 */
#ifndef NETBIOS_MEMBER_H
#define NETBIOS_MEMBER_H

#include "inventory/tell.h"
#include "netbios/samba.h"

enum member_outcome {
	MEMBER_TOLD,    /* something: the account is good there */
	MEMBER_REFUSED, /* the account: it must not be tried again */
	MEMBER_DENIED,  /* let in, but not told; or made a guest */
	MEMBER_UNREACHED,
	MEMBER_FAILED, /* what it said is no answer, or a status that nobody foresaw */
	MEMBER_SILENT, /* was ended at its deadline: of members.c */
	MEMBER_OUTCOMES
};

/* A row of the table of statuses, 0 to MEMBER_CODES - 1: what the exit status is. */
enum { MEMBER_CODES = 64 };
enum member_outcome member_outcome(int code);
/* "the name or the password is wrong"; never NULL. */
const char *member_text(int code);
/* The row of an NTSTATUS. */
int member_code(uint32_t status);
/* The same as member_text(), or the number itself when it has no words; in buf, or static. */
enum { MEMBER_WORDS = 40 };
const char *member_words(uint32_t status, char buf[static MEMBER_WORDS]);

/* What was asked by each pipe, and the NTSTATUS of it. */
enum { MEMBER_PIPES = 3 };
struct member_said {
	uint32_t of[MEMBER_PIPES];
	uint32_t n; /* pipes that were asked: one that refuses the account is the last */
};
extern const char *const member_pipes[MEMBER_PIPES]; /* "srvsvc", ... */

/* Asks; what was told stands in tell, finished, when member_outcome() of what is returned is
 * MEMBER_TOLD: by one of the pipes, and others may have denied it. */
int member_ask(struct samba *, const struct addr *, const struct samba_login *,
	struct tell *, struct member_said *);
/* Of its statuses the one that says why nothing was told; 0: none. */
uint32_t member_why(const struct member_said *);

/* As a line, and back: how the process of a machine says it.  false: it is none. */
enum { MEMBER_LINE = 2 + MEMBER_PIPES * 9 };
void member_write_said(const struct member_said *, char line[static MEMBER_LINE]);
bool member_read_said(const char *line, size_t n, struct member_said *);

/* What the two answers say, as facts. */
struct srvsvc_info;
struct wkssvc_info;
void member_tell_server(struct tell *, const struct srvsvc_info *);
void member_tell_workstation(struct tell *, const struct wkssvc_info *);

#endif
