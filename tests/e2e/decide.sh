#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What people decide: merge, split, pin and set do what their pages say, hold when the network
# is seen again, are told with who decided and when, and can be taken back.  Sends no packet.
# What stands after || shows why, and fails, whatever failed before it:
# shellcheck disable=SC2015 source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

db=$tmp/muster.db
me=${SUDO_USER:-$(id -un)}
m() { "$MUSTER" "$@" --db "$db"; }
said() { grep -qE -- "$1" "$tmp/exits.out" || { cat "$tmp/exits.out" "$tmp/exits.err"; return 1; }; }
erred() { grep -qF -- "$1" "$tmp/exits.err" || { cat "$tmp/exits.err"; return 1; }; }
id_of() { m show "$1" -f ndjson | jq -r .id; }
are_one() { [ "$(id_of "$1")" = "$(id_of "$2")" ]; }
are_two() { ! are_one "$1" "$2"; }
why() { m show "$1" --why > "$tmp/exits.out"; }
now='[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z'

# One sweep: its number, then "ADDRESS FACTS" a line.  Names carry what a terminal obeys.
sweep() {
	local hour=$1 ip facts
	while read -r ip facts; do
		printf '{"v":1,"at":"2026-11-21T%02d:00:00.000000Z","source":"sweep","run":"r%d","point":"p","site":"main","ip":"%s","evidence":"reply","facts":{%s}}\n' \
			"$hour" "$hour" "$ip" "$facts"
	done > "$tmp/sweep.ndjson"
	m import "$tmp/sweep.ndjson" 2> "$tmp/import" || { cat "$tmp/import"; return 1; }
}
mac() { printf '"mac":"3c:00:00:00:00:%s","mac.onlink":true' "$1"; }
key='"ssh.hostkey":["SHA256:uNiVztksCsDhcc0u9e8BrjJXuKmGdA7t5bCbk5dXZ9w"]'
key2='"ssh.hostkey":["SHA256:2222vztksCsDhcc0u9e8BrjJXuKmGdA7t5bCbk5dXZ9w"]'
everybody() {
	cat << END
10.0.0.1 $(mac 01),"netbios.name":"NAS\u001b[31m\u0007","netbios.domain":"HOME"
10.0.0.2 $(mac 02),"netbios.name":"NAS2\u202e","netbios.domain":"HOME"
10.0.0.3 $(mac 03),"netbios.name":"PAPER","netbios.domain":"HOME","tcp.open":[9100]
END
}
everybody | sweep 1
# The same key at two addresses at two times: one machine, as far as can be seen.
sweep 1 <<< "10.0.0.11 $(mac 11),$key"
sweep 2 <<< "10.0.0.12 $(mac 12),$key"
# Everybody again, later and elsewhere: DHCP has moved them by ten.
again() {
	everybody | sed -E 's/^10\.0\.0\.([0-9]+)/10.0.0.2\1/' | sweep "$1"
	sweep "$1" << END
10.0.0.11 $(mac 11),$key
10.0.0.12 $(mac 12),$key
END
}
nas=$(id_of 10.0.0.1) nas2=$(id_of 10.0.0.2)
try "five addresses are four devices" test "$(m devices -f ndjson | wc -l)" -eq 4

