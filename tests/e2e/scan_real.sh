#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A sweep of real servers, on the link and behind a router: every one found, once, named
# as nmap, nmblookup and DNS name it; nothing sent outside the targets; nothing printed.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

in_lab real
db=$tmp/muster.db

# The router answers at two addresses; its SSH server makes that known.
mkdir "$tmp/sshd"
ssh-keygen -q -t ed25519 -N '' -f "$tmp/sshd/key"
printf '%s\n' "HostKey $tmp/sshd/key" 'UsePAM no' 'StrictModes no' 'PidFile none' > "$tmp/sshd/config"
"$lab" exec router mkdir -p /run/sshd
"$lab" exec router setsid /usr/sbin/sshd -e -f "$tmp/sshd/config" > "$tmp/sshd/log" 2>&1
"$lab" truth real > "$tmp/truth"
"$lab" capture start "$tmp/far.pcap" real > /dev/null
try "the sweep is done" exits 0 scan "$MUSTER" scan 198.18.3.0/24 198.18.4.0/24 \
	--db "$db" --format csv --summary-json "$tmp/summary.json"
"$lab" capture stop "$tmp/far.pcap" > "$tmp/captured"
"$MUSTER" devices --db "$db" --format ndjson > "$tmp/devices"

# --- who is there ---
awk '{ print $1 }' "$tmp/truth" > "$tmp/a"
jq -r 'select(.state == "up") | .addresses[] | select(.current) | .ip' "$tmp/devices" \
	> "$tmp/b"
same "every host is found, and no other" "$tmp/a" "$tmp/b"
jq -r '[.addresses[].ip] | sort | join(" ")' "$tmp/devices" | tr ' ' '\n' | sort | uniq -d \
	> "$tmp/twice"
try "no address has two devices" test ! -s "$tmp/twice"
awk '{ at[$3] = at[$3] " " $1 } END { for (h in at) print substr(at[h], 2) }' "$tmp/truth" > "$tmp/a"
jq -r '[.addresses[] | select(.current) | .ip] | sort | join(" ")' "$tmp/devices" > "$tmp/b"
same "every real host is one record, the router too" "$tmp/a" "$tmp/b"
awk '$7 == "onlink" { print $1, $2 }' "$tmp/truth" > "$tmp/a"
jq -r 'select(.fields["mac.onlink"] == true) |
	.addresses[0].ip + " " + .fields.mac' "$tmp/devices" > "$tmp/b"
same "on-link hosts have their MAC" "$tmp/a" "$tmp/b"

# --- names, as other tools see them ---
awk '$4 != "-" { print $1 }' "$tmp/truth" | while read -r address; do
	scan nmblookup -A "$address" 2> /dev/null < /dev/null | awk -v a="$address" '
		/<00>/ && !/<GROUP>/ { name = $1 }
		/<00>/ && /<GROUP>/ { group = $1 }
		END { print a, name, group }'
done > "$tmp/a"
jq -r 'select(.fields["netbios.name"]) | .addresses[0].ip + " " +
	.fields["netbios.name"] + " " + .fields["netbios.domain"]' \
	"$tmp/devices" > "$tmp/b"
same "NetBIOS names are those of nmblookup" "$tmp/a" "$tmp/b"
cp "$tmp/a" "$tmp/netbios"
awk '{ print $1 }' "$tmp/truth" | sort > "$tmp/alive"
scan nmap -sL -iL "$tmp/alive" -oG - |
	awk -F'[ ()]+' '/Host:/ && $3 !~ /Status/ { print $2, $3 }' > "$tmp/a"
jq -r 'select(.fields["dns.ptr"]) | .addresses[].ip + " " + (.fields["dns.ptr"] | if type == "array" then .[0] else . end)' \
	"$tmp/devices" > "$tmp/b"
same "DNS names are those of nmap" "$tmp/a" "$tmp/b"
# By NetBIOS where it has such a name, else by DNS; the first label, for case and domain differ.
{ sed 's/ [^ ]*$//' "$tmp/netbios"; cat "$tmp/a"; } | tr '[:upper:]' '[:lower:]' |
	awk '{ sub(/\..*/, "", $2) } !seen[$1]++ { print $1, $2 }' | grep -v '^198.18.4.1 ' > "$tmp/c"
jq -r '.addresses[0].ip + " " + ((.name // "") | ascii_downcase | sub("[.].*"; ""))' \
	"$tmp/devices" | sed 's/ $//' | grep ' ' > "$tmp/b"
same "each is called by the name that those tools have" "$tmp/c" "$tmp/b"

# --- ports, as nmap sees them: all that muster asks the living for ---
asked=$("$MUSTER" show 198.18.3.14 --db "$db" --format ndjson |
	jq -r '.fields | [(.["tcp.open"] // [])[], (.["tcp.closed"] // [])[] | tostring] | join(",")')
scan nmap -n -Pn -sT -T5 --max-retries 1 -p "$asked" -iL "$tmp/alive" -oG - |
	awk '/Ports:/ { n = split($0, part, /[ \t]/); open = ""
		for (i = 4; i <= n; i++)
			if (split(part[i], f, "/") > 2 && f[2] == "open")
				open = open (open == "" ? "" : ",") f[1]
		if (open != "") print $2, open }' > "$tmp/a"
