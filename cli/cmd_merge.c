/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `muster merge`: two devices are one. */
#include "cli/decide.h"

const struct command cmd_merge = {
	.name = "merge",
	.group = "Identity",
	.args = "DEVICE DEVICE",
	.help = "Say that two devices are one",
	.details =
		"DEVICE is a name, an address, a MAC, an id or the beginning of one.  The\n"
		"strongest identifiers of both are tied together from now on, whatever else they\n"
		"show.  The older id stays; the other finds the device, too.  'muster undo' parts\n"
		"them again.\n"
		"\n"
		"What shows no identifier, or only names that DNS or a list has for its address,\n"
		"is tied by its address and site: who is there without an identifier is that\n"
		"device, also who shows one later, while no second machine shows one there.\n"
		"\n"
		"Examples:\n"
		"  muster why-not nas nas-backup\n"
		"  muster merge nas nas-backup\n",
	.tables = decide_tables,
	.settings_size = sizeof(struct decide_conf),
	.args_min = 2,
	.args_max = 2,
	.run = decide_run,
};
