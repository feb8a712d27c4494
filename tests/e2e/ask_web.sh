#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Conversations with SSH, web and directory servers: real ones say of themselves what
# ssh-keyscan, openssl, curl and ldapsearch say of them; those that misbehave are left with a
# reason, in time.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

in_lab real
here=$(cd "$(dirname "$0")" && pwd)
db=$tmp/muster.db
far=198.18.4.11 shell=198.18.3.12 web=198.18.3.14 books=198.18.4.15
sensor=198.18.3.13 lounge=198.18.3.18
kiosk=198.18.4.13 pump=198.18.4.14 dns=198.18.3.15

# An snmpd whose host has 2,000 addresses more, for later: it takes a while to see them.  (With 10,000
# it says nothing for a minute.  That a table without an end is left is a row of test_ask_snmp.)
for i in {0..1999}; do echo "address add 198.20.$((i / 250)).$((i % 250 + 1))/32 dev lo"; done |
	"$lab" exec sensor ip -batch -

# --- more SSH servers, with what else there is ---
# sshd_on HOST KEYTYPE BITS LINE... - until the lab goes
sshd_on() {
	local host=$1 dir=$tmp/$1.sshd
	mkdir -p "$dir"
	ssh-keygen -q -t "$2" -b "$3" -N '' -f "$dir/key"
	printf '%s\n' "HostKey $dir/key" 'UsePAM no' 'StrictModes no' 'PidFile none' \
		"${@:4}" > "$dir/config"
	"$lab" exec "$host" mkdir -p /run/sshd
	"$lab" exec "$host" setsid /usr/sbin/sshd -e -f "$dir/config" > "$dir/log" 2>&1
}
sshd_on sensor ecdsa 521 'KexAlgorithms ecdh-sha2-nistp521'
sshd_on lounge rsa 2048 'KexAlgorithms diffie-hellman-group14-sha1' \
	'HostKeyAlgorithms ssh-rsa'
sshd_on kiosk ed25519 256 'KexAlgorithms diffie-hellman-group16-sha512'
sshd_on pump ed25519 256 'KexAlgorithms diffie-hellman-group-exchange-sha256'
sshd_on dns ed25519 256 'KexAlgorithms diffie-hellman-group14-sha256'

# facts_of FACT FILE - "ADDRESS VALUE" of the devices in the file, a line for each member of a set
facts_of() {
	jq -r --arg f "$1" 'select(.fields[$f]) | .addresses[0].ip + " " +
		(.fields[$f] | if type == "array" then .[] else tostring end)' "$2"
}

try "the scan is done" exits 0 scan "$MUSTER" scan $shell $far $web $books $sensor $lounge \
	$kiosk $pump $dns \
	--db "$db" --quiet
"$MUSTER" devices --db "$db" --format ndjson > "$tmp/devices"

# --- SSH ---
# ssh-keyscan does not know the old key exchange of lounge.
ssh-keygen -lf "$tmp/lounge.sshd/key" | awk -v h=$lounge '{ print h, $2 }' > "$tmp/keys.want"
for host in $shell $far $sensor $kiosk $pump $dns; do
	scan ssh-keyscan -T 5 -t rsa,ecdsa,ed25519 "$host" 2> "$tmp/said" > "$tmp/keys" < /dev/null
	ssh-keygen -lf "$tmp/keys" | awk -v h="$host" '{ print h, $2 }' >> "$tmp/keys.want"
	sed -n "s/^# $host:22 //p" "$tmp/said" | sort -u | sed "s/^/$host /" >> "$tmp/banner.want"
done
facts_of ssh.hostkey "$tmp/devices" > "$tmp/b"
same "host keys are those of ssh-keyscan" "$tmp/keys.want" "$tmp/b"
try "there are eleven of them" test "$(wc -l < "$tmp/b")" = 11
facts_of ssh.banner "$tmp/devices" | grep -v "^$lounge " > "$tmp/b"
same "SSH versions are those of ssh-keyscan" "$tmp/banner.want" "$tmp/b"

# --- TLS ---
scan openssl s_client -connect $web:443 < /dev/null 2> /dev/null |
	openssl x509 -outform der -out "$tmp/der" 2> /dev/null
x509() { openssl x509 -inform der -in "$tmp/der" -noout "$@"; }
echo "$web 443 $(sha256sum "$tmp/der" | cut -c 1-64)" > "$tmp/a"
facts_of tls.certs "$tmp/devices" > "$tmp/b"
same "the certificate is the one openssl sees" "$tmp/a" "$tmp/b"
x509 -issuer -nameopt RFC2253 | sed "s/^issuer=/$web 443 /" > "$tmp/a"
facts_of tls.issuers "$tmp/devices" > "$tmp/b"
same "its issuer is the one openssl sees" "$tmp/a" "$tmp/b"
x509 -ext subjectAltName | grep -o 'DNS:[^, ]*' | sed "s/DNS:/$web /" > "$tmp/a"
facts_of tls.names "$tmp/devices" > "$tmp/b"
same "its names are those openssl sees" "$tmp/a" "$tmp/b"
echo "$web $(openssl x509 -inform der -in "$tmp/der" -pubkey -noout |
	openssl pkey -pubin -outform der | sha256sum | cut -c 1-64)" > "$tmp/a"
