/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text of a set: what each form means, what is refused and with which words. */
#include "iprange/iprange.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#define N(a) (sizeof(a) / sizeof((a)[0]))

/* --- a world of files and host names --------------------------------------------------- */

static const struct {
	const char *path, *text;
} files[] = {
	{ "hosts.txt",
		"# the office\n192.0.2.1\n192.0.2.2 # gw\r\n\r\n!192.0.2.9,192.0.2.3#x" },
	{ "bom.txt",
		"\xef\xbb\xbf"
		"192.0.2.1" },
	{ "bad.txt", "192.0.2.1\n\n10.0.0.300\n" },
	{ "outer.txt", "192.0.2.0/30\n@hosts.txt" },
	{ "outer-bad.txt", "\n@bad.txt" },
	{ "not.txt", "10.0.0.1\n!10.0.0.2" },
	{ "empty.txt", "" },
};

static int
fake_read(void *ctx, const char *path, struct arena *mem, const char **text,
	struct err *e)
{
	(void)ctx;
	for (size_t i = 0; i < N(files); i++) {
		if (strcmp(files[i].path, path) == 0) {
			*text = arena_strdup(mem, files[i].text);
			return *text ? 0 : err_nomem(e);
		}
	}
	return err_set(e, ERR_SYS, "%s: No such file or directory", path);
}

static int
fake_resolve(void *ctx, const char *name,
	int (*found)(void *arg, const struct addr *, struct err *), void *arg,
	struct err *e)
{
	struct addr a;

	(void)ctx;
	if (strcmp(name, "slow.example") == 0)
		return err_set(e, ERR_TIMEOUT, "no name server answered");
	if (strcmp(name, "none.example") == 0)
		return 0;
	if (strcmp(name, "gw.example") != 0 && strcmp(name, "a-b_c.1x") != 0)
		return err_set(e, ERR_NOTFOUND, "no such name");
	if (!addr_parse("192.0.2.80", &a) || found(arg, &a, e) == -1)
		return -1;
	return addr_parse("2001:db8::80", &a) ? found(arg, &a, e) : -1;
}

static const struct iprange_reader fake = { fake_resolve, fake_read, NULL };

/* Parses into a fresh arena and gives the canonical text; "" with e filled on failure. */
static int
canonical(const char *const *texts, size_t n, const struct iprange_reader *reader,
	struct sb *out, struct err *e)
{
	struct arena *mem = arena_new((size_t)512 << 20);
	struct iprange *set = NULL;

	sb_init(out, 1 << 20);
	int rc = iprange_parse(texts, n, reader, mem, &set, e);
	if (rc == 0) {
		iprange_print(set, out);
		assert_false(out->bad);
	}
	arena_free(mem);
	return rc;
}

static void
assert_canonical(const char *text, const char *want)
{
	struct err e = { 0 };
	struct sb got;

	if (canonical(&text, 1, &fake, &got, &e) == -1)
		fail_msg("%s: %s", text, e.text);
	assert_string_equal(want, got.text);
	sb_done(&got);
}

/* --- what is accepted -------------------------------------------------------------------- */

struct row {
	const char *text, *want;
};

/*
 * Expected sets made with nmap 7.93, which shares these forms: the addresses of
 * `nmap -sL -n EXPRESSION` (for IPv6 with -6), joined to runs.
 */
