/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The lines beside observations (docs/design.md: descriptor 3).  One table row for each
 * field of each kind serves writing and reading.
 */
#include "inventory/ndjson_private.h"

#include <jansson.h>
#include <stddef.h>
#include <string.h>

#include "inventory/jsontext.h"

enum field_type {
	FIELD_TEXT,
	FIELD_TEXT_OR_NONE, /* NULL is left out */
	FIELD_COUNT,
	FIELD_INT,
	FIELD_BOOL,
	FIELD_TIME,
	FIELD_SHARE,  /* double, 0 to 1, or a small number; six digits */
	FIELD_RECALL, /* an object of its own; left out when it is not known */
};

struct field {
	const char *key;
	enum field_type type;
	size_t at; /* in the struct of the kind */
};

struct state {
	const char *text;
};

#define AT(kind, field) offsetof(struct kind, field)

static const struct field progress_fields[] = {
	{ "phase", FIELD_TEXT, AT(progress, phase) },
	{ "done", FIELD_COUNT, AT(progress, done) },
	{ "total", FIELD_COUNT, AT(progress, total) },
	{ "sent", FIELD_COUNT, AT(progress, sent) },
	{ "answered", FIELD_COUNT, AT(progress, answered) },
	{ "found", FIELD_COUNT, AT(progress, found) },
	{ "rate", FIELD_INT, AT(progress, rate) },
	{ "eta_us", FIELD_INT, AT(progress, eta_us) },
	{ 0 },
};

static const struct field reason_fields[] = {
	{ "code", FIELD_TEXT, AT(reason, code) },
	{ "about", FIELD_TEXT, AT(reason, about) },
	{ "text", FIELD_TEXT, AT(reason, text) },
	{ "count", FIELD_COUNT, AT(reason, count) },
	{ 0 },
};

static const struct field coverage_fields[] = {
	{ "probe", FIELD_TEXT, AT(coverage, probe) },
	{ "targets", FIELD_TEXT, AT(coverage, targets) },
	{ "started", FIELD_TIME, AT(coverage, started) },
	{ "finished", FIELD_TIME, AT(coverage, finished) },
	{ "complete", FIELD_BOOL, AT(coverage, complete) },
	{ 0 },
};

static const struct field state_fields[] = {
	{ "text", FIELD_TEXT, AT(state, text) },
	{ 0 },
};

static const struct field recall_fields[] = {
	{ "estimate", FIELD_SHARE, AT(recall, estimate) },
	{ "low", FIELD_SHARE, AT(recall, low) },
	{ "high", FIELD_SHARE, AT(recall, high) },
	{ "loss", FIELD_SHARE, AT(recall, loss) },
	{ "rounds", FIELD_SHARE, AT(recall, rounds) },
	{ "asked", FIELD_COUNT, AT(recall, asked) },
	{ "lost", FIELD_COUNT, AT(recall, lost) },
	{ "reasked", FIELD_COUNT, AT(recall, reasked) },
	{ "refound", FIELD_COUNT, AT(recall, refound) },
	{ 0 },
};

static const struct field end_fields[] = {
	{ "ok", FIELD_BOOL, AT(run_end, ok) },
	{ "interrupted", FIELD_BOOL, AT(run_end, interrupted) },
	{ "targets", FIELD_COUNT, AT(run_end, targets) },
	{ "asked", FIELD_COUNT, AT(run_end, asked) },
	{ "sent", FIELD_COUNT, AT(run_end, sent) },
	{ "answered", FIELD_COUNT, AT(run_end, answered) },
	{ "found", FIELD_COUNT, AT(run_end, found) },
	{ "dropped", FIELD_COUNT, AT(run_end, dropped) },
	{ "duration_us", FIELD_INT, AT(run_end, duration_us) },
	{ "recall", FIELD_RECALL, AT(run_end, recall) },
	{ "error", FIELD_TEXT_OR_NONE, AT(run_end, error) },
	{ 0 },
};

union control {
	struct progress progress;
	struct reason reason;
	struct coverage coverage;
	struct state state;
	struct run_end end;
};

enum kind { PROGRESS, REASON, COVERAGE, STATE, END, KINDS };

static void
tell_progress(struct monitor *m, const union control *c)
{
	m->progress(m, &c->progress);
}

static void
tell_reason(struct monitor *m, const union control *c)
{
	m->reason(m, &c->reason);
}

static void
tell_coverage(struct monitor *m, const union control *c)
{
	m->coverage(m, &c->coverage);
}

