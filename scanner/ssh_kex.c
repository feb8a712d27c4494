/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The exchange hash, with OpenSSL's keys and digests.  A method is a row; the messages of
 * all have the same form, since a point, a string of 32 bytes and an mpint travel alike.
 */
#include "scanner/ssh_kex.h"

#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

/* What `n` bytes on the wire mean. */
enum half {
	HALF_BYTES,  /* RFC 8731 §3, RFC 5656 §4: as they are */
	HALF_NUMBER, /* RFC 4253 §8: mpint */
};

static const struct ssh_kex_method {
	const char *name;
	const char *key,
		*group; /* as OpenSSL names them; group: NULL when key says all, or the
			 * server does */
	const char *digest;
	enum half half;
} methods[] = {
	{ "curve25519-sha256", "X25519", NULL, "SHA256", HALF_BYTES },
	{ "curve25519-sha256@libssh.org", "X25519", NULL, "SHA256", HALF_BYTES },
	{ "ecdh-sha2-nistp256", "EC", "P-256", "SHA256", HALF_BYTES },
	{ "ecdh-sha2-nistp384", "EC", "P-384", "SHA384", HALF_BYTES },
	{ "ecdh-sha2-nistp521", "EC", "P-521", "SHA512", HALF_BYTES },
	/* RFC 8268 §3, RFC 4253 §8.2: what old devices have */
	{ "diffie-hellman-group14-sha256", "DH", "modp_2048", "SHA256", HALF_NUMBER },
	{ "diffie-hellman-group16-sha512", "DH", "modp_4096", "SHA512", HALF_NUMBER },
	{ "diffie-hellman-group-exchange-sha256", "DH", NULL, "SHA256", HALF_NUMBER },
	{ "diffie-hellman-group14-sha1", "DH", "modp_2048", "SHA1", HALF_NUMBER },
	{ "diffie-hellman-group-exchange-sha1", "DH", NULL, "SHA1", HALF_NUMBER },
};
enum { METHODS = sizeof(methods) / sizeof(methods[0]), SECRET_MAX = 512 };

static const char no_exchange[] = "no key exchange on our side";

const char *
ssh_kex_list(void)
{
	return "curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,"
	       "ecdh-sha2-nistp384,ecdh-sha2-nistp521,diffie-hellman-group14-sha256,"
	       "diffie-hellman-group16-sha512,diffie-hellman-group-exchange-sha256,"
	       "diffie-hellman-group14-sha1,diffie-hellman-group-exchange-sha1";
}

/* --- our half --------------------------------------------------------------------------- */

static EVP_PKEY *
make_pair(const struct ssh_kex_method *m)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, m->key, NULL);
	EVP_PKEY *pair = NULL;

	if (ctx && EVP_PKEY_keygen_init(ctx) > 0 &&
		(!m->group || EVP_PKEY_CTX_set_group_name(ctx, m->group) > 0))
		(void)EVP_PKEY_generate(ctx, &pair); /* NULL when it fails */
	EVP_PKEY_CTX_free(ctx);
	return pair;
}

/* The contents of the string or mpint that travels. */
static bool
encode_half(struct ssh_kex *k)
{
	unsigned char *p = NULL;
	size_t n = EVP_PKEY_get1_encoded_public_key(k->pair, &p);
	uint8_t room[4 + SSH_HALF_MAX];
	struct wr w = wr_to(room, sizeof(room));

	if (k->method->half == HALF_NUMBER)
		ssh_write_mpint(&w, p, n);
	else
		ssh_write_string(&w, p, n);
	OPENSSL_free(p);
	if (n == 0 || w.bad)
		return false;
	k->n_ours = wr_used(&w) - 4;
	memcpy(k->ours, room + 4, k->n_ours);
	return true;
}

