/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A conversation inside TLS with OpenSSL's own server, in memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "scanner/talk.h"

enum { TURNS = 64, PIECE = 32 << 10 };

/* --- the conversation: a word and its echo ---------------------------------------------- */

static enum talk_next
greet(struct talk *t)
{
	talk_say(t, "hello\n", 6);
	return TALK_MORE;
}

static enum talk_next
hear_greeting(struct talk *t)
{
	struct rd r = talk_unread(t);
	size_t n = rd_left(&r);

	if (n < 6)
		return talk_has_ended(t) ? talk_why(t, "too short") : TALK_MORE;
	talk_text(t, "ssh.banner", rd_take(&r, 6), 5);
	return TALK_DONE;
}

static const struct ask inside = {
	.name = "inside", .transport = ASK_TLS, .begin = greet, .hear = hear_greeting
};

/* First a word in plain text, then TLS. */
static enum talk_next
ask_for_tls(struct talk *t)
{
	talk_say(t, "tls?", 4);
	return TALK_MORE;
}

static enum talk_next
hear_permission(struct talk *t)
{
	struct rd r = talk_unread(t);

	if (talk_is_tls(t) && rd_left(&r) == 0)
		return greet(t);
	if (talk_is_tls(t))
		return hear_greeting(t);
	if (rd_left(&r) == 1) {
		talk_take(t, 1);
		talk_start_tls(t);
	}
	return TALK_MORE;
}

static const struct ask upgraded = { .name = "upgraded",
	.transport = ASK_TCP,
	.begin = ask_for_tls,
	.hear = hear_permission };

/* --- the server ------------------------------------------------------------------------------ */

struct server {
	SSL_CTX *ctx;
	SSL *ssl;
	BIO *in, *out;
	bool greeted, close_after;
};

static X509 *
make_certificate(EVP_PKEY *key)
{
	X509 *x = X509_new();
	X509_NAME *name = X509_get_subject_name(x);

	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
		(const unsigned char *)"web.lab.example", -1, -1, 0);
	X509_set_issuer_name(x, name);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_gmtime_adj(X509_getm_notBefore(x), 0);
	X509_gmtime_adj(X509_getm_notAfter(x), 3600);
	X509_set_pubkey(x, key);
	X509_sign(x, key, EVP_sha256());
	return x;
}

static void
server_open(struct server *s, int version)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x = make_certificate(key);

	*s = (struct server){ .ctx = SSL_CTX_new(TLS_server_method()) };
	SSL_CTX_set_max_proto_version(s->ctx, version);
	assert_int_equal(SSL_CTX_use_certificate(s->ctx, x), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey(s->ctx, key), 1);
	s->ssl = SSL_new(s->ctx);
	s->in = BIO_new(BIO_s_mem());
	s->out = BIO_new(BIO_s_mem());
	BIO_set_mem_eof_return(s->in, -1);
	SSL_set_bio(s->ssl, s->in, s->out);
	SSL_set_accept_state(s->ssl);
	X509_free(x);
	EVP_PKEY_free(key);
}

static void
server_close(struct server *s)
{
	SSL_free(s->ssl);
	SSL_CTX_free(s->ctx);
}

/* What came is handled; what it says is in out. */
static void
server_turn(struct server *s, const uint8_t *bytes, size_t n)
{
	char text[64];
	int got;

	if (n)
		assert_int_equal(BIO_write(s->in, bytes, (int)n), (int)n);
	if (!SSL_is_init_finished(s->ssl))
		(void)SSL_do_handshake(s->ssl);
	if (SSL_is_init_finished(s->ssl) &&
		(got = SSL_read(s->ssl, text, sizeof(text))) > 0) {
		(void)SSL_write(s->ssl, text, got);
		if (s->close_after)
			(void)SSL_shutdown(s->ssl);
	}
}

/* --- the rig ---------------------------------------------------------------------------------- */

static struct ask_settings no_settings;

static void
open_talk(struct talk *t, const struct ask *ask, struct talk_conf *conf)
{
	struct addr peer = addr_ip4(0xc6120301);
	struct err e;

	*conf = (struct talk_conf){ .settings = &no_settings,
		.tls = talk_tls_context() };
	assert_non_null(conf->tls);
	assert_int_equal(talk_open(t, ask, &peer, 443, "", conf, &e), 0);
}

