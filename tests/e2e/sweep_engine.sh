#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The sweep engine on real links, seen from the far end: what it sends, how fast, to whom,
# and what it says when the network is not as it should be.  Whole networks are for
# scan_big.sh; here the ranges are small and odd.
# alone: measures the rate cap and the breaker
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

[ "$(id -u)" -eq 0 ] || { skip "all" "needs root for network namespaces"; finish; }
export MUSTER_LAB_ID=e2eeng$$
lab=$root/tests/lab/lab
trap '"$lab" down > "$tmp/down" 2>&1; rm -rf "$tmp"' EXIT
"$lab" up big > "$tmp/up" 2>&1 || { not_ok "lab" "$(tail -n 3 "$tmp/up")"; finish; }
for network in big-routed big-onlink; do "$lab" truth $network > "$tmp/$network"; done
scan_ns() { "$lab" exec scan "$@"; }

# sweep ARGUMENT...: observations to $tmp/found, run lines to $tmp/said
sweep() {
	# shellcheck disable=SC2016
	scan_ns bash -c '"$0" scan --emit --no-names "${@:2}" 3> "$1"' "$MUSTER" "$tmp/said" "$@" \
		> "$tmp/found" 2> "$tmp/err" < /dev/null
}
end_of() { jq -r "select(.kind == \"end\") | .$1" "$tmp/said"; }
reasons() { jq -r 'select(.kind == "reason") | .code + " " + (.count | tostring)' "$tmp/said"; }
ips() { jq -r .ip "$tmp/found" | sort -u; }

is() { # NAME WANT HAVE
	if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1" "wanted \"$2\", have \"$3\""; fi
}

host=$(awk '$8 ~ /icmp/ { print $1; exit }' "$tmp/big-routed")
near=$(awk '{ print $1; exit }' "$tmp/big-onlink")

# --- one question to the next hop and one to the host are enough, from the first packet on ---
for _ in 1 2 3 4 5; do
	sweep "$host" --probe icmp-echo --no-identify || break
	[ "$(end_of 'sent')/$(end_of 'found')" = 2/1 ] || break
done
is "the first answer is heard" "2/1" "$(end_of 'sent')/$(end_of 'found')"
sweep "$near" --no-identify
is "and the first of ARP" "1/1" "$(end_of 'sent')/$(end_of 'found')"

# --- odd ranges: every frame at the far end goes to a target, and each target was asked ---
"$lab" capture start "$tmp/odd.pcap" big-routed > /dev/null
sweep 198.19.3.7 198.19.4.0-9 '198.19.8.0/28' '!198.19.8.4/30' 198.19.255.255 203.0.113.0/30 \
	--ports 9100,515,631 --exclude 198.19.4.5 --rate 2000 --host-rate 1000
"$lab" capture stop "$tmp/odd.pcap" > "$tmp/captured"
{
	echo 198.19.3.7
	printf '198.19.4.%s\n' 0 1 2 3 4 6 7 8 9
	printf '198.19.8.%s\n' 0 1 2 3 8 9 10 11 12 13 14 15
	echo 198.19.255.255
} | sort > "$tmp/want"
tshark -r "$tmp/odd.pcap" -Y ip -T fields -e ip.dst 2> /dev/null | sort -u > "$tmp/have"
is "every target is asked, and nobody else" "" "$(diff "$tmp/want" "$tmp/have")"
tshark -r "$tmp/odd.pcap" -Y 'arp && !(arp.dst.proto_ipv4 == 198.18.100.1)' 2> /dev/null > "$tmp/arp"
try "ARP goes to the next hop only" test ! -s "$tmp/arp"
tshark -r "$tmp/odd.pcap" -Y 'icmp.type == 3' 2> /dev/null > "$tmp/unreachable"
try "our kernel answers no reply with port unreachable" test ! -s "$tmp/unreachable"
tshark -r "$tmp/odd.pcap" -Y 'tcp.len > 0 || (tcp.flags.syn == 0 && tcp.flags.reset == 0)' \
	2> /dev/null > "$tmp/payload"
