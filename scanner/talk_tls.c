/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * TLS inside a conversation: OpenSSL between two memory buffers.
 *
 * Nobody is authenticated here: an inventory wants to know whatever certificate there is.
 * What counts is that the other side has proved that it holds the key (RFC 8446 §4.4.3,
 * RFC 5246 §7.4.3), which OpenSSL checks in every handshake, or the certificate would
 * identify whoever copied it.
 */
#include "scanner/talk.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>

#include "scanner/certificate.h"

enum { PIECE = 16 << 10 }; /* the largest record, RFC 8446 §5.1 */

struct talk_tls {
	SSL *ssl;
	BIO *from_peer, *to_peer; /* of ssl */
	bool begun, stands;
};

/* Without it OpenSSL would build and check whatever chain a stranger sends, only to have the
 * outcome ignored. */
static int
take_any(X509_STORE_CTX *store, void *arg)
{
	(void)store;
	(void)arg;
	return 1;
}

struct ssl_ctx_st *
talk_tls_context(void)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	if (!ctx)
		return NULL;
	SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, NULL);
	SSL_CTX_set_cert_verify_callback(ctx, take_any, NULL);
	/* Old printers and switches have nothing better; we send them no secret. */
	SSL_CTX_set_security_level(ctx, 0);
	SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION);
	(void)SSL_CTX_set_cipher_list(ctx, "ALL:!aNULL:!eNULL:@SECLEVEL=0");
	SSL_CTX_set_options(ctx,
		SSL_OP_LEGACY_SERVER_CONNECT | SSL_OP_IGNORE_UNEXPECTED_EOF |
			SSL_OP_NO_COMPRESSION);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
	return ctx;
}

void
talk_tls_free(struct ssl_ctx_st *ctx)
{
	SSL_CTX_free(ctx);
}

/* What OpenSSL has to send goes out. */
static void
drain(struct talk *t)
{
	uint8_t piece[PIECE];
	int n;

	while ((n = BIO_read(t->tls->to_peer, piece, sizeof(piece))) > 0)
		(void)talk_put(t, &t->out, piece, (size_t)n, TALK_OUT_MAX);
}

static enum talk_next
fail(struct talk *t)
{
	drain(t); /* the alert */
	ERR_clear_error();
	return talk_why(t,
		t->tls->stands ? "it broke its TLS off"
			       : "it does not speak TLS as we do");
}

static enum talk_next
stand_up(struct talk *t)
{
	X509 *certificate = SSL_get0_peer_certificate(t->tls->ssl);

	t->tls->stands = true;
	if (certificate)
		certificate_tell(t, certificate);
	if (t->ask->transport == ASK_TLS && !t->wants_tls)
		return t->ask->begin ? t->ask->begin(t) : TALK_MORE;
	return t->ask->hear(t);
}

static enum talk_next
shake_hands(struct talk *t)
{
	int rc = SSL_do_handshake(t->tls->ssl);

	drain(t);
	if (rc == 1)
		return stand_up(t);
	return SSL_get_error(t->tls->ssl, rc) == SSL_ERROR_WANT_READ ? TALK_MORE
								     : fail(t);
}

/* Plain text that came is in t->in.  false: TLS is broken. */
static bool
decrypt(struct talk *t)
{
	uint8_t piece[PIECE];
	int n;

	while ((n = SSL_read(t->tls->ssl, piece, sizeof(piece))) > 0) {
		t->heard_all += (size_t)n;
		if (t->heard_all > TALK_ALL_MAX)
			t->bad = true;
		if (!talk_put(t, &t->in, piece, (size_t)n, TALK_IN_MAX))
			return true;
	}
	drain(t); /* key updates, alerts */
	int why = SSL_get_error(t->tls->ssl, n);
	t->ended |= why == SSL_ERROR_ZERO_RETURN;
	return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_ZERO_RETURN;
}

enum talk_next
talk_tls_begin(struct talk *t)
{
	struct talk_tls *tls = calloc(1, sizeof(*tls));

	if (!tls)
		return talk_why(t, "there is no memory for TLS");
	t->tls = tls;
	tls->ssl = SSL_new(t->conf->tls);
	tls->from_peer = BIO_new(BIO_s_mem());
	tls->to_peer = BIO_new(BIO_s_mem());
	if (!tls->ssl || !tls->from_peer || !tls->to_peer) {
		BIO_free(tls->from_peer);
		BIO_free(tls->to_peer);
		return talk_why(t, "there is no memory for TLS");
	}
	BIO_set_mem_eof_return(tls->from_peer, -1); /* empty is not the end */
	SSL_set_bio(tls->ssl, tls->from_peer, tls->to_peer);
	SSL_set_connect_state(tls->ssl);
	return shake_hands(t);
}

enum talk_next
talk_tls_heard(struct talk *t, const void *bytes, size_t n)
{
	bool stood = t->tls->stands;
	enum talk_next next = TALK_MORE;

	if (BIO_write(t->tls->from_peer, bytes, (int)n) != (int)n)
		return talk_why(t, "there is no memory for TLS");
	if (!stood && ((next = shake_hands(t)) != TALK_MORE || !t->tls->stands))
		return next;
	size_t had = t->in.n - t->in.from;
	bool had_ended = t->ended;
	if (!decrypt(t))
		return fail(t);
	if (t->in.n - t->in.from == had && t->ended == had_ended)
		return TALK_MORE; /* only TLS's own business */
	return t->ask->hear(t);
}

void
talk_tls_say(struct talk *t, const void *bytes, size_t n)
{
	if (n == 0)
		return;
	if (!t->tls->stands || n > TALK_OUT_MAX ||
		SSL_write(t->tls->ssl, bytes, (int)n) != (int)n) {
		ERR_clear_error();
		t->bad = true;
		return;
	}
	drain(t);
}

bool
talk_tls_stands(const struct talk *t)
{
	return t->tls->stands;
}

void
talk_tls_close(struct talk *t)
{
	if (!t->tls)
		return;
	SSL_free(t->tls->ssl); /* and its buffers */
	free(t->tls);
	t->tls = NULL;
}
