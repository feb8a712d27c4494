/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One judge a condition; a location is as true as its least one. */
#include "location/match.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

struct judging {
	const struct location *l;
	const struct place_facts *f;
	struct location_asker *asker;
	struct location_result *out;
	char *text;
	size_t max;
};

static void say(struct judging *, const char *fmt, ...) ERR_PRINTF(2, 3);

static void
say(struct judging *j, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(j->text, j->max, fmt, ap); /* a cut text is fine */
	va_end(ap);
}

/* "a, b, c" of what the definition names. */
static void
join(const struct opt_list *values, char *out, size_t max)
{
	size_t n = 0;

	*out = '\0';
	for (size_t i = 0; i < values->n && n < max; i++) {
		int put = snprintf(
			out + n, max - n, "%s%s", i ? ", " : "", values->items[i]);
		n += put > 0 ? (size_t)put : 0;
	}
}

/* --- judges --------------------------------------------------------------------------------- */

static unsigned
prefix_around(const struct iprange_run *run, enum addr_family family)
{
	u128 size = addr_number(&run->last) - addr_number(&run->first);
	unsigned host = 0;

	for (; size; size >>= 1)
		host++;
	return addr_bits(family) - host;
}

static enum holds
judge_subnet(struct judging *j, enum condition c)
{
	const struct addr_facts *own = &j->f->addresses;
	char text[ADDR_TEXT_MAX], values[128];

	join(&j->l->values[c], values, sizeof(values));
	for (size_t i = 0; j->l->subnet && i < own->n; i++) {
		if (!iprange_contains(j->l->subnet, &own->items[i]))
			continue;
		for (size_t k = 0; k < iprange_n_runs(j->l->subnet); k++) {
			struct iprange_run run = iprange_get_run(j->l->subnet, k);
			unsigned bits = prefix_around(&run, own->items[i].family);
			if (addr_cmp(&run.first, &own->items[i]) <= 0 &&
				addr_cmp(&own->items[i], &run.last) <= 0 &&
				bits > j->out->prefix)
				j->out->prefix = bits;
		}
		say(j, "%s lies in %s", addr_print(&own->items[i], text), values);
		return HOLDS_YES;
	}
	if (!own->known) {
		say(j, "its addresses are not known");
		return HOLDS_UNKNOWN;
	}
	say(j, "no address of it lies in %s", values);
	return HOLDS_NO;
}

static enum holds
judge_addresses(struct judging *j, enum condition c, const struct addr_facts *f,
	const char *what)
{
	const struct opt_list *values = &j->l->values[c];
	char text[ADDR_TEXT_MAX];
	struct addr a;

	for (size_t i = 0; i < values->n; i++)
		for (size_t k = 0; addr_parse(values->items[i], &a) && k < f->n; k++)
			if (addr_equal(&a, &f->items[k])) {
				say(j, "%s is its %s", addr_print(&a, text), what);
				return HOLDS_YES;
			}
	if (!f->known) {
		say(j, "its %s is not known", what);
		return HOLDS_UNKNOWN;
	}
	say(j, "its %s is %s", what, f->n ? addr_print(&f->items[0], text) : "none");
	return HOLDS_NO;
}

static enum holds
judge_gateway(struct judging *j, enum condition c)
{
	return judge_addresses(j, c, &j->f->gateways, "gateway");
}

static enum holds
judge_dhcp(struct judging *j, enum condition c)
{
	return judge_addresses(j, c, &j->f->dhcp_servers, "DHCP server");
}

static enum holds
judge_dns_server(struct judging *j, enum condition c)
{
	return judge_addresses(j, c, &j->f->dns_servers, "DNS server");
}

static enum holds
judge_wins(struct judging *j, enum condition c)
{
	return judge_addresses(j, c, &j->f->wins_servers, "WINS server");
}

static enum holds
judge_gateway_mac(struct judging *j, enum condition c)
{
	const struct opt_list *values = &j->l->values[c];
	char text[MAC_TEXT_MAX];
	struct mac m;

	for (size_t i = 0; i < values->n; i++)
		for (size_t k = 0;
			mac_parse(values->items[i], &m) && k < j->f->n_gateway_macs; k++)
			if (mac_equal(&m, &j->f->gateway_macs[k])) {
				say(j, "its gateway has the MAC %s",
					mac_print(&m, text));
				return HOLDS_YES;
			}
	if (!j->f->gateway_macs_known) {
		say(j, "the MAC of its gateway is not known");
		return HOLDS_UNKNOWN;
	}
	if (j->f->n_gateway_macs)
		say(j, "its gateway has the MAC %s",
			mac_print(&j->f->gateway_macs[0], text));
	else
		say(j, "it has no gateway");
	return HOLDS_NO;
}

