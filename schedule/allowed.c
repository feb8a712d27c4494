/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The scope of a point, by set algebra alone. */
#include "schedule/allowed.h"

static int
check_range(const char *text, struct arena *mem, struct err *e)
{
	struct iprange *set;

	return iprange_parse(&text, 1, &iprange_files, mem, &set, e);
}

#define AT(f) offsetof(struct allowed_conf, f)
const struct opt allowed_opts[] = {
	{ .name = "scope.allow",
		.type = OPT_LIST,
		.at = AT(allow),
		.arg = "RANGE",
		.flags = OPT_NO_SPLIT | OPT_FILE_ONLY | OPT_SOME, /* or all is allowed */
		.check = check_range,
		.help = "Only these addresses may be polled by this point; without it all that "
			"are not public" },
	{ .name = "scope.allow_public",
		.type = OPT_LIST,
		.at = AT(allow_public),
		.arg = "RANGE",
		.flags = OPT_NO_SPLIT | OPT_FILE_ONLY,
		.check = check_range,
		.help = "These public addresses may be polled, too" },
	{ .name = "scope.exclude",
		.type = OPT_LIST,
		.at = AT(exclude),
		.arg = "RANGE",
		.flags = OPT_NO_SPLIT | OPT_FILE_ONLY,
		.check = check_range,
		.help = "Never ask these addresses, whatever else allows them" },
	{ .name = NULL },
};

/* Not globally reachable, or no single hosts, by the registries of RFC 6890 (s2.2.2, s2.2.3)
 * and RFC 8190; with multicast (RFC 5771, RFC 4291 s2.7). */
static const char *const not_public[] = { "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10",
	"127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
	"192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
	"203.0.113.0/24", "224.0.0.0/3", /* and 240.0.0.0/4 */
	"::/127", "64:ff9b:1::/48", "100::/64", "2001:2::/48", "2001:db8::/32",
	"3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "ff00::/8" };

static struct iprange *
everything(struct arena *mem)
{
	static const uint8_t zero[16],
		ones[16] = { 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
			255, 255, 255, 255 };
	struct iprange_run runs[] = {
		{ addr_ip4(0), addr_ip4(UINT32_MAX) },
		{ addr_ip6(zero), addr_ip6(ones) },
	};

	return iprange_from_runs(runs, 2, mem);
}

struct iprange *
allowed_public(struct arena *mem)
{
	struct iprange *all = everything(mem), *special;
	struct err e;

	if (!all ||
		iprange_parse(not_public, sizeof(not_public) / sizeof(not_public[0]),
			NULL, mem, &special, &e) == -1)
		return NULL;
	return iprange_subtract(all, special, mem);
}

struct iprange *
allowed_of(const struct allowed_sets *sets, struct arena *mem)
{
	const struct iprange *public = sets->public ? sets->public
						    : allowed_public(mem);
	struct iprange *all = everything(mem), *set;

	if (!public || !all)
		return NULL;
	set = iprange_subtract(sets->allow ? sets->allow : all, public, mem);
	if (set && sets->allow_public)
		set = iprange_add(set, sets->allow_public, mem);
	if (set && sets->exclude)
		set = iprange_subtract(set, sets->exclude, mem);
	return set;
}

static int
read_list(const struct opt_list *list, struct arena *mem, const struct iprange **out,
	struct err *e)
{
	struct iprange *set;

	*out = NULL;
	if (list->n == 0)
		return 0;
	if (iprange_parse(list->items, list->n, &iprange_files, mem, &set, e) == -1)
		return -1;
	*out = set;
	return 0;
}

int
allowed_read(const struct allowed_conf *c, struct arena *mem, struct allowed_sets *sets,
	struct iprange **out, const char **key, struct err *e)
{
	struct allowed_sets own = { 0 };

	sets = sets ? sets : &own;
	sets->public = NULL;
	const struct {
		const char *key;
		const struct opt_list *list;
		const struct iprange **set;
	} lists[] = { { "scope.allow", &c->allow, &sets->allow },
		{ "scope.allow_public", &c->allow_public, &sets->allow_public },
		{ "scope.exclude", &c->exclude, &sets->exclude } };
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		*key = lists[i].key;
		if (read_list(lists[i].list, mem, lists[i].set, e) == -1)
			return -1;
	}
	*key = NULL;
	*out = allowed_of(sets, mem);
	return *out ? 0 : err_nomem(e);
}

struct iprange *
allowed_never(const struct iprange *allowed, struct arena *mem)
{
	struct iprange *all = everything(mem);

	return all ? iprange_subtract(all, allowed, mem) : NULL;
}
