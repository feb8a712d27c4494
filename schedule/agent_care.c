/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From time to time: space on the disk, figures for Prometheus, a word to systemd. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/log.h"
#include "schedule/agent_private.h"
#include "schedule/notify.h"

LOG_TAG("agent");

/* --- the disk ------------------------------------------------------------------------------- */

/* DESIGN.md, server and scope: below 2 GB a warning; polling goes on while it can. */
static void
look_at_disk(struct agent *a)
{
	struct statvfs fs;
	bool was = a->alarm[0] != '\0';

	a->alarm[0] = '\0';
	if (statvfs(a->in->store_path, &fs) == -1)
		return;
	int64_t free_mib = (int64_t)((uint64_t)fs.f_bavail * fs.f_frsize >> 20);
	if (free_mib >= a->conf->min_free) {
		if (was)
			log_info("event=disk-space-back free=%" PRId64 "MiB", free_mib);
		return;
	}
	(void)snprintf(a->alarm, sizeof(a->alarm),
		"%" PRId64 " MiB are left on the disk of %.100s, less than %" PRId64
		" (agent.min_free)",
		free_mib, a->in->store_path, a->conf->min_free);
	if (!was)
		log_warn("event=disk-space-low: %s", a->alarm);
}

/* --- figures -------------------------------------------------------------------------------- */

static void
add_figures(const struct agent *a, FILE *f)
{
	const struct {
		const char *name, *type, *help;
		int64_t value;
	} rows[] = {
		{ "muster_agent_start_time_seconds", "gauge", "When the agent started",
			a->started / SECOND },
		{ "muster_agent_polls", "gauge", "Polls that are defined",
			(int64_t)a->n_slots },
		{ "muster_agent_polls_running", "gauge", "Polls that run",
			(int64_t)runs_count(a) },
		{ "muster_agent_runs_total", "counter", "Runs that were started",
			a->runs },
		{ "muster_agent_failures_total", "counter",
			"Runs that failed or were killed", a->failures },
		{ "muster_agent_observations_total", "counter",
			"Observations that were kept", a->observations },
		{ "muster_agent_alarm", "gauge", "1: muster status tells of an alarm",
			a->alarm[0] != '\0' },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		(void)fprintf(f, "# HELP %s %s\n# TYPE %s %s\n%s %" PRId64 "\n",
			rows[i].name, rows[i].help, rows[i].name, rows[i].type,
			rows[i].name, rows[i].value);
	(void)fprintf(f,
		"# HELP muster_poll_last_success_time_seconds When a poll was last done\n"
		"# TYPE muster_poll_last_success_time_seconds gauge\n");
	for (size_t i = 0; i < a->n_slots; i++)
		if (a->slots[i].last_done)
			(void)fprintf(f,
				"muster_poll_last_success_time_seconds{poll=\"%s\"} %" PRId64
				"\n",
				a->slots[i].def->name, a->slots[i].last_done / SECOND);
}

/* A reader sees all of the old file or all of the new one. */
static void
write_figures(const struct agent *a)
{
	char path[4096];
	int n = snprintf(path, sizeof(path), "%s.new", a->conf->metrics);
	FILE *f = n > 0 && (size_t)n < sizeof(path) ? fopen(path, "we") : NULL;

	errno = 0;
	if (f)
		add_figures(a, f);
	bool written = f && fflush(f) == 0 && !ferror(f);
	/* Half of it must not take the place of the old one. */
	if ((f && fclose(f) == EOF) || !written || rename(path, a->conf->metrics) == -1)
		log_warn("event=metrics-failed: %s: %s", a->conf->metrics,
			strerror(errno));
}

/* --- systemd -------------------------------------------------------------------------------- */

void
agent_tell_systemd(const struct agent *a, const char *first)
{
	char text[512];

	(void)snprintf(text, sizeof(text), "%sSTATUS=%zu polls, %zu running%s%s\n",
		first, a->n_slots, runs_count(a), a->alarm[0] ? "; " : "", a->alarm);
	notify_send(text);
}

void
agent_care(struct agent *a)
{
	look_at_disk(a);
	agent_look_at_place(a);
	agent_forget(a);
	if (a->conf->metrics)
		write_figures(a);
	agent_tell_systemd(a, "");
}
