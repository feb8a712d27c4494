/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers of NetrServerGetInfo and NetrWkstaGetInfo: texts have an end, or it is said why not, and
 * what is told of them is clean.  The line by which the process that asked says how it went. */
#include "frame.h"
#include "inventory/tell.h"
#include "netbios/member.h"
#include "wire/srvsvc.h"

static void
try_told(const struct srvsvc_info *s, const struct wkssvc_info *w)
{
	static struct tell told;
	struct addr ip = addr_ip4(0xc6120303);

	tell_begin(&told, &ip);
	member_tell_server(&told, s);
	member_tell_workstation(&told, w);
	(void)tell_finish(&told);
	MUST(told.n <= TELL_FACTS_MAX);
	for (size_t i = 0; i < told.n; i++) {
		const struct fact *f = &told.facts[i];
		MUST(fact_find(f->key) && fact_find(f->key)->type == f->type);
		MUST(i == 0 || strcmp(told.facts[i - 1].key, f->key) < 0);
		for (const char *c = f->type == FACT_TEXT ? f->text : ""; *c; c++)
			MUST((unsigned char)*c >= 0x20 && *c != 0x7f);
	}
}

/* What is read is written the same again. */
static void
try_line(const uint8_t *data, size_t size)
{
	char line[MEMBER_LINE];
	struct member_said said;

	if (!member_read_said((const char *)data, size, &said))
		return;
	member_write_said(&said, line);
	MUST(memcmp(line, data, MEMBER_LINE) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct srvsvc_info s;
	struct wkssvc_info w;
	struct err e = { 0 };

	try_line(data, size);
	must_say_why(srvsvc_read_info(data, size, &s, &e), &e);
	MUST(strnlen(s.name, SRVSVC_TEXT) < SRVSVC_TEXT);
	MUST(strnlen(s.comment, SRVSVC_TEXT) < SRVSVC_TEXT);
	must_say_why(wkssvc_read_info(data, size, &w, &e), &e);
	MUST(strnlen(w.computer, SRVSVC_TEXT) < SRVSVC_TEXT);
	MUST(strnlen(w.domain, SRVSVC_TEXT) < SRVSVC_TEXT);
	try_told(&s, &w);
	return 0;
}
