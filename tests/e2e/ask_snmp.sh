#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# SNMP conversations with real snmpds: what a scan learns by communities and by a user of
# version 3 is what snmpwalk prints, and what a router knows of others is what its kernel says.
# Tables that no host of the lab has (switch, LLDP, chassis) are served by a router's snmpd from
# a list, and read back by snmpwalk too.  Leases of the lab's dnsmasq are imported.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

in_lab real
secret=s3same-opens-nothing
router=198.18.3.1 sensor=198.18.3.13 pump=198.18.4.14
v3=(-v3 -l authPriv -u labuser -a SHA-256 -A labauthpass -x AES -X labprivpass)
printf 'scan:\n  snmp_community: [%s, public, lab]\n' "$secret" > "$tmp/community.yaml"
cat > "$tmp/user.yaml" <<-END
	scan:
	  snmp_user: ["stranger SHA-512 strangerpass", "labuser SHA-256 labauthpass AES labprivpass"]
END

# --- an agent on the router, with tables of a switch ---
cat > "$tmp/rows" <<-'END'
	1.0.8802.1.1.2.1.3.7.1.3.7 string Gi0/7
	1.0.8802.1.1.2.1.3.7.1.3.8 string Gi0/8
	1.0.8802.1.1.2.1.4.1.1.4.0.7.1 integer 4
	1.0.8802.1.1.2.1.4.1.1.4.0.8.1 integer 4
	1.0.8802.1.1.2.1.4.1.1.5.0.7.1 octet 00 16 3e 99 00 01
	1.0.8802.1.1.2.1.4.1.1.5.0.8.1 octet 00 16 3e 99 00 02
	1.0.8802.1.1.2.1.4.1.1.6.0.7.1 integer 5
	1.0.8802.1.1.2.1.4.1.1.6.0.8.1 integer 5
	1.0.8802.1.1.2.1.4.1.1.7.0.7.1 string uplink
	1.0.8802.1.1.2.1.4.1.1.7.0.8.1 string eth0
	1.0.8802.1.1.2.1.4.1.1.9.0.7.1 string other-switch
	1.0.8802.1.1.2.1.4.1.1.9.0.8.1 string camera
	1.0.8802.1.1.2.1.4.1.1.12.0.7.1 octet 20
	1.0.8802.1.1.2.1.4.1.1.12.0.8.1 octet 01
	1.0.8802.1.1.2.1.4.2.1.3.0.8.1.1.4.198.18.3.78 integer 2
	1.3.6.1.2.1.17.1.1.0 octet 00 16 3e 17 00 00
	1.3.6.1.2.1.17.1.2.0 integer 8
	1.3.6.1.2.1.17.1.4.1.2.7 integer 7
	1.3.6.1.2.1.17.1.4.1.2.8 integer 8
	1.3.6.1.2.1.17.7.1.2.2.1.2.1.0.22.62.119.0.7 integer 7
	1.3.6.1.2.1.17.7.1.2.2.1.2.1.0.22.62.119.0.8 integer 8
	1.3.6.1.2.1.47.1.1.1.1.5.1 integer 3
	1.3.6.1.2.1.47.1.1.1.1.11.1 string SN-0001
	1.3.6.1.2.1.47.1.1.1.1.12.1 string Example Inc.
	1.3.6.1.2.1.47.1.1.1.1.13.1 string X-8
END
cat > "$tmp/mib.py" <<-'END'
	# pass_persist of snmpd.conf(5): what `rows` says
	import bisect, sys
	rows = {}
	for line in open(sys.argv[1]):
	    name, kind, value = line.rstrip("\n").split(" ", 2)
	    rows[tuple(map(int, name.split(".")))] = (kind, value)
	names = sorted(rows)
	def read():
	    return sys.stdin.readline().strip()
	for line in iter(sys.stdin.readline, ""):
	    verb = line.strip()
	    if verb == "PING":
	        print("PONG", flush=True)
	        continue
	    asked = tuple(int(n) for n in read().strip(".").split(".") if n)
	    found = asked if asked in rows else None
	    if verb == "getnext":
	        at = bisect.bisect(names, asked)
	        found = names[at] if at < len(names) else None
	    if found is None:
	        print("NONE", flush=True)
	    else:
	        print("." + ".".join(map(str, found)), *rows[found], sep="\n", flush=True)
