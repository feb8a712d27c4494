/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers of web servers: nginx, and RFC 9112 broken clause by clause. */
#include "packet.h"

#include "talk_drive.h"
#include "wire/http.h"

extern const struct ask ask_http, ask_https;

static const struct row {
	const char *label, *stream;
	enum http_part part;
	unsigned status;
	const char *server, *location, *title; /* NULL: "" */
	const char *why;
} rows[] = {
	{ "a page",
		"HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Length: 16\r\n\r\n"
		"<title>a</title>",
		HTTP_DONE, 200, "nginx", NULL, "a", NULL },
	{ "up to the end", "HTTP/1.0 200 OK\r\n\r\n<title>a</title>", HTTP_DONE, 200,
		NULL, NULL, "a", NULL },
	{ "no reason", "HTTP/1.1 404\r\nContent-Length: 0\r\n\r\n", HTTP_DONE, 404,
		NULL, NULL, NULL, NULL },
	{ "an empty reason", "HTTP/1.1 404 \r\nContent-Length: 0\r\n\r\n", HTTP_DONE,
		404, NULL, NULL, NULL, NULL },
	{ "LF alone", "HTTP/1.1 200 OK\nServer:x\n\n<title>a</title>", HTTP_DONE, 200,
		"x", NULL, "a", NULL },
	{ "blanks around a value", "HTTP/1.1 204 x\r\nSERVER: \t a b \t\r\n\r\n",
		HTTP_DONE, 204, "a b", NULL, NULL, NULL },
	{ "a blank before the colon", "HTTP/1.1 204 x\r\nServer : a\r\n\r\n", HTTP_DONE,
		204, NULL, NULL, NULL, NULL },
	{ "two servers", "HTTP/1.1 204 x\r\nServer: a\r\nServer: b\r\n\r\n", HTTP_DONE,
		204, "a", NULL, NULL, NULL },
	{ "a line without a colon", "HTTP/1.1 204 x\r\nwhat\r\nServer: a\r\n\r\n",
		HTTP_DONE, 204, "a", NULL, NULL, NULL },
	{ "a redirect",
		"HTTP/1.1 302 Found\r\nLocation: /a?b#c\r\nContent-Length: 0\r\n\r\n",
		HTTP_DONE, 302, NULL, "/a?b#c", NULL, NULL },
	{ "chunks",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n"
		"4\r\n<tit\r\n0c;x=y\r\nle>a</title>\r\n0\r\n\r\n",
		HTTP_DONE, 200, NULL, NULL, "a", NULL },
	{ "chunks win over a length",
		"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n"
		"Content-Length: 1\r\n\r\n10\r\n<title>a</title>\r\n",
		HTTP_DONE, 200, NULL, NULL, "a", NULL },
	{ "chunks without a title",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n",
		HTTP_DONE, 200, NULL, NULL, NULL, NULL },
	{ "an interim answer first",
		"HTTP/1.1 103 Early\r\nServer: no\r\n\r\nHTTP/1.1 204 x\r\n\r\n",
		HTTP_DONE, 204, NULL, NULL, NULL, NULL },
	{ "a length that ends before the title",
		"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc<title>a</title>",
		HTTP_DONE, 200, NULL, NULL, NULL, NULL },
	{ "a length that is none",
		"HTTP/1.1 200 OK\r\nContent-Length: 3, 3\r\n\r\n<title>a</title>",
		HTTP_DONE, 200, NULL, NULL, "a", NULL },
	{ "no page", "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n", HTTP_DONE,
		200, NULL, NULL, NULL, NULL },
	{ "a page by its type",
		"HTTP/1.1 200 OK\r\nContent-Type: Text/HTML ; charset=utf-8\r\n\r\n"
		"<title>a</title>",
		HTTP_DONE, 200, NULL, NULL, "a", NULL },
	{ "compressed", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", HTTP_DONE,
		200, NULL, NULL, NULL, NULL },

	{ "nothing", "", HTTP_MORE, 0, NULL, NULL, NULL, NULL },
	{ "a piece of a word", "HTT", HTTP_MORE, 0, NULL, NULL, NULL, NULL },
	{ "half a head", "HTTP/1.1 200 OK\r\nServer: a\r\nX", HTTP_MORE, 200, "a", NULL,
		NULL, NULL },
	{ "half a body", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<title>a",
		HTTP_MORE, 200, NULL, NULL, NULL, NULL },

	{ "SSH", "SSH-2.0-x\r\n", HTTP_BROKEN, 0, NULL, NULL, NULL, "§4" },
	{ "HTTP/2", "HTTP/2 200\r\n", HTTP_BROKEN, 0, NULL, NULL, NULL, "§4" },
	{ "no status", "HTTP/1.1 abc OK\r\n", HTTP_BROKEN, 0, NULL, NULL, NULL, "§4" },
	{ "a status of four digits", "HTTP/1.1 2000 OK\r\n", HTTP_BROKEN, 0, NULL, NULL,
		NULL, "§4" },
	{ "a status below 100", "HTTP/1.1 099 OK\r\n", HTTP_BROKEN, 0, NULL, NULL, NULL,
		"§4" },
	{ "a status that is cut", "HTTP/1.1 20\r\n", HTTP_BROKEN, 0, NULL, NULL, NULL,
		"§4" },
	{ "no minor version", "HTTP/1.x 200 OK\r\n", HTTP_BROKEN, 0, NULL, NULL, NULL,
		"§4" },
	{ "a chunk-size that is none",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
		HTTP_BROKEN, 200, NULL, NULL, NULL, "§7.1" },
	{ "a chunk-size too large",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		"fffffffffffffffff\r\n",
		HTTP_BROKEN, 200, NULL, NULL, NULL, "§7.1" },
	{ "a chunk longer than it says",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n",
		HTTP_BROKEN, 200, NULL, NULL, NULL, "§7.1" },
};

