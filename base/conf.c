/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * YAML 1.1 (by libyaml's events) against the option tables.  What tables cannot say is no
 * configuration: aliases, anchors, tags, several documents, deep nesting are mistakes.
 */
#include "base/conf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/file.h"

enum {
	MISTAKES_MAX = 100,
	DEPTH_MAX = 8, /* of what is skipped */
	KEY_MAX = 128, /* bytes of "scan.rate"; longer ones are unknown anyway */
};

/* Settings and sections alike; a section has no row. */
struct conf {
	struct conf_value *values;
	size_t n, room;
	uint32_t *slots; /* by hash of the key: index + 1, or 0; twice the room */
};

struct reader {
	const char *name, *text;
	size_t size; /* bytes of text */
	const struct opt_table *known;
	struct arena *mem;
	struct conf *conf;
	struct sb *mistakes;
	size_t n_mistakes;
	yaml_parser_t yaml;
	yaml_event_t event; /* the current one; owned */
	bool stop;          /* nothing more can be read */
	struct err *e;
	bool failed; /* e is filled: out of memory, not a mistake */
};

/* --- mistakes --------------------------------------------------------------------------- */

static void mistake_at(struct reader *, size_t line, size_t column, const char *fmt,
	...) ERR_PRINTF(4, 5);

static void
add_mistake(
	struct sb *out, const char *file, size_t line, size_t column, const char *text)
{
	sb_add_plain(out, file, strlen(file));
	sb_printf(out, ":%zu:%zu: ", line, column);
	sb_add_plain(out, text, strlen(text));
	sb_add(out, "\n");
}

void
conf_mistake(struct sb *mistakes, const char *file, unsigned line, unsigned column,
	const char *fmt, ...)
{
	char text[512] = "";
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap); /* a cut text is fine */
	va_end(ap);
	add_mistake(mistakes, file, line, column, text);
}

static void
mistake_at(struct reader *r, size_t line, size_t column, const char *fmt, ...)
{
	char text[512] = "";
	va_list ap;

	if (r->n_mistakes == MISTAKES_MAX)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap); /* a cut text is fine */
	va_end(ap);
	add_mistake(r->mistakes, r->name, line, column, text);
	if (++r->n_mistakes == MISTAKES_MAX) {
		sb_add_plain(r->mistakes, r->name, strlen(r->name));
		sb_add(r->mistakes, ": too many mistakes; the rest was not read\n");
		r->stop = true;
	}
}

/* libyaml counts from 0, people from 1. */
#define mistake(r, mark, ...) \
	mistake_at((r), (mark).line + 1, (mark).column + 1, __VA_ARGS__)

static void
out_of_memory(struct reader *r)
{
	(void)err_nomem(r->e);
	r->failed = r->stop = true;
}

/* --- events ----------------------------------------------------------------------------- */

/* libyaml gives these by their byte only.  Columns are characters. */
static void
broken_bytes(struct reader *r)
{
	size_t line = 1, column = 1;

	for (size_t i = 0; i < r->yaml.problem_offset && i < r->size; i++) {
		if (r->text[i] == '\n') {
			line++;
			column = 1;
		} else if (((unsigned char)r->text[i] & 0xc0) != 0x80) {
			column++;
		}
	}
	mistake_at(r, line, column, "no UTF-8 text: %s", r->yaml.problem);
}

/* The byte at a mark of libyaml; its index counts characters. */
static char
char_at(const struct reader *r, size_t index)
{
	size_t i = 0;

	for (; i < r->size; i++)
		if (((unsigned char)r->text[i] & 0xc0) != 0x80 && index-- == 0)
			return r->text[i];
	return '\0';
}

static void
broken_yaml(struct reader *r)
{
	const yaml_parser_t *y = &r->yaml;

	r->stop = true;
	if (y->error == YAML_MEMORY_ERROR)
		out_of_memory(r);
	else if (y->error == YAML_READER_ERROR)
		broken_bytes(r);
	else if (char_at(r, y->problem_mark.index) == '\t')
		mistake(r, y->problem_mark, "a tab; YAML is indented with spaces");
	else
		mistake(r, y->problem_mark, "not YAML: %s%s%s", y->problem,
			y->context ? " " : "", y->context ? y->context : "");
}

