/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A store on a disk that fills up: what the engine keeps beside the file never fills it alone,
 * a full disk is told as such and damages nothing, and when there is room again it goes on.
 *
 * The disk is a tmpfs of a mount namespace of the test's own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "db/store.h"

#define DISK  "/mnt"
#define STORE DISK "/muster.db"
#define LOG   STORE "-wal"
#define FILL  DISK "/fill"
#define T0    1700000000000000LL

enum { MIB = 1 << 20, HOSTS = 32, FILLS = 50, DISK_MIB = 8 };

static bool may_mount;

/* The same numbers each time (Numerical Recipes, "quick and dirty"). */
static uint32_t
draw(uint32_t *state, uint32_t below)
{
	*state = *state * 1664525u + 1013904223u;
	return (*state >> 16) % below;
}

/* Over a folder of every machine; only this program sees the change. */
static int
make_disk(int mib)
{
	char size[32];

	(void)snprintf(size, sizeof(size), "size=%dm", mib);
	return mount("none", DISK, "tmpfs", 0, size);
}

static int
make_namespace(void **state)
{
	(void)state;
	may_mount = unshare(CLONE_NEWNS) == 0 &&
		mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
		make_disk(1) == 0 && umount(DISK) == 0;
	return 0;
}

static int
remove_disk(void **state)
{
	(void)state;
	return may_mount ? umount(DISK) : 0;
}

static int
make_small(void **state)
{
	(void)state;
	return may_mount ? make_disk(DISK_MIB) : 0;
}

#define NEEDS_MOUNT() \
	do { \
		if (!may_mount) \
			skip(); \
	} while (0)

static int64_t
free_bytes(void)
{
	struct statvfs fs;

	assert_int_equal(0, statvfs(DISK, &fs));
	return (int64_t)(fs.f_bavail * fs.f_frsize);
}

static int64_t
size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? st.st_size : 0;
}

