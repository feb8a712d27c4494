/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sweep by sockets, over loopback: listeners and a name server of the test's own. */
#include "sweep_rig.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "scanner/socket_path.h"

/* An address of loopback that no other program uses. */
#define HERE "127.77.1.1"

static bool
nobody(const struct addr *a)
{
	(void)a;
	return false;
}

static int
listen_on(uint16_t *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_addr.s_addr = inet_addr(HERE) };
	socklen_t n = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_not_equal(fd, -1);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, n), 0);
	assert_int_equal(listen(fd, 16), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &n), 0);
	*port = ntohs(a.sin_port);
	return fd;
}

/* A sweep of targets by sockets; rc of its run. */
static int
sweep(struct rig *r, const char *targets, struct err *e)
{
	struct socket_path *p;

	r->run.clock = &clock_system;
	rig_prepare(r, targets);
	assert_int_equal(socket_path_open(&p, &r->job, &r->sim.port.guard, e), 0);
	int rc = socket_path_run(p, e);
	socket_path_close(p);
	return rc;
}

static struct opt_list
one(const char **item)
{
	return (struct opt_list){ .items = item, .n = 1 };
}

static void
open_and_closed_ports_are_told_apart(void **state)
{
	struct rig *r = rig_new(nobody);
	char ports[64], open_fact[64];
	const char *item = ports;
	const char *syn = "tcp-syn";
	uint16_t port;
	int fd = listen_on(&port);
	struct err e;

	(void)state;
	(void)snprintf(ports, sizeof(ports), "%u-%u", port, port + 1);
	(void)snprintf(open_fact, sizeof(open_fact), "\"tcp.open\":[%u]", port);
	r->conf.ports = one(&item);
	r->conf.probes = one(&syn);
	assert_int_equal(sweep(r, HERE, &e), 0);
	assert_int_equal(rig_count(r, "\"" HERE "\"", open_fact), 1);
	(void)snprintf(open_fact, sizeof(open_fact), "\"tcp.closed\":[%u]", port + 1);
	assert_int_equal(rig_count(r, "\"" HERE "\"", open_fact), 1);
	assert_int_equal(r->job.hearing.found, 1);
	assert_string_equal(r->coverage.text, "tcp-connect " HERE " whole; ");
	assert_string_equal(r->reasons.text, "");
	rig_free(r);
	close(fd);
}

static void
connections_carry_no_byte(void **state)
{
	struct rig *r = rig_new(nobody);
	const char *syn = "tcp-syn", *item;
	char ports[16], byte;
	uint16_t port;
	int fd = listen_on(&port);
	struct err e;

	(void)state;
	(void)snprintf(ports, sizeof(ports), "%u", port);
	item = ports;
	r->conf.ports = one(&item);
	r->conf.probes = one(&syn);
	assert_int_equal(sweep(r, HERE, &e), 0);
	int peer = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	assert_int_not_equal(peer, -1);
	assert_int_equal(recv(peer, &byte, 1, 0), -1);
	assert_int_equal(errno, ECONNRESET); /* at once, and without lingering */
	close(peer);
	rig_free(r);
	close(fd);
}

static void
many_ports_of_many_hosts_are_all_told(void **state)
{
	struct rig *r = rig_new(nobody);
	const char *ports = "2000-2999", *syn = "tcp-syn";
	struct err e;

	(void)state;
	r->conf.ports = one(&ports);
	r->conf.probes = one(&syn);
	r->conf.host_rate = 1000000;
	r->conf.wait_ms = 5000;
	assert_int_equal(sweep(r, "127.77.2.0/29", &e), 0);
	assert_int_equal(r->job.hearing.found, 8);
	assert_int_equal(rig_count(r, "\"tcp.closed\":[2999]", "127.77.2.7"), 1);
	assert_int_equal(r->n_found, 8 * 1000);
	rig_free(r);
}

/* Answers node status, mDNS and SNMP until it is asked nothing for a while. */
struct name_server {
	uint16_t port;
	int fd;
	unsigned asked;
	bool forge; /* first says something with another id, and from another port */
};

