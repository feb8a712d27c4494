/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ldap/locate.h"

#include <ctype.h>
#include <resolv.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/hostname.h"
#include "base/log.h"
#include "ldap/ping.h"
#include "ldap/ticket.h"

LOG_TAG("ad");

enum {
	PING_MS = 1500, /* patience with all that are asked at once */
	PINGS_MAX = 8,  /* whom we ask which site we are in */
	NAME_ROOM = 600,
};

/* --- the search ----------------------------------------------------------------------------- */

static void
add(struct controllers *c, const char *host, bool in_site)
{
	for (size_t i = 0; i < c->n; i++)
		if (strcasecmp(c->items[i].host, host) == 0)
			return;
	if (c->n == CONTROLLERS_MAX)
		return;
	struct controller *item = &c->items[c->n++];
	*item = (struct controller){ .in_site = in_site };
	(void)snprintf(item->host, sizeof(item->host), "%s", host);
}

static int
ask_dns(const struct reach *r, const char *name, bool in_site, struct controllers *c,
	struct err *e)
{
	struct srv found[CONTROLLERS_MAX];
	size_t n = 0;

	if (resolver_lookup_srv(r->resolver, name, found, CONTROLLERS_MAX, &n, e) ==
		-1) {
		log_debug("%s: %s", name, e->text);
		return -1;
	}
	for (size_t i = 0; i < n; i++) {
		log_debug("%s: %s (priority %u, weight %u)", name, found[i].target,
			found[i].priority, found[i].weight);
		add(c, found[i].target, in_site);
	}
	return 0;
}

static const char *
site_text(const char *site)
{
	return site[0] ? site : "(none)";
}

/* Any of them tells our site; the first that answers does. */
static void
ask_site(const struct reach *r, const char *domain, struct controllers *c)
{
	struct netlogon said[PINGS_MAX];
	struct ping pings[PINGS_MAX];
	size_t n = c->n < PINGS_MAX ? c->n : PINGS_MAX;
	const struct netlogon *first = NULL;

	for (size_t i = 0; i < n; i++)
		pings[i] = (struct ping){ .host = c->items[i].host, .said = &said[i] };
	ping_all(r, domain, PING_MS, pings, n, 1);
	for (size_t i = 0; i < n; i++)
		if (pings[i].answered) {
			first = first ? first : &said[i];
			c->items[i].asked = c->items[i].answered = true;
			log_debug(
				"%s answers the ping: it is in site %s of forest %s, we "
				"are in %s",
				c->items[i].host, site_text(said[i].site),
				said[i].forest, site_text(said[i].our_site));
		}
	if (first) {
		memcpy(c->forest, first->forest, sizeof(c->forest));
		memcpy(c->site,
			first->our_site[0] ? first->our_site : first->closest_site,
			sizeof(c->site));
		return; /* for the others there was no time */
	}
	for (size_t i = 0; i < n; i++) {
		c->items[i].asked = true;
		log_debug("%s: %s", c->items[i].host, pings[i].why.text);
	}
}

/* Who lives of those that are not known yet. */
static void
ask_others(const struct reach *r, const char *domain, struct controllers *c)
{
	struct ping pings[CONTROLLERS_MAX];
	struct controller *asked[CONTROLLERS_MAX];
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		if (!c->items[i].asked) {
			pings[n] = (struct ping){ .host = c->items[i].host };
			asked[n++] = &c->items[i];
		}
	ping_all(r, domain, PING_MS, pings, n, n);
	for (size_t i = 0; i < n; i++) {
		asked[i]->asked = true;
		asked[i]->answered = pings[i].answered;
		log_debug("%s%s%s", asked[i]->host, pings[i].answered ? "" : ": ",
			pings[i].answered ? " answers the ping" : pings[i].why.text);
	}
}

/* The ones that do not answer go behind all others, not before: UDP may be filtered where TCP
 * is not, but one that drops everything costs a whole time-out. */
static void
order(struct controllers *c)
{
	struct controllers sorted = { .n = 0 };

	for (int rank = 0; rank < 4; rank++)
		for (size_t i = 0; i < c->n; i++)
			if ((c->items[i].answered ? 0 : 2) + !c->items[i].in_site ==
				rank)
				sorted.items[sorted.n++] = c->items[i];
	memcpy(c->items, sorted.items, c->n * sizeof(c->items[0]));
}

/* A site's name may be any text; as a part of a DNS name it is a label or none. */
static void
ask_for_site(const struct reach *r, const char *domain, struct controllers *c)
{
	char name[NAME_ROOM];
	struct controllers ours = { .n = 0 };
	struct err e;

	(void)snprintf(name, sizeof(name), "_ldap._tcp.%s._sites.dc._msdcs.%s", c->site,
		domain);
	if (strchr(c->site, '.') || !hostname_is_valid(c->site) ||
		ask_dns(r, name, true, &ours, &e) == -1)
		return;
	for (size_t i = 0; i < c->n; i++) {
		add(&ours, c->items[i].host, false);
		for (size_t k = 0; k < ours.n; k++)
			if (strcasecmp(ours.items[k].host, c->items[i].host) == 0) {
				ours.items[k].asked |= c->items[i].asked;
				ours.items[k].answered |= c->items[i].answered;
			}
	}
	memcpy(c->items, ours.items, sizeof(c->items));
	c->n = ours.n;
}

int
locate_controllers(
	const struct reach *r, const char *domain, struct controllers *c, struct err *e)
{
	char name[NAME_ROOM];

	*c = (struct controllers){ .n = 0 };
	if (!hostname_is_valid(domain))
		return err_set(e, ERR_ARG, "%.60s: no domain name", domain);
	(void)snprintf(name, sizeof(name), "_ldap._tcp.dc._msdcs.%s", domain);
	if (ask_dns(r, name, false, c, e) == -1)
		return err_add(e, "%s", name);
	ask_site(r, domain, c);
	if (c->site[0])
		ask_for_site(r, domain, c);
	ask_others(r, domain, c);
	order(c);
	return 0;
}

/* --- our own domain --------------------------------------------------------------------------- */

static void
lower(char *text)
{
	for (; *text; text++)
		*text = (char)tolower((unsigned char)*text);
}

bool
locate_own_domain(char out[static CONTROLLER_NAME_MAX])
{
	struct __res_state res = { 0 };

	ticket_default_realm(out);
	if (out[0]) {
		lower(out);
		log_debug("the realm of krb5.conf is %s", out);
		return hostname_is_valid(out);
	}
	if (res_ninit(&res) != 0)
		return false;
	if (res.dnsrch[0])
		(void)snprintf(out, CONTROLLER_NAME_MAX, "%s", res.dnsrch[0]);
	res_nclose(&res);
	lower(out);
	if (out[0])
		log_debug("the domain of resolv.conf is %s", out);
	return out[0] && hostname_is_valid(out);
}
