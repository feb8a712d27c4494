/* SPDX-License-Identifier: GPL-3.0-or-later */
/* muster agent: a distribution point, in the foreground; systemd puts it into the background. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "cli/agent.h"
#include "cli/agent_accounts.h"
#include "host/sandbox.h"
#include "schedule/agent.h"
#include "schedule/notify.h"

LOG_TAG("agent");

enum { CONF_MEMORY = 512 << 20, ROOM_EVERY = 5 /* seconds */ };

struct agent_command {
	struct agent_where where;
	struct store_conf store;
};

static const struct opt_table agent_tables[] = {
	{ "Agent", agent_file_opts, offsetof(struct agent_command, where) },
	{ "Store", store_opts, offsetof(struct agent_command, store) },
	{ NULL, NULL, 0 },
};

/* --- signals -------------------------------------------------------------------------------- */

static volatile sig_atomic_t stop_asked,
	reload_asked; /* handlers can set nothing else */

static void
on_stop(int sig)
{
	(void)sig;
	stop_asked = 1;
}

static void
on_reload(int sig)
{
	(void)sig;
	reload_asked = 1;
}

/* Blocked but while the agent waits (ppoll), so that none is missed. */
static void
catch_signals(void)
{
	struct sigaction stop = { .sa_handler = on_stop },
			 reload = { .sa_handler = on_reload };
	sigset_t all;

	(void)sigemptyset(&all);
	(void)sigaddset(&all, SIGTERM);
	(void)sigaddset(&all, SIGINT);
	(void)sigaddset(&all, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &all, NULL);
	(void)sigaction(SIGTERM, &stop, NULL);
	(void)sigaction(SIGINT, &stop, NULL);
	(void)sigaction(SIGHUP, &reload, NULL);
}

/* --- the command ---------------------------------------------------------------------------- */

/* What a service tells is told here as well, unless that is not wanted. */
static void
tell_more(const struct common *c)
{
	if (!c->quiet && log_level() < LOG_INFO)
		log_set_level(LOG_INFO);
}

/* Is it right, and where is the store? */
static int
look_at_file(const struct call *c, struct agent_command *conf,
	struct agent_reading *first, struct err *e)
{
	struct sb mistakes;

	sb_init(&mistakes, CONF_MAX);
	int rc = agent_read(
		agent_file_path(&conf->where), &clock_system, first, &mistakes, e);
	(void)fputs(mistakes.text, stderr);
	sb_done(&mistakes);
	if (rc == -1 && e->code == ERR_ARG)
		e->code = ERR_PROTO; /* the file is wrong, not this command line */
	if (rc == 0 && !conf->store.db && first->conf->store) {
		conf->store.db = arena_strdup(c->mem, first->conf->store);
		rc = conf->store.db ? 0 : err_nomem(e);
	}
	return rc;
}

static int
give_up(struct err *e)
{
	bool done;

	if (sandbox_give_up_machine(&done, e) == -1)
		return -1;
	if (!done)
		log_info(
			"event=not-confined: the program has its right to packets by setcap, "
			"which its polls would lose; muster-agent.service gives it otherwise");
	return 0;
}

static int
run_once(const struct call *c, struct agent_input *in, struct err *e)
{
	const struct agent_command *conf = c->settings;
	struct store *store = NULL;
	struct sb mistakes;

	if (common_open_store(c, &conf->store, STORE_WRITE, &store, e) == -1)
		return -1;
	in->store = store;
	sb_init(&mistakes, CONF_MAX);
	int rc = agent_run(in, &mistakes, e);
	sb_done(&mistakes);
	store_close(store);
	return rc;
}

/* On a full disk nothing can begin: whoever makes room need not start the agent as well. */
static void
wait_for_room(const struct err *e, bool first)
{
	struct timespec t = { .tv_sec = ROOM_EVERY };
	char text[400];
	sigset_t none;

	if (first)
		log_warn("event=store-full: %s; the agent begins when there is room",
			e->text);
	(void)snprintf(text, sizeof(text), "EXTEND_TIMEOUT_USEC=%lld\nSTATUS=%s\n",
		(long long)(ROOM_EVERY * 10 * SECOND), e->text);
	notify_send(text);
	(void)sigemptyset(&none);
	(void)ppoll(NULL, 0, &t, &none);
}

static int
run_when_there_is_room(const struct call *c, struct agent_input *in, struct err *e)
{
	for (bool first = true;; first = false) {
		struct call own = *c;
		own.mem = arena_new(CONF_MEMORY);
		if (!own.mem)
			return err_nomem(e);
		int rc = run_once(&own, in, e);
		arena_free(own.mem);
		if (rc == 0 || e->sys != ENOSPC)
			return rc;
		wait_for_room(e, first);
		if (stop_asked)
			return 0;
	}
}

