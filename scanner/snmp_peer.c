/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * net-snmp's own doors for one message: snmp_build() and snmp_parse(), without its sessions.
 *
 * Its tables of users and of engine clocks are for the whole process.  Here they hold one
 * agent, from lend() to take_back(), so that they neither grow with what strangers say nor
 * mix agents.  Of its initialisation only what version 3 needs is done: init_snmp() would
 * read MIB files, make folders for certificates and change the locale.
 */
#include "scanner/snmp_peer.h"

#include <net-snmp/net-snmp-config.h>
/* after it */
#include <net-snmp/net-snmp-includes.h>
/* and after that */
#include <net-snmp/library/lcd_time.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/late.h"

#define FUNCTIONS(X) \
	X(find_sec_mod) \
	X(free_etimelist) \
	X(get_enginetime) \
	X(init_snmp_logging) \
	X(init_snmpv3) \
	X(netsnmp_calloc) \
	X(netsnmp_ds_set_boolean) \
	X(netsnmp_ds_set_string) \
	X(netsnmp_register_loghandler) \
	X(sc_get_auth_oid) \
	X(sc_get_priv_oid) \
	X(set_enginetime) \
	X(snmp_add_null_var) \
	X(snmp_build) \
	X(snmp_call_callbacks) \
	X(snmp_free_pdu) \
	X(snmp_oid_compare) \
	X(snmp_parse) \
	X(snmp_pdu_create) \
	X(snmp_sess_init) \
	X(snmpv3_get_report_type) \
	X(snmpv3_local_snmpEngineTime) \
	X(usm_create_user_from_session) \
	X(usm_free_user) \
	X(usm_get_user) \
	X(usm_remove_user)

static struct {
	FUNCTIONS(LATE_POINTER)
} lib;
static const struct late_symbol symbols[] = { FUNCTIONS(LATE_SYMBOL) };
static struct late library = LATE("libnetsnmp.so.40", "libsnmp40", symbols);

_Static_assert(sizeof(oid) == sizeof(unsigned long), "its numbers are ours");
_Static_assert(SNMP_V1 == SNMP_VERSION_1 && SNMP_V2C == SNMP_VERSION_2c &&
		SNMP_V3 == SNMP_VERSION_3,
	"its versions are ours");

static const int verbs[] = {
	[SNMP_ASK_GET] = SNMP_MSG_GET,
	[SNMP_ASK_NEXT] = SNMP_MSG_GETNEXT,
	[SNMP_ASK_BULK] = SNMP_MSG_GETBULK,
};

int
snmp_peer_start(struct err *e)
{
	static const int off[] = { NETSNMP_DS_LIB_DONT_READ_CONFIGS,
		NETSNMP_DS_LIB_DONT_PERSIST_STATE,
		NETSNMP_DS_LIB_DISABLE_PERSISTENT_LOAD,
		NETSNMP_DS_LIB_DISABLE_PERSISTENT_SAVE,
		NETSNMP_DS_LIB_DONT_LOAD_HOST_FILES,
		/* Nobody asks us: RFC 5343 is not answered. */
		NETSNMP_DS_LIB_NO_DISCOVERY };
	netsnmp_session unused;

	if (late_load(&library, e) == -1)
		return -1;
	if (lib.find_sec_mod(SNMP_SEC_MODEL_USM))
		return 0;
	/* OpenSSL reads its settings now, for later there is no opening of files. */
	if (OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG, NULL) != 1)
		return err_set(e, ERR_SYS, "start OpenSSL");
	for (size_t i = 0; i < sizeof(off) / sizeof(off[0]); i++)
		(void)lib.netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, off[i], 1);
	(void)lib.netsnmp_ds_set_string(
		NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_APPTYPE, "muster");
	lib.init_snmp_logging();
	(void)lib.netsnmp_register_loghandler(NETSNMP_LOGHANDLER_NONE, LOG_DEBUG);
	lib.snmp_sess_init(&unused); /* the library itself, too */
	lib.init_snmpv3("muster");
	(void)lib.snmp_call_callbacks(
		SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_POST_PREMIB_READ_CONFIG, NULL);
	(void)lib.snmp_call_callbacks(
		SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_POST_READ_CONFIG, NULL);
	return lib.find_sec_mod(SNMP_SEC_MODEL_USM)
		? 0
		: err_set(e, ERR_SYS, "net-snmp has no user-based security");
}

/* --- what net-snmp sees of a peer -------------------------------------------------------- */

static int
level_of(const struct snmp_user *u)
{
	return u->priv.n    ? SNMP_SEC_LEVEL_AUTHPRIV
		: u->auth.n ? SNMP_SEC_LEVEL_AUTHNOPRIV
			    : SNMP_SEC_LEVEL_NOAUTH;
}

