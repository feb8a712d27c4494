/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lease files: real ones (tests/data/leases), and by the manual pages what those lack. */
#include "packet.h"

#include <inttypes.h>

#include "base/sb.h"
#include "inventory/leases.h"

enum { WRITTEN = 1795329700 }; /* 2026-11-22T06:41:40Z */

struct told {
	struct sink sink; /* first */
	struct sb text;
};

/* "198.18.3.7 at=TIME key=value ..." */
static int
take(struct sink *sink, const struct observation *o, struct err *e)
{
	struct told *t = (struct told *)sink;
	char ip[ADDR_TEXT_MAX], mac[MAC_TEXT_MAX], at[TIME_TEXT_MAX];

	(void)e;
	assert_string_equal(o->source, "import");
	assert_int_equal(o->evidence, EVIDENCE_LISTED);
	sb_printf(&t->text, "%s %.19s", addr_print(&o->ip, ip), time_print(o->at, at));
	for (size_t i = 0; i < o->n_facts; i++) {
		const struct fact *f = &o->facts[i];
		assert_true(i == 0 || strcmp(o->facts[i - 1].key, f->key) < 0);
		assert_int_equal(fact_find(f->key)->type, f->type);
		sb_printf(&t->text, " %s=%s", f->key,
			f->type == FACT_MAC ? mac_print(&f->mac, mac) : f->text);
	}
	sb_add(&t->text, "\n");
	return 0;
}

/* In pieces of this size; how a file is cut must not matter. */
static int
read_pieces(const char *text, size_t n, size_t piece, struct told *t,
	struct leases_report *r, struct err *e)
{
	struct leases *l;
	int rc = 0;

	sb_init(&t->text, 1 << 20);
	t->sink.take = take;
	assert_int_equal(leases_new(&l, &t->sink, WRITTEN * INT64_C(1000000), e), 0);
	for (size_t i = 0; rc == 0 && i < n; i += piece)
		rc = leases_feed(l, text + i, n - i < piece ? n - i : piece, e);
	if (rc == 0)
		rc = leases_end(l, r, e);
	leases_free(l);
	return rc;
}

#define ISC_HEAD "# The format of this file is documented in dhcpd.leases(5)\n"
#define KEA4 \
	"address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev," \
	"hostname,state,user_context,pool_id\n"
#define KEA6 \
	"address,duid,valid_lifetime,expire,subnet_id,pref_lifetime,lease_type,iaid," \
	"prefix_len,fqdn_fwd,fqdn_rev,hostname,hwaddr,state,user_context\n"

