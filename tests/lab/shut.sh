# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# The network of shut doors: workgroups whose masters speak SMB1, 198.18.194.0/24 by shut0 of
# scan.  Rows and servers are those of domains.sh.

shut_table='
gate10 198.18.194.1  4c:5e:0c:19:22:01 nothing
scan   198.18.194.2  00:1b:21:19:22:02 nothing
cell   198.18.194.10 00:11:32:19:22:0a office CELL VAULT master,nt1,shut
inmate 198.18.194.11 00:14:22:19:22:0b office INMATE VAULT nt1
lodge  198.18.194.12 00:11:32:19:22:0c office LODGE PARK master,nt1
'

shut_hosts() {
	local domains_table=$shut_table
	domains_hosts
}

shut_links() {
	echo shut0
}

shut_up() {
	# shellcheck disable=SC2034 # for the functions of domains.sh
	local domains_table=$shut_table domains_gate=gate10 domains_dev=shut0 domains_wins=''
	host_new gate10
	domains_bridge br194 198.18.194.1 4c:5e:0c:19:22:01
	domains_each domains_host
	domains_serve
}

shut_list() {
	awk 'NF { print "shut", $0 }' <<< "$shut_table"
}
