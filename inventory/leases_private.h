/* SPDX-License-Identifier: GPL-3.0-or-later */
/* leases_private.h - what the readers of lease files share; nobody else includes this */
#ifndef INVENTORY_LEASES_PRIVATE_H
#define INVENTORY_LEASES_PRIVATE_H

#include "base/arena.h"
#include "inventory/leases.h"

enum {
	LEASE_WORDS_MAX = 8, /* of a statement of ISC dhcpd; what follows says nothing */
	LEASE_WORD_SIZE = 512, /* bytes of one; a host name or a client id in octal */
	LEASE_COLUMNS_MAX = 32,
};
#define LEASE_NEVER INT64_MAX

struct lease {
	struct addr ip;
	int64_t start, end; /* microseconds; LEASE_NEVER */
	bool bound, has_mac;
	struct mac mac;
	const char *name, *client_id, *vendor_class; /* NULL: none */
	uint32_t order;                              /* of the entry in the file */
};

/* A word; bytes may be anything, a NUL follows. */
struct lease_word {
	char text[LEASE_WORD_SIZE];
	size_t n;
	bool quoted;
};

struct isc_reader {
	struct lease_word words[LEASE_WORDS_MAX + 1]; /* one for what is too many */
	size_t n_words;
	unsigned depth,
		lease_depth;  /* braces that are open; at the lease; 0: in none */
	int64_t last_contact; /* of the client around an address of version 6 */
	struct lease lease;
	char name[LEASE_WORD_SIZE], client_id[2 * LEASE_WORD_SIZE];
	char vendor_class[LEASE_WORD_SIZE];
};

/* Which column is what; -1: it has none. */
struct kea_reader {
	bool has_head;
	int address, hwaddr, client_id, lifetime, expire, hostname, state, type;
};

struct lease_format {
	const char *name;
	/* Is this the first line that says anything? */
	bool (*begins)(const char *line);
	/* One line, without its end.  false: it is not understood. */
	bool (*read)(struct leases *, char *line);
};

struct leases {
	struct sink *sink;
	int64_t written;
	const struct lease_format *format; /* NULL: not known yet */
	struct arena *mem;                 /* of texts */
	struct lease *all;
	size_t n, room;
	char line[LEASES_LINE_MAX];
	size_t n_line;
	bool too_long; /* the line */
	uint64_t line_no;
	struct leases_report report;
	struct err failed; /* ERR_NONE: all well */
	struct isc_reader isc;
	struct kea_reader kea;
};

extern const struct lease_format lease_isc, lease_kea, lease_dnsmasq;

/* Copies what the lease points to. */
void leases_add(struct leases *, const struct lease *);
/* Decimal digits and nothing else, to 2^40; seconds. */
bool lease_read_seconds(const char *, int64_t *out);
/* "01:ab:..." into "01ab..."; false: it is none. */
bool lease_read_hex(const char *, char *out, size_t room);
/* A text as it may be kept: UTF-8 without control characters, at most 255 bytes; NULL: it is
 * none. */
const char *lease_clean_text(const char *);
/* The same without blanks, and without dots at its end, which are taken off. */
const char *lease_clean_name(char *);

#endif
