#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What an agent tells of its polls: bars while they go on, runs that were skipped or missed, and a
# history that is kept for so long, or shorter where the store is too large.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/lib_point.sh
. "$(dirname "$0")/lib_point.sh"
command -v script > "$tmp/which" || { skip "all" "needs script"; finish; }
sql() { sqlite3 -cmd '.timeout 5000' "$tmp/db" "$1"; }
plain="names: no, talk: no"

# --- bars, on a terminal ---
conf "ranges:
  slow: {enabled: no, targets: [198.18.250.64/26], rate: 20, $plain}
  often: {targets: [198.18.250.32/28], rate: 5, schedule: every 1s, $plain}"
start "$tmp/db" || { not_ok "the agent starts" "$(cat "$tmp/log")"; finish; }
"$MUSTER" poll slow --socket "$sock" > "$tmp/order" 2>&1
script -qec "timeout --foreground --preserve-status -s INT 3 $MUSTER status slow --watch --every 200ms --socket $sock" \
	"$tmp/screen" > "$tmp/script" 2>&1 < /dev/null
rc=$?
frames=$(grep -c $'\x1b\\[H\x1b\\[2J' "$tmp/screen")
if [ $rc -eq 0 ] && [ "$frames" -ge 8 ]; then ok "status --watch draws until it is told to end ($frames times)"
else not_ok "status --watch draws until it is told to end" "status $rc, $frames times: $(cat -v "$tmp/screen")"; fi
# Each bar has 24 places; within a phase it only grows.
bars() { sed -n 's/.*; sweep \[\([#.]*\)\].*/\1/p' "$tmp/screen"; }
if bars | awk 'length($0) != 24 || !/^#*[.]*$/ { exit 1 } { n = gsub("#", ""); if (n < was) exit 1; if (n > was) grew++; was = n }
	END { exit grew < 3 }'; then ok "the bar grows"; else not_ok "the bar grows" "$(cat -v "$tmp/screen")"; fi
try "with a rate and what is left" grep -qE '; sweep \[[#.]{24}\] [0-9]+/s, [0-9.]+ m?s left' "$tmp/screen"
timeout --preserve-status -s INT 1 "$MUSTER" status slow --watch --every 200ms --socket "$sock" > "$tmp/piped"
if [ "$(grep -c '^slow ' "$tmp/piped")" -ge 3 ] && ! grep -q $'\x1b' "$tmp/piped"; then ok "into a file without a terminal's controls"
else not_ok "into a file without a terminal's controls" "$(cat -v "$tmp/piped")"; fi
try "a poll that has ended has no bar" await 20 bash -c '"$1" status slow --socket "$2" | tee "$3" | grep -q "^slow .* done .*observations" &&
	! grep -q "\[[#.]*\]" "$3"' . "$MUSTER" "$sock" "$tmp/last"

# --- skipped: 16 addresses at 5 a second take three turns of a second ---
try "a turn that comes while the run before goes on is told" logged 'event=poll-skipped poll=often: the run before goes on'
if awk '/event=poll-started poll=often/ { n++; if (n > 1) bad = 1 } /event=poll-ended poll=often/ { n-- } END { exit bad }' \
	"$tmp/log"; then ok "and it is not run twice at a time"; else not_ok "and it is not run twice at a time" "$(cat "$tmp/log")"; fi
kill -TERM "$agent"; wait "$agent"; agent=

