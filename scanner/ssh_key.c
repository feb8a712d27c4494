/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Host keys of SSH as keys of OpenSSL, and the check of their signatures.  An algorithm is
 * a row: RFC 8709 (ed25519), RFC 5656 §3 (ECDSA), RFC 8332 §3 (RSA with SHA-2), RFC 4253
 * §6.6 (RSA with SHA-1, all that old devices have).
 */
#include "scanner/ssh_key.h"

#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

struct row;

static EVP_PKEY *ed25519_key(const struct row *, const struct ssh_public_key *);
static EVP_PKEY *ecdsa_key(const struct row *, const struct ssh_public_key *);
static EVP_PKEY *rsa_key(const struct row *, const struct ssh_public_key *);

/* The signature as OpenSSL wants it, into room; 0: it is none. */
enum { SIGNATURE_MAX = 2048 }; /* RSA of 16384 bits, as much as OpenSSL takes */
static size_t plain_signature(
	const EVP_PKEY *, struct rd, uint8_t room[static SIGNATURE_MAX]);
static size_t ecdsa_signature(
	const EVP_PKEY *, struct rd, uint8_t room[static SIGNATURE_MAX]);
static size_t rsa_signature(
	const EVP_PKEY *, struct rd, uint8_t room[static SIGNATURE_MAX]);

static const struct row {
	const char *algorithm;     /* of signatures */
	const char *type;          /* of keys */
	const char *curve, *group; /* ECDSA: as SSH names it, as OpenSSL does */
	const char *digest;        /* NULL: part of the algorithm */
	EVP_PKEY *(*key)(const struct row *, const struct ssh_public_key *);
	size_t (*signature)(
		const EVP_PKEY *, struct rd, uint8_t room[static SIGNATURE_MAX]);
} rows[] = {
	{ "ssh-ed25519", "ssh-ed25519", NULL, NULL, NULL, ed25519_key, plain_signature },
	{ "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", "nistp256", "P-256", "SHA256",
		ecdsa_key, ecdsa_signature },
	{ "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384", "nistp384", "P-384", "SHA384",
		ecdsa_key, ecdsa_signature },
	{ "ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521", "nistp521", "P-521", "SHA512",
		ecdsa_key, ecdsa_signature },
	{ "rsa-sha2-512", "ssh-rsa", NULL, NULL, "SHA512", rsa_key, rsa_signature },
	{ "rsa-sha2-256", "ssh-rsa", NULL, NULL, "SHA256", rsa_key, rsa_signature },
	{ "ssh-rsa", "ssh-rsa", NULL, NULL, "SHA1", rsa_key, rsa_signature },
};
enum { ROWS = sizeof(rows) / sizeof(rows[0]), RSA_BITS_MIN = 1024, EXPONENT_MAX = 8 };

/* --- choosing ------------------------------------------------------------------------------ */

const char *
ssh_key_list(void)
{
	return "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,"
	       "ecdsa-sha2-nistp521,rsa-sha2-512,rsa-sha2-256,ssh-rsa";
}

static const struct row *
find_row(struct rd algorithm)
{
	for (size_t i = 0; i < ROWS; i++)
		if (ssh_is(algorithm, rows[i].algorithm))
			return &rows[i];
	return NULL;
}

static struct rd
text_rd(const char *text)
{
	return rd_from(text, strlen(text));
}

const char *
ssh_key_choose(const char *ours, struct rd theirs)
{
	struct rd list = text_rd(ours), name;

	while (ssh_list_next(&list, &name)) {
		const struct row *row = find_row(name);
		if (row && ssh_list_has(theirs, row->algorithm))
			return row->algorithm;
	}
	return NULL;
}

void
ssh_key_others(struct rd theirs, const char *but, size_t max,
	char out[static SSH_ALGORITHMS_ROOM])
{
	const struct row *row = but ? find_row(text_rd(but)) : NULL;
	const char *last = NULL; /* rows of a type are neighbours */
	struct wr w = wr_to(out, SSH_ALGORITHMS_ROOM - 1);

	for (size_t i = 0; i < ROWS && max > 0; i++) {
		const char *type = rows[i].type;
		if ((row && strcmp(type, row->type) == 0) ||
			(last && strcmp(type, last) == 0) ||
			!ssh_list_has(theirs, rows[i].algorithm))
			continue;
		if (last)
			wr_u8(&w, ',');
		wr_bytes(&w, rows[i].algorithm, strlen(rows[i].algorithm));
		last = type;
		max--;
	}
	out[wr_used(&w)] = '\0';
}

/* --- keys -------------------------------------------------------------------------------- */

static EVP_PKEY *
ed25519_key(const struct row *row, const struct ssh_public_key *k)
{
	struct rd point = k->first;
	size_t n = rd_left(&point);

	(void)row;
	return EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL, point.p, n);
}

static EVP_PKEY *
key_of(const char *type, OSSL_PARAM_BLD *build)
{
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *key = NULL;

	if (params && ctx && EVP_PKEY_fromdata_init(ctx) > 0)
		(void)EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params);
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_free(params);
	return key;
}

static EVP_PKEY *
ecdsa_key(const struct row *row, const struct ssh_public_key *k)
{
	struct rd point = k->second;
	size_t n = rd_left(&point);
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	EVP_PKEY *key = NULL;

	if (build && ssh_is(k->first, row->curve) &&
		OSSL_PARAM_BLD_push_utf8_string(
			build, OSSL_PKEY_PARAM_GROUP_NAME, row->group, 0) > 0 &&
		OSSL_PARAM_BLD_push_octet_string(
			build, OSSL_PKEY_PARAM_PUB_KEY, point.p, n) > 0)
		key = key_of("EC", build);
	OSSL_PARAM_BLD_free(build);
	return key;
}

