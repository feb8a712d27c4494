/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The sandbox from the inside: what works before must fail with EPERM afterwards, and what
 * a sweep needs must go on.  Each case runs in a child.  Most enter the sandbox in a second
 * thread, so that the first one may still write its coverage at exit; one does not.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "host/sandbox.h"
#include "sanitized.h"

/* What was opened before the sandbox closed. */
struct before {
	int pipe_in, pipe_out;
	int packet; /* AF_PACKET on lo, or -1 without rights */
	int udp, listener;
	char *page;
};

/* 0, or the errno of what failed. */
typedef int action(const struct before *);

static int
errno_if(bool failed)
{
	return failed ? errno : 0;
}

static int
open_for_reading(const struct before *b)
{
	(void)b;
	return errno_if(open("/etc/passwd", O_RDONLY) == -1);
}

static int
open_for_writing(const struct before *b)
{
	(void)b;
	return errno_if(open("/dev/null", O_WRONLY) == -1);
}

static int
create_file(const struct before *b)
{
	(void)b;
	return errno_if(
		open("/tmp/muster-sandbox-test", O_CREAT | O_RDONLY, 0600) == -1);
}

static int
stat_path(const struct before *b)
{
	struct stat st;

	(void)b;
	return errno_if(stat("/etc/passwd", &st) == -1);
}

static int
remove_file(const struct before *b)
{
	(void)b;
	return errno_if(unlink("/nonexistent/muster") == -1 && errno != ENOENT);
}

static int
try_socket(int family, int type, int protocol)
{
	int fd = socket(family, type, protocol);
	int rc = errno_if(fd == -1);

	if (fd != -1)
		(void)close(fd);
	return rc;
}

static int
socket_packet(const struct before *b)
{
	(void)b;
	return try_socket(AF_PACKET, SOCK_RAW, 0);
}

static int
socket_raw(const struct before *b)
{
	(void)b;
	return try_socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
}

static int
socket_raw_with_flags(const struct before *b)
{
	(void)b;
	return try_socket(
		AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_ICMP);
}

static int
socket_raw6(const struct before *b)
{
	(void)b;
	return try_socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6);
}

static int
socket_unix(const struct before *b)
{
	(void)b;
	return try_socket(AF_UNIX, SOCK_STREAM, 0);
}

static int
socket_netlink(const struct before *b)
{
	(void)b;
	return try_socket(AF_NETLINK, SOCK_RAW, 0);
}

static int
socket_udplite(const struct before *b)
{
	(void)b;
	return try_socket(AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE);
}

static int
socket_tcp(const struct before *b)
{
	(void)b;
	return try_socket(AF_INET, SOCK_STREAM, 0);
}

static int
socket_tcp_with_flags(const struct before *b)
{
	(void)b;
	return try_socket(
		AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);
}

static int
socket_udp6(const struct before *b)
{
	(void)b;
	return try_socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_UDP);
}

/* The kernel itself may refuse by net.ipv4.ping_group_range: EACCES, not our EPERM. */
static int
socket_ping(const struct before *b)
{
	(void)b;
	int rc = try_socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP);
	return rc == EACCES ? 0 : rc;
}

static int
connect_to_listener(const struct before *b)
{
	struct sockaddr_in to;
	socklen_t n = sizeof(to);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int rc = errno_if(fd == -1 ||
		getsockname(b->listener, (struct sockaddr *)&to, &n) == -1 ||
		connect(fd, (struct sockaddr *)&to, n) == -1 ||
		shutdown(fd, SHUT_RDWR) == -1);

	if (fd != -1)
		(void)close(fd);
	return rc;
}

static int
bind_udp(const struct before *b)
{
	struct sockaddr_in any = { .sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	int room = 65536;

	return errno_if(bind(b->udp, (struct sockaddr *)&any, sizeof(any)) == -1 ||
		setsockopt(b->udp, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room)) == -1);
}

static int
set_packet_option(const struct before *b)
{
	int one = 1;

	return errno_if(setsockopt(b->udp, SOL_PACKET, PACKET_VERSION, &one,
				sizeof(one)) == -1);
}

