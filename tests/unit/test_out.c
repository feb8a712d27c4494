/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The output formats.  Expected bytes were written by hand from docs/interfaces.md,
 * RFC 4180 and nmap.dtd; that they are accepted by jq, Python's csv and xmllint is tested
 * in tests/e2e/inventory.sh.
 */
#include <expat.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "cli/out.h"
#include "cli/out_columns.h"
#include "cli/out_width.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

/* 2026-11-21T20:15:03.123456Z: date -u -d 2026-11-21T20:15:03Z +%s */
#define SEEN (INT64_C(1795292103) * SECOND + 123456)
#define HOUR ((int64_t)3600 * SECOND)

/* --- what is printed -------------------------------------------------------------------- */

static const uint16_t tcp_ports[] = { 22, 80 };
static const uint16_t udp_ports[] = { 137 };
static const struct addr ip = { ADDR_IP4, { 198, 18, 3, 7 } };

#define FIELD(k, t, ...) \
	{ \
		.fact = { .key = (k), .type = (t), __VA_ARGS__ }, .source = "sweep", \
		.at = SEEN \
	}

static const struct device_field full_fields[] = {
	/* sorted by key */
	FIELD("domain", FACT_TEXT, .text = "CORP"),
	FIELD("mac", FACT_MAC, .mac = { { 0, 0x16, 0x3e, 0x5e, 0x6c, 0xab } }),
	FIELD("mac.onlink", FACT_BOOL, .num = 1),
	FIELD("name", FACT_TEXT, .text = "WS-0412"),
	FIELD("netbios.name", FACT_TEXT, .text = "WS-0412"),
	FIELD("tcp.open", FACT_PORTS, .ports = { tcp_ports, 2 }),
	FIELD("udp.open", FACT_PORTS, .ports = { udp_ports, 1 }),
	FIELD("vendor", FACT_TEXT, .text = "Xensource, Inc."),
};

static const struct device_address full_addrs[] = {
	{ .ip = { ADDR_IP4, { 198, 18, 3, 7 } },
		.first_seen = SEEN - HOUR,
		.last_seen = SEEN,
		.last_reply = SEEN,
		.current = true },
	{ .ip = { ADDR_IP4, { 198, 18, 3, 9 } },
		.first_seen = SEEN - HOUR,
		.last_seen = SEEN - HOUR,
		.down_at = SEEN },
};

static const struct device full = {
	.row = 1,
	.id = "0193507b-9c00-7000-8000-000000000001",
	.site = "berlin",
	.first_seen = SEEN - HOUR,
	.last_seen = SEEN,
	.state = DEVICE_UP,
	.addrs = full_addrs,
	.n_addrs = COUNT(full_addrs),
	.fields = full_fields,
	.n_fields = COUNT(full_fields),
};

/* A device that is only an address. */
static const struct device bare = {
	.row = 2,
	.id = "0193507b-9c00-7000-8000-000000000002",
	.site = "berlin",
	.first_seen = SEEN,
	.last_seen = SEEN,
	.state = DEVICE_DOWN,
	.addrs = full_addrs + 1,
	.n_addrs = 1,
};

static struct device
named(const char *name, struct device_field *field)
{
	struct device d = bare;

	*field = (struct device_field)FIELD("name", FACT_TEXT, .text = name);
	d.fields = field;
	d.n_fields = 1;
	return d;
}

/* Names that a hostile host may give itself. */
static const char *const hostile[] = {
	"=cmd|' /C calc'!A0",
	"<script>alert(\"x\")&amp;</script>",
	"]]>--><!--",
	"two\r\nlines,and a comma",
	"\"quoted\"",
	"\033[2J\033]0;title\007",
	"back\\slash",
	"tab\there",
	"\xe2\x80\xae"
	"evil", /* right-to-left override */
	"b\xc3\xbcro",
	"not UTF-8: \xff\xc3(",
	"",
};

/* --- printing --------------------------------------------------------------------------- */

struct printed {
	char *text; /* free it */
	size_t n;
	FILE *to;
	struct out_info info;
};

