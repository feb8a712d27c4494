/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ldap/directory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ldap/names.h"

/* [MS-ADTS] 3.1.1.3.4.1.14, RFC 2696, [MS-ADTS] 3.1.1.3.4.1.3 */
static const char show_deleted_oid[] = "1.2.840.113556.1.4.417",
		  paged_oid[] = "1.2.840.113556.1.4.319",
		  dirsync_oid[] = "1.2.840.113556.1.4.841";

struct reading {
	struct directory *d;
	struct arena *mem;
};

static const char *
kept_text(const struct entry *entry, const char *name, struct arena *mem)
{
	const char *text = entry_text(entry, name);

	return text ? arena_strdup(mem, text) : "";
}

static bool
has_value(const struct entry *entry, const char *name, const char *wanted)
{
	const struct entry_attribute *a = entry_find(entry, name);
	size_t n = strlen(wanted);

	for (size_t i = 0; a && i < a->n; i++)
		if (a->values[i].bv_len == n &&
			memcmp(a->values[i].bv_val, wanted, n) == 0)
			return true;
	return false;
}

static const char *
domain_of(const char *dn, struct arena *mem)
{
	const char *out = "";
	struct sb text;

	sb_init(&text, NAMES_DN_MAX);
	if (dn && names_domain(dn, &text))
		out = arena_strlower(mem, text.text);
	sb_done(&text);
	return out;
}

/* "CN=NTDS Settings,CN=DC1,CN=Servers,CN=Berlin,CN=Sites,…": the part behind "CN=Servers,". */
static const char *
site_of(const char *service, struct arena *mem)
{
	static const char before[] = "CN=Servers,";
	const char *at = strcasestr(service, before), *out = "";
	struct sb text;

	sb_init(&text, NAMES_DN_MAX);
	if (at && names_leaf(at + strlen(before), &text))
		out = arena_strdup(mem, text.text);
	sb_done(&text);
	return out;
}

/* Above what int64_t holds, too. */
static uint64_t
read_usn(const struct entry *entry)
{
	const char *text = entry_text(entry, "highestCommittedUSN");

	if (!text || strspn(text, "0123456789") != strlen(text))
		return 0;
	errno = 0;
	unsigned long long n = strtoull(text, NULL, 10);
	return errno ? 0 : n;
}

static int
take_root(void *arg, const struct entry *entry, struct err *e)
{
	struct reading *r = arg;
	struct directory *d = r->d;

	d->host = kept_text(entry, "dnsHostName", r->mem);
	d->base = kept_text(entry, "defaultNamingContext", r->mem);
	d->config = kept_text(entry, "configurationNamingContext", r->mem);
	d->schema = kept_text(entry, "schemaNamingContext", r->mem);
	d->root = kept_text(entry, "rootDomainNamingContext", r->mem);
	d->service = kept_text(entry, "dsServiceName", r->mem);
	if (!d->host || !d->base || !d->config || !d->schema || !d->root || !d->service)
		return err_nomem(e);
	d->domain = domain_of(d->base, r->mem);
	d->forest = domain_of(d->root, r->mem);
	d->site = site_of(d->service, r->mem);
	d->usn = read_usn(entry);
	(void)entry_number(entry, "forestFunctionality", &d->forest_level);
	(void)entry_number(entry, "domainFunctionality", &d->domain_level);
	d->can_page = has_value(entry, "supportedControl", paged_oid);
	d->can_show_deleted = has_value(entry, "supportedControl", show_deleted_oid);
	d->can_dirsync = has_value(entry, "supportedControl", dirsync_oid);
	return d->domain && d->forest && d->site ? 0 : err_nomem(e);
}

int
directory_read(struct session *s, struct arena *mem, struct directory *d, struct err *e)
{
	static const char *const names[] = { "dnsHostName", "defaultNamingContext",
		"configurationNamingContext", "schemaNamingContext",
		"rootDomainNamingContext", "dsServiceName", "highestCommittedUSN",
		"forestFunctionality", "domainFunctionality", "supportedControl", NULL };
	struct reading r = { d, mem };
	struct search q = { .base = "",
		.filter = "(objectClass=*)",
		.scope = SEARCH_BASE,
		.attributes = names,
		.row = take_root,
		.arg = &r };

	*d = (struct directory){ .forest_level = -1, .domain_level = -1 };
	if (session_search(s, &q, e) == -1)
		return -1;
	if (q.n_entries == 0 || !d->base[0] || !d->domain[0])
		return err_set(e, ERR_PROTO,
			"it does not say which domain it serves: no controller of "
			"Active Directory");
	return 0;
}

/* --- its database ----------------------------------------------------------------------------- */

static int
take_invocation(void *arg, const struct entry *entry, struct err *e)
{
	struct reading *r = arg;
	const struct entry_attribute *a = entry_find(entry, "invocationId");

	(void)e;
	if (a)
		(void)guid_print(rd_from(a->values[0].bv_val, a->values[0].bv_len),
			r->d->invocation);
	return 0;
}

static int
take_schema(void *arg, const struct entry *entry, struct err *e)
{
	struct reading *r = arg;

	(void)e;
	(void)entry_number(entry, "objectVersion", &r->d->schema_version);
	return 0;
}

/* One object by its name; that it is missing is no error. */
static int
read_object(struct session *s, const char *dn, const char *attribute,
	int (*row)(void *, const struct entry *, struct err *), struct reading *r,
	struct err *e)
{
	const char *const names[] = { attribute, NULL };
	struct search q = { .base = dn,
		.filter = "(objectClass=*)",
		.scope = SEARCH_BASE,
		.attributes = names,
		.row = row,
		.arg = r };

	if (!dn[0] || session_search(s, &q, e) == 0)
		return 0;
	return e->code == ERR_NOTFOUND ? 0 : -1;
}

int
directory_read_database(struct session *s, struct directory *d, struct err *e)
{
	struct reading r = { .d = d };

	if (read_object(s, d->service, "invocationId", take_invocation, &r, e) == -1)
		return -1;
	return read_object(s, d->schema, "objectVersion", take_schema, &r, e);
}
