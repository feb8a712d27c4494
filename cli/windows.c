/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hears the poll, keeps what it says, prints domains and machines. */
#include "cli/windows.h"

#include <inttypes.h>
#include <stdio.h>

#include "cli/domains.h"
#include "cli/windows_known.h"

enum { VIEW_MEMORY = 256 << 20 };

struct poll_run {
	struct kept_run run;
	const struct windows_input *in;
	struct kept_out out;
	struct arena *mem;
	struct domain_view view;      /* of this poll alone */
	struct windows_settings conf; /* with those that the store knows */
};

static int
on_seen(void *arg, const struct observation *o, struct err *e)
{
	struct poll_run *p = arg;

	if (view_add(&p->view, o, e) == -1)
		return -1;
	return kept_out_seen(&p->out, &p->run, o, e);
}

static int
open_run(struct poll_run *p, struct err *e)
{
	const struct windows_input *in = p->in;
	const struct kept_run_conf conf = { .call = in->call,
		.kept = &in->conf->kept,
		.run = { .id = in->run,
			.source = source_windows.name,
			.command = in->call->command_line,
			.targets = in->targets_text,
			.started = in->started },
		.needs_store = in->conf->format != OUT_NDJSON,
		.seen = on_seen,
		.arg = p };

	return kept_run_open(&p->run, &conf, e);
}

/* --- the poll ------------------------------------------------------------------------------ */

static int
hear(struct poll_run *p, struct err *e)
{
	struct windows_input in = *p->in;
	struct worker w;

	p->conf = *p->in->conf;
	in.conf = &p->conf;
	w = windows_worker(&in);
	if (windows_know_stored(p->run.known, &p->conf, p->mem, &in.known, e) == -1 ||
		kept_run_start(&p->run, &w, NULL, e) == -1)
		return -1;
	return kept_run_flush(&p->run, kept_run_wait(&p->run, e), e);
}

static void
tell_closing(const struct run_end *end, size_t n_domains)
{
	char took[TIME_TEXT_MAX];

	(void)fprintf(stderr, "%s: %" PRIu64 " machines", show_verdict(end), end->found);
	if (n_domains)
		(void)fprintf(stderr, ", %zu domains and workgroups", n_domains);
	(void)fprintf(stderr, ", %s\n", duration_print(end->duration_us, took));
}

void
windows_closing(const struct run_end *end)
{
	tell_closing(end, 0);
}

/* Domains are for people: programs have them in the observations, or by muster domains. */
static int
print_results(struct poll_run *p, struct err *e)
{
	view_finish(&p->view);
	if (p->out.format == OUT_TABLE && p->view.n) {
		if (domains_print(&p->view, OUT_TABLE, &p->out.info, e) == -1)
			return -1;
		(void)fputc('\n', p->out.info.to);
	}
	return kept_out_close(&p->out, &p->run, &p->run.end, e);
}

static int
finish(struct poll_run *p, struct err *e)
{
	if (kept_run_end(&p->run, &p->run.end, e) == -1 ||
		common_status(print_results(p, e), e) == -1)
		return -1;
	if (!p->in->call->common->quiet)
		tell_closing(&p->run.end, p->view.n);
	return p->run.end.ok ? EXIT_DONE : EXIT_FAILED;
}

int
windows_run(const struct windows_input *in, struct err *e)
{
	struct poll_run p = { .in = in, .mem = arena_new(VIEW_MEMORY) };

	view_init(&p.view, p.mem);
	int rc = p.mem ? open_run(&p, e) : err_nomem(e);
	if (rc == 0)
		rc = kept_out_open(&p.out, &p.run, in->conf->format, e);
	if (rc == 0)
		rc = hear(&p, e);
	if (rc == 0)
		rc = finish(&p, e);
	kept_out_free(&p.out);
	kept_run_close(&p.run);
	arena_free(p.mem);
	return rc;
}
