/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * post.h - one document to one receiver over HTTP or HTTPS, signed
 *
 * The request has the header
 *
 *	X-Muster-Signature: sha256=HEX
 *
 * with the HMAC-SHA256 (RFC 2104) of the body by the secret, as `openssl dgst -sha256 -hmac`
 * computes it.  Redirects are not followed, certificates are verified, and of the answer only
 * its status counts.  It blocks until the deadline: whoever must not wait calls it from a
 * process of its own.
 */
#ifndef HOST_POST_H
#define HOST_POST_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

enum { POST_SIGNATURE_MAX = sizeof("sha256=") + 64 };

struct post {
	const char *url;    /* http://… or https://… */
	const char *secret; /* NULL: not signed */
	const char *ca; /* a file of certificates that are trusted, too; NULL: the system's */
	const char *body;
	size_t n;
	int64_t deadline; /* ms */
};

/* Is it a URL of the two kinds, with a host and without a password?  ERR_ARG. */
int post_check_url(const char *url, struct err *);
void post_signature(const char *secret, const char *body, size_t n,
	char out[static POST_SIGNATURE_MAX]);
/* 0: the receiver took it (status 200 to 299).  ERR_PROTO: it said something else. */
int post_send(const struct post *, struct err *);

#endif
