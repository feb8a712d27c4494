/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Open questions in a heap by the time when they are due; one thread, poll(2). */
#include "netbios/asker.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/uuid.h"
#include "host/sockaddr.h"
#include "wire/dns.h"
#include "wire/llmnr.h"
#include "wire/mdns.h"
#include "wire/nbns.h"
#include "wire/nbns_query.h"
#include "wire/wsd.h"

enum {
	SAID_MAX = 3, /* RFC 1002 §6: BCAST_REQ_RETRY_COUNT, UCAST_REQ_RETRY_COUNT */
	ALL_EVERY = 250 * MSEC, /* §6: BCAST_REQ_RETRY_TIMEOUT */
	/* §6 has 5 s for one machine: for networks of 1987.  A lost packet is asked again. */
	ONE_EVERY = 500 * MSEC,
	/* WS-Discovery 2005/04 §1.4, appendix I: answers wait up to APP_MAX_DELAY, 500 ms. */
	WSD_EVERY = 500 * MSEC,
	LAST_WAIT = 700 * MSEC, /* after a question to all was said for the last time */
	BURST = 16,             /* packets that may go at once */
	WAIT_MAX = 100 * MSEC,  /* so often it is looked whether to stop */
	IDS = 1 << 16,
};

struct due {
	int64_t at_us;
	uint32_t question;
};

struct asker {
	struct asker_conf conf;
	struct pollfd *fds; /* of links, then the one for single machines */
	size_t n_links;     /* when it was opened */
	struct question *questions;
	size_t n, room;
	struct due *heap;
	size_t n_heap, heap_room;
	uint32_t *by_id; /* the newest question with this id, and 1; 0: none */
	uint16_t next_id;
	struct arena *mem;
	uint32_t wsd[ASKER_WSD_MAX]; /* the questions of WS-Discovery */
	size_t n_wsd;
	int64_t next_send_us;
	uint8_t datagram[ASKER_DATAGRAM_MAX];
	struct asker_counts counts;
};

/* --- the heap ------------------------------------------------------------------------------ */

static void
swap(struct due *a, struct due *b)
{
	struct due t = *a;

	*a = *b;
	*b = t;
}

static int
push(struct asker *a, uint32_t question, int64_t at_us, struct err *e)
{
	if (a->n_heap == a->heap_room) {
		size_t room = a->heap_room ? 2 * a->heap_room : 256;
		struct due *more = realloc(a->heap, room * sizeof(*more));
		if (!more)
			return err_nomem(e);
		a->heap = more;
		a->heap_room = room;
	}
	size_t i = a->n_heap++;
	a->heap[i] = (struct due){ at_us, question };
	for (; i > 0 && a->heap[(i - 1) / 2].at_us > a->heap[i].at_us; i = (i - 1) / 2)
		swap(&a->heap[i], &a->heap[(i - 1) / 2]);
	return 0;
}

static uint32_t
pop(struct asker *a)
{
	uint32_t question = a->heap[0].question;
	size_t i = 0;

	a->heap[0] = a->heap[--a->n_heap];
	for (;;) {
		size_t least = i;
		for (size_t k = 2 * i + 1; k <= 2 * i + 2 && k < a->n_heap; k++)
			if (a->heap[k].at_us < a->heap[least].at_us)
				least = k;
		if (least == i)
			return question;
		swap(&a->heap[i], &a->heap[least]);
		i = least;
	}
}

/* --- what each kind says ------------------------------------------------------------------ */

/* One question a message: RFC 4795 §2.1.1. */
static void
write_llmnr(struct wr *w, const struct question *q)
{
	dns_write_head(w, q->id, 0, 1);
	dns_write_question(
		w, q->name.name, q->kind == ASK_LLMNR6 ? DNS_AAAA : DNS_A, DNS_IN);
}

static void
write_mdns(struct wr *w, const struct question *q)
{
	char name[sizeof(q->name.name) + sizeof(".local")];
	size_t n = strlen(q->name.name);

	memcpy(name, q->name.name, n);
	memcpy(name + n, ".local", sizeof(".local"));
	dns_write_head(w, q->id, 0, 2); /* RFC 6762 §6.7: a legacy query; §5.3: of two */
	dns_write_question(w, name, DNS_A, DNS_IN);
	dns_write_question(w, name, DNS_AAAA, DNS_IN);
}

static void
write_files(struct wr *w, const struct question *q)
{
	dns_write_head(w, q->id, 0, 1);
	dns_write_question(w, "_smb._tcp.local", DNS_PTR, DNS_IN);
}

