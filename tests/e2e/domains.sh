#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Workgroups with and without SMB1, a WINS server, and WS-Discovery without NetBIOS: what
# muster windows finds is what nmblookup, nmap, wsdd and the master's own file say; and it stays
# the same when SMB1 goes, when a master hangs, and when nobody is there it says so soon. Then a
# domain controller of Active Directory beside them, and what all of them tell an account.
# first: takes minutes
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

in_lab domains
db=$tmp/muster.db
printf '[global]\ninterfaces = dom0\n' > "$tmp/smb.conf"
# poll NAME ARG... - a poll whose observations are in $tmp/NAME, its notes in $tmp/NAME.notes
poll() {
	local name=$1; shift
	try "the poll is done: $name" exits 0 scan "$MUSTER" windows --format ndjson "$@"
	cp "$tmp/exits.out" "$tmp/$name"
	cp "$tmp/exits.err" "$tmp/$name.notes"
}
# fact FILE KEY - "ADDRESS VALUE" of each that answered in IPv4
fact() {
	jq -r --arg k "$2" 'select(.subject == null and .ip and .facts[$k] != null) | .ip + " " +
		(.facts[$k] | if type == "array" then join(" ") else tostring end)' "$tmp/$1" | sort -u
}
domain() { jq -r --arg k "$2" 'select(.subject == "domain" and .facts[$k] != null) |
	.facts["domain.name"] + " " + (.facts[$k] | join(" "))' "$tmp/$1" | sort -u; }
onlink() { "$lab" truth domains | awk '$1 !~ /193/'; }

# --- a quick poll ---
scan bash -c 'setsid tcpdump --immediate-mode -i dom0 -U -Q out -w "$0" < /dev/null 2> "$0.log" & echo $!' \
	"$tmp/wire.pcap" > "$tmp/tcpdump.pid"
for _ in {1..50}; do grep -qs listening "$tmp/wire.pcap.log" && break; sleep 0.1; done
poll quick --quick --no-db 198.18.193.10 # behind the router
kill "$(cat "$tmp/tcpdump.pid")"
for a in 192.10 192.11 192.12 192.13 193.10; do
	scan nmblookup -s "$tmp/smb.conf" -A 198.18.$a | sed -n \
		"s/^\t\([^ ]*\) *<\(..\)> - \(<GROUP>\)\{0,1\}.*/198.18.$a \1<\2>\3/p" | sed 's/<GROUP>/G/'
done | sort > "$tmp/ref.names"
names() { fact "$1" netbios.names | awk '{ for (i = 2; i <= NF; i++) print $1, $i }' > "$tmp/b"; }
names quick
same "names and flags are those of nmblookup -A" "$tmp/ref.names" "$tmp/b"
scan nmap -n -Pn -sU -p 137 --script nbstat 198.18.192.10-13 198.18.193.10 -oX "$tmp/nbstat.xml" > /dev/null
for a in 192.10 192.11 192.12 192.13 193.10; do
	xmllint --xpath "string(//host[address/@addr='198.18.$a']//script[@id='nbstat']/@output)" "$tmp/nbstat.xml" |
		sed -n "s/\\\\x0[12]/./g; s/^ *\([^ ]*<..>\) *Flags: <\(.\).*/198.18.$a \1\2/p" | sed 's/u$//; s/g$/G/'
done > "$tmp/ref.nbstat"
same "and of nmap's nbstat" "$tmp/ref.nbstat" "$tmp/b"
# As it comes, broadcast-netbios-master-browser lists nobody, wherever it runs (tests/lab/README.md).
scan ip route add 255.255.255.255 dev dom0
sed 's/^  for _, v in ipairs(result) do$/&\n    v.peer = ("%d.%d.%d.%d"):format(v.data:byte(3, 6))/' \
	/usr/share/nmap/scripts/broadcast-netbios-master-browser.nse > "$tmp/browsers.nse"
try "the script of nmap is mended" grep -q 'v.data:byte' "$tmp/browsers.nse"
scan nmap -n -sn --script "$tmp/browsers.nse" > "$tmp/browsers" 2> "$tmp/browsers.err"
scan ip route del 255.255.255.255 dev dom0
sed -n 's/^|_\{0,1\} *\(198[0-9.]*\) *\([^ ]*\) *\([^ ]*\) *$/\1 \2 \3/p' "$tmp/browsers" | sort > "$tmp/ref.browsers"
browsers() {
	join <(fact "$1" netbios.roles | awk '/ master-browser/ { print $1 }') <(fact "$1" netbios.name) |
		join - <(fact "$1" netbios.domain) > "$tmp/b"
}
browsers quick
same "masters, their names and domains are those of nmap's broadcast-netbios-master-browser" "$tmp/ref.browsers" "$tmp/b"
scan nmblookup -s "$tmp/smb.conf" -M -- - | awk '/__MSBROWSE__/ { print $1 }' > "$tmp/ref.masters"
masters() { fact "$1" netbios.roles | awk '/ master-browser/ { print $1 }' > "$tmp/b"; }
masters quick
same "local masters are those of nmblookup -M" "$tmp/ref.masters" "$tmp/b"
for group in ALPHA BETA; do
	scan nmblookup -s "$tmp/smb.conf" "$group" | awk -v g=$group '/</ { print $1, g }'
done > "$tmp/ref.members"
fact quick netbios.domain | grep -v ^198.18.193 > "$tmp/b"
same "members are those who answer nmblookup for the group" "$tmp/ref.members" "$tmp/b"
onlink | awk '$4 ~ /wsd/ || $2 == "MODERN" { print $1, $2, $3 }' > "$tmp/a"
join <(fact quick wsd.name) <(fact quick wsd.domain) > "$tmp/b"
same "WS-Discovery tells names and workgroups" "$tmp/a" "$tmp/b"
# wsdd's API does not start with Python 3.11; its log tells what it discovered: wsdd -4|-6
wsdd_sees() {
	: > "$tmp/wsdd.log"
	scan bash -c 'setsid wsdd $1 -i dom0 --discovery --no-host -v < /dev/null > "$0" 2>&1 & echo $!' \
		"$tmp/wsdd.log" "$1" > "$tmp/wsdd.pid"
	for _ in {1..100}; do [ "$(grep -c discovered "$tmp/wsdd.log")" -ge 2 ] && break; sleep 0.1; done
	kill "$(cat "$tmp/wsdd.pid")"
}
wsdd_sees -4
sed -n 's/.*discovered \([^ ]*\) in Workgroup:\([^ ]*\) on \([^%]*\)%.*/\3 \1 \2/p' "$tmp/wsdd.log" > "$tmp/ref.wsd"
same "and as wsdd itself discovers them" "$tmp/ref.wsd" "$tmp/b"
# The master's own file: NAME, ServerType in hexadecimal, comment.
"$lab" exec pdc cat /run/samba/cache/browse.dat | sed -n 's/^"\([A-Z]*\)" *4[0-9a-f]* *"\([^"]*\)" *"ALPHA".*/\1 \2/p' > "$tmp/a"
jq -r 'select(.evidence == "listed") | .facts["netbios.name"] + " " + .facts["browse.comment"]' \
	"$tmp/quick" > "$tmp/b"
same "the browse list is the master's" "$tmp/a" "$tmp/b"
# Bits of 0x008d9a03 and 0x00809a03, [MS-BRWS] 2.2.6.
printf '%s\n' 'ALPHAPDC backup-browser=0 domain-master-browser=1 master-browser=1 print-server=1 server=1' \
	'OLDBOX backup-browser=0 domain-master-browser=0 master-browser=0 print-server=1 server=1' > "$tmp/a"
jq -r 'select(.evidence == "listed") | .facts as $f | $f["netbios.name"] + " " +
	(["backup-browser", "domain-master-browser", "master-browser", "print-server", "server"] |
	map(. + "=" + (if . as $w | $f["browse.types"] | index($w) then "1" else "0" end)) |
	join(" "))' "$tmp/quick" > "$tmp/b"
same "server types are decoded" "$tmp/a" "$tmp/b"
try "what was asked and answered is told when all went well, too" grep -qE \
	' questions were asked, subnets: 1, .*names in browse lists: [1-9][0-9]*, domains: 3 .asked' "$tmp/quick.notes"
try "the master without SMB1 is named" grep -q '198.18.192.12: SMB1 is refused.*BETA' "$tmp/quick.notes"
tshark -r "$tmp/wire.pcap" -T fields -e ip.dst ip 2> /dev/null | sort -u |
	grep -vE '^(198\.18\.192\.(10|11|12|13|14|255)|198\.18\.193\.10|239\.255\.255\.250|224\.0\.0\.251)$' > "$tmp/elsewhere"
tshark -r "$tmp/wire.pcap" -T fields -e ipv6.dst 'ipv6 && !icmpv6' 2> /dev/null | sort -u |
	grep -vE '^(ff02::c|fe80::.*)$' >> "$tmp/elsewhere"
try "packets go to the subnet, the target and the groups of WS-Discovery and mDNS alone" test ! -s "$tmp/elsewhere"
tshark -r "$tmp/wire.pcap" -Y '_ws.malformed ||
	(ntlmssp.messagetype == 3 && !(ntlmssp.auth.username == "NULL"))' > "$tmp/bad" 2> /dev/null
try "tshark has nothing against a word, and no credentials were sent" test ! -s "$tmp/bad"

# --- a full one, into the record that the sweep made; it knows who is behind the router ---
try "the sweep is done" exits 0 scan "$MUSTER" scan 198.18.192.10-14 198.18.193.10 --no-names \
	--no-talk --db "$db"
"$MUSTER" devices --db "$db" --format ndjson | jq -r .id | sort > "$tmp/before"
poll full --db "$db" --wins 198.18.192.10
"$MUSTER" devices --db "$db" --format ndjson | jq -r .id | sort > "$tmp/after"
same "every machine joins the record of the sweep" "$tmp/before" "$tmp/after"
"$lab" truth domains | awk '{ print $3, $2 }' | sort > "$tmp/a"
"$MUSTER" domains --db "$db" --format ndjson | jq -r '.domain as $d | .machines[] | $d + " " + .' > "$tmp/b"
same "muster domains has every machine in its domain" "$tmp/a" "$tmp/b"
# Of GAMMA nobody tells but by WS-Discovery.
in_gamma() { jq -e -s 'any(.facts["domain.name"] == "GAMMA" and .facts["domain.count"] == 1 and
	.facts["domain.machines"] == ["MODERN"])' "$tmp/full"; }
try "a workgroup that WS-Discovery alone tells of has its machine" in_gamma
try "as muster domains DOMAIN says" grep -qE '^  domain.machines +MODERN$' <("$MUSTER" domains GAMMA --db "$db")
names full
same "a full poll has the names of nmblookup -A" "$tmp/ref.names" "$tmp/b"
same "and of nbstat" "$tmp/ref.nbstat" "$tmp/b"
masters full
same "its local masters are those of nmblookup -M" "$tmp/ref.masters" "$tmp/b"
browsers full
same "and of nmap" "$tmp/ref.browsers" "$tmp/b"
fact full netbios.domain | grep -v ^198.18.193 > "$tmp/b"
same "its members are those who answer nmblookup for the group" "$tmp/ref.members" "$tmp/b"
join <(fact full wsd.name) <(fact full wsd.domain) > "$tmp/b"
same "what wsdd discovers is in it" "$tmp/ref.wsd" "$tmp/b"
for group in ALPHA BETA; do
	scan nmblookup -s "$tmp/smb.conf" -U 198.18.192.10 --recursion "$group#1b" | awk -v g=$group '/</ { print g, $1 }'
done > "$tmp/a"
join -o 1.2,2.1 <(fact full netbios.domain) <(fact full netbios.roles | grep domain-master) > "$tmp/b"
same "domain masters are those of the name server" "$tmp/a" "$tmp/b"
scan nmap -n -Pn -p 445 --script smb-os-discovery 198.18.192.10,11 198.18.193.10 -oX "$tmp/os.xml" > /dev/null
for a in 198.18.192.10 198.18.192.11 198.18.193.10; do
	for key in fqdn domain_dns server workgroup; do
		echo "$a $key $(xmllint --xpath "string(//host[address/@addr='$a']//elem[@key='$key'])" "$tmp/os.xml")"
	done
done | sed 's/\\x00$//' > "$tmp/a"
for row in fqdn=smb.dns_name domain_dns=smb.dns_domain server=smb.computer workgroup=netbios.domain; do
	fact full ${row#*=} | grep -E '192.1[01] |193' | sed "s/ / ${row%=*} /"
done > "$tmp/b"
same "names, domains and workgroups are those of smb-os-discovery" "$tmp/a" "$tmp/b"
try "who takes no SMB connections is counted" grep -q 'take no SMB connections.*smb-refused' "$tmp/full.notes"
try "the name server told of the domain masters" grep -q '"wins"' "$tmp/full"

# --- a name server that DHCP told of, one that is silent, devices that do not tell who they are ---
lease() { # as systemd-networkd keeps it, in a /run of the host's own
	scan bash -c 'mkdir -p /run/systemd/netif/leases
		printf "ADDRESS=198.18.192.2\nNETBIOS_NAME_SERVERS=198.18.192.10 224.0.0.1 198.18.192.255\n" > /run/systemd/netif/leases/2'
}
lease
"$lab" exec modern nft add table ip six
"$lab" exec modern nft add chain ip six in '{ type filter hook input priority 0; }'
"$lab" exec modern nft add rule ip six in udp dport 3702 drop
poll leased --quick --db "$db" --no-lists
"$lab" exec modern nft delete table ip six
wsdd_sees -6
sed -n 's/.*discovered \([^ ]*\) in Workgroup:\([^ ]*\) on .*/\1 \2/p' "$tmp/wsdd.log" > "$tmp/a"
jq -r 'select(.ip == null and .facts["wsd.name"]) | .facts["wsd.name"] + " " + .facts["wsd.domain"]' \
	"$tmp/leased" > "$tmp/b"
same "in IPv6 WS-Discovery tells what it tells wsdd" "$tmp/a" "$tmp/b"
fact leased wsd.name > "$tmp/b"
echo '198.18.192.13 NEXTBOX' > "$tmp/a"
same "also of who is silent in IPv4" "$tmp/a" "$tmp/b"
"$MUSTER" devices --db "$db" --format ndjson | jq -r .id | sort > "$tmp/after"
same "and both are the machines that are known in IPv4" "$tmp/before" "$tmp/after"
"$MUSTER" domains --db "$db" --format ndjson | jq -r 'select(.domain == "ALPHA") | .learnt[], .machines[]' | sort > "$tmp/b"
printf '%s\n' AFAR ALPHAPDC OLDBOX broadcast browse-list node-status wins > "$tmp/a"
same "a quick poll without lists takes no list away" "$tmp/a" "$tmp/b"
try "the WINS server of the lease is asked" grep -q '198.18.192.10: WINS server of the DHCP lease' "$tmp/leased.notes"
try "and tells" grep -q '"wins"' "$tmp/leased"
poll no_wins --quick --no-db --no-lists --wins none
try "not when none is wanted" bash -c '! grep -q "lease\|\"wins\"" "$0" "$0.notes"' "$tmp/no_wins"
"$lab" exec modern nft add table ip mute
"$lab" exec modern nft add chain ip mute in '{ type filter hook input priority 0; }'
"$lab" exec modern nft add rule ip mute in tcp dport 5357 reject with tcp reset
poll mute --quick --no-db --no-lists --wins 198.18.192.17 --domain NOWHERE
scan rm /run/systemd/netif/leases/2
"$lab" exec modern nft delete table ip mute
try "who is named is asked in place of it" bash -c '! grep -q lease "$0"' "$tmp/mute.notes"
try "a silent name server is named" grep -q '198.18.192.17: .*name-server-silent' "$tmp/mute.notes"
try "a domain that nobody knows is named" grep -q 'NOWHERE: Nobody answered for this domain.*domain-silent' "$tmp/mute.notes"
try "devices without metadata are counted" grep -q 'answered WS-Discovery and did not tell.*metadata-missing' "$tmp/mute.notes"

# --- who is listed and silent: at port 137 alone, then at all ---
hush() { "$lab" exec "$1" nft -f - <<< "table ip hush { chain in { type filter hook input priority 0; $2 drop; }; }"; }
hush old 'udp dport 137'
hush next 'tcp dport 445'
scan ip -6 address add 2001:db8:192::2/64 dev dom0 nodad
"$lab" exec new ip -6 address add 2001:db8:192::12/64 dev eth0 nodad
"$lab" exec new bash -c 'cp -r /run/samba /run/six
	sed "s,eth0 lo,2001:db8:192::12/64,; s,/run/samba,/run/six,; /^wins/d" /run/smb.conf > /run/six.conf
	setsid smbd -F --no-process-group -s /run/six.conf < /dev/null > /run/log/six 2>&1 &'
for _ in {1..50}; do "$lab" exec new ss -Hltn 'sport = :445' | grep -q 2001 && break; sleep 0.1; done
poll hush --no-db --wins 198.18.192.10 2001:db8:192::12
echo '198.18.192.11 OLDBOX listed' > "$tmp/a"
jq -r 'select(.ip == "198.18.192.11" and .facts["netbios.name"]) | .ip + " " + .facts["netbios.name"] + " " +
	.evidence' "$tmp/hush" > "$tmp/b"
same "who is silent at port 137 is kept as listed" "$tmp/a" "$tmp/b"
echo '198.18.192.11 OLDBOX' > "$tmp/a"
fact hush smb.computer | grep 192.11 > "$tmp/b"
same "and asked by SMB" "$tmp/a" "$tmp/b"
try "a port that is filtered is a reason, with its host" grep -q 'silent at port 445.*198.18.192.13' "$tmp/hush.notes"
echo '2001:db8:192::12 NEWBOX' > "$tmp/a"
fact hush smb.computer | grep 2001 > "$tmp/b"
same "a target in IPv6 is asked who it is" "$tmp/a" "$tmp/b"
# One that has IPv6 alone, and no address there but that of its link: who it is, it tells by SMB.
"$lab" exec modern bash -c 'mkdir -p /run/near/{private,lock,state,cache,ncalrpc} && cat > /run/near.conf
	setsid smbd -F --no-process-group -s /run/near.conf < /dev/null > /run/log/near 2>&1 &' <<-'CONF'
	[global]
	netbios name = MODERN
	workgroup = GAMMA
	private dir = /run/near/private
	lock directory = /run/near/lock
	state directory = /run/near/state
	cache directory = /run/near/cache
	pid directory = /run/near
	ncalrpc dir = /run/near/ncalrpc
CONF
for _ in {1..50}; do "$lab" exec modern ss -Hltn 'sport = :445' | grep -q . && break; sleep 0.1; done
hush modern 'ip protocol { tcp, udp, icmp }'
poll near --no-lists --db "$tmp/near.db"
"$lab" exec modern nft delete table ip hush
"$lab" exec modern bash -c 'kill "$(cat /run/near/smbd.pid)"'
uuid=$(jq -r 'select(.facts["wsd.name"] == "MODERN") | .facts["wsd.uuid"]' "$tmp/near")
echo "null $uuid MODERN" > "$tmp/a"
jq -r 'select(.facts["smb.computer"] == "MODERN") | "\(.ip) " + .facts["wsd.uuid"] + " " + .facts["smb.computer"]' \
	"$tmp/near" > "$tmp/b"
same "who has an address of the link alone is asked by SMB" "$tmp/a" "$tmp/b"
try "which is counted" grep -q 'asked by SMB: 1, that told who they are: 1 .smb-asked-near' "$tmp/near.notes"
try "and is one device" bash -c '[ "$("$0" devices --db "$1" smb.computer=MODERN wsd.name=MODERN --format csv | tail -n +2 | wc -l)" = 1 ]' \
	"$MUSTER" "$tmp/near.db"
"$lab" exec old nft delete table ip hush
"$lab" exec next nft delete table ip hush
hush old 'ip protocol { tcp, udp, icmp }'
poll silent --no-db --wins 198.18.192.10
echo listed > "$tmp/a"
jq -r 'select(.ip == "198.18.192.11") | .evidence' "$tmp/silent" | sort -u > "$tmp/b"
same "who is silent at all is listed, and no more" "$tmp/a" "$tmp/b"
try "and it is said" grep -q 'kept as listed' "$tmp/silent.notes"

# --- in IPv6 its name is answered for, by avahi, then by llmnrd: IPv4 is as silent as before ---
# on_old PATTERN COMMAND - it stays, once its log or its sockets show this
on_old() {
	"$lab" exec old bash -c 'setsid '"$2"' < /dev/null > /run/log/six 2>&1 & echo $!' > "$tmp/old.pid"
	for _ in {1..100}; do
		[[ $("$lab" exec old bash -c 'cat /run/log/six; ss -Hltun') =~ $1 ]] && return
		sleep 0.1
	done
	not_ok "$2 on old" "$("$lab" exec old cat /run/log/six)"
}
stop_smbd() { # DIRECTORY - and its port is free
	"$lab" exec old bash -c 'kill "$(cat "$0/smbd.pid")"
		for _ in {1..100}; do ss -Hltn "sport = :445" | grep -q . || exit 0; sleep 0.1; done' "$1"
}
# at_old FILE EVIDENCE KEY - where somebody is called so
at_old() { jq -r --arg e "$2" --arg k "$3" 'select(.subject == null and .evidence == $e and (.facts[$k] // "" |
	ascii_upcase | startswith("OLDBOX"))) | .ip' "$tmp/$1" | sort -u > "$tmp/b"; }
"$lab" exec old ip -6 address add 2001:db8:192::11/64 dev eth0 nodad
"$lab" exec old bash -c 'mkdir -p /run/avahi-daemon && cat > /run/avahi.conf' <<-'CONF'
	[server]
	host-name=OLDBOX
	allow-interfaces=eth0
	enable-dbus=no
CONF
on_old 'startup complete' 'avahi-daemon -f /run/avahi.conf --no-drop-root --no-chroot --no-rlimits'
echo 2001:db8:192::11 > "$tmp/a"
scan dig +short -p 5353 @2001:db8:192::11 OLDBOX.local AAAA > "$tmp/b"
same "avahi says so to dig" "$tmp/a" "$tmp/b"
poll by_mdns --quick --no-db
at_old by_mdns reply mdns.name
same "mDNS tells the address in IPv6 of a listed name" "$tmp/a" "$tmp/b"
at_old by_mdns listed netbios.name
same "where the list's entry is" "$tmp/a" "$tmp/b"
kill "$(cat "$tmp/old.pid")"
on_old '\[::\]%eth0:5355 ' 'llmnrd -6 -H OLDBOX -i eth0'
llmnrd=$(cat "$tmp/old.pid")
stop_smbd /run/samba
"$lab" exec old bash -c 'cp -r /run/samba /run/six
	sed "s,/run/samba,/run/six,; /^interfaces/d; /^bind interfaces/d" /run/smb.conf > /run/six.conf'
on_old '\[::\]:445 ' 'smbd -F --no-process-group -s /run/six.conf'
poll by_llmnr --db "$db" --no-known
at_old by_llmnr listed netbios.name
same "and so does LLMNR" "$tmp/a" "$tmp/b"
at_old by_llmnr reply smb.computer
same "which leads to a question by SMB, on the link" "$tmp/a" "$tmp/b"
"$MUSTER" devices --db "$db" --format ndjson | jq -r .id | sort > "$tmp/after"
same "and it is the machine that is known in IPv4" "$tmp/before" "$tmp/after"
printf '%s\n' 198.18.192.11 2001:db8:192::11 > "$tmp/a"
"$MUSTER" devices --db "$db" --format ndjson netbios.name=OLDBOX | jq -r '.addresses[].ip' | sort > "$tmp/b"
same "at both addresses" "$tmp/a" "$tmp/b"
stop_smbd /run/six
"$lab" exec old kill "$llmnrd"
on_old '198.18.192.11:445 ' 'smbd -F --no-process-group -s /run/smb.conf'
"$lab" exec old nft delete table ip hush
"$lab" exec old ip -6 address del 2001:db8:192::11/64 dev eth0

# --- SMB1 goes, a master hangs, and another comes that has a list of 20,000 ---
domain quick domain.machines | sed 's/AFAR //' > "$tmp/a"
"$lab" exec pdc sed -i 's/NT1/SMB2_02/' /run/smb.conf
"$lab" exec pdc smbcontrol -s /run/smb.conf smbd reload-config
"$lab" exec new nft add table ip hang
"$lab" exec new nft add chain ip hang in '{ type filter hook input priority 0; }'
"$lab" exec new nft add rule ip hang in tcp dport 445 drop
# master HOST DOMAIN MACHINES [FAULT] - as no Samba is
master() {
	"$lab" exec modern ip address add 198.18.192."$1"/24 broadcast + dev eth0
	"$lab" exec modern env FAULT="${4-}" bash -c 'setsid /usr/bin/python3 "$0" "$@" < /dev/null > /run/log/browser.$1 2>&1 &' \
		"$root/tests/lab/browser.py" 198.18.192."$1" 198.18.192.255 "$2" "$3"
}
master 50 BIG 20000
master 51 CUT 3000 cut
master 52 JUNK 3 garbage
master 53 NONE 0 empty
master 54 FAIL 3 failed
for _ in {1..50}; do [ "$("$lab" exec modern ss -Hltn 'sport = :445' | wc -l)" -eq 5 ] && break; sleep 0.1; done
begun=$EPOCHSECONDS
poll after --quick --no-db
took=$((EPOCHSECONDS - begun))
domain after domain.machines | grep -vE '^(BIG|CUT|JUNK|NONE|FAIL) ' > "$tmp/b"
cp "$tmp/b" "$tmp/after.machines"
same "without SMB1 the machines are the same" "$tmp/a" "$tmp/b"
echo 'ALPHA broadcast node-status' > "$tmp/a"
domain after domain.learnt | grep ALPHA > "$tmp/b"
same "and are learnt in other ways" "$tmp/a" "$tmp/b"
for key in domain.masters domain.local_masters; do domain quick $key; done > "$tmp/a"
for key in domain.masters domain.local_masters; do domain after $key; done | grep -v BIGMASTER > "$tmp/b"
same "masters are the same" "$tmp/a" "$tmp/b"
try "a master that hangs costs no more than its patience ($took s)" test $took -le 25
try "and is named" grep -q '198.18.192.12: The master browser of BETA did not answer in time' "$tmp/after.notes"
try "a list of 20,000 is whole" jq -e -s 'any(.facts["domain.name"] == "BIG" and
	.facts["domain.count"] == 20001 and .truncated)' "$tmp/after"
noted() { grep -qE "$1" "$tmp/after.notes" || { cut -c 1-200 "$tmp/after.notes"; return 1; }; }
try "one that is cut is told so" noted '192.51: The server cut the browse list of CUT at 2000 machines .* of 3000 .*list-truncated'
try "one that is none" noted '192.52: .*JUNK cannot be understood.*list-garbage'
try "one that is empty" noted '192.53: .*NONE has no machine.*list-empty'
try "one that is refused" noted '192.54: .*FAIL is refused with status 0xc0000205.*list-failed'
try "names that are too many to seek are counted" noted 'names-not-sought'
try "and those without an address, as what they are" noted 'are no devices [(][0-9,]+[)] .listed-without-address'
try "names in a code page, and 255 of them, are text" jq -e -s \
	'any(.facts["netbios.names"] // [] | map(select(startswith("B%9aRO"))) | length == 252)' "$tmp/after"

# --- a domain controller beside the workgroups, and accounts ---
"$lab" exec new nft delete table ip hang
for n in {50..54}; do "$lab" exec modern ip address del 198.18.192."$n"/24 dev eth0; done
try "a domain controller comes up beside them" env MUSTER_LAB_COMPUTERS=1 "$lab" up dc
for _ in {1..100}; do scan nmblookup -s "$tmp/smb.conf" -B 198.18.180.255 'CORP#1c' | grep -q '^198' && break; sleep 0.1; done
poll with_dc --quick --no-db
echo 'CORP DC1' > "$tmp/a"
domain with_dc domain.controllers | grep CORP > "$tmp/b"
same "the controller is listed as one" "$tmp/a" "$tmp/b"
{ echo 'CORP DC1'; sed 's/AFAR //' "$tmp/after.machines"; } > "$tmp/a"
domain with_dc domain.machines > "$tmp/b"
same "and the workgroups are what they were" "$tmp/a" "$tmp/b"
password=Geheim.$RANDOM.$$
for host in new next; do
	printf '%s\n%s\n' $password $password |
		"$lab" exec $host smbpasswd -c /run/smb.conf -a -s daemon > /dev/null
done
"$lab" exec next net -s /run/smb.conf registry setsd_sddl HKLM 'O:BAG:BAD:(A;;RPWPCCDCLCRCWOWDSDSW;;;BA)'
samba() { "$lab" exec dc1 samba-tool "$@" -s /run/samba/etc/smb.conf > "$tmp/samba" 2>&1 ||
	not_ok "samba-tool $1 $2" "$(cat "$tmp/samba")"; }
samba user create poller $password
samba domain passwordsettings set --account-lockout-threshold=3
# lacks WORD FILE...
lacks() { ! grep -lF -- "$@"; }
# keep ARG... - the credentials of this test
keep() { local verb=$1; shift; "$MUSTER" credential "$verb" "$@" --credentials-file "$tmp/kept"; }
(umask 077; echo $password > "$tmp/secret"; echo "not$password" > "$tmp/wrong")
cp "$tmp/secret" "$tmp/open"; chmod 644 "$tmp/open"
try "a secret is read from a file" keep add corp --user 'CORP\poller' --secret-file "$tmp/secret"
try "a file that others may read is refused" exits 1 keep add open --user x --secret-file "$tmp/open"
try "and it is said how to mend it" grep -q 'chmod 600' "$tmp/exits.err"
try "a secret is typed" python3 "$root/tests/e2e/typed.py" "Secret of" $password \
	"$MUSTER" credential add beta --user daemon --credentials-file "$tmp/kept"
try "nobody at a terminal, nothing typed" exits 1 setsid "$MUSTER" credential add none --user x \
	--credentials-file "$tmp/kept"
keep add bad --user 'CORP\poller' --secret-file "$tmp/wrong" 2> /dev/null
keep add silent --user daemon --secret-file "$tmp/secret" 2> /dev/null
try "all can be opened" exits 0 keep check
try "what is kept is sealed" lacks "$password" "$tmp/kept" "$tmp/kept.key"
(
	while [ ! -e "$tmp/polled" ]; do
		grep -lsF "$password" /proc/[0-9]*/cmdline /proc/[0-9]*/environ
		sleep 0.02 # it had a processor for itself
	done
) > "$tmp/seen" 2> /dev/null &
watch=$!
poll account --db "$db" --no-known --credentials-file "$tmp/kept" --credential CORP=corp \
	--credential BETA=beta 198.18.180.10
touch "$tmp/polled"; wait $watch
# rpcclient: NAME, flags of its type, COMMENT, then platform and version.
told() {
	scan rpcclient -s "$tmp/smb.conf" -A "$2" "$1" -c srvinfo | awk -v ip="$1" '
		/^\t[^ \t]+ .* (Wk|Sv)/ { name = $1; sub(/.* SNT /, ""); sub(/[ \t]+$/, ""); comment = $0 }
		/os version/ { print ip, name, $NF, comment }'
}
printf 'username=daemon\npassword=%s\n' $password > "$tmp/auth.beta"
printf 'username=poller\ndomain=CORP\npassword=%s\n' $password > "$tmp/auth.corp"
{ told 198.18.192.12 "$tmp/auth.beta"; told 198.18.192.13 "$tmp/auth.beta"
	told 198.18.180.10 "$tmp/auth.corp"; } > "$tmp/a"
jq -r 'select(.facts["srv.name"]) | .ip + " " + (.facts | .["srv.name"] + " " + .["srv.version"] + " " +
	.["srv.comment"])' "$tmp/account" > "$tmp/b"
