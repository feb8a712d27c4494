/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Three tables of the program as a manual page, which so cannot fall behind them. */
#include "cli/man_facts.h"

#include "inventory/fact.h"
#include "scanner/ask.h"
#include "scanner/probe.h"

static const char intro[] =
	"# DESCRIPTION\n\n"
	"A sweep asks every address by *probes*, one packet each. Who answers is asked who it is\n"
	"by *conversations*: a few messages each, without credentials but those that the settings\n"
	"hold. What either tells is kept as *facts*.\n\n";

static const char facts_intro[] =
	"# FACTS\n\n"
	"Each with its type and where it is defined. A _text_ has at most 1,024 bytes; _ports_ and\n"
	"_texts_ are sets of at most 4,096. Where each port of a device has a value of its own, that\n"
	"begins with the port: \"443 nginx\". A fact that is not here is kept and shown as it came,\n"
	"and never tells devices apart.\n\n";

static const char *const type_names[] = {
	[FACT_TEXT] = "text",
	[FACT_INT] = "integer",
	[FACT_BOOL] = "boolean",
	[FACT_MAC] = "MAC",
	[FACT_IP] = "address",
	[FACT_PORTS] = "ports",
	[FACT_TEXTS] = "texts",
	[FACT_OTHER] = "any",
};

static void
add_term(struct sb *out, const char *name)
{
	sb_add(out, "*");
	sb_add_scdoc(out, name);
	sb_add(out, "*");
}

static void
add_asked(struct sb *out, const char *name, const char *help, const char *sends)
{
	add_term(out, name);
	sb_add(out, "\n\t");
	sb_add_scdoc(out, help);
	sb_add(out, ". Sends: ");
	sb_add_scdoc(out, sends);
	sb_add(out, ".\n\n");
}

static void
add_fact(struct sb *out, const struct fact_def *d)
{
	add_term(out, d->key);
	sb_printf(out, " (%s)\n\t", type_names[d->type]);
	sb_add_scdoc(out, d->help);
	sb_add(out, ". ");
	sb_add_scdoc(out, d->source);
	sb_add(out, "\n\n");
}

void
man_facts(struct sb *out)
{
	sb_add(out, intro);
	sb_add(out, "# PROBES\n\n");
	for (size_t i = 0; probes[i]; i++)
		add_asked(out, probes[i]->name, probes[i]->help, probes[i]->sends);
	sb_add(out, "# CONVERSATIONS\n\n");
	for (size_t i = 0; asks[i]; i++)
		add_asked(out, asks[i]->name, asks[i]->help, asks[i]->sends);
	sb_add(out, facts_intro);
	for (size_t i = 0; i < n_fact_defs; i++)
		add_fact(out, &fact_defs[i]);
}