END
cat > "$tmp/snmpd.conf" <<-END
	agentAddress udp:161
	rocommunity public
	createUser labuser SHA-256 labauthpass AES labprivpass
	rouser labuser priv
	sysName core.lab.example
	sysServices 6
	pass_persist .1.0.8802.1.1.2 /usr/bin/python3 $tmp/mib.py $tmp/rows
	pass_persist .1.3.6.1.2.1.17 /usr/bin/python3 $tmp/mib.py $tmp/rows
	pass_persist .1.3.6.1.2.1.47 /usr/bin/python3 $tmp/mib.py $tmp/rows
END
mkdir "$tmp/state"
for n in 7 8; do
	"$lab" exec router ip neigh replace 198.18.3.7$n lladdr 00:16:3e:77:00:0$n dev br3 nud stale
done
"$lab" exec router env SNMP_PERSISTENT_DIR="$tmp/state" MIBS= snmpd -f -Lo -C -c "$tmp/snmpd.conf" \
	-p "$tmp/snmpd.pid" -I -smux -x '' > "$tmp/snmpd.log" 2>&1 < /dev/null &
trap 'kill "$(cat "$tmp/snmpd.pid")"; "$lab" down > "$tmp/down" 2>&1; rm -rf "$tmp"' EXIT
for _ in $(seq 50); do
	scan snmpget -t 1 -r 0 -v2c -c public $router 1.3.6.1.2.1.1.5.0 > /dev/null 2>&1 && break
	sleep 0.2
done

# --- a machine of itself ---
walk() { local host=$1 root=$2; shift 2; scan snmpwalk -Oqvn "$@" "$host" "$root" < /dev/null; }
macs() { tr -d '"' | awk 'NF == 6 { print tolower($1 ":" $2 ":" $3 ":" $4 ":" $5 ":" $6) }'; }
# HOST ACCESS...: what the agent says, as facts
reference() {
	local host=$1; shift
	echo "$host snmp.sysname $(walk "$host" 1.3.6.1.2.1.1.5.0 "$@")"
	echo "$host snmp.sysdescr $(walk "$host" 1.3.6.1.2.1.1.1.0 "$@")"
	echo "$host snmp.location $(walk "$host" 1.3.6.1.2.1.1.6.0 "$@")"
	echo "$host snmp.contact $(walk "$host" 1.3.6.1.2.1.1.4.0 "$@")"
	echo "$host snmp.sysobjectid $(walk "$host" 1.3.6.1.2.1.1.2.0 "$@" | sed 's/^\.//')"
	echo "$host snmp.engine $(walk "$host" 1.3.6.1.6.3.10.2.1.1.0 "$@" | tr -d '" ' |
		tr '[:upper:]' '[:lower:]')"
	walk "$host" 1.3.6.1.2.1.2.2.1.6 "$@" | macs | sort -u | grep -v '^00:00:00:00:00:00' |
		sed "s/^/$host if.macs /"
	walk "$host" 1.3.6.1.2.1.31.1.1.1.1 "$@" | sort -u | sed "s/^/$host if.names /"
	walk "$host" 1.3.6.1.2.1.4.20.1.1 "$@" | grep -v '^127\.' | sed "s/^/$host if.addresses /"
}
facts='snmp.sysname snmp.sysdescr snmp.location snmp.contact snmp.sysobjectid snmp.engine
	if.macs if.names if.addresses'
# FILE HOST: the same facts of the conversation's observation
learnt() {
	jq -r --arg facts "$facts" --arg ip "$2" 'select(.ip == $ip and .evidence == "reply" and
		.facts["if.names"]) | .facts | to_entries[] | select(.key | IN($facts | splits("\\s+"))) |
		.key as $k | .value | if type == "array" then .[] else . end | "\($ip) \($k) \(.)"' "$1"
}
muster_scan() { local conf=$1; shift
	scan "$MUSTER" scan "$@" --config "$tmp/$conf.yaml" --ask snmp --no-db --no-names --quiet \
		--format ndjson < /dev/null; }

muster_scan community $sensor $pump > "$tmp/by-community" 2> "$tmp/err"
{ reference $sensor -v2c -c public; reference $pump -v2c -c lab; } | tr -d '"' > "$tmp/a"
{ learnt "$tmp/by-community" $sensor; learnt "$tmp/by-community" $pump; } > "$tmp/b"
same "by communities: what snmpwalk prints, on the link and behind a router" "$tmp/a" "$tmp/b"
try "without a word to the user" test ! -s "$tmp/err"

