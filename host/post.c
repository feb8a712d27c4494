/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libcurl for one request; nothing of the answer is kept. */
#include "host/post.h"

#define CURL_DISABLE_TYPECHECK /* by macros that take no other name of a function */
#include <curl/curl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/late.h"
#include "base/sb.h"

#define FUNCTIONS(X) \
	X(curl_easy_cleanup) \
	X(curl_easy_getinfo) \
	X(curl_easy_init) \
	X(curl_easy_perform) \
	X(curl_easy_setopt) \
	X(curl_easy_strerror) \
	X(curl_free) \
	X(curl_slist_append) \
	X(curl_slist_free_all) \
	X(curl_url) \
	X(curl_url_cleanup) \
	X(curl_url_get) \
	X(curl_url_set)

static struct {
	FUNCTIONS(LATE_POINTER)
} lib;
static const struct late_symbol symbols[] = { FUNCTIONS(LATE_SYMBOL) };
static struct late library = LATE("libcurl.so.4", "libcurl4", symbols);

enum { HEADER_MAX = 128, CONNECT_MS = 5000 };

int
post_check_url(const char *url, struct err *e)
{
	char *scheme = NULL, *host = NULL, *password = NULL;
	CURLU *u;
	int rc = 0;

	if (late_load(&library, e) == -1)
		return -1;
	if (!(u = lib.curl_url()))
		return err_nomem(e);
	if (lib.curl_url_set(u, CURLUPART_URL, url, 0) != CURLUE_OK ||
		lib.curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
		lib.curl_url_get(u, CURLUPART_HOST, &host, 0) != CURLUE_OK || !*host)
		rc = err_set(e, ERR_ARG, "'%.80s' is no URL", url);
	else if (strcmp(scheme, "https") != 0 && strcmp(scheme, "http") != 0)
		rc = err_set(e, ERR_ARG, "'%.20s' is neither https nor http", scheme);
	else if (lib.curl_url_get(u, CURLUPART_PASSWORD, &password, 0) == CURLUE_OK)
		rc = err_set(e, ERR_ARG, "a URL is no place for a password");
	lib.curl_free(scheme);
	lib.curl_free(host);
	lib.curl_free(password);
	lib.curl_url_cleanup(u);
	return rc;
}

void
post_signature(const char *secret, const char *body, size_t n,
	char out[static POST_SIGNATURE_MAX])
{
	crypto_auth_hmacsha256_state state;
	unsigned char mac[crypto_auth_hmacsha256_BYTES];
	char hex[2 * sizeof(mac) + 1];

	(void)crypto_auth_hmacsha256_init(
		&state, (const unsigned char *)secret, strlen(secret));
	(void)crypto_auth_hmacsha256_update(&state, (const unsigned char *)body, n);
	(void)crypto_auth_hmacsha256_final(&state, mac);
	sodium_memzero(&state, sizeof(state));
	(void)snprintf(out, POST_SIGNATURE_MAX, "sha256=%s",
		sodium_bin2hex(hex, sizeof(hex), mac, sizeof(mac)));
}

static size_t
ignore(char *data, size_t size, size_t n, void *arg)
{
	(void)data, (void)arg;
	return size * n;
}

static struct curl_slist *
headers_of(const struct post *p)
{
	char signature[POST_SIGNATURE_MAX], line[HEADER_MAX];
	struct curl_slist *list = lib.curl_slist_append(
		NULL, "Content-Type: application/json");

	if (!list || !p->secret)
		return list;
	post_signature(p->secret, p->body, p->n, signature);
	(void)snprintf(line, sizeof(line), "X-Muster-Signature: %s", signature);
	struct curl_slist *more = lib.curl_slist_append(list, line);
	if (!more)
		lib.curl_slist_free_all(list);
	return more;
}

static void
set_up(CURL *c, const struct post *p, struct curl_slist *headers,
	char why[static CURL_ERROR_SIZE])
{
	(void)lib.curl_easy_setopt(c, CURLOPT_URL, p->url);
	(void)lib.curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	(void)lib.curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	(void)lib.curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	(void)lib.curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	(void)lib.curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)p->deadline);
	(void)lib.curl_easy_setopt(c, CURLOPT_ERRORBUFFER, why);
	(void)lib.curl_easy_setopt(c, CURLOPT_USERAGENT, "muster/" MUSTER_VERSION);
	(void)lib.curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	(void)lib.curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)p->n);
	(void)lib.curl_easy_setopt(c, CURLOPT_POSTFIELDS, p->body);
	(void)lib.curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, ignore);
	(void)lib.curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	if (p->ca)
		(void)lib.curl_easy_setopt(c, CURLOPT_CAINFO, p->ca);
}

int
post_send(const struct post *p, struct err *e)
{
	char why[CURL_ERROR_SIZE] = "";
	long status = 0;
	int rc = -1;

	if (late_load(&library, e) == -1)
		return -1;
	struct curl_slist *headers = headers_of(p);
	CURL *c = lib.curl_easy_init();
	if (!c || !headers) {
		err_nomem(e);
		goto out;
	}
	set_up(c, p, headers, why);
	CURLcode said = lib.curl_easy_perform(c);
	if (said != CURLE_OK) {
		err_set(e, said == CURLE_OPERATION_TIMEDOUT ? ERR_TIMEOUT : ERR_PROTO,
			"%.200s", *why ? why : lib.curl_easy_strerror(said));
		goto out;
	}
	(void)lib.curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	rc = status >= 200 && status <= 299
		? 0
		: err_set(e, ERR_PROTO, "the receiver answered %ld", status);
out:
	lib.curl_easy_cleanup(c);
	lib.curl_slist_free_all(headers);
	return rc;
}