static int
execute(const struct before *b)
{
	(void)b;
	return errno_if(execl("/bin/true", "true", (char *)NULL) == -1);
}

static int
fork_child(const struct before *b)
{
	pid_t pid = fork();

	(void)b;
	if (pid == 0)
		_exit(0);
	return errno_if(pid == -1);
}

static int
trace_a_process(const struct before *b)
{
	(void)b;
	return errno_if(ptrace(PTRACE_SEIZE, getppid(), NULL, NULL) == -1);
}

static int
signal_another(const struct before *b)
{
	(void)b;
	return errno_if(kill(getppid(), 0) == -1);
}

static int
signal_another_thread(const struct before *b)
{
	(void)b;
	return errno_if(syscall(SYS_tgkill, getppid(), getppid(), 0) == -1);
}

static int
signal_by_descriptor(const struct before *b)
{
	return errno_if(fcntl(b->udp, F_SETOWN, getppid()) == -1);
}

static int
raise_capabilities(const struct before *b)
{
	const cap_value_t raw = CAP_NET_RAW;
	cap_t caps = cap_init();

	(void)b;
	(void)cap_set_flag(caps, CAP_PERMITTED, 1, &raw, CAP_SET);
	(void)cap_set_flag(caps, CAP_EFFECTIVE, 1, &raw, CAP_SET);
	int rc = errno_if(cap_set_proc(caps) == -1);
	(void)cap_free(caps);
	return rc;
}

static int
become_root(const struct before *b)
{
	(void)b;
	/* glibc's own would change every thread, and abort when they disagree. */
	return errno_if(syscall(SYS_setuid, 0) == -1);
}

static int
new_namespace(const struct before *b)
{
	(void)b;
	return errno_if(unshare(CLONE_NEWUSER) == -1);
}

static int
mount_something(const struct before *b)
{
	(void)b;
	return errno_if(mount("none", "/nonexistent", "tmpfs", 0, NULL) == -1);
}

static int
map_code(const struct before *b)
{
	void *p = mmap(
		NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)b;
	return errno_if(p == MAP_FAILED);
}

static int
make_code(const struct before *b)
{
	return errno_if(mprotect(b->page, 4096, PROT_READ | PROT_EXEC) == -1);
}

/* As a library is loaded. */
static int
map_code_of_a_file(const struct before *b)
{
	int fd = open("/bin/true", O_RDONLY | O_CLOEXEC);
	void *p = fd == -1
		? MAP_FAILED
		: mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	int rc = errno_if(p == MAP_FAILED);

	(void)b;
	if (fd != -1)
		(void)close(fd);
	return rc;
}

static int
lock_a_file(const struct before *b)
{
	struct flock l = { .l_type = F_RDLCK };
	int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
	int rc = errno_if(fd == -1 || fcntl(fd, F_OFD_SETLKW, &l) == -1);

	(void)b;
	if (fd != -1)
		(void)close(fd);
	return rc;
}

static void *
be_a_thread(void *arg)
{
	return arg;
}

static int
start_a_thread(const struct before *b)
{
	pthread_t thread;
	int rc = pthread_create(&thread, NULL, be_a_thread, NULL);

	(void)b;
	if (rc == 0)
		(void)pthread_join(thread, NULL);
	return rc;
}

static int
fork_into_a_namespace(const struct before *b)
{
	long pid = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);

	(void)b;
	if (pid == 0)
		_exit(0);
	return errno_if(pid == -1);
}

static int
ask_a_link(const struct before *b)
{
	struct ifreq ifr = { .ifr_name = "lo" };

	return errno_if(ioctl(b->udp, SIOCGIFFLAGS, &ifr) == -1);
}

static int
set_limit(const struct before *b)
{
	struct rlimit none = { 0, 0 };

	(void)b;
	return errno_if(setrlimit(RLIMIT_CORE, &none) == -1);
}

static int
load_bpf(const struct before *b)
{
	(void)b;
	return errno_if(syscall(SYS_bpf, 0, NULL, 0) == -1);
}

static int
allocate(const struct before *b)
{
	(void)b;
	for (size_t n = 16; n <= 64 << 20; n *= 4) {
		char *p = malloc(n);
		if (!p)
			return ENOMEM;
		memset(p, 1, n);
		char *more = realloc(p, n * 2);
		free(more ? more : p);
		if (!more)
			return ENOMEM;
	}
	return 0;
}

