/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who was heard already is remembered as a hash of its MAC and one of its address, in a table
 * of fixed size; who has no line yet waits in a short list. */
#include "cli/newcomers.h"

#include <stdlib.h>
#include <string.h>

#include "base/sb.h"
#include "cli/out_width.h"
#include "inventory/vendor.h"

#define ADDRESS_WAIT (60 * (int64_t)SECOND) /* for who asks for an address to have it */

enum {
	SEEN_MAX = 1 << 17, /* a power of two: two keys for each of 65,536 devices */
	REACH = 16,
	PENDING_MAX = 64,
	NAME_SIZE = 256,
	LINE_LIMIT = 4096,
	FIND_ARENA = 1 << 20,
};

struct newcomer {
	struct mac mac; /* zero: not told */
	struct addr ip; /* may be unset */
	char name[NAME_SIZE];
	char how[32];
	int64_t at_us;    /* wall */
	int64_t since_us; /* monotonic */
	bool known;
	bool printed; /* without an address: a second line follows when it has one */
};

struct newcomers {
	struct newcomers_conf conf;
	uint64_t seen[SEEN_MAX]; /* 0: free */
	struct newcomer pending[PENDING_MAX];
	size_t n_pending;
	struct arena *mem;
	uint64_t heard, new;
};

int
newcomers_new(struct newcomers **out, const struct newcomers_conf *conf, struct err *e)
{
	struct newcomers *n = calloc(1, sizeof(*n));

	if (!n || !(n->mem = arena_new(FIND_ARENA))) {
		free(n);
		return err_nomem(e);
	}
	n->conf = *conf;
	*out = n;
	return 0;
}

void
newcomers_free(struct newcomers *n)
{
	if (!n)
		return;
	arena_free(n->mem);
	free(n);
}

/* --- who was heard --------------------------------------------------------------------- */

