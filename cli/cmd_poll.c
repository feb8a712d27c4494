/* SPDX-License-Identifier: GPL-3.0-or-later */
/* muster poll, pause, resume: what a person tells the agent that runs. */
#include "cli/agent.h"

static const struct opt_table poll_tables[] = {
	{ "Agent", agent_socket_opts, 0 },
	{ NULL, NULL, 0 },
};

static int
run_poll(const struct call *c, struct err *e)
{
	return agent_do(c->settings, CONTROL_POLL, c->args[0], e);
}

static int
run_pause(const struct call *c, struct err *e)
{
	return agent_do(c->settings, CONTROL_PAUSE, c->n_args ? c->args[0] : NULL, e);
}

static int
run_resume(const struct call *c, struct err *e)
{
	return agent_do(c->settings, CONTROL_RESUME, c->n_args ? c->args[0] : NULL, e);
}

static int
run_reload(const struct call *c, struct err *e)
{
	return agent_do(c->settings, CONTROL_RELOAD, NULL, e);
}

const struct command cmd_poll = {
	.name = "poll",
	.group = "Distribution point",
	.args = "NAME",
	.help = "Let the agent run a poll now",
	.details = "Whatever its schedule, a pause or a blackout window says; not beside another\n"
		   "sweep of the same addresses, and not outside of the scope of the point. 'muster\n"
		   "status' lists the polls.\n"
		   "\n"
		   "Examples:\n"
		   "  sudo muster poll office && muster status --watch\n",
	.tables = poll_tables,
	.settings_size = sizeof(struct agent_where),
	.args_min = 1,
	.args_max = 1,
	.without_file = true,
	.run = run_poll,
};

const struct command cmd_pause = {
	.name = "pause",
	.group = "Distribution point",
	.args = "[NAME]",
	.help = "Let no poll run, or not this one, until 'muster resume'",
	.details = "A sweep that runs stops, and goes on from there afterwards. It is remembered\n"
		   "when the agent starts again.\n",
	.tables = poll_tables,
	.settings_size = sizeof(struct agent_where),
	.args_max = 1,
	.without_file = true,
	.run = run_pause,
};

const struct command cmd_resume = {
	.name = "resume",
	.group = "Distribution point",
	.args = "[NAME]",
	.help = "Let polls run again after 'muster pause'",
	.tables = poll_tables,
	.settings_size = sizeof(struct agent_where),
	.args_max = 1,
	.without_file = true,
	.run = run_resume,
};

const struct command cmd_reload = {
	.name = "reload",
	.group = "Distribution point",
	.args = "",
	.help = "Let the agent read its configuration again",
	.details = "One with mistakes is refused, and the one before stays in force.\n",
	.tables = poll_tables,
	.settings_size = sizeof(struct agent_where),
	.without_file = true,
	.run = run_reload,
};
