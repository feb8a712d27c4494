#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What an agent keeps within bounds: polls at once and their order, sweeps of one range, the memory of
# a poll, the space on its disk, events a minute, and its own word to a watchdog.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/lib_point.sh
. "$(dirname "$0")/lib_point.sh"

# hosts FIRST LAST: each with a MAC of its own, at once
hosts() {
	local i
	for i in $(seq "$1" "$2"); do host "h$i" "198.18.250.$i" "00:16:3e:5e:fa:$i"; done
}
hosts 11 12
# The receiver of what a service manager is told: "MICROSECONDS TEXT" a line.
cat > "$tmp/manager.py" <<'END'
import socket, sys, time
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
with open(sys.argv[2], "w", buffering=1) as out:
    while True:
        for line in s.recv(65536).decode().splitlines():
            out.write("%d %s\n" % (time.time() * 1e6, line))
END
python3 "$tmp/manager.py" "$tmp/notify" "$tmp/told" &
manager=$!
disown
await 5 test -S "$tmp/notify"
begin() {
	: > "$tmp/log"
	NOTIFY_SOCKET=$tmp/notify WATCHDOG_USEC=2000000 ip netns exec "$net-point" "$MUSTER" agent \
		--agent "$tmp/agent.yaml" --db "$tmp/db" >> "$tmp/log" 2>&1 &
	agent=$!
	await 10 "$MUSTER" status --socket "$sock" || { not_ok "the agent starts" "$(cat "$tmp/log")"; finish; }
}
ended() { kill -TERM "$agent"; wait "$agent" 2> "$tmp/gone"; agent=; rm -f "$tmp/db"*; }
# At most so many of these polls (a pattern) ran at a time.
most() {
	awk -v p="poll=($1) " '$0 ~ p && /event=poll-started/ { n++; if (n > most) most = n }
		$0 ~ p && /event=poll-ended/ { n-- } END { print most + 0 }' "$tmp/log"
}
all_ended() { # POLL...
	local p
	for p in "$@"; do logged "event=poll-ended poll=$p " || return 1; done
}
slow="rate: 60, names: no, talk: no, schedule: start"

# --- two at once, the most important first ---
agent_more=", at_once: 2" conf "ranges:
  a: {targets: [198.18.250.32/28], $slow}
  b: {targets: [198.18.250.48/28], $slow}
  c: {targets: [198.18.250.64/28], $slow, priority: 9}
  d: {targets: [198.18.250.80/28], $slow, priority: 7}
  e: {targets: [198.18.250.96/28], $slow}"
begin
try "all of them are done" await 40 all_ended a b c d e
n=$(most '[a-e]')
if [ "$n" -eq 2 ]; then ok "two ran at once, never more"
else not_ok "two ran at once, never more" "$n: $(cat "$tmp/log")"; fi
first=$(sed -n 's/.*event=poll-started poll=\([a-e]\) .*/\1/p' "$tmp/log" | head -n 2 | tr -d '\n')
if [ "$first" = cd ]; then ok "those with priority came first, the higher one before"
else not_ok "those with priority came first, the higher one before" "$first"; fi
ended

# --- an address is swept once at a time ---
agent_more=", at_once: 8" conf "ranges:
  a: {targets: [198.18.250.32/27], $slow}
  b: {targets: [198.18.250.40/29], $slow}
  c: {targets: [198.18.250.96/27], $slow}"
begin
try "all three are done" await 40 all_ended a b c
if [ "$(most '[ab]')" -eq 1 ] && [ "$(most '[ac]')" -eq 2 ]; then
	ok "two ranges that overlap wait for each other, and for no other"
else not_ok "two ranges that overlap wait for each other, and for no other" "$(most '[ab]') $(most '[ac]')"; fi

ended

# --- a run has its deadline: it ends then, keeps what it has found, and the next one is its own ---
conf "ranges:
  long: {targets: [198.18.250.0/24], rate: 10, deadline: 3s, schedule: every 1h, names: no, talk: no}"
begin
try "a run ends by its deadline" await 20 logged 'poll=long .*outcome=partial.*its deadline has passed'
n=$(sqlite3 "$tmp/db" "SELECT (finished - started) / 1000 FROM poll_run WHERE poll = 'long' LIMIT 1")
if [ "$n" -ge 2900 ] && [ "$n" -lt 8000 ]; then ok "in time ($n ms)"; else not_ok "in time" "$n"; fi

