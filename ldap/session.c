/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * libldap, with every wait bounded.  Each connection has a TLS context of its own.  Nothing is
 * read of ldap.conf(5), ldaprc and the LDAP* variables (session_prepare): a file in the folder
 * where somebody stands must not say whom we trust.  What they could say of trust is said for
 * each connection all the same (set_tls).
 */
#include "ldap/session.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <ldap.h>
#include <openldap.h>
#include <pthread.h>
#include <sasl/sasl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/late.h"
#include "base/log.h"
#include "ldap/refusal.h"
#include "ldap/ticket.h"

LOG_TAG("ad");

#define FUNCTIONS(X) \
	X(ldap_abandon_ext) \
	X(ldap_control_find) \
	X(ldap_control_free) \
	X(ldap_controls_free) \
	X(ldap_create_page_control) \
	X(ldap_err2string) \
	X(ldap_get_attribute_ber) \
	X(ldap_get_dn_ber) \
	X(ldap_get_option) \
	X(ldap_init_fd) \
	X(ldap_install_tls) \
	X(ldap_memfree) \
	X(ldap_msgfree) \
	X(ldap_msgtype) \
	X(ldap_parse_pageresponse_control) \
	X(ldap_parse_result) \
	X(ldap_result) \
	X(ldap_sasl_bind_s) \
	X(ldap_sasl_interactive_bind_s) \
	X(ldap_search_ext) \
	X(ldap_set_option) \
	X(ldap_start_tls_s) \
	X(ldap_unbind_ext)

static struct {
	FUNCTIONS(LATE_POINTER)
} lib;
static const struct late_symbol symbols[] = { FUNCTIONS(LATE_SYMBOL) };
static struct late library = LATE("libldap-2.5.so.0", "libldap-2.5-0", symbols);

enum {
	MESSAGE_MAX = 8 << 20, /* bytes of one entry; Active Directory's are below 1 MiB */
	ENTRY_MEMORY = 4 << 20,
	SLICE_MS = 250, /* how long a stop waits at most */
	EMPTY_PAGES_MAX = 1000,
};

static const char show_deleted_oid[] = "1.2.840.113556.1.4.417",
		  dirsync_oid[] = LDAP_CONTROL_X_DIRSYNC;

struct session {
	LDAP *ld;
	struct session_conf conf;
	struct addr peer;
	int fd; /* libldap's, once it has it */
	struct ticket *ticket;
	struct arena *mem; /* of one entry */
	bool is_private;   /* inside TLS */
};

/* --- errors ------------------------------------------------------------------------------- */

static enum err_code
kind_of(int rc)
{
	switch (rc) {
	case LDAP_INVALID_CREDENTIALS:
	case LDAP_INSUFFICIENT_ACCESS:
	case LDAP_INAPPROPRIATE_AUTH:
	case LDAP_STRONG_AUTH_REQUIRED:
	case LDAP_CONFIDENTIALITY_REQUIRED:
	case LDAP_AUTH_UNKNOWN: return ERR_AUTH;
	case LDAP_NO_SUCH_OBJECT: return ERR_NOTFOUND;
	case LDAP_TIMEOUT:
	case LDAP_TIMELIMIT_EXCEEDED: return ERR_TIMEOUT;
	case LDAP_NO_MEMORY: return ERR_NOMEM;
	case LDAP_FILTER_ERROR:
	case LDAP_PARAM_ERROR: return ERR_ARG;
	case LDAP_DECODING_ERROR:
	case LDAP_PROTOCOL_ERROR: return ERR_PROTO;
	default: return ERR_SYS;
	}
}

static int
failed(struct session *s, int rc, const char *doing, struct err *e)
{
	char *said = NULL;

	if (s->ld)
		(void)lib.ldap_get_option(s->ld, LDAP_OPT_DIAGNOSTIC_MESSAGE, &said);
	(void)err_set(e, kind_of(rc), "%s: %s%s%.160s", doing, lib.ldap_err2string(rc),
		said && said[0] ? ": " : "", said ? said : "");
	lib.ldap_memfree(said);
	return -1;
}

