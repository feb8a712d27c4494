/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The processes of the machines: started, heard, ended. */
#include "netbios/members.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/sandbox.h"
#include "inventory/ndjson.h"
#include "netbios/member.h"

enum {
	PARALLEL_MAX = 32,
	TICK_MS = 50,
	WORD_MAX = NDJSON_LINE_MAX, /* what one process may say */
};

#define AT(f) offsetof(struct members_conf, f)
const struct opt members_opts[] = {
	{ .name = "windows.credential",
		.type = OPT_LIST,
		.at = AT(logins),
		.arg = "[DOMAIN=]NAME",
		.help = "Ask each machine, of DOMAIN or of all, with this one of `muster "
			"credential list` for its version, roles, comment and domain" },
	{ .name = "windows.logins",
		.type = OPT_INT,
		.at = AT(parallel),
		.min = 1,
		.max = PARALLEL_MAX,
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
	return 0;
}

/* --- the state of a run --------------------------------------------------------------------- */

enum trust { UNTRIED, ON_TRIAL, ACCEPTED, WAS_REFUSED };

struct slot {
	pid_t pid; /* 0: free */
	int fd;    /* -1: it has said all */
	size_t member, account;
	int64_t deadline;
	char *said; /* WORD_MAX */
	size_t n_said;
	bool was_killed;
};

struct members {
	const struct source_run *run;
	const struct members_conf *conf;
	struct samba *samba;
	struct arena *mem; /* of one record */
	struct slot slots[PARALLEL_MAX];
	size_t *queue; /* members that wait, in their order */
	size_t n_queue;
	enum trust *trust; /* of each account */
	uint64_t outcomes[MEMBER_OUTCOMES];
	uint64_t skipped; /* their account was refused */
};

static const struct credential *
account_at(const struct members *m, size_t i)
{
	return &m->conf->accounts[i];
}

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

/* Only its own account, pipe and nothing else is left to it. */
static void
become_member(struct members *m, const struct slot *s, int fd)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)signal(SIGINT, SIG_IGN); /* our parent ends us */
	(void)signal(SIGTERM, SIG_DFL);
	for (int i = 0; i < 3 && null != -1; i++)
		(void)dup2(null, i); /* the library likes to talk */
	for (size_t i = 0; i < m->conf->n_accounts; i++)
		if (i != s->account)
			credential_forget(&m->conf->accounts[i]);
	if (fd != 3)
		(void)dup3(fd, 3, O_CLOEXEC);
	(void)close_range(4, ~0U, 0);
}

static _Noreturn void
child(struct members *m, const struct slot *s, int fd)
{
	const struct credential *c = account_at(m, s->account);
	const struct samba_login login = { c->user, c->secret };
	struct tell *t = malloc(sizeof(*t)); /* all ends with the process */
	struct err e;

	become_member(m, s, fd);
	if (!t || sandbox_enter(SANDBOX_SOCKETS, &e) == -1)
		_exit(MEMBER_CODES);
	int code = member_ask(m->samba, &m->conf->items[s->member].ip, &login, t);
	if (member_outcome(code) == MEMBER_TOLD && write_record(m, t, 3) == -1)
		_exit(MEMBER_CODES);
	_exit(code);
}

static int
start(struct members *m, struct slot *s, size_t member, size_t account, struct err *e)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) == -1)
		return err_sys(e, "make a pipe");
	s->member = member;
	s->account = account;
	s->n_said = 0;
	s->was_killed = false;
	s->deadline = clock_mono(m->run->clock) + m->conf->patience_ms * MSEC;
	s->pid = fork();
	if (s->pid == 0)
		child(m, s, ends[1]);
	close(ends[1]);
	if (s->pid == -1) {
		s->pid = 0;
		close(ends[0]);
		return err_sys(e, "start the process of a machine");
	}
	(void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
	s->fd = ends[0];
	if (m->trust[account] == UNTRIED)
		m->trust[account] = ON_TRIAL;
	return 0;
}

/* --- who is next ---------------------------------------------------------------------------- */

/* The account for a machine; SIZE_MAX: none is for it. */
static size_t
account_for(const struct members *m, const struct member *who)
{
	const char *name = opt_list_for(&m->conf->logins, who->domain);
	const struct credential *c = name
		? credential_find(m->conf->accounts, m->conf->n_accounts, name)
		: NULL;

	return c ? (size_t)(c - m->conf->accounts) : SIZE_MAX;
}

/* Takes those off the queue that may begin, as long as there are free slots. */
static int
start_some(struct members *m, struct err *e)
{
	size_t kept = 0, slot = 0, most = (size_t)m->conf->parallel;

	for (size_t i = 0; i < m->n_queue; i++) {
		size_t member = m->queue[i];
		size_t account = account_for(m, &m->conf->items[member]);
		while (slot < most && m->slots[slot].pid)
			slot++;
		if (m->trust[account] == WAS_REFUSED) {
			m->skipped++;
			continue;
		}
		if (slot == most || m->trust[account] == ON_TRIAL) {
			m->queue[kept++] = member;
			continue;
		}
		if (start(m, &m->slots[slot], member, account, e) == -1)
			return -1;
	}
	m->n_queue = kept;
	return 0;
}

/* --- what they say -------------------------------------------------------------------------- */

