/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Capabilities (capabilities(7)) and a seccomp filter (seccomp(2)).  Only system calls are
 * judged, never paths: a worker that needs a file gets it as an open descriptor.
 */
#include "host/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <sched.h>
#include <seccomp.h>
#include <stdint.h>
#include <sys/capability.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define WITH_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_SANITIZER 1
#endif
#endif
#ifndef WITH_SANITIZER
#define WITH_SANITIZER 0
#endif

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Calls that are harmless whatever their arguments, given that nothing can be opened. */
static const int plain_calls[] = {
	/* descriptors that are open already */
	SCMP_SYS(read),
	SCMP_SYS(readv),
	SCMP_SYS(write),
	SCMP_SYS(writev),
	SCMP_SYS(lseek),
	SCMP_SYS(fstat),
	SCMP_SYS(close),
	SCMP_SYS(sendto),
	SCMP_SYS(sendmsg),
	SCMP_SYS(sendmmsg),
	SCMP_SYS(recvfrom),
	SCMP_SYS(recvmsg),
	SCMP_SYS(recvmmsg),
	SCMP_SYS(getsockopt), /* libpcap's drop counters too */
	SCMP_SYS(getsockname),
	/* waiting and time */
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),
	SCMP_SYS(select),
	SCMP_SYS(pselect6),
	SCMP_SYS(epoll_create1),
	SCMP_SYS(epoll_ctl),
	SCMP_SYS(epoll_wait),
	SCMP_SYS(epoll_pwait),
	SCMP_SYS(eventfd2),
	SCMP_SYS(timerfd_create),
	SCMP_SYS(timerfd_settime),
	SCMP_SYS(timerfd_gettime),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_getres),
	SCMP_SYS(clock_nanosleep),
	SCMP_SYS(nanosleep),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(time),
	/* memory; mmap and mprotect are below */
	SCMP_SYS(brk),
	SCMP_SYS(munmap),
	SCMP_SYS(mremap),
	SCMP_SYS(madvise),
	/* what the C library does by itself */
	SCMP_SYS(futex),
	SCMP_SYS(getrandom),
	SCMP_SYS(sched_yield),
	SCMP_SYS(sched_getaffinity),
	SCMP_SYS(set_robust_list),
	SCMP_SYS(rseq),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(sysinfo),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
	/* signals, to itself only: tgkill is below */
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(rt_sigtimedwait),
	SCMP_SYS(sigaltstack),
	/* who am I */
	SCMP_SYS(getpid),
	SCMP_SYS(getppid),
	SCMP_SYS(gettid),
	SCMP_SYS(getuid),
	SCMP_SYS(geteuid),
	SCMP_SYS(getgid),
	SCMP_SYS(getegid),
	SCMP_SYS(getrusage),
	SCMP_SYS(capget),
};

/* A call that is allowed when (argument & mask) == value. */
struct masked_call {
	int call;
	unsigned arg;
	uint64_t mask, value;
};

static const struct masked_call masked_calls[] = {
	{ SCMP_SYS(mmap), 2, PROT_EXEC, 0 },
	{ SCMP_SYS(mprotect), 2, PROT_EXEC, 0 },
	/* not F_SETOWN and F_SETSIG, which signal other processes */
	{ SCMP_SYS(fcntl), 1, UINT32_MAX, F_GETFD },
	{ SCMP_SYS(fcntl), 1, UINT32_MAX, F_SETFD },
	{ SCMP_SYS(fcntl), 1, UINT32_MAX, F_GETFL },
	{ SCMP_SYS(fcntl), 1, UINT32_MAX, F_SETFL },
	{ SCMP_SYS(fcntl), 1, UINT32_MAX, F_DUPFD_CLOEXEC },
	/* fstat() of the C library is newfstatat("", AT_EMPTY_PATH) */
	{ SCMP_SYS(newfstatat), 3, UINT32_MAX, AT_EMPTY_PATH },
	/* reading a limit; a new one is the third argument */
	{ SCMP_SYS(prlimit64), 2, UINT64_MAX, 0 },
	/* isatty() and the width of a terminal; bytes that wait */
	{ SCMP_SYS(ioctl), 1, UINT32_MAX, TCGETS },
	{ SCMP_SYS(ioctl), 1, UINT32_MAX, TIOCGWINSZ },
	{ SCMP_SYS(ioctl), 1, UINT32_MAX, FIONREAD },
};

