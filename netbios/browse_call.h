/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * browse_call.h - the conversation with a master browser: which domains are there, and which
 * machines are in yours
 *
 * Pure: bytes in, bytes out (caller.h).  By SMB1, as nobody; a master that does not speak it
 * any more, or lets nobody in, says so.  Lists that are longer than one answer are asked for
 * piece by piece.
 *
 * Beside libsmbclient (lists.h), whose entries carry no server type: this one has the types,
 * costs no process and no library, and needs no right; the other one has accounts, NTLM and port
 * 139.  Both are asked, and what one of them gave stands.
 */
#ifndef NETBIOS_BROWSE_CALL_H
#define NETBIOS_BROWSE_CALL_H

#include "netbios/caller.h"
#include "wire/rap.h"
#include "wire/smb1_ipc.h"

enum {
	BROWSE_ENTRIES_MAX = 1 << 16, /* of one master */
	BROWSE_ANSWERS_MAX = 256,     /* transactions of one master */
};

/* How far it came, which says why it came no further. */
enum browse_step {
	BROWSE_NEGOTIATE,
	BROWSE_SESSION,
	BROWSE_TREE,
	BROWSE_DOMAINS,
	BROWSE_MACHINES,
	BROWSE_OVER,
};

struct browse {
	/* Set before it begins. */
	const char *domain, *host; /* whose list; ASCII address of the master */
	/* Each entry as it comes; domains: it is one of the list of domains.  -1: there is no
	 * room for more of this list. */
	int (*take)(void *arg, struct browse *, const struct rap_entry *, bool domains);
	void *arg;

	enum browse_step step;
	bool refused_smb1; /* it speaks SMB, and not that one */
	uint32_t status;   /* NTSTATUS of a refusal */
	uint16_t error;    /* Win32 error of a list */
	uint32_t available[2]; /* entries that the lists have, as it says: machines, domains */
	uint32_t taken[2], seen[2]; /* entries with a name, and all */
	bool truncated;             /* by the server */
	bool cut[2];                /* by a limit of ours: machines, domains */
	const char *why;            /* static; NULL, or what is broken */
	/* Its own: */
	struct smb1_ids ids;
	struct smb1_trans trans;
	char last[17];
	unsigned answers;
};

/* Fills the call's hear, state and first bytes. */
void browse_begin(struct tcp_call *, struct browse *);

#endif
