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
# In the background, its words in a log; in a session of its own, for some servers end all of
# their process group when they end.
begin() { # NAME COMMAND...
	local name=$1; shift
	host bash -c 'setsid "$@" < /dev/null > "/run/log/$0" 2>&1 &' "$name" "$@"
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

host mkdir -p /run/rdp
host bash -c 'cd /run/rdp && openssl req -x509 -newkey rsa:2048 -nodes -days 30 \
	-subj /CN=screen.lab.example -keyout key.pem -out cert.pem && cat key.pem cert.pem > both.pem' \
	> /dev/null 2>&1
new_address 198.18.3.45
host tee /run/rdp/xrdp.ini > /dev/null <<'CONF'
[Globals]
fork=true
port=tcp://198.18.3.45:3389
security_layer=negotiate
certificate=/run/rdp/cert.pem
key_file=/run/rdp/key.pem
ssl_protocols=TLSv1.2, TLSv1.3
[Logging]
LogFile=/run/rdp/log
LogLevel=INFO
[Xvnc]
name=nobody
lib=libvnc.so
ip=127.0.0.1
port=-1
CONF
begin xrdp xrdp --nodaemon --config /run/rdp/xrdp.ini
new_address 198.18.3.46
begin windows /usr/bin/python3 "$root/tests/lab/windows.py" 198.18.3.46 /run/rdp/both.pem \
	"$root/tests/data" /run/rdp/heard
for at in 198.18.3.4{1,2,3,6}/445 198.18.3.4{5,6}/3389; do wait_for "${at%/*}" "${at#*/}"; done

# --- who they are, as muster has it ---
samba='198.18.3.10 198.18.3.11 198.18.4.10 198.18.3.41 198.18.3.42 198.18.3.43'
scan bash -c 'setsid tcpdump --immediate-mode -i eth0 -U -s 0 -w "$0" tcp < /dev/null 2> "$0.log" & echo $!' \
	"$tmp/wire.pcap" > "$tmp/tcpdump.pid"
for _ in {1..50}; do grep -q listening "$tmp/wire.pcap.log" && break; sleep 0.1; done
try "the scan is done" exits 0 scan "$MUSTER" scan 198.18.3.10,11,41-43,45,46 198.18.4.10 \
	--no-names --db "$db" --format ndjson --ask smb --ask smb1 --ask rdp
cp "$tmp/exits.out" "$tmp/seen"
sort < <(host cat /run/rdp/heard) > "$tmp/heard" # before nmap comes
size=-1 # until tcpdump has written all
for _ in {1..20}; do
	[ "$size" != "$(stat -c %s "$tmp/wire.pcap")" ] || break
	size=$(stat -c %s "$tmp/wire.pcap")
	sleep 1
done
kill "$(cat "$tmp/tcpdump.pid")"
fact() { jq -r --arg k "$1" --arg ip "${2-}" 'select(.facts[$k] != null and ($ip == "" or .ip == $ip)) |
	.ip + " " + (.facts[$k] | if type == "array" then join(" ") else tostring end)' "$tmp/seen"; }

# --- the same, as nmap has it ---
# shellcheck disable=SC2086 # a list of addresses
scan nmap -n -Pn -p 445 --script smb-protocols,smb2-security-mode,smb-os-discovery \
	$samba 198.18.3.46 -oX "$tmp/smb.xml" > /dev/null
# of_script SCRIPT - "ADDRESS line", a line of its output each
of_script() {
	local address line
	for address in $samba 198.18.3.46; do
		xmllint --xpath "string(//host[address/@addr='$address']//script[@id='$1']/@output)" \
			"$tmp/smb.xml" | while IFS= read -r line; do echo "$address $line"; done
	done
}
dialects='{ d["202"] = "2.0.2"; d["210"] = "2.1"; d["300"] = "3.0"; d["302"] = "3.0.2"
	d["311"] = "3.1.1" }'
# The newest that nmap got is the one that is chosen when all are offered; what plays
# Windows knows but one answer.
of_script smb-protocols | awk "BEGIN $dialects"' $2 in d { last[$1] = d[$2] }
	END { for (a in last) print a, last[a] }' | grep -v '\.46 ' > "$tmp/a"
fact smb.dialect | grep -v '\.46 ' > "$tmp/b"
same "dialects are those of nmap" "$tmp/a" "$tmp/b"
# All of them, on demand: what plays Windows is not asked again.
# shellcheck disable=SC2086 # a list of addresses
try "the scan for all dialects is done" exits 0 scan "$MUSTER" scan $samba \
	--no-names --no-db --format ndjson --ask smb --smb-dialects
of_script smb-protocols | awk "BEGIN $dialects"' $2 in d { all[$1] = all[$1] " " d[$2] }
	END { for (a in all) print a all[a] }' | grep -v '\.46 ' > "$tmp/a"
jq -r 'select(.facts["smb.dialects"]) | .ip + " " + (.facts["smb.dialects"] | sort | join(" "))' \
	"$tmp/exits.out" > "$tmp/b"
same "all dialects are those of nmap" "$tmp/a" "$tmp/b"
of_script smb-protocols | awk '{ all[$1] = 1 } /SMBv1/ { old[$1] = 1 }
	END { for (a in all) print a, (a in old ? "true" : "false") }' | grep -v '\.46 ' > "$tmp/a"
fact smb.v1 | grep -v '\.46 ' > "$tmp/b"
same "SMB1 is where nmap found it" "$tmp/a" "$tmp/b"
echo '198.18.3.46 false' > "$tmp/a"
fact smb.v1 198.18.3.46 > "$tmp/b"
same "a reset on SMB1 says that it is not spoken" "$tmp/a" "$tmp/b"
of_script smb2-security-mode | awk '/signing/ { print $1, (/and required/ ? "required" : "enabled") }' > "$tmp/a"
fact smb.signing > "$tmp/b"
same "signing is as nmap has it" "$tmp/a" "$tmp/b"
of_script smb-os-discovery | sed -n -e 's/\\x00//' \
	-e 's/^\([0-9.]*\)  *NetBIOS computer name: /computer \1 /p' \
	-e 's/^\([0-9.]*\)  *Domain name: /dns_domain \1 /p' \
	-e 's/^\([0-9.]*\)  *FQDN: /dns_name \1 /p' > "$tmp/a"
for key in computer dns_domain dns_name; do
	fact smb.$key 198.18.3.41 | sed "s/^/$key /"
done > "$tmp/b"
same "names are those of smb-os-discovery, which needs SMB1" "$tmp/a" "$tmp/b"

# --- the bytes, as tshark reads them ---
wire() { tshark -r "$tmp/wire.pcap" "$@" 2> /dev/null; }
wire -Y 'smb2.cmd == 0 && smb2.flags.response == 1' -T fields -e ip.src \
	-e smb2.server_guid | tr '\t' ' ' | sort -u > "$tmp/a"
fact smb.guid > "$tmp/b"
same "GUIDs are those that tshark reads" "$tmp/a" "$tmp/b"
wire -Y _ws.malformed > "$tmp/malformed"
try "tshark has nothing against a word" test ! -s "$tmp/malformed"
wire -Y 'ntlmssp.messagetype == 3' > "$tmp/credentials"
try "no credentials were sent" test ! -s "$tmp/credentials"

# --- Samba's 6.1 is no Windows ---
fact smb.os_build | grep -v '\.46 ' > "$tmp/builds"
try "Samba has no build of Windows" test ! -s "$tmp/builds"
"$MUSTER" devices --db "$db" --format ndjson | grep -i 'windows 7' > "$tmp/seven"
try "Samba is no Windows 7" test ! -s "$tmp/seven"

# --- Remote Desktop ---
fingerprint=$(host openssl x509 -in /run/rdp/cert.pem -outform DER | sha256sum | cut -d' ' -f1)
printf '198.18.3.45 3389 %s\n198.18.3.46 3389 %s\n' "$fingerprint" "$fingerprint" > "$tmp/a"
fact tls.certs > "$tmp/b"
same "certificates are those that openssl made" "$tmp/a" "$tmp/b"
printf '%s\n' '198.18.3.45 tls' '198.18.3.46 nla' > "$tmp/a"
fact rdp.security > "$tmp/b"
same "xrdp chooses TLS, Windows CredSSP" "$tmp/a" "$tmp/b"
printf '%s\n' 'rdp credssp' 'rdp request' smb1 'smb2 0' 'smb2 1' > "$tmp/a"
same "Windows hears each question once, and no more" "$tmp/a" "$tmp/heard"
scan nmap -n -Pn -p 3389 --script rdp-ntlm-info 198.18.3.46 -oX "$tmp/rdp.xml" > /dev/null
elem() { xmllint --xpath "string(//script[@id='rdp-ntlm-info']/elem[@key='$1'])" "$tmp/rdp.xml"; }
for row in computer:NetBIOS_Computer_Name domain:NetBIOS_Domain_Name \
	dns_name:DNS_Computer_Name dns_domain:DNS_Domain_Name forest:DNS_Tree_Name \
	os_build:Product_Version; do
	echo "rdp.${row%:*} 198.18.3.46 $(elem "${row#*:}")"
	echo "smb.${row%:*} 198.18.3.46 $(elem "${row#*:}")"
done > "$tmp/a"
for key in computer domain dns_name dns_domain forest os_build; do
	for by in rdp smb; do fact $by.$key 198.18.3.46 | sed "s/^/$by.$key /"; done
done > "$tmp/b"
same "Windows tells by both ways what rdp-ntlm-info reads" "$tmp/a" "$tmp/b"
finish
