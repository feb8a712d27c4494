/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SSH up to the new keys (RFC 4253): curve25519-sha256 (RFC 8731), ecdh-sha2-nistp256
 * (RFC 5656) and diffie-hellman-group14-sha256 (RFC 8268), each host with a key of its own.
 * What would follow is encrypted, and nobody is let in: the connection ends.
 */
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#include "conn.h"

enum {
	DISCONNECT = 1,
	IGNORE,
	UNIMPLEMENTED,
	DEBUG,
	KEXINIT = 20,
	NEWKEYS,
	INIT = 30,
	REPLY
};
enum { BANNER_MAX = 255, PACKET_MAX = 35000, PAYLOAD_MAX = 32768 };
enum stage { WANTS_BANNER, WANTS_KEXINIT, WANTS_INIT, WANTS_NEWKEYS };

enum kex { CURVE25519, NISTP256, GROUP14, KEXES };
static const char *const kex_names[] = { "curve25519-sha256", "ecdh-sha2-nistp256",
	"diffie-hellman-group14-sha256" };

struct ssh {
	struct bytes client_banner, server_init, client_init;
	enum kex kex;
};

static void
put_string(struct bytes *b, const void *p, size_t n)
{
	put_be(b, n, 4);
	put(b, p, n);
}

static void
put_name(struct bytes *b, const char *text)
{
	put_string(b, text, strlen(text));
}

/* RFC 4251 §5: as short as can be, the highest bit clear */
static void
put_mpint(struct bytes *b, const uint8_t *p, size_t n)
{
	while (n && *p == 0) {
		p++;
		n--;
	}
	bool zero = n && *p & 0x80;
	put_be(b, n + zero, 4);
	put_zeros(b, zero);
	put(b, p, n);
}

static const char *
key_type(const struct person *p)
{
	return p->ssh_is_ec ? "ecdsa-sha2-nistp256" : "ssh-ed25519";
}

void
ssh_put_public_key(struct bytes *b, const struct person *p)
{
	uint8_t raw[80];
	size_t n = sizeof(raw);

	put_name(b, key_type(p));
	if (p->ssh_is_ec) {
		EVP_PKEY_get_octet_string_param(p->ssh, "pub", raw, sizeof(raw), &n);
		put_name(b, "nistp256");
	} else {
		EVP_PKEY_get_raw_public_key(p->ssh, raw, &n);
	}
	put_string(b, raw, n);
}

/* RFC 4253 §6: blocks of 8, at least 4 bytes of padding */
static void
put_packet(struct bytes *b, const struct bytes *payload)
{
	size_t pad = 8 - (5 + payload->n) % 8;

	pad += pad < 4 ? 8 : 0;
	put_be(b, 1 + payload->n + pad, 4);
	put_8(b, (unsigned)pad);
	put(b, payload->p, payload->n);
	put_zeros(b, pad);
}

enum next
ssh_begin(struct conn *c)
{
	c->state = calloc(1, sizeof(struct ssh));
	put_text(&c->out, c->who->profile->banner);
	put_text(&c->out, "\r\n");
	return c->state ? MORE : END;
}

/* When the client has said its banner, as OpenSSH does: some lose what comes before. */
static void
put_kexinit(struct conn *c)
{
	static const char ciphers[] =
		"chacha20-poly1305@openssh.com,aes128-ctr,aes256-ctr";
	static const char macs[] = "hmac-sha2-256,hmac-sha2-512";
	struct bytes *b = &((struct ssh *)c->state)->server_init;

	put_8(b, KEXINIT);
	put(b, c->who->guid, 16); /* the cookie */
	put_name(b,
		"curve25519-sha256,ecdh-sha2-nistp256,diffie-hellman-group14-sha256");
	put_name(b, key_type(c->who));
	put_name(b, ciphers);
	put_name(b, ciphers);
	put_name(b, macs);
	put_name(b, macs);
	put_name(b, "none");
	put_name(b, "none");
	put_zeros(b, 4 + 4 + 1 + 4); /* languages, no guess, reserved */
	put_packet(&c->out, b);
}

void
ssh_finish(struct conn *c)
{
	struct ssh *s = c->state;

	if (!s)
		return;
	bytes_free(&s->client_banner);
	bytes_free(&s->server_init);
	bytes_free(&s->client_init);
	free(s);
}

/* --- key exchange ----------------------------------------------------------------- */