static const struct row {
	const char *label, *text, *want;
	uint64_t expired, unbound, broken, broken_line;
} rows[] = {
	{ "ISC: the last entry of an address counts",
		ISC_HEAD "lease 10.0.0.7 {\n  starts 4 2026/11/19 10:00:00;\n"
			 "  client-hostname \"old\";\n}\n"
			 "lease 10.0.0.7 {\n  starts 4 2026/11/19 11:00:00;\n"
			 "  client-hostname \"new\";\n}\n",
		"10.0.0.7 2026-11-19T11:00:00 dhcp.name=new\n", 0, 0, 0, 0 },
	{ "ISC: only what is active is somebody's",
		"lease 10.0.0.7 { starts 4 2026/11/19 10:00:00; binding state free; }\n"
		"lease 10.0.0.8 { starts 4 2026/11/19 10:00:00; binding state active; }\n"
		"lease 10.0.0.9 { starts 4 2026/11/19 10:00:00; binding state released; }\n",
		"10.0.0.8 2026-11-19T10:00:00\n", 0, 2, 0, 0 },
	{ "ISC: over before the newest began",
		"lease 10.0.0.7 { starts 4 2026/11/19 10:00:00; ends 4 2026/11/19 10:59:59; }\n"
		"lease 10.0.0.8 { starts 4 2026/11/19 11:00:00; ends 4 2026/11/19 12:00:00; }\n"
		"lease 10.0.0.9 { starts 4 2026/11/19 10:00:00; ends never; }\n",
		"10.0.0.8 2026-11-19T11:00:00\n10.0.0.9 2026-11-19T10:00:00\n", 1, 0, 0,
		0 },
	{ "ISC: times as seconds, a comment behind",
		"lease 10.0.0.7 {\n  starts epoch 1763546400; # Wed Nov 19 10:00:00 2025\n}\n",
		"10.0.0.7 2025-11-19T10:00:00\n", 0, 0, 0, 0 },
	{ "ISC: escapes, a uid in hexadecimal, token ring",
		"lease 10.0.0.7 { starts 4 2026/11/19 10:00:00;\n"
		"hardware token-ring 00:16:3e:00:00:07; uid 01:AB:cd;\n"
		"client-hostname \"a\\\"b\\\\c\\101\"; }\n",
		"10.0.0.7 2026-11-19T10:00:00 dhcp.client_id=01abcd dhcp.name=a\"b\\cA\n",
		0, 0, 0, 0 },
	{ "ISC: blocks inside a lease and other declarations are passed over",
		"host x { hardware ethernet 00:16:3e:00:00:01; }\n"
		"failover peer \"y\" state { my state normal at 4 2026/11/19 10:00:00; }\n"
		"lease 10.0.0.7 { starts 4 2026/11/19 10:00:00;\n"
		"  on expiry or release { starts 4 2026/11/19 12:00:00; }\n"
		"  set ddns-fwd-name = \"x{;}\"; next binding state free; }\n",
		"10.0.0.7 2026-11-19T10:00:00\n", 0, 0, 0, 0 },
	{ "ISC: version 6, of the time of the last contact",
		"server-duid \"\\000\\001\";\n"
		"ia-na \"\\001\\002\\003\" {\n  cltt 4 2026/11/19 10:00:00;\n"
		"  iaaddr 2001:db8::7 {\n    binding state active;\n    max-life 4000;\n"
		"    ends 4 2026/11/19 11:06:40;\n  }\n}\n",
		"2001:db8::7 2026-11-19T10:00:00\n", 0, 0, 0, 0 },
	{ "ISC: broken statements are counted, the rest is told",
		"lease 10.0.0.7 {\nstarts 4 2026/13/19 10:00:00;\n}\n"
		"lease 10.0.0.300 {\nstarts 4 2026/11/19 10:00:00;\n}\n"
		"lease 10.0.0.8 {\nstarts 4 2026/11/19 10:00:00;\n"
		"hardware ethernet 00:16:3e;\n}\n}\n",
		"10.0.0.8 2026-11-19T10:00:00\n", 0, 1, 4, 2 },
	{ "ISC: cut within a lease",
		"lease 10.0.0.8 {\nstarts 4 2026/11/19 10:00:00;\n}\nlease 10.0.0.9 {\n",
		"10.0.0.8 2026-11-19T10:00:00\n", 0, 0, 1, 4 },
	{ "ISC: a name that is no text is none",
		"lease 10.0.0.7 { starts 4 2026/11/19 10:00:00; client-hostname \"a\\012b\"; }\n"
		"lease 10.0.0.8 { starts 4 2026/11/19 10:00:00; client-hostname \"\\377\"; }\n",
		"10.0.0.7 2026-11-19T10:00:00\n10.0.0.8 2026-11-19T10:00:00\n", 0, 0, 0,
		0 },
	{ "Kea: declined, reclaimed, taken away, for ever",
		KEA4
		"10.0.0.7,00:16:3e:00:00:07,,3600,1795329700,1,0,0,a,1,,0\n"
		"10.0.0.8,00:16:3e:00:00:08,,3600,1795329700,1,0,0,b,2,,0\n"
		"10.0.0.9,00:16:3e:00:00:09,,3600,1795329700,1,0,0,c,0,,0\n"
		"10.0.0.9,00:16:3e:00:00:09,,0,1795329700,1,0,0,c,0,,0\n"
		"10.0.0.10,00:16:3e:00:00:0a,,4294967295,6090296996,1,0,0,d.lab.example.,0,,0\n",
		"10.0.0.10 2026-11-22T06:41:41 dhcp.name=d.lab.example mac=00:16:3e:00:00:0a\n",
		0, 3, 0, 0 },
	{ "Kea: version 6, where prefixes are no addresses",
		KEA6 "2001:db8::7,00:01:02,4000,1795329700,1,3000,0,7,128,0,0,six,"
		     "00:16:3e:00:00:07,0,\n"
		     "2001:db8:1::,00:01:02,4000,1795329700,1,3000,2,7,56,0,0,,,0,\n",
		"2001:db8::7 2026-11-22T05:35:00 dhcp.name=six mac=00:16:3e:00:00:07\n",
		0, 0, 0, 0 },
	{ "Kea: lines that are none",
		KEA4 "10.0.0.7\n10.0.0.8,,,x,1795329700\n,,,3600,1795329700\n"
		     "10.0.0.9,,,3600,60,1,0,0,a,0\n",
		"", 0, 0, 4, 2 },
	{ "dnsmasq: names, no names, no client id, other links, never ending",
		"1795333300 00:16:3e:00:00:07 10.0.0.7 ws-0412 01:00:16:3e:00:00:07\n"
		"0 00:16:3e:00:00:08 10.0.0.8 * *\n"
		"1795333300 06-00:16:3e:00:00:09 10.0.0.9 ring *\n"
		"1795329699 00:16:3e:00:00:0a 10.0.0.10 gone *\n"
		"duid 00:01:00:01:2c\n"
		"1795333300 4711 2001:db8::7 six 00:01:00:01\n",
		"10.0.0.7 2026-11-22T06:41:40 dhcp.client_id=0100163e000007 dhcp.name=ws-0412 "
		"mac=00:16:3e:00:00:07\n"
		"10.0.0.8 2026-11-22T06:41:40 mac=00:16:3e:00:00:08\n"
		"10.0.0.9 2026-11-22T06:41:40 dhcp.name=ring\n"
		"2001:db8::7 2026-11-22T06:41:40 dhcp.name=six\n",
		1, 0, 0, 0 },
	{ "dnsmasq: lines that are none",
		"1 2 3\n1795333300 00:16:3e:00:00:07 10.0.0 a *\n"
		"-5 00:16:3e:00:00:07 10.0.0.7 a *\n",
		"", 0, 0, 3, 1 },
	{ "an empty file", "", "", 0, 0, 0, 0 },
};

