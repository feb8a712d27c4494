#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A machine behind a router that speaks SMB and nothing else shows itself to no poll of Windows.
# A sweep has seen that it lives: from then on a full poll asks it who it is, of a person and of an
# agent, but for what is excluded, and an agent for what is in none of its ranges.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

in_lab domains
db=$tmp/muster.db
agent=
down() {
	[ -z "$agent" ] || kill -9 "$agent" 2> /dev/null
	"$lab" down > "$tmp/down" 2>&1
	rm -rf "$tmp"
}
trap down EXIT
far=198.18.193.10 beyond=198.18.193.200
"$lab" exec afar nft -f - <<< 'table ip hush { chain in { type filter hook input priority 0; udp dport 137 drop; }; }'
"$lab" exec afar ip address add $beyond/24 dev eth0

# --- a person ---
sweep() { exits 0 scan "$MUSTER" scan "$far" "$beyond" --probe icmp-echo --no-talk --no-names --no-identify --site hq --db "$1"; }
poll() { # NAME DB ARG...
	local name=$1 in=$2; shift 2
	try "the poll is done: $name" exits 0 scan "$MUSTER" windows --site hq --db "$in" --wins none --no-lists \
		--format ndjson "$@"
	cp "$tmp/exits.out" "$tmp/$name"
	cp "$tmp/exits.err" "$tmp/$name.notes"
}
# told FILE - who tells by SMB who he is
told() { jq -r 'select(.facts["smb.computer"] and (.ip // "" | startswith("198.18.193."))) | .ip + " " + .facts["smb.computer"]' \
	"$tmp/$1" | sort -u > "$tmp/b"; }
says() { grep -qF -- "$2" "$tmp/$1.notes" || { cat "$tmp/$1.notes"; return 1; }; }
poll nobody "$tmp/empty.db"
told nobody
: > "$tmp/a"
same "who is behind a router and has no NetBIOS shows itself to no poll" "$tmp/a" "$tmp/b"
try "and of nobody it is said that he is known" bash -c '! grep -q known-asked "$0"' "$tmp/nobody.notes"
try "a sweep sees that it lives" sweep "$db"
cp "$db" "$tmp/person.db"
poll known "$tmp/person.db"
told known
printf '%s AFAR\n' $far > "$tmp/a"
same "then it is asked, and tells" "$tmp/a" "$tmp/b"
try "which is said" says known 'or live and may: 2; asked, one by one: 2, excluded: 0'
try "and what it was" grep -q '"domain.asked":\[[^]]*"known"' "$tmp/known"
poll excluded "$tmp/person.db" --exclude $far
told excluded
: > "$tmp/a"
same "unless it is excluded" "$tmp/a" "$tmp/b"
try "which is said, too" says excluded ', excluded: 1 [known-asked]'
poll unknown "$tmp/person.db" --no-known
told unknown
same "or nobody known is wanted" "$tmp/a" "$tmp/b"
refused() { exits 2 "$MUSTER" windows "${@:2}" && grep -qF -- "$1" "$tmp/exits.err"; }
try "a file of known ones is for --emit" refused '--known-from is for --emit' --known-from "$tmp/a"
try "and for no quick poll" refused 'leave --known-from out' --emit --quick --known-from "$tmp/a"

# --- an agent ---
cat > "$tmp/agent.yaml" <<END
agent: {site: hq, point: p1, socket: $tmp/sock, min_free: 0}
scope: {allow: [198.18.192.0/23]}
ranges:
  far: {targets: [198.18.193.0/28], schedule: every 1h, names: no, talk: no}
windows:
  all: {wins: [none], quick: after far, full: after far}
  less: {wins: [none], exclude: [$far], quick: every 1d, full: after all.full}
END
scan "$MUSTER" agent --agent "$tmp/agent.yaml" --db "$db" > "$tmp/log" 2>&1 &
agent=$!
ended() { grep -qs "event=poll-ended poll=$1 .*outcome=done" "$tmp/log"; }
for poll in far all.full less.full; do
	for _ in {1..600}; do ended $poll && break; sleep 0.1; done
	try "$poll is done" ended $poll
done
kill "$agent"
wait "$agent"
agent=
reasons() { sqlite3 "$db" "SELECT text FROM reason r JOIN run ON run.id = r.run WHERE code = 'known-asked' AND
	started >= (SELECT max(started) FROM run WHERE source = 'sweep') ORDER BY r.id" | sed 's/.*or live and may: //'; }
reasons > "$tmp/b"
printf '%s\n' '1; asked, one by one: 1, excluded: 0' '1; asked, one by one: 0, excluded: 1' > "$tmp/a"
same "an agent's full polls ask whom its ranges have, but not who is excluded" "$tmp/a" "$tmp/b"
"$MUSTER" devices --db "$db" --format ndjson smb.computer=AFAR | jq -r '.addresses[].ip' > "$tmp/b"
echo $far > "$tmp/a"
same "and learn who it is" "$tmp/a" "$tmp/b"

finish