/* The first of the client's names that is ours, too (RFC 4253 §7.1). */
static bool
choose_kex(const uint8_t *p, size_t n, enum kex *out)
{
	while (n) {
		const uint8_t *comma = memchr(p, ',', n);
		size_t len = comma ? (size_t)(comma - p) : n;

		for (int k = 0; k < KEXES; k++)
			if (strlen(kex_names[k]) == len &&
				memcmp(p, kex_names[k], len) == 0) {
				*out = (enum kex)k;
				return true;
			}
		p += len + !!comma;
		n -= len + !!comma;
	}
	return false;
}

static EVP_PKEY *
peer_key(enum kex kex, EVP_PKEY *own, const uint8_t *p, size_t n)
{
	EVP_PKEY *peer;

	if (kex == CURVE25519)
		return n == 32
			? EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL, p, n)
			: NULL;
	peer = EVP_PKEY_new();
	if (peer && EVP_PKEY_copy_parameters(peer, own) == 1 &&
		EVP_PKEY_set1_encoded_public_key(peer, p, n) == 1)
		return peer;
	EVP_PKEY_free(peer);
	return NULL;
}

/* Our public value as it travels, and the shared secret as an mpint. */
static bool
agree_on_curve(enum kex kex, const uint8_t *p, size_t n, struct bytes *own_value,
	struct bytes *secret)
{
	EVP_PKEY *own = kex == CURVE25519 ? EVP_PKEY_Q_keygen(NULL, NULL, "X25519")
					  : EVP_EC_gen("P-256");
	EVP_PKEY *peer = peer_key(kex, own, p, n);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(own, NULL);
	uint8_t shared[32], *pub = NULL;
	size_t size = sizeof(shared);
	bool good = peer && EVP_PKEY_derive_init(ctx) == 1 &&
		EVP_PKEY_derive_set_peer(ctx, peer) == 1 &&
		EVP_PKEY_derive(ctx, shared, &size) == 1;

	if (good) {
		size_t len = EVP_PKEY_get1_encoded_public_key(own, &pub);
		put_string(own_value, pub, len);
		put_mpint(secret, shared, size);
	}
	OPENSSL_free(pub);
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(peer);
	EVP_PKEY_free(own);
	return good;
}

static bool
agree_on_group14(
	const uint8_t *p, size_t n, struct bytes *own_value, struct bytes *secret)
{
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *prime = BN_get_rfc3526_prime_2048(NULL), *g = BN_new(), *y = BN_new();
	BIGNUM *e = BN_bin2bn(p, (int)n, NULL), *f = BN_new(), *k = BN_new();
	uint8_t raw[256];
	bool good = BN_set_word(g, 2) && BN_rand(y, 320, BN_RAND_TOP_ONE, 0) &&
		BN_cmp(e, BN_value_one()) > 0 && BN_cmp(e, prime) < 0 &&
		BN_mod_exp(f, g, y, prime, ctx) && BN_mod_exp(k, e, y, prime, ctx);

	if (good) {
		put_mpint(own_value, raw, (size_t)BN_bn2bin(f, raw));
		put_mpint(secret, raw, (size_t)BN_bn2bin(k, raw));
	}
	BN_free(k);
	BN_free(f);
	BN_free(e);
	BN_free(y);
	BN_free(g);
	BN_free(prime);
	BN_CTX_free(ctx);
	return good;
}

static void
put_signature(struct bytes *b, const struct person *p, const uint8_t *hash)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	struct bytes inner = { 0 }, rs = { 0 };
	uint8_t raw[160], number[32];
	size_t n = sizeof(raw);

	EVP_DigestSignInit(md, NULL, p->ssh_is_ec ? EVP_sha256() : NULL, NULL, p->ssh);
	if (EVP_DigestSign(md, raw, &n, hash, SHA256_DIGEST_LENGTH) != 1)
		n = 0;
	put_name(&inner, key_type(p));
	if (p->ssh_is_ec) { /* RFC 5656 §3.1.2: r and s as mpints */
		const uint8_t *at = raw;
		ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &at, (long)n);
		BN_bn2binpad(ECDSA_SIG_get0_r(sig), number, sizeof(number));
		put_mpint(&rs, number, sizeof(number));
		BN_bn2binpad(ECDSA_SIG_get0_s(sig), number, sizeof(number));
		put_mpint(&rs, number, sizeof(number));
		ECDSA_SIG_free(sig);
		put_string(&inner, rs.p, rs.n);
	} else {
		put_string(&inner, raw, n);
	}
	put_string(b, inner.p, inner.n);
	bytes_free(&rs);
	bytes_free(&inner);
	EVP_MD_CTX_free(md);
}

