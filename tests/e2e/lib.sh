# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# What every end-to-end script needs: source it first.  It gives a temporary folder in
# $tmp that goes away with the script, the program in $MUSTER, and three ways to report:
#
#	ok NAME			passed
#	not_ok NAME WHY		failed; finish then ends with 1
#	skip NAME WHY		could not be tried here
#
# try NAME COMMAND... reports by the command's exit status and shows its output.
# The script's last line is `finish`.
set -uo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
MUSTER=${MUSTER:-$root/build/muster}
tmp=$(mktemp -d "${TMPDIR:-/tmp}/muster-e2e.XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT
unset MUSTER_DB
export NO_COLOR=1 LC_ALL=C.UTF-8
failures=0

one_line() { tr '\n\t' '  ' | cut -c 1-300; }
ok() { echo "ok $1"; }
not_ok() { echo "not ok $1: $(one_line <<< "${2-}")"; failures=$((failures + 1)); }
skip() { echo "skip $1: $2"; }

try() {
	local name=$1 said; shift
	if said=$("$@" 2>&1); then ok "$name"; else not_ok "$name" "$* gave $?: $said"; fi
}

# Does a command end with this status?  exits 2 COMMAND...
exits() {
	local want=$1 rc=0; shift
	"$@" > "$tmp/exits.out" 2> "$tmp/exits.err" < /dev/null || rc=$?
	[ $rc -eq "$want" ] || { echo "exit status $rc, not $want"; cat "$tmp/exits.err"; return 1; }
}

finish() { [ $failures -eq 0 ]; exit; }

# The same lines in two files, in any order; the first is what should be.
same() {
	sort "$2" > "$tmp/want"
	sort "$3" > "$tmp/have"
	if diff "$tmp/want" "$tmp/have" > "$tmp/diff"; then
		ok "$1 ($(wc -l < "$tmp/want"))"
	else
		not_ok "$1" "$(wc -l < "$tmp/diff") lines of diff: $(head -n 8 "$tmp/diff")"
	fi
}

# A lab of the script's own with this network; it goes away with the script.  Afterwards
# $lab is its command, and scan runs one on the host that scans.
in_lab() {
	[ "$(id -u)" -eq 0 ] || { skip "all" "needs root for network namespaces"; finish; }
	export MUSTER_LAB_ID=e2e$1$$
	lab=$root/tests/lab/lab
	trap '"$lab" down > "$tmp/down" 2>&1; rm -rf "$tmp"' EXIT
	"$lab" up "$1" > "$tmp/up" 2>&1 || { not_ok "lab" "$(tail -n 3 "$tmp/up")"; finish; }
}
scan() { "$lab" exec scan "$@"; }

[ -x "$MUSTER" ] || { not_ok "program" "$MUSTER is not built"; finish; }
