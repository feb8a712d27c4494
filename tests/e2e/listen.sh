#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Listening: who joins is told within a second, what is overheard is what tshark reads in the
# same packets, nothing is sent, and a capture file tells the same again.  The servers are real
# (udhcpc, dnsmasq, avahi, lldpd, wsdd, nmbd); what speaks SSDP and CDP is made by their
# books, for no such box can be here, and so is who claims a name by LLMNR, as Windows does.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

in_lab real
for tool in udhcpc lldpd wsdd tshark; do
	command -v $tool > /dev/null || { skip "all" "needs $tool"; finish; }
done

now_us() { echo "${EPOCHREALTIME/[.,]/}"; }
# await SECONDS COMMAND...
await() {
	local until=$(($(now_us) + $1 * 1000000)); shift
	until "$@" > /dev/null 2>&1; do
		[ "$(now_us)" -lt $until ] || return 1
		sleep 0.02
	done
}
shark() { tshark -r "$tmp/heard.pcap" -Y "$1" -T fields "${@:2}" 2> /dev/null; }

# --- tcpdump on all interfaces, in both forms that it has for these ---
for form in LINUX_SLL LINUX_SLL2; do
	"$lab" exec scan bash -c 'setsid tcpdump --immediate-mode -i any -y "$0" -U -w "$1" < /dev/null \
		2> "$1.log" & echo $!' $form "$tmp/$form.pcap" >> "$tmp/tcpdump.pids"
	try "tcpdump listens, $form" await 10 grep -q listening "$tmp/$form.pcap.log"
done

# --- the listeners: one keeps and shows, one prints records ---
"$lab" exec scan "$MUSTER" listen -i eth0 --db "$tmp/db" --packets-to "$tmp/heard.pcap" \
	> "$tmp/lines" 2> "$tmp/err" & people=$!
"$lab" exec scan "$MUSTER" listen -i eth0 --format ndjson --no-db --quiet --duration 5min \
	--packets-to "$tmp/other.pcap" > "$tmp/live" 2> "$tmp/err2" & records=$!
try "they listen" await 10 test -e "$tmp/heard.pcap" -a -e "$tmp/other.pcap"
"$lab" capture start "$tmp/far.pcap" real > /dev/null

# --- a host joins ---
late=mst-$MUSTER_LAB_ID-late
late_mac=3c:5a:b4:00:00:42
cat > "$tmp/udhcpc" <<'EOF'
#!/bin/sh
[ "$1" = bound ] || exit 0
ip addr add "$ip/24" dev eth0
ping -c 1 -W 1 198.18.3.15 > /dev/null
EOF
chmod +x "$tmp/udhcpc"
ip netns add "$late"
ip -n "mst-$MUSTER_LAB_ID-router" link add p-late type veth peer name eth0 \
	address $late_mac netns "$late"
ip -n "mst-$MUSTER_LAB_ID-router" link set p-late master br3 up
ip -n "$late" link set eth0 up
ip netns exec "$late" udhcpc -i eth0 -q -n -t 5 -T 3 -s "$tmp/udhcpc" -x hostname:late-phone \
	-F late-phone.example -V android-dhcp-13 > "$tmp/udhcpc.log" 2>&1 & joining=$!
await 15 grep -q late-phone "$tmp/lines"; told=$(now_us)
await 20 grep -qE '198\.18\.3\.2[0-9]+ .*late-phone' "$tmp/lines"; placed=$(now_us)
wait $joining

