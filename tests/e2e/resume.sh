#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A sweep that was interrupted or killed goes on where it stopped: everything that lives is
# found once, and what was asked before is not asked again, as the far end sees it.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

in_lab big
range=198.19.0.0/21 # 2,048 addresses: ten seconds at
rate=200
# The last word of an interrupted worker may be a second behind, for answers may be on their
# way; a killed one spoke a second before that.  Half a second for good measure: of hosts
# that live, some are asked all along.
declare -A slack=([stop_gently]=$((rate * 3 / 2)) [kill_both]=$((rate * 5 / 2)))

"$lab" truth big-routed > "$tmp/truth"
/usr/bin/python3 -c '
import ipaddress, sys
net = ipaddress.ip_network(sys.argv[1])
for line in open(sys.argv[2]):
    word = line.split()
    if ipaddress.ip_address(word[0]) in net and "icmp" in word[7]:
        print(word[0])' "$range" "$tmp/truth" > "$tmp/living"

# --- pieces ---

# Addresses that got an echo request, in a capture of the far end.
asked_in() { tshark -r "$1" -Y 'icmp.type == 8' -T fields -e ip.dst 2> /dev/null; }
# What the store has of a sweep that is not complete.
known_in() {
	sqlite3 "$1" "SELECT count(DISTINCT ip) FROM observation WHERE evidence = 0" 2> /dev/null || echo 0
}
states_in() { sqlite3 "$1" "SELECT count(*) FROM state" 2> /dev/null || echo 0; }
devices_in() { "$MUSTER" devices --db "$1" --format ndjson 2> /dev/null; }
parent_of() { pgrep -o -f "^$MUSTER scan .*--db $1"; }

# begin DB ARGUMENT...: a sweep in the background that has found something, and said where
# it is; $parent and $worker are its processes.
begin() {
	local db=$1; shift
	parent='' worker=''
	scan "$MUSTER" scan "$@" --db "$db" --format csv > "$tmp/out" 2> "$tmp/err" &
	job=$!
	local before=0
	[ -e "$db" ] && before=$(known_in "$db")
	for _ in {1..400}; do
		sleep 0.05
		parent=$(parent_of "$db") || continue
		worker=$(pgrep -P "$parent") || continue
		[ "$(known_in "$db")" -gt $((before + 12)) ] && [ "$(states_in "$db")" -eq 1 ] && return 0
	done
	return 1
}
slow=("$range" --probe icmp-echo --rounds 1 --no-identify --no-names --rate "$rate")

# shellcheck disable=SC2317 # called by its name
stop_gently() { kill -INT "$parent"; wait "$job"; }
# shellcheck disable=SC2317
kill_both() {
	[ -z "$worker" ] || kill -KILL "$parent" "$worker" 2> /dev/null
	wait "$job" 2> /dev/null
}

capture() { "$lab" capture start "$1" big-routed > /dev/null; }
captured() { "$lab" capture stop "$1" > "$tmp/captured"; }

# found_once NAME DB: exactly the living, one device each, and none of them down
found_once() {
	devices_in "$2" > "$tmp/devices"
	jq -r 'select(.state == "up") | .addresses[].ip' "$tmp/devices" > "$tmp/found"
	same "$1: exactly the living are found, once" "$tmp/living" "$tmp/found"
	jq -r 'select(.state != "up") | .id' "$tmp/devices" > "$tmp/others"
	try "$1: none of them is down" test ! -s "$tmp/others"
	try "$1: the store is sound" exits 0 "$MUSTER" store check --db "$2"
	try "$1: nothing is left to go on with" exits 1 scan "$MUSTER" scan --resume --db "$2"
}

# not_again NAME BEFORE.pcap AFTER.pcap SLACK: what was asked before is not asked from the start
not_again() {
	asked_in "$2" | sort -u > "$tmp/before"
	asked_in "$3" | sort -u > "$tmp/after"
	local again noted all
	again=$(comm -12 "$tmp/before" "$tmp/after" | wc -l)
	noted=$(comm -12 <(sort -u "$tmp/noted") "$tmp/after" | wc -l)
	all=$(sort -u "$tmp/before" "$tmp/after" | wc -l)
	if [ "$again" -le "$4" ] && [ "$all" -eq 2048 ]; then
		ok "$1: $again of $(wc -l < "$tmp/before") addresses were asked again, $4 allowed"
	else
		not_ok "$1: what was asked is not asked again" \
			"$again of $(wc -l < "$tmp/before") again, $all of 2048 asked at all"
	fi
	# 5 % of a second's worth live; the rest is for those that are asked all along.
	if [ "$noted" -le $(($4 / 5)) ]; then
		ok "$1: $noted of $(wc -l < "$tmp/noted") that had answered were asked again"
	else
		not_ok "$1: who had answered is not asked again" \
			"$noted of $(wc -l < "$tmp/noted")"
	fi
}

