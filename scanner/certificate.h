/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * certificate.h - what the certificate of a TLS peer tells (RFC 5280)
 *
 * The handshake has proved that the peer holds its key; that anybody else trusts it is not
 * asked.  Facts: tls.names, tls.issuers, tls.certs, tls.keys, tls.self_issued, and for identity
 * tls.key of one that it issued itself: such a key was made on the machine or for it, while one
 * that an authority has signed may be shared by all the servers of a farm.
 */
#ifndef SCANNER_CERTIFICATE_H
#define SCANNER_CERTIFICATE_H

#include "scanner/ask.h"

struct x509_st; /* OpenSSL's X509 */

enum {
	CERTIFICATE_NAMES_MAX =
		16, /* a shared web server has hundreds: the first are enough */
	CERTIFICATE_TEXT_MAX = 256,
	CERTIFICATE_HEX_SIZE = 2 * 32 + 1,
};

/* Texts are bytes of the peer, without a NUL inside. */
struct certificate {
	char names[CERTIFICATE_NAMES_MAX][CERTIFICATE_TEXT_MAX];
	size_t n_names; /* 4.2.1.6: DNS and IP, else the common name */
	char issuer[CERTIFICATE_TEXT_MAX]; /* "CN=ca,O=Lab" (RFC 4514); "" when it has none */
	char digest[CERTIFICATE_HEX_SIZE]; /* SHA-256 of all of it */
	char key[CERTIFICATE_HEX_SIZE];    /* SHA-256 of its SubjectPublicKeyInfo */
	bool self_issued; /* §3.2: issuer and subject are the same name */
};

void certificate_read(const struct x509_st *, struct certificate *);
void certificate_tell(struct talk *, const struct x509_st *);

#endif
