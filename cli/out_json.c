/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON as text: strings and numbers by inventory/jsontext.h, facts by inventory/ndjson.h. */
#include "cli/out_json.h"

#include <string.h>

#include "base/clock.h"
#include "inventory/jsontext.h"
#include "inventory/ndjson.h"

void
out_json_item(struct sb *out)
{
	if (out->len && !strchr("{[\n", out->text[out->len - 1]))
		sb_add(out, ",");
}

void
out_json_key(struct sb *out, const char *key)
{
	out_json_item(out);
	jsontext_add_string(out, key, strlen(key), SIZE_MAX);
	sb_add(out, ":");
}

void
out_json_text(struct sb *out, const char *key, const char *text)
{
	if (!text)
		return;
	out_json_key(out, key);
	jsontext_add_string(out, text, strlen(text), SIZE_MAX);
}

void
out_json_time(struct sb *out, const char *key, int64_t at)
{
	char buf[TIME_TEXT_MAX];

	out_json_text(out, key, at ? time_print(at, buf) : NULL);
}

void
out_json_bool(struct sb *out, const char *key, bool value)
{
	out_json_key(out, key);
	sb_add(out, value ? "true" : "false");
}

void
out_json_int(struct sb *out, const char *key, int64_t value)
{
	out_json_key(out, key);
	jsontext_add_int(out, value);
}

static void
add_address(struct sb *out, const struct device_address *a)
{
	char buf[ADDR_TEXT_MAX];

	out_json_item(out);
	sb_add(out, "{");
	out_json_text(out, "ip", addr_print(&a->ip, buf));
	out_json_bool(out, "current", a->current);
	out_json_time(out, "first_seen", a->first_seen);
	out_json_time(out, "last_seen", a->last_seen);
	out_json_time(out, "last_reply", a->last_reply);
	out_json_time(out, "down_at", a->down_at);
	sb_add(out, "}");
}

int
out_json_device(struct sb *out, const struct device *d, struct err *e)
{
	const struct device_field *name = device_field(d, "name");

	out_json_int(out, "v", 1);
	out_json_text(out, "id", d->id);
	out_json_text(out, "site", d->site);
	out_json_text(out, "state", device_state_names[d->state]);
	out_json_time(out, "first_seen", d->first_seen);
	out_json_time(out, "last_seen", d->last_seen);
	out_json_text(out, "name", name ? name->fact.text : NULL);
	out_json_key(out, "addresses");
	sb_add(out, "[");
	for (size_t i = 0; i < d->n_addrs; i++)
		add_address(out, &d->addrs[i]);
	sb_add(out, "]");
	out_json_key(out, "fields");
	sb_add(out, "{");
	for (size_t i = 0; i < d->n_fields; i++) {
		out_json_key(out, d->fields[i].fact.key);
		if (ndjson_write_fact(&d->fields[i].fact, out, e) == -1)
			return err_add(e, "device %s: %s", d->id, d->fields[i].fact.key);
	}
	sb_add(out, "}");
	return 0;
}
