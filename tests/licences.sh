#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Every source file names its licence in its first five lines.
set -uo pipefail
bad=0
while IFS= read -r f; do
	if ! head -n 5 "$f" | grep -q 'SPDX-License-Identifier: GPL-3.0-or-later'; then
		echo "$f: no SPDX-License-Identifier line"
		bad=1
	fi
done < <(find Makefile .ci . -path ./build -prune -o -path ./.git -prune -o -path ./tests/data -prune -o \
	-path ./tests/fuzz/corpus -prune -o -type f \( -name '*.[ch]' -o -name '*.sh' \
	-o -name '*.sql' -o -name '*.scd' -o -name '*.py' -o -name '*.awk' -o -name Makefile \
	-o -path '*/.ci/run' \) -print | sed 's,^\./,,' | sort -u)
exit $bad
