#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# tests/lab/check.sh - is the lab what its truth says, and does it leave no trace?
#
# Raises a lab of its own, asks other scanners what they see there, compares, and
# takes it down.  Needs root and deps/test.txt.  Exit 1 when something differs.
set -euo pipefail

cd "$(dirname "$0")"
export MUSTER_LAB_ID=check$$
work=$(mktemp -d)
bad=0

# shellcheck disable=SC2317 # called at exit
finish() {
	./lab down
	rm -rf "$work"
}
trap finish EXIT

scan() {
	./lab exec scan "$@"
}

verdict() {
	if [ "$1" -eq 0 ]; then
		printf 'ok    %s\n' "$2"
	else
		printf 'WRONG %s\n' "$2"
		bad=1
	fi
}

# same WHAT TRUTH SEEN - two lists, in any order
same() {
	local rc=0
	sort "$2" > "$work/want"
	sort "$3" > "$work/have"
	diff "$work/want" "$work/have" > "$work/diff" || rc=1
	verdict $rc "$1 ($(wc -l < "$work/want") in truth)"
	head -n 10 "$work/diff"
}

# open_ports ADDRESSES PORTS - "address port,port|-" as nmap sees it
open_ports() {
	awk '{ print $1 }' "$1" > "$work/targets"
	scan nmap -n -Pn -sS -T5 --min-rate 20000 --max-retries 1 -p "$2" \
		-iL "$work/targets" -oG - | awk '/Ports:/ {
			n = split($0, part, /[ \t]/); open = ""
			for (i = 4; i <= n; i++)
				if (split(part[i], field, "/") > 2 && field[2] == "open")
					open = open (open == "" ? "" : ",") field[1]
			print $2, open == "" ? "-" : open }'
}

# node_statuses FILE - "address name group" from nbtscan's answers
node_statuses() {
	scan nbtscan -q -s : -v "$@" 2> /dev/null | awk -F: '
		{ gsub(/ +$/, "", $2) }
		$3 == "00U" { name[$1] = $2 }
		$3 == "00G" { group[$1] = $2 }
		END { for (a in name) print a, name[a], group[a] }'
}

check_real() {
	./lab truth real | grep -v ' scan ' > "$work/real"
	awk '/onlink/ { print $1, $2 }' "$work/real" > "$work/a"
	scan arp-scan -q -x -r 3 -I eth0 198.18.3.0/24 | awk '{ print $1, $2 }' > "$work/b"
	same "real: ARP" "$work/a" "$work/b"

	awk '/icmp/ { print $1 }' "$work/real" > "$work/a"
	scan fping -q -a -r 1 -t 200 -g 198.18.3.0/24 2> /dev/null |
		grep -vx 198.18.3.2 > "$work/b" || :
	scan fping -q -a -r 1 -t 200 -g 198.18.4.0/24 2> /dev/null >> "$work/b" || :
	same "real: ICMP echo" "$work/a" "$work/b"

	awk '{ print $1, $6 }' "$work/real" > "$work/a"
	open_ports "$work/real" 1-1024,3389,9100 > "$work/b"
	same "real: open TCP ports" "$work/a" "$work/b"

	awk '$4 != "-" { print $1, $4, $5 }' "$work/real" > "$work/a"
	node_statuses 198.18.3.0/24 > "$work/b"
	node_statuses 198.18.4.0/24 >> "$work/b"
	same "real: NetBIOS names" "$work/a" "$work/b"

	awk '$3 != "router" { print $1, $3 ".lab.example" }' "$work/real" > "$work/a"
	awk '{ print $1 }' "$work/a" | while read -r a; do
		scan getent hosts "$a" | awk '{ print $1, $2 }'
	done > "$work/b"
	same "real: reverse DNS" "$work/a" "$work/b"

	awk '$3 != "router" { print $3, $1 }' "$work/real" > "$work/a"
	awk '{ print $1 }' "$work/a" | while read -r h; do
		scan getent ahostsv4 "$h" | awk -v h="$h" 'NR == 1 { print h, $1 }'
	done > "$work/b"
	same "real: DNS" "$work/a" "$work/b"

	echo 0 > "$work/a"
	./lab printer-bytes > "$work/b"
	same "real: nothing printed" "$work/a" "$work/b"
}

