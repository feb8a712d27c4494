/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * listener - TCP servers on every address of the namespace
 *
 *	listener [-w FOLDER] PORT...
 *
 * Greets on 22, answers HTTP on 80 and 8080, and closes on the first bytes at any
 * other port.  With -w it says nothing anywhere and writes all it is sent to
 * FOLDER/PORT, as a printer would to paper.  Idle connections end after 10 s.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PORTS_MAX = 64, CONNS_MAX = 16384, IDLE_S = 10, BACKLOG = 65535 };

struct port {
	unsigned number;
	int listener;
	int log; /* -1: answer instead of writing down */
};

/* What is known of a descriptor; indexed by it. */
struct conn {
	const struct port *port; /* NULL: not a connection */
	time_t since;
};

static struct port ports[PORTS_MAX];
static size_t n_ports;
static struct conn conns[CONNS_MAX];
static int epoll_fd;

static void
watch(int fd)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.fd = fd };

	if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &ev) == -1)
		err(1, "epoll_ctl");
}

static int
open_log(const char *folder, unsigned number)
{
	char path[512];

	if (!folder)
		return -1;
	snprintf(path, sizeof(path), "%s/%u", folder, number);
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (fd == -1)
		err(1, "%s", path);
	return fd;
}

static void
open_port(const char *folder, const char *text)
{
	unsigned long number = strtoul(text, NULL, 10);
	struct sockaddr_in sin = { .sin_family = AF_INET };
	struct port *p = &ports[n_ports];
	int one = 1;

	if (number < 1 || number > 65535 || n_ports == PORTS_MAX)
		errx(2, "not a port, or too many: %s", text);
	sin.sin_port = htons((uint16_t)number);
	p->number = (unsigned)number;
	p->log = open_log(folder, p->number);
	p->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (p->listener == -1 ||
		setsockopt(p->listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) ==
			-1 ||
		bind(p->listener, (struct sockaddr *)&sin, sizeof(sin)) == -1 ||
		listen(p->listener, BACKLOG) == -1)
		err(1, "port %lu", number);
	watch(p->listener);
	n_ports++;
}

static void
end_conn(int fd)
{
	conns[fd].port = NULL;
	close(fd);
}

static void
greet(int fd, const struct port *p)
{
	static const char ssh[] = "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n";

	if (p->log == -1 && p->number == 22)
		(void)!write(fd, ssh, sizeof(ssh) - 1);
}

static void
accept_all(const struct port *p)
{
	for (int i = 0; i < 256; i++) {
		int fd = accept4(p->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd == -1)
			return;
		if (fd >= CONNS_MAX) {
			close(fd);
			return;
		}
		conns[fd] = (struct conn){ .port = p, .since = time(NULL) };
		watch(fd);
		greet(fd, p);
	}
}

/* A page whose title is the host's name as in the truth files. */
static void
answer_http(int fd)
{
	struct sockaddr_in me = { 0 };
	socklen_t len = sizeof(me);
	char body[128], page[512];

	if (getsockname(fd, (struct sockaddr *)&me, &len) == -1)
		return;
	uint32_t addr = ntohl(me.sin_addr.s_addr);
	int n = snprintf(body, sizeof(body), "<title>%s-%04X</title>\n",
		addr >> 16 == 0xc613 ? "HOST" : "DENSE", addr & 0xffff);
	n = snprintf(page, sizeof(page),
		"HTTP/1.1 200 OK\r\nServer: lab\r\n"
		"Content-Type: text/html\r\nContent-Length: %d\r\n"
		"Connection: close\r\n\r\n%s",
		n, body);
	(void)!write(fd, page, (size_t)n);
}

static void
serve(int fd)
{
	const struct port *p = conns[fd].port;
	char buf[4096];
	ssize_t n = read(fd, buf, sizeof(buf));

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0 && p->log != -1) {
		if (write(p->log, buf, (size_t)n) != n)
			err(1, "log of port %u", p->number);
		return;
	}
	if (n > 0 && (p->number == 80 || p->number == 8080))
		answer_http(fd);
	if (n > 0 && p->number == 22)
		return; /* it said its banner; more it cannot */
	end_conn(fd);
}

static const struct port *
port_of(int fd)
{
	for (size_t i = 0; i < n_ports; i++)
		if (ports[i].listener == fd)
			return &ports[i];
	return NULL;
}

static void
end_idle(time_t now)
{
	for (int fd = 0; fd < CONNS_MAX; fd++)
		if (conns[fd].port && now - conns[fd].since > IDLE_S)
			end_conn(fd);
}

static void
run(void)
{
	struct epoll_event ev[256];
	time_t swept = time(NULL);

	for (;;) {
		int n = epoll_wait(epoll_fd, ev, 256, 1000);
		time_t now = time(NULL);

		if (n == -1 && errno != EINTR)
			err(1, "epoll_wait");
		for (int i = 0; i < n; i++) {
			const struct port *p = port_of(ev[i].data.fd);

			if (p)
				accept_all(p);
			else if (conns[ev[i].data.fd].port)
				serve(ev[i].data.fd);
		}
		if (now != swept)
			end_idle(swept = now);
	}
}

int
main(int argc, char **argv)
{
	const char *folder = NULL;
	struct rlimit fds = { CONNS_MAX, CONNS_MAX };
	int c;

	while ((c = getopt(argc, argv, "w:")) != -1) {
		if (c != 'w')
			errx(2, "usage: listener [-w FOLDER] PORT...");
		folder = optarg;
	}
	signal(SIGPIPE, SIG_IGN);
	if (setrlimit(RLIMIT_NOFILE, &fds) == -1)
		warn("setrlimit");
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (epoll_fd == -1)
		err(1, "epoll_create1");
	for (int i = optind; i < argc; i++)
		open_port(folder, argv[i]);
	run();
}