facts_of tls.key "$tmp/devices" > "$tmp/b"
same "its own key is the one openssl sees" "$tmp/a" "$tmp/b"
sed -i "s/ / 443 /" "$tmp/a"
facts_of tls.keys "$tmp/devices" > "$tmp/b"
same "which is told of any certificate" "$tmp/a" "$tmp/b"
[ "$(x509 -issuer | cut -d = -f 2-)" = "$(x509 -subject | cut -d = -f 2-)" ] && echo "$web 443 yes" > "$tmp/a"
facts_of tls.self_issued "$tmp/devices" > "$tmp/b"
same "it issued it itself, as openssl sees" "$tmp/a" "$tmp/b"

# --- HTTP ---
for url in http https; do
	port=443; [ $url = https ] || port=80
	scan curl -sk -D "$tmp/head" -o "$tmp/page" $url://$web/
	echo "$web $port $(sed -n '1s,^HTTP/1.1 \([0-9]*\).*,\1,p' "$tmp/head")" >> "$tmp/status.want"
	echo "$web $port $(sed -n 's/^Server: \(.*\)\r$/\1/p' "$tmp/head")" >> "$tmp/server.want"
	echo "$web $port $(sed -n 's,.*<title>\(.*\)</title>.*,\1,p' "$tmp/page")" \
		>> "$tmp/title.want"
done
for fact in status server title; do
	facts_of http.$fact "$tmp/devices" > "$tmp/b"
	same "the $fact is the one curl sees" "$tmp/$fact.want" "$tmp/b"
done

# --- LDAP ---
scan ldapsearch -x -LLL -H ldap://$books -s base -b '' '(objectClass=*)' namingContexts \
	objectClass dnsHostName vendorName > "$tmp/root" 2> "$tmp/err"
echo "$books $(sed -n 's/^namingContexts: dc=\(.*\),dc=\(.*\)/\1.\2/p' "$tmp/root")" > "$tmp/a"
facts_of ldap.domain "$tmp/devices" > "$tmp/b"
same "the directory's domain is the one ldapsearch sees" "$tmp/a" "$tmp/b"
echo "$books $(sed -n 's/^objectClass: \(OpenLDAP\)rootDSE/\1/p' "$tmp/root")" > "$tmp/a"
facts_of ldap.vendor "$tmp/devices" > "$tmp/b"
same "and so is its maker" "$tmp/a" "$tmp/b"
echo "$books false" > "$tmp/a"
jq -r 'select(.fields | has("ldap.dc")) | "\(.addresses[0].ip) \(.fields["ldap.dc"])"' \
	"$tmp/devices" > "$tmp/b"
same "it is no domain controller" "$tmp/a" "$tmp/b"

# --- those that misbehave, a few on each host: a host that only suffers is left in peace ---
bad() { # HOST PORT=WAY...
	"$lab" exec "$1" setsid python3 "$here/web_bad.py" "${@:2}" < /dev/null \
		> "$tmp/bad.$1" 2>&1 &
}
bad desk1 22=silent 389=garbage
bad files 22=endless_lines 80=slow_http
bad branch 22=endless_ident 443=tls_garbage
bad kiosk 80=endless_head 8443=silent
bad pump 8080=endless_body 389=ldap_huge
bad dns 443=tls_slow 636=closes
bad books 80=garbage 993=resets
for host in desk1 files branch kiosk pump dns books; do
	for _ in {1..100}; do
		grep -q ready "$tmp/bad.$host" 2> /dev/null && break
		sleep 0.1
	done
	try "$host misbehaves" grep -q ready "$tmp/bad.$host"
done

began=${EPOCHREALTIME/./}
try "a scan of those that misbehave is done" exits 0 scan timeout 60 "$MUSTER" scan \
	198.18.3.{10,11,15} 198.18.4.{10,13,14,15} --db "$tmp/bad.db" --quiet \
	--ask ssh,http,https,tls,ldap --talk-wait 2s --summary-json "$tmp/summary.json"
took=$(((${EPOCHREALTIME/./} - began) / 1000))
try "in time ($took ms)" test $took -lt 30000
jq -r '.reasons[] | select(.code | startswith("talk-")) | "\(.about) \(.code) \(.count)"' \
	"$tmp/summary.json" > "$tmp/b"
cat > "$tmp/a" <<-'REASONS'
	ssh talk-garbage 2
	ssh talk-silent 1
	http talk-garbage 2
	http talk-slow 1
	https talk-garbage 1
	https talk-silent 1
	https talk-slow 1
	tls talk-garbage 1
	tls talk-reset 1
	ldap talk-garbage 2
