/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * snmp_access.h - what lets a conversation into SNMP: communities, and users of version 3
 *
 * A user is one line of text, as an administrator would tell it to a colleague:
 *
 *	name SHA-256 authpass AES privpass	authenticated and encrypted
 *	name SHA-256 authpass			authenticated
 *	name					neither
 *
 * Words stand between blanks; one with blanks of its own stands in double quotes, where a
 * backslash takes the next character as it is.  Authentication: SHA-1, SHA-224, SHA-256,
 * SHA-384, SHA-512 (RFC 3414 §7, RFC 7860); privacy: AES-128 (AES), AES-192, AES-256 (RFC
 * 3826, draft-blumenthal-aes-usm-04).  A pass phrase has eight bytes at least (RFC 3414
 * §11.2).
 *
 * All of it is secret, and no message here repeats a word of it.
 */
#ifndef SCANNER_SNMP_ACCESS_H
#define SCANNER_SNMP_ACCESS_H

#include "base/arena.h"
#include "base/err.h"
#include "base/opt.h"

enum {
	SNMP_ACCESS_COMMUNITIES_MAX = 8,
	SNMP_ACCESS_COMMUNITY_SIZE = 64, /* bytes of one at most */
	SNMP_ACCESS_USERS_MAX = 4,
	SNMP_ACCESS_NAME_SIZE = 32,  /* RFC 3414 §5 usmUserName */
	SNMP_ACCESS_TEXT_MAX = 1024, /* bytes of a user's line */
	SNMP_ACCESS_KEY_SIZE = 64,
	SNMP_ACCESS_MEMORY = 64 << 10, /* enough for all that may be configured */
};

/* A pass phrase made into a key of every engine (RFC 3414 §2.6: Ku). */
struct snmp_key {
	int algorithm; /* as net-snmp numbers them */
	uint8_t bytes[SNMP_ACCESS_KEY_SIZE];
	size_t n; /* 0: not configured */
};

struct snmp_user {
	const char *name; /* in arena */
	struct snmp_key auth, priv;
};

/* Zeroed, it lets in nowhere. */
struct snmp_access {
	const char *const *communities; /* borrowed */
	size_t n_communities;
	const struct snmp_user *users; /* in arena */
	size_t n_users;
};

/* ERR_ARG says what is wrong without saying the text. */
int snmp_user_parse(
	const char *text, struct arena *, struct snmp_user *out, struct err *);

/* From the settings scan.snmp_community and scan.snmp_user.  ERR_ARG names the setting and
 * counts the item from 1. */
int snmp_access_make(const struct opt_list *communities, const struct opt_list *users,
	struct arena *, struct snmp_access *out, struct err *);

#endif
