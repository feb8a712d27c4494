-- SPDX-License-Identifier: GPL-3.0-or-later
-- The evidence of a device is read and written as one, so it is one row (db/sheet.h).

CREATE TABLE sheet (
	device INTEGER PRIMARY KEY,
	text TEXT NOT NULL
);
-- Each old row as a telling of its own; the next visit packs them.
INSERT INTO sheet (device, text)
	SELECT device, group_concat(
		'@' || source || char(9) || point || char(9) || run || char(9) || evidence ||
		char(9) || at || char(9) || seq || char(10) || '0' || char(9) || first_at || char(9) || gone || char(9) || key || char(9) || member || char(9) ||
		value || char(10), '')
	FROM (
		SELECT device, evidence, at, seq, first_at, gone, key,
			replace(replace(replace(source, '\', '\\'), char(9), '\t'), char(10), '\n')
				AS source,
			replace(replace(replace(point, '\', '\\'), char(9), '\t'), char(10), '\n')
				AS point,
			replace(replace(replace(run, '\', '\\'), char(9), '\t'), char(10), '\n')
				AS run,
			replace(replace(replace(member, '\', '\\'), char(9), '\t'), char(10), '\n')
				AS member,
			replace(replace(replace(value, '\', '\\'), char(9), '\t'), char(10), '\n')
				AS value
		FROM evidence
	)
	GROUP BY device;
DROP TABLE evidence;
