/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests and answers as lines of JSON; and asking, which blocks. */
#include "schedule/control.h"

#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "inventory/ndjson.h"

enum {
	NAME_MAX_ = 96,
	ANSWER_WAIT = 30 * 1000, /* ms: the agent may be storing a large batch */
	LINE_ARENA = 1 << 20,
};

static const struct {
	const char *name;
	bool changes;
} verbs[CONTROL_VERBS] = {
	[CONTROL_STATUS] = { "status", false },
	[CONTROL_POLL] = { "poll", true },
	[CONTROL_PAUSE] = { "pause", true },
	[CONTROL_RESUME] = { "resume", true },
	[CONTROL_RELOAD] = { "reload", true },
	[CONTROL_INGEST] = { "ingest", true },
};

bool
control_changes(enum control_verb v)
{
	return verbs[v].changes;
}

/* --- requests ------------------------------------------------------------------------------ */

static int
find_verb(const char *name, enum control_verb *out, struct err *e)
{
	for (int i = 0; i < CONTROL_VERBS; i++) {
		if (strcmp(verbs[i].name, name) != 0)
			continue;
		*out = (enum control_verb)i;
		return 0;
	}
	return err_set(e, ERR_PROTO, "'%.40s' cannot be asked for", name);
}

static int
keep_text(const char **at, const char *text, struct arena *mem, struct err *e)
{
	*at = text ? arena_strdup(mem, text) : NULL;
	return text && !*at ? err_nomem(e) : 0;
}

/* What only an ingest has, and all of it. */
static int
check_parts(const struct control_request *r, struct err *e)
{
	const char *const parts[] = { r->source, r->command, r->targets, r->store };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if ((parts[i] != NULL) != (r->verb == CONTROL_INGEST))
			return err_set(e, ERR_PROTO, "no request: %s parts of an ingest",
				parts[i] ? "it has" : "it misses");
	return 0;
}

int
control_read_request(const char *line, size_t n, struct arena *mem,
	struct control_request *out, struct err *e)
{
	json_error_t why;
	json_t *j = json_loadb(line, n, JSON_REJECT_DUPLICATES, &why);
	struct control_request r = { .name = NULL };
	const char *verb;
	int version, rc = -1;

	*out = r;
	if (!j) {
		err_set(e, ERR_PROTO, "no request: %s", why.text);
	} else if (json_unpack_ex(j, &why, JSON_STRICT,
			   "{s:i, s:s, s?s, s?s, s?s, s?s, s?s}", "v", &version, "do",
			   &verb, "name", &r.name, "source", &r.source, "command",
			   &r.command, "targets", &r.targets, "store", &r.store) == -1) {
		err_set(e, ERR_PROTO, "no request: %s", why.text);
	} else if (version != 1) {
		err_set(e, ERR_PROTO, "version %d of requests is not known here",
			version);
	} else if (r.name && (!*r.name || strlen(r.name) > NAME_MAX_)) {
		err_set(e, ERR_PROTO, "that is no name of a poll");
	} else if (find_verb(verb, &r.verb, e) == 0 && check_parts(&r, e) == 0) {
		*out = r;
		rc = keep_text(&out->name, r.name, mem, e) == -1 ||
				keep_text(&out->source, r.source, mem, e) == -1 ||
				keep_text(&out->command, r.command, mem, e) == -1 ||
				keep_text(&out->targets, r.targets, mem, e) == -1 ||
				keep_text(&out->store, r.store, mem, e) == -1
			? -1
			: 0;
	}
	json_decref(j);
	return rc;
}

/* With its newline; takes j. */
static void
add_line(json_t *j, struct sb *out)
{
	char *text = j ? json_dumps(j, JSON_COMPACT) : NULL;

	if (text) {
		sb_add(out, text);
		sb_add(out, "\n");
	} else {
		out->bad = true;
	}
	free(text);
	json_decref(j);
}

void
control_write_request(const struct control_request *r, struct sb *out)
{
	add_line(json_pack("{s:i, s:s, s:s*, s:s*, s:s*, s:s*, s:s*}", "v", 1, "do",
			 verbs[r->verb].name, "name", r->name, "source", r->source,
			 "command", r->command, "targets", r->targets, "store",
			 r->store),
		out);
}

/* --- answers ------------------------------------------------------------------------------- */

#define I json_int_t

void
control_write_agent(const struct control_agent *a, struct sb *out)
{
	add_line(
		json_pack(
			"{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:s, s:s}",
			"kind", "agent", "version", a->version, "site", a->site,
			"point", a->point, "store", a->store, "pid", (I)a->pid,
			"started", (I)a->started, "now", (I)a->now, "polls",
			(I)a->polls, "running", (I)a->running, "waiting", (I)a->waiting,
			"alarm", a->alarm, "location", a->location),
		out);
}

static json_t *
progress_json(const struct progress *p)
{
	return json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "phase", p->phase,
		"done", (I)p->done, "total", (I)p->total, "sent", (I)p->sent,
		"answered", (I)p->answered, "found", (I)p->found, "rate", (I)p->rate,
		"eta", (I)p->eta_us);
}