static void
set_user(netsnmp_session *s, const struct snmp_peer *p)
{
	const struct snmp_user *u = p->user;

	s->securityModel = SNMP_SEC_MODEL_USM;
	s->securityLevel = level_of(u);
	s->securityName = (char *)(uintptr_t)u->name; /* not written to */
	s->securityNameLen = strlen(u->name);
	s->securityAuthProto = (oid *)(uintptr_t)lib.sc_get_auth_oid(
		u->auth.n ? u->auth.algorithm : NETSNMP_USMAUTH_NOAUTH,
		&s->securityAuthProtoLen);
	s->securityPrivProto = (oid *)(uintptr_t)lib.sc_get_priv_oid(
		u->priv.n ? u->priv.algorithm : USM_CREATE_USER_PRIV_NONE,
		&s->securityPrivProtoLen);
	memcpy(s->securityAuthKey, u->auth.bytes, u->auth.n);
	s->securityAuthKeyLen = u->auth.n;
	memcpy(s->securityPrivKey, u->priv.bytes, u->priv.n);
	s->securityPrivKeyLen = u->priv.n;
}

/* Until take_back() the library knows the peer.  A session of this kind is not one of the
 * library's: it borrows all that it points to. */
static void
lend(const struct snmp_peer *p, netsnmp_session *s)
{
	static char no_context[] = "";

	lib.snmp_sess_init(s);
	s->version = p->version;
	s->contextName = no_context;
	/* In its answers an agent stays below this: nothing comes in fragments. */
	s->rcvMsgMaxSize = s->sndMsgMaxSize = SNMP_DATAGRAM_MAX;
	s->securityEngineID = (u_char *)(uintptr_t)p->engine;
	s->securityEngineIDLen = p->n_engine;
	if (p->community) {
		s->community = (u_char *)(uintptr_t)p->community;
		s->community_len = strlen(p->community);
	}
	if (p->n_engine)
		(void)lib.set_enginetime(p->engine, (u_int)p->n_engine, p->boots,
			p->time + (u_int)lib.snmpv3_local_snmpEngineTime() - p->heard_at,
			p->authentic);
	if (p->user) {
		set_user(s, p);
		(void)lib.usm_create_user_from_session(s);
	}
}

static void
take_back(const netsnmp_session *s)
{
	struct usmUser *u = s->securityName
		? lib.usm_get_user(
			  s->securityEngineID, s->securityEngineIDLen, s->securityName)
		: NULL;

	/* The nameless user is the library's own, and of no engine. */
	if (u && u->engineIDLen) {
		(void)lib.usm_remove_user(u);
		u->next = u->prev = NULL;
		(void)lib.usm_free_user(u);
	}
	lib.free_etimelist();
}

/* --- questions --------------------------------------------------------------------------- */

static void
write_pdu(struct wr *w, netsnmp_session *s, netsnmp_pdu *pdu)
{
	size_t room = SNMP_MIN_MAX_LEN, n = 0;
	u_char *bytes = malloc(room); /* grows; the message ends where it ends */

	if (bytes && lib.snmp_build(&bytes, &room, &n, s, pdu) == 0)
		wr_bytes(w, bytes + room - n, n);
	else
		w->bad = true;
	free(bytes);
}

static netsnmp_pdu *
new_pdu(const struct snmp_peer *p, int command, uint32_t id)
{
	netsnmp_pdu *pdu = lib.snmp_pdu_create(command);

	if (!pdu)
		return NULL;
	pdu->version = p->version;
	pdu->reqid = pdu->msgid = (long)id;
	pdu->flags |= UCD_MSG_FLAG_EXPECT_RESPONSE;
	return pdu;
}

void
snmp_peer_discover(struct wr *w, uint32_t id)
{
	const struct snmp_peer nobody = { .version = SNMP_V3 };
	netsnmp_pdu *pdu = new_pdu(&nobody, SNMP_MSG_GET, id);
	netsnmp_session s;

	if (pdu && (pdu->securityName = strdup(""))) {
		pdu->securityModel = SNMP_SEC_MODEL_USM;
		pdu->securityLevel = SNMP_SEC_LEVEL_NOAUTH;
		lend(&nobody, &s);
		write_pdu(w, &s, pdu);
		take_back(&s);
	} else {
		w->bad = true;
	}
	lib.snmp_free_pdu(pdu);
}

