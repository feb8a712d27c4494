/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * nmap's XML: documents of real scans (tests/data/nmap, made by the script there), small
 * ones for each rule, and hostile ones.
 */
#include "inventory/nmap_xml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/sb.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

/* --- observations as text -------------------------------------------------------------------- */

struct recorder {
	struct sink sink;
	struct sb text;
	size_t n, fail_at; /* fail_at: the take that fails; 0: none */
};

static void
print_fact(const struct fact *f, struct sb *out)
{
	char buf[MAC_TEXT_MAX];

	sb_printf(out, " %s=", f->key);
	switch (f->type) {
	case FACT_TEXT: sb_add(out, f->text); break;
	case FACT_BOOL: sb_add(out, f->num ? "true" : "false"); break;
	case FACT_MAC: sb_add(out, mac_print(&f->mac, buf)); break;
	case FACT_PORTS:
		for (size_t i = 0; i < f->ports.n; i++)
			sb_printf(out, "%s%u", i ? "," : "", f->ports.items[i]);
		break;
	case FACT_TEXTS:
		for (size_t i = 0; i < f->texts.n; i++)
			sb_printf(out, "%s%s", i ? "," : "", f->texts.items[i]);
		break;
	case FACT_INT:
	case FACT_IP:
	case FACT_OTHER: fail_msg("%s has a type that nmap does not give", f->key);
	}
}

static int
record(struct sink *sink, const struct observation *o, struct err *e)
{
	struct recorder *r = (struct recorder *)sink;
	char ip[ADDR_TEXT_MAX];

	if (++r->n == r->fail_at)
		return err_set(e, ERR_DB, "the disk is full");
	assert_int_equal(SUBJECT_DEVICE, o->subject);
	assert_string_equal("import", o->source);
	assert_null(o->run);
	assert_null(o->site);
	assert_null(o->point);
	assert_int_equal(0, o->at % SECOND);
	sb_printf(&r->text, "%lld %s %s%s", (long long)(o->at / SECOND),
		addr_print(&o->ip, ip),
		o->evidence == EVIDENCE_REPLY ? "reply" : "listed",
		o->truncated ? " truncated" : "");
	for (size_t i = 0; i < o->n_facts; i++) {
		const struct fact_def *def = fact_find(o->facts[i].key);
		assert_non_null(def);
		assert_int_equal(def->type, o->facts[i].type);
		if (i)
			assert_true(strcmp(o->facts[i - 1].key, o->facts[i].key) < 0);
		print_fact(&o->facts[i], &r->text);
	}
	sb_add(&r->text, "\n");
	assert_false(r->text.bad);
	return 0;
}

/* step: how many bytes are fed at once, each time from a block of that size. */
static int
read_document(const char *text, size_t n, size_t step, struct recorder *r, struct err *e)
{
	struct nmap_xml *x = NULL;
	int rc = 0;

	r->sink.take = record;
	sb_init(&r->text, 1 << 20);
	assert_int_equal(0, nmap_xml_new(&x, &r->sink, e));
	for (size_t at = 0; at < n && rc == 0; at += step) {
		size_t piece = n - at < step ? n - at : step;
		char *exact = malloc(piece);
		memcpy(exact, text + at, piece);
		rc = nmap_xml_feed(x, exact, piece, e);
		free(exact);
	}
	if (rc == 0)
		rc = nmap_xml_end(x, e);
	nmap_xml_free(x);
	return rc;
}

static void
assert_document(const char *text, size_t n, size_t step, const char *want)
{
	struct recorder r = { .n = 0 };
	struct err e = { 0 };

	if (read_document(text, n, step, &r, &e) == -1)
		fail_msg("%s", e.text);
	assert_string_equal(want, r.text.text);
	sb_done(&r.text);
}

/* --- documents of real scans ------------------------------------------------------------------ */

