/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Here the kernel keeps the state: a slot for each connection being made, one socket for
 * each kind of datagram.  The order, the caps, the guard and the hearing are those of the
 * packet path.
 */
#include "scanner/socket_path.h"

#include "scanner/cover.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/sockaddr.h"
#include "scanner/pace.h"
#include "scanner/probe_udp.h"
#include "scanner/walk.h"
#include "wire/icmp.h"

enum {
	SLOTS_MAX = 512,   /* connections being made at once */
	FDS_RESERVED = 64, /* of the process's limit, for everything else */
	QUIET_US = 100 * MSEC,
	ROOM_WAIT_US = 10 * MSEC,
	ECHO_TOKEN = 8, /* bytes of payload */
	DATAGRAM_MAX = 2048,
};

/* The sockets of datagrams; DATAGRAMS: none.  All questions by UDP share one. */
enum datagram { ECHO_4, ECHO_6, UDP_4, UDP_6, DATAGRAMS };

struct slot {
	uint32_t target, question;
	int64_t until_us;
};

struct socket_path {
	struct job *job;
	struct hearing_wave *heard; /* of the wave that is asked */
	bool failed;     /* questions of this wave did not leave this machine */
	int64_t last_us; /* the last answer of this wave; 0: none yet */
	const struct guard *guard;
	struct clock *clock;
	struct pace pace;
	int64_t host_gap_us;
	int datagrams[DATAGRAMS]; /* -1: cannot be asked */
	struct slot *slots;       /* beside polls[DATAGRAMS ..] */
	struct pollfd *polls;
	size_t n_slots, slots_max;
	uint64_t unreachable;               /* questions that ended in an error */
	struct question_list first, living; /* those that can be asked this way */
};

/* --- connections ---------------------------------------------------------------------- */

static int
tell_port(struct socket_path *p, const struct slot *s, bool open, struct err *e)
{
	struct job *j = p->job;
	struct facts f;

	f.n = 0;
	facts_add_port(&f, open ? "tcp.open" : "tcp.closed",
		j->questions.items[s->question].port);
	p->last_us = clock_mono(p->clock);
	return hearing_answer(&j->hearing, p->heard, s->target, s->question, &f,
		clock_wall(p->clock), e);
}

/* The question did not leave this machine: that says nothing of whom it was for. */
static bool
is_our_failure(int status)
{
	return status != EHOSTUNREACH && status != ETIMEDOUT &&
		status != ECONNREFUSED && status != ECONNRESET;
}

/* What became of a connection: status is 0 or an errno. */
static int
take_outcome(struct socket_path *p, const struct slot *s, int status, struct err *e)
{
	if (status == 0 || status == ECONNREFUSED)
		return tell_port(p, s, status == 0, e);
	p->unreachable++;
	p->failed |= is_our_failure(status);
	return 0;
}

static void
free_slot(struct socket_path *p, size_t i)
{
	struct pollfd *polls = p->polls + DATAGRAMS;

	close(polls[i].fd);
	p->n_slots--;
	p->slots[i] = p->slots[p->n_slots];
	polls[i] = polls[p->n_slots];
}

/* A reset instead of an orderly end: the other side keeps nothing of it. */
static void
reset_on_close(int fd)
{
	struct linger now = { .l_onoff = 1 };

	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
}

static int
start_connection(struct socket_path *p, const struct walk_step *s,
	const struct addr *dst, uint16_t port, struct err *e)
{
	struct slot slot = { s->who, s->question,
		clock_mono(p->clock) + p->job->conf->wait_ms * MSEC };
	struct sockaddr_storage to;
	socklen_t n = sockaddr_from(dst, port, &to);
	int fd = socket(to.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd == -1)
		return err_sys(e, "open a socket");
	reset_on_close(fd);
	if (connect(fd, (struct sockaddr *)&to, n) == 0 || errno != EINPROGRESS) {
		int status = errno == EINPROGRESS ? 0 : errno;
		struct sockaddr_storage peer;
		socklen_t size = sizeof(peer);
		/* errno says nothing after a success. */
		if (getpeername(fd, (struct sockaddr *)&peer, &size) == 0)
			status = 0;
		close(fd);
		return take_outcome(p, &slot, status, e);
	}
	p->slots[p->n_slots] = slot;
	p->polls[DATAGRAMS + p->n_slots] = (struct pollfd){ fd, POLLOUT, 0 };
	p->n_slots++;
	return 0;
}