/* RFC 4253 §8, RFC 5656 §4, RFC 8731 §3.1: what both sign */
static void
exchange_hash(const struct conn *c, const struct bytes *key, const struct bytes *theirs,
	const struct bytes *ours, const struct bytes *secret, uint8_t out[32])
{
	const struct ssh *s = c->state;
	struct bytes b = { 0 };

	put_string(&b, s->client_banner.p, s->client_banner.n);
	put_name(&b, c->who->profile->banner);
	put_string(&b, s->client_init.p, s->client_init.n);
	put_string(&b, s->server_init.p, s->server_init.n);
	put_string(&b, key->p, key->n);
	put(&b, theirs->p, theirs->n);
	put(&b, ours->p, ours->n);
	put(&b, secret->p, secret->n);
	SHA256(b.p, b.n, out);
	bytes_free(&b);
}

/* p: the client's public value without its length */
static bool
answer_init(struct conn *c, const uint8_t *p, size_t n)
{
	const struct ssh *s = c->state;
	struct bytes key = { 0 }, theirs = { 0 }, ours = { 0 }, secret = { 0 },
		     reply = { 0 };
	uint8_t hash[32];
	bool good = s->kex == GROUP14
		? n <= 257 && agree_on_group14(p, n, &ours, &secret)
		: agree_on_curve(s->kex, p, n, &ours, &secret);

	if (good) {
		put_string(&theirs, p, n);
		ssh_put_public_key(&key, c->who);
		exchange_hash(c, &key, &theirs, &ours, &secret, hash);
		put_8(&reply, REPLY);
		put_string(&reply, key.p, key.n);
		put(&reply, ours.p, ours.n);
		put_signature(&reply, c->who, hash);
		put_packet(&c->out, &reply);
		reply.n = 0;
		put_8(&reply, NEWKEYS);
		put_packet(&c->out, &reply);
	}
	bytes_free(&reply);
	bytes_free(&secret);
	bytes_free(&ours);
	bytes_free(&theirs);
	bytes_free(&key);
	return good;
}

/* --- what comes ------------------------------------------------------------------- */

static enum next
take_banner(struct conn *c)
{
	struct ssh *s = c->state;
	const uint8_t *end = memchr(c->in.p, '\n', c->in.n);

	if (!end)
		return c->in.n > BANNER_MAX ? END : MORE;
	size_t n = (size_t)(end - c->in.p);
	put(&s->client_banner, c->in.p, n && end[-1] == '\r' ? n - 1 : n);
	bytes_take(&c->in, n + 1);
	if (s->client_banner.n < 4 || memcmp(s->client_banner.p, "SSH-", 4) != 0)
		return END;
	put_kexinit(c);
	c->stage = WANTS_KEXINIT;
	return MORE;
}

static enum next
take_payload(struct conn *c, const uint8_t *p, size_t n)
{
	struct ssh *s = c->state;

	if (n == 0 || p[0] == DISCONNECT)
		return END;
	if (p[0] >= IGNORE && p[0] <= DEBUG)
		return MORE;
	switch ((enum stage)c->stage) {
	case WANTS_KEXINIT:
		if (p[0] != KEXINIT || n < 21 || get_be(p + 17, 4) > n - 21 ||
			!choose_kex(p + 21, get_be(p + 17, 4), &s->kex))
			return END;
		put(&s->client_init, p, n);
		c->stage = WANTS_INIT;
		return MORE;
	case WANTS_INIT:
		if (p[0] != INIT || n < 5 || get_be(p + 1, 4) > n - 5 ||
			!answer_init(c, p + 5, get_be(p + 1, 4)))
			return END;
		c->stage = WANTS_NEWKEYS;
		return MORE;
	default: return END;
	}
}

enum next
ssh_hear(struct conn *c)
{
	if (c->in.n == 0)
		return MORE;
	if (c->stage == WANTS_BANNER)
		return take_banner(c);
	if (c->in.n < 5)
		return MORE;
	size_t size = get_be(c->in.p, 4), pad = c->in.p[4];
	if (size > PACKET_MAX || size < pad + 1)
		return END;
	if (c->in.n < 4 + size)
		return MORE;
	enum next next = take_payload(c, c->in.p + 5, size - pad - 1);
	bytes_take(&c->in, 4 + size);
	return next;
}
