/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ldap/clean.h"

#include <string.h>

#include "base/sb.h"
#include "inventory/fact.h"

const char *
clean_text(const char *text, struct arena *mem)
{
	static const char unknown[] = "\xef\xbf\xbd"; /* U+FFFD */
	size_t n = strlen(text), len = 0, plain = 0;

	while (text[plain] >= ' ' && text[plain] < 0x7f)
		plain++;
	if (plain == n && n <= FACT_TEXT_LIMIT)
		return n ? text : NULL;
	char *out = arena_alloc(mem, FACT_TEXT_LIMIT + 1);
	for (size_t i = 0; out && i < n;) {
		size_t size = utf8_char(text + i, n - i);
		unsigned char c = (unsigned char)text[i];
		const char *from = size ? text + i : unknown;
		size_t take = size ? size : sizeof(unknown) - 1;
		if (size == 1 && (c < ' ' || c == 0x7f))
			from = " ";
		if (len + take > FACT_TEXT_LIMIT)
			break;
		memcpy(out + len, from, take);
		len += take;
		i += size ? size : 1;
	}
	return len ? out : NULL;
}
