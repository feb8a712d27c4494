# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# A distribution point in a network of the script's own: source it behind lib.sh.
#
#	host NAME ADDRESS MAC	a host at the switch; the point is there already
#	start STORE		the agent, by $tmp/agent.yaml; its log is $tmp/log
#	await SECONDS COMMAND...	until it succeeds
#	conf TEXT		agent.yaml: what every test needs, and TEXT; $agent_more goes to agent,
#				$never_more to the addresses that are excluded beside .66
#	capture			what the point sends from now on, a line a packet, in $tmp/wire
#	asked [SINCE]		the last numbers of the addresses that it asked for by ARP
: "${tmp:=}" "${MUSTER:=}" # of lib.sh
[ "$(id -u)" -eq 0 ] || { skip "all" "needs root for network namespaces"; finish; }
command -v sqlite3 > /dev/null || { skip "all" "needs sqlite3"; finish; }

# --- a switch, hosts, and the point: links between namespaces of this script alone ---
net=mag$$
agent=
down() {
	[ -z "$agent" ] || kill -9 "$agent" 2> /dev/null
	for n in $(ip netns list | awk -v p="^$net-" '$1 ~ p { print $1 }'); do
		ip netns pids "$n" | xargs -r kill -9 2> /dev/null
		ip netns del "$n"
	done
	# shellcheck disable=SC2154 # lib.sh made it
	umount "$tmp/small" 2> /dev/null
	rm -rf "$tmp"
}
trap down EXIT
host() { # NAME ADDRESS MAC
	ip netns add "$net-$1"
	ip -n "$net-sw" link add "p-$1" type veth peer name eth0 address "$3" netns "$net-$1"
	ip -n "$net-sw" link set "p-$1" master br0 up
	ip -n "$net-$1" addr add "$2/24" dev eth0
	ip -n "$net-$1" link set eth0 up
	ip -n "$net-$1" link set lo up
}
ip netns add "$net-sw"
ip -n "$net-sw" link add br0 type bridge forward_delay 0
ip -n "$net-sw" link set br0 up
host point 198.18.250.1 00:16:3e:5e:fa:01

now_us() { echo "${EPOCHREALTIME/[.,]/}"; }
await() { # SECONDS COMMAND...
	local until=$(($(now_us) + $1 * 1000000)); shift
	until "$@" > /dev/null 2>&1; do
		[ "$(now_us)" -lt $until ] || return 1
		sleep 0.05
	done
}
sock=$tmp/sock
start() { # STORE
	ip netns exec "$net-point" "$MUSTER" agent --agent "$tmp/agent.yaml" --db "$1" >> "$tmp/log" 2>&1 &
	agent=$!
	await 10 "$MUSTER" status --socket "$sock"
}
# What the store holds, a line each; and how many of its observations it holds twice.
kept() { sqlite3 -cmd '.timeout 5000' "$1" 'SELECT point, seq, run, at, ip FROM observation' | sort; }
twice() {
	sqlite3 -cmd '.timeout 5000' "$1" 'SELECT count(*) FROM (SELECT 1 FROM observation
		GROUP BY run, at, source, subject, ip, facts HAVING count(*) > 1)'
}
logged() { grep -q -- "$1" "$tmp/log"; }
count() { grep -c -- "$1" "$tmp/log"; }
device() { "$MUSTER" devices --db "$tmp/db" "$@" --format csv | tail -n +2 | wc -l; }
is_device() { [ "$(device "$@")" -eq 1 ]; }
conf() {
	cat > "$tmp/agent.yaml" <<END
agent: {site: lab, point: p1, socket: $sock, min_free: ${min_free-0}, metrics: $tmp/metrics${agent_more-}}
scope: {allow: [198.18.250.0/24], exclude: [198.18.250.66${never_more-}]}
$1
END
}
capture() {
	ip netns exec "$net-sw" setsid tcpdump --immediate-mode -i p-point -Q in -n -tt -l \
		> "$tmp/wire" 2> "$tmp/wire.log" < /dev/null &
	disown
	await 10 grep -qs listening "$tmp/wire.log"
}
asked() { # [SECONDS SINCE 1970]
	awk -v since="${1-0}" '$1 >= since && sub(/^.*who-has 198\.18\.250\./, "") { print $1 + 0 }' \
		"$tmp/wire" | sort -nu
}
