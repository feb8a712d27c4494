/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DNS replies to PTR questions: whatever comes, a name is one that a host may have. */
#include "host/ptr_reply.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-_.";
	char name[PTR_NAME_MAX];
	enum ptr_outcome outcome = ptr_reply_read(data, size, name);

	if ((outcome == PTR_NAME) != (name[0] != '\0') ||
		strspn(name, letters) != strlen(name))
		abort();
	return 0;
}
