-- SPDX-License-Identifier: GPL-3.0-or-later
-- When a device left the list, because nobody had seen it for long (db/retention.h): it is
-- listed again as soon as it was seen after that.  0: it never left.
ALTER TABLE device ADD COLUMN left_at BIGINT NOT NULL DEFAULT 0;
