/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Target sets of commands: ranges, names, files, and what is taken away from them. */
#include "cli/targets.h"

#include "host/resolver.h"

#define AT(f) offsetof(struct targets_conf, f)
const struct opt targets_opts[] = {
	{ .name = "scan.exclude",
		.type = OPT_LIST,
		.at = AT(exclude),
		.arg = "RANGE",
		.flags = OPT_NO_SPLIT | OPT_ADDS,
		.help = "Never ask these addresses" },
	{ .name = "scan.exclude_file",
		.type = OPT_LIST,
		.at = AT(exclude_file),
		.arg = "FILE",
		.flags = OPT_NO_SPLIT | OPT_ADDS,
		.help = "Never ask the addresses in FILE, one range a line" },
	{ .name = NULL },
};

/* The resolver is made when the first name needs it: most scans name none. */
struct reading {
	struct resolver *resolver;
	struct arena *mem;
	const struct iprange *named;
};

/* What a name led to goes to the parser, and is remembered. */
struct tee {
	struct reading *reading;
	int (*found)(void *arg, const struct addr *, struct err *);
	void *arg;
};

static int
take_named(void *arg, const struct addr *a, struct err *e)
{
	struct tee *t = arg;
	struct reading *r = t->reading;
	struct iprange_run one = { *a, *a };
	const struct iprange *set = iprange_from_runs(&one, 1, r->mem);

	if (set && r->named)
		set = iprange_add(r->named, set, r->mem);
	if (!set)
		return err_nomem(e);
	r->named = set;
	return t->found(t->arg, a, e);
}

static int
resolve(void *ctx, const char *name,
	int (*found)(void *arg, const struct addr *, struct err *), void *arg,
	struct err *e)
{
	struct reading *r = ctx;
	struct tee tee = { r, found, arg };

	if (!r->resolver && resolver_new(&r->resolver, e) == -1)
		return -1;
	return resolver_lookup(r->resolver, name, take_named, &tee, e);
}

static int
read_file(void *ctx, const char *path, struct arena *mem, const char **text,
	struct err *e)
{
	(void)ctx;
	return iprange_files.read_file(iprange_files.ctx, path, mem, text, e);
}

/* Each file is a set of its own: an exclusion that is taken back ("!192.0.2.1") takes nothing from a
 * file, which may say what somebody else forbids. */
static int
parse_excluded(const struct targets_conf *conf, const struct iprange_reader *reader,
	struct arena *mem, struct iprange **out, struct err *e)
{
	struct iprange *one;

	if (iprange_parse(conf->exclude.items, conf->exclude.n, reader, mem, out, e) ==
		-1)
		return -1;
	for (size_t i = 0; i < conf->exclude_file.n; i++) {
		const char *text = arena_printf(mem, "@%s", conf->exclude_file.items[i]);
		if (!text)
			return err_nomem(e);
		if (iprange_parse(&text, 1, reader, mem, &one, e) == -1)
			return -1;
		if (!(*out = iprange_add(*out, one, mem)))
			return err_nomem(e);
	}
	return 0;
}

int
targets_read(const struct targets_conf *conf, const char *const *args, size_t n,
	struct arena *mem, struct iprange **out, const struct iprange **named,
	struct err *e)
{
	struct reading reading = { .mem = mem };
	struct iprange_reader reader = {
		.resolve = resolve, .read_file = read_file, .ctx = &reading
	};
	struct iprange *wanted, *excluded;
	int rc = -1;

	if (iprange_parse(args, n, &reader, mem, &wanted, e) == -1)
		goto out;
	if (parse_excluded(conf, &reader, mem, &excluded, e) == -1) {
		err_add(e, "exclude");
		goto out;
	}
	if (!(*out = iprange_subtract(wanted, excluded, mem))) {
		err_nomem(e);
		goto out;
	}
	if (iprange_is_empty(*out)) {
		err_set(e, ERR_ARG,
			iprange_is_empty(wanted)
				? "no target is left: what was given takes away all it names"
				: "no target is left: the exclusions cover every one of them");
		goto out;
	}
	*named = reading.named;
	rc = 0;
out:
	resolver_free(reading.resolver);
	return rc;
}

int
targets_excluded(const struct targets_conf *conf, struct arena *mem,
	const struct iprange **out, struct err *e)
{
	struct reading reading = { .mem = mem };
	struct iprange_reader reader = {
		.resolve = resolve, .read_file = read_file, .ctx = &reading
	};
	struct iprange *excluded = NULL;
	int rc = 0;

	if (conf->exclude.n + conf->exclude_file.n &&
		parse_excluded(conf, &reader, mem, &excluded, e) == -1)
		rc = err_add(e, "exclude");
	*out = excluded;
	resolver_free(reading.resolver);
	return rc;
}
