#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A forest of three domains, played by slapd (tests/lab/forest.sh says how far that goes): all
# of them at once, pages, controllers that go away, changes.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

if [ "${1-}" != --inside ]; then
	[ "$(id -u)" -eq 0 ] || { skip "all" "needs root for network namespaces"; finish; }
	for tool in nft slapd slapadd ldapsearch dnsmasq openssl jq /usr/bin/python3; do
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
if [ "$(grep -c '^dn:' "$tmp/ls")" -eq 1000 ]; then
	ok "who does not page gets 1,000"
else
	not_ok "who does not page gets 1,000" "$(cat "$tmp/ls.err")"
fi

# A preview tells whom it would ask, and what a poll before it found.
previewed() { # NAME STATUS OPTION... - the rows of stdin
	local name=$1 status=$2; shift 2
	cat > "$tmp/should"
	try "$name" exits "$status" ad --preview --format ndjson "$@"
	jq -r '[.domain, .server // (.error | sub("could be asked:.*"; "could be asked")),
		.computers // "-", .objects_at_most // "-", .changed_at_most // "-"] | @tsv' "$tmp/exits.out" > "$tmp/is"
	same "$name: the rows" "$tmp/should" "$tmp/is"
}
previewed "a preview of a forest" 0 --db "$tmp/none.db" --forest "${logins[@]}" <<-'WANT'
	d0.example	dc.d0.example	-	1200	-
	d1.example	dc.d1.example	-	1200	-
	d2.example	dc.d2.example	-	1200	-
WANT
previewed "a preview of nobody" 1 --domain gone.example <<< $'gone.example\tno controller of gone.example could be asked\t-\t-\t-'
try "a preview is of no devices" exits 2 ad --preview --format xml

# Nobody listens at the controllers that DNS prefers.
try "a forest" exits 0 ad --no-db --format ndjson --forest "${logins[@]}"
cp "$tmp/exits.out" "$tmp/all"
if [ "$(guids "$tmp/all" | sort -u | wc -l)" -eq 3600 ] && [ "$(guids "$tmp/all" | wc -l)" -eq 3600 ]; then
	ok "every computer of every domain, once"
else
	not_ok "every computer of every domain, once" "$(guids "$tmp/all" | sort -u | wc -l) of $(guids "$tmp/all" | wc -l)"
fi
jq -r 'select(.subject == "domain") | .facts | [.["ad.domain"], .["ad.forest"], .["netbios.domain"],
	.["ad.level"], .["ad.forest_level"], .["ad.parent"] // "-"] | @tsv' "$tmp/all" > "$tmp/is"
printf 'd%d.example\td0.example\tD%d\t2016\t2012 R2\t%s\n' 0 0 - 1 1 d0.example 2 2 d0.example > "$tmp/should"
same "domains" "$tmp/should" "$tmp/is"

# What the zones of the directory do not tell (here there are none) DNS is asked for.
try "a poll that asks DNS" exits 0 ad --no-db --format ndjson --domain d0.example --credential d0 --ask-dns 5000
jq -r 'select(.ip and (.facts["ad.account"] | not)) | .facts["ad.guid"] + " " + .ip' "$tmp/exits.out" > "$tmp/is"
guid_of() { jq -r --arg name "$1" 'select(.facts["ad.dns_name"] == $name) | .facts["ad.guid"]' "$tmp/exits.out"; }
seven=$(guid_of pc000007.d0.example) eight=$(guid_of pc000008.d0.example)
printf '%s\n' "$seven 10.7.0.7" "$eight 10.7.0.8" "$eight 2001:db8::8" > "$tmp/should"
same "addresses that DNS alone has" "$tmp/should" "$tmp/is"
exits 0 ad --no-db --format ndjson --domain d0.example --credential d0 --ask-dns 100 > "$tmp/fails"
if grep -q '^note: d0.example: more computers .* than DNS is asked for (--ask-dns) (1,100) \[ad-dns-left\]' "$tmp/exits.err"; then
	ok "and not for more than it may be"
else
	not_ok "and not for more than it may be" "$(cat "$tmp/exits.err")"
fi

