/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whom a poll of a directory connects to, and what it takes from a key distribution centre: on
 * loopback addresses, with no name among them. */
#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/arena.h"
#include "base/clock.h"
#include "ldap/kdc.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* --- a server that says what it is told to ---------------------------------------------------- */

struct server {
	int fd;
	uint16_t port;
	const uint8_t *says; /* NULL: nothing, and it keeps the line */
	size_t n;
	atomic_int heard; /* questions */
	pthread_t thread;
};

static void
answer(struct server *s, int line)
{
	uint8_t question[64];
	struct pollfd p = { .fd = line, .events = POLLIN };

	if (recv(line, question, sizeof(question), 0) > 0)
		atomic_fetch_add(&s->heard, 1);
	if (s->says)
		(void)!send(line, s->says, s->n, MSG_NOSIGNAL);
	else
		(void)poll(&p, 1, 2000); /* until they hang up */
	close(line);
}

static void *
serve(void *arg)
{
	struct server *s = arg;
	int line;

	while ((line = accept(s->fd, NULL, NULL)) != -1)
		answer(s, line);
	return NULL;
}

static void
server_start(struct server *s, const char *ip)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t size = sizeof(at);

	assert_int_equal(1, inet_pton(AF_INET, ip, &at.sin_addr));
	s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(0, bind(s->fd, (struct sockaddr *)&at, size));
	assert_int_equal(0, getsockname(s->fd, (struct sockaddr *)&at, &size));
	s->port = ntohs(at.sin_port);
	assert_int_equal(0, listen(s->fd, 8));
	assert_int_equal(0, pthread_create(&s->thread, NULL, serve, s));
}

static void
server_stop(struct server *s)
{
	(void)shutdown(s->fd, SHUT_RDWR);
	(void)pthread_join(s->thread, NULL);
	close(s->fd);
}

/* --- who asks --------------------------------------------------------------------------------- */

struct world {
	struct arena *mem;
	struct reach reach;
	struct kdc kdc;
};

static struct addr
ip(const char *text)
{
	struct addr a;

	assert_true(addr_parse(text, &a));
	return a;
}

static void
begin(struct world *w, const char *excluded)
{
	struct iprange *set;
	struct err e;

	*w = (struct world){ .mem = arena_new(1 << 20) };
	assert_non_null(w->mem);
	w->reach = (struct reach){ .timeout_ms = 300, .deadline_us = INT64_MAX };
	assert_int_equal(0, resolver_new(&w->reach.resolver, &e));
	if (excluded) {
		assert_int_equal(0, iprange_parse(&excluded, 1, NULL, w->mem, &set, &e));
		w->reach.excluded = set;
	}
	w->kdc = (struct kdc){ .reach = &w->reach,
		.host = "dc1.corp.example",
		.domain = "corp.example",
		.controller = ip("127.0.0.9") };
}

static void
end(struct world *w)
{
	resolver_free(w->reach.resolver);
	arena_free(w->mem);
}

/* Of a realm whose servers are "127.0.0.N:PORT". */
static int
ask(struct world *w, const struct server *all, const char *const *ips, size_t n,
	struct kdc_message *said, struct err *e)
{
	char lines[4][64], *servers[5] = { NULL };
	const struct kdc_realm realm = { "CORP.EXAMPLE", servers, false };

	for (size_t i = 0; i < n; i++) {
		(void)snprintf(lines[i], sizeof(lines[i]), "%s:%u", ips[i], all[i].port);
		servers[i] = lines[i];
	}
	return kdc_ask(&w->kdc, &realm, "question", 8, said, e);
}

/* RFC 4120 §7.2.2: four bytes of length before the message, the highest bit zero. */
static const struct answer_row {
	const char *label, *bytes;
	size_t n;
	const char *is; /* NULL: refused */
} answer_rows[] = {
	{ "an answer", "\0\0\0\6answer", 10, "answer" },
	{ "more behind it is not read", "\0\0\0\3answer", 10, "ans" },
	{ "no length", "\0\0", 2, NULL },
	{ "hung up", "", 0, NULL },
	{ "less than it says", "\0\0\0\7answer", 10, NULL },
	{ "nothing in it", "\0\0\0\0", 4, NULL },
	{ "an extension", "\x80\0\0\1a", 5, NULL },
	{ "larger than any", "\0\4\0\1a", 5, NULL },
	{ "silence", NULL, 0, NULL },
};

