/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libldap on a connection that it was given: it makes none by itself, whatever becomes of that. */
#include <arpa/inet.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "ldap/session.h"

/* A server that hangs up on everybody who asks something, and counts who came. */
struct server {
	int fd;
	int port;
	atomic_int came;
	pthread_t thread;
};

static void *
serve(void *arg)
{
	struct server *s = arg;
	uint8_t question[256];
	int line;

	while ((line = accept(s->fd, NULL, NULL)) != -1) {
		atomic_fetch_add(&s->came, 1);
		(void)!recv(line, question, sizeof(question), 0);
		close(line);
	}
	return NULL;
}

static void
server_start(struct server *s)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(at);

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

static int
no_row(void *arg, const struct entry *entry, struct err *e)
{
	(void)arg, (void)entry, (void)e;
	return 0;
}

/* The host's name leads to the server as well: a connection that libldap made would come there. */
static void
a_connection_that_is_gone_is_not_made_again(void **state)
{
	static const char *const none[] = { "1.1", NULL };
	static char user[] = "u", secret[] = "s";
	struct credential c = { .kind = LOGIN_SIMPLE, .user = user, .secret = secret };
	struct server s = { .came = 0 };
	struct session *session;
	struct addr loopback;
	struct err e;

	(void)state;
	server_start(&s);
	assert_true(addr_parse("127.0.0.1", &loopback));
	const struct session_conf conf = { .host = "127.0.0.1",
		.addresses = &loopback,
		.n_addresses = 1,
		.port = s.port,
		.reach = { .timeout_ms = 2000, .deadline_us = INT64_MAX } };
	assert_int_equal(0, session_open(&session, &conf, &e));
	for (int i = 0; i < 3; i++) {
		struct search q = { .base = "",
			.filter = "(objectClass=*)",
			.scope = SEARCH_BASE,
			.attributes = none,
			.row = no_row };
		assert_int_equal(-1, session_search(session, &q, &e));
		assert_int_equal(ERR_SYS, e.code);
	}
	/* Nor would a password go anywhere. */
	assert_int_equal(-1, session_login(session, "corp.example", &c, &e));
	assert_int_equal(ERR_ARG, e.code);
	session_close(session);
	server_stop(&s);
	assert_int_equal(1, atomic_load(&s.came));
}

static void
nobody_is_asked_without_an_address_that_may_be(void **state)
{
	struct server s = { .came = 0 };
	struct session *session;
	struct session_conf conf = { .host = "127.0.0.1",
		.reach = { .timeout_ms = 2000, .deadline_us = INT64_MAX } };
	struct err e;

	(void)state;
	server_start(&s);
	conf.port = s.port;
	assert_int_equal(-1, session_open(&session, &conf, &e));
	assert_int_equal(ERR_NOTFOUND, e.code);
	assert_null(session);
	server_stop(&s);
	assert_int_equal(0, atomic_load(&s.came));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_connection_that_is_gone_is_not_made_again),
		cmocka_unit_test(nobody_is_asked_without_an_address_that_may_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
