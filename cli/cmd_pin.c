/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `muster pin`: a device stays one. */
#include "cli/decide.h"

const struct command cmd_pin = {
	.name = "pin",
	.group = "Identity",
	.args = "DEVICE",
	.help = "Say that a device is one for good",
	.details =
		"DEVICE is a name, an address, a MAC, an id or the beginning of one.  All the\n"
		"identifiers that it shows now are tied together: other serial numbers or keys do\n"
		"not part it later.  'muster undo' unties them.  A device with one identifier has\n"
		"nothing to tie: what it shows beside that later joins it anyway.\n"
		"\n"
		"Examples:\n"
		"  muster pin cluster-node-1\n",
	.tables = decide_tables,
	.settings_size = sizeof(struct decide_conf),
	.args_min = 1,
	.args_max = 1,
	.run = decide_run,
};
