/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * account.h - what the numbers and service names of a computer account say, as words
 *
 * Words are static text; sets of them are sorted, each once.
 */
#ifndef LDAP_ACCOUNT_H
#define LDAP_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ACCOUNT_WORDS_MAX = 48 };

struct account_words {
	const char *items[ACCOUNT_WORDS_MAX];
	size_t n;
};

void account_add_word(struct account_words *, const char *static_text);

/* userAccountControl ([MS-ADTS] 2.2.16): "dc", "rodc", "workstation", "delegation", … */
void account_flags(uint32_t control, struct account_words *);
bool account_is_disabled(uint32_t control);

/* What a value of servicePrincipalName ("MSSQLSvc/db1.corp.example:1433") says that the
 * computer does: "sql", "web", …; nothing for one that every computer has. */
void account_add_role(const char *spn, struct account_words *);
/* primaryGroupID ([MS-ADTS] 6.1.1.6): domain controllers, and read-only ones. */
void account_add_group(uint32_t primary_group, struct account_words *);

/* msDS-SupportedEncryptionTypes ([MS-KILE] 2.2.7): "aes256-cts-hmac-sha1-96", …, by the names
 * of RFC 3961 and RFC 3962. */
void account_add_ciphers(uint32_t types, struct account_words *);

/* "10.0 (22631)", as Windows writes operatingSystemVersion, is "10.0.22631".  false: it has
 * no build.  out is "" then. */
enum { ACCOUNT_BUILD_MAX = 32 };
bool account_build(const char *version, char out[static ACCOUNT_BUILD_MAX]);

#endif
