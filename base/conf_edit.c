/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The parser tells where each node begins and ends (in characters); what is inserted or taken
 * out lies between two of those places.  A node in block style ends, for the parser, where the
 * next one begins: where its last word ends is what people would say, and counts here.
 */
#include "base/conf_edit.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/conf.h"

struct editing {
	const struct conf_edit *in;
	yaml_document_t doc;
	size_t *bytes; /* where each character begins, and the end of the text */
	size_t n_chars;
	const char *eol;
};

/* A piece of the text, and what is to stand in its place. */
struct change {
	size_t from, to; /* bytes */
	struct sb text;
};

/* --- places --------------------------------------------------------------------------------- */

static int
count_characters(struct editing *x, struct err *e)
{
	const char *text = x->in->text;

	x->bytes = calloc(x->in->n + 1, sizeof(*x->bytes));
	if (!x->bytes)
		return err_nomem(e);
	for (size_t i = 0; i < x->in->n; i++)
		if (((unsigned char)text[i] & 0xc0) !=
			0x80) /* UTF-8: the first byte of one */
			x->bytes[x->n_chars++] = i;
	x->bytes[x->n_chars] = x->in->n;
	return 0;
}

static size_t
at(const struct editing *x, const yaml_mark_t *m)
{
	return x->bytes[m->index < x->n_chars ? m->index : x->n_chars];
}

static size_t
line_start(const struct editing *x, size_t i)
{
	while (i > 0 && x->in->text[i - 1] != '\n')
		i--;
	return i;
}

/* Behind the end of the line; i itself where a line begins already. */
static size_t
line_end(const struct editing *x, size_t i)
{
	if (i > 0 && x->in->text[i - 1] == '\n')
		return i;
	while (i < x->in->n && x->in->text[i] != '\n')
		i++;
	return i < x->in->n ? i + 1 : i;
}

/* --- nodes ---------------------------------------------------------------------------------- */

static yaml_node_t *
node(const struct editing *x, int id)
{
	return yaml_document_get_node((yaml_document_t *)(uintptr_t)&x->doc, id);
}

static size_t
n_pairs(const yaml_node_t *map)
{
	return (size_t)(map->data.mapping.pairs.top - map->data.mapping.pairs.start);
}

static bool
is_map(const yaml_node_t *n)
{
	return n && n->type == YAML_MAPPING_NODE;
}

static bool
is_flow(const yaml_node_t *n)
{
	return n->type == YAML_MAPPING_NODE
		? n->data.mapping.style == YAML_FLOW_MAPPING_STYLE
		: n->type == YAML_SEQUENCE_NODE &&
			n->data.sequence.style == YAML_FLOW_SEQUENCE_STYLE;
}

/* Nothing stands there, not even "null". */
static bool
is_nothing(const yaml_node_t *n)
{
	return n->type == YAML_SCALAR_NODE && n->data.scalar.length == 0 &&
		n->start_mark.index == n->end_mark.index;
}

static yaml_node_pair_t *
find(const struct editing *x, const yaml_node_t *map, const char *key)
{
	for (size_t i = 0; i < n_pairs(map); i++) {
		yaml_node_pair_t *p = &map->data.mapping.pairs.start[i];
		const yaml_node_t *k = node(x, p->key);
		if (k && k->type == YAML_SCALAR_NODE &&
			strcmp((const char *)k->data.scalar.value, key) == 0)
			return p;
	}
	return NULL;
}

/* The last of what a block is made of; 0: it is no block. */
static int
last_of(const yaml_node_t *n)
{
	if (is_flow(n))
		return 0;
	if (n->type == YAML_MAPPING_NODE && n_pairs(n))
		return n->data.mapping.pairs.top[-1].value;
	if (n->type == YAML_SEQUENCE_NODE &&
		n->data.sequence.items.top > n->data.sequence.items.start)
		return n->data.sequence.items.top[-1];
	return 0;
}

/* Behind the key, and the ':' that follows it. */
static size_t
key_end(const struct editing *x, int key)
{
	const yaml_node_t *k = node(x, key);
	size_t i = k ? at(x, &k->end_mark) : 0;

	return i < x->in->n && x->in->text[i] == ':' ? i + 1 : i;
}

