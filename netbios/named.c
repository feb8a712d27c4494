/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "netbios/named.h"

#include <stdio.h>
#include <string.h>

void
named_add(struct named *d, const char *name)
{
	size_t used = strlen(d->text);

	if (d->n <= NAMED_MAX)
		(void)snprintf(d->text + used, sizeof(d->text) - used, "%s%s",
			used ? ", " : "", d->n < NAMED_MAX ? name : "...");
	d->n++;
}

void
named_add_ip(struct named *d, const struct addr *ip)
{
	char text[ADDR_TEXT_MAX];

	named_add(d, addr_print(ip, text));
}
