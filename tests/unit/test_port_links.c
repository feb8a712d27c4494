/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The port over real links: a pair of virtual Ethernet ends in a network namespace that
 * the test makes for itself.  Needs root.
 */
#include "scanner/port_links.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static const struct mac far_mac = { { 0, 0x16, 0x3e, 0, 0, 0xfe } };
static struct host_link near_end = { 0, "near", LINK_ETHER,
	{ { 0, 0x16, 0x3e, 0, 0, 1 } }, 1500, true, true };

/* How many replies: a sweep of few listens by a socket, one of many by a ring (inlet.h). */
static uint64_t by_socket = 1000, by_ring = 100000;

struct world {
	struct arena *mem;
	struct port *port;
	uint16_t udp_port;
	int far; /* a packet socket at the other end */
};

static int
must(const char *command)
{
	int rc = system(command);

	if (rc != 0)
		print_message("%s gave %d\n", command, rc);
	return rc;
}

/* For the whole group: it must not be the namespace of the machine. */
static int
make_world(void **state)
{
	(void)state;
	if (unshare(CLONE_NEWNET) == -1)
		return 0;
	if (must("ip link add near address 00:16:3e:00:00:01 type veth"
		 " peer name far address 00:16:3e:00:00:fe") ||
		must("sysctl -qw net.ipv6.conf.near.disable_ipv6=1"
		     " net.ipv6.conf.far.disable_ipv6=1") ||
		must("ip link set near up") || must("ip link set far up"))
		return -1;
	near_end.index = (int)if_nametoindex("near");
	return 0;
}

static int
open_far(void)
{
	struct sockaddr_ll at = { .sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)if_nametoindex("far") };
	struct timeval patience = { .tv_sec = 1 };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL)), on = 1;
	int room = 4 << 20;

	assert_int_not_equal(fd, -1);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	(void)setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on));
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return fd;
}

static bool
begin(struct world *w, const uint64_t *replies)
{
	const struct host_link *links[] = { &near_end };
	struct port_links_input in = { .links = links,
		.n_links = 1,
		.filter = "arp[6:2] = 2 or icmp",
		.replies = *replies,
		.clock = &clock_system };
	static const struct addr net = { ADDR_IP4, { 198, 19, 0, 0 } };
	struct err e;

	if (near_end.index == 0) {
		print_message("needs root for a network namespace\n");
		return false;
	}
	*w = (struct world){ .mem = arena_new(1 << 20), .far = open_far() };
	if (port_links_open(&in, &w->port, &w->udp_port, &e) == -1)
		fail_msg("%s", e.text);
	w->port->guard.targets = iprange_prefix(&net, 16, w->mem);
	return true;
}

static void
end(struct world *w)
{
	struct err e;

	assert_int_equal(port_end_capture(w->port, &e), 0);
	port_close(w->port);
	close(w->far);
	arena_free(w->mem);
}

static struct frame
question(uint32_t ip)
{
	struct path path = { near_end.mac, far_mac, addr_ip4(0xc6120302), 40123 };
	struct shot shot = { .dst = addr_ip4(ip), .token = ip };
	struct frame f = { 0 };
	struct wr w = wr_to(f.bytes, sizeof(f.bytes));

	probe_find("icmp-echo")->build(&w, &path, &shot);
	f.size = (uint16_t)wr_used(&w);
	return f;
}

static void
say_from_far(const struct world *w, uint8_t last)
{
	struct arp a = { .op = ARP_REPLY,
		.sender_mac = far_mac,
		.sender = addr_ip4(0xc6130000u + last),
		.target = addr_ip4(0xc6120302) };
	struct ether ether = { near_end.mac, far_mac, ETHER_ARP };
	uint8_t bytes[64] = { 0 };
	struct wr out = wr_to(bytes, sizeof(bytes));

	ether_write(&out, &ether);
	arp_write(&out, &a);
	assert_int_equal(send(w->far, bytes, 60, 0), 60);
}

struct heard {
	size_t n;
	uint8_t last; /* of the last sender's address */
	int64_t at_us;
	int fail;
};

static int
hear(void *arg, const uint8_t *frame, size_t n, int64_t at_us, struct err *e)
{
	struct heard *h = arg;

	assert_true(n >= 42);
	h->n++;
	h->last = frame[31];
	h->at_us = at_us;
	return h->fail ? err_set(e, ERR_DB, "enough") : 0;
}

/* Until n were heard, or a second has passed. */
static void
hear_all(struct world *w, struct heard *h, size_t n)
{
	int64_t until = clock_mono(&clock_system) + SECOND;
	struct err e;

	while (h->n < n && clock_mono(&clock_system) < until)
		assert_int_equal(port_receive(w->port, 50 * MSEC, hear, h, &e), 0);
}

