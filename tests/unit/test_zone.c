/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Time zones and dates, held against the C library, which reads the same files. */
#include "schedule/zone.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "sanitized.h"
#include "schedule/zone_file.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

enum { MOMENTS = SANITIZED ? 200 : 2000, NOW = 1795292103, YEAR = 366 * DAY_SECONDS };

static uint64_t seed = 20261123;

static uint32_t
draw(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 16);
}

static int
setup(void **state)
{
	*state = arena_new(1 << 22);
	return *state ? 0 : -1;
}

static int
teardown(void **state)
{
	arena_free(*state);
	return 0;
}

/* What localtime_r(3) says by this $TZ. */
static void
use(const char *tz)
{
	assert_int_equal(0, setenv("TZ", tz, 1));
	tzset();
}

static int64_t
libc_offset(int64_t utc)
{
	time_t t = (time_t)utc;
	struct tm tm;

	assert_non_null(localtime_r(&t, &tm));
	return tm.tm_gmtoff;
}

static void
compare(const struct zone *z, const char *name, int64_t t)
{
	if (zone_offset(z, t) != libc_offset(t))
		fail_msg("%s at %jd: %jd, not %jd", name, (intmax_t)t,
			(intmax_t)zone_offset(z, t), (intmax_t)libc_offset(t));
}

/* Between 1970 and 2370, and around each change that is found on the way. */
static void
compare_all(const struct zone *z, const char *name)
{
	for (int i = 0; i < MOMENTS; i++) {
		int64_t t = (int64_t)(draw() % 400) * YEAR + draw() % YEAR, low = t;
		int64_t high = t + YEAR / 3;
		compare(z, name, t);
		while (libc_offset(low) != libc_offset(high) && high - low > 1) {
			int64_t middle = low + (high - low) / 2;
			if (libc_offset(middle) == libc_offset(low))
				low = middle;
			else
				high = middle;
		}
		for (int64_t k = -2; k <= 2; k++)
			compare(z, name, high + k);
	}
}

static void
zones_are_as_the_c_library_has_them(void **state)
{
	static const char *const names[] = { "UTC", "Europe/Berlin", "Europe/London",
		"Europe/Dublin", "America/New_York", "America/Sao_Paulo", "America/Nuuk",
		"America/Scoresbysund", "America/St_Johns", "Australia/Lord_Howe",
		"Australia/Sydney", "Africa/Casablanca", "Africa/Cairo",
		"Africa/Monrovia", "Asia/Kathmandu", "Asia/Gaza", "Asia/Tehran",
		"Asia/Pyongyang", "Asia/Jerusalem", "Pacific/Apia", "Pacific/Chatham",
		"Pacific/Kiritimati", "Antarctica/Troll", "Etc/GMT+12", "EST5EDT" };

	for (size_t i = 0; i < N(names); i++) {
		struct zone *z;
		struct err e;
		if (zone_open(&z, names[i], *state, &e) == -1)
			fail_msg("%s", e.text);
		use(names[i]);
		compare_all(z, names[i]);
	}
}

/* $TZ says where this machine is, in any of the forms that tzset(3) takes. */
static void
the_zone_of_this_machine_is_that_of_tz(void **state)
{
	static const char *const forms[] = { "Asia/Kathmandu", ":Europe/Berlin",
		"/usr/share/zoneinfo/America/New_York", "UTC0", "UTC+12",
		"<+0330>-3:30", "CET-1CEST,M3.5.0,M10.5.0/3",
		"<-03>3<-02>,M3.5.0/-2,M10.5.0/-1", "EST5EDT",
		"NZST-12NZDT,M9.5.0,M4.1.0/3", "AAA3BBB,J60,J300", "AAA3BBB,59,299/4",
		"AAA-3BBB-4:30,J1/0,J365/24", "", "nothing of the kind", "A3" };

	for (size_t i = 0; i < N(forms); i++) {
		struct zone *z, *other;
		struct err e;
		print_message("  '%s'\n", forms[i]);
		use(forms[i]);
		assert_int_equal(0, zone_open(&z, NULL, *state, &e));
		assert_int_equal(0, zone_open(&other, "Asia/Tokyo", *state, &e));
		assert_int_equal(32400, zone_offset(other, NOW));
		assert_string_equal("", zone_name(z));
		assert_string_equal(forms[i], getenv("TZ"));
		compare_all(z, forms[i]);
	}
	assert_int_equal(0, unsetenv("TZ"));
	tzset();
	struct zone *z;
	struct err e;
	assert_int_equal(0, zone_open(&z, NULL, *state, &e));
	compare_all(z, "/etc/localtime");
	assert_null(getenv("TZ"));
}