static const struct kind {
	uint16_t port;
	uint32_t group;  /* IPv4; 0: the broadcast address of the subnet */
	uint32_t group6; /* IPv6: ff02:: and this */
	int64_t every_us;
	bool routed; /* IPv6: avahi answers from the address that it tells */
} kinds[ASK_KINDS] = {
	[ASK_STATUS] = { NBNS_PORT, 0, 0, ALL_EVERY },
	[ASK_NAME] = { NBNS_PORT, 0, 0, ALL_EVERY },
	/* 239.255.255.250, ff02::c: WS-Discovery 2005/04 §2.4 */
	[ASK_WSD] = { WSD_PORT, 0xeffffffa, 0xc, WSD_EVERY },
	[ASK_WSD_AT] = { WSD_PORT, 0xeffffffa, 0xc, WSD_EVERY },
	/* 224.0.0.252, ff02::1:3: RFC 4795 §2.2 */
	[ASK_LLMNR] = { LLMNR_PORT, 0xe00000fc, 0, ALL_EVERY },
	[ASK_LLMNR6] = { LLMNR_PORT, 0xe00000fc, 0x10003, ALL_EVERY, true },
	/* 224.0.0.251, ff02::fb: RFC 6762 §3 */
	[ASK_MDNS] = { MDNS_PORT, 0xe00000fb, 0xfb, ALL_EVERY, true },
	[ASK_FILES] = { MDNS_PORT, 0xe00000fb, 0, ALL_EVERY },
};

bool
asker_asks(enum ask_kind kind, const struct nb_link *link)
{
	return link->ip.family == ADDR_IP4 || kinds[kind].group6;
}

static void
write_question(struct wr *w, const struct question *q)
{
	switch (q->kind) {
	case ASK_STATUS: nbns_write_status_query(w, q->id); break;
	case ASK_NAME:
		nbns_write_query(w, q->id, &q->name, q->link != ASKER_ONE);
		break;
	case ASK_WSD: wsd_write_probe(w, q->message_id, true); break;
	case ASK_WSD_AT: wsd_write_resolve(w, q->message_id, q->endpoint); break;
	case ASK_LLMNR:
	case ASK_LLMNR6: write_llmnr(w, q); break;
	case ASK_MDNS: write_mdns(w, q); break;
	case ASK_FILES: write_files(w, q); break;
	case ASK_KINDS: break;
	}
}

/* An address of a link means nothing without the link. */
static void
set_scope(struct sockaddr_storage *s, const struct nb_link *link)
{
	if (s->ss_family == AF_INET6)
		((struct sockaddr_in6 *)s)->sin6_scope_id = (uint32_t)link->link->index;
}

static socklen_t
address_of(const struct asker *a, const struct question *q, struct sockaddr_storage *to)
{
	const struct kind *kind = &kinds[q->kind];
	struct addr group = addr_ip4(kind->group);

	if (q->link == ASKER_ONE)
		return sockaddr_from(&q->to, kind->port, to);
	const struct nb_link *link = &a->conf.links->items[q->link];
	if (link->ip.family == ADDR_IP6)
		group = addr_from_number(ADDR_IP6, (u128)0xff02 << 112 | kind->group6);
	socklen_t size = sockaddr_from(
		addr_number(&group) ? &group : &link->broadcast, kind->port, to);
	set_scope(to, link);
	return size;
}

static void
say(struct asker *a, struct question *q)
{
	uint8_t bytes[WSD_MESSAGE_MAX];
	struct wr w = wr_to(bytes, sizeof(bytes));
	struct sockaddr_storage to;

	write_question(&w, q);
	socklen_t size = address_of(a, q, &to);
	int fd = a->fds[q->link == ASKER_ONE ? a->n_links : q->link].fd;
	q->said++;
	a->counts.sent++;
	if (w.bad ||
		sendto(fd, bytes, wr_used(&w), 0, (struct sockaddr *)&to, size) == -1)
		a->counts.failed++;
}

/* --- what comes back ---------------------------------------------------------------------- */

static bool
find_id(enum ask_kind kind, struct rd datagram, uint16_t *id)
{
	struct dns_message m;

	if (kind == ASK_STATUS || kind == ASK_NAME)
		return nbns_peek_id(datagram, id);
	if (!dns_open(datagram, &m) || !(m.flags & DNS_RESPONSE))
		return false;
	*id = m.id;
	return true;
}

/* What it relates to is a message of ours. */
static struct question *
find_wsd(struct asker *a, size_t link, struct rd datagram)
{
	static const char scheme[] = "urn:uuid:";
	struct wsd_message m;
	struct err ignored;

	if (wsd_read(datagram, &m, &ignored) == -1 ||
		strncasecmp(m.relates_to, scheme, strlen(scheme)) != 0)
		return NULL;
	for (size_t i = 0; i < a->n_wsd; i++) {
		struct question *q = &a->questions[a->wsd[i]];
		if (q->link == link &&
			strcasecmp(m.relates_to + strlen(scheme), q->message_id) == 0)
			return q;
	}
	return NULL;
}

