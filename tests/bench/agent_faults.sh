#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# tests/bench/agent_faults.sh [kills N] [full N] [soak MINUTES]
# The disk that is filled has FULL_MIB MiB, 128 unless told.
#
# What an agent must survive, at a size that no test has time for: it and its workers are killed
# at random moments, its disk is full at random moments, and it runs for long.  In a network of
# its own; prints one line of figures for each part, and ends with 1 when something was wrong.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/../e2e/lib.sh"
# shellcheck source=tests/e2e/lib_point.sh
. "$(dirname "$0")/../e2e/lib_point.sh"

host h1 198.18.250.11 00:16:3e:5e:fa:11
host h2 198.18.250.12 00:16:3e:5e:fa:12
host h3 198.18.250.13 00:16:3e:5e:fa:13
polls="passive: {enabled: yes, interfaces: [eth0]}
ranges:
  office: {targets: [198.18.250.0/27], schedule: every 2s, names: no, talk: no}
  later: {targets: [198.18.250.64/28], schedule: after office, names: no, talk: no}"

sql() { sqlite3 -cmd '.timeout 5000' "$1" "$2"; }
whole() { [ "$(sql "$1" 'PRAGMA integrity_check')" = ok ]; }
# SECONDS from..to with three digits.
between() { printf '%d.%03d' $((($1 + RANDOM % ($2 - $1)) / 1000)) $((($1 + RANDOM % ($2 - $1)) % 1000)); }

