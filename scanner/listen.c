/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From links or a file to the listeners, and from them to the sink, each thing once. */
#include "scanner/listen.h"

#include <stdio.h>
#include <string.h>

#include "host/net.h"
#include "host/sandbox.h"
#include "scanner/heard.h"
#include "scanner/port_links.h"
#include "scanner/repeat.h"

#define AT(field) offsetof(struct listen_conf, field)

const struct opt listen_opts[] = {
	{ .name = "listen.interface",
		.letter = 'i',
		.type = OPT_LIST,
		.at = AT(interfaces),
		.arg = "NAME",
		.help = "Listen on these interfaces, not on all that have an address" },
	{ .name = "listen.duration",
		.letter = 'd',
		.type = OPT_MSEC,
		.at = AT(duration_ms),
		.min = 0,
		.max = INT64_C(30) * 24 * 3600 * 1000,
		.value = "0",
		.unit = "ms",
		.help = "End after this time; 0 listens until Ctrl-C" },
	{ .name = "listen.promiscuous",
		.type = OPT_BOOL,
		.at = AT(promiscuous),
		.value = "no",
		.help = "Hear also what is addressed to others, as on the mirror port of a "
			"switch" },
	{ .name = "listen.packets_to",
		.type = OPT_STR,
		.at = AT(packets_to),
		.arg = "FILE",
		.flags = OPT_CLI_ONLY,
		.help = "Record every packet that is heard in this pcap file" },
	{ .name = "listen.packets_from",
		.type = OPT_STR,
		.at = AT(packets_from),
		.arg = "FILE",
		.flags = OPT_CLI_ONLY,
		.help = "Hear what this pcap file holds, whoever recorded it" },
	{ .name = NULL },
};

static const struct opt_table listen_tables[] = {
	{ "Listening", listen_opts, 0 },
	{ .rows = NULL },
};

enum {
	WAIT_US = 100 * MSEC, /* so often it is looked whether to stop */
	LINKS_MAX = 256,
	NEWS_PER_SECOND = 2000, /* observations: more is a flood, and is counted only */
};

struct listening {
	struct heard_frame x; /* first: listeners are given it */
	const struct source_run *run;
	struct tell tell;
	struct repeat *repeat;    /* of what was told */
	struct repeat *subjects;  /* of whom */
	struct heard_link *links; /* by number in the port; of a file the only one */
	struct port *port;        /* NULL: a file */
	int64_t at_us;            /* of the frame that is being heard */
	int64_t second;           /* the last one, and what was told in it */
	uint64_t in_second;
	bool told;        /* something since it was last looked */
	uint64_t unheard; /* observations above that limit */
	struct run_end end;
};

/* --- what is told ----------------------------------------------------------------------- */

static bool
is_too_much(struct listening *l)
{
	int64_t second = l->at_us / SECOND;

	if (!l->port)
		return false; /* a file ends */
	if (second != l->second)
		l->in_second = 0;
	l->second = second;
	return ++l->in_second > NEWS_PER_SECOND;
}

static int
take(struct heard_frame *x, struct err *e)
{
	struct listening *l = (struct listening *)x;
	uint64_t what = tell_finish(&l->tell);
	bool first;

	l->end.answered++;
	if (is_too_much(l)) {
		l->unheard++;
		return 0;
	}
	if (!repeat_is_news(l->repeat, what, l->at_us, &first))
		return 0;
	(void)repeat_is_news(l->subjects, tell_subject(&l->tell), l->at_us, &first);
	struct observation o = { .subject = SUBJECT_DEVICE,
		.source = "passive",
		.at = l->at_us,
		.ip = l->tell.ip,
		.evidence = EVIDENCE_HEARD,
		.facts = l->tell.facts,
		.n_facts = l->tell.n };
	l->told = true;
	l->end.found += first;
	return l->run->sink->take(l->run->sink, &o, e);
}

static int
on_frame(void *arg, const uint8_t *frame, size_t n, int64_t at_us, struct err *e)
{
	struct listening *l = arg;

	l->at_us = at_us;
	l->x.link = &l->links[l->port ? l->port->heard_on : 0];
	return heard_take(&l->x, frame, n, e);
}

static int
prepare(struct listening *l, const struct source_run *run, struct err *e)
{
	l->run = run;
	l->x.tell = &l->tell;
	l->x.take = take;
	l->repeat = repeat_new(run->scratch);
	l->subjects = repeat_new(run->scratch);
	return l->repeat && l->subjects ? 0 : err_nomem(e);
}