static int
use_pipe(const struct before *b)
{
	char c = 0;

	return errno_if(write(b->pipe_in, "x", 1) != 1 || read(b->pipe_out, &c, 1) != 1);
}

static int
print_to_stream(const struct before *b)
{
	char line[16] = "";
	FILE *f = fdopen(b->pipe_in, "w");

	if (!f || fprintf(f, "%d\n", 12345) != 6 || fflush(f) != 0)
		return errno ? errno : EIO;
	return errno_if(read(b->pipe_out, line, sizeof(line)) != 6);
}

static int
read_clocks(const struct before *b)
{
	struct timespec t;

	(void)b; /* by the system call: glibc would ask the vDSO */
	return errno_if(syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &t) == -1 ||
		syscall(SYS_clock_gettime, CLOCK_REALTIME, &t) == -1);
}

static int
sleep_and_wait(const struct before *b)
{
	const struct timespec ms = { 0, 1000000 };
	struct pollfd p = { .fd = b->pipe_out, .events = POLLIN };

	return errno_if(nanosleep(&ms, NULL) == -1 || poll(&p, 1, 1) == -1 ||
		ppoll(&p, 1, &ms, NULL) == -1);
}

static int
wait_by_epoll(const struct before *b)
{
	struct epoll_event ev = { .events = EPOLLIN };
	int ep = epoll_create1(EPOLL_CLOEXEC), t = timerfd_create(CLOCK_MONOTONIC, 0);
	struct itimerspec soon = { .it_value = { 0, 1000000 } };

	(void)b;
	return errno_if(ep == -1 || t == -1 ||
		epoll_ctl(ep, EPOLL_CTL_ADD, t, &ev) == -1 ||
		timerfd_settime(t, 0, &soon, NULL) == -1 ||
		epoll_wait(ep, &ev, 1, 1000) != 1);
}

static int
draw_random(const struct before *b)
{
	char key[32];

	(void)b;
	return errno_if(getrandom(key, sizeof(key), 0) != sizeof(key));
}

static int
look_at_descriptors(const struct before *b)
{
	struct stat st;
	int error = 0;
	socklen_t n = sizeof(error);

	return errno_if(fstat(b->pipe_in, &st) == -1 || fcntl(b->udp, F_GETFL) == -1 ||
		fcntl(b->udp, F_SETFL, O_NONBLOCK) == -1 ||
		getsockopt(b->udp, SOL_SOCKET, SO_ERROR, &error, &n) == -1);
}

static volatile sig_atomic_t signals_seen;

static void
on_signal(int sig)
{
	(void)sig;
	signals_seen++;
}

static int
take_a_signal(const struct before *b)
{
	struct sigaction sa = { .sa_handler = on_signal };

	(void)b;
	if (sigaction(SIGTERM, &sa, NULL) == -1 || raise(SIGTERM) != 0)
		return errno;
	return signals_seen == 1 ? 0 : EIO;
}

static int
send_frames(const struct before *b)
{
	static uint8_t frame[60] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x88, 0xb5 };
	struct iovec iov = { frame, sizeof(frame) };
	struct mmsghdr two[2] = { { .msg_hdr = { .msg_iov = &iov, .msg_iovlen = 1 } },
		{ .msg_hdr = { .msg_iov = &iov, .msg_iovlen = 1 } } };
	struct tpacket_stats stats;
	socklen_t n = sizeof(stats);

	if (b->packet == -1)
		return 0;
	return errno_if(send(b->packet, frame, sizeof(frame), 0) != sizeof(frame) ||
		sendmmsg(b->packet, two, 2, 0) != 2 ||
		recv(b->packet, frame, sizeof(frame), 0) != sizeof(frame) ||
		getsockopt(b->packet, SOL_PACKET, PACKET_STATISTICS, &stats, &n) == -1);
}

