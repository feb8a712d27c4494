/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The resolver against a real dnsmasq, a server that is silent and one that lies, on the
 * loopback of a network namespace of its own; nothing else is in there.  /etc/resolv.conf
 * and /etc/hosts are the test's own files in a mount namespace of its own.  Needs root.
 */
#include "host/resolver.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/clock.h"

#define REAL   "127.0.0.1" /* dnsmasq */
#define SILENT "127.0.0.2" /* a bound socket that nobody reads */
#define LIAR   "127.0.0.3"
#define CLOSED "127.0.0.4" /* nothing at all */

static char dir[] = "/tmp/muster-test-resolver-XXXXXX";
static const char *unready = "not set up"; /* NULL: ready */
static pid_t dnsmasq = -1;
static pthread_t liar_thread;
static int silent_fd = -1, liar_fd = -1;

/* --- a small world ------------------------------------------------------------------------ */

static int
write_file(const char *name, const char *text)
{
	char path[128];
	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	/* Not replaced: what is bound over /etc is this very file. */
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd == -1)
		return -1;
	ssize_t n = write(fd, text, strlen(text));
	close(fd);
	return n == (ssize_t)strlen(text) ? 0 : -1;
}

static int
bind_file(const char *name, const char *over, const char *text)
{
	char path[128];
	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	return write_file(name, text) == -1 ? -1
					    : mount(path, over, NULL, MS_BIND, NULL);
}

static int
raise_loopback(void)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int rc = fd == -1 ? -1 : ioctl(fd, SIOCSIFFLAGS, &lo);

	close(fd);
	return rc;
}

static int
bound_socket(const char *ip)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_port = htons(53) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	inet_pton(AF_INET, ip, &sin.sin_addr);
	if (fd != -1 && bind(fd, (struct sockaddr *)&sin, sizeof(sin)) == -1) {
		close(fd);
		return -1;
	}
	return fd;
}

static pid_t
start_dnsmasq(void)
{
	char many[128], text[130 * 32] = "";
	size_t len = 0;

	for (int i = 0; i < 64 + 65; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
			"198.18.0.%d %s.example\n", i, i < 64 ? "most" : "more");
	(void)snprintf(many, sizeof(many), "--addn-hosts=%s/many", dir);
	if (write_file("many", text) == -1)
		return -1;
	pid_t pid = fork();
	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	execlp("dnsmasq", "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null",
		"--log-facility=/dev/null", "--pid-file=", "--user=root", "--no-resolv",
		"--no-hosts", many, "--bind-interfaces", "--listen-address=" REAL,
		"--local=/example/2.0.192.in-addr.arpa/100.51.198.in-addr.arpa/"
		"8.b.d.0.1.0.0.2.ip6.arpa/",
		"--host-record=web.example,192.0.2.80,2001:db8::80",
		"--host-record=four.example,192.0.2.4",
		/* RFC 2317: the name is behind an alias */
		"--cname=90.2.0.192.in-addr.arpa,90.0-127.2.0.192.in-addr.arpa",
		"--ptr-record=90.0-127.2.0.192.in-addr.arpa,alias.example",
		"--ptr-record=91.2.0.192.in-addr.arpa,one.example",
		"--ptr-record=91.2.0.192.in-addr.arpa,two.example",
		/* names that do not lead back, lead nowhere, by an alias, or beyond its zones */
		"--ptr-record=192.2.0.192.in-addr.arpa,four.example",
		"--ptr-record=193.2.0.192.in-addr.arpa,nobody.example",
		"--ptr-record=195.2.0.192.in-addr.arpa,elsewhere.test", NULL);
	_exit(127);
}

/* Any reply at all: it listens. */
static bool
answers(const char *ip)
{
	static const uint8_t question[] = { 0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1,
		0, 1 };
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_port = htons(53) };
	const struct timeval wait = { .tv_usec = 20000 };
	uint8_t reply[512];
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool ok = false;

	inet_pton(AF_INET, ip, &sin.sin_addr);
	for (int i = 0; i < 250 && !ok; i++) { /* 5 s at most */
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
		(void)connect(fd, (struct sockaddr *)&sin, sizeof(sin));
		ok = send(fd, question, sizeof(question), 0) != -1 &&
			recv(fd, reply, sizeof(reply), 0) > 0;
		if (!ok)
			clock_system.sleep_us(&clock_system, 20000);
	}
	close(fd);
	return ok;
}

