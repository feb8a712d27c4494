#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# make bench: muster beside its peers on the lab's big networks, as Markdown tables.
# BENCH_ROUNDS=N runs of each command (default 5); arguments pick jobs by their name.
set -euo pipefail
cd "$(dirname "$0")/../.."

lab=tests/lab/lab
id=bench$$
export MUSTER_LAB_ID=$id
truth=$(mktemp -d)
trap '$lab down >/dev/null 2>&1 || true; rm -rf "$truth"' EXIT

$lab up big >&2
for network in big-routed big-onlink; do
	$lab truth "$network" >"$truth/$network"
done
device=$($lab exec scan ip -o route show 198.20.0.0/16 | sed -n 's/.* dev \([^ ]*\).*/\1/p')
own=$($lab exec scan ip -o -4 addr show | awk '{ sub("/.*", "", $4); printf "%s ", $4 }')

echo "Measured on $(date -u +%Y-%m-%d) at commit $(git rev-parse --short HEAD 2>/dev/null || echo '?'), $(nproc) cores, medians of ${BENCH_ROUNDS:-5}."
$lab exec scan env MUSTER="$PWD/build/muster" TRUTH="$truth" ONLINK_DEVICE="$device" OWN="$own" \
	BENCH_ROUNDS="${BENCH_ROUNDS:-5}" /usr/bin/python3 "$PWD/tests/bench/sweep.py" "$@"
