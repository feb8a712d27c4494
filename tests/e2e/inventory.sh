#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The inventory commands over a store in a temporary folder: what goes in comes out in
# every format, as other programs read it (jq, xmllint with nmap's DTD, Python's csv).
# Sends no packet but nmap's own to 127.0.0.1.
# What stands after || shows why, and fails, whatever failed before it:
# shellcheck disable=SC2015 source=tests/e2e/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

dtd=/usr/share/nmap/nmap.dtd
db=$tmp/inventory.db
m() { "$MUSTER" "$@"; }
same() { diff "$1" "$2" > "$tmp/diff" || { head -n 5 "$tmp/diff"; return 1; }; }
says() { grep -qF -- "$1" "$tmp/exits.err" || { cat "$tmp/exits.err"; return 1; }; }
# All that a store holds, as commands show it.
dump() { m export --db "$1" && m devices --db "$1" -f ndjson && m changes --db "$1" -f ndjson; }

# Names that a host may give itself: markup, quotes, a formula, controls, an override.
cat > "$tmp/a.ndjson" <<'END'
{"v":1,"at":"2026-11-21T20:15:03.123456Z","seq":1,"source":"sweep","run":"r1","point":"p1","site":"berlin","ip":"198.18.3.7","evidence":"reply","facts":{"mac":"00:16:3e:5e:6c:00","mac.onlink":true,"netbios.domain":"CORP","netbios.name":"WS-0412","os.name":"<\"Windows\" & 'co'>","tcp.open":[135,139,445],"udp.open":[137]}}
{"v":1,"at":"2026-11-21T20:15:04.000000Z","seq":2,"source":"sweep","run":"r1","point":"p1","site":"berlin","ip":"198.18.3.8","evidence":"reply","facts":{"dns.ptr":["<script>alert(1)</script>.example"],"mac":"00:16:3e:5e:6c:01","mac.onlink":true,"netbios.name":"=cmd|' /C calc'!A0","x.unknown":{"a":[1,2]}}}
{"v":1,"at":"2026-11-21T20:15:05.000000Z","seq":3,"source":"sweep","run":"r1","point":"p1","site":"berlin","ip":"198.18.3.9","evidence":"reply","facts":{"netbios.domain":"LAB","netbios.name":"a,\"b\"\r\nc\u001b[2J\u202ed"}}

