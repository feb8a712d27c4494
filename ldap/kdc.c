/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ldap/kdc.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/hostname.h"
#include "base/log.h"

LOG_TAG("ad");

enum {
	WAIT_MS = 5000, /* for one of them; others may answer */
	SERVERS_MAX = 16,
	HEAD = 4, /* bytes before a message: its length (RFC 4120 §7.2.2) */
	NAME_ROOM = 300,
};

struct asking {
	struct kdc *kdc;
	const struct kdc_realm *realm;
	struct reach reach; /* of one server: with less patience */
	const void *question;
	size_t n;
	struct kdc_message *answer;
	struct err *e; /* why the last one did not answer */
};

/* --- one of them ---------------------------------------------------------------------------- */

static int
say(const struct asking *a, int fd, const uint8_t *bytes, size_t n, int64_t until_us,
	struct err *e)
{
	while (n > 0) {
		if (reach_wait(&a->reach, fd, POLLOUT, until_us, e) == -1)
			return -1;
		ssize_t sent = send(fd, bytes, n, MSG_NOSIGNAL);
		if (sent == -1 && errno != EAGAIN && errno != EINTR)
			return err_sys(e, "send");
		if (sent > 0) {
			bytes += sent;
			n -= (size_t)sent;
		}
	}
	return 0;
}

static int
hear(const struct asking *a, int fd, uint8_t *bytes, size_t n, int64_t until_us,
	struct err *e)
{
	while (n > 0) {
		if (reach_wait(&a->reach, fd, POLLIN, until_us, e) == -1)
			return -1;
		ssize_t got = recv(fd, bytes, n, 0);
		if (got == 0)
			return err_set(e, ERR_PROTO, "it closed the connection");
		if (got == -1 && errno != EAGAIN && errno != EINTR)
			return err_sys(e, "receive");
		if (got > 0) {
			bytes += got;
			n -= (size_t)got;
		}
	}
	return 0;
}

static int
hear_answer(const struct asking *a, int fd, int64_t until_us, struct err *e)
{
	uint8_t head[HEAD];

	if (hear(a, fd, head, HEAD, until_us, e) == -1)
		return -1;
	struct rd r = rd_from(head, HEAD);
	size_t n = rd_be32(&r); /* the highest bit is for extensions: too long, too */
	if (n == 0 || n > KDC_MESSAGE_MAX)
		return err_set(e, ERR_PROTO, "a message of %zu bytes", n);
	uint8_t *bytes = malloc(n);
	if (!bytes)
		return err_nomem(e);
	if (hear(a, fd, bytes, n, until_us, e) == -1) {
		free(bytes);
		return -1;
	}
	*a->answer = (struct kdc_message){ bytes, n };
	return 0;
}

static int
exchange(const struct asking *a, int fd, struct err *e)
{
	int64_t until = clock_mono(&clock_system) + a->reach.timeout_ms * MSEC;
	uint8_t head[HEAD];
	struct wr w = wr_to(head, sizeof(head));

	wr_be32(&w, (uint32_t)a->n);
	if (say(a, fd, head, HEAD, until, e) == -1 ||
		say(a, fd, a->question, a->n, until, e) == -1)
		return -1;
	return hear_answer(a, fd, until, e);
}

static bool
ask_address(struct asking *a, const struct addr *addr, uint16_t port)
{
	struct kdc *k = a->kdc;
	char text[ADDR_TEXT_MAX];
	struct addr peer;
	int fd, rc = reach_connect(&a->reach, addr, 1, port, &peer, &fd, a->e);

	if (rc == 0) {
		rc = exchange(a, fd, a->e);
		close(fd);
	}
	log_debug("%s: asked %s:%u for a ticket%s%s", a->realm->name,
		addr_print(addr, text), port, rc == 0 ? "" : ": ",
		rc == 0 ? "" : a->e->text);
	if (rc == -1)
		return false;
	k->last = *addr;
	k->last_port = port;
	(void)snprintf(k->last_realm, sizeof(k->last_realm), "%s", a->realm->name);
	return true;
}

/* --- all of them ---------------------------------------------------------------------------- */

