/* SPDX-License-Identifier: GPL-3.0-or-later */
/* edit_agent.h - agent.yaml changed by a command: checked before it is put in place */
#ifndef CLI_EDIT_AGENT_H
#define CLI_EDIT_AGENT_H

#include "base/conf_edit.h"
#include "cli/agent.h"

enum edit_verb { EDIT_ADD, EDIT_REMOVE, EDIT_ENABLE, EDIT_DISABLE, EDIT_LIST };
extern const char *const edit_verbs[]; /* by enum: "add", "remove", ...; NULL at the end */

/* The first word of the command line, which is one of edit_verbs; whether the others fit it is
 * checked: add wants `least` at least, the others a name, list nothing. */
int edit_read_verb(const struct call *, size_t least, enum edit_verb *out, struct err *);

struct edit_input {
	const struct agent_where *where;
	enum edit_verb verb;
	const char *section, *name;
	const struct conf_setting *settings; /* EDIT_ADD */
	size_t n_settings;
};

/*
 * EXIT_DONE after the file was replaced, and the agent, when one runs by it, told to read it;
 * EXIT_FAILED after telling the mistakes that it would have then: it stays as it was.  Or -1.
 */
int edit_agent(const struct edit_input *, struct arena *, struct err *);

/* What a command line may have given for a key: a list, or a text; NULL or empty: nothing. */
struct edit_given {
	const char *key;
	const struct opt_list *list;
	const char *text;
};
enum { EDIT_SETTINGS_MAX = 16 };

/* Adds with what was given: fills the settings of the input.  As edit_agent. */
int edit_add(struct edit_input *, const struct edit_given *, size_t n, struct arena *,
	struct err *);

/* A row for each poll of these kinds, of the configuration as it is: EXIT_DONE, or -1. */
int edit_list_polls(
	const struct agent_where *, unsigned kinds, struct arena *, struct err *);

#endif