# --- merge ---
merges() {
	exits 0 m why-not 10.0.0.1 10.0.0.2 && said 'Nothing was seen that both bear' &&
		exits 0 m merge 10.0.0.1 10.0.0.2 && said '^1: .*are one device, by mac 3c:' || return 1
	are_one "$nas" "$nas2" && are_one 10.0.0.1 10.0.0.2 && [ "$(id_of 10.0.0.2)" = "$nas" ] || { echo "two"; return 1; }
	exits 0 m why-not "$nas" "$nas2" && said '^They are one device'
}
holds_again() { again 4 && are_one 10.0.0.21 10.0.0.22 && [ "$(id_of 10.0.0.22)" = "$nas" ]; }
tells_merge() { why "$nas" && said "^$now joined by decision 1: .* are one device, .*\(merge, ruled by $me\)$"; }
merge_undone() {
	exits 0 m undo && said '^undone: 1: ' && are_two 10.0.0.21 10.0.0.22 &&
		[ "$(id_of "$nas2")" = "$nas2" ] && [ "$(id_of 10.0.0.22)" = "$nas2" ] || { echo "not undone"; return 1; }
	for id in "$nas" "$nas2"; do
		why "$id" && said "^$now undone: decision 1: .*\(undo, ruled by $me\)$" || return 1
	done
	exits 0 m why-not "$nas" "$nas2" && said "^$now undone: decision 1: .* \(so decided $me\)$"
}
stays_undone() { again 5 && are_two 10.0.0.21 10.0.0.22; }
merged_anew() {
	exits 0 m merge "$nas2" "$nas" && are_one "$nas" "$nas2" && why "$nas" &&
		said "^$now joined by decision 2: " && exits 0 m undo 2 && are_two "$nas" "$nas2"
}
refuses() {
	exits 2 m merge "$nas" 10.0.0.21 && erred "one device already" && exits 1 m merge "$nas" nobody &&
		exits 1 m undo && erred "no decision to undo" && exits 2 m undo 1 && erred "undone already" &&
		exits 1 m undo 77 && exits 2 m undo x && erred "is no number"
}
try "merge makes two one, found by both ids" merges
try "show --why tells who merged, and when" tells_merge
try "they are one when they are seen elsewhere" holds_again
try "undo gives both their ids back, and tells so" merge_undone
try "they stay two when they are seen again" stays_undone
try "what was undone can be decided anew" merged_anew
try "what cannot be done is refused with why" refuses

# --- split ---
splits() {
	are_one 10.0.0.11 10.0.0.12 && exits 0 m split 10.0.0.11 10.0.0.12 && said '^3: what 10.0.0.12 shows' &&
		are_two 10.0.0.11 10.0.0.12 || { cat "$tmp/exits.err"; return 1; }
	exits 0 m why-not 10.0.0.11 10.0.0.12 && said "^$me decided at $now that they are never one" &&
		said 'Both bear ssh SHA256:.* counts no more' && exits 2 m merge 10.0.0.11 10.0.0.12 && erred "somebody split them"
}
split_holds() { again 6 && are_two 10.0.0.11 10.0.0.12; }
tells_split() { why 10.0.0.12 && said "^$now kept apart over decision 3: what 10.0.0.12 shows .*\(split, ruled by $me\)$"; }
split_undone() {
	exits 0 m undo 3 && are_one 10.0.0.11 10.0.0.12 && why 10.0.0.11 &&
		said "^$now undone: decision 3: .*\(undo, ruled by $me\)$"
}
# Seen at two places at once, an identifier is no machine's own: that is measured, not decided.
try "split makes one two, against every merge" splits
try "show --why tells who split, and when" tells_split
split_held_before() { sweep 7 <<< "10.0.0.13 $(mac 12),$key" && are_two 10.0.0.11 10.0.0.13 && are_one 10.0.0.12 10.0.0.13; }
try "the parts are two wherever they are seen" split_held_before
try "undo joins them" split_undone

# --- pin ---
serial() { printf '"host.vendor":"maker","host.serial":"%s"' "$1"; }
pins() {
	sweep 8 <<< "10.0.0.31 $(mac 31),$(serial sn-71)" && exits 0 m pin 10.0.0.31 &&
		said '^4: the [0-9]+ identifiers of .* are one device' && why 10.0.0.31 &&
		said "^$now joined by decision 4: .*\(pin, ruled by $me\)$" || return 1
	sweep 9 <<< "10.0.0.32 $(mac 31),$(serial sn-72)" && sweep 10 <<< "10.0.0.33 $(serial sn-71)" &&
		are_one 10.0.0.32 10.0.0.33
}
pin_undone() { exits 0 m undo 4 && are_two 10.0.0.32 10.0.0.33; }
try "a pinned device outlives another serial number" pins
try "undo unpins it" pin_undone

