/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rules from YAML 1.1 (by libyaml's documents): systems, then builds of Windows, then rules,
 * whatever their order in the file, for the later name the earlier.  Every mistake is told
 * with its place.
 */
#include "inventory/rules_private.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/opt.h"

enum { MISTAKES_MAX = 100 };

struct reader {
	struct rules *rules;
	const char *name; /* of the file, in arena */
	yaml_document_t doc;
	struct sb *mistakes;
	size_t n_mistakes;
	bool failed; /* out of memory */
};

/* --- mistakes --------------------------------------------------------------------- */

static void mistake(struct reader *, yaml_mark_t, const char *fmt, ...)
	ERR_PRINTF(3, 4);

static void
mistake(struct reader *r, yaml_mark_t at, const char *fmt, ...)
{
	char text[512] = "";
	va_list ap;

	if (++r->n_mistakes > MISTAKES_MAX)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap); /* a cut text is fine */
	va_end(ap);
	sb_add_plain(r->mistakes, r->name, strlen(r->name));
	/* libyaml counts from 0, people from 1. */
	sb_printf(r->mistakes, ":%zu:%zu: ", at.line + 1, at.column + 1);
	sb_add_plain(r->mistakes, text, strlen(text));
	sb_add(r->mistakes, "\n");
}

/* "did you mean" for an answer that no file has named. */
static void
unknown_answer(struct reader *r, const yaml_node_t *node, const struct answers *a,
	const char *what, const char *name, const char *advice)
{
	const char **names = arena_new_array(r->rules->mem, const char *, a->n + 1);
	const char *near = NULL;

	for (size_t i = 0; names && i < a->n; i++)
		names[i] = a->items[i].name;
	if (names)
		near = nearest(name, names, a->n);
	if (near)
		mistake(r, node->start_mark, "unknown %s %.60s; did you mean %s?", what,
			name, near);
	else
		mistake(r, node->start_mark, "unknown %s %.60s%s", what, name, advice);
}

/* --- nodes ------------------------------------------------------------------------ */

static yaml_node_t *
node_at(struct reader *r, int i)
{
	return yaml_document_get_node(&r->doc, i);
}

/* A scalar that is not empty and not too long; NULL after telling what is wrong. */
static const char *
text_of(struct reader *r, const yaml_node_t *node, const char *what)
{
	if (node->type != YAML_SCALAR_NODE) {
		mistake(r, node->start_mark, "%s is one text", what);
		return NULL;
	}
	const char *text = (const char *)node->data.scalar.value;
	size_t n = node->data.scalar.length;
	if (n == 0 || strlen(text) != n) {
		mistake(r, node->start_mark, n ? "%s holds a NUL" : "%s has no value",
			what);
		return NULL;
	}
	if (n > RULES_TEXT_MAX) {
		mistake(r, node->start_mark, "%s is longer than %d bytes", what,
			RULES_TEXT_MAX);
		return NULL;
	}
	return text;
}

static bool
number_of(struct reader *r, const yaml_node_t *node, const char *what, int64_t least,
	int64_t most, int64_t *out)
{
	const char *text = text_of(r, node, what);
	char *end;

	if (!text)
		return false;
	long long n = strtoll(text, &end, 10);
	if (*end || n < least || n > most) {
		mistake(r, node->start_mark, "%s: must be a whole number, %lld to %lld",
			what, (long long)least, (long long)most);
		return false;
	}
	*out = n;
	return true;
}

static const char *
keep(struct reader *r, const char *text)
{
	const char *copy = text ? arena_strdup(r->rules->mem, text) : NULL;

	r->failed |= text && !copy;
	return copy;
}

/* "rules:" with all of its rows commented out. */
static bool
is_empty(const yaml_node_t *node)
{
	return !node ||
		(node->type == YAML_SCALAR_NODE && node->data.scalar.length == 0 &&
			node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE);
}

