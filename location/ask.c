/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Questions by the system's resolver and by ordinary sockets; OpenSSL speaks TLS. */
#include "location/ask.h"

#include <errno.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/resolver.h"

enum {
	PATIENCE = 3 * SECOND, /* for one server */
	ADDRESSES_MAX = 8,
	CONTROLLERS_MAX = 8,
	LDAP_PORT = 389,
	TEXT_ARENA = 64 << 10,
};

struct location_asking {
	struct location_asker asker; /* first */
	struct resolver *resolver;
	struct clock *clock;
	SSL_CTX *tls;
	const struct iprange *bounds; /* NULL: none */
};

/* --- names ---------------------------------------------------------------------------------- */

struct found {
	struct addr items[ADDRESSES_MAX];
	size_t n;
};

static int
take_address(void *arg, const struct addr *a, struct err *e)
{
	struct found *f = arg;

	(void)e;
	if (f->n < ADDRESSES_MAX)
		f->items[f->n++] = *a;
	return 0;
}

/* An address is its own name. */
static enum holds
look_up(struct location_asking *x, const char *name, struct found *f, char *text,
	size_t max)
{
	struct err e;

	f->n = 0;
	if (addr_parse(name, &f->items[0])) {
		f->n = 1;
		return HOLDS_YES;
	}
	if (resolver_lookup(x->resolver, name, take_address, f, &e) == 0 && f->n)
		return HOLDS_YES;
	bool none = f->n == 0 && e.code == ERR_NOTFOUND;
	(void)snprintf(text, max,
		none ? "%.100s has no address"
		     : "%.100s: the DNS server does not answer",
		name);
	return none ? HOLDS_NO : HOLDS_UNKNOWN;
}

static enum holds
ask_name(struct location_asking *x, const char *value, char *text, size_t max)
{
	struct arena *mem = arena_new(TEXT_ARENA);
	struct found f;
	struct addr wanted;
	const char *name;
	struct err e;
	char ip[ADDR_TEXT_MAX];

	if (!mem || location_read_resolves(value, mem, &name, &wanted, &e) == -1) {
		arena_free(mem);
		(void)snprintf(text, max, "cannot be asked");
		return HOLDS_UNKNOWN;
	}
	enum holds v = look_up(x, name, &f, text, max);
	bool any = v == HOLDS_YES && !addr_is_set(&wanted);
	for (size_t i = 0; v == HOLDS_YES && i < f.n; i++)
		any |= addr_equal(&f.items[i], &wanted);
	if (v == HOLDS_YES) {
		(void)snprintf(text, max, "%.100s has the address %s", name,
			addr_print(any && addr_is_set(&wanted) ? &wanted : &f.items[0],
				ip));
		v = any ? HOLDS_YES : HOLDS_NO;
	}
	arena_free(mem);
	return v;
}

/* Those that may be spoken to are left; false: nobody is, and the text says why. */
static bool
keep_in_bounds(const struct location_asking *x, const char *name, struct found *f,
	char *text, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n; i++)
		if (!x->bounds || iprange_contains(x->bounds, &f->items[i]))
			f->items[n++] = f->items[i];
	f->n = n;
	if (n == 0)
		(void)snprintf(
			text, max, "%.100s is outside of the scope: not asked", name);
	return n > 0;
}

/* --- connections ---------------------------------------------------------------------------- */

static socklen_t
socket_address(const struct addr *a, uint16_t port, struct sockaddr_storage *out)
{
	struct sockaddr_in *four = (struct sockaddr_in *)out;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)out;

	memset(out, 0, sizeof(*out));
	if (a->family == ADDR_IP4) {
		four->sin_family = AF_INET;
		four->sin_port = htons(port);
		memcpy(&four->sin_addr, a->bytes, 4);
		return sizeof(*four);
	}
	six->sin6_family = AF_INET6;
	six->sin6_port = htons(port);
	memcpy(&six->sin6_addr, a->bytes, 16);
	return sizeof(*six);
}

