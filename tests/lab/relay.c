/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * relay - a long wire: holds every frame between two interfaces for a while
 *
 *	relay MILLISECONDS INTERFACE INTERFACE
 *
 * Each frame leaves by the other interface MILLISECONDS after it came, in order, both
 * ways: the round trip grows by twice that.  The kernel here has no netem.
 *
 * The receive ring is the queue.  A TPACKET_V3 block stays ours until its last frame has
 * left, and what waits is sent from where it was received, so nothing is copied or
 * allocated.  A ring takes about 450,000 small frames; when all of it waits, the kernel
 * drops, and says so in the counts that are printed at the end.
 *
 * No poll: it returns at once while any block is ours.  It is not needed either: what
 * comes from now on cannot be due before now and the delay.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	BATCH = 256,
	BLOCK = 1 << 16,
	BLOCKS = 1024,
	FRAME = 2048,
	RETIRE_MS = 1, /* a block that is not full becomes ours after this */
	DELAY_MAX_MS = 1000,
};

static const int64_t MSEC = 1000000, SEC = 1000000000; /* in nanoseconds */

/* One direction. */
struct way {
	const char *from, *to;
	int in, out;
	uint8_t *ring;
	unsigned block;   /* the next block to look at */
	uint32_t sent_of; /* frames of it that have left */
	struct tpacket3_hdr *next;
	uint64_t relayed, lost;
};

static volatile sig_atomic_t stop;

static void
on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

/* Frames carry the wall clock's time. */
static int64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec * SEC + t.tv_nsec;
}

static void
bind_to(int fd, const char *ifname, uint16_t ethertype)
{
	struct sockaddr_ll sll = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ethertype),
		.sll_ifindex = (int)if_nametoindex(ifname),
	};

	if (sll.sll_ifindex == 0 || bind(fd, (struct sockaddr *)&sll, sizeof(sll)) == -1)
		err(1, "packet socket on %s", ifname);
}

static int
packet_socket(void)
{
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	if (fd == -1)
		err(1, "packet socket");
	return fd;
}

static void
set(int fd, int option, int value)
{
	if (setsockopt(fd, SOL_PACKET, option, &value, sizeof(value)) == -1)
		err(1, "packet socket option %d", option);
}

static void
open_way(struct way *w, const char *from, const char *to)
{
	struct tpacket_req3 req = {
		.tp_block_size = BLOCK,
		.tp_block_nr = BLOCKS,
		.tp_frame_size = FRAME,
		.tp_frame_nr = BLOCK / FRAME * BLOCKS,
		.tp_retire_blk_tov = RETIRE_MS,
	};

	*w = (struct way){
		.from = from, .to = to, .in = packet_socket(), .out = packet_socket()
	};
	set(w->in, PACKET_VERSION, TPACKET_V3);
	set(w->in, PACKET_IGNORE_OUTGOING, 1);
	if (setsockopt(w->in, SOL_PACKET, PACKET_RX_RING, &req, sizeof(req)) == -1)
		err(1, "receive ring");
	w->ring = mmap(NULL, (size_t)BLOCK * BLOCKS, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_POPULATE, w->in, 0);
	if (w->ring == MAP_FAILED)
		err(1, "mmap");
	set(w->out, PACKET_QDISC_BYPASS, 1);
	bind_to(w->out, to, 0);
	bind_to(w->in, from, ETH_P_ALL); /* only now frames come */
}

/* The block that is next, when it is ours. */
static struct tpacket_block_desc *
block_of(const struct way *w)
{
	struct tpacket_block_desc *b = (void *)(w->ring + (size_t)w->block * BLOCK);
	uint32_t status = __atomic_load_n(&b->hdr.bh1.block_status, __ATOMIC_ACQUIRE);

	return status & TP_STATUS_USER ? b : NULL;
}

