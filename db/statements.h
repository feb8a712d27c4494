/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * statements.h - every statement of the product, one row each: X(name, text)
 *
 * The text prepares in SQLite and in PostgreSQL; a test prepares them all.
 */
#ifndef DB_STATEMENTS_H
#define DB_STATEMENTS_H

#include "db/times.h"

#define SIGHTING_COLUMNS "id, at, seq, site, point, run, ip, evidence, keys, device"
#define OBSERVATION_COLUMNS \
	"point, seq, at, site, run, source, subject, ip, evidence, truncated, facts"

/* Does address row b take the place of a?  Who answered there last has it: what a list says
 * later of another device does not. */
#define TAKES_PLACE \
	"b.site = a.site AND b.ip = a.ip AND (b.last_reply > a.last_reply OR " \
	"(b.last_reply = a.last_reply AND b.last_seen > a.last_seen))"

/* Of device d: its first current address, else its first. */
#define DEVICE_PLACE \
	"coalesce((SELECT min(a.ip) FROM address a WHERE a.device = d.id " \
	"AND a.valid_until >= d.last_seen AND NOT EXISTS " \
	"(SELECT 1 FROM address b WHERE " TAKES_PLACE ")), " \
	"(SELECT min(a.ip) FROM address a WHERE a.device = d.id), '')"
#define DEVICE_ORDER "ORDER BY " DEVICE_PLACE ", d.id"

/* Believed at $5, and not found down since it was seen, or only by what began at $5. */
#define A_IS_AROUND \
	"a.valid_until >= $5 AND (a.down_at < a.last_seen OR a.down_at >= $5) "
#define B_IS_AROUND \
	"b.valid_until >= $5 AND (b.down_at < b.last_seen OR b.down_at >= $5)"

/* A run and those it continues. */
#define CHAIN_OF(run) \
	"(WITH RECURSIVE chain (id) AS (SELECT CAST(" run " AS TEXT) UNION " \
	"SELECT r.resumes FROM run r JOIN chain c ON r.id = c.id " \
	"WHERE r.resumes <> '') SELECT id FROM chain)"

/* Of a moment (times.h), between $1 and $1 + $2: it goes back by $2; and how many lie behind $1. */
#define IS_AHEAD(column, unit) \
	column " > $1 / " unit " AND " column " <= ($1 + $2) / " unit
#define REDATE_STATEMENTS(X, NAME, table, column, unit) \
	X(REDATE_##NAME, \
		"UPDATE " table " SET " column " = " column " - $2 / " unit \
		" WHERE " IS_AHEAD(column, unit)) \
	X(AHEAD_##NAME, \
		"SELECT count(*), coalesce(max(" column "), 0) * " unit " FROM " table \
		" WHERE " column " > $1 / " unit)