# --- others speak ---
"$lab" exec shell lldpd -d -c -e -S "Debian GNU/Linux 12 (bookworm)" > "$tmp/lldpd.log" 2>&1 & lldpd=$!
"$lab" exec desk1 wsdd -4 -i eth0 -n DESK1 -w HOME > "$tmp/wsdd.log" 2>&1 & wsdd=$!
"$lab" exec shell sh -c '
	mkdir -p /run/nb /run/samba/nmbd
	printf "[global]\nnetbios name = SHELL\nworkgroup = LABCORP\nlocal master = no\n" > /run/nb/smb.conf
	for d in private\ dir lock\ directory state\ directory cache\ directory pid\ directory; do
		echo "$d = /run/nb"; done >> /run/nb/smb.conf
	echo "interfaces = eth0" >> /run/nb/smb.conf
	exec nmbd -F -s /run/nb/smb.conf --debug-stdout' > "$tmp/nmbd.log" 2>&1 & nmbd=$!
"$lab" exec lounge avahi-publish-service "Hall 2.0" _http._tcp 8080 > "$tmp/avahi.log" 2>&1 & avahi=$!
"$lab" exec sensor python3 - <<'EOF'
import socket
text = ("NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nNT: upnp:rootdevice\r\n"
    "LOCATION: http://198.18.3.13:49152/root.xml\r\nNTS: ssdp:alive\r\n"
    "SERVER: Linux/5 UPnP/2.0 box/1\r\nUSN: uuid:2fac1234::upnp:rootdevice\r\n\r\n")
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("198.18.3.13"))
s.sendto(text.encode(), ("239.255.255.250", 1900))
EOF
"$lab" exec sensor python3 - <<'EOF'
import socket
# RFC 4795 section 4.1: who has this name?  Type ANY, class IN.
query = bytes.fromhex("12340000000100000000000009") + b"SENSOR-PC" + bytes.fromhex("0000ff0001")
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("198.18.3.13"))
s.sendto(query, ("224.0.0.252", 5355))
EOF
"$lab" exec web python3 - "$root/tests/data/cdp/by_the_book.hex" <<'EOF'
import socket, sys
text = "".join(l for l in open(sys.argv[1]) if l[0] != "#")
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(("eth0", 0))
s.send(bytes.fromhex(text))
EOF
has() { jq -e -s --arg k "$1" 'any(.[]; .facts[$k])' "$tmp/live"; }
for fact in arp:mac dhcp:dhcp.name mDNS:mdns.instances LLDP:lldp.name CDP:cdp.name \
    WS-Discovery:wsd.uuid SSDP:ssdp.uuid NetBIOS:netbios.name \
    LLMNR:llmnr.name; do
	try "${fact%:*} is heard" await 15 has "${fact#*:}"
done
await 5 grep -q '"netbios.domain"' "$tmp/live"
"$lab" capture stop "$tmp/far.pcap" > /dev/null
kill $lldpd $wsdd $nmbd $avahi
kill $people $records
wait $people; status=$?
wait $records
try "being stopped is the end that was asked for" test $status -eq 0
try "it says how many it heard" grep -qE '^done: [0-9]+ devices heard, [0-9]+ of them new' "$tmp/err"

# --- within a second ---
first=$(shark "dhcp.hw.mac_addr == $late_mac" -e frame.time_epoch | head -n 1)
asked=$(shark "dhcp.hw.mac_addr == $late_mac && dhcp.option.dhcp == 3" -e frame.time_epoch | head -n 1)
took() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%d", b / 1000 - a * 1000 }'; }
joined=$(took "$first" "$told") had=$(took "$asked" "$placed")
if [ "$joined" -lt 1000 ] && [ "$had" -lt 1000 ]; then
	ok "who joins is told within a second ($joined ms), and its address ($had ms)"
else
	not_ok "who joins is told within a second" "$joined ms, its address $had ms: $(cat "$tmp/lines")"
fi

# --- what tshark reads in the same packets ---
"$MUSTER" listen --packets-from "$tmp/heard.pcap" --no-db --quiet --format ndjson > "$tmp/file" \
	2> "$tmp/err"
of_file() { jq -r "select(.facts[\"$1\"]) | $2" "$tmp/file" | sort -u; }
mac='.facts.mac + " "'
shark 'arp && arp.src.proto_ipv4 != 0.0.0.0' -e arp.src.proto_ipv4 -e arp.src.hw_mac |
	tr '\t' ' ' | sort -u > "$tmp/a"