/* Where its last word ends.  Of a pair without a value that is behind the key. */
static size_t
real_end(const struct editing *x, const yaml_node_pair_t *p)
{
	const yaml_node_t *v = node(x, p->value);
	size_t key = key_end(x, p->key);

	while (v && last_of(v)) {
		if (is_map(v))
			key = key_end(x, v->data.mapping.pairs.top[-1].key);
		v = node(x, last_of(v));
	}
	return !v || is_nothing(v) ? key : at(x, &v->end_mark);
}

/* --- what is written ------------------------------------------------------------------------ */

static void
add_flow(struct sb *out, const struct conf_setting *s, size_t n)
{
	sb_add(out, "{");
	for (size_t i = 0; i < n; i++)
		sb_printf(out, "%s%s: %s", i ? ", " : "", s[i].key, s[i].value);
	sb_add(out, "}");
}

static void
add_block(struct sb *out, const struct editing *x, size_t indent, const char *name,
	const struct conf_setting *s, size_t n)
{
	sb_printf(out, "%*s%s:%s", (int)indent, "", name, x->eol);
	for (size_t i = 0; i < n; i++)
		sb_printf(out, "%*s%s: %s%s", (int)indent + 2, "", s[i].key, s[i].value,
			x->eol);
}

/* A line of its own needs the one before to be ended. */
static void
begin_line(struct change *c, const struct editing *x)
{
	if (c->from > 0 && x->in->text[c->from - 1] != '\n')
		sb_add(&c->text, x->eol);
}

/* Into a mapping in flow style: behind its last pair. */
static void
add_to_flow(const struct editing *x, const yaml_node_t *map, const char *name,
	const struct conf_setting *s, size_t n, struct change *c)
{
	size_t pairs = n_pairs(map);

	c->from = pairs ? real_end(x, map->data.mapping.pairs.top - 1)
			: at(x, &map->start_mark) + 1;
	c->to = c->from;
	sb_printf(&c->text, "%s%s: ", pairs ? ", " : "", name);
	add_flow(&c->text, s, n);
}

static void
add_to_block(const struct editing *x, const yaml_node_t *map, const char *name,
	const struct conf_setting *s, size_t n, struct change *c)
{
	const yaml_node_pair_t *last = map->data.mapping.pairs.top - 1;
	const yaml_node_t *first = node(x, map->data.mapping.pairs.start->key);

	c->from = c->to = line_end(x, real_end(x, last));
	begin_line(c, x);
	add_block(&c->text, x, first->start_mark.column, name, s, n);
}

static void
add_pair(const struct editing *x, const yaml_node_t *map, const char *name,
	const struct conf_setting *s, size_t n, struct change *c)
{
	if (is_flow(map) || n_pairs(map) == 0)
		add_to_flow(x, map, name, s, n, c);
	else
		add_to_block(x, map, name, s, n, c);
}

/* A section whose settings are all commented out: below its own line. */
static int
fill_nothing(const struct editing *x, const yaml_node_pair_t *section, const char *name,
	const struct conf_setting *s, size_t n, struct change *c, struct err *e)
{
	const yaml_node_t *k = node(x, section->key);
	size_t i = real_end(x, section);

	if (i == 0 || x->in->text[i - 1] != ':')
		return err_set(e, ERR_ARG, "%s: write it with a ':' behind it",
			x->in->section);
	c->from = c->to = line_end(x, i);
	begin_line(c, x);
	add_block(&c->text, x, k->start_mark.column + 2, name, s, n);
	return 0;
}

/* At the end of a file that does not have the section. */
static void
add_section(const struct editing *x, const yaml_node_t *root,
	const struct conf_setting *s, size_t n, struct change *c)
{
	size_t indent = 0;

	c->from = c->to = x->in->n;
	if (is_map(root) && n_pairs(root)) {
		const yaml_node_t *first = node(x, root->data.mapping.pairs.start->key);
		indent = first->start_mark.column;
		c->from = c->to = line_end(
			x, real_end(x, root->data.mapping.pairs.top - 1));
	}
	begin_line(c, x);
	sb_printf(&c->text, "%*s%s:%s", (int)indent, "", x->in->section, x->eol);
	add_block(&c->text, x, indent + 2, x->in->name, s, n);
}

