#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# An agent with 10,000 polls: what it takes when nothing is due, and how late a poll starts.
#
#	tests/bench/agent.sh [SECONDS]	how long polls are watched (default 60); as root
#
# Prints each figure with its goal, and ends with 1 when one was not met.  In a network of its own that
# has nothing but lo.  Most polls are due at night; a few are due
# every 20 s, each put off by up to 10 s, so that they come at any moment.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ "$(id -u)" = 0 ] || { echo "agent.sh: needs root for a network namespace" >&2; exit 1; }

MUSTER=${MUSTER:-$PWD/build/muster}
watched=${1:-60} polls=10000 busy=40
net=mba$$
tmp=$(mktemp -d "${TMPDIR:-/tmp}/muster-bench-agent.XXXXXX")
agent='' missed=0
# goal TEXT MEASURED UNIT MOST: at most so much; how it is said, "met" or "NOT MET"
goal() {
	local word=met
	awk -v have="$2" -v most="$4" 'BEGIN { exit !(have == "" || have + 0 > most + 0) }' && word="NOT MET" missed=1
	echo "$1: ${2:-nothing} $3, at most $4: $word"
}
down() {
	[ -z "$agent" ] || kill -9 "$agent" 2> /dev/null || true
	ip netns pids "$net" | xargs -r kill -9
	ip netns del "$net"
	rm -rf "$tmp"
}
trap down EXIT
ip netns add "$net"
ip -n "$net" link set lo up

conf() { # SCHEDULE of the few
	echo "agent: {site: lab, point: p1, socket: $tmp/sock, min_free: 0, at_once: 64}"
	echo "scope: {allow: [127.0.0.0/8, 10.0.0.0/8]}"
	echo "ranges:"
	for ((i = 0; i < polls - busy; i++)); do
		echo "  p$i: {targets: [10.$((i / 250)).$((i % 250)).0/24], schedule: daily $((i / 60 % 5)):$((i % 60 / 10))$((i % 10))}"
	done | sed -E 's/daily ([0-9]):/daily 0\1:/'
	for ((i = 0; i < busy; i++)); do
		echo "  b$i: {targets: [127.0.0.$((i + 1))], names: no, talk: no, $1}"
	done
}
# The night must be far away, or polls come due that nobody watches.
export TZ=UTC
[ "$(date +%H)" -lt 5 ] && export TZ=UTC+12

start() {
	rm -f "$tmp/log"
	ip netns exec "$net" "$MUSTER" agent --agent "$tmp/agent.yaml" --db "$tmp/db" > "$tmp/log" 2>&1 &
	agent=$!
	for ((k = 0; k < 600; k++)); do
		"$MUSTER" status nobody --socket "$tmp/sock" > /dev/null 2>&1 && return
		grep -q agent-started "$tmp/log" && return
		sleep 0.1
	done
	cat "$tmp/log" >&2
	exit 1
}
stop() { kill -TERM "$agent"; wait "$agent" || true; agent=; }
ticks() { awk '{ print $14 + $15 }' "/proc/$agent/stat"; }

# --- idle ---
conf 'enabled: no' > "$tmp/agent.yaml"
t0=${EPOCHREALTIME/./}
start
goal "started with $polls polls" $(((${EPOCHREALTIME/./} - t0) / 1000)) ms 2000
echo "  of which $(awk -v t="$(ticks)" -v hz="$(getconf CLK_TCK)" 'BEGIN { printf "%.2f s", t / hz }') of a processor"
sleep 2
before=$(ticks)
sleep 20
goal "idle, resident" "$(awk '/^VmRSS/ { printf "%.1f", $2 / 1024 }' "/proc/$agent/status")" MiB 32
goal "idle, processor" "$(awk -v t=$(($(ticks) - before)) -v hz="$(getconf CLK_TCK)" 'BEGIN { printf "%.2f", 100 * t / hz / 20 }')" % 1
[ -z "${SMAPS-}" ] || cat "/proc/$agent/smaps_rollup"
stop

# --- started again, with what it remembers ---
t0=${EPOCHREALTIME/./}
start
goal "started again" $(((${EPOCHREALTIME/./} - t0) / 1000)) ms 2000
stop

# --- due ---
rm -f "$tmp"/db*
conf 'schedule: every 20s, spread: 10s' > "$tmp/agent.yaml"
start
sleep "$watched"
stop
sqlite3 "$tmp/db" "WITH late AS (SELECT (started - due) / 1000 AS ms FROM poll_run ORDER BY 1)
	SELECT printf('%d runs, late by: median %d ms, 99 %% of them at most %d ms',
		count(*), (SELECT ms FROM late LIMIT 1 OFFSET (SELECT count(*) / 2 FROM late)),
		(SELECT ms FROM late LIMIT 1 OFFSET (SELECT count(*) * 99 / 100 FROM late))) FROM late"
# Without runs it is empty, which meets nothing.
goal "the latest run" "$(sqlite3 "$tmp/db" 'SELECT max((started - due) / 1000) FROM poll_run')" ms 1000
echo "load while it was measured: $(cut -d ' ' -f 1-3 /proc/loadavg), $(nproc) processors"
exit $missed