own=$(scan ip -o -4 addr show scope global | awk '{ sub("/.*", "", $4); print $4 }')
grep -vwF "$own" "$tmp/a" > "$tmp/a2" || :
jq -r 'select(.fields["tcp.open"]) | .addresses[].ip + " " +
	([.fields["tcp.open"][] | tostring] | join(","))' "$tmp/devices" > "$tmp/b"
same "open ports are those of nmap" "$tmp/a2" "$tmp/b"
try "printers print nothing" test "$("$lab" printer-bytes)" = 0

# --- what left the machine: the test that matters most ---
try "the far end lost no frame" grep -q 'dropped 0$' "$tmp/captured"
tshark -r "$tmp/far.pcap" -T fields -e arp.dst.proto_ipv4 -e ip.dst -e udp.dstport \
	2> /dev/null | sort -u > "$tmp/sent"
dns=$(awk '$3 == "dns" { print $1 }' "$tmp/truth")
awk -F'\t' -v dns="$dns" '
	{ to = $1 != "" ? $1 : $2; sub(/,.*/, "", to); if (to == "") next }
	to == dns && $3 == 53 { next }
	to ~ /^198\.18\.[34]\.[0-9]+$/ { next }
	{ print }' "$tmp/sent" > "$tmp/outside"
if [ -s "$tmp/sent" ] && [ ! -s "$tmp/outside" ]; then
	ok "nothing was sent outside the targets ($(wc -l < "$tmp/sent") kinds of frames)"
else
	not_ok "nothing was sent outside the targets" "$(head -n 5 "$tmp/outside")"
fi

# --- exclusions win ---
# The other tools above spoke through the kernel, which asks its neighbours again later; and
# it answers hosts that ask about us: those replies are not muster's.
scan ip neigh flush all
"$lab" capture start "$tmp/far.pcap" real > /dev/null
scan "$MUSTER" scan 198.18.3.0/24 --exclude 198.18.3.0/28 '!198.18.3.20' --no-db \
	--no-identify --quiet > "$tmp/out" 2>&1
"$lab" capture stop "$tmp/far.pcap" > /dev/null
tshark -r "$tmp/far.pcap" -Y 'arp.opcode == 1 || ip' -T fields -e arp.dst.proto_ipv4 -e ip.dst \
	2> /dev/null | tr '\t' '\n' | sort -u > "$tmp/sent"
try "some were asked" grep -q '^198\.18\.3\.' "$tmp/sent"
try "excluded addresses get no frame" \
	bash -c "! grep -E '^198\.18\.3\.([0-9]|1[0-5]|20)\$' '$tmp/sent'"

# --- a second look changes nothing but the time ---
scan "$MUSTER" scan 198.18.3.0/24 198.18.4.0/24 --db "$db" --quiet > /dev/null 2>&1
"$MUSTER" devices --db "$db" --format ndjson | jq -r '.id' | sort > "$tmp/b"
jq -r '.id' "$tmp/devices" | sort > "$tmp/a"
same "a second sweep finds the same devices" "$tmp/a" "$tmp/b"
try "the store is sound" exits 0 "$MUSTER" store check --db "$db"

# --- a capture replays to the same records ---
facts() { jq -cS '[.ip, .evidence, .facts | if type == "object" then del(.["rtt.us"]) else . end]' "$1" | sort; }
scan "$MUSTER" scan 198.18.3.0/24 --no-db --no-names --no-talk --format ndjson --quiet \
	--packets-to "$tmp/run.pcap" > "$tmp/live" 2> "$tmp/err"
"$MUSTER" scan 198.18.3.0/24 --no-db --format ndjson --quiet \
	--packets-from "$tmp/run.pcap" > "$tmp/replayed" 2> "$tmp/err2" || :
facts "$tmp/live" > "$tmp/a"
facts "$tmp/replayed" > "$tmp/b"
same "a capture replays to the same records" "$tmp/a" "$tmp/b"

"$MUSTER" scan 198.18.3.10-12 --exclude 198.18.3.11 --no-db --format ndjson --quiet \
	--packets-from "$tmp/run.pcap" | jq -r .ip | sort -u > "$tmp/b"
printf '%s\n' 198.18.3.10 198.18.3.12 > "$tmp/a"
same "a replay tells of the targets only" "$tmp/a" "$tmp/b"

# --- without rights ---
scan sysctl -qw net.ipv4.ping_group_range='0 2147483647'
scan setpriv --reuid 65534 --regid 65534 --clear-groups "$MUSTER" scan 198.18.3.0/28 \
	--unprivileged --no-db --format ndjson > "$tmp/out" 2> "$tmp/err"
jq -r .ip "$tmp/out" | sort -u > "$tmp/b"
awk '$8 ~ /icmp|rst/ && $1 ~ /^198\.18\.3\.([0-9]|1[0-5])$/ { print $1 }' "$tmp/truth" > "$tmp/a"
same "without rights, connecting finds what answers" "$tmp/a" "$tmp/b"
try "without rights and without --unprivileged it says what to do" bash -c "
	'$lab' exec scan setpriv --reuid 65534 --regid 65534 --clear-groups '$MUSTER' \
		scan 198.18.3.0/28 --no-db 2>&1 | grep -q 'CAP_NET_RAW.*sudo.*--unprivileged'"
finish