static int
end_connections(struct socket_path *p, struct err *e)
{
	int64_t now = clock_mono(p->clock);

	for (size_t i = p->n_slots; i-- > 0;) {
		const struct pollfd *poll_ = &p->polls[DATAGRAMS + i];
		const struct slot s = p->slots[i];
		int status = 0;
		socklen_t n = sizeof(status);
		if (!poll_->revents) {
			if (now >= s.until_us)
				free_slot(p, i);
			continue;
		}
		if (getsockopt(poll_->fd, SOL_SOCKET, SO_ERROR, &status, &n) == -1)
			status = errno;
		free_slot(p, i);
		if (take_outcome(p, &s, status, e) == -1)
			return -1;
	}
	return 0;
}

/* --- datagrams ------------------------------------------------------------------------ */

static uint64_t
token_of(const struct socket_path *p, const struct question *q, const struct addr *dst)
{
	return cookie_token(&p->job->cookie, dst, q->probe->proto, q->port);
}

/* The socket for a probe; a process may ask by ICMP for an echo, and for nothing else. */
static enum datagram
socket_for(const struct probe *probe, enum addr_family family)
{
	bool ip6 = family == ADDR_IP6;

	if (!probe_speaks(probe, family))
		return DATAGRAMS;
	if (probe->write)
		return ip6 ? UDP_6 : UDP_4;
	if (strcmp(probe->name, "icmp-echo") == 0)
		return ip6 ? ECHO_6 : ECHO_4;
	return DATAGRAMS;
}

/* The message of a question; the kernel writes the header and its id. */
static void
write_echo(struct wr *w, const struct addr *dst, uint64_t token)
{
	wr_u8(w, dst->family == ADDR_IP6 ? ICMP6_ECHO : ICMP_ECHO);
	wr_zero(w, 5); /* code, checksum, id */
	wr_be16(w, cookie_id(token));
	wr_be64(w, token);
}

static bool
proves_echo(struct rd r, uint64_t token)
{
	uint8_t type = rd_u8(&r);

	rd_skip(&r, 5);
	uint16_t seq = rd_be16(&r);
	uint64_t payload = rd_be64(&r);
	return !r.bad && (type == ICMP_ECHO_REPLY || type == ICMP6_ECHO_REPLY) &&
		seq == cookie_id(token) && payload == token;
}

/* The same facts as from a packet: a probe by UDP reads only data and who. */
static void
observe(const struct probe *probe, struct rd data, const struct shot *who,
	struct facts *f)
{
	struct packet packet = { .kind = PACKET_UDP, .data = data };

	f->n = 0;
	if (probe->write)
		probe->observe(&packet, who, f);
	else
		facts_add_bool(f, "icmp.echo", true);
}

/* The probe that asks this port by this socket; NULL: none does. */
static const struct probe *
probe_at(enum datagram kind, const struct addr *from, uint16_t port)
{
	for (size_t i = 0; probes[i]; i++)
		if (socket_for(probes[i], from->family) == kind &&
			probes[i]->port == port)
			return probes[i];
	return NULL;
}

/* An ICMP socket says port 0. */
static int
take_datagram(struct socket_path *p, enum datagram kind, struct shot *who,
	struct rd data, struct err *e)
{
	const struct probe *probe = probe_at(kind, &who->dst, who->port);
	struct job *j = p->job;
	uint32_t target, question;
	struct facts f;

	if (!probe || !p->heard || !targets_find(p->heard->targets, &who->dst, &target))
		return 0;
	who->token = cookie_token(&j->cookie, &who->dst, probe->proto, who->port);
	if (!(probe->write ? probe->proves(data, who) : proves_echo(data, who->token)) ||
		!questions_find_variant(&j->questions, probe, who, &question) ||
		!targets_asked(p->heard->targets, target, question))
		return 0;
	observe(probe, data, who, &f);
	p->last_us = clock_mono(p->clock);
	return hearing_answer(
		&j->hearing, p->heard, target, question, &f, clock_wall(p->clock), e);
}

