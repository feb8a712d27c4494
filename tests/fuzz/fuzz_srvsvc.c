/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers of NetrServerGetInfo and NetrWkstaGetInfo: texts have an end, or it is said why not. */
#include "frame.h"
#include "wire/srvsvc.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct srvsvc_info s;
	struct wkssvc_info w;
	struct err e = { 0 };

	must_say_why(srvsvc_read_info(data, size, &s, &e), &e);
	MUST(strnlen(s.name, SRVSVC_TEXT) < SRVSVC_TEXT);
	MUST(strnlen(s.comment, SRVSVC_TEXT) < SRVSVC_TEXT);
	must_say_why(wkssvc_read_info(data, size, &w, &e), &e);
	MUST(strnlen(w.computer, SRVSVC_TEXT) < SRVSVC_TEXT);
	MUST(strnlen(w.domain, SRVSVC_TEXT) < SRVSVC_TEXT);
	return 0;
}
