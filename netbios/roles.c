/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Suffixes of NetBIOS names ([MS-NBTE] 1.8, [MS-BRWS] 2.1.1 and Microsoft's list of them) and
 * the bits of ServerType. */
#include "netbios/roles.h"

#include "wire/nbname.h"

static const struct suffix {
	uint8_t suffix;
	bool group;
	const char *word;
	unsigned role;
} suffixes[] = {
	{ NETBIOS_WORKSTATION, false, "workstation", 0 },
	{ NETBIOS_WORKSTATION, true, "member", 0 },
	{ NETBIOS_BROWSE, false, "messenger", 0 },
	{ NETBIOS_BROWSE, true, "browser-group", 0 },
	{ NETBIOS_MESSENGER, false, "messenger", 0 },
	{ 0x06, false, "ras-server", 0 },
	{ NETBIOS_DOMAIN_MASTER, false, "domain-master-browser", NB_DOMAIN_MASTER },
	{ NETBIOS_CONTROLLERS, true, "domain-controller", NB_CONTROLLER },
	{ NETBIOS_MASTER, false, "master-browser", NB_MASTER },
	{ NETBIOS_ELECTION, true, "browser", 0 },
	{ 0x1f, false, "netdde", 0 },
	{ NETBIOS_SERVER, false, "file-server", 0 },
	{ NETBIOS_SERVER, true, "internet-group", 0 },
	{ 0x21, false, "ras-client", 0 },
	{ 0x22, false, "exchange-interchange", 0 },
	{ 0x23, false, "exchange-store", 0 },
	{ 0x24, false, "exchange-directory", 0 },
	{ 0x2b, false, "lotus-notes", 0 },
	{ 0x30, false, "modem-server", 0 },
	{ 0x31, false, "modem-client", 0 },
	{ 0x42, false, "antivirus", 0 },
	{ 0x43, false, "sms-remote-control", 0 },
	{ 0x44, false, "sms-remote-control", 0 },
	{ 0x45, false, "sms-remote-chat", 0 },
	{ 0x46, false, "sms-remote-transfer", 0 },
	{ 0x4c, false, "dec-pathworks", 0 },
	{ 0x52, false, "dec-pathworks", 0 },
	{ 0x6a, false, "exchange-mail", 0 },
	{ 0x87, false, "exchange-mta", 0 },
	{ 0xbe, false, "network-monitor", 0 },
	{ 0xbf, false, "network-monitor", 0 },
};

static const struct suffix *
find(uint8_t suffix, bool group)
{
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
		if (suffixes[i].suffix == suffix && suffixes[i].group == group)
			return &suffixes[i];
	return NULL;
}

const char *
nb_role_word(uint8_t suffix, bool group)
{
	const struct suffix *s = find(suffix, group);

	return s ? s->word : NULL;
}

unsigned
nb_role(uint8_t suffix, bool group)
{
	const struct suffix *s = find(suffix, group);

	return s ? s->role : 0;
}

unsigned
nb_roles(const struct nbns_status *status)
{
	unsigned roles = 0;

	for (size_t i = 0; i < status->n_names; i++) {
		const struct nbns_name *n = &status->names[i];
		const struct suffix *s = n->active ? find(n->suffix, n->group) : NULL;
		roles |= s ? s->role : 0;
	}
	return roles;
}

/* [MS-BRWS] 2.2.6; those without a word are of lists, not of machines. */
static const struct type {
	const char *word;
	unsigned role;
} types[32] = {
	[0] = { "workstation", 0 },
	[1] = { "server", 0 },
	[2] = { "sql-server", 0 },
	[3] = { "domain-controller", NB_CONTROLLER },
	[4] = { "backup-controller", NB_CONTROLLER },
	[5] = { "time-source", 0 },
	[6] = { "apple", 0 },
	[7] = { "novell", 0 },
	[8] = { "member-server", 0 },
	[9] = { "print-server", 0 },
	[10] = { "dial-in-server", 0 },
	[11] = { "unix", 0 },
	[12] = { "windows-nt", 0 },
	[13] = { "windows-for-workgroups", 0 },
	[14] = { "netware-files", 0 },
	[15] = { "server-nt", 0 },
	[16] = { "potential-browser", 0 },
	[17] = { "backup-browser", 0 },
	[18] = { "master-browser", NB_MASTER },
	[19] = { "domain-master-browser", NB_DOMAIN_MASTER },
	[20] = { "osf", 0 },
	[21] = { "vms", 0 },
	[22] = { "windows-95", 0 },
	[23] = { "dfs-root", 0 },
	[24] = { "cluster", 0 },
	[25] = { "terminal-server", 0 },
	[26] = { "cluster-virtual-server", 0 },
	[28] = { "dce", 0 },
};

const char *
nb_type_word(unsigned bit)
{
	return bit < sizeof(types) / sizeof(types[0]) ? types[bit].word : NULL;
}

unsigned
nb_type_roles(uint32_t bits)
{
	unsigned roles = 0;

	for (unsigned i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (bits & UINT32_C(1) << i)
			roles |= types[i].role;
	return roles;
}
