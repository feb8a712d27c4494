/* SPDX-License-Identifier: GPL-3.0-or-later */
/* WS-Discovery: what wsdd says, and what Windows may say by [MS-PBSD] and the documents. */
#include "datagram.h"

#include "wire/wsd.h"

#define UUID "f2c19114-054b-5369-8a78-141313afc491"

static const char *
types_of(const struct wsd_message *m)
{
	static char text[WSD_TYPES_MAX * WSD_TEXT];

	text[0] = '\0';
	for (size_t i = 0; i < m->n_types; i++) {
		size_t used = strlen(text);
		(void)snprintf(text + used, sizeof(text) - used, "%s%s", i ? " " : "",
			m->types[i]);
	}
	return text;
}

static void
datagrams_of_wsdd_are_read(void **state)
{
	static const struct {
		const char *path;
		enum wsd_action action;
		const char *types, *xaddrs;
	} rows[] = {
		{ "tests/data/wsd/hello.hex", WSD_HELLO, "",
			"http://198.18.3.11:5357/" UUID },
		{ "tests/data/wsd/probe_matches.hex", WSD_PROBE_MATCHES,
			"Device Computer", "" },
		{ "tests/data/wsd/resolve_matches.hex", WSD_RESOLVE_MATCHES,
			"Device Computer", "http://198.18.3.11:5357/" UUID },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct packet p = packet_file(rows[i].path);
		struct wsd_message m;
		struct err e;
		print_message("  %s\n", rows[i].path);
		assert_int_equal(wsd_read(open_frame(&p, 0), &m, &e), 0);
		assert_int_equal(m.action, rows[i].action);
		assert_string_equal(wsd_uuid(&m), UUID);
		assert_string_equal(types_of(&m), rows[i].types);
		assert_string_equal(m.xaddrs, rows[i].xaddrs);
		packet_free(&p);
	}
}

static struct packet
read_file(const char *path)
{
	char text[8192];
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	size_t n = fread(text, 1, sizeof(text), f);
	(void)fclose(f);
	return packet_of(text, n);
}

static void
metadata_of_wsdd_are_read(void **state)
{
	struct packet p = read_file("tests/data/wsd/metadata.xml");
	struct wsd_message m;
	struct err e;

	(void)state;
	assert_int_equal(wsd_read(packet_rd(&p), &m, &e), 0);
	assert_int_equal(m.action, WSD_GET_RESPONSE);
	assert_string_equal(m.name, "DESK1");
	assert_string_equal(m.domain, "HOME");
	assert_false(m.in_domain);
	assert_string_equal(m.maker, "wsdd");
	assert_string_equal(m.model, "wsdd");
	assert_string_equal(wsd_uuid(&m), UUID);
	packet_free(&p);
}

#define ENVELOPE(head, body) \
	"<e:Envelope><e:Header>" head "</e:Header><e:Body>" body \
	"</e:Body></e:Envelope>"
#define HOST(computer) \
	ENVELOPE("", "<p:Host><c:Computer>" computer "</c:Computer></p:Host>")

