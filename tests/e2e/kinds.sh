#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Kinds and systems of the lab's real servers are told rightly or not at all, a file of rules
# adds to what is known, and a person can read why.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

in_lab real
printf 'scan:\n  snmp_community: [public, lab]\n' > "$tmp/muster.yaml"
db=$tmp/muster.db
try "the sweep is done" exits 0 scan "$MUSTER" scan 198.18.3.0/24 198.18.4.0/24 \
	--config "$tmp/muster.yaml" --db "$db"

# --- right or unknown ---
# By what a host runs, and not by the maker of its network card: the lab gives Debian machines
# cards of MikroTik, Synology, Dell, Raspberry Pi and APC.  Those of VMware and Xen are cards that
# only hypervisors make, as those of a namespace are.
cat > "$tmp/truth" << 'END'
198.18.3.1 router, -
198.18.3.10 server or unknown, -
198.18.3.11 unknown, -
198.18.3.12 virtual-machine, Debian Linux 12
198.18.3.13 unknown, Linux
198.18.3.14 virtual-machine, -
198.18.3.16 printer, -
198.18.3.17 unknown, -
198.18.3.18 unknown, -
198.18.4.10 unknown, -
198.18.4.11 unknown, Debian Linux 12
198.18.4.13 unknown, -
198.18.4.14 unknown, Linux
198.18.4.15 server, -
END
"$MUSTER" devices --db "$db" --format ndjson | jq -r '.addresses[0].ip + " " + .fields.kind + ", " +
	(.fields.os // "-")' | grep -F -w -f <(cut -d ' ' -f 1 "$tmp/truth") > "$tmp/told"
# A minute after its start it is master browser of the domain, which shows a server.
sed -i -E 's/^(198.18.3.10) (server|unknown),/\1 server or unknown,/' "$tmp/told"
same "each host is what it is, or unknown" "$tmp/truth" "$tmp/told"
# All of them run what this machine runs: what is told of it may be less, and nothing else.
# shellcheck source=/dev/null
(. /etc/os-release && echo "${ID^} Linux $VERSION_ID") > "$tmp/system"
{ cat "$tmp/system"; sed 's/ [^ ]*$//' "$tmp/system"; printf 'Linux\n-\n'; } > "$tmp/right"
sed 's/.*, //' "$tmp/told" | sort -u | grep -v -x -F -f "$tmp/right" > "$tmp/wrong"
try "no system is told that the machines do not run" test ! -s "$tmp/wrong"
"$MUSTER" devices --db "$db" kind=printer --format csv | awk -F, 'NR > 1 { print $3 }' > "$tmp/printers"
echo 198.18.3.16 > "$tmp/a"
same "devices kind=printer lists printers" "$tmp/a" "$tmp/printers"
"$MUSTER" show --why --db "$db" 198.18.3.12 > "$tmp/why"
sed -n '/^What it is:/,/^$/p' "$tmp/why" > "$tmp/part"
try "show --why tells the system" grep '^Its operating system is Debian Linux 12, 9[0-9] % sure\.$' "$tmp/part"
try "and what that rests on" grep '^Debian Linux 12 .* OpenSSH names its packager .* SSH-2.0-OpenSSH' "$tmp/part"

# --- each is one record, as nmap's own scripts know it ---
# Other scripts hold each protocol against a tool of its own (docs/identity.md has the list); this
# holds all that a host tells, in one record, against one.
asked_by_nmap() { # SCRIPT OPTION... HOST...: its XML
	scan nmap -n -Pn -T5 --max-retries 2 --script "$1" "${@:2}" -oX - < /dev/null 2> /dev/null; }
/usr/bin/python3 "$(dirname "$0")/of_nmap.py" \
	<(asked_by_nmap nbstat -sU -p 137 198.18.3.10 198.18.3.11 198.18.4.10) \
	<(asked_by_nmap ssh-hostkey -sT -p 22 198.18.3.12 198.18.4.11) \
	<(asked_by_nmap ssl-cert -sT -p 443 198.18.3.14) \
	<(asked_by_nmap ldap-rootdse -sT -p 389 198.18.4.15) \
	<(asked_by_nmap snmp-info -sU -p 161 198.18.3.13) > "$tmp/nmap"
"$MUSTER" devices --db "$db" --format ndjson | jq -r '(.addresses | map(.ip) | join(",")) as $ip |
	.fields | to_entries[] | .key as $key | .value |
	if type == "array" then .[] else . end | "\($ip) \($key) \(.)"' > "$tmp/all"
# Its ssh-hostkey has no RSA keys of this OpenSSH; ask_web.sh compares those with ssh-keyscan.
sed -i 's/snmp.engine 80001f8880/snmp.engine /' "$tmp/all"
sort -u "$tmp/all" | comm -12 - <(sort "$tmp/nmap") > "$tmp/b"
same "names, keys, certificates and engines are those of nmap's scripts" "$tmp/nmap" "$tmp/b"
"$MUSTER" devices --db "$db" --format ndjson | jq -r '.addresses[].ip' | sort > "$tmp/a"
sort -u "$tmp/a" > "$tmp/b"
same "and each address has one record" "$tmp/a" "$tmp/b"

# --- a person's own rules ---
cat > "$tmp/mine.yaml" << 'END'
systems: { Lab OS: [] }
rules:
- { fact: mac, begins: "00:d0:c9", kind: iot, os: Lab OS, weight: 97,
    why: "our own boards", source: "the lab" }
END
try "a right file of rules has no mistakes" exits 0 "$MUSTER" config check --fingerprints "$tmp/mine.yaml"
"$MUSTER" devices --db "$db" --fingerprints "$tmp/mine.yaml" os='Lab OS' --format csv |
	awk -F, 'NR > 1 { print $3, $7 }' > "$tmp/b"
echo "198.18.3.15 iot" > "$tmp/a"
same "its rules are used" "$tmp/a" "$tmp/b"
sed -i 's/begins/beginns/' "$tmp/mine.yaml"
try "a wrong one fails" exits 1 "$MUSTER" config check --fingerprints "$tmp/mine.yaml"
try "and the place is told" grep "mine.yaml:3:[0-9]*: unknown key beginns; did you mean begins?" "$tmp/exits.out"
try "it is not used" exits 2 "$MUSTER" devices --db "$db" --fingerprints "$tmp/mine.yaml"
finish
