#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What people decide and import while an agent has the store goes through it: the same words, the
# same status and the same inventory as in a store that nobody has.
# shellcheck disable=SC2015,SC2317 source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/lib_point.sh
. "$(dirname "$0")/lib_point.sh"

host h1 198.18.250.11 00:16:3e:5e:fa:11
conf "ranges:
  office: {enabled: no, targets: [198.18.250.0/27]}"
start "$tmp/db" || { not_ok "the agent starts" "$(cat "$tmp/log")"; finish; }
export SUDO_USER=anna
key='"ssh.hostkey":["SHA256:uNiVztksCsDhcc0u9e8BrjJXuKmGdA7t5bCbk5dXZ9w"]'
record() { # RUN IP FACTS
	printf '{"v":1,"at":"2026-11-21T%02d:00:00.000000Z","source":"sweep","run":"r%d","point":"p","site":"main","ip":"%s","evidence":"reply","facts":{%s}}\n' \
		"$1" "$1" "$2" "$3"
}
mac() { printf '"mac":"3c:00:00:00:00:%s","mac.onlink":true' "$1"; }
{
	record 1 10.0.0.1 "$(mac 01),\"netbios.name\":\"NAS\\u001b[31m\\\\\",\"netbios.domain\":\"HOME\""
	record 1 10.0.0.2 "$(mac 02),\"netbios.name\":\"NAS2\",\"netbios.domain\":\"HOME\""
	record 1 10.0.0.3 "$(mac 03),\"netbios.name\":\"PAPER\",\"netbios.domain\":\"HOME\""
	record 1 10.0.0.11 "$(mac 11),$key"
	record 2 10.0.0.12 "$(mac 12),$key"
	record 2 10.0.0.4 ''
	echo 'no record'
} > "$tmp/records.ndjson"
{ record 3 10.0.0.44 "$(mac 44)" | sed 's/"run":"r3","point":"p","site":"main",//'; echo 'no record'; } > "$tmp/bare.ndjson"

# The same here and there: what is printed, what is told, the status.
here() { "$MUSTER" "$@" --db "$tmp/db" --socket "$sock"; }
there() { "$MUSTER" "$@" --db "$tmp/direct"; }
alike() {
	local where rc
	for where in here there; do
		rc=0
		$where "$@" > "$tmp/$where" 2>&1 < /dev/null || rc=$?
		echo "status $rc" >> "$tmp/$where"
	done
	diff "$tmp/there" "$tmp/here" && tail -n 1 "$tmp/here"
}
# is_alike STATUS COMMAND...
is_alike() { local want=$1; shift; [ "$(alike "$@")" = "status $want" ] || { alike "$@"; cat "$tmp/here"; return 1; }; }
all_alike() {
	local want line
	while read -r want line; do
		eval "set -- $line"
		is_alike "$want" "$@" || { echo "$line"; return 1; }
	done
}
inventory() { "$MUSTER" devices --db "$1" -f ndjson | jq -cS 'del(.id, .first_seen, .last_seen)'; }

# --- import ---
try "what is imported is counted in the same words" all_alike << END
1 import '$tmp/records.ndjson'
1 import '$tmp/records.ndjson'
1 import --site lab --point p1 '$tmp/bare.ndjson'
1 import --site lab --point p1 '$tmp/bare.ndjson'
0 import '$root/tests/data/leases/isc'
0 import '$root/tests/data/leases/kea'
0 import '$root/tests/data/leases/isc'
0 import '$root/tests/data/nmap/services.xml'
1 import --leases '$tmp/bare.ndjson'
1 import '$tmp/none'
END
"$MUSTER" export --db "$tmp/direct" | jq -cS . > "$tmp/a"
"$MUSTER" export --db "$tmp/db" | jq -cS . > "$tmp/b"
same "every record is of the site, point and run that it names" "$tmp/a" "$tmp/b"
inventory "$tmp/direct" > "$tmp/a"; inventory "$tmp/db" > "$tmp/b"
same "the inventory is the same" "$tmp/a" "$tmp/b"
runs() { sqlite3 -cmd '.timeout 5000' "$1" "SELECT id, source, site, complete FROM run ORDER BY id"; }
runs "$tmp/direct" > "$tmp/a"; runs "$tmp/db" > "$tmp/b"
same "the same runs are in it" "$tmp/a" "$tmp/b"
no_site() { # a broken import is not complete, here as there
	[ "$(sqlite3 "$tmp/db" "SELECT complete FROM run WHERE site = 'lab'")" = 0 ]
}
try "one of which lines were refused is not complete" no_site