/* What no real server sends: to 1.2.0.192 an escape character, to 2.… a name of 300 bytes,
 * to 3.… ten records where there is one, to 4.… good and bad together, to 5.… SERVFAIL, to
 * 6.… REFUSED, to 7.… sixteen good names; to all else it is silent. */
static const struct lie {
	uint8_t rcode, records, octet;
	const char *data;
	size_t n;
	unsigned copies; /* of the record, beyond the first */
} lies[] = {
	{ 0, 1, '1',
		"\x04w\x1b[m\x07"
		"example",
		14, 0 },
	{ 0, 1, '2', NULL, 321, 0 },
	{ 0, 10, '3',
		"\x03web\x07"
		"exampl\xff",
		13, 0 },
	{ 0, 1, '4',
		"\x02ok\x07"
		"example",
		12, 0 },
	{ 2, 0, '5', "", 0, 0 },
	{ 5, 0, '6', "", 0, 0 },
	{ 0, 16, '7',
		"\x02ok\x07"
		"example",
		12, 15 },
};

static size_t
add_record(const struct lie *lie, uint8_t *reply, size_t n)
{
	static const uint8_t record[] = { 0xc0, 12, 0, 12, 0, 1, 0, 0, 0, 60 };

	memcpy(reply + n, record, sizeof(record));
	n += sizeof(record);
	reply[n++] = (uint8_t)(lie->n >> 8);
	reply[n++] = (uint8_t)lie->n;
	for (size_t i = 0; i < lie->n;
		i++) /* without data: labels of 63 of the letter x */
		reply[n++] = lie->data ? (uint8_t)lie->data[i]
			: i % 64       ? 'x'
			: i < 320      ? 63
				       : 0;
	return n;
}

static size_t
add_lie(const struct lie *lie, uint8_t *reply, size_t n)
{
	reply[2] |= 0x80;
	reply[3] = (uint8_t)(0x80 | lie->rcode);
	reply[7] = lie->records;
	for (unsigned i = 0; lie->records && i <= lie->copies; i++)
		n = add_record(lie, reply, n);
	return n;
}

static void *
lie_to_all(void *arg)
{
	uint8_t buf[1024];
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	ssize_t n;

	(void)arg;
	while ((n = recvfrom(liar_fd, buf, 512, 0, (struct sockaddr *)&from, &len)) >
		17) {
		for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
			if (buf[13] != lies[i].octet)
				continue;
			size_t size = add_lie(&lies[i], buf, (size_t)n);
			(void)sendto(
				liar_fd, buf, size, 0, (struct sockaddr *)&from, len);
			break;
		}
	}
	return NULL; /* shutdown(2) woke it */
}

static const char *
build_world(void)
{
	if (geteuid() != 0)
		return "needs root for a network namespace of its own";
	if (!mkdtemp(dir) || unshare(CLONE_NEWNET | CLONE_NEWNS) == -1)
		return "no network namespace to be had";
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1 ||
		bind_file("resolv.conf", "/etc/resolv.conf", "") == -1 ||
		bind_file("hosts", "/etc/hosts",
			"127.0.0.1 localhost\n192.0.2.200 printer web.hosts.example\n") ==
			-1)
		return "no private /etc/resolv.conf and /etc/hosts to be had";
	if (raise_loopback() == -1)
		return "no loopback to be had";
	silent_fd = bound_socket(SILENT);
	liar_fd = bound_socket(LIAR);
	if (silent_fd == -1 || liar_fd == -1 ||
		pthread_create(&liar_thread, NULL, lie_to_all, NULL) != 0)
		return "no name servers of its own to be had";
	dnsmasq = start_dnsmasq();
	return answers(REAL) ? NULL : "dnsmasq does not run here";
}

