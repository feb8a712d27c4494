/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every master is called once, by us, for the types of servers; whoever speaks SMB1 is then
 * asked by libsmbclient, too.  Each has his own patience, and what one way gave stands when the
 * other gave nothing.
 */
#include "netbios/browse.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/foreign.h"
#include "netbios/browse_call.h"
#include "netbios/lists.h"
#include "netbios/report.h"
#include "wire/smb2.h"

enum { ROUNDS_MAX = 4 }; /* from a list of domains to the next one */

/* A master that is called. */
struct master {
	struct browse browse;
	struct finding *finding;
	struct addr address;
	char domain[16], computer[16], ip[ADDR_TEXT_MAX];
	enum call_outcome call;
	bool was_asked; /* by libsmbclient */
	struct list_end list;
};

struct masters {
	struct finding *finding;
	struct master **items; /* BROWSE_MASTERS_MAX */
	struct tcp_call *calls;
	size_t n;
	/* Those that libsmbclient is sent to: master of each question. */
	struct list_question *questions;
	struct master **asked;
	size_t n_asked;
	uint64_t left; /* masters beyond those that are called */
};

/* --- entries ------------------------------------------------------------------------------- */

static int
take_domain(struct roster *r, const struct rap_entry *entry)
{
	struct domain *d = roster_domain(r, entry->name);
	struct rd comment = entry->comment;
	char master[sizeof(d->master.name)] = "";
	size_t n = rd_left(&comment);

	if (!d)
		return -1;
	d->learnt |= LEARNT_LIST;
	if (n == 0 || n >= sizeof(master))
		return 0;
	rd_copy(&comment, master, n);
	d->master = nbname_of(master, NETBIOS_WORKSTATION);
	return 0;
}

/* The flags of several lists about one machine are added up: a master knows its own.  Of
 * libsmbclient there are none. */
static int
take_machine(struct roster *r, const char *domain, const struct rap_entry *entry)
{
	struct listed *l = roster_listed(r, domain, entry->name);
	char comment[FOREIGN_TEXT_MAX];

	if (!l)
		return -1;
	l->types |= entry->types;
	if (entry->major || entry->minor) {
		l->major = entry->major;
		l->minor = entry->minor;
	}
	size_t n = foreign_text(comment, entry->comment);
	if (n && n < sizeof(l->comment))
		memcpy(l->comment, comment, n + 1);
	return 0;
}

static int
take(void *arg, struct browse *b, const struct rap_entry *entry, bool domains)
{
	struct master *m = arg;
	struct roster *r = &m->finding->roster;

	return domains ? take_domain(r, entry) : take_machine(r, b->domain, entry);
}

static int
take_listed(void *arg, uint32_t question, const struct list_entry *listed, struct err *e)
{
	struct masters *all = arg;
	const struct master *m = all->asked[question];
	struct roster *r = &m->finding->roster;
	struct rap_entry entry = { .comment = rd_from(
					   listed->comment, strlen(listed->comment)) };

	memcpy(entry.name, listed->name, sizeof(entry.name));
	if (!entry.name[0])
		return 0;
	int rc = listed->is_domain ? take_domain(r, &entry)
				   : take_machine(r, m->domain, &entry);
	(void)e;
	(void)rc; /* a full roster counts what it drops */
	return 0;
}

/* --- why not more -------------------------------------------------------------------------- */

/* How libsmbclient fared, as the rest of a sentence; "" when it was not sent. */
static const char *
list_words(const struct master *m)
{
	static const char *const words[LIST_OUTCOMES] = {
		[LIST_TOLD] = "",
		[LIST_DENIED] = "; libsmbclient is denied it",
		[LIST_UNREACHED] = "; libsmbclient does not reach it",
		[LIST_STRANGE] = "; libsmbclient was called back: it names itself otherwise "
				 "than before",
		[LIST_FAILED] = "; libsmbclient does not understand it",
		[LIST_SILENT] = "; libsmbclient had no answer in time",
		[LIST_NOT_USED] = "; libsmbclient is denied it",
	};

	if (!m->was_asked)
		return "";
	return m->list.outcome == LIST_TOLD ? "; libsmbclient has the same"
					    : words[m->list.outcome];
}

