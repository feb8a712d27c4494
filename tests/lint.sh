#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What a machine can say about style: licences, banned functions, the length of
# functions, cppcheck, shellcheck, and mandoc for the man pages that are built.
set -uo pipefail

# Called again for one step, so that they run side by side: the longest first, and what each
# says comes out in one piece.
steps='run_cppcheck run_shellcheck banned_functions tests/licences.sh function_length run_mandoc'
if [ $# -eq 0 ]; then
	# shellcheck disable=SC2086 # a list
	printf '%s\n' $steps | xargs -n 1 -P "$(nproc)" "$0" || exit 1
	exit 0
fi

files() {
	find . -name build -prune -o -name .git -prune -o -name "$1" -print | sed 's,^\./,,' | sort
}
# A test may do what the program may not.
mapfile -t product < <(files '*.c' | grep -v '^tests/')
mapfile -t headers < <(files '*.h' | grep -v '^tests/')

# Lines "FILE:LINE:CODE"; comments and the contents of strings may speak of the file system
# (and so on).
code_of() {
	gcc -fpreprocessed -dD -E -x c "$@" 2>/dev/null |
		awk '/^# [0-9]+ "/ { n = $2 - 1; split($0, part, "\""); next }
			{ n++; print part[2] ":" n ":" $0 }' |
		sed -E 's/"([^"\\]|\\.)*"/""/g'
}
banned_functions() {
	local words='strcpy|strcat|sprintf|vsprintf|gets|atoi|atol|strtok|sscanf|system|popen|tmpnam|alloca'
	local found
	found=$(code_of "${product[@]}" "${headers[@]}" |
		grep -E "(^|[^A-Za-z0-9_.>])($words)[[:space:]]*\(|(^|[^A-Za-z0-9_])malloc\([^;]* \* [^;]*\)")
	[ -n "$found" ] || return 0
	printf '%s\n' "$found" | sed 's,^\([^:]*:[0-9]*\):[[:space:]]*,\1: banned: ,'
	return 1
}
function_length() {
	[ ${#product[@]} -gt 0 ] || return 0
	ctags --languages=C --kinds-C=f --fields=+ne -o - "${product[@]}" | awk -F'\t' '
		/^!/ { next }
		{
			line = end = 0
			for (i = 4; i <= NF; i++) {
				if ($i ~ /^line:/) line = substr($i, 6)
				if ($i ~ /^end:/) end = substr($i, 5)
			}
			n = end - line + 1
			if (n > 70 && n <= 100)
				long = long sprintf("%s:%d: %s has %d lines: could it be two?\n", $2, line, $1, n)
			if (n > 100) {
				printf "%s:%d: %s has %d lines, the limit is 100\n", $2, line, $1, n
				bad = 1
			}
		}
		END { printf "%s", long; exit bad }'
}
run_cppcheck() {
	[ ${#product[@]} -gt 0 ] || return 0
	mkdir -p build/cppcheck
	# normalCheckLevelMaxBranches and the like are notes about cppcheck itself.
	cppcheck -q -j "$(nproc)" --cppcheck-build-dir=build/cppcheck --std=c11 \
		--language=c --platform=unix64 --library=posix --library=gnu \
		--enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
		--suppress=missingInclude --suppress=missingIncludeSystem \
		--suppress=unknownMacro --suppress=normalCheckLevelMaxBranches \
		-D_GNU_SOURCE -D__linux__ -DMUSTER_VERSION='"0"' -I. "${product[@]}"
}
run_shellcheck() {
	local scripts
	# By their name, or by their first line when they have no suffix.
	mapfile -t scripts < <(find . -name build -prune -o -name .git -prune -o -type f \
		\( -name '*.sh' -o ! -name '*.*' -size -64k \) -print | while IFS= read -r f; do
		case "$f" in *.sh) echo "$f"; continue ;; esac
		head -n 1 "$f" | grep -aqE '^#!.*[/ ](ba)?sh( |$)' && echo "$f"
	done | sort)
	shellcheck -x -e SC1091,SC2016,SC2317 "${scripts[@]}"
}
run_mandoc() {
	local pages
	mapfile -t pages < <(find build/man -type f 2>/dev/null)
	[ ${#pages[@]} -gt 0 ] || return 0
	# scdoc puts a paragraph wherever one could be; that is all it does wrong.
	! mandoc -T lint -W warning "${pages[@]}" | grep -v 'skipping paragraph macro'
}

said=$("$1" 2>&1)
rc=$?
[ -z "$said" ] || printf '%s\n' "$said"
[ $rc -eq 0 ] || { echo "lint: $1 complained"; exit 1; }