# stop_and_resume NAME HOW
stop_and_resume() {
	local name=$1 how=$2 db=$tmp/$2.db status
	capture "$tmp/$how.1.pcap"
	if ! begin "$db" "${slow[@]}"; then
		captured "$tmp/$how.1.pcap"
		not_ok "$name" "it did not begin, or told no state: $(cat "$tmp/err")"
		kill_both
		return
	fi
	sleep 2
	"$how"
	status=$?
	sleep 0.3 # what the kernel holds of a killed one is sent
	captured "$tmp/$how.1.pcap"
	try "$name: its status is not 0 ($status)" test "$status" -ne 0
	devices_in "$db" | jq -r '.addresses[].ip' > "$tmp/noted"
	capture "$tmp/$how.2.pcap"
	try "$name: the sweep that goes on is done" exits 0 scan "$MUSTER" scan --resume \
		--db "$db" --rate 2000 --format csv --summary-json "$tmp/$how.json"
	captured "$tmp/$how.2.pcap"
	cp "$tmp/exits.out" "$tmp/$how.csv"
	cp "$tmp/exits.err" "$tmp/$how.err"
	found_once "$name" "$db"
	not_again "$name" "$tmp/$how.1.pcap" "$tmp/$how.2.pcap" "${slack[$how]}"
	try "$name: it says so" grep -q "^continued the run .* in which $(wc -l < "$tmp/noted") addresses" \
		"$tmp/$how.err"
	try "$name: its summary does, too" test \
		"$(jq .resumes.found "$tmp/$how.json")" = "$(wc -l < "$tmp/noted")"
	try "$name: it lists the devices of both" test \
		"$(($(wc -l < "$tmp/$how.csv") - 1))" = "$(wc -l < "$tmp/living")"
}

stop_and_resume "interrupted" stop_gently
stop_and_resume "killed" kill_both

# --- stopped again and again, each a little further ---
# This one asks for names, too: those that it had no time for are asked when it goes on.
db=$tmp/often.db
rounds=0
if begin "$db" "${slow[@]}" --identify --names; then
	try "a sweep that is still going is not resumed" exits 1 scan "$MUSTER" scan --resume --db "$db"
	try "and that is what it says" grep -q 'being written by another' "$tmp/exits.err"
	kill_both
	for how in stop_gently kill_both kill_both; do
		begin "$db" --resume || break
		"$how"
		rounds=$((rounds + 1))
	done
fi
try "stopped four times, it goes on each time" test $rounds = 3
try "other targets are refused" exits 2 scan "$MUSTER" scan --resume 198.19.9.0/24 --db "$db"
try "other probes are refused" exits 2 scan "$MUSTER" scan --resume --probe tcp-syn --db "$db"
try "what is excluded since is refused" exits 2 scan "$MUSTER" scan --resume --db "$db" \
	--exclude 198.19.1.7
try "a preview tells what it would go on with" bash -c "
	'$lab' exec scan '$MUSTER' scan --resume --preview --db '$db' | grep -q '^continues the sweep of '"
try "the last one is done" exits 0 scan "$MUSTER" scan --resume --db "$db" --rate 2000
found_once "stopped often" "$db"
jq -r '.addresses[0].ip as $ip | .fields["dns.ptr"][]? | $ip + " " + .' "$tmp/devices" > "$tmp/names"
sed 's/.*/& &/; s/ \(.*\)\.\(.*\)\.\(.*\)\.\(.*\)/ r-\1-\2-\3-\4.big.example/' "$tmp/living" > "$tmp/wanted"
same "stopped often: each has its name" "$tmp/wanted" "$tmp/names"
try "each run continues the one before" test \
	"$(sqlite3 "$db" "SELECT count(DISTINCT resumes) FROM run WHERE resumes <> ''")" = 4
try "no state is left behind" test "$(states_in "$db")" = 0
finish