static const struct row {
	const char *name, *want;
} scans[] = {
	{ "arp.xml",
		"1795304587 198.18.3.7 reply dns.ptr=ws-0412.corp.example"
		" mac=00:16:3e:5e:6c:02 mac.onlink=true"
		" mac.vendor=Xensource\n" },
	{ "echo.xml",
		"1795304589 198.18.3.7 reply dns.ptr=ws-0412.corp.example"
		" icmp.echo=true mac=00:16:3e:5e:6c:02 mac.vendor=Xensource\n" },
	{ "ports.xml",
		"1795304592 198.18.3.7 reply dns.ptr=ws-0412.corp.example"
		" mac=00:16:3e:5e:6c:02 mac.onlink=true mac.vendor=Xensource"
		" netbios.domain=CORP netbios.name=WS-0412 tcp.closed=80"
		" tcp.open=53,139,445 udp.closed=9999 udp.open=53,137\n" },
	{ "services.xml",
		"1795304601 198.18.3.7 reply dns.ptr=ws-0412.corp.example"
		" mac=00:16:3e:5e:6c:02 mac.onlink=true mac.vendor=Xensource"
		" tcp.closed=80 tcp.open=53,445\n" },
	{ "ip6.xml",
		"1795304602 2001:db8:3::7 reply dns.ptr=ws-0412.corp.example"
		" mac=00:16:3e:5e:6c:02 mac.onlink=true"
		" mac.vendor=Xensource\n" },
	{ "list.xml", "1795304602 198.18.3.7 listed dns.ptr=ws-0412.corp.example\n" },
	{ "connect.xml",
		"1795304604 198.18.3.7 reply dns.ptr=ws-0412.corp.example"
		" mac=00:16:3e:5e:6c:02 mac.vendor=Xensource tcp.closed=80"
		" tcp.open=53\n" },
	{ "pn-silent.xml", "" },
	{ "down.xml", "" },
};

static void
real_scans_become_observations(void **state)
{
	static char text[1 << 16];

	(void)state;
	for (size_t i = 0; i < N(scans); i++) {
		char path[128];
		print_message("  %s\n", scans[i].name);
		(void)snprintf(path, sizeof(path), "tests/data/nmap/%s", scans[i].name);
		FILE *f = fopen(path, "rb");
		if (!f)
			fail_msg("%s is missing; tests run from the root of the sources",
				path);
		size_t n = fread(text, 1, sizeof(text), f);
		fclose(f);
		assert_document(text, n, n, scans[i].want);
		assert_document(text, n, 1, scans[i].want); /* a byte at a time */
	}
}

/* --- one rule each ---------------------------------------------------------------------------- */

#define RUN(hosts)    "<nmaprun scanner=\"nmap\" start=\"1000\">" hosts "</nmaprun>"
#define IP            "<address addr=\"192.0.2.1\" addrtype=\"ipv4\"/>"
#define UP            "<status state=\"up\" reason=\"syn-ack\"/>"
#define HOST(inner)   "<host endtime=\"1005\">" UP IP inner "</host>"
#define SCRIPT(inner) RUN(HOST("<hostscript>" inner "</hostscript>"))
#define SMB(inner) \
	SCRIPT("<script id=\"smb-os-discovery\" output=\"\">" inner "</script>")
#define NBSTAT(output) SCRIPT("<script id=\"nbstat\" output=\"" output "\"/>")
#define PORT(p, n, s) \
	"<port protocol=\"" p "\" portid=\"" n "\"><state state=\"" s \
	"\" reason=\"x\"/></port>"