static bool
was_told(const struct master *m)
{
	return m->was_asked && m->list.outcome == LIST_TOLD;
}

static void
tell_account(struct master *m)
{
	const struct credential *c = m->list.account;

	if (!m->was_asked || !c || m->list.outcome == LIST_TOLD)
		return;
	if (m->list.outcome == LIST_DENIED)
		report_reason(m->finding, "account-refused", m->ip, 1,
			"Access denied for user %.100s: the browse list of %s. The account "
			"%.60s is not used again in this run",
			c->user, m->domain, c->name);
	else if (m->list.outcome == LIST_NOT_USED)
		report_reason(m->finding, "account-not-used", m->ip, 1,
			"The browse list of %s was not asked for with the account %.60s, "
			"because that was refused elsewhere",
			m->domain, c->name);
}

/* In the session, or in place of the list. */
static bool
is_denied(const struct browse *b)
{
	return b->status == SMB1_STATUS_ACCESS_DENIED ||
		b->status == SMB1_STATUS_LOGON_FAILURE ||
		(b->status == 0 && b->error == RAP_ACCESS_DENIED && b->taken[0] == 0);
}

/* What an account would have changed, as the rest of a sentence. */
static const char *
account_words(const struct master *m)
{
	const struct members_conf *accounts = m->finding->conf->accounts;

	if (m->list.account)
		return list_words(m);
	if (!accounts || members_account(accounts, m->domain) == SIZE_MAX)
		return ", and no account is for it (--credential)";
	/* The reason no-libsmbclient says why. */
	return m->was_asked
		? list_words(m)
		: "; the account for it was not used, for that takes libsmbclient";
}

/* Nobody is told it, as our own conversation was. */
static void
tell_refusal(struct master *m)
{
	const struct browse *b = &m->browse;

	if (is_denied(b))
		report_reason(m->finding, "list-denied", m->ip, 0,
			"Access denied without credentials: the browse list of %s is not "
			"told to nobody%s",
			m->domain, account_words(m));
	else
		report_reason(m->finding, "list-failed", m->ip, 0,
			"The browse list of %s is refused with status 0x%08" PRIx32 "%s",
			m->domain, b->status, list_words(m));
}

/* What libsmbclient alone was told. */
static void
tell_lists(struct master *m)
{
	const struct credential *c = m->list.account;

	report_reason(m->finding, "list", m->ip, 0,
		"The browse list of %s: %" PRIu32 " machines, %" PRIu32
		" domains, by libsmbclient%s%.100s, which tells no types of servers",
		m->domain, m->list.n[0], m->list.n[1], c ? " as user " : "",
		c ? c->user : "");
}

static void
tell_list(struct master *m)
{
	const struct browse *b = &m->browse;

	if (b->cut[0] || b->cut[1])
		report_reason(m->finding, "list-cut", m->ip, 0,
			"Of the browse list of %s %" PRIu32 " machines and %" PRIu32
			" domains of %" PRIu32 " and %" PRIu32
			" are kept: a poll takes %d names of a list, in %d answers, and %d of "
			"all lists",
			m->domain, b->taken[0], b->taken[1], b->available[0],
			b->available[1], BROWSE_ENTRIES_MAX, BROWSE_ANSWERS_MAX,
			ROSTER_LISTED_MAX);
	if (b->truncated)
		report_reason(m->finding, "list-truncated", m->ip, 0,
			"The server cut the browse list of %s at %" PRIu32
			" machines and %" PRIu32 " domains of %" PRIu32 " and %" PRIu32,
			m->domain, b->taken[0], b->taken[1], b->available[0],
			b->available[1]);
	if (b->taken[0] == 0)
		report_reason(m->finding, "list-empty", m->ip, 0,
			"The browse list of %s has no machine (error %u)%s", m->domain,
			b->error, was_told(m) ? "" : list_words(m));
	else
		report_reason(m->finding, "list", m->ip, 0,
			"The browse list of %s: %" PRIu32 " machines, %" PRIu32
			" domains%s",
			m->domain, b->taken[0], b->taken[1],
			was_told(m) ? ", and by libsmbclient as well" : list_words(m));
}

