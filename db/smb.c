/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Machines that may take SMB connections: those that do for sure come first. */
#include <stdlib.h>
#include <string.h>

#include "db/sheet.h"
#include "db/store_private.h"
#include "iprange/iprange.h"

enum { SHEET_ARENA = 64 << 20 }; /* bytes for the evidence of one device */

enum smb { SMB_SURE, SMB_PERHAPS, SMB_NOT, SMB_KINDS = SMB_NOT };

struct finding {
	const struct smb_query *query;
	struct list {
		struct iprange_run *runs;
		size_t n, room;
	} lists[SMB_KINDS];
};

/* What others say is no leave to ask. */
static bool
is_own(const struct evidence_row *r)
{
	return strcmp(r->source, "sweep") == 0 || strcmp(r->source, "windows") == 0;
}

static enum smb
judge(const struct evidence_row *rows, size_t n)
{
	bool told_of_port = false, own_reply = false;

	for (size_t i = 0; i < n; i++) {
		const struct evidence_row *r = &rows[i];
		bool port = strcmp(r->key, "tcp.open") == 0 &&
			strcmp(r->member, "445") == 0;
		bool name = strcmp(r->key, "netbios.name") == 0;
		if (is_own(r) && !r->gone && (port || name))
			return SMB_SURE;
		told_of_port |= port;
		own_reply |= is_own(r) && r->evidence == EVIDENCE_REPLY;
	}
	return own_reply && !told_of_port ? SMB_PERHAPS : SMB_NOT;
}

static int
add(struct list *l, const struct addr *ip, struct err *e)
{
	if (l->n == l->room) {
		size_t room = l->room ? 2 * l->room : 256;
		struct iprange_run *more = reallocarray(l->runs, room, sizeof(*more));
		if (!more)
			return err_nomem(e);
		l->runs = more;
		l->room = room;
	}
	l->runs[l->n++] = (struct iprange_run){ *ip, *ip };
	return 0;
}

static int
take_address(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	struct finding *f = arg;
	struct addr ip = ip_from_key(col_text(s, st, 0));
	bool lives = col_int(s, st, 1) != 0;
	struct evidence_row *rows;
	size_t n;

	if (f->query->within && !iprange_contains(f->query->within, &ip))
		return 0;
	if (sheet_read(col_text(s, st, 2), mem, &rows, &n, e) == -1)
		return -1;
	enum smb how = judge(rows, n);
	if (how == SMB_NOT || (how == SMB_PERHAPS && !lives))
		return 0;
	return add(&f->lists[how], &ip, e);
}

/* As many as there may be. */
static int
join(const struct finding *f, struct arena *mem, struct smb_known *out, struct err *e)
{
	const struct iprange *all = iprange_from_runs(NULL, 0, mem);
	size_t room = f->query->max;

	for (int i = 0; all && i < SMB_KINDS; i++) {
		const struct list *l = &f->lists[i];
		size_t n = l->n < room ? l->n : room;
		const struct iprange *some = iprange_from_runs(l->runs, n, mem);
		all = some ? iprange_add(all, some, mem) : NULL;
		out->left += l->n - n;
		room -= n;
	}
	out->all = all;
	return all ? 0 : err_nomem(e);
}

int
store_find_smb(struct store *s, const struct smb_query *q, struct arena *mem,
	struct smb_known *out, struct err *e)
{
	struct finding f = { .query = q };
	int rc = store_each(s, STMT_ADDRESSES_REPLIED,
		BINDS(TEXT(q->site), INT(q->now)), SHEET_ARENA, take_address, &f, e);

	*out = (struct smb_known){ .left = 0 };
	if (rc == 0)
		rc = join(&f, mem, out, e);
	for (int i = 0; i < SMB_KINDS; i++)
		free(f.lists[i].runs);
	return rc;
}
