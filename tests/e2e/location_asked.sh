#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Conditions of network locations that only a question can tell, by real servers: names and DHCP by
# dnsmasq, TLS by openssl with a pinned certificate.  The fingerprint is openssl's own word.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/lib_point.sh
. "$(dirname "$0")/lib_point.sh"
for tool in dnsmasq openssl; do
	command -v $tool > "$tmp/which" || { skip "all" "needs $tool"; finish; }
done

host server 198.18.250.30 00:16:3e:5e:fa:30
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=intra.example \
	-keyout "$tmp/key.pem" -out "$tmp/cert.pem" > "$tmp/openssl" 2>&1 || not_ok "a certificate" "$(cat "$tmp/openssl")"
pin=$(openssl x509 -in "$tmp/cert.pem" -noout -fingerprint -sha256 | sed 's/.*=//')
other=$(tr 0-9 1-90 <<< "$pin")
there() { ip netns exec "$net-server" "$@"; }
there openssl s_server -quiet -accept 443 -cert "$tmp/cert.pem" -key "$tmp/key.pem" > "$tmp/tls" 2>&1 < /dev/null &
disown
# One that takes connections and speaks no TLS, and one that never says a word.
there python3 -c '
import socket, sys, time
talks, silent = socket.create_server(("", 444)), socket.create_server(("", 445))
print("there", flush=True)
while True:
    one, _ = talks.accept()
    one.sendall(b"220 this is no TLS\r\n")
    one.close()' > "$tmp/plain" 2>&1 &
disown
there dnsmasq --no-daemon --no-hosts --no-resolv --conf-file=/dev/null --pid-file="$tmp/dnsmasq.pid" \
	--interface=eth0 --bind-interfaces --dhcp-authoritative --dhcp-leasefile="$tmp/leases" \
	--dhcp-range=198.18.250.100,198.18.250.110,255.255.255.0 --dhcp-option=44,198.18.250.44 \
	--domain=office.example --local=/example/ --address=/intra.example/198.18.250.30 > "$tmp/dnsmasq" 2>&1 &
disown
await 10 grep -q there "$tmp/plain"
await 10 there bash -c 'echo > /dev/tcp/198.18.250.30/443'
await 10 grep -q 'DHCP, IP range' "$tmp/dnsmasq"

echo 'nameserver 198.18.250.30' > "$tmp/resolv.conf"
# An empty folder of leases: this machine's own must not be read.
location() { # YAML [more of agent]
	printf 'agent: {dhcp_inform: %s}\nscope: {allow: [198.18.250.0/24]}\nlocations:\n%s\n' "${2-no}" "$1" > "$tmp/agent.yaml"
	ip netns exec "$net-point" unshare -m bash -c 'mount --bind "$1" /etc/resolv.conf &&
		for d in /var/lib/dhcp /var/lib/NetworkManager /run/systemd/netif/leases; do
			[ ! -d $d ] || mount -t tmpfs tmpfs $d
		done
		shift; exec "$@"' . "$tmp/resolv.conf" "$MUSTER" location --why --agent "$tmp/agent.yaml" > "$tmp/said" 2>&1
}
is() { grep -q "^location *$1" "$tmp/said" || { cat "$tmp/said"; return 1; }; }

# --- TLS ---
holds() { # LABEL YES|NO CONDITION
	location "  there: {$3}"
	if [ "$2" = yes ]; then try "$1" is there; else try "$1" is none; fi
}
holds "a server that speaks TLS" yes "tls: ['198.18.250.30:443']"
holds "with the certificate that is pinned" yes "tls: ['198.18.250.30:443=$pin']"
holds "with another one" no "tls: ['198.18.250.30:443=$other']"
try "whose fingerprint is told" grep -qi "$(tr -d : <<< "$pin")" "$tmp/said"
holds "by name" yes "tls: ['intra.example:443=$pin']"
holds "a server that speaks something else" no "tls: ['198.18.250.30:444']"
t0=$(now_us)
holds "one that says nothing" no "tls: ['198.18.250.30:445']"
took=$((($(now_us) - t0) / 1000))
if [ $took -lt 8000 ]; then ok "is not waited for long ($took ms)"; else not_ok "is not waited for long" "$took ms"; fi
holds "a port that nobody has" no "tls: ['198.18.250.30:446']"

# --- names ---
holds "a name that has an address" yes "resolves: [intra.example]"
holds "the address that is wanted" yes "resolves: [intra.example=198.18.250.30]"
holds "another address" no "resolves: [intra.example=198.18.250.31]"
holds "a name that there is not" no "resolves: [nobody.example]"

# --- DHCP ---
tls_dhcp="{dhcp_server: [198.18.250.30], wins_server: [198.18.250.44], tls: ['198.18.250.30:443=$pin']}"
location "  office: $tls_dhcp" no
try "without a lease DHCP is not known" is none
try "and nobody is asked" bash -c '! grep -q DHCPINFORM "$1"' . "$tmp/dnsmasq"
location "  office: $tls_dhcp" yes
try "with agent.dhcp_inform its servers are asked" is office
try "dnsmasq says by which question" grep -q 'DHCPINFORM(eth0) 198.18.250.1 00:16:3e:5e:fa:01' "$tmp/dnsmasq"
try "and nothing was leased" [ ! -s "$tmp/leases" ]
location "  office: {dhcp_server: [198.18.250.31]}" yes
try "another server is another place" is none
finish
