/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ssh_key.h - SSH host keys: whether a peer has one, and what it is called
 *
 * A host key is an identity.  So a peer that only repeats somebody's public key must not
 * get it: the key counts when its signature over the exchange hash is right.
 */
#ifndef SCANNER_SSH_KEY_H
#define SCANNER_SSH_KEY_H

#include "wire/ssh.h"

enum {
	SSH_FINGERPRINT_SIZE = 7 + 43 + 1, /* "SHA256:", base64 without padding, NUL */
	SSH_ALGORITHMS_ROOM = 128,         /* a list of all that we know */
};

const char *ssh_key_list(
	void); /* all signature algorithms we can check, dearest first */

/* One algorithm for each kind of key in their list that we can check, but not the kind of
 * `but` (NULL: none), at most `max`, in our order: "rsa-sha2-512,ecdsa-sha2-nistp256". */
void ssh_key_others(struct rd theirs, const char *but, size_t max,
	char out[static SSH_ALGORITHMS_ROOM]);

/* RFC 4253 §7.1: the first of our list that they have too; NULL: none.  Static text. */
const char *ssh_key_choose(const char *ours, struct rd theirs);

/* NULL when the blob is a key of this algorithm and the signature by it of these n bytes is
 * right; else static text. */
const char *ssh_key_check(const char *algorithm, const struct ssh_kex_reply *,
	const uint8_t *hash, size_t n);

/* As `ssh-keygen -l` prints it. */
void ssh_key_print(struct rd blob, char out[static SSH_FINGERPRINT_SIZE]);

#endif