/* SANDBOX_SOCKETS.  setsockopt by level, for SOL_PACKET is large and was often broken. */
static const int socket_plain_calls[] = {
	SCMP_SYS(connect),
	SCMP_SYS(bind),
	SCMP_SYS(getpeername),
	SCMP_SYS(shutdown),
};

static const struct masked_call socket_masked_calls[] = {
	{ SCMP_SYS(setsockopt), 1, UINT32_MAX, SOL_SOCKET },
	{ SCMP_SYS(setsockopt), 1, UINT32_MAX, IPPROTO_IP },
	{ SCMP_SYS(setsockopt), 1, UINT32_MAX, IPPROTO_IPV6 },
	{ SCMP_SYS(setsockopt), 1, UINT32_MAX, IPPROTO_TCP },
};

struct socket_kind {
	uint64_t family, type, protocol;
};

static const struct socket_kind socket_kinds[] = {
	{ AF_INET, SOCK_STREAM, 0 },
	{ AF_INET, SOCK_STREAM, IPPROTO_TCP },
	{ AF_INET, SOCK_DGRAM, 0 },
	{ AF_INET, SOCK_DGRAM, IPPROTO_UDP },
	{ AF_INET, SOCK_DGRAM, IPPROTO_ICMP }, /* ping without rights, icmp(7) */
	{ AF_INET6, SOCK_STREAM, 0 },
	{ AF_INET6, SOCK_STREAM, IPPROTO_TCP },
	{ AF_INET6, SOCK_DGRAM, 0 },
	{ AF_INET6, SOCK_DGRAM, IPPROTO_UDP },
	{ AF_INET6, SOCK_DGRAM, IPPROTO_ICMPV6 },
};

/* SOCK_CLOEXEC and SOCK_NONBLOCK travel in the type: only these bits are the type itself
 * (SOCK_TYPE_MASK of the kernel, linux/net.h). */
enum { SOCKET_TYPE_MASK = 0xf };

/*
 * SANDBOX_LIBRARIES.  Name services, Kerberos, SASL and TLS read their settings when they are first
 * asked, load what those name, lock what they read and ask local daemons (nscd, sssd).  Whoever
 * keeps tickets in a keyring of the kernel has them there (KEYRING: caches, keyrings(7)).
 */
static const int library_plain_calls[] = {
	SCMP_SYS(access),
	SCMP_SYS(faccessat),
	SCMP_SYS(faccessat2),
	SCMP_SYS(stat),
	SCMP_SYS(lstat),
	SCMP_SYS(statx),
	SCMP_SYS(statfs),
	SCMP_SYS(fstatfs),
	SCMP_SYS(newfstatat),
	SCMP_SYS(readlink),
	SCMP_SYS(readlinkat),
	SCMP_SYS(getdents64),
	SCMP_SYS(getcwd),
	SCMP_SYS(pread64),
	SCMP_SYS(dup),
	SCMP_SYS(uname),
	SCMP_SYS(umask),
	SCMP_SYS(getgroups),
	SCMP_SYS(getresuid),
	SCMP_SYS(getresgid),
	SCMP_SYS(set_tid_address),
	SCMP_SYS(membarrier),
	SCMP_SYS(keyctl),
	SCMP_SYS(add_key),
	SCMP_SYS(request_key),
};

