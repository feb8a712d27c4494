#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Windows machines and what speaks like them are asked who they are: Samba in five ways and
# xrdp, told as nmap and openssl tell them; a Windows Remote Desktop, which cannot run here,
# played by bytes built after the specifications.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

in_lab real
db=$tmp/muster.db

# --- more servers, each at an address of its own on the host "shell" ---
host() { "$lab" exec shell "$@"; }
new_address() { host ip address add "$1/24" broadcast + dev eth0; }
begin() { # NAME COMMAND...: in the background, its words in a log
	local name=$1; shift
	host bash -c '"$@" < /dev/null > "/run/log/$0" 2>&1 &' "$name" "$@"
}
wait_for() { # ADDRESS PORT
	for _ in {1..100}; do
		host timeout 1 bash -c "exec 3<> /dev/tcp/$1/$2" 2> /dev/null && return 0
		sleep 0.1
	done
	not_ok "$1 answers" "port $2 is silent"
}

# smbd_at ADDRESS NETBIOS-NAME SETTING...
smbd_at() {
	local address=$1 name=$2 dir=/run/smbd-$2; shift 2
	new_address "$address"
	host mkdir -p "$dir"/{private,lock,state,cache,ncalrpc}
	{
		printf '%s\n' '[global]' "netbios name = $name" 'workgroup = OLDCORP' \
			'server role = standalone server' "interfaces = $address/24" \
			'bind interfaces only = yes' 'smb ports = 445' \
			'disable spoolss = yes' 'load printers = no'
		for d in private lock state cache; do echo "$d directory = $dir/$d"; done
		printf '%s\n' "pid directory = $dir" "ncalrpc dir = $dir/ncalrpc" "$@"
	} | sed 's/^private directory/private dir/' | host tee "$dir/smb.conf" > /dev/null
	begin "smbd-$name" smbd -F --no-process-group --debug-stdout -s "$dir/smb.conf"
}

smbd_at 198.18.3.41 LEGACY 'server min protocol = NT1'
smbd_at 198.18.3.42 STRICT 'server min protocol = SMB2_02' 'server signing = mandatory' \
	'server smb encrypt = required'
smbd_at 198.18.3.43 OLDER 'server min protocol = SMB2_02' 'server max protocol = SMB2_10' \
	'server signing = disabled'
smbd_at 198.18.3.44 MUTE 'server min protocol = SMB2_02' 'ntlm auth = disabled'
