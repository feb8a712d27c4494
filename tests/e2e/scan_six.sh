#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A sweep of IPv6: every host on the link and behind the router found, with the MACs that
# ndisc6 and the ports that nmap see; in a /64 whoever ping ff02::1 hears; nothing sent that is
# not about a target.
# first: takes minutes
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

in_lab six
near=2001:db8:6::/120 far=2001:db8:6:1::/120 link=2001:db8:6::/64
"$lab" truth six > "$tmp/truth"

# sweep FILE ARGUMENT... - the records of a sweep that keeps nothing
sweep() {
	local out=$1; shift
	scan "$MUSTER" scan "$@" --no-db --no-names --quiet --format ndjson > "$out" 2> "$tmp/err"
}
found() { jq -r 'select(.evidence == "reply") | .ip' "$1" | sort -u; }
# The addresses of the truth that begin like $1 and whose answers match $2.
truth() { awk -v p="$1" -v a="$2" 'index($1, p) == 1 && $8 ~ a { print $1 }' "$tmp/truth"; }

# --- one by one: on the link and behind the next hop ---
"$lab" capture start "$tmp/far.pcap" six > /dev/null
try "the sweep is done" exits 0 scan "$MUSTER" scan $near $far --no-names \
	--db "$tmp/db" --format csv --summary-json "$tmp/summary.json"
"$lab" capture stop "$tmp/far.pcap" > "$tmp/captured"
"$MUSTER" devices --db "$tmp/db" --format ndjson > "$tmp/devices"
jq -r 'select(.state == "up") | .addresses[] | select(.current) | .ip' "$tmp/devices" > "$tmp/b"
grep -E '^2001:db8:6:(:[0-9a-f]{1,2}|1::[0-9a-f]{1,2}) ' "$tmp/truth" | cut -d ' ' -f 1 > "$tmp/a"
# The first address of the routed subnet is its routers' together: it answers, and lives.
grep -vx '2001:db8:6:1::' "$tmp/b" > "$tmp/b2"
same "every host is found, and no other" "$tmp/a" "$tmp/b2"
scan nmap -6 -n -sn -T4 $near $far -oG - 2> /dev/null |
	awk '/Status: Up/ { print $2 }' | grep -vxE '2001:db8:6:(1:)?:' > "$tmp/a"
same "they are those of nmap -6" "$tmp/a" "$tmp/b2"

# --- MACs, as ndisc6 has them ---
truth 2001:db8:6:: ndp | while read -r ip; do
	[ "$ip" != 2001:db8:6::2 ] || continue
	scan ndisc6 -q -1 "$ip" six0 2> /dev/null | tr 'A-F' 'a-f' | sed "s/^/$ip /"
done | grep -E '^2001:db8:6::[0-9a-f]{1,2} ' > "$tmp/a"
sweep "$tmp/near" $near
jq -r 'select(.facts["mac.onlink"]) | .ip + " " + .facts.mac' "$tmp/near" |
	grep -v '^2001:db8:6::2 ' > "$tmp/b"
same "on-link hosts have the MAC that ndisc6 is told" "$tmp/a" "$tmp/b"

# --- ports, as nmap has them ---
truth 2001:db8:6: icmp | grep -vx 2001:db8:6::2 > "$tmp/alive"
scan nmap -6 -n -Pn -sT -T5 --max-retries 1 -p 22,80,135,443,445,3389 -iL "$tmp/alive" -oG - |
	awk '/Ports:/ && $0 ~ /22\/open/ { print $2 }' > "$tmp/a"
sweep "$tmp/out" "@$tmp/alive"
jq -r 'select(.facts["tcp.open"] == [22]) | .ip' "$tmp/out" > "$tmp/b"
same "open ports are those of nmap -6" "$tmp/a" "$tmp/b"

# --- a /64: by multicast ---
flush() { scan ip -6 neigh flush all; }
flush
sweep "$tmp/out" $link
found "$tmp/out" > "$tmp/b"
truth 2001:db8:6: group > "$tmp/a"
same "a /64: all that answer to ff02::1" "$tmp/a" "$tmp/b"
flush
scan ping -6 -c 3 -i 0.3 ff02::1%six0 | sed -n 's/.*from \(fe80:[0-9a-f:]*\)%.*/\1/p' |
	sort -u > "$tmp/a"
flush
sweep "$tmp/out" fe80::/64 -i six0
found "$tmp/out" > "$tmp/b"
same "fe80::/64: those that ping ff02::1 hears" "$tmp/a" "$tmp/b"
flush
scan ping -6 -c 1 -W 1 2001:db8:6::fe:13 > /dev/null
sweep "$tmp/out" $link
try "a neighbour of the kernel is asked too" grep -q '"2001:db8:6::fe:13"' "$tmp/out"
flush
sweep "$tmp/out" deaf6.lab.example $link
try "what a name leads to is asked too" grep -q '"2001:db8:6::fe:13"' "$tmp/out"
flush
sweep "$tmp/out" $link --exclude 2001:db8:6:0:8000::/65
try "exclusions win over what multicast finds" bash -c "
	grep -q 2001:db8:6::10 '$tmp/out' && ! grep -q 8d2c '$tmp/out'"