enum {
	WITH_PROCESSES = 1 << SANDBOX_PROCESSES,
	WITH_LIBRARIES = WITH_PROCESSES | 1 << SANDBOX_LIBRARIES,
	WITH_SOCKETS = WITH_LIBRARIES | 1 << SANDBOX_SOCKETS,
	OK = WITH_SOCKETS | 1 << SANDBOX_PACKETS,
	NEVER = 0,
	/* AddressSanitizer's own helpers need it, see sandbox.c. */
	FILES = SANITIZED ? OK : WITH_LIBRARIES,
	THREADS = SANITIZED ? OK : WITH_LIBRARIES,
};

static const struct row {
	const char *label;
	action *act;
	unsigned allowed; /* by which profiles; anything else ends with EPERM */
} rows[] = {
	{ "open for reading", open_for_reading, FILES },
	{ "open for writing", open_for_writing, WITH_PROCESSES },
	{ "create a file", create_file, WITH_PROCESSES },
	{ "stat a path", stat_path, FILES },
	{ "unlink", remove_file, WITH_PROCESSES },
	{ "packet socket", socket_packet, NEVER },
	{ "raw socket", socket_raw, NEVER },
	{ "raw socket, flags in its type", socket_raw_with_flags, NEVER },
	{ "raw IPv6 socket", socket_raw6, NEVER },
	{ "Unix socket", socket_unix, WITH_LIBRARIES },
	{ "netlink socket", socket_netlink, WITH_LIBRARIES },
	{ "UDP-Lite socket", socket_udplite, NEVER },
	{ "option of packet sockets", set_packet_option, NEVER },
	{ "execve", execute, NEVER },
	{ "fork", fork_child, WITH_PROCESSES },
	{ "fork into a namespace", fork_into_a_namespace, NEVER },
	{ "thread", start_a_thread, THREADS },
	{ "ptrace", trace_a_process, SANITIZED ? OK : NEVER },
	{ "kill", signal_another, WITH_PROCESSES },
	{ "tgkill of another process", signal_another_thread, NEVER },
	{ "F_SETOWN", signal_by_descriptor, NEVER },
	{ "raise a capability", raise_capabilities, NEVER },
	{ "setuid", become_root, NEVER },
	{ "unshare", new_namespace, NEVER },
	{ "mount", mount_something, NEVER },
	{ "mmap of code", map_code, NEVER },
	{ "mmap of the code of a file", map_code_of_a_file, WITH_LIBRARIES },
	{ "lock of a file", lock_a_file, WITH_LIBRARIES },
	{ "mprotect to code", make_code, NEVER },
	{ "ioctl on a link", ask_a_link, NEVER },
	{ "setrlimit", set_limit, WITH_PROCESSES },
	{ "bpf", load_bpf, NEVER },
	{ "TCP socket", socket_tcp, WITH_SOCKETS },
	{ "TCP socket, flags in its type", socket_tcp_with_flags, WITH_SOCKETS },
	{ "UDP socket over IPv6", socket_udp6, WITH_SOCKETS },
	{ "ping socket", socket_ping, WITH_SOCKETS },
	{ "connect", connect_to_listener, WITH_SOCKETS },
	{ "bind, setsockopt", bind_udp, WITH_SOCKETS },
	{ "malloc", allocate, OK },
	{ "pipe", use_pipe, OK },
	{ "stream", print_to_stream, OK },
	{ "clocks", read_clocks, OK },
	{ "sleep and poll", sleep_and_wait, OK },
	{ "epoll and timerfd", wait_by_epoll, OK },
	{ "random", draw_random, OK },
	{ "fstat, fcntl, getsockopt", look_at_descriptors, OK },
	{ "signal to itself", take_a_signal, OK },
	{ "frames on an open packet socket", send_frames, OK },
};

/* A network namespace of this process alone, with lo up.  Without rights there is none,
 * and then packet sockets are not tried. */
static int
make_namespace(void **state)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };

	(void)state;
	if (unshare(CLONE_NEWNET) == -1)
		return 0;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int rc = fd == -1 ? -1 : ioctl(fd, SIOCSIFFLAGS, &ifr);
	(void)close(fd);
	return rc;
}

/* Bound to lo; -1 without rights. */
static int
open_packet_socket(void)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)if_nametoindex("lo") };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL));

	if (fd == -1 || bind(fd, (struct sockaddr *)&to, sizeof(to)) == 0)
		return fd;
	(void)close(fd);
	return -1;
}