static void
an_answer_is_taken_whole_or_not_at_all(void **state)
{
	static const char *const ips[] = { "127.0.0.1" };

	(void)state;
	for (size_t i = 0; i < COUNT(answer_rows); i++) {
		const struct answer_row *r = &answer_rows[i];
		struct server s = { .says = (const uint8_t *)r->bytes, .n = r->n };
		struct kdc_message said;
		struct world w;
		struct err e;

		print_message("  %s\n", r->label);
		begin(&w, "127.0.0.9");
		server_start(&s, ips[0]);
		int64_t began = clock_mono(&clock_system);
		int rc = ask(&w, &s, ips, 1, &said, &e);
		assert_true(clock_mono(&clock_system) - began < 1500 * MSEC);
		assert_int_equal(r->is ? 0 : -1, rc);
		if (r->is) {
			assert_int_equal(strlen(r->is), said.n);
			assert_memory_equal(r->is, said.bytes, said.n);
		} else {
			assert_null(said.bytes);
			assert_non_null(strstr(e.text, "CORP.EXAMPLE"));
		}
		free(said.bytes);
		server_stop(&s);
		end(&w);
	}
}

static void
the_next_one_is_asked_when_one_is_excluded_or_fails(void **state)
{
	static const struct {
		const char *label, *excluded;
		const char *first; /* what the first says */
		int heard[2];
	} rows[] = {
		{ "the first answers", NULL, "\0\0\0\2ok", { 1, 0 } },
		{ "the first is broken", NULL, "\0\0\0\0--", { 1, 1 } },
		{ "the first is excluded", "127.0.0.1", "\0\0\0\2ok", { 0, 1 } },
		{ "both are", "127.0.0.0/8", "\0\0\0\2ok", { 0, 0 } },
	};
	static const char *const ips[] = { "127.0.0.1", "127.0.0.2" };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct server s[2] = { { .says = (const uint8_t *)rows[i].first,
					       .n = 6 },
			{ .says = (const uint8_t *)"\0\0\0\2ok", .n = 6 } };
		struct kdc_message said;
		struct world w;
		struct err e;
		bool answered = rows[i].heard[0] + rows[i].heard[1] > 0;

		print_message("  %s\n", rows[i].label);
		begin(&w, rows[i].excluded);
		for (size_t k = 0; k < 2; k++)
			server_start(&s[k], ips[k]);
		assert_int_equal(answered ? 0 : -1, ask(&w, s, ips, 2, &said, &e));
		free(said.bytes);
		for (size_t k = 0; k < 2; k++) {
			server_stop(&s[k]);
			assert_int_equal(rows[i].heard[k], atomic_load(&s[k].heard));
		}
		if (!answered)
			assert_non_null(strstr(e.text, "is excluded, or outside"));
		end(&w);
	}
}

static void
who_answered_is_asked_first_the_next_time(void **state)
{
	static const char *const ips[] = { "127.0.0.1", "127.0.0.2" };
	struct server s[2] = { { .says = (const uint8_t *)"\0\0\0\0", .n = 4 },
		{ .says = (const uint8_t *)"\0\0\0\2ok", .n = 6 } };
	struct kdc_message said;
	struct world w;
	struct err e;

	(void)state;
	begin(&w, NULL);
	for (size_t k = 0; k < 2; k++)
		server_start(&s[k], ips[k]);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(0, ask(&w, s, ips, 2, &said, &e));
		free(said.bytes);
	}
	for (size_t k = 0; k < 2; k++)
		server_stop(&s[k]);
	assert_int_equal(1, atomic_load(&s[0].heard));
	assert_int_equal(3, atomic_load(&s[1].heard));
	end(&w);
}

/* krb5.conf(5), kdc: "The name or address of a host running a KDC", an optional port behind a
 * colon, brackets around an IPv6 address, "udp/" or "tcp/" before it, or "https://" a proxy. */
