/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whatever a host looks like and is told to sweep, nothing leaves it but questions to its
 * targets, and what leads to them: random configurations go all the way from the text of the
 * targets to the engine in a simulated network, and each frame is judged by an oracle
 * that shares nothing with the program (sweep_oracle.h).
 *
 * A failure prints its seed; SWEEP_SEED=4711 runs that one alone.
 */
#include "sweep_oracle.h"

#include <sys/wait.h>
#include <unistd.h>

#include "sanitized.h"
#include "scanner/engine.h"

#if SANITIZED || !defined(__OPTIMIZE__)
#define SLOW 1
#else
#define SLOW 0
#endif

enum {
	CONFIGURATIONS = SLOW ? 10000 : 1000000,
	GUARDED = SLOW ? 2000 : 20000, /* with the guard of the product */
	WORKERS_MAX = SLOW ? 1 : 8,    /* processes, one for each processor */
	LINKS_MAX = 64,                /* segments */
	MEMORY = 16 << 20,
};

/* One sweep, and what is kept from sweep to sweep. */
struct bench {
	struct sim sim; /* first */
	struct sink sink;
	struct monitor monitor;
	struct source_run run;
	struct job job;
	struct arena *mem;
	struct world world;
	struct oracle oracle;
	uint64_t busy, frames, found, groups;
};

static struct bench *bench; /* the questions of sim.h come without an argument */

/* --- who answers -------------------------------------------------------------------------- */

static bool
alive(const struct addr *a)
{
	return lives(&bench->world, a);
}

static bool
proxied(const struct addr *a)
{
	return is_ghost(&bench->world, a);
}

static int
answer_tcp(const struct addr *a, uint16_t port)
{
	return (int)(world_trait(&bench->world, a, port) % 3) - 1;
}

static int64_t
answer_later(const struct sim *s, const struct addr *a)
{
	(void)s;
	if (world_trait(&bench->world, a, 1) >= bench->world.slow)
		return 0;
	return bench->oracle.n > 40 ? (bench->oracle.n & 3 ? 400 * MSEC : -1) : 0;
}

/* An echo reply as if `who` had been asked. */
static void
echo_as(struct sim *s, const struct frame *f, const struct addr *who)
{
	struct rd r = rd_from(f->bytes, f->size), payload;
	uint8_t out[SIM_FRAME];
	struct ether e;
	struct ip ip;

	if (!ether_read(&r, &e) || e.type == ETHER_ARP || !ip_read(&r, &ip, &payload) ||
		(ip.proto != IP_ICMP && ip.proto != IP_ICMP6) || rd_left(&payload) < 8)
		return;
	if (who->family != ip.dst.family)
		return;
	ip.dst = *who;
	oracle_heard(&bench->oracle, who);
	sim_queue(s, out, sim_answer_echo(&e, &ip, payload, out), s->now + s->rtt_us);
}

/* A few answer to a group, some of them with addresses from elsewhere. */
static void
answer_group(struct sim *s, const struct frame *f)
{
	bench->groups++;
	for (uint32_t n = below(&bench->world, 3); n > 0; n--) {
		struct addr who = world_ip6(&bench->world);
		oracle_found(&bench->oracle, f->link, &who);
		echo_as(s, f, &who);
	}
}

static void
watch(struct sim *s, const struct frame *f)
{
	struct bench *b = bench;

	oracle_frame(&b->oracle, f->link, f->bytes, f->size, s->now);
	if (addr_is_multicast(&s->sent[s->n_sent - 1].dst)) {
		answer_group(s, f);
	} else if (chance(&b->world, b->world.strangers)) {
		struct addr who = world_addr(&b->world);
		echo_as(s, f, &who);
	}
}

/* --- who listens -------------------------------------------------------------------------- */

static int
take(struct sink *sink, const struct observation *o, struct err *e)
{
	(void)sink;
	(void)e;
	bench->found++;
	if (!may_ask(&bench->oracle, &o->ip))
		violation(&bench->oracle, "an observation of what was not to be asked",
			&o->ip);
	return 0;
}

static void
see_progress(struct monitor *m, const struct progress *p)
{
	(void)m;
	(void)p;
}

static void
see_reason(struct monitor *m, const struct reason *r)
{
	(void)m;
	(void)r;
}

static void
see_coverage(struct monitor *m, const struct coverage *c)
{
	(void)m;
	(void)c;
}

static void
see_state(struct monitor *m, const char *text)
{
	(void)m;
	(void)text;
}

