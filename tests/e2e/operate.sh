#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A distribution point is set up and changed by commands alone: proposed, accepted, given ranges
# and domains while its agent runs.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

# shellcheck source=tests/e2e/lib_point.sh
. "$(dirname "$0")/lib_point.sh"

host host 198.18.250.2 00:16:3e:5e:fa:02
ip -n "$net-point" route add 10.77.0.0/24 via 198.18.250.2
ip -n "$net-point" route add 8.8.8.0/24 via 198.18.250.2

file=$tmp/agent.yaml
there() { ip netns exec "$net-point" "$MUSTER" "$@"; }
range() { there range "$@" --agent "$file"; }
domain() { there domain "$@" --agent "$file"; }
poll_is() { there status "$1" --socket "$tmp/sock" | grep -qE "$2"; }

# --- proposed ---
try "propose" bash -c '"$@" > "$0"' "$file" ip netns exec "$net-point" "$MUSTER" config propose --db "$tmp/none"
try "it has no mistakes" there config check --agent "$file"
try "the link is a range" grep -q 'targets: \[198.18.250.0/24\]' "$file"
try "what is routed is off" bash -c 'range=$("$1" range list --agent "$2"); grep -q "net-10-77-0-0-24 *range *off" <<< "$range"' . "$MUSTER" "$file"
try "what is public is only a comment" bash -c '[ "$(grep -c 8.8.8 "$1")" = "$(grep -c "^#.*8.8.8" "$1")" ]' . "$file"
if exits 1 there agent --agent "$file" --db "$tmp/db" && grep -q 'accepted: yes' "$tmp/exits.err"; then
	ok "nobody has accepted it: no agent"
else not_ok "nobody has accepted it: no agent" "$(cat "$tmp/exits.err")"; fi
sed -i 's/accepted: no/accepted: yes # by us/; s|^  site: default.*|&\n  socket: '"$tmp"'/sock|' "$file"
sed -i 's/^windows:/# the domains\nwindows:/; s/quick: every 15min/enabled: no/' "$file"
there agent --agent "$file" --db "$tmp/db" > "$tmp/log" 2>&1 &
agent=$!
disown
try "accepted, it runs" await 10 poll_is eth0 eth0

try "it tells where it is" poll_is eth0 '^location here$'
try "and has logged it" grep -q 'event=location-changed from=none to=here' "$tmp/log"

