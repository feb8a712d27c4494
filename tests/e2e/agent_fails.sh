#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Polls that cannot begin, and a sweep whose link is down: status, history and log say why, and no
# such run counts as a success.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

# --- by hand: the end line on descriptor 3 is the one place ---
early() { # NAME TEXT COMMAND...
	local name=$1 text=$2; shift 2
	unshare -n "$MUSTER" "$@" --emit 3> "$tmp/control" > "$tmp/records" 2> "$tmp/err" < /dev/null
	local rc=$?
	if [ $rc -ne 0 ] && [ "$(grep -c '"kind":"end"' "$tmp/control")" -eq 1 ] &&
		grep -q "\"error\":\".*$text" "$tmp/control" && [ ! -s "$tmp/err" ]; then
		ok "$name"
	else not_ok "$name" "$rc: $(cat "$tmp/control" "$tmp/err")"; fi
}
[ "$(id -u)" -eq 0 ] || { skip "all" "needs root for network namespaces"; finish; }
early "a wrong option ends on descriptor 3" '99999' scan 192.0.2.1 --ports 99999
early "an interface that is not there" 'eth99' scan 192.0.2.1 --interface eth99
early "a name that nobody knows" 'no.such.example' scan no.such.example
early "an unknown credential" 'nobody' ad --domain x.example --credential nobody
early "a WINS server that is none" 'nonsense' windows --wins nonsense
early "a file that is not there" 'none.pcap' listen --packets-from "$tmp/none.pcap"
if unshare -n "$MUSTER" scan 192.0.2.1 --interface eth99 --emit > "$tmp/records" 2> "$tmp/err"; then
	not_ok "without descriptor 3 people read it" "it is done"
else try "without descriptor 3 people read it" grep -q eth99 "$tmp/err"; fi

# --- an agent ---
# shellcheck source=tests/e2e/lib_point.sh
. "$(dirname "$0")/lib_point.sh"
host h1 198.18.250.11 00:16:3e:5e:fa:11
conf "ranges:
  office: {targets: [198.18.250.2-198.18.250.126], schedule: every 1s, names: no, talk: no}
windows:
  gone: {interfaces: [eth99], quick: every 2s, full: daily 04:00}
ad:
  directory: {domain: x.example, credential: nobody, schedule: every 2s}"
export HOME=$tmp
start "$tmp/db" || { not_ok "the agent starts and answers" "$(cat "$tmp/log")"; finish; }
said() { "$MUSTER" status "$1" --socket "$sock" | grep -q -- "$2"; }
try "status says which credential" await 10 said directory 'failed .*nobody'
try "and which interface" await 10 said gone.quick 'failed .*eth99'
try "so does the log" logged 'event=poll-ended poll=directory .*outcome=failed .*nobody'
if logged 'without saying how it went'; then not_ok "no run ends without a word" "$(cat "$tmp/log")"
else ok "no run ends without a word"; fi

try "the link is up: done" await 10 logged 'poll=office .*outcome=done'
ip -n "$net-sw" link set p-point down
ip -n "$net-point" link set eth0 down
try "the link is down: failed" await 25 said office 'failed .*\(route\|down\)'
success() { grep 'last_success.*office' "$tmp/metrics" | grep -o '[0-9]*$'; }
await 20 success
before=$(success)
failures() { grep -c 'poll=office .*outcome=failed' "$tmp/log"; }
had=$(failures)
more() { [ "$(failures)" -gt $((had + 1)) ]; }
try "again and again" await 10 more
if [ -n "$before" ] && [ "$(success)" = "$before" ]; then ok "the last success stays what it was"
else not_ok "the last success stays what it was" "$before, now $(success)"; fi
ip -n "$net-sw" link set p-point up
ip -n "$net-point" link set eth0 up
try "the link is up again: done" await 15 said office ' done '

