/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Chooses the format and passes on to it what a command gives.  Knows no format itself.
 */
#include "cli/out.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/out_format.h"

/* A device at its limits (4,096 texts of 1 KiB in several facts) must fit. */
enum { TEXT_LIMIT = 64 << 20, ARENA_LIMIT = 1 << 20 };

static const struct out_format *const formats[] = {
	[OUT_TABLE] = &out_table,
	[OUT_NDJSON] = &out_ndjson,
	[OUT_CSV] = &out_csv,
	[OUT_XML] = &out_xml,
};

int
out_open(struct out **out, enum out_format_id id, const struct out_info *info,
	struct err *e)
{
	struct out *o = calloc(1, sizeof(*o));

	if (!o)
		return err_nomem(e);
	o->format = formats[id];
	o->info = *info;
	sb_init(&o->text, TEXT_LIMIT);
	if (!(o->arena = arena_new(ARENA_LIMIT))) {
		err_nomem(e);
		goto fail;
	}
	if (info->content == OUT_CHANGES && !o->format->change) {
		err_set(e, ERR_ARG, "changes have no form in this format");
		goto fail;
	}
	if (o->format->open && o->format->open(o, e) == -1)
		goto fail;
	*out = o;
	return 0;
fail:
	out_free(o);
	return -1;
}

int
out_device(struct out *o, const struct device *d, struct err *e)
{
	if (!o->format->device || (o->info.content == OUT_RUN && o->format->observation))
		return 0;
	o->count++;
	return o->format->device(o, d, e);
}

int
out_observation(struct out *o, const struct observation *seen, struct err *e)
{
	if (!o->format->observation)
		return 0;
	o->count++;
	return o->format->observation(o, seen, e);
}

int
out_change(struct out *o, const struct change *c, struct err *e)
{
	o->count++;
	return o->format->change(o, c, e);
}

uint64_t
out_count(const struct out *o)
{
	return o->count;
}

int
out_put(struct out *o, struct err *e)
{
	if (o->text.bad)
		return err_nomem(e);
	size_t written = fwrite(o->text.text, 1, o->text.len, o->info.to);
	if (written != o->text.len)
		return err_sys(e, "write the output");
	sb_clear(&o->text);
	return 0;
}

int
out_close(struct out *o, const struct run_end *end, struct err *e)
{
	int rc = o->format->close ? o->format->close(o, end, e) : 0;

	if (rc == 0 && (fflush(o->info.to) == EOF || ferror(o->info.to)))
		rc = err_sys(e, "write the output");
	out_free(o);
	return rc;
}

void
out_free(struct out *o)
{
	if (!o)
		return;
	if (o->format->free)
		o->format->free(o);
	arena_free(o->arena);
	sb_done(&o->text);
	free(o);
}

void
out_look_at_terminal(struct out_info *info)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
	int fd = fileno(info->to);
	struct winsize size;

	info->width = 0;
	info->color = false;
	if (fd == -1 || !isatty(fd))
		return;
	if (ioctl(fd, TIOCGWINSZ, &size) == 0)
		info->width = size.ws_col;
	/* no-color.org: set and not empty means no. */
	info->color = (!no_color || !*no_color) && term && *term &&
		strcmp(term, "dumb") != 0;
}
