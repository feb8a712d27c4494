/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libpcap in, AF_PACKET out (packet(7)).  Linux only. */
#include "scanner/port_links.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	/* Replies are short: about 60,000 of them, a third of a second at the highest rate
	 * ever seen.  With many links each gets its share, but room for a burst. */
	RING_TOTAL = 8 << 20,
	RING_LEAST = 1 << 20,
	RING_REPLY = 512, /* bytes for one, with what the kernel adds and some room */
	FRAMES_AT_ONCE = 4096, /* heard before anything else has its turn */
	RING_TIMEOUT_MS = 1, /* the kernel hands over a part-filled block after this */
	SEND_PATIENCE_US = 2 *
		SECOND, /* a link that takes nothing for this long is broken */
	SEND_PAUSE_US = 100,
};

struct link {
	const char *name;
	pcap_t *pcap;
	int send_fd;
	uint64_t dropped;
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

static int
wait_for_room(struct port_links *p, const struct link *l, int64_t until, struct err *e)
{
	struct clock *clock = p->port.clock;

	if (errno == EINTR)
		return 0;
	if (errno != ENOBUFS && errno != EAGAIN)
		return err_sys(e, "send on %s", l->name);
	if (clock_mono(clock) > until)
		return err_set(e, ERR_TIMEOUT, "%s takes no packets", l->name);
	clock->sleep_us(clock, SEND_PAUSE_US);
	return 0;
}

/* n frames of one link. */
static int
send_on(struct port_links *p, const struct link *l, const struct frame *frames,
	size_t n, size_t *sent, struct err *e)
{
	int64_t until = clock_mono(p->port.clock) + SEND_PATIENCE_US;

	for (size_t i = 0; i < n; i++) {
		p->pieces[i] = (struct iovec){ (void *)(uintptr_t)frames[i].bytes,
			frames[i].size };
		p->messages[i].msg_hdr = (struct msghdr){ .msg_iov = &p->pieces[i],
			.msg_iovlen = 1 };
	}
	for (size_t done = 0; done < n;) {
		int went = sendmmsg(l->send_fd, p->messages + done,
			(unsigned)(n - done), MSG_DONTWAIT);
		if (went > 0) {
			done += (size_t)went;
			*sent += (size_t)went;
		} else if (wait_for_room(p, l, until, e) == -1) {
			return -1;
		}
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

struct handover {
	pcap_t *pcap;
	port_heard *heard;
	void *arg;
	struct err *e;
	int rc;
};

static void
hand_over(u_char *user, const struct pcap_pkthdr *head, const u_char *bytes)
{
	struct handover *h = (struct handover *)(void *)user;

	if (h->rc == -1)
		return;
	int64_t at = (int64_t)head->ts.tv_sec * SECOND + head->ts.tv_usec;
	h->rc = h->heard(h->arg, bytes, head->caplen, at, h->e);
	if (h->rc == -1)
		pcap_breakloop(h->pcap);
}

/* libpcap would look for the cause with calls that the sandbox forbids. */
static int
link_failed(const struct link *l, struct err *e)
{
	int status = 0;
	socklen_t n = sizeof(status);

	if (getsockopt(pcap_fileno(l->pcap), SOL_SOCKET, SO_ERROR, &status, &n) == 0)
		errno = status ? status : EIO;
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
		struct handover h = { l->pcap, heard, arg, e, 0 };
		if (p->polls[i].revents == 0)
			continue;
		if (p->polls[i].revents & ~POLLIN)
			return link_failed(l, e);
		port->heard_on = (uint16_t)i;
		int n = pcap_dispatch(
			l->pcap, FRAMES_AT_ONCE, hand_over, (u_char *)(void *)&h);
		if (h.rc == -1)
			return -1;
		if (n == PCAP_ERROR)
			return err_set(e, ERR_SYS, "listen on %s: %s", l->name,
				pcap_geterr(l->pcap));
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
		struct tpacket_stats_v3 s;
		socklen_t n = sizeof(s);
		/* Reading sets the kernel's own counter to 0. */
		if (getsockopt(pcap_fileno(p->links[i].pcap), SOL_PACKET,
			    PACKET_STATISTICS, &s, &n) == 0)
			p->links[i].dropped += s.tp_drops;
		sum += p->links[i].dropped;
	}
	return sum;
}

static void
links_close(struct port *port)
{
	struct port_links *p = (struct port_links *)port;

	for (size_t i = 0; i < p->n_links; i++) {
		if (p->links[i].pcap)
			pcap_close(p->links[i].pcap);
		if (p->links[i].send_fd != -1)
			close(p->links[i].send_fd);
	}
	if (p->udp_fd != -1)
		close(p->udp_fd);
	free(p->links);
	free(p->polls);
	free(p);
}

static int
pcap_failed(struct link *l, int code, struct err *e)
{
	bool rights = code == PCAP_ERROR_PERM_DENIED;

	return err_set(e, rights ? ERR_AUTH : ERR_SYS, "listen on %s: %s", l->name,
		*pcap_geterr(l->pcap) ? pcap_geterr(l->pcap) : pcap_statustostr(code));
}

static int
set_filter(struct link *l, const char *text, struct err *e)
{
	struct bpf_program program;

	if (pcap_compile(l->pcap, &program, text, 1, PCAP_NETMASK_UNKNOWN) != 0)
		return err_set(
			e, ERR_ARG, "filter on %s: %s", l->name, pcap_geterr(l->pcap));
	int rc = pcap_setfilter(l->pcap, &program);
	pcap_freecode(&program);
	return rc == 0 ? 0 : pcap_failed(l, rc, e);
}

/* Groups that nobody on this machine has joined: LLDP's, for one.  Joining them by IP would
 * send; this sets the card. */
static int
hear_groups(const struct link *l, int index, struct err *e)
{
	struct packet_mreq all = { .mr_ifindex = index, .mr_type = PACKET_MR_ALLMULTI };

	if (setsockopt(pcap_fileno(l->pcap), SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all,
		    sizeof(all)) == -1)
		return err_sys(e, "hear all groups on %s", l->name);
	return 0;
}

static int
open_capture(struct link *l, int ring, const struct port_links_input *in, struct err *e)
{
	char text[PCAP_ERRBUF_SIZE] = "";
	int on = 1, rc;

	l->pcap = pcap_create(l->name, text);
	if (!l->pcap)
		return err_set(e, ERR_SYS, "listen on %s: %s", l->name, text);
	if ((rc = pcap_set_snaplen(l->pcap, PACKET_MAX)) != 0 ||
		(rc = pcap_set_promisc(l->pcap, in->promiscuous)) != 0 ||
		(rc = pcap_set_timeout(l->pcap, RING_TIMEOUT_MS)) != 0 ||
		(rc = pcap_set_buffer_size(l->pcap, ring)) != 0 ||
		(rc = pcap_activate(l->pcap)) < 0)
		return pcap_failed(l, rc, e);
	if (pcap_datalink(l->pcap) != DLT_EN10MB)
		return err_set(e, ERR_ARG, "%s is no Ethernet", l->name);
	/*
	 * Our own frames must not fill the ring: the kernel keeps them out (Linux 4.20), and
	 * libpcap drops them where it cannot.  Never by "inbound" in the filter: libpcap 1.10
	 * judges the first blocks again by itself, where that word matches nothing.
	 */
	(void)setsockopt(pcap_fileno(l->pcap), SOL_PACKET, PACKET_IGNORE_OUTGOING, &on,
		sizeof(on));
	if ((rc = pcap_setdirection(l->pcap, PCAP_D_IN)) != 0)
		return pcap_failed(l, rc, e);
	if (set_filter(l, in->filter, e) == -1)
		return -1;
	if (pcap_setnonblock(l->pcap, 1, text) != 0)
		return err_set(e, ERR_SYS, "listen on %s: %s", l->name, text);
	return 0;
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
		l->name = in->links[i]->name;
		int index = in->links[i]->index;
		if (open_capture(l, ring > RING_LEAST ? ring : RING_LEAST, in, e) ==
				-1 ||
			(in->only_hear ? hear_groups(l, index, e)
				       : open_sender(l, index, e)) == -1)
			return -1;
		p->polls[i] = (struct pollfd){ pcap_get_selectable_fd(l->pcap), POLLIN,
			0 };
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
