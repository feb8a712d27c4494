/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SNMP: an agent that lets us in says what the machine is, who made it, where it stands and
 * which interfaces and addresses it has.  What it knows of others is asked by the
 * conversation that follows (ask_snmp_tables.c).
 *
 * Addresses that say nothing beyond the machine, of loopback and of one link, are left out.
 */
#include "scanner/snmp_tables.h"

#include <sodium.h>

extern const struct ask ask_snmp;

enum {
	ROWS_MAX = 1000,
	CLASS_CHASSIS = 3, /* RFC 6933 §3 IANAPhysicalClass */
	FORWARDING = 1,    /* RFC 4293 §5 ipForwarding */
	NOT_FORWARDING = 2,
	UNICAST = 1, /* RFC 4293 §5 ipAddressType */
	/* RFC 4001 §3 InetAddressType: 1, 2, and the same with a zone of four bytes */
	INET_IP4 = 1,
	INET_IP6 = 2,
	INET_IP4_ZONE = 3,
	INET_IP6_ZONE = 4,
};

struct snmp_host {
	struct snmp_talk talk; /* first */
	bool has_names, has_addresses, has_chassis, is_printer;
	unsigned long chassis, printer; /* their numbers in their tables */
};

/* --- single objects ----------------------------------------------------------------------- */

static void
tell_text(struct talk *t, const char *key, const struct snmp_row *row)
{
	struct rd r = row->bytes;
	size_t n = rd_left(&r);

	if (row->type == SNMP_BYTES)
		talk_text(t, key, rd_take(&r, n), n);
}

static void
tell_number(struct talk *t, const char *key, const struct snmp_row *row)
{
	if (row->type == SNMP_NUMBER)
		talk_int(t, key, row->number);
}

static void
tell_name(struct talk *t, const char *key, const struct snmp_row *row)
{
	char text[256];

	if (row->type == SNMP_NAME &&
		snmp_print_ids(row->value, row->n_value, text, sizeof(text)))
		talk_str(t, key, text);
}

static void
tell_mac(struct talk *t, const char *key, const struct snmp_row *row)
{
	struct mac mac;

	if (snmp_row_mac(row, &mac))
		talk_mac(t, key, &mac);
}

static void
tell_forwarding(struct talk *t, const char *key, const struct snmp_row *row)
{
	if (row->type == SNMP_NUMBER &&
		(row->number == FORWARDING || row->number == NOT_FORWARDING))
		talk_bool(t, key, row->number == FORWARDING);
}

static void
tell_hex(struct talk *t, const char *key, const struct snmp_row *row)
{
	char hex[2 * SNMP_ENGINE_MAX + 1];
	struct rd r = row->bytes;
	size_t n = rd_left(&r);

	if (row->type == SNMP_BYTES && n >= SNMP_ENGINE_LEAST && n <= SNMP_ENGINE_MAX)
		talk_str(t, key, sodium_bin2hex(hex, sizeof(hex), rd_take(&r, n), n));
}

struct object {
	struct snmp_oid oid;
	const char *key;
	void (*tell)(struct talk *, const char *key, const struct snmp_row *);
};

static const struct object system_objects[] = {
	/* RFC 3418 §2 */
	{ SNMP_OID(1, 3, 6, 1, 2, 1, 1, 1, 0), "snmp.sysdescr", tell_text },
	{ SNMP_OID(1, 3, 6, 1, 2, 1, 1, 2, 0), "snmp.sysobjectid", tell_name },
	{ SNMP_OID(1, 3, 6, 1, 2, 1, 1, 4, 0), "snmp.contact", tell_text },
	{ SNMP_OID(1, 3, 6, 1, 2, 1, 1, 5, 0), "snmp.sysname", tell_text },
	{ SNMP_OID(1, 3, 6, 1, 2, 1, 1, 6, 0), "snmp.location", tell_text },
	{ SNMP_OID(1, 3, 6, 1, 2, 1, 1, 7, 0), "snmp.services", tell_number },
	/* RFC 4293 §5 */
	{ SNMP_OID(1, 3, 6, 1, 2, 1, 4, 1, 0), "snmp.forwarding", tell_forwarding },
	/* RFC 4188 §4 */
	{ SNMP_OID(1, 3, 6, 1, 2, 1, 17, 1, 1, 0), "snmp.bridge", tell_mac },
	{ SNMP_OID(1, 3, 6, 1, 2, 1, 17, 1, 2, 0), "snmp.ports", tell_number },
	/* RFC 3411 §5 */
	{ SNMP_OID(1, 3, 6, 1, 6, 3, 10, 2, 1, 1, 0), "snmp.engine", tell_hex },
};