void
snmp_peer_ask(struct wr *w, const struct snmp_peer *p, const struct snmp_question *q)
{
	netsnmp_pdu *pdu = new_pdu(p, verbs[q->verb], q->id);
	netsnmp_session s;

	if (!pdu) {
		w->bad = true;
		return;
	}
	if (q->verb == SNMP_ASK_BULK) {
		pdu->non_repeaters = 0;
		pdu->max_repetitions = q->repetitions;
	}
	for (size_t i = 0; i < q->n; i++)
		if (!lib.snmp_add_null_var(pdu, q->oids[i].ids, q->oids[i].n))
			w->bad = true;
	lend(p, &s);
	write_pdu(w, &s, pdu);
	take_back(&s);
	lib.snmp_free_pdu(pdu);
}

/* --- answers ----------------------------------------------------------------------------- */

/* What the library keeps of a message for a reply to it, which there never is. */
static void
free_pdu(netsnmp_pdu *pdu)
{
	struct snmp_secmod_def *module = lib.find_sec_mod(pdu->securityModel);

	if (pdu->securityStateRef && module && module->pdu_free_state_ref)
		module->pdu_free_state_ref(pdu->securityStateRef);
	pdu->securityStateRef = NULL;
	lib.snmp_free_pdu(pdu);
}

/* RFC 3414 §4: the engine and its clock are in the clear, whoever asks. */
static enum snmp_heard
take_engine(struct snmp_peer *p, const netsnmp_pdu *pdu)
{
	size_t n = pdu->securityEngineIDLen;

	if (n < SNMP_ENGINE_LEAST || n > SNMP_ENGINE_MAX)
		return SNMP_FOREIGN;
	memcpy(p->engine, pdu->securityEngineID, n);
	p->n_engine = n;
	p->authentic = false;
	p->heard_at = (uint32_t)lib.snmpv3_local_snmpEngineTime();
	(void)lib.get_enginetime(p->engine, (u_int)n, &p->boots, &p->time, FALSE);
	return SNMP_ENGINE;
}

static bool
is_of_engine(const struct snmp_peer *p, const netsnmp_pdu *pdu)
{
	return pdu->securityEngineIDLen == p->n_engine &&
		memcmp(pdu->securityEngineID, p->engine, p->n_engine) == 0;
}

/* The clock as the library set it by a message that was signed (RFC 3414 §3.2 7b). */
static void
take_clock(struct snmp_peer *p, const netsnmp_pdu *pdu)
{
	u_int boots, time;

	if (pdu->securityLevel == SNMP_SEC_LEVEL_NOAUTH ||
		lib.get_enginetime(p->engine, (u_int)p->n_engine, &boots, &time,
			TRUE) != SNMPERR_SUCCESS)
		return;
	p->boots = boots;
	p->time = time;
	p->heard_at = (uint32_t)lib.snmpv3_local_snmpEngineTime();
	p->authentic = true;
}

/* RFC 3414 §3.2, §11.2: what a Report says.  Only that of the clock is signed. */
static enum snmp_heard
read_report(struct snmp_peer *p, netsnmp_pdu *pdu)
{
	int what = lib.snmpv3_get_report_type(pdu);

	if (!p->n_engine)
		return what == SNMPERR_UNKNOWN_ENG_ID ? take_engine(p, pdu)
						      : SNMP_FOREIGN;
	if (!is_of_engine(p, pdu))
		return SNMP_FOREIGN;
	if (what == SNMPERR_NOT_IN_TIME_WINDOW)
		return pdu->securityLevel == SNMP_SEC_LEVEL_NOAUTH ? SNMP_FOREIGN
								   : SNMP_LATE;
	return what == SNMPERR_UNKNOWN_USER_NAME ||
			what == SNMPERR_UNSUPPORTED_SEC_LEVEL ||
			what == SNMPERR_AUTHENTICATION_FAILURE ||
			what == SNMPERR_DECRYPTION_ERR
		? SNMP_DENIED
		: SNMP_FOREIGN;
}

/* RFC 3412 §7.2.11: an answer has the security of its question. */
static bool
is_as_safe(const struct snmp_peer *p, const netsnmp_pdu *pdu)
{
	return p->user && is_of_engine(p, pdu) &&
		pdu->securityLevel == level_of(p->user) &&
		pdu->securityNameLen == strlen(p->user->name) &&
		memcmp(pdu->securityName, p->user->name, pdu->securityNameLen) == 0;
}

static enum snmp_heard
judge(struct snmp_peer *p, netsnmp_pdu *pdu, uint32_t id)
{
	bool v3 = p->version == SNMP_V3;

	if (pdu->version != (long)p->version ||
		(v3 ? pdu->msgid : pdu->reqid) != (long)id)
		return SNMP_FOREIGN;
	if (v3 && p->n_engine && is_of_engine(p, pdu))
		take_clock(p, pdu);
	if (v3 && pdu->command == SNMP_MSG_REPORT)
		return read_report(p, pdu);
	return pdu->command == SNMP_MSG_RESPONSE &&
			(!v3 || (pdu->reqid == (long)id && is_as_safe(p, pdu)))
		? SNMP_ANSWER
		: SNMP_FOREIGN;
}