static const struct row rules[] = {
	{ RUN(""), "" },
	{ "<!DOCTYPE nmaprun SYSTEM \"nmap.dtd\">" RUN(HOST("")),
		"1005 192.0.2.1 reply\n" },
	{ RUN("<host starttime=\"1001\" endtime=\"1005\">" UP IP "</host>"),
		"1005 192.0.2.1 reply\n" },
	{ RUN("<host starttime=\"1001\">" UP IP "</host>"), "1001 192.0.2.1 reply\n" },
	{ RUN("<host>" UP IP "</host>"), "1000 192.0.2.1 reply\n" },
	{ RUN("<taskend task=\"x\" time=\"1003\"/><host>" UP IP "</host>"),
		"1003 192.0.2.1 reply\n" },
	/* evidence */
	{ RUN("<host><status state=\"down\" reason=\"no-response\"/>" IP "</host>"),
		"" },
	{ RUN("<host><status state=\"up\" reason=\"user-set\"/>" IP "</host>"), "" },
	{ RUN("<host><status state=\"up\" reason=\"user-set\"/>" IP
	      "<ports>" PORT("tcp", "80", "closed") "</ports></host>"),
		"1000 192.0.2.1 reply tcp.closed=80\n" },
	{ RUN("<host><status state=\"skipped\" reason=\"user-set\"/>" IP "<hostnames>"
	      "<hostname name=\"web\" type=\"PTR\"/></hostnames></host>"),
		"1000 192.0.2.1 listed dns.ptr=web\n" },
	/* masscan writes hosts without a status */
	{ RUN("<host endtime=\"1002\">" IP
	      "<ports>" PORT("tcp", "80", "open") "</ports></host>"),
		"1002 192.0.2.1 reply tcp.open=80\n" },
	/* addresses */
	{ RUN("<host>" UP IP "<address addr=\"2001:db8::1\" addrtype=\"ipv6\"/></host>"),
		"1000 192.0.2.1 reply\n" },
	{ RUN(HOST(
		  "<address addr=\"00-16-3E-00-00-01\" addrtype=\"mac\" vendor=\"A &amp; B\"/>")),
		"1005 192.0.2.1 reply mac=00:16:3e:00:00:01 mac.vendor=A & B\n" },
	/* names: PTR only, sorted, once */
	{ RUN(HOST("<hostnames><hostname name=\"b\" type=\"PTR\"/><hostname name=\"u\" "
		   "type=\"user\"/><hostname name=\"a\" type=\"PTR\"/><hostname name=\"b\" "
		   "type=\"PTR\"/><hostname type=\"PTR\"/></hostnames>")),
		"1005 192.0.2.1 reply dns.ptr=a,b\n" },
	/* ports: what answered, sorted, once */
	{ RUN(HOST("<ports>" PORT("tcp", "443", "open") PORT("tcp", "22", "open") PORT(
		  "tcp", "443", "open") PORT("tcp", "1", "filtered") PORT("udp", "53",
		  "open|filtered") PORT("udp", "137", "open") PORT("udp", "9", "closed")
			  PORT("sctp", "7", "open") PORT("tcp", "0", "open")
				  PORT("tcp", "65535", "closed") "</ports>")),
		"1005 192.0.2.1 reply tcp.closed=65535 tcp.open=22,443 udp.closed=9 udp.open=137\n" },
	/* names that machines give themselves */
	{ NBSTAT("NetBIOS name: WS 1, NetBIOS user: X, NetBIOS MAC: 0&#xa;Names:&#xa;"
		 "  WS 1&lt;00&gt;  Flags: &lt;unique&gt;&#xa;  CORP&lt;1e&gt;  Flags: &lt;group&gt;&#xa;"
		 "  CORP&lt;00&gt;  Flags: &lt;group&gt;&lt;active&gt;"),
		"1005 192.0.2.1 reply netbios.domain=CORP netbios.name=WS 1\n" },
	{ NBSTAT("NetBIOS name: &lt;unknown&gt;, NetBIOS user: X"),
		"1005 192.0.2.1 reply\n" },
	{ NBSTAT("NetBIOS name: , NetBIOS user: X&#xa;&lt;00&gt; &lt;group&gt;"),
		"1005 192.0.2.1 reply\n" },
	{ NBSTAT("ERROR: no reply"), "1005 192.0.2.1 reply\n" },
	{ SMB("<elem key=\"os\">Windows</elem><elem key=\"server\">WS\\x00</elem>"
	      "<elem key=\"workgroup\">CORP\\x00</elem><elem key=\"fqdn\">ws.corp.example</elem>"),
		"1005 192.0.2.1 reply netbios.domain=CORP netbios.name=WS "
		"smb.dns_name=ws.corp.example\n" },
	{ SMB("<elem key=\"domain\">LAB</elem><elem key=\"fqdn\"></elem>"),
		"1005 192.0.2.1 reply netbios.domain=LAB\n" },
	{ SCRIPT("<script id=\"other\" output=\"\"><elem key=\"server\">no</elem></script>"),
		"1005 192.0.2.1 reply\n" },
	/* nbstat is of the name service itself: it goes first */
	{ SCRIPT("<script id=\"nbstat\" output=\"NetBIOS name: A, NetBIOS user: X\"/>"
		 "<script id=\"smb-os-discovery\" output=\"\"><elem key=\"server\">B</elem></script>"),
		"1005 192.0.2.1 reply netbios.name=A\n" },
	/* what is not ours is passed over, entities are read */
	{ RUN("<hosthint>" UP IP "</hosthint><x><host>" UP "</host></x>"), "" },
	{ SMB("<elem key=\"server\">A&#38;B&lt;</elem>"),
		"1005 192.0.2.1 reply netbios.name=A&B<\n" },
};

static void
a_rule_holds_in_a_small_document(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(rules); i++) {
		print_message("  %s\n", rules[i].name);
		assert_document(rules[i].name, strlen(rules[i].name), 7, rules[i].want);
	}
}

/* --- what is refused ---------------------------------------------------------------------------- */

#define LAUGHS \
	"<!DOCTYPE nmaprun [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">" \
	"<!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\">]><nmaprun>&c;</nmaprun>"