static void *
serve_names(void *arg)
{
	struct name_server *s = arg;
	uint8_t query[512], answer[512];
	struct sockaddr_in from;
	struct addr who;
	ssize_t n;

	assert_true(addr_parse(HERE, &who));
	for (;;) {
		socklen_t size = sizeof(from);
		n = recvfrom(s->fd, query, sizeof(query), 0, (struct sockaddr *)&from,
			&size);
		if (n < 2)
			return NULL;
		s->asked++;
		uint16_t id = (uint16_t)(query[0] << 8 | query[1]);
		struct rd asked = rd_from(query, (size_t)n);
		size_t m;
		if (s->port == 5353)
			m = sim_write_mdns(asked, answer, sizeof(answer));
		else if (s->port == 161)
			m = sim_write_snmp(asked, answer, sizeof(answer));
		else
			m = sim_write_status(
				answer, sizeof(answer), s->forge ? id ^ 1 : id, &who);
		(void)sendto(s->fd, answer, m, 0, (struct sockaddr *)&from, size);
	}
}

static bool
start_names(struct name_server *s, pthread_t *thread)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_addr.s_addr = inet_addr(HERE),
		.sin_port = htons(s->port ? s->port : NBNS_PORT) };
	struct timeval patience = { .tv_usec = 500 * MSEC };

	s->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(
		setsockopt(s->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)),
		0);
	if (bind(s->fd, (struct sockaddr *)&a, sizeof(a)) == -1) {
		close(s->fd);
		return false; /* port 137 needs rights */
	}
	return pthread_create(thread, NULL, serve_names, s) == 0;
}

static void
names_are_asked_by_a_datagram(void **state)
{
	struct rig *r = rig_new(nobody);
	struct name_server s = { 0 };
	const char *nbns = "nbns";
	pthread_t thread;
	struct err e;

	(void)state;
	if (!start_names(&s, &thread)) {
		print_message("needs the right to bind port 137\n");
		rig_free(r);
		skip();
	}
	r->conf.probes = one(&nbns);
	assert_int_equal(sweep(r, HERE, &e), 0);
	(void)pthread_join(thread, NULL);
	close(s.fd);
	assert_int_equal(s.asked, 1);
	assert_int_equal(
		rig_count(r, "\"netbios.name\":\"H-0101\"", "\"udp.open\":[137]"), 1);
	assert_string_equal(r->coverage.text, "nbns " HERE " whole; ");
	rig_free(r);
}

static void
every_probe_by_udp_is_asked_by_a_datagram(void **state)
{
	static const struct {
		const char *probe, *fact;
		uint16_t port;
		unsigned asked;
	} rows[] = {
		{ "mdns", "\"mdns.name\":\"host.local\"", 5353, 1 },
		{ "snmp", "\"snmp.sysname\":\"lab\"", 161, 2 }, /* two communities */
	};
	const char *communities[] = { "lab", "other" };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rig *r = rig_new(nobody);
		struct name_server s = { .port = rows[i].port };
		const char *name = rows[i].probe;
		pthread_t thread;
		struct err e;
		print_message("  %s\n", name);
		if (!start_names(&s, &thread)) {
			print_message("needs the right to bind port %u\n", s.port);
			rig_free(r);
			skip();
		}
		r->conf.probes = one(&name);
		r->conf.communities = (struct opt_list){ communities, 2, 0 };
		assert_int_equal(sweep(r, HERE, &e), 0);
		(void)pthread_join(thread, NULL);
		close(s.fd);
		assert_int_equal(s.asked, rows[i].asked);
		assert_int_equal(rig_count(r, rows[i].fact, HERE), rows[i].asked);
		assert_string_equal(r->reasons.text, "");
		rig_free(r);
	}
}

static void
a_probe_that_sockets_cannot_ask_is_told(void **state)
{
	struct rig *r = rig_new(nobody);
	const char *name = "icmp-timestamp";
	struct err e;

	(void)state;
	r->conf.probes = one(&name);
	assert_int_equal(sweep(r, HERE, &e), 0);
	assert_string_equal(r->reasons.text, "probe-needs-packets icmp-timestamp 0; ");
	assert_string_equal(r->coverage.text, "");
	assert_int_equal(r->job.end.sent, 0);
	rig_free(r);
}

static void
an_answer_with_another_id_is_none(void **state)
{
	struct rig *r = rig_new(nobody);
	struct name_server s = { .forge = true };
	const char *nbns = "nbns";
	pthread_t thread;
	struct err e;

	(void)state;
	if (!start_names(&s, &thread)) {
		print_message("needs the right to bind port 137\n");
		rig_free(r);
		skip();
	}
	r->conf.probes = one(&nbns);
	r->conf.wait_ms = 200;
	assert_int_equal(sweep(r, HERE, &e), 0);
	(void)pthread_join(thread, NULL);
	close(s.fd);
	assert_int_equal(s.asked, 2); /* silent, so asked in both rounds */
	assert_int_equal(r->job.hearing.found, 0);
	rig_free(r);
}