check_real_services() {
	local rc
	rc=0; scan snmpget -v2c -c public sensor 1.3.6.1.2.1.1.5.0 |
		grep -q sensor.lab.example || rc=1
	verdict $rc "real: SNMP v2c"
	rc=0; scan snmpget -v3 -l authPriv -u labuser -a SHA-256 -A labauthpass -x AES \
		-X labprivpass sensor 1.3.6.1.2.1.1.5.0 | grep -q sensor.lab.example || rc=1
	verdict $rc "real: SNMP v3"
	rc=0; scan openssl s_client -connect web:443 < /dev/null 2> /dev/null |
		grep -q 'subject=CN = web.lab.example' || rc=1
	verdict $rc "real: TLS certificate"
	rc=0; [ "$(scan ssh-keyscan -t ed25519 shell 2> /dev/null | cut -d' ' -f2-)" != \
		"$(scan ssh-keyscan -t ed25519 far 2> /dev/null | cut -d' ' -f2-)" ] || rc=1
	verdict $rc "real: SSH host keys, each its own"
	rc=0; scan nmap -n -Pn -p445 --script smb-protocols files |
		grep -q '3\.\?1\.\?1' || rc=1
	verdict $rc "real: SMB 3.1.1"
	scan bash -c 'echo paper > /dev/tcp/printer/9100'
	rc=1
	for _ in {1..40}; do
		if [ "$(./lab printer-bytes)" = 6 ]; then rc=0; break; fi
		sleep 0.05
	done
	verdict $rc "real: the printer counts what it is sent"
}

check_big_routed() {
	local network
	for network in routed:198.19.0.0/16 dense:198.18.112.0/20; do
		./lab truth "big-${network%:*}" > "$work/big"
		awk '{ print $1 }' "$work/big" > "$work/a"
		scan fping -q -a -i 0 -r 0 -t 200 -g "${network#*:}" 2> /dev/null \
			> "$work/b" || :
		same "big-${network%:*}: ICMP echo" "$work/a" "$work/b"
		awk '{ print $1, $6 }' "$work/big" > "$work/a"
		open_ports "$work/big" 22,80,135,443,445,3389,8080 > "$work/b"
		same "big-${network%:*}: open TCP ports" "$work/a" "$work/b"
		awk '$4 != "-" { print $1, $4, $5 }' "$work/big" > "$work/a"
		node_statuses -t 500 -b 0 "${network#*:}" > "$work/b"
		same "big-${network%:*}: NetBIOS names" "$work/a" "$work/b"
		awk '/rst/ { print $1 }' "$work/big" > "$work/a"
		awk '{ print $1 }' "$work/big" > "$work/targets"
		scan nmap -n -Pn -sS -T5 --min-rate 20000 --max-retries 1 -p 8081 \
			-iL "$work/targets" -oG - | awk '/closed/ { print $2 }' > "$work/b"
		same "big-${network%:*}: closed ports that say so" "$work/a" "$work/b"
	done
}

check_big_onlink() {
	./lab truth big-onlink | awk '{ print $1, $2 }' > "$work/a"
	scan arp-scan -q -x -I lan0 --interval=2u -r 1 -t 20 198.20.0.0/16 |
		awk '{ print $1, $2 }' > "$work/b"
	same "big-onlink: ARP" "$work/a" "$work/b"
	./lab truth big-onlink | awk 'NR <= 500 { print $1 }' > "$work/a"
	scan fping -q -a -i 1 -r 1 -t 500 -f "$work/a" > "$work/b" 2> /dev/null || :
	same "big-onlink: ICMP echo" "$work/a" "$work/b"
}

