/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a file of rules: right and used, or wrong with a place for each mistake. */
#include "inventory/classify.h"

#include <stdlib.h>
#include <string.h>

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* One line a mistake, nothing in it that moves a cursor. */
static void
check_mistakes(const struct sb *mistakes)
{
	must(mistakes->len > 0 && mistakes->text[mistakes->len - 1] == '\n');
	for (const char *p = mistakes->text; *p; p += strcspn(p, "\n") + 1)
		must(strncmp(p, "f:", 2) == 0);
	for (size_t i = 0; i < mistakes->len; i++)
		must((unsigned char)mistakes->text[i] >= 0x20 ||
			mistakes->text[i] == '\n');
}

/* A device that many rules could ask something of. */
static void
judge(const struct rules *rules, struct arena *mem)
{
	static const uint16_t ports[] = { 22, 80, 443 };
	static const char *const texts[] = { "80 a", "443 x" };
	struct device_field fields[] = {
		{ .fact = { .key = "http.title",
			  .type = FACT_TEXTS,
			  .texts = { texts, 2 } } },
		{ .fact = { .key = "ip.ttl", .type = FACT_INT, .num = 64 } },
		{ .fact = { .key = "ldap.dc", .type = FACT_BOOL, .num = true } },
		{ .fact = { .key = "smb.os_build", .type = FACT_TEXT } },
		{ .fact = { .key = "ssh.banner", .type = FACT_TEXT } },
		{ .fact = { .key = "tcp.open",
			  .type = FACT_PORTS,
			  .ports = { ports, 3 } } },
	};
	size_t n = sizeof(fields) / sizeof(fields[0]), n_clues;
	struct classified c;
	struct clue *clues;
	struct err e;

	fields[3].fact.text = "10.0.17763";
	fields[4].fact.text = "x";
	if (classify_explain(rules, fields, n, mem, &c, &clues, &n_clues, &e) == -1)
		must(e.code == ERR_NOMEM);
	else
		must(c.kind.confidence >= 0 && c.kind.confidence <= 99 &&
			c.os.confidence >= 0 && c.os.confidence <= 99);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *mem = arena_new(32 << 20);
	struct rules *rules;
	struct sb mistakes;
	struct err e;

	must(mem && rules_none(mem, &rules, &e) == 0);
	sb_init(&mistakes, 1 << 20);
	if (rules_add(rules, "f", (const char *)data, size, &mistakes, &e) == 0) {
		must(mistakes.len == 0);
		judge(rules, mem);
	} else if (e.code == ERR_ARG) {
		if (size <= RULES_FILE_MAX)
			check_mistakes(&mistakes);
	} else {
		must(e.code == ERR_NOMEM);
	}
	sb_done(&mistakes);
	arena_free(mem);
	return 0;
}