flush
scan "$MUSTER" scan $link --no-multicast --no-db --no-names > "$tmp/out" 2> "$tmp/err"
try "without multicast it says why nothing is found" grep -q ipv6-too-large "$tmp/err"
try "a large range needs no --yes" exits 0 scan "$MUSTER" scan $link --preview

# --- what left the machine: the test that matters most ---
# What scan's kernel says by itself: MLD (RFC 3810), router solicitations, advertisements about
# itself, and questions for neighbours that it has spoken with: those go to the neighbour
# itself (RFC 4861 §7.3.3), some seconds later, and are let pass for addresses of the link.
sent() {
	tshark -r "$1" -Y 'ipv6 && !(icmpv6.type in {133, 136, 143})' -T fields -e ipv6.dst \
		-e icmpv6.nd.ns.target_address -e eth.dst -e icmpv6.type 2> /dev/null | sort -u
}
sent "$tmp/far.pcap" > "$tmp/sent"
try "the far end lost no frame" grep -q 'dropped 0$' "$tmp/captured"
awk -F'\t' '{ about = $2 != "" ? $2 : $1 }
	about ~ /^2001:db8:6:(:|1:)?(:[0-9a-f]?[0-9a-f]?)?$/ || about == "fe80::6" { next }
	$4 == 135 && $1 == $2 && $1 ~ /^fe80:/ { next }
	{ print }' "$tmp/sent" > "$tmp/outside"
if [ -s "$tmp/sent" ] && [ ! -s "$tmp/outside" ]; then
	ok "nothing was sent outside the targets ($(wc -l < "$tmp/sent") kinds of frames)"
else
	not_ok "nothing was sent outside the targets" "$(head -n 5 "$tmp/outside")"
fi
# To the group made of the last three bytes; to the target itself only by the kernel, later.
awk -F'\t' '$4 == 135 && $1 ~ /^ff02:/ {
	last = $2; sub(/.*:/, "", last)
	two = length(last) == 1 ? "0" last : last
	if ($1 != "ff02::1:ff00:" last || $3 != "33:33:ff:00:00:" two) print
	n++ } END { if (n < 250) print n " only" }' "$tmp/sent" > "$tmp/b"
try "solicitations go to the group of their target" test ! -s "$tmp/b"
for how in --multicast --no-multicast; do
	flush
	"$lab" capture start "$tmp/group.pcap" six > /dev/null
	sweep "$tmp/out" $link $how
	"$lab" capture stop "$tmp/group.pcap" > /dev/null
	tshark -r "$tmp/group.pcap" -Y 'ipv6.dst == ff02::1 && icmpv6.type == 128' -T fields \
		-e ipv6.src -e ipv6.hlim -e eth.dst -e icmpv6.checksum.status 2> /dev/null |
		sort -u > "$tmp/group$how"
done
scan ip -6 -o addr show dev six0 | awk '{ sub("/.*", "", $4); print $4 "\t1\t33:33:00:00:00:01\t1" }' \
	> "$tmp/a"
same "ff02::1 is asked from each address, on the link only" "$tmp/a" "$tmp/group--multicast"
try "with --no-multicast it is not asked" test ! -s "$tmp/group--no-multicast"
flush
"$lab" capture start "$tmp/group.pcap" six > /dev/null
sweep "$tmp/out" $near
"$lab" capture stop "$tmp/group.pcap" > /dev/null
try "nor where all are asked one by one" bash -c "
	! tshark -r '$tmp/group.pcap' -Y 'ipv6.dst == ff02::1' 2> /dev/null | grep -q ."

# --- loss, replay, UDP ---
"$lab" loss 10
sweep "$tmp/out" $near --recall 0 --rounds 8
"$lab" loss 0
found "$tmp/out" > "$tmp/b"
found "$tmp/near" > "$tmp/a"
same "loss is made good by rounds" "$tmp/a" "$tmp/b"

facts() { jq -cS '[.ip, .evidence, .facts]' "$1" | sort; }
sweep "$tmp/live" $link $far --no-talk --packets-to "$tmp/run.pcap"
"$MUSTER" scan $link $far --no-db --format ndjson --quiet --packets-from "$tmp/run.pcap" \
	> "$tmp/replayed" 2> "$tmp/err"
facts "$tmp/live" > "$tmp/a"
facts "$tmp/replayed" > "$tmp/b"
same "a capture replays to the same records" "$tmp/a" "$tmp/b"

# --- without rights, and on this host alone ---
scan sysctl -qw net.ipv4.ping_group_range='0 2147483647'
scan setpriv --reuid 65534 --regid 65534 --clear-groups "$MUSTER" scan $near ::1 --unprivileged \
	--no-db --no-names --quiet --format ndjson > "$tmp/out" 2> "$tmp/err"
found "$tmp/out" > "$tmp/b"
{ echo ::1; truth 2001:db8:6:: icmp | grep -E '::[0-9a-f]{1,2}$'; } > "$tmp/a"
same "without rights, connecting and pinging finds what answers" "$tmp/a" "$tmp/b"
finish
