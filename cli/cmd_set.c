/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `muster set`: fields as a person wants them. */
#include "cli/decide.h"

#include <string.h>

#include "base/log.h"

LOG_TAG("set");

/* "name=Hall", or "name=" for what the sources say. */
static int
read_edits(const struct call *c, struct edit **out, struct err *e)
{
	*out = arena_new_array(c->mem, struct edit, c->n_args);
	for (size_t i = 1; *out && i < c->n_args; i++) {
		const char *text = c->args[i], *is = strchr(text, '=');
		if (!is)
			return err_set(e, ERR_ARG, "'%.60s' is not FIELD=VALUE", text);
		char *key = arena_strndup(c->mem, text, (size_t)(is - text));
		if (!key)
			return err_nomem(e);
		(*out)[i - 1] = (struct edit){ key, is[1] ? is + 1 : NULL };
	}
	return *out ? 0 : err_nomem(e);
}

static int
run_set(const struct call *c, struct err *e)
{
	const struct store_conf *conf = c->settings;
	struct edit *edits;
	const char *actor;
	struct device d;
	struct store *s;

	if (decide_actor(c->mem, &actor, e) == -1 || read_edits(c, &edits, e) == -1 ||
		common_open_store(c, conf, STORE_WRITE, &s, e) == -1)
		return -1;
	int rc = decide_device(c, s, 0, &d, e);
	if (rc == 0)
		rc = store_set_fields(s, d.row, edits, c->n_args - 1, actor, e);
	store_close(s);
	if (rc == 0)
		log_info("set %zu of %s", c->n_args - 1, d.id);
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
		"gives the field back to the sources.  Fields of your own may have any name.\n"
		"\n"
		"Examples:\n"
		"  muster set 192.168.1.17 name=printer-hall kind=printer\n"
		"  muster set printer-hall owner='Anna Schmidt' room=2.14\n"
		"  muster set printer-hall kind=\n",
	.tables = decide_tables,
	.settings_size = sizeof(struct store_conf),
	.args_min = 2,
	.args_max = ARGS_ANY,
	.run = run_set,
};
