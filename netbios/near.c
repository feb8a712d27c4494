/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * NEGOTIATE, then SESSION_SETUP with the first message of NTLM ([MS-SMB2] 3.2.4.2): whoever is
 * asked to let somebody in says first who it is.  The login is not continued.
 */
#include "netbios/near.h"

#include "netbios/report.h"
#include "wire/nbss.h"
#include "wire/spnego.h"
#include "wire/wsd.h"

enum {
	PATIENCE = 4 * SECOND, /* of a machine on the link */
	TOUCH_MAX = 1 * SECOND,
};

/* --- the conversation ---------------------------------------------------------------------- */

static void
ask_session_setup(struct tcp_call *c, struct near *m)
{
	uint8_t ntlm[NTLM_NEGOTIATE_SIZE], token[SMB2_QUESTION_MAX / 2];
	uint8_t bytes[SMB2_QUESTION_MAX];
	struct wr inner = wr_to(ntlm, sizeof(ntlm)),
		  outer = wr_to(token, sizeof(token));
	struct wr w = wr_to(bytes, sizeof(bytes));

	m->asked = SMB2_SESSION_SETUP;
	ntlm_write_negotiate(&inner);
	spnego_write_init(&outer, ntlm, wr_used(&inner));
	smb2_write_session_setup(&w, token, wr_used(&outer));
	call_say(c, bytes, wr_used(&w));
}

static enum call_next
hear_negotiate(struct tcp_call *c, struct near *m, struct rd message)
{
	struct err ignored;

	if (smb2_read_negotiate(message, &m->said, &ignored) == -1)
		return CALL_BROKEN;
	m->told = true;
	ask_session_setup(c, m);
	return CALL_MORE;
}

static enum call_next
hear_session_setup(struct near *m, struct rd message)
{
	struct rd token, ntlm;
	struct err ignored;

	if (smb2_read_session_setup(message, &token, &ignored) == -1)
		return CALL_BROKEN;
	m->named = spnego_find_ntlm(token, &ntlm) &&
		ntlm_read_challenge(ntlm, &m->who, &ignored) == 0;
	return CALL_DONE;
}

static enum call_next
hear_message(struct tcp_call *c, struct near *m, struct rd message)
{
	struct rd body = message;
	struct smb2_head h;
	struct err ignored;

	if (smb2_read_head(&body, &h, &ignored) == -1 || h.command != m->asked)
		return CALL_BROKEN;
	if (h.status == SMB2_STATUS_PENDING)
		return CALL_MORE; /* the answer itself comes later: 3.2.5.1.5 */
	if (h.status != SMB2_STATUS_OK && h.status != SMB2_STATUS_MORE)
		return CALL_DONE; /* who wants neither says no */
	return h.command == SMB2_NEGOTIATE ? hear_negotiate(c, m, message)
					   : hear_session_setup(m, message);
}

static enum call_next
hear(struct tcp_call *c, struct rd unread, size_t *taken, bool ended)
{
	enum call_next next = CALL_MORE;
	struct rd message;
	size_t size;

	(void)ended;
	while (next == CALL_MORE) {
		switch (nbss_frame(unread, &message, &size)) {
		case FRAME_MORE: return CALL_MORE;
		case FRAME_BROKEN: return CALL_BROKEN;
		case FRAME_WHOLE: break;
		}
		next = hear_message(c, c->state, message);
		rd_skip(&unread, size);
		*taken += size;
	}
	return next;
}

void
near_begin(struct tcp_call *c, struct near *m, const struct near_at *at)
{
	uint8_t bytes[SMB2_QUESTION_MAX];
	struct wr w = wr_to(bytes, sizeof(bytes));

	*m = (struct near){ .at = at, .asked = SMB2_NEGOTIATE };
	*c = (struct tcp_call){ .peer = at->ip,
		.scope = at->scope,
		.port = SMB_PORT,
		.hear = hear,
		.state = m };
	smb2_write_negotiate(&w, NULL);
	call_say(c, bytes, wr_used(&w));
}

/* --- all of them --------------------------------------------------------------------------- */

/* Whoever answers from another address, too, is asked there. */
static bool
is_near(const struct finding *f, const struct device_found *d)
{
	return d->ip.family == ADDR_IP6 && addr_is_link_local(&d->ip) && !d->again &&
		nb_may_hear(&f->scope, &f->links.items[d->link], &d->ip);
}