/* Makes the next event the current one; false when there is none to go on with. */
static bool
advance(struct reader *r)
{
	if (r->stop)
		return false;
	yaml_event_delete(&r->event);
	if (!yaml_parser_parse(&r->yaml, &r->event)) {
		memset(&r->event, 0, sizeof(r->event));
		broken_yaml(r);
	}
	return !r->stop;
}

static bool
is_type(const struct reader *r, yaml_event_type_t t)
{
	return !r->stop && r->event.type == t;
}

/* Aliases, anchors and tags: the mistake is told once, and the node read all the same. */
static void
check_node(struct reader *r)
{
	const yaml_event_t *ev = &r->event;
	const yaml_char_t *anchor = NULL, *tag = NULL;

	switch (ev->type) {
	case YAML_ALIAS_EVENT:
		mistake(r, ev->start_mark, "aliases (*%.40s) are not understood",
			(const char *)ev->data.alias.anchor);
		return;
	case YAML_SCALAR_EVENT:
		anchor = ev->data.scalar.anchor;
		tag = ev->data.scalar.tag;
		break;
	case YAML_SEQUENCE_START_EVENT:
		anchor = ev->data.sequence_start.anchor;
		tag = ev->data.sequence_start.tag;
		break;
	case YAML_MAPPING_START_EVENT:
		anchor = ev->data.mapping_start.anchor;
		tag = ev->data.mapping_start.tag;
		break;
	default: return;
	}
	if (anchor)
		mistake(r, ev->start_mark, "anchors (&%.40s) are not understood",
			(const char *)anchor);
	if (tag)
		mistake(r, ev->start_mark, "tags (!) are not understood");
}

static int
nesting(const struct reader *r)
{
	bool start = is_type(r, YAML_MAPPING_START_EVENT) ||
		is_type(r, YAML_SEQUENCE_START_EVENT);
	bool end = is_type(r, YAML_MAPPING_END_EVENT) ||
		is_type(r, YAML_SEQUENCE_END_EVENT);

	return start - end;
}

/* From the first event of a node, which is checked already, to its last. */
static void
skip_node(struct reader *r)
{
	for (int depth = nesting(r); depth > 0 && advance(r); depth += nesting(r)) {
		check_node(r);
		if (depth == DEPTH_MAX) {
			mistake(r, r->event.start_mark,
				"nested too deep; the rest was not read");
			r->stop = true;
		}
	}
}

/* --- values ----------------------------------------------------------------------------- */

/* A place for the value of any row, to try it. */
union scratch {
	bool b;
	int i;
	int64_t n;
	const char *s;
	struct opt_list list;
};

static bool
is_null(const yaml_event_t *ev)
{
	static const char *const words[] = { "", "~", "null", "Null",
		"NULL" }; /* YAML 1.1 */
	const char *text = (const char *)ev->data.scalar.value;

	for (size_t i = 0; ev->data.scalar.plain_implicit && i < 5; i++)
		if (strcmp(text, words[i]) == 0)
			return true;
	return false;
}

/* The current scalar as text for the row; NULL after telling what is wrong with it. */
static const char *
read_scalar(struct reader *r, const struct opt *o, const char *key)
{
	const yaml_event_t *ev = &r->event;
	const char *text = (const char *)ev->data.scalar.value;
	struct opt anywhere = *o;
	union scratch scratch = { 0 };
	struct err why;

	if (is_null(ev)) {
		mistake(r, ev->start_mark, "%s has no value", key);
		return NULL;
	}
	if (strlen(text) != ev->data.scalar.length) {
		mistake(r, ev->start_mark, "%s holds a NUL", key);
		return NULL;
	}
	anywhere.at = 0;
	if (opt_set(&anywhere, &scratch, text, r->mem, &why) == -1) {
		/* A file that a value names may be missing, too. */
		if (why.code == ERR_NOMEM)
			out_of_memory(r);
		else
			mistake(r, ev->start_mark, "%s: %s", key, why.text);
		return NULL;
	}
	char *copy = arena_strdup(r->mem, text);
	if (!copy)
		out_of_memory(r);
	return copy;
}

