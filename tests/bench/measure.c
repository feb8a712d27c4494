/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * measure - run a command and say what it took
 *
 *	measure RESULT OUTPUT ERRORS [-s INTERFACE] COMMAND...
 *
 * Standard output and error go to files.  RESULT becomes one JSON object:
 *
 *	status		of the command's exit, 128 + N when signal N ended it
 *	wall		seconds until the command ended
 *	gone		seconds until all it started had ended: it need not wait for them
 *	cpu		seconds, of all these processes
 *	peak_kib	of the largest of them
 *	sent		packets by interface, as the interfaces count
 *	samples		with -s: [second, packets sent] about every millisecond
 *
 * In C, because the kernel's maximum of memory survives exec: below an interpreter
 * every command would seem to have the interpreter's size.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <linux/if_link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LINKS_MAX = 32, SAMPLES_MAX = 120000, SAMPLE_US = 1000 };

struct link {
	char name[32];
	uint32_t sent; /* the kernel gives 32 bits here; differences wrap rightly */
};

struct links {
	struct link link[LINKS_MAX];
	size_t n;
};

struct sample {
	double at;
	uint64_t sent;
};

static struct sample samples[SAMPLES_MAX];
static size_t n_samples;

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
read_links(struct links *l)
{
	struct ifaddrs *all, *i;

	l->n = 0;
	if (getifaddrs(&all) == -1)
		err(1, "interfaces");
	for (i = all; i && l->n < LINKS_MAX; i = i->ifa_next) {
		const struct rtnl_link_stats *s = i->ifa_data;

		if (!i->ifa_addr || i->ifa_addr->sa_family != AF_PACKET || !s)
			continue;
		struct link *k = &l->link[l->n++];
		snprintf(k->name, sizeof(k->name), "%s", i->ifa_name);
		k->sent = s->tx_packets;
	}
	freeifaddrs(all);
}

static int
open_counter(const char *ifname)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/class/net/%s/statistics/tx_packets", ifname);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		err(1, "%s", path);
	return fd;
}

static void
take_sample(int fd, double start)
{
	char text[32];
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

	if (n <= 0 || n_samples == SAMPLES_MAX)
		return;
	text[n] = '\0';
	samples[n_samples++] = (struct sample){ now() - start,
		strtoull(text, NULL, 10) };
}

static void
redirect(int fd, const char *path)
{
	int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (file == -1 || dup2(file, fd) == -1)
		err(126, "%s", path);
}

static pid_t
start_command(char **argv, const char *out, const char *errors)
{
	pid_t pid = fork();

	if (pid == -1)
		err(1, "fork");
	if (pid > 0)
		return pid;
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (null == -1 || dup2(null, 0) == -1)
		err(126, "/dev/null");
	redirect(1, out);
	redirect(2, errors);
	execvp(argv[0], argv);
	err(127, "%s", argv[0]);
}

/* Waits; between looks at the command it takes samples, when there is a counter. */
static int
wait_for(pid_t pid, int counter, double start)
{
	int status;

	for (;;) {
		pid_t done = waitpid(pid, &status, counter == -1 ? 0 : WNOHANG);

		if (done == pid)
			return status;
		if (done == -1 && errno != EINTR)
			err(1, "wait");
		if (counter != -1) {
			take_sample(counter, start);
			usleep(SAMPLE_US);
		}
	}
}

/* Those it left behind are ours now, and what they took counts. */
static void
wait_for_orphans(struct rusage *all)
{
	while (wait(NULL) > 0 || errno == EINTR)
		;
	if (errno != ECHILD || getrusage(RUSAGE_CHILDREN, all) == -1)
		err(1, "wait");
}

static double
seconds(const struct timeval *t)
{
	return (double)t->tv_sec + (double)t->tv_usec / 1e6;
}

static void
write_result(const char *path, int status, double wall, double gone,
	const struct rusage *ru, const struct links *before, const struct links *after)
{
	FILE *f = fopen(path, "w");
	const char *sep = "";

	if (!f)
		err(1, "%s", path);
	fprintf(f,
		"{\"status\":%d,\"wall\":%.6f,\"gone\":%.6f,\"cpu\":%.6f,\"peak_kib\":%ld,\"sent\":{",
		WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), wall,
		gone, seconds(&ru->ru_utime) + seconds(&ru->ru_stime), ru->ru_maxrss);
	for (size_t i = 0; i < after->n && i < before->n; i++) {
		fprintf(f, "%s\"%s\":%u", sep, after->link[i].name,
			after->link[i].sent - before->link[i].sent);
		sep = ",";
	}
	fprintf(f, "},\"samples\":[");
	for (size_t i = 0; i < n_samples; i++)
		fprintf(f, "%s[%.6f,%llu]", i ? "," : "", samples[i].at,
			(unsigned long long)(samples[i].sent - samples[0].sent));
	fprintf(f, "]}\n");
	if (fclose(f) == EOF)
		err(1, "%s", path);
}

int
main(int argc, char **argv)
{
	struct links before, after;
	struct rusage ru;
	int counter = -1, first = 4;

	if (argc > 6 && strcmp(argv[4], "-s") == 0) {
		counter = open_counter(argv[5]);
		first = 6;
	}
	if (argc <= first)
		errx(2, "usage: measure RESULT OUTPUT ERRORS [-s INTERFACE] COMMAND...");
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) == -1)
		err(1, "subreaper");
	read_links(&before);
	double start = now();
	if (counter != -1)
		take_sample(counter, start);
	pid_t pid = start_command(argv + first, argv[2], argv[3]);
	int status = wait_for(pid, counter, start);
	double wall = now() - start;
	wait_for_orphans(&ru);
	double gone = now() - start;
	if (counter != -1)
		take_sample(counter, start);
	read_links(&after);
	write_result(argv[1], status, wall, gone, &ru, &before, &after);
	return 0;
}