static const struct row as_nmap[] = {
	{ "192.0.2.7", "192.0.2.7" },
	{ "192.0.2.7/32", "192.0.2.7" },
	{ "192.0.2.0/24", "192.0.2.0/24" },
	{ "192.0.2.77/24", "192.0.2.0/24" },
	{ "192.0.2.77/31", "192.0.2.76/31" },
	{ "10.0.0.0/22", "10.0.0.0/22" },
	{ "192.0.2.10-20", "192.0.2.10-192.0.2.20" },
	{ "192.0.2.0-255", "192.0.2.0/24" },
	{ "10.0.0-3.1-254",
		"10.0.0.1-10.0.0.254,10.0.1.1-10.0.1.254,"
		"10.0.2.1-10.0.2.254,10.0.3.1-10.0.3.254" },
	{ "10.0.0.1,5,9", "10.0.0.1,10.0.0.5,10.0.0.9" },
	{ "10.0.0.9,1,5-7,6-8", "10.0.0.1,10.0.0.5-10.0.0.9" },
	{ "10.0,1.0.1-3", "10.0.0.1-10.0.0.3,10.1.0.1-10.1.0.3" },
	{ "10.1-2,7.0-1.250-255",
		"10.1.0.250-10.1.0.255,10.1.1.250-10.1.1.255,"
		"10.2.0.250-10.2.0.255,10.2.1.250-10.2.1.255,"
		"10.7.0.250-10.7.0.255,10.7.1.250-10.7.1.255" },
	{ "10.0.0.*", "10.0.0.0/24" },
	{ "10.0.0-1.-", "10.0.0.0/23" },
	{ "10.0.-.*", "10.0.0.0/16" },
	{ "10.0.1-2.*", "10.0.1.0-10.0.2.255" },
	{ "2001:db8::7", "2001:db8::7" },
	{ "2001:db8::7/126", "2001:db8::4/126" },
	{ "2001:DB8:0:0::ff/120", "2001:db8::/120" },
};

static void
an_expression_means_what_it_means_to_nmap(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(as_nmap); i++) {
		print_message("  %s\n", as_nmap[i].text);
		assert_canonical(as_nmap[i].text, as_nmap[i].want);
	}
}

static const struct row ours[] = {
	{ "", "" },
	{ " \t\r\n,, ,", "" },
	{ "192.0.2.10-192.0.2.20", "192.0.2.10-192.0.2.20" },
	{ "192.0.2.16-192.0.2.31", "192.0.2.16/28" },
	{ "192.0.2.7-192.0.2.7", "192.0.2.7" },
	{ "0.0.0.0/0", "0.0.0.0/0" },
	{ "*.*.*.*", "0.0.0.0/0" },
	{ "0.0.0.0-255.255.255.255", "0.0.0.0/0" },
	{ "::/0", "::/0" },
	{ "2001:db8::10-2001:db8::1f", "2001:db8::10/124" },
	{ "2001:db8::10-2001:db8::20", "2001:db8::10-2001:db8::20" },
	{ "::ffff:192.0.2.1", "::ffff:192.0.2.1" },
	/* sorted, joined, IPv4 first */
	{ "2001:db8::1 192.0.2.9,192.0.2.8\n10.0.0.1",
		"10.0.0.1,192.0.2.8/31,2001:db8::1" },
	{ "192.0.2.0/25,192.0.2.128/25", "192.0.2.0/24" },
	{ "192.0.2.0/24 192.0.2.64/26", "192.0.2.0/24" },
	/* a comma binds only to an octet list */
	{ "10.0.0.1,10.0.0.5", "10.0.0.1,10.0.0.5" },
	{ "10.0.0.1,5,10.0.0.9", "10.0.0.1,10.0.0.5,10.0.0.9" },
	{ "10.0.0.1,5,2001:db8::5", "10.0.0.1,10.0.0.5,2001:db8::5" },
	{ "10.0.0.1, 10.0.0.5,", "10.0.0.1,10.0.0.5" },
	{ "10.0.0.1-3,7-8 10.0.0.5", "10.0.0.1-10.0.0.3,10.0.0.5,10.0.0.7-10.0.0.8" },
	{ "10.0.0.1,gw.example", "10.0.0.1,192.0.2.80,2001:db8::80" },
	{ "10.0.0.1,*", "10.0.0.0/24" },
	/* exclusions win whatever the order */
	{ "192.0.2.0/24,!192.0.2.1", "192.0.2.0,192.0.2.2-192.0.2.255" },
	{ "!192.0.2.1 192.0.2.0/24", "192.0.2.0,192.0.2.2-192.0.2.255" },
	{ "!10.0.0.1,5 10.0.0.0/29", "10.0.0.0,10.0.0.2-10.0.0.4,10.0.0.6/31" },
	{ "192.0.2.0/24 !192.0.2.0/24 192.0.2.5", "" },
	{ "!192.0.2.1", "" },
	{ "::/0 !::/1 !10.0.0.0/8", "8000::/1" },
	{ "!::ffff:ffff:ffff:ffff ::/64 ", "::-::ffff:ffff:ffff:fffe" },
	/* names and files */
	{ "gw.example", "192.0.2.80,2001:db8::80" },
	{ "a-b_c.1x", "192.0.2.80,2001:db8::80" },
	{ "192.0.2.80/31 !gw.example", "192.0.2.81" },
	{ "@hosts.txt", "192.0.2.1-192.0.2.3" },
	{ "192.0.2.8/31 @hosts.txt", "192.0.2.1-192.0.2.3,192.0.2.8" },
	{ "192.0.2.0/29 !@bom.txt", "192.0.2.0,192.0.2.2-192.0.2.7" },
	{ "@outer.txt", "192.0.2.0/30" },
	{ "@empty.txt,@bom.txt", "192.0.2.1" },
};

