/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * identity DEVICES VISITS [FILE]: how fast observations become devices
 *
 * Machines of an office, each seen VISITS times with what its conversations tell; some move,
 * some are installed anew, one in a hundred is a copy.  Without FILE: resolved at once, in
 * memory; beyond the facts is the most memory that was in use from the first identity_add to
 * the end of identity_resolve, less what sightings, their lists of identifiers and these
 * texts take where they are told.  With FILE: through a store made there, in batches of 1,000,
 * and then by two bare loaders (bare.h): one writes each row that the store wrote, inserted
 * or changed, in the same transactions and without a look at what is there; the other what is
 * there in the end.  One line of JSON.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "db/store.h"
#include "inventory/rules.h"
#include "tests/bench/bare.h"

enum { BATCH = 1000, FACTS = 6 };

static void
check(bool ok, const struct err *e)
{
	if (!ok)
		bench_fail("store", e->text);
}

/* --- observations -------------------------------------------------------------------------- */

static void
add_text(struct fact *f, const char *key, const char *value, struct arena *mem)
{
	const struct fact_def *def = fact_find(key);

	*f = (struct fact){ .key = def->key, .type = def->type };
	if (def->type == FACT_TEXTS) {
		f->texts.items = arena_dup(mem, &value, sizeof(value));
		f->texts.n = 1;
	} else {
		f->text = value;
	}
}

/* The v-th visit of machine i: a card, and by turns SMB, SSH or a name. */
static struct observation
observe(uint32_t i, uint32_t v, struct arena *mem)
{
	static char runs[64][16];
	uint32_t system = i % 50 == 0 && v > 4 ? 1 : 0, copy = i % 100 == 7 ? 7 : i;
	struct fact *f = arena_new_array(mem, struct fact, FACTS);
	size_t n = 0;

	f[n] = (struct fact){ .key = fact_find("mac")->key, .type = FACT_MAC };
	f[n++].mac = (struct mac){ { 0x3c, 0, (uint8_t)(i >> 24), (uint8_t)(i >> 16),
		(uint8_t)(i >> 8), (uint8_t)i } };
	f[n] = (struct fact){ .key = fact_find("mac.onlink")->key, .type = FACT_BOOL };
	f[n++].num = 1;
	if (v % 3 == 0) {
		add_text(&f[n++], "netbios.domain", "CORP", mem);
		add_text(&f[n++], "netbios.name", arena_printf(mem, "WS-%u", i), mem);
	} else if (v % 3 == 1) {
		add_text(&f[n++], "smb.dns_name",
			arena_printf(mem, "ws-%u.corp.example", i), mem);
		add_text(&f[n++], "smb.guid",
			arena_printf(mem, "%08x-1111-4222-8333-%012x", copy, system + 1),
			mem);
	} else {
		add_text(&f[n++], "ssh.hostkey",
			arena_printf(mem, "SHA256:key%u-%u", copy, system), mem);
	}
	(void)snprintf(runs[v % 64], sizeof(runs[0]), "run-%06u", v);
	return (struct observation){ .at = (int64_t)(v + 1) * 3600 * 1000000 + i,
		.site = "main",
		.point = "p1",
		.run = runs[v % 64],
		.source = "sweep",
		.ip = addr_ip4(0x0a000000 + i + (i % 10 == 0 ? 0x400000 * (v / 4) : 0)),
		.evidence = EVIDENCE_REPLY,
		.facts = f,
		.n_facts = n };
}

/* --- in memory ----------------------------------------------------------------------------- */

static size_t
fact_bytes(const struct sighting *s)
{
	size_t n = sizeof(*s) + s->n_keys * sizeof(s->keys[0]);

	for (size_t i = 0; i < s->n_keys; i++)
		n += strlen(s->keys[i].value) + 1;
	return n;
}