static void
frames_arrive_whole_and_in_order(void **state)
{
	enum { N = 3 * PORT_BATCH };
	static struct frame batch[N];
	struct world w;
	struct err e;

	if (!begin(&w, *state))
		skip();
	for (uint32_t i = 0; i < N; i++)
		batch[i] = question(0xc6130000 + i);
	for (size_t i = 0; i < N; i += PORT_BATCH)
		assert_int_equal(port_send(w.port, batch + i, PORT_BATCH, &e), 0);
	assert_int_equal(w.port->sent, N);
	for (size_t i = 0; i < N; i++) {
		uint8_t bytes[256];
		ssize_t n = recv(w.far, bytes, sizeof(bytes), 0);
		assert_int_equal(n, batch[i].size);
		assert_memory_equal(bytes, batch[i].bytes, batch[i].size);
	}
	end(&w);
}

/* The very first too: libpcap judges the first blocks of its ring by itself, and a socket is
 * bound when its filter is in place. */
static void
every_answer_is_heard_once_and_no_question(void **state)
{
	struct heard h = { 0 };
	struct world w;
	struct err e;

	if (!begin(&w, *state))
		skip();
	for (uint8_t i = 1; i <= 100; i++) {
		struct frame f = question(0xc6130000u + i);
		assert_int_equal(port_send(w.port, &f, 1, &e), 0);
		say_from_far(&w, i);
	}
	hear_all(&w, &h, 100);
	assert_int_equal(port_receive(w.port, 20 * MSEC, hear, &h, &e), 0);
	assert_int_equal(h.n, 100);
	assert_int_equal(h.last, 100);
	int64_t now = clock_wall(&clock_system);
	assert_in_range(h.at_us, now - 2 * SECOND, now);
	assert_int_equal(port_dropped(w.port), 0);
	end(&w);
}

static void
what_the_filter_does_not_want_is_not_heard(void **state)
{
	uint8_t lldp[60] = { 1, 0x80, 0xc2, 0, 0, 0x0e, [12] = 0x88, 0xcc };
	struct heard h = { 0 };
	struct world w;

	if (!begin(&w, *state))
		skip();
	assert_int_equal(send(w.far, lldp, sizeof(lldp), 0), sizeof(lldp));
	say_from_far(&w, 7);
	hear_all(&w, &h, 1);
	assert_int_equal(h.n, 1);
	assert_int_equal(h.last, 7);
	end(&w);
}

static void
waiting_takes_as_long_as_was_said(void **state)
{
	struct heard h = { 0 };
	struct world w;
	struct err e;

	if (!begin(&w, *state))
		skip();
	int64_t start = clock_mono(&clock_system);
	assert_int_equal(port_receive(w.port, 30 * MSEC, hear, &h, &e), 0);
	assert_in_range(clock_mono(&clock_system) - start, 30 * MSEC, SECOND);
	assert_int_equal(h.n, 0);
	end(&w);
}

/* Nobody reads for a while: what the sweep said may come has room. */
static void
as_many_as_were_announced_are_held(void **state)
{
	struct heard h = { 0 };
	struct world w;

	if (!begin(&w, *state))
		skip();
	for (size_t i = 0; i < by_socket; i++)
		say_from_far(&w, (uint8_t)i);
	hear_all(&w, &h, by_socket);
	assert_int_equal(h.n, by_socket);
	assert_int_equal(port_dropped(w.port), 0);
	end(&w);
}

static void
a_listener_that_fails_is_asked_no_more(void **state)
{
	struct heard h = { .fail = 1 };
	struct world w;
	struct err e = { 0 };
	int rc = 0;

	if (!begin(&w, *state))
		skip();
	for (uint8_t i = 0; i < 10; i++)
		say_from_far(&w, i);
	for (int i = 0; i < 20 && rc == 0; i++)
		rc = port_receive(w.port, 50 * MSEC, hear, &h, &e);
	assert_int_equal(rc, -1);
	assert_string_equal(e.text, "enough");
	assert_int_equal(h.n, 1);
	end(&w);
}

static void
udp_answers_have_a_port_to_go_to(void **state)
{
	struct sockaddr_in taken = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct world w;

	if (!begin(&w, *state)) {
		close(fd);
		skip();
	}
	assert_int_not_equal(w.udp_port, 0);
	taken.sin_port = htons(w.udp_port);
	assert_int_equal(bind(fd, (struct sockaddr *)&taken, sizeof(taken)), -1);
	assert_int_equal(errno, EADDRINUSE);
	close(fd);
	end(&w);
}

/* Time goes by where somebody sleeps; at a moment something happens. */
struct slow_clock {
	struct clock clock; /* first */
	int64_t slept, at;
	const char *then; /* a command; NULL: none */
	sig_atomic_t stop;
};

static int64_t
slow_now(struct clock *c)
{
	return ((struct slow_clock *)c)->slept;
}

static void
slow_sleep(struct clock *c, int64_t us)
{
	struct slow_clock *slow = (struct slow_clock *)c;

	slow->slept += us;
	if (slow->slept < slow->at)
		return;
	slow->at = INT64_MAX;
	if (slow->then)
		assert_int_equal(must(slow->then), 0);
	else
		slow->stop = 1;
}

static struct slow_clock
slow_clock(int64_t at, const char *then)
{
	return (struct slow_clock){ .clock = { .mono_us = slow_now,
					    .wall_us = slow_now,
					    .sleep_us = slow_sleep },
		.at = at,
		.then = then };
}

