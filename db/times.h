/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * times.h - every column of the store that holds a moment: X(S, NAME, table, column, unit)
 *
 * unit: its microseconds.  S is handed on.  What db/redate.h makes anew is not here: evidence, and
 * until when addresses are believed.  A column that a schema adds is named here, or among those
 * that are no moments in tests/unit/test_redate.c, which fails until it is.
 */
#ifndef DB_TIMES_H
#define DB_TIMES_H

#define STORE_TIMES(X, S) \
	X(S, RUN_STARTED, "run", "started", "1") \
	X(S, RUN_FINISHED, "run", "finished", "1") \
	X(S, COVERAGE_STARTED, "coverage", "started", "1") \
	X(S, COVERAGE_FINISHED, "coverage", "finished", "1") \
	X(S, OBSERVATION_AT, "observation", "at", "1") \
	X(S, DEVICE_FIRST_SEEN, "device", "first_seen", "1") \
	X(S, DEVICE_LAST_SEEN, "device", "last_seen", "1") \
	X(S, DEVICE_LEFT_AT, "device", "left_at", "1") \
	X(S, ADDRESS_FIRST_SEEN, "address", "first_seen", "1") \
	X(S, ADDRESS_LAST_SEEN, "address", "last_seen", "1") \
	X(S, ADDRESS_LAST_REPLY, "address", "last_reply", "1") \
	X(S, ADDRESS_DOWN_AT, "address", "down_at", "1") \
	X(S, SILENCE_AT, "silence", "at", "1") \
	X(S, TURN_FIRST_AT, "turn", "first_at", "1") \
	X(S, TURN_LAST_AT, "turn", "last_at", "1") \
	X(S, CHANGE_AT, "change", "at", "1") \
	X(S, LEDGER_AT, "ledger", "at", "1") \
	X(S, RULING_AT, "ruling", "at", "1") \
	X(S, DECISION_AT, "decision", "at", "1") \
	X(S, DECISION_UNDONE_AT, "decision", "undone_at", "1") \
	X(S, EDIT_AT, "edit", "at", "1") \
	X(S, POLL_DUE, "poll", "due", "1000000") \
	X(S, POLL_RUN_DUE, "poll_run", "due", "1") \
	X(S, POLL_RUN_STARTED, "poll_run", "started", "1") \
	X(S, POLL_RUN_FINISHED, "poll_run", "finished", "1")

#endif