/* --- the three changes ---------------------------------------------------------------------- */

static int
by_hand(const struct editing *x, struct err *e)
{
	return err_set(e, ERR_ARG,
		"%s.%.60s is written in a way that needs your own hand", x->in->section,
		x->in->name);
}

static int
plan_add(const struct editing *x, const yaml_node_t *root, const struct conf_setting *s,
	size_t n, struct change *c, struct err *e)
{
	yaml_node_pair_t *section = is_map(root) ? find(x, root, x->in->section) : NULL;

	if (!section && is_map(root) && (is_flow(root) || n_pairs(root) == 0)) {
		struct sb inner;
		sb_init(&inner, CONF_MAX);
		add_flow(&inner, s, n);
		const struct conf_setting one = { x->in->name, inner.text };
		add_to_flow(x, root, x->in->section, &one, 1, c);
		sb_done(&inner);
		return 0;
	}
	if (!section) {
		add_section(x, root, s, n, c);
		return 0;
	}
	const yaml_node_t *v = node(x, section->value);
	if (is_nothing(v) && !is_flow(root))
		return fill_nothing(x, section, x->in->name, s, n, c, e);
	if (!is_map(v))
		return by_hand(x, e);
	if (find(x, v, x->in->name))
		return err_set(e, ERR_ARG, "there is a %.60s already in %s",
			x->in->name, x->in->section);
	add_pair(x, v, x->in->name, s, n, c);
	return 0;
}

/* The pair of the name, and the mapping that it is in. */
static int
find_named(const struct editing *x, const yaml_node_t *root, yaml_node_t **map,
	yaml_node_pair_t **pair, struct err *e)
{
	yaml_node_pair_t *section = is_map(root) ? find(x, root, x->in->section) : NULL;

	*map = section ? node(x, section->value) : NULL;
	*pair = is_map(*map) ? find(x, *map, x->in->name) : NULL;
	return *pair ? 0
		     : err_set(e, ERR_NOTFOUND, "there is no %.60s in %s", x->in->name,
			       x->in->section);
}

/* A comma that stands behind i, blanks aside; else i. */
static size_t
behind_comma(const struct editing *x, size_t i)
{
	size_t k = i;

	while (k < x->in->n && strchr(" \t\r\n", x->in->text[k]))
		k++;
	return k < x->in->n && x->in->text[k] == ',' ? k + 1 : i;
}

static void
plan_remove(const struct editing *x, const yaml_node_t *map, const yaml_node_pair_t *p,
	struct change *c)
{
	size_t i = (size_t)(p - map->data.mapping.pairs.start), n = n_pairs(map);
	size_t begin = at(x, &node(x, p->key)->start_mark), end = real_end(x, p);

	if (!is_flow(map)) {
		c->from = line_start(x, begin);
		c->to = line_end(x, end);
	} else if (i > 0) {
		c->from = real_end(x, p - 1);
		c->to = end;
	} else {
		c->from = begin;
		c->to = n > 1 ? at(x, &node(x, p[1].key)->start_mark)
			      : behind_comma(x, end);
	}
}

static int
plan_set(const struct editing *x, const yaml_node_t *map, const yaml_node_pair_t *p,
	const struct conf_setting *s, struct change *c, struct err *e)
{
	const yaml_node_t *v = node(x, p->value), *k = node(x, p->key);
	const yaml_node_pair_t *is = is_map(v) ? find(x, v, s->key) : NULL;
	const yaml_node_t *old = is ? node(x, is->value) : NULL;

	if (old && (old->type != YAML_SCALAR_NODE || is_nothing(old)))
		return by_hand(x, e);
	if (old) {
		c->from = at(x, &old->start_mark);
		c->to = at(x, &old->end_mark);
		sb_add(&c->text, s->value);
	} else if (is_map(v) && (is_flow(v) || n_pairs(v) == 0)) {
		c->from = c->to = at(x, &v->start_mark) + 1;
		sb_printf(
			&c->text, "%s: %s%s", s->key, s->value, n_pairs(v) ? ", " : "");
	} else if (is_map(v)) {
		const yaml_node_t *first = node(x, v->data.mapping.pairs.start->key);
		c->from = c->to = line_start(x, at(x, &first->start_mark));
		sb_printf(&c->text, "%*s%s: %s%s", (int)first->start_mark.column, "",
			s->key, s->value, x->eol);
	} else if (is_nothing(v) && !is_flow(map)) {
		c->from = c->to = line_end(x, real_end(x, p));
		begin_line(c, x);
		sb_printf(&c->text, "%*s%s: %s%s", (int)k->start_mark.column + 2, "",
			s->key, s->value, x->eol);
	} else {
		return by_hand(x, e);
	}
	return 0;
}

