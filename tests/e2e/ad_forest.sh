#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A forest of three domains, played by slapd (tests/lab/forest.sh says how far that goes): all
# of them at once, pages, controllers that go away, changes.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

if [ "${1-}" != --inside ]; then
	[ "$(id -u)" -eq 0 ] || { skip "all" "needs root for network namespaces"; finish; }
	for tool in slapd slapadd ldapsearch dnsmasq openssl jq /usr/bin/python3; do
		command -v "$tool" > "$tmp/which" || { skip "all" "missing: $tool"; finish; }
	done
	trap - EXIT
	rm -rf "$tmp"
	FOREST_TWO=yes exec "$root/tests/lab/forest.sh" 3 1200 "$root/tests/e2e/ad_forest.sh" --inside
fi

ad() { "$MUSTER" ad -c "$FOREST/muster.yaml" --timeout 2s "$@"; }
logins=(--credential d0.example=d0 --credential d1.example=d1 --credential d2.example=d2)
guids() { jq -r '.facts["ad.guid"] // empty' "$1"; }

LDAPTLS_CACERT=$FOREST/ca.pem ldapsearch -x -ZZ -H ldap://dc.d0.example -D cn=poller,dc=d0,dc=example \
	-w poll -b dc=d0,dc=example -LLL '(objectCategory=computer)' dn > "$tmp/ls" 2> "$tmp/ls.err"
[ "$(grep -c '^dn:' "$tmp/ls")" -eq 1000 ] && ok "who does not page gets 1,000" ||
	not_ok "who does not page gets 1,000" "$(cat "$tmp/ls.err")"

# Nobody listens at the controllers that DNS prefers.
try "a forest" exits 0 ad --no-db --format ndjson --forest "${logins[@]}"
cp "$tmp/exits.out" "$tmp/all"
[ "$(guids "$tmp/all" | sort -u | wc -l)" -eq 3600 ] && [ "$(guids "$tmp/all" | wc -l)" -eq 3600 ] &&
	ok "every computer of every domain, once" ||
	not_ok "every computer of every domain, once" "$(guids "$tmp/all" | sort -u | wc -l) of $(guids "$tmp/all" | wc -l)"
jq -r 'select(.subject == "domain") | .facts | [.["ad.domain"], .["ad.forest"], .["netbios.domain"],
	.["ad.level"]] | @tsv' "$tmp/all" > "$tmp/is"
printf 'd%d.example\td0.example\tD%d\t2016\n' 0 0 1 1 2 2 > "$tmp/should"
same "domains" "$tmp/should" "$tmp/is"

# cut LISTEN BYTES - something at a preferred controller
cut_at() {
	/usr/bin/python3 "$root/tests/e2e/ad_cut.py" "$1" 127.0.1.1 "$2" > "$tmp/cut.$1" 2>&1 &
	cutter=$!
	for _ in $(seq 100); do grep -q ready "$tmp/cut.$1" && return; sleep 0.02; done
}
cut_at 127.0.2.1 250000
try "a controller that goes away" exits 0 ad --no-db --format ndjson --domain d0.example --credential d0
[ "$(guids "$tmp/exits.out" | sort -u | wc -l)" -eq 1200 ] && [ "$(guids "$tmp/exits.out" | wc -l)" -eq 1200 ] &&
	grep -q 'dc2.d0.example.*ad-controller-failed\|ad-controller-failed' "$tmp/exits.err" &&
	ok "the next goes on, and nobody is told twice" ||
	not_ok "the next goes on, and nobody is told twice" "$(guids "$tmp/exits.out" | wc -l) $(cat "$tmp/exits.err")"
wait $cutter 2> "$tmp/wait"
cut_at 127.0.2.1 0
try "a controller that is silent" exits 0 ad --no-db --format ndjson --domain d0.example --credential d0
kill $cutter

# Changes: slapd counts none, so it is told (forest.py).
try "a first poll" exits 0 ad --db "$tmp/ad.db" --format ndjson --domain d0.example --credential d0
for i in $(seq 1 100); do
	printf 'dn: cn=PC%06d,ou=Rooms %d,dc=d0,dc=example\nchangetype: modify\nreplace: uSNChanged\nuSNChanged: %d\n\n' \
		$((i * 11)) $((i * 11 % 50)) $((1200 + i))
done | ldapmodify -x -H ldap://127.0.1.1 -D cn=admin,dc=d0,dc=example -w admin > "$tmp/modify" 2>&1 ||
	not_ok "ldapmodify" "$(tail -n 2 "$tmp/modify")"
kill "$(cat "$FOREST/d0/slapd.pid")"
while kill -0 "$(cat "$FOREST/d0/slapd.pid")" 2> "$tmp/kill"; do sleep 0.02; done
sed -i 's/^highestCommittedUSN: .*/highestCommittedUSN: 1300/' "$FOREST/d0/root.ldif"
slapd -d 0 -f "$FOREST/d0/slapd.conf" -h ldap://127.0.1.1:389/ > "$tmp/slapd" 2>&1 &
for _ in $(seq 100); do ldapsearch -x -H ldap://127.0.1.1 -s base -b '' > "$tmp/ready" 2>&1 && break; sleep 0.05; done
try "the next poll" exits 0 ad --db "$tmp/ad.db" --format ndjson --domain d0.example --credential d0
guids "$tmp/exits.out" | sort > "$tmp/is"
/usr/bin/python3 -B -c 'import sys, uuid; sys.path.insert(0, sys.argv[1]); import forest
for i in range(11, 1101, 11): print(uuid.UUID(bytes_le=forest.guid(0, i)))' "$root/tests/lab" > "$tmp/should"
same "what changed, and nothing else" "$tmp/should" "$tmp/is"

# A domain whose controller is gone costs itself alone.
kill "$(cat "$FOREST/d2/slapd.pid")"
while kill -0 "$(cat "$FOREST/d2/slapd.pid")" 2> "$tmp/kill"; do sleep 0.02; done
try "a forest with a domain that is down" exits 1 ad --no-db --format ndjson --forest "${logins[@]}"
[ "$(guids "$tmp/exits.out" | wc -l)" -eq 2400 ] && grep -q '^note: d2.example: .*ad-domain-failed' "$tmp/exits.err" &&
	ok "the others are whole" || not_ok "the others are whole" "$(cat "$tmp/exits.err")"
/usr/bin/time -f %M -o "$tmp/memory" "$MUSTER" ad -c "$FOREST/muster.yaml" --emit -q --domain d1.example --credential d1 > "$tmp/out" 2>&1
peak=$(tail -n 1 "$tmp/memory") # time shares its descriptor 3 with muster
[ "$peak" -lt 204800 ] && ok "memory ($peak KiB)" || not_ok "memory" "$peak"
finish
