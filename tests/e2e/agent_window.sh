#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A blackout window pauses a sweep, and behind it the sweep goes on where it stopped, by what is on the
# wire: nobody is asked in the window, who was asked is not asked again, nobody is left out.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/lib_point.sh
. "$(dirname "$0")/lib_point.sh"

host h1 198.18.250.11 00:16:3e:5e:fa:11
host h2 198.18.250.200 00:16:3e:5e:fa:12
echo "scan: {rounds: 1}" > "$tmp/muster.yaml"
start() { # STORE
	ip netns exec "$net-point" "$MUSTER" agent -c "$tmp/muster.yaml" --agent "$tmp/agent.yaml" --db "$1" >> "$tmp/log" 2>&1 &
	agent=$!
	await 10 "$MUSTER" status --socket "$sock"
}
slow="targets: [198.18.250.0/24], rate: 40, schedule: start, names: no, talk: no"
window() { # MORE
	conf "ranges: {slow: {$slow$1}}"
	"$MUSTER" reload --socket "$sock" > "$tmp/order"
}
capture || not_ok "tcpdump listens" "$(cat "$tmp/wire.log")"
conf "ranges: {slow: {$slow}}"
start "$tmp/db" || { not_ok "the agent starts" "$(cat "$tmp/log")"; finish; }
far() { [ "$(asked 0 | wc -l)" -ge 140 ]; }
try "a sweep is under way" await 10 far
shut=$(date +%s.%N)
window ", blackout: [2020-01-01 - 2099-01-01]"
try "a window pauses it" await 15 logged 'poll=slow .*outcome=paused.*a blackout window began'
paused=$(date +%s.%N)
"$MUSTER" status slow --socket "$sock" > "$tmp/status"
try "which status tells" grep -q '^slow .* blackout ' "$tmp/status"
sleep 1
open=$(date +%s.%N)
window ""
try "behind it the sweep goes on" await 15 logged 'poll=slow .*goes on where it stopped'
try "and is done" await 30 logged 'poll=slow .*outcome=done'
# Seconds and last number of each address that was asked for.
awk 'sub(/ ARP.*who-has 198\.18\.250\./, " ") { print $1, $2 + 0 }' "$tmp/wire" > "$tmp/asks"
n=$(awk -v from="$paused" -v to="$open" '$1 > from && $1 < to' "$tmp/asks" | wc -l)
if [ "$n" -eq 0 ]; then ok "nobody is asked in the window"; else not_ok "nobody is asked in the window" "$n are"; fi
# Until everybody was asked once; then a sample of the silent is asked again, to measure.  Those that
# live are asked all along; the place that a sweep keeps is up to 1.5 s back, so that no answer is lost.
awk -v shut="$shut" -v open="$open" '$2 == 11 || $2 == 200 { next }
	!first[$2] { first[$2] = $1; last = NR }
	{ at[NR] = $1; of[NR] = $2 }
	END { for (i = 1; i <= last; i++) if (at[i] > open && first[of[i]] < shut - 2) print of[i] }' "$tmp/asks" > "$tmp/again"
if [ ! -s "$tmp/again" ]; then ok "nobody is asked twice"; else not_ok "nobody is asked twice" "$(tr '\n' ' ' < "$tmp/again")"; fi
n=$(awk -v open="$open" '$1 > open' "$tmp/asks" | wc -l)
if [ "$n" -ge 60 ]; then ok "what is left is asked behind it ($n)"; else not_ok "what is left is asked behind it" "$n"; fi
# All but the point's own address and the one that the scope excludes.
seq 2 254 | grep -vx 66 > "$tmp/all"
awk '{ print $2 }' "$tmp/asks" | sort -nu > "$tmp/whom"
same "and nobody is left out" "$tmp/all" "$tmp/whom"
for address in 198.18.250.11 198.18.250.200; do
	try "$address is found" is_device $address state=up
done
kill -TERM "$agent"; wait "$agent"; rc=$?; agent=
if [ $rc -eq 0 ]; then ok "the agent ends"; else not_ok "the agent ends" "status $rc"; fi
finish
