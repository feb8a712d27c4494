/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ldap/ticket.h"

#include <gssapi/gssapi_krb5.h>
#include <krb5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
	const char *text = krb ? krb5_get_error_message(krb, code) : NULL;
	(void)err_set(e, ERR_SYS, "Kerberos: %s: %s", doing, text ? text : "failed");
	if (krb)
		krb5_free_error_message(krb, text);
	return -1;
}

/* --- tickets of our own --------------------------------------------------------------------- */

static krb5_error_code
first_of_keytab(struct ticket *t)
{
	krb5_kt_cursor cursor;
	krb5_keytab_entry entry;
	krb5_error_code rc = krb5_kt_start_seq_get(t->krb, t->keytab, &cursor);

	if (rc)
		return rc;
	rc = krb5_kt_next_entry(t->krb, t->keytab, &entry, &cursor);
	if (rc == 0) {
		rc = krb5_copy_principal(t->krb, entry.principal, &t->who);
		(void)krb5_free_keytab_entry_contents(t->krb, &entry);
	}
	(void)krb5_kt_end_seq_get(t->krb, t->keytab, &cursor);
	return rc;
}

/* A machine's keytab begins with its services; its account is the one that ends in '$'. */
static krb5_error_code
account_of_keytab(struct ticket *t)
{
	krb5_kt_cursor cursor;
	krb5_keytab_entry entry;
	krb5_error_code rc = krb5_kt_start_seq_get(t->krb, t->keytab, &cursor);

	if (rc)
		return rc;
	while (!t->who && krb5_kt_next_entry(t->krb, t->keytab, &entry, &cursor) == 0) {
		const krb5_data *name = krb5_princ_size(t->krb, entry.principal) == 1
			? krb5_princ_component(t->krb, entry.principal, 0)
			: NULL;
		if (name && name->length && name->data[name->length - 1] == '$')
			rc = krb5_copy_principal(t->krb, entry.principal, &t->who);
		(void)krb5_free_keytab_entry_contents(t->krb, &entry);
	}
	(void)krb5_kt_end_seq_get(t->krb, t->keytab, &cursor);
	return rc || t->who ? rc : first_of_keytab(t);
}

static krb5_error_code
find_principal(struct ticket *t, const struct credential *c)
{
	if (c->kind == LOGIN_KEYTAB) {
		krb5_error_code rc = krb5_kt_resolve(t->krb, c->file, &t->keytab);
		if (rc || !c->user)
			return rc ? rc : account_of_keytab(t);
	}
	return krb5_parse_name(t->krb, c->user, &t->who);
}

static krb5_error_code
ask_for_ticket(struct ticket *t, const struct credential *c, krb5_creds *creds)
{
	return c->kind == LOGIN_KEYTAB
		? krb5_get_init_creds_keytab(
			  t->krb, creds, t->who, t->keytab, 0, NULL, NULL)
		: krb5_get_init_creds_password(
			  t->krb, creds, t->who, c->secret, NULL, NULL, 0, NULL, NULL);
}

static krb5_error_code
keep(struct ticket *t, krb5_creds *creds)
{
	krb5_error_code rc = krb5_cc_new_unique(t->krb, "MEMORY", NULL, &t->cache);

	if (rc == 0)
		rc = krb5_cc_initialize(t->krb, t->cache, t->who);
	return rc ? rc : krb5_cc_store_cred(t->krb, t->cache, creds);
}

/* NULL: the default cache. */
static int
tell_gssapi(const char *cache, struct err *e)
{
	OM_uint32 minor;

	if (gss_krb5_ccache_name(&minor, cache, NULL) != GSS_S_COMPLETE)
		return err_set(e, ERR_SYS, "Kerberos: choose the ticket cache");
	return 0;
}

static int
get_own(struct ticket *t, const struct credential *c, struct err *e)
{
	krb5_creds creds = { 0 };
	char *name = NULL;
	krb5_error_code rc = krb5_init_context(&t->krb);

	if (rc == 0)
		rc = find_principal(t, c);
	if (rc)
		return failed(
			t->krb, rc, c->kind == LOGIN_KEYTAB ? c->file : c->user, e);
	rc = ask_for_ticket(t, c, &creds);
	if (rc == 0) {
		rc = keep(t, &creds);
		krb5_free_cred_contents(t->krb, &creds);
	}
	if (rc == 0)
		rc = krb5_cc_get_full_name(t->krb, t->cache, &name);
	if (rc)
		return failed(t->krb, rc, "get a ticket", e);
	int done = tell_gssapi(name, e);
	krb5_free_string(t->krb, name);
	return done;
}

/* --- the machine's ---------------------------------------------------------------------------- */

static bool
default_cache_has_tickets(void)
{
	krb5_context krb;
	krb5_ccache cache = NULL;
	krb5_principal who = NULL;

	if (krb5_init_context(&krb))
		return false;
	bool has = krb5_cc_default(krb, &cache) == 0 &&
		krb5_cc_get_principal(krb, cache, &who) == 0;
	if (who)
		krb5_free_principal(krb, who);
	if (cache)
		(void)krb5_cc_close(krb, cache);
	krb5_free_context(krb);
	return has;
}

int
ticket_get(struct ticket **out, const struct credential *c, struct err *e)
{
	static const struct credential machine = {
		.name = "machine", .kind = LOGIN_KEYTAB, .file = machine_keytab
	};

	*out = NULL;
	if (!c && !default_cache_has_tickets() && access(machine_keytab, R_OK) == 0)
		c = &machine;
	if (!c || c->kind == LOGIN_CCACHE)
		return tell_gssapi(c ? c->file : NULL, e);
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
		(void)krb5_cc_destroy(t->krb, t->cache);
	if (t->keytab)
		(void)krb5_kt_close(t->krb, t->keytab);
	if (t->who)
		krb5_free_principal(t->krb, t->who);
	if (t->krb)
		krb5_free_context(t->krb);
	free(t);
}

void
ticket_default_realm(char out[static REALM_MAX])
{
	krb5_context krb;
	char *realm = NULL;

	out[0] = '\0';
	if (krb5_init_context(&krb))
		return;
	if (krb5_get_default_realm(krb, &realm) == 0) {
		(void)snprintf(out, REALM_MAX, "%s", realm);
		krb5_free_default_realm(krb, realm);
	}
	krb5_free_context(krb);
}
