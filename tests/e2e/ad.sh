#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Real domain controllers (Samba), two domains: what muster ad says is what ldbsearch, samba-tool
# and DNS say, by each login and scope; what changed shows up at the next poll; what is wrong is
# named.
# Real Windows is not here: channel binding and its own limits are not tried.
# first: takes minutes
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

missing=()
for tool in samba-tool samba ldbadd ldbsearch kinit ldapsearch dig dnsmasq faketime jq /usr/bin/python3; do
	command -v "$tool" > "$tmp/which" || missing+=("$tool")
done
[ ${#missing[@]} -eq 0 ] || { skip "all" "missing: ${missing[*]}"; finish; }
export MUSTER_LAB_DOMAINS=2 MUSTER_LAB_COMPUTERS=2000
in_lab dc

conf=/run/samba/etc/smb.conf
sam=/run/samba/private/sam.ldb
run=/run/muster-lab/$MUSTER_LAB_ID
dc() { "$lab" exec dc1 env KRB5_CONFIG=/run/krb5.conf "$@"; }
as() { local cache=$1; shift; scan env KRB5_CONFIG=/run/krb5.conf KRB5CCNAME="$cache" "$@"; }
tool() { dc samba-tool "$@" -s $conf > "$tmp/tool" 2>&1 || not_ok "samba-tool $1 $2" "$(cat "$tmp/tool")"; }

# --- accounts ------------------------------------------------------------------

tool user create poller Poll3r.Passw0rd
tool user create off Poll3r.Passw0rd
tool user disable off
tool domain passwordsettings set --account-lockout-threshold=5
tool domain exportkeytab /run/poller.keytab --principal=poller@CORP.EXAMPLE
cp "$run/dc1/run/poller.keytab" "$run/scan/run/"
cat "$run"/dc[12]/run/samba/private/tls/ca.pem > "$run/scan/run/ca.pem"
"$lab" exec dc2 samba-tool user create poller Poll3r.Passw0rd -s $conf > "$tmp/tool" 2>&1 ||
	not_ok "samba-tool user create on dc2" "$(cat "$tmp/tool")"
# This machine as a member; its first login is told of the account, so it is before all polls.
{
	printf '%s\n' 'dn: CN=SCAN,CN=Computers,DC=corp,DC=example' 'objectClass: computer' \
		'sAMAccountName: SCAN$' 'userAccountControl: 4096' \
		'msDS-SupportedEncryptionTypes: 24' 'msDS-AllowedToDelegateTo: cifs/dc1.corp.example'
	printf 'unicodePwd:: %s\n' "$(printf '"Mach1ne.Passw0rd"' | iconv -t UTF-16LE | base64)"
} > "$run/dc1/run/member.ldif"
dc ldbadd -H $sam /run/member.ldif > "$tmp/tool" 2>&1 || not_ok "ldbadd" "$(cat "$tmp/tool")"
tool domain exportkeytab /run/machine.keytab '--principal=SCAN$@CORP.EXAMPLE'
cp "$run/dc1/run/machine.keytab" "$run/scan/run/"
as /run/adm kinit -k -t /run/machine.keytab 'SCAN$@CORP.EXAMPLE' > "$tmp/kinit" 2>&1 ||
	not_ok "kinit as the machine" "$(cat "$tmp/kinit")"
secret() { printf '%s\n' "$2" > "$run/scan/run/$1"; chmod "$3" "$run/scan/run/$1"; }
secret good Poll3r.Passw0rd 600
secret wrong Wr0ng.Passw0rd 600
secret open Poll3r.Passw0rd 644
cat > "$run/scan/run/muster.yaml" <<-'CONF'
	ad:
	  ca: /run/ca.pem
	credentials:
	  - tab keytab /run/poller.keytab
	  - pass password /run/good poller@CORP.EXAMPLE
	  - plain simple /run/good poller@corp.example
	  - bad simple /run/wrong poller@corp.example
	  - open simple /run/open poller@corp.example
	  - cache ccache /run/cc
	  - child simple /run/good poller@emea.corp.example
	  - off simple /run/good off@corp.example
	  - low password /run/good poller@corp.example
CONF
as /run/cc kinit -k -t /run/poller.keytab poller@CORP.EXAMPLE > "$tmp/kinit" 2>&1 ||
	not_ok "kinit" "$(cat "$tmp/kinit")"
ad() { as /run/cc "$MUSTER" ad -c /run/muster.yaml "$@"; }

# --- everything, against Samba's own tools --------------------------------------------

lines() {
	jq -r 'select(.facts["ad.sid"]) | .facts | [.["ad.guid"], .["ad.sid"], .["ad.account"],
		.["ad.ou"], .["ad.dns_name"] // "-", .["ad.disabled"], .["os.name"] // "-",
		.["ad.last_logon"] // "-", (.["ad.encryption"] // ["-"] | join(",")),
		(.["ad.delegates_to"] // ["-"] | join(",")), .["ad.password_set"] // "-",
		.["ad.managed_by"] // "-", .["ad.description"] // "-", .["ad.location"] // "-", .["ad.created"] // "-",
		.["ad.os_build"] // "-",
		([.["ad.flags"] // [] | .[] | select(IN("dc", "delegation", "disabled", "workstation"))] | join(",")),
		(if .["ad.account"] | test("^DC") then "dc" else .["ad.roles"] // ["-"] | join(",") end)] | @tsv' "$1"
}
truth() { # FILE [HOST]
	"$lab" exec "${2-dc1}" ldbsearch -H $sam '(objectCategory=computer)' objectGUID objectSid sAMAccountName \
		canonicalName dNSHostName userAccountControl operatingSystem \
		operatingSystemServicePack lastLogonTimestamp msDS-SupportedEncryptionTypes \
		msDS-AllowedToDelegateTo pwdLastSet managedBy description location whenCreated \
		operatingSystemVersion servicePrincipalName > "$tmp/ldb" 2> "$tmp/ldb.err"
	/usr/bin/python3 "$root/tests/e2e/ad_truth.py" "$tmp/ldb" > "$1"
}
truth "$tmp/truth"
try "a first poll" exits 0 ad --db "$tmp/ad.db" --format ndjson
cp "$tmp/exits.out" "$tmp/full"
lines "$tmp/full" > "$tmp/is"
same "computers are as ldbsearch shows them" "$tmp/truth" "$tmp/is"
# shellcheck disable=SC2016 # for awk
try "among them some with all of it" awk -F '\t' '{ for (i = 1; i <= NF; i++) n[i] += $i != "-" } $17 ~ /delegation/ { d++ }
	END { for (i = 1; i <= NF; i++) if (i != 9 && i != 10 && n[i] < 50) exit 1; exit NF != 18 || d < 20 }' "$tmp/truth"
if grep -q 'it is the first \[ad-full\]' "$tmp/exits.err"; then
	ok "it says why it was full"
else
	not_ok "it says why it was full" "$(cat "$tmp/exits.err")"
fi

try "an account is sealed" exits 0 "$MUSTER" credential add sealed --user poller@CORP.EXAMPLE \
	--secret-file "$run/scan/run/good" --credentials-file "$run/scan/run/kept"
for login in "--credential tab" "--credential cache" "--credential pass" "--credential plain --tls start" \
	"--credential plain --tls always" "--credential sealed --credentials-file /run/kept"; do
	# shellcheck disable=SC2086 # words on purpose
	as /run/none "$MUSTER" ad -c /run/muster.yaml --no-db --format ndjson $login \
		> "$tmp/out" 2> "$tmp/err"
	lines "$tmp/out" > "$tmp/is"
	same "the same by $login" "$tmp/truth" "$tmp/is"
done

# With the keytab of the machine, in an /etc of its own, and no ticket.
mkdir -p "$run/scan/run/etc"
cp -a /etc/ssl /etc/nsswitch.conf /etc/passwd /etc/group /etc/ld.so.cache "$run/scan/run/etc/"
cp "$run/dc1/run/machine.keytab" "$run/scan/run/etc/krb5.keytab"
cp "$run/scan/resolv.conf" "$run/scan/hosts" "$run/scan/run/etc/"
as /run/none unshare --mount bash -c 'mount --bind /run/etc /etc && exec "$@"' bash \
	"$MUSTER" ad --no-db --format ndjson > "$tmp/out" 2> "$tmp/err"
lines "$tmp/out" > "$tmp/is"
same "the same as the machine" "$tmp/truth" "$tmp/is"

# The forest: the second domain is a crossRef of the first, which it trusts.
truth "$tmp/truth.child" dc2
cat "$tmp/truth" "$tmp/truth.child" > "$tmp/truth.both"
scope() { # NAME TRUTH CACHE OPTION...
	local name=$1 truth=$2 cache=$3; shift 3
	as "$cache" "$MUSTER" ad -c /run/muster.yaml --no-db --format ndjson "$@" > "$tmp/out" 2> "$tmp/err" ||
		not_ok "$name" "$(cat "$tmp/err")"
	lines "$tmp/out" > "$tmp/is"
	same "$name" "$truth" "$tmp/is"
}
scope "the forest by Kerberos" "$tmp/truth.both" /run/cc --forest
scope "the forest by a keytab" "$tmp/truth.both" /run/none --forest --credential tab
scope "the forest by simple bind" "$tmp/truth.both" /run/none --forest --tls start \
	--credential plain --credential emea.corp.example=child
scope "who trusts us" "$tmp/truth.both" /run/cc --trusts
# Never polled: what is counted bounds what is there, of Samba all partitions.
try "a preview of the first poll" exits 0 as /run/none "$MUSTER" ad --no-db --preview --format ndjson
most=$(jq -r '.objects_at_most' "$tmp/exits.out")
usn=$(scan ldapsearch -x -LLL -H ldap://dc1.corp.example -s base -b '' highestCommittedUSN 2> "$tmp/err" |
	sed -n 's/^highestCommittedUSN: //p')
there=$(dc ldbsearch -H $sam --cross-ncs --show-deleted --show-recycled '(objectClass=*)' dn 2> "$tmp/err" | grep -c '^dn:')
if [ "$most" = "$usn" ] && [ "$there" -gt 3000 ] && [ "$most" -ge "$there" ]; then
	ok "it tells how many objects there are at most ($most, of $there)"
else
	not_ok "it tells how many objects there are at most" "$most, $usn, $there: $(cat "$tmp/exits.err")"
fi
try "a preview of who trusts us" exits 0 as /run/cc "$MUSTER" ad --no-db --preview --trusts --format ndjson
jq -r .domain "$tmp/exits.out" > "$tmp/is"
printf '%s\n' corp.example emea.corp.example > "$tmp/should"
same "a preview of who trusts us: both" "$tmp/should" "$tmp/is"
scope "a chosen domain by Kerberos" "$tmp/truth.child" /run/cc --domain emea.corp.example \
	--server dc2.emea.corp.example
scope "a chosen domain by simple bind" "$tmp/truth.child" /run/none --domain emea.corp.example \
	--server dc2.emea.corp.example --tls always --credential child

# Addresses: all names at once from the controller's DNS; what nobody refreshed for 30 days,
# and every thirteenth was not, is left out.
jq -r 'select(.ip and .facts["ad.dns_name"]) | .facts["ad.dns_name"] + " " + .ip' "$tmp/full" \
	> "$tmp/is"
jq -r 'select(.facts["ad.guid"]) | .facts["ad.dns_name"] // empty' "$tmp/full" |
	awk '{ print $1, "A" }' > "$tmp/ask"
cp "$tmp/ask" "$run/scan/run/ask"
scan dig +noall +answer -f /run/ask | awk '{ sub(/\.$/, "", $1); print tolower($1), $5 }' |
	awk '{ n = substr($1, 3, 5) + 0; if ($1 == "dc1.corp.example" || n % 13) print }' \
	> "$tmp/should"
grep -v : "$tmp/is" > "$tmp/is4"
same "addresses are those of DNS" "$tmp/should" "$tmp/is4"

jq -r 'select(.subject == "network") | .facts | .["net.prefix"] + " " + .["ad.site"]' "$tmp/full" > "$tmp/is"
cat > "$tmp/should" <<-'WANT'
	198.18.180.0/24 Berlin
	10.1.0.0/16 Berlin
	10.2.0.0/16 Paris
	2001:db8:2::/48 Paris
WANT
same "subnets and sites" "$tmp/should" "$tmp/is"
jq -r 'select(.ip and .facts["ad.sid"]) | .ip + " " + .facts["ad.site"]' "$tmp/full" > "$tmp/is"
jq -r 'select(.ip and .facts["ad.sid"]) | .ip' "$tmp/full" |
	awk '{ print $1, /^10\.2\.|^2001:db8:2:/ ? "Paris" : "Berlin" }' > "$tmp/should"
same "a computer's site is that of its subnet" "$tmp/should" "$tmp/is"
units() {
	dc ldbsearch -H $sam '(objectClass=organizationalUnit)' canonicalName 2> "$tmp/err" |
		sed -n 's/^canonicalName: //p; s/^canonicalName:: //p' | while read -r name; do
		case $name in *example/*) echo "$name" ;; *) base64 -d <<< "$name"; echo ;; esac
	done
}
units > "$tmp/should"
jq -r '.facts["ad.units"] // empty | .[]' "$tmp/full" > "$tmp/is"
same "organizational units" "$tmp/should" "$tmp/is"

# The domain, as Samba's own tools tell it.
of_domain() { jq -r --arg name "$1" 'select(.subject == "domain") | .facts[$name] // "-" | if type == "array" then .[] else . end' "$2"; }
dc samba-tool domain level show -s $conf 2> "$tmp/err" |
	sed -nE 's/^(Forest|Domain) function level: \(Windows\) /\1 /p' > "$tmp/should"
for level in Forest:ad.forest_level Domain:ad.level; do
	echo "${level%:*} $(of_domain "${level#*:}" "$tmp/full")"
done > "$tmp/is"
same "functional levels" "$tmp/should" "$tmp/is"
dc samba-tool domain trust list -s $conf 2> "$tmp/err" |
	sed -nE 's/^Type.*Direction\[(.*)\] +Name\[(.*)\].*/\2 \1/p' |
	sed 's/BOTH$/both ways/; s/INCOMING$/trusts us/; s/OUTGOING$/trusted by us/' > "$tmp/should"
of_domain ad.trusts "$tmp/full" | sed -E 's/^([^:]*): domain, ([^,]*).*/\1 \2/' > "$tmp/is"
same "trusts" "$tmp/should" "$tmp/is"
# TRUST_ATTRIBUTE_QUARANTINED_DOMAIN ([MS-ADTS] 6.1.6.7.9)
dc ldbsearch -H $sam '(trustAttributes:1.2.840.113556.1.4.803:=4)' trustPartner 2> "$tmp/err" |
	sed -n 's/^trustPartner: //p' > "$tmp/should"
of_domain ad.trusts "$tmp/full" | sed -n 's/: .*, SIDs filtered.*//p' > "$tmp/is"
same "trusts that filter SIDs" "$tmp/should" "$tmp/is"

# Each of these two has partitions of its own, so the second knows of no parent.  It is told of one for
# this poll, by a crossRef that cannot name what it is of, and gives no tickets as long as that stands.
partitions='CN=Partitions,CN=Configuration,DC=emea,DC=corp,DC=example'
modules=$(dirname "$(find /usr/lib -path '*/samba/ldb/samldb.so')")
cat > "$run/dc2/run/parent.ldif" <<-LDIF
	dn: CN=CORP,$partitions
	changetype: add
	objectClass: crossRef
	dnsRoot: corp.example
	nETBIOSName: CORP
	systemFlags: 3
	nCName: $partitions

	dn: CN=EMEA,$partitions
	changetype: modify
	add: trustParent
	trustParent: CN=CORP,$partitions
LDIF
cat > "$run/dc2/run/orphan.ldif" <<-LDIF
	dn: CN=EMEA,$partitions
	changetype: modify
	delete: trustParent

	dn: CN=CORP,$partitions
	changetype: delete
LDIF
at_dc2() { "$lab" exec dc2 env LDB_MODULES_PATH="$modules" "$@" > "$tmp/tool" 2>&1 || not_ok "$1" "$(cat "$tmp/tool")"; }
at_dc2 ldbmodify --relax -H $sam /run/parent.ldif
as /run/none "$MUSTER" ad -c /run/muster.yaml --no-db --format ndjson --domain emea.corp.example --tls start \
	--server dc2.emea.corp.example --credential child > "$tmp/child" 2> "$tmp/err" || not_ok "a poll of a child" "$(cat "$tmp/err")"
at_dc2 ldbmodify --relax -H $sam /run/orphan.ldif
printf '%s %s\n' "$(of_domain ad.parent "$tmp/child")" "$(of_domain ad.parent "$tmp/full")" > "$tmp/is"
echo "corp.example -" > "$tmp/should"
same "the parent of a domain" "$tmp/should" "$tmp/is"

# --- who is stale ----------------------------------------------------------------------

# 100 ns since 1601; the same day for both.
ago() { echo $((($(date +%s) - $1 * 86400 + 11644473600) * 10000000)); }
stale() { # NAME LDAP-FILTER TERM...
	local name=$1 filter=$2; shift 2
	dc ldbsearch -H $sam "(&(objectCategory=computer)$filter)" sAMAccountName 2> "$tmp/err" |
		sed -n 's/^sAMAccountName: //p' > "$tmp/should"
	"$MUSTER" devices --db "$tmp/ad.db" "$@" --format ndjson | jq -r '.fields["ad.account"]' > "$tmp/is"
	[ -s "$tmp/should" ] || not_ok "$name: there are some" "$filter"
	same "$name" "$tmp/should" "$tmp/is"
}
stale "last logon before 90 days" "(lastLogonTimestamp>=1)(lastLogonTimestamp<=$(ago 90))" 'ad.last_logon<90d'
stale "password set before 60 days" "(pwdLastSet>=1)(pwdLastSet<=$(ago 60))" 'ad.password_set<60d'
stale "no logon within 90 days" "(!(lastLogonTimestamp>=$(ago 90)))" ad.listed=yes '!ad.last_logon>90d'
stale "disabled" '(userAccountControl:1.2.840.113556.1.4.803:=2)' ad.disabled=yes

# --- one device ------------------------------------------------------------------------

scan "$MUSTER" scan 198.18.180.10 --db "$tmp/ad.db" --no-names -q > "$tmp/scan" 2>&1
"$MUSTER" devices --db "$tmp/ad.db" ip=198.18.180.10 --format ndjson > "$tmp/dc"
if [ "$(wc -l < "$tmp/dc")" -eq 1 ] &&
	"$MUSTER" show --db "$tmp/ad.db" 198.18.180.10 > "$tmp/show" &&
	grep -q '^ad.guid ' "$tmp/show" && grep -q '^smb.dns_name ' "$tmp/show" &&
	grep -q '^state  *up' "$tmp/show"; then
	ok "what the sweep found and what the directory lists is one device"
else
	not_ok "what the sweep found and what the directory lists is one device" "$(cat "$tmp/dc")"
fi
"$MUSTER" show --db "$tmp/ad.db" ws00001.corp.example > "$tmp/show" 2>&1
if grep -q '^state  *unconfirmed' "$tmp/show" && grep -q '^ad.ou ' "$tmp/show" &&
	grep -q '^ad.site .* Paris$' "$tmp/show" && grep -q '^ad.last_logon .*Z (.* ago)$' "$tmp/show" &&
	grep -q '^ad.disabled .* no$' "$tmp/show"; then
	ok "a device of the directory alone is listed, not up"
else
	not_ok "a device of the directory alone is listed, not up" "$(cat "$tmp/show")"
fi

"$MUSTER" domains --db "$tmp/ad.db" > "$tmp/domains" 2>&1
if grep -qi '^CORP .* DC1 .*directory' "$tmp/domains"; then
	ok "it is one of the Windows domains"
else
	not_ok "it is one of the Windows domains" "$(cat "$tmp/domains")"
fi

# --- changes ------------------------------------------------------------------------------

# What a poll leaves for the next one, and all that there is, before the changes.
emitted() { # NAME CACHE OPTION...
	local name=$1 cache=$2; shift 2
	as "$cache" "$MUSTER" ad -c /run/muster.yaml --emit "$@" \
		3> "$tmp/$name.3" > "$tmp/$name.out" 2> "$tmp/$name.err" ||
		not_ok "a poll that emits ($name)" "$(cat "$tmp/$name.err")"
}
emitted before /run/cc
jq -j 'select(.kind == "state").text' "$tmp/before.3" > "$run/scan/run/state"
where() { dc ldbsearch -H $sam "(sAMAccountName=$1\$)" dn 2>&1 | sed -n 's/^dn: //p'; }
tool computer delete WS00010
tool computer move WS00011 OU=Paris
dc ldbrename -H $sam "$(where WS00012)" CN=RENAMED12,OU=Berlin,DC=corp,DC=example > "$tmp/tool" 2>&1
tool user disable 'WS00013$'
tool computer create NEW00001
tool computer delete WS00015
tool computer create WS00015
# A computer that gets another name changes all of them.
printf 'dn: %s\nchangetype: modify\nreplace: sAMAccountName\nsAMAccountName: OTHER18$\n-\nreplace: dNSHostName\ndNSHostName: other18.corp.example\n' \
	"$(where WS00018)" > "$run/dc1/run/other.ldif"
dc ldbmodify -H $sam /run/other.ldif > "$tmp/tool" 2>&1 || not_ok "ldbmodify" "$(cat "$tmp/tool")"
dc ldbrename -H $sam "$(where OTHER18)" "$(where OTHER18 | sed 's/^CN=WS00018/CN=OTHER18/')" > "$tmp/tool" 2>&1 ||
	not_ok "ldbrename" "$(cat "$tmp/tool")"
printf 'dn: %s\nchangetype: modify\nreplace: operatingSystemVersion\noperatingSystemVersion: 10.0 (26100)\n' \
	"$(where WS00017)" > "$run/dc1/run/again.ldif" # joined again, on its account
dc ldbmodify -H $sam /run/again.ldif > "$tmp/tool" 2>&1 || not_ok "ldbmodify" "$(cat "$tmp/tool")"
as /run/adm bash -c 'echo Lab.Passw0rd.1 | kinit Administrator' > "$tmp/kinit" 2>&1
as /run/adm samba-tool dns add dc1.corp.example corp.example ws00014 A 10.9.9.9 \
	--use-krb5-ccache=/run/adm > "$tmp/tool" 2>&1 || not_ok "samba-tool dns" "$(cat "$tmp/tool")"
# Another controller counts in another way.  By the cookies that are left, DirSync tells of the
# same changes, to who may see deleted objects and to who may not.
sed 's/ dc1\.corp\.example / dc9.corp.example /' "$run/scan/run/state" > "$run/scan/run/moved"
for cache in /run/cc /run/adm; do
	for state in state moved; do
		emitted $state $cache --state-from /run/$state
		jq -Sc 'del(.at, .seq, .run)' "$tmp/$state.out" > "$tmp/$state.told"
	done
	if grep -q '"ad-changes".*by DirSync, for another controller' "$tmp/moved.3" &&
		grep -q '"ad-changes".*what changed at dc1' "$tmp/state.3"; then
		ok "another controller is asked by DirSync ($cache)"
	else
		not_ok "another controller is asked by DirSync ($cache)" "$(grep ad- "$tmp/moved.3" "$tmp/state.3")"
	fi
	same "it tells what a count of changes tells ($cache)" "$tmp/state.told" "$tmp/moved.told"
done
# What differs of two full polls is what it told; addresses and sites are told when they change.
emitted after /run/adm --full
for name in before after moved; do
	jq -Sc 'select(.facts["ad.account"] and .facts["ad.listed"]) | .facts |
		del(.["ad.replaces"], .["ad.site"], .["ad.dns_refreshed"])' "$tmp/$name.out" |
		sort -u > "$tmp/$name.all"
done
comm -13 "$tmp/before.all" "$tmp/after.all" > "$tmp/should"
comm -13 "$tmp/before.all" "$tmp/moved.all" > "$tmp/is"
same "it tells of each that a full poll finds changed" "$tmp/should" "$tmp/is"
sed -E '2s/([^ ]+ ){2}[^ ]+$/AAAA AAAA AAAA/' "$run/scan/run/moved" > "$run/scan/run/spoilt"
emitted spoilt /run/cc --state-from /run/spoilt
if grep -q '"ad-full".*for another controller .*, and DirSync does not help: .*ritical extension' "$tmp/spoilt.3" &&
	[ "$(grep -c '"ad.account"' "$tmp/spoilt.out")" -ge "$(wc -l < "$tmp/after.all")" ]; then
	ok "a cookie that is refused means a full poll, which says so"
else
	not_ok "a cookie that is refused means a full poll, which says so" "$(grep ad- "$tmp/spoilt.3")"
fi
sed -E '2s/ [0-9a-f]{8}-/ 00000000-/' "$run/scan/run/state" > "$run/scan/run/restored"
emitted restored /run/cc --state-from /run/restored
if grep -q '"ad-full".*the database of the controller was restored"' "$tmp/restored.3"; then
	ok "a database that was restored is read whole, cookies or not"
else
	not_ok "a database that was restored is read whole, cookies or not" "$(grep ad- "$tmp/restored.3")"
fi
# Behind the count of changes: the version of the schema, when the last full poll began.
sed -E '2s/^(([^ ]+ ){4})[0-9]+/\12/' "$run/scan/run/state" > "$run/scan/run/upgraded"
sed -E '2s/^(([^ ]+ ){5})[0-9]+/\11700000000000000/' "$run/scan/run/state" > "$run/scan/run/old"
sed -E '2s/^(([^ ]+ ){3})[0-9]+/\1999999999/' "$run/scan/run/state" > "$run/scan/run/ahead"
for row in 'upgraded the schema' 'old the last full one is too long ago' 'ahead the controller counts fewer changes than before'; do
	state=${row%% *}
	emitted "$state" /run/cc --state-from "/run/$state"
	if grep -q "\"ad-full\".*${row#* }" "$tmp/$state.3" &&
		[ "$(grep -c '"ad.account"' "$tmp/$state.out")" -ge "$(wc -l < "$tmp/after.all")" ]; then
		ok "it is full, and says why: ${row#* }"
	else
		not_ok "it is full, and says why: ${row#* }" "$(grep ad- "$tmp/$state.3")"
	fi
done
cp "$tmp/ad.db" "$tmp/poor.db"
try "the next poll" exits 0 as /run/adm "$MUSTER" ad -c /run/muster.yaml --db "$tmp/ad.db" --format ndjson
if grep -q 'only what changed.*\[ad-changes\]' "$tmp/exits.err"; then
	ok "it asks for changes"
else
	not_ok "it asks for changes" "$(cat "$tmp/exits.err")"
fi
jq -r 'select(.facts["ad.account"]) | [.facts["ad.account"], .facts["ad.listed"],
	.facts["ad.ou"] // "-", .facts["ad.disabled"]] | @tsv' "$tmp/exits.out" |
	sed '/^WS0001[347]\|^OTHER/s/corp.example.*\t/somewhere\t/' |
	sort -u > "$tmp/is"
cat > "$tmp/should" <<-'WANT'
	NEW00001$	true	corp.example/Computers	true
	OTHER18$	true	somewhere	false
	WS00010$	false	-	false
	WS00011$	true	corp.example/Paris	false
	WS00012$	true	corp.example/Berlin	false
	WS00013$	true	somewhere	true
	WS00014$	true	somewhere	false
	WS00015$	false	-	false
	WS00015$	true	corp.example/Computers	true
	WS00017$	true	somewhere	true
WANT
same "deleted, moved, renamed, disabled, new, joined again, another address" "$tmp/should" "$tmp/is"
# In the store, right after: that of before says nothing else any more.
"$MUSTER" devices --db "$tmp/ad.db" --format ndjson > "$tmp/devices"
jq -r '.fields | select(.["ad.account"] // "" | test("^(NEW|OTHER|WS0001[01234578][$])")) | [.["ad.account"], .["ad.listed"],
	.["ad.ou"] // "-", .["ad.disabled"]] | @tsv' "$tmp/devices" |
	sed '/^WS0001[347]\|^OTHER/s/corp.example.*\t/somewhere\t/' > "$tmp/is"
{
	grep -v 'false	-	' "$tmp/should"
	grep 'false	-	' "$tmp/should" | while IFS=$'\t' read -r account _; do
		jq -r --arg account "$account" 'select(.facts["ad.account"] == $account) | .facts |
			[$account, false, .["ad.ou"], .["ad.disabled"]] | @tsv' "$tmp/full"
	done
} > "$tmp/kept"
same "and so they stand in the inventory" "$tmp/kept" "$tmp/is"
was=$(jq -r 'select(.facts["ad.account"] == "WS00018$") | .facts["ad.guid"]' "$tmp/full")
now=$(jq -r '.fields | select(.["ad.account"] == "OTHER18$") | .["ad.guid"] + " " + .name + " " + .["ad.dns_name"]' "$tmp/devices")
if [ "$now" = "$was OTHER18 other18.corp.example" ]; then
	ok "who has another name is the same device"
else
	not_ok "who has another name is the same device" "$was: $now"
fi
gone=$(jq -r 'select(.facts["ad.account"] == "WS00015$" and .facts["ad.listed"] == false) | .facts["ad.guid"]' "$tmp/exits.out")
new=$(jq -r 'select(.facts["ad.account"] == "WS00015$" and .facts["ad.listed"]) | .facts["ad.replaces"]' "$tmp/exits.out")
if [ -n "$gone" ] && [ "$gone" = "$new" ] && [ "$(grep -c '"ad.replaces"' "$tmp/exits.out")" -eq 1 ]; then
	ok "who was made again names the one before"
else
	not_ok "who was made again names the one before" "$gone $new"
fi
was=$(jq -r 'select(.facts["ad.account"] == "WS00017$") | .facts["ad.guid"]' "$tmp/full")
now=$(jq -r 'select(.facts["ad.os_build"] == "10.0.26100") | .facts["ad.guid"]' "$tmp/exits.out")
if [ -n "$was" ] && [ "$was" = "$now" ]; then
	ok "who joined again on his account is the same"
else
	not_ok "who joined again on his account is the same" "$was $now"
fi
if grep -q '"ip":"10.9.9.9"' "$tmp/exits.out"; then
	ok "the new address is there"
else
	not_ok "the new address is there" "$(cat "$tmp/exits.out")"
fi
exits 0 ad --db "$tmp/poor.db" > "$tmp/fails"
if grep -q 'ad-bin-hidden' "$tmp/exits.err"; then
	ok "who may not see deleted ones is told so"
else
	not_ok "who may not see deleted ones is told so" "$(cat "$tmp/exits.err")"
fi
try "a poll after nothing" exits 0 ad --db "$tmp/ad.db" --format ndjson
if [ "$(jq -r 'select(.facts["ad.account"])' "$tmp/exits.out" | wc -l)" -eq 0 ]; then
	ok "nothing changed, nobody is told"
else
	not_ok "nothing changed, nobody is told" "$(cat "$tmp/exits.out")"
fi

# Who stands below a unit that was renamed did not change himself; who came and went between two
# polls was never told, nor are accounts of services.
emitted quiet /run/adm
jq -j 'select(.kind == "state").text' "$tmp/quiet.3" > "$run/scan/run/state"
sed 's/ dc1\.corp\.example / dc9.corp.example /' "$run/scan/run/state" > "$run/scan/run/moved"
dc ldbrename -H $sam OU=Paris,DC=corp,DC=example OU=Lyon,DC=corp,DC=example > "$tmp/tool" 2>&1 ||
	not_ok "ldbrename" "$(cat "$tmp/tool")"
printf 'dn: %s\nchangetype: modify\ndelete: location\n' "$(where WS00022)" > "$run/dc1/run/clear.ldif"
dc ldbmodify -H $sam /run/clear.ldif > "$tmp/tool" 2>&1 || not_ok "ldbmodify" "$(cat "$tmp/tool")"
tool computer create GHOST01
tool computer delete GHOST01
service='CN=SVC1,CN=Managed Service Accounts,DC=corp,DC=example'
printf 'dn: %s\nobjectClass: msDS-ManagedServiceAccount\nsAMAccountName: SVC1$\n' "$service" > "$run/dc1/run/service.ldif"
dc ldbadd -H $sam /run/service.ldif > "$tmp/tool" 2>&1 || not_ok "ldbadd" "$(cat "$tmp/tool")"
dc ldbdel -H $sam "$service" > "$tmp/tool" 2>&1 || not_ok "ldbdel" "$(cat "$tmp/tool")"
dc ldbdel -H $sam 'CN=10.2.0.0/16,CN=Subnets,CN=Sites,CN=Configuration,DC=corp,DC=example' > "$tmp/tool" 2>&1 ||
	not_ok "ldbdel" "$(cat "$tmp/tool")"
for state in state moved; do
	emitted $state /run/adm --state-from /run/$state
	jq -Sc 'del(.at, .seq, .run)' "$tmp/$state.out" > "$tmp/$state.told"
done
same "below a unit that moved, by DirSync and by a count" "$tmp/state.told" "$tmp/moved.told"
"$MUSTER" show --db "$tmp/ad.db" WS00022 > "$tmp/show" 2>&1
grep -q '^ad.location .*Raum' "$tmp/show" || not_ok "there is a location" "$(cat "$tmp/show")"
try "a poll after a move" exits 0 as /run/adm "$MUSTER" ad -c /run/muster.yaml --db "$tmp/ad.db" --format ndjson
jq -r 'select(.facts["ad.account"]) | .facts["ad.account"]' "$tmp/exits.out" > "$tmp/is"
{
	echo 'WS00022$'
	dc ldbsearch -H $sam -b OU=Lyon,DC=corp,DC=example '(objectCategory=computer)' sAMAccountName \
		2> "$tmp/err" | sed -n 's/^sAMAccountName: //p'
} | sort -u > "$tmp/should"
same "all below it, and nobody else" "$tmp/should" "$tmp/is"
"$MUSTER" show --db "$tmp/ad.db" WS00011 > "$tmp/show" 2>&1
if grep -q '^ad.ou .*corp.example/Lyon' "$tmp/show" &&
	! "$MUSTER" show --db "$tmp/ad.db" WS00022 | grep '^ad.location' > "$tmp/fails"; then
	ok "it stands elsewhere, and what was cleared is no more"
else
	not_ok "it stands elsewhere, and what was cleared is no more" "$(cat "$tmp/show" "$tmp/fails")"
fi
scan "$MUSTER" config propose --db "$tmp/ad.db" > "$tmp/proposed.yaml"
if grep -q '2001:db8:2::/48' "$tmp/proposed.yaml" && ! grep -q '10\.2\.0\.0' "$tmp/proposed.yaml"; then
	ok "a subnet that was removed is proposed no more"
else
	not_ok "a subnet that was removed is proposed no more" "$(cat "$tmp/proposed.yaml")"
fi

# Zones that a poll did not read are read by the next, and then no more.
ips() { jq -r 'select(.ip) | .facts["ad.guid"] + " " + .ip' "$tmp/$1.out"; }
emitted whole /run/cc
ips whole > "$tmp/should"
emitted without /run/cc --no-dns
jq -j 'select(.kind == "state").text' "$tmp/without.3" > "$run/scan/run/state"
emitted with /run/cc --state-from /run/state
ips with > "$tmp/is"
same "addresses after a poll without zones" "$tmp/should" "$tmp/is"
jq -j 'select(.kind == "state").text' "$tmp/with.3" > "$run/scan/run/state"
emitted more /run/cc --state-from /run/state
if [ -s "$tmp/should" ] && [ -z "$(ips more)" ]; then
	ok "once"
else
	not_ok "once" "$(ips more)"
fi

# Who is missing when all was read is gone, too.
tool computer delete WS00016
try "a full poll" exits 0 ad --db "$tmp/ad.db" --full
"$MUSTER" show --db "$tmp/ad.db" WS00016 > "$tmp/show" 2>&1
if grep -q '^ad.listed .* no$' "$tmp/show"; then
	ok "who is missing from all is gone"
else
	not_ok "who is missing from all is gone" "$(cat "$tmp/show")"
fi

# --- what goes wrong ------------------------------------------------------------------------

fails() { # NAME CODE TEXT OPTION...
	local name=$1 code=$2 text=$3; shift 3
	if exits "$code" as /run/none "$MUSTER" ad -c /run/muster.yaml --no-db "$@" > "$tmp/fails" &&
		grep -q -- "$text" "$tmp/exits.err"; then
		ok "$name"
	else
		not_ok "$name" "$(cat "$tmp/fails" "$tmp/exits.err")"
	fi
}
fails "no ticket" 1 'there is no ticket'
# A clock that is wrong; tickets of these clocks, too (MIT's library corrects for those that it
# gets itself).
skewed() { # NAME OFFSET TEXT
	if exits 1 as /run/cc faketime -f "$2" "$MUSTER" ad -c /run/muster.yaml --no-db > "$tmp/fails" &&
		grep -q -- "$3" "$tmp/exits.err"; then
		ok "$1"
	else
		not_ok "$1" "$(cat "$tmp/fails" "$tmp/exits.err")"
	fi
}
skewed "a clock that is fast" +20m 'the clock of this machine and that of the realm differ too much'
skewed "a clock that is slow" -20m 'the clock of this machine and that of the realm differ too much'
skewed "a ticket that has expired" +2d 'the ticket has expired'
fails "a simple bind in the clear is never tried" 2 'shows the password' --credential plain
fails "a disabled account, in words" 1 'log in: the account is disabled' --credential off --tls start
fails "a realm in small letters" 1 'write it in capitals' --credential low
fails "who asks" 1 \
	'logged in as poller@CORP.EXAMPLE by Kerberos with the keytab /run/poller.keytab, signed and sealed' \
	--credential tab -v --domain corp.example --domain none.example
fails "what a controller answers to the ping" 1 'dc1.corp.example answers the ping: it is in site .* of forest corp.example, we are in' \
	--credential tab -v --domain corp.example --domain none.example
fails "a secret that others may read" 1 'chmod 600' --credential open --tls start
fails "a certificate of another authority" 1 'its certificate' --credential plain --tls start --ca /etc/ssl/certs/ca-certificates.crt
fails "a certificate of another name" 1 'its certificate' --credential plain --tls start --server 198.18.180.10 --domain corp.example
# libldap would take the settings of the folder where somebody stands.
mkdir -p "$run/scan/run/folder"
printf 'TLS_REQSAN never\nTLS_REQCERT never\n' > "$run/scan/run/folder/ldaprc"
# shellcheck disable=SC2016 # for the other shell
if ! as /run/none bash -c 'cd /run/folder && exec "$@"' bash "$MUSTER" ad -c /run/muster.yaml --no-db \
	--credential plain --tls start --server 198.18.180.10 --domain corp.example > "$tmp/fails" 2>&1 &&
	grep -q 'its certificate' "$tmp/fails"; then
	ok "nor does an ldaprc in the folder let it pass"
else
	not_ok "nor does an ldaprc in the folder let it pass" "$(cat "$tmp/fails")"
fi
fails "a controller of another domain" 1 'it serves corp.example' --credential tab --domain other.example --server dc1.corp.example
fails "a domain that DNS has not" 1 '_ldap._tcp.dc._msdcs.none.example' --credential tab --domain none.example
fails "an account that is not configured" 2 'there is no credential nobody' --credential nobody
# Both domains take logins: whichever is asked first, by a poll or for its trusts, hears it alone.
count_bad() {
	local host
	for host in dc1 dc2; do
		"$lab" exec $host ldbsearch -H $sam '(sAMAccountName=poller)' badPwdCount 2> "$tmp/ldb.err"
	done | awk '$1 == "badPwdCount:" { n += $2 } END { print n + 0 }'
}
for trusts in "" --trusts; do
	before=$(count_bad)
	as /run/none "$MUSTER" ad -c /run/muster.yaml --no-db --credential bad --tls start ${trusts:+"$trusts"} \
		--domain corp.example --domain emea.corp.example > "$tmp/out" 2> "$tmp/err"
	if [ "$(grep -c 'ad-login-refused' "$tmp/err")" -eq 2 ] &&
		[ "$(grep -c 'was refused before in this run' "$tmp/err")" -eq 1 ] &&
		[ "$(($(count_bad) - before))" -le 1 ]; then
		ok "a wrong password is named, and tried once ${trusts:-(polls)}"
	else
		not_ok "a wrong password is named, and tried once ${trusts:-(polls)}" "$before, $(count_bad): $(cat "$tmp/err")"
	fi
done
if [ "$(dc ldbsearch -H $sam '(sAMAccountName=poller)' badPwdCount 2>&1 | sed -n 's/^badPwdCount: //p')" -ge 1 ]; then
	ok "tries are counted there"
else
	not_ok "tries are counted there" "$(count_bad)"
fi

# One that fails does not fail the others.
as /run/cc "$MUSTER" ad -c /run/muster.yaml --no-db --format ndjson --domain none.example \
	--domain corp.example > "$tmp/out" 2> "$tmp/err"
if [ $? -eq 1 ] && [ "$(lines "$tmp/out" | wc -l)" -gt 1990 ]; then
	ok "a domain that fails fails alone"
else
	not_ok "a domain that fails fails alone" "$(cat "$tmp/err")"
fi
if grep -rlE 'Poll3r|Wr0ng' "$tmp"/*.db* "$tmp"/err "$tmp"/exits.err > "$tmp/leaks" 2>&1; then
	not_ok "no secret is kept or told" "$(cat "$tmp/leaks")"
else
	ok "no secret is kept or told"
fi

# --- who has no account: a sweep ----------------------------------------------------------

# [MS-ADTS] 3.1.1.3.4.1.1: who names this capability is an Active Directory's controller.
for ip in 198.18.180.10 198.18.180.20; do
	scan ldapsearch -x -LLL -H "ldap://$ip" -s base -b '' supportedCapabilities 2> "$tmp/err" |
		grep -q '^supportedCapabilities: 1.2.840.113556.1.4.800$' && echo "$ip domain-controller yes"
done > "$tmp/should"
scan "$MUSTER" scan 198.18.180.10 198.18.180.20 --db "$tmp/sweep.db" > "$tmp/out" 2> "$tmp/err"
"$MUSTER" devices --db "$tmp/sweep.db" --format ndjson | jq -r '.addresses[0].ip + " " + .fields.kind + " " +
	(if .fields["ldap.dc"] then "yes" else "no" end)' > "$tmp/is"
same "a sweep tells who is a domain controller" "$tmp/should" "$tmp/is"
"$MUSTER" show --why --db "$tmp/sweep.db" 198.18.180.10 > "$tmp/why"
try "and why: its directory says so" grep -E '^domain-controller +95 % .* ldap.dc +yes' "$tmp/why"

# --- a distribution point that begins here ---------------------------------------------

echo 'ad: {corp: {domain: corp.example, credential: plain}}' > "$run/scan/run/agent.yaml"
exits 0 as /run/cc "$MUSTER" doctor -c /run/muster.yaml --agent /run/agent.yaml --quick --db "$tmp/ad.db" > "$tmp/fails"
for line in 'directory .*dc1.corp.example answers for corp.example, site' 'credentials .*plain can be used by'; do
	if grep -qE "^ok +$line" "$tmp/exits.out"; then ok "doctor: ${line%% *}"
	else not_ok "doctor: ${line%% *}" "$(cat "$tmp/fails" "$tmp/exits.out")"; fi
done
scan "$MUSTER" config propose --db "$tmp/ad.db" > "$tmp/proposed.yaml"
try "what is proposed has no mistakes" "$MUSTER" config check --agent "$tmp/proposed.yaml"
printf '%s\n' Berlin Paris > "$tmp/sites.want"
sed -nE 's/^    ad_site: \["?([^"]*)"?\]$/\1/p' "$tmp/proposed.yaml" > "$tmp/sites.have"
same "sites of the directory are proposed as locations" "$tmp/sites.want" "$tmp/sites.have"
# Each group with the unit of its parent; no name of these has a slash of its own.
sed -n '/^groups:/,$ { s/^  \([^ #].*\):$/name \1/p; s/^    parent: /parent /p; s/^    unit: \["\{0,1\}\([^"]*\)"\{0,1\}\]$/unit \1/p }' \
	"$tmp/proposed.yaml" | awk '$1 == "name" { name = $2; above = "-" } $1 == "parent" { above = unit[$2] }
		$1 == "unit" { sub(/^unit /, ""); unit[name] = $0; print $0 " in " above }' > "$tmp/is"
{ echo "corp.example in -"; units | awk '{ above = $0; sub(/\/[^\/]*$/, "", above); print $0 " in " above }'; } > "$tmp/should"
same "units of the directory are proposed as groups, one in another" "$tmp/should" "$tmp/is"
for device in WS00011 WS00012; do
	"$MUSTER" location $device --agent "$tmp/proposed.yaml" --db "$tmp/ad.db" 2>&1 | sed -n 's/^group  *//p'
done > "$tmp/is"
printf '%s\n' 'corp-example / Lyon' 'corp-example / Berlin' > "$tmp/should"
same "a computer is in the group of its unit" "$tmp/should" "$tmp/is"

finish
