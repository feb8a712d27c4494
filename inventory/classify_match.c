/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which rules the fields meet.  A text is made lower case once and then asked by all the
 * rules of its fact; a set is gone through member by member.
 */
#include "inventory/classify_private.h"

#include <stdlib.h>
#include <string.h>

/* The rules of a field's fact; none: there is no rule, or nothing that it says is its own. */
struct part {
	const struct rule *from;
	size_t n;
};

struct matching {
	const struct rules *rules;
	struct part part; /* for the field */
	const struct device_field *field;
	struct hit *hits; /* of all fields */
	size_t n;
	size_t begin; /* of this field's */
};

/* Their members begin with the port: "443 nginx". */
static bool
is_by_port(const char *key)
{
	static const char *const keys[] = { "http.server", "http.status", "http.title",
		"tls.certs", "tls.issuers", "tls.keys", "tls.self_issued" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(keys[i], key) == 0)
			return true;
	return false;
}

static const char *
after_port(const char *text)
{
	size_t digits = strspn(text, "0123456789");

	return digits && text[digits] == ' ' ? text + digits + 1 : text;
}

/* --- texts ------------------------------------------------------------------------ */

/* Of ASCII letters; what does not fit is cut. */
static void
lower(const char *text, char out[static FACT_TEXT_LIMIT + 1])
{
	size_t i = 0;

	for (; i < FACT_TEXT_LIMIT && text[i]; i++)
		out[i] = (char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] + 32
								 : text[i]);
	out[i] = '\0';
}

static bool
holds_all(const char *text, const struct rule *r)
{
	for (size_t i = 0; i < r->n_items; i++)
		if (!strstr(text, r->items[i]))
			return false;
	return true;
}

static bool
is_any(const char *text, const struct rule *r)
{
	for (size_t i = 0; i < r->n_items; i++)
		if (strcmp(text, r->items[i]) == 0)
			return true;
	return false;
}

static bool
begins_any(const char *text, const struct rule *r)
{
	for (size_t i = 0; i < r->n_items; i++)
		if (strncmp(text, r->items[i], strlen(r->items[i])) == 0)
			return true;
	return false;
}

/* "1.3.6.1.4.1.9" is above 1.3.6.1.4.1.9.1.359, not above 1.3.6.1.4.1.99. */
static bool
is_below(const char *text, const struct rule *r)
{
	for (size_t i = 0; i < r->n_items; i++) {
		size_t n = strlen(r->items[i]);
		if (strncmp(text, r->items[i], n) == 0 &&
			(text[n] == '\0' || text[n] == '.'))
			return true;
	}
	return false;
}

/* The build that stands right after the rule's text. */
static const struct build *
build_in(const struct rules *rules, const char *text, const struct rule *r)
{
	for (size_t i = 0; i < r->n_items; i++) {
		const char *at = strstr(text, r->items[i]);
		char *end;
		if (!at)
			continue;
		at += strlen(r->items[i]);
		unsigned long number = *at >= '1' && *at <= '9' ? strtoul(at, &end, 10)
								: 0;
		if (number && number <= UINT32_MAX)
			return build_find(rules, (uint32_t)number);
	}
	return NULL;
}

static bool
text_meets(const struct matching *m, const struct rule *r, const char *text,
	int answer[static QUESTIONS])
{
	const struct build *b;

	switch (r->op) {
	case MATCH_IS: return is_any(text, r);
	case MATCH_BEGINS: return begins_any(text, r);
	case MATCH_MATCHES: return holds_all(text, r);
	case MATCH_BELOW: return is_below(text, r);
	case MATCH_BUILD:
		if (!(b = build_in(m->rules, text, r)))
			return false;
		answer[ASK_OS] = b->os;
		answer[ASK_KIND] = b->kind;
		return true;
	case MATCH_HAS:
	case MATCH_BETWEEN: break;
	}
	return false;
}

/* --- hits ------------------------------------------------------------------------- */

static bool
is_hit_already(const struct matching *m, const struct rule *r)
{
	for (size_t i = m->begin; i < m->n; i++)
		if (m->hits[i].rule == r)
			return true;
	return false;
}

static void
add_hit(struct matching *m, const struct rule *r, const char *value,
	const int answer[static QUESTIONS])
{
	struct hit *h = &m->hits[m->n++];

	*h = (struct hit){ .rule = r, .field = m->field, .value = value };
	memcpy(h->answer, answer, sizeof(h->answer));
}