enum snmp_heard
snmp_peer_hear(
	struct rd datagram, struct snmp_peer *p, uint32_t id, struct snmp_answer *a)
{
	size_t n = rd_left(&datagram);
	/* A copy of its own: the library writes into it (RFC 3414 §6.3.2). */
	u_char *bytes = malloc(n + 1);
	netsnmp_pdu *pdu = lib.netsnmp_calloc(1, sizeof(*pdu));
	enum snmp_heard heard = SNMP_FOREIGN;
	netsnmp_session s;

	*a = (struct snmp_answer){ .pdu = NULL };
	if (!bytes || !pdu)
		goto out;
	rd_copy(&datagram, bytes, n);
	lend(p, &s);
	if (lib.snmp_parse(NULL, &s, pdu, bytes, n) == 0)
		heard = judge(p, pdu, id);
	take_back(&s);
out:
	free(bytes);
	if (heard != SNMP_ANSWER) {
		if (pdu)
			free_pdu(pdu);
		return heard;
	}
	*a = (struct snmp_answer){ pdu->errstat, pdu->errindex, .pdu = pdu,
		.next = pdu->variables };
	return heard;
}

void
snmp_peer_done(struct snmp_answer *a)
{
	if (a->pdu)
		free_pdu(a->pdu);
	a->pdu = a->next = NULL;
}

/* --- rows -------------------------------------------------------------------------------- */

static void
set_value(struct snmp_row *r, const netsnmp_variable_list *v)
{
	switch (v->type) {
	case ASN_INTEGER:
		r->type = SNMP_NUMBER;
		r->number = *v->val.integer;
		break;
	case ASN_COUNTER:
	case ASN_GAUGE: /* Unsigned32, too */
	case ASN_TIMETICKS:
	case ASN_UINTEGER:
		r->type = SNMP_NUMBER;
		r->number = (int64_t)(u_int)*v->val.integer;
		break;
	case ASN_OCTET_STR:
	case ASN_IPADDRESS:
		r->type = SNMP_BYTES;
		r->bytes = rd_from(v->val.string, v->val_len);
		break;
	case ASN_OBJECT_ID:
		r->type = SNMP_NAME;
		r->value = v->val.objid;
		r->n_value = v->val_len / sizeof(oid);
		break;
	default: /* NULL, the exceptions of RFC 3416 §3, and what nothing here asks for */
		break;
	}
}

bool
snmp_peer_row(struct snmp_answer *a, struct snmp_row *r)
{
	const netsnmp_variable_list *v = a->next;

	if (!v)
		return false;
	a->next = v->next_variable;
	*r = (struct snmp_row){
		.name = v->name, .n_name = v->name_length, .bytes = rd_from(NULL, 0)
	};
	if (v->val.string)
		set_value(r, v);
	return true;
}

bool
snmp_row_index(const struct snmp_row *r, const struct snmp_oid *root,
	const unsigned long **index, size_t *n)
{
	if (r->n_name <= root->n ||
		memcmp(r->name, root->ids, root->n * sizeof(root->ids[0])) != 0)
		return false;
	*index = r->name + root->n;
	*n = r->n_name - root->n;
	return true;
}

int
snmp_row_order(const struct snmp_row *r, const struct snmp_oid *o)
{
	return lib.snmp_oid_compare(r->name, r->n_name, o->ids, o->n);
}

bool
snmp_row_take(struct snmp_oid *o, const struct snmp_row *r)
{
	if (r->n_name > SNMP_IDS_MAX)
		return false;
	o->n = r->n_name;
	memcpy(o->ids, r->name, o->n * sizeof(o->ids[0]));
	return true;
}

bool
snmp_print_ids(const unsigned long *ids, size_t n, char *out, size_t room)
{
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		int len = snprintf(out + at, room - at, "%s%lu", i ? "." : "", ids[i]);
		if (len < 0 || (size_t)len >= room - at)
			return false;
		at += (size_t)len;
	}
	return n > 0;
}

bool
snmp_row_mac(const struct snmp_row *r, struct mac *out)
{
	struct rd bytes = r->bytes;

	if (r->type != SNMP_BYTES || rd_left(&bytes) != sizeof(out->bytes))
		return false;
	rd_copy(&bytes, out->bytes, sizeof(out->bytes));
	return !mac_is_zero(out) && !mac_is_group(out);
}
