/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One device while observations are folded into it: its evidence rows and addresses are
 * loaded, changed in memory by the pure rules of inventory/device.h, and written back.
 */
#include <stdlib.h>
#include <string.h>

#include "db/sheet.h"
#include "db/store_private.h"

/* Room for one more item in an array that lives in an arena. */
static void *
grown(void *items, size_t n, size_t *room, size_t item, struct arena *mem)
{
	if (n < *room)
		return items;
	size_t more = *room ? *room * 2 : 16;
	void *bigger = arena_alloc(mem, more * item);
	if (bigger) {
		if (n)
			memcpy(bigger, items, n * item);
		*room = more;
	}
	return bigger;
}

/* The place of row among f's rows: where it is, or where it would go. */
static size_t
find_row(const struct fold *f, const struct evidence_row *row, bool *found)
{
	size_t lo = 0, hi = f->n_rows;

	*found = false;
	/* What is told comes in order, and of a new device it is all there is. */
	if (hi > 0 && evidence_place_cmp(&f->rows[hi - 1], row) < 0)
		return hi;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = evidence_place_cmp(&f->rows[mid], row);
		if (c == 0) {
			*found = true;
			return mid;
		}
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

const struct evidence_row *
fold_find_row(const struct fold *f, const struct evidence_row *place)
{
	bool found;
	size_t at = find_row(f, place, &found);

	return found ? &f->rows[at] : NULL;
}

static int
insert_row(struct fold *f, size_t at, const struct evidence_row *row, struct err *e)
{
	f->rows = grown(f->rows, f->n_rows, &f->rows_room, sizeof(*f->rows), f->mem);
	if (!f->rows)
		return err_nomem(e);
	memmove(f->rows + at + 1, f->rows + at, (f->n_rows - at) * sizeof(*f->rows));
	f->rows[at] = *row;
	f->n_rows++;
	return 0;
}

static void
renew(struct evidence_row *have, const struct evidence_row *row)
{
	int64_t first_at = have->first_at < row->first_at ? have->first_at
							  : row->first_at;

	if (evidence_is_later(have, row))
		*have = *row;
	have->first_at = first_at;
}

static int
take_row(struct fold *f, const struct evidence_row *row, struct err *e)
{
	bool found;
	size_t at = find_row(f, row, &found);

	f->rows_dirty = true;
	if (!found)
		return insert_row(f, at, row, e);
	renew(&f->rows[at], row);
	return 0;
}

static int
addr_place_cmp(const struct fold_addr *a, const char *site, const struct addr *ip)
{
	int c = strcmp(a->site, site);

	return c ? c : addr_cmp(&a->a.ip, ip);
}

static struct fold_addr *
find_addr(struct fold *f, const char *site, const struct addr *ip, struct err *e)
{
	size_t at = 0;

	while (at < f->n_addrs && addr_place_cmp(&f->addrs[at], site, ip) < 0)
		at++;
	if (at < f->n_addrs && addr_place_cmp(&f->addrs[at], site, ip) == 0)
		return &f->addrs[at];
	f->addrs = grown(
		f->addrs, f->n_addrs, &f->addrs_room, sizeof(*f->addrs), f->mem);
	if (!f->addrs) {
		err_nomem(e);
		return NULL;
	}
	memmove(f->addrs + at + 1, f->addrs + at, (f->n_addrs - at) * sizeof(*f->addrs));
	f->n_addrs++;
	f->addrs[at] = (struct fold_addr){
		.site = site, .a.ip = *ip, .a.current = true, .anew = true
	};
	return &f->addrs[at];
}

static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int
take_addr(struct store *s, struct fold *f, const struct observation *o, struct err *e)
{
	struct fold_addr *a = find_addr(f, o->site, &o->ip, e);
	int64_t lifetime;

	if (!a || store_run_lifetime(s, o->run, &lifetime, e) == -1)
		return -1;
	a->dirty = true;
	if (a->a.first_seen == 0 || o->at < a->a.first_seen) {
		a->a.first_seen = o->at;
		a->anew = true;
	}
	a->a.last_seen = later(a->a.last_seen, o->at);
	a->valid_until = later(a->valid_until, lifetime_end(o->at, lifetime));
	if (o->evidence == EVIDENCE_REPLY) {
		a->a.last_reply = later(a->a.last_reply, o->at);
		a->reply_until = later(a->reply_until, lifetime_end(o->at, lifetime));
	}
	if (a->a.down_at && a->a.last_reply > a->a.down_at) {
		a->a.down_at = 0;
		a->anew = true;
	}
	return 0;
}

/* The site of a device is that of its first observation, whenever that came in. */
static void
take_times(struct fold *f, const struct observation *o)
{
	if (f->first_seen == 0 || o->at < f->first_seen ||
		(o->at == f->first_seen && strcmp(o->site, f->site) < 0)) {
		f->first_seen = o->at;
		f->site = o->site;
	}
	if (o->at > f->last_seen)
		f->last_seen = o->at;
}

static int
take_place(struct store *s, struct fold *f, const struct observation *o, struct err *e)
{
	take_times(f, o);
	return addr_is_set(&o->ip) ? take_addr(s, f, o, e) : 0;
}

int
fold_take(struct store *s, struct fold *f, const struct observation *o, struct err *e)
{
	struct evidence_row *rows;
	size_t n;

	if (device_evidence(o, f->mem, &rows, &n, e) == -1)
		return -1;
	if (f->rows_room == 0) {
		f->rows = arena_new_array(f->mem, struct evidence_row, n);
		f->rows_room = f->rows ? n : 0;
	}
	for (size_t i = 0; i < n; i++)
		if (take_row(f, &rows[i], e) == -1)
			return -1;
	return take_place(s, f, o, e);
}

/* Does nothing compete with a row for the field, and does nothing drop out of it?  Of ports
 * each is a field of its own; else the members that the latest run of a source told are the
 * field, so all there are have to be told again. */
static bool
holds_field(const struct fold *f, const struct evidence_row *have,
	const struct evidence_row *row, const struct evidence_row *told, size_t n_told)
{
	/* Of what is told now the key is the table's own most of the time. */
	const struct fact_def *def = *have->member ? fact_find(row->key) : NULL;
	bool by_member = def && def->type == FACT_PORTS;
	size_t n = 0, again = 0;

	for (size_t i = 0; i < f->n_rows; i++) {
		const struct evidence_row *r = &f->rows[i];
		if (strcmp(r->key, have->key) != 0 ||
			(by_member && strcmp(r->member, have->member) != 0))
			continue;
		if (strcmp(r->source, have->source) != 0 ||
			strcmp(r->run, have->run) != 0)
			return false;
		n++;
	}
	for (size_t i = 0; i < n_told; i++)
		again += strcmp(told[i].key, have->key) == 0;
	return n == (by_member ? 1 : again);
}

/* How far away it is differs each time, and decides nothing. */
static bool
is_measured(const char *key)
{
	return strcmp(key, "rtt.us") == 0;
}

/* have: the row in its place. */
static bool
says_again(const struct fold *f, const struct evidence_row *whole,
	const struct evidence_row *have, const struct evidence_row *row,
	const struct evidence_row *told, size_t n_told)
{
	if (evidence_has_ended(have, whole) && !row->gone)
		return false;
	return (strcmp(have->value, row->value) == 0 || is_measured(row->key)) &&
		have->gone == row->gone && have->evidence == row->evidence &&
		holds_field(f, have, row, told, n_told);
}

/* A device that is seen elsewhere when nobody believes the address any more has left it. */
static bool
is_held(const struct fold *f, const struct fold_addr *a)
{
	return a->a.current && a->valid_until >= f->last_seen;
}

/* The one address that it holds, which answered and was not given up; o comes from there,
 * later. */
static bool
stays(const struct fold *f, const struct observation *o)
{
	bool here = false;

	for (size_t i = 0; i < f->n_addrs; i++) {
		const struct fold_addr *a = &f->addrs[i];
		if (!is_held(f, a))
			continue;
		if (addr_place_cmp(a, o->site, &o->ip) != 0)
			return false;
		here = a->a.last_reply && !a->a.down_at;
	}
	return here && o->at >= f->last_seen;
}

/* Does what is told leave nothing out that ends by that? */
static bool
ends_nothing(const struct fold *f, const struct evidence_row *before,
	const struct evidence_row *told, size_t n_told)
{
	const struct evidence_row *whole = evidence_whole(told, n_told);

	for (size_t i = 0; whole && i < f->n_rows; i++) {
		bool is_told = false;
		for (size_t k = 0; k < n_told && !is_told; k++)
			is_told = evidence_place_cmp(&told[k], &f->rows[i]) == 0;
		if (!is_told && !evidence_has_ended(&f->rows[i], before) &&
			evidence_has_ended(&f->rows[i], whole))
			return false;
	}
	return true;
}

/* have: where each of the rows has its place, if all say again what is there. */
static bool
all_say_again(const struct fold *f, const struct evidence_row *rows, size_t n,
	struct evidence_row **have)
{
	const struct evidence_row *whole = evidence_whole(f->rows, f->n_rows);
	bool found;

	for (size_t i = 0; i < n; i++) {
		have[i] = &f->rows[find_row(f, &rows[i], &found)];
		if (!found || !says_again(f, whole, have[i], &rows[i], rows, n))
			return false;
	}
	return ends_nothing(f, whole, rows, n);
}

int
fold_take_again(struct store *s, struct fold *f, const struct observation *o, bool *out,
	struct err *e)
{
	struct evidence_row *rows, **have;
	size_t n;

	*out = false;
	if (!stays(f, o))
		return 0;
	if (device_evidence(o, f->mem, &rows, &n, e) == -1)
		return -1;
	if (!(have = arena_new_array(f->mem, struct evidence_row *, n)))
		return err_nomem(e);
	*out = all_say_again(f, rows, n, have);
	if (!*out)
		return 0;
	f->rows_dirty = true;
	for (size_t i = 0; i < n; i++)
		renew(have[i], &rows[i]);
	return take_place(s, f, o, e);
}

static bool
are_all_in_order(const struct evidence_row *rows, size_t n, int64_t until)
{
	for (size_t i = 0; i < n; i++)
		if (rows[i].at > until ||
			(i > 0 && evidence_place_cmp(&rows[i - 1], &rows[i]) >= 0))
			return false;
	return true;
}

/* They lie in order, but for those that an older store had as rows. */
static int
take_sheet(struct fold *f, struct evidence_row *rows, size_t n, struct err *e)
{
	f->rows_room = n;
	if (are_all_in_order(rows, n, f->until)) {
		f->rows = rows;
		f->n_rows = n;
		return 0;
	}
	f->rows = arena_new_array(f->mem, struct evidence_row, n);
	if (!f->rows)
		return err_nomem(e);
	for (size_t i = 0; i < n; i++) {
		size_t at = f->n_rows;
		bool found;
		if (rows[i].at > f->until)
			continue;
		if (at > 0 && evidence_place_cmp(&f->rows[at - 1], &rows[i]) >= 0)
			at = find_row(f, &rows[i], &found);
		if (insert_row(f, at, &rows[i], e) == -1)
			return -1;
	}
	return 0;
}

static int
load_sheet(struct fold *f, const char *text, struct err *e)
{
	struct evidence_row *rows;
	size_t n;

	if (sheet_read(text, f->mem, &rows, &n, e) == -1)
		return err_add(e, "device %s", f->uuid);
	return take_sheet(f, rows, n, e);
}

static int
load_addr(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	struct fold *f = arg;

	if (col_int(s, st, 3) > f->until)
		return 0;
	struct addr ip = ip_from_key(col_text(s, st, 1));
	const char *site = arena_strdup(f->mem, col_text(s, st, 0));
	struct fold_addr *a = site ? find_addr(f, site, &ip, e) : NULL;

	(void)mem;
	if (!a)
		return err_nomem(e);
	a->a.first_seen = col_int(s, st, 2);
	a->a.last_seen = col_int(s, st, 3);
	a->a.last_reply = col_int(s, st, 4);
	a->a.down_at = col_int(s, st, 5);
	a->a.current = col_int(s, st, 6) != 0;
	a->valid_until = col_int(s, st, 7);
	a->reply_until = col_int(s, st, 8);
	a->anew = false;
	return 0;
}

static int
take_device(struct store *s, struct sql_stmt *st, struct fold *f, struct err *e)
{
	const char *uuid = col_text(s, st, 0);

	memcpy(f->uuid, uuid, strnlen(uuid, sizeof(f->uuid) - 1));
	f->site = arena_strdup(f->mem, col_text(s, st, 1));
	f->first_seen = col_int(s, st, 2);
	f->last_seen = col_int(s, st, 3);
	f->is_new = f->last_seen == 0;
	f->has_sheet = *col_text(s, st, 4) != '\0';
	return f->site ? load_sheet(f, col_text(s, st, 4), e) : err_nomem(e);
}

static struct fold
empty(struct store *s, int64_t device, int64_t until, struct arena *mem)
{
	return (struct fold){ .device = device,
		.until = until,
		.vendors = s->vendors,
		.rules = s->rules,
		.kinds = MEMO_KINDS_UNKNOWN,
		.mem = mem };
}

void
fold_born(struct store *s, int64_t device, const char uuid[static 37], const char *site,
	struct arena *mem, struct fold *f)
{
	*f = empty(s, device, INT64_MAX, mem);
	memcpy(f->uuid, uuid, sizeof(f->uuid));
	f->site = site;
	f->is_new = true;
}

/* All but the addresses. */
static int
load_device(struct store *s, int64_t device, int64_t until, struct arena *mem,
	struct fold *f, struct err *e)
{
	struct sql_stmt *st = store_query(s, STMT_DEVICE_LOAD, BINDS(INT(device)), e);

	*f = empty(s, device, until, mem);
	if (!st)
		return -1;
	enum sql_step step = store_next(s, st, e);
	if (step != SQL_ROW)
		return step == SQL_FAILED
			? -1
			: err_set(e, ERR_NOTFOUND, "device %lld is not there",
				  (long long)device);
	bool edited = col_int(s, st, 5) != 0;
	int rc = take_device(s, st, f, e);
	store_stop(s, st);
	return rc == 0 && edited
		? edits_load(s, device, until, mem, &f->edits, &f->n_edits, e)
		: rc;
}

int
fold_load_until(struct store *s, int64_t device, int64_t until, struct arena *mem,
	struct fold *f, struct err *e)
{
	if (load_device(s, device, until, mem, f, e) == -1)
		return -1;
	return store_each(
		s, STMT_ADDRESSES_OF_DEVICE, BINDS(INT(device)), 0, load_addr, f, e);
}

int
fold_load(struct store *s, int64_t device, struct arena *mem, struct fold *f,
	struct err *e)
{
	return fold_load_until(s, device, INT64_MAX, mem, f, e);
}

/* The same of a device whose row is remembered. */
static int
load_remembered(struct store *s, const struct memo_home *m, const char *site,
	struct arena *mem, struct fold *f, struct err *e)
{
	struct sql_stmt *st = store_query(s, STMT_SHEET_GET, BINDS(INT(m->device)), e);

	*f = empty(s, m->device, INT64_MAX, mem);
	(void)uuid_print(m->row.uuid, f->uuid);
	f->site = site;
	f->first_seen = m->row.first_seen;
	f->last_seen = m->row.last_seen;
	if (!st)
		return -1;
	enum sql_step step = store_next(s, st, e);
	if (step != SQL_ROW)
		return step == SQL_FAILED ? -1 : 0;
	f->has_sheet = true;
	int rc = load_sheet(f, col_text(s, st, 0), e);
	store_stop(s, st);
	return rc;
}

int
fold_load_home(struct store *s, const struct memo_home *m, const struct fold_addr *home,
	struct arena *mem, struct fold *f, struct err *e)
{
	if ((m->row.last_seen ? load_remembered(s, m, home->site, mem, f, e)
			      : load_device(s, m->device, INT64_MAX, mem, f, e)) == -1)
		return -1;
	f->addrs = arena_dup(mem, home, sizeof(*home));
	f->n_addrs = f->addrs_room = 1;
	f->alone = true;
	return f->addrs ? 0 : err_nomem(e);
}

static int
save_sheet(struct store *s, const struct fold *f, struct err *e)
{
	struct sb *text = store_text(s, SHEET_MAX);

	if (sheet_write(f->rows, f->n_rows, text) == -1)
		return err_set(e, ERR_DB, "device %s has more evidence than %d bytes",
			f->uuid, SHEET_MAX);
	return store_do(s, f->has_sheet ? STMT_SHEET_SET : STMT_SHEET_PUT,
		BINDS(INT(f->device), TEXT(text->text)), e);
}

static int
save_addr(struct store *s, int64_t device, const struct fold_addr *a, struct err *e)
{
	char ip[IP_KEY_MAX];

	(void)ip_key(&a->a.ip, ip);
	if (!a->anew)
		return store_do(s, STMT_ADDRESS_SEEN,
			BINDS(INT(device), TEXT(a->site), TEXT(ip), INT(a->a.last_seen),
				INT(a->a.last_reply), INT(a->valid_until),
				INT(a->reply_until)),
			e);
	return store_do(s, STMT_ADDRESS_PUT,
		BINDS(INT(device), TEXT(a->site), TEXT(ip), INT(a->a.first_seen),
			INT(a->a.last_seen), INT(a->a.last_reply), INT(a->a.down_at),
			INT(a->valid_until), INT(a->reply_until)),
		e);
}

void
fold_forget_homes(struct store *s, const struct fold *f)
{
	for (size_t i = 0; i < f->n_addrs; i++)
		memo_forget_home(s->memo, f->addrs[i].site, &f->addrs[i].a.ip);
}

void
fold_forget_kinds(struct store *s, const struct fold *f)
{
	for (size_t i = 0; i < f->n_addrs; i++) {
		struct memo_home *home = memo_home(
			s->memo, f->addrs[i].site, &f->addrs[i].a.ip);
		if (home && home->device == f->device)
			home->kinds = MEMO_KINDS_UNKNOWN;
	}
}

/* As it will be in the store, where its times are written next (refold.c). */
static void
mind_row(struct memo_home *home, const struct fold *f, const char *site)
{
	bool is_known = home->row.last_seen != 0;

	if (f->n_edits || strcmp(f->site, site) != 0 ||
		(!is_known && !uuid_read(f->uuid, home->row.uuid))) {
		home->row.last_seen = 0;
		return;
	}
	home->row.first_seen = f->first_seen;
	home->row.last_seen = f->last_seen;
}

/* What is remembered of an address is what was written, if it is a home still, or becomes
 * one. */
static void
mind_home(struct store *s, const struct fold *f, const struct fold_addr *a)
{
	struct memo_home *home = memo_home(s->memo, a->site, &a->a.ip);

	if (!home)
		return;
	bool is_first = home->device == 0;
	if ((!is_first && home->device != f->device) || f->n_addrs != 1 ||
		a->a.down_at) {
		memo_forget_home(s->memo, a->site, &a->a.ip);
		return;
	}
	home->device = f->device;
	if (is_first)
		home->kinds = f->kinds;
	mind_row(home, f, a->site);
	home->first_seen = a->a.first_seen;
	home->last_seen = a->a.last_seen;
	home->last_reply = a->a.last_reply;
	home->valid_until = a->valid_until;
	home->reply_until = a->reply_until;
}

int
fold_save_rows(struct store *s, struct fold *f, struct err *e)
{
	if (f->rows_dirty && save_sheet(s, f, e) == -1)
		return -1;
	for (size_t i = 0; i < f->n_addrs; i++) {
		mind_home(s, f, &f->addrs[i]);
		if (f->addrs[i].dirty && save_addr(s, f->device, &f->addrs[i], e) == -1)
			return -1;
	}
	return 0;
}

static int
current_first(const void *pa, const void *pb)
{
	const struct device_address *a = pa, *b = pb;

	if (a->current != b->current)
		return a->current ? -1 : 1;
	return addr_cmp(&a->ip, &b->ip);
}

/* Up: a current address answers.  Down: it answered once, none that it holds does, and one
 * was missed by a complete coverage since. */
static enum device_state
state_of(const struct device_address *a, size_t n)
{
	bool replied = false, down = false;

	for (size_t i = 0; i < n; i++) {
		if (a[i].last_reply && !a[i].down_at && a[i].current)
			return DEVICE_UP;
		replied |= a[i].last_reply != 0;
		down |= a[i].down_at != 0;
	}
	return replied && down ? DEVICE_DOWN : DEVICE_UNCONFIRMED;
}

int
fold_device(const struct fold *f, struct arena *mem, struct device *out, struct err *e)
{
	size_t n_rows = f->n_rows + f->n_edits;
	struct evidence_row *rows = arena_new_array(mem, struct evidence_row, n_rows);
	struct device_address *addrs = arena_new_array(
		mem, struct device_address, f->n_addrs);
	struct device_field *fields;

	*out = (struct device){ .row = f->device,
		.site = f->site,
		.first_seen = f->first_seen,
		.last_seen = f->last_seen };
	memcpy(out->id, f->uuid, sizeof(out->id));
	if (!rows || !addrs)
		return err_nomem(e);
	for (size_t i = 0; i < f->n_rows; i++)
		rows[i] = f->rows[i];
	for (size_t i = 0; i < f->n_edits; i++)
		rows[f->n_rows + i] = f->edits[i];
	for (size_t i = 0; i < f->n_addrs; i++) {
		addrs[i] = f->addrs[i].a;
		addrs[i].current = is_held(f, &f->addrs[i]);
	}
	if (f->n_addrs > 1)
		qsort(addrs, f->n_addrs, sizeof(*addrs), current_first);
	if (device_fields(rows, n_rows, f->vendors, mem, &fields, &out->n_fields, e) ==
			-1 ||
		classify_fields(f->rules, mem, &fields, &out->n_fields, e) == -1)
		return -1;
	out->fields = fields;
	out->addrs = addrs;
	out->n_addrs = f->n_addrs;
	out->state = state_of(addrs, f->n_addrs);
	return 0;
}