/* --- connecting ----------------------------------------------------------------------------- */

/* libldap reads its files and variables once, before the first word with it, unless this
 * variable is there; what we start need not inherit it. */
static void
read_no_files(void)
{
	int version;

	(void)setenv("LDAPNOINIT", "1", 1);
	(void)lib.ldap_get_option(NULL, LDAP_OPT_PROTOCOL_VERSION, &version);
	(void)unsetenv("LDAPNOINIT");
}

void
session_prepare(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct err e;

	if (late_load(&library, &e) == 0) /* session_open says what is missing */
		(void)pthread_once(&once, read_no_files);
}

static struct timeval
time_of(int64_t ms)
{
	return (struct timeval){ ms / 1000, ms % 1000 * 1000 };
}

static int
set_options(struct session *s)
{
	struct timeval wait = time_of(s->conf.reach.timeout_ms);
	static const int version = LDAP_VERSION3;
	Sockbuf *buffer = NULL;
	ber_len_t most = MESSAGE_MAX;
	const struct {
		int option;
		const void *value;
	} rows[] = {
		{ LDAP_OPT_PROTOCOL_VERSION, &version },
		{ LDAP_OPT_REFERRALS, LDAP_OPT_OFF },
		{ LDAP_OPT_RESTART, LDAP_OPT_ON },
		{ LDAP_OPT_NETWORK_TIMEOUT, &wait },
		{ LDAP_OPT_TIMEOUT, &wait },
		/* A PTR record is no place to learn whom to trust. */
		{ LDAP_OPT_X_SASL_NOCANON, LDAP_OPT_ON },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (lib.ldap_set_option(s->ld, rows[i].option, rows[i].value) !=
			LDAP_OPT_SUCCESS)
			return LDAP_PARAM_ERROR;
	if (lib.ldap_get_option(s->ld, LDAP_OPT_SOCKBUF, &buffer) != LDAP_OPT_SUCCESS ||
		ber_sockbuf_ctrl(buffer, LBER_SB_OPT_SET_MAX_INCOMING, &most) != 1)
		return LDAP_PARAM_ERROR;
	return LDAP_SUCCESS;
}

static int
set_tls(struct session *s)
{
	static const int demand = LDAP_OPT_X_TLS_HARD, client = 0,
			 oldest = LDAP_OPT_X_TLS_PROTOCOL_TLS1_2;
	/* A certificate with alternative names is of these and no other (RFC 6125 §6.4.4). */
	static const int names = LDAP_OPT_X_TLS_TRY;
	const char *ca = s->conf.ca_file ? s->conf.ca_file
					 : "/etc/ssl/certs/ca-certificates.crt";

	if (s->conf.tls == TLS_NONE)
		return LDAP_SUCCESS;
	if (lib.ldap_set_option(s->ld, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand) ||
		lib.ldap_set_option(s->ld, LDAP_OPT_X_TLS_REQUIRE_SAN, &names) ||
		lib.ldap_set_option(s->ld, LDAP_OPT_X_TLS_PROTOCOL_MIN, &oldest) ||
		lib.ldap_set_option(s->ld, LDAP_OPT_X_TLS_CACERTFILE, ca) ||
		lib.ldap_set_option(s->ld, LDAP_OPT_X_TLS_NEWCTX, &client))
		return LDAP_PARAM_ERROR;
	return LDAP_SUCCESS;
}

/* With GnuTLS libldap has no words for a certificate that it does not accept. */
static int
tls_failed(struct session *s, int rc, struct err *e)
{
	(void)failed(s, rc, "TLS", e);
	if (strstr(e->text, "unknown error code") || strstr(e->text, "hostname"))
		return err_set(e, ERR_AUTH,
			"TLS: its certificate is not signed by whom we trust (--ca FILE), has "
			"expired, or is of another name");
	return -1;
}

static int
port_of(const struct session_conf *c)
{
	if (c->port)
		return c->port;
	return c->tls == TLS_ALWAYS ? LDAPS_PORT : LDAP_PORT;
}

/* libldap waits before it reads, and expects that a write waits by itself. */
static int
make_blocking(int fd, struct err *e)
{
	int flags = fcntl(fd, F_GETFL);

	return flags != -1 && fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) != -1
		? 0
		: err_sys(e, "connect");
}

