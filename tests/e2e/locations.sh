#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Network locations of an inventory that a directory and sweeps have filled: where each device is,
# who would move by other definitions, and where the directory says otherwise.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

at='"v":1,"at":"2026-11-21T20:15:03.123456Z","run":"r","point":"p"'
subnet() { # PREFIX SITE
	echo "{$at,\"source\":\"ad\",\"site\":\"default\",\"subject\":\"network\",\"evidence\":\"listed\",\"facts\":{\"ad.site\":\"$2\",\"net.prefix\":\"$1\"}}"
}
device() { # ADDRESS NUMBER [SITE]
	echo "{$at,\"source\":\"sweep\",\"site\":\"${3:-default}\",\"ip\":\"$1\",\"evidence\":\"reply\",\"facts\":{\"mac\":\"00:16:3e:00:01:0$2\",\"mac.onlink\":true}}"
}
{
	subnet 10.1.0.0/16 Berlin
	subnet 10.2.0.0/16 Hamburg
	subnet 10.1.7.0/24 Hamburg # a floor that the definitions know nothing of
	subnet 10.9.0.0/16 Moon
	device 10.1.0.5 1; device 10.1.7.5 2; device 10.1.7.6 3; device 10.2.0.5 4
	device 10.1.7.7 5 other
} > "$tmp/seen"
export MUSTER_DB=$tmp/db
"$MUSTER" import "$tmp/seen" > "$tmp/import" 2>&1 || { not_ok "import" "$(cat "$tmp/import")"; finish; }
cat > "$tmp/now.yaml" <<'END'
locations:
  berlin: {subnet: [10.1.0.0/16], ad_site: [Berlin]}
  hamburg: {subnet: [10.2.0.0/16], ad_site: [Hamburg]}
  anywhere: {subnet: [10.0.0.0/8]}
END
sed 's|10.2.0.0/16|10.2.0.0/16, 10.1.7.0/24|' "$tmp/now.yaml" > "$tmp/then.yaml"
location() { "$MUSTER" location --agent "$tmp/now.yaml" "$@" 2> "$tmp/errors"; }

location 10.1.7.5 > "$tmp/one"
if grep -q '^location *anywhere' "$tmp/one" && grep -q 'disagreement: .* says Hamburg, the subnet of berlin' "$tmp/one"; then
	ok "one device and the disagreement about it"
else not_ok "one device and the disagreement about it" "$(cat "$tmp/one" "$tmp/errors")"; fi

printf '10.1.7.5 anywhere hamburg\n10.1.7.6 anywhere hamburg\n' > "$tmp/want.moves"
location --what-if "$tmp/then.yaml" | awk 'NR > 1 { print $2, $3, $4 }' > "$tmp/have.moves"
same "what if: who would move" "$tmp/want.moves" "$tmp/have.moves"
try "of how many" grep -q '2 of 4 devices would move' "$tmp/errors"
try "other sites are left out" grep -q '1 devices of other sites' "$tmp/errors"
location --what-if "$tmp/then.yaml" --format ndjson > "$tmp/json"
try "the same as JSON" [ "$(grep -c '"address":"10.1.7.[56]","from":"anywhere","to":"hamburg"}$' "$tmp/json")" -eq 2 ]
location --what-if "$tmp/now.yaml" > "$tmp/none"
try "nobody moves by the same definitions" [ ! -s "$tmp/none" ]

echo '10.1.7.0/24 Hamburg hamburg berlin 2 10.1.7.5' > "$tmp/want.sites"
location --disagreements | awk 'NR > 1 { print $1, $2, $3, $4, $5, $6 }' > "$tmp/have.sites"
same "where the directory says otherwise" "$tmp/want.sites" "$tmp/have.sites"
sed 's|10.1.0.0/16|10.9.0.0/16, &|' "$tmp/now.yaml" > "$tmp/moon.yaml"
"$MUSTER" location --agent "$tmp/moon.yaml" --disagreements --format ndjson > "$tmp/moon" 2> "$tmp/errors"
try "also where nobody was seen" grep -qx '{"subnet":"10.9.0.0/16","ad_site":"Moon","from":"berlin","to":"none"}' "$tmp/moon"
{
	subnet 10.3.0.0/16 'Bad\u001b[2JSite'
	echo "{$at,\"source\":\"sweep\",\"site\":\"default\",\"ip\":\"10.3.0.5\",\"evidence\":\"reply\",\"facts\":{\"netbios.name\":\"PC\\u001b[31m\",\"mac\":\"00:16:3e:00:03:05\",\"mac.onlink\":true}}"
} > "$tmp/odd"
"$MUSTER" import "$tmp/odd" > "$tmp/import" 2>&1
location --agent <(sed 's|10.1.0.0/16|10.3.0.0/16, &|' "$tmp/now.yaml") 10.3.0.5 > "$tmp/odd.said"
if grep -qF 'PC\x1b[31m' "$tmp/odd.said" && grep -qF 'AD site      Bad\x1b[2JSite' "$tmp/odd.said" &&
	grep -qF 'says Bad\x1b[2JSite, the subnet of berlin' "$tmp/odd.said" && ! grep -q $'\x1b' "$tmp/odd.said"; then
	ok "names that a machine or a directory chose are escaped"
else not_ok "names that a machine or a directory chose are escaped" "$(cat -v "$tmp/odd.said" "$tmp/import")"; fi
echo "locations: {bad: {subnet: [nowhere/9]}}" > "$tmp/bad.yaml"
try "definitions with mistakes are refused" exits 1 "$MUSTER" location --agent "$tmp/now.yaml" --what-if "$tmp/bad.yaml"
try "two reports at once are none" exits 2 "$MUSTER" location --agent "$tmp/now.yaml" --what-if "$tmp/then.yaml" --disagreements

# --- whatever runs on a device, it is where its address is ---
i=16
while IFS='|' read -r system name; do
	i=$((i + 1))
	printf '{%s,"source":"sweep","site":"default","ip":"10.2.0.%d","evidence":"reply","facts":{"mac":"00:16:3e:00:02:%d","mac.onlink":true,"os.name":"%s","snmp.sysdescr":"%s"}}\n' \
		"$at" $i $i "$system" "$name"
done > "$tmp/systems" <<'END'
Windows 11 Pro|
Windows Server 2022 Standard|
Debian GNU/Linux 12|Linux box 6.1.0
macOS 14|Darwin Kernel Version 23.1.0
FreeBSD 14|FreeBSD 14.0
Cisco IOS 15|Cisco IOS Software, C2960
|HP ETHERNET MULTI-ENVIRONMENT,JETDIRECT
END
"$MUSTER" import "$tmp/systems" > "$tmp/import" 2>&1 || not_ok "import" "$(cat "$tmp/import")"
kinds=$("$MUSTER" devices --format ndjson | jq -r '.fields.os // "unknown"' | sort -u | wc -l)
for n in 17 18 19 20 21 22 23; do
	location 10.2.0.$n --why | sed "s/10\.2\.0\.$n/ADDRESS/g; s/00:16:3e:00:02:$n/MAC/g" | grep -v '^device' | md5sum
done | sort | uniq -c > "$tmp/places"
if [ "$(wc -l < "$tmp/places")" -eq 1 ] && [ "$kinds" -ge 4 ]; then ok "the same, and for the same reasons, whatever its system is ($kinds systems)"
else not_ok "the same, and for the same reasons, whatever its system is" "$kinds: $(cat "$tmp/places"; location 10.2.0.17 --why)"; fi
try "that of its subnet" bash -c 'grep -q "^location *hamburg" <<< "$1"' . "$(location 10.2.0.19)"
finish
