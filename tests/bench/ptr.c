/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ptr - how fast the resolver asks for names: reads addresses, prints what was heard
 *
 *	ptr [--confirm] < ADDRESSES
 *
 * One line of JSON: addresses, names, none, unknown, confirmed, seconds.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "host/resolver.h"

struct heard {
	size_t outcomes[PTR_OUTCOMES];
};

static void
hear(void *arg, const struct addr *a, enum ptr_outcome outcome, const char *name)
{
	(void)a;
	(void)name;
	((struct heard *)arg)->outcomes[outcome]++;
}

int
main(int argc, char **argv)
{
	struct heard h = { 0 };
	struct resolver *r = NULL;
	struct err e = { 0 };
	struct addr a;
	char line[128];
	size_t n = 0;

	if (resolver_new(&r, &e) == -1)
		goto out;
	resolver_on_ptr(r, hear, &h);
	if (argc > 1 && strcmp(argv[1], "--confirm") == 0)
		resolver_confirm_names(r);
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		if (!addr_parse(line, &a))
			continue;
		if (resolver_ask_ptr(r, &a, &e) == -1)
			goto out;
		n++;
	}
	int64_t start = clock_mono(&clock_system);
	while (resolver_work(r, 1000))
		;
	double seconds = (double)(clock_mono(&clock_system) - start) / (double)SECOND;
	printf("{\"addresses\":%zu,\"names\":%zu,\"none\":%zu,\"unknown\":%zu,"
	       "\"confirmed\":%zu,\"seconds\":%.6f}\n",
		n, h.outcomes[PTR_NAME], h.outcomes[PTR_NONE], h.outcomes[PTR_UNKNOWN],
		h.outcomes[PTR_CONFIRMED], seconds);
out:
	resolver_free(r);
	if (e.code)
		fprintf(stderr, "ptr: %s\n", e.text);
	return e.code ? 1 : 0;
}
