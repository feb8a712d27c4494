/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/vault.h"

#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/data_file.h"
#include "base/sb.h"
#include "host/private_file.h"
#include "host/words.h"

enum {
	KEY = crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
	NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
	TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES,
	PADDING = 64, /* the length of a sealed secret says little of the secret's */
	PLAIN_MAX = SECRET_MAX + PADDING,
	BOX_MAX = NONCE + PLAIN_MAX + TAG,
	BOX_TEXT_MAX = sodium_base64_ENCODED_LEN(
		BOX_MAX, sodium_base64_VARIANT_ORIGINAL),
	WORKING_MEMORY = 8 << 20,
};

int
vault_default_path(struct arena *mem, const char **out, struct err *e)
{
	return data_file_path("credentials", mem, out, e);
}

/* --- the key -------------------------------------------------------------------------------- */

static int
key_path(const char *path, char out[static PATH_MAX], struct err *e)
{
	int n = snprintf(out, PATH_MAX, "%s.key", path);

	return n > 0 && n < PATH_MAX
		? 0
		: err_set(e, ERR_ARG, "%s: the path is too long", path);
}

static int
read_key(const char *path, unsigned char key[static KEY], struct err *e)
{
	char file[PATH_MAX];
	size_t n;

	if (key_path(path, file, e) == -1 ||
		private_file_read(file, key, KEY, &n, e) == -1)
		return -1;
	return n == KEY ? 0 : err_set(e, ERR_AUTH, "%s: this is no key", file);
}

/* The key is made with the first secret. */
static int
need_key(const char *path, unsigned char key[static KEY], struct err *e)
{
	char file[PATH_MAX];

	if (read_key(path, key, e) == 0)
		return 0;
	if (e->code != ERR_NOTFOUND || key_path(path, file, e) == -1)
		return -1;
	randombytes_buf(key, KEY);
	return private_file_write(file, key, KEY, e);
}

/* --- sealing -------------------------------------------------------------------------------- */

/* What a secret is sealed for; NUL bytes part its words, which have none. */
static size_t
sealed_for(const struct credential *c, unsigned char out[static 3 * CREDENTIAL_USER_MAX])
{
	int n = snprintf((char *)out, 3 * CREDENTIAL_USER_MAX, "muster 1%c%s%c%s%c%s",
		0, c->name, 0, credential_kind_word(c->kind), 0, c->user ? c->user : "");

	return n > 0 ? (size_t)n : 0;
}

static int
seal(const struct credential *c, const unsigned char key[static KEY],
	char out[static BOX_TEXT_MAX], struct err *e)
{
	unsigned char box[BOX_MAX], plain[PLAIN_MAX], about[3 * CREDENTIAL_USER_MAX];
	unsigned long long n_sealed;
	size_t n = strlen(c->secret), padded;

	if (n >= SECRET_MAX)
		return err_set(e, ERR_ARG, "the secret is too long");
	memcpy(plain, c->secret, n);
	if (sodium_pad(&padded, plain, n, PADDING, sizeof(plain)) != 0)
		return err_nomem(e);
	randombytes_buf(box, NONCE);
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(box + NONCE, &n_sealed, plain,
		padded, about, sealed_for(c, about), NULL, box, key);
	sodium_memzero(plain, sizeof(plain));
	(void)sodium_bin2base64(out, BOX_TEXT_MAX, box, NONCE + (size_t)n_sealed,
		sodium_base64_VARIANT_ORIGINAL);
	return 0;
}

static bool
unseal(const struct credential *c, const unsigned char key[static KEY],
	char out[static SECRET_MAX])
{
	unsigned char box[BOX_MAX], plain[PLAIN_MAX], about[3 * CREDENTIAL_USER_MAX];
	unsigned long long n_plain = 0;
	size_t n, kept = 0;

	if (sodium_base642bin(box, sizeof(box), c->sealed, strlen(c->sealed), NULL, &n,
		    NULL, sodium_base64_VARIANT_ORIGINAL) != 0 ||
		n < NONCE + TAG)
		return false;
	bool good = crypto_aead_xchacha20poly1305_ietf_decrypt(plain, &n_plain, NULL,
			    box + NONCE, n - NONCE, about, sealed_for(c, about), box,
			    key) == 0 &&
		sodium_unpad(&kept, plain, (size_t)n_plain, PADDING) == 0 &&
		kept < SECRET_MAX;
	if (good) {
		memcpy(out, plain, kept);
		out[kept] = '\0';
	}
	sodium_memzero(plain, sizeof(plain));
	return good;
}

int
vault_open(const struct credential *c, char out[static SECRET_MAX], struct err *e)
{
	unsigned char key[KEY];

	if (sodium_init() == -1)
		return err_set(e, ERR_SYS, "no random numbers");
	int rc = read_key(c->file, key, e);
	if (rc == 0 && !unseal(c, key, out))
		rc = err_set(e, ERR_AUTH,
			"%s: the secret of %.60s does not open: it was sealed with another "
			"key, or the line was changed; add it again",
			c->file, c->name);
	sodium_memzero(key, sizeof(key));
	return rc;
}

/* --- lines ---------------------------------------------------------------------------------- */

static int
parse_line(const char *line, const char *end, const char *path, struct arena *mem,
	struct credential *out, struct err *e)
{
	const char *version = word_next(&line, end, mem);
	const char *name = word_next(&line, end, mem);
	const char *kind = word_next(&line, end, mem);
	const char *user = word_next(&line, end, mem);
	const char *sealed = word_next(&line, end, mem);

