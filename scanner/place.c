/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The place of a sweep to text and back: one table of words. */
#include "scanner/place.h"

#include <sodium.h>
#include <string.h>

#include "base/buf.h"

enum { DONE_MAX = PLACE_TEXT_MAX / 4 }; /* bytes of the list of waves that are over */

uint64_t
place_digest(const struct wave *waves, size_t n)
{
	crypto_generichash_state h;
	uint8_t out[crypto_generichash_BYTES_MIN];

	(void)crypto_generichash_init(&h, NULL, 0, sizeof(out)); /* cannot fail */
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < waves[i].n_runs; k++) {
			const struct wave_run *r = &waves[i].runs[k];
			uint8_t bytes[1 + 1 + 16 + 4];
			struct wr w = wr_to(bytes, sizeof(bytes));
			wr_u8(&w, (uint8_t)waves[i].way);
			wr_u8(&w, r->first.family);
			wr_bytes(&w, r->first.bytes, sizeof(r->first.bytes));
			wr_be32(&w, r->n);
			(void)crypto_generichash_update(&h, bytes, sizeof(bytes));
		}
	}
	(void)crypto_generichash_final(&h, out, sizeof(out));
	struct rd r = rd_from(out, sizeof(out));
	return rd_be64(&r);
}

/* --- printing --------------------------------------------------------------------------- */

static void
print_done(const struct place *p, struct sb *out)
{
	const char *comma = "";
	size_t limit = out->len + DONE_MAX;

	sb_add(out, "done=");
	for (size_t i = 0; i < p->n_done && out->len < limit; i++) {
		size_t last = i;
		if (!p->done[i])
			continue;
		while (last + 1 < p->n_done && p->done[last + 1])
			last++;
		sb_printf(out, last > i ? "%s%zu-%zu" : "%s%zu", comma, i, last);
		comma = ",";
		i = last;
	}
}

static void
print_wave(const struct place_wave *w, struct sb *out)
{
	const struct recall_counts *c = &w->counts;

	sb_printf(out,
		" wave=%u rounds=%u from=%u to=%u pass=%u position=%u again=%d asked=%ju "
		"lost=%ju found=",
		w->wave, w->rounds, w->from, w->to, w->pass, w->position, w->again,
		(uintmax_t)c->asked, (uintmax_t)c->lost);
	for (uint32_t i = 0; i <= c->rounds && i < RECALL_ROUNDS_MAX; i++)
		sb_printf(out, "%s%ju", i ? "/" : "", (uintmax_t)c->found[i]);
}

void
place_print(const struct place *p, struct sb *out)
{
	sb_printf(out, "muster-sweep=1 plan=%016jx seed=", (uintmax_t)p->plan);
	for (size_t i = 0; i < sizeof(p->seed); i++)
		sb_printf(out, "%02x", p->seed[i]);
	sb_add(out, " ");
	print_done(p, out);
	for (size_t i = 0; i < p->n_waves; i++)
		print_wave(&p->waves[i], out);
}

/* --- parsing ---------------------------------------------------------------------------- */

struct reader {
	struct place *out;
	bool *done;
	size_t n_waves;
};

