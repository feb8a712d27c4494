#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The probes beside ARP, ping, TCP and NetBIOS, asked of real servers: what snmpd, avahi and
# Linux say is what snmpget, avahi's own tools and nmap print of them; communities stay
# secret; a capture of it all replays.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

in_lab real
secret=s3same-opens-nothing
printf 'scan:\n  snmp_community: [%s, public, lab]\n' "$secret" > "$tmp/muster.yaml"
subnets=(198.18.3.0/24 198.18.4.0/24)
"$lab" list > "$tmp/list"
of_kind() { awk -v kind="$1" '$5 == kind { print $2, $3 }' "$tmp/list"; }

"$lab" capture start "$tmp/far.pcap" real > /dev/null
try "the sweep is done" exits 0 scan "$MUSTER" scan "${subnets[@]}" --config "$tmp/muster.yaml" \
	--db "$tmp/muster.db" --format csv --summary-json "$tmp/summary.json" \
	--packets-to "$tmp/run.pcap"
cat "$tmp/exits.out" "$tmp/exits.err" > "$tmp/said"
"$lab" capture stop "$tmp/far.pcap" > /dev/null
"$MUSTER" devices --db "$tmp/muster.db" --format ndjson > "$tmp/devices"
facts() { jq -r "select(.fields[\"$1\"]) | .addresses[0].ip + \" \" + ($2)" "$tmp/devices"; }

# --- SNMP ---
value() { scan snmpget -Oqvn -v2c -c "$1" "$2" "1.3.6.1.2.1.1.$3.0" < /dev/null; }
of_kind snmpd | while read -r host address; do
	community=$(awk -v h="$host" '$2 == h { print $6 }' "$tmp/list")
	echo "$address $(value "$community" "$address" 5) $(value "$community" "$address" 2 |
		sed 's/^\.//') $(value "$community" "$address" 1)"
done | tr -d '"' > "$tmp/a"
facts snmp.sysname '.fields["snmp.sysname"] + " " + .fields["snmp.sysobjectid"] + " " +
	.fields["snmp.sysdescr"]' > "$tmp/b"
same "SNMP says what snmpget prints, on the link and behind a router" "$tmp/a" "$tmp/b"

# --- mDNS ---
# Avahi answers its own link only (RFC 6762 s11), whoever asks.
of_kind avahi | grep ' 198\.18\.3\.' | while read -r host address; do
	"$lab" exec "$host" avahi-resolve -4 -a "$address" < /dev/null
done | tr '\t' ' ' > "$tmp/a"
facts mdns.name '.fields["mdns.name"]' > "$tmp/b"
same "mDNS names are those of avahi-resolve" "$tmp/a" "$tmp/b"
of_kind avahi | grep ' 198\.18\.3\.' | while read -r host address; do
	"$lab" exec "$host" avahi-browse -atkp 2> /dev/null < /dev/null |
		awk -F';' -v a="$address" '$1 == "+" { print a, $5 }' | sort -u
done > "$tmp/a"
facts mdns.services '.fields["mdns.services"][]' > "$tmp/b"
same "mDNS services are those of avahi-browse" "$tmp/a" "$tmp/b"
awk '{ print $2 }' "$tmp/a" | sed 's/^_\(.*\)\._.*/\1/' | sort > "$tmp/names"
scan nmap -n -Pn -sU -p 5353 --script dns-service-discovery "$(awk 'NR == 1 { print $1 }' "$tmp/a")" |
	awk '$2 ~ /^[0-9]+\/(tcp|udp)$/ { print $3 }' > "$tmp/b"
same "and those of nmap" "$tmp/names" "$tmp/b"

# --- ICMP timestamp ---
awk 'NR > 1 || 1 { print $1 }' <("$lab" truth real) > "$tmp/alive"
scan nmap -n -sn -PP --send-ip --disable-arp-ping -iL "$tmp/alive" -oG - |
	awk '/Status: Up/ { print $2 }' | grep -vxF 198.18.3.2 > "$tmp/a"
facts icmp.timestamp '""' | tr -d ' ' > "$tmp/b"
same "timestamps come from whom nmap gets one" "$tmp/a" "$tmp/b"
scan "$MUSTER" scan 198.18.4.0/24 --probe icmp-timestamp --no-identify --no-db --no-names \
	--quiet --format ndjson | jq -r .ip > "$tmp/b"
