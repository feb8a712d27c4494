/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * dhcpd.leases(5): statements that end with ';' and blocks in braces, in no fixed lines.  A
 * statement that says nothing here, and a block inside a lease, are passed over.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inventory/leases_private.h"

/* --- statements of a lease --------------------------------------------------------------- */

/* "4 2026/11/19 10:00:00", "epoch 1763546400" or "never". */
static bool
read_time(const struct isc_reader *r, int64_t *out)
{
	const char *date = r->words[2].text, *day = r->words[3].text;
	char text[TIME_TEXT_MAX];
	int64_t seconds;

	if (r->n_words == 2 && strcmp(r->words[1].text, "never") == 0) {
		*out = LEASE_NEVER;
		return true;
	}
	if (r->n_words == 3 && strcmp(r->words[1].text, "epoch") == 0 &&
		lease_read_seconds(date, &seconds)) {
		*out = seconds * SECOND;
		return true;
	}
	if (r->n_words != 4 || strlen(date) != 10 || date[4] != '/' || date[7] != '/' ||
		strlen(day) != 8)
		return false;
	(void)snprintf(text, sizeof(text), "%.4s-%.2s-%.2sT%.8sZ", date, date + 5,
		date + 8, day);
	return time_parse(text, out) == 0;
}

static bool
take_starts(struct isc_reader *r)
{
	return read_time(r, &r->lease.start) && r->lease.start != LEASE_NEVER;
}

static bool
take_ends(struct isc_reader *r)
{
	return read_time(r, &r->lease.end);
}

/* "binding state active" */
static bool
take_binding(struct isc_reader *r)
{
	r->lease.bound = r->n_words == 3 && strcmp(r->words[2].text, "active") == 0;
	return r->n_words == 3;
}

/* "hardware ethernet 00:16:3e:00:00:07"; others than Ethernet have no MAC of ours. */
static bool
take_hardware(struct isc_reader *r)
{
	if (r->n_words != 3 || strcmp(r->words[1].text, "ethernet") != 0)
		return r->n_words == 3;
	r->lease.has_mac = mac_parse(r->words[2].text, &r->lease.mac);
	return r->lease.has_mac;
}

/* A text with octal escapes, or hexadecimal with colons, by lease-id-format. */
static bool
take_uid(struct isc_reader *r)
{
	const struct lease_word *w = &r->words[1];

	if (r->n_words != 2)
		return false;
	if (w->quoted || !lease_read_hex(w->text, r->client_id, sizeof(r->client_id)))
		for (size_t i = 0; i < w->n; i++)
			(void)snprintf(r->client_id + 2 * i, 3, "%02x",
				(unsigned char)w->text[i]);
	r->lease.client_id = w->n ? r->client_id : NULL;
	return true;
}

static bool
take_hostname(struct isc_reader *r)
{
	if (r->n_words != 2)
		return false;
	memcpy(r->name, r->words[1].text, sizeof(r->name));
	r->lease.name = lease_clean_name(r->name);
	return true;
}

/* "set vendor-class-identifier = "MSFT 5.0"": a variable that dhcpd sets by itself. */
static bool
take_variable(struct isc_reader *r)
{
	if (r->n_words != 4 || strcmp(r->words[1].text, "vendor-class-identifier") != 0)
		return true;
	memcpy(r->vendor_class, r->words[3].text, sizeof(r->vendor_class));
	r->lease.vendor_class = lease_clean_text(r->vendor_class);
	return true;
}

static const struct statement {
	const char *word;
	bool (*take)(struct isc_reader *);
} statements[] = {
	{ "starts", take_starts },
	{ "ends", take_ends },
	{ "binding", take_binding },
	{ "hardware", take_hardware },
	{ "uid", take_uid },
	{ "client-hostname", take_hostname },
	{ "set", take_variable },
};

/* --- structure ----------------------------------------------------------------------------- */

static bool
is_word(const struct isc_reader *r, const char *word)
{
	return r->n_words > 0 && strcmp(r->words[0].text, word) == 0;
}

