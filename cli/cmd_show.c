/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `muster show`: all that is known of one device, who said it and when; with --why also
 * what competed for each field, and why its observations are one device.
 */
#include "cli/show.h"

#include <stdlib.h>
#include <string.h>

#include "cli/common.h"
#include "inventory/ndjson.h"

struct show_conf {
	struct store_conf store;
	int format;
	bool why;
	const char *as_of;
};

const char *const show_outcomes[] = {
	[LINK_JOINED] = "joined",
	[LINK_REFUSED] = "kept apart",
	[LINK_DEMOTED] = "not trusted",
	[LINK_TIED] = "tied",
	[LINK_UNDONE] = "undone",
};

/* --- evidence --------------------------------------------------------------------------- */

static bool
has_member(const struct fact *f, const char *member)
{
	char mac[MAC_TEXT_MAX];

	switch (f->type) {
	case FACT_PORTS:
		for (size_t i = 0; i < f->ports.n; i++)
			if (f->ports.items[i] == strtoul(member, NULL, 10))
				return true;
		return false;
	case FACT_TEXTS:
		for (size_t i = 0; i < f->texts.n; i++)
			if (strcmp(f->texts.items[i], member) == 0)
				return true;
		return false;
	case FACT_MAC: return strcmp(mac_print(&f->mac, mac), member) == 0;
	case FACT_TEXT:
	case FACT_INT:
	case FACT_BOOL:
	case FACT_IP:
	case FACT_OTHER: break;
	}
	return true; /* one value a source */
}

/* Ports come from all sources, all else from one. */
bool
show_is_used(const struct device *d, const struct evidence_row *row)
{
	const struct device_field *f = device_field(d, row->key);

	if (!f || row->gone || row->contradicted || !has_member(&f->fact, row->member))
		return false;
	return f->fact.type == FACT_PORTS || strcmp(f->source, row->source) == 0;
}

int
show_value(const struct evidence_row *row, struct arena *mem, struct fact *out,
	struct err *e)
{
	if (ndjson_read_fact(row->key, row->value, strlen(row->value), mem, out, e) ==
		-1)
		return err_add(e, "evidence of %s", row->source);
	return 0;
}

/* --- virtual addresses ------------------------------------------------------------------ */

/* Nobody said so of one whose kind its MAC gave (device.h). */
static bool
is_derived_vip(const struct show_report *r)
{
	const struct device_field *kind = device_field(&r->device, "kind");

	for (size_t i = 0; i < r->n_evidence; i++)
		if (strcmp(r->evidence[i].key, "kind") == 0)
			return false;
	return kind && kind->fact.type == FACT_TEXT &&
		strcmp(kind->fact.text, "vip") == 0;
}

/* The MAC is the clue, and leaves no doubt. */
static int
explain_vip(struct show_report *r, struct arena *mem, struct err *e)
{
	const struct device_field *f = device_field(&r->device, "mac");
	struct clue *clues = arena_new_array(mem, struct clue, r->n_clues + 1);
	char mac[MAC_TEXT_MAX];

	if (!f || !is_derived_vip(r))
		return 0;
	const char *group = identity_virtual_group(&f->fact.mac, mem);
	r->vip = group ? arena_printf(mem, "%s is the MAC of %s",
				 mac_print(&f->fact.mac, mac), group)
		       : NULL;
	if (!clues || !r->vip)
		return err_nomem(e);
	clues[0] = (struct clue){ .field = f,
		.kind = "vip",
		.weight = 100,
		.counts = true,
		.why = arena_printf(mem, "the MAC of %s", group),
		.source = "docs/identity.md",
		.file = "built in" };
	for (size_t i = 0; i < r->n_clues; i++)
		clues[i + 1] = r->clues[i];
	r->clues = clues;
	r->n_clues++;
	return clues[0].why ? 0 : err_nomem(e);
}

/* --- the command ------------------------------------------------------------------------ */

static int
load(struct store *s, const struct call *c, int64_t as_of, struct show_report *r,
	struct err *e)
{
	const struct show_conf *conf = c->settings;

	r->why = conf->why;
	if (store_find_device_as_of(s, c->args[0], as_of, c->mem, &r->device, e) == -1 ||
		store_device_aliases(s, r->device.row, c->mem, &r->aliases,
			&r->n_aliases, e) == -1 ||
		store_device_ties(s, r->device.row, as_of, c->mem, &r->ties, e) == -1)
		return -1;
	if (!r->why)
		return 0;
	if (store_device_evidence_as_of(s, r->device.row, as_of, c->mem, &r->evidence,
		    &r->n_evidence, &r->untold, e) == -1)
		return -1;
	if (store_rules(s) &&
		classify_explain(store_rules(s), r->device.fields, r->device.n_fields,
			c->mem, &r->judged, &r->clues, &r->n_clues, e) == -1)
		return -1;
	if (explain_vip(r, c->mem, e) == -1)
		return -1;
	return store_device_ledger(s, r->device.row, as_of, c->mem, &r->ledger, e);
}

static int
run_show(const struct call *c, struct err *e)
{
	static int (*const writers[])(const struct show_report *,
		const struct out_info *, struct arena *,
		struct err *) = { [OUT_TABLE] = show_people, [OUT_NDJSON] = show_json };
	const struct show_conf *conf = c->settings;
	struct show_report r = { 0 };
	struct out_info info;
	struct store *s;
	int64_t as_of;

	common_out_info(c, OUT_DEVICES, &info);
	if (common_as_of(conf->as_of, &info, &as_of, e) == -1 ||
		common_read_store(c, &conf->store, &s, e) == -1)
		return -1;
	int rc = load(s, c, as_of, &r, e);
	store_close(s);
	if (rc == -1)
		return -1;
	return common_status(writers[conf->format](&r, &info, c->mem, e), e);
}

#define AT(member) offsetof(struct show_conf, member)
static const struct opt show_opts[] = {
	{ .name = "why",
		.type = OPT_BOOL,
		.at = AT(why),
		.flags = OPT_CLI_ONLY,
		.help = "Tell what competed for each field, and why this is one device" },
	{ .name = "as_of",
		.type = OPT_STR,
		.at = AT(as_of),
		.flags = OPT_CLI_ONLY,
		.arg = "TIME",
		.help = AS_OF_HELP },
	{ .name = NULL },
};

static const struct opt_table show_tables[] = {
	{ "Output", show_opts, 0 },
	{ "Format", detail_opts, AT(format) },
	{ "Store", store_opts, AT(store) },
	{ NULL, NULL, 0 },
};

const struct command cmd_show = {
	.name = "show",
	.group = "Inventory",
	.args = "DEVICE",
	.help = "Show all that is known of one device",
	.details =
		"DEVICE is a name, an address, a MAC, an id or the beginning of one. With\n"
		"--as-of it is who had that name or address then, with the fields of then;\n"
		"which observations are one device is as muster knows today, and --why gives\n"
		"the reasons up to then.\n"
		"\n"
		"--why prints what each source says: SHOWN is yes, no (another source counts\n"
		"more), another (a further network card), closed or ended (seen absent), or\n"
		"\"said before\": the same source said otherwise in the same run, later or by\n"
		"better evidence.\n"
		"\n"
		"Examples:\n"
		"  muster show 192.168.1.17\n"
		"  muster show --why ws-0412\n"
		"  muster show 192.168.1.17 --as-of 2026-11-14\n"
		"  muster show --format ndjson 00:16:3e:5e:6c:00 | jq .fields\n",
	.tables = show_tables,
	.settings_size = sizeof(struct show_conf),
	.args_min = 1,
	.args_max = 1,
	.run = run_show,
};