# --- changed while it runs ---
before=$(grep -c '#' "$file")
try "range add" range add lab 198.18.250.2 --schedule 'every 2s' --schedule 'daily 03:00'
try "the agent polls it" await 20 grep -q 'poll=lab .*outcome=done' "$tmp/log"
try "domain add" domain add corp CORP --full 'monthly last fri 22:00' --credential reader
try "it has both polls" poll_is corp.full corp.full
try "range disable" range disable lab
try "it is off" await 10 poll_is lab ' off '
try "domain remove" domain remove corp
try "it is gone" exits 1 poll_is corp.full corp.full
# --- all verbs of both, each heard of by the agent that runs ---
listed() { # KIND NAME PATTERN: in the list of range or domain
	local said
	said=$($1 list) && grep -qE "^$2 +$3" <<< "$said"
}
try "range list tells that it is off" listed range lab 'range +off'
try "range enable" range enable lab
try "it is on" await 10 bash -c '! "$1" status lab --socket "$2" | grep -q " off "' . "$MUSTER" "$tmp/sock"
try "which range list tells" listed range lab 'range +(on|yes|every|198)'
n=$(grep -c 'poll=lab .*outcome=done' "$tmp/log")
lab_again() { [ "$(grep -c 'poll=lab .*outcome=done' "$tmp/log")" -gt "$n" ]; }
try "and it is polled" await 20 lab_again
try "enabled twice is no harm" range enable lab
try "range remove" range remove lab
try "the agent polls it no more" await 10 exits 1 poll_is lab lab
try "nor is it listed" bash -c '! grep -q "^lab " <<< "$1"' . "$(range list)"
try "removed twice it is not there" exits 1 range remove lab
try "a domain of Active Directory" domain add dir corp.example --ad --server 198.18.250.2 --credential reader --schedule 'daily 03:00'
try "is polled by LDAP" poll_is dir "^dir +ad"
try "a name that is none is told" bash -c '"$@" 2>&1 | grep -q "corp.example is no name"' . ip netns exec "$net-point" "$MUSTER" domain add corp.example corp.example --ad --agent "$file"
try "domains that are off" domain add wg WG1 WG2 --quick 'every 30min' --off
try "are there, off" await 10 poll_is wg.quick ' off '
try "domain list has both" listed domain dir "ad +on"
try "by kind" listed domain wg.quick "windows +off"
try "and no range" bash -c '! grep -q "^eth0 " <<< "$1"' . "$(domain list)"
try "domain enable" domain enable wg
try "it is on in both its polls" await 10 bash -c '! "$1" status wg.quick --socket "$2" | grep -q " off " && "$1" status wg.full --socket "$2" | grep -q ^wg.full' . "$MUSTER" "$tmp/sock"
try "domain disable" domain disable wg
try "it is off again" await 10 poll_is wg.quick ' off '
try "domain remove, of both kinds" domain remove wg
try "of Active Directory, too" domain remove dir
try "the agent has neither" await 10 bash -c '[ "$("$1" status --socket "$2" | grep -cE "^(wg\.|dir )")" -eq 0 ]' . "$MUSTER" "$tmp/sock"
try "comments stay" [ "$(grep -c '#' "$file")" -eq "$before" ]
cp "$file" "$tmp/was"
try "outside of the scope" exits 1 range add far 10.99.0.0/24
try "no schedule" exits 1 range add odd 198.18.250.3 --schedule sometimes
try "a lifetime that is too short is named" bash -c '"$@" 2>&1 | grep -q "an address lives 1 h, but"' . ip netns exec "$net-point" "$MUSTER" range add short 198.18.250.3 --lifetime 1h --schedule 'every 6h' --agent "$file"
try "the name of another" exits 1 domain add eth0 --ad corp.example
try "nobody" exits 1 domain remove corp
try "the file is as it was" cmp "$file" "$tmp/was"
for i in 1 2 3 4 5 6; do range add "r$i" "198.18.250.$i" --off > "$tmp/r$i" 2>&1 & done
wait
said=$(cat "$tmp"/r? | grep -c 'was added')
if [ "$said" -gt 0 ] && [ "$(range list | grep -c '^r[1-6] ')" -eq "$said" ]; then
	ok "several at once: each is there, or was refused"
else not_ok "several at once: each is there, or was refused" "$said said so: $(range list)"; fi
try "nothing is left beside" [ "$(find "$tmp" -name 'agent.yaml?*' | wc -l)" -eq 0 ]
# --- where it is, by a question to a real DHCP server ---
if command -v dnsmasq > /dev/null; then
	ip netns exec "$net-host" dnsmasq --no-daemon --no-resolv --no-hosts --port=0 --user=root \
		--dhcp-range=198.18.250.8,198.18.250.12 --dhcp-authoritative --pid-file= \
		--dhcp-leasefile="$tmp/leases" --domain=lab.example --dhcp-option=44,198.18.250.9 \
		> "$tmp/dnsmasq" 2>&1 &
	disown
	await 5 grep -q started "$tmp/dnsmasq"
	where() { # allowed yes|no
		cat > "$tmp/where.yaml" <<END
agent: {dhcp_inform: $1}
locations: {lab: {dhcp_server: [198.18.250.2], wins_server: [198.18.250.9]}}
END
		there location --why --agent "$tmp/where.yaml" --db "$tmp/none" > "$tmp/where" 2>&1
	}
	if where no; [ $? -eq 1 ] && ! grep -q DHCPINFORM "$tmp/dnsmasq"; then ok "no DHCP server is asked unasked"
	else not_ok "no DHCP server is asked unasked" "$(cat "$tmp/where" "$tmp/dnsmasq")"; fi
	try "DHCPINFORM tells DHCP and WINS servers" where yes
	try "the location is known by them" grep -q '^location *lab$' "$tmp/where"
	try "nothing was leased" [ ! -s "$tmp/leases" ]
else
	skip "DHCPINFORM" "needs dnsmasq"
fi
finish