# cut_at LISTEN BYTES [SERVER PID] - something at a preferred controller
cut_at() {
	rm -f "$tmp/cut.$1" # an earlier one was ready, too
	/usr/bin/python3 "$root/tests/e2e/ad_cut.py" "$1" "${3-127.0.1.1}" "$2" "${@:4}" > "$tmp/cut.$1" 2>&1 &
	cutter=$!
	for _ in $(seq 500); do grep -qs ready "$tmp/cut.$1" && return; sleep 0.02; done
}
cut_at 127.0.2.1 250000
# Computers are told page by page: of small ones some hundred have been when it goes.
try "a controller that goes away" exits 0 ad --page 100 --no-db --format ndjson --domain d0.example --credential d0
if [ "$(guids "$tmp/exits.out" | sort -u | wc -l)" -eq 1200 ] && [ "$(guids "$tmp/exits.out" | wc -l)" -eq 1200 ] &&
	grep -q 'dc2.d0.example.*ad-controller-failed' "$tmp/exits.err"; then
	ok "the next goes on, and nobody is told twice"
else
	not_ok "the next goes on, and nobody is told twice" "$(guids "$tmp/exits.out" | wc -l) $(cat "$tmp/exits.err")"
fi
wait $cutter 2> "$tmp/wait"
# Within the subnets, which are read first: the next controller tells them, or another domain.
subnets() { jq -r 'select(.subject == "network") | .facts | [.["net.prefix"], .["ad.site"], .["ad.forest"]] | @tsv' "$1" | sort; }
for i in $(seq 0 299); do printf '10.%d.%d.0/24\tS%d\td0.example\n' $((100 + i / 256)) $((i % 256)) $((i % 3)); done |
	sort > "$tmp/subnets"
subnets "$tmp/all" > "$tmp/is"
same "the subnets of a forest are told once" "$tmp/subnets" "$tmp/is"
cut_in_subnets() { # NAME STATUS OPTION...
	local name=$1 status=$2; shift 2
	cut_at 127.0.2.1 40000
	try "$name" exits "$status" ad --page 100 --no-db --format ndjson --domain d0.example "${logins[@]:0:2}" "$@"
	wait $cutter 2> "$tmp/wait"
	subnets "$tmp/exits.out" > "$tmp/is"
	same "$name: each is told once" "$tmp/subnets" "$tmp/is"
}
cut_in_subnets "a controller that goes away in the subnets" 0
try "it was within them" grep -q '^note: d0.example: .*\[ad-subnets-failed\]' "$tmp/exits.err"
cut_in_subnets "the only controller goes away in the subnets" 1 --domain d1.example "${logins[@]:2:2}" --server d0.example=dc2.d0.example
cut_at 127.0.2.1 0
try "a controller that is silent" exits 0 ad --no-db --format ndjson --domain d0.example --credential d0
kill $cutter

# A person sees how far it is: entries, pages, domains, on a line that is written over.  The first
# domain has a controller that says no more when it is polled, so it is the last that is done.
on_terminal() { # COLUMNS OPTION... - what a terminal of that width shows, one state of the line each
	local columns=$1; shift
	script -qec "stty cols $columns; exec $(printf '%q ' "$MUSTER" ad -c "$FOREST/muster.yaml" --no-db --format ndjson \
		"$@") > $tmp/out" "$tmp/terminal" < /dev/null > "$tmp/shown" 2>&1
	tr -d '\r' < "$tmp/terminal" | sed 's/\x1b\[K/\n/g'
}
cut_at 127.0.2.1 once
on_terminal 80 --forest --timeout 4s --page 100 "${logins[@]}" > "$tmp/lines"
kill $cutter
cut_at 127.0.2.1 0
try "a controller that is silent, and a forest" exits 0 ad --no-db --format ndjson --forest "${logins[@]}"
kill $cutter
if [ "$(grep -c held "$tmp/cut.127.0.2.1")" = 1 ] && [ "$(guids "$tmp/exits.out" | wc -l)" -eq 3600 ]; then
	ok "who was silent when asked for the forest is not waited for again"
else
	not_ok "who was silent when asked for the forest is not waited for again" "$(cat "$tmp/cut.127.0.2.1")"
fi
grep '^reading the directory' "$tmp/lines" > "$tmp/progress"
sed -nE 's/^reading the directory, ([0-9,]+) entries in ([0-9,]+) pages, ([0-3]) of 3 domains done$/\1 \2 \3/p' "$tmp/progress" |
	tr -d , > "$tmp/numbers"