same "machines tell an account what they tell rpcclient" "$tmp/a" "$tmp/b"
printf '%s\n' '198.18.180.10 CORP' '198.18.192.12 BETA' '198.18.192.13 BETA' > "$tmp/a"
fact account wksta.domain > "$tmp/b"
same "and the domain that they joined" "$tmp/a" "$tmp/b"
for row in "198.18.192.12 beta" "198.18.180.10 corp"; do
	read -r ip auth <<< "$row"
	echo "$ip $(scan net -s "$tmp/smb.conf" rpc registry getvalue 'HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion' \
		CurrentVersion -S "$ip" -I "$ip" -A "$tmp/auth.$auth" | sed -n 's/^Value *= "\(.*\)"/\1/p')"
done > "$tmp/a"
fact account reg.version > "$tmp/b"
same "and what net rpc registry reads of them" "$tmp/a" "$tmp/b"
# By IPv6, too: nothing but SMB tells a domain there, and it names the machine itself.
printf '%s\n%s\n' $password $password | "$lab" exec new smbpasswd -c /run/six.conf -a -s daemon > /dev/null
six=2001:db8:192::12
poll six_account --no-db --no-known --no-lists --credentials-file "$tmp/kept" --credential beta \
	--interface dom0 --exclude 198.18.192.0/24 $six
