# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# The network "dc": a real domain controller of Active Directory (Samba), on a link of
# its own with scan, which is a member of its domain as far as names go.
#
#	dc1   198.18.180.10   domain corp.example (CORP), DNS, KDC
#	scan  198.18.180.2    by ad0; its resolver and Kerberos are dc1's
#
# Provisioning takes some 15 s.  What it made stays in the lab's own folder.  300 computers live
# there (dc.py), or $MUSTER_LAB_COMPUTERS.

: "${lab_state:=}" "${lab_dir:=}"

dc_realm=CORP.EXAMPLE
dc_dns=corp.example
dc_ip=198.18.180.10
dc_password=Lab.Passw0rd.1

dc_hosts() {
	echo dc1
}

dc_links() {
	echo ad0
}

dc_list() {
	echo "dc dc1 $dc_ip 00:15:5d:18:00:10 samba-ad-dc"
}

dc_up() {
	host_new dc1
	wire dc1 eth0 00:15:5d:18:00:10 scan ad0
	no_ipv6 dc1 eth0
	no_ipv6 scan ad0
	ip_in dc1 link set eth0 up
	ip_in dc1 address add $dc_ip/24 dev eth0
	ip_in scan address add 198.18.180.2/24 dev ad0
	printf '127.0.0.1 localhost\n%s dc1.%s dc1\n' $dc_ip $dc_dns \
		> "$lab_state/dc1/hosts"
	printf 'search %s\nnameserver %s\n' $dc_dns $dc_ip \
		> "$lab_state/dc1/resolv.conf"
	printf '198.18.180.2 scan.%s scan\n' $dc_dns >> "$lab_state/scan/hosts"
	dc_krb5_conf > "$lab_state/dc1/run/krb5.conf"
	cp "$lab_state/dc1/run/krb5.conf" "$lab_state/scan/run/krb5.conf"
	dc_provision dc1
	dc_populate dc1
	dc_start dc1
}

# dc_populate HOST - $MUSTER_LAB_COMPUTERS of them, straight into the database
dc_populate() {
	local run=$lab_state/$1/run
	/usr/bin/python3 "$lab_dir/dc.py" "${MUSTER_LAB_COMPUTERS:-300}" > "$run/population.ldif"
	in_host "$1" env LDB_MODULES_PATH="$(dirname "$(find /usr/lib -path '*/samba/ldb/samldb.so')")" \
		ldbadd --relax -H /run/samba/private/sam.ldb /run/population.ldif \
		> "$run/log/population" 2>&1 || die "populating failed: see $run/log/population"
}

# Tickets of this realm only; never a question to a name server about a host's other name.
dc_krb5_conf() {
	cat <<-CONF
		[libdefaults]
		default_realm = $dc_realm
		dns_lookup_realm = false
		dns_lookup_kdc = true
		dns_canonicalize_hostname = false
		rdns = false
		[dc_realm]
		.$dc_dns = $dc_realm
		$dc_dns = $dc_realm
	CONF
}

# dc_provision HOST - with a smb.conf of its own: the machine's would be copied
dc_provision() {
	local run=$lab_state/$1/run
	mkdir -p "$run"/samba/{ncalrpc,pid,log}
	cat > "$run/base.conf" <<-CONF
		[global]
		interfaces = lo eth0
		bind interfaces only = yes
		ncalrpc dir = /run/samba/ncalrpc
		pid directory = /run/samba/pid
		log file = /run/samba/log/log
	CONF
	in_host "$1" env KRB5_CONFIG=/run/krb5.conf samba-tool domain provision \
		-s /run/base.conf --targetdir=/run/samba --server-role=dc \
		--dns-backend=SAMBA_INTERNAL --realm=$dc_realm \
		--domain="${dc_realm%%.*}" --host-name="$1" --host-ip=$dc_ip \
		--adminpass=$dc_password \
		--option='ncalrpc dir = /run/samba/ncalrpc' \
		--option='pid directory = /run/samba/pid' \
		--option='interfaces = lo eth0' --option='bind interfaces only = yes' \
		--option='log file = /run/samba/log/log' \
		< /dev/null > "$run/log/provision" 2>&1 ||
		die "provisioning failed: see $run/log/provision"
	# It would ask itself about names that it does not know, until that times out.
	sed -i '/dns forwarder/d' "$run/samba/etc/smb.conf"
}

# dc_start HOST - until it answers by LDAP with the names of its services, which its
# Kerberos logins need
dc_start() {
	spawn "$1" samba env KRB5_CONFIG=/run/krb5.conf samba --foreground --no-process-group \
		-s /run/samba/etc/smb.conf
	wait_for 60 "LDAP of $1" dc_answers "$1"
	in_host "$1" env KRB5_CONFIG=/run/krb5.conf samba_spnupdate \
		-s /run/samba/etc/smb.conf > "$lab_state/$1/run/log/spnupdate" 2>&1 ||
		die "samba_spnupdate failed: see $lab_state/$1/run/log/spnupdate"
}

dc_answers() {
	in_host "$1" ldapsearch -x -LLL -o nettimeout=2 -H "ldap://$dc_ip" \
		-b '' -s base dnsHostName
}
