/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The inside of a run.  Records are buffered and written when the reader has room: a slow
 * reader must not stop a sweep that is hearing replies.
 */
#include "cli/worker.h"

#include <errno.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cli/stream.h"
#include "inventory/ndjson.h"

enum {
	SCRATCH = 256 << 20,   /* bytes of the source's own arena */
	BUFFER_MAX = 64 << 20, /* bytes of records that wait for the reader */
	WRITE_FROM = 32 << 10, /* bytes worth a system call */
};

static volatile sig_atomic_t stop_asked; /* the one signal flag (STYLE: no other state) */

static void
on_stop(int sig)
{
	(void)sig;
	stop_asked = 1;
}

struct emit {
	struct sink sink;
	struct monitor monitor;
	struct stream records, control;
	const struct worker *w;
	struct monitor *people; /* NULL: control lines instead */
	bool hung_up;
	bool ok;
};

/* --- writing ------------------------------------------------------------------------------ */

/* As much as the readers take now, or all. */
static void
write_out(struct emit *m, bool wait)
{
	stream_write(&m->records, NULL, wait);
	if (!m->people)
		stream_write(&m->control, &m->records, wait);
}

/* Room first: what was written already makes way. */
static void
make_way(struct stream *s)
{
	if (s->text.len < BUFFER_MAX - NDJSON_LINE_MAX)
		return;
	stream_write(s, NULL, true);
}

static int
take(struct sink *sink, const struct observation *o, struct err *e)
{
	struct emit *m = (struct emit *)sink;
	struct observation full = *o;

	full.site = full.site ? full.site : m->w->site;
	full.point = full.point ? full.point : m->w->point;
	full.run = full.run ? full.run : m->w->run;
	make_way(&m->records);
	if (ndjson_write(&full, &m->records.text, e) == -1)
		return -1;
	if (stream_left(&m->records) >= WRITE_FROM)
		stream_write(&m->records, NULL, false);
	if (m->records.failed) {
		errno = m->records.failed;
		return err_sys(e, "write the observations");
	}
	return 0;
}

/* --- control lines ------------------------------------------------------------------------ */

static struct emit *
emit_of(struct monitor *m)
{
	return (struct emit *)((char *)m - offsetof(struct emit, monitor));
}

static void
on_progress(struct monitor *mon, const struct progress *p)
{
	struct emit *m = emit_of(mon);

	if (m->people)
		m->people->progress(m->people, p);
	else
		ndjson_write_progress(p, &m->control.text);
	write_out(m, false);
}

static void
on_reason(struct monitor *mon, const struct reason *r)
{
	struct emit *m = emit_of(mon);

	if (m->people)
		m->people->reason(m->people, r);
	else
		ndjson_write_reason(r, &m->control.text);
}

/* It speaks of the records before it: a reader that has the one has the others. */
static void
wait_for_records(struct emit *m)
{
	stream_wait_for(&m->control, &m->records);
}

static void
on_coverage(struct monitor *mon, const struct coverage *c)
{
	struct emit *m = emit_of(mon);

	if (m->people)
		m->people->coverage(m->people, c);
	else {
		wait_for_records(m);
		ndjson_write_coverage(c, &m->control.text);
	}
}

static void
on_state(struct monitor *mon, const char *text)
{
	struct emit *m = emit_of(mon);

	if (m->people)
		m->people->state(m->people, text);
	else {
		wait_for_records(m);
		ndjson_write_state(text, &m->control.text);
	}
	write_out(m, false);
}

static void
hang_up(struct emit *m)
{
	write_out(m, true);
	if (m->records.failed || m->hung_up) /* that is told at the end */
		return;
	m->hung_up = true;
	close(m->w->out_fd);
	close(m->w->control_fd);
}

static void
on_end(struct monitor *mon, const struct run_end *end)
{
	struct emit *m = emit_of(mon);

	m->ok = end->ok;
	if (m->people)
		m->people->end(m->people, end);
	else {
		wait_for_records(m);
		ndjson_write_end(end, &m->control.text);
	}
	if (m->w->hang_up)
		hang_up(m);
}

/* --- the run ------------------------------------------------------------------------------- */

static void
catch_stops(void)
{
	struct sigaction sa = { .sa_handler = on_stop };

	(void)sigaction(SIGINT, &sa, NULL);
	(void)sigaction(SIGTERM, &sa, NULL);
	(void)signal(SIGPIPE, SIG_IGN); /* a reader that left is an error of write */
}

static int
bound_memory(uint64_t max, struct err *e)
{
#if defined(__SANITIZE_ADDRESS__)
	(void)max; /* its shadow memory alone is terabytes of address space */
	(void)e;
#else
	struct rlimit r;

	if (max == 0)
		return 0;
	if (getrlimit(RLIMIT_AS, &r) == -1)
		return err_sys(e, "bound the memory of the run");
	if (r.rlim_max <
		max) /* whoever started us bounds it more: RLIM_INFINITY is above all */
		return 0;
	r = (struct rlimit){ .rlim_cur = max, .rlim_max = max };
	if (setrlimit(RLIMIT_AS, &r) == -1)
		return err_sys(e, "bound the memory of the run");
#endif
	return 0;
}

static void
emit_init(struct emit *m, const struct worker *w)
{
	*m = (struct emit){
		.sink.take = take,
		.monitor = { on_progress, on_reason, on_coverage, on_state, on_end },
		.w = w,
		.people = w->control_fd == -1 ? w->monitor : NULL,
	};
	stream_init(&m->records, w->out_fd, BUFFER_MAX);
	stream_init(&m->control, w->control_fd, BUFFER_MAX);
}

static void
say_the_rest(struct emit *m, int *rc, struct err *e)
{
	write_out(m, true);
	if (m->records.failed) {
		stream_drop_waiting(&m->control); /* what it claims did not go out */
		errno = m->records.failed;
		*rc = err_sys(e, "write the observations");
	}
	if (*rc == -1)
		on_end(&m->monitor, &(struct run_end){ .ok = false, .error = e->text });
	write_out(m, true);
}

int
worker_run(const struct worker *w, bool *ok, struct err *e)
{
	struct arena *scratch = arena_new(SCRATCH);
	struct emit m;
	struct source_run run = { .conf = w->conf,
		.scratch = scratch,
		.sink = &m.sink,
		.monitor = &m.monitor,
		.clock = &clock_system,
		.deadline_us = w->deadline_us,
		.stop = &stop_asked };
	int rc = -1;

	emit_init(&m, w);
	catch_stops();
	if (!scratch)
		err_nomem(e);
	else if (bound_memory(w->memory_max, e) == 0)
		rc = w->source->run(&run, e);
	if (!m.hung_up)
		say_the_rest(&m, &rc, e);
	*ok = m.ok;
	stream_done(&m.records);
	stream_done(&m.control);
	arena_free(scratch);
	return rc;
}
