# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# The network of ghosts: addresses that answer although nobody lives there.
#
#   ghost  next hop 198.18.128.1, a firewall that answers for all behind it; one real
#          /24 behind it, too, and a few who live among the ghosts
#   proxy  198.18.136.0/24 on scan's own segment: the router .1 answers ARP for every
#          address with its own MAC (proxy ARP); nothing behind it says anything

: "${id:=}" "${lab_state:=}" "${lab_build:=}" "${seed:=}"

# SUBNET ECHO TCP: what the firewall answers for everybody, .0 and .255 too
ghosts_table='
198.18.130.0/24 echo   rst
198.18.131.0/24 silent rst
198.18.132.0/24 silent syn-ack
198.18.133.0/24 echo   syn-ack
'

# Who lives among them, as truth: each has something that the ghosts around it lack.
ghosts_living='
198.18.130.20  00:16:3e:12:82:14 g-198-18-130-20 GHOST-8214 LABGHOST 445 routed icmp,rst
198.18.130.77  00:16:3e:12:82:4d g-198-18-130-77 GHOST-824D LABGHOST - routed icmp,rst
198.18.130.200 - g-198-18-130-200 - - 22 routed icmp,rst
198.18.131.50  - g-198-18-131-50 - - - routed icmp,rst
198.18.132.99  - g-198-18-132-99 - - - routed icmp
198.18.136.1   4c:5e:0c:12:88:01 proxy - - - onlink arp,icmp,rst
198.18.136.40  00:16:3e:12:88:28 g-198-18-136-40 - - - onlink arp,icmp
198.18.136.41  00:16:3e:12:88:29 g-198-18-136-41 - - - onlink arp,icmp
'

ghosts_hosts() {
	printf '%s\n' ghost proxy
}

ghosts_links() {
	printf '%s\n' ghost0 ghost1
}

# ghosts_where FIELD VALUE - the subnets with this, as the elements of an nft set
ghosts_where() {
	awk -v f="$1" -v v="$2" 'NF && $f == v { print $1 }' <<< "$ghosts_table" | paste -sd,
}

ghosts_up() {
	host_new ghost 198.18.128.1
	host_new proxy 198.18.136.1
	{
		awk 'NF' OFS=' ' <<< "$ghosts_living" | tr -s ' '
		"$lab_build/population" ghosts-dense "$seed"
	} > "$lab_state/ghost/run/truth"
	awk '$7 == "onlink" && $3 != "proxy"' "$lab_state/ghost/run/truth" \
		> "$lab_state/proxy/run/neighbours"
	ghosts_routed
	ghosts_onlink
	ghosts_wait
}

ghosts_routed() {
	local subnet
	wire scan ghost0 00:1b:21:12:80:02 ghost eth0
	ip_in ghost link set eth0 address 4c:5e:0c:12:80:01
	no_ipv6 scan ghost0
	no_ipv6 ghost eth0
	ip_in scan link set ghost0 up
	ip_in scan address add 198.18.128.2/30 dev ghost0
	ip_in ghost address add 198.18.128.1/30 dev eth0
	for subnet in 198.18.{130..134}.0/24; do
		ip_in scan route add "$subnet" via 198.18.128.1
		ip_in ghost route add local "$subnet" dev lo
	done
	in_host ghost sysctl -qw net.ipv4.icmp_ratelimit=0 \
		net.ipv4.icmp_msgs_per_sec=10000000 net.ipv4.icmp_msgs_burst=10000000
	ghosts_rules "$lab_state/ghost/run/truth" | in_host ghost nft -f -
	spawn ghost listener "$lab_build/listener" 22 80 135 443 445 3389 8080
	spawn ghost nbns "$lab_build/nbns" /run/truth
}