const char *
ssh_kex_choose(struct ssh_kex *k, struct rd theirs)
{
	for (size_t i = 0; i < METHODS && !k->method; i++)
		if (ssh_list_has(theirs, methods[i].name))
			k->method = &methods[i];
	if (!k->method)
		return "it has no key exchange that we know";
	k->sum = EVP_MD_CTX_new();
	if (!k->sum ||
		EVP_DigestInit_ex(
			k->sum, EVP_get_digestbyname(k->method->digest), NULL) <= 0)
		return no_exchange;
	if (ssh_kex_asks_group(k))
		return NULL;
	k->pair = make_pair(k->method);
	return k->pair && encode_half(k) ? NULL : no_exchange;
}

/* --- a group of the server's ------------------------------------------------------------- */

bool
ssh_kex_asks_group(const struct ssh_kex *k)
{
	return k->method->half == HALF_NUMBER && !k->method->group;
}

/* As parameters of OpenSSL.  RFC 4419 §6.2: the exponent has twice the bits of the strongest
 * key, 256, and need not have those of the prime, which is what costs. */
static EVP_PKEY *
take_group(struct rd prime, struct rd generator)
{
	enum { EXPONENT_BITS = 512 };
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	BIGNUM *p = BN_bin2bn(prime.p, (int)rd_left(&prime), NULL);
	BIGNUM *g = BN_bin2bn(generator.p, (int)rd_left(&generator), NULL);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "DH", NULL);
	OSSL_PARAM *params = NULL;
	EVP_PKEY *group = NULL;

	if (build && p && g && ctx &&
		OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_FFC_P, p) > 0 &&
		OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_FFC_G, g) > 0 &&
		OSSL_PARAM_BLD_push_int(
			build, OSSL_PKEY_PARAM_DH_PRIV_LEN, EXPONENT_BITS) > 0)
		params = OSSL_PARAM_BLD_to_param(build);
	if (params && EVP_PKEY_fromdata_init(ctx) > 0)
		(void)EVP_PKEY_fromdata(ctx, &group, EVP_PKEY_KEY_PARAMETERS, params);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	EVP_PKEY_CTX_free(ctx);
	BN_free(p);
	BN_free(g);
	return group;
}

static EVP_PKEY *
make_pair_in(EVP_PKEY *group)
{
	EVP_PKEY_CTX *ctx = group ? EVP_PKEY_CTX_new_from_pkey(NULL, group, NULL)
				  : NULL;
	EVP_PKEY *pair = NULL;

	if (ctx && EVP_PKEY_keygen_init(ctx) > 0)
		(void)EVP_PKEY_generate(ctx, &pair); /* NULL when it fails */
	EVP_PKEY_CTX_free(ctx);
	return pair;
}

static bool
is_odd(struct rd number)
{
	return rd_left(&number) > 0 && number.end[-1] & 1;
}

/* Whether it is a prime is not looked at: the proof does not rest on it, for the server signs
 * what we have said, too. */
const char *
ssh_kex_group(struct ssh_kex *k, const struct ssh_group *g)
{
	size_t n_prime = rd_left(&g->prime), n_generator = rd_left(&g->generator);
	struct wr w = wr_to(k->group, sizeof(k->group));

	if (n_prime < SSH_GROUP_LEAST / 8 || n_prime > SSH_GROUP_MOST / 8 ||
		!is_odd(g->prime) || n_generator == 0 || n_generator > n_prime ||
		(n_generator == 1 && *g->generator.p < 2))
		return "RFC 4419 §3: its group is none";
	wr_be32(&w, SSH_GROUP_LEAST);
	wr_be32(&w, SSH_GROUP_WANTED);
	wr_be32(&w, SSH_GROUP_MOST);
	ssh_write_mpint(&w, g->prime.p, n_prime);
	ssh_write_mpint(&w, g->generator.p, n_generator);
	k->n_group = wr_used(&w);
	EVP_PKEY *group = take_group(g->prime, g->generator);
	k->pair = make_pair_in(group);
	EVP_PKEY_free(group);
	return k->pair && encode_half(k) ? NULL : no_exchange;
}