# Ghosts answer for all, those who live have what truth says, and the dense /24 beside
# them is as empty as any.  fping leaves out .0 and .255 of a /24.
check_ghosts() {
	local subnet
	./lab truth ghosts > "$work/ghosts"
	for subnet in 130:echo 131: 132: 133:echo 134: 136:; do
		awk -v p="198.18.${subnet%:*}." 'index($1, p) == 1 { print $1 }' \
			"$work/ghosts" > "$work/a"
		[ "${subnet#*:}" = '' ] || printf "198.18.${subnet%:*}.%s\n" {1..254} > "$work/a"
		scan fping -q -a -i 1 -r 1 -t 200 -g "198.18.${subnet%:*}.0/24" 2> /dev/null |
			grep -vx 198.18.136.2 > "$work/b" || :
		same "ghosts: ICMP echo from .${subnet%:*}" "$work/a" "$work/b"
	done
	awk '/routed/ && $1 !~ /\.132\./ { print $1, $6 }' "$work/ghosts" > "$work/a"
	awk '/routed/ && $1 !~ /\.132\./' "$work/ghosts" > "$work/targeted"
	open_ports "$work/targeted" 22,80,135,443,445,3389,8080 > "$work/b"
	same "ghosts: open TCP ports of the living" "$work/a" "$work/b"
	awk '$4 != "-" { print $1, $4, $5 }' "$work/ghosts" > "$work/a"
	node_statuses -t 500 198.18.130.0/23 > "$work/b"
	node_statuses -t 500 198.18.132.0/22 >> "$work/b"
	same "ghosts: NetBIOS names" "$work/a" "$work/b"
	for subnet in 130:closed 131:closed 132:open 133:open; do
		printf "198.18.${subnet%:*}.%s ${subnet#*:}\n" {0..255} > "$work/a"
		scan nmap -n -Pn -sS -T5 --min-rate 20000 --max-retries 1 -p 7777 -oG - \
			"198.18.${subnet%:*}.0/24" |
			awk '/Ports:/ { split($5, f, "/"); print $2, f[2] }' > "$work/b"
		same "ghosts: any port of .${subnet%:*} is ${subnet#*:}" "$work/a" "$work/b"
	done
	awk '/ onlink / && !/ proxy / { print $1, $2 }' "$work/ghosts" > "$work/a"
	awk '{ print $1 }' "$work/a" > "$work/own"
	printf '198.18.136.%s\n' {0..255} | grep -vxF -f "$work/own" |
		awk '$1 !~ /\.2$/ { print $1, "4c:5e:0c:12:88:01" }' >> "$work/a"
	scan arp-scan -q -x -g -I ghost1 198.18.136.0/24 | awk '{ print $1, $2 }' > "$work/b"
	same "ghosts: proxy ARP for all but those on the segment" "$work/a" "$work/b"
}

# facts NETWORK KEY - "address value" of a fact, one a line
facts() {
	./lab truth "$1" | jq -r --arg key "$2" '.ip as $ip | .facts[$key] // empty |
		if type == "array" then .[] else . end | "\($ip) \(.)"'
}

# nmap_facts SCRIPT PORT NAME KEY FILE - what a script of nmap says as NAME, for the hosts of
# which truth has this fact, is what truth says
nmap_facts() {
	facts people-mixed "$4" | sort -R --random-source=/dev/zero | awk 'NR <= 12' > "$work/a"
	awk '{ print $1 }' "$work/a" > "$work/targets"
	scan nmap -n -Pn -p "$2" --script "$1" -iL "$work/targets" -oX - |
		xmllint --xpath "//host/*[self::address or self::ports or self::hostscript]
			/descendant-or-self::*[self::address or (self::elem and @key='$3')]" - |
		sed -n 's/.*addr="\([0-9.]*\)".*/\1/p; s/.*<elem[^>]*>\(.*\)<.elem>.*/=\1/p' |
		awk '/^=/ { print ip, substr($0, 2); next } { ip = $0 }' > "$work/b"
	same "people: $4 as nmap's $1 has it" "$work/a" "$work/b"
}