static int
set_up(void **state)
{
	(void)state;
	unready = build_world();
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	if (dnsmasq > 0) {
		kill(dnsmasq, SIGTERM);
		waitpid(dnsmasq, NULL, 0);
	}
	if (liar_fd != -1) {
		shutdown(liar_fd, SHUT_RDWR);
		pthread_join(liar_thread, NULL);
		close(liar_fd);
	}
	close(silent_fd);
	if (geteuid() == 0 && strstr(dir, "XXXXXX") == NULL) {
		static const char *const files[] = { "resolv.conf", "hosts", "many" };
		char path[128];
		umount2("/etc/resolv.conf", MNT_DETACH);
		umount2("/etc/hosts", MNT_DETACH);
		for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
			(void)snprintf(path, sizeof(path), "%s/%s", dir, files[i]);
			unlink(path);
		}
		rmdir(dir);
	}
	return 0;
}

/* --- what the tests ask ------------------------------------------------------------------- */

static struct resolver *
resolver_for(const char *server)
{
	char text[128];
	struct resolver *r = NULL;
	struct err e = { 0 };

	if (unready) {
		print_message("  %s\n", unready);
		skip();
	}
	(void)snprintf(text, sizeof(text), "nameserver %s\n", server);
	assert_int_equal(0, write_file("resolv.conf", text));
	if (resolver_new(&r, &e) == -1)
		fail_msg("%s", e.text);
	return r;
}

struct heard {
	size_t n, outcomes[PTR_OUTCOMES];
	enum ptr_outcome outcome; /* of the last */
	char name[300], about[ADDR_TEXT_MAX];
};

static void
hear(void *arg, const struct addr *a, enum ptr_outcome outcome, const char *name)
{
	struct heard *h = arg;

	assert_int_equal(outcome != PTR_NONE && outcome != PTR_UNKNOWN, name != NULL);
	h->n++;
	h->outcomes[outcome]++;
	h->outcome = outcome;
	if (name && (!h->name[0] || strcmp(name, h->name) < 0)) /* several: the first */
		(void)snprintf(h->name, sizeof(h->name), "%s", name);
	addr_print(a, h->about);
}

static void
ask(struct resolver *r, const char *text)
{
	struct addr a;
	struct err e = { 0 };

	assert_true(addr_parse(text, &a));
	assert_int_equal(0, resolver_ask_ptr(r, &a, &e));
}

static void
assert_ptr(struct resolver *r, const char *ip, enum ptr_outcome want, const char *name)
{
	struct heard h = { 0 };

	print_message("  %s\n", ip);
	resolver_on_ptr(r, hear, &h);
	ask(r, ip);
	assert_int_equal(0, h.n); /* never from within ask */
	assert_int_equal(0, resolver_work(r, 5000));
	assert_int_equal(1, h.n);
	assert_int_equal(want, h.outcome);
	assert_string_equal(name, h.name);
	assert_string_equal(ip, h.about);
}

struct addresses {
	size_t n;
	char text[256];
};

static int
collect(void *arg, const struct addr *a, struct err *e)
{
	struct addresses *all = arg;
	char text[ADDR_TEXT_MAX];
	size_t used = strlen(all->text);

	(void)e;
	all->n++;
	(void)snprintf(
		all->text + used, sizeof(all->text) - used, "%s ", addr_print(a, text));
	return 0;
}

static enum err_code
lookup(struct resolver *r, const char *name, struct addresses *all)
{
	struct err e = { 0 };

	*all = (struct addresses){ 0 };
	return resolver_lookup(r, name, collect, all, &e) == 0 ? ERR_NONE : e.code;
}

/* --- tests ---------------------------------------------------------------------------------- */

static void
a_real_server_is_heard(void **state)
{
	struct resolver *r = resolver_for(REAL);

	(void)state;
	assert_ptr(r, "192.0.2.80", PTR_NAME, "web.example");
	assert_ptr(r, "2001:db8::80", PTR_NAME, "web.example");
	assert_ptr(r, "192.0.2.90", PTR_NAME, "alias.example");
	assert_ptr(r, "192.0.2.81", PTR_NONE, ""); /* NXDOMAIN */
	assert_ptr(r, "2001:db8::81", PTR_NONE, "");
	assert_ptr(r, "203.0.113.1", PTR_UNKNOWN, ""); /* not its zone: REFUSED */
	resolver_free(r);
}

