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
# Starting it costs more than a file does: many files a process, two processes.
if ! printf '%s\0' "${files[@]}" |
	xargs -0 -n 50 -P "$(nproc)" clang-format-14 --dry-run --Werror --ferror-limit=1; then
	echo "not formatted; 'make format' does it"
	exit 1
fi
