/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A table of functions by column; a row whose neighbour is unknown or one too many is lost. */
#include "scanner/snmp_lldp.h"

#include <stdio.h>
#include <string.h>

enum {
	/* IEEE 802.1AB-2005 §9.5.2.2, §9.5.3.2: the same words have other numbers */
	CHASSIS_MAC = 4,
	CHASSIS_NETWORK = 5,
	PORT_MAC = 3,
	PORT_NETWORK = 4,
	/* IANA address family numbers */
	FAMILY_IP4 = 1,
	FAMILY_IP6 = 2,
	INDEX = 3,
	BRIDGE = 2,
};

bool
snmp_neighbour_is_bridge(const struct snmp_neighbour *n)
{
	return n->can >> BRIDGE & 1;
}

static struct snmp_neighbour *
find(const struct snmp_neighbours *all, const unsigned long *index)
{
	for (size_t i = 0; i < all->n; i++)
		if (all->all[i].port == index[1] && all->all[i].number == index[2])
			return &all->all[i];
	return NULL;
}

static struct snmp_neighbour *
find_or_add(struct snmp_neighbours *all, struct arena *mem, const unsigned long *index)
{
	struct snmp_neighbour *n = find(all, index);

	if (n || all->n == SNMP_NEIGHBOURS_MAX)
		return n;
	if (!all->all)
		all->all = arena_new_array(
			mem, struct snmp_neighbour, SNMP_NEIGHBOURS_MAX);
	if (!all->all)
		return NULL;
	n = &all->all[all->n++];
	*n = (struct snmp_neighbour){ .port = index[1], .number = index[2] };
	return n;
}

static struct addr
read_network(struct rd r)
{
	uint8_t family = rd_u8(&r), bytes[16];

	if (family == FAMILY_IP4 && rd_left(&r) == 4)
		return addr_ip4(rd_be32(&r));
	if (family != FAMILY_IP6 || rd_left(&r) != sizeof(bytes))
		return (struct addr){ .family = ADDR_NONE };
	rd_copy(&r, bytes, sizeof(bytes));
	return addr_ip6(bytes);
}

/* Text, or hexadecimal of what is none. */
static void
print_plain(struct rd r, char out[static SNMP_LLDP_ID])
{
	size_t n = rd_left(&r);
	const uint8_t *bytes = rd_take(&r, n);
	char text[FOREIGN_TEXT_MAX];
	bool plain = true;

	for (size_t i = 0; i < n; i++)
		plain &= bytes[i] >= 0x20 && bytes[i] < 0x7f;
	out[0] = '\0';
	if (plain && foreign_text(text, rd_from(bytes, n)))
		(void)snprintf(out, SNMP_LLDP_ID, "%.63s", text);
	for (size_t i = 0; !plain && i < n && 2 * i + 3 < SNMP_LLDP_ID; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

static void
print_mac(const struct mac *mac, char out[static SNMP_LLDP_ID])
{
	char text[MAC_TEXT_MAX];

	(void)snprintf(out, SNMP_LLDP_ID, "%s", mac_print(mac, text));
}

static void
print_network(struct rd r, char out[static SNMP_LLDP_ID])
{
	struct addr ip = read_network(r);
	char text[ADDR_TEXT_MAX];

	if (addr_is_set(&ip))
		(void)snprintf(out, SNMP_LLDP_ID, "%s", addr_print(&ip, text));
}

/* --- columns ------------------------------------------------------------------------------ */

static void
take_chassis_kind(struct snmp_neighbour *n, const struct snmp_row *row)
{
	n->chassis_kind = (long)row->number;
}

static void
take_chassis(struct snmp_neighbour *n, const struct snmp_row *row)
{
	if (n->chassis_kind == CHASSIS_MAC && snmp_row_mac(row, &n->mac))
		print_mac(&n->mac, n->chassis);
	else if (n->chassis_kind == CHASSIS_NETWORK)
		print_network(row->bytes, n->chassis);
	else
		print_plain(row->bytes, n->chassis);
}

static void
take_port_kind(struct snmp_neighbour *n, const struct snmp_row *row)
{
	n->port_kind = (long)row->number;
}

static void
take_port(struct snmp_neighbour *n, const struct snmp_row *row)
{
	struct mac mac;

	if (n->port_kind == PORT_MAC && snmp_row_mac(row, &mac))
		print_mac(&mac, n->remote_port);
	else if (n->port_kind == PORT_NETWORK)
		print_network(row->bytes, n->remote_port);
	else
		print_plain(row->bytes, n->remote_port);
}

static void
take_name(struct snmp_neighbour *n, const struct snmp_row *row)
{
	(void)foreign_text(n->name, row->bytes);
}

static void
take_descr(struct snmp_neighbour *n, const struct snmp_row *row)
{
	(void)foreign_text(n->descr, row->bytes);
}

/* BITS (RFC 2578 §7.1.4): the first bit is the highest. */
static void
take_capabilities(struct snmp_neighbour *n, const struct snmp_row *row)
{
	struct rd r = row->bytes;
	uint8_t bits = rd_u8(&r);

	n->can = 0;
	for (unsigned i = 0; i < SNMP_LLDP_CAPABILITIES; i++)
		n->can |= (unsigned)(bits >> (7 - i) & 1) << i;
}

static const struct column {
	void (*take)(struct snmp_neighbour *, const struct snmp_row *);
	enum snmp_type type;
} columns[] = {
	[LLDP_CHASSIS_KIND] = { take_chassis_kind, SNMP_NUMBER },
	[LLDP_CHASSIS] = { take_chassis, SNMP_BYTES },
	[LLDP_PORT_KIND] = { take_port_kind, SNMP_NUMBER },
	[LLDP_PORT] = { take_port, SNMP_BYTES },
	[LLDP_NAME] = { take_name, SNMP_BYTES },
	[LLDP_DESCR] = { take_descr, SNMP_BYTES },
	[LLDP_CAPABILITIES_ENABLED] = { take_capabilities, SNMP_BYTES },
};

void
snmp_lldp_take(struct snmp_neighbours *all, struct arena *mem, int column,
	const struct snmp_row *row, const unsigned long *index, size_t n)
{
	if (n != INDEX || row->type != columns[column].type)
		return;
	struct snmp_neighbour *who = column == LLDP_CHASSIS_KIND
		? find_or_add(all, mem, index)
		: find(all, index);
	if (who)
		columns[column].take(who, row);
}

void
snmp_lldp_take_address(struct snmp_neighbours *all, const unsigned long *index, size_t n)
{
	uint8_t bytes[1 + 16];

	if (n < INDEX + 2 || index[INDEX + 1] != n - INDEX - 2 || n - INDEX - 2 > 16)
		return;
	struct snmp_neighbour *who = find(all, index);
	if (!who || addr_is_set(&who->ip) || index[INDEX] > UINT8_MAX)
		return;
	bytes[0] = (uint8_t)index[INDEX];
	for (size_t i = INDEX + 2; i < n; i++) {
		if (index[i] > UINT8_MAX)
			return;
		bytes[i - INDEX - 1] = (uint8_t)index[i];
	}
	who->ip = read_network(rd_from(bytes, n - INDEX - 1));
}
