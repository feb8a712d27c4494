#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Six hundred hosts of many kinds are asked who they are, and every fact is what is true of
# them; names that lie in reverse DNS are no names; hosts that misbehave in every way end each
# conversation in time, with a reason.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

in_lab people
db=$tmp/muster.db
printf 'scan:\n  snmp_community: [public]\n' > "$tmp/muster.yaml"
chmod 600 "$tmp/muster.yaml"

# facts PATH-TO-IP PATH-TO-FACTS: "address fact value", of sets each member
facts() {
	jq -r "$1 as \$ip | $2 | to_entries[] | .key as \$key |
		(if (.value | type) == \"array\" then .value[] else .value end) |
		\"\(\$ip) \(\$key) \(.)\"" | sort -u
}
sweep() { # STORE SUMMARY TARGET...
	local store=$1 summary=$2; shift 2
	exits 0 scan "$MUSTER" scan "$@" -c "$tmp/muster.yaml" --db "$store" --format csv \
		--rate 50000 --host-rate 1000 --summary-json "$summary"
}

# --- who they are ---
"$lab" truth people-mixed > "$tmp/truth"
try "they are swept and asked" sweep "$db" "$tmp/summary" 198.18.160.0/22
"$MUSTER" devices --db "$db" --format ndjson > "$tmp/devices"
jq -r .ip "$tmp/truth" > "$tmp/a"
jq -r '[.addresses[].ip] | join(" ")' "$tmp/devices" > "$tmp/b"
same "each is one device" "$tmp/a" "$tmp/b"
facts .ip .facts < "$tmp/truth" > "$tmp/a"
facts '.addresses[0].ip' .fields < "$tmp/devices" > "$tmp/all"
comm -12 "$tmp/a" "$tmp/all" > "$tmp/b"
same "every fact is told" "$tmp/a" "$tmp/b"
# Of a fact that truth has of anybody, nobody has more than truth says.
awk '{ print $2 }' "$tmp/a" | sort -u > "$tmp/keys"
awk 'NR == FNR { known[$1]; next } $2 in known' "$tmp/keys" "$tmp/all" |
	grep -vE ' (snmp|if)\.' > "$tmp/b"
grep -vE ' (snmp|if)\.' "$tmp/a" > "$tmp/a2"
same "and none that is not true" "$tmp/a2" "$tmp/b"

# --- names that lie ---
jq -r '.ip as $ip | .facts["dns.ptr"][] | select(endswith("bank.example")) | $ip + " " + .' \
	"$tmp/truth" > "$tmp/a"
grep ' dns.ptr .*bank' "$tmp/all" | cut -d' ' -f1,3 > "$tmp/b"
same "a PTR that lies is kept" "$tmp/a" "$tmp/b"
try "but is the name of nobody" bash -c "! grep -E ' (dns.fqdn|name) .*bank' '$tmp/all'"

# --- who misbehaves ---
"$lab" truth people-bad > "$tmp/truth"
start=$SECONDS
try "those who misbehave are swept and asked" sweep "$tmp/bad.db" "$tmp/summary" \
	198.18.164.0/25
took=$((SECONDS - start))
try "in time" test $took -lt 90
"$MUSTER" devices --db "$tmp/bad.db" --format ndjson > "$tmp/devices"
jq -r .ip "$tmp/truth" > "$tmp/a"
jq -r '.addresses[].ip' "$tmp/devices" > "$tmp/b"
same "each is there all the same" "$tmp/a" "$tmp/b"
for why in garbage closed reset silent slow; do
	try "there are reasons: talk-$why" jq -e --arg code "talk-$why" \
		'any(.reasons[]; .code == $code and .count > 0)' "$tmp/summary"
done
# No control character reaches a terminal or a file (CSV ends its lines with CR LF).
"$MUSTER" devices --db "$tmp/bad.db" > "$tmp/table"
"$MUSTER" show 198.18.164.11 --why --db "$tmp/bad.db" > "$tmp/why"
try "no control character is printed" bash -c \
	"! LC_ALL=C grep -naP '[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]' '$tmp/table' '$tmp/why' '$tmp/exits.out'"
try "what they have told before is kept" jq -e -s \
	'any(.[]; .addresses[0].ip == "198.18.164.11" and .fields["smb.os_build"] != null)' \
	"$tmp/devices"

# --- a name server that is gone ---
"$lab" exec crowd nft insert rule inet alive input udp dport 53 drop
try "without a name server the sweep is done" exits 0 scan "$MUSTER" scan 198.18.160.0/26 \
	--no-db --format ndjson --summary-json "$tmp/summary" --ask ssh
try "silence is a reason and no name" jq -e 'any(.reasons[]; .code == "dns-silent")' \
	"$tmp/summary"
try "and no fact" bash -c "! grep -F '\"dns.' '$tmp/exits.out'"

finish