/* The keeper of lists says no more than that. */
static void
tell_cut(struct master *m)
{
	if (m->was_asked && m->list.n[0] + m->list.n[1] >= LISTS_ENTRIES_MAX)
		report_reason(m->finding, "list-cut", m->ip, 0,
			"Of the browse list of %s by libsmbclient %d entries are kept, the "
			"most of one master",
			m->domain, LISTS_ENTRIES_MAX);
}

static void
tell_outcome(struct master *m)
{
	static const char *const words[] = {
		[CALL_WAS_CLOSED] = "hung up before its browse list was told",
		[CALL_WAS_REFUSED] = "takes no SMB connections",
		[CALL_WAS_SILENT] = "did not answer in time",
		[CALL_FAILED] = "could not be reached from here",
	};
	const struct browse *b = &m->browse;
	bool got = m->call == CALL_WAS_DONE && !b->refused_smb1 && !b->status &&
		!is_denied(b);

	if (!got && was_told(m))
		tell_lists(m);
	else if (b->refused_smb1)
		report_reason(m->finding, "smb1-refused", m->ip, 0,
			"SMB1 is refused, and with it the browse list of %s: its machines are "
			"those that answered NetBIOS and WS-Discovery themselves",
			m->domain);
	else if (m->call == CALL_WAS_BROKEN)
		report_reason(m->finding, "list-garbage", m->ip, 0,
			"The master browser of %s cannot be understood: %s", m->domain,
			b->why ? b->why : "it says too much");
	else if (m->call != CALL_WAS_DONE)
		report_reason(m->finding, "list-unreached", m->ip, 0,
			"The master browser of %s %s", m->domain, words[m->call]);
	else if (b->status || is_denied(b))
		tell_refusal(m);
	else
		tell_list(m);
	tell_cut(m);
	tell_account(m);
}

/* --- the calls ----------------------------------------------------------------------------- */

static struct master *
new_master(struct finding *f, const struct machine *machine, const struct domain *d,
	const struct netbios_name *computer)
{
	struct master *m = arena_alloc(f->run->scratch, sizeof(*m));

	if (!m)
		return NULL;
	m->finding = f;
	m->address = machine->ip;
	memcpy(m->domain, d->name.name, sizeof(m->domain));
	memcpy(m->computer, computer->name, sizeof(m->computer));
	addr_print(&machine->ip, m->ip);
	m->browse = (struct browse){
		.domain = m->domain, .host = m->ip, .take = take, .arg = m
	};
	return m;
}

/* Each machine once. */
static int
add_master(struct masters *all, struct machine *machine, struct domain *d,
	const struct netbios_name *computer, struct err *e)
{
	if (machine->called)
		return 0;
	machine->called = d->called = true;
	if (all->n == BROWSE_MASTERS_MAX) {
		all->left++;
		return 0;
	}
	struct master *m = new_master(all->finding, machine, d, computer);
	if (!m)
		return err_nomem(e);
	struct tcp_call *call = &all->calls[all->n];
	all->items[all->n++] = m;
	call->peer = machine->ip;
	call->port = SMB_PORT;
	browse_begin(call, &m->browse);
	return 0;
}

/* Those that their names say are masters, or a list of domains. */
static int
choose_told(struct masters *all, struct err *e)
{
	struct roster *r = &all->finding->roster;

	for (size_t i = 0; i < r->n_machines; i++) {
		struct machine *m = &r->machines[i];
		struct domain *d = m->told && m->domain ? &r->domains[m->domain - 1]
							: NULL;
		if (!d ||
			(!(m->roles & (NB_MASTER | NB_DOMAIN_MASTER)) &&
				!nbname_equal(&m->name, &d->master)))
			continue;
		if (add_master(all, m, d, &m->name, e) == -1)
			return -1;
	}
	return 0;
}

/* Of domains that nobody of told: who a list of domains says is the master, and whose address
 * is known all the same. */
static int
choose_listed(struct masters *all, struct err *e)
{
	struct finding *f = all->finding;
	struct roster *r = &f->roster;

	for (size_t i = 0; i < r->n_domains; i++) {
		struct domain *d = &r->domains[i];
		const struct addr *ip = d->called || !d->master.name[0]
			? NULL
			: roster_address(r, d->master.name);
		struct machine *m = ip ? roster_machine(r, ip) : NULL;
		if (m && !m->told && add_master(all, m, d, &d->master, e) == -1)
			return -1;
	}
	return 0;
}