static const struct masked_call library_masked_calls[] = {
	/* nothing is made and nothing written, whoever owns it */
	{ SCMP_SYS(open), 1, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY },
	{ SCMP_SYS(openat), 2, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY },
	{ SCMP_SYS(clone), 0, CLONE_THREAD, CLONE_THREAD },
	/* code of files alone: what was written into memory stays data */
	{ SCMP_SYS(mmap), 3, MAP_ANONYMOUS, 0 },
	{ SCMP_SYS(fcntl), 1, UINT32_MAX, F_DUPFD },
	{ SCMP_SYS(fcntl), 1, UINT32_MAX, F_GETLK },
	{ SCMP_SYS(fcntl), 1, UINT32_MAX, F_SETLK },
	{ SCMP_SYS(fcntl), 1, UINT32_MAX, F_SETLKW },
	{ SCMP_SYS(fcntl), 1, UINT32_MAX, F_OFD_GETLK },
	{ SCMP_SYS(fcntl), 1, UINT32_MAX, F_OFD_SETLK },
	{ SCMP_SYS(fcntl), 1, UINT32_MAX, F_OFD_SETLKW },
	{ SCMP_SYS(ioctl), 1, UINT32_MAX, FIONBIO },
	{ SCMP_SYS(prctl), 0, UINT32_MAX, PR_CAPBSET_READ },
	{ SCMP_SYS(prctl), 0, UINT32_MAX, PR_SET_NAME },
};

static const struct socket_kind library_socket_kinds[] = {
	{ AF_UNIX, SOCK_STREAM, 0 }, { AF_UNIX, SOCK_DGRAM, 0 },
	{ AF_NETLINK, SOCK_RAW,
		NETLINK_ROUTE }, /* getaddrinfo() looks at our addresses */
};

/*
 * SANDBOX_PROCESSES.  What it starts has this filter, too, and another one on top before it hears
 * from the network.  Samba's libraries want a folder of their own, with their settings.
 */
static const int process_plain_calls[] = {
	SCMP_SYS(fork),
	SCMP_SYS(vfork),
	SCMP_SYS(wait4),
	SCMP_SYS(waitid),
	SCMP_SYS(kill),
	SCMP_SYS(pipe),
	SCMP_SYS(pipe2),
	SCMP_SYS(socketpair),
	SCMP_SYS(dup2),
	SCMP_SYS(dup3),
	SCMP_SYS(close_range),
	SCMP_SYS(prctl),
	SCMP_SYS(prlimit64),
	SCMP_SYS(setrlimit),
	SCMP_SYS(capset),
	SCMP_SYS(seccomp),
	SCMP_SYS(setpgid),
	SCMP_SYS(open),
	SCMP_SYS(openat),
	SCMP_SYS(mkdir),
	SCMP_SYS(mkdirat),
	SCMP_SYS(rmdir),
	SCMP_SYS(unlink),
	SCMP_SYS(unlinkat),
};

/* CLONE_NEW...: namespaces of one's own are where one has all rights again. */
static const struct masked_call process_masked_calls[] = {
	{ SCMP_SYS(clone), 0,
		CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |
			CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET,
		0 },
	{ SCMP_SYS(fcntl), 1, UINT32_MAX, F_SETPIPE_SZ },
};

#if WITH_SANITIZER
/*
 * For AddressSanitizer builds, which are never shipped.  LeakSanitizer looks for leaks at
 * exit from a helper made by clone(CLONE_VM), which stops its parent by ptrace and reads
 * its map under /proc; the symbolizer opens the program.  Nothing can be opened for writing
 * even so, and fork, which has no CLONE_VM, fails.
 */
static const int sanitizer_plain_calls[] = {
	SCMP_SYS(ptrace),
	SCMP_SYS(wait4),
	SCMP_SYS(prctl),
	SCMP_SYS(getdents),
	SCMP_SYS(getdents64),
	SCMP_SYS(readlink),
	SCMP_SYS(newfstatat),
	SCMP_SYS(pread64),
	SCMP_SYS(pipe2),
};

static const struct masked_call sanitizer_masked_calls[] = {
	{ SCMP_SYS(clone), 0, CLONE_VM, CLONE_VM },
	{ SCMP_SYS(open), 1, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY },
	{ SCMP_SYS(openat), 2, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY },
};
#endif

static struct scmp_arg_cmp
equals(unsigned arg, uint64_t mask, uint64_t value)
{
	return (struct scmp_arg_cmp){ arg, SCMP_CMP_MASKED_EQ, mask, value };
}

