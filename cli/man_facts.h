/* SPDX-License-Identifier: GPL-3.0-or-later */
/* man_facts.h - muster-facts(7): what is asked, and all that can be known */
#ifndef CLI_MAN_FACTS_H
#define CLI_MAN_FACTS_H

#include "base/sb.h"

/* The page behind its title, as scdoc(5): probes, conversations and facts by their tables. */
void man_facts(struct sb *out);

#endif
