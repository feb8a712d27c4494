-- SPDX-License-Identifier: GPL-3.0-or-later
-- What the past is read from, besides the observations (db/as_of.c, db/turn.h), and what
-- makes looking for devices quick (inventory/card.h).

-- Each time that a complete coverage missed an address that had answered: address.down_at
-- keeps the last one only.
CREATE TABLE silence (
	device BIGINT NOT NULL,
	site TEXT NOT NULL,
	ip TEXT NOT NULL,
	at BIGINT NOT NULL,
	PRIMARY KEY (device, site, ip, at)
) WITHOUT ROWID;
INSERT INTO silence (device, site, ip, at)
	SELECT device, site, ip, down_at FROM address WHERE down_at > 0;

-- Between which moments a run made a device another than it was: outside of these stretches
-- it was the same.
CREATE TABLE turn (
	device BIGINT NOT NULL,
	run TEXT NOT NULL,
	first_at BIGINT NOT NULL,
	last_at BIGINT NOT NULL,
	PRIMARY KEY (device, run)
) WITHOUT ROWID;
CREATE INDEX turn_at ON turn (last_at, first_at, device);
-- What happened before this table was made could have been at any time.
INSERT INTO turn (device, run, first_at, last_at)
	SELECT id, '', first_seen, last_seen FROM device;

-- What a device ever said, for searching; a device without one may match anything.
CREATE TABLE card (
	device INTEGER PRIMARY KEY,
	rules TEXT NOT NULL,		-- whose derived fields are on it
	text TEXT NOT NULL		-- "" when it grew too long: matches anything
);

-- The observations of a device until a moment.
DROP INDEX observation_device;
CREATE INDEX observation_device ON observation (device, at);
