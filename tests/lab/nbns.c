/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * nbns - NetBIOS node status for every named address of the truth files
 *
 *	nbns TRUTH...
 *
 * Answers node status requests for the name "*" (RFC 1002 s4.2.17, s4.2.18) from
 * the address that was asked, with its name, its group and its MAC.  Nothing else
 * of the name service is there.
 */
#include "truth.h"

#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	PORT = 137,
	BATCH = 64,
	QUESTION = 12, /* offset: the header comes before it */
	NAME = 34,     /* encoded name of 32, its length and the root */
	CONTROL = CMSG_SPACE(sizeof(struct in_pktinfo)),
	REQUEST = QUESTION + NAME + 4,
	NAMES = 3,
	STATISTICS = 46, /* RFC 1002 s4.2.18: unit id and counters */
	RDATA = 1 + NAMES * 18 + STATISTICS,
	RESPONSE = QUESTION + NAME + 10 + RDATA,
	TYPE_NBSTAT = 0x0021, /* RFC 1002 s4.2.1.3 */
	CLASS_IN = 1,
	FLAGS_RESPONSE = 0x8400, /* R and AA, RFC 1002 s4.2.18 */
	FLAG_R_OPCODE = 0xf800,
	NAME_ACTIVE = 0x0400, /* RFC 1002 s4.2.18, NAME_FLAGS */
	NAME_GROUP = 0x8000,
};

struct batch {
	struct mmsghdr in[BATCH], out[BATCH];
	struct iovec in_iov[BATCH], out_iov[BATCH];
	struct sockaddr_in from[BATCH];
	_Alignas(struct cmsghdr) char in_control[BATCH][CONTROL];
	_Alignas(struct cmsghdr) char out_control[BATCH][CONTROL];
	uint8_t request[BATCH][512], response[BATCH][RESPONSE];
};

static bool
is_node_status_request(const uint8_t *p, size_t len)
{
	/* "*" and 15 zeros, first-level encoded: RFC 1001 s14.1 */
	static const char any[] = " CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

	return len >= REQUEST && (get_be16(p + 2) & FLAG_R_OPCODE) == 0 &&
		get_be16(p + 4) == 1 && memcmp(p + QUESTION, any, NAME) == 0 &&
		get_be16(p + QUESTION + NAME) == TYPE_NBSTAT &&
		get_be16(p + QUESTION + NAME + 2) == CLASS_IN;
}

static uint8_t *
put_name(uint8_t *p, const char *name, uint8_t suffix, uint16_t flags)
{
	size_t len = strnlen(name, 15);

	memset(p, ' ', 15);
	memcpy(p, name, len);
	p[15] = suffix;
	put_be16(p + 16, flags);
	return p + 18;
}

static void
put_response(uint8_t *out, const uint8_t *request, const struct truth_host *h)
{
	uint8_t *p = out + QUESTION + NAME;

	memset(out, 0, RESPONSE);
	memcpy(out, request, 2);
	put_be16(out + 2, FLAGS_RESPONSE);
	put_be16(out + 6, 1);
	memcpy(out + QUESTION, request + QUESTION, NAME);
	put_be16(p, TYPE_NBSTAT);
	put_be16(p + 2, CLASS_IN);
	put_be16(p + 8, RDATA);
	p[10] = NAMES;
	p = put_name(p + 11, h->netbios, 0x00, NAME_ACTIVE);
	p = put_name(p, h->workgroup, 0x00, NAME_ACTIVE | NAME_GROUP);
	p = put_name(p, h->netbios, 0x20, NAME_ACTIVE);
	memcpy(p, h->mac, sizeof(h->mac));
}

/* The address a request was sent to: any of ours, so the kernel must tell. */
static uint32_t
asked_address(struct msghdr *m)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c))
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			struct in_pktinfo info;

			memcpy(&info, CMSG_DATA(c), sizeof(info));
			return ntohl(info.ipi_addr.s_addr);
		}
	return 0;
}

static void
prepare_reply(struct batch *b, size_t in, size_t out, uint32_t source)
{
	struct msghdr *m = &b->out[out].msg_hdr;
	struct in_pktinfo info = { .ipi_spec_dst.s_addr = htonl(source) };

	b->out_iov[out] = (struct iovec){ b->response[out], RESPONSE };
	*m = (struct msghdr){
		.msg_name = &b->from[in],
		.msg_namelen = sizeof(b->from[in]),
		.msg_iov = &b->out_iov[out],
		.msg_iovlen = 1,
		.msg_control = b->out_control[out],
		.msg_controllen = sizeof(b->out_control[out]),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(m);
	c->cmsg_level = IPPROTO_IP;
	c->cmsg_type = IP_PKTINFO;
	c->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(c), &info, sizeof(info));
}

static void
prepare_receive(struct batch *b)
{
	for (size_t i = 0; i < BATCH; i++) {
		b->in_iov[i] = (struct iovec){ b->request[i], sizeof(b->request[i]) };
		b->in[i].msg_hdr = (struct msghdr){
			.msg_name = &b->from[i],
			.msg_namelen = sizeof(b->from[i]),
			.msg_iov = &b->in_iov[i],
			.msg_iovlen = 1,
			.msg_control = b->in_control[i],
			.msg_controllen = sizeof(b->in_control[i]),
		};
	}
}

static void
answer_batch(int fd, struct batch *b, const struct truth *t)
{
	unsigned n_out = 0, sent = 0;

	prepare_receive(b);
	int n = recvmmsg(fd, b->in, BATCH, MSG_WAITFORONE, NULL);
	if (n == -1)
		err(1, "recvmmsg");
	for (size_t i = 0; i < (size_t)n; i++) {
		uint32_t asked = asked_address(&b->in[i].msg_hdr);
		const struct truth_host *h = truth_find(t, asked);

		if (!h || h->netbios[0] == '\0' ||
			!is_node_status_request(b->request[i], b->in[i].msg_len))
			continue;
		put_response(b->response[n_out], b->request[i], h);
		prepare_reply(b, i, n_out++, asked);
	}
	while (sent < n_out) {
		n = sendmmsg(fd, b->out + sent, n_out - sent, 0);
		sent += n > 0 ? (unsigned)n : 1; /* one that cannot go is lost */
	}
}

static int
open_socket(void)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int one = 1, room = 64 << 20; /* 65,536 waiting requests */

	if (fd == -1 ||
		setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &one, sizeof(one)) == -1 ||
		setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) == -1 ||
		setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room)) == -1 ||
		bind(fd, (struct sockaddr *)&sin, sizeof(sin)) == -1)
		err(1, "UDP port %d", PORT);
	return fd;
}

int
main(int argc, char **argv)
{
	static struct batch batch;
	struct truth truth = { 0 };

	if (argc < 2)
		errx(2, "usage: nbns TRUTH...");
	for (int i = 1; i < argc; i++)
		truth_load(&truth, argv[i]);
	int fd = open_socket();
	for (;;)
		answer_batch(fd, &batch, &truth);
}