static int
take_word(struct members *m, struct slot *s, struct err *e)
{
	struct observation o;
	size_t n = s->n_said;
	struct err broken;

	while (n && s->said[n - 1] == '\n')
		n--;
	arena_reset(m->mem);
	if (n == 0 || ndjson_read(s->said, n, m->mem, &o, &broken) == -1 ||
		!addr_equal(&o.ip, &m->conf->items[s->member].ip))
		return 0; /* a process that went mad has told nothing */
	return m->run->sink->take(m->run->sink, &o, e);
}

static void
judge_account(struct members *m, const struct slot *s, int code, enum member_outcome how)
{
	const struct credential *c = account_at(m, s->account);
	enum trust *trust = &m->trust[s->account];
	char ip[ADDR_TEXT_MAX];

	(void)addr_print(&m->conf->items[s->member].ip, ip);
	if (how == MEMBER_REFUSED) {
		*trust = WAS_REFUSED;
		reason(m, "account-refused", ip, 1,
			"The account %.60s (user %.100s) was refused: %s. It is not used "
			"again in this run",
			c->name, c->user, member_text(code));
	} else if (how == MEMBER_TOLD)
		*trust = *trust == WAS_REFUSED ? WAS_REFUSED : ACCEPTED;
	else if (*trust == ON_TRIAL)
		*trust = UNTRIED;
	if (how == MEMBER_DENIED)
		reason(m, "access-denied", ip, 1, "Access denied for user %.100s: %s",
			c->user, member_text(code));
	if (how == MEMBER_FAILED)
		reason(m, "login-failed", ip, 1,
			"It could not be asked with an account: %s", member_text(code));
}

static int
finish_slot(struct members *m, struct slot *s, int status, struct err *e)
{
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : MEMBER_CODES;
	enum member_outcome how = s->was_killed ? MEMBER_SILENT : member_outcome(code);

	s->pid = 0;
	if (s->fd != -1)
		close(s->fd);
	m->outcomes[how]++;
	judge_account(m, s, code, how);
	return how == MEMBER_TOLD ? take_word(m, s, e) : 0;
}

/* Until it has said all, or nothing more for now. */
static void
hear(struct slot *s)
{
	ssize_t n = 1;

	while (n > 0 && s->n_said < WORD_MAX) {
		n = read(s->fd, s->said + s->n_said, WORD_MAX - s->n_said);
		if (n > 0)
			s->n_said += (size_t)n;
	}
	if (n == 0 || s->n_said == WORD_MAX || (n == -1 && errno != EAGAIN)) {
		close(s->fd);
		s->fd = -1;
	}
}

static int
care_for(struct members *m, struct slot *s, struct err *e)
{
	int status;

	if (s->fd != -1)
		hear(s);
	if (clock_mono(m->run->clock) >= s->deadline && !s->was_killed) {
		s->was_killed = true;
		(void)kill(s->pid, SIGKILL);
	}
	pid_t ended = waitpid(s->pid, &status, WNOHANG);
	if (ended == 0)
		return 0;
	if (s->fd != -1)
		hear(s);
	return finish_slot(m, s, ended == -1 ? 0xff00 : status, e);
}

static size_t
wait_for_some(struct members *m)
{
	struct pollfd fds[PARALLEL_MAX];
	size_t busy = 0, n = 0;

	for (size_t i = 0; i < PARALLEL_MAX; i++) {
		busy += m->slots[i].pid != 0;
		if (m->slots[i].pid && m->slots[i].fd != -1)
			fds[n++] = (struct pollfd){ m->slots[i].fd, POLLIN, 0 };
	}
	/* One that has said all is about to end: soon, but not a moment to poll() for. */
	if (busy)
		(void)poll(fds, (nfds_t)n, n == busy ? TICK_MS : 2);
	return busy;
}

/* --- the run -------------------------------------------------------------------------------- */

static bool
is_over(const struct members *m)
{
	return *m->run->stop || clock_mono(m->run->clock) >= m->run->deadline_us;
}

static void
end_all(struct members *m)
{
	for (size_t i = 0; i < PARALLEL_MAX; i++) {
		struct slot *s = &m->slots[i];
		if (!s->pid)
			continue;
		(void)kill(s->pid, SIGKILL);
		(void)waitpid(s->pid, NULL, 0);
		if (s->fd != -1)
			close(s->fd);
		s->pid = 0;
	}
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
	for (;;) {
		if (is_over(m))
			return 0;
		if (start_some(m, e) == -1)
			return -1;
		if (wait_for_some(m) == 0)
			return 0;
		for (size_t i = 0; i < PARALLEL_MAX; i++)
			if (m->slots[i].pid && care_for(m, &m->slots[i], e) == -1)
				return -1;
		tell_progress(m);
	}
}

static int
prepare(struct members *m, struct err *e)
{
	struct arena *mem = m->run->scratch;

	m->mem = arena_new(4 << 20);
	m->queue = arena_new_array(mem, size_t, m->conf->n + 1);
	m->trust = arena_new_array(mem, enum trust, m->conf->n_accounts + 1);
	if (!m->mem || !m->queue || !m->trust)
		return err_nomem(e);
	for (size_t i = 0; i < (size_t)m->conf->parallel; i++) {
		m->slots[i].fd = -1;
		m->slots[i].said = arena_alloc(mem, WORD_MAX);
		if (!m->slots[i].said)
			return err_nomem(e);
	}
	for (size_t i = 0; i < m->conf->n; i++)
		if (account_for(m, &m->conf->items[i]) != SIZE_MAX)
			m->queue[m->n_queue++] = i;
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
	end_all(&m);
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
