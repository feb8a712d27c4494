# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# The domains: workgroups as they were and as they are, each host a namespace.
#
#	on the link   198.18.192.0/24, by dom0 of scan
#	routed        198.18.193.0/24 by .1: known to the WINS server only
#
# To add a host, add a row.  KIND is "office": nmbd and smbd, with NAME, WORKGROUP and words:
#
#	master   wins the election of its workgroup and is its domain master
#	nt1      speaks SMB1, and with it browse lists
#	wins     is the name server that all hosts register with
#	wsd      answers WS-Discovery too
#	shut     tells nobody anything who has no account
#
# or "wsdd": WS-Discovery alone, as a Windows without NetBIOS.

: "${lab_state:=}"

domains_wins=198.18.192.10 domains_gate=gate9 domains_dev=dom0

# HOST ADDRESS MAC KIND NAME WORKGROUP WORDS
domains_table='
gate9  198.18.192.1  4c:5e:0c:19:20:01 nothing
scan   198.18.192.2  00:1b:21:19:20:02 nothing
pdc    198.18.192.10 00:11:32:19:20:0a office ALPHAPDC ALPHA master,nt1,wins
old    198.18.192.11 00:14:22:19:20:0b office OLDBOX ALPHA nt1
new    198.18.192.12 00:11:32:19:20:0c office NEWBOX BETA master
next   198.18.192.13 00:14:22:19:20:0d office NEXTBOX BETA wsd
modern 198.18.192.14 00:16:3e:19:20:0e wsdd MODERN GAMMA
quiet  198.18.192.17 00:c0:b7:19:20:11 silent
gate9  198.18.193.1  4c:5e:0c:19:21:01 nothing
afar   198.18.193.10 00:14:22:19:21:0a office AFAR ALPHA nt1
'

# domains_each FUNCTION - call it with the fields of each row
domains_each() {
	local row
	while read -ra row; do
		[ ${#row[@]} -eq 0 ] || "$1" "${row[@]}"
	done <<< "$domains_table"
}

domains_hosts() {
	awk 'NF && $1 != "scan" && !seen[$1]++ { print $1 }' <<< "$domains_table"
}

domains_links() {
	echo dom0
}

# Masters first: whoever comes later finds them, and announces itself at once.
domains_up() {
	host_new gate9
	in_host gate9 sysctl -qw net.ipv4.ip_forward=1
	domains_bridge br192 198.18.192.1 4c:5e:0c:19:20:01
	domains_bridge br193 198.18.193.1 4c:5e:0c:19:21:01
	domains_each domains_host
	ip_in scan route add 198.18.193.0/24 via 198.18.192.1
	domains_serve
}

domains_serve() {
	domains_each domains_serve_master
	domains_each domains_wait_master
	domains_each domains_serve_other
	domains_each domains_wait
}

domains_bridge() {
	ip_in $domains_gate link add "$1" address "$3" type bridge stp_state 0 \
		forward_delay 0 mcast_snooping 0
	ip_in $domains_gate address add "$2/24" dev "$1"
	ip_in $domains_gate link set "$1" up
}

domains_host() {
	local host=$1 address=$2 mac=$3 subnet dev=eth0
	[ "$host" != $domains_gate ] || return 0
	subnet=${address#198.18.} subnet=${subnet%.*}
	if [ "$host" = scan ]; then dev=$domains_dev; else host_new "$host" "$address"; fi
	wire "$host" $dev "$mac" $domains_gate "p-$host"
	ip_in $domains_gate link set "p-$host" master "br$subnet"
	ip_in "$host" link set $dev up
	ip_in "$host" address add "$address/24" broadcast + dev $dev
	[ "$host" = scan ] || ip_in "$host" route add default via "198.18.$subnet.1"
}

is_master() {
	[ "$4" = office ] && [[ ,$7, == *,master,* ]]
}

domains_serve_master() {
	! is_master "$@" || "serve_$4" "$1" "${@:5}"
}

domains_wait_master() {
	! is_master "$@" || wait_for 60 "master browser of $6 on $1" has_master "$1" "${@:5}"
}

domains_serve_other() {
	[ "$4" = nothing ] || is_master "$@" || "serve_$4" "$1" "${@:5}"
}

domains_wait() {
	[ "$4" = nothing ] || wait_for 60 "$4 on $1 (see: lab log $1)" "ready_$4" "$1" "${@:5}"
}

# --- servers ---------------------------------------------------------------------

# serve_office HOST NETBIOS WORKGROUP WORDS
serve_office() {
	local run=$lab_state/$1/run words=,${4-}, master=no protocol=SMB2_02 restrict=0 wins
	[[ $words != *,master,* ]] || master=yes
	[[ $words != *,nt1,* ]] || protocol=NT1
	[[ $words != *,shut,* ]] || restrict=2
	wins="wins server = $domains_wins"
	[[ $words != *,wins,* ]] || wins='wins support = yes'
	mkdir -p "$run"/samba/{private,lock,state,cache,ncalrpc,share}
	cat > "$run/smb.conf" <<-CONF
		[global]
		netbios name = $2
		workgroup = $3
		server string = $1 of the lab
		server role = standalone server
		interfaces = eth0 lo
		bind interfaces only = yes
		smb ports = 445 139
		server min protocol = $protocol
		map to guest = Bad User
		restrict anonymous = $restrict
		local master = $master
		preferred master = $master
		domain master = $master
		os level = 65
		$wins
		disable spoolss = yes
		load printers = no
		private dir = /run/samba/private
		lock directory = /run/samba/lock
		state directory = /run/samba/state
		cache directory = /run/samba/cache
		pid directory = /run/samba
		ncalrpc dir = /run/samba/ncalrpc
		[share]
		path = /run/samba/share
		guest ok = yes
	CONF
	spawn "$1" nmbd nmbd -F --no-process-group --debug-stdout -s /run/smb.conf
	spawn "$1" smbd smbd -F --no-process-group --debug-stdout -s /run/smb.conf
	[[ $words != *,wsd,* ]] || serve_wsdd "$1" "$2" "$3"
}

ready_office() {
	ready_samba "$@" && { [[ ,${4-}, != *,wsd,* ]] || ready_wsdd "$1"; }
}

# serve_wsdd HOST NAME WORKGROUP
serve_wsdd() {
	spawn "$1" wsdd wsdd -i eth0 -n "$2" -w "$3"
}

ready_wsdd() {
	listens "$1" -u 3702 && listens "$1" -t 5357
}

# --- what there is to find ---------------------------------------------------------

# domains_truth - "ADDRESS NAME WORKGROUP WORDS"
domains_truth() {
	awk '$4 == "office" || $4 == "wsdd" { print $2, $5, $6, ($7 ? $7 : "-") }' <<< "$domains_table"
}

domains_list() {
	awk 'NF { print "domains", $0 }' <<< "$domains_table"
}
