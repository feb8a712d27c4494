#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What names lead to: polls whose targets are names never sweep an address that another one sweeps.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
command -v dnsmasq > /dev/null || { skip "all" "needs dnsmasq"; finish; }
# shellcheck source=tests/e2e/lib_point.sh
. "$(dirname "$0")/lib_point.sh"

host server 198.18.250.30 00:16:3e:5e:fa:30
host printer 198.18.250.70 00:16:3e:5e:fa:70
ip netns exec "$net-server" dnsmasq --no-daemon --no-hosts --no-resolv --conf-file=/dev/null --pid-file= \
	--interface=eth0 --bind-interfaces --local=/example/ --host-record=printer.example,198.18.250.70 \
	> "$tmp/dnsmasq" 2>&1 &
disown
await 10 grep -q started "$tmp/dnsmasq"
echo 'nameserver 198.18.250.30' > "$tmp/resolv.conf"
start() { # STORE
	ip netns exec "$net-point" unshare -m bash -c 'mount --bind "$1" /etc/resolv.conf; shift; exec "$@"' . \
		"$tmp/resolv.conf" "$MUSTER" agent --agent "$tmp/agent.yaml" --db "$1" >> "$tmp/log" 2>&1 &
	agent=$!
	await 10 "$MUSTER" status --socket "$sock"
}
is() { "$MUSTER" status "$1" --socket "$sock" | grep -q "^$1 .* $2 "; }
order() { "$MUSTER" "$@" --socket "$sock" > "$tmp/order" 2>&1; }

usual="schedule: sun 03:17, lifetime: 8d, rate: 20, names: no, talk: no"
conf "ranges:
  wide: {targets: [198.18.250.64/26], $usual}
  named: {targets: [printer.example], $usual}
  both: {targets: [printer.example, 198.18.250.128/26], $usual}"
capture || not_ok "tcpdump listens" "$(cat "$tmp/wire.log")"
start "$tmp/db" || { not_ok "the agent starts" "$(cat "$tmp/log")"; finish; }

# --- a name leads into a range that is being swept ---
order poll wide
try "a range is swept" await 10 is wide running
order poll named
try "a name that leads into it waits" await 10 is named waiting
try "its process knows where it leads" logged 'poll-started poll=named'
order pause wide
try "behind the sweep it is asked" await 15 logged 'poll=named .*outcome=done'
line() { grep -n -- "$1" "$tmp/log" | head -n 1 | cut -d: -f1; }
if [ "$(line 'poll-ended poll=wide')" -lt "$(line 'poll-ended poll=named')" ]; then ok "not before"
else not_ok "not before" "$(grep poll- "$tmp/log")"; fi
try "and found" is_device 198.18.250.70 state=up

# --- the other way round: what the name leads to is swept ---
order poll both
try "a name and a range are swept" await 10 is both running
order resume wide
try "a range that holds its address waits" await 10 is wide waiting
sleep 0.5
try "as long as that goes on" is wide waiting
order pause both
try "then it goes on" await 15 is wide running

# --- one that waits is stopped ---
order poll named
try "again one waits" await 10 is named waiting
order pause named
try "pausing it is no failure" await 10 logged 'poll=named .*outcome=paused observations=0 .*paused by hand'
kill -TERM "$agent"; wait "$agent"; rc=$?; agent=
if [ $rc -eq 0 ]; then ok "the agent ends"; else not_ok "the agent ends" "status $rc"; fi

# --- DNS dies, with whoever is told of events, too: the rest goes on ---
dns=$(ip netns pids "$net-server" | tr '\n' ' ')
# shellcheck disable=SC2086 # numbers
kill $dns
rm -f "$tmp/db"*
: > "$tmp/log"
conf "events: {webhook: 'http://hooks.example/in', deadline: 2s}
ranges:
  near: {targets: [198.18.250.64/28], schedule: every 3s, talk: no}
  named: {targets: [printer.example], schedule: every 3s, talk: no}
windows:
  corp: {interfaces: [eth0], wins: [198.18.250.30], quick: every 5s, full: daily 04:00}
ad:
  directory: {domain: corp.example, schedule: every 5s}"
start "$tmp/db" || not_ok "the agent starts without DNS" "$(cat "$tmp/log")"
try "a range is swept without DNS" await 40 logged 'poll=near .*outcome=\(done\|partial\)'
try "what lives there is found" is_device 198.18.250.70 state=up
try "and its run says that nobody knew names" bash -c 'sqlite3 -cmd ".timeout 5000" "$1" "SELECT code FROM reason" | grep -q "^dns-silent"' . "$tmp/db"
try "a target by name fails, and says which" await 40 logged 'poll=named .*outcome=failed.*printer.example'
try "so does a directory that is nowhere" await 60 logged 'poll=directory .*outcome=failed.*corp.example'
try "a receiver of events that has no address is told of" await 30 logged 'event=events-failed to=webhook'
slowest=0
for _ in 1 2 3 4 5 6 7 8; do
	t0=$(now_us)
	"$MUSTER" status --socket "$sock" > "$tmp/status"
	took=$((($(now_us) - t0) / 1000))
	[ $took -le $slowest ] || slowest=$took
	sleep 0.5
done
if [ $slowest -lt 1000 ]; then ok "meanwhile it answers at once ($slowest ms)"
else not_ok "meanwhile it answers at once" "$slowest ms"; fi
: > "$tmp/log"
ip netns exec "$net-server" dnsmasq --no-daemon --no-hosts --no-resolv --conf-file=/dev/null --pid-file= \
	--interface=eth0 --bind-interfaces --local=/example/ --host-record=printer.example,198.18.250.70 \
	> "$tmp/dnsmasq" 2>&1 &
disown
try "when DNS is back the name is, too" await 40 logged 'poll=named .*outcome=done'
try "and the device has it" await 20 is_device 198.18.250.70 dns.fqdn=printer.example
kill -TERM "$agent"; wait "$agent"; agent=
finish