static void
tell_state(struct monitor *m, const union control *c)
{
	m->state(m, c->state.text);
}

static void
tell_end(struct monitor *m, const union control *c)
{
	m->end(m, &c->end);
}

static const struct {
	const char *name;
	const struct field *fields;
	void (*tell)(struct monitor *, const union control *);
} kinds[KINDS] = {
	[PROGRESS] = { "progress", progress_fields, tell_progress },
	[REASON] = { "reason", reason_fields, tell_reason },
	[COVERAGE] = { "coverage", coverage_fields, tell_coverage },
	[STATE] = { "state", state_fields, tell_state },
	[END] = { "end", end_fields, tell_end },
};

/* --- writing ---------------------------------------------------------------------- */

/* Texts for people may be cut, so that the line always fits; those that mean something
 * to a program (targets, state) have the rest of the line. */
static size_t
text_max(enum kind kind)
{
	return kind == COVERAGE || kind == STATE ? NDJSON_LINE_MAX : FACT_TEXT_LIMIT;
}

static int64_t
clamp(int64_t v, int64_t low, int64_t high)
{
	return v < low ? low : v > high ? high : v;
}

static void
write_text(struct sb *out, const char *text, size_t max)
{
	(void)jsontext_add_string(out, text ? text : "", text ? strlen(text) : 0, max);
}

static void write_fields(
	struct sb *, enum kind, const struct field *, const void *, const char *before);

static void
write_field(struct sb *out, enum kind kind, enum field_type type, const void *at)
{
	const int64_t int_max = JSONTEXT_INT_MAX;
	char time[TIME_TEXT_MAX];
	uint64_t count;

	switch (type) {
	case FIELD_TEXT:
	case FIELD_TEXT_OR_NONE:
		write_text(out, *(const char *const *)at, text_max(kind));
		break;
	case FIELD_COUNT:
		count = *(const uint64_t *)at;
		jsontext_add_int(
			out, count > (uint64_t)int_max ? int_max : (int64_t)count);
		break;
	case FIELD_INT:
		jsontext_add_int(out, clamp(*(const int64_t *)at, -int_max, int_max));
		break;
	case FIELD_BOOL: sb_add(out, *(const bool *)at ? "true" : "false"); break;
	case FIELD_TIME:
		(void)time_print(clamp(*(const int64_t *)at, 0, TIME_MAX), time);
		write_text(out, time, sizeof(time));
		break;
	case FIELD_SHARE: sb_printf(out, "%.6f", *(const double *)at); break;
	case FIELD_RECALL: write_fields(out, kind, recall_fields, at, "{"); break;
	}
}

static bool
is_left_out(const struct field *f, const void *at)
{
	if (f->type == FIELD_TEXT_OR_NONE)
		return !*(const char *const *)at;
	return f->type == FIELD_RECALL && !((const struct recall *)at)->known;
}

/* The members of an object with what stands before the first of them, and its end. */
static void
write_fields(struct sb *out, enum kind kind, const struct field *fields,
	const void *values, const char *before)
{
	for (const struct field *f = fields; f->key; f++) {
		const void *at = (const char *)values + f->at;
		if (is_left_out(f, at))
			continue;
		sb_printf(out, "%s\"%s\":", before, f->key);
		write_field(out, kind, f->type, at);
		before = ",";
	}
	sb_add(out, "}");
}

/* Nothing is added when the line would be too long. */
static void
write_control(enum kind kind, const void *values, struct sb *out)
{
	struct sb line;

	sb_init(&line, NDJSON_LINE_MAX);
	sb_add(&line, "{\"kind\":\"");
	sb_add(&line, kinds[kind].name);
	sb_add(&line, "\"");
	write_fields(&line, kind, kinds[kind].fields, values, ",");
	sb_add(&line, "\n");
	if (!line.bad)
		sb_add_n(out, line.text, line.len);
	sb_done(&line);
}

void
ndjson_write_progress(const struct progress *p, struct sb *out)
{
	write_control(PROGRESS, p, out);
}

void
ndjson_write_reason(const struct reason *r, struct sb *out)
{
	write_control(REASON, r, out);
}

void
ndjson_write_state(const char *text, struct sb *out)
{
	write_control(STATE, &(struct state){ text }, out);
}

void
ndjson_write_end(const struct run_end *end, struct sb *out)
{
	write_control(END, end, out);
}

