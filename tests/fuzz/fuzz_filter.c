/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any lines as the terms of a filter: right, or it is said what is wrong.  A device that one
 * matches may match by its card, too; and of whatever a store has as a card it can be said.
 * Up to the first NUL the terms, behind it the card of somebody else.
 */
#include "inventory/filter.h"

#include <string.h>

#include "frame.h"
#include "inventory/card.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	TERMS_MAX = 16,
	MEMORY = 16 << 20,
	INPUT_MAX = 512, /* what a wrong word is like takes long */
};

static const uint16_t ports[] = { 22, 443 };
static const char *const names[] = { "ws-7.corp.example", "ws seven" };
static const struct fact facts[] = {
	{ .key = "ad.last_logon", .type = FACT_TEXT, .text = "2026-08-01T00:00:00Z" },
	{ .key = "dns.ptr", .type = FACT_TEXTS, .texts = { names, 2 } },
	{ .key = "rtt.us", .type = FACT_INT, .num = 1234 },
	{ .key = "tcp.open", .type = FACT_PORTS, .ports = { ports, 2 } },
};
enum { FACTS = sizeof(facts) / sizeof(facts[0]) };

static void
try_matching(const struct filter *f, const char *card)
{
	struct observation said = { .site = "berlin", .facts = facts, .n_facts = FACTS };
	struct device_field fields[FACTS] = { 0 };
	const struct device_address addr = { .ip = addr_ip4(0xc6120307),
		.current = true };
	const struct device d = { .id = "0192d0c0-0000-7000-8000-000000000001",
		.site = "berlin",
		.addrs = &addr,
		.n_addrs = 1,
		.fields = fields,
		.n_fields = FACTS };
	struct sb own;

	said.ip = addr.ip;
	for (size_t i = 0; i < FACTS; i++)
		fields[i] = (struct device_field){ .fact = facts[i], .source = "sweep" };

	for (enum card_use use = CARD_NOW; use <= CARD_OTHER_RULES; use++)
		(void)filter_may_match(f, card, use);
	sb_init(&own, CARD_MAX);
	card_add_observation(&own, &said, NULL);
	card_add_device(&own, &d);
	MUST(!own.bad);
	MUST(!filter_matches(f, &d) || filter_may_match(f, own.text, CARD_NOW));
	sb_done(&own);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *mem = arena_new(MEMORY);
	size = size < INPUT_MAX ? size : INPUT_MAX;
	char *text = mem ? arena_strndup(mem, (const char *)data, size) : NULL;
	size_t n_terms = 0, n = text ? strlen(text) : 0;
	const char *terms[TERMS_MAX];
	struct filter *filter;
	struct err e = { 0 };
	char *line;

	MUST(text);
	char *card = arena_strndup(
		mem, (const char *)data + n + (n < size), size - n - (n < size));
	MUST(card);
	while (n_terms < TERMS_MAX && (line = strsep(&text, "\n")))
		terms[n_terms++] = line;
	if (filter_parse(terms, n_terms, mem, &filter, &e) == 0)
		try_matching(filter, card);
	else
		MUST(e.code && e.text[0]);
	arena_free(mem);
	return 0;
}