# --- set ---
kind() { m show "$1" -f ndjson | jq -r .fields.kind; }
sets() {
	exits 0 m set 10.0.0.3 kind=camera name=hall owner='Anna "A" Schmidt' room=2.14 &&
		[ "$(kind hall)" = camera ] && exits 0 m show 10.0.0.3 && said '^owner .* Anna "A" Schmidt$' &&
		said '^kind +person ' && [ "$(m devices kind=camera -f ndjson | jq -r .name)" = hall ]
}
tells_set() {
	why 10.0.0.3 && said "^kind +yes +person \($me\) " &&
		said "^Its kind is camera, as $me said at $now; by the evidence it " &&
		m show 10.0.0.3 --why -f ndjson | jq -e --arg me "$me" \
			'.evidence[] | select(.key == "kind") | .source == "person" and .point == $me' > "$tmp/jq"
}
set_holds() { again 11 && [ "$(kind 10.0.0.23)" = camera ] && [ "$(m show 10.0.0.23 -f ndjson | jq -r .name)" = hall ]; }
agrees() {
	exits 0 m set hall kind=printer && why hall && said "^Its kind is printer, as $me said at $now; by the evidence it "
}
given_back() {
	exits 0 m set hall kind= name= owner= room= && why 10.0.0.23 && said '^device +PAPER$' &&
		! grep -E 'person|owner|room' "$tmp/exits.out" && exits 1 m set 10.0.0.23 owner= && erred "nobody has set owner"
}
set_refused() {
	exits 2 m set PAPER tcp.open=1 && exits 2 m set PAPER kind && exits 2 m set PAPER $'room=2\e[31m' &&
		erred "no line of text" && ! grep -q $'\e' "$tmp/exits.err" &&
		exits 2 m set PAPER kind=printr && erred "did you mean printer?" && exits 2 m set PAPER kind=nonsense &&
		erred "it is server, " && exits 2 m devices kind=printr && erred "did you mean printer?" &&
		exits 0 m devices kind=nonsense && erred "kind is one of server, "
}
only_room() { # who writes one field says nothing of the others
	sweep 10 <<< "10.0.0.61 $(mac 61)" && exits 0 m set 10.0.0.61 room=1 && why 10.0.0.61 && said '^Its kind is unknown: nothing tells it' &&
		said '^kind +sweep '
}
try "set writes fields, and fields of one's own" sets
try "and no other field" only_room
try "show --why tells who set a kind, and when" tells_set
try "a person's fields stay when it is seen again" set_holds
try "also where the evidence says the same" agrees
try "FIELD= gives them back to the sources" given_back
try "what no person knows better is refused" set_refused

# --- why ---
tells_vip() { # nobody said so: the MAC does
	sweep 12 <<< '10.0.0.65 "mac":"00:00:5e:00:01:05","mac.onlink":true' && why 10.0.0.65 &&
		said '^Its kind is vip: 00:00:5e:00:01:05 is the MAC of VRRP or CARP group 5\.$' &&
		said '^vip +100 % +the MAC of VRRP or CARP group 5 +mac +00:00:5e:00:01:05$' &&
		m show 10.0.0.65 --why -f ndjson | jq -e '.clues[0].kind == "vip"' > "$tmp/jq"
}
contradicts() {
	printf '{"v":1,"at":"2026-11-21T12:30:0%d.000000Z","source":"sweep","run":"r12","point":"p","site":"main","ip":"10.0.0.66","evidence":"reply","facts":{"snmp.sysname":"%s"}}\n' \
		1 alpha 2 beta > "$tmp/two.ndjson"
	exits 0 m import "$tmp/two.ndjson" && why 10.0.0.66 && said '^snmp.sysname +yes .* beta$' &&
		said '^snmp.sysname +said before .* alpha$'
}
try "show --why tells which MAC makes an address virtual" tells_vip
try "and what a source said and took back" contradicts

