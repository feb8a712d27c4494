/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The value of a fact as text for people: tables, CSV cells, the change history.
 * Deliberately no escaping, and no way back: ndjson.h has the form for programs.
 */
#include "inventory/fact_print.h"

#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "inventory/jsontext.h"

static void
print_ports(const struct fact *f, struct sb *out)
{
	for (size_t i = 0; i < f->ports.n; i++)
		sb_printf(out, "%s%u", i ? ", " : "", (unsigned)f->ports.items[i]);
}

static void
print_texts(const struct fact *f, struct sb *out)
{
	for (size_t i = 0; i < f->texts.n; i++) {
		sb_add(out, i ? ", " : "");
		sb_add(out, f->texts.items[i]);
	}
}

/* JSON as it came, but a lone text without its quotes. */
static void
print_other(const struct fact *f, struct sb *out)
{
	json_t *value = NULL;
	struct err e;

	if (*f->text == '"' && jsontext_load(f->text, strlen(f->text), &value, &e) == 0)
		sb_add(out, json_string_value(value));
	else
		sb_add(out, f->text);
	json_decref(value);
}

void
fact_print(const struct fact *f, struct sb *out)
{
	char mac[MAC_TEXT_MAX], ip[ADDR_TEXT_MAX];

	switch (f->type) {
	case FACT_TEXT: sb_add(out, f->text); break;
	case FACT_OTHER: print_other(f, out); break;
	case FACT_INT: sb_printf(out, "%" PRId64, f->num); break;
	case FACT_BOOL: sb_add(out, f->num ? "yes" : "no"); break;
	case FACT_MAC: sb_add(out, mac_print(&f->mac, mac)); break;
	case FACT_IP: sb_add(out, addr_print(&f->ip, ip)); break;
	case FACT_PORTS: print_ports(f, out); break;
	case FACT_TEXTS: print_texts(f, out); break;
	}
}

/* --- without the escapes of JSON ---------------------------------------------------------- */

static void
add_quoted(struct sb *out, const char *text, size_t n)
{
	sb_add(out, "\"");
	sb_add_n(out, text, n);
	sb_add(out, "\"");
}

/* In the order in which they came; jsontext.h bounds the depth. */
static void
add_bare(const json_t *value, struct sb *out)
{
	const char *key, *between = "";
	json_t *member;
	size_t i;

	if (json_is_string(value)) {
		add_quoted(out, json_string_value(value), json_string_length(value));
	} else if (json_is_array(value)) {
		sb_add(out, "[");
		json_array_foreach(value, i, member)
		{
			sb_add(out, i ? "," : "");
			add_bare(member, out);
		}
		sb_add(out, "]");
	} else if (json_is_object(value)) {
		sb_add(out, "{");
		json_object_foreach((json_t *)(uintptr_t)value, key, member)
		{
			sb_add(out, between);
			add_quoted(out, key, strlen(key));
			sb_add(out, ":");
			add_bare(member, out);
			between = ",";
		}
		sb_add(out, "}");
	} else {
		jsontext_add_value(out, value);
	}
}

void
fact_print_bare(const struct fact *f, struct sb *out)
{
	json_t *value = NULL;
	struct err e;

	if (f->type == FACT_OTHER && strchr("[{", *f->text) &&
		jsontext_load(f->text, strlen(f->text), &value, &e) == 0)
		add_bare(value, out);
	else
		fact_print(f, out);
	json_decref(value);
}
