/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rtnetlink snapshot, in a network namespace of this process alone: what ip(8) was told
 * to configure is what must be read.  Needs root; nothing leaves the namespace.
 */
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "host/net.h"

extern char **environ;

enum { ARENA_LIMIT = 4 << 20, MANY = 2000 };

/* Two pairs of veths; the far ends only give the near ones a carrier. */
static const char setup[] =
	"link set lo up\n"
	"link add mta address 00:16:3e:00:00:01 mtu 1400 type veth peer name mtb\n"
	"link add mtc address 00:16:3e:00:00:03 type veth peer name mtd\n"
	"link set mta up\n"
	"link set mtb arp off up\n"
	"addr add 192.0.2.10/24 dev mta\n"
	"addr add 2001:db8:1::10/64 dev mta nodad\n"
	"addr add 10.9.0.1 peer 10.9.0.2/32 dev mta\n"
	"addr add 2001:db8:1::11/64 dev mta nodad preferred_lft 0\n"
	"addr add 192.0.2.20/24 dev mta\n"
	"addr add 2001:db8:9::1 peer 2001:db8:9::2/128 dev mta nodad\n"
	"addr add 192.0.3.10/24 dev mtc\n"
	"route add default via 192.0.2.1 metric 100\n"
	"route add 203.0.113.0/24 via 192.0.2.2\n"
	"route add 203.0.113.128/25 via 192.0.2.3 metric 5\n"
	"route add 203.0.113.128/25 via 192.0.2.4 metric 1\n"
	"route add 203.0.113.0/26 via 192.0.2.2 src 10.9.0.1\n"
	"route add blackhole 198.51.100.0/24\n"
	"route add unreachable 198.51.101.0/24\n"
	"route add prohibit 198.51.102.0/24\n"
	"route add throw 198.51.103.0/24\n"
	"route add 203.0.114.0/24 via 192.0.2.1 table 100\n"
	"route add 203.0.115.0/24 via 192.0.2.1 table default\n"
	"route add 203.0.116.0/24 via 192.0.2.1 tos 0x10\n"
	"route add 203.0.117.0/24 nexthop via 192.0.2.5 dev mta nexthop via 192.0.2.6 dev mta\n"
	"route add 203.0.118.0/24 via inet6 2001:db8:1::5 dev mta\n"
	"route add 203.0.119.0/24 nexthop via inet6 2001:db8:1::6 dev mta "
	"nexthop via 192.0.2.6 dev mta\n"
	"link set mtd up\n"
	"link set mtc up\n"
	"route add 203.0.120.0/24 nexthop via 192.0.3.1 dev mtc "
	"nexthop via 192.0.2.6 dev mta\n"
	"link set mtc down\n"
	"route add default via 2001:db8:1::1 metric 50\n"
	"route add 2001:db8:2::/48 via 2001:db8:1::2\n"
	"route add blackhole 2001:db8:3::/48\n"
	"neigh add 192.0.2.1 lladdr 00:16:3e:01:00:01 dev mta nud permanent\n"
	"neigh add 192.0.2.2 lladdr 00:16:3e:01:00:02 dev mta nud reachable\n"
	"neigh add 192.0.2.3 lladdr 00:16:3e:01:00:03 dev mta nud stale\n"
	"neigh add 192.0.2.4 lladdr 00:16:3e:01:00:04 dev mta nud noarp\n"
	"neigh add 192.0.2.5 dev mta nud failed\n"
	"neigh add proxy 192.0.2.6 dev mta\n"
	"neigh add 2001:db8:1::1 lladdr 00:16:3e:01:00:11 dev mta nud permanent\n";

struct fixture {
	struct arena *arena;
	const char *skip; /* why nothing can be tested */
};

/* Runs `ip -batch -` over the text. */
static void
configure(const char *batch)
{
	char *argv[] = { "ip", "-force", "-batch", "-", NULL };
	posix_spawn_file_actions_t fa;
	int in[2], status = -1;
	pid_t pid;

	assert_int_equal(0, pipe(in));
	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_adddup2(&fa, in[0], 0);
	posix_spawn_file_actions_addclose(&fa, in[1]);
	assert_int_equal(0, posix_spawnp(&pid, "ip", &fa, NULL, argv, environ));
	posix_spawn_file_actions_destroy(&fa);
	(void)close(in[0]);
	for (size_t left = strlen(batch); left > 0;) {
		ssize_t n = write(in[1], batch, left);
		assert_true(n > 0);
		batch += n;
		left -= (size_t)n;
	}
	(void)close(in[1]);
	assert_int_equal(pid, waitpid(pid, &status, 0));
	assert_int_equal(0, status);
}

