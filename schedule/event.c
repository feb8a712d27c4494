/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From rows of the history to events, and events to text. */
#include "schedule/event.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "inventory/jsontext.h"

const char *const event_names[EVENT_KINDS + 1] = {
	[EVENT_NEW] = "device-new",
	[EVENT_DOWN] = "device-down",
	[EVENT_UP] = "device-up",
	[EVENT_LEFT] = "device-left",
	[EVENT_BACK] = "device-back",
	[EVENT_FORGOTTEN] = "device-forgotten",
	[EVENT_MERGED] = "device-merged",
	[EVENT_ADDRESS] = "device-address",
	[EVENT_NAME] = "device-name",
	[EVENT_OS] = "device-os",
	[EVENT_KIND] = "device-kind",
};

/* What the history calls them; a key only for fields. */
static const struct {
	const char *what, *key;
	enum event_kind kind;
} changes[] = {
	{ "new", "", EVENT_NEW },
	{ "down", "", EVENT_DOWN },
	{ "up", "", EVENT_UP },
	{ "left", "", EVENT_LEFT },
	{ "back", "", EVENT_BACK },
	{ "forgotten", "", EVENT_FORGOTTEN },
	{ "merged", "", EVENT_MERGED },
	{ "address", "", EVENT_ADDRESS },
	{ "field", "name", EVENT_NAME },
	{ "field", "os", EVENT_OS },
	{ "field", "kind", EVENT_KIND },
};

bool
event_of(const struct change *c, struct event *out)
{
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		if (strcmp(c->what, changes[i].what) != 0 ||
			strcmp(c->key, changes[i].key) != 0)
			continue;
		*out = (struct event){ .kind = changes[i].kind,
			.id = c->id,
			.at = c->at,
			.device = c->device,
			.label = c->label,
			.before = c->before,
			.after = c->after,
			.run = c->run };
		return true;
	}
	return false;
}

/* --- for the log ---------------------------------------------------------------------------- */

/* A quote in a name must not end the value: the log is read by programs. */
static void
add_quoted(struct sb *out, const char *key, const char *value)
{
	if (!*value)
		return;
	sb_printf(out, " %s=\"", key);
	for (size_t n; *value; value += n + (value[n] == '"')) {
		n = strcspn(value, "\"");
		sb_add_n(out, value, n);
		if (value[n] == '"')
			sb_add(out, "'");
	}
	sb_add(out, "\"");
}

void
event_print(const struct event *ev, struct sb *out)
{
	sb_printf(out, "event=%s device=%s", event_names[ev->kind], ev->device);
	add_quoted(out, "name", ev->label);
	add_quoted(out, "before", ev->before);
	add_quoted(out, "after", ev->after);
}

/* --- for receivers -------------------------------------------------------------------------- */

/* Text that is no UTF-8 is escaped as a terminal would see it, not left out. */
static json_t *
text_json(const char *text)
{
	json_t *j = json_string(text);
	struct sb plain;

	if (j)
		return j;
	sb_init(&plain, EVENTS_BODY_MAX);
	sb_add_plain(&plain, text, strlen(text));
	j = plain.bad ? NULL : json_string(plain.text);
	sb_done(&plain);
	return j;
}

static json_t *
event_json(const struct event *ev)
{
	char at[TIME_TEXT_MAX];

	return json_pack("{s:I, s:s, s:s, s:s, s:o, s:o, s:o, s:s}", "id",
		(json_int_t)ev->id, "event", event_names[ev->kind], "at",
		time_print(ev->at, at), "device", ev->device, "name",
		text_json(ev->label), "before", text_json(ev->before), "after",
		text_json(ev->after), "run", ev->run);
}

void
events_write(const struct event_head *head, const struct event *events, size_t n,
	struct sb *out)
{
	char sent[TIME_TEXT_MAX];
	json_t *list = json_array(), *j;
	char *text;

	for (size_t i = 0; i < n; i++)
		if (json_array_append_new(list, event_json(&events[i])) == -1)
			out->bad = true;
	j = json_pack("{s:i, s:s, s:o, s:o, s:s, s:I, s:o}", "v", 1, "kind",
		"muster-events", "site", text_json(head->site), "point",
		text_json(head->point), "sent", time_print(head->sent, sent),
		"held_back", (json_int_t)head->held_back, "events", list);
	text = j ? json_dumps(j, JSON_COMPACT) : NULL;
	if (text) {
		jsontext_add_made(out, text);
		sb_add(out, "\n");
	} else {
		out->bad = true;
	}
	free(text);
	json_decref(j);
}