/* --- around them ---------------------------------------------------------------------------- */

static int
open_text(struct editing *x, const struct conf_edit *in, struct err *e)
{
	yaml_parser_t p;
	bool ok = false;

	*x = (struct editing){ .in = in,
		.eol = memmem(in->text, in->n, "\r\n", 2) ? "\r\n" : "\n" };
	if (in->n > CONF_MAX)
		return err_set(e, ERR_ARG, "larger than %d bytes", CONF_MAX);
	if (count_characters(x, e) == -1)
		return -1;
	if (yaml_parser_initialize(&p)) {
		yaml_parser_set_encoding(&p, YAML_UTF8_ENCODING);
		yaml_parser_set_input_string(&p, (const unsigned char *)in->text, in->n);
		ok = yaml_parser_load(&p, &x->doc);
		yaml_parser_delete(&p);
	}
	if (ok)
		return 0;
	free(x->bytes);
	return err_set(e, ERR_ARG, "this is no YAML");
}

static int
close_text(struct editing *x, struct change *c, int rc, struct sb *out, struct err *e)
{
	const struct conf_edit *in = x->in;

	if (rc == 0 && c->from <= c->to && c->to <= in->n) {
		sb_add_n(out, in->text, c->from);
		sb_add_n(out, c->text.text, c->text.len);
		sb_add_n(out, in->text + c->to, in->n - c->to);
	} else if (rc == 0) {
		rc = by_hand(x, e);
	}
	if (rc == 0 && (out->bad || c->text.bad))
		rc = err_nomem(e);
	sb_done(&c->text);
	yaml_document_delete(&x->doc);
	free(x->bytes);
	return rc;
}

int
conf_edit_add(const struct conf_edit *in, const struct conf_setting *s, size_t n,
	struct sb *out, struct err *e)
{
	struct editing x;
	struct change c = { .from = 0 };

	if (open_text(&x, in, e) == -1)
		return -1;
	sb_init(&c.text, CONF_MAX);
	int rc = plan_add(&x, yaml_document_get_root_node(&x.doc), s, n, &c, e);
	return close_text(&x, &c, rc, out, e);
}

int
conf_edit_remove(const struct conf_edit *in, struct sb *out, struct err *e)
{
	struct editing x;
	struct change c = { .from = 0 };
	yaml_node_pair_t *p;
	yaml_node_t *map;

	if (open_text(&x, in, e) == -1)
		return -1;
	sb_init(&c.text, CONF_MAX);
	int rc = find_named(&x, yaml_document_get_root_node(&x.doc), &map, &p, e);
	if (rc == 0)
		plan_remove(&x, map, p, &c);
	return close_text(&x, &c, rc, out, e);
}

int
conf_edit_set(const struct conf_edit *in, const struct conf_setting *s, struct sb *out,
	struct err *e)
{
	struct editing x;
	struct change c = { .from = 0 };
	yaml_node_pair_t *p;
	yaml_node_t *map;

	if (open_text(&x, in, e) == -1)
		return -1;
	sb_init(&c.text, CONF_MAX);
	int rc = find_named(&x, yaml_document_get_root_node(&x.doc), &map, &p, e);
	if (rc == 0)
		rc = plan_set(&x, map, p, s, &c, e);
	return close_text(&x, &c, rc, out, e);
}
