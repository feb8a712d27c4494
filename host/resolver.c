/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Names to addresses and back, over c-ares: it reads the system's settings, keeps the
 * sockets and asks again; the window, the breaker and what an outcome means are ours,
 * for c-ares 1.18 has no queue of its own and its ares_gethostbyaddr reports a time-out as
 * "not found".  Forward and PTR questions have a channel each, so that a blocking lookup
 * never calls back for a PTR.
 */
#include "host/resolver.h"

#include <ares.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "host/ptr_reply.h"
#include "wire/dns.h"

enum {
	WINDOW = 200,      /* questions in flight */
	SILENCE_MAX = 100, /* time-outs in a row: nobody is there */
	/* A recursive server may have to ask several others; the second try waits 2 s. */
	TIMEOUT_MS = 1000,
	TRIES = 2,
	/* All servers, all search domains, both families: then somebody waits in vain. */
	LOOKUP_MS = 30000,
	SOCKETS_MAX = 64,  /* c-ares keeps at most two a server */
	CONFIRMED_MAX = 8, /* names of one address */
};

struct channel {
	ares_channel ares;
	struct pollfd sockets[SOCKETS_MAX];
	nfds_t n;
};

struct question {
	struct resolver *resolver;
	struct addr addr;
	char *name;           /* that is to be confirmed; NULL: the PTR of addr */
	bool wants_addresses; /* of name; for who */
	void *who;
	unsigned n_names; /* that a PTR has told */
	struct question *next;
};

struct resolver {
	struct channel forward, reverse;
	struct question *first, **end; /* waiting */
	size_t n_waiting, n_asked;
	size_t in_flight; /* packets of n_asked: a name takes two */
	unsigned silent;  /* time-outs since the last answer */
	bool confirms;
	ptr_found *found;
	void *arg;
	name_found *name_found;
	void *name_arg;
};

/* --- one channel ----------------------------------------------------------------------- */

/* c-ares says what it waits for on a socket; neither: it closes it. */
static void
watch(void *arg, ares_socket_t fd, int readable, int writable)
{
	struct channel *c = arg;
	nfds_t i = 0;

	while (i < c->n && c->sockets[i].fd != fd)
		i++;
	if (!readable && !writable) {
		if (i < c->n)
			c->sockets[i] = c->sockets[--c->n];
		return;
	}
	if (i == SOCKETS_MAX)
		return; /* its questions end as time-outs */
	c->n += i == c->n;
	c->sockets[i] = (struct pollfd){ .fd = fd,
		.events = (short)((readable ? POLLIN : 0) | (writable ? POLLOUT : 0)) };
}

static int
open_channel(struct channel *c, struct err *e)
{
	struct ares_options o = {
		.flags = ARES_FLAG_NOALIASES, /* $HOSTALIASES is no business of ours */
		.timeout = TIMEOUT_MS,
		.tries = TRIES,
		.sock_state_cb = watch,
		.sock_state_cb_data = c,
	};
	int status = ares_init_options(&c->ares, &o,
		ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
			ARES_OPT_SOCK_STATE_CB);

	if (status == ARES_ENOMEM)
		return err_nomem(e);
	if (status != ARES_SUCCESS)
		return err_set(
			e, ERR_SYS, "start the resolver: %s", ares_strerror(status));
	return 0;
}

/* Waits for replies or c-ares's own timers and lets it work.  False: a signal came. */
static bool
turn(struct channel *c, int64_t wait_us)
{
	struct timeval most = { wait_us / SECOND, wait_us % SECOND }, left;
	struct timeval *t = ares_timeout(c->ares, &most, &left);
	struct pollfd ready[SOCKETS_MAX];
	nfds_t n = c->n;

	/* Rounded up: a wait that is a little too short would turn in circles. */
	int wait_ms = (int)(t->tv_sec * 1000 + (t->tv_usec + MSEC - 1) / MSEC);
	memcpy(ready, c->sockets, n * sizeof(*ready));
	if (poll(ready, n, wait_ms) == -1)
		return errno != EINTR;
	for (nfds_t i = 0; i < n; i++) {
		bool in = ready[i].revents & (POLLIN | POLLERR | POLLHUP);
		bool out = ready[i].revents & POLLOUT;
		if (in || out)
			ares_process_fd(c->ares, in ? ready[i].fd : ARES_SOCKET_BAD,
				out ? ready[i].fd : ARES_SOCKET_BAD);
	}
	ares_process_fd(c->ares, ARES_SOCKET_BAD, ARES_SOCKET_BAD); /* its timers */
	return true;
}

