/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Observations as lines, and back (docs/design.md).  What is written can always be read:
 * an array that would make the line too long is cut, and the record says so.
 */
#include "inventory/ndjson_private.h"

#include <jansson.h>
#include <string.h>

#include "inventory/jsontext.h"

/* --- writing a record ------------------------------------------------------------- */

static int
check_name(const char *what, const char *name, bool required, struct err *e)
{
	size_t n = name ? strlen(name) : 0;

	if (n == 0 && !required)
		return 0;
	if (n == 0 || n > NDJSON_NAME_LIMIT)
		return err_set(
			e, ERR_ARG, "%s has 1 to %d bytes", what, NDJSON_NAME_LIMIT);
	for (size_t i = 0, len; i < n; i += len)
		if ((len = utf8_char(name + i, n - i)) == 0)
			return err_set(e, ERR_ARG, "%s is not UTF-8", what);
	return 0;
}

static int
check_record(const struct observation *o, struct err *e)
{
	if (o->at < 0 || o->at > TIME_MAX)
		return err_set(
			e, ERR_ARG, "the time of an observation is in 1970 to 9999");
	if (o->seq < 0 || o->seq > JSONTEXT_INT_MAX)
		return err_set(e, ERR_ARG, "seq is from 1 to 2^53");
	if (check_name("source", o->source, true, e) == -1 ||
		check_name("run", o->run, false, e) == -1 ||
		check_name("point", o->point, false, e) == -1 ||
		check_name("site", o->site, false, e) == -1)
		return -1;
	return 0;
}

/* ,"key":"text" unless it is not set. */
static void
add_member(struct sb *out, const char *key, const char *text)
{
	if (!text || !*text)
		return;
	sb_add(out, ",\"");
	sb_add(out, key);
	sb_add(out, "\":");
	(void)jsontext_add_string(out, text, strlen(text), SIZE_MAX);
}

static int
add_record(struct ndjson_writing *w, const struct observation *o)
{
	char at[TIME_TEXT_MAX], ip[ADDR_TEXT_MAX];

	sb_add(w->out, "{\"v\":1");
	add_member(w->out, "at", time_print(o->at, at));
	if (o->seq) {
		sb_add(w->out, ",\"seq\":");
		jsontext_add_int(w->out, o->seq);
	}
	add_member(w->out, "source", o->source);
	add_member(w->out, "run", o->run);
	add_member(w->out, "point", o->point);
	add_member(w->out, "site", o->site);
	if (o->subject != SUBJECT_DEVICE)
		add_member(w->out, "subject", subject_names[o->subject]);
	if (addr_is_set(&o->ip))
		add_member(w->out, "ip", addr_print(&o->ip, ip));
	add_member(w->out, "evidence", evidence_names[o->evidence]);
	sb_add(w->out, ",\"facts\":");
	if (ndjson_add_facts(w, o->facts, o->n_facts) == -1)
		return -1;
	sb_add(w->out, o->truncated || w->cut ? ",\"truncated\":true}\n" : "}\n");
	return 0;
}

/* Renders behind what is there, with arrays of at most so many bytes; fits: the line is not
 * too long. */
static int
render(struct sb *out, size_t array_max, const struct observation *o, bool *fits,
	struct err *e)
{
	struct ndjson_writing w = { .out = out, .array_max = array_max, .e = e };
	size_t start = out->len;

	if (add_record(&w, o) == -1)
		return -1;
	*fits = !out->bad && out->len - start <= NDJSON_LINE_MAX;
	return 0;
}

/* Renders with the longest arrays that fit: halves between what does and what does not. */
static int
render_cut(struct sb *line, const struct observation *o, bool *fits, struct err *e)
{
	size_t good = 0, bad = NDJSON_LINE_MAX;

	while (bad - good > 1) {
		size_t mid = good + (bad - good) / 2;
		sb_clear(line);
		if (render(line, mid, o, fits, e) == -1)
			return -1;
		if (*fits)
			good = mid;
		else
			bad = mid;
	}
	sb_clear(line);
	return render(line, good, o, fits, e);
}

/* In a line of its own, which has room for an item that is taken back. */
static int
write_cut(const struct observation *o, struct sb *out, struct err *e)
{
	struct sb line;
	bool fits;

	sb_init(&line, 2 * NDJSON_LINE_MAX);
	int rc = render_cut(&line, o, &fits, e);
	if (rc == 0 && !fits)
		rc = err_set(e, ERR_ARG, "the line passes %d bytes even with arrays cut",
			NDJSON_LINE_MAX);
	if (rc == 0)
		sb_add_n(out, line.text, line.len);
	sb_done(&line);
	return rc == 0 && out->bad ? err_nomem(e) : rc;
}

/* The text is as it was unless the whole record was added. */
int
ndjson_write(const struct observation *o, struct sb *out, struct err *e)
{
	size_t start = out->len;
	bool fits;

	if (check_record(o, e) == -1)
		return -1;
	if (out->bad)
		return err_nomem(e);
	int rc = render(out, NDJSON_LINE_MAX, o, &fits, e);
	if (rc == 0 && fits)
		return 0;
	out->len = start;
	out->bad = false;
	if (out->room)
		out->text[start] = '\0';
	return rc == -1 ? -1 : write_cut(o, out, e);
}

/* --- reading a record ------------------------------------------------------------- */

struct reading {
	struct arena *mem;
	struct observation *o;
	struct err *e;
};

