#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Devices that say what they are are asked by unicast: services of avahi as avahi-browse lists
# them, name and workgroup of wsdd, and the description of a UPnP box, which is made by the
# book, for none can be here.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

in_lab real
for tool in wsdd nft; do
	command -v $tool > /dev/null || { skip "all" "needs $tool"; finish; }
done
# asked NAME ADDRESS - what a scan with this conversation alone tells by its protocol
asked() {
	scan "$MUSTER" scan "$2" --ask "$1" --no-names --no-db -q --format ndjson 2> "$tmp/err" |
		jq -c --arg p "$1" '.facts | with_entries(select(.key | startswith($p + ".")))' |
		jq -cSs 'add // {}'
}

# --- multicast DNS ---
"$lab" exec lounge avahi-browse -atkp 2> /dev/null < /dev/null |
	awk -F';' '$1 == "+" && $3 == "IPv4" { print $4 "." $5 }' |
	sed -e 's/\\032/ /g' -e 's/\\091/[/g' -e 's/\\093/]/g' -e 's/\\058/:/g' -e 's/\\\././g' |
	sort -u > "$tmp/a"
asked mdns 198.18.3.18 > "$tmp/mdns"
jq -r '.["mdns.instances"][]' "$tmp/mdns" > "$tmp/b"
same "mDNS: services are called as avahi-browse has them" "$tmp/a" "$tmp/b"
try "mDNS: its name" jq -e '.["mdns.name"] == "lounge.local"' "$tmp/mdns"

# --- WS-Discovery ---
# wsdd hears the group only, where Windows answers its own address too: its host passes on what
# is for its address.
"$lab" exec desk1 nft -f - <<'EOF'
table ip wsd {
	chain to_group {
		type nat hook prerouting priority -100
		ip daddr 198.18.3.11 udp dport 3702 dnat to 239.255.255.250
	}
}
EOF
"$lab" exec desk1 wsdd -4 -v -i eth0 -n DESK1 -w HOME > "$tmp/wsdd.log" 2>&1 & wsdd=$!
for _ in $(seq 100); do
	grep -q 'scheduling Hello' "$tmp/wsdd.log" && break
	sleep 0.1
done
asked wsd 198.18.3.11 > "$tmp/wsd"
kill $wsdd
try "WS-Discovery: name and workgroup, as wsdd was told" \
	jq -e '.["wsd.name"] == "DESK1" and .["wsd.domain"] == "HOME"' "$tmp/wsd"
try "WS-Discovery: kind and UUID" \
	jq -e '(.["wsd.types"] | index("Computer")) and (.["wsd.uuid"] | length == 36)' "$tmp/wsd"
try "wsdd was asked for its metadata once" \
	test "$(grep -c '"POST /' "$tmp/wsdd.log")" -eq 1

# --- SSDP ---
# A box that answers a search, and has its description; one that sends to another host.
"$lab" exec sensor python3 - > "$tmp/box.log" 2>&1 <<'EOF' & box=$!
import http.server, socket, sys, threading
DESCRIPTION = (b'<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0"><device>'
    b'<deviceType>urn:schemas-upnp-org:device:InternetGatewayDevice:1</deviceType>'
    b'<friendlyName>Cellar &amp; Co</friendlyName><manufacturer>Acme</manufacturer>'
    b'<modelName>Box 3</modelName><UDN>uuid:2fac1234-31f8-11b4-a222-08002b34c003</UDN>'
    b'</device></root>')
class Pages(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        print("GET", self.path, flush=True)
        self.send_response(200)
        self.send_header("Content-Length", str(len(DESCRIPTION)))
        self.end_headers()
        self.wfile.write(DESCRIPTION)
    def log_message(self, *words): pass
web = http.server.HTTPServer(("198.18.3.13", 49152), Pages)
threading.Thread(target=web.serve_forever, daemon=True).start()
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("198.18.3.13", 1900))
print("ready", flush=True)
for where in ("198.18.3.13", "198.18.3.14"):
    data, who = s.recvfrom(2048)
    print(data.split(b"\r\n")[0].decode(), flush=True)
    s.sendto(("HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\nSERVER: Linux/5 UPnP/2.0 box/3\r\n"
        "USN: uuid:2fac1234-31f8-11b4-a222-08002b34c003::upnp:rootdevice\r\n"
        "LOCATION: http://%s:49152/root.xml\r\n\r\n" % where).encode(), who)
EOF
for _ in $(seq 100); do
	grep -q ready "$tmp/box.log" && break
	sleep 0.1
done
asked ssdp 198.18.3.13 > "$tmp/ssdp"
try "UPnP: name, maker, model and UUID of the description" jq -e '
	.["ssdp.name"] == "Cellar & Co" and .["ssdp.maker"] == "Acme" and
	.["ssdp.model"] == "Box 3" and .["ssdp.uuid"] == "2fac1234-31f8-11b4-a222-08002b34c003"' \
	"$tmp/ssdp"
asked ssdp 198.18.3.13 > "$tmp/ssdp"
try "where the answer leads to another host nobody goes" bash -c "
	jq -e '.[\"ssdp.location\"] and (has(\"ssdp.name\") | not)' '$tmp/ssdp' &&
	[ \$(grep -c GET '$tmp/box.log') -eq 1 ]"
kill $box 2> /dev/null

# --- multicast DNS without measure ---
# A machine whose every answer has the 64 KiB that UDP carries, in 45 fragments.
"$lab" exec sensor python3 "$(dirname "$0")/mdns_huge.py" 198.18.3.13 \
	> "$tmp/huge.log" 2>&1 < /dev/null & huge=$!
for _ in $(seq 100); do
	grep -q ready "$tmp/huge.log" && break
	sleep 0.1
done
for way in "" --unprivileged; do
	start=$SECONDS
	# shellcheck disable=SC2086 # one word, or none
	scan "$MUSTER" scan 198.18.3.13 --ask mdns $way --no-names --no-db -q --format ndjson \
		--summary-json "$tmp/summary" > "$tmp/told" 2> "$tmp/err" < /dev/null
	try "64 KiB of mDNS${way:+, $way}: in time" test $((SECONDS - start)) -lt 15
	jq -cs 'map(.facts) | { name: (map(.["mdns.name"] // empty) | unique),
		services: (map(.["mdns.services"] // [] | length) | max),
		instances: (map(.["mdns.instances"] // [] | length) | max) }' "$tmp/told" > "$tmp/b"
	echo '{"name":["huge.local"],"services":64,"instances":32}' > "$tmp/a"
	same "what there is room for is told${way:+, $way}" "$tmp/a" "$tmp/b"
	try "and that there was more${way:+, $way}" jq -e 'any(.reasons[];
		.code == "talk-cut" and .about == "mdns" and .count == 1)' "$tmp/summary"
done
kill $huge 2> /dev/null
finish