/* The next four return 0 or a negative errno, as libseccomp does. */

static int
allow_plain(scmp_filter_ctx f, const int *calls, size_t n)
{
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++)
		rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, calls[i], 0);
	return rc;
}

static int
allow_masked(scmp_filter_ctx f, const struct masked_call *m, size_t n)
{
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++)
		rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, m[i].call, 1,
			equals(m[i].arg, m[i].mask, m[i].value));
	return rc;
}

static int
allow_sockets(scmp_filter_ctx f, const struct socket_kind *k, size_t n)
{
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++)
		rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(socket), 3,
			equals(0, UINT32_MAX, k[i].family),
			equals(1, SOCKET_TYPE_MASK, k[i].type),
			equals(2, UINT32_MAX, k[i].protocol));
	return rc;
}

/* What a profile has that the ones before it have not. */
static const struct part {
	enum sandbox_profile from;
	const int *plain;
	size_t n_plain;
	const struct masked_call *masked;
	size_t n_masked;
	const struct socket_kind *sockets;
	size_t n_sockets;
} parts[] = {
	{ SANDBOX_PACKETS, plain_calls, COUNT(plain_calls), masked_calls,
		COUNT(masked_calls), NULL, 0 },
	{ SANDBOX_SOCKETS, socket_plain_calls, COUNT(socket_plain_calls),
		socket_masked_calls, COUNT(socket_masked_calls), socket_kinds,
		COUNT(socket_kinds) },
	{ SANDBOX_LIBRARIES, library_plain_calls, COUNT(library_plain_calls),
		library_masked_calls, COUNT(library_masked_calls), library_socket_kinds,
		COUNT(library_socket_kinds) },
	{ SANDBOX_PROCESSES, process_plain_calls, COUNT(process_plain_calls),
		process_masked_calls, COUNT(process_masked_calls), NULL, 0 },
#if WITH_SANITIZER
	{ SANDBOX_PACKETS, sanitizer_plain_calls, COUNT(sanitizer_plain_calls),
		sanitizer_masked_calls, COUNT(sanitizer_masked_calls), NULL, 0 },
#endif
};

static int
allow_all(scmp_filter_ctx f, enum sandbox_profile profile)
{
	/* abort() and raise() are a tgkill of the own process. */
	const struct masked_call self = { SCMP_SYS(tgkill), 0, UINT32_MAX,
		(uint64_t)getpid() };
	int rc = allow_masked(f, &self, 1);

	for (size_t i = 0; i < COUNT(parts) && rc == 0; i++) {
		const struct part *p = &parts[i];
		if (p->from > profile)
			continue;
		rc = allow_plain(f, p->plain, p->n_plain);
		if (rc == 0)
			rc = allow_masked(f, p->masked, p->n_masked);
		if (rc == 0)
			rc = allow_sockets(f, p->sockets, p->n_sockets);
	}
	/* Its flags are in memory, where no filter looks: the C library then takes clone(). */
	return rc ? rc
		  : seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
}

static int
load_filter(enum sandbox_profile profile, struct err *e)
{
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ERRNO(EPERM));

	if (!f)
		return err_nomem(e);
	int rc = allow_all(f, profile);
	if (rc == 0)
		rc = seccomp_load(f);
	seccomp_release(f);
	errno = -rc;
	return rc ? err_sys(e, "load the system call filter") : 0;
}

static bool
has_capability(cap_value_t which)
{
	cap_t caps = cap_get_proc();
	cap_flag_value_t value = CAP_CLEAR;
	bool has = caps && cap_get_flag(caps, which, CAP_EFFECTIVE, &value) == 0 &&
		value == CAP_SET;

	(void)cap_free(caps);
	return has;
}

/* Only CAP_SETPCAP may shrink the bounding set.  Without it the set matters no more:
 * no-new-privs keeps exec from drawing on it. */
