/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as credentials that are handed over: each that is read may be used, and given on it is
 * the same. */
#include "frame.h"
#include "host/handover.h"

#include <string.h>

enum { GIVEN_MAX = 64 };

static void
must_be_same(const struct credential *a, const struct credential *b)
{
	MUST(strcmp(a->name, b->name) == 0 && a->kind == b->kind);
	MUST(!a->secret == !b->secret);
	MUST(!a->secret || strcmp(a->secret, b->secret) == 0);
	MUST(a->n_content == b->n_content);
	MUST(!a->content || memcmp(a->content, b->content, a->n_content) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *mem = arena_new(16 << 20);
	const struct credential *given[GIVEN_MAX];
	struct credential *all, *again;
	struct err e = { 0 };
	size_t n, n_again;
	int fd;

	if (mem && handover_parse((const char *)data, size, mem, &all, &n, &e) == 0 &&
		n <= GIVEN_MAX) {
		for (size_t i = 0; i < n; i++) {
			MUST(credential_check(&all[i], &e) == 0);
			MUST(credential_has_secret(all[i].kind) == !!all[i].secret);
			given[i] = &all[i];
		}
		MUST(handover_make(given, n, &fd, &e) == 0);
		MUST(handover_take(fd, mem, &again, &n_again, &e) == 0 && n_again == n);
		for (size_t i = 0; i < n; i++)
			must_be_same(&all[i], &again[i]);
	}
	arena_free(mem);
	return 0;
}
