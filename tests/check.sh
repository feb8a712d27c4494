#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What `make check` does: every stage, whatever the earlier ones said, each with
# its name and duration, then the skips with their reasons, what failed, and one
# line with the totals.  A stage that counts tests ends its output with a line
# "N passed, N failed[, N skipped]" or prints "ok NAME", "not ok NAME: why" and
# "skip NAME: why"; any other stage counts as one test.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

# Each stage is a make of its own with its own jobs: of the caller's make only
# the variables stay, and they are in the environment.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES MODE
export WERROR=1 LC_ALL=C.UTF-8
log=build/check
mkdir -p $log || exit 1
passed=0 failed=0 skipped=0

lists="deps/build.txt deps/lab.txt deps/test.txt"
# shellcheck disable=SC2086 # a list of lists
if ! deps/install.sh --check $lists; then
	if [ "$(id -u)" -ne 0 ]; then
		echo "check: these packages are missing; as root 'make deps-test' installs them"
		exit 1
	fi
	deps/install.sh $lists > $log/deps.log 2>&1 || { tail -n 30 $log/deps.log; exit 1; }
fi

stage() {
	local name=$1 out=$log/$1.log start=$SECONDS rc total p f s _; shift
	"$@" > "$out" 2>&1 < /dev/null
	rc=$?
	total=$(grep -E '^[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$' "$out" | tail -n 1)
	if [ -n "$total" ]; then
		read -r p f s _ < <(sed -E 's/[^0-9]+/ /g' <<< "$total 0")
	else
		p=$(grep -c '^ok ' "$out") f=$(grep -c '^not ok ' "$out") s=$(grep -c '^skip ' "$out")
		if [ $((p + f + s)) -eq 0 ]; then
			if [ $rc -eq 0 ]; then p=1; else f=1; fi
		fi
	fi
	# Failing without a failed test (a build error, say) is a failure as well.
	if [ $rc -ne 0 ] && [ "$f" -eq 0 ]; then f=1; fi
	printf '%-14s %4ds  %s\n' "$name" $((SECONDS - start)) \
		"$p passed, $f failed, ${s:-0} skipped"
	if [ "$f" -gt 0 ]; then
		# What failed first: whoever shows only a part of this shows its beginning.
		grep -A 4 '^not ok ' "$out" | grep -v '^ok ' | sed 's/^/    /'
		tail -n "${CHECK_LINES:-40}" "$out" | sed 's/^/    /'
		echo "    ($out)"
	fi
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + ${s:-0}))
}

jobs=-j$(nproc)
rm -f $log/*.log
stage format-check  make -s format-check
stage layers        make -s layers
stage headers       make -s headers
stage build         make "$jobs" all
stage lint          make -s lint
stage unit          make "$jobs" unit
stage unit-sanitize make "$jobs" MODE=sanitize unit
stage fuzz-replay   make "$jobs" fuzz-replay
stage e2e           make -s e2e

echo
for kind in skip 'not ok'; do
	for out in "$log"/*.log; do
		sed -n "s,^$kind \\(.*\\),$kind  $(basename "$out" .log): \\1,p" "$out"
	done
done
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
