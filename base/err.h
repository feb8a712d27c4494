/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * err.h - how every function that can fail says so
 *
 * Such a function returns 0 or -1, takes a `struct err *` as its last parameter and
 * fills it exactly when it returns -1.  Nothing below cli/ prints or exits.
 *
 *	if (thing_open(&t, path, e) == -1)
 *		return err_add(e, "read the list of hosts");
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

enum err_code {
	ERR_NONE = 0,
	ERR_NOMEM,    /* allocation failed, or an arena's limit was reached */
	ERR_SYS,      /* a system call failed; err.sys is errno */
	ERR_ARG,      /* the caller or the user gave a bad value */
	ERR_PROTO,    /* bytes from outside are malformed: normal, never fatal */
	ERR_TIMEOUT,  /* a deadline passed */
	ERR_AUTH,     /* our rights or credentials do not suffice */
	ERR_NOTFOUND, /* what was asked for does not exist */
	ERR_DB,       /* the database refused */
};

struct err {
	enum err_code code;
	int sys;        /* errno, or 0 */
	char text[256]; /* for people; never parsed; long text is cut, never lost */
};

#define ERR_PRINTF(f, a) __attribute__((format(printf, f, a)))

/* Start a fresh error.  Returns -1, so that a failure is one line. */
int err_set(struct err *, enum err_code, const char *fmt, ...) ERR_PRINTF(3, 4);

/* ERR_SYS from the current errno: "open x: No such file or directory". */
int err_sys(struct err *, const char *fmt, ...) ERR_PRINTF(2, 3);

/* Put context before the cause: "doing x: cause".  Code and errno stay. */
int err_add(struct err *, const char *fmt, ...) ERR_PRINTF(2, 3);

/* Short for the most common one.  Returns -1. */
int err_nomem(struct err *);

#endif
