/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A device for programs: the object of `devices`, with sources, aliases, evidence, ledger. */
#include "cli/out_json.h"
#include "cli/show.h"
#include "inventory/ndjson.h"

enum { TEXT_LIMIT = 64 << 20 };

static void
add_sources(const struct show_report *r, struct sb *out)
{
	out_json_key(out, "sources");
	sb_add(out, "{");
	for (size_t i = 0; i < r->device.n_fields; i++) {
		const struct device_field *f = &r->device.fields[i];
		out_json_key(out, f->fact.key);
		sb_add(out, "{");
		out_json_text(out, "source", f->source);
		out_json_time(out, "at", f->at);
		out_json_text(out, "evidence", evidence_names[f->evidence]);
		sb_add(out, "}");
	}
	sb_add(out, "}");
}

static void
add_aliases(const struct show_report *r, struct sb *out)
{
	out_json_key(out, "aliases");
	sb_add(out, "[");
	for (size_t i = 0; i < r->n_aliases; i++) {
		out_json_item(out);
		sb_printf(out, "\"%s\"", r->aliases[i]);
	}
	sb_add(out, "]");
}

static int
add_value(const struct evidence_row *row, struct arena *mem, struct sb *out,
	struct err *e)
{
	struct fact fact;

	if (*row->member) {
		out_json_text(out, "member", row->member);
		return 0;
	}
	if (show_value(row, mem, &fact, e) == -1)
		return -1;
	out_json_key(out, "value");
	return ndjson_write_fact(&fact, out, e);
}

static int
add_evidence(
	const struct show_report *r, struct arena *mem, struct sb *out, struct err *e)
{
	out_json_key(out, "evidence");
	sb_add(out, "[");
	for (size_t i = 0; i < r->n_evidence; i++) {
		const struct evidence_row *row = &r->evidence[i];
		out_json_item(out);
		sb_add(out, "{");
		out_json_text(out, "key", row->key);
		if (add_value(row, mem, out, e) == -1)
			return -1;
		out_json_bool(out, "shown", show_is_used(&r->device, row));
		out_json_bool(out, "gone", row->gone);
		if (row->contradicted)
			out_json_bool(out, "contradicted", true);
		out_json_text(out, "source", row->source);
		out_json_text(out, "evidence", evidence_names[row->evidence]);
		out_json_time(out, "first_at", row->first_at);
		out_json_time(out, "at", row->at);
		out_json_int(out, "seq", row->seq);
		out_json_text(out, "point", row->point);
		out_json_text(out, "run", row->run);
		sb_add(out, "}");
	}
	sb_add(out, "]");
	if (r->untold)
		out_json_int(out, "contradicted_left_out", (int64_t)r->untold);
	return 0;
}

/* What kind and system rest on. */
static void
add_clues(const struct show_report *r, struct sb *out)
{
	out_json_key(out, "clues");
	sb_add(out, "[");
	for (size_t i = 0; i < r->n_clues; i++) {
		const struct clue *c = &r->clues[i];
		out_json_item(out);
		sb_add(out, "{");
		out_json_text(out, "key", c->field->fact.key);
		if (c->value)
			out_json_text(out, "value", c->value);
		if (c->kind)
			out_json_text(out, "kind", c->kind);
		if (c->os)
			out_json_text(out, "os", c->os);
		out_json_int(out, "weight", c->weight);
		out_json_bool(out, "counts", c->counts);
		out_json_text(out, "why", c->why);
		out_json_text(out, "source", c->source);
		out_json_text(out, "file", c->file);
		out_json_int(out, "line", c->line);
		sb_add(out, "}");
	}
	sb_add(out, "]");
}

static void
add_ledger(const struct show_report *r, struct sb *out)
{
	out_json_key(out, "ledger");
	sb_add(out, "[");
	for (size_t i = 0; i < r->ledger.n; i++) {
		const struct ledger_row *l = &r->ledger.rows[i];
		out_json_item(out);
		sb_add(out, "{");
		out_json_time(out, "at", l->at);
		out_json_text(out, "outcome", show_outcomes[l->outcome]);
		out_json_text(out, "rule", l->rule);
		out_json_text(out, "key", l->key);
		out_json_text(out, "detail", l->detail);
		out_json_text(out, "actor", l->actor);
		out_json_text(out, "run", l->run);
		out_json_text(out, "overruled_by", l->overruled_by);
		out_json_time(out, "overruled_at", l->overruled_at);
		sb_add(out, "}");
	}
	sb_add(out, "]");
	if (r->ledger.more)
		out_json_int(out, "ledger_left_out", (int64_t)r->ledger.more);
}

/* A virtual address and who answers for it, a machine and its successor. */
static void
add_ties(const struct show_report *r, struct sb *out)
{
	out_json_key(out, "ties");
	sb_add(out, "[");
	for (size_t i = 0; i < r->ties.n; i++) {
		const struct tie *t = &r->ties.items[i];
		out_json_item(out);
		sb_add(out, "{");
		out_json_text(out, "rule", t->rule);
		out_json_text(out, "to", t->label);
		out_json_text(out, "id", t->id);
		out_json_time(out, "at", t->at);
		out_json_bool(out, "first", t->first);
		sb_add(out, "}");
	}
	sb_add(out, "]");
	if (r->ties.more)
		out_json_int(out, "ties_left_out", (int64_t)r->ties.more);
}

static int
add_report(const struct show_report *r, struct arena *mem, struct sb *out, struct err *e)
{
	sb_add(out, "{");
	if (out_json_device(out, &r->device, e) == -1)
		return -1;
	add_sources(r, out);
	add_aliases(r, out);
	if (r->ties.n)
		add_ties(r, out);
	if (r->why && add_evidence(r, mem, out, e) == -1)
		return -1;
	if (r->why) {
		add_clues(r, out);
		add_ledger(r, out);
	}
	sb_add(out, "}\n");
	return 0;
}

int
show_json(const struct show_report *r, const struct out_info *info, struct arena *mem,
	struct err *e)
{
	struct sb text;

	sb_init(&text, TEXT_LIMIT);
	int rc = add_report(r, mem, &text, e);
	if (rc == 0 && text.bad)
		rc = err_nomem(e);
	if (rc == 0 && fwrite(text.text, 1, text.len, info->to) != text.len)
		rc = err_sys(e, "write the output");
	sb_done(&text);
	return rc;
}