static void
a_text_becomes_the_smallest_sorted_set(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(ours); i++) {
		print_message("  '%s'\n", ours[i].text);
		assert_canonical(ours[i].text, ours[i].want);
	}
}

static void
several_texts_are_one_set(void **state)
{
	const char *texts[] = { "!192.0.2.1", "192.0.2.0/30", "2001:db8::1" };
	struct err e = { 0 };
	struct sb got;

	(void)state;
	assert_int_equal(0, canonical(texts, 3, NULL, &got, &e));
	assert_string_equal("192.0.2.0,192.0.2.2/31,2001:db8::1", got.text);
	sb_done(&got);
}

/* --- what is refused --------------------------------------------------------------------- */

static const struct row bad[] = {
	{ "10.0.0.300", "10.0.0.300: octet 300 is above 255" },
	{ "10.0.0.99999999999999999999",
		"10.0.0.99999999999999999999: "
		"octet 99999999999999999999 is above 255" },
	{ "10.0.0", "10.0.0: IPv4 has 4 octets, not 3" },
	{ "10.0.0.1.5", "10.0.0.1.5: IPv4 has 4 octets, not 5" },
	{ "5", "5: IPv4 has 4 octets, not 1" },
	{ "10.0.0.1 5", "5: IPv4 has 4 octets, not 1" },
	{ "10.0.0.1-10.0.0.5,7", "7: IPv4 has 4 octets, not 1" },
	{ "-", "-: IPv4 has 4 octets, not 1" },
	{ "10..0.1", "10..0.1: an octet is empty" },
	{ "10.0.0.", "10.0.0.: an octet is empty" },
	{ "10.0.0.01", "10.0.0.01: octet 01 has a leading zero" },
	{ "10.0.0.9-1", "10.0.0.9-1: octet range 9-1 ends before it begins" },
	{ "10.0.0.5-",
		"10.0.0.5-: octet 5- is neither a number, a range N-M, '*' nor '-'" },
	{ "10.0.0.-5",
		"10.0.0.-5: octet -5 is neither a number, a range N-M, '*' nor '-'" },
	{ "10.0.0.1-2-3",
		"10.0.0.1-2-3: octet 1-2-3 is neither a number, a range N-M, '*' nor '-'" },
	{ "10.0.0.1*",
		"10.0.0.1*: octet 1* is neither a number, a range N-M, '*' nor '-'" },
	{ "10.0.0.1-300", "10.0.0.1-300: octet 300 is above 255" },
	{ "10.0.0.9-10.0.0.1", "10.0.0.9-10.0.0.1: the range ends before it begins" },
	{ "10.0.0.9-10.0.0.300", "10.0.0.9-10.0.0.300: octet 300 is above 255" },
	{ "10.0.0.9-10.0.0.*", "10.0.0.9-10.0.0.*: 10.0.0.* is more than one address" },
	{ "10.0.0.0/33", "10.0.0.0/33: prefix is above 32" },
	{ "2001:db8::/129", "2001:db8::/129: prefix is above 128" },
	{ "10.0.0.0/99999999999", "10.0.0.0/99999999999: prefix is above 32" },
	{ "10.0.0.0/", "10.0.0.0/: a prefix is a number from 0 to 32" },
	{ "10.0.0.0/08", "10.0.0.0/08: a prefix is a number from 0 to 32" },
	{ "10.0.0.0/255.0.0.0",
		"10.0.0.0/255.0.0.0: a prefix is a number from 0 to 32" },
	{ "10.0.0.300/24", "10.0.0.300/24: octet 300 is above 255" },
	{ "10.0.0-3.0/24", "10.0.0-3.0/24: 10.0.0-3.0 is more than one address" },
	{ "gw.example/24", "gw.example/24: only an address can have a prefix" },
	{ "10.0.0.1-2001:db8::1",
		"10.0.0.1-2001:db8::1: a range cannot mix IPv4 and IPv6" },
	{ "2001:db8::1-10.0.0.1",
		"2001:db8::1-10.0.0.1: a range cannot mix IPv4 and IPv6" },
	{ "2001:db8::9-2001:db8::1",
		"2001:db8::9-2001:db8::1: the range ends before it begins" },
	{ "2001:db8::1-1f", "2001:db8::1-1f: 1f is not an address" },
	{ "2001:db8::zz", "2001:db8::zz: not an address" },
	{ "2001:db8:::/64", "2001:db8:::/64: 2001:db8::: is not an address" },
	{ "fe80::1%eth0", "fe80::1%eth0: a set has no interfaces: leave out %eth0" },
	{ "[::1]", "[::1]: not an address" },
	{ "*.*.*.1",
		"*.*.*.1: 16777216 separate runs of addresses, 1048576 at most: "
		"ask for whole octets at the end, or split it up" },
	{ "no.example", "no.example: unknown host name" },
	{ "none.example", "none.example: unknown host name" },
	{ "slow.example", "slow.example: no name server answered" },
	{ "-x.example",
		"-x.example: neither address, prefix, range, @FILE nor host name" },
	{ "a..b", "a..b: neither address, prefix, range, @FILE nor host name" },
	{ "b\xc3\xbcro.example",
		"b\xc3\xbcro.example: neither address, prefix, range, @FILE nor host name" },
	{ "!", "!: an item goes right after '!'" },
	{ "! 10.0.0.1", "!: an item goes right after '!'" },
	{ "!!10.0.0.1", "!!10.0.0.1: an item goes right after '!'" },
	{ "!10.0.0.300", "10.0.0.300: octet 300 is above 255" },
	{ "@", "@: the name of a file goes right after '@'" },
	{ "@missing.txt", "missing.txt: No such file or directory" },
	{ "@bad.txt", "@bad.txt:3: 10.0.0.300: octet 300 is above 255" },
	{ "@outer-bad.txt",
		"@outer-bad.txt:2: @bad.txt:3: 10.0.0.300: octet 300 is above 255" },
	{ "!@not.txt",
		"@not.txt:2: !10.0.0.2: '!' in a file that is taken away itself" },
	{ "10.0.0.1 # no comments here",
		"#: neither address, prefix, range, @FILE nor host name" },
};

