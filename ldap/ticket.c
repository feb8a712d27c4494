/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ldap/ticket.h"

#include <gssapi/gssapi_krb5.h>
#include <krb5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/late.h"

#define FUNCTIONS(X) \
	X(krb5_cc_close) \
	X(krb5_cc_default) \
	X(krb5_cc_destroy) \
	X(krb5_cc_get_full_name) \
	X(krb5_cc_get_principal) \
	X(krb5_cc_initialize) \
	X(krb5_cc_new_unique) \
	X(krb5_cc_store_cred) \
	X(krb5_copy_principal) \
	X(krb5_free_context) \
	X(krb5_free_cred_contents) \
	X(krb5_free_default_realm) \
	X(krb5_free_error_message) \
	X(krb5_free_keytab_entry_contents) \
	X(krb5_free_principal) \
	X(krb5_free_string) \
	X(krb5_get_default_realm) \
	X(krb5_get_error_message) \
	X(krb5_get_init_creds_keytab) \
	X(krb5_get_init_creds_password) \
	X(krb5_init_context) \
	X(krb5_kt_close) \
	X(krb5_kt_end_seq_get) \
	X(krb5_kt_next_entry) \
	X(krb5_kt_resolve) \
	X(krb5_kt_start_seq_get) \
	X(krb5_parse_name)

static struct {
	FUNCTIONS(LATE_POINTER)
} lib;
static const struct late_symbol symbols[] = { FUNCTIONS(LATE_SYMBOL) };
static struct late krb5 = LATE("libkrb5.so.3", "libkrb5-3", symbols);

static __typeof__(&gss_krb5_ccache_name) choose_cache;
static const struct late_symbol gss_symbols[] = { { "gss_krb5_ccache_name",
	&choose_cache } };
static struct late gssapi = LATE("libgssapi_krb5.so.2", "libgssapi-krb5-2", gss_symbols);

static const char machine_keytab[] = "/etc/krb5.keytab";

struct ticket {
	krb5_context krb;
	krb5_principal who;
	krb5_keytab keytab;
	krb5_ccache cache;
};

/* --- errors ------------------------------------------------------------------------------- */

static const struct known {
	krb5_error_code code;
	enum err_code is;
	const char *text; /* NULL: as the library says */
} known[] = {
	{ KRB5KDC_ERR_PREAUTH_FAILED, ERR_AUTH, "the password or key is wrong" },
	{ KRB5KRB_AP_ERR_BAD_INTEGRITY, ERR_AUTH, "the password or key is wrong" },
	{ KRB5_LIBOS_BADPWDMATCH, ERR_AUTH, "the password is wrong" },
	{ KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN, ERR_AUTH, "the realm has no such account" },
	{ KRB5KDC_ERR_CLIENT_REVOKED, ERR_AUTH, "the account is disabled or locked" },
	{ KRB5KDC_ERR_KEY_EXP, ERR_AUTH, "the password has expired" },
	{ KRB5KRB_AP_ERR_TKT_EXPIRED, ERR_AUTH, "the ticket has expired" },
	{ KRB5KRB_AP_ERR_SKEW, ERR_SYS,
		"the clock of this machine and that of the realm differ too much" },
	{ KRB5_KDCREP_SKEW, ERR_SYS,
		"the clock of this machine and that of the realm differ too much" },
	{ KRB5_KDCREP_MODIFIED, ERR_SYS,
		"the realm answers under another name: write it in capitals, as in "
		"user@CORP.EXAMPLE" },
	{ KRB5_REALM_UNKNOWN, ERR_NOTFOUND, NULL },
	{ KRB5_REALM_CANT_RESOLVE, ERR_NOTFOUND, NULL },
	{ KRB5_KDC_UNREACH, ERR_TIMEOUT,
		"no key distribution centre of the realm answers" },
	{ KRB5_FCC_NOFILE, ERR_AUTH,
		"there is no ticket: use kinit, or name a credential" },
	{ KRB5_CC_NOTFOUND, ERR_AUTH,
		"there is no ticket: use kinit, or name a credential" },
};