{"v":1,"at":"2026-11-21T20:15:06.000000Z","source":"sweep","ip":"2001:db8::1","evidence":"weak","facts":{"icmp.echo":true}}
{"v":1,"at":"2026-11-21T20:15:06.000000Z","evidence":
{"v":1,"at":"2026-11-21T21:15:03.000000Z","seq":4,"source":"sweep","run":"r2","point":"p1","site":"berlin","ip":"198.18.3.17","evidence":"reply","facts":{"mac":"00:16:3e:5e:6c:00","mac.onlink":true,"netbios.name":"WS-0413","tcp.closed":[135],"tcp.open":[139,445,3389]}}
END
cat > "$tmp/b.xml" <<'END'
<?xml version="1.0"?>
<!DOCTYPE nmaprun>
<nmaprun scanner="nmap" args="nmap -oX - 198.18.4.0/30" start="1795292100" version="7.93" xmloutputversion="1.05">
<verbose level="0"/><debugging level="0"/>
<host starttime="1795292101" endtime="1795292103"><status state="up" reason="arp-response" reason_ttl="0"/>
<address addr="198.18.4.1" addrtype="ipv4"/>
<address addr="00:16:3E:5E:6D:01" addrtype="mac" vendor="Xen &amp; &quot;Co&quot;"/>
<hostnames><hostname name="gw&lt;b&gt;.example" type="PTR"/></hostnames>
<ports><port protocol="tcp" portid="22"><state state="open" reason="syn-ack" reason_ttl="64"/></port></ports>
</host>
<host starttime="1795292101" endtime="1795292104"><status state="down" reason="no-response" reason_ttl="0"/>
<address addr="198.18.4.2" addrtype="ipv4"/></host>
<runstats><finished time="1795292105" elapsed="5"/><hosts up="1" down="1" total="2"/></runstats>
</nmaprun>
END

# --- nothing there yet -----------------------------------------------------------------------

named_store_missing() {
	exits 1 m devices --db "$db" && says "there is no store $db" && [ ! -e "$db" ]
}
default_store_missing() {
	HOME=/nonexistent XDG_DATA_HOME="" exits 1 setpriv --reuid=65534 --clear-groups \
		"$MUSTER" devices && says "sudo"
}
forget_makes_no_store() { exits 1 m forget --yes --db "$db" x && [ ! -e "$db" ]; }
try "a missing store is named" named_store_missing
if [ "$(id -u)" -eq 0 ] && [ -r "$MUSTER" ] && setpriv --reuid=65534 --clear-groups test -x "$MUSTER"; then
	try "without a store the user hears what to do" default_store_missing
else
	skip "without a store the user hears what to do" "needs root, and a program that others may run"
fi
try "forget makes no store" forget_makes_no_store

# --- import ----------------------------------------------------------------------------------

import_refuses_a_line() {
	exits 1 m import --db "$db" "$tmp/a.ndjson" && says "$tmp/a.ndjson:6: " &&
		says "5 new observations, 0 known already: 4 devices new" && says "1 refused"
}
import_again() {
	dump "$db" > "$tmp/before" || return 1
	exits 1 m import --db "$db" "$tmp/a.ndjson" && says "0 new observations, 5 known" || return 1
	dump "$db" > "$tmp/after" && same "$tmp/before" "$tmp/after"
}
import_xml() {
	exits 0 m import --db "$db" "$tmp/b.xml" || return 1
	says "1 new observations, 0 known already: 1 devices new" || return 1
	dump "$db" > "$tmp/before"
	exits 0 m import --db "$db" --format-in nmap - < "$tmp/b.xml" 3>&1 || true
	"$MUSTER" import --db "$db" - < "$tmp/b.xml" 2> "$tmp/exits.err" || return 1
	says "0 new observations, 1 known already" || return 1
	dump "$db" > "$tmp/after" && same "$tmp/before" "$tmp/after"
}
import_nonsense() {
	echo "hello" > "$tmp/nonsense"; : > "$tmp/empty"
	exits 1 m import --db "$db" "$tmp/nonsense" && says "neither NDJSON nor nmap XML" &&
		exits 1 m import --db "$db" "$tmp/no-such-file" && exits 0 m import --db "$db" "$tmp/empty" &&
		exits 2 m import --db "$db"
}
import_broken_xml() {
	head -n 10 "$tmp/b.xml" > "$tmp/broken.xml"
	exits 1 m import --db "$tmp/broken.db" "$tmp/broken.xml" && says "1 refused" &&
		[ "$(m devices --db "$tmp/broken.db" -f ndjson | jq -r .addresses[].ip)" = 198.18.4.1 ]
}
import_many_bad_lines() {
	awk 'BEGIN { for (i = 0; i < 5000; i++) print "{\"v\":1," }' > "$tmp/bad" &&
		exits 1 m import --db "$tmp/bad.db" "$tmp/bad" && says "5000 refused" &&
		[ "$(wc -l < "$tmp/exits.err")" -lt 30 ]
}
try "import tells a malformed line and takes the rest" import_refuses_a_line
try "importing the same file again changes nothing" import_again
try "nmap XML is recognised, and imported once" import_xml
try "what is neither is refused" import_nonsense
try "the hosts before the break of an XML document are kept" import_broken_xml
try "thousands of bad lines are counted, not all told" import_many_bad_lines

nmap_knows_loopback() {
	nmap -n -sn -oX "$tmp/lo.xml" 127.0.0.1 > /dev/null &&
		exits 0 m import --db "$tmp/lo.db" "$tmp/lo.xml" &&
		[ "$(m devices --db "$tmp/lo.db" -f ndjson | jq -r .addresses[].ip)" = 127.0.0.1 ]
}
try "what nmap wrote itself is imported" nmap_knows_loopback

# --- devices ---------------------------------------------------------------------------------

devices_as_ndjson() {
	m devices --db "$db" -f ndjson > "$tmp/devices.ndjson" &&
	jq -es 'length == 5 and ([.[].v] | all(. == 1))
		and ([.[] | select(.name == "WS-0413")][0]
			| .state == "up" and .site == "berlin" and .fields["tcp.open"] == [139,445,3389]
			and .fields["mac"] == "00:16:3e:5e:6c:00" and (.addresses | length == 2)
			and .first_seen == "2026-11-21T20:15:03.123456Z")
		and ([.[] | select(.addresses[0].ip == "2001:db8::1")][0] | .state == "unconfirmed")
		and ([.[].fields["netbios.name"]] | index("a,\"b\"\r\nc\u001b[2J\u202ed") != null)
		and ([.[].fields["x.unknown"] | select(. == {"a":[1,2]})] | length == 1)' \
		"$tmp/devices.ndjson" > "$tmp/jq" 2>&1 || { cat "$tmp/jq" "$tmp/devices.ndjson"; return 1; }
}
devices_as_csv() {
	m devices --db "$db" -f csv > "$tmp/devices.csv" && python3 - "$tmp/devices.csv" <<'END'
import csv, sys
data = open(sys.argv[1], newline='').read()
rows = list(csv.reader(data.splitlines(keepends=True), strict=True))
assert len(rows) == 6, rows
assert all(len(r) == len(rows[0]) for r in rows), rows
assert len(set(rows[0])) == len(rows[0]), rows[0]
by = {r[rows[0].index('address')]: dict(zip(rows[0], r)) for r in rows[1:]}
assert by['198.18.3.9']['netbios.name'] == 'a,"b"\r\nc\ufffd[2J\ufffdd', by
assert by['198.18.3.8']['netbios.name'] == "'=cmd|' /C calc'!A0", by
assert by['198.18.3.7']['tcp.open'] == '139, 445, 3389', by
assert not any(c[:1] in ('=', '+', '-', '@', '\t', '\r') for r in rows for c in r), rows
END
}
devices_as_xml() {
	m devices --db "$db" -f xml > "$tmp/devices.xml" &&
		xmllint --noout --nonet --dtdvalid "$dtd" "$tmp/devices.xml" || return 1
	[ "$(xmllint --xpath 'count(//host)' "$tmp/devices.xml")" = 5 ] &&
		[ "$(xmllint --xpath 'string(//osmatch/@name)' "$tmp/devices.xml")" = "<\"Windows\" & 'co'>" ] &&
		[ "$(xmllint --xpath 'string(//hosts/@up)' "$tmp/devices.xml")" = 4 ]
}
devices_as_table() {
	m devices --db "$db" > "$tmp/devices.txt" && [ "$(wc -l < "$tmp/devices.txt")" -eq 6 ] &&
		! LC_ALL=C grep -n '[[:cntrl:]]' "$tmp/devices.txt" && grep -q '198.18.3.9 .*\\x1b\[2J' "$tmp/devices.txt"
}
devices_on_a_terminal() {
	script -qec "stty cols 80; '$MUSTER' devices --db '$db'" /dev/null < /dev/null |
		tr -d '\r' > "$tmp/tty" && [ "$(wc -l < "$tmp/tty")" -eq 6 ] &&
		! grep -nE '^.{81}' "$tmp/tty" && grep -q '…' "$tmp/tty" &&
		! grep -q $'\033' "$tmp/tty" # NO_COLOR is set
}
devices_in_color() {
	script -qec "env -u NO_COLOR TERM=xterm '$MUSTER' devices --db '$db'" /dev/null < /dev/null > "$tmp/tty" &&
		grep -q $'\033\[32mup\033\[0m' "$tmp/tty"
}
devices_by_filter() {
	local n
	while IFS='|' read -r n terms; do
		# shellcheck disable=SC2086 # a list of terms
		[ "$(m devices --db "$db" -f ndjson $terms 2> "$tmp/filter.err" | wc -l)" = "$n" ] ||
			{ echo "$terms: not $n"; cat "$tmp/filter.err"; return 1; }
	done <<'END'
4|state=up
1|name~ws-04
1|tcp.open=3389
0|tcp.open=135
4|ip=198.18.0.0/16
1|ip=198.18.0.0/16 domain=corp
4|!tcp.open=3389
1|gw
END
	m devices --db "$db" nothing-like-it 2>&1 | grep -q "no device matches" && exits 2 m devices --db "$db" '!'
}
try "devices as NDJSON are what jq reads" devices_as_ndjson
try "devices as CSV are what Python reads, without formulas" devices_as_csv
if [ -r $dtd ]; then
	try "devices as XML are valid by nmap's DTD" devices_as_xml
else
	skip "devices as XML are valid by nmap's DTD" "no $dtd"
fi
try "the table is plain text, a line a device" devices_as_table
try "the table fits the terminal, and NO_COLOR counts" devices_on_a_terminal
try "the state is coloured on a terminal" devices_in_color
try "filters choose devices" devices_by_filter

xml_round_trip() {
	m import --db "$tmp/round.db" "$tmp/devices.xml" 2> "$tmp/err" || { cat "$tmp/err"; return 1; }
	m devices --db "$db" -f ndjson state=up | jq -r '.addresses[0].ip' | sort > "$tmp/want"
	m devices --db "$tmp/round.db" -f ndjson | jq -r '.addresses[].ip' | sort > "$tmp/got"
	comm -23 "$tmp/want" "$tmp/got" | { ! grep .; }
}

# --- show ------------------------------------------------------------------------------------

show_by_any_name() {
	local id text
	id=$(m devices --db "$db" -f ndjson name~ws-0413 | jq -r .id)
	for text in "$id" "${id:0:18}" 198.18.3.7 198.18.3.17 00:16:3e:5e:6c:00 00-16-3E-5E-6C-00 ws-0413; do
		[ "$(m show --db "$db" -f ndjson "$text" | jq -r .id)" = "$id" ] || { echo "$text"; return 1; }
	done
	exits 1 m show --db "$db" no-such-device && exits 2 m show --db "$db"
}
show_why() {
	m show --db "$db" --why ws-0413 > "$tmp/why" &&
		grep -qE '^tcp.open +closed +sweep +reply .* 135$' "$tmp/why" &&
		grep -qE '^netbios.name +yes .* WS-0413$' "$tmp/why" &&
		grep -qE '^[0-9TZ.:-]+ joined by mac 00:16:3e:5e:6c:00' "$tmp/why" || { cat "$tmp/why"; return 1; }
	m show --db "$db" --why -f ndjson ws-0413 | jq -e '
		.sources.mac == {"source":"sweep","at":"2026-11-21T21:15:03.000000Z","evidence":"reply"}
		and ([.evidence[] | select(.key == "tcp.open" and .gone)] | length == 1 and .[0].member == "135")
		and ([.evidence[] | select(.key == "netbios.name")][0] | .value == "WS-0413" and .shown)
		and (.ledger[0] | .outcome == "joined" and .rule == "tier1:mac")' > "$tmp/jq" || { cat "$tmp/jq"; return 1; }
}
show_is_plain() {
	m show --db "$db" --why 198.18.3.9 > "$tmp/show" && ! LC_ALL=C grep -n '[[:cntrl:]]' "$tmp/show"
}
try "a device is found by id, address, MAC and name" show_by_any_name
try "show --why tells evidence and merges" show_why
try "show prints plain text" show_is_plain

# --- changes ---------------------------------------------------------------------------------

changes_in_formats() {
	m changes --db "$db" -f ndjson > "$tmp/changes" && jq -es '([.[] | select(.what == "new")] | length == 5)
		and ([.[].at] == ([.[].at] | sort))' "$tmp/changes" > "$tmp/jq" || { cat "$tmp/changes"; return 1; }
	m changes --db "$db" -f csv > "$tmp/changes.csv" && python3 - "$tmp/changes.csv" "$(wc -l < "$tmp/changes")" <<'END'
import csv, sys
rows = list(csv.reader(open(sys.argv[1], newline=''), strict=True))
assert rows[0] == ['at', 'device', 'name', 'what', 'key', 'before', 'after', 'run'], rows[0]
assert len(rows) == int(sys.argv[2]) + 1 and all(len(r) == 8 for r in rows), rows
END
}
changes_since() {
	[ "$(m changes --db "$db" -f ndjson --since 2026-11-21T20:16:00Z | jq -r .at | sort | head -n 1)" \> 2026-11-21T20:16 ] || return 1
	[ "$(m changes --db "$db" -f ndjson --since 2026-11-21 | wc -l)" = "$(m changes --db "$db" -f ndjson | wc -l)" ] &&
		[ "$(m changes --db "$db" -f ndjson --since 2099-01-01 2> /dev/null | wc -l)" = 0 ] &&
		exits 2 m changes --db "$db" --since tomorrow && says "is no time" &&
		exits 2 m changes --db "$db" -f xml && exits 0 m changes --db "$db" --since 90min
}
try "changes as NDJSON and CSV" changes_in_formats
try "changes since a time or an age" changes_since

# --- the past --------------------------------------------------------------------------------

# Between the two runs, and before all: what was imported is of its own time.
between="2026-11-21 20:30"
devices_as_of() {
	[ "$(m devices --db "$db" -f ndjson --as-of "$between" ws-0412 | jq -c '[.name, .addresses[0].ip, .fields["tcp.open"]]')" = \
		'["WS-0412","198.18.3.7",[135,139,445]]' ] || { m devices --db "$db" -f ndjson --as-of "$between"; return 1; }
	[ -z "$(m devices --db "$db" -f ndjson --as-of "$between" ws-0413 2> /dev/null)" ] &&
		[ "$(m devices --db "$db" -f ndjson --as-of "$between" | jq -r .id | sort)" = "$(m devices --db "$db" -f ndjson --as-of 2026-11-21T22:30:00+01:00 | jq -r .id | sort)" ] &&
		m devices --db "$db" -f csv --as-of "$between" | grep -q WS-0412 || return 1
	exits 0 m devices --db "$db" --as-of 2026-11-20 && says "nothing was known then" &&
		exits 2 m devices --db "$db" --as-of 2999-01-01 && says "still to come" &&
		exits 2 m devices --db "$db" --as-of soon && says "is no time"
}
show_as_of() {
	m show --db "$db" -f ndjson 198.18.3.7 --as-of "$between" | jq -e '.name == "WS-0412"' > "$tmp/jq" &&
		m show --db "$db" -f ndjson ws-0412 --why --as-of "$between" | jq -e '[.evidence[].run] | unique == ["r1"]' > "$tmp/jq" &&
		exits 1 m show --db "$db" ws-0413 --as-of "$between" && says "then"
}
diff_of_runs() {
	m diff --db "$db" -f ndjson "$between" ws-0413 > "$tmp/diff.ndjson" &&
		jq -es '[.[] | [.what, .key, .before, .after]] == [["address","","","198.18.3.17"],
			["field","name","WS-0412","WS-0413"],["field","netbios.name","WS-0412","WS-0413"],
			["closed","tcp.open","135",""],["opened","tcp.open","","3389"]]' "$tmp/diff.ndjson" > "$tmp/jq" || { cat "$tmp/diff.ndjson"; return 1; }
	[ "$(m diff --db "$db" -f ndjson 2026-11-21 "$between" | jq -r .what | sort -u)" = new ] &&
		m diff --db "$db" -f csv "$between" 2026-11-22T00:00Z | grep -q '^2026-11-21T21:15:03.000000Z,.*,opened,tcp.open,,3389,' &&
		m diff --db "$db" "$between" > "$tmp/diff.txt" && grep -q '^AT ' "$tmp/diff.txt" || return 1
	exits 0 m diff --db "$db" yesterday now nobody && says "nothing differs" &&
		exits 2 m diff --db "$db" now 2026-11-21 && says "earlier" &&
		exits 2 m diff --db "$db" && exits 2 m diff --db "$db" ws-0413 && says "is no time"
}
try "devices as of a time" devices_as_of
try "a device as of a time" show_as_of
try "the difference of two times" diff_of_runs

