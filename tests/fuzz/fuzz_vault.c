/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a file of sealed credentials: each that is read may be used and has no secret. */
#include "frame.h"
#include "host/vault.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *mem = arena_new(16 << 20);
	struct err e = { 0 };
	struct credential *all;
	size_t n;

	if (mem &&
		vault_parse((const char *)data, size, "/nowhere", mem, &all, &n, &e) ==
			0)
		for (size_t i = 0; i < n; i++) {
			char secret[SECRET_MAX];
			MUST(credential_check(&all[i], &e) == 0);
			MUST(credential_has_secret(all[i].kind) && !all[i].secret);
			MUST(vault_open(&all[i], secret, &e) ==
				-1); /* there is no key */
		}
	arena_free(mem);
	return 0;
}