static int
failed(krb5_context krb, krb5_error_code code, const char *doing, struct err *e)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].code == code && known[i].text)
			return err_set(e, known[i].is, "Kerberos: %s: %s", doing,
				known[i].text);
	const char *text = krb ? lib.krb5_get_error_message(krb, code) : NULL;
	(void)err_set(e, ERR_SYS, "Kerberos: %s: %s", doing, text ? text : "failed");
	if (krb)
		lib.krb5_free_error_message(krb, text);
	return -1;
}

/* --- tickets of our own --------------------------------------------------------------------- */

static krb5_error_code
first_of_keytab(struct ticket *t)
{
	krb5_kt_cursor cursor;
	krb5_keytab_entry entry;
	krb5_error_code rc = lib.krb5_kt_start_seq_get(t->krb, t->keytab, &cursor);

	if (rc)
		return rc;
	rc = lib.krb5_kt_next_entry(t->krb, t->keytab, &entry, &cursor);
	if (rc == 0) {
		rc = lib.krb5_copy_principal(t->krb, entry.principal, &t->who);
		(void)lib.krb5_free_keytab_entry_contents(t->krb, &entry);
	}
	(void)lib.krb5_kt_end_seq_get(t->krb, t->keytab, &cursor);
	return rc;
}

/* A machine's keytab begins with its services; its account is the one that ends in '$'. */
static krb5_error_code
account_of_keytab(struct ticket *t)
{
	krb5_kt_cursor cursor;
	krb5_keytab_entry entry;
	krb5_error_code rc = lib.krb5_kt_start_seq_get(t->krb, t->keytab, &cursor);

	if (rc)
		return rc;
	while (!t->who &&
		lib.krb5_kt_next_entry(t->krb, t->keytab, &entry, &cursor) == 0) {
		const krb5_data *name = krb5_princ_size(t->krb, entry.principal) == 1
			? krb5_princ_component(t->krb, entry.principal, 0)
			: NULL;
		if (name && name->length && name->data[name->length - 1] == '$')
			rc = lib.krb5_copy_principal(t->krb, entry.principal, &t->who);
		(void)lib.krb5_free_keytab_entry_contents(t->krb, &entry);
	}
	(void)lib.krb5_kt_end_seq_get(t->krb, t->keytab, &cursor);
	return rc || t->who ? rc : first_of_keytab(t);
}

static krb5_error_code
find_principal(struct ticket *t, const struct credential *c)
{
	if (c->kind == LOGIN_KEYTAB) {
		krb5_error_code rc = lib.krb5_kt_resolve(
			t->krb, credential_path(c), &t->keytab);
		if (rc || !c->user)
			return rc ? rc : account_of_keytab(t);
	}
	return lib.krb5_parse_name(t->krb, c->user, &t->who);
}

static krb5_error_code
ask_for_ticket(struct ticket *t, const struct credential *c, krb5_creds *creds)
{
	return c->kind == LOGIN_KEYTAB
		? lib.krb5_get_init_creds_keytab(
			  t->krb, creds, t->who, t->keytab, 0, NULL, NULL)
		: lib.krb5_get_init_creds_password(
			  t->krb, creds, t->who, c->secret, NULL, NULL, 0, NULL, NULL);
}

static krb5_error_code
keep(struct ticket *t, krb5_creds *creds)
{
	krb5_error_code rc = lib.krb5_cc_new_unique(t->krb, "MEMORY", NULL, &t->cache);

	if (rc == 0)
		rc = lib.krb5_cc_initialize(t->krb, t->cache, t->who);
	return rc ? rc : lib.krb5_cc_store_cred(t->krb, t->cache, creds);
}

/* NULL: the default cache. */
static int
tell_gssapi(const char *cache, struct err *e)
{
	OM_uint32 minor;

	if (choose_cache(&minor, cache, NULL) != GSS_S_COMPLETE)
		return err_set(e, ERR_SYS, "Kerberos: choose the ticket cache");
	return 0;
}