static void
read_items(
	struct reader *r, const struct opt *o, const char *key, struct opt_list *items)
{
	struct opt item = { .type = OPT_LIST, .flags = OPT_NO_SPLIT };
	struct err why;

	while (advance(r) && !is_type(r, YAML_SEQUENCE_END_EVENT)) {
		check_node(r);
		if (!is_type(r, YAML_SCALAR_EVENT)) {
			if (!r->stop && r->event.type != YAML_ALIAS_EVENT)
				mistake(r, r->event.start_mark,
					"%s is a list of values; this is no single value",
					key);
			skip_node(r);
			continue;
		}
		const char *text = read_scalar(r, o, key);
		if (text && opt_set(&item, items, text, r->mem, &why) == -1)
			out_of_memory(r);
	}
}

/* --- values by key ---------------------------------------------------------------------- */

/* FNV-1a: keys are few and short, and whoever writes the file has no use for collisions. */
static size_t
hash_of(const char *key)
{
	uint64_t h = 0xcbf29ce484222325ULL;

	for (; *key; key++)
		h = (h ^ (unsigned char)*key) * 0x100000001b3ULL;
	return (size_t)(h ^ h >> 32);
}

/* The slot of the key, or the empty one where it would be. */
static uint32_t *
slot_of(const struct conf *c, const char *key)
{
	size_t mask = 2 * c->room - 1, i = hash_of(key) & mask;

	while (c->slots[i] && strcmp(c->values[c->slots[i] - 1].key, key) != 0)
		i = (i + 1) & mask;
	return &c->slots[i];
}

/* A row with '*' has many values, so there is no bound but the arena's. */
static bool
make_room(struct conf *c, struct arena *mem)
{
	size_t room = c->room ? 2 * c->room : 8;

	if (c->n < c->room)
		return true;
	struct conf_value *values = arena_new_array(mem, struct conf_value, room);
	uint32_t *slots = arena_new_array(mem, uint32_t, 2 * room);
	if (!values || !slots)
		return false;
	if (c->n)
		memcpy(values, c->values, c->n * sizeof(*values));
	c->values = values;
	c->slots = slots;
	c->room = room;
	for (size_t i = 0; i < c->n; i++)
		*slot_of(c, values[i].key) = (uint32_t)i + 1;
	return true;
}

/* A setting or a section. */
static const struct conf_value *
find_any(const struct conf *c, const char *key)
{
	uint32_t at = c && c->n ? *slot_of(c, key) : 0;

	return at ? &c->values[at - 1] : NULL;
}

static void
keep(struct reader *r, const struct conf_value *v)
{
	const char *key = arena_strdup(r->mem, v->key);

	if (!key || !make_room(r->conf, r->mem)) {
		out_of_memory(r);
		return;
	}
	r->conf->values[r->conf->n] = *v;
	r->conf->values[r->conf->n].key = key;
	*slot_of(r->conf, key) = (uint32_t)++r->conf->n;
}

static bool
is_blank(const struct opt_list *items)
{
	bool blank = true;

	for (size_t i = 0; i < items->n; i++)
		blank &= items->items[i][strspn(items->items[i], " \t")] == '\0';
	return blank;
}

/* The node after a key that has a row. */
static void
read_value(struct reader *r, struct conf_value *v)
{
	const struct opt *o = v->row;
	struct opt_list items = { 0 };
	yaml_mark_t at = r->event.start_mark;
	size_t before = r->n_mistakes;
	const char *text;

	if (is_type(r, YAML_SCALAR_EVENT)) {
		text = read_scalar(r, o, v->key);
		items.items = arena_dup(r->mem, &text, sizeof(text));
		items.n = text ? 1 : 0;
		if (!items.items)
			out_of_memory(r);
	} else if (is_type(r, YAML_SEQUENCE_START_EVENT) && o->type == OPT_LIST) {
		read_items(r, o, v->key, &items);
	} else if (!r->stop) {
		if (r->event.type != YAML_ALIAS_EVENT)
			mistake(r, r->event.start_mark,
				o->type == OPT_LIST ? "%s is a list of values"
						    : "%s is one value",
				v->key);
		skip_node(r);
	}
	if (o->flags & OPT_SOME && !r->stop && r->n_mistakes == before &&
		is_blank(&items))
		mistake(r, at, "%s says nothing: leave it out, or fill it", v->key);
	v->items = items.items;
	v->n = items.n;
	if (!r->stop)
		keep(r, v);
}

