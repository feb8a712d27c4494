/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ldap/topology.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* [MS-ADTS] 2.2.10: FLAG_CR_NTDS_NC, FLAG_CR_NTDS_DOMAIN */
enum { IS_NC = 0x1, IS_DOMAIN = 0x2 };

bool
topology_is_domain(uint32_t system_flags)
{
	return (system_flags & (IS_NC | IS_DOMAIN)) == (IS_NC | IS_DOMAIN);
}

const char *
topology_level(int64_t behavior_version)
{
	static const char *const levels[] = { "2000", "2003 interim", "2003", "2008",
		"2008 R2", "2012", "2012 R2", "2016", NULL, NULL, "2025" };

	return behavior_version >= 0 &&
			behavior_version < (int64_t)(sizeof(levels) / sizeof(levels[0]))
		? levels[behavior_version]
		: NULL;
}

/* --- trusts ------------------------------------------------------------------------------ */

enum { TYPE_ACTIVE_DIRECTORY = 2, INBOUND = 1, WITHIN_FOREST = 0x20 };

const char *
topology_print_trust(uint32_t type, uint32_t direction, uint32_t attributes,
	char out[static TRUST_TEXT_MAX])
{
	static const char *const types[] = { "unknown", "NT domain", "domain",
		"Kerberos realm", "DCE realm", "cloud" };
	static const char *const directions[] = { "disabled", "trusts us",
		"trusted by us", "both ways" };
	static const struct {
		uint32_t bit;
		const char *text;
	} bits[] = {
		{ 0x1, ", not transitive" },
		{ 0x4, ", SIDs filtered" },
		{ 0x8, ", forest" },
		{ 0x10, ", selective" },
		{ WITHIN_FOREST, ", within the forest" },
	};
	int n = snprintf(out, TRUST_TEXT_MAX, "%s, %s",
		type < sizeof(types) / sizeof(types[0]) ? types[type] : types[0],
		directions[direction & 3]);

	for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		if (attributes & bits[i].bit && n < TRUST_TEXT_MAX)
			n += snprintf(out + n, TRUST_TEXT_MAX - (size_t)n, "%s",
				bits[i].text);
	return out;
}

bool
topology_trust_is_asked(uint32_t type, uint32_t direction, uint32_t attributes)
{
	return type == TYPE_ACTIVE_DIRECTORY && direction & INBOUND &&
		!(attributes & WITHIN_FOREST);
}

/* --- subnets ------------------------------------------------------------------------------ */

static bool
has_host_bits(const struct addr *net, unsigned bits)
{
	unsigned rest = addr_bits(net->family) - bits;

	return rest && addr_number(net) & (((u128)1 << rest) - 1);
}

bool
topology_subnet(const char *name, struct addr *net, unsigned *bits)
{
	char ip[ADDR_TEXT_MAX];
	size_t n = strcspn(name, "/");
	size_t digits = name[n] ? strspn(name + n + 1, "0123456789") : 0;

	if (n >= sizeof(ip) || digits == 0 || digits > 3 || name[n + 1] == '0' ||
		name[n + 1 + digits])
		return false;
	memcpy(ip, name, n);
	ip[n] = '\0';
	*bits = (unsigned)strtoul(name + n + 1, NULL, 10);
	return addr_parse(ip, net) && *bits <= addr_bits(net->family) &&
		!has_host_bits(net, *bits);
}
