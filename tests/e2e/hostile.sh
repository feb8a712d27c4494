#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Names that machines, directories, files and an agent's socket may choose, in every command that
# shows them: a terminal obeys none of what comes out, and programs can read it. Sends no packet.
# What stands after || shows why, and fails, whatever failed before it:
# shellcheck disable=SC2015 source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

hostile() { python3 "$root/tests/e2e/hostile.py" "$@"; }
export MUSTER_DB=$tmp/db
sock=$tmp/sock
heard=$tmp/heard; mkdir "$heard"
evil=$'e\e]0;x\a\rc\xc2\x9b2Jb\xe2\x80\xaed\xff'

# shellcheck disable=SC2317 # called by try
ends() { # NAME STATUS COMMAND...: so, and says something
	local name=$heard/$1 status=$2 rc=0; shift 2
	"$@" > "$name.out" 2> "$name.err" < /dev/null || rc=$?
	[ "$rc" -eq "$status" ] || { echo "status $rc, not $status: $(cat -v "$name.err")"; return 1; }
	[ -s "$name.out" ] || [ -s "$name.err" ] || { echo "said nothing"; return 1; }
}
# speaks NAME STATUS ARGUMENT... - what muster says is looked at when all of it is there
speaks() {
	local name=$1 status=$2; shift 2
	try "$name" ends "${name// /_}" "$status" "$MUSTER" "$@"
}
shows() { grep -qF -- "$2" "$heard/$1.out"; } # NAME TEXT

# --- the store ---
hostile store > "$tmp/store.ndjson"
hostile leases > "$tmp/leases"
hostile nmap > "$tmp/nmap.xml"
{ head -n 1 "$tmp/store.ndjson"; echo "{\"v\":1,\"$evil\":2}"; echo '{"v":1,"\u001b\u009b\u202e":2}'; } > "$tmp/broken"
speaks "import" 0 import "$tmp/store.ndjson"
speaks "import nmap" 0 import "$tmp/nmap.xml"
speaks "import leases" 0 import --leases "$tmp/leases"
speaks "import what is broken" 1 import "$tmp/broken"
speaks "import of a file with such a name" 1 import "$tmp/$evil"
d=198.18.3.1
speaks "devices" 0 devices
try "devices shows the names" shows devices 'e\x1b]0;x\x07\x0dc\xc2\x9b2Jb\xe2\x80\xaed'
speaks "devices filtered" 0 devices "$evil"
speaks "domains" 0 domains
speaks "domain" 0 domains "$(printf 'De\e]0;x\a\rc\xc2\x9b2Jb\xe2\x80\xaed\nn\x7f\xe2\x81\xa6\xe2\x80\xa8"'\''\\<&=,;%%s')"
speaks "no such domain" 1 domains "$evil"
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 30; do
	speaks "show $i" 0 show 198.18.3.$i --why
done
speaks "show nobody" 1 show "$evil"
speaks "why-not" 0 why-not $d 198.18.3.2
speaks "changes" 0 changes
speaks "diff" 0 diff 2026-11-21T20:15:05Z
speaks "store" 0 store info
speaks "store check" 0 store check
# SQLite names what it finds as the file does, which may be anybody's.
odd=$'x\e]0;x\a\xc2\x9b\xe2\x80\xae'
cp "$MUSTER_DB" "$tmp/odd.db"
sqlite3 "$tmp/odd.db" "CREATE TABLE \"$odd\"(a); INSERT INTO \"$odd\" VALUES(NULL); PRAGMA writable_schema = ON;
	UPDATE sqlite_schema SET sql = 'CREATE TABLE \"$odd\"(a NOT NULL)' WHERE name = '$odd'" > "$tmp/sqlite" 2>&1
speaks "check of an odd store" 1 store check --db "$tmp/odd.db"
try "which names the table" shows check_of_an_odd_store 'x\x1b]0;x\x07\xc2\x9b\xe2\x80\xae.a'
try "set" "$MUSTER" set $d room=$'a\xe2\x80\xaeb'
speaks "set what is no text" 2 set $d room="$evil"
speaks "merge" 0 merge $d 198.18.3.2
speaks "split" 0 split $d 198.18.3.2
speaks "undo list" 0 undo --list
speaks "undo" 0 undo
speaks "show what was decided" 0 show $d --why

