/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command's side of an ingest. */
#include "schedule/guest.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "inventory/ndjson.h"
#include "schedule/control_ask.h"

enum {
	STREAMS = 3,          /* records, control, answer */
	PATIENCE_MS = 120000, /* of an agent that stores a large batch, or is stopped */
	ANSWER_ARENA = 1 << 20,
	WHY_MAX = 512,
};

struct guest {
	int fds[STREAMS]; /* -1: closed */
	struct sb line;
};

/* --- asking --------------------------------------------------------------------------------- */

struct reply {
	struct control_reader reader; /* first */
	char *text;
	size_t max;
	bool ok, ended;
	struct ingest_result stored;
};

static void
on_end(struct control_reader *r, const struct control_end *end)
{
	struct reply *v = (struct reply *)r;

	v->ended = true;
	v->ok = end->ok;
	if (end->stored)
		v->stored = *end->stored;
	(void)snprintf(v->text, v->max, "%s", end->text);
}

static int
on_line(void *arg, const char *line, size_t n, struct err *e)
{
	struct reply *v = arg;

	return control_read_line(line, n, NULL, &v->reader, e);
}

/* The end line that comes from fd. */
static int
read_reply(int fd, struct reply *v, struct err *e)
{
	struct ndjson_lines lines;
	char buf[4096];
	int rc = ndjson_lines_init(&lines, e);

	v->reader = (struct control_reader){ .end = on_end };
	while (rc == 0 && !v->ended) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int ready = poll(&p, 1, PATIENCE_MS);
		if (ready == -1 && errno == EINTR)
			continue;
		ssize_t n = ready == 1 ? read(fd, buf, sizeof(buf)) : 0;
		if (n <= 0)
			rc = err_set(e, ERR_TIMEOUT,
				"the agent is gone, or does not answer: it may have kept a "
				"part of what was found");
		else
			rc = ndjson_lines_feed(
				&lines, buf, (size_t)n, on_line, NULL, v, e);
	}
	ndjson_lines_done(&lines);
	return rc;
}

static int
send_request(int fd, const struct sb *text, const int theirs[STREAMS], struct err *e)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(STREAMS * sizeof(int))];
	} control = { .bytes = { 0 } };
	struct iovec iov = { text->text, text->len };
	struct msghdr m = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control) };
	struct cmsghdr *h = CMSG_FIRSTHDR(&m);

	h->cmsg_level = SOL_SOCKET;
	h->cmsg_type = SCM_RIGHTS;
	h->cmsg_len = CMSG_LEN(STREAMS * sizeof(int));
	memcpy(CMSG_DATA(h), theirs, STREAMS * sizeof(int));
	return sendmsg(fd, &m, MSG_NOSIGNAL) == (ssize_t)text->len
		? 0
		: err_sys(e, "ask the agent");
}

static int
ask(const char *path, const struct sb *text, const int theirs[STREAMS], struct err *e)
{
	char why[WHY_MAX] = "";
	struct reply v = { .text = why, .max = sizeof(why) };
	int fd, rc;

	if (control_connect(path, &fd, e) == -1)
		return -1;
	rc = send_request(fd, text, theirs, e);
	if (rc == 0)
		rc = read_reply(fd, &v, e);
	close(fd);
	return rc == 0 && !v.ok ? err_set(e, ERR_DB, "%s", why) : rc;
}

static int
make_streams(struct guest *g, int theirs[STREAMS], struct err *e)
{
	for (size_t i = 0; i < STREAMS; i++) {
		int ends[2];
		if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == -1)
			return err_sys(e, "make a socket");
		g->fds[i] = ends[0];
		theirs[i] = ends[1];
	}
	return 0;
}

int
guest_open(struct guest **out, const char *path, const struct control_request *request,
	struct err *e)
{
	struct guest *g = calloc(1, sizeof(*g));
	int theirs[STREAMS] = { -1, -1, -1 }, rc = -1;
	struct sb text;

	if (!g)
		return err_nomem(e);
	*g = (struct guest){ .fds = { -1, -1, -1 } };
	sb_init(&g->line, NDJSON_LINE_MAX);
	sb_init(&text, CONTROL_REQUEST_MAX);
	control_write_request(request, &text);
	if (text.bad)
		(void)control_refuse_request(e);
	else if (make_streams(g, theirs, e) == 0)
		rc = ask(path, &text, theirs, e);
	for (size_t i = 0; i < STREAMS; i++)
		if (theirs[i] != -1)
			close(theirs[i]);
	sb_done(&text);
	if (rc == -1)
		guest_free(g);
	else
		*out = g;
	return rc;
}

/* --- telling -------------------------------------------------------------------------------- */

static int
send_all(int fd, const char *text, size_t n, struct err *e)
{
	for (size_t at = 0; at < n;) {
		ssize_t put = send(fd, text + at, n - at, MSG_NOSIGNAL);
		if (put == -1 && errno != EINTR)
			return err_sys(e, "send to the agent");
		at += put > 0 ? (size_t)put : 0;
	}
	return 0;
}

int
guest_record(struct guest *g, const struct observation *o, struct err *e)
{
	sb_clear(&g->line);
	if (ndjson_write(o, &g->line, e) == -1)
		return -1;
	return send_all(g->fds[0], g->line.text, g->line.len, e);
}

int
guest_control(struct guest *g, const char *lines, size_t n, struct err *e)
{
	return send_all(g->fds[1], lines, n, e);
}

static void
close_stream(struct guest *g, size_t i)
{
	if (g->fds[i] != -1)
		close(g->fds[i]);
	g->fds[i] = -1;
}

int
guest_end(struct guest *g, struct ingest_result *stored, char *text, size_t max,
	struct err *e)
{
	struct reply v = { .text = text, .max = max };

	close_stream(g, 0);
	close_stream(g, 1);
	if (read_reply(g->fds[2], &v, e) == -1)
		return -1;
	*stored = v.stored;
	return v.ok ? 0 : err_set(e, ERR_DB, "the agent: %.200s", text);
}

void
guest_free(struct guest *g)
{
	if (!g)
		return;
	for (size_t i = 0; i < STREAMS; i++)
		close_stream(g, i);
	sb_done(&g->line);
	free(g);
}