int
resolver_new(struct resolver **out, struct err *e)
{
	struct resolver *r = NULL;
	int rc = -1, status = ares_library_init(ARES_LIB_INIT_ALL);

	if (status != ARES_SUCCESS)
		return err_set(
			e, ERR_SYS, "start the resolver: %s", ares_strerror(status));
	if (!(r = calloc(1, sizeof(*r)))) {
		err_nomem(e);
		goto out;
	}
	r->end = &r->first;
	if (open_channel(&r->forward, e) == -1 || open_channel(&r->reverse, e) == -1)
		goto out;
	*out = r;
	r = NULL;
	rc = 0;
out:
	if (rc == -1) {
		if (r && r->forward.ares)
			ares_destroy(r->forward.ares);
		free(r);
		ares_library_cleanup();
	}
	return rc;
}

/* --- name to addresses -------------------------------------------------------------------- */

struct lookup {
	bool done;
	int status, timeouts;
	struct ares_addrinfo *result;
};

static void
on_addresses(void *arg, int status, int timeouts, struct ares_addrinfo *result)
{
	struct lookup *l = arg;

	*l = (struct lookup){ true, status, timeouts, result };
}

static const struct ares_addrinfo_hints both_families = {
	.ai_family = AF_UNSPEC,
	.ai_flags = ARES_AI_NOSORT, /* sorting opens a socket for each address */
};

/* Asks and waits.  The deadline's ares_cancel calls back too, so it is always done. */
static void
ask_addresses(struct resolver *r, const char *name, int family, struct lookup *l)
{
	struct ares_addrinfo_hints hints = both_families;
	int64_t deadline = clock_mono(&clock_system) + LOOKUP_MS * (int64_t)MSEC, left;

	hints.ai_family = family;
	*l = (struct lookup){ 0 };
	ares_getaddrinfo(r->forward.ares, name, NULL, &hints, on_addresses, l);
	while (!l->done && (left = deadline - clock_mono(&clock_system)) > 0)
		(void)turn(&r->forward, left); /* a signal does not end a lookup */
	if (!l->done)
		ares_cancel(r->forward.ares);
}

static bool
is_no_name(int status)
{
	return status == ARES_ENOTFOUND || status == ARES_ENODATA;
}

static struct addr
addr_of(const struct sockaddr *sa)
{
	struct sockaddr_in ip4;
	struct sockaddr_in6 ip6;

	if (sa->sa_family == AF_INET) {
		memcpy(&ip4, sa, sizeof(ip4));
		return addr_ip4(ntohl(ip4.sin_addr.s_addr));
	}
	if (sa->sa_family == AF_INET6) {
		memcpy(&ip6, sa, sizeof(ip6));
		return addr_ip6(ip6.sin6_addr.s6_addr);
	}
	return (struct addr){ 0 };
}

static int
lookup_error(int status, struct err *e)
{
	switch (status) {
	case ARES_ENOTFOUND:
	case ARES_ENODATA: return err_set(e, ERR_NOTFOUND, "no such host name");
	case ARES_ETIMEOUT:
	case ARES_ECANCELLED: return err_set(e, ERR_TIMEOUT, "no name server answered");
	case ARES_ECONNREFUSED: /* what is left when every server refused or failed */
		return err_set(e, ERR_SYS, "the name servers refused or failed");
	case ARES_ENOMEM: return err_nomem(e);
	default:
		return err_set(
			e, ERR_SYS, "ask the name servers: %s", ares_strerror(status));
	}
}

int
resolver_lookup(struct resolver *r, const char *name,
	int (*found)(void *arg, const struct addr *, struct err *), void *arg,
	struct err *e)
{
	struct lookup l;
	int rc = 0;

	ask_addresses(r, name, AF_UNSPEC, &l);
	/* c-ares tells the outcome of A and AAAA together as that of the later one: an A that
	 * nobody answered must not pass for "no such name". */
	if (is_no_name(l.status) && l.timeouts > 0)
		ask_addresses(r, name, AF_INET, &l);
	if (l.status != ARES_SUCCESS)
		return lookup_error(l.status, e);
	for (struct ares_addrinfo_node *n = l.result->nodes; n && rc == 0;
		n = n->ai_next) {
		struct addr a = addr_of(n->ai_addr);
		if (addr_is_set(&a))
			rc = found(arg, &a, e);
	}
	ares_freeaddrinfo(l.result);
	return rc;
}

/* --- name to services --------------------------------------------------------------------- */

struct srv_lookup {
	bool done, is_sound;
	int status;
	struct srv *out;
	size_t room, n;
};

