# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# The weather on the way to big-routed and big-dense: delay, and a limit on replies.
# Loss, which all networks know, stands in netns.sh.
#
# Delay is a host between scan and wan.  It is there only while there is delay, so that
# it costs nothing otherwise: the wire is taken away and made anew, with or without it.

: "${id:=}" "${lab_state:=}" "${lab_build:=}"

# lab_delay MS - round trips to wan take MS longer
lab_delay() {
	network_is_up big || die "the network big is not up in lab $id"
	wan_unplug
	if [ "$1" -gt 0 ]; then
		host_new relay
		echo "$1" > "$lab_state/delay"
	fi
	wan_plug
	wan_dead_rules | in_host wan nft -f -
	[ ! -e "$lab_state/loss" ] || lab_loss "$(< "$lab_state/loss")"
	[ ! -e "$lab_state/limit" ] || lab_limit "$(< "$lab_state/limit")"
	wait_for 30 "echo from wan" from_scan ping -c 1 -W 2 198.18.100.1
}

check_delay() {
	[[ $1 =~ ^(0|1?[0-9]{1,3})$ ]] || misuse "delay is 0 to 1999 milliseconds"
}

# The relay goes first, or it would find its wires cut; then both ends of each wire, now:
# with their namespace they would go some time later.
wan_unplug() {
	rm -f "$lab_state/delay"
	if [ -e "$lab_state/relay" ]; then
		remove_netns "$(netns_of relay)"
		# What it could not hold is not the delay that was asked for.
		awk '/dropped/ && !/ 0 lost, 0 dropped/ { print "lab: relay: " $0 }' \
			"$lab_state/relay/run/log/relay" >&2
		rm -rf --one-file-system "${lab_state:?}/relay"
	fi
	ip_in scan link delete wan0 2> /dev/null || :
	ip_in wan link delete eth0 2> /dev/null || :
}

# wan_cross_wires - scan's wan0 to wan's eth0: at once, or by the relay
wan_cross_wires() {
	local wan_mac=4c:5e:0c:12:64:01
	if [ ! -e "$lab_state/delay" ]; then
		wire scan wan0 00:1b:21:12:64:02 wan eth0
		ip_in wan link set eth0 address $wan_mac
		return
	fi
	wire scan wan0 00:1b:21:12:64:02 relay near
	wire wan eth0 $wan_mac relay far
	no_ipv6 relay near
	no_ipv6 relay far
	ip_in wan link set eth0 up
	spawn relay relay "$lab_build/relay" "$(awk '{ print $1 / 2 }' "$lab_state/delay")" \
		near far
	wait_for 10 "relay (see: lab log relay)" \
		grep -q relaying "$lab_state/relay/run/log/relay"
}

# lab_limit N - big-dense answers N echo requests a second at most, as a router or a
# firewall does that limits ICMP; more are not answered at all
lab_limit() {
	network_is_up big || die "the network big is not up in lab $id"
	echo "$1" > "$lab_state/limit"
	in_host wan nft -f - <<-RULES
		table netdev limited
		delete table netdev limited
		$([ "$1" -eq 0 ] || limit_rules "$1")
	RULES
}

# What comes within 50 ms may come at once.
limit_rules() {
	cat <<-RULES
		table netdev limited {
			chain egress {
				type filter hook egress device eth0 priority -20;
				ip saddr 198.18.112.0/20 icmp type echo-reply \
					limit rate over $1/second burst $(($1 / 20 + 1)) packets drop
			}
		}
	RULES
}

check_limit() {
	[[ $1 =~ ^[0-9]{1,7}$ ]] || misuse "limit is 0 to 9999999 replies a second"
}