# --- export ----------------------------------------------------------------------------------

export_rebuilds() {
	m export --db "$db" | m import --db "$tmp/copy.db" - 2> "$tmp/err" || { cat "$tmp/err"; return 1; }
	for f in "$db" "$tmp/copy.db"; do
		m devices --db "$f" -f ndjson | jq -cS 'del(.id)' | sort > "$tmp/${f##*/}.devices"
		m export --db "$f" > "$tmp/${f##*/}.export"
	done
	same "$tmp/inventory.db.devices" "$tmp/copy.db.devices" && same "$tmp/inventory.db.export" "$tmp/copy.db.export"
}
export_of_a_point() {
	[ "$(m export --db "$db" --point p1 | jq -r .seq | tr '\n' ' ')" = "1 2 3 4 " ] &&
		[ "$(m export --db "$db" --point p1 --since-seq 2 | jq -r .seq | tr '\n' ' ')" = "3 4 " ] &&
		exits 2 m export --db "$db" --since-seq 2
}
try "an export makes the same devices in an empty store" export_rebuilds
try "an export can begin after a number of a point" export_of_a_point
try "our XML can be imported again" xml_round_trip

# --- output that cannot be written -----------------------------------------------------------

full_disk() {
	for f in table ndjson csv xml; do
		m devices --db "$db" -f "$f" > /dev/full 2> "$tmp/err" && { echo "$f: status 0"; return 1; }
		grep -qi "no space" "$tmp/err" || { cat "$tmp/err"; return 1; }
	done
}
reader_leaves() {
	local rc
	m export --db "$tmp/many.db" 2> "$tmp/err" | head -n 1 > "$tmp/one"
	rc=${PIPESTATUS[0]}
	[ "$rc" -eq 0 ] && [ ! -s "$tmp/err" ] && [ "$(wc -l < "$tmp/one")" -eq 1 ] || { echo "$rc"; cat "$tmp/err"; return 1; }
}
many_devices() {
	awk 'BEGIN { for (i = 0; i < 20000; i++) printf("{\"v\":1,\"at\":\"2026-11-21T20:%02d:%02d.%06dZ\",\"source\":\"sweep\",\"ip\":\"198.18.%d.%d\",\"evidence\":\"reply\",\"facts\":{\"mac\":\"00:16:3e:%02x:%02x:01\",\"mac.onlink\":true,\"netbios.name\":\"WS-%05d\"}}\n", i / 1000, i % 60, i, i / 256, i % 256, i / 256, i % 256, i) }' > "$tmp/many" &&
		exits 0 m import --db "$tmp/many.db" "$tmp/many" && says "20000 devices new" &&
		[ "$(m devices --db "$tmp/many.db" | wc -l)" -eq 20001 ] &&
		[ "$(m devices --db "$tmp/many.db" -f ndjson | jq -r .id | sort -u | wc -l)" -eq 20000 ]
}
try "a full disk is told, status 1" full_disk
try "20,000 devices go in and come out" many_devices
try "a reader that leaves early is no error" reader_leaves

