/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `muster changes`: what happened to the devices, oldest first. */
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "cli/common.h"

LOG_TAG("changes");

struct changes_conf {
	struct store_conf store;
	const char *since;
	int format;
};

/* "2h" before now, or a moment of RFC 3339, of which the time of day may be missing. */
static int
read_since(const char *text, int64_t now, struct arena *mem, int64_t *out, struct err *e)
{
	static const struct opt age = { .name = "since",
		.type = OPT_MSEC,
		.max = (int64_t)1000 * 365 * 86400 * MSEC };
	const char *midnight = arena_printf(mem, "%sT00:00:00Z", text);
	int64_t ago_ms;

	if (!midnight)
		return err_nomem(e);
	if (time_parse(text, out) == 0 || time_parse(midnight, out) == 0)
		return 0;
	/* A bare number would be milliseconds, which nobody means here. */
	if (text[strspn(text, "0123456789")] == '\0' ||
		opt_set(&age, &ago_ms, text, mem, e) == -1)
		return err_set(e, ERR_ARG,
			"--since %.60s: must be an age as in 90min, 2h, 3d, or a time as in "
			"2026-11-21 or 2026-11-21T20:15:03Z",
			text);
	*out = now - ago_ms * MSEC;
	return 0;
}

static int
print_change(void *arg, const struct change *c, struct err *e)
{
	return out_change(arg, c, e);
}

static int
run_changes(const struct call *c, struct err *e)
{
	const struct changes_conf *conf = c->settings;
	int64_t since = INT64_MIN;
	struct store *s = NULL;
	struct out *out = NULL;
	struct out_info info;
	int rc = -1;

	common_out_info(c, OUT_CHANGES, &info);
	if (conf->since && read_since(conf->since, info.now, c->mem, &since, e) == -1)
		return -1;
	if (common_open_store(c, &conf->store, STORE_READ, &s, e) == -1 ||
		out_open(&out, (enum out_format_id)conf->format, &info, e) == -1 ||
		store_each_change(s, since, print_change, out, e) == -1)
		goto out;
	if (out_count(out) == 0)
		log_warn(conf->since ? "no changes in that time" : "no changes yet");
	rc = out_close(out, NULL, e);
	out = NULL;
out:
	out_free(out);
	store_close(s);
	return common_status(rc, e);
}

#define AT(member) offsetof(struct changes_conf, member)
static const struct opt changes_opts[] = {
	{ .name = "since",
		.type = OPT_STR,
		.at = AT(since),
		.flags = OPT_CLI_ONLY,
		.arg = "TIME",
		.help = "Only what happened since then: 90min, 2h, 3d, or an RFC 3339 time" },
	{ .name = NULL },
};

static const struct opt_table changes_tables[] = {
	{ "Which changes", changes_opts, 0 },
	{ "Output", history_opts, AT(format) },
	{ "Store", store_opts, AT(store) },
	{ NULL, NULL, 0 },
};

const struct command cmd_changes = {
	.name = "changes",
	.group = "Inventory",
	.args = "",
	.help = "Show what happened to the devices, newest last",
	.details = "The time of a change is that of the observation that brought it, so importing "
		   "an\nold scan tells of old changes.\n"
		   "\n"
		   "Examples:\n"
		   "  muster changes --since 24h\n"
		   "  muster changes --since 2026-11-01 --format csv\n",
	.tables = changes_tables,
	.settings_size = sizeof(struct changes_conf),
	.run = run_changes,
};
