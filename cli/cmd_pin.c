/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `muster pin`: a device stays one. */
#include "cli/decide.h"

static int
work(const struct call *c, struct store *s, const char *actor, struct decision *out,
	struct err *e)
{
	struct device d;

	if (decide_device(c, s, 0, &d, e) == -1)
		return -1;
	return store_pin(s, d.row, actor, out, e);
}

static int
run_pin(const struct call *c, struct err *e)
{
	return decide(c, work, e);
}

const struct command cmd_pin = {
	.name = "pin",
	.group = "Identity",
	.args = "DEVICE",
	.help = "Say that a device is one for good",
	.details = "DEVICE is a name, an address, a MAC, an id or the beginning of one.  All the\n"
		   "identifiers that it shows now are tied together: other serial numbers or keys do\n"
		   "not part it later.  'muster undo' unties them.\n"
		   "\n"
		   "Examples:\n"
		   "  muster pin cluster-node-1\n",
	.tables = decide_tables,
	.settings_size = sizeof(struct store_conf),
	.args_min = 1,
	.args_max = 1,
	.run = run_pin,
};
