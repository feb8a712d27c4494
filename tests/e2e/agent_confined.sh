#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What the processes of an agent's polls may do while they run, and where their secrets are: a
# server that takes connections and says nothing holds each poll for as long as is looked.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/lib_point.sh
. "$(dirname "$0")/lib_point.sh"

host h1 198.18.250.11 00:16:3e:5e:fa:11
cat > "$tmp/silent.py" <<'END'
import select, socket, sys
open_ones, kept = [], []
for port in 139, 389, 445:
    s = socket.socket()
    s.bind(("0.0.0.0", port))
    s.listen(64)
    open_ones.append(s)
print("there", flush=True)
while True:
    for s in select.select(open_ones, [], [])[0]:
        kept.append(s.accept())
END
ip netns exec "$net-h1" python3 "$tmp/silent.py" > "$tmp/silent" 2>&1 &
disown
await 10 grep -q there "$tmp/silent"

# --- accounts: one that is sealed, one by a keytab of somebody else's ---
secret=Geheim.$RANDOM.$$
(umask 077; echo "$secret" > "$tmp/typed"; printf '\005\002' > "$tmp/tab")
chown 65534 "$tmp/tab"
mkdir "$tmp/vault"
sealed=$tmp/vault/credentials
"$MUSTER" credential add corp --user 'svc@CORP.EXAMPLE' --secret-file "$tmp/typed" \
	--credentials-file "$sealed" 2> "$tmp/said" || not_ok "a secret is sealed" "$(cat "$tmp/said")"
community=public.$RANDOM.$$
(umask 077; echo $community > "$tmp/typed")
"$MUSTER" credential add switches --kind snmp-community --secret-file "$tmp/typed" --credentials-file "$sealed" 2> "$tmp/said" ||
	not_ok "a community is sealed" "$(cat "$tmp/said")"
rm "$tmp/typed"
cat > "$tmp/muster.yaml" <<END
scan: {snmp_credential: [switches]}
credentials_file: $sealed
credentials: [tab keytab $tmp/tab]
windows: {login_wait: 5s}
ad: {timeout: 8s}
END
agent_more=", at_once: 8" conf "windows:
  corp: {targets: [198.18.250.11], interfaces: [eth0], credential: [corp], quick: daily 04:00, full: start}
ad:
  one: {domain: x.example, server: 198.18.250.11, credential: corp, schedule: start}
  two: {domain: y.example, server: 198.18.250.11, credential: tab, schedule: start}
  tickets: {domain: z.example, server: 198.18.250.11, schedule: daily 04:00}
ranges:
  office: {targets: [198.18.250.0/29], schedule: every 1s, names: no, talk: no}
  asked: {targets: [198.18.250.11], schedule: every 5s, names: no}"
ip netns exec "$net-h1" setsid tcpdump --immediate-mode -i eth0 -A -n -l udp port 161 > "$tmp/wire" 2> "$tmp/wire.log" < /dev/null &
disown
await 10 grep -qs listening "$tmp/wire.log"
ip netns exec "$net-point" "$MUSTER" agent -c "$tmp/muster.yaml" --agent "$tmp/agent.yaml" --db "$tmp/db" >> "$tmp/log" 2>&1 &
agent=$!
await 10 "$MUSTER" status --socket "$sock" || { not_ok "the agent starts" "$(cat "$tmp/log")"; finish; }

