/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A packet socket without a ring (packet(7), socket(7)); libpcap only writes its filter. */
#include "scanner/inlet.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/late.h"
#include "scanner/packet.h"

#define FUNCTIONS(X) \
	X(pcap_close) \
	X(pcap_compile) \
	X(pcap_freecode) \
	X(pcap_geterr) \
	X(pcap_open_dead)

static struct {
	FUNCTIONS(LATE_POINTER)
} lib;
static const struct late_symbol symbols[] = { FUNCTIONS(LATE_SYMBOL) };
static struct late library = LATE("libpcap.so.0.8", "libpcap0.8", symbols);

enum {
	AT_ONCE = 64, /* frames of one system call */
	FRAME_COST = 4352, /* bytes of buffer that one frame takes at most: a page, its head */
	ROOM_MOST = 32 << 20, /* taken only while frames wait */
	CONTROL = CMSG_SPACE(sizeof(struct timespec)),
};

struct socket_inlet {
	struct inlet inlet; /* first */
	struct clock *clock;
	struct mmsghdr messages[AT_ONCE];
	struct iovec pieces[AT_ONCE];
	uint8_t bytes[AT_ONCE][PACKET_MAX];
	_Alignas(struct cmsghdr) uint8_t control[AT_ONCE][CONTROL];
};

bool
inlet_socket_suits(uint64_t replies)
{
	return replies <= ROOM_MOST / FRAME_COST;
}

/* --- reading ---------------------------------------------------------------------------- */

/* The kernel's stamp, by the wall clock. */
static int64_t
time_of(const struct socket_inlet *s, struct msghdr *head)
{
	struct timespec t;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(head); c; c = CMSG_NXTHDR(head, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPNS)
			continue;
		memcpy(&t, CMSG_DATA(c), sizeof(t));
		return (int64_t)t.tv_sec * SECOND + t.tv_nsec / 1000;
	}
	return clock_wall(s->clock);
}

/* How many came. */
static int
take(struct socket_inlet *s)
{
	for (size_t i = 0; i < AT_ONCE; i++) {
		s->pieces[i] = (struct iovec){ s->bytes[i], sizeof(s->bytes[i]) };
		s->messages[i].msg_hdr = (struct msghdr){ .msg_iov = &s->pieces[i],
			.msg_iovlen = 1,
			.msg_control = s->control[i],
			.msg_controllen = sizeof(s->control[i]) };
	}
	return recvmmsg(s->inlet.fd, s->messages, AT_ONCE, MSG_DONTWAIT, NULL);
}

static int
socket_read(struct inlet *in, port_heard *heard, void *arg, struct err *e)
{
	struct socket_inlet *s = (struct socket_inlet *)in;
	int n = AT_ONCE;

	for (int all = 0; n == AT_ONCE && all < INLET_FRAMES; all += n) {
		n = take(s);
		if (n == -1 && (errno == EAGAIN || errno == EINTR))
			return 0;
		if (n == -1)
			return err_sys(e, "listen on %s", in->name);
		for (int i = 0; i < n; i++)
			if (heard(arg, s->bytes[i], s->messages[i].msg_len,
				    time_of(s, &s->messages[i].msg_hdr), e) == -1)
				return -1;
	}
	return 0;
}

static void
socket_close(struct inlet *in)
{
	if (in->fd != -1)
		close(in->fd);
	free(in);
}

/* --- opening ---------------------------------------------------------------------------- */

/* Above the limit of the machine only with CAP_NET_ADMIN. */
static bool
has_room(int fd, uint64_t replies)
{
	int wanted = (int)(replies * FRAME_COST), got = 0;
	socklen_t n = sizeof(got);

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &wanted, sizeof(wanted)) == -1)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &wanted, sizeof(wanted));
	/* It gives twice what is asked for. */
	return getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &got, &n) == 0 && got >= wanted;
}

static int
set_filter(const struct inlet *in, const char *text, struct err *e)
{
	struct bpf_program program;
	pcap_t *compiler;
	int rc = -1;

	if (late_load(&library, e) == -1)
		return -1;
	if (!(compiler = lib.pcap_open_dead(DLT_EN10MB, PACKET_MAX)))
		return err_nomem(e);
	if (lib.pcap_compile(compiler, &program, text, 1, PCAP_NETMASK_UNKNOWN) != 0) {
		err_set(e, ERR_ARG, "filter on %s: %s", in->name,
			lib.pcap_geterr(compiler));
	} else {
		/* The same instructions by another name. */
		struct sock_fprog filter = { (unsigned short)program.bf_len,
			(struct sock_filter *)(void *)program.bf_insns };
		rc = setsockopt(
			in->fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter));
		if (rc == -1)
			err_sys(e, "filter on %s", in->name);
		lib.pcap_freecode(&program);
	}
	lib.pcap_close(compiler);
	return rc;
}

/* Bound at last: nothing comes in before all is set. */
static int
set_up(struct inlet *in, const struct inlet_input *input, bool *suits, struct err *e)
{
	struct sockaddr_ll at = { .sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = input->link->index };
	int on = 1;

	in->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (in->fd == -1)
		return err_sys(e, "listen on %s", in->name);
	*suits = has_room(in->fd, input->replies) &&
		setsockopt(in->fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on,
			sizeof(on)) == 0;
	if (!*suits)
		return 0;
	(void)setsockopt(in->fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on));
	if (set_filter(in, input->filter, e) == -1)
		return -1;
	return bind(in->fd, (struct sockaddr *)&at, sizeof(at)) == 0
		? 0
		: err_sys(e, "listen on %s", in->name);
}

int
inlet_socket_open(struct inlet **out, const struct inlet_input *input, struct err *e)
{
	static const struct inlet_driver driver = { socket_read, socket_close };
	struct socket_inlet *s = malloc(
		sizeof(*s)); /* what is read into stays untouched */
	bool suits = true;

	*out = NULL;
	if (!s)
		return err_nomem(e);
	memset(s->messages, 0, sizeof(s->messages));
	s->inlet = (struct inlet){
		.driver = &driver, .name = input->link->name, .fd = -1
	};
	s->clock = input->clock;
	int rc = set_up(&s->inlet, input, &suits, e);
	if (rc == 0 && suits)
		*out = &s->inlet;
	else
		socket_close(&s->inlet);
	return rc;
}
