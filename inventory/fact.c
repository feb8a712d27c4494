/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The fact table.  A new fact is a row here and nowhere else.  What a fact weighs for
 * identity stands in identity.c, which names these keys.
 */
#include "inventory/fact.h"

#include <stdint.h>
#include <string.h>

#define SMBIOS  "DMTF DSP0134 §7.2"
#define DERIVED "docs/design.md: derived from other facts"

/* One row: key, type, title, source; help.  Sorted by key in the order of strcmp(). */
const struct fact_def fact_defs[] = {
	{ "ad.account", FACT_TEXT, NULL, "[MS-ADA3] sAMAccountName",
		"Account of the computer in Active Directory: WS1$" },
	{ "ad.changed", FACT_TEXT, NULL, "[MS-ADA3] whenChanged",
		"When its account was changed last" },
	{ "ad.controllers", FACT_TEXTS, NULL,
		"[MS-ADTS] 6.1.1.4.3, [MS-ADA1] dNSHostName",
		"Controllers of the domain" },
	{ "ad.created", FACT_TEXT, NULL, "[MS-ADA3] whenCreated",
		"When its account was made" },
	{ "ad.delegates_to", FACT_TEXTS, NULL, "[MS-ADA2] msDS-AllowedToDelegateTo",
		"Services that its account may use in the name of others" },
	{ "ad.description", FACT_TEXT, NULL, "[MS-ADA1] description",
		"Description in Active Directory" },
	{ "ad.disabled", FACT_BOOL, NULL, "[MS-ADTS] 2.2.16 ACCOUNTDISABLE",
		"Whether its account is disabled" },
	{ "ad.dn", FACT_TEXT, NULL, "RFC 4514",
		"Distinguished name in Active Directory" },
	{ "ad.dns_name", FACT_TEXT, NULL, "[MS-ADA1] dNSHostName",
		"DNS name that Active Directory has of the computer" },
	{ "ad.dns_refreshed", FACT_TEXT, NULL, "[MS-DNSP] 2.3.2.2 TimeStamp",
		"When its addresses were registered last in the zones of the directory" },
	{ "ad.domain", FACT_TEXT, NULL, "[MS-ADA1] dnsRoot",
		"DNS name of its domain in Active Directory" },
	{ "ad.encryption", FACT_TEXTS, NULL, "[MS-KILE] 2.2.7",
		"Kerberos encryption types that its account supports" },
	{ "ad.flags", FACT_TEXTS, NULL, "[MS-ADTS] 2.2.16 userAccountControl",
		"What its account is and may: workstation, dc, rodc, delegation, disabled" },
	{ "ad.forest", FACT_TEXT, NULL, "[MS-ADTS] 3.1.1.3.2.18 rootDomainNamingContext",
		"DNS name of the forest of a domain or network" },
	{ "ad.forest_level", FACT_TEXT, NULL, "[MS-ADTS] 6.1.4.4",
		"Functional level of the forest" },
	{ "ad.guid", FACT_TEXT, NULL, "[MS-ADA3] objectGUID",
		"Object GUID of the computer account in Active Directory" },
	{ "ad.last_logon", FACT_TEXT, "Last logon", "[MS-ADA1] lastLogonTimestamp",
		"When its account logged in last; up to 14 days behind" },
	{ "ad.level", FACT_TEXT, NULL, "[MS-ADTS] 6.1.4.3 msDS-Behavior-Version",
		"Functional level of a domain: 2016" },
	{ "ad.listed", FACT_BOOL, NULL, "[MS-ADTS] 3.1.1.5.5 isDeleted",
		"Whether the directory has the account or network, or had it" },
	{ "ad.location", FACT_TEXT, NULL, "[MS-ADA1] location",
		"Location in Active Directory" },
	{ "ad.managed_by", FACT_TEXT, NULL, "[MS-ADA2] managedBy",
		"Who manages the computer, as a distinguished name" },
	{ "ad.os_build", FACT_TEXT, NULL, "[MS-ADA3] operatingSystemVersion",
		"Version and build of Windows that its account tells" },
	{ "ad.ou", FACT_TEXT, "OU", "[MS-ADTS] 3.1.1.4.5.4 canonicalName",
		"Where its account stands: corp.example/Berlin/Desktops" },
	{ "ad.parent", FACT_TEXT, NULL, "[MS-ADTS] 6.1.1.2.1.1 trustParent",
		"Domain above this one" },
	{ "ad.password_set", FACT_TEXT, NULL, "[MS-ADA3] pwdLastSet",
		"When its account changed its password last" },
	{ "ad.replaces", FACT_TEXT, NULL, "[MS-ADTS] 3.1.1.5.5 isDeleted",
		"Object GUID of the deleted account whose name it has" },
	{ "ad.roles", FACT_TEXTS, NULL, "[MS-ADA3] servicePrincipalName",
		"What the services of its account say that it does: sql, web, dc" },
	{ "ad.sid", FACT_TEXT, NULL, "[MS-ADA3] objectSid",
		"Security identifier of the computer account" },
	{ "ad.site", FACT_TEXT, NULL, "[MS-ADTS] 6.1.1.2.2.1",
		"Site of Active Directory, of a computer that of its address" },
	{ "ad.trusts", FACT_TEXTS, NULL, "[MS-ADTS] 6.1.6 trustedDomain",
		"Trusts of a domain, with their kind and direction" },
	{ "ad.units", FACT_TEXTS, NULL, "[MS-ADA3] organizationalUnit",
		"Organizational units of a domain" },
	{ "agent.key", FACT_TEXT, NULL, "docs/design.md",
		"Fingerprint of the key of the muster agent on the device" },
	{ "browse.comment", FACT_TEXT, NULL, "[MS-RAP] 2.5.5.2.2 ServerComment",
		"What a browse list says about it, as its administrator wrote it" },
	{ "browse.types", FACT_TEXTS, NULL, "[MS-BRWS] 2.2.6, [MS-RAP] 2.5.5.2.1",
		"What a browse list says that it is: print-server, backup-controller" },
	{ "browse.version", FACT_TEXT, NULL, "[MS-RAP] 2.5.5.2.2 MajorVersion",
		"Version of Windows, or of what says to be one, in a browse list: 6.1" },
	{ "cdp.name", FACT_TEXT, NULL, "Cisco Discovery Protocol: Device ID",
		"Name that it announces by CDP" },
	{ "cdp.platform", FACT_TEXT, NULL, "Cisco Discovery Protocol: Platform",
		"Hardware that it announces by CDP" },
	{ "cdp.port", FACT_TEXT, NULL, "Cisco Discovery Protocol: Port ID",
		"Port by which its CDP announcement left" },
	{ "cdp.version", FACT_TEXT, NULL, "Cisco Discovery Protocol: Software Version",
		"Software that it announces by CDP" },
	{ "dhcp.client_id", FACT_TEXT, NULL, "RFC 2132 §9.14",
		"Client identifier in its DHCP requests, in hexadecimal" },
	{ "dhcp.fingerprint", FACT_TEXT, NULL, "RFC 2132 §9.8",
		"Options that its DHCP requests ask for, in their order: 1,3,6,15" },
	{ "dhcp.name", FACT_TEXT, NULL, "RFC 2132 §3.14, RFC 4702",
		"Name that it gives itself in DHCP, or a lease gives it" },
	{ "dhcp.server", FACT_BOOL, NULL, "RFC 2131 §3.1",
		"Whether it offers addresses by DHCP" },
	{ "dhcp.vendor_class", FACT_TEXT, NULL, "RFC 2132 §9.13",
		"Vendor class in its DHCP requests: MSFT 5.0" },
	{ "dns.fqdn", FACT_TEXTS, "FQDN", "RFC 1912 §2.1",
		"Names of the address whose own lookup leads back to it" },
	{ "dns.ptr", FACT_TEXTS, "PTR", "RFC 1035 §3.3.12",
		"Names that reverse DNS gives for the address" },
	{ "domain", FACT_TEXT, "Domain", DERIVED,
		"Windows domain or workgroup, else the DNS domain of the name" },
	{ "domain.asked", FACT_TEXTS, NULL, "docs/interfaces.md",
		"Of a domain: what the poll that told this asked" },
	{ "domain.controllers", FACT_TEXTS, NULL, "[MS-NBTE] 1.8 <1c>, [MS-BRWS] 2.2.6",
		"Of a domain: its controllers" },
	{ "domain.count", FACT_INT, NULL, "RFC 1002 §4.2.18, [MS-RAP] 2.5.5.2.2",
		"Of a domain: how many machines it has, also where not all are listed" },
	{ "domain.learnt", FACT_TEXTS, NULL, "docs/interfaces.md",
		"Of a domain: how it was learnt: broadcast, wins, node-status, browse-list" },
	{ "domain.local_masters", FACT_TEXTS, NULL, "[MS-BRWS] 1.1 <1d>",
		"Of a domain: those that keep its browse list on a subnet" },
	{ "domain.machines", FACT_TEXTS, NULL, "RFC 1002 §4.2.18, [MS-RAP] 2.5.5.2.2",
		"Of a domain: the names of its machines, in whichever way they were learnt" },
	{ "domain.masters", FACT_TEXTS, NULL, "[MS-BRWS] 1.1 <1b>",
		"Of a domain: its domain master browser" },
	{ "domain.name", FACT_TEXT, NULL, "RFC 1002 §4.2.18",
		"Of a domain: its NetBIOS name" },
	{ "host.model", FACT_TEXT, "Model", SMBIOS " (product name)",
		"Model as its maker calls it" },
	{ "host.serial", FACT_TEXT, "Serial", SMBIOS " (serial number)",
		"Serial number given by the maker" },
	{ "host.smbios_uuid", FACT_TEXT, NULL, "DMTF DSP0134 §7.2.1",
		"UUID of the machine in its firmware" },
	{ "host.vendor", FACT_TEXT, "Maker", SMBIOS " (manufacturer)",
		"Maker of the machine" },
	{ "http.server", FACT_TEXTS, NULL, "RFC 9110 §10.2.4",
		"Server field of its web servers, by port: 80 nginx/1.22.1" },
	{ "http.status", FACT_TEXTS, NULL, "RFC 9110 §15",
		"Status of the first page of its web servers, by port: 80 200" },
	{ "http.title", FACT_TEXTS, "Web title", "HTML Standard §4.2.2",
		"Title of the first page of its web servers, by port: 80 Welcome" },
	{ "icmp.echo", FACT_BOOL, NULL, "RFC 792 p. 14, RFC 4443 §4.2",
		"Whether it answers ping" },
	{ "icmp.timestamp", FACT_BOOL, NULL, "RFC 792 p. 16",
		"Whether it answers ICMP timestamp requests" },
	{ "if.addresses", FACT_TEXTS, NULL,
		"RFC 4293 §5 ipAddressTable, RFC 1213 §6 ipAddrTable",
		"Addresses of all its interfaces, as it says itself" },
	{ "if.macs", FACT_TEXTS, NULL, "RFC 2863 §6 ifPhysAddress",
		"MACs of all its interfaces, as it says itself" },
	{ "if.names", FACT_TEXTS, NULL, "RFC 2863 §6 ifName",
		"Names of its interfaces, as it says itself" },
	{ "instance.id", FACT_TEXT, NULL, "docs/design.md",
		"Id of the virtual machine given by its hypervisor or cloud" },
	{ "ip.ttl", FACT_INT, "TTL", "RFC 791 §3.1, RFC 8200 §3",
		"Time to live, or hop limit, of its replies on arrival" },
	{ "kind", FACT_TEXT, "Kind", DERIVED,
		"What kind of device it is: server, printer, router" },
	{ "kind.confidence", FACT_INT, NULL, DERIVED,
		"How sure that kind is, in percent" },
	{ "ldap.dc", FACT_BOOL, NULL,
		"[MS-ADTS] 3.1.1.3.2.25 domainControllerFunctionality",
		"Whether it is a domain controller of Active Directory" },
	{ "ldap.dns_name", FACT_TEXT, NULL, "[MS-ADTS] 3.1.1.3.2.12 dnsHostName",
		"DNS name that a directory server gives itself" },
	{ "ldap.domain", FACT_TEXT, NULL, "[MS-ADTS] 3.1.1.3.2.9 defaultNamingContext",
		"DNS name of the domain that a directory server serves" },
	{ "ldap.forest", FACT_TEXT, NULL,
		"[MS-ADTS] 3.1.1.3.2.18 rootDomainNamingContext",
		"DNS name of the forest that a directory server belongs to" },
	{ "ldap.gc", FACT_BOOL, NULL, "[MS-ADTS] 3.1.1.3.2.16 isGlobalCatalogReady",
		"Whether it is a global catalogue" },
	{ "ldap.site", FACT_TEXT, NULL, "[MS-ADTS] 3.1.1.3.2.20 serverName",
		"Site of Active Directory that it stands in" },
	{ "ldap.vendor", FACT_TEXT, NULL, "RFC 3045 §2",
		"Maker and version of its directory server" },
	{ "link.to", FACT_TEXTS, NULL, "IEEE 802.1AB, docs/design.md",
		"Switch and port that it is plugged into: sw1 Gi0/3" },
	{ "lldp.capabilities", FACT_TEXTS, NULL, "IEEE 802.1AB §8.5.8",
		"What it says by LLDP that it does: bridge, router, phone" },
	{ "lldp.chassis", FACT_TEXT, NULL, "IEEE 802.1AB §8.5.2",
		"Chassis id that it announces by LLDP" },
	{ "lldp.descr", FACT_TEXT, NULL, "IEEE 802.1AB §8.5.7",
		"System description that it announces by LLDP" },
	{ "lldp.name", FACT_TEXT, NULL, "IEEE 802.1AB §8.5.6",
		"System name that it announces by LLDP" },
	{ "lldp.port", FACT_TEXT, NULL, "IEEE 802.1AB §8.5.3",
		"Port by which its LLDP announcement left" },
	{ "llmnr.addresses", FACT_TEXTS, NULL, "RFC 4795 §2",
		"IPv6 addresses that it gives for its name by LLMNR" },
	{ "llmnr.name", FACT_TEXT, NULL, "RFC 4795 §2",
		"Name that it answers for, or claims, by LLMNR" },
	{ "mac", FACT_MAC, "MAC", "RFC 826, RFC 4861 §4.6.1",
		"Hardware address of the interface" },
	{ "mac.onlink", FACT_BOOL, NULL, "docs/design.md",
		"Whether the MAC was seen on a link of the observer, not through a router" },
	{ "mac.vendor", FACT_TEXT, NULL, "nmap.dtd: address/@vendor",
		"Maker of the network card as an import names it" },
	{ "mdns.addresses", FACT_TEXTS, NULL, "RFC 6762 §6",
		"IPv6 addresses that it gives for its name in .local" },
	{ "mdns.instances", FACT_TEXTS, NULL, "RFC 6763 §4.1",
		"Names of the services that it announces: Hall._ipp._tcp" },
	{ "mdns.model", FACT_TEXT, NULL, "RFC 6763 §6, _device-info._tcp",
		"Model that it announces as device-info" },
	{ "mdns.name", FACT_TEXT, "mDNS", "RFC 6762 §3",
		"Host name that it announces in .local" },
	{ "mdns.services", FACT_TEXTS, NULL, "RFC 6763 §9",
		"Kinds of services that it announces: _ipp._tcp" },
	{ "name", FACT_TEXT, "Name", DERIVED, "The best name for people" },
	{ "net.prefix", FACT_TEXT, NULL, "RFC 4632 §3.1, RFC 4291 §2.3",
		"Addresses of a network: 192.0.2.0/24" },
	{ "netbios.domain", FACT_TEXT, NULL, "RFC 1002 §4.2.18",
		"NetBIOS name of its domain or workgroup" },
	{ "netbios.mac", FACT_MAC, NULL, "RFC 1002 §4.2.18 (UNIT_ID)",
		"MAC that it reports of itself in a node status" },
	{ "netbios.name", FACT_TEXT, "NetBIOS", "RFC 1002 §4.2.18",
		"NetBIOS computer name" },
	{ "netbios.names", FACT_TEXTS, NULL, "RFC 1002 §4.2.18",
		"All names of its node status, with their type: FILES<20>; bytes of a code "
		"page as %9a" },
	{ "netbios.roles", FACT_TEXTS, NULL, "[MS-NBTE] 1.8",
		"What its NetBIOS names say that it is: file-server, master-browser" },
	{ "os", FACT_TEXT, "OS", DERIVED,
		"Operating system, by all that is known of it" },
	{ "os.confidence", FACT_INT, NULL, DERIVED,
		"How sure that operating system is, in percent" },
	{ "os.name", FACT_TEXT, "OS", "docs/design.md",
		"Operating system and version as text" },
	{ "rdp.computer", FACT_TEXT, NULL, "[MS-NLMP] 2.2.2.1 MsvAvNbComputerName",
		"NetBIOS computer name that its remote desktop tells" },
	{ "rdp.dns_domain", FACT_TEXT, NULL, "[MS-NLMP] 2.2.2.1 MsvAvDnsDomainName",
		"DNS domain name that its remote desktop tells" },
	{ "rdp.dns_name", FACT_TEXT, NULL, "[MS-NLMP] 2.2.2.1 MsvAvDnsComputerName",
		"DNS name that its remote desktop tells" },
	{ "rdp.domain", FACT_TEXT, NULL, "[MS-NLMP] 2.2.2.1 MsvAvNbDomainName",
		"NetBIOS domain name that its remote desktop tells" },
	{ "rdp.forest", FACT_TEXT, NULL, "[MS-NLMP] 2.2.2.1 MsvAvDnsTreeName",
		"DNS name of the forest that its remote desktop tells" },
	{ "rdp.os_build", FACT_TEXT, NULL, "[MS-NLMP] 2.2.2.10 VERSION",
		"Version and build of Windows that its remote desktop tells" },
	{ "rdp.security", FACT_TEXT, NULL, "[MS-RDPBCGR] 2.2.1.2.1",
		"Security that its remote desktop chose: rdp, tls, nla" },
	{ "reg.build", FACT_TEXT, NULL, "[MS-RRP] CurrentBuildNumber",
		"Build of Windows in its registry" },
	{ "reg.product", FACT_TEXT, NULL, "[MS-RRP] ProductName",
		"Edition of Windows in its registry, which says Windows 10 of Windows 11, too" },
	{ "reg.release", FACT_TEXT, NULL, "[MS-RRP] DisplayVersion",
		"Release of Windows in its registry: 22H2" },
	{ "reg.revision", FACT_TEXT, NULL, "[MS-RRP] UBR",
		"Number of the last update in its registry, behind the build" },
	{ "reg.version", FACT_TEXT, NULL, "[MS-RRP] CurrentVersion",
		"Version of Windows in its registry, 6.3 of all since 8.1" },
	{ "route.gateway", FACT_BOOL, NULL, "docs/design.md",
		"Whether the host that asks has a route by way of it" },
	{ "rtt.us", FACT_INT, "RTT", "docs/design.md",
		"Round-trip time of its reply in microseconds" },
	{ "smb.computer", FACT_TEXT, NULL, "[MS-NLMP] 2.2.2.1 MsvAvNbComputerName",
		"NetBIOS computer name that its SMB server tells" },
	{ "smb.dialect", FACT_TEXT, NULL, "[MS-SMB2] 2.2.4 DialectRevision",
		"Newest SMB dialect that its server chose: 3.1.1" },
	{ "smb.dialects", FACT_TEXTS, NULL, "[MS-SMB2] 3.3.5.4",
		"All dialects of SMB 2 and 3 that its server speaks, with --smb-dialects" },
	{ "smb.dns_domain", FACT_TEXT, NULL, "[MS-NLMP] 2.2.2.1 MsvAvDnsDomainName",
		"DNS domain name that its SMB server tells" },
	{ "smb.dns_name", FACT_TEXT, NULL, "[MS-NLMP] 2.2.2.1 MsvAvDnsComputerName",
		"DNS name that the computer gives itself" },
	{ "smb.domain", FACT_TEXT, NULL, "[MS-NLMP] 2.2.2.1 MsvAvNbDomainName",
		"NetBIOS domain name that its SMB server tells" },
	{ "smb.forest", FACT_TEXT, NULL, "[MS-NLMP] 2.2.2.1 MsvAvDnsTreeName",
		"DNS name of the forest that its SMB server tells" },
	{ "smb.guid", FACT_TEXT, NULL, "[MS-SMB2] 2.2.4 ServerGuid",
		"GUID of its SMB server" },
	{ "smb.os_build", FACT_TEXT, NULL, "[MS-NLMP] 2.2.2.10 VERSION",
		"Version and build of Windows" },
	{ "smb.signing", FACT_TEXT, NULL, "[MS-SMB2] 2.2.4 SecurityMode",
		"Whether its SMB server signs: required, enabled, disabled" },
	{ "smb.v1", FACT_BOOL, NULL, "[MS-CIFS] 2.2.4.52.2",
		"Whether its SMB server still speaks SMB1" },
	{ "snmp.bridge", FACT_MAC, NULL, "RFC 4188 §4 dot1dBaseBridgeAddress",
		"MAC of its bridge: it is a switch or an access point" },
	{ "snmp.contact", FACT_TEXT, NULL, "RFC 3418 §2 sysContact",
		"Whom to ask about it, as configured for SNMP" },
	{ "snmp.engine", FACT_TEXT, NULL, "RFC 3411 §5 SnmpEngineID",
		"SNMP engine id in hexadecimal" },
	{ "snmp.forwarding", FACT_BOOL, NULL, "RFC 4293 §5 ipForwarding",
		"Whether it forwards packets as a router, as it says itself" },
	{ "snmp.location", FACT_TEXT, NULL, "RFC 3418 §2 sysLocation",
		"Where it stands, as configured for SNMP" },
	{ "snmp.ports", FACT_INT, NULL, "RFC 4188 §4 dot1dBaseNumPorts",
		"Ports of its bridge" },
	{ "snmp.printer", FACT_BOOL, NULL, "RFC 3805 §6 prtGeneralTable",
		"Whether it has the tables of a printer" },
	{ "snmp.services", FACT_INT, NULL, "RFC 3418 §2 sysServices",
		"Layers that it serves, as it says itself: bits" },
	{ "snmp.sysdescr", FACT_TEXT, NULL, "RFC 3418 §2 sysDescr",
		"What it says by SNMP about its hardware and software" },
	{ "snmp.sysname", FACT_TEXT, NULL, "RFC 3418 §2 sysName",
		"Name that its administrator configured for SNMP" },
	{ "snmp.sysobjectid", FACT_TEXT, NULL, "RFC 3418 §2 sysObjectID",
		"Its maker and model as a registered number" },
	{ "srv.comment", FACT_TEXT, NULL, "[MS-SRVS] 2.2.4.41 sv101_comment",
		"Its comment, as it tells an account" },
	{ "srv.name", FACT_TEXT, NULL, "[MS-SRVS] 2.2.4.41 sv101_name",
		"Name that its file service tells an account" },
	{ "srv.types", FACT_TEXTS, NULL, "[MS-SRVS] 2.2.2.7",
		"What it tells an account that it is: server, print-server, controller" },
	{ "srv.version", FACT_TEXT, NULL, "[MS-SRVS] 2.2.4.41 sv101_version_major",
		"Version of Windows, or of what says to be one, that it tells an account" },
	{ "ssdp.location", FACT_TEXT, NULL, "UPnP Device Architecture 2.0 §1.2",
		"Where its UPnP description is" },
	{ "ssdp.maker", FACT_TEXT, NULL,
		"UPnP Device Architecture 2.0 §2.3 manufacturer",
		"Maker in its UPnP description" },
	{ "ssdp.model", FACT_TEXT, NULL, "UPnP Device Architecture 2.0 §2.3 modelName",
		"Model in its UPnP description" },
	{ "ssdp.name", FACT_TEXT, NULL, "UPnP Device Architecture 2.0 §2.3 friendlyName",
		"Name in its UPnP description" },
	{ "ssdp.server", FACT_TEXT, NULL, "UPnP Device Architecture 2.0 §1.2 SERVER",
		"Operating system and product that it announces by SSDP" },
	{ "ssdp.types", FACT_TEXTS, NULL, "UPnP Device Architecture 2.0 §1.2 ST",
		"Kinds of device and service that it announces by SSDP" },
	{ "ssdp.uuid", FACT_TEXT, NULL, "UPnP Device Architecture 2.0 §1.1.4 UDN",
		"UUID of its UPnP root device" },
	{ "ssh.banner", FACT_TEXT, NULL, "RFC 4253 §4.2",
		"Version text of its SSH server" },
	{ "ssh.hostkey", FACT_TEXTS, NULL, "RFC 4253 §6.6",
		"SHA-256 fingerprints of its SSH host keys" },
	{ "tcp.closed", FACT_PORTS, NULL, "RFC 9293 §3.10.7.1",
		"TCP ports that refused a connection" },
	{ "tcp.open", FACT_PORTS, "TCP", "RFC 9293 §3.5",
		"TCP ports that accepted a connection" },
	{ "tls.certs", FACT_TEXTS, NULL, "RFC 5280 §4.1",
		"SHA-256 fingerprints of its certificates, by port" },
	{ "tls.issuers", FACT_TEXTS, NULL, "RFC 5280 §4.1.2.4",
		"Who issued its certificates, by port" },
	{ "tls.key", FACT_TEXTS, NULL, "RFC 5280 §4.1.2.7",
		"SHA-256 fingerprints of the public keys of its self-issued certificates: "
		"by these it is recognised" },
	{ "tls.keys", FACT_TEXTS, NULL, "RFC 5280 §4.1.2.7",
		"SHA-256 fingerprints of the public keys of its certificates, by port" },
	{ "tls.names", FACT_TEXTS, NULL, "RFC 5280 §4.2.1.6, §4.1.2.6",
		"Names in its certificates" },
	{ "tls.self_issued", FACT_TEXTS, NULL, "RFC 5280 §3.2",
		"Whether issuer and subject of its certificates are the same, by port" },
	{ "udp.closed", FACT_PORTS, NULL, "RFC 1122 §4.1.3.1",
		"UDP ports it reported as unreachable" },
	{ "udp.open", FACT_PORTS, "UDP", "RFC 768", "UDP ports that answered" },
	{ "vendor", FACT_TEXT, "Vendor", DERIVED,
		"Maker of the network card; private: its address was taken at random" },
	{ "wksta.computer", FACT_TEXT, NULL, "[MS-WKST] 2.2.5.1 wki100_computername",
		"NetBIOS computer name that it tells an account" },
	{ "wksta.domain", FACT_TEXT, NULL, "[MS-WKST] 2.2.5.1 wki100_langroup",
		"Domain or workgroup that it tells an account that it has joined" },
	{ "wksta.version", FACT_TEXT, NULL, "[MS-WKST] 2.2.5.1 wki100_ver_major",
		"Version of Windows that its workstation service tells an account" },
	{ "wsd.domain", FACT_TEXT, NULL, "[MS-PBSD] 2.2.1",
		"Domain or workgroup that it tells by WS-Discovery" },
	{ "wsd.maker", FACT_TEXT, NULL,
		"Devices Profile for Web Services §4.2 Manufacturer",
		"Maker that it tells by WS-Discovery" },
	{ "wsd.model", FACT_TEXT, NULL,
		"Devices Profile for Web Services §4.2 ModelName",
		"Model that it tells by WS-Discovery" },
	{ "wsd.name", FACT_TEXT, NULL,
		"[MS-PBSD] 2.2.1, Devices Profile for Web Services FriendlyName",
		"Name that it tells by WS-Discovery" },
	{ "wsd.types", FACT_TEXTS, NULL, "WS-Discovery §4.2 Types",
		"Kinds of device that it tells by WS-Discovery" },
	{ "wsd.uuid", FACT_TEXT, NULL, "WS-Discovery §4.2 EndpointReference",
		"UUID that it tells by WS-Discovery" },
};
const size_t n_fact_defs = sizeof(fact_defs) / sizeof(fact_defs[0]);