/* The kernel tells the two ends of a veth that they are connected a little later. */
static int
wait_for_carrier(struct arena *a)
{
	for (int i = 0; i < 500; i++, (void)usleep(10000)) {
		struct host_net *net;
		struct err e;
		arena_reset(a);
		if (host_net_read(a, &net, &e) == 0 &&
			host_link_by_name(net, "mta")->up &&
			host_link_by_name(net, "mtb")->up)
			return 0;
	}
	return -1;
}

static int
make_namespace(void **state)
{
	static struct fixture f;

	*state = &f;
	f.arena = arena_new(ARENA_LIMIT);
	if (!f.arena)
		return -1;
	if (unshare(CLONE_NEWNET) == -1) {
		f.skip = "no right to make a network namespace";
		return 0;
	}
	configure(setup);
	return wait_for_carrier(f.arena);
}

static int
drop_namespace(void **state)
{
	struct fixture *f = *state;

	arena_free(f->arena);
	return 0;
}

static struct host_net *
snapshot(void **state)
{
	struct fixture *f = *state;
	struct host_net *net = NULL;
	struct err e = { 0 };

	if (f->skip) {
		print_message("%s\n", f->skip);
		skip();
	}
	arena_reset(f->arena);
	if (host_net_read(f->arena, &net, &e) == -1)
		fail_msg("%s", e.text);
	return net;
}

