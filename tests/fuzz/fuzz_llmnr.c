/* SPDX-License-Identifier: GPL-3.0-or-later */
/* LLMNR of 192.0.2.7: a name that is read is one label. */
#include "frame.h"
#include "wire/llmnr.h"

static void
check(int rc, const struct err *e)
{
	MUST(rc == 0 || (e->code == ERR_PROTO && e->text[0]));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct addr me = addr_ip4(0xc0000207);
	char name[DNS_NAME_TEXT];
	struct err e = { 0 };

	check(llmnr_read_name(rd_from(data, size), &me, name, &e), &e);
	MUST(strnlen(name, sizeof(name)) <= 63 && !strchr(name, '.'));
	return 0;
}