/* false: time is up. */
static bool
wait_for(struct location_asking *x, int fd, short events, int64_t until)
{
	struct pollfd p = { .fd = fd, .events = events };
	int rc;

	do {
		int64_t left = until - clock_mono(x->clock);
		rc = left > 0 ? poll(&p, 1, (int)(left / MSEC) + 1) : 0;
	} while (rc == -1 && errno == EINTR);
	return rc == 1;
}

/* -1: not connected in time. */
static int
connect_to(struct location_asking *x, const struct addr *a, uint16_t port, int64_t until)
{
	struct sockaddr_storage to;
	socklen_t n = socket_address(a, port, &to), size = sizeof(int);
	int fd = socket(to.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0),
	    why = 0;

	if (fd == -1)
		return -1;
	if (connect(fd, (struct sockaddr *)&to, n) == 0)
		return fd;
	if (errno == EINPROGRESS && wait_for(x, fd, POLLOUT, until) &&
		getsockopt(fd, SOL_SOCKET, SO_ERROR, &why, &size) == 0 && why == 0)
		return fd;
	close(fd);
	return -1;
}

static int
connect_any(
	struct location_asking *x, const struct found *f, uint16_t port, int64_t until)
{
	int fd = -1;

	for (size_t i = 0; fd == -1 && i < f->n; i++)
		fd = connect_to(x, &f->items[i], port, until);
	return fd;
}

/* --- Windows domains ------------------------------------------------------------------------ */

/* As a member finds its controller ([MS-ADTS] 6.3.6): by the SRV records of the domain. */
static enum holds
ask_domain(struct location_asking *x, const char *domain, char *text, size_t max)
{
	struct srv controllers[CONTROLLERS_MAX];
	int64_t until = clock_mono(x->clock) + PATIENCE;
	char name[320];
	struct found f;
	struct err e;
	size_t n = 0, outside = 0;

	(void)snprintf(name, sizeof(name), "_ldap._tcp.dc._msdcs.%.255s", domain);
	if (resolver_lookup_srv(
		    x->resolver, name, controllers, CONTROLLERS_MAX, &n, &e) == -1) {
		bool none = e.code == ERR_NOTFOUND;
		(void)snprintf(text, max,
			none ? "DNS knows no controller of %.100s"
			     : "%.100s: the DNS server does not answer",
			domain);
		return none ? HOLDS_NO : HOLDS_UNKNOWN;
	}
	for (size_t i = 0; i < n; i++) {
		if (look_up(x, controllers[i].target, &f, text, max) != HOLDS_YES)
			continue;
		if (!keep_in_bounds(x, controllers[i].target, &f, text, max)) {
			outside++;
			continue;
		}
		int fd = connect_any(x, &f,
			controllers[i].port ? controllers[i].port : LDAP_PORT, until);
		if (fd == -1)
			continue;
		close(fd);
		(void)snprintf(text, max,
			"%.100s, a controller of %.80s, can be reached",
			controllers[i].target, domain);
		return HOLDS_YES;
	}
	if (n && outside == n)
		return HOLDS_UNKNOWN;
	(void)snprintf(text, max, "no controller of %.100s can be reached", domain);
	return HOLDS_NO;
}

/* --- TLS ------------------------------------------------------------------------------------ */

static bool
shake_hands(struct location_asking *x, SSL *s, int64_t until)
{
	for (;;) {
		int rc = SSL_connect(s);
		int why = SSL_get_error(s, rc);
		if (rc == 1)
			return true;
		if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE)
			return false;
		if (!wait_for(x, SSL_get_fd(s),
			    why == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, until))
			return false;
	}
}

