/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The text of an address set.  Up to the first NUL it is the text, behind it the content of
 * every @FILE.  What is accepted must print as a text that is read as the same set.
 */
#include "iprange/iprange.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
read_rest(void *ctx, const char *path, struct arena *mem, const char **text,
	struct err *e)
{
	(void)mem;
	*text = ctx;
	return strlen(path) % 8 == 7 ? err_set(e, ERR_SYS, "no such file") : 0;
}

static int
resolve(void *ctx, const char *name,
	int (*found)(void *arg, const struct addr *, struct err *), void *arg,
	struct err *e)
{
	struct addr ip4 = addr_ip4((uint32_t)strlen(name)), ip6;

	(void)ctx;
	if (strlen(name) % 8 == 7)
		return err_set(e, ERR_NOTFOUND, "no such name");
	ip6 = addr_from_number(ADDR_IP6, strlen(name));
	return found(arg, &ip4, e) == -1 ? -1 : found(arg, &ip6, e);
}

static void
must(bool ok)
{
	if (!ok)
		abort();
}

/*
 * Two wide octets in front of the last, and five bytes make 65536 runs: all the time would
 * go there.  The limit on runs is a matter of the unit tests.
 */
static bool
is_heavy(const char *s, size_t n)
{
	size_t wide = 0;
	bool is_wide = false;

	for (size_t i = 0; i < n && wide < 2; i++) {
		if (strchr(" \t\r\n", s[i])) { /* or NUL: the next item */
			wide = 0;
			is_wide = false;
		} else if (s[i] == '.') {
			wide += is_wide;
			is_wide = false;
		} else if (s[i] == '*' || s[i] == '-') {
			is_wide = true;
		}
	}
	return wide >= 2;
}

static void
check(const struct iprange *set, struct arena *mem)
{
	struct sb text, again;
	struct iprange *same;
	struct addr a;
	struct err e;
	u128 position;

	sb_init(&text, IPRANGE_TEXT_MAX);
	sb_init(&again, IPRANGE_TEXT_MAX);
	iprange_print(set, &text);
	if (!text.bad) {
		const char *const texts[] = { text.text };
		must(iprange_parse(texts, 1, NULL, mem, &same, &e) == 0);
		iprange_print(same, &again);
		must(strcmp(text.text, again.text) == 0);
		must(iprange_count(same) == iprange_count(set));
	}
	if (!iprange_is_empty(set)) {
		u128 last = iprange_count(set) - 1;
		must(iprange_at(set, last, &a) && iprange_contains(set, &a));
		must(iprange_position(set, &a, &position) && position == last);
	}
	sb_done(&text);
	sb_done(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (is_heavy((const char *)data, size))
		return 0;
	struct arena *mem = arena_new((size_t)64 << 20);
	char *text = malloc(size + 2);
	struct iprange *set;
	struct err e;

	must(mem && text);
	if (size)
		memcpy(text, data, size);
	text[size] = text[size + 1] = '\0';
	struct iprange_reader reader = { resolve, read_rest, text + strlen(text) + 1 };
	const char *const texts[] = { text };
	if (iprange_parse(texts, 1, &reader, mem, &set, &e) == 0)
		check(set, mem);
	else
		must(e.code != ERR_NONE && e.text[0] != '\0');
	free(text);
	arena_free(mem);
	return 0;
}
