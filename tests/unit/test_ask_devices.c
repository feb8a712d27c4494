/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Conversations with devices that tell what they are: SSDP, WS-Discovery, multicast DNS.
 * Answers of wsdd and avahi are those of the lab; of UPnP those of the standard's templates.
 */
#include "packet.h"
#include "talk_rig.h"

#include "wire/mdns_told.h"
#include "wire/wsd.h"

extern const struct ask ask_ssdp, ask_upnp, ask_wsd, ask_wsd_metadata, ask_mdns;

static enum talk_next
hear(struct talk *t, const char *text)
{
	return rig_hear(t, text, strlen(text));
}

static const char *
said(struct talk *t)
{
	static char text[4096];
	struct rd r = rig_said(t);
	size_t n = rd_left(&r);

	assert_true(n < sizeof(text));
	rd_copy(&r, text, n);
	text[n] = '\0';
	return text;
}

/* --- SSDP ------------------------------------------------------------------------------- */

#define ANSWER(location) \
	"HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\nSERVER: Linux/5 UPnP/2.0 box/1\r\n" \
	"USN: uuid:2fac::upnp:rootdevice\r\nLOCATION: " location "\r\n\r\n"

static const struct {
	const char *label, *answer;
	enum talk_next next;
	const char *facts, *follows;
} ssdp[] = {
	{ "on the same host", ANSWER("http://192.0.2.1:49152/root.xml"), TALK_DONE,
		"ssdp.location=http://192.0.2.1:49152/root.xml\n"
		"ssdp.server=Linux/5 UPnP/2.0 box/1\nssdp.uuid=2fac\n",
		"upnp 49152 /root.xml\n" },
	{ "on another host", ANSWER("http://192.0.2.2:49152/root.xml"), TALK_DONE,
		"ssdp.location=http://192.0.2.2:49152/root.xml\n"
		"ssdp.server=Linux/5 UPnP/2.0 box/1\nssdp.uuid=2fac\n",
		"" },
	{ "of a name", ANSWER("http://box.local/root.xml"), TALK_DONE,
		"ssdp.location=http://box.local/root.xml\n"
		"ssdp.server=Linux/5 UPnP/2.0 box/1\nssdp.uuid=2fac\n",
		"" },
	{ "nowhere", "HTTP/1.1 200 OK\r\n\r\n", TALK_DONE, "", "" },
	{ "an announcement", "NOTIFY * HTTP/1.1\r\nNTS: ssdp:alive\r\n\r\n",
		TALK_GARBAGE, "", "" },
	{ "something else", "hello", TALK_GARBAGE, "", "" },
};

static void
a_search_leads_to_the_description_of_the_same_host(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(ssdp) / sizeof(ssdp[0]); i++) {
		struct talk *t = rig_new(&ask_ssdp);
		print_message("  %s\n", ssdp[i].label);
		assert_int_equal(rig_begin(t), TALK_MORE);
		assert_non_null(strstr(said(t), "ST: upnp:rootdevice\r\n"));
		assert_int_equal(hear(t, ssdp[i].answer), ssdp[i].next);
		assert_string_equal(rig_facts(t), ssdp[i].facts);
		assert_string_equal(rig_follows(t), ssdp[i].follows);
		rig_free(t);
	}
}

/* Woken when nothing came; also an empty datagram wakes. */
static void
nobody_is_asked_more_than_twice(void **state)
{
	static const struct ask *const udp[] = { &ask_ssdp, &ask_wsd, &ask_mdns };

	(void)state;
	for (size_t i = 0; i < sizeof(udp) / sizeof(udp[0]); i++) {
		struct talk *t = rig_new(udp[i]);
		unsigned times = 0;
		print_message("  %s\n", udp[i]->name);
		assert_int_equal(rig_begin(t), TALK_MORE);
		for (unsigned n = 0; n < 20; n++)
			assert_int_equal(rig_hear(t, "", 0), TALK_MORE);
		while (said(t)[0])
			times++;
		/* Multicast DNS begins with an id that may be 0. */
		assert_true(times == 2 || udp[i] == &ask_mdns);
		rig_free(t);
	}
}

#define DESCRIPTION \
	"<root><device><deviceType>urn:x:device:MediaServer:1</deviceType>" \
	"<friendlyName>Attic</friendlyName><manufacturer>Acme</manufacturer>" \
	"<modelName>Box 3</modelName><UDN>uuid:2fac</UDN></device></root>"

