/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The control lines of a run, kept for one file at its end. */
#include "cli/summary.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "inventory/jsontext.h"
#include "inventory/ndjson.h"

enum { SUMMARY_MAX = 16 << 20 };

static struct summary *
summary_of(struct monitor *m)
{
	return (struct summary *)m;
}

/* A control line ends with a newline; in an array a comma stands before the next. */
static void
separate(struct sb *list)
{
	if (list->len)
		list->text[list->len - 1] = ',';
}

static void
on_progress(struct monitor *m, const struct progress *p)
{
	summary_of(m)->next->progress(summary_of(m)->next, p);
}

static void
on_reason(struct monitor *m, const struct reason *r)
{
	struct summary *s = summary_of(m);

	separate(&s->reasons);
	ndjson_write_reason(r, &s->reasons);
	s->next->reason(s->next, r);
}

static void
on_coverage(struct monitor *m, const struct coverage *c)
{
	struct summary *s = summary_of(m);

	separate(&s->coverage);
	ndjson_write_coverage(c, &s->coverage);
	s->next->coverage(s->next, c);
}

static void
on_state(struct monitor *m, const char *text)
{
	summary_of(m)->next->state(summary_of(m)->next, text);
}

void
summary_end_is(struct summary *s, const struct run_end *end)
{
	sb_clear(&s->end);
	ndjson_write_end(end, &s->end);
	s->last = *end;
	s->last.error = NULL; /* borrowed from the line */
	s->has_end = true;
}

static void
on_end(struct monitor *m, const struct run_end *end)
{
	struct summary *s = summary_of(m);

	summary_end_is(s, end);
	s->next->end(s->next, end);
}

void
summary_init(struct summary *s, struct monitor *next)
{
	*s = (struct summary){
		.monitor = { on_progress, on_reason, on_coverage, on_state, on_end },
		.next = next,
	};
	sb_init(&s->coverage, SUMMARY_MAX);
	sb_init(&s->reasons, SUMMARY_MAX);
	sb_init(&s->end, NDJSON_LINE_MAX);
}

void
summary_done(struct summary *s)
{
	sb_done(&s->coverage);
	sb_done(&s->reasons);
	sb_done(&s->end);
}

static bool
is_stdout(const char *path)
{
	return strcmp(path, "-") == 0;
}

int
summary_try(const char *path, struct err *e)
{
	FILE *f;

	if (is_stdout(path))
		return 0;
	f = fopen(path, "ae"); /* what is there stays until there is something new */
	if (!f)
		return err_sys(e, "write the summary to %s", path);
	(void)fclose(f); /* nothing was written */
	return 0;
}

static json_t *
read_list(const struct sb *items)
{
	struct sb text;

	sb_init(&text, SUMMARY_MAX + 16);
	sb_printf(&text, "[%s]", items->text);
	json_t *list = text.bad ? NULL
				: json_loads(text.text, JSON_REJECT_DUPLICATES, NULL);
	sb_done(&text);
	return list;
}

/* NULL when there is nothing to say of it: json_pack leaves it out. */
static json_t *
resumed(const struct summary_about *a)
{
	char started[TIME_TEXT_MAX];

	if (!a->resumes)
		return NULL;
	return json_pack("{s:s, s:s, s:I}", "run", a->resumes, "started",
		time_print(a->resumes_started, started), "found",
		(json_int_t)a->resumes_found);
}

static json_t *
population(const struct population_report *r)
{
	json_t *missing = json_array();
	char ip[ADDR_TEXT_MAX];

	for (size_t i = 0; i < r->n_missing; i++)
		(void)json_array_append_new(
			missing, json_string(addr_print(&r->missing[i], ip)));
	return json_pack("{s:s, s:I, s:I, s:o}", "name", r->name, "known",
		(json_int_t)r->known, "found", (json_int_t)r->found, "missing", missing);
}

static json_t *
populations(const struct summary_about *a)
{
	json_t *list = json_array();

	for (size_t i = 0; i < a->n_populations; i++)
		(void)json_array_append_new(list, population(&a->populations[i]));
	return list;
}

static int
write_text(const char *text, const char *path, struct err *e)
{
	FILE *f = is_stdout(path) ? stdout : fopen(path, "we");

	if (!f)
		return err_sys(e, "write the summary to %s", path);
	int rc = fputs(text, f) == EOF ? -1 : 0;
	rc |= f == stdout ? fflush(f) : fclose(f);
	return rc ? err_sys(e, "write the summary to %s", path) : 0;
}

static int
write_json(const json_t *all, const char *path, struct err *e)
{
	char *made = json_dumps(all, JSON_INDENT(2));
	struct sb text;

	sb_init(&text, made ? 6 * strlen(made) + 2 : 0); /* if all of it is escaped */
	if (made)
		jsontext_add_made(&text, made);
	sb_add(&text, "\n");
	int rc = made && !text.bad ? write_text(text.text, path, e) : err_nomem(e);
	sb_done(&text);
	free(made);
	return rc;
}

int
summary_write(const struct summary *s, const struct summary_about *a, const char *path,
	struct err *e)
{
	json_t *end = s->end.len ? json_loads(s->end.text, 0, NULL) : json_object();
	json_t *all = json_pack("{s:s, s:s, s:s, s:o*, s:o, s:o, s:o, s:o}", "run",
		a->run, "command", a->command, "targets", a->targets, "resumes",
		resumed(a), "end", end, "populations", populations(a), "coverage",
		read_list(&s->coverage), "reasons", read_list(&s->reasons));
	int rc = all ? write_json(all, path, e) : err_nomem(e);

	json_decref(all);
	return rc;
}
