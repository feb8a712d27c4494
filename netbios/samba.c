/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Public symbols of samba-libs alone, by name: dcerpc, samba-credentials, samba-hostconfig. */
#include "netbios/samba.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>
#include <tevent.h>

#include <core/ntstatus.h>

#include <credentials.h>
#include <dcerpc.h>
#include <param.h>

#include "base/late.h"

/* tevent.h hides it unless one likes warnings; libdcerpc waits inside of callbacks. */
typedef void allow_nesting(struct tevent_context *);

#define FUNCTIONS(X) \
	X(loadparm_init) \
	X(lpcfg_set_cmdline) \
	X(tevent_context_init) \
	X(talloc_named_const) \
	X(cli_credentials_init) \
	X(cli_credentials_set_conf) \
	X(cli_credentials_set_domain) \
	X(cli_credentials_set_username) \
	X(cli_credentials_set_password) \
	X(cli_credentials_set_kerberos_state) \
	X(dcerpc_init) \
	X(dcerpc_pipe_connect) \
	X(dcerpc_binding_handle_raw_call)

static struct {
	FUNCTIONS(LATE_POINTER)
	allow_nesting *tevent_loop_allow_nesting;
} lib;
static const struct late_symbol symbols[] = { FUNCTIONS(LATE_SYMBOL)
		LATE_SYMBOL(tevent_loop_allow_nesting) };
static struct late library = LATE_OWN_FIRST("libdcerpc.so.0", "samba-libs", symbols);

struct samba {
	void *mem; /* talloc context of everything */
	struct loadparm_context *settings;
	struct tevent_context *events;
	struct dcerpc_pipe *pipe;
};

/* No file of the machine's own Samba says otherwise. */
static const char *const settings[][2] = {
	{ "client min protocol", "SMB2_02" },
	{ "client ipc min protocol", "SMB2_02" },
	{ "client signing", "required" },
	{ "client ipc signing", "required" },
	{ "client ntlmv2 auth", "yes" },
	{ "smb ports", "445" },
	{ "name resolve order", "host" },
	{ "log level", "0" },
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct interface {
	const char *pipe;
	struct ndr_interface_table table;
} interfaces[] = {
	/* [MS-SRVS] 1.9, [MS-WKST] 1.9, [MS-RRP] 1.9 */
	[SAMBA_SRVSVC] = { "srvsvc",
		{ .name = "srvsvc",
			.syntax_id = { { 0x4b324fc8, 0x1670, 0x01d3, { 0x12, 0x78 },
					       { 0x5a, 0x47, 0xbf, 0x6e, 0xe1, 0x88 } },
				3 } } },
	[SAMBA_WKSSVC] = { "wkssvc",
		{ .name = "wkssvc",
			.syntax_id = { { 0x6bffd098, 0xa112, 0x3610, { 0x98, 0x33 },
					       { 0x46, 0xc3, 0xf8, 0x7e, 0x34, 0x5a } },
				1 } } },
	[SAMBA_WINREG] = { "winreg",
		{ .name = "winreg",
			.syntax_id = { { 0x338cd001, 0x2244, 0x31f1, { 0xaa, 0xaa },
					       { 0x90, 0x00, 0x38, 0x00, 0x10, 0x03 } },
				1 } } },
};

/* --- loading -------------------------------------------------------------------------------- */

static int
prepare(struct samba *s, struct err *e)
{
	s->mem = lib.talloc_named_const(NULL, 0, "muster");
	s->settings = s->mem ? lib.loadparm_init(s->mem) : NULL;
	if (!s->settings)
		return err_nomem(e);
	for (size_t i = 0; i < COUNT(settings); i++)
		if (!lib.lpcfg_set_cmdline(s->settings, settings[i][0], settings[i][1]))
			return err_set(e, ERR_SYS,
				"Samba's library does not take \"%s\"", settings[i][0]);
	return NT_STATUS_IS_OK(lib.dcerpc_init())
		? 0
		: err_set(e, ERR_SYS, "Samba's library does not start");
}

int
samba_load(struct samba **out, struct err *e)
{
	struct samba *s = calloc(1, sizeof(*s));

	*out = s;
	if (!s)
		return err_nomem(e);
	return late_load(&library, e) == -1 ? -1 : prepare(s, e);
}

/* --- calls ---------------------------------------------------------------------------------- */

/* A user with a realm logs in by that name in no domain ([MS-NLMP] 3.3.2, [MS-ADTS] UPN). */
static bool
set_login(struct samba *s, struct cli_credentials *c, const struct samba_login *l)
{
	const char *slash = strchr(l->user, '\\');
	char domain[256];

	(void)snprintf(domain, sizeof(domain), "%.*s",
		slash ? (int)(slash - l->user) : 0, l->user);
	return lib.cli_credentials_set_conf(c, s->settings) &&
		lib.cli_credentials_set_domain(c, domain, CRED_SPECIFIED) &&
		lib.cli_credentials_set_username(
			c, slash ? slash + 1 : l->user, CRED_SPECIFIED) &&
		lib.cli_credentials_set_password(c, l->secret, CRED_SPECIFIED) &&
		lib.cli_credentials_set_kerberos_state(
			c, CRED_USE_KERBEROS_DISABLED, CRED_SPECIFIED);
}

/* It has descriptors, which belong to the process that makes them. */
static bool
has_events(struct samba *s)
{
	if (!s->events) {
		s->events = lib.tevent_context_init(s->mem);
		if (s->events)
			lib.tevent_loop_allow_nesting(s->events);
	}
	return s->events != NULL;
}

uint32_t
samba_connect(struct samba *s, const struct addr *ip, const struct samba_login *login,
	enum samba_pipe which)
{
	const struct interface *i = &interfaces[which];
	struct cli_credentials *c = lib.cli_credentials_init(s->mem);
	char address[ADDR_TEXT_MAX], binding[ADDR_TEXT_MAX + 64];

	if (!has_events(s) || !c || !set_login(s, c, login))
		return NT_STATUS_V(NT_STATUS_NO_MEMORY);
	(void)snprintf(binding, sizeof(binding), "ncacn_np:%s[\\pipe\\%s,smb2]",
		addr_print(ip, address), i->pipe);
	return NT_STATUS_V(lib.dcerpc_pipe_connect(
		s->mem, &s->pipe, binding, &i->table, c, s->events, s->settings));
}

uint32_t
samba_call(struct samba *s, uint32_t opnum, const uint8_t *in, size_t n, uint8_t **out,
	size_t *n_out)
{
	uint32_t flags = 0;

	*out = NULL;
	*n_out = 0;
	return NT_STATUS_V(lib.dcerpc_binding_handle_raw_call(s->pipe->binding_handle,
		NULL, opnum, 0, in, n, s->mem, out, n_out, &flags));
}