/* What has come is there as a loop would have it: what was not taken, and the new. */
static enum http_part
read_slowly(struct http_answer *a, struct rd all, size_t piece, const char **why)
{
	const uint8_t *from = all.p;
	size_t n = 0, whole = rd_left(&all);
	enum http_part part = HTTP_MORE;

	while (part == HTTP_MORE && n < whole) {
		n = n + piece < whole ? n + piece : whole;
		size_t left = (size_t)(all.p + n - from);
		struct packet p = packet_of(from, left);
		struct rd stream = packet_rd(&p);
		part = http_read(a, &stream, why);
		from += left - rd_left(&stream);
		packet_free(&p);
	}
	return part;
}

static void
answers_are_read_in_pieces_of_any_size(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (size_t piece = 1; piece <= 4096; piece *= 8) {
			const struct row *row = &rows[i];
			struct http_answer a = { .status = 0 };
			const char *why = NULL;
			char title[HTML_TITLE_SIZE];
			print_message("  %s, %zu bytes\n", row->label, piece);
			assert_int_equal(row->part,
				read_slowly(&a,
					rd_from(row->stream, strlen(row->stream)),
					piece, &why));
			assert_int_equal(row->status, a.status);
			assert_string_equal(row->server ? row->server : "", a.server);
			assert_string_equal(
				row->location ? row->location : "", a.location);
			(void)http_title(&a, title);
			assert_string_equal(row->title ? row->title : "", title);
			assert_int_equal(row->why != NULL, why != NULL);
			if (row->why)
				assert_non_null(strstr(why, row->why));
		}
}

static void
a_head_has_a_limit(void **state)
{
	static char stream[HTTP_HEAD_MAX + 64];
	const char *why = NULL;

	(void)state;
	for (int ends = 0; ends < 2; ends++) { /* one endless line, endless lines */
		struct http_answer a = { .status = 0 };
		memset(stream, 'x', sizeof(stream));
		for (size_t i = 18; ends && i < sizeof(stream); i += 2)
			stream[i] = '\n';
		memcpy(stream, "HTTP/1.1 200 OK\r\n", 17);
		struct rd r = rd_from(stream, HTTP_HEAD_MAX);
		assert_int_equal(HTTP_MORE, http_read(&a, &r, &why));
		a = (struct http_answer){ .status = 0 };
		r = rd_from(stream, HTTP_HEAD_MAX + 2);
		assert_int_equal(HTTP_BROKEN, http_read(&a, &r, &why));
	}
}

