/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Progress, reasons and the closing line of a run, for people. */
#include "cli/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/expect.h"
#include "cli/out_width.h"

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

/* What a worker says: it has read what others sent. */
static void
add_plain(struct sb *line, const char *text)
{
	sb_add_plain(line, text, strlen(text));
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

static const char *
phase_text(const char *phase)
{
	static const struct {
		const char *phase, *text;
	} texts[] = {
		{ "wait", "waiting for answers" },
		{ "again", "asking the silent again" },
		{ "services", "asking for ports and names" },
		{ "talks", "asking who they are" },
		{ "directory", "reading the directory" },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (strcmp(texts[i].phase, phase) == 0)
			return texts[i].text;
	return phase;
}

/* A directory does not say how much there is; of how many domains, we know. */
static void
add_directory(struct sb *line, const struct progress *p)
{
	char entries[32], pages[32];

	sb_printf(line, "%s, %s entries in %s pages", phase_text(p->phase),
		with_commas(p->answered, entries), with_commas(p->sent, pages));
	if (p->total > 1)
		sb_printf(line, ", %u of %u domains done", (unsigned)p->done,
			(unsigned)p->total);
}

/* How much is left is known of first questions only: later ones depend on the answers. */
static void
add_progress(struct sb *line, const struct progress *p)
{
	char found[32], rate[32], eta[TIME_TEXT_MAX];
	bool counted = p->done < p->total;

	if (strcmp(p->phase, "directory") == 0) {
		add_directory(line, p);
		return;
	}
	add_plain(line, phase_text(p->phase));
	if (counted)
		sb_printf(line, " %u %%", (unsigned)(p->done * 100 / p->total));
	sb_printf(line, ", %s found", with_commas(p->found, found));
	if (p->rate >= 0)
		sb_printf(line, ", %s packets/s", with_commas((uint64_t)p->rate, rate));
	if (counted && p->eta_us >= 0)
		sb_printf(line, ", about %s left", duration_print(p->eta_us, eta));
}

/* Cells of the line; all of it would go on to the next, which is not wiped. */
static size_t
cells_of_line(const struct show *s)
{
	struct winsize size;
	bool known = s->tty && ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0;

	return known && size.ws_col > 1 ? size.ws_col - 1U : SIZE_MAX / 2;
}

/* How many bytes of it, cut at a comma. */
static int
fit(const char *line, size_t cells)
{
	size_t used, n = width_fit(line, cells, &used), cut = n;

	while (line[n] && cut > 0 && strncmp(line + cut, ", ", 2) != 0)
		cut--;
	return (int)(cut > 0 ? cut : n);
}

static void
on_progress(struct monitor *m, const struct progress *p)
{
	struct show *s = show_of(m);
	int64_t now = clock_mono(s->clock);
	struct sb line;

	if (s->quiet || (!s->tty && now - s->last_us < QUIET_LINE_EVERY))
		return;
	s->last_us = now;
	show_clear(s);
	sb_init(&line, 1024);
	add_progress(&line, p);
	(void)fprintf(stderr, "%.*s%s", fit(line.text, cells_of_line(s)), line.text,
		s->tty ? "" : "\n");
	sb_done(&line);
	s->line_open = s->tty;
	(void)fflush(stderr);
}

/* Of most reasons the count is one of addresses; of some of answers; and some say in their text
 * of what. */
static const char *
unit_of(const char *code)
{
	static const struct {
		const char *code, *unit; /* "ad-" is all that begin so */
	} rows[] = { { "ad-", "" }, { "answers-broken", "" },
		{ "answers-for-all", " times" }, { "domains-listed-only", "" },
		{ "domains-not-asked", "" }, { "host-unreachable", " times" },
		{ "icmp-error", " times" }, { "listed-", "" },
		{ "masters-not-asked", "" }, { "metadata-missing", "" },
		{ "net-unreachable", " times" }, { "not-asked", "" }, { "not-sent", "" },
		{ "port-unreachable", " times" }, { "prohibited", " times" },
		{ "protocol-unreachable", " times" }, { "subnets-not-asked", "" },
		{ "time-exceeded", " times" }, { "too-big", " times" },
		{ "too-many", "" }, { "unreachable", " times" } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n = strlen(rows[i].code);
		bool all = rows[i].code[n - 1] == '-';
		if (strncmp(code, rows[i].code, all ? n : n + 1) == 0)
			return rows[i].unit;
	}
	return " addresses";
}

/* Of some the text says already who, and how many. */
static bool
says_all(const char *code)
{
	return strcmp(code, expect_reason) == 0;
}

static void
on_reason(struct monitor *m, const struct reason *r)
{
	struct show *s = show_of(m);
	char count[32];
	struct sb line;

	if (s->quiet)
		return;
	(void)snprintf(
		s->told[s->n_told++ % SHOW_TOLD], sizeof(s->told[0]), "%s", r->text);
	s->ghosts |= strcmp(r->code, "answers-for-all") == 0;
	show_clear(s);
	sb_init(&line, 4096);
	if (*r->about && !says_all(r->code)) {
		add_plain(&line, r->about);
		sb_add(&line, ": ");
	}
	add_plain(&line, r->text);
	if (r->count > 1 && !says_all(r->code))
		sb_printf(&line, " (%s%s)", with_commas(r->count, count),
			unit_of(r->code));
	sb_add(&line, " [");
	add_plain(&line, r->code);
	sb_add(&line, "]");
	(void)fprintf(stderr, "note: %s\n", line.text);
	sb_done(&line);
}

bool
show_has_told(const struct show *s, const char *text)
{
	for (size_t i = 0; i < SHOW_TOLD && i < s->n_told; i++)
		if (strcmp(s->told[i], text) == 0)
			return true;
	return false;
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
	(void)snprintf(buf, 32, "%.*f %%", shown == 0 || shown == 100 ? 0 : 2, shown);
	return buf;
}

static void
tell_recall(const struct recall *r)
{
	char estimate[32], low[32], high[32], loss[32], asked[32];

	(void)fprintf(stderr,
		"recall: found %s of the living asked (95 %% interval %s to "
		"%s)\n"
		"loss: %s (questions to known hosts: %s); the silent asked %.1f times\n",
		percent(r->estimate, estimate), percent(r->low, low),
		percent(r->high, high), percent(r->loss, loss),
		with_commas(r->asked, asked), r->rounds);
}

/* What else a person needs to judge the numbers by. */
static void
tell_doubts(const struct show *s, const struct run_end *end)
{
	char dropped[32];

	if (end->found == 0 && end->ok && end->asked)
		(void)fprintf(stderr,
			"nobody answered: the addresses are unused, or questions or "
			"answers are blocked\n");
	if (s->ghosts)
		(void)fprintf(stderr,
			"unconfirmed: devices with nothing but answers that something "
			"gives for all\n");
	if (end->dropped)
		(void)fprintf(stderr,
			"warning: the kernel dropped %s replies; a lower --rate "
			"loses none\n",
			with_commas(end->dropped, dropped));
}

const char *
show_verdict(const struct run_end *end)
{
	if (end->interrupted)
		return "interrupted";
	return end->ok ? "done" : "not complete";
}

static void
close_sweep(const struct show *s, const struct run_end *end)
{
	char asked[32], found[32], sent[32], took[TIME_TEXT_MAX];

	(void)fprintf(stderr, "%s: %s of %s addresses answered, %s packets sent, %s\n",
		show_verdict(end), with_commas(end->found, found),
		with_commas(end->targets, asked), with_commas(end->sent, sent),
		duration_print(end->duration_us, took));
	if (end->recall.known)
		tell_recall(&end->recall);
	tell_doubts(s, end);
}

void
show_end(struct show *s, const struct run_end *end)
{
	show_clear(s);
	if (s->quiet)
		return;
	if (s->closing)
		s->closing(end);
	else
		close_sweep(s, end);
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
