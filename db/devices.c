/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading devices back: all, one by whatever people call it, and why it is so. */
#include <stdio.h>
#include <string.h>

#include "db/store_private.h"

enum {
	DEVICE_ARENA = 64 << 20, /* bytes for one device with all its evidence */
	FOUND_MAX = 16,          /* more are not looked for */
	NAMED_MAX = 3,           /* candidates in "which one?" */
};

static int
read_device(struct store *s, int64_t id, struct arena *mem, struct device *out,
	struct err *e)
{
	struct fold f;

	if (fold_load(s, id, mem, &f, e) == -1)
		return -1;
	return fold_device(&f, mem, out, e);
}

struct device_reader {
	int (*row)(void *arg, const struct device *, struct err *);
	void *arg;
};

static int
pass_device(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	const struct device_reader *r = arg;
	struct device d;

	if (read_device(s, col_int(s, st, 0), mem, &d, e) == -1)
		return -1;
	return r->row(r->arg, &d, e);
}

int
store_each_device(struct store *s,
	int (*row)(void *arg, const struct device *, struct err *), void *arg,
	struct err *e)
{
	struct device_reader r = { row, arg };

	return store_each(s, STMT_DEVICES_ALL, BINDS(INT(STORE_ADDRESS_LIFETIME)),
		DEVICE_ARENA, pass_device, &r, e);
}

int
store_each_device_of_run(struct store *s, const char *run,
	int (*row)(void *arg, const struct device *, struct err *), void *arg,
	struct err *e)
{
	struct device_reader r = { row, arg };

	return store_each(s, STMT_DEVICES_OF_RUN,
		BINDS(INT(STORE_ADDRESS_LIFETIME), TEXT(run)), DEVICE_ARENA,
		pass_device, &r, e);
}

/* --- finding one -------------------------------------------------------------------------- */

struct found {
	int64_t ids[FOUND_MAX];
	size_t n;
};

static int
add_found(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	struct found *f = arg;
	int64_t id = col_int(s, st, 0);

	(void)mem;
	(void)e;
	for (size_t i = 0; i < f->n; i++)
		if (f->ids[i] == id)
			return 0;
	if (f->n < FOUND_MAX)
		f->ids[f->n++] = id;
	return 0;
}

static int
find(struct store *s, enum store_stmt which, const struct sql_bind *binds,
	struct found *f, struct err *e)
{
	return store_each(s, which, binds, 0, add_found, f, e);
}

static bool
looks_like_uuid_start(const char *text)
{
	size_t n = strlen(text);

	return n >= 8 && n <= 36 && strspn(text, "0123456789abcdefABCDEF-") == n;
}

static int
find_by_id(struct store *s, const char *text, struct arena *mem, struct found *f,
	struct err *e)
{
	if (!looks_like_uuid_start(text))
		return 0;
	/* 'g' sorts right behind every hexadecimal digit. */
	const char *end = arena_printf(mem, "%sg", text);
	if (!end)
		return err_nomem(e);
	return find(s, STMT_DEVICES_BY_UUID_START, BINDS(TEXT(text), TEXT(end)), f, e);
}

/* The facts a person may call a device by. */
static const char *const called_by[] = { "netbios.name", "dns.ptr", "dns.fqdn",
	"smb.dns_name", "snmp.sysname", "mdns.name", "mac", "netbios.mac",
	"host.serial" };

static int
find_by_name(struct store *s, const char *text, struct arena *mem, struct found *f,
	struct err *e)
{
	const char *json = arena_printf(mem, "\"%s\"", text);

	if (!json)
		return err_nomem(e);
	for (size_t i = 0; i < sizeof(called_by) / sizeof(called_by[0]); i++)
		if (find(s, STMT_DEVICES_BY_VALUE,
			    BINDS(TEXT(called_by[i]), TEXT(json), TEXT(text)), f,
			    e) == -1)
			return -1;
	return 0;
}

static int
refuse_several(struct store *s, const char *text, const struct found *f,
	struct arena *mem, struct err *e)
{
	char label[ADDR_TEXT_MAX];
	struct sb list;

	sb_init(&list, sizeof(e->text));
	for (size_t i = 0; i < f->n && i < NAMED_MAX; i++) {
		struct device d;
		if (read_device(s, f->ids[i], mem, &d, e) == -1)
			break;
		sb_printf(&list, "%s%s (%s)", i ? ", " : "", d.id,
			device_label(&d, label));
	}
	err_set(e, ERR_ARG, "'%s' is %zu devices; say which by its id: %s%s", text,
		f->n, list.text, f->n > NAMED_MAX ? " …" : "");
	sb_done(&list);
	return -1;
}