static void
a_body_has_a_limit(void **state)
{
	static char stream[HTTP_BODY_MAX + 19];
	struct http_answer a = { .status = 0 };
	const char *why = NULL;

	(void)state;
	memset(stream, 'x', sizeof(stream));
	memcpy(stream, "HTTP/1.1 200 OK\r\n\r\n", 19);
	struct rd r = rd_from(stream, sizeof(stream) - 1);
	assert_int_equal(HTTP_MORE, http_read(&a, &r, &why));
	assert_int_equal(0, rd_left(&r));
	r = rd_from(stream + sizeof(stream) - 1, 1);
	assert_int_equal(HTTP_DONE, http_read(&a, &r, &why));
}

static void
a_value_is_cut_and_a_location_is_not(void **state)
{
	static char stream[2048];
	struct http_answer a = { .status = 0 };
	const char *why = NULL;
	char x[HTTP_FIELD_MAX + 1];

	(void)state;
	memset(x, 'x', sizeof(x));
	x[HTTP_FIELD_MAX] = '\0';
	int n = snprintf(stream, sizeof(stream),
		"HTTP/1.1 204 x\r\nServer: %s\r\nLocation: %s\r\n\r\n", x, x);
	struct rd r = rd_from(stream, (size_t)n);
	assert_int_equal(HTTP_DONE, http_read(&a, &r, &why));
	assert_int_equal(HTTP_FIELD_MAX - 1, strlen(a.server));
	assert_string_equal("", a.location);
}

/* --- the conversation --------------------------------------------------------------------- */

/* As curl -i shows them. */
static const struct file_row {
	const char *path;
	uint16_t port;
	const char *facts, *follows;
} file_rows[] = {
	{ "tests/data/http/nginx.hex", 80,
		"http.server=80 nginx/1.22.1\nhttp.status=80 200\n"
		"http.title=80 Lab & intranet \xe2\x80\x94 start\n",
		"" },
	{ "tests/data/http/nginx_chunked.hex", 80,
		"http.server=80 nginx/1.22.1\nhttp.status=80 200\n"
		"http.title=80 Lab & intranet \xe2\x80\x94 start\n",
		"" },
	{ "tests/data/http/nginx_redirect.hex", 8080,
		"http.server=8080 nginx/1.22.1\nhttp.status=8080 302\n",
		"http 8080 /login.html" },
};

static void
what_nginx_says_is_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(file_rows) / sizeof(file_rows[0]); i++)
		for (int slowly = 0; slowly < 2; slowly++) {
			const struct file_row *row = &file_rows[i];
			struct packet p = packet_file(row->path);
			struct drive *d = drive_new(
				&ask_http, "198.18.3.14", row->port, "");
			print_message("  %s\n", row->path);
			(void)talk_connected(&d->talk);
			enum talk_next next = slowly
				? drive_hear_slowly(d, p.bytes, p.n)
				: drive_hear(d, p.bytes, p.n);
			assert_int_equal(TALK_DONE, next);
			assert_string_equal(row->facts, drive_facts(d));
			assert_string_equal(row->follows, drive_follows(d));
			drive_free(d);
			packet_free(&p);
		}
}

static const struct request_row {
	const char *peer;
	uint16_t port;
	const char *arg, *line, *host;
} request_rows[] = {
	{ "192.0.2.1", 80, "", "GET / HTTP/1.1\r\n", "\r\nHost: 192.0.2.1\r\n" },
	{ "192.0.2.1", 8080, "", "GET / HTTP/1.1\r\n", "\r\nHost: 192.0.2.1:8080\r\n" },
	{ "2001:db8::1", 80, "/a?b", "GET /a?b HTTP/1.1\r\n",
		"\r\nHost: [2001:db8::1]\r\n" },
	{ "2001:db8::1", 8000, "", "GET / HTTP/1.1\r\n",
		"\r\nHost: [2001:db8::1]:8000\r\n" },
};

/* RFC 9112 §3.2, RFC 9110 §7.2 */
static void
the_request_names_the_address(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(request_rows) / sizeof(request_rows[0]); i++) {
		const struct request_row *row = &request_rows[i];
		struct drive *d = drive_new(&ask_http, row->peer, row->port, row->arg);
		size_t n;
		assert_int_equal(TALK_MORE, talk_connected(&d->talk));
		const char *said = (const char *)drive_said(d, &n);
		assert_int_equal(n, strlen(said));
		assert_memory_equal(row->line, said, strlen(row->line));
		assert_non_null(strstr(said, row->host));
		assert_non_null(strstr(said, "\r\nUser-Agent: muster/"));
		assert_non_null(strstr(said, "\r\nConnection: close\r\n"));
		assert_string_equal("\r\n\r\n", said + n - 4);
		drive_free(d);
	}
}

