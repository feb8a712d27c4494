#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A point polls ranges, Windows domains and a real directory (Samba) by its schedules, while hosts
# come, go and change, and computers are joined and removed: status, changes, location and the
# log tell it.  The agent is no root: it has CAP_NET_RAW alone, as its unit gives it.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

missing=()
for tool in samba-tool samba ldbadd kinit jq sqlite3; do
	command -v "$tool" > "$tmp/which" || missing+=("$tool")
done
[ ${#missing[@]} -eq 0 ] || { skip "all" "missing: ${missing[*]}"; finish; }
export MUSTER_LAB_COMPUTERS=20
in_lab dc

# --- hosts beside the controller, on a switch of their own ---
ns=$(ip netns list | awk -v id="$MUSTER_LAB_ID" 'index($1, id) && $1 ~ /scan$/ { print $1 }')
net=mas$$
agent=
down() {
	[ -z "$agent" ] || kill -9 "$agent" 2> /dev/null
	for n in $(ip netns list | awk -v p="^$net-" '$1 ~ p { print $1 }'); do ip netns del "$n"; done
	"$lab" down > "$tmp/down" 2>&1
	rm -rf "$tmp"
}
trap down EXIT
host() { # NAME ADDRESS MAC
	ip netns add "$net-$1"
	ip -n "$ns" link add "p-$1" type veth peer name eth0 address "$3" netns "$net-$1"
	ip -n "$ns" link set "p-$1" master office up
	ip -n "$net-$1" addr add "$2/24" dev eth0
	ip -n "$net-$1" link set eth0 up
}
ip -n "$ns" link add office address 00:16:3e:5e:fb:01 type bridge forward_delay 0
ip -n "$ns" addr add 198.18.181.1/24 dev office
ip -n "$ns" link set office up
host h1 198.18.181.11 00:16:3e:5e:fb:11
host h2 198.18.181.12 00:16:3e:5e:fb:12

await() { # SECONDS COMMAND...
	local until=$((SECONDS + $1)); shift
	until "$@" > /dev/null 2>&1; do
		[ "$SECONDS" -lt "$until" ] || return 1
		sleep 0.1
	done
}
dc() { "$lab" exec dc1 env KRB5_CONFIG=/run/krb5.conf "$@"; }
tool() { dc samba-tool "$@" -s /run/samba/etc/smb.conf > "$tmp/tool" 2>&1 || not_ok "samba-tool $1 $2" "$(cat "$tmp/tool")"; }
run=/run/muster-lab/$MUSTER_LAB_ID
tool user create poller Poll3r.Passw0rd
# Who is deleted is shown to few: others learn it when all is read again (docs/directory.md).
tool group addmembers "Domain Admins" poller
tool domain exportkeytab /run/poller.keytab --principal=poller@CORP.EXAMPLE
cp "$run/dc1/run/poller.keytab" "$run/scan/run/"
as() { scan env KRB5_CONFIG=/run/krb5.conf KRB5CCNAME=/run/cc "$@"; }
# What is its own lies in $own; tickets, too.
own=$tmp/own uid=64321
only=-all,+net_raw
as_point() {
	as setpriv --reuid $uid --regid $uid --clear-groups --no-new-privs --inh-caps=$only --ambient-caps=$only \
		--bounding-set=$only "$@"
}
mkdir "$own"
chown $uid:$uid "$own"
chmod 711 "$tmp"
as kinit -k -t /run/poller.keytab poller@CORP.EXAMPLE > "$tmp/kinit" 2>&1 || not_ok "kinit" "$(cat "$tmp/kinit")"

# One account by a sealed password, which is handed to the poll; the other poll uses the tickets.
(umask 077; echo Poll3r.Passw0rd > "$tmp/typed")
"$MUSTER" credential add sealed --user poller@CORP.EXAMPLE --secret-file "$tmp/typed" \
	--credentials-file "$own/kept" 2> "$tmp/said" || not_ok "a secret is sealed" "$(cat "$tmp/said")"
rm "$tmp/typed"
echo "credentials_file: $own/kept" > "$tmp/muster.yaml"
cat > "$tmp/agent.yaml" <<END
agent: {site: hq, point: p1, socket: $own/sock, min_free: 0}
scope: {allow: [198.18.180.0/23]}
ranges:
  office: {targets: [198.18.181.0/28], schedule: every 2s, names: no, talk: no}
windows:
  corp: {domains: [CORP], targets: [198.18.180.10], interfaces: [ad0], quick: every 4s, full: after corp.quick}
ad:
  directory: {schedule: every 3s}
  again: {domain: corp.example, credential: sealed, schedule: every 1h}
locations:
  hq: {subnet: [198.18.181.0/24]}
  berlin: {subnet: [198.18.181.0/25], ad_site: [Berlin]}
END
db=$own/db
as chown $uid /run/cc
chown $uid "$own"/kept*
as_point "$MUSTER" agent -c "$tmp/muster.yaml" --agent "$tmp/agent.yaml" --db "$db" > "$tmp/log" 2>&1 &
agent=$!
logged() { grep -q -- "$1" "$tmp/log"; }
devices() { "$MUSTER" devices --db "$db" "$@" --format ndjson; }
one() { [ "$(devices "$@" | wc -l)" -eq 1 ]; }

# --- all three find what is there ---
for poll in office corp.quick corp.full directory again; do
	try "$poll is done" await 40 logged "event=poll-ended poll=$poll .*outcome=done"
done
n=$(awk '/^Cap(Inh|Prm|Eff|Bnd|Amb):/ { print $2 }' "/proc/$(pgrep -u $uid -o muster)/status" | sort -u)
if [ "$n" = 0000000000002000 ]; then ok "by a user with CAP_NET_RAW alone"; else not_ok "by a user with CAP_NET_RAW alone" "$n"; fi
try "the range's hosts are up" await 10 one 198.18.181.12 state=up
dc ldbsearch -H /run/samba/private/sam.ldb '(objectCategory=computer)' dNSHostName sAMAccountName 2> /dev/null |
	sed -n 's/^sAMAccountName: \(.*\)\$$/\1/p' | tr '[:upper:]' '[:lower:]' | sort > "$tmp/a"
devices 'ad.sid~S-' | jq -r '.fields["ad.account"]' | sed 's/\$$//' |
	tr '[:upper:]' '[:lower:]' | sort > "$tmp/b"
same "the directory's computers are as ldbsearch shows them" "$tmp/a" "$tmp/b"
try "the controller is one device of all sources" one 198.18.180.10 netbios.domain=CORP 'ad.sid~S-'
as "$MUSTER" status --socket "$own/sock" > "$tmp/status"
for poll in office corp.quick corp.full directory; do
	try "status tells of $poll" grep -qE "^$poll .*" "$tmp/status"
done

# --- hosts come, go and move; computers too ---
ip netns del "$net-h1"
host h3 198.18.181.13 00:16:3e:5e:fb:13
ip -n "$net-h2" addr del 198.18.181.12/24 dev eth0
ip -n "$net-h2" addr add 198.18.181.9/24 dev eth0
tool computer create NEWBOX
gone=$(grep -m 1 -v dc1 "$tmp/a")
tool computer delete "$gone"
try "one that comes is told" await 40 logged 'event=device-new .*198.18.181.13'
try "one that moves" await 40 logged 'event=device-address .*198.18.181.9"'
try "one that goes" await 40 logged 'event=device-down .*198.18.181.11'
try "a computer that is joined" await 20 logged 'event=device-new .*[Nn][Ee][Ww][Bb][Oo][Xx]'
listed_no_more() { devices name="$gone" | jq -e '.fields["ad.listed"] == false'; }
try "one that is removed is listed no more" await 20 listed_no_more

# --- they change: what a computer runs and is called by the directory, a host's name by the sweep ---
speak() { # NAME: of h3, by Samba's nmbd, which also asks nobody else here
	local dir=$tmp/nmbd.$1
	mkdir "$dir"
	{
		printf '[global]\nnetbios name = %s\nworkgroup = OFFICE\nlocal master = no\ninterfaces = eth0\n' "$1"
		for d in private\ dir lock\ directory state\ directory cache\ directory pid\ directory; do echo "$d = $dir"; done
	} > "$dir/smb.conf"
	ip netns exec "$net-h3" unshare -m sh -c 'mount -t tmpfs tmpfs /run && mkdir -p /run/samba/nmbd && exec nmbd -F -s "$1" --debug-stdout' . \
		"$dir/smb.conf" > "$dir/log" 2>&1 &
	speaker=$!
}
changed() { # EVENT WHOSE BEFORE AFTER
	grep -qiE "event=device-$1 .*name=\"$2.*before=\"$3.*after=\"$4" "$tmp/log"
}
sam=/run/samba/private/sam.ldb
box=$(dc ldbsearch -H $sam '(operatingSystem=Windows 11 Pro)' sAMAccountName 2> "$tmp/ldb" | grep -iv "$gone" | sed -n '/^dn: /{h};/^sAMAccountName: /{s///;s/\$$//;H;x;s/\n/ /;s/^dn: //;p;q}')
name=${box##* }
printf 'dn: %s\nchangetype: modify\nreplace: operatingSystem\noperatingSystem: Windows Server 2022 Standard\n-\nreplace: operatingSystemVersion\noperatingSystemVersion: 10.0 (20348)\n' \
	"${box% *}" > "$run/dc1/run/other.ldif"
if command -v nmbd > "$tmp/which"; then
	speak DESK-OLD
	try "a host has a name" await 30 one 198.18.181.13 netbios.name=DESK-OLD
fi
dc ldbmodify -H $sam /run/other.ldif > "$tmp/tool" 2>&1 || not_ok "ldbmodify" "$(cat "$tmp/tool")"
try "another system is told" await 20 changed os "$name" "Windows 11" "Windows Server 2022"
try "and what kind it is by that" await 10 changed kind "$name" workstation server
printf 'dn: %s\nchangetype: modify\nreplace: dNSHostName\ndNSHostName: renamed.corp.example\n-\nreplace: sAMAccountName\nsAMAccountName: RENAMED$\n' \
	"${box% *}" > "$run/dc1/run/other.ldif"
dc ldbmodify -H $sam /run/other.ldif > "$tmp/tool" 2>&1 || not_ok "ldbmodify" "$(cat "$tmp/tool")"
try "a computer that is renamed" await 20 changed name renamed "$name" renamed
if command -v nmbd > "$tmp/which"; then
	kill "$speaker"; wait "$speaker" 2> "$tmp/gone"
	speak MAIL-NEW
	try "a host that is renamed" await 40 changed name MAIL-NEW DESK-OLD MAIL-NEW
	kill "$speaker"; wait "$speaker" 2> "$tmp/gone"
else skip "a host that is renamed" "needs nmbd"; fi

# --- the same in the history and by place ---
"$MUSTER" changes --db "$db" > "$tmp/changes"
try "changes: new" grep -q 'new .*198.18.181.13' "$tmp/changes"
try "changes: down" grep -q '198.18.181.11 .*down' "$tmp/changes"
try "changes: address" grep -q 'address .*198.18.181.9' "$tmp/changes"
try "changes: system" grep -q 'Windows 11.*Windows Server 2022' "$tmp/changes"
try "changes: kind" grep -q 'workstation.*server' "$tmp/changes"
try "changes: name" grep -qi "$name.*renamed" "$tmp/changes"
as "$MUSTER" location 198.18.181.9 --why --agent "$tmp/agent.yaml" --db "$db" > "$tmp/where" 2>&1
try "a location, and why" grep -q 'hq' "$tmp/where"
try "no poll failed" bash -c '! grep -E "outcome=(failed|killed)" "$1"' . "$tmp/log"
n=$(sqlite3 "$db" "SELECT count(DISTINCT poll) FROM poll_run WHERE outcome = 'done'")
try "five polls have a history ($n)" [ "$n" -eq 5 ]
try "by the subnets of the directory the agent knows its site" await 40 logged 'event=location-changed .*to=berlin'

# --- the directory is read once as a whole; then what is new since, after a start, too ---
sql() { sqlite3 -cmd '.timeout 5000' "$db" "$1"; }
of_directory() { sql "SELECT count(*) FROM poll_run p WHERE p.poll = 'directory' AND p.outcome = 'done' AND $1"; }
full="EXISTS (SELECT 1 FROM reason r WHERE r.run = p.run AND r.code = 'ad-full')"
read_more() { [ "$(of_directory 1)" -ge $(($1 + 2)) ]; }
once_whole() {
	[ "$(of_directory "$full")" -eq 1 ] && [ "$(of_directory "NOT $full")" -ge 2 ] &&
		[ "$(of_directory "$full AND p.observations < 20")" -eq 0 ] && [ "$(of_directory "NOT $full AND p.observations >= 20")" -eq 0 ]
}
try "the directory was read once as a whole" once_whole
try "a computer that is joined comes by what is new" [ "$(sql "SELECT count(*) FROM observation o JOIN poll_run p ON p.run = o.run
	WHERE p.poll = 'directory' AND o.facts LIKE '%NEWBOX%' AND NOT $full")" -ge 1 ]
kill -TERM "$(pgrep -f -- "--agent $tmp/agent.yaml" | tail -n 1)"; wait "$agent"; agent=
n=$(of_directory 1)
as_point "$MUSTER" agent -c "$tmp/muster.yaml" --agent "$tmp/agent.yaml" --db "$db" >> "$tmp/log" 2>&1 &
agent=$!
try "another agent goes on from there" await 40 read_more "$n"
try "and does not read it all again" once_whole
pid=$(pgrep -f -- "--agent $tmp/agent.yaml" | tail -n 1)
kill -TERM "$pid"; wait "$agent"; agent=
try "the store passes its own check" "$MUSTER" store check --db "$db"
finish
