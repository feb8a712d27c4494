/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `muster split`: one device is two, or two are never one. */
#include "cli/decide.h"

const struct command cmd_split = {
	.name = "split",
	.group = "Identity",
	.args = "DEVICE WHAT",
	.help = "Say that a device is two, or that two are never one",
	.details =
		"DEVICE is a name, an address, a MAC, an id or the beginning of one.  WHAT is an\n"
		"address or an identifier of it ('muster show --why' prints them): what was seen\n"
		"there, or bears it, becomes a device of its own.  Identifiers that both show are\n"
		"trusted no more, anywhere.  'muster undo' joins them again.\n"
		"\n"
		"Or WHAT is another device, by anything that DEVICE may be: the two are never\n"
		"taken for one, whatever they will show, and 'muster why-not' tells who said so.\n"
		"What DEVICE has comes first: an address that it once had is split off.\n"
		"Of two that show the same name and nothing else, that name is trusted no more.\n"
		"What a merge tied by addresses is parted by 'muster undo'.\n"
		"\n"
		"Examples:\n"
		"  muster split web1 192.168.1.18\n"
		"  muster split web1 web2\n"
		"  muster split web1 'ssh SHA256:uNiVztksCsDhcc0u9e8BrjJXuKmGdA7t5bCbk5dXZ9w'\n",
	.tables = decide_tables,
	.settings_size = sizeof(struct decide_conf),
	.args_min = 2,
	.args_max = 2,
	.run = decide_run,
};
