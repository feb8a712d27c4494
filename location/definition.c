/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Locations from a configuration: rows, and checks of their texts. */
#include "location/definition.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/hostname.h"

enum { PIN_DIGITS = 64 }; /* SHA-256 in hex */

/* --- texts ---------------------------------------------------------------------------------- */

static int
check_address(const char *text, struct arena *mem, struct err *e)
{
	struct addr a;

	(void)mem;
	return addr_parse(text, &a)
		? 0
		: err_set(e, ERR_ARG, "%.60s is no IP address", text);
}

static int
check_mac(const char *text, struct arena *mem, struct err *e)
{
	struct mac m;

	(void)mem;
	return mac_parse(text, &m)
		? 0
		: err_set(e, ERR_ARG, "%.60s is no MAC address", text);
}

static int
check_range(const char *text, struct arena *mem, struct err *e)
{
	struct iprange *set;

	return iprange_parse(&text, 1, &iprange_files, mem, &set, e);
}

static int
check_name(const char *text, struct arena *mem, struct err *e)
{
	(void)mem;
	return hostname_is_valid(text)
		? 0
		: err_set(e, ERR_ARG, "%.60s is no domain name", text);
}

static int
check_word(const char *text, struct arena *mem, struct err *e)
{
	(void)mem;
	return *text && strlen(text) <= 255 ? 0
					    : err_set(e, ERR_ARG, "that is no name");
}

int
location_read_resolves(const char *text, struct arena *mem, const char **name,
	struct addr *address, struct err *e)
{
	size_t n = strcspn(text, "=");

	*address = (struct addr){ .family = ADDR_NONE };
	if (!(*name = arena_strndup(mem, text, n)))
		return err_nomem(e);
	if (!hostname_is_valid(*name))
		return err_set(e, ERR_ARG, "%.60s is no host name", *name);
	if (text[n] && !addr_parse(text + n + 1, address))
		return err_set(e, ERR_ARG, "%.60s is no IP address", text + n + 1);
	return 0;
}

static int
check_resolves(const char *text, struct arena *mem, struct err *e)
{
	struct addr a;
	const char *name;

	return location_read_resolves(text, mem, &name, &a, e);
}

/* Lower case, without the colons that openssl(1) prints. */
static int
read_pin(const char *text, struct arena *mem, const char **out, struct err *e)
{
	char *pin = arena_alloc(mem, PIN_DIGITS + 1);
	size_t n = 0;

	if (!pin)
		return err_nomem(e);
	for (; *text; text++) {
		if (*text == ':')
			continue;
		if (!isxdigit((unsigned char)*text) || n == PIN_DIGITS)
			break;
		pin[n++] = (char)tolower((unsigned char)*text);
	}
	if (*text || n != PIN_DIGITS)
		return err_set(e, ERR_ARG,
			"the pin is no SHA-256 of a certificate (%d digits)",
			PIN_DIGITS);
	*out = pin;
	return 0;
}

int
location_read_tls(const char *text, struct arena *mem, const char **host,
	uint16_t *port, const char **pin, struct err *e)
{
	size_t n = strcspn(text, "=");
	char *copy = arena_strndup(mem, text, n), *colon;
	struct addr a;
	char *end;

	*pin = NULL;
	if (!copy)
		return err_nomem(e);
	if (!(colon = strrchr(copy, ':')) || !isdigit((unsigned char)colon[1]))
		return err_set(e, ERR_ARG, "%.60s is not HOST:PORT", copy);
	unsigned long number = strtoul(colon + 1, &end, 10);
	if (*end || number == 0 || number > UINT16_MAX)
		return err_set(e, ERR_ARG, "%.20s is no port", colon + 1);
	*port = (uint16_t)number;
	*colon = '\0';
	if (*copy == '[' && colon > copy + 1 &&
		colon[-1] == ']') { /* [2001:db8::1]:443 */
		colon[-1] = '\0';
		copy++;
	}
	*host = copy;
	if (!addr_parse(copy, &a) && !hostname_is_valid(copy))
		return err_set(e, ERR_ARG, "%.60s is no host", copy);
	return text[n] ? read_pin(text + n + 1, mem, pin, e) : 0;
}

static int
check_tls(const char *text, struct arena *mem, struct err *e)
{
	const char *host, *pin;
	uint16_t port;

	return location_read_tls(text, mem, &host, &port, &pin, e);
}

/* --- rows ----------------------------------------------------------------------------------- */

#define ROW(key, which, what, test, text) \
	{ \
		.name = "locations.*." key, .type = OPT_LIST, \
		.at = offsetof(struct location, values) + \
			(which) * sizeof(struct opt_list), \
		.arg = (what), .flags = OPT_FILE_ONLY | OPT_NO_SPLIT, .check = (test), \
		.help = (text), \
	}