#define STATEMENTS(X) \
	/* polls */ \
	X(POLL_PUT, \
		"INSERT INTO poll (name, due, paused, settings, state, run) " \
		"VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (name) DO UPDATE SET " \
		"due = excluded.due, paused = excluded.paused, " \
		"settings = excluded.settings, state = excluded.state, run = excluded.run") \
	X(POLLS, \
		"SELECT p.name, p.due, p.paused, p.settings, coalesce(s.text, p.state), " \
		"p.run FROM poll p LEFT JOIN state s ON s.run = p.run ORDER BY p.name") \
	X(POLL_RUN_PUT, \
		"INSERT INTO poll_run (poll, run, due, started, finished, outcome, reason, " \
		"observations, spoilt) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) " \
		"ON CONFLICT (run) DO UPDATE SET started = excluded.started, " \
		"finished = excluded.finished, " \
		"outcome = excluded.outcome, reason = excluded.reason, " \
		"observations = excluded.observations, spoilt = excluded.spoilt") \
	X(POLL_RUNS_OPEN, "SELECT count(*) FROM poll_run WHERE finished = 0") \
	X(POLL_RUNS_END, \
		"UPDATE poll_run SET finished = $1, outcome = $2, reason = $3 " \
		"WHERE finished = 0") \
	X(POLL_RUNS, \
		"SELECT p.poll, p.run, p.due, p.started, p.finished, p.outcome, p.reason, " \
		"p.observations, p.spoilt, coalesce(r.summary, '') FROM poll_run p " \
		"LEFT JOIN run r ON r.id = p.run ORDER BY p.id DESC LIMIT $1") \
	X(POLL_RUNS_OF, \
		"SELECT p.poll, p.run, p.due, p.started, p.finished, p.outcome, p.reason, " \
		"p.observations, p.spoilt, coalesce(r.summary, '') FROM poll_run p " \
		"LEFT JOIN run r ON r.id = p.run WHERE p.poll = $2 " \
		"ORDER BY p.id DESC LIMIT $1") \
	X(POLL_LAST_DONE, \
		"SELECT finished FROM poll_run WHERE poll = $1 AND outcome = 'done' " \
		"ORDER BY id DESC LIMIT 1") \
	/* runs */ \
	X(RUN_BEGIN, \
		"INSERT INTO run (id, source, command, site, point, targets, " \
		"settings, resumes, started, lifetime, finished, complete, summary) " \
		"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, 0, '') " \
		"ON CONFLICT (id) DO NOTHING") \
	X(RUN_END, \
		"UPDATE run SET finished = $2, complete = $3, summary = $4 " \
		"WHERE id = $1") \
	X(RUN_LIFETIME, "SELECT lifetime FROM run WHERE id = $1") \
	X(RUN_SITE, "SELECT site, resumes, point, started FROM run WHERE id = $1") \
	X(RUN_UNFINISHED, \
		"SELECT r.id, r.site, r.point, r.targets, r.settings, r.started, " \
		"r.finished, coalesce(s.text, ''), coalesce(s.progress, '') " \
		"FROM run r LEFT JOIN state s ON s.run = r.id " \
		"WHERE r.source = $1 AND r.complete = 0 AND r.settings <> '' " \
		"AND NOT EXISTS (SELECT 1 FROM run b WHERE b.resumes = r.id) " \
		"AND NOT EXISTS (SELECT 1 FROM run b WHERE b.complete = 1 " \
		"AND b.started > r.started AND b.source = r.source " \
		"AND b.site = r.site AND b.targets = r.targets " \
		"AND b.settings = r.settings) " \
		"ORDER BY r.started DESC, r.id DESC LIMIT 1") \
	X(RUN_LAST, \
		"SELECT started, complete FROM run WHERE source = $1 " \
		"ORDER BY started DESC, id DESC LIMIT 1") \
	X(RUN_BEFORE, "SELECT coalesce(max(started), 0) FROM run WHERE started < $1") \
	X(RUN_CONTINUES, "SELECT 1 FROM run WHERE id = $1 AND resumes <> ''") \
	X(RUN_RESUMED, "SELECT 1 FROM run WHERE resumes = $1 LIMIT 1") \
	X(CHAIN_STARTED, "SELECT min(started) FROM run WHERE id IN " CHAIN_OF("$1")) \
	X(STATE_PUT, \
		"INSERT INTO state (run, text, progress) VALUES ($1, $2, $3) " \
		"ON CONFLICT (run) DO UPDATE SET text = excluded.text, " \
		"progress = excluded.progress") \
	X(STATE_GET, "SELECT text FROM state WHERE run = $1") \
	X(STATE_MOVE, "UPDATE state SET run = $2 WHERE run = $1") \
	/* Few runs have a state; of runs there are many. */ \
	X(STATES_DROP, \
		"DELETE FROM state WHERE EXISTS (SELECT 1 FROM run r JOIN run b " \
		"ON b.source = r.source AND b.site = r.site " \
		"AND b.targets = r.targets AND b.settings = r.settings " \
		"WHERE r.id = state.run AND b.id = $1 AND r.started <= b.started)") \
	X(COVERAGE_PUT, \
		"INSERT INTO coverage (run, probe, targets, started, finished, " \
		"complete) VALUES ($1, $2, $3, $4, $5, $6)") \
	X(COVERAGE_OF_RUN, \
		"SELECT probe, targets, started FROM coverage " \
		"WHERE run IN " CHAIN_OF("$1") " AND complete = 1 ORDER BY id") \
	X(DIRECTORIES_OF_RUN, \
		"SELECT DISTINCT targets FROM coverage " \
		"WHERE run = $1 AND probe = $2 AND complete = 1 ORDER BY targets") \
	X(SHEETS_WITH, \
		"SELECT s.text FROM device d JOIN sheet s ON s.device = d.id " \
		"WHERE d.site = $1 AND EXISTS (SELECT 1 FROM identifier i " \
		"WHERE i.device = d.id AND i.kind = $2) ORDER BY d.id") \
	X(REASON_PUT, \
		"INSERT INTO reason (run, code, about, text, number) " \
		"VALUES ($1, $2, $3, $4, $5)") \
	/* observations */ \
	X(POINT_SEQ, "SELECT seq FROM point WHERE name = $1") \
	X(POINT_PUT, \
		"INSERT INTO point (name, seq) VALUES ($1, $2) " \
		"ON CONFLICT (name) DO UPDATE SET seq = excluded.seq") \
	X(RUN_TOLD_UNTIL, \
		"SELECT at FROM observation WHERE run = $1 ORDER BY at DESC LIMIT 1") \
	X(RUN_TOLD_SINCE, \
		"SELECT at FROM observation WHERE run = $1 ORDER BY at LIMIT 1") \
	X(OBSERVATION_TWINS, \
		"SELECT point, site, source, subject, evidence, facts " \
		"FROM observation WHERE run = $1 AND at = $2 AND ip = $3") \
	X(OBSERVATIONS_OF_MOMENT, \
		"SELECT point, site, source, subject, evidence, facts, ip " \
		"FROM observation WHERE run = $1 AND at = $2") \
	X(OBSERVATION_SEQ_TAKEN, \
		"SELECT 1 FROM observation WHERE point = $1 AND seq = $2") \
	X(OBSERVATION_PUT, \
		"INSERT INTO observation (" OBSERVATION_COLUMNS ", keys, device) " \
		"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)") \
	X(OBSERVATION_MOVE, "UPDATE observation SET device = $2 WHERE id = $1") \
	X(OBSERVATIONS_OF_DEVICE, \
		"SELECT " OBSERVATION_COLUMNS ", keys " \
		"FROM observation WHERE device = $1 " \
		"ORDER BY at, point, run, seq") \
	X(OBSERVATIONS_ALL, \
		"SELECT " OBSERVATION_COLUMNS " FROM observation " \
		"ORDER BY at, point, run, seq") \
	X(OBSERVATIONS_SINCE, \
		"SELECT " OBSERVATION_COLUMNS " FROM observation " \
		"WHERE point = $1 AND seq > $2 ORDER BY seq") \
	/* What is about no device has device 0. */ \
	X(OBSERVATIONS_OF_SUBJECT, \
		"SELECT " OBSERVATION_COLUMNS " FROM observation " \
		"WHERE device = 0 AND at >= $2 AND subject = $1 " \
		"ORDER BY at, point, run, seq") \
	X(OBSERVATIONS_OF_CHAIN, \
		"SELECT ip, evidence, facts FROM observation " \
		"WHERE run IN " CHAIN_OF("$1") " AND subject = 0 AND ip <> '' " \
					       "ORDER BY ip, at, point, run, seq") \
	/* In no order: a fold needs none. */ \
	X(OBSERVATIONS_UNTIL, \
		"SELECT " OBSERVATION_COLUMNS " FROM observation " \
		"WHERE device = $1 AND at <= $2") \
	X(OBSERVATION_OF_DEVICE, "SELECT 1 FROM observation WHERE device = $1 LIMIT 1") \
	X(OBSERVATION_OF_OTHER_RUN, \
		"SELECT 1 FROM observation WHERE device = $1 " \
		"AND run NOT IN " CHAIN_OF("$2") " LIMIT 1") \
	X(OBSERVATION_OF_OTHER_RUN_BEFORE, \
		"SELECT 1 FROM observation WHERE device = $1 " \
		"AND (at < $3 OR (at = $3 AND (point, run) < ($4, $2))) " \
		"AND run NOT IN " CHAIN_OF("$2") " LIMIT 1") \
	X(OBSERVATION_NOT_OF_RUN, \
		"SELECT 1 FROM observation WHERE device = $1 AND run <> $2 LIMIT 1") \
	X(OBSERVATIONS_FORGET, "DELETE FROM observation WHERE device = $1") \
	/* identity */ \
	X(DEVICES_BY_KEY, \
		"SELECT device FROM identifier WHERE kind = $1 AND value = $2") \
	X(IDENTIFIER_OF_KIND, "SELECT 1 FROM identifier WHERE kind = $1 LIMIT 1") \
	X(SIGHTINGS_OF_DEVICE, \
		"SELECT " SIGHTING_COLUMNS " FROM observation WHERE device = $1") \
	X(SIGHTINGS_AT_PLACE, \
		"SELECT " SIGHTING_COLUMNS " FROM observation " \
		"WHERE site = $1 AND ip = $2 AND subject = 0") \
	X(SIGHTINGS_ALL, \
		"SELECT " SIGHTING_COLUMNS " FROM observation " \
		"WHERE subject = 0") \
	X(RULINGS_BY_KEY, \
		"SELECT kind, a_kind, a_value, b_kind, b_value FROM ruling " \
		"WHERE (a_kind = $1 AND a_value = $2) OR (b_kind = $1 AND b_value = $2)") \
	X(RULINGS_ALL, "SELECT kind, a_kind, a_value, b_kind, b_value FROM ruling") \
	X(RULING_PUT, \
		"INSERT INTO ruling (kind, a_kind, a_value, b_kind, b_value, " \
		"actor, at) VALUES ($1, $2, $3, $4, $5, $6, $7) " \
		"ON CONFLICT DO NOTHING") \
	X(RULING_DECIDE, \
		"INSERT INTO ruling (kind, a_kind, a_value, b_kind, b_value, " \
		"actor, at, decision) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) " \
		"ON CONFLICT DO NOTHING") \
	X(RULINGS_OF_DECISION, \
		"SELECT kind, a_kind, a_value, b_kind, b_value FROM ruling " \
		"WHERE decision = $1") \
	X(RULINGS_DROP, "DELETE FROM ruling WHERE decision = $1") \
	X(RULING_IS_DEMOTED, \
		"SELECT 1 FROM ruling WHERE kind = 0 AND a_kind = $1 AND a_value = $2") \
	X(RULING_BETWEEN, \
		"SELECT actor, at FROM ruling r WHERE r.kind = $1 AND " \
		"((EXISTS (SELECT 1 FROM identifier i WHERE i.device = $2 " \
		"AND i.kind = r.a_kind AND i.value = r.a_value) AND " \
		"EXISTS (SELECT 1 FROM identifier i WHERE i.device = $3 " \
		"AND i.kind = r.b_kind AND i.value = r.b_value)) OR " \
		"(EXISTS (SELECT 1 FROM identifier i WHERE i.device = $3 " \
		"AND i.kind = r.a_kind AND i.value = r.a_value) AND " \
		"EXISTS (SELECT 1 FROM identifier i WHERE i.device = $2 " \
		"AND i.kind = r.b_kind AND i.value = r.b_value))) LIMIT 1") \
	X(DECISION_PUT, \
		"INSERT INTO decision (at, actor, verb, text, gone, undone_at, " \
		"undone_by) VALUES ($1, $2, $3, $4, $5, 0, '') RETURNING id") \
	X(DECISION_LAST, \
		"SELECT id FROM decision WHERE undone_at = 0 ORDER BY id DESC LIMIT 1") \
	X(DECISION_GET, \
		"SELECT id, at, verb, actor, text, undone_at, gone FROM decision " \
		"WHERE id = $1") \
	X(DECISIONS_ALL, \
		"SELECT id, at, verb, actor, text, undone_at, gone FROM decision " \
		"ORDER BY id DESC") \
	X(RULING_RULER, \
		"SELECT actor FROM ruling WHERE kind = $1 AND actor <> 'muster' AND " \
		"((a_kind = $2 AND a_value = $3) OR (b_kind = $2 AND b_value = $3)) " \
		"ORDER BY at DESC LIMIT 1") \
	X(RULING_DISTRUSTED, \
		"SELECT actor, at FROM ruling WHERE kind = 0 AND actor <> 'muster' " \
		"AND a_kind = $1 AND a_value = $2 AND at <= $3") \
	/* a merge that took $1 away at $2 is no news: undone by $3, or one of before $4 was \
	 * undone after it */ \
	X(DECISION_IS_NO_NEWS, \
		"SELECT 1 FROM decision WHERE gone = $1 AND undone_at > 0 AND " \
		"((at = $2 AND undone_at <= $3) OR (at <= $4 AND undone_at > $4))") \
	X(DECISION_GONE, "UPDATE decision SET gone = $2 WHERE id = $1") \
	X(DECISION_UNDO, \
		"UPDATE decision SET undone_at = $2, undone_by = $3 WHERE id = $1") \
	X(EDIT_PUT, \
		"INSERT INTO edit (device, key, member, value, actor, at) " \
		"VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (device, key) DO UPDATE " \
		"SET member = excluded.member, value = excluded.value, " \
		"actor = excluded.actor, at = excluded.at") \
	X(EDIT_DROP, "DELETE FROM edit WHERE device = $1 AND key = $2") \
	X(EDIT_GET, "SELECT 1 FROM edit WHERE device = $1 AND key = $2") \
	X(EDITS_OF_DEVICE, \
		"SELECT key, member, value, actor, at FROM edit WHERE device = $1 " \
		"AND at <= $2 ORDER BY key") \
	X(EDITS_MOVE, \
		"UPDATE edit SET device = $2 WHERE device = $1 AND NOT EXISTS " \
		"(SELECT 1 FROM edit b WHERE b.device = $2 AND b.key = edit.key)") \
	X(EDITS_FORGET, "DELETE FROM edit WHERE device = $1") \
	X(CARD_OPEN, "UPDATE card SET text = '' WHERE device = $1") \
	X(SHARED_KEYS, \
		"SELECT a.kind, a.value, (SELECT count(*) FROM ruling r " \
		"WHERE r.kind = 0 AND r.a_kind = a.kind AND r.a_value = a.value) " \
		"FROM identifier a JOIN identifier b ON b.kind = a.kind " \
		"AND b.value = a.value AND b.device = $2 WHERE a.device = $1 " \
		"ORDER BY a.kind, a.value") \
	X(LEDGER_BETWEEN, \
		"SELECT at, outcome, rule, key, detail, actor FROM ledger " \
		"WHERE (device_a = $1 AND device_b = $2) " \
		"OR (device_a = $2 AND device_b = $1) ORDER BY at, id") \
	/* Known at $2.  The ledger has when a tie was found; a virtual address shows the key of \
	 * who answers for it each time. */ \
	X(TIES_OF_DEVICE, \
		"SELECT t.rule, d.uuid, d.name, t.first, max(t.at) FROM (SELECT l.rule, " \
		"CASE WHEN l.device_a = $1 THEN 1 ELSE 0 END AS first, " \
		"CASE WHEN l.device_a = $1 THEN l.device_b ELSE l.device_a END AS other, " \
		"coalesce((SELECT max(o.at) FROM observation o WHERE l.rule = 'vip' " \
		"AND o.device = l.device_a AND o.at <= $2 " \
		"AND replace('\n' || o.keys, '\n' || l.key || '\n', '') " \
		"<> '\n' || o.keys), l.at) AS at FROM ledger l " \
		"WHERE l.outcome = 3 AND (l.device_a = $1 OR l.device_b = $1) " \
		"AND l.device_a <> l.device_b AND l.at <= $2) t " \
		"JOIN device d ON d.id = t.other " \
		"GROUP BY t.rule, d.uuid, d.name, t.first ORDER BY 5 DESC, 1, 4, 2") \
	X(OBSERVATION_HOLDER, "SELECT device FROM observation WHERE id = $1") \
	X(DEVICE_SET_UUID, "UPDATE device SET uuid = $2 WHERE id = $1") \
	X(ALIAS_DROP, "DELETE FROM alias WHERE uuid = $1") \
	X(IDENTIFIER_PUT, \
		"INSERT INTO identifier (kind, value, device) " \
		"VALUES ($1, $2, $3) ON CONFLICT DO NOTHING") \
	/* of nobody till now */ \
	X(IDENTIFIER_NEW, \
		"INSERT INTO identifier (kind, value, device) VALUES ($1, $2, $3)") \
	X(IDENTIFIERS_FORGET, "DELETE FROM identifier WHERE device = $1") \
	X(LEDGER_PUT, \
		"INSERT INTO ledger (at, run, rule, key, detail, outcome, actor, device_a, " \
		"device_b) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)") \
	X(LEDGER_HAS, \
		"SELECT 1 FROM ledger WHERE device_a = $1 AND device_b = $2 AND rule = $3 " \
		"AND key = $4 AND outcome = $5 LIMIT 1") \
	X(LEDGER_MOVE_A, "UPDATE ledger SET device_a = $2 WHERE device_a = $1") \
	X(LEDGER_MOVE_B, "UPDATE ledger SET device_b = $2 WHERE device_b = $1") \
	X(LEDGER_OF_KEY, \
		"SELECT device_a, device_b FROM ledger WHERE rule = $1 AND key = $2") \
	X(LEDGER_OF_DEVICE, \
		"SELECT id, at, rule, key, detail, actor, outcome, run " \
		"FROM ledger WHERE (device_a = $1 OR device_b = $1) AND at <= $2 " \
		"ORDER BY at DESC, id DESC") \
	/* what is known already */ \
	X(TENANTS_OF_PLACE, \
		"SELECT a.device, a.first_seen, a.last_seen, a.last_reply, a.down_at, " \
		"(SELECT count(*) FROM address b WHERE b.device = a.device), " \
		"a.valid_until, a.reply_until " \
		"FROM address a WHERE a.site = $1 AND a.ip = $2") \
	X(IDENTIFIERS_OF_DEVICE, \
		"SELECT kind, value FROM identifier WHERE device = $1") \
	X(BEARER_IS_OTHER, \
		"SELECT 1 FROM identifier WHERE kind = $1 AND value = $2 " \
		"AND device <> $3 LIMIT 1") \
	X(VISIT_IS_STORED, \
		"SELECT 1 FROM observation WHERE site = $1 AND ip = $2 AND run = $3 " \
		"AND subject = 0 LIMIT 1") \
	/* its oldest first; listed (2) is a visit of its own */ \
	X(VISIT_STORED, \
		"SELECT evidence, keys, at FROM observation " \
		"WHERE site = $1 AND ip = $2 AND run = $3 AND subject = 0 " \
		"AND evidence <> 2 ORDER BY id LIMIT $4") \
	/* devices */ \
	X(DEVICE_NEW, \
		"INSERT INTO device (id, uuid, site, name, first_seen, last_seen) " \
		"VALUES ($1, $2, $3, $4, $5, $6)") \
	X(DEVICE_NEXT, "SELECT coalesce(max(id), 0) + 1 FROM device") \
	X(DEVICE_SET, \
		"UPDATE device SET name = $2, first_seen = $3, last_seen = $4, " \
		"site = $5 WHERE id = $1") \
	X(DEVICE_SEEN, "UPDATE device SET last_seen = $2 WHERE id = $1") \
	X(DEVICE_DROP, "DELETE FROM device WHERE id = $1") \
	X(DEVICE_GET, \
		"SELECT uuid, site, first_seen, last_seen FROM device " \
		"WHERE id = $1") \
	X(DEVICE_LOAD, \
		"SELECT d.uuid, d.site, d.first_seen, d.last_seen, coalesce(s.text, ''), " \
		"CASE WHEN EXISTS (SELECT 1 FROM edit e WHERE e.device = d.id) " \
		"THEN 1 ELSE 0 END " \
		"FROM device d LEFT JOIN sheet s ON s.device = d.id WHERE d.id = $1") \
	X(DEVICE_PLACE_GET, \
		"SELECT " DEVICE_PLACE " FROM device d WHERE d.id = $1 " \
		"AND ($2 = 0 OR d.left_at < d.last_seen)") \
	X(DEVICES_ALL, "SELECT d.id FROM device d " DEVICE_ORDER) \
	X(DEVICES_OF_RUN, \
		"SELECT d.id FROM device d WHERE d.id IN (SELECT device " \
		"FROM observation WHERE run IN " CHAIN_OF("$1") ") " DEVICE_ORDER) \
	X(DEVICES_BY_UUID_START, \
		"SELECT id FROM device WHERE uuid >= $1 AND uuid < $2 " \
		"UNION SELECT device FROM alias WHERE uuid >= $1 AND uuid < $2") \
	X(ALIAS_PUT, \
		"INSERT INTO alias (uuid, device) VALUES ($1, $2) " \
		"ON CONFLICT (uuid) DO UPDATE SET device = excluded.device") \
	X(ALIASES_MOVE, "UPDATE alias SET device = $2 WHERE device = $1") \
	X(ALIASES_OF_DEVICE, "SELECT uuid FROM alias WHERE device = $1 ORDER BY uuid") \
	X(ALIASES_FORGET, "DELETE FROM alias WHERE device = $1") \
	X(SHEET_PUT, \
		"INSERT INTO sheet (device, text) VALUES ($1, $2) " \
		"ON CONFLICT (device) DO UPDATE SET text = excluded.text") \
	X(SHEET_SET, "UPDATE sheet SET text = $2 WHERE device = $1") \
	X(SHEET_GET, "SELECT text FROM sheet WHERE device = $1") \
	X(SHEET_FORGET, "DELETE FROM sheet WHERE device = $1") \
	X(ADDRESSES_OF_DEVICE, \
		"SELECT a.site, a.ip, a.first_seen, a.last_seen, a.last_reply, a.down_at, " \
		"CASE WHEN EXISTS (SELECT 1 FROM address b WHERE " TAKES_PLACE ") " \
		"THEN 0 ELSE 1 END, a.valid_until, a.reply_until " \
		"FROM address a WHERE a.device = $1 ORDER BY a.site, a.ip") \
	X(ADDRESS_PUT, \
		"INSERT INTO address (device, site, ip, first_seen, last_seen, last_reply, " \
		"down_at, valid_until, reply_until) " \
		"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) " \
		"ON CONFLICT (device, site, ip) DO UPDATE SET " \
		"first_seen = excluded.first_seen, last_seen = excluded.last_seen, " \
		"last_reply = excluded.last_reply, down_at = excluded.down_at, " \
		"valid_until = excluded.valid_until, reply_until = excluded.reply_until") \
	X(ADDRESS_SEEN, \
		"UPDATE address SET last_seen = $4, last_reply = $5, valid_until = $6, " \
		"reply_until = $7 " \
		"WHERE device = $1 AND site = $2 AND ip = $3") \
	X(ADDRESS_DOWN_CARRY, \
		"INSERT INTO address (device, site, ip, first_seen, last_seen, last_reply, " \
		"down_at, valid_until, reply_until) SELECT $2, site, ip, first_seen, " \
		"last_seen, last_reply, down_at, valid_until, reply_until " \
		"FROM address WHERE device = $1 AND site = $3 AND ip = $4 AND down_at > 0 " \
		"ON CONFLICT (device, site, ip) DO UPDATE SET down_at = CASE WHEN " \
		"excluded.down_at > address.down_at THEN excluded.down_at " \
		"ELSE address.down_at END") \
	X(ADDRESSES_FORGET, "DELETE FROM address WHERE device = $1") \
	X(ADDRESSES_SILENT, \
		"SELECT device, ip FROM address WHERE site = $1 " \
		"AND last_reply > 0 AND last_reply < $2 AND down_at = 0") \
	X(ADDRESS_DOWN, \
		"UPDATE address SET down_at = $4 " \
		"WHERE device = $1 AND site = $2 AND ip = $3") \
	/* $5: when the run (of a chain: the first) began.  An \
	 * answer in between is not of the run; of all else the observations say it, the \
	 * newest run first, and weak ones (1) say nothing. */ \
	X(ADDRESSES_EXPECTED, \
		"SELECT a.ip, a.device FROM address a WHERE a.site = $1 " \
		"AND a.ip >= $2 AND a.ip <= $3 AND " A_IS_AROUND \
		"AND NOT EXISTS (SELECT 1 FROM address b WHERE " TAKES_PLACE \
		" AND " B_IS_AROUND ") " \
		"AND ((a.reply_until >= $5 AND a.last_reply < $5) OR " \
		"(SELECT 1 FROM observation o WHERE o.site = a.site AND o.ip = a.ip " \
		"AND o.device = a.device AND o.subject = 0 AND o.evidence <> 1 " \
		"AND o.at + coalesce((SELECT r.lifetime FROM run r WHERE r.id = o.run), " \
		"86400000000) >= $5 " \
		"AND o.run NOT IN " CHAIN_OF("$4") " ORDER BY o.run DESC " \
						   "LIMIT 1) = 1) ORDER BY a.ip") \
	/* Where a device is, as in DEVICE_PLACE, which replied: once within its lifetime at $2? */ \
	X(ADDRESSES_REPLIED, \
		"SELECT a.ip, CASE WHEN a.reply_until >= $2 AND a.down_at = 0 THEN 1 ELSE 0 " \
		"END, s.text FROM address a JOIN device d ON d.id = a.device " \
		"JOIN sheet s ON s.device = a.device " \
		"WHERE a.site = $1 AND a.last_reply > 0 AND a.valid_until >= d.last_seen " \
		"AND NOT EXISTS (SELECT 1 FROM address b WHERE " TAKES_PLACE ") " \
		"AND (a.ip < '06' OR NOT EXISTS (SELECT 1 FROM address c " \
		"WHERE c.device = a.device AND c.ip < '06' AND c.last_reply > 0 " \
		"AND c.valid_until >= d.last_seen)) ORDER BY a.ip") \
	X(DEVICES_REPLIED, \
		"SELECT DISTINCT device FROM observation " \
		"WHERE subject = 0 AND evidence = 0 " \
		"AND run IN " CHAIN_OF("$1") " ORDER BY device") \
	/* the past */ \
	X(SILENCE_PUT, \
		"INSERT INTO silence (device, site, ip, at) VALUES ($1, $2, $3, $4) " \
		"ON CONFLICT DO NOTHING") \
	X(SILENCE_CARRY, \
		"INSERT INTO silence (device, site, ip, at) SELECT $2, site, ip, at " \
		"FROM silence WHERE device = $1 AND site = $3 AND ip = $4 " \
		"ON CONFLICT DO NOTHING") \
	X(SILENCE_FORGET, "DELETE FROM silence WHERE device = $1") \
	X(SILENCE_LAST, \
		"SELECT coalesce(max(at), 0) FROM silence " \
		"WHERE device = $1 AND site = $2 AND ip = $3 AND at <= $4") \
	X(OTHER_TENANTS, \
		"SELECT device, first_seen, last_seen, last_reply FROM address " \
		"WHERE site = $1 AND ip = $2 AND device <> $3") \
	X(TENANT_UNTIL, \
		"SELECT coalesce(max(at), 0), " \
		"coalesce(max(CASE WHEN evidence = 0 THEN at ELSE 0 END), 0) " \
		"FROM observation WHERE device = $1 AND site = $2 AND ip = $3 " \
		"AND at <= $4 AND subject = 0") \
	X(TURN_PUT, \
		"INSERT INTO turn (device, run, first_at, last_at) " \
		"VALUES ($1, $2, $3, $4) ON CONFLICT (device, run) DO UPDATE SET " \
		"first_at = CASE WHEN excluded.first_at < turn.first_at " \
		"THEN excluded.first_at ELSE turn.first_at END, " \
		"last_at = CASE WHEN excluded.last_at > turn.last_at " \
		"THEN excluded.last_at ELSE turn.last_at END") \
	X(TURNS_MOVE, \
		"INSERT INTO turn (device, run, first_at, last_at) " \
		"SELECT $2, run, first_at, last_at FROM turn WHERE device = $1 " \
		"ON CONFLICT (device, run) DO UPDATE SET " \
		"first_at = CASE WHEN excluded.first_at < turn.first_at " \
		"THEN excluded.first_at ELSE turn.first_at END, " \
		"last_at = CASE WHEN excluded.last_at > turn.last_at " \
		"THEN excluded.last_at ELSE turn.last_at END") \
	/* What is that long ago may have been at any time between. */ \
	X(TURNS_BLUR, \
		"INSERT INTO turn (device, run, first_at, last_at) " \
		"SELECT device, '', min(first_at), max(last_at) FROM turn " \
		"WHERE device = $1 AND last_at < $2 GROUP BY device HAVING count(*) > 1 " \
		"ON CONFLICT (device, run) DO UPDATE SET " \
		"first_at = CASE WHEN excluded.first_at < turn.first_at " \
		"THEN excluded.first_at ELSE turn.first_at END, " \
		"last_at = CASE WHEN excluded.last_at > turn.last_at " \
		"THEN excluded.last_at ELSE turn.last_at END") \
	X(TURNS_TRIM, \
		"DELETE FROM turn WHERE device = $1 AND last_at < $2 AND run <> '' " \
		"AND EXISTS (SELECT 1 FROM turn b WHERE b.device = turn.device " \
		"AND b.run = '' AND b.first_at <= turn.first_at " \
		"AND b.last_at >= turn.last_at)") \
	X(TURNS_FORGET, "DELETE FROM turn WHERE device = $1") \
	X(TURNED, \
		"SELECT device FROM (SELECT DISTINCT device FROM turn " \
		"WHERE last_at > $1 AND first_at <= $2) t ORDER BY " \
		"(SELECT min(a.ip) FROM address a WHERE a.device = t.device), device") \
	X(CARD_GET, "SELECT rules, text FROM card WHERE device = $1") \
	X(CARD_PUT, \
		"INSERT INTO card (device, rules, text) VALUES ($1, $2, $3) " \
		"ON CONFLICT (device) DO UPDATE SET rules = excluded.rules, " \
		"text = excluded.text") \
	X(CARD_FORGET, "DELETE FROM card WHERE device = $1") \
	X(CARDS_ALL, \
		"SELECT d.id, coalesce(c.rules, ''), coalesce(c.text, '') " \
		"FROM device d LEFT JOIN card c ON c.device = d.id") \
	X(TENANTS_EVER, "SELECT DISTINCT device FROM address WHERE ip = $1") \
	/* history */ \
	X(CHANGE_PUT, \
		"INSERT INTO change (at, run, device, uuid, what, key, before, " \
		"after) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)") \
	X(CHANGES_MOVE, "UPDATE change SET device = $2 WHERE device = $1") \
	X(CHANGES_SINCE, \
		"SELECT c.id, c.at, c.uuid, c.what, c.key, c.before, c.after, " \
		"c.run, c.device, coalesce(d.name, '') FROM change c " \
		"LEFT JOIN device d ON d.id = c.device " \
		"WHERE c.at >= $1 ORDER BY c.at, c.id") \
	X(CHANGES_OF_RUN, \
		"SELECT count(*) FROM change " \
		"WHERE at >= $1 AND run = $2 AND key = $3 AND after = $4") \
	X(CHANGES_AFTER, \
		"SELECT c.id, c.at, c.uuid, c.what, c.key, c.before, c.after, " \
		"c.run, c.device, coalesce(d.name, '') FROM change c " \
		"LEFT JOIN device d ON d.id = c.device " \
		"WHERE c.id > $1 ORDER BY c.id LIMIT $2") \
	X(CHANGE_LAST, "SELECT coalesce(max(id), 0) FROM change") \
	/* retention */ \
	X(DEVICES_LISTED, \
		"SELECT d.id FROM device d WHERE d.left_at < d.last_seen " DEVICE_ORDER) \
	/* Whoever is seen after that is back, also when the clock was wrong when it left. */ \
	X(DEVICE_LEFT, \
		"UPDATE device SET left_at = CASE $2 WHEN 0 THEN 0 ELSE last_seen END " \
		"WHERE id = $1") \
	X(DEVICES_UNSEEN, \
		"SELECT d.id, d.uuid, d.name FROM device d WHERE d.left_at = 0 " \
		"AND d.last_seen < $1 AND NOT EXISTS " \
		"(SELECT 1 FROM edit e WHERE e.device = d.id) ORDER BY d.id LIMIT $2") \
	X(DEVICES_BACK, \
		"SELECT id, uuid, name FROM device WHERE left_at > 0 " \
		"AND last_seen > left_at ORDER BY id LIMIT $1") \
	X(TRIM_DEVICES, "SELECT id FROM device WHERE id > $1 ORDER BY id LIMIT $2") \
	X(TRIM_OBSERVATIONS, \
		"SELECT " OBSERVATION_COLUMNS ", keys, id FROM observation " \
		"WHERE device = $1 AND at < $2 AND at >= $4 ORDER BY at LIMIT $3") \
	/* By the run: of the device there may be many more. */ \
	X(TRIM_REST_OF_VISIT, \
		"SELECT 1 FROM observation WHERE run = $1 AND at >= $2 AND at < $3 " \
		"AND device + 0 = $4 LIMIT 1") \
	X(OBSERVATION_DELETE, "DELETE FROM observation WHERE id = $1") \
	/* Never the newest: its number must not be given again (store_last_change). */ \
	X(TRIM_CHANGES, \
		"DELETE FROM change WHERE id IN (SELECT id FROM change WHERE at < $1 " \
		"AND id < (SELECT max(id) FROM change) ORDER BY at LIMIT $2) RETURNING 1") \
	/* The last before the moment still says what was down then. */ \
	X(TRIM_SILENCE, \
		"DELETE FROM silence WHERE at < $1 AND EXISTS (SELECT 1 FROM silence n " \
		"WHERE n.device = silence.device AND n.site = silence.site " \
		"AND n.ip = silence.ip AND n.at > silence.at AND n.at < $1) RETURNING 1") \
	X(TRIM_REASONS, \
		"DELETE FROM reason WHERE id IN (SELECT r.id FROM reason r " \
		"JOIN run ON run.id = r.run WHERE run.finished > 0 " \
		"AND run.finished < $1 LIMIT $2) RETURNING 1") \
	X(TRIM_COVERAGE, \
		"DELETE FROM coverage WHERE id IN (SELECT c.id FROM coverage c " \
		"JOIN run ON run.id = c.run WHERE run.finished > 0 " \
		"AND run.finished < $1 LIMIT $2) RETURNING 1") \
	X(TRIM_POLL_RUNS, \
		"DELETE FROM poll_run WHERE id IN (SELECT p.id FROM poll_run p " \
		"WHERE p.finished > 0 AND p.finished < $1 AND p.id < " \
		"(SELECT max(n.id) FROM poll_run n WHERE n.poll = p.poll) LIMIT $2) RETURNING 1") \
	X(TRIM_RUNS, \
		"DELETE FROM run WHERE id IN (SELECT r.id FROM run r " \
		"WHERE r.finished > 0 AND r.finished < $1 " \
		"AND NOT EXISTS (SELECT 1 FROM observation o WHERE o.run = r.id) " \
		"AND NOT EXISTS (SELECT 1 FROM run n WHERE n.resumes = r.id) " \
		"AND NOT EXISTS (SELECT 1 FROM state t WHERE t.run = r.id) " \
		"AND NOT EXISTS (SELECT 1 FROM coverage c WHERE c.run = r.id) " \
		"AND NOT EXISTS (SELECT 1 FROM reason x WHERE x.run = r.id) LIMIT $2) RETURNING 1") \
	/* a clock that was ahead */ \
	STORE_TIMES(REDATE_STATEMENTS, X) \
	X(NEWEST_MOMENT, \
		"SELECT max(t) FROM (SELECT coalesce(max(started), 0) AS t FROM run " \
		"UNION ALL SELECT coalesce(max(finished), 0) FROM run " \
		"UNION ALL SELECT coalesce(max(last_seen), 0) FROM device) m") \
	X(AHEAD_BELONGS, \
		"SELECT coalesce(min(started), 0) FROM poll_run WHERE started <= $1 " \
		"AND id > (SELECT max(id) FROM poll_run WHERE started > $1)") \
	X(DEVICES_AHEAD, \
		"SELECT device, min(at) FROM observation WHERE device > 0 AND " IS_AHEAD( \
			"at", "1") " GROUP BY device ORDER BY device") \
	/* A moment that is there already, to the microsecond. */ \
	X(SILENCE_TWINS_DROP, \
		"DELETE FROM silence WHERE " IS_AHEAD("at", \
			"1") " AND EXISTS " \
			     "(SELECT 1 FROM silence o WHERE o.device = silence.device " \
			     "AND o.site = silence.site AND o.ip = silence.ip " \
			     "AND o.at = silence.at - $2)") \
	/* What was measured with those times in between; found again where it holds. */ \
	X(DEMOTED_AHEAD_DROP, \
		"DELETE FROM ruling WHERE kind = 0 AND actor = 'muster' AND " IS_AHEAD( \
			"at", "1")) \
	X(DEMOTED_AHEAD_UNSAY, \
		"DELETE FROM ledger WHERE outcome = 2 AND actor = 'muster' AND " IS_AHEAD( \
			"at", "1")) \
	/* Who left by that clock, and was not seen since. */ \
	X(LEFT_AHEAD_NOTE, \
		"INSERT INTO change (at, run, device, uuid, what, key, before, after) " \
		"SELECT $1, '', d.id, d.uuid, 'back', '', '', d.name FROM device d " \
		"WHERE d.left_at > 0 AND d.left_at >= d.last_seen AND EXISTS " \
		"(SELECT 1 FROM change c WHERE c.device = d.id AND c.what = 'left' AND " \
		"c.at > $1 AND c.at <= $1 + $2)") \
	X(LEFT_AHEAD_BACK, \
		"UPDATE device SET left_at = 0 WHERE left_at > 0 AND left_at >= last_seen " \
		"AND EXISTS (SELECT 1 FROM change c WHERE c.device = device.id " \
		"AND c.what = 'left' AND c.at > $1 AND c.at <= $1 + $2)") \
	/* care */ \
	X(COUNT_DEVICES, "SELECT count(*) FROM device") \
	X(COUNT_OBSERVATIONS, "SELECT count(*) FROM observation") \
	X(COUNT_RUNS, "SELECT count(*) FROM run") \
	X(ORPHAN_ALIASES, \
		"SELECT count(*) FROM alias WHERE device NOT IN " \
		"(SELECT id FROM device)") \
	X(ORPHAN_OBSERVATIONS, \
		"SELECT count(*) FROM observation WHERE subject = 0 AND " \
		"device NOT IN (SELECT id FROM device)") \
	X(EMPTY_DEVICES, \
		"SELECT count(*) FROM device WHERE id NOT IN " \
		"(SELECT device FROM observation)")

#define STATEMENT_ENUM(name, text) STMT_##name,
enum store_stmt { STATEMENTS(STATEMENT_ENUM) STMT_COUNT };
#undef STATEMENT_ENUM

#endif
