#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A distribution point in a network of its own: it polls by a schedule and listens, hosts come
# and go, workers and the agent itself are killed, its configuration changes, its disk is full.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

# shellcheck source=tests/e2e/lib_point.sh
. "$(dirname "$0")/lib_point.sh"
host h1 198.18.250.11 00:16:3e:5e:fa:11
host h2 198.18.250.12 00:16:3e:5e:fa:12

capture || not_ok "tcpdump listens" "$(cat "$tmp/wire.log")"

both="passive: {enabled: yes, interfaces: [eth0]}
ranges:
  office: {targets: [198.18.250.0/26], schedule: every 2s, names: no, talk: no}
  later: {targets: [198.18.250.64/28], schedule: after office, lifetime: 2h, names: no, talk: no}"

# --- it polls ---
conf "$both"
t0=$(now_us)
start "$tmp/db" || { not_ok "the agent starts and answers" "$(cat "$tmp/log")"; finish; }
ok "the agent starts and answers"
took=$((($(now_us) - t0) / 1000))
if [ $took -lt 2000 ]; then ok "within 2 s ($took ms)"; else not_ok "within 2 s" "$took ms"; fi
try "a sweep is done" await 15 logged 'poll=office .*outcome=done'
try "one follows another" await 15 logged 'poll=later .*outcome=done'
lives() { sqlite3 -cmd '.timeout 5000' "$tmp/db" 'SELECT group_concat(DISTINCT lifetime) FROM (SELECT lifetime FROM run
	WHERE targets LIKE "%'"$1"'%")'; }
if [ "$(lives 250.0) $(lives 250.64)" = "86400000000 7200000000" ]; then ok "each range has its lifetime"
else not_ok "each range has its lifetime" "$(lives 250.0) $(lives 250.64)"; fi
try "it listens beside" bash -c '"$1" status passive --socket "$2" | grep -q " running "' . "$MUSTER" "$sock"
try "both hosts are known" await 10 is_device 198.18.250.12 state=up
host h3 198.18.250.13 00:16:3e:5e:fa:13
try "a host that comes is seen" await 10 is_device 198.18.250.13 state=up
ip netns del "$net-h1"
try "one that goes is down" await 40 is_device 198.18.250.11 state=down
try "changes tell it" bash -c '"$1" changes --db "$2" | grep -q "198.18.250.11 *down"' . "$MUSTER" "$tmp/db"
try "figures are written" grep -q '^muster_agent_runs_total [1-9]' "$tmp/metrics"
if exits 1 ip netns exec "$net-point" "$MUSTER" agent --agent "$tmp/agent.yaml" --db "$tmp/db" &&
	grep -q 'being written' "$tmp/exits.err"; then
	ok "a second agent on the store is refused"
else not_ok "a second agent on the store is refused" "$(cat "$tmp/exits.err")"; fi

# --- what a person says ---
try "pause" "$MUSTER" pause office --socket "$sock"
await 10 bash -c '! "$1" status office --socket "$2" | grep -qE " (running|stopping) "' . "$MUSTER" "$sock"
try "it is told" bash -c '"$1" status office --socket "$2" | grep -q " paused "' . "$MUSTER" "$sock"
before=$(count 'poll-started poll=office')
sleep 2.5
if [ "$(count 'poll-started poll=office')" -eq "$before" ]; then ok "nothing runs meanwhile"
else not_ok "nothing runs meanwhile" "it ran"; fi
try "by hand all the same" "$MUSTER" poll office --socket "$sock"
runs_again() { [ "$(count 'poll-started poll=office')" -gt "$before" ]; }
try "it runs" await 5 runs_again
try "resume" "$MUSTER" resume --socket "$sock"
try "no such poll" exits 1 "$MUSTER" poll nothere --socket "$sock"
# Whoever is not root and not the agent's user may not change anything.
chmod 711 "$tmp"
try "others may ask how it goes" bash -c 'setpriv --reuid 65534 --clear-groups "$1" status --socket "$2" | grep -q "^office "' . "$MUSTER" "$sock"
if setpriv --reuid 65534 --clear-groups "$MUSTER" poll office --socket "$sock" > "$tmp/other" 2>&1 ||
	! grep -q "only root" "$tmp/other"; then
	not_ok "others may not change anything" "$(cat "$tmp/other")"
else ok "others may not change anything"; fi

# --- another configuration ---
conf "ranges: {office: {targets: [10.0.0.0/8], schedule: sometimes}}"
kill -HUP "$agent"
try "a wrong configuration is refused" await 5 logged 'config-refused'
try "every mistake is told" bash -c 'grep -q "sometimes" "$1" && grep -q "not in the scope" "$1"' . "$tmp/log"
try "the one before stays" bash -c '"$1" status later --socket "$2" | grep -q later' . "$MUSTER" "$sock"
conf "ranges:
  slow: {targets: [198.18.250.0/24], rate: 20, schedule: every 1h, names: no, talk: no}"
try "a changed file is noticed" await 8 logged 'config-read polls=1'
try "what it does not name ends" await 10 logged 'poll-removed'