# --- forget ----------------------------------------------------------------------------------

forget_needs_a_yes() {
	dump "$db" > "$tmp/before"
	exits 2 m forget --db "$db" ws-0413 && says "--yes" && exits 1 m forget --db "$db" --yes ws-0413 no-such || return 1
	! script -qec "'$MUSTER' forget --db '$db' ws-0413" /dev/null <<< n > "$tmp/asked" || return 1
	grep -q "Forget this device" "$tmp/asked" || { cat "$tmp/asked"; return 1; }
	dump "$db" > "$tmp/after" && same "$tmp/before" "$tmp/after"
}
forget_after_a_yes() {
	script -qec "'$MUSTER' forget --db '$db' 198.18.3.8" /dev/null <<< y > "$tmp/asked" || { cat "$tmp/asked"; return 1; }
	exits 0 m forget --db "$db" --yes ws-0413 198.18.3.7 && exits 1 m show --db "$db" 198.18.3.7 &&
		exits 1 m show --db "$db" 198.18.3.8 && [ "$(m devices --db "$db" -f ndjson | wc -l)" = 3 ] &&
		[ "$(m changes --db "$db" -f ndjson | jq -r 'select(.what == "forgotten") | .what' | wc -l)" = 2 ] &&
		! m export --db "$db" | grep -q WS-041
}
try "forget asks, and all or none are forgotten" forget_needs_a_yes
try "forget takes a device and its observations out" forget_after_a_yes