/* --- keys ------------------------------------------------------------------------------- */

static bool
is_section(const struct opt_table *t, const char *path)
{
	for (; t->rows; t++)
		for (const struct opt *o = t->rows; o->name; o++)
			if (opt_in_file(o) && opt_is_below(o, path))
				return true;
	return false;
}

static size_t
count_rows(const struct opt_table *t)
{
	size_t n = 0;

	for (; t->rows; t++)
		for (const struct opt *o = t->rows; o->name; o++)
			n++;
	return n;
}

/* "scan" of "scan.rate"; "" without a dot.  NULL: out of memory. */
static const char *
section_of(const struct opt *o, struct arena *mem)
{
	const char *dot = strrchr(o->name, '.');

	return arena_strndup(mem, o->name, dot ? (size_t)(dot - o->name) : 0);
}

/* The name with what the path has in the place of each '*'. */
static const char *
as_in(const char *name, const char *path, struct arena *mem)
{
	char key[KEY_MAX];
	size_t n = 0;

	while (*name && n < sizeof(key) - 1) {
		size_t part = strcspn(path, ".");
		if (*name == '*')
			for (size_t i = 0; i < part && n < sizeof(key) - 1; i++)
				key[n++] = path[i];
		else
			key[n++] = *name;
		if (*name++ == '.')
			path += part + (path[part] == '.');
	}
	key[n] = '\0';
	return arena_strdup(mem, key);
}

/* Sections first: of two names that are as near, the first is the hint. */
static bool
list_keys(struct reader *r, const char *path, const char **names, size_t rows)
{
	size_t n = 0;

	for (const struct opt_table *t = r->known; t->rows; t++) {
		for (const struct opt *o = t->rows; o->name; o++, n++) {
			names[n] = names[rows + n] = "";
			if (!opt_in_file(o))
				continue;
			names[n] = section_of(o, r->mem);
			names[rows + n] = as_in(o->name, path, r->mem);
			if (!names[n] || !names[rows + n] ||
				!(names[n] = as_in(names[n], path, r->mem)))
				return false;
		}
	}
	return true;
}

/* Is any name a section here, and only this one not? */
static bool
is_no_name(const struct reader *r, const char *section)
{
	char path[KEY_MAX];

	return *section && snprintf(path, KEY_MAX, "%s.0", section) < KEY_MAX &&
		is_section(r->known, path);
}

static void
unknown_key(struct reader *r, const yaml_mark_t *at, const char *path)
{
	size_t rows = count_rows(r->known);
	const char **names = arena_new_array(r->mem, const char *, 2 * rows);

	if (!names || !list_keys(r, path, names, rows)) {
		out_of_memory(r);
		return;
	}
	const char *near = nearest(path, names, 2 * rows);
	if (near && strcmp(near, path) == 0) /* a name with what names may not have */
		near = NULL;
	mistake(r, *at,
		near ? "unknown key %.60s; did you mean %s?" : "unknown key %.60s",
		path, near);
}

/* Line of the key's first use, or 0 (and, for a section, remembers it). */
static unsigned
first_use(struct reader *r, const struct conf_value *v)
{
	const struct conf_value *before = find_any(r->conf, v->key);

	if (before)
		return before->line;
	if (!v->row)
		keep(r, v);
	return 0;
}

static void read_section(struct reader *, const char *path);

static void
read_section_value(struct reader *r, const char *path)
{
	if (is_type(r, YAML_MAPPING_START_EVENT)) {
		read_section(r, path);
		return;
	}
	if (is_type(r, YAML_SCALAR_EVENT) && is_null(&r->event))
		return; /* all of its settings are commented out */
	if (!r->stop && r->event.type != YAML_ALIAS_EVENT)
		mistake(r, r->event.start_mark,
			"%s is a section: its settings go below it, indented", path);
	skip_node(r);
}