/* Records go out with it: who waits for news has it at once. */
static void
tell_progress(struct listening *l)
{
	struct progress p = { .phase = "listen",
		.answered = l->end.answered,
		.found = l->end.found,
		.eta_us = -1 };

	l->told = false;
	l->run->monitor->progress(l->run->monitor, &p);
}

/* --- which links ------------------------------------------------------------------------ */

static bool
has_address(const struct host_net *net, int link)
{
	for (size_t i = 0; i < net->n_addrs; i++)
		if (net->addrs[i].link == link)
			return true;
	return false;
}

static bool
is_usable(const struct host_net *net, const struct host_link *l)
{
	return l->kind == LINK_ETHER && l->up && has_address(net, l->index);
}

static int
add_named(const struct listen_conf *c, const struct host_link **out, size_t *n,
	struct err *e)
{
	for (size_t i = 0; i < c->interfaces.n; i++) {
		const char *name = c->interfaces.items[i];
		const struct host_link *l = host_link_by_name(c->net, name);
		size_t at = 0;
		if (!l)
			return err_set(e, ERR_ARG, "there is no interface %s", name);
		if (l->kind != LINK_ETHER)
			return err_set(e, ERR_ARG, "%s is no Ethernet", name);
		if (!l->up)
			return err_set(e, ERR_ARG, "%s is down", name);
		while (at < *n && out[at] != l)
			at++;
		if (at == LINKS_MAX)
			return err_set(e, ERR_ARG, "more than %d interfaces", LINKS_MAX);
		out[at] = l;
		*n += at == *n;
	}
	return 0;
}

static int
choose_links(const struct listen_conf *c, const struct host_link **out, size_t *n,
	struct err *e)
{
	*n = 0;
	if (c->interfaces.n)
		return add_named(c, out, n, e);
	for (size_t i = 0; i < c->net->n_links && *n < LINKS_MAX; i++)
		if (is_usable(c->net, &c->net->links[i]))
			out[(*n)++] = &c->net->links[i];
	if (*n == 0)
		return err_set(e, ERR_ARG,
			"no Ethernet interface that is up has an address: name one by "
			"--interface");
	return 0;
}

int
listen_check(const struct listen_conf *c, struct arena *mem, struct err *e)
{
	const struct host_link **links = arena_new_array(
		mem, const struct host_link *, LINKS_MAX);
	size_t n;

	if (c->packets_from)
		return 0;
	return links ? choose_links(c, links, &n, e) : err_nomem(e);
}

/* The prefixes of its addresses: who has one of these is on the link. */
static int
list_nets(const struct host_net *net, const struct host_link *link,
	struct heard_link *out, struct arena *mem, struct err *e)
{
	struct heard_net *nets = arena_new_array(
		mem, struct heard_net, net->n_addrs + 1);

	if (!nets)
		return err_nomem(e);
	out->nets = nets;
	for (size_t i = 0; i < net->n_addrs; i++)
		if (net->addrs[i].link == link->index)
			nets[out->n_nets++] = (struct heard_net){ net->addrs[i].addr,
				net->addrs[i].bits };
	return 0;
}

static int
make_filter(struct sb *out, struct err *e)
{
	for (size_t i = 0; listeners[i]; i++)
		sb_printf(out, "%s(%s)", i ? " or " : "", listeners[i]->filter);
	return out->bad ? err_nomem(e) : 0;
}

/* --- live --------------------------------------------------------------------------------- */

static int
open_port(struct listening *l, const struct host_link **links, size_t n,
	const struct listen_conf *c, struct err *e)
{
	struct port_links_input in = { .links = links,
		.n_links = n,
		.replies = UINT32_MAX,
		.clock = l->run->clock,
		.only_hear = true,
		.promiscuous = c->promiscuous };
	struct sb filter;
	uint16_t none;

	sb_init(&filter, 4096);
	int rc = make_filter(&filter, e);
	in.filter = filter.text;
	if (rc == 0)
		rc = port_links_open(&in, &l->port, &none, e);
	sb_done(&filter);
	return rc;
}

static int
open_recording(struct listening *l, const char *path, struct err *e)
{
	FILE *file = path ? fopen(path, "wb") : NULL;

	if (!path)
		return 0;
	if (!file)
		return err_sys(e, "open %s", path);
	return capture_writer_new(&l->port->capture, file, e);
}

static int
open_live(struct listening *l, const struct listen_conf *c, struct err *e)
{
	struct arena *mem = l->run->scratch;
	const struct host_link **links = arena_new_array(
		mem, const struct host_link *, LINKS_MAX);
	size_t n;

	if (!links)
		return err_nomem(e);
	if (choose_links(c, links, &n, e) == -1)
		return -1;
	l->links = arena_new_array(mem, struct heard_link, n);
	if (!l->links)
		return err_nomem(e);
	for (size_t i = 0; i < n; i++)
		if (list_nets(c->net, links[i], &l->links[i], mem, e) == -1)
			return -1;
	if (open_port(l, links, n, c, e) == -1)
		return -1;
	return open_recording(l, c->packets_to, e);
}