/* The name in the URL is that of the certificate and of the Kerberos service: nobody looks it
 * up. */
static int
open_handle(struct session *s, struct err *e)
{
	bool six = strchr(s->conf.host, ':');
	char url[512];

	if (snprintf(url, sizeof(url), "%s://%s%s%s:%d",
		    s->conf.tls == TLS_ALWAYS ? "ldaps" : "ldap", six ? "[" : "",
		    s->conf.host, six ? "]" : "",
		    port_of(&s->conf)) >= (int)sizeof(url) ||
		strpbrk(s->conf.host, "/? ,"))
		return err_set(e, ERR_ARG, "%.60s: no host name", s->conf.host);
	if (reach_connect(&s->conf.reach, s->conf.addresses, s->conf.n_addresses,
		    (uint16_t)port_of(&s->conf), &s->peer, &s->fd, e) == -1)
		return -1;
	int rc = make_blocking(s->fd, e);
	if (rc == 0)
		rc = lib.ldap_init_fd(s->fd, LDAP_PROTO_TCP, url, &s->ld);
	if (!s->ld)
		close(s->fd);
	if (rc == -1)
		return -1;
	if (rc == LDAP_SUCCESS)
		rc = set_options(s);
	if (rc == LDAP_SUCCESS)
		rc = set_tls(s);
	return rc == LDAP_SUCCESS ? 0 : failed(s, rc, "prepare", e);
}

static int
begin_tls(struct session *s, struct err *e)
{
	int rc = LDAP_SUCCESS;

	if (s->conf.tls == TLS_ALWAYS)
		rc = lib.ldap_install_tls(s->ld);
	else if (s->conf.tls == TLS_START)
		rc = lib.ldap_start_tls_s(s->ld, NULL, NULL);
	if (rc != LDAP_SUCCESS)
		return tls_failed(s, rc, e);
	s->is_private = s->conf.tls != TLS_NONE;
	return 0;
}

/* Without one libldap would make one of its own, to wherever the name leads. */
static bool
has_connection(const struct session *s)
{
	int fd = -1;

	return lib.ldap_get_option(s->ld, LDAP_OPT_DESC, &fd) == LDAP_OPT_SUCCESS &&
		fd == s->fd;
}

int
session_open(struct session **out, const struct session_conf *conf, struct err *e)
{
	struct session *s;

	*out = NULL;
	if (late_load(&library, e) == -1)
		return -1;
	session_prepare();
	s = calloc(1, sizeof(*s));
	if (!s || !(s->mem = arena_new(ENTRY_MEMORY))) {
		free(s);
		return err_nomem(e);
	}
	s->conf = *conf;
	if (open_handle(s, e) == -1 || begin_tls(s, e) == -1) {
		session_close(s);
		return err_add(e, "%.100s", conf->host);
	}
	*out = s;
	return 0;
}

void
session_close(struct session *s)
{
	if (!s)
		return;
	if (s->ld)
		(void)lib.ldap_unbind_ext(s->ld, NULL, NULL);
	ticket_free(s->ticket);
	arena_free(s->mem);
	free(s);
}

/* --- logging in ----------------------------------------------------------------------------- */

/* GSSAPI knows who we are; whom to act as is ourselves. */
static int
answer_sasl(LDAP *ld, unsigned flags, void *defaults, void *in)
{
	(void)ld, (void)flags, (void)defaults;
	for (sasl_interact_t *i = in; i->id != SASL_CB_LIST_END; i++) {
		i->result = "";
		i->len = 0;
	}
	return LDAP_SUCCESS;
}

