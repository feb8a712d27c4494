/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One row an attribute, sorted by the fact that it becomes. */
#include "ldap/computers.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/sort.h"
#include "ldap/account.h"
#include "ldap/adtime.h"
#include "ldap/clean.h"
#include "ldap/objectid.h"

enum { GUID_SIZE = 16 };

const char *const computer_attributes[] = { "objectGUID", "objectSid", "sAMAccountName",
	"dNSHostName", "operatingSystem", "operatingSystemVersion",
	"operatingSystemServicePack", "lastLogonTimestamp", "pwdLastSet",
	"userAccountControl", "servicePrincipalName", "whenCreated", "whenChanged",
	"description", "location", "managedBy", "primaryGroupID", "uSNChanged",
	"isDeleted", "msDS-SupportedEncryptionTypes", "msDS-AllowedToDelegateTo", NULL };

struct reading {
	const struct entry *entry;
	const struct computer_domain *domain;
	const char *attribute; /* of the row */
};

/* --- texts -------------------------------------------------------------------------------- */

static bool
put_text(struct fact *f, const char *text)
{
	f->type = FACT_TEXT;
	f->text = text;
	return text && text[0];
}

static bool
read_text(const struct reading *r, struct fact *f)
{
	const char *text = entry_text(r->entry, r->attribute);

	return text && put_text(f, clean_text(text, r->entry->mem));
}

/* --- times -------------------------------------------------------------------------------- */

static bool
put_time(const struct reading *r, int64_t us, struct fact *f)
{
	return put_text(f, adtime_text(us, r->entry->mem));
}

static bool
read_filetime(const struct reading *r, struct fact *f)
{
	const char *text = entry_text(r->entry, r->attribute);
	int64_t us;

	return text && adtime_filetime(text, &us) && put_time(r, us, f);
}

static bool
read_generalized(const struct reading *r, struct fact *f)
{
	const char *text = entry_text(r->entry, r->attribute);
	int64_t us;

	return text && adtime_generalized(text, &us) && put_time(r, us, f);
}

/* --- ids, names ----------------------------------------------------------------------------- */

static struct rd
bytes_of(const struct reading *r)
{
	const struct entry_attribute *a = entry_find(r->entry, r->attribute);

	return a ? rd_from(a->values[0].bv_val, a->values[0].bv_len) : rd_from("", 0);
}

static bool
read_guid(const struct reading *r, struct fact *f)
{
	char text[GUID_TEXT_MAX];

	return guid_print(bytes_of(r), text) &&
		put_text(f, arena_strdup(r->entry->mem, text));
}

static bool
read_sid(const struct reading *r, struct fact *f)
{
	char text[SID_TEXT_MAX];

	return sid_print(bytes_of(r), text) &&
		put_text(f, arena_strdup(r->entry->mem, text));
}

static bool
is_deleted(const struct entry *entry)
{
	const char *text = entry_text(entry, "isDeleted");

	return text && strcasecmp(text, "TRUE") == 0;
}

/* The name of a deleted one is that of a bin. */
static bool
read_dn(const struct reading *r, struct fact *f)
{
	return !is_deleted(r->entry) &&
		put_text(f, clean_text(r->entry->dn, r->entry->mem));
}

static bool
read_ou(const struct reading *r, struct fact *f)
{
	return !is_deleted(r->entry) &&
		put_text(f,
			containers_of(r->domain->known, r->entry->dn, r->entry->mem));
}

static bool
read_domain(const struct reading *r, struct fact *f)
{
	return put_text(f, r->domain->name);
}

static bool
read_netbios_domain(const struct reading *r, struct fact *f)
{
	return entry_find(r->entry, "sAMAccountName") && !is_deleted(r->entry) &&
		put_text(f, r->domain->netbios);
}

/* The account of a computer is its NetBIOS name and a '$' ([MS-ADTS] 3.1.1.8.5). */
static bool
read_netbios(const struct reading *r, struct fact *f)
{
	const char *text = entry_text(r->entry, r->attribute);
	size_t n = text ? strlen(text) : 0;

	if (n < 2 || text[n - 1] != '$' || is_deleted(r->entry))
		return false;
	char *name = arena_strndup(r->entry->mem, text, n - 1);
	return name && put_text(f, clean_text(name, r->entry->mem));
}

