/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inlets in, AF_PACKET out (packet(7)).  Linux only. */
#include "scanner/port_links.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "scanner/inlet.h"

enum {
	/* Replies are short: about 60,000 of them, a third of a second at the highest rate
	 * ever seen.  With many links each gets its share, but room for a burst. */
	RING_TOTAL = 8 << 20,
	RING_LEAST = 1 << 20,
	RING_REPLY = 512, /* bytes for one, with what the kernel adds and some room */
	/* A link that takes nothing for so long is broken.  A cable that is plugged in anew, or a
	 * driver that starts again, takes some seconds. */
	SEND_PATIENCE_US = 10 * SECOND,
	SEND_PAUSE_US = 100,
	AWAY_US = SECOND / 2, /* a full queue is shorter: from now on the link is away */
	AWAY_PAUSE_US = 10 * MSEC,
};

struct link {
	const char *name;
	struct inlet *in;
	int send_fd;
};

struct port_links {
	struct port port; /* first */
	struct link *links;
	struct pollfd *polls;
	size_t n_links;
	int udp_fd;
	struct mmsghdr messages[PORT_BATCH];
	struct iovec pieces[PORT_BATCH];
};

/* By errno.  A link that is down says so; one without a carrier has no room. */
static int
wait_for_room(struct port_links *p, const struct link *l, int64_t since, struct err *e)
{
	struct clock *clock = p->port.clock;
	int64_t waited = clock_mono(clock) - since;
	bool down = errno == ENETDOWN;

	if (errno == EINTR)
		return 0;
	if ((!down && errno != ENOBUFS && errno != EAGAIN) ||
		(down && waited > SEND_PATIENCE_US))
		return err_sys(e, "send on %s", l->name);
	if (waited > SEND_PATIENCE_US)
		return err_set(e, ERR_TIMEOUT, "%s takes no packets", l->name);
	clock->sleep_us(clock, down || waited > AWAY_US ? AWAY_PAUSE_US : SEND_PAUSE_US);
	return 0;
}

static void
note_back(struct port_links *p, const struct link *l, int64_t since)
{
	int64_t us = clock_mono(p->port.clock) - since;

	if (us < AWAY_US)
		return;
	p->port.away.link = l->name;
	p->port.away.us += us;
	p->port.away.n++;
}

static bool
is_stopped(const struct port *p)
{
	return p->stop && *p->stop;
}

/* n frames of one link. */
static int
send_on(struct port_links *p, const struct link *l, const struct frame *frames,
	size_t n, size_t *sent, struct err *e)
{
	int64_t since = clock_mono(p->port.clock);

	for (size_t i = 0; i < n; i++) {
		p->pieces[i] = (struct iovec){ (void *)(uintptr_t)frames[i].bytes,
			frames[i].size };
		p->messages[i].msg_hdr = (struct msghdr){ .msg_iov = &p->pieces[i],
			.msg_iovlen = 1 };
	}
	for (size_t done = 0; done < n;) {
		int went = sendmmsg(l->send_fd, p->messages + done,
			(unsigned)(n - done), MSG_DONTWAIT);
		if (went <= 0) {
			if (is_stopped(&p->port))
				return 0;
			if (wait_for_room(p, l, since, e) == -1)
				return -1;
			continue;
		}
		note_back(p, l, since);
		since = clock_mono(p->port.clock);
		done += (size_t)went;
		*sent += (size_t)went;
	}
	return 0;
}

static int
links_send(struct port *port, const struct frame *frames, size_t n, size_t *sent,
	struct err *e)
{
	struct port_links *p = (struct port_links *)port;

	for (size_t from = 0, to; from < n; from = to) {
		for (to = from + 1; to < n && frames[to].link == frames[from].link;)
			to++;
		if (send_on(p, &p->links[frames[from].link], frames + from, to - from,
			    sent, e) == -1)
			return -1;
	}
	return 0;
}

/* Not by libpcap, which would look for the cause with calls that the sandbox forbids.  Who asks
 * learns by asking that a link is down, and waits for it there; once it is up again the kernel
 * hands over as before. */
static int
link_failed(const struct link *l, struct err *e)
{
	int status = 0;
	socklen_t n = sizeof(status);

	if (getsockopt(l->in->fd, SOL_SOCKET, SO_ERROR, &status, &n) == 0)
		errno = status ? status : EIO;
	if (errno == ENETDOWN && l->send_fd != -1)
		return 0;
	return err_sys(e, "listen on %s", l->name);
}

static int
links_receive(
	struct port *port, int64_t wait_us, port_heard *heard, void *arg, struct err *e)
{
	struct port_links *p = (struct port_links *)port;
	struct timespec wait = { wait_us / SECOND, wait_us % SECOND * 1000 };

	if (ppoll(p->polls, p->n_links, &wait, NULL) == -1 && errno != EINTR)
		return err_sys(e, "wait for packets");
	for (size_t i = 0; i < p->n_links; i++) {
		struct link *l = &p->links[i];
		if (p->polls[i].revents == 0)
			continue;
		if (p->polls[i].revents & ~POLLIN) {
			if (link_failed(l, e) == -1)
				return -1;
			continue;
		}
		port->heard_on = (uint16_t)i;
		if (l->in->driver->read(l->in, heard, arg, e) == -1)
			return -1;
	}
	return 0;
}

/* Not by pcap_stats(), which opens files that the sandbox forbids. */
static uint64_t
links_dropped(struct port *port)
{
	struct port_links *p = (struct port_links *)port;
	uint64_t sum = 0;

	for (size_t i = 0; i < p->n_links; i++) {
		struct inlet *in = p->links[i].in;
		struct tpacket_stats_v3 s; /* a socket without a ring fills its beginning */
		socklen_t n = sizeof(s);
		/* Reading sets the kernel's own counter to 0. */
		if (getsockopt(in->fd, SOL_PACKET, PACKET_STATISTICS, &s, &n) == 0)
			in->dropped += s.tp_drops;
		sum += in->dropped;
	}
	return sum;
}

