#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A configuration that is read again, by SIGHUP and because the file changed, while polls run that
# it does not concern: they go on in the same processes to their ends, and find all that there is.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/lib_point.sh
. "$(dirname "$0")/lib_point.sh"

host h1 198.18.250.11 00:16:3e:5e:fa:11
host h2 198.18.250.62 00:16:3e:5e:fa:3e
capture || not_ok "tcpdump listens" "$(cat "$tmp/wire.log")"

slow="slow: {targets: [198.18.250.0/26], rate: 8, schedule: start, names: no, talk: no"
other="other: {targets: [198.18.250.128/28], schedule: every 1h, names: no, talk: no}"
passive="passive: {enabled: yes, interfaces: [eth0]}"
conf "$passive
ranges: {$slow}, $other}"
start "$tmp/db" || { not_ok "the agent starts" "$(cat "$tmp/log")"; finish; }
try "another is done beside it" await 20 logged 'poll=other .*outcome=done'
try "the slow one runs" logged 'poll-started poll=slow'

workers() { # of the slow sweep and of the listener
	pgrep -P "$agent" -f -- '--emit.*198.18.250.0/26' | tr '\n' ' '
	pgrep -P "$agent" -f -- 'listen --emit' | tr '\n' ' '
}
goes_on() { "$MUSTER" status slow --socket "$sock" | grep -q '^slow .* running '; }
had=$(workers)
if [ "$(wc -w <<< "$had")" -eq 2 ]; then ok "a process each"; else not_ok "a process each" "$had"; fi
again() { # NAME EVENT COMMAND...: it is read again, and the same processes go on
	local name=$1 event=$2 before; shift 2
	before=$(count "$event")
	more() { [ "$(count "$event")" -gt "$before" ]; }
	"$@"
	try "$name" await 10 more
	if [ "$(workers)" = "$had" ] && goes_on; then ok "$name: the same processes go on"
	else not_ok "$name: the same processes go on" "$had, now $(workers)"; fi
}
changed() { conf "$passive
ranges: {$slow}, $other, $1}"; }
again "SIGHUP with the same file" 'config-read' kill -HUP "$agent"
again "a file with another poll" 'config-read polls=4' changed "more: {targets: [198.18.250.160/28], schedule: every 1h, names: no, talk: no}"
both() { conf "$passive
ranges: {$slow, priority: 9, lifetime: 30h}, $other}"; kill -HUP "$agent"; }
again "settings of its own that change nobody to ask" 'config-read polls=3' both
wrong() { changed "more: {targets: [10.0.0.0/8], schedule: sometimes}"; kill -HUP "$agent"; }
again "a file with mistakes" 'config-refused' wrong
last() { changed "$(seq -f 'r%g: {targets: [198.18.250.240], enabled: no}' -s ', ' 200)"; kill -HUP "$agent"; kill -HUP "$agent"; }
again "two hundred polls more" 'config-read polls=203' last

# --- its end: one run, and whole ---
try "it comes to its end" await 60 logged 'poll=slow .*outcome=done'
n=$(count 'poll-started poll=slow')
if [ "$n" -eq 1 ] && [ "$(count 'poll-ended poll=slow')" -eq 1 ]; then ok "it ran once"
else not_ok "it ran once" "$n times"; fi
run=$(sed -n 's/.*event=poll-started poll=slow run=\([-0-9a-f]*\).*/\1/p' "$tmp/log")
sql() { sqlite3 -cmd '.timeout 5000' "$tmp/db" "$1"; }
n=$(sql "SELECT group_concat(DISTINCT substr(ip, 9)) FROM (SELECT ip FROM observation WHERE run = '$run' AND evidence = 0 ORDER BY ip)")
if [ "$n" = 01,0b,3e ]; then ok "whoever lives there was found by it"
else not_ok "whoever lives there was found by it" "$n"; fi
seq 2 62 > "$tmp/a"
asked 0 | awk '$1 > 1 && $1 < 63' > "$tmp/b"
same "and all its addresses were asked" "$tmp/a" "$tmp/b"
kill -TERM "$agent"; wait "$agent"; agent=
finish