/* What ping needs is a setting of the system: either it is asked, or a reason says why
 * not and nobody claims that it was. */
static void
ping_is_asked_or_its_absence_told(void **state)
{
	struct rig *r = rig_new(nobody);
	const char *echo = "icmp-echo";
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_ICMP);
	struct err e;

	(void)state;
	r->conf.probes = one(&echo);
	assert_int_equal(sweep(r, HERE, &e), 0);
	if (fd != -1) {
		assert_int_equal(rig_count(r, "\"icmp.echo\":true", HERE), 1);
		assert_string_equal(r->coverage.text, "icmp-echo " HERE " whole; ");
		close(fd);
	} else {
		assert_string_equal(r->reasons.text, "ping-not-allowed  0; ");
		assert_string_equal(r->coverage.text, "");
		assert_int_equal(r->job.end.sent, 0);
	}
	rig_free(r);
}

/* NetBIOS knows no IPv6: nobody may call ::1 down for its silence there. */
static void
what_a_family_is_not_asked_it_is_not_covered_for(void **state)
{
	struct rig *r = rig_new(nobody);
	const char *nbns = "nbns";
	struct err e;

	(void)state;
	r->conf.probes = one(&nbns);
	r->conf.wait_ms = 50;
	assert_int_equal(sweep(r, HERE " ::1", &e), 0);
	assert_string_equal(r->coverage.text, "nbns " HERE " whole; ");
	rig_free(r);
}

static void
ipv6_goes_the_same_way(void **state)
{
	struct rig *r = rig_new(nobody);
	const char *syn = "tcp-syn", *ports = "1";
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in6 lo = { .sin6_family = AF_INET6,
		.sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct err e;

	(void)state;
	if (fd == -1 || bind(fd, (struct sockaddr *)&lo, sizeof(lo)) == -1) {
		print_message("there is no IPv6 here\n");
		rig_free(r);
		skip();
	}
	close(fd);
	r->conf.probes = one(&syn);
	r->conf.ports = one(&ports);
	assert_int_equal(sweep(r, "::1", &e), 0);
	assert_int_equal(rig_count(r, "\"::1\"", "\"tcp.closed\":[1]"), 1);
	rig_free(r);
}

static void
the_guard_is_asked_here_too(void **state)
{
	struct rig *r = rig_new(nobody);
	const char *other = "127.77.9.9";
	struct socket_path *p;
	struct iprange *set;
	struct err e;

	(void)state;
	r->run.clock = &clock_system;
	rig_prepare(r, HERE);
	assert_int_equal(iprange_parse(&other, 1, NULL, r->mem, &set, &e), 0);
	r->sim.port.guard.targets = set;
	assert_int_equal(socket_path_open(&p, &r->job, &r->sim.port.guard, &e), 0);
	assert_int_equal(socket_path_run(p, &e), -1);
	assert_non_null(strstr(e.text, "outside the targets"));
	assert_int_equal(r->job.end.sent, 0);
	socket_path_close(p);
	rig_free(r);
}

static void
a_stopped_sweep_says_so(void **state)
{
	const char *ports = "2000-2099", *syn = "tcp-syn";
	struct rig *r = rig_new(nobody);
	struct err e;

	(void)state;
	r->conf.ports = one(&ports);
	r->conf.probes = one(&syn);
	r->stop_after = 10;
	assert_int_equal(sweep(r, "127.77.3.0/24", &e), 0);
	assert_true(r->job.end.interrupted);
	assert_string_equal(r->coverage.text, "tcp-connect 127.77.3.0/24 part; ");
	assert_in_range(r->n_found, 10, 1000);
	rig_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(open_and_closed_ports_are_told_apart),
		cmocka_unit_test(connections_carry_no_byte),
		cmocka_unit_test(many_ports_of_many_hosts_are_all_told),
		cmocka_unit_test(names_are_asked_by_a_datagram),
		cmocka_unit_test(every_probe_by_udp_is_asked_by_a_datagram),
		cmocka_unit_test(a_probe_that_sockets_cannot_ask_is_told),
		cmocka_unit_test(an_answer_with_another_id_is_none),
		cmocka_unit_test(ping_is_asked_or_its_absence_told),
		cmocka_unit_test(what_a_family_is_not_asked_it_is_not_covered_for),
		cmocka_unit_test(ipv6_goes_the_same_way),
		cmocka_unit_test(the_guard_is_asked_here_too),
		cmocka_unit_test(a_stopped_sweep_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