# --- what /proc says of them: "PID COMMAND FILTERS CAPABILITIES", and the secret nowhere ---
look() {
	local p
	for p in $(ip netns pids "$net-point"); do
		[ "$p" -ne "$agent" ] || continue
		{
			tr '\0\n' '  ' < "/proc/$p/cmdline" | awk '{ printf "%s ", $2 }'
			awk '/^(Seccomp|Seccomp_filters|CapPrm|CapEff|NoNewPrivs):/ { printf "%s ", $2 }
				END { print "" }' "/proc/$p/status"
		} 2> "$tmp/gone" | sed "s/^/$p /" >> "$tmp/seen"
		cat "/proc/$p/cmdline" "/proc/$p/environ" >> "$tmp/public" 2> "$tmp/gone"
		find "/proc/$p/fd" -type l -printf '%l\n' >> "$tmp/open" 2> "$tmp/gone"
	done
}
sees() { look; [ "$(awk -v c="$1" '$2 == c { print $1 }' "$tmp/seen" | sort -u | wc -l)" -ge "$2" ]; }
: > "$tmp/seen"
try "the polls of directories are seen" await 10 sees ad 2
try "that of Windows and what it starts" await 20 sees windows 4
is_running() { "$MUSTER" status "$1" --socket "$sock" | grep -q "^$1 .* running "; }
try "a sweep that came first goes on beside it" await 2 is_running asked
until=$(($(now_us) + 3000000))
while [ "$(now_us)" -lt $until ]; do look; sleep 0.1; done
# Who was seen for less than a second may have been looked at before it gave up its rights.
steady() { # COMMAND - on a busy machine looks are rare: then it takes longer
	look
	awk 'NF == 7 { n[$1]++; last[$1] = $0 } END { for (p in n) if (n[p] >= 8) print last[p] }' "$tmp/seen" > "$tmp/steady"
	grep -q "^[0-9]* $1 " "$tmp/steady"
}
for c in ad windows; do
	try "$c was seen for long" await 10 steady $c
done
cp "$tmp/steady" "$tmp/a"
# no-new-privs 1, Seccomp 2, filters: the agent's and its own; no capability permitted or effective
bad=$(awk '$3 != "0000000000000000" || $4 != "0000000000000000" || $5 != 1 || $6 != 2 || $7 < 2 { print }' "$tmp/steady")
if [ -z "$bad" ]; then ok "each has a filter of its own and no capability ($(wc -l < "$tmp/steady"))"
else not_ok "each has a filter of its own and no capability" "$bad"; fi
try "the secret is on no command line and in no environment" bash -c '! grep -qaF -e "$0" -e "$1" "$2"' "$secret" "$community" "$tmp/public"
try "nobody has the vault open" bash -c '! grep -qF -- "$0" "$1"' "$sealed" "$tmp/open"
try "both log in only after the server has spoken" bash -c '! grep -q "no credential\|may read\|denied" "$1"' . "$tmp/log"

try "a sweep asks with the community that it is handed" await 20 grep -qaF "$community" "$tmp/wire"
try "another is done" await 10 logged 'poll=office .*outcome=done'

# --- what cannot be opened is told as of any poll that cannot begin ---
chmod 644 "$sealed.key"
await 20 logged 'event=poll-ended poll=one'
"$MUSTER" poll one --socket "$sock" > "$tmp/now" 2>&1
said() { "$MUSTER" status "$1" --history --socket "$sock" | grep -q -- "$2"; }
try "a key that others may read" await 10 said one "failed, .*credential corp: .*chmod 600"
chmod 600 "$sealed.key"
cp "$sealed" "$tmp/was"
echo "no line of a vault" >> "$sealed"
"$MUSTER" poll one --socket "$sock" > "$tmp/now" 2>&1
try "a vault that is damaged" await 10 said one "failed, .*$sealed:.*no sealed credential"
"$MUSTER" poll tickets --socket "$sock" > "$tmp/now" 2>&1
try "a poll without an account needs none" await 30 logged 'event=poll-ended poll=tickets'
if logged "poll=tickets .*$sealed"; then not_ok "and tells of its own" "$(grep poll=tickets "$tmp/log")"
else ok "and tells of its own"; fi
cp "$tmp/was" "$sealed"
"$MUSTER" credential remove corp --credentials-file "$sealed" 2> "$tmp/said"
"$MUSTER" poll one --socket "$sock" > "$tmp/now" 2>&1
try "one that was removed" await 20 said one 'failed, .*no credential corp'
kill -TERM "$agent"; wait "$agent"; agent=
finish
