/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ssh_kex.h - our side of an SSH key exchange, up to the hash that the host key signs
 *
 *	ssh_kex_choose()  one method that both sides have; makes our half of the secret
 *	ssh_kex_group()   makes it, where the server chooses the group (RFC 4419)
 *	ssh_kex_say()     what has been said before the exchange, in its order
 *	ssh_kex_hash()    with the reply: the exchange hash H
 *	ssh_kex_end()     always
 *
 * H takes in our half, which nobody has seen before, so a signature over it cannot be a
 * repetition (RFC 4253 §8; RFC 5656 §4; RFC 8731 §3).  Where the reason is a `const char *`,
 * that is NULL, or static text about what is wrong.
 */
#ifndef SCANNER_SSH_KEX_H
#define SCANNER_SSH_KEX_H

#include "wire/ssh.h"

enum {
	SSH_HALF_MAX = 520, /* bytes: a number of 4096 bits with its sign, or 2 x 66 + 1 */
	SSH_HASH_MAX = 64,
	/* Of a group of the server's: old devices have 1024, more costs more than it tells */
	SSH_GROUP_LEAST = 1024,
	SSH_GROUP_WANTED = 2048,
	SSH_GROUP_MOST = 4096,
	SSH_GROUP_ROOM = 3 * 4 + 2 * (4 + SSH_HALF_MAX),
};

struct ssh_kex_method;

struct ssh_kex {
	const struct ssh_kex_method *method;
	struct evp_pkey_st *pair;  /* EVP_PKEY of OpenSSL; owned */
	struct evp_md_ctx_st *sum; /* H so far; owned */
	uint8_t ours[SSH_HALF_MAX];
	size_t n_ours;
	uint8_t group[SSH_GROUP_ROOM]; /* what of it is hashed: sizes and numbers */
	size_t n_group;
};

const char *ssh_kex_list(void); /* names of what we can do, dearest first */
/* theirs: the list of their KEXINIT.  RFC 4253 §7.1: our first that they have too. */
const char *ssh_kex_choose(struct ssh_kex *, struct rd theirs);
/* Does the server choose the group?  It is asked for SSH_GROUP_LEAST to SSH_GROUP_MOST bits,
 * and there is no half of ours before ssh_kex_group(). */
bool ssh_kex_asks_group(const struct ssh_kex *);
const char *ssh_kex_group(struct ssh_kex *, const struct ssh_group *);
/* In this order: V_C, V_S, I_C, I_S, each without line ends and packet heads. */
void ssh_kex_say(struct ssh_kex *, const void *, size_t n);
const char *ssh_kex_hash(struct ssh_kex *, const struct ssh_kex_reply *,
	uint8_t hash[static SSH_HASH_MAX], size_t *n);
void ssh_kex_end(struct ssh_kex *);

#endif