# The SYN proxy answers each SYN with SYN-ACK and keeps no state, as firewalls do that
# guard against SYN floods.  It wants what connection tracking does not know.
ghosts_rules() {
	local dense=198.18.134.0/24
	cat <<-RULES
		table netdev dead {
			$(awk '{ print $1 }' "$1" | nft_set alive ipv4_addr)
			chain ingress {
				type filter hook ingress device eth0 priority 0;
				ip daddr $dense ip daddr != @alive drop
			}
		}
		table inet ghosts {
			$(awk '{ print $1 }' "$1" | nft_set alive ipv4_addr)
			$(wan_open "$1" | nft_set open 'ipv4_addr . inet_service')
			$(awk '$8 !~ /rst/ { print $1 }' "$1" | nft_set filtered ipv4_addr)
			$(awk '$4 != "-" { print $1 }' "$1" | nft_set named ipv4_addr)
			chain untracked {
				type filter hook prerouting priority raw;
				ip daddr { $(ghosts_where 3 syn-ack) } notrack
			}
			chain input {
				type filter hook input priority 0; policy drop;
				iifname lo accept
				ip daddr 198.18.128.0/30 accept
				ip daddr { $(ghosts_where 2 echo) } ip protocol icmp accept
				ip daddr @alive ip protocol icmp accept
				ip daddr . tcp dport @open accept
				udp dport 137 ip daddr @named accept
				ip daddr { $(ghosts_where 3 syn-ack) } tcp flags syn \
					ct state invalid,untracked \
					synproxy mss 1460 wscale 7 timestamp sack-perm
				ip daddr { $(ghosts_where 3 rst) } meta l4proto tcp \
					reject with tcp reset
				ip daddr != $dense drop
				ip daddr @filtered drop
				meta l4proto tcp reject with tcp reset
				reject with icmp port-unreachable
			}
		}
	RULES
}

# A kernel answers ARP for what it would forward by another interface: dead0 leads
# nowhere.  Who lives on the segment has a route of its own and answers for itself.
ghosts_onlink() {
	local address
	wire scan ghost1 00:1b:21:12:88:02 proxy eth0
	ip_in proxy link set eth0 address 4c:5e:0c:12:88:01
	no_ipv6 scan ghost1
	no_ipv6 proxy eth0
	ip_in scan link set ghost1 up
	ip_in scan address add 198.18.136.2/24 broadcast + dev ghost1
	ip_in proxy link add dead0 type veth peer name dead1
	ip_in proxy link set dead0 up
	ip_in proxy link set dead1 up
	in_host proxy sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.eth0.proxy_arp=1 \
		net.ipv4.neigh.eth0.proxy_delay=0 net.ipv4.icmp_ratelimit=0
	in_host proxy nft 'table inet dead {
		chain forward { type filter hook forward priority 0; policy drop; }
	}'
	ip_in proxy address add 198.18.136.1/32 dev eth0
	ip_in proxy route add 198.18.136.0/24 dev dead0
	for address in 198.18.136.2 $(awk '{ print $1 }' "$lab_state/proxy/run/neighbours"); do
		ip_in proxy route add "$address/32" dev eth0
	done
	spawn proxy neighbours "$lab_build/neighbours" eth0 /run/neighbours
}

ghosts_wait() {
	local address
	for address in 198.18.130.0 198.18.131.50 198.18.133.9 198.18.136.1 198.18.136.40; do
		wait_for 30 "echo from $address" from_scan ping -c 1 -W 1 "$address"
	done
	for address in 198.18.132.7/9 198.18.130.20/445 198.18.130.200/22; do
		wait_for 30 "TCP on $address" from_scan timeout 2 bash -c \
			"exec 3<> /dev/tcp/$address"
	done
	wait_for 30 "NetBIOS on ghost" from_scan timeout 2 nmblookup -s /dev/null -A 198.18.130.77
}

ghosts_truth() {
	network_is_up ghosts || die "the network ghosts is not up in lab $id"
	exec cat "$lab_state/ghost/run/truth"
}

ghosts_list() {
	echo "ghosts ghost 198.18.128.1 4c:5e:0c:12:80:01 next hop, answers for all"
	echo "ghosts scan 198.18.128.2 00:1b:21:12:80:02 nothing"
	echo "ghosts proxy 198.18.136.1 4c:5e:0c:12:88:01 proxy ARP, neighbours"
	echo "ghosts scan 198.18.136.2 00:1b:21:12:88:02 nothing"
	echo "ghosts - - - $(grep -c '' "$lab_state/ghost/run/truth") addresses alive"
}
