-- SPDX-License-Identifier: GPL-3.0-or-later
-- What people decide (db/people.h): which devices are one, and what a field says.

CREATE TABLE decision (
	id INTEGER PRIMARY KEY,
	at BIGINT NOT NULL,
	actor TEXT NOT NULL,		-- a login name
	verb TEXT NOT NULL,		-- merge, split, pin
	text TEXT NOT NULL,		-- for people
	gone TEXT NOT NULL,		-- a merge: the id that became an alias; or ""
	undone_at BIGINT NOT NULL,	-- 0: it holds
	undone_by TEXT NOT NULL
);

-- The rulings that a decision laid down go with it; 0: measured by muster.
ALTER TABLE ruling ADD COLUMN decision BIGINT NOT NULL DEFAULT 0;
CREATE INDEX ruling_decision ON ruling (decision);

-- Fields that people wrote; they win over what any source says.
CREATE TABLE edit (
	device BIGINT NOT NULL,
	key TEXT NOT NULL,
	member TEXT NOT NULL,
	value TEXT NOT NULL,
	actor TEXT NOT NULL,
	at BIGINT NOT NULL,
	PRIMARY KEY (device, key)
) WITHOUT ROWID;
