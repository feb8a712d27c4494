/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * people - thousands of hosts in one process, each with names, keys and services of its own
 *
 *	people [-s SEED] [-k KEYS] [-t FOLDER] NETWORK...
 *
 * Answers on every address of the namespace that somebody lives at: SSH, HTTP, HTTPS, SMB, RDP
 * and LDAP over TCP, SNMP over UDP.  -k keeps the certificates in a file.  -t writes what is
 * true of them to FOLDER (facts.ndjson, rows, names), and ends.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "conn.h"

enum {
	FDS_MAX = 65536,
	BACKLOG = 65535,
	IDLE_S = 15,
	BAD_IDLE_S = 120, /* who is faulty shall not be the first to give up */
	IN_MAX = 64 << 10,
	EVENTS = 256,
	SNMP_PORT = 161,
	DATAGRAM_MAX = 65507,
};

struct world {
	struct people people;
	int epoll, udp;
	SSL_CTX *tls;
	struct listener {
		const struct service *service;
		int fd;
	} listeners[16];
	size_t n_listeners;
	struct conn *first, *last; /* the oldest first */
};

static void
watch(const struct world *w, int how, int fd, uint32_t events, void *of)
{
	struct epoll_event ev = { .events = events, .data.ptr = of };

	if (epoll_ctl(w->epoll, how, fd, &ev) == -1)
		err(1, "epoll_ctl");
}

/* --- connections ------------------------------------------------------------------ */

static void
end_conn(struct world *w, struct conn *c)
{
	*(c->before ? &c->before->after : &w->first) = c->after;
	*(c->after ? &c->after->before : &w->last) = c->before;
	if (c->ssl && c->tls_stands && c->ends)
		SSL_shutdown(c->ssl);
	SSL_free(c->ssl);
	if (c->service->finish)
		c->service->finish(c);
	bytes_free(&c->in);
	bytes_free(&c->out);
	close(c->fd);
	free(c);
}

static void
begin_tls(struct world *w, struct conn *c)
{
	c->wants_tls = false;
	c->ssl = SSL_new(w->tls);
	if (!c->ssl || SSL_set_fd(c->ssl, c->fd) != 1 ||
		SSL_use_certificate(c->ssl, c->who->cert) != 1 ||
		SSL_use_PrivateKey(c->ssl, c->who->tls) != 1)
		errx(1, "OpenSSL: no TLS for a connection");
	SSL_set_accept_state(c->ssl);
}

/* Bytes of the other side: 0 none now, -1 no more ever. */
static ssize_t
receive(struct conn *c, uint8_t *buf, size_t size)
{
	if (!c->ssl) {
		ssize_t n = read(c->fd, buf, size);
		return n > 0                                             ? n
			: n == -1 && (errno == EAGAIN || errno == EINTR) ? 0
									 : -1;
	}
	int n = SSL_read(c->ssl, buf, (int)size); /* shakes hands, too */
	c->tls_stands = SSL_is_init_finished(c->ssl);
	if (n > 0)
		return n;
	int why = SSL_get_error(c->ssl, n);
	return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? 0 : -1;
}

static ssize_t
transmit(struct conn *c, size_t n)
{
	if (!c->ssl)
		return send(c->fd, c->out.p, n, MSG_NOSIGNAL);
	if (!c->tls_stands)
		return 0;
	int sent = SSL_write(c->ssl, c->out.p, (int)(n < IN_MAX ? n : IN_MAX));
	return sent > 0 ? sent : 0;
}

/* Sends what there is, drops of it one a second.  False: the connection is broken. */
static bool
flush(struct conn *c)
{
	bool drips = c->who->fault == DRIP;

	while (c->out.n) {
		if (drips && time(NULL) < c->next_drip)
			break;
		ssize_t n = transmit(c, drips ? 1 : c->out.n);
		if (n == -1 && errno != EAGAIN && errno != EINTR)
			return false;
		if (n <= 0)
			break;
		bytes_take(&c->out, (size_t)n);
		if (drips)
			c->next_drip = time(NULL) + 1;
		if (c->out.n == 0)
			fault_go_on(c);
	}
	return true;
}

/* Lets the service work as long as that changes anything. */
static void
serve(struct conn *c)
{
	size_t before, said;

	if (c->ssl && !c->tls_stands)
		return;
	do {
		before = c->in.n;
		said = c->out.n;
		enum next next = c->service->hear(c);
		c->ends |= next == END;
		c->wants_tls |= next == START_TLS;
		if (c->who->fault && c->out.n > said)
			fault_speak(c);
	} while (!c->ends && !c->wants_tls && c->in.n && c->in.n != before);
}