static bool
read_os(const struct reading *r, struct fact *f)
{
	const char *os = entry_text(r->entry, r->attribute);
	const char *pack = entry_text(r->entry, "operatingSystemServicePack");
	const char *both = os && pack ? arena_printf(r->entry->mem, "%s %s", os, pack)
				      : os;

	return both && put_text(f, clean_text(both, r->entry->mem));
}

static bool
read_build(const struct reading *r, struct fact *f)
{
	const char *version = entry_text(r->entry, r->attribute);
	char build[ACCOUNT_BUILD_MAX];

	return version && account_build(version, build) &&
		put_text(f, arena_strdup(r->entry->mem, build));
}

/* --- flags and roles ------------------------------------------------------------------------ */

static bool
put_bool(struct fact *f, bool value)
{
	f->type = FACT_BOOL;
	f->num = value;
	return true;
}

static bool
put_words(const struct reading *r, const struct account_words *w, struct fact *f)
{
	f->type = FACT_TEXTS;
	f->texts.items = arena_dup(r->entry->mem, w->items, w->n * sizeof(w->items[0]));
	f->texts.n = w->n;
	return w->n && f->texts.items;
}

static bool
read_control(const struct reading *r, uint32_t *control)
{
	int64_t n;

	/* A signed 32-bit number ([MS-ADTS] 2.2.16, [MS-KILE] 2.2.7). */
	if (!entry_number(r->entry, r->attribute, &n) || n < INT32_MIN || n > UINT32_MAX)
		return false;
	*control = (uint32_t)n;
	return true;
}

static bool
read_disabled(const struct reading *r, struct fact *f)
{
	uint32_t control;

	return read_control(r, &control) && put_bool(f, account_is_disabled(control));
}

static bool
read_flags(const struct reading *r, struct fact *f)
{
	struct account_words w = { .n = 0 };
	uint32_t control;

	if (!read_control(r, &control))
		return false;
	account_flags(control, &w);
	return put_words(r, &w, f);
}

static bool
read_ciphers(const struct reading *r, struct fact *f)
{
	struct account_words w = { .n = 0 };
	uint32_t types;

	if (!read_control(r, &types))
		return false;
	account_add_ciphers(types, &w);
	return put_words(r, &w, f);
}

/* Services whose users it may be for; the first of very many. */
static bool
read_delegates(const struct reading *r, struct fact *f)
{
	enum { DELEGATES_MAX = 256 };
	const struct entry_attribute *a = entry_find(r->entry, r->attribute);
	size_t n = a && a->n < DELEGATES_MAX ? a->n : a ? DELEGATES_MAX : 0, kept = 0;
	const char **items = arena_new_array(r->entry->mem, const char *, n);

	for (size_t i = 0; items && i < n; i++) {
		const char *spn = value_text(&a->values[i], r->entry->mem);
		if (spn && (spn = clean_text(spn, r->entry->mem)) && *spn)
			items[kept++] = spn;
	}
	f->type = FACT_TEXTS;
	f->texts.items = items;
	f->texts.n = items ? sort_texts(items, kept) : 0;
	return f->texts.n > 0;
}

static bool
read_listed(const struct reading *r, struct fact *f)
{
	return put_bool(f, !is_deleted(r->entry));
}

static bool
read_roles(const struct reading *r, struct fact *f)
{
	const struct entry_attribute *a = entry_find(r->entry, r->attribute);
	struct account_words w = { .n = 0 };
	int64_t group;

	for (size_t i = 0; a && i < a->n; i++) {
		const char *spn = value_text(&a->values[i], r->entry->mem);
		if (spn)
			account_add_role(spn, &w);
	}
	if (entry_number(r->entry, "primaryGroupID", &group) && group > 0 &&
		group <= UINT32_MAX)
		account_add_group((uint32_t)group, &w);
	return put_words(r, &w, f);
}

/* --- the table ---------------------------------------------------------------------------- */

