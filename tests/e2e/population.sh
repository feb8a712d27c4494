#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Who should have answered a sweep, because a lease list or the neighbour table has them,
# and did not, is named: on the terminal, in the summary and in the store.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

in_lab real
db=$tmp/muster.db
targets=(198.18.3.0/24 198.18.4.0/24)
# Own and outside ones do not count, .3.30 and .4.99 nobody has.
now=$(date -u +%Y-%m-%dT%H:%M:%S.000000Z)
for ip in 198.18.3.2 198.18.3.{10..16} 198.18.3.30 198.18.4.11 198.18.4.99 203.0.113.9; do
	echo '{"v":1,"at":"'"$now"'","source":"import","ip":"'"$ip"'","evidence":"listed","facts":{}}'
done > "$tmp/leases"
try "a lease list goes in" exits 0 "$MUSTER" import --db "$db" "$tmp/leases"
scan ip neigh flush all
scan ip neigh replace 198.18.3.11 lladdr 00:14:22:12:03:0b dev eth0 nud stale
scan ip neigh replace 198.18.3.40 lladdr 00:16:3e:00:00:40 dev eth0 nud stale

# Who asks for our MAC becomes our neighbour, so of neighbours there may be more at any time:
# of the known ones it is counted only how many are missing.
#
# said NAME LINE: what the summary says of this population: "KNOWN-FOUND MISSING..." of the
# neighbours, "KNOWN FOUND MISSING..." of the store
# shellcheck disable=SC2317 # called by its name
said() {
	local line
	line=$(jq -r --arg name "$1" '.populations[] | select(.name == $name) |
		(if $name == "store" then [.known, .found] else [.known - .found] end) + .missing |
		join(" ")' "$tmp/summary")
	[ "$line" = "$2" ] || { echo "$line"; return 1; }
}

# --- who is missing ---
try "the sweep is done" exits 0 scan "$MUSTER" scan "${targets[@]}" --db "$db" \
	--format csv --summary-json "$tmp/summary"
try "the summary names the neighbour that is missing" said neighbours "1 198.18.3.40"
try "the summary names the leases that are missing" said store "10 8 198.18.3.30 198.18.4.99"
grep -F known-but-silent "$tmp/exits.err" | sed 's/of [0-9]* neigh/of N neigh/' > "$tmp/b"
cat > "$tmp/a" << 'END'
note: 1 of N neighbours that the kernel knows here did not answer: 198.18.3.40 [known-but-silent]
note: 2 of 10 devices that the store knows here did not answer: 198.18.3.30, 198.18.4.99 [known-but-silent]
END
same "so does the terminal, a line each" "$tmp/a" "$tmp/b"
jq -r '.reasons[] | select(.code == "known-but-silent") | "\(.about) \(.count)"' \
	"$tmp/summary" > "$tmp/b"
printf '%s\n' "neighbours 1" "store 2" > "$tmp/a"
same "they are reasons" "$tmp/a" "$tmp/b"
sqlite3 -separator ' ' "$db" "SELECT about, number FROM reason WHERE code = 'known-but-silent'" > "$tmp/b"
same "of the store, too" "$tmp/a" "$tmp/b"

# --- nobody is missing ---
try "a part where all answer is swept" exits 0 scan "$MUSTER" scan 198.18.3.10-13 \
	--db "$db" --format csv --summary-json "$tmp/summary" --no-names
try "what replied to the last sweep is known to the next" said store "4 4"
try "when all answer nothing is said" bash -c "! grep -F known-but-silent '$tmp/exits.err'"

# --- a sweep that goes on ---
two=$tmp/two.db
"$MUSTER" import --db "$two" "$tmp/leases" 2> /dev/null
scan timeout -s INT 6 "$MUSTER" scan "${targets[@]}" --db "$two" --format csv --no-names \
	--no-identify --rate 40 --arp-rate 40 --summary-json "$tmp/summary" > "$tmp/out" 2> "$tmp/err"
try "the first half was interrupted" jq -e '.end.interrupted' "$tmp/summary"
try "a sweep that was interrupted blames nobody" jq -e '.populations == []' "$tmp/summary"
try "it goes on" exits 0 scan "$MUSTER" scan --resume --db "$two" --rate 10000 \
	--arp-rate 1000 --format csv --summary-json "$tmp/summary"
try "the second half counts the answers of the first" \
	said store "10 8 198.18.3.30 198.18.4.99"

# --- where there is nothing to compare ---
scan ip neigh replace 198.18.3.40 lladdr 00:16:3e:00:00:40 dev eth0 nud stale
scan "$MUSTER" scan 198.18.3.0/26 --no-db --no-names --format csv \
	--packets-to "$tmp/run.pcap" --summary-json "$tmp/summary" > "$tmp/out" 2> "$tmp/err"
try "without a store there are neighbours" said neighbours "1 198.18.3.40"
try "and nothing else" said store ""
"$MUSTER" scan 198.18.3.0/26 --no-db --format csv --packets-from "$tmp/run.pcap" \
	--summary-json "$tmp/summary" > "$tmp/out" 2> "$tmp/err"
try "a replay compares nothing" jq -e '.populations == []' "$tmp/summary"
scan "$MUSTER" scan 198.18.3.0/26 --emit 3> "$tmp/control" > "$tmp/out" 2> "$tmp/err"
try "--emit compares nothing" bash -c "grep -q '\"end\"' '$tmp/control' && ! grep known-but-silent '$tmp/control'"

finish