/* Digits up to `max`; *text is left behind them. */
static bool
read_number(const char **text, uint64_t max, uint64_t *out)
{
	const char *p = *text;
	uint64_t n = 0;

	for (; *p >= '0' && *p <= '9'; p++) {
		uint64_t digit = (uint64_t)(*p - '0');
		if (digit > max || n > (max - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	if (p == *text)
		return false;
	*text = p;
	*out = n;
	return true;
}

static bool
read_hex(const char *text, uint8_t *out, size_t n)
{
	size_t used = 0;
	const char *end = NULL;

	return strlen(text) == 2 * n &&
		sodium_hex2bin(out, n, text, 2 * n, NULL, &used, &end) == 0 &&
		used == n;
}

static struct place_wave *
last_wave(const struct reader *r)
{
	return r->out->n_waves ? &r->out->waves[r->out->n_waves - 1] : NULL;
}

static bool
read_version(struct reader *r, const char *value)
{
	(void)r;
	return strcmp(value, "1") == 0;
}

static bool
read_plan(struct reader *r, const char *value)
{
	uint8_t bytes[8] = { 0 };
	struct rd rd = rd_from(bytes, sizeof(bytes));

	if (!read_hex(value, bytes, sizeof(bytes)))
		return false;
	r->out->plan = rd_be64(&rd);
	return true;
}

static bool
read_seed(struct reader *r, const char *value)
{
	return read_hex(value, r->out->seed, sizeof(r->out->seed));
}

static bool
read_done(struct reader *r, const char *value)
{
	while (*value) {
		uint64_t first, last;
		if (r->n_waves == 0 || !read_number(&value, r->n_waves - 1, &first))
			return false;
		last = first;
		if (*value == '-') {
			value++;
			if (!read_number(&value, r->n_waves - 1, &last))
				return false;
		}
		for (uint64_t i = first; i <= last; i++)
			r->done[i] = true;
		if (*value == ',' && value[1])
			value++;
		else if (*value)
			return false;
	}
	return true;
}

static bool
read_wave(struct reader *r, const char *value)
{
	uint64_t n;

	if (r->out->n_waves == PLACE_WAVES_MAX || r->n_waves == 0 ||
		!read_number(&value, r->n_waves - 1, &n) || *value)
		return false;
	r->out->waves[r->out->n_waves++] = (struct place_wave){ .wave = (uint32_t)n };
	return true;
}

static bool
read_found(struct reader *r, const char *value)
{
	struct place_wave *w = last_wave(r);

	for (uint32_t i = 0; w && i < RECALL_ROUNDS_MAX; i++) {
		if (!read_number(&value, UINT32_MAX, &w->counts.found[i]))
			return false;
		w->counts.rounds = i;
		if (*value == '\0')
			return true;
		if (*value++ != '/')
			return false;
	}
	return false;
}

static const struct {
	const char *name;
	bool (*read)(struct reader *, const char *value);
} words[] = {
	{ "muster-sweep", read_version },
	{ "plan", read_plan },
	{ "seed", read_seed },
	{ "done", read_done },
	{ "wave", read_wave },
	{ "found", read_found },
};

/* Numbers of the wave that was named last. */
static const struct {
	const char *name;
	size_t at, size;
	uint64_t max;
} numbers[] = {
#define NUMBER(name, field, max) \
	{ \
		name, offsetof(struct place_wave, field), \
			sizeof(((struct place_wave *)0)->field), max \
	}
	NUMBER("rounds", rounds, RECALL_ROUNDS_MAX - 1),
	NUMBER("from", from, WAVE_MAX),
	NUMBER("to", to, WAVE_MAX),
	NUMBER("pass", pass, UINT16_MAX),
	NUMBER("position", position, WAVE_MAX),
	NUMBER("again", again, 1),
	NUMBER("asked", counts.asked, UINT32_MAX),
	NUMBER("lost", counts.lost, UINT32_MAX),
#undef NUMBER
};

static bool
read_wave_number(struct reader *r, size_t which, const char *value)
{
	struct place_wave *w = last_wave(r);
	uint64_t n;

	if (!w || !read_number(&value, numbers[which].max, &n) || *value)
		return false;
	void *at = (char *)w + numbers[which].at;
	switch (numbers[which].size) {
	case 8: *(uint64_t *)at = n; break;
	case 4: *(uint32_t *)at = (uint32_t)n; break;
	default: *(bool *)at = n; break;
	}
	return true;
}

static bool
read_word(struct reader *r, const char *name, const char *value)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i].name, name) == 0)
			return words[i].read(r, value);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (strcmp(numbers[i].name, name) == 0)
			return read_wave_number(r, i, value);
	return false;
}

int
place_parse(
	const char *text, bool *done, size_t n_waves, struct place *out, struct err *e)
{
	struct reader r = { out, done, n_waves };
	char copy[PLACE_TEXT_MAX + 1], *next = copy, *word;

	*out = (struct place){ .done = done, .n_done = n_waves };
	if (strlen(text) > PLACE_TEXT_MAX)
		return err_set(e, ERR_PROTO, "longer than %d bytes", PLACE_TEXT_MAX);
	memcpy(copy, text, strlen(text) + 1);
	while ((word = strsep(&next, " "))) {
		char *value = strchr(word, '=');
		if (value)
			*value++ = '\0';
		if (!value || !read_word(&r, word, value))
			return err_set(e, ERR_PROTO, "wrong: %.40s", word);
	}
	for (size_t i = 0; i < out->n_waves; i++) {
		const struct place_wave *w = &out->waves[i];
		if (w->counts.lost > w->counts.asked || w->position > w->to ||
			w->from > w->position)
			return err_set(
				e, ERR_PROTO, "wave %u contradicts itself", w->wave);
	}
	return 0;
}
