/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ldap/locate.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <poll.h>
#include <resolv.h>
#include <stdio.h>
#include <strings.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hostname.h"
#include "base/log.h"
#include "ldap/ticket.h"

LOG_TAG("ad");

enum {
	PORT = 389,
	PING_MS = 1500, /* patience with one controller */
	AGAIN_MS = 500, /* a datagram may be lost */
	PINGS_MAX = 8,  /* whom we ask which site we are in */
	ADDRESSES_MAX = 8,
	NAME_ROOM = 600,
};

/* --- the ping ----------------------------------------------------------------------------- */

struct addresses {
	struct addr items[ADDRESSES_MAX];
	size_t n;
};

static int
take_address(void *arg, const struct addr *a, struct err *e)
{
	struct addresses *list = arg;

	(void)e;
	if (list->n < ADDRESSES_MAX)
		list->items[list->n++] = *a;
	return 0;
}

/* A connected socket hears nobody else. */
static int
open_udp(const struct addr *a)
{
	struct sockaddr_in ip4 = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	struct sockaddr_in6 ip6 = { .sin6_family = AF_INET6, .sin6_port = htons(PORT) };
	bool is_six = a->family == ADDR_IP6;
	int fd = socket(is_six ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd == -1)
		return -1;
	ip4.sin_addr.s_addr = htonl(addr_to_ip4(a));
	memcpy(&ip6.sin6_addr, a->bytes, sizeof(ip6.sin6_addr));
	int rc = is_six ? connect(fd, (struct sockaddr *)&ip6, sizeof(ip6))
			: connect(fd, (struct sockaddr *)&ip4, sizeof(ip4));
	if (rc == 0)
		return fd;
	close(fd);
	return -1;
}

/* What an answer means; 1: wait on. */
static int
judge(int fd, uint16_t id, struct netlogon *out, struct err *e)
{
	uint8_t bytes[NETLOGON_ANSWER_MAX];
	const char *why;
	ssize_t n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (n == -1)
		return err_sys(e, "the ping"); /* refused: nobody listens there */
	switch (netlogon_read(rd_from(bytes, (size_t)n), id, out, &why)) {
	case NETLOGON_ANSWER: return 0;
	case NETLOGON_NOT_IT:
		return err_set(e, ERR_NOTFOUND, "it serves another domain");
	case NETLOGON_GARBAGE: return err_set(e, ERR_PROTO, "%s", why);
	case NETLOGON_OTHER: break;
	}
	return 1;
}

static int
ping_address(const struct addr *a, const char *domain, int wait_ms,
	struct netlogon *out, struct err *e)
{
	int64_t now = clock_mono(&clock_system),
		deadline = now + wait_ms * (int64_t)MSEC, next = now;
	uint8_t bytes[NETLOGON_QUERY_ROOM];
	struct wr w = wr_to(bytes, sizeof(bytes));
	uint16_t id = 0;
	int fd = open_udp(a), rc = 1;

	if (fd == -1)
		return err_sys(e, "the ping");
	(void)!getrandom(&id, sizeof(id), 0); /* else 1: the socket is connected */
	id = (uint16_t)((id & 0x7fff) | 1);
	netlogon_write_query(&w, id, domain);
	if (w.bad)
		rc = err_set(e, ERR_ARG, "%.60s: too long a name", domain);
	for (; rc == 1 && now < deadline; now = clock_mono(&clock_system)) {
		if (now >= next) {
			(void)!send(fd, bytes, wr_used(&w), 0); /* or again later */
			next = now + AGAIN_MS * (int64_t)MSEC;
		}
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int64_t wait = (next < deadline ? next : deadline) - now;
		if (poll(&p, 1, (int)(wait / MSEC) + 1) == 1)
			rc = judge(fd, id, out, e);
	}
	close(fd);
	return rc == 1 ? err_set(e, ERR_TIMEOUT, "no answer to the ping") : rc;
}

int
locate_ping(struct resolver *r, const char *host, const char *domain, int wait_ms,
	struct netlogon *out, struct err *e)
{
	struct addresses list = { .n = 0 };
	int rc = -1;

	if (resolver_lookup(r, host, take_address, &list, e) == -1)
		return -1;
	(void)err_set(e, ERR_NOTFOUND, "it has no address");
	for (size_t i = 0; i < list.n && rc == -1; i++)
		rc = ping_address(&list.items[i], domain, wait_ms, out, e);
	return rc;
}

/* --- the search ----------------------------------------------------------------------------- */

static void
add(struct controllers *c, const char *host, bool in_site)
{
	for (size_t i = 0; i < c->n; i++)
		if (strcasecmp(c->items[i].host, host) == 0)
			return;
	if (c->n == CONTROLLERS_MAX)
		return;
	struct controller *item = &c->items[c->n++];
	*item = (struct controller){ .in_site = in_site };
	(void)snprintf(item->host, sizeof(item->host), "%s", host);
}

