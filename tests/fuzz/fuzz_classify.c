/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whatever facts a device has: a verdict within its bounds, the same in any order. */
#include "inventory/classify.h"

#include <stdlib.h>
#include <string.h>

#include "inventory/ndjson.h"

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static bool
same(const struct verdict *a, const struct verdict *b)
{
	if (!a->answer || !b->answer)
		return a->answer == b->answer && a->confidence == 0 &&
			b->confidence == 0;
	return strcmp(a->answer, b->answer) == 0 && a->confidence == b->confidence &&
		a->confidence >= CLASSIFY_SURE && a->confidence <= 99;
}

/* The rules that are compiled in, read once. */
static const struct rules *
built_in(void)
{
	static struct rules *rules;
	struct arena *mem;
	struct err e;

	if (rules)
		return rules;
	mem = arena_new(64 << 20);
	must(mem && rules_built_in(mem, &rules, &e) == 0);
	return rules;
}

static void
judge(const struct fact *facts, size_t n, struct arena *mem)
{
	struct device_field *fields = arena_new_array(mem, struct device_field, n + 1);
	struct device_field *backwards = arena_new_array(
		mem, struct device_field, n + 1);
	struct classified a, b;
	struct clue *clues;
	size_t n_clues, n_fields = n;
	struct err e;

	must(fields && backwards);
	for (size_t i = 0; i < n; i++) {
		fields[i] = (struct device_field){ .fact = facts[i], .source = "sweep" };
		backwards[n - 1 - i] = fields[i];
	}
	if (classify_explain(built_in(), fields, n, mem, &a, &clues, &n_clues, &e) ==
			-1 ||
		classify(built_in(), backwards, n, mem, &b, &e) == -1) {
		must(e.code == ERR_NOMEM);
		return;
	}
	must(same(&a.kind, &b.kind) && same(&a.os, &b.os));
	must(!a.kind.answer || (a.kind_by && n_clues));
	if (classify_fields(built_in(), mem, &fields, &n_fields, &e) == -1)
		return;
	for (size_t i = 1; i < n_fields; i++)
		must(strcmp(fields[i - 1].fact.key, fields[i].fact.key) < 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *mem = arena_new(16 << 20);
	struct fact *facts;
	struct err e;
	size_t n;

	must(mem != NULL);
	if (ndjson_read_facts((const char *)data, size, mem, &facts, &n, &e) == 0)
		judge(facts, n, mem);
	arena_free(mem);
	return 0;
}
