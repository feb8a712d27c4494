-- SPDX-License-Identifier: GPL-3.0-or-later
-- The first schema.  Times are microseconds since 1970-01-01 UTC.  An ip is sortable text:
-- "04" and 8 hex digits for IPv4, "06" and 32 for IPv6, "" for none.
-- Type names are those that PostgreSQL knows too.

CREATE TABLE run (
	id TEXT PRIMARY KEY,
	source TEXT NOT NULL,
	command TEXT NOT NULL,
	site TEXT NOT NULL,
	point TEXT NOT NULL,
	targets TEXT NOT NULL,
	settings TEXT NOT NULL,		-- JSON: what it is started again with; "" when it cannot
	resumes TEXT NOT NULL,		-- the run that it continues, or ""
	started BIGINT NOT NULL,
	finished BIGINT NOT NULL,	-- 0: still going, or killed
	complete INTEGER NOT NULL,	-- 1: everything that was asked was done
	summary TEXT NOT NULL
);

-- Where a run stands that is not complete; it goes to the run that continues it.
CREATE TABLE state (
	run TEXT PRIMARY KEY,
	text TEXT NOT NULL,		-- for its source
	progress TEXT NOT NULL		-- JSON, for people; or ""
);

CREATE TABLE coverage (
	id INTEGER PRIMARY KEY,
	run TEXT NOT NULL,
	probe TEXT NOT NULL,
	targets TEXT NOT NULL,
	started BIGINT NOT NULL,
	finished BIGINT NOT NULL,
	complete INTEGER NOT NULL
);
CREATE INDEX coverage_run ON coverage (run);

CREATE TABLE reason (
	id INTEGER PRIMARY KEY,
	run TEXT NOT NULL,
	code TEXT NOT NULL,
	about TEXT NOT NULL,
	text TEXT NOT NULL,
	number BIGINT NOT NULL
);
CREATE INDEX reason_run ON reason (run);

-- The last sequence number of each point: the outbox cursor of a point is one number.
CREATE TABLE point (
	name TEXT PRIMARY KEY,
	seq BIGINT NOT NULL
);

CREATE TABLE device (
	id INTEGER PRIMARY KEY,
	uuid TEXT NOT NULL UNIQUE,
	site TEXT NOT NULL,
	name TEXT NOT NULL,		-- what people call it
	first_seen BIGINT NOT NULL,
	last_seen BIGINT NOT NULL
);

-- Ids of devices that were merged away; every command accepts them.
CREATE TABLE alias (
	uuid TEXT PRIMARY KEY,
	device BIGINT NOT NULL
);
CREATE INDEX alias_device ON alias (device);

CREATE TABLE observation (
	id INTEGER PRIMARY KEY,
	point TEXT NOT NULL,
	seq BIGINT NOT NULL,
	at BIGINT NOT NULL,
	site TEXT NOT NULL,
	run TEXT NOT NULL,
	source TEXT NOT NULL,
	subject INTEGER NOT NULL,
	ip TEXT NOT NULL,
	evidence INTEGER NOT NULL,
	truncated INTEGER NOT NULL,
	facts TEXT NOT NULL,		-- JSON object
	keys TEXT NOT NULL,		-- its identifiers, a line each: "kind value"
	device BIGINT NOT NULL		-- 0: the subject is no device
);
CREATE UNIQUE INDEX observation_seq ON observation (point, seq);
CREATE INDEX observation_device ON observation (device);
CREATE INDEX observation_place ON observation (site, ip, run);
CREATE INDEX observation_run ON observation (run, at, ip);

CREATE TABLE identifier (
	kind TEXT NOT NULL,
	value TEXT NOT NULL,
	device BIGINT NOT NULL,
	PRIMARY KEY (kind, value, device)
) WITHOUT ROWID;
CREATE INDEX identifier_device ON identifier (device);

-- What people laid down, and identifiers found to be shared.
CREATE TABLE ruling (
	id INTEGER PRIMARY KEY,
	kind INTEGER NOT NULL,
	a_kind TEXT NOT NULL,
	a_value TEXT NOT NULL,
	b_kind TEXT NOT NULL,
	b_value TEXT NOT NULL,
	actor TEXT NOT NULL,
	at BIGINT NOT NULL,
	UNIQUE (kind, a_kind, a_value, b_kind, b_value)
);
CREATE INDEX ruling_b ON ruling (b_kind, b_value);
CREATE INDEX ruling_a ON ruling (a_kind, a_value);

-- The latest value of each fact of a device by source; never expires.
CREATE TABLE evidence (
	device BIGINT NOT NULL,
	source TEXT NOT NULL,
	key TEXT NOT NULL,
	member TEXT NOT NULL,
	value TEXT NOT NULL,
	gone INTEGER NOT NULL,
	evidence INTEGER NOT NULL,
	first_at BIGINT NOT NULL,
	at BIGINT NOT NULL,
	point TEXT NOT NULL,
	run TEXT NOT NULL,
	seq BIGINT NOT NULL,
	PRIMARY KEY (device, source, key, member)
) WITHOUT ROWID;

CREATE TABLE address (
	device BIGINT NOT NULL,
	site TEXT NOT NULL,
	ip TEXT NOT NULL,
	first_seen BIGINT NOT NULL,
	last_seen BIGINT NOT NULL,
	last_reply BIGINT NOT NULL,	-- 0: never answered itself
	down_at BIGINT NOT NULL,	-- 0, or when a complete coverage missed it
	PRIMARY KEY (device, site, ip)
) WITHOUT ROWID;
CREATE INDEX address_place ON address (site, ip, last_seen);

-- Why observations are, or are not, one device.
CREATE TABLE ledger (
	id INTEGER PRIMARY KEY,
	at BIGINT NOT NULL,
	run TEXT NOT NULL,
	rule TEXT NOT NULL,
	key TEXT NOT NULL,
	detail TEXT NOT NULL,
	outcome INTEGER NOT NULL,
	actor TEXT NOT NULL,
	device_a BIGINT NOT NULL,
	device_b BIGINT NOT NULL
);
CREATE INDEX ledger_a ON ledger (device_a);
CREATE INDEX ledger_b ON ledger (device_b);

CREATE TABLE change (
	id INTEGER PRIMARY KEY,
	at BIGINT NOT NULL,
	run TEXT NOT NULL,
	device BIGINT NOT NULL,
	uuid TEXT NOT NULL,
	what TEXT NOT NULL,
	key TEXT NOT NULL,
	before TEXT NOT NULL,
	after TEXT NOT NULL
);
CREATE INDEX change_at ON change (at, id);
