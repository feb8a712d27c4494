/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an SNMP agent knows of others.  Rows of ARP tables are told as they come; those of
 * forwarding tables and of LLDP when all is known, for ports have their names elsewhere.
 */
#include "scanner/snmp_tables.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sort.h"
#include "scanner/snmp_lldp.h"
#include "wire/lldp.h"

enum {
	NAMED_MAX = 1024,
	NAME_SIZE = 48,
	LINK_SIZE = FOREIGN_TEXT_MAX + NAME_SIZE,
	MAC_NUMBERS = 6,
	FIRST_ROOM = 256,
};

/* An interface, or a port of LLDP, and what it is called. */
struct named {
	unsigned long number;
	char name[NAME_SIZE];
};

struct names {
	struct named *all; /* in arena */
	size_t n;
};

/* A port of a bridge and the interface that it is. */
struct bridge_port {
	unsigned long port, interface;
};

struct learnt {
	unsigned long port;
	struct mac mac;
};

struct snmp_tables {
	struct snmp_talk talk; /* first */
	char name[FOREIGN_TEXT_MAX];
	bool has_arp;
	struct names interfaces, lldp_ports;
	struct bridge_port *ports; /* in arena */
	struct learnt *learnt;     /* malloc: it grows */
	size_t n_ports, n_learnt, room_learnt;
	unsigned parts_before; /* of the talk, before the first MAC was learnt */
	struct snmp_neighbours neighbours;
};

/* --- names --------------------------------------------------------------------------------- */

static const struct snmp_oid sys_name = SNMP_OID(1, 3, 6, 1, 2, 1, 1, 5, 0);

static size_t
which_name(struct talk *t, struct snmp_oid *out)
{
	(void)t;
	*out = sys_name;
	return 1;
}

static void
take_sys_name(struct talk *t, const struct snmp_row *row, const unsigned long *index,
	size_t n)
{
	struct snmp_tables *s = talk_state(t);

	(void)index;
	(void)n;
	(void)foreign_text(s->name, row->bytes);
}

static void
add_name(struct talk *t, struct names *names, const struct snmp_row *row,
	const unsigned long *index, size_t n)
{
	char text[FOREIGN_TEXT_MAX];

	if (!names->all)
		names->all = arena_new_array(talk_arena(t), struct named, NAMED_MAX);
	if (!names->all || names->n == NAMED_MAX) {
		talk_cut(t, "more than 1,024 interfaces or ports");
		return;
	}
	if (n != 1 || foreign_text(text, row->bytes) == 0 ||
		strstr(text, "\xef\xbf\xbd"))
		return;
	struct named *one = &names->all[names->n++];
	one->number = index[0];
	/* A name is cut at a whole character; most are short. */
	size_t size = strlen(text);
	while (size >= NAME_SIZE || (text[size] & 0xc0) == 0x80)
		size--;
	memcpy(one->name, text, size);
	one->name[size] = '\0';
}

static void
take_interface(struct talk *t, const struct snmp_row *row, const unsigned long *index,
	size_t n)
{
	struct snmp_tables *s = talk_state(t);

	add_name(t, &s->interfaces, row, index, n);
}

static void
take_lldp_port(struct talk *t, const struct snmp_row *row, const unsigned long *index,
	size_t n)
{
	struct snmp_tables *s = talk_state(t);

	add_name(t, &s->lldp_ports, row, index, n);
}

/* Rows come in the order of their index. */
static const char *
find_name(const struct names *names, unsigned long number)
{
	size_t from = 0, to = names->n;

	while (from < to) {
		size_t mid = from + (to - from) / 2;
		if (names->all[mid].number == number)
			return names->all[mid].name;
		if (names->all[mid].number < number)
			from = mid + 1;
		else
			to = mid;
	}
	return NULL;
}

