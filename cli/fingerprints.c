/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/fingerprints.h"

#include <string.h>

enum { MISTAKES_MAX = 64 << 10 }; /* bytes */

/* "rules.yaml:3:5: unknown fact ssh.baner; did you mean ssh.banner? (and 2 more)" */
static int
first_mistake(const struct sb *mistakes, struct err *e)
{
	size_t n = strcspn(mistakes->text, "\n"), lines = 0;

	for (const char *p = mistakes->text; *p; p++)
		lines += *p == '\n';
	if (lines == 0)
		return -1;
	if (lines == 1)
		return err_set(e, ERR_ARG, "%.*s", (int)n, mistakes->text);
	return err_set(e, ERR_ARG,
		"%.*s, and %zu more: muster config check --fingerprints FILE tells them",
		(int)n, mistakes->text, lines - 1);
}

int
fingerprints_read(const char *path, struct arena *mem, struct rules **out,
	struct sb *mistakes, struct err *e)
{
	struct rules *rules;
	struct sb own;

	if (rules_built_in(mem, &rules, e) == -1)
		return -1;
	sb_init(&own, MISTAKES_MAX);
	int rc = path ? rules_add_file(rules, path, mistakes ? mistakes : &own, e) : 0;
	if (rc == -1 && e->code == ERR_ARG && !mistakes)
		rc = first_mistake(&own, e);
	sb_done(&own);
	if (rc == 0)
		*out = rules;
	return rc;
}
