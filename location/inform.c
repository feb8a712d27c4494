/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A socket for each link, bound to it: the answer comes to the address that asked, port 68. */
#include "location/inform.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wire/dhcp.h"

enum { LINKS_MAX = 16, DATAGRAM_MAX = 2048, ASK_AGAIN = SECOND };

struct asking {
	struct inform_asked of[LINKS_MAX];
	struct addr own[LINKS_MAX];
	struct pollfd fds[LINKS_MAX];
	nfds_t n;
	bool answered;
};

bool
inform_is_needed(const struct location *all, size_t n, const struct place_facts *f)
{
	for (size_t i = 0; i < n; i++) {
		const struct opt_list *v = all[i].values;
		if ((v[CONDITION_DHCP_SERVER].n && !f->dhcp_servers.known) ||
			(v[CONDITION_WINS_SERVER].n && !f->wins_servers.known))
			return true;
	}
	return false;
}

/* --- an answer ------------------------------------------------------------------------------ */

static void
take_addresses(struct rd r, struct addr_facts *to)
{
	while (rd_left(&r) >= 4) {
		struct addr a = addr_ip4(rd_be32(&r));
		addr_facts_add(to, &a);
	}
}

bool
inform_take(const struct inform_asked *q, const uint8_t *datagram, size_t n,
	struct arena *mem, struct place_facts *f)
{
	struct dhcp d;
	struct err ignored;

	if (dhcp_read(rd_from(datagram, n), &d, &ignored) == -1 || !d.reply ||
		d.type != DHCP_ACK || d.id != q->id || !mac_equal(&d.mac, &q->mac) ||
		!addr_is_set(&d.server))
		return false;
	addr_facts_add(&f->dhcp_servers, &d.server);
	take_addresses(d.wins, &f->wins_servers);
	size_t size = rd_left(&d.domain);
	const char *domain = (const char *)rd_take(&d.domain, size);
	if (domain && size)
		(void)text_facts_add(&f->dns_domains, domain, size, mem, &ignored);
	f->dhcp_servers.known = f->wins_servers.known = true;
	return true;
}

/* --- the question --------------------------------------------------------------------------- */

static const struct host_addr *
ip4_of(const struct host_net *net, const struct host_link *l)
{
	for (size_t i = 0; i < net->n_addrs; i++)
		if (net->addrs[i].link == l->index &&
			net->addrs[i].addr.family == ADDR_IP4 &&
			!addr_is_link_local(&net->addrs[i].addr))
			return &net->addrs[i];
	return NULL;
}

static int
open_socket(const struct host_link *l, struct err *e)
{
	const struct sockaddr_in any = { .sin_family = AF_INET,
		.sin_port = htons(DHCP_CLIENT_PORT) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1;

	if (fd == -1)
		return err_sys(e, "open a socket");
	if (setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof(on)) == -1 ||
		setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, l->name,
			(socklen_t)strlen(l->name)) == -1 ||
		bind(fd, (const struct sockaddr *)&any, sizeof(any)) == -1) {
		(void)err_sys(e, "ask for a DHCP server on %s (port %d)", l->name,
			DHCP_CLIENT_PORT);
		if (e->sys == EACCES || e->sys == EPERM)
			e->code = ERR_AUTH;
		close(fd);
		return -1;
	}
	return fd;
}

static int
add_link(struct asking *x, const struct host_net *net, const struct host_link *l,
	struct err *e)
{
	const struct host_addr *a = ip4_of(net, l);
	struct inform_asked *q = &x->of[x->n];

	if (l->kind != LINK_ETHER || !l->up || !a || x->n == LINKS_MAX)
		return 0;
	if (getrandom(&q->id, sizeof(q->id), 0) != (ssize_t)sizeof(q->id))
		return err_sys(e, "draw a random number");
	int fd = open_socket(l, e);
	if (fd == -1)
		return -1;
	q->mac = l->mac;
	x->own[x->n] = a->addr;
	x->fds[x->n++] = (struct pollfd){ .fd = fd, .events = POLLIN };
	return 0;
}

/* One that cannot be sent is as one that nobody answers. */
static void
ask(const struct asking *x)
{
	const struct sockaddr_in all = { .sin_family = AF_INET,
		.sin_port = htons(DHCP_SERVER_PORT),
		.sin_addr.s_addr = htonl(INADDR_BROADCAST) };

	for (nfds_t i = 0; i < x->n; i++) {
		uint8_t bytes[DHCP_INFORM_SIZE];
		struct wr w = wr_to(bytes, sizeof(bytes));
		const struct dhcp_inform q = { x->of[i].id, x->own[i], x->of[i].mac };
		dhcp_write_inform(&w, &q);
		(void)sendto(x->fds[i].fd, bytes, wr_used(&w), 0,
			(const struct sockaddr *)&all, sizeof(all));
	}
}

static void
hear(struct asking *x, struct clock *clock, int64_t until, struct arena *mem,
	struct place_facts *f)
{
	uint8_t bytes[DATAGRAM_MAX];

	for (int64_t left; (left = until - clock_mono(clock)) > 0;) {
		if (poll(x->fds, x->n, (int)(left / MSEC) + 1) == -1 && errno != EINTR)
			return;
		for (nfds_t i = 0; i < x->n; i++) {
			ssize_t n = x->fds[i].revents
				? recv(x->fds[i].fd, bytes, sizeof(bytes), 0)
				: -1;
			if (n > 0 && inform_take(&x->of[i], bytes, (size_t)n, mem, f))
				x->answered = true;
		}
	}
}

int
location_inform(const struct host_net *net, struct clock *clock, int64_t patience,
	struct arena *mem, struct place_facts *f, struct err *e)
{
	int64_t now = clock_mono(clock), until = now + patience;
	struct asking x = { .n = 0 };
	int rc = 0;

	for (size_t i = 0; i < net->n_links && rc == 0; i++)
		rc = add_link(&x, net, &net->links[i], e);
	if (rc == 0 && x.n == 0)
		rc = err_set(e, ERR_SYS, "no link to ask for a DHCP server on");
	/* Several servers may answer: each second is heard to its end. */
	for (; rc == 0 && now < until && !x.answered; now = clock_mono(clock)) {
		int64_t second = now + ASK_AGAIN;
		ask(&x);
		hear(&x, clock, second < until ? second : until, mem, f);
	}
	for (nfds_t i = 0; i < x.n; i++)
		close(x.fds[i].fd);
	return rc;
}