static void
a_description_says_what_it_is(void **state)
{
	static const struct {
		const char *label, *answer;
		enum talk_next next;
		const char *name;
	} rows[] = {
		{ "with a length",
			"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"
			"Content-Length: 196\r\n\r\n" DESCRIPTION,
			TALK_DONE, "Attic" },
		{ "chunked",
			"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
			"c4\r\n" DESCRIPTION "\r\n0\r\n\r\n",
			TALK_DONE, "Attic" },
		{ "up to the end", "HTTP/1.0 200 OK\r\n\r\n" DESCRIPTION, TALK_DONE,
			"Attic" },
		{ "an error", "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
			TALK_GARBAGE, NULL },
		{ "no XML", "HTTP/1.0 200 OK\r\n\r\nhello", TALK_GARBAGE, NULL },
		{ "half of it",
			"HTTP/1.0 200 OK\r\n\r\n<root><device><friendlyName>Attic"
			"</friendlyName>",
			TALK_GARBAGE, "Attic" },
		{ "no HTTP", "hello\r\n", TALK_GARBAGE, NULL },
	};

	(void)state;
	assert_int_equal(strlen(DESCRIPTION), 0xc4);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct talk *t = rig_new_at(&ask_upnp, 49152, "/root.xml");
		print_message("  %s\n", rows[i].label);
		assert_int_equal(rig_begin(t), TALK_MORE);
		const char *request = said(t);
		assert_int_equal(strncmp(request, "GET /root.xml HTTP/1.1\r\n", 24), 0);
		assert_non_null(strstr(request, "Host: 192.0.2.1:49152\r\n"));
		enum talk_next next = rig_hear_slowly(
			t, rows[i].answer, strlen(rows[i].answer));
		if (next == TALK_MORE)
			next = rig_close(t);
		assert_int_equal(next, rows[i].next);
		if (rows[i].name)
			assert_string_equal(rig_fact(t, "ssdp.name"), rows[i].name);
		else
			assert_null(rig_fact(t, "ssdp.name"));
		rig_free(t);
	}
}

static void
a_document_without_end_is_cut_at_64_kib(void **state)
{
	struct talk *t = rig_new_at(&ask_upnp, 80, "/");
	static char more[8192];
	enum talk_next next = TALK_MORE;

	(void)state;
	memset(more, ' ', sizeof(more));
	assert_int_equal(rig_begin(t), TALK_MORE);
	assert_int_equal(hear(t, "HTTP/1.0 200 OK\r\n\r\n<root>"), TALK_MORE);
	for (unsigned i = 0; i < 9 && next == TALK_MORE; i++)
		next = rig_hear(t, more, sizeof(more));
	assert_int_equal(next, TALK_GARBAGE);
	rig_free(t);
}

/* --- WS-Discovery ----------------------------------------------------------------------- */

/* The id of the question that was said last. */
static const char *
id_said(struct talk *t)
{
	static char id[64];
	const char *at = strstr(said(t), "<a:MessageID>");

	assert_non_null(at);
	at += strlen("<a:MessageID>");
	(void)snprintf(id, sizeof(id), "%.*s", (int)strcspn(at, "<"), at);
	return id;
}

static enum talk_next
matches(struct talk *t, const char *action, const char *id, const char *xaddrs)
{
	char text[2048];

	(void)snprintf(text, sizeof(text),
		"<e:Envelope><e:Header><a:Action>http://x/%s</a:Action><a:RelatesTo>%s"
		"</a:RelatesTo></e:Header><e:Body><d:Match><a:EndpointReference><a:Address>"
		"urn:uuid:ab</a:Address></a:EndpointReference><d:Types>w:Device p:Computer"
		"</d:Types><d:XAddrs>%s</d:XAddrs></d:Match></e:Body></e:Envelope>",
		action, id, xaddrs);
	return hear(t, text);
}

#define FOUND "wsd.types=Computer\nwsd.types=Device\nwsd.uuid=ab\n"

