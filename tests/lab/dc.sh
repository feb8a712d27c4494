# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# The network "dc": real domain controllers of Active Directory (Samba), on a link of
# their own with scan, which is a member of the first domain as far as names go.
#
#	dc1    198.18.180.10   corp.example (CORP), DNS, KDC
#	dc2    198.18.180.20   emea.corp.example (EMEA): with MUSTER_LAB_DOMAINS=2
#	dc3    198.18.180.30   corp.example, a second controller: with MUSTER_LAB_REPLICA=1
#	dcdns  198.18.180.53   asks each for its own names: dc1 denies those of a child
#	scan   198.18.180.2    by ad0, a bridge; its resolver and Kerberos are theirs
#
# Samba has no child domains.  These are two of it; the first is told of the second by a
# crossRef, and of the object that it names, so that the two look like a forest to whom asks
# (the schema, the sites, the global catalogue are each its own), and trusts it.
#
# Provisioning takes some 15 s, so it is done once for all labs: each has a copy in its own folder.
# 300 computers live in the first (dc.py), or $MUSTER_LAB_COMPUTERS; 60 in the second.

: "${lab_state:=}" "${lab_dir:=}" "${lab_build:=}"

dc_password=Lab.Passw0rd.1

# dc_of HOST - sets dc_dns, dc_realm, dc_ip, dc_mac, dc_computers
dc_of() {
	case $1 in
	dc1) dc_dns=corp.example dc_ip=198.18.180.10 dc_computers=${MUSTER_LAB_COMPUTERS:-300} ;;
	dc2) dc_dns=emea.corp.example dc_ip=198.18.180.20 dc_computers=60 ;;
	dc3) dc_dns=corp.example dc_ip=198.18.180.30 ;;
	esac
	dc_realm=${dc_dns^^} dc_mac=00:15:5d:18:00:${dc_ip##*.}
}

dc_two_domains() { [ "${MUSTER_LAB_DOMAINS:-1}" -ge 2 ] || [ -e "$lab_state/dc2/run/ready" ]; }
dc_replica() { [ -n "${MUSTER_LAB_REPLICA-}" ] || [ -e "$lab_state/dc3/run/ready" ]; }

# dc_founders - the first controller of each domain
dc_founders() {
	echo dc1
	! dc_two_domains || echo dc2
}

dc_hosts() {
	dc_founders
	! dc_replica || echo dc3
	! dc_two_domains || echo dcdns
}

dc_links() {
	echo ad0
	for port in dc1 dc2 dc3 dcdns; do echo "ad-$port"; done
}

dc_list() {
	local host
	for host in $(dc_hosts); do
		[ "$host" != dcdns ] || continue
		dc_of "$host"
		echo "dc $host $dc_ip $dc_mac samba-ad-dc"
	done
}

dc_up() {
	local host hosts all
	mapfile -t hosts < <(dc_founders)
	mapfile -t all < <(dc_hosts)
	ip_in scan link add ad0 type bridge stp_state 0 forward_delay 0 mcast_snooping 0
	no_ipv6 scan ad0
	ip_in scan address add 198.18.180.2/24 dev ad0
	ip_in scan link set ad0 up
	for host in "${all[@]}"; do dc_host "$host"; done
	printf '198.18.180.2 scan.corp.example scan\n' >> "$lab_state/scan/hosts"
	dc_krb5_conf > "$lab_state/scan/run/krb5.conf"
	! dc_two_domains || dc_names
	dc_each dc_provision "${hosts[@]}"
	dc_each dc_populate "${hosts[@]}"
	! dc_two_domains || dc_join
	dc_each dc_start "${hosts[@]}"
	! dc_two_domains || dc_trust
	! dc_replica || dc_replicate
}

# dc_each FUNCTION HOST... - on all of them at once
dc_each() {
	local host pid pids=()
	for host in "${@:2}"; do
		"$1" "$host" &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do wait "$pid"; done
}