static int
hear_until(struct listening *l, int64_t until, struct err *e)
{
	struct clock *clock = l->run->clock;

	while (!*l->run->stop && clock_mono(clock) < until) {
		int64_t left = until - clock_mono(clock);
		if (port_receive(l->port, left < WAIT_US ? left : WAIT_US, on_frame, l,
			    e) == -1)
			return -1;
		if (l->told)
			tell_progress(l);
	}
	return 0;
}

static void
tell_end(struct listening *l, int64_t started, int rc, struct err *e)
{
	struct run_end *end = &l->end;
	struct err later;

	end->error = rc == -1 ? e->text : NULL;
	if (l->port) {
		end->dropped = port_dropped(l->port);
		if (port_end_capture(l->port, end->error ? &later : e) == -1 &&
			!end->error)
			end->error = e->text;
	}
	if (l->unheard) {
		struct reason r = { "too-much-heard", "",
			"More was said than is kept of one second", l->unheard };
		l->run->monitor->reason(l->run->monitor, &r);
	}
	end->ok = !end->error && !end->interrupted;
	end->duration_us = clock_mono(l->run->clock) - started;
	l->run->monitor->end(l->run->monitor, end);
}

static int
listen_live(const struct source_run *run, const struct listen_conf *c, struct err *e)
{
	struct listening *l = arena_alloc(run->scratch, sizeof(*l));
	int64_t started = clock_mono(run->clock), until = run->deadline_us;
	int rc = -1;

	if (!l)
		return err_nomem(e);
	if (c->duration_ms && until - started > c->duration_ms * MSEC)
		until = started + c->duration_ms * MSEC;
	if (prepare(l, run, e) == 0 && open_live(l, c, e) == 0 &&
		sandbox_enter(SANDBOX_PACKETS, e) == 0) {
		tell_progress(l); /* from now on everything is heard */
		rc = hear_until(l, until, e);
		/* Without an end that was asked for, being stopped is the end. */
		l->end.interrupted = *run->stop && c->duration_ms;
		tell_end(l, started, rc, e);
		rc = 0;
	}
	port_close(l->port);
	return rc;
}

/* --- a file -------------------------------------------------------------------------------- */

static int
hear_file(struct listening *l, struct capture_reader *c, struct err *e)
{
	struct capture_frame f;
	bool more = true;

	while (!*l->run->stop) {
		if (capture_read(c, &f, &more, e) == -1)
			return -1;
		if (!more)
			return 0;
		if (!f.is_note && on_frame(l, f.bytes, f.n, f.at_us, e) == -1)
			return -1;
	}
	l->end.interrupted = true;
	return 0;
}

static int
listen_again(const struct source_run *run, const struct listen_conf *conf, struct err *e)
{
	struct heard_link anywhere = { .any = true };
	struct listening *l = arena_alloc(run->scratch, sizeof(*l));
	int64_t started = clock_mono(run->clock);
	struct capture_reader *c = NULL;
	int rc = -1;

	if (!l)
		return err_nomem(e);
	FILE *file = fopen(conf->packets_from, "rb");
	if (!file)
		return err_sys(e, "open %s", conf->packets_from);
	l->links = &anywhere;
	struct err unloaded; /* pcapng alone needs it: told when it is one */
	(void)capture_load(&unloaded);
	bool ready = prepare(l, run, e) == 0 && sandbox_enter(SANDBOX_PACKETS, e) == 0;
	if (!ready)
		(void)fclose(file);
	if (ready && capture_reader_new(&c, file, e) == 0) {
		rc = hear_file(l, c, e);
		if (rc == -1)
			(void)err_add(e, "%s", conf->packets_from);
		tell_end(l, started, rc, e);
		rc = 0;
	} else {
		(void)err_add(e, "%s", conf->packets_from);
	}
	capture_reader_free(c);
	return rc;
}

static int
run_listen(struct source_run *run, struct err *e)
{
	const struct listen_conf *conf = run->conf;

	return conf->packets_from ? listen_again(run, conf, e)
				  : listen_live(run, conf, e);
}

const struct source source_passive = {
	.name = "passive",
	.help = "Hear who is there without asking anybody",
	.opts = listen_tables,
	.conf_size = sizeof(struct listen_conf),
	.run = run_listen,
};
