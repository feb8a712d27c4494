/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The formats that are a line an entry: Kea's memfile and that of dnsmasq. */
#include <stdlib.h>
#include <string.h>

#include "inventory/leases_private.h"

/* --- Kea ------------------------------------------------------------------------------------ */

enum {
	KEA_ASSIGNED = 0,  /* state; others: declined, reclaimed, released */
	KEA_PREFIX = 2,    /* lease_type of version 6: no address */
	KEA_LAST_HEAD = 3, /* columns that no version lacks */
};
static const char kea_infinite[] = "4294967295"; /* RFC 2131 §3.3 */

/* In place; a field ends with its comma. */
static size_t
split(char *line, char *fields[LEASE_COLUMNS_MAX])
{
	size_t n = 0;

	while (n < LEASE_COLUMNS_MAX) {
		char *comma = strchr(line, ',');
		fields[n++] = line;
		if (!comma)
			break;
		*comma = '\0';
		line = comma + 1;
	}
	return n;
}

static bool
kea_begins(const char *line)
{
	return strncmp(line, "address,", 8) == 0 && strstr(line, ",expire,") != NULL;
}

static void
read_head(struct kea_reader *k, char *const *fields, size_t n)
{
	const struct {
		const char *name;
		int *column;
	} columns[] = {
		{ "address", &k->address },
		{ "hwaddr", &k->hwaddr },
		{ "client_id", &k->client_id },
		{ "valid_lifetime", &k->lifetime },
		{ "expire", &k->expire },
		{ "hostname", &k->hostname },
		{ "state", &k->state },
		{ "lease_type", &k->type },
	};

	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
		*columns[i].column = -1;
		for (size_t f = 0; f < n; f++)
			if (strcmp(fields[f], columns[i].name) == 0)
				*columns[i].column = (int)f;
	}
	k->has_head = true;
}

/* "" when there is no such column, or the line is short. */
static char *
field(char **fields, size_t n, int column, char *empty)
{
	return column >= 0 && (size_t)column < n ? fields[column] : empty;
}

static bool
read_kea_times(struct lease *lease, const char *lifetime, const char *expire)
{
	int64_t lasts, end;

	if (!lease_read_seconds(lifetime, &lasts) ||
		!lease_read_seconds(expire, &end) || end <= lasts)
		return false;
	lease->start = (end - lasts) * SECOND;
	lease->end = strcmp(lifetime, kea_infinite) == 0 ? LEASE_NEVER : end * SECOND;
	lease->bound = lasts > 0; /* an entry that takes the lease away has none */
	return true;
}

static bool
read_kea(struct leases *l, char *line)
{
	char *fields[LEASE_COLUMNS_MAX], empty[] = "", client_id[2 * LEASE_WORD_SIZE];
	size_t n = split(line, fields);
	struct kea_reader *k = &l->kea;
	struct lease lease = { .start = 0 };
	int64_t state = KEA_ASSIGNED, type = 0;

	if (!k->has_head) {
		read_head(k, fields, n);
		return n > KEA_LAST_HEAD;
	}
	if (!addr_parse(field(fields, n, k->address, empty), &lease.ip) ||
		!read_kea_times(&lease, field(fields, n, k->lifetime, empty),
			field(fields, n, k->expire, empty)))
		return false;
	(void)lease_read_seconds(field(fields, n, k->state, empty), &state);
	(void)lease_read_seconds(field(fields, n, k->type, empty), &type);
	if (type == KEA_PREFIX)
		return true;
	lease.bound &= state == KEA_ASSIGNED;
	lease.has_mac = mac_parse(field(fields, n, k->hwaddr, empty), &lease.mac);
	if (lease_read_hex(field(fields, n, k->client_id, empty), client_id,
		    sizeof(client_id)))
		lease.client_id = client_id;
	lease.name = lease_clean_name(field(fields, n, k->hostname, empty));
	leases_add(l, &lease);
	return true;
}

/* --- dnsmasq -------------------------------------------------------------------------------- */

enum { DNSMASQ_FIELDS = 5, EXPIRY = 0, LINK = 1, ADDRESS = 2, NAME = 3, CLIENT = 4 };

static bool
dnsmasq_begins(const char *line)
{
	return (*line >= '0' && *line <= '9') || strncmp(line, "duid ", 5) == 0;
}

static size_t
split_blanks(char *line, char *fields[DNSMASQ_FIELDS])
{
	size_t n = 0;

	for (char *f; n < DNSMASQ_FIELDS && (f = strsep(&line, " \t"));)
		if (*f)
			fields[n++] = f;
	return n;
}

static bool
read_dnsmasq(struct leases *l, char *line)
{
	char *fields[DNSMASQ_FIELDS], client_id[2 * LEASE_WORD_SIZE];
	struct lease lease = { .start = l->written, .bound = true };
	int64_t expiry;

	if (strncmp(line, "duid ", 5) == 0)
		return true; /* of the server */
	if (split_blanks(line, fields) < DNSMASQ_FIELDS)
		return false;
	if (!lease_read_seconds(fields[EXPIRY], &expiry) ||
		!addr_parse(fields[ADDRESS], &lease.ip))
		return false;
	lease.end = expiry ? expiry * SECOND : LEASE_NEVER;
	/* Of version 6 these are no MAC and no client id. */
	if (lease.ip.family == ADDR_IP4) {
		lease.has_mac = mac_parse(fields[LINK], &lease.mac);
		if (lease_read_hex(fields[CLIENT], client_id, sizeof(client_id)))
			lease.client_id = client_id;
	}
	if (strcmp(fields[NAME], "*") != 0)
		lease.name = lease_clean_name(fields[NAME]);
	leases_add(l, &lease);
	return true;
}

const struct lease_format lease_kea = { "Kea", kea_begins, read_kea };
const struct lease_format lease_dnsmasq = { "dnsmasq", dnsmasq_begins, read_dnsmasq };
