#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Machines that answer a quick poll in IPv6 alone are known by their MAC, also those that the kernel
# has never heard of, and however many there are.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

in_lab domains
"$lab" exec old ip -6 address add 2001:db8:192::11/64 dev eth0 nodad
"$lab" exec old nft -f - <<< 'table ip hush { chain in { type filter hook input priority 0; ip protocol { tcp, udp, icmp } drop; }; }'
"$lab" exec old bash -c 'setsid llmnrd -6 -H OLDBOX -i eth0 < /dev/null > /run/log/six 2>&1 &'
for _ in {1..100}; do "$lab" exec old ss -Hlun | grep -q '\[::\]%eth0:5355 ' && break; sleep 0.1; done

poll() { # NAME ARG... - a quick one whose observations are in $tmp/NAME
	local name=$1; shift
	try "the poll is done: $name" exits 0 scan "$MUSTER" windows --quick --format ndjson "$@"
	cp "$tmp/exits.out" "$tmp/$name"
}
neighbours() { scan ip -6 neigh show dev dom0 | awk '/lladdr/ { print $1 }'; }

# --- it knows us, and the kernel does not know it ---
poll first --db "$tmp/db"
neighbours > "$tmp/known"
try "who is asked learns who asks" test -n "$(grep -F 214:22ff:fe19:200b "$tmp/known")"
scan ip -6 neigh flush all 2> "$tmp/flush"
poll again --db "$tmp/db"
echo 2001:db8:192::11 00:14:22:19:20:0b > "$tmp/a"
jq -r 'select(.facts["llmnr.name"] == "OLDBOX" and .facts.mac) | .ip + " " + .facts.mac' "$tmp/again" | sort -u > "$tmp/b"
same "it is told with its MAC all the same" "$tmp/a" "$tmp/b"
"$MUSTER" devices --db "$tmp/db" --format ndjson llmnr.name=OLDBOX | jq -r '.fields.mac' > "$tmp/b"
echo 00:14:22:19:20:0b > "$tmp/a"
same "and is one device" "$tmp/a" "$tmp/b"

# --- more of them than one look at the kernel's table shows ---
# wsdd of the lab takes the last address.
many=100
"$lab" exec modern bash -c 'for ((i = 0; i <= $0; i++)); do
	ip -6 address add "$(printf "fe80::77:%x/64" $i)" dev eth0 nodad; done' $many
cat > "$tmp/many.py" <<'END'
# WS-Discovery from each of these addresses of the link: a device of its own, a little later than
# the one before.
import socket, sys, time, re
index = socket.if_nametoindex("eth0")
hears = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
hears.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
hears.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP,
                 socket.inet_pton(socket.AF_INET6, "ff02::c") + index.to_bytes(4, sys.byteorder))
hears.bind(("ff02::c", 3702, 0, index))
print("ready", flush=True)
probe, who = hears.recvfrom(65536)
relates = re.search(rb"MessageID>([^<]*)<", probe).group(1).decode()
for i in range(int(sys.argv[1])):
    says = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    says.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    says.bind((f"fe80::77:{i:x}", 3702, 0, index))
    uuid = f"00000000-0000-4000-8000-{i:012x}"
    says.sendto(f"""<?xml version="1.0"?><e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"
 xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery">
<e:Header><a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/ProbeMatches</a:Action>
<a:MessageID>urn:uuid:10000000-0000-4000-8000-{i:012x}</a:MessageID><a:RelatesTo>{relates}</a:RelatesTo></e:Header>
<e:Body><d:ProbeMatches><d:ProbeMatch><a:EndpointReference><a:Address>urn:uuid:{uuid}</a:Address></a:EndpointReference>
<d:Types>d:Device</d:Types><d:MetadataVersion>1</d:MetadataVersion></d:ProbeMatch></d:ProbeMatches></e:Body></e:Envelope>""".encode(), who)
    time.sleep(0.001)
END
"$lab" exec modern bash -c 'setsid /usr/bin/python3 "$0" "$1" < /dev/null > /run/log/many 2>&1 &' "$tmp/many.py" $many
for _ in {1..100}; do "$lab" exec modern grep -qs ready /run/log/many && break; sleep 0.1; done
poll many --no-db
jq -r 'select((.facts["wsd.uuid"] // "" | startswith("00000000-0000-4000")) and .facts.mac) | .facts["wsd.uuid"] + " " +
	.facts.mac' "$tmp/many" | sort -u > "$tmp/b"
for ((i = 0; i < many; i++)); do printf '00000000-0000-4000-8000-%012x 00:16:3e:19:20:0e\n' $i; done > "$tmp/a"
same "each of many is told with its MAC" "$tmp/a" "$tmp/b"

finish
