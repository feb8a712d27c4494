/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a file to be changed: what comes out is the same text but for one place. */
#include "base/conf.h"
#include "base/conf_edit.h"

#include <stdlib.h>
#include <string.h>

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* What is before and behind the place is as it was. */
static void
check(const char *text, size_t n, const struct sb *out)
{
	size_t begin = 0, end = 0;

	while (begin < n && begin < out->len && text[begin] == out->text[begin])
		begin++;
	while (end < n - begin && end < out->len - begin &&
		text[n - 1 - end] == out->text[out->len - 1 - end])
		end++;
	must(begin == n || begin == out->len || begin + end <= n);
	must(out->len <= n + 256 || begin + end >= n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct conf_setting s[] = { { "targets", "[10.9.0.0/24]" },
		{ "enabled", "no" } };
	const struct conf_edit old = { (const char *)data, size, "ranges", "a" },
			       new = { (const char *)data, size, "ranges", "new" };
	struct sb out;
	struct err e;

	sb_init(&out, 2 * CONF_MAX);
	if (conf_edit_add(&new, s, 2, &out, &e) == 0) {
		check((const char *)data, size, &out);
		must(out.len > size); /* nothing is taken away */
	}
	sb_clear(&out);
	if (conf_edit_remove(&old, &out, &e) == 0) {
		check((const char *)data, size, &out);
		must(out.len < size);
	}
	sb_clear(&out);
	if (conf_edit_set(&old, &s[1], &out, &e) == 0)
		check((const char *)data, size, &out);
	sb_done(&out);
	return 0;
}
