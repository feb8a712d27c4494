/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SSDP and what it leads to: URLs and descriptions.  No box that speaks UPnP is in the lab:
 * messages are those of the templates in UPnP Device Architecture 2.0 §1.2.2, §1.3.3, §2.3.
 */
#include "packet.h"

#include "wire/ssdp.h"
#include "wire/upnp.h"
#include "wire/url.h"

#define ALIVE \
	"NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n" \
	"CACHE-CONTROL: max-age = 1800\r\n" \
	"LOCATION: http://192.0.2.7:49152/rootDesc.xml\r\nNT: upnp:rootdevice\r\n" \
	"NTS: ssdp:alive\r\nSERVER: Linux/5.4 UPnP/2.0 box/1.0\r\n" \
	"USN: uuid:2fac1234-31f8-11b4-a222-08002b34c003::upnp:rootdevice\r\n\r\n"
#define UUID "2fac1234-31f8-11b4-a222-08002b34c003"

static const struct {
	const char *label, *text;
	int rc;
	enum ssdp_kind kind;
	const char *location, *server, *type, *uuid;
} rows[] = {
	{ "alive", ALIVE, 0, SSDP_ALIVE, "http://192.0.2.7:49152/rootDesc.xml",
		"Linux/5.4 UPnP/2.0 box/1.0", "upnp:rootdevice", UUID },
	{ "an answer",
		"HTTP/1.1 200 OK\r\nST:ssdp:all\r\nLocation:  http://192.0.2.7/x \t\r\n"
		"usn: UUID:ab\r\n\r\n",
		0, SSDP_ANSWER, "http://192.0.2.7/x", "", "ssdp:all", "ab" },
	{ "it leaves", "NOTIFY * HTTP/1.1\r\nNT: a\r\nNTS: ssdp:byebye\r\n\r\n", 0,
		SSDP_BYEBYE, "", "", "a", "" },
	{ "an update", "NOTIFY * HTTP/1.1\r\nNT: a\r\nNTS: ssdp:update\r\n\r\n", 0,
		SSDP_ALIVE, "", "", "a", "" },
	{ "a search", "M-SEARCH * HTTP/1.1\r\nST: ssdp:all\r\n\r\n", 0, SSDP_SEARCH, "",
		"", "ssdp:all", "" },
	{ "lines without CR", "NOTIFY * HTTP/1.1\nNT: a\nNTS: ssdp:alive\n\n", 0,
		SSDP_ALIVE, "", "", "a", "" },
	{ "no empty line", "NOTIFY * HTTP/1.1\r\nNTS: ssdp:alive\r\nNT: a", 0,
		SSDP_ALIVE, "", "", "a", "" },
	{ "behind the empty line nothing counts",
		"NOTIFY * HTTP/1.1\r\nNTS: ssdp:alive\r\n\r\nNT: a\r\n", 0, SSDP_ALIVE,
		"", "", "", "" },
	{ "the first value counts",
		"NOTIFY * HTTP/1.1\r\nNTS: ssdp:alive\r\nNT: a\r\nNT: b\r\n\r\n", 0,
		SSDP_ALIVE, "", "", "a", "" },
	{ "no NTS", "NOTIFY * HTTP/1.1\r\nNT: a\r\n\r\n", -1, SSDP_ALIVE, "", "", "a",
		"" },
	{ "an error", "HTTP/1.1 404 Not Found\r\n\r\n", -1, SSDP_ALIVE, "", "", "", "" },
	{ "another protocol", "GET / HTTP/1.1\r\n\r\n", -1, SSDP_ALIVE, "", "", "", "" },
	{ "nothing", "", -1, SSDP_ALIVE, "", "", "", "" },
};

static void
messages_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct packet p = packet_of(rows[i].text, strlen(rows[i].text));
		struct err e = { 0 };
		struct ssdp s;
		print_message("  %s\n", rows[i].label);
		assert_int_equal(ssdp_read(packet_rd(&p), &s, &e), rows[i].rc);
		if (rows[i].rc == -1)
			assert_true(e.code == ERR_PROTO && e.text[0]);
		else
			assert_int_equal(s.kind, rows[i].kind);
		assert_rd(s.location, rows[i].location);
		assert_rd(s.server, rows[i].server);
		assert_rd(s.type, rows[i].type);
		assert_rd(ssdp_uuid(s.usn), rows[i].uuid);
		packet_free(&p);
	}
}

