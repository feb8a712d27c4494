/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Filters: each term is read into a test, a device passes when all tests hold. */
#include "inventory/filter.h"

#include <stdlib.h>
#include <string.h>

#include "base/opt.h"
#include "inventory/card.h"
#include "inventory/fact_print.h"
#include "inventory/words.h"
#include "iprange/iprange.h"

struct test;

typedef bool holds_fn(const struct test *, const struct device *);
typedef bool may_fn(const struct test *, const char *card, enum card_use);

struct test {
	holds_fn *holds;
	may_fn *may; /* could it hold, by a card; NULL: a card cannot tell */
	bool negated;
	const char *key;  /* of a fact */
	const char *text; /* lower case */
	const struct iprange *range;
	enum device_state state;
};

struct filter {
	struct test *tests;
	size_t n;
};

/* --- text ------------------------------------------------------------------------------- */

/* needle is in lower case already. */
static bool
contains(const char *text, const char *needle)
{
	size_t n = strlen(needle);

	for (; strlen(text) >= n; text++)
		if (strncasecmp(text, needle, n) == 0)
			return true;
	return false;
}

static bool
equals(const char *text, const char *wanted)
{
	return strcasecmp(text, wanted) == 0;
}

/* Does one value of the fact (a member, when it is a set) pass? */
static bool
any_value(const struct fact *f, bool (*passes)(const char *, const char *),
	const char *wanted)
{
	struct fact one = *f;
	struct sb text;
	size_t n = 1;
	bool found = false;

	if (f->type == FACT_PORTS)
		n = f->ports.n;
	if (f->type == FACT_TEXTS)
		n = f->texts.n;
	sb_init(&text, 1 << 16);
	for (size_t i = 0; i < n && !found; i++) {
		if (f->type == FACT_PORTS) {
			one.ports.items = f->ports.items + i;
			one.ports.n = 1;
		}
		if (f->type == FACT_TEXTS) {
			one.texts.items = f->texts.items + i;
			one.texts.n = 1;
		}
		sb_clear(&text);
		fact_print(&one, &text);
		found = passes(text.text, wanted);
	}
	sb_done(&text);
	return found;
}

/* --- tests ------------------------------------------------------------------------------ */

static bool
in_range(const struct test *t, const struct device *d)
{
	for (size_t i = 0; i < d->n_addrs; i++)
		if (d->addrs[i].current && iprange_contains(t->range, &d->addrs[i].ip))
			return true;
	return false;
}

static bool
in_state(const struct test *t, const struct device *d)
{
	return d->state == t->state;
}

static bool
field_passes(const struct test *t, const struct device *d,
	bool (*passes)(const char *, const char *))
{
	const struct device_field *f = device_field(d, t->key);

	return f && any_value(&f->fact, passes, t->text);
}

static bool
field_equals(const struct test *t, const struct device *d)
{
	return field_passes(t, d, equals);
}

static bool
field_contains(const struct test *t, const struct device *d)
{
	return field_passes(t, d, contains);
}

/* Numbers as numbers; texts as texts, which is right for times of RFC 3339. */
static int
compare(const struct fact *f, const char *wanted)
{
	if (f->type != FACT_INT)
		return strcasecmp(f->text, wanted);
	int64_t n = strtoll(wanted, NULL, 10);
	return f->num < n ? -1 : f->num > n;
}

static bool
field_below(const struct test *t, const struct device *d)
{
	const struct device_field *f = device_field(d, t->key);

	return f && compare(&f->fact, t->text) < 0;
}

static bool
field_above(const struct test *t, const struct device *d)
{
	const struct device_field *f = device_field(d, t->key);

	return f && compare(&f->fact, t->text) > 0;
}

static bool
site_equals(const struct test *t, const struct device *d)
{
	return equals(d->site, t->text);
}

/* What a plain word is looked for in, besides the addresses and the id. */
static bool
is_searched(const char *key)
{
	static const char *const keys[] = { "name", "domain", "vendor", "mac",
		"dns.ptr", "dns.fqdn", "netbios.name", "netbios.domain", "smb.dns_name",
		"snmp.sysname", "mdns.name", "ad.dns_name", "ad.description", "os.name",
		"host.serial", "host.vendor", "host.model" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(keys[i], key) == 0)
			return true;
	return false;
}

