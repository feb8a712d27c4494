/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of the resolver and of DHCP clients, read word by word. */
#include "location/facts.h"

#include <string.h>

#include "base/hostname.h"

enum { WORD_MAX_ = 256 };

void
addr_facts_add(struct addr_facts *f, const struct addr *a)
{
	for (size_t i = 0; i < f->n; i++)
		if (addr_equal(&f->items[i], a))
			return;
	if (f->n < FACTS_MAX)
		f->items[f->n++] = *a;
}

int
text_facts_add(struct text_facts *f, const char *text, size_t n, struct arena *mem,
	struct err *e)
{
	char *copy = n && text[n - 1] == '.' ? arena_strndup(mem, text, n - 1)
					     : arena_strndup(mem, text, n);

	if (!copy)
		return err_nomem(e);
	if (f->n < FACTS_MAX && hostname_is_valid(copy))
		f->items[f->n++] = copy;
	return 0;
}

/* --- words ---------------------------------------------------------------------------------- */

/* The next word of a line; false at its end.  Quotes belong to no word. */
static bool
next_word(const char **p, const char *between, char out[static WORD_MAX_])
{
	size_t n = 0;

	*p += strspn(*p, between);
	while (**p && **p != '\n' && !strchr(between, **p)) {
		if (n < WORD_MAX_ - 1 && **p != '"')
			out[n++] = **p;
		(*p)++;
	}
	out[n] = '\0';
	return n > 0;
}

static const char *
next_line(const char *p)
{
	p += strcspn(p, "\n");
	return p + (*p == '\n');
}

static void
add_addresses(const char *p, const char *between, struct addr_facts *to)
{
	char word[WORD_MAX_];
	struct addr a;

	while (next_word(&p, between, word))
		if (addr_parse(word, &a))
			addr_facts_add(to, &a);
}

static int
add_names(const char *p, const char *between, struct text_facts *to, struct arena *mem,
	struct err *e)
{
	char word[WORD_MAX_];

	while (next_word(&p, between, word))
		if (text_facts_add(to, word, strlen(word), mem, e) == -1)
			return -1;
	return 0;
}

/* --- resolv.conf(5) -------------------------------------------------------------------------- */

int
facts_read_resolv(const char *text, struct arena *mem, struct place_facts *f,
	bool *stub, struct err *e)
{
	struct text_facts domains = { .n = 0 };
	struct addr_facts servers = { .n = 0 };
	char word[WORD_MAX_];

	for (const char *p = text; *p; p = next_line(p)) {
		const char *at = p;
		if (!next_word(&at, " \t\r", word))
			continue;
		if (strcmp(word, "nameserver") == 0)
			add_addresses(at, " \t\r", &servers);
		else if (strcmp(word, "search") == 0 || strcmp(word, "domain") == 0) {
			domains.n = 0; /* the last of them counts */
			if (add_names(at, " \t\r", &domains, mem, e) == -1)
				return -1;
		}
	}
	*stub = servers.n > 0;
	for (size_t i = 0; i < servers.n; i++)
		*stub &= addr_is_loopback(&servers.items[i]);
	f->dns_servers = servers;
	f->dns_domains = domains;
	f->dns_servers.known = f->dns_domains.known = true;
	return 0;
}

/* --- leases ---------------------------------------------------------------------------------- */

struct lease {
	struct addr_facts own, servers, dns, wins;
	struct text_facts domains;
	bool is_dhclients;
};

static bool
shares_address(const struct addr_facts *a, const struct addr_facts *b)
{
	for (size_t i = 0; i < a->n; i++)
		for (size_t k = 0; k < b->n; k++)
			if (addr_equal(&a->items[i], &b->items[k]))
				return true;
	return false;
}

