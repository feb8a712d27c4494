/* SPDX-License-Identifier: GPL-3.0-or-later */
/* topology.h - what the numbers of domains, trusts and subnets mean */
#ifndef LDAP_TOPOLOGY_H
#define LDAP_TOPOLOGY_H

#include "base/addr.h"

#include <stddef.h>

/* systemFlags of a crossRef ([MS-ADTS] 6.1.1.2.1.1): is what it names a domain? */
bool topology_is_domain(uint32_t system_flags);

/* msDS-Behavior-Version of a domain ([MS-ADTS] 6.1.4.3): "2016"; NULL: none that is known. */
const char *topology_level(int64_t behavior_version);

/* trustedDomain ([MS-ADTS] 6.1.6.7). */
enum { TRUST_TEXT_MAX = 96 };
/* "forest, both ways, transitive": type, direction and what its attributes say. */
const char *topology_print_trust(uint32_t type, uint32_t direction, uint32_t attributes,
	char out[static TRUST_TEXT_MAX]);
/* Can its computers be asked for: a Windows domain of another forest that trusts ours? */
bool topology_trust_is_asked(uint32_t type, uint32_t direction, uint32_t attributes);

/* Name of a subnet object ([MS-ADTS] 6.1.1.2.2.2.1): "192.0.2.0/24", without host bits and
 * with a length of 1 to 32, or to 128. */
bool topology_subnet(const char *name, struct addr *net, unsigned *bits);

#endif