/* Of the kind whose port this is. */
static struct question *
find_question(struct asker *a, size_t link, uint16_t port, struct rd datagram)
{
	uint16_t id;

	if (port == WSD_PORT)
		return find_wsd(a, link, datagram);
	if (!find_id(port == NBNS_PORT ? ASK_NAME : ASK_LLMNR, datagram, &id) ||
		a->by_id[id] == 0)
		return NULL;
	struct question *q = &a->questions[a->by_id[id] - 1];
	return q->link == link && kinds[q->kind].port == port ? q : NULL;
}

/* What comes to our address of the link comes from the link, whatever its sender is called. */
static bool
may_hear(const struct asker *a, const struct question *q, const struct addr *from)
{
	const struct nb_link *link = &a->conf.links->items[q->link];

	return nb_may_hear(a->conf.scope, link, from) ||
		(link->ip.family == ADDR_IP6 && kinds[q->kind].routed &&
			nb_may_tell(a->conf.scope, from));
}

static int
hear(struct asker *a, size_t fd, struct err *e)
{
	struct sockaddr_storage name;
	socklen_t size = sizeof(name);
	ssize_t n = recvfrom(a->fds[fd].fd, a->datagram, sizeof(a->datagram), 0,
		(struct sockaddr *)&name, &size);
	size_t link = fd == a->n_links ? ASKER_ONE : fd;

	if (n == -1) /* also: an earlier question reached no port */
		return 0;
	struct rd datagram = rd_from(a->datagram, (size_t)n);
	struct addr from = sockaddr_addr(&name);
	struct question *q = find_question(a, link, sockaddr_port(&name), datagram);
	if (!q || q->said == 0)
		return 0;
	if (link == ASKER_ONE ? !addr_equal(&from, &q->to) || q->answered
			      : !may_hear(a, q, &from))
		return 0;
	q->answered = true;
	a->counts.answered++;
	a->counts.of_kind[q->kind]++;
	struct question copy = *q; /* the table may grow meanwhile */
	return a->conf.heard(a->conf.arg, &copy, &from, datagram, e);
}

enum { HEARD_AT_ONCE = 256 }; /* datagrams of one socket, before it is asked on */

static int
hear_all(struct asker *a, int64_t wait_us, struct err *e)
{
	size_t n = a->n_links + 1;
	int ready = poll(a->fds, n, (int)((wait_us + MSEC - 1) / MSEC));

	if (ready == -1 && errno != EINTR)
		return err_sys(e, "wait for answers");
	for (size_t i = 0; ready > 0 && i < n; i++) {
		if (!a->fds[i].revents)
			continue;
		for (int k = 0; k < HEARD_AT_ONCE; k++) {
			struct pollfd one = { .fd = a->fds[i].fd, .events = POLLIN };
			if (k > 0 && poll(&one, 1, 0) <= 0)
				break;
			if (hear(a, i, e) == -1)
				return -1;
		}
	}
	return 0;
}

/* --- opening ------------------------------------------------------------------------------- */

/* -1: it cannot be asked from there (any more), which counts as not sent. */
static int
open_ip6(const struct nb_link *link)
{
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int yes = 1, hops = 1, room = 1 << 20, index = link->link->index;
	struct sockaddr_storage name;

	if (fd == -1)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	socklen_t size = sockaddr_from(&link->ip, 0, &name);
	set_scope(&name, link);
	if (setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof(yes)) == -1 ||
		setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, &index,
			sizeof(index)) == -1 ||
		setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &hops,
			sizeof(hops)) == -1 ||
		bind(fd, (struct sockaddr *)&name, size) == -1) {
		close(fd);
		return -1;
	}
	return fd;
}

static int
open_socket(const struct nb_link *link, struct err *e)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int yes = 1, hops = 1, room = 1 << 20;
	struct sockaddr_storage name;

	if (fd == -1)
		return err_sys(e, "open a socket");
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	if (!link)
		return fd;
	socklen_t size = sockaddr_from(&link->ip, 0, &name);
	struct in_addr from = { htonl(addr_to_ip4(&link->ip)) };
	if (setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &yes, sizeof(yes)) == -1 ||
		setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &from, sizeof(from)) == -1 ||
		setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &hops, sizeof(hops)) ==
			-1 ||
		bind(fd, (struct sockaddr *)&name, size) == -1) {
		err_sys(e, "ask on %s", link->link->name);
		close(fd);
		return -1;
	}
	return fd;
}

