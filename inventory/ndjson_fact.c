/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Facts as JSON, and back: one table row for each type says how it is written and read.
 * Values are checked against the fact table both ways, so that what is written can be read.
 */
#include "inventory/ndjson_private.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/sort.h"
#include "inventory/jsontext.h"

/* --- writing facts ---------------------------------------------------------------- */

static void
write_string(struct ndjson_writing *w, const char *text)
{
	size_t n = strlen(text);

	if (jsontext_add_string(w->out, text, n, FACT_TEXT_LIMIT) < n)
		w->cut = true;
}

static int
write_text(struct ndjson_writing *w, const struct fact *f)
{
	write_string(w, f->text);
	return 0;
}

static int
write_int(struct ndjson_writing *w, const struct fact *f)
{
	if (f->num > JSONTEXT_INT_MAX || f->num < -JSONTEXT_INT_MAX)
		return err_set(w->e, ERR_ARG, "%lld is beyond 2^53", (long long)f->num);
	jsontext_add_int(w->out, f->num);
	return 0;
}

static int
write_bool(struct ndjson_writing *w, const struct fact *f)
{
	sb_add(w->out, f->num ? "true" : "false");
	return 0;
}

static int
write_mac(struct ndjson_writing *w, const struct fact *f)
{
	char buf[MAC_TEXT_MAX];

	write_string(w, mac_print(&f->mac, buf));
	return 0;
}

static int
write_ip(struct ndjson_writing *w, const struct fact *f)
{
	char buf[ADDR_TEXT_MAX];

	if (!addr_is_set(&f->ip))
		return err_set(w->e, ERR_ARG, "the address is not set");
	write_string(w, addr_print(&f->ip, buf));
	return 0;
}

/* Takes back what was added since start when it made the array too long. */
static bool
array_is_full(struct ndjson_writing *w, size_t array, size_t start, size_t items)
{
	if (w->out->len - array < w->array_max && items < FACT_ITEMS_LIMIT)
		return false;
	w->out->len = start;
	w->cut = true;
	return true;
}

static int
write_ports(struct ndjson_writing *w, const struct fact *f)
{
	size_t array = w->out->len;

	sb_add(w->out, "[");
	for (size_t i = 0; i < f->ports.n; i++) {
		size_t start = w->out->len;
		if (f->ports.items[i] == 0)
			return err_set(w->e, ERR_ARG, "0 is no port");
		sb_add(w->out, i ? "," : "");
		jsontext_add_int(w->out, f->ports.items[i]);
		if (array_is_full(w, array, start, i))
			break;
	}
	sb_add(w->out, "]");
	return 0;
}

static int
write_texts(struct ndjson_writing *w, const struct fact *f)
{
	size_t array = w->out->len;

	sb_add(w->out, "[");
	for (size_t i = 0; i < f->texts.n; i++) {
		size_t start = w->out->len;
		sb_add(w->out, i ? "," : "");
		write_string(w, f->texts.items[i]);
		if (array_is_full(w, array, start, i))
			break;
	}
	sb_add(w->out, "]");
	return 0;
}

/* Read and written again, so that nothing but canonical JSON gets out. */
static int
write_other(struct ndjson_writing *w, const struct fact *f)
{
	json_t *value;

	if (jsontext_load(f->text, strlen(f->text), &value, w->e) == -1)
		return -1;
	jsontext_add_value(w->out, value);
	json_decref(value);
	return 0;
}

/* --- reading facts ---------------------------------------------------------------- */

int
ndjson_take_string(struct arena *mem, const json_t *v, size_t limit, const char **out,
	struct err *e)
{
	if (!json_is_string(v))
		return err_set(e, ERR_PROTO, "must be a text");
	if (json_string_length(v) > limit)
		return err_set(e, ERR_PROTO, "longer than %zu bytes", limit);
	/* With its NUL; U+0000 inside was refused. */
	*out = arena_dup(mem, json_string_value(v), json_string_length(v) + 1);
	return *out ? 0 : err_nomem(e);
}

static int
read_text(struct arena *mem, const json_t *v, struct fact *f, struct err *e)
{
	return ndjson_take_string(mem, v, FACT_TEXT_LIMIT, &f->text, e);
}

static int
read_int(struct arena *mem, const json_t *v, struct fact *f, struct err *e)
{
	(void)mem;
	if (!json_is_integer(v))
		return err_set(e, ERR_PROTO, "must be an integer");
	f->num = json_integer_value(v);
	return 0;
}

static int
read_bool(struct arena *mem, const json_t *v, struct fact *f, struct err *e)
{
	(void)mem;
	if (!json_is_boolean(v))
		return err_set(e, ERR_PROTO, "must be true or false");
	f->num = json_is_true(v);
	return 0;
}

