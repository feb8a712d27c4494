#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Mistakes: each gets one clear error that names the cause and the fix, and the right exit
# status; nothing is sent and nothing is altered.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

# says STATUS PATTERN COMMAND... - ends so, and says so on standard error in few lines
# shellcheck disable=SC2317 # called by try
says() {
	local status=$1 pattern=$2; shift 2
	exits "$status" "$@" || return 1
	grep -qE -- "$pattern" "$tmp/exits.err" || { cat "$tmp/exits.err"; return 1; }
	[ "$(wc -l < "$tmp/exits.err")" -le 3 ] || { echo "too long"; cat "$tmp/exits.err"; return 1; }
}

db=(--db "$tmp/m.db")
try "an octet above 255" says 2 '10\.0\.0\.300.*255' "$MUSTER" scan 10.0.0.300 "${db[@]}"
try "a prefix above 32" says 2 '/33' "$MUSTER" scan 10.0.0.0/33 "${db[@]}"
try "a range that ends before it begins" says 2 '10\.0\.0\.9-10\.0\.0\.1' \
	"$MUSTER" scan 10.0.0.9-10.0.0.1 "${db[@]}"
try "a file that is not there" says 1 'nowhere\.txt' "$MUSTER" scan @nowhere.txt "${db[@]}"
try "more than a /16 without --yes" says 2 '--yes' "$MUSTER" scan 10.0.0.0/15 "${db[@]}"
try "nothing left after exclusions" says 2 'no target is left' \
	"$MUSTER" scan 10.0.0.0/24 --exclude 10.0.0.0/8 "${db[@]}"
try "only exclusions" says 2 'no target is left' "$MUSTER" scan '!10.0.0.1' "${db[@]}"
try "an unknown interface" says 2 'nosuch0' \
	"$MUSTER" scan 127.0.0.1 --interface nosuch0 "${db[@]}"
try "an unknown probe" says 2 'icmp-ehco' "$MUSTER" scan 127.0.0.1 --probe icmp-ehco "${db[@]}"
try "a port out of range" says 2 '70000' "$MUSTER" scan 127.0.0.1 --ports 70000 "${db[@]}"
try "a summary that cannot be written, before the sweep" says 1 'nodir' \
	"$MUSTER" scan 127.0.0.1 --summary-json /nodir/x --no-names "${db[@]}"
try "a rate of 0" says 2 'rate' "$MUSTER" scan 127.0.0.1 --rate 0 "${db[@]}"
try "an unknown option, with the nearest" says 2 '--preview' \
	"$MUSTER" scan 127.0.0.1 --previev "${db[@]}"
try "an unknown command, with the nearest" says 2 'devices' "$MUSTER" devcies
try "no target" says 2 'TARGET' "$MUSTER" scan
together() { # PATTERN ARGUMENT...: options of which one would be ignored
	local pattern=$1; shift
	try "$*" says 2 "$pattern" "$MUSTER" scan "$@"
}
together '--format' 127.0.0.1 --emit --format csv
together '--db' 127.0.0.1 --emit "${db[@]}"
together '--vendors' 127.0.0.1 --emit --vendors /dev/null
together '--summary-json' 127.0.0.1 --emit --summary-json -
together '--resume' --emit --resume
together '--db' 127.0.0.1 --no-db "${db[@]}"
together '--no-db' --no-db --resume
together '--resume' --packets-from /dev/null --resume
together '--packets-to' 127.0.0.1 --packets-from /dev/null --packets-to /dev/null
together '--ask.*--no-talk' 127.0.0.1 --no-talk --ask ssh "${db[@]}"
together '--ask.*--no-identify' 127.0.0.1 --no-identify --ask ssh "${db[@]}"
together '--ask.*--packets-from' 127.0.0.1 --packets-from /dev/null --ask ssh "${db[@]}"
together '--smb-dialects' 127.0.0.1 --no-talk --smb-dialects "${db[@]}"
together '--smb-dialects.*--ask smb' 127.0.0.1 --ask ssh --smb-dialects "${db[@]}"
try "nothing to go on with, without a store" says 1 'no store' "$MUSTER" scan --resume "${db[@]}"
try "no store was made by any of these" test ! -e "$tmp/m.db"

