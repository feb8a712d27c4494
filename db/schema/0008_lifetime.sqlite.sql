-- SPDX-License-Identifier: GPL-3.0-or-later
-- How long an address may be believed that a run has seen, in microseconds; until now a day.
ALTER TABLE run ADD COLUMN lifetime BIGINT NOT NULL DEFAULT 86400000000;

-- Of an address: until when one of those that saw it believes it, and of those that it replied to.
ALTER TABLE address ADD COLUMN valid_until BIGINT NOT NULL DEFAULT 0;
ALTER TABLE address ADD COLUMN reply_until BIGINT NOT NULL DEFAULT 0;
UPDATE address SET valid_until = last_seen + 86400000000,
	reply_until = CASE WHEN last_reply > 0 THEN last_reply + 86400000000 ELSE 0 END;