# --- store -----------------------------------------------------------------------------------

store_info() {
	m store info --db "$db" > "$tmp/info" && grep -qE '^devices +3$' "$tmp/info" && grep -qE '^schema +[0-9]+$' "$tmp/info"
}
store_check() { m store check --db "$db" > "$tmp/check" && grep -q '^0 problems found$' "$tmp/check" || { cat "$tmp/check"; return 1; }; }
store_backup() {
	exits 0 m store backup "$tmp/backup.db" --db "$db" && dump "$db" > "$tmp/before" &&
		dump "$tmp/backup.db" > "$tmp/after" && same "$tmp/before" "$tmp/after" &&
		exits 2 m store backup "$tmp/backup.db" --db "$db" && says "exists already"
}
store_misuse() {
	exits 2 m store --db "$db" && exits 2 m store polish --db "$db" && exits 2 m store backup --db "$db" &&
		exits 2 m store info x --db "$db" && exits 2 m store check --yes --db "$db"
}
# What a clock that was ten years ahead has stored.
line_at() { # TIME ADDRESS RTT
	echo "{\"v\":1,\"at\":\"$1\",\"source\":\"sweep\",\"ip\":\"$2\",\"evidence\":\"reply\",\"facts\":{\"rtt.us\":$3}}"
}
store_redate() {
	local ahead year
	year=$(($(date +%Y) + 10)) ahead=$tmp/ahead.db
	{ line_at "$(date -u +%FT%TZ -d '2 days ago')" 198.18.9.1 1
		line_at "$year-01-01T00:00:00Z" 198.18.9.1 2; line_at "$year-01-01T02:00:00Z" 198.18.9.2 3; } > "$tmp/ahead.ndjson"
	exits 0 m import "$tmp/ahead.ndjson" --db "$ahead" && dump "$ahead" > "$tmp/before" || return 1
	exits 0 m store redate --preview --db "$ahead" && grep -q '2 of 3 observations' "$tmp/exits.out" &&
		exits 2 m store redate --db "$ahead" && says "--yes" && dump "$ahead" > "$tmp/after" &&
		same "$tmp/before" "$tmp/after" || return 1
	! script -qec "'$MUSTER' store redate --db '$ahead'" /dev/null <<< n > "$tmp/asked" || return 1
	exits 0 m store redate --yes --db "$ahead" && exits 0 m store redate --db "$ahead" &&
		grep -q 'nothing is of a time to come' "$tmp/exits.out" && m store check --db "$ahead" &&
		[ "$(m export --db "$ahead" | jq -r '.at | sub("\\..*"; "Z") | fromdate' | sort -n |
			awk -v now="$(date +%s)" 'NR == 2 { a = $1 } NR == 3 { print $1 - a, ($1 > now - 60 && $1 <= now) }')" = "7200 1" ]
}
# Who holds the lock is as good as an agent.
store_redate_waits() {
	line_at "$(($(date +%Y) + 10))-01-01T00:00:00Z" 198.18.9.1 4 | m import - --db "$tmp/ahead.db" || return 1
	exits 1 flock "$tmp/ahead.db" "$MUSTER" store redate --yes --db "$tmp/ahead.db" && says "end it first"
}
try "store redate puts back what is of a time to come" store_redate
try "store redate is refused while another writes" store_redate_waits
try "store info counts" store_info
try "store check finds nothing wrong" store_check
try "store backup is a whole copy, and overwrites nothing" store_backup
try "store without a known verb is misuse" store_misuse

