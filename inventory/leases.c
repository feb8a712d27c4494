/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines, entries and what is told of them; what a line means is leases_isc.c and its like. */
#include "inventory/leases.h"

#include <stdlib.h>
#include <string.h>

#include "base/sb.h"
#include "inventory/leases_private.h"

enum {
	FACTS_MAX = 4,
	SECONDS_DIGITS = 12,
	TEXT_MAX = 255, /* RFC 1035 §2.3.4, RFC 2132 §2 */
};

static const struct lease_format *const formats[] = {
	&lease_isc,
	&lease_kea,
	&lease_dnsmasq,
};

static const struct lease_format *
find_format(const char *line)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (formats[i]->begins(line))
			return formats[i];
	return NULL;
}

bool
leases_begin_so(const char *text, size_t n)
{
	char line[LEASES_LINE_MAX];
	size_t from = 0, size = 0;

	while (from < n && (text[from] == '\n' || text[from] == '\r'))
		from++;
	while (from + size < n && size < sizeof(line) - 1 && text[from + size] != '\n')
		size++;
	memcpy(line, text + from, size);
	line[size] = '\0';
	return find_format(line) != NULL;
}

/* --- what formats share ------------------------------------------------------------------- */

bool
lease_read_seconds(const char *text, int64_t *out)
{
	size_t n = strlen(text);

	if (n == 0 || n > SECONDS_DIGITS || strspn(text, "0123456789") != n)
		return false;
	*out = strtoll(text, NULL, 10);
	return true;
}

bool
lease_read_hex(const char *text, char *out, size_t room)
{
	static const char digits[] = "0123456789abcdefABCDEF";
	size_t used = 0;

	for (size_t i = 0; text[i]; i += 2) {
		i += i > 0 && text[i] == ':';
		if (!text[i] || !strchr(digits, text[i]) || !text[i + 1] ||
			!strchr(digits, text[i + 1]) || used + 3 > room)
			return false;
		for (size_t k = 0; k < 2; k++) {
			char c = text[i + k];
			out[used++] = c >= 'A' && c <= 'F' ? (char)(c - 'A' + 'a') : c;
		}
	}
	out[used] = '\0';
	return used > 0;
}

const char *
lease_clean_text(const char *text)
{
	size_t n = strlen(text), step;

	if (n == 0 || n > TEXT_MAX)
		return NULL;
	for (size_t i = 0; i < n; i += step) {
		step = utf8_char(text + i, n - i);
		if (step == 0 || (unsigned char)text[i] < ' ' || text[i] == 0x7f)
			return NULL;
	}
	return text;
}

const char *
lease_clean_name(char *text)
{
	size_t n = strlen(text);

	while (n > 0 && text[n - 1] == '.')
		text[--n] = '\0';
	return strchr(text, ' ') ? NULL : lease_clean_text(text);
}

/* --- entries ---------------------------------------------------------------------------------- */

static bool
grow(struct leases *l)
{
	size_t room = l->room ? 2 * l->room : 1024;
	struct lease *more;

	if (l->n < l->room)
		return true;
	if (l->n == LEASES_MAX) {
		err_set(&l->failed, ERR_PROTO, "more than %d leases", LEASES_MAX);
		return false;
	}
	if (!(more = reallocarray(l->all, room, sizeof(*more)))) {
		err_nomem(&l->failed);
		return false;
	}
	l->all = more;
	l->room = room;
	return true;
}

static bool
keep_text(struct leases *l, const char **text)
{
	if (*text && !(*text = arena_strdup(l->mem, *text)))
		err_nomem(&l->failed);
	return l->failed.code == ERR_NONE;
}

void
leases_add(struct leases *l, const struct lease *lease)
{
	struct lease copy = *lease;

	if (!grow(l) || !keep_text(l, &copy.name) || !keep_text(l, &copy.client_id) ||
		!keep_text(l, &copy.vendor_class))
		return;
	copy.order = (uint32_t)l->n;
	l->all[l->n++] = copy;
}

static int
by_address(const void *va, const void *vb)
{
	const struct lease *a = va, *b = vb;
	int order = addr_cmp(&a->ip, &b->ip);

	return order ? order : a->order < b->order ? -1 : a->order > b->order;
}

