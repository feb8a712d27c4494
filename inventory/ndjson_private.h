/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ndjson_private.h - what the parts of the codec share: facts inside a record */
#ifndef INVENTORY_NDJSON_PRIVATE_H
#define INVENTORY_NDJSON_PRIVATE_H

#include "inventory/ndjson.h"

struct json_t; /* jansson's */

/* Times from 1970 to 9999-12-31T23:59:59.999999Z: RFC 3339 §5.6 has four digits a year. */
#define TIME_MAX ((int64_t)253402300799999999)

enum { NDJSON_NAME_LIMIT = 255 }; /* bytes of source, run, point, site */

struct ndjson_writing {
	struct sb *out;
	size_t array_max;            /* bytes of an array at most */
	bool cut;                    /* out: something did not fit */
	const struct fact_def *last; /* of the fact before; NULL: none, or none known */
	struct err *e;
};

int ndjson_add_facts(struct ndjson_writing *, const struct fact *, size_t n);

/* From parsed JSON into arena. */
int ndjson_take_facts(struct arena *, const struct json_t *, struct fact **out,
	size_t *n_out, struct err *);
int ndjson_take_string(struct arena *, const struct json_t *, size_t limit,
	const char **out, struct err *);
int ndjson_take_time(const struct json_t *, int64_t *out, struct err *);
int ndjson_take_addr(const struct json_t *, struct addr *out, struct err *);

/* What nearly all lines are, in a tenth of the time (ndjson_plain.c).  false: ask the others;
 * true: they would have told the same. */
bool ndjson_read_plain(
	const char *line, size_t n, struct arena *, struct observation *out);
bool ndjson_read_plain_fact(const struct fact_def *, const char *json, size_t n,
	struct arena *, struct fact *out); /* no definition: false */
bool ndjson_read_plain_facts(
	const char *json, size_t n, struct arena *, struct fact **out, size_t *n_out);
int ndjson_read_json(const char *line, size_t n, struct arena *,
	struct observation *out, struct err *);
int ndjson_read_json_facts(const char *json, size_t n, struct arena *,
	struct fact **out, size_t *n_out, struct err *);

#endif
