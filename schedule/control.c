/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests and answers as lines of JSON. */
#include "schedule/control.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/uuid.h"
#include "inventory/jsontext.h"
#include "inventory/ndjson.h"

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
	[CONTROL_DECIDE] = { "decide", true },
	[CONTROL_HISTORY] = { "history", false },
};

bool
control_changes(enum control_verb v)
{
	return verbs[v].changes;
}

/* --- requests ------------------------------------------------------------------------------ */

/* The texts of a request: which verbs have it, and which must. */
#define AT(member) offsetof(struct control_request, member)
#define BIT(verb)  (1U << CONTROL_##verb)
static const struct part {
	const char *key;
	size_t at;
	unsigned allowed, needed;
	size_t min, max; /* bytes; max 0: the request's own bound */
} parts[] = {
	{ "name", AT(name),
		BIT(STATUS) | BIT(POLL) | BIT(PAUSE) | BIT(RESUME) | BIT(HISTORY), 0, 1,
		96 },
	{ "source", AT(source), BIT(INGEST), BIT(INGEST), 0, 0 },
	{ "command", AT(command), BIT(INGEST), BIT(INGEST), 0, 0 },
	{ "targets", AT(targets), BIT(INGEST), BIT(INGEST), 0, 0 },
	{ "sweeps", AT(sweeps), BIT(INGEST), 0, 1, 0 },
	{ "store", AT(store), BIT(INGEST) | BIT(DECIDE), BIT(INGEST) | BIT(DECIDE), 0,
		0 },
	{ "run", AT(run), BIT(INGEST), 0, UUID_TEXT_MAX - 1, UUID_TEXT_MAX - 1 },
	{ "site", AT(site), BIT(INGEST), 0, 1, 0 },
	{ "point", AT(point), BIT(INGEST), 0, 1, 0 },
	{ "decision", AT(decision), BIT(DECIDE), BIT(DECIDE), 1, 32 },
	{ "actor", AT(actor), BIT(DECIDE), 0, 1, 63 },
};

enum { N_PARTS = sizeof(parts) / sizeof(parts[0]) };

static const char **
text_of(struct control_request *r, const struct part *p)
{
	return (const char **)((char *)r + p->at);
}

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

/* v: 1, do: a verb. */
static int
read_head(const json_t *j, enum control_verb *out, struct err *e)
{
	const json_t *version = json_object_get(j, "v");
	const char *verb = json_string_value(json_object_get(j, "do"));

	if (!json_is_integer(version) || !verb)
		return err_set(e, ERR_PROTO, "no request: it misses v or do");
	if (json_integer_value(version) != 1)
		return err_set(e, ERR_PROTO,
			"version %lld of requests is not known here",
			(long long)json_integer_value(version));
	return find_verb(verb, out, e);
}

static int
read_part(const struct part *p, const json_t *j, struct control_request *out,
	struct arena *mem, struct err *e)
{
	size_t n = json_string_length(j);

	if (!json_is_string(j) || !(p->allowed & 1U << out->verb) || n < p->min ||
		(p->max && n > p->max))
		return err_set(e, ERR_PROTO, "no request: that is no %s of a %s",
			p->key, verbs[out->verb].name);
	*text_of(out, p) = arena_strdup(mem, json_string_value(j));
	return *text_of(out, p) ? 0 : err_nomem(e);
}

static int
read_args(const json_t *j, struct control_request *out, struct arena *mem, struct err *e)
{
	size_t n = json_array_size(j);
	const char **args = arena_new_array(mem, const char *, n + 1);

	if (!json_is_array(j) || n > CONTROL_ARGS_MAX || out->verb != CONTROL_DECIDE)
		return err_set(e, ERR_PROTO, "no request: these are no arguments");
	for (size_t i = 0; args && i < n; i++) {
		const char *text = json_string_value(json_array_get(j, i));
		if (!text)
			return err_set(
				e, ERR_PROTO, "no request: an argument is no text");
		if (!(args[i] = arena_strdup(mem, text)))
			return err_nomem(e);
	}
	out->args = args;
	out->n_args = n;
	return args ? 0 : err_nomem(e);
}