static const struct row bad[] = {
	{ "", "1:1: no element found" },
	{ "no XML at all", "1:1: syntax error" },
	{ "<html/>", "1:1: <html> begins no nmap document, that would be <nmaprun>" },
	{ "<nmaprun start=\"1\">", "1:20: no element found" },
	{ "<nmaprun>\n<host></nmaprun>", "2:9: mismatched tag" },
	{ "<nmaprun/><nmaprun/>", "1:11: junk after document element" },
	{ "<nmaprun a=\"1\" a=\"2\"/>", "1:16: duplicate attribute" },
	{ "<nmaprun>\xff</nmaprun>", "1:10: not well-formed (invalid token)" },
	{ "<nmaprun start=\"yesterday\"/>", "1:1: 'yesterday' is no time" },
	{ "<nmaprun start=\"99999999999999999999999\"/>",
		"1:1: '99999999999999999999999' is no time" },
	{ RUN("<host>" UP "</host>"), "1:81: a host without an address" },
	{ "<nmaprun><host>" UP IP "</host></nmaprun>",
		"1:96: a host, and no time anywhere before it" },
	{ RUN("<host>" UP "<address addr=\"300.1.1.1\"/></host>"),
		"1:81: '300.1.1.1' is no address" },
	{ RUN("<host>" UP "<address addr=\"00:16\" addrtype=\"mac\"/></host>"),
		"1:81: '00:16' is no MAC address" },
	{ RUN(HOST("<ports>" PORT("tcp", "65536", "open") "</ports>")),
		"1:146: '65536' is no port" },
	{ RUN(HOST("<ports>" PORT("tcp", "", "open") "</ports>")),
		"1:146: '' is no port" },
	{ LAUGHS, "1:19: declarations in the document are refused (<!DOCTYPE ... [)" },
	{ "<!DOCTYPE nmaprun [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><nmaprun>&x;</nmaprun>",
		"1:19: declarations in the document are refused (<!DOCTYPE ... [)" },
	{ "<!DOCTYPE nmaprun SYSTEM \"file:///etc/passwd\"><nmaprun>&x;</nmaprun>",
		"1:56: entity &x; is not known" },
	{ "<nmaprun>&x;</nmaprun>", "1:10: undefined entity" },
};

static void
a_broken_document_is_named_with_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(bad); i++) {
		struct recorder r = { .n = 0 };
		struct err e = { 0 };
		print_message("  %s\n", bad[i].name);
		assert_int_equal(-1,
			read_document(bad[i].name, strlen(bad[i].name), 1000, &r, &e));
		assert_int_equal(ERR_PROTO, e.code);
		assert_string_equal(bad[i].want, e.text);
		assert_int_equal(0, r.n);
		sb_done(&r.text);
	}
}

static void
what_stood_before_the_break_is_kept(void **state)
{
	static const char text[] = "<nmaprun start=\"1000\">" HOST("")
		HOST("") "<host>";
	struct recorder r = { .n = 0 };
	struct err e = { 0 };

	(void)state;
	assert_int_equal(-1, read_document(text, sizeof(text) - 1, 50, &r, &e));
	assert_int_equal(2, r.n);
	sb_done(&r.text);
}

static void
the_sink_ends_it_with_its_own_error(void **state)
{
	static const char text[] = RUN(HOST("") HOST("") HOST(""));
	struct recorder r = { .fail_at = 2 };
	struct err e = { 0 };

	(void)state;
	assert_int_equal(-1, read_document(text, sizeof(text) - 1, 1000, &r, &e));
	assert_int_equal(ERR_DB, e.code);
	assert_string_equal("the disk is full", e.text);
	assert_int_equal(2, r.n);
	sb_done(&r.text);
}

static void
a_failed_reader_stays_failed(void **state)
{
	struct recorder r = { .sink.take = record };
	struct nmap_xml *x;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(0, nmap_xml_new(&x, &r.sink, &e));
	assert_int_equal(0, nmap_xml_feed(x, "<html>", 6, &e)); /* not looked at yet */
	assert_int_equal(-1, nmap_xml_end(x, &e));
	for (int i = 0; i < 2; i++) {
		e = (struct err){ 0 };
		(void)nmap_xml_feed(
			x, "<nmaprun/>", 10, &e); /* may be too little to look at */
		assert_int_equal(-1, nmap_xml_end(x, &e));
		assert_non_null(strstr(e.text, "1:1: <html> begins no nmap document"));
	}
	nmap_xml_free(x);
	nmap_xml_free(NULL);
}

/* --- size ------------------------------------------------------------------------------------ */

static void
repeat(struct sb *s, const char *text, size_t times)
{
	for (size_t i = 0; i < times; i++)
		sb_add(s, text);
}

