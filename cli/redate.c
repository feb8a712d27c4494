/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `muster store redate`: what a clock that was ahead has stored goes back to where it belongs. */
#include "cli/redate.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/log.h"
#include "cli/beside.h"
#include "cli/consent.h"
#include "db/redate.h"

LOG_TAG("store");

#define AT(member) offsetof(struct redate_conf, member)
const struct opt redate_opts[] = {
	{ .name = "preview",
		.type = OPT_BOOL,
		.at = AT(preview),
		.flags = OPT_CLI_ONLY,
		.help = "Of redate: say what would be done; change nothing" },
	{ .name = "yes",
		.letter = 'y',
		.type = OPT_BOOL,
		.at = AT(yes),
		.flags = OPT_CLI_ONLY,
		.help = "Of redate: do not ask" },
	{ .name = NULL },
};

/* What is to come, and of how many observations. */
struct finding {
	struct ahead_look look;
	int64_t now, all;
};

static int
find(struct store *s, const struct call *c, struct finding *out, struct err *e)
{
	struct store_info info;

	out->now = clock_wall(&clock_system);
	if (store_get_info(s, c->mem, &info, e) == -1)
		return -1;
	out->all = info.observations;
	return store_look_ahead(s, out->now, &out->look, e);
}

static void
tell(const struct finding *f)
{
	const struct ahead_look *l = &f->look;
	char now[TIME_TEXT_MAX], newest[TIME_TEXT_MAX], belongs[TIME_TEXT_MAX],
		by[TIME_TEXT_MAX];

	(void)printf(
		"Of a time to come are %" PRId64 " of %" PRId64 " observations, %" PRId64
		" runs and %" PRId64 " other times, up to %.19sZ.\n"
		"They go back by %s, all together: the last one to %.19sZ.\n"
		"This is for a clock that is right now. It shows %.19sZ; if it is behind, set it\n"
		"right instead, and nothing of this is to come.\n",
		l->observations, f->all, l->runs, l->others,
		time_print(l->newest, newest),
		duration_print(l->newest - l->belongs, by),
		time_print(l->belongs, belongs), time_print(f->now, now));
	if (f->all && l->observations == f->all)
		(void)printf(
			"These are all observations that there are: the clock may well be behind.\n");
	(void)fflush(stdout);
}

/* EXIT_DONE: go on. */
static int
ask(struct err *e)
{
	static const struct consent asked = {
		.about = "",
		.question = "Date them anew",
		.otherwise = "--yes dates anew without asking, --preview says what would be done"
	};
	bool given;

	if (consent_ask(&asked, &given, e) == -1)
		return -1;
	if (given)
		return EXIT_DONE;
	log_warn("nothing was changed");
	return EXIT_FAILED;
}

static int
open_to_write(const struct call *c, const struct store_conf *conf, struct store **out,
	struct err *e)
{
	if (common_open_store(c, conf, STORE_WRITE, out, e) == 0)
		return 0;
	return beside_taken(e)
		? err_set(e, ERR_DB,
			  "the store is being written by another muster: end it first (an "
			  "agent: systemctl stop muster-agent), and start it again then")
		: -1;
}

/* Looked at again: who wrote it meanwhile has gone. */
static int
redate(struct store *s, const struct call *c, struct err *e)
{
	struct finding f;
	int64_t devices;

	if (find(s, c, &f, e) == -1)
		return -1;
	const struct redate how = { .after = f.now,
		.by = f.look.newest - f.look.belongs };
	if (f.look.newest && store_redate(s, &how, &devices, e) == -1)
		return -1;
	if (f.look.newest)
		(void)printf("%" PRId64 " observations and %" PRId64
			     " runs were dated anew; devices made anew of them: %" PRId64
			     "\n",
			f.look.observations, f.look.runs, devices);
	return EXIT_DONE;
}

int
redate_run(const struct call *c, const struct store_conf *conf,
	const struct redate_conf *how, struct err *e)
{
	struct store *s = NULL;
	struct finding f;

	if (common_read_store(c, conf, &s, e) == -1)
		return -1;
	int rc = find(s, c, &f, e);
	store_close(s); /* nobody waits for our answer */
	if (rc == -1)
		return -1;
	if (f.look.newest == 0) {
		(void)printf("nothing is of a time to come\n");
		return EXIT_DONE;
	}
	tell(&f);
	if (how->preview)
		return EXIT_DONE;
	rc = how->yes ? EXIT_DONE : ask(e);
	if (rc != EXIT_DONE)
		return rc;
	if (open_to_write(c, conf, &s, e) == -1)
		return -1;
	rc = redate(s, c, e);
	store_close(s);
	return rc;
}
