#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# tests/bench/directory.sh one COUNT ROUNDS	a directory of COUNT computers, each with an address in DNS
# tests/bench/directory.sh ten COUNT ROUNDS	ten of them, whose servers are late
#
# What tests/bench/directory.py makes tables of: a line "NAME WALL CPU KIB" for each run.
# Both sides have the same slapd, attributes, pages and TLS; one after the other, so that a slow
# moment of the machine hits both.  slapd is no Active Directory (tests/lab/forest.py).
set -euo pipefail
cd "$(dirname "$(realpath "$0")")/../.."
root=$PWD MUSTER=${MUSTER:-$PWD/build/muster} load=$PWD/build/release/tests/bench/load
export root MUSTER load

if [ "${3-}" != --inside ]; then
	job=$1 count=$2
	export BENCH_ROUNDS=$3
	"${MAKE:-make}" -s "${load#"$root"/}" >&2
	[ "$job" = one ] && FOREST_ZONES=yes exec tests/lab/forest.sh 1 "$count" "$root/tests/bench/directory.sh" one "$count" --inside
	FOREST_SLEEP=1 exec tests/lab/forest.sh 10 "$count" "$root/tests/bench/directory.sh" ten "$count" --inside
fi

job=$1 count=$2 rounds=$BENCH_ROUNDS work=$FOREST
attributes="objectGUID objectSid sAMAccountName dNSHostName operatingSystem operatingSystemVersion
	operatingSystemServicePack lastLogonTimestamp pwdLastSet userAccountControl
	servicePrincipalName whenCreated whenChanged description location managedBy primaryGroupID
	uSNChanged isDeleted msDS-SupportedEncryptionTypes msDS-AllowedToDelegateTo"
ad() { "$MUSTER" ad -c "$FOREST/muster.yaml" -q "$@"; }
ad0() { ad --domain d0.example --credential d0 "$@"; }
search() {
	LDAPTLS_CACERT=$FOREST/ca.pem ldapsearch -LLL -ZZ -x -D cn=poller,dc=d0,dc=example -w poll \
		-H ldap://dc.d0.example -E pr=1000/noprompt "$@"
}
# What muster reads, too: the nodes of DNS.
# shellcheck disable=SC2086 # attributes are words
search_all() {
	search -b dc=d0,dc=example '(objectCategory=computer)' $attributes
	search -b dc=DomainDnsZones,dc=d0,dc=example '(objectClass=dnsNode)' dnsRecord dNSTombstoned
}
export -f ad ad0 search search_all
export FOREST attributes

# timed NAME COMMAND
timed() {
	/usr/bin/time -f '%e %U %S %M' -o "$work/time" bash -c "$2" > "$work/out" 2> "$work/err" 3>&- ||
		{ tail -n 3 "$work/err" >&2; exit 1; }
	awk -v name="$1" 'END { print name, $1, $2 + $3, $4 }' "$work/time"
}

# 100 computers change; slapd counts no changes, so it is told.
change_some() {
	local i n
	for ((i = 1; i <= 100; i++)); do
		n=$((i * (count / 100)))
		printf 'dn: cn=PC%06d,ou=Rooms %d,dc=d0,dc=example\nchangetype: modify\nreplace: uSNChanged\nuSNChanged: %d\n\n' \
			$n $((n % 50)) $((count + i))
	done | ldapmodify -x -H ldap://127.0.1.1 -D cn=admin,dc=d0,dc=example -w admin > "$work/modify"
	kill "$(cat "$FOREST/d0/slapd.pid")"
	while kill -0 "$(cat "$FOREST/d0/slapd.pid")" 2> "$work/kill"; do sleep 0.1; done
	sed -i "s/^highestCommittedUSN: .*/highestCommittedUSN: $((count + 100))/" "$FOREST/d0/root.ldif"
	slapd -d 0 -f "$FOREST/d0/slapd.conf" -h ldap://127.0.1.1:389/ > "$work/slapd.log" 2>&1 &
	until ldapsearch -x -H ldap://127.0.1.1 -s base -b '' > "$work/ready" 2>&1; do sleep 0.1; done
}

bench_one() {
	local r
	for ((r = 0; r < rounds; r++)); do
		timed ldapsearch search_all
		timed emit 'ad0 --emit'
	done
	# The bare load writes each row that a store writes of this, and looks at none.
	cp "$work/out" "$work/rows"
	"$load" record "$work/rows" "$work/log" "$work/c.db" > "$work/recorded"
	for ((r = 0; r < ${BENCH_STORE_ROUNDS:-$rounds}; r++)); do
		timed bare "rm -f '$work'/b.db*; '$load' repeat '$work/log' '$work/b.db'"
		timed store "rm -f '$work'/a.db*; ad0 --db '$work/a.db' --format ndjson"
	done
	change_some
	timed changes "ad0 --db '$work/a.db' --format ndjson"
	echo "found $(grep -c '"ad.guid"' "$work/out") 0 0"
}

bench_ten() {
	local r i logins=
	for ((i = 0; i < 10; i++)); do logins+=" --credential d$i.example=d$i --domain d$i.example"; done
	for ((r = 0; r < rounds; r++)); do
		for ((i = 0; i < 10; i++)); do
			timed "domain$i" "ad --emit --domain d$i.example --credential d$i"
		done
		timed together "ad --emit $logins"
	done
	echo "found $(grep -c '"ad.guid"' "$work/out") 0 0"
}

"bench_$job"