/* "scan" and "rate" make "scan.rate".  False when the key is none that could be known. */
static bool
read_key(struct reader *r, const char *section, char path[static KEY_MAX])
{
	const yaml_event_t *ev = &r->event;

	check_node(r);
	if (!is_type(r, YAML_SCALAR_EVENT)) {
		if (!r->stop && ev->type != YAML_ALIAS_EVENT)
			mistake(r, ev->start_mark, "a key is one word");
		return false;
	}
	const char *key = (const char *)ev->data.scalar.value;
	int n = snprintf(path, KEY_MAX, "%s%s%s", section, *section ? "." : "", key);
	if (n >= 0 && n < KEY_MAX && strlen(key) == ev->data.scalar.length)
		return true;
	mistake(r, ev->start_mark, "unknown key %.60s", path);
	return false;
}

/* One key with its node. */
static void
read_pair(struct reader *r, const char *section)
{
	yaml_mark_t at = r->event.start_mark;
	char path[KEY_MAX];
	bool usable = read_key(r, section, path);
	const struct opt *o = usable ? opt_by_key(r->known, path) : NULL;
	/* A name of the user's is a section by itself, or nobody would find it. */
	if (o && strchr(o->name, '*') && strchr(path + strlen(section) + 1, '.'))
		o = NULL;
	bool known = usable && (o || is_section(r->known, path));

	if (usable && !known && is_no_name(r, section))
		mistake(r, at,
			"%s: %.60s is no name: letters, digits, - and _, up to 40 of them",
			section, path + strlen(section) + 1);
	else if (usable && !known)
		unknown_key(r, &at, path);
	if (!usable)
		skip_node(r);
	struct conf_value v = { .row = o,
		.key = path,
		.line = (unsigned)at.line + 1,
		.column = (unsigned)at.column + 1 };
	unsigned first = known ? first_use(r, &v) : 0;
	if (first)
		mistake(r, at, "%s was given in line %u already", path, first);
	if (!advance(r))
		return;
	check_node(r);
	if (!known || first)
		skip_node(r);
	else if (o)
		read_value(r, &v);
	else
		read_section_value(r, path);
}

/* Nests only as deep as the names of rows have parts. */
static void
read_section(struct reader *r, const char *path)
{
	while (advance(r) && !is_type(r, YAML_MAPPING_END_EVENT))
		read_pair(r, path);
}

/* --- the whole file --------------------------------------------------------------------- */

static void
read_document(struct reader *r)
{
	if (!advance(r))
		return;
	check_node(r);
	if (is_type(r, YAML_MAPPING_START_EVENT)) {
		read_section(r, "");
	} else if (!is_type(r, YAML_SCALAR_EVENT) || !is_null(&r->event)) {
		if (!r->stop && r->event.type != YAML_ALIAS_EVENT)
			mistake(r, r->event.start_mark,
				"the file holds sections such as 'scan:', not this");
		skip_node(r);
	}
	(void)advance(r); /* the document's end */
}

static void
read_stream(struct reader *r)
{
	if (!advance(r) || !advance(r)) /* the stream's start; a document, or its end */
		return;
	if (is_type(r, YAML_DOCUMENT_START_EVENT))
		read_document(r);
	if (advance(r) && is_type(r, YAML_DOCUMENT_START_EVENT))
		mistake(r, r->event.start_mark,
			"a second document; only the first was read");
}

int
conf_look(const char *name, const char *text, size_t n, const struct opt_table *known,
	struct arena *mem, struct conf **out, struct sb *mistakes, struct err *e)
{
	struct conf *conf = arena_alloc(mem, sizeof(*conf));
	struct reader r = { .name = name,
		.text = text,
		.size = n,
		.known = known,
		.mem = mem,
		.conf = conf,
		.mistakes = mistakes,
		.e = e };