static void
see_end(struct monitor *m, const struct run_end *end)
{
	(void)m;
	(void)end;
}

/* --- one sweep ---------------------------------------------------------------------------- */

static struct iprange *
set_of(const struct addr *addrs, size_t n)
{
	struct iprange_run runs[WORLD_NAMED];

	for (size_t i = 0; i < n; i++)
		runs[i] = (struct iprange_run){ addrs[i], addrs[i] };
	return iprange_from_runs(runs, n, bench->mem);
}

static void
begin_sim(struct bench *b)
{
	const struct world *w = &b->world;
	struct sim *s = &b->sim;
	struct sim_sent *sent = s->sent;
	struct sim_frame *queue = s->queue;
	size_t sent_room = s->sent_room, queue_room = s->queue_room;

	sim_init(s, alive);
	s->sent = sent;
	s->sent_room = sent_room;
	s->queue = queue;
	s->queue_room = queue_room;
	s->random = w->seed;
	s->ping = w->ping;
	s->named = w->named_hosts;
	s->times = s->mdns = s->snmp = w->others;
	s->tcp = answer_tcp;
	s->proxied = w->ghosts ? proxied : NULL;
	s->slower = w->slow ? answer_later : NULL;
	s->loss_percent = w->loss;
	s->rtt_us = w->rtt_us;
	s->also = watch;
}

static void
prepare(struct bench *b)
{
	struct world *w = &b->world;
	struct plan_input in = { .net = &w->net,
		.interfaces = &w->conf.interfaces,
		.multicast = w->conf.multicast };
	const char *text = w->text;
	struct iprange *set;
	struct err e;

	if (iprange_parse(&text, 1, NULL, b->mem, &set, &e) == -1)
		fail_msg("seed %ju: %s: %s", (uintmax_t)w->seed, w->text, e.text);
	w->conf.targets = in.targets = set;
	w->conf.named = in.named = w->n_named ? set_of(w->named, w->n_named) : NULL;
	b->job = (struct job){ 0 };
	if (plan_make(&in, b->mem, &b->job.plan, &e) == -1 ||
		job_prepare(&b->job, &b->run, &w->conf, &e) == -1)
		fail_msg("seed %ju: %s", (uintmax_t)w->seed, e.text);
	b->job.cookie.udp_port = 40123;
}

/* Everything may pass: the engine is judged, not the guard. */
static struct guard
open_guard(struct bench *b)
{
	static const uint16_t links[WORLD_LINKS] = { 0, 1, 2 };
	const struct addr low[] = { addr_ip4(0), addr_from_number(ADDR_IP6, 0) };
	const struct addr high[] = { addr_ip4(UINT32_MAX),
		addr_from_number(ADDR_IP6, ~(u128)0) };
	const struct iprange_run all[] = { { low[0], high[0] }, { low[1], high[1] } };
	struct iprange *set = iprange_from_runs(all, 2, b->mem);

	assert_non_null(set);
	return (struct guard){
		.targets = set, .multicast = links, .n_multicast = WORLD_LINKS
	};
}

/* The guard as the product has it (sweep.c). */
static struct guard
real_guard(struct bench *b, const uint16_t *links)
{
	const struct plan *plan = &b->job.plan;
	struct addr *hops = arena_new_array(b->mem, struct addr, plan->n_segments + 1);
	uint16_t *groups = arena_new_array(b->mem, uint16_t, plan->n_segments + 1);
	struct guard g = {
		.targets = b->world.conf.targets, .next_hops = hops, .multicast = groups
	};

	assert_true(hops && groups);
	for (size_t i = 0; i < plan->n_segments; i++) {
		const struct segment *s = &plan->segments[i];
		if (s->way == WAY_ROUTED)
			hops[g.n_next_hops++] = s->next_hop;
		if (s->sought)
			groups[g.n_multicast++] = links[i];
	}
	return g;
}

