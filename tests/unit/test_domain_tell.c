/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people are shown of a domain: names that machines chose, so escaped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "cli/domains.h"
#include "inventory/ndjson.h"
#include "mem.h"

static const char said[] =
	"{\"v\":1,\"at\":\"2026-11-21T01:00:00.000000Z\",\"seq\":1,\"source\":\"win\\u001bd\","
	"\"run\":\"r1\",\"point\":\"p\",\"site\":\"ma\\u001b[31min\",\"subject\":\"domain\","
	"\"evidence\":\"listed\",\"facts\":{\"domain.count\":2,"
	"\"domain.masters\":[\"A\\u202eB\",\"PC\\u001b[31m\"],"
	"\"domain.name\":\"CO\\u0007RP\",\"x\\u001by.list\":[\"q\\u001bq\"]}}";

static const char want[] = "CO\\x07RP, site ma\\x1b[31min, as win\\x1bd was told at "
			   "2026-11-21T01:00:00.000000Z\n"
			   "  domain.count             2\n"
			   "  domain.masters           A\\xe2\\x80\\xaeB\n"
			   "                           PC\\x1b[31m\n"
			   "  domain.name              CO\\x07RP\n"
			   "  x\\x1by.list              [\"q\\x1bq\"]\n"
			   "\n"
			   "CO\\x07RP, site ma\\x1b[31min, as all that is known at "
			   "2026-11-21T01:00:00.000000Z\n"
			   "  domain.count             2\n"
			   "  domain.masters           A\\xe2\\x80\\xaeB\n"
			   "                           PC\\x1b[31m\n";

static void
names_are_escaped_once(void **state)
{
	struct out_info info = { .to = tmpfile() };
	struct ingest_result sum = { 0 };
	struct err e = { 0 };
	struct observation o;
	struct store *s;
	char text[4096];
	size_t n;

	(void)state;
	assert_non_null(info.to);
	assert_int_equal(0, store_open(&s, ":memory:", STORE_WRITE, &e));
	if (ndjson_read(said, sizeof(said) - 1, mem, &o, &e) == -1)
		fail_msg("%s", e.text);
	assert_int_equal(0, store_ingest(s, &o, 1, &sum, &e));
	assert_int_equal(0, domain_tell(s, 0, "CO\aRP", OUT_TABLE, &info, mem, &n, &e));
	store_close(s);
	assert_int_equal(2, n);
	rewind(info.to);
	text[fread(text, 1, sizeof(text) - 1, info.to)] = '\0';
	assert_int_equal(0, fclose(info.to));
	assert_string_equal(want, text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(names_are_escaped_once, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
