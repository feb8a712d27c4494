#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Stores that are not for this agent: one of a newer muster, which stays as it is, byte for byte; one
# that another agent has, whatever its socket; one that is no store at all.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/lib_point.sh
. "$(dirname "$0")/lib_point.sh"

host h1 198.18.250.11 00:16:3e:5e:fa:11
ranges="ranges: {office: {targets: [198.18.250.0/27], schedule: every 1s, names: no, talk: no}}"
conf "$ranges"
sed "s,$sock,$tmp/sock2," "$tmp/agent.yaml" > "$tmp/agent2.yaml"
there() { ip netns exec "$net-point" timeout 10 "$MUSTER" agent "$@"; }
# refused NAME STORE TEXT: an agent does not begin, and the file is as it was, with what waits beside it
state_of() { # a reader of the file makes an empty -wal, and -shm, which is memory
	find "$1" "$1-wal" -size +0 -printf '%f %i %s %m %U %t\n' -exec sha256sum {} ';' 2> "$tmp/gone"
}
refused() {
	local before
	before=$(state_of "$2")
	if ! exits 1 there --agent "$tmp/agent.yaml" --db "$2" || ! grep -q -- "$3" "$tmp/exits.err"; then
		not_ok "$1" "$(cat "$tmp/exits.err")"
	elif [ "$(state_of "$2")" != "$before" ]; then
		not_ok "$1" "changed: $before; $(state_of "$2")"
	else ok "$1"; fi
}

# --- a store with something in it, by an agent ---
mkdir "$tmp/one" "$tmp/newer" "$tmp/other"
start "$tmp/one/db" || { not_ok "an agent" "$(cat "$tmp/log")"; finish; }
try "an agent has found something" await 15 logged 'poll=office .*outcome=done'

# --- two agents on one store: the second one, with another socket, gives up; the first goes on ---
if exits 1 there --agent "$tmp/agent2.yaml" --db "$tmp/one/db" && grep -q "being written" "$tmp/exits.err"; then
	ok "a second agent on its store is refused"
else not_ok "a second agent on its store is refused" "$(cat "$tmp/exits.err")"; fi
try "it has left no socket" [ ! -e "$tmp/sock2" ]
ln -s "$tmp/one/db" "$tmp/link"
if exits 1 there --agent "$tmp/agent2.yaml" --db "$tmp/link" && grep -q "being written" "$tmp/exits.err"; then
	ok "by another name of the file, too"
else not_ok "by another name of the file, too" "$(cat "$tmp/exits.err")"; fi
if exits 1 there --agent "$tmp/agent.yaml" --db "$tmp/other/db"; then
	ok "one with its socket and another store is refused"
else not_ok "one with its socket and another store is refused" "$(cat "$tmp/exits.err")"; fi
n=$(count 'poll=office .*outcome=done')
more() { [ "$(count 'poll=office .*outcome=done')" -gt $((n + 1)) ]; }
try "the first one polls on" await 15 more
try "and answers" "$MUSTER" status --socket "$sock"
others=()
for i in 1 2 3; do
	ip netns exec "$net-point" "$MUSTER" agent --agent "$tmp/agent2.yaml" --db "$tmp/both" > "$tmp/log.$i" 2>&1 &
	others+=($!)
done
running() { [ "$(grep -l 'event=agent-started' "$tmp"/log.? 2> "$tmp/gone" | wc -l)" -eq "$1" ]; }
gave_up() { [ "$(grep -l 'being written' "$tmp"/log.? 2> "$tmp/gone" | wc -l)" -eq "$1" ]; }
try "of three that begin at once one runs" await 8 running 1
try "and two give up" await 8 gave_up 2
try "for good" running 1
kill -TERM "${others[@]}" 2> "$tmp/gone"; wait "${others[@]}"
kill -TERM "$agent"; wait "$agent"; agent=

# --- a store of a newer muster ---
python3 - "$tmp/one/db" "$tmp/newer" <<'END'
import shutil, sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
shutil.copy(sys.argv[1], sys.argv[2] + "/was")
db.execute("PRAGMA user_version = 999")
for end in "", "-wal":  # as it is when nobody could put the last change into the file
    shutil.copy(sys.argv[1] + end, sys.argv[2] + "/left" + end)
db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
shutil.copy(sys.argv[1], sys.argv[2] + "/db")
END
refused "a store of a newer muster is refused, untouched" "$tmp/newer/db" "newer muster"
try "and says what to do" grep -q "$tmp/newer/db" "$tmp/exits.err"
[ -s "$tmp/newer/left-wal" ] || not_ok "a change beside its file"
refused "so is one whose newest change is beside it" "$tmp/newer/left" "newer muster"
echo "not a store" > "$tmp/newer/text"
refused "what is no store is refused, untouched" "$tmp/newer/text" "text"
start "$tmp/newer/was" && try "the one before it was touched is taken" logged "agent-started.*newer/was"
kill -TERM "$agent"; wait "$agent"; agent=
try "nobody is left" [ -z "$(ip netns pids "$net-point")" ]
finish