static bool
fingerprint(SSL *s, char out[static 65])
{
	X509 *cert = SSL_get1_peer_certificate(s);
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	bool ok = cert && X509_digest(cert, EVP_sha256(), hash, &n) == 1 && n == 32;

	for (unsigned i = 0; ok && i < n; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", hash[i]);
	X509_free(cert);
	return ok;
}

static enum holds
judge_tls(struct location_asking *x, int fd, const char *host, const char *pin,
	char *text, size_t max)
{
	SSL *s = SSL_new(x->tls);
	enum holds v = HOLDS_NO;
	char have[65] = "";

	if (!s || SSL_set_fd(s, fd) != 1) {
		(void)snprintf(text, max, "cannot be asked");
		v = HOLDS_UNKNOWN;
	} else {
		(void)SSL_set_tlsext_host_name(s, host);
		if (!shake_hands(x, s, clock_mono(x->clock) + PATIENCE))
			(void)snprintf(text, max, "%.100s does not speak TLS", host);
		else if (!fingerprint(s, have))
			(void)snprintf(text, max, "%.100s has no certificate", host);
		else
			v = !pin || strcmp(pin, have) == 0 ? HOLDS_YES : HOLDS_NO;
	}
	if (*have)
		(void)snprintf(text, max, "%.60s has the certificate %s%s", host, have,
			v == HOLDS_YES ? "" : ", another one");
	SSL_free(s);
	return v;
}

static enum holds
ask_tls(struct location_asking *x, const char *value, char *text, size_t max)
{
	struct arena *mem = arena_new(TEXT_ARENA);
	enum holds v = HOLDS_UNKNOWN;
	const char *host, *pin;
	struct found f;
	struct err e;
	uint16_t port;

	if (!mem || location_read_tls(value, mem, &host, &port, &pin, &e) == -1) {
		(void)snprintf(text, max, "cannot be asked");
	} else if ((v = look_up(x, host, &f, text, max)) == HOLDS_YES &&
		!keep_in_bounds(x, host, &f, text, max)) {
		v = HOLDS_UNKNOWN;
	} else if (v == HOLDS_YES) {
		int fd = connect_any(x, &f, port, clock_mono(x->clock) + PATIENCE);
		if (fd == -1)
			(void)snprintf(text, max, "%.100s port %u cannot be reached",
				host, port);
		v = fd == -1 ? HOLDS_NO : judge_tls(x, fd, host, pin, text, max);
		if (fd != -1)
			close(fd);
	}
	arena_free(mem);
	return v;
}

/* --- the asker ------------------------------------------------------------------------------ */

static enum holds
ask(struct location_asker *asker, enum condition c, const char *value, char *text,
	size_t max)
{
	struct location_asking *x = (struct location_asking *)asker;

	switch (c) {
	case CONDITION_RESOLVES: return ask_name(x, value, text, max);
	case CONDITION_WINDOWS_DOMAIN: return ask_domain(x, value, text, max);
	case CONDITION_TLS: return ask_tls(x, value, text, max);
	default: return HOLDS_UNKNOWN; /* the others are known without a question */
	}
}

struct location_asker *
location_asker_new(struct clock *clock, struct err *e)
{
	struct location_asking *x = calloc(1, sizeof(*x));

	if (!x) {
		(void)err_nomem(e);
		return NULL;
	}
	x->asker.ask = ask;
	x->clock = clock;
	x->tls = SSL_CTX_new(TLS_client_method());
	if (!x->tls) {
		(void)err_nomem(e);
		free(x);
		return NULL;
	}
	/* Whose certificate it is says the pin; without one it is only who answers. */
	SSL_CTX_set_verify(x->tls, SSL_VERIFY_NONE, NULL);
	if (resolver_new(&x->resolver, e) == -1) {
		SSL_CTX_free(x->tls);
		free(x);
		return NULL;
	}
	return &x->asker;
}

void
location_asker_bound(struct location_asker *asker, const struct iprange *bounds)
{
	((struct location_asking *)asker)->bounds = bounds;
}

void
location_asker_free(struct location_asker *asker)
{
	struct location_asking *x = (struct location_asking *)asker;

	if (!x)
		return;
	resolver_free(x->resolver);
	SSL_CTX_free(x->tls);
	free(x);
}