# Every command, on a file that is not ours: refused, and not a byte altered.
foreign_untouched() {
	local file=$1 before rc=0
	before=$(sha256sum < "$file")
	for args in "devices" "show x" "changes" "export" "import $tmp/a.ndjson" "forget --yes x" \
		"store check" "store info" "store redate --yes" "store backup $tmp/never.db"; do
		# shellcheck disable=SC2086 # a list of words
		exits 1 m $args --db "$file" || { echo "$args"; rc=1; }
		[ "$(sha256sum < "$file")" = "$before" ] || { echo "$args altered it"; rc=1; }
		[ -s "$tmp/exits.err" ] || { echo "$args: no message"; rc=1; }
	done
	[ ! -e "$tmp/never.db" ] && return "$rc"
}
sqlite3 "$tmp/foreign.db" 'CREATE TABLE t (a); INSERT INTO t VALUES (1);'
head -c 8192 /dev/urandom > "$tmp/random.db"
cp "$tmp/backup.db" "$tmp/newer.db" && sqlite3 "$tmp/newer.db" 'PRAGMA user_version=999;'
try "another program's database is never altered" foreign_untouched "$tmp/foreign.db"
try "a file that is no database is never altered" foreign_untouched "$tmp/random.db"
try "the store of a newer muster is never altered" foreign_untouched "$tmp/newer.db"

foreign_user() {
	chmod 711 "$tmp" && exits 1 setpriv --reuid=65534 --clear-groups "$MUSTER" devices --db "$db" &&
		says "another user"
}
if [ "$(id -u)" -eq 0 ] && setpriv --reuid=65534 --clear-groups test -x "$MUSTER"; then
	try "a store of another user: a clear message" foreign_user
else
	skip "a store of another user: a clear message" "needs root, and a program that others may run"
fi

