# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# The IPv6 network: hosts on scan's own segment and behind a router whose next hop is a
# link-local address, as router advertisements give it.
#
#	on the link   2001:db8:6::/64 and fe80::/64, by six0 of scan
#	routed        2001:db8:6:1::/64 by fe80::6
#
# To add a host, add a row.  KIND as in real.sh, and two of this file:
#
#	shy    answers neighbour solicitations and nothing else
#	deaf   answers all but what is asked of a group

: "${lab_state:=}"

# HOST ADDRESS MAC KIND; the last part of an address is low, made of the MAC, or random
six_table='
gate6   2001:db8:6::1                    4c:5e:0c:06:00:01 nothing
scan    2001:db8:6::2                    00:1b:21:06:00:02 nothing
shell6  2001:db8:6::10                   00:0c:29:06:00:10 sshd
wall6   2001:db8:6::11                   00:04:0d:06:00:11 wall
shy6    2001:db8:6::12                   00:c0:b7:06:00:12 shy
deaf6   2001:db8:6::fe:13                00:14:22:06:00:13 deaf
slaac6  2001:db8:6:0:214:22ff:fe06:14    00:14:22:06:00:14 sshd
random6 2001:db8:6:0:8d2c:77a1:1b3f:9ac1 00:11:32:06:00:15 nothing
gate6   2001:db8:6:1::1                  4c:5e:0c:06:01:01 nothing
far6    2001:db8:6:1::20                 00:0c:29:06:01:20 sshd
dark6   2001:db8:6:1::2a                 00:04:0d:06:01:2a wall
plain6  2001:db8:6:1::ff                 00:11:32:06:01:ff nothing
'

# six_each FUNCTION - call it with the fields of each row
six_each() {
	local row
	while read -ra row; do
		[ ${#row[@]} -eq 0 ] || "$1" "${row[@]}"
	done <<< "$six_table"
}

six_hosts() {
	awk 'NF && $1 != "scan" && !seen[$1]++ { print $1 }' <<< "$six_table"
}

six_links() {
	echo six0
}

# onlink_six ADDRESS - is it on scan's own segment?
onlink_six() {
	[[ $1 != 2001:db8:6:1:* ]]
}

six_up() {
	host_new gate6
	six_quick gate6
	in_host gate6 sysctl -qw net.ipv6.conf.all.forwarding=1
	six_bridge br6 2001:db8:6::1 4c:5e:0c:06:00:01
	six_bridge br61 2001:db8:6:1::1 4c:5e:0c:06:01:01
	ip_in gate6 address add fe80::6/64 dev br6 nodad
	six_each six_start
	ip_in scan -6 route add 2001:db8:6:1::/64 via fe80::6 dev six0
	six_each six_wait
	six_each six_name
}

# six_quick HOST - addresses are used at once: nobody else has them
six_quick() {
	in_host "$1" sysctl -qw net.ipv6.conf.default.accept_dad=0 \
		net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.router_solicitations=0
}

six_bridge() {
	ip_in gate6 link add "$1" address "$3" type bridge stp_state 0 \
		forward_delay 0 mcast_snooping 0
	ip_in gate6 address add "$2/64" dev "$1" nodad
	ip_in gate6 link set "$1" up
}

six_start() {
	local host=$1 address=$2 mac=$3 kind=$4 dev=eth0 bridge=br6
	[ "$host" != gate6 ] || return 0
	onlink_six "$address" || bridge=br61
	if [ "$host" = scan ]; then
		dev=six0
	else
		host_new "$host"
	fi
	six_quick "$host"
	wire "$host" $dev "$mac" gate6 "p-$host"
	ip_in gate6 link set "p-$host" master $bridge
	ip_in "$host" link set $dev up
	ip_in "$host" address add "$address/64" dev $dev nodad
	[ "$host" = scan ] || six_route "$host" $bridge
	"serve_$kind" "$host"
}

six_route() {
	local by=2001:db8:6::1
	[ "$2" = br6 ] || by=2001:db8:6:1::1
	ip_in "$1" -6 route add default via $by
}

six_wait() {
	case $4 in
	shy) return 0 ;;
	esac
	[ "$1" = scan ] || wait_for 30 "$2 of $1" from_scan_six "$2"
	"ready_$4" "$1" || wait_for 30 "$4 on $1 (see: lab log $1)" "ready_$4" "$1"
}

from_scan_six() {
	in_host scan ping -6 -c 1 -W 1 "$1"
}

six_name() {
	local line="$2 $1.lab.example"
	grep -qxF "$line" "$lab_state/scan/hosts" || echo "$line" >> "$lab_state/scan/hosts"
}

serve_shy() {
	in_host "$1" nft -f - <<-'RULES'
		table ip6 shy {
			chain in {
				type filter hook input priority 0; policy drop;
				icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
			}
		}
	RULES
}

serve_deaf() {
	in_host "$1" sysctl -qw net.ipv6.icmp.echo_ignore_multicast=1
}

ready_deaf() { :; }

# six_truth - see "Columns of truth" in lab --help; answers: ndp, icmp, rst, and group when
# it answers to ff02::1
six_truth() {
	six_each six_truth_line
}

six_truth_line() {
	local host=$1 address=$2 mac=$3 kind=$4 where=onlink tcp=- answers=ndp,icmp,rst,group
	case $kind in
	sshd) tcp=22 ;;
	wall) answers=ndp,icmp,group ;;
	shy) answers=ndp ;;
	deaf) answers=ndp,icmp,rst ;;
	esac
	if ! onlink_six "$address"; then
		where=routed mac=- answers=${answers#ndp,} answers=${answers%,group}
	fi
	echo "$address $mac $host - - $tcp $where $answers"
}

six_list() {
	six_each six_list_line
}

six_list_line() {
	echo "six $1 $2 $3 ${*:4}"
}