static const struct row {
	const char *key, *attribute;
	bool (*read)(const struct reading *, struct fact *);
} rows[] = {
	{ "ad.account", "sAMAccountName", read_text },
	{ "ad.changed", "whenChanged", read_generalized },
	{ "ad.created", "whenCreated", read_generalized },
	{ "ad.delegates_to", "msDS-AllowedToDelegateTo", read_delegates },
	{ "ad.description", "description", read_text },
	{ "ad.disabled", "userAccountControl", read_disabled },
	{ "ad.dn", NULL, read_dn },
	{ "ad.dns_name", "dNSHostName", read_text },
	{ "ad.domain", NULL, read_domain },
	{ "ad.encryption", "msDS-SupportedEncryptionTypes", read_ciphers },
	{ "ad.flags", "userAccountControl", read_flags },
	{ "ad.guid", "objectGUID", read_guid },
	{ "ad.last_logon", "lastLogonTimestamp", read_filetime },
	{ "ad.listed", NULL, read_listed },
	{ "ad.location", "location", read_text },
	{ "ad.managed_by", "managedBy", read_text },
	{ "ad.os_build", "operatingSystemVersion", read_build },
	{ "ad.ou", NULL, read_ou },
	{ "ad.password_set", "pwdLastSet", read_filetime },
	{ "ad.roles", "servicePrincipalName", read_roles },
	{ "ad.sid", "objectSid", read_sid },
	{ "netbios.domain", NULL, read_netbios_domain },
	{ "netbios.name", "sAMAccountName", read_netbios },
	{ "os.name", "operatingSystem", read_os },
};

bool
computer_facts(const struct entry *entry, const struct computer_domain *domain,
	struct fact out[static COMPUTER_FACTS_MAX], size_t *n)
{
	const struct entry_attribute *guid = entry_find(entry, "objectGUID");

	*n = 0;
	if (!guid || guid->values[0].bv_len != GUID_SIZE)
		return false;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct reading r = { entry, domain, rows[i].attribute };
		struct fact f = { .key = rows[i].key };
		if (rows[i].read(&r, &f))
			out[(*n)++] = f;
	}
	return true;
}

const char *
computer_dns_name(const struct entry *entry, const struct computer_domain *domain)
{
	const char *name = entry_text(entry, "dNSHostName");
	const char *account = entry_text(entry, "sAMAccountName");
	size_t n = account ? strlen(account) : 0;

	if (name)
		return name;
	if (n < 2 || account[n - 1] != '$')
		return "";
	name = arena_printf(entry->mem, "%.*s.%s", (int)(n - 1), account, domain->name);
	return name ? name : "";
}

/* Eight bytes at a time: it is done for each computer of a directory. */
static uint64_t
mix(uint64_t h, const char *bytes, size_t n)
{
	for (size_t take; n; bytes += take, n -= take) {
		uint64_t word = 0;
		take = n < sizeof(word) ? n : sizeof(word);
		memcpy(&word, bytes, take);
		h = (h ^ word ^ take) * 11400714819323198485u;
		h ^= h >> 32;
	}
	return h;
}

static uint64_t
mix_fact(uint64_t h, const struct fact *f)
{
	h = mix(h, f->key, strlen(f->key));
	if (f->type == FACT_TEXT)
		return mix(h, f->text, strlen(f->text));
	if (f->type == FACT_BOOL)
		return mix(h, f->num ? "1" : "0", 1);
	for (size_t i = 0; f->type == FACT_TEXTS && i < f->texts.n; i++)
		h = mix(h, f->texts.items[i], strlen(f->texts.items[i]));
	return h;
}

void
computer_id(const struct entry *entry, const struct fact *facts, size_t n,
	struct computer_id *out)
{
	const struct entry_attribute *guid = entry_find(entry, "objectGUID");

	*out = (struct computer_id){ .said = 0 };
	if (guid && guid->values[0].bv_len == sizeof(out->guid))
		memcpy(out->guid, guid->values[0].bv_val, sizeof(out->guid));
	for (size_t i = 0; i < n; i++) /* [MS-ADA3] whenChanged is not replicated */
		if (strcmp(facts[i].key, "ad.changed") != 0)
			out->said = mix_fact(out->said, &facts[i]);
}
