/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads the texts of the settings; the keys are net-snmp's work (RFC 3414 §A.2). */
#include "scanner/snmp_access.h"

#include <net-snmp/net-snmp-config.h>
/* after it */
#include <net-snmp/net-snmp-includes.h>
#include <string.h>
#include <strings.h>

#include "base/late.h"

#define FUNCTIONS(X) \
	X(generate_Ku) \
	X(sc_get_auth_oid)

static struct {
	FUNCTIONS(LATE_POINTER)
} lib;
static const struct late_symbol symbols[] = { FUNCTIONS(LATE_SYMBOL) };
static struct late library = LATE("libnetsnmp.so.40", "libsnmp40", symbols);

enum { WORDS_MAX = 5, WORD_NAME = 0, WORD_AUTH = 1, WORD_PRIV = 3 };

_Static_assert((int)SNMP_ACCESS_KEY_SIZE >= (int)USM_AUTH_KU_LEN, "a key fits");
_Static_assert((int)SNMP_ACCESS_KEY_SIZE >= (int)USM_PRIV_KU_LEN, "both do");

static const struct algorithm {
	const char *name;
	int number;
} auth_algorithms[] = {
	{ "SHA-1", NETSNMP_USMAUTH_HMACSHA1 },
	{ "SHA", NETSNMP_USMAUTH_HMACSHA1 },
	{ "SHA-224", NETSNMP_USMAUTH_HMAC128SHA224 },
	{ "SHA-256", NETSNMP_USMAUTH_HMAC192SHA256 },
	{ "SHA-384", NETSNMP_USMAUTH_HMAC256SHA384 },
	{ "SHA-512", NETSNMP_USMAUTH_HMAC384SHA512 },
	{ NULL, 0 },
}, priv_algorithms[] = {
	{ "AES-128", USM_CREATE_USER_PRIV_AES },
	{ "AES", USM_CREATE_USER_PRIV_AES },
	{ "AES-192", USM_CREATE_USER_PRIV_AES192 },
	{ "AES-256", USM_CREATE_USER_PRIV_AES256 },
	{ NULL, 0 },
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* One word into its own memory; *text moves behind it. */
static int
read_word(const char **text, char *word, struct err *e)
{
	const char *p = *text;
	bool quoted = *p == '"';

	p += quoted;
	while (*p && (quoted ? *p != '"' : !is_blank(*p))) {
		if (quoted && *p == '\\' && p[1])
			p++;
		*word++ = *p++;
	}
	*word = '\0';
	if (quoted && *p++ != '"')
		return err_set(e, ERR_ARG, "a double quote is not closed");
	if (*p && !is_blank(*p))
		return err_set(e, ERR_ARG, "a blank is missing after a double quote");
	*text = p;
	return 0;
}

static int
split(const char *text, char *words[WORDS_MAX], size_t *n, struct arena *mem,
	struct err *e)
{
	size_t room = strlen(text) + 1;

	for (*n = 0;; (*n)++) {
		while (is_blank(*text))
			text++;
		if (!*text)
			return 0;
		if (*n == WORDS_MAX)
			return err_set(e, ERR_ARG,
				"more than %d words; one with blanks stands in double "
				"quotes",
				WORDS_MAX);
		if (!(words[*n] = arena_alloc(mem, room)))
			return err_nomem(e);
		if (read_word(&text, words[*n], e) == -1)
			return -1;
	}
}

static int
find_algorithm(const struct algorithm *list, const char *name)
{
	for (; list->name; list++)
		if (strcasecmp(list->name, name) == 0)
			return list->number;
	return -1;
}

/* The keys of both kinds are made by the hash of the authentication (RFC 3414 §2.6). */
static int
make_key(struct snmp_key *key, int auth, const char *phrase, struct err *e)
{
	size_t oid_size = 0, n = strlen(phrase);

	if (late_load(&library, e) == -1)
		return -1;
	const oid *hash = lib.sc_get_auth_oid(auth, &oid_size);
	key->n = sizeof(key->bytes);
	if (n < USM_LENGTH_P_MIN)
		return err_set(e, ERR_ARG, "a pass phrase has at least %d bytes",
			USM_LENGTH_P_MIN);
	if (!hash ||
		lib.generate_Ku(hash, (u_int)oid_size, (const u_char *)phrase, n,
			key->bytes, &key->n) != SNMPERR_SUCCESS)
		return err_set(e, ERR_SYS, "net-snmp makes no key of a pass phrase");
	return 0;
}

static int
read_keys(char *const *words, size_t n, struct snmp_user *u, struct err *e)
{
	if (n == WORD_AUTH)
		return 0;
	if ((u->auth.algorithm = find_algorithm(auth_algorithms, words[WORD_AUTH])) < 0)
		return err_set(e, ERR_ARG,
			"the second word is none of SHA-1, SHA-224, SHA-256, SHA-384, "
			"SHA-512");
	if (n == WORD_AUTH + 1 || n == WORD_PRIV + 1)
		return err_set(e, ERR_ARG, "a pass phrase is missing at the end");
	if (make_key(&u->auth, u->auth.algorithm, words[WORD_AUTH + 1], e) == -1)
		return -1;
	if (n == WORD_PRIV)
		return 0;
	if ((u->priv.algorithm = find_algorithm(priv_algorithms, words[WORD_PRIV])) < 0)
		return err_set(e, ERR_ARG,
			"the fourth word is none of AES-128, AES-192, AES-256");
	return make_key(&u->priv, u->auth.algorithm, words[WORD_PRIV + 1], e);
}

int
snmp_user_parse(
	const char *text, struct arena *mem, struct snmp_user *out, struct err *e)
{
	char *words[WORDS_MAX];
	struct snmp_user u = { .name = NULL };
	size_t n;

	if (strlen(text) > SNMP_ACCESS_TEXT_MAX)
		return err_set(e, ERR_ARG, "more than %d bytes", SNMP_ACCESS_TEXT_MAX);
	if (split(text, words, &n, mem, e) == -1)
		return -1;
	if (n == 0 || !words[WORD_NAME][0] ||
		strlen(words[WORD_NAME]) > SNMP_ACCESS_NAME_SIZE)
		return err_set(e, ERR_ARG, "a user name has 1 to %d bytes",
			SNMP_ACCESS_NAME_SIZE);
	if (read_keys(words, n, &u, e) == -1)
		return -1;
	u.name = words[WORD_NAME];
	*out = u;
	return 0;
}

static int
check_communities(const struct opt_list *list, struct err *e)
{
	if (list->n > SNMP_ACCESS_COMMUNITIES_MAX)
		return err_set(e, ERR_ARG,
			"scan.snmp_community: at most %d communities can be asked",
			SNMP_ACCESS_COMMUNITIES_MAX);
	for (size_t i = 0; i < list->n; i++) {
		size_t n = strlen(list->items[i]);
		if (n == 0 || n > SNMP_ACCESS_COMMUNITY_SIZE)
			return err_set(e, ERR_ARG,
				"scan.snmp_community: a community has 1 to %d bytes",
				SNMP_ACCESS_COMMUNITY_SIZE);
	}
	return 0;
}

int
snmp_access_make(const struct opt_list *communities, const struct opt_list *users,
	struct arena *mem, struct snmp_access *out, struct err *e)
{
	struct snmp_user *all = arena_new_array(mem, struct snmp_user, users->n + 1);

	if (!all)
		return err_nomem(e);
	if (check_communities(communities, e) == -1)
		return -1;
	if (users->n > SNMP_ACCESS_USERS_MAX)
		return err_set(e, ERR_ARG, "scan.snmp_user: at most %d users can ask",
			SNMP_ACCESS_USERS_MAX);
	for (size_t i = 0; i < users->n; i++)
		if (snmp_user_parse(users->items[i], mem, &all[i], e) == -1)
			return err_add(e, "scan.snmp_user: item %zu", i + 1);
	*out = (struct snmp_access){ communities->items, communities->n, all, users->n };
	return 0;
}