/* Outside of TLS GSSAPI signs and seals; inside it the channel is bound, for a server may not
 * want two layers ([MS-ADTS] 5.1.1.1.2, 5.1.2.2). */
static int
login_kerberos(struct session *s, const char *domain, const struct credential *c,
	struct err *e)
{
	static const int endpoint = LDAP_OPT_X_SASL_CBINDING_TLS_ENDPOINT;
	struct kdc kdc = { .reach = &s->conf.reach,
		.host = s->conf.host,
		.domain = domain,
		.controller = s->peer };

	if (ticket_get(&s->ticket, c, &kdc, e) == -1)
		return -1;
	int rc = lib.ldap_set_option(s->ld, LDAP_OPT_X_SASL_SECPROPS,
		s->is_private ? "noplain,noanonymous,maxssf=0"
			      : "noplain,noanonymous,minssf=56");
	if (rc == LDAP_OPT_SUCCESS && s->is_private)
		rc = lib.ldap_set_option(s->ld, LDAP_OPT_X_SASL_CBINDING, &endpoint);
	if (rc != LDAP_OPT_SUCCESS)
		return failed(s, LDAP_PARAM_ERROR, "log in", e);
	if (!has_connection(s))
		return failed(s, LDAP_SERVER_DOWN, "log in", e);
	rc = lib.ldap_sasl_interactive_bind_s(
		s->ld, NULL, "GSSAPI", NULL, NULL, LDAP_SASL_QUIET, answer_sasl, NULL);
	if (rc == LDAP_SUCCESS)
		return 0;
	(void)failed(s, rc, "log in by Kerberos", e);
	return refusal_of_ticket(e);
}

static int
simple_failed(struct session *s, int rc, struct err *e)
{
	(void)failed(s, rc, "log in", e);
	const char *words = refusal_words(e->text);
	return words ? err_set(e, e->code, "log in: %s", words) : -1;
}

static int
login_simple(struct session *s, const struct credential *c, struct err *e)
{
	struct berval secret;

	if (!s->is_private)
		return err_set(e, ERR_ARG,
			"a simple bind outside of TLS would show the password: use "
			"--tls start or --tls always");
	if (!c->secret || !c->secret[0])
		return err_set(e, ERR_AUTH, "there is no password for %.60s", c->user);
	secret = (struct berval){ strlen(c->secret), c->secret };
	if (!has_connection(s))
		return failed(s, LDAP_SERVER_DOWN, "log in", e);
	int rc = lib.ldap_sasl_bind_s(
		s->ld, c->user, LDAP_SASL_SIMPLE, &secret, NULL, NULL, NULL);
	return rc == LDAP_SUCCESS ? 0 : simple_failed(s, rc, e);
}

/* To the log: who we are there, and by which means. */
static void
tell_login(struct session *s, const struct credential *c)
{
	static const char *const means[] = { [LOGIN_CCACHE] = "the tickets in ",
		[LOGIN_KEYTAB] = "the keytab ",
		[LOGIN_PASSWORD] = "a password",
		[LOGIN_SIMPLE] = "a simple bind" };
	bool is_simple = c && c->kind == LOGIN_SIMPLE;
	bool has_file = c && (c->kind == LOGIN_CCACHE || c->kind == LOGIN_KEYTAB);
	char *who = NULL;
	ber_len_t strength = 0;

	if (!is_simple) {
		(void)lib.ldap_get_option(s->ld, LDAP_OPT_X_SASL_USERNAME, &who);
		(void)lib.ldap_get_option(s->ld, LDAP_OPT_X_SASL_SSF, &strength);
	}
	log_debug("%s: logged in as %s by %s%s%s, %s", s->conf.host,
		is_simple     ? c->user
			: who ? who
			      : "(unknown)",
		is_simple ? "" : "Kerberos with ",
		c ? means[c->kind] : "the tickets or the keytab that there are",
		!has_file         ? ""
			: c->file ? c->file
				  : "the default cache",
		s->is_private          ? "inside TLS"
			: strength > 1 ? "signed and sealed"
				       : "signed");
	lib.ldap_memfree(who);
}

