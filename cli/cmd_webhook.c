/* SPDX-License-Identifier: GPL-3.0-or-later */
/* muster webhook: what the agent's events go through, and a way to try a receiver by hand. */
#include <string.h>

#include "base/file.h"
#include "cli/command.h"
#include "host/post.h"
#include "host/private_file.h"
#include "schedule/event.h"

enum { WEBHOOK_SECRET_MAX = 1024 };

struct webhook_conf {
	const char *secret, *ca;
	int64_t deadline;
	bool try;
};

#define AT(f) offsetof(struct webhook_conf, f)
static const struct opt webhook_opts[] = {
	{ .name = "secret",
		.type = OPT_STR,
		.at = AT(secret),
		.arg = "FILE",
		.flags = OPT_CLI_ONLY,
		.help = "Sign by the first line of FILE, which nobody else may read" },
	{ .name = "ca",
		.type = OPT_STR,
		.at = AT(ca),
		.arg = "FILE",
		.flags = OPT_CLI_ONLY,
		.help = "Trust the certificates in FILE, not those of the system" },
	{ .name = "deadline",
		.type = OPT_MSEC,
		.at = AT(deadline),
		.min = 100,
		.max = 600 * 1000,
		.value = "10s",
		.flags = OPT_CLI_ONLY,
		.help = "Give up after this time" },
	{ .name = "try",
		.type = OPT_BOOL,
		.at = AT(try),
		.flags = OPT_CLI_ONLY,
		.help = "Send a message without events, not standard input" },
	{ .name = NULL },
};

static const struct opt_table webhook_tables[] = {
	{ "Receiver", webhook_opts, 0 },
	{ NULL, NULL, 0 },
};

static int
body_of(const struct call *c, const struct webhook_conf *conf, const char **body,
	size_t *n, struct err *e)
{
	struct event_head head = {
		.site = "", .point = "", .sent = clock_wall(&clock_system)
	};
	struct sb text;

	if (!conf->try)
		return file_read("/dev/stdin", EVENTS_BODY_MAX, c->mem, body, n, e);
	sb_init(&text, EVENTS_BODY_MAX);
	events_write(&head, NULL, 0, &text);
	*body = text.bad ? NULL : arena_strdup(c->mem, text.text);
	*n = text.len;
	sb_done(&text);
	return *body ? 0 : err_nomem(e);
}

static int
run_webhook(const struct call *c, struct err *e)
{
	const struct webhook_conf *conf = c->settings;
	char secret[WEBHOOK_SECRET_MAX];
	struct post p = {
		.url = c->args[0], .ca = conf->ca, .deadline = conf->deadline
	};

	if (post_check_url(p.url, e) == -1 || body_of(c, conf, &p.body, &p.n, e) == -1)
		return -1;
	if (conf->secret) {
		if (private_file_line(conf->secret, secret, sizeof(secret), e) == -1)
			return -1;
		p.secret = secret;
	}
	int rc = post_send(&p, e);
	explicit_bzero(secret, sizeof(secret));
	return rc == -1 ? err_add(e, "%.100s", p.url) : EXIT_DONE;
}

const struct command cmd_webhook = {
	.name = "webhook",
	.group = "Distribution point",
	.args = "URL",
	.help = "Send a document to a receiver, signed, as the agent sends events",
	.details =
		"Posts standard input as application/json. With --secret the request has\n"
		"'X-Muster-Signature: sha256=HEX', the HMAC-SHA256 of the body. Redirects are not\n"
		"followed; certificates are verified. It is done when the answer is 200 to 299.\n"
		"\n"
		"muster-agent.yaml(5) (events.webhook) says what the agent sends, and when.\n"
		"\n"
		"Examples:\n"
		"  muster webhook https://hooks.example/muster --secret /etc/muster/hook --try\n",
	.tables = webhook_tables,
	.settings_size = sizeof(struct webhook_conf),
	.args_min = 1,
	.args_max = 1,
	.without_file = true,
	.run = run_webhook,
};