# --- the watchdog hears of the loop that does the work ---
beats() { [ "$(grep -c WATCHDOG=1 "$tmp/told")" -ge "$1" ]; }
try "it is told that the agent is ready" grep -q READY=1 "$tmp/told"
n=$(grep -c WATCHDOG=1 "$tmp/told")
try "and again and again that it works" await 5 beats $((n + 3))
pid=$(ip netns pids "$net-point" | head -n 1)
kill -STOP "$pid"
since=$(now_us)
if await 3 beats $(($(grep -c WATCHDOG=1 "$tmp/told") + 1)); then not_ok "one that is stuck says nothing" "$(tail -n 2 "$tmp/told")"
else ok "one that is stuck says nothing ($((($(now_us) - since) / 1000)) ms)"; fi
kill -CONT "$pid"
try "it goes on" await 3 beats $(($(grep -c WATCHDOG=1 "$tmp/told") + 1))
ended
try "and says that it ends" grep -q STOPPING=1 "$tmp/told"

# --- a poll has the memory that it is given; the disk; events ---
awk 'BEGIN { for (i = 1; i < 800000; i += 2) printf "10.%d.%d.%d\n", i / 65536, i / 256 % 256, i % 256 }' > "$tmp/many"
agent_more=", memory: 64" min_free=1000000000 conf "ranges:
  many: {targets: [10.0.0.0/8], schedule: every 2s, names: no, talk: no}
  office: {targets: [198.18.250.0/27], schedule: every 1s, names: no, talk: no}"
sed -i "s,10.0.0.0/8,'@$tmp/many'," "$tmp/agent.yaml"
sed -i 's,allow: \[,&10.0.0.0/8\, ,' "$tmp/agent.yaml"
begin
said() { "$MUSTER" status "$1" --socket "$sock" | grep -q -- "$2"; }
try "a poll that needs more memory than it is given says so" await 15 said many 'failed .*out of memory'
try "it is in the log" logged 'event=poll-ended poll=many .*outcome=failed .*out of memory'
try "another one is done" await 10 logged 'event=poll-ended poll=office .*outcome=done'
try "a disk with too little space is told" logged 'event=disk-space-low: .* MiB are left'
try "and status tells it" bash -c '"$1" status --socket "$2" | grep -q "less than 1000000000 (agent.min_free)"' . "$MUSTER" "$sock"
sed -i 's,min_free: [0-9]*,min_free: 0,' "$tmp/agent.yaml"
"$MUSTER" reload --socket "$sock" > "$tmp/now"
try "with space again that is told" await 20 logged 'event=disk-space-back'
ended

# --- events, in a minute ---
conf "events: {limit: 3}
ranges:
  office: {targets: [198.18.250.0/27], schedule: every 1s, names: no, talk: no}"
hosts 13 20
begin
try "all hosts are known" await 10 bash -c '[ "$("$1" devices --db "$2" state=up --format csv | tail -n +2 | wc -l)" -eq 11 ]' . "$MUSTER" "$tmp/db"
await 5 logged 'event=device-'
n=$(count 'event=device-')
if [ "$n" -eq 3 ]; then ok "of their events three are told in a minute"
else not_ok "of their events three are told in a minute" "$n"; fi

# --- an older store is brought up, and a manager that waits hears of it ---
kill -TERM "$agent"; wait "$agent" 2> "$tmp/gone"
sqlite3 "$tmp/db" 'ALTER TABLE run DROP COLUMN lifetime; ALTER TABLE address DROP COLUMN valid_until;
	ALTER TABLE address DROP COLUMN reply_until; PRAGMA user_version = 7' > "$tmp/older" 2>&1 || not_ok "an older store" "$(cat "$tmp/older")"
n=$(wc -l < "$tmp/told")
begin
try "an older store is brought up, which is told" logged 'event=store-upgrade schema=8 of='
try "and that it was done" logged 'event=store-upgraded'
first=$(tail -n +$((n + 1)) "$tmp/told" | grep -m 1 -o 'EXTEND_TIMEOUT_USEC\|READY=1')
if [ "$first" = EXTEND_TIMEOUT_USEC ]; then ok "a manager gives it time before it is ready"
else not_ok "a manager gives it time before it is ready" "$first"; fi
ended
kill "$manager"
finish
