/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fixed head of BOOTP and the options behind it; a table says which are kept. */
#include "wire/dhcp.h"

#include <string.h>

enum {
	/* RFC 2131 §2 */
	OP_REQUEST = 1,
	OP_REPLY = 2,
	HARDWARE_ETHERNET = 1, /* RFC 1700: ARP hardware types */
	CHADDR_SIZE = 16,
	SNAME_SIZE = 64,
	FILE_SIZE = 128,
	/* RFC 2132 */
	OPTION_PAD = 0,
	OPTION_END = 255,
	OVERLOAD_FILE = 1,
	OVERLOAD_SNAME = 2,
	/* RFC 4702 §2.1 */
	FQDN_HEAD = 3,
	FQDN_ENCODED = 4,
	LABEL_MAX = 63,
};

static const uint32_t cookie = UINT32_C(0x63825363); /* RFC 2131 §3 */

/* What of the options is not in struct dhcp. */
struct options {
	struct dhcp *d;
	uint8_t overload;
	struct rd fqdn;
};

/* --- one option each ------------------------------------------------------------------ */

static struct addr
read_addr(struct rd *r)
{
	uint32_t ip = rd_be32(r);

	return ip && !r->bad ? addr_ip4(ip) : (struct addr){ .family = ADDR_NONE };
}

static void
take_type(struct options *o, struct rd r)
{
	uint8_t type = rd_u8(&r);

	if (type <= DHCP_INFORM)
		o->d->type = type;
}

static void
take_wanted(struct options *o, struct rd r)
{
	o->d->wanted = read_addr(&r);
}

static void
take_server(struct options *o, struct rd r)
{
	o->d->server = read_addr(&r);
}

static void
take_overload(struct options *o, struct rd r)
{
	o->overload = rd_u8(&r);
}

/* RFC 2132 §2: NULs at the end are not to be sent, and to be expected. */
static struct rd
without_nuls(struct rd r)
{
	size_t n = rd_left(&r);
	const uint8_t *text = rd_take(&r, n);

	while (text && n && text[n - 1] == 0)
		n--;
	return rd_from(text, n);
}

static void
take_name(struct options *o, struct rd r)
{
	o->d->name = without_nuls(r);
}

static void
take_domain(struct options *o, struct rd r)
{
	o->d->domain = without_nuls(r);
}

static void
take_dns(struct options *o, struct rd r)
{
	o->d->dns = r;
}

static void
take_wins(struct options *o, struct rd r)
{
	o->d->wins = r;
}

static void
take_vendor_class(struct options *o, struct rd r)
{
	o->d->vendor_class = without_nuls(r);
}

static void
take_client_id(struct options *o, struct rd r)
{
	o->d->client_id = r;
}

static void
take_asked(struct options *o, struct rd r)
{
	o->d->asked = r;
}

static void
take_fqdn(struct options *o, struct rd r)
{
	o->fqdn = r;
}

static const struct {
	uint8_t code;
	void (*take)(struct options *, struct rd);
} rows[] = {
	{ 6, take_dns },           /* RFC 2132 §3.8 */
	{ 12, take_name },         /* §3.14 */
	{ 15, take_domain },       /* §3.17 */
	{ 44, take_wins },         /* §8.5 */
	{ 50, take_wanted },       /* §9.1 */
	{ 52, take_overload },     /* §9.3 */
	{ 53, take_type },         /* §9.6 */
	{ 54, take_server },       /* §9.7 */
	{ 55, take_asked },        /* §9.8 */
	{ 60, take_vendor_class }, /* §9.13 */
	{ 61, take_client_id },    /* §9.14 */
	{ 81, take_fqdn },         /* RFC 4702 */
};
enum { N_ROWS = sizeof(rows) / sizeof(rows[0]) };

/* --- all of them ---------------------------------------------------------------------- */

/* seen: a bit for each row. */
static int
read_options(struct options *o, struct rd r, unsigned *seen, struct err *e)
{
	while (rd_left(&r)) {
		uint8_t code = rd_u8(&r);
		if (code == OPTION_END)
			return 0;
		if (code == OPTION_PAD)
			continue;
		size_t n = rd_u8(&r);
		struct rd value = rd_sub(&r, n);
		if (r.bad)
			return err_set(e, ERR_PROTO,
				"RFC 2132 §2: option %u goes past the end", code);
		for (size_t i = 0; i < N_ROWS; i++)
			if (rows[i].code == code && !(*seen & 1U << i)) {
				*seen |= 1U << i;
				rows[i].take(o, value);
			}
	}
	return 0; /* the end option is missing: plenty leave it out */
}