static bool
ask_host(struct asking *a, const char *host, uint16_t port)
{
	struct reach_addresses found = { .n = 0 };

	if (reach_find(&a->reach, host, &found, a->e) == -1) {
		log_debug("%s: %s: %s", a->realm->name, host, a->e->text);
		(void)err_add(a->e, "%.100s", host);
		return false;
	}
	for (size_t i = 0; i < found.n; i++)
		if (ask_address(a, &found.items[i], port))
			return true;
	(void)err_add(a->e, "%.100s", host);
	return false;
}

bool
kdc_parse_server(const char *text, const char **host, size_t *n, uint16_t *port)
{
	static const char *const ways[] = { "tcp/", "udp/" };
	const char *end, *colon;
	char *last;

	for (size_t i = 0; i < 2; i++)
		if (strncasecmp(text, ways[i], strlen(ways[i])) == 0)
			text += strlen(ways[i]);
	bool six = *text == '[';
	*host = text + six;
	end = six ? strchr(text, ']') : strchr(text, ':');
	*n = end ? (size_t)(end - *host) : strlen(*host);
	*port = KDC_PORT;
	if (*n == 0 || (six && !end) || memchr(*host, '/', *n))
		return false;
	colon = six ? end + 1 : end;
	if (!colon || !*colon)
		return true;
	errno = 0;
	unsigned long number = strtoul(colon + 1, &last, 10);
	*port = (uint16_t)number;
	return *colon == ':' && colon[1] >= '0' && colon[1] <= '9' && !*last &&
		!errno && number > 0 && number <= UINT16_MAX;
}

static bool
ask_configured(struct asking *a)
{
	for (char **s = a->realm->servers; s && *s; s++) {
		char host[NAME_ROOM];
		const char *at;
		uint16_t port;
		size_t n;
		if (!kdc_parse_server(*s, &at, &n, &port) || n >= sizeof(host)) {
			log_debug("%s: %s is not asked: no host", a->realm->name, *s);
			continue;
		}
		memcpy(host, at, n);
		host[n] = '\0';
		if (ask_host(a, host, port))
			return true;
	}
	return false;
}

static bool
ask_by_dns(struct asking *a)
{
	struct srv found[SERVERS_MAX];
	char name[NAME_ROOM];
	struct err e;
	size_t n = 0;

	if (!hostname_is_valid(a->realm->name))
		return false;
	(void)snprintf(name, sizeof(name), "_kerberos._tcp.%s", a->realm->name);
	if (resolver_lookup_srv(a->reach.resolver, name, found, SERVERS_MAX, &n, &e) ==
		-1) {
		log_debug("%s: %s", name, e.text);
		return false;
	}
	for (size_t i = 0; i < n; i++)
		if (ask_host(a, found[i].target, found[i].port))
			return true;
	return false;
}

static bool
ask_any(struct asking *a)
{
	const struct kdc *k = a->kdc;
	const struct addr last = k->last;

	if (strcmp(k->last_realm, a->realm->name) == 0 &&
		ask_address(a, &last, k->last_port))
		return true;
	if (ask_configured(a))
		return true;
	if (strcasecmp(k->domain, a->realm->name) == 0 &&
		ask_address(a, &k->controller, KDC_PORT))
		return true;
	return a->realm->asks_dns && ask_by_dns(a);
}

int
kdc_ask(struct kdc *k, const struct kdc_realm *realm, const void *question, size_t n,
	struct kdc_message *answer, struct err *e)
{
	struct asking a = { k, realm, *k->reach, question, n, answer, e };

	*answer = (struct kdc_message){ NULL, 0 };
	if (n > KDC_MESSAGE_MAX)
		return err_set(e, ERR_ARG, "a question of %zu bytes", n);
	if (a.reach.timeout_ms > WAIT_MS)
		a.reach.timeout_ms = WAIT_MS;
	(void)err_set(e, ERR_NOTFOUND, "nobody tells which");
	if (ask_any(&a))
		return 0;
	return err_add(e, "no key distribution centre of %.100s answers", realm->name);
}
