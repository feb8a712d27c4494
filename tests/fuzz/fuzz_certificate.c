/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is kept of a certificate that OpenSSL takes for one. */
#include <openssl/err.h>
#include <openssl/x509.h>

#include "frame.h"
#include "scanner/certificate.h"

static void
must_be_text(const char *text, bool may_be_empty)
{
	size_t n = strnlen(text, CERTIFICATE_TEXT_MAX);

	MUST(n < CERTIFICATE_TEXT_MAX && (n > 0 || may_be_empty));
}

static void
must_be_hex(const char *text)
{
	size_t n = strlen(text);

	MUST(n == 0 || n == CERTIFICATE_HEX_SIZE - 1);
	MUST(strspn(text, "0123456789abcdef") == n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const unsigned char *at = data;
	X509 *x = d2i_X509(NULL, &at, (long)size);
	struct certificate c;

	if (x) {
		certificate_read(x, &c);
		MUST(c.n_names <= CERTIFICATE_NAMES_MAX);
		for (size_t i = 0; i < c.n_names; i++)
			must_be_text(c.names[i], false);
		must_be_text(c.issuer, true);
		must_be_hex(c.digest);
		must_be_hex(c.key);
	}
	X509_free(x);
	ERR_clear_error();
	return 0;
}
