/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ldap/account.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* [MS-ADTS] 2.2.16; the bit of each, lowest first. */
enum {
	DISABLED = 0x2,
	LOCKED = 0x10,
	NO_PASSWORD = 0x20,
	TRUST = 0x800,
	WORKSTATION = 0x1000,
	SERVER = 0x2000, /* a domain controller */
	PASSWORD_STAYS = 0x10000,
	SMART_CARD = 0x40000,
	DELEGATION = 0x80000,
	NOT_DELEGATED = 0x100000,
	DES_ONLY = 0x200000,
	TO_AUTH = 0x1000000, /* protocol transition */
	RODC = 0x4000000,    /* PARTIAL_SECRETS_ACCOUNT */
};

static const struct flag {
	uint32_t bit;
	const char *word;
} flags[] = {
	{ DISABLED, "disabled" },
	{ LOCKED, "locked" },
	{ NO_PASSWORD, "no-password-needed" },
	{ TRUST, "trust" },
	{ WORKSTATION, "workstation" },
	{ SERVER, "dc" },
	{ PASSWORD_STAYS, "password-never-expires" },
	{ SMART_CARD, "smart-card" },
	{ DELEGATION, "delegation" },
	{ NOT_DELEGATED, "not-delegated" },
	{ DES_ONLY, "des-only" },
	{ TO_AUTH, "delegation-any-protocol" },
	{ RODC, "rodc" },
};

/* Service classes, as their products register them; ended by a NULL.  HOST, RestrictedKrbHost
 * and the like are everybody's. */
static const struct role {
	const char *class, *word;
} roles[] = {
	{ "MSSQLSvc", "sql" },
	{ "MSOLAPSvc.3", "sql" },
	{ "MSOLAPDisco.3", "sql" },
	{ "postgres", "sql" },
	{ "oracle", "sql" },
	{ "TERMSRV", "remote-desktop" },
	{ "WSMAN", "remote-management" },
	{ "HTTP", "web" },
	{ "www", "web" },
	{ "ftp", "ftp" },
	{ "nfs", "files" },
	{ "cifs", "files" },
	{ "exchangeAB", "exchange" },
	{ "exchangeMDB", "exchange" },
	{ "exchangeRFR", "exchange" },
	{ "SMTPSVC", "mail" },
	{ "SMTP", "mail" },
	{ "IMAP", "mail" },
	{ "POP", "mail" },
	{ "Microsoft Virtual Console Service", "hyper-v" },
	{ "Microsoft Virtual System Migration Service", "hyper-v" },
	{ "Hyper-V Replica Service", "hyper-v" },
	{ "MSServerCluster", "cluster" },
	{ "MSServerClusterMgmtAPI", "cluster" },
	{ "MSClusterVirtualServer", "cluster" },
	{ "DNS", "dns" },
	{ "GC", "global-catalogue" },
	{ "ldap", "directory" },
	{ "E3514235-4B06-11D1-AB04-00C04FC2DCD2", "dc" }, /* [MS-DRSR] 2.2.3.2 */
	{ "Dfsr-12F9A27C-BF97-4787-9364-D31B6C55EB04", "dc" },
	{ "NtFrs-88f5d2bd-b646-11d2-a6d3-00c04fc9b232", "dc" },
	{ "MSOMHSvc", "operations-manager" },
	{ "MSOMSdkSvc", "operations-manager" },
	{ "iSCSITarget", "storage" },
	{ "vmrc", "hyper-v" },
	{ NULL, NULL },
};

static const struct group {
	uint32_t id;
	const char *word;
} groups[] = {
	{ 516, "dc" },
	{ 521, "rodc" },
	{ 498, "rodc" },
};

/* What else is in the number are features of the protocol. */
static const struct flag ciphers[] = {
	{ 0x1, "des-cbc-crc" },
	{ 0x2, "des-cbc-md5" },
	{ 0x4, "rc4-hmac" }, /* RFC 4757 */
	{ 0x8, "aes128-cts-hmac-sha1-96" },
	{ 0x10, "aes256-cts-hmac-sha1-96" },
};

void
account_add_word(struct account_words *w, const char *word)
{
	size_t at = 0;

	while (at < w->n && strcmp(w->items[at], word) < 0)
		at++;
	if (w->n == ACCOUNT_WORDS_MAX || (at < w->n && strcmp(w->items[at], word) == 0))
		return;
	memmove(w->items + at + 1, w->items + at, (w->n - at) * sizeof(w->items[0]));
	w->items[at] = word;
	w->n++;
}

void
account_flags(uint32_t control, struct account_words *w)
{
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (control & flags[i].bit)
			account_add_word(w, flags[i].word);
}

void
account_add_ciphers(uint32_t types, struct account_words *w)
{
	for (size_t i = 0; i < sizeof(ciphers) / sizeof(ciphers[0]); i++)
		if (types & ciphers[i].bit)
			account_add_word(w, ciphers[i].word);
}

bool
account_is_disabled(uint32_t control)
{
	return control & DISABLED;
}

void
account_add_role(const char *spn, struct account_words *w)
{
	size_t n = strcspn(spn, "/");

	if (spn[n] != '/')
		return;
	for (const struct role *r = roles; r->class; r++)
		if (strlen(r->class) == n && strncasecmp(r->class, spn, n) == 0)
			account_add_word(w, r->word);
}

void
account_add_group(uint32_t primary_group, struct account_words *w)
{
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		if (groups[i].id == primary_group)
			account_add_word(w, groups[i].word);
}

bool
account_build(const char *version, char out[static ACCOUNT_BUILD_MAX])
{
	static const char digits[] = "0123456789";
	size_t head = strspn(version, "0123456789.");
	const char *build = version + head;

	out[0] = '\0';
	if (head == 0 || strncmp(build, " (", 2) != 0)
		return false;
	build += 2;
	size_t n = strspn(build, digits);
	if (n == 0 || strcmp(build + n, ")") != 0 || head + n + 2 > ACCOUNT_BUILD_MAX)
		return false;
	(void)snprintf(
		out, ACCOUNT_BUILD_MAX, "%.*s.%.*s", (int)head, version, (int)n, build);
	return true;
}