static bool
end_statement(struct isc_reader *r)
{
	/* Around the addresses of a client of version 6. */
	if (is_word(r, "cltt") && r->depth == 1 && !r->lease_depth)
		return read_time(r, &r->last_contact);
	if (!r->lease_depth || r->depth != r->lease_depth)
		return true;
	for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++)
		if (is_word(r, statements[i].word))
			return statements[i].take(r);
	return true;
}

/* "lease 198.18.3.7 {", "iaaddr 2001:db8::7 {" */
static bool
open_block(struct isc_reader *r)
{
	bool lease = is_word(r, "lease"), six = is_word(r, "iaaddr");

	r->depth++;
	if ((!lease && !six) || r->lease_depth)
		return true;
	r->lease = (struct lease){
		.bound = true, .start = six ? r->last_contact : 0, .end = LEASE_NEVER
	};
	if (r->n_words != 2 || !addr_parse(r->words[1].text, &r->lease.ip))
		return false;
	r->lease_depth = r->depth;
	return true;
}

/* A lease without a beginning was never given to anybody. */
static bool
close_block(struct leases *l)
{
	struct isc_reader *r = &l->isc;
	bool ends_lease = r->lease_depth && r->depth == r->lease_depth;

	if (r->depth == 0)
		return false;
	r->depth--;
	if (!ends_lease)
		return true;
	r->lease_depth = 0;
	r->lease.bound &= r->lease.start > 0;
	leases_add(l, &r->lease);
	return true;
}

static bool
end_words(struct leases *l, char mark)
{
	struct isc_reader *r = &l->isc;
	bool ok = mark == '{' ? open_block(r)
		: mark == '}' ? close_block(l)
			      : end_statement(r);

	r->n_words = 0;
	return ok;
}

/* --- words --------------------------------------------------------------------------------- */

/* What follows a backslash: three octal digits, or the character itself. */
static char
read_escape(const char **text)
{
	const char *p = *text;

	if (p[0] >= '0' && p[0] <= '3' && p[1] >= '0' && p[1] <= '7' && p[2] >= '0' &&
		p[2] <= '7') {
		*text += 3;
		return (char)((p[0] - '0') << 6 | (p[1] - '0') << 3 | (p[2] - '0'));
	}
	*text += *p != '\0';
	return *p;
}

static bool
is_mark(char c)
{
	return c == ';' || c == '{' || c == '}';
}

static const char *
read_word(struct isc_reader *r, const char *p)
{
	struct lease_word *w = &r->words[r->n_words];
	bool quoted = *p == '"';

	r->n_words += r->n_words < LEASE_WORDS_MAX;
	w->n = 0;
	w->quoted = quoted;
	for (p += quoted; *p;) {
		char c = *p++;
		if (quoted ? c == '"' : c == ' ' || c == '\t' || is_mark(c)) {
			p -= !quoted;
			break;
		}
		if (quoted && c == '\\')
			c = read_escape(&p);
		if (w->n < sizeof(w->text) - 1)
			w->text[w->n++] = c;
	}
	w->text[w->n] = '\0';
	return p;
}

static bool
read_line(struct leases *l, char *line)
{
	const char *p = line;
	bool ok = true;

	while (*p && *p != '#') {
		if (*p == ' ' || *p == '\t')
			p++;
		else if (is_mark(*p))
			ok &= end_words(l, *p++);
		else
			p = read_word(&l->isc, p);
	}
	return ok;
}

static bool
begins(const char *line)
{
	static const char *const words[] = { "#", "lease ", "ia-na ", "ia-ta ",
		"ia-pd ", "authoring-byte-order ", "server-duid ", "failover ", "host ",
		"group ", "default-duid " };

	line += strspn(line, " \t");
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strncmp(line, words[i], strlen(words[i])) == 0)
			return true;
	return false;
}

const struct lease_format lease_isc = { "ISC dhcpd", begins, read_line };
