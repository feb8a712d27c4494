/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An open hash table of names; all of it in one bounded arena. */
#include "ldap/zones.h"

#include <inttypes.h>
#include <ldap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/hostname.h"
#include "ldap/dnsrecord.h"

enum { FIRST_ROOM = 1024, NAME_MAX_TEXT = 256, KEPT_MAX = 1024 };

struct zones {
	struct arena *mem;
	struct zone_name *slots;    /* name NULL: free */
	size_t room, n;             /* room: a power of two */
	const char *kept[KEPT_MAX]; /* names of zones */
	size_t n_kept;
};

/* --- the table ---------------------------------------------------------------------------- */

int
zones_new(struct zones **out, size_t memory_max, struct err *e)
{
	struct zones *z = calloc(1, sizeof(*z));

	*out = NULL;
	if (!z || !(z->mem = arena_new(memory_max)) ||
		!(z->slots = calloc(FIRST_ROOM, sizeof(*z->slots)))) {
		zones_free(z);
		return err_nomem(e);
	}
	z->room = FIRST_ROOM;
	*out = z;
	return 0;
}

void
zones_free(struct zones *z)
{
	if (!z)
		return;
	arena_free(z->mem);
	free(z->slots);
	free(z);
}

size_t
zones_count(const struct zones *z)
{
	return z->n;
}

/* FNV-1a; names are of a directory that we log in to, and a bad spread costs time only. */
static size_t
hash(const char *name)
{
	uint64_t h = 14695981039346656037u;

	for (; *name; name++)
		h = (h ^ (unsigned char)(*name | 0x20)) * 1099511628211u;
	return (size_t)(h ^ h >> 29);
}

static struct zone_name *
slot_of(struct zone_name *slots, size_t room, const char *name)
{
	size_t at = hash(name) & (room - 1);

	while (slots[at].name && strcasecmp(slots[at].name, name) != 0)
		at = (at + 1) & (room - 1);
	return &slots[at];
}

static int
grow(struct zones *z, struct err *e)
{
	struct zone_name *more = calloc(z->room * 2, sizeof(*more));

	if (!more)
		return err_nomem(e);
	for (size_t i = 0; i < z->room; i++)
		if (z->slots[i].name)
			*slot_of(more, z->room * 2, z->slots[i].name) = z->slots[i];
	free(z->slots);
	z->slots = more;
	z->room *= 2;
	return 0;
}

const struct zone_name *
zones_find(struct zones *z, const char *name)
{
	struct zone_name *s = slot_of(z->slots, z->room, name);

	if (!s->name)
		return NULL;
	s->used = true;
	return s;
}

bool
zones_has_unused(const struct zones *z, const char *name)
{
	const struct zone_name *s = slot_of(z->slots, z->room, name);

	return s->name && !s->used;
}

const struct zone_name *
zones_next_unused(const struct zones *z, size_t *at)
{
	while (*at < z->room) {
		const struct zone_name *s = &z->slots[(*at)++];
		if (s->name && !s->used)
			return s;
	}
	return NULL;
}

bool
zones_keep(const struct zones *z, const char *name)
{
	const char *zone = strchr(name, '.');

	for (size_t i = 0; zone && i < z->n_kept; i++)
		if (strcasecmp(z->kept[i], zone + 1) == 0)
			return true;
	return false;
}

/* --- nodes -------------------------------------------------------------------------------- */

/* The value of the part at *dn, which moves behind it: labels of DNS need no escape. */
static bool
next_label(const char **dn, char *out, size_t size)
{
	if (strncasecmp(*dn, "DC=", 3) != 0)
		return false;
	const char *at = *dn + 3;
	size_t n = strcspn(at, ",\\+");
	if (n == 0 || n >= size || at[n] != ',')
		return false;
	memcpy(out, at, n);
	out[n] = '\0';
	*dn = at + n + 1;
	return true;
}

static bool
ends_in(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n >= m && strcasecmp(text + n - m, end) == 0;
}

bool
zones_node_name(const char *dn, char out[static NAME_MAX_TEXT])
{
	char node[NAME_MAX_TEXT], zone[NAME_MAX_TEXT];

	if (!next_label(&dn, node, sizeof(node)) ||
		!next_label(&dn, zone, sizeof(zone)) ||
		strncasecmp(dn, "CN=MicrosoftDNS,", 16) != 0)
		return false;
	if (node[0] == '@' || node[0] == '*' || zone[0] == '.' ||
		strncasecmp(zone, "_msdcs.", 7) == 0 || ends_in(zone, ".arpa") ||
		strcasecmp(zone, "RootDNSServers") == 0)
		return false;
	int n = snprintf(out, NAME_MAX_TEXT, "%s.%s", node, zone);
	return n < NAME_MAX_TEXT && hostname_is_valid(out);
}

