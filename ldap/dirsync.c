/* SPDX-License-Identifier: GPL-3.0-or-later */
/* BER by liblber, base64 by libsodium. */
#include "ldap/dirsync.h"

#include <ldap.h>
#include <sodium.h>
#include <string.h>

enum {
	REPLY_BYTES = 1 << 20
}; /* what a server sends before it says that there is more */

bool
dirsync_cookie_read(const char *text, size_t n, struct dirsync_cookie *out)
{
	out->n = 0;
	return n > 0 && n < DIRSYNC_TEXT_MAX &&
		sodium_base642bin(out->bytes, sizeof(out->bytes), text, n, NULL,
			&out->n, NULL, sodium_base64_VARIANT_ORIGINAL) == 0 &&
		out->n > 0;
}

void
dirsync_cookie_print(const struct dirsync_cookie *c, struct sb *out)
{
	char text[DIRSYNC_TEXT_MAX];

	sb_add(out,
		sodium_bin2base64(text, sizeof(text), c->bytes, c->n,
			sodium_base64_VARIANT_ORIGINAL));
}

bool
dirsync_write(const struct dirsync_cookie *c, struct berval *out)
{
	BerElement *ber = ber_alloc_t(LBER_USE_DER);
	bool is_written = ber &&
		ber_printf(ber, "{iio}", LDAP_CONTROL_X_DIRSYNC_OBJECT_SECURITY,
			REPLY_BYTES, (const char *)c->bytes, (ber_len_t)c->n) != -1 &&
		ber_flatten2(ber, out, 1) == 0;

	ber_free(ber, 1);
	return is_written;
}

bool
dirsync_read(const struct berval *value, struct dirsync_cookie *out, bool *more)
{
	struct berval own = *value, cookie;
	ber_int_t rest, unused;

	if (!own.bv_val || own.bv_len == 0)
		return false;
	BerElement *ber = ber_init(&own);
	/* "m" borrows of the element. */
	bool is_read = ber &&
		ber_scanf(ber, "{iim}", &rest, &unused, &cookie) != LBER_ERROR &&
		cookie.bv_len <= sizeof(out->bytes);
	if (is_read) {
		if (cookie.bv_len)
			memcpy(out->bytes, cookie.bv_val, cookie.bv_len);
		out->n = cookie.bv_len;
		*more = rest != 0;
	}
	ber_free(ber, 1);
	return is_read;
}