int
session_login(struct session *s, const char *domain, const struct credential *c,
	struct err *e)
{
	int rc = c && c->kind == LOGIN_SIMPLE ? login_simple(s, c, e)
					      : login_kerberos(s, domain, c, e);

	if (rc == -1)
		return err_add(e, "%.100s", s->conf.host);
	tell_login(s, c);
	return 0;
}

/* --- entries ------------------------------------------------------------------------------ */

const struct entry_attribute *
entry_find(const struct entry *entry, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < entry->n; i++) {
		const struct entry_attribute *a = &entry->attributes[i];
		/* A server may write names its own way (RFC 4512 §2.5); most write ours. */
		if (a->name.bv_len == n && a->n > 0 &&
			(memcmp(a->name.bv_val, name, n) == 0 ||
				strncasecmp(a->name.bv_val, name, n) == 0))
			return a;
	}
	return NULL;
}

const char *
value_text(const struct berval *v, struct arena *mem)
{
	if (v->bv_len == 0 || memchr(v->bv_val, '\0', v->bv_len))
		return NULL;
	return arena_strndup(mem, v->bv_val, v->bv_len);
}

const char *
entry_text(const struct entry *entry, const char *name)
{
	const struct entry_attribute *a = entry_find(entry, name);

	return a ? value_text(&a->values[0], entry->mem) : NULL;
}

bool
entry_number(const struct entry *entry, const char *name, int64_t *out)
{
	const char *text = entry_text(entry, name);
	char *end;

	if (!text || (text[0] != '-' && (text[0] < '0' || text[0] > '9')))
		return false;
	errno = 0;
	long long n = strtoll(text, &end, 10);
	if (errno || *end || end == text)
		return false;
	*out = n;
	return true;
}

static void
free_values(struct entry *entry)
{
	for (size_t i = 0; i < entry->n; i++)
		ber_memfree((void *)(uintptr_t)entry->attributes[i].values);
	entry->n = 0;
}

static int
read_attributes(struct session *s, LDAPMessage *m, BerElement *ber, struct entry *entry)
{
	struct berval name, *values = NULL;
	int rc = lib.ldap_get_attribute_ber(s->ld, m, ber, &name, &values);

	for (; rc == LDAP_SUCCESS && name.bv_val;
		rc = lib.ldap_get_attribute_ber(s->ld, m, ber, &name, &values)) {
		size_t n = 0;
		while (values && values[n].bv_val)
			n++;
		if (entry->n == ENTRY_ATTRIBUTES_MAX) { /* more than anybody asked for */
			ber_memfree(values);
			return LDAP_DECODING_ERROR;
		}
		entry->attributes[entry->n++] = (struct entry_attribute){ name, values,
			n };
		values = NULL;
	}
	return rc;
}

/* An entry that cannot be read is the server's fault, and ends the search. */
static int
take_entry(struct session *s, LDAPMessage *m, struct search *q, struct err *e)
{
	struct entry entry = { .mem = s->mem };
	struct berval dn;
	BerElement *ber = NULL;
	int done = 0, rc = lib.ldap_get_dn_ber(s->ld, m, &ber, &dn);

	arena_reset(s->mem);
	if (rc == LDAP_SUCCESS)
		rc = read_attributes(s, m, ber, &entry);
	if (rc == LDAP_SUCCESS) {
		entry.dn = dn.bv_len ? value_text(&dn, s->mem) : "";
		q->n_entries++;
		done = entry.dn ? q->row(q->arg, &entry, e)
				: err_set(e, ERR_PROTO, "an entry without a name");
	} else {
		done = failed(s, rc, "read an entry", e);
	}
	free_values(&entry);
	ber_free(ber, 0);
	return done;
}

/* --- searching ---------------------------------------------------------------------------- */