static int
read_mac(struct arena *mem, const json_t *v, struct fact *f, struct err *e)
{
	(void)mem;
	if (!json_is_string(v) || !mac_parse(json_string_value(v), &f->mac))
		return err_set(e, ERR_PROTO, "must be a MAC: \"00:16:3e:5e:6c:00\"");
	return 0;
}

int
ndjson_take_time(const json_t *v, int64_t *out, struct err *e)
{
	int64_t t;

	if (!json_is_string(v) || time_parse(json_string_value(v), &t) == -1)
		return err_set(e, ERR_PROTO,
			"must be a time: \"2026-11-21T20:15:03.123456Z\"");
	if (t < 0 || t > TIME_MAX)
		return err_set(e, ERR_PROTO, "must be a time from 1970 to 9999");
	*out = t;
	return 0;
}

int
ndjson_take_addr(const json_t *v, struct addr *out, struct err *e)
{
	if (!json_is_string(v) || !addr_parse(json_string_value(v), out))
		return err_set(e, ERR_PROTO, "must be an IP address as text");
	return 0;
}

static int
read_ip(struct arena *mem, const json_t *v, struct fact *f, struct err *e)
{
	(void)mem;
	return ndjson_take_addr(v, &f->ip, e);
}

static int
check_array(const json_t *v, struct err *e)
{
	if (!json_is_array(v))
		return err_set(e, ERR_PROTO, "must be an array");
	if (json_array_size(v) > FACT_ITEMS_LIMIT)
		return err_set(e, ERR_PROTO, "more than %d items", FACT_ITEMS_LIMIT);
	return 0;
}

static int
cmp_port(const void *a, const void *b)
{
	return *(const uint16_t *)a - *(const uint16_t *)b;
}

static int
read_ports(struct arena *mem, const json_t *v, struct fact *f, struct err *e)
{
	size_t n = json_array_size(v), kept = 0;

	if (check_array(v, e) == -1)
		return -1;
	uint16_t *ports = arena_new_array(mem, uint16_t, n);
	if (!ports)
		return err_nomem(e);
	for (size_t i = 0; i < n; i++) {
		const json_t *item = json_array_get(v, i);
		json_int_t port = json_integer_value(item); /* 0 for another type */
		if (port < 1 || port > UINT16_MAX)
			return err_set(e, ERR_PROTO, "must be ports from 1 to 65535");
		ports[i] = (uint16_t)port;
	}
	qsort(ports, n, sizeof(*ports), cmp_port);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || ports[i] != ports[kept - 1])
			ports[kept++] = ports[i];
	f->ports.items = ports;
	f->ports.n = kept;
	return 0;
}

static int
read_texts(struct arena *mem, const json_t *v, struct fact *f, struct err *e)
{
	size_t n = json_array_size(v);

	if (check_array(v, e) == -1)
		return -1;
	const char **texts = arena_new_array(mem, const char *, n);
	if (!texts)
		return err_nomem(e);
	for (size_t i = 0; i < n; i++)
		if (ndjson_take_string(mem, json_array_get(v, i), FACT_TEXT_LIMIT,
			    &texts[i], e) == -1)
			return err_add(e, "item %zu", i + 1);
	f->texts.items = texts;
	f->texts.n = sort_texts(texts, n);
	return 0;
}

static int
read_other(struct arena *mem, const json_t *v, struct fact *f, struct err *e)
{
	struct sb text;

	sb_init(&text, SIZE_MAX);
	jsontext_add_value(&text, v);
	f->text = text.bad ? NULL : arena_dup(mem, text.text, text.len + 1);
	sb_done(&text);
	return f->text ? 0 : err_nomem(e);
}

/* --- facts: the table of types ---------------------------------------------------- */

static const struct {
	int (*write)(struct ndjson_writing *, const struct fact *);
	int (*read)(struct arena *, const json_t *, struct fact *, struct err *);
} types[] = {
	[FACT_TEXT] = { write_text, read_text },
	[FACT_INT] = { write_int, read_int },
	[FACT_BOOL] = { write_bool, read_bool },
	[FACT_MAC] = { write_mac, read_mac },
	[FACT_IP] = { write_ip, read_ip },
	[FACT_PORTS] = { write_ports, read_ports },
	[FACT_TEXTS] = { write_texts, read_texts },
	[FACT_OTHER] = { write_other, read_other },
};

static int
write_fact(struct ndjson_writing *w, const struct fact *f)
{
	const struct fact_def *def = fact_find_next(w->last, f->key);

	w->last = def;
	if (f->type != (def ? def->type : FACT_OTHER))
		return err_set(w->e, ERR_ARG,
			"fact \"%s\" has not the type of the table", f->key);
	if (types[f->type].write(w, f) == -1)
		return err_add(w->e, "fact \"%s\"", f->key);
	return 0;
}

