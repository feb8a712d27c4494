/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "schedule/control_ask.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "inventory/ndjson.h"

enum {
	ANSWER_WAIT = 30 * 1000,  /* ms: the agent may be storing a large batch */
	CHANGE_WAIT = 120 * 1000, /* who asks for a change wants to know how it went */
	LINE_ARENA = 1 << 20,
};

int
control_connect(const char *path, int *out, struct err *e)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(to.sun_path))
		return err_set(e, ERR_ARG, "%.80s is too long for a socket", path);
	memcpy(to.sun_path, path, strlen(path));
	*out = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (*out == -1)
		return err_sys(e, "make a socket");
	if (connect(*out, (struct sockaddr *)&to, sizeof(to)) == 0)
		return 0;
	int why = errno;
	close(*out);
	if (why == EACCES || why == EPERM)
		return err_set(e, ERR_AUTH,
			"the agent's socket %s is not for you; use sudo", path);
	if (why == ENOENT || why == ECONNREFUSED)
		return err_set(e, ERR_NOTFOUND,
			"no agent is running here (%s); 'systemctl start muster-agent' or 'muster "
			"agent' starts one",
			path);
	errno = why;
	return err_sys(e, "ask the agent (%s)", path);
}

struct asking {
	struct control_reader tee; /* first */
	struct control_reader *to;
	struct arena *mem;
	int wait; /* ms */
	bool ended;
};

static void
tee_agent(struct control_reader *r, const struct control_agent *a)
{
	struct asking *x = (struct asking *)r;

	x->to->agent(x->to, a);
}

static void
tee_poll(struct control_reader *r, const struct control_poll *p)
{
	struct asking *x = (struct asking *)r;

	x->to->poll(x->to, p);
}

static void
tee_run(struct control_reader *r, const struct control_run *run)
{
	struct asking *x = (struct asking *)r;

	if (x->to->run)
		x->to->run(x->to, run);
}

static void
tee_end(struct control_reader *r, const struct control_end *end)
{
	struct asking *x = (struct asking *)r;

	x->ended = true;
	x->to->end(x->to, end);
}

static int
on_line(void *arg, const char *line, size_t n, struct err *e)
{
	struct asking *x = arg;

	return control_read_line(line, n, x->mem, &x->tee, e);
}

static int
read_answer(int fd, struct asking *x, struct err *e)
{
	struct ndjson_lines lines;
	char buf[16384];
	int rc = ndjson_lines_init(&lines, e);

	while (rc == 0 && !x->ended) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int ready = poll(&p, 1, x->wait);
		if (ready == -1 && errno == EINTR)
			continue;
		ssize_t n = ready == 1 ? read(fd, buf, sizeof(buf)) : 0;
		if (n <= 0)
			rc = err_set(e, ERR_TIMEOUT, "the agent does not answer");
		else
			rc = ndjson_lines_feed(
				&lines, buf, (size_t)n, on_line, NULL, x, e);
	}
	ndjson_lines_done(&lines);
	return rc;
}

int
control_ask(const char *path, const struct control_request *request,
	struct control_reader *to, struct err *e)
{
	struct asking x = { .tee = { tee_agent, tee_poll, tee_end, tee_run },
		.to = to,
		.mem = arena_new(LINE_ARENA),
		.wait = control_changes(request->verb) ? CHANGE_WAIT : ANSWER_WAIT };
	struct sb text;
	int fd = -1, rc;

	sb_init(&text, CONTROL_REQUEST_MAX);
	control_write_request(request, &text);
	if (!x.mem)
		rc = err_nomem(e);
	else if (text.bad)
		rc = control_refuse_request(e);
	else
		rc = control_connect(path, &fd, e);
	if (rc == 0) {
		if (send(fd, text.text, text.len, MSG_NOSIGNAL) != (ssize_t)text.len)
			rc = err_sys(e, "ask the agent");
		else
			rc = read_answer(fd, &x, e);
		close(fd);
	}
	sb_done(&text);
	arena_free(x.mem);
	return rc;
}