static void
servers_of_krb5_conf_are_read(void **state)
{
	static const struct {
		const char *text, *host; /* NULL: none */
		uint16_t port;
	} rows[] = {
		{ "kdc.example", "kdc.example", 88 },
		{ "kdc.example:750", "kdc.example", 750 },
		{ "192.0.2.1:65535", "192.0.2.1", 65535 },
		{ "[2001:db8::1]:750", "2001:db8::1", 750 },
		{ "[2001:db8::1]", "2001:db8::1", 88 },
		{ "tcp/kdc.example:88", "kdc.example", 88 },
		{ "UDP/kdc.example", "kdc.example", 88 },
		{ "https://kdc.example/KdcProxy", NULL, 0 },
		{ "kdc.example:", NULL, 0 },
		{ "kdc.example:0", NULL, 0 },
		{ "kdc.example:65536", NULL, 0 },
		{ "kdc.example:88x", NULL, 0 },
		{ "kdc.example:-1", NULL, 0 },
		{ "[2001:db8::1", NULL, 0 },
		{ "[2001:db8::1]x", NULL, 0 },
		{ ":88", NULL, 0 },
		{ "", NULL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *host;
		uint16_t port;
		size_t n;
		print_message("  %s\n", rows[i].text);
		bool is = kdc_parse_server(rows[i].text, &host, &n, &port);
		assert_int_equal(rows[i].host != NULL, is);
		if (!is)
			continue;
		assert_int_equal(strlen(rows[i].host), n);
		assert_memory_equal(rows[i].host, host, n);
		assert_int_equal(rows[i].port, port);
	}
}

static void
a_name_leads_to_what_may_be_asked(void **state)
{
	static const struct {
		const char *label, *host, *excluded;
		size_t n, n_excluded;
	} rows[] = {
		{ "nothing is excluded", "127.0.0.1", NULL, 1, 0 },
		{ "another is", "127.0.0.1", "127.0.0.2", 1, 0 },
		{ "it is", "127.0.0.1", "127.0.0.0/24", 0, 1 },
		{ "IPv6", "::1", "127.0.0.0/8", 1, 0 },
		{ "IPv6, excluded", "::1", "::/64", 0, 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct reach_addresses found;
		struct world w;
		struct err e;
		print_message("  %s\n", rows[i].label);
		begin(&w, rows[i].excluded);
		assert_int_equal(rows[i].n ? 0 : -1,
			reach_find(&w.reach, rows[i].host, &found, &e));
		assert_int_equal(rows[i].n, found.n);
		assert_int_equal(rows[i].n_excluded, found.n_excluded);
		end(&w);
	}
}

/* Also one whose address was found before, when nobody excluded it. */
static void
no_connection_goes_to_an_excluded_address(void **state)
{
	struct server s = { .says = (const uint8_t *)"", .n = 0 };
	const struct addr both[] = { ip("127.0.0.1"), ip("127.0.0.2") };
	struct addr peer;
	struct world w;
	struct err e;
	int fd;

	(void)state;
	server_start(&s, "127.0.0.1");
	begin(&w, "127.0.0.1");
	assert_int_equal(-1, reach_connect(&w.reach, both, 1, s.port, &peer, &fd, &e));
	assert_int_equal(ERR_NOTFOUND, e.code);
	assert_int_equal(-1, reach_connect(&w.reach, both, 2, s.port, &peer, &fd, &e));
	assert_non_null(strstr(e.text, "refuses connections"));
	w.reach.excluded = NULL;
	assert_int_equal(0, reach_connect(&w.reach, both, 2, s.port, &peer, &fd, &e));
	assert_true(addr_equal(&peer, &both[0]));
	close(fd);
	end(&w);
	server_stop(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_is_taken_whole_or_not_at_all),
		cmocka_unit_test(the_next_one_is_asked_when_one_is_excluded_or_fails),
		cmocka_unit_test(who_answered_is_asked_first_the_next_time),
		cmocka_unit_test(servers_of_krb5_conf_are_read),
		cmocka_unit_test(a_name_leads_to_what_may_be_asked),
		cmocka_unit_test(no_connection_goes_to_an_excluded_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
