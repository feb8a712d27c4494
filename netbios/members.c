/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The machines, one job of a crew each. */
#include "netbios/members.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "host/sandbox.h"
#include "inventory/ndjson.h"
#include "netbios/crew.h"
#include "netbios/member.h"
#include "netbios/named.h"

enum { WORD_MAX = MEMBER_LINE + NDJSON_LINE_MAX }; /* what one process may say */

#define AT(f) offsetof(struct members_conf, f)
const struct opt members_opts[] = {
	{ .name = "windows.credential",
		.type = OPT_LIST,
		.at = AT(logins),
		.arg = "[DOMAIN=]NAME",
		.help = "Ask each machine, of DOMAIN or of all, with this one of `muster "
			"credential list` for its version, roles, comment and domain, and "
			"masters for browse lists that they tell nobody else" },
	{ .name = "windows.logins",
		.type = OPT_INT,
		.at = AT(parallel),
		.min = 1,
		.max = CREW_MAX,
		.value = "8",
		.unit = "machines",
		.help = "Log in to so many at a time" },
	{ .name = "windows.login_wait",
		.type = OPT_MSEC,
		.at = AT(patience_ms),
		.min = 100,
		.max = 600000,
		.value = "15 s",
		.help = "Leave a machine that has not answered an account in this time" },
	{ .name = NULL },
};

/* --- settings ------------------------------------------------------------------------------- */

static int
check_login(const struct members_conf *c, const char *item, struct err *e)
{
	const char *is = strchr(item, '='), *name = is ? is + 1 : item;
	const struct credential *found = credential_find(
		c->accounts, c->n_accounts, name);

	if (!found)
		return err_set(e, ERR_ARG,
			"--credential %.60s: there is no credential %.60s; 'muster "
			"credential list' shows them",
			item, name);
	if (found->kind != LOGIN_PASSWORD)
		return err_set(e, ERR_ARG,
			"--credential %.60s: machines are asked by NTLM, which needs a "
			"credential of the kind password, not %s",
			item, credential_kind_word(found->kind));
	return 0;
}

int
members_check(struct members_conf *c, struct arena *mem, struct err *e)
{
	if (c->logins.n == 0)
		return 0;
	if (credentials_read(&c->credentials, mem, &c->accounts, &c->n_accounts, e) ==
		-1)
		return -1;
	for (size_t i = 0; i < c->logins.n; i++)
		if (check_login(c, c->logins.items[i], e) == -1)
			return -1;
	c->trust = trust_new(c->n_accounts);
	return c->trust ? 0 : err_nomem(e);
}

/* The account for a domain; CREW_NOBODY: none is for it. */
size_t
members_account(const struct members_conf *c, const char *domain)
{
	const char *name = opt_list_for(&c->logins, domain);
	const struct credential *found = name
		? credential_find(c->accounts, c->n_accounts, name)
		: NULL;

	return found ? (size_t)(found - c->accounts) : CREW_NOBODY;
}

/* --- the state of a run --------------------------------------------------------------------- */

struct members {
	const struct source_run *run;
	const struct members_conf *conf;
	struct samba *samba;
	struct crew *crew;
	struct arena *mem; /* of one record */
	uint64_t outcomes[MEMBER_OUTCOMES];
	uint64_t skipped;                  /* their account was refused */
	struct named denied[MEMBER_PIPES]; /* who told something, but nothing there */
	uint32_t why[MEMBER_PIPES];        /* of the first of them */
};

static void
reason(struct members *m, const char *code, const char *about, uint64_t count,
	const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	const struct reason r = { code, about, text, count };
	m->run->monitor->reason(m->run->monitor, &r);
}

/* --- the process of one machine ------------------------------------------------------------- */

static int
write_record(struct members *m, const struct tell *t, int fd)
{
	const struct observation o = { .source = "windows",
		.at = clock_wall(m->run->clock),
		.ip = t->ip,
		.evidence = EVIDENCE_REPLY,
		.facts = t->facts,
		.n_facts = t->n };
	struct sb line;
	struct err e;

	sb_init(&line, WORD_MAX);
	int rc = ndjson_write(&o, &line, &e);
	if (rc == 0 && write(fd, line.text, line.len) != (ssize_t)line.len)
		rc = -1;
	sb_done(&line);
	return rc;
}

