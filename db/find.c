/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one device that people mean by an id, an address, a MAC or a name, now or then. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "db/cards.h"

enum {
	FOUND_MAX = 16, /* more are not looked for */
	NAMED_MAX = 3,  /* candidates in "which one?" */
	DEVICE_ARENA = 64 << 20,
};

struct finding {
	struct store *s;
	const char *text;   /* as typed */
	const char *wanted; /* in lower case; a MAC with colons */
	const char *label; /* "=web.", when it is sought as the first label; else NULL */
	int64_t as_of;
	struct arena *step; /* for one candidate */
	int64_t ids[FOUND_MAX];
	size_t n;
};

static void
add_found(struct finding *f, int64_t id)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->ids[i] == id)
			return;
	if (f->n < FOUND_MAX)
		f->ids[f->n++] = id;
}

static int
load(struct finding *f, int64_t id, struct fold *fold, bool *known, struct err *e)
{
	arena_reset(f->step);
	*known = true;
	return f->as_of == STORE_NOW
		? fold_load(f->s, id, f->step, fold, e)
		: fold_load_as_of(f->s, id, f->as_of, f->step, fold, known, e);
}

/* --- by id ---------------------------------------------------------------------------------- */

static int
take_id(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	(void)mem;
	(void)e;
	add_found(arg, col_int(s, st, 0));
	return 0;
}

static bool
looks_like_uuid_start(const char *text)
{
	size_t n = strlen(text);

	return n >= 8 && n <= 36 && strspn(text, "0123456789abcdef-") == n;
}

static int
find_by_id(struct finding *f, struct err *e)
{
	char end[40];

	if (!looks_like_uuid_start(f->wanted))
		return 0;
	/* 'g' sorts right behind every hexadecimal digit. */
	(void)snprintf(end, sizeof(end), "%sg", f->wanted);
	return store_each(f->s, STMT_DEVICES_BY_UUID_START,
		BINDS(TEXT(f->wanted), TEXT(end)), 0, take_id, f, e);
}

/* --- by address ----------------------------------------------------------------------------- */

struct tenant_search {
	struct finding *finding;
	const struct addr *ip;
};

static int
take_tenant(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	const struct tenant_search *t = arg;
	int64_t id = col_int(s, st, 0);
	struct fold fold;
	bool known;

	(void)mem;
	if (load(t->finding, id, &fold, &known, e) == -1)
		return -1;
	for (size_t i = 0; known && i < fold.n_addrs; i++)
		if (fold.addrs[i].a.current && addr_equal(&fold.addrs[i].a.ip, t->ip))
			add_found(t->finding, id);
	return 0;
}

static int
find_by_ip(struct finding *f, const struct addr *ip, struct err *e)
{
	struct tenant_search t = { f, ip };
	char key[IP_KEY_MAX];

	return store_each(f->s, STMT_TENANTS_EVER, BINDS(TEXT(ip_key(ip, key))), 0,
		take_tenant, &t, e);
}

/* --- by name -------------------------------------------------------------------------------- */

/* The facts a person may call a device by, besides its name. */
static const char *const called_by[] = { "netbios.name", "ad.dns_name", "ad.guid",
	"dns.ptr", "dns.fqdn", "smb.dns_name", "smb.computer", "rdp.dns_name",
	"rdp.computer", "ldap.dns_name", "snmp.sysname", "mdns.name", "wsd.name",
	"llmnr.name", "lldp.name", "cdp.name", "dhcp.name", "mac", "netbios.mac",
	"host.serial" };

enum { N_CALLED_BY = sizeof(called_by) / sizeof(called_by[0]) };

/* Is a text, which ends with `end`, what is wanted, or its first label? */
static bool
is_wanted(const struct finding *f, const char *text, char end)
{
	size_t n = strlen(f->wanted);

	return strncasecmp(text, f->wanted, n) == 0 &&
		((text[n] == end && !f->label) || (text[n] == '.' && f->label));
}

/* A value is its JSON: a text in quotes. */
static bool
is_called(const struct evidence_row *r, const struct finding *f)
{
	for (size_t i = 0; i < N_CALLED_BY; i++) {
		if (r->gone || strcmp(r->key, called_by[i]) != 0)
			continue;
		if (is_wanted(f, r->member, '\0') ||
			(*r->value == '"' && is_wanted(f, r->value + 1, '"')))
			return true;
	}
	return false;
}

/* What the lists call it may be a part of what it says. */
static int
take_named(struct finding *f, const struct fold *fold, struct err *e)
{
	const struct device_field *name;
	struct device d;

	if (fold_device(fold, f->step, &d, e) == -1)
		return -1;
	name = device_field(&d, "name");
	if (name && name->fact.type == FACT_TEXT && is_wanted(f, name->fact.text, '\0'))
		add_found(f, fold->device);
	return 0;
}