static void
printed_init(struct printed *p)
{
	*p = (struct printed){ 0 };
	p->to = open_memstream(&p->text, &p->n);
	assert_non_null(p->to);
	p->info = (struct out_info){ .to = p->to,
		.command = "muster devices",
		.started = SEEN,
		.now = SEEN + 2 * 60 * SECOND };
}

static char *
printed_done(struct printed *p)
{
	assert_int_equal(0, fclose(p->to));
	return p->text;
}

static void
print_all(struct printed *p, enum out_format_id format, const struct device *d, size_t n)
{
	struct err e = { 0 };
	struct out *out;

	assert_int_equal(0, out_open(&out, format, &p->info, &e));
	for (size_t i = 0; i < n; i++)
		assert_int_equal(0, out_device(out, &d[i], &e));
	assert_int_equal(n, out_count(out));
	assert_int_equal(0, out_close(out, NULL, &e));
}

static char *
print_devices(enum out_format_id format, const struct device *d, size_t n)
{
	struct printed p;

	printed_init(&p);
	print_all(&p, format, d, n);
	return printed_done(&p);
}

/* --- table ------------------------------------------------------------------------------ */

static void
table_aligns_columns_under_their_titles(void **state)
{
	const struct device both[] = { bare, full }; /* the wide one comes last */
	char *text = print_devices(OUT_TABLE, both, 2);

	(void)state;
	assert_string_equal(
		"ADDRESS     NAME     DOMAIN  KIND  OS  MAC                VENDOR           "
		"PORTS          STATE  SEEN\n"
		"198.18.3.9                                                                 "
		"               down   2 min ago\n"
		"198.18.3.7  WS-0412  CORP              00:16:3e:5e:6c:ab  Xensource, Inc.  "
		"22,80,137/udp  up     2 min ago\n",
		text);
	free(text);
}

static void
table_without_rows_prints_nothing(void **state)
{
	char *text = print_devices(OUT_TABLE, NULL, 0);

	(void)state;
	assert_string_equal("", text);
	free(text);
}

/* Neither a control character nor a line break gets to the terminal. */
static void
table_shows_hostile_names_on_one_plain_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(hostile); i++) {
		struct device_field field;
		struct device d = named(hostile[i], &field);
		char *text = print_devices(OUT_TABLE, &d, 1), *p = text;
		size_t lines = 0;
		for (; *p; p++) {
			lines += *p == '\n';
			assert_true(*p == '\n' || (uint8_t)*p >= 0x20);
		}
		assert_int_equal(2, lines);
		assert_null(strstr(text, "\xe2\x80\xae"));
		free(text);
	}
}

static void
table_escapes_by_one_rule(void **state)
{
	struct device_field field;
	struct device d = named("a\033[2J\\", &field);
	char *text = print_devices(OUT_TABLE, &d, 1);

	(void)state;
	assert_non_null(strstr(text, "  a\\x1b[2J\\\\  "));
	free(text);
}

static void
table_fits_the_terminal(void **state)
{
	static const char long_name[] =
		"a-very-long-name-of-a-computer.with-a-long-domain.example";
	struct device_field field;
	struct device devices[2] = { full, named(long_name, &field) };

	(void)state;
	for (unsigned width = 95; width <= 140; width += 15) {
		struct printed p;
		printed_init(&p);
		p.info.width = width;
		print_all(&p, OUT_TABLE, devices, 2);
		char *text = printed_done(&p), *rest = text;
		assert_non_null(strstr(text, "00:16:3e:5e:6c:ab")); /* is never cut */
		assert_null(strstr(text, long_name));
		assert_non_null(strstr(text, "\xe2\x80\xa6")); /* … */
		for (char *line; (line = strsep(&rest, "\n"));)
			assert_true(width_of(line) <= width);
		free(text);
	}
}