dc_host() {
	dc_of "$1"
	[ "$1" != dcdns ] || dc_ip=198.18.180.53 dc_mac=00:15:5d:18:00:53
	host_new "$1"
	wire "$1" eth0 "$dc_mac" scan "ad-$1"
	ip_in scan link set "ad-$1" master ad0
	no_ipv6 "$1" eth0
	no_ipv6 scan "ad-$1"
	ip_in "$1" link set eth0 up
	ip_in "$1" address add "$dc_ip/24" dev eth0
	[ "$1" != dcdns ] || return 0
	printf '127.0.0.1 localhost\n%s %s.%s %s\n' "$dc_ip" "$1" "$dc_dns" "$1" \
		> "$lab_state/$1/hosts"
	printf 'search %s\nnameserver %s\n' "$dc_dns" "$(dc_resolver "$dc_ip")" \
		> "$lab_state/$1/resolv.conf"
	dc_krb5_conf > "$lab_state/$1/run/krb5.conf"
	sed -i "s/^default_realm = .*/default_realm = $dc_realm/" "$lab_state/$1/run/krb5.conf"
}

# dc_resolver IP - whom to ask for names: a single controller itself
dc_resolver() {
	if dc_two_domains; then
		echo 198.18.180.53
	else
		echo "$1"
	fi
}

# A domain's names are asked of its controller, and who has which address of nobody.
dc_names() {
	spawn dcdns dnsmasq dnsmasq --keep-in-foreground --conf-file=/dev/null --no-hosts \
		--no-resolv --user=root --pid-file= --log-facility=- \
		--server=/corp.example/198.18.180.10 --server=/emea.corp.example/198.18.180.20 \
		--local=/180.18.198.in-addr.arpa/
}

# The object that a crossRef names has to be there before it, or the controller hides the name
# and gives no more tickets.
dc_join() {
	local run=$lab_state/dc1/run
	{
		echo "dn: DC=emea,DC=corp,DC=example"
		echo "objectClass: domainDNS"
		echo "instanceType: 4"
		ldbsearch -H "$lab_state/dc2/run/samba/private/sam.ldb" -s base \
			-b DC=emea,DC=corp,DC=example objectGUID objectSid |
			grep -E '^object(GUID|Sid):'
		echo
		echo "dn: CN=EMEA,CN=Partitions,CN=Configuration,DC=corp,DC=example"
		echo "objectClass: crossRef"
		echo "dnsRoot: emea.corp.example"
		echo "nCName: DC=emea,DC=corp,DC=example"
		echo "nETBIOSName: EMEA"
		echo "systemFlags: 3"
		echo "trustParent: CN=CORP,CN=Partitions,CN=Configuration,DC=corp,DC=example"
	} > "$run/child.ldif"
	dc_ldbadd dc1 child.ldif join
}

# The child trusts the parent: its accounts may ask there.
dc_trust() {
	in_host dc2 env KRB5_CONFIG=/run/krb5.conf samba-tool domain trust create corp.example \
		--type=external --direction=both --create-location=both \
		-U "Administrator@CORP.EXAMPLE%$dc_password" \
		-s /run/samba/etc/smb.conf > "$lab_state/dc2/run/log/trust" 2>&1 ||
		die "no trust: see $lab_state/dc2/run/log/trust"
}

# dc_populate HOST - computers, straight into the database
dc_populate() {
	dc_of "$1"
	/usr/bin/python3 "$lab_dir/dc.py" "$dc_computers" "$dc_dns" \
		> "$lab_state/$1/run/population.ldif"
	dc_ldbadd "$1" population.ldif population
}

# dc_ldbadd HOST FILE LOG - what Samba itself would set, too: when a password was changed is
# only taken with its control for databases that are moved (DSDB_CONTROL_BYPASS_PASSWORD_HASH)
dc_ldbadd() {
	local log=$lab_state/$1/run/log/$3
	in_host "$1" env LDB_MODULES_PATH="$(dirname "$(find /usr/lib -path '*/samba/ldb/samldb.so')")" \
		ldbadd --relax --controls=local_oid:1.3.6.1.4.1.7165.4.3.12:0 -H /run/samba/private/sam.ldb "/run/$2" > "$log" 2>&1 ||
		die "adding $2 failed: see $log"
}

# Tickets of these realms only; never a question to a name server about a host's other name.
dc_krb5_conf() {
	cat <<-CONF
		[libdefaults]
		default_realm = CORP.EXAMPLE
		dns_lookup_realm = false
		dns_lookup_kdc = true
		dns_canonicalize_hostname = false
		rdns = false
		[domain_realm]
		.emea.corp.example = EMEA.CORP.EXAMPLE
		emea.corp.example = EMEA.CORP.EXAMPLE
		.corp.example = CORP.EXAMPLE
		corp.example = CORP.EXAMPLE
	CONF
}