/* The pairs of a mapping by name; those that the table does not name are mistakes. */
static void
take_pairs(struct reader *r, const yaml_node_t *map, const char *const *names,
	size_t n_names, yaml_node_t **out)
{
	const yaml_node_pair_t *p = map->data.mapping.pairs.start;

	for (; p < map->data.mapping.pairs.top; p++) {
		yaml_node_t *key = node_at(r, p->key);
		const char *name = text_of(r, key, "a key");
		size_t i = 0;
		if (!name)
			continue;
		while (i < n_names && strcmp(names[i], name) != 0)
			i++;
		const char *near = i < n_names ? NULL : nearest(name, names, n_names);
		if (i < n_names && out[i])
			mistake(r, key->start_mark, "%s was given already", name);
		else if (i < n_names)
			out[i] = node_at(r, p->value);
		else
			mistake(r, key->start_mark,
				near ? "unknown key %.60s; did you mean %s?"
				     : "unknown key %.60s",
				name, near);
	}
}

/* Calls row for each item of a list, which must be mappings. */
static void
each_mapping(struct reader *r, const yaml_node_t *list, const char *what,
	void (*row)(struct reader *, const yaml_node_t *))
{
	if (is_empty(list))
		return;
	if (list->type != YAML_SEQUENCE_NODE) {
		mistake(r, list->start_mark, "%s is a list", what);
		return;
	}
	for (const yaml_node_item_t *i = list->data.sequence.items.start;
		i < list->data.sequence.items.top && !r->failed; i++) {
		const yaml_node_t *node = node_at(r, *i);
		if (node->type == YAML_MAPPING_NODE)
			row(r, node);
		else
			mistake(r, node->start_mark, "%s: each is { key: value, ... }",
				what);
	}
}

/* --- systems ---------------------------------------------------------------------- */

/* The number of the system, made when there is none; NONE: no memory, or too many. */
static int
system_of(struct reader *r, const yaml_node_t *node, const char *name, int parent)
{
	struct answers *a = &r->rules->answers[ASK_OS];
	int at = answer_find(a, name);

	if (at != NONE)
		return at;
	if (a->n == RULES_ANSWERS_MAX) {
		mistake(r, node->start_mark, "more than %d systems", RULES_ANSWERS_MAX);
		return NONE;
	}
	at = answer_add(r->rules, ASK_OS, name, parent);
	r->failed |= at == NONE;
	return at;
}

static void
read_child(struct reader *r, const yaml_node_t *node, int parent)
{
	const char *name = text_of(r, node, "a system");

	if (!name)
		return;
	/* No cycles, for what has a parent was not there before. */
	if (answer_find(&r->rules->answers[ASK_OS], name) != NONE)
		mistake(r, node->start_mark,
			"%s was named already, and has one parent at most", name);
	else
		(void)system_of(r, node, name, parent);
}

static void
read_systems(struct reader *r, const yaml_node_t *map)
{
	if (is_empty(map))
		return;
	if (map->type != YAML_MAPPING_NODE) {
		mistake(r, map->start_mark,
			"systems go below it: 'Linux: [Debian Linux, ...]'");
		return;
	}
	for (const yaml_node_pair_t *p = map->data.mapping.pairs.start;
		p < map->data.mapping.pairs.top && !r->failed; p++) {
		const yaml_node_t *key = node_at(r, p->key),
				  *list = node_at(r, p->value);
		const char *name = text_of(r, key, "a system");
		int parent = name ? system_of(r, key, name, NONE) : NONE;
		if (parent == NONE)
			continue;
		if (list->type != YAML_SEQUENCE_NODE) {
			mistake(r, list->start_mark, "%s: has a list, [] for none",
				name);
			continue;
		}
		for (const yaml_node_item_t *i = list->data.sequence.items.start;
			i < list->data.sequence.items.top; i++)
			read_child(r, node_at(r, *i), parent);
	}
}

/* --- builds of Windows ------------------------------------------------------------ */

/* Client and server of one build: an answer for "one of the two" with both below it. */
static int
add_pair(struct reader *r, const yaml_node_t *at, const char *client,
	const char *server, int windows)
{
	struct answers *a = &r->rules->answers[ASK_OS];
	const char *both = arena_printf(r->rules->mem, "%s or %s", client, server);

	if (!both) {
		r->failed = true;
		return NONE;
	}
	int one = system_of(r, at, both, windows);
	int c = one == NONE ? NONE : system_of(r, at, client, one);
	int s = c == NONE ? NONE : system_of(r, at, server, one);
	if (s == NONE)
		return NONE;
	a->items[one].client = c;
	a->items[one].server = s;
	return one;
}

