/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Records as ndjson_write makes nearly all of them: members in its order, facts in theirs,
 * ASCII without escapes, numbers of a few digits.  Read in one pass over a copy whose
 * texts end where they stand; a line that is otherwise in any way is left to the JSON parser,
 * which takes ten times as long and tells what is wrong with it.
 */
#include <stddef.h>
#include <string.h>

#include "inventory/jsontext.h"
#include "inventory/ndjson_private.h"

enum {
	SAFE_DIGITS = 15, /* of numbers below 2^53 */
	PORTS_MAX = 256,  /* of one fact; who has more can wait */
	TEXTS_MAX = 64,
	FACTS_MAX = 128,
};

struct plain {
	char *at; /* in the copy, which ends with a NUL */
	const char *end;
	struct arena *mem;
	bool odd; /* not plain: what is read is of no use, and nothing more is read */
};

static void
expect(struct plain *p, bool yes)
{
	p->odd |= !yes;
}

static bool
take(struct plain *p, const char *what)
{
	size_t n = strlen(what);

	if (p->odd || strncmp(p->at, what, n) != 0)
		return false;
	p->at += n;
	return true;
}

static const char *
take_text(struct plain *p)
{
	if (!take(p, "\"")) {
		p->odd = true;
		return "";
	}
	char *from = p->at, *to = from + jsontext_plain(from, (size_t)(p->end - from));
	if (*to != '"') {
		p->odd = true;
		return "";
	}
	*to = '\0';
	p->at = to + 1;
	return from;
}

/* A name, or a text of a fact. */
static const char *
take_short(struct plain *p, size_t min, size_t max)
{
	const char *text = take_text(p);
	size_t n = strlen(text);

	expect(p, n >= min && n <= max);
	return text;
}

static int64_t
take_int(struct plain *p)
{
	const char *from = p->at;
	int64_t v = 0;

	while (!p->odd && *p->at >= '0' && *p->at <= '9' && p->at - from < SAFE_DIGITS)
		v = v * 10 + (*p->at++ - '0');
	expect(p, p->at > from && (*from != '0' || p->at == from + 1));
	return v;
}

/* Between items: true for another one. */
static bool
goes_on(struct plain *p, char end)
{
	char c = p->odd ? '\0' : *p->at;

	expect(p, c == ',' || c == end);
	p->at += !p->odd;
	return !p->odd && c == ',';
}

/* --- facts --------------------------------------------------------------------------------- */

static void
plain_text(struct plain *p, struct fact *f)
{
	f->text = take_short(p, 0, FACT_TEXT_LIMIT);
}

static void
plain_int(struct plain *p, struct fact *f)
{
	f->num = take_int(p);
}

static void
plain_bool(struct plain *p, struct fact *f)
{
	f->num = take(p, "true");
	expect(p, f->num || take(p, "false"));
}

static void
plain_mac(struct plain *p, struct fact *f)
{
	expect(p, mac_parse(take_text(p), &f->mac));
}

static void
plain_ip(struct plain *p, struct fact *f)
{
	expect(p, addr_parse(take_text(p), &f->ip));
}

static void
plain_ports(struct plain *p, struct fact *f)
{
	uint16_t ports[PORTS_MAX];
	int64_t last = 0;
	size_t n = 0;

	expect(p, take(p, "["));
	do {
		int64_t port = take_int(p);
		expect(p, n < PORTS_MAX && port > last && port <= UINT16_MAX);
		if (p->odd)
			return;
		last = port;
		ports[n++] = (uint16_t)port;
	} while (goes_on(p, ']'));
	f->ports.items = arena_dup(p->mem, ports, n * sizeof(ports[0]));
	f->ports.n = n;
	expect(p, f->ports.items);
}

static void
plain_texts(struct plain *p, struct fact *f)
{
	const char *texts[TEXTS_MAX];
	size_t n = 0;

	expect(p, take(p, "["));
	do {
		const char *text = take_short(p, 0, FACT_TEXT_LIMIT);
		expect(p, n < TEXTS_MAX && (n == 0 || strcmp(texts[n - 1], text) < 0));
		if (p->odd)
			return;
		texts[n++] = text;
	} while (goes_on(p, ']'));
	f->texts.items = arena_dup(p->mem, texts, n * sizeof(texts[0]));
	f->texts.n = n;
	expect(p, f->texts.items);
}

static void (*const fact_readers[])(struct plain *, struct fact *) = {
	[FACT_TEXT] = plain_text,
	[FACT_INT] = plain_int,
	[FACT_BOOL] = plain_bool,
	[FACT_MAC] = plain_mac,
	[FACT_IP] = plain_ip,
	[FACT_PORTS] = plain_ports,
	[FACT_TEXTS] = plain_texts,
};