	*out = (struct credential){ .name = name,
		.user = user && *user ? user : NULL,
		.sealed = sealed,
		.file = arena_strdup(mem, path) };
	if (!version || !name || !kind || !user || !sealed || !out->file)
		return err_nomem(e);
	if (line != end || strcmp(version, "1") != 0 || !*sealed ||
		!credential_kind(kind, &out->kind) || !credential_has_secret(out->kind))
		return err_set(e, ERR_PROTO,
			"this is no sealed credential of this version of muster");
	return credential_check(out, e);
}

int
vault_parse(const char *text, size_t n_text, const char *path, struct arena *mem,
	struct credential **out, size_t *n, struct err *e)
{
	const char *end = text + n_text, *line, *stop;

	*n = 0;
	*out = arena_new_array(mem, struct credential, words_lines(text, n_text));
	if (!*out)
		return err_nomem(e);
	for (size_t number = 1; words_line(&text, end, &line, &stop); number++) {
		struct credential *c = &(*out)[*n];
		if (line == stop)
			continue;
		if (parse_line(line, stop, path, mem, c, e) == -1)
			return err_add(e, "%s:%zu", path, number);
		if (credential_find(*out, *n, c->name))
			return err_set(e, ERR_PROTO, "%s:%zu: two are named %.60s",
				path, number, c->name);
		(*n)++;
	}
	return 0;
}

int
vault_read(const char *path, struct arena *mem, struct credential **out, size_t *n,
	struct err *e)
{
	char *text = arena_alloc(mem, VAULT_TEXT_MAX);
	size_t n_text = 0;

	if (!text)
		return err_nomem(e);
	if (private_file_read(path, text, VAULT_TEXT_MAX, &n_text, e) == -1 &&
		e->code != ERR_NOTFOUND)
		return -1;
	return vault_parse(text, n_text, path, mem, out, n, e);
}

static void
write_line(const struct credential *c, struct sb *out)
{
	sb_printf(out, "1\t%s\t%s\t%s\t%s\n", c->name, credential_kind_word(c->kind),
		c->user ? c->user : "", c->sealed);
}

/* --- changes -------------------------------------------------------------------------------- */

/* Two that change it at a time wait for each other. */
static int
lock(const char *path, int *fd, struct err *e)
{
	char file[PATH_MAX];
	int n = snprintf(file, sizeof(file), "%s.lock", path);

	if (n < 0 || (size_t)n >= sizeof(file))
		return err_set(e, ERR_ARG, "%s: the path is too long", path);
	if (data_file_folders(path, e) == -1)
		return -1;
	*fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (*fd == -1 || flock(*fd, LOCK_EX) == -1)
		return err_sys(e, "lock %s", path);
	return data_file_give(*fd, path, e);
}

/* The line of that name goes, and added comes; NULL: none does. */
static int
rewrite(const char *path, const char *without, const struct credential *added,
	struct arena *mem, bool *found, struct err *e)
{
	struct credential *all;
	struct sb text;
	size_t n;
	int rc = vault_read(path, mem, &all, &n, e);

	sb_init(&text, VAULT_TEXT_MAX);
	*found = rc == 0 && credential_find(all, n, without) != NULL;
	for (size_t i = 0; rc == 0 && i < n; i++)
		if (strcmp(all[i].name, without) != 0)
			write_line(&all[i], &text);
	if (rc == 0 && added)
		write_line(added, &text);
	if (text.bad)
		rc = err_set(e, ERR_ARG, "there are too many credentials");
	if (rc == 0 && (*found || added))
		rc = private_file_write(path, text.text, text.len, e);
	sb_done(&text);
	return rc;
}

/* Under the lock. */
static int
add(const char *path, const struct credential *c, bool replace, struct arena *mem,
	struct err *e)
{
	struct credential sealed = *c, *all;
	unsigned char key[KEY];
	char box[BOX_TEXT_MAX];
	size_t n;
	bool found;

	if (vault_read(path, mem, &all, &n, e) == -1)
		return -1;
	if (!replace && credential_find(all, n, c->name))
		return err_set(e, ERR_ARG,
			"there is a credential %.60s; --replace puts this one in its place",
			c->name);
	int rc = need_key(path, key, e);
	if (rc == 0)
		rc = seal(c, key, box, e);
	sodium_memzero(key, sizeof(key));
	sealed.sealed = box;
	return rc == 0 ? rewrite(path, c->name, &sealed, mem, &found, e) : -1;
}

int
vault_add(const char *path, const struct credential *c, bool replace, struct err *e)
{
	struct arena *mem = arena_new(WORKING_MEMORY);
	int fd = -1, rc = mem ? credential_check(c, e) : err_nomem(e);

	if (rc == 0 && sodium_init() == -1)
		rc = err_set(e, ERR_SYS, "no random numbers");
	if (rc == 0)
		rc = lock(path, &fd, e);
	if (rc == 0)
		rc = add(path, c, replace, mem, e);
	if (fd != -1)
		close(fd);
	arena_free(mem);
	return rc;
}

int
vault_remove(const char *path, const char *name, struct err *e)
{
	struct arena *mem = arena_new(WORKING_MEMORY);
	bool found = false;
	int fd = -1, rc = mem ? lock(path, &fd, e) : err_nomem(e);

	if (rc == 0)
		rc = rewrite(path, name, NULL, mem, &found, e);
	if (rc == 0 && !found)
		rc = err_set(e, ERR_NOTFOUND, "%s has no credential %.60s", path, name);
	if (fd != -1)
		close(fd);
	arena_free(mem);
	return rc;
}
