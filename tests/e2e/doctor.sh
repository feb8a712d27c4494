#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# muster doctor in a network of its own: one thing after the other is broken, and each time the
# report has to name it, with what to do about it.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

command -v dnsmasq > /dev/null || { skip "all" "needs dnsmasq"; finish; }
# shellcheck source=tests/e2e/lib_point.sh
. "$(dirname "$0")/lib_point.sh"

host dns 198.18.250.2 00:16:3e:5e:fa:02
: > "$tmp/dnsmasq"
ip netns exec "$net-dns" dnsmasq --no-daemon --no-resolv --no-hosts --port=53 --user=root \
	--listen-address=198.18.250.2 --bind-interfaces --pid-file= \
	--local=/example/ --host-record=printer.example,198.18.250.7 > "$tmp/dnsmasq" 2>&1 &
disown
await 5 grep -q started "$tmp/dnsmasq"
echo "nameserver 198.18.250.2" > "$tmp/resolv.conf"

# As it would be started there, with the resolver of that network.
doctor() { # the report goes to $tmp/report
	ip netns exec "$net-point" unshare -m sh -c \
		'mount --bind "$1/resolv.conf" /etc/resolv.conf && shift && exec "$@"' . "$tmp" \
		"$MUSTER" doctor --config "$tmp/muster.yaml" --agent "$tmp/agent.yaml" \
		--socket "$tmp/nobody" "${db[@]}" "$@" > "$tmp/report" 2> "$tmp/errors"
}
# finds NAME STATUS 'VERDICT CHECK.*text' [OPTION...]: the line, and a fix below what is not ok
finds() {
	local name=$1 status=$2 what=$3 rc=0; shift 3
	doctor "$@" || rc=$?
	if [ $rc -ne "$status" ]; then not_ok "$name" "status $rc: $(cat "$tmp/report" "$tmp/errors")"
	elif ! grep -A1 -E -- "$what" "$tmp/report" > "$tmp/line"; then
		not_ok "$name" "no /$what/ in $(cat "$tmp/report")"
	elif grep -qE '^(warning|problem)' "$tmp/line" && ! grep -q '^ *fix: .' "$tmp/line"; then
		not_ok "$name" "no fix in $(cat "$tmp/line")"
	else ok "$name"; fi
}
conf() {
	cat > "$tmp/agent.yaml" <<END
agent: {min_free: 0${general:-}}
scope: {allow: [198.18.250.0/24, 10.9.0.0/24]}
${1-ranges: {office: {targets: [198.18.250.0/28, printer.example], schedule: every 6h\}\}}
END
}
secret="credentials: [\"reader simple $tmp/secret CN=reader\"]"
echo "$secret" > "$tmp/muster.yaml"
(umask 077; echo geheim > "$tmp/secret")
echo '{"v":1,"at":"2026-11-21T20:15:03.123456Z","seq":1,"source":"sweep","run":"r","point":"p","site":"default","ip":"198.18.250.7","evidence":"reply","facts":{"mac":"00:16:3e:5e:6c:00"}}' > "$tmp/seen"
"$MUSTER" import --db "$tmp/db" "$tmp/seen" > "$tmp/import" 2>&1 || not_ok "import" "$(cat "$tmp/import")"
db=(--db "$tmp/db")

# --- all is well ---
conf
finds "settings without mistakes" 0 '^ok +settings '
for what in 'agent.yaml .*1 of 1 polls are on' 'interfaces .*eth0 .*198.18.250.1/24' 'routes ' \
	'disk ' 'store .*is whole.* 1 devices' 'dns .*knows printer.example' 'privileges '; do
	if grep -qE "^ok +$what" "$tmp/report"; then ok "${what%% *} is fine"
	else not_ok "${what%% *} is fine" "$(cat "$tmp/report")"; fi
done
finds "no agent runs" 0 '^warning +agent .*no agent listens'
finds "nobody is asked by --no-ask" 0 '^skipped +dns .*--no-ask' --no-ask
finds "a line of JSON each" 0 '^\{"check":"store","verdict":"ok",' --format ndjson

if grep -q 'no Landlock' "$tmp/report"; then skip "the fence" "no Landlock in this kernel"
else
	finds "the fence" 0 '^ok +fence .*Landlock [0-9]+: an agent writes below' --no-ask
	conf "events: {command: [/bin/true]}"
	finds "none for a program" 0 '^warning +fence .*may write anywhere' --no-ask
	general=", writable: [/var/log]" conf "events: {command: [/bin/true]}"
	finds "one that is said where" 0 '^ok +fence ' --no-ask
fi

