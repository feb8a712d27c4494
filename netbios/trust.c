/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "netbios/trust.h"

#include <stdbool.h>
#include <sys/mman.h>
#include <unistd.h>

struct account {
	bool accepted, refused;
	pid_t tried_by; /* 0: it is not on trial */
};

struct trust {
	size_t size; /* bytes */
	struct account accounts[];
};

struct trust *
trust_new(size_t n)
{
	size_t size = sizeof(struct trust) + n * sizeof(struct account);
	struct trust *t = mmap(
		NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (t == MAP_FAILED)
		return NULL;
	t->size = size;
	return t;
}

void
trust_free(struct trust *t)
{
	if (t)
		(void)munmap(t, t->size);
}

enum trust_answer
trust_ask(const struct trust *t, size_t account)
{
	const struct account *a = &t->accounts[account];

	if (a->refused)
		return TRUST_NEVER;
	/* What a part began that ended before it knew is no trial any more. */
	return a->tried_by == getpid() && !a->accepted ? TRUST_WAIT : TRUST_TRY;
}

void
trust_begin(struct trust *t, size_t account)
{
	t->accounts[account].tried_by = getpid();
}

void
trust_end(struct trust *t, size_t account, enum trust_verdict verdict)
{
	struct account *a = &t->accounts[account];

	a->tried_by = 0;
	a->accepted |= verdict == TRUST_ACCEPTED;
	a->refused |= verdict == TRUST_REFUSED;
}
