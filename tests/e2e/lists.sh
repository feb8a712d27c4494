#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Browse lists by libsmbclient: of a master that lets nobody in without an account, of one that
# lets everybody in, of one that hangs where the library goes, and of one that would send it to
# somebody else. What the lists have is what the masters' own files have.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

in_lab shut
password=Geheim.$RANDOM.$$
printf '%s\n%s\n' $password $password | "$lab" exec cell smbpasswd -c /run/smb.conf -a -s daemon > /dev/null
"$lab" exec cell pdbedit -s /run/smb.conf -P 'bad lockout attempt' -C 3 > /dev/null 2>&1
(umask 077; echo $password > "$tmp/secret"; echo "not$password" > "$tmp/wrong")
for name in vault bad; do
	file=$tmp/secret; [ $name = vault ] || file=$tmp/wrong
	"$MUSTER" credential add $name --user daemon --secret-file "$file" --credentials-file "$tmp/kept" 2> /dev/null
done
# Settings of the machine's own Samba: the library must not read them.
mkdir -p "$tmp/home/.smb"
printf '[global]\nclient max protocol = SMB3\nname resolve order = host\n' > "$tmp/home/.smb/smb.conf"

# poll NAME ARG... - a poll whose observations are in $tmp/NAME, its notes in $tmp/NAME.notes
poll() {
	local name=$1; shift
	try "the poll is done: $name" exits 0 scan env HOME="$tmp/home" "$MUSTER" windows --no-db \
		--format ndjson --credentials-file "$tmp/kept" "$@"
	cp "$tmp/exits.out" "$tmp/$name"
	cp "$tmp/exits.err" "$tmp/$name.notes"
}
says() { grep -q -- "$2" "$tmp/$1.notes" || { grep -v discovery "$tmp/$1.notes"; return 1; }; }
# listed FILE DOMAIN - "NAME COMMENT" of its list
listed() {
	jq -r --arg d "$2" 'select(.evidence == "listed" and .facts["netbios.domain"] == $d) |
		.facts["netbios.name"] + " " + .facts["browse.comment"]' "$tmp/$1"
}
# The master's own file: NAME, ServerType in hexadecimal, comment, domain.
own_list() {
	"$lab" exec "$1" cat /run/samba/cache/browse.dat |
		sed -n "s/^\"\([A-Z]*\)\" *4[0-9a-f]* *\"\([^\"]*\)\" *\"$2\".*/\1 \2/p"
}
for _ in {1..100}; do [ "$(own_list cell VAULT | wc -l)" -eq 2 ] && break; sleep 0.2; done

# --- nobody, and an account ---
poll nobody --quick
: > "$tmp/a"
listed nobody VAULT > "$tmp/b"
same "without an account there is no list" "$tmp/a" "$tmp/b"
try "and it is said what it takes" says nobody \
	'198.18.194.10: Access denied without credentials: .* VAULT .* no account is for it (--credential)'
scan bash -c 'setsid tcpdump --immediate-mode -i any -U -w "$0" < /dev/null 2> "$0.log" & echo $!' \
	"$tmp/wire.pcap" > "$tmp/tcpdump.pid"
