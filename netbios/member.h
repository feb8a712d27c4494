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

/* Asks; what was told stands in tell, finished, when member_outcome() of what is returned is
 * MEMBER_TOLD. */
int member_ask(
	struct samba *, const struct addr *, const struct samba_login *, struct tell *);

/* What the two answers say, as facts. */
struct srvsvc_info;
struct wkssvc_info;
void member_tell_server(struct tell *, const struct srvsvc_info *);
void member_tell_workstation(struct tell *, const struct wkssvc_info *);

#endif
