#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# tests/lab/forest.sh DOMAINS COUNT COMMAND...
#
# Runs COMMAND beside a forest of slapds (forest.py) and the DNS that names them, on the
# loopback of a network namespace of its own: nothing else is in there, and all of it ends
# with the command.  $FOREST is the folder: ca.pem, secret (mode 600), d<i>/.
# $FOREST_SLEEP: seconds that each answer of slapd takes.  $FOREST_ZONES: there are zones of DNS.  Domain i is at 127.0.1.<i+1>, as
# dc.d<i>.example.  With $FOREST_TWO DNS names dc2.d<i>.example before it, at 127.0.2.<i+1>,
# where COMMAND may have something of its own listen.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)

if [ "${1-}" != --inside ]; then
	[ $# -ge 3 ] || { echo "usage: forest.sh DOMAINS COUNT COMMAND..." >&2; exit 2; }
	FOREST=$(mktemp -d "${TMPDIR:-/tmp}/muster-forest.XXXXXX")
	export FOREST
	trap 'rm -rf "$FOREST"' EXIT
	unshare --net --mount --uts --pid --fork --kill-child --mount-proc "$0" --inside "$@"
	exit
fi
shift
domains=$1 count=$2
shift 2

ip link set lo up
hostname forest
python3 -B "$here/forest.py" "$FOREST" "$domains" "$count" "${FOREST_SLEEP:-0}" "${FOREST_ZONES:+zones}"
cd "$FOREST"
printf 'poll\n' > secret
chmod 600 secret

names=DNS:localhost
for ((i = 0; i < domains; i++)); do names=$names,DNS:dc.d$i.example,DNS:dc2.d$i.example; done
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=forest \
	-addext "subjectAltName=$names" -keyout key.pem -out cert.pem 2> openssl.log
cp cert.pem ca.pem

{
	echo "no-resolv"; echo "no-hosts"; echo "local=/example/"
	echo "srv-host=_ldap._tcp.dc._msdcs.gone.example,nobody.gone.example,389,0,100"
	echo "host-record=pc000007.d0.example,10.7.0.7"
	echo "host-record=pc000008.d0.example,10.7.0.8,2001:db8::8"
	for ((i = 0; i < domains; i++)); do
		echo "address=/dc.d$i.example/127.0.1.$((i + 1))"
		echo "srv-host=_ldap._tcp.dc._msdcs.d$i.example,dc.d$i.example,389,10,100"
		[ -z "${FOREST_TWO-}" ] || {
			echo "address=/dc2.d$i.example/127.0.2.$((i + 1))"
			echo "srv-host=_ldap._tcp.dc._msdcs.d$i.example,dc2.d$i.example,389,0,100"
		}
	done
} > dns.conf
dnsmasq --keep-in-foreground --conf-file=dns.conf --listen-address=127.0.0.1 --bind-interfaces \
	--user=root --pid-file= > dns.log 2>&1 &
printf 'nameserver 127.0.0.1\nsearch d0.example\n' > resolv.conf
printf '127.0.0.1 localhost forest\n' > hosts
printf '[libdefaults]\ndns_lookup_realm = false\n' > krb5.conf
mount --bind resolv.conf /etc/resolv.conf
mount --bind hosts /etc/hosts
export KRB5_CONFIG=$FOREST/krb5.conf

for ((i = 0; i < domains; i++)); do
	slapadd -q -f "d$i/slapd.conf" -l "d$i/data.ldif" > "d$i/slapadd.log" 2>&1 ||
		{ echo "slapadd: $(tail -n 2 "d$i/slapadd.log")" >&2; exit 1; }
	slapd -d 0 -f "d$i/slapd.conf" -h "ldap://127.0.1.$((i + 1)):389/" > "d$i/log" 2>&1 &
	echo $! > "d$i/slapd.pid"
done
for ((i = 0; i < domains; i++)); do
	for ((n = 0; n < 200; n++)); do
		ldapsearch -x -LLL -H "ldap://127.0.1.$((i + 1))" -s base -b '' dnsHostName \
			> "d$i/ready" 2>&1 && break
		sleep 0.05
	done
done
cat > muster.yaml <<-CONF
	ad:
	  ca: $FOREST/ca.pem
	  tls: start
	  ask_dns: 0
	credentials:
CONF
for ((i = 0; i < domains; i++)); do
	echo "  - d$i simple $FOREST/secret cn=poller,dc=d$i,dc=example" >> muster.yaml
done
"$@"