static void
table_leaves_out_what_has_no_room(void **state)
{
	static const struct row {
		unsigned width;
		bool domain, vendor;
	} rows[] = { { 96, true, true }, { 84, true, true }, { 83, true, false },
		{ 74, true, false }, { 73, false, false } };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct printed p;
		printed_init(&p);
		p.info.width = rows[i].width;
		print_all(&p, OUT_TABLE, &full, 1);
		char *text = printed_done(&p), *rest = text;
		print_message("  %u cells\n", rows[i].width);
		assert_int_equal(rows[i].domain, strstr(text, "DOMAIN  ") != NULL);
		assert_int_equal(rows[i].domain, strstr(text, "CORP  ") != NULL);
		assert_int_equal(rows[i].vendor, strstr(text, "VENDOR  ") != NULL);
		assert_non_null(strstr(text, "00:16:3e:5e:6c:ab"));
		for (char *line; (line = strsep(&rest, "\n"));)
			assert_true(width_of(line) <= rows[i].width);
		free(text);
	}
}

/* 106 cells with KIND and OS, which are empty; 96 without. */
static void
table_leaves_out_what_is_empty_before_it_cuts(void **state)
{
	static const struct row {
		unsigned width;
		bool kind, os;
	} rows[] = { { 106, true, true }, { 105, true, false }, { 102, true, false },
		{ 101, false, false }, { 96, false, false } };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct printed p;
		printed_init(&p);
		p.info.width = rows[i].width;
		print_all(&p, OUT_TABLE, &full, 1);
		char *text = printed_done(&p);
		print_message("  %u cells\n", rows[i].width);
		assert_int_equal(rows[i].kind, strstr(text, "KIND  ") != NULL);
		assert_int_equal(rows[i].os, strstr(text, "OS  ") != NULL);
		assert_null(strstr(text, "\xe2\x80\xa6")); /* … */
		free(text);
	}
}

static void
table_is_never_cut_in_a_pipe(void **state)
{
	char name[1001];
	struct device_field field;

	(void)state;
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	struct device d = named(name, &field);
	char *text = print_devices(OUT_TABLE, &d, 1);
	assert_non_null(strstr(text, name));
	free(text);
}

static void
table_streams_any_number_of_rows(void **state)
{
	enum { N = 12345 };
	static const char head[] =
		"ADDRESS     NAME     DOMAIN  KIND  OS  MAC                VENDOR    "
		"       PORTS          STATE  SEEN";
	static const char row[] =
		"198.18.3.7  WS-0412  CORP              00:16:3e:5e:6c:ab  Xensource,"
		" Inc.  22,80,137/udp  up     2 min ago";
	static const char wide[] =
		"a name that is wider than what the widths were made of";
	struct device_field field;
	struct device last = named(wide, &field);
	struct err e = { 0 };
	struct printed p;
	struct out *out;
	size_t lines = 0;

	(void)state;
	printed_init(&p);
	assert_int_equal(0, out_open(&out, OUT_TABLE, &p.info, &e));
	for (size_t i = 0; i < N; i++)
		assert_int_equal(0, out_device(out, &full, &e));
	assert_int_equal(0, out_device(out, &last, &e));
	assert_int_equal(0, out_close(out, NULL, &e));
	char *text = printed_done(&p), *rest = text;
	for (char *line; (line = strsep(&rest, "\n")) && lines <= N; lines++)
		assert_int_equal(
			lines ? sizeof(row) - 1 : sizeof(head) - 1, strlen(line));
	assert_int_equal(N + 1, lines);
	assert_non_null(
		strstr(text + sizeof(head) + N * sizeof(row), wide)); /* not cut */
	free(text);
}

static void
table_colors_the_state_alone(void **state)
{
	struct printed p;

	(void)state;
	printed_init(&p);
	p.info.color = true;
	print_all(&p, OUT_TABLE, &full, 1);
	char *text = printed_done(&p);
	assert_non_null(strstr(text, "  \033[32mup\033[0m  "));
	assert_null(strchr(strstr(text, "\033[0m") + 1, '\033'));
	free(text);
}

