/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who decides, where it is done, and what is said of it. */
#include "cli/decide.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/login.h"

const struct opt_table decide_tables[] = {
	DECIDE_TABLES(0),
	{ NULL, NULL, 0 },
};

/* The login name: of who called sudo, else of the user.  In arena. */
static int
find_actor(struct arena *mem, const char **out, struct err *e)
{
	const char *sudo = geteuid() == 0 ? getenv("SUDO_USER") : NULL;

	if (!sudo || !*sudo || strlen(sudo) >= 64)
		return login_name(getuid(), mem, out, e);
	*out = arena_strdup(mem, sudo);
	return *out ? 0 : err_nomem(e);
}

int
decider_open(struct decider *d, const struct call *c, struct err *e)
{
	*d = (struct decider){ .call = c, .conf = c->settings };
	if (find_actor(c->mem, &d->actor, e) == -1)
		return -1;
	if (common_open_store(c, &d->conf->store, STORE_WRITE, &d->store, e) == 0)
		return 0;
	d->taken = *e;
	return beside_taken(e) ? 0 : -1;
}

void
decider_close(struct decider *d)
{
	store_close(d->store);
}

/* --- an agent that has the store ------------------------------------------------------------ */

struct answer {
	struct control_reader reader; /* first */
	char *said;                   /* DECISION_SAID_MAX */
	bool ok;
	enum err_code code;
};

static void
on_end(struct control_reader *r, const struct control_end *end)
{
	struct answer *a = (struct answer *)r;

	a->ok = end->ok;
	a->code = end->code;
	(void)snprintf(a->said, DECISION_SAID_MAX, "%s", end->text);
}

static int
ask_agent(struct decider *d, const struct decision_order *o, char *said, struct err *e)
{
	struct answer a = { .reader = { .end = on_end }, .said = said };
	struct control_request request = { .verb = CONTROL_DECIDE,
		.decision = o->what,
		.actor = d->actor,
		.args = o->args,
		.n_args = o->n_args };

	*e = d->taken;
	if (beside_ask(d->call, &d->conf->store, d->conf->socket, &request, &a.reader,
		    e) == -1)
		return -1;
	if (a.ok)
		return 0;
	if (a.code != ERR_NONE)
		return err_set(e, a.code, "%s", said);
	(void)err_set(e, ERR_DB, "%s", said);
	return beside_refused(e);
}

int
decider_do(struct decider *d, const struct decision_order *o,
	char said[static DECISION_SAID_MAX], struct err *e)
{
	return d->store ? decision_do(d->store, o, d->actor, d->call->mem, said, e)
			: ask_agent(d, o, said, e);
}

/* --- one decision -------------------------------------------------------------------------- */

int
decide_run(const struct call *c, struct err *e)
{
	const struct decision_order o = { c->command->name, c->args, c->n_args };
	char said[DECISION_SAID_MAX];
	struct decider d;
	struct sb line;

	if (decision_check(&o, e) == -1 || decider_open(&d, c, e) == -1)
		return -1;
	int rc = decider_do(&d, &o, said, e);
	decider_close(&d);
	if (rc == -1)
		return -1;
	sb_init(&line, 8 * sizeof(said));
	sb_add_plain(&line, said, strlen(said));
	printf("%s\n", line.text);
	sb_done(&line);
	return EXIT_DONE;
}