int
store_find_device(struct store *s, const char *text, struct arena *mem,
	struct device *out, struct err *e)
{
	struct found f = { .n = 0 };
	char ip[IP_KEY_MAX], mac_text[MAC_TEXT_MAX];
	const char *wanted = arena_strlower(mem, text);
	struct addr addr;
	struct mac mac;

	if (!wanted)
		return err_nomem(e);
	if (mac_parse(wanted, &mac)) /* dashes become colons */
		wanted = arena_strdup(mem, mac_print(&mac, mac_text));
	if (!wanted)
		return err_nomem(e);
	if (addr_parse(text, &addr)) {
		if (find(s, STMT_DEVICES_BY_IP, BINDS(TEXT(ip_key(&addr, ip))), &f,
			    e) == -1)
			return -1;
	} else if (find_by_id(s, wanted, mem, &f, e) == -1 ||
		(f.n == 0 && find_by_name(s, wanted, mem, &f, e) == -1)) {
		return -1;
	}
	if (f.n == 0)
		return err_set(e, ERR_NOTFOUND,
			"no device is called '%s'; 'muster devices %s' searches parts of names",
			text, text);
	return f.n == 1 ? read_device(s, f.ids[0], mem, out, e)
			: refuse_several(s, text, &f, mem, e);
}

/* --- why ---------------------------------------------------------------------------------- */

int
store_device_evidence(struct store *s, int64_t device, struct arena *mem,
	struct evidence_row **out, size_t *n, struct err *e)
{
	struct fold f;

	if (fold_load(s, device, mem, &f, e) == -1)
		return -1;
	if (!(*out = arena_new_array(mem, struct evidence_row, f.n_rows)))
		return err_nomem(e);
	for (size_t i = 0; i < f.n_rows; i++)
		(*out)[i] = f.rows[i].row;
	*n = f.n_rows;
	return 0;
}

enum { LEDGER_MAX = 10000 };

struct ledger_list {
	struct ledger_row *rows;
	size_t n, room;
	struct arena *mem;
};

static int
grow_ledger(struct ledger_list *l, struct err *e)
{
	size_t room = l->room ? l->room * 2 : 16;
	struct ledger_row *more = arena_new_array(l->mem, struct ledger_row, room);

	if (!more)
		return err_nomem(e);
	if (l->n)
		memcpy(more, l->rows, l->n * sizeof(*more));
	l->rows = more;
	l->room = room;
	return 0;
}

static int
add_ledger_row(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	struct ledger_list *l = arg;

	(void)mem;
	if (l->n == LEDGER_MAX)
		return 0;
	if (l->n == l->room && grow_ledger(l, e) == -1)
		return -1;
	struct ledger_row *r = &l->rows[l->n++];
	*r = (struct ledger_row){
		.id = col_int(s, st, 0),
		.at = col_int(s, st, 1),
		.rule = arena_strdup(l->mem, col_text(s, st, 2)),
		.key = arena_strdup(l->mem, col_text(s, st, 3)),
		.detail = arena_strdup(l->mem, col_text(s, st, 4)),
		.actor = arena_strdup(l->mem, col_text(s, st, 5)),
		.outcome = (enum link_outcome)col_int(s, st, 6),
		.run = arena_strdup(l->mem, col_text(s, st, 7)),
	};
	return r->rule && r->key && r->detail && r->actor && r->run ? 0 : err_nomem(e);
}

int
store_device_ledger(struct store *s, int64_t device, struct arena *mem,
	struct ledger_row **out, size_t *n, struct err *e)
{
	struct ledger_list list = { .mem = mem };

	if (store_each(s, STMT_LEDGER_OF_DEVICE, BINDS(INT(device)), 0, add_ledger_row,
		    &list, e) == -1)
		return -1;
	*out = list.rows;
	*n = list.n;
	return 0;
}

enum { ALIASES_MAX = 256 };

struct alias_list {
	char (*uuids)[37];
	size_t n;
};

static int
add_alias(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	struct alias_list *l = arg;

	(void)mem;
	(void)e;
	if (l->n < ALIASES_MAX)
		(void)snprintf(
			l->uuids[l->n++], sizeof(*l->uuids), "%s", col_text(s, st, 0));
	return 0;
}

int
store_device_aliases(struct store *s, int64_t device, struct arena *mem,
	char (**out)[37], size_t *n, struct err *e)
{
	struct alias_list list = { arena_alloc(mem, ALIASES_MAX * sizeof(**out)), 0 };

	if (!list.uuids)
		return err_nomem(e);
	if (store_each(s, STMT_ALIASES_OF_DEVICE, BINDS(INT(device)), 0, add_alias,
		    &list, e) == -1)
		return -1;
	*out = list.uuids;
	*n = list.n;
	return 0;
}
