/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DNS replies to PTR questions: whatever comes, a name is one that a host may have. */
#include "host/ptr_reply.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(void *arg, const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-_.";
	size_t *names = arg;

	++*names;
	if (!*name || strlen(name) > 253 || strspn(name, letters) != strlen(name))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t names = 0;
	enum ptr_outcome outcome = ptr_reply_read(data, size, check, &names);

	if ((outcome == PTR_NAME) != (names > 0))
		abort();
	return 0;
}