if [ -s "$tmp/numbers" ] && [ "$(wc -l < "$tmp/numbers")" -eq "$(wc -l < "$tmp/progress")" ] &&
	awk '$1 < e || $2 < p || $3 < d || $1 > 4000 { exit 1 } { e = $1; p = $2; d = $3 }' "$tmp/numbers" &&
	[ "$(head -n 1 "$tmp/numbers" | cut -d ' ' -f 3)" = 0 ] && [ "$(tail -n 1 "$tmp/numbers" | cut -d ' ' -f 3)" = 2 ] &&
	[ "$(tail -n 1 "$tmp/numbers" | cut -d ' ' -f 1)" -ge 2400 ] && [ "$(tail -n 1 "$tmp/numbers" | cut -d ' ' -f 2)" -gt 24 ]; then
	ok "entries, pages and domains are told while it polls"
else
	not_ok "entries, pages and domains are told while it polls" "$(cat "$tmp/lines")"
fi
try "and its end stands on a line of its own" grep -q '^done: 3 of 3 domains, 3600 computers in ' "$tmp/lines"
on_terminal 50 --domain d0.example --domain d1.example "${logins[@]:0:4}" > "$tmp/lines"
if grep -qE '^reading the directory, [0-9,]+ entries in [0-9,]+ pages$' "$tmp/lines"; then
	ok "what a narrow terminal has no room for is left out"
else
	not_ok "what a narrow terminal has no room for is left out" "$(cat "$tmp/lines")"
fi
on_terminal 80 --domain d1.example --credential d1 --quiet > "$tmp/lines"
if grep -q reading "$tmp/lines"; then not_ok "with --quiet nothing of it" "$(cat "$tmp/lines")"; else ok "with --quiet nothing of it"; fi

# A second slapd with the same directory, as controllers are, but for when it changed there; another
# limit each time.
# twin LIMIT [HOST] - twin_pid: at 127.0.3.1, once it answers, as what it says to be
twin() {
	rm -rf "$FOREST/twin"
	cp -r "$FOREST/d0" "$FOREST/twin"
	sed -i "s|$FOREST/d0|$FOREST/twin|; s|^sizelimit .*|sizelimit $1|" "$FOREST/twin/slapd.conf"
	sed -i "s/^dNSHostName: .*/dNSHostName: ${2-dc.d0.example}/" "$FOREST/twin/root.ldif"
	# whenChanged is each controller's own: Windows does not replicate it.
	slapcat -f "$FOREST/twin/slapd.conf" -b dc=d0,dc=example 2> "$tmp/twin" |
		sed 's/^whenChanged: .*/whenChanged: 20260101000000.0Z/' > "$tmp/twin.ldif"
	find "$FOREST/twin" -name '*.mdb' -delete
	slapadd -q -f "$FOREST/twin/slapd.conf" -b dc=d0,dc=example -l "$tmp/twin.ldif" 2> "$tmp/twin" ||
		not_ok "slapadd" "$(cat "$tmp/twin")"
	slapd -d 0 -f "$FOREST/twin/slapd.conf" -h ldap://127.0.3.1:389/ > "$tmp/twin" 2>&1 &
	twin_pid=$!
	disown # it is killed, which is no news
	for _ in $(seq 100); do ldapsearch -x -H ldap://127.0.3.1 -s base -b '' > "$tmp/ready" 2>&1 && break; sleep 0.05; done
}
paged="size.soft=1000 size.hard=1000 size.pr=1000 size.prtotal"
twin "$paged=unlimited"
cut_at 127.0.2.1 250000 127.0.3.1 $twin_pid
try "a controller that is killed" exits 0 ad --page 100 --no-db --format ndjson --domain d0.example --credential d0
if [ "$(guids "$tmp/exits.out" | sort -u | wc -l)" -eq 1200 ] && [ "$(guids "$tmp/exits.out" | wc -l)" -eq 1200 ] &&
	grep -q 'ad-controller-failed' "$tmp/exits.err"; then
	ok "the next begins at the first, and nobody is told twice"
else
	not_ok "the next begins at the first, and nobody is told twice" "$(guids "$tmp/exits.out" | wc -l) $(cat "$tmp/exits.err")"
fi
wait $cutter 2> "$tmp/wait"

# The same with a store: each is one device, and gone is who is missing from the one that told all,
# not who was told by the one before alone.
twin "$paged=unlimited" dc2.d0.example
sed -n '/^dn: cn=PC000001,/,/^$/ { s/PC000001/PC999999/; s/^objectGUID:: .*/objectGUID:: q83vASNFZ4mrze8BI0VniQ==/
	s/^objectSid:: .*/objectSid: none/; s/pc000001/pc999999/; p }' "$FOREST/d0/data.ldif" |
	ldapadd -x -H ldap://127.0.3.1 -D cn=admin,dc=d0,dc=example -w admin > "$tmp/modify" 2>&1 ||
	not_ok "ldapadd" "$(tail -n 2 "$tmp/modify")"