static int
hear_datagrams(struct socket_path *p, enum datagram kind, struct err *e)
{
	uint8_t bytes[DATAGRAM_MAX];
	struct sockaddr_storage peer;

	/* At most a batch: nobody's flood may keep us from asking on. */
	for (int i = 0; i < SLOTS_MAX; i++) {
		socklen_t size = sizeof(peer);
		ssize_t n = recvfrom(p->datagrams[kind], bytes, sizeof(bytes),
			MSG_DONTWAIT, (struct sockaddr *)&peer, &size);
		if (n == -1)
			break; /* empty, or an ICMP error that some question met */
		struct shot who = { .dst = sockaddr_addr(&peer) };
		if (kind == UDP_4 || kind == UDP_6)
			who.port = sockaddr_port(&peer);
		if (take_datagram(p, kind, &who, rd_from(bytes, (size_t)n), e) == -1)
			return -1;
	}
	return 0;
}

/* --- the loop ------------------------------------------------------------------------- */

static int
hear(struct socket_path *p, int64_t wait_us, struct err *e)
{
	struct timespec wait = { wait_us / SECOND, wait_us % SECOND * 1000 };

	if (ppoll(p->polls, DATAGRAMS + p->n_slots, &wait, NULL) == -1) {
		if (errno != EINTR)
			return err_sys(e, "wait for answers");
		return 0;
	}
	for (enum datagram d = 0; d < DATAGRAMS; d++)
		if (p->polls[d].revents && hear_datagrams(p, d, e) == -1)
			return -1;
	return end_connections(p, e);
}

static int
send_datagram(struct socket_path *p, const struct question *q, const struct addr *dst,
	struct err *e)
{
	enum datagram kind = socket_for(q->probe, dst->family);
	struct shot shot = { .dst = *dst,
		.port = q->port,
		.variant = q->variant,
		.secret = q->secret,
		.token = token_of(p, q, dst) };
	uint8_t bytes[PROBE_UDP_MAX];
	struct wr w = wr_to(bytes, sizeof(bytes));
	struct sockaddr_storage to;
	socklen_t n = sockaddr_from(dst, q->port, &to);

	if (kind == DATAGRAMS || p->datagrams[kind] == -1)
		return 0;
	if (q->probe->write)
		q->probe->write(&w, &shot);
	else
		write_echo(&w, dst, shot.token);
	if (guard_message(p->guard, dst, q->probe->proto, q->port, wr_used(&w), e) == -1)
		return -1;
	while (sendto(p->datagrams[kind], bytes, wr_used(&w), MSG_DONTWAIT,
		       (struct sockaddr *)&to, n) == -1) {
		if (errno != EAGAIN && errno != ENOBUFS) {
			p->unreachable++;
			p->failed |= is_our_failure(errno);
			break;
		}
		/* What goes to silent neighbours fills the socket until ARP gives up. */
		if (hear(p, ROOM_WAIT_US, e) == -1)
			return -1;
		if (job_stopped(p->job))
			break;
	}
	return 0;
}

/* 0: the next question may go. */
static int64_t
turn_due(struct socket_path *p, uint32_t target)
{
	const struct targets *t = p->heard->targets;
	int64_t now = clock_mono(p->clock), due = 0;

	if (targets_asked_any(t, target))
		due = p->host_gap_us - targets_since_asked(t, target, now);
	if (due < 0)
		due = 0;
	if (pace_ready(&p->pace, now) == 0 && pace_due(&p->pace, now) > due)
		due = pace_due(&p->pace, now);
	if (p->n_slots == p->slots_max && due < MSEC)
		due = MSEC;
	return due;
}

static int
ask(struct socket_path *p, const struct walk_step *s, struct err *e)
{
	struct job *j = p->job;
	const struct question *q = &j->questions.items[s->question];
	struct addr dst = targets_addr(p->heard->targets, s->who);
	int64_t wait;

	while ((wait = turn_due(p, s->who)) > 0) {
		if (hear(p, wait, e) == -1)
			return -1;
		if (job_stopped(j))
			return 0;
	}
	if (guard_message(p->guard, &dst, q->probe->proto, q->port, 0, e) == -1)
		return -1;
	pace_take(&p->pace);
	targets_ask(p->heard->targets, s->who, s->question, clock_mono(p->clock));
	j->end.sent++;
	if (q->probe->chosen_ports)
		return start_connection(p, s, &dst, q->port, e);
	return send_datagram(p, q, &dst, e);
}

