#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# tests/fuzz.sh replay OUT HARNESS...	every file of each corpus, once
# tests/fuzz.sh run OUT HARNESS...	libFuzzer, FUZZ_RUNS inputs for each
#
# fuzz_NAME has its corpus in tests/fuzz/corpus/NAME/.  New inputs that libFuzzer
# finds go to OUT/corpus/NAME/, crashes to OUT/crash/: what deserves it is copied
# into the corpus by hand.
set -uo pipefail

verb=$1 out=$2; shift 2
corpora=tests/fuzz/corpus
mkdir -p "$out/log" "$out/crash"

# Called again for one harness, so that xargs can keep all processors busy.
if [ "$verb" = run-one ]; then
	name=$(basename "$1"); name=${name#fuzz_}
	mkdir -p "$out/corpus/$name"
	seeds=(); if [ -d "$corpora/$name" ]; then seeds=("$corpora/$name"); fi
	log=$out/log/fuzz_$name.log
	if "$1" -runs="${FUZZ_RUNS:-1000000}" -timeout=20 -rss_limit_mb=2048 \
		-artifact_prefix="$out/crash/$name-" -print_final_stats=1 \
		"$out/corpus/$name" "${seeds[@]}" > "$log" 2>&1 < /dev/null; then
		echo "ok $name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") runs"
	else
		tail -n 40 "$log" | sed 's/^/    /'
		echo "not ok $name: $log"
		exit 1
	fi
	exit 0
fi

if [ "$verb" = replay-one ]; then
	name=$(basename "$1"); name=${name#fuzz_}
	log=$out/log/replay_$name.log
	if [ ! -d "$corpora/$name" ]; then
		echo "not ok replay $name: no corpus in $corpora/$name"
	elif timeout -k 5 600 "$1" "$corpora/$name" > "$log" 2>&1 < /dev/null; then
		printf 'ok %-20s %s\n' "$name" "$(tail -n 1 "$log")"
	else
		tail -n 40 "$log" | sed 's/^/    /'
		echo "not ok replay $name: $log"
	fi > "$out/log/$name.said"
	exit 0
fi

if [ "$verb" = run ]; then
	for t in "$@"; do
		name=$(basename "$t"); name=${name#fuzz_}
		if [ -z "${FUZZ-}" ] || [ "$FUZZ" = "$name" ]; then echo "$t"; fi
	done > "$out/log/fuzz.list"
	if [ -n "${FUZZ-}" ] && [ ! -s "$out/log/fuzz.list" ]; then
		echo "fuzz: there is no harness tests/fuzz/fuzz_$FUZZ.c" >&2
		exit 2
	fi
	xargs -r -n 1 -P "$(nproc)" "$0" run-one "$out" < "$out/log/fuzz.list"
	exit
fi

passed=0 failed=0
rm -f "$out"/log/*.said
printf '%s\n' "$@" | xargs -r -n 1 -P "$(nproc)" "$0" replay-one "$out"
for t in "$@"; do
	name=$(basename "$t"); name=${name#fuzz_}
	if grep -q '^ok ' "$out/log/$name.said"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
	fi
	sed 's/^ok //' "$out/log/$name.said"
done
# A corpus without a harness is a renamed harness that nobody noticed.
for d in "$corpora"/*/; do
	name=$(basename "$d")
	if [ -d "$d" ] && [ ! -f "tests/fuzz/fuzz_$name.c" ]; then
		echo "not ok replay $name: $d has no tests/fuzz/fuzz_$name.c"
		failed=$((failed + 1))
	fi
done
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