/* "sw1 Gi0/3"; a port without a name has its number. */
static const char *
print_link(struct talk *t, const char *port, unsigned long number,
	char out[static LINK_SIZE])
{
	const struct snmp_tables *s = talk_state(t);
	char ip[ADDR_TEXT_MAX];
	const char *name = s->name[0] ? s->name : addr_print(talk_peer(t), ip);

	if (port)
		(void)snprintf(out, LINK_SIZE, "%s %s", name, port);
	else
		(void)snprintf(out, LINK_SIZE, "%s port %lu", name, number);
	return out;
}

/* --- what is told ------------------------------------------------------------------------- */

/* Keys in their order, as talk_tell_other() wants them. */
struct words {
	struct fact facts[12];
	size_t n;
};

static struct fact *
add(struct words *w, const char *key, enum fact_type type)
{
	struct fact *f = &w->facts[w->n++];

	*f = (struct fact){ .key = key, .type = type };
	return f;
}

static void
add_text(struct words *w, const char *key, const char *text)
{
	if (text[0])
		add(w, key, FACT_TEXT)->text = text;
}

static void
add_texts(struct words *w, const char *key, const char *const *items, size_t n)
{
	if (n == 0)
		return;
	struct fact *f = add(w, key, FACT_TEXTS);
	f->texts.items = items;
	f->texts.n = n;
}

/* Somebody else saw it, perhaps through others: without mac.onlink it is no identity
 * (docs/design.md).  Whether this host has it on a link, that one cannot say. */
static void
add_mac(struct words *w, const struct mac *mac)
{
	add(w, "mac", FACT_MAC)->mac = *mac;
}

/* --- ARP and neighbour tables -------------------------------------------------------------- */

static void
tell_arp(struct talk *t, const struct snmp_row *row, const struct addr *ip)
{
	struct snmp_tables *s = talk_state(t);
	struct words w = { .n = 0 };
	struct mac mac;

	/* Incomplete: it has no MAC, and was not there. */
	if (!snmp_row_mac(row, &mac) || addr_is_loopback(ip) ||
		addr_is_link_local(ip) || addr_is_multicast(ip))
		return;
	s->has_arp = true;
	add_mac(&w, &mac);
	talk_tell_other(t, ip, w.facts, w.n);
}

/* RFC 4293 §5: ipNetToPhysicalIfIndex, and the address. */
static void
take_neighbour(struct talk *t, const struct snmp_row *row, const unsigned long *index,
	size_t n)
{
	struct addr ip;

	if (n > 1 && snmp_inet_address(index + 1, n - 1, &ip))
		tell_arp(t, row, &ip);
}

/* RFC 1213 §6: ipNetToMediaIfIndex, and four numbers. */
static void
take_arp(struct talk *t, const struct snmp_row *row, const unsigned long *index,
	size_t n)
{
	uint32_t number = 0;

	for (size_t i = 1; i < n && index[i] <= UINT8_MAX; i++)
		number = number << 8 | (uint32_t)index[i];
	if (n == 5) {
		const struct addr ip = addr_ip4(number);
		tell_arp(t, row, &ip);
	}
}

static bool
lacks_arp(struct talk *t)
{
	const struct snmp_tables *s = talk_state(t);

	return !s->has_arp;
}

/* --- forwarding tables --------------------------------------------------------------------- */

/* RFC 4188 §4 dot1dBasePortIfIndex */
static void
take_port(struct talk *t, const struct snmp_row *row, const unsigned long *index,
	size_t n)
{
	struct snmp_tables *s = talk_state(t);

	if (!s->ports)
		s->ports = arena_new_array(talk_arena(t), struct bridge_port, NAMED_MAX);
	if (n == 1 && s->ports && s->n_ports < NAMED_MAX && row->type == SNMP_NUMBER)
		s->ports[s->n_ports++] = (struct bridge_port){ index[0],
			(unsigned long)row->number };
}

static bool
room_to_learn(struct talk *t)
{
	struct snmp_tables *s = talk_state(t);

	if (s->n_learnt < s->room_learnt)
		return true;
	size_t room = s->room_learnt ? 2 * s->room_learnt : FIRST_ROOM;
	struct learnt *more = s->n_learnt < 2 * SNMP_TABLE_ROWS_MAX
		? reallocarray(s->learnt, room, sizeof(*more))
		: NULL;
	if (!more) {
		talk_cut(t, "more MACs behind its ports than are kept");
		return false;
	}
	s->learnt = more;
	s->room_learnt = room;
	return true;
}