static bool
is_new_system(struct reader *r, const yaml_node_t *node, const char *name)
{
	bool is_new = answer_find(&r->rules->answers[ASK_OS], name) == NONE;

	if (!is_new)
		mistake(r, node->start_mark, "%s was named already", name);
	return is_new;
}

static bool
is_new_build(struct reader *r, const yaml_node_t *node, int64_t number)
{
	for (size_t i = 0; i < r->rules->n_builds; i++) {
		if (r->rules->builds[i].number == number) {
			mistake(r, node->start_mark, "build %lld was given already",
				(long long)number);
			return false;
		}
	}
	return true;
}

static void
read_build(struct reader *r, const yaml_node_t *row)
{
	static const char *const names[] = { "build", "client", "server" };
	yaml_node_t *v[3] = { NULL };
	int64_t number;

	take_pairs(r, row, names, 3, v);
	if (!v[0] || (!v[1] && !v[2])) {
		mistake(r, row->start_mark,
			"a build has build and client, server or both");
		return;
	}
	const char *client = v[1] ? text_of(r, v[1], "client") : NULL;
	const char *server = v[2] ? text_of(r, v[2], "server") : NULL;
	if (!number_of(r, v[0], "build", 1, 999999, &number) || (v[1] && !client) ||
		(v[2] && !server) || !is_new_build(r, v[0], number) ||
		(client && !is_new_system(r, v[1], client)) ||
		(server && !is_new_system(r, v[2], server)))
		return;
	int windows = system_of(r, row, "Windows", NONE);
	if (windows == NONE)
		return;
	int os = client && server
		? add_pair(r, row, client, server, windows)
		: system_of(r, row, client ? client : server, windows);
	struct build *b = os == NONE ? NULL : rules_append_build(r->rules);
	r->failed |= os != NONE && !b;
	if (b)
		*b = (struct build){ .number = (uint32_t)number,
			.os = os,
			.kind = client && server ? NONE
				: client         ? r->rules->workstation
						 : r->rules->server };
}

/* --- matchers --------------------------------------------------------------------- */

/* One text or a list of them, in lower case. */
static bool
read_items(
	struct reader *r, struct rule *rule, const yaml_node_t *node, const char *what)
{
	const char *items[RULES_ITEMS_MAX];
	size_t n = 1;
	bool list = node->type == YAML_SEQUENCE_NODE;

	if (list)
		n = (size_t)(node->data.sequence.items.top -
			node->data.sequence.items.start);
	if (n == 0 || n > RULES_ITEMS_MAX) {
		mistake(r, node->start_mark, "%s has 1 to %d texts", what,
			RULES_ITEMS_MAX);
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		const yaml_node_t *item = list
			? node_at(r, node->data.sequence.items.start[i])
			: node;
		const char *text = text_of(r, item, what);
		if (!text)
			return false;
		items[i] = arena_strlower(r->rules->mem, text);
		r->failed |= !items[i];
	}
	rule->items = arena_dup(r->rules->mem, items, n * sizeof(items[0]));
	rule->n_items = n;
	r->failed |= !rule->items;
	return !r->failed;
}

static bool
read_text(struct reader *r, struct rule *rule, const yaml_node_t *node, const char *what)
{
	return read_items(r, rule, node, what);
}

static bool
read_int(struct reader *r, struct rule *rule, const yaml_node_t *node, const char *what)
{
	bool ok = number_of(r, node, what, INT32_MIN, UINT32_MAX, &rule->least);

	rule->most = rule->least;
	return ok;
}

static bool
read_truth(
	struct reader *r, struct rule *rule, const yaml_node_t *node, const char *what)
{
	const char *text = text_of(r, node, what);

	if (!text)
		return false;
	rule->least = rule->most = strcmp(text, "true") == 0 ||
		strcmp(text, "yes") == 0;
	if (rule->least || strcmp(text, "false") == 0 || strcmp(text, "no") == 0)
		return true;
	mistake(r, node->start_mark, "%s: must be true or false", what);
	return false;
}

static bool
read_between(
	struct reader *r, struct rule *rule, const yaml_node_t *node, const char *what)
{
	const yaml_node_item_t *i;

