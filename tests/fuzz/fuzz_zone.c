/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Time zones: a file, or the rule of a year behind "TZ=".  What is accepted tells offsets of less
 * than two days at any moment, and of a file those that stand in it.
 */
#include "schedule/zone_file.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const int64_t moments[] = { INT64_MIN / 4, -4000000000, -1, 0, 951782400,
	1795292103, 4102444800, 253402300800 };

static void
must(bool ok)
{
	if (!ok)
		abort();
}

static void
check(int32_t offset)
{
	must(offset > -48 * 3600 && offset < 48 * 3600);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *mem = arena_new(4 << 20);
	struct zone_rule rule;
	struct zone_file file;

	if (mem && size >= 3 && memcmp(data, "TZ=", 3) == 0) {
		bool ok = zone_rule_read((const char *)data + 3, size - 3, &rule);
		for (size_t i = 0; ok && i < sizeof(moments) / sizeof(moments[0]); i++)
			check(zone_rule_offset(&rule, moments[i]));
	} else if (mem && zone_file_read(rd_from(data, size), mem, &file)) {
		for (size_t i = 0; i < sizeof(moments) / sizeof(moments[0]); i++)
			check(zone_file_offset(&file, moments[i]));
		for (size_t i = 0; i < file.n; i++)
			must(zone_file_offset(&file, file.at[i]) == file.offset[i + 1] ||
				(file.has_rule && i + 1 == file.n));
	}
	arena_free(mem);
	return 0;
}
