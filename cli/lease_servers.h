/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lease_servers.h - NetBIOS name servers that a DHCP server told this machine of */
#ifndef CLI_LEASE_SERVERS_H
#define CLI_LEASE_SERVERS_H

#include "base/arena.h"
#include "base/opt.h"
#include "netbios/links.h"

/* Those of the leases that hold an address of its own, as `--wins` would name them, without
 * what that may not: what is excluded or is no address of a machine on these links; at most
 * `most`.  root: as of place_facts_here (location/facts.h). */
int lease_servers(const char *root, const struct nb_scope *, size_t most,
	struct arena *, struct opt_list *out, struct err *);

#endif
