#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A command that finds something while an agent has the store hands it to the agent.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/lib_point.sh
. "$(dirname "$0")/lib_point.sh"

host h1 198.18.250.11 00:16:3e:5e:fa:11
host h2 198.18.250.12 00:16:3e:5e:fa:12
conf "ranges:
  office: {enabled: no, targets: [198.18.250.0/27]}
  slow: {schedule: sun 03:17, lifetime: 8d, targets: [198.18.250.64/26], rate: 20, names: no, talk: no}"
start "$tmp/db" || { not_ok "the agent starts" "$(cat "$tmp/log")"; finish; }
sweep() { ip netns exec "$net-point" "$MUSTER" scan "$@" --db "$tmp/db" --socket "$sock" --no-names --no-talk; }
sql() { sqlite3 -cmd '.timeout 5000' "$tmp/db" "$1"; }

try "a sweep is taken" sweep 198.18.250.0/28
sweep 198.18.250.0/28 > "$tmp/shown" 2> "$tmp/told"
try "it shows what it found" grep -q 198.18.250.12 "$tmp/shown"
try "and that the agent has it" grep -q 'the agent has it: [1-9][0-9]* observations kept' "$tmp/told"
try "the store knows the devices" is_device 198.18.250.12 state=up
try "of the agent's site and point" [ "$(sql "SELECT DISTINCT site || ' ' || point FROM observation")" = "lab p1" ]
try "the run is complete" [ "$(sql 'SELECT min(complete) FROM run')" = 1 ]
try "the log tells it" logged 'event=ingest-ended .*outcome=done'
ip netns del "$net-h1"
try "who is gone is down by what a command covered" bash -c '
	for i in 1 2; do ip netns exec "$1" "$2" scan 198.18.250.0/28 --db "$3" --socket "$4" --no-names --no-talk; done
	"$2" devices 198.18.250.11 state=down --db "$3" | grep -q .' . "$net-point" "$MUSTER" "$tmp/db" "$sock"

# --- one that is killed, and an agent that is ---
sweep 198.18.250.0/26 --rate 10 > "$tmp/slow" 2>&1 &
slow=$!
begun() { [ "$(count ingest-started)" -ge "$1" ]; }
try "a slow one begins" await 10 begun 5
has_some() { [ "$(sql "SELECT count(*) FROM observation WHERE run = (SELECT max(id) FROM run)")" -gt 0 ]; }
await 10 has_some
pkill -9 -P $slow; kill -9 $slow 2> /dev/null; wait $slow 2> /dev/null
try "what a killed one had sent is kept" await 15 logged 'event=ingest-ended .*the sender was gone'
sweep 198.18.250.0/26 --rate 10 > "$tmp/slow" 2>&1 &
slow=$!
await 10 begun 6
await 10 has_some
kill -9 "$agent"; wait "$agent" 2> /dev/null
if wait $slow; then not_ok "an agent that is killed is told" "$(tail -n 2 "$tmp/slow")"
else try "an agent that is killed is told" grep -q 'agent' "$tmp/slow"; fi
start "$tmp/db"
try "the next one takes a sweep again" sweep 198.18.250.0/28

# --- never two sweeps of an address at a time ---
slow_is() { "$MUSTER" status slow --socket "$sock" | grep -q "^slow .* $1 "; }
"$MUSTER" poll slow --socket "$sock" > "$tmp/asked" 2>&1
try "a poll sweeps" await 10 slow_is running
if exits 1 sweep 198.18.250.0/24 && grep -q 'the poll slow sweeps some of these addresses' "$tmp/exits.err"; then
	ok "who would sweep the same is told by which poll"
else not_ok "who would sweep the same is told by which poll" "$(cat "$tmp/exits.err")"; fi
try "others are taken meanwhile" sweep 198.18.250.0/28
try "the poll goes on" slow_is running
"$MUSTER" pause slow --socket "$sock" > "$tmp/asked" 2>&1
try "it is paused" await 15 logged 'poll=slow .*outcome=paused'
begins=$(($(count ingest-started) + 1))
sweep 198.18.250.80/28 --rate 5 > "$tmp/slow" 2>&1 &
slow=$!
try "then the same is taken" await 10 begun $begins
polled=$(count 'poll-started poll=slow')
"$MUSTER" resume slow --socket "$sock" > "$tmp/asked" 2>&1
try "and the poll waits for it" slow_is waiting
if exits 1 sweep 198.18.250.95 && grep -q 'another command sweeps .*(muster scan 198.18.250.80/28' "$tmp/exits.err"; then
	ok "as another command has to"
else not_ok "as another command has to" "$(cat "$tmp/exits.err")"; fi
if [ "$(count 'poll-started poll=slow')" -eq "$polled" ]; then ok "nothing begins meanwhile"
else not_ok "nothing begins meanwhile" "the poll did"; fi
pkill -9 -P $slow; kill -9 $slow 2> /dev/null; wait $slow 2> /dev/null
try "when it has ended the poll runs" await 15 slow_is running

# --- who may not ---
if exits 1 ip netns exec "$net-point" "$MUSTER" scan 198.18.250.0/28 --db "$tmp/db" --socket "$tmp/none" --no-names &&
	grep -q 'being written' "$tmp/exits.err"; then ok "without its socket it is refused as before"
else not_ok "without its socket it is refused as before" "$(cat "$tmp/exits.err")"; fi
printf '{"v":1,"do":"ingest","source":"sweep","command":"x","targets":"","store":"%s"}\n' "$tmp/db" > "$tmp/ask"
try "a request without sockets is refused" bash -c 'python3 -c "
import socket, sys
s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); s.sendall(open(sys.argv[2], \"rb\").read())
print(s.recv(4096).decode())" "$1" "$2" | grep -q "needs its three sockets"' . "$sock" "$tmp/ask"
kill -TERM "$agent"; wait "$agent"; rc=$?; agent=
if [ $rc -eq 0 ]; then ok "the agent ends"; else not_ok "the agent ends" "status $rc"; fi
try "the store passes its own check" "$MUSTER" store check --db "$tmp/db"
finish
