/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * winreg.h - reading values of a remote registry: the stubs of four calls ([MS-RRP] 3.1.5)
 *
 * Names of keys and values that are asked for are ours, and ASCII.
 */
#ifndef WIRE_WINREG_H
#define WIRE_WINREG_H

#include "base/buf.h"
#include "base/err.h"

enum {
	WINREG_OPEN_MACHINE = 2, /* OpenLocalMachine */
	WINREG_OPEN_KEY = 15,    /* BaseRegOpenKey */
	WINREG_QUERY = 17,       /* BaseRegQueryValue */
	WINREG_HANDLE = 20,      /* bytes */
	WINREG_REQUEST_MAX = 1024,
	WINREG_DATA_MAX = 1024, /* of a value that is asked for */
	WINREG_TEXT = 256,
};

struct winreg_handle {
	uint8_t bytes[WINREG_HANDLE];
};

/* wr: WINREG_REQUEST_MAX bytes suffice for names up to 200 characters. */
void winreg_write_open_machine(struct wr *);
void winreg_write_open_key(struct wr *, const struct winreg_handle *, const char *name);
void winreg_write_query(struct wr *, const struct winreg_handle *, const char *name);

/* The answer to either open.  *status: 0, or a Win32 error, and then no handle.  ERR_PROTO. */
int winreg_read_handle(const void *stub, size_t n, struct winreg_handle *,
	uint32_t *status, struct err *);
/* A value as text: of REG_SZ and REG_EXPAND_SZ itself, of REG_DWORD its number; "" of all else.
 * ERR_PROTO. */
int winreg_read_value(const void *stub, size_t n, char out[static WINREG_TEXT],
	uint32_t *status, struct err *);

#endif