static void
links_say_kind_state_and_mac(void **state)
{
	const struct host_net *net = snapshot(state);
	char text[MAC_TEXT_MAX];
	static const struct {
		const char *name, *mac;
		enum link_kind kind;
		unsigned mtu;
		bool up, arp;
	} rows[] = {
		{ "lo", "00:00:00:00:00:00", LINK_LOOPBACK, 65536, true, true },
		{ "mta", "00:16:3e:00:00:01", LINK_ETHER, 1400, true, true },
		{ "mtb", NULL, LINK_ETHER, 1500, true, false },
		{ "mtc", "00:16:3e:00:00:03", LINK_ETHER, 1500, false, true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct host_link *l = host_link_by_name(net, rows[i].name);
		print_message("  %s\n", rows[i].name);
		assert_non_null(l);
		assert_ptr_equal(l, host_link_by_index(net, l->index));
		assert_int_equal(rows[i].kind, l->kind);
		if (rows[i].mac)
			assert_string_equal(rows[i].mac, mac_print(&l->mac, text));
		assert_int_equal(rows[i].mtu, l->mtu);
		assert_int_equal(rows[i].up, l->up);
		assert_int_equal(rows[i].arp, l->arp);
	}
	assert_int_equal(5, net->n_links);
	assert_null(host_link_by_name(net, "mtx"));
	assert_null(host_link_by_name(net, ""));
	assert_null(host_link_by_index(net, 0));
}

static void
a_tun_link_carries_bare_ip(void **state)
{
	(void)snapshot(state);
	if (access("/dev/net/tun", R_OK | W_OK) == -1) {
		print_message("no /dev/net/tun\n");
		skip();
	}
	configure("tuntap add mtt mode tun\n");
	const struct host_link *l = host_link_by_name(snapshot(state), "mtt");
	assert_non_null(l);
	assert_int_equal(LINK_IP, l->kind);
	assert_true(mac_is_zero(&l->mac));
	assert_false(l->up);
	assert_false(l->arp);
	configure("link del mtt\n");
}

static const struct host_addr *
find_addr(const struct host_net *net, const char *text)
{
	struct addr a;

	assert_true(addr_parse(text, &a));
	for (size_t i = 0; i < net->n_addrs; i++)
		if (addr_equal(&net->addrs[i].addr, &a))
			return &net->addrs[i];
	return NULL;
}

static void
addresses_say_prefix_and_peer(void **state)
{
	const struct host_net *net = snapshot(state);
	char text[ADDR_TEXT_MAX];
	static const struct {
		const char *addr, *link, *peer;
		unsigned bits;
	} rows[] = {
		{ "127.0.0.1", "lo", "-", 8 },
		{ "::1", "lo", "-", 128 },
		{ "192.0.2.10", "mta", "-", 24 },
		{ "2001:db8:1::10", "mta", "-", 64 },
		{ "10.9.0.1", "mta", "10.9.0.2", 32 },
		{ "2001:db8:9::1", "mta", "2001:db8:9::2", 128 },
		{ "192.0.3.10", "mtc", "-", 24 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct host_addr *a = find_addr(net, rows[i].addr);
		print_message("  %s\n", rows[i].addr);
		assert_non_null(a);
		assert_string_equal(
			rows[i].link, host_link_by_index(net, a->link)->name);
		assert_int_equal(rows[i].bits, a->bits);
		assert_string_equal(rows[i].peer, addr_print(&a->peer, text));
	}
}

/* Of IPv4 the same bits say "secondary", which speaks against nothing. */
static void
addresses_say_what_speaks_against_them(void **state)
{
	const struct host_net *net = snapshot(state);

	assert_true(find_addr(net, "2001:db8:1::11")->deprecated);
	assert_false(find_addr(net, "2001:db8:1::10")->deprecated);
	assert_false(find_addr(net, "192.0.2.20")->temporary);
	assert_false(find_addr(net, "2001:db8:1::10")->tentative);
	configure("addr add 2001:db8:1::12/64 dev mta\n"); /* DAD takes a second */
	assert_true(find_addr(snapshot(state), "2001:db8:1::12")->tentative);
	configure("addr del 2001:db8:1::12/64 dev mta\n");
}

static void
own_addresses_are_known(void **state)
{
	const struct host_net *net = snapshot(state);
	static const struct {
		const char *addr;
		bool own;
	} rows[] = {
		{ "192.0.2.10", true },
		{ "192.0.3.10", true }, /* also on a link that is down */
		{ "2001:db8:1::10", true },
		{ "127.0.0.1", true },
		{ "127.9.9.9", true }, /* RFC 1122 §3.2.1.3: all of 127/8 */
		{ "::1", true },
		{ "192.0.2.11", false },
		{ "10.9.0.2", false }, /* the peer */
		{ "2001:db8:9::2", false },
		{ "0.0.0.0", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct addr a;
		print_message("  %s\n", rows[i].addr);
		assert_true(addr_parse(rows[i].addr, &a));
		assert_int_equal(rows[i].own, host_is_own(net, &a));
	}
}

static void
print_route(
	const struct host_net *net, const struct host_route *r, char *line, size_t size)
{
	char net_text[ADDR_TEXT_MAX], via[ADDR_TEXT_MAX], src[ADDR_TEXT_MAX];
	const struct host_link *l = host_link_by_index(net, r->link);

	if (r->kind == ROUTE_UNREACHABLE)
		(void)snprintf(line, size, "unreachable %s/%u",
			addr_print(&r->net, net_text), r->bits);
	else
		(void)snprintf(line, size, "%s/%u via %s dev %s src %s metric %u",
			addr_print(&r->net, net_text), r->bits, addr_print(&r->via, via),
			l ? l->name : "-", addr_print(&r->src, src), r->metric);
}

static bool
has_route(const struct host_net *net, const char *want)
{
	char line[256];

	for (size_t i = 0; i < net->n_routes; i++) {
		print_route(net, &net->routes[i], line, sizeof(line));
		if (strncmp(line, want, strlen(want)) == 0)
			return true;
	}
	return false;
}

static void
routes_of_main_and_default_are_read(void **state)
{
	const struct host_net *net = snapshot(state);
	static const char *const rows[] = {
		"0.0.0.0/0 via 192.0.2.1 dev mta src - metric 100",
		"192.0.2.0/24 via - dev mta src 192.0.2.10 metric 0",
		"10.9.0.2/32 via - dev mta src 10.9.0.1 metric 0",
		"203.0.113.0/24 via 192.0.2.2 dev mta src - metric 0",
		"203.0.113.0/26 via 192.0.2.2 dev mta src 10.9.0.1 metric 0",
		"203.0.113.128/25 via 192.0.2.3 dev mta src - metric 5",
		"203.0.113.128/25 via 192.0.2.4 dev mta src - metric 1",
		"unreachable 198.51.100.0/24",
		"unreachable 198.51.101.0/24",
		"unreachable 198.51.102.0/24",
		"unreachable 198.51.103.0/24",
		"203.0.115.0/24 via 192.0.2.1 dev mta src - metric 0",
		"203.0.117.0/24 via 192.0.2.5 dev mta src - metric 0",
		"203.0.118.0/24 via 2001:db8:1::5 dev mta src - metric 0",
		"203.0.119.0/24 via 2001:db8:1::6 dev mta src - metric 0",
		/* its first next hop is dead: the link is down */
		"203.0.120.0/24 via 192.0.2.6 dev mta src - metric 0",
		"::/0 via 2001:db8:1::1 dev mta src - metric 50",
		/* 1024 is what the kernel gives an IPv6 route without a metric */
		"2001:db8:2::/48 via 2001:db8:1::2 dev mta src - metric 1024",
		"2001:db8:1::/64 via - dev mta src - metric 256",
		"unreachable 2001:db8:3::/48",
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("  %s\n", rows[i]);
		assert_true(has_route(net, rows[i]));
	}
}

static void
routes_that_are_not_for_us_are_left_out(void **state)
{
	const struct host_net *net = snapshot(state);
	static const char *const rows[] = {
		"203.0.114.0/24",     /* another table */
		"203.0.116.0/24",     /* another type of service */
		"192.0.2.10/32",      /* table local */
		"192.0.2.255/32",     /* broadcast */
		"127.0.0.0/8",        /* table local */
		"2001:db8:1::10/128", /* table local */
		"192.0.3.0/24",       /* the link is down: the kernel has none */
		"ff00::/8",           /* multicast */
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("  %s\n", rows[i]);
		assert_false(has_route(net, rows[i]));
	}
}

static void
assert_sorted(const struct host_net *net)
{
	for (size_t i = 1; i < net->n_routes; i++) {
		const struct host_route *a = &net->routes[i - 1], *b = &net->routes[i];
		assert_true(a->bits > b->bits ||
			(a->bits == b->bits && a->metric <= b->metric));
	}
}

static void
routes_are_sorted_by_prefix_and_metric(void **state)
{
	assert_sorted(snapshot(state));
}

static const struct host_neigh *
find_neigh(const struct host_net *net, const char *link, const char *text)
{
	struct addr a;

	assert_true(addr_parse(text, &a));
	return host_neigh_find(net, host_link_by_name(net, link)->index, &a);
}

static void
neighbours_with_a_mac_are_found(void **state)
{
	const struct host_net *net = snapshot(state);
	char text[MAC_TEXT_MAX];
	static const struct {
		const char *link, *addr, *mac;
	} rows[] = {
		{ "mta", "192.0.2.1", "00:16:3e:01:00:01" },
		{ "mta", "192.0.2.2", "00:16:3e:01:00:02" },
		{ "mta", "192.0.2.3", "00:16:3e:01:00:03" },
		{ "mta", "2001:db8:1::1", "00:16:3e:01:00:11" },
		{ "mta", "192.0.2.4", NULL }, /* NOARP: nobody answered */
		{ "mta", "192.0.2.5", NULL }, /* failed */
		{ "mta", "192.0.2.6", NULL }, /* we answer for it */
		{ "mta", "192.0.2.7", NULL },
		{ "mtb", "192.0.2.1", NULL }, /* known on another link */
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct host_neigh *n = find_neigh(net, rows[i].link, rows[i].addr);
		print_message("  %s %s\n", rows[i].link, rows[i].addr);
		if (rows[i].mac)
			assert_non_null(n);
		else
			assert_null(n);
		if (n)
			assert_string_equal(rows[i].mac, mac_print(&n->mac, text));
	}
}

/* Lines for `ip -batch`: the pattern's two numbers count up from 0.0; returned: free it. */
static char *
batch(const char *verb, const char *what, unsigned n)
{
	const size_t line = 80, size = n * line + 1;
	char *text = calloc(n, line);
	size_t at = 0;

	assert_non_null(text);
	for (unsigned i = 0; i < n; i++)
		at += (size_t)snprintf(text + at, size - at, "%s 10.%u.%u.1/32 %s\n",
			verb, 100 + i / 256, i % 256, what);
	return text;
}

static void
configure_many(const char *verb, const char *what, unsigned n)
{
	char *text = batch(verb, what, n);

	configure(text);
	free(text);
}

static void
a_large_table_is_read_whole_within_the_arena(void **state)
{
	size_t before = snapshot(state)->n_routes;

	configure_many("route add", "via 192.0.2.1", MANY);
	const struct host_net *net = snapshot(state);
	assert_int_equal(before + MANY, net->n_routes);
	assert_sorted(net);
	assert_true(
		has_route(net, "10.100.0.1/32 via 192.0.2.1 dev mta src - metric 0"));
	assert_true(
		has_route(net, "10.107.207.1/32 via 192.0.2.1 dev mta src - metric 0"));

	static const size_t limits[] = { 16, 4096, 100000 };
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct arena *small = arena_new(limits[i]);
		struct host_net *none = NULL;
		struct err e = { 0 };
		print_message("  arena of %zu\n", limits[i]);
		assert_int_equal(-1, host_net_read(small, &none, &e));
		assert_int_equal(ERR_NOMEM, e.code);
		assert_null(none);
		arena_free(small);
	}
	configure_many("route del", "via 192.0.2.1", MANY);
}

/*
 * A dump of many messages during which addresses come and go is interrupted by the kernel
 * (NLM_F_DUMP_INTR).  Each snapshot must be a whole one all the same: what stays is there
 * once, and nothing twice.
 */
static void
a_changing_table_is_read_again(void **state)
{
	(void)snapshot(state);
	configure_many("addr add", "dev mtc", MANY);
	pid_t child = fork();

	assert_true(child >= 0);
	while (child == 0) { /* until it is killed */
		configure("addr add 192.0.2.77/32 dev mta\n"
			  "addr del 192.0.2.77/32 dev mta\n");
		/* Ten interrupted dumps in a row would be an error, and rightly so. */
		(void)usleep(5000);
	}
	for (int i = 0; i < 60; i++) {
		const struct host_net *net = snapshot(state);
		int mtc = host_link_by_name(net, "mtc")->index;
		size_t n = 0;
		for (size_t k = 0; k < net->n_addrs; k++)
			n += net->addrs[k].link == mtc;
		assert_int_equal(MANY + 1, n);
	}
	assert_int_equal(0, kill(child, SIGKILL));
	assert_int_equal(child, waitpid(child, NULL, 0));
}

static void
no_rights_are_needed_to_read(void **state)
{
	(void)snapshot(state);
	pid_t child = fork();
	int status = -1;

	assert_true(child >= 0);
	if (child == 0) {
		struct arena *a = arena_new(ARENA_LIMIT);
		struct host_net *net = NULL;
		struct err e = { 0 };
		bool ok = setgid(65534) == 0 && setuid(65534) == 0 &&
			host_net_read(a, &net, &e) == 0 && net->n_links == 5;
		_exit(ok ? 0 : 1);
	}
	assert_int_equal(child, waitpid(child, &status, 0));
	assert_int_equal(0, status);
}

static void
an_empty_snapshot_finds_nothing(void **state)
{
	const struct host_net none = { 0 };
	struct addr a = addr_ip4(0xc0000201);

	(void)state;
	assert_null(host_link_by_index(&none, 1));
	assert_null(host_link_by_name(&none, "lo"));
	assert_null(host_neigh_find(&none, 1, &a));
	assert_false(host_is_own(&none, &a));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(links_say_kind_state_and_mac),
		cmocka_unit_test(a_tun_link_carries_bare_ip),
		cmocka_unit_test(addresses_say_prefix_and_peer),
		cmocka_unit_test(addresses_say_what_speaks_against_them),
		cmocka_unit_test(own_addresses_are_known),
		cmocka_unit_test(routes_of_main_and_default_are_read),
		cmocka_unit_test(routes_that_are_not_for_us_are_left_out),
		cmocka_unit_test(routes_are_sorted_by_prefix_and_metric),
		cmocka_unit_test(neighbours_with_a_mac_are_found),
		cmocka_unit_test(a_large_table_is_read_whole_within_the_arena),
		cmocka_unit_test(a_changing_table_is_read_again),
		cmocka_unit_test(no_rights_are_needed_to_read),
		cmocka_unit_test(an_empty_snapshot_finds_nothing),
	};

	return cmocka_run_group_tests(tests, make_namespace, drop_namespace);
}