int
ndjson_add_facts(struct ndjson_writing *w, const struct fact *facts, size_t n)
{
	sb_add(w->out, "{");
	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(facts[i].key);
		if (len == 0 || len > FACT_KEY_LIMIT)
			return err_set(w->e, ERR_ARG, "a fact's key has 1 to %d bytes",
				FACT_KEY_LIMIT);
		if (i && strcmp(facts[i - 1].key, facts[i].key) >= 0)
			return err_set(w->e, ERR_ARG, "fact \"%s\" is not in order",
				facts[i].key);
		if (i)
			sb_add_n(w->out, ",", 1);
		(void)jsontext_add_string(w->out, facts[i].key, len, FACT_KEY_LIMIT);
		sb_add_n(w->out, ":", 1);
		if (write_fact(w, &facts[i]) == -1)
			return -1;
	}
	sb_add(w->out, "}");
	return 0;
}

static int
read_fact(struct arena *mem, const char *key, const json_t *v, struct fact *out,
	struct err *e)
{
	const struct fact_def *def = fact_find(key);
	size_t len = strlen(key);

	if (len == 0 || len > FACT_KEY_LIMIT)
		return err_set(
			e, ERR_PROTO, "a fact's key has 1 to %d bytes", FACT_KEY_LIMIT);
	out->type = def ? def->type : FACT_OTHER;
	out->key = def ? def->key : arena_dup(mem, key, len + 1);
	if (!out->key)
		return err_nomem(e);
	if (types[out->type].read(mem, v, out, e) == -1)
		return err_add(e, "fact \"%s\"", key);
	return 0;
}

static int
cmp_fact(const void *a, const void *b)
{
	return strcmp(((const struct fact *)a)->key, ((const struct fact *)b)->key);
}

int
ndjson_take_facts(struct arena *mem, const json_t *v, struct fact **out, size_t *n_out,
	struct err *e)
{
	const char *key;
	json_t *value;
	size_t n = 0;

	if (!json_is_object(v))
		return err_set(e, ERR_PROTO, "facts must be an object");
	struct fact *facts = arena_new_array(mem, struct fact, json_object_size(v));
	if (!facts)
		return err_nomem(e);
	json_object_foreach((json_t *)(uintptr_t)v, key,
		value) if (read_fact(mem, key, value, &facts[n++], e) == -1) return -1;
	for (size_t i = 1; i < n; i++) {
		if (cmp_fact(&facts[i - 1], &facts[i]) > 0) {
			qsort(facts, n, sizeof(*facts), cmp_fact);
			break;
		}
	}
	*out = facts;
	*n_out = n;
	return 0;
}

/* The text is as it was unless all could be added. */
static int
finish(struct ndjson_writing *w, size_t start, int rc)
{
	if (rc == 0 && w->out->bad)
		rc = err_nomem(w->e);
	if (rc == -1)
		w->out->len = start;
	if (rc == -1 && w->out->room)
		w->out->text[start] = '\0';
	return rc;
}

int
ndjson_write_fact(const struct fact *f, struct sb *out, struct err *e)
{
	struct ndjson_writing w = { .out = out, .array_max = SIZE_MAX, .e = e };
	size_t start = out->len;

	return finish(&w, start, write_fact(&w, f));
}

int
ndjson_write_facts(const struct fact *facts, size_t n, struct sb *out, struct err *e)
{
	struct ndjson_writing w = { .out = out, .array_max = SIZE_MAX, .e = e };
	size_t start = out->len;

	return finish(&w, start, ndjson_add_facts(&w, facts, n));
}

int
ndjson_read_fact(const char *key, const char *json, size_t n, struct arena *mem,
	struct fact *out, struct err *e)
{
	json_t *value;

	if (ndjson_read_plain_fact(fact_find(key), json, n, mem, out))
		return 0;
	if (jsontext_load(json, n, &value, e) == -1)
		return err_add(e, "fact \"%s\"", key);
	int rc = read_fact(mem, key, value, out, e);
	json_decref(value);
	return rc;
}

int
ndjson_read_json_facts(const char *json, size_t n, struct arena *mem, struct fact **out,
	size_t *n_out, struct err *e)
{
	json_t *value;

	if (jsontext_load(json, n, &value, e) == -1)
		return -1;
	int rc = ndjson_take_facts(mem, value, out, n_out, e);
	json_decref(value);
	return rc;
}

int
ndjson_read_facts(const char *json, size_t n, struct arena *mem, struct fact **out,
	size_t *n_out, struct err *e)
{
	return ndjson_read_plain_facts(json, n, mem, out, n_out)
		? 0
		: ndjson_read_json_facts(json, n, mem, out, n_out, e);
}