/* LDAP_SUCCESS with a message, or what went wrong.  A stop is LDAP_USER_CANCELLED. */
static int
next_message(struct session *s, int id, LDAPMessage **out)
{
	const struct reach *l = &s->conf.reach;
	int64_t quiet = clock_mono(&clock_system) + l->timeout_ms * MSEC;

	for (;;) {
		struct timeval slice = time_of(SLICE_MS);
		int rc = lib.ldap_result(s->ld, id, LDAP_MSG_ONE, &slice, out), why;
		int64_t now = clock_mono(&clock_system);
		if (rc > 0)
			return LDAP_SUCCESS;
		if (rc == -1) {
			(void)lib.ldap_get_option(s->ld, LDAP_OPT_RESULT_CODE, &why);
			return why == LDAP_SUCCESS ? LDAP_SERVER_DOWN : why;
		}
		if (l->stop && *l->stop)
			return LDAP_USER_CANCELLED;
		if (now >= quiet || now >= l->deadline_us)
			return LDAP_TIMEOUT;
	}
}

/*
 * Entries of a page wait here until it is complete, so that the server is at work on the next
 * one while we read them; of a server that sends more than a page they are read at once.
 */
enum { HELD_MAX = 2048 };

struct page {
	struct berval cookie; /* of the next; empty: there is none */
	bool has_more;        /* as DirSync says, whose cookie is the search's */
	int id;               /* of the question that is open; 0: none is */
	LDAPMessage *held[HELD_MAX];
	size_t n;
};

static int
send_search(struct session *s, const struct search *q, struct page *p)
{
	static const int scopes[] = { LDAP_SCOPE_BASE, LDAP_SCOPE_ONELEVEL,
		LDAP_SCOPE_SUBTREE };
	LDAPControl deleted = { .ldctl_iscritical = 1 },
		    changes = { .ldctl_iscritical = 1 };
	LDAPControl *paged = NULL, *controls[4] = { NULL }, **end = controls;
	int rc = LDAP_SUCCESS;

	if (!has_connection(s))
		return LDAP_SERVER_DOWN;
	deleted.ldctl_oid = (char *)(uintptr_t)show_deleted_oid; /* only read */
	changes.ldctl_oid = (char *)(uintptr_t)dirsync_oid;
	if (q->page > 0 && !q->since)
		rc = lib.ldap_create_page_control(
			s->ld, (ber_int_t)q->page, &p->cookie, 1, &paged);
	if (paged)
		*end++ = paged;
	if (q->deleted)
		*end++ = &deleted;
	if (q->since)
		*end = &changes;
	if (q->since && !dirsync_write(q->since, &changes.ldctl_value))
		rc = LDAP_NO_MEMORY;
	if (rc == LDAP_SUCCESS)
		rc = lib.ldap_search_ext(s->ld, q->base, scopes[q->scope], q->filter,
			(char **)(uintptr_t)q->attributes, 0, controls, NULL, NULL,
			LDAP_NO_LIMIT, &p->id);
	lib.ldap_control_free(paged);
	ber_memfree(changes.ldctl_value.bv_val);
	return rc;
}

/* The same cookie and the promise of more would go on for ever. */
static int
read_changes(LDAPControl **controls, const struct search *q, struct page *p)
{
	struct dirsync_cookie next;
	LDAPControl *c = lib.ldap_control_find(dirsync_oid, controls, NULL);

	if (!c || !dirsync_read(&c->ldctl_value, &next, &p->has_more))
		return LDAP_DECODING_ERROR;
	bool is_same = next.n == q->since->n &&
		memcmp(next.bytes, q->since->bytes, next.n) == 0;
	if (p->has_more && is_same)
		return LDAP_DECODING_ERROR;
	memcpy(q->since->bytes, next.bytes, next.n);
	q->since->n = next.n;
	return LDAP_SUCCESS;
}

