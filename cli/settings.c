/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/settings.h"

#include <jansson.h>
#include <string.h>

static bool
is_kept(const struct opt *o)
{
	return !(o->flags & OPT_CLI_ONLY) && !opt_is_secret(o);
}

/* --- values ------------------------------------------------------------------------------ */

static json_t *
list_value(const struct opt_list *list)
{
	json_t *items = json_array();

	for (size_t i = 0; i < list->n; i++)
		if (json_array_append_new(items, json_string(list->items[i])) == -1) {
			json_decref(items);
			return NULL;
		}
	return items;
}

/* As a user would type it; JSON null: a text that has no value. */
static json_t *
value_of(const struct opt *o, const void *base)
{
	const void *at = (const char *)base + o->at;
	char text[OPT_RANGE_MAX];

	switch (o->type) {
	case OPT_BOOL: return json_string(*(const bool *)at ? "yes" : "no");
	case OPT_INT:
	case OPT_MSEC: return json_sprintf("%lld", (long long)*(const int64_t *)at);
	case OPT_PERCENT:
		return json_string(opt_print_percent(*(const int64_t *)at, text));
	case OPT_STR:
		return *(const char *const *)at ? json_string(*(const char *const *)at)
						: json_null();
	case OPT_ENUM: return json_string(o->choices[*(const int *)at]);
	case OPT_LIST: return list_value(at);
	case OPT_SECRET: break;
	}
	return NULL;
}

static int
set_one(const struct opt *o, void *base, const json_t *value, struct arena *mem,
	struct err *e)
{
	const char *text = json_string_value(value);

	if (!text)
		return err_set(e, ERR_PROTO, "%s is no text", o->name);
	return opt_set(o, base, text, mem, e) == -1 ? err_add(e, "%s", o->name) : 0;
}

static int
set_value(const struct opt *o, void *base, const json_t *value, struct arena *mem,
	struct err *e)
{
	opt_clear(o, base);
	if (json_is_null(value))
		return 0;
	if (o->type != OPT_LIST)
		return set_one(o, base, value, mem, e);
	if (!json_is_array(value))
		return err_set(e, ERR_PROTO, "%s is no list", o->name);
	for (size_t i = 0; i < json_array_size(value); i++)
		if (set_one(o, base, json_array_get(value, i), mem, e) == -1)
			return -1;
	return 0;
}

/* --- all of them ------------------------------------------------------------------------- */

int
settings_write(const struct opt_table *tables, const void *settings, struct arena *mem,
	const char **out, struct err *e)
{
	json_t *all = json_object();
	int rc = all ? 0 : err_nomem(e);

	for (const struct opt_table *t = tables; rc == 0 && t->rows; t++)
		for (const struct opt *o = t->rows; rc == 0 && o->name; o++)
			if (is_kept(o) &&
				json_object_set_new(all, o->name,
					value_of(o, (const char *)settings + t->at)) ==
					-1)
				rc = err_set(e, ERR_ARG, "%s cannot be kept: no UTF-8",
					o->name);
	char *text = rc == 0 ? json_dumps(all, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
	if (rc == 0 && (!text || !(*out = arena_strdup(mem, text))))
		rc = err_nomem(e);
	free(text);
	json_decref(all);
	return rc;
}

/* The row and where its struct begins. */
static const struct opt *
find_row(const struct opt_table *tables, const char *key, void *settings, void **base)
{
	for (const struct opt_table *t = tables; t->rows; t++)
		for (const struct opt *o = t->rows; o->name; o++)
			if (is_kept(o) && strcmp(o->name, key) == 0) {
				*base = (char *)settings + t->at;
				return o;
			}
	return NULL;
}

static int
read_object(const struct opt_table *tables, json_t *all, void *settings,
	struct arena *mem, struct err *e)
{
	const char *key;
	json_t *value;
	void *base;

	json_object_foreach(all, key, value)
	{
		const struct opt *o = find_row(tables, key, settings, &base);
		if (!o)
			return err_set(e, ERR_PROTO,
				"%.60s is no setting of this version", key);
		if (set_value(o, base, value, mem, e) == -1)
			return -1;
	}
	return 0;
}

int
settings_read(const struct opt_table *tables, const char *text, void *settings,
	struct arena *mem, struct err *e)
{
	json_t *all = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	int rc;

	if (json_is_object(all))
		rc = read_object(tables, all, settings, mem, e);
	else
		rc = err_set(e, ERR_PROTO, "no settings in JSON");
	json_decref(all);
	return rc;
}

static bool
is_in(const char *const *list, const char *key)
{
	for (; *list; list++)
		if (strcmp(*list, key) == 0)
			return true;
	return false;
}

const struct opt *
settings_differ(const struct opt_table *tables, const void *a, const void *b,
	const char *const *but)
{
	for (const struct opt_table *t = tables; t->rows; t++) {
		for (const struct opt *o = t->rows; o->name; o++) {
			if (!is_kept(o) || is_in(but, o->name))
				continue;
			json_t *x = value_of(o, (const char *)a + t->at),
			       *y = value_of(o, (const char *)b + t->at);
			bool same = json_equal(x, y);
			json_decref(x);
			json_decref(y);
			if (!same)
				return o;
		}
	}
	return NULL;
}