try "an age without a unit" says 2 '90min' "$MUSTER" changes --since 24 "${db[@]}"

# --- nothing to go on with ---
printf 'store:\n  db: %s\n' "$tmp/done.db" > "$tmp/done.yaml"
try "a store that the settings file names is no mistake beside --no-db" exits 0 \
	"$MUSTER" scan -c "$tmp/done.yaml" --no-db 127.0.0.1 --unprivileged --no-names
"$MUSTER" scan -c "$tmp/done.yaml" 127.0.0.1 --unprivileged --no-names --quiet > /dev/null
try "a sweep that was completed" says 1 'nothing to resume: the last sweep \(20.*Z\) was completed' \
	"$MUSTER" scan --resume --db "$tmp/done.db"
printf '' | "$MUSTER" import --db "$tmp/empty.db" - 2> /dev/null
try "no sweep at all" says 1 'has seen no sweep' "$MUSTER" scan --resume --db "$tmp/empty.db"
try "a summary on standard output" bash -c "
	'$MUSTER' scan 127.0.0.1 --no-db --unprivileged --no-names --format csv --summary-json - |
		tail -n +3 | jq -e '.end.ok' > /dev/null && test ! -e -"

# --- stores that are not ours ---
echo "dear diary" > "$tmp/diary"
sum=$(sha256sum < "$tmp/diary")
try "a foreign file is refused by scan" says 1 'diary' \
	"$MUSTER" scan 127.0.0.1 --db "$tmp/diary" --unprivileged
try "and by devices" says 1 'diary' "$MUSTER" devices --db "$tmp/diary"
try "and is as it was" test "$sum" = "$(sha256sum < "$tmp/diary")"
sqlite3 "$tmp/other.db" 'CREATE TABLE recipes (name TEXT); INSERT INTO recipes VALUES (1)'
sum=$(sha256sum < "$tmp/other.db")
try "another program's database is refused" says 1 'another program' \
	"$MUSTER" scan 127.0.0.1 --db "$tmp/other.db" --unprivileged
try "and is as it was, too" test "$sum" = "$(sha256sum < "$tmp/other.db")"

# --- previews and loopback need no rights and send nothing elsewhere ---
try "a preview says what would be asked" bash -c "
	'$MUSTER' scan 127.0.0.0/24 --preview | grep -q '^addresses: 256'"
try "and how much they would be talked to" bash -c "
	'$MUSTER' scan 127.0.0.0/24 --ask ssh --preview | tr '\n' ' ' |
		grep -q 'up to 1 each, .* up to 3072 packets, 1 s'"
try "or that they would not" bash -c "
	! '$MUSTER' scan 127.0.0.0/24 --no-talk --preview | grep conversations"
printf 'scan:\n  exclude: [127.0.0.2]\n' > "$tmp/exclude.yaml"
try "exclusions of the settings file and of the command line add up" bash -c "
	'$MUSTER' scan -c '$tmp/exclude.yaml' 127.0.0.0/30 --exclude 127.0.0.1 --preview |
		grep -q '^addresses: 2'"
try "loopback, through sockets" bash -c "
	'$MUSTER' scan 127.0.0.1 --no-db --format ndjson --no-names | jq -e .ip > /dev/null"
if [ "$(id -u)" -eq 0 ]; then
	mkdir -m 700 "$tmp/closed"
	"$MUSTER" scan 127.0.0.1 --unprivileged --no-names --quiet --db "$tmp/closed/m.db" > /dev/null
	chmod 755 "$tmp"
	try "a store without permission says so" says 1 'ermission|sudo' \
		setpriv --reuid 65534 --regid 65534 --clear-groups \
		"$MUSTER" devices --db "$tmp/closed/m.db"
else
	skip "a store without permission" "needs root to become somebody else"
fi
try "help goes to standard output" bash -c "'$MUSTER' scan --help 2> /dev/null | grep -q '^Usage'"
try "a full device is an error" bash -c "
	'$MUSTER' help > /dev/full; test \$? = 1"
finish