static void
tell_smb(struct tell *t, const struct near *m)
{
	const struct ntlm_challenge *who = &m->who;
	char guid[SMB2_GUID_TEXT], build[NTLM_BUILD_TEXT];

	tell_str(t, "smb.dialect", m->said.dialect);
	tell_str(t, "smb.signing", smb2_signing_word(m->said.signing));
	tell_str(t, "smb.guid", smb2_guid_print(m->said.guid, guid));
	if (m->named) {
		tell_str(t, "smb.computer", who->computer);
		tell_str(t, "smb.dns_name", who->dns_name);
		tell_str(t, "smb.domain", who->domain);
		tell_str(t, "smb.dns_domain", who->dns_domain);
		tell_str(t, "smb.forest", who->forest);
		tell_str(t, "smb.os_build", ntlm_build(who, build));
	}
}

/* Its own name is told here once more: the kernel knows its MAC only since it was called. */
static int
tell(struct finding *f, const struct near *m, struct err *e)
{
	const struct near_at *at = m->at;

	tell_begin(&f->tell, &at->ip);
	tell_str(&f->tell, "wsd.uuid", wsd_uuid_of(at->endpoint));
	if (at->found)
		finding_add_name(f, at->found);
	if (m->told)
		tell_smb(&f->tell, m);
	if (m->told && m->named)
		finding_member(f, m->who.domain, m->who.computer, LEARNT_SMB);
	return f->tell.n ? finding_tell_reply(f, e) : 0;
}

static int
read_all(struct finding *f, const struct near *all, size_t n, struct err *e)
{
	size_t told = 0;

	for (size_t i = 0; i < n; i++) {
		told += all[i].told;
		if ((all[i].told || all[i].at->found) && tell(f, &all[i], e) == -1)
			return -1;
	}
	if (n)
		report_reason(f, "smb-asked-near", "", 0,
			"Machines with an address of the link alone that were asked by SMB: "
			"%zu, that told who they are: %zu",
			n, told);
	return 0;
}

/* Returns how many; all has room for them. */
static size_t
collect(const struct finding *f, struct near_at *all)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n_devices; i++)
		if (is_near(f, &f->devices[i]))
			all[n++] = (struct near_at){ f->devices[i].ip,
				f->devices[i].scope, f->devices[i].endpoint, NULL };
	for (size_t i = 0; i < f->n_near; i++) {
		const struct nb_link *link = &f->links.items[f->near[i].link];
		if (finding_is_near(f, &f->near[i]) &&
			nb_may_hear(&f->scope, link, &f->near[i].ip))
			all[n++] = (struct near_at){ f->near[i].ip,
				(uint32_t)link->link->index, "", &f->near[i] };
	}
	return n;
}

int
near_ask(struct finding *f, struct err *e)
{
	struct arena *mem = f->run->scratch;
	size_t most = f->n_devices + f->n_near + 1;
	struct near_at *all = arena_new_array(mem, struct near_at, most);
	struct tcp_call *calls = arena_new_array(mem, struct tcp_call, most);
	struct near *states = arena_new_array(mem, struct near, most);

	if (!all || !calls || !states)
		return err_nomem(e);
	size_t n = collect(f, all);
	for (size_t i = 0; i < n; i++)
		near_begin(&calls[i], &states[i], &all[i]);
	const struct call_conf conf = finding_calls(f, PATIENCE);
	if (call_all(calls, n, &conf, e) == -1)
		return -1;
	return read_all(f, states, n, e);
}

/* Whether it takes the connection or not, the kernel finds out where it is. */
int
near_touch(struct finding *f, struct err *e)
{
	struct arena *mem = f->run->scratch;
	size_t most = f->n_devices + f->n_near + 1;
	struct near_at *all = arena_new_array(mem, struct near_at, most);
	struct tcp_call *calls = arena_new_array(mem, struct tcp_call, most);

	if (!all || !calls)
		return err_nomem(e);
	size_t n = collect(f, all);
	for (size_t i = 0; i < n; i++)
		calls[i] = (struct tcp_call){
			.peer = all[i].ip, .scope = all[i].scope, .port = SMB_PORT
		};
	const struct call_conf conf = finding_calls(f, TOUCH_MAX);
	if (call_all(calls, n, &conf, e) == -1)
		return -1;
	for (size_t i = 0; i < n; i++) {
		const struct near who = { .at = &all[i] };
		if (calls[i].outcome != CALL_FAILED && tell(f, &who, e) == -1)
			return -1;
	}
	return 0;
}
