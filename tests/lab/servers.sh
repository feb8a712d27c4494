# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# One pair of functions a kind of server: serve_KIND starts it on a host and returns
# at once, ready_KIND is true once it answers.  Both get HOST and the arguments of
# its row in real.sh.  Files go to the host's own /run.  A kind also has a line in
# tcp_of and answers_of: what a scanner can find there.

: "${lab_state:=}" "${lab_build:=}"

declare -A tcp_of=(
	[samba]='139,445' [sshd]=22 [slapd]=389 [nginx]='80,443' [dnsmasq]=53
	[printer]='515,631,9100'
)
declare -A answers_of=([silent]=arp [wall]=icmp)

# found_on KIND - "TCP-PORTS ANSWERS", as in truth
found_on() {
	echo "${tcp_of[$1]--} ${answers_of[$1]-arp,icmp,rst}"
}

# Keys and certificates are made once and kept: a host stays the same host.
# key_file NAME FUNCTION - path of NAME; FUNCTION makes it, given the path, if need be
key_file() {
	local path=$lab_build/keys/$1
	mkdir -p "$lab_build/keys"
	{
		flock -w 30 8 || die "$lab_build/keys is locked"
		[ -s "$path" ] || "$2" "$path" > /dev/null 2>&1 || die "$2 $path failed"
	} 8< "$lab_build/keys"
	echo "$path"
}

# The kind of key is the end of its name: HOST.ssh-rsa; HOST.ssh is ed25519.
make_ssh_key() {
	local kind=${1##*.ssh}
	rm -f "$1.new"
	kind=${kind:--ed25519}
	ssh-keygen -q -t "${kind#-}" -N '' -C lab -f "$1.new"
	rm "$1.new.pub"
	mv "$1.new" "$1"
}

# Key and self-signed certificate in one file, named after its host.
make_certificate() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
		-days 3650 -subj "/CN=${1##*/}" -addext "subjectAltName=DNS:${1##*/}" \
		-keyout "$1.key" -out "$1.crt"
	cat "$1.key" "$1.crt" > "$1.new"
	mv "$1.new" "$1"
	rm "$1.key" "$1.crt"
}

# tcp_answers HOST PORT - a connection from within the host succeeds
tcp_answers() {
	in_host "$1" timeout 2 bash -c "exec 3<> /dev/tcp/127.0.0.1/$2"
}

listens() {
	[ -n "$(in_host "$1" ss -Hln "$2" "sport = :$3")" ]
}

# --- samba: file server and NetBIOS names ---------------------------------------

# serve_samba HOST NETBIOS WORKGROUP
serve_samba() {
	local run=$lab_state/$1/run
	mkdir -p "$run"/samba/{private,lock,state,cache,ncalrpc,share}
	cat > "$run/smb.conf" <<-CONF
		[global]
		netbios name = $2
		workgroup = $3
		server string = $1 of the lab
		server role = standalone server
		interfaces = eth0 lo
		bind interfaces only = yes
		smb ports = 445 139
		server min protocol = SMB2_02
		map to guest = Bad User
		local master = yes
		preferred master = yes
		domain master = yes
		os level = 65
		disable spoolss = yes
		load printers = no
		private dir = /run/samba/private
		lock directory = /run/samba/lock
		state directory = /run/samba/state
		cache directory = /run/samba/cache
		pid directory = /run/samba
		ncalrpc dir = /run/samba/ncalrpc
		[share]
		path = /run/samba/share
		guest ok = yes
	CONF
	spawn "$1" nmbd nmbd -F --no-process-group --debug-stdout -s /run/smb.conf
	spawn "$1" smbd smbd -F --no-process-group --debug-stdout -s /run/smb.conf
}

ready_samba() {
	tcp_answers "$1" 445 && tcp_answers "$1" 139 && listens "$1" -u 137 &&
		in_host "$1" timeout 2 nmblookup -s /run/smb.conf "$2"
}

# Elections take their time: true some 25 s after the start.
has_master() {
	in_host "$1" timeout 2 nmblookup -s /run/smb.conf "$3#1d"
}

# --- sshd -----------------------------------------------------------------------

