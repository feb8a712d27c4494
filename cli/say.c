/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/say.h"

#include <stdarg.h>
#include <string.h>

#include "base/sb.h"

enum { TEXT_MAX = 16 << 10 }; /* the rest of it is cut off */

static size_t
newlines_at_end(const char *fmt)
{
	size_t n = strlen(fmt), end = n;

	while (end && fmt[end - 1] == '\n')
		end--;
	return n - end;
}

void
say(FILE *to, const char *fmt, ...)
{
	size_t before = strspn(fmt, "\n"), after = newlines_at_end(fmt + before);
	char text[TEXT_MAX];
	struct sb out;
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	size_t end = (size_t)n < sizeof(text) ? (size_t)n - after : sizeof(text) - 1;
	sb_init(&out, 5 * sizeof(text));
	sb_add_n(&out, text, before);
	sb_add_plain(&out, text + before, end - before);
	sb_add_n(&out, fmt + strlen(fmt) - after, after);
	(void)fputs(out.text, to); /* main checks standard output */
	sb_done(&out);
}