/* RFC 4702 §2.3.1: labels as in DNS, without compression; a name that goes on is cut. */
static size_t
read_labels(struct rd *r, char *out, size_t room)
{
	size_t n = 0;

	while (rd_left(r)) {
		size_t size = rd_u8(r);
		const uint8_t *label = rd_take(r, size);
		if (size == 0 || size > LABEL_MAX || !label || n + size + 2 > room)
			break;
		if (n)
			out[n++] = '.';
		memcpy(out + n, label, size);
		n += size;
	}
	return n;
}

static void
read_fqdn(struct rd r, char out[static DHCP_FQDN_MAX])
{
	uint8_t flags = rd_u8(&r);
	size_t n;

	rd_skip(&r, FQDN_HEAD - 1);
	if (flags & FQDN_ENCODED) {
		n = read_labels(&r, out, DHCP_FQDN_MAX);
	} else { /* deprecated ASCII, as Windows sends it to this day */
		n = rd_left(&r) < DHCP_FQDN_MAX ? rd_left(&r) : DHCP_FQDN_MAX - 1;
		rd_copy(&r, out, n);
	}
	out[n] = '\0';
	n = strlen(out);
	if (n && out[n - 1] == '.')
		out[n - 1] = '\0';
}

static int
read_all_options(struct options *o, struct rd all, struct rd file, struct rd sname,
	struct err *e)
{
	unsigned seen = 0;

	if (rd_left(&all) == 0)
		return 0; /* plain BOOTP */
	if (rd_be32(&all) != cookie)
		return err_set(e, ERR_PROTO, "RFC 2131 §3: no magic cookie");
	if (read_options(o, all, &seen, e) == -1)
		return -1;
	if (o->overload & OVERLOAD_FILE && read_options(o, file, &seen, e) == -1)
		return -1;
	if (o->overload & OVERLOAD_SNAME && read_options(o, sname, &seen, e) == -1)
		return -1;
	return 0;
}

int
dhcp_read(struct rd r, struct dhcp *out, struct err *e)
{
	const struct rd none = rd_from(NULL, 0);
	struct options o = { .d = out, .fqdn = none };

	*out = (struct dhcp){ .dns = none,
		.wins = none,
		.name = none,
		.domain = none,
		.vendor_class = none,
		.client_id = none,
		.asked = none };
	uint8_t op = rd_u8(&r), hardware = rd_u8(&r), size = rd_u8(&r);
	rd_skip(&r, 1); /* hops */
	out->id = rd_be32(&r);
	rd_skip(&r, 4); /* secs, flags */
	out->client = read_addr(&r);
	out->yours = read_addr(&r);
	rd_skip(&r, 4); /* siaddr: where to boot from */
	out->relay = read_addr(&r);
	struct rd chaddr = rd_sub(&r, CHADDR_SIZE);
	struct rd sname = rd_sub(&r, SNAME_SIZE), file = rd_sub(&r, FILE_SIZE);
	if (r.bad)
		return err_set(e, ERR_PROTO, "RFC 2131 §2: header is cut");
	if (op != OP_REQUEST && op != OP_REPLY)
		return err_set(e, ERR_PROTO, "RFC 2131 §2: op is %u", op);
	out->reply = op == OP_REPLY;
	if (hardware == HARDWARE_ETHERNET && size == sizeof(out->mac.bytes))
		rd_copy(&chaddr, out->mac.bytes, sizeof(out->mac.bytes));
	if (read_all_options(&o, r, file, sname, e) == -1)
		return -1;
	if (rd_left(&o.fqdn) >= FQDN_HEAD)
		read_fqdn(o.fqdn, out->fqdn);
	return 0;
}

/* --- the question --------------------------------------------------------------------- */

void
dhcp_write_inform(struct wr *w, const struct dhcp_inform *q)
{
	static const uint8_t options[] = { 53, 1, DHCP_INFORM, /* RFC 2132 §9.6 */
		55, 4, 6, 15, 44,
		54, /* §9.8: what is wanted; the server names itself anyhow */
		OPTION_END };
	size_t begin = wr_used(w);

	wr_u8(w, OP_REQUEST);
	wr_u8(w, HARDWARE_ETHERNET);
	wr_u8(w, sizeof(q->mac.bytes));
	wr_u8(w, 0); /* hops */
	wr_be32(w, q->id);
	wr_be32(w, 0); /* secs, and no flag: the answer comes to the address */
	wr_be32(w, addr_to_ip4(&q->own));
	wr_zero(w, 12); /* yiaddr, siaddr, giaddr */
	wr_bytes(w, q->mac.bytes, sizeof(q->mac.bytes));
	wr_zero(w, CHADDR_SIZE - sizeof(q->mac.bytes) + SNAME_SIZE + FILE_SIZE);
	wr_be32(w, cookie);
	wr_bytes(w, options, sizeof(options));
	/* RFC 951 §3: there are relays that drop what is shorter. */
	wr_zero(w, DHCP_INFORM_SIZE - (wr_used(w) - begin));
}
