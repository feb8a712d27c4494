/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "netbios/list_keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "host/sandbox.h"
#include "host/sockaddr.h"
#include "netbios/crew.h"
#include "wire/nbns.h"
#include "wire/nbns_query.h"

/*
 * The loopback network has room for 2^18 blocks of 64 addresses; a keeper has one that nobody
 * else has, of the upper three quarters.  In it each place has a subnet of eight, of which the
 * last one, where broadcasts go, answers.
 */
enum {
	LOOPBACK = 0x7f000000,
	BLOCKS_FROM = 1 << 16,
	BLOCKS = 1 << 18,
	BLOCK_SIZE = LISTS_PLACES * 8,
	TRIES = 16,
	DATAGRAM_MAX = 600,
};

struct keeper {
	const struct list_keeper *conf;
	struct list_question questions[LISTS_QUESTIONS_MAX];
	size_t n;
	struct smbclient *library;
	struct crew *crew;
	uint32_t block;
	int lock; /* as long as it is open, the block is ours */
	struct pollfd names[LISTS_PLACES];
	struct list_head said; /* of the process that ended last */
};

/* --- to the poll ---------------------------------------------------------------------------- */

static int
say(const struct keeper *k, const void *bytes, size_t n)
{
	const char *at = bytes;

	while (n) {
		ssize_t sent = send(k->conf->fd, at, n, MSG_NOSIGNAL);
		if (sent == -1)
			return -1; /* it wants to know no more */
		at += sent;
		n -= (size_t)sent;
	}
	return 0;
}

static void
say_unable(const struct keeper *k, const struct err *e)
{
	struct list_head h = { .question = LIST_UNABLE };

	(void)snprintf(h.why, sizeof(h.why), "%s", e->text);
	(void)say(k, &h, sizeof(h));
}

/* --- the process of one master -------------------------------------------------------------- */

static void
write_entry(void *arg, bool is_domain, const char *name, const char *comment)
{
	struct list_entry entry;
	size_t *n = arg;

	memset(&entry, 0, sizeof(entry)); /* padding, too */
	entry.is_domain = is_domain;
	(void)snprintf(entry.name, sizeof(entry.name), "%s", name);
	(void)snprintf(entry.comment, sizeof(entry.comment), "%s", comment);
	if ((*n)++ < LISTS_ENTRIES_MAX)
		(void)!write(CREW_PIPE, &entry, sizeof(entry));
}

static int
ask_master(void *arg, size_t job, const struct credential *c, size_t place)
{
	struct keeper *k = arg;
	const struct list_question *q = &k->questions[job];
	struct addr own = addr_ip4(k->block + (uint32_t)place * 8 + 5);
	char ip[ADDR_TEXT_MAX], text[ADDR_TEXT_MAX], names[ADDR_TEXT_MAX + 4];
	size_t n = 0;
	struct err e;

	(void)snprintf(names, sizeof(names), "%s/29", addr_print(&own, text));
	const struct smbclient_question question = { .domain = q->domain,
		.computer = q->computer,
		.ip = addr_print(&q->ip, ip),
		.user = c ? c->user : NULL,
		.secret = c ? c->secret : NULL,
		.take = write_entry,
		.arg = &n };
	if (q->ip.family != ADDR_IP4 || !smbclient_may_ask(q->domain, q->computer))
		return LIST_FAILED;
	if (smbclient_begin(k->library, names, &question, &e) == -1 ||
		sandbox_enter(SANDBOX_SOCKETS, &e) == -1)
		return LIST_FAILED;
	return (int)smbclient_ask(k->library);
}

/* --- what it said --------------------------------------------------------------------------- */

static enum list_outcome
outcome_of(const struct crew_end *end)
{
	if (end->skipped)
		return LIST_NOT_USED;
	if (end->late)
		return LIST_SILENT;
	return end->code >= 0 && end->code < SMBCLIENT_OUTCOMES
		? (enum list_outcome)end->code
		: LIST_FAILED;
}