# --- domains ---------------------------------------------------------------------------------

# A full poll, a quick one behind it, and devices that no poll of domains told of.
domain_poll() {	# TIME ASKED FACTS
	echo '{"v":1,"at":"2026-11-22T'"$1"':00Z","source":"windows","point":"p1","subject":"domain","evidence":"reply",' \
		'"facts":{"domain.asked":['"$2"'],'"$3"',"domain.name":"CORP"}}'
}
{
	domain_poll 09:00 '"10.0.0.0/24","known","lists"' \
		'"domain.controllers":["DC1","DC9"],"domain.learnt":["wins"],"domain.machines":["DC1","DC9"]'
	domain_poll 10:00 '"10.0.0.0/24","known","lists"' \
		'"domain.controllers":["DC1"],"domain.count":7,"domain.learnt":["browse-list"],"domain.machines":["AFAR","DC1"]'
	domain_poll 10:15 '"10.0.0.0/24","lists"' \
		'"domain.count":1,"domain.learnt":["broadcast"],"domain.local_masters":["PC1"],"domain.machines":["PC1"]'
	echo '{"v":1,"at":"2026-11-22T10:00:02Z","source":"windows","ip":"10.0.0.2","evidence":"reply",' \
		'"facts":{"srv.types":["domain-controller"],"wksta.computer":"DCX","wksta.domain":"FARM"}}'
	echo '{"v":1,"at":"2026-11-22T10:00:03Z","source":"windows","ip":"10.0.0.3","evidence":"reply",' \
		'"facts":{"netbios.domain":"HOME","netbios.name":"PC9","netbios.roles":["master-browser"]}}'
	# A list and a name server, of machines that tell nothing, one overheard, one that tells too.
	listed='"source":"windows","evidence":"listed"'
	echo '{"v":1,"at":"2026-11-22T10:00:04Z",'"$listed"',"ip":"10.0.0.4","facts":{"netbios.domain":"SHED","netbios.name":"OLD"}}'
	echo '{"v":1,"at":"2026-11-22T10:00:04Z",'"$listed"',"ip":"10.0.0.5",' \
		'"facts":{"netbios.domain":"BARN","netbios.roles":["domain-controller"]}}'
	echo '{"v":1,"at":"2026-11-22T10:00:04Z","source":"passive","evidence":"heard","ip":"10.0.0.6",' \
		'"facts":{"mac":"3c:00:00:00:00:06","netbios.domain":"LOFT","netbios.name":"PIP"}}'
	echo '{"v":1,"at":"2026-11-22T10:00:04Z","source":"windows","evidence":"reply","ip":"10.0.0.7",' \
		'"facts":{"netbios.domain":"MILL","netbios.name":"JO"}}'
	echo '{"v":1,"at":"2026-11-22T10:00:05Z",'"$listed"',"ip":"10.0.0.7","facts":{"netbios.domain":"MILL","netbios.name":"JO"}}'
} > "$tmp/domains.ndjson"
m import --db "$tmp/domains.db" "$tmp/domains.ndjson" 2> /dev/null
domains() { m domains --db "$tmp/domains.db" "$@"; }
known() {	# DOMAIN EXPECTED
	domains -f ndjson | jq -r --arg d "$1" 'select(.domain == $d) | [.count, .controllers, .machines, .learnt] |
		map(tostring) | join(" ")' > "$tmp/known"
	[ "$(cat "$tmp/known")" = "$2" ] || { cat "$tmp/known"; return 1; }
}
try "a quick poll takes nothing of what a full one learnt, the next full one does" known CORP \
	'7 ["DC1"] ["AFAR","DC1","PC1"] ["broadcast","browse-list"]'
try "a controller is who told an account so" known FARM '1 ["DCX"] ["DCX"] ["account"]'
try "who is only listed is learnt by the list" known SHED '1 [] ["OLD"] ["browse-list"]'
try "as muster domains DOMAIN says" grep -qE '^  domain.learnt +browse-list$' <(domains shed)
try "or by the name server" known BARN '1 ["10.0.0.5"] ["10.0.0.5"] ["wins"]'
try "who is overheard was not asked" known LOFT '1 [] ["PIP"] ["heard"]'
try "who was asked has told" known MILL '1 [] ["JO"] ["node-status"]'
try "who masters a subnet's list masters a workgroup" grep -qE '^HOME .* PC9 \(local\)' <(domains)
try "a domain that devices alone tell of is told" grep -qE '^  domain.controllers +DCX$' <(domains farm)
try "as programs have it" jq -e '.domain == "FARM" and .machines == ["DCX"]' <(domains FARM -f ndjson)
try "one that polls told of, with its devices" jq -e -s 'map(.source // .count) == ["windows", "windows", 7]' \
	<(domains corp -f ndjson)
try "a domain that nobody told of" exits 1 domains none

# --- ties ------------------------------------------------------------------------------------

