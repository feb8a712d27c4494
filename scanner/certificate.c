/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An X.509 certificate as facts. */
#include "scanner/certificate.h"

#include <openssl/x509.h>
#include <stdio.h>

void
certificate_tell(struct talk *t, X509 *certificate)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	char hex[2 * EVP_MAX_MD_SIZE + 1];
	unsigned n = 0;

	if (X509_digest(certificate, EVP_sha256(), digest, &n) != 1)
		return;
	for (unsigned i = 0; i < n; i++)
		(void)snprintf(hex + (size_t)2 * i, 3, "%02x", digest[i]);
	talk_add_of_port(t, "tls.certs", hex, (size_t)2 * n);
}
