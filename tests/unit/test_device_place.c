/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where a device is depends on its addresses, its DNS name and the directory, and on nothing else:
 * whatever it runs and is, the same place comes out.
 */
#include "cli/device_place.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "inventory/fact.h"
#include "location/match.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

enum { CASES = 2000, FIELDS = 300 };

static const char config[] = "locations:\n"
			     "  all: {subnet: [10.0.0.0/8]}\n"
			     "  office: {subnet: [10.1.0.0/16]}\n"
			     "  corp: {dns_domain: [corp.example]}\n"
			     "  berlin: {subnet: [10.2.0.0/16], ad_site: [Berlin]}\n";

static const struct opt_table tables[] = { { "", location_opts, 0 }, { NULL, NULL, 0 } };

/* What places a device, as muster-agent(5) says. */
static bool
places(const char *key)
{
	static const char *const keys[] = { "ad.dns_name", "smb.dns_name", "dns.fqdn",
		"ad.site" };

	for (size_t i = 0; i < N(keys); i++)
		if (strcmp(keys[i], key) == 0)
			return true;
	return false;
}

static uint64_t
next_random(uint64_t *seed)
{
	*seed ^= *seed >> 12;
	*seed ^= *seed << 25;
	*seed ^= *seed >> 27;
	return *seed * 0x2545f4914f6cdd1d;
}

/* One of these of each text, or none; and the same words about its place in each device. */
static void
make_fields(uint64_t *seed, const char *name, struct device_field *out, size_t *n)
{
	static const char *const said[] = { "Windows 11 Pro", "Debian 12", "printer",
		"router", "IOS 15.2", "Hamburg", "10.9.9.9", "elsewhere.example", "" };

	*n = 0;
	for (size_t i = 0; i < n_fact_defs && *n < FIELDS; i++) {
		const struct fact_def *d = &fact_defs[i];
		struct fact *f = &out[*n].fact;
		bool is_name = strcmp(d->key, "ad.dns_name") == 0;
		if (d->type != FACT_TEXT || (places(d->key) && !(is_name && name)) ||
			(!is_name && next_random(seed) % 3 == 0))
			continue;
		out[*n] = (struct device_field){ .source = "sweep" };
		*f = (struct fact){ .key = d->key,
			.type = FACT_TEXT,
			.text = is_name ? name : said[next_random(seed) % N(said)] };
		++*n;
	}
}

static const char *
locate(const struct device *d, const struct site_map *sites, const struct location *all,
	size_t n_all, struct arena *mem)
{
	struct location_result r[8];
	struct place_facts f;
	struct err e;

	assert_true(n_all <= N(r));
	assert_int_equal(0, device_place(d, sites, mem, &f, &e));
	for (size_t i = 0; i < n_all; i++)
		location_match(&all[i], &f, NULL, &r[i]);
	const struct location_result *best = location_choose(r, n_all);
	return best ? best->location->name : "none";
}

static void
read_locations(struct arena *mem, struct location **all, size_t *n)
{
	struct conf *conf;
	struct sb mistakes;
	struct err e;
	size_t wrong = 0;

	sb_init(&mistakes, 4096);
	assert_int_equal(0,
		conf_read("f", config, strlen(config), tables, mem, &conf, &mistakes,
			&e));
	assert_int_equal(
		0, location_read_all(conf, "f", mem, all, n, &mistakes, &wrong, &e));
	assert_int_equal(0, wrong);
	sb_done(&mistakes);
}

static void
what_a_device_is_does_not_say_where(void **state)
{
	static const struct {
		const char *ip, *name, *want;
	} rows[] = {
		{ "10.1.2.3", NULL, "office" },
		{ "10.3.0.1", NULL, "all" },
		{ "10.2.0.9", NULL, "berlin" }, /* by the directory's subnet, too */
		{ "10.1.2.3", "ws1.corp.example", "office" },
		{ "192.168.0.1", "ws1.corp.example", "corp" },
		{ "192.168.0.1", NULL, "none" },
	};
	static struct device_field fields[FIELDS];
	struct arena *mem = arena_new(16 << 20), *scratch = arena_new(1 << 20);
	struct site_map sites = { .n = 0 };
	struct location *all;
	uint64_t seed = 7;
	size_t n_all;
	struct err e;

	(void)state;
	read_locations(mem, &all, &n_all);
	assert_int_equal(0, sites_add(&sites, "10.2.0.0/16", "Berlin", mem, &e));
	for (int i = 0; i < CASES; i++, arena_reset(scratch)) {
		size_t row = (size_t)i % N(rows);
		struct device_address a = { .current = true };
		struct device d = {
			.site = "lab", .addrs = &a, .n_addrs = 1, .fields = fields
		};
		assert_true(addr_parse(rows[row].ip, &a.ip));
		make_fields(&seed, rows[row].name, fields, &d.n_fields);
		const char *have = locate(&d, &sites, all, n_all, scratch);
		if (strcmp(rows[row].want, have) != 0)
			fail_msg("%s %s: %s, not %s", rows[row].ip,
				rows[row].name ? rows[row].name : "", have,
				rows[row].want);
	}
	arena_free(scratch);
	arena_free(mem);
}

/* A place that is known by half would be another place. */
static void
no_memory_is_no_place(void **state)
{
	struct device_address a = { .current = true };
	struct device_field name = { .fact = { .key = "dns.fqdn",
					     .type = FACT_TEXT,
					     .text = "ws1.corp.example" } };
	const struct device d = {
		.site = "lab", .addrs = &a, .n_addrs = 1, .fields = &name, .n_fields = 1
	};
	const struct site_map sites = { .n = 0 };
	struct place_facts f;
	struct err e = { 0 };

	(void)state;
	assert_true(addr_parse("10.1.2.3", &a.ip));
	for (size_t limit = 0; limit <= 1 << 16; limit = limit ? 2 * limit : 1) {
		struct arena *mem = arena_new(limit);
		bool fits = arena_alloc(mem, sizeof("corp.example")) != NULL;
		assert_non_null(mem);
		arena_reset(mem);
		assert_int_equal(fits ? 0 : -1, device_place(&d, &sites, mem, &f, &e));
		if (fits)
			assert_string_equal("corp.example", f.dns_domains.items[0]);
		else
			assert_string_equal("out of memory", e.text);
		arena_free(mem);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_device_is_does_not_say_where),
		cmocka_unit_test(no_memory_is_no_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
