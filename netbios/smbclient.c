/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "netbios/smbclient.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libsmbclient.h>

#include "base/late.h"

enum { URL_MAX = 16 * 3 + 16, PATH_SIZE = 128 };

#define FUNCTIONS(X) \
	X(smbc_new_context) \
	X(smbc_init_context) \
	X(smbc_setUser) \
	X(smbc_setOptionNoAutoAnonymousLogin) \
	X(smbc_setOptionProtocols) \
	X(smbc_setFunctionAuthDataWithContext) \
	X(smbc_getFunctionOpendir) \
	X(smbc_getFunctionReaddir)

static struct {
	FUNCTIONS(LATE_POINTER)
} lib;
static const struct late_symbol symbols[] = { FUNCTIONS(LATE_SYMBOL) };
static struct late library = LATE_OWN_FIRST(
	"libsmbclient.so.0", "libsmbclient", symbols);

struct smbclient {
	SMBCCTX *context;
	const struct smbclient_question *question;
	bool was_reached; /* it was about to connect to the master */
};

/*
 * Browse lists are of SMB1.  Kerberos would open files, which its process may not.  Of both
 * character sets being one, and one of single bytes, names come as they were sent.
 */
static const char settings[] = "[global]\n"
			       "interfaces = %s\n"
			       "netbios name = MUSTER\n" /* not that of the machine */
			       "name resolve order = bcast\n"
			       "client min protocol = NT1\n"
			       "client max protocol = NT1\n"
			       "client ntlmv2 auth = yes\n"
			       "client plaintext auth = no\n"
			       "client use kerberos = off\n"
			       "unix charset = ISO-8859-1\n"
			       "dos charset = ISO-8859-1\n"
			       "lock directory = %s\n"
			       "state directory = %s\n"
			       "cache directory = %s\n"
			       "private dir = %s\n"
			       "log level = 0\n";

int
smbclient_load(struct smbclient **out, struct err *e)
{
	struct smbclient *s = calloc(1, sizeof(*s));

	*out = s;
	if (!s)
		return err_nomem(e);
	return late_load(&library, e);
}

static bool
is_address(const char *name)
{
	struct in_addr ip;

	return inet_aton(name, &ip) || strchr(name, ':');
}

bool
smbclient_may_ask(const char *domain, const char *computer)
{
	return domain[0] && computer[0] && !is_address(domain) && !is_address(computer);
}

/* --- logging in ----------------------------------------------------------------------------- */

/* A process asks one master.  The library's callback has no argument of ours: what it would
 * find it by is a function of a library that it does not know. */
static struct smbclient *asked;

/* Called before it connects, with whom to; and before that with the name of the domain, whose
 * master it is about to look for. */
static void
on_login(SMBCCTX *context, const char *server, const char *share, char *workgroup,
	int workgroup_max, char *user, int user_max, char *secret, int secret_max)
{
	const struct smbclient_question *q = asked->question;
	const char *slash = q->user ? strchr(q->user, '\\') : NULL;

	(void)context;
	(void)share;
	user[0] = secret[0] = '\0';
	if (strcasecmp(server, q->computer) != 0 && strcmp(server, q->ip) != 0) {
		if (strcasecmp(server, q->domain) != 0)
			_exit(SMBCLIENT_STRANGE);
		return;
	}
	asked->was_reached = true;
	if (!q->user)
		return;
	(void)snprintf(workgroup, (size_t)workgroup_max, "%.*s",
		slash ? (int)(slash - q->user) : (int)strlen(q->domain),
		slash ? q->user : q->domain);
	(void)snprintf(user, (size_t)user_max, "%s", slash ? slash + 1 : q->user);
	(void)snprintf(secret, (size_t)secret_max, "%s", q->secret);
}

/* --- beginning ------------------------------------------------------------------------------ */

static int
write_settings(const char *home, const char *path, const char *names, struct err *e)
{
	FILE *f = fopen(path, "wxe");

	if (!f)
		return err_sys(e, "write %s", path);
	(void)fprintf(f, settings, names, home, home, home, home);
	return fclose(f) == 0 ? 0 : err_sys(e, "write %s", path);
}

