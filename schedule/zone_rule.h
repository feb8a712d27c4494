/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zone_rule.h - when a zone's clocks are changed, each year alike
 *
 *	UTC0		CET-1CEST,M3.5.0,M10.5.0/3		<-03>3<-02>,M3.5.0/-2,M10.5.0/-1
 *
 * Source: POSIX.1-2017, Base Definitions 8.3 (TZ); RFC 8536 s3.3.1, whose hours lie between -167 and
 * 167.
 */
#ifndef SCHEDULE_ZONE_RULE_H
#define SCHEDULE_ZONE_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* When of a year, by the clock before the change. */
struct zone_change {
	char kind; /* 'M': a week day of a month; 'J': a day without February 29; 'N': with it */
	int month, week,
		day;  /* M: 1..12, 1..5 (the last), 0..6; J: 1..365; N: 0..365 */
	int32_t time; /* seconds from its midnight */
};

struct zone_rule {
	int32_t winter, summer; /* seconds east of UTC */
	bool changes;           /* false: always winter */
	struct zone_change to_summer, to_winter;
};

/* false: it is no rule. */
bool zone_rule_read(const char *text, size_t n, struct zone_rule *);
/* At a moment, seconds since 1970-01-01 UTC. */
int32_t zone_rule_offset(const struct zone_rule *, int64_t utc);

#endif