static const struct location_row {
	const char *label, *location, *follows;
} location_rows[] = {
	{ "a path", "/login", "http 8080 /login" },
	{ "a path with a query", "/a?b=c", "http 8080 /a?b=c" },
	{ "a fragment", "/a#b", "http 8080 /a" },
	{ "relative", "index.cgi", "http 8080 /index.cgi" },
	{ "absolute, the same server", "http://192.0.2.1:8080/a", "http 8080 /a" },
	{ "another host", "http://192.0.2.2:8080/a", "" },
	{ "another port", "http://192.0.2.1/a", "" },
	{ "a port that begins alike", "http://192.0.2.1:80801/a", "" },
	{ "a user before another host", "http://192.0.2.1:8080@192.0.2.2/a", "" },
	{ "another scheme", "https://192.0.2.1:8080/a", "" },
	{ "another host by its path", "//192.0.2.2/a", "" },
	{ "another host by a path of this", "http://192.0.2.1:8080//192.0.2.2/a", "" },
	{ "a scheme without a host", "javascript:alert(1)", "" },
	{ "the same page", "/", "" },
	{ "the same page by its name", "http://192.0.2.1:8080/", "" },
	{ "a fragment of the same page", "#a", "" },
	{ "a blank", "/a b", "" },
	{ "a control character", "/a\x01", "" },
	{ "a byte that is no ASCII", "/caf\xe9", "" },
};

static void
only_a_page_of_the_same_server_is_followed(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(location_rows) / sizeof(location_rows[0]); i++) {
		const struct location_row *row = &location_rows[i];
		char answer[512];
		int n = snprintf(answer, sizeof(answer),
			"HTTP/1.1 301 x\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n",
			row->location);
		print_message("  %s\n", row->label);
		for (int again = 0; again < 2; again++) {
			struct drive *d = drive_new(
				&ask_http, "192.0.2.1", 8080, again ? "/x" : "");
			(void)talk_connected(&d->talk);
			assert_int_equal(TALK_DONE, drive_hear(d, answer, (size_t)n));
			assert_string_equal(again ? "" : row->follows, drive_follows(d));
			assert_string_equal(again ? "" : "http.status=8080 301\n",
				drive_facts(d)); /* of the first page only */
			drive_free(d);
		}
	}
}

static void
a_page_may_end_with_its_connection(void **state)
{
	static const char answer[] = "HTTP/1.0 200 OK\r\nServer: x\r\n\r\n<h1>Hi</h1>";
	struct drive *d = drive_new(&ask_http, "192.0.2.1", 80, "");

	(void)state;
	(void)talk_connected(&d->talk);
	assert_int_equal(TALK_MORE, drive_hear(d, answer, strlen(answer)));
	assert_int_equal(TALK_DONE, talk_heard_end(&d->talk));
	assert_string_equal("http.server=80 x\nhttp.status=80 200\n", drive_facts(d));
	drive_free(d);
}

static void
a_head_that_does_not_end_is_told_as_nothing(void **state)
{
	static const char answer[] = "HTTP/1.0 200 OK\r\nServer: x\r\n";
	struct drive *d = drive_new(&ask_http, "192.0.2.1", 80, "");

	(void)state;
	(void)talk_connected(&d->talk);
	assert_int_equal(TALK_MORE, drive_hear(d, answer, strlen(answer)));
	assert_int_equal(
		TALK_MORE, talk_heard_end(&d->talk)); /* the loop says: closed */
	assert_string_equal("", drive_facts(d));
	drive_free(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_are_read_in_pieces_of_any_size),
		cmocka_unit_test(a_head_has_a_limit),
		cmocka_unit_test(a_body_has_a_limit),
		cmocka_unit_test(a_value_is_cut_and_a_location_is_not),
		cmocka_unit_test(what_nginx_says_is_told),
		cmocka_unit_test(the_request_names_the_address),
		cmocka_unit_test(only_a_page_of_the_same_server_is_followed),
		cmocka_unit_test(a_page_may_end_with_its_connection),
		cmocka_unit_test(a_head_that_does_not_end_is_told_as_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