	if (node->type != YAML_SEQUENCE_NODE ||
		node->data.sequence.items.top - node->data.sequence.items.start != 2) {
		mistake(r, node->start_mark, "%s: must be [LEAST, MOST]", what);
		return false;
	}
	i = node->data.sequence.items.start;
	return number_of(r, node_at(r, i[0]), what, INT32_MIN, UINT32_MAX,
		       &rule->least) &&
		number_of(r, node_at(r, i[1]), what, rule->least, UINT32_MAX,
			&rule->most);
}

static bool
read_ports(
	struct reader *r, struct rule *rule, const yaml_node_t *node, const char *what)
{
	if (!read_items(r, rule, node, what))
		return false;
	for (size_t i = 0; i < rule->n_items; i++) {
		char *end;
		long port = strtol(rule->items[i], &end, 10);
		if (*end || port < 1 || port > UINT16_MAX) {
			mistake(r, node->start_mark, "%s: %.20s is no port", what,
				rule->items[i]);
			return false;
		}
		rule->ports[i] = (uint16_t)port;
	}
	return true;
}

/* Which matchers there are, and for which types of fact. */
static const struct matcher {
	const char *name;
	enum match_op op;
	enum fact_type type;
	bool (*read)(struct reader *, struct rule *, const yaml_node_t *, const char *);
} matchers[] = {
	{ "is", MATCH_IS, FACT_TEXT, read_text },
	{ "is", MATCH_IS, FACT_TEXTS, read_text },
	{ "is", MATCH_IS, FACT_INT, read_int },
	{ "is", MATCH_IS, FACT_BOOL, read_truth },
	{ "begins", MATCH_BEGINS, FACT_TEXT, read_text },
	{ "begins", MATCH_BEGINS, FACT_TEXTS, read_text },
	{ "begins", MATCH_BEGINS, FACT_MAC, read_text },
	{ "below", MATCH_BELOW, FACT_TEXT, read_text },
	{ "matches", MATCH_MATCHES, FACT_TEXT, read_text },
	{ "matches", MATCH_MATCHES, FACT_TEXTS, read_text },
	{ "has", MATCH_HAS, FACT_TEXTS, read_text },
	{ "has", MATCH_HAS, FACT_PORTS, read_ports },
	{ "between", MATCH_BETWEEN, FACT_INT, read_between },
	{ "build", MATCH_BUILD, FACT_TEXT, read_text },
	{ "build", MATCH_BUILD, FACT_TEXTS, read_text },
};

enum { N_MATCHERS = sizeof(matchers) / sizeof(matchers[0]) };

/* --- rules ------------------------------------------------------------------------ */

enum rule_key {
	KEY_IS,
	KEY_BEGINS,
	KEY_BELOW,
	KEY_MATCHES,
	KEY_HAS,
	KEY_BETWEEN,
	KEY_BUILD,
	KEY_FACT,
	KEY_KIND,
	KEY_OS,
	KEY_WEIGHT,
	KEY_GROUP,
	KEY_WHY,
	KEY_SOURCE,
	N_KEYS,
	N_MATCH_KEYS = KEY_FACT,
};

const struct rules_word rules_words[] = {
	[KEY_IS] = { "is",
		"The value, or a member of a set, is equal to this text, or to one of a list. "
		"Of a number: equal; of a truth: true or false" },
	[KEY_BEGINS] = { "begins",
		"It begins with this text, or with one of a list. Also of mac: \"52:54:00\"" },
	[KEY_BELOW] = { "below", "It is this object identifier, or one below it" },
	[KEY_MATCHES] = { "matches",
		"This text is somewhere in it; of a list, all of the texts are" },
	[KEY_HAS] = { "has",
		"A set (of ports, or of texts) has this member; of a list, all of them" },
	[KEY_BETWEEN] = { "between",
		"The number is at least the first of [1, 64], and at "
		"most the second" },
	[KEY_BUILD] = { "build",
		"After this text comes the number of a build of Windows. Such a rule has "
		"neither kind nor os: the table windows says what the build is" },
	[KEY_FACT] = { "fact", "What is looked at, see muster-facts(7)" },
	[KEY_KIND] = { "kind", "What kind of device it then is" },
	[KEY_OS] = { "os", "Which operating system it then runs; named under systems" },
	[KEY_WEIGHT] = { "weight",
		"Of a hundred machines with this evidence, and no other, how many are that: "
		"1 to 99. Below 60 it decides nothing alone" },
	[KEY_GROUP] = { "group",
		"Of a group the heaviest rule counts, the others say the same again. Without "
		"it the group is the fact's name up to the dot: ssh, snmp, http" },
	[KEY_WHY] = { "why", "A few words for people: what the evidence is" },
	[KEY_SOURCE] = { "source", "Where that is known from" },
	[N_KEYS] = { NULL, NULL },
};

