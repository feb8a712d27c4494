/* SPDX-License-Identifier: GPL-3.0-or-later */
/* talk.h - a whole conversation with a host that says whatever the fuzzer likes */
#ifndef FUZZ_TALK_H
#define FUZZ_TALK_H

#include "tests/unit/talk_rig.h"

/*
 * data is said in two pieces, cut at `cut`; TLS comes to be when it is asked for, between
 * the pieces at the latest; then the host hangs up.  What was told must be short and clean.
 */
static inline void
try_talk(const struct ask *ask, const uint8_t *data, size_t size, size_t cut)
{
	struct talk *t = rig_new(ask);
	enum talk_next next = rig_begin(t);

	cut = cut < size ? cut : size;
	if (next == TALK_MORE)
		next = rig_hear(t, data, cut);
	if (next == TALK_MORE && rig_wants_tls(t))
		next = rig_tls(t);
	if (next == TALK_MORE)
		next = rig_hear(t, data + cut, size - cut);
	if (next == TALK_MORE && rig_wants_tls(t))
		next = rig_tls(t);
	if (next == TALK_MORE)
		(void)rig_close(t);
	(void)rig_facts(t);
	rig_free(t);
}

#endif