static int
read_version(struct reading *r, const json_t *v)
{
	if (!json_is_integer(v) || json_integer_value(v) != 1)
		return err_set(r->e, ERR_PROTO, "only version 1 is known");
	return 0;
}

static int
read_at(struct reading *r, const json_t *v)
{
	return ndjson_take_time(v, &r->o->at, r->e);
}

static int
read_seq(struct reading *r, const json_t *v)
{
	if (!json_is_integer(v) || json_integer_value(v) < 1)
		return err_set(r->e, ERR_PROTO, "must be an integer from 1 on");
	r->o->seq = json_integer_value(v);
	return 0;
}

static int
read_name(struct reading *r, const json_t *v, const char **out)
{
	if (json_is_string(v) && json_string_length(v) == 0)
		return err_set(r->e, ERR_PROTO, "must not be empty");
	return ndjson_take_string(r->mem, v, NDJSON_NAME_LIMIT, out, r->e);
}

static int
read_source(struct reading *r, const json_t *v)
{
	return read_name(r, v, &r->o->source);
}

static int
read_run(struct reading *r, const json_t *v)
{
	return read_name(r, v, &r->o->run);
}

static int
read_point(struct reading *r, const json_t *v)
{
	return read_name(r, v, &r->o->point);
}

static int
read_site(struct reading *r, const json_t *v)
{
	return read_name(r, v, &r->o->site);
}

/* The index of a text among names, or -1. */
static int
read_choice(struct reading *r, const json_t *v, const char *const *names)
{
	for (int i = 0; json_is_string(v) && names[i]; i++)
		if (strcmp(names[i], json_string_value(v)) == 0)
			return i;
	return err_set(
		r->e, ERR_PROTO, "is none of \"%s\", \"%s\", ...", names[0], names[1]);
}

static int
read_subject(struct reading *r, const json_t *v)
{
	int i = read_choice(r, v, subject_names);

	if (i != -1)
		r->o->subject = (enum subject)i;
	return i == -1 ? -1 : 0;
}

static int
read_evidence(struct reading *r, const json_t *v)
{
	int i = read_choice(r, v, evidence_names);

	if (i != -1)
		r->o->evidence = (enum evidence)i;
	return i == -1 ? -1 : 0;
}

static int
read_record_ip(struct reading *r, const json_t *v)
{
	return ndjson_take_addr(v, &r->o->ip, r->e);
}

static int
read_record_facts(struct reading *r, const json_t *v)
{
	struct fact *facts;

	if (ndjson_take_facts(r->mem, v, &facts, &r->o->n_facts, r->e) == -1)
		return -1;
	r->o->facts = facts;
	return 0;
}

static int
read_truncated(struct reading *r, const json_t *v)
{
	if (!json_is_boolean(v))
		return err_set(r->e, ERR_PROTO, "must be true or false");
	r->o->truncated = json_is_true(v);
	return 0;
}

static const struct member {
	const char *key;
	bool required;
	int (*read)(struct reading *, const json_t *);
} members[] = {
	{ "v", true, read_version },
	{ "at", true, read_at },
	{ "seq", false, read_seq },
	{ "source", true, read_source },
	{ "run", false, read_run },
	{ "point", false, read_point },
	{ "site", false, read_site },
	{ "subject", false, read_subject },
	{ "ip", false, read_record_ip },
	{ "evidence", true, read_evidence },
	{ "facts", true, read_record_facts },
	{ "truncated", false, read_truncated },
};
enum { N_MEMBERS = sizeof(members) / sizeof(members[0]) };

static int
read_member(struct reading *r, const char *key, const json_t *value, bool seen[])
{
	for (size_t i = 0; i < N_MEMBERS; i++) {
		if (strcmp(members[i].key, key) != 0)
			continue;
		seen[i] = true;
		if (members[i].read(r, value) == -1)
			return err_add(r->e, "\"%s\"", key);
		return 0;
	}
	return err_set(r->e, ERR_PROTO, "a record has no member \"%s\"", key);
}

static int
read_record(struct reading *r, const json_t *record)
{
	bool seen[N_MEMBERS] = { false };
	const char *key;
	json_t *value;

	if (!json_is_object(record))
		return err_set(r->e, ERR_PROTO, "not a JSON object");
	json_object_foreach((json_t *)(uintptr_t)record, key,
		value) if (read_member(r, key, value, seen) == -1) return -1;
	for (size_t i = 0; i < N_MEMBERS; i++)
		if (members[i].required && !seen[i])
			return err_set(
				r->e, ERR_PROTO, "\"%s\" is missing", members[i].key);
	return 0;
}

int
ndjson_read_json(const char *line, size_t n, struct arena *mem, struct observation *out,
	struct err *e)
{
	struct observation o = { 0 };
	struct reading r = { .mem = mem, .o = &o, .e = e };
	json_t *record;

	if (jsontext_load(line, n, &record, e) == -1)
		return -1;
	int rc = read_record(&r, record);
	json_decref(record);
	if (rc == 0)
		*out = o;
	return rc;
}

int
ndjson_read(const char *line, size_t n, struct arena *mem, struct observation *out,
	struct err *e)
{
	if (n >= NDJSON_LINE_MAX)
		return err_set(e, ERR_PROTO, "longer than %d bytes", NDJSON_LINE_MAX);
	return ndjson_read_plain(line, n, mem, out)
		? 0
		: ndjson_read_json(line, n, mem, out, e);
}
