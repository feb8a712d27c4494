/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * smbclient.h - the browse lists of one master, by Samba's libsmbclient
 *
 * The library finds masters by the names that they answer to, wherever an answer says that
 * they are.  So that it goes to the master that it was sent to and to nobody else,
 *
 *	- it asks for names at one address of the loopback network alone (conf.names), where
 *	  somebody has to answer each question with the address of the master (lists.h);
 *	- no settings of the machine or of a user are read but those that are written here;
 *	- before it connects it says to whom: to the computer that the master told to be, or to
 *	  its address.  A master that calls itself by another name now, which might be the
 *	  address of somebody else, ends the process with SMBCLIENT_STRANGE.
 *
 * It gives names and comments, but no types of servers; a list of domains only to nobody (its
 * first question for it has the user and no password).  For one master, in a process that may
 * hang or die: loaded once, begun in each process, which then loses its rights.
 */
#ifndef NETBIOS_SMBCLIENT_H
#define NETBIOS_SMBCLIENT_H

#include "base/addr.h"
#include "base/err.h"

#include <stdbool.h>

struct smbclient;

/* ERR_NOTFOUND: the library is not there, and which package has it. */
int smbclient_load(struct smbclient **out, struct err *);

/* What it is asked, all of it as the master itself told it. */
struct smbclient_question {
	const char *domain, *computer; /* NetBIOS names: bytes as sent */
	const char *ip;                /* of the master */
	const char *user, *secret;     /* NULL: as nobody.  DOMAIN\user, or user */
	/* Each entry: bytes as sent. */
	void (*take)(void *arg, bool is_domain, const char *name, const char *comment);
	void *arg;
};

/* Could it be asked at all?  Not for a name that is read as an address. */
bool smbclient_may_ask(const char *domain, const char *computer);

/* names: "127.1.2.5/29", of which the broadcast address answers. */
int smbclient_begin(struct smbclient *, const char *names,
	const struct smbclient_question *, struct err *);

/* How it went; what is not SMBCLIENT_TOLD told nothing. */
enum smbclient_outcome {
	SMBCLIENT_TOLD,
	SMBCLIENT_DENIED, /* to this user, or as nobody */
	SMBCLIENT_UNREACHED,
	SMBCLIENT_STRANGE,
	SMBCLIENT_FAILED,
	SMBCLIENT_OUTCOMES
};
enum smbclient_outcome smbclient_ask(struct smbclient *);

#endif
