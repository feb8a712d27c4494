/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Progress, reasons and the closing line of a run, for people. */
#include "cli/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { QUIET_LINE_EVERY = 10 * SECOND };

static struct show *
show_of(struct monitor *m)
{
	return (struct show *)m; /* its first member */
}

void
show_clear(struct show *s)
{
	if (s->line_open)
		(void)fputs("\r\033[K", stderr);
	s->line_open = false;
}

/* "12,345" */
static const char *
with_commas(uint64_t n, char buf[static 32])
{
	char digits[24];
	size_t len = (size_t)snprintf(digits, sizeof(digits), "%" PRIu64, n), at = 0;

	for (size_t i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			buf[at++] = ',';
		buf[at++] = digits[i];
	}
	buf[at] = '\0';
	return buf;
}

static void
on_progress(struct monitor *m, const struct progress *p)
{
	struct show *s = show_of(m);
	int64_t now = clock_mono(s->clock);
	char found[32], rate[32], eta[TIME_TEXT_MAX];
	unsigned percent = p->total ? (unsigned)(p->done * 100 / p->total) : 0;

	if (s->quiet || (!s->tty && now - s->last_us < QUIET_LINE_EVERY))
		return;
	s->last_us = now;
	show_clear(s);
	(void)fprintf(stderr, "%s %u %%, %s found, %s packets/s", p->phase,
		percent > 100 ? 100 : percent, with_commas(p->found, found),
		with_commas(p->rate < 0 ? 0 : (uint64_t)p->rate, rate));
	if (p->eta_us >= 0)
		(void)fprintf(stderr, ", about %s left", duration_print(p->eta_us, eta));
	if (!s->tty)
		(void)fputc('\n', stderr);
	s->line_open = s->tty;
	(void)fflush(stderr);
}

static void
on_reason(struct monitor *m, const struct reason *r)
{
	struct show *s = show_of(m);
	struct sb line;

	if (s->quiet)
		return;
	show_clear(s);
	sb_init(&line, 4096);
	if (*r->about) {
		sb_add_plain(&line, r->about, strlen(r->about));
		sb_add(&line, ": ");
	}
	sb_add_plain(&line, r->text, strlen(r->text));
	if (r->count > 1)
		sb_printf(&line, " (%" PRIu64 " times)", r->count);
	sb_printf(&line, " [%s]", r->code);
	(void)fprintf(stderr, "note: %s\n", line.text);
	sb_done(&line);
}

/* Coverage and watermarks are for programs. */
static void
on_coverage(struct monitor *m, const struct coverage *c)
{
	(void)m;
	(void)c;
}

static void
on_state(struct monitor *m, const char *text)
{
	(void)m;
	(void)text;
}

static void
on_end(struct monitor *m, const struct run_end *end)
{
	show_end(show_of(m), end);
}

/* "99.97 %", never rounded up to all. */
static const char *
percent(double share, char buf[static 32])
{
	double shown = share * 100;

	if (share < 1 && shown > 99.995)
		shown = 99.99;
	(void)snprintf(buf, 32, "%.*f %%", shown == 100 ? 0 : 2, shown);
	return buf;
}

static void
tell_recall(const struct recall *r)
{
	char estimate[32], low[32], high[32], loss[32];

	(void)fprintf(stderr,
		"recall: %s of what lives was found (95 %% interval %s to %s); %s of "
		"questions lost, asked %.1f times\n",
		percent(r->estimate, estimate), percent(r->low, low),
		percent(r->high, high), percent(r->loss, loss), r->rounds);
}

void
show_end(struct show *s, const struct run_end *end)
{
	char asked[32], found[32], sent[32], dropped[32], took[TIME_TEXT_MAX];

	show_clear(s);
	if (s->quiet)
		return;
	(void)fprintf(stderr, "%s: %s of %s addresses answered, %s packets sent, %s\n",
		end->interrupted  ? "interrupted"
			: end->ok ? "done"
				  : "not complete",
		with_commas(end->found, found), with_commas(end->targets, asked),
		with_commas(end->sent, sent), duration_print(end->duration_us, took));
	if (end->recall.known)
		tell_recall(&end->recall);
	if (end->dropped)
		(void)fprintf(stderr,
			"warning: the kernel dropped %s replies; a lower --rate "
			"loses none\n",
			with_commas(end->dropped, dropped));
}

void
show_init(struct show *s, struct clock *clock, bool quiet)
{
	*s = (struct show){
		.monitor = { on_progress, on_reason, on_coverage, on_state, on_end },
		.clock = clock,
		.quiet = quiet,
		.tty = isatty(STDERR_FILENO) == 1,
		.last_us = clock_mono(clock),
	};
}