static int
read_member(const char *key, const json_t *j, struct control_request *out,
	struct arena *mem, struct err *e)
{
	if (strcmp(key, "v") == 0 || strcmp(key, "do") == 0)
		return 0;
	if (strcmp(key, "args") == 0)
		return read_args(j, out, mem, e);
	for (size_t i = 0; i < N_PARTS; i++)
		if (strcmp(key, parts[i].key) == 0)
			return read_part(&parts[i], j, out, mem, e);
	return err_set(e, ERR_PROTO, "no request: '%.40s' is no part of one", key);
}

static int
check_complete(struct control_request *r, struct err *e)
{
	for (size_t i = 0; i < N_PARTS; i++)
		if (parts[i].needed & 1U << r->verb && !*text_of(r, &parts[i]))
			return err_set(e, ERR_PROTO, "no request: it misses its %s",
				parts[i].key);
	if ((r->verb == CONTROL_DECIDE) != (r->args != NULL))
		return err_set(e, ERR_PROTO, "no request: it misses its args");
	if (!r->run != !r->site || !r->run != !r->point)
		return err_set(e, ERR_PROTO, "no request: run, site and point are one");
	return 0;
}

int
control_read_request(const char *line, size_t n, struct arena *mem,
	struct control_request *out, struct err *e)
{
	json_error_t why;
	json_t *j = json_loadb(line, n, JSON_REJECT_DUPLICATES, &why), *value;
	const char *key;
	int rc;

	*out = (struct control_request){ .name = NULL };
	if (!j)
		return err_set(e, ERR_PROTO, "no request: %s", why.text);
	rc = read_head(j, &out->verb, e);
	if (rc == 0)
		json_object_foreach(j, key,
			value) if ((rc = read_member(key, value, out, mem, e)) ==
			-1) break;
	if (rc == 0)
		rc = check_complete(out, e);
	json_decref(j);
	return rc;
}

/* With its newline; takes j. */
static void
add_line(json_t *j, struct sb *out)
{
	char *text = j ? json_dumps(j, JSON_COMPACT) : NULL;

	if (text) {
		jsontext_add_made(out, text);
		sb_add(out, "\n");
	} else {
		out->bad = true;
	}
	free(text);
	json_decref(j);
}

/* Takes value, which is NULL for a text that is not UTF-8. */
static void
put(json_t *j, const char *key, json_t *value, struct sb *out)
{
	if (!value || json_object_set_new(j, key, value) == -1)
		out->bad = true;
}

static json_t *
args_json(const struct control_request *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->n_args; i++) {
		json_t *text = json_string(r->args[i]);
		if (text && json_array_append_new(list, text) == 0)
			continue;
		json_decref(list);
		return NULL;
	}
	return list;
}

void
control_write_request(const struct control_request *r, struct sb *out)
{
	struct control_request copy = *r;
	json_t *j = json_pack("{s:i, s:s}", "v", 1, "do", verbs[r->verb].name);

	for (size_t i = 0; i < N_PARTS; i++) {
		const char *text = *text_of(&copy, &parts[i]);
		if (text)
			put(j, parts[i].key, json_string(text), out);
	}
	if (r->verb == CONTROL_DECIDE)
		put(j, "args", args_json(r), out);
	add_line(j, out);
}

const char *
control_sweeps_text(const struct iprange *set, struct arena *mem)
{
	const struct iprange *some = iprange_cover(set, CONTROL_SWEEPS_MAX, mem);

	return some ? iprange_text(some, CONTROL_REQUEST_MAX, mem) : NULL;
}

