/* SPDX-License-Identifier: GPL-3.0-or-later */
/* LLMNR of 192.0.2.7: a name that is read is one label. */
#include "frame.h"
#include "wire/llmnr.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct addr me = addr_ip4(0xc0000207);
	char name[DNS_NAME_TEXT];
	struct err e = { 0 };

	must_say_why(llmnr_read_name(rd_from(data, size), &me, name, &e), &e);
	MUST(strnlen(name, sizeof(name)) <= 63 && !strchr(name, '.'));
	return 0;
}