/* The MAC is the end of the index, the value the port; 0: it is not known behind which. */
static void
learn(struct talk *t, const struct snmp_row *row, const unsigned long *mac)
{
	struct snmp_tables *s = talk_state(t);
	struct learnt one = { .port = (unsigned long)row->number };

	for (size_t i = 0; i < MAC_NUMBERS; i++) {
		if (mac[i] > UINT8_MAX)
			return;
		one.mac.bytes[i] = (uint8_t)mac[i];
	}
	if (row->type != SNMP_NUMBER || row->number <= 0 || mac_is_group(&one.mac) ||
		mac_is_zero(&one.mac) || !room_to_learn(t))
		return;
	if (s->n_learnt == 0)
		s->parts_before = s->talk.parts;
	s->learnt[s->n_learnt++] = one;
}

/* RFC 4363 §5 dot1qTpFdbPort: the number of a filtering database before the MAC. */
static void
take_vlan_mac(struct talk *t, const struct snmp_row *row, const unsigned long *index,
	size_t n)
{
	if (n == 1 + MAC_NUMBERS)
		learn(t, row, index + 1);
}

/* RFC 4188 §4 dot1dTpFdbPort */
static void
take_bridge_mac(struct talk *t, const struct snmp_row *row, const unsigned long *index,
	size_t n)
{
	if (n == MAC_NUMBERS)
		learn(t, row, index);
}

static bool
is_bridge(struct talk *t)
{
	const struct snmp_tables *s = talk_state(t);

	return s->n_ports > 0;
}

static bool
is_bridge_without_vlans(struct talk *t)
{
	const struct snmp_tables *s = talk_state(t);

	return s->n_ports > 0 && s->n_learnt == 0;
}

static int
by_port_and_mac(const void *va, const void *vb)
{
	const struct learnt *a = va, *b = vb;

	return a->port != b->port ? (a->port < b->port ? -1 : 1)
				  : memcmp(&a->mac, &b->mac, sizeof(a->mac));
}

/* In order, each port and MAC once: a MAC stands there for each VLAN. */
static void
sort_learnt(struct snmp_tables *s)
{
	size_t n = 0;

	if (s->n_learnt == 0)
		return;
	qsort(s->learnt, s->n_learnt, sizeof(*s->learnt), by_port_and_mac);
	for (size_t i = 0; i < s->n_learnt; i++)
		if (n == 0 || by_port_and_mac(&s->learnt[n - 1], &s->learnt[i]) != 0)
			s->learnt[n++] = s->learnt[i];
	s->n_learnt = n;
}

/* The interface of a port of the bridge; without that table they are counted alike. */
static unsigned long
interface_of(const struct snmp_tables *s, unsigned long port)
{
	for (size_t i = 0; i < s->n_ports; i++)
		if (s->ports[i].port == port)
			return s->ports[i].interface;
	return port;
}

static const char *
name_of_lldp_port(const struct snmp_tables *s, unsigned long number)
{
	const char *name = find_name(&s->lldp_ports, number);

	return name ? name : find_name(&s->interfaces, number);
}

/* Is a bridge at the other end, as it says itself? */
static bool
leads_on(const struct snmp_tables *s, unsigned long interface)
{
	const char *name = find_name(&s->interfaces, interface);

	for (size_t i = 0; i < s->neighbours.n; i++) {
		const struct snmp_neighbour *n = &s->neighbours.all[i];
		const char *its = name_of_lldp_port(s, n->port);
		if (snmp_neighbour_is_bridge(n) &&
			(n->port == interface || (name && its && !strcmp(name, its))))
			return true;
	}
	return false;
}

static void
tell_plugged(struct talk *t, const struct mac *mac, const char *link)
{
	static const struct addr nowhere = { .family = ADDR_NONE };
	struct words w = { .n = 0 };

	add_texts(&w, "link.to", &link, 1);
	add_mac(&w, mac);
	talk_tell_other(t, &nowhere, w.facts, w.n);
}