kept() { # TERM... - the accounts of the devices
	"$MUSTER" devices --db "$tmp/cut.db" "$@" --format ndjson | jq -r '.fields["ad.account"]'
}
cut_at 127.0.2.1 100000000 127.0.3.1
try "a poll into a store" exits 0 ad --db "$tmp/cut.db" --domain d0.example --credential d0
kill $cutter 2> "$tmp/kill"
wait $cutter 2> "$tmp/wait"
kept ad.listed=yes | sort -u > "$tmp/before"
cut_at 127.0.2.1 250000 127.0.3.1 $twin_pid
try "a controller that is killed, and a store" exits 0 ad --page 100 --db "$tmp/cut.db" --format ndjson --full --domain d0.example --credential d0
wait $cutter 2> "$tmp/wait"
told=$(guids "$tmp/exits.out" | wc -l)
if [ "$(wc -l < "$tmp/before")" -eq 1201 ] && grep -q '^PC999999\$$' "$tmp/before" &&
	grep -q 'dc2.d0.example.*ad-controller-failed' "$tmp/exits.err" && [ "$told" -eq 1200 ]; then
	ok "it was the one of the last poll, and some of it were told"
else
	not_ok "it was the one of the last poll, and some of it were told" "$(wc -l < "$tmp/before"), $told: $(cat "$tmp/exits.err")"
fi
grep -v '^PC999999' "$tmp/before" > "$tmp/should"
kept ad.listed=yes > "$tmp/is"
same "each is there, as one device" "$tmp/should" "$tmp/is"
echo 'PC999999$' > "$tmp/should"
kept ad.listed=no > "$tmp/is"
same "nobody is gone but who is" "$tmp/should" "$tmp/is"
try "the poll after that" exits 0 ad --db "$tmp/cut.db" --format ndjson --domain d0.example --credential d0
if [ "$(guids "$tmp/exits.out" | wc -l)" -eq 0 ] && grep -q 'ad-changes' "$tmp/exits.err"; then
	ok "goes on from the one that told all"
else
	not_ok "goes on from the one that told all" "$(cat "$tmp/exits.err")"
fi
twin "$paged=unlimited" dc2.d0.example
cut_at 127.0.2.1 250000 127.0.3.1 $twin_pid
try "one that is killed and is the only one" exits 1 ad --page 100 --db "$tmp/cut.db" --format ndjson --full --domain d0.example --credential d0 \
	--server dc2.d0.example
wait $cutter 2> "$tmp/wait"
told=$(guids "$tmp/exits.out" | wc -l)
if [ "$told" -gt 0 ] && [ "$told" -lt 1200 ]; then ok "it told some"; else not_ok "it told some" "$told"; fi
kept ad.listed=no > "$tmp/is"
same "nobody is gone for that" "$tmp/should" "$tmp/is"

# Whatever a server holds back: named, and not taken for the whole.
limited() { # NAME LIMIT
	twin "$2"
	cut_at 127.0.2.1 100000000 127.0.3.1
	if exits 1 ad --db "$tmp/limited.db" --format ndjson --domain d0.example --credential d0 --server dc2.d0.example --full > "$tmp/fails" &&
		grep -q "$3" "$tmp/exits.err" && ! grep -q '"ad.listed":false' "$tmp/exits.out"; then
		ok "$1"
	else
		not_ok "$1" "$(cat "$tmp/fails" "$tmp/exits.err")"
	fi
	kill $cutter $twin_pid 2> "$tmp/kill"
	wait $cutter 2> "$tmp/wait"
	while kill -0 $twin_pid 2> "$tmp/kill"; do sleep 0.02; done
}
try "a whole poll" exits 0 ad --db "$tmp/limited.db" --format ndjson --domain d0.example --credential d0
previewed "a preview after a poll" 0 --db "$tmp/limited.db" --domain d0.example <<< $'d0.example\tdc.d0.example\t1200\t-\t0'
formatted() { # FORMAT PATTERN COUNT
	try "a poll as $1" exits 0 ad --db "$tmp/$1.db" --format "$1" --domain d0.example --credential d0
	if [ "$(grep -cE "$2" "$tmp/exits.out")" -eq "$3" ]; then
		ok "a poll as $1: all that there is"
	else
		not_ok "a poll as $1: all that there is" "$(head -n 3 "$tmp/exits.out"; tail -n 3 "$tmp/exits.out")"
	fi
}
formatted table ' PC[0-9]{6}  D0 .* unconfirmed ' 1200
formatted csv ',PC[0-9]{6},D0,.*,"d0.example/Rooms [0-9]+"' 1200
# Nobody has an address here, and a domain is no host.
formatted xml '<!-- 1200 without an address left out -->|<hosts up="0" down="0" total="0"/>' 2
for name in D0 d0.example; do
	"$MUSTER" domains --db "$tmp/limited.db" $name 2>&1 | awk '$1 ~ /^ad\.(forest|level|controllers)$/ { print $1, $2 }' > "$tmp/is"
	printf '%s\n' 'ad.controllers dc.d0.example' 'ad.forest d0.example' 'ad.level 2016' > "$tmp/should"
	same "muster domains $name tells what is known of it" "$tmp/should" "$tmp/is"
