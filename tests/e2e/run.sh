#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# tests/e2e/run.sh [NAME...]
#
# Runs every script of this folder but itself and lib.sh (or the named ones), passes on
# its "ok", "not ok" and "skip" lines, and ends with 1 when something was not ok.  A
# script that fails without a "not ok" line, or reports nothing, is not ok itself.
set -uo pipefail
cd "$(dirname "$0")" || exit 1

logs=$(mktemp -d "${TMPDIR:-/tmp}/muster-e2e-run.XXXXXX") || exit 1
trap 'rm -rf "$logs"' EXIT
bad=0

run_one() {
	local script=$1 name log rc=0
	name=$(basename "$script" .sh)
	log=$logs/$name
	timeout -k 10 "${E2E_SECONDS:-900}" bash "$script" > "$log" 2>&1 < /dev/null || rc=$?
	sed -nE "s/^(ok|not ok|skip) (.*)/\1 $name: \2/p" "$log"
	if [ $rc -ne 0 ] && ! grep -q '^not ok ' "$log"; then
		echo "not ok $name: ended with $rc: $(tail -n 1 "$log" | cut -c 1-300)"
	elif ! grep -qE '^(ok|not ok|skip) ' "$log"; then
		echo "not ok $name: reported nothing"
	elif [ $rc -eq 0 ] && ! grep -q '^not ok ' "$log"; then
		return
	fi
	bad=1
	grep -vE '^(ok|skip) ' "$log" | tail -n 30 | sed 's/^/    /'
}

if [ $# -gt 0 ]; then
	for name in "$@"; do run_one "${name%.sh}.sh"; done
else
	for script in *.sh; do
		case $script in run.sh|lib.sh) ;; *) run_one "$script" ;; esac
	done
fi
exit $bad