static const struct {
	const char *label, *text;
	int rc;
	const char *name, *domain;
	bool in_domain;
	const char *uuid, *types;
} rows[] = {
	{ "in a domain", HOST("PC7/Domain:CORP"), 0, "PC7", "CORP", true, "", "" },
	{ "in a workgroup", HOST("PC7\\Workgroup:HOME"), 0, "PC7", "HOME", false, "",
		"" },
	{ "not joined", HOST("PC7\\NotJoined"), 0, "PC7", "", false, "", "" },
	{ "a name alone", HOST("PC7"), 0, "PC7", "", false, "", "" },
	{ "a printer",
		ENVELOPE("",
			"<d:ThisDevice><d:FriendlyName>Hall</d:FriendlyName>"
			"<d:FriendlyName>Flur</d:FriendlyName></d:ThisDevice>"
			"<d:Types>d:Device  w:PrintDeviceType</d:Types>"),
		0, "Hall", "", false, "", "Device PrintDeviceType" },
	{ "an endpoint that is no UUID",
		ENVELOPE("",
			"<EndpointReference><Address>http://x</Address></EndpointReference>"),
		0, "", "", false, "", "" },
	{ "an endpoint without urn",
		ENVELOPE("",
			"<EndpointReference><Address>uuid:ab</Address></EndpointReference>"),
		0, "", "", false, "ab", "" },
	{ "the address to reply to is none",
		ENVELOPE("<ReplyTo><Address>urn:uuid:ab</Address></ReplyTo>", ""), 0,
		"", "", false, "", "" },
	{ "it breaks off", "<e:Envelope><Computer>PC7</Computer>", -1, "PC7", "", false,
		"", "" },
	{ "entities",
		"<!DOCTYPE a [<!ENTITY b \"c\">]><e:Envelope><Computer>&b;</Computer>"
		"</e:Envelope>",
		-1, "", "", false, "", "" },
	{ "no XML", "\x00\x01", -1, "", "", false, "", "" },
};

static void
what_is_said_is_read_by_the_documents(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct packet p = packet_of(rows[i].text, strlen(rows[i].text));
		struct wsd_message m;
		struct err e = { 0 };
		print_message("  %s\n", rows[i].label);
		assert_int_equal(wsd_read(packet_rd(&p), &m, &e), rows[i].rc);
		if (rows[i].rc == -1)
			assert_true(e.code == ERR_PROTO && e.text[0]);
		assert_string_equal(m.name, rows[i].name);
		assert_string_equal(m.domain, rows[i].domain);
		assert_int_equal(m.in_domain, rows[i].in_domain);
		assert_string_equal(wsd_uuid(&m), rows[i].uuid);
		assert_string_equal(types_of(&m), rows[i].types);
		packet_free(&p);
	}
}

static void
what_is_written_is_read_again(void **state)
{
	uint8_t bytes[WSD_MESSAGE_MAX];
	struct wr w = wr_to(bytes, sizeof(bytes));
	struct wsd_message m;
	struct err e;

	(void)state;
	wsd_write_probe(&w, UUID, true);
	assert_false(w.bad);
	assert_int_equal(wsd_read(rd_from(bytes, wr_used(&w)), &m, &e), 0);
	assert_int_equal(m.action, WSD_PROBE);
	assert_string_equal(types_of(&m), "Device");
	w = wr_to(bytes, sizeof(bytes));
	wsd_write_resolve(&w, UUID, "urn:uuid:ab");
	assert_false(w.bad);
	assert_int_equal(wsd_read(rd_from(bytes, wr_used(&w)), &m, &e), 0);
	assert_string_equal(wsd_uuid(&m), "ab");
	w = wr_to(bytes, sizeof(bytes));
	wsd_write_get(&w, UUID, "urn:uuid:ab");
	assert_false(w.bad);
	assert_int_equal(wsd_read(rd_from(bytes, wr_used(&w)), &m, &e), 0);
}

/* Else whoever is asked could write parts of the question. */
static void
an_endpoint_with_markup_is_not_written(void **state)
{
	uint8_t bytes[WSD_MESSAGE_MAX];
	struct wr w = wr_to(bytes, sizeof(bytes));

	(void)state;
	wsd_write_get(&w, UUID, "urn:uuid:ab</a:To><x/>");
	assert_true(w.bad);
	w = wr_to(bytes, sizeof(bytes));
	wsd_write_resolve(&w, UUID, "a&b");
	assert_true(w.bad);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(datagrams_of_wsdd_are_read),
		cmocka_unit_test(metadata_of_wsdd_are_read),
		cmocka_unit_test(what_is_said_is_read_by_the_documents),
		cmocka_unit_test(what_is_written_is_read_again),
		cmocka_unit_test(an_endpoint_with_markup_is_not_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