done
try "a domain that nobody told of" exits 1 "$MUSTER" domains --db "$tmp/limited.db" none.example
limited "a limit for all pages together" "$paged=500" 'ize limit exceeded'
limited "a server that gives no pages" "size.soft=500 size.hard=500 size.prtotal=disabled" "search: "
"$MUSTER" devices --db "$tmp/limited.db" ad.listed=no > "$tmp/gone" 2>&1
if [ ! -s "$tmp/gone" ] || ! grep -q PC0 "$tmp/gone"; then
	ok "who was held back is not gone"
else
	not_ok "who was held back is not gone" "$(head -n 3 "$tmp/gone")"
fi

# Referrals that lead round in a circle are not followed.
for i in 0 1; do
	printf 'dn: ou=Loop,dc=d%d,dc=example\nobjectClass: referral\nobjectClass: extensibleObject\nou: Loop\nref: ldap://dc.d%d.example/ou=Loop,dc=d%d,dc=example\n' \
		$i $((1 - i)) $((1 - i)) |
		ldapadd -M -x -H ldap://127.0.1.$((i + 1)) -D cn=admin,dc=d$i,dc=example -w admin > "$tmp/modify" 2>&1 ||
		not_ok "ldapadd" "$(tail -n 2 "$tmp/modify")"
done
try "referrals in a circle" exits 0 ad --no-db --format ndjson --domain d0.example --domain d1.example "${logins[@]:0:4}"
if [ "$(guids "$tmp/exits.out" | wc -l)" -eq 2400 ]; then
	ok "cost nothing"
else
	not_ok "cost nothing" "$(guids "$tmp/exits.out" | wc -l)"
fi

# A controller's short name is one of its domain; resolv.conf searches another.
try "a controller by its short name" exits 0 ad --no-db --format ndjson --domain d1.example --credential d1 --server dc
if [ "$(guids "$tmp/exits.out" | wc -l)" -eq 1200 ]; then
	ok "a controller by its short name: all of it"
else
	not_ok "a controller by its short name: all of it" "$(cat "$tmp/exits.err")"
fi
unreached() { # NAME TEXT OPTION... - nobody can be asked, for that reason
	local name=$1 text=$2; shift 2
	if exits 1 ad --no-db --timeout 500ms --domain d0.example --credential d0 "$@" > "$tmp/fails" &&
		grep -q "^note: $text" "$tmp/exits.err" &&
		[ "$(grep -c 'could be asked' "$tmp/exits.err")" -eq 1 ]; then
		ok "$name"
	else
		not_ok "$name" "$(cat "$tmp/fails" "$tmp/exits.err")"
	fi
}
unreached "a name that there is not" 'nobody.d0.example: it has no address' --server nobody.d0.example
unreached "a port where nobody listens" 'dc2.d0.example: it refuses connections to the port' --server dc2
nft 'add table inet silent; add chain inet silent in { type filter hook input priority 0; };
	add rule inet silent in ip daddr 127.0.2.1 drop'
unreached "a host that drops everything" 'dc2.d0.example: nothing answers at the port' --server dc2
nft delete table inet silent

# Who is excluded is sent nothing: neither a ping nor a connection.  Names lead to it all the same.
nft 'add table inet count; add chain inet count in { type filter hook input priority 0; };
	add rule inet count in ip daddr 127.0.2.1 counter comment "excluded";
	add rule inet count in ip daddr 127.0.1.1 counter comment "asked"'