static void
a_link_that_stays_down_is_named(void **state)
{
	struct slow_clock slow = slow_clock(INT64_MAX, NULL);
	struct frame f = question(0xc6130001);
	struct world w;
	struct err e = { 0 };

	if (!begin(&w, *state))
		skip();
	w.port->clock = &slow.clock;
	assert_int_equal(must("ip link set near down"), 0);
	assert_int_equal(port_send(w.port, &f, 1, &e), -1);
	assert_string_equal(e.text, "send on near: Network is down");
	assert_int_equal(w.port->sent, 0);
	assert_in_range(slow.slept, 5 * SECOND, 15 * SECOND);
	assert_null(w.port->away.link);
	assert_int_equal(must("ip link set near up"), 0);
	end(&w);
}

/* By both ways in which it can be away: it is down itself, or its cable leads nowhere. */
static void
a_link_that_comes_back_is_waited_for(void **state)
{
	static const char *const rows[][2] = {
		{ "ip link set near down", "ip link set near up" },
		{ "ip link set far down", "ip link set far up" },
	};
	struct frame f[] = { question(0xc6130001), question(0xc6130002) };
	struct world w;
	struct err e = { 0 };

	for (size_t i = 0; i < 2; i++) {
		struct slow_clock slow = slow_clock(3 * SECOND, rows[i][1]);
		struct heard h = { 0 };
		if (!begin(&w, *state))
			skip();
		print_message("  %s\n", rows[i][0]);
		assert_int_equal(must(rows[i][0]), 0);
		assert_int_equal(port_receive(w.port, MSEC, hear, &h, &e), 0);
		w.port->clock = &slow.clock;
		if (port_send(w.port, f, 2, &e) == -1)
			fail_msg("%s", e.text);
		assert_int_equal(w.port->sent, 2);
		assert_string_equal(w.port->away.link, "near");
		assert_int_equal(w.port->away.n, 1);
		assert_in_range(w.port->away.us, 2 * SECOND, 4 * SECOND);
		/* And what comes in is heard as before. */
		close(w.far);
		w.far = open_far();
		say_from_far(&w, 1);
		hear_all(&w, &h, 1);
		assert_int_equal(h.n, 1);
		end(&w);
	}
}

static void
who_is_told_to_stop_waits_no_more(void **state)
{
	struct slow_clock slow = slow_clock(SECOND, NULL);
	struct frame f = question(0xc6130001);
	struct world w;
	struct err e = { 0 };

	if (!begin(&w, *state))
		skip();
	w.port->clock = &slow.clock;
	w.port->stop = &slow.stop;
	assert_int_equal(must("ip link set near down"), 0);
	assert_int_equal(port_send(w.port, &f, 1, &e), 0);
	assert_int_equal(w.port->sent, 0);
	assert_in_range(slow.slept, SECOND, SECOND + 100 * MSEC);
	assert_int_equal(must("ip link set near up"), 0);
	end(&w);
}

static void
what_cannot_be_opened_is_named(void **state)
{
	struct host_link none = { 99, "none0", LINK_ETHER, { { 0 } }, 1500, true, true };
	const struct host_link *missing[] = { &none }, *there[] = { &near_end };
	struct port_links_input rows[] = {
		{ .links = missing,
			.n_links = 1,
			.filter = "arp",
			.replies = 1,
			.clock = &clock_system },
		{ .links = there,
			.n_links = 1,
			.filter = "no such filter",
			.replies = by_socket,
			.clock = &clock_system },
		{ .links = there,
			.n_links = 1,
			.filter = "no such filter",
			.replies = by_ring,
			.clock = &clock_system },
	};
	static const char *const want[] = { "listen on none0", "filter on near",
		"filter on near" };

	(void)state;
	if (near_end.index == 0)
		skip();
	for (size_t i = 0; i < 3; i++) {
		struct port *port;
		uint16_t udp;
		struct err e = { 0 };
		assert_int_equal(port_links_open(&rows[i], &port, &udp, &e), -1);
		if (!strstr(e.text, want[i]))
			fail_msg("%s", e.text);
	}
}

#define BOTH(test) \
	cmocka_unit_test_prestate(test, &by_socket), \
		cmocka_unit_test_prestate(test, &by_ring)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(frames_arrive_whole_and_in_order),
		BOTH(every_answer_is_heard_once_and_no_question),
		BOTH(what_the_filter_does_not_want_is_not_heard),
		BOTH(waiting_takes_as_long_as_was_said),
		BOTH(as_many_as_were_announced_are_held),
		BOTH(a_listener_that_fails_is_asked_no_more),
		BOTH(udp_answers_have_a_port_to_go_to),
		BOTH(a_link_that_stays_down_is_named),
		BOTH(a_link_that_comes_back_is_waited_for),
		BOTH(who_is_told_to_stop_waits_no_more),
		cmocka_unit_test(what_cannot_be_opened_is_named),
	};

	return cmocka_run_group_tests(tests, make_world, NULL);
}
