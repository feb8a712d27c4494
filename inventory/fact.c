/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The fact table.  A new fact is a row here and nowhere else.  What a fact weighs for
 * identity stands in identity.c, which names these keys.
 */
#include "inventory/fact.h"

#include <string.h>

#define SMBIOS  "DMTF DSP0134 §7.2"
#define DERIVED "docs/design.md: derived from other facts"

/* One row: key, type, title, source; help.  Sorted by key in the order of strcmp(). */
const struct fact_def fact_defs[] = {
	{ "ad.guid", FACT_TEXT, NULL, "[MS-ADA3] objectGUID",
		"Object GUID of the computer account in Active Directory" },
	{ "ad.sid", FACT_TEXT, NULL, "[MS-ADA3] objectSid",
		"Security identifier of the computer account" },
	{ "agent.key", FACT_TEXT, NULL, "docs/design.md",
		"Fingerprint of the key of the muster agent on the device" },
	{ "dns.fqdn", FACT_TEXTS, "FQDN", "RFC 1912 §2.1",
		"Names of the address whose own lookup leads back to it" },
	{ "dns.ptr", FACT_TEXTS, "PTR", "RFC 1035 §3.3.12",
		"Names that reverse DNS gives for the address" },
	{ "domain", FACT_TEXT, "Domain", DERIVED,
		"Windows domain or workgroup, else the DNS domain of the name" },
	{ "host.model", FACT_TEXT, "Model", SMBIOS " (product name)",
		"Model as its maker calls it" },
	{ "host.serial", FACT_TEXT, "Serial", SMBIOS " (serial number)",
		"Serial number given by the maker" },
	{ "host.smbios_uuid", FACT_TEXT, NULL, "DMTF DSP0134 §7.2.1",
		"UUID of the machine in its firmware" },
	{ "host.vendor", FACT_TEXT, "Maker", SMBIOS " (manufacturer)",
		"Maker of the machine" },
	{ "icmp.echo", FACT_BOOL, NULL, "RFC 792 p. 14, RFC 4443 §4.2",
		"Whether it answers ping" },
	{ "icmp.timestamp", FACT_BOOL, NULL, "RFC 792 p. 16",
		"Whether it answers ICMP timestamp requests" },
	{ "instance.id", FACT_TEXT, NULL, "docs/design.md",
		"Id of the virtual machine given by its hypervisor or cloud" },
	{ "ip.ttl", FACT_INT, "TTL", "RFC 791 §3.1, RFC 8200 §3",
		"Time to live, or hop limit, of its replies on arrival" },
	{ "mac", FACT_MAC, "MAC", "RFC 826, RFC 4861 §4.6.1",
		"Hardware address of the interface" },
	{ "mac.onlink", FACT_BOOL, NULL, "docs/design.md",
		"Whether the MAC was seen on a link of the observer, not through a router" },
	{ "mac.vendor", FACT_TEXT, NULL, "nmap.dtd: address/@vendor",
		"Maker of the network card as an import names it" },
	{ "mdns.name", FACT_TEXT, "mDNS", "RFC 6762 §3",
		"Host name that it announces in .local" },
	{ "mdns.services", FACT_TEXTS, NULL, "RFC 6763 §9",
		"Kinds of services that it announces: _ipp._tcp" },
	{ "name", FACT_TEXT, "Name", DERIVED, "The best name for people" },
	{ "netbios.domain", FACT_TEXT, NULL, "RFC 1002 §4.2.18",
		"NetBIOS name of its domain or workgroup" },
	{ "netbios.mac", FACT_MAC, NULL, "RFC 1002 §4.2.18 (UNIT_ID)",
		"MAC that it reports of itself in a node status" },
	{ "netbios.name", FACT_TEXT, "NetBIOS", "RFC 1002 §4.2.18",
		"NetBIOS computer name" },
	{ "netbios.names", FACT_TEXTS, NULL, "RFC 1002 §4.2.18",
		"All names of its node status, with their type: FILES<20>" },
	{ "os.name", FACT_TEXT, "OS", "docs/design.md",
		"Operating system and version as text" },
	{ "rtt.us", FACT_INT, "RTT", "docs/design.md",
		"Round-trip time of its reply in microseconds" },
	{ "smb.dns_name", FACT_TEXT, NULL, "[MS-NLMP] 2.2.2.1 MsvAvDnsComputerName",
		"DNS name that the computer gives itself" },
	{ "smb.guid", FACT_TEXT, NULL, "[MS-SMB2] 2.2.4 ServerGuid",
		"GUID of its SMB server" },
	{ "smb.os_build", FACT_TEXT, NULL, "[MS-NLMP] 2.2.2.10 VERSION",
		"Version and build of Windows" },
	{ "snmp.engine", FACT_TEXT, NULL, "RFC 3411 §5 SnmpEngineID",
		"SNMP engine id in hexadecimal" },
	{ "snmp.sysdescr", FACT_TEXT, NULL, "RFC 3418 §2 sysDescr",
		"What it says by SNMP about its hardware and software" },
	{ "snmp.sysname", FACT_TEXT, NULL, "RFC 3418 §2 sysName",
		"Name that its administrator configured for SNMP" },
	{ "snmp.sysobjectid", FACT_TEXT, NULL, "RFC 3418 §2 sysObjectID",
		"Its maker and model as a registered number" },
	{ "ssh.hostkey", FACT_TEXTS, NULL, "RFC 4253 §6.6",
		"SHA-256 fingerprints of its SSH host keys" },
	{ "tcp.closed", FACT_PORTS, NULL, "RFC 9293 §3.10.7.1",
		"TCP ports that refused a connection" },
	{ "tcp.open", FACT_PORTS, "TCP", "RFC 9293 §3.5",
		"TCP ports that accepted a connection" },
	{ "tls.key", FACT_TEXTS, NULL, "RFC 5280 §4.1.2.7",
		"SHA-256 fingerprints of the public keys of its self-issued certificates" },
	{ "udp.closed", FACT_PORTS, NULL, "RFC 1122 §4.1.3.1",
		"UDP ports it reported as unreachable" },
	{ "udp.open", FACT_PORTS, "UDP", "RFC 768", "UDP ports that answered" },
	{ "vendor", FACT_TEXT, "Vendor", DERIVED, "Maker of the network card" },
};
const size_t n_fact_defs = sizeof(fact_defs) / sizeof(fact_defs[0]);

const struct fact_def *
fact_find(const char *key)
{
	size_t from = 0, to = n_fact_defs;

	while (from < to) {
		size_t mid = from + (to - from) / 2;
		int order = strcmp(key, fact_defs[mid].key);
		if (order == 0)
			return &fact_defs[mid];
		if (order < 0)
			to = mid;
		else
			from = mid + 1;
	}
	return NULL;
}

const struct fact *
fact_get(const struct fact *facts, size_t n, const char *key)
{
	size_t from = 0, to = n;

	while (from < to) {
		size_t mid = from + (to - from) / 2;
		int order = strcmp(key, facts[mid].key);
		if (order == 0)
			return &facts[mid];
		if (order < 0)
			to = mid;
		else
			from = mid + 1;
	}
	return NULL;
}