/* Was the forwarding table left before its end? */
static bool
is_part(const struct snmp_tables *s)
{
	return s->talk.parts != s->parts_before || s->n_learnt >= SNMP_TABLE_ROWS_MAX;
}

static void
tell_learnt(struct talk *t)
{
	struct snmp_tables *s = talk_state(t);
	/* Of a part of the table a port may have more than is known. */
	size_t most = is_part(s) ? 1 : SNMP_PORT_MACS_MAX, end;
	char link[LINK_SIZE];

	sort_learnt(s);
	for (size_t i = 0; i < s->n_learnt; i = end) {
		unsigned long port = s->learnt[i].port,
			      interface = interface_of(s, port);
		for (end = i; end < s->n_learnt && s->learnt[end].port == port;)
			end++;
		if (end - i > most || leads_on(s, interface))
			continue;
		(void)print_link(t, find_name(&s->interfaces, interface), port, link);
		for (size_t k = i; k < end; k++)
			tell_plugged(t, &s->learnt[k].mac, link);
	}
}

/* --- LLDP ---------------------------------------------------------------------------------- */

/* The last number of the step's root is the column. */
static void
take_lldp(struct talk *t, const struct snmp_row *row, const unsigned long *index,
	size_t n)
{
	struct snmp_tables *s = talk_state(t);

	snmp_lldp_take(&s->neighbours, talk_arena(t),
		(int)row->name[row->n_name - n - 1], row, index, n);
}

static void
take_lldp_address(struct talk *t, const struct snmp_row *row,
	const unsigned long *index, size_t n)
{
	struct snmp_tables *s = talk_state(t);

	(void)row;
	snmp_lldp_take_address(&s->neighbours, index, n);
}

static bool
has_neighbours(struct talk *t)
{
	const struct snmp_tables *s = talk_state(t);

	return s->neighbours.n > 0;
}

static size_t
list_capabilities(unsigned can, const char *out[static SNMP_LLDP_CAPABILITIES])
{
	size_t n = 0;

	for (unsigned i = 0; i < SNMP_LLDP_CAPABILITIES; i++)
		if (can >> i & 1)
			out[n++] = lldp_capability_names[i];
	return sort_texts(out, n);
}

static void
tell_neighbour(struct talk *t, const struct snmp_neighbour *n)
{
	const struct snmp_tables *s = talk_state(t);
	const char *can[SNMP_LLDP_CAPABILITIES], *to;
	struct words w = { .n = 0 };
	char link[LINK_SIZE];

	/* Nothing names the subject. */
	if (!addr_is_set(&n->ip) && mac_is_zero(&n->mac))
		return;
	to = print_link(t, name_of_lldp_port(s, n->port), n->port, link);
	add_texts(&w, "link.to", &to, 1);
	add_texts(&w, "lldp.capabilities", can, list_capabilities(n->can, can));
	add_text(&w, "lldp.chassis", n->chassis);
	add_text(&w, "lldp.descr", n->descr);
	add_text(&w, "lldp.name", n->name);
	add_text(&w, "lldp.port", n->remote_port);
	/* That of a chassis need not be the MAC of the address. */
	if (!addr_is_set(&n->ip))
		add_mac(&w, &n->mac);
	talk_tell_other(t, &n->ip, w.facts, w.n);
}

/* --- the conversation ----------------------------------------------------------------------- */

#define LLDP_REMOTE(column) SNMP_OID(1, 0, 8802, 1, 1, 2, 1, 4, 1, 1, column)
#define LLDP_STEP(column, when) \
	{ \
		SNMP_STEP_WALK, .root = LLDP_REMOTE(column), \
				.rows_max = SNMP_NEIGHBOURS_MAX, .wanted = when, \
				.take = take_lldp \
	}

