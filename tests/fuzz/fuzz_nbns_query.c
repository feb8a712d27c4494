/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NetBIOS name queries and answers to them; a name that is read is written the same again. */
#include "frame.h"
#include "wire/nbns_query.h"

static void
try_name(const struct netbios_name *name)
{
	uint8_t bytes[NBNAME_SIZE];
	struct wr w = wr_to(bytes, sizeof(bytes));
	char text[NBNAME_TEXT];
	struct netbios_name back;

	MUST(memchr(name->name, 0, sizeof(name->name)));
	MUST(strlen(nbname_print(name->name, name->suffix, true, text)) < sizeof(text));
	nbname_write(&w, name);
	MUST(!w.bad && wr_used(&w) == NBNAME_SIZE);
	struct rd r = rd_from(bytes, sizeof(bytes));
	/* What stands behind a NUL is not kept, so only names without one come back. */
	if (nbname_read(&r, &back) && name->name[0] != '*')
		MUST(nbname_equal(name, &back));
}

/* Whoever asked understands the answer. */
static void
try_question(const uint8_t *data, size_t size)
{
	const struct addr owner = addr_ip4(0xc612c00a);
	uint8_t bytes[NBNS_ANSWER_SIZE];
	struct wr w = wr_to(bytes, sizeof(bytes));
	struct nbns_question q;
	struct nbns_answer a;
	struct err e = { 0 };

	if (nbns_read_question(rd_from(data, size), &q, &e) == -1) {
		MUST(e.code == ERR_PROTO && e.text[0]);
		return;
	}
	try_name(&q.name);
	nbns_write_answer(&w, &q, &owner);
	MUST(!w.bad && wr_used(&w) == NBNS_ANSWER_SIZE);
	if (!q.name.name[0]) /* it began with a NUL: blanks alone are no name */
		return;
	MUST(nbns_read_answer(rd_from(bytes, sizeof(bytes)), &a, &e) == 0);
	MUST(a.id == q.id && !a.negative && a.n_owners == 1);
	MUST(addr_equal(&a.owners[0].ip, &owner) && !a.owners[0].group);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nbns_answer a;
	struct err e = { 0 };

	try_question(data, size);
	if (nbns_read_answer(rd_from(data, size), &a, &e) == -1) {
		MUST(e.code == ERR_PROTO && e.text[0]);
		return 0;
	}
	MUST(a.n_owners <= NBNS_OWNERS_MAX);
	MUST(a.negative == (a.rcode != 0) && (!a.negative || a.n_owners == 0));
	for (size_t i = 0; i < a.n_owners; i++)
		MUST(a.owners[i].ip.family == ADDR_IP4);
	try_name(&a.name);
	return 0;
}