/* True: its fault took the place of TLS. */
static bool
spoils_tls(struct conn *c)
{
	return !c->ssl && c->who->fault &&
		(c->service->tls || c->wants_tls || c->is_faulty) &&
		fault_instead_of_tls(c);
}

/* Something happened: reads, serves, writes.  Ends the connection when it is over. */
static void
pump(struct world *w, struct conn *c)
{
	uint8_t buf[16384];
	ssize_t n = 1;

	while (!c->wants_tls && c->in.n < IN_MAX &&
		(n = receive(c, buf, sizeof(buf))) > 0) {
		put(&c->in, buf, (size_t)n);
		if (c->ends || spoils_tls(c))
			c->in.n = 0;
		else
			serve(c);
	}
	if (n == -1 || !flush(c) || (c->ends && c->out.n == 0)) {
		end_conn(w, c);
		return;
	}
	if (c->wants_tls && c->out.n == 0 && !c->is_faulty)
		begin_tls(w, c);
	bool wants = c->out.n && c->who->fault != DRIP;
	if (wants != c->waits_for_room)
		watch(w, EPOLL_CTL_MOD, c->fd, EPOLLIN | (wants ? EPOLLOUT : 0u), c);
	c->waits_for_room = wants;
}

static void
add_conn(struct world *w, int fd, const struct service *s, const struct person *who)
{
	struct conn *c = calloc(1, sizeof(*c));
	const int one = 1;

	if (!c)
		err(1, "a connection");
	*c = (struct conn){ .fd = fd, .who = who, .service = s, .before = w->last };
	c->since = time(NULL);
	*(w->last ? &w->last->after : &w->first) = c;
	w->last = c;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	watch(w, EPOLL_CTL_ADD, fd, EPOLLIN, c);
	if (who->fault)
		fault_begin(c);
	bool spoilt = who->fault == SILENT || who->fault == GARBAGE ||
		who->fault == RESET || who->fault == LENGTHS;
	if (s->tls && !spoilt)
		begin_tls(w, c);
	if (s->begin && !c->ends) {
		(void)s->begin(c);
		if (who->fault && who->fault != LENGTHS) /* a banner has none */
			fault_speak(c);
	}
	pump(w, c);
}

static void
accept_all(struct world *w, const struct listener *l)
{
	for (int i = 0; i < EVENTS; i++) {
		struct sockaddr_in me = { 0 };
		socklen_t len = sizeof(me);
		int fd = accept4(l->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd == -1)
			return;
		(void)getsockname(fd, (struct sockaddr *)&me, &len);
		const struct person *who = people_find(
			&w->people, ntohl(me.sin_addr.s_addr));
		if (who && who->profile->services & l->service->bit)
			add_conn(w, fd, l->service, who);
		else
			close(fd);
	}
}

/* Once a second: drops fall, and who has said nothing for long goes. */
static void
tick(struct world *w, time_t now)
{
	struct conn *next;

	for (struct conn *c = w->first; c; c = next) {
		next = c->after;
		if (now - c->since > (c->who->fault ? BAD_IDLE_S : IDLE_S))
			end_conn(w, c);
		else if (c->who->fault == DRIP)
			pump(w, c);
	}
}

/* --- SNMP ------------------------------------------------------------------------- */

/* From the address that was asked. */
static void
answer_datagram(struct world *w, struct msghdr *m, const uint8_t *p, size_t n)
{
	struct bytes out = { 0 };
	struct cmsghdr *head = CMSG_FIRSTHDR(m);
	struct in_pktinfo info;

	if (!head || head->cmsg_type != IP_PKTINFO)
		return;
	memcpy(&info, CMSG_DATA(head), sizeof(info));
	const struct person *who = people_find(&w->people, ntohl(info.ipi_addr.s_addr));
	if (!who || !(who->profile->services & SNMP))
		return;
	snmp_answer(who, p, n, &out);
	if (who->fault)
		fault_datagram(who, &out);
	info = (struct in_pktinfo){ .ipi_spec_dst = info.ipi_addr };
	memcpy(CMSG_DATA(head), &info, sizeof(info));
	m->msg_iov->iov_base = out.p;
	m->msg_iov->iov_len = out.n;
	if (out.n)
		(void)sendmsg(w->udp, m, 0);
	bytes_free(&out);
}

static void
hear_datagrams(struct world *w)
{
	static uint8_t buf[DATAGRAM_MAX];
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct in_pktinfo))];

	for (int i = 0; i < EVENTS; i++) {
		struct sockaddr_in from;
		struct iovec iov = { buf, sizeof(buf) };
		struct msghdr m = { .msg_name = &from,
			.msg_namelen = sizeof(from),
			.msg_iov = &iov,
			.msg_iovlen = 1,
			.msg_control = control,
			.msg_controllen = sizeof(control) };
		ssize_t n = recvmsg(w->udp, &m, 0);

		if (n == -1)
			return;
		answer_datagram(w, &m, buf, (size_t)n);
	}
}