static void
age_is_said_in_one_unit(void **state)
{
	static const struct row {
		int64_t seconds;
		const char *want;
	} rows[] = {
		{ 0, "just now" }, { 59, "just now" }, { -59, "just now" },
		{ 60, "1 min ago" }, { 3599, "59 min ago" }, { 3600, "1 h ago" },
		{ 48 * 3600 - 1, "47 h ago" }, { 48 * 3600, "2 d ago" },
		{ 31 * 86400 - 1, "30 d ago" }, { 31 * 86400, "2026-10-21" },
		{ -60, "2026-11-21" },
		{ -86400, "2026-11-22" }, /* its clock is ahead of ours */
	};
	char buf[TIME_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		print_message("  %lld s\n", (long long)rows[i].seconds);
		assert_string_equal(rows[i].want,
			ago_print(SEEN - rows[i].seconds * SECOND, SEEN, buf));
	}
}

/* --- CSV -------------------------------------------------------------------------------- */

#define CSV_START \
	"id,site,address,addresses,name,domain,kind,os,mac,vendor,state,first_seen,last_seen,"

static void
csv_begins_with_its_columns(void **state)
{
	char *text = print_devices(OUT_CSV, NULL, 0);

	(void)state;
	assert_int_equal(0, strncmp(CSV_START, text, strlen(CSV_START)));
	assert_non_null(strstr(text, ",tcp.open,udp.open\r\n"));
	free(text);
}

static void
csv_quotes_as_rfc_4180_says(void **state)
{
	static const char want[] =
		"\r\n0193507b-9c00-7000-8000-000000000001,berlin,198.18.3.7,198.18.3.7,WS-0412,"
		"CORP,,,00:16:3e:5e:6c:ab,\"Xensource, Inc.\",up,2026-11-21T19:15:03.123456Z,"
		"2026-11-21T20:15:03.123456Z,";
	char *text = print_devices(OUT_CSV, &full, 1);

	(void)state;
	assert_non_null(strstr(text, want));
	assert_non_null(strstr(text, ",\"22, 80\",137\r\n"));
	free(text);
}

/* RFC 4180 §2, read by the book.  The cells of one record, or 0 at the end. */
static size_t
read_record(const char **p, char cells[][2048], size_t max)
{
	size_t n = 0;

	if (!**p)
		return 0;
	for (;; (*p)++) {
		assert_true(n < max);
		char *out = cells[n++];
		bool quoted = **p == '"';
		*p += quoted;
		while (quoted ? !(**p == '"' && (*p)[1] != '"')
			      : !strchr(",\r\n", **p)) {
			assert_true(**p != '\0');
			*p += quoted && **p == '"';
			*out++ = *(*p)++;
		}
		*p += quoted;
		*out = '\0';
		if (**p != ',')
			break;
	}
	assert_int_equal(0, strncmp(*p, "\r\n", 2));
	*p += 2;
	return n;
}

/* What a terminal would obey, and what is no UTF-8, is U+FFFD in a cell; NULL: as it is. */
static const char *const hostile_cells[COUNT(hostile)] = {
	[5] = "\xef\xbf\xbd[2J\xef\xbf\xbd]0;title\xef\xbf\xbd",
	[8] = "\xef\xbf\xbd"
	      "evil",
	[10] = "not UTF-8: \xef\xbf\xbd\xef\xbf\xbd(",
};

static void
csv_keeps_hostile_names_in_their_cell(void **state)
{
	static char head[128][2048], cells[128][2048];

	(void)state;
	for (size_t i = 0; i < COUNT(hostile); i++) {
		struct device_field field;
		struct device d = named(hostile[i], &field);
		char *text = print_devices(OUT_CSV, &d, 1);
		const char *p = text;
		size_t columns = read_record(&p, head, COUNT(head));
		assert_int_equal(columns, read_record(&p, cells, COUNT(cells)));
		assert_string_equal("name", head[4]);
		bool formula = *hostile[i] && strchr("=+-@\t\r", *hostile[i]);
		assert_string_equal(hostile_cells[i] ? hostile_cells[i] : hostile[i],
			cells[4] + formula);
		assert_true(!formula || cells[4][0] == '\'');
		assert_int_equal(0, read_record(&p, cells, COUNT(cells)));
		free(text);
	}
}

