# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# Namespaces: hosts, the wires between them, waiting, loss, capture, clean-up.
#
# A host is a named netns mst-ID-HOST and one "holder" process (a sleep) that keeps
# its UTS and mount namespaces alive.  Its /run is a folder of its own:
# /run/muster-lab/ID/HOST/run, so servers keep pid files and sockets apart.
# Interfaces are made inside namespaces and never exist in the machine's own.

# Set by main in lab.
: "${id:=}" "${lab_state:=}" "${lab_dir:=}"

lab_build=${MUSTER_LAB_BUILD:-${lab_dir%/tests/lab}/build/lab}
machine_sysctls=(net.core.netdev_max_backlog
	net.ipv4.neigh.default.gc_thresh{1,2,3})

need_tools() {
	local tool missing=()
	for tool in ip nft ethtool nsenter unshare flock smbd nmbd nmblookup snmpd avahi-daemon \
	    avahi-browse dbus-daemon \
	    snmpget nginx dnsmasq nsd slapd wsdd openssl ssh-keygen sysctl cc; do
		command -v "$tool" > /dev/null || missing+=("$tool")
	done
	[ ${#missing[@]} -eq 0 ] ||
		die "missing: ${missing[*]}; run deps/install.sh deps/lab.txt"
}

# lock_lab - one up, down or loss of a lab at a time
# Servers are started with descriptor 9 closed, or they would keep the lock.
lock_lab() {
	local file=/run/lock/muster-lab-$id.lock try
	for try in 1 2 3; do
		exec 9> "$file"
		flock -w 120 9 || die "another up or down of lab $id has run for 2 minutes"
		# The one who held it may have removed the file: then try the new one.
		[ "$(stat -Lc %i /proc/self/fd/9)" != "$(stat -c %i "$file" 2>&1)" ] ||
			return 0
	done
	die "cannot lock $file (tried $try times)"
}

unlock_lab() {
	rm -f "/run/lock/muster-lab-$id.lock"
	exec 9>&-
}

# wait_for SECONDS WHAT CMD... - until CMD succeeds, or die saying WHAT did not come
wait_for() {
	local deadline=$((${EPOCHREALTIME/./} + $1 * 1000000)) what=$2
	shift 2
	until "$@" > /dev/null 2>&1; do
		[ "${EPOCHREALTIME/./}" -lt $deadline ] ||
			die "$what: not there in time (waited for: $*)"
		sleep 0.05
	done
}

# has_ended PID - gone, or a zombie that a slow init has not reaped yet
has_ended() {
	! grep -qs '^State:[[:space:]]*[^Z[:space:]]' "/proc/$1/status"
}

# --- hosts ---------------------------------------------------------------------

netns_of() {
	echo "mst-$id-$1"
}

# Runs ip(8) on the network of a host.
ip_in() {
	ip -n "mst-$id-$1" "${@:2}"
}

host_is_up() {
	local pid
	[ -e "$lab_state/$1/run/ready" ] && pid=$(< "$lab_state/$1/holder.pid") &&
		[ "$(readlink "/proc/$pid/ns/net")" = "net:[$(stat -Lc %i \
			"/run/netns/mst-$id-$1" 2> /dev/null)]" ]
}

# What the holder does before it sleeps: $1 the host's folder, $2 its name.
# shellcheck disable=SC2016 # the holder expands it
holder_script='set -e
umount -R -l /run/netns 2> /dev/null || :
mount -t sysfs sysfs /sys
mount --bind "$1/hosts" /etc/hosts
mount --bind "$1/resolv.conf" /etc/resolv.conf
mount --bind "$1/run" /run
hostname "$2"
touch /run/ready
exec sleep infinity'

# host_new HOST [ADDRESS] - namespaces with nothing but lo in them
host_new() {
	local dir=$lab_state/$1 ns
	ns=$(netns_of "$1")
	mkdir -p "$dir/run/log" "$dir/run/lock"
	printf '127.0.0.1 localhost\n' > "$dir/hosts"
	[ $# -lt 2 ] || printf '%s %s.lab.example %s\n' "$2" "$1" "$1" >> "$dir/hosts"
	write_resolv_conf "$1"
	ip netns add "$ns"
	ip -n "$ns" link set lo up
	nsenter --net="/run/netns/$ns" sysctl -qw net.ipv4.conf.all.rp_filter=0 \
		net.ipv4.conf.default.rp_filter=0 net.ipv6.conf.default.accept_ra=0
	setsid nsenter --net="/run/netns/$ns" unshare --mount --uts \
		bash -c "$holder_script" holder "$dir" "$1" \
		< /dev/null > "$dir/holder.log" 2>&1 9>&- &
	echo $! > "$dir/holder.pid"
	wait_for 10 "namespaces of $1 (see $dir/holder.log)" host_is_up "$1"
}

# exec_in_host HOST CMD... - become CMD, on the host
exec_in_host() {
	exec nsenter --target "$(< "$lab_state/$1/holder.pid")" --net --mount --uts \
		--wdns="$PWD" -- "${@:2}" 9>&-
}

in_host() {
	(exec_in_host "$@")
}

# write_resolv_conf HOST - the lab's name servers that are up; loopback refuses at once
write_resolv_conf() {
	{
		echo "search lab.example"
		[ ! -e "$lab_state/dns/run/ready" ] || echo "nameserver 198.18.3.15"
		[ ! -e "$lab_state/wan/run/ready" ] || echo "nameserver 198.18.100.1"
		[ ! -e "$lab_state/crowd/run/ready" ] || echo "nameserver 198.18.140.1"
		[ ! -e "$lab_state/dc1/run/ready" ] || echo "nameserver $(dc_resolver 198.18.180.10)"
		[ ! -e "$lab_state/dc3/run/ready" ] || echo "nameserver 198.18.180.30"
		[ -e "$lab_state/dns/run/ready" ] || [ -e "$lab_state/wan/run/ready" ] ||
			[ -e "$lab_state/crowd/run/ready" ] ||
			[ -e "$lab_state/dc1/run/ready" ] || echo "nameserver 127.0.0.1"
	} > "$lab_state/$1/resolv.conf"
}

# spawn HOST NAME CMD... - start a server that stays in the foreground
# Each in a session of its own: smbd, when it ends, ends its whole process group.
spawn() {
	local host=$1 name=$2 dir=$lab_state/$1/run
	shift 2
	exec_in_host "$host" setsid "$@" < /dev/null >> "$dir/log/$name" 2>&1 &
	echo $! > "$dir/$name.pid"
}

servers_run() {
	local file
	for file in "$lab_state/$1"/run/*.pid; do
		! has_ended "$(< "$file")" || return 1
	done
}

# --- wires ---------------------------------------------------------------------

# wire HOST IF MAC PEER PEER_IF - a veth pair; offloads off: frames as on a real wire
wire() {
	ip_in "$4" link add "$5" type veth peer name "$2" address "$3" \
		netns "$(netns_of "$1")"
	in_host "$4" ethtool -K "$5" tso off gso off gro off tx off > /dev/null
	in_host "$1" ethtool -K "$2" tso off gso off gro off tx off > /dev/null
	ip_in "$4" link set "$5" up
}

# no_ipv6 HOST IF - a quiet wire: the kernel says nothing of its own on it
no_ipv6() {
	in_host "$1" sysctl -qw "net.ipv6.conf.$2.disable_ipv6=1"
}

# far_end NETWORK - "HOST IF" where the frames that scan sends arrive
far_end() {
	case $1 in
	real) echo "router p-scan" ;;
	six) echo "gate6 p-scan" ;;
	big-routed|big-dense) echo "wan eth0" ;;
	big-onlink) echo "lan eth0" ;;
	ghosts) echo "ghost eth0" ;;
	ghosts-onlink) echo "proxy eth0" ;;
	people|people-mixed|people-bad) echo "crowd eth0" ;;
	domains) echo "gate9 p-scan" ;;
	*) misuse "no network $1" ;;
	esac
}

# --- loss ----------------------------------------------------------------------

check_percent() {
	[[ $1 =~ ^[0-9]{1,2}(\.[0-9]{1,2})?$ ]] || misuse "loss is 0 to 99.99 percent"
}

# lab_loss PCT - frames are lost at the far ends, both ways.
# Coming in, the ingress hook is past ETH_P_ALL captures (so those see all that was
# sent) and before the stack and the lab's own ARP and IP sockets.  Going out, the
# egress hook is before the wire.  A scanner can bypass neither.
lab_loss() {
	local network host dev
	echo "$1" > "$lab_state/loss"
	for network in real six big-routed big-onlink ghosts ghosts-onlink people; do
		network_is_up "${network%%-*}" || continue
		read -r host dev <<< "$(far_end $network)"
		in_host "$host" nft -f - <<-RULES
			table netdev loss
			delete table netdev loss
			$([ "$(permyriad "$1")" -eq 0 ] || loss_rules "$dev" "$1")
		RULES
	done
}

permyriad() {
	awk -v p="$1" 'BEGIN { printf "%d", p * 100 + 0.5 }'
}

loss_rules() {
	local way
	echo "table netdev loss {"
	for way in ingress egress; do
		echo "chain $way { type filter hook $way device $1 priority -10;"
		echo "numgen random mod 10000 < $(permyriad "$2") drop; }"
	done
	echo "}"
}

# --- capture -------------------------------------------------------------------

# The folder of a capture, named after its file.
capture_dir() {
	echo "$lab_state/capture/$(realpath -m "$1" | sha256sum | cut -c1-16)"
}

capture_start() {
	local host dev dir
	dir=$(capture_dir "$1")
	read -r host dev <<< "$(far_end "$2")"
	host_is_up "$host" || die "the network $2 is not up in lab $id"
	[ ! -e "$dir" ] || die "a capture to $1 is running already"
	command -v tcpdump > /dev/null || die "missing: tcpdump"
	mkdir -p "$dir"
	# Immediate mode has slots of a fixed size, so the snapshot length sets how
	# many frames fit: 256 MiB of 256-byte slots hold about 800,000.
	exec_in_host "$host" setsid tcpdump -i "$dev" -Q in -n -s 256 -B 262144 -Z root \
		--immediate-mode -w - < /dev/null > "$1" 2> "$dir/log" &
	echo $! > "$dir/pid"
	wait_for 10 "capture (see $dir/log)" grep -q '^tcpdump: listening' "$dir/log"
	echo "$host $dev $(frames_received "$host" "$dev")" > "$dir/start"
}

# Fails when frames were lost: a test must not conclude from such a capture.
capture_stop() {
	local dir pid captured dropped
	dir=$(capture_dir "$1")
	[ -e "$dir/start" ] || die "no capture to $1 is running"
	pid=$(< "$dir/pid")
	wait_for 30 "tcpdump is behind the traffic, or gone" capture_has_all "$dir" "$pid"
	kill -INT "$pid"
	wait_for 10 "end of tcpdump" has_ended "$pid"
	captured=$(awk '/^[0-9].*captured$/ { print $1 }' "$dir/log")
	dropped=$(awk '/^[0-9].*dropped by kernel$/ { print $1 }' "$dir/log")
	rm -r "$dir"
	echo "captured $captured dropped $dropped"
	[ "$dropped" -eq 0 ] || die "the kernel dropped frames of the capture"
}

frames_received() {
	in_host "$1" cat "/sys/class/net/$2/statistics/rx_packets"
}

# capture_has_all DIR PID - what came in since the start is in tcpdump's hands: it
# says on SIGUSR1 how many it has.
capture_has_all() {
	local host dev before said
	read -r host dev before < "$1/start"
	said=$(grep -c '' "$1/log")
	kill -USR1 "$2" && wait_for 5 "counts of tcpdump" capture_said_more "$1" "$said"
	[ "$(tail -n 1 "$1/log" | awk '{ print $2 + $(NF - 4) }')" -ge \
		$(($(frames_received "$host" "$dev") - before)) ]
}

capture_said_more() {
	[ "$(grep -c '' "$1/log")" -gt "$2" ]
}

# --- clean-up ------------------------------------------------------------------

# kill_in SIGNAL NETNS... - every process that lives in these network namespaces
kill_in() {
	local signal=$1 ns pids=()
	shift
	for ns; do
		mapfile -O ${#pids[@]} -t pids < <(ip netns pids "$ns" 2> /dev/null)
	done
	[ ${#pids[@]} -gt 0 ] || return 1
	kill -"$signal" "${pids[@]}" 2> /dev/null || :
}

none_left_in() {
	! kill_in 0 "$@"
}

# remove_netns NETNS... - end what runs there, politely first; then the namespaces
remove_netns() {
	local n
	[ $# -gt 0 ] || return 0
	if kill_in TERM "$@"; then
		for ((n = 0; n < 10; n++)); do
			none_left_in "$@" && break
			sleep 0.02
		done
		kill_in KILL "$@" || :
		wait_for 10 "end of the processes in $*" none_left_in "$@"
	fi
	for n; do
		ip netns delete "$n"
	done
}

# Works from what it finds, not from what up noted: up may have been killed.
lab_down() {
	local found=(/run/netns/mst-"$id"-*)
	remove_netns "${found[@]##*/}"
	rm -rf --one-file-system "$lab_state"
	restore_sysctls
	leave_no_folder
}

# The folder of all labs goes with the last one; another may be about to make its own in it.
leave_no_folder() (
	flock -w 30 8 || die "the folder of labs is locked"
	rmdir /run/muster-lab 2> /dev/null || :
) 8< /run/lock

make_folder() (
	flock -w 30 8 || die "the folder of labs is locked"
	mkdir -p "$lab_state"
) 8< /run/lock

# The neighbour table and the receive backlog have no settings of their own in a
# namespace: big raises the machine's, and the last lab to go puts them back.
# Subshells, one at a time over all labs.
raise_sysctls() (
	saved=/run/muster-lab/sysctls
	flock -w 30 8 || die "the machine's sysctls are locked"
	touch "$lab_state/sysctls.raised"
	if [ ! -e $saved ]; then
		sysctl "${machine_sysctls[@]}" > $saved.new
		mv $saved.new $saved
	fi
	sysctl -qw "${machine_sysctls[@]/%/=1000000}"
) 8< /run/lock

restore_sysctls() (
	saved=/run/muster-lab/sysctls
	flock -w 30 8 || die "the machine's sysctls are locked"
	others=(/run/muster-lab/*/sysctls.raised)
	[ -e $saved ] && [ ${#others[@]} -eq 0 ] || return 0
	sysctl -q -p $saved
	rm $saved
) 8< /run/lock

# --- networks ------------------------------------------------------------------

network_is_up() {
	[ -e "$lab_state/$1.up" ]
}

# network_up real|big|ghosts - does nothing when it is up and all its hosts are
network_up() {
	local host hosts whole=yes
	mapfile -t hosts < <("$1_hosts")
	host_is_up scan || lab_down
	for host in "${hosts[@]}"; do
		host_is_up "$host" && servers_run "$host" || whole=no
	done
	if network_is_up "$1" && [ $whole = yes ]; then
		return 0
	fi
	make_folder
	build_tools
	host_is_up scan || host_new scan
	network_remove "$1" "${hosts[@]}"
	"$1_up"
	write_resolv_conf scan
	touch "$lab_state/$1.up"
}

# network_remove NETWORK HOST... - what is left of an earlier, broken up
network_remove() {
	local host link found=()
	rm -f "$lab_state/$1.up"
	for link in $("$1_links"); do
		ip_in scan link delete "$link" 2> /dev/null || :
	done
	shift
	for host; do
		[ ! -e "/run/netns/mst-$id-$host" ] || found+=("$(netns_of "$host")")
		rm -rf --one-file-system "${lab_state:?}/$host"
	done
	remove_netns "${found[@]}"
}

# build_tools - compile the lab's own responders where they are missing or old
build_tools() {
	local tool
	mkdir -p "$lab_build"
	for tool in population neighbours nbns listener relay; do
		[ "$lab_build/$tool" -nt "$lab_dir/$tool.c" ] &&
			[ "$lab_build/$tool" -nt "$lab_dir/truth.c" ] &&
			[ "$lab_build/$tool" -nt "$lab_dir/truth.h" ] && continue
		cc -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -o "$lab_build/$tool.$$" \
			"$lab_dir/$tool.c" "$lab_dir/truth.c" ||
			die "cannot compile $tool.c"
		mv "$lab_build/$tool.$$" "$lab_build/$tool"
	done
	build_people
}

build_people() {
	local file new=no
	for file in "$lab_dir"/people/*; do
		[ "$lab_build/people" -nt "$file" ] || new=yes
	done
	[ $new = yes ] || return 0
	cc -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -o "$lab_build/people.$$" \
		"$lab_dir"/people/*.c -lssl -lcrypto || die "cannot compile people"
	mv "$lab_build/people.$$" "$lab_build/people"
}
