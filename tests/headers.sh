#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Each header compiles alone and has the guard FOLDER_FILE_H.
set -uo pipefail
bad=0
mapfile -t headers < <(find . -name build -prune -o -name .git -prune -o -name '*.h' -print |
	sed 's,^\./,,' | sort)
for h in "${headers[@]}"; do
	guard=$(basename "$(dirname "$h")")_$(basename "$h" .h)_H
	guard=${guard^^}
	guard=${guard//[^A-Z0-9_]/_}
	if ! grep -q "^#ifndef $guard\$" "$h" || ! grep -q "^#define $guard\$" "$h"; then
		echo "$h: the guard must be $guard"
		bad=1
	fi
done
# Through an including file: a header that is itself the main file is allowed
# other things.
printf '%s\n' "${headers[@]}" | xargs -r -P "$(nproc)" -I{} sh -c \
	'echo "#include \"{}\"" | gcc -xc -std=c11 -D_GNU_SOURCE -I. -fsyntax-only \
		-Wall -Wextra -Werror - || { echo "{}: does not compile alone"; exit 1; }' || bad=1
exit $bad