/* Closing a packet socket takes the kernel a while: only who sends frames gets one. */
static bool
prepare(struct before *b, action *act)
{
	struct sockaddr_in lo = { .sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fds[2];

	b->packet = act == send_frames ? open_packet_socket() : -1;
	b->udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	b->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	b->page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (b->udp == -1 || b->listener == -1 || b->page == MAP_FAILED ||
		pipe(fds) == -1)
		return false;
	b->pipe_out = fds[0];
	b->pipe_in = fds[1];
	return bind(b->listener, (struct sockaddr *)&lo, sizeof(lo)) == 0 &&
		listen(b->listener, 8) == 0;
}

struct job {
	struct before before;
	enum sandbox_profile profile;
	const struct row *row;
	int report; /* where words for people go */
	bool ok;
};

static void *
enter_and_act(void *arg)
{
	struct job *j = arg;
	struct err e = { 0 };

	if (sandbox_enter(j->profile, &e) == -1) {
		dprintf(j->report, "cannot enter: %s", e.text);
		return NULL;
	}
	errno = 0;
	int got = j->row->act(&j->before);
	bool allowed = j->row->allowed & 1u << j->profile;
	/* With ptrace and the like allowed for a sanitizer, the kernel itself says no. */
	j->ok = allowed ? got == 0 || (SANITIZED && j->row->act == trace_a_process)
			: got == EPERM;
	if (!j->ok)
		dprintf(j->report, "%s: %s", j->row->label,
			got ? strerror(got) : "works");
	return NULL;
}

static void
run_child(enum sandbox_profile profile, const struct row *row, int report)
{
	struct job j = { .profile = profile, .row = row, .report = report };
	pthread_t thread;

	if (!prepare(&j.before, row->act))
		dprintf(report, "cannot prepare: %s", strerror(errno));
	else if (pthread_create(&thread, NULL, enter_and_act, &j) == 0)
		(void)pthread_join(thread, NULL);
	exit(j.ok ? 0 : 1);
}

static void
assert_row(enum sandbox_profile profile, const struct row *row)
{
	char words[256] = "";
	int fds[2], status = -1;

	assert_int_equal(0, pipe(fds));
	(void)fflush(NULL); /* or the child prints it again */
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		run_child(profile, row, fds[1]);
	(void)close(fds[1]);
	ssize_t n = read(fds[0], words, sizeof(words) - 1);
	(void)close(fds[0]);
	assert_int_equal(pid, waitpid(pid, &status, 0));
	if (n > 0)
		fail_msg("%s", words);
	assert_int_equal(0, status);
}

static void
assert_profile(enum sandbox_profile profile)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("  %s\n", rows[i].label);
		assert_row(profile, &rows[i]);
	}
	(void)unlink("/tmp/muster-sandbox-test");
}

static void
packets_profile_allows_what_a_sweep_needs_and_no_more(void **state)
{
	(void)state;
	assert_profile(SANDBOX_PACKETS);
}

static void
sockets_profile_adds_ordinary_sockets_only(void **state)
{
	(void)state;
	assert_profile(SANDBOX_SOCKETS);
}

static void
libraries_profile_reads_files_and_writes_none(void **state)
{
	(void)state;
	assert_profile(SANDBOX_LIBRARIES);
}

static void
processes_profile_starts_no_program_and_has_no_rights(void **state)
{
	(void)state;
	assert_profile(SANDBOX_PROCESSES);
}