/* UPnP Device Architecture 2.0 §1.3.2: HOST is the device, and no MX. */
static void
a_search_by_unicast_has_no_mx(void **state)
{
	struct addr four = addr_ip4(0xc0000207), six;
	uint8_t bytes[SSDP_SEARCH_MAX];
	struct wr w = wr_to(bytes, sizeof(bytes));
	static const char want[] = "M-SEARCH * HTTP/1.1\r\nHOST: 192.0.2.7:1900\r\n"
				   "MAN: \"ssdp:discover\"\r\nST: upnp:rootdevice\r\n\r\n";

	(void)state;
	ssdp_write_search(&w, &four);
	assert_wrote(&w, want, sizeof(want) - 1);
	assert_true(addr_parse("2001:db8:1111:2222:3333:4444:5555:6666", &six));
	w = wr_to(bytes, sizeof(bytes));
	ssdp_write_search(&w, &six);
	assert_false(w.bad);
	bytes[wr_used(&w)] = '\0';
	assert_non_null(strstr((char *)bytes,
		"HOST: [2001:db8:1111:2222:3333:4444:5555:6666]:1900\r\n"));
}

static const struct {
	const char *text;
	bool ok;
	const char *host;
	unsigned port;
	const char *path;
} urls[] = {
	{ "http://192.0.2.7:49152/rootDesc.xml", true, "192.0.2.7", 49152,
		"/rootDesc.xml" },
	{ "HTTP://192.0.2.7", true, "192.0.2.7", 80, "/" },
	{ "http://192.0.2.7/a/b?c=d", true, "192.0.2.7", 80, "/a/b?c=d" },
	{ "http://[2001:db8::7]:5357/x", true, "2001:db8::7", 5357, "/x" },
	{ "http://[2001:db8::7]", true, "2001:db8::7", 80, "/" },
	{ "http://[fe80::1%25eth0]:80/", true, "fe80::1", 80, "/" },
	{ "https://192.0.2.7/", false, NULL, 0, NULL },
	{ "http://printer.example/", false, NULL, 0, NULL },
	{ "http://192.0.2.7:0/", false, NULL, 0, NULL },
	{ "http://192.0.2.7:65536/", false, NULL, 0, NULL },
	{ "http://192.0.2.7:000080/", false, NULL, 0, NULL },
	{ "http://192.0.2.7:/", false, NULL, 0, NULL },
	{ "http://192.0.2.7:8a/", false, NULL, 0, NULL },
	{ "http://me@192.0.2.7/", false, NULL, 0, NULL },
	{ "http://192.0.2.7 /", false, NULL, 0, NULL },
	{ "http://192.0.2.7/a\r\nX: y", false, NULL, 0, NULL },
	{ "http://192.0.2.7/a#b", false, NULL, 0, NULL },
	{ "http://[192.0.2.7]/", false, NULL, 0, NULL },
	{ "http://[2001:db8::7/", false, NULL, 0, NULL },
	{ "http://[2001:db8::7]x/", false, NULL, 0, NULL },
	{ "http://2001:db8::7/", false, NULL, 0, NULL },
	{ "http://", false, NULL, 0, NULL },
	{ "", false, NULL, 0, NULL },
};

static void
urls_lead_to_addresses_only(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		struct packet p = packet_of(urls[i].text, strlen(urls[i].text));
		char host[ADDR_TEXT_MAX];
		struct url u;
		print_message("  %s\n", urls[i].text);
		assert_int_equal(url_read(packet_rd(&p), &u), urls[i].ok);
		if (urls[i].ok) {
			assert_string_equal(addr_print(&u.host, host), urls[i].host);
			assert_int_equal(u.port, urls[i].port);
			assert_string_equal(u.path, urls[i].path);
		}
		packet_free(&p);
	}
}

static void
a_path_that_is_too_long_is_none(void **state)
{
	char text[400] = "http://192.0.2.7/";
	struct url u;

	(void)state;
	memset(text + strlen(text), 'a', sizeof(text) - strlen(text) - 1);
	assert_false(url_read(rd_from(text, strlen(text)), &u));
}