static void
assert_refused(const struct sb *s, const char *why)
{
	struct recorder r = { .n = 0 };
	struct err e = { 0 };

	assert_false(s->bad);
	assert_int_equal(-1, read_document(s->text, s->len, 4096, &r, &e));
	assert_int_equal(ERR_PROTO, e.code);
	if (!strstr(e.text, why))
		fail_msg("%s", e.text);
	sb_done(&r.text);
}

static void
depth_and_tags_are_bounded(void **state)
{
	struct sb s;

	(void)state;
	sb_init(&s, (size_t)16 << 20);
	sb_add(&s, "<nmaprun>");
	repeat(&s, "<a>", 100000);
	assert_refused(&s, "1:199: elements are nested too deep");
	sb_clear(&s);
	sb_add(&s, "<nmaprun><");
	repeat(&s, "a", 1000);
	sb_add(&s, ">");
	assert_refused(&s, "1:10: elements are nested too deep");
	sb_clear(&s);
	sb_add(&s, "<nmaprun><x a=\"");
	repeat(&s, "0123456789abcdef", 8 << 16); /* 8 MiB and no end */
	assert_refused(&s, "a tag of more than 4 MiB");
	sb_clear(&s);
	sb_add(&s,
		"<nmaprun start=\"1\"><host>" IP "<hostscript>"
		"<script id=\"smb-os-discovery\"><elem key=\"server\">");
	repeat(&s, "x", 5000);
	assert_refused(&s, "an element of more than 1024 bytes");
	sb_done(&s);
}

static void
a_large_script_output_is_passed_over(void **state)
{
	struct recorder r = { .n = 0 };
	struct err e = { 0 };
	struct sb s;

	(void)state;
	sb_init(&s, (size_t)16 << 20);
	sb_add(&s,
		"<nmaprun start=\"1000\"><host>" UP IP
		"<hostscript><script id=\"x\" output=\"");
	repeat(&s, "0123456789abcdef", 3 << 16); /* 3 MiB */
	sb_add(&s, "\"/></hostscript></host></nmaprun>");
	assert_int_equal(0, read_document(s.text, s.len, 4096, &r, &e));
	assert_string_equal("1000 192.0.2.1 reply\n", r.text.text);
	sb_done(&r.text);
	sb_done(&s);
}

/* Too many names or ports, or too long a name: cut, and the record says so. */
static void
what_is_too_much_is_cut_and_said(void **state)
{
	struct recorder r = { .n = 0 };
	struct err e = { 0 };
	struct sb s;

	(void)state;
	sb_init(&s, (size_t)16 << 20);
	sb_add(&s, "<nmaprun start=\"1000\"><host>" UP IP "<hostnames>");
	for (int i = 0; i < 100; i++)
		sb_printf(&s, "<hostname name=\"n%d\" type=\"PTR\"/>", i);
	sb_add(&s, "</hostnames></host><host>" UP IP "<ports>");
	for (int i = 1; i <= 5000; i++)
		sb_printf(&s,
			"<port protocol=\"tcp\" portid=\"%d\"><state state=\"open\"/></port>",
			i);
	sb_add(&s,
		"</ports></host><host>" UP IP "<address addrtype=\"mac\" "
		"addr=\"00:16:3e:00:00:01\" vendor=\"");
	repeat(&s, "\xc3\xa9",
		600); /* 1200 bytes; 1023 would end inside of a character */
	sb_add(&s, "\"/></host></nmaprun>");
	assert_int_equal(0, read_document(s.text, s.len, 4096, &r, &e));
	assert_int_equal(3, r.n);
	const char *host = r.text.text;
	for (int i = 0; i < 3; i++, host = strchr(host, '\n') + 1)
		assert_int_equal(
			0, strncmp(host, "1000 192.0.2.1 reply truncated ", 31));
	assert_non_null(strstr(r.text.text, ",4096\n"));
	sb_done(&r.text);
	sb_done(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(real_scans_become_observations),
		cmocka_unit_test(a_rule_holds_in_a_small_document),
		cmocka_unit_test(a_broken_document_is_named_with_its_place),
		cmocka_unit_test(what_stood_before_the_break_is_kept),
		cmocka_unit_test(the_sink_ends_it_with_its_own_error),
		cmocka_unit_test(a_failed_reader_stays_failed),
		cmocka_unit_test(depth_and_tags_are_bounded),
		cmocka_unit_test(a_large_script_output_is_passed_over),
		cmocka_unit_test(what_is_too_much_is_cut_and_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