packets() { nft list table inet count | sed -nE "s/.*packets ([0-9]+) .*\"$1\".*/\1/p"; }
try "an excluded controller" exits 0 ad --no-db --format ndjson --domain d0.example --credential d0 --exclude 127.0.2.0/24
if [ "$(guids "$tmp/exits.out" | wc -l)" -eq 1200 ] &&
	grep -q '^note: dc2.d0.example: 127.0.2.1 is excluded.*\[ad-controller-excluded\]' "$tmp/exits.err"; then
	ok "another one is asked, and why is told"
else
	not_ok "another one is asked, and why is told" "$(cat "$tmp/exits.err")"
fi
echo 127.0.2.0/23 > "$FOREST/never"
if exits 1 ad -q --no-db --domain d0.example --credential d0 --server nobody > "$tmp/fails" &&
	[ "$(grep -c 'could be asked' "$tmp/exits.err")" -eq 1 ]; then
	ok "why all failed is told once, with and without notes"
else
	not_ok "why all failed is told once, with and without notes" "$(cat "$tmp/exits.err")"
fi
unreached "one that is typed is no exception" 'dc2.d0.example: 127.0.2.1 is excluded' --server dc2 --exclude-file "$FOREST/never"
unreached "nor is its address" '127.0.2.1: 127.0.2.1 is excluded' --server 127.0.2.1 --exclude 127.0.2.1
exits 1 ad --preview --domain d0.example --server dc2 --exclude 127.0.2.1 > "$tmp/fails"
if grep -q 'cannot be polled: .*127.0.2.1 is excluded' "$tmp/exits.out"; then
	ok "nor is a preview"
else
	not_ok "nor is a preview" "$(cat "$tmp/exits.out" "$tmp/exits.err")"
fi
# How many the other one gets is for TCP to say: some 120 by small segments, half by large ones.
if [ "$(packets excluded)" = 0 ] && [ "$(packets asked)" -ge 20 ]; then
	ok "no packet went to it"
else
	not_ok "no packet went to it" "$(packets excluded), and $(packets asked)"
fi
nft delete table inet count

# Files that are not there are nobody else's fault.
try "authorities that are not there" exits 2 ad --no-db --domain d0.example --credential d0 --ca /nonexist
sed 's|^credentials:|&\n  - gone keytab /nonexist|' "$FOREST/muster.yaml" > "$FOREST/gone.yaml"
try "a keytab that is not there" exits 2 "$MUSTER" ad -c "$FOREST/gone.yaml" --no-db --domain d0.example --credential gone

# What is typed for a domain that is not polled is a mistake; a forest says so when it is known.
try "a server for another domain" exits 2 ad --no-db --domain d0.example --credential d0 --server d9.example=dc
try "a credential for another domain" exits 2 ad --no-db --domain d0.example --credential d9.example=d0
exits 0 ad --no-db --format ndjson --forest "${logins[@]}" --server d9.example=dc > "$tmp/fails"
if grep -q '^note: d9.example=dc: .*\[ad-not-polled\]' "$tmp/exits.err"; then
	ok "a server for a domain outside of the forest"
else
	not_ok "a server for a domain outside of the forest" "$(cat "$tmp/exits.err")"
fi

# DNS that says nothing, and DNS that names nobody.
silent_dns() {
	/usr/bin/python3 -c 'import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("127.0.0.9", 53)); print("ready", flush=True); time.sleep(60)' \
		> "$tmp/silent" &
	silent=$!
	for _ in $(seq 500); do grep -qs ready "$tmp/silent" && break; sleep 0.02; done
	echo "nameserver 127.0.0.9" > "$FOREST/resolv.conf"
}
if exits 1 ad --no-db --domain gone.example --credential d0 > "$tmp/fails" && grep -q 'no controller of gone.example' "$tmp/exits.err"; then
	ok "a controller without an address"
else
	not_ok "a controller without an address" "$(cat "$tmp/fails" "$tmp/exits.err")"
fi
silent_dns
if exits 1 ad --no-db --domain d0.example --credential d0 > "$tmp/fails" && grep -q '_msdcs.d0.example.*no name server answered' "$tmp/exits.err"; then
	ok "name servers that are silent"
else
	not_ok "name servers that are silent" "$(cat "$tmp/fails" "$tmp/exits.err")"