/* --- NDJSON ----------------------------------------------------------------------------- */

static void
ndjson_of_a_device_is_one_documented_object(void **state)
{
	char *text = print_devices(OUT_NDJSON, &full, 1);

	(void)state;
	assert_string_equal(
		"{\"v\":1,\"id\":\"0193507b-9c00-7000-8000-000000000001\",\"site\":\"berlin\","
		"\"state\":\"up\",\"first_seen\":\"2026-11-21T19:15:03.123456Z\","
		"\"last_seen\":\"2026-11-21T20:15:03.123456Z\",\"name\":\"WS-0412\","
		"\"addresses\":[{\"ip\":\"198.18.3.7\",\"current\":true,"
		"\"first_seen\":\"2026-11-21T19:15:03.123456Z\","
		"\"last_seen\":\"2026-11-21T20:15:03.123456Z\","
		"\"last_reply\":\"2026-11-21T20:15:03.123456Z\"},"
		"{\"ip\":\"198.18.3.9\",\"current\":false,"
		"\"first_seen\":\"2026-11-21T19:15:03.123456Z\","
		"\"last_seen\":\"2026-11-21T19:15:03.123456Z\","
		"\"down_at\":\"2026-11-21T20:15:03.123456Z\"}],"
		"\"fields\":{\"domain\":\"CORP\",\"mac\":\"00:16:3e:5e:6c:ab\","
		"\"mac.onlink\":true,\"name\":\"WS-0412\",\"netbios.name\":\"WS-0412\","
		"\"tcp.open\":[22,80],\"udp.open\":[137],\"vendor\":\"Xensource, Inc.\"}}\n",
		text);
	free(text);
}

static void
ndjson_keeps_hostile_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(hostile); i++) {
		struct device_field field;
		struct device d = named(hostile[i], &field);
		char *text = print_devices(OUT_NDJSON, &d, 1);
		json_t *object = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
		assert_non_null(object);
		assert_ptr_equal(text + strlen(text) - 1, strchr(text, '\n'));
		const char *name = json_string_value(json_object_get(object, "name"));
		/* What is no UTF-8 cannot be kept: it becomes U+FFFD. */
		if (strncmp(hostile[i], "not UTF-8", 9) == 0)
			assert_non_null(strstr(name, "\xef\xbf\xbd"));
		else
			assert_string_equal(hostile[i], name);
		json_decref(object);
		free(text);
	}
}

/* --- XML -------------------------------------------------------------------------------- */

static void
xml_of_a_device_is_a_host(void **state)
{
	char *text = print_devices(OUT_XML, &full, 1);

	(void)state;
	assert_non_null(strstr(text,
		"<host starttime=\"1795292103\" endtime=\"1795292103\" "
		"comment=\"0193507b-9c00-7000-8000-000000000001\">"
		"<status state=\"up\" reason=\"arp-response\" reason_ttl=\"0\"/>\n"
		"<address addr=\"198.18.3.7\" addrtype=\"ipv4\"/>\n"
		"<address addr=\"00:16:3E:5E:6C:AB\" addrtype=\"mac\" "
		"vendor=\"Xensource, Inc.\"/>\n"
		"<hostnames>\n<hostname name=\"WS-0412\"/>\n</hostnames>\n"
		"<ports>\n"
		"<port protocol=\"tcp\" portid=\"22\"><state state=\"open\" reason=\"syn-ack\" "
		"reason_ttl=\"0\"/><service name=\"ssh\" method=\"table\" conf=\"3\"/></port>\n"
		"<port protocol=\"tcp\" portid=\"80\"><state state=\"open\" reason=\"syn-ack\" "
		"reason_ttl=\"0\"/><service name=\"http\" method=\"table\" conf=\"3\"/></port>\n"
		"<port protocol=\"udp\" portid=\"137\"><state state=\"open\" "
		"reason=\"udp-response\" reason_ttl=\"0\"/><service name=\"netbios-ns\" "
		"method=\"table\" conf=\"3\"/></port>\n"
		"</ports>\n</host>\n"));
	assert_non_null(strstr(text, "<hosts up=\"1\" down=\"0\" total=\"1\"/>"));
	assert_non_null(strstr(text, "startstr=\"Sat Nov 21 20:15:03 2026\""));
	free(text);
}