check_people() {
	local network address
	for network in people:198.18.144.0/20 people-mixed:198.18.160.0/22 \
		people-bad:198.18.164.0/25; do
		./lab truth "${network%:*}" | jq -r .ip > "$work/a"
		scan fping -q -a -i 0 -r 0 -t 300 -g "${network#*:}" 2> /dev/null \
			> "$work/b" || :
		same "${network%:*}: ICMP echo" "$work/a" "$work/b"
	done
	./lab truth people-mixed | jq -r '.ip + " " + (.facts["tcp.open"] |
		if . == [] then "-" else map(tostring) | join(",") end)' > "$work/people"
	cp "$work/people" "$work/a"
	open_ports "$work/people" 21,22,80,139,389,443,445,636,3389,8080 > "$work/b"
	same "people: open TCP ports" "$work/a" "$work/b"
	facts people-mixed netbios.name > "$work/a"
	node_statuses -t 1000 -b 0 198.18.160.0/22 | awk '{ print $1, $2 }' > "$work/b"
	same "people: NetBIOS names" "$work/a" "$work/b"
	facts people-mixed ssh.hostkey > "$work/a"
	awk '{ print $1 }' "$work/a" > "$work/targets"
	scan ssh-keyscan -f "$work/targets" 2> /dev/null | ssh-keygen -lf - |
		awk '{ print $3, $2 }' > "$work/b"
	same "people: SSH host keys" "$work/a" "$work/b"
	facts people-mixed snmp.sysname | awk 'NR <= 40' > "$work/a"
	awk '{ print $1 }' "$work/a" | while read -r address; do
		echo "$address $(scan snmpget -Oqv -v2c -c public "$address" \
			1.3.6.1.2.1.1.5.0 | tr -d '"')"
	done > "$work/b"
	same "people: SNMP names" "$work/a" "$work/b"
	facts people-mixed ldap.dns_name > "$work/a"
	awk '{ print $1 }' "$work/a" | while read -r address; do
		echo "$address $(scan ldapsearch -x -LLL -H "ldap://$address" -s base -b '' |
			sed -n 's/^dnsHostName: //p')"
	done > "$work/b"
	same "people: names of directories" "$work/a" "$work/b"
	facts people-mixed tls.certs | awk '$2 == 443 { print $1, $3 }' | awk 'NR <= 20' > "$work/a"
	awk '{ print $1 }' "$work/a" | while read -r address; do
		echo "$address $(scan openssl s_client -connect "$address:443" < /dev/null 2> /dev/null |
			openssl x509 -outform der | sha256sum | cut -d' ' -f1)"
	done > "$work/b"
	same "people: TLS certificates" "$work/a" "$work/b"
	nmap_facts rdp-ntlm-info 3389 Product_Version rdp.os_build
	nmap_facts rdp-ntlm-info 3389 DNS_Tree_Name rdp.forest
	nmap_facts rdp-ntlm-info 3389 NetBIOS_Computer_Name rdp.computer
}

# Old Windows tell all of themselves to nmap; of others it knows how they sign.
check_people_smb() {
	facts people-mixed smb.signing | grep -v ' $' | awk 'NR <= 12' > "$work/a"
	awk '{ print $1 }' "$work/a" > "$work/targets"
	scan nmap -n -Pn -p 445 --script smb2-security-mode -iL "$work/targets" |
		awk '/^Nmap scan/ { ip = $NF } /Message signing/ {
			print ip, /not required/ ? "enabled" : "required" }' > "$work/b"
	same "people: SMB signing as nmap has it" "$work/a" "$work/b"
	./lab truth people-mixed | jq -r 'select(.facts["smb.v1"] and .facts["smb.forest"]) |
		.ip + " " + .facts["smb.dns_name"] + " " + .facts["smb.forest"]' |
		awk 'NR <= 12' > "$work/a"
	awk '{ print $1 }' "$work/a" > "$work/targets"
	scan nmap -n -Pn -p 445 --script smb-os-discovery -iL "$work/targets" |
		awk '/^Nmap scan/ { ip = $NF } /Forest name:/ { forest = $NF }
			/FQDN:/ { print ip, $NF, forest }' > "$work/b"
	same "people: SMB names as nmap has them" "$work/a" "$work/b"
}