static void
a_file_is_read_however_it_is_cut(void **state)
{
	static const size_t pieces[] = { 1, 7, 1 << 20 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("  %s\n", rows[i].label);
		for (size_t k = 0; k < 3; k++) {
			struct leases_report r;
			struct told t;
			struct err e;
			assert_int_equal(read_pieces(rows[i].text, strlen(rows[i].text),
						 pieces[k], &t, &r, &e),
				0);
			assert_string_equal(t.text.text, rows[i].want);
			assert_int_equal(r.expired, rows[i].expired);
			assert_int_equal(r.unbound, rows[i].unbound);
			assert_int_equal(r.broken, rows[i].broken);
			assert_int_equal(r.first_broken_line, rows[i].broken_line);
			sb_done(&t.text);
		}
	}
}

/* Times: the file's own starts; expire - valid_lifetime; when it was written. */
static const struct real_row {
	const char *path, *format, *want;
} real[] = {
	{ "tests/data/leases/isc", "ISC dhcpd",
		"198.18.9.100 2026-11-22T05:41:33 dhcp.client_id=0100163e000007 "
		"dhcp.name=ws-0412 dhcp.vendor_class=MSFT 5.0 mac=00:16:3e:00:00:07\n"
		"198.18.9.101 2026-11-22T05:41:35 dhcp.client_id=0100163e000008 "
		"dhcp.name=bad dhcp.vendor_class=x mac=00:16:3e:00:00:08\n"
		"198.18.9.102 2026-11-22T05:41:36 dhcp.client_id=01024200000009 "
		"dhcp.name=phone dhcp.vendor_class=y mac=02:42:00:00:00:09\n" },
	{ "tests/data/leases/kea", "Kea",
		"198.18.9.150 2026-11-22T05:41:40 dhcp.client_id=0100163e000007 "
		"dhcp.name=ws-0412 mac=00:16:3e:00:00:07\n"
		"198.18.9.151 2026-11-22T05:41:41 dhcp.client_id=0100163e000008 "
		"dhcp.name=bad mac=00:16:3e:00:00:08\n"
		"198.18.9.152 2026-11-22T05:41:41 dhcp.client_id=01024200000009 "
		"dhcp.name=phone mac=02:42:00:00:00:09\n" },
	{ "tests/data/leases/dnsmasq", "dnsmasq", NULL },
};