static void
xml_gives_a_name_once(void **state)
{
	static const char *const ptr[] = { "other.example", "ws-0412" };
	const struct device_field fields[] = {
		FIELD("dns.ptr", FACT_TEXTS, .texts = { ptr, 2 }),
		FIELD("netbios.name", FACT_TEXT, .text = "WS-0412"),
	};
	struct device d = full;

	(void)state;
	d.fields = fields;
	d.n_fields = COUNT(fields);
	char *text = print_devices(OUT_XML, &d, 1);
	assert_non_null(strstr(text,
		"<hostnames>\n<hostname name=\"other.example\" type=\"PTR\"/>\n"
		"<hostname name=\"ws-0412\" type=\"PTR\"/>\n</hostnames>\n"));
	free(text);
}

static void
xml_tells_the_system_and_how_sure_it_is(void **state)
{
	const struct device_field derived[] = {
		FIELD("os", FACT_TEXT, .text = "FreeBSD"),
		FIELD("os.confidence", FACT_INT, .num = 93),
	};
	const struct device_field said[] = {
		FIELD("os", FACT_TEXT, .text = "Windows"),
		FIELD("os.confidence", FACT_INT, .num = 80),
		FIELD("os.name", FACT_TEXT, .text = "Windows 10 Pro"),
	};
	struct device both[] = { full, full };

	(void)state;
	both[0].fields = derived;
	both[0].n_fields = COUNT(derived);
	both[1].fields = said;
	both[1].n_fields = COUNT(said);
	char *text = print_devices(OUT_XML, both, 2);
	assert_non_null(
		strstr(text, "<osmatch name=\"FreeBSD\" accuracy=\"93\" line=\"0\"/>"));
	assert_non_null(strstr(text,
		"<osmatch name=\"Windows 10 Pro\" accuracy=\"100\" line=\"0\"/>"));
	assert_null(strstr(text, "name=\"Windows\""));
	free(text);
}

static void
xml_shows_the_last_address_of_what_holds_none(void **state)
{
	char *text = print_devices(OUT_XML, &bare, 1);

	(void)state;
	assert_non_null(strstr(text, "<status state=\"down\" reason=\"no-response\""));
	assert_non_null(
		strstr(text, "<address addr=\"198.18.3.9\" addrtype=\"ipv4\"/>"));
	free(text);
}

static void
xml_says_what_it_left_out(void **state)
{
	struct device_field field;
	struct device d = named("ws", &field);

	(void)state;
	d.n_addrs = 0;
	char *text = print_devices(OUT_XML, &d, 1);
	assert_null(strstr(text, "<host "));
	assert_non_null(strstr(text, "<!-- 1 without an address left out -->"));
	free(text);
}

static void
xml_counts_what_a_run_did_not_find(void **state)
{
	const struct run_end end = {
		.ok = false, .interrupted = true, .targets = 256, .duration_us = 2340000
	};
	struct err e = { 0 };
	struct printed p;
	struct out *out;

	(void)state;
	printed_init(&p);
	assert_int_equal(0, out_open(&out, OUT_XML, &p.info, &e));
	assert_int_equal(0, out_device(out, &full, &e));
	assert_int_equal(0, out_close(out, &end, &e));
	char *text = printed_done(&p);
	assert_non_null(strstr(text, "<hosts up=\"1\" down=\"255\" total=\"256\"/>"));
	assert_non_null(strstr(text, " elapsed=\"2.34\""));
	assert_non_null(strstr(text, " exit=\"error\" errormsg=\"interrupted\""));
	free(text);
}

