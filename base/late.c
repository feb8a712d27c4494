/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/late.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

/* AddressSanitizer, which has to be found first by all, forbids it. */
#if defined(__SANITIZE_ADDRESS__)
#define OWN_FIRST 0
#else
#define OWN_FIRST RTLD_DEEPBIND
#endif

static int
load(struct late *l, struct err *e)
{
	void *library = dlopen(
		l->file, RTLD_NOW | RTLD_LOCAL | (l->own_first ? OWN_FIRST : 0));
	if (!library)
		return err_set(e, ERR_NOTFOUND, "this needs a library (Debian: %s): %s",
			l->package, dlerror());
	for (size_t i = 0; i < l->n; i++) {
		void *found = dlsym(library, l->symbols[i].name);
		if (!found)
			return err_set(e, ERR_NOTFOUND, "%s (Debian: %s) has no %s",
				l->file, l->package, l->symbols[i].name);
		/* POSIX promises that a pointer to a function fits in one to data. */
		memcpy(l->symbols[i].at, &found, sizeof(found));
	}
	l->loaded = true;
	return 0;
}

/* Two threads may need the same one. */
int
late_load(struct late *l, struct err *e)
{
	static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

	(void)pthread_mutex_lock(&one_at_a_time);
	int rc = l->loaded ? 0 : load(l, e);
	(void)pthread_mutex_unlock(&one_at_a_time);
	return rc;
}