static void
sweep(struct bench *b, uint64_t seed, bool guarded)
{
	uint16_t links[LINKS_MAX] = { 0 };
	struct engine_input in = { &b->job, &b->sim.port, links };
	struct err e;

	arena_reset(b->mem);
	world_make(&b->world, seed);
	begin_sim(b);
	b->run.deadline_us = b->world.deadline_us ? b->sim.now + b->world.deadline_us
						  : INT64_MAX;
	oracle_begin(&b->oracle, &b->world);
	prepare(b);
	assert_in_range(b->job.plan.n_segments, 0, LINKS_MAX);
	for (size_t i = 0; i < b->job.plan.n_segments; i++)
		if (b->job.plan.segments[i].link)
			links[i] = (uint16_t)(b->job.plan.segments[i].link -
				b->world.links);
	b->sim.port.guard = guarded ? real_guard(b, links) : open_guard(b);
	int rc = engine_run(&in, &e);
	b->frames += b->sim.n_sent;
	b->busy += b->sim.n_sent > 0;
	job_end_all_waves(&b->job);
	if (rc == -1)
		violation(&b->oracle, e.text, NULL);
}

static struct bench *
bench_new(void)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->mem = arena_new(MEMORY);
	assert_non_null(b->mem);
	b->sink.take = take;
	b->monitor = (struct monitor){ see_progress, see_reason, see_coverage,
		see_state, see_end };
	b->run = (struct source_run){ .conf = &b->world.conf,
		.scratch = b->mem,
		.sink = &b->sink,
		.monitor = &b->monitor,
		.clock = &b->sim.clock };
	return bench = b;
}

static void
bench_free(struct bench *b)
{
	sim_close(&b->sim.port);
	arena_free(b->mem);
	free(b);
}

/* What one process does: each step-th seed. */
struct work {
	uint64_t first, last, step;
	bool guarded;
	pid_t pid; /* of another process, and what it says */
	FILE *log;
};

static void
sweep_many(void **state)
{
	const struct work *todo = *state;
	struct bench *b = bench_new();

	for (uint64_t seed = todo->first; seed <= todo->last; seed += todo->step)
		sweep(b, seed, todo->guarded);
	print_message(
		"  %ju of %ju sent %ju frames, %ju of them to groups; %ju observations\n",
		(uintmax_t)b->busy,
		(uintmax_t)((todo->last - todo->first) / todo->step + 1),
		(uintmax_t)b->frames, (uintmax_t)b->groups, (uintmax_t)b->found);
	bench_free(b);
}

/* A test of its own in another process: a failure must not come back to the tests here. */
static void
sweep_elsewhere(struct work *todo)
{
	const struct CMUnitTest one[] = {
		cmocka_unit_test_prestate(sweep_many, todo),
	};

	todo->log = tmpfile();
	assert_non_null(todo->log);
	todo->pid = fork();
	assert_int_not_equal(todo->pid, -1);
	if (todo->pid)
		return;
	if (dup2(fileno(todo->log), STDOUT_FILENO) == -1 ||
		dup2(fileno(todo->log), STDERR_FILENO) == -1)
		_exit(1);
	int failed = cmocka_run_group_tests(one, NULL, NULL);
	(void)fflush(stdout);
	_exit(failed);
}

/* What it said is shown when it failed only: its summary is none of ours. */
static void
wait_for(struct work *todo)
{
	char line[256];
	int status;

	assert_int_equal(waitpid(todo->pid, &status, 0), todo->pid);
	rewind(todo->log);
	while (status && fgets(line, sizeof(line), todo->log))
		print_error("%s", line);
	(void)fclose(todo->log);
	assert_int_equal(status, 0);
}

static void
sweep_all(uint64_t n, bool guarded)
{
	const char *one = getenv("SWEEP_SEED");
	uint64_t seed = one ? strtoull(one, NULL, 10) : 0;
	struct work works[WORKERS_MAX];
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	size_t n_works = cpus < 1 ? 1 : cpus < WORKERS_MAX ? (size_t)cpus : WORKERS_MAX;
	void *mine = &works[0];

	(void)fflush(stdout);
	for (size_t i = 0; i < n_works; i++)
		works[i] = (struct work){
			.first = 1 + i, .last = n, .step = n_works, .guarded = guarded
		};
	if (one) {
		works[0].first = works[0].last = seed;
		sweep_many(&mine);
		return;
	}
	for (size_t i = 1; i < n_works; i++)
		sweep_elsewhere(&works[i]);
	sweep_many(&mine);
	for (size_t i = 1; i < n_works; i++)
		wait_for(&works[i]);
}

static void
nothing_is_sent_outside_the_targets(void **state)
{
	(void)state;
	sweep_all(CONFIGURATIONS, false);
}

static void
the_guard_never_has_to_refuse(void **state)
{
	(void)state;
	sweep_all(GUARDED, true);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_sent_outside_the_targets),
		cmocka_unit_test(the_guard_never_has_to_refuse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