/* The parts that it has: without a last run none of that, and so on. */
void
control_write_poll(const struct control_poll *p, struct sb *out)
{
	json_t *last = p->started
		? json_pack("{s:I, s:I, s:I, s:I, s:s, s:s}", "started", (I)p->started,
			  "finished", (I)p->finished, "observations",
			  (I)p->observations, "spoilt", (I)p->spoilt, "outcome",
			  p->outcome, "reason", p->reason)
		: NULL;
	json_t *progress = *p->progress.phase ? progress_json(&p->progress) : NULL;
	json_t *run = p->run_started
		? json_pack("{s:I, s:I, s:o*}", "started", (I)p->run_started,
			  "observations", (I)p->run_observations, "progress", progress)
		: NULL;

	if (!p->run_started)
		json_decref(progress);
	add_line(json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:o*, s:o*}", "kind", "poll",
			 "name", p->name, "source", p->source, "state", p->state, "next",
			 (I)p->next, "until", (I)p->until, "last", last, "run", run),
		out);
}

void
control_write_end(const struct control_end *end, struct sb *out)
{
	add_line(json_pack("{s:s, s:b, s:s}", "kind", "end", "ok", end->ok, "text",
			 end->text),
		out);
}

/* What a member is missing of is unknown, not wrong: the agent may be of another version. */
static int64_t
get_int(const json_t *j, const char *key)
{
	return json_integer_value(json_object_get(j, key));
}

static const char *
get_text(const json_t *j, const char *key)
{
	const char *text = json_string_value(json_object_get(j, key));

	return text ? text : "";
}

static void
read_agent(const json_t *j, struct control_reader *r)
{
	struct control_agent a = { .version = get_text(j, "version"),
		.site = get_text(j, "site"),
		.point = get_text(j, "point"),
		.store = get_text(j, "store"),
		.pid = get_int(j, "pid"),
		.started = get_int(j, "started"),
		.now = get_int(j, "now"),
		.polls = get_int(j, "polls"),
		.running = get_int(j, "running"),
		.waiting = get_int(j, "waiting"),
		.alarm = get_text(j, "alarm"),
		.location = get_text(j, "location") };

	r->agent(r, &a);
}

static void
read_progress(const json_t *j, struct progress *p)
{
	*p = (struct progress){ .phase = get_text(j, "phase"),
		.done = (uint64_t)get_int(j, "done"),
		.total = (uint64_t)get_int(j, "total"),
		.sent = (uint64_t)get_int(j, "sent"),
		.answered = (uint64_t)get_int(j, "answered"),
		.found = (uint64_t)get_int(j, "found"),
		.rate = get_int(j, "rate"),
		.eta_us = get_int(j, "eta") };
}

static void
read_poll(const json_t *j, struct control_reader *r)
{
	const json_t *last = json_object_get(j, "last"),
		     *run = json_object_get(j, "run");
	struct control_poll p = { .name = get_text(j, "name"),
		.source = get_text(j, "source"),
		.state = get_text(j, "state"),
		.next = get_int(j, "next"),
		.until = get_int(j, "until"),
		.started = get_int(last, "started"),
		.finished = get_int(last, "finished"),
		.observations = get_int(last, "observations"),
		.spoilt = get_int(last, "spoilt"),
		.outcome = get_text(last, "outcome"),
		.reason = get_text(last, "reason"),
		.run_started = get_int(run, "started"),
		.run_observations = get_int(run, "observations") };

	read_progress(json_object_get(run, "progress"), &p.progress);
	r->poll(r, &p);
}

static void
read_end(const json_t *j, struct control_reader *r)
{
	struct control_end end = { .ok = json_is_true(json_object_get(j, "ok")),
		.text = get_text(j, "text") };

	r->end(r, &end);
}

int
control_read_line(const char *line, size_t n, struct arena *mem,
	struct control_reader *r, struct err *e)
{
	static const struct {
		const char *kind;
		void (*read)(const json_t *, struct control_reader *);
	} kinds[] = { { "agent", read_agent }, { "poll", read_poll },
		{ "end", read_end } };
	json_error_t why;
	json_t *j = json_loadb(line, n, JSON_REJECT_DUPLICATES, &why);
	int rc = -1;

	(void)mem;
	if (!json_is_object(j))
		err_set(e, ERR_PROTO, "no answer of an agent");
	else
		err_set(e, ERR_PROTO, "an answer of kind '%.20s'", get_text(j, "kind"));
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i].kind, get_text(j, "kind")) != 0)
			continue;
		kinds[i].read(j, r);
		rc = 0;
	}
	json_decref(j);
	return rc;
}

/* --- asking -------------------------------------------------------------------------------- */

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
		int ready = poll(&p, 1, ANSWER_WAIT);
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
	struct asking x = { { tee_agent, tee_poll, tee_end }, to, arena_new(LINE_ARENA),
		false };
	struct sb text;
	int fd = -1, rc;

	sb_init(&text, CONTROL_REQUEST_MAX);
	control_write_request(request, &text);
	rc = x.mem && !text.bad ? control_connect(path, &fd, e) : err_nomem(e);
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
