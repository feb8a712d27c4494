#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The agent as its unit starts it: user muster, CAP_NET_RAW alone, files where the unit has them.  It
# sweeps by ARP, asks ports, listens and asks for NetBIOS names; its user may ask it how it goes; and all
# the system calls that it makes are those that the unit lets through.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/lib_point.sh
. "$(dirname "$0")/lib_point.sh"

for tool in setpriv unshare systemd-sysusers python3; do
	command -v $tool > "$tmp/which" || { skip "all" "needs $tool"; finish; }
done
unit=$root/schedule/muster-agent.service
of_unit() { sed -n "s/^$1=//p" "$unit"; }

# --- as the unit has it: its user, its folders, its capabilities ---
mkdir -p "$tmp/root/etc" "$tmp/etc"
systemd-sysusers --root="$tmp/root" "$root/schedule/muster-agent.sysusers" > "$tmp/said" 2>&1
# Numbers that nobody has on this machine.
uid=64321 gid=64322
sed -E "s/^(muster:[^:]*):[0-9]+:[0-9]+:/\1:$uid:$gid:/" "$tmp/root/etc/passwd" > "$tmp/etc/passwd"
sed -E "s/^(muster:[^:]*):[0-9]+:/\1:$gid:/" "$tmp/root/etc/group" > "$tmp/etc/group"
grep -q "^muster:.*:$uid:$gid:" "$tmp/etc/passwd" || { not_ok "the unit's user" "$(cat "$tmp/said")"; finish; }
mkdir -m 700 "$tmp/state" "$tmp/store"
mkdir -m 755 "$tmp/run"
chown "$uid:$gid" "$tmp/state" "$tmp/store" "$tmp/run"
chmod 711 "$tmp"
caps=$(of_unit AmbientCapabilities | sed 's/CAP_/+/; y/ABCDEFGHIJKLMNOPQRSTUVWXYZ/abcdefghijklmnopqrstuvwxyz/')
bound=$(of_unit CapabilityBoundingSet | sed 's/CAP_/+/; y/ABCDEFGHIJKLMNOPQRSTUVWXYZ/abcdefghijklmnopqrstuvwxyz/')
if [ "$caps $bound $(of_unit User) $(of_unit NoNewPrivileges)" = "+net_raw +net_raw muster yes" ]; then
	ok "the unit gives CAP_NET_RAW and nothing else"
else not_ok "the unit gives CAP_NET_RAW and nothing else" "$caps $bound"; fi
cat > "$tmp/as_unit" <<'END'
#!/bin/sh -e
tmp=$1 caps=$2 bound=$3
shift 3
for file in passwd group; do mount --bind "$tmp/etc/$file" "/etc/$file"; done
mount -t tmpfs -o mode=755 tmpfs /run
mkdir /run/muster
mount --bind "$tmp/run" /run/muster
mkdir -p /var/lib/muster
mount --bind "$tmp/state" /var/lib/muster
umask 077
export HOME=/var/lib/muster
exec setpriv --reuid muster --regid muster --clear-groups --no-new-privs \
	--inh-caps="-all,$caps" --ambient-caps="-all,$caps" --bounding-set="-all,$bound" "$@"
END
# With the unit's capability, and its user with none; what follows is the command.
as_unit=(ip netns exec "$net-point" unshare -m sh "$tmp/as_unit" "$tmp" "$caps" "$bound")
none=(ip netns exec "$net-point" unshare -m sh "$tmp/as_unit" "$tmp" -all -all)
by_hand() { "${none[@]}" "$@"; }