"$lab" capture start "$tmp/far.pcap" real > /dev/null
muster_scan user $sensor $pump $router > "$tmp/by-user" 2> "$tmp/err"
"$lab" capture stop "$tmp/far.pcap" > /dev/null
{ reference $sensor "${v3[@]}"; reference $pump "${v3[@]}"; } | tr -d '"' > "$tmp/a"
{ learnt "$tmp/by-user" $sensor; learnt "$tmp/by-user" $pump; } > "$tmp/b"
same "by a user of version 3: the same" "$tmp/a" "$tmp/b"
# The same, sealed on this machine.
(umask 077; echo 'SHA-256 labauthpass AES labprivpass' > "$tmp/secret")
try "a user of version 3 is sealed" exits 0 "$MUSTER" credential add lab --kind snmp-user \
	--user labuser --secret-file "$tmp/secret" --credentials-file "$tmp/kept"
try "and his pass phrases are not in the file" bash -c "! grep -q labauth '$tmp/kept'"
printf 'credentials_file: %s\nscan: {snmp_credential: [lab]}\n' "$tmp/kept" > "$tmp/sealed.yaml"
muster_scan sealed $sensor > "$tmp/by-sealed" 2> "$tmp/err"
grep "^$sensor " "$tmp/a" > "$tmp/c"
learnt "$tmp/by-sealed" $sensor > "$tmp/b"
same "by a sealed one: the same" "$tmp/c" "$tmp/b"
tshark -r "$tmp/far.pcap" -Y 'snmp && ip.src == 198.18.3.2' -T fields -e snmp.msgVersion \
	-e snmp.msgFlags 2> /dev/null | sort -u > "$tmp/b"
# msgFlags: 4 the discovery; 5 the stranger, signed; 7 labuser, signed and encrypted
printf '3\t0%s\n' 4 5 7 > "$tmp/a"
tr -d '"' < "$tmp/b" | sed 's/0x0*\([0-9]\)$/0\1/' > "$tmp/c"
same "nothing but version 3 was sent, signed and encrypted" "$tmp/a" "$tmp/c"
tshark -r "$tmp/far.pcap" -Y 'snmp && ip.src == 198.18.3.2 && _ws.malformed' 2> /dev/null > "$tmp/bad"
try "all of it well-formed to tshark" test ! -s "$tmp/bad"
try "no pass phrase is printed" bash -c "! grep -q 'authpass\|privpass' '$tmp/by-user' '$tmp/err'"

# --- a router of others ---
jq -r --arg ip $router 'select(.ip == $ip and .evidence == "reply") | .facts | to_entries[] |
	select(.key | IN("snmp.forwarding", "snmp.bridge", "snmp.ports", "snmp.services",
	"host.serial", "host.vendor", "host.model")) | "\(.key) \(.value)"' "$tmp/by-user" > "$tmp/b"
cat > "$tmp/a" <<-END
	snmp.forwarding $([ "$(walk $router 1.3.6.1.2.1.4.1.0 "${v3[@]}")" = 1 ] && echo true || echo false)
	snmp.bridge $(walk $router 1.3.6.1.2.1.17.1.1.0 "${v3[@]}" | macs)
	snmp.ports $(walk $router 1.3.6.1.2.1.17.1.2.0 "${v3[@]}")
	snmp.services $(walk $router 1.3.6.1.2.1.1.7.0 "${v3[@]}")
	host.serial $(walk $router 1.3.6.1.2.1.47.1.1.1.1.11.1 "${v3[@]}" | tr -d '"')
	host.vendor $(walk $router 1.3.6.1.2.1.47.1.1.1.1.12.1 "${v3[@]}" | tr -d '"')
	host.model $(walk $router 1.3.6.1.2.1.47.1.1.1.1.13.1 "${v3[@]}" | tr -d '"')
END
same "chassis and bridge are those of snmpwalk" "$tmp/a" "$tmp/b"

muster_scan user 198.18.3.0/24 --summary-json "$tmp/summary.json" > "$tmp/tables" 2> "$tmp/err"
listed() { jq -r "select(.evidence == \"listed\") | $1" "$tmp/tables"; }
"$lab" exec router ip neigh show dev br3 | awk '/lladdr/ && /198\.18\.3\.7[78]/ {
	print $1, $3 }' > "$tmp/a"
