#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# tests/unit.sh OUT BINARY...
#
# Runs the cmocka programs, one more at once than there are processors, for some mostly
# wait; keeps each one's output in OUT/log/, shows it when something failed, and ends with
# the sum of their test cases.  A program that dies before its summary counts as one failed
# case.  What a test prints before skip() is taken for its reason.
set -uo pipefail

count() {	# the number on the summary line "[  WORD  ] N test(s)..."
	sed -n "s/^\[  $1 *\] \([0-9]*\) test(s).*/\1/p" "$2" | awk '{ n += $1 } END { print n + 0 }'
}

# One program: what there is to say of it, and its counts in a file.
run_one() {
	local out=$1 t=$2 name log rc p f s
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
	echo "$p $f $s" > "$out/log/$name.count"
}

# Called again for one program, so that xargs can keep all processors busy; what it says
# comes out in one piece.
if [ "$1" = run-one ]; then
	said=$(run_one "$2" "$3")
	[ -z "$said" ] || echo "$said"
	exit 0
fi

out=$1; shift
mkdir -p "$out/log"
rm -f "$out"/log/*.count
printf '%s\n' "$@" | xargs -r -n 1 -P $(($(nproc) + 1)) "$0" run-one "$out"
passed=0 failed=0 skipped=0
for t in "$@"; do
	# Without a count it could not even be started.
	read -r p f s < "$out/log/$(basename "$t").count" || { p=0 f=1 s=0; echo "not ok $t"; }
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
done
if [ $skipped -gt 0 ]; then
	echo "$passed passed, $failed failed, $skipped skipped"
else
	echo "$passed passed, $failed failed"
fi
[ $failed -eq 0 ]
