/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Runs a fuzz harness once over every file that is named, or that lies in a
 * folder that is named, without libFuzzer: so gcc can replay the corpora.
 * Each input lives in a heap block of its exact size, so that ASan sees a read
 * of one byte too many.  Anything that goes wrong is loud and final.
 */
#include <dirent.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Seconds for one input; libFuzzer is given the same by tests/fuzz.sh. */
#define INPUT_TIMEOUT 20

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
__attribute__((weak)) int LLVMFuzzerInitialize(int *argc, char ***argv);
__attribute__((weak)) void __sanitizer_set_death_callback(void (*)(void));

static const char *current = "(empty input)";

/* Also from a signal handler, so only write(2). */
static void
name_current(void)
{
	static const char intro[] = "replay: died on ";

	if (write(2, intro, sizeof(intro) - 1) == -1 ||
		write(2, current, strlen(current)) == -1 || write(2, "\n", 1) == -1)
		_exit(1);
}

static void
die(int sig)
{
	name_current();
	signal(sig, SIG_DFL);
	raise(sig);
}

static void
give_up(const char *what, const char *path)
{
	perror(what);
	fprintf(stderr, "replay: cannot read %s\n", path);
	exit(1);
}

static void
replay_file(const char *path, size_t size)
{
	uint8_t *data = malloc(size);
	FILE *f = fopen(path, "rb");

	if (f == NULL || (data == NULL && size > 0))
		give_up("replay", path);
	if (fread(data, 1, size, f) != size)
		give_up("replay", path);
	fclose(f);
	current = path;
	alarm(INPUT_TIMEOUT);
	(void)LLVMFuzzerTestOneInput(data, size); /* 0 and -1 both mean fine */
	alarm(0);
	free(data);
}

static size_t
replay(const char *path)
{
	struct dirent **names = NULL;
	struct stat st;
	size_t done = 0;
	int n;

	if (stat(path, &st) == -1)
		give_up("stat", path);
	if (!S_ISDIR(st.st_mode)) {
		replay_file(path, (size_t)st.st_size);
		return 1;
	}
	/* Sorted, so that two runs do the same in the same order. */
	if ((n = scandir(path, &names, NULL, alphasort)) == -1)
		give_up("scandir", path);
	for (int i = 0; i < n; i++) {
		char child[4096];

		snprintf(child, sizeof(child), "%s/%s", path, names[i]->d_name);
		if (names[i]->d_name[0] != '.')
			done += replay(child);
		free(names[i]);
	}
	free(names);
	return done;
}

int
main(int argc, char **argv)
{
	size_t done = 0;

	signal(SIGALRM, die);
	signal(SIGABRT, die);
	if (__sanitizer_set_death_callback != NULL)
		__sanitizer_set_death_callback(name_current);
	if (LLVMFuzzerInitialize != NULL)
		LLVMFuzzerInitialize(&argc, &argv);
	(void)LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
	for (int i = 1; i < argc; i++)
		done += replay(argv[i]);
	printf("%zu inputs\n", done);
	current = "(the end: leaks)";
	return 0;
}
