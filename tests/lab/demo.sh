#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# tests/lab/demo.sh - what `make demo` shows: muster on a small network of real
# servers.  The network is made of namespaces, goes away at the end, and never
# touches this machine's own.  Needs root; MUSTER names another program to show.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
muster=${MUSTER:-${here%/tests/lab}/build/muster}
export MUSTER_LAB_ID=demo$$

say() {
	if [ -t 1 ]; then
		printf '\n\033[1m# %s\033[0m\n' "$*"
	else
		printf '\n# %s\n' "$*"
	fi
}

# Show a command of muster as a person would type it, and run it on the scanner.
show() {
	printf '$ muster %s\n' "$*"
	"$here/lab" exec scan "$muster" "$@" --db "$work/muster.db"
}

# shellcheck disable=SC2317 # called at exit
finish() {
	trap '' PIPE	# whoever read this may have gone; the network must go, too
	say "The network is taken away again." || :
	"$here/lab" down || :
	rm -rf "$work"
}

[ "$(id -u)" = 0 ] || { echo "demo: needs root, to make namespaces: sudo make demo" >&2; exit 1; }
[ -x "$muster" ] || { echo "demo: no $muster; run: make" >&2; exit 1; }
work=$(mktemp -d)
trap finish EXIT

say "A network of real servers (Samba, OpenSSH, SNMP, nginx, DNS, a printer) is raised."
"$here/lab" up real
"$here/lab" list

say "Sweep two subnets, one on-link and one behind a router, and ask who is there."
show scan 198.18.3.0/24 198.18.4.0/24

say "The inventory: one row a device."
show devices

say "One device, and why muster believes what it says."
show show 198.18.3.10 --why

say "What the printer was made to print: $("$here/lab" printer-bytes) bytes."