/* Bytes go to and fro, piece bytes at a time, until it is over. */
static enum talk_next
converse(struct talk *t, struct server *s, size_t piece)
{
	enum talk_next next = talk_connected(t);
	uint8_t from_server[PIECE];

	for (int i = 0; i < TURNS * (int)(1 + PIECE / piece) && next == TALK_MORE; i++) {
		size_t n;
		const uint8_t *out = talk_out(t, &n);
		if (out && n == 4 && memcmp(out, "tls?", 4) == 0) {
			talk_sent(t, n);
			next = talk_heard(t, "!", 1);
			continue;
		}
		server_turn(s, out, n);
		talk_sent(t, n);
		int got = BIO_read(s->out, from_server, (int)piece);
		if (got > 0)
			next = talk_heard(t, from_server, (size_t)got);
	}
	return next;
}

static const char *
text_of(struct talk *t, const char *key)
{
	size_t n;
	const struct fact *facts = talk_facts(t, &n), *f = fact_get(facts, n, key);

	return !f ? NULL : f->type == FACT_TEXT ? f->text : f->texts.items[0];
}

static void
what_is_said_goes_through_tls(void **state)
{
	static const struct {
		const char *label;
		const struct ask *ask;
		int version;
		size_t piece;
	} rows[] = {
		{ "TLS 1.3", &inside, TLS1_3_VERSION, PIECE },
		{ "TLS 1.2", &inside, TLS1_2_VERSION, PIECE },
		{ "byte by byte", &inside, TLS1_3_VERSION, 1 },
		{ "after a word in plain text", &upgraded, TLS1_3_VERSION, PIECE },
		{ "the same by TLS 1.2, in pieces", &upgraded, TLS1_2_VERSION, 7 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct talk_conf conf;
		struct talk t;
		struct server s;
		print_message("  %s\n", rows[i].label);
		server_open(&s, rows[i].version);
		open_talk(&t, rows[i].ask, &conf);
		assert_int_equal(converse(&t, &s, rows[i].piece), TALK_DONE);
		assert_string_equal(text_of(&t, "ssh.banner"), "hello");
		assert_non_null(text_of(&t, "tls.certs"));
		talk_close(&t);
		talk_tls_free(conf.tls);
		server_close(&s);
	}
}

/* The fingerprint is told with the port, and is that of the certificate. */
static void
the_certificate_is_told(void **state)
{
	struct talk_conf conf;
	struct talk t;
	struct server s;
	uint8_t digest[32];
	unsigned n = sizeof(digest);
	char want[80];

	(void)state;
	server_open(&s, TLS1_3_VERSION);
	open_talk(&t, &inside, &conf);
	assert_int_equal(converse(&t, &s, PIECE), TALK_DONE);
	assert_int_equal(
		X509_digest(SSL_get_certificate(s.ssl), EVP_sha256(), digest, &n), 1);
	(void)snprintf(want, sizeof(want), "443 %02x%02x%02x", digest[0], digest[1],
		digest[2]);
	assert_memory_equal(text_of(&t, "tls.certs"), want, 10);
	talk_close(&t);
	talk_tls_free(conf.tls);
	server_close(&s);
}

static void
what_is_no_tls_ends_with_a_reason(void **state)
{
	static const struct {
		const char *label;
		const char *bytes;
		bool ends;
	} rows[] = {
		{ "plain text", "HTTP/1.1 400 Bad Request\r\n\r\n", false },
		{ "an alert", "\x15\x03\x01\x00\x02\x02\x28", false },
		{ "the end", "", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct talk_conf conf;
		struct talk t;
		size_t n = i == 1 ? 7 : strlen(rows[i].bytes);
		print_message("  %s\n", rows[i].label);
		open_talk(&t, &inside, &conf);
		assert_int_equal(talk_connected(&t), TALK_MORE);
		enum talk_next next = rows[i].ends ? talk_heard_end(&t)
						   : talk_heard(&t, rows[i].bytes, n);
		assert_int_equal(next, TALK_GARBAGE);
		assert_non_null(t.why);
		talk_close(&t);
		talk_tls_free(conf.tls);
	}
}

static void
the_end_of_tls_is_the_end_of_what_it_says(void **state)
{
	struct talk_conf conf;
	struct talk t;
	struct server s;

	(void)state;
	server_open(&s, TLS1_3_VERSION);
	s.close_after = true;
	open_talk(&t, &inside, &conf);
	assert_int_equal(converse(&t, &s, PIECE), TALK_DONE);
	assert_string_equal(text_of(&t, "ssh.banner"), "hello");
	talk_close(&t);
	talk_tls_free(conf.tls);
	server_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_said_goes_through_tls),
		cmocka_unit_test(the_certificate_is_told),
		cmocka_unit_test(what_is_no_tls_ends_with_a_reason),
		cmocka_unit_test(the_end_of_tls_is_the_end_of_what_it_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