# --- who is there: one with an open port, one that speaks by itself and is no target ---
host h1 198.18.250.11 00:16:3e:5e:fa:11
host h2 198.18.250.200 00:16:3e:5e:fa:c8
ip netns exec "$net-h1" python3 -c 'import socket
s = socket.create_server(("198.18.250.11", 8022))
while True: s.accept()[0].close()' > "$tmp/open" 2>&1 &
disown
speaks() { # a broadcast question for an address of its own network
	ip netns exec "$net-h2" python3 -c 'import socket
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("198.18.250.201", 9))'
}
sock=$tmp/run/agent.sock
cat > "$tmp/agent.yaml" <<END
agent: {site: lab, point: p1, min_free: 0}
scope: {allow: [198.18.250.0/24]}
passive: {enabled: yes, interfaces: [eth0]}
ranges:
  near: {targets: [198.18.250.0/27], schedule: every 2s, ports: [8022, 8023], names: no, talk: no}
  talks: {targets: [198.18.250.11], schedule: every 3s, ports: [8022]}
windows:
  groups: {targets: [198.18.250.11], interfaces: [eth0], quick: every 3s, full: every 4s}
END
begin() { # what runs it
	"$@" "$MUSTER" agent --agent "$tmp/agent.yaml" --db /var/lib/muster/muster.db >> "$tmp/log" 2>&1 &
	agent=$!
}
sql() { sqlite3 -cmd '.timeout 5000' "$tmp/state/muster.db" "$1"; }
# Addresses are 04 and four bytes there.
has() { [ "$(sql "SELECT count(*) FROM observation WHERE $1")" -gt 0 ]; }

begin "${as_unit[@]}"
try "it starts" await 10 "$MUSTER" status --socket "$sock"
can=$(awk '/^Cap(Inh|Prm|Eff|Bnd|Amb):/ { print $2 }' "/proc/$agent/status" | sort -u)
who=$(awk '/^Uid:/ { print $2, $3, $4, $5 }' "/proc/$agent/status")
if [ "$can" = 0000000000002000 ] && [ "$who" = "$uid $uid $uid $uid" ]; then
	ok "as its user, with one capability"
else not_ok "as its user, with one capability" "$who: $can"; fi
for poll in near talks groups.quick groups.full; do
	try "$poll is done" await 25 logged "event=poll-ended poll=$poll .*outcome=done"
done
try "who answers ARP is found" has "ip = '04c612fa0b' AND source = 'sweep' AND facts LIKE '%00:16:3e:5e:fa:11%'"
try "an open port is found" has "ip = '04c612fa0b' AND facts LIKE '%8022%'"
heard() { speaks; has "ip = '04c612fac8' AND source = 'passive'"; }
try "who speaks is heard" await 10 heard
if grep -E 'outcome=(failed|killed)|poll-failed|denied|not permitted' "$tmp/log" > "$tmp/bad"; then
	not_ok "nothing lacks a right" "$(cat "$tmp/bad")"
else ok "nothing lacks a right"; fi

# --- its user at a terminal, without any capability ---
by_hand "$MUSTER" status > "$tmp/now" 2> "$tmp/err"
for poll in near talks groups.quick passive; do
	try "status tells of $poll" grep -q "^$poll " "$tmp/now"
done
stranger() { setpriv --reuid 65534 --regid 65534 --clear-groups "$MUSTER" "$@" --socket "$sock"; }
if said=$(stranger status 2>&1) && grep -q '^near ' <<< "$said" && ! stranger pause near > "$tmp/now" 2>&1; then
	ok "others may ask it, and tell it nothing"
else not_ok "others may ask it, and tell it nothing" "$said $(cat "$tmp/now")"; fi
try "it may say what to do, too" by_hand "$MUSTER" pause near
try "and undo it" by_hand "$MUSTER" resume near
try "the inventory is its own" bash -c '[ "$1" -ge 1 ]' . "$(by_hand "$MUSTER" devices --format csv 2> "$tmp/err" | grep -c 198.18.250.11)"
kill -TERM "$agent"; wait "$agent"; rc=$?; agent=
if [ $rc -eq 0 ] && logged agent-stopped; then ok "it stops when it is told"
else not_ok "it stops when it is told" "status $rc"; fi