# --- a history of so many days: a row that is older goes, but the newest of its poll stays ---
now=$(now_us)
ago() { echo $((now - $1 * 86400000000)); } # DAYS
aged() { # POLL DAYS
	sql "INSERT INTO poll_run (poll, run, due, started, finished, outcome, reason, observations, spoilt)
		VALUES ('$1', 'old-$1-$2', $(ago "$2"), $(ago "$2"), $(ago "$2") + 1000000, 'done', '', 1, 0)"
}
runs() { sql "SELECT group_concat(run, ' ') FROM (SELECT run FROM poll_run WHERE run LIKE 'old-%' ORDER BY id)"; }
is() { [ "$(runs)" = "$1" ]; }
aged slow 40; aged slow 20; aged slow 2; aged often 40; aged often 12; aged often 3; aged alone 99
quiet="ranges: {office: {enabled: no, targets: [198.18.250.0/27]}}"
conf "history: {days: 30}
$quiet"
: > "$tmp/log"
start "$tmp/db"
try "runs before history.days go" await 20 is "old-slow-20 old-slow-2 old-often-12 old-often-3 old-alone-99"
if logged history-shortened; then not_ok "a store within its size is not shortened" "$(cat "$tmp/log")"
else ok "a store within its size is not shortened"; fi
"$MUSTER" status often --history --socket "$sock" > "$tmp/runs"
# The runs of this test, and two old ones.
if [ "$(grep -c ' done, 1 s, 1 observations' "$tmp/runs")" -eq 2 ]; then ok "the history tells the others"
else not_ok "the history tells the others" "$(cat "$tmp/runs")"; fi
kill -TERM "$agent"; wait "$agent"; agent=

# --- more than history.size: half of the days, and again ---
awk -v at="$(printf '%(%Y-%m-%dT%H:%M:%S)T' $((now / 1000000 - 3600)))" 'BEGIN { for (i = 1; i <= 4000; i++)
	printf "{\"v\":1,\"at\":\"%s.%06dZ\",\"seq\":%d,\"source\":\"sweep\",\"run\":\"018f0000-0000-8000-8000-000000000000\"," \
		"\"point\":\"p\",\"site\":\"lab\",\"ip\":\"198.18.250.%d\",\"evidence\":\"reply\",\"facts\":{\"http.title\":[\"%0300d\"]}}\n", \
		at, i, i, i % 200 + 20, i }' > "$tmp/much"
"$MUSTER" import "$tmp/much" --db "$tmp/db" > "$tmp/import" 2>&1 || not_ok "import" "$(cat "$tmp/import")"
conf "history: {days: 30, size: 1}
$quiet"
: > "$tmp/log"
start "$tmp/db"
try "a store above history.size keeps fewer days" await 20 logged 'event=history-shortened days=15: the store holds [1-9][0-9]* MiB, more than history.size'
try "runs before those go, too" await 20 is "old-slow-2 old-often-12 old-often-3 old-alone-99"
kill -TERM "$agent"; wait "$agent"; agent=

# --- missed: the clock goes over a time of day ---
if command -v faketime > "$tmp/which"; then
	conf "ranges:
  daily: {targets: [198.18.250.0/29], schedule: daily 12:00, lifetime: 3d, $plain}
  madeup: {targets: [198.18.250.8/29], schedule: daily 12:00, make_up: yes, lifetime: 3d, $plain}"
	: > "$tmp/log"
	echo "+0" > "$tmp/clock"
	lib=$(faketime -f +0 env | sed -n 's/^LD_PRELOAD=//p')
	LD_PRELOAD=$lib FAKETIME_TIMESTAMP_FILE=$tmp/clock FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1 \
		ip netns exec "$net-point" "$MUSTER" agent --agent "$tmp/agent.yaml" --db "$tmp/db" >> "$tmp/log" 2>&1 &
	agent=$!
	await 10 "$MUSTER" status --socket "$sock"
	echo "+3d" > "$tmp/clock"
	try "a time that was missed is told" await 20 logged 'event=poll-missed poll=daily: it was not made up for'
	try "one that is to be made up for runs" await 20 logged 'poll=madeup .*outcome=done'
	if [ "$(count 'poll-started poll=madeup')" -eq 1 ] && ! logged 'poll-started poll=daily'; then ok "once, and the other does not"
	else not_ok "once, and the other does not" "$(cat "$tmp/log")"; fi
	if logged 'poll-missed poll=madeup'; then not_ok "it was not missed" "$(cat "$tmp/log")"; else ok "it was not missed"; fi
	kill -TERM "$agent"; wait "$agent" 2> "$tmp/gone"; agent=
else skip "a time that was missed is told" "needs faketime"; fi
finish