static const struct snmp_step table_steps[] = {
	{ SNMP_STEP_GET, .which = which_name, .take = take_sys_name },
	/* RFC 2863 §6 ifName */
	{ SNMP_STEP_WALK, .root = SNMP_OID(1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 1),
		.rows_max = NAMED_MAX, .take = take_interface },
	/* RFC 4293 §5 ipNetToPhysicalPhysAddress; RFC 1213 §6 ipNetToMediaPhysAddress */
	{ SNMP_STEP_WALK, .root = SNMP_OID(1, 3, 6, 1, 2, 1, 4, 35, 1, 4),
		.rows_max = SNMP_TABLE_ROWS_MAX, .take = take_neighbour },
	{ SNMP_STEP_WALK, .root = SNMP_OID(1, 3, 6, 1, 2, 1, 4, 22, 1, 2),
		.rows_max = SNMP_TABLE_ROWS_MAX, .wanted = lacks_arp, .take = take_arp },
	/* RFC 4188 §4 dot1dBasePortIfIndex */
	{ SNMP_STEP_WALK, .root = SNMP_OID(1, 3, 6, 1, 2, 1, 17, 1, 4, 1, 2),
		.rows_max = NAMED_MAX, .take = take_port },
	LLDP_STEP(LLDP_CHASSIS_KIND, NULL),
	LLDP_STEP(LLDP_CHASSIS, has_neighbours),
	LLDP_STEP(LLDP_PORT_KIND, has_neighbours),
	LLDP_STEP(LLDP_PORT, has_neighbours),
	LLDP_STEP(LLDP_NAME, has_neighbours),
	LLDP_STEP(LLDP_DESCR, has_neighbours),
	LLDP_STEP(LLDP_CAPABILITIES_ENABLED, has_neighbours),
	/* IEEE 802.1AB-2005 §12 lldpRemManAddrIfSubtype, lldpLocPortId */
	{ SNMP_STEP_WALK, .root = SNMP_OID(1, 0, 8802, 1, 1, 2, 1, 4, 2, 1, 3),
		.rows_max = SNMP_NEIGHBOURS_MAX, .wanted = has_neighbours,
		.take = take_lldp_address },
	{ SNMP_STEP_WALK, .root = SNMP_OID(1, 0, 8802, 1, 1, 2, 1, 3, 7, 1, 3),
		.rows_max = NAMED_MAX, .wanted = has_neighbours,
		.take = take_lldp_port },
	/* The longest last: what leads on is known by then.
	 * RFC 4363 §5 dot1qTpFdbPort; RFC 4188 §4 dot1dTpFdbPort */
	{ SNMP_STEP_WALK, .root = SNMP_OID(1, 3, 6, 1, 2, 1, 17, 7, 1, 2, 2, 1, 2),
		.rows_max = SNMP_TABLE_ROWS_MAX, .wanted = is_bridge,
		.take = take_vlan_mac },
	{ SNMP_STEP_WALK, .root = SNMP_OID(1, 3, 6, 1, 2, 1, 17, 4, 3, 1, 2),
		.rows_max = SNMP_TABLE_ROWS_MAX, .wanted = is_bridge_without_vlans,
		.take = take_bridge_mac },
};

static void
tell_all(struct talk *t)
{
	const struct snmp_tables *s = talk_state(t);

	for (size_t i = 0; i < s->neighbours.n; i++)
		tell_neighbour(t, &s->neighbours.all[i]);
	tell_learnt(t);
}

static const struct snmp_script table_script = { table_steps,
	sizeof(table_steps) / sizeof(table_steps[0]), tell_all };

static enum talk_next
begin(struct talk *t)
{
	return snmp_talk_begin(t, &table_script);
}

static void
end(struct talk *t)
{
	struct snmp_tables *s = talk_state(t);

	free(s->learnt);
}

const struct ask ask_snmp_tables = {
	.name = "snmp-tables",
	.help = "What an SNMP agent knows of others: ARP, switch and LLDP tables",
	.sends = "as snmp, for ARP, forwarding and LLDP tables",
	.transport = ASK_UDP,
	.state_size = sizeof(struct snmp_tables),
	.patience_us = 60 * INT64_C(1000000),
	.begin = begin,
	.hear = snmp_talk_hear,
	.late = snmp_talk_late,
	.end = end,
};