of_file mac '.ip + " " + .facts.mac' > "$tmp/all"
grep -xFf "$tmp/a" "$tmp/all" > "$tmp/b"
same "ARP: addresses and MACs are those of tshark" "$tmp/a" "$tmp/b"
shark 'dhcp.type == 1' -e dhcp.hw.mac_addr -e dhcp.option.hostname -e dhcp.option.vendor_class_id \
	-e dhcp.option.request_list_item | sed 's/,[0-9a-f:]*\t/\t/' | tr '\t' ' ' | sort -u > "$tmp/a"
of_file dhcp.name "$mac + .facts[\"dhcp.name\"] + \" \" + .facts[\"dhcp.vendor_class\"] +
	\" \" + .facts[\"dhcp.fingerprint\"]" > "$tmp/b"
same "DHCP: name, vendor class and wishes are those of tshark" "$tmp/a" "$tmp/b"
shark 'dhcp.option.dhcp == 3' -e dhcp.option.requested_ip_address | sort -u > "$tmp/a"
of_file dhcp.name 'select(.ip) | .ip' > "$tmp/b"
same "DHCP: the address is that of the request" "$tmp/a" "$tmp/b"
shark 'lldp.time_to_live > 0' -e eth.src -e lldp.tlv.system.name -e lldp.mgn.addr.ip4 |
	tr '\t' ' ' | sort -u > "$tmp/a"
of_file lldp.name "$mac + .facts[\"lldp.name\"] + \" \" + .ip" > "$tmp/b"
same "LLDP: name and address are those of tshark" "$tmp/a" "$tmp/b"
shark cdp -e eth.src -e cdp.deviceid -e cdp.portid -e cdp.platform | tr '\t' ' ' > "$tmp/a"
of_file cdp.name "$mac + .facts[\"cdp.name\"] + \" \" + .facts[\"cdp.port\"] + \" \" +
	.facts[\"cdp.platform\"]" > "$tmp/b"
same "CDP: name, port and platform are those of tshark" "$tmp/a" "$tmp/b"
shark 'mdns && dns.flags.response == 1 && ip' -e ip.src -e dns.ptr.domain_name | tr '\t,' '\n' |
	awk '/^[0-9.]+$/ { ip = $0; next } /^[^_].*\._(tcp|udp)\.local$/ {
		sub(/\.local$/, ""); print ip " " $0 }' | sort -u > "$tmp/a"
of_file mdns.instances '.ip as $ip | select($ip) | .facts["mdns.instances"][] | $ip + " " + .' |
	sed 's/\\\./\./g' > "$tmp/b"
same "mDNS: services are those of tshark" "$tmp/a" "$tmp/b"
shark 'nbns.flags.opcode == 5 && nbns.flags.response == 0 && nbns.nb_flags.group == 0' -e ip.src -e nbns.name |
	grep -E '<(00|20)>' | sed 's/<.*//' | tr '\t' ' ' | sort -u > "$tmp/a"
of_file netbios.name '.ip + " " + .facts["netbios.name"]' | grep -Ff "$tmp/a" > "$tmp/b"
same "NetBIOS: names are those of tshark" "$tmp/a" "$tmp/b"
shark 'llmnr && dns.flags.response == 0 && dns.qry.type == 255' -e ip.src -e dns.qry.name |
	tr '\t' ' ' | sort -u > "$tmp/a"
of_file llmnr.name '.ip + " " + .facts["llmnr.name"]' > "$tmp/b"
same "LLMNR: names are those of tshark" "$tmp/a" "$tmp/b"
shark 'udp.dstport == 1900 && ssdp' -e ip.src -e http.location -e http.server 2> /dev/null |
	tr '\t' ' ' | sort -u > "$tmp/a"