/* Whose own key it is; NULL: of none. */
static const struct fact_def *
row_of(const char *key)
{
	uintptr_t at = (uintptr_t)key - (uintptr_t)fact_defs; /* below it: huge */

	return at < sizeof(fact_defs) ? &fact_defs[at / sizeof(fact_defs[0])] : NULL;
}

const struct fact_def *
fact_find(const char *key)
{
	const struct fact_def *own = row_of(key);
	size_t from = 0, to = n_fact_defs;

	if (own)
		return own;
	while (from < to) {
		size_t mid = from + (to - from) / 2;
		int order = fact_key_cmp(key, fact_defs[mid].key);
		if (order == 0)
			return &fact_defs[mid];
		if (order < 0)
			to = mid;
		else
			from = mid + 1;
	}
	return NULL;
}

const struct fact_def *
fact_find_next(const struct fact_def *after, const char *key)
{
	enum { STEPS = 4 }; /* half of what a search takes */
	const struct fact_def *own = row_of(key), *end = fact_defs + n_fact_defs;

	if (own)
		return own;
	for (int i = 0; after && i < STEPS && ++after < end; i++) {
		int order = fact_key_cmp(key, after->key);
		if (order == 0)
			return after;
		if (order < 0)
			break;
	}
	return fact_find(key);
}

size_t
fact_key_place(const void *items, size_t n, size_t size, size_t key_at, const char *key,
	bool *is_there)
{
	const char *base = (const char *)items + key_at;
	size_t from = 0, to = n;

	while (from < to) {
		size_t mid = from + (to - from) / 2;
		int order = fact_key_cmp(key, *(const char *const *)(base + mid * size));
		*is_there = order == 0;
		if (order == 0)
			return mid;
		if (order < 0)
			to = mid;
		else
			from = mid + 1;
	}
	*is_there = false;
	return to;
}

const struct fact *
fact_get(const struct fact *facts, size_t n, const char *key)
{
	bool is_there;
	size_t at = fact_key_place(
		facts, n, sizeof(*facts), offsetof(struct fact, key), key, &is_there);

	return is_there ? &facts[at] : NULL;
}
