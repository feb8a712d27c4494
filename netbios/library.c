/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "netbios/library.h"

#include <dlfcn.h>
#include <string.h>

/* Its Kerberos has names in common with ours: each finds its own first.  AddressSanitizer,
 * which has to be found first by all, forbids that. */
#if defined(__SANITIZE_ADDRESS__)
#define OWN_FIRST 0
#else
#define OWN_FIRST RTLD_DEEPBIND
#endif

int
library_load(const char *file, const char *wanted, const struct library_symbol *symbols,
	size_t n, void *into, struct err *e)
{
	void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL | OWN_FIRST);

	if (!library)
		return err_set(e, ERR_NOTFOUND, "%s: %s", wanted, dlerror());
	for (size_t i = 0; i < n; i++) {
		void *found = dlsym(library, symbols[i].name);
		if (!found)
			return err_set(e, ERR_NOTFOUND, "%s has no %s", file,
				symbols[i].name);
		/* POSIX promises that a pointer to a function fits in one to data. */
		memcpy((char *)into + symbols[i].at, &found, sizeof(found));
	}
	return 0;
}
