/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The control lines of a run, kept for one file at its end. */
#include "cli/summary.h"

#include <jansson.h>
#include <stdio.h>
#include <unistd.h>

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

static void
on_end(struct monitor *m, const struct run_end *end)
{
	struct summary *s = summary_of(m);

	sb_clear(&s->end);
	ndjson_write_end(end, &s->end);
	s->last = *end;
	s->last.error = NULL; /* borrowed from the line */
	s->has_end = true;
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

int
summary_try(const char *path, struct err *e)
{
	FILE *f = fopen(
		path, "ae"); /* what is there stays until there is something new */

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

int
summary_write(const struct summary *s, const char *path, const char *run,
	const char *command, const char *targets, struct err *e)
{
	json_t *end = s->end.len ? json_loads(s->end.text, 0, NULL) : json_object();
	json_t *all = json_pack("{s:s, s:s, s:s, s:o, s:o, s:o}", "run", run, "command",
		command, "targets", targets, "end", end, "coverage",
		read_list(&s->coverage), "reasons", read_list(&s->reasons));
	FILE *f = all ? fopen(path, "we") : NULL;
	int rc = -1;

	if (!all) {
		err_nomem(e);
	} else if (!f) {
		err_sys(e, "write the summary to %s", path);
	} else {
		rc = json_dumpf(all, f, JSON_INDENT(2));
		rc |= fputc('\n', f) == EOF ? -1 : 0;
		rc |= fclose(f);
		if (rc)
			rc = err_sys(e, "write the summary to %s", path);
	}
	json_decref(all);
	return rc;
}