# --- kill -9 --------------------------------------------------------------------------------
kill_a_worker() {
	local pids
	mapfile -t pids < <(pgrep -P "$agent" -f -- '--emit')
	[ ${#pids[@]} -gt 0 ] && kill -9 "${pids[RANDOM % ${#pids[@]}]}" 2> /dev/null
}

kills() {
	local n=$1 bad=0 lost=0 agents=0 workers=0 slowest=0 t0 took doubled
	conf "$polls"
	start "$tmp/db" || { not_ok "kills" "$(tail -n 3 "$tmp/log")"; return; }
	for ((i = 0; i < n; i++)); do
		sleep "$(between 50 1500)"
		if [ $((RANDOM % 2)) -eq 0 ]; then
			kill_a_worker && workers=$((workers + 1))
			continue
		fi
		kept "$tmp/db" > "$tmp/had" # readers see what was acknowledged
		kill -9 "$agent"; wait "$agent" 2> /dev/null
		agents=$((agents + 1))
		whole "$tmp/db" || bad=$((bad + 1))
		lost=$((lost + $(kept "$tmp/db" | comm -23 "$tmp/had" - | wc -l)))
		t0=$(now_us)
		start "$tmp/db" || bad=$((bad + 1))
		took=$((($(now_us) - t0) / 1000))
		[ "$took" -le "$slowest" ] || slowest=$took
	done
	: > "$tmp/log"
	await 40 logged 'poll=office .*outcome=done' || bad=$((bad + 1))
	kill -TERM "$agent"; wait "$agent"; agent=
	doubled=$(twice "$tmp/db")
	"$MUSTER" store check --db "$tmp/db" > "$tmp/checked" 2>&1 || bad=$((bad + 1))
	echo "kills: $agents of the agent, $workers of workers; slowest start $slowest ms; lost $lost, doubled $doubled," \
		"not whole or not going on $bad; $(sql "$tmp/db" 'SELECT count(*) FROM observation') observations"
	if [ $((bad + lost + doubled)) -eq 0 ] && [ "$slowest" -lt 2000 ]; then ok "kills"
	else not_ok "kills" "$(tail -n 3 "$tmp/checked")"; fi
}

# --- a full disk ----------------------------------------------------------------------------
full() {
	local n=$1 bad=0 told=0 failed=0 t0 took slowest=0 log=0 has
	min_free=1 conf "$polls"
	mkdir -p "$tmp/small"
	mount -t tmpfs -o "size=${FULL_MIB:-128}m" tmpfs "$tmp/small"
	: > "$tmp/log"
	start "$tmp/small/db" || { not_ok "full" "$(tail -n 3 "$tmp/log")"; return; }
	for ((i = 0; i < n; i++)); do
		sleep "$(between 50 3000)"
		: > "$tmp/log"
		dd if=/dev/zero of="$tmp/small/fill" bs=64k 2> /dev/null
		await 20 logged 'event=\(disk-space-low\|[a-z]*-failed\)' && told=$((told + 1))
		! logged 'event=[a-z]*-failed' || failed=$((failed + 1))
		has=$(stat -c %s "$tmp/small/db-wal")
		[ "$has" -le "$log" ] || log=$has
		rm "$tmp/small/fill"
		: > "$tmp/log"
		t0=$(now_us)
		await 60 logged 'outcome=done' || bad=$((bad + 1))
		took=$((($(now_us) - t0) / 1000))
		[ "$took" -le "$slowest" ] || slowest=$took
		kill -0 "$agent" 2> /dev/null || { bad=$((bad + 1)); start "$tmp/small/db"; }
		whole "$tmp/small/db" || bad=$((bad + 1))
	done
	kill -TERM "$agent"; wait "$agent"; agent=
	"$MUSTER" store check --db "$tmp/small/db" > "$tmp/checked" 2>&1 || bad=$((bad + 1))
	umount "$tmp/small"
	echo "full disk of ${FULL_MIB:-128} MiB: $n times; told $told, something could not be stored $failed; whole and going on again" \
		"but $bad; slowest $slowest ms; the log of the store had $((log >> 10)) KiB at most"
	if [ "$bad" -eq 0 ] && [ "$told" -eq "$n" ]; then ok "full disk"
	else not_ok "full disk" "$(tail -n 3 "$tmp/checked")"; fi
}

# --- for long -------------------------------------------------------------------------------
# Of a column of what was sampled, in a third of the time: the mean, and by how much it rose.
third() {
	awk -v c="$2" -v t="$3" -v what="$1" '{ v[NR] = $c } END {
		from = int(NR * t / 3) + 1; to = int(NR * (t + 1) / 3)
		for (i = from; i <= to; i++) s += v[i]
		print int(what == "mean" ? s / (to - from + 1) : v[to] - v[from]) }' "$tmp/samples"
}
mean() { third mean "$@"; }
# Microseconds of processor time that a run takes of the agent.
cost() {
	local runs
	runs=$(third rise 5 "$1")
	echo $(($(third rise 4 "$1") * 1000000 / $(getconf CLK_TCK) / (runs > 0 ? runs : 1)))
}
sample() {
	local own files fds ticks runs
	own=$(awk '/^RssAnon/ { print $2 }' "/proc/$agent/status")
	files=$(awk '/^Rss(File|Shmem)/ { n += $2 } END { print n }' "/proc/$agent/status")
	fds=$(find "/proc/$agent/fd" -mindepth 1 | wc -l)
	ticks=$(awk '{ print $14 + $15 }' "/proc/$agent/stat")
	runs=$(awk '/^muster_agent_runs_total/ { print $2 }' "$tmp/metrics")
	echo "$own $fds $files $ticks ${runs:-0}" >> "$tmp/samples"
}

# Descriptors, memory and what a run costs stay what they were.  The first third is for what is
# filled once; the memory of a minute comes and goes, so that means of many minutes are compared.
is_flat() {
	[ "$(mean 1 2)" -le $(($(mean 1 1) * 103 / 100 + 128)) ] &&
		[ "$(mean 2 2)" -le $(($(mean 2 0) + 1)) ] &&
		[ "$(cost 2)" -le $(($(cost 1) * 3 / 2)) ]
}

soak() {
	local minutes=$1 until
	conf "$polls
events: {command: [/bin/true]}"
	rm -f "$tmp/samples"
	start "$tmp/long" || { not_ok "soak" "$(tail -n 3 "$tmp/log")"; return; }
	sleep 30 # what is read once
	until=$(($(now_us) + minutes * 60000000))
	while [ "$(now_us)" -lt "$until" ] && kill -0 "$agent" 2> /dev/null; do
		sample
		if [ $((RANDOM % 6)) -eq 0 ]; then ip -n "$net-h3" link set eth0 down
		else ip -n "$net-h3" link set eth0 up; fi
		sleep 5
	done
	echo "soak: $minutes min, $(sql "$tmp/long" 'SELECT count(*) FROM poll_run') runs," \
		"$(sql "$tmp/long" 'SELECT count(*) FROM observation') observations; by thirds:" \
		"memory of its own $(mean 1 0), $(mean 1 1), $(mean 1 2) KiB;" \
		"pages of files $(mean 3 0), $(mean 3 1), $(mean 3 2) KiB;" \
		"descriptors $(mean 2 0), $(mean 2 1), $(mean 2 2);" \
		"processor time of a run $(cost 0), $(cost 1), $(cost 2) us"
	if is_flat; then ok "soak"; else not_ok "soak" "it grows"; fi
	kill -TERM "$agent"; wait "$agent"; agent=
}

[ $# -gt 0 ] || set -- kills 300 full 50 soak 20
while [ $# -gt 1 ]; do
	case $1 in
	kills|full|soak) "$1" "$2" ;;
	*) echo "agent_faults.sh: $1?" >&2; exit 2 ;;
	esac
	shift 2
done
finish