static bool
word_found(const struct test *t, const struct device *d)
{
	char ip[ADDR_TEXT_MAX];

	if (strncmp(d->id, t->text, strlen(t->text)) == 0)
		return true;
	for (size_t i = 0; i < d->n_addrs; i++)
		if (d->addrs[i].current &&
			contains(addr_print(&d->addrs[i].ip, ip), t->text))
			return true;
	for (size_t i = 0; i < d->n_fields; i++)
		if (is_searched(d->fields[i].fact.key) &&
			any_value(&d->fields[i].fact, contains, t->text))
			return true;
	return false;
}

/* --- cards ------------------------------------------------------------------------------ */

/* The value of the next line of this key, or NULL: *n bytes, and *card is moved there. */
static const char *
next_value(const char **card, const char *key, size_t *n)
{
	size_t len = strlen(key);

	for (const char *p = *card; (p = strstr(p, key)); p += len) {
		if (p == *card || p[-1] != '\n' || p[len] != '=')
			continue;
		const char *value = p + len + 1;
		*n = strcspn(value, "\n");
		*card = value + *n;
		return value;
	}
	return NULL;
}

/* A line break is a blank there. */
static bool
card_mentions(const char *card, const char *text)
{
	return strchr(text, '\n') || strstr(card, text);
}

/* How much of a key a card tells. */
enum known { NOTHING, ANYWHERE /* a part of some text on it */, IN_LINES };

/* Names and domains are parts of texts that sources told; the vendor of every MAC is on the
 * card, by the rules of who made it; what else is derived is there as it is now. */
static enum known
what_is_known(const char *key, enum card_use use)
{
	const struct fact_def *def = fact_find(key);

	if (!card_lists(def))
		return NOTHING;
	if (!card_derives(def) || use == CARD_NOW)
		return IN_LINES;
	if (strcmp(key, "name") == 0 || strcmp(key, "domain") == 0)
		return ANYWHERE;
	return strcmp(key, "vendor") == 0 && use == CARD_EVER ? IN_LINES : NOTHING;
}

static bool
may_equal(const struct test *t, const char *card, enum card_use use)
{
	switch (what_is_known(t->key, use)) {
	case NOTHING: return true;
	case ANYWHERE: return card_mentions(card, t->text);
	case IN_LINES: break;
	}
	return card_has(card, t->key, t->text);
}

static bool
may_contain(const struct test *t, const char *card, enum card_use use)
{
	size_t need = strlen(t->text), n;
	const char *value;

	switch (what_is_known(t->key, use)) {
	case NOTHING: return true;
	case ANYWHERE: return card_mentions(card, t->text);
	case IN_LINES: break;
	}
	if (strchr(t->text, '\n')) /* blanks on the card */
		return true;
	while ((value = next_value(&card, t->key, &n)))
		if (memmem(value, n, t->text, need))
			return true;
	return false;
}

/* Vendors are derived, and a word is looked for in them too. */
static bool
may_find_word(const struct test *t, const char *card, enum card_use use)
{
	return use == CARD_OTHER_RULES || card_mentions(card, t->text);
}

static bool
may_be_in_range(const struct test *t, const char *card, enum card_use use)
{
	char text[ADDR_TEXT_MAX];
	const char *value;
	struct addr ip;
	size_t n;

	(void)use;
	while ((value = next_value(&card, "ip", &n))) {
		if (n >= sizeof(text))
			return true;
		memcpy(text, value, n);
		text[n] = '\0';
		if (!addr_parse(text, &ip) || iprange_contains(t->range, &ip))
			return true;
	}
	return false;
}

static bool
may_be_of_site(const struct test *t, const char *card, enum card_use use)
{
	(void)use;
	return card_has(card, "site", t->text);
}

bool
filter_may_match(const struct filter *f, const char *card, enum card_use use)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct test *t = &f->tests[i];
		if (t->may && !t->negated && !t->may(t, card, use))
			return false;
	}
	return true;
}

/* --- parsing ---------------------------------------------------------------------------- */

static int
parse_range(struct test *t, const char *value, struct arena *mem, struct err *e)
{
	struct iprange *range;

	if (iprange_parse(&value, 1, NULL, mem, &range, e) == -1)
		return err_add(e, "ip");
	t->range = range;
	t->holds = in_range;
	t->may = may_be_in_range;
	return 0;
}