#define ROOT(inside) \
	"<?xml version=\"1.0\"?><root xmlns=\"urn:schemas-upnp-org:device-1-0\">" \
	"<specVersion><major>2</major></specVersion><device>" \
	"<deviceType>urn:schemas-upnp-org:device:MediaServer:1</deviceType>" \
	"<friendlyName> Attic &amp; \n</friendlyName><manufacturer>Acme</manufacturer>" \
	"<modelName>Box 3</modelName><UDN>uuid:2fac</UDN>" inside "</device></root>"

static const struct {
	const char *label, *text;
	int rc;
	const char *name, *maker, *model, *uuid;
	size_t n_types;
} descriptions[] = {
	{ "a device", ROOT(""), 0, "Attic &", "Acme", "Box 3", "2fac", 1 },
	{ "a device in it is another",
		ROOT("<deviceList><device><deviceType>x</deviceType>"
		     "<friendlyName>in</friendlyName>"
		     "<serviceList><service><serviceType>y</serviceType>"
		     "</service></serviceList></device></deviceList>"),
		0, "Attic &", "Acme", "Box 3", "2fac", 3 },
	{ "prefixes",
		"<u:root><u:device><u:modelName>M</u:modelName></u:device></u:root>", 0,
		"", "", "M", "", 0 },
	{ "the first value counts",
		"<root><device><modelName>a</modelName><modelName>b</modelName></device></root>",
		0, "", "", "a", "", 0 },
	{ "it breaks off", "<root><device><modelName>a</modelName><UDN>b", -1, "", "",
		"a", "", 0 },
	{ "an entity is declared",
		"<!DOCTYPE root [<!ENTITY a \"b\">]><root><device><modelName>&a;</modelName>"
		"</device></root>",
		-1, "", "", "", "", 0 },
	{ "a DTD elsewhere is not asked for",
		"<!DOCTYPE root SYSTEM \"http://192.0.2.9/x\"><root><device><modelName>a"
		"</modelName></device></root>",
		0, "", "", "a", "", 0 },
	{ "17 deep",
		"<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a></a></a></a></a></a></a>"
		"</a></a></a></a></a></a></a></a></a></a></a>",
		-1, "", "", "", "", 0 },
	{ "no XML", "hello", -1, "", "", "", "", 0 },
	{ "nothing", "", -1, "", "", "", "", 0 },
};

static void
descriptions_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(descriptions) / sizeof(descriptions[0]); i++) {
		const char *text = descriptions[i].text;
		struct packet p = packet_of(text, strlen(text));
		struct upnp_description d;
		struct err e = { 0 };
		print_message("  %s\n", descriptions[i].label);
		assert_int_equal(upnp_read(packet_rd(&p), &d, &e), descriptions[i].rc);
		if (descriptions[i].rc == -1)
			assert_true(e.code == ERR_PROTO && e.text[0]);
		assert_string_equal(d.name, descriptions[i].name);
		assert_string_equal(d.maker, descriptions[i].maker);
		assert_string_equal(d.model, descriptions[i].model);
		assert_string_equal(d.uuid, descriptions[i].uuid);
		assert_int_equal(d.n_types, descriptions[i].n_types);
		packet_free(&p);
	}
}

static void
a_description_above_64_kib_is_refused(void **state)
{
	static const char head[] = "<root>", tail[] = "</root>";
	size_t n = XML_SIZE_MAX + 1;
	char *text = malloc(n);
	struct upnp_description d;
	struct err e = { 0 };

	(void)state;
	assert_non_null(text);
	memset(text, ' ', n);
	memcpy(text, head, sizeof(head) - 1);
	memcpy(text + n - sizeof(tail), tail, sizeof(tail) - 1); /* and a blank */
	assert_int_equal(upnp_read(rd_from(text, n), &d, &e), -1);
	assert_int_equal(e.code, ERR_PROTO);
	assert_int_equal(upnp_read(rd_from(text, n - 1), &d, &e), 0);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_are_read),
		cmocka_unit_test(a_search_by_unicast_has_no_mx),
		cmocka_unit_test(urls_lead_to_addresses_only),
		cmocka_unit_test(a_path_that_is_too_long_is_none),
		cmocka_unit_test(descriptions_are_read),
		cmocka_unit_test(a_description_above_64_kib_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