# --- what an agent is told, and tells ---
cat > "$tmp/agent.yaml" <<END
agent:
  accepted: yes
  site: "default"
  socket: $tmp/none
scope:
  allow: [198.18.0.0/16]
ranges:
  net: {targets: [198.18.3.0/24], schedule: every 60min}
ad:
  current: {domain: corp.example, schedule: every 60min}
locations:
  here: {subnet: [198.18.3.0/24], ad_site: [elsewhere]}
groups:
  all: {unit: [corp.example]}
END
sed '1,2s/yes/yes\n  "\\e]0;x\\a\\x9b\\u202e": 1/; s|here: .*|here: {subnet: ["\\e]0;x\\a\\x9b\\u202e"]}|' \
	"$tmp/agent.yaml" > "$tmp/wrong.yaml"
sed 's/"default"/"d\\u202e"/' "$tmp/agent.yaml" > "$tmp/site.yaml"
speaks "location" 1 location --agent "$tmp/agent.yaml" $d --why
speaks "disagreements" 0 location --agent "$tmp/agent.yaml" --disagreements
speaks "devices of another site" 0 location --agent "$tmp/site.yaml" --what-if "$tmp/agent.yaml"
speaks "what if it is wrong" 1 location --agent "$tmp/agent.yaml" --what-if "$tmp/wrong.yaml"
speaks "check of what is wrong" 1 config check --agent "$tmp/wrong.yaml"
speaks "check of what is not there" 1 config check "$tmp/$evil"
cp "$tmp/agent.yaml" "$tmp/$evil.yaml"
speaks "check of such a file" 0 config check --agent "$tmp/$evil.yaml"
speaks "a range in such a file" 0 range disable net --agent "$tmp/$evil.yaml"
speaks "the configuration" 0 config show --agent "$tmp/site.yaml"
speaks "propose" 0 config propose
try "propose has the site" shows propose 'ad_site: ["Se\x1b]0;x'
try "propose can be read" exits 0 "$MUSTER" config check --agent "$heard/propose.out"

python3 "$root/tests/e2e/hostile.py" agent "$sock" & agent=$!
trap 'kill $agent; rm -rf "$tmp"' EXIT
for _ in {1..100}; do [ -S "$sock" ] && break; sleep 0.05; done
speaks "status" 0 status --socket "$sock"
speaks "history" 0 status --history --socket "$sock"
speaks "status ndjson" 0 status --socket "$sock" --format ndjson
speaks "history ndjson" 0 status --history --socket "$sock" --format ndjson
speaks "poll" 0 poll net --socket "$sock"
speaks "pause" 1 pause net --socket "$sock"
try "status is JSON" jq -e . "$heard/status_ndjson.out" "$heard/history_ndjson.out"

try "a terminal obeys nothing of it" hostile tame "$heard"/*

# --- what programs read ---
for c in devices changes "diff 2026-11-21T20:15:05Z"; do
	for f in ndjson csv; do
		# shellcheck disable=SC2086 # two words
		"$MUSTER" $c --format $f > "$heard/${c%% *}.$f" 2> "$tmp/err" || not_ok "$c as $f" "$(cat "$tmp/err")"
	done
	try "${c%% *} is CSV" hostile csv < "$heard/${c%% *}.csv"
	try "${c%% *} is JSON" jq -es 'length > 0' "$heard/${c%% *}.ndjson"
done
"$MUSTER" devices --format xml > "$heard/devices.xml"
try "devices is XML" xmllint --noout "$heard/devices.xml"
"$MUSTER" export > "$heard/export.ndjson"
try "export is JSON" jq -es 'length > 10' "$heard/export.ndjson"
"$MUSTER" show $d --format ndjson > "$heard/show.ndjson"
"$MUSTER" domains --format ndjson > "$heard/domains.ndjson"
try "show and domains are JSON" jq -e . "$heard/show.ndjson" "$heard/domains.ndjson"
try "an export is what was imported" bash -c \
	'! diff <(jq -cS .facts "$0" | sort) <(jq -cS .facts "$1" | sort) | grep "^<"' \
	"$tmp/store.ndjson" "$heard/export.ndjson"
finish
