/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A ring of open canaries; the note of a living target is its place there, plus one. */
#include "scanner/canary.h"

#include <stdlib.h>

_Static_assert((int)CANARIES_OPEN_MAX <= (int)TARGETS_NOTE_MAX,
	"a note holds a place in the ring");

enum { TRIES = 8 }; /* living looked at for one canary */

int
canaries_init(struct canaries *c, struct err *e)
{
	*c = (struct canaries){ .open = calloc(
					CANARIES_OPEN_MAX, sizeof(struct canary)) };
	return c->open ? 0 : err_nomem(e);
}

void
canaries_free(struct canaries *c)
{
	free(c->open);
	*c = (struct canaries){ 0 };
}

/* The question that it answered, and that shows that it is there. */
static bool
find_question(const struct targets *t, uint32_t target, uint32_t *question)
{
	for (uint32_t q = 0; q < DISCOVERY_MAX; q++)
		if (targets_asked(t, target, q) && targets_answered(t, target, q)) {
			*question = q;
			return true;
		}
	return false;
}

bool
canaries_question(const struct targets *t, uint32_t target, uint32_t *question)
{
	bool found = false;

	for (uint32_t q = 0; q < DISCOVERY_MAX; q++)
		if (targets_asked(t, target, q) && targets_answered(t, target, q)) {
			*question = q;
			found = true;
		}
	return found;
}

bool
canaries_have_room(const struct canaries *c)
{
	return c->n < CANARIES_OPEN_MAX;
}

bool
canaries_next(struct canaries *c, const struct targets *t, int64_t gap_us,
	int64_t now_us, uint32_t *target, uint32_t *question)
{
	uint32_t living = targets_n_living(t);

	for (int i = 0; i < TRIES && living && c->n < CANARIES_OPEN_MAX; i++) {
		if (c->next >= living)
			c->next = 0;
		*target = targets_living(t, c->next++);
		if (targets_is_proved(t, *target) && targets_note(t, *target) == 0 &&
			targets_since_asked(t, *target, now_us) >= gap_us &&
			find_question(t, *target, question))
			return true;
	}
	return false;
}

void
canaries_ask(struct canaries *c, struct targets *t, uint32_t target, uint8_t step,
	int64_t now_us)
{
	uint32_t at = (c->first + c->n++) % CANARIES_OPEN_MAX;

	c->open[at] = (struct canary){ now_us, target, step, false };
	c->silent++;
	targets_set_note(t, target, (uint16_t)(at + 1));
}

bool
canaries_answer(
	struct canaries *c, struct targets *t, uint32_t target, struct canary *out)
{
	uint16_t note = targets_note(t, target);

	if (note == 0)
		return false;
	struct canary *canary = &c->open[note - 1];
	canary->answered = true;
	c->silent--;
	*out = *canary;
	targets_set_note(t, target, 0);
	return true;
}

bool
canaries_settle(struct canaries *c, struct targets *t, int64_t timeout_us,
	int64_t now_us, struct canary *out)
{
	struct canary *oldest = &c->open[c->first];

	if (c->n == 0 || (!oldest->answered && now_us - oldest->asked_us <= timeout_us))
		return false;
	if (!oldest->answered) {
		targets_set_note(t, oldest->target, 0);
		c->silent--;
	}
	*out = *oldest;
	c->first = (c->first + 1) % CANARIES_OPEN_MAX;
	c->n--;
	return true;
}