/* --- the process ------------------------------------------------------------------ */

static int
open_socket(int type, uint16_t port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_port = htons(port) };
	const int one = 1;
	int fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd == -1 ||
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) == -1 ||
		bind(fd, (struct sockaddr *)&sin, sizeof(sin)) == -1)
		err(1, "port %u", port);
	return fd;
}

static void
open_all(struct world *w)
{
	const int one = 1, room = 8 << 20;

	w->epoll = epoll_create1(EPOLL_CLOEXEC);
	for (const struct service *s = services; s->name; s++) {
		struct listener *l = &w->listeners[w->n_listeners++];
		*l = (struct listener){ s, open_socket(SOCK_STREAM, s->port) };
		if (listen(l->fd, BACKLOG) == -1)
			err(1, "port %u", s->port);
		watch(w, EPOLL_CTL_ADD, l->fd, EPOLLIN, l);
	}
	w->udp = open_socket(SOCK_DGRAM, SNMP_PORT);
	(void)setsockopt(w->udp, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	if (setsockopt(w->udp, IPPROTO_IP, IP_PKTINFO, &one, sizeof(one)) == -1)
		err(1, "IP_PKTINFO");
	watch(w, EPOLL_CTL_ADD, w->udp, EPOLLIN, NULL);
}

static void
open_tls(struct world *w)
{
	w->tls = SSL_CTX_new(TLS_server_method());
	if (!w->tls)
		errx(1, "OpenSSL: no TLS");
	SSL_CTX_set_session_cache_mode(w->tls, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_num_tickets(w->tls, 0);
	SSL_CTX_set_options(w->tls, SSL_OP_NO_TICKET);
	SSL_CTX_set_mode(w->tls,
		SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
			SSL_MODE_RELEASE_BUFFERS);
}

static bool
is_listener(const struct world *w, const void *p)
{
	for (size_t i = 0; i < w->n_listeners; i++)
		if (p == &w->listeners[i])
			return true;
	return false;
}

static void
run(struct world *w)
{
	struct epoll_event ev[EVENTS];
	time_t ticked = time(NULL);

	for (;;) {
		int n = epoll_wait(w->epoll, ev, EVENTS, 1000);

		if (n == -1 && errno != EINTR)
			err(1, "epoll_wait");
		for (int i = 0; i < n; i++) {
			if (!ev[i].data.ptr)
				hear_datagrams(w);
			else if (is_listener(w, ev[i].data.ptr))
				accept_all(w, ev[i].data.ptr);
			else
				pump(w, ev[i].data.ptr);
		}
		time_t now = time(NULL);
		if (now != ticked)
			tick(w, ticked = now);
	}
}

static void
write_truth(const struct people *all, const char *folder)
{
	static const struct {
		const char *name;
		void (*print)(const struct people *, FILE *);
	} files[] = {
		{ "facts.ndjson", truth_print_facts },
		{ "rows", truth_print_rows },
		{ "names", truth_print_names },
	};
	char path[512];

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, files[i].name);
		FILE *f = fopen(path, "w");
		if (!f)
			err(1, "%s", path);
		files[i].print(all, f);
		if (fclose(f) == EOF)
			err(1, "%s", path);
	}
}

int
main(int argc, char **argv)
{
	static struct world w;
	const char *truth = NULL, *keys = NULL;
	struct rlimit fds;
	uint64_t seed = 1;
	int c;

	while ((c = getopt(argc, argv, "s:k:t:")) != -1) {
		switch (c) {
		case 's': seed = strtoull(optarg, NULL, 10); break;
		case 'k': keys = optarg; break;
		case 't': truth = optarg; break;
		default:
			errx(2, "usage: people [-s SEED] [-k KEYS] [-t FOLDER] NETWORK...");
		}
	}
	for (int i = optind; i < argc; i++)
		people_add(&w.people, argv[i], seed);
	people_make_keys(&w.people, seed, keys);
	if (truth) {
		write_truth(&w.people, truth);
		return 0;
	}
	signal(SIGPIPE, SIG_IGN);
	if (getrlimit(RLIMIT_NOFILE, &fds) == 0 && fds.rlim_max > FDS_MAX)
		fds.rlim_max = FDS_MAX;
	fds.rlim_cur = fds.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &fds) == -1)
		warn("setrlimit");
	open_tls(&w);
	snmp_begin();
	open_all(&w);
	run(&w);
}