static int
wait_for_answers(struct socket_path *p, uint64_t questions, struct err *e)
{
	struct job *j = p->job;
	int64_t sent_at = clock_mono(p->clock),
		latest = sent_at + j->conf->wait_ms * MSEC;

	while (!job_stopped(j)) {
		int64_t now = clock_mono(p->clock), last = p->last_us;
		int64_t quiet = last > sent_at ? last + QUIET_US : sent_at + QUIET_US;
		/* An open question is waited for; when none is left, a quiet moment. */
		int64_t until = p->n_slots || last == 0 || quiet > latest ? latest
									  : quiet;
		if (now >= until)
			break;
		int64_t wait = until - now < JOB_PROGRESS_US ? until - now
							     : JOB_PROGRESS_US;
		if (hear(p, wait, e) == -1)
			return -1;
		job_progress(j, "wait", questions, questions);
	}
	return 0;
}

struct stage {
	const char *phase;
	const struct question_list *questions;
	bool living; /* asks those that were found; else the silent */
};

static bool
skip(const struct socket_path *p, const struct stage *st, uint32_t round,
	struct walk_step *s)
{
	const struct targets *t = p->heard->targets;

	if (st->living)
		s->who = targets_living(t, s->who);
	struct addr who = targets_addr(t, s->who);
	/* Whoever answers here completes connections: that needs no dark canary. */
	if (!job_can_ask(p->job, s->question, &who) ||
		p->job->questions.items[s->question].unlikely)
		return true;
	if (!st->living)
		return targets_is_living(t, s->who);
	/* A connection is asked for again by the kernel itself. */
	return targets_answered(t, s->who, s->question) ||
		(targets_asked(t, s->who, s->question) &&
			(round == 0 || p->job->questions.items[s->question].port != 0));
}

/* The kernel asks for connections again by itself, and nothing here measures loss. */
static int64_t
rounds_of(const struct sweep_conf *conf)
{
	enum { ENOUGH = 2 };

	return conf->recall && conf->rounds > ENOUGH ? ENOUGH : conf->rounds;
}

static int
run_stage(struct socket_path *p, size_t wave, const struct stage *st, struct err *e)
{
	struct job *j = p->job;
	uint32_t n = st->living ? targets_n_living(p->heard->targets)
				: j->waves[wave].n;
	struct walk walk;
	struct walk_step s;
	uint8_t key[16];

	job_order_key(j, wave, key);
	walk_init(&walk, n, st->questions, key);
	for (uint32_t round = 0; round < rounds_of(j->conf) && !job_stopped(j);
		round++) {
		uint64_t asked = 0;
		while (!job_stopped(j) && walk_next(&walk, &s)) {
			if (skip(p, st, round, &s))
				continue;
			asked++;
			if (ask(p, &s, e) == -1)
				return -1;
			job_progress(j, st->phase, walk_done(&walk), walk_total(&walk));
		}
		if (asked && wait_for_answers(p, walk_total(&walk), e) == -1)
			return -1;
	}
	while (p->n_slots)
		free_slot(p, p->n_slots - 1);
	return 0;
}

static int
run_wave(struct socket_path *p, size_t wave, struct err *e)
{
	struct job *j = p->job;
	const struct stage stages[] = {
		{ "sweep", &p->first, false },
		{ "services", &p->living, true },
	};
	struct cover done = { .wave = &j->waves[wave],
		.questions = &p->first,
		.tcp_name = "tcp-connect",
		.started = clock_wall(p->clock) };

	p->heard = job_begin_wave(j, wave, e);
	if (!p->heard)
		return -1;
	p->last_us = 0;
	p->failed = false;
	int rc = run_stage(p, wave, &stages[0], e);
	done.complete = rc == 0 && !p->failed && !job_stopped(j);
	if (rc == 0)
		rc = cover_tell(j, &done, e);
	if (rc == 0)
		rc = run_stage(p, wave, &stages[1], e);
	j->done[wave] = rc == 0 && !job_stopped(j);
	job_end_wave(j, p->heard);
	p->heard = NULL;
	return rc;
}

int
socket_path_run(struct socket_path *p, struct err *e)
{
	struct job *j = p->job;

	for (size_t i = 0; i < j->n_waves && !job_stopped(j); i++)
		if (j->waves[i].way == WAY_SOCKETS && !j->done[i] &&
			run_wave(p, i, e) == -1)
			return -1;
	if (p->unreachable)
		job_reason(j, "unreachable", "",
			"The network said that it cannot be reached", p->unreachable);
	return 0;
}

/* --- opening -------------------------------------------------------------------------- */

