/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "netbios/registry.h"

#include "wire/srvsvc.h"
#include "wire/winreg.h"

#define WINDOWS "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"
#define BIOS    "HARDWARE\\DESCRIPTION\\System\\BIOS"

/* Sorted by key: a key is opened once. */
static const struct value {
	const char *key, *name, *fact;
} values[] = {
	{ BIOS, "SystemManufacturer", "host.vendor" },
	{ BIOS, "SystemProductName", "host.model" },
	{ WINDOWS, "CurrentBuildNumber", "reg.build" },
	{ WINDOWS, "CurrentVersion", "reg.version" },
	{ WINDOWS, "DisplayVersion", "reg.release" },
	{ WINDOWS, "ProductName", "reg.product" },
	{ WINDOWS, "UBR", "reg.revision" },
};
enum { VALUES = sizeof(values) / sizeof(values[0]) };

static const uint32_t access_denied = 0xc0000022, not_understood = 0xffffffff;

/* A call that opens something. */
static uint32_t
open_by(struct samba *s, uint32_t opnum, const struct wr *request,
	struct winreg_handle *out)
{
	uint32_t status, error;
	uint8_t *answer;
	struct err e;
	size_t n;

	status = samba_call(s, opnum, request->start, wr_used(request), &answer, &n);
	if (status)
		return status;
	if (winreg_read_handle(answer, n, out, &error, &e) == -1)
		return not_understood;
	return error == SRVSVC_ACCESS_DENIED ? access_denied : error;
}

static void
tell_value(struct samba *s, const struct winreg_handle *key, const struct value *v,
	struct tell *t)
{
	uint8_t request[WINREG_REQUEST_MAX], *answer;
	struct wr w = wr_to(request, sizeof(request));
	char text[WINREG_TEXT];
	uint32_t status;
	struct err e;
	size_t n;

	winreg_write_query(&w, key, v->name);
	if (samba_call(s, WINREG_QUERY, request, wr_used(&w), &answer, &n) == 0 &&
		winreg_read_value(answer, n, text, &status, &e) == 0 && status == 0)
		tell_str(t, v->fact, text);
}

/* Keys that are not there (of a Samba, of a virtual machine) are nothing to tell of. */
static void
tell_keys(struct samba *s, const struct winreg_handle *machine, struct tell *t)
{
	struct winreg_handle key;
	const char *opened = NULL;
	bool is_open = false;

	for (int i = 0; i < VALUES; i++) {
		if (values[i].key != opened) {
			uint8_t request[WINREG_REQUEST_MAX];
			struct wr w = wr_to(request, sizeof(request));
			winreg_write_open_key(&w, machine, values[i].key);
			opened = values[i].key;
			is_open = open_by(s, WINREG_OPEN_KEY, &w, &key) == 0;
		}
		if (is_open)
			tell_value(s, &key, &values[i], t);
	}
}

uint32_t
registry_ask(struct samba *s, struct tell *t)
{
	uint8_t request[WINREG_REQUEST_MAX];
	struct wr w = wr_to(request, sizeof(request));
	struct winreg_handle machine;

	winreg_write_open_machine(&w);
	uint32_t status = open_by(s, WINREG_OPEN_MACHINE, &w, &machine);
	if (status == 0)
		tell_keys(s, &machine, t);
	return status;
}