# round_trip LOW HIGH - the best of 20 round trips to wan, in milliseconds
round_trip() {
	local best
	best=$(scan ping -q -c 20 -i 0.02 -W 2 198.18.100.1 |
		awk -F'[/= ]+' '/^rtt/ { print $6 }')
	verdict "$(awk -v m="$best" -v lo="$1" -v hi="$2" \
		'BEGIN { print !(m != "" && m >= lo && m <= hi) }')" \
		"delay: a round trip takes ${best:-for ever} ms of $1 to $2"
}

# Nothing but time changes: what big answers by a long wire is what it answers always.
check_weather() {
	local seen rc
	round_trip 0 2
	./lab delay 40
	round_trip 40 42
	./lab truth big-dense | awk '{ print $1 }' > "$work/a"
	scan fping -q -a -i 0.2 -r 1 -t 400 -g 198.18.112.0/20 > "$work/b" 2> /dev/null || :
	same "delay: all answer" "$work/a" "$work/b"
	./lab delay 0
	round_trip 0 2
	./lab limit 500
	# fping fails when some are silent.
	seen=$({ scan fping -q -a -i 0 -r 0 -t 200 -g 198.18.112.0/20 2> /dev/null || :; } |
		wc -l)
	rc=0; [ "$seen" -ge 26 ] && [ "$seen" -lt 400 ] || rc=1
	verdict $rc "limit: at full speed 500/s leave $seen"
	./lab limit 0
	scan fping -q -a -i 0 -r 0 -t 200 -g 198.18.112.0/20 > "$work/b" 2> /dev/null || :
	same "limit: none" "$work/a" "$work/b"
}

# capture sees exactly what was sent, and loss is what was asked for
check_capture_and_loss() {
	local seen rc
	./lab capture start "$work/pcap" big-onlink
	scan arp-scan -q -I lan0 --interval=2u -r 1 -t 20 198.20.0.0/16 > /dev/null
	seen=$(./lab capture stop "$work/pcap")
	rc=0; [ "$seen" = "captured 65536 dropped 0" ] || rc=1
	verdict $rc "capture: all that was sent ($seen)"
	./lab loss 5
	seen=$(scan arp-scan -q -x -I lan0 --interval=2u -r 1 -t 20 198.20.0.0/16 | wc -l)
	./lab loss 0
	# 0.95 x 0.95 of about 3,250 is 2,935; four standard deviations are 68.
	rc=0; [ "$seen" -gt 2830 ] && [ "$seen" -lt 3030 ] || rc=1
	verdict $rc "loss: 5 % each way leaves $seen"
}

check_no_trace() {
	local rc=0
	./lab down
	! ip netns list | grep -q "mst-$MUSTER_LAB_ID-" || rc=1
	[ ! -e "/run/muster-lab/$MUSTER_LAB_ID" ] || rc=1
	! grep -q "muster-lab/$MUSTER_LAB_ID" /proc/*/mountinfo 2> /dev/null || rc=1
	verdict $rc "$1"
}

# An up that is killed, at any point, leaves nothing that down does not find.
check_killed_up() {
	local pid
	setsid ./lab up all > /dev/null 2>&1 &
	pid=$!
	for _ in {1..400}; do
		[ ! -e "/run/netns/mst-$MUSTER_LAB_ID-$1" ] || break
		sleep 0.01
	done
	kill -KILL $pid
	wait $pid 2> /dev/null || :
	check_no_trace "no trace after up was killed while it made $1"
}

./lab up all
./lab up all
check_real
check_real_services
check_big_routed
check_big_onlink
check_ghosts
check_people
check_people_smb
check_weather
check_capture_and_loss
check_no_trace "no trace after down"
check_killed_up files
check_killed_up wan
[ $bad -eq 0 ] && echo "The lab is what its truth says."
exit $bad
