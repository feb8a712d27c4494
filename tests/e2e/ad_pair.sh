#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# One domain with two controllers (Samba) that replicate: the nearer one is asked, a change is
# told once whichever of them is asked next, and one that is gone leaves its place to the other.
# first: takes minutes
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

missing=()
for tool in samba-tool samba ldbsearch ldbadd kinit dig jq nft; do
	command -v "$tool" > "$tmp/which" || missing+=("$tool")
done
[ ${#missing[@]} -eq 0 ] || { skip "all" "missing: ${missing[*]}"; finish; }
export MUSTER_LAB_REPLICA=1 MUSTER_LAB_COMPUTERS=60
in_lab dc

conf=/run/samba/etc/smb.conf
sam=/run/samba/private/sam.ldb
run=/run/muster-lab/$MUSTER_LAB_ID
at() { local host=$1; shift; "$lab" exec "$host" env KRB5_CONFIG=/run/krb5.conf "$@"; }
tool() { # HOST WHAT...
	local host=$1; shift
	at "$host" samba-tool "$@" -s $conf > "$tmp/tool" 2>&1 || not_ok "samba-tool $*" "$(cat "$tmp/tool")"
}
echo Lab.Passw0rd.1 > "$run/scan/run/secret"
echo Wr0ng.Passw0rd > "$run/scan/run/wrong"
chmod 600 "$run/scan/run/secret" "$run/scan/run/wrong"
echo 'credentials: ["admin password /run/secret Administrator@CORP.EXAMPLE", "bad password /run/wrong poller@CORP.EXAMPLE"]' \
	> "$run/scan/run/muster.yaml"
ad() {
	at scan env KRB5CCNAME=/run/none ${krb5:+KRB5_CONFIG="$krb5"} "$MUSTER" ad -c /run/muster.yaml --credential admin \
		--db "$tmp/ad.db" --format ndjson "$@"
}
polls() { # NAME TEXT OPTION... - it ends well and says so
	local name=$1 text=$2; shift 2
	try "$name" exits 0 ad "$@"
	if grep -q -- "$text" "$tmp/exits.err"; then
		ok "$name: it says $text"
	else
		not_ok "$name: it says $text" "$(cat "$tmp/exits.err")"
	fi
}
told() { # NAME - the accounts of the last poll are those of stdin
	cat > "$tmp/should"
	jq -r 'select(.facts["ad.account"]) | [.facts["ad.account"], .facts["ad.listed"],
		.facts["ad.ou"] // "-", .facts["ad.disabled"]] | @tsv' "$tmp/exits.out" > "$tmp/is"
	same "$1" "$tmp/should" "$tmp/is"
}
# Until a controller has an entry, or has it no more: they replicate by themselves.
awaits() { # HOST FILTER COUNT
	local n
	for _ in {1..150}; do
		n=$(at "$1" ldbsearch -H $sam "$2" dn 2> "$tmp/ldb.err" | grep -c '^dn:')
		[ "$n" -eq "$3" ] && return
		sleep 0.2
	done
	not_ok "$1 has $2" "$n, not $3 times"
}
listed() { # what the store says that the directory lists
	"$MUSTER" devices --db "$tmp/ad.db" ad.listed=yes --format ndjson |
		jq -r '.fields["ad.account"]'
}
unit_of() { # HOST ACCOUNT - its container as canonicalName has it
	at "$1" ldbsearch -H $sam "(sAMAccountName=$2)" canonicalName 2> "$tmp/ldb.err" |
		sed -n 's/^canonicalName: \(.*\)\/[^/]*$/\1/p; s/^canonicalName:: //p' | while read -r name; do
		case $name in *example*) echo "$name" ;; *) base64 -d <<< "$name" | sed 's,/[^/]*$,,' ;; esac
	done
}
accounts() { # HOST OPTION...
	at "$1" ldbsearch -H $sam "${@:2}" '(objectCategory=computer)' sAMAccountName 2> "$tmp/ldb.err" |
		sed -n 's/^sAMAccountName: //p'
}

# --- the nearer one -----------------------------------------------------------------------