told $six "$tmp/auth.beta" > "$tmp/a"
jq -r 'select(.facts["srv.name"]) | .ip + " " + (.facts | .["srv.name"] + " " + .["srv.version"] + " " +
	.["srv.comment"])' "$tmp/six_account" > "$tmp/b"
same "and in IPv6" "$tmp/a" "$tmp/b"
try "who denies one pipe is named" grep -q 'winreg: .*nothing by this pipe: access is denied (198.18.192.13)' \
	"$tmp/account.notes"
try "it is in the record of the machine" grep -q 'new of the lab' <("$MUSTER" show 198.18.192.12 --db "$db")
try "no secret is in a command line or an environment" test ! -s "$tmp/seen"
try "nor in what is said or kept" lacks "$password" "$tmp/account" "$tmp/account.notes" "$db"

# --- a wrong account, a machine that is silent, one that knows nobody ---
"$lab" exec modern bash -c 'setsid /usr/bin/python3 -c "
import socket, time
s = socket.create_server((\"198.18.192.14\", 445)); kept = []
while True: kept.append(s.accept())" < /dev/null > /dev/null 2>&1 &'
for _ in {1..50}; do "$lab" exec modern ss -Hltn 'sport = :445' | grep -q 192.14 && break; sleep 0.1; done
poll wrong --no-db --no-known --credentials-file "$tmp/kept" --credential bad --credential BETA=beta \
	--credential GAMMA=silent --credential ALPHA=beta --login-wait 10s 198.18.180.10
try "a wrong account is named" grep -q '198.18.180.10: The account bad .* was refused: the name or the password is wrong' \
	"$tmp/wrong.notes"
echo 1 > "$tmp/a"
"$lab" exec dc1 ldbsearch -H /run/samba/private/sam.ldb '(sAMAccountName=poller)' badPwdCount 2> /dev/null |
	sed -n 's/^badPwdCount: //p' > "$tmp/b"
same "and was tried once, where three times lock it" "$tmp/a" "$tmp/b"
try "others are asked all the same" grep -q '"srv.name":"NEWBOX"' "$tmp/wrong"
try "a silent machine is left at its deadline" grep -q 'did not answer an account in time' "$tmp/wrong.notes"
try "who may not, is told" grep -q 'Access denied for user daemon' "$tmp/wrong.notes"
try "an account that is not there is misuse" exits 2 scan "$MUSTER" windows --credential nobody --no-db

# --- nobody ---
scan ip link add void0 type veth peer name void1
scan ip link set void0 up
scan ip link set void1 up
scan ip address add 198.18.200.1/24 dev void0
begun=$EPOCHREALTIME
poll nobody -i void0 --no-db
took=$(( (${EPOCHREALTIME/./} - ${begun/./}) / 1000 ))
try "a silent network costs at most 8 s ($took ms)" test $took -le 8000
try "and says why" grep -q '198.18.200.0/24: No master browser answered' "$tmp/nobody.notes"

# --- the worker alone ---
scan bash -c '"$0" windows --emit --quick -i void0 3> "$1"' "$MUSTER" "$tmp/control" > "$tmp/records"
try "--emit tells its end on descriptor 3" jq -e 'select(.kind == "end") | .ok' "$tmp/control"
try "what cannot be is misuse" exits 2 scan "$MUSTER" windows -i eth99 --no-db
# refused WORDS OPTION... - a contradiction is misuse, and said in these words
refused() {
	exits 2 scan "$MUSTER" windows -i void0 "${@:2}" && { grep -q -- "$1" "$tmp/exits.err" || { cat "$tmp/exits.err"; return 1; }; }
}
try "quick, and known machines" refused 'quick asks nobody again whom the store knows' --quick --no-known --no-db
try "quick, and logins" refused 'quick logs in to no machine' --quick --logins 3 --credential beta \
	--credentials-file "$tmp/kept" --no-db
try "quick without lists, and an account" refused 'which --no-lists leaves out' --quick --no-lists --credential beta \
	--credentials-file "$tmp/kept" --no-db
try "logins without an account" refused 'are for a --credential' --login-wait 3s --no-db
try "known machines without a store" refused 'known needs the store' --known --no-db
try "the bound of a quick poll without one" refused 'quick-wait is for --quick' --quick-wait 3s --no-db
finish
