/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * neighbours - thousands of hosts on one Ethernet segment
 *
 *	neighbours INTERFACE TRUTH
 *
 * Answers ARP requests (RFC 826) for the addresses of the truth file, each with its
 * own MAC, and ICMP echo (RFC 792) sent to that MAC.  Nothing else: no TCP, no UDP.
 * The kernel has no address on the interface and stays silent.
 *
 * Two packet sockets bound to their Ethernet types: these get frames after the nft
 * ingress hook, where the lab loses some on purpose; one for all types would not.
 */
#include "truth.h"

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	BATCH = 256,
	REPLY_MAX = 1514,
	BLOCK = 1 << 18,
	ETH = 14,
	ARP_FRAME = ETH + 28,
	ARP_REQUEST = 1,
	ARP_REPLY = 2,
	IP = 20, /* header without options */
	TTL = 64,
	ICMP = 8,
	ICMP_REPLY = 0,
	ICMP_REQUEST = 8,
};

/* A receive ring, TPACKET_V2: frames are seen as they come, no block timer. */
struct ring {
	int fd;
	uint8_t *frames;
	size_t frame_size, n, next;
};

/* Replies that go out together. */
struct outbox {
	int fd;
	unsigned n;
	struct mmsghdr msg[BATCH];
	struct iovec iov[BATCH];
	uint8_t frame[BATCH][REPLY_MAX];
};

typedef size_t answer_fn(const struct truth *, const uint8_t *, size_t, uint8_t *);

static volatile sig_atomic_t stop;

static void
on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

static int
open_packet_socket(const char *ifname, uint16_t ethertype)
{
	struct sockaddr_ll sll = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ethertype),
		.sll_ifindex = (int)if_nametoindex(ifname),
	};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	if (fd == -1 || sll.sll_ifindex == 0 ||
		bind(fd, (struct sockaddr *)&sll, sizeof(sll)) == -1)
		err(1, "packet socket on %s", ifname);
	return fd;
}

/* n frames of size each; both powers of two, together at least a block. */
static struct ring
open_ring(const char *ifname, uint16_t ethertype, size_t size, size_t n)
{
	struct tpacket_req req = {
		.tp_block_size = BLOCK,
		.tp_block_nr = (unsigned)(size * n / BLOCK),
		.tp_frame_size = (unsigned)size,
		.tp_frame_nr = (unsigned)n,
	};
	struct ring r = {
		.fd = open_packet_socket(ifname, 0), .frame_size = size, .n = n
	};
	int version = TPACKET_V2;

	if (setsockopt(r.fd, SOL_PACKET, PACKET_VERSION, &version, sizeof(version)) ||
		setsockopt(r.fd, SOL_PACKET, PACKET_RX_RING, &req, sizeof(req)))
		err(1, "receive ring");
	r.frames = mmap(NULL, size * n, PROT_READ | PROT_WRITE, MAP_SHARED, r.fd, 0);
	if (r.frames == MAP_FAILED)
		err(1, "mmap");
	/* Only now frames may come: bind again, with the type. */
	struct sockaddr_ll sll = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ethertype),
		.sll_ifindex = (int)if_nametoindex(ifname),
	};
	if (bind(r.fd, (struct sockaddr *)&sll, sizeof(sll)) == -1)
		err(1, "bind");
	return r;
}

/* sendmmsg stops at a frame that cannot go.  With ENOBUFS the egress hook dropped it,
 * as the lab's loss does: it is lost, never sent again. */
static void
flush_outbox(struct outbox *o)
{
	for (unsigned sent = 0; sent < o->n; sent++) {
		int n = sendmmsg(o->fd, o->msg + sent, o->n - sent, 0);

		if (n == -1 && errno != ENOBUFS)
			warn("sendmmsg");
		if (n > 0)
			sent += (unsigned)n;
	}
	o->n = 0;
}

/* Sum of 16-bit words as in RFC 1071; 0xffff when a checksum in it is right. */
static uint16_t
ones_sum(const uint8_t *p, size_t len)
{
	uint32_t sum = 0;

	for (; len > 1; p += 2, len -= 2)
		sum += get_be16(p);
	if (len)
		sum += (uint32_t)p[0] << 8;
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)((sum & 0xffff) + (sum >> 16));
}

static bool
is_for(const uint8_t *frame, const struct truth_host *h)
{
	return memcmp(frame, h->mac, 6) == 0;
}

static bool
is_broadcast(const uint8_t *frame)
{
	return memcmp(frame, "\xff\xff\xff\xff\xff\xff", 6) == 0;
}