fi
kill $silent
printf "nameserver 127.0.0.1\nsearch d0.example\n" > "$FOREST/resolv.conf"

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
previewed "a preview after changes" 0 --db "$tmp/ad.db" --domain d0.example <<< $'d0.example\tdc.d0.example\t1200\t-\t100'
exits 0 ad --preview --db "$tmp/ad.db" --domain d0.example > "$tmp/fails"
try "as a sentence" grep -q '; at most 100 objects changed since; there were 1200 computers' "$tmp/exits.out"
try "the next poll" exits 0 ad --db "$tmp/ad.db" --format ndjson --domain d0.example --credential d0
guids "$tmp/exits.out" | sort > "$tmp/is"
/usr/bin/python3 -B -c 'import sys, uuid; sys.path.insert(0, sys.argv[1]); import forest
for i in range(11, 1101, 11): print(uuid.UUID(bytes_le=forest.guid(0, i)))' "$root/tests/lab" > "$tmp/should"
same "what changed, and nothing else" "$tmp/should" "$tmp/is"
try "a poll by another spelling" exits 0 ad --db "$tmp/ad.db" --format ndjson --domain D0.Example --credential d0
if grep -q '^note: d0.example: .*\[ad-changes\]' "$tmp/exits.err" && [ "$(guids "$tmp/exits.out" | wc -l)" -eq 0 ]; then
	ok "it goes on from the last one"
else
	not_ok "it goes on from the last one" "$(cat "$tmp/exits.err")"
fi

# Of several that are typed each is asked who trusts it, not the first alone.
ldapadd -x -H ldap://127.0.1.1 -D cn=admin,dc=d0,dc=example -w admin > "$tmp/modify" 2>&1 <<-'LDIF' || not_ok "ldapadd" "$(tail -n 2 "$tmp/modify")"
	dn: cn=System,dc=d0,dc=example
	objectClass: container
	cn: System

	dn: cn=T,cn=System,dc=d0,dc=example
	objectClass: trustedDomain
	cn: T
	trustPartner: D2.Example
	trustType: 2
	trustDirection: 1
LDIF
try "trusts of the second domain" exits 0 ad --no-db --format ndjson --trusts --domain d1.example --domain d0.example "${logins[@]}"
jq -r 'select(.subject == "domain") | .facts["ad.domain"]' "$tmp/exits.out" > "$tmp/is"
printf '%s\n' d0.example d1.example d2.example > "$tmp/should"
same "trusts of the second domain are polled" "$tmp/should" "$tmp/is"
previewed "a preview of trusts of the second domain" 0 --no-db --trusts --domain d1.example --domain d0.example "${logins[@]}" <<-'WANT'
	d1.example	dc.d1.example	-	1200	-
	d0.example	dc.d0.example	-	1300	-
	d2.example	dc.d2.example	-	1200	-
WANT

# A domain whose controller is gone costs itself alone.
kill "$(cat "$FOREST/d2/slapd.pid")"
while kill -0 "$(cat "$FOREST/d2/slapd.pid")" 2> "$tmp/kill"; do sleep 0.02; done
try "a forest with a domain that is down" exits 1 ad --no-db --format ndjson --forest "${logins[@]}"
if [ "$(guids "$tmp/exits.out" | wc -l)" -eq 2400 ] && grep -q '^note: d2.example: .*ad-domain-failed' "$tmp/exits.err"; then
	ok "the others are whole"
else
	not_ok "the others are whole" "$(cat "$tmp/exits.err")"
fi
previewed "a preview of a forest with a domain that is down" 1 --no-db --forest "${logins[@]}" <<-'WANT'
	d0.example	dc.d0.example	-	1300	-
	d1.example	dc.d1.example	-	1200	-
	d2.example	no controller of d2.example could be asked	-	-	-
WANT
# One that could not be asked who trusts it is not asked again, nor is that told twice.
try "trusts of a domain that is down" exits 1 ad --no-db --format ndjson --trusts --domain d2.example \
	--domain d0.example "${logins[@]}" --server d9.example=dc
sort "$tmp/exits.err" | uniq -d > "$tmp/twice"
if [ "$(grep -c '^note: dc.*\.d2\.example: .*\[ad-controller-failed\]' "$tmp/exits.err")" -eq 2 ] && [ ! -s "$tmp/twice" ] &&
	[ "$(grep -c '^note: d2.example: .*could be asked.*\[ad-domain-failed\]' "$tmp/exits.err")" -eq 1 ]; then
	ok "each of its controllers failed once"