at scan dig +short SRV _ldap._tcp.dc._msdcs.corp.example | awk '{ print $4 }' | sort > "$tmp/srv"
printf '%s\n' dc1.corp.example. dc3.corp.example. > "$tmp/should"
same "DNS knows both" "$tmp/should" "$tmp/srv"
polls "the first poll" 'all of the directory is read from dc3.corp.example, for it is the first'
accounts dc1 > "$tmp/should"
listed > "$tmp/is"
same "all of it" "$tmp/should" "$tmp/is"
jq -r 'select(.subject == "domain") | .facts["ad.controllers"][]' "$tmp/exits.out" > "$tmp/is"
printf '%s\n' dc1.corp.example dc3.corp.example > "$tmp/should"
same "the domain has both as controllers" "$tmp/should" "$tmp/is"

# --- what changed at one, told by the other ---------------------------------------------------

tool dc1 computer delete WS00010
tool dc1 computer move WS00011 OU=Paris
tool dc1 user disable 'WS00013$'
tool dc1 computer create NEW00001
awaits dc3 '(&(sAMAccountName=NEW00001$)(objectClass=computer))' 1
awaits dc3 '(sAMAccountName=WS00010$)' 0
polls "changes of dc1 at dc3" 'only what changed at dc3.corp.example since the last poll is read'
told "deleted, moved, disabled, new" <<-WANT
	NEW00001\$	true	corp.example/Computers	true
	WS00010\$	false	-	false
	WS00011\$	true	corp.example/Paris	false
	WS00013\$	true	$(unit_of dc1 'WS00013$')	true