/* A modulus of a megabyte or an exponent as long would keep us busy. */
static EVP_PKEY *
rsa_key(const struct row *row, const struct ssh_public_key *k)
{
	size_t n_e = rd_left(&k->first), n_n = rd_left(&k->second);
	EVP_PKEY *key = NULL;

	(void)row;
	if (n_e == 0 || n_e > EXPONENT_MAX || n_n < RSA_BITS_MIN / 8 ||
		n_n > SIGNATURE_MAX)
		return NULL;
	BIGNUM *e = BN_bin2bn(k->first.p, (int)n_e, NULL);
	BIGNUM *n = BN_bin2bn(k->second.p, (int)n_n, NULL);
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	if (e && n && build && BN_num_bits(n) >= RSA_BITS_MIN &&
		OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) > 0 &&
		OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) > 0)
		key = key_of("RSA", build);
	OSSL_PARAM_BLD_free(build);
	BN_free(n);
	BN_free(e);
	return key;
}

/* --- signatures ---------------------------------------------------------------------------- */

static size_t
plain_signature(const EVP_PKEY *key, struct rd bytes, uint8_t room[static SIGNATURE_MAX])
{
	size_t n = rd_left(&bytes);

	(void)key;
	if (n > SIGNATURE_MAX)
		return 0;
	rd_copy(&bytes, room, n);
	return n;
}

/* As long as the modulus: some servers drop zeros before it. */
static size_t
rsa_signature(const EVP_PKEY *key, struct rd bytes, uint8_t room[static SIGNATURE_MAX])
{
	size_t n = rd_left(&bytes), size = (size_t)EVP_PKEY_get_size(key);

	if (n == 0 || n > size || size > SIGNATURE_MAX)
		return 0;
	memset(room, 0, size - n);
	rd_copy(&bytes, room + size - n, n);
	return size;
}

/* SSH has r and s as two mpint (RFC 5656 §3.1.2), OpenSSL as DER. */
static size_t
ecdsa_signature(const EVP_PKEY *key, struct rd bytes, uint8_t room[static SIGNATURE_MAX])
{
	enum { PART_MAX = 66 }; /* bytes of the order of P-521 */
	struct rd r, s;

	(void)key;
	if (ssh_read_ecdsa(bytes, &r, &s))
		return 0;
	size_t n_r = rd_left(&r), n_s = rd_left(&s);
	if (n_r > PART_MAX || n_s > PART_MAX)
		return 0;
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *r_number = BN_bin2bn(r.p, (int)n_r, NULL);
	BIGNUM *s_number = BN_bin2bn(s.p, (int)n_s, NULL);
	int size = 0;
	if (sig && r_number && s_number && ECDSA_SIG_set0(sig, r_number, s_number) > 0) {
		r_number = s_number = NULL; /* they are the signature's now */
		unsigned char *at = room;
		size = i2d_ECDSA_SIG(sig, &at);
	}
	BN_free(r_number);
	BN_free(s_number);
	ECDSA_SIG_free(sig);
	return size > 0 ? (size_t)size : 0;
}

static bool
verify(const struct row *row, EVP_PKEY *key, struct rd bytes, const uint8_t *hash,
	size_t n)
{
	uint8_t room[SIGNATURE_MAX];
	size_t size = row->signature(key, bytes, room);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool right = ctx && size > 0 &&
		EVP_DigestVerifyInit_ex(ctx, NULL, row->digest, NULL, NULL, key, NULL) >
			0 &&
		EVP_DigestVerify(ctx, room, size, hash, n) == 1;

	EVP_MD_CTX_free(ctx);
	return right;
}

const char *
ssh_key_check(const char *algorithm, const struct ssh_kex_reply *reply,
	const uint8_t *hash, size_t n)
{
	const struct row *row = find_row(text_rd(algorithm));
	struct ssh_public_key parts;
	struct ssh_signature signature;
	const char *fault = ssh_read_public_key(reply->host_key, &parts);

	if (!fault)
		fault = ssh_read_signature(reply->signature, &signature);
	if (fault)
		return fault;
	if (!row || !ssh_is(parts.type, row->type) ||
		!ssh_is(signature.algorithm, row->algorithm))
		return "its host key is not of the kind agreed on";
	EVP_PKEY *key = row->key(row, &parts);
	if (!key)
		return "its host key is none";
	bool right = verify(row, key, signature.bytes, hash, n);
	EVP_PKEY_free(key);
	return right ? NULL : "it could not prove its host key";
}

void
ssh_key_print(struct rd blob, char out[static SSH_FINGERPRINT_SIZE])
{
	static const char head[] = "SHA256:";
	enum { DIGEST = 32, PADDED = 44 };
	uint8_t digest[DIGEST] = { 0 };
	char base64[PADDED + 1] = { 0 };
	size_t n = rd_left(&blob);

	(void)EVP_Digest(blob.p, n, digest, NULL, EVP_sha256(), NULL);
	(void)EVP_EncodeBlock((unsigned char *)base64, digest, DIGEST);
	base64[PADDED - 1] = '\0'; /* the only '=' */
	memcpy(out, head, sizeof(head) - 1);
	memcpy(out + sizeof(head) - 1, base64, PADDED);
}