REASONS
same "each has its reason" "$tmp/a" "$tmp/b"
"$MUSTER" devices --db "$tmp/bad.db" --format ndjson > "$tmp/devices"
echo "198.18.4.14 8080 endless" > "$tmp/a"
facts_of http.server "$tmp/devices" > "$tmp/b"
same "what was said before is kept" "$tmp/a" "$tmp/b"
grep -E "^($kiosk|$pump|$dns) " "$tmp/keys.want" > "$tmp/a"
{ facts_of ssh.hostkey "$tmp/devices"; facts_of tls.certs "$tmp/devices"; } > "$tmp/b"
same "and nothing else is made up" "$tmp/a" "$tmp/b"
try "the directory beside it is heard all the same" \
	grep -q '"ldap.domain":"lab.example"' "$tmp/devices"

# --- those that accept and reset, and nothing else ---
ways=$(printf '%s=resets ' 465 993 995 3269 5986 8883)
for host in desk1 files sensor; do
	# shellcheck disable=SC2086 # words
	"$lab" exec $host setsid python3 "$here/web_bad.py" $ways < /dev/null \
		> "$tmp/resets.$host" 2>&1 &
done
for host in desk1 files sensor; do
	for _ in {1..100}; do
		grep -q ready "$tmp/resets.$host" 2> /dev/null && break
		sleep 0.1
	done
	try "$host resets" grep -q ready "$tmp/resets.$host"
done
try "a scan of those that reset is done" exits 0 scan timeout 90 "$MUSTER" scan \
	198.18.3.{10,11} $sensor --db "$tmp/resets.db" --quiet \
	--ask tls --summary-json "$tmp/summary.json"
jq -r '.reasons[] | select(.text | contains("who ")) | select(.code == "distress") | .about' \
	"$tmp/summary.json" | sort -u > "$tmp/b"
printf '%s\n' 198.18.3.10 198.18.3.11 $sensor > "$tmp/a"
same "each of them is told to be left in peace" "$tmp/a" "$tmp/b"
jq -r '.reasons[] | select(.text | contains("who ")) | select(.code == "distress-network") |
	.about' "$tmp/summary.json" > "$tmp/b"
try "and so is their network" grep -qxF -f "$tmp/a" "$tmp/b"

# --- thousands of addresses in one answer ---
many=198.18.3.51
"$lab" exec shell ip address add $many/24 broadcast + dev eth0
"$lab" exec shell setsid /usr/bin/python3 "$here/many_bad.py" $many < /dev/null > "$tmp/many" 2>&1 &
for _ in {1..100}; do grep -q ready "$tmp/many" && break; sleep 0.1; done
# shellcheck disable=SC2317 # called by try
knows_them() { # the last of them, by ipAddressType
	for _ in {1..60}; do
		scan snmpget -t 5 -r 0 -Oqv -v2c -c public "$sensor" 1.3.6.1.2.1.4.34.1.4.1.4.198.20.7.250 2>&1 |
			grep -q '^1$\|unicast' && return 0
		sleep 1
	done
	return 1
}
try "snmpd knows its 2,000 addresses" knows_them
echo "nameserver $many" > "$tmp/resolv.conf"
printf 'scan:\n  snmp_community: [public]\n' > "$tmp/muster.yaml"
cat > "$tmp/peak.py" <<-'PEAK'
	import resource, subprocess, sys
	rc = subprocess.call(sys.argv[2:])
	with open(sys.argv[1], "w") as f:  # KiB, of the process that took most
	    print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=f)
	sys.exit(rc)
PEAK
# shellcheck disable=SC2016 # for that shell
try "a scan of them is done" exits 0 scan unshare --mount bash -c \
	'mount --bind "$0" /etc/resolv.conf && exec timeout 60 /usr/bin/python3 "$@"' "$tmp/resolv.conf" \
	"$tmp/peak.py" "$tmp/peak" "$MUSTER" scan $many $sensor --db "$tmp/many.db" --quiet \
	-c "$tmp/muster.yaml" --ask snmp,mdns --summary-json "$tmp/summary.json"
peak=$(cat "$tmp/peak")
try "in bounded memory ($((peak / 1024)) MiB)" test "$peak" -lt $((128 * 1024))
jq -r '.reasons[] | select(.code | test("^(dns|talk)-")) | "\(.about) \(.code) \(.count)"' \
	"$tmp/summary.json" > "$tmp/b"
printf '%s\n' ' dns-cut 1' 'snmp talk-cut 1' > "$tmp/a"
same "and what was left out is a reason" "$tmp/a" "$tmp/b"
"$MUSTER" devices --db "$tmp/many.db" --format ndjson > "$tmp/devices"
echo "$many many.lab.example" > "$tmp/a"
facts_of dns.fqdn "$tmp/devices" > "$tmp/b"
same "a name leads back by the last of 4,001 addresses" "$tmp/a" "$tmp/b"
for fact in dns.ptr if.addresses; do
	n=$(facts_of $fact "$tmp/devices" | grep -c "^$sensor ")
	try "of $fact as many are kept as fit ($n)" test "$n" -ge 16 -a "$n" -le 256
done
finish
