/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Octet lists, as nmap takes them: N, N-M, '-' or '*' for all, commas between. */
#include "iprange/octets.h"

#include <stdbool.h>
#include <string.h>

static const char digits[] = "0123456789";

/* The whole of s[0..n) as a number of one octet. */
static int
read_number(const char *s, size_t n, unsigned *out, struct err *e)
{
	unsigned value = 0;

	if (n > 1 && s[0] == '0') /* some programs would read octal */
		return err_set(e, ERR_ARG, "octet %.*s has a leading zero", (int)n, s);
	for (size_t i = 0; i < n && value <= 255; i++)
		value = value * 10 + (unsigned)(s[i] - '0');
	if (value > 255)
		return err_set(e, ERR_ARG, "octet %.*s is above 255", (int)n, s);
	*out = value;
	return 0;
}

/* One of the list: s[0..n). */
static int
read_range(const char *s, size_t n, uint8_t in[static 256], struct err *e)
{
	size_t n_first = strspn(s, digits);
	unsigned first = 0, last = 255;

	if (n == 0)
		return err_set(e, ERR_ARG, "an octet is empty");
	if (n > 1 || n_first == 1) {               /* else '*' or '-': all */
		const char *end = s + n_first + 1; /* behind the '-', if there is one */
		bool one = n_first == n;
		if (!one &&
			(n_first == 0 || s[n_first] != '-' || n_first + 1 == n ||
				n_first + 1 + strspn(end, digits) != n))
			return err_set(e, ERR_ARG,
				"octet %.*s is neither a number, a range N-M, '*' nor '-'",
				(int)n, s);
		if (read_number(s, n_first, &first, e) == -1)
			return -1;
		last = first;
		if (!one && read_number(end, n - n_first - 1, &last, e) == -1)
			return -1;
	}
	if (last < first)
		return err_set(e, ERR_ARG, "octet range %u-%u ends before it begins",
			first, last);
	memset(in + first, 1, last - first + 1);
	return 0;
}

int
octets_read(const char *s, struct octets *out, struct err *e)
{
	size_t dots = 0;

	*out = (struct octets){ 0 };
	for (const char *p = s; *p; p++)
		dots += *p == '.';
	if (dots != 3)
		return err_set(e, ERR_ARG, "IPv4 has 4 octets, not %zu", dots + 1);
	for (size_t octet = 0;; s++) {
		size_t n = strcspn(s, ".,");
		if (read_range(s, n, out->in[octet], e) == -1)
			return -1;
		s += n;
		if (!*s)
			return 0;
		octet += *s == '.';
	}
}

/* The first value from `from` on that is in the list (or is not); 256: none. */
static unsigned
next_value(const uint8_t in[static 256], unsigned from, uint8_t wanted)
{
	const uint8_t *p = memchr(in + from, wanted, 256 - from);

	return p ? (unsigned)(p - in) : 256;
}

/* The last octet that is not full: behind it every run goes on. */
static unsigned
last_octet(const struct octets *o)
{
	unsigned at = 3;

	while (at > 0 && next_value(o->in[at], 0, 0) == 256)
		at--;
	return at;
}

uint64_t
octets_count_runs(const struct octets *o)
{
	unsigned at = last_octet(o);
	uint64_t n = 0;

	for (unsigned v = next_value(o->in[at], 0, 1); v < 256; n++) {
		unsigned end = next_value(o->in[at], v, 0);
		v = next_value(o->in[at], end, 1);
	}
	for (unsigned i = 0; i < at; i++) {
		unsigned values = 0;
		for (unsigned v = 0; v < 256; v++)
			values += o->in[i][v];
		n *= values;
	}
	return n;
}

struct walk {
	const struct octets *o;
	unsigned last;
	int (*run)(void *arg, uint32_t first, uint32_t last, struct err *);
	void *arg;
};

/* prefix: the octets in front of octet `at`, in their place. */
static int
walk(const struct walk *w, unsigned at, uint32_t prefix, struct err *e)
{
	const uint8_t *in = w->o->in[at];
	unsigned shift = 24 - 8 * at;

	for (unsigned v = next_value(in, 0, 1); v < 256;) {
		bool deepest = at == w->last;
		unsigned end = deepest ? next_value(in, v, 0) : v + 1;
		uint32_t first = prefix | v << shift;
		uint32_t last = (prefix | (end - 1) << shift) +
			(((uint32_t)1 << shift) - 1);
		if ((deepest ? w->run(w->arg, first, last, e)
			     : walk(w, at + 1, first, e)) == -1)
			return -1;
		v = next_value(in, end, 1);
	}
	return 0;
}

int
octets_each_run(const struct octets *o,
	int (*run)(void *arg, uint32_t first, uint32_t last, struct err *), void *arg,
	struct err *e)
{
	struct walk w = { o, last_octet(o), run, arg };

	return walk(&w, 0, 0, e);
}
