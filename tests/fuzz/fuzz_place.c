/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The place of a sweep: whatever is read prints and reads back the same. */
#include <stdlib.h>
#include <string.h>

#include "scanner/place.h"

enum { WAVES = 100 };

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	bool done[WAVES] = { false }, again[WAVES] = { false };
	struct place p, q;
	struct sb text;
	struct err e;
	char *copy = strndup((const char *)data, n);

	if (copy && place_parse(copy, done, WAVES, &p, &e) == 0) {
		sb_init(&text, 1 << 16);
		place_print(&p, &text);
		if (text.len <= PLACE_TEXT_MAX &&
			(place_parse(text.text, again, WAVES, &q, &e) == -1 ||
				memcmp(done, again, sizeof(done)) != 0 ||
				p.n_waves != q.n_waves || p.plan != q.plan))
			abort();
		sb_done(&text);
	}
	free(copy);
	return 0;
}