static void
every_name_of_an_address_is_told(void **state)
{
	struct resolver *r = resolver_for(REAL);
	struct heard h = { 0 };

	(void)state;
	resolver_on_ptr(r, hear, &h);
	ask(r, "192.0.2.91");
	assert_int_equal(0, resolver_work(r, 5000));
	assert_int_equal(2, h.n);
	assert_int_equal(2, h.outcomes[PTR_NAME]);
	assert_string_equal("one.example", h.name);
	resolver_free(r);
}

/* Of each address: how many names, and how many of them are confirmed, refuted or neither. */
static void
a_name_counts_when_it_leads_back(void **state)
{
	static const struct row {
		const char *label, *ip;
		size_t n, confirmed, refuted, unconfirmed;
	} rows[] = {
		{ "A", "192.0.2.80", 1, 1, 0, 0 },
		{ "AAAA", "2001:db8::80", 1, 1, 0, 0 },
		{ "somebody else's name", "192.0.2.192", 1, 0, 1, 0 },
		{ "a name that does not exist", "192.0.2.193", 1, 0, 1, 0 },
		{ "none of two", "192.0.2.91", 2, 0, 2, 0 },
		{ "whose server refuses", "192.0.2.195", 1, 0, 0, 1 },
		{ "no name at all", "192.0.2.81", 0, 0, 0, 0 },
	};
	struct resolver *r = resolver_for(REAL);

	(void)state;
	resolver_confirm_names(r);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct heard h = { 0 };
		print_message("  %s\n", rows[i].label);
		resolver_on_ptr(r, hear, &h);
		ask(r, rows[i].ip);
		assert_int_equal(0, resolver_work(r, 5000));
		assert_int_equal(rows[i].n, h.outcomes[PTR_NAME]);
		assert_int_equal(rows[i].confirmed, h.outcomes[PTR_CONFIRMED]);
		assert_int_equal(rows[i].refuted, h.outcomes[PTR_REFUTED]);
		assert_int_equal(rows[i].unconfirmed, h.outcomes[PTR_UNCONFIRMED]);
		assert_string_equal(rows[i].ip, h.about);
	}
	resolver_free(r);
}

/* An address with very many names does not make us ask for all of them. */
static void
of_many_names_eight_are_looked_up(void **state)
{
	struct resolver *r = resolver_for(LIAR);
	struct heard h = { 0 };

	(void)state;
	resolver_confirm_names(r);
	resolver_on_ptr(r, hear, &h);
	ask(r, "192.0.2.7");
	assert_int_equal(0, resolver_work(r, 20000));
	assert_int_equal(16, h.outcomes[PTR_NAME]);
	assert_int_equal(8,
		h.outcomes[PTR_CONFIRMED] + h.outcomes[PTR_REFUTED] +
			h.outcomes[PTR_UNCONFIRMED]);
	resolver_free(r);
}

static void
a_thousand_questions_each_end_once(void **state)
{
	struct resolver *r = resolver_for(REAL);
	struct heard h = { 0 };
	char ip[32];

	(void)state;
	resolver_on_ptr(r, hear, &h);
	for (int i = 0; i < 1000; i++) {
		(void)snprintf(ip, sizeof(ip), "192.0.2.%d", i % 100);
		ask(r, ip);
	}
	size_t open = resolver_work(r, 0);
	assert_in_range(open, 1, 1000); /* queue and all */
	assert_int_equal(0, resolver_work(r, 20000));
	assert_int_equal(1010, h.n);
	/* .4, .80, .90, and the two of .91 */
	assert_int_equal(50, h.outcomes[PTR_NAME]);
	assert_int_equal(960, h.outcomes[PTR_NONE]);
	resolver_free(r);
}

static void
a_lying_server_gives_no_name(void **state)
{
	struct resolver *r = resolver_for(LIAR);

	(void)state;
	assert_ptr(r, "192.0.2.1", PTR_UNKNOWN, "");
	assert_ptr(r, "192.0.2.2", PTR_UNKNOWN, "");
	assert_ptr(r, "192.0.2.3", PTR_UNKNOWN, "");
	assert_ptr(r, "192.0.2.4", PTR_NAME, "ok.example");
	assert_ptr(r, "192.0.2.5", PTR_UNKNOWN, "");
	assert_ptr(r, "192.0.2.6", PTR_UNKNOWN, "");
	resolver_free(r);
}