# --- a link that goes down and comes up in the middle of a sweep: it goes on, and tells ---
capture || not_ok "tcpdump listens" "$(cat "$tmp/wire.log")"
sed -i 's|^windows:|  long: {targets: [198.18.250.0/25], rate: 30, schedule: start, names: no, talk: no}\n&|' "$tmp/agent.yaml"
kill -HUP "$agent"
"$MUSTER" pause office --socket "$sock" > "$tmp/now"
await 10 logged 'config-read polls=5'
far() { [ "$(asked 0 | wc -l)" -ge 30 ]; }
try "a sweep is under way" await 10 far
ip -n "$net-point" link set eth0 down
stands() { local n; n=$(wc -l < "$tmp/wire"); sleep 1; [ "$(wc -l < "$tmp/wire")" -eq "$n" ]; }
try "without its link it stands still" await 5 stands
host h3 198.18.250.120 00:16:3e:5e:fa:78
ip -n "$net-point" link set eth0 up
try "with it the sweep goes on to its end" await 30 logged 'poll=long .*outcome=done'
n=$(count 'poll-started poll=long')
if [ "$n" -eq 1 ]; then ok "in one run"; else not_ok "in one run" "$n"; fi
seq 2 126 | grep -vx 66 > "$tmp/a"
asked 0 | awk '$1 > 1 && $1 < 127' > "$tmp/b"
same "all were asked" "$tmp/a" "$tmp/b"
for address in 198.18.250.11 198.18.250.120; do
	try "$address is found" is_device $address state=up
done
said_so() { sqlite3 -cmd '.timeout 5000' "$tmp/db" "SELECT about || ': ' || text FROM reason WHERE code = 'link-away'" | grep -q 'eth0: The link took no packets for [1-9]'; }
try "and its run tells of it" said_so
"$MUSTER" resume office --socket "$sock" > "$tmp/now"

# --- the history tells it, to everybody ---
chmod 711 "$tmp"
past() { setpriv --reuid 65534 --clear-groups "$MUSTER" status "$@" --history --socket "$sock"; }
past office > "$tmp/past"
try "a run that was done" grep -qE '^20.* office  done, .* found of [1-9].* asked, recall [0-9.]+ %, loss' "$tmp/past"
try "one that failed, and why" grep -qE '^20.* office  failed, .*: .*(route|down)' "$tmp/past"
try "no other poll" bash -c '! grep -q directory "$1"' . "$tmp/past"
try "and of all polls" bash -c 'grep -q directory <<< "$1"' . "$(past)"
past office --format ndjson > "$tmp/past"
try "for programs" jq -es 'all(.kind == "run") and any(.outcome == "done" and .recall.estimate > 0.5)' "$tmp/past"
"$MUSTER" status --format ndjson --socket "$sock" > "$tmp/now"
try "so is the status" jq -es '(map(select(.kind == "agent")) | length == 1) and any(.name == "directory" and (.last.reason | test("nobody")))' "$tmp/now"
try "the last run's recall is in it" bash -c '"$1" status office --socket "$2" | grep -qE "recall [0-9.]+ %, loss"' . "$MUSTER" "$sock"

# --- strangers who say nothing keep nobody out ---
python3 -c 'import os, socket, sys, time
s = [socket.socket(socket.AF_UNIX) for i in range(40)]
os.setuid(65534)
for one in s: one.setblocking(False)
for one in s:
    try: one.connect(sys.argv[1])
    except OSError: pass
os.write(1, b"there")
time.sleep(8)' "$sock" > "$tmp/strangers" &
strangers=$!
await 5 grep -q there "$tmp/strangers"
if timeout 5 "$MUSTER" status office --socket "$sock" > "$tmp/now" 2>&1; then ok "strangers keep nobody out"
else not_ok "strangers keep nobody out" "$(cat "$tmp/now")"; fi
kill "$strangers"

# --- what it was is known to the next agent ---
before=$(sqlite3 -cmd '.timeout 5000' "$tmp/db" "SELECT max(finished)/1000000 FROM poll_run WHERE poll = 'office' AND outcome = 'done'")
kill -TERM "$agent"; wait "$agent"
rm "$tmp/metrics"
conf "ranges:
  office: {targets: [198.18.250.2-198.18.250.126], schedule: every 12h, names: no, talk: no}"
start "$tmp/db"
await 20 success
if [ "$(success)" -ge "$before" ]; then ok "the last success is known after a restart"
else not_ok "the last success is known after a restart" "$before, now $(success)"; fi

# --- what a poll brings is told at its end, not with the next look around ---
: > "$tmp/log"
host h2 198.18.250.12 00:16:3e:5e:fa:12
"$MUSTER" poll office --socket "$sock" > "$tmp/now" 2>&1
await 10 logged 'event=poll-ended poll=office'
try "its events are told at once" await 2 logged 'event=device-new'
kill -TERM "$agent"; wait "$agent"; agent=
finish
