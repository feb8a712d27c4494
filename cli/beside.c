/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/beside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "schedule/control_ask.h"

enum { TARGETS_TOLD = 1024 }; /* bytes; more of them are none of the run's words */

const struct opt socket_opts[] = {
	{ .name = "socket",
		.type = OPT_STR,
		.at = 0,
		.value = "/run/muster/agent.sock",
		.arg = "FILE",
		.flags = OPT_CLI_ONLY,
		.help = "The socket of the agent: where one has the store, this goes through it" },
	{ .name = NULL },
};

bool
beside_taken(const struct err *e)
{
	return e->code == ERR_DB && e->sys == EWOULDBLOCK;
}

int
beside_refused(struct err *e)
{
	return err_add(e, "the agent has the store and does not take this");
}

/* As the agent finds it, whose working folder is another. */
static int
find_store(const struct call *c, const struct store_conf *conf, const char **out,
	struct err *e)
{
	const char *path;

	if (store_default_path(conf->db, c->mem, &path, e) == -1)
		return -1;
	char *full = realpath(path, NULL);
	*out = full ? arena_strdup(c->mem, full) : path;
	free(full);
	return *out ? 0 : err_nomem(e);
}

int
beside_guest(const struct call *c, const struct store_conf *conf, const char *socket,
	struct control_request *request, struct guest **out, struct err *e)
{
	struct err taken = *e;

	request->verb = CONTROL_INGEST;
	request->command = arena_printf(c->mem, "%.1000s", c->command_line);
	if (strlen(request->targets) > TARGETS_TOLD)
		request->targets = "";
	if (!request->command)
		return err_nomem(e);
	if (find_store(c, conf, &request->store, e) == -1)
		return -1;
	if (guest_open(out, socket, request, e) == 0)
		return 0;
	if (e->code != ERR_NOTFOUND)
		return beside_refused(e);
	*e = taken;
	return -1;
}

int
beside_ask(const struct call *c, const struct store_conf *conf, const char *socket,
	struct control_request *request, struct control_reader *to, struct err *e)
{
	struct err taken = *e;

	if (find_store(c, conf, &request->store, e) == -1)
		return -1;
	if (control_ask(socket, request, to, e) == 0)
		return 0;
	if (e->code == ERR_NOTFOUND)
		*e = taken;
	return -1;
}