static void
a_closed_port_is_never_no_name(void **state)
{
	struct resolver *r = resolver_for(CLOSED);
	struct addresses all;

	(void)state;
	assert_ptr(r, "192.0.2.80", PTR_UNKNOWN, "");
	assert_int_equal(ERR_SYS, lookup(r, "web.example", &all));
	resolver_free(r);
}

static void *
look_up_web(void *arg)
{
	struct addresses all;
	enum err_code code = lookup(arg, "web.example", &all);

	return (void *)(uintptr_t)code;
}

/* One question takes 3 s to time out; five hundred must not take longer. */
static void
a_dead_server_is_found_out_once(void **state)
{
	struct resolver *r = resolver_for(SILENT), *other = resolver_for(SILENT);
	int64_t start = clock_mono(&clock_system);
	struct heard h = { 0 };
	pthread_t thread;
	void *code;

	(void)state;
	assert_int_equal(0, pthread_create(&thread, NULL, look_up_web, other));
	resolver_on_ptr(r, hear, &h);
	for (int i = 0; i < 500; i++)
		ask(r, "192.0.2.80");
	assert_int_equal(0, resolver_work(r, 20000));
	assert_int_equal(500, h.outcomes[PTR_UNKNOWN]);
	ask(r, "192.0.2.80"); /* from now on at once */
	assert_int_equal(0, resolver_work(r, 0));
	assert_int_equal(501, h.outcomes[PTR_UNKNOWN]);
	assert_int_equal(0, pthread_join(thread, &code));
	assert_int_equal(ERR_TIMEOUT, (uintptr_t)code);
	assert_true(clock_mono(&clock_system) - start < 6 * (int64_t)SECOND);
	resolver_free(r);
	resolver_free(other);
}

static void
work_ends_when_its_time_is_over(void **state)
{
	struct resolver *r = resolver_for(SILENT);
	int64_t start = clock_mono(&clock_system);
	struct heard h = { 0 };

	(void)state;
	resolver_on_ptr(r, hear, &h);
	assert_int_equal(0, resolver_work(r, 1000)); /* nothing to do: no wait */
	ask(r, "192.0.2.80");
	assert_int_equal(1, resolver_work(r, 50));
	assert_int_equal(1, resolver_work(r, 0));
	int64_t took = clock_mono(&clock_system) - start;
	assert_in_range(took, 50 * MSEC, 500 * MSEC);
	resolver_free(r); /* what is open is not heard of any more */
	assert_int_equal(0, h.n);
}

static void
a_name_gives_all_its_addresses(void **state)
{
	struct resolver *r = resolver_for(REAL);
	struct addresses all;

	(void)state;
	assert_int_equal(ERR_NONE, lookup(r, "web.example", &all));
	assert_int_equal(2, all.n);
	assert_non_null(strstr(all.text, "192.0.2.80 "));
	assert_non_null(strstr(all.text, "2001:db8::80 "));
	assert_int_equal(ERR_NONE, lookup(r, "four.example", &all));
	assert_string_equal("192.0.2.4 ", all.text);
	assert_int_equal(ERR_NONE, lookup(r, "printer", &all)); /* the hosts file */
	assert_string_equal("192.0.2.200 ", all.text);
	assert_int_equal(ERR_NOTFOUND, lookup(r, "no.example", &all));
	assert_int_equal(0, all.n);
	resolver_free(r);
}

struct told {
	size_t times, n, all;
	bool known;
};

static void
hear_name(void *arg, void *who, bool known, const struct addr *a, size_t n, size_t all)
{
	struct told *t = who;

	for (size_t i = 0; i < n; i++)
		assert_true(addr_is_set(&a[i]));
	t->times++;
	t->n = n;
	t->all = all;
	t->known = known;
	++*(size_t *)arg;
}