# --- decisions ---
try "who is who, and what holds it up" all_alike << 'END'
0 merge 10.0.0.1 10.0.0.2
2 merge 10.0.0.1 10.0.0.2
1 merge 10.0.0.1 nobody
0 pin 10.0.0.1
2 pin 10.0.0.4
0 undo 2
2 undo 2
0 split 10.0.0.11 10.0.0.12
2 merge 10.0.0.11 10.0.0.12
2 split 10.0.0.3 10.9.9.9
2 split 10.0.0.3 $'nobody\e[2J'
1 undo 77
2 undo x
0 undo
0 undo
1 undo
2 merge 10.0.0.1
END
sees() { "$MUSTER" show "$1" --db "$tmp/db" -f ndjson | jq -r "$2"; }
at_once() {
	here set 10.0.0.3 name=hall kind=camera room=2.14 && [ "$(sees hall .fields.kind)" = camera ] &&
		there set 10.0.0.3 name=hall kind=camera room=2.14
}
try "a field that is set is seen at once" at_once
try "a field in the same words" all_alike << 'END'
0 set hall owner='Anna "A" \ Schmidt' note=größe
2 set hall room
2 set hall tcp.open=1
2 set hall ROOM=1
2 set hall room=$'2\e[31m'
1 set nobody room=1
0 set hall room=
1 set hall room=
END
try "it is locked" bash -c '"$1" import --db "$2" --socket "$3" - 2> /dev/null; [ "$("$1" show 10.0.0.3 --db "$2" -f ndjson | jq -r .name)" = hall ]' . \
	"$MUSTER" "$tmp/db" "$sock" <<< "$(record 5 10.0.0.3 "$(mac 03),\"netbios.name\":\"OTHER\"")"
there import - 2> "$tmp/told" <<< "$(record 5 10.0.0.3 "$(mac 03),\"netbios.name\":\"OTHER\"")"
ledger() { "$MUSTER" undo --list --db "$1" | sed -E 's/  [0-9T:.Z-]+  / /'; }
ledger "$tmp/direct" > "$tmp/a"; ledger "$tmp/db" > "$tmp/b"
same "the ledger says who decided: whom sudo names" "$tmp/a" "$tmp/b"
try "by name" grep -q '^3 anna  split (undone): ' "$tmp/b"
try "the log says it" logged 'event=decided decision=merge actor=anna: 1: '
try "forget asks, or not" all_alike << 'END'
2 forget hall
1 forget --yes hall nobody
0 forget --yes hall 10.0.0.4
1 forget --yes hall
END
inventory "$tmp/direct" > "$tmp/a"; inventory "$tmp/db" > "$tmp/b"
same "the inventory is the same again" "$tmp/a" "$tmp/b"