/* Those that were not called yet. */
static int
call_masters(struct masters *all, struct err *e)
{
	struct finding *f = all->finding;
	const struct call_conf conf = finding_calls(f, f->conf->list_ms * MSEC);
	size_t first = all->n;

	if (choose_told(all, e) == -1 || choose_listed(all, e) == -1 ||
		call_all(all->calls + first, all->n - first, &conf, e) == -1)
		return -1;
	for (size_t i = first; i < all->n; i++)
		all->items[i]->call = all->calls[i].outcome;
	return 0;
}

/* Lists of domains tell of others, whose masters have lists of domains: as far as that goes. */
static int
call_and_follow(struct masters *all, struct err *e)
{
	struct finding *f = all->finding;
	int more = 1;

	for (unsigned round = 0; more && round < ROUNDS_MAX; round++) {
		if (*f->run->stop || clock_mono(f->run->clock) >= f->run->deadline_us)
			return 0;
		if (call_masters(all, e) == -1)
			return -1;
		more = finding_follow(f, e);
		if (more == -1 ||
			asker_work(f->asker, f->run->deadline_us, f->run->stop, e) == -1)
			return -1;
	}
	return more ? call_masters(all, e) : 0;
}

/* --- libsmbclient -------------------------------------------------------------------------- */

static void
list_ended(void *arg, const struct list_end *end)
{
	struct masters *all = arg;
	struct master *m = all->asked[end->question];

	m->was_asked = true;
	m->list = *end;
}

static void
lists_unable(void *arg, const char *why)
{
	struct masters *all = arg;

	report_reason(all->finding, "no-libsmbclient", "", 0,
		"Browse lists were asked for without libsmbclient, and as nobody: %s",
		why);
}

/* It speaks SMB1, as far as we came; or not at our port, and libsmbclient knows the one that
 * SMB had before Windows 2000. */
static bool
may_be_asked(const struct master *m)
{
	bool speaks = m->call == CALL_WAS_DONE || m->call == CALL_WAS_REFUSED ||
		m->browse.step > BROWSE_NEGOTIATE;

	return speaks && !m->browse.refused_smb1 &&
		smbclient_may_ask(m->domain, m->computer);
}

static int
ask_masters(struct masters *all, struct err *e)
{
	const struct finding *f = all->finding;
	const struct lists_ears ears = { .entry = take_listed,
		.end = list_ended,
		.unable = lists_unable,
		.arg = all };

	for (size_t i = 0; i < all->n; i++) {
		struct master *m = all->items[i];
		if (!may_be_asked(m))
			continue;
		struct list_question *q = &all->questions[all->n_asked];
		all->asked[all->n_asked++] = m;
		q->ip = m->address;
		memcpy(q->domain, m->domain, sizeof(q->domain));
		memcpy(q->computer, m->computer, sizeof(q->computer));
	}
	return lists_ask(f->lists, all->questions, all->n_asked, &ears,
		f->run->deadline_us, f->run->stop, e);
}

int
browse_masters(struct finding *f, struct err *e)
{
	struct arena *mem = f->run->scratch;
	struct masters all = { .finding = f,
		.items = arena_new_array(mem, struct master *, BROWSE_MASTERS_MAX),
		.calls = arena_new_array(mem, struct tcp_call, BROWSE_MASTERS_MAX),
		.questions = arena_new_array(
			mem, struct list_question, BROWSE_MASTERS_MAX),
		.asked = arena_new_array(mem, struct master *, BROWSE_MASTERS_MAX) };

	if (!all.items || !all.calls || !all.questions || !all.asked)
		return err_nomem(e);
	/* libsmbclient may be told of domains that nobody told us of. */
	if (call_and_follow(&all, e) == -1 || ask_masters(&all, e) == -1 ||
		call_and_follow(&all, e) == -1)
		return -1;
	for (size_t i = 0; i < all.n; i++)
		tell_outcome(all.items[i]);
	if (all.left)
		report_reason(f, "masters-not-asked", "", all.left,
			"Master browsers were found beyond the %d that are asked for their "
			"lists in one poll",
			BROWSE_MASTERS_MAX);
	return 0;
}