/* Denied to nobody, but there is an account for it. */
static bool
asks_again(struct keeper *k, const struct crew_end *end, enum list_outcome outcome)
{
	const struct list_question *q = &k->questions[end->job];
	size_t account = members_account(k->conf->accounts, q->domain);
	struct err e;

	return outcome == LIST_DENIED && end->account == CREW_NOBODY &&
		account != CREW_NOBODY && crew_add(k->crew, end->job, account, &e) == 0;
}

static int
master_ended(void *arg, const struct crew_end *end, enum trust_verdict *verdict,
	struct err *e)
{
	struct keeper *k = arg;
	enum list_outcome outcome = outcome_of(end);
	struct list_head h = { .question = (uint32_t)end->job,
		.outcome = (uint32_t)outcome,
		.account = end->account == CREW_NOBODY ? 0 : (uint32_t)end->account + 1,
		.n = (uint32_t)(end->n_said / sizeof(struct list_entry)) };

	*verdict = outcome == LIST_DENIED ? TRUST_REFUSED
		: outcome == LIST_TOLD    ? TRUST_ACCEPTED
					  : TRUST_UNKNOWN;
	if (asks_again(k, end, outcome))
		return 0;
	return say(k, &h, sizeof(h)) == -1 ||
			say(k, end->said, h.n * sizeof(struct list_entry)) == -1
		? err_sys(e, "tell the poll")
		: 0;
}

/* --- names ---------------------------------------------------------------------------------- */

/* A name of the abstract kind (unix(7)) belongs to one and goes with him. */
static bool
take_block(struct keeper *k, uint32_t number)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int n = snprintf(a.sun_path + 1, sizeof(a.sun_path) - 1, "muster-names-%u",
		(unsigned)number);

	k->block = LOOPBACK + number * BLOCK_SIZE;
	return bind(k->lock, (const struct sockaddr *)(const void *)&a,
		       (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
			       (size_t)n)) == 0;
}

static int
choose_block(struct keeper *k, struct err *e)
{
	uint32_t number = 0;

	k->lock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	for (int i = 0; i < TRIES && k->lock != -1; i++) {
		if (getrandom(&number, sizeof(number), 0) != sizeof(number))
			break;
		number = BLOCKS_FROM + number % (BLOCKS - BLOCKS_FROM);
		if (take_block(k, number))
			return 0;
	}
	return err_sys(e, "choose loopback addresses");
}

/* A NetBIOS name server of this machine has the port at all addresses, and shares it. */
static int
open_name(struct keeper *k, size_t place, struct err *e)
{
	struct addr ip = addr_ip4(k->block + (uint32_t)place * 8 + 7);
	struct sockaddr_storage to;
	socklen_t n = sockaddr_from(&ip, NBNS_PORT, &to);
	struct pollfd *p = &k->names[place];
	int on = 1;

	p->events = POLLIN;
	p->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (p->fd == -1 ||
		setsockopt(p->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == -1 ||
		bind(p->fd, (const struct sockaddr *)&to, n) == -1)
		return errno == EACCES
			? err_set(e, ERR_AUTH,
				  "it needs the right to port %d (CAP_NET_BIND_SERVICE) "
				  "to be told where masters are",
				  NBNS_PORT)
			: err_sys(e, "open port %d of the loopback", NBNS_PORT);
	return 0;
}

static int
open_names(struct keeper *k, struct err *e)
{
	if (choose_block(k, e) == -1)
		return -1;
	for (size_t i = 0; i < LISTS_PLACES; i++)
		if (open_name(k, i, e) == -1)
			return -1;
	return 0;
}

/* Whatever the name: it is at the master that the process at this place is for. */
static void
answer_name(struct keeper *k, size_t place)
{
	uint8_t in[DATAGRAM_MAX], out[NBNS_ANSWER_SIZE];
	struct wr w = wr_to(out, sizeof(out));
	struct sockaddr_storage from;
	socklen_t n_from = sizeof(from);
	struct nbns_question q;
	struct err e;
	int fd = k->names[place].fd;
	size_t job = crew_job_at(k->crew, place);
	ssize_t n = recvfrom(
		fd, in, sizeof(in), 0, (struct sockaddr *)(void *)&from, &n_from);

	if (n <= 0 || job == SIZE_MAX ||
		nbns_read_question(rd_from(in, (size_t)n), &q, &e) == -1)
		return;
	nbns_write_answer(&w, &q, &k->questions[job].ip);
	if (!w.bad)
		(void)sendto(fd, out, wr_used(&w), MSG_NOSIGNAL,
			(const struct sockaddr *)(const void *)&from, n_from);
}

/* --- the keeper ----------------------------------------------------------------------------- */

/* Its own socket is all that is left to it. */
static void
become_keeper(struct list_keeper *conf)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* it holds secrets */
	(void)signal(SIGINT, SIG_IGN);            /* the poll ends us */
	(void)signal(SIGTERM, SIG_IGN);
	for (int i = 0; i < 3 && null != -1; i++)
		(void)dup2(null, i);
	if (conf->fd != 3)
		conf->fd = dup3(conf->fd, 3, O_CLOEXEC);
	(void)close_range(4, ~0U, 0);
}