static int
run_read(const struct call *c, struct agent_reading *first, struct err *e)
{
	const struct agent_command *conf = c->settings;
	struct agent_input in = { .first = first,
		.conf_path = agent_file_path(&conf->where),
		.settings_path = c->common->config,
		.hand_over = agent_accounts_hand_over,
		.arg = (void *)(uintptr_t)c, /* only read */
		.clock = &clock_system,
		.stop = &stop_asked,
		.reload = &reload_asked };

	if (agent_accounts_secrets(c, &in.secrets, e) == -1 ||
		common_point(c->mem, &in.point, e) == -1 ||
		store_default_path(conf->store.db, c->mem, &in.store_path, e) == -1)
		return -1;
	catch_signals();
	if (give_up(e) == -1 || run_when_there_is_room(c, &in, e) == -1)
		return -1;
	return EXIT_DONE;
}

static int
run_agent(const struct call *c, struct err *e)
{
	struct agent_reading first = { .mem = NULL };

	tell_more(c->common);
	int rc = look_at_file(c, c->settings, &first, e);
	if (rc == 0)
		rc = run_read(c, &first, e);
	arena_free(first.mem);
	return rc;
}

const struct command cmd_agent = {
	.name = "agent",
	.group = "Distribution point",
	.args = "",
	.help = "Poll by a schedule, listen, and keep the inventory, all the time",
	.details =
		"Reads " AGENT_CONF_DEFAULT
		" (muster-agent.yaml(5)) and runs until it is told to\n"
		"stop (SIGTERM, SIGINT). Each poll is a process of its own; what it finds is kept\n"
		"whatever becomes of it. SIGHUP, 'muster reload' or a changed file make it\n"
		"read its configuration again: one with mistakes is refused, and the one before\n"
		"stays. Runs that go on are not disturbed, but one that may ask less than when\n"
		"it began (exclusions, scope, targets) ends, and begins anew by what holds now.\n"
		"Its socket and its store change only when it is started again.\n"
		"\n"
		"On a full disk it waits for room, and goes on by itself.\n"
		"\n"
		"Where the kernel has Landlock the agent writes below its own folders only, and\n"
		"its polls write no files and read neither store nor secrets; see\n"
		"agent.writable in muster-agent.yaml(5) for programs that it starts. It opens\n"
		"the credentials that a poll uses, anew for each run, and hands them to it.\n"
		"\n"
		"An agent that is killed goes on where it was when it is started again: sweeps\n"
		"continue, and of what was missed meanwhile each poll runs once at most.\n"
		"\n"
		"Polls go by the clock of the machine, so keep it right. Where it goes ahead by\n"
		"more than a day nothing is forgotten for a day (event=clock-doubted), but polls\n"
		"go on. When an agent saw the clock go ahead by more than an hour, and come back\n"
		"by as much before as long has passed, it dates anew what was stored meanwhile,\n"
		"as if the clock had been right (event=clock-mended). Otherwise, as when it was\n"
		"started in between, that counts as the newest until that time comes\n"
		"(event=store-ahead): 'muster doctor' tells of it, 'muster store redate' mends\n"
		"it.\n"
		"\n"
		"It alone writes its store. 'muster scan', 'listen', 'windows', 'ad' and 'import'\n"
		"hand what they find to it. No address is swept twice at a time: a sweep by hand\n"
		"is refused while a poll asks some of the same, and polls wait for its end. What\n"
		"people say of devices ('muster set', 'merge', 'split', 'pin', 'undo', 'forget')\n"
		"is done by it at once, in their name, when root or its own user says it. What\n"
		"only reads needs no agent.\n"
		"\n"
		"Messages are one line each, with event=NAME in front, for journalctl and the\n"
		"like. 'muster status' tells how it goes.\n"
		"\n"
		"As a service:\n"
		"  systemd-sysusers                     makes the user muster\n"
		"  muster credential add corp ...       as root; what it seals in /var/lib/muster\n"
		"                                       is of the owner of that folder\n"
		"  muster doctor                        as root; tries them as the agent's user\n"
		"  systemctl enable --now muster-agent\n"
		"\n"
		"A keytab or a file with a password that muster.yaml names must be of the user\n"
		"muster, mode 0600: install -o muster -g muster -m 600 svc.keytab\n"
		"/var/lib/muster/svc.keytab. It must be able to read agent.yaml and muster.yaml.\n"
		"\n"
		"Examples:\n"
		"  muster config sample > agent.yaml\n"
		"  muster config check --agent agent.yaml\n"
		"  sudo muster agent --agent agent.yaml\n",
	.tables = agent_tables,
	.settings_size = sizeof(struct agent_command),
	.run = run_agent,
};