for _ in {1..50}; do grep -qs listening "$tmp/wire.pcap.log" && break; sleep 0.1; done
poll account --quick --credential VAULT=vault
own_list cell VAULT > "$tmp/a"
listed account VAULT > "$tmp/b"
same "with it the list is the master's" "$tmp/a" "$tmp/b"
try "and it is said who got it" says account 'VAULT: 2 machines, .* by libsmbclient as user daemon'
own_list lodge PARK > "$tmp/a"
listed account PARK > "$tmp/b"
same "the list of the open master is his, too" "$tmp/a" "$tmp/b"
try "both ways agree on it" says account 'PARK: 1 machines, 2 domains, and by libsmbclient as well'
try "our own knows the types" jq -e -s 'any(.[]; .facts["netbios.name"] == "LODGE" and
	(.facts["browse.types"] // [] | index("master-browser")))' "$tmp/account"
try "no secret is in what is said" bash -c '! grep -qF "$0" "$1" "$2"' $password "$tmp/account" "$tmp/account.notes"

# --- an account that is refused ---
"$lab" exec lodge nft add table ip hang
"$lab" exec lodge nft add chain ip hang in '{ type filter hook input priority 0; }'
"$lab" exec lodge nft add rule ip hang in tcp dport 445 reject with tcp reset
poll wrong --credential bad
echo 1 > "$tmp/a"
"$lab" exec cell pdbedit -s /run/smb.conf -L -v daemon 2> /dev/null | sed -n 's/^Bad password count *: //p' > "$tmp/b"
same "a wrong account is tried once in all parts of a run" "$tmp/a" "$tmp/b"
try "it is named" says wrong '198.18.194.10: Access denied for user daemon: .*The account bad is not used again'
try "the machines are not asked with it" says wrong 'were not asked with an account.*account-not-used'
try "a master of port 139 alone has his list" says wrong 'PARK: 1 machines, .* by libsmbclient, which tells no types'

# --- a master that hangs where the library goes, and one that calls itself another ---
"$lab" exec lodge nft flush chain ip hang in
"$lab" exec lodge nft add rule ip hang in tcp dport 139 drop
"$lab" exec inmate ip address add 198.18.194.50/24 broadcast + dev eth0
"$lab" exec inmate bash -c 'setsid /usr/bin/python3 "$0" 198.18.194.50 198.18.194.255 TRAP 3 198.18.194.99 \
	< /dev/null > /run/log/browser 2>&1 &' "$root/tests/lab/browser.py"
for _ in {1..50}; do [ -n "$("$lab" exec inmate ss -Hltn 'src 198.18.194.50:445')" ] && break; sleep 0.1; done
begun=$EPOCHREALTIME
poll hang --quick --credential VAULT=vault --list-wait 3s
took=$(((${EPOCHREALTIME/./} - ${begun/./}) / 1000))
try "it costs its patience and no more ($took ms)" test $took -le 12000
try "our own list stands" says hang 'PARK: 1 machines, 2 domains; libsmbclient had no answer in time'
listed hang VAULT > "$tmp/b"
own_list cell VAULT > "$tmp/a"
same "and the other master is not held up" "$tmp/a" "$tmp/b"
try "who calls himself an address is left" says hang 'TRAP: 3 machines.* it names itself otherwise than before'
begun=$EPOCHREALTIME
try "a quick poll has a bound of its own" exits 1 scan env HOME="$tmp/home" "$MUSTER" windows --no-db --quick \
	--format ndjson --credentials-file "$tmp/kept" --list-wait 20s --quick-wait 4s
took=$(((${EPOCHREALTIME/./} - ${begun/./}) / 1000))
try "it ends then ($took ms)" test $took -le 7000
try "and says so" grep -q 'quick poll was ended after 4 s .*quick-ended' "$tmp/exits.err"
try "what it has heard stays" grep -q '"domain.name":"PARK"' "$tmp/exits.out"
try "and takes the place of nothing that a whole poll asked" bash -c '! grep -q domain.asked "$0"' "$tmp/exits.out"
kill "$(cat "$tmp/tcpdump.pid")"
tshark -r "$tmp/wire.pcap" -Y 'ip.src == 198.18.194.2' -T fields -e ip.dst 2> /dev/null | sort -u |
	grep -vE '^(198\.18\.194\.(10|11|12|50|255)|239\.255\.255\.250|224\.0\.0\.25[12])$' > "$tmp/elsewhere"
: > "$tmp/a"
same "no packet went elsewhere" "$tmp/a" "$tmp/elsewhere"
tshark -r "$tmp/wire.pcap" -Y 'ntlmssp.auth.username == "daemon"' -T fields -e ip.dst 2> /dev/null | sort -u > "$tmp/b"
echo 198.18.194.10 > "$tmp/a"
same "and the account to its master alone" "$tmp/a" "$tmp/b"

# --- a domain that only a list of domains tells of, and its master by his name alone ---
"$lab" exec lodge nft delete table ip hang
for row in "51 KNOWS=FAR=BOSS NEARBY" "52 NAME=BOSS FAR"; do
	read -r last set domain <<< "$row"
	"$lab" exec inmate ip address add "198.18.194.$last/24" broadcast + dev eth0
	"$lab" exec inmate bash -c 'setsid env "$4" /usr/bin/python3 "$0" "$1" "$2" "$3" 2 \
		< /dev/null > /run/log/browser 2>&1 &' "$root/tests/lab/browser.py" "198.18.194.$last" \
		198.18.194.255 "$domain" "$set"
	for _ in {1..50}; do [ -n "$("$lab" exec inmate ss -Hltn "src 198.18.194.$last:445")" ] && break; sleep 0.1; done
done
poll follow --quick
try "its master is asked who is in it" says follow '198.18.194.52: The browse list of FAR: 2 machines'
echo 'PC00000 PC00001' > "$tmp/a"
jq -r 'select(.subject == "domain" and .facts["domain.name"] == "FAR") | .facts["domain.machines"] |
	join(" ")' "$tmp/follow" > "$tmp/b"
same "and they are in the domain" "$tmp/a" "$tmp/b"
try "a list of a master that has none is no domain's that answered" jq -e -s 'any(.[]; .subject == "domain" and
	.facts["domain.name"] == "FAR" and .evidence == "listed")' "$tmp/follow"

# --- without what it takes ---
setpriv="setpriv --reuid 65534 --regid 65534 --clear-groups"
# shellcheck disable=SC2086 # words
try "without the right to port 137" exits 0 scan $setpriv "$MUSTER" windows --quick --no-db --format ndjson
try "it is said, and our own lists are there" grep -q 'without libsmbclient.*CAP_NET_BIND_SERVICE' "$tmp/exits.err"
chmod 711 "$tmp"
install -d -o 65534 "$tmp/lowly"
install -o 65534 -m 600 "$tmp/secret" "$tmp/lowly/secret"
# shellcheck disable=SC2086 # words
$setpriv "$MUSTER" credential add open --user daemon --secret-file "$tmp/lowly/secret" \
	--credentials-file "$tmp/lowly/kept" 2> /dev/null
# shellcheck disable=SC2086 # words
try "with an account that cannot be used" exits 0 scan $setpriv "$MUSTER" windows --quick --no-db --format ndjson \
	--credential VAULT=open --credentials-file "$tmp/lowly/kept"
try "that is what is said" grep -q 'VAULT is not told to nobody; the account for it was not used' "$tmp/exits.err"
try "PARK has its list" grep -q 'browse list of PARK: 1 machines' "$tmp/exits.err"
finish