serve_sshd() {
	local run=$lab_state/$1/run key kind
	for kind in '' -ecdsa -rsa; do
		key=$(key_file "$1.ssh$kind" make_ssh_key)
		install -m 600 "$key" "$run/host_key$kind"
	done
	mkdir -p "$run/sshd"
	cat > "$run/sshd_config" <<-CONF
		HostKey /run/host_key
		HostKey /run/host_key-ecdsa
		HostKey /run/host_key-rsa
		PidFile /run/sshd/pid
		UsePAM no
		PasswordAuthentication no
		StrictModes no
		AuthorizedKeysFile /run/authorized_keys
	CONF
	spawn "$1" sshd /usr/sbin/sshd -D -e -f /run/sshd_config
}

ready_sshd() {
	tcp_answers "$1" 22
}

# --- snmpd ----------------------------------------------------------------------

# serve_snmpd HOST COMMUNITY - v2c with that community; v3 user "labuser", SHA-256 "labauthpass", AES "labprivpass"
serve_snmpd() {
	mkdir -p "$lab_state/$1/run/snmp"
	cat > "$lab_state/$1/run/snmpd.conf" <<-CONF
		agentAddress udp:161
		exactEngineID 0x80001f8880$(printf '%s' "$1" | sha256sum | cut -c1-16)
		rocommunity $2
		createUser labuser SHA-256 labauthpass AES labprivpass
		rouser labuser priv
		sysName $1.lab.example
		sysDescr Lab temperature sensor, firmware 2.1
		sysLocation Rack 3
		sysContact lab@lab.example
		sysObjectID 1.3.6.1.4.1.8072.3.2.10
	CONF
	spawn "$1" snmpd env SNMP_PERSISTENT_DIR=/run/snmp MIBS='' \
		snmpd -f -Lo -C -c /run/snmpd.conf -I -smux -x ''
}

ready_snmpd() {
	in_host "$1" snmpget -t 1 -r 0 -v2c -c "$2" 127.0.0.1 1.3.6.1.2.1.1.5.0 &&
		in_host "$1" snmpget -t 1 -r 0 -v3 -l authPriv -u labuser -a SHA-256 \
			-A labauthpass -x AES -X labprivpass 127.0.0.1 1.3.6.1.2.1.1.5.0
}

# --- avahi: mDNS ----------------------------------------------------------------

# serve_avahi HOST TYPE:PORT... - says the host's name and these services.  Its tools
# reach it by a bus of the host's own.
serve_avahi() {
	local run=$lab_state/$1/run service
	mkdir -p "$run/dbus" "$run/avahi-daemon"
	cat > "$run/bus.conf" <<-'CONF'
		<busconfig>
		<type>system</type>
		<listen>unix:path=/run/dbus/system_bus_socket</listen>
		<auth>EXTERNAL</auth>
		<policy context="default">
		<allow send_destination="*" eavesdrop="true"/>
		<allow eavesdrop="true"/>
		<allow own="*"/>
		</policy>
		</busconfig>
	CONF
	cat > "$run/avahi.conf" <<-CONF
		[server]
		host-name=$1
		allow-interfaces=eth0
		enable-dbus=yes
		[publish]
		publish-workstation=yes
	CONF
	spawn "$1" bus dbus-daemon --config-file=/run/bus.conf --nofork --nopidfile
	wait_for 10 "the bus of $1" test -S "$run/dbus/system_bus_socket"
	spawn "$1" avahi avahi-daemon -f /run/avahi.conf --no-drop-root --no-chroot \
		--no-rlimits
	wait_for 10 "avahi on $1" in_host "$1" avahi-resolve -4 -n "$1.local"
	for service in "${@:2}"; do
		spawn "$1" "avahi-${service%:*}" avahi-publish-service "$1" \
			"${service%:*}" "${service#*:}"
	done
}

# avahi_services HOST - the kinds of services it says it has, one a line
avahi_services() {
	in_host "$1" avahi-browse -atkp 2> /dev/null | awk -F';' '$1 == "+" { print $5 }' |
		sort -u
}

ready_avahi() {
	local service said
	said=$(avahi_services "$1")
	for service in "${@:2}"; do
		grep -qxF "${service%:*}" <<< "$said" || return 1
	done
}

