/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/resume.h"

#include <jansson.h>
#include <string.h>
#include <unistd.h>

#include "cli/settings.h"
#include "schedule/control_ask.h"

/* What may differ in a sweep that goes on: how fast, and what is asked of others. */
static const char *const may_change[] = { "scan.rate", "scan.host_rate",
	"scan.arp_rate", "scan.names", NULL };

/* --- who answered ------------------------------------------------------------------------ */

struct collecting {
	struct resumed *out;
	size_t room;
	struct arena *mem;
};

static int
collect(void *arg, const struct answered *a, struct err *e)
{
	struct collecting *c = arg;
	struct resumed *r = c->out;

	if (r->n_found == c->room) {
		size_t room = c->room ? c->room * 2 : 1024;
		struct answered *more = arena_new_array(c->mem, struct answered, room);
		if (!more)
			return err_nomem(e);
		if (r->n_found)
			memcpy(more, r->found, r->n_found * sizeof(*more));
		r->found = more;
		c->room = room;
	}
	r->found[r->n_found++] = *a;
	return 0;
}

static int
give_known(const struct resumed *r, struct sweep_conf *sweep, struct arena *mem,
	struct err *e)
{
	struct sweep_known *known = arena_new_array(mem, struct sweep_known, r->n_found);

	if (!known)
		return err_nomem(e);
	for (size_t i = 0; i < r->n_found; i++)
		known[i] = (struct sweep_known){ r->found[i].ip, r->found[i].mac };
	sweep->resume = r->last.state;
	sweep->known = known;
	sweep->n_known = r->n_found;
	return 0;
}

/* --- which one --------------------------------------------------------------------------- */

/* "2026-11-22T01:41:40Z": seconds are enough for people. */
static const char *
print_date(int64_t at, char buf[static TIME_TEXT_MAX])
{
	enum { WITHOUT_FRACTION = 19 };

	(void)time_print(at, buf);
	memcpy(buf + WITHOUT_FRACTION, "Z", 2);
	return buf;
}

static int
nothing_to_resume(const struct unfinished *u, struct err *e)
{
	char date[TIME_TEXT_MAX];

	if (u->last_started == 0)
		return err_set(e, ERR_NOTFOUND,
			"nothing to resume: this store has seen no sweep");
	return err_set(e, ERR_NOTFOUND,
		"nothing to resume: the last sweep (%s) was completed",
		print_date(u->last_started, date));
}

/* Which sweep was interrupted and which still goes on knows the writer alone (db/store.h). */
static int
explain_taken(const struct kept_conf *conf, struct err *e)
{
	struct err ignored;
	int fd;

	if (!beside_taken(e) || control_connect(conf->socket, &fd, &ignored) == -1)
		return -1;
	close(fd);
	return err_set(e, ERR_DB,
		"an agent has the store, and --resume needs it to itself: start the sweep anew "
		"without --resume, which hands it to the agent, or stop the agent meanwhile "
		"(systemctl stop muster-agent)");
}

/* A store that is not there must not be made for the sake of looking. */
static int
open_existing(const struct call *call, const struct kept_conf *conf, struct store **out,
	struct err *e)
{
	if (common_open_store(call, &conf->store, STORE_READ, out, e) == -1)
		return -1;
	store_close(*out);
	*out = NULL;
	return common_open_store(call, &conf->store, STORE_WRITE, out, e) == -1
		? explain_taken(conf, e)
		: 0;
}

/* --- with what --------------------------------------------------------------------------- */

static int
refuse_change(const struct opt *o, struct err *e)
{
	char name[48];

	return err_set(e, ERR_ARG,
		"--%s would make it another sweep: one that goes on keeps what it asks; leave "
		"it out, or start a new sweep without --resume",
		opt_long_name(o, name));
}

static int
check_place(const struct scan_conf *typed, const struct run *r, struct err *e)
{
	const char *site = typed->kept.place.site, *point = typed->kept.place.point;

	if (site && strcmp(site, r->site) != 0)
		return err_set(e, ERR_ARG,
			"--site %s: the sweep that goes on belongs to the site %s",
			site, r->site);
	if (point && strcmp(point, r->point) != 0)
		return err_set(e, ERR_ARG,
			"--point %s: the sweep that goes on belongs to the point %s",
			point, r->point);
	return 0;
}

/* The stored settings, with what was typed on top of them. */
static int
take_settings(const struct call *call, struct scan_conf *conf, const struct run *r,
	struct err *e)
{
	struct scan_conf stored = *conf, typed = { 0 };

	if (settings_read(resume_tables, r->settings, &stored, call->mem, e) == -1) {
		e->code = ERR_PROTO; /* the store is wrong, not this command line */
		return err_add(e, "the settings of the run %s", r->id);
	}
	struct scan_conf wanted = stored;
	if (call_read_again(call, &typed, e) == -1 ||
		call_read_again(call, &wanted, e) == -1)
		return -1;
	const struct opt *o = settings_differ(
		resume_tables, &stored, &wanted, may_change);
	if (o)
		return refuse_change(o, e);
	if (check_place(&typed, r, e) == -1)
		return -1;
	wanted.kept.place.site = r->site;
	wanted.kept.place.point = r->point;
	wanted.yes = true; /* it was said when the sweep began */
	*conf = wanted;
	return 0;
}

int
resume_prepare(const struct call *call, struct scan_conf *conf, struct resumed *out,
	struct err *e)
{
	struct collecting c = { .out = out, .mem = call->mem };

	*out = (struct resumed){ .store = NULL };
	if (open_existing(call, &conf->kept, &out->store, e) == -1 ||
		store_find_unfinished(
			out->store, source_sweep.name, call->mem, &out->last, e) == -1)
		return -1;
	if (!out->last.found)
		return nothing_to_resume(&out->last, e);
	if (take_settings(call, conf, &out->last.run, e) == -1 ||
		store_each_answered(out->store, out->last.run.id, collect, &c, e) == -1)
		return -1;
	return give_known(out, &conf->sweep, call->mem, e);
}

/* --- how far ----------------------------------------------------------------------------- */

static void
add_progress(const char *json, struct sb *out)
{
	json_t *p = json_loads(json, 0, NULL);
	json_int_t done = json_integer_value(json_object_get(p, "done")),
		   total = json_integer_value(json_object_get(p, "total"));

	if (total > 0 && done >= 0 && done <= total)
		sb_printf(out, "was through with %d %% and ",
			(int)((double)done / (double)total * 100));
	json_decref(p);
}

const char *
resume_describe(const struct resumed *r, struct arena *mem, struct err *e)
{
	char date[TIME_TEXT_MAX];
	struct sb text;

	sb_init(&text, 1024);
	sb_printf(&text, "the sweep of %s (run %s), which ",
		print_date(r->last.run.started, date), r->last.run.id);
	add_progress(r->last.progress, &text);
	sb_printf(&text, "found %zu addresses", r->n_found);
	const char *copy = text.bad ? NULL : arena_strdup(mem, text.text);
	sb_done(&text);
	if (!copy)
		err_nomem(e);
	return copy;
}