static void
a_mistake_is_named_with_its_item(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(bad); i++) {
		struct err e = { 0 };
		struct sb got;
		print_message("  %s\n", bad[i].text);
		assert_int_equal(-1, canonical(&bad[i].text, 1, &fake, &got, &e));
		assert_string_equal(bad[i].want, e.text);
	}
}

struct counter {
	const char *text; /* of every file */
	size_t reads;
};

static int
count_reads(void *ctx, const char *path, struct arena *mem, const char **text,
	struct err *e)
{
	struct counter *c = ctx;

	(void)path;
	(void)mem;
	(void)e;
	c->reads++;
	*text = c->text;
	return 0;
}

static void
files_that_name_each_other_end(void **state)
{
	struct counter c = { "@f", 0 };
	const struct iprange_reader counting = { NULL, count_reads, &c };
	const char *text = "@f";
	struct err e = { 0 };
	struct sb got;

	(void)state;
	assert_int_equal(-1, canonical(&text, 1, &counting, &got, &e));
	assert_int_equal(ERR_ARG, e.code);
	assert_string_equal(
		"@f:1: @f:1: @f:1: @f:1: @f:1: @f:1: @f:1: @f:1: @f: "
		"files within files, deeper than 8: do they name each other?",
		e.text);
	assert_int_equal(8, c.reads);
}

static void
the_number_of_files_is_bounded(void **state)
{
	struct counter c = { "", 0 };
	const struct iprange_reader counting = { NULL, count_reads, &c };
	struct sb text, got;
	struct err e = { 0 };

	(void)state;
	sb_init(&text, 1 << 20);
	for (int i = 0; i < 2000; i++)
		sb_add(&text, "@f ");
	assert_int_equal(-1,
		canonical((const char *const[]){ text.text }, 1, &counting, &got, &e));
	assert_string_equal("@f: more than 1024 files", e.text);
	assert_int_equal(1024, c.reads);
	sb_done(&text);
}

