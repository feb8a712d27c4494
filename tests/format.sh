#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# tests/format.sh [--check]: .clang-format decides; this applies or compares.
set -euo pipefail

mapfile -d '' -t files < <(find . -name build -prune -o -name .git -prune -o \
	\( -name '*.c' -o -name '*.h' \) -print0 | sort -z)
[ ${#files[@]} -gt 0 ] || exit 0
if [ "${1-}" != --check ]; then
	exec clang-format-14 -i "${files[@]}"
fi
bad=0
for f in "${files[@]}"; do
	if ! cmp -s "$f" <(clang-format-14 "$f"); then
		echo "$f: not formatted; 'make format' does it"
		clang-format-14 "$f" | diff -u "$f" - | sed -n '3,12p' || true
		bad=1
	fi
done
exit $bad
