/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keys and certificates.  Keys are made of the seed; a certificate has a random number
 * in its signature, so it is kept in a file to be the same at the next start.
 */
#include "person.h"

#include <err.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"

static void
must(bool ok, const char *what)
{
	if (!ok)
		errx(1, "OpenSSL: %s failed", what);
}

static void
secret_of(uint64_t seed, uint32_t addr, const char *purpose, uint8_t out[32])
{
	char text[64];
	int n = snprintf(text, sizeof(text), "%llu/%u/%s", (unsigned long long)seed,
		addr, purpose);

	SHA256((const uint8_t *)text, (size_t)n, out);
}

static EVP_PKEY *
ed25519_key(const uint8_t secret[32])
{
	return EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, secret, 32);
}

/* A P-256 key of a secret number: OpenSSL wants to be told the public point, too. */
static EVP_PKEY *
p256_key(const uint8_t secret[32])
{
	EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	BIGNUM *number = BN_bin2bn(secret, 31, NULL); /* below the order */
	EC_POINT *point = EC_POINT_new(group);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	EVP_PKEY *key = NULL;
	uint8_t pub[65];

	must(EC_POINT_mul(group, point, number, NULL, NULL, NULL) == 1 &&
			EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED,
				pub, sizeof(pub), NULL) == sizeof(pub),
		"a point");
	OSSL_PARAM_BLD_push_utf8_string(
		build, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0);
	OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, number);
	OSSL_PARAM_BLD_push_octet_string(
		build, OSSL_PKEY_PARAM_PUB_KEY, pub, sizeof(pub));
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
	must(EVP_PKEY_fromdata_init(ctx) == 1 &&
			EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR, params) == 1,
		"a key");
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	EVP_PKEY_CTX_free(ctx);
	EC_POINT_free(point);
	BN_free(number);
	EC_GROUP_free(group);
	return key;
}

static X509 *
make_certificate(const struct person *p)
{
	X509 *cert = X509_new();
	X509_NAME *name = X509_get_subject_name(cert);
	char alt[160];

	X509_set_version(cert, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), p->addr);
	ASN1_TIME_set_string(X509_getm_notBefore(cert), "20260101000000Z");
	ASN1_TIME_set_string(X509_getm_notAfter(cert), "20360101000000Z");
	X509_NAME_add_entry_by_txt(
		name, "CN", MBSTRING_ASC, (const uint8_t *)p->dns, -1, -1, 0);
	X509_set_issuer_name(cert, name);
	X509_set_pubkey(cert, p->tls);
	snprintf(alt, sizeof(alt), "DNS:%s,DNS:%.*s", p->dns, (int)strcspn(p->dns, "."),
		p->dns);
	X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, alt);
	must(ext && X509_add_ext(cert, ext, -1) == 1, "an extension");
	X509_EXTENSION_free(ext);
	must(X509_sign(cert, p->tls, EVP_sha256()) > 0, "a signature");
	return cert;
}

/* --- the file: certificates one after the other, in the order of their hosts ------ */

/* The next certificate, if it is of this key and name. */
static X509 *
kept_certificate(const struct person *p, const uint8_t **at, const uint8_t *end)
{
	X509 *cert = *at < end ? d2i_X509(NULL, at, end - *at) : NULL;
	char name[80] = "";

	if (!cert)
		return NULL;
	X509_NAME_get_text_by_NID(
		X509_get_subject_name(cert), NID_commonName, name, sizeof(name));
	if (strcmp(name, p->dns) == 0 && X509_check_private_key(cert, p->tls) == 1)
		return cert;
	X509_free(cert);
	return NULL;
}

static void
read_file(const char *path, struct bytes *all)
{
	FILE *f = path ? fopen(path, "rb") : NULL;
	uint8_t buf[65536];
	size_t n;

	if (!f)
		return;
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		put(all, buf, n);
	fclose(f);
}

static void
write_file(const char *path, const struct people *all)
{
	char other[512];

	snprintf(other, sizeof(other), "%s.new", path);
	FILE *f = fopen(other, "wb");
	if (!f)
		err(1, "%s", other);
	for (size_t i = 0; i < all->n; i++)
		must(i2d_X509_fp(f, all->all[i].cert) == 1, "writing a certificate");
	if (fclose(f) == EOF || rename(other, path) == -1)
		err(1, "%s", path);
}

void
people_make_keys(struct people *all, uint64_t seed, const char *file)
{
	struct bytes kept = { 0 };
	bool changed = false;

	read_file(file, &kept);
	const uint8_t *at = kept.p, *end = kept.p + kept.n;
	for (size_t i = 0; i < all->n; i++) {
		struct person *p = &all->all[i];
		uint8_t secret[32];

		secret_of(seed, p->addr, "ssh", secret);
		p->ssh = p->ssh_is_ec ? p256_key(secret) : ed25519_key(secret);
		secret_of(seed, p->addr, "tls", secret);
		p->tls = p256_key(secret);
		p->cert = kept_certificate(p, &at, end);
		if (!p->cert) {
			at = end; /* another order: make all that follow */
			p->cert = make_certificate(p);
			changed = true;
		}
	}
	if (changed && file)
		write_file(file, all);
	bytes_free(&kept);
}