static bool
is_tombstoned(const struct entry *entry)
{
	const char *text = entry_text(entry, "dNSTombstoned");

	return text && strcasecmp(text, "TRUE") == 0;
}

static int
keep(struct zones *z, const char *name, const struct zone_address *list, size_t n,
	struct err *e)
{
	if ((z->n + 1) * 4 > z->room * 3 && grow(z, e) == -1)
		return -1;
	struct zone_name *s = slot_of(z->slots, z->room, name);
	if (!s->name) {
		s->name = arena_strlower(z->mem, name);
		z->n += s->name != NULL;
	}
	s->items = arena_dup(z->mem, list, n * sizeof(*list));
	s->n = n;
	return s->name && s->items ? 0 : err_nomem(e);
}

/* false: it is no zone. */
static bool
add_zone(struct zones *z, const char *dn)
{
	char zone[NAME_MAX_TEXT];

	if (!next_label(&dn, zone, sizeof(zone)) ||
		strncasecmp(dn, "CN=MicrosoftDNS,", 16) != 0)
		return false;
	const char *name = z->n_kept < KEPT_MAX ? arena_strlower(z->mem, zone) : NULL;
	if (name)
		z->kept[z->n_kept++] = name;
	return true;
}

int
zones_add(struct zones *z, const struct entry *entry, struct err *e)
{
	const struct entry_attribute *a = entry_find(entry, "dnsRecord");
	struct zone_address list[ZONE_ADDRESSES_MAX];
	char name[NAME_MAX_TEXT];
	size_t n = 0;

	if (add_zone(z, entry->dn))
		return 0;
	if (!a || is_tombstoned(entry) || !zones_node_name(entry->dn, name))
		return 0;
	for (size_t i = 0; i < a->n && n < ZONE_ADDRESSES_MAX; i++) {
		struct dnsrecord r = dnsrecord_read(
			rd_from(a->values[i].bv_val, a->values[i].bv_len));
		if (r.kind == DNSRECORD_TOMBSTONE)
			return 0;
		if (r.kind == DNSRECORD_ADDRESS && !addr_is_multicast(&r.ip) &&
			!addr_is_loopback(&r.ip) && !addr_is_link_local(&r.ip))
			list[n++] = (struct zone_address){ r.ip,
				r.is_dynamic ? r.stamp_us : 0 };
	}
	return n ? keep(z, name, list, n, e) : 0;
}

/* --- reading ------------------------------------------------------------------------------ */

static int
take_node(void *arg, const struct entry *entry, struct err *e)
{
	return zones_add(arg, entry, e);
}

static int
read_partition(struct session *s, const char *base, struct zones *z,
	struct zones_read *r, struct err *e)
{
	static const char *const names[] = { "dnsRecord", "dNSTombstoned", NULL };
	char filter[128] = "(|(objectClass=dnsZone)(objectClass=dnsNode))";
	struct search q = { .base = base,
		.filter = filter,
		.scope = SEARCH_ALL,
		.attributes = names,
		.page = r->page,
		.row = take_node,
		.arg = z };

	if (r->no_nodes)
		q.filter = "(objectClass=dnsZone)";
	else if (r->since)
		(void)snprintf(filter, sizeof(filter),
			"(|(objectClass=dnsZone)"
			"(&(objectClass=dnsNode)(uSNChanged>=%" PRIu64 ")))",
			r->since);
	int rc = session_search(s, &q, e);
	r->entries += q.n_entries;
	r->pages += q.n_pages;
	return rc == -1 && e->code == ERR_NOTFOUND ? 0 : rc;
}

int
zones_read(struct session *s, const struct directory *d, struct zones *z,
	struct zones_read *r, struct err *e)
{
	static const char *const before[] = { "DC=ForestDnsZones,",
		"DC=DomainDnsZones,", "CN=MicrosoftDNS,CN=System," };
	char base[2048];

	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		const char *of = i == 0 ? d->root : d->base;
		if (of[0] &&
			snprintf(base, sizeof(base), "%s%s", before[i], of) <
				(int)sizeof(base) &&
			read_partition(s, base, z, r, e) == -1)
			return -1;
	}
	return 0;
}