# Two routers of one name take turns behind VRRP's MAC; hardware is replaced.
said_at() { printf '{"v":1,"at":"2026-11-21T%02d:00:00.000000Z","source":"sweep","run":"t%d","point":"p","site":"main","ip":"%s","evidence":"reply","facts":{%s}}\n' "$1" "$1" "$2" "$3"; }
card() { printf '"mac":"%s","mac.onlink":true' "$1"; }
host_key() { printf '"ssh.hostkey":["SHA256:%sztksCsDhcc0u9e8BrjJXuKmGdA7t5bCbk5dXZ9w"]' "$1"; }
object='"ad.guid":"6f9619ff-8b86-d011-b42d-00c04fc964ff","host.vendor":"Dell Inc.","host.serial"'
{
	said_at 1 10.0.0.2 "$(card 3c:00:00:00:00:0a),$(host_key AAAA),\"dns.ptr\":[\"core.example\"]"
	said_at 1 10.0.0.3 "$(card 3c:00:00:00:00:0b),$(host_key BBBB),\"dns.ptr\":[\"core.example\"]"
	said_at 1 10.0.0.1 "$(card 00:00:5e:00:01:05),$(host_key AAAA)"
	said_at 2 10.0.0.1 "$(card 00:00:5e:00:01:05),$(host_key BBBB)"
	said_at 3 10.0.0.1 "$(card 00:00:5e:00:01:05),$(host_key AAAA)"
	said_at 1 10.0.0.8 "$object:\"7XKQ2N3\""
	said_at 2 10.0.0.9 "$object:\"9BWR4T1\""
} > "$tmp/ties.ndjson"
m import --db "$tmp/ties.db" "$tmp/ties.ndjson" 2> /dev/null
tied() { m show --db "$tmp/ties.db" "$@"; }
id_at() { tied "$1" -f ndjson | jq -r .id; }
# ADDRESS TITLE OTHER-NAME OTHER-ADDRESS HOUR [OPTION...]: the one line for each of them
tells_tie() {
	tied "$1" "${@:6}" | sed -n "s/^\($2 .*Z\) .*/\1/p" | grep -xF "$(printf '%-11s %s (%s) at 2026-11-21T%02d:00:00.000000Z' \
		"$2" "$3" "$(id_at "$4")" "$5")" > "$tmp/tie" || { tied "$1" | head; return 1; }
}
latest_first() {
	tied 10.0.0.1 -f ndjson | jq -e --arg a "$(id_at 10.0.0.2)" --arg b "$(id_at 10.0.0.3)" '.ties == [
		{rule: "vip", to: "core.example", id: $a, at: "2026-11-21T03:00:00.000000Z", first: true},
		{rule: "vip", to: "core.example", id: $b, at: "2026-11-21T02:00:00.000000Z", first: true}]' > /dev/null ||
		{ tied 10.0.0.1 -f ndjson | jq -c .ties; return 1; }
}
try "a virtual address names who answers, and when last" tells_tie 10.0.0.1 'answered by' core.example 10.0.0.2 3
try "and who did before, though of the same name" tells_tie 10.0.0.1 'answered by' core.example 10.0.0.3 2
try "the latest first" latest_first
try "a machine names the virtual address" tells_tie 10.0.0.3 'answers for' 10.0.0.1 10.0.0.1 2
try "as of then, who answered then" tells_tie 10.0.0.1 'answered by' core.example 10.0.0.2 1 --as-of 2026-11-21T01:30:00Z
try "hardware names what took its place" tells_tie 10.0.0.8 'replaced by' 10.0.0.9 10.0.0.9 2
try "and that, what it replaces" tells_tie 10.0.0.9 replaces 10.0.0.8 10.0.0.8 2
awk 'BEGIN { for (i = 0; i < 300; i++) printf "{\"v\":1,\"at\":\"2026-11-21T01:00:00.%06dZ\",\"source\":\"sweep\",\"run\":\"r\",\"point\":\"p\",\"site\":\"main\",\"ip\":\"10.0.0.1\",\"evidence\":\"reply\",\"facts\":{\"os.name\":\"%d\"}}\n", i, i }' |
	m import --db "$tmp/fickle.db" - 2> /dev/null
try "what show --why leaves out is counted" grep -qx 'and 43 more times a source said otherwise' \
	<(m show --db "$tmp/fickle.db" --why 10.0.0.1)
try "for programs, too" jq -e '.contradicted_left_out == 43' <(m show --db "$tmp/fickle.db" --why 10.0.0.1 -f ndjson)

# --- documents -------------------------------------------------------------------------------

# The page is made of the table: a fact without a place in it would be a fault of the maker.
facts_are_documented() {
	sed -n 's/^\t{ "\([a-z._]*\)", FACT_.*/\1/p' "$root/inventory/fact.c" > "$tmp/keys"
	"$MUSTER" man muster-facts | sed 's/\\//g' > "$tmp/page"
	[ -s "$tmp/keys" ] || return 1
	while read -r key; do
		grep -q "^\*$key\* (" "$tmp/page" || { echo "$key"; return 1; }
	done < "$tmp/keys"
}
try "muster-facts(7) names every fact" facts_are_documented

finish