/* Bytes of targets for one line: up to a comma when not all of it fits. */
static size_t
targets_piece(const char *targets)
{
	enum { PIECE_MAX = NDJSON_LINE_MAX - 1024 }; /* 1 KiB for the other fields */
	size_t n = strnlen(targets, PIECE_MAX + 1);

	if (n <= PIECE_MAX)
		return n;
	for (n = PIECE_MAX; n > 0 && targets[n] != ','; n--)
		;
	return n;
}

void
ndjson_write_coverage(const struct coverage *c, struct sb *out)
{
	const char *rest = c->targets;
	char piece[NDJSON_LINE_MAX];

	do {
		size_t n = targets_piece(rest);
		if (n == 0 && *rest)
			return; /* no list of targets */
		struct coverage part = *c;
		memcpy(piece, rest, n);
		piece[n] = '\0';
		part.targets = piece;
		write_control(COVERAGE, &part, out);
		rest += n;
		rest += strspn(rest, ", ");
	} while (*rest);
}

/* --- reading ---------------------------------------------------------------------- */

static int read_fields(const struct field *, size_t known, const json_t *, void *values,
	struct arena *, struct err *);

static int
read_recall(const json_t *v, struct recall *out, struct arena *mem, struct err *e)
{
	out->known = true;
	return read_fields(recall_fields, 0, v, out, mem, e);
}

static int
read_field(const struct field *f, const json_t *v, void *at, struct arena *mem,
	struct err *e)
{
	switch (f->type) {
	case FIELD_TEXT:
	case FIELD_TEXT_OR_NONE:
		return ndjson_take_string(mem, v, NDJSON_LINE_MAX, at, e);
	case FIELD_COUNT:
		if (!json_is_integer(v) || json_integer_value(v) < 0)
			return err_set(e, ERR_PROTO, "must be an integer from 0 on");
		*(uint64_t *)at = (uint64_t)json_integer_value(v);
		return 0;
	case FIELD_INT:
		if (!json_is_integer(v))
			return err_set(e, ERR_PROTO, "must be an integer");
		*(int64_t *)at = json_integer_value(v);
		return 0;
	case FIELD_BOOL:
		if (!json_is_boolean(v))
			return err_set(e, ERR_PROTO, "must be true or false");
		*(bool *)at = json_is_true(v);
		return 0;
	case FIELD_TIME: return ndjson_take_time(v, at, e);
	case FIELD_SHARE:
		if (!json_is_number(v))
			return err_set(e, ERR_PROTO, "must be a number");
		*(double *)at = json_number_value(v);
		return 0;
	case FIELD_RECALL: return read_recall(v, at, mem, e);
	}
	return 0;
}

/* known: members that are no fields. */
static int
read_fields(const struct field *fields, size_t known, const json_t *object,
	void *values, struct arena *mem, struct err *e)
{
	for (const struct field *f = fields; f->key; f++) {
		const json_t *v = json_object_get(object, f->key);
		if (!v && (f->type == FIELD_TEXT_OR_NONE || f->type == FIELD_RECALL))
			continue;
		if (!v)
			return err_set(e, ERR_PROTO, "\"%s\" is missing", f->key);
		if (read_field(f, v, (char *)values + f->at, mem, e) == -1)
			return err_add(e, "\"%s\"", f->key);
		known++;
	}
	if (json_object_size(object) != known)
		return err_set(e, ERR_PROTO, "there are unknown members");
	return 0;
}

static int
read_object(const json_t *object, struct arena *mem, struct monitor *m, struct err *e)
{
	const char *kind = json_string_value(json_object_get(object, "kind"));
	union control values;

	if (!kind)
		return err_set(e, ERR_PROTO, "not a JSON object with a \"kind\"");
	for (size_t i = 0; i < KINDS; i++) {
		if (strcmp(kinds[i].name, kind) != 0)
			continue;
		memset(&values, 0, sizeof(values));
		if (read_fields(kinds[i].fields, 1, object, &values, mem, e) == -1)
			return err_add(e, "%s", kind);
		kinds[i].tell(m, &values);
		return 0;
	}
	return err_set(e, ERR_PROTO, "there is no kind \"%s\"", kind);
}

int
ndjson_read_control(
	const char *line, size_t n, struct arena *mem, struct monitor *m, struct err *e)
{
	json_t *object;

	if (n >= NDJSON_LINE_MAX)
		return err_set(e, ERR_PROTO, "longer than %d bytes", NDJSON_LINE_MAX);
	if (jsontext_load(line, n, &object, e) == -1)
		return -1;
	int rc = read_object(object, mem, m, e);
	json_decref(object);
	return rc;
}