static void
names_are_asked_for_many_at_once(void **state)
{
	static const struct row {
		const char *label, *name;
		bool known;
		size_t n;
	} rows[] = {
		{ "A and AAAA", "web.example", true, 2 },
		{ "A, with its last dot", "four.example.", true, 1 },
		{ "no such name", "no.example", true, 0 },
		{ "whose server refuses", "elsewhere.test", false, 0 },
	};
	enum { ROWS = sizeof(rows) / sizeof(rows[0]), TIMES = 60 };
	static struct told told[ROWS * TIMES];
	struct resolver *r = resolver_for(REAL);
	struct err e = { 0 };
	size_t heard = 0;

	(void)state;
	resolver_on_name(r, hear_name, &heard);
	for (size_t i = 0; i < ROWS * TIMES; i++)
		assert_int_equal(
			0, resolver_ask_name(r, rows[i % ROWS].name, &told[i], &e));
	assert_int_equal(0, heard);
	assert_int_equal(0, resolver_work(r, 20000));
	assert_int_equal(ROWS * TIMES, heard);
	for (size_t i = 0; i < ROWS * TIMES; i++) {
		const struct row *row = &rows[i % ROWS];
		if (i < ROWS)
			print_message("  %s\n", row->label);
		assert_int_equal(1, told[i].times);
		/* That one of its two questions had to be asked again makes "none" no answer. */
		if (told[i].known || row->n || i < ROWS)
			assert_int_equal(row->known, told[i].known);
		assert_int_equal(row->n, told[i].n);
	}
	resolver_free(r);
}

static void
of_a_name_with_many_addresses_it_is_told_how_many(void **state)
{
	static const struct {
		const char *label, *name;
		size_t n, all;
	} rows[] = {
		{ "as many as there is room for", "most.example", 64, 64 },
		{ "one more", "more.example", 64, 65 },
	};
	struct resolver *r = resolver_for(REAL);
	struct err e = { 0 };
	size_t heard = 0;

	(void)state;
	resolver_on_name(r, hear_name, &heard);
	for (size_t i = 0; i < 2; i++) {
		struct told told = { 0 };
		print_message("  %s\n", rows[i].label);
		assert_int_equal(0, resolver_ask_name(r, rows[i].name, &told, &e));
		assert_int_equal(0, resolver_work(r, 20000));
		assert_int_equal(rows[i].n, told.n);
		assert_int_equal(rows[i].all, told.all);
	}
	resolver_free(r);
}

static void
nobody_who_is_silent_has_said_no(void **state)
{
	struct resolver *r = resolver_for(SILENT);
	struct told told = { 0 };
	struct err e = { 0 };
	size_t heard = 0;

	(void)state;
	resolver_on_name(r, hear_name, &heard);
	assert_int_equal(0, resolver_ask_name(r, "web.example", &told, &e));
	assert_int_equal(0, resolver_work(r, 20000));
	assert_int_equal(1, told.times);
	assert_false(told.known);
	assert_int_equal(0, resolver_ask_name(r, "web.example", &told, &e));
	resolver_free(r); /* ends unheard */
	assert_int_equal(1, heard);
}

static int
refuse(void *arg, const struct addr *a, struct err *e)
{
	(void)a;
	++*(int *)arg;
	return err_set(e, ERR_ARG, "enough");
}

static void
the_finder_can_end_a_lookup(void **state)
{
	struct resolver *r = resolver_for(REAL);
	struct err e = { 0 };
	int calls = 0;

	(void)state;
	assert_int_equal(-1, resolver_lookup(r, "web.example", refuse, &calls, &e));
	assert_string_equal("enough", e.text);
	assert_int_equal(1, calls);
	resolver_free(r);
	resolver_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_real_server_is_heard),
		cmocka_unit_test(every_name_of_an_address_is_told),
		cmocka_unit_test(a_name_counts_when_it_leads_back),
		cmocka_unit_test(of_many_names_eight_are_looked_up),
		cmocka_unit_test(a_thousand_questions_each_end_once),
		cmocka_unit_test(a_lying_server_gives_no_name),
		cmocka_unit_test(a_closed_port_is_never_no_name),
		cmocka_unit_test(a_dead_server_is_found_out_once),
		cmocka_unit_test(work_ends_when_its_time_is_over),
		cmocka_unit_test(a_name_gives_all_its_addresses),
		cmocka_unit_test(names_are_asked_for_many_at_once),
		cmocka_unit_test(of_a_name_with_many_addresses_it_is_told_how_many),
		cmocka_unit_test(nobody_who_is_silent_has_said_no),
		cmocka_unit_test(the_finder_can_end_a_lookup),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