/* The result of a page: its code, and the cookie of the next. */
static int
read_result(struct session *s, LDAPMessage *m, const struct search *q, struct page *p)
{
	LDAPControl **controls = NULL;
	ber_int_t estimate;
	int code = LDAP_OTHER;
	int rc = lib.ldap_parse_result(s->ld, m, &code, NULL, NULL, NULL, &controls, 0);

	ber_memfree(p->cookie.bv_val);
	p->cookie = (struct berval){ 0, NULL };
	p->has_more = false;
	if (rc == LDAP_SUCCESS && code == LDAP_SUCCESS && q->since) {
		rc = read_changes(controls, q, p);
	} else if (rc == LDAP_SUCCESS && code == LDAP_SUCCESS) {
		LDAPControl *c = lib.ldap_control_find(
			LDAP_CONTROL_PAGEDRESULTS, controls, NULL);
		if (c)
			rc = lib.ldap_parse_pageresponse_control(
				s->ld, c, &estimate, &p->cookie);
	}
	lib.ldap_controls_free(controls);
	return rc != LDAP_SUCCESS ? rc : code;
}

static int
read_held(struct session *s, struct search *q, struct page *p, struct err *e)
{
	int done = 0;

	for (size_t i = 0; i < p->n; i++) {
		if (done == 0)
			done = take_entry(s, p->held[i], q, e);
		lib.ldap_msgfree(p->held[i]);
	}
	p->n = 0;
	return done;
}

/* An entry is held, the end of the page read, a referral counted: that of other domains is
 * asked of them.  *is_end: it was the last message of the page. */
static int
take_message(struct session *s, struct search *q, struct page *p, LDAPMessage *m,
	bool *is_end, struct err *e)
{
	int rc = LDAP_SUCCESS, type = lib.ldap_msgtype(m);

	if (type == LDAP_RES_SEARCH_ENTRY) {
		p->held[p->n++] = m;
		return p->n == HELD_MAX ? read_held(s, q, p, e) : 0;
	}
	if (type == LDAP_RES_SEARCH_REFERENCE)
		q->n_referrals++;
	*is_end = type == LDAP_RES_SEARCH_RESULT;
	if (*is_end) {
		rc = read_result(s, m, q, p);
		p->id = 0;
	}
	lib.ldap_msgfree(m);
	return rc == LDAP_SUCCESS ? 0 : failed(s, rc, "search", e);
}

/* A page, and the question for the next one; then the entries of this. */
static int
read_page(struct session *s, struct search *q, struct page *p, struct err *e)
{
	bool is_end = false;

	while (!is_end) {
		LDAPMessage *m = NULL;
		int rc = next_message(s, p->id, &m);
		if (rc != LDAP_SUCCESS)
			return failed(s, rc, "search", e);
		if (take_message(s, q, p, m, &is_end, e) == -1)
			return -1;
	}
	if (p->cookie.bv_len > 0 || p->has_more) {
		int rc = send_search(s, q, p);
		if (rc != LDAP_SUCCESS)
			return failed(s, rc, "search", e);
	}
	return read_held(s, q, p, e);
}

static void
drop_page(struct session *s, struct page *p)
{
	if (p->id > 0)
		(void)lib.ldap_abandon_ext(s->ld, p->id, NULL, NULL);
	for (size_t i = 0; i < p->n; i++)
		lib.ldap_msgfree(p->held[i]);
	ber_memfree(p->cookie.bv_val);
}

int
session_search(struct session *s, struct search *q, struct err *e)
{
	struct page p = { .n = 0 };
	uint64_t empty = 0;

	q->n_entries = q->n_pages = q->n_referrals = 0;
	int rc = send_search(s, q, &p);
	int done = rc == LDAP_SUCCESS ? 0 : failed(s, rc, "search", e);
	while (done == 0 && p.id > 0) {
		uint64_t before = q->n_entries;
		done = read_page(s, q, &p, e);
		q->n_pages++;
		if (done == 0 && q->paged)
			q->paged(q->arg);
		/* Pages without entries for ever would be a server's joke. */
		empty = q->n_entries == before ? empty + 1 : 0;
		if (done == 0 && empty > EMPTY_PAGES_MAX)
			done = err_set(e, ERR_PROTO, "endless empty pages");
	}
	drop_page(s, &p);
	return done == 0 ? 0 : err_add(e, "%.100s", s->conf.host);
}
