#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# tests/bench/directory.sh [COUNT]
#
# Reading a directory of COUNT computers (100,000) beside ldapsearch, from the same slapd, with
# the same attributes, pages and TLS; then with the store, beside a bare import of the same rows;
# then what changed; then ten domains beside one.  Markdown on standard output.  BENCH_ROUNDS=N.
# slapd is no Active Directory (tests/lab/forest.py).
set -euo pipefail
cd "$(dirname "$(realpath "$0")")/../.."
root=$PWD MUSTER=${MUSTER:-$PWD/build/muster} rounds=${BENCH_ROUNDS:-3} count=${1:-100000}
export root MUSTER rounds count

if [ "${1-}" = --domains ]; then
	logins=()
	for i in {0..9}; do logins+=(--credential "d$i.example=d$i"); done
	for domains in 1 10; do
		args=(--domain d0.example)
		[ $domains -eq 1 ] || args=(--forest)
		/usr/bin/time -f "| $domains domains | %e |" -o "$FOREST/time" \
			"$MUSTER" ad -c "$FOREST/muster.yaml" --emit -q "${args[@]}" "${logins[@]}" \
			> "$FOREST/out" 2> "$FOREST/err"
		tail -n 1 "$FOREST/time"
	done
	exit
fi

if [ "${1-}" != --inside ]; then
	tests/lab/forest.sh 1 "$count" "$root/tests/bench/directory.sh" --inside
	echo
	echo "Ten domains of 100 computers, each answer of their servers 1 s late:"
	echo
	echo "| polled | s |"; echo "|---|---|"
	FOREST_SLEEP=1 tests/lab/forest.sh 10 100 "$root/tests/bench/directory.sh" --domains
	exit
fi

count=$(grep -c '^objectCategory' "$FOREST/d0/data.ldif")
work=$FOREST
attributes=(objectGUID objectSid sAMAccountName dNSHostName operatingSystem operatingSystemVersion
	operatingSystemServicePack lastLogonTimestamp pwdLastSet userAccountControl
	servicePrincipalName whenCreated whenChanged description location managedBy primaryGroupID
	uSNChanged isDeleted)
ad() { "$MUSTER" ad -c "$FOREST/muster.yaml" -q --domain d0.example --credential d0 "$@"; }
search() {
	LDAPTLS_CACERT=$FOREST/ca.pem ldapsearch -LLL -ZZ -x -D cn=poller,dc=d0,dc=example -w poll \
		-H ldap://dc.d0.example -b dc=d0,dc=example -E pr=1000/noprompt \
		'(objectCategory=computer)' "${attributes[@]}"
}
export -f ad search
export FOREST
# timed NAME COMMAND... - "wall user KiB" behind the others of its name
timed() {
	local name=$1
	shift
	/usr/bin/time -f '%e %U %M' -o "$work/time" bash -c "$*" > "$work/out" 2> "$work/err" 3>&-
	tail -n 1 "$work/time" >> "$work/$name.times"
}
# shellcheck disable=SC2034 # by bash -c
printf -v attributes_text '%s ' "${attributes[@]}"
export attributes_text
for ((r = 0; r < rounds; r++)); do
	timed ldapsearch "attributes=($attributes_text); search"
	timed emit 'ad --emit'
	cp "$work/out" "$work/rows"
done
for ((r = 0; r < rounds; r++)); do
	timed import "rm -f '$work'/b.db*; '$MUSTER' import '$work/rows' --db '$work/b.db' -q"
	timed store "rm -f '$work'/a.db*; ad --db '$work/a.db' --format ndjson"
done

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
timed changes "ad --db '$work/a.db' --format ndjson"
grep -c objectGUID "$work/out" > "$work/n" || grep -c '"ad.guid"' "$work/out" > "$work/n"

echo "| $count computers | wall s | CPU s | MiB |"
echo "|---|---|---|---|"
for name in ldapsearch emit import store changes; do
	sort -n "$work/$name.times" | awk -v name=$name '{ w[NR] = $1; c[NR] = $2; m[NR] = $3 }
		END { k = int((NR + 1) / 2); printf "| %s | %.2f | %.2f | %.0f |\n", name, w[k], c[k], m[k] / 1024 }'
done
echo
echo "changes: $(cat "$work/n") computers of 100 that were changed"
