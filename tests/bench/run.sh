#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# make bench: muster beside its peers on the lab's networks, as Markdown on standard output.
#
#	tests/bench/run.sh [JOB...]	jobs by the beginning of their names; --list shows them
#
# BENCH_ROUNDS=N runs of each command (default 5); MUSTER_LAB_ID names a lab to use and
# to leave up, otherwise one is raised and taken away again.
set -euo pipefail
cd "$(dirname "$0")/../.."

build=$PWD/build/bench
mkdir -p "$build"
for tool in measure rawsend; do
	[ "$build/$tool" -nt "tests/bench/$tool.c" ] ||
		cc -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -o "$build/$tool" "tests/bench/$tool.c"
done

[ "${1-}" = --list ] || make build/release/tests/bench/ptr build/release/tests/bench/identity >&2

if [ "${1-}" != --list ]; then
	[ "$(id -u)" = 0 ] || { echo "bench: needs root for network namespaces" >&2; exit 1; }
	work=$(mktemp -d "${TMPDIR:-/tmp}/muster-bench.XXXXXX")
	if [ -z "${MUSTER_LAB_ID-}" ]; then
		export MUSTER_LAB_ID=bench$$
		trap 'tests/lab/lab down > /dev/null 2>&1; rm -rf "$work"' EXIT
	else
		trap 'rm -rf "$work"' EXIT
	fi
	tests/lab/lab up big >&2
	tests/lab/lab up ghosts >&2
	tests/lab/lab up people >&2
fi
MUSTER=${MUSTER:-$PWD/build/muster} BENCH_BUILD=$build BENCH_WORK=${work-} \
	/usr/bin/python3 -B tests/bench/bench.py "$@"
