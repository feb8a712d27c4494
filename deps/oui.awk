# SPDX-License-Identifier: GPL-3.0-or-later
#
# The IEEE registries, as Debian's ieee-data ships them, to rows
#     PREFIX48 BITS Vendor
# which deps/oui_table.awk makes a table of, once they are sorted.
# A block in oui.txt (24 bits) has the prefix on its "base 16" line; in mam.txt
# (28), oui36.txt and iab.txt (36) that line holds the range of the last three
# bytes, and the first three stand on the "hex" line before it.
# Run with LC_ALL=C: lengths are bytes, in mawk and gawk alike.

{ sub(/\r$/, "") }

/\(hex\)/ { first = substr($1, 1, 2) substr($1, 4, 2) substr($1, 7, 2) }

/\(base 16\)/ {
	if (split($1, range, "-") == 2) {
		prefix = first range[1]
		# As many trailing F as the range leaves free: 5 or 3 digits.
		match(range[2], /F+$/)
		free = RLENGTH
		while (free > 0 && substr(range[1], 7 - free) !~ /^0+$/)
			free--
		bits = 48 - 4 * free
	} else {
		prefix = $1 "000000"
		bits = 24
	}
	name = $0
	sub(/^.*\(base 16\)/, "", name)
	gsub(/[\001-\037\177]/, " ", name)
	gsub(/  +/, " ", name)
	gsub(/^ +| +$/, "", name)
	if (length(prefix) != 12 || prefix !~ /^[0-9A-F]+$/ || name == "")
		next
	if (length(name) > 64) {
		# Never cut a UTF-8 sequence: the byte after the cut must
		# start a character.
		n = 64
		while (n > 0 && substr(name, n + 1, 1) ~ /[\200-\277]/)
			n--
		name = substr(name, 1, n)
		sub(/ +$/, "", name)
	}
	print prefix, bits, name
}
