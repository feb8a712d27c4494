/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ssh.h - SSH up to the proof of the host key: what two sides say before they encrypt
 *
 *	identification   "SSH-2.0-OpenSSH_9.2p1", as text (RFC 4253 §4.2)
 *	binary packets   without MAC and cipher (§6), in which there are
 *	KEXINIT          what each side can do (§7.1)
 *	KEX_ECDH_INIT    our half of a secret (RFC 5656 §4, RFC 8731 §3; §8 for the classic
 *	                 Diffie-Hellman, whose messages have the same form)
 *	KEX_ECDH_REPLY   the host key, the other half, and a signature over all of it
 *	GEX_REQUEST ...  the same in a group that the server chooses (RFC 4419)
 *
 * Names without a document are clauses of RFC 4253.  Nothing here knows cryptography: the
 * proof is scanner/ssh_kex.h and scanner/ssh_key.h.
 *
 * Where a function gives a `const char *`, that is NULL, or which clause is broken: static
 * text.  Cursors that are given out lead into the bytes that were given in.
 */
#ifndef WIRE_SSH_H
#define WIRE_SSH_H

#include "base/buf.h"

enum {
	SSH_PORT = 22,
	SSH_IDENT_MAX = 255,        /* §4.2: with CR and LF */
	SSH_GREETING_MAX = 8 << 10, /* our own limit: lines before the identification */
	SSH_PACKET_MAX = 35000,     /* §6.1: all of one */
	SSH_COOKIE_SIZE = 16,       /* §7.1 */
	SSH_KEXINIT_ROOM = 1 << 10, /* our KEXINIT with all that we can do */
	SSH_KEX_INIT_ROOM = 5 + 520, /* our half, of the widest group */
};

enum ssh_message {
	SSH_MSG_DISCONNECT = 1, /* RFC 4250 §4.1.2 */
	SSH_MSG_IGNORE = 2,
	SSH_MSG_UNIMPLEMENTED = 3,
	SSH_MSG_DEBUG = 4,
	SSH_MSG_KEXINIT = 20,
	SSH_MSG_KEX_INIT = 30, /* §8, RFC 5656 §7.1 */
	SSH_MSG_KEX_REPLY = 31,
	SSH_MSG_GEX_GROUP = 31, /* RFC 4419 §5 */
	SSH_MSG_GEX_INIT = 32,
	SSH_MSG_GEX_REPLY = 33,
	SSH_MSG_GEX_REQUEST = 34,
};

/* Of a stream: what there is of it so far is ... */
enum ssh_part { SSH_MORE, SSH_WHOLE, SSH_BROKEN };

struct ssh_ident {
	struct rd line;   /* "SSH-2.0-softwareversion comments", no CR, no LF */
	bool is_version2; /* "2.0", or "1.99" (§5.1) */
};

/* Takes lines that come before it too.  why: set when it is broken. */
enum ssh_part ssh_read_ident(struct rd *stream, struct ssh_ident *, const char **why);

/* One packet; its payload is not empty.  Taken from the stream only when it is whole. */
enum ssh_part ssh_read_packet(struct rd *stream, struct rd *payload, const char **why);
void ssh_write_packet(struct wr *, const void *payload, size_t n);

/* --- KEXINIT ---------------------------------------------------------------------------- */

struct ssh_kexinit {
	struct rd kex, host_keys; /* name-lists (RFC 4251 §5), dearest first */
	bool guess_follows;       /* first_kex_packet_follows */
};

const char *ssh_read_kexinit(struct rd payload, struct ssh_kexinit *);
/* A payload.  kex, host_keys: name-lists; of ciphers and the like it has what everybody
 * has, since they must match and are never used. */
void ssh_write_kexinit(struct wr *, const uint8_t cookie[static SSH_COOKIE_SIZE],
	const char *kex, const char *host_keys);

/* The next name of a list; false at its end.  Empty names are skipped. */
bool ssh_list_next(struct rd *list, struct rd *name);
bool ssh_list_has(struct rd list, const char *name);
bool ssh_is(struct rd text, const char *name); /* the same bytes */

/* --- the exchange ------------------------------------------------------------------------- */

struct ssh_kex_reply {
	struct rd host_key;  /* K_S: ssh_read_public_key() */
	struct rd theirs;    /* Q_S or f: their half */
	struct rd signature; /* of the exchange hash: ssh_read_signature() */
};

/* Payloads.  which: SSH_MSG_KEX_..., or SSH_MSG_GEX_... */
void ssh_write_kex_init(struct wr *, enum ssh_message which, const void *ours, size_t n);
const char *ssh_read_kex_reply(
	struct rd payload, enum ssh_message which, struct ssh_kex_reply *);

/* A group that the server chooses (RFC 4419 §3), without zeros before the numbers. */
struct ssh_group {
	struct rd prime, generator;
};
void ssh_write_gex_request(
	struct wr *, uint32_t least_bits, uint32_t bits, uint32_t most_bits);
const char *ssh_read_gex_group(struct rd payload, struct ssh_group *);

/* "ssh-ed25519", key (RFC 8709 §4) · "ecdsa-sha2-...", curve, point (RFC 5656 §3.1) ·
 * "ssh-rsa", e, n (§6.6), without zeros before them */
struct ssh_public_key {
	struct rd type, first, second; /* second: empty when the type has one part */
};
const char *ssh_read_public_key(struct rd blob, struct ssh_public_key *);

struct ssh_signature {
	struct rd algorithm, bytes;
};
const char *ssh_read_signature(struct rd blob, struct ssh_signature *);
/* r and s of an ECDSA signature's bytes (RFC 5656 §3.1.2). */
const char *ssh_read_ecdsa(struct rd bytes, struct rd *r, struct rd *s);

/* A length and these bytes (RFC 4251 §5). */
void ssh_write_string(struct wr *, const void *, size_t n);
struct rd ssh_read_string(struct rd *);
/* A positive number, most significant byte first, as mpint (RFC 4251 §5).  Zeros before it
 * are dropped. */
void ssh_write_mpint(struct wr *, const uint8_t *, size_t n);

#endif
