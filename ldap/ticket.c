/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ldap/ticket.h"

#include <gssapi/gssapi_krb5.h>
#include <krb5.h>
#include <profile.h>
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
	X(krb5_cc_resolve) \
	X(krb5_cc_select) \
	X(krb5_cc_store_cred) \
	X(krb5_copy_principal) \
	X(krb5_free_context) \
	X(krb5_free_cred_contents) \
	X(krb5_free_data_contents) \
	X(krb5_free_default_realm) \
	X(krb5_free_error_message) \
	X(krb5_free_keytab_entry_contents) \
	X(krb5_free_principal) \
	X(krb5_free_string) \
	X(krb5_get_default_realm) \
	X(krb5_get_error_message) \
	X(krb5_get_profile) \
	X(krb5_init_context) \
	X(krb5_init_creds_free) \
	X(krb5_init_creds_get_creds) \
	X(krb5_init_creds_init) \
	X(krb5_init_creds_set_keytab) \
	X(krb5_init_creds_set_password) \
	X(krb5_init_creds_step) \
	X(krb5_kt_close) \
	X(krb5_kt_end_seq_get) \
	X(krb5_kt_next_entry) \
	X(krb5_kt_resolve) \
	X(krb5_kt_start_seq_get) \
	X(krb5_parse_name) \
	X(krb5_sname_to_principal) \
	X(krb5_tkt_creds_free) \
	X(krb5_tkt_creds_get_creds) \
	X(krb5_tkt_creds_init) \
	X(krb5_tkt_creds_step) \
	X(profile_free_list) \
	X(profile_get_boolean) \
	X(profile_get_values) \
	X(profile_release)

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
	krb5_principal who; /* as the credential says */
	krb5_keytab keytab;
	krb5_ccache first; /* where tickets for tickets lie */
	bool is_ours;      /* that cache */
	krb5_ccache cache; /* the one for the service, alone */
	struct kdc *kdc;
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
	{ KRB5KRB_AP_ERR_TKT_NYV, ERR_SYS,
		"the ticket is not valid yet: the clock of this machine is behind that of the "
		"realm" },
	{ KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN, ERR_SYS,
		"the realm knows no LDAP service of that name: ask the controller by its DNS "
		"name" },
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

/* --- who we are --------------------------------------------------------------------- */

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

/* --- what is asked --------------------------------------------------------------------------- */

enum { STEPS_MAX = 64 }; /* of one exchange; a few are usual */

/* One of both, which libkrb5 leads. */
struct exchange {
	krb5_init_creds_context as;
	krb5_tkt_creds_context tgs;
};

/* To a KDC of the realm and back; krb5.conf may say who they are. */
static int
carry(struct ticket *t, const krb5_data *realm, const krb5_data *question,
	struct kdc_message *answer, struct err *e)
{
	char name[KDC_REALM_MAX];
	const char *const path[] = { "realms", name, "kdc", NULL };
	struct kdc_realm r = { .name = name, .asks_dns = true };
	profile_t profile = NULL;
	int on = 1;

	(void)snprintf(name, sizeof(name), "%.*s", (int)realm->length, realm->data);
	if (lib.krb5_get_profile(t->krb, &profile) == 0) {
		if (lib.profile_get_values(profile, path, &r.servers) != 0)
			r.servers = NULL;
		(void)lib.profile_get_boolean(
			profile, "libdefaults", "dns_lookup_kdc", NULL, 1, &on);
		r.asks_dns = on != 0;
	}
	int rc = kdc_ask(t->kdc, &r, question->data, question->length, answer, e);
	if (r.servers)
		lib.profile_free_list(r.servers);
	if (profile)
		lib.profile_release(profile);
	return rc == 0 ? 0 : err_add(e, "Kerberos");
}