of_file ssdp.uuid '.ip + " " + .facts["ssdp.location"] + " " + .facts["ssdp.server"]' > "$tmp/b"
same "SSDP: where and what are those of tshark" "$tmp/a" "$tmp/b"

# --- the same once more: live, from the file, into the store ---
# A file does not know prefixes: of packets that a router might have passed on it tells no MAC.
told() { jq -cS 'select(.facts | keys | any(test("^(dhcp|lldp|cdp|mdns|llmnr|netbios|wsd|ssdp)"))) |
	[.ip, (.facts | del(.mac, .["mac.onlink"]))]' "$1" | sort -u; }
"$MUSTER" listen --packets-from "$tmp/other.pcap" --no-db -q --format ndjson > "$tmp/again" 2> "$tmp/err"
told "$tmp/live" > "$tmp/a"
told "$tmp/again" > "$tmp/b"
same "the recording tells what was told live" "$tmp/a" "$tmp/b"
try "every record is heard, by the source passive" \
	jq -e -s 'all(.[]; .evidence == "heard" and .source == "passive")' "$tmp/live"
# What others record says the same: pcapng, and all interfaces at once.
editcap -F pcapng "$tmp/other.pcap" "$tmp/other.pcapng"
"$MUSTER" listen --packets-from "$tmp/other.pcapng" --no-db -q --format ndjson > "$tmp/ng" 2> "$tmp/err"
told "$tmp/ng" > "$tmp/b"
same "so does pcapng" "$tmp/a" "$tmp/b"
# shellcheck disable=SC2046 # several
kill $(cat "$tmp/tcpdump.pids")
editcap -F pcapng "$tmp/LINUX_SLL2.pcap" "$tmp/LINUX_SLL2.pcapng"
for file in LINUX_SLL.pcap LINUX_SLL2.pcap LINUX_SLL2.pcapng; do
	"$MUSTER" listen --packets-from "$tmp/$file" --no-db -q --format ndjson > "$tmp/any" 2> "$tmp/err"
	told "$tmp/any" | grep -xFf "$tmp/a" > "$tmp/b"
	same "so does $file" "$tmp/a" "$tmp/b"
done
"$MUSTER" listen --packets-from "$tmp/heard.pcap" --db "$tmp/db" > "$tmp/second" 2> "$tmp/err"
try "the second time all are known" bash -c "grep -q known '$tmp/second' && ! grep -qw new '$tmp/second'"
"$MUSTER" show late-phone --db "$tmp/db" > "$tmp/show" 2>&1
try "the store knows who joined, by the name it said" grep -q android-dhcp-13 "$tmp/show"

# --- nothing was sent ---
# By scan's kernel: MLD and router solicitations (RFC 3810, RFC 4861) and answers to ARP.
tshark -r "$tmp/far.pcap" -Y '!icmpv6 && !(arp.opcode == 2)' 2> /dev/null > "$tmp/sent"
try "nothing was sent" test ! -s "$tmp/sent"

# --- mistakes and broken files ---
try "an interface that is none is misuse" exits 2 scan "$MUSTER" listen -i nosuch0 --no-db
try "a file and an interface is misuse" \
	exits 2 "$MUSTER" listen -i eth0 --packets-from "$tmp/heard.pcap" --no-db
printf 'no pcap' > "$tmp/bad.pcap"
try "a file that is no capture fails" exits 1 "$MUSTER" listen --packets-from "$tmp/bad.pcap" --no-db
head -c 700 "$tmp/heard.pcap" > "$tmp/cut.pcap"
try "a file that is cut fails" exits 1 "$MUSTER" listen --packets-from "$tmp/cut.pcap" --no-db \
	--format ndjson
try "and what came before is told" grep -q '"evidence":"heard"' "$tmp/exits.out"
scan "$MUSTER" listen -i eth0 --duration 300ms --no-db > "$tmp/out" 2> "$tmp/err"
try "it ends after its time" grep -q '^done: ' "$tmp/err"
finish
