/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Export, backup, and checking that the store is what it should be. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "db/store_private.h"

enum {
	ROW_ARENA = 16 << 20,
	CHECK_ARENA = 1 << 30, /* resolving everything again */
};

struct observation_reader {
	int (*row)(void *arg, const struct observation *, struct err *);
	void *arg;
};

static int
pass_observation(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	const struct observation_reader *r = arg;
	struct observation o;

	if (read_observation(s, st, mem, &o, e) == -1)
		return -1;
	return r->row(r->arg, &o, e);
}

int
store_each_observation(struct store *s, const char *point, int64_t since_seq,
	int (*row)(void *arg, const struct observation *, struct err *), void *arg,
	struct err *e)
{
	static const struct sql_bind none[] = { { .kind = BIND_END } };
	struct observation_reader r = { row, arg };

	if (!point)
		return store_each(s, STMT_OBSERVATIONS_ALL, none, ROW_ARENA,
			pass_observation, &r, e);
	return store_each(s, STMT_OBSERVATIONS_SINCE,
		BINDS(TEXT(point), INT(since_seq)), ROW_ARENA, pass_observation, &r, e);
}

int
store_each_of_subject(struct store *s, enum subject subject, int64_t since,
	int (*row)(void *arg, const struct observation *, struct err *), void *arg,
	struct err *e)
{
	struct observation_reader r = { row, arg };

	return store_each(s, STMT_OBSERVATIONS_OF_SUBJECT,
		BINDS(INT(subject), INT(since)), ROW_ARENA, pass_observation, &r, e);
}

int
store_backup(struct store *s, const char *path, struct err *e)
{
	return s->sql->backup(s->conn, path, e);
}

static int
count(struct store *s, enum store_stmt which, int64_t *out, struct err *e)
{
	static const struct sql_bind none[] = { { .kind = BIND_END } };
	bool found;

	*out = 0;
	return store_get(s, which, none, out, &found, e);
}

int
store_get_info(struct store *s, struct arena *mem, struct store_info *out, struct err *e)
{
	struct stat st;

	*out = (struct store_info){ .path = arena_strdup(mem, s->path) };
	if (!out->path)
		return err_nomem(e);
	if (stat(s->path, &st) == 0)
		out->bytes = st.st_size;
	if (s->sql->get_schema(s->conn, &out->schema, e) == -1 ||
		count(s, STMT_COUNT_DEVICES, &out->devices, e) == -1 ||
		count(s, STMT_COUNT_OBSERVATIONS, &out->observations, e) == -1 ||
		count(s, STMT_COUNT_RUNS, &out->runs, e) == -1)
		return -1;
	return 0;
}

/* --- check --------------------------------------------------------------------------------- */

static int
check_references(struct store *s, struct sb *problems, size_t *n, struct err *e)
{
	static const struct {
		enum store_stmt count;
		const char *text;
	} checks[] = {
		{ STMT_ORPHAN_ALIASES, "aliases of devices that do not exist" },
		{ STMT_ORPHAN_OBSERVATIONS,
			"observations of devices that do not exist" },
		{ STMT_EMPTY_DEVICES, "devices without an observation" },
	};

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		int64_t found;
		if (count(s, checks[i].count, &found, e) == -1)
			return -1;
		if (found == 0)
			continue;
		sb_printf(problems, "%lld %s\n", (long long)found, checks[i].text);
		(*n)++;
	}
	return 0;
}

/* The stored partition against the one that all observations give when resolved at once:
 * each cluster has one device, and no device has two clusters. */
static int
check_partition(struct store *s, struct sb *problems, size_t *n, struct err *e)
{
	struct arena *mem = arena_new(CHECK_ARENA);
	struct identity_batch *b;
	struct identity_result r;
	size_t wrong = 0;
	int rc = -1;

	if (!mem)
		return err_nomem(e);
	if (identity_batch_new(mem, &b, e) == -1 || store_recall_all(s, b, e) == -1 ||
		identity_resolve(b, NULL, STORE_ADDRESS_LIFETIME, &r, e) == -1)
		goto out;
	for (size_t i = 0; i < r.n; i++)
		wrong += r.sightings[i].device !=
			r.clusters[r.sightings[i].cluster].device;
	if (wrong) {
		sb_printf(problems,
			"%zu observations belong to another device when everything "
			"is resolved at once\n",
			wrong);
		(*n)++;
	}
	rc = 0;
out:
	arena_free(mem);
	return rc;
}

static bool
same_rows(const struct fold *a, const struct fold *b)
{
	if (a->n_rows != b->n_rows || a->n_addrs != b->n_addrs)
		return false;
	for (size_t i = 0; i < a->n_rows; i++) {
		const struct evidence_row *x = &a->rows[i], *y = &b->rows[i];
		if (strcmp(x->key, y->key) != 0 || strcmp(x->value, y->value) != 0 ||
			strcmp(x->member, y->member) != 0 || x->gone != y->gone ||
			x->at != y->at || x->first_at != y->first_at)
			return false;
	}
	return true;
}

static int
fold_row(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	struct fold *fresh = arg;
	struct observation o;

	(void)mem; /* what is folded outlives its row */
	if (read_observation(s, st, fresh->mem, &o, e) == -1)
		return -1;
	return fold_take(s, fresh, &o, e);
}

static int
check_device(struct store *s, struct sql_stmt *st, struct arena *mem, void *arg,
	struct err *e)
{
	int64_t device = col_int(s, st, 0);
	struct fold stored, fresh = { .device = device, .mem = mem };
	size_t *wrong = arg;

	if (fold_load(s, device, mem, &stored, e) == -1 ||
		store_each(s, STMT_OBSERVATIONS_OF_DEVICE, BINDS(INT(device)), 0,
			fold_row, &fresh, e) == -1)
		return -1;
	*wrong += !same_rows(&stored, &fresh);
	return 0;
}

static int
check_fold(struct store *s, struct sb *problems, size_t *n, struct err *e)
{
	size_t wrong = 0;

	if (store_each(s, STMT_DEVICES_ALL, NO_BINDS, CHECK_ARENA, check_device, &wrong,
		    e) == -1)
		return -1;
	if (wrong) {
		sb_printf(problems,
			"%zu devices have fields that their observations do not give\n",
			wrong);
		(*n)++;
	}
	return 0;
}

int
store_check(struct store *s, struct sb *problems, size_t *n, struct err *e)
{
	*n = 0;
	if (s->sql->check(s->conn, problems, n, e) == -1)
		return -1;
	if (*n) /* a damaged file: what is in it proves nothing */
		return 0;
	if (check_references(s, problems, n, e) == -1 ||
		check_partition(s, problems, n, e) == -1)
		return -1;
	return check_fold(s, problems, n, e);
}