/* The last entry of each address, in the order of addresses. */
static void
keep_last(struct leases *l)
{
	size_t n = 0;

	if (l->n == 0)
		return;
	qsort(l->all, l->n, sizeof(*l->all), by_address);
	for (size_t i = 0; i < l->n; i++)
		if (i + 1 == l->n || !addr_equal(&l->all[i].ip, &l->all[i + 1].ip))
			l->all[n++] = l->all[i];
	l->n = n;
}

static void
add_text(struct observation *o, struct fact *facts, const char *key, const char *text)
{
	if (text)
		facts[o->n_facts++] = (struct fact){ key, FACT_TEXT, .text = text };
}

static int
tell(struct leases *l, const struct lease *lease, struct err *e)
{
	struct fact facts[FACTS_MAX];
	struct observation o = { .subject = SUBJECT_DEVICE,
		.source = "import",
		.at = lease->start,
		.ip = lease->ip,
		.evidence = EVIDENCE_LISTED,
		.facts = facts };

	add_text(&o, facts, "dhcp.client_id", lease->client_id);
	add_text(&o, facts, "dhcp.name", lease->name);
	add_text(&o, facts, "dhcp.vendor_class", lease->vendor_class);
	if (lease->has_mac)
		facts[o.n_facts++] = (struct fact){ "mac", FACT_MAC, .mac = lease->mac };
	l->report.told++;
	return l->sink->take(l->sink, &o, e);
}

static int
tell_all(struct leases *l, struct err *e)
{
	int64_t newest = 0;

	keep_last(l);
	for (size_t i = 0; i < l->n; i++)
		if (l->all[i].start > newest)
			newest = l->all[i].start;
	for (size_t i = 0; i < l->n; i++) {
		const struct lease *lease = &l->all[i];
		if (!lease->bound)
			l->report.unbound++;
		else if (lease->end < newest)
			l->report.expired++;
		else if (tell(l, lease, e) == -1)
			return -1;
	}
	return 0;
}

/* --- lines ------------------------------------------------------------------------------------ */

static void
count_broken(struct leases *l)
{
	if (l->report.broken++ == 0)
		l->report.first_broken_line = l->line_no;
}

static void
take_line(struct leases *l)
{
	size_t n = l->n_line;

	l->line_no++;
	l->n_line = 0;
	if (n > 0 && l->line[n - 1] == '\r')
		n--;
	if (l->too_long || memchr(l->line, '\0', n)) {
		l->too_long = false;
		count_broken(l);
		return;
	}
	l->line[n] = '\0';
	if (strspn(l->line, " \t") == n)
		return;
	if (!l->format && !(l->format = find_format(l->line))) {
		err_set(&l->failed, ERR_PROTO,
			"it is no lease file of ISC dhcpd, Kea or dnsmasq");
		return;
	}
	if (!l->format->read(l, l->line))
		count_broken(l);
}

static int
failure(const struct leases *l, struct err *e)
{
	if (l->failed.code == ERR_NONE)
		return 0;
	*e = l->failed;
	return -1;
}

int
leases_feed(struct leases *l, const char *text, size_t n, struct err *e)
{
	for (size_t i = 0; i < n && l->failed.code == ERR_NONE; i++)
		if (text[i] == '\n')
			take_line(l);
		else if (l->n_line < sizeof(l->line) - 1)
			l->line[l->n_line++] = text[i];
		else
			l->too_long = true;
	return failure(l, e);
}

int
leases_end(struct leases *l, struct leases_report *report, struct err *e)
{
	int rc;

	if (l->n_line && l->failed.code == ERR_NONE)
		take_line(l);
	/* A file that was cut in a lease. */
	if (l->isc.lease_depth)
		count_broken(l);
	rc = failure(l, e);
	if (rc == 0)
		rc = tell_all(l, e);
	l->report.format = l->format ? l->format->name : NULL;
	*report = l->report;
	return rc;
}

int
leases_new(struct leases **out, struct sink *sink, int64_t written, struct err *e)
{
	struct leases *l = calloc(1, sizeof(*l));

	if (!l)
		return err_nomem(e);
	l->sink = sink;
	l->written = written;
	l->mem = arena_new(LEASES_MEMORY);
	if (!l->mem) {
		free(l);
		return err_nomem(e);
	}
	*out = l;
	return 0;
}

void
leases_free(struct leases *l)
{
	if (!l)
		return;
	arena_free(l->mem);
	free(l->all);
	free(l);
}