# --- what a terminal obeys ---
plain() {
	exits 0 m merge "$nas" "$nas2" && cp "$tmp/exits.out" "$tmp/all" && why "$nas" && cat "$tmp/exits.out" >> "$tmp/all" &&
		exits 0 m undo --list && cat "$tmp/exits.out" >> "$tmp/all" && exits 2 m split "$nas" 10.9.9.9 &&
		cat "$tmp/exits.err" >> "$tmp/all" && exits 2 m split "$nas" $'nobody\e[2J' && cat "$tmp/exits.err" >> "$tmp/all" &&
		exits 0 m undo && cat "$tmp/exits.out" >> "$tmp/all" && exits 0 m why-not "$nas" "$nas2" &&
		cat "$tmp/exits.out" >> "$tmp/all" && exits 0 m changes && cat "$tmp/exits.out" >> "$tmp/all" || return 1
	grep -qF 'NAS\x1b[31m\x07 and NAS2' "$tmp/all" || { echo "no such name"; return 1; }
	! LC_ALL=C grep -naP '[\x00-\x08\x0b-\x1f\x7f]|\xe2\x80\xae' "$tmp/all"
}
try "names are printed plainly" plain
try "undo --list has all, and what was undone" bash -c \
	"'$MUSTER' undo --list --db '$db' | awk '{ print \$1, \$4, \$5 }' | tr '\n' ';' |
		grep -E '^5 merge \(undone\):;4 pin \(undone\):;3 split \(undone\):;2 merge \(undone\):;1 merge \(undone\):;\$'"
