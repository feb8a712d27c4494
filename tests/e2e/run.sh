#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# tests/e2e/run.sh [NAME...]
#
# Runs every script of this folder but itself and lib*.sh (or the named ones), passes on
# its "ok", "not ok" and "skip" lines, tells how long it took, and ends with 1 when
# something was not ok.  A script that fails without a "not ok" line, or reports nothing,
# is not ok itself.
#
# Each script has a lab of its own and mostly waits, so six run at a time, or $E2E_JOBS.  One
# that has a line "# alone: WHY" needs the machine for itself; one with "# first: WHY" begins
# early, so that nobody waits for it at the end.
set -uo pipefail
cd "$(dirname "$0")" || exit 1

# One script: its lines in $logs/NAME.said, and $logs/NAME.bad when something was not ok.
run_one() {
	local script=$1 name log rc=0 start=$SECONDS
	name=$(basename "$script" .sh)
	log=$logs/$name
	timeout -k 10 "${E2E_SECONDS:-900}" bash "$script" > "$log" 2>&1 < /dev/null || rc=$?
	{
		sed -nE "s/^(ok|not ok|skip) (.*)/\1 $name: \2/p" "$log"
		if [ $rc -ne 0 ] && ! grep -q '^not ok ' "$log"; then
			echo "not ok $name: ended with $rc: $(tail -n 1 "$log" | cut -c 1-300)"
		elif ! grep -qE '^(ok|not ok|skip) ' "$log"; then
			echo "not ok $name: reported nothing"
		fi
	} > "$logs/$name.lines"
	if [ $rc -ne 0 ] || grep -q '^not ok ' "$logs/$name.lines"; then
		grep -vE '^(ok|skip) ' "$log" | tail -n 30 | sed 's/^/    /' >> "$logs/$name.lines"
		: > "$logs/$name.bad"
	fi
	echo "# $name: $((SECONDS - start)) s" >> "$logs/$name.lines"
	cat "$logs/$name.lines" # in one piece
}

# Called again for one script, so that xargs can run some.
if [ "${1-}" = --one ]; then
	logs=$2
	run_one "$3"
	exit 0
fi

logs=$(mktemp -d "${TMPDIR:-/tmp}/muster-e2e-run.XXXXXX") || exit 1
trap 'rm -rf "$logs"' EXIT
scripts=()
if [ $# -gt 0 ]; then
	for name in "$@"; do scripts+=("${name%.sh}.sh"); done
else
	for script in *.sh; do
		case $script in run.sh|lib.sh|lib_*.sh) ;; *) scripts+=("$script") ;; esac
	done
fi
alone=() first=() together=()
for script in "${scripts[@]}"; do
	case $(sed -n 's/^# \(alone\|first\): .*/\1/p' "$script") in
	alone) alone+=("$script") ;;
	first) first+=("$script") ;;
	*) together+=("$script") ;;
	esac
done
together=("${first[@]}" "${together[@]}")
if [ ${#together[@]} -gt 0 ]; then
	printf '%s\n' "${together[@]}" | xargs -r -n 1 -P "${E2E_JOBS:-6}" ./run.sh --one "$logs"
fi
for script in "${alone[@]}"; do run_one "$script"; done
! ls "$logs"/*.bad > /dev/null 2>&1