static krb5_error_code
step(struct ticket *t, const struct exchange *x, struct kdc_message *answer,
	krb5_data *question, krb5_data *realm, bool *goes_on)
{
	krb5_data in = { .length = (unsigned)answer->n, .data = (char *)answer->bytes };
	unsigned flags = 0;
	krb5_error_code rc = x->as
		? lib.krb5_init_creds_step(t->krb, x->as, &in, question, realm, &flags)
		: lib.krb5_tkt_creds_step(t->krb, x->tgs, &in, question, realm, &flags);

	_Static_assert(
		KRB5_INIT_CREDS_STEP_FLAG_CONTINUE == KRB5_TKT_CREDS_STEP_FLAG_CONTINUE,
		"one test for both");
	*goes_on = flags & KRB5_TKT_CREDS_STEP_FLAG_CONTINUE;
	free(answer->bytes);
	*answer = (struct kdc_message){ NULL, 0 };
	return rc;
}

static int
converse(struct ticket *t, const struct exchange *x, const char *doing, struct err *e)
{
	struct kdc_message answer = { NULL, 0 };
	bool goes_on = true;
	int rc = 0;

	for (int i = 0; rc == 0 && goes_on; i++) {
		krb5_data question = { 0 }, realm = { 0 };
		krb5_error_code why = step(t, x, &answer, &question, &realm, &goes_on);
		if (why)
			rc = failed(t->krb, why, doing, e);
		else if (goes_on && i == STEPS_MAX)
			rc = err_set(e, ERR_PROTO, "Kerberos: questions without end");
		else if (goes_on)
			rc = carry(t, &realm, &question, &answer, e);
		lib.krb5_free_data_contents(t->krb, &question);
		lib.krb5_free_data_contents(t->krb, &realm);
	}
	free(answer.bytes);
	return rc;
}

/* --- tickets for tickets --------------------------------------------------------------------- */

/* The server of the second is the name by which GSSAPI looks it up, be it without a realm. */
static krb5_error_code
keep(struct ticket *t, krb5_ccache *cache, krb5_creds *creds, krb5_principal also)
{
	krb5_error_code rc = lib.krb5_cc_new_unique(t->krb, "MEMORY", NULL, cache);
	krb5_creds other = *creds;

	if (rc == 0)
		rc = lib.krb5_cc_initialize(t->krb, *cache, creds->client);
	if (rc == 0)
		rc = lib.krb5_cc_store_cred(t->krb, *cache, creds);
	if (rc || !also)
		return rc;
	other.server = also;
	return lib.krb5_cc_store_cred(t->krb, *cache, &other);
}

static krb5_error_code
begin_login(struct ticket *t, const struct credential *c, krb5_init_creds_context *as)
{
	krb5_error_code rc = find_principal(t, c);

	if (rc == 0)
		rc = lib.krb5_init_creds_init(t->krb, t->who, NULL, NULL, 0, NULL, as);
	if (rc)
		return rc;
	return c->kind == LOGIN_KEYTAB
		? lib.krb5_init_creds_set_keytab(t->krb, *as, t->keytab)
		: lib.krb5_init_creds_set_password(t->krb, *as, c->secret);
}

/* Each question once: the library's own way asks a second server whether it likes a password
 * better. */
static int
log_in(struct ticket *t, const struct credential *c, struct err *e)
{
	struct exchange x = { NULL, NULL };
	krb5_creds creds = { 0 };
	krb5_error_code why = begin_login(t, c, &x.as);
	int rc = 0;

	if (why)
		rc = failed(t->krb, why, c->kind == LOGIN_KEYTAB ? c->file : c->user, e);
	if (rc == 0)
		rc = converse(t, &x, "get a ticket", e);
	if (rc == 0) {
		why = lib.krb5_init_creds_get_creds(t->krb, x.as, &creds);
		t->is_ours = true;
		if (why == 0)
			why = keep(t, &t->first, &creds, NULL);
		lib.krb5_free_cred_contents(t->krb, &creds);
		rc = why ? failed(t->krb, why, "keep a ticket", e) : 0;
	}
	if (x.as)
		lib.krb5_init_creds_free(t->krb, x.as);
	return rc;
}