/* It reads the settings below $HOME, and then no others (libsmb_context.c: $HOME/.smb/smb.conf
 * goes before /etc/samba/smb.conf).  They are there for as long as that takes. */
static int
read_settings(struct smbclient *s, const char *names, struct err *e)
{
	char home[] = P_tmpdir "/muster.XXXXXX", folder[PATH_SIZE], file[PATH_SIZE];
	int rc = -1;

	if (!mkdtemp(home))
		return err_sys(e, "make a folder in %s", P_tmpdir);
	(void)snprintf(folder, sizeof(folder), "%s/.smb", home);
	(void)snprintf(file, sizeof(file), "%s/.smb/smb.conf", home);
	if (mkdir(folder, 0700) == -1 || setenv("HOME", home, 1) == -1)
		err_sys(e, "make %s", folder);
	else if (write_settings(home, file, names, e) == 0) {
		s->context = lib.smbc_new_context();
		rc = s->context ? 0 : err_sys(e, "prepare libsmbclient");
	}
	(void)unlink(file);
	(void)rmdir(folder);
	(void)rmdir(home);
	return rc;
}

int
smbclient_begin(struct smbclient *s, const char *names,
	const struct smbclient_question *question, struct err *e)
{
	char nobody[] = "";

	s->question = question;
	asked = s;
	if (read_settings(s, names, e) == -1)
		return -1;
	lib.smbc_setUser(s->context, nobody);
	lib.smbc_setOptionNoAutoAnonymousLogin(s->context, 1);
	lib.smbc_setFunctionAuthDataWithContext(s->context, on_login);
	/* A lowest dialect alone gives an empty list without a word. */
	if (!lib.smbc_init_context(s->context) ||
		!lib.smbc_setOptionProtocols(s->context, "NT1", "NT1"))
		return err_sys(e, "prepare libsmbclient");
	return 0;
}

/* --- asking --------------------------------------------------------------------------------- */

/* Bytes of code pages, slashes and at signs have no meaning of their own here. */
static void
write_url(const char *domain, char url[static URL_MAX])
{
	size_t n = (size_t)snprintf(url, URL_MAX, "smb://");

	for (const char *c = domain; *c && n + 5 < URL_MAX; c++)
		n += (size_t)snprintf(url + n, URL_MAX - n, "%%%02x", (uint8_t)*c);
	if (*domain)
		(void)snprintf(url + n, URL_MAX - n, "/");
}

/* NULL, and errno. */
static SMBCFILE *
open_list(struct smbclient *s, const char *domain)
{
	char url[URL_MAX];

	write_url(domain, url);
	errno = 0;
	return lib.smbc_getFunctionOpendir(s->context)(s->context, url);
}

static void
take_list(struct smbclient *s, SMBCFILE *list)
{
	const struct smbclient_question *q = s->question;
	smbc_readdir_fn next = lib.smbc_getFunctionReaddir(s->context);
	struct smbc_dirent *d;

	while ((d = next(s->context, list)) != NULL)
		if (d->smbc_type == SMBC_SERVER || d->smbc_type == SMBC_WORKGROUP)
			q->take(q->arg, d->smbc_type == SMBC_WORKGROUP, d->name,
				d->comment ? d->comment : "");
}

/* Before it was about to connect nobody denied anything: EPERM is of a node status that nobody
 * answered, and of our own sandbox. */
static enum smbclient_outcome
outcome_of(const struct smbclient *s, int error)
{
	switch (error) {
	case EACCES: return SMBCLIENT_DENIED;
	case EPERM: return s->was_reached ? SMBCLIENT_DENIED : SMBCLIENT_UNREACHED;
	case ECONNREFUSED:
	case ECONNRESET:
	case EHOSTUNREACH:
	case ENETUNREACH:
	case EPIPE:
	case ETIMEDOUT: return SMBCLIENT_UNREACHED;
	default: return SMBCLIENT_FAILED;
	}
}

enum smbclient_outcome
smbclient_ask(struct smbclient *s)
{
	SMBCFILE *list = open_list(s, s->question->domain);

	if (!list)
		return outcome_of(s, errno);
	take_list(s, list);
	if (!s->question->user && (list = open_list(s, "")) != NULL)
		take_list(s, list);
	return SMBCLIENT_TOLD; /* and the process ends: nothing is closed */
}