static void
names_and_files_need_a_reader(void **state)
{
	const char *name = "gw.example", *file = "@hosts.txt";
	const struct iprange_reader none = { NULL, NULL, NULL };
	struct err e = { 0 };
	struct sb got;

	(void)state;
	assert_int_equal(-1, canonical(&name, 1, NULL, &got, &e));
	assert_string_equal("gw.example: host names are not looked up here", e.text);
	assert_int_equal(-1, canonical(&file, 1, &none, &got, &e));
	assert_string_equal("@hosts.txt: files are not read here", e.text);
}

/* --- limits ------------------------------------------------------------------------------ */

static void
a_long_item_is_cut_in_the_error(void **state)
{
	char text[5001];
	const char *p = text;
	struct err e = { 0 };
	struct sb got;

	(void)state;
	memset(text, '1', 4000);
	text[4000] = '\0';
	assert_int_equal(-1, canonical(&p, 1, &fake, &got, &e));
	assert_non_null(strstr(e.text, "1: IPv4 has 4 octets, not 1"));
	memset(text, 'a', 5000);
	text[5000] = '\0';
	assert_int_equal(-1, canonical(&p, 1, &fake, &got, &e));
	assert_string_equal("aaaaaaaaaaaaaaaaaaaa...: longer than 4095 bytes", e.text);
}

static void
a_host_name_is_at_most_253_bytes_of_labels_of_63(void **state)
{
	struct err e = { 0 };
	struct sb got, text;
	(void)state;
	for (int i = 0; i < 2; i++) {
		sb_init(&text, 1000);
		for (int k = 0; k < (i == 0 ? 64 : 63); k++)
			sb_add(&text, "a");
		for (int k = 0; i == 1 && k < 100; k++)
			sb_add(&text, ".ab");
		assert_int_equal(-1,
			canonical((const char *const[]){ text.text }, 1, &fake, &got,
				&e));
		assert_non_null(strstr(e.text, "nor host name"));
		sb_done(&text);
	}
}

/* Every second address: as many runs as items. */
static char *
alternating(size_t n)
{
	struct sb text;

	sb_init(&text, (size_t)32 << 20);
	for (size_t i = 0; i < n; i++)
		sb_printf(&text, "%zu.%zu.%zu.%zu ", i >> 23 & 255, i >> 15 & 255,
			i >> 7 & 255, i << 1 & 255);
	assert_false(text.bad);
	return text.text; /* the test frees it */
}

static void
a_set_has_at_most_runs_max_runs(void **state)
{
	char *text = alternating(IPRANGE_RUNS_MAX);
	struct arena *mem = arena_new((size_t)512 << 20);
	struct iprange *set;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(0,
		iprange_parse((const char *const[]){ text }, 1, NULL, mem, &set, &e));
	assert_int_equal(IPRANGE_RUNS_MAX, iprange_n_runs(set));
	assert_int_equal(-1,
		iprange_parse((const char *const[]){ text, "1::1,2::2", "255.0.0.1" },
			3, NULL, mem, &set, &e));
	assert_int_equal(ERR_ARG, e.code);
	assert_string_equal(
		"more than 1048576 separate runs of addresses: use larger ranges, "
		"or fewer at a time",
		e.text);
	arena_free(mem);
	free(text);
}

static void
expanding_the_same_over_and_over_ends(void **state)
{
	struct sb text;
	struct err e = { 0 };
	struct sb got;

	(void)state;
	sb_init(&text, 1 << 20);
	for (int i = 0; i < 300; i++)
		sb_add(&text, "10.*.*.1 ");
	assert_int_equal(
		-1, canonical((const char *const[]){ text.text }, 1, NULL, &got, &e));
	assert_string_equal(
		"10.*.*.1: too many runs of addresses with those before it", e.text);
	sb_done(&text);
}

