/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An X.509 certificate as facts.  OpenSSL has taken it apart; what is kept of it is bounded
 * here.
 */
#include "scanner/certificate.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

static void
print_hex(const unsigned char *digest, unsigned n, char hex[static CERTIFICATE_HEX_SIZE])
{
	hex[0] = '\0';
	for (size_t i = 0; i < n && 2 * i + 2 < CERTIFICATE_HEX_SIZE; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

/* A NUL in a name is there to deceive: what is behind it counts for nobody. */
static void
add_name(struct certificate *c, const unsigned char *text, int len)
{
	size_t n = len > 0 ? (size_t)len : 0;

	if (n == 0 || n >= CERTIFICATE_TEXT_MAX || memchr(text, '\0', n) ||
		c->n_names == CERTIFICATE_NAMES_MAX)
		return;
	memcpy(c->names[c->n_names], text, n);
	c->names[c->n_names++][n] = '\0';
}

static void
add_address(struct certificate *c, const ASN1_OCTET_STRING *ip)
{
	const unsigned char *bytes = ASN1_STRING_get0_data(ip);
	struct addr a = { .family = ADDR_IP4 };
	char text[ADDR_TEXT_MAX];
	int n = ASN1_STRING_length(ip);

	if (n != 4 && n != 16) /* §4.2.1.6 */
		return;
	if (n == 16)
		a.family = ADDR_IP6;
	memcpy(a.bytes, bytes, (size_t)n);
	(void)addr_print(&a, text);
	add_name(c, (const unsigned char *)text, (int)strlen(text));
}

static void
read_alternatives(const X509 *x, struct certificate *c)
{
	GENERAL_NAMES *all = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);

	for (int i = 0; all && i < sk_GENERAL_NAME_num(all); i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(all, i);
		if (name->type == GEN_DNS)
			add_name(c, ASN1_STRING_get0_data(name->d.dNSName),
				ASN1_STRING_length(name->d.dNSName));
		if (name->type == GEN_IPADD)
			add_address(c, name->d.iPAddress);
	}
	GENERAL_NAMES_free(all);
}

/* §4.1.2.6: of a name that has several, the last is the most specific. */
static void
read_common_name(const X509 *x, struct certificate *c)
{
	const X509_NAME *subject = X509_get_subject_name(x);
	unsigned char *text = NULL;
	int at = -1, last = -1;

	while ((at = X509_NAME_get_index_by_NID(subject, NID_commonName, at)) >= 0)
		last = at;
	if (last < 0)
		return;
	int n = ASN1_STRING_to_UTF8(
		&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, last)));
	add_name(c, text, n);
	if (n >= 0)
		OPENSSL_free(text);
}

/* RFC 4514, with UTF-8 as it is. */
static void
read_issuer(const X509 *x, struct certificate *c)
{
	BIO *out = BIO_new(BIO_s_mem());
	int n = -1;

	if (out &&
		X509_NAME_print_ex(out, X509_get_issuer_name(x), 0,
			XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB) >= 0)
		n = BIO_read(out, c->issuer, CERTIFICATE_TEXT_MAX - 1);
	c->issuer[n > 0 ? n : 0] = '\0';
	BIO_free(out);
}

static void
read_key(const X509 *x, struct certificate *c)
{
	unsigned char digest[EVP_MAX_MD_SIZE], *der = NULL;
	unsigned n = 0;
	int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &der);

	if (size > 0 &&
		EVP_Digest(der, (size_t)size, digest, &n, EVP_sha256(), NULL) != 1)
		n = 0;
	print_hex(digest, n, c->key);
	OPENSSL_free(der);
}

void
certificate_read(const X509 *x, struct certificate *c)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	*c = (struct certificate){ .n_names = 0 };
	if (X509_digest(x, EVP_sha256(), digest, &n) != 1)
		n = 0;
	print_hex(digest, n, c->digest);
	read_key(x, c);
	read_alternatives(x, c);
	if (c->n_names == 0)
		read_common_name(x, c);
	read_issuer(x, c);
	c->self_issued = X509_NAME_cmp(X509_get_issuer_name(x),
				 X509_get_subject_name(x)) == 0;
	ERR_clear_error(); /* of extensions that are broken */
}

void
certificate_tell(struct talk *t, const X509 *x)
{
	struct certificate c;

	certificate_read(x, &c);
	talk_add_of_port(t, "tls.certs", c.digest, strlen(c.digest));
	talk_add_of_port(t, "tls.issuers", c.issuer, strlen(c.issuer));
	for (size_t i = 0; i < c.n_names; i++)
		talk_add(t, "tls.names", c.names[i], strlen(c.names[i]));
	const char *self = c.self_issued ? "yes" : "no";
	talk_add_of_port(t, "tls.keys", c.key, strlen(c.key));
	talk_add_of_port(t, "tls.self_issued", self, strlen(self));
	if (c.self_issued)
		talk_add(t, "tls.key", c.key, strlen(c.key));
}
