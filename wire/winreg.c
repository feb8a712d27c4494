/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/winreg.h"

#include <inttypes.h>
#include <stdio.h>

#include "wire/ndr.h"
#include "wire/utf16.h"

/* [MS-RRP] 2.2.3, 2.2.9, and [MS-RRP] 3.1.1.5 for the kinds of values. */
enum {
	KEY_QUERY_VALUE = 0x1,
	REG_SZ = 1,
	REG_EXPAND_SZ = 2,
	REG_DWORD = 4,
	POINTER = 0x20000, /* any number but 0 leads to something */
};

/* --- questions ------------------------------------------------------------------------------ */

static void
write_aligned(struct wr *w, uint32_t v)
{
	wr_zero(w, (4 - wr_used(w) % 4) % 4);
	wr_le32(w, v);
}

/* RRP_UNICODE_STRING ([MS-RRP] 2.2.4): its lengths count bytes and the NUL. */
static void
write_name(struct wr *w, const char *name)
{
	uint32_t units = (uint32_t)strlen(name) + 1;

	wr_le16(w, (uint16_t)(units * 2));
	wr_le16(w, (uint16_t)(units * 2));
	wr_le32(w, POINTER);
	wr_le32(w, units); /* C706 14.3.4.2: room, offset, length */
	wr_le32(w, 0);
	wr_le32(w, units);
	for (uint32_t i = 0; i < units; i++)
		wr_le16(w, (uint8_t)name[i]);
}

void
winreg_write_open_machine(struct wr *w)
{
	wr_le32(w, 0); /* ServerName: whoever is asked */
	wr_le32(w, KEY_QUERY_VALUE);
}

void
winreg_write_open_key(struct wr *w, const struct winreg_handle *h, const char *name)
{
	wr_bytes(w, h->bytes, WINREG_HANDLE);
	write_name(w, name);
	write_aligned(w, 0); /* dwOptions */
	wr_le32(w, KEY_QUERY_VALUE);
}

void
winreg_write_query(struct wr *w, const struct winreg_handle *h, const char *name)
{
	wr_bytes(w, h->bytes, WINREG_HANDLE);
	write_name(w, name);
	write_aligned(w, POINTER); /* lpType */
	wr_le32(w, 0);
	wr_le32(w, POINTER + 4); /* lpData: room, offset, and nothing in it */
	wr_le32(w, WINREG_DATA_MAX);
	wr_le32(w, 0);
	wr_le32(w, 0);
	wr_le32(w, POINTER + 8); /* lpcbData */
	wr_le32(w, WINREG_DATA_MAX);
	wr_le32(w, POINTER + 12); /* lpcbLen */
	wr_le32(w, 0);
}

/* --- answers -------------------------------------------------------------------------------- */

int
winreg_read_handle(const void *stub, size_t n, struct winreg_handle *out,
	uint32_t *status, struct err *e)
{
	struct ndr r = ndr_from(stub, n);

	rd_copy(&r.rd, out->bytes, WINREG_HANDLE);
	*status = ndr_u32(&r);
	return r.rd.bad ? err_set(e, ERR_PROTO, "the answer to opening a key is broken")
			: 0;
}

static void
print_value(uint32_t type, struct rd data, char out[static WINREG_TEXT])
{
	if (type == REG_SZ || type == REG_EXPAND_SZ)
		(void)utf16_text(data, out, WINREG_TEXT);
	else if (type == REG_DWORD && rd_left(&data) == 4)
		(void)snprintf(out, WINREG_TEXT, "%" PRIu32, rd_le32(&data));
}

int
winreg_read_value(const void *stub, size_t n, char out[static WINREG_TEXT],
	uint32_t *status, struct err *e)
{
	struct ndr r = ndr_from(stub, n);
	struct rd data = rd_from("", 0);
	uint32_t type = ndr_u32(&r) ? ndr_u32(&r) : 0;

	out[0] = '\0';
	if (ndr_u32(&r))
		data = ndr_bytes(&r);
	for (int i = 0; i < 2; i++) /* lpcbData, lpcbLen */
		if (ndr_u32(&r))
			(void)ndr_u32(&r);
	*status = ndr_u32(&r);
	if (r.rd.bad)
		return err_set(e, ERR_PROTO, "the answer to a value is broken");
	if (*status == 0)
		print_value(type, data, out);
	return 0;
}