static int
ask_dns(struct resolver *r, const char *name, bool in_site, struct controllers *c,
	struct err *e)
{
	struct srv found[CONTROLLERS_MAX];
	size_t n = 0;

	if (resolver_lookup_srv(r, name, found, CONTROLLERS_MAX, &n, e) == -1) {
		log_debug("%s: %s", name, e->text);
		return -1;
	}
	for (size_t i = 0; i < n; i++) {
		log_debug("%s: %s (priority %u, weight %u)", name, found[i].target,
			found[i].priority, found[i].weight);
		add(c, found[i].target, in_site);
	}
	return 0;
}

/* Until one tells our site.  The ones that do not answer go behind the others: UDP may be
 * filtered where TCP is not. */
static void
ask_site(struct resolver *r, const char *domain, struct controllers *c)
{
	struct netlogon said;
	struct err e;

	for (size_t i = 0; i < c->n && i < PINGS_MAX && !c->site[0]; i++) {
		struct controller *item = &c->items[i];
		if (locate_ping(r, item->host, domain, PING_MS, &said, &e) == -1) {
			log_debug("%s: %s", item->host, e.text);
			continue;
		}
		item->answered = true;
		log_debug("%s answers the ping: it is in site %s, we are in %s",
			item->host, said.site[0] ? said.site : "(none)",
			said.our_site[0] ? said.our_site : "(none)");
		memcpy(c->forest, said.forest, sizeof(c->forest));
		memcpy(c->site, said.our_site[0] ? said.our_site : said.closest_site,
			sizeof(c->site));
		if (!c->site[0])
			return; /* the others know no more */
	}
}

static void
order(struct controllers *c)
{
	struct controllers sorted = { .n = 0 };

	for (int rank = 0; rank < 4; rank++)
		for (size_t i = 0; i < c->n; i++)
			if ((c->items[i].in_site ? 0 : 2) + !c->items[i].answered ==
				rank)
				sorted.items[sorted.n++] = c->items[i];
	memcpy(c->items, sorted.items, c->n * sizeof(c->items[0]));
}

/* A site's name may be any text; as a part of a DNS name it is a label or none. */
static void
ask_for_site(struct resolver *r, const char *domain, struct controllers *c)
{
	char name[NAME_ROOM];
	struct controllers ours = { .n = 0 };
	struct err e;

	(void)snprintf(name, sizeof(name), "_ldap._tcp.%s._sites.dc._msdcs.%s", c->site,
		domain);
	if (strchr(c->site, '.') || !hostname_is_valid(c->site) ||
		ask_dns(r, name, true, &ours, &e) == -1)
		return;
	for (size_t i = 0; i < c->n; i++) {
		add(&ours, c->items[i].host, false);
		for (size_t k = 0; k < ours.n; k++)
			if (strcasecmp(ours.items[k].host, c->items[i].host) == 0)
				ours.items[k].answered |= c->items[i].answered;
	}
	memcpy(c->items, ours.items, sizeof(c->items));
	c->n = ours.n;
}

int
locate_controllers(
	struct resolver *r, const char *domain, struct controllers *c, struct err *e)
{
	char name[NAME_ROOM];

	*c = (struct controllers){ .n = 0 };
	if (!hostname_is_valid(domain))
		return err_set(e, ERR_ARG, "%.60s: no domain name", domain);
	(void)snprintf(name, sizeof(name), "_ldap._tcp.dc._msdcs.%s", domain);
	if (ask_dns(r, name, false, c, e) == -1)
		return err_add(e, "%s", name);
	ask_site(r, domain, c);
	if (c->site[0])
		ask_for_site(r, domain, c);
	order(c);
	return 0;
}

/* --- our own domain --------------------------------------------------------------------------- */

static void
lower(char *text)
{
	for (; *text; text++)
		*text = (char)tolower((unsigned char)*text);
}

bool
locate_own_domain(char out[static CONTROLLER_NAME_MAX])
{
	struct __res_state res = { 0 };

	ticket_default_realm(out);
	if (out[0]) {
		lower(out);
		log_debug("the realm of krb5.conf is %s", out);
		return hostname_is_valid(out);
	}
	if (res_ninit(&res) != 0)
		return false;
	if (res.dnsrch[0])
		(void)snprintf(out, CONTROLLER_NAME_MAX, "%s", res.dnsrch[0]);
	res_nclose(&res);
	lower(out);
	if (out[0])
		log_debug("the domain of resolv.conf is %s", out);
	return out[0] && hostname_is_valid(out);
}
