-- SPDX-License-Identifier: GPL-3.0-or-later
-- What an agent remembers of its polls (db/polls.h).

CREATE TABLE poll (
	name TEXT PRIMARY KEY,
	due BIGINT NOT NULL,		-- what its newest run was due at, seconds; 0: never ran
	paused INTEGER NOT NULL,	-- 1: a person said so
	settings TEXT NOT NULL,		-- what the state belongs to
	state TEXT NOT NULL,		-- of its source, given back to it; or ""
	run TEXT NOT NULL		-- the run that is not complete, or ""
);

CREATE TABLE poll_run (
	id INTEGER PRIMARY KEY,
	poll TEXT NOT NULL,
	run TEXT NOT NULL UNIQUE,
	due BIGINT NOT NULL,
	started BIGINT NOT NULL,
	finished BIGINT NOT NULL,	-- 0: still going, or the agent ended
	outcome TEXT NOT NULL,		-- done, partial, failed, paused, killed; "" while it goes
	reason TEXT NOT NULL,
	observations BIGINT NOT NULL,
	spoilt BIGINT NOT NULL		-- lines that were none
);
CREATE INDEX poll_run_poll ON poll_run (poll, id);