static void
a_probe_leads_to_the_metadata_of_the_same_host(void **state)
{
	static const struct {
		const char *label, *xaddrs, *follows;
	} rows[] = {
		{ "here", "http://192.0.2.1:5357/ab",
			"wsd-metadata 5357 /ab urn:uuid:ab\n" },
		{ "here, behind others",
			"http://[fe80::1]:5357/ab  http://192.0.2.1:5358/",
			"wsd-metadata 5358 / urn:uuid:ab\n" },
		{ "elsewhere", "http://192.0.2.2:5357/ab", "" },
		{ "by a name", "http://pc7:5357/ab", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct talk *t = rig_new(&ask_wsd);
		print_message("  %s\n", rows[i].label);
		assert_int_equal(rig_begin(t), TALK_MORE);
		assert_int_equal(matches(t, "ProbeMatches", id_said(t), rows[i].xaddrs),
			TALK_DONE);
		assert_string_equal(rig_facts(t), FOUND);
		assert_string_equal(rig_follows(t), rows[i].follows);
		rig_free(t);
	}
}

static void
a_match_that_does_not_say_where_is_resolved(void **state)
{
	struct talk *t = rig_new(&ask_wsd);

	(void)state;
	assert_int_equal(rig_begin(t), TALK_MORE);
	assert_int_equal(matches(t, "ProbeMatches", id_said(t), ""), TALK_MORE);
	const char *id = id_said(t);
	assert_int_equal(rig_hear(t, "", 0), TALK_MORE);
	assert_int_equal(matches(t, "ProbeMatches", id, ""), TALK_MORE);
	assert_int_equal(matches(t, "ResolveMatches", id, "http://192.0.2.1:5357/ab"),
		TALK_DONE);
	assert_string_equal(rig_follows(t), "wsd-metadata 5357 /ab urn:uuid:ab\n");
	rig_free(t);
}

static void
what_answers_another_question_is_not_taken(void **state)
{
	struct talk *t = rig_new(&ask_wsd);

	(void)state;
	assert_int_equal(rig_begin(t), TALK_MORE);
	assert_int_equal(matches(t, "ProbeMatches", "urn:uuid:cd", ""), TALK_MORE);
	assert_int_equal(matches(t, "Hello", id_said(t), ""), TALK_MORE);
	assert_string_equal(rig_facts(t), "");
	assert_int_equal(hear(t, "hello"), TALK_GARBAGE);
	rig_free(t);
}

static void
metadata_of_wsdd_say_who_it_is(void **state)
{
	struct talk *t = rig_new_at(&ask_wsd_metadata, 5357, "/f2c1 urn:uuid:f2c1");
	char text[8192] = "HTTP/1.0 200 OK\r\nContent-Type: application/soap+xml\r\n\r\n";
	FILE *f = fopen("tests/data/wsd/metadata.xml", "r");
	size_t n = strlen(text);

	(void)state;
	assert_non_null(f);
	n += fread(text + n, 1, sizeof(text) - n, f);
	(void)fclose(f);
	assert_int_equal(rig_begin(t), TALK_MORE);
	const char *request = said(t);
	assert_int_equal(strncmp(request, "POST /f2c1 HTTP/1.1\r\n", 21), 0);
	assert_non_null(strstr(request, "Content-Type: application/soap+xml\r\n"));
	assert_non_null(strstr(request, "<a:To>urn:uuid:f2c1</a:To>"));
	assert_int_equal(rig_hear(t, text, n), TALK_MORE);
	assert_int_equal(rig_close(t), TALK_DONE);
	assert_string_equal(rig_facts(t),
		"wsd.domain=HOME\nwsd.maker=wsdd\nwsd.model=wsdd\nwsd.name=DESK1\n"
		"wsd.types=Computer\nwsd.uuid=f2c19114-054b-5369-8a78-141313afc491\n");
	rig_free(t);
}

static void
an_endpoint_with_markup_is_not_asked(void **state)
{
	struct talk *t = rig_new_at(&ask_wsd_metadata, 5357, "/x urn:<b/>");

	(void)state;
	assert_int_equal(rig_begin(t), TALK_GARBAGE);
	assert_string_equal(said(t), "");
	rig_free(t);
	t = rig_new_at(&ask_wsd_metadata, 5357, "/x");
	assert_int_equal(rig_begin(t), TALK_GARBAGE);
	rig_free(t);
}

/* --- multicast DNS ----------------------------------------------------------------------- */

/* avahi's answer by unicast, made one of the rig's host (192.0.2.1), to this question. */
static enum talk_next
answer(struct talk *t, const char *path, uint16_t id)
{
	static const uint8_t there[] = { 198, 18, 3, 18 }, here[] = { 192, 0, 2, 1 };
	enum { DATA = 14 + 20 + 8 };
	struct packet p = packet_file(path);

	p.bytes[DATA] = (uint8_t)(id >> 8);
	p.bytes[DATA + 1] = (uint8_t)id;
	for (size_t i = DATA; i + 4 <= p.n; i++)
		if (memcmp(p.bytes + i, there, 4) == 0)
			memcpy(p.bytes + i, here, 4);
	enum talk_next next = rig_hear(t, p.bytes + DATA, p.n - DATA);
	packet_free(&p);
	return next;
}

static uint16_t
mdns_id_said(struct talk *t)
{
	struct rd r = rig_said(t);

	return rd_be16(&r);
}

static void
the_second_question_finds_what_services_are_called(void **state)
{
	struct talk *t = rig_new(&ask_mdns);

	(void)state;
	assert_int_equal(rig_begin(t), TALK_MORE);
	uint16_t id = mdns_id_said(t);
	assert_int_equal(
		answer(t, "tests/data/mdns/avahi_services.hex", (uint16_t)(id + 1)),
		TALK_MORE);
	assert_string_equal(rig_facts(t), "");
	assert_int_equal(answer(t, "tests/data/mdns/avahi_services.hex", id), TALK_MORE);
	assert_int_equal(
		answer(t, "tests/data/mdns/instances.hex", mdns_id_said(t)), TALK_DONE);
	assert_string_equal(rig_facts(t),
		"mdns.instances=lounge [b8:27:eb:12:03:12]._workstation._tcp\n"
		"mdns.instances=lounge._airplay._tcp\nmdns.instances=lounge._ipp._tcp\n"
		"mdns.name=lounge.local\nmdns.services=_airplay._tcp\n"
		"mdns.services=_ipp._tcp\nmdns.services=_workstation._tcp\n");
	rig_free(t);
}

static void
who_tells_nothing_is_asked_once(void **state)
{
	struct talk *t = rig_new(&ask_mdns);
	uint8_t empty[] = { 0, 0, 0x84, 0, 0, 0, 0, 0, 0, 0, 0, 0 };

	(void)state;
	assert_int_equal(rig_begin(t), TALK_MORE);
	uint16_t id = mdns_id_said(t);
	empty[0] = (uint8_t)(id >> 8);
	empty[1] = (uint8_t)id;
	assert_int_equal(rig_hear(t, empty, sizeof(empty)), TALK_DONE);
	rig_free(t);
}

/* 64 KiB of services: the longest that UDP carries. */
static void
a_long_answer_is_told_as_far_as_there_is_room_and_said_to_be_cut(void **state)
{
	enum { EACH = 12 + 10 + 7 + 12 }; /* name, head, data */
	static const char types[] = "\x09_services\x07_dns-sd\x04_udp\x05local";
	static uint8_t bytes[65507];
	struct talk *t = rig_new(&ask_mdns);
	struct wr w = wr_to(bytes, sizeof(bytes));
	unsigned n = 0;

	(void)state;
	assert_int_equal(rig_begin(t), TALK_MORE);
	dns_write_head(&w, mdns_id_said(t), DNS_RESPONSE | 0x0400, 0);
	for (; wr_used(&w) + sizeof(types) + EACH < sizeof(bytes); n++) {
		char type[8];
		(void)snprintf(type, sizeof(type), "_s%04u", n);
		wr_bytes(&w, types, sizeof(types));
		wr_be16(&w, DNS_PTR);
		wr_be16(&w, DNS_IN);
		wr_be32(&w, 120);
		wr_be16(&w, 7 + 12);
		wr_u8(&w, 6);
		wr_bytes(&w, type, 6);
		wr_bytes(&w, "\4_tcp\5local", 12);
	}
	wr_patch_be16(&w, 6, (uint16_t)n);
	assert_false(w.bad);
	assert_true(n > 1000);
	assert_int_equal(rig_hear(t, bytes, wr_used(&w)), TALK_MORE);
	assert_string_equal(
		rig_cut(t), "more services, instances or records than are kept");
	assert_int_equal(MDNS_SERVICES_MAX, t->n_rows);
	assert_string_equal("_s0000._tcp", t->rows[0].text);
	rig_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_search_leads_to_the_description_of_the_same_host),
		cmocka_unit_test(nobody_is_asked_more_than_twice),
		cmocka_unit_test(a_description_says_what_it_is),
		cmocka_unit_test(a_document_without_end_is_cut_at_64_kib),
		cmocka_unit_test(a_probe_leads_to_the_metadata_of_the_same_host),
		cmocka_unit_test(a_match_that_does_not_say_where_is_resolved),
		cmocka_unit_test(what_answers_another_question_is_not_taken),
		cmocka_unit_test(metadata_of_wsdd_say_who_it_is),
		cmocka_unit_test(an_endpoint_with_markup_is_not_asked),
		cmocka_unit_test(the_second_question_finds_what_services_are_called),
		cmocka_unit_test(who_tells_nothing_is_asked_once),
		cmocka_unit_test(
			a_long_answer_is_told_as_far_as_there_is_room_and_said_to_be_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