# --- between the batches of a sweep, and by ear ---
ip netns exec "$net-point" "$MUSTER" scan 198.18.250.0/26 --rate 10 --db "$tmp/db" --socket "$sock" --no-names --no-talk > "$tmp/slow" 2>&1 &
slow=$!
begun() { [ "$(count 'command="muster scan')" -ge 1 ]; }
try "a slow sweep begins" await 10 begun
try "it is decided while it goes on" here set 10.0.0.1 room=1
try "which is seen" [ "$(sees 10.0.0.1 '.fields.room')" = 1 ]
try "and before it has ended" kill -0 "$slow"
kill -INT "$slow"; wait "$slow"
hears() { # WORD: of the host that says something meanwhile
	ip netns exec "$net-point" "$MUSTER" listen -i eth0 --duration 30s --db "$tmp/db" --socket "$sock" > "$tmp/heard" 2> "$tmp/told" &
	local ear=$! rc=0
	say() { ip -n "$net-h1" neigh flush dev eth0; ip netns exec "$net-h1" ping -q -c 1 -W 1 198.18.250.99; grep -q " $1 *198.18.250.11 " "$tmp/heard"; }
	await 10 say "$1" || rc=1
	kill -INT "$ear"; wait "$ear"
	[ "$rc" -eq 0 ] && grep -q 'the agent has it: [1-9][0-9]* observations' "$tmp/told" || { cat "$tmp/heard" "$tmp/told"; return 1; }
}
try "what is heard is taken" hears new
try "and known" is_device 198.18.250.11
try "the next time, too" hears known
try "as heard" [ "$(sqlite3 -cmd '.timeout 5000' "$tmp/db" "SELECT count(*) FROM observation o JOIN run r ON r.id = o.run WHERE r.source = 'passive' AND o.ip <> ''")" -gt 0 ]

# --- what is refused ---
resume() { exits 1 ip netns exec "$net-point" "$MUSTER" scan --resume --db "$tmp/db" --socket "$sock" && grep -q 'systemctl stop muster-agent' "$tmp/exits.err"; }
try "--resume says what to do" resume
try "without its socket it is refused as before" bash -c '! "$1" pin 10.0.0.1 --db "$2" --socket "$2.none" 2> "$3" && grep -q "being written by another muster" "$3"' . \
	"$MUSTER" "$tmp/db" "$tmp/told"
other() { # another command has another store
	exec 9< "$tmp/direct"
	flock 9
	exits 1 "$MUSTER" pin 10.0.0.1 --db "$tmp/direct" --socket "$sock" &&
		grep -q 'does not take this: the agent has another store' "$tmp/exits.err"
	local rc=$?
	exec 9<&-
	return "$rc"
}
try "an agent has one store" other
long() { # more than a request may have
	exits 2 here set 10.0.0.1 "$(printf 'a%.0s' {1..70000})=1" && grep -q 'longer than 64 KiB' "$tmp/exits.err"
}
try "what is too long is told" long
cat > "$tmp/client.py" << 'END'
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
s.sendall(open(sys.argv[2], "rb").read())
print(s.recv(65536).decode())
END
nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
as_nobody() { # STORE: it says to be root
	printf '{"v":1,"do":"decide","store":"%s","decision":"set","actor":"root","args":["10.0.0.1","room=7"]}\n' "$1" > "$tmp/ask"
	nobody /usr/bin/python3 "$tmp/client.py" "$sock" "$tmp/ask"
}
chmod 711 "$tmp"; chmod 666 "$sock"
may_not() { as_nobody "$tmp/db" | grep 'only root and the agent' && [ "$(sees 10.0.0.1 .fields.room)" = 1 ]; }
try "who may not control the agent decides nothing" may_not
kill -TERM "$agent"; wait "$agent"; rc=$?; agent=
if [ $rc -eq 0 ]; then ok "the agent ends"; else not_ok "the agent ends" "status $rc"; fi
try "the store passes its own check" "$MUSTER" store check --db "$tmp/db"

# --- an agent of its own user: nobody speaks for another ---
mkdir "$tmp/own" && chown 65534:65534 "$tmp/own"
nobody "$MUSTER" import --db "$tmp/own/db" - < "$tmp/records.ndjson" 2> "$tmp/told"
sed -i "s#socket: $sock,#socket: $tmp/own/sock,#; s#metrics: $tmp/metrics#metrics: $tmp/own/metrics#" "$tmp/agent.yaml"
sock=$tmp/own/sock
ip netns exec "$net-point" setpriv --reuid 65534 --regid 65534 --clear-groups \
	"$MUSTER" agent --agent "$tmp/agent.yaml" --db "$tmp/own/db" >> "$tmp/log" 2>&1 &
agent=$!
try "an agent of another user" await 10 "$MUSTER" status --socket "$sock"
own() { as_nobody "$tmp/own/db" | grep '"ok":true' && "$MUSTER" show 10.0.0.1 --why --db "$tmp/own/db" | grep -E '^room +yes +person \(nobody\) .* 7$'; }
try "who asks is who the socket says" own
kill -TERM "$agent"; wait "$agent"; agent=
finish
