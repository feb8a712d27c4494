/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libcurl for one request; nothing of the answer is kept. */
#include "host/post.h"

#include <curl/curl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/sb.h"

enum { HEADER_MAX = 128, CONNECT_MS = 5000 };

int
post_check_url(const char *url, struct err *e)
{
	CURLU *u = curl_url();
	char *scheme = NULL, *host = NULL, *password = NULL;
	int rc = 0;

	if (!u)
		return err_nomem(e);
	if (curl_url_set(u, CURLUPART_URL, url, 0) != CURLUE_OK ||
		curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
		curl_url_get(u, CURLUPART_HOST, &host, 0) != CURLUE_OK || !*host)
		rc = err_set(e, ERR_ARG, "'%.80s' is no URL", url);
	else if (strcmp(scheme, "https") != 0 && strcmp(scheme, "http") != 0)
		rc = err_set(e, ERR_ARG, "'%.20s' is neither https nor http", scheme);
	else if (curl_url_get(u, CURLUPART_PASSWORD, &password, 0) == CURLUE_OK)
		rc = err_set(e, ERR_ARG, "a URL is no place for a password");
	curl_free(scheme);
	curl_free(host);
	curl_free(password);
	curl_url_cleanup(u);
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
	struct curl_slist *list = curl_slist_append(
		NULL, "Content-Type: application/json");

	if (!list || !p->secret)
		return list;
	post_signature(p->secret, p->body, p->n, signature);
	(void)snprintf(line, sizeof(line), "X-Muster-Signature: %s", signature);
	struct curl_slist *more = curl_slist_append(list, line);
	if (!more)
		curl_slist_free_all(list);
	return more;
}

static void
set_up(CURL *c, const struct post *p, struct curl_slist *headers,
	char why[static CURL_ERROR_SIZE])
{
	(void)curl_easy_setopt(c, CURLOPT_URL, p->url);
	(void)curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	(void)curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	(void)curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	(void)curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)p->deadline);
	(void)curl_easy_setopt(c, CURLOPT_ERRORBUFFER, why);
	(void)curl_easy_setopt(c, CURLOPT_USERAGENT, "muster/" MUSTER_VERSION);
	(void)curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	(void)curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)p->n);
	(void)curl_easy_setopt(c, CURLOPT_POSTFIELDS, p->body);
	(void)curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, ignore);
	(void)curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	if (p->ca)
		(void)curl_easy_setopt(c, CURLOPT_CAINFO, p->ca);
}

int
post_send(const struct post *p, struct err *e)
{
	char why[CURL_ERROR_SIZE] = "";
	struct curl_slist *headers = headers_of(p);
	CURL *c = curl_easy_init();
	long status = 0;
	int rc = -1;

	if (!c || !headers) {
		err_nomem(e);
		goto out;
	}
	set_up(c, p, headers, why);
	CURLcode said = curl_easy_perform(c);
	if (said != CURLE_OK) {
		err_set(e, said == CURLE_OPERATION_TIMEDOUT ? ERR_TIMEOUT : ERR_PROTO,
			"%.200s", *why ? why : curl_easy_strerror(said));
		goto out;
	}
	(void)curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	rc = status >= 200 && status <= 299
		? 0
		: err_set(e, ERR_PROTO, "the receiver answered %ld", status);
out:
	curl_easy_cleanup(c);
	curl_slist_free_all(headers);
	return rc;
}