listed 'select(.ip != null and .facts.mac) | select(.ip | test("^198.18.3.7[78]$")) |
	.ip + " " + .facts.mac' | sort -u > "$tmp/b"
same "its ARP table is that of its kernel" "$tmp/a" "$tmp/b"
listed 'select(.facts.mac) | .facts["mac.onlink"] // "nothing said"' | sort -u > "$tmp/d"
echo 198.18.3.77 > "$tmp/a"; echo 198.18.3.78 >> "$tmp/a"
jq -r '.populations[] | select(.name == "snmp-arp") | .missing[]' "$tmp/summary.json" > "$tmp/c"
same "whom it lists and nobody heard is missing" "$tmp/a" "$tmp/c"
echo nothing said > "$tmp/a"
same "no MAC of others is an identity" "$tmp/a" "$tmp/d"
listed 'select(.facts["link.to"]) | (.ip // "-") + " " + (.facts.mac // "-") + " " +
	.facts["link.to"][0] + " " + (.facts["lldp.name"] // "-")' > "$tmp/b"
# The MAC behind port 7 is not plugged in there: another switch is, whose address nobody knows.
cat > "$tmp/a" <<-END
	198.18.3.78 - core.lab.example Gi0/8 camera
	198.18.3.78 00:16:3e:77:00:08 core.lab.example $(walk $router 1.3.6.1.2.1.31.1.1.1.1.8 "${v3[@]}" |
		tr -d '"') -
END
same "switch and LLDP tables say where things are plugged in" "$tmp/a" "$tmp/b"
jq -r '.reasons[] | select(.code == "plugged-unknown") | .count' "$tmp/summary.json" > "$tmp/b"
echo 1 > "$tmp/a"
same "and who has no address is only counted" "$tmp/a" "$tmp/b"
muster_scan user $router 198.18.3.77 > "$tmp/tables" 2> "$tmp/err"
listed '.ip // "-"' | sort -u > "$tmp/b"
echo 198.18.3.77 > "$tmp/a"
same "only of targets" "$tmp/a" "$tmp/b"

# --- what the router's table lists answered itself as well ---
"$lab" truth real | awk '$7 == "onlink" && $2 != "-" { print $1, $2 }' > "$tmp/onlink"
while read -r address mac; do
	[ "$address" = $router ] || "$lab" exec router ip neigh replace "$address" lladdr "$mac" \
		dev br3 nud stale
done < "$tmp/onlink"
stored() { scan "$MUSTER" scan 198.18.3.0/27 --config "$tmp/$1.yaml" --ask snmp --no-names --quiet \
	--db "$tmp/listed.db" > "$tmp/out" 2> "$tmp/err" < /dev/null; }
# What kind they are of, those that answer to SNMP may say better now.
cards() { "$MUSTER" devices --db "$tmp/listed.db" --format ndjson | jq -r --arg a $router --arg b $sensor '
	.addresses[0].ip as $ip | .fields | select(.["mac.onlink"]) | [$ip, .mac, .vendor // "-",
	if $ip == $a or $ip == $b then "asked" else .kind // "-" end] | join(" ")' | sort; }
: > "$tmp/none.yaml"
stored none
cards > "$tmp/a"
try "without communities there are machines on the link" test "$(wc -l < "$tmp/a")" -gt 5
stored user
cards > "$tmp/b"
same "listed by a router, their cards and vendors stay" "$tmp/a" "$tmp/b"
listed_too=$("$MUSTER" export --db "$tmp/listed.db" | jq -r 'select(.evidence == "listed" and .facts.mac) | .ip' |
	sort -u | grep -cFxf <(cut -d' ' -f1 "$tmp/a"))
try "all of which it listed" test "$listed_too" -ge "$(($(wc -l < "$tmp/a") - 1))"
"$MUSTER" changes --db "$tmp/listed.db" --format ndjson |
	jq -r 'select(.what == "field" and (.key | IN("mac", "mac.onlink", "vendor"))) | .key' > "$tmp/b"
: > "$tmp/a"
same "and nothing of them changed" "$tmp/a" "$tmp/b"

# --- an agent that knows too much: 12,000 neighbours of its kernel, 10,000 addresses by a list ---
# (snmpd itself takes minutes for 10,000 addresses of an interface.)
big=198.18.3.11
mkdir "$tmp/big.state"
seq 0 9999 | awk '{ printf "1.3.6.1.2.1.4.34.1.4.1.4.10.98.%d.%d integer 1\n",
	$1 / 250, $1 % 250 + 1 }' > "$tmp/big.rows"
seq 0 11999 | awk '{ printf "neigh replace 10.99.%d.%d lladdr 00:16:3e:78:%02x:%02x dev eth0 nud permanent\n",
	$1 / 250, $1 % 250 + 1, $1 / 250, $1 % 250 }' > "$tmp/big.neighbours"
cat > "$tmp/big.conf" <<-END
	agentAddress udp:161
	rocommunity public
	pass_persist .1.3.6.1.2.1.4.34 /usr/bin/python3 $tmp/mib.py $tmp/big.rows
END
try "12,000 neighbours" "$lab" exec desk1 ip -batch "$tmp/big.neighbours"
"$lab" exec desk1 env SNMP_PERSISTENT_DIR="$tmp/big.state" MIBS= snmpd -f -Lo -C -c "$tmp/big.conf" \
	-p "$tmp/big.pid" -I -smux,ipAddressTable -x '' > "$tmp/big.log" 2>&1 < /dev/null &
trap 'kill "$(cat "$tmp/snmpd.pid")" "$(cat "$tmp/big.pid")"; "$lab" down > "$tmp/down" 2>&1
	rm -rf "$tmp"' EXIT
table() { scan snmpbulkwalk -Cr20 -t 5 -v2c -c public $big "$1" < /dev/null | wc -l; }
for _ in $(seq 50); do
	[ "$(table 1.3.6.1.2.1.4.35.1.4)" -ge 12000 ] && break
	sleep 0.2
done
echo "$(table 1.3.6.1.2.1.4.34.1.4) addresses" > "$tmp/b"
echo "10000 addresses" > "$tmp/a"
same "and 10,000 addresses, as snmpbulkwalk counts them" "$tmp/a" "$tmp/b"
start=$SECONDS
scan /usr/bin/time -f %M -o "$tmp/peak" "$MUSTER" scan $big 10.99.39.0/24 10.99.41.0/24 \
	--config "$tmp/community.yaml" --ask snmp --no-db --no-names --quiet --format ndjson \
	--summary-json "$tmp/summary.json" > "$tmp/tables" 2> "$tmp/err" < /dev/null
took=$((SECONDS - start)) peak=$(tail -n 1 "$tmp/peak")
try "they are asked in bounded time ($took s)" test $took -lt 45
try "and memory ($((peak / 1024)) MiB)" test "$peak" -lt $((64 * 1024))
# In the order of the table: the first 10,000 are up to 10.99.39.250.
listed .ip | grep '^10[.]' | sort -u > "$tmp/b"
seq 1 250 | sed 's/^/10.99.39./' > "$tmp/a"
same "of its neighbours the first 10,000 are read" "$tmp/a" "$tmp/b"
learnt "$tmp/tables" $big | grep ' if.addresses 10[.]98[.]' > "$tmp/c"
try "of its addresses 64 are kept" test "$(wc -l < "$tmp/c")" -eq 64
jq -r '.reasons[] | select(.code | test("^talk-")) | "\(.about) \(.code) \(.count) " +
	(.text | sub("^.*: "; ""))' "$tmp/summary.json" > "$tmp/b"
cat > "$tmp/a" <<-'END'
	follow-up talk-cut 1 a table with more rows than are taken
	snmp talk-cut 1 more than 64 of one kind
END
same "and what is left out is a reason" "$tmp/a" "$tmp/b"

# --- settings ---
printf 'scan:\n  snmp_user: ["bob SHA-256 short"]\n' > "$tmp/bad.yaml"
try "a user that is wrong is misuse" exits 2 "$MUSTER" scan 198.18.3.13 --no-db --config "$tmp/bad.yaml"
try "which is said without the secret" bash -c "grep -q 'scan.snmp_user: item 1: a pass phrase has' \
	'$tmp/exits.err' && ! grep -q bob '$tmp/exits.err'"
try "on a command line it is refused" exits 2 "$MUSTER" scan 198.18.3.13 --snmp-user x
"$MUSTER" config dump "$tmp/user.yaml" > "$tmp/dump"
try "and never shown" bash -c "grep -q '# snmp_user:' '$tmp/dump' && ! grep -q labauth '$tmp/dump'"
finish