int
asker_open(struct asker **out, const struct asker_conf *conf, struct arena *mem,
	struct err *e)
{
	struct asker *a = arena_alloc(mem, sizeof(*a));
	size_t n = conf->links->n + 1;

	if (!a || !(a->fds = arena_new_array(mem, struct pollfd, n)) ||
		!(a->by_id = arena_new_array(mem, uint32_t, IDS)))
		return err_nomem(e);
	a->conf = *conf;
	a->n_links = conf->links->n;
	a->next_id = conf->seed;
	a->mem = mem;
	for (size_t i = 0; i < n; i++)
		a->fds[i] = (struct pollfd){ .fd = -1, .events = POLLIN };
	*out = a;
	for (size_t i = 0; i < n; i++) {
		const struct nb_link *link = i < conf->links->n ? &conf->links->items[i]
								: NULL;
		bool ip6 = link && link->ip.family == ADDR_IP6;
		a->fds[i].fd = ip6 ? open_ip6(link) : open_socket(link, e);
		if (a->fds[i].fd == -1 && !ip6)
			return -1;
	}
	return 0;
}

void
asker_close(struct asker *a)
{
	if (!a)
		return;
	for (size_t i = 0; i <= a->n_links; i++)
		if (a->fds[i].fd != -1)
			close(a->fds[i].fd);
	free(a->questions);
	free(a->heap);
}

/* --- asking ------------------------------------------------------------------------------- */

static int
make_room(struct asker *a, struct err *e)
{
	if (a->n < a->room)
		return 0;
	size_t room = a->room ? 2 * a->room : 256;
	struct question *more = realloc(a->questions, room * sizeof(*more));
	if (!more)
		return err_nomem(e);
	a->questions = more;
	a->room = room;
	return 0;
}

static bool
is_wsd(const struct question *q)
{
	return q->kind == ASK_WSD || q->kind == ASK_WSD_AT;
}

static int
name_message(struct asker *a, struct question *q, struct err *e)
{
	char id[UUID_TEXT_MAX];

	q->message_id = arena_strdup(a->mem, uuid_new(clock_wall(a->conf.clock), id));
	a->wsd[a->n_wsd++] = (uint32_t)(q - a->questions);
	return q->message_id ? 0 : err_nomem(e);
}

int
asker_ask(struct asker *a, const struct question *q, struct err *e)
{
	bool may = q->link == ASKER_ONE
		? nb_may_ask(a->conf.scope, &q->to, q->server)
		: nb_may_call(a->conf.scope, &a->conf.links->items[q->link]);
	bool over = a->n == ASKER_QUESTIONS_MAX ||
		(is_wsd(q) && a->n_wsd == ASKER_WSD_MAX);

	a->counts.refused += !may;
	a->counts.over += may && over;
	if (!may || over)
		return 0;
	if (make_room(a, e) == -1)
		return -1;
	struct question *new = &a->questions[a->n];
	*new = *q;
	new->id = a->next_id++;
	new->said = 0;
	new->answered = false;
	if (is_wsd(q) && name_message(a, new, e) == -1)
		return -1;
	a->counts.asked++;
	return push(a, (uint32_t)a->n++, clock_mono(a->conf.clock), e);
}

/* A question that is due is said (again), or is over. */
static int
take_due(struct asker *a, int64_t now, struct err *e)
{
	uint32_t i = pop(a);
	struct question *q = &a->questions[i];
	bool one = q->link == ASKER_ONE;

	if (q->said == SAID_MAX || (one && q->answered))
		return 0;
	a->by_id[q->id] = i + 1;
	say(a, q);
	a->next_send_us += SECOND / a->conf.rate;
	return push(a, i,
		now +
			(one                                  ? ONE_EVERY
					: q->said == SAID_MAX ? LAST_WAIT
							      : kinds[q->kind].every_us),
		e);
}

int
asker_work(struct asker *a, int64_t deadline_us, const volatile sig_atomic_t *stop,
	struct err *e)
{
	int64_t burst = BURST * (int64_t)SECOND / a->conf.rate;

	while (a->n_heap && !*stop) {
		int64_t now = clock_mono(a->conf.clock), due = a->heap[0].at_us;
		if (now >= deadline_us)
			break;
		if (a->next_send_us < now - burst)
			a->next_send_us = now - burst;
		if (due < a->next_send_us)
			due = a->next_send_us;
		if (due <= now && take_due(a, now, e) == -1)
			return -1;
		int64_t wait = due <= now ? 0 : due - now;
		if (hear_all(a, wait < WAIT_MAX ? wait : WAIT_MAX, e) == -1)
			return -1;
	}
	a->counts.left = a->n_heap;
	return 0;
}

struct asker_counts
asker_counts(const struct asker *a)
{
	return a->counts;
}
