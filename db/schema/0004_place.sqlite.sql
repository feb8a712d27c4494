-- SPDX-License-Identifier: GPL-3.0-or-later
-- Every visit changes when an address was last seen: out of the index, it costs none.
DROP INDEX address_place;
CREATE INDEX address_place ON address (site, ip);
