/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `muster devices`: the inventory, or the part of it that filters let through. */
#include <string.h>

#include "base/log.h"
#include "cli/common.h"
#include "inventory/filter.h"
#include "inventory/words.h"

LOG_TAG("devices");

struct devices_conf {
	struct store_conf store;
	int format;
	const char *as_of;
	bool all;
};

static int
list_device(void *arg, const struct device *d, struct err *e)
{
	return out_device(arg, d, e);
}

/* A word that is none of those there are explains why nothing matches. */
static void
tell_unknown_words(const struct call *c)
{
	for (size_t i = 0; i < c->n_args; i++) {
		const char *value = strchr(c->args[i], '=');
		const char *key = value ? arena_strndup(c->mem, c->args[i],
						  (size_t)(value - c->args[i]))
					: NULL;
		struct sb list;
		if (!key || words_allow(key, value + 1) || words_near(key, value + 1))
			continue;
		sb_init(&list, 1 << 12);
		words_list(key, &list);
		log_warn("%s is one of %s", key, list.text);
		sb_done(&list);
	}
}

static void
tell_empty(const struct call *c)
{
	const struct devices_conf *conf = c->settings;

	tell_unknown_words(c);
	if (c->n_args)
		log_warn(conf->as_of ? "no device matched then" : "no device matches");
	else if (conf->as_of)
		log_warn("nothing was known then: what is known begins later");
	else
		log_warn("no devices yet: run 'sudo muster scan 192.168.1.0/24'");
}

/* "ad.last_logon<90d" is before ninety days ago: filters know no clock. */
static const char *
with_time(const char *term, int64_t now, struct arena *mem)
{
	size_t n = strcspn(term, "=~<>");
	char at[TIME_TEXT_MAX];
	int64_t us;
	struct err e;

	if ((term[n] != '<' && term[n] != '>') ||
		when_parse(term + n + 1, now, &us, &e) == -1)
		return term;
	const char *key = arena_strndup(mem, term + (*term == '!'), n - (*term == '!'));
	const struct fact_def *def = key ? fact_find(key) : NULL;
	if (!def || def->type != FACT_TEXT)
		return key ? term : NULL;
	(void)time_print(us, at);
	return arena_printf(mem, "%.*s%s", (int)n + 1, term, at);
}

static int
parse_filters(const struct call *c, int64_t now, struct filter **out, struct err *e)
{
	const char **terms = arena_new_array(c->mem, const char *, c->n_args + 1);

	for (size_t i = 0; terms && i < c->n_args; i++)
		if (!(terms[i] = with_time(c->args[i], now, c->mem)))
			return err_nomem(e);
	return terms ? filter_parse(terms, c->n_args, c->mem, out, e) : err_nomem(e);
}

static int
run_devices(const struct call *c, struct err *e)
{
	const struct devices_conf *conf = c->settings;
	struct device_query query = { .listed = !conf->all };
	struct store *s = NULL;
	struct out *out = NULL;
	struct filter *filter;
	struct out_info info;
	int rc = -1;

	common_out_info(c, OUT_DEVICES, &info);
	if (common_as_of(conf->as_of, &info, &query.as_of, e) == -1 ||
		parse_filters(c, info.now, &filter, e) == -1)
		return -1;
	if (c->n_args)
		query.filter = filter;
	if (common_read_store(c, &conf->store, &s, e) == -1 ||
		out_open(&out, (enum out_format_id)conf->format, &info, e) == -1 ||
		store_each_device_of(s, &query, list_device, out, e) == -1)
		goto out;
	bool empty = out_count(out) == 0;
	rc = out_close(out, NULL, e);
	out = NULL;
	if (rc == 0 && empty)
		tell_empty(c);
out:
	out_free(out);
	store_close(s);
	return common_status(rc, e);
}

static const struct opt devices_opts[] = {
	{ .name = "as_of",
		.type = OPT_STR,
		.at = offsetof(struct devices_conf, as_of),
		.flags = OPT_CLI_ONLY,
		.arg = "TIME",
		.help = AS_OF_HELP },
	{ .name = "all",
		.type = OPT_BOOL,
		.at = offsetof(struct devices_conf, all),
		.flags = OPT_CLI_ONLY,
		.help = "List those too that an agent took off the list, because nobody had "
			"seen them for long" },
	{ .name = NULL },
};

static const struct opt_table devices_tables[] = {
	{ "Which devices", devices_opts, 0 },
	{ "Output", format_opts, offsetof(struct devices_conf, format) },
	{ "Store", store_opts, offsetof(struct devices_conf, store) },
	{ NULL, NULL, 0 },
};

const struct command cmd_devices = {
	.name = "devices",
	.group = "Inventory",
	.args = "[FILTER...]",
	.help = "List the devices of the inventory",
	.details =
		"Shows those devices for which all FILTERs hold.  A narrow terminal has no room\n"
		"for every column of the table: csv and ndjson have all.\n"
		"\n"
		"Filters:\n"
		"  web                  a name, address, MAC or vendor contains it\n"
		"  netbios.domain=CORP  the field is equal to it\n"
		"  name~web             the field contains it\n"
		"  tcp.open=443         it is a member of the set\n"
		"  ad.last_logon<90d    it was before then; with > after; of numbers less, more\n"
		"  ip=10.0.0.0/24       an address is in it; 10.0.0.0/24 alone says the same\n"
		"  state=up             up, down or unconfirmed\n"
		"  kind=printer         what it is, see muster-fingerprints(5)\n"
		"  vendor=private       its MAC was taken at random, as phones do\n"
		"  !TERM                the term does not hold\n"
		"\n"
		"Fields are ip, site, state, name, domain, kind, os, vendor, and every fact: mac,\n"
		"netbios.name, netbios.domain, dns.ptr, tcp.open, tcp.closed, udp.open, os.name,\n"
		"... ('muster show' prints those that a device has). Upper and lower case are\n"
		"the same.\n"
		"\n"
		"With --as-of the inventory is what had been observed until that time: names,\n"
		"addresses, ports and states of then. Which observations are one device is as\n"
		"muster knows today, so a device has one id at all times; what was forgotten\n"
		"since is missing.\n"
		"\n"
		"Examples:\n"
		"  muster devices\n"
		"  muster devices --as-of '7 days ago' 192.168.1.0/24\n"
		"  muster devices state=up tcp.open=3389\n"
		"  muster devices ip=192.168.1.0/24 '!domain=CORP' --format csv\n",
	.tables = devices_tables,
	.settings_size = sizeof(struct devices_conf),
	.args_max = ARGS_ANY,
	.run = run_devices,
};
