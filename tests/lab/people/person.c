/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who lives where: networks, profiles, systems and domains as tables, choices as hashes. */
#include "person.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

static const struct network {
	const char *name;
	uint32_t base, size;
	unsigned alive;
	bool mixed, bad;
} networks[] = {
	{ "people", 0xc6129000, 4096, 3000, false, false },     /* 198.18.144.0/20 */
	{ "people-mixed", 0xc612a000, 1024, 600, true, false }, /* 198.18.160.0/22 */
	{ "people-bad", 0xc612a400, 128, 64, false, true },     /* 198.18.164.0/25 */
};

/* Builds: [MS-NLMP] 2.2.2.10 and Microsoft's release tables.  SMB1 was there by default up
 * to Server 2016. */
static const struct windows windows[] = {
	{ "Windows Server 2022 Standard", 10, 0, 20348, 0x0311, true, false, false },
	{ "Windows Server 2019 Standard", 10, 0, 17763, 0x0311, true, false, false },
	{ "Windows Server 2016 Standard", 10, 0, 14393, 0x0311, true, true, false },
	{ "Windows Server 2012 R2 Standard", 6, 3, 9600, 0x0302, true, true, false },
	{ "Windows Server 2008 R2 Standard", 6, 1, 7601, 0x0210, true, true, false },
	{ "Windows 11 Pro", 10, 0, 22631, 0x0311, false, false, false },
	{ "Windows 11 Pro", 10, 0, 26100, 0x0311, false, false, true },
	{ "Windows 10 Pro", 10, 0, 19045, 0x0311, false, false, false },
	{ "Windows 7 Professional", 6, 1, 7601, 0x0210, false, true, false },
};
enum { N_WINDOWS = sizeof(windows) / sizeof(windows[0]), N_SERVERS = 5 };

/* What Samba says of itself: 6.1, build 0. */
static const struct windows samba = { "Samba", 6, 1, 0, 0x0311, true, false, false };

static const struct domain domains[] = {
	{ "CORP", "corp.example", "corp.example" },
	{ "EMEA", "emea.corp.example", "corp.example" },
	{ "PLANT", "plant.example", "plant.example" },
};
enum { N_DOMAINS = sizeof(domains) / sizeof(domains[0]) };

#define OPENSSH "SSH-2.0-OpenSSH_"

static const struct profile profiles[] = {
	{ "everything", SSH | HTTP | HTTPS | SMB | RDP | SNMP, 0, "ALL",
		OPENSSH "for_Windows_8.1", NULL, 200, NULL, "1.3.6.1.4.1.311.1.1.3.1.2",
		76, false },
	{ "server", HTTP | HTTPS | SMB | RDP, 20, "SRV", NULL, NULL, 200, NULL,
		"1.3.6.1.4.1.311.1.1.3.1.2", 76, false },
	{ "workstation", SMB | RDP, 30, "WS", NULL, NULL, 200, NULL, NULL, 76, false },
	{ "controller", SMB | RDP | LDAP, 5, "DC", NULL, NULL, 200, NULL, NULL, 76,
		false },
	{ "linux", SSH | HTTP | HTTPS | SNMP, 15, "LX",
		OPENSSH "9.2p1 Debian-2+deb12u3", "nginx/1.22.1", 200,
		"Linux lx 6.1.0-18-amd64 #1 SMP Debian 6.1.76-1 x86_64",
		"1.3.6.1.4.1.8072.3.2.10", 72, false },
	{ "printer", HTTP | HTTPS | SNMP, 12, "NPI", NULL, "HP HTTP Server", 200,
		"HP ETHERNET MULTI-ENVIRONMENT,ROM none,JETDIRECT,JD153,EEPROM "
		"JSI24050012,CIDATE 06/22/2020",
		"1.3.6.1.4.1.11.2.3.9.1", 64, false },
	{ "switch", SSH | HTTP | HTTPS | SNMP, 10, "SW", "SSH-2.0-Cisco-1.25",
		"cisco-IOS", 301,
		"Cisco IOS Software, C2960X Software, Version 15.2(7)E3",
		"1.3.6.1.4.1.9.1.1208", 6, true },
	{ "nas", SSH | HTTP | HTTPS | SMB | SNMP, 8, "NAS", OPENSSH "8.2", "Apache",
		200, "Linux NAS 4.4.302+ #42962 SMP x86_64", "1.3.6.1.4.1.8072.3.2.10",
		72, false },
};
enum { N_PROFILES = sizeof(profiles) / sizeof(profiles[0]), EVERYTHING = 0 };

enum { ALIVE, PROFILE, WINDOWS, DOMAIN, GUID, TIES = GUID + 2, LIE, SSH_KIND };

uint64_t
keyed_hash(uint64_t seed, uint32_t addr, unsigned purpose)
{
	/* splitmix64's finalizer, as in population.c */
	uint64_t x = seed * 0x9e3779b97f4a7c15 + ((uint64_t)purpose << 32) + addr;

	for (int i = 0; i < 2; i++) {
		x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
		x = (x ^ x >> 27) * 0x94d049bb133111eb;
		x ^= x >> 31;
	}
	return x;
}

static const struct profile *
profile_of(uint64_t hash)
{
	unsigned at = (unsigned)(hash % 100);

	for (size_t i = 0; i < N_PROFILES; i++) {
		if (at < profiles[i].share)
			return &profiles[i];
		at -= profiles[i].share;
	}
	return &profiles[EVERYTHING];
}

