# SPDX-License-Identifier: GPL-3.0-or-later
#
# Sorted rows of deps/oui.awk to what inventory/vendor.c includes:
#     BLOCK(0xPREFIX48ULL, BITS, OFFSET)
#     NAME("Vendor")
# Each name once, behind each other with a NUL at its end; OFFSET is where it begins.
# Numbers in place of pointers: those would be relocated at every start of the program.
# Run with LC_ALL=C: lengths are bytes, in mawk and gawk alike.

{
	name = substr($0, length($1) + length($2) + 3)
	if (!(name in offset)) {
		offset[name] = end
		end += length(name) + 1
		text = name
		gsub(/[\\"?]/, "\\\\&", text)	# '?' because of trigraphs
		printf "NAME(\"%s\")\n", text
	}
	printf "BLOCK(0x%sULL, %d, %d)\n", $1, $2, offset[name]
}