/* 0, or which step it was. */
static int
enter_twice(void)
{
	struct err e;

	if (sandbox_enter(SANDBOX_PROCESSES, &e) == -1)
		return 1;
	pid_t pid = fork();
	int status = 0;
	if (pid == 0) {
		if (sandbox_enter(SANDBOX_SOCKETS, &e) == -1)
			_exit(2);
		_exit(fork() == -1 && errno == EPERM ? 0 : 3);
	}
	if (pid == -1 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return 4;
	return WEXITSTATUS(status);
}

static void
what_a_sandboxed_process_starts_may_enter_a_narrower_one(void **state)
{
	int status = -1;

	(void)state;
	(void)fflush(NULL);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(enter_twice());
	assert_int_equal(pid, waitpid(pid, &status, 0));
	assert_int_equal(0, status);
}

/* Without the sandbox every row works or fails for another reason than the filter, so that
 * EPERM above is the sandbox's doing. */
static void
everything_works_before(void **state)
{
	(void)state;
	if (geteuid() != 0) {
		print_message("needs root: others may do less even before\n");
		skip();
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int status = -1;
		print_message("  %s\n", rows[i].label);
		(void)fflush(NULL);
		pid_t pid = fork();
		assert_true(pid >= 0);
		if (pid == 0) {
			struct before b;
			_exit(prepare(&b, rows[i].act) && rows[i].act(&b) != EPERM ? 0
										   : 1);
		}
		assert_int_equal(pid, waitpid(pid, &status, 0));
		assert_int_equal(0, status);
	}
	(void)unlink("/tmp/muster-sandbox-test");
}

/* A line of /proc/PID/status, as "Name:\tvalue". */
static void
status_line(pid_t pid, const char *name, char *out, size_t size)
{
	char path[64], line[256];

	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	out[0] = '\0';
	while (fgets(line, sizeof(line), f))
		if (strncmp(line, name, strlen(name)) == 0)
			(void)snprintf(
				out, size, "%.*s", (int)strcspn(line, "\n"), line);
	(void)fclose(f);
}

/* A child that calls `first`, enters and then waits; its status lines are compared. */
static void
assert_status(void (*first)(void), const char *const *lines, size_t n)
{
	int ready[2], go[2], status = -1;
	char c, got[128];

	assert_int_equal(0, pipe(ready));
	assert_int_equal(0, pipe(go));
	(void)fflush(NULL);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct err e;
		(void)close(go[1]);
		if (first)
			first();
		bool ok = sandbox_enter(SANDBOX_PACKETS, &e) == 0 &&
			!sandbox_may_capture();
		ok = ok && write(ready[1], "r", 1) == 1 && read(go[0], &c, 1) == 0;
		_exit(ok ? 0 : 1);
	}
	(void)close(ready[1]);
	(void)close(go[0]);
	assert_int_equal(1, read(ready[0], &c, 1));
	for (size_t i = 0; i < n; i++) {
		status_line(pid, lines[i], got, sizeof(got));
		assert_string_equal(lines[i], got);
	}
	(void)close(go[1]);
	(void)close(ready[0]);
	assert_int_equal(pid, waitpid(pid, &status, 0));
	assert_int_equal(0, status);
}

#define NO_CAPS(set) set ":\t0000000000000000"

static void
no_capability_is_left_in_any_set(void **state)
{
	static const char *const lines[] = { NO_CAPS("CapInh"), NO_CAPS("CapPrm"),
		NO_CAPS("CapEff"), NO_CAPS("CapBnd"), NO_CAPS("CapAmb"),
		"NoNewPrivs:\t1", "Seccomp:\t2" };

	(void)state;
	if (geteuid() != 0) {
		print_message(
			"needs root: only CAP_SETPCAP may shrink the bounding set\n");
		skip();
	}
	assert_status(NULL, lines, sizeof(lines) / sizeof(lines[0]));
}

static void
become_nobody(void)
{
	if (geteuid() == 0 && (setgid(65534) == -1 || setuid(65534) == -1))
		_exit(2);
}

static void
it_works_without_any_right(void **state)
{
	static const char *const lines[] = { NO_CAPS("CapInh"), NO_CAPS("CapPrm"),
		NO_CAPS("CapEff"), NO_CAPS("CapAmb"), "NoNewPrivs:\t1", "Seccomp:\t2" };

	(void)state;
	assert_status(become_nobody, lines, sizeof(lines) / sizeof(lines[0]));
}

/* As a service has it: AmbientCapabilities=CAP_NET_RAW and nothing else. */
static void
keep_net_raw_only(void)
{
	const cap_value_t raw = CAP_NET_RAW;
	cap_t caps = cap_init();

	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == -1)
		_exit(2);
	become_nobody();
	for (int set = CAP_EFFECTIVE; set <= CAP_INHERITABLE; set++)
		(void)cap_set_flag(caps, (cap_flag_t)set, 1, &raw, CAP_SET);
	if (cap_set_proc(caps) == -1 || cap_set_ambient(raw, CAP_SET) == -1 ||
		!sandbox_may_capture())
		_exit(3);
	(void)cap_free(caps);
}