struct xml_reader {
	char name[2048];
	size_t hosts;
};

static void XMLCALL
xml_start(void *data, const XML_Char *element, const XML_Char **attrs)
{
	struct xml_reader *r = data;

	r->hosts += strcmp(element, "host") == 0;
	for (size_t i = 0; strcmp(element, "hostname") == 0 && attrs[i]; i += 2)
		if (strcmp(attrs[i], "name") == 0)
			(void)snprintf(r->name, sizeof(r->name), "%s", attrs[i + 1]);
}

static bool
has_no_xml_form(const char *text)
{
	return strstr(text, "not UTF-8") || strchr(text, '\033');
}

static void
xml_keeps_hostile_names_in_their_attribute(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(hostile); i++) {
		struct device_field field;
		struct device d = named(hostile[i], &field);
		struct xml_reader r = { 0 };
		field.fact.key = "netbios.name";
		char *text = print_devices(OUT_XML, &d, 1);
		XML_Parser parser = XML_ParserCreate(NULL);
		XML_SetUserData(parser, &r);
		XML_SetStartElementHandler(parser, xml_start);
		assert_int_equal(XML_STATUS_OK,
			XML_Parse(parser, text, (int)strlen(text), XML_TRUE));
		assert_int_equal(1, r.hosts);
		/* XML 1.0 §2.2 has no place for these: they become U+FFFD. */
		if (has_no_xml_form(hostile[i]))
			assert_non_null(strstr(r.name, "\xef\xbf\xbd"));
		else
			assert_string_equal(hostile[i], r.name);
		XML_ParserFree(parser);
		free(text);
	}
}

/* --- what goes where -------------------------------------------------------------------- */