# --- the same without the capability is refused in words ---
: > "$tmp/log"
begin "${none[@]}"
try "without it a sweep says what it lacks" await 15 logged 'event=poll-ended poll=near .*outcome=failed.*\(CAP_NET_RAW\|root\|privilege\)'
kill -TERM "$agent"; wait "$agent"; agent=

# --- the calls that it makes, and those that the unit lets through ---
group() { # @NAME or NAME: the calls of it
	case $1 in
	@*) systemd-analyze syscall-filter "$1" | sed -n 's/^    \([-@a-z_0-9]*\)$/\1/p' | while read -r one; do group "$one"; done ;;
	*) echo "$1" ;;
	esac
}
let_through() {
	local line one
	: > "$tmp/let"
	while read -r line; do
		for one in ${line#\~}; do group "$one"; done | sort -u > "$tmp/group"
		if [ "${line#\~}" = "$line" ]; then sort -u "$tmp/let" "$tmp/group"; else comm -23 "$tmp/let" "$tmp/group"; fi > "$tmp/let.new"
		mv "$tmp/let.new" "$tmp/let"
	done < <(of_unit SystemCallFilter)
}
if command -v strace > "$tmp/which" && command -v systemd-analyze > "$tmp/which"; then
	let_through
	: > "$tmp/log"
	begin "${as_unit[@]}" strace -f -qq -o "$tmp/state/calls"
	for poll in near talks groups.quick groups.full; do
		await 60 logged "event=poll-ended poll=$poll .*outcome=done" || not_ok "$poll, traced" "$(tail -n 3 "$tmp/log")"
	done
	by_hand "$MUSTER" reload > "$tmp/now" 2>&1
	pkill -TERM -P "$agent"; wait "$agent"; agent=
	sed -nE 's/^[0-9]+ +([a-z_0-9]+)\(.*/\1/p' "$tmp/state/calls" | sort -u > "$tmp/calls"
	beyond=$(comm -23 "$tmp/calls" "$tmp/let" | tr '\n' ' ')
	if [ "$(wc -l < "$tmp/calls")" -gt 50 ] && [ -z "$beyond" ]; then
		ok "the unit lets all its system calls through ($(wc -l < "$tmp/calls"))"
	else not_ok "the unit lets all its system calls through" "$beyond"; fi
	grep -oE 'socket(pair)?\(AF_[A-Z0-9_]*' "$tmp/state/calls" | sed 's/.*(//' | sort -u > "$tmp/a"
	of_unit RestrictAddressFamilies | tr ' ' '\n' | sort > "$tmp/b"
	beyond=$(comm -23 "$tmp/a" "$tmp/b" | tr '\n' ' ')
	if [ -s "$tmp/a" ] && [ -z "$beyond" ]; then ok "and all its sockets"; else not_ok "and all its sockets" "$beyond"; fi
	# PrivateTmp gives it the folders of temporary files; /dev/null is a device of PrivateDevices.
	beyond=$(grep -oE 'open(at)?\((AT_FDCWD, )?"[^"]*", [A-Z_|]*O_(WRONLY|RDWR|CREAT)' "$tmp/state/calls" | sed 's/^[^"]*"//; s/".*//' |
		grep -vE '^(/var/lib/muster|/run/muster|/tmp|/var/tmp)/|^/dev/null$' | sort -u | tr '\n' ' ')
	if [ -z "$beyond" ]; then ok "and all that it writes to (ProtectSystem=strict)"
	else not_ok "and all that it writes to (ProtectSystem=strict)" "$beyond"; fi
	if grep -qE 'PROT_WRITE\|PROT_EXEC|mprotect\(.*PROT_EXEC' "$tmp/state/calls"; then
		not_ok "no memory is written and executed" "$(grep -E 'PROT_WRITE\|PROT_EXEC|mprotect\(.*PROT_EXEC' "$tmp/state/calls")"
	else ok "no memory is written and executed (MemoryDenyWriteExecute)"; fi
else skip "the unit lets all its system calls through" "needs strace and systemd-analyze"; fi
finish