/* Spreads 128 bits over 64 (the finishing step of MurmurHash3); never 0. */
static uint64_t
hash(u128 key, uint64_t kind)
{
	uint64_t h = (uint64_t)(key >> 64) * UINT64_C(0x9e3779b97f4a7c15) ^
		(uint64_t)key ^ kind << 56;

	h = (h ^ h >> 33) * UINT64_C(0xff51afd7ed558ccd);
	h = (h ^ h >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
	return (h ^ h >> 33) | 1;
}

/* Was it there?  Now it is.  In a full table it takes the place of another. */
static bool
was_seen(struct newcomers *n, uint64_t h)
{
	size_t home = (size_t)(h >> 1) & (SEEN_MAX - 1);

	for (size_t i = 0; i < REACH; i++) {
		uint64_t *at = &n->seen[(home + i) & (SEEN_MAX - 1)];
		if (*at == h)
			return true;
		if (*at == 0) {
			*at = h;
			return false;
		}
	}
	n->seen[home] = h;
	return false;
}

/* A MAC is the device; without one, the address is. */
static bool
is_first(struct newcomers *n, const struct mac *mac, const struct addr *ip)
{
	bool mac_seen = mac && was_seen(n, hash(mac_number(mac), 1));
	bool ip_seen = addr_is_set(ip) && was_seen(n, hash(addr_number(ip), ip->family));

	return mac ? !mac_seen : !ip_seen;
}

static bool
store_has(struct newcomers *n, const char *text)
{
	struct device ignored;
	struct err e;

	arena_reset(n->mem);
	return store_find_device(n->conf.store, text, n->mem, &ignored, &e) == 0 ||
		e.code == ERR_ARG; /* several */
}

static bool
is_known(struct newcomers *n, const struct mac *mac, const struct addr *ip)
{
	char text[ADDR_TEXT_MAX];

	if (!n->conf.store)
		return false;
	if (mac && !mac_is_local(mac))
		return store_has(n, mac_print(mac, text));
	return addr_is_set(ip) && store_has(n, addr_print(ip, text));
}

/* --- the lines ------------------------------------------------------------------------- */

static void
add_cell(struct sb *line, const char *text, size_t cells)
{
	size_t from = line->len;

	sb_add_plain(line, text, strlen(text));
	size_t width = line->bad ? cells : width_of(line->text + from);
	for (; width < cells; width++)
		sb_add(line, " ");
	sb_add(line, "  ");
}

/* A fact is named for its protocol: "dhcp.name" was heard by dhcp. */
static void
take_how(struct newcomer *c, const struct observation *o)
{
	static const char *const by_link[] = { "mac", "mac.onlink" };
	const char *key = NULL;

	for (size_t i = 0; i < o->n_facts; i++)
		if (strcmp(o->facts[i].key, by_link[0]) != 0 &&
			strcmp(o->facts[i].key, by_link[1]) != 0)
			key = o->facts[i].key;
	if (!key && c->how[0])
		return;
	if (!key)
		key = o->ip.family == ADDR_IP6 ? "ndp" : "arp";
	(void)snprintf(c->how, sizeof(c->how), "%.*s", (int)strcspn(key, "."), key);
}

/* What people know a machine by; the first that is told. */
static const char *
name_of(const struct observation *o)
{
	static const char *const keys[] = { "dhcp.name", "netbios.name", "mdns.name",
		"llmnr.name", "lldp.name", "cdp.name", "wsd.name", "ssdp.server" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const struct fact *f = fact_get(o->facts, o->n_facts, keys[i]);
		if (f && f->type == FACT_TEXT)
			return f->text;
	}
	return "";
}

static void
print_line(struct newcomers *n, const struct newcomer *c)
{
	char when[TIME_TEXT_MAX], ip[ADDR_TEXT_MAX], mac[MAC_TEXT_MAX];
	bool has_mac = !mac_is_zero(&c->mac);
	const char *vendor = has_mac ? vendor_name(NULL, &c->mac) : NULL;
	struct sb line;

	sb_init(&line, LINE_LIMIT);
	(void)time_print(c->at_us, when);
	sb_printf(&line, "%.19sZ  ", when); /* without the fraction */
	add_cell(&line, c->printed ? "has" : c->known ? "known" : "new", 5);
	add_cell(&line, addr_print(&c->ip, ip), 15);
	add_cell(&line, has_mac ? mac_print(&c->mac, mac) : "-", 17);
	add_cell(&line, c->name[0] ? c->name : "-", 20);
	add_cell(&line, vendor ? vendor : "-", 24);
	sb_add_plain(&line, c->how, strlen(c->how)); /* of a key that may be anything */
	(void)fprintf(n->conf.to, "%s\n", line.text);
	sb_done(&line);
}

/* Prints what is due of it.  true: nothing more is to come. */
static bool
print_due(struct newcomers *n, struct newcomer *c, bool all)
{
	bool has_ip = addr_is_set(&c->ip);
	int64_t waited = clock_mono(n->conf.clock) - c->since_us;
	bool due = all || (has_ip && (c->name[0] || c->printed)) ||
		waited >= NEWCOMERS_WAIT;

	if (due && (has_ip || !c->printed)) {
		print_line(n, c);
		c->printed = true;
	}
	return all || (due && has_ip) || waited >= ADDRESS_WAIT;
}

void
newcomers_print(struct newcomers *n, bool all)
{
	size_t left = 0;

	for (size_t i = 0; i < n->n_pending; i++)
		if (!print_due(n, &n->pending[i], all))
			n->pending[left++] = n->pending[i];
	n->n_pending = left;
	(void)fflush(n->conf.to);
}

static struct newcomer *
find_pending(struct newcomers *n, const struct mac *mac, const struct addr *ip)
{
	for (size_t i = 0; i < n->n_pending; i++) {
		struct newcomer *c = &n->pending[i];
		if ((mac && mac_equal(mac, &c->mac)) ||
			(addr_is_set(ip) && addr_equal(ip, &c->ip)))
			return c;
	}
	return NULL;
}

static struct newcomer *
add_pending(struct newcomers *n, const struct observation *o, bool known)
{
	if (n->n_pending == PENDING_MAX)
		newcomers_print(n, true);
	struct newcomer *c = &n->pending[n->n_pending++];
	*c = (struct newcomer){
		.at_us = o->at, .since_us = clock_mono(n->conf.clock), .known = known
	};
	n->heard++;
	n->new += !known;
	return c;
}

void
newcomers_hear(struct newcomers *n, const struct observation *o)
{
	const struct fact *f = fact_get(o->facts, o->n_facts, "mac");
	const struct mac *mac = f && f->type == FACT_MAC ? &f->mac : NULL;
	bool first = is_first(n, mac, &o->ip);
	struct newcomer *c = first ? add_pending(n, o, is_known(n, mac, &o->ip))
				   : find_pending(n, mac, &o->ip);

	if (!c)
		return;
	if (mac)
		c->mac = *mac;
	if (!addr_is_set(&c->ip))
		c->ip = o->ip;
	if (!c->name[0])
		(void)snprintf(c->name, sizeof(c->name), "%s", name_of(o));
	take_how(c, o);
}

void
newcomers_count(const struct newcomers *n, uint64_t *heard, uint64_t *new)
{
	*heard = n->heard;
	*new = n->new;
}