static int
parse_state(struct test *t, const char *value, struct arena *mem, struct err *e)
{
	(void)mem;
	for (int i = 0; device_state_names[i]; i++) {
		if (equals(device_state_names[i], value)) {
			t->state = (enum device_state)i;
			t->holds = in_state;
			return 0;
		}
	}
	return err_set(e, ERR_ARG, "state=%.40s: must be %s, %s or %s", value,
		device_state_names[0], device_state_names[1], device_state_names[2]);
}

static int
parse_site(struct test *t, const char *value, struct arena *mem, struct err *e)
{
	(void)mem;
	(void)e;
	(void)value; /* its lower-case copy is in t->text */
	t->holds = site_equals;
	t->may = may_be_of_site;
	return 0;
}

/* Words before '=' that are no facts. */
static const struct {
	const char *name;
	int (*parse)(struct test *, const char *value, struct arena *, struct err *);
} specials[] = {
	{ "ip", parse_range },
	{ "site", parse_site },
	{ "state", parse_state },
};

enum { N_SPECIALS = sizeof(specials) / sizeof(specials[0]), KEYS_MAX = 256 };

/* An unknown key that resembles no known one may be a fact that a newer source brought. */
static int
check_key(const char *key, struct err *e)
{
	const char *known[KEYS_MAX];
	size_t n = 0;

	if (fact_find(key))
		return 0;
	for (size_t i = 0; i < N_SPECIALS; i++)
		known[n++] = specials[i].name;
	for (size_t i = 0; i < n_fact_defs && n < KEYS_MAX; i++)
		known[n++] = fact_defs[i].key;
	const char *near = nearest(key, known, n);
	if (near)
		return err_set(e, ERR_ARG,
			"'%.60s' is nothing to filter by; did you mean %s?", key, near);
	if (!strchr(key, '.'))
		return err_set(e, ERR_ARG,
			"'%.60s' is nothing to filter by: 'muster devices --help' says "
			"what is",
			key);
	return 0;
}

/* --- values: what a person writes becomes what fact_print prints ------------------------- */

static bool
take_number(const char *text, uint64_t least, uint64_t most)
{
	uint64_t n = 0;

	for (const char *p = text; *p; p++) {
		if (*p < '0' || *p > '9' || n > most)
			return false;
		n = n * 10 + (uint64_t)(*p - '0');
	}
	return *text && (*text != '0' || !text[1]) && n >= least && n <= most;
}

static bool
take_port(const char **text, struct arena *mem)
{
	(void)mem;
	return take_number(*text, 1, UINT16_MAX);
}

static bool
take_int(const char **text, struct arena *mem)
{
	(void)mem;
	return take_number(*text + (**text == '-'), 0, (uint64_t)1 << 53);
}

static bool
take_bool(const char **text, struct arena *mem)
{
	bool yes = equals(*text, "yes") || equals(*text, "true");
	bool no = equals(*text, "no") || equals(*text, "false");

	(void)mem;
	*text = yes ? "yes" : "no";
	return yes || no;
}

static bool
take_mac(const char **text, struct arena *mem)
{
	char *buf = arena_alloc(mem, MAC_TEXT_MAX);
	struct mac mac;

	if (!buf || !mac_parse(*text, &mac))
		return false;
	*text = mac_print(&mac, buf);
	return true;
}

static bool
take_ip(const char **text, struct arena *mem)
{
	char *buf = arena_alloc(mem, ADDR_TEXT_MAX);
	struct addr ip;

	if (!buf || !addr_parse(*text, &ip))
		return false;
	*text = addr_print(&ip, buf);
	return true;
}

/* By type; texts are taken as they are. */
static const struct {
	bool (*take)(const char **text, struct arena *);
	const char *what;
} values[] = {
	[FACT_INT] = { take_int, "a whole number" },
	[FACT_BOOL] = { take_bool, "yes or no" },
	[FACT_MAC] = { take_mac, "a MAC address" },
	[FACT_IP] = { take_ip, "an address" },
	[FACT_PORTS] = { take_port, "a port, 1 to 65535" },
	[FACT_OTHER] = { NULL, NULL },
};

