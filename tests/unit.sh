#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# tests/unit.sh OUT BINARY...
#
# Runs the cmocka programs, keeps each one's output in OUT/log/, shows it when
# something failed, and ends with the sum of their test cases.  A program that
# dies before its summary counts as one failed case.  What a test prints before
# skip() is taken for its reason.
set -uo pipefail

out=$1; shift
mkdir -p "$out/log"
passed=0 failed=0 skipped=0

count() {	# the number on the summary line "[  WORD  ] N test(s)..."
	sed -n "s/^\[  $1 *\] \([0-9]*\) test(s).*/\1/p" "$2" | awk '{ n += $1 } END { print n + 0 }'
}

for t in "$@"; do
	name=$(basename "$t") log=$out/log/$(basename "$t").log
	timeout -k 5 600 "$t" > "$log" 2>&1 < /dev/null
	rc=$?
	p=$(count PASSED "$log") f=$(count FAILED "$log") s=$(count SKIPPED "$log")
	if [ $rc -ne 0 ] && [ "$f" -eq 0 ]; then
		f=1
		echo "not ok $name: exit status $rc without a failed case"
	fi
	if [ $rc -eq 0 ] && [ $((p + s)) -eq 0 ]; then
		f=1
		echo "not ok $name: ran no test"
	fi
	sed -n "s/^\[  FAILED  \] \([A-Za-z_].*\)/not ok $name: \1/p" "$log" | sort -u
	awk -v name="$name" '
		/^\[ RUN / { why = ""; next }
		/^\[  SKIPPED \] [A-Za-z_]/ && !seen[$4]++ {
			print "skip " name " " $4 ": " (why == "" ? "no reason given" : why)
		}
		{ sub(/^ +/, ""); if ($0 !~ /^\[/) why = why (why == "" ? "" : " ") $0 }
	' "$log"
	if [ "$f" -gt 0 ]; then
		grep -v '^\[       OK \]\|^\[ RUN ' "$log" | tail -n 60 | sed 's/^/    /'
	fi
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
done
if [ $skipped -gt 0 ]; then
	echo "$passed passed, $failed failed, $skipped skipped"
else
	echo "$passed passed, $failed failed"
fi
[ $failed -eq 0 ]