static void
an_ambient_capability_is_dropped_too(void **state)
{
	static const char *const lines[] = { NO_CAPS("CapInh"), NO_CAPS("CapPrm"),
		NO_CAPS("CapEff"), NO_CAPS("CapAmb") };

	(void)state;
	if (geteuid() != 0) {
		print_message("needs root: to hand itself a capability\n");
		skip();
	}
	assert_status(keep_net_raw_only, lines, sizeof(lines) / sizeof(lines[0]));
}

static void
may_capture_is_about_net_raw(void **state)
{
	int status = -1;

	(void)state;
	if (geteuid() != 0) {
		print_message("needs root\n");
		skip();
	}
	assert_true(sandbox_may_capture());
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		become_nobody();
		_exit(sandbox_may_capture() ? 1 : 0);
	}
	assert_int_equal(pid, waitpid(pid, &status, 0));
	assert_int_equal(0, status);
}

/* In the first thread: leak checks and exit handlers must run inside too. */
static void
a_sandboxed_process_ends_normally(void **state)
{
	static void (*const ends[])(void) = { NULL, abort };
	int status = -1;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		(void)fflush(NULL);
		pid_t pid = fork();
		assert_true(pid >= 0);
		if (pid == 0) {
			struct err e;
			if (sandbox_enter(SANDBOX_SOCKETS, &e) == -1)
				_exit(1);
			if (ends[i])
				ends[i]();
			exit(0);
		}
		assert_int_equal(pid, waitpid(pid, &status, 0));
		if (ends[i])
			assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
		else
			assert_int_equal(0, status);
	}
}

/* 0, or which of them it was. */
static int
supervise(void)
{
	struct err e;
	bool done = false;
	int status;

	if (sandbox_give_up_machine(&done, &e) == -1 || !done)
		return 1;
	if (open("/etc/passwd", O_RDONLY) == -1 || socket(AF_INET, SOCK_DGRAM, 0) == -1)
		return 2;
	if (unshare(CLONE_NEWNS) != -1 || errno != EPERM)
		return 3;
	if (mount("none", "/tmp", "tmpfs", 0, NULL) != -1 || errno != EPERM)
		return 4;
	if (syscall(SYS_bpf, 0, NULL, 0) != -1 || errno != EPERM)
		return 5;
	/* What it starts works, and is confined as well. */
	pid_t pid = fork();
	if (pid == 0) {
		(void)execl("/usr/bin/unshare", "unshare", "-m", "true", (char *)NULL);
		_exit(99);
	}
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return 6;
	return WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 99 ? 7 : 0;
}

static void
a_supervisor_starts_programs_and_changes_no_machine(void **state)
{
	int status = -1;

	(void)state;
	(void)fflush(NULL);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		close(STDERR_FILENO); /* unshare complains */
		_exit(supervise());
	}
	assert_int_equal(pid, waitpid(pid, &status, 0));
	assert_int_equal(0, status);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_works_before),
		cmocka_unit_test(packets_profile_allows_what_a_sweep_needs_and_no_more),
		cmocka_unit_test(sockets_profile_adds_ordinary_sockets_only),
		cmocka_unit_test(libraries_profile_reads_files_and_writes_none),
		cmocka_unit_test(processes_profile_starts_no_program_and_has_no_rights),
		cmocka_unit_test(
			what_a_sandboxed_process_starts_may_enter_a_narrower_one),
		cmocka_unit_test(no_capability_is_left_in_any_set),
		cmocka_unit_test(it_works_without_any_right),
		cmocka_unit_test(an_ambient_capability_is_dropped_too),
		cmocka_unit_test(may_capture_is_about_net_raw),
		cmocka_unit_test(a_sandboxed_process_ends_normally),
		cmocka_unit_test(a_supervisor_starts_programs_and_changes_no_machine),
	};

	return cmocka_run_group_tests(tests, make_namespace, NULL);
}