# --- nginx ----------------------------------------------------------------------

serve_nginx() {
	local run=$lab_state/$1/run cert
	cert=$(key_file "$1.lab.example" make_certificate)
	mkdir -p "$run/www" "$run/nginx"
	cp "$cert" "$run/web.pem"
	echo "<html><head><title>Lab intranet</title></head><body>$1</body></html>" \
		> "$run/www/index.html"
	cat > "$run/nginx.conf" <<-'CONF'
		user root;
		pid /run/nginx/pid;
		error_log stderr;
		daemon off;
		events { worker_connections 256; }
		http {
			access_log /run/log/nginx-access;
			client_body_temp_path /run/nginx/body;
			proxy_temp_path /run/nginx/proxy;
			fastcgi_temp_path /run/nginx/fastcgi;
			uwsgi_temp_path /run/nginx/uwsgi;
			scgi_temp_path /run/nginx/scgi;
			server {
				listen 80;
				listen 443 ssl;
				ssl_certificate /run/web.pem;
				ssl_certificate_key /run/web.pem;
				root /run/www;
			}
		}
	CONF
	spawn "$1" nginx nginx -e stderr -c /run/nginx.conf
}

ready_nginx() {
	tcp_answers "$1" 80 && tcp_answers "$1" 443
}

# --- slapd: a directory that is no domain controller ------------------------------

# serve_slapd HOST SUFFIX
serve_slapd() {
	local run=$lab_state/$1/run
	mkdir -p "$run/slapd/db"
	cat > "$run/slapd.conf" <<-CONF
		include /etc/ldap/schema/core.schema
		include /etc/ldap/schema/cosine.schema
		modulepath /usr/lib/ldap
		moduleload back_mdb
		pidfile /run/slapd/pid
		argsfile /run/slapd/args
		database mdb
		suffix "$2"
		directory /run/slapd/db
	CONF
	spawn "$1" slapd slapd -d 0 -f /run/slapd.conf -h ldap://:389/
}

ready_slapd() {
	tcp_answers "$1" 389
}

# --- dnsmasq --------------------------------------------------------------------

# serve_dnsmasq HOST [OPTION...] - names of the real network (A and PTR), a made-up
# name for each address of the big ones, and what OPTION says
serve_dnsmasq() {
	real_dns_records > "$lab_state/$1/run/dnsmasq.conf"
	spawn "$1" dnsmasq dnsmasq --keep-in-foreground --conf-file=/run/dnsmasq.conf \
		--no-hosts --no-resolv --user=root --pid-file= \
		--log-facility=- --local=/lab.example/ --local=/big.example/ \
		--domain=lab.example --dhcp-leasefile=/run/leases \
		--synth-domain=big.example,198.19.0.0/16,r- \
		--synth-domain=big.example,198.18.112.0/20,d- \
		--synth-domain=big.example,198.20.0.0/16,o- "${@:2}"
}

ready_dnsmasq() {
	tcp_answers "$1" 53
}

# --- printer: listens where printers do and writes down all it is sent ------------

serve_printer() {
	mkdir -p "$lab_state/$1/run/received"
	spawn "$1" listener "$lab_build/listener" -w /run/received 515 631 9100
}

ready_printer() {
	tcp_answers "$1" 515 && tcp_answers "$1" 631 && tcp_answers "$1" 9100
}

# --- hosts that say little ---------------------------------------------------------

# Answers ARP, which no inet table sees, and nothing else.
serve_silent() {
	in_host "$1" nft -f - <<-'RULES'
		table inet wall {
			chain in { type filter hook input priority 0; policy drop; }
			chain out { type filter hook output priority 0; policy drop; }
		}
	RULES
}

# Answers echo (and neighbour discovery) only; no word about closed ports.
serve_wall() {
	in_host "$1" nft -f - <<-'RULES'
		table inet wall {
			chain in {
				type filter hook input priority 0; policy drop;
				icmp type echo-request accept
				meta l4proto ipv6-icmp accept
			}
		}
	RULES
}

# A host without servers; the router and scan are such.
serve_nothing() { :; }

ready_silent() { :; }
ready_wall() { :; }
ready_nothing() { :; }