# dc_provision HOST - a copy of what was made for the first lab that asked: names, addresses and
# paths are the same in each, and nothing has been started from it
dc_provision() {
	local kept=$lab_build/dc/$1
	mkdir -p "$lab_build/dc"
	{
		flock 8
		dc_is_kept "$kept" || dc_keep "$1" "$kept"
		cp -a "$kept/samba" "$lab_state/$1/run/"
	} 8> "$kept.lock"
}

# dc_key - what a kept one is made of; by the week, for passwords expire
dc_key() {
	samba --version
	sha256sum < "$lab_dir/dc.sh"
	date +%G-W%V
}

dc_is_kept() {
	[ "$(dc_key)" = "$(cat "$1/key" 2> /dev/null)" ]
}

# dc_keep HOST DIRECTORY - the key is the last: without it the rest is made anew
dc_keep() {
	dc_found "$1"
	rm -rf "$2"
	mkdir -p "$2"
	mv "$lab_state/$1/run/samba" "$2/"
	dc_key > "$2/key"
}

# dc_found HOST - with a smb.conf of its own: the machine's would be copied
dc_found() {
	local run=$lab_state/$1/run
	dc_of "$1"
	dc_make "$1" provision --server-role=dc --realm="$dc_realm" --domain="${dc_realm%%.*}" \
		--host-name="$1" --host-ip="$dc_ip" --adminpass=$dc_password
	# It would ask itself about names that it does not know, until that times out.
	sed -i '/dns forwarder/d' "$run/samba/etc/smb.conf"
}

# dc_make HOST HOW OPTION... - its database, by "samba-tool domain HOW"
dc_make() {
	local host=$1 how=$2 run=$lab_state/$1/run option options=(
		'interfaces = lo eth0' 'bind interfaces only = yes'
		'ncalrpc dir = /run/samba/ncalrpc' 'pid directory = /run/samba/pid'
		'log file = /run/samba/log/log')
	shift 2
	mkdir -p "$run"/samba/{ncalrpc,pid,log}
	{ echo "[global]"; printf '%s\n' "${options[@]}"; } > "$run/base.conf"
	for option in "${options[@]}"; do set -- "$@" --option="$option"; done
	in_host "$host" env KRB5_CONFIG=/run/krb5.conf samba-tool domain "$how" "$@" \
		-s /run/base.conf --targetdir=/run/samba --dns-backend=SAMBA_INTERNAL \
		< /dev/null > "$run/log/$how" 2>&1 || die "$how failed: see $run/log/$how"
}

# dc3 takes the domain over from dc1, and its names stand in DNS before it is there.
dc_replicate() {
	dc_of dc3
	printf 'nameserver 198.18.180.10\n' > "$lab_state/dc3/resolv.conf"
	dc_make dc3 join "$dc_dns" DC -U "Administrator%$dc_password" --server=dc1.corp.example
	dc_start dc3
	in_host dc3 env KRB5_CONFIG=/run/krb5.conf samba_dnsupdate --use-samba-tool \
		--rpc-server-ip=198.18.180.10 -s /run/samba/etc/smb.conf \
		> "$lab_state/dc3/run/log/dnsupdate" 2>&1 ||
		die "samba_dnsupdate failed: see $lab_state/dc3/run/log/dnsupdate"
	dc_sync dc1 dc3 # the names of its services, without which dc1 gives no tickets for it
	dc_sync dc3 dc1
}

# dc_sync TO FROM - the controller takes all that is new at the other
dc_sync() {
	in_host "$1" env KRB5_CONFIG=/run/krb5.conf samba-tool drs replicate "$1.corp.example" \
		"$2.corp.example" DC=corp,DC=example -U "Administrator%$dc_password" \
		-s /run/samba/etc/smb.conf > "$lab_state/$1/run/log/replicate" 2>&1 ||
		die "no replication: see $lab_state/$1/run/log/replicate"
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
	dc_of "$1"
	in_host "$1" ldapsearch -x -LLL -o nettimeout=2 -H "ldap://$dc_ip" \
		-b '' -s base dnsHostName
}