/* What is near none of the words that there are may be one that a source says. */
static int
check_value(struct test *t, const char *value, struct arena *mem, struct err *e)
{
	const struct fact_def *def = fact_find(t->key);
	const char *near = words_allow(t->key, t->text) ? NULL
							: words_near(t->key, t->text);

	if (near)
		return err_set(e, ERR_ARG, "%s=%.60s: no %s is that; did you mean %s?",
			t->key, value, t->key, near);
	if (def && values[def->type].take && !values[def->type].take(&t->text, mem))
		return err_set(e, ERR_ARG, "%s=%.60s: must be %s", t->key, value,
			values[def->type].what);
	return 0;
}

static bool
is_ordered(const struct fact_def *def)
{
	return def && (def->type == FACT_TEXT || def->type == FACT_INT);
}

/* Where the operator of a term is; '<' and '>' are ones behind a fact that has an order, else
 * part of a word: a name of NetBIOS may be "FILES<20>". */
static const char *
find_operator(const char *term, struct arena *mem)
{
	const char *op = strpbrk(term, "=~<>");

	if (!op || *op == '=' || *op == '~')
		return op;
	const char *key = arena_strndup(mem, term, (size_t)(op - term));
	return key && is_ordered(fact_find(key)) ? op : strpbrk(term, "=~");
}

static int
parse_order(struct test *t, const char *value, char op, struct err *e)
{
	const struct fact_def *def = fact_find(t->key);
	const char *text = value;

	if (def->type == FACT_INT && !take_int(&text, NULL))
		return err_set(e, ERR_ARG, "%s%c%.60s: must be a whole number", t->key,
			op, value);
	t->holds = op == '<' ? field_below : field_above;
	return 0;
}

static int
parse_key(struct test *t, const char *value, char op, struct arena *mem, struct err *e)
{
	if (op == '<' || op == '>')
		return parse_order(t, value, op, e);
	for (size_t i = 0; i < N_SPECIALS && op == '='; i++)
		if (strcmp(specials[i].name, t->key) == 0)
			return specials[i].parse(t, value, mem, e);
	for (size_t i = 0; i < N_SPECIALS; i++)
		if (strcmp(specials[i].name, t->key) == 0)
			return err_set(e, ERR_ARG,
				"'%s' is compared by '=', not by '~'", t->key);
	if (check_key(t->key, e) == -1)
		return -1;
	t->holds = op == '=' ? field_equals : field_contains;
	t->may = op == '=' ? may_equal : may_contain;
	return op == '=' ? check_value(t, value, mem, e) : 0;
}

/* "198.18.4.0/24" can only mean the addresses in it. */
static bool
is_prefix(const char *word)
{
	const char *slash = strchr(word, '/');
	char text[ADDR_TEXT_MAX];
	struct addr ip;

	if (!slash || (size_t)(slash - word) >= sizeof(text))
		return false;
	memcpy(text, word, (size_t)(slash - word));
	text[slash - word] = '\0';
	return addr_parse(text, &ip);
}

static int
parse_term(struct test *t, const char *term, struct arena *mem, struct err *e)
{
	const char *whole = term;

	t->negated = *term == '!';
	term += t->negated;
	const char *op = find_operator(term, mem);
	if (strchr("!", *term) || op == term || (op && !op[1]))
		return err_set(e, ERR_ARG,
			"'%.60s' is no filter: KEY=VALUE, KEY~PART, KEY<VALUE, a word, "
			"or '!' before one of them",
			whole);
	if (!(t->text = arena_strlower(mem, op ? op + 1 : term)))
		return err_nomem(e);
	if (!op) {
		t->holds = word_found;
		t->may = may_find_word;
		return is_prefix(term) ? parse_range(t, term, mem, e) : 0;
	}
	if (!(t->key = arena_strndup(mem, term, (size_t)(op - term))))
		return err_nomem(e);
	return parse_key(t, op + 1, *op, mem, e);
}

int
filter_parse(const char *const *terms, size_t n, struct arena *mem, struct filter **out,
	struct err *e)
{
	struct filter *f = arena_alloc(mem, sizeof(*f));

	if (!f || !(f->tests = arena_new_array(mem, struct test, n)))
		return err_nomem(e);
	for (f->n = 0; f->n < n; f->n++)
		if (parse_term(&f->tests[f->n], terms[f->n], mem, e) == -1)
			return -1;
	*out = f;
	return 0;
}

bool
filter_matches(const struct filter *f, const struct device *d)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->tests[i].holds(&f->tests[i], d) == f->tests[i].negated)
			return false;
	return true;
}