# --- what is excluded while a sweep runs is asked no more, by that sweep either ---
slow="{targets: [198.18.250.0/24], rate: 20, schedule: every 1h, names: no, talk: no"
asks() { [ "$(asked "$1" | wc -l)" -ge "$2" ]; }
among() { asked "$1" | awk -v from="$2" '$1 >= from' | wc -l; }
narrows() { # NAME FIRST CONFIGURATION...
	local name=$1 from=$2 told='poll=slow .*outcome=paused.*lets it ask less' t ends; shift 2
	ends=$(count "$told")
	ended() { [ "$(count "$told")" -gt "$ends" ]; }
	"$@"; kill -HUP "$agent"
	try "$name: the sweep that runs is stopped" await 10 ended
	t=$(date +%s.%N)
	try "$name: it begins anew" await 10 asks "$t" 30
	if [ "$(among "$t" "$from")" -eq 0 ]; then ok "$name: nothing that is excluded is asked"
	else not_ok "$name: nothing that is excluded is asked" "$(among "$t" "$from") addresses are"; fi
}
never_of_all() { agent_more=", store: $tmp/another" never_more=", 198.18.250.128/25" conf "ranges: {slow: $slow}}"; }
half="exclude: [198.18.250.64-198.18.250.255]"
never_of_poll() { conf "ranges: {slow: $slow, $half}}"; }
await 10 logged 'poll-started poll=slow'
far() { [ "$(among 0 128)" -ge 20 ]; }
try "all of a range is asked" await 10 far
narrows "scope.exclude" 128 never_of_all
try "a store that only a start changes is told" logged 'event=config-later setting=agent.store'
narrows "exclude of a range" 64 never_of_poll

# --- a window stops a sweep, and it goes on ---
conf "ranges: {slow: $slow, $half, blackout: [2020-01-01 - 2099-01-01]}}"
kill -HUP "$agent"
try "a window stops a sweep" await 15 logged 'poll=slow .*outcome=paused.*blackout'
never_of_poll
kill -HUP "$agent"
try "behind it the sweep goes on" await 10 logged 'poll=slow .*goes on where it stopped'

# --- what is killed ---
sleep 1
worker=$(pgrep -P "$agent" -f -- '--emit' | head -n 1)
kill -SEGV "$worker"
try "a worker that crashes is told" await 10 logged 'poll=slow .*outcome=killed.*signal 11'
conf "$both"
kill -HUP "$agent"
await 10 logged 'config-read polls=3'
bad=0
for ((i = 0; i < ${KILLS:-6}; i++)); do
	sleep "0.$((RANDOM % 900 + 100))"
	kill -9 "$agent"; wait "$agent" 2> /dev/null
	# What was acknowledged is what the store has: it must be whole.
	[ "$(sqlite3 "$tmp/db" 'PRAGMA integrity_check')" = ok ] || bad=$((bad + 1))
	kept "$tmp/db" > "$tmp/had"
	start "$tmp/db" || bad=$((bad + 1))
	kept "$tmp/db" | comm -23 "$tmp/had" - > "$tmp/lost"
	[ ! -s "$tmp/lost" ] || bad=$((bad + 1))
done
if [ $bad -eq 0 ]; then ok "killed ${KILLS:-6} times it starts again, and the store is whole"
else not_ok "killed ${KILLS:-6} times it starts again, and the store is whole" "$bad of them not"; fi
n=$(twice "$tmp/db")
if [ "$n" -eq 0 ]; then ok "no observation is doubled"; else not_ok "no observation is doubled" "$n are"; fi
if [ "$(asked | grep -cx '6[567]')" -eq 2 ] && ! asked | grep -qx 66; then
	ok "what the scope excludes was never asked, its neighbours were"
else not_ok "what the scope excludes was never asked, its neighbours were" "$(asked | tr '\n' ' ')"; fi
kill -TERM "$agent"; wait "$agent"; rc=$?; agent=
if [ $rc -eq 0 ] && logged agent-stopped; then ok "it stops when it is told"
else not_ok "it stops when it is told" "status $rc"; fi
try "the store passes its own check" "$MUSTER" store check --db "$tmp/db"

# --- a clock that is ten years ahead: all that it knows would be long ago ---
if command -v faketime > "$tmp/which"; then
	: > "$tmp/log"
	had=$(device)
	ip netns exec "$net-point" faketime -f +3650d "$MUSTER" agent --agent "$tmp/agent.yaml" \
		--db "$tmp/db" >> "$tmp/log" 2>&1 &
	agent=$!
	try "a clock that is years ahead is doubted" await 15 logged 'event=clock-doubted'
	await 15 "$MUSTER" status --socket "$sock"
	if [ "$(device)" -ge "$had" ] && ! logged list-changed; then ok "and nobody leaves by it"
	else not_ok "and nobody leaves by it" "$(cat "$tmp/log")"; fi
	pkill -TERM -P "$agent" muster || kill -TERM "$agent"
	wait "$agent"; agent=
else skip "a clock that is years ahead is doubted" "needs faketime"; fi

# --- a full disk ---
mkdir "$tmp/small"
mount -t tmpfs -o size=3m tmpfs "$tmp/small"
: > "$tmp/log"
start "$tmp/small/db"
await 10 logged 'outcome=done'
dd if=/dev/zero of="$tmp/small/fill" bs=1k 2> /dev/null
try "a full disk is told" await 15 logged 'event=[a-z]*-failed'
rm "$tmp/small/fill"
: > "$tmp/log"
try "and over when there is space" await 15 logged 'outcome=done'
kill -9 "$agent"; wait "$agent" 2> /dev/null; agent=
dd if=/dev/zero of="$tmp/small/fill" bs=1k 2> /dev/null
: > "$tmp/log"
ip netns exec "$net-point" "$MUSTER" agent --agent "$tmp/agent.yaml" --db "$tmp/small/db" >> "$tmp/log" 2>&1 &
agent=$!
try "an agent that starts on a full disk waits" await 10 logged 'event=store-full: .*make room there'
rm "$tmp/small/fill"
try "and begins when there is room" await 15 logged 'event=agent-started'
kill -TERM "$agent"; wait "$agent"; agent=
try "the store is whole" bash -c '[ "$(sqlite3 "$1" "PRAGMA integrity_check")" = ok ]' . "$tmp/small/db"
finish