static void
hear_questions(struct keeper *k)
{
	char *at = (char *)k->questions;
	size_t had = 0;
	ssize_t n = 1;

	while (n > 0 && had < sizeof(k->questions)) {
		n = read(k->conf->fd, at + had, sizeof(k->questions) - had);
		had += n > 0 ? (size_t)n : 0;
	}
	k->n = n == -1 ? 0 : had / sizeof(k->questions[0]);
	for (size_t i = 0; i < k->n; i++) {
		struct list_question *q = &k->questions[i];
		q->domain[sizeof(q->domain) - 1] = '\0';
		q->computer[sizeof(q->computer) - 1] = '\0';
	}
}

static int
prepare(struct keeper *k, struct err *e)
{
	const struct members_conf *accounts = k->conf->accounts;
	const struct crew_conf crew = { .places = LISTS_PLACES,
		.patience_us = k->conf->patience_us,
		.said_max = LISTS_ENTRIES_MAX * sizeof(struct list_entry),
		.rate = accounts->rate,
		.clock = k->conf->clock,
		.accounts = accounts->accounts,
		.n_accounts = accounts->n_accounts,
		.trust = accounts->trust,
		.work = ask_master,
		.ended = master_ended,
		.arg = k };

	if (smbclient_load(&k->library, e) == -1 || crew_new(&k->crew, &crew, e) == -1)
		return -1;
	for (size_t i = 0; i < k->n; i++)
		if (crew_add(k->crew, i, CREW_NOBODY, e) == -1)
			return -1;
	return 0;
}

static void
ask_all(struct keeper *k)
{
	struct err e;

	while (crew_work(k->crew, k->names, LISTS_PLACES, &e) == 1)
		for (size_t i = 0; i < LISTS_PLACES; i++)
			if (k->names[i].revents & POLLIN)
				answer_name(k, i);
	crew_free(k->crew);
}

_Noreturn void
list_keeper_run(const struct list_keeper *conf)
{
	struct list_keeper own = *conf;
	struct keeper *k = calloc(1, sizeof(*k)); /* all ends with the process */
	struct err e, unheard;

	if (!k)
		_exit(1);
	become_keeper(&own);
	k->conf = &own;
	/* Behind the low ports it needs no right: who asks it hears strangers. */
	int rc = open_names(k, &e);
	if (sandbox_enter(SANDBOX_PROCESSES, &unheard) == -1)
		_exit(1);
	hear_questions(k);
	if (k->n && (rc == -1 || prepare(k, &e) == -1))
		say_unable(k, &e);
	else if (k->n)
		ask_all(k);
	_exit(0);
}