/* Somebody else takes what is left, but for `but` bytes. */
static void
fill(int64_t but)
{
	static const char block[4096];
	int fd = open(FILL, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_int_not_equal(-1, fd);
	while (free_bytes() > but && write(fd, block, sizeof(block)) > 0)
		;
	close(fd);
}

static int
try_open(struct store **s, struct err *e)
{
	*e = (struct err){ 0 };
	return store_open(s, STORE, STORE_WRITE, e);
}

static struct store *
opened(void)
{
	struct store *s = NULL;
	struct err e;

	if (try_open(&s, &e) == -1)
		fail_msg("open: %s", e.text);
	return s;
}

/* A sweep that finds HOSTS machines; what it measures differs each time. */
static int
sweep(struct store *s, int number, struct err *e)
{
	struct observation obs[HOSTS];
	struct fact facts[HOSTS][3];
	struct ingest_result r = { 0 };
	char run[32];

	*e = (struct err){ 0 };
	(void)snprintf(run, sizeof(run), "run-%d", number);
	for (int i = 0; i < HOSTS; i++) {
		struct mac mac = { .bytes = { 0, 0x16, 0x3e, 0, (uint8_t)(number >> 12),
					   (uint8_t)i } };
		facts[i][0] = (struct fact){
			.key = "mac", .type = FACT_MAC, .mac = mac
		};
		facts[i][1] = (struct fact){
			.key = "mac.onlink", .type = FACT_BOOL, .num = 1
		};
		facts[i][2] = (struct fact){
			.key = "rtt.us", .type = FACT_INT, .num = number
		};
		obs[i] = (struct observation){ .site = "default",
			.point = "here",
			.run = run,
			.source = "sweep",
			.at = T0 + number * (int64_t)SECOND + i,
			.evidence = EVIDENCE_REPLY,
			.facts = facts[i],
			.n_facts = 3 };
		obs[i].ip = addr_ip4(0xc6120000u + (uint32_t)i);
	}
	return store_ingest(s, obs, HOSTS, &r, e);
}

static int64_t
count_observations(struct store *s)
{
	struct arena *mem = arena_new(MIB);
	struct store_info info;
	struct err e;

	assert_non_null(mem);
	assert_int_equal(0, store_get_info(s, mem, &info, &e));
	arena_free(mem);
	return info.observations;
}

static void
assert_sound(struct store *s)
{
	struct sb problems;
	struct err e;
	size_t n = 0;

	sb_init(&problems, MIB);
	if (store_check(s, &problems, &n, &e) == -1)
		fail_msg("check: %s", e.text);
	if (n)
		fail_msg("%s", problems.text);
	sb_done(&problems);
}

static void
assert_told(const struct err *e)
{
	assert_int_equal(ENOSPC, e->sys);
	if (!strstr(e->text, "full") || !strstr(e->text, STORE))
		fail_msg("it says: %s", e->text);
}

static int
sweep_until_full(struct store *s, int number, struct err *e)
{
	for (int i = 0; i < 5000; i++)
		if (sweep(s, number + i, e) == -1)
			return number + i;
	fail_msg("the disk never became full");
	return 0;
}

/* --- tests ---------------------------------------------------------------------------------- */

static void
the_log_leaves_the_disk_to_the_store(void **state)
{
	struct err e;

	(void)state;
	NEEDS_MOUNT();
	struct store *s = opened();
	int n = sweep_until_full(s, 1, &e);
	assert_told(&e);
	if (size_of(STORE) < DISK_MIB * MIB / 4 * 3)
		fail_msg("full after %d sweeps: the store has %lld, its log %lld bytes",
			n, (long long)size_of(STORE), (long long)size_of(LOG));
	assert_int_equal((n - 1) * HOSTS, count_observations(s));
	assert_sound(s);
	store_close(s);
}

static void
it_goes_on_when_there_is_room_again(void **state)
{
	uint32_t seed = 1;
	int number = 1;
	int64_t kept = 0;
	struct err e;

	(void)state;
	NEEDS_MOUNT();
	struct store *s = opened();
	for (int i = 0; i < FILLS; i++) {
		for (int k = (int)draw(&seed, 4); k >= 0; k--, kept += HOSTS)
			if (sweep(s, number++, &e) == -1)
				fail_msg("fill %d: with %lld bytes free: %s", i,
					(long long)free_bytes(), e.text);
		fill((int64_t)draw(&seed, 8) * 65536);
		for (int k = 0; k < 8; k++) {
			if (sweep(s, number++, &e) == 0)
				kept += HOSTS;
			else
				assert_told(&e);
		}
		assert_int_equal(kept, count_observations(s));
		assert_int_equal(0, unlink(FILL));
	}
	assert_sound(s);
	store_close(s);
}

/* Runs in a process that ends as a killed one does: nothing is closed. */
static void
in_killed_process(int (*work)(void))
{
	int status;
	pid_t pid = fork();

	assert_int_not_equal(-1, pid);
	if (pid == 0)
		_exit(work());
	assert_int_equal(pid, waitpid(pid, &status, 0));
	assert_true(WIFEXITED(status));
	assert_int_equal(0, WEXITSTATUS(status));
}

static int
write_until_full(void)
{
	struct store *s;
	struct err e;
	int number = 1;

	if (try_open(&s, &e) == -1)
		return 1;
	for (; number <= 20; number++)
		if (sweep(s, number, &e) == -1)
			return 2;
	fill(0);
	while (number < 1000 && sweep(s, number, &e) == 0)
		number++;
	return e.sys == ENOSPC ? 0 : 3;
}

static void
what_was_killed_on_a_full_disk_opens_when_there_is_room(void **state)
{
	struct store *s = NULL;
	struct err e;

	(void)state;
	NEEDS_MOUNT();
	in_killed_process(write_until_full);
	fill(0); /* and what its end gave back */
	for (enum store_mode mode = STORE_READ; mode <= STORE_WRITE; mode++) {
		if (store_open(&s, STORE, mode, &e) == 0)
			store_close(s);
		else
			assert_told(&e);
	}
	assert_int_equal(0, unlink(FILL));
	s = opened();
	assert_in_range(count_observations(s), 20 * HOSTS, 1000 * HOSTS);
	if (sweep(s, 2000, &e) == -1)
		fail_msg("%s", e.text);
	assert_sound(s);
	store_close(s);
}

static void
a_new_store_on_a_full_disk_is_refused(void **state)
{
	struct store *s;
	struct err e;

	(void)state;
	NEEDS_MOUNT();
	fill(0);
	assert_int_equal(-1, try_open(&s, &e));
	assert_told(&e);
	assert_int_equal(0, unlink(FILL));
	store_close(opened());
}

static struct store *opened_writer; /* for the row of the reader */

static int
hold(void *arg, const struct observation *o, struct err *e)
{
	int *number = arg;
	struct store *s = opened_writer;

	(void)o;
	*number = sweep_until_full(s, *number, e);
	return -1; /* no more rows */
}

static void
a_reader_that_stays_holds_the_log_only_while_it_reads(void **state)
{
	struct store *reader;
	struct err e;
	int number = 1;

	(void)state;
	NEEDS_MOUNT();
	opened_writer = opened();
	for (; number <= 20; number++)
		assert_int_equal(0, sweep(opened_writer, number, &e));
	assert_int_equal(0, store_open(&reader, STORE, STORE_READ, &e));
	assert_int_equal(-1, store_each_observation(reader, NULL, 0, hold, &number, &e));
	assert_told(&e);
	store_close(reader);
	for (int i = 1; i <= 20; i++)
		if (sweep(opened_writer, number + i, &e) == -1)
			fail_msg("after it: %s", e.text);
	assert_sound(opened_writer);
	store_close(opened_writer);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_small, remove_disk)
	const struct CMUnitTest tests[] = {
		TEST(the_log_leaves_the_disk_to_the_store),
		TEST(it_goes_on_when_there_is_room_again),
		TEST(what_was_killed_on_a_full_disk_opens_when_there_is_room),
		TEST(a_new_store_on_a_full_disk_is_refused),
		TEST(a_reader_that_stays_holds_the_log_only_while_it_reads),
	};
#undef TEST

	return cmocka_run_group_tests(tests, make_namespace, NULL);
}