static int
take_called(struct finding *f, int64_t id, struct err *e)
{
	struct fold fold;
	bool known;

	if (load(f, id, &fold, &known, e) == -1)
		return -1;
	if (!known)
		return 0;
	for (size_t i = 0; i < fold.n_rows; i++)
		if (is_called(&fold.rows[i], f)) {
			add_found(f, id);
			return 0;
		}
	return take_named(f, &fold, e);
}

static int
take_bearer(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	(void)mem;
	return take_called(arg, col_int(s, st, 0), e);
}

/* Only those whose card has the name are read. */
static int
take_card(void *arg, const struct card_row *c, struct err *e)
{
	struct finding *f = arg;
	bool may = *c->text == '\0' ||
		(f->label ? strstr(c->text, f->label) != NULL
			  : card_has(c->text, "name", f->wanted));

	if (!may && !f->label && strstr(c->text, f->wanted)) /* both are in lower case */
		for (size_t i = 0; !may && i < N_CALLED_BY; i++)
			may = card_has(c->text, called_by[i], f->wanted);
	return may ? take_called(f, c->device, e) : 0;
}

/* --- all ------------------------------------------------------------------------------------ */

static int
refuse_several(struct finding *f, struct arena *mem, struct err *e)
{
	char label[ADDR_TEXT_MAX];
	struct sb list;

	sb_init(&list, sizeof(e->text));
	for (size_t i = 0; i < f->n && i < NAMED_MAX; i++) {
		struct device d;
		bool known;
		if (read_device(f->s, f->ids[i], f->as_of, mem, &d, &known, e) == -1)
			break;
		if (known)
			sb_printf(&list, "%s%s (%s)", i ? ", " : "", d.id,
				device_label(&d, label));
	}
	err_set(e, ERR_ARG, "'%s' is %zu devices; say which by its id: %s%s", f->text,
		f->n, list.text, f->n > NAMED_MAX ? " …" : "");
	sb_done(&list);
	return -1;
}

static int
find(struct finding *f, struct arena *mem, struct err *e)
{
	char mac_text[MAC_TEXT_MAX];
	struct addr ip;
	struct mac mac;

	if (!(f->wanted = arena_strlower(mem, f->text)))
		return err_nomem(e);
	bool is_mac = mac_parse(f->wanted, &mac); /* dashes become colons */
	if (is_mac && !(f->wanted = arena_strdup(mem, mac_print(&mac, mac_text))))
		return err_nomem(e);
	if (addr_parse(f->text, &ip))
		return find_by_ip(f, &ip, e);
	/* Whose identity a MAC is, an index knows. */
	if (is_mac ? store_each(f->s, STMT_DEVICES_BY_KEY,
			     BINDS(TEXT(id_kind_name(ID_MAC)), TEXT(f->wanted)), 0,
			     take_bearer, f, e) == -1
		   : find_by_id(f, e) == -1)
		return -1;
	if (f->n == 0 && store_each_card(f->s, take_card, f, e) == -1)
		return -1;
	if (f->n || strpbrk(f->wanted, ".: "))
		return 0;
	/* Where nobody is called so: whose full name begins with it. */
	if (!(f->label = arena_printf(mem, "=%s.", f->wanted)))
		return err_nomem(e);
	return store_each_card(f->s, take_card, f, e);
}

static int
refuse_none(const struct finding *f, struct err *e)
{
	if (f->as_of == STORE_NOW)
		return err_set(e, ERR_NOTFOUND,
			"no device is called '%s'; 'muster devices %s' searches parts of names",
			f->text, f->text);
	return err_set(e, ERR_NOTFOUND, "no device was called '%s' then", f->text);
}

static int
read_found(struct finding *f, struct arena *mem, struct device *out, struct err *e)
{
	bool known;

	if (f->n > 1)
		return refuse_several(f, mem, e);
	if (f->n == 0)
		return refuse_none(f, e);
	if (read_device(f->s, f->ids[0], f->as_of, mem, out, &known, e) == -1)
		return -1;
	return known
		? 0
		: err_set(e, ERR_NOTFOUND, "nothing was known of '%s' then", f->text);
}

int
store_find_device_as_of(struct store *s, const char *text, int64_t as_of,
	struct arena *mem, struct device *out, struct err *e)
{
	struct finding f = {
		.s = s, .text = text, .as_of = as_of, .step = arena_new(DEVICE_ARENA)
	};
	int rc = f.step ? find(&f, mem, e) : err_nomem(e);

	if (rc == 0)
		rc = read_found(&f, mem, out, e);
	arena_free(f.step);
	return rc;
}

int
store_find_device(struct store *s, const char *text, struct arena *mem,
	struct device *out, struct err *e)
{
	return store_find_device_as_of(s, text, STORE_NOW, mem, out, e);
}