static void
a_text_is_at_most_16_mib(void **state)
{
	char *text = malloc((size_t)IPRANGE_TEXT_MAX + 2);
	struct err e = { 0 };
	struct sb got;

	(void)state;
	memset(text, ' ', (size_t)IPRANGE_TEXT_MAX + 1);
	text[IPRANGE_TEXT_MAX + 1] = '\0';
	assert_int_equal(
		-1, canonical((const char *const[]){ text }, 1, NULL, &got, &e));
	assert_string_equal("a text of more than 16 MiB", e.text);
	text[IPRANGE_TEXT_MAX] = '\0';
	assert_int_equal(0, canonical((const char *const[]){ text }, 1, NULL, &got, &e));
	sb_done(&got);
	free(text);
}

/* 0 from iprange_parse, or ERR_NOMEM, whatever the arena's limit is. */
static void
a_full_arena_is_out_of_memory(void **state)
{
	const char *text = "192.0.2.0/24,!192.0.2.7,@hosts.txt,2001:db8::1";
	bool ended = false;

	(void)state;
	for (size_t limit = 0; !ended; limit += 16) {
		struct arena *mem = arena_new(limit);
		struct iprange *set;
		struct err e = { 0 };
		ended = iprange_parse(&text, 1, &fake, mem, &set, &e) == 0;
		if (!ended)
			assert_int_equal(ERR_NOMEM, e.code);
		arena_free(mem);
		assert_true(limit < 4096);
	}
}

/* --- iprange_files ------------------------------------------------------------------------- */

static int
parse_file(const char *content, size_t n, struct sb *got, struct err *e)
{
	char path[] = "/tmp/muster-test-iprange-XXXXXX", item[64];
	const char *text = item;
	int fd = mkstemp(path);

	assert_true(fd != -1);
	assert_int_equal(n, write(fd, content, n));
	close(fd);
	(void)snprintf(item, sizeof(item), "@%s", path);
	int rc = canonical(&text, 1, &iprange_files, got, e);
	unlink(path);
	return rc;
}

static void
a_real_file_is_read(void **state)
{
	static const char content[] = "# two\n192.0.2.1\n192.0.2.2";
	struct err e = { 0 };
	struct sb got;

	(void)state;
	assert_int_equal(0, parse_file(content, sizeof(content) - 1, &got, &e));
	assert_string_equal("192.0.2.1-192.0.2.2", got.text);
	sb_done(&got);
}

static void
what_is_no_text_file_is_refused(void **state)
{
	char *large = malloc((size_t)IPRANGE_TEXT_MAX + 1);
	const char *dir = "@/tmp", *missing = "@/nonexistent/hosts";
	struct err e = { 0 };
	struct sb got;

	(void)state;
	assert_int_equal(-1, parse_file("10.0.0.1\0x", 10, &got, &e));
	assert_non_null(strstr(e.text, ": holds a NUL byte: it is no text file"));
	memset(large, '#', (size_t)IPRANGE_TEXT_MAX + 1);
	assert_int_equal(-1, parse_file(large, (size_t)IPRANGE_TEXT_MAX + 1, &got, &e));
	assert_non_null(strstr(e.text, ": is larger than 16 MiB"));
	free(large);
	assert_int_equal(-1, canonical(&dir, 1, &iprange_files, &got, &e));
	assert_string_equal("/tmp: read: Is a directory", e.text);
	assert_int_equal(-1, canonical(&missing, 1, &iprange_files, &got, &e));
	assert_non_null(
		strstr(e.text, "open /nonexistent/hosts: No such file or directory"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_expression_means_what_it_means_to_nmap),
		cmocka_unit_test(a_text_becomes_the_smallest_sorted_set),
		cmocka_unit_test(several_texts_are_one_set),
		cmocka_unit_test(a_mistake_is_named_with_its_item),
		cmocka_unit_test(files_that_name_each_other_end),
		cmocka_unit_test(the_number_of_files_is_bounded),
		cmocka_unit_test(names_and_files_need_a_reader),
		cmocka_unit_test(a_long_item_is_cut_in_the_error),
		cmocka_unit_test(a_host_name_is_at_most_253_bytes_of_labels_of_63),
		cmocka_unit_test(a_set_has_at_most_runs_max_runs),
		cmocka_unit_test(expanding_the_same_over_and_over_ends),
		cmocka_unit_test(a_text_is_at_most_16_mib),
		cmocka_unit_test(a_full_arena_is_out_of_memory),
		cmocka_unit_test(a_real_file_is_read),
		cmocka_unit_test(what_is_no_text_file_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
