/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fingerprint_rows.h - machines whose kind and system are known: tests/data/fingerprints/
 *
 * One JSON object a line: label, what kind and os must come out (os null: none), where the
 * values of its facts come from, and the facts; at_most, when there is any, is the greatest
 * confidence that may be, in percent.
 */
#ifndef UNIT_FINGERPRINT_ROWS_H
#define UNIT_FINGERPRINT_ROWS_H

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "inventory/device.h"
#include "inventory/ndjson.h"

enum { ROWS_MAX = 1024 };

struct known {
	const char *label, *kind, *os, *source;
	struct device_field *fields;
	size_t n;
	int at_most;
};

static inline struct device_field *
known_fields(const char *json, struct arena *mem, size_t *n)
{
	struct fact *facts;
	struct err e;

	if (ndjson_read_facts(json, strlen(json), mem, &facts, n, &e) == -1)
		fail_msg("%s: %s", json, e.text);
	struct device_field *fields = arena_new_array(mem, struct device_field, *n + 1);
	assert_non_null(fields);
	for (size_t i = 0; i < *n; i++)
		fields[i] = (struct device_field){ .fact = facts[i],
			.source = "sweep",
			.at = (int64_t)i,
			.evidence = EVIDENCE_REPLY };
	return fields;
}

static inline void
read_known(const char *line, struct arena *mem, struct known *out)
{
	json_error_t why;
	json_t *all = json_loads(line, 0, &why);
	const char *label, *kind, *source;
	json_t *facts, *os;
	int at_most = 100;

	if (!all ||
		json_unpack_ex(all, &why, 0, "{s:s, s:s, s:o, s:s, s:o, s?i}", "label",
			&label, "kind", &kind, "os", &os, "source", &source, "facts",
			&facts, "at_most", &at_most) == -1)
		fail_msg("%s: %s", line, why.text);
	char *text = json_dumps(facts, JSON_COMPACT);
	*out = (struct known){ .label = arena_strdup(mem, label),
		.kind = arena_strdup(mem, kind),
		.os = json_is_null(os) ? NULL : arena_strdup(mem, json_string_value(os)),
		.source = arena_strdup(mem, source),
		.at_most = at_most };
	out->fields = known_fields(text, mem, &out->n);
	free(text);
	json_decref(all);
}

/* Returns how many rows there are. */
static inline size_t
read_all_known(const char *path, struct arena *mem, struct known out[static ROWS_MAX])
{
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t n = 0, room = 0;

	if (!f)
		fail_msg("cannot open %s", path);
	while (getline(&line, &room, f) > 0) {
		assert_true(n < ROWS_MAX);
		read_known(line, mem, &out[n++]);
	}
	free(line);
	(void)fclose(f);
	return n;
}

#endif