static bool
read_fact(struct reader *r, struct rule *rule, const yaml_node_t *node)
{
	const char *key = text_of(r, node, "fact");
	const char *names[512];
	size_t n = 0;

	if (!key)
		return false;
	rule->fact = fact_find(key);
	if (rule->fact)
		return true;
	for (; n < n_fact_defs && n < sizeof(names) / sizeof(names[0]); n++)
		names[n] = fact_defs[n].key;
	const char *near = nearest(key, names, n);
	mistake(r, node->start_mark,
		near ? "unknown fact %.60s; did you mean %s?" : "unknown fact %.60s",
		key, near);
	return false;
}

static bool
read_matcher(struct reader *r, struct rule *rule, yaml_node_t *const *v,
	const yaml_node_t *row)
{
	int key = NONE;

	for (int i = 0; i < N_MATCH_KEYS; i++) {
		if (!v[i])
			continue;
		if (key != NONE) {
			mistake(r, v[i]->start_mark,
				"a rule asks one thing: %s or %s, not both",
				rules_words[key].name, rules_words[i].name);
			return false;
		}
		key = i;
	}
	if (key == NONE) {
		mistake(r, row->start_mark,
			"a rule has is, begins, below, matches, has, between or build");
		return false;
	}
	for (size_t i = 0; i < N_MATCHERS; i++) {
		const struct matcher *m = &matchers[i];
		if (m->type != rule->fact->type ||
			strcmp(m->name, rules_words[key].name) != 0)
			continue;
		rule->op = m->op;
		return m->read(r, rule, v[key], rules_words[key].name);
	}
	mistake(r, v[key]->start_mark, "%s cannot be asked of %s",
		rules_words[key].name, rule->fact->key);
	return false;
}

static bool
read_answer(
	struct reader *r, struct rule *rule, enum question q, const yaml_node_t *node)
{
	static const struct {
		const char *what, *advice;
	} texts[QUESTIONS] = {
		[ASK_KIND] = { "kind", "" },
		[ASK_OS] = { "os", ": name it under systems" },
	};
	const struct answers *a = &r->rules->answers[q];

	rule->answer[q] = NONE;
	if (!node)
		return true;
	const char *name = text_of(r, node, texts[q].what);
	if (!name)
		return false;
	rule->answer[q] = answer_find(a, name);
	if (rule->answer[q] != NONE)
		return true;
	unknown_answer(r, node, a, texts[q].what, name, texts[q].advice);
	return false;
}

static bool
read_answers(struct reader *r, struct rule *rule, yaml_node_t *const *v,
	const yaml_node_t *row)
{
	bool build = v[KEY_BUILD], says = v[KEY_KIND] || v[KEY_OS];

	if (build == says) {
		mistake(r, row->start_mark,
			build ? "what a build says is in the table windows: no kind, no os"
			      : "a rule has kind, os or both");
		return false;
	}
	bool kind = read_answer(r, rule, ASK_KIND, v[KEY_KIND]);
	return read_answer(r, rule, ASK_OS, v[KEY_OS]) && kind;
}

/* "ssh" of ssh.banner: what comes by one protocol counts once. */
static bool
read_group(struct reader *r, struct rule *rule, const yaml_node_t *node)
{
	const char *key = rule->fact->key;
	const char *name = node ? text_of(r, node, "group")
				: arena_strndup(r->rules->mem, key, strcspn(key, "."));

	if (!name) {
		r->failed |= !node;
		return false;
	}
	int group = rules_group(r->rules, name);
	r->failed |= group == NONE;
	rule->group = (unsigned)group;
	return !r->failed;
}

static bool
read_weight(struct reader *r, struct rule *rule, const yaml_node_t *node)
{
	int64_t weight;

	if (!number_of(r, node, "weight", 1, WEIGHT_MAX, &weight))
		return false;
	rule->weight = (unsigned)weight;
	return true;
}