try "TCP carries no byte and completes nothing" test ! -s "$tmp/payload"
tshark -r "$tmp/odd.pcap" -Y 'ip.checksum.status == 0 || tcp.checksum.status == 0 ||
	udp.checksum.status == 0 || icmp.checksum.status == 0' -o ip.check_checksum:TRUE \
	-o tcp.check_checksum:TRUE -o udp.check_checksum:TRUE 2> /dev/null > "$tmp/sums"
try "every checksum is right" test ! -s "$tmp/sums"
is "what has no route is said" "no-route 4" "$(reasons | grep no-route)"

# --- the caps, one host at a time and ARP ---
"$lab" capture start "$tmp/host.pcap" big-routed > /dev/null
sweep "$host" 198.19.0.1 --ports 8000-8030
"$lab" capture stop "$tmp/host.pcap" > /dev/null
tshark -r "$tmp/host.pcap" -Y 'ip && (icmp || udp || tcp.flags.syn == 1)' -T fields \
	-e ip.dst -e frame.time_relative 2> /dev/null |
	awk '{ t[$1, ++n[$1]] = $2; while ($2 - t[$1, low[$1] + 1] >= 1) low[$1]++
		if (n[$1] - low[$1] > max) max = n[$1] - low[$1] } END { print max }' > "$tmp/most"
# 40 and the one that ends the second; scheduling may move one more into it.
if [ "$(cat "$tmp/most")" -ge 20 ] && [ "$(cat "$tmp/most")" -le 42 ]; then
	ok "one host gets at most 40 packets/s ($(cat "$tmp/most") in the busiest second)"
else
	not_ok "one host gets at most 40 packets/s" "$(cat "$tmp/most")"
fi
"$lab" capture start "$tmp/arp.pcap" big-onlink > /dev/null
sweep 198.20.8.0/21 --no-identify --recall 0 --rounds 1
"$lab" capture stop "$tmp/arp.pcap" > /dev/null
tshark -r "$tmp/arp.pcap" -Y arp -T fields -e frame.time_relative 2> /dev/null |
	awk '{ t[NR] = $1; while (t[NR] - t[low + 1] >= 0.1) low++
		if (NR - low > max) max = NR - low } END { print NR, max }' > "$tmp/most"
read -r asked most < "$tmp/most"
if [ "$asked" -eq 2048 ] && [ "$most" -le 105 ]; then
	ok "ARP keeps to 1,000/s (at most $most in 100 ms)"
else
	not_ok "ARP keeps to 1,000/s" "$asked requests, $most in some 100 ms of 100 allowed"
fi

# --- a network that is not as it should be ---
scan_ns ip route add unreachable 198.19.129.0/24
sweep 198.19.129.0/28 "$host" --probe icmp-echo --no-identify
is "a forbidden range is said, the rest is swept" "unreachable-route 16/1" \
	"$(reasons)/$(end_of found)"
scan_ns ip route add 198.19.128.0/24 via 198.20.0.0 dev lan0 onlink
sweep 198.19.128.0/24 --no-identify
is "a silent next hop is said, and nothing claimed" "next-hop-silent 256/0/0" \
	"$(reasons)/$(end_of asked)/$(jq -c 'select(.kind == "coverage")' "$tmp/said" | wc -l)"
dead=$(printf '198.20.1.%s\n' {1..250} | grep -vxFf <(awk '{ print $1 }' "$tmp/big-onlink") |
	head -n 1)
sweep "$dead" --no-identify
is "silence is no error" "true/0/2" "$(end_of ok)/$(end_of found)/$(end_of sent)"

(sleep 0.6; scan_ns ip link set lan0 down) &
sweep 198.20.0.0/16 --no-identify
wait
is "a link that breaks ends the sweep as partial" "false/true" \
	"$(end_of ok)/$(end_of error | grep -q 'lan0: Network is down' && echo true)"
try "and what was found till then is kept" test -s "$tmp/found"
sweep 198.20.0.0/28 --no-identify
is "what a dead link took with it is said" "no-route 14" "$(reasons | grep no-route)"
scan_ns ip link set lan0 up

finish