static enum holds
judge_dns_domain(struct judging *j, enum condition c)
{
	const struct opt_list *values = &j->l->values[c];
	const struct text_facts *f = &j->f->dns_domains;

	for (size_t i = 0; i < values->n; i++)
		for (size_t k = 0; k < f->n; k++)
			if (strcasecmp(values->items[i], f->items[k]) == 0) {
				say(j, "its DNS domain is %s", f->items[k]);
				return HOLDS_YES;
			}
	if (!f->known) {
		say(j, "its DNS domain is not known");
		return HOLDS_UNKNOWN;
	}
	say(j, "its DNS domain is %s", f->n ? f->items[0] : "none");
	return HOLDS_NO;
}

static enum holds
judge_ad_site(struct judging *j, enum condition c)
{
	const struct opt_list *values = &j->l->values[c];
	char list[128];

	join(values, list, sizeof(list));
	if (!j->f->ad_site) {
		say(j, "its site in Active Directory is not known");
		return HOLDS_UNKNOWN;
	}
	for (size_t i = 0; i < values->n; i++)
		if (strcasecmp(values->items[i], j->f->ad_site) == 0) {
			say(j, "Active Directory sees it in %s", j->f->ad_site);
			return HOLDS_YES;
		}
	say(j, "Active Directory sees it in %s, not in %s", j->f->ad_site, list);
	return HOLDS_NO;
}

/* Any value will do; one that nobody could tell leaves it open. */
static enum holds
judge_asked(struct judging *j, enum condition c)
{
	const struct opt_list *values = &j->l->values[c];
	enum holds best = HOLDS_NO;

	if (!j->asker) {
		say(j, "only the machine itself can tell");
		return HOLDS_UNKNOWN;
	}
	if (j->out->verdict == HOLDS_NO) {
		say(j, "not asked: another condition does not hold");
		return HOLDS_UNKNOWN;
	}
	for (size_t i = 0; i < values->n && best != HOLDS_YES; i++) {
		enum holds v = j->asker->ask(
			j->asker, c, values->items[i], j->text, j->max);
		best = v > best ? v : best;
	}
	return best;
}

static enum holds (*const judges[CONDITIONS])(struct judging *, enum condition) = {
	[CONDITION_SUBNET] = judge_subnet,
	[CONDITION_GATEWAY] = judge_gateway,
	[CONDITION_GATEWAY_MAC] = judge_gateway_mac,
	[CONDITION_DHCP_SERVER] = judge_dhcp,
	[CONDITION_DNS_DOMAIN] = judge_dns_domain,
	[CONDITION_DNS_SERVER] = judge_dns_server,
	[CONDITION_WINS_SERVER] = judge_wins,
	[CONDITION_RESOLVES] = judge_asked,
	[CONDITION_WINDOWS_DOMAIN] = judge_asked,
	[CONDITION_TLS] = judge_asked,
	[CONDITION_AD_SITE] = judge_ad_site,
};

/* --- a location ------------------------------------------------------------------------------ */

void
location_match(const struct location *l, const struct place_facts *f,
	struct location_asker *asker, struct location_result *out)
{
	bool placed = false, open = false;

	*out = (struct location_result){ .location = l, .verdict = HOLDS_YES };
	for (int c = 0; c < CONDITIONS; c++) {
		if (l->values[c].n == 0)
			continue;
		struct location_finding *x = &out->findings[out->n_findings++];
		struct judging j = { l, f, asker, out, x->text, sizeof(x->text) };
		x->condition = (enum condition)c;
		x->verdict = judges[c](&j, (enum condition)c);
		if (x->verdict < out->verdict)
			out->verdict = x->verdict;
		open |= x->verdict == HOLDS_UNKNOWN;
		placed |= x->verdict == HOLDS_YES &&
			(c == CONDITION_SUBNET || c == CONDITION_AD_SITE);
	}
	if (out->verdict == HOLDS_UNKNOWN && placed) {
		out->verdict = HOLDS_YES;
		out->inferred = open;
	}
}

static bool
is_better(const struct location_result *a, const struct location_result *b)
{
	if (a->prefix != b->prefix)
		return a->prefix > b->prefix;
	if (a->inferred != b->inferred)
		return !a->inferred;
	return a->n_findings > b->n_findings;
}

const struct location_result *
location_choose(const struct location_result *results, size_t n)
{
	const struct location_result *best = NULL;

	for (size_t i = 0; i < n; i++)
		if (results[i].verdict == HOLDS_YES &&
			(!best || is_better(&results[i], best)))
			best = &results[i];
	return best;
}