static const struct windows *
windows_of(const struct profile *p, uint64_t hash)
{
	if (strcmp(p->name, "nas") == 0)
		return &samba;
	if (!(p->services & SMB))
		return NULL;
	if (strcmp(p->name, "workstation") == 0)
		return &windows[N_SERVERS + hash % (N_WINDOWS - N_SERVERS)];
	return &windows[hash % N_SERVERS];
}

/* Every eighth Windows is in no domain; a controller always, a NAS never. */
static const struct domain *
domain_of(const struct person *p, uint64_t hash)
{
	if (!p->windows || p->windows == &samba)
		return NULL;
	if (hash % 8 == 0 && !(p->profile->services & LDAP))
		return NULL;
	return &domains[(hash >> 8) % N_DOMAINS];
}

static const char *
dns_domain(const struct person *p)
{
	return p->domain ? p->domain->dns : "people.example";
}

static void
lower(char *text)
{
	for (; *text; text++)
		if (*text >= 'A' && *text <= 'Z')
			*text = (char)(*text + 'a' - 'A');
}

static void
name_them(struct person *p, uint64_t seed)
{
	uint64_t lie = keyed_hash(seed, p->addr, LIE);
	char host[16];

	snprintf(p->name, sizeof(p->name), "%s-%04X", p->profile->prefix,
		p->addr & 0xffff);
	snprintf(host, sizeof(host), "%s", p->name);
	lower(host);
	snprintf(p->dns, sizeof(p->dns), "%s.%s", host, dns_domain(p));
	if (p->fault == NAMES) {
		snprintf(p->title, sizeof(p->title), "\x1b[31mred\x1b[0m\x07 %s",
			p->name);
		snprintf(p->location, sizeof(p->location),
			"\x1b]0;owned\x07 rack\n\x80");
		p->name[1] = '\x1b';
	} else {
		snprintf(p->title, sizeof(p->title), "Welcome to %s", p->name);
		snprintf(p->location, sizeof(p->location), "Rack %u", p->addr & 0xff);
	}
	/* Some PTRs lie: beside the true one, or alone. */
	if (lie % 16 < 2) {
		snprintf(p->lie, sizeof(p->lie), "www%u.bank.example",
			(unsigned)(lie >> 8) % 10);
		p->is_only_a_lie = lie % 16 == 1;
	}
}

static void
number_them(struct person *p, uint64_t seed)
{
	static const uint8_t oui[] = { 0x00, 0x16, 0x3e };
	unsigned enterprise = 8072;

	for (int i = 0; i < 3; i++) {
		p->mac[i] = oui[i];
		p->mac[3 + i] = (uint8_t)(p->addr >> (16 - 8 * i));
	}
	for (unsigned i = 0; i < 16; i++)
		p->guid[i] = (uint8_t)(keyed_hash(seed, p->addr, GUID + i / 8) >>
			i % 8 * 8);
	/* RFC 3411 §5 SnmpEngineID: an enterprise, and its third format, a MAC */
	if (p->profile->object && strncmp(p->profile->object, "1.3.6.1.4.1.9.", 14) == 0)
		enterprise = 9;
	for (int i = 0; i < 4; i++)
		p->engine[i] = (uint8_t)(enterprise >> (24 - 8 * i));
	p->engine[0] |= 0x80;
	p->engine[4] = 3;
	memcpy(p->engine + 5, p->mac, 6);
}

static void
settle(struct person *p, const struct network *n, uint32_t addr, uint64_t seed)
{
	*p = (struct person){ .addr = addr };
	p->profile = n->mixed ? profile_of(keyed_hash(seed, addr, PROFILE))
			      : &profiles[EVERYTHING];
	if (n->bad)
		p->fault = (enum fault)(1 + (addr - n->base - 1) % (FAULTS - 1));
	p->windows = windows_of(p->profile, keyed_hash(seed, addr, WINDOWS));
	p->domain = domain_of(p, keyed_hash(seed, addr, DOMAIN));
	p->ssh_is_ec = keyed_hash(seed, addr, SSH_KIND) % 4 == 0;
	name_them(p, seed);
	number_them(p, seed);
}

void
people_add(struct people *all, const char *name, uint64_t seed)
{
	const struct network *n = networks;
	const struct network *end = n + sizeof(networks) / sizeof(networks[0]);

	while (n < end && strcmp(n->name, name) != 0)
		n++;
	if (n == end)
		errx(2, "no network %s", name);
	all->all = reallocarray(all->all, all->n + n->alive, sizeof(*all->all));
	if (!all->all)
		err(1, "people");
	/* As many as there should be, each address as likely (Knuth, TAOCP 3.4.2 S). */
	unsigned left = n->alive;
	for (uint32_t i = 1; i < n->size - 1 && left; i++) {
		uint32_t addr = n->base + i, rest = n->size - 1 - i;

		if (n->bad || keyed_hash(seed, addr, ALIVE) % rest < left) {
			settle(&all->all[all->n++], n, addr, seed);
			left--;
		}
	}
}

const struct person *
people_find(const struct people *all, uint32_t addr)
{
	size_t lo = 0, hi = all->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (all->all[mid].addr == addr)
			return &all->all[mid];
		if (all->all[mid].addr < addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

bool
smb_must_sign(const struct person *p)
{
	return p->windows->must_sign || p->profile->services & LDAP;
}

const char *
smb_dialect_text(uint16_t dialect)
{
	return dialect == 0x0311    ? "3.1.1"
		: dialect == 0x0302 ? "3.0.2"
		: dialect == 0x0210 ? "2.1"
				    : "2.0.2";
}