else
	not_ok "each of its controllers failed once" "$(cat "$tmp/twice" "$tmp/exits.err")"
fi
try "and what is for none that is polled is told all the same" grep -q '^note: d9.example=dc: .*\[ad-not-polled\]' "$tmp/exits.err"
if [ "$(guids "$tmp/exits.out" | wc -l)" -eq 1200 ] &&
	grep -q '^note: d2.example: .*\[ad-trusts-failed\]' "$tmp/exits.err"; then
	ok "the other that was typed is polled, and why no trust is"
else
	not_ok "the other that was typed is polled, and why no trust is" "$(cat "$tmp/exits.err")"
fi
previewed "a preview of trusts of a domain that is down" 1 --no-db --trusts --domain d2.example \
	--domain d0.example "${logins[@]}" <<-'WANT'
	d2.example	no controller of d2.example could be asked	-	-	-
	d0.example	dc.d0.example	-	1300	-
WANT
/usr/bin/time -f %M -o "$tmp/memory" "$MUSTER" ad -c "$FOREST/muster.yaml" --emit -q --domain d1.example --credential d1 > "$tmp/out" 2>&1
peak=$(tail -n 1 "$tmp/memory") # time shares its descriptor 3 with muster
if [ "$peak" -lt 204800 ]; then
	ok "memory ($peak KiB)"
else
	not_ok "memory" "$peak"
fi

# More than there is room for, and what the account may not read: each is told, with how much.
many() {
	printf 'dn: dc=DomainDnsZones,%s\nobjectClass: dcObject\nobjectClass: organization\no: d\ndc: DomainDnsZones\n\n' "$1"
	printf 'dn: ou=Domain Controllers,%s\nobjectClass: organizationalUnit\nou: Domain Controllers\n\n' "$1"
	printf 'dn: cn=System,%s\nobjectClass: container\ncn: System\n\n' "$1"
	seq 4100 | awk -v base="$1" '{ printf "dn: ou=More %d,%s\nobjectClass: organizationalUnit\nou: More %d\n\n", $1, base, $1
		printf "dn: cn=C%d,ou=Domain Controllers,%s\nobjectClass: computer\ncn: C%d\ndNSHostName: c%d.d1.example\n\n", $1, base, $1, $1 }
		$1 <= 260 { printf "dn: cn=T%d,cn=System,%s\nobjectClass: trustedDomain\ncn: T%d\ntrustPartner: t%d.example\ntrustType: 2\ntrustDirection: 2\n\n", $1, base, $1, $1 }
		$1 > 3 && $1 <= 1030 { printf "dn: cn=E%d,cn=Partitions,cn=Configuration,%s\nobjectClass: crossRef\ncn: E%d\ndnsRoot: e%d.gone\nnETBIOSName: E%d\nsystemFlags: 3\n\n", $1, base, $1, $1, $1 }'
}
many dc=d1,dc=example | ldapadd -x -H ldap://127.0.1.2 -D cn=admin,dc=d1,dc=example -w admin > "$tmp/modify" 2>&1 ||
	not_ok "ldapadd" "$(tail -n 2 "$tmp/modify")"
try "a domain with more of all" exits 0 ad --db "$tmp/many.db" --domain d1.example --credential d1
while read -r code count text; do
	if grep -q "^note: d1.example: .*$text.* ($count) \[$code\]" "$tmp/exits.err"; then ok "$code"
	else not_ok "$code" "$(grep note: "$tmp/exits.err")"; fi
done <<-'WANT'
	ad-many-units 55 organizational units of the domain were left out
	ad-many-controllers 5 controllers of the domain were left out
	ad-many-trusts 4 trusts of the domain were left out
WANT
if grep -q '^note: d1.example: dc.d1.example: search: Insufficient access.*\[ad-zones-refused\]' "$tmp/exits.err"; then
	ok "zones that may not be read are told, and cost nothing else"
else
	not_ok "zones that may not be read are told, and cost nothing else" "$(grep note: "$tmp/exits.err")"
fi
exits 1 ad --no-db --forest --domain d1.example "${logins[@]:2:2}" > "$tmp/fails"
if grep -q '^note: d0.example: domains are not asked: there are more than 1024 (6) \[ad-many-domains\]' "$tmp/exits.err"; then
	ok "ad-many-domains"
else
	not_ok "ad-many-domains" "$(grep many "$tmp/exits.err")"
fi
finish
