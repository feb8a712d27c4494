/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two ways may have led to a list: what one gave stands when the other gave nothing. */
#include "netbios/master.h"

#include <inttypes.h>

#include "netbios/report.h"

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

void
master_tell(struct master *m)
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
