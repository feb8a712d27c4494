/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * dns.h - DNS messages (RFC 1035 §4.1), as unicast and multicast DNS send them
 *
 *	struct dns_message m;
 *	struct dns_record r;
 *
 *	if (!dns_open(datagram, &m))
 *		...
 *	for (unsigned i = 0; i < m.n_questions && dns_skip_question(&m); i++)
 *		;
 *	for (unsigned i = 0; i < m.n_answers && dns_next_record(&m, &r); i++)
 *		...
 *
 * Names are text: labels with dots between them and none at the end, "" for the root.  A
 * dot or backslash within a label is "\." and "\\", a control character "\DDD" (RFC 1035
 * §5.1); bytes above ASCII stay as they are, UTF-8 in multicast DNS (RFC 6762 §16).
 */
#ifndef WIRE_DNS_H
#define WIRE_DNS_H

#include "base/addr.h"
#include "base/buf.h"

enum {
	DNS_HEAD = 12,
	DNS_NAME_TEXT = 1024,  /* 255 bytes of name, each four characters at worst */
	DNS_REVERSE_TEXT = 73, /* 32 nibbles with dots, "ip6.arpa" and the NUL */
};

/* RFC 1035 §3.2.2, §3.2.4 */
/* and RFC 3596 §2.1, RFC 2782 */
enum {
	DNS_A = 1,
	DNS_CNAME = 5,
	DNS_PTR = 12,
	DNS_TXT = 16,
	DNS_AAAA = 28,
	DNS_SRV = 33,
	DNS_ANY = 255,
	DNS_IN = 1
};

/* RFC 1035 §4.1.1 */
enum { DNS_RESPONSE = 0x8000, DNS_OPCODE = 0x7800, DNS_RCODE = 0x000f };

/* --- writing --- */

void dns_write_head(struct wr *, uint16_t id, uint16_t flags, uint16_t n_questions);
/* A name whose labels need no escape; one that is none makes the cursor bad. */
void dns_write_question(struct wr *, const char *name, uint16_t type, uint16_t class);

/* "7.2.0.192.in-addr.arpa" (RFC 1035 §3.5), or in ip6.arpa (RFC 3596 §2.5).  Returns out. */
const char *dns_print_reverse(const struct addr *, char out[static DNS_REVERSE_TEXT]);

/* --- reading --- */

struct dns_message {
	uint16_t id, flags;
	uint16_t n_questions, n_answers, n_authority, n_additional; /* as it says */
	struct rd all;  /* names point into it */
	struct rd next; /* at the next question or record; bad: it broke off */
};

struct dns_record {
	char owner[DNS_NAME_TEXT];
	uint16_t type, class;
	uint32_t ttl; /* seconds */
	struct rd data;
};

bool dns_open(struct rd datagram, struct dns_message *); /* false: the header is cut */
bool dns_next_name(struct dns_message *, char out[static DNS_NAME_TEXT]);
bool dns_skip_question(struct dns_message *);
bool dns_next_question(struct dns_message *, char out[static DNS_NAME_TEXT],
	uint16_t *type, uint16_t *class);
bool dns_next_record(struct dns_message *, struct dns_record *);
/* Is this an address record of exactly this address? */
bool dns_is_address(const struct dns_record *, const struct addr *);

enum { DNS_ADDRESSES_MAX = 16 };

/* Each once, in their order. */
struct dns_addresses {
	struct addr items[DNS_ADDRESSES_MAX];
	size_t n;
};

/* What a response says of a name, in any of its sections: A and AAAA.  One that breaks off is
 * read up to there; what does not fit, or takes leave (TTL 0, RFC 6762 §10.1), is left out. */
void dns_read_addresses(struct rd datagram, const char *name, struct dns_addresses *);

/*
 * The name at a cursor within the message, which moves behind it.  false, and the cursor
 * bad: cut, above 255 bytes, or a pointer that does not lead back (RFC 1035 §4.1.4: a prior
 * occurrence), so that no name can go in a circle; or more than 128 of them, which no name
 * needs.
 */
bool dns_read_name(
	const struct dns_message *, struct rd *at, char out[static DNS_NAME_TEXT]);

#endif