/* RFC 826: offsets 20 operation, 22 and 28 sender, 32 and 38 target. */
static size_t
answer_arp(const struct truth *t, const uint8_t *f, size_t len, uint8_t *out)
{
	static const uint8_t head[] = { 8, 6, 0, 1, 8, 0, 6, 4 };
	const struct truth_host *h;

	if (len < ARP_FRAME || memcmp(f + 12, head, sizeof(head)) != 0 ||
		get_be16(f + 20) != ARP_REQUEST || memcmp(f + 28, f + 38, 4) == 0)
		return 0;
	h = truth_find(t, get_be32(f + 38));
	if (!h || (!is_for(f, h) && !is_broadcast(f)))
		return 0;
	memcpy(out, f + 22, 6);
	memcpy(out + 6, h->mac, 6);
	memcpy(out + 12, head, sizeof(head));
	put_be16(out + 20, ARP_REPLY);
	memcpy(out + 22, h->mac, 6);
	put_be32(out + 28, h->addr);
	memcpy(out + 32, f + 22, 10);
	return ARP_FRAME;
}

/* The length of a whole, unbroken IPv4 echo request with right sums; else 0. */
static size_t
echo_length(const uint8_t *f, size_t len)
{
	const uint8_t *ip = f + ETH, *icmp = ip + IP;

	if (len < ETH + IP + ICMP || get_be16(f + 12) != ETHERTYPE_IP || ip[0] != 0x45)
		return 0;
	size_t total = get_be16(ip + 2);
	if (total < IP + ICMP || total > len - ETH || total > REPLY_MAX - ETH)
		return 0;
	if ((get_be16(ip + 6) & 0x3fff) != 0 || ip[9] != IPPROTO_ICMP ||
		icmp[0] != ICMP_REQUEST || icmp[1] != 0)
		return 0;
	if (ones_sum(ip, IP) != 0xffff || ones_sum(icmp, total - IP) != 0xffff)
		return 0;
	return total;
}

static size_t
answer_echo(const struct truth *t, const uint8_t *f, size_t len, uint8_t *out)
{
	size_t total = echo_length(f, len);
	uint8_t *ip = out + ETH, *icmp = ip + IP;

	if (total == 0)
		return 0;
	const struct truth_host *h = truth_find(t, get_be32(f + ETH + 16));
	if (!h || !is_for(f, h))
		return 0;
	memcpy(out, f, ETH + total);
	memcpy(out, f + 6, 6);
	memcpy(out + 6, h->mac, 6);
	ip[8] = TTL;
	memcpy(ip + 12, f + ETH + 16, 4);
	memcpy(ip + 16, f + ETH + 12, 4);
	put_be16(ip + 10, 0);
	put_be16(ip + 10, (uint16_t)~ones_sum(ip, IP));
	icmp[0] = ICMP_REPLY;
	put_be16(icmp + 2, 0);
	put_be16(icmp + 2, (uint16_t)~ones_sum(icmp, total - IP));
	return ETH + total;
}

/* Answers what is in the ring now, at most once around it. */
static void
drain(struct ring *r, answer_fn *answer, const struct truth *t, struct outbox *o)
{
	for (size_t i = 0; i < r->n; i++) {
		uint8_t *slot = r->frames + r->next * r->frame_size;
		struct tpacket2_hdr *h = (struct tpacket2_hdr *)(void *)slot;

		if (!(__atomic_load_n(&h->tp_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER))
			break;
		size_t size = answer(t, slot + h->tp_mac, h->tp_snaplen, o->frame[o->n]);
		__atomic_store_n(&h->tp_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
		r->next = (r->next + 1) % r->n;
		if (size == 0)
			continue;
		o->iov[o->n] = (struct iovec){ o->frame[o->n], size };
		o->msg[o->n].msg_hdr = (struct msghdr){ .msg_iov = &o->iov[o->n],
			.msg_iovlen = 1 };
		if (++o->n == BATCH)
			flush_outbox(o);
	}
	flush_outbox(o);
}

static void
print_drops(const char *what, const struct ring *r)
{
	struct tpacket_stats s = { 0 };
	socklen_t len = sizeof(s);

	if (getsockopt(r->fd, SOL_PACKET, PACKET_STATISTICS, &s, &len) == 0)
		printf("%s: %u frames, %u dropped\n", what, s.tp_packets, s.tp_drops);
}

int
main(int argc, char **argv)
{
	static struct outbox out;
	struct truth truth = { 0 };
	struct sigaction sa = { .sa_handler = on_signal }; /* no SA_RESTART */

	if (argc != 3)
		errx(2, "usage: neighbours INTERFACE TRUTH");
	truth_load(&truth, argv[2]);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	/* A whole /16 asked at once fits; 2048-byte slots hold the largest echo. */
	struct ring arp = open_ring(argv[1], ETH_P_ARP, 256, 131072);
	struct ring ip = open_ring(argv[1], ETH_P_IP, 2048, 16384);
	out.fd = open_packet_socket(argv[1], 0);
	while (!stop) {
		struct pollfd p[] = { { arp.fd, POLLIN, 0 }, { ip.fd, POLLIN, 0 } };

		if (poll(p, 2, 1000) == -1 && errno != EINTR)
			err(1, "poll");
		drain(&arp, answer_arp, &truth, &out);
		drain(&ip, answer_echo, &truth, &out);
	}
	print_drops("arp", &arp);
	print_drops("ip", &ip);
	return 0;
}