static int
ask_member(void *arg, size_t job, const struct credential *c, size_t place)
{
	struct members *m = arg;
	const struct samba_login login = { c->user, c->secret };
	char line[MEMBER_LINE];
	struct member_said said;
	struct tell *t = malloc(sizeof(*t)); /* all ends with the process */
	struct err e;

	(void)place;
	if (!t || sandbox_enter(SANDBOX_SOCKETS, &e) == -1)
		return MEMBER_CODES;
	int code = member_ask(m->samba, &m->conf->items[job].ip, &login, t, &said);
	member_write_said(&said, line);
	if (write(CREW_PIPE, line, sizeof(line)) != (ssize_t)sizeof(line))
		return MEMBER_CODES;
	if (member_outcome(code) == MEMBER_TOLD && write_record(m, t, CREW_PIPE) == -1)
		return MEMBER_CODES;
	return code;
}

/* --- what they say -------------------------------------------------------------------------- */

static int
take_word(struct members *m, const struct crew_end *end, struct err *e)
{
	const char *word = end->said + MEMBER_LINE; /* behind what it said how it went */
	size_t n = end->n_said - MEMBER_LINE;
	struct observation o;
	struct err broken;

	while (n && word[n - 1] == '\n')
		n--;
	arena_reset(m->mem);
	if (n == 0 || ndjson_read(word, n, m->mem, &o, &broken) == -1 ||
		!addr_equal(&o.ip, &m->conf->items[end->job].ip))
		return 0; /* a process that went mad has told nothing */
	return m->run->sink->take(m->run->sink, &o, e);
}

/* Something was told, and not by this pipe. */
static void
note_denied(
	struct members *m, const struct crew_end *end, const struct member_said *said)
{
	for (size_t i = 0; i < said->n; i++) {
		if (said->of[i] == 0)
			continue;
		if (m->denied[i].n == 0)
			m->why[i] = said->of[i];
		named_add_ip(&m->denied[i], &m->conf->items[end->job].ip);
	}
}

static void
tell_how(struct members *m, const struct crew_end *end, enum member_outcome how,
	const struct member_said *said)
{
	const struct credential *c = &m->conf->accounts[end->account];
	char ip[ADDR_TEXT_MAX], words[MEMBER_WORDS];
	const char *text = said->n ? member_words(member_why(said), words)
				   : member_text(end->code);

	(void)addr_print(&m->conf->items[end->job].ip, ip);
	if (how == MEMBER_REFUSED)
		reason(m, "account-refused", ip, 1,
			"The account %.60s (user %.100s) was refused: %s. It is not used "
			"again in this run",
			c->name, c->user, text);
	if (how == MEMBER_DENIED)
		reason(m, "access-denied", ip, 1, "Access denied for user %.100s: %s",
			c->user, text);
	if (how == MEMBER_FAILED)
		reason(m, "login-failed", ip, 1,
			"It could not be asked with an account: %s", text);
}

static int
member_ended(void *arg, const struct crew_end *end, enum trust_verdict *verdict,
	struct err *e)
{
	struct members *m = arg;
	enum member_outcome how = end->late ? MEMBER_SILENT : member_outcome(end->code);

	m->skipped += end->skipped;
	if (end->skipped)
		return 0;
	struct member_said said;
	if (!member_read_said(end->said, end->n_said, &said) && how == MEMBER_TOLD)
		how = MEMBER_FAILED; /* nor has it told anything else */
	m->outcomes[how]++;
	tell_how(m, end, how, &said);
	if (how == MEMBER_TOLD)
		note_denied(m, end, &said);
	*verdict = how == MEMBER_REFUSED ? TRUST_REFUSED
		: how == MEMBER_TOLD     ? TRUST_ACCEPTED
					 : TRUST_UNKNOWN;
	return how == MEMBER_TOLD ? take_word(m, end, e) : 0;
}

