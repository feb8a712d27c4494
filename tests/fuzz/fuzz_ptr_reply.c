/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DNS replies to PTR and address questions: whatever comes, a name is one that a host may
 * have, and an address was found, or was not, or nobody knows. */
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

	if ((outcome == PTR_NAME || outcome == PTR_MORE) != (names > 0) || names > 256)
		abort();
	struct addr a = addr_ip4(0xc0000207);
	outcome = name_reply_read(data, size, &a);
	if (outcome < PTR_CONFIRMED || outcome > PTR_UNCONFIRMED)
		abort();
	return 0;
}