static size_t
read_file(const char *path, char *out, size_t room)
{
	FILE *f = fopen(path, "rb");

	assert_non_null(f);
	size_t n = fread(out, 1, room, f);
	assert_int_equal(fclose(f), 0);
	assert_in_range(n, 1, room - 1);
	return n;
}

static void
files_of_real_servers_are_read(void **state)
{
	char text[8192];

	(void)state;
	for (size_t i = 0; i < sizeof(real) / sizeof(real[0]); i++) {
		size_t n = read_file(real[i].path, text, sizeof(text));
		struct leases_report r;
		struct told t;
		struct err e;
		print_message("  %s\n", real[i].path);
		assert_true(leases_begin_so(text, n));
		assert_int_equal(read_pieces(text, n, 100, &t, &r, &e), 0);
		assert_string_equal(r.format, real[i].format);
		if (real[i].want)
			assert_string_equal(t.text.text, real[i].want);
		assert_int_equal(r.broken, 0);
		/* dnsmasq's were over when the test's file was written */
		assert_int_equal(r.told + r.expired, 3);
		sb_done(&t.text);
	}
}

static void
what_is_no_lease_file_is_refused(void **state)
{
	static const char *const texts[] = { "hello\n", "<?xml version=\"1.0\"?>\n",
		"{\"v\":1}\n", "address,name\n", "\xff\xfe\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct leases_report r;
		struct told t;
		struct err e;
		assert_false(leases_begin_so(texts[i], strlen(texts[i])));
		assert_int_equal(
			read_pieces(texts[i], strlen(texts[i]), 64, &t, &r, &e), -1);
		assert_int_equal(e.code, ERR_PROTO);
		sb_done(&t.text);
	}
}

static void
lines_without_an_end_and_with_nul_are_broken(void **state)
{
	const char head[] = "1795333300 00:16:3e:00:00:07 10.0.0.7 a *\n";
	size_t n = sizeof(head) - 1 + 10000;
	char *text = malloc(n + 8);
	struct leases_report r;
	struct told t;
	struct err e;

	(void)state;
	assert_non_null(text);
	memcpy(text, head, sizeof(head) - 1);
	memset(text + sizeof(head) - 1, '7', n - sizeof(head) + 1);
	memcpy(text + n, "\n7 \0 8\n", 7);
	assert_int_equal(read_pieces(text, n + 7, 999, &t, &r, &e), 0);
	assert_int_equal(r.told, 1);
	assert_int_equal(r.broken, 2);
	assert_int_equal(r.first_broken_line, 2);
	sb_done(&t.text);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_read_however_it_is_cut),
		cmocka_unit_test(files_of_real_servers_are_read),
		cmocka_unit_test(what_is_no_lease_file_is_refused),
		cmocka_unit_test(lines_without_an_end_and_with_nul_are_broken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