/* --- the run -------------------------------------------------------------------------------- */

static bool
is_over(const struct members *m)
{
	return *m->run->stop || clock_mono(m->run->clock) >= m->run->deadline_us;
}

static void
tell_progress(struct members *m)
{
	uint64_t done = m->skipped;

	for (int i = 0; i < MEMBER_OUTCOMES; i++)
		done += m->outcomes[i];
	const struct progress p = { .phase = "logins",
		.done = done,
		.total = m->conf->n,
		.answered = m->outcomes[MEMBER_TOLD],
		.found = m->outcomes[MEMBER_TOLD],
		.rate = -1,
		.eta_us = -1 };
	m->run->monitor->progress(m->run->monitor, &p);
}

static int
ask_all(struct members *m, struct err *e)
{
	int more = 1;

	while (more == 1 && !is_over(m)) {
		more = crew_work(m->crew, NULL, 0, e);
		tell_progress(m);
	}
	return more == -1 ? -1 : 0;
}

static int
prepare(struct members *m, struct err *e)
{
	const struct members_conf *conf = m->conf;
	const struct crew_conf crew = { .places = (size_t)conf->parallel,
		.patience_us = conf->patience_ms * MSEC,
		.said_max = WORD_MAX,
		.rate = conf->rate,
		.clock = m->run->clock,
		.accounts = conf->accounts,
		.n_accounts = conf->n_accounts,
		.trust = conf->trust,
		.work = ask_member,
		.ended = member_ended,
		.arg = m };

	m->mem = arena_new(4 << 20);
	if (!m->mem)
		return err_nomem(e);
	if (crew_new(&m->crew, &crew, e) == -1)
		return -1;
	for (size_t i = 0; i < conf->n; i++) {
		size_t account = members_account(conf, conf->items[i].domain);
		if (account != CREW_NOBODY && crew_add(m->crew, i, account, e) == -1)
			return -1;
	}
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* it holds secrets */
	return samba_load(&m->samba, e);
}

static void
tell_reasons(struct members *m)
{
	if (m->skipped)
		reason(m, "account-not-used", "", m->skipped,
			"Machines were not asked with an account, because it was refused "
			"elsewhere");
	for (size_t i = 0; i < MEMBER_PIPES; i++) {
		char words[MEMBER_WORDS];
		if (m->denied[i].n)
			reason(m, "pipe-denied", member_pipes[i], m->denied[i].n,
				"Machines told an account something, and nothing by this "
				"pipe: %s (%s)",
				member_words(m->why[i], words), m->denied[i].text);
	}
	if (m->outcomes[MEMBER_UNREACHED])
		reason(m, "login-unreached", "", m->outcomes[MEMBER_UNREACHED],
			"Machines did not talk SMB to an account: no connection, or it broke");
	if (m->outcomes[MEMBER_SILENT])
		reason(m, "login-silent", "", m->outcomes[MEMBER_SILENT],
			"Machines did not answer an account in time");
}

static int
run_members(struct source_run *run, struct err *e)
{
	struct members m = { .run = run, .conf = run->conf };
	int64_t started = clock_mono(run->clock);
	int rc = prepare(&m, e);

	if (rc == 0)
		rc = ask_all(&m, e);
	crew_free(m.crew);
	bool over = is_over(&m);
	const struct run_end end = { .ok = rc == 0 && !over,
		.interrupted = over,
		.targets = m.conf->n,
		.found = m.outcomes[MEMBER_TOLD],
		.duration_us = clock_mono(run->clock) - started,
		.error = rc == -1 ? e->text : NULL };
	tell_reasons(&m);
	run->monitor->end(run->monitor, &end);
	arena_free(m.mem);
	return 0;
}

static const struct opt_table members_tables[] = {
	{ "Accounts", members_opts, 0 },
	{ .rows = NULL },
};

const struct source source_members = {
	.name = "windows",
	.help = "Ask machines what they tell an account",
	.opts = members_tables,
	.conf_size = sizeof(struct members_conf),
	.run = run_members,
};
