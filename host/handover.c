/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/handover.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "host/words.h"

enum {
	BASE64 = sodium_base64_VARIANT_ORIGINAL,
	HEAD_MAX = CREDENTIAL_NAME_MAX + CREDENTIAL_USER_MAX + 64,
};

/* --- giving --------------------------------------------------------------------------------- */

static int
put(int fd, const char *text, size_t n, struct err *e)
{
	return file_write(fd, "what is handed over", text, n, e);
}

/* Its copies are overwritten: nothing of it is left in memory that somebody else gets. */
static int
put_base64(int fd, const void *bytes, size_t n, char end, struct err *e)
{
	size_t room = sodium_base64_encoded_len(n, BASE64);
	char *text = malloc(room + 1);

	if (!text)
		return err_nomem(e);
	(void)sodium_bin2base64(text, room, bytes, n, BASE64);
	size_t len = strlen(text);
	text[len] = end;
	int rc = put(fd, text, len + 1, e);
	explicit_bzero(text, room);
	free(text);
	return rc;
}

static int
put_one(int fd, const struct credential *c, struct err *e)
{
	const char *file = c->file ? c->file : "";
	const void *what = c->secret ? c->secret : c->content ? c->content : "";
	size_t n_what = c->secret ? strlen(c->secret) : c->content ? c->n_content : 0;
	char head[HEAD_MAX];
	int n = snprintf(head, sizeof(head), "1\t%s\t%s\t%s\t", c->name,
		credential_kind_word(c->kind), c->user ? c->user : "");

	if (n < 0 || (size_t)n >= sizeof(head))
		return err_set(e, ERR_ARG, "a name or a user is too long");
	if (put(fd, head, (size_t)n, e) == -1 ||
		put_base64(fd, file, strlen(file), '\t', e) == -1)
		return -1;
	return put_base64(fd, what, n_what, '\n', e);
}

static int
begin(int *fd, struct err *e)
{
	*fd = memfd_create("credentials", MFD_CLOEXEC);
	return *fd == -1 ? err_sys(e, "hand over credentials") : 0;
}

static int
end(int *fd, int rc, struct err *e)
{
	if (rc == 0 && lseek(*fd, 0, SEEK_SET) == -1)
		rc = err_sys(e, "hand over credentials");
	if (rc == 0)
		return 0;
	close(*fd);
	*fd = -1;
	return -1;
}

int
handover_make(const struct credential *const *all, size_t n, int *fd, struct err *e)
{
	int rc = 0;

	if (begin(fd, e) == -1)
		return -1;
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = put_one(*fd, all[i], e);
	return end(fd, rc, e);
}

int
handover_refuse(const char *why, int *fd, struct err *e)
{
	if (begin(fd, e) == -1)
		return -1;
	int rc = put(*fd, "!\t", 2, e);
	if (rc == 0)
		rc = put_base64(*fd, why, strlen(why), '\n', e);
	return end(fd, rc, e);
}

/* --- taking --------------------------------------------------------------------------------- */

/* NUL-terminated; "" is NULL.  -1: no base64, or no memory. */
static int
read_base64(const char *word, struct arena *mem, void **out, size_t *n)
{
	size_t room = strlen(word) / 4 * 3 + 1;
	unsigned char *bytes = arena_alloc(mem, room);

	*out = NULL;
	if (!bytes ||
		sodium_base642bin(bytes, room - 1, word, strlen(word), NULL, n, NULL,
			BASE64) != 0)
		return -1;
	if (*n)
		*out = bytes;
	return 0;
}

static int
refused(const char *line, const char *end, struct arena *mem, struct err *e)
{
	(void)word_next(&line, end, mem);
	const char *word = word_next(&line, end, mem);
	void *why;
	size_t n;

	if (!word || read_base64(word, mem, &why, &n) == -1 || !why)
		return err_set(
			e, ERR_PROTO, "credentials were refused without a reason");
	return err_set(e, ERR_AUTH, "%.400s", (const char *)why);
}

static int
parse_line(const char *line, const char *end, struct arena *mem, struct credential *out,
	struct err *e)
{
	const char *version = word_next(&line, end, mem);
	const char *name = word_next(&line, end, mem);
	const char *kind = word_next(&line, end, mem);
	const char *user = word_next(&line, end, mem);
	const char *file = word_next(&line, end, mem);
	const char *what = word_next(&line, end, mem);
	void *path, *bytes;
	size_t n_path, n;

	*out = (struct credential){ .name = name, .user = user && *user ? user : NULL };
	if (!version || !name || !kind || !user || !file || !what)
		return err_nomem(e);
	if (line != end || strcmp(version, "1") != 0 ||
		!credential_kind(kind, &out->kind) ||
		read_base64(file, mem, &path, &n_path) == -1 ||
		read_base64(what, mem, &bytes, &n) == -1)
		return err_set(
			e, ERR_PROTO, "this is no credential that is handed over");
	out->file = path;
	if (!credential_has_secret(out->kind)) {
		out->content = bytes;
		out->n_content = n;
	} else if (!bytes || strlen(bytes) != n || n >= SECRET_MAX)
		return err_set(e, ERR_PROTO, "there is no secret, or it is too long");
	else
		out->secret = bytes;
	return credential_check(out, e);
}

int
handover_parse(const char *text, size_t n_text, struct arena *mem,
	struct credential **out, size_t *n, struct err *e)
{
	const char *end = text + n_text, *line, *stop;

	*n = 0;
	*out = arena_new_array(mem, struct credential, words_lines(text, n_text));
	if (!*out)
		return err_nomem(e);
	for (size_t number = 1; words_line(&text, end, &line, &stop); number++) {
		if (*line == '!')
			return refused(line, stop, mem, e);
		if (parse_line(line, stop, mem, &(*out)[*n], e) == -1)
			return err_add(e, "line %zu", number);
		(*n)++;
	}
	return 0;
}

static int
read_all(int fd, char *text, size_t n, struct err *e)
{
	for (size_t had = 0; had < n;) {
		ssize_t got = pread(fd, text + had, n - had, (off_t)had);
		if (got == -1 && errno == EINTR)
			continue;
		if (got <= 0)
			return err_sys(e, "read the credentials that are handed over");
		had += (size_t)got;
	}
	return 0;
}

int
handover_take(
	int fd, struct arena *mem, struct credential **out, size_t *n, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return err_sys(e, "read the credentials that are handed over");
	size_t size = (size_t)st.st_size;
	char *text = st.st_size >= 0 && size <= HANDOVER_MAX ? malloc(size + 1) : NULL;
	if (!text)
		return err_set(e, ERR_ARG, "more credentials than can be handed over");
	int rc = read_all(fd, text, size, e);
	if (rc == 0)
		rc = handover_parse(text, size, mem, out, n, e);
	explicit_bzero(text, size);
	free(text);
	close(fd);
	return rc;
}