/* dhclient's words behind "option", and the keys of systemd's file. */
static const struct lease_key {
	const char *dhclient, *systemd;
	size_t addrs,
		names; /* where in struct lease; SIZE_MAX: it is not of this kind */
} lease_keys[] = {
	{ "fixed-address", "ADDRESS", offsetof(struct lease, own), SIZE_MAX },
	{ "dhcp-server-identifier", "SERVER_ADDRESS", offsetof(struct lease, servers),
		SIZE_MAX },
	{ "domain-name-servers", "DNS", offsetof(struct lease, dns), SIZE_MAX },
	{ "netbios-name-servers", "NETBIOS_NAME_SERVERS", offsetof(struct lease, wins),
		SIZE_MAX },
	{ "domain-name", "DOMAINNAME", SIZE_MAX, offsetof(struct lease, domains) },
};

static int
take_key(const char *key, const char *rest, const char *between, bool systemd,
	struct lease *l, struct arena *mem, struct err *e)
{
	for (size_t i = 0; i < sizeof(lease_keys) / sizeof(lease_keys[0]); i++) {
		const struct lease_key *k = &lease_keys[i];
		if (strcmp(key, systemd ? k->systemd : k->dhclient) != 0)
			continue;
		if (k->addrs != SIZE_MAX)
			add_addresses(rest, between,
				(struct addr_facts *)(void *)((char *)l + k->addrs));
		else
			return add_names(rest, between,
				(struct text_facts *)(void *)((char *)l + k->names),
				mem, e);
	}
	return 0;
}

static void
take_lease(const struct lease *l, const struct addr_facts *own, struct lease *current)
{
	if (shares_address(&l->own, own))
		*current = *l;
}

static int
read_dhclient(const char *text, const struct addr_facts *own, struct arena *mem,
	struct lease *current, struct err *e)
{
	static const char between[] = " \t\r,;{}=";
	struct lease l = { .own.n = 0 };
	char word[WORD_MAX_];

	for (const char *p = text; *p; p = next_line(p)) {
		const char *at = p;
		if (p[strspn(p, " \t")] == '}')
			take_lease(&l, own, current);
		if (!next_word(&at, between, word))
			continue;
		if (strcmp(word, "lease") == 0)
			l = (struct lease){ .is_dhclients = true };
		else if (strcmp(word, "option") == 0 && !next_word(&at, between, word))
			continue;
		if (take_key(word, at, between, false, &l, mem, e) == -1)
			return -1;
	}
	return 0;
}

static int
read_systemd(const char *text, const struct addr_facts *own, struct arena *mem,
	struct lease *current, struct err *e)
{
	struct lease l = { .own.n = 0 };
	char word[WORD_MAX_];

	for (const char *p = text; *p; p = next_line(p)) {
		const char *at = p;
		if (*p != '#' && next_word(&at, "=\r", word) && *at == '=' &&
			take_key(word, at + 1, " ,\r", true, &l, mem, e) == -1)
			return -1;
	}
	take_lease(&l, own, current);
	return 0;
}

int
facts_read_lease(const char *text, const struct addr_facts *own, struct arena *mem,
	struct place_facts *f, struct err *e)
{
	struct lease current = { .own.n = 0 };

	if (read_dhclient(text, own, mem, &current, e) == -1 ||
		read_systemd(text, own, mem, &current, e) == -1)
		return -1;
	for (size_t i = 0; i < current.servers.n; i++)
		addr_facts_add(&f->dhcp_servers, &current.servers.items[i]);
	for (size_t i = 0; i < current.wins.n; i++)
		addr_facts_add(&f->wins_servers, &current.wins.items[i]);
	for (size_t i = 0; i < current.domains.n && f->dns_domains.n < FACTS_MAX; i++)
		f->dns_domains.items[f->dns_domains.n++] = current.domains.items[i];
	/* NetworkManager's own client writes down the address alone, systemd's no WINS servers; dhclient
	 * asks for both. */
	f->dhcp_servers.known |= current.servers.n > 0;
	f->wins_servers.known |= current.wins.n > 0 || current.is_dhclients;
	return 0;
}
