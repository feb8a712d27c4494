/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One JSON object a line: observations in the form that import reads (inventory/ndjson.h),
 * devices and changes as docs/interfaces.md describes them.
 */
#include "inventory/ndjson.h"

#include "cli/out_format.h"
#include "cli/out_json.h"

static int
ndjson_device(struct out *o, const struct device *d, struct err *e)
{
	sb_add(&o->text, "{");
	if (out_json_device(&o->text, d, e) == -1)
		return -1;
	sb_add(&o->text, "}\n");
	return out_put(o, e);
}

static int
ndjson_observation(struct out *o, const struct observation *seen, struct err *e)
{
	if (ndjson_write(seen, &o->text, e) == -1)
		return -1;
	return out_put(o, e);
}

static int
ndjson_change(struct out *o, const struct change *c, struct err *e)
{
	sb_add(&o->text, "{");
	out_json_int(&o->text, "v", 1);
	out_json_time(&o->text, "at", c->at);
	out_json_text(&o->text, "device", c->device);
	out_json_text(&o->text, "name", c->label);
	out_json_text(&o->text, "what", c->what);
	out_json_text(&o->text, "key", c->key);
	out_json_text(&o->text, "before", c->before);
	out_json_text(&o->text, "after", c->after);
	out_json_text(&o->text, "run", c->run);
	sb_add(&o->text, "}\n");
	return out_put(o, e);
}

const struct out_format out_ndjson = {
	.device = ndjson_device,
	.observation = ndjson_observation,
	.change = ndjson_change,
};