# --- beforehand, and as it is printed ---
never() {
	sweep 12 <<< "10.0.0.71 $(mac 71)" && sweep 12 <<< "10.0.0.72 $(mac 72)" && are_two 10.0.0.71 10.0.0.72 &&
		exits 0 m split 10.0.0.71 10.0.0.72 && said '^6: 10.0.0.71 and 10.0.0.72 are two, and never one device' &&
		exits 0 m why-not 10.0.0.71 10.0.0.72 && said "^$me decided at $now that they are never one" || return 1
	sweep 13 <<< "10.0.0.71 $(mac 71),$key2" && sweep 14 <<< "10.0.0.72 $(mac 72),$key2" && are_two 10.0.0.71 10.0.0.72 &&
		exits 2 m merge 10.0.0.71 10.0.0.72 && erred "somebody split them" && why 10.0.0.72 &&
		said "^$now kept apart over decision 6: 10.0.0.71 and .*\(split, ruled by $me\)$" || { echo "not kept"; return 1; }
	exits 0 m undo && are_one 10.0.0.71 10.0.0.72
}
as_printed() { # a NetBIOS identifier with two backslashes
	local names='"netbios.name":"PC30","netbios.domain":"CORP","smb.dns_name":"pc30.corp.example"' printed
	sweep 15 <<< "10.0.0.81 $names" && sweep 16 <<< "10.0.0.82 $names" && sweep 17 <<< "10.0.0.82 $(mac 82),$names" &&
		sweep 18 <<< "10.0.0.83 $(mac 82)" && are_one 10.0.0.81 10.0.0.83 && why 10.0.0.83 || { echo "not one"; return 1; }
	printed=$(grep -oE 'netbios [^ ]*pc30' "$tmp/exits.out" | head -n 1)
	[ "$printed" = 'netbios corp\\pc30' ] || { cat "$tmp/exits.out"; return 1; }
	exits 0 m split 10.0.0.83 "$printed" && are_two 10.0.0.81 10.0.0.83
}
try "two are kept apart beforehand, until that is undone" never
try "split takes an identifier as show --why prints it" as_printed
# --- what bears little: no identifier, or what DNS has for the address ---
bare() { # sweep number
	sweep "$1" < <(printf '10.0.0.%d "icmp.echo":true\n' 91 92 93 94) &&
		printf '10.0.0.9%d "dns.fqdn":["%s"]\n' 1 a.example 2 b.example |
		while read -r ip facts; do
			printf '{"v":1,"at":"2026-11-21T%02d:00:00.000000Z","source":"sweep","run":"r%d","point":"p","site":"main","ip":"%s","evidence":"listed","facts":{%s}}\n' \
				"$1" "$1" "$ip" "$facts"
		done > "$tmp/listed.ndjson" && m import "$tmp/listed.ndjson" 2> "$tmp/import"
}
merges_bare() {
	local one two
	bare 19 && are_two 10.0.0.91 10.0.0.92 && exits 0 m why-not 10.0.0.91 10.0.0.92 && said "'muster merge' makes them one" ||
		return 1
	one=$(id_of 10.0.0.91) two=$(id_of 10.0.0.92)
	exits 0 m merge 10.0.0.91 10.0.0.92 && said 'by address 10.0.0.91 at main and address 10.0.0.92 at main$' &&
		exits 0 m merge 10.0.0.93 10.0.0.94 && bare 20 || { cat "$tmp/exits.err"; return 1; }
	are_one 10.0.0.91 10.0.0.92 && are_one "$one" "$two" && are_one 10.0.0.93 10.0.0.94 && are_two 10.0.0.91 10.0.0.93 &&
		why 10.0.0.92 && said "joined by address 10.0.0.9. main: $me ruled that these are one device \(same\)$"
}
parts_bare() {
	exits 2 m split 10.0.0.93 10.0.0.94 && erred "a merge made them one by their addresses" && exits 0 m undo &&
		are_two 10.0.0.93 10.0.0.94 && are_one 10.0.0.91 10.0.0.92 && exits 0 m undo && are_two 10.0.0.91 10.0.0.92 &&
		bare 21 && are_two 10.0.0.91 10.0.0.92
}
differs() { # what was undone is no difference; what was done again is one
	local before
	before=$(date -u +%FT%T.%6NZ)
	exits 0 m merge 10.0.0.93 10.0.0.94 && exits 0 m diff "$before" -f ndjson && said '"merged"' && exits 0 m undo &&
		exits 0 m diff "$before" -f ndjson && ! grep '"10.0.0.93".*"merged"' "$tmp/exits.out" && exits 0 m merge 10.0.0.93 10.0.0.94 &&
		exits 0 m diff "$before" -f ndjson && [ "$(grep -c '"10.0.0.93".*"merged"' "$tmp/exits.out")" -eq 1 ] && exits 0 m undo
}
same_name() {
	local name='"netbios.name":"TWIN","netbios.domain":"CORP"'
	sweep 22 <<< "10.0.0.95 $name" && sweep 22 <<< "10.0.0.96 $name" && are_two 10.0.0.95 10.0.0.96 &&
		exits 0 m split 10.0.0.95 10.0.0.96 && said 'TWIN and TWIN are two: netbios .*twin, which both show, counts no more$' &&
		exits 0 m why-not 10.0.0.95 10.0.0.96 && said "\(so decided $me\)$" && ! grep -F "'muster merge'" "$tmp/exits.out" || return 1
	sweep 23 <<< "10.0.0.95 $name,\"smb.dns_name\":\"twin.corp.example\"" &&
		sweep 23 <<< "10.0.0.96 $name,\"smb.dns_name\":\"twin.corp.example\"" && are_two 10.0.0.95 10.0.0.96
}
overruled() {
	why 10.0.0.81 && said "^.* joined by mac 3c:.*; no more: $me overruled it at $now$"
}
try "a join that a split overruled is marked, with who and when" overruled
try "addresses without an identifier are merged, and stay so" merges_bare
try "undo parts them, for good" parts_bare
try "a merge that was undone is no difference" differs
try "two of one name are kept apart by not trusting it" same_name
check() { exits 0 m store check && said '^0 problems found$'; }
try "the store is in order" check

finish
