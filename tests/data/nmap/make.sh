#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Makes the documents of this folder anew: real nmap output about two hosts that
# exist only in network namespaces made here, joined by one wire of their own.
# Needs root, nmap, dnsmasq and samba.  Nothing leaves the namespaces.
set -euo pipefail

if [ "${1-}" != inside ]; then
	cd "$(dirname "$0")"
	exec unshare --net --mount --uts --pid --fork --kill-child ./make.sh inside
fi
hostname ws-0412
mount -t tmpfs tmpfs /run
mount -t proc proc /proc
mkdir -p /run/netns
ip netns add target
ip link add scan0 address 00:16:3e:5e:6c:01 type veth peer name host0 netns target address 00:16:3e:5e:6c:02
ip link set lo up
ip link set scan0 up
ip addr add 198.18.3.1/24 brd + dev scan0
ip addr add 2001:db8:3::1/64 dev scan0 nodad
in_target() { ip netns exec target "$@"; }
in_target ip link set lo up
in_target ip link set host0 up
in_target ip addr add 198.18.3.7/24 brd + dev host0
in_target ip addr add 2001:db8:3::7/64 dev host0 nodad

mkdir -p /run/samba/private
cat > /run/smb.conf <<CONF
	workgroup = CORP
	netbios name = WS-0412
	server role = standalone server
	interfaces = host0 lo
	bind interfaces only = yes
	server min protocol = NT1
	map to guest = Bad User
	disable spoolss = yes
	load printers = no
	private dir = /run/samba/private
	lock directory = /run/samba
	state directory = /run/samba
	cache directory = /run/samba
	pid directory = /run/samba
	ncalrpc dir = /run/samba/ncalrpc
CONF
in_target nmbd -F --no-process-group --debug-stdout -s /run/smb.conf > /run/nmbd.log &
in_target smbd -F --no-process-group --debug-stdout -s /run/smb.conf > /run/smbd.log &
in_target dnsmasq --conf-file=/dev/null --no-resolv --no-hosts --pid-file= --user=root \
	--bind-interfaces --listen-address=198.18.3.7 \
	--host-record=ws-0412.corp.example,198.18.3.7,2001:db8:3::7 \
	--local=/18.198.in-addr.arpa/ --local=/8.b.d.0.1.0.0.2.ip6.arpa/
for _ in $(seq 50); do
	nmblookup -s /run/smb.conf -A 198.18.3.7 2>&1 | grep -q 'WS-0412.*<00>' && break
	sleep 0.2
done

scan() {	# FILE NMAP-ARGUMENTS...
	local file=$1; shift
	nmap --dns-servers 198.18.3.7 -oX "$file" "$@" > /dev/null
}
scan arp.xml -sn 198.18.3.6-7
scan echo.xml -sn -PE --send-ip 198.18.3.7
scan ports.xml -sS -sU -p T:53,80,139,445,U:53,137,9999 \
	--script nbstat,smb-os-discovery 198.18.3.7
scan services.xml -v -sV --version-light -T4 -p 53,80,445 198.18.3.7
scan ip6.xml -6 -sn 2001:db8:3::7
scan list.xml -sL 198.18.3.6-7
scan pn-silent.xml -Pn -p 80 --max-retries 0 --send-ip --disable-arp-ping 198.18.3.99
scan connect.xml -sT -PS80 -p 53,80 --send-ip --disable-arp-ping 198.18.3.7
scan down.xml -v -sn 198.18.3.6