static void
match_text(struct matching *m, const char *text)
{
	char lowered[FACT_TEXT_LIMIT + 1];

	lower(is_by_port(m->field->fact.key) ? after_port(text) : text, lowered);
	for (size_t i = 0; i < m->part.n; i++) {
		const struct rule *r = &m->part.from[i];
		int answer[QUESTIONS];
		memcpy(answer, r->answer, sizeof(answer));
		if (text_meets(m, r, lowered, answer) && !is_hit_already(m, r))
			add_hit(m, r, text, answer);
	}
}

static bool
has_texts(const struct fact *f, const struct rule *r)
{
	char lowered[FACT_TEXT_LIMIT + 1];
	unsigned found = 0;

	for (size_t i = 0; i < f->texts.n; i++) {
		lower(is_by_port(f->key) ? after_port(f->texts.items[i])
					 : f->texts.items[i],
			lowered);
		for (size_t k = 0; k < r->n_items; k++)
			if (strcmp(lowered, r->items[k]) == 0)
				found |= 1U << k;
	}
	return found == (1U << r->n_items) - 1;
}

static int
cmp_port(const void *a, const void *b)
{
	return *(const uint16_t *)a - *(const uint16_t *)b;
}

static bool
has_ports(const struct fact *f, const struct rule *r)
{
	for (size_t i = 0; i < r->n_items; i++)
		if (!bsearch(&r->ports[i], f->ports.items, f->ports.n,
			    sizeof(r->ports[0]), cmp_port))
			return false;
	return true;
}

/* What is asked of the fact as a whole. */
static void
match_whole(struct matching *m)
{
	const struct fact *f = &m->field->fact;

	for (size_t i = 0; i < m->part.n; i++) {
		const struct rule *r = &m->part.from[i];
		bool meets = false;
		if (f->type == FACT_PORTS)
			meets = r->op == MATCH_HAS && f->ports.n && has_ports(f, r);
		else if (f->type == FACT_TEXTS)
			meets = r->op == MATCH_HAS && has_texts(f, r);
		else if (f->type == FACT_INT || f->type == FACT_BOOL)
			meets = f->num >= r->least && f->num <= r->most;
		if (meets)
			add_hit(m, r, NULL, r->answer);
	}
}

static void
match_field(struct matching *m)
{
	const struct fact *f = &m->field->fact;
	char mac[MAC_TEXT_MAX];

	m->begin = m->n;
	if (f->type == FACT_TEXT) {
		match_text(m, f->text);
	} else if (f->type == FACT_MAC) {
		match_text(m, mac_print(&f->mac, mac));
		for (size_t i = m->begin; i < m->n; i++)
			m->hits[i].value = NULL; /* mac is gone when we return */
	} else {
		match_whole(m);
		for (size_t i = 0; f->type == FACT_TEXTS && i < f->texts.n; i++)
			match_text(m, f->texts.items[i]);
	}
}

/* --- all -------------------------------------------------------------------------- */

static struct part
rules_for(const struct rules *rules, const struct device_field *f,
	const struct fact_def *def, bool onlink)
{
	static const struct part none = { NULL, 0 };

	if (!def || f->fact.type != def->type || f->evidence == EVIDENCE_WEAK)
		return none;
	/* A MAC that came through a router is the router's. */
	if (f->fact.type == FACT_MAC && !onlink && strcmp(def->key, "mac") == 0)
		return none;
	size_t first = rules->first[def - fact_defs];
	return (struct part){ &rules->rules[first],
		rules->first[def - fact_defs + 1] - first };
}

static bool
is_onlink(const struct device_field *fields, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (*fields[i].fact.key == 'm' &&
			strcmp(fields[i].fact.key, "mac.onlink") == 0)
			return fields[i].fact.type == FACT_BOOL && fields[i].fact.num;
	return false;
}

int
match_fields(const struct rules *rules, const struct device_field *fields, size_t n,
	struct arena *mem, struct hit **out, size_t *n_out, struct err *e)
{
	struct matching m = { .rules = rules };
	struct part *parts = arena_new_array(mem, struct part, n);
	bool onlink = is_onlink(fields, n);
	const struct fact_def *def = NULL;
	size_t most = 0;

	for (size_t i = 0; parts && i < n; i++) {
		def = fact_find_next(def, fields[i].fact.key);
		parts[i] = rules_for(rules, &fields[i], def, onlink);
		most += parts[i].n;
	}
	m.hits = arena_new_array(mem, struct hit, most);
	if (!parts || !m.hits)
		return err_nomem(e);
	for (size_t i = 0; i < n; i++) {
		if (parts[i].n == 0)
			continue;
		m.field = &fields[i];
		m.part = parts[i];
		match_field(&m);
	}
	*out = m.hits;
	*n_out = m.n;
	return 0;
}
