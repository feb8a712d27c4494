/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/lease_servers.h"

#include "location/facts.h"

int
lease_servers(const char *root, const struct nb_scope *may, size_t most,
	struct arena *mem, struct opt_list *out, struct err *e)
{
	struct nb_scope scope = { .links = may->links,
		.targets = may->targets,
		.excluded = may->excluded,
		.n_servers = 1 };
	struct place_facts facts;
	char ip[ADDR_TEXT_MAX];

	if (place_facts_here(root, mem, &facts, e) == -1)
		return -1;
	*out = (struct opt_list){ .items = arena_new_array(
					  mem, const char *, FACTS_MAX) };
	if (!out->items)
		return err_nomem(e);
	for (size_t i = 0; i < facts.wins_servers.n && out->n < most; i++) {
		const struct addr *a = &facts.wins_servers.items[i];
		scope.servers = a;
		if (!nb_may_ask(&scope, a, false))
			continue;
		out->items[out->n] = arena_strdup(mem, addr_print(a, ip));
		if (!out->items[out->n++])
			return err_nomem(e);
	}
	return 0;
}