static void
give_back(struct way *w, struct tpacket_block_desc *b)
{
	__atomic_store_n(&b->hdr.bh1.block_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
	w->block = (w->block + 1) % BLOCKS;
	w->sent_of = 0;
	w->next = NULL;
}

/* The next frame that waits, or NULL. */
static struct tpacket3_hdr *
head(struct way *w)
{
	struct tpacket_block_desc *b;

	while ((b = block_of(w))) {
		if (w->sent_of < b->hdr.bh1.num_pkts) {
			if (!w->next)
				w->next = (void *)((uint8_t *)b +
					b->hdr.bh1.offset_to_first_pkt);
			return w->next;
		}
		give_back(w, b);
	}
	return NULL;
}

static int64_t
came_at(const struct tpacket3_hdr *h)
{
	return h->tp_sec * SEC + h->tp_nsec;
}

static void
send_all(struct way *w, struct mmsghdr *msg, unsigned n)
{
	for (unsigned sent = 0; sent < n;) {
		int rc = sendmmsg(w->out, msg + sent, n - sent, 0);

		if (rc > 0) {
			sent += (unsigned)rc;
			w->relayed += (unsigned)rc;
		} else if (errno != EINTR) {
			sent++; /* this one cannot go */
			w->lost++;
		}
	}
}

/* Sends what is due of the block at hand, a batch at most.  Returns how many went. */
static unsigned
send_due(struct way *w, int64_t came_before)
{
	struct mmsghdr msg[BATCH];
	struct iovec iov[BATCH];
	unsigned n = 0;
	struct tpacket3_hdr *h = head(w);

	if (!h)
		return 0;
	uint32_t left = block_of(w)->hdr.bh1.num_pkts - w->sent_of;
	for (; n < BATCH && n < left && came_at(h) <= came_before; n++) {
		iov[n] = (struct iovec){ (uint8_t *)h + h->tp_mac, h->tp_snaplen };
		msg[n] = (struct mmsghdr){ .msg_hdr = { .msg_iov = &iov[n],
						   .msg_iovlen = 1 } };
		h = (void *)((uint8_t *)h + h->tp_next_offset);
	}
	send_all(w, msg, n);
	w->sent_of += n;
	w->next = h;
	return n;
}

static void
print_counts(struct way *w)
{
	struct tpacket_stats_v3 s = { 0 };
	socklen_t len = sizeof(s);

	if (getsockopt(w->in, SOL_PACKET, PACKET_STATISTICS, &s, &len) == -1)
		warn("statistics");
	printf("%s to %s: %llu relayed, %llu lost, %u dropped\n", w->from, w->to,
		(unsigned long long)w->relayed, (unsigned long long)w->lost, s.tp_drops);
}

/* Until the first frame that waits is due, or one that comes now could be. */
static void
rest(struct way *ways, int64_t delay)
{
	static const int64_t least = MSEC / 10, unseen = 2 * RETIRE_MS * MSEC;
	int64_t now = now_ns(), until = now + delay - unseen;

	for (int i = 0; i < 2; i++) {
		struct tpacket3_hdr *h = head(&ways[i]);

		if (h && came_at(h) + delay < until)
			until = came_at(h) + delay;
	}
	int64_t ns = until - now > least ? until - now : least;
	nanosleep(&(struct timespec){ ns / SEC, ns % SEC }, NULL);
}

int
main(int argc, char **argv)
{
	struct sigaction sa = { .sa_handler = on_signal };
	static struct way ways[2];
	char *end;

	if (argc != 4)
		errx(2, "usage: relay MILLISECONDS INTERFACE INTERFACE");
	double ms = strtod(argv[1], &end);
	if (*end || !(ms >= 0 && ms <= DELAY_MAX_MS))
		errx(2, "not 0 to %d milliseconds: %s", DELAY_MAX_MS, argv[1]);
	int64_t delay = (int64_t)(ms * (double)MSEC);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	/* A late relay sends what waits at once, and small sockets overflow. */
	if (sched_setscheduler(0, SCHED_RR, &(struct sched_param){ 1 }) == -1)
		warn("real-time priority");
	open_way(&ways[0], argv[2], argv[3]);
	open_way(&ways[1], argv[3], argv[2]);
	puts("relaying");
	fflush(stdout);
	while (!stop) {
		int64_t came_before = now_ns() - delay;
		unsigned n = send_due(&ways[0], came_before);

		n += send_due(&ways[1], came_before);
		if (n == 0)
			rest(ways, delay);
	}
	print_counts(&ways[0]);
	print_counts(&ways[1]);
	return 0;
}
