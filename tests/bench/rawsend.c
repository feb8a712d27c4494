/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rawsend - as fast as one thread can: what muster's sending is measured against
 *
 *	rawsend INTERFACE NEXT-HOP-MAC FROM FIRST COUNT [RATE]
 *
 * One ICMP echo request of 60 bytes to each of COUNT addresses from FIRST on, all built
 * before the first goes.  AF_PACKET, qdisc bypass, sendmmsg; no pace, unless RATE is
 * given, in frames/s.  Hears nothing.  Prints frames and seconds.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 256, FRAME = 60, ETH = 14, IP = 20, COUNT_MAX = 1 << 24 };

static void
put_be16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/* RFC 1071 */
static unsigned
checksum(const uint8_t *p, size_t n)
{
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < n; i += 2)
		sum += (uint32_t)(p[i] << 8 | p[i + 1]);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~((sum & 0xffff) + (sum >> 16)) & 0xffff;
}

static uint32_t
parse_addr(const char *text)
{
	struct in_addr in;

	if (inet_pton(AF_INET, text, &in) != 1)
		errx(2, "not an address: %s", text);
	return ntohl(in.s_addr);
}

/* RFC 791 and 792: what all frames have in common. */
static void
build_head(uint8_t *f, const uint8_t *dst, const uint8_t *src, uint32_t from)
{
	memset(f, 0, FRAME);
	memcpy(f, dst, 6);
	memcpy(f + 6, src, 6);
	put_be16(f + 12, ETHERTYPE_IP);
	f[ETH] = 0x45;
	put_be16(f + ETH + 2, FRAME - ETH);
	f[ETH + 8] = 64;
	f[ETH + 9] = 1;
	put_be16(f + ETH + 12, from >> 16);
	put_be16(f + ETH + 14, from);
	f[ETH + IP] = 8;
	put_be16(f + ETH + IP + 4, 0x6265);
	put_be16(f + ETH + IP + 2, checksum(f + ETH + IP, FRAME - ETH - IP));
}

static uint8_t *
build_all(const uint8_t *head, uint32_t first, uint32_t count)
{
	uint8_t *frames = calloc(count, FRAME);

	if (!frames)
		err(1, "memory");
	for (uint32_t i = 0; i < count; i++) {
		uint8_t *f = frames + (size_t)i * FRAME;

		memcpy(f, head, FRAME);
		put_be16(f + ETH + 16, (first + i) >> 16);
		put_be16(f + ETH + 18, first + i);
		put_be16(f + ETH + 10, checksum(f + ETH, IP));
	}
	return frames;
}

static int
open_socket(const char *ifname, uint8_t *mac)
{
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0), one = 1;
	struct sockaddr_ll sll = { .sll_family = AF_PACKET,
		.sll_ifindex = (int)if_nametoindex(ifname) };
	struct ifreq ifr = { 0 };

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", ifname);
	if (fd == -1 || sll.sll_ifindex == 0 || ioctl(fd, SIOCGIFHWADDR, &ifr) == -1 ||
		bind(fd, (struct sockaddr *)&sll, sizeof(sll)) == -1 ||
		setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof(one)) == -1)
		err(1, "packet socket on %s", ifname);
	memcpy(mac, ifr.ifr_hwaddr.sa_data, 6);
	return fd;
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The longest wait is a batch's. */
static void
wait_until(double when)
{
	double left = when - now();

	if (left > 0)
		nanosleep(&(struct timespec){ (time_t)left,
				  (long)((left - (double)(time_t)left) * 1e9) },
			NULL);
}

static uint32_t
send_batch(int fd, uint8_t *frames, uint32_t n)
{
	struct mmsghdr msg[BATCH];
	struct iovec iov[BATCH];

	for (uint32_t i = 0; i < n; i++) {
		iov[i] = (struct iovec){ frames + (size_t)i * FRAME, FRAME };
		msg[i] = (struct mmsghdr){ .msg_hdr = { .msg_iov = &iov[i],
						   .msg_iovlen = 1 } };
	}
	int rc = sendmmsg(fd, msg, n, 0);
	if (rc == -1 && errno != EINTR && errno != ENOBUFS)
		err(1, "send");
	return rc > 0 ? (uint32_t)rc : 0;
}

int
main(int argc, char **argv)
{
	uint8_t dst[6], src[6], head[FRAME];
	uint32_t sent = 0;

	if (argc < 6 || argc > 7 ||
		sscanf(argv[2], "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx", dst, dst + 1,
			dst + 2, dst + 3, dst + 4, dst + 5) != 6)
		errx(2, "usage: rawsend INTERFACE NEXT-HOP-MAC FROM FIRST COUNT [RATE]");
	uint32_t count = (uint32_t)strtoul(argv[5], NULL, 10);
	double rate = argc == 7 ? strtod(argv[6], NULL) : 0;
	if (count == 0 || count > COUNT_MAX || rate < 0)
		errx(2, "count is 1 to %d, rate not below 0", COUNT_MAX);
	int fd = open_socket(argv[1], src);
	build_head(head, dst, src, parse_addr(argv[3]));
	uint8_t *frames = build_all(head, parse_addr(argv[4]), count);
	/* A batch of a paced run lasts a millisecond at most. */
	uint32_t batch = rate > 0 && rate < BATCH * 1000 ? (uint32_t)(rate / 1000) + 1
							 : BATCH;
	double start = now();
	while (sent < count) {
		if (rate > 0)
			wait_until(start + sent / rate);
		sent += send_batch(fd, frames + (size_t)sent * FRAME,
			count - sent < batch ? count - sent : batch);
	}
	printf("%u %.6f\n", sent, now() - start);
	return 0;
}
