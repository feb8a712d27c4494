#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Where this machine is, without a question: by the kernel's routes and neighbours, by resolv.conf and
# what systemd-resolved really asks, and by the leases that DHCP clients keep.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/lib_point.sh
. "$(dirname "$0")/lib_point.sh"

mkdir "$tmp/root"
echo "nameserver 198.18.250.53" > "$tmp/resolv.conf"
# In a machine whose /run and /var/lib hold what $tmp/root has; --no-ask: not a packet.
location() { # CONDITIONS
	printf 'scope: {allow: [198.18.250.0/24]}\nlocations:\n  there: {%s}\n' "$1" > "$tmp/agent.yaml"
	ip netns exec "$net-point" unshare -m bash -c 'mount --bind "$1/resolv.conf" /etc/resolv.conf &&
		for d in /run /var/lib; do
			mount -t tmpfs tmpfs $d || exit 9
			[ ! -d "$1/root$d" ] || cp -r "$1/root$d/." $d || exit 9
		done
		shift; exec "$@"' . "$tmp" "$MUSTER" location --why --no-ask --agent "$tmp/agent.yaml" --db "$tmp/none" > "$tmp/said" 2>&1
}
# finds NAME yes|no|unknown CONDITIONS
finds() {
	local verdict
	location "$3"
	verdict=$(sed -n '/^\(yes\|no \| ? \)  there$/s/ *there$//p' "$tmp/said" | tr -d ' ')
	verdict=${verdict/\?/unknown}
	if [ "$verdict" = "$2" ]; then ok "$1"; else not_ok "$1" "$verdict, not $2: $(cat "$tmp/said")"; fi
}

# --- the kernel ---
finds "an own address" yes "subnet: [198.18.250.0/24]"
finds "no gateway" no "gateway: [198.18.250.30]"
ip -n "$net-point" route add default via 198.18.250.30 dev eth0
finds "the gateway" yes "gateway: [198.18.250.30]"
finds "another gateway" no "gateway: [198.18.250.31]"
finds "nobody has spoken to it" unknown "gateway_mac: ['00:16:3e:5e:fa:30']"
ip -n "$net-point" neigh add 198.18.250.30 lladdr 00:16:3e:5e:fa:30 dev eth0
finds "its MAC" yes "gateway_mac: ['00:16:3e:5e:fa:30']"
finds "another MAC" no "gateway_mac: ['00:16:3e:5e:fa:31']"

# --- the resolver ---
finds "a DNS server" yes "dns_server: [198.18.250.53]"
printf 'nameserver 127.0.0.53\noptions edns0 trust-ad\nsearch office.example\n' > "$tmp/resolv.conf"
mkdir -p "$tmp/root/run/systemd/resolve"
printf 'nameserver 198.18.250.54\nsearch office.example\n' > "$tmp/root/run/systemd/resolve/resolv.conf"
finds "the one behind systemd-resolved" yes "dns_server: [198.18.250.54]"
finds "the domain" yes "dns_domain: [office.example]"
finds "another domain" no "dns_domain: [other.example]"

# --- leases: dhclient.leases(5), and the files of systemd's client, NetworkManager's too ---
finds "no lease, no server" unknown "dhcp_server: [198.18.250.5]"
dhclient() { # OWN SERVER
	cat <<END
lease {
  interface "eth0";
  fixed-address $1;
  option subnet-mask 255.255.255.0;
  option routers 198.18.250.30;
  option dhcp-server-identifier $2;
  option netbios-name-servers 198.18.250.44,198.18.250.45;
  option domain-name "leased.example";
  renew 0 2026/11/22 21:00:00;
  expire 0 2026/11/23 09:00:00;
}
END
}
systemd() { # OWN SERVER
	printf '# This is private data. Do not parse.\nADDRESS=%s\nNETMASK=255.255.255.0\nROUTER=198.18.250.30\nSERVER_ADDRESS=%s\nDOMAINNAME=leased.example\n' "$1" "$2"
}
leases() { # NAME FORMAT FILE
	local file=$tmp/root/$3
	mkdir -p "${file%/*}"
	"$2" 198.18.250.1 198.18.250.5 > "$file"
	finds "$1: the server of its lease" yes "dhcp_server: [198.18.250.5]"
	finds "$1: and no other" no "dhcp_server: [198.18.250.6]"
	finds "$1: its domain" yes "dns_domain: [leased.example]"
	[ "$2" != dhclient ] || finds "$1: its WINS server" yes "wins_server: [198.18.250.45]"
	"$2" 198.18.250.99 198.18.250.5 > "$file"
	finds "$1: a lease of an address that it has no more" unknown "dhcp_server: [198.18.250.5]"
	# Of two the later one is that which holds.
	if [ "$2" = dhclient ]; then
		{ dhclient 198.18.250.1 198.18.250.6; dhclient 198.18.250.1 198.18.250.5; } > "$file"
		finds "$1: the last of two" yes "dhcp_server: [198.18.250.5]"
	fi
	rm "$file"
}
leases dhclient dhclient var/lib/dhcp/dhclient.eth0.leases
leases "dhclient of NetworkManager" dhclient var/lib/NetworkManager/dhclient-1f0e-eth0.lease
leases NetworkManager systemd var/lib/NetworkManager/internal-1f0e-eth0.lease
leases systemd-networkd systemd run/systemd/netif/leases/2
# NetworkManager's own client keeps the address alone, systemd's no WINS servers: that says nothing.
printf '# This is private data. Do not parse.\nADDRESS=198.18.250.1\n' > "$tmp/root/var/lib/NetworkManager/internal-1f0e-eth0.lease"
finds "a lease without its server" unknown "dhcp_server: [198.18.250.5]"
rm "$tmp/root/var/lib/NetworkManager/internal-1f0e-eth0.lease"
systemd 198.18.250.1 198.18.250.5 > "$tmp/root/run/systemd/netif/leases/2"
finds "one without WINS servers" unknown "wins_server: [198.18.250.44]"
rm "$tmp/root/run/systemd/netif/leases/2"
dhclient 198.18.250.1 198.18.250.5 > "$tmp/root/var/lib/dhcp/dhclient.conf"
finds "a file that is no lease's" unknown "dhcp_server: [198.18.250.5]"
finish