static void
on_services(void *arg, int status, int timeouts, unsigned char *reply, int n)
{
	struct srv_lookup *l = arg;

	(void)timeouts;
	l->done = true;
	l->status = status;
	if (status == ARES_SUCCESS)
		l->is_sound = srv_reply_read(reply, (size_t)n, l->out, l->room, &l->n);
}

/* Load is shared, nothing is kept secret; no number at all means the first of equals. */
static uint32_t
draw(uint32_t below)
{
	uint32_t r = 0;

	return getrandom(&r, sizeof(r), 0) == sizeof(r) ? r % below : 0;
}

int
resolver_lookup_srv(struct resolver *r, const char *name, struct srv *out, size_t room,
	size_t *n, struct err *e)
{
	int64_t deadline = clock_mono(&clock_system) + LOOKUP_MS * (int64_t)MSEC, left;
	struct srv_lookup l = { .out = out, .room = room };

	ares_query(r->forward.ares, name, DNS_IN, DNS_SRV, on_services, &l);
	while (!l.done && (left = deadline - clock_mono(&clock_system)) > 0)
		(void)turn(&r->forward, left);
	if (!l.done)
		ares_cancel(r->forward.ares);
	*n = l.n;
	if (l.status != ARES_SUCCESS)
		return lookup_error(l.status, e);
	if (l.n == 0)
		return l.is_sound ? err_set(e, ERR_NOTFOUND, "no such service")
				  : err_set(e, ERR_PROTO, "a broken DNS reply");
	srv_order(out, l.n, draw);
	return 0;
}

/* --- address to name ------------------------------------------------------------------------ */

void
resolver_on_ptr(struct resolver *r, ptr_found *found, void *arg)
{
	r->found = found;
	r->arg = arg;
}

void
resolver_confirm_names(struct resolver *r)
{
	r->confirms = true;
}

/* Behind all that wait. */
static int
put_question(struct resolver *r, const struct question *given, struct err *e)
{
	struct question *q = malloc(sizeof(*q));

	if (!q)
		return err_nomem(e);
	*q = *given;
	q->resolver = r;
	*r->end = q;
	r->end = &q->next;
	r->n_waiting++;
	return 0;
}

int
resolver_ask_ptr(struct resolver *r, const struct addr *a, struct err *e)
{
	return put_question(r, &(struct question){ .addr = *a }, e);
}

void
resolver_on_name(struct resolver *r, name_found *found, void *arg)
{
	r->name_found = found;
	r->name_arg = arg;
}

int
resolver_ask_name(struct resolver *r, const char *name, void *who, struct err *e)
{
	struct question q = { .wants_addresses = true, .who = who };
	size_t n = strlen(name);

	/* With its last dot: no search list is tried. */
	while (n && name[n - 1] == '.')
		n--;
	if (!(q.name = malloc(n + 2)))
		return err_nomem(e);
	memcpy(q.name, name, n);
	q.name[n] = '.';
	q.name[n + 1] = '\0';
	if (put_question(r, &q, e) == 0)
		return 0;
	free(q.name);
	return -1;
}

static struct question *
take_waiting(struct resolver *r)
{
	struct question *q = r->first;

	r->first = q->next;
	if (!r->first)
		r->end = &r->first;
	r->n_waiting--;
	return q;
}

static void
free_question(struct question *q)
{
	free(q->name);
	free(q);
}

static void
tell(const struct question *q, enum ptr_outcome outcome, const char *name)
{
	if (q->resolver->found)
		q->resolver->found(q->resolver->arg, &q->addr, outcome, name);
}

/* Next of all, so that few names wait at a time. */
static void
ask_name(const struct question *ptr, const char *name)
{
	struct resolver *r = ptr->resolver;
	struct question *q = malloc(sizeof(*q));
	char *copy = strdup(name);

	if (!q || !copy) {
		free(q);
		free(copy);
		tell(ptr, PTR_UNCONFIRMED, name);
		return;
	}
	*q = (struct question){
		.resolver = r, .addr = ptr->addr, .name = copy, .next = r->first
	};
	r->first = q;
	if (!q->next)
		r->end = &q->next;
	r->n_waiting++;
}

static void
on_name(void *arg, const char *name)
{
	struct question *q = arg;

	tell(q, PTR_NAME, name);
	if (q->resolver->confirms && q->resolver->found && q->n_names++ < CONFIRMED_MAX)
		ask_name(q, name);
}

static void
tell_addresses(const struct question *q, bool known, const struct addr *a, size_t n,
	size_t all)
{
	if (q->resolver->name_found)
		q->resolver->name_found(q->resolver->name_arg, q->who, known, a, n, all);
}

