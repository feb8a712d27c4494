/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A user's file of MAC prefixes.  A table that could be read gives names within their limit
 * for whatever MAC.
 */
#include <stdlib.h>
#include <string.h>

#include "inventory/vendor.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *mem = arena_new(16 << 20);
	struct vendor_table *table;
	char *text = malloc(n ? n : 1);
	struct err e;

	if (!mem || !text)
		abort();
	if (n)
		memcpy(text, data, n);
	if (vendor_read(text, n, mem, &table, &e) == 0) {
		for (size_t i = 0; i + sizeof(struct mac) <= n && i < 256; i++) {
			struct mac mac;
			memcpy(mac.bytes, data + i, sizeof(mac.bytes));
			const char *name = vendor_find(table, &mac);
			if (name && (strlen(name) == 0 || strlen(name) > 64))
				abort();
		}
	}
	free(text);
	arena_free(mem);
	return 0;
}
