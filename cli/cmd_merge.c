/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `muster merge`: two devices are one. */
#include "cli/decide.h"

static int
work(const struct call *c, struct store *s, const char *actor, struct decision *out,
	struct err *e)
{
	struct device a, b;

	if (decide_device(c, s, 0, &a, e) == -1 || decide_device(c, s, 1, &b, e) == -1)
		return -1;
	return store_merge(s, a.row, b.row, actor, out, e);
}

static int
run_merge(const struct call *c, struct err *e)
{
	return decide(c, work, e);
}

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
		"Examples:\n"
		"  muster why-not nas nas-backup\n"
		"  muster merge nas nas-backup\n",
	.tables = decide_tables,
	.settings_size = sizeof(struct store_conf),
	.args_min = 2,
	.args_max = 2,
	.run = run_merge,
};
