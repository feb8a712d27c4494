/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `muster set`: fields as a person wants them. */
#include "cli/decide.h"

#include "base/log.h"

LOG_TAG("set");

static int
run_set(const struct call *c, struct err *e)
{
	const struct decision_order o = { "set", c->args, c->n_args };
	char said[DECISION_SAID_MAX];
	struct decider d;

	if (decision_check(&o, e) == -1 || decider_open(&d, c, e) == -1)
		return -1;
	int rc = decider_do(&d, &o, said, e);
	decider_close(&d);
	if (rc == 0)
		log_info("%s", said);
	return rc == -1 ? -1 : EXIT_DONE;
}

const struct command cmd_set = {
	.name = "set",
	.group = "Inventory",
	.args = "DEVICE FIELD=VALUE...",
	.help = "Write fields of a device that no source may change",
	.details =
		"DEVICE is a name, an address, a MAC, an id or the beginning of one.  What is\n"
		"written stays, with who wrote it and when, whatever is observed later; FIELD=\n"
		"gives the field back to the sources.  Fields of your own may have any name; a\n"
		"kind is one of those that muster knows, see muster-fingerprints(5), or vip.\n"
		"\n"
		"Examples:\n"
		"  muster set 192.168.1.17 name=printer-hall kind=printer\n"
		"  muster set printer-hall owner='Anna Schmidt' room=2.14\n"
		"  muster set printer-hall kind=\n",
	.tables = decide_tables,
	.settings_size = sizeof(struct decide_conf),
	.args_min = 2,
	.args_max = ARGS_ANY,
	.run = run_set,
};