const struct opt location_opts[] = {
	ROW("subnet", CONDITION_SUBNET, "RANGE", check_range,
		"An address of the machine lies in it"),
	ROW("gateway", CONDITION_GATEWAY, "ADDRESS", check_address,
		"A default gateway has this address"),
	ROW("gateway_mac", CONDITION_GATEWAY_MAC, "MAC", check_mac,
		"A default gateway has this MAC address"),
	ROW("dhcp_server", CONDITION_DHCP_SERVER, "ADDRESS", check_address,
		"The machine's lease is from this server"),
	ROW("dns_domain", CONDITION_DNS_DOMAIN, "NAME", check_name,
		"Names without dots are looked up in this domain"),
	ROW("dns_server", CONDITION_DNS_SERVER, "ADDRESS", check_address,
		"The machine asks this DNS server"),
	ROW("wins_server", CONDITION_WINS_SERVER, "ADDRESS", check_address,
		"The machine's lease names this WINS server"),
	ROW("resolves", CONDITION_RESOLVES, "NAME[=ADDRESS]", check_resolves,
		"This name has an address, or this one"),
	ROW("windows_domain", CONDITION_WINDOWS_DOMAIN, "NAME", check_name,
		"A controller of this domain can be reached"),
	ROW("tls", CONDITION_TLS, "HOST:PORT[=SHA256]", check_tls,
		"This server speaks TLS, with the certificate of this fingerprint"),
	ROW("ad_site", CONDITION_AD_SITE, "NAME", check_word,
		"Active Directory sees the machine in this site"),
	{ .name = NULL },
};

const char *const condition_names[] = { "subnet", "gateway", "gateway_mac",
	"dhcp_server", "dns_domain", "dns_server", "wins_server", "resolves",
	"windows_domain", "tls", "ad_site", NULL };

/* --- definitions ---------------------------------------------------------------------------- */

/* One that is wrong is one as well: it has been told already. */
static bool
has_condition(const struct conf *conf, const struct location *l, struct arena *mem)
{
	for (int i = 0; i < CONDITIONS; i++) {
		const char *key = arena_printf(
			mem, "locations.%s.%s", l->name, condition_names[i]);
		if (!key || conf_find(conf, key))
			return true;
	}
	return false;
}

/* Where mistakes are told. */
struct told {
	const char *file;
	struct sb *mistakes;
	size_t *n;
};

static void
tell(const struct told *told, const struct location *l, const char *why)
{
	conf_mistake(told->mistakes, told->file, l->line, l->column, "locations.%s%s",
		l->name, why);
	(*told->n)++;
}

/* Each item is right by itself, but they may be too many; or a file is gone since. */
static int
read_subnet(
	struct location *l, const struct told *told, struct arena *mem, struct err *e)
{
	const struct opt_list *subnet = &l->values[CONDITION_SUBNET];
	struct iprange *set;

	if (subnet->n == 0)
		return 0;
	if (iprange_parse(subnet->items, subnet->n, &iprange_files, mem, &set, e) == 0) {
		l->subnet = set;
		return 0;
	}
	if (e->code == ERR_NOMEM)
		return -1;
	(void)err_add(e, ".subnet");
	tell(told, l, e->text);
	return 0;
}

static int
read_one(const struct conf *conf, const struct conf_section *s, const struct told *told,
	struct arena *mem, struct location *l, struct err *e)
{
	/* Of what is wrong in it, which was told where it stands, nothing. */
	if (conf_apply_section(conf, location_opts, "locations", s->name, l, mem, e) ==
		-1)
		return -1;
	if (!(l->name = arena_strdup(mem, s->name)))
		return err_nomem(e);
	l->line = s->line;
	l->column = s->column;
	if (!has_condition(conf, l, mem))
		tell(told, l, " has no condition: every machine would be there");
	return read_subnet(l, told, mem, e);
}

int
location_read_all(const struct conf *conf, const char *file, struct arena *mem,
	struct location **out, size_t *n, struct sb *mistakes, size_t *n_mistakes,
	struct err *e)
{
	const struct told told = { file, mistakes, n_mistakes };
	struct conf_section *s = conf_sections(conf, "locations", mem, n);
	struct location *all = arena_new_array(mem, struct location, *n + 1);

	if (!s || !all)
		return err_nomem(e);
	for (size_t i = 0; i < *n; i++)
		if (read_one(conf, &s[i], &told, mem, &all[i], e) == -1)
			return -1;
	*out = all;
	return 0;
}