/* --- the hash --------------------------------------------------------------------------- */

void
ssh_kex_say(struct ssh_kex *k, const void *p, size_t n)
{
	const uint8_t length[] = { (uint8_t)(n >> 24), (uint8_t)(n >> 16),
		(uint8_t)(n >> 8), (uint8_t)n };

	/* A failure would spoil the hash and with it the proof: nothing is believed. */
	(void)EVP_DigestUpdate(k->sum, length, sizeof(length));
	(void)EVP_DigestUpdate(k->sum, p, n);
}

static void
say_rd(struct ssh_kex *k, struct rd r)
{
	size_t n = rd_left(&r);

	ssh_kex_say(k, r.p, n);
}

/* Their half as a key of our group: OpenSSL refuses points off the curve. */
static EVP_PKEY *
peer_key(const struct ssh_kex *k, struct rd theirs)
{
	uint8_t room[SSH_HALF_MAX];
	size_t n = rd_left(&theirs), want = n;
	EVP_PKEY *peer = EVP_PKEY_new();

	if (k->method->half == HALF_NUMBER) { /* OpenSSL wants it as wide as the prime */
		while (rd_left(&theirs) && *theirs.p == 0)
			rd_skip(&theirs, 1);
		n = rd_left(&theirs);
		want = (size_t)EVP_PKEY_get_size(k->pair);
	}
	bool fits = n > 0 && n <= want && want <= sizeof(room);
	if (fits) {
		memset(room, 0, want - n);
		rd_copy(&theirs, room + want - n, n);
	}
	if (peer && fits && EVP_PKEY_copy_parameters(peer, k->pair) > 0 &&
		EVP_PKEY_set1_encoded_public_key(peer, room, want) > 0)
		return peer;
	EVP_PKEY_free(peer);
	return NULL;
}

/* K; 0 when there is none.  RFC 8731 §3: OpenSSL refuses a secret of zeros. */
static size_t
derive(const struct ssh_kex *k, struct rd theirs, uint8_t secret[static SECRET_MAX])
{
	EVP_PKEY *peer = peer_key(k, theirs);
	EVP_PKEY_CTX *ctx = peer ? EVP_PKEY_CTX_new_from_pkey(NULL, k->pair, NULL)
				 : NULL;
	size_t n = SECRET_MAX;

	if (!ctx || EVP_PKEY_derive_init(ctx) <= 0 ||
		EVP_PKEY_derive_set_peer(ctx, peer) <= 0 ||
		EVP_PKEY_derive(ctx, secret, &n) <= 0)
		n = 0;
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(peer);
	return n;
}

const char *
ssh_kex_hash(struct ssh_kex *k, const struct ssh_kex_reply *reply,
	uint8_t hash[static SSH_HASH_MAX], size_t *n)
{
	uint8_t secret[SECRET_MAX], number[4 + 1 + SECRET_MAX];
	struct wr w = wr_to(number, sizeof(number));
	unsigned size = 0;
	size_t n_secret = derive(k, reply->theirs, secret);

	if (n_secret == 0)
		return "its half of the key exchange is none";
	say_rd(k, reply->host_key);
	(void)EVP_DigestUpdate(k->sum, k->group, k->n_group);
	ssh_kex_say(k, k->ours, k->n_ours);
	say_rd(k, reply->theirs);
	ssh_write_mpint(&w, secret, n_secret);
	(void)EVP_DigestUpdate(k->sum, number, wr_used(&w));
	if (EVP_DigestFinal_ex(k->sum, hash, &size) <= 0)
		return no_exchange;
	*n = size;
	return NULL;
}

void
ssh_kex_end(struct ssh_kex *k)
{
	EVP_PKEY_free(k->pair);
	EVP_MD_CTX_free(k->sum);
	*k = (struct ssh_kex){ .method = NULL };
}
