/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A state machine: each answer leads to the next question. */
#include "netbios/browse_call.h"

#include <string.h>

#include "wire/nbss.h"
#include "wire/smb1.h"

static enum call_next
broken(struct browse *b, const char *why)
{
	b->why = why;
	return CALL_BROKEN;
}

/* --- questions ----------------------------------------------------------------------------- */

static void
ask_list(struct tcp_call *c, struct browse *b, const char *after)
{
	uint8_t params[RAP_PARAMS_MAX], bytes[SMB1_QUESTION_MAX];
	struct wr p = wr_to(params, sizeof(params)), w = wr_to(bytes, sizeof(bytes));

	rap_write_server_enum(&p,
		b->step == BROWSE_DOMAINS ? RAP_ALL_DOMAINS : RAP_ALL_MACHINES,
		b->domain, after);
	b->ids.mid++;
	memset(&b->trans, 0, sizeof(b->trans));
	smb1_write_rap(&w, &b->ids, params, wr_used(&p));
	call_say(c, bytes, p.bad || w.bad ? SIZE_MAX : wr_used(&w));
}

static void
ask_next(struct tcp_call *c, struct browse *b)
{
	uint8_t bytes[SMB1_QUESTION_MAX];
	struct wr w = wr_to(bytes, sizeof(bytes));

	b->ids.mid++;
	if (b->step == BROWSE_SESSION)
		smb1_write_session_setup(&w, &b->ids);
	else
		smb1_write_tree_connect(&w, &b->ids, b->host);
	call_say(c, bytes, w.bad ? SIZE_MAX : wr_used(&w));
}

/* --- answers ------------------------------------------------------------------------------- */

static enum call_next
hear_negotiate(struct tcp_call *c, struct browse *b, struct rd message)
{
	struct err e;
	bool spoken;

	if (smb1_read_negotiate(message, &spoken, &e) == -1)
		return broken(b, "its answer to SMB1 NEGOTIATE is broken");
	b->refused_smb1 = !spoken;
	if (!spoken)
		return CALL_DONE;
	b->step = BROWSE_SESSION;
	ask_next(c, b);
	return CALL_MORE;
}

static enum call_next
hear_entry(struct tcp_call *c, struct browse *b, const struct smb1_head *h)
{
	b->status = h->status;
	if (h->status != 0)
		return CALL_DONE;
	if (b->step == BROWSE_SESSION) {
		b->ids.uid = h->ids.uid;
		b->step = BROWSE_TREE;
		ask_next(c, b);
	} else {
		b->ids.tid = h->ids.tid;
		b->step = BROWSE_DOMAINS;
		ask_list(c, b, NULL);
	}
	return CALL_MORE;
}

/* One after the other; the first of a continued list may be the last of the one before.  Is
 * there more? */
static bool
take_entries(struct browse *b, struct rap_list *list)
{
	bool domains = b->step == BROWSE_DOMAINS;
	char last[sizeof(b->last)];
	struct rap_entry entry;
	unsigned new = 0;

	memcpy(last, b->last, sizeof(last));
	while (rap_next(list, &entry)) {
		if (entry.name[0] && strcmp(entry.name, last) == 0)
			continue;
		b->seen[domains]++;
		if (!entry.name[0]) /* Samba lists a domain without one */
			continue;
		b->cut[domains] = b->taken[domains] == BROWSE_ENTRIES_MAX ||
			b->take(b->arg, b, &entry, domains) == -1;
		if (b->cut[domains])
			break;
		b->taken[domains]++;
		memcpy(b->last, entry.name, sizeof(b->last));
		new ++;
	}
	return new && !b->cut[domains] &&
		(list->status == RAP_MORE_DATA ||
			b->seen[domains] < b->available[domains]);
}

static enum call_next
end_list(struct tcp_call *c, struct browse *b)
{
	bool domains = b->step == BROWSE_DOMAINS;

	if (b->seen[domains] < b->available[domains] && !b->cut[domains])
		b->truncated = true;
	b->last[0] = '\0';
	b->step = domains ? BROWSE_MACHINES : BROWSE_OVER;
	if (!domains)
		return CALL_DONE;
	ask_list(c, b, NULL);
	return CALL_MORE;
}