static void
a_run_prints_observations_or_devices(void **state)
{
	static const struct fact facts[] = {
		{ .key = "icmp.echo", .type = FACT_BOOL, .num = 1 }
	};
	static const struct row {
		enum out_format_id format;
		uint64_t count;
		const char *begins;
	} rows[] = {
		{ OUT_NDJSON, 1, "{\"v\":1,\"at\":\"2026-11-21T20:15:03.123456Z\"," },
		{ OUT_TABLE, 2, "ADDRESS" },
		{ OUT_CSV, 2, "id,site," },
		{ OUT_XML, 2, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" },
	};
	const struct observation o = { .site = "s",
		.point = "p",
		.run = "r",
		.source = "sweep",
		.at = SEEN,
		.seq = 1,
		.ip = ip,
		.facts = facts,
		.n_facts = 1 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err e = { 0 };
		struct printed p;
		struct out *out;
		printed_init(&p);
		p.info.content = OUT_RUN;
		assert_int_equal(0, out_open(&out, rows[i].format, &p.info, &e));
		assert_int_equal(0, out_observation(out, &o, &e));
		assert_int_equal(0, out_device(out, &full, &e));
		assert_int_equal(0, out_device(out, &bare, &e));
		assert_int_equal(rows[i].count, out_count(out));
		assert_int_equal(0, out_close(out, NULL, &e));
		char *text = printed_done(&p);
		assert_int_equal(
			0, strncmp(rows[i].begins, text, strlen(rows[i].begins)));
		free(text);
	}
}

static const struct change renamed = { .at = SEEN,
	.device = "0193507b-9c00-7000-8000-000000000001",
	.label = "new, name",
	.what = "field",
	.key = "netbios.name",
	.before = "old\n",
	.after = "=new",
	.run = "r1" };

static void
changes_have_three_formats(void **state)
{
	static const struct row {
		enum out_format_id format;
		const char *want;
	} rows[] = {
		{ OUT_TABLE,
			"AT                    DEVICE     CHANGE  FIELD         "
			"BEFORE   AFTER\n"
			"2026-11-21T20:15:03Z  new, name  field   netbios.name  "
			"old\\x0a  =new\n" },
		{ OUT_CSV,
			"at,device,name,what,key,before,after,run\r\n"
			"2026-11-21T20:15:03.123456Z,0193507b-9c00-7000-8000-000000000001,"
			"\"new, name\",field,netbios.name,\"old\n\",\"'=new\",r1\r\n" },
		{ OUT_NDJSON,
			"{\"v\":1,\"at\":\"2026-11-21T20:15:03.123456Z\","
			"\"device\":\"0193507b-9c00-7000-8000-000000000001\","
			"\"name\":\"new, name\",\"what\":\"field\","
			"\"key\":\"netbios.name\",\"before\":\"old\\n\","
			"\"after\":\"=new\",\"run\":\"r1\"}\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err e = { 0 };
		struct printed p;
		struct out *out;
		printed_init(&p);
		p.info.content = OUT_CHANGES;
		assert_int_equal(0, out_open(&out, rows[i].format, &p.info, &e));
		assert_int_equal(0, out_change(out, &renamed, &e));
		assert_int_equal(0, out_close(out, NULL, &e));
		char *text = printed_done(&p);
		assert_string_equal(rows[i].want, text);
		free(text);
	}
}

static void
changes_are_refused_as_xml(void **state)
{
	struct err e = { 0 };
	struct printed p;
	struct out *out;

	(void)state;
	printed_init(&p);
	p.info.content = OUT_CHANGES;
	assert_int_equal(-1, out_open(&out, OUT_XML, &p.info, &e));
	assert_int_equal(ERR_ARG, e.code);
	free(printed_done(&p));
}

static void
a_full_disk_is_an_error(void **state)
{
	(void)state;
	for (int format = OUT_TABLE; format <= OUT_XML; format++) {
		struct out_info info = { .command = "muster", .now = SEEN };
		struct err e = { 0 };
		struct out *out = NULL;
		info.to = fopen("/dev/full", "w");
		assert_non_null(info.to);
		int rc = out_open(&out, (enum out_format_id)format, &info, &e);
		if (rc == 0)
			rc = out_device(out, &full, &e);
		if (rc == 0)
			rc = out_close(out, NULL, &e);
		else
			out_free(out);
		assert_int_equal(-1, rc);
		assert_int_equal(ERR_SYS, e.code);
		(void)fclose(info.to);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_aligns_columns_under_their_titles),
		cmocka_unit_test(table_without_rows_prints_nothing),
		cmocka_unit_test(table_shows_hostile_names_on_one_plain_line),
		cmocka_unit_test(table_escapes_by_one_rule),
		cmocka_unit_test(table_fits_the_terminal),
		cmocka_unit_test(table_leaves_out_what_has_no_room),
		cmocka_unit_test(table_leaves_out_what_is_empty_before_it_cuts),
		cmocka_unit_test(table_is_never_cut_in_a_pipe),
		cmocka_unit_test(table_streams_any_number_of_rows),
		cmocka_unit_test(table_colors_the_state_alone),
		cmocka_unit_test(age_is_said_in_one_unit),
		cmocka_unit_test(csv_begins_with_its_columns),
		cmocka_unit_test(csv_quotes_as_rfc_4180_says),
		cmocka_unit_test(csv_keeps_hostile_names_in_their_cell),
		cmocka_unit_test(ndjson_of_a_device_is_one_documented_object),
		cmocka_unit_test(ndjson_keeps_hostile_names),
		cmocka_unit_test(xml_of_a_device_is_a_host),
		cmocka_unit_test(xml_gives_a_name_once),
		cmocka_unit_test(xml_tells_the_system_and_how_sure_it_is),
		cmocka_unit_test(xml_shows_the_last_address_of_what_holds_none),
		cmocka_unit_test(xml_says_what_it_left_out),
		cmocka_unit_test(xml_counts_what_a_run_did_not_find),
		cmocka_unit_test(xml_keeps_hostile_names_in_their_attribute),
		cmocka_unit_test(a_run_prints_observations_or_devices),
		cmocka_unit_test(changes_have_three_formats),
		cmocka_unit_test(changes_are_refused_as_xml),
		cmocka_unit_test(a_full_disk_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
