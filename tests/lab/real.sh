# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# The real network: real servers, one a host, on two subnets of one router.
#
# To add a host, add a row.  Its third byte says the subnet: 3 is scan's own, 4 is
# behind the router.  KIND names its functions in servers.sh; "absent" is an address
# that DNS knows and nobody has.  MACs are universal, with OUIs of different makers.

: "${lab_state:=}"

# HOST ADDRESS MAC KIND ARGUMENTS (samba: NetBIOS name, workgroup)
real_table='
router 198.18.3.1  4c:5e:0c:12:03:01 nothing
scan   198.18.3.2  00:1b:21:12:03:02 nothing
files  198.18.3.10 00:11:32:12:03:0a samba FILES LABCORP
desk1  198.18.3.11 00:14:22:12:03:0b samba DESK1 HOME
shell  198.18.3.12 00:0c:29:12:03:0c sshd
sensor 198.18.3.13 b8:27:eb:12:03:0d snmpd public
web    198.18.3.14 00:16:3e:12:03:0e nginx
dns    198.18.3.15 00:d0:c9:12:03:0f dnsmasq --dhcp-range=198.18.3.200,198.18.3.220,1h
printer 198.18.3.16 3c:d9:2b:12:03:10 printer
silent 198.18.3.17 00:c0:b7:12:03:11 silent
lounge 198.18.3.18 b8:27:eb:12:03:12 avahi _ipp._tcp:631 _airplay._tcp:7000
gone   198.18.3.30 -                 absent
router 198.18.4.1  4c:5e:0c:12:04:01 nothing
branch 198.18.4.10 00:14:22:12:04:0a samba BRANCH LABCORP
far    198.18.4.11 00:0c:29:12:04:0b sshd
wall   198.18.4.12 00:04:0d:12:04:0c wall
kiosk  198.18.4.13 b8:27:eb:12:04:0d avahi _http._tcp:80
pump   198.18.4.14 00:80:f4:12:04:0e snmpd lab
books  198.18.4.15 3c:ec:ef:12:04:0f slapd dc=lab,dc=example
'

# real_each FUNCTION - call it with the fields of each row
real_each() {
	local row
	while read -ra row; do
		[ ${#row[@]} -eq 0 ] || "$1" "${row[@]}"
	done <<< "$real_table"
}

real_hosts() {
	awk 'NF && $1 != "scan" && $4 != "absent" && !seen[$1]++ { print $1 }' \
		<<< "$real_table"
}

# The interfaces of scan that belong to this network.
real_links() {
	echo eth0
}

real_up() {
	host_new router
	ip_in router link set lo up
	in_host router sysctl -qw net.ipv4.ip_forward=1
	real_bridge br3 198.18.3.1 4c:5e:0c:12:03:01
	real_bridge br4 198.18.4.1 4c:5e:0c:12:04:01
	real_each real_start
	real_each real_wait
}

# real_bridge NAME ADDRESS MAC - a switch with the router's leg in it
real_bridge() {
	ip_in router link add "$1" address "$3" type bridge stp_state 0 \
		forward_delay 0 mcast_snooping 0 group_fwd_mask 16384
	ip_in router address add "$2/24" dev "$1"
	ip_in router link set "$1" up
}

real_start() {
	local host=$1 address=$2 mac=$3 kind=$4 subnet
	[ "$host" != router ] && [ "$kind" != absent ] || return 0
	subnet=${address#198.18.} subnet=${subnet%.*}
	[ "$host" = scan ] || host_new "$host" "$address"
	wire "$host" eth0 "$mac" router "p-$host"
	ip_in router link set "p-$host" master "br$subnet"
	ip_in "$host" link set eth0 up
	ip_in "$host" address add "$address/24" broadcast + dev eth0
	ip_in "$host" route add default via "198.18.$subnet.1"
	"serve_$kind" "$host" "${@:5}"
}

real_wait() {
	[ "$1" != router ] && [ "$4" != absent ] || return 0
	wait_for 60 "$4 on $1 (see: lab log $1)" "ready_$4" "$1" "${@:5}"
}

# Until every workgroup has its master browser.
real_wait_masters() {
	real_each real_wait_master
}

real_wait_master() {
	[ "$4" != samba ] ||
		wait_for 60 "master browser of $6 on $1" has_master "$1" "${@:5}"
}

# real_truth - see "Columns of truth" in lab --help
real_truth() {
	real_each real_truth_line
}

real_truth_line() {
	local host=$1 address=$2 mac=$3 kind=$4 netbios=- workgroup=- where=onlink
	local tcp answers
	[ "$kind" != absent ] || return 0
	[ "$kind" != samba ] || netbios=$5 workgroup=$6
	case $address in 198.18.4.*) where=routed mac=- ;; esac
	read -r tcp answers <<< "$(found_on "$kind")"
	[ $where = onlink ] || answers=${answers#arp,}
	echo "$address $mac $host $netbios $workgroup $tcp $where $answers"
}

real_list() {
	real_each real_list_line
}

real_list_line() {
	echo "real $1 $2 $3 ${*:4}"
}

real_dns_records() {
	real_each real_dns_record
}

real_dns_record() {
	echo "host-record=$1.lab.example,$2"
}

# "PORT BYTES" of the ports that print whatever they are sent
real_printer_bytes() {
	local port
	for port in 515 9100; do
		echo "$port $(stat -c %s "$lab_state/printer/run/received/$port" \
			2> /dev/null || echo 0)"
	done
}