static void
in_memory(uint32_t devices, uint32_t visits)
{
	struct arena *mem = arena_new((size_t)8 << 30), *obs = arena_new(1 << 24);
	struct identity_batch *b;
	struct identity_result r;
	struct err e = { 0 };

	check(mem && obs && identity_batch_new(mem, &b, &e) == 0, &e);
	struct bench_time from = bench_now(), all = { 0 }, told = { 0 };
	size_t facts = 0; /* bytes */
	for (uint32_t v = 0; v < visits; v++) {
		for (uint32_t i = 0; i < devices; i++) {
			struct bench_time at = bench_now();
			struct observation o = observe(i, v, obs);
			bench_add_since(&told, &at);
			struct sighting s = { .at = o.at,
				.seq = (int64_t)v * devices + i + 1,
				.site = o.site,
				.point = o.point,
				.run = o.run,
				.ip = o.ip,
				.ref = (int64_t)v * devices + i + 1 };
			struct id_key *keys;
			check(identity_keys(&o, obs, &keys, &s.n_keys, &e) == 0, &e);
			s.keys = keys;
			check(identity_add(b, &s, &e) == 0, &e);
			facts += fact_bytes(&s);
			arena_reset(obs);
		}
	}
	check(identity_resolve(b, NULL, STORE_ADDRESS_LIFETIME, &r, &e) == 0, &e);
	bench_add_since(&all, &from);
	double seconds = all.wall - told.wall;
	size_t peak = arena_peak(mem), beyond = peak > facts ? peak - facts : 0;
	printf("{\"observations\":%zu,\"devices\":%zu,\"seconds\":%.3f,\"per_second\":%.0f,"
	       "\"fact_bytes_per_observation\":%.0f,\"peak_bytes_per_observation\":%.0f,"
	       "\"beyond_bytes_per_device\":%.0f}\n",
		r.n, r.n_clusters, seconds, (double)r.n / seconds,
		(double)facts / (double)r.n, (double)peak / (double)r.n,
		(double)beyond / (double)r.n_clusters);
	arena_free(mem);
	arena_free(obs);
}

/* --- through a store ----------------------------------------------------------------------- */

static struct bench_time
through_store(uint32_t devices, uint32_t visits, const char *file)
{
	struct observation *batch = calloc(BATCH, sizeof(*batch));
	struct arena *mem = arena_new(1 << 26), *rules_mem = arena_new(1 << 26);
	struct ingest_result sum = { 0 };
	struct rules *rules;
	struct store *s;
	struct err e = { 0 };
	size_t n = 0;

	check(batch && mem && rules_mem && rules_built_in(rules_mem, &rules, &e) == 0 &&
			store_open(&s, file, STORE_WRITE, &e) == 0,
		&e);
	store_use_rules(s, rules); /* kinds and systems, as every command tells them */
	struct bench_time took = { 0 };
	for (uint32_t v = 0; v < visits; v++) {
		for (uint32_t i = 0; i < devices; i++) {
			batch[n++] = observe(i, v, mem);
			if (n < BATCH && !(v == visits - 1 && i == devices - 1))
				continue;
			struct bench_time from = bench_now();
			check(store_ingest(s, batch, n, &sum, &e) == 0, &e);
			bench_add_since(&took, &from);
			arena_reset(mem);
			n = 0;
		}
	}
	store_close(s);
	arena_free(rules_mem);
	arena_free(mem);
	free(batch);
	return took;
}

/* --- against bare loaders ------------------------------------------------------------------ */

static const char *
beside(const char *file, const char *end)
{
	static char path[4096];

	(void)snprintf(path, sizeof(path), "%s.%s", file, end);
	return path;
}

static void
against_bare(uint32_t devices, uint32_t visits, const char *file)
{
	char log[4096];
	size_t writes, rows;

	struct bench_time store = through_store(devices, visits, file);
	struct bench_time copied = bare_copy(file, beside(file, "copy"), &rows);
	(void)snprintf(log, sizeof(log), "%s", beside(file, "log"));
	bare_record(log);
	(void)through_store(devices, visits, beside(file, "again"));
	bare_record_end();
	struct bench_time bare = bare_repeat(log, beside(file, "bare"), &writes);
	double n = (double)devices * visits;
	printf("{\"observations\":%.0f,\"seconds\":%.3f,\"cpu_seconds\":%.3f,"
	       "\"per_second\":%.0f,\"writes\":%zu,\"bare_seconds\":%.3f,"
	       "\"bare_cpu_seconds\":%.3f,\"share_of_bare\":%.2f,"
	       "\"cpu_share_of_bare\":%.2f,\"rows_in_the_end\":%zu,"
	       "\"copy_seconds\":%.3f,\"share_of_copy\":%.2f}\n",
		n, store.wall, store.cpu, n / store.wall, writes, bare.wall, bare.cpu,
		bare.wall / store.wall, bare.cpu / store.cpu, rows, copied.wall,
		copied.wall / store.wall);
}

int
main(int argc, char **argv)
{
	uint32_t devices = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 100000;
	uint32_t visits = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 10;

	if (argc < 4)
		in_memory(devices, visits);
	else
		against_bare(devices, visits, argv[3]);
	return 0;
}
