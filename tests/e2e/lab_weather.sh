#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The parts of the lab that other tests conclude from: delay, the limit on replies, and
# the ghosts, each seen by other tools than ours.  tests/lab/check.sh looks at all of it.
# alone: measures the weather that the lab makes
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

in_lab big

# fastest MOST - milliseconds of the best round trip to wan, asked until one took no more
# than MOST: a busy machine adds to the others, and nothing takes away
fastest() {
	local best=-1
	for _ in {1..10}; do
		best=$(scan ping -q -c 20 -i 0.02 -W 2 198.18.100.1 | awk -F'[/= ]+' '/^rtt/ { print $6 }')
		within "${best:--1}" 0 "$1" && break
	done
	echo "${best:--1}"
}
within() { awk -v m="$1" -v lo="$2" -v hi="$3" 'BEGIN { exit !(m >= lo && m <= hi) }'; }
echoes() { # NETWORK OPTION... - who answers fping
	scan fping -q -a -r 0 -g "$@" 2> /dev/null | sort
}

# --- delay ---
"$lab" truth big-dense | awk '{ print $1 }' > "$tmp/alive"
for ms in 50 8 0; do
	try "delay $ms is set" "$lab" delay $ms
	best=$(fastest $((ms + 2)))
	try "delay $ms: a round trip takes $best ms" within "$best" $ms $((ms + 2))
done
"$lab" delay 50
# By the counters of both ends: fping's socket is too small for what comes at once.
counters() { # sent and received by scan, received and sent by wan
	scan cat /sys/class/net/wan0/statistics/{tx,rx}_packets
	"$lab" exec wan cat /sys/class/net/eth0/statistics/{rx,tx}_packets
}
counters > "$tmp/before"
echoes 198.18.112.0/20 -i 0 -t 500 > "$tmp/seen"
counters > "$tmp/after"
passed=$(paste "$tmp/before" "$tmp/after" | awk '{ print $2 - $1 }' | paste -sd' ')
try "delay loses nothing (there $passed back)" \
	awk '{ exit !($1 >= 4094 && $1 == $3 && $2 >= 984 && $2 == $4) }' <<< "$passed"
"$lab" loss 50
seen=$(echoes 198.18.112.0/20 -i 0.2 -t 500 | wc -l)
# 984 x 0.5 x 0.5 = 246, four standard deviations are 54
try "loss stays with delay: $seen of 984 answer at 50 % each way" within "$seen" 190 300
"$lab" loss 0
"$lab" delay 0

# --- a limit on replies ---
"$lab" limit 500
fast=$(echoes 198.18.112.0/20 -i 0 -t 200 | wc -l)
slow=$(echoes 198.18.112.0/26 -i 10 -t 200)
"$lab" limit 0
try "a limit of 500/s leaves few to a fast sweep ($fast)" within "$fast" 26 400
try "and all to a slow one" test "$slow" = \
	"$(echoes 198.18.112.0/26 -i 10 -t 200)"
echoes 198.18.112.0/20 -i 0 -t 200 > "$tmp/seen"
same "without the limit all answer" "$tmp/alive" "$tmp/seen"

# --- ghosts ---
try "ghosts are up" "$lab" up ghosts
"$lab" truth ghosts > "$tmp/truth"
ports_of() { # NETWORK PORT - "address state" by nmap
	scan nmap -n -Pn -sS -T5 --min-rate 5000 --max-retries 1 -p "$2" -oG - "$1" |
		awk '/Ports:/ { split($5, f, "/"); print $2, f[2] }'
}
printf '198.18.130.%s closed\n' {0..255} > "$tmp/a"
ports_of 198.18.130.0/24 7777 > "$tmp/b"
same "a firewall sends RST for every address" "$tmp/a" "$tmp/b"
sed -i 's/\(\.20\) closed/\1 open/' "$tmp/a"
ports_of 198.18.130.0/24 445 > "$tmp/b"
same "but one has a port open" "$tmp/a" "$tmp/b"
printf '198.18.132.%s open\n' {0..255} > "$tmp/a"
ports_of 198.18.132.0/24 7777 > "$tmp/b"
same "another sends SYN-ACK for every address" "$tmp/a" "$tmp/b"
printf '198.18.130.%s\n' {1..254} > "$tmp/a"
echoes 198.18.130.0/24 -i 1 -t 200 > "$tmp/b"
same "the first echoes for all" "$tmp/a" "$tmp/b"
echo 198.18.132.99 > "$tmp/a"
echoes 198.18.132.0/24 -i 1 -t 200 > "$tmp/b"
same "the other is silent but for one that lives" "$tmp/a" "$tmp/b"
awk '/^198\.18\.134\./ { print $1 }' "$tmp/truth" > "$tmp/a"
echoes 198.18.134.0/24 -i 1 -t 200 > "$tmp/b"
same "beside them is a /24 without ghosts" "$tmp/a" "$tmp/b"
printf '198.18.136.%s 4c:5e:0c:12:88:01\n' {0..255} |
	grep -vE '\.136\.(2|40|41) ' > "$tmp/a"
awk '/^198\.18\.136\.4/ { print $1, $2 }' "$tmp/truth" >> "$tmp/a"
scan arp-scan -q -x -g -I ghost1 198.18.136.0/24 | awk '{ print $1, $2 }' > "$tmp/b"
same "a router answers ARP for all but those on the segment" "$tmp/a" "$tmp/b"
finish