/* No answer to a question is no answer about a name, either. */
static void
tell_unknown(const struct question *q)
{
	if (q->wants_addresses)
		tell_addresses(q, false, NULL, 0, 0);
	else
		tell(q, q->name ? PTR_UNCONFIRMED : PTR_UNKNOWN, q->name);
}

static void
read_reply(struct question *q, const uint8_t *reply, size_t n)
{
	enum ptr_outcome outcome = q->name ? name_reply_read(reply, n, &q->addr)
					   : ptr_reply_read(reply, n, on_name, q);

	if (outcome != PTR_NAME)
		tell(q, outcome, q->name);
}

/* A and AAAA, or one of them, or a PTR. */
static size_t
packets_of(const struct question *q)
{
	return q->wants_addresses ? 2 : 1;
}

/* Counts who is silent; the question has ended. */
static void
end_question(struct question *q, int status)
{
	struct resolver *r = q->resolver;

	if (status == ARES_ETIMEOUT)
		r->silent++;
	else if (status == ARES_SUCCESS || is_no_name(status))
		r->silent = 0;
	r->n_asked--;
	r->in_flight -= packets_of(q);
	free_question(q);
}

static void
on_name_addresses(void *arg, int status, int timeouts, struct ares_addrinfo *result)
{
	struct question *q = arg;
	struct addr list[RESOLVER_ADDRESSES_MAX];
	size_t n = 0, all = 0;

	for (struct ares_addrinfo_node *node = result ? result->nodes : NULL; node;
		node = node->ai_next) {
		struct addr a = addr_of(node->ai_addr);
		if (!addr_is_set(&a))
			continue;
		all++;
		if (n < RESOLVER_ADDRESSES_MAX)
			list[n++] = a;
	}
	/* "No name", when one of the two questions went unanswered, is nobody's word. */
	if (status == ARES_SUCCESS || (is_no_name(status) && timeouts == 0))
		tell_addresses(q, true, list, n, all);
	else
		tell_unknown(q);
	if (result)
		ares_freeaddrinfo(result);
	end_question(q, status);
}

static void
on_reply(void *arg, int status, int timeouts, unsigned char *reply, int n)
{
	struct question *q = arg;

	(void)timeouts; /* one that was answered at the second try was answered */
	if (status == ARES_SUCCESS)
		read_reply(q, reply, (size_t)n);
	else if (is_no_name(status))
		tell(q, q->name ? PTR_REFUTED : PTR_NONE, q->name);
	else
		tell_unknown(q);
	end_question(q, status);
}

static bool
is_dead(const struct resolver *r)
{
	return r->silent >= SILENCE_MAX;
}

static void
ask(struct resolver *r, struct question *q)
{
	char reverse[DNS_REVERSE_TEXT];
	int type = q->addr.family == ADDR_IP6 ? DNS_AAAA : DNS_A;

	r->n_asked++;
	r->in_flight += packets_of(q);
	if (q->wants_addresses)
		ares_getaddrinfo(r->reverse.ares, q->name, NULL, &both_families,
			on_name_addresses, q);
	else if (q->name)
		ares_query(r->reverse.ares, q->name, DNS_IN, type, on_reply, q);
	else
		ares_query(r->reverse.ares, dns_print_reverse(&q->addr, reverse),
			DNS_IN, DNS_PTR, on_reply, q);
}

/* Fills the window, or, when nobody is there, ends what is open. */
static void
ask_waiting(struct resolver *r)
{
	while (r->n_waiting && r->in_flight < WINDOW && !is_dead(r))
		ask(r, take_waiting(r));
	if (!is_dead(r))
		return;
	ares_cancel(r->reverse.ares);
	for (size_t n = r->n_waiting; n; n--) { /* not those that found asks just now */
		struct question *q = take_waiting(r);
		tell_unknown(q);
		free_question(q);
	}
}

size_t
resolver_work(struct resolver *r, int wait_ms)
{
	int64_t deadline = clock_mono(&clock_system) + wait_ms * (int64_t)MSEC, left;
	bool undisturbed = true;

	ask_waiting(r);
	do {
		left = deadline - clock_mono(&clock_system);
		if (r->n_asked)
			undisturbed = turn(&r->reverse, left > 0 ? left : 0);
		ask_waiting(r);
	} while (undisturbed && left > 0 && r->n_asked + r->n_waiting);
	return r->n_asked + r->n_waiting;
}

void
resolver_free(struct resolver *r)
{
	if (!r)
		return;
	r->found = NULL; /* what is still open ends unheard */
	r->name_found = NULL;
	ares_destroy(r->reverse.ares);
	ares_destroy(r->forward.ares);
	while (r->first)
		free_question(take_waiting(r));
	free(r);
	ares_library_cleanup();
}
