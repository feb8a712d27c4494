# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# The big networks: one namespace answers for thousands of addresses.
#
#   wan  next hop 198.18.100.1; 198.19.0.0/16 and 198.18.112.0/20 are its own
#        addresses, nft decides who lives and what answers
#   lan  198.20.0.0/16 on scan's own segment; `neighbours` answers ARP and echo
#
# Who lives is written by `population`; all else follows from its truth files.

: "${id:=}" "${lab_state:=}" "${lab_build:=}" "${seed:=}"

big_hosts() {
	printf '%s\n' wan lan
	[ ! -e "$lab_state/relay" ] || echo relay
}

big_links() {
	printf '%s\n' wan0 lan0
}

big_up() {
	local network
	rm -f "$lab_state/loss" "$lab_state/delay" "$lab_state/limit"
	raise_sysctls
	mkdir -p "$lab_state/truth"
	for network in big-routed big-dense big-onlink; do
		"$lab_build/population" $network "$seed" > "$lab_state/truth/$network"
	done
	host_new wan 198.18.100.1
	host_new lan
	cp "$lab_state/truth"/* "$lab_state/wan/run"
	cp "$lab_state/truth"/* "$lab_state/lan/run"
	wan_wires
	lan_wires
	wan_servers
	spawn lan neighbours "$lab_build/neighbours" eth0 /run/big-onlink
	big_wait
}

wan_wires() {
	wan_plug
	ip_in wan route add local 198.19.0.0/16 dev lo
	ip_in wan route add local 198.18.112.0/20 dev lo
}

# What goes with the wire when it is taken away: see weather.sh.
wan_plug() {
	wan_cross_wires
	no_ipv6 scan wan0
	no_ipv6 wan eth0
	ip_in scan link set wan0 up
	ip_in scan address add 198.18.100.2/30 dev wan0
	ip_in wan address add 198.18.100.1/30 dev eth0
	ip_in scan route add 198.19.0.0/16 via 198.18.100.1
	ip_in scan route add 198.18.112.0/20 via 198.18.100.1
}

lan_wires() {
	wire scan lan0 00:1b:21:14:00:01 lan eth0
	no_ipv6 scan lan0
	no_ipv6 lan eth0
	ip_in scan link set lan0 up
	ip_in scan address add 198.20.0.1/16 broadcast + dev lan0
}

wan_servers() {
	local truth=$lab_state/truth
	in_host wan sysctl -qw net.ipv4.icmp_ratelimit=0 \
		net.ipv4.icmp_msgs_per_sec=10000000 net.ipv4.icmp_msgs_burst=10000000 \
		net.core.somaxconn=65535 net.ipv4.tcp_max_syn_backlog=65535 \
		net.ipv4.tcp_synack_retries=1
	wan_dead_rules | in_host wan nft -f -
	wan_rules "$truth/big-routed" "$truth/big-dense" | in_host wan nft -f -
	serve_dnsmasq wan
	spawn wan listener "$lab_build/listener" 22 80 135 443 445 3389 8080
	spawn wan nbns "$lab_build/nbns" /run/big-routed /run/big-dense
}

# nft_set NAME TYPE - a set of what comes in, which must be something
nft_set() {
	printf 'set %s { type %s; elements = { %s } }\n' "$1" "$2" "$(paste -sd,)"
}

# The dead vanish at ingress.  The chain goes with its device and is made again.
wan_dead_rules() {
	local truth=$lab_state/truth
	cat <<-RULES
		table netdev dead
		delete table netdev dead
		table netdev dead {
			$(awk '{ print $1 }' "$truth/big-routed" "$truth/big-dense" |
				nft_set alive ipv4_addr)
			chain ingress {
				type filter hook ingress device eth0 priority 0;
				ip daddr { 198.19.0.0/16, 198.18.112.0/20 } ip daddr != @alive drop
			}
		}
	RULES
}

# wan_rules TRUTH... - for the living, closed ports say so or not.  No connection
# tracking: it would cost more than all the rest.
wan_rules() {
	cat <<-RULES
		table inet alive {
			$(wan_open "$@" | nft_set open 'ipv4_addr . inet_service')
			$(awk '$8 !~ /rst/ { print $1 }' "$@" | nft_set filtered ipv4_addr)
			$(awk '$4 != "-" { print $1 }' "$@" | nft_set named ipv4_addr)
			chain input {
				type filter hook input priority 0; policy accept;
				iifname lo accept
				ip daddr 198.18.100.0/30 accept
				ip protocol icmp accept
				ip daddr . tcp dport @open accept
				udp dport 137 ip daddr @named accept
				ip daddr @filtered drop
				meta l4proto tcp reject with tcp reset
				reject with icmp port-unreachable
			}
		}
	RULES
}

wan_open() {
	awk '$6 != "-" { n = split($6, port, ",")
		for (i = 1; i <= n; i++) print $1 " . " port[i] }' "$@"
}

# Each server is asked what only it can answer, from scan.
big_wait() {
	local routed=$lab_state/truth/big-routed row
	row=$(awk '$6 != "-" { print; exit }' "$routed")
	wait_for 30 "name server on wan" ready_dnsmasq wan
	wait_for 30 "echo from wan" from_scan ping -c 1 -W 1 "${row%% *}"
	wait_for 30 "echo from lan" from_scan ping -c 1 -W 1 \
		"$(awk 'NR == 1 { print $1 }' "$lab_state/truth/big-onlink")"
	wait_for 30 "TCP on wan" from_scan timeout 2 bash -c \
		"exec 3<> /dev/tcp/${row%% *}/$(awk '{ sub(",.*", "", $6); print $6 }' <<< "$row")"
	wait_for 30 "NetBIOS on wan" from_scan timeout 2 nmblookup -s /dev/null -A \
		"$(awk '$4 != "-" { print $1; exit }' "$routed")"
}

from_scan() {
	in_host scan "$@"
}

big_truth() {
	network_is_up big || die "the network big is not up in lab $id"
	exec cat "$lab_state/truth/$1"
}

big_list() {
	local network
	echo "big-routed wan 198.18.100.1 4c:5e:0c:12:64:01 next hop, dnsmasq, listener, nbns"
	echo "big-routed scan 198.18.100.2 00:1b:21:12:64:02 nothing"
	echo "big-onlink scan 198.20.0.1 00:1b:21:14:00:01 nothing"
	for network in big-routed big-dense big-onlink; do
		echo "$network - - - $(wc -l < "$lab_state/truth/$network") addresses alive"
	done
}
