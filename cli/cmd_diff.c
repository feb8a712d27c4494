/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `muster diff`: what is different in the inventory between two moments. */
#include "base/log.h"
#include "cli/common.h"
#include "inventory/filter.h"

LOG_TAG("diff");

struct diff_conf {
	struct store_conf store;
	int format;
};

/* T1 [T2] [FILTER...]: a second word that is a time is T2.  *n: how many words were times. */
static int
read_moments(const struct call *c, int64_t now, struct comparison *out, size_t *n,
	struct err *e)
{
	struct err ignored = { 0 };

	if (when_parse(c->args[0], now, &out->from, e) == -1)
		return err_add(e, "T1");
	out->to = STORE_NOW;
	*n = 1;
	if (c->n_args > 1 && when_parse(c->args[1], now, &out->to, &ignored) == 0)
		*n = 2;
	if (*n == 2 && out->to >= now)
		out->to = STORE_NOW;
	if (out->from > now)
		return err_set(e, ERR_ARG, "%.60s: that is still to come", c->args[0]);
	return out->from <= out->to
		? 0
		: err_set(e, ERR_ARG,
			  "%.60s is after %.60s: give the earlier time first",
			  c->args[0], c->args[1]);
}

static int
print_change(void *arg, const struct change *c, struct err *e)
{
	return out_change(arg, c, e);
}

static int
run_diff(const struct call *c, struct err *e)
{
	const struct diff_conf *conf = c->settings;
	struct comparison what = { .filter = NULL };
	struct store *s = NULL;
	struct out *out = NULL;
	struct filter *filter;
	struct out_info info;
	size_t n = 0;
	int rc = -1;

	common_out_info(c, OUT_CHANGES, &info);
	if (read_moments(c, info.now, &what, &n, e) == -1 ||
		filter_parse(c->args + n, c->n_args - n, c->mem, &filter, e) == -1)
		return -1;
	if (c->n_args > n)
		what.filter = filter;
	if (common_read_store(c, &conf->store, &s, e) == -1 ||
		out_open(&out, (enum out_format_id)conf->format, &info, e) == -1 ||
		store_each_difference(s, &what, print_change, out, e) == -1)
		goto out;
	if (out_count(out) == 0)
		log_warn("nothing differs");
	rc = out_close(out, NULL, e);
	out = NULL;
out:
	out_free(out);
	store_close(s);
	return common_status(rc, e);
}

static const struct opt_table diff_tables[] = {
	{ "Output", history_opts, offsetof(struct diff_conf, format) },
	{ "Store", store_opts, offsetof(struct diff_conf, store) },
	{ NULL, NULL, 0 },
};

const struct command cmd_diff = {
	.name = "diff",
	.group = "Inventory",
	.args = "T1 [T2] [FILTER...]",
	.help = "Show what is different between two times",
	.details =
		"Compares the inventory as it was known at T1 with that of T2, or of now: devices\n"
		"that are new, or went down, or came up; addresses that came, went or moved;\n"
		"ports that are opened or closed; every other field, before and after; what was\n"
		"merged or forgotten meanwhile. What changed and changed back is left out;\n"
		"'muster changes' tells all of it, one by one. Device by device, in the order of\n"
		"addresses, and the oldest first of each; a time is when it came to be so, or\n"
		"was seen so where the history of changes does not have it.\n"
		"Which observations are one device is as muster knows today, at both times.\n"
		"\n"
		"Times:\n"
		"  2026-11-21            its first moment, in UTC\n"
		"  '2026-11-21 20:15'    in UTC; 2026-11-21T20:15:03+01:00 says another offset\n"
		"  7d, '7 days ago'      so long before now: s, min, h, d, w\n"
		"  today, yesterday      its first moment; 24 hours ago\n"
		"\n"
		"Filters are those of 'muster devices', for devices that match at either time;\n"
		"with one, what was merged or forgotten is left out. A word that is a time counts\n"
		"as T2: write 'diff 7d now today' to look for devices called today.\n"
		"\n"
		"Examples:\n"
		"  muster diff yesterday\n"
		"  muster diff 2026-11-01 2026-11-08 192.168.1.0/24 --format csv\n"
		"  muster diff 7d tcp.open=3389\n",
	.tables = diff_tables,
	.settings_size = sizeof(struct diff_conf),
	.args_min = 1,
	.args_max = ARGS_ANY,
	.run = run_diff,
};
