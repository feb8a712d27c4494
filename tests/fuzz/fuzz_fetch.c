/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The documents that an answer leads to: the first byte says which conversation, and where
 * what the host says is cut in two. */
#include "tests/unit/talk_rig.h"

extern const struct ask ask_upnp, ask_wsd_metadata;

static void
try_talk(struct talk *t, const uint8_t *data, size_t size, size_t cut)
{
	enum talk_next next = rig_begin(t);

	cut = cut < size ? cut : size;
	if (next == TALK_MORE)
		next = rig_hear(t, data, cut);
	if (next == TALK_MORE)
		next = rig_hear(t, data + cut, size - cut);
	if (next == TALK_MORE)
		(void)rig_close(t);
	(void)rig_facts(t);
	rig_free(t);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0 || size > TALK_IN_MAX)
		return 0;
	try_talk(data[0] & 1 ? rig_new_at(&ask_upnp, 80, "/")
			     : rig_new_at(&ask_wsd_metadata, 5357, "/x urn:uuid:ab"),
		data + 1, size - 1, data[0]);
	return 0;
}