static int
drop_bounding(struct err *e)
{
	if (!has_capability(CAP_SETPCAP))
		return 0;
	for (cap_value_t c = 0; c < cap_max_bits(); c++)
		if (cap_get_bound(c) == 1 && cap_drop_bound(c) == -1)
			return err_sys(e, "drop capability %d from the bounding set", c);
	return 0;
}

static int
drop_capabilities(struct err *e)
{
	if (drop_bounding(e) == -1)
		return -1;
	if (cap_reset_ambient() == -1)
		return err_sys(e, "drop the ambient capabilities");

	cap_t none = cap_init();
	if (!none)
		return err_nomem(e);
	int rc = cap_set_proc(none);
	if (rc == -1)
		err_sys(e, "drop the capabilities");
	(void)cap_free(none);
	return rc;
}

int
sandbox_enter(enum sandbox_profile profile, struct err *e)
{
	if (drop_capabilities(e) == -1)
		return -1;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		return err_sys(e, "set no-new-privs");
#if !WITH_SANITIZER /* LeakSanitizer must trace us, see above */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1)
		return err_sys(e, "forbid tracing and core files");
#endif
	return load_filter(profile, e);
}

/* --- supervisors ---------------------------------------------------------------------------- */

/* Groups of systemd.exec(5): @module, @mount, @clock, @reboot, @swap, @raw-io, parts of @debug
 * and @privileged. */
static const int machine_calls[] = {
	SCMP_SYS(init_module),
	SCMP_SYS(finit_module),
	SCMP_SYS(delete_module),
	SCMP_SYS(kexec_load),
	SCMP_SYS(kexec_file_load),
	SCMP_SYS(mount),
	SCMP_SYS(umount2),
	SCMP_SYS(pivot_root),
	SCMP_SYS(chroot),
	SCMP_SYS(move_mount),
	SCMP_SYS(open_tree),
	SCMP_SYS(fsopen),
	SCMP_SYS(fsconfig),
	SCMP_SYS(fsmount),
	SCMP_SYS(fspick),
	SCMP_SYS(setns),
	SCMP_SYS(unshare),
	SCMP_SYS(settimeofday),
	SCMP_SYS(clock_settime),
	SCMP_SYS(adjtimex),
	SCMP_SYS(clock_adjtime),
	SCMP_SYS(reboot),
	SCMP_SYS(swapon),
	SCMP_SYS(swapoff),
	SCMP_SYS(sethostname),
	SCMP_SYS(setdomainname),
	SCMP_SYS(acct),
	SCMP_SYS(quotactl),
	SCMP_SYS(bpf),
	SCMP_SYS(perf_event_open),
	SCMP_SYS(userfaultfd),
	SCMP_SYS(io_uring_setup),
	SCMP_SYS(open_by_handle_at),
	SCMP_SYS(process_vm_readv),
	SCMP_SYS(process_vm_writev),
	SCMP_SYS(iopl),
	SCMP_SYS(ioperm),
#if !WITH_SANITIZER /* LeakSanitizer, see above */
	SCMP_SYS(ptrace),
#endif
};

/* A right that is not inherited comes from the file: with no-new-privs exec gives none. */
static bool
has_right_from_file(void)
{
	return geteuid() != 0 && has_capability(CAP_NET_RAW) &&
		cap_get_ambient(CAP_NET_RAW) != CAP_SET;
}

int
sandbox_give_up_machine(bool *done, struct err *e)
{
	scmp_filter_ctx f;
	int rc = 0;

	*done = !has_right_from_file();
	if (!*done)
		return 0;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		return err_sys(e, "set no-new-privs");
	if (!(f = seccomp_init(SCMP_ACT_ALLOW)))
		return err_nomem(e);
	for (size_t i = 0; i < COUNT(machine_calls) && rc == 0; i++)
		rc = seccomp_rule_add(f, SCMP_ACT_ERRNO(EPERM), machine_calls[i], 0);
	if (rc == 0)
		rc = seccomp_load(f);
	seccomp_release(f);
	errno = -rc;
	return rc ? err_sys(e, "load the system call filter") : 0;
}

bool
sandbox_may_capture(void)
{
	return has_capability(CAP_NET_RAW);
}
