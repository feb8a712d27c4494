#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Firewalls and a router that answer for everybody: nobody is up who is not there, whoever
# lives among them is found, and it is told why the others are not.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

in_lab ghosts
db=$tmp/muster.db
fast=(--rate 100000 --arp-rate 100000 --host-rate 10000)
all=(198.18.130-134.0-255 198.18.136.0-255)
own=$(scan ip -o -4 addr show scope global | awk '{ sub("/.*", "", $4); print $4 }')
"$lab" truth ghosts > "$tmp/truth"

try "the sweep is done" exits 0 scan "$MUSTER" scan "${all[@]}" --db "$db" "${fast[@]}" \
	--summary-json "$tmp/summary.json"
{ awk '{ print $1 }' "$tmp/truth"; echo "$own" | grep '^198\.18\.136\.'; } > "$tmp/a"
"$MUSTER" devices --db "$db" --format ndjson > "$tmp/devices"
jq -r 'select(.state == "up") | .addresses[0].ip' "$tmp/devices" > "$tmp/b"
same "up is who lives, and nobody else" "$tmp/a" "$tmp/b"
weak=$(jq -r 'select(.state != "up") | .addresses[0].ip' "$tmp/devices" | wc -l)
if [ "$weak" -gt 1000 ]; then ok "the ghosts are kept as weak ($weak)"; else
	not_ok "the ghosts are kept as weak" "$weak of them"
fi
for network in 130 131 132 133 136; do
	try "it is told of 198.18.$network.0/24" jq -e --arg n "198.18.$network.0/24" \
		'.reasons | any(.code == "answers-for-all" and .about == $n)' "$tmp/summary.json"
done
try "and not of the network where four of five live" jq -e \
	'.reasons | all(.about != "198.18.134.0/24")' "$tmp/summary.json"

# Nobody lives at 198.18.136.99: what its router says for it is no answer of its own.
grep -qw 198.18.136.99 "$tmp/truth" && not_ok "198.18.136.99 is a ghost" "it lives"
printf '{"v":1,"at":"%s","source":"import","ip":"198.18.136.99","evidence":"listed","facts":{}}\n' \
	"$(date -u +%Y-%m-%dT%H:%M:%S.000000Z)" > "$tmp/leases"
"$MUSTER" import --db "$db" "$tmp/leases" 2> "$tmp/err"
scan "$MUSTER" scan 198.18.136.0/24 --db "$db" "${fast[@]}" --quiet --format csv \
	--summary-json "$tmp/summary.json" > "$tmp/out" 2>&1
try "a lease for which only a ghost answers is missing" jq -e \
	'.populations[1] | .name == "store" and .missing == ["198.18.136.99"]' "$tmp/summary.json"

# One kind of question at a time, with loss, which may hide a dark canary's answer.
for loss in 0 5; do
	"$lab" loss $loss
	scan "$MUSTER" scan "${all[@]}" --no-db --no-identify --quiet --format ndjson \
		--probe icmp-echo "${fast[@]}" > "$tmp/out"
	jq -r 'select(.evidence == "reply").ip' "$tmp/out" | sort -u > "$tmp/b"
	false=$(sort "$tmp/a" | comm -13 - "$tmp/b" | wc -l)
	if [ "$false" -eq 0 ] && [ -s "$tmp/b" ]; then
		ok "with $loss % loss and echo alone nobody is up by mistake ($(wc -l < "$tmp/b") are)"
	else
		not_ok "with $loss % loss and echo alone" "$false are up by mistake"
	fi
done
"$lab" loss 0
finish
