/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `muster why-not`: what keeps two devices from being one. */
#include <stdio.h>

#include "cli/common.h"
#include "db/people.h"

static int
run_why_not(const struct call *c, struct err *e)
{
	const struct store_conf *conf = c->settings;
	struct device a, b;
	struct store *s;
	struct sb text;

	if (common_read_store(c, conf, &s, e) == -1)
		return -1;
	sb_init(&text, 1 << 20);
	int rc = store_find_device(s, c->args[0], c->mem, &a, e);
	if (rc == 0)
		rc = store_find_device(s, c->args[1], c->mem, &b, e);
	if (rc == 0)
		rc = store_why_not(s, &a, &b, &text, e);
	store_close(s);
	if (rc == 0)
		(void)fputs(text.text, stdout);
	sb_done(&text);
	return rc == -1 ? -1 : EXIT_DONE;
}

static const struct opt_table why_not_tables[] = {
	{ "Store", store_opts, 0 },
	{ NULL, NULL, 0 },
};

const struct command cmd_why_not = {
	.name = "why-not",
	.group = "Identity",
	.args = "DEVICE DEVICE",
	.help = "Tell why two devices are not one",
	.details = "DEVICE is a name, an address, a MAC, an id or the beginning of one.\n"
		   "\n"
		   "Examples:\n"
		   "  muster why-not nas nas-backup\n",
	.tables = why_not_tables,
	.settings_size = sizeof(struct store_conf),
	.args_min = 2,
	.args_max = 2,
	.run = run_why_not,
};