static void
what_is_no_rule_is_refused(void **state)
{
	static const char *const texts[] = { "", "UTC", "UT0", "UTC0:", "UTC25", "UTC-",
		"<UTC0", "CET-1CEST,", "CET-1CEST,M3.5.0", "CET-1CEST,M3.5.0,M10.5.0/3x",
		"CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M3.6.0,M10.5.0",
		"CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST,J0,J365", "CET-1CEST,J1,J366",
		"CET-1CEST,366,0", "CET-1CEST,M3.5.0/168,M10.5.0", "UTC99999999999" };
	struct zone_rule rule;

	(void)state;
	for (size_t i = 0; i < N(texts); i++) {
		print_message("  '%s'\n", texts[i]);
		assert_false(zone_rule_read(texts[i], strlen(texts[i]), &rule));
	}
}

/* Each byte of a real file is cut off and changed: it is refused, or read without harm. */
static void
a_file_that_is_damaged_does_no_harm(void **state)
{
	FILE *f = fopen("/usr/share/zoneinfo/Europe/Berlin", "rb");
	static uint8_t whole[ZONE_FILE_MAX];
	struct zone_file z;

	if (!f)
		skip();
	size_t n = fread(whole, 1, sizeof(whole), f);
	(void)fclose(f);
	assert_true(zone_file_read(rd_from(whole, n), *state, &z));
	for (size_t i = 0; i < n; i++) {
		struct arena *mem = arena_new(1 << 20);
		uint8_t *part = malloc(n);
		assert_true(mem && part);
		memcpy(part, whole, n);
		uint8_t *exact = malloc(i + !i);
		assert_non_null(exact);
		memcpy(exact, whole, i);
		assert_false(zone_file_read(rd_from(exact, i), mem, &z));
		part[i] ^= (uint8_t)(1 + draw() % 255);
		if (zone_file_read(rd_from(part, n), mem, &z))
			(void)zone_file_offset(&z, NOW);
		free(exact);
		free(part);
		arena_free(mem);
	}
}

static void
dates_are_as_the_c_library_has_them(void **state)
{
	(void)state;
	for (int i = 0; i < 400000; i++) {
		/* The years -1800 to 5700 or so, each day of 400 of them. */
		int64_t days = i < 150000 ? i - 20000
					  : (int64_t)(draw() % 2738000) - 1369000;
		time_t t = (time_t)(days * DAY_SECONDS);
		struct tm tm;
		assert_non_null(gmtime_r(&t, &tm));
		struct date d = date_of(days);
		if (d.year != tm.tm_year + 1900 || d.month != tm.tm_mon + 1 ||
			d.day != tm.tm_mday || d.weekday != tm.tm_wday)
			fail_msg("day %jd: %jd-%d-%d, %d", (intmax_t)days,
				(intmax_t)d.year, d.month, d.day, d.weekday);
		assert_true(date_days(d.year, d.month, d.day) == days);
		struct date next = date_of(days + 1);
		assert_int_equal(d.day == d.last, next.day == 1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zones_are_as_the_c_library_has_them),
		cmocka_unit_test(the_zone_of_this_machine_is_that_of_tz),
		cmocka_unit_test(what_is_no_rule_is_refused),
		cmocka_unit_test(a_file_that_is_damaged_does_no_harm),
		cmocka_unit_test(dates_are_as_the_c_library_has_them),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