static void
links_close(struct port *port)
{
	struct port_links *p = (struct port_links *)port;

	for (size_t i = 0; i < p->n_links; i++) {
		struct inlet *in = p->links[i].in;
		if (in)
			in->driver->close(in);
		if (p->links[i].send_fd != -1)
			close(p->links[i].send_fd);
	}
	if (p->udp_fd != -1)
		close(p->udp_fd);
	free(p->links);
	free(p->polls);
	free(p);
}

/* Groups that nobody on this machine has joined: LLDP's, for one.  Joining them by IP would
 * send; this sets the card. */
static int
hear_groups(const struct link *l, int index, struct err *e)
{
	struct packet_mreq all = { .mr_ifindex = index, .mr_type = PACKET_MR_ALLMULTI };

	if (setsockopt(l->in->fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all,
		    sizeof(all)) == -1)
		return err_sys(e, "hear all groups on %s", l->name);
	return 0;
}

static int
open_inlet(
	struct inlet **out, const struct inlet_input *in, bool only_hear, struct err *e)
{
	*out = NULL;
	/* What is heard by chance comes in any number. */
	if (!only_hear && inlet_socket_suits(in->replies) &&
		inlet_socket_open(out, in, e) == -1)
		return -1;
	return *out ? 0 : inlet_ring_open(out, in, e);
}

static int
open_sender(struct link *l, int index, struct err *e)
{
	/* Protocol 0: a socket that hears nothing. */
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_ifindex = index };
	int on = 1;

	l->send_fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (l->send_fd == -1)
		return err_sys(e, "open a packet socket");
	if (bind(l->send_fd, (struct sockaddr *)&to, sizeof(to)) == -1)
		return err_sys(e, "bind a packet socket to %s", l->name);
	/* Not every driver can; then the queue is taken. */
	(void)setsockopt(l->send_fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on));
	return 0;
}

/* One socket holds the port in both families; of IPv4 alone where the kernel has no IPv6. */
static int
open_udp_socket(int *family)
{
	int off = 0, fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	*family = AF_INET6;
	if (fd != -1 &&
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)) == 0)
		return fd;
	if (fd != -1)
		close(fd);
	*family = AF_INET;
	return socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

/* What arrives here is read from the ring; the socket's own copy is for nobody. */
static int
open_udp(struct port_links *p, uint16_t *port, struct err *e)
{
	struct sockaddr_in6 any = { 0 };
	socklen_t n = sizeof(any);
	int least = 1, family;

	p->udp_fd = open_udp_socket(&family);
	if (p->udp_fd == -1)
		return err_sys(e, "open a UDP socket");
	/* The families' structs have the port in one place, and zero is any address. */
	any.sin6_family = (sa_family_t)family;
	if (family == AF_INET)
		n = sizeof(struct sockaddr_in);
	(void)setsockopt(p->udp_fd, SOL_SOCKET, SO_RCVBUF, &least, sizeof(least));
	if (bind(p->udp_fd, (struct sockaddr *)&any, n) == -1 ||
		getsockname(p->udp_fd, (struct sockaddr *)&any, &n) == -1)
		return err_sys(e, "bind a UDP socket");
	*port = ntohs(any.sin6_port);
	return 0;
}

static int
open_links(struct port_links *p, const struct port_links_input *in, struct err *e)
{
	uint64_t wanted = in->replies * RING_REPLY;
	int total = wanted < RING_TOTAL ? (int)wanted : RING_TOTAL;
	int ring = total / (int)(in->n_links ? in->n_links : 1);

	for (size_t i = 0; i < in->n_links; i++) {
		struct link *l = &p->links[i];
		struct inlet_input inlet = { .link = in->links[i],
			.filter = in->filter,
			.promiscuous = in->promiscuous,
			.ring = ring > RING_LEAST ? ring : RING_LEAST,
			.replies = in->replies,
			.clock = in->clock };
		int index = in->links[i]->index;
		l->name = in->links[i]->name;
		if (open_inlet(&l->in, &inlet, in->only_hear, e) == -1 ||
			(in->only_hear ? hear_groups(l, index, e)
				       : open_sender(l, index, e)) == -1)
			return -1;
		p->polls[i] = (struct pollfd){ l->in->fd, POLLIN, 0 };
	}
	return 0;
}

int
port_links_open(const struct port_links_input *in, struct port **out,
	uint16_t *udp_port, struct err *e)
{
	static const struct port_driver driver = { links_send, links_receive,
		links_dropped, links_close };
	struct port_links *p = calloc(1, sizeof(*p));

	if (!p)
		return err_nomem(e);
	p->port = (struct port){ .driver = &driver, .clock = in->clock };
	p->udp_fd = -1;
	p->links = calloc(in->n_links + 1, sizeof(*p->links));
	p->polls = calloc(in->n_links + 1, sizeof(*p->polls));
	if (!p->links || !p->polls) {
		err_nomem(e);
		goto failed;
	}
	p->n_links = in->n_links;
	for (size_t i = 0; i < p->n_links; i++)
		p->links[i].send_fd = -1;
	*udp_port = 0;
	if ((!in->only_hear && open_udp(p, udp_port, e) == -1) ||
		open_links(p, in, e) == -1)
		goto failed;
	*out = &p->port;
	return 0;
failed:
	links_close(&p->port);
	return -1;
}