int
control_refuse_request(struct err *e)
{
	return err_set(e, ERR_ARG,
		"an agent cannot be told this: it is no UTF-8, or longer than %d KiB",
		CONTROL_REQUEST_MAX >> 10);
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

/* What was cut in the midst of a character, or came from outside, is told all the same. */
static json_t *
said_json(const char *text)
{
	struct sb clean;

	sb_init(&clean, CONTROL_LINE_MAX);
	for (size_t n = strlen(text), i = 0, length; i < n; i += length ? length : 1) {
		length = utf8_char(text + i, n - i);
		sb_add_n(&clean, length ? text + i : "\xef\xbf\xbd",
			length ? length : 3);
	}
	json_t *j = json_string(clean.text);
	sb_done(&clean);
	return j;
}

/* NULL: nobody answered by whom to measure. */
static json_t *
recall_json(const struct recall *r)
{
	return r->known ? json_pack("{s:f, s:f, s:f, s:f}", "estimate", r->estimate,
				  "low", r->low, "high", r->high, "loss", r->loss)
			: NULL;
}

void
control_write_run(const struct control_run *r, struct sb *out)
{
	add_line(
		json_pack(
			"{s:s, s:s, s:s, s:I, s:I, s:I, s:s, s:o, s:I, s:I, s:I, s:I, s:I, "
			"s:o*}",
			"kind", "run", "poll", r->poll, "run", r->run, "due", (I)r->due,
			"started", (I)r->started, "finished", (I)r->finished, "outcome",
			r->outcome, "reason", said_json(r->reason), "observations",
			(I)r->observations, "spoilt", (I)r->spoilt, "asked",
			(I)r->asked, "answered", (I)r->answered, "found", (I)r->found,
			"recall", recall_json(&r->recall)),
		out);
}

/* The parts that it has: without a last run none of that, and so on. */
void
control_write_poll(const struct control_poll *p, struct sb *out)
{
	json_t *last = p->started
		? json_pack("{s:I, s:I, s:I, s:I, s:s, s:o, s:o*}", "started",
			  (I)p->started, "finished", (I)p->finished, "observations",
			  (I)p->observations, "spoilt", (I)p->spoilt, "outcome",
			  p->outcome, "reason", said_json(p->reason), "recall",
			  recall_json(&p->recall))
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

/* In the order of enum err_code. */
static const char *const codes[] = { "", "nomem", "sys", "arg", "proto", "timeout",
	"auth", "notfound", "db" };

enum { N_CODES = sizeof(codes) / sizeof(codes[0]) };

static json_t *
stored_json(const struct ingest_result *r)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I}", "observations", (I)r->observations,
		"duplicates", (I)r->duplicates, "new", (I)r->devices_new, "changed",
		(I)r->devices_changed, "merged", (I)r->devices_merged);
}

void
control_write_end(const struct control_end *end, struct sb *out)
{
	json_t *j = json_pack("{s:s, s:b, s:o}", "kind", "end", "ok", end->ok, "text",
		said_json(end->text));

	if (end->code != ERR_NONE)
		put(j, "code", json_string(codes[end->code]), out);
	if (end->stored)
		put(j, "stored", stored_json(end->stored), out);
	add_line(j, out);
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

	if (r->agent)
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

static double
get_share(const json_t *j, const char *key)
{
	return json_number_value(json_object_get(j, key));
}

static struct recall
get_recall(const json_t *j)
{
	const json_t *r = json_object_get(j, "recall");

	return (struct recall){ .known = json_is_object(r),
		.estimate = get_share(r, "estimate"),
		.low = get_share(r, "low"),
		.high = get_share(r, "high"),
		.loss = get_share(r, "loss") };
}

static void
read_run(const json_t *j, struct control_reader *r)
{
	struct control_run x = { .poll = get_text(j, "poll"),
		.run = get_text(j, "run"),
		.outcome = get_text(j, "outcome"),
		.reason = get_text(j, "reason"),
		.due = get_int(j, "due"),
		.started = get_int(j, "started"),
		.finished = get_int(j, "finished"),
		.observations = get_int(j, "observations"),
		.spoilt = get_int(j, "spoilt"),
		.asked = get_int(j, "asked"),
		.answered = get_int(j, "answered"),
		.found = get_int(j, "found"),
		.recall = get_recall(j) };

	if (r->run)
		r->run(r, &x);
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
		.recall = get_recall(last),
		.run_started = get_int(run, "started"),
		.run_observations = get_int(run, "observations") };

	read_progress(json_object_get(run, "progress"), &p.progress);
	if (r->poll)
		r->poll(r, &p);
}

static void
read_end(const json_t *j, struct control_reader *r)
{
	const json_t *stored = json_object_get(j, "stored");
	struct ingest_result result = {
		.observations = (uint64_t)get_int(stored, "observations"),
		.duplicates = (uint64_t)get_int(stored, "duplicates"),
		.devices_new = (uint64_t)get_int(stored, "new"),
		.devices_changed = (uint64_t)get_int(stored, "changed"),
		.devices_merged = (uint64_t)get_int(stored, "merged"),
	};
	struct control_end end = { .ok = json_is_true(json_object_get(j, "ok")),
		.text = get_text(j, "text"),
		.stored = stored ? &result : NULL };

	for (int i = 1; i < N_CODES; i++)
		if (strcmp(codes[i], get_text(j, "code")) == 0)
			end.code = (enum err_code)i;
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
		{ "run", read_run }, { "end", read_end } };
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