static enum call_next
hear_list(struct tcp_call *c, struct browse *b)
{
	bool domains = b->step == BROWSE_DOMAINS, again = b->last[0] != '\0';
	struct rap_list list;
	struct err e;

	if (rap_read_list(rd_from(b->trans.params, b->trans.n_params),
		    rd_from(b->trans.data, b->trans.n_data), &list, &e) == -1)
		return broken(b, "its list is broken");
	bool good = list.status == RAP_OK || list.status == RAP_MORE_DATA;
	if (!again) {
		b->available[domains] = list.available;
		b->error = good ? b->error : list.status;
	}
	bool more = good && take_entries(b, &list);
	b->cut[domains] |= more && ++b->answers >= BROWSE_ANSWERS_MAX;
	if (more && !b->cut[domains]) {
		ask_list(c, b, b->last);
		return CALL_MORE;
	}
	return end_list(c, b);
}

static enum call_next
hear_transaction(struct tcp_call *c, struct browse *b, const struct smb1_head *h,
	struct rd message)
{
	struct err e;
	bool whole;

	/* Of a list longer than an answer the status may be a warning ([MS-CIFS] 2.2.2.4). */
	b->status = h->status >> 30 == 3 ? h->status : 0;
	if (b->status && b->last[0]) { /* it does not know NetServerEnum3 */
		b->status = 0;         /* what it told before stands */
		return end_list(c, b);
	}
	if (b->status)
		return CALL_DONE;
	if (smb1_read_trans(message, &b->trans, &whole, &e) == -1)
		return broken(b, "its answer to a TRANSACTION is broken");
	return whole ? hear_list(c, b) : CALL_MORE;
}

static enum call_next
hear_message(struct tcp_call *c, struct browse *b, struct rd message)
{
	static const uint8_t commands[] = {
		[BROWSE_SESSION] = SMB1_SESSION_SETUP,
		[BROWSE_TREE] = SMB1_TREE_CONNECT,
		[BROWSE_DOMAINS] = SMB1_TRANSACTION,
		[BROWSE_MACHINES] = SMB1_TRANSACTION,
	};
	struct rd body = message;
	struct smb1_head h;
	struct err e;

	if (b->step == BROWSE_NEGOTIATE)
		return hear_negotiate(c, b, message);
	if (smb1_read_head(&body, &h, &e) == -1 || h.command != commands[b->step] ||
		h.ids.mid != b->ids.mid)
		return broken(b, "it answers what was not asked");
	return b->step < BROWSE_DOMAINS ? hear_entry(c, b, &h)
					: hear_transaction(c, b, &h, message);
}

static enum call_next
hear(struct tcp_call *c, struct rd unread, size_t *taken, bool ended)
{
	struct browse *b = c->state;
	enum call_next next = CALL_MORE;
	struct rd message;
	size_t size;

	while (next == CALL_MORE) {
		switch (nbss_frame(unread, &message, &size)) {
		case FRAME_MORE:
			/* Who does not know SMB1 any more hangs up without a word. */
			b->refused_smb1 = ended && b->step == BROWSE_NEGOTIATE;
			return b->refused_smb1 ? CALL_DONE : CALL_MORE;
		case FRAME_BROKEN: return broken(b, "it does not speak SMB");
		case FRAME_WHOLE: break;
		}
		next = hear_message(c, b, message);
		rd_skip(&unread, size);
		*taken += size;
	}
	return next;
}

void
browse_begin(struct tcp_call *c, struct browse *b)
{
	uint8_t bytes[SMB1_NEGOTIATE_SIZE];
	struct wr w = wr_to(bytes, sizeof(bytes));

	c->hear = hear;
	c->state = b;
	c->n_out = 0;
	smb1_write_negotiate(&w);
	call_say(c, bytes, wr_used(&w));
}