grep '^198\.18\.4\.' "$tmp/a" > "$tmp/routed"
same "named, it finds hosts behind a router" "$tmp/routed" "$tmp/b"
"$lab" exec wall nft flush chain inet wall in
"$lab" exec wall nft add rule inet wall in icmp type timestamp-request accept
wall=$(awk '$2 == "wall" { print $3 }' "$tmp/list")
scan "$MUSTER" scan "$wall" --probe icmp-echo --no-db --no-names --quiet --format ndjson > "$tmp/b"
try "a host that answers no ping" test ! -s "$tmp/b"
scan "$MUSTER" scan "$wall" --probe icmp-timestamp --no-db --no-names --quiet --format ndjson |
	jq -r .ip > "$tmp/b"
echo "$wall" > "$tmp/a"
same "answers a timestamp request" "$tmp/a" "$tmp/b"

# --- what was sent ---
tshark -r "$tmp/far.pcap" -Y 'ip.src == 198.18.3.2 && (udp || icmp) &&
	(_ws.malformed || _ws.expert.group == "Malformed" || ip.checksum.status == 0 ||
	udp.checksum.status == 0 || icmp.checksum.status == 0)' \
	-o ip.check_checksum:TRUE -o udp.check_checksum:TRUE > "$tmp/bad" 2> /dev/null
try "every question is well-formed to tshark" test ! -s "$tmp/bad"
tshark -r "$tmp/far.pcap" -Y 'snmp && udp.dstport == 161' -T fields -e snmp.community \
	-e snmp.version -e snmp.name 2> /dev/null | awk -F'\t' 'split($3, names, ",") == 3' |
	sort -u > "$tmp/b" # the conversations (ask_snmp.sh) ask for other numbers of values
for community in "$secret" public lab; do
	printf '%s\t1\t1.3.6.1.2.1.1.1.0,1.3.6.1.2.1.1.2.0,1.3.6.1.2.1.1.5.0\n' "$community"
done > "$tmp/a"
same "SNMP asks three values with each community" "$tmp/a" "$tmp/b"
tshark -r "$tmp/far.pcap" -Y 'udp.dstport in {161, 5353}' -T fields -e ip.dst 2> /dev/null |
	grep -v '^198\.18\.[34]\.' > "$tmp/outside"
try "and nobody outside the targets" test ! -s "$tmp/outside"
try "printers print nothing" test "$("$lab" printer-bytes)" = 0

# --- secrets ---
try "no community is in the store" bash -c "! grep -aq '$secret' '$tmp'/muster.db*"
try "none is printed" bash -c "! grep -q '$secret' '$tmp/said' '$tmp/summary.json'"
"$MUSTER" config dump "$tmp/muster.yaml" > "$tmp/dump"
try "none is in the settings as they are shown" bash -c \
	"grep -q '# snmp_community:' '$tmp/dump' && ! grep -q '$secret' '$tmp/dump'"
tshark -r "$tmp/run.pcap" -Y '!snmp && !icmp' -w "$tmp/rest.pcap" 2> /dev/null
try "none is in the notes of a capture" bash -c "! grep -aq '$secret' '$tmp/rest.pcap'"
try "on a command line it is refused" exits 2 "$MUSTER" scan 198.18.3.13 --snmp-community x
try "SNMP by name needs a community" bash -c "'$MUSTER' scan 198.18.3.13 --probe snmp --no-db \
	2>&1 | grep -q 'needs a community: set scan.snmp_community'"
try "which is misuse" exits 2 "$MUSTER" scan 198.18.3.13 --probe snmp --no-db

# --- heard again ---
records() { jq -cS '[.ip, .evidence, .facts]' "$1" | sort; }
scan "$MUSTER" scan "${subnets[@]}" --config "$tmp/muster.yaml" --no-db --no-names --no-talk --quiet \
	--format ndjson --packets-to "$tmp/run.pcap" > "$tmp/live" 2> "$tmp/err"
"$MUSTER" scan "${subnets[@]}" --no-db --quiet --format ndjson \
	--packets-from "$tmp/run.pcap" > "$tmp/replayed" 2> "$tmp/err2"
records "$tmp/live" > "$tmp/a"
records "$tmp/replayed" > "$tmp/b"
same "a capture replays without the communities" "$tmp/a" "$tmp/b"

# --- by sockets ---
scan "$MUSTER" scan 198.18.3.0/24 198.18.4.14 --config "$tmp/muster.yaml" --unprivileged \
	--probe mdns,snmp --no-db --no-names --quiet --format ndjson > "$tmp/live" 2> "$tmp/err"
jq -r '.ip + " " + (.facts["snmp.sysname"] // .facts["mdns.name"] // empty)' "$tmp/live" |
	sort -u > "$tmp/b" # the conversations say so, too
{ facts snmp.sysname '.fields["snmp.sysname"]'; facts mdns.name '.fields["mdns.name"]'; } > "$tmp/a"
same "by sockets they say the same" "$tmp/a" "$tmp/b"
finish
