/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * windows.h - the source "windows": which Windows domains and workgroups are there, and who is
 * in them
 *
 *	on each subnet	NetBIOS broadcasts: all local masters, whoever is there, and for each
 *			domain its masters, controllers and members; a WS-Discovery probe,
 *			in IPv4 and, from our link-local address, in IPv6; who shares
 *			files, by multicast DNS
 *	name servers	the domain masters that WINS knows, and those of each domain
 *	each machine	node status: its names, roles and domain
 *	each master	its browse lists by SMB1, where that is still spoken: names by
 *			libsmbclient, with an account where it tells nobody else (lists.h), and
 *			the types of servers by a conversation of our own (browse_call.h)
 *	other domains	that lists tell of: they and their masters, as those on the subnets
 *	each device	that answered WS-Discovery: its name, domain, maker and model
 *	all of them	those they told of, and the targets: do they take SMB connections
 *			(conf.smb); of IPv6 only this is asked, and only of targets
 *
 * Observations: a device that answered (evidence `reply`), one that a browse list names and
 * whose address is known, by whichever answer (`listed`), and of each domain one with the
 * subject `domain`: its masters, controllers, and the names in its list.  Why a list is empty is
 * told as reasons.
 *
 * Who answers in IPv6 is told with a link-local address, which means nothing without its link:
 * cli/link_local.h puts a MAC in its place.
 *
 * Packets go to the subnets of this machine, to the targets and to the name servers that the
 * person, or else the lease of this machine, named, and to machines that those name servers tell of.  Nothing else that a
 * stranger says sends a packet anywhere.
 */
#ifndef NETBIOS_WINDOWS_H
#define NETBIOS_WINDOWS_H

#include "host/net.h"
#include "inventory/source.h"
#include "iprange/iprange.h"
#include "netbios/members.h"

struct windows_conf {
	/* From windows_opts. */
	struct opt_list interfaces, domains, servers;
	int64_t rate;    /* packets/s */
	int64_t list_ms; /* patience with one browse list */
	bool lists;      /* browse lists at all */

	/* Prepared by the command. */
	/* Accounts for browse lists that nobody else is told.  Their secrets are wiped by the run
	 * once those that need them have them. */
	const struct members_conf *accounts;
	bool smb; /* look who takes SMB connections: they can be asked who they are */
	const struct host_net *net;
	const struct iprange *targets;  /* asked one by one, too; NULL: none */
	const struct iprange *excluded; /* never asked; NULL: none */
};

extern const struct opt windows_opts[];
extern const struct source source_windows;

enum { WINDOWS_TARGETS_MAX = 1 << 16 };

/* ERR_ARG: no such interface, no address, no NetBIOS name.  Before anything is sent. */
int windows_check(const struct windows_conf *, struct err *);

#endif