# --- the clock, by the kernel's own word (adjtimex(2): STA_UNSYNC is 0x40) ---
status=$(python3 -c '
import ctypes
t = (ctypes.c_char * 512)()
assert ctypes.CDLL(None).adjtimex(t) != -1
print(ctypes.c_int.from_buffer(t, 5 * ctypes.sizeof(ctypes.c_long)).value)' 2> "$tmp/errors")
if [ -z "$status" ]; then skip "whether the clock is kept right" "adjtimex is not for us: $(one_line < "$tmp/errors")"
elif [ $((status & 64)) -ne 0 ]; then finds "a clock that nothing keeps right" 0 '^warning +time .*nothing keeps the clock right'
else finds "a clock that is kept right" 0 '^ok +time .*kept right'; fi
if command -v faketime > "$tmp/which"; then
	early() { ip netns exec "$net-point" faketime -f '@2025-12-31 12:00:00' "$MUSTER" doctor --no-ask --config "$tmp/muster.yaml" \
		--agent "$tmp/agent.yaml" --socket "$tmp/nobody" "${db[@]}" > "$tmp/report" 2> "$tmp/errors"; }
	exits 1 early > "$tmp/line" || not_ok "a clock before this program fails" "$(cat "$tmp/line")"
	early
	try "a clock that is years behind" bash -c 'grep -A1 "^problem *time .*2025-12-31T.*before muster was written" "$1" | grep -q "fix: .*timesyncd"' . "$tmp/report"
else skip "a clock that is years behind" "needs faketime"; fi

# --- a clock that was ahead: it is right again, and so is the newest run ---
ran() { # ID SECONDS
	sqlite3 "$tmp/db" "INSERT INTO run (id, source, command, site, point, targets, settings, resumes, started,
		finished, complete, summary) VALUES ('$1', 'sweep', '', 'default', 'p', '', '', '', $2 * 1000000, $2 * 1000000, 1, '')"
}
ran ahead $(($(date +%s) + 10 * 365 * 86400))
ran right "$(date +%s)"
finds "what is stored of a time to come" 0 '^warning +store .*still to come' --no-ask
sqlite3 "$tmp/db" "DELETE FROM run WHERE id = 'ahead'"
doctor --no-ask
if grep -q 'to come' "$tmp/report"; then not_ok "and no more when it is gone" "$(cat "$tmp/report")"
else ok "and no more when it is gone"; fi

# --- rights ---
chmod 711 "$tmp"
setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all --bounding-set=-all "$MUSTER" doctor --no-ask \
	--agent "$tmp/agent.yaml" --socket "$tmp/nobody" --db "$tmp/none" > "$tmp/report" 2> "$tmp/errors"
try "who may not capture" bash -c 'grep -A1 "^warning *privileges .*no CAP_NET_RAW" "$1" | grep -q "fix: use sudo"' . "$tmp/report"

# --- and then it is not ---
general=", accepted: no" conf
finds "a proposal is no order" 0 '^warning +agent.yaml .*not accepted'
finds "and asks nobody" 0 '^skipped +dns '
conf "ranges: {a: {targets: [10.0.0.1], rates: 5}, b: {targets: [198.18.250.1], schedule: later}}"
finds "every mistake" 1 '^problem +agent.yaml .*rates'
finds "every mistake, the second" 1 '^problem +agent.yaml .*later'
conf "ranges: {far: {targets: [10.9.0.0/28], schedule: every 6h}}"
finds "no route" 1 '^problem +routes .*ranges.far.*10.9.0.0'
conf "passive: {enabled: yes, interfaces: [eth7]}"
finds "no such interface" 1 '^problem +interfaces .*eth7'
conf "ad: {corp: {domain: corp.example, server: 198.18.250.2, credential: reader, schedule: every 6h}}"
chmod 644 "$tmp/secret"
finds "a secret that others may read" 1 '^problem +credentials .*others may read'
chmod 600 "$tmp/secret"
finds "one that is kept" 1 '^ok +credentials .*reader'
finds "a controller that does not answer" 1 '^problem +directory .*corp.example'
conf "ad: {corp: {domain: corp.example, credential: writer, schedule: every 6h}}"
finds "no such credential" 1 '^problem +credentials .*writer' --no-ask
conf "windows: {corp: {credential: [CORP=nobody], full: every 6h}}"
finds "nor one for Windows" 1 '^problem +credentials .*windows.corp logs in by nobody' --no-ask
conf
echo "scan: {rait: 5}" > "$tmp/muster.yaml"
finds "a mistake in the settings" 1 '^problem +settings .*scan.rait'
echo "$secret" > "$tmp/muster.yaml"
chmod 666 "$tmp/agent.yaml"
finds "a configuration that all may write" 1 '^problem +agent.yaml .*everybody'
chmod 600 "$tmp/agent.yaml"
echo "nameserver 198.18.250.99" > "$tmp/resolv.conf"
finds "a dead DNS server" 1 '^problem +dns .*198.18.250.99'
: > "$tmp/resolv.conf"
finds "no DNS server" 0 '^warning +dns ' --no-ask
echo "nameserver 198.18.250.2" > "$tmp/resolv.conf"
ip -n "$net-point" link set eth0 down
finds "no interface" 1 '^problem +interfaces .*no interface' --no-ask
ip -n "$net-point" link set eth0 up
mkdir "$tmp/small"
mount -t tmpfs -o size=8m tmpfs "$tmp/small"
db=(--db "$tmp/small/db")
finds "a small disk" 1 '^problem +disk .* MiB' --no-ask
db=(--db "$tmp/db")
sqlite3 "$tmp/db" 'PRAGMA writable_schema=ON; UPDATE sqlite_master SET rootpage=2 WHERE name = "device"' 2> "$tmp/errors"
finds "a damaged store" 1 '^problem +store ' --no-ask
echo "this is no store at all, but long enough to be read as one" > "$tmp/text"
db=(--db "$tmp/text")
finds "a file that is no store" 1 '^problem +store ' --no-ask
finish
