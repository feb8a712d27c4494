/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/agent.h"

#include "base/log.h"
#include "cli/say.h"
#include "schedule/control_ask.h"

LOG_TAG("agent");

const struct opt agent_file_opts[] = {
	{ .name = "agent",
		.type = OPT_STR,
		.at = offsetof(struct agent_where, file),
		.arg = "FILE",
		.flags = OPT_CLI_ONLY,
		.help = "Read the agent's configuration from FILE, not from " AGENT_CONF_DEFAULT },
	{ .name = NULL },
};

const struct opt agent_socket_opts[] = {
	{ .name = "socket",
		.type = OPT_STR,
		.at = offsetof(struct agent_where, socket),
		.value = "/run/muster/agent.sock",
		.arg = "FILE",
		.flags = OPT_CLI_ONLY,
		.help = "Ask the agent that listens on this socket" },
	{ .name = NULL },
};

const char *
agent_file_path(const struct agent_where *w)
{
	return w->file ? w->file : AGENT_CONF_DEFAULT;
}

int
agent_file_read(const struct agent_where *w, struct arena *mem, FILE *out,
	struct agent_conf **conf, struct err *e)
{
	struct sb mistakes;

	sb_init(&mistakes, CONF_MAX);
	int rc = agent_conf_read_file(agent_file_path(w),
		clock_wall(&clock_system) / SECOND, mem, conf, &mistakes, e);
	(void)fputs(mistakes.text, out);
	sb_done(&mistakes);
	return rc;
}

/* --- one request ---------------------------------------------------------------------------- */

struct doing {
	struct control_reader reader; /* first */
	int status;
};

static void
on_end(struct control_reader *r, const struct control_end *end)
{
	((struct doing *)r)->status = end->ok ? EXIT_DONE : EXIT_FAILED;
	if (end->ok)
		say(stdout, "%s\n", end->text);
	else
		log_at(LOG_ERROR, log_tag_, "%s", end->text);
}

int
agent_do(const struct agent_where *w, enum control_verb verb, const char *name,
	struct err *e)
{
	struct doing d = { { .end = on_end }, EXIT_FAILED };
	struct control_request request = { .verb = verb, .name = name };

	if (control_ask(w->socket, &request, &d.reader, e) == -1)
		return -1;
	return d.status;
}
