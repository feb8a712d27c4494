#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Lease files that real DHCP servers wrote (tests/data/leases) are imported: each lease is a
# device, its times are those of the file, a second time changes nothing.  Sends no packet.
# shellcheck disable=SC2317 source=tests/e2e/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

data=$root/tests/data/leases
db=$tmp/inventory.db
import() { "$MUSTER" import --db "$db" "$@"; }
# What awk makes of the same lines.
awk '/^lease/ { ip = $2 } /hardware/ { mac = $3 } /client-hostname/ { name = $2 }
	/^}/ { print ip, name, mac }' "$data/isc" | tr -d '";' > "$tmp/a"
awk -F, 'NR > 1 { print $1, $9, $2 }' "$data/kea" >> "$tmp/a"

try "dhcpd's leases" exits 0 import --leases "$data/isc"
try "are new" grep -q '^3 new observations' "$tmp/exits.err"
try "Kea's, found by looking" exits 0 import "$data/kea"
"$MUSTER" export --db "$db" | jq -r '.ip + " " + .facts["dhcp.name"] + " " + .facts.mac' > "$tmp/b"
same "their addresses, names and MACs are those of the files" "$tmp/a" "$tmp/b"
"$MUSTER" export --db "$db" | jq -r '.evidence + " " + .source' | sort -u > "$tmp/b"
echo "listed import" > "$tmp/a"
same "as what somebody else says" "$tmp/a" "$tmp/b"
"$MUSTER" export --db "$db" | jq -r 'select(.ip == "198.18.9.100") | .at' > "$tmp/b"
echo 2026-11-22T05:41:33.000000Z > "$tmp/a"
same "of the time when the lease began" "$tmp/a" "$tmp/b"
try "a second time" exits 0 import --leases "$data/isc"
try "nothing is new" grep -q '^0 new observations, 3 known already' "$tmp/exits.err"

cp "$data/dnsmasq" "$tmp/dnsmasq.leases"
touch -d 2026-11-22T05:50:00Z "$tmp/dnsmasq.leases"
try "dnsmasq's, of when its file was written" exits 0 import "$tmp/dnsmasq.leases"
"$MUSTER" export --db "$db" | jq -r 'select(.ip == "198.18.9.63") | .at + " " + .facts["dhcp.name"]' \
	> "$tmp/b"
echo "2026-11-22T05:50:00.000000Z phone" > "$tmp/a"
same "and named" "$tmp/a" "$tmp/b"
touch -d 2026-11-23T05:50:00Z "$tmp/dnsmasq.leases"
try "a day later" exits 0 import --db "$tmp/other.db" "$tmp/dnsmasq.leases"
try "they are over, and that is said" grep -q '^3 leases of dnsmasq are over' "$tmp/exits.err"

printf 'lease 10.0.0.7 {\n starts never;\n}\n' > "$tmp/broken"
try "a broken lease is told" exits 1 import --db "$tmp/other.db" "$tmp/broken"
try "by its line" grep -q 'broken:2: ' "$tmp/exits.err"
echo '<nmaprun/>' > "$tmp/xml"
try "what is none is refused" exits 1 import --db "$tmp/other.db" --leases "$tmp/xml"
try "with a reason" grep -q 'it is no lease file of ISC dhcpd, Kea or dnsmasq' "$tmp/exits.err"
finish
