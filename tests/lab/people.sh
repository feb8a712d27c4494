# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# The network of people: hosts that can be talked to, each with its own names, keys and
# certificates, all in one process.
#
#   crowd  next hop 198.18.140.1; 198.18.144.0/20 (people: 3,000 with six services each),
#          198.18.160.0/22 (people-mixed: 600 of many kinds) and 198.18.164.0/25 (people-bad:
#          64 that misbehave) are its own addresses; `people` answers for them
#
# What is true of them is written by `people -t`; rules and names are made of that.

: "${id:=}" "${lab_state:=}" "${lab_build:=}" "${lab_dir:=}" "${seed:=}"

people_networks=(people people-mixed people-bad)
people_ranges=(198.18.144.0/20 198.18.160.0/22 198.18.164.0/25)

people_hosts() {
	echo crowd
}

people_links() {
	echo crowd0
}

people_up() {
	local range run=$lab_state/crowd/run keys=$lab_build/keys/people.$seed
	host_new crowd 198.18.140.1
	mkdir -p "$lab_build/keys"
	"$lab_build/people" -s "$seed" -k "$keys" -t "$run" "${people_networks[@]}"
	wire scan crowd0 00:1b:21:12:8c:02 crowd eth0
	ip_in crowd link set eth0 address 4c:5e:0c:12:8c:01
	no_ipv6 scan crowd0
	no_ipv6 crowd eth0
	ip_in scan link set crowd0 up
	ip_in scan address add 198.18.140.2/30 dev crowd0
	ip_in crowd address add 198.18.140.1/30 dev eth0
	for range in "${people_ranges[@]}"; do
		ip_in scan route add "$range" via 198.18.140.1
		ip_in crowd route add local "$range" dev lo
	done
	in_host crowd sysctl -qw net.ipv4.icmp_ratelimit=0 \
		net.ipv4.icmp_msgs_per_sec=10000000 net.ipv4.icmp_msgs_burst=10000000 \
		net.core.somaxconn=65535 net.ipv4.tcp_max_syn_backlog=65535
	people_rules "$run/rows" "$run/facts.ndjson" | in_host crowd nft -f -
	spawn crowd people "$lab_build/people" -s "$seed" -k "$keys" "${people_networks[@]}"
	spawn crowd nbns "$lab_build/nbns" /run/rows
	people_names
	people_wait
}

# people_rules ROWS FACTS - the dead vanish, closed ports say so; no connection tracking
people_rules() {
	local ranges
	ranges=$(printf '%s\n' "${people_ranges[@]}" | paste -sd,)
	cat <<-RULES
		table netdev dead {
			$(awk '{ print $1 }' "$1" | nft_set alive ipv4_addr)
			chain ingress {
				type filter hook ingress device eth0 priority 0;
				ip daddr { $ranges } ip daddr != @alive drop
			}
		}
		table inet alive {
			$(wan_open "$1" | nft_set open 'ipv4_addr . inet_service')
			$(awk '$4 != "-" { print $1 }' "$1" | nft_set named ipv4_addr)
			$(sed -n '/"profile":"\(everything\|linux\|printer\|switch\|nas\)"/ {
				s/^{"ip":"\([0-9.]*\)".*/\1/p }' "$2" | nft_set managed ipv4_addr)
			chain input {
				type filter hook input priority 0; policy accept;
				iifname lo accept
				ip daddr 198.18.140.0/30 accept
				ip protocol icmp accept
				ip daddr . tcp dport @open accept
				udp dport 137 ip daddr @named accept
				udp dport 161 ip daddr @managed accept
				meta l4proto tcp reject with tcp reset
				reject with icmp port-unreachable
			}
		}
	RULES
}

# One zone, the root, holds all names and addresses of the network.
people_names() {
	local run=$lab_state/crowd/run
	{
		echo '$TTL 60'
		echo '. SOA crowd.lab.example. lab.lab.example. 1 3600 600 86400 60'
		echo '. NS crowd.lab.example.'
		echo 'crowd.lab.example. A 198.18.140.1'
		cat "$run/names"
	} > "$run/zone"
	cat > "$run/nsd.conf" <<-'CONF'
		server:
			ip-address: 198.18.140.1
			username: ""
			chroot: ""
			pidfile: ""
			database: ""
			zonelistfile: "/run/zone.list"
			xfrdfile: "/run/xfrd.state"
			zonesdir: "/run"
			hide-version: yes
			rrl-ratelimit: 0
		remote-control:
			control-enable: no
		zone:
			name: "."
			zonefile: "/run/zone"
	CONF
	spawn crowd nsd nsd -d -c /run/nsd.conf
}

# Each server is asked what only it can answer, from scan.
people_wait() {
	local row
	row=$(head -n 1 "$lab_state/crowd/run/rows")
	row=${row%% *}
	wait_for 30 "TCP on crowd" from_scan timeout 2 bash -c "exec 3<> /dev/tcp/$row/22"
	wait_for 30 "SNMP on crowd" from_scan snmpget -t 1 -r 0 -v2c -c public "$row" \
		1.3.6.1.2.1.1.5.0
	wait_for 30 "NetBIOS on crowd" from_scan timeout 2 nmblookup -s /dev/null -A "$row"
	wait_for 30 "name server on crowd" in_host crowd timeout 2 bash -c \
		"exec 3<> /dev/tcp/198.18.140.1/53"
}

# people_truth NETWORK - its lines of facts.ndjson
people_truth() {
	network_is_up people || die "the network people is not up in lab $id"
	awk -v want="$1" -F'[".]' '
		{ n = ($6 < 160 ? "people" : $6 < 164 ? "people-mixed" : "people-bad") }
		n == want' "$lab_state/crowd/run/facts.ndjson"
}

people_list() {
	local network
	echo "people crowd 198.18.140.1 4c:5e:0c:12:8c:01 next hop, nsd, people, nbns"
	echo "people scan 198.18.140.2 00:1b:21:12:8c:02 nothing"
	for network in "${people_networks[@]}"; do
		echo "$network - - - $(people_truth "$network" | wc -l) addresses alive"
	done
}