static struct fact *
take_facts(struct plain *p, size_t *n_out)
{
	const struct fact_def *def = NULL, *last;
	struct fact facts[FACTS_MAX];
	size_t n = 0;

	expect(p, take(p, "{"));
	do {
		last = def;
		def = fact_find_next(last, take_text(p));
		expect(p,
			n < FACTS_MAX && def && def > last && def->type != FACT_OTHER &&
				take(p, ":"));
		if (p->odd)
			return NULL;
		facts[n] = (struct fact){ .key = def->key, .type = def->type };
		fact_readers[def->type](p, &facts[n++]);
	} while (goes_on(p, '}'));
	struct fact *out = p->odd ? NULL
				  : arena_dup(p->mem, facts, n * sizeof(facts[0]));
	expect(p, out);
	*n_out = n;
	return out;
}

/* --- records ------------------------------------------------------------------------------- */

static void
plain_at(struct plain *p, struct observation *o)
{
	expect(p,
		time_parse(take_text(p), &o->at) == 0 && o->at >= 0 &&
			o->at <= TIME_MAX);
}

static void
plain_seq(struct plain *p, struct observation *o)
{
	o->seq = take_int(p);
	expect(p, o->seq > 0);
}

static int
take_choice(struct plain *p, const char *const *names)
{
	const char *text = take_text(p);

	for (int i = 0; names[i]; i++)
		if (strcmp(names[i], text) == 0)
			return i;
	p->odd = true;
	return 0;
}

static void
plain_subject(struct plain *p, struct observation *o)
{
	o->subject = (enum subject)take_choice(p, subject_names);
}

static void
plain_evidence(struct plain *p, struct observation *o)
{
	o->evidence = (enum evidence)take_choice(p, evidence_names);
}

static void
plain_record_ip(struct plain *p, struct observation *o)
{
	expect(p, addr_parse(take_text(p), &o->ip));
}

static void
plain_facts(struct plain *p, struct observation *o)
{
	o->facts = take_facts(p, &o->n_facts);
}

/* In the order in which they are written; one that is missing is left out. */
static const struct {
	const char *name;
	bool required;
	void (*read)(struct plain *, struct observation *);
	size_t text_at; /* where nothing reads it: a name, and its place in the observation */
} members[] = {
	{ ",\"at\":", true, plain_at, 0 },
	{ ",\"seq\":", false, plain_seq, 0 },
	{ ",\"source\":", true, NULL, offsetof(struct observation, source) },
	{ ",\"run\":", false, NULL, offsetof(struct observation, run) },
	{ ",\"point\":", false, NULL, offsetof(struct observation, point) },
	{ ",\"site\":", false, NULL, offsetof(struct observation, site) },
	{ ",\"subject\":", false, plain_subject, 0 },
	{ ",\"ip\":", false, plain_record_ip, 0 },
	{ ",\"evidence\":", true, plain_evidence, 0 },
	{ ",\"facts\":", true, plain_facts, 0 },
};

static void
take_member(struct plain *p, size_t i, struct observation *o)
{
	if (!take(p, members[i].name))
		expect(p, !members[i].required);
	else if (members[i].read)
		members[i].read(p, o);
	else
		*(const char **)((char *)o + members[i].text_at) = take_short(
			p, 1, NDJSON_NAME_LIMIT);
}

static bool
begin(struct plain *p, const char *text, size_t n, struct arena *mem)
{
	p->mem = mem;
	p->odd = false;
	p->at = arena_alloc(mem, n + 1); /* ends with a NUL: it is cleared */
	if (!p->at)
		return false;
	if (n)
		memcpy(p->at, text, n);
	p->end = p->at + n;
	return true;
}

bool
ndjson_read_plain(const char *line, size_t n, struct arena *mem, struct observation *out)
{
	struct observation o = { 0 };
	struct plain p;

	if (!begin(&p, line, n, mem))
		return false;
	expect(&p, take(&p, "{\"v\":1"));
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]) && !p.odd; i++)
		take_member(&p, i, &o);
	if (!take(&p, "}") || p.at != p.end)
		return false;
	*out = o;
	return true;
}

bool
ndjson_read_plain_fact(const struct fact_def *def, const char *json, size_t n,
	struct arena *mem, struct fact *out)
{
	struct plain p;
	struct fact f;

	if (!def || def->type == FACT_OTHER || !begin(&p, json, n, mem))
		return false;
	f = (struct fact){ .key = def->key, .type = def->type };
	fact_readers[def->type](&p, &f);
	if (p.odd || p.at != p.end)
		return false;
	*out = f;
	return true;
}

bool
ndjson_read_plain_facts(
	const char *json, size_t n, struct arena *mem, struct fact **out, size_t *n_out)
{
	struct plain p;

	if (!begin(&p, json, n, mem))
		return false;
	*out = take_facts(&p, n_out);
	return !p.odd && p.at == p.end;
}