/* RFC 6933 §3 entPhysicalTable, of the chassis. */
static const struct object chassis_objects[] = {
	{ SNMP_OID(1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1, 11), "host.serial", tell_text },
	{ SNMP_OID(1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1, 12), "host.vendor", tell_text },
	{ SNMP_OID(1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1, 13), "host.model", tell_text },
};

/* RFC 3805 §6 prtGeneralSerialNumber */
static const struct object printer_objects[] = {
	{ SNMP_OID(1, 3, 6, 1, 2, 1, 43, 5, 1, 1, 17), "host.serial", tell_text },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
_Static_assert(COUNT(system_objects) <= SNMP_STEP_OIDS, "they are asked at once");

static size_t
all_of(const struct object *objects, size_t n, struct snmp_oid *out)
{
	for (size_t i = 0; i < n; i++)
		out[i] = objects[i].oid;
	return n;
}

/* With the number of a row of their table behind them. */
static size_t
all_of_row(const struct object *objects, size_t n, unsigned long number,
	struct snmp_oid *out)
{
	for (size_t i = 0; i < n; i++) {
		out[i] = objects[i].oid;
		out[i].ids[out[i].n++] = number;
	}
	return n;
}

/* The objects' names are whole, or lack the number of the row. */
static void
tell_object(struct talk *t, const struct object *objects, size_t n,
	const struct snmp_row *row)
{
	const unsigned long *rest;
	size_t n_rest;

	for (size_t i = 0; i < n; i++)
		if (snmp_row_order(row, &objects[i].oid) == 0 ||
			snmp_row_index(row, &objects[i].oid, &rest, &n_rest))
			objects[i].tell(t, objects[i].key, row);
}

static size_t
which_system(struct talk *t, struct snmp_oid *out)
{
	(void)t;
	return all_of(system_objects, COUNT(system_objects), out);
}

static void
take_system(struct talk *t, const struct snmp_row *row, const unsigned long *index,
	size_t n)
{
	(void)index;
	(void)n;
	tell_object(t, system_objects, COUNT(system_objects), row);
}

static size_t
which_chassis(struct talk *t, struct snmp_oid *out)
{
	const struct snmp_host *h = talk_state(t);

	return h->has_chassis
		? all_of_row(chassis_objects, COUNT(chassis_objects), h->chassis, out)
		: 0;
}

static void
take_chassis(struct talk *t, const struct snmp_row *row, const unsigned long *index,
	size_t n)
{
	(void)index;
	(void)n;
	tell_object(t, chassis_objects, COUNT(chassis_objects), row);
}

static size_t
which_printer(struct talk *t, struct snmp_oid *out)
{
	const struct snmp_host *h = talk_state(t);

	return h->is_printer && !h->has_chassis
		? all_of_row(printer_objects, COUNT(printer_objects), h->printer, out)
		: 0;
}

static void
take_printer(struct talk *t, const struct snmp_row *row, const unsigned long *index,
	size_t n)
{
	(void)index;
	(void)n;
	tell_object(t, printer_objects, COUNT(printer_objects), row);
}

/* --- tables -------------------------------------------------------------------------------- */

static void
take_mac(struct talk *t, const struct snmp_row *row, const unsigned long *index,
	size_t n)
{
	char text[MAC_TEXT_MAX];
	struct mac mac;

	(void)index;
	(void)n;
	if (snmp_row_mac(row, &mac))
		talk_add(t, "if.macs", mac_print(&mac, text), MAC_TEXT_MAX - 1);
}

static void
take_name(struct talk *t, const struct snmp_row *row, const unsigned long *index,
	size_t n)
{
	struct snmp_host *h = talk_state(t);
	struct rd r = row->bytes;
	size_t size = rd_left(&r);

	(void)index;
	(void)n;
	if (row->type != SNMP_BYTES || size == 0)
		return;
	h->has_names = true;
	talk_add(t, "if.names", rd_take(&r, size), size);
}

static bool
lacks_names(struct talk *t)
{
	const struct snmp_host *h = talk_state(t);

	return !h->has_names;
}

static void
tell_address(struct talk *t, const struct addr *ip)
{
	struct snmp_host *h = talk_state(t);
	char text[ADDR_TEXT_MAX];

	h->has_addresses = true;
	if (!addr_is_loopback(ip) && !addr_is_link_local(ip) && addr_number(ip) != 0) {
		(void)addr_print(ip, text);
		talk_add(t, "if.addresses", text, strlen(text));
	}
}

bool
snmp_inet_address(const unsigned long *index, size_t n, struct addr *out)
{
	static const struct {
		enum addr_family family;
		size_t size; /* of the index; the address first */
	} types[] = {
		[INET_IP4] = { ADDR_IP4, 4 },
		[INET_IP6] = { ADDR_IP6, 16 },
		[INET_IP4_ZONE] = { ADDR_IP4, 8 },
		[INET_IP6_ZONE] = { ADDR_IP6, 20 },
	};

	if (n < 2 || index[0] < INET_IP4 || index[0] > INET_IP6_ZONE ||
		index[1] != types[index[0]].size || n != 2 + index[1])
		return false;
	*out = (struct addr){ .family = (uint8_t)types[index[0]].family };
	for (size_t i = 0; i < addr_size(out); i++) {
		if (index[2 + i] > UINT8_MAX)
			return false;
		out->bytes[i] = (uint8_t)index[2 + i];
	}
	return true;
}

static void
take_address(struct talk *t, const struct snmp_row *row, const unsigned long *index,
	size_t n)
{
	struct addr ip;

	/* Some list the broadcast addresses of their subnets, too. */
	if (row->type == SNMP_NUMBER && row->number == UNICAST &&
		snmp_inet_address(index, n, &ip))
		tell_address(t, &ip);
}

static bool
lacks_addresses(struct talk *t)
{
	const struct snmp_host *h = talk_state(t);

	return !h->has_addresses;
}

static void
take_old_address(struct talk *t, const struct snmp_row *row, const unsigned long *index,
	size_t n)
{
	struct rd r = row->bytes;

	(void)index;
	(void)n;
	if (row->type != SNMP_BYTES || rd_left(&r) != 4)
		return;
	const struct addr ip = addr_ip4(rd_be32(&r));
	tell_address(t, &ip);
}

static void
take_class(struct talk *t, const struct snmp_row *row, const unsigned long *index,
	size_t n)
{
	struct snmp_host *h = talk_state(t);

	if (h->has_chassis || n != 1 || row->type != SNMP_NUMBER ||
		row->number != CLASS_CHASSIS)
		return;
	h->has_chassis = true;
	h->chassis = index[0];
}

static bool
lacks_chassis(struct talk *t)
{
	const struct snmp_host *h = talk_state(t);

	return !h->has_chassis;
}

static void
take_printer_row(struct talk *t, const struct snmp_row *row, const unsigned long *index,
	size_t n)
{
	struct snmp_host *h = talk_state(t);

	(void)row;
	if (h->is_printer || n != 2) /* column, hrDeviceIndex */
		return;
	h->is_printer = true;
	h->printer = index[1];
	talk_bool(t, "snmp.printer", true);
}

static bool
is_no_printer_yet(struct talk *t)
{
	const struct snmp_host *h = talk_state(t);

	return !h->is_printer;
}

static const struct snmp_step host_steps[] = {
	{ SNMP_STEP_GET, .which = which_system, .take = take_system },
	/* RFC 2863 §6 ifPhysAddress, ifName; ifDescr for those that have no ifXTable */
	{ SNMP_STEP_WALK, .root = SNMP_OID(1, 3, 6, 1, 2, 1, 2, 2, 1, 6),
		.rows_max = ROWS_MAX, .take = take_mac },
	{ SNMP_STEP_WALK, .root = SNMP_OID(1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 1),
		.rows_max = ROWS_MAX, .take = take_name },
	{ SNMP_STEP_WALK, .root = SNMP_OID(1, 3, 6, 1, 2, 1, 2, 2, 1, 2),
		.rows_max = ROWS_MAX, .wanted = lacks_names, .take = take_name },
	/* RFC 4293 §5 ipAddressType, whose index is the address; RFC 1213 §6 ipAdEntAddr */
	{ SNMP_STEP_WALK, .root = SNMP_OID(1, 3, 6, 1, 2, 1, 4, 34, 1, 4),
		.rows_max = ROWS_MAX, .take = take_address },
	{ SNMP_STEP_WALK, .root = SNMP_OID(1, 3, 6, 1, 2, 1, 4, 20, 1, 1),
		.rows_max = ROWS_MAX, .wanted = lacks_addresses,
		.take = take_old_address },
	/* RFC 6933 §3 entPhysicalClass */
	{ SNMP_STEP_WALK, .root = SNMP_OID(1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1, 5),
		.rows_max = ROWS_MAX, .wanted = lacks_chassis, .take = take_class },
	{ SNMP_STEP_GET, .which = which_chassis, .take = take_chassis },
	/* RFC 3805 §6 prtGeneralTable */
	{ SNMP_STEP_WALK, .root = SNMP_OID(1, 3, 6, 1, 2, 1, 43, 5, 1, 1),
		.rows_max = ROWS_MAX, .wanted = is_no_printer_yet,
		.take = take_printer_row },
	{ SNMP_STEP_GET, .which = which_printer, .take = take_printer },
};

/* --- the conversation ---------------------------------------------------------------------- */

static void
ask_on(struct talk *t)
{
	const struct snmp_host *h = talk_state(t);
	char access[SNMP_TEXT_OF_ACCESS];

	if (h->talk.phase == SNMP_ASKS)
		talk_follow(t, &ask_snmp_tables, SNMP_PEER_PORT,
			snmp_talk_access(&h->talk, access));
}

static const struct snmp_script host_script = { host_steps, COUNT(host_steps), ask_on };

static enum talk_next
begin(struct talk *t)
{
	return snmp_talk_begin(t, &host_script);
}

static bool
is_wanted(const struct ask_settings *settings)
{
	const struct snmp_access *a = settings->snmp;

	return a && a->n_communities + a->n_users > 0;
}

const struct ask ask_snmp = {
	.name = "snmp",
	.help = "What a machine says of itself by SNMP, with the communities and users "
		"configured",
	.sends = "SNMP to UDP port 161: the question of version 3 for the engine, one "
		 "GetRequest for each community in version 2c, then in 1, and one for each "
		 "user; where one is let in, GetRequests and GetBulkRequests for the system, "
		 "its interfaces, addresses, chassis and printer, and whom it knows",
	.transport = ASK_UDP,
	.ports = { SNMP_PEER_PORT },
	.wanted = is_wanted,
	.state_size = sizeof(struct snmp_host),
	.patience_us = 30 * INT64_C(1000000),
	.begin = begin,
	.hear = snmp_talk_hear,
	.late = snmp_talk_late,
};