	*out = NULL;
	if (!conf)
		return err_nomem(e);
	if (n > CONF_MAX)
		return err_set(e, ERR_ARG, "%s is larger than %d bytes", name, CONF_MAX);
	if (!yaml_parser_initialize(&r.yaml))
		return err_nomem(e);
	yaml_parser_set_encoding(&r.yaml, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&r.yaml, (const unsigned char *)text, n);
	read_stream(&r);
	yaml_event_delete(&r.event);
	yaml_parser_delete(&r.yaml);
	if (r.failed)
		return -1;
	*out = conf;
	if (r.n_mistakes)
		return err_set(e, ERR_ARG, "%s: %zu mistake%s", name, r.n_mistakes,
			r.n_mistakes == 1 ? "" : "s");
	return 0;
}

int
conf_read(const char *name, const char *text, size_t n, const struct opt_table *known,
	struct arena *mem, struct conf **out, struct sb *mistakes, struct err *e)
{
	struct conf *conf;

	if (conf_look(name, text, n, known, mem, &conf, mistakes, e) == -1)
		return -1;
	*out = conf;
	return 0;
}

int
conf_read_file(const char *path, const struct opt_table *known, struct arena *mem,
	struct conf **out, struct sb *mistakes, struct err *e)
{
	const char *text;
	size_t n;

	if (file_read(path, CONF_MAX, mem, &text, &n, e) == -1)
		return -1;
	return conf_read(path, text, n, known, mem, out, mistakes, e);
}

const struct conf_value *
conf_find(const struct conf *c, const char *key)
{
	const struct conf_value *v = find_any(c, key);

	return v && v->row ? v : NULL;
}

static int
apply_row(const struct conf *c, const struct opt *o, const char *key, void *base,
	struct arena *mem, struct err *e)
{
	const struct conf_value *v = opt_in_file(o) ? conf_find(c, key) : NULL;

	if (!v || (v->n == 0 && o->type != OPT_LIST)) /* what was wrong says nothing */
		return 0;
	opt_clear(o, base);
	for (size_t i = 0; i < v->n; i++)
		if (opt_set(o, base, v->items[i], mem, e) == -1)
			return err_add(e, "%s", key);
	return 0;
}

int
conf_apply(const struct conf *c, const struct opt_table *t, void *settings,
	struct arena *mem, struct err *e)
{
	for (; t->rows; t++)
		for (const struct opt *o = t->rows; o->name; o++)
			if (apply_row(c, o, o->name, (char *)settings + t->at, mem,
				    e) == -1)
				return -1;
	return 0;
}

/* --- sections that the user names ------------------------------------------------------- */

/* What stands below it in the path, when that is one word; else NULL. */
static const char *
word_below(const char *path, const char *section)
{
	size_t n = strlen(section);
	const char *word = path + n + 1;

	return strncmp(path, section, n) == 0 && path[n] == '.' && !strchr(word, '.')
		? word
		: NULL;
}

struct conf_section *
conf_sections(const struct conf *c, const char *section, struct arena *mem, size_t *n)
{
	size_t max = c ? c->n : 0;
	struct conf_section *out = arena_new_array(mem, struct conf_section, max + 1);

	*n = 0;
	for (size_t i = 0; out && i < max; i++) {
		const struct conf_value *v = &c->values[i];
		const char *word = v->row ? NULL : word_below(v->key, section);
		if (word)
			out[(*n)++] = (struct conf_section){ word, v->line, v->column };
	}
	return out;
}

int
conf_apply_section(const struct conf *c, const struct opt *rows, const char *section,
	const char *name, void *settings, struct arena *mem, struct err *e)
{
	char key[KEY_MAX];
	int head = snprintf(key, sizeof(key), "%s.%s", section, name);

	for (const struct opt *o = rows; o->name; o++) {
		const char *last = strrchr(o->name, '.');
		size_t n = strlen(last) + 1;
		if (head < 0 || (size_t)head + n > sizeof(key))
			continue; /* it was no key when the file was read */
		memcpy(key + head, last, n);
		if (apply_row(c, o, key, settings, mem, e) == -1)
			return -1;
	}
	return 0;
}
