#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The clock of a point goes ten years ahead and comes back: while its agent runs, which mends what it
# stored by itself, and with a restart in between, where a person does.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

command -v faketime > /dev/null || { skip "all" "needs faketime"; finish; }
# shellcheck source=tests/e2e/lib_point.sh
. "$(dirname "$0")/lib_point.sh"
host h1 198.18.250.11 00:16:3e:5e:fa:11

# The agent reads the file anew every second; its polls do not, so what they would have seen by that
# clock comes by an import.
preload=$(faketime -f +0 printenv LD_PRELOAD)
start() { # STORE
	ip netns exec "$net-point" env LD_PRELOAD="$preload" FAKETIME_TIMESTAMP_FILE="$tmp/offset" \
		FAKETIME_CACHE_DURATION=1 DONT_FAKE_MONOTONIC=1 "$MUSTER" agent --agent "$tmp/agent.yaml" \
		--db "$1" >> "$tmp/log" 2>&1 &
	agent=$!
	await 10 "$MUSTER" status --socket "$sock"
}
stop() { kill -TERM "$agent"; wait "$agent"; agent=; }
ahead() { # how many runs and observations are of a time to come
	local now; now=$(now_us)
	sqlite3 -cmd '.timeout 5000' "$tmp/db" "SELECT count(*) FROM (SELECT started AS at FROM run UNION ALL
		SELECT at FROM observation) WHERE at > $now"
}
runs_ahead() { # NUMBER
	[ "$(sqlite3 -cmd '.timeout 5000' "$tmp/db" "SELECT count(*) FROM run WHERE started > $(now_us)")" -ge "$1" ]
}
sees() { # LAST NUMBER of a host that the clock that is ahead dates
	echo "{\"v\":1,\"at\":\"$(date -u +%FT%TZ -d '+3650 days')\",\"source\":\"sweep\",\"ip\":\"198.18.250.$1\",\"evidence\":\"reply\",\"facts\":{\"icmp.echo\":true}}" |
		"$MUSTER" import - --db "$tmp/db" --socket "$sock" > "$tmp/imported" 2>&1
}
done_since() { # RUNS
	[ "$(count 'poll=office .*outcome=done')" -gt "$1" ]
}
polls() { # NAME: one that begins from now on is done
	local n; n=$(count 'poll=office .*outcome=done')
	try "$1" await 20 done_since $((n + 1))
}

conf "ranges: {office: {targets: [198.18.250.8/29], schedule: every 1s, names: no, talk: no}}"
echo "+0" > "$tmp/offset"
start "$tmp/db" || { not_ok "the agent starts" "$(cat "$tmp/log")"; finish; }
polls "it polls"
echo "+3650d" > "$tmp/offset"
try "the clock goes ahead" await 10 logged 'event=clock-jumped by=3153'
try "and its runs go by it" await 20 runs_ahead 2
try "so does what they see" sees 9
echo "+0" > "$tmp/offset"
try "it comes back, and what was stored is mended" await 10 logged 'event=clock-mended by=3153[0-9]*s observations=1 runs=[1-9]'
polls "polls go on"
n=$(ahead)
if [ "$n" -eq 0 ]; then ok "nothing is of a time to come"; else not_ok "nothing is of a time to come" "$n are"; fi
try "the host is up" is_device 198.18.250.11 state=up
ip netns del "$net-h1"
try "and down when it has gone" await 40 is_device 198.18.250.11 state=down
host h1 198.18.250.11 00:16:3e:5e:fa:11

# --- with a restart in between ---
echo "+3650d" > "$tmp/offset"
try "it goes ahead once more" await 20 runs_ahead 2
try "and sees by it" sees 10
stop
: > "$tmp/log"
echo "+0" > "$tmp/offset"
start "$tmp/db" || not_ok "the agent starts again" "$(cat "$tmp/log")"
try "an agent that did not see it tells" logged 'event=store-ahead'
polls "and polls"
had=$(ahead)
if [ "$had" -gt 0 ]; then ok "but changes nothing"; else not_ok "but changes nothing" "$(cat "$tmp/log")"; fi
if exits 1 "$MUSTER" store redate --yes --db "$tmp/db" && grep -q 'end it first' "$tmp/exits.err"; then
	ok "nor does anybody while it runs"
else not_ok "nor does anybody while it runs" "$(cat "$tmp/exits.err")"; fi
stop
"$MUSTER" store redate --yes --db "$tmp/db" > "$tmp/said" 2>&1
if grep -q "^1 observations and $((had - 1)) runs were dated anew" "$tmp/said"; then ok "then a person mends it"
else not_ok "then a person mends it" "$had: $(cat "$tmp/said")"; fi
n=$(ahead)
if [ "$n" -eq 0 ]; then ok "and nothing is left"; else not_ok "and nothing is left" "$n are"; fi
# By the order in which they were stored: none began before the one that came before it.
sqlite3 "$tmp/db" 'SELECT count(*) FROM (SELECT started, lead(started) OVER (ORDER BY id) AS next FROM poll_run)
	WHERE next < started' > "$tmp/order"
if [ "$(cat "$tmp/order")" = 0 ]; then ok "all is in order"; else not_ok "all is in order" "$(cat "$tmp/order") are not"; fi
try "the store passes its own check" "$MUSTER" store check --db "$tmp/db"
finish
