#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# deps/install.sh [--check] LIST...
#
# Installs the Debian packages that the lists name and that are missing.  With
# nothing missing it touches neither the network nor the system.  --check only
# says what is missing.  Needs root to install; exit 1 when it cannot.
#
# No service is started: the lists hold real servers (smbd, snmpd, dnsmasq ...)
# that must run only inside the lab's network namespaces, never on this host.
set -euo pipefail

policy=/usr/sbin/policy-rc.d
saved=/usr/sbin/policy-rc.d.before-muster
mark='# put here by deps/install.sh of muster for the time of one installation'

check=no
if [ "${1-}" = --check ]; then check=yes; shift; fi
[ $# -gt 0 ] || { echo "usage: deps/install.sh [--check] LIST..." >&2; exit 2; }

mapfile -t wanted < <(sed 's/#.*//' -- "$@" | awk 'NF { print $1 }' | sort -u)

find_missing() {
	# One dpkg-query for all; a package it never heard of is not printed.
	comm -23 <(printf '%s\n' "${wanted[@]}") \
		<(dpkg-query -W -f='${db:Status-Status} ${Package}\n' \
			"${wanted[@]}" 2>/dev/null |
			awk '$1 == "installed" { print $2 }' | sort -u)
}

write_lock() {
	mkdir -p build
	dpkg-query -W -f='${Package} ${Version}\n' "${wanted[@]}" |
		sort -u > build/deps.lock.$$ && mv build/deps.lock.$$ build/deps.lock
}

cd "$(dirname "$0")/.."
mapfile -t missing < <(find_missing)
if [ ${#missing[@]} -eq 0 ]; then
	echo "deps: nothing missing (${#wanted[@]} packages)"
	if [ $check = no ]; then write_lock; fi
	exit 0
fi
echo "deps: missing: ${missing[*]}"
if [ $check = yes ]; then exit 1; fi
if [ "$(id -u)" -ne 0 ]; then
	echo "deps: installing needs root; run:" >&2
	echo "  sudo apt-get install -y --no-install-recommends ${missing[*]}" >&2
	exit 1
fi

put_back() {
	if [ -f $policy ] && grep -qF "$mark" $policy; then rm -f $policy; fi
	if [ -e $saved ] || [ -L $saved ]; then mv -f $saved $policy; fi
}

# Two installations at a time would take each other's policy for the original.
mkdir -p /run/lock
exec 9> /run/lock/muster-deps.lock
flock 9
# A run that was killed with SIGKILL could not tidy up: do it for that run.
put_back
trap put_back EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
if [ -e $policy ] || [ -L $policy ]; then mv -f $policy $saved; fi
printf '#!/bin/sh\n%s\nexit 101\n' "$mark" > $policy
chmod 755 $policy

# Without a terminal nothing may ask: not debconf (wireshark), not a changed
# configuration file, not apt itself.  apt inherits the lock: were this script
# killed, the next run would wait until that apt is done before tidying up.
apt() {
	DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=600 \
		-o Dpkg::Options::=--force-confdef \
		-o Dpkg::Options::=--force-confold \
		-o Dpkg::Use-Pty=0 "$@" < /dev/null
}

mapfile -t missing < <(find_missing)	# another run may have been faster
if [ ${#missing[@]} -gt 0 ]; then
	fresh=$(find /var/lib/apt/lists -maxdepth 1 -name '*Packages*' -mtime -1 \
		-print -quit)
	if [ -z "$fresh" ]; then apt update; fi
	# Lists that name versions the mirror has dropped: refresh once and retry.
	apt install --no-install-recommends "${missing[@]}" || {
		apt update
		apt install --no-install-recommends "${missing[@]}"
	}
fi
write_lock
echo "deps: installed ${#missing[@]} packages, started no service"
