/* SPDX-License-Identifier: GPL-3.0-or-later */
/* muster-fingerprints(5): how kinds and systems are told, and how to add a rule. */
#include "cli/fingerprints.h"

#include <string.h>

#include "inventory/classify.h"

static const char intro[] =
	"muster-fingerprints(5) \"muster " MUSTER_VERSION "\" \"muster manual\"\n\n"
	"# NAME\n\n"
	"muster-fingerprints - rules that tell kinds of device and operating systems\n\n"
	"# DESCRIPTION\n\n"
	"What a device is, is worked out from all that is known of it: open ports, texts of\n"
	"its servers, SNMP, the maker of its network card, what it announces. Each line of\n"
	"evidence is a rule with a weight; *muster show --why* lists those that a device\n"
	"meets. Many are compiled in. A file of one's own adds to them:\n\n"
	"```\n"
	"rules:\n"
	"- { fact: http.title, begins: \"Acme Gate\", kind: router, weight: 95,\n"
	"    why: \"the page of our gates\", source: \"seen in Berlin\" }\n"
	"- { fact: snmp.sysobjectid, below: \"1.3.6.1.4.1.99999\", kind: iot, weight: 90,\n"
	"    why: \"a product of Acme\", source: \"ACME-MIB\" }\n"
	"```\n\n"
	"*muster devices --fingerprints mine.yaml* uses it once, the setting\n"
	"*store.fingerprints* always. *muster config check --fingerprints mine.yaml* lists\n"
	"every mistake with its line and column.\n\n"
	"# RULES\n\n"
	"A rule asks one thing of one fact: it has one of the first seven keys below. Upper\n"
	"and lower case are the same. In facts that have a text by port (\"443 nginx\") the\n"
	"port is no part of the text.\n\n";

static const char weighing[] =
	"# HOW IT IS WEIGHED\n\n"
	"A clue of weight 80 leaves a doubt of 20 %. The doubts of independent clues\n"
	"multiply: 80 and 70 leave 6 %, so the answer is 94 % sure. Of one group only the\n"
	"heaviest clue counts for an answer. What speaks for another answer counts four\n"
	"times against each, so that a contradiction gives no answer rather than a wrong\n"
	"one. Evidence that somebody else may have given (a firewall, a proxy) does not\n"
	"count at all.\n\n"
	"The maker of a network card counts little: an address can be given to any machine,\n"
	"and hardware runs what its owner wants. Alone it decides no kind, but that of a card\n"
	"which only hypervisors make, and never a system.\n\n"
	"What says _Debian Linux 12_ also says _Debian Linux_ and _Linux_; the answer is the\n"
	"closest one that is sure. A domain controller, a hypervisor and a nas are servers in\n"
	"the same way. _virtual-machine_ is the answer where nothing else is.\n\n";

static const char systems[] =
	"# SYSTEMS\n\n"
	"An operating system has to be named before a rule may answer it, with those that\n"
	"are cases of it in a list, or an empty list:\n\n"
	"```\n"
	"systems:\n"
	"  Acme OS: [Acme OS 1, Acme OS 2]\n"
	"  Linux: [Acme Linux]\n"
	"windows:\n"
	"- { build: 31000, client: Windows 12, server: Windows Server 2028 }\n"
	"```\n\n"
	"Client and server of one build of Windows cannot be told apart by it: the answer\n"
	"names both until the kind of the device decides.\n\n"
	"These are known:\n\n";

static void
add_terms(struct sb *out, const struct rules_word *words)
{
	for (; words->name; words++) {
		sb_printf(out, "*%s*\n\t", words->name);
		sb_add_scdoc(out, words->help);
		sb_add(out, ".\n\n");
	}
}

/* "a, b, c." */
static void
add_name(struct sb *out, const char *name, bool first)
{
	sb_add(out, first ? "" : ", ");
	sb_add_scdoc(out, name);
}

int
fingerprints_manual(struct sb *out, struct arena *mem, struct err *e)
{
	struct rules *rules;

	if (rules_built_in(mem, &rules, e) == -1)
		return -1;
	sb_add(out, intro);
	add_terms(out, rules_words);
	sb_add(out, "# KINDS\n\n");
	for (size_t i = 0; rules_kinds[i]; i++)
		add_name(out, rules_kinds[i], i == 0);
	sb_printf(out,
		".\n\nAn answer below %d %% is unknown. A rule cannot say so.\n\n",
		CLASSIFY_SURE);
	sb_add(out, weighing);
	sb_add(out, systems);
	for (size_t i = 0; rules_system(rules, i); i++)
		if (strncmp(rules_system(rules, i), "Windows ", 8) != 0)
			add_name(out, rules_system(rules, i), i == 0);
	sb_add(out,
		", and the releases of Windows.\n\n# SEE ALSO\n\n*muster*(1), *muster-show*(1), *muster-devices*(1), "
		"*muster-config*(1),\n*muster-facts*(7), *muster.yaml*(5)\n");
	return 0;
}
