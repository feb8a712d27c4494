/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fence.h - which files this process, and all that it starts, may write and read: Landlock,
 * where the kernel has it
 *
 * A fence only takes away, beside what users and permissions allow.  Open descriptors stay
 * usable, programs may be started, sockets are not judged.  There is no way back.
 */
#ifndef HOST_FENCE_H
#define HOST_FENCE_H

#include "base/err.h"

#include <stddef.h>

enum { FENCE_HIDDEN_MAX = 264 };

struct fence {
	/* In these folders and below files may be made, written and removed, elsewhere
	 * nowhere.  One that is not there is left out. */
	const char *const *writable;
	size_t n_writable;
	/* Files that may not be read (but below a writable folder), nor what lies beside them and
	 * has a name that begins with theirs; none: all may be read.  What is made later in one
	 * of the folders above them may not be read either.  One without a folder is left out. */
	const char *const *hidden;
	size_t n_hidden; /* FENCE_HIDDEN_MAX */
};

/* Which version of Landlock the kernel has (its ABI); 0: none. */
int fence_version(void);
/* Needs no-new-privs; ERR_AUTH without.  Nothing happens when the kernel has none. */
int fence_enter(const struct fence *, struct err *);

#endif