WANT
tool dc3 computer delete WS00020
tool dc3 user disable 'WS00021$'
awaits dc1 '(sAMAccountName=WS00020$)' 0
awaits dc1 '(&(sAMAccountName=WS00021$)(userAccountControl:1.2.840.113556.1.4.803:=2))' 1
# What one counted bounds what changed there, and nothing at the other.
for row in dc3:'only what changed would be read:[1-9]+[0-9]*' dc1:'what DirSync tells of would be read, for another .*:-'; do
	try "a preview at ${row%%:*}" exits 0 ad --preview --server "${row%%:*}.corp.example"
	said=$(jq -r '"\(.kind):\(.changed_at_most // .objects_at_most // "-")"' "$tmp/exits.out")
	if [[ $said =~ ^${row#*:}$ ]]; then ok "a preview at ${row%%:*} ($said)"; else not_ok "a preview at ${row%%:*}" "$said"; fi
done
polls "changes of dc3 at dc1" \
	'since the last poll is read from dc1.corp.example, by DirSync, for another controller' \
	--server dc1.corp.example
told "only these, though dc1 counts all that came before as well" <<-WANT
	WS00020\$	false	-	false
	WS00021\$	true	$(unit_of dc1 'WS00021$')	true
WANT
at dc1 ldbrename -H $sam OU=Paris,DC=corp,DC=example OU=Lyon,DC=corp,DC=example > "$tmp/tool" 2>&1 ||
	not_ok "ldbrename" "$(cat "$tmp/tool")"
awaits dc3 '(ou=Lyon)' 1
polls "a unit was renamed at dc1" 'is read from dc3.corp.example, by DirSync' --server dc3.corp.example
accounts dc1 -b OU=Lyon,DC=corp,DC=example > "$tmp/should"
jq -r '.facts | select(.["ad.ou"] // "" | startswith("corp.example/Lyon"))["ad.account"]' "$tmp/exits.out" > "$tmp/is"
same "all below it stand elsewhere" "$tmp/should" "$tmp/is"
polls "another again" 'is read from dc1.corp.example, by DirSync, for another' --server dc1.corp.example
told "no news of dc3" < /dev/null
polls "and back" 'is read from dc3.corp.example, by DirSync, for another' --server dc3.corp.example
told "nothing new" < /dev/null
accounts dc1 > "$tmp/should"
listed > "$tmp/is"
same "after all that the store lists what the directory has" "$tmp/should" "$tmp/is"

# --- one that may not be asked: neither by LDAP nor for a ticket -----------------------------------

# dc1 is the name server, too: questions about names are no others.
"$lab" exec scan nft -f - <<-'RULES'
	table inet count {
		counter dc1 { }
		counter dc3 { }
		counter tickets { }
		chain out {
			type filter hook output priority 0
			th dport 53 accept
			tcp dport 88 counter name tickets
			ip daddr 198.18.180.10 counter name dc1
			ip daddr 198.18.180.30 counter name dc3
		}
	}
RULES
packets() { "$lab" exec scan nft reset counter inet count "$1" | sed -nE 's/.*packets ([0-9]+) .*/\1/p'; }
spared() { # NAME HOST OTHER - nothing went to the one, and questions of both kinds to the other
	local n m t
	n=$(packets "$2") m=$(packets "$3") t=$(packets tickets)
	if [ "$n" -eq 0 ] && [ "$m" -gt 20 ] && [ "$t" -gt 5 ]; then ok "$1 ($m)"; else not_ok "$1" "$n, $m, $t"; fi
}
excluded() { # NAME HOST ADDRESS OTHER OPTION...
	local name=$1 host=$2 ip=$3 other=$4; shift 4
	try "$name is excluded" exits 0 ad --db "$tmp/spared.db" --full -v --exclude "$ip" "$@"
	if grep -q "$host.corp.example: $ip is excluded, or outside" "$tmp/exits.err"; then
		ok "$name is excluded: which is told"
	else
		not_ok "$name is excluded: which is told" "$(cat "$tmp/exits.err")"
	fi
	spared "$name is excluded: no packet goes there" "$host" "$other"
}
# Those of DNS; Kerberos is told of the other one by nobody, or by krb5.conf.
excluded "the nearer one" dc3 198.18.180.30 dc1
sed '$a [realms]\nCORP.EXAMPLE = {\nkdc = dc1.corp.example\nkdc = 198.18.180.30:88\n}' \
	"$run/scan/run/krb5.conf" > "$run/scan/run/kdc.conf"
krb5=/run/kdc.conf excluded "the one of krb5.conf" dc1 198.18.180.10 dc3
if exits 1 ad --db "$tmp/none.db" --exclude 198.18.180.0/24 > "$tmp/fails" &&
	[ "$(grep -c ad-controller-excluded "$tmp/exits.err")" -eq 2 ] &&
	[ "$(packets dc1) $(packets dc3)" = "0 0" ]; then
	ok "with both excluded nobody is asked"
else
	not_ok "with both excluded nobody is asked" "$(cat "$tmp/fails" "$tmp/exits.err")"
fi
# An agent's scope: the nearer one, and the one that the file names, lie outside of it.
cat > "$run/scan/run/agent.yaml" <<-'AGENT'
	agent: {site: lab, point: p1, socket: /run/agent.sock, store: /run/agent.db, min_free: 0}
	scope: {allow: [198.18.180.0/28]}
	ad:
	  corp: {domain: corp.example, credential: admin, schedule: start}
	  named: {domain: corp.example, server: dc3.corp.example, credential: admin, schedule: start}
AGENT
"$lab" exec scan env KRB5_CONFIG=/run/krb5.conf "$MUSTER" agent -c /run/muster.yaml --agent /run/agent.yaml > "$tmp/agent.log" 2>&1 &
agent=$!
for _ in {1..100}; do
	[ "$(grep -cs event=poll-ended "$tmp/agent.log")" = 2 ] && break # there may be no log yet
	sleep 0.2
done
kill "$agent"
wait "$agent" 2> "$tmp/gone"
if grep -q 'event=poll-ended poll=corp .*outcome=done' "$tmp/agent.log" &&
	grep -q 'event=poll-ended poll=named .*outcome=failed .*198.18.180.30 is excluded, or outside' "$tmp/agent.log"; then
	ok "an agent asks the one in its scope, and says why not another"
else
	not_ok "an agent asks the one in its scope, and says why not another" "$(cat "$tmp/agent.log")"
fi
spared "and no packet leaves its scope" dc3 dc1
"$lab" exec scan nft delete table inet count

# --- one that does not take the ticket ---------------------------------------------------------------

# What is for the LDAP service of the nearer one comes to the other, which has not the key of that
# ticket: as after a controller's own password went astray.
"$lab" exec scan nft -f - <<-'RULES'
	table inet astray {
		chain out {
			type nat hook output priority -100
			ip daddr 198.18.180.30 tcp dport 389 dnat ip to 198.18.180.10
		}
	}
RULES
try "a controller that does not take the ticket" exits 0 ad --db "$tmp/astray.db"
if grep -q '^note: dc3.corp.example: log in by Kerberos: .*\[ad-controller-failed\]' "$tmp/exits.err" &&
	! grep -q ad-login-refused "$tmp/exits.err"; then
	ok "is left for the next, which takes the account"
else
	not_ok "is left for the next, which takes the account" "$(cat "$tmp/exits.err")"
fi
"$lab" exec scan nft delete table inet astray

# --- a wrong password: one of both hears it, once ---------------------------------------------------

tool dc1 user create poller Poll3r.Passw0rd
tool dc1 domain passwordsettings set --account-lockout-threshold=5 # else nobody counts
awaits dc3 '(sAMAccountName=poller)' 1
awaits dc3 '(lockoutThreshold=5)' 1
exits 1 ad --db "$tmp/none.db" --credential corp.example=bad > "$tmp/fails"
for host in dc1 dc3; do
	at $host ldbsearch -H $sam '(sAMAccountName=poller)' badPwdCount 2> "$tmp/ldb.err" | sed -n 's/^badPwdCount: //p'
done | awk '{ n += $1 } END { print n + 0 }' > "$tmp/bad"
if [ "$(cat "$tmp/bad")" = 1 ] && grep -q 'the password or key is wrong.*ad-login-refused' "$tmp/exits.err"; then
	ok "a wrong password is shown once, though there are two to ask"
else
	not_ok "a wrong password is shown once, though there are two to ask" "$(cat "$tmp/bad" "$tmp/exits.err")"
fi

# --- one drops all that it is sent ------------------------------------------------------------------

# It is the nearer one, in DNS as before, and the one of the last poll: it is tried last.
"$lab" exec scan nft -f - <<-'RULES'
	table inet silent {
		chain in {
			type filter hook input priority 0
			ip saddr 198.18.180.30 drop
		}
	}
RULES
silent() { # NAME OPTION...
	local name=$1; shift
	try "$name" exits 0 ad -v "$@"
	if grep -q 'dc3.corp.example: no answer to the ping' "$tmp/exits.err" &&
		! grep -q ad-controller-failed "$tmp/exits.err"; then
		ok "$name: it was pinged, and not asked"
	else
		not_ok "$name: it was pinged, and not asked" "$(grep -v 'priority' "$tmp/exits.err")"
	fi
}
cp "$tmp/ad.db" "$tmp/last.db"
silent "who is silent is tried last, though he was asked last time" --db "$tmp/last.db"
silent "who is silent is tried last by who never asked" --db "$tmp/new.db"
"$lab" exec scan nft delete table inet silent

# --- one is gone --------------------------------------------------------------------------------

"$lab" exec scan ip link set ad-dc3 down
tool dc1 computer create NEW00002
# A read-only controller's account, as one is made before its join, and a living account of a
# service, which is no computer.
tool dc1 computer create RODC1
at dc1 ldbmodify -H $sam > "$tmp/tool" 2>&1 <<-'LDIF' || not_ok "ldbmodify" "$(cat "$tmp/tool")"
	dn: CN=RODC1,CN=Computers,DC=corp,DC=example
	changetype: modify
	replace: userAccountControl
	userAccountControl: 83890176
LDIF
at dc1 ldbadd -H $sam > "$tmp/tool" 2>&1 <<-'LDIF' || not_ok "ldbadd" "$(cat "$tmp/tool")"
	dn: CN=SVC2,CN=Managed Service Accounts,DC=corp,DC=example
	objectClass: msDS-ManagedServiceAccount
	sAMAccountName: SVC2$
LDIF
polls "the nearer one is unreachable" 'is read from dc1.corp.example, by DirSync'
told "the other tells, of computers alone" <<-'WANT'
	NEW00002$	true	corp.example/Computers	true
	RODC1$	true	corp.example/Computers	false
WANT
rodc=$(jq -r 'select(.facts["ad.account"] == "RODC1$") | .facts["ad.flags"] | join(" ")' "$tmp/exits.out")
if [[ " $rodc " == *" rodc "* ]]; then ok "a read-only controller is one ($rodc)"; else not_ok "a read-only controller is one" "$rodc"; fi
finish