/* That of the credential, or of several the one that fits, or the default one. */
static krb5_error_code
open_cache(struct ticket *t, const struct credential *c, krb5_principal service)
{
	krb5_principal whose = NULL;

	if (c)
		return lib.krb5_cc_resolve(t->krb, credential_path(c), &t->first);
	krb5_error_code rc = lib.krb5_cc_select(t->krb, service, &t->first, &whose);
	if (whose)
		lib.krb5_free_principal(t->krb, whose);
	if (rc == 0 && t->first)
		return 0;
	return lib.krb5_cc_default(t->krb, &t->first);
}

/* --- the ticket for the service --------------------------------------------------------------- */

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
hand_over(struct ticket *t, krb5_creds *creds, krb5_principal service, struct err *e)
{
	char *name = NULL;
	krb5_error_code why = keep(t, &t->cache, creds, service);

	if (why == 0)
		why = lib.krb5_cc_get_full_name(t->krb, t->cache, &name);
	if (why)
		return failed(t->krb, why, "keep a ticket", e);
	int rc = tell_gssapi(name, e);
	lib.krb5_free_string(t->krb, name);
	return rc;
}

/* Others' caches stay as they are. */
static int
get_for(struct ticket *t, krb5_principal service, struct err *e)
{
	struct exchange x = { NULL, NULL };
	krb5_creds wanted = { .server = service }, creds = { 0 };
	krb5_error_code why = lib.krb5_cc_get_principal(
		t->krb, t->first, &wanted.client);
	int rc;

	if (why == 0)
		why = lib.krb5_tkt_creds_init(
			t->krb, t->first, &wanted, KRB5_GC_NO_STORE, &x.tgs);
	rc = why ? failed(t->krb, why, "get a ticket", e)
		 : converse(t, &x, "get a ticket", e);
	if (rc == 0) {
		why = lib.krb5_tkt_creds_get_creds(t->krb, x.tgs, &creds);
		rc = why ? failed(t->krb, why, "get a ticket", e)
			 : hand_over(t, &creds, service, e);
		lib.krb5_free_cred_contents(t->krb, &creds);
	}
	if (x.tgs)
		lib.krb5_tkt_creds_free(t->krb, x.tgs);
	if (wanted.client)
		lib.krb5_free_principal(t->krb, wanted.client);
	return rc;
}

static int
get(struct ticket *t, const struct credential *c, struct err *e)
{
	krb5_principal service = NULL;
	krb5_error_code why = lib.krb5_init_context(&t->krb);
	bool logs_in = c && c->kind != LOGIN_CCACHE;
	int rc = 0;

	if (why == 0)
		why = lib.krb5_sname_to_principal(
			t->krb, t->kdc->host, "ldap", KRB5_NT_SRV_HST, &service);
	if (why == 0 && !logs_in)
		why = open_cache(t, c, service);
	if (why)
		rc = failed(t->krb, why, "get a ticket", e);
	else if (logs_in)
		rc = log_in(t, c, e);
	if (rc == 0)
		rc = get_for(t, service, e);
	if (service)
		lib.krb5_free_principal(t->krb, service);
	return rc;
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
ticket_get(
	struct ticket **out, const struct credential *c, struct kdc *kdc, struct err *e)
{
	static const struct credential machine = {
		.name = "machine", .kind = LOGIN_KEYTAB, .file = machine_keytab
	};

	*out = NULL;
	if (late_load(&krb5, e) == -1 || late_load(&gssapi, e) == -1)
		return -1;
	if (!c && !default_cache_has_tickets() && access(machine_keytab, R_OK) == 0)
		c = &machine;
	struct ticket *t = calloc(1, sizeof(*t));
	if (!t)
		return err_nomem(e);
	t->kdc = kdc;
	if (get(t, c, e) == -1) {
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
	if (t->first && t->is_ours)
		(void)lib.krb5_cc_destroy(t->krb, t->first);
	else if (t->first)
		(void)lib.krb5_cc_close(t->krb, t->first);
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