static const struct datagram_kind {
	enum addr_family family;
	int domain, protocol;
} kinds[DATAGRAMS] = {
	[ECHO_4] = { ADDR_IP4, AF_INET, IPPROTO_ICMP },
	[ECHO_6] = { ADDR_IP6, AF_INET6, IPPROTO_ICMPV6 },
	[UDP_4] = { ADDR_IP4, AF_INET, 0 },
	[UDP_6] = { ADDR_IP6, AF_INET6, 0 },
};

/* Without a socket of either family a question cannot be asked at all. */
static bool
can_ask(const struct socket_path *p, const struct question *q)
{
	static const enum addr_family families[] = { ADDR_IP4, ADDR_IP6 };

	if (q->probe->chosen_ports)
		return true;
	for (size_t i = 0; i < 2; i++) {
		enum datagram kind = socket_for(q->probe, families[i]);
		if (kind != DATAGRAMS && p->datagrams[kind] != -1)
			return true;
	}
	return false;
}

static int
choose(const struct socket_path *p, const struct question_list *from,
	struct question_list *out, struct err *e)
{
	out->items = arena_new_array(p->job->run->scratch, uint32_t, from->n + 1);
	if (!out->items)
		return err_nomem(e);
	for (size_t i = 0; i < from->n; i++)
		if (can_ask(p, &p->job->questions.items[from->items[i]]))
			out->items[out->n++] = from->items[i];
	return 0;
}

static bool
is_needed(const struct questions *q, enum datagram kind)
{
	for (size_t i = 0; i < q->ports_at; i++)
		if (socket_for(q->items[i].probe, kinds[kind].family) == kind)
			return true;
	return false;
}

static void
open_datagrams(struct socket_path *p)
{
	for (enum datagram d = 0; d < DATAGRAMS; d++) {
		int fd = -1;
		if (is_needed(&p->job->questions, d))
			fd = socket(kinds[d].domain,
				SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
				kinds[d].protocol);
		else
			errno = 0;
		if (fd == -1 && d == ECHO_4 && (errno == EACCES || errno == EPERM))
			job_reason(p->job, "ping-not-allowed", "",
				"Without packets of its own a process may ping only when "
				"its group is in net.ipv4.ping_group_range",
				0);
		p->datagrams[d] = fd;
		p->polls[d] = (struct pollfd){ fd, POLLIN, 0 };
	}
}

/* Of those that were to find somebody: the living are asked enough without. */
static void
tell_unable(struct job *j)
{
	for (size_t i = 0; i < j->questions.routed.n; i++) {
		const struct probe
			*probe = j->questions.items[j->questions.routed.items[i]].probe;
		if (!probe->chosen_ports && socket_for(probe, ADDR_IP4) == DATAGRAMS)
			job_reason(j, "probe-needs-packets", probe->name,
				"By sockets this probe cannot be asked", 0);
	}
}

static size_t
slots_allowed(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == -1 ||
		limit.rlim_cur >= SLOTS_MAX + FDS_RESERVED)
		return SLOTS_MAX;
	return limit.rlim_cur > 2 * FDS_RESERVED ? limit.rlim_cur - FDS_RESERVED
						 : FDS_RESERVED;
}

int
socket_path_open(struct socket_path **out, struct job *j, const struct guard *guard,
	struct err *e)
{
	struct socket_path *p = calloc(1, sizeof(*p));
	size_t n = slots_allowed();

	if (!p)
		return err_nomem(e);
	p->slots = calloc(n, sizeof(*p->slots));
	p->polls = calloc(DATAGRAMS + n, sizeof(*p->polls));
	if (!p->slots || !p->polls) {
		free(p->slots);
		free(p->polls);
		free(p);
		return err_nomem(e);
	}
	p->job = j;
	p->guard = guard;
	p->clock = j->run->clock;
	p->slots_max = n;
	p->host_gap_us = SECOND / j->conf->host_rate;
	pace_init(&p->pace, j->conf->rate, clock_mono(p->clock));
	open_datagrams(p);
	if (choose(p, &j->questions.routed, &p->first, e) == -1 ||
		choose(p, &j->questions.living, &p->living, e) == -1) {
		socket_path_close(p);
		return -1;
	}
	tell_unable(j);
	*out = p;
	return 0;
}

void
socket_path_close(struct socket_path *p)
{
	if (!p)
		return;
	while (p->n_slots)
		free_slot(p, p->n_slots - 1);
	for (enum datagram d = 0; d < DATAGRAMS; d++)
		if (p->datagrams[d] != -1)
			close(p->datagrams[d]);
	free(p->slots);
	free(p->polls);
	free(p);
}
