#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# An agent knows its place by conditions that only questions tell: names, a domain's controller, a TLS
# server with a pinned certificate, a DHCP server.  It asks once, again in another network, and nobody
# outside of its scope.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
for tool in dnsmasq openssl; do
	command -v $tool > "$tmp/which" || { skip "all" "needs $tool"; finish; }
done
# shellcheck source=tests/e2e/lib_point.sh
. "$(dirname "$0")/lib_point.sh"

host server 198.18.250.30 00:16:3e:5e:fa:30
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=intra.example \
	-keyout "$tmp/key.pem" -out "$tmp/cert.pem" > "$tmp/openssl" 2>&1 || not_ok "a certificate" "$(cat "$tmp/openssl")"
pin=$(openssl x509 -in "$tmp/cert.pem" -noout -fingerprint -sha256 | sed 's/.*=//')
there() { ip netns exec "$net-server" "$@"; }
for port in 443 389; do # as a controller it has to be there, no more
	there openssl s_server -quiet -accept $port -cert "$tmp/cert.pem" -key "$tmp/key.pem" > "$tmp/tls$port" 2>&1 < /dev/null &
	disown
done
there dnsmasq --no-daemon --no-hosts --no-resolv --conf-file=/dev/null --pid-file= --interface=eth0 \
	--bind-interfaces --dhcp-authoritative --dhcp-leasefile="$tmp/leases" \
	--dhcp-range=198.18.250.100,198.18.250.110,255.255.255.0 --local=/example/ \
	--host-record=intra.example,198.18.250.30 --host-record=dc.example,198.18.250.30 \
	--host-record=far.example,198.18.250.66 --srv-host=_ldap._tcp.dc._msdcs.corp.example,dc.example,389 \
	> "$tmp/dnsmasq" 2>&1 &
disown
await 10 there bash -c 'echo > /dev/tcp/198.18.250.30/443 && echo > /dev/tcp/198.18.250.30/389'
await 10 grep -q 'DHCP, IP range' "$tmp/dnsmasq"
echo 'nameserver 198.18.250.30' > "$tmp/resolv.conf"
# Empty folders of leases: this machine's own must not be read.
start() { # STORE
	ip netns exec "$net-point" unshare -m bash -c 'mount --bind "$1" /etc/resolv.conf
		for d in /var/lib/dhcp /var/lib/NetworkManager /run/systemd/netif/leases; do
			[ ! -d $d ] || mount -t tmpfs tmpfs $d
		done
		shift; exec "$@"' . "$tmp/resolv.conf" "$MUSTER" agent --agent "$tmp/agent.yaml" --db "$1" >> "$tmp/log" 2>&1 &
	agent=$!
	await 10 "$MUSTER" status --socket "$sock"
}
capture || not_ok "tcpdump listens" "$(cat "$tmp/wire.log")"
syns() { grep -c "> 198.18.250.30.$1: Flags \[S\]" "$tmp/wire"; }
# .66 is excluded (lib_point.sh): who is there is not asked, whatever a definition says.
places="locations:
  there: {resolves: [intra.example=198.18.250.30], windows_domain: [corp.example], tls: ['intra.example:443=$pin'],
    dhcp_server: [198.18.250.30]}
  nowhere: {subnet: [10.0.0.0/8], tls: ['198.18.250.31:443']}
  far: {subnet: [198.18.250.0/24], tls: ['far.example:443', '198.18.250.66:443']}
  wrong: {tls: ['intra.example:443=${pin//[0-9]/0}'], resolves: [nobody.example]}"
agent_more=", dhcp_inform: yes" conf "$places"
start "$tmp/db" || { not_ok "the agent starts" "$(cat "$tmp/log")"; finish; }
is_at() { "$MUSTER" status --socket "$sock" | grep -qx "location $1"; }
# By its subnet the point is in far, as nobody may tell otherwise.
try "it knows where it is, as far as it may ask" await 15 is_at far
if [ "$(syns 443)" -eq 1 ] && [ "$(syns 389)" -eq 1 ]; then ok "the server and the controller were asked once"
else not_ok "the server and the controller were asked once" "$(syns 443) $(syns 389)"; fi
try "for DHCP servers, too" grep -q 'DHCPINFORM(eth0) 198.18.250.1 00:16:3e:5e:fa:01' "$tmp/dnsmasq"
if asked 0 | grep -qxE '66|31'; then not_ok "nobody outside of the scope, nor where a subnet is another" "$(asked 0 | tr '\n' ' ')"
else ok "nobody outside of the scope, nor where a subnet is another"; fi

# --- all conditions hold: names, controller, certificate, DHCP ---
agent_more=", dhcp_inform: yes" conf "$(grep -v far <<< "$places")"
"$MUSTER" reload --socket "$sock" > "$tmp/order"
try "by another file it is asked again, and all of a location holds" await 20 is_at there
try "which the log tells" logged 'event=location-changed from=far to=there'
n=$(syns 443)
if [ "$n" -eq 2 ]; then ok "with one question more"; else not_ok "with one question more" "$n"; fi
ip -n "$net-point" addr add 198.18.250.2/24 dev eth0
asked_again() { [ "$(syns 443)" -eq $((n + 1)) ]; }
try "in a network that is another it asks again" await 20 asked_again
try "and is there" await 5 is_at there
kill -TERM "$agent"; wait "$agent"; rc=$?; agent=
if [ $rc -eq 0 ]; then ok "the agent ends"; else not_ok "the agent ends" "status $rc"; fi
finish
