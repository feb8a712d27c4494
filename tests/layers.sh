#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Every #include "folder/..." must be allowed by tests/layers.txt; paths always
# start at the root; and some libraries have one home.
set -uo pipefail
bad=0
complain() { echo "$1"; bad=1; }

while read -r folder allowed; do
	[ -d "$folder" ] || continue
	while IFS=: read -r file line text; do
		[[ $text =~ \"([^\"]+)\" ]] && path=${BASH_REMATCH[1]}
		into=${path%%/*}
		case "$path" in
		*.inc) ;;	# generated tables, found by -I build/MODE/gen
		*/*) [[ " $folder $allowed " == *" $into "* ]] ||
			complain "$file:$line: $folder/ may not include $into/" ;;
		*) complain "$file:$line: \"$path\" lacks its folder" ;;
		esac
	done < <(grep -rnE --include='*.[ch]' '^[[:space:]]*#[[:space:]]*include[[:space:]]+"' "$folder")
done < <(sed 's/#.*//' tests/layers.txt | awk NF)

only() {	# only HEADER-REGEX PATH-REGEX: where a library's header may appear
	while IFS=: read -r file line _; do
		[[ $file =~ ^tests/ || $file =~ $2 ]] ||
			complain "$file:$line: <$1> belongs to $2"
	done < <(grep -rnE --include='*.[ch]' --exclude-dir=build \
		"^[[:space:]]*#[[:space:]]*include[[:space:]]+<$1>" -- */)
}
only 'sqlite3\.h'         '^db/(sql_sqlite\.c|sqlite_room\.[ch])$'
only 'libpq-fe\.h'        '^db/sql_pgsql\.c$'
only 'pcap(/pcap)?\.h'    '^scanner/'
only 'jansson\.h'         '^(inventory|cli|feed|schedule|server)/'
exit $bad
