/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A Unix socket without threads; nobody who connects can hold up the agent. */
#include "schedule/listener.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "schedule/control.h"

LOG_TAG("socket");

enum {
	CLIENTS = LISTENER_FDS - 1,
	STRANGERS = CLIENTS /
		2, /* at once: the others are for those who may change things */
	ANSWER_MAX = 64 << 20,  /* bytes: POLLS_MAX lines and more */
	PATIENCE = 30 * SECOND, /* for a client to ask and to read */
};

struct client {
	int fd; /* -1: free */
	bool answered;
	struct listener_request asked;
	char *request; /* CONTROL_REQUEST_MAX bytes */
	size_t n;
	struct sb answer;
	size_t written;
	int64_t until;
};

struct listener {
	int fd;
	struct listener_conf conf;
	struct client clients[CLIENTS];
	char path[108]; /* as of sockaddr_un */
};

/* --- opening ------------------------------------------------------------------------------- */

/* A socket that nobody listens on was left by an agent that was killed. */
static int
make_way(const struct sockaddr_un *at, struct err *e)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd == -1)
		return err_sys(e, "make a socket");
	int rc = connect(fd, (const struct sockaddr *)at, sizeof(*at));
	close(fd);
	if (rc == 0)
		return err_set(e, ERR_SYS, "another agent listens on %s", at->sun_path);
	struct stat st;
	if (lstat(at->sun_path, &st) == 0 && S_ISSOCK(st.st_mode))
		(void)unlink(at->sun_path);
	return 0;
}

/* Its folder is made where that is allowed: under systemd it is there (RuntimeDirectory=). */
static void
make_folder(const char *path)
{
	char folder[108];
	size_t n = strlen(path);

	while (n && path[n - 1] != '/')
		n--;
	if (n < 2 || n > sizeof(folder))
		return;
	memcpy(folder, path, n - 1);
	folder[n - 1] = '\0';
	(void)mkdir(folder, 0755);
}

static int
bind_to(struct listener *l, struct err *e)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	if (strlen(l->conf.path) >= sizeof(at.sun_path))
		return err_set(
			e, ERR_ARG, "%.80s is too long for a socket", l->conf.path);
	memcpy(at.sun_path, l->conf.path, strlen(l->conf.path));
	memcpy(l->path, at.sun_path, sizeof(l->path));
	make_folder(l->path);
	if (make_way(&at, e) == -1)
		return -1;
	l->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (l->fd == -1)
		return err_sys(e, "make a socket");
	mode_t before = umask(0111); /* for all: who asks decides what he may (take) */
	int rc = bind(l->fd, (struct sockaddr *)&at, sizeof(at));
	(void)umask(before);
	if (rc == -1 || listen(l->fd, CLIENTS) == -1)
		return err_sys(e, "listen on %s", l->path);
	return 0;
}

int
listener_open(struct listener **out, const struct listener_conf *conf, struct err *e)
{
	struct listener *l = calloc(1, sizeof(*l));

	if (!l)
		return err_nomem(e);
	l->fd = -1;
	l->conf = *conf;
	for (size_t i = 0; i < CLIENTS; i++)
		l->clients[i].fd = -1;
	if (bind_to(l, e) == -1) {
		if (l->fd != -1)
			close(l->fd);
		free(l);
		return -1;
	}
	*out = l;
	return 0;
}

static void
close_passed(struct listener_request *r)
{
	for (size_t i = 0; i < LISTENER_PASSED; i++) {
		if (r->passed[i] != -1)
			close(r->passed[i]);
		r->passed[i] = -1;
	}
}

static void
drop(struct client *c)
{
	close_passed(&c->asked);
	close(c->fd);
	c->fd = -1;
	free(c->request);
	sb_done(&c->answer);
}

void
listener_close(struct listener *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < CLIENTS; i++)
		if (l->clients[i].fd != -1)
			drop(&l->clients[i]);
	close(l->fd);
	(void)unlink(l->path);
	free(l);
}

/* --- clients ------------------------------------------------------------------------------- */

