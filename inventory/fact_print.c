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
