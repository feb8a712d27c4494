#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# One domain with two controllers (Samba) that replicate: the nearer one is asked, a change is
# told once whichever of them is asked next, and one that is gone leaves its place to the other.
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
chmod 600 "$run/scan/run/secret"
echo 'credentials: ["admin password /run/secret Administrator@CORP.EXAMPLE"]' \
	> "$run/scan/run/muster.yaml"
ad() {
	at scan env KRB5CCNAME=/run/none "$MUSTER" ad -c /run/muster.yaml --credential admin \
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
polls "the nearer one is unreachable" 'is read from dc1.corp.example, by DirSync'
told "the other tells" <<< $'NEW00002$\ttrue\tcorp.example/Computers\ttrue'
finish