static int
get_own(struct ticket *t, const struct credential *c, struct err *e)
{
	krb5_creds creds = { 0 };
	char *name = NULL;
	krb5_error_code rc = lib.krb5_init_context(&t->krb);

	if (rc == 0)
		rc = find_principal(t, c);
	if (rc)
		return failed(
			t->krb, rc, c->kind == LOGIN_KEYTAB ? c->file : c->user, e);
	rc = ask_for_ticket(t, c, &creds);
	if (rc == 0) {
		rc = keep(t, &creds);
		lib.krb5_free_cred_contents(t->krb, &creds);
	}
	if (rc == 0)
		rc = lib.krb5_cc_get_full_name(t->krb, t->cache, &name);
	if (rc)
		return failed(t->krb, rc, "get a ticket", e);
	int done = tell_gssapi(name, e);
	lib.krb5_free_string(t->krb, name);
	return done;
}

/* --- the machine's ---------------------------------------------------------------------------- */

static bool
default_cache_has_tickets(void)
{
	krb5_context krb;
	krb5_ccache cache = NULL;
	krb5_principal who = NULL;

	if (lib.krb5_init_context(&krb))
		return false;
	bool has = lib.krb5_cc_default(krb, &cache) == 0 &&
		lib.krb5_cc_get_principal(krb, cache, &who) == 0;
	if (who)
		lib.krb5_free_principal(krb, who);
	if (cache)
		(void)lib.krb5_cc_close(krb, cache);
	lib.krb5_free_context(krb);
	return has;
}

/* The default cache of somebody else, as of `sudo -E`, is read by a right that is about to go. */
static int
copy_default_cache(struct arena *mem, struct err *e)
{
	struct credential c = { .kind = LOGIN_CCACHE, .file = getenv("KRB5CCNAME") };
	const char *path = c.file ? strchr(c.file, '/') : NULL;
	struct stat st;

	if (!path || stat(path, &st) == -1 || st.st_uid == geteuid())
		return 0;
	if (credential_load(&c, mem, NULL, e) == -1 ||
		credential_copy_file(&c, mem, e) == -1)
		return -1;
	return c.copy && setenv("KRB5CCNAME", c.copy, 1) == -1
		? err_sys(e, "copy the ticket cache")
		: 0;
}

int
ticket_prepare(struct credential *all, size_t n, struct arena *mem, struct err *e)
{
	struct err missing; /* whoever needs a library says so */

	if (late_load(&krb5, &missing) == 0)
		(void)late_load(&gssapi, &missing);
	for (size_t i = 0; i < n; i++)
		if (credential_copy_file(&all[i], mem, e) == -1)
			return -1;
	return copy_default_cache(mem, e);
}

int
ticket_get(struct ticket **out, const struct credential *c, struct err *e)
{
	static const struct credential machine = {
		.name = "machine", .kind = LOGIN_KEYTAB, .file = machine_keytab
	};

	*out = NULL;
	if (late_load(&krb5, e) == -1 || late_load(&gssapi, e) == -1)
		return -1;
	if (!c && !default_cache_has_tickets() && access(machine_keytab, R_OK) == 0)
		c = &machine;
	if (!c || c->kind == LOGIN_CCACHE)
		return tell_gssapi(c ? credential_path(c) : NULL, e);
	struct ticket *t = calloc(1, sizeof(*t));
	if (!t)
		return err_nomem(e);
	if (get_own(t, c, e) == -1) {
		ticket_free(t);
		return -1;
	}
	*out = t;
	return 0;
}

void
ticket_free(struct ticket *t)
{
	struct err ignored;

	if (!t)
		return;
	(void)tell_gssapi(NULL, &ignored);
	if (t->cache)
		(void)lib.krb5_cc_destroy(t->krb, t->cache);
	if (t->keytab)
		(void)lib.krb5_kt_close(t->krb, t->keytab);
	if (t->who)
		lib.krb5_free_principal(t->krb, t->who);
	if (t->krb)
		lib.krb5_free_context(t->krb);
	free(t);
}

void
ticket_default_realm(char out[static REALM_MAX])
{
	krb5_context krb;
	char *realm = NULL;
	struct err ignored; /* nobody needs a realm who cannot log in to it */

	out[0] = '\0';
	if (late_load(&krb5, &ignored) == -1 || lib.krb5_init_context(&krb))
		return;
	if (lib.krb5_get_default_realm(krb, &realm) == 0) {
		(void)snprintf(out, REALM_MAX, "%s", realm);
		lib.krb5_free_default_realm(krb, realm);
	}
	lib.krb5_free_context(krb);
}