static bool
has_all(struct reader *r, yaml_node_t *const *v, const yaml_node_t *row)
{
	static const enum rule_key needed[] = { KEY_FACT, KEY_WEIGHT, KEY_WHY,
		KEY_SOURCE };

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		if (!v[needed[i]]) {
			mistake(r, row->start_mark, "a rule has %s; this has none",
				rules_words[needed[i]].name);
			return false;
		}
	}
	return true;
}

static void
read_rule(struct reader *r, const yaml_node_t *row)
{
	const char *names[N_KEYS];
	yaml_node_t *v[N_KEYS] = { NULL };
	struct rule rule = { .line = (unsigned)row->start_mark.line + 1,
		.file = r->name };
	size_t before = r->n_mistakes;

	for (size_t i = 0; i < N_KEYS; i++)
		names[i] = rules_words[i].name;
	take_pairs(r, row, names, N_KEYS, v);
	if (!has_all(r, v, row))
		return;
	/* All that is wrong is told, not the first alone. */
	if (read_fact(r, &rule, v[KEY_FACT])) {
		(void)read_matcher(r, &rule, v, row);
		(void)read_group(r, &rule, v[KEY_GROUP]);
	}
	(void)read_answers(r, &rule, v, row);
	(void)read_weight(r, &rule, v[KEY_WEIGHT]);
	rule.why = keep(r, text_of(r, v[KEY_WHY], "why"));
	rule.source = keep(r, text_of(r, v[KEY_SOURCE], "source"));
	if (r->failed || r->n_mistakes > before)
		return;
	if (r->rules->n == RULES_MAX) {
		mistake(r, row->start_mark, "more than %d rules", RULES_MAX);
		return;
	}
	struct rule *to = rules_append(r->rules);
	r->failed |= !to;
	if (to)
		*to = rule;
}

/* --- the whole file --------------------------------------------------------------- */

static void
read_document(struct reader *r)
{
	static const char *const names[] = { "systems", "windows", "rules" };
	yaml_node_t *parts[3] = { NULL };
	const yaml_node_t *root = yaml_document_get_root_node(&r->doc);

	if (!root)
		return; /* an empty file */
	if (root->type != YAML_MAPPING_NODE) {
		mistake(r, root->start_mark,
			"the file holds 'rules:', 'systems:' and 'windows:', not this");
		return;
	}
	take_pairs(r, root, names, 3, parts);
	read_systems(r, parts[0]);
	each_mapping(r, parts[1], "windows", read_build);
	each_mapping(r, parts[2], "rules", read_rule);
}

/* Of bytes that are no UTF-8 libyaml tells the offset alone. */
static yaml_mark_t
place_of_problem(const yaml_parser_t *y, const char *text, size_t n)
{
	yaml_mark_t at = y->problem_mark;

	if (y->error != YAML_READER_ERROR)
		return at;
	at = (yaml_mark_t){ 0 };
	for (size_t i = 0; i < y->problem_offset && i < n; i++) {
		at.line += text[i] == '\n';
		at.column = text[i] == '\n' ? 0 : at.column + 1;
	}
	return at;
}

static void
read_stream(struct reader *r, yaml_parser_t *y, const char *text, size_t n)
{
	if (yaml_parser_load(y, &r->doc)) {
		read_document(r);
		yaml_document_delete(&r->doc);
	} else if (y->error == YAML_MEMORY_ERROR) {
		r->failed = true;
	} else {
		mistake(r, place_of_problem(y, text, n), "not YAML: %s",
			y->problem ? y->problem : "it cannot be read");
	}
}

int
rules_read_yaml(struct rules *rules, const char *name, const char *text, size_t n,
	struct sb *mistakes, struct err *e)
{
	struct reader r = { .rules = rules, .mistakes = mistakes };
	yaml_parser_t y;

	r.name = arena_strdup(rules->mem, name);
	if (!r.name || !yaml_parser_initialize(&y))
		return err_nomem(e);
	yaml_parser_set_encoding(&y, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&y, (const unsigned char *)text, n);
	read_stream(&r, &y, text, n);
	yaml_parser_delete(&y);
	if (r.failed)
		return err_nomem(e);
	if (r.n_mistakes)
		return err_set(e, ERR_ARG, "%s: %zu mistake%s", name, r.n_mistakes,
			r.n_mistakes == 1 ? "" : "s");
	return 0;
}