size_t
listener_poll(const struct listener *l, struct pollfd fds[static LISTENER_FDS])
{
	size_t n = 1;

	for (size_t i = 0; i < CLIENTS; i++)
		if (l->clients[i].fd != -1)
			fds[n++] = (struct pollfd){ .fd = l->clients[i].fd,
				.events = l->clients[i].answered ? POLLOUT : POLLIN };
	/* Who comes while all places are taken waits for one. */
	fds[0] = (struct pollfd){ .fd = n == LISTENER_FDS ? -1 : l->fd,
		.events = POLLIN };
	return n;
}

static size_t
count_strangers(const struct listener *l)
{
	size_t n = 0;

	for (size_t i = 0; i < CLIENTS; i++)
		n += l->clients[i].fd != -1 && !l->clients[i].asked.may_change;
	return n;
}

static void
take(struct listener *l, struct client *c)
{
	struct ucred who;
	socklen_t n = sizeof(who), from_n = sizeof(struct sockaddr_un);
	struct sockaddr_un from; /* says nothing: clients have no names */
	int fd = accept4(
		l->fd, (struct sockaddr *)&from, &from_n, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd == -1)
		return;
	char *request = malloc(CONTROL_REQUEST_MAX);
	if (!request || getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &n) == -1) {
		free(request);
		close(fd);
		return;
	}
	bool may_change = who.uid == 0 || who.uid == geteuid();
	if (!may_change && count_strangers(l) >= STRANGERS) {
		free(request);
		close(fd);
		return;
	}
	*c = (struct client){ .fd = fd,
		.request = request,
		.asked = { .uid = who.uid,
			.may_change = may_change,
			.passed = { -1, -1, -1 } },
		.until = clock_mono(l->conf.clock) + PATIENCE };
	sb_init(&c->answer, ANSWER_MAX);
}

/* Descriptors that came along: kept in their order, and no more than there is room for. */
static void
take_passed(struct client *c, struct msghdr *m)
{
	for (struct cmsghdr *h = CMSG_FIRSTHDR(m); h; h = CMSG_NXTHDR(m, h)) {
		if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS)
			continue;
		size_t n = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int), at = 0;
		for (size_t i = 0; i < n; i++) {
			int fd;
			memcpy(&fd, CMSG_DATA(h) + i * sizeof(int), sizeof(int));
			while (at < LISTENER_PASSED && c->asked.passed[at] != -1)
				at++;
			if (at < LISTENER_PASSED && c->asked.may_change)
				c->asked.passed[at] = fd;
			else
				close(fd);
		}
	}
}

static ssize_t
receive(struct client *c)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(LISTENER_PASSED * sizeof(int))];
	} control;
	struct iovec text = { c->request + c->n, CONTROL_REQUEST_MAX - c->n };
	struct msghdr m = { .msg_iov = &text,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control) };
	ssize_t got = recvmsg(c->fd, &m, MSG_CMSG_CLOEXEC);

	if (got > 0)
		take_passed(c, &m);
	return got;
}

static void
hear(struct listener *l, struct client *c)
{
	ssize_t got = receive(c);

	if (got == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		drop(c);
		return;
	}
	c->n += (size_t)got;
	const char *end = memchr(c->request, '\n', c->n);
	if (!end && c->n < CONTROL_REQUEST_MAX)
		return;
	if (!end) {
		log_warn("event=request-refused: a request is too long");
		drop(c);
		return;
	}
	c->asked.line = c->request;
	c->asked.n = (size_t)(end - c->request);
	l->conf.answer(l->conf.arg, &c->asked, &c->answer);
	close_passed(&c->asked);
	c->answered = true;
}

static void
tell(struct client *c)
{
	size_t left = c->answer.len - c->written;
	ssize_t put = left
		? send(c->fd, c->answer.text + c->written, left, MSG_NOSIGNAL)
		: 0;

	if (put == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	c->written += put > 0 ? (size_t)put : 0;
	if (put <= 0 || c->written == c->answer.len)
		drop(c);
}

void
listener_work(struct listener *l)
{
	int64_t now = clock_mono(l->conf.clock);

	for (size_t i = 0; i < CLIENTS; i++) {
		struct client *c = &l->clients[i];
		if (c->fd == -1)
			take(l, c);
		if (c->fd != -1 && !c->answered)
			hear(l, c);
		if (c->fd != -1 && c->answered)
			tell(c);
		if (c->fd != -1 && now > c->until)
			drop(c);
	}
}
