/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "netbios/member.h"

#include <stdio.h>
#include <string.h>

#include "netbios/registry.h"
#include "netbios/roles.h"
#include "wire/srvsvc.h"

#define ACCESS_DENIED  UINT32_C(0xc0000022)
#define NOT_UNDERSTOOD UINT32_MAX /* of our own: an answer that is broken */

/* [MS-ERREF] 2.3.1.  What is no row is the last. */
static const struct code {
	uint32_t status;
	enum member_outcome outcome;
	const char *text;
} codes[] = {
	{ 0x00000000, MEMBER_TOLD, "it told" },
	{ 0xc000006d, MEMBER_REFUSED, "the name or the password is wrong" },
	{ 0xc000006a, MEMBER_REFUSED, "the password is wrong" },
	{ 0xc0000064, MEMBER_REFUSED, "there is no such user" },
	{ 0xc0000234, MEMBER_REFUSED, "the account is locked" },
	{ 0xc0000072, MEMBER_REFUSED, "the account is disabled" },
	{ 0xc0000193, MEMBER_REFUSED, "the account has expired" },
	{ 0xc0000071, MEMBER_REFUSED, "the password has expired" },
	{ 0xc0000224, MEMBER_REFUSED, "the password must be changed first" },
	{ 0xc000006e, MEMBER_REFUSED, "the account is restricted" },
	{ 0xc000006f, MEMBER_REFUSED, "the account may not log in at this hour" },
	{ 0xc0000070, MEMBER_REFUSED, "the account may not log in from here" },
	{ 0xc000015b, MEMBER_REFUSED, "the account may not log in by network" },
	{ 0xc0000413, MEMBER_REFUSED, "an authentication policy forbids it" },
	{ 0xc0000198, MEMBER_REFUSED, "the account is that of a trust" },
	{ 0xc0000199, MEMBER_REFUSED, "the account is that of a computer" },
	{ 0xc000019a, MEMBER_REFUSED, "the account is that of a domain controller" },
	{ 0xc0000022, MEMBER_DENIED, "access is denied" },
	{ 0xc00000ac, MEMBER_DENIED, "it has no such pipe" },
	{ 0xc0000034, MEMBER_DENIED, "it has no such pipe" },
	{ 0xc00000ca, MEMBER_DENIED, "network access is denied" },
	{ 0xc00000cc, MEMBER_DENIED, "it has no share for pipes" },
	{ 0xc0000418, MEMBER_DENIED, "it takes no NTLM" },
	{ 0xc00000b5, MEMBER_UNREACHED, "no answer" },
	{ 0xc0000236, MEMBER_UNREACHED, "the connection was refused" },
	{ 0xc000020d, MEMBER_UNREACHED, "it hung up" },
	{ 0xc000020c, MEMBER_UNREACHED, "it hung up" },
	{ 0xc000023b, MEMBER_UNREACHED, "it hung up" },
	{ 0xc000023c, MEMBER_UNREACHED, "there is no way to it" },
	{ 0xc000023d, MEMBER_UNREACHED, "there is no way to it" },
	/* libdcerpc says so when it cannot connect. */
	{ 0xc0000017, MEMBER_UNREACHED, "no connection" },
	{ 0xc0000203, MEMBER_UNREACHED, "it ended the session" },
	{ 0xc000035c, MEMBER_UNREACHED, "it ended the session" },
	{ 0xc00000d0, MEMBER_UNREACHED, "it takes no more sessions" },
	{ 0xc00000bb, MEMBER_FAILED, "it speaks no SMB that is signed" },
	/* Of the machine and its domain, not of the account. */
	{ 0xc000005e, MEMBER_FAILED,
		"it finds no domain controller to check the account" },
	{ 0xc0000233, MEMBER_FAILED,
		"it finds no domain controller to check the account" },
	{ 0xc00000df, MEMBER_FAILED, "it does not know the account's domain" },
	{ 0xc0000133, MEMBER_FAILED, "its clock and the domain controller's differ" },
	{ 0xc000018a, MEMBER_FAILED,
		"its trust in its domain is broken: it has no secret" },
	{ 0xc000018b, MEMBER_FAILED, "its domain has no account of this computer" },
	{ 0xc000018c, MEMBER_FAILED,
		"the trust between its domain and the account's is broken" },
	{ 0xc000018d, MEMBER_FAILED, "its trust in its domain is broken" },
	{ 0xc0000190, MEMBER_FAILED, "a trust that it takes is broken" },
	{ 0xc0000192, MEMBER_FAILED, "its Netlogon service does not run" },
	{ 0xc000019b, MEMBER_FAILED,
		"its domain and the account's disagree about their trust" },
	{ NOT_UNDERSTOOD, MEMBER_FAILED, "what it said was not understood" },
	{ NOT_UNDERSTOOD, MEMBER_FAILED, "it gave a status that is not known" },
};
enum { CODES = sizeof(codes) / sizeof(codes[0]) };
_Static_assert((int)CODES <= (int)MEMBER_CODES, "an exit status");

int
member_code(uint32_t status)
{
	int i = 0;

	while (i < CODES - 1 && codes[i].status != status)
		i++;
	return i;
}

static const struct code *
row_of(int code)
{
	return &codes[code >= 0 && code < CODES ? code : CODES - 1];
}

enum member_outcome
member_outcome(int code)
{
	return row_of(code)->outcome;
}

const char *
member_text(int code)
{
	return row_of(code)->text;
}

const char *
member_words(uint32_t status, char buf[static MEMBER_WORDS])
{
	int code = member_code(status);

	if (code == CODES - 1)
		(void)snprintf(buf, MEMBER_WORDS, "it gave the status 0x%08x",
			(unsigned)status);
	return code == CODES - 1 ? buf : codes[code].text;
}

