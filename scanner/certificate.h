/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * certificate.h - what the certificate of a TLS peer tells (RFC 5280)
 *
 * The handshake has proved that the peer holds its key; that anybody else trusts it is not
 * asked.  Facts: tls.names, tls.issuers, tls.certs, and tls.key of one that it issued itself.
 */
#ifndef SCANNER_CERTIFICATE_H
#define SCANNER_CERTIFICATE_H

#include "scanner/ask.h"

struct x509_st; /* OpenSSL's X509 */

void certificate_tell(struct talk *, struct x509_st *);

#endif