/* --- facts ---------------------------------------------------------------------------------- */

static void
tell_version(struct tell *t, const char *key, uint32_t major, uint32_t minor)
{
	char version[32];

	(void)snprintf(
		version, sizeof(version), "%u.%u", (unsigned)major, (unsigned)minor);
	if (major || minor)
		tell_str(t, key, version);
}

void
member_tell_server(struct tell *t, const struct srvsvc_info *s)
{
	tell_str(t, "srv.comment", s->comment);
	tell_str(t, "srv.name", s->name);
	for (unsigned i = 0; i < 32; i++) {
		const char *word = s->types & UINT32_C(1) << i ? nb_type_word(i) : NULL;
		if (word)
			tell_item(t, "srv.types", rd_from(word, strlen(word)));
	}
	tell_version(t, "srv.version", s->major, s->minor);
}

void
member_tell_workstation(struct tell *t, const struct wkssvc_info *w)
{
	tell_str(t, "wksta.computer", w->computer);
	tell_str(t, "wksta.domain", w->domain);
	tell_version(t, "wksta.version", w->major, w->minor);
}

/* --- asking --------------------------------------------------------------------------------- */

/* The status of a call that went well is inside its answer. */
static uint32_t
status_of(uint32_t win32)
{
	return win32 == SRVSVC_ACCESS_DENIED ? ACCESS_DENIED : win32;
}

static uint32_t
ask_server(struct samba *s, struct tell *t)
{
	uint8_t request[SRVSVC_REQUEST_MAX], *answer;
	struct wr w = wr_to(request, sizeof(request));
	struct srvsvc_info info;
	struct err e;
	size_t n;

	srvsvc_write_get_info(&w);
	uint32_t status = samba_call(
		s, SRVSVC_OPNUM_GET_INFO, request, wr_used(&w), &answer, &n);
	if (status)
		return status;
	if (srvsvc_read_info(answer, n, &info, &e) == -1)
		return NOT_UNDERSTOOD;
	if (info.status == 0)
		member_tell_server(t, &info);
	return status_of(info.status);
}

static uint32_t
ask_workstation(struct samba *s, struct tell *t)
{
	uint8_t request[SRVSVC_REQUEST_MAX], *answer;
	struct wr w = wr_to(request, sizeof(request));
	struct wkssvc_info info;
	struct err e;
	size_t n;

	wkssvc_write_get_info(&w);
	uint32_t status = samba_call(
		s, WKSSVC_OPNUM_GET_INFO, request, wr_used(&w), &answer, &n);
	if (status)
		return status;
	if (wkssvc_read_info(answer, n, &info, &e) == -1)
		return NOT_UNDERSTOOD;
	if (info.status == 0)
		member_tell_workstation(t, &info);
	return status_of(info.status);
}

static const struct question_of {
	enum samba_pipe pipe;
	uint32_t (*ask)(struct samba *, struct tell *);
} questions[] = {
	{ SAMBA_SRVSVC, ask_server },
	{ SAMBA_WKSSVC, ask_workstation },
	{ SAMBA_WINREG, registry_ask },
};
_Static_assert(sizeof(questions) / sizeof(questions[0]) == MEMBER_PIPES, "one a pipe");

const char *const member_pipes[MEMBER_PIPES] = { "srvsvc", "wkssvc", "winreg" };

int
member_ask(struct samba *s, const struct addr *ip, const struct samba_login *login,
	struct tell *t, struct member_said *said)
{
	*said = (struct member_said){ .n = 0 };
	tell_begin(t, ip);
	for (size_t i = 0; i < MEMBER_PIPES; i++) {
		uint32_t status = samba_connect(s, ip, login, questions[i].pipe);
		if (status == 0)
			status = questions[i].ask(s, t);
		said->of[said->n++] = status;
		/* Whoever refuses an account is not asked with it twice. */
		if (member_outcome(member_code(status)) == MEMBER_REFUSED)
			return member_code(status);
	}
	(void)tell_finish(t);
	return t->n ? member_code(0) : member_code(member_why(said));
}

uint32_t
member_why(const struct member_said *said)
{
	uint32_t status = 0;

	for (size_t i = 0; i < said->n; i++)
		status = said->of[i] ? said->of[i] : status;
	return status;
}

/* "3 00000000 c0000022 c0000034" and the end of the line. */
void
member_write_said(const struct member_said *said, char line[static MEMBER_LINE])
{
	line[0] = (char)('0' + said->n);
	for (size_t i = 0; i < MEMBER_PIPES; i++)
		(void)snprintf(line + 1 + 9 * i, MEMBER_LINE - 1 - 9 * i, " %08x",
			(unsigned)said->of[i]);
	line[MEMBER_LINE - 1] = '\n';
}

bool
member_read_said(const char *line, size_t n, struct member_said *out)
{
	static const char digits[] = "0123456789abcdef";

	struct member_said said = { .n = 0 };

	*out = said;
	if (n < MEMBER_LINE || line[0] < '0' || line[0] > '0' + MEMBER_PIPES ||
		line[MEMBER_LINE - 1] != '\n')
		return false;
	said.n = (uint32_t)(line[0] - '0');
	for (size_t i = 1; i < MEMBER_LINE - 1; i++) {
		const char *digit = line[i] ? strchr(digits, line[i]) : NULL;
		bool between = (i - 1) % 9 == 0;
		if (between ? line[i] != ' ' : !digit)
			return false;
		uint32_t *status = &said.of[(i - 1) / 9];
		*status = between ? 0 : *status << 4 | (uint32_t)(digit - digits);
	}
	*out = said;
	return true;
}
